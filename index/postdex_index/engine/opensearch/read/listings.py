"""Which posts can be among the best? Lists of the cluster, the greatest upper bounds first, and how deep they must go.

The cluster gives for each post that matches an upper bound of its score without what is added to it, and how many
match. One list has all posts; others those that something may be added to: whose title or heading is the query, that
hold what was typed as a whole. A post that no list has shown yet scores at most what the last of each list it is in
allows: as long as that reaches the last of the wanted scores, the lists that allow it go deeper.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from ....named_tuple import NamedTuple
from ..format.one_post_segment import SEGMENT, content_of
from ..storage.commit import document_id
from .segment_cache import DocumentKey

#: The server adds in 32 bits: two of its sums that are so close may be equal.
MARGIN = 1e-5
#: The order of a list of candidates of one index.
BY_BOUND = ("_score", {"path": "asc"})
#: A list that goes deeper gets so many times as long.
GROWTH = 4
#: A list is not longer, which is as far as a server counts.
DEEPEST = 10_000


class Listed(NamedTuple):
    """A post in a list: its document, path and bound; `values` are the doc values that were asked for, `content` is
    its packed segment, if that came with it."""

    key: DocumentKey
    path: str
    bound: float
    values: Mapping[str, Any]
    content: bytes | None

    @property
    def place(self) -> str:
        """Its place among equal posts, as `Sites.ties` has it."""
        return place(self.key, self.path)


def place(key: DocumentKey, path: str) -> str:
    """The place of a document among posts that are equal in all else: by index, then by path."""
    return f"{key.index}\0{path}"


class Listing:
    """A list of the cluster: the posts of `query`, those with the greatest bounds first, equal ones by their paths; or
    in another order, which ends with the path, too.

    `added` is what may be added to their scores, as a share of the top score.
    """

    def __init__(self, query: Mapping[str, Any], size: int, added: float = 0.0, sort: Sequence[Any] = BY_BOUND) -> None:
        self.query = query
        self.sort = sort
        self.posts: list[Listed] = []
        self.exhausted = False
        self.added = added
        self._size = min(size, DEEPEST)

    def body(self, *, segments: bool, fields: Sequence[str] = (), **more: Any) -> dict[str, Any]:
        """The search for what comes next, with these doc values besides; with `segments` the posts come with theirs."""
        return {
            "from": len(self.posts),
            "size": self._size,
            "query": self.query,
            "sort": self.sort,
            "docvalue_fields": ["since", *fields, *([SEGMENT] if segments else [])],
            # To read what is stored of a post costs a server more than to find it: its id follows from path and number.
            "stored_fields": "_none_",
            "track_total_hits": False,
            **more,
        }

    def extend(self, hits: Sequence[Mapping[str, Any]]) -> list[Listed]:
        """Take in what came next; these posts."""
        posts = [_listed(hit) for hit in hits]
        self.posts += posts
        self.exhausted = len(posts) < self._size
        self._size = min((GROWTH - 1) * max(len(self.posts), 1), DEEPEST - len(self.posts))
        return posts

    @property
    def can_go_on(self) -> bool:
        """Whether there are more, and the server gives them."""
        return not self.exhausted and self._size > 0

    @property
    def last(self) -> float:
        """The bound of the last post."""
        return self.posts[-1].bound if self.posts else float("inf")


class Reached(NamedTuple):
    """What is known so far: the best score without additions, the last of the wanted scores (None: there are not yet so
    many), and of the wanted posts with just this score the place of the last among equals (`Listed.place`)."""

    top: float
    floor: float | None
    place: str


def to_deepen(everything: Listing, others: Sequence[Listing], reached: Reached) -> list[Listing]:
    """The lists that must go deeper; none when no post can be missing any more."""
    if everything.exhausted:
        return []
    top, floor, place = reached
    if floor is None or everything.last > top * (1 + MARGIN):
        return [everything]
    deepen: dict[int, Listing] = {}
    for lists in _subsets([listing for listing in others if not listing.exhausted]):
        shallow = min((everything, *lists), key=lambda listing: listing.last)
        reach = shallow.last + top * sum([listing.added for listing in lists])
        # Whoever has the last wanted score, too, is no candidate if his place comes behind.
        behind = not lists and place <= everything.posts[-1].place
        if reach > floor * (1 + MARGIN) or (reach >= floor * (1 - MARGIN) and not behind):
            deepen[id(shallow)] = shallow
    return list(deepen.values())


def _subsets(listings: Sequence[Listing]) -> Iterator[Iterable[Listing]]:
    """All of them, the empty one too."""
    for count in range(len(listings) + 1):
        yield from combinations(listings, count)


def _listed(hit: Mapping[str, Any]) -> Listed:
    score, path, values = hit["_score"] or 0.0, hit["sort"][-1], hit["fields"]
    key = DocumentKey(hit["_index"], document_id(path, values["since"][0]))
    return Listed(key, path, score, values, content_of(hit))
