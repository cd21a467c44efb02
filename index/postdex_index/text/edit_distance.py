"""How many slips of the keyboard lie between two words?

A slip is a character too many, one too few, a wrong one, or two neighbours swapped
(Damerau-Levenshtein, optimal string alignment: no part is changed twice).
"""

from __future__ import annotations

from functools import lru_cache


#: Remembered, because the segments of an index have mostly the same words.
@lru_cache(8192)
def edit_distance(word: str, other: str, most: int) -> int:
    """The number of slips, or `most` + 1 as soon as it is known to be more; O(len x most).

    >>> edit_distance("refcoutn", "refcount", 2), edit_distance("psock", "socket", 1)
    (1, 2)
    """
    if word == other:
        return 0
    if abs(len(word) - len(other)) > most:
        return most + 1
    # What is equal at both ends needs no table.
    start = 0
    shortest = min(len(word), len(other))
    while start < shortest and word[start] == other[start]:
        start += 1
    stop = 0
    while stop < shortest - start and word[-1 - stop] == other[-1 - stop]:
        stop += 1
    a, b = word[start : len(word) - stop], other[start : len(other) - stop]
    before: list[int] = []
    above = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        if min(row) > most and min(above) > most:
            return most + 1
        before, above = above, row
    return min(above[-1], most + 1)
