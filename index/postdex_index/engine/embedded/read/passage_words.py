"""Where in a passage do the words stand that were found, and what of it is marked?

An index has the positions of words, and of a few places in a text the position there: its checkpoints. From one to the
next the text is cut into tokens again, as the build cut it.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate, islice

from .... import native
from ....document import LeafPositions, Mark
from ....text.characters import ASIAN, is_spaceless, raw_pattern, raw_tokens, run_letters
from ....text.tokenizer import LONGEST_TERM, width_of

#: Raw tokens whose number of positions is remembered.
MAX_WIDTHS = 50_000
#: Where a word stands that ends beyond a passage.
_NOWHERE = (0, 0, 0)


class Widths(dict[str, int]):
    """Raw token -> the number of positions it takes; emptied when it gets large."""

    def __init__(self, code: bool) -> None:
        super().__init__()
        self._code = code

    def __missing__(self, raw: str) -> int:
        if len(self) >= MAX_WIDTHS:
            self.clear()
        width = self[raw] = width_of(raw, self._code)
        return width


@native.twin
class PassageWords:
    """The words of a passage, a text that was simplified if need be. Of its checkpoints it has the places in the text
    (`starts`), the positions there (`firsts`) and whether they are in `code`; `end` is the position behind the last
    word. `cut` says that the text goes on: what reaches its end may be half a word.

    All queries of a site show the same passages, so what was found out about one is kept.
    """

    __slots__ = ("_code", "_cut", "_end", "_firsts", "_spans", "_starts", "_text", "_tokens")

    def __init__(
        self, text: str, cut: bool, starts: Sequence[int], firsts: Sequence[int], code: Sequence[bool], end: int, /
    ) -> None:
        self._text, self._cut = text, cut
        self._starts, self._firsts, self._code, self._end = starts, firsts, code, end
        #: by position, where the words stand that were looked for: start, end of the letter at this position, stop
        self._spans: dict[int, tuple[int, int, int]] = {}
        #: by checkpoint, the positions of the raw tokens from there to the next one, and of what comes after
        self._tokens: dict[int, array[int]] = {}

    def marks(
        self, words_found: Sequence[LeafPositions], before: int, widths: Sequence[Mapping[str, int]], /
    ) -> Sequence[tuple[int, int, int]]:
        """The words that were found as (start, stop, leaf), each for the first of the leaves that it belongs to; parts
        of one word are one mark. Places count from `before`, and what begins before it is left out. `widths` are the
        numbers of positions of raw tokens in prose and in code."""
        owners: dict[int, int] = {}
        for number in range(len(words_found) - 1, -1, -1):
            positions = words_found[number].positions
            inside = positions[bisect_left(positions, self._firsts[0]) : bisect_left(positions, self._end)]
            owners.update(dict.fromkeys(inside, number))
        positions = sorted(owners)
        if unknown := [position for position in positions if position not in self._spans]:
            self._look_for(unknown, widths)
        marks: list[Mark] = []
        begun = owner = -1
        for position in positions:
            start, own, stop = self._spans[position]
            if not stop:
                continue
            number = owners[position]
            if words_found[number].single:
                stop = own
            if start != begun:
                marks.append(Mark(start, stop, words_found[number].leaf))
                begun, owner = start, number
            elif number < owner or stop > marks[-1].stop:
                owner = min(number, owner)
                marks[-1] = Mark(start, max(stop, marks[-1].stop), words_found[owner].leaf)
        if before:
            return [Mark(start - before, stop - before, leaf) for start, stop, leaf in marks if start >= before]
        return marks

    def _look_for(self, targets: Sequence[int], widths: Sequence[Mapping[str, int]]) -> None:
        """Where the words at these positions stand, each from the checkpoint before it on."""
        done = 0
        while done < len(targets):
            check = bisect_right(self._firsts, targets[done]) - 1
            start, stop, upto = self._starts[check], len(self._text), len(targets)
            if check + 1 < len(self._firsts):
                stop, upto = self._starts[check + 1], bisect_left(targets, self._firsts[check + 1], done)
            self._look_in(check, start, stop, targets[done:upto], widths[self._code[check]])
            done = upto

    def _look_in(self, check: int, begin: int, end: int, targets: Sequence[int], widths: Mapping[str, int]) -> None:
        """The same between a checkpoint and the next one, the characters [begin, end). The hot loop of a search that
        shows what was not shown before: without a step of Python for each token."""
        text = self._text[begin:end]
        tokens = self._tokens.get(check)
        if tokens is None:
            positions = accumulate(map(widths.__getitem__, raw_tokens(text)), initial=self._firsts[check])
            tokens = self._tokens[check] = array("I", positions)
        matches = raw_pattern(text).finditer(text)
        match, passed = next(matches, None), 1
        run = 0
        letters: Sequence[tuple[int, int]] = ()
        # What reaches the end of a text that was cut may go on behind it: half a word is no mark.
        most = len(text) - (self._cut and end == len(self._text))
        for position in targets:
            number = bisect_right(tokens, position)
            if number > passed:
                match = next(islice(matches, number - passed - 1, None), None)
                passed = number
            if match is None:
                break  # a word that ends beyond the passage
            start, stop = match.span()
            own = stop
            if match[0] >= ASIAN and is_spaceless(match[0]):  # a position is a character with the next
                if run != number:
                    run, letters = number, run_letters(match[0])
                at = position - tokens[number - 1]
                if letters:
                    (first, own), (_, last) = letters[at], letters[min(at + 1, len(letters) - 1)]
                    start, own, stop = start + first, start + own, start + last
                else:
                    start += at
                    own, stop = start + 1, min(stop, start + 2)
            if stop <= most or stop - start > LONGEST_TERM:
                self._spans[position] = begin + start, begin + own, begin + stop
        for position in targets:
            self._spans.setdefault(position, _NOWHERE)


def marks_of_ascii(
    text: str, first: int, words_found: Sequence[LeafPositions], widths: Mapping[str, int]
) -> list[Mark]:
    """`PassageWords.marks` of a short text in ASCII, whose words begin at position `first` and are all looked at."""
    owners: dict[int, int] = {}
    for number in range(len(words_found) - 1, -1, -1):
        owners.update(dict.fromkeys(words_found[number].positions, number))
    marks: list[Mark] = []
    for match in raw_pattern(text).finditer(text):
        after = first + widths[match[0]]
        if numbers := [owners[position] for position in range(first, after) if position in owners]:
            marks.append(Mark(*match.span(), words_found[min(numbers)].leaf))
        first = after
    return marks


def place_of(text: str, near: int, first: int, widths: Mapping[str, int]) -> int:
    """Where the word or the character at position `near` begins in a text whose words begin at position `first`."""
    start = 0
    for match in raw_pattern(text).finditer(text):
        raw, start = match[0], match.start()
        if first + widths[raw] > near:
            if is_spaceless(raw):
                letters = run_letters(raw)
                start += letters[near - first][0] if letters else near - first
            return start
        first += widths[raw]
    return start
