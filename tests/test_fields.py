"""What fields mean: the rows of the field table of docs/frontmatter.md, each with what it may meet."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postdex_index.content.front_matter import parse
from postdex_index.content.metadata import Metadata, PostContext, normalise
from postdex_index.formats import dates
from postdex_index.sites.locales import of_path
from postdex_index.sites.reading import named

NOW = 1_700_000_000  # 2023-11-14T22:13:20Z
MTIME = 1_600_000_000.5

#: the front matter's lines, what the post then has; `path`, `generator`, `zone`, `language` are the circumstances
ROWS: list[tuple[str, dict[str, Any], dict[str, str]]] = [
    ("title: '  Off   by\tone '", {"title": "Off by one"}, {}),
    ("title: E\u0301mile", {"title": "Émile"}, {}),
    ("Title: x", {"title": "x"}, {}),
    ("title: 1.10", {"title": "1.10"}, {}),
    ("a: b", {"title": "", "title_words": ""}, {}),
    ("tags: -a -b", {"tags": ("-a -b",)}, {}),
    ("title: x\nlinkTitle: y", {"title": "x", "title_words": "y"}, {}),
    ("title: x\nlinktitle: x", {"title_words": ""}, {}),
    # date
    ("date: 2022-08-26 09:39:34", {"date": "2022-08-26T09:39:34", "date_from": "post"}, {}),
    ("date: 2013/7/13 20:46:25", {"date": "2013-07-13T20:46:25"}, {"zone": "Asia/Shanghai"}),
    ("date: 2013-07-13 20:46:25 -0800", {"date": "2013-07-14T04:46:25"}, {}),
    ("date: 2013-07-13 20:46:25 -0800", {"date": "2013-07-14T12:46:25"}, {"zone": "Asia/Shanghai"}),
    ("date: 2022-08-26T09:39:34Z", {"date": "2022-08-26T05:39:34"}, {"zone": "America/New_York"}),
    ("date: 2022-08-26T09:39:34.123+08:00", {"date": "2022-08-26T09:39:34"}, {"zone": "+08:00"}),
    ("date: Jul 08 2022", {"date": "2022-07-08T00:00:00"}, {}),
    ("date: 2019-12-09T13：00：00-08：00", {"date": "2019-12-09T21:00:00"}, {}),
    ("pubDate: 2022-01-01", {"date": "2022-01-01T00:00:00"}, {}),
    ("created: 2022-01-01\npublished: 2021-01-01", {"date": "2021-01-01T00:00:00"}, {}),
    ("created: 2022-01-01\npublished: true", {"date": "2022-01-01T00:00:00"}, {}),
    ("date:\ncreated: 2022-01-01", {"date": "2022-01-01T00:00:00"}, {}),
    ("a: b", {"date": "2022-08-26T00:00:00", "date_from": "path"}, {"path": "_posts/2022-8-26-x.md"}),
    ("a: b", {"date": "2022-08-26T00:00:00", "date_from": "path"}, {"path": "2022-08-26-x/index.zh.md"}),
    ("a: b", {"date": "2022-08-26T00:00:00", "date_from": "path"}, {"path": "2022-08-26.md"}),
    ("a: b", {"date": "2022-08-26T00:00:00", "date_from": "path"}, {"path": "journals/2022_08_26.md"}),
    ("a: b", {"date_from": "file"}, {"path": "2022_13_26.md"}),
    ("a: b", {"date": "2020-09-13T12:26:40", "date_from": "file"}, {"path": "2022-00-31-x.md"}),
    ("a: b", {"date": "2020-09-13T20:26:40", "date_from": "file"}, {"zone": "Asia/Shanghai"}),
    ("updated: 2022-01-01", {"updated": "2022-01-01T00:00:00"}, {}),
    ("lastmod: 2022-01-02", {"updated": "2022-01-02T00:00:00"}, {}),
    ("last_modified_at: 2022-01-03", {"updated": "2022-01-03T00:00:00"}, {}),
    ("updatedDate: 2022-01-04", {"updated": "2022-01-04T00:00:00"}, {}),
    (
        "pubDatetime: 2022-01-01\nmodDatetime: 2022-01-05",
        {"date": "2022-01-01T00:00:00", "updated": "2022-01-05T00:00:00"},
        {},
    ),
    (
        "publishedAt: 2022-01-01\nupdatedAt: 2022-01-06",
        {"date": "2022-01-01T00:00:00", "updated": "2022-01-06T00:00:00"},
        {},
    ),
    (
        "date:\n  created: 2022-01-01\n  updated: 2022-01-07",
        {"date": "2022-01-01T00:00:00", "updated": "2022-01-07T00:00:00", "problems": ()},
        {},
    ),
    ("last_update:\n  date: 2022-01-08\n  author: x", {"updated": "2022-01-08T00:00:00"}, {}),
    # tags
    ("tags: [a, '#b', ＃b, 1.10, null, a, '']", {"tags": ("a", "b", "1.10")}, {}),
    ("tags: a b, c，d", {"tags": ("a b", "c", "d")}, {}),
    ("tags: a b", {"tags": ("a", "b")}, {"generator": "jekyll"}),
    ("tags: a b, c", {"tags": ("a b", "c")}, {"generator": "jekyll"}),
    ("tag: a b", {"tags": ("a b",)}, {"generator": "jekyll"}),
    ("labels:\n- x", {"tags": ("x",)}, {}),
    ("tags: []\nlabels: [x]", {"tags": ("x",)}, {}),
    ("tags:\n- a: b\n- name: c", {"tags": ("a: b", "c")}, {}),
    ("tags: [a, {label: My tag, permalink: /b}]", {"tags": ("a", "My tag")}, {}),
    ("taxonomies:\n  tags: [a]\n  categories: [b]", {"tags": ("a",), "categories": (("b",),)}, {"generator": "zola"}),
    ("keywords: a, b", {"keywords": ("a", "b"), "tags": ()}, {}),
    # categories
    ("categories: [linux, net]", {"categories": (("linux", "net"),)}, {"generator": "hexo"}),
    ("categories: [linux, net]", {"categories": (("linux",), ("net",))}, {}),
    ("categories: [[a, b], [c]]", {"categories": (("a", "b"), ("c",))}, {"generator": "hexo"}),
    ("categories: [[a, b], c]", {"categories": (("a", "b"), ("c",))}, {}),
    ("categories: a, b", {"categories": (("a, b",),)}, {"generator": "hexo"}),
    ("categories: a, b", {"categories": (("a",), ("b",))}, {}),
    ("categories: a b", {"categories": (("a",), ("b",))}, {"generator": "jekyll"}),
    ("category: a b", {"categories": (("a b",),)}, {"generator": "jekyll"}),
    (
        "categories: c",
        {"categories": (("a",), ("b",), ("c",))},
        {"generator": "jekyll", "path": "a/b/_posts/2022-08-26-x.md"},
    ),
    ("authors: a, b", {"authors": ("a, b",)}, {}),
    # unpublished
    ("status: Draft", {"unpublished": "status: draft"}, {"generator": "pelican"}),
    ("status: draft", {"unpublished": ""}, {}),
    ("status: published", {"unpublished": ""}, {"generator": "pelican"}),
    ("draft: true", {"unpublished": "draft: true"}, {}),
    ("draft: false\npublished: true", {"unpublished": "", "reconsider_at": None}, {}),
    ("published: false", {"unpublished": "published: false"}, {}),
    ("a: b", {"unpublished": "in _drafts/"}, {"path": "source/_drafts/x.md"}),
    ("hidden: yes", {"unpublished": "hidden: true"}, {}),
    ("indexing: false", {"unpublished": "indexing: false"}, {}),
    ("search:\n  exclude: true", {"unpublished": "search: {exclude: true}"}, {}),
    ("password: x", {"unpublished": "has a password"}, {}),
    ("password:", {"unpublished": ""}, {}),
    ("encrypt: true", {"unpublished": "encrypt"}, {}),
    ("encrypt: false", {"unpublished": ""}, {}),
    (
        "publishDate: 2023-11-15",
        {"unpublished": "to be published on 2023-11-15 (publishDate)", "reconsider_at": NOW + 6400},
        {},
    ),
    ("publishDate: 2023-11-15", {"unpublished": "", "reconsider_at": None}, {"zone": "Asia/Shanghai"}),
    ("expiryDate: 2023-11-14", {"unpublished": "expired on 2023-11-14 (expiryDate)", "reconsider_at": None}, {}),
    ("expiryDate: 2023-11-15", {"unpublished": "", "reconsider_at": NOW + 6400}, {}),
    ("draft: true\nexpiryDate: 2023-11-15", {"unpublished": "draft: true", "reconsider_at": None}, {}),
    # the rest
    ("description: ' a  b '", {"description": "a b"}, {}),
    ("excerpt: true\nsubtitle: s", {"description": "s"}, {}),
    ("summary: s\nexcerpt: e", {"description": "s"}, {}),
    ("author: A B", {"authors": ("A B",)}, {}),
    ("authors: [A, {name: B}]", {"authors": ("A", "B")}, {}),
    ("author: {name: A, email: a@b}", {"authors": ("A",)}, {}),
    ("authors: {a: {name: A}, b: {name: B}}", {"authors": ("A", "B")}, {}),
    ("series: [s, t]", {"series": "s"}, {}),
    ("weight: -10", {"weight": -10}, {}),
    ("aliases: /old/, and more", {"aliases": ("/old/, and more",)}, {}),
    ("redirect_from:\n- /a\n- /b", {"aliases": ("/a", "/b")}, {}),
    ("slug: s", {"slug": "s", "given_slug": "s"}, {}),
    ("abbrlink: 3a4f", {"slug": "3a4f", "abbrlink": "3a4f", "given_slug": ""}, {}),
    ("a: b", {"slug": "x", "given_slug": ""}, {"path": "2022/2022-08-26-x.md"}),
    ("url: /a/\npermalink: /b/", {"link": "/a/"}, {}),
    ("permalink: false\npath: c", {"link": "c"}, {}),
    ("lang: zh_CN", {"lang": "zh-cn"}, {"path": "en/x.md"}),
    ("language: python", {"lang": ""}, {}),
    ("locale: en_US.UTF-8", {"lang": "en-us"}, {}),
    ("a: b", {"lang": "zh"}, {"path": "content/zh/x.md"}),
    ("a: b", {"lang": "zh-cn"}, {"path": "a/b/zh-CN/x.md"}),
    ("a: b", {"lang": ""}, {"path": "books/it/x.md"}),
    ("a: b", {"lang": "ja"}, {"path": "x.ja.md", "language": "en"}),
    ("a: b", {"lang": ""}, {"path": "x.v2.md"}),
    ("a: b", {"lang": "en"}, {"path": "x.md", "language": "en"}),
]

#: the front matter's lines, the field that is then empty, line and words of the problem
PROBLEMS = [
    ("a: b\ndate: 2022-02-30", "date", 3, "date is no date (2022-02-30)"),
    ("date: [2022-01-01]", "date", 2, "date is no date"),
    ("title: x\nlastmod: soon", "updated", 3, "lastmod is no date (soon)"),
    ("expiryDate: never", "reconsider_at", 2, "expiryDate is no date"),
    ("weight: ten", "weight", 2, "weight is no whole number"),
    ("title: {a: b}", "title", 2, "title is a mapping"),
]

#: What is kept all the same: the lines, the field, its value, and line and words of the problem
KEPT = [
    ("a: b\ntitle: [WIP]", "title", "[WIP]", 3, "title is a list, not text"),
    ("title: [a, b]", "title", "[a, b]", 2, "title is a list, not text"),
    ("tags: {a: b}", "tags", ("a: b",), 2, "tags is a mapping, not a list"),
    ("tags:\n  a: b\n  c: d", "tags", (), 2, "tags is a mapping, not a list"),
    ("categories: {a: b}", "categories", (("a: b",),), 2, "categories is a mapping, not a list"),
]


def check(lines: str, *, path: str = "x.md", generator: str = "", zone: str = "", language: str = "") -> Metadata:
    """The one call of what is tested."""
    around = PostContext(path, of_path(path), dates.zone_or_utc(zone), named(generator), language, MTIME, NOW)
    return normalise(parse(f"---\n{lines}\n---\n"), around)


@pytest.mark.parametrize(("lines", "expected", "around"), ROWS)
def test_rows(lines: str, expected: dict[str, Any], around: dict[str, str]) -> None:
    found = check(lines, **around)
    shown = found.post._asdict() | found._asdict()
    for name in ("date", "updated"):
        seconds = shown[f"{name}_seconds"]
        shown[name] = None if seconds is None else dates.show(seconds)
    assert {name: shown[name] for name in expected} == expected and not found.post.problems


@pytest.mark.parametrize(("lines", "field", "line", "words"), PROBLEMS)
def test_problems(lines: str, field: str, line: int, words: str) -> None:
    found = check(lines).post
    assert not getattr(found, f"{field}_seconds" if field in ("date", "updated") else field)
    assert [(problem.kind, problem.line) for problem in found.problems] == [("malformed", line)]
    assert words in found.problems[0].message and found.problems[0].hint


@pytest.mark.parametrize(("lines", "field", "value", "line", "words"), KEPT)
def test_what_is_kept_with_a_problem(lines: str, field: str, value: object, line: int, words: str) -> None:
    found = check(lines).post
    assert getattr(found, field) == value
    assert [(problem.kind, problem.line, problem.message) for problem in found.problems] == [("malformed", line, words)]
    assert found.problems[0].hint


def test_a_bad_date_is_not_replaced_by_a_guess() -> None:
    found = check("date: soon", path="2022-08-26-x.md").post
    assert (found.date_seconds, found.date_from) == (None, "")


def test_more_than_a_thousand_tags_are_cut() -> None:
    found = check("tags: [" + ", ".join(map(str, range(1500))) + "]").post
    assert len(found.tags) == 1000 and "more than 1000" in found.problems[0].message


@pytest.mark.parametrize(
    "text", ["2022-13-01", "2022-01-01 25:00", "2021", "2013-07", "now", "0000-01-01", "x" * 10_000]
)
def test_no_dates(text: str) -> None:
    assert dates.parse(text, dates.zone_or_utc("")) is None


_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.text(max_size=20) | st.sampled_from(["true", "2022-01-01", "9999-12-31 23:59 -0800", "1" * 12]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
_NAMES = st.sampled_from(
    [
        *("title", "linkTitle", "date", "published", "updated", "tags", "categories", "taxonomies", "draft", "search"),
        *("publishDate", "expiryDate", "password", "url", "slug", "aliases", "author", "lang", "series", "weight"),
    ]
)


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(_NAMES, _VALUES, max_size=6), st.sampled_from(["", "hexo", "jekyll", "zola"]), st.text(max_size=9)
)
def test_any_fields_give_clean_metadata(fields: dict[str, Any], generator: str, path: str) -> None:
    front = parse("")._replace(fields=fields)
    found = normalise(
        front, PostContext(path, of_path(path), dates.zone_or_utc("Asia/Shanghai"), named(generator), now=NOW)
    ).post
    assert found.title == " ".join(found.title.split())
    assert all(isinstance(tag, str) and tag for tag in (*found.tags, *found.aliases, *found.authors))
    assert all(path and all(path) for path in found.categories)
