"""Is a regular expression of somebody's settings one that never takes long? Only such a one is used."""

from __future__ import annotations

import re
from functools import lru_cache

_PART = re.compile(
    r"(?P<class>\[\^?\]?(?:[^\]\\]|\\.)*+\])|(?P<escape>\\[^0-9])|(?P<open>\((?:\?P<\w+>|\?:)?(?!\?))|(?P<close>\))"
    r"|(?P<optional>\?)|(?P<many>(?:[*+]|\{\d{1,9}(?:,\d{0,9})?\})[?+]?)|(?P<plain>[^\\()\[?*+{}])",
    re.DOTALL,
)
_FIXED = re.compile(r"\{\d\}\Z|\{\d,?\d\}\Z")
_FLAGS = re.compile(r"\(\?[aiu]+\)")
#: Longer patterns are not used, nor those that have more parts of any length: time grows with their power.
_LONGEST, _MOST = 300, 2


@lru_cache(64)
def safe_pattern(source: str, flags: int = 0) -> re.Pattern[str] | None:
    """The pattern, if it repeats no group and not more than two parts without end; else None.

    >>> bool(safe_pattern(r"(?P<date>\\d{4}-\\d{2}-\\d{2})-(?P<slug>.*)")), safe_pattern("(a+)+$")
    (True, None)
    """
    source = _FLAGS.sub("", source)
    if not source or len(source) > _LONGEST:
        return None
    at = many = 0
    closed = False
    while at < len(source):
        part = _PART.match(source, at)
        if part is None or (closed and part.lastgroup == "many"):
            return None
        many += part.lastgroup == "many" and not _FIXED.match(part[0])
        closed = part.lastgroup == "close"
        at = part.end()
    try:
        return re.compile(source, flags) if many <= _MOST else None
    except (re.error, OverflowError):
        return None
