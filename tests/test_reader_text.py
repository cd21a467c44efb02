"""Does the reader read texts as the library does? Its functions beside their twins, on drawn and tabled texts."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reader_process import ReaderProcess, js

from postdex.export import parameters
from postdex_index.text import characters, compounds, globs, tokenizer
from postdex_index.text.analyzer import Analyzer, term_places
from postdex_index.text.edit_distance import edit_distance, words_near

LANGUAGES = ("en", "de")
ANALYZER = Analyzer(True, LANGUAGES)


@pytest.fixture(scope="module")
def reader() -> Iterator[ReaderProcess]:
    process = ReaderProcess(parameters.of_modules())
    process.texts()
    yield process
    process.close()


PIECES = [
    *[
        "foo",
        "Bar",
        "X",
        "é",
        "ß",
        "ẞ",
        "İ",
        "ı",
        "ς",
        "Ж",
        "Ё",
        "内核",
        "雜談",
        "𠀀",
        "𪚥",
        "ﾃﾞ",
        "ｶﾞ",
        "が",
        "ハリー・",
    ],
    *[
        "한",
        "\u1112\u1161\u11ab",
        "ㅎㅏㄴ",
        "ไทย",
        "ำ",
        "ພາສາ",
        "မြန်",
        "ខ្មែរ",
        "हिन्दी",
        "שָׁלוֹם",
        "السَّلَامُ",
        "کتاب\u200cها",
    ],
    *["👩‍💻", "👍🏽", "🇨🇳", "❤️", "😀", "𝒳", "Ꭰ", "ꭰ", "ᾳ", "ŉ", "ǰ", "ﬁ", "Ⅷ", "½", "①", "⑴", "²", "𐐨", "𐐀", "ﷺ"],
    *[
        "++",
        "+",
        "#",
        ".",
        "-",
        "_",
        ",",
        "'",
        "’",
        "ʼ",
        "‐",
        "‑",
        "'s",
        "n't",
        ",000",
        "1,234",
        "12",
        "２",
        "٣",
        "Ab",
        "ABc",
    ],
    *[
        " ",
        "\t",
        "\u3000",
        "\x85",
        "\u200b",
        "\u00ad",
        "\ufeff",
        "\u0301",
        "\u0323",
        "\u3099",
        "\ufe0f",
        "\ufe01",
        "\U000e0100",
    ],
    *[
        "。",
        "「",
        "—",
        "→",
        "GitHub",
        "getElementById",
        "URLs",
        "élanVital",
        "ПриветМир",
        "C++",
        ".NET",
        "a.b-c_d",
        "\u2fb3",
    ],
]


#: Known to Python 3.11, but another kind of character in the Unicode of node: a vowel of Ahom, five rare letters.
CHANGED = "\U0001171e\u0295\u10fc\ua7f2\ua7f3\ua7f4\uab69"


def _written(character: str) -> bool:
    """Whether it is known to this Python, whose Unicode may be older than that of node."""
    return unicodedata.category(character) not in ("Cn", "Cs") and character not in CHANGED


drawn = st.one_of(
    st.text(st.characters(exclude_categories=["Cs", "Cn"], exclude_characters=CHANGED), max_size=40),
    st.text(st.characters(max_codepoint=0x24F, exclude_categories=["Cn"]), max_size=40),
    st.lists(st.sampled_from(PIECES), max_size=12).map("".join),
)
texts = st.lists(drawn, min_size=1, max_size=30)
ROWS = json.loads(Path(__file__).with_name("tokens.json").read_text("utf-8"))
TABLED = [text for row in ROWS for text in (row["text"], *row["find"], *row["miss"])]
HOSTILE: dict[str, Callable[[int], str]] = {
    "letters": lambda size: "a" * size + "é",
    "dots": lambda size: "é." * size,
    "commas": lambda size: "é 1,000" + ",000" * size,
    "marks": lambda size: "e" + "\u0301\u0323" * size,
    "marks without a letter": lambda size: "\u0301\u0323" * size,
    "marks of Thai": lambda size: "ก" + "\u0e38\u0e48" * size,
    "jamo": lambda size: "\u1100\u1161" * size,
    "possessives": lambda size: "é's" * size,
    "joiners": lambda size: "👩" + "\u200d👩" * size,
    "rare letters": lambda size: "𠀀" * size,
    "surrogates": lambda size: "\ud800" * size,
    "blanks": lambda size: " " * size + "x",
}


def check(reader: ReaderProcess, given: list[str], whole: bool = True) -> None:
    """The functions that everything else stands on, or those alone on which these stand."""
    calls: list[list[Any]] = [[text] for text in given]
    same = {
        "fold": characters.fold,
        "simplified": characters.simplified,
        "rawTokens": characters.raw_tokens,
        "rawSpans": characters.raw_spans,
        "calm": characters.calm,
        "hasMarks": characters.has_marks,
        "isSpaceless": characters.is_spaceless,
    }
    for name, twin in same.items():
        assert reader.calls("text/characters", name, calls) == js([twin(text) for text in given]), name
    raws = sorted({raw for text in given for raw in characters.raw_tokens(text)})
    runs = [[raw] for raw in raws if characters.is_spaceless(raw)]
    for name, twin in {"runText": characters.run_text, "runLetters": characters.run_letters}.items():
        assert reader.calls("text/characters", name, runs) == js([twin(*run) for run in runs]), name
    for code in (False, True)[: 1 + whole]:
        for name, twin in {"termsAt": tokenizer.terms_at, "widthOf": tokenizer.width_of}.items():
            assert reader.calls("text/tokenizer", name, [[raw, code] for raw in raws]) == js(
                [twin(raw, code) for raw in raws]
            ), name
        assert reader.calls("text/analyzer", "termPlaces", [[text, code, 3] for text in given]) == js(
            [term_places(text, code, 3) for text in given]
        )
    assert reader.calls("text/tokenizer", "wholeTerm", [[raw] for raw in raws]) == [*map(tokenizer.whole_term, raws)]
    if not whole:
        return
    words = [raw for raw in raws if not characters.is_spaceless(raw)]
    units = [js(unit) | {"in_one": unit.in_one} for unit in map(tokenizer.compound, words)]
    assert reader.calls("text/tokenizer", "compound", [[raw] for raw in words]) == units
    for method, twin in {
        "key": ANALYZER.key,
        "positions": ANALYZER.positions,
        "words": ANALYZER.words,
        "foldValue": ANALYZER.fold_value,
        "foldPath": ANALYZER.fold_path,
        "tokens": lambda text: list(ANALYZER.tokens(text)),
        "rawMatches": lambda text: [
            {"raw": match[0], "start": match.start(), "stop": match.end()} for match in ANALYZER.raw_matches(text)
        ],
    }.items():
        calls = [[[True, LANGUAGES], text] for text in given]
        assert reader.calls("text/analyzer", f"Analyzer.{method}", calls) == js([twin(text) for text in given]), method


def check_compounds(reader: ReaderProcess, given: list[str]) -> None:
    rows = [raws for raws in map(characters.raw_tokens, given) if all(map(tokenizer.terms_at, raws))]
    for tails in (True, False):
        assert reader.calls("text/compounds", "spellings", [[raws, tails] for raws in rows]) == js(
            [compounds.spellings(raws, tails) for raws in rows]
        )
    raws = [[raw] for row in rows for raw in row]
    assert reader.calls("text/compounds", "asProse", raws) == js([compounds.as_prose(raw) for (raw,) in raws])
    assert reader.calls("text/compounds", "literal", [[row] for row in rows]) == [*map(compounds.literal, rows)]


def test_the_texts_of_the_tables(reader: ReaderProcess) -> None:
    check(reader, [*TABLED, *PIECES, *map("x".join, zip(PIECES, PIECES, strict=True))])
    check_compounds(reader, [*TABLED, *PIECES])


@settings(deadline=None, max_examples=150)
@given(texts)
def test_drawn_texts(reader: ReaderProcess, texts: list[str]) -> None:
    check(reader, texts)
    check_compounds(reader, texts)


def test_every_character(reader: ReaderProcess) -> None:
    """Each by itself, at the end and in the middle of a word, many in one text; of plain letters, of which there are a
    hundred thousand, one in a hundred."""
    known = [chr(code) for code in range(0x110000) if _written(chr(code)) and (not _dull(chr(code)) or code % 100 == 0)]
    given = [f"{character} a{character} a{character}b" for character in known if not character.isspace()]
    check(reader, ["\n".join(given[at : at + 1000]) for at in range(0, len(given), 1000)], whole=False)


def _dull(character: str) -> bool:
    return unicodedata.category(character) in ("Lo", "Co") and not unicodedata.decomposition(character)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_take_linear_time(reader: ReaderProcess, name: str) -> None:
    def seconds(size: int) -> float:
        calls = [[[True, LANGUAGES], HOSTILE[name](size)]]
        spent = 0.0
        for method in ("tokens", "key", "foldValue"):
            reader.calls("text/analyzer", f"Analyzer.{method}", calls)
            spent += reader.seconds
        return spent

    seconds(1000)
    small = max(min(seconds(2500) for _ in range(2)), 0.02)
    assert any(seconds(10_000) <= 9 * small for _ in range(5))


typed = st.lists(st.sampled_from("aabbcé内核😀"), max_size=9).map("".join)


@settings(deadline=None)
@given(st.lists(st.tuples(typed, typed, st.integers(0, 3)), min_size=1, max_size=50))
def test_edit_distance(reader: ReaderProcess, calls: list[tuple[str, str, int]]) -> None:
    assert reader.calls("text/edit_distance", "editDistance", calls) == [edit_distance(*call) for call in calls]


@settings(deadline=None)
@given(typed.filter(bool), st.lists(typed, max_size=50), st.integers(1, 3))
def test_words_near(reader: ReaderProcess, word: str, others: list[str], most: int) -> None:
    words = sorted({word[0] + other for other in others})
    lines = "".join(f"{other}\n" for other in words).encode()
    assert reader.call("text/edit_distance", "wordsNear", word, words, most) == js(words_near(word, lines, most))


patterns = st.lists(st.sampled_from([*"ab/.?*[é核😀", "**", "*", "?", "+", "\\", "\ud800"]), max_size=8).map("".join)
paths = st.lists(st.sampled_from([*"aab/.?é核😀", "+", "\\"]), max_size=8).map("".join)


@settings(deadline=None, max_examples=300)
@given(patterns, st.lists(paths, max_size=30))
def test_globs(reader: ReaderProcess, pattern: str, texts: list[str]) -> None:
    for name, twin in {"wildcard": globs.wildcard, "path": globs.path}.items():
        covers = re.compile(twin(pattern) if name == "path" else globs.wildcard(pattern, r"\t\n"))
        covered = [text for text in texts if covers.fullmatch(text.encode())]
        found = reader.calls("text/globs", f"{name}.test", [[[pattern], text] for text in texts])
        assert [text for text, fits in zip(texts, found, strict=True) if fits] == covered, name


def test_no_glob_is_slow(reader: ReaderProcess) -> None:
    """Thirty stars that nearly fit a text of thousands of letters."""
    assert not reader.call("text/globs", "wildcard.test", ["*a" * 30 + "b"], "a" * 5000)
    assert not reader.call("text/globs", "path.test", ["**a" * 30 + "b"], "a" * 500)
