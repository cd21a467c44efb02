"""What does it gain, and what does it cost, to rank by meaning besides words?

    python benchmarks/meaning.py FOLDER QUERIES.jsonl [--words WORDQUERIES.jsonl] [--half tune|test]
                                 [--model FOLDER ...] [--table FILE ...] [--json OUT]

Asked are questions in plain words, and queries of a word or three, which must not lose. A line of a file of queries is

    {"id": "…", "query": "how do I …", "pages": {"path/below/the/folder.md": 2}, "half": "tune"}

with what each right page gains; `benchmarks/questions` has such files. Printed is nDCG@10 for

    postdex alone
    with meaning     what postdex makes of the table that is installed: for what reads as a question, for all, and for
                     all at WEIGHTS; the same for any table (`--table`, in the form of ours)
    the first 50     re-ranked in the same way by a model of sentences (`--model`, in the form of ONNX)
    all sections     posts that words did not find come in by the cosine of their best section; by a table or a model
    by rank, 1:1     the same posts by the sum of 1 / (60 + rank), as is usual elsewhere
    the cosine alone

with the change against postdex alone and how likely it is by chance (p, a randomisation test). Where meaning is
installed, its cost follows, without and with: of a question to a process that answers all, of one by the command line,
memory, and an assistant's first answer.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from embeddings import SentenceModel, Table
from measuring import task
from rankings import FIRST, Meaning, Ranking, Site, by_product
from relevance import ndcg, randomisation_test

import postdex
from postdex.meaning.installed import Installed
from postdex.meaning.vectors import Vectors

#: Weights of the cosine beside the score that are tried.
WEIGHTS = (0.3, 0.5, 0.7)
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


class Judged(NamedTuple):
    """A query, and what each page that is right for it gains."""

    query: str
    pages: Mapping[str, float]


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
        yield from _by_table(index, "with meaning")
    for file in tables:
        yield from _by_table(index, file.stem, Installed((Vectors(str(file)),)))
        yield from _over_the_site(Meaning(site, Table(file, site.languages)), file.stem)
    for folder in models:
        meaning = Meaning(site, SentenceModel(folder))
        for weight in WEIGHTS:
            yield f"{folder.name}: the first {FIRST}, weight {weight}", partial(meaning.first_posts, weight=weight)
        yield from _over_the_site(meaning, folder.name)


def _by_table(index: postdex.Index, name: str, here: Installed | None = None) -> Iterator[tuple[str, Ranking]]:
    yield f"{name}, for questions", by_product(index, None, here)
    yield f"{name}, for all", by_product(index, True, here)
    for weight in WEIGHTS:
        yield f"{name}, for all, weight {weight}", by_product(index, True, here, OF_QUESTION=weight, OF_WORDS=weight)


def _over_the_site(meaning: Meaning, name: str) -> Iterator[tuple[str, Ranking]]:
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
