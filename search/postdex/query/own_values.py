"""What does a value that was typed mean as that of a field of the site's own: `>=4`, `2024..`, `draft`?

Of which kind a field is the values of all posts say (`engine.api.FieldStats`); here a value is read as one of it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from postdex_index import forks
from postdex_index.engine.api import FieldStats
from postdex_index.formats import typed_values
from postdex_index.named_tuple import NamedTuple
from postdex_index.query import FieldRange, Query

if TYPE_CHECKING:
    from postdex_index.formats.periods import Today

#: What a message names for what is none.
_EXAMPLES = {"number": "4, >=4 or 3..5", "date": "2024-06, <2024-06-01, 2024.. or last week"}
_COMPARED = re.compile(r"(>=|<=|>|<)\s*(.*)", re.DOTALL)
_ENDS = re.compile(r"(.*?)\.\.+(.*)", re.DOTALL)
#: Characters of a value that a message names.
_SHOWN = 40


class Compared(NamedTuple):
    """The filter that a value makes, None if it makes none, and what is to be said of that."""

    query: Query | None
    warning: str = ""


class _Interval(NamedTuple):
    """Where a number or a date begins and ends, that being no part of it; None for no end."""

    start: float
    stop: float | None


def read(field: FieldStats, text: str, today: Today | None) -> Compared | None:
    """A value, comparison or range of numbers, dates or truths; None for what is none, a text for instance."""
    if field.kind == "boolean" and (truth := typed_values.truth(text)) is not None:
        return Compared(FieldRange(field.name, "boolean", truth, truth + 1))
    if field.kind not in ("number", "date"):
        return None
    if compared := _COMPARED.fullmatch(text):
        sign, value = compared.groups()
        if span := _interval(field.kind, value, today):
            start = {">=": span.start, ">": span.stop}.get(sign)
            stop = {"<": span.start, "<=": span.stop}.get(sign)
            return Compared(FieldRange(field.name, field.kind, start, stop))
    elif ends := _ENDS.fullmatch(text):
        first, last = (_interval(field.kind, end.strip(), today) for end in ends.groups())
        if (first or not ends[1].strip()) and (last or not ends[2].strip()) and (first or last):
            warning = ""
            if first and last and last.start < first.start:
                first, last, warning = last, first, f"{field.name}:{text} runs backwards and was turned round"
            return Compared(FieldRange(field.name, field.kind, first and first.start, last and last.stop), warning)
    elif span := _interval(field.kind, text, today, goes_on=True):
        return Compared(FieldRange(field.name, field.kind, *span))
    else:
        return None
    return Compared(None, f"{field.name}:{text} is no {field.kind} (like {_EXAMPLES[field.kind]})")


def _interval(kind: str, text: str, today: Today | None, *, goes_on: bool = False) -> _Interval | None:
    """The interval of a number or a date; None for what is none. Only what `goes_on` has no end where it was named as
    the beginning of all since (`30d`)."""
    if kind == "number":
        value = typed_values.number(text)
        return None if value is None else _Interval(value, math.nextafter(value, math.inf))
    with forks.barred:
        from postdex_index.formats.periods import read

    if period := read(text, today):
        return _Interval(period.start, None if goes_on and period.goes_on else period.stop)
    moment = typed_values.date(text)
    return None if moment is None else _Interval(moment, moment + 1)


def compares(field: FieldStats, text: str) -> bool:
    """Whether a value compares numbers or dates, though those of the field are others."""
    return field.kind in ("text", "boolean") and _COMPARED.fullmatch(text) is not None


def not_compared(name: str, text: str, values: Iterable[str]) -> str:
    """What is to be said of such a comparison; of the field's values the first that is neither number nor date is
    named."""
    other = next((value for value in values if not typed_values.fitting([value])), "")
    such = f", such as {other[:_SHOWN]}" if other else ""
    return f"{name}:{text} compares numbers or dates, and {name} has others{such}"
