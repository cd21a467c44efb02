"""What does it gain, and what does it cost, to rank by meaning besides words?

    python benchmarks/meaning.py FOLDER QUERIES.jsonl [--words WORDQUERIES.jsonl] [--half tune|test]
                                 [--model FOLDER ...] [--table FILE ...] [--json OUT]

Asked are questions in plain words, and queries of a word or three, which must not lose. A line of a file of queries is

    {"id": "…", "query": "how do I …", "pages": {"path/below/the/folder.md": 2}, "half": "tune"}

with what each right page gains; `benchmarks/questions` has such files. Printed is nDCG@10 for

    postdex alone
    with meaning, where that is installed: for what reads as a question; for all; for all at WEIGHTS
    any table (`--table`, in the form of ours) and any model of sentences (`--model`, ONNX):
        the first 50     re-ranked, which needs no vectors in the index
        all sections     posts that words did not find come in, too, by the cosine of their best section
        by rank, 1:1     the same posts by the sum of 1 / (60 + rank), as is usual elsewhere
        the cosine alone

with the change against postdex alone and how likely it is by chance (p, a randomisation test). Texts are cut at
CHARACTERS; what a vector is made of says `embeddings`. Where meaning is installed, its cost follows, without and with:
of a question to a process that answers all, of one by the command line, memory, and an assistant's first answer.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple, TypeAlias
from unittest.mock import patch

import numpy
from embeddings import Embedding, Rows, SentenceModel, Table
from measuring import task
from relevance import ndcg, randomisation_test

import postdex
from postdex.results import rerank_by_meaning

#: Hits that are looked at.
DEPTH = 100
#: Posts that are re-ranked.
FIRST = 50
#: Weights of the cosine beside the score that are tried.
WEIGHTS = (0.3, 0.5, 0.7)
#: Characters of a section: what a model of sentences reads of it, and more than a table needs.
CHARACTERS = 800
#: Ranks below the first weigh less the smaller this is; 60 is usual (reciprocal rank fusion, Cormack et al. 2009).
RANK_OFFSET = 60
#: Whether there is a table that postdex itself uses.
INSTALLED = find_spec("postdex_vectors") is not None
#: Questions that a process is started for, each way.
COLD = 9
#: What is measured of cost, in the order of the rows.
COSTS = (
    "a question, CPU ms, p50 / p95",
    "the first one of a process, CPU ms",
    "one by the command line, CPU ms",
    "memory of a process that asked all, MB",
    "an assistant's session, ms until its server is there + until its first answer",
)

#: The paths that answer a query, best first.
Ranking: TypeAlias = Callable[[str], Sequence[str]]


class Judged(NamedTuple):
    """A query, and what each page that is right for it gains."""

    query: str
    pages: Mapping[str, float]


class Found(NamedTuple):
    """A post that words found: its score, and its best section, a number among the site's."""

    path: str
    score: float
    section: int


class Site:
    """All sections of the published posts: `texts`, with the number of each post's first one, and of each anchor."""

    def __init__(self, index: postdex.Index) -> None:
        self.index = index
        self.texts: list[str] = []
        self.paths: list[str] = []
        self.posts: list[int] = []
        self.first: dict[str, int] = {}
        self.anchors: dict[tuple[str, str], int] = {}
        for number, path in enumerate(index):
            post = index.get(path)
            self.paths.append(path)
            self.first[path] = len(self.texts)
            texts = map(post.text, range(len(post.sections)))
            sections = [(it.anchor, it.heading, text) for it, text in zip(post.sections, texts, strict=True)]
            for place, (anchor, heading, text) in enumerate(sections or [("", "", "")]):
                self.anchors.setdefault((path, anchor), len(self.texts))
                before = (post.title, heading, "" if place else post.description)
                self.texts.append("\n".join((*before, text[:CHARACTERS])))
                self.posts.append(number)
        self.by_words = cache(self._by_words)

    def _by_words(self, query: str) -> list[Found]:
        hits = self.index.search(query, limit=DEPTH, snippets=False, deadline_ms=None, meaning=False).hits
        return [
            Found(hit.path, hit.score, self.anchors.get((hit.path, hit.anchor), self.first[hit.path])) for hit in hits
        ]

    def best_cosines(self, cosines: Rows) -> Rows:
        """Of each post the greatest of its sections' cosines."""
        best = numpy.full(len(self.paths), -1.0, numpy.float32)
        numpy.maximum.at(best, self.posts, cosines)
        return best


class Meaning:
    """The rankings of a site's posts by words and by what an embedding makes of its sections."""

    def __init__(self, site: Site, embedding: Embedding) -> None:
        self._site = site
        self._sections = embedding.vectors(site.texts)
        self._cosines = cache(lambda query: self._sections @ embedding.vectors([query])[0])

    def first_posts(self, query: str, weight: float) -> list[str]:
        """The first FIRST by words re-ranked, as postdex does: a post is as near as its first or its best section."""
        by_words, cosines = self._site.by_words(query), self._cosines(query)
        first = by_words[:FIRST]
        best = [float(max(cosines[self._site.first[post.path]], cosines[post.section])) for post in first]
        order = fused([post.score for post in first], best, weight)
        return [first[place].path for place in order] + [post.path for post in by_words[FIRST:]]

    def all_sections(self, query: str, weight: float) -> list[str]:
        """The first DEPTH by words and the first DEPTH by the cosine of their best section, by both."""
        scores = {post.path: post.score for post in self._site.by_words(query)}
        cosines = dict(zip(self._site.paths, self._site.best_cosines(self._cosines(query)).tolist(), strict=True))
        paths = list(dict.fromkeys([*scores, *self.alone(query)]))
        order = fused([scores.get(path, 0) for path in paths], [cosines[path] for path in paths], weight)
        return [paths[place] for place in order]

    def by_rank(self, query: str) -> list[str]:
        """The same posts by the sum of their reciprocal ranks."""
        return by_reciprocal_rank([[post.path for post in self._site.by_words(query)], self.alone(query)])

    def alone(self, query: str) -> list[str]:
        """By the cosine of their best section alone."""
        best = self._site.best_cosines(self._cosines(query))
        return [self._site.paths[number] for number in numpy.argsort(-best, kind="stable")[:DEPTH]]


def fused(scores: Sequence[float], cosines: Sequence[float], weight: float) -> list[int]:
    """The places of posts, best first, by (1 - weight) x score / best score + weight x cosine from 0 to 1.

    >>> fused([4, 3, 0], [0.1, 0.5, 0.3], 0.5), fused([4, 3, 0], [0.1, 0.5, 0.3], 0)
    ([1, 0, 2], [0, 1, 2])
    """
    if not scores:
        return []
    top, low, high = max(scores) or 1, min(cosines), max(cosines)
    width = high - low or 1
    sums = [
        (1 - weight) * score / top + weight * (cosine - low) / width
        for score, cosine in zip(scores, cosines, strict=True)
    ]
    return sorted(range(len(sums)), key=lambda place: -sums[place])


def by_reciprocal_rank(rankings: Sequence[Sequence[str]]) -> list[str]:
    """All paths of several rankings, by the sum of 1 / (RANK_OFFSET + rank).

    >>> by_reciprocal_rank([["a", "b", "c"], ["c", "b"]])
    ['c', 'b', 'a']
    """
    sums: dict[str, float] = {}
    for ranking in rankings:
        for rank, path in enumerate(ranking, 1):
            sums[path] = sums.get(path, 0) + 1 / (RANK_OFFSET + rank)
    return sorted(sums, key=lambda path: -sums[path])


def read(file: Path, half: str | None = None) -> list[Judged]:
    """The queries of a file, of one half if that is asked for; those of a file that is not halved are for tuning."""
    rows = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    return [Judged(row["query"], row["pages"]) for row in rows if half in (None, row.get("half", "tune"))]


class Row(NamedTuple):
    """A way to rank, and the nDCG@10 of each query by the kind of queries."""

    name: str
    ndcg: Mapping[str, Sequence[float]]


def measured(name: str, ranking: Ranking, asked: Mapping[str, Sequence[Judged]]) -> Row:
    """Have a ranking answer all queries."""
    return Row(
        name, {kind: [ndcg(ranking(one.query), one.pages) for one in queries] for kind, queries in asked.items()}
    )


def by_product(index: postdex.Index, meaning: bool | None, **weights: float) -> Ranking:
    """As postdex ranks: by words alone (False), by meaning too (True), or as its settings have it (None); with other
    `weights` than those of `rerank_by_meaning`, by their names there."""

    def ranking(query: str) -> list[str]:
        with patch.dict(vars(rerank_by_meaning), weights):
            found = index.search(query, limit=DEPTH, snippets=False, deadline_ms=None, meaning=meaning)
        return [hit.path for hit in found.hits]

    return ranking


def table(rows: Sequence[Row]) -> str:
    """The rows as Markdown, with each kind's change against the first row, and p.

    >>> print(table([Row("postdex alone", {"questions": [0.5, 0.5]}), Row("another", {"questions": [1.0, 0.5]})]))
    | nDCG@10 | questions (2) | change | p |
    |---|---:|---:|---:|
    | postdex alone | .5000 | | |
    | another | .7500 | +.2500 | 1.000 |
    """
    before = rows[0].ndcg
    heads = "".join(f" {kind} ({len(values)}) | change | p |" for kind, values in before.items())
    lines = [f"| nDCG@10 |{heads}", f"|---|{'---:|---:|---:|' * len(before)}"]
    for row in rows:
        cells = [row.name]
        for kind, values in row.ndcg.items():
            cells.append(_short(statistics.fmean(values), ".4f"))
            if row is rows[0]:
                cells += ["", ""]
                continue
            changes = [after - earlier for after, earlier in zip(values, before[kind], strict=True)]
            p = randomisation_test(changes)
            cells += [_short(statistics.fmean(changes), "+.4f"), "< .001" if p < 0.001 else _short(p, ".3f")]
        lines.append(re.sub(r"\|  (?=\|)", "| ", f"| {' | '.join(cells)} |"))
    return "\n".join(lines)


def _short(number: float, form: str) -> str:
    """A number in this form without the zero in front of its point.

    >>> _short(0.5, ".4f"), _short(-0.0312, "+.4f"), _short(1, ".4f")
    ('.5000', '-.0312', '1.0000')
    """
    return re.sub(r"^([+-]?)0\.", r"\1.", format(number, form))


def rankings(site: Site, tables: Sequence[Path], models: Sequence[Path]) -> Iterator[tuple[str, Ranking]]:
    """Each way to rank, with what it is called; each is done with when the next one is asked for."""
    index = site.index
    yield "postdex alone", by_product(index, meaning=False)
    if INSTALLED:
        yield "with meaning, for questions", by_product(index, meaning=None)
        yield "with meaning, for all", by_product(index, meaning=True)
        for weight in WEIGHTS:
            all_alike = by_product(index, meaning=True, OF_QUESTION=weight, OF_WORDS=weight)
            yield f"with meaning, for all, weight {weight}", all_alike
    for make, places in ((Table, tables), (SentenceModel, models)):
        for place in places:
            yield from _by(Meaning(site, make(place)), place.stem)


def _by(meaning: Meaning, name: str) -> Iterator[tuple[str, Ranking]]:
    for weight in WEIGHTS:
        yield f"{name}: the first {FIRST}, weight {weight}", partial(meaning.first_posts, weight=weight)
    for weight in WEIGHTS:
        yield f"{name}: all sections, weight {weight}", partial(meaning.all_sections, weight=weight)
    yield f"{name}: by rank, 1:1", meaning.by_rank
    yield f"{name}: the cosine alone", meaning.alone


def costs(folder: Path, directory: str, queries: Sequence[str]) -> str:
    """What a table of cost says, as Markdown: each thing without meaning, and with it for all queries."""
    columns = []
    for setting in ("off", "always"):
        given = {"folder": folder, "directory": directory, "settings": {"POSTDEX_MEANING": setting}}
        spent, peak_mb = task("asked", queries=queries, **given)[1]
        cold_ms = [cpu for cpu, _ in task("commands", queries=queries[:COLD], **given)[1]]
        sessions = task("sessions", queries=queries[:COLD], **given)[1]
        columns.append(
            [
                _spread(spent[1:] or spent),
                f"{spent[0]:.0f}",
                f"{statistics.median(cold_ms):.0f}",
                f"{peak_mb:.0f}",
                " + ".join(f"{statistics.median(times):.0f}" for times in zip(*sessions, strict=True)),
            ]
        )
    cells = [f"| {what} | {off} | {on} |" for what, off, on in zip(COSTS, *columns, strict=True)]
    return "\n".join(["| cost | without | with |", "|---|---:|---:|", *cells])


def _spread(times_ms: Sequence[float]) -> str:
    """The middle of some times and what 95 of 100 stay below.

    >>> _spread([1.0, 2.0, 30.0])
    '2.0 / 30.0'
    """
    ordered = sorted(times_ms)
    return f"{ordered[len(ordered) // 2]:.1f} / {ordered[int(0.95 * len(ordered))]:.1f}"


def main() -> None:
    """Ask everything, print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("queries", type=Path)
    parser.add_argument("--words", type=Path, help="queries of words, which must not lose")
    parser.add_argument("--half", choices=("tune", "test"), help="only these of the questions")
    parser.add_argument("--table", type=Path, action="append", default=[], help="a file of vectors")
    parser.add_argument("--model", type=Path, action="append", default=[], help="a folder with model.onnx")
    parser.add_argument("--json", type=Path, help="keep each query's nDCG@10")
    options = parser.parse_args()
    asked = {"questions": read(options.queries, options.half)}
    if options.words:
        asked["words"] = read(options.words)
    rows = []
    with tempfile.TemporaryDirectory(prefix="postdex-meaning-") as home:
        with postdex.open(options.folder, index=home, refresh="never") as index:
            index.refresh()
            for name, ranking in rankings(Site(index), options.table, options.model):
                rows.append(measured(name, ranking, asked))
                print(name, file=sys.stderr)
        print(table(rows), flush=True)
        if INSTALLED:
            print("\n" + costs(options.folder, home, [one.query for one in asked["questions"]]))
    if options.json:
        options.json.write_text(json.dumps({row.name: row.ndcg for row in rows}))


if __name__ == "__main__":
    main()
