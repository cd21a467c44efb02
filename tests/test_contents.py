"""What is in an index, as a container of posts: how many, which, and counted by what?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import postdex
from postdex_index.update import refresh as build

POSTS = {
    "b.md": "---\ntags: [linux, c]\ncategories: [[sys, net]]\ndate: 2022-01-01\n---\nA kernel bug.\n",
    "a/x.md": "---\ntags: [linux]\ndate: 2024-01-01\nlang: en\n---\nA socket.\n",
    "a/y.md": "---\ntags: [linux]\ndate: 2022-05-01\nlang: en\n---\nA kernel.\n",
    "draft.md": "---\ntags: [secret]\ndraft: true\n---\nA kernel plan.\n",
    "notes.txt": "no post",
}
COUNTED = ("tags", "categories", "lang", "year")
PUBLISHED = ["a/x.md", "a/y.md", "b.md"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    posts = tmp_path / "posts"
    for path, text in POSTS.items():
        (posts / path).parent.mkdir(parents=True, exist_ok=True)
        (posts / path).write_text(text, encoding="utf-8")
    return posts


@pytest.fixture
def index(folder: Path) -> Iterator[postdex.Index]:
    with postdex.open(folder) as opened:
        yield opened


def test_published_posts_are_its_items(index: postdex.Index) -> None:
    assert len(index) == len(PUBLISHED) and list(index) == PUBLISHED == sorted(index)
    assert all(path in index for path in PUBLISHED) and Path("a/x.md") in index
    for other in ("draft.md", "notes.txt", "a", "", "../posts/b.md", "/b.md", "B.md", "x" * 10_000, None, 5, b"b.md"):
        assert other not in index, other


def test_what_changed_is_seen_at_once(index: postdex.Index, folder: Path) -> None:
    before = iter(index)
    (folder / "new.md").write_text("---\ntags: [new]\n---\nA word.\n", encoding="utf-8")
    (folder / "b.md").unlink()
    assert (len(index), "new.md" in index, "b.md" in index) == (3, True, False)
    assert list(index) == ["a/x.md", "a/y.md", "new.md"]
    assert index.tags() == {"linux": 2, "new": 1}
    assert list(before) == PUBLISHED, "who began before goes on with what was there"


def test_an_index_without_posts_is_an_index(tmp_path: Path) -> None:
    with postdex.open(tmp_path) as index:
        assert (len(index), list(index), bool(index)) == (0, [], True)
        assert index.tags() == {} and index.facets() == {name: {} for name in COUNTED}


def test_counts(index: postdex.Index) -> None:
    assert list(index.tags().items()) == [("linux", 3), ("c", 1)]
    counts = index.facets()
    assert list(counts) == list(COUNTED) and counts["tags"] == index.tags()
    assert list(counts["year"].items()) == [("2024", 1), ("2022", 2)], "the last year first"
    assert counts["categories"] == {"sys": 1, "sys/net": 1} and counts["lang"] == {"en": 2}
    assert index.facets("kernel")["tags"] == {"linux": 2, "c": 1} and index.facets("tag:c")["year"] == {"2022": 1}
    assert index.facets("zyzzogeton") == {name: {} for name in COUNTED}
    with pytest.raises(postdex.QueryError, match="query is 5"):
        index.facets(5)  # type: ignore[arg-type]


def test_whether_a_path_is_there_is_no_question_to_all_paths(
    index: postdex.Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(index) == 3
    index.snapshots.refresh = "never"
    monkeypatch.setattr(build, "catch_up", None)
    reader = index.snapshots.opened()
    monkeypatch.setattr(reader, "search", None)
    assert (len(index), "b.md" in index, "c.md" in index) == (3, True, False)


def test_a_closed_index_says_so(index: postdex.Index) -> None:
    index.close()
    for ask in (len, iter, list, lambda ix: "b.md" in ix, postdex.Index.tags, postdex.Index.facets):
        with pytest.raises(postdex.PostdexError, match="this index was closed; open it again"):
            ask(index)
