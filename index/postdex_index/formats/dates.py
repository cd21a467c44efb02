"""When is that: dates as people write them in front matter and file names -> seconds.

Knows formats and time zones, not fields. A date has two readings: `wall`, the clock
on the site's wall (what posts are sorted and filtered by), and `instant`, the moment
itself (what "not yet published" is decided by). Both count seconds from 1970.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from unicodedata import normalize

from ..named_tuple import NamedTuple


class Moment(NamedTuple):
    """A date: seconds since 1970 on the site's wall clock, and in UTC."""

    wall: int
    instant: int


_EPOCH = datetime(1970, 1, 1)
_SECOND = timedelta(seconds=1)

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ZONE = r"(?:\s*(?P<zone>Z|UTC|GMT|[A-Z]{2,5}(?=$)|[+-]\d{2}:?\d{2}|[+-]\d{1,2}(?=$)))?"
_TIME = (
    r"(?:(?:\s*[Tt]\s*|\s+|,\s*)(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?"
    r"(?:\s*(?P<half>[AaPp])\.?[Mm]\.?)?" + _ZONE + r")?\s*"
)
_NUMERIC = re.compile(
    r"\s*(?P<year>\d{4})(?:(?P<sep>[-/.])(?P<month>\d{1,2})(?P=sep)(?P<day>\d{1,2})"
    r"|年\s*(?P<month2>\d{1,2})\s*月\s*(?P<day2>\d{1,2})\s*日|(?P<month3>\d{2})(?P<day3>\d{2}))" + _TIME,
    re.ASCII,
)
_NAMED = re.compile(
    r"\s*(?:[A-Za-z]{3,9}\.?,?\s+)??(?:(?P<name>[A-Za-z]{3,9})\.?\s+(?P<day>\d{1,2})|"
    r"(?P<day2>\d{1,2})\s+(?P<name2>[A-Za-z]{3,9})\.?)(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})" + _TIME,
    re.ASCII,
)
_UNIX = re.compile(r"\s*(\d{9,10})(\d{3})?\s*", re.ASCII)
_OFFSET = re.compile(r"([+-])(\d{1,2}):?(\d{2})?", re.ASCII)
#: Zone names that generators write by themselves (Go, Ruby, RFC 2822), in hours. CST is China's as often as
#: Chicago's: it is read as the site's own zone.
_NAMED_ZONES = {"Z": 0, "UTC": 0, "GMT": 0, "CET": 1, "CEST": 2, "JST": 9, "EST": -5, "EDT": -4}
_NAMED_ZONES |= {"MST": -7, "MDT": -6, "PST": -8, "PDT": -7}

_IN_NAME = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[-_. ]+|T[\d:-]+[-_. ]*|$)|(\d{4})_?(\d{2})_?(\d{2})(?:[-_. ]+|$)", re.ASCII
)


def parse(text: str, zone: tzinfo) -> Moment | None:
    """The moment that a text names, or None. Without a zone of its own it is meant in `zone`.

    >>> parse("2013/7/13 20:46:25", UTC).wall
    1373748385
    >>> parse("2013-07-13 20:46:25 -0800", UTC).wall - 1373748385
    28800
    >>> parse("2022-02-30", UTC) is None
    True
    """
    when = _read(text)
    try:
        return moment(when, zone) if when else None
    except (ValueError, OverflowError):  # beyond the calendar in that zone
        return None


def written(text: str) -> datetime | None:
    """The date that a text names as it stands there, without its zone; None if it names none.

    >>> written("2022-08-26 23:30:00 -0700").isoformat()
    '2022-08-26T23:30:00'
    """
    when = _read(text)
    return when.replace(tzinfo=None) if when else None


def _read(text: str) -> datetime | None:
    """What a text names, with the zone that it names."""
    if len(text) > 100:
        return None
    text = text if text.isascii() else normalize("NFKC", text)  # `13：00` was typed on a Chinese keyboard
    unix = _UNIX.fullmatch(text)
    if unix:
        return datetime.fromtimestamp(int(unix[1]), UTC)
    match = _NUMERIC.fullmatch(text) or _NAMED.fullmatch(text)
    try:
        return _build(match.groupdict()) if match else None
    except (ValueError, OverflowError):  # no such day, hour, zone or year
        return None


def moment(when: datetime, zone: tzinfo) -> Moment:
    """Both readings of a `datetime`; one without a zone is meant in `zone`.

    >>> moment(datetime(1970, 1, 1, 8), find_zone("+08:00"))
    Moment(wall=28800, instant=0)
    """
    aware = when.astimezone(zone) if when.tzinfo else when.replace(tzinfo=zone)
    since = aware.replace(tzinfo=None) - _EPOCH
    wall = since.days * 86400 + since.seconds
    offset = aware.utcoffset() or timedelta()
    return Moment(wall, wall - offset // _SECOND)


def from_seconds(seconds: float, zone: tzinfo) -> Moment | None:
    """The moment of a file's mtime; None if it is beyond the calendar."""
    try:
        return moment(datetime.fromtimestamp(int(seconds), UTC), zone)
    except (ValueError, OverflowError, OSError):
        return None


def at(seconds: int) -> datetime:
    """The wall clock's reading as a `datetime` without zone."""
    return _EPOCH + timedelta(seconds=seconds)


def show(seconds: int) -> str:
    """Seconds on the wall clock as ISO 8601.

    >>> show(1373748385)
    '2013-07-13T20:46:25'
    """
    return at(seconds).isoformat()


@lru_cache(64)
def find_zone(name: str) -> tzinfo | None:
    """The time zone of a name (`Asia/Shanghai`), an offset (`+08:00`) or "" (UTC); None if unknown.

    >>> find_zone("+05:30").utcoffset(None).seconds
    19800
    """
    if name in ("", "UTC", "utc", "Z", "GMT", "Etc/UTC"):
        return UTC
    offset = _OFFSET.fullmatch(name)
    if offset:
        return _offset(offset)
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # not known, not a name, or a folder of the database
        return None


def zone_or_utc(name: str) -> tzinfo:
    """The time zone of a name, UTC if there is none of that name."""
    return find_zone(name) or UTC


def split_name(stem: str) -> tuple[str, str]:
    """A file's stem as (date, rest); the date is "" when the name does not begin with one.

    >>> split_name("2022-08-26-refcount-bug"), split_name("2022_08_26"), split_name("2022-in-review")
    (('2022-8-26', 'refcount-bug'), ('2022-8-26', ''), ('', '2022-in-review'))
    """
    match = _IN_NAME.match(stem)
    if match is None:
        return "", stem
    year, month, day = (int(n) for n in match.groups() if n)
    if match[4] and not (1900 <= year <= 2100 and 1 <= month <= 12 and 1 <= day <= 31):
        return "", stem  # eight digits that are no date
    return f"{year:04}-{month}-{day}", stem[match.end() :]


def _build(groups: dict[str, str | None]) -> datetime:
    name = groups.get("name") or groups.get("name2")
    if name:
        month = _MONTHS.index(name[:3].lower()) + 1
    else:
        month = int(groups["month"] or groups["month2"] or groups["month3"] or 0)
    day = int(groups["day"] or groups["day2"] or groups.get("day3") or 0)
    hour, minute, second = (int(groups[part] or 0) for part in ("hour", "minute", "second"))
    if groups["half"]:
        if not 1 <= hour <= 12:
            raise ValueError("no such hour")
        hour = hour % 12 + (12 if groups["half"] in "pP" else 0)
    if second == 60:
        second = 59
    date = datetime(int(groups["year"] or 0), month, day, tzinfo=_zone_of(groups["zone"]))
    return date.replace(hour=hour, minute=minute, second=second)


def _zone_of(text: str | None) -> tzinfo | None:
    if not text or text == "CST":
        return None
    if text in _NAMED_ZONES:
        return timezone(timedelta(hours=_NAMED_ZONES[text]))
    match = _OFFSET.fullmatch(text)
    zone = _offset(match) if match else None
    if zone is None:
        raise ValueError("no such zone")
    return zone


def _offset(match: re.Match[str]) -> tzinfo | None:
    minutes = int(match[2]) * 60 + int(match[3] or 0)
    return timezone(timedelta(minutes=-minutes if match[1] == "-" else minutes)) if minutes <= 14 * 60 else None
