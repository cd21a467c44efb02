"""What is the cluster told of the fields that are the site's own, so that it filters, counts and sorts by them?

Whichever names posts have, the mapping has a few fields for all: which kinds the values of a field are of, the values
of each kind as a facet shows them, and in documents of their own, one a field, what is compared and sorted. Of which
kind a field is all posts together say, when it is asked (`read.own_fields`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ....formats.typed_values import READERS, fitting
from ....named_tuple import NamedTuple
from ....query import OWN_FIELD
from ...embedded.format.columns import NAMED_FIELD
from ...embedded.read.doc_values import Columns, FilterValue
from ...embedded.read.own_columns import facet_value


class Kinds(NamedTuple):
    """A field of one post: the kinds but "text" that all its values are of, and whether the settings name it."""

    name: str
    kinds: tuple[str, ...]
    named: bool

    def written(self) -> str:
        """As a value of `own_kinds`.

        >>> Kinds("due", ("number", "date"), False).written()
        'due\\tnumber date\\t'
        """
        return f"{self.name}\t{' '.join(self.kinds)}\t{'named' if self.named else ''}"

    @classmethod
    def read(cls, written: str) -> Kinds:
        """What `written` says."""
        name, kinds, named = written.split("\t")
        return cls(name, tuple(kinds.split()), bool(named))


def head(name: str, kind: str) -> str:
    """What the values of a field begin with in `own_values`, those of one kind."""
    return f"{name}\t{kind}\t"


def own_fields(columns: Columns) -> dict[str, Any]:
    """The fields of a document for those of a post."""
    named = {folded for folded, _, _ in columns.rows(NAMED_FIELD)}
    kinds: list[str] = []
    values: set[str] = set()
    compared: list[dict[str, Any]] = []
    for name in columns.own_names():
        rows = [*columns.rows(OWN_FIELD + name)]
        fits = fitting([row.folded for row in rows])
        kinds.append(Kinds(name, tuple(fits), name in named).written())
        values.update([head(name, kind) + facet_value(kind, row) for kind in (*fits, "text") for row in rows])
        compared.append({"name": name, **_compared(rows)})
    return {"own_kinds": kinds, "own_values": sorted(values), "own": compared}


def _compared(rows: Sequence[FilterValue]) -> dict[str, list[Any]]:
    """The values of a field by kind, those that are of it."""
    texts = [folded for folded, _, _ in rows]
    compared: dict[str, list[Any]] = {"text": texts}
    for kind, read in READERS.items():
        if values := [value for value in map(read, texts) if value is not None]:
            compared[kind] = values
    return compared
