"""Which fields of the site's own do the posts of these segments have, of which kind, and what has which value of them?

Such a field has no column: its values are rows of the filter values, under `field NAME`. They are read here, the
distinct ones alone: each once a segment, as the kind that its field is of.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from itertools import chain
from typing import TypeAlias

from ....formats.dates import at
from ....formats.typed_values import READERS, fitting, shown_number
from ....named_tuple import NamedTuple
from ....query import OWN_FIELD
from ...api import FieldStats
from ..format.columns import NAMED_FIELD
from .candidates import lanes_of
from .doc_values import Columns, FilterValue

#: What a post is sorted by.
SortKey: TypeAlias = float | str


class LivePosts(NamedTuple):
    """The columns of a segment, and which of its posts are deleted."""

    columns: Columns
    dead: Set[int]

    def among(self, docs: Sequence[int]) -> Sequence[int]:
        """Those of these posts that are not deleted."""
        return [doc for doc in docs if doc not in self.dead] if self.dead else docs


def stats(parts: Sequence[LivePosts]) -> dict[str, FieldStats]:
    """The fields that living posts have, by their names, however few have them."""
    named = {name for part in parts for name, _, docs in part.columns.rows(NAMED_FIELD) if part.among(docs)}
    names = sorted({name for part in parts for name in part.columns.own_names()})
    fields = (_of_field(name, parts, name in named) for name in names)
    return {field.name: field for field in fields if field.posts}


def _of_field(name: str, parts: Sequence[LivePosts], named: bool) -> FieldStats:
    kinds: Iterable[str] = READERS
    posts = 0
    for part in parts:
        rows = part.columns.rows(OWN_FIELD + name)
        live = [(folded, docs) for folded, _, all_docs in rows if (docs := part.among(all_docs))]
        kinds = fitting([folded for folded, _ in live], kinds)
        posts += len({doc for _, docs in live for doc in docs})
    return FieldStats(name, next(iter(kinds), "text"), posts, named)


def within(columns: Columns, name: str, kind: str, start: float | None, stop: float | None) -> int:
    """Lanes of the posts that have a value of this kind in [start, stop)."""
    inside = [
        docs
        for value, docs in _typed(columns, name, kind)
        if (start is None or start <= value) and (stop is None or value < stop)
    ]
    return lanes_of(chain.from_iterable(inside), columns.posts)


def _typed(columns: Columns, name: str, kind: str) -> Sequence[tuple[float, Sequence[int]]]:
    """The values of a field that are of a kind, with their posts."""
    if (name, kind) not in columns.typed:
        read = READERS[kind]
        rows = [(read(value), docs) for value, _, docs in columns.rows(OWN_FIELD + name)]
        columns.typed[name, kind] = [(value, docs) for value, docs in rows if value is not None]
    return columns.typed[name, kind]


def sort_keys(columns: Columns, field: FieldStats, *, descending: bool) -> dict[int, SortKey]:
    """By what each post is sorted that has a field: of several values by the one that comes first."""
    rows: Iterable[tuple[SortKey, Sequence[int]]]
    if field.kind == "text":
        rows = [(folded, docs) for folded, _, docs in columns.rows(OWN_FIELD + field.name)]
    else:
        rows = _typed(columns, field.name, field.kind)
    last_first = sorted(rows, key=lambda row: row[0], reverse=not descending)
    return {doc: key for key, docs in last_first for doc in docs}


def facet(field: FieldStats, segments: Iterable[Columns]) -> str:
    """The name under which these segments have the facet of a field, once they were made to."""
    name = f"{OWN_FIELD}{field.name} {field.kind}"
    for columns in segments:
        if name not in columns.facets:
            columns.facets[name] = _table(columns, field)
    return name


def _table(columns: Columns, field: FieldStats) -> tuple[list[tuple[int, ...]], list[str]]:
    """Per post the numbers of its values, and the values as a facet shows them."""
    values: dict[str, int] = {}
    numbers: list[set[int]] = [set() for _ in range(columns.posts)]
    for row in columns.rows(OWN_FIELD + field.name):
        number = values.setdefault(facet_value(field.kind, row), len(values))
        for doc_id in row.docs:
            numbers[doc_id].add(number)
    return [tuple(sorted(of_post)) for of_post in numbers], list(values)


def facet_value(kind: str, row: FilterValue) -> str:
    """A value as the facet of a kind counts it: a number however it is written, the year of a date, a text as it is."""
    read = READERS[kind](row.folded) if kind in READERS else None
    if read is None:
        return row.written or row.folded
    if kind == "boolean":
        return "true" if read else "false"
    return shown_number(read) if kind == "number" else str(at(int(read)).year)
