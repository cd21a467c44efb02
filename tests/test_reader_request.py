"""Does the reader take the arguments of a search as the library does: checks, bounds, filters, messages?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reader_process import ReaderProcess, js
from test_reader_query_language import CHARACTERS, QUERIES, TODAY, index_of, own_fields

from postdex.export import parameters
from postdex.query import argument_filters, by_owner, named_fields
from postdex.request import SearchRequest
from postdex_index.errors import QueryError
from postdex_index.settings import Pin
from postdex_index.text.analyzer import Analyzer

ENGLISH = Analyzer(True, ("en",))
INDEX = index_of(("en",), own=True)


@pytest.fixture(scope="module")
def reader() -> Iterator[ReaderProcess]:
    process = ReaderProcess(parameters.of_modules())
    process.texts("en", "de")
    yield process
    process.close()


def error_of(error: QueryError | TypeError) -> dict[str, str]:
    if isinstance(error, QueryError):
        return {"code": error.code, "message": error.message, "hint": error.hint}
    return {"code": "TypeError", "message": str(error), "hint": ""}


def request(query: Any, arguments: dict[str, Any]) -> Any:
    try:
        return js(SearchRequest.of(query, **arguments))
    except (QueryError, TypeError) as error:
        return error_of(error)


def narrowed(arguments: dict[str, Any]) -> Any:
    try:
        asked = SearchRequest.of("", **arguments)
        own = own_fields()
        asked = named_fields.checked(asked, own)
        filters = argument_filters.queries(asked, ENGLISH, lambda: TODAY)
        filters += named_fields.filters(asked, ENGLISH, lambda: TODAY, own)
        return {"request": js(asked), "filters": js(filters)}
    except QueryError as error:
        return error_of(error)


REQUESTS: list[dict[str, Any]] = [
    {},
    *({"meaning": value} for value in (True, False, None, "yes")),
    {"limit": 0, "offset": 3, "sort": "date", "tags": "C++", "lang": "zh", "typo": False, "facets": ["tags", "status"]},
    *[{name: value} for name in ("limit", "offset") for value in (-1, 1000, 1001, "3", None, 1.5)],
    *[{name: value} for name in ("tags", "where", "facets") for value in ("x", [], ["a", "b"], [1], None, 7)],
    *[
        {name: value}
        for name in ("sort", "units", "translations")
        for value in ("score", "posts", "all", "x'\"\n", 3, None)
    ],
    *[{name: value} for name in ("drafts", "snippets") for value in (True, "true", 1, None)],
    *[{name: 1} for name in ("tag", "since", "top_k", "k", "lim", "constructor", "zzz")],
    {"deadline_ms": None},
    {"deadline_ms": "soon"},
    {"lang": 4},
    {"recency": None, "lang": None},
]


def test_requests_are_checked_the_same(reader: ReaderProcess) -> None:
    for arguments in REQUESTS:
        assert reader.call(QUERIES, "requested", "a query", arguments) == request("a query", arguments), arguments
    assert reader.call(QUERIES, "requested", None, {}) == request(None, {})


NARROWED: list[dict[str, Any]] = [
    {"tags": ["#Linux", "c/", "#", ""], "categories": "./A/b/", "lang": "zh_CN", "path": "2022/*.md", "sites": ["a"]},
    {"sites": ["docs*", "blog"], "after": "2022", "before": "last week"},
    {"sites": [" "], "lang": "", "after": "30d"},
    *[{"after": day} for day in ("soon", "2024-02-30", "it's \"x\"\n\u200b🦀é", "")],
    *[{"before": day} for day in ("0000", "9999", "3 months ago", "YESTERDAY")],
    *[{"sort": name} for name in ("rating", "-due", "-date", "score", "-score", "ratign", "x" * 90, "-")],
    *[{"facets": [name]} for name in ("fields", "status", "Reading Status", "stattus", "标签", "nosuch")],
    {"facets": ["fields", "tags", "status", "tags"]},
    *[
        {"where": text}
        for text in [
            "status:draft", "status=draft", "-status:draft", "rating:>=4", "rating=3..5", "rating:good", "due:2024..",
            "done:yes", "done:maybe", "", "  ", "words", "tag:linux", "tag:", "nosuch:x", "statsu:x", "after:soon",
            'status:(draft OR "in review")', "status:draft words", "(", "标签:内核", "rating:5..3", "status:>3",
            "date:2024..2023", "+tag=x", "x" * 200 + ":1",
        ]
    ],
]  # fmt: skip


def test_arguments_make_the_same_filters(reader: ReaderProcess) -> None:
    results = reader.calls(QUERIES, "requested", [("", arguments, INDEX) for arguments in NARROWED])
    for arguments, result in zip(NARROWED, results, strict=True):
        assert result == narrowed(arguments), arguments


@given(
    st.lists(st.text(CHARACTERS, max_size=20) | st.sampled_from(["status", "rating", "a:b"]), min_size=1, max_size=5)
)
def test_messages_of_drawn_names_are_the_same(reader: ReaderProcess, names: list[str]) -> None:
    drawn = [{argument: name} for name in names for argument in ("sort", "facets", "where", "after")]
    results = reader.calls(QUERIES, "requested", [("", arguments, INDEX) for arguments in drawn])
    for arguments, result in zip(drawn, results, strict=True):
        assert result == narrowed(arguments), arguments


PINS = (
    Pin(("Install", "getting started"), ("b.md", "a.md")),
    Pin(("install!",), ("a.md", "c.md")),
    Pin(("C++",), ("cpp.md",)),
)


@pytest.mark.parametrize("query", ["install", "Getting  started!", "c++", "c", ""])
@pytest.mark.parametrize("half_life", ["", "off", "1y", "90 days", "2.5m", "0d", "soon", "1y" * 50])
def test_what_owners_say_is_the_same(reader: ReaderProcess, query: str, half_life: str) -> None:
    key = ENGLISH.key(query)
    result = reader.call(QUERIES, "ranked", key, PINS, half_life, INDEX)
    try:
        expected: Any = {
            "pinned": list(by_owner.pinned(key, PINS, ENGLISH)),
            "recency": js(by_owner.recency(half_life, lambda: TODAY)),
        }
    except QueryError as error:
        expected = error_of(error)
    assert result == expected
