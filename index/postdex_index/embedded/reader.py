"""The best posts of a whole index for a query: the snapshot of one commit, its segments searched as one.

Each segment gives the candidates that can be among the best (`matching.py`); here they meet: idf over
all posts, the final score, facets, sorting, counts. Implements `engine.Reader`.
"""

from __future__ import annotations

import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence, Set
from heapq import nlargest
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple, TypeAlias
from zlib import crc32

from ..engine import Answer, LeafStats, Stats, Word
from ..errors import NotFoundError
from ..model import Explanation
from ..query import Leaf, Query, Term, leaves, show
from . import scoring
from .columns import Columns
from .documents import Documents, StoredDocument
from .lists import SURFACE
from .matching import Matcher, Row
from .postings import Lists
from .segment import SegmentFile

#: The closeness of words is looked at in so many posts, so no search finds fewer candidates.
FEWEST = 50


class Segment:
    """An open segment: its lists, columns and documents; shared by all snapshots that name it."""

    def __init__(self, file: SegmentFile) -> None:
        self.file = file
        self.posts: int = file.meta["posts"]
        self.lists = Lists(file)
        self.columns = Columns(file)
        self.documents = Documents(file)
        self.title_keys = file.column("title_keys")
        self.heading_keys = file.column("heading_keys")


class Part(NamedTuple):
    """A segment in a snapshot: `base` is the number of its first post, `drafts` says that none is published."""

    segment: Segment
    matcher: Matcher
    base: int
    drafts: bool


class Candidate:
    """A post that matches; implements `engine.Candidate`. `rows` are those of the query's leaves in its segment."""

    __slots__ = ("_doc", "_rows", "post", "score")

    def __init__(self, part: Part, doc: int, score: float, rows: Sequence[Row | None]) -> None:
        self._doc = doc
        self._rows = rows
        self.post = part.base + doc
        self.score = score

    def positions(self, leaf: int) -> Sequence[int]:
        """Where the leaf's words stand in the post, ascending."""
        row = self._rows[leaf]
        return row.postings.positions(self._doc) if row else ()


class Met(NamedTuple):
    """A segment in a search: what it has of the query's leaves, each with the factor of its impact bytes."""

    part: Part
    rows: Sequence[Row | None]
    weighted: Sequence[tuple[Row, float]]


class Found(NamedTuple):
    """The candidates of a segment before the top score is known, as (base score, share of the title, post), and
    which of them have a title or a heading that is the query."""

    met: Met
    candidates: Sequence[tuple[float, float, int]]
    titled: Set[int] = frozenset()
    headed: Set[int] = frozenset()


#: Score, segment and number of a post there.
_Scored: TypeAlias = tuple[float, Met, int]


class Snapshot:
    """One commit of an index, open for searching. Thread-safe: what it keeps is only ever added to."""

    def __init__(self, generation: int, segments: Sequence[tuple[Segment, Sequence[int], bool]], size: int) -> None:
        self.generation = generation
        self.bytes = size
        self.parts: list[Part] = []
        self._stats: Stats | None = None
        base = 0
        for segment, dead, drafts in segments:
            self.parts.append(Part(segment, Matcher(segment.lists, segment.columns, dead), base, drafts))
            base += segment.posts

    def without(self, paths: Iterable[str]) -> Snapshot:
        """The same commit less some posts, as if they had been deleted in it."""
        wanted = list(paths)
        parts: list[tuple[Segment, Sequence[int], bool]] = []
        for part in self.parts:
            found = (doc for path in wanted if (doc := part.segment.columns.path(path)) is not None)
            parts.append((part.segment, sorted({*part.matcher.dead, *found}), part.drafts))
        return Snapshot(self.generation, parts, self.bytes)

    # -- searching

    def search(
        self,
        query: Query,
        *,
        limit: int = 10,
        offset: int = 0,
        sort: str = "score",
        facets: Sequence[str] = (),
        title_key: str = "",
        drafts: bool = False,
        deadline: float | None = None,
    ) -> Answer:
        """The posts that match, best first; see `engine.Reader.search`."""
        stats, segments = self._weigh(self._parts(drafts), leaves(query))
        wanted = max(FEWEST, offset + limit)
        found: list[Found] = []
        counts: dict[str, Counter[str]] = {name: Counter() for name in facets}
        total, floor, complete = 0, 0.0, True
        for met in segments:
            part = met.part
            if deadline is not None and time.monotonic() > deadline:
                complete = False
                break
            lanes = part.matcher.match(query)
            if not lanes:
                continue
            matching = part.matcher.bytes(lanes)
            total += part.matcher.count(lanes)
            for name in facets:
                counts[name].update(part.segment.columns.facet(name, matching))
            if sort == "score":
                found.append(self._found(met, lanes, wanted, floor, title_key))
                if len(segments) > 1:
                    found, floor = _keep(found, wanted)
            else:
                found.append(Found(met, [(0.0, 0.0, doc) for doc in part.matcher.docs(lanes)]))
        best = _ranked(found, wanted) if sort == "score" else _sorted(found, sort, wanted)
        candidates = [Candidate(met.part, doc, score, met.rows) for score, met, doc in best]
        return Answer(candidates, total, {name: _ordered(count) for name, count in counts.items()}, stats, complete)

    def _parts(self, drafts: bool) -> list[Part]:
        return [part for part in self.parts if drafts or not part.drafts]

    @staticmethod
    def _weigh(parts: Sequence[Part], typed: Sequence[Leaf]) -> tuple[tuple[LeafStats, ...], list[Met]]:
        """Each leaf with its idf over all posts, and each segment with the leaves' rows and the factors of these."""
        posts = sum([part.segment.posts - len(part.matcher.dead) for part in parts])
        rows = [[part.matcher.row(leaf) for leaf in typed] for part in parts]
        stats: list[LeafStats] = []
        factors: list[float] = []
        for number, leaf in enumerate(typed):
            here = [(part.matcher, row) for part, own in zip(parts, rows, strict=True) if (row := own[number])]
            found = sum([matcher.living(row) for matcher, row in here])
            idf = scoring.idf(posts, found) if found else 0.0
            stats.append(LeafStats(found, idf, any(row.postings.cut for _, row in here)))
            factors.append(leaf.weight * idf / scoring.SCALE)
        segments = [
            Met(part, own, [(row, factor) for row, factor in zip(own, factors, strict=True) if row])
            for part, own in zip(parts, rows, strict=True)
        ]
        return tuple(stats), segments

    @staticmethod
    def _found(met: Met, lanes: int, wanted: int, floor: float, title_key: str) -> Found:
        titled = _holders(met.part.segment.title_keys, title_key)
        headed = _holders(met.part.segment.heading_keys, title_key)
        candidates = met.part.matcher.candidates(lanes, met.weighted, wanted, floor, titled | headed)
        return Found(met, candidates, titled, headed)

    # -- one post

    def explain(self, query: Query, post: int, *, title_key: str = "") -> Explanation:
        """How the score of this post was made: the sum that `search` computes, with its parts."""
        part, doc = self._part(post)
        typed = leaves(query)
        stats, segments = self._weigh(self._parts(part.drafts), typed)
        own = next(met for met in segments if met.part is part)
        terms: list[Explanation] = []
        for leaf, row, (posts, idf, _) in zip(typed, own.rows, stats, strict=True):
            impact = row.bytes[doc] if row else 0
            label = f"{show(leaf)}: weight {leaf.weight:g} x idf {idf:.3f} ({posts} posts) x impact"
            label += f" {impact / scoring.SCALE:.3f}"
            factor = leaf.weight * idf / scoring.SCALE
            terms.append(Explanation(factor * impact, label, self._fields(part, row, doc)))
        every = [
            self._found(met, lanes, FEWEST, 0.0, title_key)
            for met in segments
            if (lanes := met.part.matcher.match(query))
        ]
        top = _top(every)
        this = self._found(own, 0xFF << 8 * doc, 1, 0.0, title_key)
        base, share, _ = this.candidates[0]
        title, heading = doc in this.titled, doc in this.headed
        factors = (
            Explanation(base, "the words", tuple(terms)),
            Explanation(1 + scoring.COVERAGE * share, f"x for {share:.0%} of the title's words"),
            Explanation(scoring.TITLE_IS_QUERY * top * title, "+ the query is the title"),
            Explanation(scoring.HEADING_IS_QUERY * top * heading, "+ the query is a heading"),
        )
        return Explanation(scoring.final(base, share, title, heading, top), "score", factors)

    @staticmethod
    def _fields(part: Part, row: Row | None, doc: int) -> tuple[Explanation, ...]:
        """The parts of an impact by field, computed from positions."""
        if row is None or not row.bytes[doc]:
            return ()
        lists = part.segment.lists
        counts = lists.counts_by_field(doc, row.postings.positions(doc))
        lengths, averages = lists.lengths(doc), part.segment.file.meta["averages"]
        return tuple(
            Explanation(
                scoring.impact([(code, count)], lengths, averages),
                f"{scoring.FIELDS[code].name}: {count} of {lengths[code]} words (average {averages[code]:.0f})",
            )
            for code, count in sorted(counts.items())
        )

    def positions(self, query: Query, post: int) -> list[Sequence[int]]:
        """For each leaf of the query, where its words stand in this post."""
        part, doc = self._part(post)
        rows = [part.matcher.row(leaf) for leaf in leaves(query)]
        return [row.postings.positions(doc) if row else () for row in rows]

    def document(self, post: int) -> StoredDocument:
        """The stored post."""
        part, doc = self._part(post)
        return StoredDocument(part.segment.documents, doc)

    def find(self, path: str) -> int | None:
        """The number of the post with this path, unpublished ones too, or None."""
        for part in self.parts:
            doc = part.segment.columns.path(path)
            if doc is not None and doc not in part.matcher.dead:
                return part.base + doc
        return None

    def _part(self, post: int) -> tuple[Part, int]:
        for part in self.parts:
            if 0 <= post - part.base < part.segment.posts:
                return part, post - part.base
        raise NotFoundError(f"no post has the number {post}")

    # -- words

    def words(self, *, prefix: str = "", near: str = "", slips: int = 1, limit: int = 10) -> list[Word]:
        """Words of published posts: beginning with `prefix`, or `near` a word; see `engine.Reader.words`."""
        found: dict[str, tuple[int, str]] = {}
        for part in self._parts(False):
            words = part.segment.lists.words
            if near:
                numbers = {number: distance for distance, number in words.near(near, slips)}
            else:
                region = [number for number in words.beginning(prefix) if words.kind[number] & SURFACE]
                # More than are wanted: the most frequent of one segment may be rare in the others.
                numbers = dict.fromkeys(nlargest(4 * limit + 20, region, key=words.posts.__getitem__), 0)
            for number, distance in numbers.items():
                found.setdefault(words.key(number).decode(), (distance, words.shown(number)))
        counted = sorted(
            (distance, -posts, shown, term)
            for term, (distance, shown) in found.items()
            if (posts := self._surface_posts(term))
        )
        return [Word(shown, term, -posts) for _, posts, shown, term in counted[:limit]]

    def _surface_posts(self, term: str) -> int:
        """In how many living published posts a surface stands."""
        total = 0
        for part in self._parts(False):
            words = part.segment.lists.words
            total += sum(words.posts[number] for number in words.find(term) if words.kind[number] & SURFACE)
            if part.matcher.dead and (row := part.matcher.row(Term(term, exact=True))):
                total -= sum(1 for doc in part.matcher.dead if row.bytes[doc])
        return total

    def holds(self, term: str) -> int:
        """The number of published posts that hold this word or another of its stem."""
        return sum(part.matcher.found(Term(term)) for part in self._parts(False))

    # -- the whole

    def stats(self) -> Stats:
        """The snapshot in numbers."""
        if self._stats is None:
            living = [(part.segment.posts - len(part.matcher.dead), part.drafts) for part in self.parts]
            languages = {language for part in self.parts for language in part.segment.file.meta["languages"]}
            self._stats = Stats(
                self.generation,
                sum(posts for posts, drafts in living if not drafts),
                sum(posts for posts, drafts in living if drafts),
                len(self.parts),
                sum(len(part.segment.lists.words) for part in self.parts),
                self.bytes,
                tuple(sorted(languages)),
            )
        return self._stats

    def close(self) -> None:
        """Forget the segments; their files are unmapped when nobody uses them any more."""
        self.parts = []


def _holders(keys: Sequence[int], title_key: str) -> set[int]:
    """The posts whose title (or a heading) has this key."""
    if not title_key:
        return set()
    check = crc32(title_key.encode()) << 32
    found: set[int] = set()
    place = bisect_left(keys, check)
    while place < len(keys) and keys[place] >> 32 == check >> 32:
        found.add(keys[place] & 0xFFFFFFFF)
        place += 1
    return found


def _keep(found: list[Found], wanted: int) -> tuple[list[Found], float]:
    """The candidates that can still be among the best, and the base score that a later one has to reach."""
    scores = [base * (1 + scoring.COVERAGE * share) for one in found for base, share, _ in one.candidates]
    if len(scores) <= wanted:
        return found, 0.0
    floor = nlargest(wanted, scores)[-1]
    kept = []
    for met, candidates, titled, headed in found:
        always = titled | headed
        best = [one for one in candidates if one[0] * (1 + scoring.COVERAGE * one[1]) >= floor or one[2] in always]
        kept.append(Found(met, best, titled, headed))
    return kept, floor


def _top(found: Sequence[Found]) -> float:
    """The best score without title and headings."""
    return max([base for one in found for base, _, _ in one.candidates], default=0.0)


def _ranked(found: Sequence[Found], wanted: int) -> list[_Scored]:
    top = _top(found)
    scored: list[_Scored] = []
    for met, candidates, titled, headed in found:
        always = titled | headed
        scored += [
            (base * (1 + scoring.COVERAGE * share), met, doc) for base, share, doc in candidates if doc not in always
        ]
        scored += [
            (scoring.final(base, share, doc in titled, doc in headed, top), met, doc)
            for base, share, doc in candidates
            if doc in always
        ]
    if len(scored) > wanted:
        floor = nlargest(wanted, [score for score, _, _ in scored])[-1]
        scored = [one for one in scored if one[0] >= floor]
    scored.sort(key=itemgetter(0), reverse=True)
    return _by_path(scored)[:wanted]


def _by_path(scored: list[_Scored]) -> list[_Scored]:
    """Equal scores in the order of their paths, which are only read where scores are equal."""
    ordered: list[_Scored] = []
    for _, group in groupby(scored, key=itemgetter(0)):
        same = list(group)
        if len(same) > 1:
            same.sort(key=_path)
        ordered += same
    return ordered


def _path(one: _Scored) -> str:
    _, met, doc = one
    return met.part.segment.documents.path(doc)


def _sorted(found: list[Found], sort: str, wanted: int) -> list[_Scored]:
    """The matching posts by a column: the newest first, undated last; titles from a to z. Ties by path."""
    descending = sort != "title"
    keyed: list[tuple[Any, _Scored]] = []
    for met, candidates, _, _ in found:
        column = getattr(met.part.segment.columns, sort)
        keyed += [(column[doc], (0.0, met, doc)) for _, _, doc in candidates]
    keyed.sort(key=itemgetter(0), reverse=descending)
    if len(keyed) > wanted:
        last = keyed[wanted - 1][0]
        keyed = [pair for pair in keyed if (pair[0] >= last if descending else pair[0] <= last)]
    by_path = sorted(keyed, key=lambda pair: _path(pair[1]))
    by_path.sort(key=itemgetter(0), reverse=descending)
    return [one for _, one in by_path[:wanted]]


def _ordered(counts: Counter[str]) -> dict[str, int]:
    """Facet counts, greatest first, then by value."""
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
