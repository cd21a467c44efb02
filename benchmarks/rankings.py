"""In which ways can the posts of a site be ranked by words, by meaning, and by both?

As postdex itself does, with any table and any weights; and by what it has not: cosines of all sections of the site by
an embedding (`embeddings`), beside its words. Whether a way is good is for `meaning` to measure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple, TypeAlias
from unittest.mock import patch

import numpy
from embeddings import Embedding, Rows

import postdex
from postdex.meaning import installed
from postdex.meaning.installed import Installed
from postdex.results import rerank_by_meaning

#: Hits of each ranking that are fused.
DEPTH = 100
#: Hits that are judged.
JUDGED = 10
#: Posts that are re-ranked.
FIRST = 50
#: Characters of a section: what a model of sentences reads of it, and more than a table needs.
CHARACTERS = 800
#: Ranks below the first weigh less the smaller this is; 60 is usual (reciprocal rank fusion, Cormack et al. 2009).
RANK_OFFSET = 60

#: The paths that answer a query, best first.
Ranking: TypeAlias = Callable[[str], Sequence[str]]


def by_product(index: postdex.Index, meaning: bool | None, here: Installed | None = None, **weights: float) -> Ranking:
    """As postdex ranks: by words alone (False), by meaning too (True), or as its settings have it (None); as if other
    tables were `here`, and with other `weights` than those of `rerank_by_meaning`, by their names there."""

    def ranking(query: str) -> list[str]:
        tables = {"_installed": lambda: here} if here else {}
        with patch.dict(vars(rerank_by_meaning), weights), patch.dict(vars(installed), tables):
            found = index.search(query, limit=JUDGED, snippets=False, deadline_ms=None, meaning=meaning)
        return [hit.path for hit in found.hits]

    return ranking


class Found(NamedTuple):
    """A post that words found: its score, and its best section, a number among the site's."""

    path: str
    score: float
    section: int


class Site:
    """All sections of the published posts: `texts`, with the number of each post's first one, and of each anchor."""

    def __init__(self, index: postdex.Index) -> None:
        self.index = index
        self.languages = index.snapshots.current(index.settings).reader.analyzer.languages
        self.texts: list[str] = []
        self.paths: list[str] = []
        self.posts: list[int] = []
        self.first: dict[str, int] = {}
        self.anchors: dict[tuple[str, str], int] = {}
        for number, path in enumerate(index):
            post = index.get(path)
            self.paths.append(path)
            self.first[path] = len(self.texts)
            texts = map(post.text, range(len(post.sections)))
            sections = [(it.anchor, it.heading, text) for it, text in zip(post.sections, texts, strict=True)]
            for place, (anchor, heading, text) in enumerate(sections or [("", "", "")]):
                self.anchors.setdefault((path, anchor), len(self.texts))
                before = (post.title, heading, "" if place else post.description)
                self.texts.append("\n".join((*before, text[:CHARACTERS])))
                self.posts.append(number)
        self.by_words = cache(self._by_words)

    def _by_words(self, query: str) -> list[Found]:
        hits = self.index.search(query, limit=DEPTH, snippets=False, deadline_ms=None, meaning=False).hits
        return [
            Found(hit.path, hit.score, self.anchors.get((hit.path, hit.anchor), self.first[hit.path])) for hit in hits
        ]

    def best_cosines(self, cosines: Rows) -> Rows:
        """Of each post the greatest of its sections' cosines."""
        best = numpy.full(len(self.paths), -1.0, numpy.float32)
        numpy.maximum.at(best, self.posts, cosines)
        return best


class Meaning:
    """The rankings of a site's posts by words and by what an embedding makes of its sections."""

    def __init__(self, site: Site, embedding: Embedding) -> None:
        self._site = site
        self._sections = embedding.sections(site.texts)
        self._cosines = cache(lambda query: self._sections @ embedding.question(query))

    def first_posts(self, query: str, weight: float) -> list[str]:
        """The first FIRST by words re-ranked, as postdex does: a post is as near as its first or its best section."""
        by_words, cosines = self._site.by_words(query), self._cosines(query)
        first = by_words[:FIRST]
        best = [float(max(cosines[self._site.first[post.path]], cosines[post.section])) for post in first]
        order = fused([post.score for post in first], best, weight)
        return [first[place].path for place in order] + [post.path for post in by_words[FIRST:]]

    def all_sections(self, query: str, weight: float) -> list[str]:
        """The first DEPTH by words and the first DEPTH by the cosine of their best section, by both."""
        scores = {post.path: post.score for post in self._site.by_words(query)}
        cosines = dict(zip(self._site.paths, self._site.best_cosines(self._cosines(query)).tolist(), strict=True))
        paths = list(dict.fromkeys([*scores, *self.alone(query)]))
        order = fused([scores.get(path, 0) for path in paths], [cosines[path] for path in paths], weight)
        return [paths[place] for place in order]

    def by_rank(self, query: str) -> list[str]:
        """The same posts by the sum of their reciprocal ranks."""
        return by_reciprocal_rank([[post.path for post in self._site.by_words(query)], self.alone(query)])

    def alone(self, query: str) -> list[str]:
        """By the cosine of their best section alone."""
        best = self._site.best_cosines(self._cosines(query))
        return [self._site.paths[number] for number in numpy.argsort(-best, kind="stable")[:DEPTH]]


def fused(scores: Sequence[float], cosines: Sequence[float], weight: float) -> list[int]:
    """The places of posts, best first, by (1 - weight) x score / best score + weight x cosine from 0 to 1.

    >>> fused([4, 3, 0], [0.1, 0.5, 0.3], 0.5), fused([4, 3, 0], [0.1, 0.5, 0.3], 0)
    ([1, 0, 2], [0, 1, 2])
    """
    if not scores:
        return []
    top, low, high = max(scores) or 1, min(cosines), max(cosines)
    width = high - low or 1
    sums = [
        (1 - weight) * score / top + weight * (cosine - low) / width
        for score, cosine in zip(scores, cosines, strict=True)
    ]
    return sorted(range(len(sums)), key=lambda place: -sums[place])


def by_reciprocal_rank(rankings: Sequence[Sequence[str]]) -> list[str]:
    """All paths of several rankings, by the sum of 1 / (RANK_OFFSET + rank).

    >>> by_reciprocal_rank([["a", "b", "c"], ["c", "b"]])
    ['c', 'b', 'a']
    """
    sums: dict[str, float] = {}
    for ranking in rankings:
        for rank, path in enumerate(ranking, 1):
            sums[path] = sums.get(path, 0) + 1 / (RANK_OFFSET + rank)
    return sorted(sums, key=lambda path: -sums[path])
