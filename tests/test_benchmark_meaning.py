"""Does `benchmarks/meaning.py` rank as its rows are called? By an embedding made by hand, whose cosines are plain; and
do its examples hold? Figures that steer must mean what they say."""

from __future__ import annotations

import doctest
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import postdex

numpy = pytest.importorskip("numpy")

ROOT = Path(__file__).parent.parent
SOURCES = (ROOT / "search", ROOT / "index")
#: Words that mean one thing: a text's vector counts them.
ALIKE = (("photo", "picture", "image"), ("smaller", "resize"), ("cat",))
POSTS = {
    "resize.md": "# Images\n\nNothing yet.\n\n## Resize\n\nGive an image the width that you need.",
    "smaller.md": "# A smaller cat\n\nThe cat became smaller.",
    "photo.md": "# A photo of mine\n\nMy cat on a photo, and smaller on another photo.",
    "away.md": "# Elsewhere\n\nOf nothing.",
}


class ByHand:
    """An embedding of texts by the words of ALIKE that they have."""

    def sections(self, texts: Sequence[str]) -> Any:
        counts = [[sum(map(text.lower().count, words)) for words in ALIKE] for text in texts]
        return numpy.array(counts, numpy.float32) / [[max(1e-9, sum(n * n for n in row) ** 0.5)] for row in counts]

    def question(self, text: str) -> Any:
        return self.sections([text])[0]


@pytest.fixture
def benchmark(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """The modules, which find their neighbours in their own folder."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    names = ("embeddings", "relevance", "measuring", "vector_tables", "rankings", "meaning")
    yield SimpleNamespace(**{name: import_module(name) for name in names})
    for name in names:
        sys.modules.pop(name)


def test_the_examples(benchmark: SimpleNamespace) -> None:
    for module in (benchmark.embeddings, benchmark.rankings, benchmark.relevance, benchmark.meaning):
        failed, tried = doctest.testmod(module)
        assert tried and not failed, module


#: (how it is ranked, the weight of the cosine, the query, the first posts)
RANKED = [
    ("first_posts", 0.0, "cat picture", ["smaller.md", "photo.md"]),
    ("first_posts", 1.0, "cat picture", ["photo.md", "smaller.md"]),
    ("all_sections", 0.0, "smaller photo", ["photo.md", "smaller.md", "resize.md"]),
    ("all_sections", 1.0, "smaller photo", ["resize.md", "photo.md", "smaller.md"]),
    ("by_rank", None, "smaller photo", ["photo.md", "smaller.md", "resize.md"]),
    ("alone", None, "smaller photo", ["resize.md", "photo.md", "smaller.md"]),
]


@pytest.mark.parametrize(("way", "weight", "query", "first"), RANKED)
def test_each_way_to_rank(
    benchmark: SimpleNamespace, way: str, weight: float | None, query: str, first: list[str]
) -> None:
    with postdex.open(texts=POSTS) as index:
        meaning = benchmark.rankings.Meaning(benchmark.rankings.Site(index), ByHand())
        given = {} if weight is None else {"weight": weight}
        assert getattr(meaning, way)(query, **given)[: len(first)] == first


def test_a_table_of_vectors(benchmark: SimpleNamespace, tmp_path: Path) -> None:
    """What means the same lies near, and of what the table does not know there is nothing."""
    file, words = tmp_path / "by-hand.vectors", ["photo", "picture", "cat"]
    vectors = numpy.array([[1, 0], [1, 0], [0, 1]], numpy.float32)
    benchmark.vector_tables.write(file, words, vectors, languages=["en"], made_from="nothing", licence="none")
    table = benchmark.embeddings.Table(file, ["en"])
    rows, asked = table.sections(["A photo.", "My cat.", "Unknown."]), table.question("Is there any picture?")
    assert numpy.round(rows @ asked, 6).tolist() == [1, 0, 0]


def test_the_rows(benchmark: SimpleNamespace, tmp_path: Path) -> None:
    """All rows of a table are there, for one half of the questions; and what each query gained is kept."""
    questions, file, kept = tmp_path / "questions.jsonl", tmp_path / "by-hand.vectors", tmp_path / "kept.json"
    rows = [{"query": "which bug is of the refcount", "pages": {"2022/refcount-bug.md": 2}, "half": "tune"}]
    rows += [{"query": "how is a bug found", "pages": {"2022/refcount-bug.md": 2}, "half": "test"}] * 2
    questions.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    vectors = numpy.eye(2, dtype=numpy.float32)
    benchmark.vector_tables.write(file, ["bug", "found"], vectors, languages=["en"], made_from="", licence="none")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, SOURCES))}
    command = [ROOT / "benchmarks" / "meaning.py", ROOT / "posts", questions, "--words", questions, "--half", "test"]
    done = subprocess.run(
        [sys.executable, *map(str, command), "--table", str(file), "--json", str(kept)],
        capture_output=True, text=True, env=environment, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    ranked = done.stdout.splitlines()
    assert ranked[0] == "| nDCG@10 | questions (2) | change | p | words (3) | change | p |"
    assert ranked[2].startswith("| postdex alone | ") and ranked[3].startswith("| by-hand, for questions | ")
    assert len(ranked) == 2 + 1 + (2 + 3) + (3 + 2)
    assert len(json.loads(kept.read_text())["by-hand, for all"]["words"]) == 3


def test_the_cost(benchmark: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A row for each thing, with a number above zero without and with."""
    monkeypatch.setattr(benchmark.meaning, "COLD", 1)
    monkeypatch.setattr(
        benchmark.measuring, "ENVIRONMENT", {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, SOURCES))}
    )
    with postdex.open(ROOT / "posts", index=tmp_path, refresh="never") as index:
        index.refresh()
    rows = benchmark.meaning.costs(ROOT / "posts", str(tmp_path), ["how is a bug found", "which bug"]).splitlines()
    assert rows[0] == "| cost | without | with |"
    cells = [cell for row in rows[2:] for cell in row.strip("| ").split(" | ")[1:]]
    assert len(cells) == 2 * len(benchmark.meaning.COSTS)
    assert all(float(number) > 0 for cell in cells for number in re.findall(r"[\d.]+", cell)), cells
