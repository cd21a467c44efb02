"""Does the engine for OpenSearch still ask what a real cluster was asked, and make the same of its answers?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from recorded_cluster import ANEW, STEPS, Exchange, Tape, as_json, copied_posts, file_of, taped

import postdex


@pytest.fixture(scope="module")
def recorded() -> dict[str, dict[str, Any]]:
    """What each step gave and asked."""
    return {step.name: json.loads(file_of(step).read_text(encoding="utf-8")) for step in STEPS}


def test_a_cluster_is_asked_what_was_recorded(
    recorded: dict[str, dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each request is the one that was recorded, no more and no fewer, and so is what comes of the answers."""
    monkeypatch.setenv("POSTDEX_OPENSEARCH_HOSTS", "http://127.0.0.1:9")
    tape = Tape()
    with taped(tape, replay=True), postdex.Index(copied_posts(tmp_path), refresh="never") as index:
        for step in STEPS:
            tape.step = step.name
            tape.exchanges = [Exchange(*exchange) for exchange in recorded[step.name]["exchanges"]]
            assert as_json(step.run(index)) == recorded[step.name]["result"], step.name
            assert not tape.exchanges, f"{step.name}: fewer requests than were recorded. {ANEW}"


def test_the_embedded_engine_finds_what_the_cluster_did(recorded: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    """The same posts in the same order with the same scores, totals, facets, words."""
    with postdex.Index(copied_posts(tmp_path, ""), refresh="never") as index:
        for step in STEPS:
            result = as_json(step.run(index))
            assert result == recorded[step.name]["result"] or not step.same, step.name
