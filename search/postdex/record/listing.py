"""How do the queries that people asked look to people and in a pipe?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from postdex_index.named_tuple import NamedTuple

from ..output.screen import Line, Screen, clipped, painted
from ..text_safety import cells, printable
from .asked import Asked

_GAP = "   "
#: Columns that a query has at least before its numbers move below it.
_LEAST_QUERY = 20


class _Column(NamedTuple):
    """A column of numbers: its name, and what stands in it for a query."""

    name: str
    of: Callable[[Asked], str]


def lines(rows: Sequence[Asked]) -> Iterator[str]:
    """`asked<TAB>found<TAB>opened<TAB>last<TAB>query<TAB>path of the post that was opened most`, a line each."""
    return (
        "\t".join((str(row.times), _found(row), str(row.clicks), row.last, row.query, printable(row.answer)))
        for row in rows
    )


def table(rows: Sequence[Asked], screen: Screen, *, clicks: bool) -> Iterator[str]:
    """Numbers, day and query in columns under their names, without that of `clicks` where nobody counts them; on a
    narrow screen the query above the rest. What found nothing is marked."""
    columns = _columns(clicks)
    widths = [max([cells(column.name), *(cells(column.of(row)) for row in rows)]) for column in columns]
    indent = sum(widths) + len(_GAP) * len(widths)
    palette = screen.palette
    if screen.width and screen.width - indent < _LEAST_QUERY:
        for row in rows:
            yield painted(clipped(Line(row.query), screen.width).text, palette.title)
            numbers = ", ".join(f"{column.name.lower()} {column.of(row)}" for column in columns)
            yield painted(clipped(Line(numbers), screen.width).text, palette.dim if row.total else palette.note)
        return
    names = _GAP.join(f"{column.name:>{width}}" for column, width in zip(columns, widths, strict=True))
    yield painted(f"{names}{_GAP}QUERY", palette.dim)
    for row in rows:
        cells_of = [f"{column.of(row):>{width}}" for column, width in zip(columns, widths, strict=True)]
        if not row.total:
            cells_of[1] = painted(cells_of[1], palette.note)
        cells_of[-1] = painted(cells_of[-1], palette.dim)
        query = clipped(Line(row.query), max(0, screen.width - indent) if screen.width else 0).text
        yield f"{_GAP.join(cells_of)}{_GAP}{painted(query, palette.title)}"


def _columns(clicks: bool) -> list[_Column]:
    columns = [
        _Column("ASKED", lambda row: f"{row.times:,}"),
        _Column("FOUND", _found),
        _Column("OPENED", lambda row: f"{row.clicks:,}"),
        _Column("LAST", lambda row: row.last),
    ]
    return columns if clicks else [column for column in columns if column.name != "OPENED"]


def _found(row: Asked) -> str:
    return "?" if row.total is None else str(row.total)
