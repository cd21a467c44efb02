"""How is a large full build shared out among processes?

Each is a `python -m postdex_index.engine.opensearch.write.builders` that gets orders as lines of JSON: first to read
and compile stretches of posts, whose segments stay with it; then, when all averages and groups are known, to send the
documents of these. So little goes between the processes, and nothing is pickled. A process has the credentials of its
environment, and ends with its parent, whose end of its standard input is never closed before.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from ....errors import EngineUnavailableError, IndexWriteError, PostdexError, Remedy
from ....model import Problem
from ....settings import Settings
from ...embedded.storage import file_table
from ..cluster import credentials
from ..cluster.answers import RefusedError
from ..cluster.connection import Cluster
from .post_facts import PostFacts
from .staging import Spool, StagedFile, Stored
from .stretch import BuildJob, Compiled, Destination, Spooled, compile_files, send_files

#: The errors that a process may tell of.
_ERRORS: dict[str, type[PostdexError]] = {
    kind.__name__: kind for kind in (IndexWriteError, EngineUnavailableError, RefusedError)
}


class Builders:
    """Processes that build together; `read` is called with numbers of posts as they are read, from any thread."""

    def __init__(self, job: BuildJob, processes: int, read: Callable[[int], None]) -> None:
        self._builders: list[_Builder] = []
        try:
            for _ in range(processes):
                self._builders.append(_Builder(job, read))
        except OSError as error:
            self.close()
            raise IndexWriteError(f"no process for building can be started ({error})", "use one job") from error

    def compile(self, stretches: Iterable[Sequence[str]]) -> list[Compiled]:
        """Read and compile stretches of files; `StagedFile.spool` tells in which process their segments are."""
        waiting = queue.SimpleQueue[Sequence[str]]()
        for stretch in stretches:
            waiting.put(stretch)

        def compile_some(number: int) -> list[Compiled]:
            done: list[Compiled] = []
            while True:
                try:
                    paths = waiting.get_nowait()
                except queue.Empty:
                    return done
                done.append(self._builders[number].compile(paths, number + 1))

        return [one for some in self._each(compile_some) for one in some]

    def send(self, to: Destination, files: Mapping[int, Iterable[Spooled]]) -> None:
        """Let each process send the documents of files that are with it, given by its number."""
        self._each(lambda number: self._builders[number].send(to, files.get(number + 1, ())))

    def _each(self, task: Callable[[int], Any]) -> list[Any]:
        with ThreadPoolExecutor(len(self._builders)) as pool:
            try:
                return list(pool.map(task, range(len(self._builders))))
            except BaseException:  # an interrupt waits for nobody
                self.close()
                raise

    def close(self) -> None:
        """End the processes."""
        for builder in self._builders:
            builder.close()
        self._builders = []


class _Builder:
    """One of the processes."""

    def __init__(self, job: BuildJob, read: Callable[[int], None]) -> None:
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        command = [sys.executable, "-m", __name__]
        self._read = read
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
        folder = os.fspath(job.folder.absolute())
        averages = job.averages and {kind: list(lengths) for kind, lengths in job.averages.items()}
        self._order({"folder": folder, "settings": job.settings._asdict(), "averages": averages})

    def compile(self, paths: Sequence[str], number: int) -> Compiled:
        """Read and compile files."""
        answer = self._asked({"compile": list(paths)})
        stamps = file_table.replayed([b64decode(answer["stamps"])])
        files = [
            StagedFile(0, path, stamps[path], checksum, stored and Stored(*stored), facts and _facts(facts), number)
            for path, checksum, stored, facts in answer["files"]
        ]
        return Compiled(files, [Problem(*row) for row in answer["problems"]])

    def send(self, to: Destination, files: Iterable[Spooled]) -> None:
        """Send documents."""
        self._asked({"send": list(files), "to": to})

    def _asked(self, order: dict[str, Any]) -> dict[str, Any]:
        """What comes back when an order is carried out."""
        try:
            self._order(order)
            assert self._process.stdout
            for line in self._process.stdout:
                answer: dict[str, Any] = json.loads(line)
                if "read" in answer:
                    self._read(answer["read"])
                elif "error" in answer:
                    raise _error(answer)
                else:
                    return answer
        except (BrokenPipeError, ValueError):
            pass
        raise IndexWriteError("a building process ended too soon", "do it again, with fewer jobs")

    def _order(self, order: dict[str, Any]) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        self._process.stdin.flush()

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        with self._process:
            pass


def _facts(row: list[Any]) -> PostFacts:
    lengths, *rest = row
    return PostFacts(tuple(lengths), *rest)


def _error(answer: dict[str, Any]) -> PostdexError:
    hint = Remedy.__members__.get(answer["hint"], answer["hint"])
    error: PostdexError = _ERRORS[answer["type"]](answer["error"], hint, path=answer["path"])
    if isinstance(error, RefusedError):
        error.kind = answer["kind"]
    return error


def _answers() -> Iterator[dict[str, Any]]:
    """The work of a building process: orders on standard input, answers as they come."""
    orders = queue.SimpleQueue[dict[str, Any]]()
    threading.Thread(target=_take_orders, args=(orders,), daemon=True).start()
    first = orders.get()
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in first["settings"].items()
    }
    job = BuildJob(Path(first["folder"]), Settings(**values), first["averages"])
    spool, cluster = Spool(), Cluster(credentials.read(os.environ))
    while True:
        order = orders.get()
        try:
            if "compile" in order:
                yield _compiled(compile_files(job, order["compile"], spool, _say_read))
            else:
                files = (
                    Spooled(path, stamp, stored and Stored(*stored), group)
                    for path, stamp, stored, group in order["send"]
                )
                send_files(cluster, Destination(*order["to"]), files, spool)
                yield {"sent": len(order["send"])}
        except tuple(_ERRORS.values()) as error:
            hint = getattr(error.remedy, "name", error.remedy)
            kind = getattr(error, "kind", "")
            name = type(error).__name__
            yield {"error": error.message, "hint": hint, "path": error.path, "type": name, "kind": kind}


def _compiled(compiled: Compiled) -> dict[str, Any]:
    stamps = b64encode(file_table.pack({file.path: file.stamp for file in compiled.files})).decode()
    rows = [[file.path, file.checksum, file.stored, file.facts] for file in compiled.files]
    return {"files": rows, "stamps": stamps, "problems": compiled.problems}


def _say_read(number: int) -> None:
    print(json.dumps({"read": number}), flush=True)


def _take_orders(orders: queue.SimpleQueue[dict[str, Any]]) -> None:
    """Hand on orders, and end with the parent, whatever is being done."""
    try:
        for line in sys.stdin.buffer:
            orders.put(json.loads(line))
    finally:
        os._exit(1)


if __name__ == "__main__":
    try:
        for answer in _answers():
            print(json.dumps(answer), flush=True)
    except (KeyboardInterrupt, BrokenPipeError):
        sys.exit(1)
