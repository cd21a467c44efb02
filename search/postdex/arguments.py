"""What may a program say to a search, and what does it mean?

A text where a list is meant is a list of one, a date need not be a text. All else of a wrong kind is a QueryError
that names the argument. What is typed into a query is read by `filters`; numbers that are too large are `answers`'s.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeAlias

from postdex_index.errors import QueryError
from postdex_index.query import DateRange, Query

from . import filters

if TYPE_CHECKING:
    from datetime import date

    from postdex_index.analyzer import Analyzer

#: One text, or several.
Texts: TypeAlias = "str | Iterable[str]"
#: `2024-03-14`, `30d` as in a query, or a date or datetime.
Day: TypeAlias = "str | date"


def text(name: str, value: object) -> str:
    """The value, if it is a text.

    >>> text("query", None)
    Traceback (most recent call last):
    postdex_index.errors.QueryError: query is None; give it as a text
    """
    if not isinstance(value, str):
        raise _wrong(name, value, "a text")
    return value


def texts(name: str, value: object) -> tuple[str, ...]:
    """The values, of which a text is one.

    >>> texts("tags", "C++"), texts("tags", ["linux", "c"])
    (('C++',), ('linux', 'c'))
    """
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, Iterable):
        raise _wrong(name, value, "a text or a list of texts")
    return tuple(text(name, each) for each in value)


def check_numbers(limit: object, offset: object, deadline_ms: object) -> None:
    """Raise QueryError for the first that is no number."""
    for name, value in (("limit", limit), ("offset", offset)):
        if not isinstance(value, int):
            raise _wrong(name, value, "a whole number")
    if not (deadline_ms is None or isinstance(deadline_ms, (int, float))):
        raise _wrong("deadline_ms", deadline_ms, "a number of milliseconds, or None")


def narrowing(
    tags: Texts, categories: Texts, after: Day | None, before: Day | None, lang: str | None, analyzer: Analyzer
) -> list[Query]:
    """The filters that were given as arguments, read as the index was.

    >>> from postdex_index.analyzer import Analyzer
    >>> narrowing("C++", (), None, "1970-01-02", None, Analyzer(True, ()))
    [Keyword(field='tag', value='c++'), DateRange(start=None, stop=86400)]
    """
    given = [("tag", tag) for tag in texts("tags", tags)]
    given += [("category", category) for category in texts("categories", categories)]
    given += [("lang", text("lang", lang))] if lang is not None else []
    found: list[Query] = [kept for field, value in given if (kept := filters.keyword(field, value, analyzer))]
    return found + [
        _since_or_until(field, day) for field, day in (("after", after), ("before", before)) if day is not None
    ]


def _since_or_until(field: str, value: Day) -> DateRange:
    from datetime import date, datetime  # here, because most searches have no date

    if isinstance(value, str):
        span, _ = filters.date_range(field, value, date.today())
        if span is None:
            hint = "write 2024, 2024-03, 2024-03-14 or 30d (d, w, m, y back from today)"
            raise QueryError(f"{field} is {value!r}, which is no date", hint, code="bad_date")
        return span
    if not isinstance(value, date):
        raise _wrong(field, value, "a date, or as a text such as 2024-03-14 or 30d")
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)
    if value.tzinfo:
        hint = "posts have the time of the site's zone: convert it with astimezone(), then replace(tzinfo=None)"
        raise QueryError(f"{field} is {value}, which has a time zone", hint, code="bad_date")
    seconds = int((value - datetime(1970, 1, 1)).total_seconds())
    return DateRange(start=seconds) if field == "after" else DateRange(stop=seconds)


def _wrong(name: str, value: object, wanted: str) -> QueryError:
    return QueryError(f"{name} is {value!r:.60}", f"give it as {wanted}", code="bad_argument")
