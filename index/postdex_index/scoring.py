"""What is a match worth? The formulas as pure functions, and their constants; the weights of fields are in `schema`.

The score of a post is the sum over the query's leaves of `weight x idf x impact`, where

    impact      = field score / (1 + field score / FIELD_SATURATION)
    field score = sum over fields of  field weight x c / (c + k1 (1 - b + b length / average))

with c the leaf's occurrences in the field. idf is over posts, not per field, so the impact of a
word in a post is a constant: it is computed when the segment is written and kept in one byte.
Then the whole is multiplied by `1 + COVERAGE x share of the title's words that were asked for`,
and a share of the top score is added where the query is the title, or a heading.

Formula: Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from zlib import crc32

from .elementary import exp2, log, plain_sum
from .schema import SCORED

#: How soon more occurrences stop to matter. 1.2 is the field's default, kept: nothing between .9 and 1.6 was better.
K1 = 1.2

# Against none at all, in thousandths of nDCG@10: on the three sites 5 +4 -1 +1 (p .004, .8, .7), and with an impact's
# byte three times as coarse 3 +8 0 -3, 6 +5 +1 -1, 1.5 +8 -4 -5; of questions made from eight sites, five of which
# nobody had looked at (benchmarks/relevance.py: heading, recall, code, slip, link), 5 +15 +37 +32 +14 -5, 3 +20 +57
# +40 +16 -6, 1.5 +25 +77 +49 +25 -8. Lower weights of title and headings (1.5), and a power (.7), gained less.
#: Second saturation, over the fields: a term in title, heading, text and slug should not outdo three in the text alone.
FIELD_SATURATION = 5.0
#: Impacts are kept in a byte, linear from 0 to this, which all fields together do not reach.
MAX_IMPACT = 3.5
SCALE = 255 / MAX_IMPACT

#: A segment of so many posts measures impacts against its own average lengths; a smaller one takes the whole index's,
#: because its own would cost .007 nDCG, and a segment of one very long post would find it no longer than usual.
OWN_AVERAGES = 1_000

#: Bounds of what an owner may multiply a post's score with by hand: from there on nothing else counts.
LEAST_BOOST, MOST_BOOST = 0.1, 10.0

# What stands below is reckoned with when a query is answered; all above is in what an index stores.

#: A post all of whose title words were asked for is worth half as much again.
COVERAGE = 0.5
#: Added to a post whose title is the query, as a share of the top score; and where a heading is. nDCG@10 on three
#: sites, against .5 and .1: title .7 +.006 .000 +.006, 1.0 +.008 .000 +.007; heading .2 .000 +.001 +.002.
TITLE_IS_QUERY = 0.8
HEADING_IS_QUERY = 0.2
#: Added to a post that holds what was typed as a whole, as a share of the top score: so much that it comes first
#: whatever else scores, since all else together is at most 2.5 times the top, times 1.5 for closeness. The second is
#: for the first of two leaves.
AS_TYPED = (4.0, 10.0)
#: The same where it is not certain that the whole is meant: three words, or four characters without blanks. nDCG@10 on
#: three sites with .2 0 +.001 -.001, with .4 0 +.003 -.002, with 1 0 +.001 -.007; of 200 pasted pieces of Chinese the
#: first hit lacks 8 %, 1.5 %, 0.
LIKELY_AS_TYPED = 0.4

# It costs wherever the best answer is not the newest. nDCG@10 in thousandths, of a blog and of a site of which a third
# has dates, with a half-life of a year: .05 -2 -2, .1 -4 -3, .2 -6 -4, .3 -20 -6; of half a year, two and five with .1
# -2 -5 -3, -2 -2 -3. So little that it decides between posts that answer about as well.
#: Where age counts, a new post is worth so much more than one of a half-life's age, and a very old one so much less.
RECENCY = 0.1


def fingerprint() -> str:
    """Of every constant that goes into what is stored: an index that was made with others is rebuilt.

    >>> fingerprint() == fingerprint(), len(fingerprint())
    (True, 8)
    """
    return f"{crc32(repr((K1, FIELD_SATURATION, SCALE, OWN_AVERAGES, LEAST_BOOST, MOST_BOOST)).encode()):08x}"


def idf(posts: int, doc_freq: int) -> float:
    """Inverse document frequency, Robertson's, never negative: ln(1 + (N - n + .5) / (n + .5)) of a term in n of N
    posts.

    >>> round(idf(1000, 1), 2), round(idf(1000, 999), 4)
    (6.5, 0.0015)
    """
    return log(1 + (posts - doc_freq + 0.5) / (doc_freq + 0.5)) if doc_freq <= posts else 0.0


def norm(code: int, length: float, average: float) -> float:
    """Length norm of a field: k1 (1 - b + b length / average); k1 where no post has the field."""
    b = SCORED[code].b
    return K1 * (1 - b + b * length / average) if average else K1


def saturation(count: float, norm: float) -> float:
    """count / (count + norm): from 0 towards 1 as a word is repeated."""
    return count / (count + norm)


def impact(counts: Iterable[tuple[int, float]], lengths: Sequence[float], averages: Sequence[float]) -> float:
    """The impact of a word in a post: `counts` as (field code, occurrences), lengths and averages by field code.

    >>> round(impact([(0, 1), (2, 3)], [4, 0, 300], [4, 0, 300]), 3)
    1.225
    """
    return saturate(plain_sum(field_score(code, n, lengths[code], averages[code]) for code, n in counts))


def field_score(code: int, count: float, length: float, average: float) -> float:
    """BM25F score of one field: weight x count / (count + norm)."""
    return SCORED[code].weight * saturation(count, norm(code, length, average))


def saturate(field_scores: float) -> float:
    """Second saturation over the summed field scores: w / (1 + w / FIELD_SATURATION).

    >>> round(saturate(0.5), 2), saturate(5.0)
    (0.45, 2.5)
    """
    return field_scores / (1 + field_scores / FIELD_SATURATION)


def quantize(impact: float) -> int:
    """Impact as a byte, 1 to 255: a term that occurs never scores nothing."""
    return min(255, int(SCALE * impact + 0.5) or 1)


def recency(age: float, half_life: float) -> float:
    """What the score of a post of this age is multiplied with: 1 + RECENCY x (2 x 2^-(age / half-life) - 1), so from
    1 + RECENCY for a new post over 1 at the half-life towards 1 - RECENCY. One that tells no date of its own counts as
    if it were of that age: 1.

    >>> [round(recency(age, 365), 3) for age in (-5, 0, 365, 3650)]
    [1.1, 1.1, 1.0, 0.9]
    """
    return 1 + RECENCY * (2 * exp2(-max(age, 0) / half_life) - 1)


def final(base: float, coverage: float, title: bool, heading: bool, whole: float, top: float) -> float:
    """A post's score from the sum over its leaves (multiplied by what it is worth beside its words, if that is not 1),
    the share (0 to 1) of its title's words that were asked for, whether the query is its title or one of its headings,
    what it is worth that it stands there as a whole (of AS_TYPED, or 0), and the best `base` of all posts."""
    return base * (1 + COVERAGE * coverage) + top * (TITLE_IS_QUERY * title + HEADING_IS_QUERY * heading + whole)
