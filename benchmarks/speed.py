"""What does postdex cost, beside SQLite FTS5, tantivy-py and stock Whoosh, on the same posts in the same run?

    python benchmarks/speed.py --sites FOLDER [FOLDER ...] --sizes 1000,10000,100000 [--engines postdex,fts5]
        [--only build,queries] [--jobs 1,2] [--each 200] [--rounds 3] [--json FILE] [--plot FILE] [--scratch FOLDER]

The sites are folders of Markdown. Of a smaller size a sample is taken; for a greater one `generate` makes posts of
their sentences. Each size is one folder of files that all engines index, read by the same reader; they take turns
at everything. postdex is measured pure, and beside it native where its compiled kernel is installed. Printed is one
table a size, with the ratio of each of the two to the best of the others (below 1 is better):

    build        files to searchable and durable; the floor is reading and parsing them alone, which all need, and which
                 the row "without reading" leaves out
    memory       the greatest of a build's process
    size         bytes on disk per byte of titles and texts
    queries      each with its ten hits, titles and one snippet each marked; "words" are the four kinds of words
                 together, "first time" the same when each query is new
    cold         a process that answers one query; the floor is Python itself
    change       one post that changed: read, committed, found; postdex and tantivy and SQLite reach the disk, Whoosh
                 does not
    unchanged    a look at all files that finds no change; the floor is listing and `stat` alone
    service      requests a second over HTTP while a post a second changes, where there is a service to compare with

All but sizes and the service are CPU time (user and system, all threads) unless it says wall. How it is measured is in
`measuring` and `workers`, what each engine is asked in `engines`, how the table is made in `report`.
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from measuring import NATIVE, Ran, task
from report import RATE, Row, plot, table
from workers import changes, queries, unchanged

#: What each engine is imported as, to see whether it is there. None is imported in this process, which stays small:
#: a process's greatest memory is at least that of the one that started it.
ENGINES = {
    "postdex": "postdex",
    NATIVE: "postdex_native",
    "fts5": "sqlite3",
    "tantivy": "tantivy",
    "whoosh": "whoosh",
}
STEPS = ("build", "memory", "size", "queries", "cold", "unchanged", "change", "service")
#: Those that `load` knows a service of.
SERVED = ("postdex", NATIVE, "whoosh")
#: The kinds that are words and nothing else, as most queries are.
WORDS = ("one word", "common word", "two words", "three words")
#: Small builds are repeated and their median taken; so many posts are built in all, at most.
POSTS_BUILT = 5_000
COLD_RUNS = 15
UNCHANGED_RUNS = 15
#: So many of the posts that were there are changed, one after the other.
CHANGES = 15
CLIENTS = 32
TIMES = ("CPU", "wall")


class Bench:
    """The measurements of one size, in a scratch folder of its own."""

    def __init__(self, options: argparse.Namespace, count: int, scratch: Path) -> None:
        self.options, self.count = options, count
        self.engines: list[str] = options.engines
        self.folder, self.directories = scratch / "posts", scratch / "indexes"

    def rows(self) -> Iterator[Row]:
        """Make the posts, measure what was asked for."""
        _note(f"{self.count:,} posts: making them")
        arguments = {"sites": self.options.sites, "count": self.count, "seed": self.options.seed}
        _, real = task("make", folder=self.folder, **arguments)
        _, text_bytes = task("parse", folder=self.folder)
        _note(f"{real:,} of them real, {text_bytes / 1e6:.1f} MB of text")
        yield from self._builds(text_bytes)
        if {"queries", "cold", "service"} & {*self.options.only}:
            _, asked = task("questions", folder=self.folder, each=self.options.each, seed=self.options.seed)
        if "queries" in self.options.only:
            yield from self._queries(asked)
        if "cold" in self.options.only:
            _note("cold process")
            words = [words[0] for kind, words, _ in asked if kind == "one word"][:COLD_RUNS]
            place = {"engines": self.engines, "folder": self.folder, "directories": self._indexes()}
            yield self._row("cold process", "ms", _medians(task("cold", words=words, **place)[1]))
        if "unchanged" in self.options.only and (ours := self._indexes("postdex", NATIVE)):
            _note("nothing changed")
            yield self._row("nothing changed", "ms", _medians(unchanged(ours, str(self.folder), UNCHANGED_RUNS)))
        if "change" in self.options.only:
            _note("one post changed")
            _, paths = task("changeable", folder=self.folder, count=CHANGES)
            yield self._row("one post changed", "ms", _medians(changes(self._indexes(), str(self.folder), paths)))
        if "service" in self.options.only:
            yield from self._services([" ".join(words) for kind, words, _ in asked if kind in WORDS])

    def _builds(self, text_bytes: int) -> Iterator[Row]:
        """Build every index, as often as that is quickly done; those of one process stay for the rest."""
        for jobs in self.options.jobs if "build" in self.options.only else self.options.jobs[:1]:
            ran: dict[str, list[Ran]] = {name: [] for name in (*self.engines, "floor")}
            for _ in range(max(1, min(3, POSTS_BUILT // self.count))):
                for name in self.engines:
                    _note(f"building with {name}, {jobs} process{'es' * (jobs > 1)}")
                    directory = self._index(name, jobs)
                    shutil.rmtree(directory, ignore_errors=True)
                    ran[name].append(task("build", engine=name, folder=self.folder, directory=directory, jobs=jobs)[0])
                ran["floor"].append(task("parse", folder=self.folder)[0])
            yield from self._build_rows(jobs, ran)
        if "size" in self.options.only:
            bytes_of = {name: (_bytes(self._index(name)) / text_bytes,) for name in self.engines}
            yield self._row("index size", "of the text", bytes_of, ())

    def _build_rows(self, jobs: int, ran: Mapping[str, Sequence[Ran]]) -> Iterator[Row]:
        what = f"{jobs} process{'es' * (jobs > 1)}"
        medians = _medians({name: [(one.cpu_s, one.wall_s) for one in some] for name, some in ran.items()})
        if "build" in self.options.only:
            yield self._row(f"build, {what}", "s", medians)
            reading, _ = medians["floor"]
            without = {name: (medians[name][0] - reading,) for name in self.engines}
            yield self._row(f"build without reading, {what}", "s", without, TIMES[:1])
        if "memory" in self.options.only:
            peaks = {name: (statistics.median(one.peak_mb for one in ran[name]),) for name in self.engines}
            yield self._row(f"memory of a build, {what}", "MB", peaks, ())

    def _queries(self, asked: Sequence[Any]) -> Iterator[Row]:
        """A row for each kind of query, after those for all words together."""
        _note(f"{len(asked)} queries")
        found = queries(self._indexes(), str(self.folder), asked, self.options.rounds)
        warm, first, hits = found["warm"], found["first"], found["hits"]
        for what, times in (("words", warm), ("words, first time", first)):
            together = {name: [ms for kind in WORDS for ms in times.get(f"{name}/{kind}", [])] for name in self.engines}
            yield self._row(what, "ms", _spread(together), ("p50", "p99"))
        for kind in dict.fromkeys(kind for kind, _, _ in asked):
            of_kind = {name: warm[key] for name in self.engines if (key := f"{name}/{kind}") in warm}
            yield self._row(kind, "ms", _spread(of_kind), ("p50", "p99"))
            _note(f"{kind}: hits a query " + ", ".join(f"{name} {hits[f'{name}/{kind}']:.1f}" for name in of_kind))

    def _services(self, asked: Sequence[str]) -> Iterator[Row]:
        """Requests a second of those that have a service."""
        rates: dict[str, dict[str, list[float]]] = {}
        for name, directory in self._indexes(*SERVED).items():
            _note(f"service of {name}")
            place = {"engine": name, "folder": self.folder, "directory": directory}
            _, found = task("service", **place, asked=asked, clients=CLIENTS, seconds=self.options.seconds)
            for what, rate in found.items():
                rates.setdefault(f"service, {what}", {})[name] = [rate]
        for what, values in rates.items():
            yield self._row(what, RATE, values, ())

    def _row(
        self, what: str, unit: str, values: Mapping[str, Sequence[float]], numbers: tuple[str, ...] = TIMES
    ) -> Row:
        return Row(self.count, what, unit, numbers, values)

    def _indexes(self, *names: str) -> dict[str, str]:
        """Where the index of each engine (of those that are named) lies that the first build made."""
        return {name: str(self._index(name)) for name in self.engines if not names or name in names}

    def _index(self, name: str, jobs: int = 0) -> Path:
        return self.directories / f"{name}-{jobs or self.options.jobs[0]}"


def _medians(spent: Mapping[str, Sequence[Sequence[float]]]) -> dict[str, tuple[float, ...]]:
    """The median of each column, by engine."""
    return {
        name: tuple(statistics.median(column) for column in zip(*runs, strict=True))
        for name, runs in spent.items()
        if runs
    }


def _spread(times: Mapping[str, Sequence[float]]) -> dict[str, tuple[float, float]]:
    """The median and the time that 99 of 100 stay below, by engine."""
    return {
        name: (statistics.median(found), sorted(found)[math.ceil(0.99 * len(found)) - 1])
        for name, found in times.items()
        if found
    }


def _bytes(directory: Path) -> int:
    return sum(file.stat().st_size for file in directory.rglob("*") if file.is_file())


def _note(line: str) -> None:
    """What is being done, for those who wait."""
    print(line, file=sys.stderr, flush=True)


def _engines(text: str) -> list[str]:
    """The engines that are asked for. Raises SystemExit for one that is not known or not installed."""
    chosen = text.split(",")
    for name in chosen:
        if name not in ENGINES or find_spec(ENGINES[name]) is None:
            known = ", ".join(name for name, module in ENGINES.items() if find_spec(module))
            raise SystemExit(f"there is no engine {name} here; installed are {known} (pip install -e .[bench])")
    return chosen


def _steps(text: str) -> list[str]:
    """The steps that are asked for. Raises SystemExit for one that there is not."""
    chosen = text.split(",")
    if unknown := {*chosen} - {*STEPS}:
        raise SystemExit(f"--only knows {', '.join(STEPS)}, not {', '.join(sorted(unknown))}")
    return chosen


def _numbers(text: str) -> list[int]:
    return [int(number) for number in text.split(",")]


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sites", type=Path, nargs="+", required=True, help="folders of real posts")
    parser.add_argument("--sizes", type=_numbers, default=[1_000, 10_000], help="numbers of posts")
    parser.add_argument("--only", type=_steps, default=[*STEPS], help=f"some of {','.join(STEPS)}")
    installed = [name for name, module in ENGINES.items() if find_spec(module)]
    parser.add_argument("--engines", type=_engines, default=installed, help=f"some of {','.join(ENGINES)}")
    parser.add_argument("--jobs", type=_numbers, default=[1, 2], help="processes of a build; the first builds the rest")
    parser.add_argument("--each", type=int, default=200, help="queries of each kind")
    parser.add_argument("--rounds", type=int, default=3, help="times that each query is asked warm")
    parser.add_argument("--seconds", type=float, default=8, help="how long each service is asked")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, help="write all rows there")
    parser.add_argument("--plot", type=Path, help="draw cost against size there, as PNG")
    parser.add_argument("--scratch", type=Path, help="where posts and indexes are made and left, not in a temporary")
    return parser.parse_args(arguments)


def measured(options: argparse.Namespace, scratch: Path) -> Iterable[Sequence[Row]]:
    """The rows of each size."""
    for count in options.sizes:
        place = scratch / str(count)
        if place.exists():
            raise SystemExit(f"{place} is there already; remove it or name another folder with --scratch")
        yield list(Bench(options, count, place).rows())


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure every size, print its table, write what was asked for."""
    options = _options(arguments)
    if not find_spec(ENGINES[NATIVE]):
        _note("postdex's compiled kernel is not installed, so there is no column for it (pip install 'postdex[fast]')")
    every: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="postdex-speed-") as temporary:
        for rows in measured(options, options.scratch or Path(temporary)):
            print(table(rows), end="\n\n", flush=True)
            every += rows
    if options.json:
        options.json.write_text(json.dumps([row._asdict() for row in every], indent=1) + "\n")
    if options.plot:
        plot(every, options.plot)


if __name__ == "__main__":
    main()
