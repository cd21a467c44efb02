"""What are the terms of each field, for a program that knows terms and postings only?

`codec.py` shows them to Whoosh. A field's terms are the forms of its words, spelled exactly; they are
listed in order. Besides, a word that somebody typed is a term that is never listed: `MARK` and the raw
token stand for what our query language makes of a required word, so its stem, or its compound.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain

from .... import query
from ....schema import BODY, CODES, SCORED
from ....text.analyzer import Analyzer
from ....text.characters import is_spaceless
from ....text.compounds import as_prose, literal, spellings
from ..format.columns import FORM
from ..read.postings import Sought
from ..read.scope import Segment
from ..read.stored_postings import all_positions

#: Stands before a typed raw token in its term; no surface has it.
MARK = "\x01"
#: The field that is all fields, and that of the paths.
ALL, PATH = "text", "path"
#: The fields that have terms, in order.
FIELDS = tuple(sorted((ALL, PATH, *CODES)))
#: A schema knows no index. So what is typed is as it was typed until a segment reads it by its own analyzer; patterns,
#: and texts that are to be marked, are always simplified.
_TYPED, SIMPLIFYING = Analyzer(False, ()), Analyzer(True, ())
#: Postings of so many terms are kept a segment: Whoosh asks for those of each term four times.
_KEPT = 256


class FieldPostings:
    """What a term has in a segment: posts, its positions in each, its occurrences, and the length of the field."""

    __slots__ = ("docs", "lengths", "places", "weights")

    def __init__(self, docs: Sequence[int], places: Sequence[Sequence[int]], lengths: Sequence[int]) -> None:
        self.docs = docs
        self.places = places
        self.weights = [len(at) or 1 for at in places]
        self.lengths = lengths


class FieldTerms:
    """The terms of one segment of an index with posts in these languages."""

    def __init__(self, segment: Segment, languages: tuple[str, ...] = ()) -> None:
        self._segment = segment
        self._languages = languages
        self._lengths = segment.file.column("field_lengths")
        self.postings = lru_cache(_KEPT)(self._postings)
        self.lengths = lru_cache(None)(self._field_lengths)
        self._paths = lru_cache(None)(self._read_paths)

    def _postings(self, field: str, term: bytes) -> FieldPostings | None:
        """The postings of a term; None if it has none."""
        if field == PATH:
            docs = self._paths().get(term)
            return FieldPostings(docs, [()] * len(docs), [1] * len(docs)) if docs else None
        text, inside = term.decode("utf-8", "replace"), "" if field == ALL else field
        text = self._segment.analyzer.simplified(text)
        leaf = typed(text[1:], inside) if text.startswith(MARK) else query.Term(text, inside, exact=True)
        postings = self._segment.lists.postings(Sought(leaf, self._languages))
        if postings is None:
            return None
        lengths = self.lengths(field)
        return FieldPostings(postings.docs, all_positions(postings), [lengths[doc] for doc in postings.docs])

    def beginning(self, field: str, first: bytes) -> Iterator[bytes]:
        """The terms of a field from `first` on."""
        if field == PATH:
            yield from sorted(path for path in self._paths() if path >= first)
            return
        words = self._segment.lists.terms
        last = b""
        region = range(words.with_prefix(first.decode("utf-8", "replace")).start, len(words))
        for number in words.flagged(region, FORM):
            word = words.term(number)
            # A surface that two languages stem differently stands there twice.
            if word != last and (field == ALL or self.postings(field, word)):
                yield word
            last = word

    def _read_paths(self) -> dict[bytes, Sequence[int]]:
        values = ((key.partition("\t"), docs) for key, _, docs in self._segment.columns.values())
        return {path.encode("utf-8", "replace"): docs for (field, _, path), docs in values if field == PATH}

    def _field_lengths(self, field: str) -> Sequence[int]:
        """Per post: the words in a field. Those of code are not counted apart from the body's."""
        posts = self._segment.posts
        if field == ALL:
            by_field = [self._lengths[start : start + posts] for start in range(0, len(self._lengths), posts)]
            return list(map(sum, zip(*by_field, strict=True)))
        if field == "code":
            return self.lengths(SCORED[BODY].name)
        numbers = [number for number, scored in enumerate(SCORED) if scored.name == field]
        column: list[int] = list(chain.from_iterable(self._lengths[n * posts : (n + 1) * posts] for n in numbers))
        return column or [0] * posts


# -- what is typed, and what it stands for


def typed(raw: str, field: str = "") -> query.Leaf:
    """What a raw token stands for where a post must hold it.

    >>> query.show(typed("fixing")), query.show(typed("GitHub")), query.show(typed("内核的"))
    ('fixing', "[github | 'git hub']", '"内核 核的"')
    """
    run, ways = is_spaceless(raw), spellings([raw])[::-1]
    if run and len(ways[0][0]) == 1:
        return query.Prefix(ways[0][0], field)
    leaves = tuple(query.Term(way[0], field) if len(way) == 1 else query.Phrase(way, field, exact=run) for way in ways)
    return leaves[0] if len(leaves) == 1 else query.Synonyms(leaves)


def marked(text: str) -> Iterator[str]:
    """The term of each word of a typed text."""
    return (MARK + token.raw for token in _TYPED.words(text))


def quoted(text: str) -> Iterator[tuple[str, int, int, int]]:
    """The words of a quoted text as prose has them: (term, position, start, stop).

    >>> [term for term, *_ in quoted("GitHub's sk_user_data")]
    ['github', 'sk', 'user', 'data']
    """
    tokens = _TYPED.words(text)
    position = 0
    for number, token in enumerate(tokens, 1):
        raw = token.raw
        words = as_prose(raw)
        if is_spaceless(raw) and number == len(tokens):
            # In the post the last run may go on: its last character is not alone there, it begins a pair.
            words = words[:-1] or (MARK + raw,)
        for word in words:
            yield word, position, token.start, token.stop
            position += 1


def pattern(text: str) -> str:
    """A prefix or wildcard pattern as terms are spelled: folded, compounds in one.

    >>> pattern("SMC_*_Fallback")
    'smc*fallback'
    """
    return re.sub(r"[\w.\-'’‐‑]+", lambda match: literal(SIMPLIFYING.raw_tokens(match[0])), text)
