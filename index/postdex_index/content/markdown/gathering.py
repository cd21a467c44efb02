"""How does the text of a body gather while its events are read, so that it keeps the file's lines?

What each event means is for `plain_text`; here are the lists that text goes to, the breaks between its lines, and the
tags of HTML in a sentence, which decide whether what follows is seen at all.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ...model import SOFT_BREAK
from .inline_syntax import MORE_MARK, inline_html_text
from .links import BodyLinks

MORE = re.compile(r"<!--[ \t]*more[ \t]*-->", re.I)
#: A component that stands in a sentence began so many pieces of text before its end, at most.
_COMPONENT_PARTS = 40


class Gathering:
    """The text of a body that was read so far and is no section's yet.

    Prose gathers in `prose` until code or a heading comes. `line` is the file's line that the text has reached; `at` is
    a byte offset into `source` and `at_line` its line. `next_break` is the first newline after it: text that starts
    behind that needs line breaks first.
    """

    __slots__ = (
        "at", "at_line", "codes", "hidden_from", "in_anchor", "into", "line", "links", "marked", "next_break", "prose",
        "put", "source",
    )  # fmt: skip

    def __init__(self, source: bytes, first_line: int) -> None:
        self.source = source
        self.links = BodyLinks()
        #: Whether a mark (`MORE_MARK`, `LINK_START`) stands in the prose.
        self.marked = False
        self.prose: list[str] = []
        #: Where text goes now: `prose`, or the list of a heading, a block of code or of HTML.
        self.into = self.prose
        self.put: Callable[[str], None] = self.prose.append
        #: Indices into `into` of inline code, which template tags and stars leave alone.
        self.codes: list[int] = []
        #: By indices into `into`: what an anchor has instead of what is seen in a heading, "" for nothing.
        self.in_anchor: dict[int, str] = {}
        self.at, self.at_line, self.line, self.next_break = 0, first_line, first_line, -1
        #: Index into `into` of an open inline <script> or <style>, or -1.
        self.hidden_from = -1

    def catch_up(self, at: int, line_break: str) -> None:
        """Put the line breaks that bring the text to the line of byte `at`."""
        source = self.source
        if at > self.at:  # as `line_at` has it, which would be a call for each event
            self.at_line += source.count(b"\n", self.at, at)
            self.at = at
        behind = self.at_line - self.line
        if behind > 0:
            self.prose.append(line_break * behind)
            self.line = self.at_line
        newline = source.find(b"\n", self.at)
        self.next_break = newline if newline >= 0 else len(source)

    def line_at(self, at: int) -> int:
        """The file's line of a byte that is not before the one that was reached."""
        if at > self.at:
            self.at_line += self.source.count(b"\n", self.at, at)
            self.at = at
        return self.at_line

    def divert(self) -> None:
        """Gather what comes in a list of its own, without breaks: it has them itself, or has none."""
        self.into = gathering = list[str]()
        self.put = gathering.append
        self.next_break = len(self.source)

    def undivert(self) -> str:
        """Go back to prose; the text gathered since `divert`."""
        gathered = "".join(self.into)
        self.into = prose = self.prose
        self.put = prose.append
        self.next_break = -1
        return gathered

    def put_unslugged(self, shown: str) -> None:
        """Put what readers see of a tag; in a heading it is no part of the anchor."""
        if self.into is not self.prose:
            self.in_anchor[len(self.into)] = ""
        self.put(shown)

    def inline_html(self, tag: str, span: Any) -> None:
        lower = tag[:8].lower()
        if "href" in tag or "src" in tag:
            self.links.html(tag, self.line_at(span["start"]))
        if lower.startswith(("<script>", "<script ", "<style>", "<style ")):
            self.end_hidden()
            self.hidden_from = len(self.into)
        elif lower in ("</script", "</style>"):
            self.end_hidden()
        elif self.into and self.into[-1].endswith("{{"):
            self.put(tag.replace("\n", " "))
        elif MORE.match(tag) and self.into is self.prose:
            self.marked = True
            self.put(MORE_MARK)
        elif tag[1] == "/" and tag[2:3].isupper():
            self.end_component(tag[2:-1].rstrip())
        elif shown := inline_html_text(tag):
            if span["start"] > self.next_break:
                self.catch_up(span["start"], SOFT_BREAK)
            (self.put if shown[0] == "<" else self.put_unslugged)(shown)

    def end_component(self, name: str) -> None:
        """What looked like a type's parameter (`Option<T>`) was a component: it ends here."""
        opened = f"<{name}>"
        for index in range(len(self.into) - 1, max(len(self.into) - _COMPONENT_PARTS, 0) - 1, -1):
            if self.into[index] == opened and index not in self.codes:
                self.into[index] = " "
                if self.into is not self.prose:
                    self.in_anchor[index] = ""
                break
        self.put_unslugged(" ")

    def end_hidden(self) -> None:
        """Forget the text since an inline <script> or <style>, all but its line breaks."""
        if self.hidden_from >= 0:
            hidden = "".join(self.into[self.hidden_from :])
            self.into[self.hidden_from :] = [SOFT_BREAK * (hidden.count("\n") + hidden.count(SOFT_BREAK))]
            self.codes = [index for index in self.codes if index < self.hidden_from]
            self.in_anchor = {at: text for at, text in self.in_anchor.items() if at < self.hidden_from}
            self.hidden_from = -1
