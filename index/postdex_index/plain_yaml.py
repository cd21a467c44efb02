"""What does a block of YAML say that is nothing but `key: value` lines and lists of plain values?

Most posts have such front matter. It is read here in an eighth of the time that libyaml's events take, and
without importing yaml (18 ms, which a search that finds one new post would pay). Whatever is not certainly
plain is not read at all: `yaml_block` does that, and both must say the same of what both can read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .yaml_block import Value

#: What YAML takes for no value, when it is not in quotes.
NULLS = frozenset(("", "~", "null", "Null", "NULL"))

# No control characters, other blanks or other ends of lines, of which YAML has its own opinion.
_OTHER = r"\0-\x1f\x7f-\xa0\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff"
_TEXT = rf"(?:[\w(/.]|[^\0-\x7f{_OTHER}])[^:#{_OTHER}]*+(?:(?::(?![ \n])|(?<! )#)[^:#{_OTHER}]*+)*+"
_QUOTED = rf"""\"[^"\\{_OTHER}]*+\"|'[^'{_OTHER}]*+'"""
_LISTED = rf"""(?:{_QUOTED}|(?:[\w(/.]|[^\0-\x7f{_OTHER}])[^\[\]{{}},:#?"'{_OTHER}]*+)"""
_FLOW = rf"\[(?P<flow> *(?:{_LISTED} *(?:, *{_LISTED} *)*+)?)\]"
_ITEMS = rf"(?P<items>(?P<indent> *)- +(?:{_QUOTED}|{_TEXT}) *\n(?:(?P=indent)- +(?:{_QUOTED}|{_TEXT}) *\n)*+)"
#: A comment, a blank line, or a field with all that belongs to it.
_PIECE = re.compile(
    rf"(?:#[^{_OTHER}]*+)?\n"
    rf"|(?P<key>[A-Za-z][\w-]{{0,60}}):(?: +(?:(?P<value>{_QUOTED}|{_TEXT})|{_FLOW}) *\n| *\n{_ITEMS}?)"
)
_FLOW_VALUE = re.compile(_LISTED)
_ITEM_VALUE = re.compile(r" *- +(.*)\n")


def read(block: str) -> dict[str, Value] | None:
    """The fields of a block, None if it has anything but plain lines.

    >>> read("title: 'SMC'\\ntags: [c, \\"d\\"]\\nauthors:\\n  - 'A'\\n  - B\\ndraft:\\n")
    {'title': 'SMC', 'tags': ['c', 'd'], 'authors': ['A', 'B'], 'draft': None}
    >>> read("title: SMC: fallback\\n") is None
    True
    """
    fields: dict[str, Value] = {}
    at = 0
    while at < len(block):
        piece = _PIECE.match(block, at)
        if piece is None:
            return None
        key, value, flow, items, _ = piece.groups()
        if key in fields:
            return None  # `yaml_block` says where
        if value is not None:
            fields[key] = _scalar(value)
        elif flow is not None:
            fields[key] = list(map(_scalar, _FLOW_VALUE.findall(flow)))
        elif key:
            fields[key] = list(map(_scalar, _ITEM_VALUE.findall(items))) if items else None
        at = piece.end()
    return fields or None


def _scalar(text: str) -> str | None:
    text = text.rstrip(" ")
    if text[0] in "\"'":
        return text[1:-1]
    return None if text in NULLS else text
