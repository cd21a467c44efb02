"""Which posts of the cluster are the best, in their exact order?

The cluster gives lists of candidates with upper bounds (`listings`); their one-post segments come from the cache or
with them, and here they are scored by the embedded engine's own code, with the numbers of posts that the cluster
counted. Lists go deeper until no post can be missing.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from math import inf
from typing import Any

from .... import scoring
from ....named_tuple import NamedTuple
from ....query import Leaf, leaves
from ....schema import SORTS
from ...api import FieldStats, Search
from ...embedded.read import ranking
from ...embedded.read.priors import Priors
from ...embedded.read.ranking import Counted, ScoredCandidates, Weighed
from ...embedded.read.scope import Part, Scope
from . import own_fields, priors
from .grouping import Groups
from .listings import DEEPEST, Listing, Reached, place, to_deepen
from .segment_cache import DocumentKey
from .source import Held, Question, Source, TitleKey

#: So many more than are wanted are asked for at first: most searches need no second look then.
MORE = 30
#: So few posts that something may be added to come at once, before all others; more are a list of their own.
FEW = 60
#: Above the bound of any post.
AHEAD = 1 << 20


class Counts(NamedTuple):
    """How many posts there are, and how many hold each leaf of a query; whether that was not known before."""

    among: Counted
    is_new: bool


class Best(NamedTuple):
    """The best posts: (score, what of it is for the whole, number in `scope`), the leaves with what they met, the
    places of those that come first whatever they score, what each is worth beside its words, the best score without
    additions, the documents of `scope`, and the cluster's answer for all that match. They are `complete` unless time
    was up or the server's limits were met."""

    posts: Sequence[tuple[float, float, int]]
    scope: Scope
    weighed: Weighed
    wholes: Weighed
    pinned: Mapping[int, int]
    priors: Priors | None
    top: float
    keys: Sequence[DocumentKey]
    answer: Mapping[str, Any]
    complete: bool


class CandidateSearch:
    """The search for the best `count` posts of a snapshot."""

    def __init__(self, source: Source, search: Search, counts: Counts, groups: Groups | None, count: int) -> None:
        self._source = source
        self._search = search
        self._among = counts.among
        self._groups = groups
        #: what is counted beside the first search
        self._uncounted = source.uncounted(wholes_and_names(search), search.drafts)
        #: the posts of a query that is new here had better come with their segments
        self._with_segments = counts.is_new or bool(self._uncounted)
        self._count = min(count, DEEPEST)
        self._pinned = source.pinned(search) if search.sort == "score" else None
        self._typed = leaves(search.query)
        self._language = source.language(search.drafts)
        #: by document, in the order in which they came
        self._paths: dict[DocumentKey, str] = {}
        self._parts: list[Part] = []

    def run(self, **aggregated: Any) -> Best:
        """Ask until no post can be missing. `aggregated` goes into the first search, for all that match."""
        everything, others = self._listings()
        pending, first = [everything, *others], dict(aggregated)
        answer: Mapping[str, Any] = {}
        best: Best | None = None
        while pending:
            if best and self._late():
                return best._replace(complete=False)
            answers = self._extend(pending, first)
            answer, first = answer or answers[0], {}
            best, reached = self._ranked(answer)
            deepen = to_deepen(everything, others, reached)
            pending = [listing for listing in deepen if listing.can_go_on]
            best = best._replace(complete=not deepen or bool(pending))
        assert best
        return best

    def _late(self) -> bool:
        deadline = self._search.deadline
        return deadline is not None and time.monotonic() > deadline

    # -- asking

    def _listings(self) -> tuple[Listing, list[Listing]]:
        """The list of all posts that match, and those of the posts whose scores something may be added to."""
        size = min(self._count + MORE, DEEPEST)
        search = self._search
        few: list[dict[str, Any]] = [self._pinned] if self._pinned else []
        others: list[Listing] = []
        for question, added in self._additions() if search.sort == "score" else ():
            matching = self._source.matches(question, search.drafts)
            there = FEW + 1 if question in self._uncounted else self._source.counts([question], search.drafts)[0].posts
            if 0 < there <= FEW:
                few.append(matching)
                size += there
            elif there:
                others.append(Listing(self._scoring([matching]), size, added, self._sort()))
        return Listing(self._scoring(first=few), min(size, DEEPEST), sort=self._sort()), others

    def _additions(self) -> Iterator[tuple[Question, float]]:
        """For each thing that may be added to a score the posts that it may be added to, and the share of the top
        score."""
        as_typed = self._search.as_typed
        if as_typed.key:
            yield TitleKey(as_typed.key), scoring.TITLE_IS_QUERY
            yield TitleKey(as_typed.key, heading=True), scoring.HEADING_IS_QUERY
        values = scoring.AS_TYPED if as_typed.certain else (scoring.LIKELY_AS_TYPED,)
        yield from zip(map(Held, as_typed.leaves), reversed(values[: len(as_typed.leaves)]), strict=True)

    def _sort(self) -> Sequence[Any]:
        name = self._search.sort
        if name == "score":
            return ["_score", *self._source.sites.ties]
        if name in SORTS:
            descending = SORTS[name].type != "text"
            order = {f"sort_{name}": {"order": "desc" if descending else "asc", "missing": "_last"}}
        elif own := self._fields.get(name.removeprefix("-")):
            order = own_fields.order(own, descending=(own.kind != "text") != name.startswith("-"))
        else:
            return self._source.sites.ties
        return [order, *self._source.sites.ties]

    @property
    def _fields(self) -> Mapping[str, FieldStats]:
        """The site's own fields, where the order asks for one."""
        name = self._search.sort
        return {} if name == "score" or name in SORTS else self._source.fields(self._search.drafts)

    def _scoring(self, filters: Sequence[Any] = (), first: Sequence[Any] = ()) -> dict[str, Any]:
        """The query for the posts that match, with an upper bound of what each scores without additions; those that
        match any of `first` come before all others."""
        search, source = self._search, self._source
        matching: dict[str, Any] = {
            "filter": [*source.visible(search.drafts), source.matches_or_pinned(search), *filters]
        }
        if search.sort != "score":
            return {"bool": matching}
        query: dict[str, Any] = {"bool": matching}
        if self._bounds:
            query = self._factored({"bool": matching | {"should": list(self._bounds)}})
        if not first:
            return query
        ahead = [{"constant_score": {"filter": clause, "boost": AHEAD}} for clause in first]
        return {"bool": {"must": [query], "should": ahead}}

    def _factored(self, query: dict[str, Any]) -> dict[str, Any]:
        """What a query scores, multiplied by what titles, boosts and age may add."""
        search, functions = self._search, []
        if self._in_title:
            in_title = {"bool": {"should": list(self._in_title)}}
            functions.append({"filter": in_title, "weight": 1 + scoring.COVERAGE})
        if self._source.has_boosts:
            functions.append(priors.BOOSTED)
        if search.recency:
            query = priors.by_age(query, search.recency)
        if not functions:
            return query
        return {"function_score": {"query": query, "functions": functions, "boost_mode": "multiply"}}

    @cached_property
    def _bounds(self) -> Sequence[dict[str, Any]]:
        return self._language.translator.bounds([(leaf, factor) for leaf, factor in self._factors if factor])

    @cached_property
    def _in_title(self) -> Sequence[dict[str, Any]]:
        """Filters of the posts that have words of the query in their titles."""
        filters = [self._language.translator.in_title(leaf) for leaf, factor in self._factors]
        return [clause for clause in filters if clause]

    @property
    def _factors(self) -> list[tuple[Leaf, float]]:
        posts, doc_freqs = self._among
        return [
            (leaf, leaf.weight * scoring.idf(posts, doc_freq) / scoring.SCALE)
            for leaf, doc_freq in zip(self._typed, doc_freqs, strict=True)
            if doc_freq
        ]

    def _extend(self, pending: Sequence[Listing], aggregated: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Let these lists go on, the first with what is to be aggregated; take in the posts that are new."""
        fields = self._groups.fields if self._groups else ()
        bodies = [listing.body(segments=self._with_segments, fields=fields) for listing in pending]
        bodies[0] |= aggregated
        bodies += self._source.statistics.bodies(self._uncounted, self._search.drafts)
        answers = self._source.ask(bodies, self._search.deadline)
        self._source.statistics.take(self._uncounted, self._search.drafts, answers[len(pending) :])
        self._uncounted, answers = [], answers[: len(pending)]
        contents: dict[DocumentKey, bytes] = {}
        new: dict[DocumentKey, str] = {}
        for listing, answer in zip(pending, answers, strict=True):
            for post in listing.extend(answer["hits"]["hits"]):
                if post.key not in self._paths:
                    new[post.key] = post.path
                    if post.content:
                        contents[post.key] = post.content
                    if self._groups:
                        self._groups.note(post.key, post.values)
        segments = self._source.segments([*new], contents, self._search.deadline)
        self._paths |= new
        self._parts += [Part(segment, frozenset(), False) for segment in segments]
        if self._groups:
            self._groups.resolve()
        return answers

    # -- scoring

    def _ranked(self, answer: Mapping[str, Any]) -> tuple[Best, Reached]:
        """The best of the posts that came so far, and how far that reaches."""
        search = self._search
        keys, sites = [*self._paths], self._source.sites
        indices = [key.index for key in keys]
        scope = sites.scope(self._parts, self._language.vocabulary, indices, self._source.analyzer)
        weighed = ranking.weighed(scope.matcher, self._typed, self._among)
        wholes = ranking.weighed_wholes(scope.matcher, search.as_typed, self._source.counted_wholes(search))
        pinned = scope.pinned(search.pinned, search.as_typed.key)
        lanes = scope.matching(search.query) | scope.matcher.lanes_of(pinned)
        if self._groups:
            lanes &= int.from_bytes(bytes([255 * self._groups.is_shown(key) for key in keys]), "little")
        factors: Priors | None = None
        if search.sort == "score":
            factors = scope.priors(search.recency)
            scored = ranking.scored_candidates(
                scope,
                weighed,
                wholes,
                search.as_typed,
                lanes=lanes,
                count=self._count,
                pinned=pinned,
                priors=factors,
            )
            posts = ranking.ranked(scope, scored, self._count)
            reached = self._reached(scored, posts, keys)
        else:
            scope.fields = dict(self._fields)
            posts = [(0.0, 0.0, doc) for doc in scope.sorted(lanes, search.sort, self._count)]
            reached = Reached(0.0, 0.0 if len(posts) >= self._count else None, "")
        best = Best(
            posts=posts,
            scope=scope,
            weighed=weighed,
            wholes=wholes,
            pinned=pinned,
            priors=factors,
            top=reached.top,
            keys=keys,
            answer=answer,
            complete=True,
        )
        return best, reached

    def _reached(
        self, scored: ScoredCandidates, posts: Sequence[tuple[float, float, int]], keys: Sequence[DocumentKey]
    ) -> Reached:
        if len(posts) < self._count:
            return Reached(scored.top(), None, "")
        others = [(score, doc) for score, _, doc in posts if doc not in scored.pinned]
        if not others:
            return Reached(scored.top(), inf, "")
        floor = others[-1][0]
        last = [keys[doc] for score, doc in others if score == floor]
        return Reached(scored.top(), floor, max(place(key, self._paths[key]) for key in last))


def wholes_and_names(search: Search) -> list[Question]:
    """What is counted of a query as a whole: the posts that may hold it, and those that are called so."""
    key = search.as_typed.key
    names = [TitleKey(key), TitleKey(key, heading=True)] if key else []
    return [*map(Held, search.as_typed.leaves), *names]
