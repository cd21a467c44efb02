"""Which word form stands at each occurrence of a posting list?

A byte an occurrence, of the lists that have several word forms: read by exact words, patterns and merges only.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import accumulate

from .columns import ColumnSource, LazyColumn
from .segment_file import Column


def word_form_columns(varied: Mapping[int, bytes]) -> dict[str, Column]:
    """The columns of the multi-form lists, from the form number of each occurrence by list number."""
    return {
        "multi_form_lists": array("I", varied),
        "multi_form_first": array("I", accumulate(map(len, varied.values()), initial=0)),
        "form_numbers": b"".join(varied.values()),
    }


class WordForms:
    """The word forms at the occurrences of a segment's posting lists."""

    def __init__(self, segment: ColumnSource) -> None:
        self._multi_form_lists, self._first = segment.column("multi_form_lists"), segment.column("multi_form_first")
        self._numbers = LazyColumn(segment, "form_numbers")

    def of(self, number: int) -> bytes:
        """The form number of each occurrence of a list, a byte each; empty for a list with a single form."""
        return bytes(self._numbers.items(*sparse_range(self._multi_form_lists, self._first, number)))


def sparse_range(numbers: Sequence[int], first: Sequence[int], number: int) -> tuple[int, int]:
    """The range [start, stop) that a sparse column has for a list; empty if the list is not among its `numbers`."""
    at = bisect_left(numbers, number)
    if at < len(numbers) and numbers[at] == number:
        return first[at], first[at + 1]
    return 0, 0
