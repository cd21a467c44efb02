"""Slips, completion and related posts, asked of a small index in memory. Words that were misspelt: test_rescue.py."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postdex.query import similar
from postdex_index.document import StoredSection
from postdex_index.engine.api import IndexedWord, Stats
from postdex_index.query import Clauses, Keyword, Query, Term, show
from postdex_index.text.analyzer import Analyzer
from postdex_index.text.edit_distance import edit_distance
from postdex_index.text.stemming import stem

few = settings(max_examples=200, deadline=None)
#: How many posts hold which word.
WORDS = {
    "refcount": 9,
    "refcounts": 2,
    "reference": 30,
    "socket": 12,
    "sockets": 20,
    "pocket": 1,
    "smc": 40,
    "smcswitchtofallback": 3,
    "fallback": 14,
    "fallbacks": 3,
    "container": 7,
    "контейнер": 4,
    "kernel": 90,
    "rust": 25,
    "ruse": 1,
    "容器": 5,
    "容量": 3,
    "容": 2,
}
SHOWN = {"smc": "SMC", "smcswitchtofallback": "smc_switch_to_fallback"}


class Written:
    """A stored post that is written down."""

    def __init__(self, title: str, tags: Sequence[str] = (), text: str = "", unpublished: str = "") -> None:
        self.path, self.title, self.tags, self.unpublished = "a/b.md", title, tuple(tags), unpublished
        self.lang = self.translation = ""
        self._text = text
        self.sections = [StoredSection(0, "", (), "", 1, 0, 0, 9)]

    def text(self, section: int) -> str:
        return self._text


class Words:
    """As much of an `engine.Reader` as suggestions ask: the words above, in 100 posts."""

    analyzer = Analyzer(True, ("en",))

    def totals(self, terms: Sequence[Term]) -> list[int]:
        alike = [[posts for word, posts in WORDS.items() if stem(word) == stem(term.text)] for term in terms]
        return [max(posts, default=0) for posts in alike]

    def words(self, *, prefix: str, limit: int = 10) -> list[IndexedWord]:
        found = sorted((-posts, word) for word, posts in WORDS.items() if word.startswith(prefix))
        return [IndexedWord(SHOWN.get(word, word), word, WORDS[word]) for _, word in found][:limit]

    def stats(self) -> Stats:
        return Stats(1, 100, 0, 1, len(WORDS), 0, ("en",), True)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ref", ["reference", "refcount", "refcounts"]),
        ("SMC fall", ["fallback", "fallbacks"]),
        ("sm", ["SMC", "smc_switch_to_fallback"]),
        ("smc_switch", ["smc_switch_to_fallback"]),
        ("smc-switch-", ["smc_switch_to_fallback"]),
        ("SmcSwi", ["smc_switch_to_fallback"]),
        ("КОНТ", ["контейнер"]),
        ("容", ["容器", "容量", "容"]),
        ("容器", []),
        ("smc ", []),
        ("smc(", []),
        ("", []),
        ("???", []),
        ("xyl", []),
        ('title:"sock', ["sockets", "socket"]),
    ],
)
def test_complete(text: str, words: list[str]) -> None:
    reader: Any = Words()
    assert [word.text for word in similar.complete(reader, text)] == words
    assert [word.text for word in similar.complete(reader, text, limit=1)] == words[:1]


def related(document: Written, limit: int = 25) -> Query:
    reader: Any = Words()
    post: Any = document
    return similar.like(reader, post, limit)


def test_like_takes_the_telling_words() -> None:
    query = related(
        Written("A container socket", ["kernel"], "The refcounts of a socket. The refcount, again refcount.")
    )
    assert isinstance(query, Clauses)
    assert [leaf.text for leaf in query.optional if isinstance(leaf, Term)] == [
        "container",
        "refcounts",
        "socket",
        "kernel",
    ]
    assert query.excluded == (Keyword("path", "a/b.md"),)
    assert query.minimum == 1


def test_like_leaves_out_stop_words_numbers_and_words_of_its_own() -> None:
    query = related(Written("The 4095 pocket of a smurf", (), "容器 in the container"))
    assert show(query) == "(容器^0.45 container^0.45 -path=a/b.md)"


def test_like_is_limited() -> None:
    query = related(Written("container socket kernel refcount rust"), limit=2)
    assert isinstance(query, Clauses) and len(query.optional) == 2


def test_like_of_a_post_without_words_finds_nothing() -> None:
    assert related(Written("")) == Clauses(excluded=(Keyword("path", "a/b.md"),), minimum=1)


def matrix(a: str, b: str) -> int:
    """Optimal string alignment as it is in the books, the whole table."""
    table = [[i + j if i * j == 0 else 0 for j in range(len(b) + 1)] for i in range(len(a) + 1)]
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            same = a[i - 1] == b[j - 1]
            table[i][j] = min(table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + (not same))
            if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
                table[i][j] = min(table[i][j], table[i - 2][j - 2] + 1)
    return table[-1][-1]


words = st.text("abc", max_size=9)


@few
@given(words, words, st.integers(0, 4))
def test_slips_are_those_of_the_matrix(a: str, b: str, most: int) -> None:
    assert edit_distance(a, b, most) == min(matrix(a, b), most + 1)
