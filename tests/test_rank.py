"""Closeness and sections: tables of positions, and plain versions of the formulas as oracles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postdex.results import rerank
from postdex_index.document import Outline, Outlined, StoredSection
from postdex_index.query import Leaf, Phrase, Prefix, Synonyms, Term
from postdex_index.schema import BODY, HEADING
from postdex_index.scoring import norm, saturation

few = settings(max_examples=150, deadline=None)
places = st.lists(st.integers(0, 120), max_size=25).map(sorted)


class FakeCandidate(NamedTuple):
    """A candidate whose positions are written down."""

    snapshot_id: int
    score: float
    places: list[list[int]]
    whole: float = 0.0
    prior: float = 1.0
    pinned: bool = False

    @property
    def document(self) -> Outlined:
        raise AssertionError("nothing is read of a post")

    def holds(self, leaf: int) -> bool:
        return bool(self.places[leaf])

    def positions(self, leaf: int) -> Sequence[int]:
        return self.places[leaf]

    def translations(self, most: int) -> Sequence[Outlined]:
        return ()


def numbers(ranked: Sequence[rerank.Ranked]) -> list[int]:
    """The candidates by their numbers."""
    return [one.candidate.snapshot_id for one in ranked if isinstance(one.candidate, FakeCandidate)]


def scored(score: float) -> rerank.Ranked:
    """A post with this score."""
    return rerank.Ranked(FakeCandidate(0, score, []), score, score)


def section(level: int, heading: str, start: int, words: int, headings: tuple[str, ...] = ()) -> StoredSection:
    body = start + len(heading.split())
    return StoredSection(level, heading, (*headings, heading), heading, 1, start, body, body + words)


def inside(scored: rerank.ScoredSection, positions: Sequence[Sequence[int]]) -> dict[int, Sequence[int]]:
    return {leaf: positions[leaf][start:stop] for leaf, start, stop in scored.matches}


def outline(sections: Sequence[StoredSection]) -> Outline:
    bounds = [bound for section in sections for bound in (section.start, section.body)]
    return Outline([section.level for section in sections], bounds, [section.stop for section in sections])


@pytest.mark.parametrize(
    ("first", "second", "distance"),
    [
        ([1], [2], 1),
        ([1], [3], 2),
        ([2], [1], 2),
        ([3], [1], 3),
        ([1], [8], 7),
        ([1], [9], 0),
        ([8], [2], 7),
        ([8], [1], 0),
        ([1], [1], 0),
        ([1], [1, 1], 0),
        ([1, 1], [1, 1, 3], 2),
        ([1], [1, 2], 1),
        ([], [1], 0),
        ([1, 40, 90], [20, 43, 91], 1),
    ],
)
def test_closeness(first: list[int], second: list[int], distance: int) -> None:
    assert rerank.proximity(first, second) == (1 / distance if distance else 0)


@few
@given(places, places)
def test_closeness_is_the_least_distance(first: list[int], second: list[int]) -> None:
    distances = [y - x if y > x else x - y + 1 for x in first for y in second if x != y]
    least = min(distances, default=99)
    assert rerank.proximity(first, second) == (1 / least if least <= rerank.MAX_DISTANCE else 0)


@pytest.mark.parametrize(
    ("leaves", "pairs"),
    [
        ([Term("a")], ()),
        ([Term("a"), Term("b"), Term("c")], ((0, 1), (1, 2))),
        ([Term("容器"), Term("器编"), Term("编排")], ()),
        ([Term("docker"), Term("容器"), Term("image"), Term("pull")], ((2, 3),)),
        ([Term("a"), Phrase(("b", "c")), Term("d")], ()),
        ([Term("a"), Prefix("b"), Term("c"), Term("d")], ((2, 3),)),
        ([Synonyms((Term("subuser"), Phrase(("sub", "user")))), Term("sub", weight=0.5), Term("bug")], ((0, 2),)),
        ([Term("ключ"), Term("сеть")], ((0, 1),)),
    ],
)
def test_neighbours(leaves: list[Leaf], pairs: tuple[tuple[int, int], ...]) -> None:
    assert rerank.neighbours(leaves) == pairs


@pytest.mark.parametrize(
    ("found", "pairs", "order"),
    [
        # side by side beats a slightly better score
        ([(1.0, [[1], [50]]), (0.9, [[1], [2]])], [(0, 1)], [(1, 1.35), (0, 1.0)]),
        # but not one that is far better
        ([(1.0, [[1], [50]]), (0.6, [[1], [2]])], [(0, 1)], [(0, 1.0), (1, 0.9)]),
        # the mean over the pairs: one of two
        ([(1.0, [[1], [2], [90]])], [(0, 1), (1, 2)], [(0, 1.25)]),
        # pairs need not share a leaf
        ([(1.0, [[1], [2], [8], [9]])], [(0, 1), (2, 3)], [(0, 1.5)]),
        # equal scores stay in order
        ([(1.0, [[1], [9]]), (1.0, [[1], [9]]), (1.0, [[1], []])], [(0, 1)], [(0, 1.0), (1, 1.0), (2, 1.0)]),
        # nothing to be close to
        ([(1.0, [[1]]), (0.5, [[1]])], [], [(0, 1.0), (1, 0.5)]),
        ([], [(0, 1)], []),
    ],
)
def test_closest(
    found: list[tuple[float, list[list[int]]]], pairs: list[tuple[int, int]], order: list[tuple[int, float]]
) -> None:
    candidates = [FakeCandidate(post, score, where) for post, (score, where) in enumerate(found)]
    got = rerank.rerank_by_proximity(candidates, pairs)
    assert numbers(got) == [post for post, _ in order]
    assert [r.score for r in got] == pytest.approx([score for _, score in order])


def test_only_the_first_are_looked_at() -> None:
    candidates = [FakeCandidate(post, 1.0, [[1], [2] if post == 60 else [50]]) for post in range(70)]
    assert numbers(rerank.rerank_by_proximity(candidates, [(0, 1)])) == list(range(70))


@few
@given(st.lists(st.tuples(st.floats(0.1, 9), places, places), max_size=30), st.integers(1, 12))
def test_wanted_changes_nothing_at_the_top(posts: list[tuple[float, list[int], list[int]]], wanted: int) -> None:
    posts.sort(key=lambda post: -post[0])
    candidates = [FakeCandidate(number, score, [a, b]) for number, (score, a, b) in enumerate(posts)]
    every = rerank.rerank_by_proximity(candidates, [(0, 1)])
    cut = rerank.rerank_by_proximity(candidates, [(0, 1)], count=wanted)
    assert cut[:wanted] == every[:wanted]
    assert sorted(numbers(every)) == list(range(len(posts)))
    assert len(set(numbers(cut))) == len(cut) >= min(wanted, len(posts))


POST = [
    section(0, "", 10, 30),
    section(1, "install", 50, 20),
    section(2, "on linux", 80, 40, ("install",)),
    section(2, "on windows", 130, 40, ("install",)),
    section(1, "use", 180, 400),
]
OUTLINE = outline(POST)


@pytest.mark.parametrize(
    ("positions", "order"),
    [
        # text only: the more often the better, the shorter the better
        ([[15, 90, 91]], [(2, 90), (0, 15)]),
        ([[90, 200]], [(2, 90), (4, 200)]),
        # a heading beats text, and leads to the beginning of its text
        ([[50, 90]], [(1, 51), (2, 90)]),
        # a heading above counts for what stands below it
        ([[50], [15, 90]], [(1, 51), (2, 90), (0, 15)]),
        # at most three, best first
        ([[15, 55, 90, 140, 190, 191]], [(1, 55), (0, 15), (2, 90)]),
        # the window with both words, not the first word found
        ([[200, 300], [305]], [(4, 300)]),
        # nothing but title and tags: the first section
        ([[0, 1]], [(0, 10)]),
        ([[], []], [(0, 10)]),
        ([], [(0, 10)]),
    ],
)
def test_best_sections(positions: list[list[int]], order: list[tuple[int, int]]) -> None:
    worth = [2.0] * len(positions)
    got = rerank.best_sections(OUTLINE, positions, worth, scored(3.0), 3)
    near = [rerank.densest(inside(one, positions), worth, POST[one.index].body) for one in got]
    assert list(zip([one.index for one in got], near, strict=True)) == order
    assert [scored.score for scored in got] == sorted((scored.score for scored in got), reverse=True)


def test_a_post_without_sections() -> None:
    assert rerank.best_sections(outline([]), [[1]], [1.0], scored(1.0), 3) == []


def test_a_share_of_the_posts_score() -> None:
    (one,) = rerank.best_sections(OUTLINE, [[15]], [2.0], scored(3.0), 1)
    (two,) = rerank.best_sections(OUTLINE, [[15]], [2.0], scored(5.0), 1)
    assert two.score - one.score == pytest.approx(2 * rerank.POST_SHARE)


def plain_score(number: int, positions: Sequence[Sequence[int]], worth: Sequence[float]) -> float:
    """A section's own matches by the formula as it is written."""
    this = POST[number]
    parents = [s for s in POST[:number] if s.heading in this.headings[:-1]]
    total = 0.0
    for value, where in zip(worth, positions, strict=True):
        text = saturation(count(where, this.body, this.stop), norm(BODY, this.stop - this.body, rerank.AVERAGE_SECTION))
        above = sum(in_heading(where, s) for s in parents)
        total += value * (rerank.OWN_HEADING * in_heading(where, this) + above + text)
    asked_for = {place for where in positions for place in where if this.start <= place < this.body}
    held = sum(value for value, where in zip(worth, positions, strict=True) if count(where, this.start, this.stop))
    in_full = 1 + rerank.COVERAGE * held / sum(worth)
    return total * (1 + rerank.HEADING_COVERAGE * len(asked_for) / max(1, this.body - this.start)) * in_full


def count(where: Sequence[int], start: int, stop: int) -> int:
    return sum(start <= place < stop for place in where)


def in_heading(where: Sequence[int], s: StoredSection) -> float:
    return saturation(count(where, s.start, s.body), norm(HEADING, s.body - s.start, rerank.AVERAGE_HEADING))


@few
@given(st.lists(st.sets(st.integers(0, 570), max_size=25).map(sorted), min_size=1, max_size=4))
def test_scores_are_the_formula(positions: list[list[int]]) -> None:
    # only words of the title, a heading or a text: between them the position space has gaps
    real = [p for s in POST for p in range(s.start, s.stop)] + list(range(5))
    positions = [[place for place in where if place in real] for where in positions]
    worth = [3.0, 0.5, 0.2, 10.0][: len(positions)]
    for one in rerank.best_sections(OUTLINE, positions, worth, scored(2.0), 9):
        expected = plain_score(one.index, positions, worth)
        assert one.score == pytest.approx(2.0 * rerank.POST_SHARE + expected)
        this = POST[one.index]
        assert this.body <= rerank.densest(inside(one, positions), worth, this.body) <= this.stop


@pytest.mark.parametrize(
    ("wholes", "spelled", "order"),
    [
        # where all of what was typed stands comes first, whatever else scores
        ([[195]], (), [4, 2, 1, 0]),
        # the name itself before another spelling of it, and just as it was typed before both
        ([[135], [15, 195]], (), [3, 0, 4, 2, 1]),
        ([[135], [15]], (1,), [1, 3, 0, 2, 4]),
    ],
)
def test_sections_with_the_whole_come_first(
    wholes: list[list[int]], spelled: tuple[int, ...], order: list[int]
) -> None:
    levels = rerank.holding(OUTLINE, wholes, spelled)
    positions = [[15, 55, 56, 90, 91, 92, 135, 195]]
    post = rerank.Ranked(FakeCandidate(0, 9.0, [], 6.0), 9.0, 3.0)
    found = rerank.best_sections(OUTLINE, positions, [2.0], post, 9, levels)
    got = [one.index for one in found]
    assert got[: len(levels)] == order[: len(levels)] and sorted(got) == [0, 1, 2, 3, 4]
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    without = rerank.best_sections(OUTLINE, positions, [2.0], scored(3.0), 9)
    assert {one.index: one.score for one in without}.items() >= {
        one.index: one.score for one in found if one.index not in levels
    }.items(), "other sections are worth what they are without it"
