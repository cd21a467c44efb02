"""Does the compiled kernel show of a post what the Python shows that it stands for?

Passages and positions are made at random, and each function is asked both ways.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from postdex.results.rerank import densest, proximity, scored_sections
from postdex.results.snippets import best_fragments
from postdex_index import native
from postdex_index.document import LeafPositions, Mark, Passage
from postdex_index.engine.embedded.read.passage_words import PassageWords, Widths
from postdex_index.text.analyzer import term_places
from postdex_index.text.characters import simplified

#: What sentences end with, where lines are cut, what is not shown, and words.
_PIECES = st.sampled_from(
    [
        *("end. ", "e.g. this", "Why?! ", 'said "so." ', "wait… ", "...", "到此。", "吗？」", "；", "，", "、】"),
        *("\n", "\v", "\u2028", "  ", " | ", "\t", "\x1c", "\x85", "\u3000", "\u202e", "\x00", "\ud800", "\U000e0041"),
        *(
            "word ",
            "another ",
            "内核",
            "データ",
            "한국",
            "ไก",
            "\U0001f44d\U0001f3fd ",
            "e\u0301",
            "foo_bar() ",
            "x" * 90,
        ),
    ]
)
TEXTS = st.one_of(st.lists(_PIECES, max_size=80).map("".join), st.text(max_size=200))
WEIGHTS = st.lists(st.floats(0, 20), min_size=4, max_size=4)


@st.composite
def passages(draw: st.DrawFn) -> Passage:
    """A passage with marks as words are marked, which begin with no blank; in many of them a mark at each letter."""
    text = draw(TEXTS)
    places = [at for at, character in enumerate(text) if not character.isspace() and character != "|"]
    starts = st.just(places) if draw(st.booleans()) else st.lists(st.sampled_from(places)) if places else st.just([])
    marks = [
        Mark(start, min(start + draw(st.integers(1, 12)), len(text)), draw(st.integers(0, 3))) for start in draw(starts)
    ]
    return Passage(text, draw(st.integers(0, 5000)), draw(st.integers(1, 99)), tuple(marks), *draw(_CUT))


_CUT = st.tuples(st.booleans(), st.booleans())


def check(passage: Passage, weights: list[float], width: int, fragments: int, around: tuple[int, int] | None) -> None:
    """Both ways give the same text, spans and line."""
    text, spans, line = native.PYTHON["best_fragments"](passage, weights, width, fragments, around)
    assert best_fragments(passage, weights, width, fragments, around) == (text, [tuple(span) for span in spans], line)


@given(passages(), WEIGHTS, st.integers(20, 260), st.integers(1, 3), st.data())
def test_fragments(passage: Passage, weights: list[float], width: int, fragments: int, data: st.DataObject) -> None:
    """What is shown of a passage, chosen and around a mark that is given."""
    check(passage, weights, width, fragments, None)
    if passage.marks:
        first, last = sorted((data.draw(st.sampled_from(passage.marks)), data.draw(st.sampled_from(passage.marks))))
        check(passage, weights, width, fragments, (first.start, last.stop))


def test_more_marks_than_are_looked_at() -> None:
    """Of very many marks the heaviest count, at their places."""
    chance = random.Random(1)
    text = "smc. " * 300
    for _ in range(20):
        marks = tuple([Mark(at, at + 3, chance.randrange(4)) for at in range(0, len(text), 5) if chance.random() < 0.9])
        check(Passage(text, 0, 1, marks, True, True), [chance.random() for _ in range(4)], 160, 2, None)


def test_every_character_is_shown_alike() -> None:
    """Each character of Unicode, between marks of which none is far."""
    every = [chr(point) for point in range(sys.maxunicode + 1)]
    random.Random(1).shuffle(every)
    for at in range(0, len(every), 397):
        text = "a".join(every[at : at + 397])
        marks = tuple([Mark(start, start + 1, 0) for start in range(1, len(text), 20)])
        check(Passage(text, 0, 1, marks, False, False), [1.0], 10_000, 2, None)
        check(Passage(text, 0, 1, marks[7:8], True, True), [1.0], 60, 2, None)


#: Words of one position and of several, in prose and in code, and runs whose letters have marks.
_WORDS = st.sampled_from(
    [
        *("word", "Word", "WORD", "userData", "UserData", "foo_bar-baz", "don't", "it's", "1,000", "C++", ".net", "__"),
        *(
            "Größe",
            "größeWert",
            "naïve-word",
            "\u0301",
            "\u200b",
            "\U0001f44d\U0001f3fd",
            "\U0001f1e9\U0001f1ea",
            "雜談",
        ),
        *(
            "内核",
            "データ",
            "ﾃﾞｰﾀ",
            "か\u3099",
            "한국",
            "\u1112\u1161\u11ab",
            "ไก่",
            "内\ufe0f核",
            "ြမန",
            "w" * 90,
            "汉" * 40,
        ),
    ]
)
WORDS = st.one_of(st.lists(_WORDS | st.sampled_from([" ", ", "]), max_size=60).map("".join), st.text(max_size=60))


@given(st.data(), WORDS, st.booleans())
def test_marked_words(data: st.DataObject, text: str, cut: bool) -> None:
    """The same marks in a passage with checkpoints anywhere, each for the same leaf."""
    text = simplified(text)
    starts = sorted({0, *data.draw(st.lists(st.integers(0, len(text)), max_size=3))})
    firsts = sorted(data.draw(st.lists(st.integers(0, 80), min_size=len(starts), max_size=len(starts), unique=True)))
    code = data.draw(st.lists(st.booleans(), min_size=len(starts), max_size=len(starts)))
    given_checks = text, cut, starts, firsts, code, data.draw(st.integers(firsts[-1], 1 << 60))
    places = st.lists(st.integers(0, 120), unique=True).map(sorted)
    widths = Widths(False), Widths(True)
    native_words, pure_words = PassageWords(*given_checks), native.PYTHON["PassageWords"](*given_checks)
    for before in (0, data.draw(st.integers(0, 30))):
        found = [LeafPositions(leaf, data.draw(places), data.draw(st.booleans())) for leaf in (2, 0, 1)]
        marks = pure_words.marks(found, before, widths)
        assert native_words.marks(found, before, widths) == [tuple(mark) for mark in marks]
        assert pure_words.marks(found, before, widths) == marks  # what is known by now is the same


def test_every_letter_of_a_run_is_marked_alike() -> None:
    """Each character of Unicode among letters of a script without blanks, at every position."""
    every = [chr(point) for point in range(sys.maxunicode + 1)]
    random.Random(2).shuffle(every)
    widths = Widths(False), Widths(True)
    for at in range(0, len(every), 211):
        text = "内".join(every[at : at + 211])
        given_checks = text, False, [0], [0], [False], 1 << 60
        found = [LeafPositions(leaf, range(leaf, len(text), 3), leaf == 1) for leaf in range(3)]
        marks = native.PYTHON["PassageWords"](*given_checks).marks(found, 0, widths)
        assert PassageWords(*given_checks).marks(found, 0, widths) == [tuple(mark) for mark in marks]


@given(WORDS, st.booleans(), st.integers(0, 9))
def test_terms_of_a_title(text: str, code: bool, first: int) -> None:
    """The same terms at the same places."""
    assert term_places(text, code, first) == native.PYTHON["term_places"](text, code, first)


@given(st.data(), WEIGHTS, st.integers(1, 9))
def test_sections(data: st.DataObject, weights: list[float], limit: int) -> None:
    """The same sections with the same scores, to the last digit, and the same matches."""
    count = data.draw(st.integers(1, 8))
    levels = bytes(data.draw(st.lists(st.integers(0, 6), min_size=count, max_size=count)))
    edges = sorted(data.draw(st.lists(st.integers(3, 300), min_size=3 * count, max_size=3 * count, unique=True)))
    bounds = [edge for number, edge in enumerate(edges) if number % 3 != 2]
    places = st.lists(st.integers(0, 300), max_size=30, unique=True).map(sorted)
    positions = [data.draw(places) for _ in weights]
    wholes = data.draw(st.dictionaries(st.integers(0, count - 1), st.integers(1, 3), max_size=2))
    arguments = levels, bounds, edges[2::3], positions, weights, limit, wholes
    sections = native.PYTHON["scored_sections"](*arguments)
    assert scored_sections(*arguments) == [(*scored, list(found), above) for *scored, found, above in sections]


_POSITIONS = st.lists(st.integers(0, 90), min_size=1, max_size=25).map(sorted)


@given(_POSITIONS, _POSITIONS)
def test_proximity(first: list[int], second: list[int]) -> None:
    """The same closeness of two words."""
    assert proximity(first, second) == native.PYTHON["proximity"](first, second)


@given(st.dictionaries(st.integers(0, 3), _POSITIONS), WEIGHTS, st.integers(0, 9))
def test_densest(positions_of: dict[int, Sequence[int]], weights: list[float], otherwise: int) -> None:
    """The same place in the same window."""
    arguments = positions_of, weights, otherwise
    assert densest(*arguments) == native.PYTHON["densest"](*arguments)
