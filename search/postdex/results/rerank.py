"""Which of the best posts has the query's words side by side, and which of its sections is it about?

The engine scores all posts that match; this file looks at the few at the top, with the
positions of their words at hand: it re-ranks the first fifty by how close the words of the
query stand together, and it ranks the sections of a post and finds the place for a snippet.

It reads no text (that is `snippets`) and knows no storage: everything here is a pure
function of positions. The formulas are the engine's, so that posts and sections agree.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from heapq import heapify, heappushpop
from itertools import takewhile
from operator import itemgetter
from types import MappingProxyType
from typing import TypeAlias

from postdex_index import native
from postdex_index.document import Outline
from postdex_index.elementary import plain_sum
from postdex_index.engine.api import FEWEST, Candidate
from postdex_index.named_tuple import NamedTuple
from postdex_index.query import Leaf, Synonyms, Term
from postdex_index.schema import BODY, HEADING
from postdex_index.scoring import norm, saturation
from postdex_index.text.characters import is_spaceless

#: All words of the query side by side are worth half the post's score once more.
PROXIMITY = 0.5
#: Words that stand further apart than this say no more together than each for itself.
MAX_DISTANCE = 7
#: A leaf that weighs less is no word of its own among its neighbours, but a part of one, or a guess.
PASSED_OVER = 0.6
#: How many posts are looked at. A post further down would need more than PROXIMITY to reach the first page.
LOOKED_AT = FEWEST

# nDCG@10 of 33, 74 and 141 sections of three sites, and how often the right section of the right post came first for
# words remembered from a sentence (benchmarks/relevance.py, recall): heading 2 without COVERAGE .673 .660 .751,
# .922 .904 .857; heading 2 with it .680 .657 .749, .933 .952 .878; heading 3 with it .678 .678 .757, .922 .916 .878;
# with half of it .677 .682 .765, .922 .892 .857. Closeness within a section, a heading that is the query and another
# POST_SHARE (.3: +6 -2 +9, .8: -67 -3 -19 against .5, when posts' scores were a quarter higher) were tried as well.
# The title counts in the post's score already.
#: What a word in a section's own heading is worth, against 1 in its text or in a heading above it.
OWN_HEADING = 3.0
#: A section with all words of the query is worth twice as much: the words' own worth alone does not say that two
#: that stand under one heading belong together.
COVERAGE = 1.0
#: A section all of whose heading's words were asked for is worth twice as much.
HEADING_COVERAGE = 1.0
#: A section stands on its own matches and on two thirds of its post's score: a good section of the right post wins.
POST_SHARE = 0.65
#: Words in a usual heading, and in a usual section, in the middle of what sites of docs and blogs have; a longer one
#: holds its words cheaper.
AVERAGE_HEADING, AVERAGE_SECTION = 4.0, 130.0

#: Words that a snippet shows at once, about: a window of matches this wide is its middle.
WINDOW = 25
#: A word's second occurrence in a window, against its first: a place with all the words beats one with a word thrice.
REPEATED = 0.1
#: Occurrences of one word that are looked at in one section; keeps the cost of a snippet from growing with its length.
OCCURRENCES = 100


class ByMeaning(NamedTuple):
    """What a score was made of in which meaning had a say: (1 - weight) x words + weight x near."""

    words: float
    near: float
    weight: float


class Ranked(NamedTuple):
    """A candidate and its score with the closeness of its words; `plain` is the score of its sections that do not hold
    what was typed as a whole. `spelled` are the sections that have a name just as it was typed, None where that was not
    asked or none has. `by_meaning` says what its score was made of, None where words alone did."""

    candidate: Candidate
    score: float
    plain: float
    spelled: frozenset[int] | None = None
    by_meaning: ByMeaning | None = None

    @property
    def word_score(self) -> float:
        """Its score by words alone, as its sections have it."""
        return self.by_meaning.words if self.by_meaning else self.score


#: Where a leaf's words stand in a heading or a text: (leaf, start, stop), a slice of the leaf's positions.
Match: TypeAlias = tuple[int, int, int]
Matches: TypeAlias = Sequence[Match]
#: The headings, by the numbers of their sections, that hold words.
InHeadings: TypeAlias = Sequence[tuple[int, Matches]]
#: Two leaves whose words stand side by side in the query, as their numbers.
LeafPair: TypeAlias = tuple[int, int]


class ScoredSection(NamedTuple):
    """Section number `index` of a post; `matches` say where its text has words of the query, `in_headings` where its
    heading and those above it have some."""

    index: int  # type: ignore[assignment]  # pyright: ignore  # hides tuple.index, which a value has no use for
    score: float
    matches: Matches
    in_headings: InHeadings = ()


def neighbours(query_leaves: Sequence[Leaf]) -> tuple[LeafPair, ...]:
    """The pairs of leaves whose words stand side by side in the query, as numbers of leaves.

    A compound counts as one word, its parts are passed over; a phrase, a pattern or a script
    without spaces ends a chain, since side by side means nothing there that it does not mean already.

    >>> neighbours([Term("sparse"), Term("checkout"), Term("check", weight=0.25), Term("git")])
    ((0, 1), (1, 3))
    """
    pairs: list[LeafPair] = []
    before = -1
    for number, leaf in enumerate(query_leaves):
        if isinstance(leaf, (Term, Synonyms)) and leaf.weight < PASSED_OVER:
            continue
        word = _is_word(leaf)
        if word and before >= 0:
            pairs.append((before, number))
        before = number if word else -1
    return tuple(pairs)


@native.twin
def proximity(first: Sequence[int], second: Sequence[int], /) -> float:
    """1 / the smallest distance from a word to the next word of the query; 0 beyond `MAX_DISTANCE`.

    In the query's order the distance is that of the positions, in the other order one more.

    >>> proximity([10, 50], [51]), proximity([10], [9]), proximity([10], [30])
    (1.0, 0.5, 0.0)
    """
    if len(first) <= len(second):
        few, many, earlier, later = first, second, 1, 0
    else:
        few, many, earlier, later = second, first, 0, 1
    best = MAX_DISTANCE + 1
    count = len(many)
    for position in few:
        i = bisect_left(many, position)
        if i and position - many[i - 1] + earlier < best:
            best = position - many[i - 1] + earlier
        while i < count and many[i] == position:  # two words of one stem may stand at one place
            i += 1
        if i < count and many[i] - position + later < best:
            best = many[i] - position + later
        if best == 1:
            return 1.0
    return 1.0 / best if best <= MAX_DISTANCE else 0.0


def rerank_by_proximity(
    candidates: Sequence[Candidate],
    pairs: Sequence[LeafPair],
    count: int | None = None,
    reach: int = LOOKED_AT,
) -> list[Ranked]:
    """The candidates (best first), the first `reach` re-ranked by closeness; equal scores keep their order.

    score x (1 + PROXIMITY x mean over `pairs` of closeness), the same for a post whatever page it
    is on. With `count`, only that many at the top need be there and right: nothing is read of a post that
    could not reach them with all the words that it holds side by side.
    """
    if not pairs:
        return [as_ranked(candidate) for candidate in candidates[:count]]
    looked_at = candidates[:reach]
    count = len(candidates) if count is None else max(count, 1)
    ranked = [as_ranked(candidate, proximity_factor(candidate, pairs)) for candidate in looked_at[:count]]
    top = [post.score for post in ranked]
    heapify(top)
    passed_over: list[Candidate] = []
    for candidate in looked_at[count:]:
        if candidate.score * (1 + PROXIMITY) <= top[0]:
            break
        together = sum([candidate.holds(first) and candidate.holds(second) for first, second in pairs])
        if candidate.score * (1 + PROXIMITY * together / len(pairs)) <= top[0]:
            passed_over.append(candidate)
            continue
        ranked.append(as_ranked(candidate, proximity_factor(candidate, pairs)))
        heappushpop(top, ranked[-1].score)
    rest = [*passed_over, *candidates[len(ranked) + len(passed_over) :]]
    ranked.sort(key=itemgetter(1), reverse=True)
    return ranked + [as_ranked(candidate) for candidate in rest[: max(0, count - len(ranked))]]


def pinned_first(candidates: Sequence[Candidate], pairs: Sequence[LeafPair]) -> list[Ranked]:
    """Those of the candidates (best first) that come before all others, in their order, with their own scores."""
    if not candidates or not candidates[0].pinned:
        return []
    pinned = takewhile(lambda candidate: candidate.pinned, candidates)
    return [as_ranked(candidate, proximity_factor(candidate, pairs) if pairs else 1.0) for candidate in pinned]


def best_sections(
    outline: Outline,
    positions: Sequence[Sequence[int]],
    leaf_weights: Sequence[float],
    post: Ranked,
    limit: int,
    wholes: Mapping[int, int] = MappingProxyType({}),
) -> list[ScoredSection]:
    """The sections of a post that hold words of the query, best first; the first section where none does. Those that
    hold what was typed as a whole, `whole_matches` with their levels, come before all others.

    `positions` has, for each leaf, where its words stand in the post, ascending; `leaf_weights` each leaf's weight x
    idf.

        score = own + POST_SHARE x the post's score
        own   = sum over leaves of  worth x (OWN_HEADING x heading + headings above + text)
                x (1 + HEADING_COVERAGE x share of the heading's words that were asked for)
                x (1 + COVERAGE x share of the query, by worth, that stands there)

    with heading, headings above and text the saturated occurrences in each (`scoring.saturation`).
    """
    if not outline.levels:
        return []
    found = scored_sections(*outline, positions, leaf_weights, limit, wholes)
    return [
        ScoredSection(
            index, POST_SHARE * (post.word_score if index in wholes else post.plain) + own, matches, in_headings
        )
        for own, index, matches, in_headings in found or [(0.0, 0, (), ())]
    ]


@native.twin
def scored_sections(
    levels: Sequence[int],
    bounds: Sequence[int],
    stops: Sequence[int],
    positions: Sequence[Sequence[int]],
    leaf_weights: Sequence[float],
    limit: int,
    wholes: Mapping[int, int],
    /,
) -> Sequence[tuple[float, int, Matches, InHeadings]]:
    """Of the sections that hold words of the query the best, as (own score, number, matches in its text, those in its
    heading and in each above it that has some)."""
    by_place = _occurrences(bounds, positions)
    own_scores = _by_section(bounds, stops, by_place, leaf_weights)
    above = _headings_above(levels, own_scores)
    all_words = plain_sum(leaf_weights) or 1.0
    scored = []
    for index, (heading, text) in own_scores.items():
        score = OWN_HEADING * heading + text + (above[index] if above else 0.0)
        if heading:
            words = bounds[2 * index + 1] - bounds[2 * index]  # with the gap behind: one word is no whole heading
            score *= 1 + HEADING_COVERAGE * _asked_for(by_place[2 * index], positions) / words
        leaves_held = {leaf for position in (2 * index, 2 * index + 1) for leaf, _, _ in by_place.get(position, ())}
        score *= 1 + COVERAGE * plain_sum(map(leaf_weights.__getitem__, sorted(leaves_held))) / all_words
        scored.append((-score, index))
    if wholes and scored:
        most = min(scored)[0]
        scored = [(less + most * wholes.get(index, 0), index) for less, index in scored]
    scored.sort()
    return [
        (-less, index, by_place.get(2 * index + 1, ()), _in_headings(levels, by_place, index) if above else [])
        for less, index in scored[:limit]
    ]


def holding(outline: Outline, wholes: Sequence[Sequence[int]], spelled: Collection[int]) -> dict[int, int]:
    """The sections that have what was typed as a whole, each with a level, the best the highest: `whole_matches` are
    the positions of each leaf of it, the best first; in the sections `spelled` it is just as it was typed."""
    levels = dict.fromkeys(spelled, len(wholes) + 1)
    bounds = outline.bounds
    for rank_of_whole, positions in zip(range(len(wholes), 0, -1), wholes, strict=True):
        for position in positions:
            levels.setdefault((bisect_right(bounds, position) - 1) >> 1, rank_of_whole)
    return levels


def _occurrences(bounds: Sequence[int], positions: Sequence[Sequence[int]]) -> dict[int, list[Match]]:
    """The matches by place: 2 x section for its heading and one more for its text."""
    by_place: dict[int, list[Match]] = {}
    for leaf, at in enumerate(positions):
        start, count = 0, len(at)
        while start < count:
            position = bisect_right(bounds, at[start])
            stop = start + 1
            if stop < count:
                stop = bisect_left(at, bounds[position], stop) if position < len(bounds) else count
            if position:  # else before the first section: the title and other fields
                by_place.setdefault(position - 1, []).append((leaf, start, stop))
            start = stop
    return by_place


def _by_section(
    bounds: Sequence[int],
    stops: Sequence[int],
    by_place: dict[int, list[Match]],
    leaf_weights: Sequence[float],
) -> dict[int, tuple[float, float]]:
    """For each section with a match what its heading and its text are worth."""
    scores: dict[int, tuple[float, float]] = {}
    for position, matches in by_place.items():
        if position & 1:
            below = _norm(BODY, stops[position >> 1] - bounds[position], AVERAGE_SECTION)
        else:
            below = _norm(HEADING, bounds[position + 1] - bounds[position], AVERAGE_HEADING)
        value = 0.0
        for leaf, start, stop in matches:
            value += leaf_weights[leaf] * saturation(stop - start, below)
        heading, text = scores.get(position >> 1, (0.0, 0.0))
        scores[position >> 1] = (heading, value) if position & 1 else (value, text)
    return scores


_norm = lru_cache(4096)(norm)


def _headings_above(levels: Sequence[int], own: dict[int, tuple[float, float]]) -> list[float]:
    """For each section what the headings above it are worth; nothing at all where no heading matches."""
    if not any(heading for heading, _ in own.values()):
        return []
    above: list[float] = []
    path: list[tuple[int, float]] = [(-1, 0.0)]
    for index, level in enumerate(levels[: max(own) + 1]):
        while path[-1][0] >= level:
            path.pop()
        above.append(path[-1][1])
        path.append((level, path[-1][1] + (own[index][0] if index in own else 0.0)))
    return above


def _in_headings(levels: Sequence[int], by_place: dict[int, list[Match]], index: int) -> InHeadings:
    """Which headings down to a section hold words, its own first."""
    headings = []
    level = levels[index] + 1
    for number in range(index, -1, -1):
        if levels[number] < level:
            level = levels[number]
            if matches := by_place.get(2 * number):
                headings.append((number, matches))
    return headings


def _asked_for(matches: Matches, positions: Sequence[Sequence[int]]) -> int:
    """How many words of a heading were asked for."""
    return len({position for leaf, start, stop in matches for position in positions[leaf][start:stop]})


@native.twin
def densest(positions_of: dict[int, Sequence[int]], leaf_weights: Sequence[float], otherwise: int, /) -> int:
    """Where the most telling word stands in the window of WINDOW words that holds the most telling of them all.

    `positions_of` has by leaf where its words stand, ascending; `otherwise` is the answer if there are none.
    """
    if len(positions_of) < 2:
        return next((positions[0] for positions in positions_of.values()), otherwise)
    positions = sorted([(position, leaf) for leaf, at in positions_of.items() for position in at[:OCCURRENCES]])
    counts = dict.fromkeys(positions_of, 0)
    value, most, oldest, best = 0.0, 0.0, 0, (0, 0)
    for newest, (position, leaf) in enumerate(positions):
        value += leaf_weights[leaf] * (REPEATED if counts[leaf] else 1.0)
        counts[leaf] += 1
        while position - positions[oldest][0] > WINDOW:
            left_leaf = positions[oldest][1]
            counts[left_leaf] -= 1
            value -= leaf_weights[left_leaf] * (REPEATED if counts[left_leaf] else 1.0)
            oldest += 1
        if value > most * 1.000001:
            most, best = value, (oldest, newest)
    return max(positions[best[0] : best[1] + 1], key=lambda match: leaf_weights[match[1]])[0]


def as_ranked(candidate: Candidate, factor: float = 1.0) -> Ranked:
    """A candidate with its score raised by a factor."""
    return Ranked(candidate, candidate.score * factor, (candidate.score - candidate.whole) * factor)


def proximity_factor(candidate: Candidate, pairs: Sequence[LeafPair]) -> float:
    """What the closeness of these pairs of words makes of a post's score: a factor of 1 to 1 + PROXIMITY."""
    leaf = pairs[0][0]
    positions = candidate.positions(leaf)
    total = 0.0
    for first, second in pairs:
        here = positions if first == leaf else candidate.positions(first)
        leaf, positions = second, candidate.positions(second)
        total += proximity(here, positions)
    return 1 + PROXIMITY * total / len(pairs)


def _is_word(leaf: Leaf) -> bool:
    if isinstance(leaf, Synonyms):
        return all(_is_word(spelling) or not isinstance(spelling, Term) for spelling in leaf.spellings)
    return isinstance(leaf, Term) and not is_spaceless(leaf.text)
