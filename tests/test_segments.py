"""Is a number the same however posts are split into segments?

The same posts in one segment, in one each, and merged from these: every kind of leaf finds the same posts in the same
order, with the same scores and explanations. Average lengths are held still: what a segment is measured against when
it is written is another matter (docs/ranking.md).
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from storage import ANALYZER

from postdex_index import schema
from postdex_index.engine.api import AsTyped, FileStamp, Put, Search
from postdex_index.engine.embedded.engine import EmbeddedEngine
from postdex_index.engine.embedded.read import vocabulary
from postdex_index.engine.embedded.read.snapshot import Snapshot
from postdex_index.engine.embedded.write import index_writer, merger, segment_builder
from postdex_index.model import Explanation, Post, Section
from postdex_index.query import Clauses, Fuzzy, Phrase, Prefix, Query, Regex, Synonyms, Term, Wildcard

STAMP = FileStamp(1, 1, 1, 1, bytes(16))
#: Words of which several share a stem, some in one language only; `dog-s` has two words of one stem at one place.
WORDS = [
    *("shortcode", "shortcodes", "shortcoded", "short", "dog", "dogs", "dog-s", "dogma", "dogmas", "docs"),
    *("liebe", "lieben", "lieb", "wichtig", "wichtigen", "import", "importe", "importance", "内核模块", "内核"),
]
TERMS = sorted({token.term for word in WORDS for token in ANALYZER.tokens(word)})


@contextmanager
def still(most_words: int) -> Iterator[None]:
    """Averages are what they are, and a pattern covers so many words at most."""
    averages = [3.0 + code for code in range(len(schema.SCORED))]
    with ExitStack() as patches:
        for module in (segment_builder, merger):
            patches.enter_context(patch.object(module, "average_lengths", lambda totals: averages))
        patches.enter_context(patch.object(vocabulary, "MAX_WORDS", most_words))
        yield


def stored(directory: Path, batches: Sequence[Sequence[Post]], merging: Callable[[Any], Any]) -> Snapshot:
    """The posts, a commit for each batch."""
    with (
        patch.object(index_writer, "to_merge", merging),
        EmbeddedEngine(directory).open_writer(analyzer=ANALYZER) as opened,
    ):
        for batch in batches:
            opened.put([Put(post, post.path, STAMP) for post in batch])
            opened.commit()
    return EmbeddedEngine(directory).open_reader()


def never(entries: Sequence[Any]) -> Sequence[Any]:
    return ()


def always(entries: Sequence[Any]) -> Sequence[Any]:
    return entries if len(entries) > 1 else ()


def told(found: Snapshot, query: Query) -> list[tuple[str, float, Explanation]]:
    """What a search says of a query, and of each post."""
    search = Search(query, AsTyped("shortcode"), limit=100)
    answer = found.search(search)
    assert answer.total == len(answer.candidates)
    posts = [(one.document.path, one.score) for one in answer.candidates]
    return [(path, score, found.explain(search, path)) for path, score in posts]


def check(posts: Sequence[Post], queries: Sequence[Query], most_words: int = 1_000) -> None:
    splits: tuple[tuple[str, Sequence[Sequence[Post]], Callable[[Any], Any]], ...] = (
        ("one", [posts], never),
        ("one each", [[post] for post in posts], never),
        ("two", [posts[::2], posts[1::2]], never),
        ("merged", [[post] for post in posts], always),
    )
    with tempfile.TemporaryDirectory() as directory, still(most_words):
        readers = {name: stored(Path(directory) / name, *split) for name, *split in splits}  # type: ignore[arg-type]
        assert len(readers["one each"].parts) == len(posts)
        assert len(readers["merged"].parts) == 1
        for query in queries:
            whole = told(readers["one"], query)
            for name, reader in readers.items():
                assert told(reader, query) == whole, (name, query)


texts = st.lists(st.sampled_from(WORDS), max_size=5).map(" ".join)
terms = st.sampled_from(TERMS)
fields = st.sampled_from(["", "", "title", "heading", "body", "tags"])
weights = st.sampled_from([1.0, 1.0, 0.5])
words = st.builds(Term, terms, fields, weights, st.booleans())
several = st.lists(terms, min_size=2, max_size=3).map(tuple)
phrases = st.builds(Phrase, several, fields, weights, st.booleans(), st.integers(0, 3), st.just(False)) | st.builds(
    Phrase, several, fields, weights, st.booleans(), st.just(0), st.just(True)
)
prefixes = st.builds(Prefix, terms.map(lambda term: term[:2]), fields, weights)
patterns = st.one_of(
    prefixes,
    st.builds(Wildcard, terms.map(lambda term: term[:1] + "*" + term[-1:]), fields, weights),
    st.builds(Wildcard, terms.map(lambda term: "*" + term[-2:]), fields, weights),
    st.builds(Regex, terms.map(lambda term: rf"/\w*{term[1:2]}\w*/"), fields, weights),
    st.builds(Fuzzy, terms, st.integers(1, 2), fields, weights),
)
spellings = st.lists(st.one_of(words, phrases, prefixes), min_size=1, max_size=3).map(tuple)
leaves = st.one_of(words, phrases, patterns, st.builds(Synonyms, spellings, weights))
queries = st.lists(leaves, min_size=1, max_size=3).map(lambda found: Clauses(optional=tuple(found), minimum=1))


@st.composite
def posts(draw: st.DrawFn) -> list[Post]:
    def post(number: int) -> Post:
        sections = (Section(0, "", "", 1, draw(texts)), Section(2, draw(texts), "a", 3, draw(texts)))
        lang = draw(st.sampled_from(["", "de", "fr-CA"]))
        return Post(f"{number}.md", draw(texts), sections, tags=tuple(draw(texts).split()[:1]), lang=lang)

    return list(map(post, range(draw(st.integers(2, 5)))))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(posts(), st.lists(queries, min_size=4, max_size=8), st.sampled_from([2, 5, 1_000]))
def test_a_number_does_not_depend_on_the_segments(found: list[Post], asked: list[Query], most_words: int) -> None:
    check(found, asked, most_words)


def post(number: int, title: str, text: str, lang: str = "") -> Post:
    return Post(f"{number}.md", title, (Section(0, "", "", 1, text),), lang=lang)


CASES = {
    "a title of one of its surfaces": (
        [post(0, "Shortcode", "x"), post(1, "Other", "the shortcodes here")],
        (Fuzzy("shortcod"), Prefix("shortcode"), Wildcard("short*e"), Term("shortcode", exact=True)),
    ),
    "a stem of another language": (
        [post(0, "Post", "wichtig"), post(1, "Beitrag", "wichtige Liebe", "de")],
        (Term("wichtigen"), Phrase(("wichtigen", "lieben")), Synonyms((Term("wichtigen"), Term("post")))),
    ),
    "two words of a stem at a place": (
        [post(0, "A", "dog-s food"), post(1, "B", "dogma and dog")],
        (Prefix("dog", "body"), Prefix("dog"), Phrase(("dog", "food")), Phrase(("dog", "dog"), slop=3)),
    ),
    "pieces of too many words": (
        [post(number, f"t{number}", " ".join([f"w{n}" for n in range(number + 1)])) for number in range(5)],
        (Wildcard("*w*"), Wildcard("?1"), Regex(r"/[wt]\d/"), Regex("/w1|/")),
    ),
    "a word in the title, or another in a heading, count alike": (
        [
            post(0, "shortcode shortcodes", "short"),
            Post("1.md", "short dog dog dog 内核", (Section(2, "shortcode dog dog dog 内核模块", "a", 3, ""),)),
        ],
        (Prefix("s"), Wildcard("s*"), Synonyms((Term("shortcode"), Term("short"))), Prefix("short")),
    ),
    "too many words": (
        [post(number, f"t{number}", " ".join([f"w{n}" for n in range(number + 1)])) for number in range(5)],
        (Prefix("w"), Wildcard("w?"), Phrase(("w0", "w"), prefix=True), Synonyms((Prefix("w"), Term("t1")))),
    ),
}


@pytest.mark.parametrize("most_words", [2, 3])
@pytest.mark.parametrize("case", CASES)
def test_cases(case: str, most_words: int) -> None:
    found, asked = CASES[case]
    check(found, asked, most_words)


def test_the_most_frequent_words_are_taken() -> None:
    found, _ = CASES["too many words"]
    with tempfile.TemporaryDirectory() as directory, still(3):
        reader = stored(Path(directory), [[one] for one in found], never)
        (leaf,) = reader.search(Search(Prefix("w"))).leaves
        assert leaf.cut and leaf.posts == 5
        (leaf,) = reader.search(Search(Prefix("w4"))).leaves
        assert not leaf.cut
        assert (
            reader.search(Search(Clauses(required=(Phrase(("w3", "w"), prefix=True),)))).total == 0
        )  # w4 is not among them


def test_what_is_deleted_speaks_no_language(tmp_path: Path) -> None:
    """Neither before nor after a merge, and in another segment as little."""
    gone = post(2, "Beitrag", "wichtige Liebe", "de")
    with still(1_000):
        reader = stored(tmp_path, [[post(0, "Post", "wichtig"), gone], [post(1, "Other", "text")]], never)
        assert reader.stats().languages == ("de", "en")
        assert reader.search(Search(Term("wichtigen"))).total == 2
        for merging in (never, always):
            with (
                patch.object(index_writer, "to_merge", merging),
                EmbeddedEngine(tmp_path).open_writer(analyzer=ANALYZER) as opened,
            ):
                opened.delete([gone.path])
                opened.put([Put(post(9, "Last", "text"), "9.md", STAMP)])
                opened.commit()
            reader = EmbeddedEngine(tmp_path).open_reader()
            assert reader.stats().languages == ("en",)
            assert reader.search(Search(Term("wichtigen"))).total == 0
