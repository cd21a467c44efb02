"""Foreign text that people see: without control characters, in lines that fit, with dates as the calendar has them."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postdex.text_safety import cells, escape, iso, lines, printable


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("a\x1b]8;;x\x07b", "a]8;;xb"),
        ("\u202etxt.exe\u202c", "txt.exe"),
        ("tab\tand\nline", "tab and line"),
        ("bad\udcffname", "bad\ufffdname"),
        ("👩\u200d💻 e\u0301", "👩\u200d💻 e\u0301"),
        ("a\u2028b\x85c\ufeff", "a b c"),
        ("pay\u200bpal \u180e\ufff9a\ufffb", "paypal a"),
        ("see\U000e0001\U000e0041\U000e007f", "see"),
        ("🏴\U000e0067\U000e0062\U000e007f", "🏴"),
        ("می\u200cخواهم 👨\u200d👩\u200d👧 ❤\ufe0f", "می\u200cخواهم 👨\u200d👩\u200d👧 ❤\ufe0f"),
        ("葛\U000e0100", "葛\U000e0100"),
    ],
)
def test_printable(text: str, expected: str) -> None:
    assert printable(text) == expected


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("fix the refcount bug", 0, ["fix the refcount bug"]),
        ("fix the refcount bug", 8, ["fix the", "refcount", "bug"]),
        ("  fix   it  ", 5, ["fix", "it"]),
        ("refcount", 3, ["ref", "cou", "nt"]),
        ("搜索引擎，实现", 8, ["搜索引", "擎，实现"]),
        ("the 搜索引擎 bug", 8, ["the 搜索", "引擎 bug"]),
        ("bug。x", 5, ["bug。", "x"]),
        ("\u0301ab cd", 2, ["\u0301ab", "cd"]),
        ("", 5, [""]),
    ],
)
def test_lines(text: str, width: int, expected: list[str]) -> None:
    assert [text[start:stop] for start, stop in lines(text, width)] == expected


@settings(deadline=None, max_examples=300)
@given(st.text(alphabet="ab \u0301，。搜索👩", max_size=40), st.integers(2, 12))
def test_every_line_fits_and_nothing_but_blanks_is_lost(text: str, width: int) -> None:
    cut = [text[start:stop] for start, stop in lines(text, width)]
    assert all(cells(line) <= width for line in cut)
    assert "".join(cut).replace(" ", "") == text.replace(" ", "")


@settings(deadline=None, max_examples=300)
@given(st.integers(-62_135_596_800, 253_402_300_799))
def test_iso_is_the_date_of_the_standard_library(seconds: int) -> None:
    assert iso(seconds) == (datetime(1970, 1, 1) + timedelta(seconds=seconds)).isoformat()


def test_escape_leaves_readable_text_alone() -> None:
    assert escape('"搜索 é 👩"') == '"搜索 é 👩"'
    assert escape('"\u202e\x9b\ud800"') == '"\\u202e\\u009b\\ud800"'
    assert escape('"می\u200cخواهم \u200b\U000e0041"') == '"می\u200cخواهم \\u200b\\udb40\\udc41"'


@given(st.text())
def test_escaped_json_reads_back_as_the_same(text: str) -> None:
    written = json.dumps(text, ensure_ascii=False)
    assert json.loads(escape(written)) == json.loads(escape(written, ascii=True)) == text
    assert escape(written, ascii=True).isascii()
