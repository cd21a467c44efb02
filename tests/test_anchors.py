"""Heading anchors, as the generators make them. The first table was measured with the generators themselves."""

from __future__ import annotations

import pytest
from costs import check_linear
from hypothesis import given, settings
from hypothesis import strategies as st

from postdex_index.content.markdown.sections import sections
from postdex_index.sites.detect import style_names
from postdex_index.sites.python_markdown import toc_style
from postdex_index.sites.reading import slug_style
from postdex_index.sites.slugs import Slugger

# heading, {#id}, then the anchor with Hexo, Hugo, kramdown, GitHub, MkDocs
MEASURED = [
    ("what I fixed", "", "what-I-fixed", "what-i-fixed", "what-i-fixed", "what-i-fixed", "what-i-fixed"),
    (
        "Running `git rebase --onto`", "", "Running-git-rebase-onto", "running-git-rebase---onto",
        "running-git-rebase---onto", "running-git-rebase---onto", "running-git-rebase-onto",
    ),
    ("搜索引擎的实现", "", "搜索引擎的实现", "搜索引擎的实现", "搜索引擎的实现", "搜索引擎的实现", "_1"),
    ("一、简介", "", "一、简介", "一简介", "一简介", "一简介", "_2"),
    ("C++ & C#: v6.1.7", "", "C-C-v6-1-7", "c--c-v617", "c--c-v617", "c--c-v617", "c-c-v617"),
    (
        "smc_switch_to_fallback()", "", "smc-switch-to-fallback", "smc_switch_to_fallback", "smc_switch_to_fallback",
        "smc_switch_to_fallback", "smc_switch_to_fallback",
    ),
    ("Duplicate", "", "Duplicate", "duplicate", "duplicate", "duplicate", "duplicate"),
    ("Duplicate", "", "Duplicate-1", "duplicate-1", "duplicate-1", "duplicate-1", "duplicate_1"),
    ("Émile 你好 — dash", "", "Emile-你好-—-dash",
     "émile-你好--dash", "émile-你好--dash", "émile-你好--dash", "emile-dash"),
    ("Don't `x->y`", "", "Don’t-x-y", "dont-x-y", "dont-x-y", "dont-x-y", "dont-x-y"),
    ("😀 emoji", "", "😀-emoji", "-emoji", "-emoji", "-emoji", "emoji"),
]  # fmt: skip


@pytest.mark.parametrize(("column", "style"), list(enumerate(["hexo", "hugo", "kramdown", "github", "mkdocs"], 2)))
def test_measured(column: int, style: str) -> None:
    slugs = Slugger(slug_style(style))
    assert [slugs.slug(row[0], row[1]) for row in MEASURED] == [row[column] for row in MEASURED]


# style, headings (text, or (text, explicit id)), anchors
CASES: list[tuple[str, list[str | tuple[str, str]], list[str]]] = [
    # an explicit id wins, except in Hexo, where it is text
    ("hexo", ["Custom {#impl}"], ["Custom-impl"]),
    ("hexo", [("Custom", "impl")], ["Custom"]),
    ("hugo", [("Custom", "impl")], ["impl"]),
    ("kramdown", [("Custom", "impl")], ["impl"]),
    ("mkdocs", [("Custom", "impl")], ["impl"]),
    ("github", [("Custom", "impl")], ["impl"]),
    ("github", ["Custom {#impl}"], ["custom-impl"]),
    ("hugo", [("A", "b"), "B"], ["b", "b-1"]),
    ("mkdocs", [("A", "b"), "B"], ["b", "b_1"]),
    ("github", [("A", "b"), "B"], ["b", "b"]),
    # repeats, and anchors that are taken
    ("github", ["a", "a", "a"], ["a", "a-1", "a-2"]),
    ("github", ["a 1", "a", "a"], ["a-1", "a", "a-2"]),
    ("github", ["a", "a", "a 1"], ["a", "a-1", "a-1-1"]),
    ("hugo", ["a 1", "a", "a"], ["a-1", "a", "a-2"]),
    ("hexo", ["a 1", "a", "a"], ["a-1", "a", "a-1"]),
    ("hexo", ["a", "A", "a", "a"], ["a", "A", "a-1", "a-2"]),
    ("kramdown", ["a 1", "a", "a"], ["a-1", "a", "a-1"]),
    ("mkdocs", ["a", "a", "a"], ["a", "a_1", "a_2"]),
    ("mkdocs", ["a_1", "a", "a", "a_1"], ["a_1", "a", "a_2", "a_3"]),
    ("mkdocs", ["a_1", "a_1", "a", "a", "a_1"], ["a_1", "a_2", "a", "a_3", "a_4"]),
    # nothing left of the heading
    ("github", ["。", "！"], ["", "-1"]),
    ("hugo", ["。", "！"], ["heading", "heading-1"]),
    ("hexo", ["?", "!"], ["", "-1"]),
    ("kramdown", ["。", "！"], ["", "-1"]),
    ("mkdocs", ["", "中文", "文"], ["_1", "_2", "_3"]),
    # characters
    ("github", ["x² ①", "हिन्दी", "a\tb", "snake_case-kebab"], ["x-", "हिन्दी", "ab", "snake_case-kebab"]),
    # blanks, as they are in the heading
    ("github", ["a  b", "two\nlines", "Mode\u00a0: auto", "x \u3000y"], ["a--b", "twolines", "mode-auto", "x-y"]),
    ("hugo", ["a\tb", "हिन्दी"], ["ab", "हनद"]),
    ("kramdown", ["a\tb"], ["a-b"]),
    ("hexo", ["--- 'a' -- \"b\"...", "`--x`y", "Straße Łódź", "Ａ１"], ["—-‘a’-–-“b”…", "xy", "Strase-Lodz", "A１"]),
    ("mkdocs", ["A :star::tada:", ":a: b std::c::d 1:e:2"], ["a", "b-stdcd-1e2"]),
    (
        "zola",
        ["What's *new* in `v1.2`?", "A_b -- Émile", "a b émile"],
        ["what-s-new-in-v1-2", "a-b-emile", "a-b-emile-1"],
    ),
    ("zola", ["a", "a", "搜索 b", ("A", "a-2"), "a"], ["a", "a-1", "搜索-b", "a-2", "a-3"]),
    ("zola-safe", ["搜索 `b`?", "搜索 b?"], ["搜索_b?", "搜索_b?-1"]),
    ("mkdocs", ["Ünï -- cödé", "a - b"], ["uni-code", "a-b"]),
]


@pytest.mark.parametrize(("style", "headings", "anchors"), CASES)
def test_cases(style: str, headings: list[str | tuple[str, str]], anchors: list[str]) -> None:
    slugs = Slugger(slug_style(style))
    assert [slugs.slug(*([h] if isinstance(h, str) else h)) for h in headings] == anchors


# Markdown, then the anchors with Hexo, Hugo, kramdown, GitHub, MkDocs; measured, None where there is no such heading
BLANKS = [
    ("## a\u00a0b", "a-b", "ab", "ab", "ab", "a-b"),
    ("## a\u202fb", "a-b", "ab", "ab", "ab", "a-b"),
    ("## a\u3000b", "a-b", "ab", "ab", "ab", "a-b"),
    ("## a\u2009b", "a-b", "ab", "ab", "ab", "a-b"),
    ("## a\u200bb", "a\u200bb", "ab", "ab", "ab", "ab"),
    ("## a\tb", "ab", "ab", "a-b", "ab", "a-b"),
    ("## a  b", "a-b", "a--b", "a--b", "a--b", "a-b"),
    ("## a \u202f b", "a-b", "a--b", "a--b", "a--b", "a-b"),
    ("## \u3000a\u00a0", "a", "a", "a", "a", "a"),
    ("## `a\u00a0b`", "a-b", "ab", "ab", "ab", "a-b"),
    ("## a&nbsp;b", "a-nbsp-b", "ab", "ab", "ab", "a-b"),
    ("a\nb\n---", "ab", "b", None, "ab", None),
    ("## a<br>b", "ab", "ab", "ab", "ab", "ab"),
    ("## a <br> b", "a-b", "a--b", "a--b", "a--b", "a-b"),
    ("## a <!-- x --> b", "a-b", "a--b", "a--b", "a--b", "a-b"),
    ("## a ![x](y.png) b", "a-b", "a-x-b", "a--b", "a--b", "a-b"),
    ("## ![x](y.png)", "", "x", "", "", "_1"),
    ("## a <img alt='x'> b", "a-b", "a--b", "a--b", "a--b", "a-b"),
]


@pytest.mark.parametrize(("column", "style"), list(enumerate(["hexo", "hugo", "kramdown", "github", "mkdocs"], 1)))
def test_blanks_of_all_kinds(column: int, style: str) -> None:
    rows = [row for row in BLANKS if row[column] is not None]
    anchors = [sections(row[0] + "\n", anchors=slug_style(style)).sections[0].anchor for row in rows if row[0]]
    assert anchors == [row[column] for row in rows]


@pytest.mark.parametrize(
    ("heading", "shown"),
    [("a\u00a0b", "a b"), ("a <br> b", "a b"), ("a  b", "a b"), ("a ![x](y.png)", "a x"), ("\u3000a\tb", "a b")],
)
def test_a_heading_is_shown_with_plain_blanks(heading: str, shown: str) -> None:
    assert sections(f"## {heading}\n").sections[0].heading == shown


@given(
    st.sampled_from(style_names()),
    st.lists(st.text(max_size=8) | st.sampled_from(["a", "a 1", "a_1", "A-1"]), max_size=30),
)
@settings(max_examples=200, deadline=None)
def test_never_raises_and_skippers_never_repeat(style: str, headings: list[str]) -> None:
    slugs = Slugger(slug_style(style))
    anchors = [slugs.slug(heading) for heading in headings]
    if style in ("github", "hugo", "mkdocs"):
        anchors = [anchor for anchor, heading in zip(anchors, headings, strict=True) if heading]
        assert len(set(anchors)) == len(anchors)


@pytest.mark.parametrize("piece", ["<a", "</", "<", "> <", ":a", ":a:", "-", "--", " {", "`", "{a} ", " "])
def test_slugs_of_unicode_are_linear(piece: str) -> None:
    style = toc_style(
        {"toc": {"slugify": {"kwds": {"case": "lower"}}}, "attr_list": {}, "smarty": {}, "pymdownx.emoji": {}}
    )
    check_linear(lambda n: style.shape(piece * n), 20_000)


def test_many_repeats_are_linear() -> None:
    for style in style_names():
        slugs = Slugger(slug_style(style))
        anchors = [slugs.slug("same") for _ in range(20_000)]
        assert anchors[-1] in ("same-19999", "same_19999", "")
