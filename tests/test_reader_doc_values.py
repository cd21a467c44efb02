"""Does a published index filter, count and sort by what the index has of each post?"""

from __future__ import annotations

from collections import Counter
from typing import Any
from zlib import crc32

import pytest
from storage import ANALYZER
from stored_index import StoredIndex
from test_reader_postings import WORDS, both

from postdex_index.engine.embedded.format.columns import NO_DATE
from postdex_index.engine.embedded.read.doc_values import Columns
from postdex_index.engine.embedded.read.snapshot import Snapshot
from postdex_index.schema import FACETS, FILTERS, SORTS

__all__ = ["both"]
COLUMNS = (
    *FILTERS,
    "folded path",
    "original",
    "boost",
    "pin",
    "field weight",
    "field mood",
    "field none",
)


def parts_of(stored: StoredIndex) -> list[tuple[int, Columns]]:
    """The columns of each segment."""
    return [(origin, part.segment.columns) for origin, part in enumerate(stored.order.parts)]


def lanes(stored: StoredIndex, by_part: Any) -> list[int]:
    """Lanes of segments as those of the published posts."""
    row = [0] * len(stored.order)
    for origin, columns in parts_of(stored):
        here = by_part(columns).to_bytes(columns.posts, "little")
        for doc in stored.numbered(origin, [doc for doc, lane in enumerate(here) if lane]):
            row[doc] = 255
    return row


def test_filters_are_the_same(both: tuple[Snapshot, StoredIndex]) -> None:
    _, stored = both
    found = 0
    for field in COLUMNS:
        values = {value for _, columns in parts_of(stored) for value, _ in columns.posts_by_value(field)}
        tried = (
            sorted(values)[:12] + [value[:2] + "*" for value in sorted(values)[:3]] + ["*", "?", "a", "é/*", "nothing"]
        )
        for value in tried:
            expected = lanes(stored, lambda columns, field=field, value=value: columns.keyword(field, value))
            assert stored.ask("keyword", field=field, value=value) == expected, (field, value)
            found += any(expected)
    assert found > 100


def test_rows_are_the_same(both: tuple[Snapshot, StoredIndex]) -> None:
    _, stored = both
    for field in COLUMNS:
        rows: dict[tuple[str, str], list[int]] = {}
        for origin, columns in parts_of(stored):
            for folded, written, docs in columns.rows(field):
                rows.setdefault((folded, written), []).extend(stored.numbered(origin, docs))
        expected = [[*row, sorted(docs)] for row, docs in sorted(rows.items()) if docs]
        answer = [[row["folded"], row["written"], row["docs"]] for row in stored.ask("rows", field=field)]
        assert answer == expected, field
        assert stored.ask("hasValues", field=field) == bool(expected)
    assert stored.ask("ownNames") == ["mood", "weight"]


def test_dates_and_orders_are_the_same(both: tuple[Snapshot, StoredIndex]) -> None:
    _, stored = both
    posts = [*stored.order.posts(0, len(stored.order))]
    for start, stop in ((None, None), (0, None), (None, 0), (10**8, 10**9), (-(10**9), -1)):
        expected = lanes(stored, lambda columns, start=start, stop=stop: columns.dates(start, stop))
        assert stored.ask("dates", start=start, stop=stop) == expected
    for name, field in SORTS.items():
        values = [post.segment.columns.order(name)[post.doc_id] for post in posts]
        order = stored.ask("order", name=name)
        if field.type != "text":
            assert [*map(float, order)] == [*map(float, values)]  # as JSON writes NO_DATE
        assert [one < other for one in order for other in order] == [one < other for one in values for other in values]
    own = [post.segment.columns.own_dates()[post.doc_id] for post in posts]
    assert [*map(float, stored.ask("ownDates"))] == [*map(float, own)] and NO_DATE in own
    for number, post in enumerate(posts):
        assert stored.ask("hasText", doc=number) == post.segment.columns.has_text(post.doc_id)


def test_facets_are_the_same(both: tuple[Snapshot, StoredIndex]) -> None:
    _, stored = both
    matching = [255 * (number % 3 > 0) for number in range(len(stored.order))]
    for name in FACETS:
        counts: Counter[str] = Counter()
        for origin, columns in parts_of(stored):
            numbers = stored.order.numbers[origin]
            here = bytes([matching[number] if number >= 0 else 0 for number in numbers])
            counts.update(columns.facet(name, here))
        assert dict(stored.ask("facet", name=name, matching=matching)) == counts, name


@pytest.mark.parametrize("column", ["title_keys", "heading_keys"])
def test_keys_are_the_same(both: tuple[Snapshot, StoredIndex], column: str) -> None:
    _, stored = both
    found = 0
    keys = {ANALYZER.key(word) for word in WORDS}
    keys |= {ANALYZER.key(f"{one} {other}") for one in WORDS for other in WORDS}
    for key in sorted(keys):
        check = crc32(key.encode())
        expected = sorted(
            number
            for origin, part in enumerate(stored.order.parts)
            for number in stored.numbered(
                origin, [value & 0xFFFFFFFF for value in getattr(part.segment, column) if value >> 32 == check]
            )
        )
        assert stored.ask("holders", column=column, check=check) == expected
        found += bool(expected)
    assert found > 5


def test_a_path_leads_to_its_post(both: tuple[Snapshot, StoredIndex]) -> None:
    _, stored = both
    for number, post in enumerate(stored.order.posts(0, len(stored.order))):
        assert stored.ask("path", path=post.segment.documents.path(post.doc_id)) == number
    assert stored.ask("path", path="nowhere.md") is None
