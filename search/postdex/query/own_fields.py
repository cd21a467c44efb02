"""Which fields of the site's own may a query name, and what does a value mean there?

`rating:>=4`, `due:2024..`, `status:draft`: whether there is such a field is asked of the index only where a query names
one that the language has not. Of which kind a field is the values of all posts say (`engine.api.FieldStats`); here a
value that was typed is read as one of that kind.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from postdex_index import forks
from postdex_index.engine.api import SHARED, FieldStats, Reader, Search
from postdex_index.formats import typed_values
from postdex_index.formats.field_names import name_of
from postdex_index.named_tuple import NamedTuple
from postdex_index.query import OWN_FIELD, Everything, FieldRange, Keyword, Query
from postdex_index.text.analyzer import Analyzer
from postdex_index.text.edit_distance import edit_distance

if TYPE_CHECKING:
    from postdex_index.formats.periods import Today

#: What a message names for what is none.
_EXAMPLES = {"number": "4, >=4 or 3..5", "date": "2024-06, <2024-06-01, 2024.. or last week"}
_COMPARED = re.compile(r"(>=|<=|>|<)\s*(.*)", re.DOTALL)
_ENDS = re.compile(r"(.*?)\.\.+(.*)", re.DOTALL)
#: Characters of a value that a message names.
_SHOWN = 40
#: Letters of a name from which so many slips may be in it.
_SLIPS = {4: 1, 7: 2}


class Compared(NamedTuple):
    """The filter that a value makes, None if it makes none, and what is to be said of that."""

    query: Query | None
    warning: str = ""


class OwnFields:
    """The fields of the site's own that a snapshot has, asked for when the first is named."""

    __slots__ = ("_known", "_reader", "_today")

    def __init__(self, reader: Reader, today: Today | None = None) -> None:
        self._reader = reader
        self._today = today
        self._known: dict[str, FieldStats] | None = None

    def all(self) -> dict[str, FieldStats]:
        """All of them by name."""
        if self._known is None:
            self._known = {field.name: field for field in self._reader.fields()}
        return self._known

    def find(self, typed: str) -> FieldStats | None:
        """The field of a name, however that is written."""
        return self.all().get(name_of(typed))

    def is_date(self, field: str) -> bool:
        """Whether this is the column of one whose values are dates."""
        stats = self.all().get(field.removeprefix(OWN_FIELD)) if field.startswith(OWN_FIELD) else None
        return stats is not None and stats.kind == "date"

    def instead(self, typed: str) -> str:
        """What is to be said of a name that no field has, behind a message: the field that was meant, or that too few
        posts have it; "" for nothing."""
        name = name_of(typed)
        most = max((slips for letters, slips in _SLIPS.items() if len(name) >= letters), default=0)
        near = min((edit_distance(name, other, most), other) for other in self.all()) if most and self.all() else ()
        if near and near[0] <= most:
            return f"; did you mean {near[1]}:?"
        (posts,) = self._reader.totals([Keyword(OWN_FIELD + name, "*")])
        has = f"{posts} post{' has' if posts == 1 else 's have'}"
        return f"; only {has} one, and {SHARED} have to, unless the setting fields names it" if posts else ""

    def _other(self, name: str) -> str:
        """A value of a field that is neither a number nor a date, behind a message."""
        values = self._reader.search(Search(Everything(), facets=(name,), limit=0)).facets[name]
        other = next((value for value in values if not typed_values.fitting([value])), "")
        return f", such as {other[:_SHOWN]}" if other else ""

    def filter(self, name: str, typed: str, analyzer: Analyzer) -> Compared:
        """The filter for a value of a field."""
        field = self.all().get(name) or FieldStats(name, "text", 0)
        text = typed.strip()
        read = _read(field, text, self._today)
        if read is not None:
            return read
        if field.kind in ("text", "boolean") and _COMPARED.fullmatch(text):
            return Compared(None, f"{name}:{text} compares numbers or dates, and {name} has others{self._other(name)}")
        folded = analyzer.fold_value(text)
        return Compared(Keyword(OWN_FIELD + name, folded) if folded else None)


def _read(field: FieldStats, text: str, today: Today | None) -> Compared | None:
    """A value, comparison or range of numbers, dates or truths; None for what is none, a text for instance."""
    if field.kind == "boolean" and (truth := typed_values.truth(text)) is not None:
        return Compared(FieldRange(field.name, "boolean", truth, truth + 1))
    if field.kind not in ("number", "date"):
        return None
    if compared := _COMPARED.fullmatch(text):
        sign, value = compared.groups()
        if span := _span(field.kind, value, today):
            start = {">=": span[0], ">": span[1]}.get(sign)
            stop = {"<": span[0], "<=": span[1]}.get(sign)
            return Compared(FieldRange(field.name, field.kind, start, stop))
    elif ends := _ENDS.fullmatch(text):
        first, last = (_span(field.kind, end.strip(), today) for end in ends.groups())
        if (first or not ends[1].strip()) and (last or not ends[2].strip()) and (first or last):
            warning = ""
            if first and last and last[0] < first[0]:
                first, last, warning = last, first, f"{field.name}:{text} runs backwards and was turned round"
            return Compared(FieldRange(field.name, field.kind, first and first[0], last and last[1]), warning)
    elif span := _span(field.kind, text, today, goes_on=True):
        return Compared(FieldRange(field.name, field.kind, *span))
    else:
        return None
    return Compared(None, f"{field.name}:{text} is no {field.kind} (like {_EXAMPLES[field.kind]})")


def _span(kind: str, text: str, today: Today | None, *, goes_on: bool = False) -> tuple[float, float | None] | None:
    """Where a number or a date begins and ends, that being no part of it; None for what is none. Only what `goes_on`
    has no end where it was named as the beginning of all since (`30d`)."""
    if kind == "number":
        value = typed_values.number(text)
        return None if value is None else (value, math.nextafter(value, math.inf))
    with forks.barred:
        from postdex_index.formats.periods import read

    if period := read(text, today):
        return period.start, None if goes_on and period.goes_on else period.stop
    moment = typed_values.date(text)
    return None if moment is None else (moment, moment + 1)
