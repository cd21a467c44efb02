"""How do tests ask the engine of the reader, beside the engine of the library: of the same posts, published."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from reader_process import READER, NodeProcess, js

from postdex.export import parameters, stemmers
from postdex_index.engine.api import Answer, Search
from postdex_index.engine.embedded.read.snapshot import Snapshot
from postdex_index.engine.static import bundle, text_tables

_ASKED = Path(__file__).parent / "reader" / "snapshot.mjs"


class SnapshotProcess(NodeProcess):
    """A process of node with the engine of the reader, of a bundle on disk."""

    def __init__(self, folder: Path) -> None:
        super().__init__(_ASKED, str(READER), str(folder))
        #: The files that each round of the last question asked for.
        self.rounds: list[list[str]] = []

    def ask(self, question: str, asked: object = None) -> Any:
        """What a method of the snapshot gives, as JSON has it."""
        answer = self.answer({"question": question, "asked": js(asked)})
        assert "error" not in answer, answer["error"]
        self.rounds = answer["rounds"]
        return answer["answer"]


@contextmanager
def published(snapshot: Snapshot, folder: Path) -> Iterator[SnapshotProcess]:
    """The engine of the reader for the posts of a snapshot."""
    bundle.write_bundle(
        snapshot,
        folder,
        parameters=parameters.of_modules(),
        tables=text_tables.tables(),
        stemmers={language: stemmers.script(language) for language in snapshot.analyzer.languages},
    )
    process = SnapshotProcess(folder)
    try:
        yield process
    finally:
        process.close()


def told(answer: Answer) -> dict[str, Any]:
    """What the library says, in the form that the process gives."""
    leaves = range(len(answer.leaves))
    return {
        "candidates": [
            {
                "path": one.document.path,
                "score": one.score,
                "whole": one.whole,
                "prior": one.prior,
                "pinned": one.pinned,
                "positions": [[one.holds(leaf), list(one.positions(leaf))] for leaf in leaves],
                "translations": [document.path for document in one.translations(3)],
            }
            for one in answer.candidates
        ],
        "total": answer.total,
        "facets": [
            [name, [[value, posts] for value, posts in counts.items()]] for name, counts in answer.facets.items()
        ],
        "leaves": js(answer.leaves),
        "complete": answer.complete,
        "grouped": answer.grouped,
    }


def check(library: Snapshot, reader: SnapshotProcess, searches: Sequence[Search], *, places_once: bool = False) -> None:
    """Both say the same of each of these, to the last bit of each score. With `places_once` a leaf with two words at
    one place may have it once or twice: of a pattern that is decided by what other words are in the segment."""
    for search in searches:
        expected, found = told(library.search(search)), reader.ask("search", search)
        if places_once:
            for one in (*expected["candidates"], *found["candidates"]):
                one["positions"] = [[holds, sorted({*places})] for holds, places in one["positions"]]
        assert found == expected, f"{difference(found, expected)} in {search}"


def difference(found: Any, expected: Any) -> str:
    """The first thing in which they differ, with where it is."""
    if isinstance(found, dict) and isinstance(expected, dict) and found.keys() == expected.keys():
        return next(
            f".{name}{difference(found[name], expected[name])}" for name in found if found[name] != expected[name]
        )
    if isinstance(found, list) and isinstance(expected, list) and len(found) == len(expected):
        return next(
            f"[{number}]{difference(one, other)}"
            for number, (one, other) in enumerate(zip(found, expected, strict=True))
            if one != other
        )
    return f" {found} != {expected}"
