"""What does one thing cost? Each measurement is a process of its own, started by `speed`.

    echo '{"folder": "posts"}' | python benchmarks/measuring.py parse

takes its arguments as JSON and prints what it found as JSON. So the memory of a build is that build's, and nothing
that was measured before is warm. CPU time is user and system time of all threads; where a file has to reach the disk,
wall time stands beside.
"""

from __future__ import annotations

import json
import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

#: As people have it: with compiled modules kept, whatever is usual on a developer's machine.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
#: So many of the posts that were there are changed, one after the other.
CHANGES = 15


class Ran(NamedTuple):
    """A process that ended: CPU and wall time in seconds, its greatest memory in MB."""

    cpu_s: float
    wall_s: float
    peak_mb: float


def task(name: str, **arguments: object) -> tuple[Ran, Any]:
    """Run a task of this file in a process of its own; what it cost, and its answer. Raises SystemExit if it fails."""
    started = time.perf_counter()
    command = [sys.executable, __file__, name]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT)
    assert process.stdin is not None and process.stdout is not None
    with process.stdin, process.stdout:
        process.stdin.write(json.dumps(arguments, default=str))
        process.stdin.close()
        said = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    wall_s = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"the benchmark's task {name} failed")
    return Ran(used.ru_utime + used.ru_stime, wall_s, used.ru_maxrss / 1024), json.loads(said)


def make(sites: Sequence[str], count: int, folder: str, seed: int) -> int:
    """Make the folder of posts; how many of them are real."""
    from generate import generate

    return generate([Path(site) for site in sites], count, Path(folder), seed)


def parse(folder: str) -> int:
    """Read all posts and do nothing with them; the bytes of titles and texts."""
    from generate import read

    size = 0
    for post in read(Path(folder)):
        size += len(post.title.encode("utf-8", "replace"))
        size += sum(len(section.text.encode("utf-8", "replace")) for section in post.sections)
    return size


def questions(folder: str, each: int, seed: int) -> list[Any]:
    """Draw the queries."""
    from questions import draw

    return list(draw(Path(folder), each, seed))


def build(engine: str, folder: str, directory: str, jobs: int) -> None:
    """Build one engine's index, from files to searchable."""
    _engine(engine, folder, directory).build(jobs)


def queries(engines: Sequence[str], folder: str, directories: dict[str, str], asked: list[Any], rounds: int) -> Any:
    """CPU milliseconds of each query, by engine and kind: in the first round, and in all that follow.

    The engines take turns query by query, each time in another order, so that whatever else
    happens on the machine happens to all of them. The first round fills caches and is told apart.
    """
    from questions import Question

    opened = {name: _engine(name, folder, directories[name]) for name in engines}
    for engine in opened.values():
        engine.open()
    order = list(opened)
    chance = random.Random(1)
    asked = [Question(kind, tuple(words), tag) for kind, words, tag in asked]
    times: dict[str, dict[str, list[float]]] = {"first": {}, "warm": {}}
    hits: dict[str, int] = {}
    for number in range(rounds + 1):
        for question in asked:
            chance.shuffle(order)
            for name in order:
                if question.kind in opened[name].lacks:
                    continue
                started = time.process_time_ns()
                found = opened[name].search(question)
                spent = time.process_time_ns() - started
                key = f"{name}/{question.kind}"
                times["warm" if number else "first"].setdefault(key, []).append(spent / 1e6)
                hits[key] = hits.get(key, 0) + len(found)
    shares = {key: hits[key] / (rounds + 1) / len(times["first"][key]) for key in hits}
    return {**times, "hits": shares}


def changes(engines: Sequence[str], folder: str, directories: dict[str, str]) -> Any:
    """[CPU, wall] milliseconds for one post that changed, by engine: read, written, committed, found."""
    from generate import read, walk
    from questions import Question

    opened = {name: _engine(name, folder, directories[name]) for name in engines}
    for engine in opened.values():
        engine.open()
    paths = sorted(walk(Path(folder)))
    paths = random.Random(1).sample(paths, min(2 * CHANGES, len(paths)))
    published = [post.path for post in read(Path(folder), paths) if not post.unpublished]
    spent: dict[str, list[tuple[float, float]]] = {name: [] for name in engines}
    for number, path in enumerate(published[:CHANGES]):
        word = f"zqx{number}w"
        with open(Path(folder) / path, "a", encoding="utf-8") as file:
            file.write(f"\n\nThis post was changed, {word}.\n")
        for name, engine in opened.items():
            wall, cpu = time.perf_counter_ns(), time.process_time_ns()
            engine.change(path)
            found = engine.search(Question("one word", (word,)))
            cpu, wall = time.process_time_ns() - cpu, time.perf_counter_ns() - wall
            assert [hit.path for hit in found] == [path], (name, path, found)
            spent[name].append((cpu / 1e6, wall / 1e6))
    return spent


def unchanged(folder: str, directory: str, rounds: int) -> Any:
    """[CPU, wall] milliseconds of a look for changes that finds none, and of listing and `stat` alone."""
    import postdex

    index = postdex.Index(folder, index=directory, refresh="never")
    index.refresh()
    ways: dict[str, Callable[[], object]] = {"postdex": index.refresh, "floor": lambda: _stat_all(folder)}
    spent: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            wall, cpu = time.perf_counter_ns(), time.process_time_ns()
            way()
            cpu, wall = time.process_time_ns() - cpu, time.perf_counter_ns() - wall
            spent[name].append((cpu / 1e6, wall / 1e6))
    return spent


def cold(engines: Sequence[str], folder: str, directories: dict[str, str], words: Sequence[str]) -> Any:
    """[CPU, wall] milliseconds of a process that answers one query, by engine; "floor" is one that does nothing."""
    opened = {name: _engine(name, folder, directories[name]) for name in engines}
    spent: dict[str, list[tuple[float, float]]] = {name: [] for name in (*engines, "floor")}
    for number, word in enumerate([*words[:1], *words]):
        for name in spent:
            took = _process(["-c", "pass"] if name == "floor" else opened[name].cold(word))
            if number:  # the first of each has the files to fetch
                spent[name].append(took)
    return spent


def _process(arguments: Sequence[str]) -> tuple[float, float]:
    """[CPU, wall] milliseconds of a Python with these arguments; its exit status says whether it found anything."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, env=ENVIRONMENT, check=False)
    wall_s = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu_s * 1000, wall_s * 1000


def _stat_all(folder: str) -> int:
    """List a tree and `stat` each file of it."""
    count, rest = 0, [folder]
    while rest:
        with os.scandir(rest.pop()) as names:
            for name in names:
                if name.is_dir(follow_symlinks=False):
                    rest.append(name.path)
                else:
                    count += name.stat(follow_symlinks=False).st_size >= 0
    return count


def _engine(name: str, folder: str, directory: str) -> Any:
    from engines import ENGINES

    return ENGINES[name](Path(folder), Path(directory))


TASKS: tuple[Callable[..., object], ...] = (make, parse, questions, build, queries, changes, unchanged, cold)

if __name__ == "__main__":
    chosen = {one.__name__: one for one in TASKS}[sys.argv[1]]
    print(json.dumps(chosen(**json.load(sys.stdin))))
