"""How is a text spelled in ASCII? As the names of pages are by generators that keep nothing else.

Letters with accents lose them; Greek, Cyrillic, kana, hangul and signs that are read aloud are spelled as is usual, a
Han character by one of its readings in Mandarin. Of other scripts, and of rare characters, there is no spelling here.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from unicodedata import category, normalize

#: Marks that are read as a blank.
_BLANKS = frozenset("、。〉》」』】〕〜")
_DATA = Path(__file__).parent / "data"
#: Syllables of hangul: first letter, vowel, last letter.
_FIRST = "g gg n d dd r m b bb s ss  j jj c k t p h".split(" ")  # noqa: SIM905
_VOWEL = "a ae ya yae eo e yeo ye o wa wae oe yo u weo we wi yu eu yi i".split(" ")  # noqa: SIM905
_LAST = " g gg gs n nj nh d l lg lm lb ls lt lp lh m b bs s ss ng j c k t p h".split(" ")  # noqa: SIM905


@cache
def _spellings() -> dict[str, str]:
    """Characters, and how they are spelled."""
    words = (_DATA / "latin_letters.txt").read_text(encoding="utf-8").split()
    return dict(zip(words[::2], words[1::2], strict=True))


@cache
def _readings() -> dict[str, str]:
    """Han characters, and how they are read: in one of several ways, where there are several."""
    lines = (_DATA / "han_readings.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split(" ") for line in lines)
    return {character: f"{reading.capitalize()} " for reading, characters in pairs for character in characters}


def in_latin_letters(text: str) -> str | None:
    """The text in ASCII, None if a letter in it is not spelled here.

    >>> in_latin_letters("Œuvre — Ёлка"), in_latin_letters("搜索한국"), in_latin_letters("हिन्दी")
    ('OEuvre -- Iolka', 'Sou Suo hangug', None)
    """
    if text.isascii():
        return text
    spelled = [_spelled(character) for character in normalize("NFKC", text)]
    return None if None in spelled else "".join(filter(None, spelled))


def _spelled(character: str) -> str | None:
    if character.isascii():
        return character
    if "一" <= character <= "龥":
        return _readings().get(character)
    if "가" <= character <= "힣":
        vowels, last = divmod(ord(character) - ord("가"), len(_LAST))
        first, vowel = divmod(vowels, len(_VOWEL))
        return _FIRST[first] + _VOWEL[vowel] + _LAST[last]
    if character in _spellings():
        return _spellings()[character]
    base = "".join(part for part in normalize("NFKD", character) if category(part) != "Mn")
    if base != character:
        return in_latin_letters(base)
    return None if category(character)[0] in "LMN" else " " if character in _BLANKS or character.isspace() else ""
