"""Does the compiled kernel show of a post what the Python shows that it stands for?

Passages and positions are made at random, and each function is asked both ways.
"""

from __future__ import annotations

import random
import sys

from hypothesis import given
from hypothesis import strategies as st

from postdex.results.snippets import best_fragments
from postdex_index import native
from postdex_index.document import Mark, Passage

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
