"""What is in a table of Chinese words' vectors?"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy
import pytest

ROOT = Path(__file__).parent.parent
DICTIONARY = {"的": 300, "容器": 20, "器": 5, "容": 5, "镜像": 10}
TEXTS = ["容器 pod 的镜像", "pod 容器的 pod", "the container and the image", "pod 的器", "pod"]


@pytest.fixture
def distil(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The script, which finds its neighbours in its own folder."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    yield import_module("distil_chinese_vectors")
    for name in ("distil_chinese_vectors", "vector_tables"):
        sys.modules.pop(name)


def test_a_vocabulary_has_what_no_word_is_without(distil: Any) -> None:
    shares = distil.vocabulary(DICTIONARY, TEXTS)
    assert {"容器", "镜像", "的", "pod", "the", "container", "a", "7", "##z", "##pod", "##ing", "42"} <= {*shares}
    assert shares["的"] > shares["容器"] > shares["镜像"] > 0
    assert shares["pod"] == shares["##pod"] > shares["container"]
    assert [*distil.vocabulary(DICTIONARY, TEXTS)] == [*shares]


def test_frequent_words_and_those_that_only_ask_weigh_less(distil: Any) -> None:
    shares = {"容器": 1e-4, "的": 0.04, "怎么": 1e-4, "7": 0.0, "##s": 0.0}
    weights = numpy.linalg.norm(distil.weighted(numpy.ones((5, 1), numpy.float32), shares), axis=1)
    assert weights == pytest.approx([0.909, 0.005, 0.182, 0.3, 0.3], abs=1e-3)
    assert {"的", "怎么"} <= distil.FUNCTION_WORDS


def test_the_direction_that_texts_share_is_taken_off(distil: Any) -> None:
    chance = numpy.random.default_rng(1)
    pieces = [chr(0x4E00 + number) for number in range(300)]
    vectors = chance.normal(size=(300, 220)).astype(numpy.float32)
    vectors[:, 0] += 20
    texts = ["".join(chance.choice(pieces, 9)) for _ in range(400)]
    rows = distil.without_shared_directions(vectors, pieces, texts)
    assert rows.shape == (300, distil.DIMENSIONS)
    units = rows / numpy.linalg.norm(rows, axis=1, keepdims=True)
    assert abs((units @ units.T)[0, 1:].mean()) < 0.1
