"""Which characters make up a raw token, and which writing systems run on without blanks?

Here are the classes of characters, the patterns that cut a text into raw tokens (the
fastest that is right for that text), and the normal forms: folded, simplified, a run of
characters without blanks. What a raw token means is `tokenizer`'s answer.

Nothing is compiled or read at import: a search for English words needs the ASCII pattern only.
"""

from __future__ import annotations

import os
import re
import unicodedata
from bisect import bisect_right
from functools import cache, lru_cache
from itertools import chain

from .. import native

#: Scripts written without blanks, where every character is a token: Han, kana and Bopomofo;
#: Hangul; Thai and Lao; Myanmar and Khmer. Their punctuation (the dot between Japanese names) is not in it.
SPACELESS = (
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303c\u3041-\u309f\u30a1-\u30fa\u30fc-\u30ff"
    "\u3105-\u312f\u3131-\u318e\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f"
    "\U0001b000-\U0001b16f\U00020000-\U000323af"
    "\u1100-\u11ff\ua960-\ua97f\uac00-\ud7ff\uffa0-\uffdc"
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e50-\u0e59\u0e81-\u0edf"
    "\u1000-\u1049\u1050-\u109f\ua9e0-\ua9fe\uaa60-\uaa7f\u1780-\u17d3\u17d7\u17dc\u17dd\u17e0-\u17e9"
)
#: No script without blanks has a character before this one: cheaper to see than which script it is.
ASIAN = "\u0e00"
#: Characters that a reader doesn't see inside a word: soft hyphen, zero-width blanks and joiners, variation selectors.
_INVISIBLE = "\u00ad\u200b-\u200d\u2060\ufeff\ufe00-\ufe0e\U000e0100-\U000e01ef"
_UNSEEN = f"[{_INVISIBLE}\ufe0f]"
#: Marks of the scripts without blanks, and the signs that NFKC makes such marks of.
_RUN_MARKS = (
    "\u3099\u309a\uff9e\uff9f\u0e31\u0e33-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb3-\u0ebc\u0ec8-\u0ece"
    "\u102b-\u103e\u108d\u17b4-\u17d3\u17dd"
)
_EMOJI = "\u2600-\u27bf\u2b50\u2b55\U0001f000-\U0001faff"
#: What may follow an emoji and belongs to it: the emoji variation selector and the skin tones.
_EMOJI_STYLE = "\ufe0f\U0001f3fb-\U0001f3ff"
STYLE = f"[{_EMOJI_STYLE}]"
#: Jamo that a font and NFKC put together to one syllable: all of them, vowels, and finals.
_JAMO = "\u1100-\u11ff\u3131-\u318e\uffa0-\uffdc"
_VOWELS = "\u1160-\u11a7\u314f-\u3163\u3187-\u318e\uffc2-\uffdc"
_FINALS = "\u11a8-\u11ff\u3133\u3135\u3136\u313a-\u313f\u3144\uffa3\uffa5\uffa6\uffaa-\uffaf\uffb4"
#: Characters of Latin, Greek and Cyrillic texts among which are no marks, no emoji and none of those scripts:
#: letters, punctuation, currencies, arrows, mathematics, lines.
_WESTERN = "\0-\xac\xae-\u02ff\u0370-\u0482\u048a-\u052f\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u2100-\u25ff"
_FOREIGN = f"[^{_WESTERN}]"
#: At most so many words in one raw token: longer chains go on in the next, so that nothing is lost.
MAX_WORDS = 12
#: A character of a word outside those scripts.
_WORD = rf"[^\W{SPACELESS}]"
#: No letter or digit (Latin, Greek, Cyrillic) follows, so that `#` or a group of digits ends here; a second and third
#: `_WORD` in the pattern would cost a cold search 2 ms of compiling each, one class instead of two .2.
_ENDS = r"(?![0-9A-Za-z_])(?![\u00c0-\u02ff\u0370-\u052f])"

#: What most people leave out when they write: the vowel points and accents of Hebrew; those of Arabic, but not the
#: hamza and madda that make other letters, and the stroke that stretches a word; half rings and the okina of Hawaii.
_LEFT_OUT = (
    *range(0x591, 0x5BE), 0x5BF, 0x5C1, 0x5C2, 0x5C4, 0x5C5, 0x5C7, *range(0x610, 0x61B), 0x640, *range(0x64B, 0x653),
    *range(0x656, 0x660), 0x670, *range(0x6D6, 0x6DD), *range(0x6DF, 0x6E5), 0x6E7, 0x6E8, *range(0x6EA, 0x6EE),
    0x2BB, 0x2BE, 0x2BF,
)  # fmt: skip
#: Letters that are one with another spelling but that Unicode does not decompose, and characters that are none.
_SPELLINGS = str.maketrans(
    {"ß": "ss", "ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "ı": "i", "ð": "d", "þ": "th", "ё": "е"}
) | dict.fromkeys(_LEFT_OUT, "")

#: Characters that were met: those for which the pattern of Chinese texts is right, and those for which it is not.
_COMMON: set[str] = set()
_OTHERS: set[str] = set()

_FOLDER = os.path.join(os.path.dirname(__file__), "data")


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """One of our patterns, compiled when it is first used."""
    return re.compile(pattern)


def raw_pattern(text: str) -> re.Pattern[str]:
    """The pattern whose matches in `text` are its raw tokens: one of five, the fastest that is right.

    An ASCII class is 1.5 times as fast as `\\w` minus scripts, that 4 times as fast as one with
    marks; looking for marks by set costs a tenth of a class that looks for them. A cold search pays for
    compiling, too: 0.4 ms where words are ASCII or Chinese, 1.1 for western texts, 5 to 8 for others.

    >>> raw_pattern("C++17, std::vector<int>").findall("C++17, std::vector<int>")
    ['C++', '17', 'std', 'vector', 'int']
    """
    if text.isascii():
        return _western_pattern(True)
    if _is_plain_chinese(text):
        return _chinese_pattern()
    if _is_western(text):
        return _western_pattern(False)
    return _plain_pattern(not _marks().isdisjoint(text))


@native.twin
def raw_tokens(text: str, /) -> list[str]:
    """The raw tokens of a text that was simplified where it has to be (rule 1 of `tokenizer`).

    >>> raw_tokens("C++17: clcsk->sk_user_data")
    ['C++', '17', 'clcsk', 'sk_user_data']
    """
    return raw_pattern(text).findall(text)


@native.twin
def raw_spans(text: str, /) -> list[tuple[str, int, int]]:
    """The same with where each begins and ends.

    >>> raw_spans("see k8s.io")
    [('see', 0, 3), ('k8s.io', 4, 10)]
    """
    return [(match[0], *match.span()) for match in raw_pattern(text).finditer(text)]


def simplified(text: str) -> str:
    """The text with every traditional Chinese character replaced by its simplified form.

    One character for one, so that offsets stay what they were.

    >>> simplified("雜談 SMC")
    '杂谈 SMC'
    """
    if text.isascii() or _is_western(text):
        return text
    traditional, forms = _simplified_forms()
    return text if traditional.isdisjoint(text) else "".join(map(forms.get, text, text))


def traditional() -> str:
    """The characters that have a simplified form, in no order."""
    return "".join(_simplified_forms()[0])


def fold(text: str) -> str:
    """Rule 2: NFKC, lower case, no marks on Latin and Greek letters, no points on Hebrew and Arabic ones, one spelling
    for ß, ø, ё and their like.

    >>> fold("Ångström Straße Ёлка Й Hawaiʻi"), fold("שָׁלוֹם") == "שלום"
    ('angstrom strasse елка й hawaii', True)
    """
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKC", calm(without_invisible(text))).casefold()
    letters: list[str] = []
    for character in unicodedata.normalize("NFD", calm(folded)):
        if not (letters and letters[-1] < "\u0400" and unicodedata.category(character) == "Mn"):
            letters.append(character)
    return unicodedata.normalize("NFC", "".join(letters)).translate(_SPELLINGS)


def is_spaceless(raw: str) -> bool:
    """Whether a raw token is a run of CJK, kana, Hangul, Thai, Lao, Khmer or Myanmar characters.

    >>> is_spaceless("内核"), is_spaceless("kernel"), is_spaceless("ядро")
    (True, False, False)
    """
    first = raw[:1]
    if first < "\u0e01":
        return False
    return "\u4e00" <= first <= "\u9fff" or bisect_right(_spaceless_bounds(), first) % 2 == 1


def run_text(run: str) -> str:
    """A run of characters without blanks in its normal form: NFKC, without invisible characters.

    >>> run_text("ﾃﾞｰﾀ")
    'データ'
    """
    if (run.isalnum() or not compiled(_UNSEEN).search(run)) and unicodedata.is_normalized("NFKC", run):
        return run
    return "".join(map(_cluster_text, _cluster_pattern().findall(run)))


def run_letters(run: str) -> list[tuple[int, int]]:
    """For each character of `run_text(run)` where the written letter stands in the run that it is part of: a letter
    with its marks, a syllable of jamo. Empty where each character is a letter.

    >>> run_letters("ﾃﾞｰﾀ"), run_letters("データ")
    ([(0, 2), (2, 3), (3, 4)], [])
    """
    if run.isalpha() and unicodedata.is_normalized("NFKC", run):  # no mark is a letter to Python
        return []
    return [match.span() for match in _cluster_pattern().finditer(run) for _ in _cluster_text(match[0])]


def run_characters(run: str) -> list[tuple[str, int, int]]:
    """The characters of `run_text(run)`, each with the stretch of the run where its letter stands."""
    letters = run_letters(run) or [(at, at + 1) for at in range(len(run))]
    return [(character, start, stop) for character, (start, stop) in zip(run_text(run), letters, strict=True)]


def without_invisible(text: str) -> str:
    """The text without soft hyphens, zero-width characters and variation selectors."""
    return compiled(_UNSEEN).sub("", text)


def calm(text: str) -> str:
    """The text with at most 30 combining marks in a row, as Unicode's stream-safe format has it.

    Without that `unicodedata.normalize` is quadratic: 40,000 marks take a second.
    """
    if len(text) < 1000:
        return text
    marks = _mark_class() + _RUN_MARKS
    return compiled(f"([{marks}]{{30}})[{marks}]+").sub(r"\1", text)


@cache
def separator_pattern(marked: bool) -> re.Pattern[str]:
    """What lies between the words of a raw token; `marked` if it holds combining marks, which are not `\\w`."""
    return re.compile(f"(?:[^\\w{_mark_class()}]|_)+" if marked else r"[\W_]+")


def has_marks(text: str) -> bool:
    """Whether the text holds combining marks or invisible characters."""
    return not text.isascii() and not _marks().isdisjoint(text)


def read_table(name: str) -> list[str]:
    """The blank-separated pieces of a text file that comes with the package."""
    return read_text(name).split()


def read_text(name: str) -> str:
    """A text file that comes with the package."""
    with open(os.path.join(_FOLDER, name), encoding="utf-8") as file:
        return file.read()


def _words(piece: str, apostrophes: str) -> str:
    """Rule 1: pieces joined by one of `. - '` or as groups of digits, a leading dot, a trailing `++` or `#`.

    The digits before a comma are looked back for behind it: a literal that fails first is free.
    """
    joints = rf"[.\-{apostrophes}]{piece}|,(?<=\d,)(?<!\d{{4}},)\d{{3}}{_ENDS}"
    return rf"\.?{piece}(?:{joints}){{0,{MAX_WORDS - 1}}}(?:\+\+(?!\+)|\#(?!\#){_ENDS})?"


def _other_tokens() -> str:
    run = f"(?!{_UNSEEN})[{SPACELESS}{_INVISIBLE}\ufe0f]+"  # a class of what begins it costs 3 ms of compiling
    emoji = f"[{_EMOJI}][{_EMOJI_STYLE}]*"
    return rf"|{run}|[\U0001f1e6-\U0001f1ff]{{2}}|{emoji}(?:\u200d{emoji})*"


@cache
def _western_pattern(only_ascii: bool) -> re.Pattern[str]:
    """The plain pattern where there is nothing that it keeps apart."""
    return re.compile(_words(r"\w+", "'"), re.ASCII) if only_ascii else re.compile(_words(r"\w+", "'’‐‑"))


def _is_western(text: str) -> bool:
    return compiled(_FOREIGN).search(text) is None


@cache
def _chinese_pattern() -> re.Pattern[str]:
    """Where every word is of ASCII or of common Chinese characters: what is `\\w` and not the one is the other."""
    return re.compile(_words(r"(?a:\w+)", "'’‐‑") + r"|[^\W0-9A-Za-z_]+")


def _is_plain_chinese(text: str) -> bool:
    """Whether there is nothing but ASCII, common Chinese characters, and signs. A set learns them as they come: as
    classes they would cost a cold search 2 ms of compiling."""
    if _COMMON.issuperset(text):
        return True
    if _OTHERS.isdisjoint(text):
        for character in set(text) - _COMMON:
            (_COMMON if _is_common(character) else _OTHERS).add(character)
    return _OTHERS.isdisjoint(text)


def _is_common(character: str) -> bool:
    """Whether this is ASCII, a common Chinese character, or a sign that is no part of any token but a joint."""
    if character.isascii() or "\u4e00" <= character <= "\u9fff":
        return True
    among_signs = character < "\u0300" or "\u2000" <= character < "\u2600" or "\u3000" <= character < "\u3021"
    return (among_signs or "\uff00" <= character < "\uff66") and unicodedata.category(character)[0] in "PSZ"


@cache
def _plain_pattern(marked: bool) -> re.Pattern[str]:
    """With marks possessive, so that a megabyte of letters and marks leaves no trail of states to go back to."""
    piece = f"{_WORD}++(?:[{_mark_class()}]++{_WORD}*+)*+" if marked else f"{_WORD}+"
    return re.compile(_words(piece, "'’‐‑") + _other_tokens())


@cache
def _spaceless_bounds() -> list[str]:
    """The ranges of SPACELESS as sorted bounds: a character is in one if an odd number of bounds is not above it."""
    ranges = sorted(_ranges(SPACELESS))
    return [chr(bound) for first, last in ranges for bound in (first, last + 1)]


@cache
def _cluster_pattern() -> re.Pattern[str]:
    """A character of a run with what NFKC may join to it; the bound keeps hostile runs linear."""
    syllable = f"[\uac00-\ud7a3{_JAMO}](?:[{_VOWELS}][{_FINALS}]?|[{_FINALS}])"
    return re.compile(f"{syllable}|.[{_RUN_MARKS}{_INVISIBLE}\ufe0f]{{0,8}}", re.DOTALL)


@lru_cache(4096)
def _cluster_text(cluster: str) -> str:
    return unicodedata.normalize("NFKC", compiled(_UNSEEN).sub("", cluster))


@cache
def _mark_class() -> str:
    """Combining marks outside the scripts without blanks, none of which is `\\w`, and invisible characters.

    A table (of Unicode 15.1), because asking `unicodedata` for each of 128,000 characters takes 15 ms.
    """
    ranges = (line.split("-") for line in read_table("combining_marks.txt"))
    return "".join(f"{chr(int(first, 16))}-{chr(int(last, 16))}" for first, last in ranges) + _INVISIBLE


@cache
def _marks() -> frozenset[str]:
    return frozenset(chr(point) for first, last in _ranges(_mark_class()) for point in range(first, last + 1))


def _ranges(characters: str) -> list[tuple[int, int]]:
    """The inside of a character class as (first, last) code points."""
    bounds = re.findall(r"(.)(?:-(.))?", characters, re.DOTALL)
    return [(ord(first), ord(last or first)) for first, last in bounds]


@cache
def _simplified_forms() -> tuple[frozenset[str], dict[str, str]]:
    """The traditional characters, and what each becomes (OpenCC's TSCharacters, see data/ for its licence).

    Unicode's second copies of some of them (radicals, U+F900 and on) become the same, as NFKC comes later.
    """
    forms = {pair[0]: pair[1] for pair in read_table("ts_characters.txt")}
    for copy in map(chr, chain(range(0x2E80, 0x2FE0), range(0xF900, 0xFB00), range(0x2F800, 0x2FA20))):
        if (usual := unicodedata.normalize("NFKC", copy)) in forms:
            forms[copy] = forms[usual]
    return frozenset(forms), forms


def own_classes() -> tuple[str, str, str, str, str]:
    """The insides of the classes of characters that are ours, none of them ASCII: the kernel asks for them when it
    meets a character that is not, as many a cold search never does."""
    return SPACELESS, _INVISIBLE + "\ufe0f", _mark_class(), _EMOJI, _EMOJI_STYLE
