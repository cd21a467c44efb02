"""Which posts of a snapshot match a query, and which of them can be among the best?

Posts are byte lanes: a word has a row of one byte a post, and Python's big integers add, mask and
compare all posts at once (1.7 ns a post and word, as fast as numpy). A segment keeps its own rows
(`ImpactRows`); put side by side they are those of the snapshot, so that many segments cost what one of
their size does (16 segments of 100,000 posts: two thirds of the time of one after the other).
`Matcher.match` gives the lanes of the posts that match, `candidates` their upper bounds by addition of
scaled rows, and the exact scores of the few that can still be among the best. Every fast way gives the
same top and the same totals as a loop over all postings: tests/test_matching.py.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence, Set
from functools import cache, lru_cache, reduce
from heapq import nlargest
from itertools import accumulate, compress, pairwise
from math import ceil, log
from operator import and_, or_

from ....named_tuple import NamedTuple
from ....query import Clauses, DateRange, Everything, Keyword, Leaf, Phrase, Query, Synonyms, Term
from ....scoring import COVERAGE
from .combined_postings import Postings, partial_lists
from .doc_values import Columns
from .postings import PostingLists, Sought
from .vocabulary import Vocabulary

MASK_FF = bytes([0]) + b"\xff" * 255
MASK_01 = bytes([0]) + b"\x01" * 255
#: Scales of upper bounds are rounded up to a power of this.
_STEP = 1.02
_LOG_STEP = log(_STEP)
#: With more leaves their rounding up would leave little of a byte for what they are worth.
_MAX_ROWS = 100
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
            impact_bytes = bytearray(self.posts)
            for doc_id, value in zip(postings.docs, postings.impacts, strict=True):
                impact_bytes[doc_id] = value
            row = SegmentImpactRow(postings, bytes(impact_bytes), max(postings.impacts))
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
            row_bytes = bytearray(self.posts)
            for doc_id in title_docs_of[number]:
                row_bytes[doc_id] = 255
            lanes += self._coverage_of(number) & int.from_bytes(row_bytes, "little")
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
        among = [list(compress(range(stop - start), matching[start:stop])) for start, stop in bounds]
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

    def _joined(self, lanes: Sequence[int]) -> int:
        """The lanes of each segment as lanes of all."""
        if len(lanes) == 1 or not any(lanes):
            return lanes[0] if lanes else 0
        pieces = [mask.to_bytes(source.rows.posts, "little") for mask, source in zip(lanes, self.sources, strict=True)]
        return int.from_bytes(b"".join(pieces), "little")

    @staticmethod
    def count(lanes: int) -> int:
        """The number of posts whose lane is not 0."""
        return lanes.bit_count() >> 3

    def docs(self, lanes: int) -> Iterable[int]:
        """The posts whose lane is not 0, ascending."""
        return compress(range(self.posts), self.lane_bytes(lanes))

    # -- the best

    def candidates(
        self,
        lanes: int,
        rows: Sequence[tuple[ImpactRow, float]],
        coverage: bytes,
        count: int,
        always: Iterable[int] = (),
    ) -> list[tuple[float, float, int]]:
        """The matching posts that can be among the best `count`, as (base score, title share, post), unordered.

        `lanes` are those of the matching posts, `rows` those of the leaves with the factors of their bytes,
        `title_coverage` what `title_coverage` makes of them; `always` are posts to score in any case, if they match.
        """
        docs = self._reaching(lanes, rows, count, coverage)
        if always:
            matching = self.lane_bytes(lanes)
            docs.update([doc_id for doc_id in always if matching[doc_id]])
        return self._scored(docs, rows, coverage)

    @staticmethod
    def _scored(
        docs: Collection[int], rows: Sequence[tuple[ImpactRow, float]], coverage: bytes
    ) -> list[tuple[float, float, int]]:
        """Posts with their base scores and the shares of their titles."""
        bases = [0.0] * len(docs)
        for row, factor in rows:
            impacts = map(row.impacts.__getitem__, docs)
            bases = [base + factor * value for base, value in zip(bases, impacts, strict=True)]
        if not coverage:
            return [(base, 0.0, doc_id) for base, doc_id in zip(bases, docs, strict=True)]
        return [(base, coverage[doc_id] / 255, doc_id) for base, doc_id in zip(bases, docs, strict=True)]

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

    def _reaching(self, lanes: int, rows: Sequence[tuple[ImpactRow, float]], count: int, coverage: bytes) -> set[int]:
        """Posts whose upper bound can reach the `count` best, or all matching ones where that's simpler."""
        if self.count(lanes) <= count:
            return set(reaching(self.lane_bytes(lanes), 1))
        most = sum(row.max_impact * factor for row, factor in rows)
        if not most or len(rows) > _MAX_ROWS:
            return set(self.docs(lanes))
        # Each scaled impact is rounded up, by less than _STEP times and one: so a lane is at least the exact value,
        # and 254 at most.
        scale = (254 - len(rows)) / most / _STEP
        bounds = 0
        for row, factor in rows:
            if not factor:
                continue
            bounds += int.from_bytes(row.impacts.translate(_table(ceil(log(factor * scale) / _LOG_STEP))), "little")
        bounds &= lanes
        upper = self.lane_bytes(bounds)
        least = threshold(upper, count)
        if not least:
            return set(self.docs(lanes))
        # So many are sure to score this: who cannot is out.
        promising = self._scored([*reaching(upper, least)], rows, coverage)
        floor = nlargest(count, [base * (1 + COVERAGE * title_share) for base, title_share, _ in promising])[-1]
        # Nor is the post with the best base score, which titles and headings are measured against, ever out.
        reach = int(min(floor, max([base for base, _, _ in promising])) * scale)
        if reach <= 1:
            return set(self.docs(lanes))
        docs = set(reaching(upper, reach))
        if coverage:
            titled = self.lane_bytes(bounds & int.from_bytes(coverage.translate(MASK_FF), "little"))
            for doc_id in reaching(titled, max(1, int(reach / (1 + COVERAGE)))):
                if titled[doc_id] * (1 + COVERAGE / 255 * coverage[doc_id]) >= reach:
                    docs.add(doc_id)
        return docs


@lru_cache(1024)
def _table(steps: int) -> bytes:
    """Impact byte -> its upper bound, scaled by _STEP to this power; 0 stays 0. Steps, so that few tables do."""
    scale = _STEP**steps
    return bytes([0] + [min(255, int(scale * value) + 1) for value in range(1, 256)])


def reaching(row: bytes, value: int) -> Iterator[int]:
    """Where the bytes of a row stand that are `value` or more. To mark them first is four times as fast as to look for
    a range of bytes.

    >>> list(reaching(bytes([0, 3, 9, 5]), 4))
    [2, 3]
    """
    return map(_MATCH_START, _ONE_BYTE.finditer(row.translate(_marks_from(value))))


def threshold(row: bytes, count: int) -> int:
    """The largest value that at least `count` bytes of the row reach; 0 if fewer are above 0.

    >>> threshold(bytes([0, 3, 9, 5]), 2)
    5
    """
    row = row.translate(None, b"\0")
    low, high = 0, 256
    while len(row) >= count and high - low > 1:
        middle = (low + high) >> 1
        rest = row.translate(None, bytes(range(middle)))
        if len(rest) >= count:
            low, row = middle, rest
        else:
            high = middle
    return low


@cache
def _marks_from(value: int) -> bytes:
    """A table for `bytes.translate`: 1 from this value on."""
    return bytes([byte >= value for byte in range(256)])


_ONE_BYTE, _MATCH_START = re.compile(b"\x01"), re.Match.start
