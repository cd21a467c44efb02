"""Which marks of a passage stand together, and do they say it as it was typed?

A snippet leads to the line of the stretch of marks that is worth most; what was typed as a whole is one stretch.
Functions of a text and its marks, for `marking` and `snippets`.
"""

from __future__ import annotations

from collections.abc import Sequence

from postdex_index.document import Mark, Passage
from postdex_index.text.analyzer import Analyzer

#: Characters that may stand between two words that stand together, none of them a letter: `foo() -> bar`.
_APART = 6


def stretch(passage: Passage, leaf: int, typed: str, analyzer: Analyzer) -> tuple[tuple[int, int] | None, bool]:
    """Where marks of a leaf stand together in a passage, and whether they are spelled as they were `typed` (which is
    not asked if that is empty): the first stretch that is, otherwise the first. Case and blanks don't count, nor what
    was typed behind the words; before a name signs do (`--fix`).

    >>> passage = Passage("drvLink or drv_link", 0, 1, (Mark(0, 7, 0), Mark(11, 19, 0)), False, False)
    >>> stretch(passage, 0, "drv_link()", Analyzer(True, ("en",)))
    ((11, 19), True)
    """
    text = passage.text
    stretches = _stretches(text, [mark for mark in passage.marks if mark[2] == leaf])
    spelled, signs = _spelled(typed, analyzer) if typed else ("", "")
    for start, stop in stretches if typed else ():
        if text.endswith(signs, 0, start) and _plain(text[start:stop]) == spelled:
            return (start, stop), True
    return stretches[0] if stretches else None, False


def _spelled(typed: str, analyzer: Analyzer) -> tuple[str, str]:
    """The words that were typed as `_plain` has them, and the signs before them if they are one name."""
    tokens = analyzer.words(typed)
    if not tokens:
        return "", ""
    start, stop = tokens[0].start, tokens[-1].stop
    return _plain(typed[start:stop]), typed[:start] if len(typed.split()) == 1 else ""


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def heaviest(text: str, marks: Sequence[Mark], leaf_weights: Sequence[float]) -> int:
    """Where the heaviest mark stands, among those that stand together and are worth most, each word once."""
    best, most, end = marks[0].start, -1.0, 0
    place, heavy, value = best, -1.0, 0.0
    seen_leaves: set[int] = set()
    for start, stop, leaf in marks:
        if start > end and _apart(text, end, start):
            heavy, value = -1.0, 0.0
            seen_leaves.clear()
        if leaf not in seen_leaves:
            seen_leaves.add(leaf)
            value += leaf_weights[leaf]
            if leaf_weights[leaf] > heavy:
                place, heavy = start, leaf_weights[leaf]
            if value > most:
                best, most = place, value
        end = stop
    return best


def _stretches(text: str, marks: Sequence[Mark]) -> list[tuple[int, int]]:
    """Where marks stand together, no word between them."""
    stretches: list[tuple[int, int]] = []
    for start, stop, _ in marks:
        if stretches and (start <= stretches[-1][1] or not _apart(text, stretches[-1][1], start)):
            stretches[-1] = stretches[-1][0], stop
        else:
            stretches.append((start, stop))
    return stretches


def _apart(text: str, start: int, stop: int) -> bool:
    """Whether a word stands between two marks, in text[start:stop], or more than a few signs."""
    return stop - start > _APART or (stop - start > 0 and any(map(str.isalnum, text[start:stop])))
