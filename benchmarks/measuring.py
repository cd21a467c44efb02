"""What does one thing cost? Each measurement is a process of its own, started by `speed`; what engines do turn by turn
is measured by `workers`.

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
#: postdex with its compiled kernel; all others run without, their reader of posts too.
NATIVE = "postdex-native"


class Ran(NamedTuple):
    """A process that ended: CPU and wall time in seconds, its greatest memory in MB."""

    cpu_s: float
    wall_s: float
    peak_mb: float


def environment(engine: object) -> dict[str, str]:
    """The environment of a process in which this engine runs: which kernel postdex has is chosen at import."""
    return {**ENVIRONMENT, "POSTDEX_PURE": "0" if engine == NATIVE else "1"}


def task(name: str, **arguments: object) -> tuple[Ran, Any]:
    """Run a task of this file in a process of its own; what it cost, and its answer. Raises SystemExit if it fails."""
    started = time.perf_counter()
    command, place = [sys.executable, __file__, name], environment(arguments.get("engine"))
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=place)
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


def changeable(folder: str, count: int) -> list[str]:
    """The paths of so many posts that are published."""
    from generate import read, walk

    paths = sorted(walk(Path(folder)))
    drawn = random.Random(1).sample(paths, min(2 * count, len(paths)))
    return [post.path for post in read(Path(folder), drawn) if not post.unpublished][:count]


def cold(engines: Sequence[str], folder: str, directories: dict[str, str], words: Sequence[str]) -> Any:
    """[CPU, wall] milliseconds of a process that answers one query, by engine; "floor" is one that does nothing."""
    opened = {name: _engine(name, folder, directories[name]) for name in engines}
    spent: dict[str, list[tuple[float, float]]] = {name: [] for name in (*engines, "floor")}
    for number, word in enumerate([*words[:1], *words]):
        for name in spent:
            took = _process(["-c", "pass"] if name == "floor" else opened[name].cold(word), environment(name))
            if number:  # the first of each has the files to fetch
                spent[name].append(took)
    return spent


def service(engine: str, folder: str, directory: str, asked: list[str], clients: int, seconds: float) -> Any:
    """Requests a second that a service answers while it is written to, by the way in which its clients ask."""
    from load import carried, fresh, repeated

    found = {}
    for name, queries in (("again and again", repeated), ("never twice", fresh)):
        each = [queries(asked, number) for number in range(clients)]
        seen = carried(engine, Path(folder), Path(directory), each, seconds)
        if seen.errors:
            raise SystemExit(f"the service of {engine} failed: {dict(seen.errors)}")
        found[name] = len(seen.times) / seen.seconds
    return found


def asked(folder: str, directory: str, queries: Sequence[str], settings: dict[str, str]) -> tuple[list[float], float]:
    """CPU milliseconds of each query, in the process that opened the index, and its greatest memory in MB; `settings`
    are of the environment."""
    os.environ.update(settings)
    import postdex

    spent = []
    with postdex.open(folder, index=directory, refresh="never") as index:
        for query in queries:
            started = time.process_time()
            index.search(query)
            spent.append(1000 * (time.process_time() - started))
    return spent, _peak_mb()


def commands(
    folder: str, directory: str, queries: Sequence[str], settings: dict[str, str]
) -> list[tuple[float, float]]:
    """[CPU, wall] milliseconds of a command line that answers each query; the first has the files to fetch, and is left
    out."""
    place, command = {**environment(None), **settings}, ["-m", "postdex", "-C", folder, "--index", directory]
    return [_process([*command, "search", "--no-refresh", query], place) for query in [*queries[:1], *queries]][1:]


def sessions(
    folder: str, directory: str, queries: Sequence[str], settings: dict[str, str]
) -> list[tuple[float, float]]:
    """Wall milliseconds of an assistant's session with each query: until its server is there, and from then on until
    the answer. The first is left out, as above."""
    place = {**environment(None), **settings}
    command = [sys.executable, "-m", "postdex", "-C", folder, "--index", directory, "mcp"]
    return [_session(command, place, query) for query in [*queries[:1], *queries]][1:]


def _session(command: list[str], place: dict[str, str], query: str) -> tuple[float, float]:
    started = time.perf_counter()
    with subprocess.Popen(command, env=place, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "bench", "version": "1"}}
        _call(running, "initialize", hello)
        ready = time.perf_counter()
        answer = _call(running, "tools/call", {"name": "search", "arguments": {"query": query}})
        answered = time.perf_counter()
        if "result" not in answer or answer["result"].get("isError"):
            raise SystemExit(f"the session failed: {answer}")
        running.communicate()
    return 1000 * (ready - started), 1000 * (answered - ready)


def _call(running: subprocess.Popen[str], method: str, params: object) -> Any:
    assert running.stdin and running.stdout
    running.stdin.write(json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}) + "\n")
    running.stdin.flush()
    return json.loads(running.stdout.readline())


def _peak_mb() -> float:
    """The greatest memory of this process. `ru_maxrss` begins with that of whoever started it, if it had more."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


def _process(arguments: Sequence[str], place: dict[str, str]) -> tuple[float, float]:
    """[CPU, wall] milliseconds of a Python with these arguments; its exit status says whether it found anything."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, env=place, check=False)
    wall_s = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu_s * 1000, wall_s * 1000


def stat_all(folder: str) -> int:
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


TASKS: tuple[Callable[..., object], ...] = (
    make,
    parse,
    questions,
    changeable,
    build,
    cold,
    service,
    asked,
    commands,
    sessions,
)

if __name__ == "__main__":
    chosen = {one.__name__: one for one in TASKS}[sys.argv[1]]
    print(json.dumps(chosen(**json.load(sys.stdin))))
