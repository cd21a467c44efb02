"""Which segments are searched as one, and what is known of their posts beside the words?

An open segment, a segment as one commit has it, and the segments of a search side by side; what matches in them is
`matcher`'s to say, what the best are `snapshot`'s.
"""

from __future__ import annotations

import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import cached_property
from itertools import pairwise
from operator import itemgetter
from typing import TYPE_CHECKING, Any
from zlib import crc32

from .... import forks
from ....named_tuple import NamedTuple
from ....query import Clauses, Leaf, Query
from ....schema import FACETS, SITES, SORTS
from ....text.analyzer import Analyzer
from ...api import FieldStats, Pinned, Recency
from ..format.columns import BOOST, PIN, ColumnSource
from .doc_values import Columns
from .matcher import ImpactRows, Matcher, SegmentSource
from .postings import PostingLists
from .stored_documents import Documents, StoredDocument, keep
from .vocabulary import Vocabulary

if TYPE_CHECKING:
    from .priors import Priors
    from .translations import Translations

#: The half-lives whose factors are kept: one is the site's, others are tried.
_MOST_PRIORS = 4


class Segment:
    """An open segment: posting lists, doc values and stored documents; shared by all snapshots that name it."""

    def __init__(self, file: ColumnSource) -> None:
        self.file = file
        self.posts: int = file.meta["posts"]
        self.analyzer = Analyzer(file.meta["simplify"], tuple(file.meta["languages"]))
        self.lists = PostingLists(file)
        self.rows = ImpactRows(self.lists)
        self.columns = Columns(file)
        self.documents = Documents(file, self.analyzer)
        self.title_keys = file.column("title_keys")
        self.heading_keys = file.column("heading_keys")

    def languages(self, dead: Set[int]) -> Iterable[str]:
        """The languages of its posts, but for the deleted ones."""
        return self.columns.languages(dead) if dead and len(self.analyzer.languages) > 1 else self.analyzer.languages


class Part(NamedTuple):
    """A segment in a snapshot: the posts of it that are deleted, and whether it is one of drafts, of which none is
    published."""

    segment: Segment
    dead: Set[int]
    drafts: bool


class Scope:
    """The segments of a search; `doc` numbers posts across them."""

    def __init__(self, parts: Sequence[Part], vocabulary: Vocabulary | None = None) -> None:
        self.parts = parts
        if vocabulary is None:
            vocabulary = Vocabulary(languages_of(parts), [part.segment.lists for part in parts])
        sources = [SegmentSource(part.segment.rows, part.segment.columns, part.dead) for part in parts]
        self.matcher = Matcher(sources, vocabulary)
        self._priors: dict[Recency | None, Priors] = {}

    def until(self, deadline: float, typed: Sequence[Leaf]) -> Scope:
        """This, or with fewer segments: those in which the leaves could be looked up in time."""
        vocabulary = self.matcher.vocabulary
        unknown = [sought for sought in map(vocabulary.sought, typed) if not self.matcher.knows(sought)]
        for number, part in enumerate(self.parts):
            if time.monotonic() > deadline:
                return Scope(self.parts[:number], vocabulary)
            for sought in unknown:
                part.segment.rows.get(sought)
        return self

    def locate(self, doc: int) -> tuple[Part, int]:
        """A post's segment, and its number there."""
        number, doc_id = self.matcher.locate(doc)
        return self.parts[number], doc_id

    def document(self, doc: int) -> StoredDocument:
        """A post as it is stored."""
        part, doc_id = self.locate(doc)
        return StoredDocument(part.segment.documents, doc_id)

    def path(self, doc: int) -> str:
        """A post's path."""
        part, doc_id = self.locate(doc)
        return part.segment.documents.path(doc_id)

    def doc(self, path: str) -> int | None:
        """The living post with just this path."""
        for part, start in zip(self.parts, self.matcher.starts, strict=False):
            doc_id = part.segment.columns.path(path)
            if doc_id is not None and doc_id not in part.dead:
                return start + doc_id
        return None

    def matching(self, query: Query) -> int:
        """Byte lanes of the posts that match."""
        return self.matcher.match(query)

    def holders(self, column: str, title_key: str) -> set[int]:
        """The posts whose title (or a heading) has this key."""
        if not title_key:
            return set()
        starts = self.matcher.starts
        return {
            start + doc
            for part, start in zip(self.parts, starts, strict=False)
            for doc in _holders(getattr(part.segment, column), title_key)
        }

    @cached_property
    def pins(self) -> Mapping[str, Sequence[int]]:
        """By key of a query: the posts whose front matter has them come first for it. Most indexes have none."""
        return self._posts_by_value(PIN)

    @cached_property
    def boosts(self) -> Mapping[int, float]:
        """The boosts of posts that are not 1. Most indexes have none."""
        return {doc: float(boost) for boost, docs in self._posts_by_value(BOOST).items() for doc in docs}

    def _posts_by_value(self, column: str) -> dict[str, list[int]]:
        """The living posts of each value of a column."""
        posts: dict[str, list[int]] = {}
        for part, start in zip(self.parts, self.matcher.starts, strict=False):
            if part.segment.columns.has_values(column):
                for value, docs in part.segment.columns.posts_by_value(column):
                    posts.setdefault(value, []).extend([start + doc for doc in docs if doc not in part.dead])
        return posts

    def priors(self, recency: Recency | None) -> Priors | None:
        """What each post is worth beside its words; None where that is the same for all."""
        if recency is None and not self.boosts:
            return None
        cached = self._priors.get(recency)
        if cached is None:
            with forks.barred:
                from . import priors  # most searches have no use for it

            dates = [date for part in self.parts for date in part.segment.columns.own_dates()]
            cached = priors.priors(self.boosts, dates, recency)
            keep(self._priors, recency, cached, _MOST_PRIORS)
        return cached

    def pinned(self, pins: Pinned | None, key: str) -> Mapping[int, int]:
        """The posts that come first for a query of this key, each with its place among them: those that its own front
        matter pins to it share the last."""
        if pins is None or not (pins.posts or key in self.pins):
            return {}
        places = dict.fromkeys(self.pins.get(key, ()), len(pins.posts))
        for place, path in reversed([*enumerate(pins.posts)]):
            if (doc := self.doc(path)) is not None:
                places[doc] = place
        if not places or not pins.filters:
            return places
        fits = self.matcher.lane_bytes(self.matching(Clauses(required=pins.filters)))
        return {doc: place for doc, place in places.items() if fits[doc]}

    @cached_property
    def translations(self) -> Translations | None:
        """The groups of its posts that are translations of each other; None if there is none."""
        if not any(part.segment.columns.has_values("translation") for part in self.parts):
            return None
        with forks.barred:
            from .translations import Source, of  # most indexes have none

        starts = self.matcher.starts
        sources = [
            Source(part.segment.columns, part.dead, start) for part, start in zip(self.parts, starts, strict=False)
        ]
        return of(sources, self.matcher.posts)

    @cached_property
    def fields(self) -> dict[str, FieldStats]:
        """The site's own fields that its posts have, by their names, however few have them."""
        with forks.barred:
            from .own_columns import LivePosts, stats  # few queries name one

        return stats([LivePosts(part.segment.columns, part.dead) for part in self.parts])

    def own_date(self, doc: int) -> int:
        """When a post was written or last changed, as it says itself, in seconds; NO_DATE if it does not."""
        part, doc_id = self.locate(doc)
        return part.segment.columns.own_dates()[doc_id]

    def facet(self, name: str, lanes: int, together: Sequence[Sequence[int]] = ()) -> dict[str, int]:
        """The values of a facet in the posts of these lanes with their counts, greatest first, then by value; posts
        that stand `together` there count as one."""
        if name not in FACETS and name != SITES:
            if name not in self.fields:
                return {}
            with forks.barred:
                from .own_columns import facet

            name = facet(self.fields[name], [part.segment.columns for part in self.parts])
        matching = bytearray(self.matcher.lane_bytes(lanes))
        counts: Counter[str] = Counter()
        for docs in together:
            counts.update(set().union(*(self._facet_values(name, doc) for doc in docs)))
            for doc in docs:
                matching[doc] = 0
        for part, (start, stop) in zip(self.parts, pairwise(self.matcher.starts), strict=True):
            counts.update(part.segment.columns.facet(name, matching[start:stop]))
        return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))

    def _facet_values(self, name: str, doc: int) -> set[str]:
        part, doc_id = self.locate(doc)
        return part.segment.columns.facet_values(name, doc_id)

    def sorted(self, lanes: int, column: str, count: int) -> list[int]:
        """The posts of these lanes by a column: the newest first, undated last; titles from a to z. Ties by path."""
        if column not in SORTS:
            return self._sorted_by_own(lanes, column, count)
        values = [part.segment.columns.order(column) for part in self.parts]
        placed = [(self.matcher.locate(doc), doc) for doc in self.matcher.docs(lanes)]
        keyed: list[tuple[Any, int]] = [(values[number][doc_id], doc) for (number, doc_id), doc in placed]
        descending = SORTS[column].type != "text"
        keyed.sort(key=itemgetter(0), reverse=descending)
        if len(keyed) > count:
            last = keyed[count - 1][0]
            keyed = [pair for pair in keyed if (pair[0] >= last if descending else pair[0] <= last)]
        keyed.sort(key=lambda pair: self.path(pair[1]))
        keyed.sort(key=itemgetter(0), reverse=descending)
        return [doc for _, doc in keyed[:count]]

    def _sorted_by_own(self, lanes: int, order: str, count: int) -> list[int]:
        """The posts of these lanes by a field of the site's own, which some may not have: they come last."""
        with forks.barred:
            from .own_columns import sort_keys

        docs = self.matcher.docs(lanes)
        field = self.fields.get(order.removeprefix("-"))
        if field is None:
            return sorted(docs, key=self.path)[:count]
        descending = (field.kind != "text") != order.startswith("-")
        keys = [sort_keys(part.segment.columns, field, descending=descending) for part in self.parts]
        placed = [(self.matcher.locate(doc), doc) for doc in docs]
        keyed = [(keys[number][doc_id], doc) for (number, doc_id), doc in placed if doc_id in keys[number]]
        without = [doc for (number, doc_id), doc in placed if doc_id not in keys[number]]
        keyed.sort(key=lambda pair: self.path(pair[1]))
        keyed.sort(key=itemgetter(0), reverse=descending)
        best = [doc for _, doc in keyed[:count]]
        return best + sorted(without, key=self.path)[: count - len(best)]


def languages_of(parts: Iterable[Part]) -> tuple[str, ...]:
    """The languages of the living posts of segments."""
    return tuple(sorted({language for part in parts for language in part.segment.languages(part.dead)}))


def _holders(keys: Sequence[int], title_key: str) -> Iterator[int]:
    """The posts of a segment that are filed under this key."""
    check = crc32(title_key.encode()) << 32
    place = bisect_left(keys, check)
    while place < len(keys) and keys[place] >> 32 == check >> 32:
        yield keys[place] & 0xFFFFFFFF
        place += 1
