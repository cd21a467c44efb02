"""Which words of a query are required, which only score, what else could they have been? Groups -> the tree.

A clause is required, optional, excluded or, as a stop word among other words, a bonus. Neighbours
are looked for in one as well. On the way is noted what those need who come after: the words for
`typos`, the plain text for titles. Single words are read by `terms`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from postdex_index import forks
from postdex_index.named_tuple import NamedTuple
from postdex_index.query import (
    Clauses,
    DateRange,
    Everything,
    FieldRange,
    Fuzzy,
    Keyword,
    Leaf,
    Query,
    Synonyms,
    Term,
    leaves,
)
from postdex_index.text.tokenizer import LONGEST_TERM

from . import asking, filters, terms
from .lexer import QueryToken, is_filter
from .parser import Clause, Group, Node, bare_word
from .terms import TermReading, WordContext

if TYPE_CHECKING:
    from postdex_index.formats.periods import Today

    from .own_fields import OwnFields
    from .synonyms import CountedSynonyms

#: Choices of which nobody typed just that, by the leaves that each stands for.
StandIns: TypeAlias = Mapping[Query, tuple[Query, ...]]
#: For each required word, by its place in the group, the words it may be half of.
_JoinedWords: TypeAlias = dict[int, list[Term]]


class TypedWord(NamedTuple):
    """A word as typed outside exclusions, patterns and filters, with the leaf of the tree that looks for it.

    `term` is the word as indexed, in one; `typed` as people would say it. `correctable`: other words may be searched
    for as well, else, as it is required, quoted or still being typed, they may only be named. `parts` look for the
    parts of a compound, where it is not required.
    """

    term: str
    leaf: Leaf
    correctable: bool = False
    typed: str = ""
    parts: tuple[Term, ...] = ()


class QuerySettings(NamedTuple):
    """How a query is to be read; what each means is said at `parse.parse`."""

    reading: WordContext
    today: Today | None = None
    own: OwnFields | None = None
    all_words: bool = False
    prefix_last: bool = False
    synonyms: CountedSynonyms | None = None


class QueryTree(NamedTuple):
    """A query as a tree (None if no word and no filter is in it), and what was noticed on the way.

    `text` is what was typed without operators, filters and exclusions, "" where it can't be a title.
    """

    tree: Query | None
    warnings: tuple[str, ...]
    terms: tuple[TypedWord, ...]
    text: str
    steps: int
    stand_ins: StandIns
    synonyms: Mapping[str, Sequence[str]]


def read(root: Group, settings: QuerySettings) -> QueryTree:
    """The tree of a whole query. Stop words with nothing but stop words around them are words like any other.

    >>> from postdex_index.text.analyzer import Analyzer
    >>> token = QueryToken("word", "the", last=True)
    >>> reading = WordContext(Analyzer(True, ("en",)), stop_words=frozenset({"the"}))
    >>> read(Group("beside", (Clause(token),)), QuerySettings(reading)).tree
    Term(text='the', field='', weight=1.0, exact=False)
    """
    reader = _TreeBuilder(root, settings)
    tree = reader.group(root, _ClauseScope(required=settings.all_words)).tree()
    if reader.stopped and not reader.scored:
        return read(root, settings._replace(reading=settings.reading._replace(stop_words=frozenset(), asks=False)))
    text = " ".join(reader.typed) if reader.titled else ""
    return QueryTree(
        tree, tuple(reader.warnings), tuple(reader.words), text, reader.steps, reader.stand_ins, reader.synonyms
    )


class _ClauseScope(NamedTuple):
    """What the brackets around a clause say of it.

    `required`: a word is read as if it were required; `explicit`: a stop word is a word like any other;
    `excluded`: nothing scores, and nothing is corrected.
    """

    field: str = ""
    weight: float = 1.0
    required: bool = False
    explicit: bool = False
    excluded: bool = False


class _Bag:
    """The clauses of a group while they are collected; `joined_words` are words that people may have typed in two.

    Under OR (`either`) filters and exclusions are choices like the words beside them.
    """

    __slots__ = ("bonus", "either", "excluded", "joined_words", "optional", "required")

    def __init__(self, either: bool) -> None:
        self.either = either
        self.required: list[Query] = []
        self.optional: list[Query] = []
        self.joined_words: list[Query] = []
        self.excluded: list[Query] = []
        self.bonus: list[Query] = []

    def add(self, query: Query, required: bool) -> None:
        """A clause; one that only filters is required even if its words were not."""
        chosen = self.either or not (required or not leaves(query))
        (self.optional if chosen else self.required).append(query)

    def exclude(self, query: Query) -> None:
        if self.either:
            self.optional.append(Clauses(required=(Everything(),), excluded=(query,)))
        else:
            self.excluded.append(query)

    def only_bonus(self) -> bool:
        return bool(self.bonus) and not (self.required or self.optional or self.excluded)

    def tree(self) -> Query | None:
        """The clauses as one query; None if there are none."""
        optional = (*self.optional, *self.joined_words)
        if not (self.required or optional or self.excluded or self.bonus):
            return None
        if not self.excluded and not self.bonus and len(self.required) + len(optional) == 1:
            return (*self.required, *optional)[0]
        required = tuple(self.required) if self.required or optional else (Everything(),)
        minimum = 1 if optional and not any(map(leaves, required)) else 0
        return Clauses(required, optional, tuple(self.excluded), tuple(self.bonus), minimum)


class _TreeBuilder:
    """Groups -> tree, of the query below `root`. Keeps what is noticed on the way: the words, the plain text, what can
    score.

    `pasted`: it has plain words, so that all of it may have been pasted; `stopped`: a stop word was taken for a bonus;
    `scored`: something else can score; `titled`: the text as typed may be a title.
    """

    __slots__ = (
        "pasted",
        "reading",
        "root",
        "scored",
        "settings",
        "stand_ins",
        "steps",
        "stopped",
        "synonyms",
        "titled",
        "typed",
        "warnings",
        "words",
    )

    def __init__(self, root: Group, settings: QuerySettings) -> None:
        self.root = root
        self.settings = settings
        self.reading = settings.reading
        self.pasted: bool | None = None
        self.scored = self.stopped = False
        self.titled = True
        self.steps = 0
        self.stand_ins: dict[Query, tuple[Query, ...]] = {}
        self.typed: list[str] = []
        self.warnings: list[str] = []
        self.words: list[TypedWord] = []
        self.synonyms: dict[str, list[str]] = {}

    def group(self, parts_of: Group, scope: _ClauseScope) -> _Bag:
        """The clauses of a group, those of the groups in it included."""
        scope = scope._replace(field=parts_of.field or scope.field, weight=parts_of.weight * scope.weight)
        if parts_of.kind == "AND":
            scope = scope._replace(required=True, explicit=True)
        every = parts_of.kind == "AND" or (parts_of.kind == "beside" and self.settings.all_words and not scope.excluded)
        bag = _Bag(either=parts_of.kind == "OR")
        only_ask = asking.places(parts_of, self.reading)
        pieces = [
            self.pieces(part, scope, at in only_ask) if isinstance(part, Clause) else []
            for at, part in enumerate(parts_of.parts)
        ]
        joined_words = self.join_words(parts_of.parts, pieces, every, scope, bag) if parts_of.kind == "beside" else {}
        if self.settings.synonyms:
            self.expand(parts_of, pieces, every, scope, bag)
        for at, part in enumerate(parts_of.parts):
            if part.sign == "-":
                self.exclude(part, pieces[at], scope, bag)
            elif isinstance(part, Clause):
                self.clause(part, pieces[at], joined_words.get(at, []), every, scope=scope, bag=bag)
            else:
                self.nested(part, every or part.sign == "+", scope, bag)
        return bag

    def pieces(self, clause: Clause, scope: _ClauseScope, only_asks: bool = False) -> list[TermReading]:
        """The words or the filter of a clause, each read once."""
        token = clause.token
        self.steps += 1 + len(token.text)
        field = token.field or scope.field
        if field and is_filter(field):
            return filters.read(
                field,
                token.text,
                self.reading,
                today=self.settings.today,
                own=self.settings.own,
                say=self.warnings.append,
            )
        if token.text == "*" and not field:
            return [TermReading(Everything(), (Everything(),))]
        excluded = scope.excluded or clause.sign == "-"
        reading = self.reading._replace(
            field=field,
            weight=scope.weight * token.weight,
            is_prefix=self.settings.prefix_last and token.last and not excluded,
        )
        if token.kind == "quote":
            pieces = terms.quoted(token.text, token.slop, reading)
        elif token.kind == "regex" or "*" in token.text or "?" in token.text[:-1]:
            insisted = bool(clause.sign or field) or scope.explicit or excluded
            return self.pattern(token, reading, insisted)
        elif only_asks and not (scope.explicit or excluded):
            pieces = terms.read_asking(token.text, reading)
        else:
            pieces = terms.read_word(token.text, token.edits, reading, self.warnings.append)
        fuzzy = any(isinstance(piece.required, Fuzzy) for piece in pieces)
        if excluded or fuzzy or "*" in token.text or field not in ("", "title"):
            self.titled = False
        return pieces

    def pattern(self, token: QueryToken, reading: WordContext, insisted: bool) -> list[TermReading]:
        """A chunk with signs of a pattern; the words in it if it is none."""
        with forks.barred:
            from . import patterns  # most queries have none

        if self.pasted is None:
            self.pasted = _has_plain_words(self.root)
        say = self.warnings.append
        if token.kind == "regex":
            piece = patterns.regex(token.text, reading, say)
        else:
            piece = patterns.pattern(token.text, reading, insisted or not self.pasted, say)
            if piece:
                self.stand_ins[piece.required] = piece.optional[:-1]
        if piece or "*" in token.text or token.edits > 0:
            self.titled = False
        return [piece] if piece else terms.read_word(token.text, token.edits, reading, say)

    def join_words(
        self, parts: Sequence[Node], pieces: list[list[TermReading]], every: bool, scope: _ClauseScope, bag: _Bag
    ) -> _JoinedWords:
        """Neighbours as one word, where that is a word too: a choice more, or another spelling of both if required."""
        in_one: dict[int, str] = {}
        for at, (left, right) in enumerate(pairwise(parts) if not scope.excluded else ()):
            if bare_word(left) and bare_word(right) and left.sign == right.sign:
                in_one[at] = self.in_one(pieces[at], pieces[at + 1])
        texts = sorted({*filter(None, in_one.values())})
        if texts and (post_counts := self.reading.post_counts):
            # The words themselves are what is asked for next: an index that is far away is asked once for all.
            words = [piece.term for pieces_of_part in pieces for piece in pieces_of_part if piece.plain]
            texts = [text for text, posts in zip(texts, post_counts([*texts, *words]), strict=False) if posts]
        joined_words: _JoinedWords = {}
        for at, text in in_one.items():
            if text not in texts:
                continue
            if every or parts[at].sign == "+":
                for place in (at, at + 1):
                    joined_words.setdefault(place, []).append(Term(text, scope.field))
            else:
                in_one_word = Term(text, scope.field, scope.weight)
                bag.joined_words.append(in_one_word)
                self.stand_ins[in_one_word] = (pieces[at][0].optional[0], pieces[at + 1][0].optional[0])
        return joined_words

    def expand(
        self, group: Group, pieces: list[list[TermReading]], every: bool, scope: _ClauseScope, bag: _Bag
    ) -> None:
        """The synonyms of words: choices more, or if all words are required others for each. What is required itself,
        quoted, excluded or a filter means itself."""
        synonyms = self.settings.synonyms
        if synonyms is None or scope.explicit or scope.excluded:
            return
        with forks.barred:
            from .synonyms import expansions

        reading = self.reading._replace(field=scope.field, weight=scope.weight)
        for words, typed, text, beside, instead in expansions(group, pieces, reading, synonyms):
            self.synonyms.setdefault(typed, []).append(text)
            if not every:
                if beside not in bag.joined_words:
                    bag.joined_words.append(beside)
                typed_leaves = [leaf for at, number in words for leaf in leaves(pieces[at][number].optional[0])]
                self.stand_ins |= {leaf: (*self.stand_ins.get(leaf, ()), *typed_leaves) for leaf in leaves(beside)}
            for at, number in words:
                piece = pieces[at][number]._replace(term="")  # it is not misspelt
                pieces[at][number] = piece._replace(required=_either(piece.required, instead)) if every else piece

    def in_one(self, left: list[TermReading], right: list[TermReading]) -> str:
        """Two words as one, "" where they make none. `a` stands before everything: `a way` is not away."""
        if len(left) != 1 or len(right) != 1 or not (left[0].plain and right[0].plain):
            return ""
        first, second = left[0].term, right[0].term
        stops = [term for term in (first, second) if term in self.reading.stop_words]
        if len(stops) == 2 or any(len(stop) == 1 for stop in stops) or len(first + second) > LONGEST_TERM:
            return ""
        inner = first[-1] + second[0]
        return first + second if left[0].closes and right[0].opens and inner.isalnum() and not inner.isdigit() else ""

    def clause(
        self,
        part: Clause,
        pieces: list[TermReading],
        joined_words: list[Term],
        every: bool,
        scope: _ClauseScope,
        bag: _Bag,
    ) -> None:
        """A word or filter among others."""
        required = every or part.sign == "+"
        field = part.token.field or scope.field
        if not (field and is_filter(field)):
            self.typed.append(part.token.text)
        if len(pieces) > 1 and scope.required and not required:
            bag.add(_all(pieces), False)
            self.scored = self.scored or not scope.excluded
            return
        for piece in pieces:
            stop = piece.asks or (piece.plain and piece.term in self.reading.stop_words)
            leaf = _spelled_too(piece.required, joined_words) if joined_words else piece.required
            if stop and not (scope.explicit or part.sign == "+"):
                self.stopped = True
                bag.bonus.append(piece.required)
                continue
            if required or scope.required or not leaves(leaf):
                bag.add(leaf, required)
            else:
                bag.optional.extend(piece.optional)
            self.scored = self.scored or (bool(leaves(leaf)) and not scope.excluded)
            self.note(part.token, piece, leaf, not (required or scope.required or stop), scope)

    def note(self, token: QueryToken, piece: TermReading, leaf: Query, optional: bool, scope: _ClauseScope) -> None:
        """Keep a word for those who ask what else it may have been."""
        if scope.excluded or not piece.term or isinstance(leaf, (Clauses, Keyword, DateRange, FieldRange, Everything)):
            return
        growing = self.settings.prefix_last and token.last
        correctable = optional and not growing and token.kind != "quote"
        parts = tuple(part for part in piece.optional[1:] if isinstance(part, Term))
        self.words.append(TypedWord(piece.term, leaf, correctable, piece.typed, parts))

    def nested(self, inner: Group, required: bool, scope: _ClauseScope, bag: _Bag) -> None:
        """A group among others; in brackets of its own a required word is still required."""
        if required and len(inner.parts) == 1:
            scope = scope._replace(required=True, explicit=True)
        bag_of_group = self.group(inner, scope)
        if bag_of_group.only_bonus():
            bag.bonus += bag_of_group.bonus
        elif (tree := bag_of_group.tree()) is not None:
            bag.add(tree, required)

    def exclude(self, part: Node, pieces: list[TermReading], scope: _ClauseScope, bag: _Bag) -> None:
        """A clause that a post must not have."""
        self.titled = False
        if isinstance(part, Group):
            tree = self.group(part, scope._replace(required=True, explicit=True, excluded=True)).tree()
        else:
            tree = _all(pieces) if pieces else None
        if tree is not None:
            bag.exclude(tree)


def _has_plain_words(node: Node) -> bool:
    """Whether there is a word without a sign in front, a field or a pattern, as in what is pasted."""
    if isinstance(node, Group):
        return not node.field and any(map(_has_plain_words, node.parts))
    token = node.token
    return token.kind == "word" and not (node.sign or token.field or "*" in token.text or "?" in token.text[:-1])


def _all(pieces: Sequence[TermReading]) -> Query:
    return Clauses(required=tuple(piece.required for piece in pieces)) if len(pieces) > 1 else pieces[0].required


def _either(word: Query, other: Query) -> Query:
    """A word that is required, or another in its place."""
    if isinstance(word, Clauses) and word.minimum:
        return word._replace(optional=(*word.optional, other))
    return Clauses(optional=(word, other), minimum=1)


def _spelled_too(leaf: Query, joined_words: Sequence[Term]) -> Query:
    """A word, or one of the words it may be half of."""
    if isinstance(leaf, Synonyms):
        return Synonyms((*leaf.spellings, *joined_words), leaf.weight)
    return Synonyms((leaf._replace(weight=1.0), *joined_words), leaf.weight) if isinstance(leaf, Term) else leaf
