"""Which lines of a Markdown body are fenced code?"""

from __future__ import annotations

import re

_FENCE = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*(`{3,}(?=[^`]*$)|~{3,})")


class Fences:
    """Is told the lines of a body one after the other.

    `open` is the fence of the code that the lines stand in, or empty; `info` is what stood behind the last one opened.

    >>> fences = Fences()
    >>> [fences.holds(line) for line in ("text", "```rust", "let x = 1;", "```", "text")]
    [False, True, True, True, False]
    """

    __slots__ = ("info", "open")

    def __init__(self) -> None:
        self.open = self.info = ""

    def holds(self, line: str) -> bool:
        """Whether the next line is of fenced code: its fences are."""
        mark = _FENCE.match(line) if "```" in line or "~~~" in line else None
        if self.open:
            if mark and mark[1].startswith(self.open) and not line[mark.end() :].strip():
                self.open = ""
            return True
        if mark:
            self.open, self.info = mark[1], line[mark.end() :].strip()
        return mark is not None
