"""Do the promises hold that no single part can keep alone? Through the library, on the sample posts."""

from __future__ import annotations

import math
import random
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import postdex
from postdex_index import scoring
from postdex_index.engine.api import FEWEST, Search
from postdex_index.engine.embedded.read import passage_words, stored_documents
from postdex_index.model import Explanation
from postdex_index.query import Clauses, Everything, Query, Term

SAMPLES = Path(__file__).parent.parent / "posts"
QUERIES = (
    "SMC fallback",
    "refcoutn bug",
    "git rebase --onto",
    '"reference count" psock',
    "clcsk->sk_user_data",
    "搜索引擎 分词",
    "内核 断点",
    "title:refcount^3 heading:cause",
    "journal_mode=WAL checkpoint -bash",
    "refc* OR smc_*_fallback",
    "std::string_view tag:c++",
    "docker buidl~ cache after:2020",
    "what SQLite's write-ahead log promises",
    "git~ comit~2 re*se",
    '"git rebase"~4 heading:"what I" body:refc*',
    "title:rebase git-rebase tags:git",
)


@pytest.fixture(scope="module")
def ix(tmp_path_factory: pytest.TempPathFactory) -> Iterator[postdex.Index]:
    folder = tmp_path_factory.mktemp("site") / "posts"
    shutil.copytree(SAMPLES, folder, ignore=shutil.ignore_patterns(".postdex"))
    with postdex.open(folder) as opened:
        yield opened


@pytest.mark.parametrize("query", QUERIES)
def test_a_score_is_what_its_explanation_says(ix: postdex.Index, query: str) -> None:
    results = ix.search(query, limit=100, explain=True)
    assert results.total == len(results.hits) > 0
    for rank, hit in enumerate(results.hits, 1):
        verdict = ix.explain(query, hit.path)
        assert hit.explain is not None and verdict.score is not None
        assert hit.explain.value == pytest.approx(hit.score)
        assert verdict.score.value == pytest.approx(hit.score)
        assert verdict.rank == rank
        assert check(hit.explain) > 0


def test_a_score_among_drafts_is_too(ix: postdex.Index) -> None:
    """A draft changes how telling a word is."""
    found = ix.search("allocator notes git", drafts=True, explain=True, limit=100).hits
    assert len(found) > len(ix.search("allocator notes git", limit=100).hits)
    for hit in found:
        assert hit.explain is not None
        assert hit.explain.value == pytest.approx(hit.score)
        assert check(hit.explain) > 0


#: What is not made of anything else.
LEAST = re.compile(r"[x+] |weight$|idf: |closeness |nearness |spelled |[a-z]+: \d+ of \d+ words \(average \d+\)$")


def check(made: Explanation) -> int:
    """Each number is what its label says of its parts, and only the least have none; returns how many fields there
    are."""
    values = [part.value for part in made.parts]
    match made.label.split(": ")[-1] if made.parts else "":
        case "score x closeness" | "score x spelling" | "weight x idf x impact" | "product":
            meant = math.prod(values)
        case "score":
            words, titled, title, heading, whole = values
            meant = words * titled + title + heading + whole
        case "sum":
            meant = sum(values)
        case "sum / (1 + sum / 5), in steps of 0.0137":
            meant = scoring.quantize(scoring.saturate(sum(values))) / scoring.SCALE
        case _:
            assert not made.parts
            assert made.value == 0 or LEAST.match(made.label), made
            return made.label.endswith(")")
    assert made.value == pytest.approx(meant), made
    return sum(map(check, made.parts))


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[postdex.Index]:
    """Posts of which more match than are looked at again: the paragraphs of the sample posts, put together anew."""
    folder, dice = tmp_path_factory.mktemp("many"), random.Random(1)
    samples = [file.read_text(encoding="utf-8") for file in sorted(SAMPLES.rglob("*.md"))]
    paragraphs = [part for text in samples for part in text.split("---\n", 2)[-1].split("\n\n") if part.strip()]
    for number in range(240):
        text = "\n\n".join(dice.sample(paragraphs, dice.randrange(4, 24)))
        (folder / f"{number}.md").write_text(f"---\ntitle: Post {number}\n---\n{text}\n", encoding="utf-8")
    with postdex.open(folder) as opened:
        yield opened


def pages(ix: postdex.Index, query: str, total: int) -> list[tuple[str, float]]:
    """All hits with their scores, seven at a time."""
    offsets = range(0, total + 7, 7)
    return [(hit.path, hit.score) for at in offsets for hit in ix.search(query, limit=7, offset=at).hits]


@pytest.mark.parametrize("query", QUERIES)
def test_pages_are_cut_from_one_list(many: postdex.Index, query: str) -> None:
    whole = many.search(query, limit=1000)
    assert pages(many, query, whole.total) == [(hit.path, hit.score) for hit in whole.hits]


def test_pages_that_are_cut_too_early_are_noticed(many: postdex.Index, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = many.search("rebase of git", limit=1000)
    assert whole.total > 2 * FEWEST
    monkeypatch.setattr("postdex_index.engine.embedded.read.snapshot.FEWEST", 1)  # no more candidates than hits
    assert pages(many, "rebase of git", whole.total) != [(hit.path, hit.score) for hit in whole.hits]


@pytest.mark.parametrize("query", QUERIES)
def test_marks_and_lines_lead_into_the_files(ix: postdex.Index, query: str) -> None:
    for hit in ix.search(query).hits:
        lines = (ix.folder / hit.path).read_text(encoding="utf-8").splitlines()
        marked = [hit.snippet.text[start : start + length] for start, length in hit.snippet.spans]
        if marked:
            assert marked[0].split("\n")[0] in lines[hit.line - 1].replace("\\", "")
        assert all(hit.title[start : start + length].strip() for start, length in hit.title_spans)


def test_what_is_kept_changes_no_hit(ix: postdex.Index, monkeypatch: pytest.MonkeyPatch) -> None:
    def hits() -> list[tuple[postdex.Hit, ...]]:
        return [
            ix.search(query, units=units, section_snippets=True).hits
            for query in QUERIES
            for units in ("posts", "sections")
        ]

    first = hits()
    assert hits() == first
    monkeypatch.setattr(passage_words, "MAX_WIDTHS", 1)
    for name in ("MAX_POSTS", "MAX_PASSAGES"):
        monkeypatch.setattr(stored_documents, name, 1)
    assert hits() == first


def test_the_sample_posts_have_no_problems_but_the_draft(ix: postdex.Index) -> None:
    assert [(problem.path, problem.kind) for problem in ix.problems()] == [("2024/allocator-notes.md", "unpublished")]


def test_a_reader_holds_one_snapshot(tmp_path: Path) -> None:
    for name, text in (("a.md", "refcount one"), ("b.md", "refcount two"), ("c.md", "other")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    with postdex.open(tmp_path) as ix:
        reader = ix.engine.open_reader()

        def answers() -> list[object]:
            queries: tuple[Query, ...] = (Term("refcount"), Clauses(required=(Everything(),)), Term("new"))
            found = [reader.search(Search(query, limit=10)) for query in queries]
            texts = [one.document.text(0) for answer in found for one in answer.candidates]
            return [
                *((answer.total, answer.leaves) for answer in found),
                texts,
                reader.words(prefix=""),
                reader.stats(),
            ]

        before = answers()
        (tmp_path / "a.md").write_text("refcount new", encoding="utf-8")
        (tmp_path / "b.md").unlink()
        for number in range(6):  # more commits than are kept, and a merge among them
            (tmp_path / f"new-{number}.md").write_text("refcount new", encoding="utf-8")
            ix.refresh()
        assert answers() == before
        assert ix.search("refcount").total == 7
        reader.close()
