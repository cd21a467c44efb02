"""Does the reader paint the search page as the service does, to the character?

The library answers, and what it was asked is written down; the reader paints from that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reader_process import ReaderProcess, js

import postdex
from postdex.export import parameters
from postdex.http import search_page
from postdex.http.endpoints import stored
from postdex.http.page import clamped, frame, messages, notes, view
from postdex.http.page.own_fields import called, field_of, names, together
from postdex.http.service_state import ServiceState
from postdex.results.values import HitList
from postdex_index.document import Document
from postdex_index.errors import PostdexError
from postdex_index.model import Span
from postdex_index.settings import UI_LANGUAGES

ATTACK = '<img src=x onerror="window.broken=1">{{q}}{n}'
LONG = "word " * 199 + "refcount"
POSTS = {
    "a.md": "---\ntitle: A refcount bug\ndate: 2022-08-26\nrating: 3\ntags: [linux, kernel]\n---\n"
    "The refcount.\n\n## Two\n\nB.",
    "attack.md": f"---\ntitle: '{ATTACK}'\ntags: ['{ATTACK}']\n---\nhostile `{ATTACK}`\n\n## `{ATTACK}`\n\nhostile\n",
    "long.md": f"---\ntitle: {LONG}\ntags: [{', '.join(f't{n}' for n in range(200))}]\n---\nlong\n",
    "arabic.md": "---\nlang: ar\ntitle: المقالة\ndate: 2021-02-03\n---\nنص refcount\n",
    "中文 笔记.md": "---\nlang: zh-CN\ndate: 2020-10-11\ncategories: [[系统, 内核]]\nrating: 12\n---\n"
    "# 引用计数 🦀\n\n引用计数 refcount 🦀。\n",
    "sections.md": "# Log\n\n" + "".join(f"## Version {n}\n\n### Fixed\n\nThe refcount {n}.\n\n" for n in range(3)),
    "en.md": "---\nlang: en\ntitle: Twins\ntranslationKey: x\nstatus: [a, b, c, d, e]\nrating: 4.5\n---\n"
    "twins in English\n",
    "de.md": "---\nlang: de\ntitle: Zwillinge\ntranslationKey: x\nstatus: draft it\n---\ntwins auf Deutsch\n",
    "read.md": "# Read\n\none line\nruns on\n\n中文\n中文\n\n```\na\n  b\n```\n",
    **{
        f"many/{n:02}.md": f"---\ntitle: Number {n}\ndate: 20{n:02}-02-01\n---\nplentiful words\n" for n in range(1, 26)
    },
}
SETTINGS = 'fields = ["rating", "status"]\n[synonyms]\ncounter = ["refcount"]\n'
ADDRESSES = [
    "", "q=refcount", "q=refcoutn", "q=counter", "q=hostile", "q=long", "q=twins", "q=twins&translations=all",
    "q=twins&lang=de", "q=plentiful", "q=plentiful&page=2", "q=plentiful&page=9", "q=refcount&tags=linux&tags=kernel",
    "q=refcount&tags=nowhere", "q=refcount&date=2022", "q=refcount&date=1y", "q=plentiful&after=2005&before=2010-03-04",
    "q=zeppelin", "q=zeppelin+refcount&tags=linux", 'q=refcount+%2B"pinned+backlog"', "q=refco&prefix_last=true",
    "q=zepp&prefix_last=true", "q=refcount&sort=title", "q=refcount&sort=-rating", "q=refcount&sort=nothing",
    "q=refcount&where=rating:3", "q=twins&where=status:a&where=status:b&where=rating:%3E=4", "q=x&where=nothing:3",
    "q=refcount&ui=ar", "q=plentiful&ui=ru", "q=plentiful&ui=fr", "q=refcount&ui=zh-TW&record=false", "tags=t7&page=2",
    "q=" + "tag:a+" * 65, "q=foo:refcount+%22root", "q=%F0%9F%A6%80+refcount", "q=%E5%BC%95%E7%94%A8", "lang=xx",
    "categories=%E7%B3%BB%E7%BB%9F", "q=%FF%00%ED%A0%80",
]  # fmt: skip
LANGUAGES = ["", "de-AT, en;q=.5", "xx, ja;q=.5, ko;q=.9", "zh-HK", "pt;q=0, es;q=x, it"]


@pytest.fixture(scope="module")
def reader() -> Iterator[ReaderProcess]:
    process = ReaderProcess(parameters.of_modules())
    process.call("../../../tests/reader/page_stub", "prepared", frame.template(), messages.table())
    yield process
    process.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("posts")
    for name, text in POSTS.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


class Recorded(ServiceState):
    """A site that writes down what it is asked, and what it says."""

    answers: list[tuple[dict[str, Any], Any]]

    def search(self, query: str, **arguments: Any) -> postdex.Results:
        asked = {"query": query, **arguments}
        try:
            results = super().search(query, **arguments)
        except PostdexError as error:
            self.answers.append((asked, error.to_dict()))
            raise
        values = dict(zip(HitList.__slots__, results.values(), strict=True))
        self.answers.append((asked, {**values, "facets": pairs(results.facets)}))
        return results

    def counts(self) -> dict[str, dict[str, int]]:
        counted = super().counts()
        self.answers.append(({"counts": True}, {"facets": pairs(counted)}))
        return counted


def pairs(facets: dict[str, dict[str, int]]) -> list[Any]:
    """Facets as lists, whose order JavaScript keeps."""
    return [[name, list(map(list, counts.items()))] for name, counts in facets.items()]


def about(site: ServiceState) -> dict[str, Any]:
    settings = site.index.settings
    shown = {name: getattr(settings, name) for name in ("ui", "fields", "css", "paths", "origins")}
    return {"name": site.name, "home": site.home, "settings": shown}


@pytest.fixture(
    scope="module",
    params=["", 'name = "Ada\'s <i>"\nhome = "https://a.org/b/"\ncss = "own.css"\n', 'paths = "show"\nui = "fr"\n'],
)
def site(folder: Path, request: pytest.FixtureRequest) -> Iterator[Recorded]:
    (folder / "postdex.toml").write_text(request.param + SETTINGS, encoding="utf-8")
    with postdex.open(folder) as index:
        site = Recorded(index)
        suggest = index.suggest

        def recorded(text: str, *, limit: int) -> Sequence[Any]:
            words = suggest(text, limit=limit)
            site.answers.append(({"text": text, "limit": limit}, {"words": words}))
            return words

        index.suggest = recorded  # type: ignore[method-assign, assignment]
        yield site


@pytest.mark.parametrize("address", ADDRESSES)
def test_pages(reader: ReaderProcess, site: Recorded, address: str) -> None:
    for accepted in LANGUAGES[:1] if "ui=" in address else LANGUAGES[:2]:
        site.answers = []
        html = search_page.painted(site, address.encode(), accepted).html
        assert (
            reader.call("../../../tests/reader/page_stub", "painted", about(site), address, accepted, site.answers)
            == html
        )


@pytest.mark.parametrize("path", ["arabic.md", "attack.md", "read.md", "sections.md", "中文 笔记.md"])
def test_posts_to_read(reader: ReaderProcess, site: Recorded, path: str) -> None:
    post = stored(site, path).post
    html = search_page.post(site, post, "de")
    shown = {name: getattr(post, name) for name in ("path", "title", "lang", "date_seconds", "date_from", "tags")}
    given = shown | {"sections": as_objects(post), "texts": [post.text(number) for number in range(len(post.sections))]}
    assert reader.call("../../../tests/reader/page_stub", "read", about(site), given, "de") == html


def as_objects(post: Document) -> list[Any]:
    return [{"heading": section.heading, "anchor": section.anchor} for section in post.sections]


# -- the parts by themselves, on what is drawn

letters = st.sampled_from(["a", " ", "é", "索", "🦀", "e\u0301", "word ", "\t", "\x1d", "مق", "12"])
texts = st.lists(letters, max_size=60).map("".join)


@given(texts, st.data(), st.integers(0, 60))
def test_clamped(reader: ReaderProcess, text: str, data: st.DataObject, columns: int) -> None:
    ends = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=6)))
    spans = [Span(start, stop - start) for start, stop in zip(ends[::2], ends[1::2], strict=False)]
    assert reader.call("http/page/clamped", "begun", text, spans, columns) == js(clamped.begun(text, spans, columns))
    assert reader.call("http/page/clamped", "cut", text, spans, columns) == js(clamped.cut(text, spans, columns))
    assert reader.call("http/page/clamped", "direction", text) == clamped.direction(text)


values = st.sampled_from(
    [
        "",
        "a",
        "2024",
        "2021-2",
        "2021/03/04",
        "30d",
        "1y",
        "last week",
        "yesterday",
        "date",
        "score",
        "group",
        "all",
        "%FF",
        "zh-TW",
        "a+b",
        "0",
        "3",
        "99999",
        "rating:3",
        "索",
        "x" * 501,
        "false",
        "true",
    ]
)
fields = st.sampled_from(
    [
        "q",
        "tags",
        "sites",
        "categories",
        "where",
        "date",
        "after",
        "before",
        "lang",
        "translations",
        "sort",
        "page",
        "ui",
        "record",
        "prefix_last",
        "odd",
    ]
)


@given(
    st.lists(st.tuples(fields, values), max_size=12).map(
        lambda pairs: "&".join(f"{name}={quote(value, safe='%+')}" for name, value in pairs)
    )
)
def test_views(reader: ReaderProcess, address: str) -> None:
    expected = view.asked(address.encode())
    found = reader.call("http/page/view", "asked", address)
    assert found == js(expected)
    assert reader.call("http/page/view", "address", found) == expected.address()
    assert reader.call("http/page/view", "argumentsOf", found) == js(expected.arguments())
    assert reader.call("http/page/view", "filters", found) == expected.filters


wheres = st.lists(st.sampled_from(["status:draft", "rating:4", "status:review", "-rating:3", "odd"]), max_size=5)


@given(wheres, st.lists(st.sampled_from(["tags", "rating", "status", "auto", "reading-status", "a_b"]), unique=True))
def test_own_fields(reader: ReaderProcess, where: list[str], facets: list[str]) -> None:
    assert reader.call("http/page/own_fields", "together", where) == together(where)
    assert reader.call("http/page/own_fields", "names", facets, ["status", "Rating"]) == names(
        facets, ["status", "Rating"]
    )
    for one in [*where, *facets]:
        assert reader.call("http/page/own_fields", "fieldOf", one) == field_of(one)
        assert reader.call("http/page/own_fields", "called", one) == called(one)


@given(st.integers(1, 30), st.integers(1, 30))
def test_numbers_of_pages(reader: ReaderProcess, page: int, last: int) -> None:
    assert reader.call("http/page/notes", "numbers", page, last) == list(notes._numbers(page, last))


@pytest.mark.parametrize("language", UI_LANGUAGES)
def test_messages(reader: ReaderProcess, language: str) -> None:
    for n in [*range(125), 1000, 1234567]:
        assert reader.call("http/page/messages", "say", language, "posts", n) == messages.say(language, "posts", n)
    for header in LANGUAGES:
        assert reader.call("http/page/messages", "accepted", header) == messages.accepted(header)
        assert reader.call("http/page/messages", "best", header.split(", ")) == messages.best(header.split(", "))
