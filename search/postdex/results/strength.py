"""How much like what was asked for is the best that was found: strongly, weakly, or not at all?

    strength of a post = its score / sum over the query's words of  weight x idf

so it says how much of itself a word is worth in the post that comes first: in its title and headings twice and more, in
passing .3. A word that no post has counts, too. Of a question in plain words, which shares few words with the post that
answers it, nothing is said but that it is answered strongly. What was measured is in docs/ranking.md.
"""

from __future__ import annotations

from collections.abc import Sequence

from postdex_index import scoring
from postdex_index.elementary import plain_sum
from postdex_index.engine.api import FEWEST, Answer, Candidate, LeafStats
from postdex_index.text.characters import is_spaceless
from postdex_index.text.questions import asks

from ..query.pasted import MAX_CHARACTERS
from ..query.planner import StandIns
from .rerank import PASSED_OVER
from .values import HitList

#: What is said of an answer; UNKNOWN says nothing.
STRONG, WEAK, NOTHING, UNKNOWN = "strong", "weak", "none", ""

# Two sites, asked their own 464 and 292 queries and 1,259 and 1,431 of others: below .3 is none of their own and 84 and
# 74 % of the others', below .6 .4 and 1.0 % of their own and 94 and 84 %. docs/ranking.md has what else was looked at.
#: The strength of a post from which an answer is strong, and below which there is nothing like it.
ENOUGH, TOO_LITTLE = 0.6, 0.3

#: The strength of a post that has all that was asked, so that no order knows better than words. Of 85 questions in
#: plain words, with which meaning gains most, none is answered so strongly.
WHOLLY = 1.0

#: So many words are as good as a question in plain words; so few are one if they read as a question.
MANY, MANY_ASKING = 8, 5


def of_answer(text: str, answer: Answer, wholes: int, stand_ins: StandIns, posts: int, languages: Sequence[str]) -> str:
    """The strength of an answer, sorted by score, to the query that was typed as this text, from so many posts in these
    languages; the last `wholes` of its leaves look for the query as a whole.

    UNKNOWN where no word was asked for. Of an answer that was cut at its deadline no more than STRONG is known: what
    was not looked at may be better.
    """
    asked = answer.leaves[: len(answer.leaves) - wholes]
    if not asked or not text:
        return UNKNOWN
    if not answer.candidates:
        return NOTHING if answer.complete else UNKNOWN
    first = answer.candidates[0]
    if first.score / first.prior >= ENOUGH * _worth(asked, posts):  # most are, and what follows makes no less of it
        return STRONG
    best = _best(answer.candidates[:FEWEST])
    score, words = best.score / best.prior, _words(asked)
    if stand_ins:
        words = _without_choices(words, asked, stand_ins, best)
    if " OR " in text:  # of choices those count that are taken
        words = [leaf for leaf in words if best.holds(leaf)]
    worth = _worth([asked[leaf] for leaf in words], posts)
    if words and score >= ENOUGH * worth:
        return STRONG
    if not answer.complete or asks_in_plain_words(text, languages):
        return UNKNOWN
    return WEAK if score >= TOO_LITTLE * worth or all(map(best.holds, words)) else NOTHING


def is_wholly_answered(answer: Answer, wholes: int, posts: int) -> bool:
    """Whether the best post has all that was asked, as the other arguments of `of_answer` say it."""
    asked = answer.leaves[: len(answer.leaves) - wholes]
    if not answer.candidates:
        return False
    best = _best(answer.candidates[:FEWEST])
    return best.score / best.prior >= WHOLLY * _worth(asked, posts)


def nothing_alike(results: HitList) -> bool:
    """Whether readers are told that nothing much like what they asked for is here: not if its owner pinned a post to
    it."""
    return results.strength == NOTHING and not (results.hits and results.hits[0].pinned)


def _worth(asked: Sequence[LeafStats], posts: int) -> float:
    """What these leaves are worth in a post that has them all; one that no post has what it would be in one of none."""
    return plain_sum([leaf.weight * (idf or scoring.idf(posts, 0)) for leaf, _, idf, _ in asked])


def _best(candidates: Sequence[Candidate]) -> Candidate:
    """The candidate that scores most without what was set by hand and without its age: mostly the first."""
    if candidates[0].pinned or {candidate.prior for candidate in candidates} != {1.0}:
        return max(candidates, key=lambda candidate: candidate.score / candidate.prior)
    return candidates[0]


def _words(asked: Sequence[LeafStats]) -> Sequence[int]:
    """The numbers of the leaves that are words, not parts of one or guesses; if none is, of all."""
    return [leaf for leaf, stats in enumerate(asked) if stats.leaf.weight >= PASSED_OVER] or range(len(asked))


def _without_choices(
    words: Sequence[int], asked: Sequence[LeafStats], stand_ins: StandIns, best: Candidate
) -> Sequence[int]:
    """Of these leaves those that are there or really missing: what nobody typed is not, nor is a word that it stands
    for and that is there in its stead."""
    present = {leaf for leaf in words if best.holds(leaf)}
    spared = {*stand_ins}.union(*[stand_ins.get(asked[leaf].leaf, ()) for leaf in present])
    return [leaf for leaf in words if leaf in present or asked[leaf].leaf not in spared]


def asks_in_plain_words(text: str, languages: Sequence[str]) -> bool:
    """Whether a query is a question in one of these languages, or so long that it is as good as one.

    >>> texts = ("how to install", "how do I make photos smaller", "内核是什么", "内核")
    >>> [asks_in_plain_words(text, ["en"]) for text in texts]
    [False, True, True, False]
    """
    if len(text) > MAX_CHARACTERS:  # pasted, and not all of it read
        return True
    asking = asks(text, languages)
    if asking and any(map(is_spaceless, text)):  # the blanks of scripts without blanks count no words
        return True
    return len(text.split()) >= (MANY_ASKING if asking else MANY)
