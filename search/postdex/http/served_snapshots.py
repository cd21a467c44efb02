"""Which commit answers, and what if the newest one cannot be read?

The library opens what lies on the disk, and says so if it cannot. A service has something better to do: it
goes on with the commit that it has, whose files stay readable while they are open, and tells `/health`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

from postdex_index.engine.api import Engine, Identity, Reader, Stats
from postdex_index.engine.hosting import hosted
from postdex_index.errors import EngineUnavailableError, IndexDamagedError, IndexFault
from postdex_index.settings import Settings
from postdex_index.update.refresh import Freshness

from ..snapshots import Snapshots

#: Seconds for which the newest commit is taken for that. To list a folder lets other threads run, and it takes long
#: until this one may go on: with six looks for each answer, under load two thirds of its time (`benchmarks/load.py`).
SEEN_S = 0.01
#: The same where servers have to be asked: every answer would take one request more.
ASKED_S = 1.0
#: Seconds after which a commit is tried again that could not be read: its segments may just have been on their way.
AGAIN_S = 1.0
_NEVER = float("-inf"), None


class ServedSnapshots(Snapshots):
    """Views of an index that looks at no post before it answers, and keeps answering.

    `told` is how the index stands to the files, set by whoever watches these; an answer repeats it as long as
    `alive` says that somebody does. Until somebody does, nobody knows.
    """

    def __init__(self, folder: str, engine: Engine) -> None:
        super().__init__(folder, engine, "never")
        self.told = Freshness(None, 0)
        self.alive: Callable[[], bool] = lambda: True
        self._refused: tuple[float, Identity | None] = -AGAIN_S, None
        self._seen: tuple[float, Identity | None] = _NEVER
        self._seen_for = ASKED_S if hosted(engine) else SEEN_S

    def freshness(self, settings: Settings) -> Freshness:
        """As it was told."""
        return self.stands()

    def stands(self) -> Freshness:
        """How the index stands to the files, as far as somebody knows."""
        return self.told if self.alive() else Freshness(False, 0)

    def newest(self) -> Identity | None:
        """Which commit is the newest, or was a moment ago. Raises EngineUnavailableError."""
        now = time.monotonic()
        if now - self._seen[0] >= self._seen_for:
            before = self._seen
            self._seen = now, before[1]  # one looks, the others go on with what was seen
            try:
                self._seen = now, self.engine.newest()
            except EngineUnavailableError:
                self._seen = before
                raise
        return self._seen[1]

    def opened(self) -> Reader:
        """The reader of the commit that answers: the newest, or the last that could be read."""
        opened = self.last
        newest: Identity | None = None
        try:
            newest = self.newest()
            if opened and newest is not None and self._is_refused(newest):
                return opened
            opened = super().opened()
        except IndexFault:
            if opened is None:
                raise
        # A commit that is no good is not tried again with every query.
        self._refused = time.monotonic(), None if opened.identity == newest else newest
        return opened

    def _is_refused(self, newest: Identity | None) -> bool:
        return newest == self._refused[1] and (newest is None or time.monotonic() - self._refused[0] < AGAIN_S)

    def committed(self) -> None:
        """What was committed answers at once."""
        super().committed()
        self._seen = _NEVER

    def stats(self) -> Stats:
        """The commit that answers, in numbers."""
        return self.opened().stats()

    def answering(self) -> Identity | None:
        """The commit that answers; None if there is a newer one, which the next search opens, or if servers have to be
        asked for it: nobody waits for that here."""
        opened = self.last
        if self._seen_for == ASKED_S and time.monotonic() - self._seen[0] >= ASKED_S:
            return None
        with suppress(IndexFault):
            newest = self.newest()
            if opened and (newest == opened.identity or self._is_refused(newest)):
                return opened.identity
        return None

    def fault(self) -> IndexFault | None:
        """Why the newest commit, as it lies on the disk, cannot be used; None if it can."""
        try:
            newest = self.engine.newest()
            usable = self.engine.open_reader().stats().generation
        except IndexFault as fault:
            return fault
        if newest is None or usable >= newest.generation:
            return None
        hint = "run `postdex doctor --verify`, then `postdex index`"
        return IndexDamagedError(
            f"commit {newest.generation} cannot be read; {usable} answers", hint, path=self.engine.place
        )
