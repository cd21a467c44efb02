"""Does anything cost more than it did? Instructions are counted, by valgrind, whatever else the machine does.

    python benchmarks/instructions.py [--update] [--made 60] [--each 3]

does small things that are the same each time, pure and, where the compiled kernel is installed, native, and compares
with `instructions.json`, which has what they took for each Python that was measured. Each is counted twice: what the
two differ by is noise, and stands beside. Whoever makes something dearer by more than 5 % sees it here, and so does
whoever is the fifth to make it dearer by one; `--update` writes what was counted, to be looked at with git diff.

Exit status: 0 if all is as it was, 1 if something is not, 3 if there is nothing to compare with (no valgrind, or
a Python that is not in the file).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from measuring import NATIVE, environment, task

ROOT = Path(__file__).parent.parent
KEPT = Path(__file__).with_suffix(".json")
#: What differs by less than that is taken as the same: another zlib or C library changes as much.
WITHIN = 0.05
RUNS = 2
#: Times that the files are looked at.
LOOKS = 5
#: All files are as old.
WHEN = 1_700_000_000
#: Files that changed a moment before they were indexed are read again at each look: so many seconds later they are not.
SETTLED_S = 3
COUNTED = re.compile(r"I\s+refs:\s+([\d,]+)")
#: Status for "nothing to compare with".
NOT_COMPARED = 3


class Process(NamedTuple):
    """A process to be counted: a job of this file, or any arguments of Python; for which engine, in which folder."""

    engine: str
    arguments: tuple[str, ...]


class Count(NamedTuple):
    """What something takes, in millions of instructions, and the share by which two runs of it differ."""

    millions: float
    spread: float


class Site(NamedTuple):
    """A folder of posts, with its index for each engine beside it, and the questions that are asked of it."""

    folder: Path
    asked: Path

    def directory(self, engine: str) -> Path:
        """Where the index lies that is searched."""
        return self.folder.with_name(f"{self.folder.name}-{engine}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Count, compare, print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--update", action="store_true", help="keep what is counted")
    parser.add_argument("--made", type=int, default=60, help="posts of the greater folder")
    parser.add_argument("--each", type=int, default=3, help="queries of each kind")
    options = parser.parse_args(arguments)
    kept: dict[str, dict[str, float]] = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    if not shutil.which("valgrind"):
        print("valgrind is not installed, so no instructions were counted (apt-get install valgrind)")
        return NOT_COMPARED
    if this_python() not in kept and not options.update:
        print(f"{KEPT.name} has nothing for {this_python()}, so nothing was counted; --update adds it")
        return NOT_COMPARED
    engines = ("postdex", NATIVE) if find_spec("postdex_native") else ("postdex",)
    with tempfile.TemporaryDirectory(prefix="postdex-instructions-") as scratch:
        counts = counted(engines, Path(scratch), options.made, options.each)
    expected = kept.get(this_python(), {})
    print(table(counts, expected))
    if options.update:
        kept[this_python()] = expected | {name: round(count.millions, 3) for name, count in counts.items()}
        KEPT.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n")
        return 0
    return 1 if any(moved(counts, expected)) else 0


def this_python() -> str:
    """The Python that runs, as far as it changes how many instructions something takes."""
    optimised = "--enable-optimizations" in (sysconfig.get_config_var("CONFIG_ARGS") or "")
    built = "optimised" if optimised else "not optimised"
    return f"CPython {platform.python_version()}, {platform.python_compiler()}, {built}, {platform.machine()}"


def moved(counts: Mapping[str, Count], expected: Mapping[str, float]) -> Iterator[str]:
    """The names of what takes more or less than it did, beyond what is taken as the same.

    >>> list(moved({"a": Count(10.4, 0), "b": Count(10.6, 0), "c": Count(9.4, 0)}, {"a": 10, "b": 10, "c": 10}))
    ['b', 'c']
    """
    return (name for name, count in counts.items() if abs(_change(name, count, expected)) > WITHIN)


def table(counts: Mapping[str, Count], expected: Mapping[str, float]) -> str:
    """A row for each thing, in millions of instructions.

    >>> print(table({"a": Count(10.8, 0.001), "b": Count(2, 0)}, {"a": 10}))
    | million instructions | kept | now | change | two runs differ by | |
    | --- | ---: | ---: | ---: | ---: | --- |
    | a | 10.00 | 10.80 | +8.0 % | 0.10 % | dearer |
    | b | – | 2.00 | – | 0.00 % | |
    """
    lines = [
        "| million instructions | kept | now | change | two runs differ by | |",
        "| --- |" + " ---: |" * 4 + " --- |",
    ]
    verdicts = {name: "dearer" if _change(name, counts[name], expected) > 0 else "cheaper" for name in counts}
    beyond = {*moved(counts, expected)}
    for name, count in counts.items():
        kept, change = "–", "–"
        if name in expected:
            kept, change = f"{expected[name]:,.2f}", f"{100 * _change(name, count, expected):+.1f} %"
        verdict = f" {verdicts[name]}" if name in beyond else ""
        lines.append(f"| {name} | {kept} | {count.millions:,.2f} | {change} | {100 * count.spread:.2f} % |{verdict} |")
    return "\n".join(lines)


def _change(name: str, count: Count, expected: Mapping[str, float]) -> float:
    """By which share something moved; 0 for what is not kept."""
    return count.millions / expected[name] - 1 if expected.get(name) else 0.0


# -- what is counted


def counted(engines: Sequence[str], scratch: Path, made: int, each: int) -> dict[str, Count]:
    """What each thing takes, by its name and engine."""
    sample, larger = _sites(scratch, made, each)
    counts: dict[str, Count] = {}
    for engine in engines:
        for site in (sample, larger):
            task("build", engine=engine, folder=site.folder, directory=site.directory(engine), jobs=1)
        processes = _processes(engine, sample, larger)
        _plain(processes["again"])  # so that all is compiled
        runs = [_all(processes) for _ in range(RUNS)]
        questions = len(json.loads(larger.asked.read_text()))
        rows = [_rows(run, questions) for run in runs]
        for name in rows[0]:
            each_run = [row[name] for row in rows]
            least = min(each_run)
            counts[f"{name}, {'native' if engine == NATIVE else 'pure'}"] = Count(least, max(each_run) / least - 1)
    return counts


def _rows(run: Mapping[str, float], questions: int) -> dict[str, float]:
    """What the parts of processes take: a process less one that does all but that."""
    return {
        "build of the sample posts": run["build sample"],
        "build of made posts": run["build made"],
        "a query, first time": (run["first"] - run["open"]) / questions,
        "a query, again": (run["again"] - run["first"]) / questions,
        "nothing changed": (run["look"] - run["open"]) / LOOKS,
        "cold search": run["cold"],
    }


def _processes(engine: str, sample: Site, larger: Site) -> dict[str, Process]:
    """By name what is counted whole."""
    from engines import ENGINES

    def job(name: str, site: Site, directory: Path | None = None) -> Process:
        places = map(str, (site.folder, directory or site.directory(engine), site.asked))
        return Process(engine, (__file__, "--job", name, engine, *places))

    fresh = {site: site.folder.with_name(f"{site.folder.name}-{engine}-new") for site in (sample, larger)}
    word = json.loads(larger.asked.read_text())[0][1][0]
    jobs = {name: job(name, larger) for name in ("open", "first", "again", "look")}
    cold = ENGINES[engine](larger.folder, larger.directory(engine)).cold(word)
    builds = {"build sample": job("build", sample, fresh[sample]), "build made": job("build", larger, fresh[larger])}
    return {**builds, **jobs, "cold": Process(engine, tuple(cold))}


def _sites(scratch: Path, made: int, each: int) -> tuple[Site, Site]:
    """The sample posts, and as many as `made` of them and made of them."""
    folders = [scratch / "sample", scratch / "made"]
    shutil.copytree(ROOT / "posts", folders[0], ignore=shutil.ignore_patterns(".postdex"))
    task("make", sites=[folders[0]], count=made, folder=folders[1], seed=1)
    sites = []
    for folder in folders:
        for file in folder.rglob("*"):
            os.utime(file, (WHEN, WHEN))
        _, asked = task("questions", folder=folder, each=each, seed=1)
        questions = folder.with_suffix(".json")
        questions.write_text(json.dumps(asked))
        sites.append(Site(folder, questions))
    time.sleep(SETTLED_S)
    return sites[0], sites[1]


def _all(processes: Mapping[str, Process]) -> dict[str, float]:
    """Millions of instructions of each process; as many run at once as there are processors."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip(processes, pool.map(_instructions, processes.values()), strict=True))


def _instructions(process: Process) -> float:
    """Millions of instructions of a process. Raises SystemExit if it fails."""
    with tempfile.NamedTemporaryFile("r", suffix=".log") as log:
        options = ("--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null", f"--log-file={log.name}")
        _plain(process, "valgrind", *options)
        found = COUNTED.search(log.read())
    if not found:
        raise SystemExit(f"valgrind did not count {' '.join(process.arguments)}")
    return int(found[1].replace(",", "")) / 1e6


def _plain(process: Process, *before: str) -> None:
    """Run a process to its end."""
    place = environment(process.engine) | {"PYTHONHASHSEED": "0"}
    command = [*before, sys.executable, *process.arguments]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=place)


# -- the jobs


def job(name: str, engine: str, folder: str, directory: str, asked: str) -> None:
    """Do one thing, in the process that is counted."""
    from engines import ENGINES
    from questions import Question

    if name == "build":
        shutil.rmtree(directory, ignore_errors=True)
    chosen: Any = ENGINES[engine](Path(folder), Path(directory))
    questions = [Question(kind, tuple(words), tag) for kind, words, tag in json.loads(Path(asked).read_text())]

    def ask(times: int) -> None:
        for _ in range(times):
            for question in questions:
                chosen.search(question)

    def look() -> None:
        for _ in range(LOOKS):
            chosen.look()

    if name == "build":
        chosen.build(1)
        return
    chosen.open()
    jobs: dict[str, Callable[[], None]] = {
        "open": lambda: None,
        "first": lambda: ask(1),
        "again": lambda: ask(2),
        "look": look,
    }
    jobs[name]()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--job"]:
        job(*sys.argv[2:])
    else:
        raise SystemExit(main())
