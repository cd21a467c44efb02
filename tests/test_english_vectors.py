"""How is a table made from a model's vectors, as the English one of `postdex-vectors` is?"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy
import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A module of `benchmarks/`, which finds its neighbours in its own folder."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    yield import_module(request.param)
    for name in (request.param, "distillation", "embeddings", "vector_tables"):
        sys.modules.pop(name, None)


distillation = pytest.mark.parametrize("script", ["distillation"], indirect=True)
distil_vectors = pytest.mark.parametrize("script", ["distil_vectors"], indirect=True)


@distillation
def test_sums_of_chosen_texts_are_those_of_their_pieces(script: Any) -> None:
    texts = script.texts([[0, 1], [2], [1, 1, 3]])
    assert texts.chosen(numpy.array([2, 0])).sums(numpy.eye(4)).tolist() == [[0, 2, 0, 1], [1, 1, 0, 0]]


@distillation
def test_a_frequent_piece_weighs_less(script: Any) -> None:
    rows = script.plain_rows(numpy.array([[1.0, 0], [-1, 0], [0, 0]]), numpy.array([9000.0, 10, 990]))
    assert abs(rows[0, 0]) < abs(rows[1, 0]) / 100


@distillation
def test_each_step_brings_sums_nearer_to_what_is_wanted(script: Any) -> None:
    chance = numpy.random.default_rng(1)
    numbers = [chance.integers(0, 300, 8).tolist() for _ in range(3000)]
    texts = script.texts(numbers)
    wanted = script.unit(texts.sums(chance.normal(size=(300, 16))))
    plain = chance.normal(size=(300, 24))
    mapped = script.mapped(plain, texts, wanted)
    trained = script.trained(mapped, texts, wanted, epochs=3, rate=0.1)
    first, second = ((script.unit(texts.sums(rows)) * wanted).sum(axis=1).mean() for rows in (mapped, trained))
    assert 0.1 < first < second - 0.2


@distillation
def test_the_direction_that_texts_share_is_taken_off(script: Any) -> None:
    chance = numpy.random.default_rng(1)
    rows = chance.normal(size=(300, 16))
    rows[:, 0] += 5
    texts = script.texts([chance.integers(0, 300, 8).tolist() for _ in range(500)])
    sums = script.unit(texts.sums(script.without_common_direction(rows, texts)))
    assert abs((sums @ sums.T).mean()) < 0.1


@distil_vectors
def test_words_that_many_texts_hold_get_a_row(script: Any) -> None:
    texts = ["A plugin for the site, a PLUGIN.", "one plugin more"] * script.FREQUENT + ["a template"]
    assert script.frequent_words(texts, {"site", "more"}) == ["plugin"]
