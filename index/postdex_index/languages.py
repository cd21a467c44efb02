"""Which language is it, how are its words stemmed, and which of them are stop words?

Terms come in folded, as `analysis` makes them. The stemmers are Snowball's (PyStemmer),
loaded at the first word that needs one; the lists lie in `data/stopwords`.
"""

from __future__ import annotations

import os
import threading
import unicodedata
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Protocol

from .scripts import fold, is_spaceless, read_table

if TYPE_CHECKING:

    class _Stemmer(Protocol):
        maxCacheSize: int

        def stemWord(self, word: str, /) -> str: ...


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
    words = fold(tag).replace("_", " ").replace("-", " ").replace(".", " ").split()
    return _codes().get(words[0], "en") if words else "en"


def stem(term: str, language: str = "en") -> str:
    """The stem of a folded term; what is no plain word (digits, signs, Chinese) is its own. Safe under threads.

    >>> stem("fallbacks"), stem("häuser", "de"), stem("k8s"), stem("内核")
    ('fallback', 'haus', 'k8s', '内核')
    """
    return _stem(term, language)


def stop_words(language: str) -> frozenset[str]:
    """The folded stop words of a language (a tag or a name): Lucene's 33 for English, else Snowball's or none.

    >>> "the" in stop_words("en"), "fur" in stop_words("de-AT"), len(stop_words("eo"))
    (True, True, 0)
    """
    return _stop_words(stemmer_language(language))


@cache
def _stop_words(language: str) -> frozenset[str]:
    try:
        return frozenset(map(fold, read_table(os.path.join("stopwords", f"{language}.txt"))))
    except FileNotFoundError:
        return frozenset()


@lru_cache(1 << 16)
def _stem(term: str, language: str) -> str:
    plain = term.isalpha() or all(c.isalpha() or unicodedata.category(c)[0] == "M" for c in term)
    if not plain or not term or len(term) > _LONGEST_WORD or is_spaceless(term):
        return term
    return _stemmer(stemmer_language(language)).stemWord(term)


def _stemmer(language: str) -> _Stemmer:
    """This thread's stemmer: Snowball's keep state while they work on a word."""
    stemmers: dict[str, _Stemmer] | None = getattr(_local, "stemmers", None)
    if stemmers is None:
        stemmers = _local.stemmers = {}
    if language not in stemmers:
        import Stemmer  # a cold search of nothing but Chinese never pays for it

        stemmers[language] = Stemmer.Stemmer(_algorithms()[language])
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
