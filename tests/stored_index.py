"""How do tests ask the reader's lowest classes for what a published index holds, beside the index itself."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from reader_process import READER, js, node

from postdex.export import parameters, stemmers
from postdex_index.engine.embedded.read.snapshot import Snapshot
from postdex_index.engine.static import text_tables
from postdex_index.engine.static.bundle import write_bundle
from postdex_index.engine.static.post_order import PostOrder

_STORED = Path(__file__).parent / "reader" / "stored.mjs"


class StoredIndex:
    """A published index, read in node; `order` has the numbers that posts have there."""

    def __init__(self, snapshot: Snapshot, folder: Path) -> None:
        self.order = PostOrder(snapshot)
        languages = snapshot.analyzer.languages
        write_bundle(
            snapshot,
            folder,
            parameters=parameters.of_modules(),
            tables=text_tables.tables(),
            stemmers={language: stemmers.script(language) for language in languages},
        )
        command = [node(), str(_STORED), str(READER), str(folder)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        #: How often the last answer was begun again.
        self.rounds = 0

    def ask(self, question: str, **about: object) -> Any:
        """What it says."""
        assert self._process.stdin and self._process.stdout
        asked = {"ask": question, **{name: js(value) for name, value in about.items()}}
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        said: dict[str, Any] = json.loads(self._process.stdout.readline())
        assert "failed" not in said, said["failed"]
        self.rounds = said["rounds"]
        return said["answer"]

    def numbered(self, origin: int, docs: Sequence[int]) -> list[int]:
        """The numbers of a segment's posts."""
        return self.order.numbered(origin, docs)

    def close(self) -> None:
        """End it."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()
