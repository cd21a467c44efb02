"""What are the postings of a stored list, or of consecutive lists?

Read from the columns of `PostingLists`, as late and as little as possible; implements `Postings`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from itertools import chain

from ..format.columns import LISTS_PER_SKIP, POSTINGS_PER_SKIP, ColumnSource, LazyColumn
from ..format.surface_forms import WordForms, sparse_range
from .combined_postings import Postings, max_impacts
from .occurrences import ListPart, Occurrences


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
        self._posts, self._skip_postings = LazyColumn(segment, "list_postings"), segment.column("skip_postings")
        self.forms = WordForms(segment)
        self._title_lists, self._title_first = segment.column("title_lists"), segment.column("title_list_first")
        self._title_docs, self._title_shares = segment.column("title_coverage_doc"), segment.column("title_coverage")
        self.docs = segment.column("doc_ids", whole=False)
        self.impacts = segment.column("impacts", whole=False)
        self._check_docs, self._check_impacts = segment.checker("doc_ids"), segment.checker("impacts")
        self._check_counts, self._check_positions = segment.checker("term_freqs"), segment.checker("positions")
        self.occurrences = Occurrences(
            self.docs,
            segment.column("term_freqs", whole=False),
            segment.column("large_term_freqs"),
            segment.column("skip_positions"),
            segment.column("positions", whole=False),
        )

    def bounds(self, numbers: range) -> tuple[int, int]:
        """The range [start, stop) of postings of consecutive lists. Verifies the checksums of all their columns; raises
        IndexDamagedError."""
        mark = numbers.start // LISTS_PER_SKIP
        start = self._skip_postings[mark] + sum(self._posts.items(mark * LISTS_PER_SKIP, numbers.start))
        stop = start + sum(self._posts.items(numbers.start, numbers.stop))
        self._check_docs(start, stop)
        self._check_impacts(start, stop)
        self._check_counts(start & -POSTINGS_PER_SKIP, stop)
        offset = self.occurrences.offset
        self._check_positions(offset(start)[0], offset(stop - 1)[1])
        return start, stop

    def title_coverages(self, number: int) -> Iterable[tuple[int, int]]:
        """(post, coverage in 1/255) of a list, for the posts with the term in their title."""
        start, stop = sparse_range(self._title_lists, self._title_first, number)
        return zip(self._title_docs[start:stop], self._title_shares[start:stop], strict=True)

    def part(self, number: int, forms: Set[int] | None = None) -> ListPart:
        """A list, verified, less the word forms that are not among `forms` if that is not None."""
        start, stop = self.bounds(range(number, number + 1))
        form_numbers = b"" if forms is None else self.forms.of(number)
        return ListPart(start, stop, form_numbers.translate(flags_of(forms)) if forms is not None else b"")


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
        return self._lists.occurrences.in_post(self.start, self.stop, doc_id)

    def counted_positions(self, doc_id: int) -> Sequence[int]:
        """All of them."""
        return self.positions(doc_id)

    def all_positions(self) -> list[list[int]]:
        """The positions in each of its posts."""
        return self._lists.occurrences.in_posts((self.start, self.stop, b""), None)

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
        occurrences = self._lists.occurrences
        of_doc = [occurrences.between(*occurrences.offset(posting)) for posting in self._of(doc_id)]
        return sorted({*chain.from_iterable(of_doc)})

    def counted_positions(self, doc_id: int) -> Sequence[int]:
        """The positions in the list that has the greatest impact there; of several the first by its positions, as of a
        `UnionPostings`."""
        lists, postings = self._lists, self._of(doc_id)
        most = max([lists.impacts[posting] for posting in postings], default=0)
        best = [posting for posting in postings if lists.impacts[posting] == most]
        return min([lists.occurrences.in_post(posting, posting + 1, doc_id) for posting in best], default=())

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


def all_positions(postings: Postings) -> Sequence[Sequence[int]]:
    """The positions in each of the posts of postings."""
    return (
        postings.all_positions()
        if isinstance(postings, StoredPostings)
        else list(map(postings.positions, postings.docs))
    )
