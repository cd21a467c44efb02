"""Does the cluster answer as the embedded engine does what is asked of the engines themselves?

Posts with fields of their own, boosts, pins, dates and translations are put into an index of each engine, and searches
of all kinds are drawn. Numbers may differ by a millionth.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from random import Random
from typing import Any, NamedTuple

import pytest
from cluster import delete_indices
from hypothesis import given, settings
from hypothesis import strategies as st
from storage import ANALYZER

from postdex_index.engine.api import AsTyped, FileStamp, Pinned, Put, Reader, Recency, Search
from postdex_index.engine.embedded.engine import EmbeddedEngine
from postdex_index.engine.opensearch.engine import OpenSearchEngine
from postdex_index.engine.opensearch.read import candidates
from postdex_index.model import OwnField, Post, Section
from postdex_index.query import (
    Clauses,
    DateRange,
    Everything,
    FieldRange,
    Keyword,
    Phrase,
    Prefix,
    Regex,
    Synonyms,
    Term,
    Wildcard,
)
from postdex_index.settings import Settings

SEED, POSTS = 23, 300
NOW, DAY = 1_700_000_000, 86_400
STAMP = FileStamp(1, 1, 1, 1, bytes(16))
WORDS = ["kernel", "kernels", "socket", "bug", "memory", "内核", "leak", "smc", "fallback", "the", "start"]
LANGS = ["en", "de", "fr"]
#: Values of the fields of the site's own: of numbers alone, of numbers and dates, of truth, of texts in several cases,
#: of anything, and of one that a draft makes a text.
OWN = {
    "rating": ["1", "2", "2.0", "3.5", "-1", "1e3", "10"],
    "due": ["2024-06-01", "2024-06-02 10:00", "2023", "20240601", "1999-12-31"],
    "done": ["true", "No", "yes", "off"],
    "state": ["Draft", "draft", "In review", "in Review", "published", "a*b", "zeta", "Émile"],
    "mixed": ["1", "two", "2024-01-01", "true"],
    "menu.main.weight": ["5", "10", "7"],
    "level": ["1", "2", "3"],
}
PINS = ["start", "kernel bug", "内核"]
TIMES = [None, NOW, NOW - DAY, NOW - 400 * DAY, NOW - 4000 * DAY, NOW + 30 * DAY, -(10**9)]


def text(dice: Random, most: int) -> str:
    """Some words."""
    return " ".join(dice.choices(WORDS, k=dice.randint(0, most)))


def post(dice: Random, number: int) -> Post:
    """A drawn post; few are in a group of translations, and few are set by hand."""
    named = dice.sample([*OWN], dice.choice([0, 1, 2, 3, 7]))
    draft = "draft" if dice.random() < 0.1 else ""
    values = {name: tuple(dice.sample(OWN[name], dice.choice([1, 1, 1, 2]))) for name in named}
    if draft and "level" in values:
        values["level"] = ("high",)
    group = dice.choice(["", "", f"g{dice.randrange(25)}"])
    return Post(
        f"{dice.choice(['a', 'b/c', 'é'])}/{number:03}.md",
        text(dice, 3) or "Start",
        (Section(0, "", "", 1, text(dice, 30)), Section(2, text(dice, 2), "a", 3, text(dice, 12))),
        date_seconds=dice.choice(TIMES),
        date_from=dice.choice(["post", "file"]),
        updated_seconds=dice.choice([None, None, *TIMES]),
        tags=tuple(dice.sample(["net", "Net", "linux", "net/tcp"], dice.randint(0, 2))),
        lang=dice.choice(LANGS),
        translation=group,
        original=bool(group) and dice.random() < 0.3,
        unpublished=draft,
        boost=dice.choice([1.0] * 6 + [0.1, 0.5, 1.0001, 2.0, 10.0]),
        pins=tuple(dice.sample(PINS, 1)) if dice.random() < 0.06 else (),
        fields=tuple([OwnField(name, of_name) for name, of_name in values.items()]),
        named_fields=("mixed",) if "mixed" in values and dice.random() < 0.1 else (),
    )


class Sides(NamedTuple):
    """A snapshot of the same posts of each engine, and their paths."""

    embedded: Reader
    cluster: Reader
    paths: Sequence[str]


@pytest.fixture(scope="module")
def sides(hosts: list[str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sides]:
    """Both indexes, built once. No more candidates are asked for than are wanted, so that lists have to go deeper."""
    folder, prefix = tmp_path_factory.mktemp("drawn"), f"test-{secrets.token_hex(4)}"
    dice = Random(SEED)
    posts = [post(dice, number) for number in range(POSTS)]
    with ExitStack() as stack:
        environment = stack.enter_context(pytest.MonkeyPatch.context())
        environment.setenv("POSTDEX_OPENSEARCH_HOSTS", ",".join(hosts))
        environment.setattr(candidates, "MORE", 0)
        environment.setattr(candidates, "FEW", 2)
        chosen = Settings()._replace(opensearch_prefix=prefix, site="drawn")
        engines = EmbeddedEngine(folder / "index"), OpenSearchEngine(folder, str(folder / "cache"), chosen)
        for engine in engines:
            with closing(engine.open_writer(analyzer=ANALYZER)) as writer:
                writer.put([Put(one, one.path, STAMP) for one in posts])
                writer.commit()
        embedded, opensearch = (engine.open_reader() for engine in engines)
        yield Sides(embedded, opensearch, [one.path for one in posts])
    delete_indices(hosts, f"{prefix}-*")


# -- what is drawn


def made(kind: Callable[..., Any], *values: st.SearchStrategy[Any], **named: st.SearchStrategy[Any]) -> Any:
    """Values of a kind of these parts; `builds` would draw what has a default, too."""
    return st.builds(lambda first, second: kind(*first, **second), st.tuples(*values), st.fixed_dictionaries(named))


terms = made(Term, st.sampled_from(WORDS), weight=st.sampled_from([1.0, 0.3]))
leaf = st.one_of(
    terms,
    terms,
    made(Prefix, st.sampled_from(["k", "so", "内"])),
    st.sampled_from([Wildcard("*ck"), Regex("/.*[ks]/"), Regex(r"/\\w{3}/", "title")]),
    made(Phrase, st.tuples(st.sampled_from(WORDS), st.sampled_from(WORDS)), exact=st.booleans()),
    made(Synonyms, st.tuples(terms, made(Phrase, st.just(("memory", "leak"))))),
)
bound = st.sampled_from([None, 0.0, 2.0, 3.5, 7.0, 1.7e9, 1.72e9, float("inf")])
filters = st.one_of(
    st.sampled_from([Keyword("tag", "net"), Keyword("path", "b"), Everything(), DateRange(NOW - 500 * DAY)]),
    made(Keyword, st.sampled_from([f"field {name}" for name in OWN]), st.sampled_from(["1", "draft", "*", "?*r*"])),
    made(FieldRange, st.sampled_from([*OWN, "none"]), st.sampled_from(["number", "date"]), bound, bound),
)
some: Any = st.lists(st.one_of(leaf, leaf, filters), max_size=3).map(tuple)
queries = st.one_of(
    leaf,
    filters,
    made(Clauses, optional=some.filter(bool), minimum=st.just(1), excluded=st.lists(filters, max_size=1).map(tuple)),
    made(Clauses, required=st.lists(leaf, min_size=1, max_size=2).map(tuple), bonus=some),
)
whole = made(
    AsTyped,
    st.sampled_from(["", *PINS, "other"]),
    st.sampled_from([(), (Phrase(("kernel", "bug"), exact=True),)]),
    st.booleans(),
)
paths = st.sampled_from(["a/000.md", "b/c/001.md", "é/002.md", "a/003.md", "nowhere.md"])
pinned = made(Pinned, st.lists(paths, max_size=3, unique=True).map(tuple), st.lists(filters, max_size=1).map(tuple))
recency = made(Recency, st.sampled_from([1.0, 30.0 * DAY, 365.0 * DAY, 1e12]), st.just(NOW))
orders = [*OWN, *(f"-{name}" for name in OWN), "none", "-none", "date", "updated", "title"]
searches = made(
    Search,
    queries,
    whole,
    st.one_of(st.just("score"), st.sampled_from(orders)),
    st.lists(st.sampled_from([*OWN, "none", "tags", "lang", "year"]), max_size=3, unique=True).map(tuple),
    st.sampled_from([0, 0, 0, 20, 70]),
    st.sampled_from([10, 10, 60]),
    st.booleans(),
    grouped=st.booleans(),
    pinned=st.one_of(st.none(), pinned),
    recency=st.one_of(st.none(), recency),
)


# -- tests


def answered(reader: Reader, search: Search) -> dict[str, Any]:
    """An answer, as far as it can be compared. Values of a facet count by what they are folded: in segments of their
    own drafts may be the first to write one otherwise."""
    answer = reader.search(search)
    facets = {name: Counter[str]() for name in answer.facets}
    for name, counts in answer.facets.items():
        for value, count in counts.items():
            facets[name][ANALYZER.fold_value(value)] += count
    return {
        "total": answer.total,
        "hits": [(one.document.path, one.pinned) for one in answer.candidates],
        "scores": [one.score for one in answer.candidates],
        "facets": facets,
        "leaves": [(one.leaf, one.posts, one.cut) for one in answer.leaves],
        "complete": answer.complete,
    }


@given(searches)
@settings(max_examples=150)
def test_the_same_answer(sides: Sides, search: Search) -> None:
    if search.grouped:  # with drafts shown, an unpublished translation is a hit of its own in the cluster
        search = search._replace(drafts=False)
    ours, theirs = answered(sides.embedded, search), answered(sides.cluster, search)
    assert theirs.pop("scores") == pytest.approx(ours.pop("scores"), rel=1e-6)
    assert theirs == ours


@given(searches, st.integers(0, POSTS - 1))
@settings(max_examples=30)
def test_the_same_explanation(sides: Sides, search: Search, number: int) -> None:
    path = sides.paths[number]
    ours, theirs = (reader.explain(search, path) for reader in (sides.embedded, sides.cluster))
    assert theirs.value == pytest.approx(ours.value, rel=1e-6)
    assert [part.label for part in theirs.parts] == [part.label for part in ours.parts]


def test_the_same_fields(sides: Sides) -> None:
    assert list(sides.cluster.fields()) == list(sides.embedded.fields())
    less = [reader.without(sides.paths[:150]).fields() for reader in (sides.embedded, sides.cluster)]
    assert list(less[0]) == list(less[1])
