"""What stands below the title of a post: where it is, of when, and about what?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..text_safety import cells, printable
from .screen import Screen, linked, painted

#: What stands between two facts.
BETWEEN = " · "
#: Columns below which tags do not begin beside a path.
_WORTH_BEGINNING = 24


def about_lines(path: str, line: int, day: str, tags: Sequence[str], screen: Screen) -> Iterator[str]:
    """The path, which leads to the line, and beside it or below it the date and as many tags as a line has room for."""
    shown = printable(screen.where(path))
    tags = [printable(tag) for tag in tags]
    beside = screen.width - cells(f"{shown}{BETWEEN}") if screen.width else 0
    everything = _facts(day, tags, 0)
    below = screen.width and everything and cells(everything) > beside < _WORTH_BEGINNING
    place = linked(painted(shown, screen.palette.path), path, line, screen)
    if below or not everything:
        yield place
    if everything:
        facts = painted(_facts(day, tags, screen.width if below else beside), screen.palette.dim)
        yield facts if below else f"{place}{painted(BETWEEN, screen.palette.dim)}{facts}"


def _facts(day: str, tags: Sequence[str], width: int) -> str:
    """`2022-08-26 · linux, kernel +3`: as many tags as `width` columns have room for (0: all).

    >>> _facts("2022-08-26", ["linux", "kernel", "networking"], 24)
    '2022-08-26 · linux +2'
    """
    told = f"{day}{BETWEEN}" if day and tags else day
    for number, tag in enumerate(tags):
        longer = f"{told}{', ' if number else ''}{tag}"
        left = len(tags) - number - 1
        if width and cells(longer) + (len(f" +{left}") if left else 0) > width:
            return f"{told}{' ' if number else ''}+{left + 1}"
        told = longer
    return told
