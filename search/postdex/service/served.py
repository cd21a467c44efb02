"""Which commit answers, and what if the newest one cannot be read?

The library opens what lies on the disk, and says so if it cannot. A service has something better to do: it
goes on with the commit that it has, whose files stay readable while they are open, and tells `/health`.
"""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

from postdex_index import embedded
from postdex_index.build import Freshness
from postdex_index.config import Settings
from postdex_index.engine import Reader, Stats
from postdex_index.errors import IndexDamagedError, IndexFault

from ..views import Views

#: Seconds for which the newest commit is taken for that. To list a folder lets other threads run, and it takes long
#: until this one may go on: with six looks for each answer, under load two thirds of its time (`benchmarks/load.py`).
SEEN_S = 0.01


class ServedViews(Views):
    """Views of an index that looks at no post before it answers, and keeps answering.

    `told` is how the index stands to the files, set by whoever watches these; an answer repeats it. Until somebody
    does, nobody knows.
    """

    def __init__(self, folder: Path, directory: Path) -> None:
        super().__init__(folder, directory, "never")
        self.told = Freshness(None, 0)
        self._refused: int | None = None
        self._seen: tuple[float, int | None] = -SEEN_S, None

    def freshness(self, settings: Settings) -> Freshness:
        """As it was told."""
        return self.told

    def newest(self) -> int | None:
        """The number of the newest commit, as it was `SEEN_S` ago at most."""
        now = time.monotonic()
        if now - self._seen[0] >= SEEN_S:
            self._seen = now, self._seen[1]  # one looks, the others go on with what was seen
            self._seen = now, embedded.generation(self.directory)
        return self._seen[1]

    def opened(self) -> tuple[Reader, int]:
        """The reader of the commit that answers, and its number: the newest, or the last that could be read."""
        opened = self.last
        newest: int | None = None
        try:
            newest = self.newest()
            if opened and newest is not None and newest == self._refused:
                return opened
            opened = super().opened()
        except IndexFault:
            if opened is None:
                raise
        # A commit that is no good is not tried again with every query: what mends it has another number.
        self._refused = None if opened[1] == newest else newest
        return opened

    def committed(self) -> None:
        """What was committed answers at once."""
        super().committed()
        self._seen = -SEEN_S, None

    def stats(self) -> Stats:
        """The commit that answers, in numbers."""
        return self.opened()[0].stats()

    def answering(self) -> int | None:
        """The number of the commit that answers; None if there is a newer one, which the next search opens."""
        opened = self.last
        with suppress(IndexFault):
            newest = self.newest()
            if opened and newest in (opened[1], self._refused):
                return opened[1]
        return None

    def fault(self) -> IndexFault | None:
        """Why the newest commit, as it lies on the disk, cannot be used; None if it can."""
        try:
            newest = embedded.generation(self.directory)
            usable = embedded.open_reader(self.directory).stats().generation
        except IndexFault as fault:
            return fault
        if newest is None or usable >= newest:
            return None
        hint = "run `postdex doctor --verify`, then `postdex index`"
        return IndexDamagedError(f"commit {newest} cannot be read; {usable} answers", hint, path=str(self.directory))
