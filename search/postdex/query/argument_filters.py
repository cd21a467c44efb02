"""Which filters do the arguments of a search make? A date need not be a text; what cannot be one is a QueryError."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postdex_index.errors import QueryError
from postdex_index.query import Clauses, DateRange, Query
from postdex_index.schema import SITE
from postdex_index.text.analyzer import Analyzer

from ..request import Day, SearchRequest, wrong
from . import filters

if TYPE_CHECKING:
    from postdex_index.formats.periods import Today


def queries(request: SearchRequest, analyzer: Analyzer, today: Today | None = None) -> list[Query]:
    """The filters that were given as arguments, read as the index was.

    >>> queries(SearchRequest(tags=("C++",), before="1970-01-02"), Analyzer(True, ()))
    [Keyword(field='tag', value='c++'), DateRange(start=None, stop=86400)]
    """
    given = [("tag", tag) for tag in request.tags]
    given += [("category", category) for category in request.categories]
    given += [(field, value) for field, value in (("lang", request.lang), ("path", request.path)) if value is not None]
    keywords: list[Query] = [it for field, value in given if (it := filters.keyword(field, value, analyzer))]
    sites = [it for site in request.sites if (it := filters.keyword(SITE, site, analyzer))]
    if sites:
        keywords.append(Clauses(optional=tuple(sites), minimum=1) if len(sites) > 1 else sites[0])
    days = (("after", request.after), ("before", request.before))
    return keywords + [_since_or_until(field, day, today) for field, day in days if day is not None]


def _since_or_until(field: str, value: Day, today: Today | None) -> DateRange:
    from datetime import date, datetime  # here, because most searches have no date

    if isinstance(value, str):
        span, _ = filters.date_range(field, value, today)
        if span is None:
            hint = f"write {filters.DATE_EXAMPLES}"
            raise QueryError(f"{field} is {value!r}, which is no date", hint, code="bad_date")
        return span
    if not isinstance(value, date):
        raise wrong(field, value, "a date, or as a text such as 2024-03-14 or 30d")
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)
    if value.tzinfo:
        hint = "posts have the time of the site's zone: convert it with astimezone(), then replace(tzinfo=None)"
        raise QueryError(f"{field} is {value}, which has a time zone", hint, code="bad_date")
    seconds = int((value - datetime(1970, 1, 1)).total_seconds())
    return DateRange(start=seconds) if field == "after" else DateRange(stop=seconds)
