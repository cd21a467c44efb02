"""Can a post be missing when no list has to go deeper? `engine.opensearch.read.listings`, against all posts at once."""

from __future__ import annotations

from typing import Any, NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from postdex_index.engine.opensearch.read.listings import Listing, Reached, place, to_deepen
from postdex_index.engine.opensearch.read.segment_cache import DocumentKey

ADDED = (0.2, 0.8, 4.0)


class Post(NamedTuple):
    """A post with its score, and the bound that a server would give, which is no less; `additions` are the numbers of
    what is added to it."""

    path: str
    base: float
    bound: float
    additions: frozenset[int]

    def final(self, top: float) -> float:
        return self.base + top * sum(ADDED[number] for number in self.additions)


def posts(scores: list[tuple[int, int, int]]) -> list[Post]:
    return [
        Post(
            f"{number:03}",
            base / 8,
            base / 8 * (1 + 0.5 * (loose % 2)),
            frozenset(n for n in range(3) if bits >> n & 1),
        )
        for number, (base, loose, bits) in enumerate(scores)
    ]


def placed(path: str) -> str:
    """Where a post of the one index stands among equal ones."""
    return place(DocumentKey("i", ""), path)


class Server:
    """Gives lists as a cluster does: in 32 bits, greatest first, equal ones by path."""

    def __init__(self, everything: list[Post]) -> None:
        self.everything = everything
        self.requests = 0

    def extend(self, listing: Listing) -> None:
        self.requests += 1
        number = listing.query["number"]
        chosen = [post for post in self.everything if number is None or number in post.additions]
        chosen.sort(key=lambda post: (-post.bound, post.path))
        body = listing.body(segments=False)
        hits: list[dict[str, Any]] = [
            {"_index": "i", "_score": post.bound, "sort": [post.bound, post.path], "fields": {"since": [1]}}
            for post in chosen[body["from"] : body["from"] + body["size"]]
        ]
        listing.extend(hits)


@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3), st.sampled_from([0, 0, 0, 0, 1, 2, 4, 5])), max_size=60),
    st.integers(1, 8),
    st.integers(1, 4),
)
def test_no_post_is_missing_when_no_list_goes_deeper(scores: list[tuple[int, int, int]], count: int, size: int) -> None:
    everything = posts(scores)
    top = max([post.base for post in everything], default=0.0)
    best = sorted(everything, key=lambda post: (-post.final(top), post.path))[:count]
    server = Server(everything)
    first = Listing({"number": None}, size)
    others = [Listing({"number": number}, size, added) for number, added in enumerate(ADDED)]
    pending, ranked, known_top = [first, *others], list[Post](), 0.0
    by_path = {post.path: post for post in everything}
    while pending:
        for listing in pending:
            server.extend(listing)
        known = {post.path: by_path[post.path] for listing in (first, *others) for post in listing.posts}
        known_top = max([post.base for post in known.values()], default=0.0)
        ranked = sorted(known.values(), key=lambda post: (-post.final(known_top), post.path))[:count]
        floor = ranked[-1].final(known_top) if len(ranked) == count else None
        last = max([placed(post.path) for post in ranked if post.final(known_top) == floor], default="")
        pending = to_deepen(first, others, Reached(known_top, floor, last))
        assert server.requests < 1_000
    assert ranked == best and known_top == top


def test_equal_scores_do_not_lead_through_all_posts() -> None:
    server = Server(posts([(8, 0, 0)] * 500))
    listing = Listing({"number": None}, 40)
    server.extend(listing)
    assert to_deepen(listing, [], Reached(1.0, 1.0, placed("009"))) == []
    assert to_deepen(listing, [], Reached(1.0, 1.0, placed("040"))) == [listing], (
        "whose path comes before may be missing"
    )
