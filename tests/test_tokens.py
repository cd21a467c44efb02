"""All 423 checks of the token rules through the whole engine: files on disk, an index, queries as typed.

Each text of tokens.json is the only text of a post; `find` lists queries that must find it, `miss` such that
must not, each typed with `+` before every word. All posts share one index.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import postdex

CASES = json.loads((Path(__file__).parent / "tokens.json").read_text(encoding="utf-8"))
CHECKS = [
    (number, query, found) for number, case in enumerate(CASES) for found in (True, False)
    for query in case["find" if found else "miss"]
]  # fmt: skip


def post(text: str, code: bool) -> str:
    """A post that holds only this text; ASCII punctuation is escaped, so that Markdown takes none of it."""
    if code:
        return f"```c\n{text}\n```\n"
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text) + "\n"


@pytest.fixture(scope="module")
def ix(tmp_path_factory: pytest.TempPathFactory) -> Iterator[postdex.Index]:
    """All texts as posts `0.md`, `1.md` … in one index. Their titles say nothing."""
    folder = tmp_path_factory.mktemp("tokens")
    for number, case in enumerate(CASES):
        text = f"---\ntitle: zz\n---\n{post(case['text'], case['code'])}"
        (folder / f"post{number}zz.md").write_text(text, encoding="utf-8")
    with postdex.open(folder, refresh="never") as opened:
        yield opened


def test_counts() -> None:
    assert (len(CASES), len(CHECKS)) == (110, 423)


@pytest.mark.parametrize(("number", "query", "found"), CHECKS)
def test_check(ix: postdex.Index, number: int, query: str, found: bool) -> None:
    typed = " ".join("+" + word for word in query.split())
    paths = {hit.path for hit in ix.search(typed, limit=200).hits}
    assert (f"post{number}zz.md" in paths) == found


@pytest.mark.parametrize(
    ("query", "marked"),
    [
        ("שלום", {"שָׁלוֹם", "שלום"}),
        ("السلام", {"السَّلَامُ"}),
        ("Hawaii", {"Hawaiʻi", "Hawaii"}),
        ("Oahu", {"Oahu"}),
        ("O'Reilly", {"OʼReilly"}),
        ("کتابها", {"کتاب\u200cها"}),
    ],
)
def test_marks_cover_what_is_written(ix: postdex.Index, query: str, marked: set[str]) -> None:
    """Points, joiners and letters that don't count belong to the word: a mark ends behind them."""
    snippets = [hit.snippet for hit in ix.search(f"+{query}", limit=200).hits]
    assert {one.text[start : start + length] for one in snippets for start, length in one.spans} == marked
