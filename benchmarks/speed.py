"""What does postdex cost, beside SQLite FTS5, tantivy-py and stock Whoosh, on the same posts in the same run?

    python benchmarks/speed.py --sites FOLDER [FOLDER ...] --sizes 1000,10000 [--engines postdex,fts5]
        [--only build,queries] [--jobs 1,2] [--each 200] [--rounds 3] [--json FILE] [--plot FILE] [--scratch FOLDER]

The sites are folders of Markdown. Of a smaller size a sample is taken; for a greater one `generate` makes posts of
their sentences. Each size is one folder of files that all engines index, read by the same reader; they take turns
at everything. Printed is one table a size, with postdex's ratio to the best of the others (below 1 is better):

    build        files to searchable and durable; the floor is reading and parsing them alone, which all need
    memory       the greatest of a build's process
    size         bytes on disk per byte of titles and texts
    queries      each with its ten hits, titles and one snippet each marked; "words" are the four kinds of words
                 together, "first time" the same when each query is new
    cold         a process that answers one query; the floor is Python itself
    change       one post that changed: read, committed, found; postdex and tantivy and SQLite reach the disk, Whoosh
                 does not
    unchanged    a look at all files that finds no change; the floor is listing and `stat` alone

All but sizes are CPU time (user and system, all threads) unless it says wall. How it is measured is in
`measuring`, what each engine is asked in `engines`, how the table is made in `report`.
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

from measuring import Ran, task
from report import Row, plot, table

#: What each engine is imported as, to see whether it is there. None is imported in this process, which stays small:
#: a process's greatest memory is at least that of the one that started it.
ENGINES = {"postdex": "postdex", "fts5": "sqlite3", "tantivy": "tantivy", "whoosh": "whoosh"}
STEPS = ("build", "memory", "size", "queries", "cold", "change", "unchanged")
#: The kinds that are words and nothing else, as most queries are.
WORDS = ("one word", "common word", "two words", "three words")
#: Small builds are repeated and their median taken; so many posts are built in all, at most.
POSTS_BUILT = 5_000
COLD_RUNS = 15
UNCHANGED_RUNS = 15
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
        parsing, text_bytes = task("parse", folder=self.folder)
        _note(f"{real:,} of them real, {text_bytes / 1e6:.1f} MB of text")
        yield from self._builds(parsing, text_bytes)
        if {"queries", "cold"} & {*self.options.only}:
            _, asked = task("questions", folder=self.folder, each=self.options.each, seed=self.options.seed)
            if "queries" in self.options.only:
                yield from self._queries(asked)
            if "cold" in self.options.only:
                words = [words[0] for kind, words, _ in asked if kind == "one word"][:COLD_RUNS]
                yield from self._timed("cold", "cold process", words=words)
        if "unchanged" in self.options.only and "postdex" in self.engines:
            _note("unchanged")
            _, spent = task("unchanged", folder=self.folder, directory=self._index("postdex"), rounds=UNCHANGED_RUNS)
            yield self._row("nothing changed", "ms", _medians(spent))
        if "change" in self.options.only:
            yield from self._timed("changes", "one post changed")

    def _builds(self, parsing: Ran, text_bytes: int) -> Iterator[Row]:
        """Build every index, as often as that is quickly done; those of one process stay for the rest."""
        for jobs in self.options.jobs if "build" in self.options.only else self.options.jobs[:1]:
            ran: dict[str, list[Ran]] = {name: [] for name in self.engines}
            for _ in range(max(1, min(3, POSTS_BUILT // self.count))):
                for name in self.engines:
                    _note(f"building with {name}, {jobs} process{'es' * (jobs > 1)}")
                    directory = self._index(name, jobs)
                    shutil.rmtree(directory, ignore_errors=True)
                    ran[name].append(task("build", engine=name, folder=self.folder, directory=directory, jobs=jobs)[0])
            yield from self._build_rows(jobs, ran, parsing)
        if "size" in self.options.only:
            bytes_of = {name: (_bytes(self._index(name)) / text_bytes,) for name in self.engines}
            yield self._row("index size", "of the text", bytes_of, ())

    def _build_rows(self, jobs: int, ran: Mapping[str, Sequence[Ran]], parsing: Ran) -> Iterator[Row]:
        what = f"{jobs} process{'es' * (jobs > 1)}"
        times = {name: [(one.cpu_s, one.wall_s) for one in some] for name, some in ran.items()}
        medians = _medians({**times, "floor": [(parsing.cpu_s, parsing.wall_s)]})
        if "build" in self.options.only:
            yield self._row(f"build, {what}", "s", medians)
            shares = {name: (100 * parsing.cpu_s / medians[name][0],) for name in ran}
            yield self._row(f"parsing's share, {what}", "%", shares, ())
        if "memory" in self.options.only:
            peaks = {name: (statistics.median(one.peak_mb for one in some),) for name, some in ran.items()}
            yield self._row(f"memory of a build, {what}", "MB", peaks, ())

    def _queries(self, asked: Sequence[Any]) -> Iterator[Row]:
        """A row for each kind of query, after those for all words together."""
        _note(f"{len(asked)} queries")
        _, found = task(
            "queries",
            engines=self.engines,
            folder=self.folder,
            directories=self._indexes(),
            asked=asked,
            rounds=self.options.rounds,
        )
        warm, first, hits = found["warm"], found["first"], found["hits"]
        for what, times in (("words", warm), ("words, first time", first)):
            together = {name: [ms for kind in WORDS for ms in times.get(f"{name}/{kind}", [])] for name in self.engines}
            yield self._row(what, "ms", _spread(together), ("p50", "p99"))
        for kind in dict.fromkeys(kind for kind, _, _ in asked):
            of_kind = {name: warm[key] for name in self.engines if (key := f"{name}/{kind}") in warm}
            yield self._row(kind, "ms", _spread(of_kind), ("p50", "p99"))
            _note(f"{kind}: hits a query " + ", ".join(f"{name} {hits[f'{name}/{kind}']:.1f}" for name in of_kind))

    def _timed(self, name: str, what: str, **arguments: object) -> Iterator[Row]:
        """A task that gives [CPU, wall] milliseconds by engine."""
        _note(what)
        _, spent = task(name, engines=self.engines, folder=self.folder, directories=self._indexes(), **arguments)
        yield self._row(what, "ms", _medians(spent))

    def _row(
        self, what: str, unit: str, values: Mapping[str, Sequence[float]], numbers: tuple[str, ...] = TIMES
    ) -> Row:
        return Row(self.count, what, unit, numbers, values)

    def _indexes(self) -> dict[str, str]:
        """Where the index of each engine lies that the first build made."""
        return {name: str(self._index(name)) for name in self.engines}

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
