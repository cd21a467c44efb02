"""Which terms does a segment have: spelled so, with a prefix, matching a pattern, or within an edit distance?

The term dictionary: word forms (words as indexed) and stems (names of posting lists) are entries in one sorted blob of
UTF-8, each ended by a newline. An entry is found by binary search over the first ones of blocks of 256, and a search in
the text of its block; patterns by a scan over a range of the blob. No more of it is inflated than is looked at.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import compress, islice
from typing import Protocol

from .... import forks
from ....text import globs
from ....text.edit_distance import words_near
from ..format.columns import DISPLAY, FORM, INDIRECT, STEM, TERMS_PER_BLOCK, ColumnSource, LazyColumn

#: So many words that hold a part are looked at: a part that more have says nothing.
MAX_WITHIN = 1000
#: Blocks that are kept as lists of entries, 13 KB each: to cut one takes 10 us, and prefixes and patterns look at the
#: first and the last of their blocks twice.
MAX_CUT = 16


class TermDictionary:
    """The term dictionary of a segment. An entry has a number, its rank in the sorted blob; posting list, word form and
    document frequency follow from that (`TermDictionaryWriter`)."""

    def __init__(self, segment: ColumnSource) -> None:
        self._entries, self._flags = LazyColumn(segment, "term_entries"), LazyColumn(segment, "term_flags")
        self._start = segment.column("term_block_start")
        self._leads = bytes(segment.column("term_block_lead")).split(b"\n")[:-1]
        self._list_before, self._apart_before = segment.column("term_block_list"), segment.column("term_block_indirect")
        self._apart_list, self._apart_form, self._apart_posts = (
            LazyColumn(segment, name) for name in ("indirect_list", "indirect_form", "indirect_posts")
        )
        self._list_posts = LazyColumn(segment, "list_postings")
        self._cut: dict[int, list[bytes]] = {}
        self._segment = segment
        self._shown: dict[int, str] | None = None

    def __len__(self) -> int:
        return len(self._flags)

    # -- what is said of a key

    def term(self, number: int) -> bytes:
        """The entry with this number, UTF-8."""
        return self.terms_in(range(number, number + 1))[0]

    def terms_in(self, region: range) -> list[bytes]:
        """The entries with these numbers, UTF-8."""
        first, stop = region.start // TERMS_PER_BLOCK, -(-region.stop // TERMS_PER_BLOCK)
        terms = self._text(self._start[first], self._start[min(stop, len(self._start) - 1)]).split(b"\n")[:-1]
        return terms[region.start - first * TERMS_PER_BLOCK : region.stop - first * TERMS_PER_BLOCK]

    def flags(self, region: range) -> bytes:
        """The flags of the entries with these numbers, a byte each."""
        return bytes(self._flags.items(region.start, region.stop))

    def flagged(self, numbers: Sequence[int], flag: int) -> list[int]:
        """Those of these entries that have a flag: FORM the word forms, STEM the stems."""
        if not numbers:
            return []
        first = min(numbers)
        flags = self._flags.items(first, max(numbers) + 1)
        return [number for number in numbers if flags[number - first] & flag]

    def posting_list(self, number: int) -> tuple[int, int]:
        """The number of the posting list of an entry, and the number of this word form in that list."""
        stems_before, indirect_before = self._counts_before(number)
        if self.flagged((number,), INDIRECT):
            here = indirect_before, indirect_before + 1
            return self._apart_list.items(*here)[0], self._apart_form.items(*here)[0]
        return stems_before, 0

    def forms(self, region: range) -> dict[int, int]:
        """Document frequency, deleted posts included, by entry number: of the word forms among these entries."""
        posts_by_number: dict[int, int] = {}
        (stem, indirect), (stems, indirects) = self._counts_before(region.start), self._counts_before(region.stop)
        of_lists, of_forms = self._list_posts.items(stem, stems), iter(self._apart_posts.items(indirect, indirects))
        stem = 0
        for number, flags in zip(region, self.flags(region), strict=True):
            if flags & INDIRECT:
                posts_by_number[number] = next(of_forms)
            elif flags & FORM:
                posts_by_number[number] = of_lists[stem]
            stem += flags & STEM != 0
        return posts_by_number

    def _counts_before(self, number: int) -> tuple[int, int]:
        """The number of stems, and of indirect word forms, before an entry."""
        block = number // TERMS_PER_BLOCK
        flags = self.flags(range(block * TERMS_PER_BLOCK, number))
        stems, indirect = flags.translate(_HAS_STEM).count(1), flags.translate(_IS_INDIRECT).count(1)
        return self._list_before[block] + stems, self._apart_before[block] + indirect

    def display_form(self, number: int) -> str:
        """The usual spelling of an entry, for display."""
        if not self.flagged((number,), DISPLAY):
            return self.term(number).decode()
        if self._shown is None:
            numbers = compress(range(len(self)), self.flags(range(len(self))).translate(_HAS_DISPLAY))
            display_forms = str(self._segment.column("display_forms"), "utf-8").split("\n")
            self._shown = dict(zip(numbers, display_forms, strict=False))
        return self._shown[number]

    # -- which keys there are

    def find(self, word: str) -> range:
        """The numbers of the entries spelled exactly so: none, one, or two (a word form, and the stem of another
        list)."""
        key = word.encode("utf-8", "replace")
        block = bisect_left(self._leads, key)
        last = bisect_right(self._leads, key, block)  # nearly always the same
        text = b"\n" + self._text(self._start[block], self._start[last + 1])
        at = text.find(b"\n%b\n" % key)
        count = 0
        while at >= 0 and text.startswith(b"%b\n" % key, at + 1 + count * (len(key) + 1)):
            count += 1
        first = block * TERMS_PER_BLOCK + (text.count(b"\n", 0, at) if count else 0)
        return range(first, first + count)

    def with_prefix(self, prefix: str) -> range:
        """The numbers of the entries with this prefix."""
        key = prefix.encode("utf-8", "replace")
        return range(self._bisect(key)[0], self._bisect(key + b"\xff")[0])

    def matching(self, pattern: str) -> Iterator[int]:
        """The numbers of the entries that a pattern with `*` and `?` covers, ascending."""
        prefix, *rest = re.split(r"[*?]+", pattern)
        piece = b"" if prefix else max(rest, key=len, default="").encode("utf-8", "replace")
        text, covers = self._beginning(prefix), re.compile(globs.wildcard(pattern))
        if piece:  # only its entries are tried: at 180,000 entries 2 ms, 40 where each is
            starts = [start for start, stop in _lines_with(piece, text) if covers.fullmatch(text, start, stop)]
        else:
            starts = _starts(re.finditer(b"^(?:%b)$" % covers.pattern, text, re.MULTILINE))
        yield from _line_numbers(starts, text, self.with_prefix(prefix).start)

    def covered(self, pattern: str) -> Iterator[int]:
        """The numbers of the entries that a regular expression covers, ascending. Raises as `regexes.of_words`."""
        with forks.barred:
            from ....text.regexes import of_words  # rarely needed, and its library takes 7 ms

        text = self._beginning("")
        yield from _line_numbers(_starts(of_words(pattern).finditer(text)), text, 0)

    def containing(self, part: str) -> Iterator[int]:
        """The numbers of the word forms with this substring, MAX_WITHIN at most."""
        text = self._beginning("")
        for start, stop in islice(_lines_with(part.encode("utf-8", "replace"), text), MAX_WITHIN):
            yield from self.flagged(self.find(text[start:stop].decode()), FORM)

    def near(self, word: str, most: int) -> Iterator[tuple[int, int]]:
        """Word forms within an edit distance of `most` of a word, the first character fixed: (distance, number)."""
        if not most:
            yield from ((0, number) for number in self.flagged(self.find(word), FORM))
            return
        for key, distance in words_near(word, self._beginning(word[0]), most):
            yield from ((distance, number) for number in self.flagged(self.find(key), FORM))

    def _beginning(self, prefix: str) -> bytes:
        """The entries with this prefix, each ended by a newline."""
        key = prefix.encode("utf-8", "replace")
        return self._text(self._bisect(key)[1], self._bisect(key + b"\xff")[1])

    def _bisect(self, key: bytes) -> tuple[int, int]:
        """The first entry that is not less: its number, and its offset in the blob."""
        block = bisect_left(self._leads, key)
        keys = self._cut.get(block)
        if keys is None:
            if len(self._cut) >= MAX_CUT:
                self._cut = {}
            keys = self._cut[block] = self._text(self._start[block], self._start[block + 1]).split(b"\n")[:-1]
        index = bisect_left(keys, key)
        return block * TERMS_PER_BLOCK + index, self._start[block] + sum(map(len, keys[:index])) + index

    def _text(self, start: int, stop: int) -> bytes:
        """Bytes [start, stop) of the blob."""
        return bytes(self._entries.items(start, stop))


class _Match(Protocol):
    def start(self) -> int: ...
    def end(self) -> int: ...


def _starts(matches: Iterable[_Match]) -> list[int]:
    """Where matches begin, but for that of the empty line behind the last entry."""
    return [match.start() for match in matches if match.end() > match.start()]


def _lines_with(part: bytes, text: bytes) -> Iterator[tuple[int, int]]:
    """Where the lines begin and end that have a part."""
    at = text.find(part)
    while at >= 0:
        start, stop = text.rfind(b"\n", 0, at) + 1, text.find(b"\n", at)
        yield start, stop
        at = text.find(part, stop)


def _line_numbers(starts: Iterable[int], text: bytes, number: int) -> Iterator[int]:
    """The numbers of the lines that begin at these places, of which the first of all has this number."""
    done = 0
    for start in starts:
        number += text.count(b"\n", done, start)
        done = start
        yield number


_HAS_STEM = bytes([flags & STEM != 0 for flags in range(256)])
_HAS_DISPLAY = bytes([flags & DISPLAY != 0 for flags in range(256)])
_IS_INDIRECT = bytes([flags & INDIRECT != 0 for flags in range(256)])
