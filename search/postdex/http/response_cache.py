"""Which answers need not be made again?

Until something is committed the same question has the same answer, and people who type the same word send the same
questions. Answers are kept as the bytes that were sent, for one state of the index; the next state begins anew.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock

from postdex_index import forks
from postdex_index.named_tuple import NamedTuple

from ..record.asked import Outcome


class CachedAnswer(NamedTuple):
    """The bytes of an answer, and of a search what it found."""

    body: bytes
    outcome: Outcome | None = None


class Cache:
    """Answers of one state of the index, those that were not asked for longest out first. Thread-safe.

    >>> cache = Cache(10)
    >>> cache.put(1, "a", CachedAnswer(b"12345678")), cache.put(1, "b", CachedAnswer(b"1234"))
    (None, None)
    >>> cache.get(1, "a"), cache.get(1, "b")
    (None, CachedAnswer(body=b'1234', outcome=None))
    >>> cache.get(2, "b")
    """

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        forks.remember(self)
        self.begin_anew()

    def begin_anew(self) -> None:
        """Keep nothing; in a forked child too, where nobody finishes what was under way."""
        self._lock = Lock()
        self._state: Hashable = None
        self._answers: OrderedDict[Hashable, CachedAnswer] = OrderedDict()
        self._bytes = 0

    def get(self, state: Hashable, question: Hashable) -> CachedAnswer | None:
        """The answer that was given in this state, if it is kept."""
        with self._lock:
            if state != self._state or question not in self._answers:
                return None
            self._answers.move_to_end(question)
            return self._answers[question]

    def put(self, state: Hashable, question: Hashable, answer: CachedAnswer) -> None:
        """Keep an answer; those of another state are forgotten."""
        with self._lock:
            if state != self._state:
                self._state, self._bytes = state, 0
                self._answers.clear()
            former = self._answers.pop(question, CachedAnswer(b""))
            self._bytes += len(answer.body) - len(former.body)
            self._answers[question] = answer
            while self._bytes > self._most:
                self._bytes -= len(self._answers.popitem(last=False)[1].body)
