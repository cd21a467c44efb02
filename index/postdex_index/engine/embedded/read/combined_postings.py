"""What are the postings of a leaf that are not one stored list?

Those of a phrase, or of a term limited to a field or to some word forms, are computed from positions; a pattern, a
term with stems in two languages and synonyms are the union of several.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence, Set
from itertools import chain
from typing import Protocol

from .... import native


class Postings(Protocol):
    """The postings of a leaf in a segment: `docs` ascending, `impacts` parallel to them, a byte each."""

    __slots__ = ()

    docs: Sequence[int]
    impacts: bytes

    def positions(self, doc_id: int) -> Sequence[int]:
        """Ascending positions in a post; empty where it does not stand."""
        ...

    def counted_positions(self, doc_id: int) -> Sequence[int]:
        """Positions of the occurrences that the impact in a post was computed from, one an occurrence: of a union those
        of the member with the greatest impact there."""
        ...

    def whole_lists(self) -> Iterable[int]:
        """Numbers of the stored lists that are contained as a whole, for title coverage: none of a phrase or a field,
        whose words are never counted as words of a title."""
        return ()

    def partial_lists(self) -> Mapping[int, Set[int]]:
        """By number of a stored list of which it has some word forms only: the posts with one of these in their
        title."""
        return {}


class ComputedPostings(Postings):
    """Postings computed from positions: of a phrase, or of a term limited to a field or to some word forms."""

    __slots__ = ("_positions", "_step", "_title_docs", "_width", "docs", "impacts")

    def __init__(
        self,
        impacts: bytes,
        positions: Mapping[int, list[int]],
        *,
        step: int = 1,
        width: int = 1,
        title_docs: Mapping[int, Set[int]] | None = None,
    ) -> None:
        """`step` of the positions in a post are one occurrence, and each stands for `width` words; `title_docs` is what
        `partial_lists` gives."""
        self.docs: Sequence[int] = list(positions)
        self.impacts = impacts
        self._positions = positions
        self._step = step
        self._width = width
        self._title_docs = title_docs or {}

    def positions(self, doc_id: int) -> Sequence[int]:
        """Ascending positions of all words of the leaf in a post."""
        positions = self._positions.get(doc_id, ())
        if self._width == 1:
            return positions
        return sorted({position + step for position in positions for step in range(self._width)})

    def counted_positions(self, doc_id: int) -> Sequence[int]:
        """One position of each occurrence."""
        return self._positions.get(doc_id, [])[:: self._step]

    def partial_lists(self) -> Mapping[int, Set[int]]:
        """The list that some surfaces were taken of."""
        return self._title_docs


class UnionPostings(Postings):
    """The union of several postings: the greatest impact in each post, and all positions."""

    __slots__ = ("_members", "docs", "impacts")

    def __init__(self, members: Sequence[Postings]) -> None:
        self.docs, self.impacts = max_impacts([(member.docs, member.impacts) for member in members])
        self._members = members

    def positions(self, doc_id: int) -> Sequence[int]:
        """Ascending positions in a post, each once."""
        return sorted({position for member in self._members for position in member.positions(doc_id)})

    def counted_positions(self, doc_id: int) -> Sequence[int]:
        """Those of the member that counts most there; of several that do, the first by its positions, since members
        stand in an order that each segment has for itself."""
        impacts = [impact_in(member, doc_id) for member in self._members]
        most = max(impacts)
        return min(
            [
                member.counted_positions(doc_id)
                for member, impact in zip(self._members, impacts, strict=True)
                if impact == most
            ],
            key=list,
        )

    def whole_lists(self) -> Iterable[int]:
        """The lists of all members."""
        return [number for member in self._members for number in member.whole_lists()]

    def partial_lists(self) -> Mapping[int, Set[int]]:
        """The lists of all members."""
        return partial_lists(self._members)


def partial_lists(members: Iterable[Postings]) -> dict[int, Set[int]]:
    """The partial lists of several postings together: posts by list number."""
    title_docs_of: dict[int, Set[int]] = {}
    for number, title_docs in chain.from_iterable([member.partial_lists().items() for member in members]):
        title_docs_of[number] = title_docs_of.get(number, set()) | title_docs
    return title_docs_of


@native.twin
def max_impacts(members: Sequence[tuple[Sequence[int], Sequence[int]]]) -> tuple[Sequence[int], bytes]:
    """Posts, ascending, and the maximum impact of each, from the posts of some postings and the impacts there.

    >>> docs, impacts = max_impacts([([1, 3], bytes([5, 2])), ([0, 3], bytes([1, 4]))])
    >>> docs, list(impacts)
    ([0, 1, 3], [1, 5, 4])
    """
    best: dict[int, int] = {}
    get = best.get
    for docs, impacts in members:
        for doc_id, value in zip(docs, impacts, strict=True):
            if value > get(doc_id, 0):
                best[doc_id] = value
    ascending = sorted(best)
    return ascending, bytes(map(best.__getitem__, ascending))


def impact_in(postings: Postings, doc_id: int) -> int:
    """The impact in a post; 0 where it does not stand."""
    position = bisect_left(postings.docs, doc_id)
    return postings.impacts[position] if position < len(postings.docs) and postings.docs[position] == doc_id else 0


def union(members: Sequence[Postings]) -> Postings | None:
    """The union of postings; None of none."""
    if len(members) == 1:
        return members[0]
    return UnionPostings(members) if members else None
