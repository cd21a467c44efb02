"""At which positions of a post does a stored word stand?

The positions of all postings lie in one column, those of a posting side by side. A list is a range [start, stop) of
postings, whose posts ascend; its checksums are verified by who has it (`StoredLists.bounds`).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate, chain, compress, islice, pairwise
from typing import TYPE_CHECKING

from .... import native
from ....named_tuple import NamedTuple
from ..format.columns import POSTINGS_PER_SKIP

#: A list so many times as long as the posts that are asked for is looked up post by post, not gone through.
_LOOKUP_RATIO = 12


class ListPart(NamedTuple):
    """A stored list as its range of postings; `flags` has a byte for each of its occurrences, 0 for those that are
    left out, or nothing where all are meant."""

    start: int
    stop: int
    flags: bytes = b""


class PureOccurrences:
    """The positions of a segment's postings, from its columns `doc_ids`, `term_freqs`, `large_term_freqs`,
    `skip_positions` and `positions`."""

    def __init__(
        self,
        docs: Sequence[int],
        counts: Sequence[int],
        large_counts: Sequence[int],
        skips: Sequence[int],
        positions: memoryview[int],
        /,
    ) -> None:
        self._docs, self._counts, self._skips, self._positions = docs, counts, skips, positions
        self._large_counts: dict[int, dict[int, int]] = {}
        for posting, count in zip(large_counts[::2], large_counts[1::2], strict=True):
            self._large_counts.setdefault(posting // POSTINGS_PER_SKIP, {})[posting] = count

    def posts(self, start: int, stop: int, /) -> Sequence[int]:
        """The posts of a list."""
        return self._docs[start:stop]

    def offset(self, posting: int, /) -> tuple[int, int]:
        """The range [start, stop) of a posting's occurrences in the column `positions`."""
        block = posting // POSTINGS_PER_SKIP
        start = self._skips[block] + sum(self._counts[block * POSTINGS_PER_SKIP : posting])
        count = self._counts[posting]
        if block in self._large_counts:
            for large, exact in self._large_counts[block].items():
                if large < posting:
                    start += exact - 255
                elif large == posting:
                    count = exact
        return start, start + count

    def offsets(self, start: int, stop: int, /) -> list[int]:
        """Offsets in the column `positions` where the occurrences of postings [start, stop) begin, and one more at the
        end."""
        counts: Sequence[int] = self._counts[start:stop]
        blocks = range(start // POSTINGS_PER_SKIP, -(-stop // POSTINGS_PER_SKIP))
        if self._large_counts and not self._large_counts.keys().isdisjoint(blocks):
            exact = list(counts)
            for block in blocks:
                for posting, count in self._large_counts.get(block, {}).items():
                    if start <= posting < stop:
                        exact[posting - start] = count
            counts = exact
        return list(accumulate(counts, initial=self.offset(start)[0]))

    def between(self, start: int, stop: int, /) -> list[int]:
        """The positions [start, stop) of the column."""
        positions: list[int] = self._positions[start:stop].tolist()
        return positions

    def in_post(self, start: int, stop: int, doc_id: int, /) -> list[int]:
        """The positions in a post of a list, ascending."""
        posting = bisect_left(self._docs, doc_id, start, stop)
        if posting == stop or self._docs[posting] != doc_id:
            return []
        return self.between(*self.offset(posting))

    def in_posts(self, part: tuple[int, int, bytes], docs: Sequence[int] | None, /) -> list[list[int]]:
        """The positions of a list, or of a part of it, in each of these posts, or in all of its own if that is None."""
        start, stop, flags = part
        spans = self._spans(start, stop, docs)
        if not flags:
            return [self.between(*span) for span in spans]
        origin = self.offset(start)[0]
        return [list(compress(self.between(a, b), flags[a - origin : b - origin])) for a, b in spans]

    def _spans(self, start: int, stop: int, docs: Sequence[int] | None) -> list[tuple[int, int]]:
        """Where the occurrences in each of these posts lie; for many posts at once, without a step of Python for
        the others: the hot loop of phrases (`benchmarks/speed.py`, queries)."""
        own = self._docs[start:stop]
        if docs is not None and len(docs) * _LOOKUP_RATIO < len(own):
            return [self._span(own, start, doc_id) for doc_id in docs]
        offsets = self.offsets(start, stop)
        if docs is None:
            return list(pairwise(offsets))
        chosen = list(map(set(docs).__contains__, own))
        spans = zip(compress(offsets, chosen), compress(islice(offsets, 1, None), chosen), strict=True)
        span_by_doc = dict(zip(compress(own, chosen), spans, strict=True))
        return [span_by_doc.get(doc_id, (0, 0)) for doc_id in docs]

    def _span(self, own: Sequence[int], start: int, doc_id: int) -> tuple[int, int]:
        posting = bisect_left(own, doc_id)
        if posting == len(own) or own[posting] != doc_id:
            return 0, 0
        return self.offset(start + posting)


if TYPE_CHECKING or native.IN_USE:
    from postdex_native import Occurrences as Occurrences
else:
    Occurrences = PureOccurrences


def posts_of(occurrences: Occurrences, parts: Sequence[ListPart]) -> Sequence[int]:
    """The posts of several lists, ascending."""
    posts = [occurrences.posts(part.start, part.stop) for part in parts]
    return posts[0] if len(posts) == 1 else sorted(set().union(*posts))


def positions_in(occurrences: Occurrences, parts: Sequence[ListPart], docs: Sequence[int]) -> list[list[int]]:
    """The positions of several lists in each of these posts, ascending; of more than one each once."""
    columns = [occurrences.in_posts(part, docs) for part in parts]
    return columns[0] if len(columns) == 1 else [sorted({*chain(*of_post)}) for of_post in zip(*columns, strict=True)]
