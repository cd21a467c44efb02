"""Pelican's settings are read and never run, and posts have the links, names and categories that they say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from costs import check_linear
from hypothesis import given, settings
from hypothesis import strategies as st

from postdex_index.content.parser import parse
from postdex_index.formats.python_literals import Unread, assignments
from postdex_index.settings import Settings
from postdex_index.sites.generator import Site
from postdex_index.sites.reading import site
from postdex_index.sites.safe_patterns import safe_pattern

#: a program, what it is read for
PROGRAMS: list[tuple[str, dict[str, Any]]] = [
    ("A = 'x'\nB = u\"y\"\nC = '''p\nD = 1\n'''", {"A": "x", "B": "y", "C": "p\nD = 1\n"}),
    ("A = 1\nB = -2.5\nC = True\nD = None", {"A": "1", "B": "-2.5", "C": "true", "D": None}),
    ("A = (\n  'x',\n  ['y'],  # why\n)\nB = ('x'\n 'y')", {"A": ["x", ["y"]], "B": "xy"}),
    ("A = {'k': {'l': [1]}, 2: ()}\nB = {1, 2}", {"A": {"k": {"l": ["1"]}, "2": []}, "B": {"1": None, "2": None}}),
    ("A = 'x'\nB = A + '/y'\nC = [A] + ['z']\nC += [B]", {"A": "x", "B": "x/y", "C": ["x", "z", "x/y"]}),
    ("A: str = 'x'\na = 'y'\nif A:\n    A = 'z'\nA == 'q'\nA.b = 1", {"A": "x"}),
    ("A = f(1)\nB = {'k': f(1), 'l': 2}", {"A": "f(1)", "B": {"k": "f(1)", "l": "2"}}),
    ("A = 'x' if y else 'z'\nB = 'a' % 3", {"A": "'x' if y else 'z'", "B": "'a' % 3"}),
    ("A = [x for x in y]", {"A": ["x for x in y"]}),
    ("A = '\\x'\nB = r'\\d'\nC = 'a\\tb'", {"A": "'\\x'", "B": "\\d", "C": "a\tb"}),
    ("print 'Python 2'\nA = 1\n)]}\nB = 2", {"A": "1", "B": "2"}),
    ("A = 'open\nB = [1\nC = 2", {"A": "'open", "B": "[1\nC = 2"}),
]  # fmt: skip


@pytest.mark.parametrize(("program", "values"), PROGRAMS)
def test_programs_are_read_for_literals(program: str, values: dict[str, Any]) -> None:
    assert assignments(program) == values


def test_what_is_no_literal_is_told_from_a_text() -> None:
    read = assignments("A = f(1)\nB = 'f(1)'\nC = A + 'x'")
    assert [isinstance(value, Unread) for value in read.values()] == [True, False, True]


@pytest.mark.parametrize(
    "program",
    [
        *("A = " + "[" * 200_000, "A = " + "-" * 200_000, "A = " + "1+" * 100_000, "A = " + "[[" * 5000 + "]]" * 5000),
        *("A = ['x']\n" + "A = [A, A]\n" * 1000, "A = 'x'\n" + "A = A + A\n" * 1000, "'" * 200_000, "\\" * 200_000),
        *("A = " + "{'k':" * 40_000, "A = " + "f(" * 100_000, "A = " + "'x' " * 50_000, "A = " + "lambda:" * 30_000),
    ],
)
def test_hostile_programs_are_read_in_no_time(program: str) -> None:
    assert "A" in assignments(program) or not program.startswith("A")


def test_programs_take_linear_time() -> None:
    for piece in ("A = ['x', {'k': f(1)}]\n", "A = A + 'x'\n", "A = (", "A = '''", "# A\n"):
        check_linear(lambda size, piece=piece: assignments(piece * size), 4000)  # type: ignore[misc]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(["A", "=", "'", '"', "(", ")", "{", "}", "[", "]", ",", ":", "+", "1", "\n", " ", "\\", "f"])
    )
)
def test_programs_never_raise(pieces: list[str]) -> None:
    assignments("".join(pieces))


@pytest.mark.parametrize(
    ("source", "is_safe"),
    [
        *((r"(?P<date>\d{4}-\d{2}-\d{2})-(?P<slug>.*)", True), (r"(?P<slug>[^.]*).*", True), (r"(?u)\A\s*", True)),
        *((r"(a+)+$", False), (r"(a|a)*b", False), (r".*.*.*x", False), (r"a{1,5000}b{1,5000}c{1,9999}", False)),
        *((r"(?=a)", False), (r"(.*)\1", False), ("(", False), ("[", False), ("", False), ("a" * 301, False)),
        *((r"(?P<lang>\w{2})?x", True), ("a**", False)),
    ],
)  # fmt: skip
def test_patterns_that_may_take_long_are_not_used(source: str, is_safe: bool) -> None:
    assert (safe_pattern(source) is not None) == is_safe


def site_with(folder: Path, conf: str, published: str = "") -> Site:
    (folder / "content").mkdir()
    (folder / "pelicanconf.py").write_text(conf, encoding="utf-8")
    (folder / "publishconf.py").write_text(published, encoding="utf-8")
    return site(folder / "content")


LATER = "Title: x\nDate: 2100-01-01\n"
HEAD = "Title: Ein Straßenfest\nDate: 2024-02-03 10:00\n"
#: settings, a post's path, its fields, its link
LINKS = [
    ("", "a.md", HEAD, "/ein-strassenfest.html"),
    ("ARTICLE_URL = '{category}/{date:%Y/%m}/'", "notes/Sea Side/a.md", HEAD, "/sea-side/2024/02/"),
    ("ARTICLE_URL = '{category}/{slug}'\nUSE_FOLDER_AS_CATEGORY = False", "x/a.md", HEAD, "/misc/ein-strassenfest"),
    ("ARTICLE_URL = '{category}/{slug}'", "x/a.md", HEAD + "Category: C++ & 文\n", "/c-wen/ein-strassenfest"),
    ("SLUGIFY_SOURCE = 'basename'", "x/2024-A_b.md", HEAD, "/2024-a_b.html"),
    ("SLUGIFY_USE_UNICODE = True", "a.md", HEAD, "/ein-straßenfest.html"),
    ("SLUGIFY_PRESERVE_CASE = True", "a.md", HEAD, "/Ein-Strassenfest.html"),
    ("SLUG_REGEX_SUBSTITUTIONS = [('ein', 'one'), ('[^a-z]', '')]", "a.md", HEAD, "/onestrassenfest.html"),
    ("SLUG_REGEX_SUBSTITUTIONS = [('(a+)+$', '')]", "a.md", HEAD, ""),
    ("", "a.md", HEAD + "Slug: own\n", "/own.html"),
    ("", "a.md", HEAD + "Lang: de\n", "/ein-strassenfest-de.html"),
    ("DEFAULT_LANG = 'DE'", "a.md", HEAD + "Lang: de\n", "/ein-strassenfest.html"),
    ("", "a.md", HEAD + "URL: x/y.html\nSave_as: x/y.html\n", "/x/y.html"),
    ("", "pages/a.md", HEAD, "/pages/ein-strassenfest.html"),
    ("PAGE_PATHS = ['x']\nPAGE_URL = '{slug}/'", "x/a.md", HEAD, "/ein-strassenfest/"),
    ("FILENAME_METADATA = r'(?P<date>\\d{4}-\\d{2}-\\d{2})_(?P<slug>.*)'", "2024-01-02_B.md", "Title: x\n", "/B.html"),
    ("PATH_METADATA = r'(?P<category>[^/]*)/.*'\nARTICLE_URL = '{category}'", "y/x/a.md", HEAD, "/y"),
    ("ARTICLE_URL = '{author}/{slug}'\nAUTHOR = 'Kim Lee'", "a.md", HEAD, "/kim-lee/ein-strassenfest"),
    ("ARTICLE_URL = '{kind}/{slug}'", "a.md", HEAD + "Kind: log\n", "/log/ein-strassenfest"),
    ("ARTICLE_URL = '{kind}/{slug}'", "a.md", HEAD, ""),
    ("ARTICLE_URL = '{date:%b}'\nLOCALE = 'de_DE'", "a.md", HEAD, ""),
    ("ARTICLE_URL = os.environ['X']", "a.md", HEAD, ""),
    ("SITEURL = 'https://a.org/blog/'", "a.md", HEAD, "/blog/ein-strassenfest.html"),
]  # fmt: skip


@pytest.mark.parametrize(("conf", "path", "head", "link"), LINKS)
def test_links(tmp_path: Path, conf: str, path: str, head: str, link: str) -> None:
    assert parse(head + "\ntext", path, site_with(tmp_path, conf), Settings()).url == link


#: settings, a post's path, its fields, why it is left out
UNBUILT = [
    ("", "a.md", HEAD, ""),
    ("", "a.mdx", HEAD, "Pelican reads no files with this suffix"),
    ("", "a.md", "Title: x\n", "it has no date"),
    ("DEFAULT_DATE = 'fs'", "a.md", "Title: x\n", ""),
    ("", "pages/a.md", "Title: x\n", ""),
    ("", "a.md", "Date: 2024-01-01\nTags: x\n", "it has no title"),
    ("", "a.md", "", "it has no title"),
    ("", "a.md", HEAD + "Status: someday\n", "its status is none that Pelican knows"),
    ("", "a.md", HEAD + "Status: Draft\n", "status: draft"),
    ("DEFAULT_METADATA = {'status': 'draft'}", "a.md", HEAD, "status: draft"),
    ("ARTICLE_PATHS = ['notes']", "a.md", HEAD, "neither in ARTICLE_PATHS nor in PAGE_PATHS"),
    ("ARTICLE_PATHS = ['notes']", "notes/a.md", HEAD, ""),
    ("ARTICLE_EXCLUDES = ['x']", "x/a.md", HEAD, "neither in ARTICLE_PATHS nor in PAGE_PATHS"),
    ("IGNORE_FILES = ['*.tmp.md']", "a.tmp.md", HEAD, "left out by IGNORE_FILES"),
    ("PATH = 'content/posts'", "a.md", HEAD, "not in content/posts/, where Pelican looks for posts"),
    ("WITH_FUTURE_DATES = False", "a.md", LATER, "to be published on 2100-01-01 (publishDate)"),
    ("", "a.md", LATER, ""),
]  # fmt: skip


@pytest.mark.parametrize(("conf", "path", "head", "reason"), UNBUILT)
def test_files_that_are_no_pages(tmp_path: Path, conf: str, path: str, head: str, reason: str) -> None:
    assert parse(head + "\ntext", path, site_with(tmp_path, conf), Settings()).unpublished == reason


#: settings, the anchors of `## Über uns` and `## Mine {#own}`
ANCHORS = [
    ("", ["", "own"]),
    ("MARKDOWN = {'extensions': ['codehilite']}", ["", ""]),
    ("MARKDOWN = {'extension_configs': {'markdown.extensions.toc': {}, 'extra': {}}}", ["uber-uns", "own"]),
    ("MARKDOWN = {'extensions': ['toc']}", ["uber-uns", "mine-own"]),
    (
        "MARKDOWN = {'extension_configs': {'toc': {'slugify': slugify(case='lower')}, 'attr_list': {}}}",
        ["über-uns", "own"],
    ),
]


@pytest.mark.parametrize(("conf", "anchors"), ANCHORS)
def test_headings_have_anchors_where_an_extension_makes_them(tmp_path: Path, conf: str, anchors: list[str]) -> None:
    post = parse(HEAD + "\n## Über uns\n\n## Mine {#own}\n", "a.md", site_with(tmp_path, conf), Settings())
    assert [section.anchor for section in post.sections] == anchors


def test_indented_code_may_name_its_language(tmp_path: Path) -> None:
    text = HEAD + "\nLook:\n\n    :::nginx\n    server {}\n    :::kept\n"
    (section,) = parse(text, "a.md", site_with(tmp_path, ""), Settings()).sections
    assert " ".join(section.text.split()) == "Look: server {} :::kept"


def test_what_is_published_with_stands_above(tmp_path: Path) -> None:
    read = site_with(tmp_path, "SITEURL = ''\nTIMEZONE = 'Europe/Berlin'", "SITEURL = 'https://a.org/b'\nX = TIMEZONE")
    assert (read.base, read.timezone) == ("/b", "Europe/Berlin")


def test_settings_that_are_no_literals_are_notes(tmp_path: Path) -> None:
    notes = site_with(tmp_path, "PAGE_URL = f('x')\nSITEURL = os.environ['URL']").problems
    assert [note.message.split()[0] for note in notes] == ["PAGE_URL", "SITEURL"]


def test_lists_of_fields_and_quotes_are_pelicans(tmp_path: Path) -> None:
    head = "---\ntitle: 'It' is\ntags: a, b; c\nauthors: Lee, Kim; Doe, Jane\ncategory: One, two\n---\n"
    post = parse(head, "a.md", site_with(tmp_path, ""), Settings())
    assert post.authors == ("Lee, Kim", "Doe, Jane") and post.tags == ("a, b", "c")
    assert post.categories == (("One, two",),) and post.title == "'It' is"
    quoted = parse('---\ntitle: "Quoted"\n---\n', "a.md", site(tmp_path / "content"), Settings())
    assert quoted.title == '"Quoted"'
