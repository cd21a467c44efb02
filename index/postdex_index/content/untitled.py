"""What is a post called that has neither a title nor a heading of level 1? By its file's name, if that says something.

A number, a hash or a UUID says nothing to readers: then it is the first heading of the text, or else its first words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..formats import dates
from ..model import Section

#: Longest title of first words, in columns: a Chinese character takes two.
_COLUMNS = 60
_HASH = re.compile(r"(?=.*\d)(?=.*[a-f])[0-9a-f]{8,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_NUMBER = re.compile(r"\d+(?:[-_]\d+)*")
_SENTENCE = re.compile(r".*?(?:[.!?…]+[\"'”’)\]]*(?= )|[。！？；…]+[」』”’）]*)")
_CLAUSE = re.compile(r"[，、；：,;:]\s*")
#: From here on characters are Chinese, Japanese or Korean, most of them, and take two columns.
_WIDE = "\u1100"


def title_of(name: str, sections: Sequence[Section], excerpt: str) -> str:
    """The name of a post's file as a title, or what its text begins with where that says more; "" if both are empty.

    `excerpt` is the text's first prose, on one line.

    >>> sections = [Section(0, "", "", 1, "It ends *too* late. I know.")]
    >>> [title_of(name, sections, "It ends too late. I know.") for name in ("off_by_one", "1048576")]
    ['off by one', 'It ends too late']
    """
    words = name.replace("_", " ").strip()
    return (_beginning(sections, excerpt) if says_nothing(name) else "") or words


def says_nothing(name: str) -> bool:
    """Whether a name is a number, a hash or a UUID. A date is what a page of a diary is called.

    >>> [name for name in ("1048576", "2022-08-26", "9f86d081884c7d65", "feedback", "0.146.0") if says_nothing(name)]
    ['1048576', '9f86d081884c7d65']
    """
    if _NUMBER.fullmatch(name):
        return name.isdecimal() or not dates.split_name(name)[0]
    return _HASH.fullmatch(name) is not None


def _beginning(sections: Sequence[Section], excerpt: str) -> str:
    first = next((section for section in sections if section.heading or section.text.strip()), None)
    if first is None:
        return ""
    return first_words(first.heading or excerpt or first.text)


def first_words(text: str) -> str:
    """The first sentence of a text, cut at a clause's or a word's end if it is long.

    >>> first_words("What I fixed. Then more."), first_words("很长的第一句，" * 6)
    ('What I fixed', '很长的第一句，很长的第一句，很长的第一句，很长的第一句…')
    """
    line = " ".join(text[: 16 * _COLUMNS].split())
    sentence = _SENTENCE.match(line)
    line = sentence[0].rstrip(".。") if sentence else line
    room = at = 0
    while at < len(line) and room + 1 + (line[at] >= _WIDE) <= _COLUMNS:
        room += 1 + (line[at] >= _WIDE)
        at += 1
    if at == len(line):
        return line
    return line[: _end(line, at)].rstrip(" ，、；：,;:-–—") + "…"


def _end(line: str, most: int) -> int:
    """Where to cut a line before position `most`: behind the last clause of its second half, else the last word."""
    clauses = [match.start() for match in _CLAUSE.finditer(line, most // 2, most)]
    blank = line.rfind(" ", most // 2, most + 1)
    return clauses[-1] if clauses else blank if blank > 0 else most
