"""What may a word have been that no post has?

    3f78685          a hash that begins so, or of which posts have the beginning
    filesystem       the two words that it is glued of, as posts have them side by side: file system
    http2, HTTP/2    the same, letters and digits apart, or in one
    refcoutn         the known words that are a slip or two away; of hasCJKLanugage the known names
    Versicherung     in languages that glue words, the compounds that it stands in, and what a compound is made of

The index is asked through the seam; what is a slip is `edit_distance`'s answer. Which words are asked
about, and what is done with the answer, is left to `typos`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import groupby
from operator import itemgetter

from postdex_index.engine.api import IndexedWord, Reader
from postdex_index.named_tuple import NamedTuple
from postdex_index.query import Clauses, Keyword, Leaf, Phrase, Query, Synonyms, Term
from postdex_index.text.edit_distance import edit_distance

from .planner import TypedWord


class EditWeights(NamedTuple):
    """From how many letters on two slips are looked for, and what a known word weighs that is one away, or two."""

    two_from: int
    weights: tuple[float, float]


#: A known word one slip away is nearly as good as the word itself, one two slips away is a guess. nDCG@10 of 75
#: misspelt queries each on three sites with .7 and .45: .810 .743 .837, .85 and .6: .813 .743 .848, 1 and .7: .811 .738
#: .853.
WORD = EditWeights(8, (0.85, 0.6))
#: Names are long and differ in more, so that hardly anything else is near: with the weights of words .813 .743 .848,
#: with these .814 .743 .853.
NAME = EditWeights(10, (1.0, 0.7))
#: Shorter words have too many neighbours.
SHORTEST = 4
#: Known words that join a misspelt one.
MAX_KNOWN = 3

# Of 1,222 queries on three sites one mistyped word finds its page so ("goverance", in four posts: .00 to .39), one
# split name is told of a word that it did not mean, and nothing else moves; with at most two posts and twenty times as
# many nothing at all is found. At .7 that query has .63, but the guess would outweigh what was typed.
#: A rare word joins another if it has so many letters, the other stands in so many times as many posts,
SHORTEST_RARE, TIMES_AS_FREQUENT = 6, 8
#: and weighs so much.
BESIDE_RARE = 0.35

#: Letters that one of two words side by side has at least, and the two in one at most.
SHORTEST_HALF, LONGEST_IN_TWO = 2, 30
#: So much of a hash is shown at least.
SHORT_HASH = 7
_HEXADECIMAL = frozenset("0123456789abcdef")

#: Languages that write compounds in one word, as posts and sites state them.
GLUING = ("de", "nl", "sv", "da", "no", "nb", "nn", "fi")
#: What may stand between the parts of a compound.
_LINKS = ("", "s", "es", "n", "en", "e", "er")
#: Letters that a part of a compound has, and a part that is looked for in compounds.
SHORTEST_PART, SHORTEST_WITHIN = 4, 5
#: What a compound weighs that the word is a part of, and each of two words or more that it is made of.
_COMPOUND, _APART = 0.7, 0.45
#: Compounds of a part that are looked for, and beginnings and ends of a compound that are looked up.
MAX_COMPOUNDS, MAX_LOOKUPS = 10, 200


class Alternatives(NamedTuple):
    """What a word may have been: leaves to be searched for, and how people write them, the likeliest first."""

    leaves: tuple[Query, ...]
    known: tuple[str, ...]


def alternatives_to(word: TypedWord, reader: Reader) -> Alternatives | None:
    """What a word, or name, may have been that no published post has."""
    term, leaf = word.term, word.leaf
    if _has_digit(term):
        return _hash(term, leaf, reader) or _apart(term, leaf, reader) or _in_one(word, reader)
    if len(term) < SHORTEST:
        return None
    if word.parts:
        return _in_one(word, reader) or _near(term, leaf, reader, NAME)
    return (
        _in_two(term, leaf, reader)
        or _near(term, leaf, reader, WORD)
        or _glued(term, leaf, reader)
        or _both(term, leaf, reader)
    )


def alternatives_to_part(part: Term, reader: Reader) -> Alternatives | None:
    """What a part of a name may have been that no published post has."""
    if len(part.text) < SHORTEST or _has_digit(part.text):
        return None
    return _near(part.text, part, reader, WORD)


def commoner(word: TypedWord, posts: int, reader: Reader) -> Alternatives | None:
    """The common word that a rare one is a slip away from, as in a post somebody wrote `managment`."""
    term, leaf = word.term, word.leaf
    if len(term) < SHORTEST_RARE or word.parts or not term.isalpha():
        return None
    neighbours = reader.words(near=term, limit=MAX_KNOWN)
    near = [neighbour for neighbour in neighbours if neighbour.posts >= TIMES_AS_FREQUENT * posts]
    return _terms(near[:1], leaf, BESIDE_RARE) if near else None


def nearest(reader: Reader, term: str, most: int) -> list[IndexedWord]:
    """Known words within `most` slips, those of the fewest, most frequent first.

    Words two slips away beside such that are one away: nDCG@10 .000 -.001 +.001 on three sites, and puzzling to read.
    Of several words with the same stem the first: as a term it finds them all.
    """
    near = reader.words(near=term, edits=most, limit=4 * MAX_KNOWN) or _other_beginnings(term, reader)
    fewest = edit_distance(term, near[0].term, most) if near else 0
    nearest_by_stems: dict[tuple[str, ...], IndexedWord] = {}
    for word in near:
        if edit_distance(term, word.term, most) > fewest:
            break
        nearest_by_stems.setdefault(reader.analyzer.stems(word.term), word)
    return list(nearest_by_stems.values())[:MAX_KNOWN]


def _other_beginnings(term: str, reader: Reader) -> list[IndexedWord]:
    """Known words whose first two letters were swapped, or which got a letter in front: `near` fixes the first."""
    others = (term[1] + term[0] + term[2:], term[1:])
    return [word for other in others if len(other) >= SHORTEST for word in reader.words(near=other, edits=0)]


def _near(term: str, leaf: Leaf, reader: Reader, rule: EditWeights) -> Alternatives | None:
    """Known words a slip away, or two where the word is long enough."""
    words = nearest(reader, term, 2 if len(term) >= rule.two_from else 1)
    return _terms(words, leaf, rule.weights[edit_distance(term, words[0].term, 2) - 1]) if words else None


def _hash(term: str, leaf: Leaf, reader: Reader) -> Alternatives | None:
    """A hash in another length: Git shows the first seven digits of forty."""
    if len(term) < SHORT_HASH or not _HEXADECIMAL.issuperset(term) or term.isdigit():
        return None
    words = reader.words(prefix=term[:SHORT_HASH], limit=MAX_KNOWN)
    same = [word for word in words if word.term.startswith(term) or term.startswith(word.term)]
    return _terms(same, leaf, 1.0) if same else None


def _apart(term: str, leaf: Leaf, reader: Reader) -> Alternatives | None:
    """Letters and digits apart: `http2` as HTTP/2."""
    pieces = ["".join(piece) for _, piece in groupby(term, str.isdigit)]
    return _phrases([(pieces[0], pieces[1])], leaf, reader) if len(pieces) == 2 and term.isalnum() else None


def _in_one(word: TypedWord, reader: Reader) -> Alternatives | None:
    """What was typed with signs between in one: `HTTP/2` as http2."""
    return _terms(words, word.leaf, 1.0) if (words := reader.words(near=word.term, edits=0)) else None


def _in_two(term: str, leaf: Leaf, reader: Reader) -> Alternatives | None:
    """A word as the two that stand side by side in posts: `filesystem` as file system."""
    return _phrases(list(_halves(term, SHORTEST_HALF, reader)), leaf, reader)


def _both(term: str, leaf: Leaf, reader: Reader) -> Alternatives | None:
    """A word as two that some post has both of, wherever they stand there."""
    pairs = _halves(term, SHORTEST, reader)
    both = [(Clauses(required=tuple(_term(half, leaf, _APART) for half in pair)), pair) for pair in pairs]
    totals = reader.totals([query for query, _ in both])
    posts, (query, pair) = max(zip(totals, both, strict=True), key=itemgetter(0), default=(0, (leaf, ())))
    return Alternatives((query,), (" ".join(pair),)) if posts else None


def _halves(term: str, least: int, reader: Reader) -> Iterator[tuple[str, str]]:
    """A word cut in two known ones that are not both stop words, in every way."""
    cuts = range(least, len(term) - least + 1 if len(term) <= LONGEST_IN_TWO else 0)
    pairs = [(term[:cut], term[cut:]) for cut in cuts]
    halves = [half for pair in pairs for half in pair]
    known = {
        half
        for half, posts in zip(halves, reader.totals([Term(it, exact=True) for it in halves]), strict=True)
        if posts
    }
    stops = reader.analyzer.stop_words
    return (pair for pair in pairs if not stops.issuperset(pair) and known.issuperset(pair))


def _phrases(pairs: Sequence[tuple[str, str]], leaf: Leaf, reader: Reader) -> Alternatives | None:
    """The pair of words that most posts have side by side."""
    phrases = [(Phrase(pair, _field(leaf), leaf.weight), pair) for pair in pairs]
    totals = reader.totals([phrase._replace(field="") for phrase, _ in phrases])
    posts, (phrase, pair) = max(zip(totals, phrases, strict=True), key=itemgetter(0), default=(0, (leaf, ())))
    return Alternatives((phrase,), (" ".join(pair),)) if posts else None


def _glued(term: str, leaf: Leaf, reader: Reader) -> Alternatives | None:
    """In languages that glue: the compounds that a word stands in, or else the parts that it is made of itself."""
    languages = reader.stats().languages
    if not set(GLUING).intersection(languages):
        return None
    leaves: list[tuple[Query, str]] = [
        (_term(compound.term, leaf, _COMPOUND), compound.text) for compound in _compounds(term, reader)
    ]
    if not leaves and (parts := _parts(term, reader)):
        leaves.append((Clauses(required=tuple(_term(part, leaf, _APART) for part in parts)), " ".join(parts)))
    if not set(GLUING).issuperset(languages):
        leaves = [(_in_gluing(query), name) for query, name in leaves]
    totals = reader.totals([query for query, _ in leaves])
    existing = [pair for pair, total in zip(leaves, totals, strict=True) if total]
    return (
        Alternatives(tuple(query for query, _ in existing), tuple(name for _, name in existing)) if existing else None
    )


def _compounds(term: str, reader: Reader) -> list[IndexedWord]:
    """The compounds that a word stands in, or else its stem: a compound ends as the singular, too."""
    for part in dict.fromkeys((term, *reader.analyzer.stems(term))):
        if len(part) >= SHORTEST_WITHIN and (within := reader.words(within=part, limit=MAX_COMPOUNDS)):
            return within
    return []


def _in_gluing(query: Query) -> Query:
    """In posts of those languages only: elsewhere a word that stands in another means nothing."""
    languages = tuple(Keyword("lang", language) for language in GLUING)
    return Clauses(required=(query, Clauses(optional=languages, minimum=1)))


def _parts(term: str, reader: Reader) -> tuple[str, ...]:
    """The known words that a compound is made of, or else the longest that it ends with, which says what it is."""
    asked: dict[str, int] = {}

    def known(part: str) -> int:
        if part not in asked and len(asked) < MAX_LOOKUPS:
            asked[part] = reader.totals([Term(part)])[0]
        return asked.get(part, 0)

    @cache
    def parts(rest: str) -> tuple[str, ...]:
        if known(rest):
            return (rest,)
        for cut in range(len(rest) - SHORTEST_PART, SHORTEST_PART - 1, -1):
            if known(rest[:cut]):
                for link in _LINKS:
                    after = rest[cut:].removeprefix(link)
                    if len(after) >= SHORTEST_PART and (others := parts(after)):
                        return (rest[:cut], *others)
        return ()

    ends = (term[cut:] for cut in range(SHORTEST_PART, len(term) - SHORTEST_WITHIN + 1))
    return parts(term) or next(((end,) for end in ends if known(end)), ())


def _terms(words: Sequence[IndexedWord], leaf: Leaf, weight: float) -> Alternatives:
    return Alternatives(tuple(_term(word.term, leaf, weight) for word in words), tuple(word.text for word in words))


def _term(text: str, leaf: Leaf, weight: float) -> Term:
    """A word in place of a leaf: in its field, its weight times another."""
    return Term(text, _field(leaf), leaf.weight * weight)


def _field(leaf: Leaf) -> str:
    return leaf.spellings[0].field if isinstance(leaf, Synonyms) else leaf.field


def _has_digit(term: str) -> bool:
    return any(map(str.isdigit, term))
