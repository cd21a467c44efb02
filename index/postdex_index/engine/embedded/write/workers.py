"""How is a large first build shared out among processes?

`share` cuts the posts into stretches, the same ones whatever the number of processes, so that the index is the
same too. Each stretch goes to `python -m postdex_index.engine.embedded.write.workers`, which reads its posts and
writes finished segments; what comes back is names, sizes, stamps and problems as lines of JSON. Nothing is pickled,
and no program that uses postdex has to guard its main module, as `multiprocessing` would ask of it.

A worker holds the lock with its parent, so that no other writer comes between, and ends with it, however
that ends: its standard input is never closed before.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any

from ....content import reader
from ....errors import IndexWriteError, Remedy
from ....logs import WARNING, log
from ....model import Problem
from ....named_tuple import NamedTuple
from ....settings import Settings
from ....text.analyzer import Analyzer
from ...api import FileStamp
from ..storage import file_table
from ..storage.commits import File, SegmentEntry, Store
from .inverter import MAX_POSTS
from .segment_builder import SegmentBuilder, no_collection

#: Fewer posts than these are one stretch: a process costs .2 s before it reads its first.
SHARED_FROM = 2_000
#: So many posts are read before they are indexed, which keeps the processor's caches warm for each of both (4 to 14 %
#: of a build), and after them a worker says how far it is.
_STEP = 64


class Job(NamedTuple):
    """What the tasks of a build share: the folder of the posts, the directory of the index, the settings, and what is
    called with numbers of posts as they are read."""

    folder: Path
    directory: Path
    settings: Settings
    read: Callable[[int], None]


class Task(NamedTuple):
    """The posts of a stretch, and what the names of its segments begin with."""

    name: str
    paths: Sequence[str]


class WrittenPart(NamedTuple):
    """What became of a stretch of posts."""

    entries: list[SegmentEntry]
    stamps: dict[str, FileStamp]
    problems: list[Problem]


def share(paths: Sequence[str]) -> list[Sequence[str]]:
    """The stretches of a build: one, or an even number of equal ones that each fit a segment.

    >>> [len(stretch) for stretch in share([""] * 10_000)]
    [5000, 5000]
    """
    if len(paths) < SHARED_FROM:
        return [paths] if paths else []
    stretches = 2 * -(-len(paths) // (2 * MAX_POSTS))
    size = -(-len(paths) // stretches)
    return [paths[start : start + size] for start in range(0, len(paths), size)]


def in_processes(job: Job, tasks: Sequence[Task], processes: int, lock: int) -> list[WrittenPart]:
    """Each task's posts as segments, in so many processes at a time; in this process if none can be started. `lock` is
    the descriptor that keeps other writers out. Raises `IndexWriteError`."""
    workers = _Workers(lock)

    def written(task: Task) -> WrittenPart:
        part = _in_process(workers, job, task) if sys.executable else None
        if part is None and not workers.stopped:
            part = build(job, task)
        return part or WrittenPart([], {}, [])

    with ThreadPoolExecutor(processes) as pool:
        try:
            return list(pool.map(written, tasks))
        except BaseException:  # an interrupt waits for nobody, a full disk is full for all
            workers.stop()
            raise


class _Workers:
    """The worker processes that run."""

    def __init__(self, lock: int) -> None:
        self._lock = lock
        self._running: list[subprocess.Popen[bytes]] = []
        self._changing = threading.Lock()
        self.stopped = False

    def start(self) -> subprocess.Popen[bytes] | None:
        """One more; None if it cannot be started, or none shall be."""
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        command = [sys.executable, "-m", "postdex_index.engine.embedded.write.workers"]
        with self._changing:
            if self.stopped:
                return None
            try:
                process = subprocess.Popen(
                    command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, pass_fds=[self._lock]
                )
            except OSError:
                return None
            self._running.append(process)
            return process

    def stop(self) -> None:
        """End all that run, at once, and start no more."""
        with self._changing:
            self.stopped = True
            for process in self._running:
                process.kill()


def build(job: Job, task: Task) -> WrittenPart:
    """Read the posts of a task and write them as segments. Raises `IndexWriteError`."""
    site = reader.site(job.folder)
    names = (f"{task.name}-{number}.segment" for number in count())
    builder = SegmentBuilder(Store(job.directory), names, Analyzer(job.settings.simplify, ()))
    written = WrittenPart([], {}, [])
    with no_collection():
        for start in range(0, len(task.paths), _STEP):
            batch = task.paths[start : start + _STEP]
            readings = [reader.read(job.folder, path, site, job.settings) for path in batch]
            for path, reading in zip(batch, readings, strict=True):
                written.stamps[path] = reading.stamp.indexed()
                written.problems.extend(reading.problems)
                if reading.post is not None:
                    builder.add(reading.post)
            job.read(len(batch))
        written.entries.extend(builder.finish())
    return written


def _in_process(workers: _Workers, job: Job, task: Task) -> WrittenPart | None:
    """What a worker process made of a task; None if it could not be started or died.

    Raises `IndexWriteError` for what the disk refused it.
    """
    order = {
        "folder": os.fspath(job.folder.absolute()),
        "directory": os.fspath(job.directory.absolute()),
        "settings": job.settings._asdict(),
        "task": task,
    }
    process = workers.start()
    if process is None:
        return None
    assert process.stdin and process.stdout
    part: WrittenPart | None = None
    with process:
        try:
            process.stdin.write(json.dumps(order).encode() + b"\n")
            process.stdin.flush()
            for line in process.stdout:
                answer = json.loads(line)
                if "read" in answer:
                    job.read(answer["read"])
                elif "error" in answer:
                    raise IndexWriteError(
                        answer["error"], Remedy.__members__.get(answer["hint"], answer["hint"]), path=answer["path"]
                    )
                else:
                    part = _made(answer)
        except (BrokenPipeError, ValueError):
            process.kill()  # it has died, or its last line is cut
    if process.returncode:
        part = None
    if part is None and not workers.stopped:
        log(
            "build",
            WARNING,
            "a building process ended too soon (status %d): its posts are read again here",
            process.returncode,
        )
    return part


def _made(answer: dict[str, Any]) -> WrittenPart:
    entries = [
        SegmentEntry(File(*file), reader, drafts, wide, tuple(dead))
        for file, reader, drafts, wide, dead in answer["entries"]
    ]
    stamps = file_table.replayed([b64decode(answer["stamps"])])
    return WrittenPart(entries, stamps, [Problem(*row) for row in answer["problems"]])


def _lines() -> Iterator[dict[str, object]]:
    """The work of a worker process: the order on standard input, answers as they come."""
    line = sys.stdin.buffer.readline()
    if not line.endswith(b"\n"):  # nobody is there any more
        return
    order = json.loads(line)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in order["settings"].items()
    }

    def read(number: int) -> None:
        print(json.dumps({"read": number}), flush=True)

    try:
        job = Job(Path(order["folder"]), Path(order["directory"]), Settings(**values), read)
        part = build(job, Task(*order["task"]))
    except IndexWriteError as error:
        yield {"error": error.message, "hint": getattr(error.remedy, "name", error.remedy), "path": error.path}
        return
    stamps = b64encode(file_table.pack(part.stamps)).decode()
    yield {"entries": part.entries, "stamps": stamps, "problems": part.problems}


def _end_with_parent() -> None:
    try:
        while os.read(0, 1):
            pass
    finally:
        os._exit(1)


if __name__ == "__main__":
    try:
        for line in _lines():
            print(json.dumps(line), flush=True)
    except (KeyboardInterrupt, BrokenPipeError):
        sys.exit(1)
