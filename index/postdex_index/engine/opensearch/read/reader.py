"""The best posts of an index in a cluster: the snapshot of one commit, or of one of each of several sites.

Implements `engine.Reader`. What is asked is for `source`, which candidates are the best for `candidates`, which of
translations is shown for `grouping`; here an answer is put together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ....document import Outlined
from ....errors import NotFoundError
from ....model import Explanation
from ....named_tuple import NamedTuple
from ....query import Query, leaves
from ....schema import FACETS, SITES
from ....text.analyzer import Analyzer
from ...api import FEWEST, SHARED, Answer, FieldStats, Identity, IndexedWord, Search, Stats
from ...embedded.read import explanation, ranking
from ...embedded.read.matcher import ImpactRow
from ...embedded.read.ranking import Counted
from ...embedded.read.scope import Part, Scope, Segment
from ...embedded.read.stored_documents import StoredDocument
from ..cluster.connection import Cluster
from ..storage.commit import SiteCommit, identity_of
from . import facets
from .candidates import Best, CandidateSearch, Counts
from .facets import Facet, Spellings
from .grouping import Groups
from .listings import DEEPEST
from .segment_cache import DocumentKey, SegmentCache
from .sites import Sites
from .source import LastSeen, Source


class FoundPost:
    """A matching post; implements `engine.Candidate`."""

    def __init__(self, answer: FoundPosts, number: int, score: float, whole: float) -> None:
        self._answer = answer
        self._number = number
        self.score = score
        self.whole = whole
        self.prior = answer.priors.factors[number] if answer.priors else 1.0
        self.pinned = number in answer.pinned

    @property
    def document(self) -> StoredDocument:
        """The stored post."""
        return self._answer.document(self._number)

    def holds(self, leaf: int) -> bool:
        """Whether the leaf stands in the post."""
        row = self._answer.rows[leaf]
        return row is not None and row.impacts[self._number] > 0

    def positions(self, leaf: int) -> Sequence[int]:
        """Where the leaf's words stand in the post, ascending."""
        return self._answer.positions(leaf, self._number)

    def translations(self, most: int) -> Sequence[Outlined]:
        """Up to so many of the posts that it is shown for, by their languages."""
        return self._answer.translations(self._number, most)


class FoundPosts:
    """What the posts of one answer have in common: their segments, and the impact rows of the leaves."""

    def __init__(self, best: Best, source: Source, drafts: bool, groups: Groups | None) -> None:
        self.rows: Sequence[ImpactRow | None] = [*best.weighed.rows, *best.wholes.rows]
        self.pinned, self.priors = best.pinned, best.priors
        self._scope = best.scope
        self._keys = best.keys
        self._shown = [number for _, _, number in best.posts]
        self._source = source
        self._drafts = drafts
        self._groups = groups
        self._documents: dict[int, StoredDocument] = {}
        self._positions: dict[tuple[int, int], Sequence[int]] = {}
        self._members: Mapping[DocumentKey, Sequence[DocumentKey]] | None = None

    def document(self, number: int) -> StoredDocument:
        """A post as it is stored."""
        document = self._documents.get(number)
        if document is None:
            document = self._documents[number] = self._scope.document(number)
        return document

    def positions(self, leaf: int, number: int) -> Sequence[int]:
        """Where a leaf's words stand in a post, ascending."""
        positions = self._positions.get((leaf, number))
        if positions is None:
            row = self.rows[leaf]
            positions = self._scope.matcher.positions(row, number) if row and row.impacts[number] else ()
            self._positions[leaf, number] = positions
        return positions

    def translations(self, number: int, most: int) -> Sequence[Outlined]:
        """Up to so many of the other posts of the group of a post, by their languages."""
        if self._groups is None:
            return ()
        if self._members is None:
            self._members = self._groups.members([self._keys[number] for number in self._shown[:FEWEST]])
        others = self._members.get(self._keys[number])
        if others is None:
            others = self._groups.members([self._keys[number]])[self._keys[number]]
        keys = others[:most]
        segments = zip(self._source.segments(keys), keys, strict=True)
        return [self._source.sites.document(segment, key.index) for segment, key in segments]


class _StoredPost(NamedTuple):
    index: str  # type: ignore[assignment]  # pyright: ignore  # hides tuple.index, which a post has no use for
    segment: Segment


class Snapshot:
    """One commit of each of one or several sites in a cluster, open for searching. Thread-safe."""

    def __init__(
        self,
        cluster: Cluster,
        commits: Sequence[SiteCommit],
        cache: SegmentCache,
        newest: LastSeen,
        *,
        names: tuple[str, ...] = (),
        without: tuple[str, ...] = (),
    ) -> None:
        """`names` are those of the sites where they are several; `without` are paths of posts to leave out."""
        self._cluster = cluster
        self._cache = cache
        self._newest = newest
        self._names = names
        sites = Sites([commit.index for commit in commits], names)
        self._source = Source(cluster, commits, cache, newest, sites, without)
        self._spellings = Spellings(self._source)

    @property
    def identity(self) -> Identity:
        """The commit that it shows; of several sites all of them together."""
        return identity_of(self._source.commits)

    @property
    def analyzer(self) -> Analyzer:
        """What its posts were read by."""
        return self._source.analyzer

    def without(self, paths: Iterable[str]) -> Snapshot:
        """The same commit less some posts, as if they had been deleted in it."""
        paths = tuple(dict.fromkeys((*self._source.without, *paths)))
        commits = self._source.commits
        return Snapshot(self._cluster, commits, self._cache, self._newest, names=self._names, without=paths)

    # -- searching

    def search(self, search: Search) -> Answer:
        """The posts that match, best first; see `engine.Reader.search`."""
        asked = search.facets
        if not self._names:  # of one site alone there is none to tell
            search = search._replace(facets=[name for name in asked if name != SITES])
        of_leaves, groups = self._counted(search)
        count = max(FEWEST, search.offset + search.limit)
        shown = self._facets(search)
        best = CandidateSearch(self._source, search, of_leaves, groups, count).run(**_counting(shown, groups))
        found = FoundPosts(best, self._source, search.drafts, groups)
        candidates = [FoundPost(found, number, score, whole) for score, whole, number in best.posts]
        total = groups.total(best.answer) if groups else best.answer["hits"]["total"]["value"]
        counts: dict[str, dict[str, int]] = {name: {} for name in asked}
        for facet in shown:
            spelled = self._spellings.of(facet, search.drafts)
            counted = groups.facet(facet, spelled) if groups else facet.counts(best.answer)
            counts[facet.name] = facets.merged(counted, spelled)
        stats = (*best.weighed.stats, *best.wholes.stats)
        complete = best.complete and min(total, count) <= DEEPEST
        return Answer(candidates, total, counts, stats, complete, groups is not None)

    def _facets(self, search: Search) -> list[Facet]:
        """The facets that are asked for, as far as there are such."""
        own = any(name not in FACETS and name != SITES for name in search.facets)
        return facets.asked(search.facets, self._source.fields(search.drafts) if own else {})

    def _counted(self, search: Search) -> tuple[Counts, Groups | None]:
        """How many posts hold each leaf of a query, and the groups if any are asked for."""
        typed, source = leaves(search.query), self._source
        is_new = bool(source.uncounted(typed, search.drafts))
        source.language(search.drafts).words.look_up(typed, search.deadline)
        counts = source.counts(typed, search.drafts, search.deadline)
        among = Counted(source.posts(search.drafts), [count.posts for count in counts])
        grouped = search.grouped and source.has_groups
        return Counts(among, is_new), Groups(
            self._source, search, [*zip(typed, counts, strict=True)]
        ) if grouped else None

    def totals(self, queries: Sequence[Query], *, drafts: bool = False) -> list[int]:
        """The number of posts that match each of these queries."""
        return [count.posts for count in self._source.counts(queries, drafts)]

    # -- one post

    def explain(self, search: Search, path: str) -> Explanation:
        """How the score of this post was made, see `engine.Reader.explain`. Raises NotFoundError."""
        (found,) = self._stored([path])
        if found is None:
            raise NotFoundError("no post of the index has this path", path=path)
        unpublished = bool(StoredDocument(found.segment.documents, 0).unpublished)
        search = search._replace(drafts=search.drafts or unpublished, deadline=None, sort="score")
        of_leaves, groups = self._counted(search)
        top = CandidateSearch(self._source, search, of_leaves, groups, FEWEST).run().top
        scope = Scope([Part(found.segment, frozenset(), False)], self._source.language(search.drafts).vocabulary)
        weighed = ranking.weighed(scope.matcher, leaves(search.query), of_leaves.among)
        wholes = ranking.weighed_wholes(scope.matcher, search.as_typed, self._source.counted_wholes(search))
        priors = scope.priors(search.recency)
        this = ranking.scored_candidates(scope, weighed, wholes, search.as_typed, lanes=0xFF, count=1, priors=priors)
        return explanation.of_post(scope, weighed, this, top, search.recency)

    def fields(self) -> Sequence[FieldStats]:
        """The fields of the site's own; see `engine.Reader.fields`."""
        fields = self._source.fields(False).values()
        return [field for field in fields if field.posts >= SHARED or field.named]

    def documents(self, paths: Sequence[str]) -> list[Outlined | None]:
        """The stored posts, unpublished ones too; None for a path that is not there."""
        sites = self._source.sites
        return [sites.document(post.segment, post.index) if post else None for post in self._stored(paths)]

    def _stored(self, paths: Sequence[str]) -> list[_StoredPost | None]:
        """The posts with these paths."""
        keys = self._source.keys_of(paths)
        segments = dict(zip(keys, self._source.segments([*keys.values()]), strict=True))
        return [_StoredPost(keys[path].index, segments[path]) if path in keys else None for path in paths]

    # -- words

    def words(
        self, *, prefix: str = "", near: str = "", within: str = "", edits: int = 1, limit: int = 10
    ) -> list[IndexedWord]:
        """Words of published posts; see `engine.Reader.words`."""
        return self._source.language(False).words.words(
            prefix=prefix, near=near, within=within, edits=edits, limit=limit
        )

    # -- the whole

    def stats(self) -> Stats:
        """The snapshot in numbers."""
        published, unpublished = self._source.published_and_not()
        commits = self._source.commits
        return Stats(
            generation=self.identity.generation,
            posts=published,
            unpublished=unpublished,
            segments=len(commits),
            terms=0,
            bytes=0,
            languages=self.analyzer.languages,
            simplify=self.analyzer.simplify,
            sites=self._names,
        )

    def close(self) -> None:
        """Nothing is held open."""


def _counting(shown: Sequence[Facet], groups: Groups | None) -> dict[str, Any]:
    """What the first search asks besides for all posts that match: their number, facets."""
    if groups:
        return {"track_total_hits": True, "aggs": groups.aggregations()}
    return {"track_total_hits": True} | ({"aggs": facets.aggregations(shown)} if shown else {})
