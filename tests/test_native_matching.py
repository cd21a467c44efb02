"""Does the kernel match, rank and find words as the Python does that it stands for, to the last bit?

Each function is asked both ways, with random postings. Where no kernel runs there is nothing to compare.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postdex_index import native
from postdex_index.engine.embedded.read.candidates import best_candidates
from postdex_index.engine.embedded.read.combined_postings import max_impacts
from postdex_index.engine.embedded.read.matcher import impact_row

TWINS: dict[str, Callable[..., Any]] = {
    "impact_row": impact_row,
    "max_impacts": max_impacts,
    "best_candidates": best_candidates,
}
POSTS = 80
IMPACTS = st.integers(1, 255)
#: Posts with their impacts, as a list, an array, a view or a view of wide numbers.
POSTINGS = st.dictionaries(st.integers(0, POSTS - 1), IMPACTS, min_size=1, max_size=80)
HOLDERS = st.sampled_from([list, lambda docs: array("H", docs), lambda docs: memoryview(array("I", docs))])
#: Rows with few and with many different impacts, and with few posts.
ROWS = st.one_of(
    st.binary(min_size=POSTS, max_size=POSTS),
    st.binary(min_size=POSTS, max_size=POSTS).map(
        lambda row: bytes(b"\0\0\0\x01\x20\x21\xff\x07"[byte % 8] for byte in row)
    ),
    POSTINGS.map(lambda postings: bytes(postings.get(doc, 0) for doc in range(POSTS))),
)


def python(name: str) -> Callable[..., Any]:
    """The Python of a function whose twin is in use."""
    return native.PYTHON[name]


@given(POSTINGS, HOLDERS)
def test_impact_row(postings: dict[int, int], holder: Callable[[list[int]], Any]) -> None:
    """Docs in a list, an array or a view, ascending or not."""
    docs, impacts = holder(list(postings)), bytes(postings.values())
    assert impact_row(docs, impacts, POSTS) == python("impact_row")(docs, impacts, POSTS)


@given(st.lists(st.tuples(POSTINGS, HOLDERS), max_size=4))
def test_max_impacts(members: list[tuple[dict[int, int], Callable[[list[int]], Any]]]) -> None:
    """The union of several."""
    given = [
        (holder(sorted(postings)), bytes(map(postings.__getitem__, sorted(postings)))) for postings, holder in members
    ]
    assert max_impacts(given) == python("max_impacts")(given)


@given(
    st.lists(st.tuples(ROWS, st.just(0.0) | st.floats(1e-4, 50)), max_size=5),
    st.sampled_from([1, 1, 1, 25]),
    st.binary(min_size=POSTS, max_size=POSTS) | st.just(b"\1" * POSTS),
    st.just(b"") | ROWS,
    st.integers(1, POSTS + 5),
    st.frozensets(st.integers(0, POSTS - 1), max_size=3),
)
def test_best_candidates(
    rows: list[tuple[bytes, float]],
    times: int,
    matching: bytes,
    coverage: bytes,
    count: int,
    always: frozenset[int],
) -> None:
    """The same posts with the same scores, of many rows too."""
    rows *= times
    lanes = int.from_bytes(bytes(255 * (byte & 1) for byte in matching), "little")
    most = 0.0
    for row, factor in rows:
        most += max(row) * factor
    asked = (lanes, POSTS, rows, most, coverage, count, always)
    assert best_candidates(*asked) == python("best_candidates")(*asked)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("impact_row", ([1, 9], b"\x01\x02", 5)),
        ("impact_row", ([1, 2], b"\x01", 5)),
        ("impact_row", ([], b"", 5)),
        ("max_impacts", ([([1, 2], b"\x01")],)),
        ("best_candidates", (255, 1, [(b"", 1.0)], 1.0, b"", 5, frozenset())),
    ],
)
def test_what_is_damaged_raises_what_the_python_raises(name: str, arguments: tuple[Any, ...]) -> None:
    """Columns that do not fit together."""
    with pytest.raises(Exception) as pure:
        python(name)(*arguments)
    with pytest.raises(pure.type):
        TWINS[name](*arguments)
