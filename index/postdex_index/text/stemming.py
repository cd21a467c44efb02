"""Which language is it, how are its words stemmed, and which of them are stop words?

Terms come in folded, as `tokenizer` makes them. The stemmers are Snowball's (PyStemmer),
loaded at the first word that needs one; the lists lie in `data/stopwords`.
"""

from __future__ import annotations

import os
import threading
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from itertools import compress
from typing import TYPE_CHECKING, Protocol

from .. import forks
from .characters import fold, is_spaceless, read_table

if TYPE_CHECKING:

    class _Stemmer(Protocol):
        maxCacheSize: int

        def stemWord(self, word: str, /) -> str: ...

        def stemWords(self, words: list[str], /) -> list[str]: ...


#: ISO 639 code, Snowball's algorithm, and other names that people write into front matter.
_LANGUAGES = """
ar arabic ara, ca catalan cat català, cs czech cze ces čeština, da danish dan dansk, de german ger deu deutsch,
el greek gre ell ελληνικά, en english eng, eo esperanto epo, es spanish spa español castellano, et estonian est eesti,
eu basque baq eus euskara, fa persian per fas farsi, fi finnish fin suomi, fr french fre fra français,
ga irish gle gaeilge, hi hindi hin, hu hungarian hun magyar, hy armenian arm hye, id indonesian ind bahasa,
it italian ita italiano, lt lithuanian lit lietuvių, ne nepali nep, nl dutch dut nld nederlands vlaams,
no norwegian nor nb nn nob nno norsk, pl polish pol polski, pt portuguese por português, ro romanian rum ron română,
ru russian rus русский, sr serbian srp српски srpski, st sesotho sot, sv swedish swe svenska, ta tamil tam,
tr turkish tur türkçe, yi yiddish yid
"""
#: Snowball is made for words; what is longer is none.
_LONGEST_WORD = 80
_local = threading.local()


def stemmer_language(tag: str) -> str:
    """The language whose stemmer and stop words fit a tag or name; "en" for none, unknown, Chinese, Japanese, Korean.

    Posts in those hold English words among their own, and theirs are not stemmed.

    >>> [stemmer_language(tag) for tag in ("pt-br", "en_US", "German", "zh-CN", "")]
    ['pt', 'en', 'de', 'en', 'en']
    """
    if tag in _algorithms():  # nearly always
        return tag
    words = fold(tag).replace("_", " ").replace("-", " ").replace(".", " ").split()
    return _codes().get(words[0], "en") if words else "en"


@lru_cache(1 << 16)
def stem(term: str, language: str = "en") -> str:
    """The stem of a folded term; what is no plain word (digits, signs, Chinese) is its own. Safe under threads.

    >>> stem("fallbacks"), stem("häuser", "de"), stem("k8s"), stem("内核")
    ('fallback', 'haus', 'k8s', '内核')
    """
    return _stemmer(stemmer_language(language)).stemWord(term) if _is_plain(term) else term


@lru_cache(256)
def stop_words(language: str) -> frozenset[str]:
    """The folded stop words of a language (a tag or a name): Lucene's 33 for English, else Snowball's or none.

    >>> "the" in stop_words("en"), "fur" in stop_words("de-AT"), len(stop_words("eo"))
    (True, True, 0)
    """
    try:
        return frozenset(map(fold, read_table(os.path.join("stopwords", f"{stemmer_language(language)}.txt"))))
    except FileNotFoundError:
        return frozenset()


def stems(terms: Iterable[str], language: str) -> list[str]:
    """The stem of each of these terms: in a third of the time, for a build stems each word once.

    >>> stems(["fallbacks", "k8s"], "en")
    ['fallback', 'k8s']
    """
    terms = list(terms)
    plain = list(map(_is_plain, terms))
    stemmed = iter(_stemmer(stemmer_language(language)).stemWords(list(compress(terms, plain))))
    return [next(stemmed) if has_stem else term for term, has_stem in zip(terms, plain, strict=True)]


def algorithm(language: str) -> str:
    """What Snowball calls the algorithm of a language, by its code.

    >>> algorithm("de")
    'german'
    """
    return _algorithms()[language]


def _is_plain(term: str) -> bool:
    plain = term.isalpha() or all(c.isalpha() or unicodedata.category(c)[0] == "M" for c in term)
    return plain and 0 < len(term) <= _LONGEST_WORD and not is_spaceless(term)


def _stemmer(language: str) -> _Stemmer:
    """This thread's stemmer: Snowball's keep state while they work on a word."""
    stemmers: dict[str, _Stemmer] | None = getattr(_local, "stemmers", None)
    if stemmers is None:
        stemmers = _local.stemmers = {}
    if language not in stemmers:
        with forks.barred:
            import Stemmer  # a cold search of nothing but Chinese never pays for it

        stemmers[language] = Stemmer.Stemmer(algorithm(language))
        stemmers[language].maxCacheSize = 0
    return stemmers[language]


@cache
def _algorithms() -> dict[str, str]:
    rows = (row.split() for row in _LANGUAGES.split(","))
    return {row[0]: row[1] for row in rows}


@cache
def _codes() -> dict[str, str]:
    """Every name of a language, folded, to its code."""
    rows = (row.split() for row in _LANGUAGES.split(","))
    return {fold(name): row[0] for row in rows for name in row}
