"""Where are the one-post segments of candidates, once they were fetched?

A document of the cluster is never changed, so its segment is good for ever: it is kept by index and id, for all
snapshots of a process, until the least recently used make room.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping

from ....named_tuple import NamedTuple
from ...embedded.read.scope import Segment

#: Packed bytes of the segments that are kept; open they take some six times as much.
MAX_BYTES = 24_000_000


class DocumentKey(NamedTuple):
    """A document of the cluster: its physical index, and its id there."""

    index: str  # type: ignore[assignment]  # pyright: ignore  # hides tuple.index, which a key has no use for
    id: str


class _Kept(NamedTuple):
    segment: Segment
    size: int


class SegmentCache:
    """Open segments by the documents that they came in. Thread-safe."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._kept: OrderedDict[DocumentKey, _Kept] = OrderedDict()
        self._room = max_bytes
        self._lock = threading.Lock()

    def known(self, keys: Iterable[DocumentKey]) -> dict[DocumentKey, Segment]:
        """Those that are there."""
        segments: dict[DocumentKey, Segment] = {}
        with self._lock:
            for key in keys:
                if kept := self._kept.get(key):
                    self._kept.move_to_end(key)
                    segments[key] = kept.segment
        return segments

    def add(self, segments: Mapping[DocumentKey, Segment], sizes: Mapping[DocumentKey, int]) -> None:
        """Keep these, of so many packed bytes each."""
        with self._lock:
            for key, segment in segments.items():
                if key not in self._kept:
                    self._kept[key] = _Kept(segment, sizes[key])
                    self._room -= sizes[key]
            while self._room < 0 and len(self._kept) > 1:
                self._room += self._kept.popitem(last=False)[1].size
