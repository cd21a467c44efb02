"""Snippets: which part of a passage is shown, what is marked in it, and on which line it stands.

In the tables «…» are marks; words that are spelt alike belong to one leaf. What is expected
is written the same way, with the line of the snippet before it.
"""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from storage import ANALYZER

from postdex.results import snippets
from postdex.results.snippets import snippet, title_spans
from postdex.results.values import Snippet
from postdex.text_safety import printable
from postdex_index.document import Mark, Passage

FILLER = "Nothing of interest happens in this sentence at all, it is here to take up some room. "
LONG = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
CJK_FILLER = "这一句话里面没有什么有意思的内容，只是为了占用一些地方而已。"


def passage(marked: str, *, cut_start: bool = False, cut_stop: bool = False) -> Passage:
    """A passage on line 1 from a text with «marks»."""
    text, marks, leaves = "", [], dict[str, int]()
    for piece in re.split("(«[^»]*»)", marked):
        word = piece.strip("«»")
        if piece.startswith("«"):
            marks.append(Mark(len(text), len(text) + len(word), leaves.setdefault(word.lower(), len(leaves))))
        text += word
    return Passage(text, 0, 1, tuple(marks), cut_start, cut_stop)


def with_marks(found: Snippet) -> str:
    shown, done = "", 0
    for start, length in found.spans:
        shown += found.text[done:start] + f"«{found.text[start : start + length]}»"
        done = start + length
    return shown + found.text[done:]


def check(marked: str, expected: str, width: int = 60, **cuts: bool) -> None:
    given_passage = passage(marked, **cuts)
    found = snippet(given_passage, [2.0] * (len(given_passage.marks) + 1), width=width)
    assert f"{found.line}: {with_marks(found)}" == expected


WHOLE = [
    ("A «bug».", "1: A «bug»."),
    ("", "1: "),
    ("\n\n \n", "4: "),
    ("No mark at all.", "1: No mark at all."),
    ("\n\nNo mark at all.", "3: No mark at all."),
    ("First line\vsecond «bug» line.\vThird.", "2: First line second «bug» line. Third."),
    ("row one\nrow «bug»\nrow three", "2: row one row «bug» row three"),
    ("Two  blanks,\ta tab\u00a0and \u2028 more «bug»  here .", "1: Two blanks, a tab and more «bug» here ."),
    ("During «SMC» «fallback» it fails.", "1: During «SMC» «fallback» it fails."),
    ("在«回退»«时套»接字。", "1: 在«回退时套»接字。"),
    ("The «\u202eevil\u202c» and \x1b[31mthe\x9b \x00«bug»\x07.", "1: The «evil» and [31mthe «bug»."),
    ("«bug»\x00«bug»", "1: «bugbug»"),
    ("| | | «bug» | fixed |", "1: «bug» | fixed |"),
    ("|\n| x | y || «z»", "2: x | y || «z»"),
    ("cat posts | grep «bug»", "1: cat posts | grep «bug»"),
]

CHOSEN = [
    ("the sentence with more words", f"A «bug» first. {FILLER * 2}Then the «SMC» «bug» again.", "«SMC» «bug» again."),
    (
        "neighbours before strangers",
        f"The «smc» of a «bug» one. {FILLER * 2}This «smc» «bug» of two.",
        "«smc» «bug» of two.",
    ),
    ("the earlier of equals", f"The «bug» is here. {FILLER * 2}The «bug» is here.", "The «bug» is here. "),
    (
        "not at e.g. or v6.1 or i.e.",
        f"{FILLER * 2}Use v6.1 e.g. on «bug» i.e. now. {FILLER}",
        "Use v6.1 e.g. on «bug» i.e. now.",
    ),
    ("quotes belong to the end", f'{FILLER * 2}He said "no." And «bug» was. {FILLER}', "And «bug» was."),
    ("a newline ends a heading-like row", f"{FILLER}\nRow one\nint «refcount»;\n{FILLER}", "int «refcount»;"),
    ("Chinese ends", f"{CJK_FILLER * 3}这里是«回退»的问题！{CJK_FILLER * 2}", "这里是«回退»的问题！"),
]

CUT = [
    ("the beginning", LONG, "1: one two three four five six seven eight nine ten eleven…"),
    (
        "around the mark",
        f"{LONG * 2}«bug» {LONG * 2}",
        "1: …sixteen seventeen «bug» one two three four five six seven…",
    ),
    ("at its start", f"the «bug» {LONG}", "1: the «bug» one two three four five six seven eight nine ten…"),
    ("at its end", f"{LONG}the «bug»", "1: …twelve thirteen fourteen fifteen sixteen seventeen the «bug»"),
    (
        "the densest window",
        f"«bug» {LONG}{LONG}«smc» and «bug» {LONG}{LONG}«bug»",
        "1: …sixteen seventeen «smc» and «bug» one two three four five six…",
    ),
    (
        "Chinese at punctuation",
        f"{CJK_FILLER[:-1] * 4}，这里是«回退»的问题，{CJK_FILLER[:-1] * 4}",
        "1: …只是为了占用一些地方而已，这里是«回退»的问题，这一句话里面没有什么有意思的内容，…",
    ),
    ("a word longer than the room", f"x «{'y' * 100}»", f"1: …«{'y' * 60}»…"),
]

TWO = [
    (
        "a second brings what is missing",
        f"The «smc» socket. {FILLER * 3}The «refcount» leaks. {FILLER}",
        "1: The «smc» socket. Nothing of interest … The «refcount» leaks.",
    ),
    (
        "not what is there already",
        f"The «smc» socket. {FILLER * 3}The «smc» socket.",
        "1: The «smc» socket. Nothing of interest happens in this sentence…",
    ),
    ("not what fits anyway", "The «smc» socket. A «refcount» leaks.", "1: The «smc» socket. A «refcount» leaks."),
    (
        "both halves of a long sentence",
        f"«bug» {LONG * 3}«smc» {LONG}",
        "1: «bug» one two three four five … seventeen «smc» one two three…",
    ),
]


@pytest.mark.parametrize(("marked", "expected"), WHOLE)
def test_short_passages_are_shown_whole_and_clean(marked: str, expected: str) -> None:
    check(marked, expected)


@pytest.mark.parametrize(("marked", "held"), [row[1:] for row in CHOSEN], ids=[row[0] for row in CHOSEN])
def test_the_best_sentence_is_chosen(marked: str, held: str) -> None:
    given_passage = passage(marked)
    assert held.strip() in with_marks(snippet(given_passage, [2.0] * 9, width=60))


@pytest.mark.parametrize(("marked", "expected"), [row[1:] for row in CUT], ids=[row[0] for row in CUT])
def test_long_sentences_are_cut_between_words(marked: str, expected: str) -> None:
    check(marked, expected)


@pytest.mark.parametrize(("marked", "expected"), [row[1:] for row in TWO], ids=[row[0] for row in TWO])
def test_second_fragment(marked: str, expected: str) -> None:
    check(marked, expected)


def test_a_passage_that_was_cut_out_of_a_section() -> None:
    check("unter and the «bug» went o", "1: …and the «bug» went o…", cut_start=True, cut_stop=True)
    check("unter. The «bug» went.", "1: …The «bug» went.", cut_start=True, cut_stop=True)
    check("«bug» went on", "1: …«bug» went on", cut_start=True)


def test_one_fragment_and_the_worth_of_the_words() -> None:
    given_passage = passage(f"The «smc» socket. {FILLER * 3}The «refcount» leaks.")
    assert with_marks(snippet(given_passage, [5.0, 1.0], width=60, fragments=1)).startswith("The «smc» socket.")
    assert "«refcount»" in with_marks(snippet(given_passage, [1.0, 5.0], width=60, fragments=1))


TITLES = [
    ("A refcount bug", {"refcount", "bug"}, ["refcount", "bug"]),
    ("smc_switch_to_fallback() leaks", {"leaks"}, ["leaks"]),
    ("nothing", {"bug"}, []),
    ("", {"bug"}, []),
    ("搜索引擎的实现", {"搜索", "索引", "实现"}, ["搜索引", "实现"]),
    ("搜索引擎", {"搜索", "引擎"}, ["搜索引擎"]),
]


@pytest.mark.parametrize(("title", "wanted", "marked"), TITLES)
def test_title_spans(title: str, wanted: set[str], marked: list[str]) -> None:
    assert [
        title[start : start + length] for start, length in title_spans(title, wanted.__contains__, ANALYZER)
    ] == marked


WORDS = st.sampled_from(
    ["bug", "SMC", "refcount", "of", "a", "回退", "套接字的", "smc_close()", "y" * 70, "é\u0301", "e.g."]
)
GLUE = st.sampled_from(
    [" ", " ", " ", "\v", "\n", ". ", "。", "，", "  ", "\t", " | ", "\x00 ", "\u202e ", "\x1b[1m", "! ", "\x85"]
)


@st.composite
def passages(draw: st.DrawFn) -> Passage:
    text, marks = "", []
    for word, glue, leaf in draw(st.lists(st.tuples(WORDS, GLUE, st.integers(-6, 3)), max_size=80)):
        if leaf >= 0:
            marks.append(Mark(len(text), len(text) + len(word), leaf))
        text += word + glue
    return Passage(text, draw(st.integers(0, 9999)), 5, tuple(marks), draw(st.booleans()), draw(st.booleans()))


@settings(deadline=None, max_examples=400)
@given(passages(), st.integers(20, 200), st.integers(1, 3))
def test_every_snippet(given_passage: Passage, width: int, fragments: int) -> None:
    found = snippet(given_passage, [0.0, 0.5, 2.0, 7.0], width=width, fragments=fragments)
    assert found.text == printable(found.text) and "  " not in found.text and len(found.text) <= width + 2
    assert bool(found.spans) == bool(given_passage.marks)
    words = [given_passage.text[mark.start : mark.stop] for mark in given_passage.marks]
    done = -1
    for start, length in found.spans:
        assert done < start < start + length <= len(found.text)
        shown = found.text[start : start + length]
        assert any(word.startswith(shown) for word in words)
        done = start + length
    if found.spans:
        row = re.split("[\n\v]", given_passage.text)[found.line - given_passage.line]
        assert any(found.text[start : start + length] in row for start, length in found.spans)


AROUND = [
    # over the end of a sentence, in full if it takes no more than half as much room again
    (f"{FILLER}It ends. Here it goes on. {FILLER}", "ends. Here it goes on", "It ends. Here it goes on. "),
    (f"{FILLER}{LONG[:80]}. {FILLER}", LONG[:80], LONG[:80]),
    # what is longer is cut at its end
    (f"{FILLER}{LONG}{LONG}", LONG + LONG, "…one two three four five six seven eight nine ten eleven twelve"),
]


@pytest.mark.parametrize(("text", "known", "held"), AROUND)
def test_what_has_to_be_shown_is_shown(text: str, known: str, held: str) -> None:
    start = text.index(known)
    mark = Mark(start, start + len(known), 0)
    found = snippet(Passage(text, 0, 1, (mark,), False, False), [1.0], width=60, around=(mark.start, mark.stop))
    assert held in found.text and len(found.text) <= 92


@pytest.mark.parametrize(
    ("marked", "worth", "line"),
    [
        ("«a» .\n. «b» .\n. «c»", [1.0, 3.0, 2.0], 2),
        ("x «a» x\nx «b» «c» x", [4.0, 3.0, 2.0], 2),
        ("x «a» x\nx «b» «c» x", [9.0, 3.0, 2.0], 1),
        ("x «a» x\nx «b»\n«c» x", [1.0, 2.0, 3.0], 3),
        # the same word again is not more
        ("x «a» x\nx «b» «b» «b» x", [4.0, 3.0], 1),
    ],
)
def test_the_line_is_that_of_the_heaviest_words_that_stand_together(marked: str, worth: list[float], line: int) -> None:
    assert snippet(passage(marked), worth).line == line


#: Where a sentence ends, in the classes that people would write.
SENTENCE_END = re.compile(
    r"""[.!?…。！？；\n\u2028](?:(?<=[.!?…])[.!?…]*+["'”’)\]]*+\s++(?![a-z])"""
    r"""|(?<=[。！？；…])[。！？；…]*+[」』”’）]*+\s*+|(?<=[\n\u2028])\s*+)"""
)


@settings(deadline=None, max_examples=500)
@given(st.text(st.sampled_from("aA 。！？；….!?\n\u2028\"'”’)]」』）\v文"), max_size=14))
def test_sentences_end_where_the_plain_classes_say(text: str) -> None:
    found = snippets._sentences(text, 0)
    ends = [match.end() for match in SENTENCE_END.finditer(text)]
    assert [*found[1:]] == (ends if ends and ends[-1] == len(text) else [*ends, len(text)])
