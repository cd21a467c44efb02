"""Which word form stands at each occurrence of a posting list?

A byte an occurrence, of the lists that have several word forms, deflated in pieces: read by exact words, patterns and
merges only.
"""

from __future__ import annotations

import zlib
from array import array
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import accumulate

from .columns import ColumnSource
from .segment_file import Column

#: Bytes of a piece: a quarter of it is .017 of the text of a blog in English, this .016, four times as much too.
PIECE = 16_384
#: Level 4 leaves .19, as 6 does in four times the time; 1 leaves .22 in half of it.
LEVEL = 4


def word_form_columns(varied: Mapping[int, bytes]) -> dict[str, Column]:
    """The columns of the multi-form lists, from the form number of each occurrence by list number."""
    whole = b"".join(varied.values())
    pieces = [zlib.compress(whole[start : start + PIECE], LEVEL, -15) for start in range(0, len(whole), PIECE)]
    return {
        "multi_form_lists": array("I", varied),
        "multi_form_first": array("I", accumulate(map(len, varied.values()), initial=0)),
        "form_block_start": array("I", accumulate(map(len, pieces), initial=0)),
        "form_numbers": b"".join(pieces),
    }


class WordForms:
    """The word forms at the occurrences of a segment's posting lists."""

    def __init__(self, segment: ColumnSource) -> None:
        self._multi_form_lists, self._first = segment.column("multi_form_lists"), segment.column("multi_form_first")
        self._start = segment.column("form_block_start")
        self._pieces = segment.column("form_numbers", whole=False)
        self._check = segment.checker("form_numbers")

    def of(self, number: int) -> bytes:
        """The form number of each occurrence of a list, a byte each; empty for a list with a single form."""
        start, stop = sparse_range(self._multi_form_lists, self._first, number)
        if start == stop:
            return b""
        first_piece = start // PIECE
        whole = b"".join(map(self._read, range(first_piece, -(-stop // PIECE))))
        return whole[start - first_piece * PIECE : stop - first_piece * PIECE]

    def _read(self, piece: int) -> bytes:
        start, stop = self._start[piece], self._start[piece + 1]
        self._check(start, stop)
        return zlib.decompress(self._pieces[start:stop], -15)


def sparse_range(numbers: Sequence[int], first: Sequence[int], number: int) -> tuple[int, int]:
    """The range [start, stop) that a sparse column has for a list; empty if the list is not among its `numbers`."""
    at = bisect_left(numbers, number)
    if at < len(numbers) and numbers[at] == number:
        return first[at], first[at + 1]
    return 0, 0
