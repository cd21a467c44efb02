"""Do readers find first what the owner of a site put first, raised or left out, whatever they ask by?

Small sites through the library and the other faces; that scores and orders are exact is `test_by_hand`'s.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from test_invariants import check as check_explanation

import postdex
from postdex.http.page import hits as page_hits
from postdex.http.page.view import View
from postdex.http.page.words import Words
from postdex.mcp import tools
from postdex.mcp.posts import Posts
from postdex.output import hit_lines, screen, terminal, wire
from postdex_index.content import front_matter, metadata
from postdex_index.formats.dates import find_zone
from postdex_index.model import Post
from postdex_index.sites.locales import of_path

Make: TypeAlias = Callable[..., postdex.Index]

POSTS = {
    "install.md": "---\ntitle: Installing\nsearch:\n  pin: [Set up, 安裝]\n---\nBy pip.\n\n## Windows\n\nA program.\n",
    "first.md": "---\ntitle: First steps\ntags: [start]\ndate: 2020-01-01\n---\nYou install it and set up a shelf.\n",
    "second.md": "---\ntitle: Install\n---\nTo install, install.\n\n## Install more\n\nInstall it again.\n",
    "k8s.md": "---\ntitle: Clusters\nsearch: {keywords: [k8s]}\ndate: 2026-01-01\n---\nOn a cluster.\n",
    "draft.md": "---\ntitle: Draft\ndraft: true\nsearch: {pin: set up}\n---\nTo set up.\n",
    "other.md": "Nothing of it, but a shelf.\n",
}
SETTINGS = """[[pins]]
query = ["Ｉｎｓｔａｌｌ!", "getting started"]
post = ["other.md", "far/away.md", "first.md"]
"""


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """An index of these posts and settings."""
    opened: list[postdex.Index] = []

    def made(settings: str = "", posts: dict[str, str] = POSTS, name: str = "posts") -> postdex.Index:
        folder = tmp_path / name
        for path, text in {"postdex.toml": settings, **posts}.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")
        opened.append(postdex.open(folder))
        return opened[-1]

    yield made
    for index in opened:
        index.close()


def found(ix: postdex.Index, query: str, **arguments: Any) -> list[str]:
    """The names of the posts that are found, those that are pinned in capitals."""
    hits = ix.search(query, **arguments).hits
    return [hit.path[:-3].upper() if hit.pinned else hit.path[:-3] for hit in hits]


# -- front matter


def read(text: str) -> Post:
    """A post's front matter, read."""
    context = metadata.PostContext("a.md", of_path("a.md"), find_zone("") or UTC)
    return metadata.normalise(front_matter.parse(text), context).post


#: Front matter, and boost, pins and words of the post.
BY_HAND = [
    ("---\nsearch: {boost: 2}\n---\n", 2.0, (), ()),
    ("---\nsearch:\n  boost: 0.5\n  pin: getting  started\n---\n", 0.5, ("getting started",), ()),
    ("---\nsearch:\n  Pin:\n  - a\n  - b\n  keywords: [c d, e]\n---\n", 1.0, ("a", "b"), ("c d", "e")),
    ("---\nsearch.boost: 3\nsearch.keywords: a, b\uff0cc\n---\n", 3.0, (), ("a", "b", "c")),
    ("+++\n[search]\nboost = 2.5\npin = ['a']\n+++\n", 2.5, ("a",), ()),
    ("+++\nsearch.boost = 2\n+++\n", 2.0, (), ()),
    ('{"search": {"boost": 2, "pins": ["a"]}}\n', 2.0, ("a",), ()),
    ("---\nsearch: {boost: }\n---\n", 1.0, (), ()),
    ("---\nsearch: true\n---\n", 1.0, (), ()),
]

#: Front matter, the boost, the line of a problem and what it says.
WRONG = [
    ("---\ntitle: a\nsearch:\n  boost: 1e9\n---\n", 10.0, 4, "search.boost is 1e9, and counts as 10"),
    ("---\nsearch: {boost: -1}\n---\n", 0.1, 2, "search.boost is -1, and counts as 0.1"),
    ("---\nsearch: {boost: 0}\n---\n", 0.1, 2, "search.boost is 0, and counts as 0.1"),
    ("---\nsearch: {boost: inf}\n---\n", 10.0, 2, "search.boost is inf, and counts as 10"),
    ("+++\n[search]\nboost = nan\n+++\n", 1.0, 3, "search.boost is no number (nan)"),
    ("---\nsearch: {boost: high}\n---\n", 1.0, 2, "search.boost is no number (high)"),
    ("---\nsearch: {boost: [2]}\n---\n", 1.0, 2, "search.boost is no number but a list or mapping"),
    ("---\nsearch: {pin: {a: b}}\n---\n", 1.0, 2, "search.pin is a mapping, not a list"),
    ("---\nsearch: {keywords: [" + ",".join(map(str, range(101))) + "]}\n---\n", 1.0, 2, "more than 100 values"),
]

#: Front matter that leaves a post out of searches, and the reason that is shown.
LEFT_OUT = [
    ("search: {exclude: true}", "search: {exclude: true}"),
    ("search:\n  exclude: yes", "search: {exclude: true}"),
    ("search.exclude: true", "search: {exclude: true}"),
    ("search: false", "search: false"),
    ("in_search_index: false", "in_search_index: false"),
    ("pagefind: false", "pagefind: false"),
    ("search_exclude: true", "search_exclude: true"),
    ("exclude_search: true", "exclude_search: true"),
    ("excludeSearch: true", "excludeSearch: true"),
    ("ExcludeFromSearch: true", "excludeFromSearch: true"),
    ("bookSearchExclude: true", "bookSearchExclude: true"),
    ("search: {exclude: false}", ""),
    ("search: true", ""),
    ("excludeSearch: false", ""),
    ("searchHidden: true", ""),
]


@pytest.mark.parametrize(("text", "boost", "pins", "words"), BY_HAND)
def test_what_is_set_by_hand_is_read(text: str, boost: float, pins: tuple[str, ...], words: tuple[str, ...]) -> None:
    post = read(text)
    assert (post.boost, post.pins, post.own_words) == (boost, pins, words)
    assert not post.problems and not post.unpublished and not post.fields


@pytest.mark.parametrize(("text", "boost", "line", "said"), WRONG)
def test_what_cannot_be_meant_is_said(text: str, boost: float, line: int, said: str) -> None:
    post = read(text)
    (problem,) = post.problems
    assert post.boost == boost and problem.line == line and said in problem.message
    assert problem.kind == "malformed" and problem.hint


@pytest.mark.parametrize(("text", "reason"), LEFT_OUT)
def test_a_post_is_left_out_as_generators_have_it(text: str, reason: str) -> None:
    assert read(f"---\ntitle: a\n{text}\n---\n").unpublished == reason


# -- pins

#: What is asked for, and what is found in which order.
PINNED: list[tuple[str, dict[str, Any], list[str]]] = [
    ("install", {}, ["OTHER", "FIRST", "second", "install"]),
    ("INSTALL!", {}, ["OTHER", "FIRST", "second", "install"]),
    ('"install"', {}, ["OTHER", "FIRST", "second", "install"]),
    ("getting  Started", {}, ["OTHER", "FIRST"]),
    ("install", {"prefix_last": True}, ["OTHER", "FIRST", "second", "install"]),
    ("instal", {"prefix_last": True}, ["second", "install", "first"]),
    ("install", {"limit": 1, "offset": 1}, ["FIRST"]),
    ("install", {"limit": 2, "offset": 2}, ["second", "install"]),
    ("install tag:start", {}, ["FIRST"]),
    ("install", {"tags": "start"}, ["FIRST"]),
    ("install", {"path": "other.md"}, ["OTHER"]),
    ("install", {"sort": "title"}, ["first", "second", "install"]),
    ("install shelf", {}, ["second", "install", "first", "other"]),
    ("install -tag:start", {}, ["second", "install"]),
    ("title:install", {}, ["OTHER", "FIRST", "second", "install"]),
    ("instal*", {}, ["second", "install", "first"]),
    ("set up", {}, ["INSTALL", "first"]),
    ("set up", {"drafts": True}, ["DRAFT", "INSTALL", "first"]),
    ("安装", {}, ["INSTALL"]),
    ("*", {"sort": "title"}, ["k8s", "first", "second", "install", "other"]),
    ("k8s", {}, ["k8s"]),
]


@pytest.mark.parametrize(("query", "arguments", "order"), PINNED, ids=lambda case: str(case)[:40])
def test_a_pin_is_first_for_its_query(make: Make, query: str, arguments: dict[str, Any], order: list[str]) -> None:
    results = (ix := make(SETTINGS)).search(query, **arguments)
    assert found(ix, query, **arguments) == order
    if "limit" not in arguments:
        assert results.total == len(order)


def test_they_count_once_and_say_so(make: Make) -> None:
    ix = make(SETTINGS)
    results = ix.search("install", facets=("tags", "year"), explain=True)
    assert results.facets == {"tags": {"start": 1}, "year": {"2020": 1}} and results.total == 4
    for hit in results.hits:
        assert hit.explain is not None and hit.explain.value == pytest.approx(hit.score)
        check_explanation(hit.explain)
        assert hit.explain.label.startswith("first whatever it scores, pinned by the settings") == hit.pinned
        verdict = ix.explain("install", hit.path)
        assert verdict.score is not None and verdict.rank == results.hits.index(hit) + 1
        assert verdict.score.value == pytest.approx(hit.score)
    own = ix.search("set up", explain=True)[0].explain
    assert own is not None and "by its front matter" in own.label
    assert ix.explain("+set", "install.md").reasons == ("it has no set",)


def test_each_face_says_it(make: Make) -> None:
    ix = make(SETTINGS)
    results = ix.search("install")
    told = json.loads(wire.to_json(results))["hits"]
    assert [hit.get("pinned") for hit in told] == [True, True, None, None]
    plain = screen.Screen(60)
    assert "pinned · 2020-01-01 · start" in terminal.full(results, plain)
    assert "first.md:6: First steps (2020-01-01, pinned) [start]" in "\n".join(
        hit_lines.lines_for_programs(results, plain)
    )
    painted = page_hits.painted(results[0], View(q="install"), Words("zh-CN"), places=True)
    assert '</h2><p class="where"><bdi class="pinned">置顶</bdi></p>' in painted, "below the title"
    assert painted.count("置顶") == 1
    asked = tools.answer(Posts.of(ix), "search", {"query": "install"}).form["results"]
    assert [result.get("pinned") for result in asked] == [True, True, None, None]


def test_of_a_pinned_post_the_best_section_is_first(make: Make) -> None:
    ix = make('[[pins]]\nquery = "install"\npost = ["other.md", "second.md"]')
    hits = ix.search("install", units="sections").hits
    assert [hit.path for hit in hits[:2]] == ["other.md", "second.md"]
    assert [hit.pinned for hit in hits] == [True, True] + [False] * (len(hits) - 2)
    assert len([hit for hit in hits if hit.path == "second.md"]) == 2
    scores = [hit.score for hit in hits[2:]]
    assert scores == sorted(scores, reverse=True)


def test_of_translations_the_pinned_one_is_shown(make: Make) -> None:
    posts = {f"a.{lang}.md": f"---\nlang: {lang}\ntitle: {lang}\n---\ninstall\n" for lang in ("en", "de")}
    ix = make('translations = "group"\n[[pins]]\nquery = "install"\npost = "a.de.md"', posts)
    (hit,) = ix.search("install").hits
    assert (hit.path, hit.pinned, [other.path for other in hit.translations]) == ("a.de.md", True, ["a.en.md"])


def test_of_several_sites_each_has_its_pins(make: Make, tmp_path: Path) -> None:
    for name in ("blog", "docs"):
        make('[[pins]]\nquery = "install"\npost = "other.md"', name=name).search("install")
    with postdex.open({"blog": tmp_path / "blog", "docs": tmp_path / "docs"}) as ix:
        paths = [(hit.path, hit.pinned) for hit in ix.search("install")]
        assert paths[:2] == [("blog/other.md", True), ("docs/other.md", True)] and not any(it[1] for it in paths[2:])
        assert ix.search("install", sites=["docs"])[0].path == "docs/other.md"


def test_likeness_and_lists_know_no_pins(make: Make) -> None:
    ix = make('recency = "1y"\n' + SETTINGS)
    assert not any(hit.pinned for hit in ix.like("first.md"))
    assert not any(hit.pinned for hit in ix.search("tag:start"))


def test_doctor_knows_pins_that_lead_nowhere(make: Make) -> None:
    ix = make(SETTINGS + '[[pins]]\nquery = "x"\npost = ["draft.md", "secnd.md"]\n')
    said = [problem[:5] for problem in ix.problems() if problem.path == "postdex.toml"]
    hint, then = "name a post by its path from this folder", "it comes first as soon as it is published"
    assert said == [
        ("postdex.toml", 1, "malformed", "far/away.md is pinned and not there", hint),
        ("postdex.toml", 4, "malformed", "secnd.md is pinned and not there", "did you mean second.md?"),
        ("postdex.toml", 4, "note", "draft.md is pinned and unpublished (draft: true)", then),
    ]


# -- age


def test_age_counts_by_the_setting_or_the_request(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    same = "---\ntitle: A note\n{}---\nof words\n"
    dates = {"a.md": "date: 2020-01-01\n", "b.md": "", "c.md": "date: 2026-05-01\n"}
    posts = {path: same.format(day) for path, day in dates.items()}
    monkeypatch.setattr(postdex.Index, "today", lambda self: date(2026, 6, 1))
    ix = make("", posts)
    assert found(ix, "words") == ["a", "b", "c"] == found(ix, "words", recency="off")
    assert found(ix, "words", recency="1y") == ["c", "b", "a"] == found(ix, "words", recency="6 months")
    assert found(ix, "words", recency="1y", sort="title") == ["a", "b", "c"]
    hit = ix.search("words", recency="1y", explain=True)[0]
    assert hit.explain is not None and check_explanation(hit.explain) > 0
    assert re.search(r"x for its age: 31 days old \(half-life 365 days\)", str(hit.explain))
    with pytest.raises(postdex.QueryError, match="recency is 'soon', which is no length of time"):
        ix.search("words", recency="soon")
    asked = ix.explain("words", "c.md", recency="1y").score
    assert asked is not None and asked.value == pytest.approx(hit.score)
    set_so = make('recency = "1y"', posts)
    assert found(set_so, "words") == ["c", "b", "a"]
    assert found(set_so, "words", recency="off") == ["a", "b", "c"]
    explained = set_so.explain("words", "c.md").score
    assert explained is not None and explained.value == pytest.approx(hit.score)
