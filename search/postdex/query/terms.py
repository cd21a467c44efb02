"""What does a typed word stand for? One chunk or quote of a query -> the leaves that look for it.

Both readings are made at once: `required`, what a post must hold when the word is required,
excluded or quoted, and `optional`, what each adds to the score when it is not. Which of them
counts, and what stands beside it, is left to `planner`; the terms are `tokenizer`'s.

    sk_user_data   required  [skuserdata | 'sk user data']
                   optional  the same, sk^0.25, user^0.25, data^0.25
    内核机制       required  '内核 核机 机制'
                   optional  内核, 核机 or 机制; the most frequent of them only adds to the score
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice, pairwise
from typing import TypeAlias

from postdex_index.named_tuple import NamedTuple
from postdex_index.query import Clauses, Fuzzy, Phrase, Prefix, Query, Synonyms, Term, show
from postdex_index.text import compounds, tokenizer
from postdex_index.text.analyzer import Analyzer, RawToken
from postdex_index.text.characters import is_spaceless
from postdex_index.text.questions import asking_characters

Spelling: TypeAlias = Term | Phrase | Prefix
#: A word in all its spellings.
WordLeaf: TypeAlias = Spelling | Synonyms
Say: TypeAlias = Callable[[str], None]
#: In how many posts of the index a term stands.
PostCounts: TypeAlias = Callable[[Sequence[str]], Sequence[int]]

#: A part of a compound says less than the whole: a post with parts only is a hit, far down. nDCG@10 on three
#: sites with .5, .35, .25, .15: identifiers .891 .911 .940 .940 and .897 .902 .912 .912, all else within .001.
PART = 0.25
#: Of the bigrams of an unquoted run that the index knows a post must have one of the rarer two thirds; the others only
#: score. So a question is answered if any of it stands anywhere, and what is common finds nothing alone. nDCG@10 and
#: unanswered of 501 Chinese questions; nDCG@10 and recall@100 of a Chinese site; posts found for its runs of three to
#: six characters:
#:
#:     half of all, of long runs three or a third   .900  8.2 %   .807  .975    76
#:     any two                                      .970  1.0 %   .807  .973    87
#:     half of up to four bigrams, any one of more  .987  0       .807  .978   178
#:     any one                                      .986  0       .808  .986   244
#:     one of the rarest third                      .983  0       .804  .960    51
#:     one of the rarer half                        .985  0       .807  .969    70
#:     one of those up to twice the median          .987  0       .807  .971   108
#:     one of the rarer two thirds                  .987  0       .808  .980   136
#:
#: The phrase of the whole run beside them puts pasted pieces first (20 % lacked it, with .5 12 %, with 2 4 %), but the
#: page that is meant behind those that link to it: on that site -.004, -.020.
_TELLING = 2, 3
#: What a bigram weighs that touches a word that only asks (什么); it finds nothing by itself. Questions .9870 without,
#: with 1, .5, .25, 0: .9878 .9878 .9885 .9888; only those within such words: .9877 with each. The site has none.
ASKING = 0.25
#: So many letters a word has that may have slips, so that it isn't near to half of the index.
_LETTERS = 2
_MAX_EDITS = 2
#: What is pasted without a blank can have hundreds of parts; its phrase has all of them.
_MAX_PARTS = 64


class TermReading(NamedTuple):
    """One word of a query in both readings.

    `term` is the word as indexed, in one, "" where it is none; `typed` is what it was read from, `run` the run of a
    script without blanks that it is. `plain` says that it was typed as a word and nothing else: it may be half of a
    word that others write in one; `opens` and `closes` say that no punctuation stands before or behind it. `asks`: it
    only asks, so that among other words it is a stop word.
    """

    required: Query
    optional: tuple[Query, ...]
    term: str = ""
    plain: bool = False
    opens: bool = False
    closes: bool = False
    asks: bool = False
    typed: str = ""
    run: str = ""


class WordContext(NamedTuple):
    """How a word was typed: in which field, with which weight, whether it may still be growing; and how it is read.

    `asks`: words that only ask are taken for such; `post_counts` counts the posts with each of some terms.
    """

    analyzer: Analyzer
    field: str = ""
    weight: float = 1.0
    is_prefix: bool = False
    stop_words: frozenset[str] = frozenset()
    asks: bool = True
    post_counts: PostCounts | None = None


def read_word(text: str, edits: int, reading: WordContext, say: Say) -> list[TermReading]:
    """The pieces of a chunk without blanks, in order; none if it holds no token. `edits` is -1 for none.

    >>> read_word("C++", -1, WordContext(Analyzer(True, ("en",))), print)[0].optional
    (Term(text='c++', field='', weight=1.0, exact=False), Term(text='c', field='', weight=0.25, exact=False))
    """
    if edits > 0 and (special := _fuzzy(text, edits, reading, say)):
        return [special]
    pieces: list[TermReading] = []
    group: list[RawToken] = []
    for token in reading.analyzer.words(text):
        if is_spaceless(token.raw):
            pieces += _spoken(text, group, reading)
            pieces.append(_run(token.raw, reading))
            group = []
        else:
            group.append(token)
    return pieces + _spoken(text, group, reading)


def read_asking(text: str, reading: WordContext) -> list[TermReading]:
    """The pieces of a chunk that only asks.

    >>> read_asking("how", WordContext(Analyzer(True, ("en",))))[0].required
    Term(text='how', field='', weight=0.25, exact=False)
    """
    pieces = read_word(text, -1, reading._replace(weight=reading.weight * ASKING), lambda warning: None)
    return [piece._replace(asks=True) for piece in pieces]


def quoted(text: str, slop: int, reading: WordContext) -> list[TermReading]:
    """The one piece of a quoted text, or none: its exact words side by side, or within `slop` more."""
    readings: list[TermReading] = []
    for leaf in exact(text, slop, reading):
        first = leaf.spellings[0] if isinstance(leaf, Synonyms) else leaf
        readings.append(TermReading(leaf, (leaf,), first.text if isinstance(first, Term) else "", typed=text))
    return readings


def exact(text: str, slop: int, reading: WordContext) -> list[WordLeaf]:
    """The one leaf that a quoted text is, or none.

    >>> from postdex_index.query import show
    >>> [show(leaf) for leaf in exact("Root cause", 0, WordContext(Analyzer(True, ("en",))))]
    ['"root cause"']
    """
    tokens = reading.analyzer.words(text)
    growing = reading.is_prefix and bool(tokens) and tokens[-1].stop == len(text)
    return _side_by_side([token.raw for token in tokens], reading, exact=True, slop=slop, growing=growing)


def any_form(text: str, reading: WordContext) -> list[WordLeaf]:
    """The one leaf that a text is whose words may stand in any form, side by side; or none.

    >>> from postdex_index.query import show
    >>> [show(leaf) for leaf in any_form("Continuous integration", WordContext(Analyzer(True, ("en",))))]
    ["'continuous integration'"]
    """
    return _side_by_side([token.raw for token in reading.analyzer.words(text)], reading)


def _side_by_side(
    raws: Sequence[str], reading: WordContext, *, exact: bool = False, slop: int = 0, growing: bool = False
) -> list[WordLeaf]:
    """The one leaf that raw tokens in a row are, or none."""
    spellings: list[Spelling] = []
    for words in compounds.spellings(raws, tails=not slop):
        prefix = growing or (is_spaceless(raws[-1]) and len(words[-1]) == 1)
        if len(words) == 1:
            spellings.append(Prefix(words[0], reading.field) if prefix else Term(words[0], reading.field, exact=exact))
        else:
            spellings.append(Phrase(words, reading.field, exact=exact, slop=slop, prefix=prefix))
    return [in_spellings(spellings, reading.weight)] if spellings else []


def _spoken(text: str, tokens: Sequence[RawToken], reading: WordContext) -> list[TermReading]:
    """Words with no more than punctuation between them: one word, one compound, or the phrase of all."""
    if not tokens:
        return []
    start, stop = tokens[0].start, tokens[-1].stop
    if stop < len(text):
        reading = reading._replace(is_prefix=False)
    raws = [token.raw for token in tokens]
    units = list(map(tokenizer.compound, raws))
    if len(units) == 1 and len(units[0].subwords) == 1 and not units[0].symbol:
        term = units[0].subwords[0]
        leaf = _with_prefix([Term(term, reading.field)], [term], reading)
        return [TermReading(leaf, (leaf,), term, plain=True, opens=start == 0, closes=stop == len(text), typed=term)]
    strict = _with_prefix(_compound(raws, reading), compounds.words_of(units[-1]), reading)
    less = reading._replace(weight=reading.weight * PART, is_prefix=False)
    loose = (strict, *islice(_parts(raws, units, less), _MAX_PARTS))
    return [TermReading(strict, loose, "".join([unit.in_one for unit in units]), typed=text[start:stop])]


def _parts(raws: Sequence[str], units: Sequence[tokenizer.Compound], reading: WordContext) -> Iterator[Query]:
    """What a compound is made of, stop words left out: its words, and those that are compounds in turn."""
    for raw, unit in zip(raws, units, strict=True):
        if len(units) > 1 and (unit.symbol or len(unit.subwords) > 1):
            yield compound(raw, reading)
        # In prose `RelRef` is one word, so a part is looked for as code has it and as prose has it.
        prose = [terms[0] for terms in tokenizer.terms_at(raw)]
        for part in dict.fromkeys((*unit.subwords, *prose)):
            if part not in reading.stop_words and part != unit.concatenated:
                yield Term(part, reading.field, reading.weight)


def compound(raw: str, reading: WordContext) -> WordLeaf:
    """A raw token in all its spellings."""
    return in_spellings(_compound([raw], reading), reading.weight)


def _compound(raws: Sequence[str], reading: WordContext) -> list[Spelling]:
    """The spellings of a compound: in one word where it is one raw token, and as a phrase."""
    ways = compounds.spellings(raws)[:: -1 if len(raws) == 1 else 1]
    return [Term(way[0], reading.field) if len(way) == 1 else Phrase(way, reading.field) for way in ways]


def _with_prefix(spellings: list[Spelling], words: Sequence[str], reading: WordContext) -> WordLeaf:
    """The spellings, and if the last word is still being typed, those that it may become."""
    last = words[-1]
    if reading.is_prefix and last[-1].isalnum() and (len(last) > 1 or not last.isascii()):
        spellings += [
            leaf._replace(prefix=True) if isinstance(leaf, Phrase) else Prefix(leaf.text, leaf.field)
            for leaf in spellings
        ]
    return in_spellings(spellings, reading.weight)


def in_spellings(spellings: Sequence[Spelling], weight: float) -> WordLeaf:
    """One leaf of all spellings of a word."""
    return Synonyms(tuple(spellings), weight) if len(spellings) > 1 else spellings[0]._replace(weight=weight)


def _run(raw: str, reading: WordContext) -> TermReading:
    """A run of characters without blanks: one of its telling bigrams, or all of them together."""
    terms = compounds.as_prose(raw)
    if len(terms) == 1:
        alone = Prefix(terms[0], reading.field, reading.weight)
        return TermReading(alone, (alone,), run=terms[0])
    bigrams = terms[:-1]
    run = "".join(term[0] for term in terms)
    asking = set[str]()
    if reading.asks:
        asking = {
            bigram for bigram, around in zip(bigrams, pairwise(asking_characters(run)), strict=True) if any(around)
        }
    only_asks = asking.issuperset(bigrams)
    if only_asks:
        reading = reading._replace(weight=reading.weight * ASKING)
    strict: Spelling = Phrase(bigrams, reading.field, reading.weight, exact=True)
    if len(bigrams) == 1:
        strict = Term(bigrams[0], reading.field, reading.weight)
    if only_asks or len(bigrams) == 1:
        return TermReading(strict, (strict,), asks=only_asks, run=run)
    telling = _telling(set(bigrams) - asking, None if reading.field else reading.post_counts)
    telling_terms, others = list[Query](), list[Query]()
    for bigram in bigrams:
        weight = reading.weight * (ASKING if bigram in asking else 1)
        (telling_terms if bigram in telling else others).append(Term(bigram, reading.field, weight))
    typed = show(Term(run, reading.field))
    clauses = Clauses(optional=tuple(telling_terms), bonus=tuple(others), minimum=1, typed=typed)
    return TermReading(strict, (clauses,), run=run)


def _telling(bigrams: set[str], post_counts: PostCounts | None) -> set[str]:
    """Those that find posts: the rarer ones that the index knows, and all that it doesn't (a draft may have them).

    In one field, for which nobody counted, all of them do.
    """
    in_order = sorted(bigrams)
    posts = dict(zip(in_order, post_counts(in_order) if post_counts else [0] * len(in_order), strict=True))
    counts = sorted(filter(None, posts.values()))
    if not counts:
        return bigrams
    share, of = _TELLING
    most = counts[-(-len(counts) * share // of) - 1]
    return {bigram for bigram in bigrams if posts[bigram] <= most}


def _fuzzy(text: str, edits: int, reading: WordContext, say: Say) -> TermReading | None:
    """`word~`, or None with a word of why where it is no single word."""
    raws = [token.raw for token in reading.analyzer.words(text)]
    unit = tokenizer.compound(raws[0]) if len(raws) == 1 and not is_spaceless(raws[0]) else None
    if unit is None or unit.symbol or unit.concatenated or len(unit.subwords[0]) < _LETTERS:
        if raws:
            say(f"~ allows slips in a single word of two letters or more; {text} was searched as it is")
        return None
    if edits > _MAX_EDITS:
        say(f"{text}~{edits} was searched with {_MAX_EDITS} slips, the most there are")
    leaf = Fuzzy(unit.subwords[0], min(edits, _MAX_EDITS), reading.field, reading.weight)
    return TermReading(leaf, (leaf,))
