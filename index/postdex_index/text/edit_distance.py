"""How many slips of the keyboard lie between two words?

A slip is a character too many, one too few, a wrong one, or two neighbours swapped
(Damerau-Levenshtein, optimal string alignment: no part is changed twice).
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

from .. import native


#: Remembered, because the segments of an index have mostly the same words.
@native.twin
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


@native.twin
def words_near(word: str, lines: bytes, most: int) -> list[tuple[str, int]]:
    """Those of some words that are within `most` slips of one, ascending, with the number of slips. Each of the words
    ends with a newline, and all begin with the same character as the one; `most` is at least 1.

    >>> words_near("refcoutn", b"ref\\nrefcount\\nrefcounts\\n", 2)
    [('refcount', 1), ('refcounts', 2)]
    """
    text = b"\n" + lines
    # What a slip can move a character by, in bytes of UTF-8.
    step = 1 if text.isascii() and word.isascii() else 4
    letters = set(word)
    near: list[tuple[str, int]] = []
    for key in map(bytes.decode, _sharing_a_piece(word, most, text, step)):
        # Each slip brings in one letter at most, and loses one: cheaper to see than the slips themselves.
        if abs(len(key) - len(word)) <= most and len(letters.difference(key)) <= most:
            distance = edit_distance(word, key, most)
            if distance <= most:
                near.append((key, distance))
    return sorted(near)


def _sharing_a_piece(word: str, most: int, text: bytes, step: int) -> set[bytes]:
    """Words of a text that have one of most + 1 parts of the word about where it stands there, as every word within
    `most` slips has, unless a swap lies across the border of two parts: then it is a word with one slip less from the
    one so swapped. `step` bytes is the most that a slip moves a part."""
    if not most:
        key = word.encode()
        return {key} if b"\n%b\n" % key in text else set()
    slack = most * step
    shortest, longest = len(word.encode()) - slack, len(word.encode()) + slack
    borders = [len(word) * part // (most + 1) for part in range(1, most + 2)]
    first = word[: max(1, borders[0])]
    first_line = b"\n" + first.encode()
    start, stop = text.find(first_line) + 1, text.find(b"\n", text.rfind(first_line) + 1)
    sharing = {key for key in text[start:stop].split() if shortest <= len(key) <= longest}
    if len(first) == 1:  # which every word of the text has
        return sharing
    for border, end in pairwise(borders):
        part = (word[border:end] + "\n" * (end == len(word))).encode()
        before = len(word[:border].encode())
        place = text.find(part)
        while place >= 0:
            start, stop = text.rfind(b"\n", 0, place) + 1, text.find(b"\n", place)
            if -slack <= place - before - start <= slack and shortest <= stop - start <= longest:
                sharing.add(text[start:stop])
            place = text.find(part, place + 1)
        swapped = word[: border - 1] + word[border] + word[border - 1] + word[border + 1 :]
        sharing |= _sharing_a_piece(swapped, most - 1, text, step)
    return sharing
