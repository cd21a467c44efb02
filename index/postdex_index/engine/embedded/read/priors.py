"""What is a post worth beside its words, by its boost and its age?

Asked only where posts have boosts, or age counts; `scope` knows which, and `ranking` has the candidates from here
then. The formula is `scoring`'s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from heapq import nlargest

from .... import scoring
from ....model import Explanation
from ....named_tuple import NamedTuple
from ...api import Recency
from ..format.columns import NO_DATE
from .matcher import ImpactRow, Matcher

#: So many times as many candidates are looked at when those that were do not decide it.
_FURTHER = 4
_DAY = 86_400


class Priors(NamedTuple):
    """What is worth each post beside its words, a factor of their score. Those `raised` are few, mostly; no factor of
    the others is above `most`."""

    factors: Sequence[float]
    raised: Set[int]
    most: float

    def candidates(
        self,
        matcher: Matcher,
        lanes: int,
        rows: Sequence[tuple[ImpactRow, float]],
        coverage: bytes,
        count: int,
        always: Set[int],
    ) -> list[tuple[float, float, int]]:
        """As `Matcher.candidates`, with base scores that are multiplied by the posts' factors.

        A post that was left out scores less without its factor than the last one that had to be given, so with it less
        than `most` times that: more are asked for until no such post can be among the best.
        """
        always, fewest, matching = always | self.raised, count, lanes.bit_count() >> 3
        while True:
            by_words = matcher.candidates(lanes, rows, coverage, fewest, always)
            weighed = [(base * self.factors[doc], share, doc) for base, share, doc in by_words]
            if len(by_words) >= matching or self._decides(by_words, weighed, fewest, count):
                return weighed
            fewest *= _FURTHER

    def _decides(
        self,
        by_words: Sequence[tuple[float, float, int]],
        weighed: Sequence[tuple[float, float, int]],
        fewest: int,
        count: int,
    ) -> bool:
        """Whether no post that was left out can be among the best `count`, or have the best base score."""
        left_out = self.most * _last_of(fewest, by_words)
        return left_out <= min(_last_of(count, weighed), max([base for base, _, _ in weighed]))


def priors(boosts: Mapping[int, float], dates: Sequence[int], recency: Recency | None) -> Priors:
    """What posts are worth beside their words: those with `boosts`, and with `recency` by the date of each, of which
    NO_DATE is none."""
    of_date = {date: by_age(date, recency) for date in {*dates}}
    factors = [of_date[date] for date in dates]
    for doc, boost in boosts.items():
        factors[doc] *= boost
    raised = frozenset([doc for doc, boost in boosts.items() if boost > 1])
    return Priors(factors, raised, 1 + scoring.RECENCY if recency else 1.0)


def by_age(date: int, recency: Recency | None) -> float:
    """What a post of this date is worth for its age; NO_DATE is none."""
    return 1.0 if recency is None or date == NO_DATE else scoring.recency(recency.now - date, recency.half_life)


def explained(boost: float, date: int, recency: Recency | None) -> list[Explanation]:
    """What a post is worth beside its words, a part for each reason there is."""
    parts = [Explanation(boost, "x its own boost")] if boost != 1 else []
    if recency:
        age = "it says no date" if date == NO_DATE else f"{max(0, recency.now - date) // _DAY:,} days old"
        label = f"x for its age: {age} (half-life {recency.half_life / _DAY:,.0f} days)"
        parts.append(Explanation(by_age(date, recency), label))
    return parts


def _last_of(count: int, scored: Sequence[tuple[float, float, int]]) -> float:
    """What so many posts score at least."""
    return nlargest(count, [base * (1 + scoring.COVERAGE * share) for base, share, _ in scored])[-1]
