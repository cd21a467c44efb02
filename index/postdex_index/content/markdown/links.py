"""Where does a body lead, and on which of its lines?

`plain_text` hands in what it comes by. What a link looks for is told by `sites.links`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import unescape
from typing import Any

from ...model import SOFT_BREAK, Link
from .inline_syntax import LINK_START, LINK_STOP, Reference

#: A bare URL ends before CJK punctuation and before the punctuation that follows it in a sentence.
_URL = re.compile(rf"https?://[^{LINK_START}{LINK_STOP}\s<>\"'`|\\\u3000-\u303f\uff00-\uffef“”‘’]+")
_ELEMENT = re.compile(
    r"""<(a|img)\s(?:[^<>"']|"[^"]*"|'[^']*')*?(?<![\w-])(?:href|src)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>=`]+))""",
    re.I,
)
_KINDS = {"a": "html", "img": "image"}


class BodyLinks:
    """The links of a body, as they are met."""

    __slots__ = ("noted",)

    def __init__(self) -> None:
        self.noted: list[Link] = []

    def markdown(self, target: str, mark: Any, line: int, kind: str = "markdown") -> None:
        """A link or a picture, by what the parser says of it."""
        if mark["link_type"] == "Email":
            target = "mailto:" + target
        self.noted.append(Link(target, line, "wiki" if mark["link_type"].__class__ is dict else kind))

    def html(self, html: str, line: int) -> None:
        """The links and pictures of HTML that begins on a line.

        >>> links = BodyLinks()
        >>> links.html("<p>\\n<a class=x href='a.md'>a</a> <img src=b.png>", 5)
        >>> [(link.target, link.line, link.kind) for link in links.noted]
        [('a.md', 6, 'html'), ('b.png', 6, 'image')]
        """
        at = 0
        for element in _ELEMENT.finditer(html):
            line, at = line + html.count("\n", at, element.start()), element.start()
            if target := unescape(element[2] or element[3] or element[4] or ""):
                self.noted.append(Link(target, line, _KINDS[element[1].lower()]))

    def tags(self, references: Iterable[Reference], line: int) -> None:
        """The references of a text that begins on a line."""
        self.noted += [Link(reference.target, line + reference.breaks, reference.tag) for reference in references]

    def prose(self, text: str, line: int) -> None:
        """The addresses that stand in a text as they are; it begins on a line."""
        at = 0
        for url in _URL.finditer(text):
            line, at = line + line_breaks(text, at, url.start()), url.start()
            self.noted.append(Link(url[0].rstrip(".,;:!?)*_"), line, "text"))

    def in_order(self) -> tuple[Link, ...]:
        """All by their lines, each once on a line: the text of a link may be its address."""
        first: dict[tuple[int, str], Link] = {}
        for link in self.noted:
            first.setdefault((link.line, link.target), link)
        return tuple(sorted(first.values(), key=lambda link: link.line))


def line_breaks(text: str, start: int = 0, stop: int | None = None) -> int:
    """How many lines of the file end in a stretch of a section's text."""
    return text.count("\n", start, stop) + text.count(SOFT_BREAK, start, stop)
