"""In which posts do several words stand together: side by side in order, or within a few words of each other?

Positions come from `postings.py`. The rarest word is asked first, and the next only for posts that
can still match, so that a phrase costs what its rarest word costs.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from typing import Protocol

#: A list so many times longer than another is looked up, not gone through.
LOOKUP_RATIO = 8


class PhraseWord(Protocol):
    """A word of a phrase: `docs` are the posts that may hold it, ascending."""

    @property
    def docs(self) -> Sequence[int]: ...

    def positions_in(self, docs: Sequence[int]) -> Sequence[Sequence[int]]:
        """For each of these posts where the word stands, ascending."""
        ...


def side_by_side(words: Sequence[PhraseWord], among: Sequence[int] | None = None) -> dict[int, list[int]]:
    """Start positions of a phrase by post, ascending: where each word follows the one before. `among`, where known, are
    the posts that may hold all words. Of two words of one list at one position (the stem of `dog-s` and of its first
    part) both are given, as the list has them."""
    first, *rest = sorted(range(len(words)), key=lambda step: len(words[step].docs))
    docs = common(words) if among is None else among
    starts_in: dict[int, list[int]] = {}
    for doc_id, here in zip(docs, words[first].positions_in(docs), strict=True):
        if here:
            starts_in[doc_id] = [position - first for position in here]
    for step in rest:
        docs = list(starts_in)
        for doc_id, here in zip(docs, words[step].positions_in(docs), strict=True):
            starts = starts_in[doc_id]
            if len(starts) > 1:
                positions = set(here) if len(starts) > 4 else here
                starts = starts_in[doc_id] = [start for start in starts if start + step in positions]
                if not starts:
                    del starts_in[doc_id]
            elif starts[0] + step not in here:
                del starts_in[doc_id]
    return starts_in


def within(words: Sequence[PhraseWord], slop: int) -> dict[int, list[int]]:
    """Positions by post, ascending, of the words of windows that hold every word, in any order, and at most `slop`
    others."""
    docs = common(words)
    columns = [[sorted({*at}) for at in word.positions_in(docs)] for word in words]
    return {doc_id: near for doc_id, *positions in zip(docs, *columns, strict=True) if (near := _near(positions, slop))}


def common(words: Sequence[PhraseWord]) -> Sequence[int]:
    """The intersection of the words' posts, ascending."""
    docs, *rest = sorted([word.docs for word in words], key=len)
    for longer in rest:
        if len(docs) * LOOKUP_RATIO > len(longer):
            docs = sorted(set(docs).intersection(longer))
        else:
            docs = [
                doc_id
                for doc_id in docs
                if (index := bisect_left(longer, doc_id)) < len(longer) and longer[index] == doc_id
            ]
    return docs


def _near(positions: Sequence[Sequence[int]], slop: int) -> list[int]:
    """The positions of all words in windows that hold every word (one asked for twice, twice); ascending."""
    needed = Counter(map(tuple, positions))
    events = sorted((position, word) for word in needed for position in word)
    in_window: Counter[tuple[int, ...]] = Counter()
    missing, first, near_positions = len(positions), 0, set[int]()
    for last, (position, word) in enumerate(events):
        in_window[word] += 1
        missing -= in_window[word] <= needed[word]
        while (
            position - events[first][0] >= len(positions) + slop
            or in_window[events[first][1]] > needed[events[first][1]]
        ):
            left_word = events[first][1]
            missing += in_window[left_word] <= needed[left_word]
            in_window[left_word] -= 1
            first += 1
        if not missing:
            near_positions.update(position for position, _ in events[first : last + 1])
    return sorted(near_positions)
