"""Which synonyms does a golden file suggest? Words of its queries that their posts lack -> rows of settings, tried out.

A word that a query has and the post that answers it has not may stand for a word of that post's title, headings or
tags. Of each query the rarest such words are tried, each pair on all queries with the word, and those are proposed with
which posts come higher. A query speaks for one pair only. How many queries speak for it is said with it, since one or
two may be chance.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from postdex_index.named_tuple import NamedTuple
from postdex_index.query import Clauses, Keyword, Query
from postdex_index.settings import TableRow

from ..query import terms
from ..query.synonyms import words_of
from ..query.terms import WordContext
from .golden_file import ExpectedPosts

if TYPE_CHECKING:
    from postdex_index.document import Document
    from postdex_index.engine.api import Reader

    from ..index import Index

#: So many words of a query are tried, the rarest, and none that more of the posts have.
_WORDS, _SHARE, _FEW = 3, 0.1, 3
#: So many words of a post are tried for one of them.
_TRIED = 8
#: A run without blanks with more characters is a sentence.
_LONGEST_RUN = 8
#: Signs of the query language: what has one is no word that anybody typed for another.
_SIGNS = ':"+*~^()/'


class Proposal(NamedTuple):
    """A word of queries and one that stands for it: how many of the posts have the word, and the other in their titles;
    which of the queries that have the word find their post higher with it, which lower, of how many; and by how much
    the sum of their reciprocal ranks grows."""

    word: str
    synonym: str
    posts: int
    titles: int
    better: frozenset[str]
    worse: frozenset[str]
    queries: int
    gain: float


def proposed(ix: Index, golden: Sequence[ExpectedPosts], rank: Callable[[ExpectedPosts], int]) -> list[Proposal]:
    """The synonyms that help, those first that help most; `rank` asks a query of the index, and says on which place its
    post is (0 for none)."""
    reader = ix.snapshots.opened()
    lacking: dict[str, list[ExpectedPosts]] = {}
    having: dict[str, list[ExpectedPosts]] = {}
    posts_with: dict[str, int] = {}
    for expected in golden:
        words = dict.fromkeys(_words(expected.query, reader))
        for word in words:
            having.setdefault(word, []).append(expected)
        for word, posts in _lacked(words, expected.paths, reader):
            lacking.setdefault(word, []).append(expected)
            posts_with[word] = posts
    tried = [_best(ix, word, lacking[word], having[word], rank) for word in lacking]
    helping = [proposal._replace(posts=posts_with[proposal.word]) for proposal in tried if proposal]
    helping.sort(key=lambda it: (-it.gain, it.posts, it.word))
    helped = set[str]()
    chosen: list[Proposal] = []
    for proposal in helping:
        if len(proposal.better) > len(proposal.worse) and not proposal.better <= helped:
            chosen.append(proposal)
            helped |= proposal.better
    return chosen


def as_settings(proposals: Iterable[Proposal]) -> Iterator[str]:
    """The lines of `[synonyms]` that say this, each row with what speaks for it."""
    for it in proposals:
        yield f"# {len(it.better)} of {it.queries} queries better, {len(it.worse)} worse; in {it.titles} titles"
        yield f'"{it.word} ->" = ["{it.synonym}"]'


def _best(
    ix: Index,
    word: str,
    lacking: Sequence[ExpectedPosts],
    having: Sequence[ExpectedPosts],
    rank: Callable[[ExpectedPosts], int],
) -> Proposal | None:
    """Of the words of the posts that lack a word the one with which the queries that have it do best."""
    settings = ix.settings
    before = list(map(rank, having))
    best: Proposal | None = None
    for synonym, titles in _candidates(lacking, ix.snapshots.opened()):
        ix.settings = settings._replace(synonyms=(TableRow(f"{word} ->", (synonym,)), *settings.synonyms))
        try:
            after = list(map(rank, having))
        finally:
            ix.settings = settings
        gains = {it.query: _worth(now) - _worth(then) for it, then, now in zip(having, before, after, strict=True)}
        gain = sum(gains.values())
        if gain > (best.gain if best else 0):
            better, worse = (frozenset(query for query in gains if sign * gains[query] > 0) for sign in (1, -1))
            best = Proposal(word, synonym, 0, titles, better, worse, len(having), gain)
    return best


def _worth(rank: int) -> float:
    return 1 / rank if rank else 0.0


def _candidates(lacking: Sequence[ExpectedPosts], reader: Reader) -> list[tuple[str, int]]:
    """The words by which posts say what they are about, and in how many titles each is: first those that most of these
    posts have, then those that fewest titles have, then those that stand there most often."""
    shared: Counter[str] = Counter()
    together: Counter[str] = Counter()
    for expected in lacking:
        typed = {reader.analyzer.stems(other) for other in _words(expected.query, reader)}
        posts = [document for document in reader.documents(list(expected.paths)) if document]
        names = [name for document in posts for name in _names(document, reader)]
        names = [name for name in names if reader.analyzer.stems(name) not in typed]
        shared.update(dict.fromkeys(names, 1))
        together.update(names)
    titles = reader.totals([_leaf(name, reader, "title") for name in shared])
    counted = zip(shared, titles, strict=True)
    return sorted(counted, key=lambda it: (-shared[it[0]], not it[1], it[1], -together[it[0]]))[:_TRIED]


def _names(document: Document, reader: Reader) -> Iterator[str]:
    """The words by which a post says what it is about."""
    headings = [section.heading for section in document.sections]
    for text in (document.title, *document.aliases, *document.tags, *headings):
        yield from _words(text, reader)


def _words(text: str, reader: Reader) -> Iterator[str]:
    """The words of a text that may be synonyms."""
    stop_words = reader.analyzer.stop_words
    for chunk in text.split():
        if not chunk.startswith("-") and not any(sign in chunk for sign in _SIGNS):
            for word in words_of(chunk, reader.analyzer):
                telling = word not in stop_words and len(word) > 1 and not word.isdigit()
                if telling and (word.isascii() or len(word) <= _LONGEST_RUN):
                    yield word


def _lacked(words: Iterable[str], paths: Sequence[str], reader: Reader) -> list[tuple[str, int]]:
    """The rarest of these words that none of the posts has, and how many others have each."""
    words = list(words)
    leaves = [_leaf(word, reader) for word in words]
    posts = Clauses(optional=tuple([Keyword("path", reader.analyzer.fold_path(path)) for path in paths]), minimum=1)
    here = reader.totals([Clauses(required=(leaf, posts)) for leaf in leaves])
    most = max(_FEW, int(_SHARE * reader.stats().posts))
    lacked = [
        (word, total)
        for word, there, total in zip(words, here, reader.totals(leaves), strict=True)
        if not there and total <= most
    ]
    return sorted(lacked, key=lambda pair: pair[1])[:_WORDS]


def _leaf(word: str, reader: Reader, field: str = "") -> Query:
    (leaf,) = terms.any_form(word, WordContext(reader.analyzer, field=field))
    return leaf
