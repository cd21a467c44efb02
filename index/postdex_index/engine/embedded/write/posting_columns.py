"""How do the occurrences of words become the columns of posting lists, with the impact of each posting?

A list's postings carry the post, its impact in one byte, and its positions. The kernel has this once more
(`src/postings.rs`) for narrow segments; the wide ones, which are rare, have it from here.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, chain, compress, count, islice, pairwise
from operator import ne, sub
from typing import TYPE_CHECKING, Protocol

from .... import native
from ....named_tuple import NamedTuple
from ....schema import BODY, SCORED, TITLE
from ....scoring import FIELD_SATURATION, SCALE, norm, quantize, saturate, saturation
from ..format.columns import LISTS_PER_SKIP, POSTINGS_PER_SKIP
from ..format.segment_file import Column

if TYPE_CHECKING or native.IN_USE:
    from postdex_native import PostingColumns as NativePostingColumns


class PostingColumns(Protocol):
    """Posting lists without their words, added one after the other; gives their columns."""

    def add(self, positions: array[int], outside_body: Sequence[int], titled: bool, /) -> None:
        """Add a list: its occurrences, one or more, as post << shift | position, ascending; those outside of bodies
        also as post << shift | field code; and whether titles are made of such words."""
        ...

    def columns(self) -> dict[str, Column]:
        """The columns of all lists; nothing is added after that."""
        ...


class PostingParameters(NamedTuple):
    """What the columns depend on beside the occurrences: length norms by field code and post, weights by field code,
    and constants. The kernel takes them by their order."""

    norms: Sequence[Sequence[float]]
    weights: Sequence[float]
    field_saturation: float = FIELD_SATURATION
    scale: float = SCALE
    body: int = BODY
    title: int = TITLE
    lists_per_skip: int = LISTS_PER_SKIP
    postings_per_skip: int = POSTINGS_PER_SKIP


def posting_parameters(lengths: Sequence[Sequence[int]], averages: Sequence[float]) -> PostingParameters:
    """Those of a segment; `lengths` and `averages` are those of the fields, by field code: in each post, and what
    impacts are measured against."""
    norms = [[norm(code, length, averages[code]) for length in column] for code, column in enumerate(lengths)]
    return PostingParameters(norms, [field.weight for field in SCORED])


def posting_columns(parameters: PostingParameters, wide: bool) -> PostingColumns:
    """An empty one."""
    if not native.IN_USE or wide:
        return PurePostingColumns(Impacts(parameters.norms, parameters.weights), wide)
    return NativePostingColumns(parameters)


class Impacts:
    """Impacts of a segment's postings, from occurrences; length norms by field code and post, and weights by field
    code, are given."""

    def __init__(self, norms: Sequence[Sequence[float]], weights: Sequence[float]) -> None:
        self._norms = norms
        self._weights = weights

    def of_bodies(self, docs: Iterable[int], counts: Iterable[int]) -> bytearray:
        """Impact bytes of postings whose occurrences are all in the body, from post and count of each."""
        norms, weight = self._norms[BODY], self._weights[BODY]
        once = [quantize(saturate(weight * saturation(1, k))) for k in norms]  # as by far most words are
        # weight n / (n + k), combined, is weight n / (more n + k); in steps, and never beyond a byte (test_lists.py)
        more, scale = 1 + weight / FIELD_SATURATION, SCALE * weight
        postings = zip(docs, counts, strict=True)
        return bytearray(
            [once[d] if n == 1 else int(scale * n / (more * n + norms[d]) + 0.5) or 1 for d, n in postings]
        )

    def of_fields(self, counts: Mapping[int, int], outside_body: Mapping[int, int], shift: int) -> dict[int, int]:
        """Impacts of one word by post, where `outside_body` counts, by post << shift | field code, those of its
        occurrences (`counts` by post) that are not in the body."""
        body = dict(counts)
        extra: dict[int, float] = {}
        low = (1 << shift) - 1
        for key, n in outside_body.items():
            doc, code = key >> shift, key & low
            body[doc] -= n
            extra[doc] = extra.get(doc, 0.0) + self._weights[code] * n / (n + self._norms[code][doc])
        norms, weight = self._norms[BODY], self._weights[BODY]
        return {
            doc: quantize(saturate(weight * saturation(body[doc], norms[doc]) + more)) for doc, more in extra.items()
        }


class PurePostingColumns:
    """`PostingColumns` in Python: most of them are computed at the end from the occurrences of all lists together, for
    half of all lists are one occurrence."""

    def __init__(self, impacts: Impacts, wide: bool) -> None:
        self._impacts = impacts
        self._shift, self._typecode, self._half_typecode = (32, "Q", "I") if wide else (16, "I", "H")
        self._occurrences: list[array[int]] = []
        self._outside_body: list[tuple[int, Sequence[int]]] = []
        self._untitled: set[int] = set()

    def add(self, positions: array[int], outside_body: Sequence[int], titled: bool, /) -> None:
        """Add a list."""
        number = len(self._occurrences)
        self._occurrences.append(positions)
        if outside_body:
            self._outside_body.append((number, outside_body))
            if not titled:
                self._untitled.add(number)

    def columns(self) -> dict[str, Column]:
        """The columns of all lists."""
        positions, stops = self._joined(self._occurrences), array("I", accumulate(map(len, self._occurrences)))
        position, doc = self._halves(positions)
        # Per occurrence: 1 where a posting begins, with another post or with another list.
        begins = bytearray(map(ne, doc, chain([-1], doc)))
        for stop in stops[:-1]:
            begins[stop] = 1
        posts = array("H", [begins.count(1, start, stop) for start, stop in pairwise(chain([0], stops))])
        first = array("I", accumulate(posts, initial=0))
        starts = array("I", chain(compress(count(), begins), [len(begins)]))
        docs = array("H", compress(doc, begins))
        counts = list(map(sub, islice(starts, 1, None), starts))
        impacts, titles = self._impacts_and_titles(docs, counts, first)
        return {
            "list_postings": posts,
            "skip_postings": first[:-1:LISTS_PER_SKIP],
            "doc_ids": docs,
            "impacts": impacts,
            "positions": position,
            **_count_columns(counts, starts),
            **_title_columns(titles),
        }

    def _joined(self, columns: Sequence[array[int]]) -> array[int]:
        return array(self._typecode, b"".join(columns))

    def _halves(self, positions: array[int]) -> tuple[array[int], array[int]]:
        """The positions and the posts of places."""
        halves = memoryview(positions).cast("B").cast(self._half_typecode)  # type: ignore[call-overload]
        return array(self._half_typecode, halves[::2].tobytes()), array(self._half_typecode, halves[1::2].tobytes())

    def _impacts_and_titles(
        self, docs: array[int], counts: Sequence[int], first: array[int]
    ) -> tuple[bytearray, dict[int, list[int]]]:
        """The impact of each posting; and by list the posts that have the word in their title."""
        impact_bytes = self._impacts.of_bodies(docs, counts)
        titles: dict[int, list[int]] = {}
        low = (1 << self._shift) - 1
        for number, short in self._outside_body:
            times = Counter(short)
            # where the postings of these posts are
            at = {d: bisect_left(docs, d, first[number], first[number + 1]) for d in {s >> self._shift for s in short}}
            all_times = {d: counts[posting] for d, posting in at.items()}
            for d, impact in self._impacts.of_fields(all_times, times, self._shift).items():
                impact_bytes[at[d]] = impact
            if number not in self._untitled:
                titles[number] = sorted(key >> self._shift for key in times if key & low == TITLE)
        return impact_bytes, titles


def _count_columns(counts: Sequence[int], starts: array[int]) -> dict[str, Column]:
    """How many occurrences each posting has; `starts` says where they begin."""
    few = bytes([n if n < 255 else 255 for n in counts])
    many = [match.start() for match in re.finditer(b"\xff", few)]
    return {
        "term_freqs": few,
        "large_term_freqs": array("I", chain.from_iterable([(posting, counts[posting]) for posting in many])),
        "skip_positions": starts[:-1:POSTINGS_PER_SKIP],
    }


def _title_columns(titles: Mapping[int, list[int]]) -> dict[str, Column]:
    titles = {number: docs for number, docs in titles.items() if docs}
    words = Counter(chain.from_iterable(titles.values()))
    # Rounded down, so that the shares of one title add up to no more than a byte holds.
    coverage = {doc: 255 // n for doc, n in words.items()}
    return {
        "title_lists": array("I", titles),
        "title_list_first": array("I", accumulate(map(len, titles.values()), initial=0)),
        "title_coverage_doc": array("H", chain.from_iterable(titles.values())),
        "title_coverage": bytes(map(coverage.__getitem__, chain.from_iterable(titles.values()))),
    }
