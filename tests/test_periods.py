"""Does a date mean the days that people mean who type it so? A table with a fixed today: Thursday, 14 March 2024."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import postdex
from postdex.query import filters
from postdex.query.lexer import lex
from postdex_index.formats import periods

TODAY = date(2024, 3, 14)
#: As typed: the first day, the last day, or "" where it goes on from the first.
DAYS = [
    ("today", "2024-03-14", "2024-03-14"),
    ("yesterday", "2024-03-13", "2024-03-13"),
    ("this week", "2024-03-11", "2024-03-17"),
    ("last week", "2024-03-04", "2024-03-10"),
    ("this month", "2024-03-01", "2024-03-31"),
    ("last month", "2024-02-01", "2024-02-29"),
    ("this year", "2024-01-01", "2024-12-31"),
    ("last year", "2023-01-01", "2023-12-31"),
    ("3 days", "2024-03-11", ""),
    ("3 days ago", "2024-03-11", "2024-03-11"),
    ("2 weeks", "2024-02-29", ""),
    ("2 weeks ago", "2024-02-29", "2024-02-29"),
    ("last 2 weeks", "2024-02-29", ""),
    ("3 months", "2023-12-14", ""),
    ("past 3 months", "2023-12-14", ""),
    ("3 months ago", "2023-12-14", "2023-12-14"),
    ("1 year", "2023-03-14", ""),
    ("0 days", "2024-03-14", ""),
    ("30d", "2024-02-13", ""),
    ("2w", "2024-02-29", ""),
    ("3M", "2023-12-14", ""),
    ("1y", "2023-03-14", ""),
    ("9999 years", "0001-01-01", ""),
    (" Last-Month ", "2024-02-01", "2024-02-29"),
    ("3_months", "2023-12-14", ""),
    ("3days", "2024-03-11", ""),
    ("2023", "2023-01-01", "2023-12-31"),
    ("2024-02", "2024-02-01", "2024-02-29"),
    ("2023/2", "2023-02-01", "2023-02-28"),
    ("2024.3.5", "2024-03-05", "2024-03-05"),
]
NO_DATES = (
    *("", "soon", "last", "week", "lastweek", "next week", "last day", "this day", "months", "3", "3 fortnights"),
    *("last week ago", "last 3 months ago", "12345 days", "-3 days", "٣ days", "2024-02-30", "2024-13", "2024-00"),
    *("0000", "2024-03/14", "yesterday ago", "today 2024"),
)


def seconds(day: str) -> int:
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())


@pytest.mark.parametrize(("typed", "first", "last"), DAYS)
def test_days(typed: str, first: str, last: str) -> None:
    found = periods.read(typed, lambda: TODAY)
    assert found is not None
    assert (found.start, found.goes_on) == (seconds(first), not last)
    assert found.stop == seconds(last or first) + 86_400


@pytest.mark.parametrize("typed", NO_DATES)
def test_no_dates(typed: str) -> None:
    assert periods.read(typed, lambda: TODAY) is None


@pytest.mark.parametrize(
    ("today", "typed", "first", "last"),
    [
        (date(2024, 1, 1), "last week", "2023-12-25", "2023-12-31"),
        (date(2024, 1, 1), "this week", "2024-01-01", "2024-01-07"),
        (date(2024, 3, 17), "this week", "2024-03-11", "2024-03-17"),
        (date(2024, 1, 31), "last month", "2023-12-01", "2023-12-31"),
        (date(2024, 3, 31), "1 month ago", "2024-02-29", "2024-02-29"),
        (date(2024, 2, 29), "1 year ago", "2023-02-28", "2023-02-28"),
        (date(2024, 1, 1), "yesterday", "2023-12-31", "2023-12-31"),
    ],
)
def test_edges_of_the_calendar(today: date, typed: str, first: str, last: str) -> None:
    found = periods.read(typed, lambda: today)
    assert found is not None and (found.start, found.stop) == (seconds(first), seconds(last) + 86_400)


@pytest.mark.parametrize(
    ("field", "typed", "first", "stop"),
    [
        ("after", "last week", "2024-03-04", ""),
        ("before", "last week", "", "2024-03-04"),
        ("date", "last week", "2024-03-04", "2024-03-11"),
        ("date", "yesterday", "2024-03-13", "2024-03-14"),
        ("date", "2 weeks", "2024-02-29", ""),
        ("date", "2 weeks ago", "2024-02-29", "2024-03-01"),
        ("date", "last month..yesterday", "2024-02-01", "2024-03-14"),
        ("date", "2 weeks..", "2024-02-29", ""),
        ("date", "..2 weeks", "", "2024-03-01"),
    ],
)
def test_what_the_filters_let_through(field: str, typed: str, first: str, stop: str) -> None:
    span, repaired = filters.date_range(field, typed, lambda: TODAY)
    assert span is not None and not repaired
    assert (span.start, span.stop) == tuple(seconds(day) if day else None for day in (first, stop))


@pytest.mark.parametrize(
    ("query", "pieces"),
    [
        ("after:last week kernel", ["after:last week", "kernel"]),
        ("kernel after:3 months ago", ["kernel", "after:3 months ago"]),
        ("-date:this month (x after:2 weeks)", ["-date:this month", "(", "x", "after:2 weeks", ")"]),
        ("after:last-week kernel", ["after:last-week", "kernel"]),
        ('after:"last week" kernel', ["after:last week", "kernel"]),
        ("date:2022 weeks of work", ["date:2022", "weeks", "of", "work"]),
        ("after:last weekend", ["after:last", "weekend"]),
        ("title:last week", ["title:last", "week"]),
        ("before:yesterday ago", ["before:yesterday", "ago"]),
        ("after:3 monthsx", ["after:3", "monthsx"]),
    ],
)
def test_no_quotes_are_needed(query: str, pieces: list[str]) -> None:
    """A shell takes the quotes away from `after:"last week"`."""
    read = [f"{it.sign}{it.field}:{it.text}" if it.field else it.text or it.kind for it in lex(query).tokens]
    assert read == pieces


@pytest.fixture
def blog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("POSTDEX_TIMEZONE", raising=False)
    (tmp_path / "a.md").write_text("---\ntitle: A\ndate: 2020-01-01\n---\nword\n")
    return tmp_path


@pytest.mark.parametrize(
    ("files", "zone"),
    [
        ({}, ""),
        ({"postdex.toml": 'timezone = "Pacific/Kiritimati"'}, "Pacific/Kiritimati"),
        ({"_config.yml": "theme: minima\ntimezone: Pacific/Pago_Pago\n"}, "Pacific/Pago_Pago"),
        (
            {"_config.yml": "theme: minima\ntimezone: Pacific/Pago_Pago\n", "postdex.toml": 'timezone = "+14:00"'},
            "+14:00",
        ),
    ],
)
def test_the_day_is_that_of_the_site(blog: Path, files: dict[str, str], zone: str) -> None:
    for name, text in files.items():
        (blog / name).write_text(text)
    with postdex.open(blog) as ix:
        before, today, after = periods.day_in(zone), ix.today(), periods.day_in(zone)
    assert today in (before, after)


def test_two_zones_are_never_on_one_day() -> None:
    """So the test above can fail: these are 25 hours apart."""
    assert periods.day_in("Pacific/Kiritimati") - periods.day_in("Pacific/Pago_Pago") >= timedelta(1)


@pytest.mark.parametrize("query", ["after:2024 word", "word"])
def test_a_search_asks_for_the_day_only_where_it_counts(blog: Path, query: str) -> None:
    """The clock and the site's settings cost a cold search."""
    (blog / "postdex.toml").write_text('timezone = "+14:00"')
    postdex.open(blog).close()
    code = (
        "import sys, postdex; from postdex.index import Index; Index.today = lambda ix: sys.exit(3);"
        "print(postdex.open(sys.argv[1]).search(sys.argv[2]).total)"
    )
    environment: dict[str, Any] = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code, str(blog), query], env=environment, capture_output=True)
    assert done.returncode == 0, done.stderr
