"""Which posts of a segment match a query, and which of them can be among the best?

Posts are byte lanes: a word has a row of one byte a post, and Python's big integers add, mask and
compare all posts at once (1.7 ns a post and word, as fast as numpy). `Matcher.match` gives the lanes
of the posts that match, `candidates` their upper bounds by addition of scaled rows, and the exact
scores of the few that can still be among the best. Every fast way gives the same top and the same
totals as a loop over all postings: tests/test_matching.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import compress
from math import ceil, log

from ..query import Clauses, DateRange, Everything, Keyword, Leaf, Query
from .columns import Columns
from .postings import Lists, Postings
from .scoring import COVERAGE

FULL = bytes([0]) + b"\xff" * 255
ONE = bytes([0]) + b"\x01" * 255
#: Scales of upper bounds are rounded up to a power of this.
_STEP = 1.02
_LOG_STEP = log(_STEP)
#: Rows and postings of leaves are kept until they are so many bytes a segment.
CACHE_BYTES = 24_000_000


class Row:
    """A leaf in a segment: its postings, and its impacts as one byte a post."""

    __slots__ = ("_present", "bytes", "most", "postings")

    def __init__(self, postings: Postings, posts: int) -> None:
        row = bytearray(posts)
        for doc, value in zip(postings.docs, postings.impacts, strict=True):
            row[doc] = value
        self.bytes = bytes(row)
        self.postings = postings
        self.most = max(postings.impacts)
        self._present: int | None = None

    @property
    def present(self) -> int:
        """Lanes: 255 in the posts that have it."""
        if self._present is None:
            self._present = int.from_bytes(self.bytes.translate(FULL), "little")
        return self._present


class Matcher:
    """Matching and scoring in one segment. `dead` are the posts that were deleted since it was written."""

    def __init__(self, lists: Lists, columns: Columns, dead: Iterable[int]) -> None:
        self.lists = lists
        self.columns = columns
        self.posts = lists.posts
        self.dead = frozenset(dead)
        alive = bytearray(b"\xff" * self.posts)
        for doc in self.dead:
            alive[doc] = 0
        self._everything = int.from_bytes(alive, "little")
        self._rows: dict[Leaf, Row | None] = {}
        self._list_shares: dict[int, int] = {}
        self._room = CACHE_BYTES

    def row(self, leaf: Leaf) -> Row | None:
        """A leaf's row, or None if no post has it."""
        if leaf.weight != 1.0:
            leaf = leaf._replace(weight=1.0)
        if leaf in self._rows:
            return self._rows[leaf]
        postings = self.lists.postings(leaf)
        row = Row(postings, self.posts) if postings else None
        size = 500 + (self.posts * 2 + len(row.postings.docs) * 2 if row else 0)
        if size > self._room:
            self._rows, self._list_shares, self._room = {}, {}, CACHE_BYTES
        self._room -= size
        self._rows[leaf] = row
        return row

    def found(self, leaf: Leaf) -> int:
        """In how many living posts a leaf stands."""
        row = self.row(leaf)
        return self.living(row) if row else 0

    def living(self, row: Row) -> int:
        """In how many living posts the leaf of this row stands."""
        count = len(row.postings.docs)
        return count - sum([1 for doc in self.dead if row.bytes[doc]]) if self.dead else count

    # -- which

    def match(self, query: Query) -> int:
        """Lanes: 255 in the living posts that match."""
        return self._lanes(query) & self._everything

    def _lanes(self, query: Query) -> int:
        match query:
            case Clauses():
                return self._clauses(query)
            case Everything():
                return self._everything
            case Keyword(field, value):
                return self.columns.keyword(field, value)
            case DateRange(start, stop):
                return self.columns.dates(start, stop)
        row = self.row(query)
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
            ones = self.bytes(self._lanes(clause)).translate(ONE)
            if total is None:
                lanes += int.from_bytes(ones, "little")
            else:
                total = [a + b for a, b in zip(total, ones, strict=True)]
        if total is not None:
            return int.from_bytes(bytes([255 * (n >= minimum) for n in total]), "little")
        enough = bytes(minimum) + b"\xff" * (256 - minimum)
        return int.from_bytes(self.bytes(lanes).translate(enough), "little")

    def bytes(self, lanes: int) -> bytes:
        """Lanes as one byte a post."""
        return lanes.to_bytes(self.posts, "little")

    def count(self, lanes: int) -> int:
        """The number of posts whose lane is not 0."""
        return self.posts - self.bytes(lanes).count(0)

    def docs(self, lanes: int) -> Iterable[int]:
        """The posts whose lane is not 0, ascending."""
        return compress(range(self.posts), self.bytes(lanes))

    # -- the best

    def candidates(
        self, lanes: int, rows: Sequence[tuple[Row, float]], wanted: int, floor: float, always: Iterable[int] = ()
    ) -> list[tuple[float, float, int]]:
        """The matching posts that can be among the best `wanted`, as (base score, title share, post), unordered.

        `lanes` are those of the matching posts, `rows` those of the leaves with the factors of their bytes; a post
        that cannot reach a final score of `floor` may be left out; `always` are posts to score in any case, if
        they match.
        """
        shares = self._shares(rows)
        matching = self.bytes(lanes)
        docs = self._reaching(lanes, rows, wanted, floor, shares)
        docs.update(doc for doc in always if matching[doc])
        bases = [0.0] * len(docs)
        for row, factor in rows:
            impacts = map(row.bytes.__getitem__, docs)
            bases = [base + factor * value for base, value in zip(bases, impacts, strict=True)]
        share_row = self.bytes(shares)
        return [(base, share_row[doc] / 255, doc) for base, doc in zip(bases, docs, strict=True)]

    def _shares(self, rows: Sequence[tuple[Row, float]]) -> int:
        """Lanes: the share of each title's words that the leaves ask for. Each list counts once, so that
        the shares of a title add up to no more than a lane holds."""
        return sum(map(self._share_lanes, {number for row, _ in rows for number in row.postings.stored()}))

    def _share_lanes(self, number: int) -> int:
        lanes = self._list_shares.get(number)
        if lanes is None:
            row = bytearray(self.posts)
            for doc, share in self.lists.shares(number):
                row[doc] = share
            lanes = self._list_shares[number] = int.from_bytes(row, "little")
        return lanes

    def _reaching(
        self, lanes: int, rows: Sequence[tuple[Row, float]], wanted: int, floor: float, shares: int
    ) -> set[int]:
        """Posts whose upper bound can reach the `wanted` best, or all matching ones where that's simpler."""
        most = sum(row.most * factor for row, factor in rows)
        if not most or len(rows) > 100:
            return set(self.docs(lanes))
        # Each scaled impact is rounded up, so a lane is at most 254 and at least the exact value, and _STEP times
        # that and one for each row at most.
        scale = (254 - len(rows)) / most / _STEP
        bounds = 0
        for row, factor in rows:
            if not factor:
                continue
            bounds += int.from_bytes(row.bytes.translate(_table(ceil(log(factor * scale) / _LOG_STEP))), "little")
        bounds &= lanes
        upper = self.bytes(bounds)
        reach = max(int((threshold(upper, wanted) - len(rows)) / _STEP) - 1, int(floor * scale))
        if reach <= 1:
            return set(self.docs(lanes))
        docs = {match.start() for match in at_least(reach).finditer(upper)}
        titled = self.bytes(bounds & int.from_bytes(self.bytes(shares).translate(FULL), "little"))
        lower = max(1, int(reach / (1 + COVERAGE)) - 1)
        docs.update(match.start() for match in at_least(lower).finditer(titled))
        return docs


@lru_cache(1024)
def _table(steps: int) -> bytes:
    """Impact byte -> its upper bound, scaled by _STEP to this power; 0 stays 0. Steps, so that few tables do."""
    scale = _STEP**steps
    return bytes([0] + [min(255, int(scale * value) + 1) for value in range(1, 256)])


@lru_cache(256)
def at_least(value: int) -> re.Pattern[bytes]:
    """A pattern of one byte of this value or more."""
    return re.compile(b"[\\x%02x-\\xff]" % min(255, value))


def threshold(row: bytes, count: int) -> int:
    """The largest value that at least `count` bytes of the row reach; 0 if fewer are above 0.

    >>> threshold(bytes([0, 3, 9, 5]), 2)
    5
    """
    low, high = 0, 256
    while high - low > 1:
        middle = (low + high) >> 1
        rest = row.translate(None, _BELOW[middle])
        if len(rest) >= count:
            low, row = middle, rest
        else:
            high = middle
    return low


_BELOW = [bytes(range(value)) for value in range(257)]
