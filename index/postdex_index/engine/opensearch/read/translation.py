"""Which query of the cluster finds what a query tree means, and which scores no less than a leaf is worth?

`Translator.matches` gives filters, for the posts that the embedded engine's `Matcher` matches; `Translator.bound`
queries whose scores are made of the impacts in `stems`. Which words a pattern means is decided by `words`. Visibility,
and what is done with the posts that are found, is the reader's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import combinations

from ....named_tuple import NamedTuple
from ....query import (
    Clauses,
    DateRange,
    Everything,
    FieldRange,
    Fuzzy,
    Keyword,
    Leaf,
    Phrase,
    Prefix,
    Query,
    Regex,
    Synonyms,
    Term,
    Wildcard,
)
from ....schema import BODY, CODE, CODES, TITLE
from ....text.characters import is_spaceless
from ....text.stemming import stem, stop_words
from ...embedded.format.columns import FOLDED_PATH
from ...embedded.read.postings import Pattern
from ..format.documents import BESIDE, BOTH, FIELD, ONLY_FORM, ONLY_STEM
from . import own_fields
from .clauses import (
    EVERYTHING,
    LONGEST_REGEX,
    NOTHING,
    Clause,
    all_of,
    any_of,
    best_of,
    clause_count,
    constant,
    impact,
    sum_of,
    widened,
)
from .patterns import clean, path_regex, wildcard, wildcard_escaped
from .words import MeantWords

#: The cluster refuses a search of more than 1,024 clauses (`clause_count`): so many of them say what matches, so many
#: what it scores, and the rest is the reader's. Only a list of words of up to 65,536 is one.
MAX_CLAUSES, MAX_SCORES = 400, 450
#: So many words of a leaf have a clause of their own in its bound; of a phrase so many have their say, the longest.
_MAX_SCORED, _MAX_SCORED_OF_PHRASE = 64, 4
#: So many words of what was typed as a whole are looked for side by side.
_MAX_HELD = 64
#: The cluster cuts what stands at one position where it is longer (`schema_mapping`).
_LONGEST_POSITION = 32_768
_MAX_LONG = 2**63 - 1
#: What stands before paths in `values`, as they are written and as they are compared.
_PATHS = f"(path|{FOLDED_PATH})\t"


class Translated(NamedTuple):
    """A filter; one that is not `exact` finds other posts besides."""

    clause: Clause
    exact: bool = True


class Translator:
    """Queries of one snapshot: `languages` are those of its posts, `meant` says which of its words the patterns of a
    leaf mean."""

    def __init__(self, languages: Sequence[str], meant: Callable[[Leaf], MeantWords]) -> None:
        self._languages = languages or ("en",)
        self._meant = meant
        self._stop_words = frozenset[str]().union(*map(stop_words, self._languages))

    # -- which posts

    def matches(self, query: Query) -> Translated:
        """The posts that match a query."""
        clause, exact = self._filter(query, wider=True)
        if clause_count(clause) > MAX_CLAUSES:
            return Translated(widened(clause, MAX_CLAUSES)[0], False)
        return Translated(clause, exact)

    def holders(self, leaf: Leaf) -> Clause:
        """The posts that hold what was typed as a whole, and maybe some more."""
        match leaf:
            case Synonyms(spellings):
                return any_of(map(self.holders, spellings))
            case Phrase(terms) if len(terms) > _MAX_HELD:
                leaf = leaf._replace(terms=terms[:_MAX_HELD], prefix=False)
        return widened(self._leaf(leaf, self._meant(leaf)).clause, _MAX_HELD)[0]

    def in_title(self, leaf: Leaf) -> Clause | None:
        """The posts with a word of a leaf in their title; None for a leaf whose words never count as a title's."""
        tokens = self._title_tokens(leaf, self._meant(leaf))
        return {"terms": {"title_words": tokens}} if tokens else None

    def _filter(self, query: Query, *, wider: bool) -> Translated:
        """The posts that match a query; where no clause says just that, more than those, or, unless `wider`, none."""
        match query:
            case Clauses():
                return self._clauses(query, wider=wider)
            case Everything():
                return Translated(EVERYTHING)
            case Keyword(field, value):
                translated = keyword(field, value)
            case DateRange(start, stop):
                translated = Translated(date_range(start, stop))
            case FieldRange():
                translated = Translated(own_fields.within(query))
            case _:
                translated = self._leaf(query, self._meant(query))
        return translated if wider or translated.exact else Translated(NOTHING, False)

    def _clauses(self, query: Clauses, *, wider: bool) -> Translated:
        if query.minimum > len(query.optional):
            return Translated(NOTHING)
        required = [self._filter(clause, wider=wider) for clause in query.required]
        optional = [self._filter(clause, wider=wider) for clause in query.optional] if query.minimum else []
        excluded = [self._filter(clause, wider=not wider) for clause in query.excluded]
        filters, choices = ([part.clause for part in parts] for parts in (required, optional))
        if query.minimum == 1:
            filters.append(any_of(choices))
        elif choices:
            filters.append({"bool": {"should": choices, "minimum_should_match": query.minimum}})
        exact = all(part.exact for part in (*required, *optional, *excluded))
        return Translated(all_of(filters, [part.clause for part in excluded]), exact)

    # -- where words stand

    def _leaf(self, leaf: Leaf, meant: MeantWords) -> Translated:
        """The posts that hold a leaf."""
        match leaf:
            case Term(text, field, _, exact):
                return any_word(self._tokens(text, exact), field)
            case Phrase():
                return self._phrase(leaf, meant)
            case Prefix() | Wildcard() | Regex() | Fuzzy():
                words = meant.of(leaf)
                if leaf.field:
                    return any_word(self._forms(words), leaf.field)
                return Translated({"terms": {"forms": list(words)}} if words else NOTHING)
            case Synonyms(spellings):
                parts = [self._leaf(spelling, meant) for spelling in spellings]
                return Translated(any_of([part.clause for part in parts]), all(part.exact for part in parts))
        raise TypeError(f"not a leaf: {leaf!r}")

    def _phrase(self, phrase: Phrase, meant: MeantWords) -> Translated:
        columns = [self._tokens(text, phrase.exact) for text in phrase.terms]
        if phrase.prefix and columns:
            columns[-1] = self._forms(meant.of(Prefix(phrase.terms[-1])))
        if not columns or not all(columns):
            return Translated(NOTHING)
        if len(columns) == 1:
            translated = any_word(columns[0], phrase.field)
        elif phrase.slop:
            translated = near(columns, phrase.field, phrase.slop, forms=phrase.exact)
        else:
            translated = side_by_side(columns, phrase.field)
        return translated._replace(exact=translated.exact and not phrase.outside_links)

    def _tokens(self, text: str, exact: bool) -> list[str]:
        """What stands in `places` where a word does, or any word of its stems."""
        if exact:
            return self._forms([clean(text)])
        return [kind + name for name in self._stems(text) for kind in (BOTH, ONLY_STEM)]

    def _stems(self, text: str) -> list[str]:
        """The stems of a word in the languages of the index."""
        return list(dict.fromkeys([stem(clean(text), language) for language in self._languages]))

    def _forms(self, words: Iterable[str]) -> list[str]:
        """What stands in `places` where these word forms do: in a post of some languages a form is its own stem."""
        kinds = [(word, {stem(word, language) == word for language in self._languages}) for word in words]
        return [(BOTH if own else ONLY_FORM) + word for word, owns in kinds for own in sorted(owns, reverse=True)]

    def _title_tokens(self, leaf: Leaf, meant: MeantWords) -> list[str]:
        match leaf:
            case Term(text, "", _, exact):
                return self._tokens(text, exact)
            case Prefix(field="") | Wildcard(field="") | Regex(field="") | Fuzzy(field=""):
                return self._forms(meant.of(leaf))
            case Synonyms(spellings):
                tokens = [token for spelling in spellings for token in self._title_tokens(spelling, meant)]
                return list(dict.fromkeys(tokens))
        return []

    # -- what they are worth

    def bounds(self, factors: Iterable[tuple[Leaf, float]]) -> list[Clause]:
        """The bounds of several leaves, each with its factor: what has most clauses says less where they are too many
        together."""
        pairs = sorted(factors, key=lambda pair: pair[1], reverse=True)
        clauses = [self.bound(leaf, factor) for leaf, factor in pairs[: MAX_SCORES - 1]]
        counts = list(map(clause_count, clauses))
        if rest := sum([factor for _, factor in pairs[MAX_SCORES - 1 :]]):
            clauses.append(constant(EVERYTHING, 255 * rest))
        for number in sorted(range(len(counts)), key=counts.__getitem__, reverse=True):
            if sum(counts) < MAX_SCORES:
                break
            leaf, factor = pairs[number]
            holders = self._leaf(leaf, self._meant(leaf)).clause
            clauses[number] = constant(widened(holders, 1)[0], 255 * factor)
            counts[number] = 1
        return clauses

    def bound(self, leaf: Leaf, factor: float) -> Clause:
        """A query that finds the posts that hold a leaf (and, as `matches`, maybe some more), and scores at least
        factor x its impact byte there: just that for a word, which nearly all leaves are."""
        return self._bound(leaf, factor, self._meant(leaf))

    def _bound(self, leaf: Leaf, factor: float, meant: MeantWords) -> Clause:
        match leaf:
            case Synonyms(spellings):
                return best_of([self._bound(spelling, factor, meant) for spelling in spellings])
            case Term(text, "", _, False):
                return best_of([impact(name, factor) for name in self._stems(text)])
            case Term(text, field):  # in a field all its stems count as one word
                names = self._stems(text)
                scores = [sum_of(names, factor)] if field else [best_of([impact(name, factor) for name in names])]
            case Phrase():
                scores = self._phrase_scores(leaf, factor)
            case _:
                scores = self._pattern_scores(leaf, factor, meant)
        holders = self._leaf(leaf, meant).clause
        return {"bool": {"filter": [holders], "should": scores}} if scores else constant(holders, 255 * factor)

    def _phrase_scores(self, phrase: Phrase, factor: float) -> list[Clause]:
        """Of words side by side each occurs as often as the phrase does: it is worth no more than any, and so than
        their mean. Of words near each other any may stand at the positions that count: it is worth no more than all."""
        words = list(dict.fromkeys(phrase.terms[:-1] if phrase.prefix else phrase.terms))
        if phrase.slop:
            names = list(dict.fromkeys([name for word in words for name in self._stems(word)]))
            return [] if phrase.prefix or len(names) > _MAX_SCORED else [sum_of(names, factor)]
        telling = [word for word in words if word not in self._stop_words] or words
        telling = sorted(telling, key=len, reverse=True)[:_MAX_SCORED_OF_PHRASE]
        return [sum_of(self._stems(word), factor / len(telling)) for word in telling]

    def _pattern_scores(self, pattern: Pattern, factor: float, meant: MeantWords) -> list[Clause]:
        """The best of the words that are meant counts; in a field all together count as one, as much as it may be."""
        words = meant.of(pattern)
        if pattern.field or not words:
            return []
        names = dict.fromkeys([name for word in words[:_MAX_SCORED] for name in self._stems(word)])
        scores = [impact(name, factor) for name in names]
        if rest := words[_MAX_SCORED:]:
            scores.append(constant({"terms": {"forms": list(rest)}}, 255 * factor))
        return [best_of(scores)]


# -- filters of words


def any_word(tokens: Sequence[str], field: str = "") -> Translated:
    """The posts where any of these tokens stands, in one field if that is named."""
    if not tokens:
        return Translated(NOTHING)
    anywhere: Clause = {"terms": {"places": list(tokens)}}
    if not field:
        return Translated(anywhere)
    # The last character of a run is found alone, but is no word of a title.
    if CODES[field] == (TITLE,) and not any(len(token) == 2 and is_spaceless(token[1]) for token in tokens):
        return Translated({"terms": {"title_words": list(tokens)}})
    inside = _intervals(_positions(tokens, field))
    if clause_count(inside) <= MAX_CLAUSES:
        return Translated(inside)
    marks = [] if BODY in CODES[field] else [{"terms": {"places": [f"{FIELD}{code}" for code in CODES[field]]}}]
    return Translated(all_of([anywhere, *marks]), False)


def side_by_side(columns: Sequence[Sequence[str]], field: str = "") -> Translated:
    """The posts with words in a row, each of which is any of the tokens of a column."""
    if field:
        sources = [_positions(column, field) for column in columns]
        inside = _intervals({"all_of": {"intervals": sources, "ordered": True, "max_gaps": 0}})
        if clause_count(inside) <= MAX_CLAUSES:
            return Translated(inside)
    texts = [BESIDE.join(column) for column in columns[:MAX_CLAUSES]]
    if max(map(len, texts)) > _LONGEST_POSITION:
        return _all_words(columns)
    phrase: Clause = {"match_phrase": {"places": {"query": " ".join(texts), "analyzer": "places"}}}
    return Translated(phrase, not field and len(texts) == len(columns))


def near(columns: Sequence[Sequence[str]], field: str, slop: int, *, forms: bool) -> Translated:
    """The posts with a window that holds a token of each column, and `slop` other words at most. The embedded engine
    wants a position for each, the cluster takes one for two that stand at the same."""
    sources = [_positions(column, field) for column in columns]
    clause = _intervals({"all_of": {"intervals": sources, "ordered": False, "max_gaps": slop}})
    if clause_count(clause) > MAX_CLAUSES:
        return _all_words(columns)
    return Translated(clause, not any(_may_coincide(*pair, forms) for pair in combinations(columns, 2)))


def _may_coincide(tokens: Sequence[str], others: Sequence[str], forms: bool) -> bool:
    """Whether tokens of two columns may stand at one position. Beside the first part of a compound stand others that
    begin with it, but for a dot; of stems not so much is left."""
    pairs = [(a[1:].lstrip("."), b[1:].lstrip(".")) for a in tokens for b in others]
    return any(a.startswith(b) or b.startswith(a) if forms else a[:1] == b[:1] for a, b in pairs)


def _all_words(columns: Iterable[Sequence[str]]) -> Translated:
    """The posts with a token of each column, wherever."""
    return Translated(all_of([{"terms": {"places": list(column)}} for column in columns]), False)


def _intervals(source: Clause) -> Clause:
    return {"intervals": {"places": source}}


def _positions(tokens: Iterable[str], field: str = "") -> Clause:
    """Where any of these tokens stands, in a field. The plain body has no mark: it is where no other field's is."""
    source: Clause = {"intervals": [{"match": {"query": token, "analyzer": "words"}} for token in tokens]}
    if field:
        codes = CODES[field]
        marked = [code for code in range(CODE + 1) if (code in codes) != (BODY in codes)]
        marks = _positions([f"{FIELD}{code}" for code in marked])
        source["filter"] = {"not_contained_by" if BODY in codes else "contained_by": marks}
    return {"any_of": source}


# -- filters of values


def keyword(field: str, value: str) -> Translated:
    """The posts that a `query.Keyword` finds."""
    if field == "path":
        return _path(value)
    below = field == "tag"
    if re.search(r"[*?]", value):
        pattern = f"{wildcard_escaped(field)}\t{wildcard(value)}"
        patterns = [pattern, pattern + "/*"] if below else [pattern]
        return Translated(any_of([{"wildcard": {"values": {"value": one}}} for one in patterns]))
    literal = f"{clean(field)}\t{clean(value)}"
    exactly: Clause = {"terms": {"values": [literal]}}
    return Translated(any_of([exactly, {"prefix": {"values": literal + "/"}}]) if below else exactly)


def _path(value: str) -> Translated:
    """A folder covers what lies in it; a glob has to cover the whole path."""
    heads = ["path\t", f"{FOLDED_PATH}\t"]
    folder = clean(value)
    clauses: list[Clause] = [{"terms": {"values": [head + folder for head in heads]}}]
    clauses += [{"prefix": {"values": f"{head}{folder}/"}} for head in heads]
    if not re.search(r"[*?]", value):
        return Translated(any_of(clauses))
    regex = _PATHS + path_regex(value)
    if len(regex) > LONGEST_REGEX:
        patterns = [wildcard_escaped(head) + wildcard(value) for head in heads]
        return Translated(any_of([*clauses, *({"wildcard": {"values": {"value": one}}} for one in patterns)]), False)
    clauses.append({"regexp": {"values": {"value": regex, "flags": "NONE"}}})
    # Of more than two runs of `**` the embedded engine tries the third no second time.
    return Translated(any_of(clauses), len(re.findall(r"\*{2,}", value)) <= 2)


def date_range(start: int | None, stop: int | None) -> Clause:
    """The posts whose own date lies in [start, stop)."""
    bounds = {"gte": start, "lt": stop}
    inside = {name: max(-_MAX_LONG, min(_MAX_LONG, bound)) for name, bound in bounds.items() if bound is not None}
    return {"range": {"date": inside}} if inside else {"exists": {"field": "date"}}
