"""How are several folders served by one service? Each at an address of its own, and all of them as one at the top.

`/blog/search` is the service of one site as if it were alone, its page and its scripts too; `/search` is that of all.
A path has the name of its site taken off, and goes to the application that answers for it; who may ask, and in which
words, is for each as for one. What is counted of requests is counted once, at the top.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from starlette.responses import RedirectResponse, Response

from postdex_index.errors import ConfigError, EngineUnavailableError, IndexFault
from postdex_index.update.refresh import Freshness

from ..index import Index
from ..opening.sites import Sites
from . import errors
from .app import Service
from .auth import AccessRules
from .served_snapshots import ServedSnapshots
from .service_log import log
from .service_state import ServiceState

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send


class SitesState(ServiceState):
    """What the endpoints of all sites share. How the index stands to the files is what is known of each site, by its
    own `state`; a site that does not answer is something wrong."""

    def __init__(self, index: Sites, states: Mapping[str, ServiceState], *, drafts: bool, watching: bool) -> None:
        super().__init__(index, drafts=drafts, watching=watching)
        self.sites = index
        self.each: dict[str, ServiceState] = dict(states)
        self.views = index.snapshots = ServedSites(index, self.each)

    def wrong(self) -> str:
        """What is wrong with a site, where anything is."""
        for name, error in self.sites.silent.items():
            return f"the site {name} does not answer: {error}"
        wrong = {name: state.wrong() for name, state in self.each.items()}
        return next((f"{name}: {what}" for name, what in wrong.items() if what), "")


class ServedSites(ServedSnapshots):
    """Views of all sites as one."""

    def __init__(self, index: Index, states: Mapping[str, ServiceState]) -> None:
        super().__init__(index.snapshots.folder, index.engine)
        self._states = states

    def stands(self) -> Freshness:
        """As the one that stands worst; nobody knows where nobody knows of one."""
        standings = [state.views.stands() for state in self._states.values()]
        flags = [standing.fresh for standing in standings if standing.fresh is not None]
        fresh = False if False in flags else True if len(flags) == len(standings) else None
        return Freshness(fresh, sum(standing.changed_files for standing in standings))


def of_sites(
    index: Index, made_ready: Callable[[Index], ServiceState], *, drafts: bool, watching: bool
) -> ServiceState:
    """Several sites to be served, after each was `made_ready`. One whose index cannot be used leaves the others to be
    served, which is logged."""
    assert isinstance(index, Sites)
    states: dict[str, ServiceState] = {}
    for name, site in index.sites.items():
        try:
            states[name] = made_ready(site)
        except IndexFault as fault:
            log.error(f"the site {name} does not answer: {fault}")
            states[name] = ServiceState(site, drafts=drafts, watching=watching)
    for name, error in index.absent.items():
        log.error(f"the site {name} does not answer: {error}")
    return SitesState(index, states, drafts=drafts, watching=watching)


def origins(index: Index) -> tuple[str, ...]:
    """The web pages that may ask, by the settings of a folder, or of any site: the service has one name for all."""
    named = [*index.settings.origins, *(origin for site in index.sites.values() for origin in site.settings.origins)]
    return tuple(dict.fromkeys(named))


def service_of(site: ServiceState, rules: AccessRules, *, log_queries: bool) -> Service | SiteServices:
    """The application that answers."""
    if isinstance(site, SitesState):
        return SiteServices(site, rules, log_queries=log_queries)
    return Service(site, rules, log_queries=log_queries)


class SiteServices:
    """The services of several sites and the one of all, as one ASGI application."""

    def __init__(self, top: SitesState, rules: AccessRules, **options: Any) -> None:
        """`options` are those of each `Service`. Raises ConfigError for a site whose name is an address."""
        self.top = Service(top, rules, **options)
        for name in (*top.each, *top.sites.absent):
            if name in self.top.own_names:
                raise ConfigError(f"a site called {name} would have an address of the service", "name it another way")
        self._services = {
            name: Service(state, rules, within=(name, self.top), **options) for name, state in top.each.items()
        }
        self._absent = frozenset(top.sites.absent)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the site does that the path begins with, else as all do."""
        if scope["type"] != "http":
            await self.top(scope, receive, send)
            return
        _, name, *rest = [*scope["path"].split("/", 2), ""][:3]
        if name in self._absent:
            await _away(name)(scope, receive, send)
        elif name not in self._services:
            await self.top(scope, receive, send)
        elif scope["path"] == f"/{name}":
            await RedirectResponse(f"{name}/", 308)(scope, receive, send)
        else:
            await self._services[name]({**scope, "path": "/" + rest[0]}, receive, send)

    def close(self) -> None:
        """Let all threads end, each after what it is doing."""
        for service in (self.top, *self._services.values()):
            service.close()


def _away(name: str) -> Response:
    """That a site has no folder here; where that should be, only the log says."""
    error = EngineUnavailableError(f"the site {name} is not there", "the log of the service says more")
    return Response(errors.body(error), errors.status(error), errors.headers(error), "application/json")
