"""How many of the posts that match have each value of a facet, in whatever case it is written?

The cluster counts values as they are written. Those that a filter takes for the same are one here, as the embedded
engine has it: written as in the first post, by its path, that has any of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ....named_tuple import NamedTuple
from ....schema import FACETS, SITES
from ...api import FieldStats
from ..format.own_fields import head
from .patterns import regex_escaped
from .source import Source

#: Values of a facet that are counted; a server gives no more by default, and no facet has them.
MOST_VALUES = 60_000


class Facet(NamedTuple):
    """Where the cluster has the values of a facet: the field of documents, and what stands there before each of them,
    beside values of others. Those that are `written` may be so in several ways."""

    name: str
    field: str
    head: str = ""
    written: bool = False

    def aggregation(self) -> dict[str, Any]:
        """What counts the values."""
        only = {"include": f"{regex_escaped(self.head)}.*"} if self.head else {}
        return {"terms": {"field": self.field, "size": MOST_VALUES, **only}}

    def counts(self, answer: Mapping[str, Any]) -> dict[str, int]:
        """The values and counts in the answer to a search with the aggregation under this name."""
        buckets = answer["aggregations"][self.name]["buckets"]
        return {bucket["key"][len(self.head) :]: bucket["doc_count"] for bucket in buckets}


def asked(names: Iterable[str], own: Mapping[str, FieldStats]) -> list[Facet]:
    """The facets of these names, where there are any, with the fields that are the site's own. What site a post is of
    only its index says."""
    facets: list[Facet] = []
    for name in names:
        if name == SITES:
            facets.append(Facet(name, "_index"))
        elif name in FACETS:
            facets.append(Facet(name, f"facet_{name}", written=FACETS[name].type in ("texts", "paths")))
        elif name in own:
            kind = own[name].kind
            facets.append(Facet(name, "own_values", head(name, kind), written=kind == "text"))
    return facets


def aggregations(facets: Iterable[Facet]) -> dict[str, Any]:
    """What counts the values of these facets."""
    return {facet.name: facet.aggregation() for facet in facets}


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

    def of(self, facet: Facet, drafts: bool) -> Mapping[str, str]:
        """By each way in which such a value is written the one in which it is shown."""
        if facet.name == SITES:
            return self._source.sites.names
        if (facet.name, drafts) not in self._shown:
            self._shown[facet.name, drafts] = self._asked(facet, drafts) if facet.written else {}
        return self._shown[facet.name, drafts]

    def _asked(self, facet: Facet, drafts: bool) -> dict[str, str]:
        visible = self._source.visible(drafts)
        every = {"size": 0, "query": {"bool": {"filter": visible}}, "aggs": aggregations([facet])}
        (answer,) = self._source.ask([every])
        ways: dict[str, list[str]] = {}
        for value in facet.counts(answer):
            ways.setdefault(self._source.analyzer.fold_value(value), []).append(value)
        several = [values for values in ways.values() if len(values) > 1]
        firsts = self._source.ask([_first_with(facet, values, visible) for values in several]) if several else []
        shown: dict[str, str] = {}
        for values, first in zip(several, firsts, strict=True):
            (post,) = first["hits"]["hits"]
            there = [value[len(facet.head) :] for value in post["fields"][facet.field] if value.startswith(facet.head)]
            written = next(value for value in there if value in values)
            shown.update((value, written) for value in values)
        return shown


def _first_with(facet: Facet, values: Iterable[str], visible: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The search for the first post that has one of these values."""
    filters = [*visible, {"terms": {facet.field: [facet.head + value for value in values]}}]
    return {
        "size": 1,
        "query": {"bool": {"filter": filters}},
        "sort": ["path"],
        "docvalue_fields": [facet.field],
        "_source": False,
        "track_total_hits": False,
    }
