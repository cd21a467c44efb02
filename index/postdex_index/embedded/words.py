"""Which words does a segment have: spelled so, beginning so, like a pattern, or nearly so?

Surfaces (words as they stand in posts) and the names of lists (stems) are keys in one sorted blob of UTF-8,
each ended by a newline: found by bisection, and by regular expressions that run over a region of the blob.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import pairwise

from ..spelling import slips
from .lists import SURFACE
from .segment import SegmentFile


class Words:
    """The words of a segment: keys are found by bisection in one sorted blob."""

    def __init__(self, segment: SegmentFile) -> None:
        self._blob = segment.column("keys")
        self._start = segment.column("key_start")
        self.list = segment.column("key_list")
        self.kind = segment.column("key_kind")
        self.surface = segment.column("key_surface")
        self.posts = segment.column("key_posts")
        self._shown_key = segment.column("shown_key")
        self._segment = segment
        self._shown: list[str] | None = None

    def __len__(self) -> int:
        return len(self.list)

    def key(self, number: int) -> bytes:
        """The key with this number, as UTF-8."""
        return bytes(self._blob[self._start[number] : self._start[number + 1] - 1])

    def shown(self, number: int) -> str:
        """The key as people write it."""
        place = bisect_left(self._shown_key, number)
        if place == len(self._shown_key) or self._shown_key[place] != number:
            return self.key(number).decode()
        if self._shown is None:
            self._shown = bytes(self._segment.column("shown")).decode().split("\n")
        return self._shown[place]

    def find(self, word: str) -> range:
        """The numbers of the keys spelled so: none, one, or two (a surface, and the name of another list)."""
        key = word.encode("utf-8", "replace")
        first = self._bisect(key)
        last = first
        while last < len(self) and self.key(last) == key:
            last += 1
        return range(first, last)

    def beginning(self, prefix: str) -> range:
        """The numbers of the keys that begin so."""
        key = prefix.encode("utf-8", "replace")
        return range(self._bisect(key), self._bisect(key + b"\xff"))

    def matching(self, prefix: str, pattern: bytes) -> Iterator[int]:
        """The numbers of the keys that begin so and match a whole-line pattern."""
        region = self.beginning(prefix)
        base = self._start[region.start]
        text = bytes(self._blob[base : self._start[region.stop]])
        for match in re.finditer(b"^(?:" + pattern + b")$", text, re.MULTILINE):
            yield bisect_right(self._start, match.start() + base) - 1

    def near(self, word: str, most: int) -> Iterator[tuple[int, int]]:
        """Surfaces within `most` slips of a word, the first character fixed: (slips, number)."""
        region = self.beginning(word[0])
        base = self._start[region.start]
        text = bytes(self._blob[base : self._start[region.stop]])
        # What a slip can move a character by, in bytes of UTF-8.
        step = 1 if text.isascii() and word.isascii() else 4
        letters = set(word)
        for number in self._sharing_a_part(word, most, text, base, step):
            if not self.kind[number] & SURFACE:
                continue
            key = self.key(number).decode()
            # Each slip brings in one letter at most, and loses one: cheaper to see than the slips themselves.
            if abs(len(key) - len(word)) <= most and len(letters.difference(key)) <= most:
                distance = slips(word, key, most)
                if distance <= most:
                    yield distance, number

    def _sharing_a_part(self, word: str, most: int, text: bytes, base: int, step: int) -> set[int]:
        """Keys of a region (`text`, from `base`) that have one of most + 1 parts of the word about where it stands
        there, as every word within `most` slips has, unless a swap lies across the border of two parts: then it is
        a word with one slip less from the one so swapped. `step` bytes is the most that a slip moves a part."""
        if not most:
            return set(self.find(word))
        starts, slack = self._start, most * step
        length = len(word.encode()) + 1
        least, longest = length - slack, length + slack
        borders = [len(word) * part // (most + 1) for part in range(1, most + 2)]
        first = word[: max(1, borders[0])]
        found = {n for n in self.beginning(first) if least <= starts[n + 1] - starts[n] <= longest}
        if len(first) == 1:  # which every word of the region has
            return found
        for border, end in pairwise(borders):
            part = (word[border:end] + "\n" * (end == len(word))).encode()
            before = base - len(word[:border].encode())
            place = text.find(part)
            while place >= 0:
                number = bisect_right(starts, place + base) - 1
                start, stop = starts[number], starts[number + 1]
                if -slack <= place + before - start <= slack and least <= stop - start <= longest:
                    found.add(number)
                place = text.find(part, place + 1)
            swapped = word[: border - 1] + word[border] + word[border - 1] + word[border + 1 :]
            found |= self._sharing_a_part(swapped, most - 1, text, base, step)
        return found

    def _bisect(self, key: bytes) -> int:
        low, high, blob, start = 0, len(self), self._blob, self._start
        while low < high:
            middle = (low + high) >> 1
            if bytes(blob[start[middle] : start[middle + 1] - 1]) < key:
                low = middle + 1
            else:
                high = middle
        return low


def glob(pattern: str, end: bytes = rb"\n") -> bytes:
    """A wildcard pattern as a regular expression over UTF-8 lines: `*` any run, `?` one character; neither
    matches a byte of `end`. Each run but the last is atomic, as in `fnmatch`: matching takes no more than
    key x pattern steps, whatever is typed.
    """
    one = rb"[^" + end + rb"\x80-\xbf][\x80-\xbf]*"
    run = rb"[^" + end + rb"]*"
    first, *rest = [
        one.join([re.escape(part.encode("utf-8", "replace")) for part in stretch.split("?")])
        for stretch in re.sub(r"\*+", "*", pattern).split("*")
    ]
    if not rest:
        return first
    *middle, last = rest
    return first + b"".join([b"(?>" + run + b"?" + part + b")" for part in middle]) + run + last
