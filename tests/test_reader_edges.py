"""Are odd sites published like any other: without posts, with a very long one, with characters that trip others?"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from stored_index import StoredIndex
from test_reader_postings import LANGUAGES, of_library
from test_static_format import post, snapshot

from postdex_index.engine.static.bundle import write_bundle
from postdex_index.engine.static.post_order import PostOrder
from postdex_index.model import Post, Section
from postdex_index.query import Leaf, Phrase, Prefix, Term, Wildcard


@contextmanager
def published(tmp_path: Path, *commits: dict[str, Post | None]) -> Iterator[tuple[Any, StoredIndex]]:
    """An index and what was published of it."""
    reader = snapshot(tmp_path / "index", *commits)
    stored = StoredIndex(reader, tmp_path / "bundle")
    try:
        yield reader, stored
    finally:
        stored.close()


def same(reader: Any, stored: StoredIndex, *leaves: Leaf) -> int:
    """Compare leaves with the library's; the number of posts that have them."""
    found = 0
    for leaf in leaves:
        rows, _, _ = of_library(reader, stored, leaf)
        answer = stored.ask("postings", leaf=leaf, languages=LANGUAGES[1:]) or {"docs": [], "impacts": []}
        assert answer["docs"] == sorted(rows) and answer["impacts"] == [rows[doc][0] for doc in answer["docs"]], leaf
        assert not rows or answer["positions"] == [sorted(rows[doc][1]) for doc in answer["docs"]], leaf
        found += len(rows)
    return found


@pytest.mark.parametrize("posts", [{}, {"draft.md": post("draft.md", "words", unpublished="it is a draft")}])
def test_a_site_without_posts(tmp_path: Path, posts: dict[str, Post | None]) -> None:
    gone = {"a.md": post("a.md", "words of socket")}
    with published(tmp_path, {**gone, **posts}, {"a.md": None}) as (reader, stored):
        assert same(reader, stored, Term("words"), Prefix("w"), Phrase(("words", "of")), Wildcard("*s")) == 0
        assert stored.ask("holders", column="title_keys", check=1) == []
        assert stored.ask("keyword", field="path", value="*") == [] == stored.ask("order", name="date")
        assert stored.ask("near", word="words", most=2) == [] == stored.ask("words", prefix="")
        assert stored.ask("facet", name="tags", matching=[]) == []
        assert stored.ask("path", path="a.md") is None


def test_a_very_long_post(tmp_path: Path) -> None:
    body = " ".join(f"word{number % 97} filler" for number in range(40_000))
    assert len(body.split()) > 1 << 16
    long, short = post("long.md", body, title="Long"), post("short.md", "word1 filler", title="Short")
    with published(tmp_path, {"long.md": long, "short.md": short}) as (reader, stored):
        assert any(part.segment.file.meta["wide"] for part in reader.parts)
        leaves = Term("filler"), Phrase(("word1", "filler")), Term("word96"), Phrase(("filler", "word5"), exact=True)
        assert same(reader, stored, *leaves) == 6
        assert stored.ask("document", doc=0)["texts"] == [body]


ODD = "tab\tin.md", "line\nin.md", "𐐀/emoji😀.md", "\ue000private.md", "quote\"'<b>.md", "à/e\u0301.md", "zz\u2028.md"


def test_characters_that_trip_others(tmp_path: Path) -> None:
    text = 'The 😀 of 𐐀𐐁 and \ue000x, e\u0301tude <b>bold</b> \u2028 & "quotes" \U00020000\U00020001 中文 zz'
    sections = (Section(1, "𐐀 heading 😀 \u2028", "𐐀-id", 1, text), Section(2, "", "", 9, "after 😀😀 the 𐐀 end " * 40))
    posts: dict[str, Post | None] = {
        path: Post(path, f"{path} 😀", sections, tags=("𐐀", "a/b\tc"), categories=(("x\ny", "z"),)) for path in ODD
    }
    with published(tmp_path, posts) as (reader, stored):
        terms = ("𐐨𐐩", "étude", "étude", "the", "中文", "\U00020000\U00020001", "zz", "\ue000x", "😀", "bold")
        assert (
            same(reader, stored, *map(Term, terms), Prefix("𐐨"), Prefix("\ue000"), Wildcard("?"), Wildcard("𐐨?")) > 20
        )
        documents = [*stored.order.posts(0, len(ODD))]
        assert [it.segment.documents.path(it.doc_id) for it in documents] == sorted(ODD)
        for number, path in enumerate(sorted(ODD)):
            answer = stored.ask("document", doc=number)
            assert answer["fields"]["path"] == path and answer["texts"] == [section.text for section in sections]
            assert [section["heading"] for section in answer["sections"]] == [section.heading for section in sections]
            assert stored.ask("path", path=path) == number
        for near in (30, 60, 120):
            passage = stored.ask("passage", doc=0, section=1, near=near, found=[])
            assert passage["text"] and passage["text"] in sections[1].text


def test_files_with_one_check_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = zlib.crc32
    monkeypatch.setattr(zlib, "crc32", lambda content: real(content) & 7)
    reader = snapshot(
        tmp_path / "index", {f"{number}.md": post(f"{number}.md", f"word{number}") for number in range(5)}
    )
    made = write_bundle(reader, tmp_path / "bundle", compress=False)
    fragments = [path.read_bytes() for path in (tmp_path / "bundle" / "data").glob("post-*")]
    assert made.kinds["post"][0] == len(PostOrder(reader)) == len({*fragments})
