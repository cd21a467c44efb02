"""Which of the posts that match are the best?

Given how many posts there are and in how many each leaf stands, which a snapshot counts in its segments and an engine
with its posts elsewhere asks for: what the leaves are worth, the scores of the candidates that `matcher` gives, their
order. The formulas are `scoring`'s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from functools import partial
from heapq import nlargest
from operator import itemgetter
from types import MappingProxyType
from typing import TYPE_CHECKING

from .... import scoring
from ....named_tuple import NamedTuple
from ....query import Leaf
from ...api import AsTyped, LeafStats
from .matcher import ImpactRow, Matcher
from .scope import Scope
from .stored_documents import StoredDocument

if TYPE_CHECKING:
    from .priors import Priors
    from .translations import Translations


class Counted(NamedTuple):
    """How many posts there are, and in how many of them each leaf of a query stands."""

    posts: int
    doc_freqs: Sequence[int]


class AnswerContext(NamedTuple):
    """What the candidates of an answer have in common: the impact rows of the query's leaves, and where posts are shown
    for their translations, are pinned, or are worth something beside their words, which that is."""

    scope: Scope
    rows: Sequence[ImpactRow | None]
    groups: Translations | None
    pinned: Mapping[int, int]
    priors: Priors | None


class RankedCandidate:
    """A matching post; implements `engine.Candidate`."""

    __slots__ = ("_context", "_doc", "_document", "_positions", "score", "whole")

    def __init__(self, context: AnswerContext, doc: int, score: float, whole: float) -> None:
        self._context = context
        self._doc = doc
        self._document: StoredDocument | None = None
        self._positions: dict[int, Sequence[int]] = {}
        self.score = score
        self.whole = whole

    @property
    def prior(self) -> float:
        """What its words are multiplied with, for its boost and its age."""
        return self._context.priors.factors[self._doc] if self._context.priors else 1.0

    @property
    def pinned(self) -> bool:
        """Whether it comes first whatever it scores."""
        return self._doc in self._context.pinned

    @property
    def document(self) -> StoredDocument:
        """The stored post."""
        if self._document is None:
            self._document = self._context.scope.document(self._doc)
        return self._document

    def translations(self, most: int) -> Sequence[StoredDocument]:
        """Up to so many of the posts that it is shown for, by their languages."""
        scope, groups = self._context.scope, self._context.groups
        return [scope.document(doc) for doc in groups.others(self._doc, most)] if groups else ()

    def holds(self, leaf: int) -> bool:
        """Whether the leaf stands in the post."""
        row = self._context.rows[leaf]
        return row is not None and row.impacts[self._doc] > 0

    def positions(self, leaf: int) -> Sequence[int]:
        """Where the leaf's words stand in the post, ascending."""
        positions = self._positions.get(leaf)
        if positions is None:
            row = self._context.rows[leaf]
            positions = self._context.scope.matcher.positions(row, self._doc) if row and row.impacts[self._doc] else ()
            self._positions[leaf] = positions
        return positions


class Weighed(NamedTuple):
    """The leaves of a query: statistics and impact row of each, and the rows with the factors of their impact bytes."""

    stats: tuple[LeafStats, ...]
    rows: Sequence[ImpactRow | None]
    factors: Sequence[tuple[ImpactRow, float]]


class ScoredCandidates(NamedTuple):
    """Candidates before the top score is known, as (base score, title coverage, post); those with a title or a heading
    equal to the query, what a candidate gains that holds the whole query as typed, by post, and the places of those
    that are pinned before all others."""

    candidates: Sequence[tuple[float, float, int]]
    titled: Set[int]
    headed: Set[int]
    wholes: Mapping[int, float]
    pinned: Mapping[int, int] = MappingProxyType({})

    def top(self) -> float:
        """The best score of all posts without what is added to it."""
        return max([base for base, _, _ in self.candidates], default=0.0)

    def score(self, base: float, coverage: float, doc: int, top: float) -> float:
        """The score of a candidate."""
        whole = self.wholes.get(doc, 0.0)
        return scoring.final(base, coverage, doc in self.titled, doc in self.headed, whole=whole, top=top)


def counted(matcher: Matcher, rows: Sequence[ImpactRow | None]) -> Counted:
    """How many of the living posts have each leaf of these rows."""
    doc_freqs = [matcher.live_doc_count(row) if row else 0 for row in rows]
    return Counted(matcher.posts - len(matcher.deleted), doc_freqs)


def weighed(matcher: Matcher, typed: Sequence[Leaf], among: Counted | None = None) -> Weighed:
    """Each leaf with its idf over all living posts, or over those `among` which they were counted."""
    rows = [matcher.impact_row(leaf) for leaf in typed]
    posts, doc_freqs = among or counted(matcher, rows)
    stats: list[LeafStats] = []
    factors: list[tuple[ImpactRow, float]] = []
    for leaf, row, doc_freq in zip(typed, rows, doc_freqs, strict=True):
        idf = scoring.idf(posts, doc_freq) if doc_freq else 0.0
        stats.append(LeafStats(leaf, doc_freq, idf, row is not None and row.cut))
        if row:
            factors.append((row, leaf.weight * idf / scoring.SCALE))
    return Weighed(tuple(stats), rows, factors)


def weighed_wholes(matcher: Matcher, as_typed: AsTyped, among: Counted | None = None) -> Weighed:
    """The leaves of what was typed as a whole; they add nothing to the sum over words, so they have no factors."""
    rows = [matcher.whole(leaf) for leaf in as_typed.leaves]
    posts, doc_freqs = among or counted(matcher, rows)
    pairs = zip(as_typed.leaves, doc_freqs, strict=True)
    return Weighed(tuple([LeafStats(leaf, n, scoring.idf(posts, n) if n else 0.0) for leaf, n in pairs]), rows, ())


def scored_candidates(
    scope: Scope,
    weighed: Weighed,
    wholes: Weighed,
    as_typed: AsTyped,
    *,
    lanes: int,
    count: int,
    pinned: Mapping[int, int] = MappingProxyType({}),
    priors: Priors | None = None,
) -> ScoredCandidates:
    """At least the best `count` of the posts of these lanes, the one with the best base, and those that are pinned.
    With `priors` a base is what the words score times what the post is worth beside them."""
    titled, headed = scope.holders("title_keys", as_typed.key), scope.holders("heading_keys", as_typed.key)
    candidates: list[tuple[float, float, int]] = []
    whole_scores: dict[int, float] = {}
    coverage = scope.matcher.title_coverage(weighed.factors) if lanes else b""
    best = partial(priors.candidates, scope.matcher) if priors else scope.matcher.candidates
    always = titled | headed
    if pinned:
        always |= pinned.keys()
    values = scoring.AS_TYPED if as_typed.certain else (scoring.LIKELY_AS_TYPED,)
    # Those first that come first whatever they score, so that they are there however many score more.
    for row, whole in zip(wholes.rows, reversed(values[: len(wholes.rows)]), strict=True):
        if row and (first := lanes & row.present):
            left = max(1, count - len(candidates))
            with_whole = best(first, weighed.factors, coverage, left, always)
            candidates += with_whole
            whole_scores |= dict.fromkeys([doc for _, _, doc in with_whole], whole)
            lanes ^= first
    if lanes:
        left = max(1, count - len(candidates)) if as_typed.certain else count
        candidates += best(lanes, weighed.factors, coverage, left, always)
    return ScoredCandidates(candidates, titled, headed, whole_scores, pinned)


def ranked(scope: Scope, candidates: ScoredCandidates, count: int) -> list[tuple[float, float, int]]:
    """The best posts with their scores and what of these is for the whole, equal ones in the order of their paths;
    those that are pinned before all others."""
    top, special = candidates.top(), candidates.titled | candidates.headed | candidates.wholes.keys()
    scored = [
        (candidates.score(base, share, doc, top) if doc in special else base * (1 + scoring.COVERAGE * share), doc)
        for base, share, doc in candidates.candidates
    ]
    pinned = candidates.pinned
    first = [pair for pair in scored if pair[1] in pinned] if pinned else []
    if first:
        first.sort(key=lambda pair: (pinned[pair[1]], -pair[0], scope.path(pair[1])))
        scored = [pair for pair in scored if pair[1] not in pinned]
    if len(scored) > count:
        floor = nlargest(count, [score for score, _ in scored])[-1]
        scored = [pair for pair in scored if pair[0] >= floor]
    scored.sort(key=itemgetter(0), reverse=True)
    _by_path(scope, scored)
    scored = first + scored if first else scored
    return [(score, top * candidates.wholes.get(doc, 0.0), doc) for score, doc in scored[:count]]


def _by_path(scope: Scope, scored: list[tuple[float, int]]) -> None:
    """Put equal scores, which stand side by side, in the order of their paths; other paths are not read."""
    first, count = 0, len(scored)
    for after in range(1, count + 1):
        if after == count or scored[after][0] != scored[first][0]:
            if after - first > 1:
                scored[first:after] = sorted(scored[first:after], key=lambda pair: scope.path(pair[1]))
            first = after
