"""Which terms does a segment have: spelled so, with a prefix, matching a pattern, or within an edit distance?

The term dictionary: word forms (words as indexed) and stems (names of posting lists) are entries in one sorted blob of
UTF-8, each ended by a newline; found by binary search over blocks of 16, patterns by a scan over a range of the blob.
"""

from __future__ import annotations

import re
import zlib
from bisect import bisect_left
from collections.abc import Iterator
from itertools import pairwise

from ....text.edit_distance import edit_distance
from ..format.columns import DISPLAY, FORM, INDIRECT, STEM, TERMS_PER_BLOCK, ColumnSource

#: So many words that hold a part are looked at: a part that more have says nothing.
MAX_WITHIN = 1000
#: In a dictionary of so many bytes, that of a post or two, an entry is looked for from one end to the other: 2 us
#: instead of 30.
MAX_SCANNED = 8_192


class TermDictionary:
    """The term dictionary of a segment. An entry has a number, its rank in the sorted blob; posting list, word form and
    document frequency follow from that (`TermDictionaryWriter`)."""

    def __init__(self, segment: ColumnSource) -> None:
        # Bytes are cut in a third of the time that a view takes, and it takes .1 ms to make a megabyte.
        self._blob = bytes(segment.column("term_entries"))
        self.kind = bytes(segment.column("term_flags"))
        self._start = segment.column("term_block_start")
        self._blocks = range(len(self._start) - 1)
        self._list_before, self._apart_before = segment.column("term_block_list"), segment.column("term_block_indirect")
        self._apart_list = segment.column("indirect_list")
        self._apart_surface = segment.column("indirect_form")
        self._apart_posts = segment.column("indirect_posts")
        self._list_posts = segment.column("list_postings")
        # A surface leads to no more than one list a language, and is spelled like no more than one name.
        self._max_same = len(segment.meta["languages"]) + 1
        self._segment = segment
        self._shown: dict[int, str] | None = None

    def __len__(self) -> int:
        return len(self.kind)

    # -- what is said of a key

    def term(self, number: int) -> bytes:
        """The entry with this number, UTF-8."""
        return self.terms_in(range(number, number + 1))[0]

    def terms_in(self, region: range) -> list[bytes]:
        """The entries with these numbers, UTF-8."""
        first, stop = region.start // TERMS_PER_BLOCK, -(-region.stop // TERMS_PER_BLOCK)
        terms = self._blob[self._start[first] : self._start[min(stop, len(self._blocks))]].split(b"\n")[:-1]
        return terms[region.start - first * TERMS_PER_BLOCK : region.stop - first * TERMS_PER_BLOCK]

    def posting_list(self, number: int) -> tuple[int, int]:
        """The number of the posting list of an entry, and the number of this word form in that list."""
        stems_before, indirect_before = self._counts_before(number)
        if self.kind[number] & INDIRECT:
            return self._apart_list[indirect_before], self._apart_surface[indirect_before]
        return stems_before, 0

    def forms(self, region: range) -> dict[int, int]:
        """Document frequency, deleted posts included, by entry number: of the word forms among these entries."""
        posts_by_number: dict[int, int] = {}
        stems_before, indirect_before = self._counts_before(region.start)
        for number, kind in zip(region, self.kind[region.start : region.stop], strict=True):
            if kind & INDIRECT:
                posts_by_number[number] = self._apart_posts[indirect_before]
                indirect_before += 1
            elif kind & FORM:
                posts_by_number[number] = self._list_posts[stems_before]
            stems_before += kind & STEM != 0
        return posts_by_number

    def _counts_before(self, number: int) -> tuple[int, int]:
        """The number of stems, and of indirect word forms, before an entry."""
        block = number // TERMS_PER_BLOCK
        kinds = self.kind[block * TERMS_PER_BLOCK : number]
        stems, indirect = kinds.translate(_HAS_STEM).count(1), kinds.translate(_IS_INDIRECT).count(1)
        return self._list_before[block] + stems, self._apart_before[block] + indirect

    def display_form(self, number: int) -> str:
        """The usual spelling of an entry, for display."""
        if not self.kind[number] & DISPLAY:
            return self.term(number).decode()
        if self._shown is None:
            numbers = [number for number, kind in enumerate(self.kind) if kind & DISPLAY]
            display_forms = zlib.decompress(self._segment.column("display_forms"), -15).decode().split("\n")
            self._shown = dict(zip(numbers, display_forms, strict=False))
        return self._shown[number]

    # -- which keys there are

    def find(self, word: str) -> range:
        """The numbers of the entries spelled exactly so: none, one, or two (a word form, and the stem of another
        list)."""
        key = word.encode("utf-8", "replace")
        if len(self._blob) <= MAX_SCANNED:
            return self._scanned(key + b"\n")
        first, _ = self._bisect(key)
        return range(first, first + self.terms_in(range(first, first + self._max_same)).count(key))

    def _scanned(self, line: bytes) -> range:
        """The numbers of the entries that are this line."""
        blob = self._blob
        start = 0 if blob.startswith(line) else blob.find(b"\n" + line) + 1
        count = 0
        while blob.startswith(line, start + count * len(line)):
            count += 1
        first = blob.count(b"\n", 0, start) if count else 0
        return range(first, first + count)

    def with_prefix(self, prefix: str) -> range:
        """The numbers of the entries with this prefix."""
        key = prefix.encode("utf-8", "replace")
        return range(self._bisect(key)[0], self._bisect(key + b"\xff")[0])

    def matching(self, prefix: str, pattern: bytes) -> Iterator[int]:
        """The numbers of the entries with this prefix that match a pattern, ascending."""
        number, done, text = self.with_prefix(prefix).start, 0, self._text(prefix)
        for match in re.finditer(b"^(?:" + pattern + b")$", text, re.MULTILINE):
            number += text.count(b"\n", done, match.start())
            done = match.start()
            if match.end() > done:  # behind the last entry stands an empty line
                yield number

    def containing(self, part: str) -> Iterator[int]:
        """The numbers of the word forms with this substring, MAX_WITHIN at most."""
        blob, key = self._blob, part.encode("utf-8", "replace")
        at = blob.find(key)
        for _ in range(MAX_WITHIN):
            if at < 0:
                return
            start, stop = blob.rfind(b"\n", 0, at) + 1, blob.find(b"\n", at)
            yield from (number for number in self.find(blob[start:stop].decode()) if self.kind[number] & FORM)
            at = blob.find(key, stop)

    def near(self, word: str, most: int) -> Iterator[tuple[int, int]]:
        """Word forms within an edit distance of `most` of a word, the first character fixed: (distance, number)."""
        if not most:
            yield from ((0, number) for number in self.find(word) if self.kind[number] & FORM)
            return
        text = b"\n" + self._text(word[0])
        # What a slip can move a character by, in bytes of UTF-8.
        step = 1 if text.isascii() and word.isascii() else 4
        letters = set(word)
        for key in map(bytes.decode, self._sharing_a_piece(word, most, text, step)):
            # Each slip brings in one letter at most, and loses one: cheaper to see than the slips themselves.
            if abs(len(key) - len(word)) <= most and len(letters.difference(key)) <= most:
                distance = edit_distance(word, key, most)
                if distance <= most:
                    yield from ((distance, number) for number in self.find(key) if self.kind[number] & FORM)

    def _sharing_a_piece(self, word: str, most: int, text: bytes, step: int) -> set[bytes]:
        """Keys of a region (`text`) that have one of most + 1 parts of the word about where it stands
        there, as every word within `most` slips has, unless a swap lies across the border of two parts: then it is
        a word with one slip less from the one so swapped. `step` bytes is the most that a slip moves a part."""
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
        if len(first) == 1:  # which every word of the region has
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
            sharing |= self._sharing_a_piece(swapped, most - 1, text, step)
        return sharing

    def _text(self, prefix: str) -> bytes:
        """The entries with this prefix, each ended by a newline."""
        key = prefix.encode("utf-8", "replace")
        return self._blob[self._bisect(key)[1] : self._bisect(key + b"\xff")[1]]

    def _bisect(self, key: bytes) -> tuple[int, int]:
        """The first entry that is not less: its number, and its offset in the blob."""
        blob, start, length = self._blob, self._start, len(key)

        # Of the first key of a block no more than can make it less.
        def opening(n: int) -> bytes:
            return blob[start[n] : start[n] + length].partition(b"\n")[0]

        block = bisect_left(self._blocks, key, key=opening) - 1
        if block < 0:
            return 0, 0
        keys = blob[start[block] : start[block + 1]].split(b"\n")
        index = bisect_left(keys, key, 0, len(keys) - 1)
        return block * TERMS_PER_BLOCK + index, start[block] + sum(map(len, keys[:index])) + index


_HAS_STEM = bytes([kind & STEM != 0 for kind in range(256)])
_IS_INDIRECT = bytes([kind & INDIRECT != 0 for kind in range(256)])
