"""Which posts of a snapshot are one in several languages, and which one of them is shown?

A group are the posts of one translation key, each in another language; where two are in the same, the key says nothing,
and they are no group. Of those of a group that match one is shown: one with text before one without, then one in the
language of the query's words, then in the site's own, then by the languages' codes. Which language that is, the posts
themselves tell: those of it have the words more often than the posts which they are translations of.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from itertools import compress
from math import log
from typing import NamedTuple

from ..format.columns import ORIGINAL
from .doc_values import Columns

#: So many languages may be that of a query: those with most posts.
MAX_LANGUAGES = 50
#: The words of a query are those of a language if its posts have them so many times as often as their originals.
LEAST_RATIO = 2.0


class Source(NamedTuple):
    """A segment's doc values, its deleted posts, and the number of its first post in the snapshot."""

    columns: Columns
    deleted: Set[int]
    start: int


class Member(NamedTuple):
    """A post of a group; they sort by which is shown."""

    silent: bool
    translated: bool
    language: str
    doc: int


class _Order(NamedTuple):
    """The posts of all groups, each with the number of its group; of each group the first to be shown comes last."""

    docs: Sequence[int]
    groups: Sequence[int]


class _Compared(NamedTuple):
    """The posts of some languages, and beside each the one that it is a translation of: `spans` are the languages with
    where their posts begin and end."""

    docs: Sequence[int]
    originals: Sequence[int]
    spans: Sequence[tuple[str, int, int]]


class Translations:
    """The groups of the posts that a search looks at, of which there is at least one."""

    def __init__(self, groups: Sequence[Sequence[Member]], posts: int) -> None:
        """`groups` has the members of each, the first to be shown first; `posts` is the number of all posts."""
        self._groups = groups
        self._number = {member.doc: number for number, group in enumerate(groups) for member in group}
        alone = bytearray(b"\xff" * posts)
        for doc in self._number:
            alone[doc] = 0
        self._alone = bytes(alone)
        self._compared = _compared(groups)
        self._orders: dict[str, _Order] = {}

    def others(self, doc: int, most: int) -> list[int]:
        """The posts of which a post is a translation, up to so many, by their languages' codes."""
        if doc not in self._number:
            return []
        members = sorted(self._groups[self._number[doc]], key=lambda member: member.language)
        return [member.doc for member in members if member.doc != doc][:most]

    def shown(self, matching: bytes, language: str) -> bytes:
        """Of the posts that match (a byte each, not 0), 255 in those that stand in no group and in the one of each
        group that is shown, for a query in this language."""
        docs, groups = self._matching(matching, self._order(language))
        shown = bytearray(self._alone)
        for doc in dict(zip(groups, docs, strict=True)).values():
            shown[doc] = 255
        return bytes(shown)

    def together(self, matching: bytes) -> list[list[int]]:
        """The posts that match, of each group that has several."""
        by_group: dict[int, list[int]] = {}
        for doc, group in zip(*self._matching(matching, self._order("")), strict=True):
            by_group.setdefault(group, []).append(doc)
        return [docs for docs in by_group.values() if len(docs) > 1]

    def language(self, words: Iterable[tuple[bytes, float]]) -> str:
        """The language of words, given as the impact bytes of each and its weight; "" if it is none but the site's.

        evidence = sum over words of  weight x log((posts that have it + .5) / (their originals that have it + .5))
        """
        docs, originals, spans = self._compared
        evidence = dict.fromkeys([language for language, _, _ in spans], 0.0)
        for impacts, weight in words:
            held, original = (bytes(map(impacts.__getitem__, column)) for column in (docs, originals))
            for language, start, stop in spans:
                have = stop - start - held.count(0, start, stop)
                originals_have = stop - start - original.count(0, start, stop)
                evidence[language] += weight * log((have + 0.5) / (originals_have + 0.5))
        best = max(evidence, key=evidence.__getitem__, default="")
        return best if best and evidence[best] > log(LEAST_RATIO) else ""

    def _order(self, language: str) -> _Order:
        order = self._orders.get(language)
        if order is None:
            members = [(member, number) for number, group in enumerate(self._groups) for member in group]
            members.sort(key=lambda pair: (pair[0].silent, pair[0].language != language))
            members.reverse()
            order = self._orders[language] = _Order([pair[0].doc for pair in members], [pair[1] for pair in members])
        return order

    @staticmethod
    def _matching(matching: bytes, order: _Order) -> tuple[Iterable[int], Iterable[int]]:
        match = bytes(map(matching.__getitem__, order.docs))
        return compress(order.docs, match), compress(order.groups, match)


def of(sources: Sequence[Source], posts: int) -> Translations | None:
    """The groups of the posts of some segments; None if there is none, as in most indexes."""
    by_key: dict[str, list[int]] = {}
    for columns, deleted, start in sources:
        for key, docs in columns.posts_by_value("translation"):
            by_key.setdefault(key, []).extend(start + doc for doc in docs if doc not in deleted)
    several = [docs for docs in by_key.values() if len(docs) > 1]
    members = _members(sources) if several else {}
    groups = [sorted(map(members.__getitem__, docs)) for docs in several]
    groups = [group for group in groups if len({member.language for member in group}) == len(group)]
    return Translations(groups, posts) if groups else None


def _members(sources: Iterable[Source]) -> Mapping[int, Member]:
    """All posts that have a translation key, by number."""
    members: dict[int, Member] = {}
    for columns, _, start in sources:
        languages: dict[int, str] = {}
        for tag, docs in columns.posts_by_value("lang"):  # ascending: zh before zh-cn
            languages.update(dict.fromkeys(docs, tag))
        originals = {doc for _, docs in columns.posts_by_value(ORIGINAL) for doc in docs}
        for _, docs in columns.posts_by_value("translation"):
            for doc in docs:
                number, silent = start + doc, not columns.has_text(doc)
                members[number] = Member(silent, doc not in originals, languages.get(doc, ""), number)
    return members


def _compared(groups: Iterable[Sequence[Member]]) -> _Compared:
    by_language: dict[str, list[tuple[int, int]]] = {}
    for original, *others in groups:
        for member in others:
            if member.silent:  # it would seem to lack all words
                break
            by_language.setdefault(member.language, []).append((member.doc, original.doc))
    languages = sorted(by_language, key=lambda language: (-len(by_language[language]), language))[:MAX_LANGUAGES]
    pairs = [pair for language in languages for pair in by_language[language]]
    spans: list[tuple[str, int, int]] = []
    start = 0
    for language in languages:
        spans.append((language, start, start := start + len(by_language[language])))
    return _Compared([doc for doc, _ in pairs], [original for _, original in pairs], spans)
