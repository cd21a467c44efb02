"""How do the queries that people asked look to people and in a pipe?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from postdex_index.named_tuple import NamedTuple

from ..output.screen import Line, Screen, painted, wrapped
from ..text_safety import cells, printable
from .asked import Asked

_GAP = "   "
#: Columns that a query has at least before its numbers move below it.
_LEAST_QUERY = 20


class _Column(NamedTuple):
    """A column of numbers: its name, and what stands in it for a query."""

    name: str
    of: Callable[[Asked], str]


def lines(rows: Sequence[Asked], screen: Screen) -> Iterator[str]:
    """`asked<TAB>found<TAB>opened<TAB>last<TAB>query<TAB>path of the post that was opened most`, a line each."""
    return (
        "\t".join(
            (str(row.times), _found(row).replace(",", ""), str(row.clicks), row.last, row.query, _path(row, screen))
        )
        for row in rows
    )


def table(rows: Sequence[Asked], screen: Screen, *, clicks: bool) -> Iterator[str]:
    """Numbers, day and query in columns under their names, without that of `clicks` where nobody counts them; on a
    narrow screen the query above the rest. What was asked in vain is marked; where there is room for it, the post that
    was opened most stands behind its query."""
    columns = _columns(clicks)
    widths = [max([cells(column.name), *(cells(column.of(row)) for row in rows)]) for column in columns]
    indent = sum(widths) + len(_GAP) * len(widths)
    if screen.width and screen.width - indent < _LEAST_QUERY:
        for row in rows:
            yield from _block(row, columns, screen)
        return
    names = _GAP.join(f"{column.name:>{width}}" for column, width in zip(columns, widths, strict=True))
    yield painted(f"{names}{_GAP}QUERY", screen.palette.dim)
    for row in rows:
        numbers = [f"{column.of(row):>{width}}" for column, width in zip(columns, widths, strict=True)]
        numbers[1] = painted(numbers[1], screen.palette.note if row.in_vain else "")
        numbers[-1] = painted(numbers[-1], screen.palette.dim)
        first, *others = wrapped(Line(row.query), screen.width - indent if screen.width else 0)
        answer = "" if others else _answer(row, screen, indent + cells(first.text))
        yield f"{_GAP.join(numbers)}{_GAP}{painted(first.text, screen.palette.title)}{answer}"
        yield from (" " * indent + painted(line.text, screen.palette.title) for line in others)


def _block(row: Asked, columns: Sequence[_Column], screen: Screen) -> Iterator[str]:
    """A query, and below it its numbers with their names."""
    numbers = ", ".join(f"{column.name.lower()} {column.of(row)}" for column in columns)
    palette = screen.palette
    for text, color in ((row.query, palette.title), (numbers, palette.note if row.in_vain else palette.dim)):
        yield from (painted(line.text, color) for line in wrapped(Line(text), screen.width))


def _answer(row: Asked, screen: Screen, used: int) -> str:
    """The path of the post that was opened most, behind so many columns; "" if it has no room or there is none."""
    path = _path(row, screen)
    fits = not screen.width or used + len(_GAP) + cells(path) <= screen.width
    return f"{_GAP}{painted(path, screen.palette.dim)}" if path and fits else ""


def _path(row: Asked, screen: Screen) -> str:
    return printable(screen.where(row.answer)) if row.answer else ""


def _columns(clicks: bool) -> list[_Column]:
    columns = [
        _Column("ASKED", lambda row: f"{row.times:,}"),
        _Column("FOUND", _found),
        _Column("OPENED", lambda row: f"{row.clicks:,}"),
        _Column("LAST", lambda row: row.last),
    ]
    return columns if clicks else [column for column in columns if column.name != "OPENED"]


def _found(row: Asked) -> str:
    return "?" if row.outcome is None else f"{row.outcome.total:,}"
