"""In what order are the best posts, if it counts besides how near each is in meaning to what was asked?

    score = (1 - weight) x the score by words + weight x nearness
    nearness = the best score by words x where its cosine lies between the least of them and the greatest, from 0 to 1

where the weight is less if words leave no doubt: if the posts after the best have in the mean less than DOUBT of its
score.

For the first posts of an answer, of which the cosines are known; what comes after them has (1 - weight) x its score, so
that the order does not depend on how many of them are shown, and falls from the first to the last. A pure function of
scores and cosines: which texts are near is for `nearness`, and words alone say what a hit is.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from operator import attrgetter

from .rerank import ByMeaning, Ranked

# nDCG@10 of questions in plain words of two sites, .287 and .122 by words: .3 .383 .202, .4 .427 .233, .5 .431 .249,
# .6 .406 .256, .7 .380 .264. With deviations from the means in place of shares of the best .393 .222; with cosines as
# they are .402 .199.
#: What meaning is worth in a question, against 1 in all.
OF_QUESTION = 0.5
#: The same in other words: most are those of the site itself. nDCG@10 of two sites: .1 -.002 0, .15 -.002 +.001,
#: .2 0 -.003, .3 -.008 -.012.
OF_WORDS = 0.1
#: The next AFTER_BEST leave doubt if in the mean they have so much of the best score. nDCG@10 of questions of three
#: sites, and of 501 of a fourth, whose words are those of the page that answers: .430 .276 .384 .986, with one weight
#: for all .430 .276 .382 .980, by words alone .345 .142 .294 .989; with the second best alone .430 .276 .382 .982.
AFTER_BEST, DOUBT = 9, 0.5
#: Cosines that differ by less say nothing.
_ALIKE = 1e-6


def rerank_by_meaning(
    ranked: Sequence[Ranked], cosines: Sequence[float | None], weight: float, whole_leaves: Sequence[int] = ()
) -> list[Ranked]:
    """Posts ranked by words, the first of them re-ranked: so many as there are cosines, where None is said of a post of
    which nothing is known, and which keeps a middle place. Those at the top that hold what was typed as a whole, which
    the leaves `whole_leaves` look for, stay there. Equal scores keep their order."""
    kept = len([*takewhile(lambda post: any(map(post.candidate.holds, whole_leaves)), ranked)]) if whole_leaves else 0
    said = [cosine for cosine in cosines[kept : len(ranked)] if cosine is not None]
    top = ranked[kept].score if said else 0.0
    if not top or max(said) - min(said) < _ALIKE or not weight:
        return list(ranked)
    least, most, middle = min(said), max(said), sum(said) / len(said)
    others = [post.score for post in ranked[kept + 1 : len(cosines)]][:AFTER_BEST]
    weight *= min(1.0, sum(others) / len(others) / top / DOUBT)
    reranked = []
    for post, cosine in zip(ranked[kept:], cosines[kept:], strict=False):
        near = top * ((middle if cosine is None else cosine) - least) / (most - least)
        reranked.append(_by_meaning(post, near, weight))
    reranked.sort(key=attrgetter("score"), reverse=True)
    rest = [_by_meaning(post, 0.0, weight) for post in ranked[kept + len(reranked) :]]
    return [*ranked[:kept], *reranked, *rest]


def _by_meaning(post: Ranked, near: float, weight: float) -> Ranked:
    return post._replace(
        score=(1 - weight) * post.score + weight * near, by_meaning=ByMeaning(post.score, near, weight)
    )
