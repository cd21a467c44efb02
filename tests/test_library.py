"""Does the library find, page, explain, and keep up with the files, also under threads?"""

from __future__ import annotations

import copy
import gc
import os
import pickle
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pytest
from storage import ANALYZER

import postdex
from postdex import index_location, request
from postdex.http.page import facets, messages
from postdex.results.values import Snippet
from postdex_index.engine.embedded.engine import EmbeddedEngine
from postdex_index.errors import IndexDamagedError
from postdex_index.schema import FACETS
from postdex_index.settings import Settings
from postdex_index.update import refresh

ROOT = Path(__file__).parent.parent
PUBLISHED = 16
REFCOUNT, KERNEL = "2022/refcount-bug.md", "2022/编译并调试内核.md"


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sample posts, not to be changed."""
    folder = tmp_path_factory.mktemp("samples") / "posts"
    shutil.copytree(ROOT / "posts", folder, ignore=shutil.ignore_patterns(".postdex"))
    return folder


@pytest.fixture(scope="module")
def ix(samples: Path) -> Iterator[postdex.Index]:
    with postdex.open(samples) as opened:
        yield opened


@pytest.fixture
def blog(tmp_path: Path) -> Path:
    """Three posts that a test may change."""
    folder = tmp_path / "blog"
    folder.mkdir()
    for name in ("a", "b", "c"):
        write(folder, name)
    return folder


@pytest.fixture(scope="module")
def notes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[postdex.Index]:
    """Three posts with tags below tags, in folders with names."""
    folder = tmp_path_factory.mktemp("notes")
    for path, tags in (
        ("a.md", "[health/sport, '#contact']"),
        ("Kitchen Remodel/2024/b.md", "[health]"),
        ("Home/plans/c.md", "[]"),
    ):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        text = "forty tiles" if path.startswith("Home") else "a word"
        (folder / path).write_text(f"---\ntags: {tags}\n---\n{text}\n", encoding="utf-8")
    with postdex.open(folder) as opened:
        yield opened


def write(folder: Path, name: str, text: str = "a common word") -> None:
    (folder / f"{name}.md").write_text(f"# Post {name}\n\n{text}\n", encoding="utf-8")


def check(found: postdex.Results, total: int, first: str = "", warned: str = "") -> None:
    """So many posts, this one best, and this said."""
    assert found.total == total
    assert len(found.hits) == min(total, found.limit)
    assert (found.hits[0].path if found.hits else "") == (first or (found.hits[0].path if found.hits else ""))
    assert warned in " ".join(found.warnings)
    assert bool(warned) == bool(found.warnings)
    assert found.complete


def test_results_are_a_sequence_of_their_hits(ix: postdex.Index) -> None:
    results, none = ix.search("linux", limit=3), ix.search("zyzzogeton", typo=False)
    assert isinstance(results, Sequence) and len(results) == 3 < results.total and results
    assert list(results) == list(results.hits) and [*reversed(results)] == [*reversed(results.hits)]
    assert results[0] == results.hits[0] and results[-1] in results and results[:2] == results.hits[:2]
    assert not none and len(none) == 0 and [hit.path for hit in none] == []
    with pytest.raises(IndexError):
        results[3]
    with pytest.raises(AttributeError, match="do not change"):
        results.total = 1
    with pytest.raises(AttributeError, match="do not change"):
        del results.hits
    assert not hasattr(results, "__dict__")
    assert results == copy.copy(results) == pickle.loads(pickle.dumps(results)) != none
    other = results.replaced(total=7)
    assert (other.total, other.hits, type(other)) == (7, results.hits, type(results)) and other != results
    assert repr(results) == f"<Results of 'linux': 3 of {results.total} hits>"
    assert results.to_dict()["total"] == results.total


@pytest.mark.parametrize(
    ("query", "arguments", "total", "first", "warned"),
    [
        ("SMC fallback", {}, 2, REFCOUNT, ""),
        ("psock", {"tags": ["kernel"]}, 1, REFCOUNT, ""),
        ("psock", {"tags": ["Linux", "内核"]}, 1, KERNEL, ""),
        ("psock", {"tags": ["nobody"]}, 0, "", "no post has tag:nobody"),
        ("", {"categories": ["linux"]}, 3, "2023/tcp-backlog.md", ""),
        ("", {"categories": ["linux/net"]}, 1, REFCOUNT, ""),
        ("", {"lang": "zh"}, 3, "2024/字符编码与归一化.md", ""),
        ("", {"after": "2022", "before": "2022-09"}, 3, REFCOUNT, ""),
        ("", {"after": "2024-04"}, 1, "2024/rust-pin.md", ""),
        ("", {"after": "2024-04", "drafts": True}, 2, "2024/allocator-notes.md", ""),
        ("unfinished", {}, 0, "", "no post has unfinished"),
        ("unfinished", {"drafts": True}, 1, "2024/allocator-notes.md", ""),
        ("+psock +quicksort", {}, 0, "", "no post has quicksort"),
        ("+psock +sqlite", {}, 0, "", "no post has all of psock, sqlite"),
        ("+psock tag:git", {}, 0, "", "no post has all of"),
        ("qwxzy zyxwq", {}, 0, "", "no post has qwxzy or zyxwq"),
        ("qwxzy", {"tags": ["linux"]}, 0, "", "no post has qwxzy"),
        ("量子纠缠", {}, 0, "", "no post has 量子纠缠"),
        ("内核的编译 tag:git", {}, 0, "", "no post has all of tag:git, 内核的编译"),
        ("量子计算机是什么", {}, 1, "", ""),
        ("title:量子计算机 tag:linux", {}, 0, "", "no post has title:量子计算机"),
        ('"Pod 自动扩缩"', {}, 0, "", 'no post has "pod 自动扩缩"'),
        ("ssh -L", {}, 1, "notes/ssh-tunnels.md", ""),
        ('ssh "-L"', {}, 1, "notes/ssh-tunnels.md", ""),
        ("refcount -z", {}, 2, REFCOUNT, ""),
        ("???", {}, 0, "", "no word"),
        ("refcoutn", {}, 2, REFCOUNT, ""),
        ("refcoutn", {"typo": False}, 0, "", "refcoutn"),
        ("+refcoutn", {}, 0, "", "did you mean refcount"),
        ("refc", {"prefix_last": True}, 2, REFCOUNT, ""),
        ('"root cause', {}, 1, REFCOUNT, "not closed"),
        ("git switch", {"sort": "title"}, 3, "", ""),
        ("-psock", {}, PUBLISHED - 2, "", ""),
        ("\ud800 psock", {}, 2, REFCOUNT, ""),
    ],
)
def test_search(ix: postdex.Index, query: str, arguments: dict[str, Any], total: int, first: str, warned: str) -> None:
    check(ix.search(query, **arguments), total, first, warned)


@pytest.mark.parametrize(
    ("sort", "key"),
    [
        ("date", lambda hit: -(hit.date_seconds or 0)),
        ("updated", lambda hit: -(hit.updated_seconds or hit.date_seconds or 0)),
        ("title", lambda hit: hit.title.casefold()),
        ("score", lambda hit: (-hit.score, hit.path)),
    ],
)
def test_orders(ix: postdex.Index, sort: Any, key: Any) -> None:
    hits = ix.search("the", limit=50, sort=sort).hits
    assert len(hits) > 5
    assert list(hits) == sorted(hits, key=key)


@pytest.mark.parametrize("query", ["", "linux kernel the", "refc*", "内核"])
@pytest.mark.parametrize("units", request.UNITS)
def test_pages_are_parts_of_the_whole(ix: postdex.Index, query: str, units: Any) -> None:
    whole = ix.search(query, limit=1000, units=units)
    assert len(whole.hits) == whole.total
    pages = [ix.search(query, limit=3, offset=offset, units=units) for offset in range(0, whole.total + 3, 3)]
    assert [hit for search_page in pages for hit in search_page.hits] == list(whole.hits)
    assert {search_page.total for search_page in pages} == {whole.total}


def test_the_page_and_the_engine_know_the_same_choices() -> None:
    assert sorted(facets.GROUPS) == sorted(request.FACETS) == sorted([*FACETS, "sites"])
    assert {f"page_{name}" for name in (*facets.GROUPS, *request.SORTS)} <= set(messages.table()["en"])


def test_a_hit_leads_to_its_best_section(ix: postdex.Index, samples: Path) -> None:
    hit = ix.search("fallback", limit=1).hits[0]
    lines = (samples / hit.path).read_text("utf-8").splitlines()
    assert "fallback" in lines[hit.line - 1].lower()
    marked = [hit.snippet.text[start : start + length].lower() for start, length in hit.snippet.spans]
    assert marked
    assert all("fallback" in text for text in marked)
    best = hit.sections[0]
    assert (best.headings, best.anchor, best.match_line) == (hit.headings, hit.anchor, hit.line)
    assert lines[best.line - 1].lstrip("# ") == best.heading
    assert 1 < len(hit.sections) <= 3
    assert [section.score for section in hit.sections] == sorted((s.score for s in hit.sections), reverse=True)
    assert all(section.snippet is None for section in hit.sections)
    shown = ix.search("fallback", limit=1, section_snippets=True).hits[0].sections
    assert shown[0].snippet == hit.snippet
    assert all(section.snippet and section.snippet.text for section in shown)


@pytest.mark.parametrize("units", request.UNITS)
def test_hits_without_snippets_are_the_same_hits(ix: postdex.Index, units: request.Units) -> None:
    for query in ("fallback", "SMC psock", "内核", "tag:linux"):
        full, bare = (ix.search(query, units=units, snippets=snippets).hits for snippets in (True, False))
        assert bare
        for hit, without in zip(full, bare, strict=True):
            assert without.snippet == Snippet("", (), without.line)
            assert without.line == without.sections[0].line <= hit.line
            lines = [(section.line, section._replace(match_line=section.line)) for section in hit.sections]
            assert [(section.match_line, section) for section in without.sections] == lines
            assert without == hit._replace(line=without.line, snippet=without.snippet, sections=without.sections)


def test_sections_as_hits(ix: postdex.Index) -> None:
    found = ix.search("psock", units="sections", limit=100)
    assert len({(hit.path, hit.line) for hit in found.hits}) == found.total > ix.search("psock").total
    assert all(len(hit.sections) == 1 and hit.sections[0].anchor == hit.anchor for hit in found.hits)
    assert all("psock" in hit.snippet.text for hit in found.hits)


@pytest.mark.parametrize("simplify", [True, False])
def test_traditional_characters_are_found_wherever_they_stand(blog: Path, simplify: bool) -> None:
    (blog / "postdex.toml").write_text(f"simplify = {str(simplify).lower()}")
    header = "---\ntitle: 程式設計雜談\ntags: [雜談, 核心]\ncategories: [技術, 後端]\nauthor: 張三\n---\n"
    (blog / "old.md").write_text(f"{header}# 記憶體管理\n\n這是關於雜談的文章。\n", encoding="utf-8")
    (blog / "new.md").write_text("# 记忆\n\n关于记忆体。\n", encoding="utf-8")
    with postdex.open(blog) as ix:
        for query in ("雜談", "tag:雜談", "category:技術", "author:張三", "title:設計", "heading:管理"):
            assert [hit.path for hit in ix.search(query).hits] == ["old.md"], query
        assert [hit.path for hit in ix.search("tag:杂谈").hits] == ["old.md"] * simplify
        assert [hit.path for hit in ix.search("", tags="雜談", categories="技術").hits] == ["old.md"]
        assert ix.search("", tags="杂谈").total == simplify
        hit = ix.search("雜談").hits[0]
        assert [hit.title[start : start + length] for start, length in hit.title_spans] == ["雜談"]
        for query, reason in (
            ("程式設計雜談", "+ the query is the title or an alias"),
            ("記憶體管理", "+ the query is a heading"),
        ):
            score = ix.search(query, explain=True).hits[0].explain
            assert score and {part.label: part.value for part in score.parts}[reason], query
        assert ix.suggest("雜")
        assert ix.like("old.md").total == simplify


@pytest.mark.parametrize("simplify", [True, False])
def test_a_query_is_read_as_the_index_was_whatever_the_settings_say_by_now(blog: Path, simplify: bool) -> None:
    header = "---\ntitle: 程式設計雜談\ntags: [雜談]\n---\n"
    (blog / "old.md").write_text(f"{header}這是關於雜談的文章。\n", encoding="utf-8")
    (blog / "postdex.toml").write_text(f"simplify = {str(simplify).lower()}\n")
    postdex.open(blog).close()
    (blog / "postdex.toml").write_text(f"max_changed_files = 0\nsimplify = {str(not simplify).lower()}\n")
    with postdex.open(blog) as ix:
        for query, tags in (("雜談", ()), ("tag:雜談", ()), ("", "雜談"), ("title:設計", ())):
            found = ix.search(query, tags=tags)
            assert ([hit.path for hit in found.hits], found.index.fresh) == (["old.md"], False), query
        hit = found.hits[0]
        assert [hit.title[start : start + length] for start, length in hit.title_spans] == ["設計"]
        assert ix.suggest("雜")
        assert ix.explain("程式設計雜談", "old.md").rank == 1


def test_each_index_is_queried_by_its_own_analyzer(tmp_path: Path) -> None:
    """Two indexes of the same posts, opened together under settings that say the opposite of what made them."""
    asked = [
        ("雜談", ""),
        ("杂谈", ""),
        ("tag:雜談", ""),
        ("tag:杂谈", ""),
        ("", "雜談"),
        ("", "杂谈"),
        ("title:設計", ""),
    ]
    with ExitStack() as opened:
        indexes = {}
        for simplify in (True, False):
            folder = tmp_path / str(simplify)
            folder.mkdir()
            text = "---\ntitle: 程式設計雜談\ntags: [雜談]\n---\n這是關於雜談的文章。\n"
            (folder / "old.md").write_text(text, encoding="utf-8")
            (folder / "postdex.toml").write_text(f"simplify = {str(simplify).lower()}\n")
            postdex.open(folder).close()
            (folder / "postdex.toml").write_text(f"max_changed_files = 0\nsimplify = {str(not simplify).lower()}\n")
            indexes[simplify] = opened.enter_context(postdex.open(folder))
        for query, tags in asked:
            for simplify, ix in indexes.items():
                total = int(simplify or "杂" not in (query or tags))
                found = ix.search(query, tags=tags)
                assert (found.total, found.index.fresh) == (total, False), (query, tags, simplify)
                if query == "title:設計":
                    hit = found.hits[0]
                    assert [hit.title[start : start + length] for start, length in hit.title_spans] == ["設計"]
        assert [bool(ix.suggest("杂")) for ix in indexes.values()] == [True, False]
        assert [ix.explain("程式設計雜談", "old.md").rank for ix in indexes.values()] == [1, 1]
        assert [ix.explain("杂谈", "old.md").rank for ix in indexes.values()] == [1, 0]


#: Folder and file of a post, as a program prints them.
PATHS = [
    "plain/b.md",
    "Client Work/Visit.md",
    "Client  Work/a (1).md",
    "Ｆｕｌｌ/幅.md",
    "Café/Über Straße.md",
    "unicodedata/e\u0301te\u0301.md",
    "記憶體管理/雜談.md",
    "记忆体/杂谈.md",
    "Привет/Ёлка.md",
    "ΑΣ/Όσος.md",
    "ไทย/น้ำ.md",
    "किताब/हिन्दी.md",
    "각/한글.md",
    "İstanbul/ığdır.md",
    "what?/[a] *b*.md",
    "a.b/.c/d's \u200d.md",
    "#1/C#.md",
]


@pytest.mark.parametrize("simplify", ["true", "false"])
def test_a_path_is_found_as_it_is_printed_in_any_form(tmp_path: Path, simplify: str) -> None:
    (tmp_path / "postdex.toml").write_text(f"simplify = {simplify}\n")
    for path in PATHS:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("a word\n", encoding="utf-8")
    with postdex.open(tmp_path) as ix:
        printed = [hit.path for hit in ix.search("", limit=100).hits]
        assert len(printed) == len(PATHS) - 1  # what lies in a folder with a dot is no post
        for path in printed:
            folder, _, name = path.rpartition("/")
            for form in ("NFC", "NFD", "NFKC"):
                for asked in (path, path.upper(), f"./{path}", folder, f"{folder}/", f"*/{name}", f"**{name[1:]}"):
                    typed = f'path:"{normalize(form, asked)}"'
                    assert path in [hit.path for hit in ix.search(f"word {typed}", limit=100).hits], typed
                assert ix.search(f'path:"{normalize(form, path)}"').total == 1
            assert ix.get(path).path == path
            assert ix.explain("word", path).rank


def test_two_paths_that_differ_in_case_are_two_posts(blog: Path) -> None:
    (blog / "A.md").write_text("# Upper\n\nword\n")
    with postdex.open(blog) as ix:
        assert {hit.path for hit in ix.search("path:a.md").hits} == {"a.md", "A.md"}
        assert (ix.get("A.md").title, ix.get("a.md").title) == ("Upper", "Post a")
        (blog / "A.md").unlink()
        assert {hit.path for hit in ix.search("path:A.md").hits} == {"a.md"}


@pytest.mark.parametrize(
    ("query", "arguments", "total", "first", "warned"),
    [
        ("tag:health", {}, 2, "", ""),
        ("tag:#Health/", {}, 2, "", ""),
        ("tag:health/sport", {}, 1, "a.md", ""),
        ("tag:h*h", {}, 2, "", ""),
        ("tag:heal", {}, 0, "", "no post has tag:heal"),
        ("tag:sport", {}, 0, "", "no post has tag:sport"),
        ("", {"tags": "#health"}, 2, "", ""),
        ("", {"tags": ["health", "#contact"]}, 1, "a.md", ""),
        ("tag:#contact", {}, 1, "a.md", ""),
        ("#contact", {}, 1, "a.md", ""),
        ("word tag:nobody", {}, 2, "", "no post has tag:nobody; it was searched as text"),
        ("word path:/usr/lib lang:en", {}, 2, "", "no post has path:/usr/lib; it was searched as text"),
        ("word path:kitchen", {"lang": "fr"}, 0, "", "no post has path:kitchen; it was searched as text"),
        ("word +tag:nobody", {}, 0, "", "no post has tag:nobody"),
        ("word", {"tags": "nobody"}, 0, "", "no post has tag:nobody"),
        ("word after:2099", {}, 0, "", "no post has a date in 2099"),
        ("kitchen", {}, 1, "Kitchen Remodel/2024/b.md", ""),
        ("remodel word", {}, 2, "Kitchen Remodel/2024/b.md", ""),
        ("2024 plans", {}, 1, "Home/plans/c.md", ""),
        ("home", {}, 0, "", "no post has home"),
        ('path:"kitchen remodel"', {}, 1, "Kitchen Remodel/2024/b.md", ""),
    ],
)
def test_tags_and_folders(
    notes: postdex.Index, query: str, arguments: dict[str, Any], total: int, first: str, warned: str
) -> None:
    check(notes.search(query, **arguments), total, first, warned)


def test_facets_hold_whole_tags(notes: postdex.Index) -> None:
    assert notes.search("tag:health", facets="tags").facets["tags"] == {"contact": 1, "health": 1, "health/sport": 1}


def test_title_spans(ix: postdex.Index) -> None:
    for query in ("refcount", "refcounts", "refc*", "refcuont~", "title:refcount", '"refcount bug"'):
        hit = ix.search(query, limit=1).hits[0]
        assert "refcount" in [hit.title[start : start + length] for start, length in hit.title_spans], query
    assert ix.search("body:refcount", limit=1).hits[0].title_spans == ()


def test_facets_count_all_that_match(ix: postdex.Index) -> None:
    found = ix.search("psock", limit=1, facets=("tags", "lang", "year", "categories"))
    assert found.facets["tags"]["linux"] == found.total == 2
    assert found.facets["year"] == {"2022": 2}
    assert ix.search("???", facets=("tags",)).facets == {"tags": {}}


def test_a_score_and_its_explanation_are_one(ix: postdex.Index) -> None:
    for query in ("refcount bug", "git switch", "内核 调试", "A refcount bug in sk_psock_get", "refcoutn"):
        for rank, hit in enumerate(ix.search(query, explain=True).hits, 1):
            assert hit.explain is not None
            assert hit.explain.value == pytest.approx(hit.score, rel=1e-6)
            verdict = ix.explain(query, hit.path)
            assert (verdict.rank, verdict.reasons) == (rank, ())
            assert verdict.score is not None
            assert verdict.score.value == pytest.approx(hit.score, rel=1e-6)


@pytest.mark.parametrize(
    ("query", "path", "reason"),
    [
        ("sqlite", REFCOUNT, "it has no sqlite"),
        ("+psock +sqlite", REFCOUNT, "it has no sqlite, which is required"),
        ("psock tag:git", REFCOUNT, "it has no tag:git, which is required"),
        ("psock after:2023", REFCOUNT, "it has no a date in 2023-01-01.., which is required"),
        ("bug -psock", REFCOUNT, "it has psock, which is excluded"),
        ("sqlite quicksort", REFCOUNT, "it has none of sqlite, quicksort"),
        ("sqlite quicksort tag:linux", REFCOUNT, "it has none of sqlite, quicksort"),
        ("内核的编译", REFCOUNT, "it has no 内核的编译, which is required"),
        ("unfinished", "2024/allocator-notes.md", "it is unpublished (draft: true); drafts show it"),
        ("psock", "no.md", "there is no such file in the folder of the posts"),
        ("psock", "../secret.md", "there is no such file in the folder of the posts"),
        ("???", REFCOUNT, "there is no word to search for"),
    ],
)
def test_why_a_post_is_not_found(ix: postdex.Index, query: str, path: str, reason: str) -> None:
    verdict = ix.explain(query, path)
    assert verdict.rank == 0
    assert reason in verdict.reasons


def test_why_a_file_is_not_in_the_index(blog: Path) -> None:
    (blog / ".gitignore").write_text("left-out.md\n")
    (blog / "binary.md").write_bytes(bytes(1000))
    write(blog, "left-out")
    with postdex.open(blog, refresh="never") as ix:
        write(blog, "new")
        reasons = {path: " ".join(ix.explain("word", path).reasons) for path in ("left-out.md", "binary.md", "new.md")}
    assert ".gitignore" in reasons["left-out.md"]
    assert "this is no text" in reasons["binary.md"]
    assert "newer than the index" in reasons["new.md"]


PASTED = [
    ("x" * 2000, 0, "no post has xxx"),
    ("x" * 9000, 0, "the text has 9,000 characters; only the first 2,000 were read"),
    ("内" * 2000, 0, "the text of 1,000 words was searched for by 1 of them; no post has 内内"),
    ("".join(map(chr, range(0x4E00, 0x5500))), 1, "the text of 896 words was searched for by"),
    (" ".join(f"w{number}q" for number in range(300)), 0, "the text of 300 words was searched for by 64 of them"),
    ("psock " + " ".join(f"w{number}q" for number in range(390)), 2, "by 1 of them, the rarest in these posts"),
    ("the of and " * 30, 12, "the text of 90 words was searched for by 3 of them, the rarest in these posts"),
    ("the of and", 12, ""),
    ("什么 如何 是多少", 2, ""),
    ("为什么是什么", 2, ""),
    ("ですか อะไร", 0, "no post has ですか or อะไร"),
    ("“„«「『" * 300, 0, "there is no word to search for"),
    ("“the 「socket «psock» 』", 4, ""),
    ("“a „b «c 「d 『e』 d」 c» b“ a” " * 60, 0, "no post has"),
]


@pytest.mark.parametrize(("text", "total", "warned"), PASTED)
def test_whatever_is_pasted_is_answered(ix: postdex.Index, text: str, total: int, warned: str) -> None:
    found = ix.search(text)
    assert (found.total, found.complete) == (total, True)
    assert warned in "; ".join(found.warnings)
    assert all(len(said) < 300 for said in found.warnings)
    assert ix.explain(text, found.hits[0].path if found.hits else REFCOUNT).rank == bool(total)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"limit": -1}, "bad_limit"),
        ({"limit": 1001}, "bad_limit"),
        ({"offset": -1}, "bad_offset"),
        ({"sort": "size"}, "bad_sort"),
        ({"units": "words"}, "bad_units"),
        ({"facets": ["colour"]}, "bad_facet"),
        ({"after": "soon"}, "bad_date"),
        ({"before": "2024-02-31"}, "bad_date"),
        ({"after": datetime(2024, 3, 14, tzinfo=UTC)}, "bad_date"),
        ({"after": 2024}, "bad_argument"),
        ({"before": ["2024"]}, "bad_argument"),
        ({"query": None}, "bad_argument"),
        ({"query": ["word"]}, "bad_argument"),
        ({"limit": "5"}, "bad_argument"),
        ({"limit": None}, "bad_argument"),
        ({"offset": 1.5}, "bad_argument"),
        ({"deadline_ms": "soon"}, "bad_argument"),
        ({"tags": None}, "bad_argument"),
        ({"tags": [1]}, "bad_argument"),
        ({"categories": 1}, "bad_argument"),
        ({"facets": 1}, "bad_argument"),
        ({"lang": ["en"]}, "bad_argument"),
        ({"query": "x OR " * 65}, "too_many_clauses"),
        ({"query": "(" * 17}, "too_deep"),
    ],
)
def test_what_cannot_be_asked(ix: postdex.Index, arguments: dict[str, Any], code: str) -> None:
    asked: dict[str, Any] = {"query": "word", **arguments}
    with pytest.raises(postdex.QueryError) as caught:
        ix.search(**asked)
    assert (caught.value.code, postdex.http_status(caught.value)) == (code, 400)
    assert code != "bad_argument" or next(iter(arguments)) in caught.value.message


@pytest.mark.parametrize(
    ("method", "arguments", "code"),
    [
        ("suggest", {"text": None}, "bad_argument"),
        ("suggest", {"text": "wo", "limit": None}, "bad_argument"),
        ("suggest", {"text": "wo", "limit": -1}, "bad_limit"),
        ("like", {"path": 1}, "bad_argument"),
        ("get", {"path": None}, "bad_argument"),
        ("explain", {"query": "word", "path": None}, "bad_argument"),
        ("explain", {"query": None, "path": "a.md"}, "bad_argument"),
    ],
)
def test_what_cannot_be_asked_of_the_other_methods(
    ix: postdex.Index, method: str, arguments: dict[str, Any], code: str
) -> None:
    with pytest.raises(postdex.QueryError) as caught:
        getattr(ix, method)(**arguments)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("arguments", "same"),
    [
        ({"tags": "c++"}, {"tags": ["c++"]}),
        ({"categories": "linux/net"}, {"categories": ["linux/net"]}),
        ({"facets": "year"}, {"facets": ["year"]}),
        ({"after": date(2022, 8, 26)}, {"after": "2022-08-26"}),
        ({"before": date(2022, 8, 26)}, {"before": "2022-08-26"}),
        ({"after": datetime(2022, 8, 26)}, {"after": "2022-08-26"}),
        ({"before": datetime(2022, 8, 26, 23, 59)}, {"before": "2022-08-27"}),
        ({"after": datetime(2022, 8, 26, 9, 39, 34)}, {"after": "2022-08-26"}),
        ({"after": datetime(2022, 8, 26, 9, 39, 35)}, {"after": "2022-08-27"}),
        ({"deadline_ms": 500.5}, {"deadline_ms": None}),
    ],
)
def test_values_of_other_kinds(ix: postdex.Index, arguments: dict[str, Any], same: dict[str, Any]) -> None:
    found, wanted = ix.search("the", **arguments), ix.search("the", **same)
    assert found.total == wanted.total > 0
    assert (found.hits, found.facets) == (wanted.hits, wanted.facets)


@pytest.mark.parametrize("path", [None, Path(REFCOUNT)])
def test_a_path_is_a_text(ix: postdex.Index, path: Any) -> None:
    for ask in (ix.get, ix.like, partial(ix.explain, "word")):
        with pytest.raises(postdex.QueryError, match="path is "):
            ask(path)


@pytest.mark.parametrize(
    ("text", "limit", "named"), [(None, 10, "text"), ("the refc", "10", "limit"), ("the", -1, "limit")]
)
def test_what_cannot_be_completed(ix: postdex.Index, text: Any, limit: Any, named: str) -> None:
    with pytest.raises(postdex.QueryError, match=f"{named} is "):
        ix.suggest(text, limit=limit)


def test_other_questions(ix: postdex.Index) -> None:
    assert REFCOUNT not in [hit.path for hit in ix.like(REFCOUNT).hits]
    assert ix.like(REFCOUNT).hits[0].path == KERNEL
    assert ix.suggest("the refc", limit=2)[0].text == "refcount"
    assert ix.get("2024/allocator-notes.md").unpublished == "draft: true"
    assert repr(ix.get(REFCOUNT)).startswith(f"<post {REFCOUNT!r}, 'A refcount bug in sk_psock_get', ")
    status = ix.status()
    assert (status.stats.posts, status.stats.unpublished, status.fresh) == (PUBLISHED, 1, True)
    assert [(problem.path, problem.kind) for problem in ix.problems()] == [("2024/allocator-notes.md", "unpublished")]
    for lost in (lambda: ix.get("no.md"), lambda: ix.like("no.md")):
        with pytest.raises(postdex.NotFoundError):
            lost()


def test_without_words_a_hit_shows_what_its_post_says_of_itself(blog: Path) -> None:
    about = "What it is about. " * 30
    (blog / "d.md").write_text(f"---\ndescription: {about}\ntags: [d]\n---\nA beginning.\n", encoding="utf-8")
    (blog / "e.md").write_text("---\ntags: [d]\n---\n# E\n\nThe first prose.\n\n## F\n\nx\n", encoding="utf-8")
    with postdex.open(blog) as ix:
        units: tuple[request.Units, ...] = ("posts", "sections")
        for unit in units:
            shown = {hit.path: hit.snippet.text for hit in ix.search("tag:d", units=unit)}
            assert about.startswith(shown["d.md"].removesuffix(" …")) and len(shown["d.md"]) <= 242
            assert shown["e.md"] == "The first prose."
        assert ix.search("beginning")[0].snippet.text == "A beginning."


def test_two_posts_of_one_address_are_a_problem(blog: Path) -> None:
    for name in ("d", "e"):
        (blog / f"{name}.md").write_text("---\nurl: /same/\n---\nwords\n", encoding="utf-8")
    with postdex.open(blog) as ix:
        assert [problem.path for problem in ix.problems() if "/same/" in problem.message] == ["e.md"]


def test_results_are_values(ix: postdex.Index) -> None:
    found = ix.search("psock", limit=1)
    told = found.to_dict()
    assert (told["total"], told["hits"][0]["path"]) == (2, found.hits[0].path)
    assert found.index == (ix.status().stats.generation, PUBLISHED, True, 0, ())


def test_a_deadline_cuts_and_says_so(ix: postdex.Index) -> None:
    for units in ("posts", "sections"):
        assert not ix.search("the", deadline_ms=0, units=units).complete
    assert ix.search("the", deadline_ms=None).complete


# -- fresh


def test_auto_follows_the_files(blog: Path) -> None:
    with postdex.open(blog) as ix:
        check(ix.search("word"), 3)
        write(blog, "d")
        (blog / "a.md").unlink()
        write(blog, "b", "something else")
        check(ix.search("word"), 2, "c.md")
        assert ix.search("word").index.fresh


def test_never_looks_at_no_file_but_sees_a_new_commit(blog: Path) -> None:
    with postdex.open(blog, refresh="never") as ix, postdex.open(blog) as other:
        write(blog, "d")
        check(ix.search("word"), 3)
        assert ix.search("word").index == (1, 3, None, 0, ())
        other.refresh()
        check(ix.search("word"), 4)


def test_require_fails_rather_than_answer_from_an_old_index(blog: Path) -> None:
    (blog / "postdex.toml").write_text("max_changed_files = 1\n")
    with postdex.open(blog, refresh="require") as ix, postdex.open(blog) as auto:
        write(blog, "d")
        check(ix.search("word"), 4)
        write(blog, "e")
        write(blog, "f")
        with pytest.raises(postdex.StaleError):
            ix.search("word")
        stale = auto.search("word")
        check(stale, 4)
        assert (stale.index.fresh, stale.index.changed_files) == (False, 2)
        ix.refresh()
        check(ix.search("word"), 6)


def test_a_post_without_words_is_like_no_other_and_nothing_is_said(blog: Path) -> None:
    (blog / "empty.md").write_text("\n", encoding="utf-8")
    with postdex.open(blog) as ix:
        found = ix.like("empty.md")
        assert (found.total, found.warnings) == (0, ())


def test_a_deleted_post_is_never_found_even_while_another_writes(blog: Path) -> None:
    write(blog, "名*?[x]")
    with postdex.open(blog) as ix, closing(EmbeddedEngine(blog / ".postdex").open_writer(analyzer=ANALYZER)):
        for name in ("a", "名*?[x]"):
            (blog / f"{name}.md").unlink()
        for query in ("word", "", "post"):
            found = ix.search(query, facets=("year",))
            assert sorted(hit.path for hit in found.hits) == ["b.md", "c.md"]
            assert (found.total, found.index.fresh, found.index.changed_files) == (2, False, 2)
        assert sorted(hit.path for hit in ix.like("b.md").hits) == ["c.md"]


@pytest.mark.parametrize("pattern", ["commit-*", "*.segment"])
@pytest.mark.parametrize("create", [True, False])
def test_a_damaged_index_is_built_anew_unless_it_is_to_be_left_alone(blog: Path, pattern: str, create: bool) -> None:
    postdex.open(blog).close()
    for file in (blog / ".postdex").glob(pattern):
        file.write_bytes(b"not an index")
    with pytest.raises(IndexDamagedError, match="run `postdex index`"):
        postdex.open(blog, refresh="never", create=create)
    with postdex.open(blog, create=create) as ix:
        check(ix.search("word"), 3)
    assert EmbeddedEngine(blog / ".postdex").verify() == []


def test_a_folder_that_is_gone_is_an_error(blog: Path) -> None:
    with postdex.open(blog) as ix:
        shutil.rmtree(blog)
        with pytest.raises(postdex.PostdexError):
            ix.search("word")


def test_the_same_word_twice_where_a_compound_has_its_stem(blog: Path) -> None:
    (blog / "d.md").write_text("Jekyll-ize it", "utf-8")
    with postdex.open(blog) as opened:
        assert [hit.path for hit in opened.search("Jekyll jekyll").hits] == ["d.md"]


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="only Linux tells which files are mapped")
def test_a_closed_index_lets_go_of_its_files_at_once(blog: Path) -> None:
    gc.collect()
    gc.disable()  # a cycle would hold them until the next collection, and a disk with them
    try:
        with postdex.open(blog) as opened:
            opened.get(opened.search("word", section_snippets=True).hits[0].path)
        del opened
        assert str(blog) not in Path("/proc/self/maps").read_text("utf-8")
    finally:
        gc.enable()


def test_open_and_close(blog: Path, tmp_path: Path) -> None:
    with pytest.raises(postdex.IndexMissingError):
        postdex.open(blog, create=False)
    assert not (blog / ".postdex").exists()
    with postdex.open(blog, index=tmp_path / "elsewhere") as ix:
        check(ix.search("word"), 3)
    assert not (blog / ".postdex").exists()
    for method in (lambda: ix.search("word"), ix.refresh, ix.watch, ix.status, ix.problems):
        with pytest.raises(postdex.PostdexError, match="closed"):
            method()
    with pytest.raises(postdex.FolderError):
        postdex.open(tmp_path / "nowhere")
    with pytest.raises(postdex.PostdexError, match="refresh"):
        postdex.open(blog, refresh="sometimes")  # type: ignore[call-overload]


def test_threads_share_an_index(blog: Path) -> None:
    failed: list[BaseException] = []
    done = threading.Event()
    with postdex.open(blog) as ix:

        def ask() -> None:
            try:
                while not done.is_set():
                    found = ix.search("word")
                    assert found.total == len(found.hits) >= 3
                    assert all("word" in hit.snippet.text for hit in found.hits)
            except BaseException as error:
                failed.append(error)

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for number in range(6):
            write(blog, f"new{number}")
            assert ix.search("word").total == 4 + number
        done.set()
        for thread in threads:
            thread.join()
    assert failed == []


# -- places


def test_where_the_index_lies(blog: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Path(index_location.index_directory(blog)) == blog / ".postdex"
    assert Path(index_location.index_directory(blog, "elsewhere")) == Path("elsewhere")
    monkeypatch.setattr(os, "access", lambda *_: False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path))
    cached = Path(index_location.index_directory(blog))
    assert tmp_path in cached.parents
    assert cached != Path(index_location.index_directory(tmp_path))
    (blog / ".postdex").mkdir()
    assert Path(index_location.index_directory(blog)) == blog / ".postdex", "a read-only site may come with its index"


def test_what_is_not_built_unasked(blog: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index_location.check_unasked(blog, Settings())
    monkeypatch.setattr(index_location, "MANY_FILES", 2)
    with pytest.raises(postdex.FolderError, match="3 files"):
        index_location.check_unasked(blog, Settings())
    index_location.check_unasked(blog, Settings(language="en"))
    (blog / "mkdocs.yml").write_text("site_name: x\n")
    index_location.check_unasked(blog, Settings())
    for home in (blog, blog / "below"):
        monkeypatch.setenv("HOME", str(home))
        with pytest.raises(postdex.FolderError, match="home"):
            index_location.check_unasked(blog, Settings())


def test_the_front_door() -> None:
    assert all(getattr(postdex, name) for name in postdex.__all__)
    assert postdex.Report is refresh.Report
    assert dir(postdex) == sorted(postdex.__all__)
    with pytest.raises(AttributeError):
        postdex.nothing  # noqa: B018
