"""Which other words stand for those that were typed? The synonyms of a site, found in a row of words.

A row of the setting has a word or phrase and those that stand for it. Here they are looked up as posts have them:
whatever their case and inflection, in the languages of the index, and a Chinese word within a run. Where in the tree
they stand is `planner`'s. Nothing of this is imported where a site has none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeAlias

from postdex_index.named_tuple import NamedTuple
from postdex_index.query import Clauses, Keyword, Query
from postdex_index.settings import TableRow
from postdex_index.sites.setting_values import one_way
from postdex_index.text import compounds
from postdex_index.text.analyzer import Analyzer
from postdex_index.text.characters import is_spaceless
from postdex_index.text.tokenizer import compound

from . import terms
from .lexer import QueryToken, is_filter
from .parser import Clause, Group
from .terms import TermReading, WordContext

#: What a synonym weighs against a word as it was typed. nDCG@10 on three sites of their queries with a word of the site
#: put into a reader's, and of those left as they are: without synonyms .594 .665 .654 and .876 .792 .762; with .5
#: .738 .711 .751 and .880 .796 .787; with .7 .751 .732 .768 and .874 .804 .793; with 1 .764 .723 .770 and .866 .794
#: .793. As one leaf with the word, .7: .782 .730 .728 and .883 .789 .785; docs/ranking.md has the rest.
WEIGHT = 0.7
#: So many synonyms of all words of a query are searched for; each is a leaf more.
MOST = 20
#: And so many are looked up in the index, since many of a ready list are in no post.
MOST_LOOKED_UP = 100

#: In how many posts each of some queries matches.
Totals: TypeAlias = Callable[[Sequence[Query]], Sequence[int]]


class Synonym(NamedTuple):
    """A word or phrase that stands for another, as it was written; with `language` in posts in that one only."""

    text: str
    language: str = ""


class SynonymMatch(NamedTuple):
    """Synonyms of typed words: those from number `start` up to `stop`, or of such a run what is not `before` and
    `after` it."""

    start: int
    stop: int
    synonyms: tuple[Synonym, ...]
    before: str = ""
    after: str = ""


class GroupWord(NamedTuple):
    """A word of a group that may have synonyms: the number of its clause and its own there, how it was typed and how it
    was read."""

    place: tuple[int, int]
    text: str
    piece: TermReading
    reading: WordContext


class CountedSynonyms(NamedTuple):
    """The synonyms of a site, and what counts the posts that have them."""

    table: SynonymTable
    totals: Totals


class Expansion(NamedTuple):
    """A synonym of the words at some places, which were `typed` so: as it was written, and as it is searched for
    `beside` them, or `instead` of each where all words are required."""

    places: tuple[tuple[int, int], ...]
    typed: str
    text: str
    beside: Query
    instead: Query


class SynonymTable:
    """The synonyms of a site as the index of this analyzer reads them."""

    def __init__(self, rows: Iterable[TableRow], analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self._by_words: dict[tuple[str, ...], dict[Synonym, None]] = {}
        self._longest = self._longest_run = 0
        for key, texts, language in rows:
            left, only = one_way(key)
            words_left = words_of(left, analyzer)
            for text in texts:
                words = words_of(text, analyzer)
                if not (words_left and words):  # signs that are no words
                    continue
                self._add(words_left, Synonym(text, language))
                if not only:
                    self._add(words, Synonym(left, language))

    def _add(self, words: Sequence[str], synonym: Synonym) -> None:
        for form in self._forms(words):
            self._by_words.setdefault(form, {})[synonym] = None
        self._longest = max(self._longest, len(words))
        if len(words) == 1 and is_spaceless(words[0]):
            self._longest_run = max(self._longest_run, len(words[0]))

    def _forms(self, words: Sequence[str]) -> Iterable[tuple[str, ...]]:
        """Words as they are looked up: by their stems in each language."""
        return zip(*map(self._analyzer.stems, words), strict=True)

    def find(self, words: Sequence[str]) -> Iterator[SynonymMatch]:
        """The synonyms of words in a row ("" for one that has none), those of the longest phrases first taken."""
        start = 0
        while start < len(words):
            for stop in range(min(len(words), start + self._longest), start, -1):
                if all(words[start:stop]) and (synonyms := self._of(words[start:stop])):
                    yield SynonymMatch(start, stop, synonyms)
                    start = stop - 1
                    break
            else:
                if is_spaceless(words[start][:1]):
                    yield from self._within(words[start], start)
            start += 1

    def _of(self, words: Sequence[str]) -> tuple[Synonym, ...]:
        return tuple(dict.fromkeys(synonym for form in self._forms(words) for synonym in self._by_words.get(form, ())))

    def _within(self, run: str, number: int) -> Iterator[SynonymMatch]:
        """The synonyms of words within a run without blanks, from left to right, of two that overlap the longer one."""
        start = 0
        while start < len(run):
            for stop in range(min(len(run), start + self._longest_run), start, -1):
                if synonyms := self._by_words.get((run[start:stop],)):
                    yield SynonymMatch(number, number + 1, tuple(synonyms), run[:start], run[stop:])
                    start = stop - 1
                    break
            start += 1


def words_of(text: str, analyzer: Analyzer) -> tuple[str, ...]:
    """The words of a text as `terms.read_word` reads them in a query: compounds in one, runs without blanks as they
    are.

    >>> words_of("CI/CD with Node.js 数据库", Analyzer(True, ("en",)))
    ('cicd', 'with', 'nodejs', '数据库')
    """
    words: list[str] = []
    for chunk in text.split():
        spoken = ""
        for raw in analyzer.raw_tokens(chunk):
            if is_spaceless(raw):
                words += [spoken, "".join([term[0] for term in compounds.as_prose(raw)])]
                spoken = ""
            else:
                spoken += compound(raw).in_one
        words.append(spoken)
    return tuple(filter(None, words))


def word_of(piece: TermReading) -> str:
    """A piece of a query as it is looked up; "" for a pattern."""
    return piece.term or piece.run


def expansions(
    group: Group, pieces: Sequence[Sequence[TermReading]], reading: WordContext, synonyms: CountedSynonyms
) -> list[Expansion]:
    """The synonyms of the words of a group which any post has; `pieces` are those of its clauses, `reading` is that of
    the group.

    It is one step: the synonyms of a synonym are not looked for. What is typed itself is no synonym of another word,
    and a stop word among others neither has one nor is one.
    """
    row = list(_row(group, pieces, reading))
    candidates = list(islice(_expansions(row, synonyms.table), MOST_LOOKED_UP))
    if not candidates:
        return []
    counts = synonyms.totals([expansion.beside for expansion in candidates])
    return [expansion for expansion, posts in zip(candidates, counts, strict=True) if posts][:MOST]


def _row(group: Group, pieces: Sequence[Sequence[TermReading]], reading: WordContext) -> Iterator[GroupWord | None]:
    """The words of a group one after the other, None between two that are no neighbours: what has a sign means
    itself."""
    for at, part in enumerate(group.parts):
        token = part.token if isinstance(part, Clause) else QueryToken("")
        field = token.field or reading.field
        plain = token.kind == "word" and token.edits < 0 and not part.sign and not is_filter(field)
        if group.kind != "beside" or not plain:
            yield None
        if plain:
            its = reading._replace(field=field, weight=reading.weight * token.weight)
            for number, piece in enumerate(pieces[at]):
                text = piece.typed or piece.run
                yield GroupWord((at, number), token.text if token.text.lower() == text else text, piece, its)


def _expansions(row: Sequence[GroupWord | None], table: SynonymTable) -> Iterator[Expansion]:
    words = [word_of(typed.piece) if typed else "" for typed in row]
    for start, stop, synonyms, before, after in table.find(words):
        typed = [word for word in row[start:stop] if word and not _is_stop(word)]
        if not typed:
            continue
        reading = typed[0].reading
        weighed = reading._replace(weight=reading.weight * WEIGHT)
        text = " ".join([word.text for word in row[start:stop] if word])
        for synonym, language in synonyms:
            its_words = words_of(synonym, reading.analyzer)
            if not reading.stop_words.issuperset(its_words) and not {*words}.issuperset(its_words):
                yield Expansion(
                    tuple([word.place for word in typed]),
                    text[len(before) : len(text) - len(after)],
                    synonym,
                    _leaf(synonym, weighed, synonym, language),
                    _leaf(before + synonym + after, reading, synonym, language),
                )


def _is_stop(word: GroupWord) -> bool:
    """Whether a word is a stop word, or only asks."""
    return word.piece.asks or (word.piece.plain and word.piece.term in word.reading.stop_words)


def _leaf(text: str, reading: WordContext, synonym: str, language: str) -> Query:
    """A text, any form of its words, in posts of a language only if there is one."""
    (leaf,) = terms.any_form(text, reading)
    return Clauses(required=(leaf, Keyword("lang", language)), typed=synonym) if language else leaf
