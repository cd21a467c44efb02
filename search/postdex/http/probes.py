"""Is the service alive, and can it answer? What those ask who watch it, send it requests or restart it.

`/health` is alive: 200 as long as the process answers, whatever the index is like, as no restart would mend that.
`/ready` is 503 while nothing can be answered. Both wait behind no search, and never long for an index that is silent.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from postdex_index.engine.api import Stats
from postdex_index.errors import EngineUnavailableError, IndexFault, PostdexError
from postdex_index.named_tuple import NamedTuple

from .. import __version__
from ..output import wire
from .errors import RequestError

if TYPE_CHECKING:
    from .service_state import ServiceState

#: Seconds after which an index is silent that says nothing. Those who ask wait 1 to 5 seconds themselves.
SILENT_S = 0.9
#: Code of an error -> why nothing can be answered, in words that tell a stranger nothing of paths and servers.
_REASONS = {
    "no_index": "there is no index",
    "damaged_index": "the index is damaged",
    "newer_index": "the index is of a newer postdex",
    "unavailable": "the servers that keep the index are away",
}


class Standing(NamedTuple):
    """What the index was found to be like: the commit that answers in numbers, None if none can; and what is wrong with
    the newest."""

    numbers: Stats | None
    fault: PostdexError | None


class Probe:
    """Looks at the index, once for all who ask meanwhile."""

    def __init__(self, site: ServiceState) -> None:
        self._site = site
        self._look: asyncio.Future[Standing] | None = None

    async def standing(self) -> Standing:
        """How the index is now; silent, if it does not say so in time."""
        if self._look is None or self._look.done():
            self._look = asyncio.ensure_future(asyncio.to_thread(look, self._site))
        await asyncio.wait({self._look}, timeout=SILENT_S)
        if self._look.done():
            return self._look.result()
        return Standing(None, EngineUnavailableError(f"the index said nothing for {SILENT_S} seconds"))


def look(site: ServiceState) -> Standing:
    """Look at the index, for as long as that takes."""
    try:
        return Standing(site.views.stats(), site.views.fault())
    except (EngineUnavailableError, IndexFault) as fault:
        return Standing(None, fault)


def health(site: ServiceState, standing: Standing) -> dict[str, Any]:
    """The wire form of how it goes. `status` is "ok", "degraded" (answers come, but not of the newest commit, or nobody
    keeps it fresh who should) or "down" (nothing can be answered)."""
    numbers, fault = standing
    wrong = (wire.error(fault)["error"]["message"] if fault else "") or site.wrong()
    return {
        "schema": wire.SCHEMA,
        "status": ("degraded" if wrong else "ok") if numbers else "down",
        "problem": wrong,
        "generation": numbers and numbers.generation,
        "posts": numbers and numbers.posts,
        "watching": site.watching,
        "fresh": site.views.stands().fresh,
        "uptime_s": int(time.monotonic() - site.started),
        "version": __version__,
    }


def ready(site: ServiceState, standing: Standing) -> dict[str, Any]:
    """The wire form of being ready. Raises RequestError with the reason while nothing can be answered."""
    if standing.numbers is None:
        why = _REASONS.get(standing.fault.code if standing.fault else "", "the index cannot be used")
        raise RequestError("not_ready", f"nothing can be answered: {why}", "/health says more to those who may ask")
    return {"schema": wire.SCHEMA, "status": "ready"}
