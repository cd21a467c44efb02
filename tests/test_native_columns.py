"""Are the columns of a segment from the compiled kernel those of the Python that it stands for, to the byte?"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_segments import never, post, stored

from postdex_index import native
from postdex_index.engine.embedded.format.segment_file import Column
from postdex_index.engine.embedded.write.merger import merged
from postdex_index.engine.embedded.write.native_word_inverter import word_inverter
from postdex_index.engine.embedded.write.posting_columns import posting_columns, posting_parameters
from postdex_index.schema import BODY, CODE, CODES, HEADING, SCORED
from postdex_index.text.analyzer import Analyzer
from postdex_index.text.tokenizer import terms_at

#: Posts of a segment: more than a block of postings, so that a list may have several.
POSTS = 150
OTHER_FIELDS = [code for code in range(len(SCORED)) if code != BODY]


class PostingList(NamedTuple):
    """What `PostingColumns.add` takes."""

    positions: array[int]
    outside_body: Sequence[int]
    titled: bool


class Lengths(NamedTuple):
    """Field lengths by field code: in each post, and what impacts are measured against."""

    in_posts: Sequence[Sequence[int]]
    averages: Sequence[float]


@st.composite
def posting_lists(draw: st.DrawFn) -> PostingList:
    """A list: few occurrences in most posts, in others so many that a byte cannot say it; some outside of bodies."""
    counts = draw(
        st.dictionaries(st.integers(0, POSTS - 1), st.integers(1, 4) | st.integers(250, 300), min_size=1, max_size=8)
        | st.just(dict.fromkeys(range(POSTS), 1))
    )
    positions, outside_body = array("I"), []
    for doc, count in sorted(counts.items()):
        step = draw(st.integers(1, 65_535 // count))
        positions.extend(doc << 16 | place * step for place in range(count))
        if len(counts) < POSTS or doc % 7 == 0:
            codes = draw(st.lists(st.sampled_from(OTHER_FIELDS), max_size=min(count, 5)))
            outside_body += [doc << 16 | code for code in codes]
    return PostingList(positions, draw(st.permutations(outside_body)), draw(st.booleans()))


LENGTHS = st.builds(
    Lengths,
    st.lists(st.lists(st.integers(0, 65_535), min_size=7, max_size=7), min_size=len(SCORED), max_size=len(SCORED)).map(
        lambda columns: [(column * POSTS)[:POSTS] for column in columns]
    ),
    st.lists(st.just(0.0) | st.floats(0.1, 5_000), min_size=len(SCORED), max_size=len(SCORED)),
)


def same(native_columns: Mapping[str, Column], python_columns: Mapping[str, Column]) -> None:
    """The same bytes under the same names, of the same items."""
    assert native_columns.keys() == python_columns.keys()
    for name, column in python_columns.items():
        views = memoryview(native_columns[name]), memoryview(column)
        assert views[0].format == views[1].format, name
        assert views[0] == views[1], name


def written(lists: Sequence[PostingList], lengths: Lengths) -> Mapping[str, Column]:
    """The columns of these lists."""
    postings = posting_columns(posting_parameters(*lengths), wide=False)
    for one in lists:
        postings.add(*one)
    return postings.columns()


@settings(max_examples=200, deadline=None)
@given(st.lists(posting_lists(), max_size=6), st.sampled_from([1, 1, 13]), LENGTHS)
def test_postings(lists: list[PostingList], times: int, lengths: Lengths) -> None:
    """Any posting lists; with up to 78 of them, more than a block of lists."""
    native_columns = written(lists * times, lengths)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(native, "IN_USE", False)
        same(native_columns, written(lists * times, lengths))


LANGS = "en", "", "de", "zh", "en"
#: Words that share their stems, in one language or in several; stems that are words of none; words that are more than
#: one; runs that end in any character; how a word is written, in texts and in addresses.
WORDS = st.sampled_from(
    [
        *("connect", "connects", "connected", "Connection", "connections", "connecting", "generation", "general"),
        *("haus", "Häuser", "häusern", "die", "dies", "universe", "university", "universities", "ponies", "poni"),
        *(
            "sk_user_data",
            "skUserData",
            "UserData",
            "user",
            "users",
            "C++",
            "don't",
            "k8s",
            "内核",
            "内核的数据",
            "核",
            "内",
        ),
        *("ไม่", "ядро", "ядра", "\U00020000", "\U0001f44d", "a", "A", "x" * 90, "run " * 300, "runs " * 4, "running"),
    ]
) | st.integers(0, 700).map("word{}".format)
TEXTS = st.lists(WORDS, max_size=30).map(" ".join)
MANY_TEXTS = st.builds(
    lambda text, first: text + " ".join(f" n{first + i}s" for i in range(300)), TEXTS, st.integers(0, 99)
)


class WrittenPost(NamedTuple):
    """A post, as far as a word inverter is told of it."""

    lang: str
    title: str
    slug: str
    heading: str
    text: str


POST = st.builds(WrittenPost, st.sampled_from(["en", "de", "ru", ""]), TEXTS, TEXTS, TEXTS, TEXTS | MANY_TEXTS)


def inverted(posts: Sequence[WrittenPost]) -> Mapping[str, Column]:
    """The columns of all their words."""
    inverter = word_inverter(Analyzer(True, ()), wide=False)
    for one in posts:
        inverter.begin(one.lang)
        inverter.add_text(CODES["title"][0], one.title)
        inverter.add_text(CODES["slug"][0], one.slug)
        inverter.add_section(one.heading, one.text, [], [])
        inverter.end()
    return inverter.columns([9.0] * len(SCORED))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(POST, max_size=5), st.sampled_from([1, 1, 30]))
def test_lists_and_dictionary(posts: list[WrittenPost], times: int) -> None:
    """Any words of any languages; with up to 150 posts, more than a block of postings."""
    native_columns = inverted(posts * times)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(native, "IN_USE", False)
        same(native_columns, inverted(posts * times))


@pytest.mark.parametrize("words", [0, 1, 63, 64, 65, 255, 256, 257, 512])
def test_borders_of_blocks(words: int) -> None:
    """As many lists, and as many entries of the dictionary, as fill their blocks, one more and one less."""
    posts = [WrittenPost("en", "", "", "", " ".join(f"{number:03}" for number in range(words)))]
    native_columns = inverted(posts)
    assert native_columns["term_flags"] == bytes([3] * words)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(native, "IN_USE", False)
        same(native_columns, inverted(posts))


def test_a_stem_of_300_forms() -> None:
    """The forms of a list beyond 255 share the last number."""
    from postdex_native import Inverter

    inverter = Inverter(terms_at, str, None, (BODY, HEADING, CODE), [])
    inverter.begin("en")
    inverter.add_section("", " ".join(f"w{number}" for number in range(300)), [], [])
    inverter.end()
    parameters = posting_parameters([[300]] * len(SCORED), [9.0] * len(SCORED))
    columns = inverter.list_columns(lambda forms, language: ["w"] * len(forms), parameters, 256)
    assert columns["form_numbers"] == bytes([*range(256), *[255] * 44])
    assert columns["indirect_posts"] == array("H", [1] * 300)


def test_merged_segments(tmp_path: Path) -> None:
    """Segments of several languages without their deleted posts, merged."""
    texts = ["connected words", "the connections of a word", "die Häuser und das Haus", "内核的数据", "word " * 300]
    batches = [
        [
            post(10 * batch + number, text, text * 2, lang)
            for number, (text, lang) in enumerate(zip(texts, LANGS, strict=True))
        ]
        for batch in range(3)
    ]
    parts = [part._replace(dead={batch}) for batch, part in enumerate(stored(tmp_path, batches, never).parts)]
    native_columns, native_meta = merged(parts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(native, "IN_USE", False)
        columns, meta = merged(parts)
    assert meta == native_meta
    same(native_columns, columns)


def test_no_post_and_no_list() -> None:
    """A segment that nothing was put into."""
    empty = Lengths([array("H")] * len(SCORED), [0.0] * len(SCORED))
    native_columns = written([], empty)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(native, "IN_USE", False)
        same(native_columns, written([], empty))


def test_columns_are_given_once() -> None:
    """Lists that have given their columns, or were left half done, say so instead of giving others."""
    from postdex_index.errors import NativeError

    postings = posting_columns(posting_parameters([[1]] * len(SCORED), [1.0] * len(SCORED)), wide=False)
    with pytest.raises(NativeError, match="index out of bounds"):
        postings.add(array("I", [1 << 16]), (), True)
    with pytest.raises(NativeError, match="given their columns, or a fault came between"):
        postings.columns()
