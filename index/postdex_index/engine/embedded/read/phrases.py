"""In which posts do several words stand together: side by side in order, or within a few words of each other?

Positions come from `occurrences.py`. The rarest word is asked first, and the next only for posts that
can still match, so that a phrase costs what its rarest word costs.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from .... import native
from .occurrences import ListPart, Occurrences, positions_in, posts_of

#: A list so many times longer than another is looked up, not gone through.
LOOKUP_RATIO = 8


@native.twin
def side_by_side(
    occurrences: Occurrences, words: Sequence[Sequence[ListPart]], among: Sequence[int] | None
) -> dict[int, list[int]]:
    """Start positions of a phrase by post, ascending, each once: where each word follows the one before. A word is one
    of several lists; `among`, where known, are the posts that may hold all words."""
    posts = [posts_of(occurrences, word) for word in words]
    first, *rest = sorted(range(len(words)), key=lambda step: len(posts[step]))
    docs = common(posts) if among is None else among
    starts_in: dict[int, list[int]] = {}
    for doc_id, here in zip(docs, positions_in(occurrences, words[first], docs), strict=True):
        if here:
            starts_in[doc_id] = [position - first for position in here]
    for step in rest:
        docs = list(starts_in)
        for doc_id, here in zip(docs, positions_in(occurrences, words[step], docs), strict=True):
            starts = starts_in[doc_id]
            if len(starts) > 1:
                positions = set(here) if len(starts) > 4 else here
                starts = starts_in[doc_id] = [start for start in starts if start + step in positions]
                if not starts:
                    del starts_in[doc_id]
            elif starts[0] + step not in here:
                del starts_in[doc_id]
    # Of two words of one list at one position (the stem of `dog-s` and of its first part) the list has both.
    return {doc_id: sorted({*starts}) for doc_id, starts in starts_in.items()}


def within(
    occurrences: Occurrences,
    words: Sequence[Sequence[ListPart]],
    slop: int,
    inside: Callable[[int, Sequence[int]], list[int]] | None = None,
) -> dict[int, list[int]]:
    """Positions by post, ascending, of the words of windows that hold every word, in any order, and at most `slop`
    others; only of the positions of a post that are `inside`."""
    docs = common([posts_of(occurrences, word) for word in words])
    columns = [[sorted({*at}) for at in positions_in(occurrences, word, docs)] for word in words]
    if inside:
        columns = [[inside(doc_id, at) for doc_id, at in zip(docs, column, strict=True)] for column in columns]
    return {doc_id: near for doc_id, *positions in zip(docs, *columns, strict=True) if (near := _near(positions, slop))}


def common(posts: Iterable[Sequence[int]]) -> Sequence[int]:
    """The intersection of the posts of several words, ascending."""
    docs, *rest = sorted(posts, key=len)
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
