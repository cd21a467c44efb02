"""What does a notebook show: safe HTML, at home on light and on dark ground, and no traceback in place of a value?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest

import postdex

HOSTILE = "<script>alert(1)</script>\"'&"
POSTS = {
    "a.md": f"---\ntitle: A {HOSTILE} title\ntags: ['{'<b>x</b>'}', linux]\ndate: 2022-08-26\n---\n"
    f"## Why {HOSTILE} leaks\n\nA leak {HOSTILE}.\n",
    "b.md": "---\ntitle: Second\nlang: ar\n---\n# Second\n\nA leak\u202e too.\n",
    "c.md": "---\ndraft: true\n---\nA plan.\n",
}


@pytest.fixture(scope="module")
def index() -> Iterator[postdex.Index]:
    with postdex.open(texts=POSTS) as opened:
        yield opened


class Shown(HTMLParser):
    """The tags and the text that are left of HTML; each tag that is opened is closed."""

    def __init__(self, html: str | None) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self._open: list[str] = []
        assert html
        self.feed(html)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._open += [] if tag == "br" else [tag]

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += "" if "style" in self._open else data


def test_results(index: postdex.Index) -> None:
    results = index.search("leak", facets=["tags", "lang"])
    html = results._repr_html_()
    shown = Shown(html)
    assert "2 posts for “leak”" in shown.text and f"A {HOSTILE} title › Why" in shown.text
    assert "a.md:8 · 2022-08-26" in shown.text and "<b>x</b>" in shown.text and "linux 1" in shown.text
    assert "script" not in shown.tags and shown.tags.count("li") == 2 and shown.tags.count("mark") == 3
    assert 'lang="ar"' in html and "\u202e" not in html
    assert "prefers-color-scheme" not in html and not re.search(r"(?<!-)color: *(?!inherit)[#\w]", html)


def test_what_is_to_be_said_of_results(index: postdex.Index) -> None:
    misspelt = Shown(index.search("laek", limit=1)._repr_html_()).text
    assert "1 of 2 posts for “laek”" in misspelt and "also searched for leak" in misspelt
    assert "ms; next: offset=1" in misspelt
    assert "0 posts for “zyzzogeton”" in Shown(index.search("zyzzogeton", typo=False)._repr_html_()).text
    many = index.search("leak").replaced(hits=index.search("leak").hits * 30, total=60)
    assert "and 40 more hits" in Shown(many._repr_html_()).text


def test_a_hit_leads_to_addresses_only(index: postdex.Index) -> None:
    hit = index.search("leak")[0]
    assert Shown(hit._repr_html_()).tags.count("a") == 0
    assert '<a href="https://a.org/b?c&amp;d">' in hit._replace(url="https://a.org/b?c&d")._repr_html_()
    for url in ("javascript:alert(1)", "/b/", "data:text/html,x"):
        assert "href" not in hit._replace(url=url)._repr_html_()


def test_an_index(index: postdex.Index) -> None:
    shown = Shown(index._repr_html_()).text
    assert "2 posts, 1 unpublished" in shown and "linux 1" in shown and repr(index).startswith("<Index of '")
    with postdex.open(texts={}) as empty:
        assert "0 posts" in Shown(empty._repr_html_()).text
    assert "closed" in Shown(empty._repr_html_()).text, "a notebook shows no traceback for a value"
