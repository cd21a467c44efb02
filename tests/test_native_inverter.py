"""Does the kernel put each word of a segment's posts where the pure `WordInverter` does, and all that stands beside?

Both are given the same posts; the columns that they give are compared to the byte. Where no kernel runs there is
nothing to compare.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from postdex_index.engine.embedded.write.native_word_inverter import NativeWordInverter, word_inverter
from postdex_index.engine.embedded.write.word_inverter import WordInverter
from postdex_index.errors import NativeError
from postdex_index.schema import BODY, CODES, SCORED
from postdex_index.text.analyzer import Analyzer
from postdex_index.text.characters import raw_tokens

ROOT = Path(__file__).parent.parent
SHORT = [code for code in range(len(SCORED)) if code not in (*CODES["heading"], BODY)]
#: What words are made of, each sign that a rule names, what a text is cut at, and words of several scripts.
_PIECES = st.sampled_from(
    [
        *"aZé9_.-'’,#+ß\u0301\u200b\u00ad\ufe0f\u0e33内核雜談データ한ไก\U0001f44d\u200d🇩🇪❷\ud800",
        *" \n\v\u2028。，/=;<>{}\\",
        *("1,000", "++", ".net", "C#", "Naïve", "naïve", "UserData", "skUserData", "sk-user-data", "python3", "URLs"),
        *("don't", "it's", "Ядро", "ﾃﾞｰﾀ", "ไม่", "X" + "x" * 90, "AbCd" * 25, "a.b-c'd_e" * 4, "小" * 300, "w " * 200),
    ]
)
_ASCII = st.lists(st.sampled_from([*"abSsNtT09AZ_.-',#+", "n't", "'s", "1,000", "ab", "Xyz"]), max_size=40).map("".join)
TEXTS = st.one_of(
    _ASCII, st.text(), st.lists(_PIECES).map("".join), st.lists(st.text(max_size=3) | _PIECES).map("".join)
)


class Section(NamedTuple):
    """What `add_section` takes."""

    heading: str
    text: str
    code: Sequence[int]
    links: Sequence[int]


class Words(NamedTuple):
    """What a word inverter is told of a post."""

    lang: str
    texts: list[tuple[int, str]]
    sections: list[Section]


@st.composite
def sections(draw: st.DrawFn) -> Section:
    """Any section; blocks of code and links begin and end anywhere in it."""
    text = draw(TEXTS) * draw(st.sampled_from([1, 1, 1, 2, 40]))
    edges = st.lists(st.integers(0, len(text)), max_size=6).map(lambda found: sorted(found[: len(found) & ~1]))
    return Section(draw(st.sampled_from(["", "A heading"]) | TEXTS), text, draw(edges), draw(edges))


POSTS = st.builds(
    Words,
    st.sampled_from(["", "en", "en-GB", "de", "zh"]),
    st.lists(st.tuples(st.sampled_from(SHORT), TEXTS), max_size=2),
    st.lists(sections(), max_size=2),
)


def found(inverter: WordInverter | NativeWordInverter, posts: Sequence[Words]) -> dict[str, Any]:
    """All that an inverter has of these posts."""
    for post in posts:
        inverter.begin(post.lang)
        for field, text in post.texts:
            inverter.add_text(field, text)
        for section in post.sections:
            inverter.add_section(*section)
        inverter.end()
    lengths = inverter.lengths
    columns = {
        name: (memoryview(column).format, bytes(column)) for name, column in inverter.columns([9.0] * 99).items()
    }
    return {**columns, "lengths": lengths, "languages": inverter.languages()}


def check(posts: Sequence[Words], simplify: bool = True) -> None:
    """Both inverters say the same of these posts."""
    analyzer = Analyzer(simplify, ())
    assert found(NativeWordInverter(analyzer), posts) == found(WordInverter(analyzer, False), posts)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(POSTS, max_size=3), st.booleans())
def test_any_posts(posts: list[Words], simplify: bool) -> None:
    check(posts, simplify)


@given(st.lists(_ASCII, max_size=20))
def test_words_in_ascii(words: list[str]) -> None:
    """Each raw token in prose, in code, in a title and in an address."""
    text = " ".join(words)
    texts = [(CODES["slug"][0], text), (CODES["title"][0], text)]
    check([Words("en", texts, [Section("", text, [], []), Section("", text, [0, len(text)], [])])])


def made_up_words() -> Iterator[str]:
    """Raw tokens at the border of each rule."""
    random_letters = random.Random(2)
    for alphabet, most in (
        ("aB1", 9),
        ("aAbBsS_", 8),
        ("1,0", 16),
        ("aNnTtSs'", 9),
        ("A.b1-", 9),
        ("aB", 85),
        (".+#a", 6),
    ):
        for _ in range(3_000):
            yield "".join(random_letters.choices(alphabet, k=random_letters.randint(1, most)))


def test_words_of_every_shape() -> None:
    """Also each raw token of this repository."""
    known = {raw for path in [*ROOT.glob("*.md"), *ROOT.rglob("index/**/*.py")] for raw in raw_tokens(path.read_text())}
    text = " ".join([*made_up_words(), *sorted(known)])
    check([Words("en", [], [Section("", text[:200_000], [], [])]) for text in re.findall("(?s).{1,100000}", text)])


def test_many_checkpoints() -> None:
    """Blanks, signs and nothing at all to cut a long section at."""
    for line in ("some words " * 20_000, "a=" * 30_000, "x" * 70_000, "内核" * 30_000, "。" * 300_000):
        check([Words("en", [], [Section("Long", line, [300, 900, 900, 5_000], [0, 7, 260, 10_000])])])


def test_after_an_error_it_is_of_no_use() -> None:
    """A post of more words than positions of 16 bits: an error, and nothing but errors after it."""
    inverter = NativeWordInverter(Analyzer(True, ()))
    inverter.begin("en")
    with pytest.raises(NativeError, match="narrow"):
        inverter.add_section("", "a " * 70_000, [], [])
    for work in (lambda: inverter.begin("en"), inverter.end, lambda: inverter.columns([1.0] * 99)):
        with pytest.raises(NativeError, match="no longer used"):
            work()


def test_long_posts_are_read_by_python() -> None:
    assert isinstance(word_inverter(Analyzer(True, ()), True), WordInverter)
    assert isinstance(word_inverter(Analyzer(True, ()), False), NativeWordInverter)
