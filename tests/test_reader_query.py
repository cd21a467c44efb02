"""Is a query shown by the reader as the library shows it?"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reader_process import ReaderProcess, js

from postdex_index.query import (
    Clauses,
    DateRange,
    Everything,
    FieldRange,
    Fuzzy,
    Keyword,
    Phrase,
    Prefix,
    Query,
    Regex,
    Synonyms,
    Term,
    Wildcard,
    leaves,
    show,
)


@pytest.fixture(scope="module")
def reader() -> Iterator[ReaderProcess]:
    process = ReaderProcess()
    yield process
    process.close()


texts = st.sampled_from(["smc", "内核", "c++", "🦀"])
fields = st.sampled_from(["", "title"])
weights = st.sampled_from([1.0, 0.7, 0.25, 1e-5, 1 / 3, 1e6, 123456789.0])
words = st.builds(Term, texts, fields, weights, st.booleans())
several = st.lists(texts, min_size=1, max_size=3).map(tuple)
phrases = st.builds(Phrase, several, fields, weights, st.booleans(), st.integers(0, 3), st.booleans(), st.booleans())
ends = st.none() | st.integers(-(10**12), 10**12)
numbers = st.none() | st.floats(-1e15, 1e15) | st.integers(0, 1).map(float)
leaf = st.one_of(
    words,
    phrases,
    st.builds(Prefix, texts, fields, weights),
    st.builds(Wildcard, texts.map(lambda text: f"*{text}?"), fields, weights),
    st.builds(Regex, texts.map(lambda text: f"/{text}+/"), fields, weights),
    st.builds(Fuzzy, texts, st.integers(1, 3), fields, weights),
    st.builds(Synonyms, st.lists(words | phrases, min_size=1, max_size=3).map(tuple), weights),
)
filters = st.one_of(
    st.builds(Keyword, st.sampled_from(["tag", "field status"]), texts),
    st.builds(DateRange, ends, ends),
    st.builds(FieldRange, texts, st.sampled_from(["number", "date", "boolean"]), numbers, numbers),
    st.just(Everything()),
)


def groups(inner: st.SearchStrategy[Query]) -> st.SearchStrategy[Query]:
    several = st.lists(inner, max_size=2).map(tuple)
    return st.builds(Clauses, several, several, several, several, st.integers(0, 2))


@given(st.lists(st.recursive(leaf | filters, groups, max_leaves=6), min_size=1, max_size=20))
def test_show_and_leaves(reader: ReaderProcess, queries: list[Query]) -> None:
    calls = [[query] for query in queries]
    assert reader.calls("query", "show", calls) == [show(query) for query in queries]
    assert reader.calls("query", "leaves", calls) == [[js(leaf) for leaf in leaves(query)] for query in queries]
