"""Which days does somebody mean who types `2022-08`, `30d`, `yesterday` or `last week` for a date?

The one place that reads dates as people type them, in a query or as an argument of a search; how they stand in posts is
for `dates`. Days are those of the site's wall clock, weeks begin on Monday. Light on purpose: a cold search with a date
loads it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from .. import forks
from ..named_tuple import NamedTuple

if TYPE_CHECKING:
    from datetime import date

#: The day it is, asked only where a date counts from it.
Today: TypeAlias = "Callable[[], date]"

_CALENDAR = r"([0-9]{4})(?:([-/.])([0-9]{1,2})(?:\2([0-9]{1,2}))?)?"
_SPOKEN = (
    r"(?P<day>today|yesterday)|(?P<which>this|last)[ _-](?P<period>week|month|year)"
    r"|(?P<past>(?:last|past)[ _-])?(?P<count>[0-9]{1,4})[ _-]?(?P<unit>[dwmy]|(?:day|week|month|year)s?)"
    r"(?P<ago>[ _-]ago)?"
)
_LENGTH = r"([0-9]{1,4}(?:\.[0-9]{1,3})?)[ _-]?([dwmy]|(?:day|week|month|year)s?)"
_DAY = 86_400
#: Of a length of time, so that it is the same whenever it is asked for.
_DAYS = {"d": 1, "w": 7, "m": 365.25 / 12, "y": 365.25}
#: The ordinal of 1970-01-01.
_EPOCH = 719_163


class Period(NamedTuple):
    """Days on end, as seconds since 1970: where the first begins, and where the last ends.

    `goes_on` says that the first day was named as the beginning of all since (`30d`, `3 months`); `stop` is its end.
    """

    start: int
    stop: int
    goes_on: bool = False


def read(text: str, today: Today | None = None) -> Period | None:
    """The days that a text names; None if it is no date. Without `today` it is that of this machine.

    >>> from datetime import date
    >>> read("1970-01"), read("soon"), read("last week", lambda: date(1970, 1, 14)).start // 86_400
    (Period(start=0, stop=2678400, goes_on=False), None, 4)
    """
    text = " ".join(text.split())
    if calendar := re.fullmatch(_CALENDAR, text):
        return _calendar(int(calendar[1]), *(int(part) if part else None for part in calendar.group(3, 4)))
    spoken = re.fullmatch(_SPOKEN, text, re.IGNORECASE | re.ASCII)
    if spoken is None or (spoken["past"] and spoken["ago"]):
        return None
    words = {name: part.lower() for name, part in spoken.groupdict().items() if part}
    day = today() if today else day_in("")
    if "count" in words:
        start = _back(int(words["count"]), words["unit"][0], day)
        return _days(start, start + 1, goes_on="ago" not in words)
    if "day" in words:
        start = day.toordinal() - (words["day"] == "yesterday")
        return _days(start, start + 1)
    return _this_or_last(words["period"], words["which"] == "last", day)


def length(text: str) -> float | None:
    """The seconds of a length of time, `1y`, `6 months` or `90d`; None if the text is none, or of no length.

    >>> length("90d"), length("1y"), length("soon"), length("0d")
    (7776000.0, 31557600.0, None, None)
    """
    match = re.fullmatch(_LENGTH, text.strip(), re.IGNORECASE | re.ASCII)
    return float(match[1]) * _DAYS[match[2][0].lower()] * _DAY or None if match else None


def seconds_of(day: date) -> int:
    """Where a day begins, in seconds since 1970."""
    return (day.toordinal() - _EPOCH) * _DAY


def day_in(zone: str) -> date:
    """The day it is in the time zone of this name; by the clock of this machine if it is ""."""
    from datetime import date, datetime

    if not zone:
        return date.today()
    with forks.barred:
        from .dates import zone_or_utc

    return datetime.now(zone_or_utc(zone)).date()


def _calendar(year: int, month: int | None, day: int | None) -> Period | None:
    """A year, a month or a day of the calendar; None if there is no such one."""
    from datetime import date

    try:
        start = date(year, 1 if month is None else month, 1 if day is None else day).toordinal()
    except ValueError:
        return None
    if day:
        return _days(start, start + 1)
    return _days(start, start + (_days_in(year, month) if month else 365 + (_days_in(year, 2) == 29)))


def _this_or_last(period: str, last: bool, today: date) -> Period | None:
    """The week, month or year of today, or the one before it."""
    if period == "week":
        monday = today.toordinal() - today.weekday() - 7 * last
        return _days(monday, monday + 7)
    if period == "year":
        return _calendar(today.year - last, None, None)
    months = today.year * 12 + today.month - 1 - last
    return _calendar(months // 12, months % 12 + 1, None)


def _back(count: int, unit: str, today: date) -> int:
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


def _days(start: int, stop: int, *, goes_on: bool = False) -> Period:
    return Period((start - _EPOCH) * _DAY, (stop - _EPOCH) * _DAY, goes_on)
