"""How do engines take turns, when each needs a process of its own?

    python benchmarks/workers.py ENGINE FOLDER DIRECTORY

opens an engine's index and answers calls, a line of JSON each, until its input ends. postdex chooses at import whether
its compiled kernel runs, so pure and native can't share a process; and alone in one, no engine pays for the garbage of
another. Time is taken inside the worker, around the engine's own call; who asks lets them take turns, so that whatever
else happens on the machine happens to all of them.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from measuring import environment, stat_all

#: Milliseconds by engine, or by `engine/kind`.
Times = dict[str, list[float]]
#: [CPU, wall] milliseconds by engine.
Spent = dict[str, list[tuple[float, float]]]


class Took(NamedTuple):
    """A call that was answered: CPU and wall time in milliseconds, and what it gave."""

    cpu_ms: float
    wall_ms: float
    gave: Any


class Worker:
    """An engine that is open in a process of its own. `lacks` are the kinds of questions that it cannot answer."""

    def __init__(self, running: subprocess.Popen[str]) -> None:
        self._running = running
        self.lacks: frozenset[str] = frozenset(self._said())

    def call(self, name: str, *arguments: object) -> Took:
        """Have one of `CALLS` done. Raises SystemExit if the worker failed."""
        assert self._running.stdin
        self._running.stdin.write(json.dumps([name, *arguments]) + "\n")
        self._running.stdin.flush()
        return Took(*self._said())

    def _said(self) -> Any:
        assert self._running.stdout
        if line := self._running.stdout.readline():
            return json.loads(line)
        raise SystemExit("a worker of the benchmark failed")


@contextmanager
def workers(directories: Mapping[str, str], folder: str) -> Iterator[dict[str, Worker]]:
    """A worker for each engine's index, until the end of the block."""
    with ExitStack() as stack:
        started = {}
        for name, directory in directories.items():
            command = [sys.executable, "-W", "ignore", __file__, name, folder, directory]
            pipe = subprocess.PIPE
            running = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment(name))
            stack.enter_context(running)
            started[name] = Worker(running)
        yield started


def queries(directories: Mapping[str, str], folder: str, asked: Sequence[Sequence[Any]], rounds: int) -> Any:
    """CPU milliseconds of each query, by engine and kind: in the first round, and in all that follow.

    The engines take turns query by query, each time in another order. The first round fills caches and is told apart.
    """
    times: dict[str, Times] = {"first": {}, "warm": {}}
    hits: dict[str, int] = {}
    chance = random.Random(1)
    with workers(directories, folder) as started:
        order = list(started)
        for number in range(rounds + 1):
            for question in asked:
                chance.shuffle(order)
                for name in order:
                    kind = question[0]
                    if kind in started[name].lacks:
                        continue
                    took = started[name].call("search", *question)
                    key = f"{name}/{kind}"
                    times["warm" if number else "first"].setdefault(key, []).append(took.cpu_ms)
                    hits[key] = hits.get(key, 0) + len(took.gave)
    shares = {key: hits[key] / (rounds + 1) / len(times["first"][key]) for key in hits}
    return {**times, "hits": shares}


def changes(directories: Mapping[str, str], folder: str, paths: Sequence[str]) -> Spent:
    """[CPU, wall] milliseconds for one post that changed, by engine: read, written, committed, found."""
    spent: Spent = {name: [] for name in directories}
    with workers(directories, folder) as started:
        for number, path in enumerate(paths):
            word = f"zqx{number}w"
            with open(Path(folder) / path, "a", encoding="utf-8") as file:
                file.write(f"\n\nThis post was changed, {word}.\n")
            for name, worker in started.items():
                took = worker.call("change", path, word)
                assert took.gave == [path], (name, path, took.gave)
                spent[name].append(took[:2])
    return spent


def unchanged(directories: Mapping[str, str], folder: str, rounds: int) -> Spent:
    """[CPU, wall] milliseconds of a look for changes that finds none; "floor" is listing and `stat` alone."""
    spent: Spent = {name: [] for name in (*directories, "floor")}
    with workers(directories, folder) as started:
        for worker in started.values():
            worker.call("look")
        for _ in range(rounds):
            for name, worker in started.items():
                spent[name].append(worker.call("look")[:2])
            wall, cpu = time.perf_counter_ns(), time.process_time_ns()
            stat_all(folder)
            cpu, wall = time.process_time_ns() - cpu, time.perf_counter_ns() - wall
            spent["floor"].append((cpu / 1e6, wall / 1e6))
    return spent


# -- the worker


def work(name: str, folder: Path, directory: Path) -> None:
    """Answer calls until there are no more."""
    from engines import ENGINES
    from questions import Question

    engine: Any = ENGINES[name](folder, directory)
    engine.open()

    def search(kind: str, words: Sequence[str], tag: str = "") -> list[str]:
        return [hit.path for hit in engine.search(Question(kind, tuple(words), tag))]

    def change(path: str, word: str) -> list[str]:
        engine.change(path)
        return search("one word", [word])

    calls: dict[str, Callable[..., object]] = {"search": search, "change": change, "look": lambda: engine.look()}
    print(json.dumps(sorted(engine.lacks)), flush=True)
    for line in sys.stdin:
        chosen, *arguments = json.loads(line)
        wall, cpu = time.perf_counter_ns(), time.process_time_ns()
        gave = calls[chosen](*arguments)
        cpu, wall = time.process_time_ns() - cpu, time.perf_counter_ns() - wall
        print(json.dumps([cpu / 1e6, wall / 1e6, gave]), flush=True)


if __name__ == "__main__":
    work(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
