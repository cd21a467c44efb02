"""How does an index read text? An `Analyzer`: the only thing that tokenises, for posts and queries alike.

An index has one, made from what it was built with (`engine.Reader.analyzer`), and its queries are read by it, whatever
the settings say by now. What a raw token means is `tokenizer`'s answer.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from .. import native
from ..named_tuple import NamedTuple
from .characters import fold, is_spaceless, raw_pattern, raw_spans, raw_tokens, run_characters, simplified
from .stemming import stem, stop_words
from .tokenizer import terms_at, whole_term, width_of

#: Longer values are not remembered: they are rare and would fill the memory that the common ones need.
_LONGEST_REMEMBERED = 80


class Token(NamedTuple):
    """A term, its position, and the stretch of text that it stands for: text[start:stop]; never modify the offsets."""

    term: str
    position: int
    start: int
    stop: int


class RawToken(NamedTuple):
    """A raw token and the stretch of text where it stands: text[start:stop]."""

    raw: str
    start: int
    stop: int


class Analyzer(NamedTuple):
    """`simplify`: traditional Chinese is read as simplified. `stemming`: codes (`stemming.stemmer_language`) of the
    stemmers and stop words of its queries; none while posts are written, each of which has its own."""

    simplify: bool
    languages: tuple[str, ...]

    def raw_tokens(self, text: str) -> list[str]:
        """The raw tokens of a text (rule 1 of `tokenizer`).

        >>> Analyzer(True, ()).raw_tokens("C++17: clcsk->sk_user_data 雜談")
        ['C++', '17', 'clcsk', 'sk_user_data', '杂谈']
        """
        return raw_tokens(simplified(text) if self.simplify else text)

    def raw_matches(self, text: str) -> Iterator[re.Match[str]]:
        """The raw tokens as matches of a pattern, for loops that have no time for tuples.

        >>> [match[0] for match in Analyzer(True, ()).raw_matches("see k8s.io")]
        ['see', 'k8s.io']
        """
        if self.simplify:
            text = simplified(text)
        return raw_pattern(text).finditer(text)

    def words(self, text: str) -> Sequence[RawToken]:
        """The raw tokens of which something is left after folding. Remembered, since a query is looked at repeatedly.

        >>> [(token.raw, token.start, token.stop) for token in Analyzer(True, ()).words("see k8s.io")]
        [('see', 0, 3), ('k8s.io', 4, 10)]
        """
        return _words(text, self)

    def tokens(self, text: str, code: bool = False, first: int = 0) -> Iterator[Token]:
        """Every term of a text with its position, counted from `first`, and its place.

        A part of a compound has the place of the whole, a bigram that of its characters.

        >>> [(t.term, t.position, t.start, t.stop) for t in Analyzer(True, ()).tokens("用utf-8")]
        [('用', 0, 0, 1), ('utf', 1, 1, 6), ('utf8', 1, 1, 6), ('8', 2, 1, 6)]
        """
        return map(Token._make, term_places(self.simplified(text), code, first))

    def key(self, text: str) -> str:
        """A text reduced to what decides whether a query equals a title or heading: its joined forms, a blank between.

        >>> key = Analyzer(True, ()).key
        >>> key("SMC fallback!") == key("smc  Fallback"), key("UTF-8 in C++")
        (True, 'utf8 in c++')
        """
        return key_of(self.simplified(text), whole_term)

    def positions(self, text: str) -> int:
        """How many positions the words of a text take at most, which is as a block of code.

        >>> Analyzer(True, ()).positions("the UserData of 内核")
        6
        """
        return positions_of(self.simplified(text), width_of)

    def simplified(self, text: str) -> str:
        """The text with simplified characters for traditional ones, if they are read so."""
        return simplified(text) if self.simplify else text

    def fold_value(self, text: str) -> str:
        """A whole tag, category or name as it is compared: case, width, script and blanks do not count.

        >>> Analyzer(True, ()).fold_value("  Ｌｉｎｕｘ   內核 ")
        'linux 内核'
        """
        return (_remembered_value if len(text) <= _LONGEST_REMEMBERED else _folded_value)(self.simplified(text))

    def fold_path(self, path: str) -> str:
        """A path as it is compared: its segments folded as values are, without empty ones and `.`.

        >>> Analyzer(True, ()).fold_path("./Client  Work/Ｖisit.md")
        'client work/visit.md'
        """
        segments = map(str.strip, self.fold_value(path).split("/"))
        return "/".join(segment for segment in segments if segment not in ("", "."))

    def stems(self, term: str) -> tuple[str, ...]:
        """The stem of a folded term in each of the languages.

        >>> Analyzer(True, ("en", "de")).stems("hausers")
        ('hauser', 'haus')
        """
        return _stems(term, self.languages)

    @property
    def stop_words(self) -> frozenset[str]:
        """The folded stop words of the languages together."""
        return frozenset[str]().union(*map(stop_words, self.languages))


@native.twin
def key_of(text: str, whole_term: Callable[[str], str], /) -> str:
    """The key of a text that was simplified where it has to be; `whole_term` is that of `tokenizer`."""
    return " ".join(filter(None, map(whole_term, raw_tokens(text))))


@native.twin
def term_places(text: str, code: bool, first: int, /) -> Sequence[tuple[str, int, int, int]]:
    """The same of a text that was simplified where it has to be, without names: (term, position, start, stop).

    >>> term_places("Bug, 404", False, 5)
    [('bug', 5, 0, 3), ('404', 6, 5, 8)]
    """
    places: list[tuple[str, int, int, int]] = []
    position = first
    for match in raw_pattern(text).finditer(text):
        raw, (start, stop) = match[0], match.span()
        if is_spaceless(raw):
            characters = run_characters(raw)
            after = [*characters[1:], ("", 0, 0)]
            for (character, begin, end), (following, _, last) in zip(characters, after, strict=True):
                places.append((character + following, position, start + begin, start + (last or end)))
                position += 1
        else:
            for terms in terms_at(raw, code):
                places += [(term, position, start, stop) for term in terms]
                position += 1
    return places


@native.twin
def positions_of(text: str, width_of: Callable[[str, bool], int], /) -> int:
    """How many positions a text takes as code that was simplified where it has to be; `width_of` is that of
    `tokenizer`."""
    return sum(times * width_of(raw, True) for raw, times in Counter(raw_tokens(text)).items())


@lru_cache(32)
def _words(text: str, analyzer: Analyzer) -> tuple[RawToken, ...]:
    return tuple([RawToken(*span) for span in raw_spans(analyzer.simplified(text)) if terms_at(span[0])])


def _folded_value(text: str) -> str:
    return " ".join(fold(text).split())


#: Posts share many values.
_remembered_value = lru_cache(4096)(_folded_value)


@lru_cache(4096)
def _stems(term: str, languages: tuple[str, ...]) -> tuple[str, ...]:
    """Remembered, because the titles of hits share many words."""
    return tuple([stem(term, language) for language in languages])
