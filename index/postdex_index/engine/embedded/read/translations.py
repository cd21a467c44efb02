"""Which posts of a snapshot are one in several languages, and which one of them is shown?

A group are the posts of one translation key, each in another language; where two are in the same, the key says nothing,
and they are no group. Of those of a group that match one is shown: one with text before one without, then one that the
query names by its title or a heading, then one in the language of the query's words, then in the site's own, then by
the languages' codes. Which language that is, the posts themselves tell: those of it have the words more often than the
posts which they are translations of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from itertools import compress
from operator import itemgetter

from ....elementary import log, plain_sum
from ....named_tuple import NamedTuple
from ..format.columns import ORIGINAL
from .doc_values import Columns

#: So many languages may be that of a query: those with most posts.
MAX_LANGUAGES = 50
# On a site in 30 languages, for the titles, headings and four words in a row of random posts: in how many of the posts
# that match and are in that language, too, they are shown in it, for the site's own language and for others. By a
# language for the whole query .98 .99 1.00, .79 .81 .90 (with 1.5 for 2: .93 .98 1.00, .80 .82 .90, with 3: 1.00 .99
# 1.00, .79 .78 .89); by the most words, weighed by idf, of each group alone .90 .94 .90, .62 .67 .77. Titles that one
# post alone has, of 643, 306 and 215 on three sites: another language comes first for 49, 25 and 8 without regard to
# titles and headings, for 16, 2 and 1 with it.
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
    """The posts of all groups, each with the number of its group; of each group the first to be shown comes last.
    `pick` takes their bytes out of a row."""

    docs: Sequence[int]
    groups: Sequence[int]
    pick: Callable[[bytes], tuple[int, ...]]


class _Compared(NamedTuple):
    """Lanes of the posts in a language, and of those that they are translations of."""

    language: str
    posts: int
    originals: int


class Translations:
    """The groups of the posts that a search looks at, of which there is at least one."""

    def __init__(self, groups: Sequence[Sequence[Member]], posts: int) -> None:
        """`groups` has the members of each, the first to be shown first; `posts` is the number of all posts."""
        self._groups = groups
        self._number = {member.doc: number for number, group in enumerate(groups) for member in group}
        self._silent = {member.doc for group in groups for member in group if member.silent}
        alone = bytearray(b"\xff" * posts)
        for doc in self._number:
            alone[doc] = 0
        self._alone = bytes(alone)
        self._compared = _compared(groups, posts)
        self._orders: dict[str, _Order] = {}

    def others(self, doc: int, most: int) -> list[int]:
        """The posts of which a post is a translation, up to so many, by their languages' codes."""
        if doc not in self._number:
            return []
        members = sorted(self._groups[self._number[doc]], key=lambda member: member.language)
        return [member.doc for member in members if member.doc != doc][:most]

    def shown(self, matching: bytes, language: str, named: Sequence[Set[int]]) -> bytes:
        """Of the posts that match (a byte each, not 0), 255 in those that stand in no group and in the one of each
        group that is shown, for a query in this language. `named` are the posts that the query names, by a heading and
        by their title, and those pinned to it: those of the last set that has any of a group go before its others."""
        order = self._order(language)
        shown_first = dict(zip(*reversed(self._matching(matching, order)), strict=True))
        for docs in named:
            if eligible := {doc for doc in docs if doc in self._number and matching[doc]} - self._silent:
                shown_first |= {self._number[doc]: doc for doc in order.docs if doc in eligible}
        shown = bytearray(self._alone)
        for doc in shown_first.values():
            shown[doc] = 255
        return bytes(shown)

    def together(self, matching: bytes) -> list[list[int]]:
        """The posts that match, of each group that has several."""
        by_group: dict[int, list[int]] = {}
        for doc, group in zip(*self._matching(matching, self._order("")), strict=True):
            by_group.setdefault(group, []).append(doc)
        return [docs for docs in by_group.values() if len(docs) > 1]

    def language(self, words: Iterable[tuple[int, float]]) -> str:
        """The language of words, given as the lanes of the posts that have each and its weight; "" if it is none but
        the site's."""
        weighed = list(words)
        return best_language(
            (
                language,
                plain_sum(
                    [
                        evidence(weight, (present & posts).bit_count() >> 3, (present & originals).bit_count() >> 3)
                        for present, weight in weighed
                    ]
                ),
            )
            for language, posts, originals in self._compared
        )

    def _order(self, language: str) -> _Order:
        order = self._orders.get(language)
        if order is None:
            members = [(member, number) for number, group in enumerate(self._groups) for member in group]
            members.sort(key=lambda pair: (pair[0].silent, pair[0].language != language))
            members.reverse()
            docs = [pair[0].doc for pair in members]
            order = self._orders[language] = _Order(docs, [pair[1] for pair in members], itemgetter(*docs))
        return order

    @staticmethod
    def _matching(matching: bytes, order: _Order) -> tuple[Iterable[int], Iterable[int]]:
        match = order.pick(matching)
        return compress(order.docs, match), compress(order.groups, match)


def evidence(weight: float, posts: int, originals: int) -> float:
    """How much a word speaks for a language, of whose posts so many have it, and so many of those that they are
    translations of."""
    return weight * log((posts + 0.5) / (originals + 0.5)) if posts != originals else 0.0


def best_language(found: Iterable[tuple[str, float]]) -> str:
    """The language for which the words of a query speak most, of (language, sum of evidence), those with most posts
    first; "" if they speak for none."""
    best, most = "", log(LEAST_RATIO)
    for language, summed in found:
        if summed > most:
            best, most = language, summed
    return best


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


def _compared(groups: Iterable[Sequence[Member]], posts: int) -> list[_Compared]:
    """The languages that queries may be in, those with most posts first."""
    by_language: dict[str, list[tuple[int, int]]] = {}
    for original, *others in groups:
        for member in others:
            if member.silent:  # it would seem to lack all words
                break
            by_language.setdefault(member.language, []).append((member.doc, original.doc))
    languages = sorted(by_language, key=lambda language: (-len(by_language[language]), language))[:MAX_LANGUAGES]
    return [
        _Compared(language, *(_lanes(docs, posts) for docs in zip(*by_language[language], strict=True)))
        for language in languages
    ]


def _lanes(docs: Iterable[int], posts: int) -> int:
    """A byte for each of all posts, 255 for these."""
    row = bytearray(posts)
    for doc in docs:
        row[doc] = 255
    return int.from_bytes(row, "little")
