"""Does the kernel match, rank and find words as the Python does that it stands for, to the last bit?

Each function is asked both ways, with random postings. Where no kernel runs there is nothing to compare.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from itertools import accumulate, pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postdex_index import native
from postdex_index.engine.embedded.format.columns import POSTINGS_PER_SKIP
from postdex_index.engine.embedded.read.candidates import best_candidates
from postdex_index.engine.embedded.read.combined_postings import max_impacts
from postdex_index.engine.embedded.read.matcher import impact_row
from postdex_index.engine.embedded.read.occurrences import ListPart, Occurrences, PureOccurrences
from postdex_index.engine.embedded.read.phrases import side_by_side
from postdex_index.text.edit_distance import edit_distance, words_near

TWINS: dict[str, Callable[..., Any]] = {
    "impact_row": impact_row,
    "max_impacts": max_impacts,
    "best_candidates": best_candidates,
    "side_by_side": side_by_side,
    "edit_distance": edit_distance,
    "words_near": words_near,
}
POSTS = 80
IMPACTS = st.integers(1, 255)
#: Posts with their impacts, as a list, an array, a view or a view of wide numbers.
POSTINGS = st.dictionaries(st.integers(0, POSTS - 1), IMPACTS, min_size=1, max_size=80)
HOLDERS = st.sampled_from([list, lambda docs: array("H", docs), lambda docs: memoryview(array("I", docs))])
#: Rows with few and with many different impacts, and with few posts.
ROWS = st.one_of(
    st.binary(min_size=POSTS, max_size=POSTS),
    st.binary(min_size=POSTS, max_size=POSTS).map(
        lambda row: bytes(b"\0\0\0\x01\x20\x21\xff\x07"[byte % 8] for byte in row)
    ),
    POSTINGS.map(lambda postings: bytes(postings.get(doc, 0) for doc in range(POSTS))),
)


def python(name: str) -> Callable[..., Any]:
    """The Python of a function whose twin is in use."""
    return native.PYTHON[name]


@given(POSTINGS, HOLDERS)
def test_impact_row(postings: dict[int, int], holder: Callable[[list[int]], Any]) -> None:
    """Docs in a list, an array or a view, ascending or not."""
    docs, impacts = holder(list(postings)), bytes(postings.values())
    assert impact_row(docs, impacts, POSTS) == python("impact_row")(docs, impacts, POSTS)


@given(st.lists(st.tuples(POSTINGS, HOLDERS), max_size=4))
def test_max_impacts(members: list[tuple[dict[int, int], Callable[[list[int]], Any]]]) -> None:
    """The union of several."""
    given = [
        (holder(sorted(postings)), bytes(map(postings.__getitem__, sorted(postings)))) for postings, holder in members
    ]
    assert max_impacts(given) == python("max_impacts")(given)


@given(
    st.lists(st.tuples(ROWS, st.just(0.0) | st.floats(1e-4, 50)), max_size=5),
    st.sampled_from([1, 1, 1, 25]),
    st.binary(min_size=POSTS, max_size=POSTS) | st.just(b"\1" * POSTS),
    st.just(b"") | ROWS,
    st.integers(1, POSTS + 5),
    st.frozensets(st.integers(0, POSTS - 1), max_size=3),
)
def test_best_candidates(
    rows: list[tuple[bytes, float]],
    times: int,
    matching: bytes,
    coverage: bytes,
    count: int,
    always: frozenset[int],
) -> None:
    """The same posts with the same scores, of many rows too."""
    rows *= times
    lanes = int.from_bytes(bytes(255 * (byte & 1) for byte in matching), "little")
    most = 0.0
    for row, factor in rows:
        most += max(row) * factor
    asked = (lanes, POSTS, rows, most, coverage, count, always)
    assert best_candidates(*asked) == python("best_candidates")(*asked)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("impact_row", ([1, 9], b"\x01\x02", 5)),
        ("impact_row", ([1, 2], b"\x01", 5)),
        ("impact_row", ([], b"", 5)),
        ("max_impacts", ([([1, 2], b"\x01")],)),
        ("best_candidates", (255, 1, [(b"", 1.0)], 1.0, b"", 5, frozenset())),
    ],
)
def test_what_is_damaged_raises_what_the_python_raises(name: str, arguments: tuple[Any, ...]) -> None:
    """Columns that do not fit together."""
    with pytest.raises(Exception) as pure:
        python(name)(*arguments)
    with pytest.raises(pure.type):
        TWINS[name](*arguments)


class Lists:
    """Stored lists, each with its positions by post, in columns that are read both ways; they begin behind others."""

    def __init__(self, lists: list[dict[int, list[int]]], before: int, wide: bool) -> None:
        postings = [(0, [1])] * before + [(doc, of_list[doc]) for of_list in lists for doc in sorted(of_list)]
        ends = [*accumulate(map(len, lists), initial=before)]
        self.ranges = list(pairwise(ends))
        starts = [*accumulate([len(at) for _, at in postings], initial=0)]
        columns = (
            array("H", [doc for doc, _ in postings]),
            bytes(min(255, len(at)) for _, at in postings),
            array("I", [it for n, (_, at) in enumerate(postings) if len(at) >= 255 for it in (n, len(at))]),
            array("I", starts[:-1:POSTINGS_PER_SKIP]),
            array("I" if wide else "H", [position for _, at in postings for position in at]),
        )
        views = [memoryview(column) for column in columns]
        self.native, self.python = Occurrences(*views), PureOccurrences(*views)
        self.postings = len(postings)

    def parts(self, number: int, flags: bytes) -> list[ListPart]:
        """A list, or of its occurrences those that random flags leave."""
        start, stop = self.ranges[number]
        count = self.python.offsets(start, stop)[-1] - self.python.offset(start)[0]
        return [ListPart(start, stop, (flags * count)[:count])]


AT = st.lists(st.integers(0, 12), min_size=1, max_size=6).map(sorted)
MANY = st.integers(250, 260).map(lambda count: list(range(count)))
BY_POST = st.dictionaries(st.integers(0, 20), AT | AT | MANY, min_size=1, max_size=12)
LISTS = st.builds(Lists, st.lists(BY_POST, min_size=1, max_size=4), st.integers(0, 130), st.booleans())
FLAGS = st.just(b"") | st.binary(min_size=1, max_size=3).map(lambda flags: bytes(flag & 1 for flag in flags))


@given(LISTS, FLAGS, st.lists(st.integers(0, 22), unique=True).map(sorted) | st.none())
def test_occurrences(lists: Lists, flags: bytes, docs: list[int] | None) -> None:
    """Offsets and positions of each posting and of each list."""
    one, other = lists.native, lists.python
    for posting in range(lists.postings):
        assert one.offset(posting) == other.offset(posting)
        assert one.between(*one.offset(posting)) == other.between(*other.offset(posting))
    for number, (start, stop) in enumerate(lists.ranges):
        assert list(one.posts(start, stop)) == list(other.posts(start, stop))
        assert one.offsets(start, stop) == other.offsets(start, stop)
        assert [one.in_post(start, stop, doc) for doc in range(22)] == [
            other.in_post(start, stop, doc) for doc in range(22)
        ]
        (part,) = lists.parts(number, flags)
        assert one.in_posts(part, docs) == other.in_posts(part, docs)


@given(
    LISTS,
    st.lists(st.lists(st.tuples(st.integers(0, 3), FLAGS), min_size=1, max_size=2), min_size=1, max_size=4),
    st.booleans(),
)
def test_side_by_side(lists: Lists, phrase: list[list[tuple[int, bytes]]], known: bool) -> None:
    """Phrases of lists, of unions of them and of parts of them, in any posts or in some."""
    words = [
        [part for number, flags in word for part in lists.parts(number % len(lists.ranges), flags)] for word in phrase
    ]
    among = list(range(0, 20, 2)) if known else None
    assert side_by_side(lists.native, words, among) == python("side_by_side")(lists.python, words, among)


def test_columns_that_do_not_fit_together_raise() -> None:
    """Nothing is read outside of them."""
    short = [
        memoryview(column) for column in (array("H", [1, 2]), b"\x01\x09", array("I"), array("I", [0]), array("H", [3]))
    ]
    for occurrences in (Occurrences(*short), PureOccurrences(*short)):
        for posting in (2, 900):
            with pytest.raises(IndexError):
                occurrences.offset(posting)
    with pytest.raises(IndexError):
        Occurrences(*short).in_post(0, 2, 2)
    with pytest.raises(TypeError):
        Occurrences(memoryview(array("d", [1.0])), *short[1:]).offset(0)


WORDS = st.text(alphabet="abcü内", max_size=9) | st.text(
    alphabet=st.characters(exclude_characters="\n", exclude_categories=("Cs", "Z", "Cc")), max_size=6
)


@given(WORDS, WORDS, st.integers(0, 3))
def test_edit_distance(word: str, other: str, most: int) -> None:
    """Between words of few letters, and of any."""
    assert edit_distance(word, other, most) == python("edit_distance")(word, other, most)
    for near in (word[1:], word[::-1], word + other[:1], word[1:2] + word[:1] + word[2:]):
        assert edit_distance(word, near, most) == python("edit_distance")(word, near, most)


@given(WORDS, st.lists(WORDS, max_size=30), st.integers(1, 2))
def test_words_near(word: str, others: list[str], most: int) -> None:
    """Among words that begin alike, some of them a slip away."""
    word = "a" + word
    slipped = [word + "x", word[:-1] or "a", word[:1] + word[1:][::-1], word, word]
    lines = b"".join(sorted(f"a{other}\n".encode() for other in (*others, *(it[1:] for it in slipped))))
    assert words_near(word, lines, most) == python("words_near")(word, lines, most)
