"""How do lines look that a regular expression matches? As `grep` has it: `path:line:text`, or a path above its own."""

from __future__ import annotations

from postdex_index.model import Span

from ..results.lines import LineMatch
from ..text_safety import pieces, printable
from .screen import Screen, linked, painted


def path_row(path: str, screen: Screen) -> str:
    """The path of a post, as it is shown."""
    return painted(printable(screen.where(path)), screen.palette.path)


def line_row(match: LineMatch, screen: Screen, *, path: bool = True, number: bool = True) -> str:
    """`path:line:text`, what matches marked; the first two as they are wanted.

    >>> line_row(LineMatch("a.md", 3, "int x;", (Span(4, 1),), ""), Screen())
    'a.md:3:int x;'
    """
    line = linked(painted(str(match.line), screen.palette.line), match.path, match.line, screen) if number else ""
    place = [*([path_row(match.path, screen)] if path else []), *([line] if line else [])]
    text = [
        painted(_safe(piece), screen.palette.mark if inside else "")
        for piece, inside in pieces(match.text, match.spans)
    ]
    return ":".join([*place, "".join(text)])


def only_matches(match: LineMatch) -> list[LineMatch]:
    """The line once for each of its matches, with nothing else.

    >>> [it.text for it in only_matches(LineMatch("a.md", 3, "foo bo", (Span(1, 2), Span(5, 1)), ""))]
    ['oo', 'o']
    """
    return [
        match._replace(text=match.text[start : start + length], spans=(Span(0, length),))
        for start, length in match.spans
    ]


def _safe(text: str) -> str:
    """A text of a line, its tabs as they are."""
    return "\t".join(map(printable, text.split("\t")))
