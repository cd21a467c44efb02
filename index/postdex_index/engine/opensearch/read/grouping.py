"""Which post of each group of translations is shown, where only some posts are candidates?

As in `embedded.read.translations`: of those of a group that match one is shown, and which one that is, the candidates
alone do not tell. So the posts that match are asked for of each group that a candidate is of. The language of the
query's words comes from what the cluster counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ....named_tuple import NamedTuple
from ....query import Leaf
from ...api import Search
from ...embedded.read.translations import MAX_LANGUAGES, best_language, evidence
from .facets import Facet
from .listings import DEEPEST
from .segment_cache import DocumentKey
from .source import Source, TitleKey
from .statistics import Count

#: The doc values of a member of a group.
_FIELDS = ("group", "group_language", "group_silent", "group_translated")
#: Why a member may be the one that is shown, whatever its language: the first that holds.
_NAMES = ("pinned", "title", "heading")
#: So many groups are asked for at once.
_AT_ONCE = 150
#: Buckets of an aggregation that a server gives at most.
_MOST_BUCKETS = 65_000


class GroupKey(NamedTuple):
    """A group of translations: its index, and its key there."""

    index: str  # type: ignore[assignment]  # pyright: ignore  # hides tuple.index, which a key has no use for
    key: str


class Member(NamedTuple):
    """A post of a group; they sort by which is shown for a query: one that is pinned to it, then one that it names,
    then one with text, then one in its language, then in the site's own."""

    unnamed: int
    silent: bool
    foreign: bool
    translated: bool
    language: str
    document: DocumentKey


class Groups:
    """The groups of the candidates of one search."""

    fields = ("group",)

    def __init__(self, source: Source, search: Search, counts: Sequence[tuple[Leaf, Count]]) -> None:
        """`counts` are the leaves of the query with what was counted of them."""
        self._source = source
        self._search = search
        self._counts = counts
        self._group_of: dict[DocumentKey, GroupKey] = {}
        self._shown: dict[GroupKey, DocumentKey] = {}
        self._language: str | None = None

    def note(self, document: DocumentKey, values: Mapping[str, Any]) -> None:
        """Take in a candidate with its doc values."""
        if key := values.get("group"):
            self._group_of[document] = GroupKey(document.index, key[0])

    def is_shown(self, document: DocumentKey) -> bool:
        """Whether this candidate stands for its group, or in none."""
        group = self._group_of.get(document)
        return group is None or self._shown[group] == document

    def resolve(self) -> None:
        """Find out which posts are shown of the groups that were noted since."""
        unknown = sorted({*self._group_of.values()} - self._shown.keys())
        bodies = [self._body(unknown[start : start + _AT_ONCE]) for start in range(0, len(unknown), _AT_ONCE)]
        if not bodies:
            return
        by_group: dict[GroupKey, list[Member]] = {}
        for answer in self._source.ask(bodies, self._search.deadline):
            for hit in answer["hits"]["hits"]:
                by_group.setdefault(GroupKey(hit["_index"], hit["fields"]["group"][0]), []).append(self._member(hit))
        self._shown |= {group: min(members).document for group, members in by_group.items()}

    def _body(self, groups: Sequence[GroupKey]) -> dict[str, Any]:
        """The search for the posts of these groups that match."""
        source, search = self._source, self._search
        keys = {"terms": {"group": sorted({group.key for group in groups})}}
        filters = [*source.visible(search.drafts), source.matches_or_pinned(search), keys]
        named: dict[str, dict[str, Any]] = {}
        if pinned := source.pinned(search):
            named["pinned"] = pinned
        if key := search.as_typed.key:
            named["title"] = source.matches(TitleKey(key), search.drafts)
            named["heading"] = source.matches(TitleKey(key, heading=True), search.drafts)
        should = [{"bool": {"filter": clause, "_name": name}} for name, clause in named.items()]
        return _every_member({"bool": {"filter": filters, "should": should}})

    def _member(self, hit: Mapping[str, Any]) -> Member:
        values, names = hit["fields"], hit.get("matched_queries", ())
        language, silent, translated = (values[name][0] for name in _FIELDS[1:])
        unnamed = next((place for place, name in enumerate(_NAMES) if name in names and not silent), len(_NAMES))
        document = DocumentKey(hit["_index"], hit["_id"])
        return Member(unnamed, silent, language != self.language, translated, language, document)

    @property
    def language(self) -> str:
        """The language of the query's words; "" if it is none but the site's."""
        if self._language is None:
            order = self._source.languages_of_translations(self._search.drafts)[:MAX_LANGUAGES]
            self._language = best_language((language, self._evidence(language)) for language in order)
        return self._language

    def _evidence(self, language: str) -> float:
        return sum(
            [
                evidence(leaf.weight, count.translations.get(language, 0), count.originals.get(language, 0))
                for leaf, count in self._counts
                if count.posts
            ]
        )

    def members(self, documents: Sequence[DocumentKey]) -> dict[DocumentKey, list[DocumentKey]]:
        """The other posts of the group of each of these, whether they match or not, by their languages."""
        groups = sorted({self._group_of[document] for document in documents if document in self._group_of})
        by_group: dict[GroupKey, list[tuple[str, DocumentKey]]] = {}
        for start in range(0, len(groups), _AT_ONCE):
            keys = {"terms": {"group": sorted({group.key for group in groups[start : start + _AT_ONCE]})}}
            query = {"bool": {"filter": [*self._source.visible(self._search.drafts), keys]}}
            (answer,) = self._source.ask([_every_member(query)])
            for hit in answer["hits"]["hits"]:
                (key,), (language,) = hit["fields"]["group"], hit["fields"]["group_language"]
                member = language, DocumentKey(hit["_index"], hit["_id"])
                by_group.setdefault(GroupKey(hit["_index"], key), []).append(member)
        return {
            document: [key for _, key in sorted(by_group.get(self._group_of[document], ())) if key != document]
            if document in self._group_of
            else []
            for document in documents
        }

    # -- counting

    @staticmethod
    def aggregations() -> dict[str, Any]:
        """How many of the posts that match stand in groups, and in how many."""
        group = {"terms": {"field": "group", "size": _MOST_BUCKETS}}
        count = {"stats_bucket": {"buckets_path": "group>_count"}}
        by_site = {"terms": {"field": "_index"}, "aggs": {"group": group, "groups": count}}
        return {"grouped": {"filter": {"exists": {"field": "group"}}, "aggs": {"site": by_site}}}

    @staticmethod
    def total(answer: Mapping[str, Any]) -> int:
        """The number of posts that match, of each group one."""
        grouped = answer["aggregations"]["grouped"]
        groups = sum([site["groups"]["count"] for site in grouped["site"]["buckets"]])
        return int(answer["hits"]["total"]["value"] - grouped["doc_count"] + groups)

    def facet(self, facet: Facet, shown: Mapping[str, str]) -> dict[str, int]:
        """The values of a facet, counted by groups and by posts in none; `shown` has the way in which a value is shown
        that is written in several."""
        source, search = self._source, self._search
        filters = [*source.visible(search.drafts), source.matches_or_pinned(search)]
        sources = [
            {"site": {"terms": {"field": "_index"}}},
            {"value": {"terms": {"field": facet.field}}},
            {"group": {"terms": {"field": "group", "missing_bucket": True}}},
        ]
        counts: dict[str, int] = {}
        counted: set[tuple[str, ...]] = set()
        after: dict[str, Any] = {}
        while True:
            composite = {"size": 10_000, "sources": sources, **after}
            body = {"size": 0, "query": {"bool": {"filter": filters}}, "aggs": {"pairs": {"composite": composite}}}
            (answer,) = source.ask([body], search.deadline)
            pairs = answer["aggregations"]["pairs"]
            for bucket in pairs["buckets"]:
                site, value, group = (bucket["key"][name] for name in ("site", "value", "group"))
                if not value.startswith(facet.head):
                    continue
                value = value[len(facet.head) :]
                value = shown.get(value, value)
                if group is None:
                    counts[value] = counts.get(value, 0) + bucket["doc_count"]
                elif (site, value, group) not in counted:
                    counted.add((site, value, group))
                    counts[value] = counts.get(value, 0) + 1
            if "after_key" not in pairs:
                return counts
            after = {"after": pairs["after_key"]}


def _every_member(query: Mapping[str, Any]) -> dict[str, Any]:
    """The search for all posts of a query, with their doc values."""
    fields = {"docvalue_fields": list(_FIELDS), "_source": False}
    return {"size": DEEPEST, "query": query, "track_total_hits": False, **fields}
