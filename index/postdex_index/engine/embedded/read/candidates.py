"""Which of the posts that match are among the best by their words?

Each leaf has an impact row, a byte a post (`matcher`). Scaled and added they are upper bounds of the scores, and only
the posts whose bound reaches the best are scored exactly. Every fast way gives the same top as a loop over all
postings: tests/test_matching.py.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence, Set
from functools import cache, lru_cache
from heapq import nlargest
from itertools import compress
from math import ceil, log

from .... import native
from ....scoring import COVERAGE

#: For `bytes.translate`: 255, or 1, for each byte but 0.
MASK_FF = bytes([0]) + b"\xff" * 255
MASK_01 = bytes([0]) + b"\x01" * 255
#: Scales of upper bounds are rounded up to a power of this.
_STEP = 1.02
_LOG_STEP = log(_STEP)
#: With more leaves their rounding up would leave little of a byte for what they are worth.
_MAX_ROWS = 100


def lanes_of(docs: Iterable[int], posts: int) -> int:
    """Byte lanes of these among so many posts: 255 for each, else 0.

    >>> lanes_of([0, 2], 3).to_bytes(3, "little")
    b'\\xff\\x00\\xff'
    """
    row_bytes = bytearray(posts)
    for doc_id in docs:
        row_bytes[doc_id] = 255
    return int.from_bytes(row_bytes, "little")


@native.twin
def best_candidates(
    lanes: int,
    posts: int,
    rows: Sequence[tuple[bytes, float]],
    most: float,
    coverage: bytes,
    count: int,
    always: Set[int],
) -> list[tuple[float, float, int]]:
    """The matching ones of so many posts that are among the best `count`, as (base score, title share, post), ascending
    by post: all that score as much as the last of these, and the one with the best base score.

    `lanes` are those of the matching posts, `rows` the impact rows of the leaves with the factors of their bytes,
    `most` is what no base score is above, `coverage` the title coverage by post in 1/255, empty where no title has a
    word of the query; `always` are posts to give in any case, if they match.
    """
    docs = _reaching(lanes, posts, rows, most, coverage, count)
    if always:
        matching = lanes.to_bytes(posts, "little")
        docs.update([doc_id for doc_id in always if matching[doc_id]])
    scored = _scored(sorted(docs), rows, coverage)
    if len(scored) <= count:
        return scored
    floor, top = _floor(scored, count), max([base for base, _, _ in scored])
    return [
        (base, share, doc_id)
        for base, share, doc_id in scored
        if base * (1 + COVERAGE * share) >= floor or base == top or doc_id in always
    ]


def _floor(scored: Sequence[tuple[float, float, int]], count: int) -> float:
    """What so many posts score at least."""
    return nlargest(count, [base * (1 + COVERAGE * share) for base, share, _ in scored])[-1]


def _scored(
    docs: Collection[int], rows: Sequence[tuple[bytes, float]], coverage: bytes
) -> list[tuple[float, float, int]]:
    """Posts with their base scores and the shares of their titles."""
    bases = [0.0] * len(docs)
    for impacts, factor in rows:
        bases = [base + factor * value for base, value in zip(bases, map(impacts.__getitem__, docs), strict=True)]
    if not coverage:
        return [(base, 0.0, doc_id) for base, doc_id in zip(bases, docs, strict=True)]
    return [(base, coverage[doc_id] / 255, doc_id) for base, doc_id in zip(bases, docs, strict=True)]


def _reaching(
    lanes: int, posts: int, rows: Sequence[tuple[bytes, float]], most: float, coverage: bytes, count: int
) -> set[int]:
    """Posts whose upper bound can reach the `count` best, or all matching ones where that's simpler."""
    if count_lanes(lanes) <= count:
        return set(reaching(lanes.to_bytes(posts, "little"), 1))
    if not most or len(rows) > _MAX_ROWS:
        return set(docs_of(lanes, posts))
    # Each scaled impact is rounded up, by less than _STEP times and one: so a lane is at least the exact value,
    # and 254 at most.
    scale = (254 - len(rows)) / most / _STEP
    bounds = 0
    for impacts, factor in rows:
        if factor:
            bounds += int.from_bytes(impacts.translate(_table(ceil(log(factor * scale) / _LOG_STEP))), "little")
    bounds &= lanes
    upper = bounds.to_bytes(posts, "little")
    least = threshold(upper, count)
    if not least:
        return set(docs_of(lanes, posts))
    # So many are sure to score this: who cannot is out.
    promising = _scored([*reaching(upper, least)], rows, coverage)
    floor = _floor(promising, count)
    # Nor is the post with the best base score, which titles and headings are measured against, ever out.
    reach = int(min(floor, max([base for base, _, _ in promising])) * scale)
    if reach <= 1:
        return set(docs_of(lanes, posts))
    docs = set(reaching(upper, reach))
    if coverage:
        titled = (bounds & int.from_bytes(coverage.translate(MASK_FF), "little")).to_bytes(posts, "little")
        for doc_id in reaching(titled, max(1, int(reach / (1 + COVERAGE)))):
            if titled[doc_id] * (1 + COVERAGE / 255 * coverage[doc_id]) >= reach:
                docs.add(doc_id)
    return docs


def count_lanes(lanes: int) -> int:
    """The number of posts whose lane is not 0."""
    return lanes.bit_count() >> 3


def docs_of(lanes: int, posts: int) -> Iterable[int]:
    """Those of so many posts whose lane is not 0, ascending."""
    return compress(range(posts), lanes.to_bytes(posts, "little"))


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
