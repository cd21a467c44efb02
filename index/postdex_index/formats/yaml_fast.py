"""What does a block of YAML say that is nothing but `key: value` lines and lists of plain values?

Most posts have such front matter. It is read here in an eighth of the time that libyaml's events take, and
without importing yaml (18 ms, which a search that finds one new post would pay). Whatever is not certainly
plain is not read at all: `yaml_lenient` does that, and both must say the same of what both can read.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TypeAlias

from ..named_tuple import NamedTuple

#: What structured text can hold: text, nothing, lists and mappings of these.
Value: TypeAlias = "str | list[Value] | dict[str, Value] | None"
#: Mappings and lists nested deeper than this hold nothing that we read, and are left out; a site's navigation is
#: nested as its pages are.
DEPTH = 16
#: What YAML takes for no value, when it is not in quotes.
NULLS = frozenset(("", "~", "null", "Null", "NULL"))


class Loaded(NamedTuple):
    """A block's value, and what was wrong with it as (line of the block from 0, message)."""

    value: Value
    problems: tuple[tuple[int, str], ...] = ()


# No control characters, other blanks or other ends of lines, of which YAML has its own opinion.
_OTHER = r"\0-\x1f\x7f-\xa0\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff"
_TEXT = rf"(?:[\w(/.]|[^\0-\x7f{_OTHER}])[^:#{_OTHER}]*+(?:(?::(?![ \n])|(?<! )#)[^:#{_OTHER}]*+)*+"
_QUOTED = rf"""\"[^"\\{_OTHER}]*+\"|'[^'{_OTHER}]*+'"""
_LISTED = rf"""(?:{_QUOTED}|(?:[\w(/.]|[^\0-\x7f{_OTHER}])[^\[\]{{}},:#?"'{_OTHER}]*+)"""
_FLOW = rf"\[(?P<flow> *(?:{_LISTED} *(?:, *{_LISTED} *)*+)?)\]"
_ITEMS = rf"(?P<items>(?P<indent> *)- +(?:{_QUOTED}|{_TEXT}) *\n(?:(?P=indent)- +(?:{_QUOTED}|{_TEXT}) *\n)*+)"
#: A comment, a blank line, or a field with all that belongs to it.
_PIECE = (
    rf"(?:#[^{_OTHER}]*+)?\n"
    rf"|(?P<key>[A-Za-z][\w-]{{0,60}}):(?: +(?:(?P<value>{_QUOTED}|{_TEXT})|{_FLOW}) *\n| *\n{_ITEMS}?)"
)


@cache
def _piece() -> re.Pattern[str]:
    return re.compile(_PIECE)  # not on import: a search that only reads a setting of ours would pay for it


def read_plain(block: str) -> dict[str, Value] | None:
    """The fields of a block, None if it has anything but plain lines.

    >>> read_plain("title: 'SMC'\\ntags: [c, \\"d\\"]\\nauthors:\\n  - 'A'\\n  - B\\ndraft:\\n")
    {'title': 'SMC', 'tags': ['c', 'd'], 'authors': ['A', 'B'], 'draft': None}
    >>> read_plain("title: SMC: fallback\\n") is None
    True
    """
    fields: dict[str, Value] = {}
    at, match = 0, _piece().match
    while at < len(block):
        piece = match(block, at)
        if piece is None:
            return None
        key, value, flow, items, _ = piece.groups()
        if key in fields:
            return None  # `yaml_lenient` says where
        if value is not None:
            fields[key] = _scalar(value)
        elif flow is not None:
            fields[key] = list(map(_scalar, re.findall(_LISTED, flow)))
        elif key:
            fields[key] = list(map(_scalar, re.findall(" *- +(.*)\n", items))) if items else None
        at = piece.end()
    return fields or None


def _scalar(text: str) -> str | None:
    text = text.rstrip(" ")
    if text[0] in "\"'":
        return text[1:-1]
    return None if text in NULLS else text
