"""Which snapshot answers, and what if the newest commit cannot be read?

The library opens what lies on the disk, and says so if it cannot. A service has something better to do: it
goes on with the snapshot that it has, whose files stay readable while they are open, and tells `/health`.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

from postdex_index import embedded
from postdex_index.build import Freshness, Report
from postdex_index.engine import Reader, Stats
from postdex_index.errors import IndexDamagedError, IndexFault

from ..library import Index, _Snapshot

#: Seconds for which the newest commit is taken for that. To list a folder lets other threads run, and it takes long
#: until this one may go on: with six looks for each answer, under load two thirds of its time (`benchmarks/load.py`).
SEEN_S = 0.01


class Served(Index):
    """An index that looks at no post before it answers, and keeps answering.

    `freshness` is set by whoever watches the files; an answer repeats it.
    """

    freshness = Freshness(False, 0)
    _refused: int | None = None
    _seen: tuple[float, int | None] = -SEEN_S, None

    def refresh(self, **options: Any) -> Report:
        """As every index; what was committed answers at once."""
        try:
            return super().refresh(**options)
        finally:
            self._seen = -SEEN_S, None

    def stats(self) -> Stats:
        """The commit that answers, in numbers."""
        return self._reader()[0].stats()

    def current(self) -> int | None:
        """The commit that answers; None if there is a newer one, which the next search opens."""
        opened = self._opened
        with suppress(IndexFault):
            newest = self._generation()
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

    def _generation(self) -> int | None:
        now = time.monotonic()
        if now - self._seen[0] >= SEEN_S:
            self._seen = now, self._seen[1]  # one looks, the others go on with what was seen
            self._seen = now, embedded.generation(self.directory)
        return self._seen[1]

    def _reader(self) -> tuple[Reader, int]:
        opened = self._opened
        newest: int | None = None
        try:
            newest = self._generation()
            if opened and newest is not None and newest == self._refused:
                return opened
            opened = super()._reader()
        except IndexFault:
            if opened is None:
                raise
        # A commit that is no good is not tried again with every query: what mends it has another number.
        self._refused = None if opened[1] == newest else newest
        return opened

    def _current(self) -> _Snapshot:
        return self._leaving_out(super()._current()._replace(freshness=self.freshness))
