"""Does the reader show and write foreign texts as the library does?"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qsl, quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reader_process import ReaderProcess

from postdex import text_safety
from postdex_index.model import Span


@pytest.fixture(scope="module")
def reader() -> Iterator[ReaderProcess]:
    process = ReaderProcess()
    yield process
    process.close()


odd = st.sampled_from(
    [*"<>&\"' \t\n\x85\xa0\x1c\x00\x7f\u200b\u202e\u2028\ufeff", "\u0301", "索", "é", "🦀", "😀", "\ud800"]
)
texts = st.lists(odd | st.text(max_size=3) | st.sampled_from(["bug", "https:", "/a/b", "javascript:"]), max_size=8).map(
    "".join
)


@st.composite
def marked(draw: st.DrawFn) -> tuple[str, list[Span]]:
    text = draw(texts)
    ends = sorted(draw(st.sets(st.integers(0, len(text)), max_size=6)))
    return text, [Span(start, stop - start) for start, stop in zip(ends[::2], ends[1::2], strict=False)]


@given(st.lists(marked(), min_size=1, max_size=20))
def test_html(reader: ReaderProcess, drawn: list[tuple[str, list[Span]]]) -> None:
    assert reader.calls("text_safety", "toHtml", drawn) == [text_safety.to_html(*one) for one in drawn]
    shown = [(text,) for text, _ in drawn]
    assert reader.calls("text_safety", "printable", shown) == [text_safety.printable(*one) for one in shown]
    assert reader.calls("text_safety", "link", shown) == [text_safety.link(*one) for one in shown]


@given(st.lists(st.integers(-(10**11), 10**11), min_size=1, max_size=20))
def test_dates(reader: ReaderProcess, seconds: list[int]) -> None:
    assert reader.calls("text_safety", "iso", [(one,) for one in seconds]) == list(map(text_safety.iso, seconds))


def test_days(reader: ReaderProcess) -> None:
    given: list[tuple[int | None, str]] = [(1661506774, ""), (1661506774, "file"), (None, ""), (-1, "front matter")]
    assert reader.calls("text_safety", "dayOf", given) == [text_safety.day_of(*one) for one in given]


def test_columns(reader: ReaderProcess) -> None:
    """All characters that this version of Python knows, but what a newer Unicode of node knows better."""
    from unicodedata import category

    known = [chr(code) for code in range(0x20000) if category(chr(code)) not in ("Cn", "Cs")]
    columns = reader.calls("text_safety", "cells", [(character,) for character in known])
    unlike = [known[at] for at, width in enumerate(columns) if width != text_safety.cells(known[at])]
    assert len(unlike) <= 8, unlike


queries = st.lists(
    st.sampled_from([*"&=+%;/?", "%E9", "%e7%b4%a2", "%ED%A0%80", "q=a", "tags=", "索"]), max_size=9
).map("".join)


@given(st.lists(texts, min_size=1, max_size=9), st.lists(queries, min_size=1, max_size=9))
def test_addresses(reader: ReaderProcess, shown: list[str], asked: list[str]) -> None:
    paths = [quote(text.encode("utf-8", "surrogatepass")) for text in shown]
    assert reader.calls("addresses", "quote", [(text,) for text in shown]) == paths
    fields = [(f"n {text}", text) for text in shown]
    assert reader.call("addresses", "urlencode", fields) == urlencode(fields, errors="replace")
    assert reader.calls("addresses", "parseQsl", [(query,) for query in asked]) == [
        list(map(list, parse_qsl(query))) for query in asked
    ]
