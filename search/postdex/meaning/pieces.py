"""Which rows of a table of vectors is a text made of?

A word is cut as the vocabularies of BERT are meant (Wu et al. 2016, arXiv:1609.08144): the longest piece that it begins
with, then the longest that goes on from there, which has `##` before it. Of a word whose rest is no piece nothing is
taken. A run of a script without blanks is cut into the longest pieces too, which have no sign before them, and a
character that none begins with is passed over. Signs are no pieces.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

from postdex_index.text.characters import SPACELESS, fold, run_text, simplified

#: A word that is longer is none that a vocabulary knows, as BERT has it.
LONGEST_WORD = 100
#: No piece has more characters, nor one of a script without blanks: a text that nobody wrote is cut in time that its
#: length bounds.
LONGEST_PIECE, LONGEST_RUN_PIECE = 24, 8
#: Words of which the cut is remembered: those of a site are some thousands.
REMEMBERED = 1 << 15
_GOES_ON = "##"
#: Words of a text that is ASCII.
_ASCII_WORD = re.compile("[0-9a-z]+")


class Pieces:
    """Cuts texts into the pieces of a vocabulary, of which it knows each one's number. Safe under threads: what it
    remembers is only ever what it would find again."""

    def __init__(self, numbers: Mapping[str, int]) -> None:
        self._numbers = numbers
        self._cut: dict[str, tuple[int, ...]] = {}

    def of(self, text: str, most: int) -> list[int]:
        """The numbers of a text's pieces, the first `most` of them."""
        numbers: list[int] = []
        if text.isascii():
            for word in _ASCII_WORD.findall(text.lower()):
                numbers += self._cut.get(word) or self._word(word)
                if len(numbers) >= most:
                    break
            return numbers[:most]
        for word, is_run in _words(text):
            numbers += [number for number, _ in self._of_run(word)] if is_run else self._word(word)
            if len(numbers) >= most:
                break
        return numbers[:most]

    def known(self, text: str) -> float:
        """Which share of a text's words is in the vocabulary in one piece, and of its characters in a script without
        blanks in any; 0 of a text without words."""
        known = words = 0
        for word, is_run in _words(text):
            words += len(word) if is_run else 1
            known += sum([length for _, length in self._of_run(word)]) if is_run else fold(word) in self._numbers
        return known / words if words else 0.0

    def _word(self, word: str) -> tuple[int, ...]:
        """The pieces of a word in lower case."""
        if len(word) > LONGEST_WORD:  # nor is it remembered: what strangers ask fills no memory
            return ()
        cut = self._cut.get(word)
        if cut is None:
            if len(self._cut) >= REMEMBERED:
                self._cut = {}
            cut = self._cut[word] = self._longest(fold(word))
        return cut

    def _longest(self, word: str) -> tuple[int, ...]:
        numbers: list[int] = []
        start = 0
        while start < len(word):
            before = _GOES_ON if start else ""
            for stop in range(min(len(word), start + LONGEST_PIECE), start, -1):
                number = self._numbers.get(before + word[start:stop])
                if number is not None:
                    break
            else:
                return ()
            numbers.append(number)
            start = stop
        return tuple(numbers)

    def _of_run(self, run: str) -> Iterator[tuple[int, int]]:
        """The pieces of a run of a script without blanks in its normal form, each with how many characters it has."""
        start = 0
        while start < len(run):
            length = 1
            for stop in range(min(len(run), start + LONGEST_RUN_PIECE), start, -1):
                number = self._numbers.get(run[start:stop])
                if number is not None:
                    length = stop - start
                    yield number, length
                    break
            start += length


def _words(text: str) -> Iterator[tuple[str, bool]]:
    """The words of a text, and whether each is a run of a script without blanks."""
    for match in _any_word().finditer(text.lower()):
        is_run = match[1] is not None
        yield run_text(simplified(match[0])) if is_run else match[0], is_run


@cache
def _any_word() -> re.Pattern[str]:
    return re.compile(rf"([{SPACELESS}]+)|[^\W_{SPACELESS}]+")
