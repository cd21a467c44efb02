"""What an owner sets by hand and what age is worth: the engine against a plain loop over all posts.

Random posts with boosts, pins and dates in several segments, as `test_matching` has them without.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from unittest.mock import patch

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from storage import ANALYZER
from test_matching import Built, Indexed, batches_of, build, expected, posts, queries

from postdex_index import scoring
from postdex_index.engine.api import FEWEST, AsTyped, Pinned, Recency, Search
from postdex_index.engine.embedded.read import priors
from postdex_index.engine.embedded.read import snapshot as reader
from postdex_index.engine.embedded.read.matcher import Matcher
from postdex_index.model import Post, Section
from postdex_index.query import Clauses, Keyword, Leaf, Query, Term, leaves

QUERIES = ("fix", "Bug!", "ＳＭＣ fallback", "內核")


@st.composite
def posts_by_hand(draw: st.DrawFn) -> Post:
    """A post of the small vocabulary; many have a boost, some are pinned."""
    return draw(posts())._replace(
        boost=draw(st.sampled_from([1.0, 1.0, 0.1, 0.5, 2.0, 10.0])),
        pins=tuple(draw(st.lists(st.sampled_from(QUERIES), max_size=2, unique=True))),
        date_seconds=draw(st.none() | st.integers(0, 12)),
        date_from=draw(st.sampled_from(["post", "path", "file"])),
        updated_seconds=draw(st.none() | st.integers(0, 12)),
    )


def prior(post: Post, recency: Recency | None) -> float:
    """What a post is worth beside its words."""
    own, changed = post.date_seconds if post.date_from != "file" else None, post.updated_seconds
    dates = [date for date in (own, changed if changed != post.date_seconds else own) if date is not None]
    if recency is None or not dates:
        return post.boost
    return post.boost * scoring.recency(recency.now - max(dates), recency.half_life)


def in_order(built: Built, search: Search) -> list[tuple[str, float, bool]]:
    """Path, score and whether it is pinned of every post that is found, best first."""
    places = {one.post.path: place for one in built.posts if (place := pin(built, one, search)) is not None}
    factors = {one.post.path: prior(one.post, search.recency) for one in built.posts}
    scores = expected(built, search.query, *search.as_typed, factors=factors, besides=places)
    return sorted(
        ((path, score, path in places) for path, score in scores.items()),
        key=lambda found: (places.get(found[0], 99), -round(found[1], 9), found[0]),
    )


def pin(built: Built, one: Indexed, search: Search) -> int | None:
    """The place of a post that comes first."""
    assert search.pinned is not None
    given, filters = search.pinned
    if not one.matches(Clauses(required=filters)):
        return None
    if one.post.path in given:
        return given.index(one.post.path)
    key = search.as_typed.key
    return len(given) if key and key in map(ANALYZER.key, one.post.pins) else None


def check(built: Built, search: Search, fewest: int) -> None:
    with patch.object(reader, "FEWEST", fewest):
        answer = built.reader.search(search)
    wanted = in_order(built, search)
    assert answer.total == len(wanted)
    got = [(one.document.path, one.score, one.pinned) for one in answer.candidates]
    assert len(got) == min(len(wanted), max(search.limit + search.offset, fewest))
    for (path, score, pinned), (_, other, also) in zip(got, wanted, strict=False):
        assert abs(score - other) < 1e-9 and pinned == also, (path, wanted)
    for path, score, pinned in got:
        assert any(path == it and abs(score - its) < 1e-9 and pinned == also for it, its, also in wanted)
        assert abs(built.reader.explain(search, path).value - score) < 1e-9


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(posts_by_hand(), min_size=1, max_size=12), st.lists(st.integers(0, 20), max_size=3), st.data())
def test_same_as_the_plain_loop(found: list[Post], gone: list[int], data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as directory:
        built = build(Path(directory), [b for b in batches_of(found) if b], gone)
        paths = [one.post.path for one in built.posts]
        for _ in range(6):
            query: Query = data.draw(queries)
            wholes: tuple[Leaf, ...] = tuple(leaves(query)[:1]) if data.draw(st.booleans()) else ()
            as_typed = AsTyped(ANALYZER.key(data.draw(st.sampled_from([*QUERIES, found[0].title]))), wholes)
            filters = data.draw(st.sampled_from([(), (), (Keyword("path", "a"),)]))
            given = data.draw(st.lists(st.sampled_from([*paths, "nowhere.md"]), max_size=3, unique=True))
            ages = st.builds(Recency, st.sampled_from([0.5, 3.0, 100.0]), st.integers(6, 14))
            search = Search(query, as_typed, limit=data.draw(st.integers(1, 5)), recency=data.draw(st.none() | ages))
            check(built, search._replace(pinned=Pinned(tuple(given), filters)), data.draw(st.sampled_from([1, FEWEST])))


def test_no_post_is_overlooked_for_its_age() -> None:
    """Many old posts score more by their words than a new one that comes first with its age: as many are looked at as
    it takes, and no more."""
    prose = " ".join(f"w{number}" for number in range(60))
    old = [Post("", f"note {n}", (Section(0, "", "", 1, f"{prose} bug bug"),), date_seconds=0) for n in range(400)]
    new = Post("", "note", (Section(0, "", "", 1, f"{prose} w1 w2 w3 bug bug"),), date_seconds=900)
    dated = [post._replace(date_from="post") for post in (*old, new)]
    lifted = Post("", "lifted", (Section(0, "", "", 1, f"{prose} {prose} {prose} bug"),), boost=10.0)
    with tempfile.TemporaryDirectory() as directory, patch.object(reader, "FEWEST", 1):
        built = build(Path(directory), [[*dated, lifted]], [])
        for recency, first in ((None, "lifted"), (Recency(100, 900), "lifted")):
            answer = built.reader.search(Search(Term("bug"), limit=1, recency=recency))
            assert answer.candidates[0].document.title == first
        without = built.reader.without([answer.candidates[0].document.path])
        (best,) = without.search(Search(Term("bug"), limit=1, recency=Recency(100, 900))).candidates
        assert best.document.title == "note"


def test_nothing_of_it_runs_where_there_is_nothing() -> None:
    with tempfile.TemporaryDirectory() as directory, patch.object(priors, "priors", side_effect=AssertionError):
        built = build(Path(directory), [[Post("", "bug", ())]], [])
        with patch.object(Matcher, "lanes_of", side_effect=AssertionError):
            assert built.reader.search(Search(Term("bug"), AsTyped("bug"), pinned=Pinned())).total == 1
