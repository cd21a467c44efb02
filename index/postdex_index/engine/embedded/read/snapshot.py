"""The best posts of a whole index for a query: the snapshot of one commit, its segments searched as one.

`matcher.py` gives the candidates that can be among the best; here are idf over all posts, the final score,
facets, sorting, counts. Implements `engine.Reader`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from heapq import nlargest
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from .... import forks, scoring
from ....document import Outlined
from ....errors import NotFoundError
from ....model import Explanation
from ....query import Clauses, DateRange, Everything, Keyword, Leaf, Query, Term, leaves
from ....text.analyzer import Analyzer
from ...api import FEWEST, Answer, AsTyped, Identity, IndexedWord, LeafStats, Search, Stats
from .matcher import ImpactRow, Matcher
from .scope import Part, Scope, languages_of
from .stored_documents import StoredDocument

if TYPE_CHECKING:
    from .translations import Translations


class SnapshotCandidate:
    """A matching post; implements `engine.Candidate`. `rows` are the impact rows of the query's leaves."""

    __slots__ = ("_doc", "_document", "_groups", "_positions", "_rows", "_scope", "score", "whole")

    def __init__(
        self,
        scope: Scope,
        doc: int,
        score: float,
        whole: float,
        rows: Sequence[ImpactRow | None],
        groups: Translations | None,
    ) -> None:
        self._scope = scope
        self._groups = groups
        self._doc = doc
        self._document: StoredDocument | None = None
        self._rows = rows
        self._positions: dict[int, Sequence[int]] = {}
        self.score = score
        self.whole = whole

    @property
    def document(self) -> StoredDocument:
        """The stored post."""
        if self._document is None:
            self._document = self._scope.document(self._doc)
        return self._document

    def translations(self, most: int) -> Sequence[StoredDocument]:
        """Up to so many of the posts that it is shown for, by their languages."""
        return [self._scope.document(doc) for doc in self._groups.others(self._doc, most)] if self._groups else ()

    def holds(self, leaf: int) -> bool:
        """Whether the leaf stands in the post."""
        row = self._rows[leaf]
        return row is not None and row.impacts[self._doc] > 0

    def positions(self, leaf: int) -> Sequence[int]:
        """Where the leaf's words stand in the post, ascending."""
        positions = self._positions.get(leaf)
        if positions is None:
            row = self._rows[leaf]
            positions = self._scope.matcher.positions(row, self._doc) if row and row.impacts[self._doc] else ()
            self._positions[leaf] = positions
        return positions


class Weighed(NamedTuple):
    """The leaves of a query: statistics and impact row of each, and the rows with the factors of their impact bytes."""

    stats: tuple[LeafStats, ...]
    rows: Sequence[ImpactRow | None]
    factors: Sequence[tuple[ImpactRow, float]]


class ScoredCandidates(NamedTuple):
    """Candidates before the top score is known, as (base score, title coverage, post); those with a title or a heading
    equal to the query, and what a candidate gains that holds the whole query as typed, by post."""

    candidates: Sequence[tuple[float, float, int]]
    titled: Set[int]
    headed: Set[int]
    wholes: Mapping[int, float]

    def top(self) -> float:
        """The best score of all posts without what is added to it."""
        return max([base for base, _, _ in self.candidates], default=0.0)

    def score(self, base: float, coverage: float, doc: int, top: float) -> float:
        """The score of a candidate."""
        whole = self.wholes.get(doc, 0.0)
        return scoring.final(base, coverage, doc in self.titled, doc in self.headed, whole=whole, top=top)


class Snapshot:
    """One commit of an index, open for searching. Thread-safe: what it keeps is only ever added to."""

    def __init__(self, identity: Identity, parts: Sequence[Part], size: int) -> None:
        self.identity = identity
        self.bytes = size
        self.parts = parts
        self._scopes: dict[bool, Scope] = {}
        self._stats: Stats | None = None

    def without(self, paths: Iterable[str]) -> Snapshot:
        """The same commit less some posts, as if they had been deleted in it."""
        paths_to_drop = list(paths)
        parts: list[Part] = []
        for part in self.parts:
            docs = {doc_id for path in paths_to_drop if (doc_id := part.segment.columns.path(path)) is not None}
            parts.append(part._replace(dead=part.dead | docs))
        return Snapshot(self.identity, parts, self.bytes)

    # -- searching

    def search(self, search: Search) -> Answer:
        """The posts that match, best first; see `engine.Reader.search`."""
        typed = leaves(search.query)
        scope_of_all = self._scope(search.drafts)
        scope = scope_of_all if search.deadline is None else scope_of_all.until(search.deadline, typed)
        weighed = _weighed(scope.matcher, typed)
        wholes = _weighed_wholes(scope.matcher, search.as_typed)
        groups = scope.translations if search.grouped else None
        matching = scope.matcher.match(search.query)
        lanes = _shown(scope, weighed, search.as_typed, groups, matching) if groups else matching
        count = max(FEWEST, search.offset + search.limit)
        if search.sort == "score":
            scored = _scored_candidates(scope, weighed, wholes, search.as_typed, lanes=lanes, count=count)
            ranked = _ranked(scope, scored, count)
        else:
            ranked = [(0.0, 0.0, doc) for doc in scope.sorted(lanes, search.sort, count)]
        rows = [*weighed.rows, *wholes.rows]
        candidates = [SnapshotCandidate(scope, doc, score, whole, rows, groups) for score, whole, doc in ranked]
        together = groups.together(scope.matcher.lane_bytes(matching)) if groups and search.facets else ()
        counts = {name: scope.facet(name, matching, together) for name in search.facets}
        stats = (*weighed.stats, *wholes.stats)
        total = scope.matcher.count(lanes)
        return Answer(candidates, total, counts, stats, scope is scope_of_all, groups is not None)

    def totals(self, queries: Sequence[Query], *, drafts: bool = False) -> list[int]:
        """The number of posts that match each of these queries."""
        matcher = self._scope(drafts).matcher
        shaped = (Clauses, Keyword, DateRange, Everything)
        return [
            matcher.count(matcher.match(query)) if isinstance(query, shaped) else matcher.doc_freq(query)
            for query in queries
        ]

    def _scope(self, drafts: bool) -> Scope:
        """All published posts, or the others too."""
        drafts = drafts and any(part.drafts for part in self.parts)
        scope = self._scopes.get(drafts)
        if scope is None:
            scope = self._scopes[drafts] = Scope([part for part in self.parts if drafts or not part.drafts])
        return scope

    # -- one post

    def explain(self, search: Search, path: str) -> Explanation:
        """How the score of this post was made, see `engine.Reader.explain`. Raises NotFoundError."""
        place = self._find(path)
        if place is None:
            raise NotFoundError("no post of the index has this path", path=path)
        with forks.barred:
            from . import explanation  # a search has no use for it

        query, as_typed = search.query, search.as_typed
        part, doc_id = place
        scope = self._scope(search.drafts or part.drafts)
        matcher, doc = scope.matcher, scope.matcher.starts[scope.parts.index(part)] + doc_id
        typed = leaves(query)
        weighed = _weighed(matcher, typed)
        added: list[Explanation] = []
        for row, stats in zip(weighed.rows, weighed.stats, strict=True):
            impact = row.impacts[doc] if row else 0
            counted = matcher.counted_positions(row, doc) if row and impact else ()
            added.append(explanation.leaf(stats, impact, explanation.fields(part.segment.lists, doc_id, counted)))
        wholes = _weighed_wholes(matcher, as_typed)
        groups, lanes = scope.translations if search.grouped else None, matcher.match(query)
        lanes = _shown(scope, weighed, as_typed, groups, lanes) if groups else lanes
        top = _scored_candidates(scope, weighed, wholes, as_typed, lanes=lanes, count=FEWEST).top()
        this = _scored_candidates(scope, weighed, wholes, as_typed, lanes=0xFF << 8 * doc, count=1)
        base, coverage, _ = this.candidates[0]
        is_title, is_heading, whole = doc in this.titled, doc in this.headed, this.wholes.get(doc, 0.0)
        return explanation.score(added, base, coverage, title=is_title, heading=is_heading, whole=whole, top=top)

    def documents(self, paths: Sequence[str]) -> list[Outlined | None]:
        """The stored posts, unpublished ones too; None for a path that is not there."""
        places = map(self._find, paths)
        return [StoredDocument(place[0].segment.documents, place[1]) if place else None for place in places]

    def _find(self, path: str) -> tuple[Part, int] | None:
        """The part that has the post with this path, and its number there."""
        for part in self.parts:
            doc = part.segment.columns.path(path)
            if doc is not None and doc not in part.dead:
                return part, doc
        return None

    # -- words

    def words(
        self, *, prefix: str = "", near: str = "", within: str = "", edits: int = 1, limit: int = 10
    ) -> list[IndexedWord]:
        """Words of published posts: beginning with `prefix`, `near` a word, or with `within` in them; see
        `engine.Reader.words`."""
        distance_and_form: dict[str, tuple[int, str]] = {}
        for part in self._scope(False).parts:
            words = part.segment.lists.terms
            if near:
                numbers = {number: distance for distance, number in words.near(near, edits)}
            elif within:
                numbers = dict.fromkeys(words.containing(within), 0)
            else:
                surfaces = words.forms(words.with_prefix(prefix))
                # More than are wanted: the most frequent of one segment may be rare in the others.
                numbers = dict.fromkeys(nlargest(4 * limit + 20, surfaces, key=surfaces.__getitem__), 0)
            for number, distance in numbers.items():
                distance_and_form.setdefault(words.term(number).decode(), (distance, words.display_form(number)))
        counted = sorted(
            (distance, -posts, shown, term)
            for term, (distance, shown) in distance_and_form.items()
            if (posts := self._live_posts_with_form(term))
        )
        return [IndexedWord(shown, term, -posts) for _, posts, shown, term in counted[:limit]]

    def _live_posts_with_form(self, term: str) -> int:
        """In how many living published posts a surface stands."""
        total, scope = 0, self._scope(False)
        sought = scope.matcher.vocabulary.sought(Term(term, exact=True))
        for part in scope.parts:
            words = part.segment.lists.terms
            total += sum(words.forms(words.find(term)).values())
            if part.dead and (row := part.segment.rows.get(sought)):
                total -= sum(1 for doc in part.dead if row.impacts[doc])
        return total

    # -- the whole

    def stats(self) -> Stats:
        """The snapshot in numbers."""
        if self._stats is None:
            live_counts = [(part.segment.posts - len(part.dead), part.drafts) for part in self.parts]
            self._stats = Stats(
                generation=self.identity.generation,
                posts=sum(posts for posts, drafts in live_counts if not drafts),
                unpublished=sum(posts for posts, drafts in live_counts if drafts),
                segments=len(self.parts),
                terms=sum(len(part.segment.lists.terms) for part in self.parts),
                bytes=self.bytes,
                languages=languages_of(self.parts),
                simplify=all(part.segment.analyzer.simplify for part in self.parts),
            )
        return self._stats

    @property
    def analyzer(self) -> Analyzer:
        """What its posts were read by."""
        return Analyzer(self.stats().simplify, self.stats().languages or ("en",))

    def close(self) -> None:
        """Forget the segments; their files are unmapped when nobody uses them any more."""
        self.parts = []


def _shown(scope: Scope, weighed: Weighed, as_typed: AsTyped, groups: Translations, matching: int) -> int:
    """Of these lanes those of the posts that are shown: one of each group of translations."""
    named = [scope.holders(column, as_typed.key) for column in ("heading_keys", "title_keys")]
    words = [(row.present, stats.leaf.weight) for row, stats in zip(weighed.rows, weighed.stats, strict=True) if row]
    shown = groups.shown(scope.matcher.lane_bytes(matching), groups.language(words), named)
    return matching & int.from_bytes(shown, "little")


def _weighed(matcher: Matcher, typed: Sequence[Leaf]) -> Weighed:
    """Each leaf with its idf over all living posts."""
    posts = matcher.posts - len(matcher.deleted)
    rows = [matcher.impact_row(leaf) for leaf in typed]
    stats: list[LeafStats] = []
    factors: list[tuple[ImpactRow, float]] = []
    for leaf, row in zip(typed, rows, strict=True):
        doc_freq = matcher.live_doc_count(row) if row else 0
        idf = scoring.idf(posts, doc_freq) if doc_freq else 0.0
        stats.append(LeafStats(leaf, doc_freq, idf, row is not None and row.cut))
        if row:
            factors.append((row, leaf.weight * idf / scoring.SCALE))
    return Weighed(tuple(stats), rows, factors)


def _weighed_wholes(matcher: Matcher, as_typed: AsTyped) -> Weighed:
    """The leaves of what was typed as a whole; they add nothing to the sum over words, so they have no factors."""
    rows = [matcher.whole(leaf) for leaf in as_typed.leaves]
    posts = matcher.posts - len(matcher.deleted)
    doc_freqs = [matcher.live_doc_count(row) if row else 0 for row in rows]
    pairs = zip(as_typed.leaves, doc_freqs, strict=True)
    return Weighed(tuple([LeafStats(leaf, n, scoring.idf(posts, n) if n else 0.0) for leaf, n in pairs]), rows, ())


def _scored_candidates(
    scope: Scope, weighed: Weighed, wholes: Weighed, as_typed: AsTyped, *, lanes: int, count: int
) -> ScoredCandidates:
    """At least the best `count` of the posts of these lanes, and the one with the best base."""
    titled, headed = scope.holders("title_keys", as_typed.key), scope.holders("heading_keys", as_typed.key)
    candidates: list[tuple[float, float, int]] = []
    whole_scores: dict[int, float] = {}
    coverage = scope.matcher.title_coverage(weighed.factors) if lanes else b""
    values = scoring.AS_TYPED if as_typed.certain else (scoring.LIKELY_AS_TYPED,)
    # Those first that come first whatever they score, so that they are there however many score more.
    for row, whole in zip(wholes.rows, reversed(values[: len(wholes.rows)]), strict=True):
        if row and (first := lanes & row.present):
            left = max(1, count - len(candidates))
            with_whole = scope.matcher.candidates(first, weighed.factors, coverage, left, titled | headed)
            candidates += with_whole
            whole_scores |= dict.fromkeys([doc for _, _, doc in with_whole], whole)
            lanes ^= first
    if lanes:
        left = max(1, count - len(candidates)) if as_typed.certain else count
        candidates += scope.matcher.candidates(lanes, weighed.factors, coverage, left, titled | headed)
    return ScoredCandidates(candidates, titled, headed, whole_scores)


def _ranked(scope: Scope, candidates: ScoredCandidates, count: int) -> list[tuple[float, float, int]]:
    """The best posts with their scores and what of these is for the whole, equal ones in the order of their paths."""
    top, special = candidates.top(), candidates.titled | candidates.headed | candidates.wholes.keys()
    scored = [
        (candidates.score(base, share, doc, top) if doc in special else base * (1 + scoring.COVERAGE * share), doc)
        for base, share, doc in candidates.candidates
    ]
    if len(scored) > count:
        floor = nlargest(count, [score for score, _ in scored])[-1]
        scored = [pair for pair in scored if pair[0] >= floor]
    scored.sort(key=itemgetter(0), reverse=True)
    _by_path(scope, scored)
    return [(score, top * candidates.wholes.get(doc, 0.0), doc) for score, doc in scored[:count]]


def _by_path(scope: Scope, scored: list[tuple[float, int]]) -> None:
    """Put equal scores, which stand side by side, in the order of their paths; other paths are not read."""
    first, count = 0, len(scored)
    for after in range(1, count + 1):
        if after == count or scored[after][0] != scored[first][0]:
            if after - first > 1:
                scored[first:after] = sorted(scored[first:after], key=lambda pair: scope.path(pair[1]))
            first = after
