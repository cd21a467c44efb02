"""`postdex serve`: how does a folder of posts come to be served over HTTP?

Only what is typed is here, and what must be right before anything starts; the packages of the extra `server`
are imported when they are needed. `app` answers, `server` holds the port, `page` is what people see.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from postdex_index.engine.hosting import hosted
from postdex_index.errors import ConfigError, IndexLockedError, IndexWriteError, MissingExtraError, PostdexError

from ..cli.number_types import WholeNumber

if TYPE_CHECKING:
    from postdex_index.update.refresh import Report

    from ..cli.search_command import Place
    from ..index import Index
    from .service_state import ServiceState

PORT = 8765
#: A shorter token can be guessed.
SHORTEST_TOKEN = 16
_EXTRA = ("httptools", "prometheus_client", "starlette", "uvicorn")


class _Mode(click.ParamType[int]):
    """Permissions of a file, as chmod takes them."""

    name = "MODE"

    def convert(self, value: str | int, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number."""
        if isinstance(value, str):
            if not re.fullmatch("0?[0-7]{3}", value):
                self.fail(f"{value} is no mode of a file, such as 660", param, ctx)
            return int(value, 8)
        return value


@click.command(short_help="Serve a page for people and JSON for programs.")
@click.argument("folders", nargs=-1, metavar="[FOLDER | NAME=FOLDER...]")
@click.option("--host", metavar="ADDRESS", help="Listen there; others than 127.0.0.1, the default, need a token.")
@click.option("--port", type=WholeNumber(0, 65535), metavar="N", help=f"0 takes a free one.  [default: {PORT}]")
@click.option("--uds", metavar="PATH", help="Listen on a socket that is a file instead.")
@click.option("--uds-mode", type=_Mode(), default="660", show_default=True, help="Who may connect to that file.")
@click.option("--fd", type=WholeNumber(0), metavar="N", help="Listen on this descriptor, which somebody has opened.")
@click.option(
    "--forwarded-allow-ips", "proxies", metavar="LIST", default="unix", show_default=True,
    help="Proxies whose X-Forwarded-For and -Proto hold: addresses, networks, and unix for all that --uds lets in.",
)  # fmt: skip
@click.option("--watch", is_flag=True, help="Keep the index fresh while serving.")
@click.option("--drafts", is_flag=True, help="Let clients see unpublished posts too.")
@click.option("--token-file", metavar="FILE", help="The token that clients send (or POSTDEX_TOKEN holds it).")
@click.option("--log", "form", type=click.Choice(["plain", "json"]), default="plain", help="The form of the log.")
@click.option("--record", metavar="FILE", help="Note in this file what people ask, for `postdex queries`.")
@click.option("--no-log-queries", is_flag=True, help="Keep out of the log what people search for.")
@click.option("--check", is_flag=True, help="Only say whether it could start.")
@click.pass_obj
def serve(place: Place, /, form: str, no_log_queries: bool, **options: Any) -> int:
    """Serve the posts over HTTP: a page for people, JSON for programs.

    The index is brought up to the files first; one that lies on servers only with --watch. Until SIGINT or SIGTERM;
    then what is being answered is finished. Of several folders each has a part of its own (/NAME/search), and /search
    is that of all. SIGUSR2 restarts it, and nobody is refused meanwhile.
    """
    from ..faces import EXIT_STATUS
    from . import service_log

    with service_log.to_stderr(form, queries=not no_log_queries):
        try:
            return run(place, log_queries=not no_log_queries, **options)
        except PostdexError as error:
            if form == "plain":
                raise
            service_log.log.error(str(error))
            return EXIT_STATUS


def run(
    place: Place, /, *, folders: tuple[str, ...], host: str | None, port: int | None, uds: str | None, uds_mode: int,
    fd: int | None, proxies: str, watch: bool, drafts: bool, token_file: str | None, log_queries: bool, check: bool,
    record: str | None,
) -> int:  # fmt: skip
    """Serve until a signal ends it. Raises PostdexError for what cannot be served."""
    from ..cli.console import out
    from ..cli.search_command import must_build_first

    token = read_token(token_file)
    place = place.at(folders)
    try:
        from . import auth, forwarded, listening, restart, server
        from .site_services import origins, service_of
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _EXTRA:
            raise
        raise MissingExtraError("`postdex serve` needs more packages", "pip install 'postdex[server]'") from error
    if sum((uds is not None, fd is not None, host is not None or port is not None)) > 1:
        raise PostdexError("--uds, --fd and --host with --port name different places", "give one of them")
    trusted = forwarded.trusted(proxies)
    where = listening.ListenAddress(host or "", PORT if port is None else port, uds or "", uds_mode, fd)
    if check:
        with place.open() as index:
            for site_index in [*index.sites.values()] or [index]:
                must_build_first(site_index)
            records(index, record)
        out("it could start")
        return 0
    with restart.unheard(), listening.opened(where) as door:
        if door.guarded and not token:
            hint = "give one with --token-file or POSTDEX_TOKEN, or stay on 127.0.0.1"
            raise PostdexError(f"on {door.host} other machines can read the posts, so a token is needed", hint)
        site = opened(place, drafts=drafts, watching=watch)
        with site.index, recorded(site, record):
            rules = auth.AccessRules(door.host, origins(site.index), token, door.guarded)
            service = service_of(site, rules, log_queries=log_queries)
            of = ", ".join(site.index.sites) or site.index.folder
            line = f"{site.views.stats().posts:,} posts of {of} at {' and '.join(door.addresses())}"
            notes = address_notes(site)
            with watched(site):
                server.settle()
                runner = server.server(service, lambda: say(line, notes), trusted)
                with restart.heard(runner):
                    runner.serve_on(door)
            service.close()
        if runner.restarts:
            restart.replace_process(door)
    return 0


def opened(place: Place, *, drafts: bool = False, watching: bool = False) -> ServiceState:
    """The index of a folder, or those of several sites as one, ready to be served. Raises PostdexError where there is
    none that could be served."""
    index = place.open()
    prepare = partial(made_ready, drafts=drafts, watching=watching)
    if not index.sites:
        return prepare(index)
    from .site_services import of_sites

    return of_sites(index, prepare, drafts=drafts, watching=watching)


def made_ready(index: Index, *, drafts: bool = False, watching: bool = False) -> ServiceState:
    """An index made ready to be served: as new as its files, or else as it is, if it cannot be written or lies on
    servers, where others keep it."""
    from ..cli.console import Bar, usual_jobs
    from ..cli.search_command import must_build_first, say_other_folder
    from ..index import FIRST_BUILD_WAIT_S, WAIT_S
    from .service_log import log
    from .service_state import ServiceState

    site = ServiceState(index, drafts=drafts, watching=watching)
    if hosted(site.index.engine) and not watching:
        site.views.opened()
        return site
    say_other_folder(site.index, say=log.warning)
    wait = FIRST_BUILD_WAIT_S if must_build_first(site.index) else WAIT_S
    try:
        with Bar("indexing") as bar:
            site.index.refresh(wait=wait, jobs=usual_jobs(), progress=bar)
    except (IndexWriteError, IndexLockedError) as error:
        if not site.index.exists:
            raise
        site.trouble = f"the index is served as it is: {error}"
        log.warning(site.trouble)
    return site


def records(index: Index, named: str | None) -> dict[str, str]:
    """Which record is of which site, by the site's name, and that of the only one, or all as one, by "". Raises
    ConfigError for one that cannot be used."""
    from ..record import record_file

    paths = {
        name: record_file.path_of(site.folder, site.engine, site.settings, named)
        for name, site in {"": index, **index.sites}.items()
    }
    for path in filter(None, paths.values()):
        record_file.check(path)
    return {name: path for name, path in paths.items() if path}


@contextmanager
def recorded(site: ServiceState, named: str | None) -> Iterator[None]:
    """Meanwhile what is asked is recorded: in the record that is `named`, or as the settings of each site say, else in
    that of all as one, which knows the posts by the paths that they have there. Raises ConfigError."""
    from .recorder import Recorder

    recorders: dict[str, Recorder] = {}
    paths = records(site.index, named)
    for name, state in {"": site, **site.each}.items():
        path = paths.get(name) or paths.get("", "")
        if path and path not in recorders:
            its, today = state.index.settings, state.index.today
            recorders[path] = Recorder(path, its.record_max_bytes, clicks=its.record_clicks, today=today)
        state.recorder = recorders.get(path)
        state.recorded_below = f"{name}/" if name and path == paths.get("") else ""
    try:
        yield
    finally:
        for recorder in recorders.values():
            recorder.close()


def say(first: str, notes: Sequence[str]) -> None:
    """What is served and where, and what is to be known of it."""
    from .service_log import log

    log.info(first)
    for line in notes:
        log.warning(line)


def address_notes(site: ServiceState) -> list[str]:
    """How many posts have no address that a hit could lead to, or one that leads nowhere from here, and what to do."""
    from .. import web_address

    if site.each:
        return [f"{name}: {line}" for name, state in site.each.items() for line in address_notes(state)]
    index = site.index
    urls = web_address.addresses(index.snapshots.opened())
    lines = web_address.without_address(urls, index.folder)
    return lines + web_address.without_origin(urls, index.folder, index.settings)


def read_token(file: str | None) -> str:
    """The token of a file, or else of the environment; "" if there is none. Raises ConfigError for one that is none."""
    if file is None:
        token, where = os.environ.get("POSTDEX_TOKEN", "").strip(), "POSTDEX_TOKEN"
        if not token:
            return ""
    else:
        where = file
        try:
            token = Path(file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError("the token cannot be read", "name a text file that you can read", path=file) from error
    if len(token) < SHORTEST_TOKEN or not token.isascii() or not token.isprintable() or " " in token:
        hint = f"make one of {SHORTEST_TOKEN} characters or more, such as `openssl rand -hex 16` gives"
        raise ConfigError("this is no token", hint, path=where)
    return token


@contextmanager
def watched(site: ServiceState) -> Iterator[None]:
    """Meanwhile the index follows the files, if the site is to be watched; answers and /health say how it goes."""
    from postdex_index.update.refresh import Freshness

    from .service_log import log

    def on_report(report: Report) -> None:
        site.trouble, site.views.told = "", Freshness(True, 0)

    def on_error(error: PostdexError) -> None:
        site.trouble, site.views.told = str(error), Freshness(False, 0)
        site.watch_errors += 1
        log.error(str(error))

    if site.each:
        with ExitStack() as stack:
            for state in site.each.values():
                stack.enter_context(watched(state))
            yield
        return
    if not site.watching:
        yield
        return
    with site.index.watch(on_report=on_report, on_error=on_error) as watching:
        site.views.alive = lambda: watching.alive
        yield
