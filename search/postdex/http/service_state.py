"""What do all who answer share? The index, what its searches look at, and what the service was started with."""

from __future__ import annotations

import time
from threading import Lock
from typing import Any

from postdex_index import forks

from .. import web_address
from ..index import Index, Results
from ..request import FACETS, NAMED_FIELDS
from .recorder import Recorder
from .served_snapshots import ServedSnapshots


class ServiceState:
    """What the endpoints share: the index, what its searches look at, and what the service was started with.

    `drafts` says whether clients may see unpublished posts; `watching` whether somebody keeps the index fresh, and
    `trouble` what was said when that could not be done, `watch_errors` how often. `origin` is what links begin with
    that are only paths, `home` where the site begins, and `name` what it is called.
    `building` is held while a client has the index built. `recorder` notes what is asked, where that is wanted, and
    knows the posts by their paths below `recorded_below`.
    """

    def __init__(self, index: Index, *, drafts: bool = False, watching: bool = False) -> None:
        self.index = index
        self.views = index.snapshots = ServedSnapshots(index.snapshots.folder, index.engine)
        #: of several sites the state of each, by name
        self.each: dict[str, ServiceState] = {}
        self.drafts = drafts
        self.watching = watching
        self.trouble = ""
        self.watch_errors = 0
        self.origin = web_address.origin(index.folder, index.settings)
        self.home = web_address.home(index.folder, index.settings)
        self.name = web_address.name(index.folder, index.settings)
        self._counted: tuple[int, dict[str, dict[str, int]]] = -1, {}
        self.started = time.monotonic()
        self.building = Lock()
        self.recorder: Recorder | None = None
        self.recorded_below = ""
        forks.remember(self)

    def begin_anew(self) -> None:
        """In a forked child, where nobody has the index built."""
        self.building = Lock()

    def search(self, query: str, **arguments: Any) -> Results:
        """The answer to a query, whose hits lead to where the site is published. Raises as `Index.search`."""
        return web_address.with_origin(self.index.search(query, **arguments), self.origin)

    def counts(self) -> dict[str, dict[str, int]]:
        """All facets over all posts, counted once for each commit."""
        generation = self.views.stats().generation
        if self._counted[0] != generation:
            self._counted = generation, self.search("", limit=0, facets=(*FACETS, NAMED_FIELDS)).facets
        return self._counted[1]

    def wrong(self) -> str:
        """Why the index may be older than the files, where that is not as it should be; "" if all is well."""
        silent = "" if self.views.alive() else "who watches the files gives no sign of life; restart the service"
        return self.trouble or silent
