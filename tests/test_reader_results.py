"""Does the reader re-rank, choose sections and show of them what the library does, to the character and to the bit?

Functions of positions and texts are asked beside their twins, with what is drawn and what stands in the tables of their
own tests.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
import test_rank
import test_snippets
from hypothesis import given, settings
from hypothesis import strategies as st
from reader_process import ReaderProcess, js
from storage import ANALYZER
from test_native_hits import WEIGHTS, passages

from postdex.export import parameters
from postdex.results import exact_spelling, hits, mark_groups, rerank, snippets, whole_matches
from postdex_index.document import LeafPositions, Mark, Passage
from postdex_index.engine.embedded.read.passage_words import Widths
from postdex_index.native import PYTHON
from postdex_index.query import Fuzzy, Leaf, Phrase, Prefix, Synonyms, Term, Wildcard
from postdex_index.text.characters import simplified

#: What calls functions that take more than JSON has.
CALLS = "../../../tests/reader/results"

few = settings(deadline=None, max_examples=40)


@pytest.fixture(scope="module")
def reader() -> Iterator[ReaderProcess]:
    process = ReaderProcess(parameters.of_modules())
    process.texts("en")
    yield process
    process.close()


def pairs(mapping: Mapping[Any, Any]) -> list[list[Any]]:
    """A mapping as the calls take it."""
    return [[key, value] for key, value in mapping.items()]


positions = st.lists(st.integers(0, 120), min_size=1, max_size=25).map(sorted)
many_positions = st.lists(st.tuples(positions, positions), min_size=1, max_size=20)


@few
@given(many_positions)
def test_proximity(reader: ReaderProcess, drawn: list[tuple[list[int], list[int]]]) -> None:
    assert reader.calls("results/rerank", "proximity", drawn) == [rerank.proximity(*both) for both in drawn]


LEAVES: list[Leaf] = [
    *(Term("a"), Term("容器"), Term("b", weight=0.25), Prefix("b"), Phrase(("b", "c")), Term("ключ"), Term("🦀")),
    *(Synonyms((Term("subuser"), Phrase(("sub", "user")))), Synonyms((Term("容器"), Prefix("c")), weight=0.5)),
    *(Phrase(("容器", "器"), prefix=True), Prefix("器"), Fuzzy("leak"), Wildcard("l?ak*"), Term("bug", field="title")),
]
some_leaves = st.lists(st.sampled_from(LEAVES), min_size=1, max_size=6)


@few
@given(st.lists(some_leaves, min_size=1, max_size=20))
def test_neighbours(reader: ReaderProcess, drawn: list[list[Leaf]]) -> None:
    assert reader.calls("results/rerank", "neighbours", [[one] for one in drawn]) == js(
        [rerank.neighbours(one) for one in drawn]
    )


@few
@given(
    st.lists(st.tuples(st.floats(0.1, 2), st.lists(positions | st.just([]), min_size=3, max_size=3)), max_size=70),
    st.sampled_from([[], [[0, 1]], [[0, 1], [1, 2]], [[0, 2]]]),
    st.none() | st.integers(1, 60),
)
def test_the_order_by_closeness(
    reader: ReaderProcess, posts: list[tuple[float, list[list[int]]]], by: list[Any], count: int | None
) -> None:
    scores = sorted((score for score, _ in posts), reverse=True)
    candidates = [
        test_rank.FakeCandidate(number, score, places, score / 4)
        for number, (score, (_, places)) in enumerate(zip(scores, posts, strict=True))
    ]
    expected = rerank.rerank_by_proximity(candidates, by, count)
    written = [{"number": it.snapshot_id, **js(it)} for it in candidates]
    got = reader.call(CALLS, "reranked", written, by, count)
    assert [number for number, _, _ in got] == test_rank.numbers(expected)
    assert [[score, plain] for _, score, plain in got] == [[it.score, it.plain] for it in expected]


@few
@given(st.data(), WEIGHTS, st.integers(1, 9))
def test_sections(reader: ReaderProcess, data: st.DataObject, weights: list[float], limit: int) -> None:
    count = data.draw(st.integers(1, 8))
    levels = data.draw(st.lists(st.integers(0, 6), min_size=count, max_size=count))
    edges = sorted(data.draw(st.lists(st.integers(3, 300), min_size=3 * count, max_size=3 * count, unique=True)))
    bounds = [edge for number, edge in enumerate(edges) if number % 3 != 2]
    places = st.lists(st.integers(0, 300), max_size=30, unique=True).map(sorted)
    found = [data.draw(places) for _ in weights]
    wholes = data.draw(st.dictionaries(st.integers(0, count - 1), st.integers(1, 3), max_size=2))
    expected = PYTHON["scored_sections"](levels, bounds, edges[2::3], found, weights, limit, wholes)
    got = reader.call(CALLS, "scoredSections", levels, bounds, edges[2::3], found, weights, limit, pairs(wholes))
    assert got == js(expected)


@few
@given(st.dictionaries(st.integers(0, 3), positions), WEIGHTS, st.integers(0, 9))
def test_densest(
    reader: ReaderProcess, positions_of: dict[int, Sequence[int]], weights: list[float], other: int
) -> None:
    expected = PYTHON["densest"](positions_of, weights, other)
    assert reader.call(CALLS, "densest", pairs(positions_of), weights, other) == expected


WHOLE: list[tuple[list[Leaf], str]] = [
    ([Term("a"), Term("b")], "a b"),
    ([Term("a"), Term("b")], "a x b"),
    ([Term("内核"), Term("核模"), Term("smc")], "内核模 smc"),
    ([Term("𠀀𠀁"), Term("𠀁𠀂")], "𠀀𠀁𠀂"),
    ([Synonyms((Term("subuser"), Phrase(("sub", "user")))), Term("b")], "subuser b"),
    ([Prefix("a"), Term("内核")], "a 内核"),
    ([Term("a")], "a"),
    ([Term("a"), Term("b")], "内"),
]


@few
@given(st.sampled_from(WHOLE), st.dictionaries(st.integers(0, 2), positions))
def test_wholes(reader: ReaderProcess, whole: tuple[list[Leaf], str], at: dict[int, list[int]]) -> None:
    expected = [
        [typed.steps, sorted(typed.leaves), whole_matches.stands(typed, at)]
        for typed in whole_matches.wholes_of(*whole)
    ]
    assert reader.call(CALLS, "standing", *whole, pairs(at)) == js(expected)


def check_snippets(reader: ReaderProcess, asked: Sequence[tuple[Any, ...]]) -> None:
    """What is shown of passages: text, spans and line."""
    expected = [PYTHON["best_fragments"](*one) for one in asked]
    got = reader.calls(CALLS, "snippetOf", asked)
    for one, (text, spans, line), shown in zip(asked, expected, got, strict=True):
        assert (shown["text"], shown["line"]) == (text, line), one
        assert [(span["start"], span["length"]) for span in shown["spans"]] == [tuple(span) for span in spans], one


@st.composite
def asked_fragments(draw: st.DrawFn) -> tuple[Any, ...]:
    """A passage, weights, width, fragments, and a stretch of it that must be shown."""
    passage: Passage = draw(passages())
    around = None
    shown_around = draw(st.booleans())
    if passage.marks and shown_around:
        last = len(passage.marks) - 1
        ends = sorted((passage.marks[draw(st.integers(0, last))], passage.marks[draw(st.integers(0, last))]))
        around = ends[0].start, ends[1].stop
    return passage, draw(WEIGHTS), draw(st.integers(20, 260)), draw(st.integers(1, 3)), around


@settings(deadline=None, max_examples=60)
@given(st.lists(asked_fragments(), min_size=1, max_size=10))
def test_fragments(reader: ReaderProcess, asked: list[tuple[Any, ...]]) -> None:
    check_snippets(reader, asked)


def test_tabled_snippets(reader: ReaderProcess) -> None:
    tables = [
        *test_snippets.WHOLE,
        *(row[1:] for row in (*test_snippets.CUT, *test_snippets.TWO, *test_snippets.CHOSEN)),
    ]
    marked = [test_snippets.passage(row[0]) for row in tables]
    marked += [passage._replace(cut_start=True, cut_stop=True) for passage in marked]
    # The same with a character beyond U+FFFF for each of an ASCII letter.
    marked += [passage._replace(text=passage.text.replace("e", "𝒳")) for passage in marked]
    check_snippets(
        reader, [(it, [2.0] * (len(it.marks) + 1), width, 2, None) for it in marked for width in (40, 60, 160)]
    )


def test_every_character_is_shown_alike(reader: ReaderProcess) -> None:
    """Each character of Unicode that has a name, between marks of which none is far."""
    every = [chr(point) for point in range(0x110000) if not 0xD800 <= point < 0xE000]
    asked = []
    for at in range(0, len(every), 797):
        text = "a".join(every[at : at + 797])
        marks = tuple([Mark(start, start + 1, 0) for start in range(1, len(text), 20)])
        asked.append((Passage(text, 0, 1, marks, False, False), [1.0], 10_000, 2, None))
    check_snippets(reader, asked)


WORDS = st.lists(
    st.sampled_from(
        [
            *(
                "word",
                "Word",
                "userData",
                "foo_bar-baz",
                "don't",
                "1,000",
                "C++",
                ".net",
                "__",
                "Größe",
                "größeWert",
                "\u0301",
            ),
            *(
                "👍🏽",
                "🇩🇪",
                "内核",
                "雜談",
                "データ",
                "ﾃﾞｰﾀ",
                "か\u3099",
                "한국",
                "\u1112\u1161\u11ab",
                "ไก่",
                "𠀀𠀁",
                "汉" * 40,
            ),
            *(" ", ", ", "w" * 90, "𝒳y"),
        ]
    ),
    max_size=40,
).map("".join)


@few
@given(st.data(), WORDS, st.booleans())
def test_marked_words(reader: ReaderProcess, data: st.DataObject, text: str, cut: bool) -> None:
    """The same marks in a passage with checkpoints anywhere, each for the same leaf."""
    text = simplified(text)
    starts = sorted({0, *data.draw(st.lists(st.integers(0, len(text)), max_size=3))})
    firsts = sorted(data.draw(st.lists(st.integers(0, 80), min_size=len(starts), max_size=len(starts), unique=True)))
    code = data.draw(st.lists(st.booleans(), min_size=len(starts), max_size=len(starts)))
    words = text, cut, starts, firsts, code, data.draw(st.integers(firsts[-1], 200))
    places = st.lists(st.integers(0, 120), unique=True).map(sorted)
    asked = [
        ([LeafPositions(leaf, data.draw(places), data.draw(st.booleans())) for leaf in (2, 0, 1)], before)
        for before in (0, data.draw(st.integers(0, 30)))
    ]
    pure = PYTHON["PassageWords"](*words)
    expected = [pure.marks(found, before, (Widths(False), Widths(True))) for found, before in asked]
    assert [[list(mark.values()) for mark in marks] for marks in reader.call(CALLS, "marks", words, asked)] == [
        [list(mark) for mark in marks] for marks in expected
    ]


SPELLED = [
    ("drvLink or drv_link", [(0, 7), (11, 19)], "drv_link()"),
    ("Cannot fix it. Try --fix", [(7, 10), (21, 24)], "--fix"),
    ("Größe, GRÖSSE", [(0, 5), (7, 13)], "grösse"),
    ("𝒳 a𝒳 b, a  b", [(2, 3), (5, 6), (8, 9), (11, 12)], "a b"),
    ("a -> b", [(0, 1), (5, 6)], "A -> B"),
    ("a 内 b", [(0, 1), (4, 5)], ""),
    ("x", [], "x"),
]


def test_stretches(reader: ReaderProcess) -> None:
    for text, marks, typed in SPELLED:
        passage = Passage(text, 0, 1, tuple([Mark(start, stop, 0) for start, stop in marks]), False, False)
        expected = mark_groups.stretch(passage, 0, typed, ANALYZER)
        assert reader.call(CALLS, "stretchOf", passage, 0, typed) == js(expected), text


@few
@given(
    st.lists(
        st.lists(st.sampled_from(["Ab", "ab_c", "-", ".", "/", "𝒳", " ", "é", "İ", "_", "AB"]), max_size=8).map("".join)
    )
)
def test_exact_names(reader: ReaderProcess, texts: list[str]) -> None:
    asked = [(text, name) for text in texts for name in ("ab", "ab_c", "a/ab", "𝒳")]
    expected = [exact_spelling._holds(text, name) for text, name in asked]
    assert reader.calls("results/exact_spelling", "holds", asked) == expected


def test_titles(reader: ReaderProcess) -> None:
    for title, terms, _ in (*test_snippets.TITLES, ("🦀 A bug 雜談𝒳 of ﾃﾞｰﾀ", {"bug", "谈", "データ"[:2], "杂谈"}, [])):
        expected = snippets.title_spans(title, terms.__contains__, ANALYZER)
        assert reader.call(CALLS, "titleMarked", title, sorted(terms)) == js(expected)


WANTED = [
    "leak",
    "leaks",
    "leaky",
    "lean",
    "bug",
    "bugs",
    "subuser",
    "users",
    "sub",
    "user",
    "容器",
    "内核",
    "c",
    "a",
    "🦀",
]


@given(some_leaves)
def test_wanted(reader: ReaderProcess, drawn: list[Leaf]) -> None:
    is_wanted = hits.wanted(drawn, ANALYZER)
    assert reader.call(CALLS, "wantedTerms", drawn, WANTED) == list(filter(is_wanted, WANTED))
