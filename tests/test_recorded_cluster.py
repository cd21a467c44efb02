"""Does the engine for OpenSearch still ask what a real cluster was asked, and make the same of its answers?"""

from __future__ import annotations

import json
import string
from pathlib import Path
from typing import Any

import numpy
import pytest
from recorded_cluster import ANEW, STEPS, Exchange, Tape, as_json, copied_posts, file_of, taped
from vectors_package import installed_from, write_package, written

import postdex
from postdex.results import nearness


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


def test_meaning_has_the_same_say_above_each_engine(
    recorded: dict[str, dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The texts of the first posts cost no request that words alone do not."""
    letters = [sign + letter for sign in ("", "##") for letter in string.ascii_lowercase]
    package = write_package(tmp_path, tables={})
    written(package / "en.vectors", letters, numpy.random.default_rng(1).normal(size=(len(letters), 8)), ("en", "zh"))
    monkeypatch.setattr(nearness, "KNOWN", 0.0)  # no word is known in one piece
    monkeypatch.setenv("POSTDEX_MEANING", "always")
    monkeypatch.setenv("POSTDEX_OPENSEARCH_HOSTS", "http://127.0.0.1:9")
    for folder in ("cluster", "embedded"):
        (tmp_path / folder).mkdir()
    tape, moved = Tape(), list[str]()
    with installed_from(tmp_path):
        with postdex.Index(copied_posts(tmp_path / "embedded", ""), refresh="never") as index:
            embedded = {step.name: as_json(step.run(index)) for step in STEPS}
        with taped(tape, replay=True), postdex.Index(copied_posts(tmp_path / "cluster"), refresh="never") as index:
            for step in STEPS:
                tape.step = step.name
                tape.exchanges = [Exchange(*exchange) for exchange in recorded[step.name]["exchanges"]]
                result = as_json(step.run(index))
                assert not tape.exchanges, step.name
                assert result == embedded[step.name] or not step.same, step.name
                moved += [step.name] * (result != recorded[step.name]["result"])
    assert moved == ["words"]
