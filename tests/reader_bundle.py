"""How do tests ask a published index: a process of node in which the reader answers from a bundle on disk."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode

from reader_process import READER, node

_ANSWERS = Path(__file__).parent / "reader" / "answer.mjs"


class ReaderBundle:
    """The reader of a bundle, with `joined` the script that is in it; `today` as days from 1970 on. An answer is the
    JSON of the service, with `raw` all that a `HitList` has, facets as lists of pairs; or `{"error": {"code",
    "message", "hint"}}`."""

    def __init__(self, folder: Path, today: int | None = None, *, joined: bool = False) -> None:
        reader = folder / "reader.js" if joined else READER
        command = [node(), str(_ANSWERS), str(reader), str(folder), "" if today is None else str(today)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )

    def search(self, params: str = "", *, raw: bool = True, **given: object) -> dict[str, Any]:
        """What `GET /search` says to a query string, or to these parameters; lists repeat a name."""
        return self._ask(path="search", params=params or _query_string(given), raw=raw)

    def suggest(self, text: str, limit: int = 10) -> dict[str, Any]:
        """What `GET /suggest` says."""
        return self._ask(path="suggest", params=_query_string({"q": text, "limit": limit}))

    def document(self, path: str) -> dict[str, Any]:
        """What `GET /documents/…` says, without links."""
        return self._ask(path="documents", params=path)

    def _ask(self, **asked: object) -> dict[str, Any]:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "node ended"
        said: dict[str, Any] = json.loads(line)
        assert "failed" not in said, said["failed"]
        answer: dict[str, Any] = said.get("answer", said)
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()


def _query_string(given: dict[str, Any]) -> str:
    flags = {name: str(value).lower() if isinstance(value, bool) else value for name, value in given.items()}
    return urlencode(flags, doseq=True)
