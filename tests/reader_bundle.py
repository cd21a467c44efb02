"""How do tests ask a published index: a process of node in which the reader answers from a bundle on disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode

from reader_process import READER, NodeProcess

_ANSWERS = Path(__file__).parent / "reader" / "answer.mjs"


class ReaderBundle(NodeProcess):
    """The reader of a bundle, with `joined` the script that is in it; `today` as days from 1970 on. An answer is the
    JSON of the service, with `raw` all that a `HitList` has, facets as lists of pairs; or `{"error": {"code",
    "message", "hint"}}`."""

    def __init__(self, folder: Path, today: int | None = None, *, joined: bool = False) -> None:
        reader = folder / "reader.js" if joined else READER
        super().__init__(_ANSWERS, str(reader), str(folder), "" if today is None else str(today))

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
        said = self.answer(asked)
        assert "failed" not in said, said["failed"]
        answer: dict[str, Any] = said.get("answer", said)
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _query_string(given: dict[str, Any]) -> str:
    flags = {name: str(value).lower() if isinstance(value, bool) else value for name, value in given.items()}
    return urlencode(flags, doseq=True)
