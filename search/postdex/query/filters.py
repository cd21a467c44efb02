"""What does a typed filter let through? `tag:linux`, `path:2022/*.md`, `after:30d` as filters of the query tree.

Dates are read here as people type them in a query (a year, a month, a day, or so long ago),
not as they stand in posts. Which filters there are is the lexer's to know. In a pasted line what looks like one
may be none: `typed_text` tells.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from postdex_index.named_tuple import NamedTuple
from postdex_index.query import DateRange, Keyword
from postdex_index.schema import FILTERS as FILTERED
from postdex_index.text.analyzer import Analyzer

from .lexer import DATES, FILTERS
from .parser import Clause, Group, Node

if TYPE_CHECKING:
    from datetime import date

#: Whether any post that may be found has what a filter asks for.
Fits: TypeAlias = Callable[[Keyword], bool]

_DAY = 86_400
# Compiled where they are used: most queries have no date.
_ENDS = r"(.*?)\.\.+(.*)"
_CALENDAR = r"([0-9]{4})(?:([-/.])([0-9]{1,2})(?:\2([0-9]{1,2}))?)?"
_AGO = r"([0-9]{1,4})([dwmyDWMY])"


def keyword(field: str, value: str, analyzer: Analyzer) -> Keyword | None:
    """The filter for a value as typed, or None if nothing is left of it.

    >>> asked = [("tag", "#Linux"), ("lang", "zh_CN"), ("path", "./Client Work/")]
    >>> [keyword(field, value, Analyzer(True, ())).value for field, value in asked]
    ['linux', 'zh-cn', 'client work']
    """
    nested = field == "path" or FILTERED[field].type == "paths"
    folded = analyzer.fold_path(value) if nested else analyzer.fold_value(value)
    if field == "tag":
        folded = folded.lstrip("# ").rstrip("/ ")
    elif field == "lang":
        folded = folded.replace("_", "-")
    return Keyword(field, folded) if folded else None


def typed_text(root: Group, fits: Fits, analyzer: Analyzer) -> tuple[Group, list[str]]:
    """The groups of a query with filters that fit no post as text, and a warning for each of these.

    Only what stands beside words is so read, without sign or operator: a filter alone, or one that somebody insists
    on, finds nothing. Dates are no names of anything; where no post has one, that is the answer.

    >>> from postdex.query.parser import group
    >>> from postdex.query.lexer import lex
    >>> typed_text(group(lex("oops path:/usr/lib").tokens).root, lambda asked: False, Analyzer(True, ()))[1]
    ['no post has path:/usr/lib; it was searched as text']
    """
    reader = _Filters(fits, analyzer, [])
    return (reader.group(root), reader.warnings) if _has_words(root, analyzer) else (root, [])


class _Filters(NamedTuple):
    """Groups -> groups, with what was said on the way. No closures, which would keep the index open behind `fits`."""

    fits: Fits
    analyzer: Analyzer
    warnings: list[str]

    def group(self, group: Group) -> Group:
        beside = group.kind == "beside"
        return group._replace(parts=tuple(self.part(part, beside) for part in group.parts))

    def part(self, part: Node, beside: bool) -> Node:
        if isinstance(part, Group):
            return part if part.sign == "-" or part.field in FILTERS else self.group(part)
        token = part.token
        if part.sign or not beside or token.field not in FILTERS - DATES:
            return part
        asked = keyword(token.field, token.text, self.analyzer)
        if asked is None or self.fits(asked):
            return part
        typed = f"{token.field}:{token.text}"
        self.warnings.append(f"no post has {typed}; it was searched as text")
        return Clause(token._replace(kind="word", text=typed, field=""))


def _has_words(part: Node, analyzer: Analyzer) -> bool:
    """Whether anything is looked for besides what filters ask."""
    if part.sign == "-":
        return False
    if isinstance(part, Group):
        return part.field not in FILTERS and any(_has_words(inner, analyzer) for inner in part.parts)
    token = part.token
    return token.field not in FILTERS and bool(analyzer.words(token.text))


def date_range(field: str, value: str, today: date | None = None) -> tuple[DateRange | None, str]:
    """The range for `date:`, `after:` or `before:`, and what had to be repaired; None if it is no date.

    `today` is this machine's day if it is not given.

    >>> date_range("date", "1970-01..1970-02")
    (DateRange(start=0, stop=5097600), '')
    >>> date_range("after", "soon")
    (None, '')
    """
    from datetime import date  # here, because most queries have no date

    today = today or date.today()
    value = value.strip()
    if field == "date":
        return _between(value, today)
    day = _day(value, today)
    if day is None:
        return None, ""
    return (DateRange(start=day[0]), "") if field == "after" else (DateRange(stop=day[0]), "")


def _between(value: str, today: date) -> tuple[DateRange | None, str]:
    """Both ends belong to a range; `30d` alone is what happened since."""
    ends = re.fullmatch(_ENDS, value)
    if ends is None:
        day = _day(value, today)
        if day is None:
            return None, ""
        return DateRange(day[0], None if re.fullmatch(_AGO, value) else day[1]), ""
    first, last = (_day(end, today) if end.strip() else (None, None) for end in ends.groups())
    if first is None or last is None or not (ends[1].strip() or ends[2].strip()):
        return None, ""
    (start, start_stop), (last_start, stop) = first, last
    if start is not None and last_start is not None and last_start < start:
        return DateRange(last_start, start_stop), f"date:{value} runs backwards and was turned round"
    return DateRange(start, stop), ""


def _day(text: str, today: date) -> tuple[int | None, int | None] | None:
    """Where a year, month, day or `30d` begins and where it ends, in seconds since 1970; None if it is no date."""
    from datetime import date

    text = text.strip()
    if ago := re.fullmatch(_AGO, text):
        start = _ago(int(ago[1]), ago[2].lower(), today)
        return _seconds(start), _seconds(start + 1)
    calendar = re.fullmatch(_CALENDAR, text)
    if calendar is None:
        return None
    year, month, day = int(calendar[1]), int(calendar[3] or 1), int(calendar[4] or 1)
    try:
        start = date(year, month, day).toordinal()
    except ValueError:
        return None
    if calendar[4]:
        stop = start + 1
    elif calendar[3]:
        stop = start + _days_in(year, month)
    else:
        stop = start + 365 + (_days_in(year, 2) == 29)
    return _seconds(start), _seconds(stop)


def _ago(count: int, unit: str, today: date) -> int:
    """The ordinal of the day so long before today; the month's last day where it is shorter, year 1 at the earliest."""
    if unit in "dw":
        return max(1, today.toordinal() - count * (7 if unit == "w" else 1))
    months = today.year * 12 + today.month - 1 - count * (12 if unit == "y" else 1)
    if months < 12:
        return 1
    year, month = months // 12, months % 12 + 1
    return today.replace(year=year, month=month, day=min(today.day, _days_in(year, month))).toordinal()


def _days_in(year: int, month: int) -> int:
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def _seconds(ordinal: int) -> int:
    return (ordinal - 719_163) * _DAY  # 719163 is the ordinal of 1970-01-01
