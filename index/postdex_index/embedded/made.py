"""What are the postings of a leaf that no stored list answers alone?

A phrase, a word limited to a field or to some of its surfaces has positions that were computed; a pattern, a stem of
two languages and synonyms are several postings as one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Protocol


class Postings(Protocol):
    """What a leaf has in a segment: `docs` ascending, `impacts` beside them; `cut` if words were left out."""

    docs: Sequence[int]
    impacts: bytes
    cut: bool

    def positions(self, doc: int) -> Sequence[int]:
        """Ascending positions in a post; empty where it does not stand."""
        ...

    def stored(self) -> Iterable[int]:
        """The numbers of the stored lists that it is made of, for the shares of titles."""
        ...


class MadePostings:
    """Postings that were computed: a phrase, a word limited to a field or to some surfaces."""

    __slots__ = ("_kept", "_width", "cut", "docs", "impacts")

    def __init__(self, impacts: bytes, kept: Mapping[int, list[int]], width: int, cut: bool) -> None:
        self.docs: Sequence[int] = list(kept)
        self.impacts = impacts
        self.cut = cut
        self._kept = kept
        self._width = width

    def positions(self, doc: int) -> Sequence[int]:
        """Ascending positions of all words of the leaf in a post."""
        places = self._kept.get(doc, ())
        if self._width == 1:
            return places
        return sorted({place + step for place in places for step in range(self._width)})

    def stored(self) -> Iterable[int]:
        """None: the words of a made leaf are never counted as words of a title."""
        return ()


class UnionPostings:
    """Several postings as one word: in each post the greatest impact, and all positions."""

    __slots__ = ("_members", "cut", "docs", "impacts")

    def __init__(self, members: Sequence[Postings], cut: bool = False) -> None:
        self.docs, self.impacts = greatest(
            chain.from_iterable([zip(one.docs, one.impacts, strict=True) for one in members])
        )
        self.cut = cut or any(one.cut for one in members)
        self._members = members

    def positions(self, doc: int) -> Sequence[int]:
        """Ascending positions in a post, each once."""
        return sorted({place for one in self._members for place in one.positions(doc)})

    def stored(self) -> Iterable[int]:
        """The lists of all members."""
        return [number for one in self._members for number in one.stored()]


def greatest(postings: Iterable[tuple[int, int]]) -> tuple[Sequence[int], bytes]:
    """Of (post, impact) in any order the posts, ascending, and the greatest impact in each."""
    best: dict[int, int] = {}
    get = best.get
    for doc, value in postings:
        if value > get(doc, 0):
            best[doc] = value
    docs = sorted(best)
    return docs, bytes(map(best.__getitem__, docs))


def union(members: Sequence[Postings | None], cut: bool = False) -> Postings | None:
    """Several postings as one; None if there are none."""
    found = [one for one in members if one is not None]
    if len(found) == 1 and not cut:
        return found[0]
    return UnionPostings(found, cut) if found else None
