"""How does text become terms? The same rules for posts, queries, titles and tags.

A text is cut into raw tokens (`Analyzer.raw_tokens`), each raw token gives the terms of one or
several positions (`terms_at`). By these rules, which comments and tests name by their numbers:

1. A raw token is a chain of words joined by `.`, `-` or `'` (or of groups of digits, `1,000`), with a dot before
   it or `++` or `#` behind it; or a run of a script without blanks; or an emoji.
2. It is folded: NFKC, lower case, no marks on Latin and Greek letters, no points on Hebrew and Arabic ones, one
   spelling for ß, ø, ё.
3. Its parts are cut at signs and at humps, at a position each. Two humps of which the first has a capital are cut in
   code and in queries only: in prose `java` would find every `JavaScript`.
4. Beside the first part stands the joined form: `sk_user_data`, `skUserData` and `sk-user-data` share a term.
5. So do extras: symbol forms (`c++`, `.net`), and `python` for `python3`.
6. `'s` is dropped; `n't` and groups of digits are glued.
7. A run of a script without blanks gives a bigram at every character, its last character alone.
8. Traditional Chinese becomes simplified, unless that is turned off: the `analyzer` of an index knows.
9. No stop word is dropped here, and
10. nothing is stemmed here: the stems and stop words of `stemming` are for those who match and score.

    smc_switch_to_fallback  ->  smc smcswitchtofallback | switch | to | fallback
    C++                     ->  c c++
    内核的                  ->  内核 | 核的 | 的

Which characters belong together is the answer of `characters`.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from ..named_tuple import NamedTuple
from .characters import (
    MAX_WORDS,
    STYLE,
    calm,
    compiled,
    fold,
    has_marks,
    is_spaceless,
    run_text,
    separator_pattern,
    without_invisible,
)

#: The version of these rules and of how posts are read, part of an index's fingerprint: it grows with every change that
#: gives other terms, so that an older index is made anew.
RULES = 3
#: No term is longer, in code points; what is longer is nobody's word (a hash, a key, an image in base64).
LONGEST_TERM = 80
#: Nothing of a raw token beyond this can reach its terms. It keeps one long line of letters cheap.
_LONGEST_RAW = MAX_WORDS * (LONGEST_TERM + 1)
#: The apostrophe of typesetters, and Unicode's letter that looks like it.
_APOSTROPHES = str.maketrans("’ʼ", "''")
#: Where a hump begins: `user|Data`, `XML|Http`, `Parser2|Impl`; not before the plural's `s` in `URLs`.
_HUMP = r"(?<=[a-z])(?=[A-Z])|(?<=\d)(?=[A-Z][a-z])|(?<=[A-Z])(?=[A-Z][a-z])(?![A-Z]s(?![a-z]))"
_POSSESSIVE = r"'[sS](?![^\W_])"
#: The apostrophe of `don't`.
_NEGATION = r"(?<=[^\W_][nN])'(?=[tT](?![^\W_]))"
_DIGIT_GROUPS = r"(?<!\w)\d{1,3}(?:,\d{3})+(?!\w)"
#: Rule 5: `python3` is python too.
_NUMBERED = r"([a-z]{3,})\d{1,3}"
#: Longer raw tokens are not remembered: they are rare and would fill the memory that the common ones need.
_LONGEST_REMEMBERED = 40


class Compound(NamedTuple):
    """One raw token as a query sees it: its parts, their joined form ("" for one part), its symbol form or "".

    The symbol form (`c++`, `c#`, `.net`, `.gitignore`) stands in place of the word it is made of.
    """

    concatenated: str
    subwords: tuple[str, ...]
    symbol: str

    @property
    def in_one(self) -> str:
        """The whole as one term: `skuserdata`, `c++`; "" of a token without parts."""
        return self.symbol or self.concatenated or "".join(self.subwords)


def terms_at(raw: str, code: bool = False) -> tuple[tuple[str, ...], ...]:
    """The terms of a raw token, a tuple for each position it takes, its part in front.

    `code` says that the token stands in a block of code, where `UserData` is two words.

    >>> terms_at("sk_user_data")
    (('sk', 'skuserdata'), ('user',), ('data',))
    >>> terms_at("Python3"), terms_at("C++"), terms_at("内核的")
    ((('python3', 'python'),), (('c', 'c++'),), (('内核',), ('核的',), ('的',)))
    >>> terms_at("JavaScript"), terms_at("JavaScript", code=True)
    ((('javascript',),), (('java', 'javascript'), ('script',)))
    """
    if _is_plain(raw):
        return ((raw.lower()[:LONGEST_TERM],),)
    if is_spaceless(raw):
        run = run_text(raw)
        return tuple([(run[at : at + 2],) for at in range(len(run))])
    return _remembered_terms(raw, code) if len(raw) <= _LONGEST_REMEMBERED else _word_terms(raw, code)


def width_of(raw: str, code: bool = False) -> int:
    """The number of positions that a raw token takes, which is that of `terms_at`.

    >>> [width_of(raw) for raw in ("sk_user_data", "C++", "内核的")]
    [3, 1, 3]
    """
    if _is_plain(raw):
        return 1
    return len(run_text(raw)) if is_spaceless(raw) else len(_dissect(raw, code)[1])


def compound(raw: str) -> Compound:
    """A raw token, no run of characters without blanks, as a query sees it. Humps are split as in code.

    >>> compound("GitHub")
    Compound(concatenated='github', subwords=('git', 'hub'), symbol='')
    >>> compound(".NET")
    Compound(concatenated='', subwords=('net',), symbol='.net')
    """
    before, parts, after = _dissect(raw, code=True)
    joined = _concatenate(parts)
    return Compound(joined if len(parts) > 1 else "", parts, _symbol(before, joined, after))


def whole_term(raw: str) -> str:
    """A raw token as one term: its run, its symbol form, or its joined form."""
    if is_spaceless(raw):
        return run_text(raw)
    return _remembered_whole(raw) if len(raw) <= _LONGEST_REMEMBERED else _whole(raw)


def _whole(raw: str) -> str:
    before, parts, after = _dissect(raw, code=False)
    joined = _concatenate(parts)
    return _symbol(before, joined, after) or joined


_remembered_whole = lru_cache(1 << 14)(_whole)


def _is_plain(raw: str) -> bool:
    """Whether nothing of rules 2 to 6 but lower case is in a raw token: most are so."""
    return raw.isalpha() and raw.isascii() and (raw.islower() or raw.istitle() or raw.isupper())


def _word_terms(raw: str, code: bool) -> tuple[tuple[str, ...], ...]:
    """Rules 3 to 6 for the index: each part at its position, joined form and extras beside the first."""
    before, parts, after = _dissect(raw, code)
    if not parts:
        return ()
    positions = [[part] for part in parts]
    joined = _concatenate(parts)
    positions[0] += [joined, _symbol(before, joined, after), _symbol(before, parts[0], "")]
    positions[-1].append(_symbol("", parts[-1], after))
    for terms in positions:
        if numbered := compiled(_NUMBERED).fullmatch(terms[0]):
            terms.append(numbered[1])
    return tuple(tuple(filter(None, dict.fromkeys(terms))) for terms in positions)


_remembered_terms = lru_cache(1 << 15)(_word_terms)


def _dissect(raw: str, code: bool) -> tuple[str, tuple[str, ...], str]:
    """A raw token as (leading dot or "", folded parts, trailing `++` or `#` or "")."""
    word, before, after = raw[:_LONGEST_RAW], "", ""
    if not (word[:1].isalnum() or word.startswith((".", "_"))):
        emoji = compiled(STYLE).sub("", word)[:LONGEST_TERM]
        return "", (emoji,) if emoji else (), ""
    if word.endswith(("++", "#")):
        after = "#" if word[-1] == "#" else "++"
    if word[0] == "." and word[1:2].isalpha():
        before = "."
    parts = _subwords(word, code)
    return before, parts, after


def _subwords(word: str, code: bool) -> tuple[str, ...]:
    """The folded parts of a word, at most twelve; underscores alone are their own part."""
    if not word.isascii():
        word = unicodedata.normalize("NFKC", calm(without_invisible(word))).translate(_APOSTROPHES)
    if "'" in word:
        word = compiled(_NEGATION).sub("", compiled(_POSSESSIVE).sub("", word))
    if "," in word:
        word = compiled(_DIGIT_GROUPS).sub(lambda groups: groups[0].replace(",", ""), word)
    words = [piece for piece in separator_pattern(has_marks(word)).split(word) if piece]
    parts = [fold(part)[:LONGEST_TERM] for piece in words for part in _camel_case_parts(piece, code)]
    if len(parts) > MAX_WORDS:
        parts[MAX_WORDS - 1 :] = ["".join(parts[MAX_WORDS - 1 :])[:LONGEST_TERM]]
    return tuple(filter(None, parts or [word.strip(".+#'")[:LONGEST_TERM]]))


def _camel_case_parts(word: str, code: bool) -> list[str]:
    """The humps of a word in camel case, or the word: rule 3 says when it is split.

    A hump of one letter sticks to its neighbour; a number is never split, nor what is too long to be a name.
    """
    if len(word) > LONGEST_TERM or word[0].isdigit() or word[1:].islower():
        return [word]
    parts: list[str] = []
    for part in _cut_camel_case(word):
        if parts and (len(parts[-1]) < 2 or len(part) < 2):
            parts[-1] += part
        else:
            parts.append(part)
    return parts if code or len(parts) > 2 or word[0].islower() else [word]


def _cut_camel_case(word: str) -> list[str]:
    if word.isascii():
        return compiled(_HUMP).split(word)
    shape = "".join("A" if c.isupper() else "a" if c.islower() else "0" if c.isdigit() else "-" for c in word)
    cuts = [match.start() for match in compiled(_HUMP).finditer(shape)]
    return [word[start:stop] for start, stop in zip([0, *cuts], [*cuts, len(word)], strict=True)]


def _concatenate(parts: tuple[str, ...]) -> str:
    """Rule 4: the joined form of parts, `.` kept between two digits. One part is its own joined form."""
    joined = "".join(parts[:1])
    for part in parts[1:]:
        joined += "." + part if joined[-1].isdigit() and part[0].isdigit() else part
    return joined[:LONGEST_TERM]


def _symbol(before: str, word: str, after: str) -> str:
    """`.net`, `c++`: a word with the signs around it, "" if there are none."""
    return (before + word)[: LONGEST_TERM - len(after)] + after if word and (before or after) else ""
