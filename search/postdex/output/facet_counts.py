"""How do the counts of posts by tag, category, language and year look to people?"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from postdex_index.schema import FACETS

from ..text_safety import cells, printable
from .screen import Line, Screen, clipped, painted

#: Columns between two tables that stand side by side.
_GAP = "   "


def facets_table(facets: dict[str, dict[str, int]]) -> str:
    """The tables of all facets that any post found has, one below the other.

    >>> print(facets_table({"tags": {"linux": 2}, "lang": {}}))
    tags
      linux  2
    """
    return "\n".join(line for table in _tables(facets) for line in table)


def facet_columns(facets: dict[str, dict[str, int]], screen: Screen) -> str:
    """The same tables side by side, as many as the screen has room for.

    >>> print(facet_columns({"lang": {"en": 12, "zh": 3}, "year": {"2022": 2, "2024": 13}}, Screen(40)))
    lang       year
      en  12     2024  13
      zh   3     2022   2
    """
    bands: list[list[list[str]]] = []
    used = 0
    for table in _tables(facets, screen.width):
        columns = len(_GAP) + max(map(cells, table))
        if not bands or used + columns > screen.width + len(_GAP):
            bands.append([])
            used = 0
        bands[-1].append(table)
        used += columns
    return "\n\n".join("\n".join(_side_by_side(band, screen)) for band in bands)


def _side_by_side(tables: Sequence[Sequence[str]], screen: Screen) -> list[str]:
    """Tables as one, a line at a time; the names of the facets are painted."""
    widths = [max(map(cells, table)) for table in tables]
    rows = []
    for number, row in enumerate(zip_longest(*tables, fillvalue="")):
        columns = [
            painted(text, screen.palette.heading if number == 0 else "") + " " * (width - cells(text))
            for text, width in zip(row, widths, strict=True)
        ]
        rows.append(_GAP.join(columns).rstrip())
    return rows


def _tables(facets: dict[str, dict[str, int]], width: int = 0) -> list[list[str]]:
    """Each facet as lines: its name, then its values with their numbers of posts, most of them first, years by time."""
    return [_table(name, counts, width) for name, counts in facets.items() if counts]


def _table(name: str, counts: dict[str, int], width: int) -> list[str]:
    by_time = name in FACETS and FACETS[name].type == "date"
    ordered = sorted(counts.items(), reverse=True) if by_time else counts.items()
    longest = max(len(str(posts)) for posts in counts.values())
    room = max(1, width - longest - 4) if width else 0
    rows = [(clipped(Line(printable(value)), room).text, str(posts)) for value, posts in ordered]
    widest = max(cells(value) for value, _ in rows)
    lines = [f"  {value}{' ' * (widest - cells(value))}  {posts:>{longest}}" for value, posts in rows]
    return [printable(name).strip(), *lines]
