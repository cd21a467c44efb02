"""Does the reader of a published index answer as the library does? Every kind of question to both, compared to the bit.

`benchmarks/static_parity.py` asks more of them, of any folder; what is not possible in a published index is told there.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
#: What nobody can do with files alone, by the queries that ask for it.
NOT_POSSIBLE = ("links%3A", "linked%3A", "%2F", "drafts=", "units=", "explain=")


@pytest.fixture(scope="module")
def parity() -> Iterator[Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "benchmarks"))
        yield import_module("static_parity")


@pytest.mark.parametrize("seed", [1, 2])
def test_every_kind_of_question(parity: Any, tmp_path: Path, seed: int) -> None:
    asked = list(parity.questions(ROOT / "posts", rounds=1, sampled=9, fuzzed=60, seed=seed))
    expected, given = parity.answers(ROOT / "posts", asked, tmp_path)
    told = 0
    for question, ours, theirs in zip(asked, expected, given, strict=True):
        found = parity.outcome(ours, theirs)
        if found == "told":
            assert any(name in question.params for name in NOT_POSSIBLE), question
            told += 1
        else:
            assert not found, question
    assert told < len(asked) / 10
    assert sum(len(answer.get("hits", ())) for answer in given) > 2 * len(asked)
    _notices_what_differs(parity, next(answer for answer in expected if len(answer.get("hits", ())) > 2))


def _notices_what_differs(parity: Any, answer: Any) -> None:
    changes: list[Callable[[Any], object]] = [
        lambda other: other["hits"].reverse(),
        lambda other: other["hits"][0].update(score=other["hits"][0]["score"] * (1 + 2**-52)),
        lambda other: other["hits"][1]["snippet"].update(text="other"),
        lambda other: other.update(total=other["total"] + 1),
        lambda other: other.update(warnings=["another"]),
    ]
    for change in changes:
        other = copy.deepcopy(answer)
        change(other)
        assert parity.outcome(answer, other)
