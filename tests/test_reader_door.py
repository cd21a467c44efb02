"""What becomes of a search whose files come slowly, are not wanted any more, fail, or are replaced?

Scenarios by their names, each in a process of node: `tests/reader/door.mjs`.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from reader_process import READER, node
from test_rescue import words

import postdex
from postdex.export import bundle

_SCENARIOS = Path(__file__).parent / "reader" / "door.mjs"


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two exports of other posts."""
    made = []
    for texts in (words(), {"new.md": "# New\n\nA socket of its own."}):
        made.append(tmp_path_factory.mktemp("site") / "search")
        with postdex.open(texts=texts) as index:
            bundle.write(index, made[-1])
    return made


def outcome(name: str, folders: list[Path]) -> Any:
    """What a scenario tells."""
    command = [node(), str(_SCENARIOS), str(READER), name, *map(str, folders)]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout)


def test_titles_come_first(folders: list[Path]) -> None:
    told = outcome("titles come first", folders)
    (early,) = told["early"]
    assert (early["paths"], early["titles"]) == (told["paths"], told["titles"])
    assert len(told["paths"]) > 3


def test_each_hit_costs_one_request(folders: list[Path]) -> None:
    told = outcome("a file for each hit", folders)
    assert told["hits"] == told["fragments"] > 3


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("asked again nothing is fetched", 0),
        ("two at once share their files", True),
        (
            "one that is dropped does not disturb another",
            {"dropped": "AbortError", "kept": True, "later": True},
        ),
        ("dropped before it begins", "AbortError"),
        ("without a network, and with it again", {"lost": "Unreachable", "again": True}),
        ("the site was published anew meanwhile", ["new.md"]),
        (
            "dropped as it finds that the site was published anew",
            {"dropped": "AbortError", "later": ["new.md"]},
        ),
        ("a query that is refused", "QueryError"),
        ("all counts", ["tags", "categories", "lang", "year"]),
    ],
)
def test_a_search_on_its_way(folders: list[Path], name: str, told: Any) -> None:
    assert outcome(name, folders) == told
