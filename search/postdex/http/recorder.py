"""What do people ask this service? Notes it in a record, where its owner wants one.

Whoever is answered waits for nothing of this: a note is a line in memory, which a thread of its own brings to the
record twice a minute, and at the end. A record that cannot be written is a line in the log, not an error of anybody;
what is noted waits until it can be, as long as there is room.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Mapping
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any, TypeAlias

from postdex_index import forks
from postdex_index.errors import PostdexError

from ..record import record_file
from ..record.asked import Asked, Opened, Outcome, shown, together
from ..record.typed import Typing
from .service_log import log

if TYPE_CHECKING:
    from datetime import date

    from starlette.requests import Request

#: What is told what a search found; None where nobody knows.
Note: TypeAlias = Callable[[Outcome | None], None]
#: Seconds between two times that notes are brought to the record: so much is lost with a process that is killed.
EVERY_S = 30.0
#: Seconds that the end of the service waits for the last time.
_END_S = 5.0
#: Queries that are noted meanwhile, or while the record cannot be written; those beyond are not.
MOST_NOTED = 5_000


def nobody(outcome: Outcome | None) -> None:
    """Nobody wants to know."""


def is_meant(request: Request) -> bool:
    """Whether somebody asks: no browser that fetches a page before its reader wants it, nobody who looks at headers
    only, and no page of others that makes its readers' browsers ask."""
    purpose, mode = request.headers.get("sec-purpose", ""), request.headers.get("sec-fetch-mode", "")
    from_others = request.headers.get("sec-fetch-site", "") == "cross-site" and mode == "no-cors"
    return request.method != "HEAD" and "prefetch" not in purpose and not from_others


def counts(request: Request, arguments: Mapping[str, Any]) -> bool:
    """Whether a search counts: it wants the first hits, and to be recorded."""
    return bool(arguments["record"] and arguments["limit"] and not arguments["offset"]) and is_meant(request)


class Recorder:
    """What is asked of a site from now on; `path` is the record, `clicks` says that opened hits count too, `today` is
    asked for the day of each note. Thread-safe."""

    def __init__(self, path: str, most_bytes: int, *, clicks: bool, today: Callable[[], date]) -> None:
        self.path = path
        self.clicks = clicks
        self._most_bytes = most_bytes
        self._today = today
        forks.remember(self)
        self.begin_anew()

    def begin_anew(self) -> None:
        """With nothing noted; in a forked child too, as its parent notes it."""
        self._lock, self._writing = Lock(), Lock()
        self._noted: dict[str, Asked] = {}
        self._typing = Typing()
        self._thread: Thread | None = None
        self._closed = Event()
        self._fails = False

    def asked(self, query: str, outcome: Outcome | None, *, typing: bool = False) -> None:
        """A query was answered by what it found, or by an answer that was given before (None). While somebody is
        `typing` it counts when it has come to rest."""
        query, now = shown(query), time.monotonic()
        if not query:
            return
        with self._lock:
            if typing:
                self._typing.typed(query, outcome, now)
            elif not self._typing.sent(query, outcome, now):
                self._note(Asked(query, 1, outcome))
            self._settle(now)
            self._begin()

    def opened(self, query: str, path: str, rank: int) -> None:
        """A post was opened from the hits of a query, among which it stood on this rank."""
        query = shown(query)
        if not query:
            return
        with self._lock:
            if text := self._typing.settled(query):
                self._note(Asked(query, 1, text.outcome))
            self._note(Asked(query, opened={path: Opened(1, rank)}))
            self._begin()

    def bring(self) -> None:
        """Bring what was noted to the record, as far as that is possible now. Never raises for a disk."""
        with self._writing:
            with self._lock:
                self._settle(time.monotonic())
                taken, self._noted = self._noted, {}
            if not taken:
                return
            try:
                unreadable = record_file.add(self.path, taken.values(), self._most_bytes)
            except (OSError, PostdexError) as error:
                self._say_failure(error)
                with self._lock:
                    for row in [*taken.values()]:
                        later = self._noted.get(row.key)
                        self._noted[row.key] = together(row, later) if later else row
                return
            if self._fails:
                log.info("what people ask is recorded again")
            self._fails = False
            if unreadable:
                log.warning("%d lines of the record %s were no queries, and are gone", unreadable, self.path)

    def close(self) -> None:
        """Bring the last notes to the record, unless that takes too long."""
        with self._lock:
            for text in self._typing.rested(math.inf):
                self._note(Asked(text.query, 1, text.outcome))
        self._closed.set()
        last = Thread(target=self.bring, name="postdex-record", daemon=True)
        last.start()
        last.join(_END_S)

    def _settle(self, now: float) -> None:
        """Note what has come to rest; the lock is held."""
        for text in self._typing.rested(now):
            self._note(Asked(text.query, 1, text.outcome))

    def _note(self, row: Asked) -> None:
        """The lock is held."""
        day = self._today().isoformat()
        row = row._replace(first=day, last=day)
        if former := self._noted.get(row.key):
            self._noted[row.key] = together(former, row)
        elif len(self._noted) < MOST_NOTED:
            self._noted[row.key] = row

    def _begin(self) -> None:
        """With the first note begins the thread that brings them; the lock is held."""
        if self._thread is None and not self._closed.is_set():
            self._thread = Thread(target=self._run, name="postdex-record", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        closed = self._closed
        while not closed.wait(EVERY_S):
            self.bring()

    def _say_failure(self, error: OSError | PostdexError) -> None:
        """Once, until it can be written again."""
        if not self._fails:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            log.error(f"what people ask cannot be recorded in {os.path.basename(self.path)}: {reason}")
        self._fails = True
