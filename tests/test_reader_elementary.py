"""Are logarithms, powers of two and the formulas of scores in JavaScript those of Python, to the last bit?"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reader_process import ReaderProcess

from postdex_index import elementary, schema, scoring

PARAMETERS: dict[str, dict[str, Any]] = {
    "scoring": {name: value for name, value in vars(scoring).items() if name.isupper() and name != "SCORED"},
    "schema": {"FIELDS": [field._asdict() for field in schema.FIELDS]},
}


@pytest.fixture(scope="module")
def reader() -> Iterator[ReaderProcess]:
    process = ReaderProcess(PARAMETERS)
    yield process
    process.close()


def ulps(value: float, true: float) -> float:
    return abs(value - true) / math.ulp(true)


@pytest.mark.parametrize("posts", [1, 2, 7, 64, 944, 5_823, 10_000])
def test_idf(reader: ReaderProcess, posts: int) -> None:
    """Of every number of posts."""
    calls = [(posts, doc_freq) for doc_freq in range(posts + 2)]
    idfs = [scoring.idf(*call) for call in calls]
    assert reader.calls("scoring", "idf", calls) == idfs
    for (_, n), idf in zip(calls[:-1], idfs, strict=False):
        assert ulps(idf, math.log(1 + (posts - n + 0.5) / (n + 0.5))) <= 1


@given(st.lists(st.floats(1e-300, 1e300), min_size=1), st.lists(st.floats(-1_100, 0), min_size=1))
def test_elementary(reader: ReaderProcess, positive: list[float], powers: list[float]) -> None:
    logs, squares = list(map(elementary.log, positive)), list(map(elementary.exp2, powers))
    assert reader.calls("elementary", "log", [[value] for value in positive]) == logs
    assert reader.calls("elementary", "exp2", [[value] for value in powers]) == squares
    assert max(map(ulps, logs, map(math.log, positive))) <= 1
    normal = [(square, power) for square, power in zip(squares, powers, strict=True) if power > -1_000]
    assert all(ulps(square, math.exp2(power)) <= 1 for square, power in normal)
    assert float(reader.call("elementary", "plainSum", positive)) == elementary.plain_sum(positive)


counts = st.dictionaries(st.integers(0, len(schema.SCORED) - 1), st.integers(1, 300), max_size=5)
lengths = st.lists(st.integers(0, 5_000), min_size=len(schema.SCORED), max_size=len(schema.SCORED))
averages = st.lists(st.just(0.0) | st.floats(0.1, 1e4), min_size=len(schema.SCORED), max_size=len(schema.SCORED))


@given(counts, lengths, averages)
def test_impact(reader: ReaderProcess, counts: dict[int, int], lengths: list[int], averages: list[float]) -> None:
    lengths = [max(length, counts.get(code, 0)) for code, length in enumerate(lengths)]
    impact = scoring.impact(counts.items(), lengths, averages)
    assert reader.call("scoring", "impact", list(counts.items()), lengths, averages) == impact
    assert reader.call("scoring", "quantize", impact) == scoring.quantize(impact)


@given(
    st.tuples(st.floats(-1e10, 1e11), st.floats(86_400, 1e10)),
    st.tuples(st.floats(0, 100), st.floats(0, 1), st.booleans(), st.booleans(), st.floats(0, 10), st.floats(0, 100)),
)
def test_recency_and_final(reader: ReaderProcess, of_age: tuple[Any, ...], of_post: tuple[Any, ...]) -> None:
    assert reader.call("scoring", "recency", *of_age) == scoring.recency(*of_age)
    assert reader.call("scoring", "final", *of_post) == scoring.final(*of_post)


def test_schema(reader: ReaderProcess) -> None:
    made = reader.call("schema", "schema")
    assert made["codes"] == {name: list(codes) for name, codes in schema.CODES.items()}
    for name, fields in (("scored", schema.SCORED), ("stored", schema.STORED), ("hit", schema.HIT)):
        assert made[name] == [field._asdict() for field in fields]
    for name, table in (("filters", schema.FILTERS), ("facets", schema.FACETS), ("sorts", schema.SORTS)):
        assert made[name] == [[key, field._asdict()] for key, field in table.items()]
    assert reader.calls("schema", "attribute", [[field] for field in schema.FIELDS]) == [
        field.attribute for field in schema.FIELDS
    ]
    codes = [reader.call("schema", name) for name in ("titleCode", "bodyCode", "codeCode")]
    assert codes == [schema.TITLE, schema.BODY, schema.CODE]
