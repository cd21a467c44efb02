"""Which posts of a snapshot match a query?

Posts are byte lanes: a word has a row of one byte a post, and Python's big integers add, mask and
compare all posts at once (1.7 ns a post and word, as fast as numpy). A segment keeps its own rows
(`ImpactRows`); put side by side they are those of the snapshot, so that many segments cost what one of
their size does (16 segments of 100,000 posts: two thirds of the time of one after the other).
`Matcher.match` gives the lanes of the posts that match; which of them can be among the best is `candidates`' answer.
Every fast way gives the same totals as a loop over all postings: tests/test_matching.py.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence, Set
from functools import reduce
from itertools import accumulate, pairwise
from operator import and_, or_

from .... import forks, native
from ....named_tuple import NamedTuple
from ....query import Clauses, DateRange, Everything, FieldRange, Keyword, Leaf, Phrase, Query, Synonyms, Term
from .candidates import MASK_01, MASK_FF, best_candidates, docs_of, lanes_of, reaching
from .combined_postings import Postings, partial_lists
from .doc_values import Columns
from .postings import PostingLists, Sought
from .vocabulary import Vocabulary

#: Rows of leaves are kept until they are so many bytes, in each segment and in the whole.
SEGMENT_BYTES, WHOLE_BYTES = 8_000_000, 64_000_000


class SegmentImpactRow(NamedTuple):
    """A leaf in a segment: its postings, its impact row (a byte a post, 0 where it does not occur), and the maximum of
    that."""

    postings: Postings
    impacts: bytes
    max_impact: int


class ImpactRows:
    """Impact rows of one segment by leaf, cached from search to search and across commits."""

    def __init__(self, lists: PostingLists) -> None:
        self.posts = lists.posts
        self._lists = lists
        self._rows: dict[Sought, SegmentImpactRow | None] = {}
        self._coverages: dict[int, int] = {}
        self._room = SEGMENT_BYTES

    def get(self, sought: Sought, among: Sequence[int] | None = None) -> SegmentImpactRow | None:
        """What there is of a leaf, or None if no post has it. `among` as in `PostingLists.postings`."""
        if sought in self._rows:
            return self._rows[sought]
        postings = self._lists.postings(sought, among)
        row = None
        if postings:
            row = SegmentImpactRow(postings, *impact_row(postings.docs, postings.impacts, self.posts))
        size = 500 + (self.posts + len(row.postings.docs) * 2 if row else 0)
        if size > self._room:
            self._rows, self._coverages, self._room = {}, {}, SEGMENT_BYTES
        self._room -= size
        self._rows[sought] = row
        return row

    def title_coverage(self, postings: Sequence[Postings]) -> int:
        """Lanes: the share of each title's words that these stand for. Each list counts once, so that the shares of a
        title add up to no more than a byte holds."""
        whole_lists = {number for part in postings for number in part.whole_lists()}
        lanes = sum(map(self._coverage_of, whole_lists))
        title_docs_of = partial_lists(postings)
        for number in title_docs_of.keys() - whole_lists:
            lanes += self._coverage_of(number) & lanes_of(title_docs_of[number], self.posts)
        return lanes

    def _coverage_of(self, number: int) -> int:
        """Lanes: the share of each title's words that the word of this list is."""
        lanes = self._coverages.get(number)
        if lanes is None:
            coverages = dict(self._lists.title_coverages(number))
            row = bytearray(self.posts if coverages else 0)  # most words are in no title
            for doc_id, coverage in coverages.items():
                row[doc_id] = coverage
            lanes = self._coverages[number] = int.from_bytes(row, "little")
        return lanes


@native.twin
def impact_row(docs: Sequence[int], impacts: bytes, posts: int) -> tuple[bytes, int]:
    """The impacts of postings as a row of so many posts, and the maximum of them.

    >>> row, most = impact_row([1, 3], bytes([5, 2]), 4)
    >>> list(row), most
    ([0, 5, 0, 2], 5)
    """
    row = bytearray(posts)
    for doc_id, value in zip(docs, impacts, strict=True):
        row[doc_id] = value
    return bytes(row), max(impacts)


class ImpactRow:
    """A leaf in a snapshot: its postings by segment, and its impact row over all of them; `cut` if it matches more
    words than the limit."""

    __slots__ = ("_present", "cut", "doc_count", "impacts", "max_impact", "postings")

    def __init__(self, parts: Sequence[SegmentImpactRow | None], impacts: bytes, cut: bool) -> None:
        rows = [row for row in parts if row is not None]
        self.postings = [row and row.postings for row in parts]
        self.impacts = impacts
        self.max_impact = max([row.max_impact for row in rows])
        self.doc_count = sum([len(row.postings.docs) for row in rows])
        self.cut = cut
        self._present: int | None = None

    @property
    def present(self) -> int:
        """Byte lanes: 255 in the posts with the leaf."""
        if self._present is None:
            self._present = int.from_bytes(self.impacts.translate(MASK_FF), "little")
        return self._present


class SegmentSource(NamedTuple):
    """A segment to search, and its deleted posts."""

    rows: ImpactRows
    columns: Columns
    deleted: Set[int]


class Matcher:
    """Matching and scoring over several segments, whose posts are numbered as if they were one."""

    def __init__(self, sources: Sequence[SegmentSource], vocabulary: Vocabulary) -> None:
        self.sources = sources
        self.vocabulary = vocabulary
        #: where the posts of each segment begin, and one more at the end
        self.starts = [*accumulate([source.rows.posts for source in sources], initial=0)]
        self.posts = self.starts[-1]
        self.deleted = [
            start + doc_id for source, start in zip(sources, self.starts, strict=False) for doc_id in source.deleted
        ]
        alive = bytearray(b"\xff" * self.posts)
        for doc_id in self.deleted:
            alive[doc_id] = 0
        self._everything = int.from_bytes(alive, "little")
        self._impact_rows: dict[Sought, ImpactRow | None] = {}
        self._room = WHOLE_BYTES

    def impact_row(self, leaf: Leaf) -> ImpactRow | None:
        """A leaf's row, or None if no post has it."""
        sought = self.vocabulary.sought(leaf)
        if sought in self._impact_rows:
            return self._impact_rows[sought]
        return self._cached(sought, [source.rows.get(sought) for source in self.sources])

    def whole(self, leaf: Leaf) -> ImpactRow | None:
        """As `impact_row`, for what was typed as a whole: the rows of its words are there, so the positions are read
        only of posts that have them all, which mostly are none."""
        sought = self.vocabulary.sought(leaf)
        if sought in self._impact_rows or isinstance(leaf, Term):
            return self.impact_row(leaf)
        matching = self.lane_bytes(self._with_all_words(leaf))
        bounds = pairwise(self.starts)
        among = [list(reaching(matching[start:stop], 1)) for start, stop in bounds]
        rows = [
            source.rows.get(sought, docs) if docs else None for source, docs in zip(self.sources, among, strict=True)
        ]
        return self._cached(sought, rows)

    def _with_all_words(self, leaf: Leaf) -> int:
        """Lanes of the posts that may hold a leaf, deleted ones too: they hold each of its words."""
        match leaf:
            case Phrase(terms) if len(terms) > leaf.prefix:
                words = dict.fromkeys(terms[:-1] if leaf.prefix else terms)
                return reduce(and_, [self._lanes(Term(word)) for word in words])
            case Synonyms(spellings):
                return reduce(or_, map(self._with_all_words, spellings))
        return self._lanes(leaf)

    def _cached(self, sought: Sought, rows: Sequence[SegmentImpactRow | None]) -> ImpactRow | None:
        """The row of a leaf from what each segment has of it, kept for the next search."""
        row = None
        if any(rows):
            impacts = [
                segment_row.impacts if segment_row else bytes(source.rows.posts)
                for segment_row, source in zip(rows, self.sources, strict=True)
            ]
            row = ImpactRow(rows, b"".join(impacts), sought.words is not None)
        size = 500 + (self.posts * 2 if row else 0)
        if size > self._room:
            self._impact_rows, self._room = {}, WHOLE_BYTES
        self._room -= size
        self._impact_rows[sought] = row
        return row

    def knows(self, sought: Sought) -> bool:
        """Whether the row of a leaf is there already."""
        return sought in self._impact_rows

    def doc_freq(self, leaf: Leaf) -> int:
        """Document frequency of a leaf, live posts only."""
        row = self.impact_row(leaf)
        return self.live_doc_count(row) if row else 0

    def live_doc_count(self, row: ImpactRow) -> int:
        """Document frequency of the leaf of an impact row, live posts only."""
        return row.doc_count - sum([1 for doc_id in self.deleted if row.impacts[doc_id]])

    def locate(self, doc_id: int) -> tuple[int, int]:
        """The number of a post's segment, and its doc_id there."""
        number = bisect_right(self.starts, doc_id) - 1
        return number, doc_id - self.starts[number]

    def positions(self, row: ImpactRow, doc_id: int) -> Sequence[int]:
        """Where the leaf of this row stands in a post, ascending."""
        number, doc_id = self.locate(doc_id)
        postings = row.postings[number]
        return postings.positions(doc_id) if postings else ()

    def counted_positions(self, row: ImpactRow, doc_id: int) -> Sequence[int]:
        """The occurrences that the impact of this row in a post was made of, a position each."""
        number, doc_id = self.locate(doc_id)
        postings = row.postings[number]
        return postings.counted_positions(doc_id) if postings else ()

    # -- which

    def match(self, query: Query) -> int:
        """Byte lanes: 255 in the live posts that match."""
        return self._lanes(query) & self._everything

    def _lanes(self, query: Query) -> int:
        match query:
            case Clauses():
                return self._clauses(query)
            case Everything():
                return self._everything
            case Keyword(field, value):
                return self._joined([source.columns.keyword(field, value) for source in self.sources])
            case DateRange(start, stop):
                return self._joined([source.columns.dates(start, stop) for source in self.sources])
            case FieldRange(field, kind, start, stop):
                with forks.barred:
                    from .own_columns import within  # few queries compare values

                return self._joined([within(source.columns, field, kind, start, stop) for source in self.sources])
        row = self.impact_row(query)
        return row.present if row else 0

    def _clauses(self, query: Clauses) -> int:
        lanes = self._everything
        for clause in query.required:
            lanes &= self._lanes(clause)
        if lanes and query.minimum == 1:
            any_of = 0
            for clause in query.optional:
                any_of |= self._lanes(clause)
            lanes &= any_of
        elif lanes and query.minimum:
            lanes &= self._at_least(query.minimum, query.optional)
        for clause in query.excluded:
            if lanes:
                lanes ^= lanes & self._lanes(clause)
        return lanes

    def _at_least(self, minimum: int, clauses: Sequence[Query]) -> int:
        """Lanes of the posts that match so many of the clauses, of which there are at most 2,000 characters' worth."""
        if minimum > len(clauses):
            return 0
        total = [0] * self.posts if len(clauses) > 255 else None
        lanes = 0
        for clause in clauses:
            ones = self.lane_bytes(self._lanes(clause)).translate(MASK_01)
            if total is None:
                lanes += int.from_bytes(ones, "little")
            else:
                total = [a + b for a, b in zip(total, ones, strict=True)]
        if total is not None:
            return int.from_bytes(bytes([255 * (n >= minimum) for n in total]), "little")
        enough = bytes(minimum) + b"\xff" * (256 - minimum)
        return int.from_bytes(self.lane_bytes(lanes).translate(enough), "little")

    def lane_bytes(self, lanes: int) -> bytes:
        """Lanes as one byte a post."""
        return lanes.to_bytes(self.posts, "little")

    def lanes_of(self, docs: Iterable[int]) -> int:
        """Lanes of these posts."""
        return lanes_of(docs, self.posts)

    def _joined(self, lanes: Sequence[int]) -> int:
        """The lanes of each segment as lanes of all."""
        if len(lanes) == 1 or not any(lanes):
            return lanes[0] if lanes else 0
        pieces = [mask.to_bytes(source.rows.posts, "little") for mask, source in zip(lanes, self.sources, strict=True)]
        return int.from_bytes(b"".join(pieces), "little")

    def docs(self, lanes: int) -> Iterable[int]:
        """The posts whose lane is not 0, ascending."""
        return docs_of(lanes, self.posts)

    # -- the best

    def candidates(
        self,
        lanes: int,
        rows: Sequence[tuple[ImpactRow, float]],
        coverage: bytes,
        count: int,
        always: Set[int] = frozenset(),
    ) -> list[tuple[float, float, int]]:
        """The matching posts that are among the best `count` by their words, as (base score, title share, post); more
        where some score the same.

        `lanes` are those of the matching posts, `rows` those of the leaves with the factors of their bytes, `coverage`
        what `title_coverage` makes of them; `always` are posts to give in any case, if they match.
        """
        most = 0.0
        for row, factor in rows:
            most += row.max_impact * factor
        pairs = [(row.impacts, factor) for row, factor in rows]
        return best_candidates(lanes, self.posts, pairs, most, coverage, count, always)

    def title_coverage(self, rows: Sequence[tuple[ImpactRow, float]]) -> bytes:
        """Title coverage by post in 1/255, a byte each; empty where no title has a term of the query."""
        coverages = [
            source.rows.title_coverage([postings for row, _ in rows if (postings := row.postings[number])])
            for number, source in enumerate(self.sources)
        ]
        if not any(coverages):
            return b""
        return b"".join(
            [
                coverage.to_bytes(source.rows.posts, "little")
                for coverage, source in zip(coverages, self.sources, strict=True)
            ]
        )
