"""Which tags (`#tag`) stand in a line of text? For editors of notes, which have them in common."""

from __future__ import annotations

import re

_CODE = re.compile(r"`+[^`]*`+")
#: A tag has something that is no digit, and nothing but a blank before it.
TAG = re.compile(r"(?<!\S)#([\w/-]*[^\W\d][\w/-]*)")


def tags_in(line: str, tag: re.Pattern[str] = TAG) -> list[str]:
    """The tags in a line of text, whose code has none; a `tag` has one group for each way to write it.

    >>> tags_in("Met #person on #1, `#code`")
    ['person']
    """
    return ["".join(match.groups("")).strip("/ ") for match in tag.finditer(_CODE.sub("`", line))]
