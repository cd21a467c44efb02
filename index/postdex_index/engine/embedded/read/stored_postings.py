"""What are the postings of a stored list, or of consecutive lists?

Read from the columns of `PostingLists`, as late and as little as possible; implements `Postings`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence, Set
from itertools import accumulate, chain, compress, islice, pairwise

from ..format.columns import LISTS_PER_SKIP, POSTINGS_PER_SKIP, ColumnSource
from ..format.surface_forms import WordForms, sparse_range
from .combined_postings import Postings, max_impacts

#: A list so many times as long as the posts that are asked for is looked up post by post, not gone through.
_LOOKUP_RATIO = 12


def contiguous_ranges(numbers: Iterable[int]) -> list[range]:
    """Ranges of consecutive numbers, from ascending numbers.

    >>> contiguous_ranges([3, 4, 5, 8])
    [range(3, 6), range(8, 9)]
    """
    ranges: list[range] = []
    for number in numbers:
        if ranges and ranges[-1].stop == number:
            ranges[-1] = range(ranges[-1].start, number + 1)
        else:
            ranges.append(range(number, number + 1))
    return ranges


def flags_of(numbers: Set[int]) -> bytes:
    """A table for `bytes.translate`: 1 for each of these numbers."""
    return bytes([number in numbers for number in range(256)])


class StoredLists:
    """The columns of the posting lists of a segment."""

    def __init__(self, segment: ColumnSource) -> None:
        self._posts, self._skip_postings = segment.column("list_postings"), segment.column("skip_postings")
        self.forms = WordForms(segment)
        self._title_lists, self._title_first = segment.column("title_lists"), segment.column("title_list_first")
        self._title_docs, self._title_shares = segment.column("title_coverage_doc"), segment.column("title_coverage")
        self.docs = segment.column("doc_ids", whole=False)
        self.impacts = segment.column("impacts", whole=False)
        self._counts = segment.column("term_freqs", whole=False)
        self._positions = segment.column("positions", whole=False)
        self._check_docs, self._check_impacts = segment.checker("doc_ids"), segment.checker("impacts")
        self._check_counts, self._check_positions = segment.checker("term_freqs"), segment.checker("positions")
        self._skip_positions = segment.column("skip_positions")
        many = segment.column("large_term_freqs").tolist()
        self._large_counts: dict[int, dict[int, int]] = {}
        for posting, count in zip(many[::2], many[1::2], strict=True):
            self._large_counts.setdefault(posting // POSTINGS_PER_SKIP, {})[posting] = count

    def bounds(self, numbers: range) -> tuple[int, int]:
        """The range [start, stop) of postings of consecutive lists. Verifies the checksums of all their columns; raises
        IndexDamagedError."""
        mark = numbers.start // LISTS_PER_SKIP
        start = self._skip_postings[mark] + sum(self._posts[mark * LISTS_PER_SKIP : numbers.start])
        stop = start + sum(self._posts[numbers.start : numbers.stop])
        self._check_docs(start, stop)
        self._check_impacts(start, stop)
        self._check_counts(start & -POSTINGS_PER_SKIP, stop)
        self._check_positions(self.offset(start)[0], self.offset(stop - 1)[1])
        return start, stop

    def title_coverages(self, number: int) -> Iterable[tuple[int, int]]:
        """(post, coverage in 1/255) of a list, for the posts with the term in their title."""
        start, stop = sparse_range(self._title_lists, self._title_first, number)
        return zip(self._title_docs[start:stop], self._title_shares[start:stop], strict=True)

    def offset(self, posting: int) -> tuple[int, int]:
        """The range [start, stop) of a posting's occurrences in the column `positions`."""
        block = posting // POSTINGS_PER_SKIP
        start = self._skip_positions[block] + sum(self._counts[block * POSTINGS_PER_SKIP : posting])
        count = self._counts[posting]
        if block in self._large_counts:
            for large, exact in self._large_counts[block].items():
                if large < posting:
                    start += exact - 255
                elif large == posting:
                    count = exact
        return start, start + count

    def offsets(self, start: int, stop: int) -> list[int]:
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

    def occurrences(self, start: int, stop: int) -> list[int]:
        """The positions [start, stop) of the column."""
        positions: list[int] = self._positions[start:stop].tolist()
        return positions


class StoredPostings(Postings):
    """The postings of one stored list."""

    __slots__ = ("_lists", "_number", "docs", "impacts", "start", "stop")

    def __init__(self, lists: StoredLists, number: int) -> None:
        self._lists = lists
        self._number = number
        self.start, self.stop = lists.bounds(range(number, number + 1))
        self.docs: Sequence[int] = lists.docs[self.start : self.stop]
        self.impacts = bytes(lists.impacts[self.start : self.stop])

    def positions(self, doc_id: int) -> Sequence[int]:
        """Ascending positions in a post."""
        lists = self._lists
        posting = bisect_left(lists.docs, doc_id, self.start, self.stop)
        if posting == self.stop or lists.docs[posting] != doc_id:
            return ()
        return lists.occurrences(*lists.offset(posting))

    def counted_positions(self, doc_id: int) -> Sequence[int]:
        """All of them."""
        return self.positions(doc_id)

    def positions_in(self, docs: Sequence[int], forms: set[int] | None = None) -> list[list[int]]:
        """The positions in each of these posts, only those of the `forms` surfaces if that is not None."""
        occurrences, spans = self._lists.occurrences, self._spans(docs)
        form_numbers = b"" if forms is None else self._lists.forms.of(self._number)
        if forms is None or not form_numbers:
            return [occurrences(start, stop) for start, stop in spans]
        origin, flags = self._lists.offset(self.start)[0], form_numbers.translate(flags_of(forms))
        return [list(compress(occurrences(a, b), flags[a - origin : b - origin])) for a, b in spans]

    def _spans(self, docs: Sequence[int]) -> list[tuple[int, int]]:
        """Where the occurrences in each of these posts lie; for many posts at once, without a step of Python for
        the others: the hot loop of phrases (`benchmarks/speed.py`, queries)."""
        if len(docs) * _LOOKUP_RATIO < len(self.docs):
            return [self._span(doc_id) for doc_id in docs]
        offsets = self._lists.offsets(self.start, self.stop)
        if docs is self.docs:
            return list(pairwise(offsets))
        chosen = list(map(set(docs).__contains__, self.docs))
        spans = zip(compress(offsets, chosen), compress(islice(offsets, 1, None), chosen), strict=True)
        span_by_doc = dict(zip(compress(self.docs, chosen), spans, strict=True))
        return [span_by_doc.get(doc_id, (0, 0)) for doc_id in docs]

    def _span(self, doc_id: int) -> tuple[int, int]:
        posting = bisect_left(self.docs, doc_id)
        if posting == len(self.docs) or self.docs[posting] != doc_id:
            return 0, 0
        return self._lists.offset(self.start + posting)

    def whole_lists(self) -> Iterable[int]:
        """Its own number."""
        return (self._number,)


class ContiguousPostings(Postings):
    """The union of consecutive stored lists, as most of a pattern's are: without a step of Python for each of them."""

    __slots__ = ("_lists", "_numbers", "_posts", "_start", "docs", "impacts")

    def __init__(self, lists: StoredLists, numbers: range) -> None:
        self._lists = lists
        self._numbers = numbers
        self._start, stop = lists.bounds(numbers)
        docs = lists.docs[self._start : stop]
        self.docs, self.impacts = max_impacts([(docs, lists.impacts[self._start : stop])])
        # The posts of all lists as characters: in a text one is found at the speed of memory.
        self._posts = str(docs, "utf-16-le", "surrogatepass")

    def positions(self, doc_id: int) -> Sequence[int]:
        """Ascending positions in a post, each once."""
        lists = self._lists
        return sorted(
            {*chain.from_iterable([lists.occurrences(*lists.offset(posting)) for posting in self._of(doc_id)])}
        )

    def counted_positions(self, doc_id: int) -> Sequence[int]:
        """The positions in the list that has the greatest impact there."""
        lists, postings = self._lists, self._of(doc_id)
        return lists.occurrences(*lists.offset(max(postings, key=lists.impacts.__getitem__))) if postings else ()

    def _of(self, doc_id: int) -> list[int]:
        """The postings of a post."""
        post, postings = chr(doc_id), list[int]()
        index = self._posts.find(post)
        while index >= 0:
            postings.append(self._start + index)
            index = self._posts.find(post, index + 1)
        return postings

    def whole_lists(self) -> Iterable[int]:
        """The numbers of all."""
        return self._numbers


def positions_in(postings: Postings, docs: Sequence[int]) -> Sequence[Sequence[int]]:
    """The positions in each of these posts."""
    return postings.positions_in(docs) if isinstance(postings, StoredPostings) else list(map(postings.positions, docs))
