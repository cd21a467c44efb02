"""How many posts of a snapshot does each query match?

The cluster is asked once for each, for all that are asked at the same time in one request; what it counted is kept as
long as the snapshot, which never changes. Where posts have translations it is counted besides in which languages the
words stand, and in which of their originals: `embedded.read.translations` says what for.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Protocol

from ....named_tuple import NamedTuple
from ....query import Fuzzy, Phrase, Prefix, Regex, Synonyms, Term, Wildcard

#: So many counts are kept.
_MAX_KEPT = 20_000
#: Queries counted by one request.
_AT_ONCE = 500
#: Languages of translations that are told apart.
MAX_LANGUAGES = 100


class Counting(Protocol):
    """What counts need of a snapshot."""

    @property
    def has_groups(self) -> bool:
        """Whether posts are translations of each other."""
        ...

    def ask(self, bodies: Sequence[dict[str, Any]], deadline: float | None = None) -> list[dict[str, Any]]:
        """Searches of the snapshot, all in one request."""
        ...

    def visible(self, drafts: bool) -> list[dict[str, Any]]:
        """The filters that every post of the snapshot passes."""
        ...

    def matches(self, question: Any, drafts: bool) -> dict[str, Any]:
        """The filter of the posts that are counted for a question."""
        ...


class Count(NamedTuple):
    """How many posts match; of those that are translations how many by language, and how many of their originals by
    the languages of these translations."""

    posts: int
    translations: Mapping[str, int] = {}
    originals: Mapping[str, int] = {}


class Statistics:
    """What was counted in a snapshot. Thread-safe: what it keeps is only ever added to, or dropped as a whole."""

    def __init__(self, snapshot: Counting) -> None:
        self._snapshot = snapshot
        self._counts: dict[tuple[Hashable, bool], Count] = {}

    def knows(self, question: Hashable, drafts: bool) -> bool:
        """Whether this was counted already."""
        return (_plain(question), drafts) in self._counts

    def counts(self, questions: Sequence[Hashable], drafts: bool, deadline: float | None = None) -> list[Count]:
        """For each query, or whatever else the snapshot has a filter for, the published posts (with `drafts` all) that
        match."""
        plain = [_plain(question) for question in questions]
        if len(self._counts) > _MAX_KEPT:
            self._counts = {}
        kept = self._counts
        unknown = [query for query in dict.fromkeys(plain) if (query, drafts) not in kept]
        if unknown:
            self.take(unknown, drafts, self._snapshot.ask(self.bodies(unknown, drafts), deadline))
        return [kept[query, drafts] for query in plain]

    def bodies(self, questions: Sequence[Hashable], drafts: bool) -> list[dict[str, Any]]:
        """The searches that count these, to be asked beside others; `take` has the answers."""
        return [self._body(stretch, drafts) for stretch in _stretches(questions)]

    def take(self, questions: Sequence[Hashable], drafts: bool, answers: Sequence[Mapping[str, Any]]) -> None:
        """Keep what `bodies` were answered."""
        for answer, stretch in zip(answers, _stretches(questions), strict=True):
            buckets = answer["aggregations"]["counts"]["buckets"]
            self._counts |= {
                (_plain(question), drafts): _count(buckets[str(number)]) for number, question in enumerate(stretch)
            }

    def _body(self, questions: Sequence[Hashable], drafts: bool) -> dict[str, Any]:
        filters = {str(number): self._snapshot.matches(one, drafts) for number, one in enumerate(questions)}
        counts: dict[str, Any] = {"filters": {"filters": filters}}
        if self._snapshot.has_groups:
            counts["aggs"] = {
                name: {"terms": {"field": field, "size": MAX_LANGUAGES}}
                for name, field in (("translations", "compared"), ("originals", "compared_with"))
            }
        query = {"bool": {"filter": self._snapshot.visible(drafts)}}
        return {"size": 0, "track_total_hits": False, "query": query, "aggs": {"counts": counts}}


def _stretches(questions: Sequence[Hashable]) -> list[Sequence[Hashable]]:
    return [questions[start : start + _AT_ONCE] for start in range(0, len(questions), _AT_ONCE)]


def _plain(question: Hashable) -> Hashable:
    """A leaf without its weight, which does not change what matches; whatever else as it is."""
    if isinstance(question, (Term, Phrase, Prefix, Wildcard, Regex, Fuzzy, Synonyms)) and question.weight != 1.0:
        return question._replace(weight=1.0)
    return question


def _count(bucket: Mapping[str, Any]) -> Count:
    by_language = [
        {one["key"]: one["doc_count"] for one in bucket[name]["buckets"]} if name in bucket else {}
        for name in ("translations", "originals")
    ]
    return Count(bucket["doc_count"], *by_language)
