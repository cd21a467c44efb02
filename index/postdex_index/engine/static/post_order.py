"""Which posts of a snapshot are published, and what are their numbers there?

All that are published and not deleted, of all segments together, in the order of their paths: so posts that score the
same stand in the order of their numbers, and no path is read to compare them.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence

from ...named_tuple import NamedTuple
from ..embedded.read.scope import Part, Segment
from ..embedded.read.snapshot import Snapshot


class OrderedPost(NamedTuple):
    """A post: its segment, the number of that, and its own number there."""

    segment: Segment
    origin: int
    doc_id: int


class PostOrder:
    """The posts that are published; `numbers` has by segment the number of each of its posts, -1 of one that is not."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.parts: list[Part] = [part for part in snapshot.parts if not part.drafts]
        live = sorted(
            (part.segment.documents.path(doc_id), origin, doc_id)
            for origin, part in enumerate(self.parts)
            for doc_id in range(part.segment.posts)
            if doc_id not in part.dead
        )
        self._places = array("Q", [origin << 32 | doc_id for _, origin, doc_id in live])
        self.numbers: list[array[int]] = [array("l", [-1]) * part.segment.posts for part in self.parts]
        for number, place in enumerate(self._places):
            self.numbers[place >> 32][place & 0xFFFFFFFF] = number
        for part in self.parts:
            part.segment.documents.forget()

    def __len__(self) -> int:
        return len(self._places)

    def posts(self, start: int, stop: int) -> Iterator[OrderedPost]:
        """The posts with the numbers [start, stop)."""
        for place in self._places[start:stop]:
            origin = place >> 32
            yield OrderedPost(self.parts[origin].segment, origin, place & 0xFFFFFFFF)

    def numbered(self, origin: int, docs: Sequence[int]) -> list[int]:
        """The numbers of those of a segment's posts that are published."""
        numbers = self.numbers[origin]
        return [number for doc_id in docs if (number := numbers[doc_id]) >= 0]
