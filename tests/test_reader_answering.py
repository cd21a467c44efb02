"""Does the reader say what the library says: of near words, of numbers, of parameters, of what is not possible?"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reader_process import ReaderProcess, js

from postdex.export import parameters as constants
from postdex.http import parameters
from postdex.http.errors import RequestError
from postdex_index.query import Clauses, Everything, Keyword, Query, Regex, Term


@pytest.fixture(scope="module")
def reader() -> Iterator[ReaderProcess]:
    process = ReaderProcess(constants.of_modules())
    yield process
    process.close()


words = st.text("abcde内核🦀", max_size=12)


@given(st.lists(st.tuples(words, st.lists(words, max_size=8, unique=True)), min_size=1, max_size=20))
def test_the_nearest_of_several_texts(reader: ReaderProcess, asked: list[tuple[str, list[str]]]) -> None:
    near = [(get_close_matches(word, others, 1, 0.6) or [""])[0] for word, others in asked]
    assert reader.calls("close_matches", "closest", [(*both, 0.6) for both in asked]) == near


def test_the_nearest_of_long_texts(reader: ReaderProcess) -> None:
    word = "abcdefghij" * 25
    others = [word[:-1] + "x", word[5:], "abc" * 80]
    assert reader.call("close_matches", "closest", word, others, 0.1) == get_close_matches(word, others, 1, 0.1)[0]


@given(st.lists(st.floats(0, 1e6) | st.integers(0, 10**7).map(lambda number: number / 32), min_size=1))
def test_numbers_are_rounded_as_python_rounds(reader: ReaderProcess, numbers: list[float]) -> None:
    rounded = reader.calls("output/wire", "rounded", [(number, 4) for number in numbers])
    assert rounded == [round(number, 4) for number in numbers]


@pytest.mark.parametrize(
    "text",
    [
        "q=smc",
        "q=a+b%20c&limit=3&offset=07&tags=linux&tags=c%2B%2B&typo=No&record=0",
        "q=内核&sort=title&facets=tags&facets=year&after=2024-01&lang=&path=",
        "",
        "q=%ff&prefix_last=1&units=sections",
        "limit=101",
        "limit=-1",
        "limit=1e3",
        "limit=１",
        "typo=maybe",
        "units=lines",
        "translations=none",
        f"lang={'x' * 36}",
        f"sort={'x' * 62}",
        "after=the+day+before+the+day+of+yesterday",
        f"path={'p' * 501}",
        "q=a&q=b",
        "query=a",
        "language=de",
        f"{'n' * 50}=1",
        "&".join(["tags=a"] * 21),
        "&".join(["tags=a"] * 101),
        f"tags={'t' * 501}",
        "drafts=true&explain=yes",
        "q=it's+%22quoted%22&limit=it's",
    ],
)
def test_parameters_are_read_as_the_service_reads_them(reader: ReaderProcess, text: str) -> None:
    sent = quote(text, safe="&=+%")
    try:
        expected = parameters.from_query(sent.encode(), parameters.SEARCH)
    except RequestError as error:
        assert reader.refusal("http/parameters", "searchArguments", sent) == error.to_dict()["error"]
        return
    query, _ = expected.pop("q"), expected.pop("record")
    listed = {name: list(value) if isinstance(value, tuple) else value for name, value in expected.items()}
    assert reader.call("http/parameters", "searchArguments", sent) == {"query": query, "given": listed}


@pytest.mark.parametrize(
    ("tree", "left", "warnings"),
    [
        (Term("a"), Term("a"), []),
        (Regex("/a+/"), None, ["a regular expression is not possible in a published index; /a+/ was left out"]),
        (
            Clauses(required=(Term("a"), Keyword("links", "b.md"))),
            Clauses(required=(Term("a"),)),
            ["a filter by links is not possible in a published index; links:b.md was left out"],
        ),
        (
            Clauses(optional=(Term("a"), Regex("/b/")), excluded=(Clauses(optional=(Regex("/b/"),)),), minimum=2),
            Clauses(optional=(Term("a"),), minimum=1),
            ["a regular expression is not possible in a published index; /b/ was left out"],
        ),
        (Everything(), Everything(), []),
    ],
)
def test_what_is_not_possible_is_left_out_and_told(
    reader: ReaderProcess, tree: Query, left: Query | None, warnings: list[str]
) -> None:
    assert reader.call("limits", "possibleTree", tree) == {"tree": js(left), "warnings": warnings}
