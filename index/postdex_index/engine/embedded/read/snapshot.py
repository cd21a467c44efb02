"""The best posts of a whole index for a query: the snapshot of one commit, its segments searched as one.

`matcher.py` gives the candidates that can be among the best, `ranking.py` their order; here are facets, sorting,
counts. Implements `engine.Reader`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from heapq import nlargest
from typing import TYPE_CHECKING

from .... import forks
from ....document import Outlined
from ....errors import NotFoundError
from ....model import Explanation
from ....query import Clauses, DateRange, Everything, FieldRange, Keyword, Query, Term, leaves
from ....text.analyzer import Analyzer
from ...api import FEWEST, SHARED, Answer, AsTyped, FieldStats, Identity, IndexedWord, Search, Stats
from . import ranking
from .candidates import count_lanes
from .ranking import AnswerContext, RankedCandidate, Weighed
from .scope import Part, Scope, languages_of
from .stored_documents import StoredDocument

if TYPE_CHECKING:
    from .translations import Translations


class Snapshot:
    """One commit of an index, open for searching; or one of each of several `sites`, as `sites.together` makes it.
    Thread-safe: what it keeps is only ever added to."""

    def __init__(self, identity: Identity, parts: Sequence[Part], size: int, sites: tuple[str, ...] = ()) -> None:
        self.identity = identity
        self.bytes = size
        self.parts = parts
        self.sites = sites
        self._scopes: dict[bool, Scope] = {}
        self._stats: Stats | None = None

    def without(self, paths: Iterable[str]) -> Snapshot:
        """The same commit less some posts, as if they had been deleted in it."""
        paths_to_drop = list(paths)
        parts: list[Part] = []
        for part in self.parts:
            docs = {doc_id for path in paths_to_drop if (doc_id := part.segment.columns.path(path)) is not None}
            parts.append(part._replace(dead=part.dead | docs))
        return Snapshot(self.identity, parts, self.bytes, self.sites)

    # -- searching

    def search(self, search: Search) -> Answer:
        """The posts that match, best first; see `engine.Reader.search`."""
        typed = leaves(search.query)
        scope_of_all = self._scope(search.drafts)
        scope = scope_of_all if search.deadline is None else scope_of_all.until(search.deadline, typed)
        weighed = ranking.weighed(scope.matcher, typed)
        wholes = ranking.weighed_wholes(scope.matcher, search.as_typed)
        groups = scope.translations if search.grouped else None
        matching = scope.matcher.match(search.query)
        pinned = scope.pinned(search.pinned, search.as_typed.key)
        if pinned:
            matching |= scope.matcher.lanes_of(pinned)
        lanes = _shown(scope, weighed, search.as_typed, groups, matching, pinned) if groups else matching
        count = max(FEWEST, search.offset + search.limit)
        priors = scope.priors(search.recency) if search.sort == "score" else None
        if search.sort == "score":
            scored = ranking.scored_candidates(
                scope,
                weighed,
                wholes,
                search.as_typed,
                lanes=lanes,
                count=count,
                pinned=pinned,
                priors=priors,
            )
            ranked = ranking.ranked(scope, scored, count)
        else:
            ranked = [(0.0, 0.0, doc) for doc in scope.sorted(lanes, search.sort, count)]
        context = AnswerContext(scope, [*weighed.rows, *wholes.rows], groups, pinned, priors)
        candidates = [RankedCandidate(context, doc, score, whole) for score, whole, doc in ranked]
        together = groups.together(scope.matcher.lane_bytes(matching)) if groups and search.facets else ()
        counts = {name: scope.facet(name, matching, together) for name in search.facets}
        stats = (*weighed.stats, *wholes.stats)
        total = count_lanes(lanes)
        return Answer(candidates, total, counts, stats, scope is scope_of_all, groups is not None)

    def totals(self, queries: Sequence[Query], *, drafts: bool = False) -> list[int]:
        """The number of posts that match each of these queries."""
        scope = self._scope(drafts)
        return [_total(scope, query) for query in queries]

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
        weighed = ranking.weighed(matcher, leaves(query))
        wholes = ranking.weighed_wholes(matcher, as_typed)
        groups, pinned = scope.translations if search.grouped else None, scope.pinned(search.pinned, as_typed.key)
        lanes, priors = matcher.match(query) | matcher.lanes_of(pinned), scope.priors(search.recency)
        lanes = _shown(scope, weighed, as_typed, groups, lanes, pinned) if groups else lanes
        scored = partial(ranking.scored_candidates, scope, weighed, wholes, as_typed, priors=priors)
        top, this = scored(lanes=lanes, count=FEWEST).top(), scored(lanes=0xFF << 8 * doc, count=1)
        return explanation.of_post(scope, weighed, this, top, search.recency)

    def fields(self) -> Sequence[FieldStats]:
        """The fields of the site's own; see `engine.Reader.fields`."""
        fields = self._scope(False).fields.values()
        return [field for field in fields if field.posts >= SHARED or field.named]

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
        scope = self._scope(False)
        for part in scope.parts:
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
            if (posts := _live_posts_with_form(scope, term))
        )
        return [IndexedWord(shown, term, -posts) for _, posts, shown, term in counted[:limit]]

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
                sites=self.sites,
            )
        return self._stats

    @property
    def analyzer(self) -> Analyzer:
        """What its posts were read by."""
        return Analyzer(self.stats().simplify, self.stats().languages or ("en",))

    def close(self) -> None:
        """Forget the segments; their files are unmapped when nobody uses them any more."""
        self.parts = []


def _shown(
    scope: Scope,
    weighed: Weighed,
    as_typed: AsTyped,
    groups: Translations,
    matching: int,
    pinned: Mapping[int, int],
) -> int:
    """Of these lanes those of the posts that are shown: one of each group of translations."""
    named = [*(scope.holders(column, as_typed.key) for column in ("heading_keys", "title_keys")), pinned.keys()]
    words = [(row.present, stats.leaf.weight) for row, stats in zip(weighed.rows, weighed.stats, strict=True) if row]
    shown = groups.shown(scope.matcher.lane_bytes(matching), groups.language(words), named)
    return matching & int.from_bytes(shown, "little")


def _total(scope: Scope, query: Query) -> int:
    """The number of posts that match."""
    if isinstance(query, (Clauses, Keyword, DateRange, FieldRange, Everything)):
        return count_lanes(scope.matcher.match(query))
    if isinstance(query, Term) and query.exact and not query.field:
        return _live_posts_with_form(scope, query.text)
    return scope.matcher.doc_freq(query)


def _live_posts_with_form(scope: Scope, term: str) -> int:
    """In how many living posts a surface stands; its postings are not looked at unless some are dead."""
    total = 0
    sought = scope.matcher.vocabulary.sought(Term(term, exact=True))
    for part in scope.parts:
        words = part.segment.lists.terms
        total += sum(words.forms(words.find(term)).values())
        if part.dead and (row := part.segment.rows.get(sought)):
            total -= sum(1 for doc in part.dead if row.impacts[doc])
    return total
