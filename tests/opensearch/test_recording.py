"""Is what was recorded of a real cluster still what it says?"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import cluster as clusters
import pytest
from recorded_cluster import PREFIX, RECORDED, STEPS, Tape, as_json, copied_posts, file_of, taped

import postdex


def test_recording(
    hosts: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """A real cluster is asked what was recorded, and what is made of its answers is the same; with --update both are
    written anew."""
    update = request.config.getoption("update")
    monkeypatch.setenv("POSTDEX_OPENSEARCH_HOSTS", ",".join(hosts))
    clusters.delete_indices(hosts, f"{PREFIX}-*")
    tape = Tape()
    try:
        with taped(tape, replay=False), postdex.Index(copied_posts(tmp_path), refresh="never") as index:
            for step in STEPS:
                tape.exchanges = []
                result = as_json(step.run(index))
                if update:
                    exchanges = [(asked, status, _without_times(answer)) for asked, status, answer in tape.exchanges]
                    _write(file_of(step), result, exchanges)
                recorded = json.loads(file_of(step).read_text(encoding="utf-8"))
                assert _once(tape.exchanges) == _once(recorded["exchanges"]), step.name
                assert result == recorded["result"], step.name
    finally:
        clusters.delete_indices(hosts, f"{PREFIX}-*")
    assert {file_of(step) for step in STEPS} == set(RECORDED.glob("*.json"))


def _once(exchanges: Iterable[Iterable[Any]]) -> list[Any]:
    """The requests, those once that were repeated until the cluster was ready."""
    return [asked for asked, _ in itertools.groupby(asked for asked, *_ in exchanges)]


def _write(file: Path, result: Any, exchanges: list[tuple[Any, int, Any]]) -> None:
    """A step's result and exchanges, one of these a line."""
    lines = ",\n".join(json.dumps(exchange, ensure_ascii=False) for exchange in exchanges)
    text = f'{{"result": {json.dumps(result, ensure_ascii=False)},\n"exchanges": [\n{lines}\n]}}\n'
    file.write_text(text, encoding="utf-8")


def _without_times(answer: Any) -> Any:
    """An answer without how long it took, which is another each time."""
    if isinstance(answer, dict):
        return {name: _without_times(part) for name, part in answer.items() if name != "took"}
    return [_without_times(part) for part in answer] if isinstance(answer, list) else answer
