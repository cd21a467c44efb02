"""Is the engine of the reader that of the library: same posts, same order, scores the same to the bit?

Drawn posts in several segments, some of them deleted or unpublished; drawn queries of every kind, with filters, facets,
orders, pins, boosts, translations and age.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from reader_process import js
from reader_snapshot import SnapshotProcess, check, published
from storage import ANALYZER

from postdex_index.engine import api
from postdex_index.engine.api import AsTyped, FileStamp, Pinned, Put, Recency, Search
from postdex_index.engine.embedded.engine import EmbeddedEngine
from postdex_index.engine.embedded.read import snapshot as snapshots
from postdex_index.engine.embedded.read import vocabulary
from postdex_index.engine.embedded.read.snapshot import Snapshot
from postdex_index.model import Code, OwnField, Post, Section, Span
from postdex_index.query import (
    OWN_FIELD,
    Clauses,
    DateRange,
    Everything,
    FieldRange,
    Fuzzy,
    Keyword,
    Leaf,
    Phrase,
    Prefix,
    Query,
    Synonyms,
    Term,
    Wildcard,
)

STAMP = FileStamp(1, 1, 1, 1, bytes(16))
#: Words of which several share a stem, some in one language only; `dog-s` has two words of one stem at one place.
WORDS = [
    *("shortcode", "shortcodes", "shortcoded", "short", "dog", "dogs", "dog-s", "dogma", "the", "of", "C++", "utf-8"),
    *(
        "liebe",
        "lieben",
        "wichtig",
        "wichtigen",
        "import",
        "importe",
        "importance",
        "内核模块",
        "内核",
        "回退机制",
        "🦀",
        "café",
    ),
]
TERMS = sorted({token.term for word in WORDS for token in ANALYZER.tokens(word, code=True)})
DAY = 86_400
NOW = 20_000 * DAY

texts = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)
dates = st.none() | st.integers(15_000, 20_100).map(lambda day: day * DAY)
own_values = st.sampled_from(["4", "4.0", "12", "good", "Better", "🦀", "\uffee", "true", "2024-01-02", "off"])
own_fields = st.dictionaries(st.sampled_from(["stars", "status", "seen"]), st.lists(own_values, min_size=1, max_size=2))


@st.composite
def drawn_posts(draw: st.DrawFn) -> list[Post]:
    """Posts with all that a search may ask for, in no order of their paths."""

    def post(path: str) -> Post:
        code = draw(texts)
        body = f"{draw(texts)}\n{code}\n{draw(texts)}"
        start = body.index("\n") + 1
        links = (Span(0, len(body.split(" ")[0])),) if draw(st.booleans()) else ()
        sections = (
            Section(0, "", "", 1, draw(texts)),
            Section(2, draw(texts), "a", 3, body, code=(Code(start, start + len(code), "go"),), links=links),
        )
        silent = draw(st.integers(0, 9)) == 0
        date = draw(dates)
        return Post(
            path,
            draw(texts),
            () if silent else sections,
            date_seconds=date,
            date_from=draw(st.sampled_from(["post", "file"])) if date else "",
            updated_seconds=draw(dates),
            tags=tuple(draw(st.lists(st.sampled_from(["linux", "Linux/Net", "C++", "内核"]), max_size=2, unique=True))),
            categories=draw(st.sampled_from([(), (("a", "b"),), (("a",), ("c d",))])),
            lang=draw(st.sampled_from(["", "de", "en", "fr-CA"])),
            translation=draw(st.sampled_from(["", "x", "y"])),
            original=draw(st.booleans()),
            description=draw(st.sampled_from(["", "the dog"])),
            fields=tuple(OwnField(name, tuple(values)) for name, values in draw(own_fields).items()),
            named_fields=draw(st.sampled_from([(), ("seen",)])),
            unpublished="draft" if draw(st.integers(0, 9)) == 0 else "",
            boost=draw(st.sampled_from([1.0, 1.0, 1.0, 2.5, 0.3])),
            pins=draw(st.sampled_from([(), (), ("short",)])),
        )

    names = st.text(st.sampled_from("aZ/é内🦀\uffee.-_ "), min_size=1, max_size=4).map(lambda name: f"{name}.md")
    return [post(path) for path in draw(st.lists(names, min_size=1, max_size=8, unique=True))]


terms = st.sampled_from(TERMS)
fields = st.sampled_from(["", "", "", "title", "heading", "body", "code", "tags"])
weights = st.sampled_from([1.0, 1.0, 0.5, 1 / 3])
words = st.builds(Term, terms, fields, weights, st.booleans())
several = st.lists(terms, min_size=1, max_size=3).map(tuple)
phrases = st.builds(
    Phrase, several, fields, weights, st.booleans(), st.integers(0, 3), st.just(False), st.booleans()
) | st.builds(Phrase, several, fields, weights, st.booleans(), st.just(0), st.just(True))
prefixes = st.builds(Prefix, terms.map(lambda term: term[:2]), fields, weights)
patterns = st.one_of(
    prefixes,
    st.builds(Wildcard, terms.map(lambda term: term[:1] + "*" + term[-1:]), fields, weights),
    st.builds(Wildcard, terms.map(lambda term: "*" + term[-2:]), fields, weights),
    st.builds(Fuzzy, terms, st.integers(1, 2), fields, weights),
)
spellings = st.lists(st.one_of(words, phrases, prefixes), min_size=1, max_size=3).map(tuple)
leaves = st.one_of(words, words, phrases, patterns, st.builds(Synonyms, spellings, weights))
days = st.none() | st.integers(15_000, 20_100).map(lambda day: day * DAY)
numbers = st.none() | st.sampled_from([0.0, 1.0, 4.0, 12.5, 1_704_153_600.0])
filters = st.one_of(
    st.builds(
        Keyword,
        st.sampled_from(["tag", "category", "lang"]),
        st.sampled_from(["linux", "linux/net", "a", "a/b", "de", "fr", "l*"]),
    ),
    st.builds(Keyword, st.just("path"), st.sampled_from(["a", "a*", "内", "*z.md", "?.md"])),
    st.builds(
        Keyword, st.sampled_from(["stars", "status"]).map(OWN_FIELD.__add__), st.sampled_from(["4", "good", "b*"])
    ),
    st.builds(DateRange, days, days),
    st.builds(
        FieldRange, st.sampled_from(["stars", "seen"]), st.sampled_from(["number", "date", "boolean"]), numbers, numbers
    ),
    st.just(Everything()),
)
clauses = st.lists(leaves | filters, max_size=2).map(tuple)
queries = st.one_of(
    leaves,
    st.lists(leaves, min_size=1, max_size=4).map(lambda found: Clauses(optional=tuple(found), minimum=1)),
    st.builds(Clauses, clauses, clauses, clauses, clauses, st.integers(0, 3), st.just("")),
)
wholes = st.lists(words | phrases | st.builds(Synonyms, spellings, weights), max_size=2).map(tuple)


@st.composite
def searches(draw: st.DrawFn) -> Search:
    leaves_of_whole = draw(wholes)
    key = draw(st.sampled_from(["", "short", "dog", "shortcode dog"]))
    orders = ["score", "score", "score", "date", "updated", "title", "stars", "-stars", "status", "-seen", "none"]
    facets = st.lists(st.sampled_from(["tags", "categories", "lang", "year", "stars", "status", "none"]), unique=True)
    pins = st.builds(
        Pinned,
        st.lists(st.sampled_from(["a.md", "Z.md", "é.md"]), unique=True).map(tuple),
        st.lists(filters, max_size=1).map(tuple),
    )
    return Search(
        draw(queries),
        AsTyped(key, leaves_of_whole, len(leaves_of_whole) > 1 or draw(st.booleans())),
        sort=draw(st.sampled_from(orders)),
        facets=draw(facets),
        offset=draw(st.integers(0, 3)),
        limit=draw(st.integers(0, 5)),
        grouped=draw(st.booleans()),
        pinned=draw(st.none() | pins),
        recency=draw(st.none() | st.builds(Recency, st.sampled_from([365.0 * DAY, 30.5 * DAY]), st.just(NOW))),
    )


def stored(directory: Path, batches: Sequence[Sequence[Post]], gone: Sequence[str]) -> Snapshot:
    """The posts, a commit for each batch, some deleted after."""
    with EmbeddedEngine(directory).open_writer(analyzer=ANALYZER) as opened:
        for batch in batches:
            opened.put([Put(post, post.path, STAMP) for post in batch])
            opened.commit()
        opened.delete(gone)
        opened.commit()
    return EmbeddedEngine(directory).open_reader()


@contextmanager
def limits(most_words: int, fewest: int) -> Iterator[None]:
    """A pattern covers so many words at most, and so few candidates are enough, in both engines."""
    with (
        patch.object(vocabulary, "MAX_WORDS", most_words),
        patch.object(api, "FEWEST", fewest),
        patch.object(snapshots, "FEWEST", fewest),
    ):
        yield


def check_others(library: Snapshot, reader: SnapshotProcess, asked: Sequence[Query]) -> None:
    """What else the seam promises."""
    assert reader.ask("totals", asked) == library.totals(asked)
    assert reader.ask("fields") == js(library.fields())
    published = [one.document.path for one in library.search(Search(Everything(), limit=1_000)).candidates]
    paths = ["a.md", *published]  # which the library has as a draft, too
    assert reader.ask("documents", paths) == [path if path in published else None for path in paths]
    some = TERMS[:: max(1, len(TERMS) // 6)]
    asked_words: list[dict[str, Any]] = [{"prefix": term[:2]} for term in some]
    asked_words += [{"near": term, "edits": 2} for term in some]
    asked_words += [{"within": "ort"}, {"within": "o", "limit": 3}, {"near": "shrot"}, {"near": "dog", "edits": 0}]
    for words in asked_words:
        assert reader.ask("words", words) == js(library.words(**words)), words
    stats = reader.ask("stats")
    for name in ("posts", "languages", "simplify"):
        assert stats[name] == js(library.stats())[name], name


@settings(
    max_examples=20,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # to shrink one of 500 ms takes minutes, and says little
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(drawn_posts(), st.lists(searches(), min_size=10, max_size=25), st.data())
def test_the_reader_finds_what_the_library_finds(posts: list[Post], asked: list[Search], data: st.DataObject) -> None:
    gone = [posts[0].path] if data.draw(st.booleans()) else []
    # Which are the most frequent words is told by deleted posts too, until their segment is merged.
    most_words = 1_000 if gone else data.draw(st.sampled_from([2, 5, 1_000]))
    fewest = data.draw(st.sampled_from([1, 3, 50]))
    with tempfile.TemporaryDirectory() as folder, limits(most_words, fewest):
        snapshot = stored(Path(folder) / "index", [posts[:3], posts[3:4], posts[4:]], gone)
        with published(snapshot, Path(folder) / "bundle") as reader:
            check(snapshot, reader, asked, places_once=len(snapshot.parts) > 1 or bool(gone))
            check_others(snapshot, reader, [search.query for search in asked])


def test_of_many_posts(tmp_path: Path) -> None:
    """More than all candidates together, with ties; each question is one round of requests, or few."""
    source = random.Random(7)

    def text(most: int) -> str:
        return " ".join(source.choices(WORDS, range(len(WORDS), 0, -1), k=source.randint(0, most)))

    posts = [
        Post(
            f"{source.choice('abc')}/{number}.md",
            text(4),
            (Section(0, "", "", 1, text(40)), Section(2, text(3), "a", 3, text(60))),
            date_seconds=source.randint(15_000, 20_000) * DAY,
            date_from="post",
            tags=tuple(source.sample(["linux", "net", "C++"], source.randint(0, 2))),
            boost=source.choice([1.0] * 9 + [3.0]),
        )
        for number in range(400)
    ]
    snapshot = stored(tmp_path / "index", [posts[:250], posts[250:300], posts[300:]], [])
    asked_leaves: list[Leaf] = [
        *map(Term, TERMS),
        Phrase(("short", "dog")),
        Phrase(("dog", "the"), exact=True),
        Prefix("sho"),
        Prefix("l"),
    ]
    searches = [
        Search(
            Clauses(optional=tuple(source.sample(asked_leaves, source.randint(1, 4))), minimum=1),
            AsTyped("dog", tuple(source.sample(asked_leaves, source.randint(0, 2)))),
            facets=("tags", "year"),
            limit=source.choice([10, 60, 200]),
            recency=source.choice([None, Recency(200.0 * DAY, NOW)]),
        )
        for _ in range(60)
    ]
    with published(snapshot, tmp_path / "bundle") as reader:
        check(snapshot, reader, searches)
        assert len(reader.rounds) <= 3
