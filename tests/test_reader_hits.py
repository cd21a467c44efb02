"""Does the reader make the hits that the library makes: sections, snippets, marks, lines, all of them?

Pages are made of what the library read of a few posts: the reader gets the answers to what the library asked a post
for, and no others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import test_marks
from hypothesis import given, settings
from reader_process import ReaderProcess, js

import postdex
from postdex.export import parameters
from postdex.request import SearchRequest
from postdex.results import hits, search
from postdex.results.values import HitList, IndexState
from postdex_index.document import LeafPositions, Mark, Outlined, Passage
from postdex_index.engine.api import Answer, Candidate, Reader, Search
from postdex_index.query import leaves

CALLS = "../../../tests/reader/results"


@pytest.fixture(scope="module")
def reader() -> Iterator[ReaderProcess]:
    process = ReaderProcess(parameters.of_modules())
    process.texts("en")
    yield process
    process.close()


class RecordedDocument:
    """A stored post that notes what is asked of it."""

    def __init__(self, document: Outlined) -> None:
        self._document = document
        self.asked: list[tuple[list[Any], Any]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._document, name)

    def _noted(self, answer: Any, *asked: Any) -> Any:
        self.asked.append((js(asked), js(answer)))
        return answer

    def text(self, section: int) -> str:
        return str(self._noted(self._document.text(section), "text", section))

    def passage(self, section: int, near: int, found: Sequence[LeafPositions]) -> Passage:
        passage = self._document.passage(section, near, found)
        asked = [it._replace(positions=list(it.positions)) for it in found]
        self._noted(
            passage._replace(marks=tuple([Mark(*mark) for mark in passage.marks])),
            "passage",
            section,
            near,
            asked,
        )
        return passage

    def heading_marks(self, number: int, found: Sequence[LeafPositions]) -> Any:
        marks = self._document.heading_marks(number, found)
        asked = [it._replace(positions=list(it.positions)) for it in found]
        self._noted([Mark(*mark) for mark in marks], "heading", number, asked)
        return marks


class RecordedCandidate:
    """A candidate with such a post."""

    def __init__(self, candidate: Candidate) -> None:
        self._candidate = candidate
        self.document = RecordedDocument(candidate.document)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._candidate, name)

    def written(self, leaves: int) -> dict[str, Any]:
        """It and its post, for the reader."""
        document = self.document
        names = (*hits._FIELDS, "path", "title", "url", "tags", "description", "outline")
        sections = range(len(document.outline.levels))
        return {
            **{name: getattr(self._candidate, name) for name in ("score", "whole", "prior", "pinned")},
            "places": [list(self._candidate.positions(leaf)) for leaf in range(leaves)],
            "document": {name: js(getattr(document, name)) for name in names},
            "sections": [js(document.section(number)) for number in sections],
            "asked": document.asked,
        }


class Page:
    """Notes what `search.answer` is given and gives, and lets its reader's candidates note what they are asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._answer = search.answer
        self.noted: dict[str, Any] = {}
        self.hits: list[dict[str, Any]] = []
        monkeypatch.setattr(search, "answer", self.answer)

    def answer(
        self, question: search.ParsedQuery, request: SearchRequest, reader: Reader, state: IndexState, started: float
    ) -> HitList:
        asked: list[tuple[Search, Answer]] = []

        class Recording:
            def __getattr__(self, name: str) -> Any:
                return getattr(reader, name)

            def search(self, search: Search) -> Answer:
                answer = reader.search(search)
                recorded: Any = [RecordedCandidate(candidate) for candidate in answer.candidates]
                asked.append((search, answer._replace(candidates=recorded)))
                return asked[-1][1]

        recording: Any = Recording()
        results = self._answer(question, request, recording, state, started)
        searched, answer = asked[0]
        self.hits = [js(hit) for hit in results.hits]
        candidates: Any = answer.candidates
        self.noted = {
            "query": question.tree,
            "as_typed": searched.as_typed,
            "text": question.name or question.text,
            "name": question.name,
            "request": request,
            "stats": [stats.idf for stats in answer.leaves],
            "candidates": [candidate.written(len(answer.leaves)) for candidate in candidates],
        }
        assert len(leaves(question.tree)) + len(searched.as_typed.leaves) == len(answer.leaves)
        return results


LOREM = test_marks.LOREM
POSTS = {
    "names.md": f"""---
title: The drv_link leaks
tags: [drv_link, 内核]
---
As `drvLink` is gone.

# Using drv_link()

{LOREM * 3}

Use `drv_link`.

## Sockets

{test_marks.CODE}

Old drv-link.
""",
    "crab.md": f"""---
title: 🦀 Rust and 内核模块
---
# 🦀 Crabs & 泄漏的 `drv_link`

🦀🦀 A crab 🦀 says: use `user_data`! {LOREM}𝒳y 内核模块𠀀𠀁 泄漏。套接字的泄漏。

### 🦀

A socket leaks bugs 🦀, and up to here.

{"🦀 " * 300} far socket leak
""",
    "long.md": "# Long\n\n" + "a\n" * 200 + "x" * 900 + "=socket=" + "内核" * 600 + f"模块 leaks\n\n{LOREM * 20}bug.\n",
    "fox.md": f"---\ndescription: Of foxes, 🦀 and of other animals. {'More. ' * 60}\n---\n# Fox\n\nNothing.\n",
    "titled.md": "---\ntitle: Socket leak\npin: [socket peer]\n---\n",
    "marks.md": test_marks.TEXT,
}
QUERIES = [
    *(
        "drv_link",
        "drv_link()",
        "drvLink",
        "--fix",
        "socket leak",
        "socket peer",
        "内核模块",
        "🦀",
        "crab says user_data",
    ),
    *(
        "up to here",
        "泄漏 drv_link",
        "套接字的泄漏",
        "far socket",
        "title:socket",
        "fox",
        "tag:内核",
        "sock* lea?",
        "lek~ peer",
    ),
    *(
        '"a crab"',
        "*",
        "heading:leak pal",
        "nothing of interest happens in this",
        "模块",
        "模 内",
        "backup drv link static void",
    ),
    *(
        "𠀀𠀁",
        "user_data 🦀",
        "x y z",
        "old drv-link",
        "links friend",
        "peer OR friend",
        "interest sentence room peer bug",
    ),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hits")
    for name, text in POSTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    for at, (text, _, _) in enumerate(test_marks.SHOWN):
        (folder / f"shown-{at:02}.md").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def index(folder: Path) -> Iterator[postdex.Index]:
    with postdex.open(folder, index=folder / "index") as index:
        index.refresh()
        yield index


def check_page(reader: ReaderProcess, page: Page, index: postdex.Index, query: str, **arguments: Any) -> None:
    """A query's hits."""
    index.search(query, typo=False, **arguments)
    if not page.noted["candidates"]:
        return
    shown, needed, titled = reader.call(CALLS, "page", page.noted)
    assert len(shown) == len(page.hits)
    for hit, expected in zip(shown, page.hits, strict=True):
        assert {name: hit[name] for name in expected} == expected, query
    assert titled == [hit["title_spans"] for hit in page.hits]
    assert len(needed) <= 1 or page.noted["name"]


@pytest.mark.parametrize("query", [*QUERIES, *dict.fromkeys(query for _, query, _ in test_marks.SHOWN)])
def test_hits(reader: ReaderProcess, index: postdex.Index, monkeypatch: pytest.MonkeyPatch, query: str) -> None:
    page = Page(monkeypatch)
    check_page(reader, page, index, query)
    check_page(reader, page, index, query, section_snippets=True, limit=3)
    check_page(reader, page, index, query, snippets=False)


def test_what_surely_is_read_of_posts_with_a_name_is_asked_for_at_once(
    reader: ReaderProcess, index: postdex.Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = Page(monkeypatch)
    index.search("drv_link", limit=2)
    _, needed, _ = reader.call(CALLS, "page", page.noted)
    assert needed[0] == [it["document"]["path"] for it in page.noted["candidates"]][:2]


@settings(deadline=None, max_examples=25)
@given(test_marks.mixed())
def test_drawn_posts(reader: ReaderProcess, tmp_path_factory: pytest.TempPathFactory, drawn: tuple[str, str]) -> None:
    text, query = drawn
    folder = tmp_path_factory.mktemp("drawn")
    (folder / "a.md").write_text(f"# {text[:60]}\n\n{text}\n\n🦀 {text}", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch, postdex.open(folder, index=folder / "index") as index:
        index.refresh()
        check_page(reader, Page(patch), index, query)
