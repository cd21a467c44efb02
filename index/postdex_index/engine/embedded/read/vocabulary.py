"""What of a leaf is looked up in every segment alike?

A segment has the languages and the words of its own posts only. Which stems a word has, and which words a pattern
means where it covers too many, is therefore decided once, for all segments that a search goes through: so that a
leaf finds the same posts, and counts the same in them, however posts are split into segments.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from heapq import nlargest

from ....query import Fuzzy, Leaf, Phrase, Prefix, Regex, Synonyms, Term, Wildcard
from .postings import Pattern, PostingLists, Sought

#: A pattern takes in so many words at most, the most frequent ones; an answer says when it was cut.
MAX_WORDS = 1_000
#: So many leaves that are more than a word are remembered.
_MAX_KEPT = 500


class Vocabulary:
    """The languages and the terms of all segments of a search."""

    def __init__(self, languages: tuple[str, ...], segments: Sequence[PostingLists]) -> None:
        self._languages = languages
        self._segments = segments
        self._sought: dict[Leaf, Sought] = {}

    def sought(self, leaf: Leaf) -> Sought:
        """A leaf as it is looked up."""
        leaf = leaf if leaf.weight == 1.0 else leaf._replace(weight=1.0)
        if isinstance(leaf, Term):  # nearly always
            return Sought(leaf, self._languages)
        sought = self._sought.get(leaf)
        if sought is None:
            if len(self._sought) >= _MAX_KEPT:
                self._sought = {}
            covered_patterns = list(patterns(leaf))
            sought = self._sought[leaf] = Sought(
                leaf, self._languages, self._only(covered_patterns) if covered_patterns else None
            )
        return sought

    def _only(self, searched_patterns: Sequence[Pattern]) -> frozenset[bytes] | None:
        """The most frequent words that patterns cover; None if these are not too many."""
        covered = [
            (lists_of_segment, lists_of_segment.keys_of_pattern(pattern))
            for lists_of_segment in self._segments
            for pattern in searched_patterns
        ]
        if sum([len(keys) for _, keys in covered]) <= MAX_WORDS:
            return None
        posts: Counter[bytes] = Counter()
        for lists, keys in covered:
            posts.update(lists.frequencies(keys))
        if len(posts) <= MAX_WORDS:
            return None
        return frozenset(nlargest(MAX_WORDS, posts, key=lambda word: (posts[word], word)))


def patterns(leaf: Leaf) -> Iterator[Pattern]:
    """The patterns in a leaf, whatever field they are limited to.

    >>> list(patterns(Phrase(("git", "reb"), field="title", prefix=True)))
    [Prefix(text='reb', field='', weight=1.0)]
    """
    match leaf:
        case Prefix() | Wildcard() | Regex() | Fuzzy():
            yield leaf._replace(field="", weight=1.0)
        case Phrase(prefix=True):
            yield Prefix(leaf.terms[-1])
        case Synonyms():
            for spelling in leaf.spellings:
                yield from patterns(spelling)
