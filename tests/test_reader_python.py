"""Does the reader say of texts and numbers what Python says?"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reader_process import ReaderProcess

#: Known to Python 3.11, but cased or not in the Unicode of node.
CHANGED = "\u0295\u10fc\ua7f2\ua7f3\ua7f4\uab69"


@pytest.fixture(scope="module")
def reader() -> Iterator[ReaderProcess]:
    process = ReaderProcess()
    yield process
    process.close()


def _dull(character: str) -> bool:
    """Whether it is like a hundred thousand others."""
    return unicodedata.category(character) in ("Lo", "Co", "Cn", "Cs") and not unicodedata.decomposition(character)


KNOWN = [chr(code) for code in range(0x110000) if not _dull(chr(code)) and chr(code) not in CHANGED]
SAYS: dict[str, Callable[[str], Any]] = {
    "isAscii": str.isascii,
    "isAlnum": str.isalnum,
    "isDigit": str.isdigit,
    "isLower": str.islower,
    "isUpper": str.isupper,
    "isSpace": str.isspace,
    "isPrintable": str.isprintable,
    "casefold": str.casefold,
    "strip": str.strip,
    "split": str.split,
    "length": len,
    "repr": repr,
}


@pytest.mark.parametrize("name", SAYS)
def test_every_character(reader: ReaderProcess, name: str) -> None:
    found = reader.calls("python", name, [[character] for character in KNOWN])
    said = [*map(SAYS[name], KNOWN)]
    assert [row for row in zip(KNOWN, said, found, strict=True) if row[1] != row[2]] == []


texts = st.text(st.characters(exclude_categories=["Cs", "Cn"], exclude_characters=CHANGED), max_size=12)
short = st.text("aA1 \t\u2028'\"ßΣ𝒳é\\\ue000", max_size=6)


@given(st.lists(texts | short, min_size=1, max_size=50))
def test_texts(reader: ReaderProcess, texts: list[str]) -> None:
    for name, says in SAYS.items():
        if name != "isAscii" or "" not in texts:
            assert reader.calls("python", name, [[text] for text in texts]) == [*map(says, texts)], name


@given(st.lists(st.tuples(texts | short, texts | short), min_size=1, max_size=50))
def test_order(reader: ReaderProcess, pairs: list[tuple[str, str]]) -> None:
    found = reader.calls("python", "compare", pairs)
    assert [(order > 0) - (order < 0) for order in found] == [(one > other) - (one < other) for one, other in pairs]


@given(st.lists(st.floats(allow_nan=False), min_size=1, max_size=50))
def test_numbers(reader: ReaderProcess, numbers: list[float]) -> None:
    finite = [number for number in numbers if abs(number) < 1e300]
    for digits in (6, 12):
        assert reader.calls("python", "general", [[number, digits] for number in finite]) == [
            f"{number:.{digits}g}" for number in finite
        ]
