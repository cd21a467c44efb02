"""What was a score made of?

A tree of numbers. Each is what its label says of its parts: their sum, their product, or the named formula of
`scoring`. Held by tests/test_invariants.py, down to the last field.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from .... import scoring
from ....model import Explanation
from ....query import show
from ....schema import SCORED
from ...api import LeafStats, Recency
from . import priors
from .postings import PostingLists
from .ranking import ScoredCandidates, Weighed
from .scope import Scope


def of_post(
    scope: Scope, weighed: Weighed, this: ScoredCandidates, top: float, recency: Recency | None = None
) -> Explanation:
    """How the score of a post was made that is the only one of `this`; `top` is the best base of all posts."""
    base, coverage, doc = this.candidates[0]
    part, doc_id = scope.locate(doc)
    added: list[Explanation] = []
    for row, stats in zip(weighed.rows, weighed.stats, strict=True):
        impact = row.impacts[doc] if row else 0
        counted = scope.matcher.counted_positions(row, doc) if row and impact else ()
        added.append(leaf(stats, impact, fields(part.segment.lists, doc_id, counted)))
    is_title, is_heading, whole = doc in this.titled, doc in this.headed, this.wholes.get(doc, 0.0)
    words = of_words(added, base, priors.explained(scope.boosts.get(doc, 1.0), scope.own_date(doc), recency))
    return score(words, coverage, title=is_title, heading=is_heading, whole=whole, top=top)


def of_words(leaves: Sequence[Explanation], base: float, beside: Sequence[Explanation]) -> Explanation:
    """A post's base score: what its words add, and the factors that it is worth `beside` them."""
    factor = prod([part.value for part in beside])
    words = Explanation(base / factor, "the words: sum", tuple(leaves))
    return Explanation(base, "the words, and the post itself: product", (words, *beside)) if beside else words


def leaf(stats: LeafStats, impact: int, fields: Sequence[Explanation]) -> Explanation:
    """What a leaf adds to a score: `impact` is its byte in the post, `fields` are the parts of that."""
    value, typed = impact / scoring.SCALE, stats.leaf
    together = f"sum / (1 + sum / {scoring.FIELD_SATURATION:g}), in steps of {1 / scoring.SCALE:.4f}"
    return Explanation(
        typed.weight * stats.idf * value,
        f"{show(typed)}: weight x idf x impact",
        (
            Explanation(typed.weight, "weight"),
            Explanation(stats.idf, f"idf: {stats.posts} post{'s' * (stats.posts != 1)}"),
            Explanation(value, f"impact: {together if fields else 'no field has it'}", tuple(fields)),
        ),
    )


def fields(lists: PostingLists, doc_id: int, counted: Sequence[int]) -> list[Explanation]:
    """What a leaf is worth in each field of a post, by the positions of the occurrences that count."""
    lengths, averages = lists.lengths(doc_id), lists.averages
    return [
        Explanation(
            scoring.field_score(code, count, lengths[code], averages[code]),
            f"{SCORED[code].name}: {count} of {lengths[code]} words (average {averages[code]:.0f})",
        )
        for code, count in sorted(lists.counts_by_field(doc_id, counted).items())
    ]


def score(words: Explanation, coverage: float, *, title: bool, heading: bool, whole: float, top: float) -> Explanation:
    """A post's score; the arguments are those of `scoring.final`, with how its base was made."""
    factors = (
        words,
        Explanation(1 + scoring.COVERAGE * coverage, f"x for {coverage:.0%} of the title's words"),
        Explanation(scoring.TITLE_IS_QUERY * top * title, "+ the query is the title or an alias"),
        Explanation(scoring.HEADING_IS_QUERY * top * heading, "+ the query is a heading"),
        Explanation(whole * top, "+ it stands there as it was typed"),
    )
    return Explanation(scoring.final(words.value, coverage, title, heading, whole=whole, top=top), "score", factors)
