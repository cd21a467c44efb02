"""How many of the posts that match have each value of a facet, in whatever case it is written?

The cluster counts values as they are written. Those that a filter takes for the same are one here, as the embedded
engine has it: written as in the first post, by its path, that has any of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ....schema import FACETS, SITES
from .source import Source

#: Values of a facet that are counted; a server gives no more by default, and no facet has them.
MOST_VALUES = 60_000


def aggregations(names: Iterable[str]) -> dict[str, Any]:
    """What counts the values of these facets."""
    return {name: {"terms": {"field": field(name), "size": MOST_VALUES}} for name in names}


def field(facet: str) -> str:
    """The field that has the values of a facet; what site a post is of only its index says."""
    return "_index" if facet == SITES else f"facet_{facet}"


def counts(names: Iterable[str], answer: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    """The values and counts in the answer to a search with `aggregations`."""
    return {
        name: {bucket["key"]: bucket["doc_count"] for bucket in answer["aggregations"][name]["buckets"]}
        for name in names
    }


def merged(counts: Mapping[str, int], shown: Mapping[str, str]) -> dict[str, int]:
    """The counts of values, of each in the way in which it is shown; greatest first, then by value.

    >>> merged({"Net": 1, "sql": 2, "net": 2}, {"Net": "net", "net": "net"})
    {'net': 3, 'sql': 2}
    """
    merged: dict[str, int] = {}
    for value, count in counts.items():
        value = shown.get(value, value)
        merged[value] = merged.get(value, 0) + count
    return dict(sorted(merged.items(), key=lambda pair: (-pair[1], pair[0])))


class Spellings:
    """How the values of facets are written that the posts of a snapshot write in several ways, and what the sites are
    called that their indices stand for. Asked for once."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._shown: dict[tuple[str, bool], dict[str, str]] = {}

    def of(self, name: str, drafts: bool) -> Mapping[str, str]:
        """By each way in which such a value is written the one in which it is shown."""
        if name == SITES:
            return self._source.sites.names
        if (name, drafts) not in self._shown:
            written = FACETS[name].type in ("texts", "paths")
            self._shown[name, drafts] = self._asked(name, drafts) if written else {}
        return self._shown[name, drafts]

    def _asked(self, name: str, drafts: bool) -> dict[str, str]:
        visible = self._source.visible(drafts)
        every = {"size": 0, "query": {"bool": {"filter": visible}}, "aggs": aggregations([name])}
        (answer,) = self._source.ask([every])
        ways: dict[str, list[str]] = {}
        for value in counts([name], answer)[name]:
            ways.setdefault(self._source.analyzer.fold_value(value), []).append(value)
        several = [values for values in ways.values() if len(values) > 1]
        firsts = self._source.ask([_first_with(name, values, visible) for values in several]) if several else []
        shown: dict[str, str] = {}
        for values, first in zip(several, firsts, strict=True):
            (post,) = first["hits"]["hits"]
            written = next(value for value in post["fields"][f"facet_{name}"] if value in values)
            shown.update((value, written) for value in values)
        return shown


def _first_with(name: str, values: Iterable[str], visible: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The search for the first post that has one of these values."""
    field = f"facet_{name}"
    filters = [*visible, {"terms": {field: list(values)}}]
    return {
        "size": 1,
        "query": {"bool": {"filter": filters}},
        "sort": ["path"],
        "docvalue_fields": [field],
        "_source": False,
        "track_total_hits": False,
    }
