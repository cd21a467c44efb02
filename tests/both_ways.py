"""What does postdex make of posts and queries in another process, where the compiled kernel runs, or where it doesn't?

A process has one kernel or none, so tests that compare whole indexes, and the fuzzer, start another (`Other`): this as
a program, which reads a question a line and answers each with a line of JSON, as `told` does.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import storage

import postdex
from postdex_index import native

ROOT = Path(__file__).parents[1]


def told(folder: Path, queries: Sequence[str], *, build: bool) -> dict[str, Any]:
    """The digests of an index's segments by name, once it is built anew if it shall be, and what it answers."""
    with storage.disk_is(storage.Calls()), postdex.Index(folder, refresh="never") as ix:  # nothing is synced
        if build:
            ix.refresh(full=True, jobs=1)
        segments = {
            path.name: sha256(path.read_bytes()).hexdigest() for path in (folder / ".postdex").glob("*.segment")
        }
        answers = [_answer(ix, query) for query in queries]
    # As the other process has it once it was JSON: no tuples, names that are texts.
    answer: dict[str, Any] = json.loads(json.dumps({"segments": segments, "answers": answers}))
    return answer


def _answer(ix: postdex.Index, query: str) -> dict[str, Any]:
    try:
        found = ix.search(
            query, explain=True, section_snippets=True, facets=["tags", "lang"], deadline_ms=None
        ).to_dict()
    except postdex.QueryError as error:
        return {"error": str(error)}
    return {name: value for name, value in found.items() if name not in ("took_ms", "index")}


class Other:
    """A process that answers what `told` does, with the compiled kernel or without."""

    def __init__(self, *, pure: bool) -> None:
        roots = os.pathsep.join((str(ROOT / "search"), str(ROOT / "index"), os.environ.get("PYTHONPATH", "")))
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": roots, "POSTDEX_PURE": "1" if pure else "0"},
            encoding="utf-8",
        )
        kernel = self._read()["kernel"]
        assert pure == kernel.startswith("Python alone"), kernel

    def told(self, folder: Path, queries: Sequence[str], *, build: bool) -> dict[str, Any]:
        """What `told` says there."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps([str(folder), list(queries), build]) + "\n")
        self._process.stdin.flush()
        return self._read()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        assert line, f"the other process ended with {self._process.wait()}"
        answer: dict[str, Any] = json.loads(line)
        return answer

    def __enter__(self) -> Other:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()


def main() -> None:
    """Answer until nobody asks any more."""
    print(json.dumps({"kernel": native.in_words()}), flush=True)
    for line in sys.stdin:
        folder, queries, build = json.loads(line)
        print(json.dumps(told(Path(folder), queries, build=build)), flush=True)


if __name__ == "__main__":
    main()
