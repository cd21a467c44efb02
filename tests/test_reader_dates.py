"""Does the reader know the same days, lengths of time and values of fields as the library?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reader_process import ReaderProcess, js
from test_reader_query_language import CHARACTERS, QUERIES

from postdex.export import parameters
from postdex_index.formats import field_names, periods, typed_values

EPOCH = date(1970, 1, 1)


@pytest.fixture(scope="module")
def reader() -> Iterator[ReaderProcess]:
    process = ReaderProcess(parameters.of_modules())
    yield process
    process.close()


PERIODS = [
    "2022", "2022-08", "2022-8-26", "2022/08/26", "2022.08", "2022-08/26", "2024-02-29", "2023-02-29", "0000",
    "0001-01-01", "9999-12-31", "2022-00", "2022-13", "2022-01-00", "202", "20222", "2022-08-26T10:00", "２０２２",
    "today", "YESTERDAY", "this week", "last week", "last_month", "this-year", "last year", "this month",
    "next week", "30d", "0d", "1w", "13m", "1y", "9999y", "9999 weeks", "3 months", "3_months ago",
    "past 3 days", "last 30d ago", "١d", "  last \t week ", "la\u017ft week", "30\u00a0d", "", " ", "soon",
    "ago", "3 fortnights",
]  # fmt: skip
VALUES = [
    "4", "4.0", "4.", ".5", " -.5 ", "+3", "007", "0", "-0", "1_000", "1__0", "1e5", "1e400", "1E-3", "nan",
    "inf", "٣", ".", "1234567890123456", "123456789012345", "0." + "1" * 15, "1e3000", "yes", "No", "TRUE",
    "off", "y", "maybe", "", "2024-06-01", "2024-6-1 13:45", "2024-06-01T13:45:60",
    "2024-06-01 13:45:10.5 +0800", "2024-06-01 13:45 -7", "20240601", "2024-06-01 1:05 pm",
    "2024-06-01 13:05 PM", "2024-06-01 0:05 a.m.", "2024-06-01 25:00", "2024年6月1日", "2024 年 6 月",
    "2024年6月1日 13：00", "July 4, 2021", "4 Jul 2021", "Mon, 15 Jan 2024 10:00:00 GMT", "Jan 2nd, 2024 10:00 EST",
    "15 Foo 2024", "Sept 3 2021 10:00 CST", "1700000000", "1700000000123", "170000000",
    "0001-01-01 00:00 +14:00", "9999-12-31 23:00 -0500", "2024-06-01 10:00 +15:00", "2024-02-30", "0000-01-01",
    "2024-06-01 10:00 XYZ", "2024-06-01 10:00 Z\n", "x" * 101, "10000-01-01", "2024-06-01,10:00",
]  # fmt: skip
LENGTHS = ["90d", "1y", "soon", "0d", "6 months", "1.5w", "2.5555d", "9999y", " 3_days ", "1 Y", "-1d"]


def check_periods(reader: ReaderProcess, texts: list[str], today: date) -> None:
    days = (today - EPOCH).days
    results = reader.calls(QUERIES, "periodsAt", [(text, days) for text in texts])
    assert results == [js(periods.read(text, lambda: today)) for text in texts]


@pytest.mark.parametrize(
    "today", [date(2024, 3, 14), date(2024, 2, 29), date(2023, 12, 31), date(1, 1, 3), date(9999, 12, 31)]
)
def test_periods(reader: ReaderProcess, today: date) -> None:
    check_periods(reader, PERIODS, today)


spoken = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", "last ", "past_", "this "]),
    st.integers(0, 9999) | st.sampled_from(["week", "month", "year", ""]),
    st.sampled_from(["", " ", "-"]),
    st.sampled_from(["d", "weeks", "m", "YEAR", "month ago", ""]),
)
written = st.builds(
    "{:04}{}{}{}{}".format,
    st.integers(0, 9999),
    st.sampled_from("-/."),
    st.integers(0, 13),
    st.sampled_from("-/."),
    st.integers(0, 32),
)


@given(st.lists(spoken | written, min_size=1), st.dates())
def test_drawn_periods(reader: ReaderProcess, texts: list[str], today: date) -> None:
    check_periods(reader, texts, today)


def test_lengths(reader: ReaderProcess) -> None:
    assert reader.calls("formats/periods", "length", [(text,) for text in LENGTHS]) == [*map(periods.length, LENGTHS)]


numbers = st.from_regex(r"\A[+-]?[0-9_]{0,16}\.?[0-9]{0,16}(e[+-]?[0-9]{1,4})?\Z")
moments = st.builds(
    "{}{}{:02}:{:02}{}{}".format,
    written,
    st.sampled_from([" ", "T", ", ", ""]),
    st.integers(0, 25),
    st.integers(0, 61),
    st.sampled_from(["", ":59", ":60", ":10.25"]),
    st.sampled_from(["", " pm", "AM", " +08:00", "-7", "Z", " EST", " CST", " FOO", "+1400", "+1401"]),
)


@given(st.lists(numbers | moments | st.sampled_from(VALUES) | st.text(CHARACTERS, max_size=12), min_size=1))
def test_values(reader: ReaderProcess, texts: list[str]) -> None:
    for texts_of_some in (texts, VALUES):
        calls = [(text,) for text in texts_of_some]
        assert reader.calls("formats/typed_values", "truth", calls) == [*map(typed_values.truth, texts_of_some)]
        numbers_of = reader.calls("formats/typed_values", "number", calls)
        expected = [*map(typed_values.number, texts_of_some)]
        assert [number if number is None else float(number) for number in numbers_of] == expected
        assert reader.calls("formats/typed_values", "date", calls) == [*map(typed_values.date, texts_of_some)]
        fitting = [typed_values.fitting([text]) for text in texts_of_some]
        assert reader.calls("formats/typed_values", "fitting", [([text],) for text in texts_of_some]) == fitting


@given(
    st.lists(
        st.sampled_from(["Reading Status", "标签", "a:b", "__proto__", "?", "-x.", "ﬁ İ"])
        | st.text(CHARACTERS, max_size=12)
    )
)
def test_names(reader: ReaderProcess, keys: list[str]) -> None:
    assert reader.calls("formats/field_names", "nameOf", [(key,) for key in keys]) == [*map(field_names.name_of, keys)]


def test_the_day_in_a_zone(reader: ReaderProcess) -> None:
    zones = [
        "Asia/Shanghai",
        "America/New_York",
        "Pacific/Kiritimati",
        "+08:00",
        "-11:30",
        "+05",
        "UTC",
        "Nowhere/City",
        "",
    ]
    for _ in range(3):
        expected = [(periods.day_in(zone) - EPOCH).days for zone in zones]
        days = reader.calls("formats/periods", "dayIn", [(zone,) for zone in zones])
        if expected == [(periods.day_in(zone) - EPOCH).days for zone in zones]:
            assert days == expected
            return
    raise AssertionError(f"the day changed thrice within {timedelta(minutes=1)}")
