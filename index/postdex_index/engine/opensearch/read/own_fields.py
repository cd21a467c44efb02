"""Which fields of the site's own do the posts of the cluster have, and how is it asked for what is compared in them?

`format.own_fields` says what documents have of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from math import inf, isnan
from typing import Any

from ....formats.typed_values import READERS
from ....query import FieldRange
from ...api import FieldStats
from ..format.own_fields import Kinds
from .clauses import NOTHING, Clause

#: Names of fields, with the kinds of their values, that are counted; a server gives no more by default.
_MOST = 60_000


def kinds_counted() -> dict[str, Any]:
    """The aggregation of which `stats` has the answer."""
    return {"own": {"terms": {"field": "own_kinds", "size": _MOST}}}


def stats(answer: Mapping[str, Any]) -> dict[str, FieldStats]:
    """The fields that the posts have which were counted, by their names, however few have them."""
    posts = Counter[str]()
    kinds: dict[str, set[str]] = {}
    named: set[str] = set()
    for bucket in answer["aggregations"]["own"]["buckets"]:
        name, fits, is_named = Kinds.read(bucket["key"])
        posts[name] += bucket["doc_count"]
        kinds.setdefault(name, {*READERS}).intersection_update(fits)
        if is_named:
            named.add(name)
    return {
        name: FieldStats(
            name, next((kind for kind in READERS if kind in kinds[name]), "text"), posts[name], name in named
        )
        for name in sorted(posts)
    }


def within(asked: FieldRange) -> Clause:
    """The posts that a `query.FieldRange` finds."""
    field = f"own.{asked.kind}"
    start, stop = asked.start, asked.stop
    if any(bound is not None and isnan(bound) for bound in (start, stop)) or start == inf or stop == -inf:
        return NOTHING
    bounds = {"gte": start, "lt": stop}
    finite = {name: bound for name, bound in bounds.items() if bound is not None and abs(bound) != inf}
    inside: Clause = {"range": {field: finite}} if finite else {"exists": {"field": field}}
    return _nested([{"term": {"own.name": asked.field}}, inside])


def order(field: FieldStats, *, descending: bool) -> dict[str, Any]:
    """The order by a field: of several values that one counts that comes first, posts without any come last."""
    return {
        f"own.{field.kind}": {
            "order": "desc" if descending else "asc",
            "mode": "max" if descending else "min",
            "missing": "_last",
            "nested": {"path": "own", "filter": {"term": {"own.name": field.name}}},
        }
    }


def _nested(filters: Iterable[Clause]) -> Clause:
    return {"nested": {"path": "own", "query": {"bool": {"filter": list(filters)}}, "score_mode": "none"}}
