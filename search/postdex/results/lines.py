r"""In which lines of which posts does a regular expression match? As `grep` has it: path, line, text.

Lines are those of the file, their text is what the post says, without markup: what the index keeps, so that no file is
read. Posts come one after the other; who has seen enough stops.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator

from postdex_index.document import Outlined
from postdex_index.engine.api import Answer, Candidate
from postdex_index.model import INCLUDED_BREAK, SOFT_BREAK, Span
from postdex_index.named_tuple import NamedTuple
from postdex_index.public import public
from postdex_index.text.regexes import Regex, of_lines, of_literal

#: Characters of a line that are looked at. Where RE2 has to go step by step, these take it seconds.
LONGEST_LINE = 100_000
#: Matches of a line that are marked.
_MOST_SPANS = 1_000
#: What an expression says of a whole text, where it is to hold for each line.
_OF_THE_TEXT = r"\\[Az]|\(\?\w*-"


@public
class LineMatch(NamedTuple):
    """A line of a post that an expression matches, on line `line` of its file; `spans` are the matches in its text."""

    path: str
    line: int
    text: str
    spans: tuple[Span, ...]
    url: str


@public
class Lines:
    """The lines that match, read post by post as they are asked for.

    `warnings` is what is to be said of the query for the posts. When all have been read, `complete` says whether the
    deadline was kept, `posts` how many posts were looked at.
    """

    def __init__(
        self,
        pattern: str,
        any_case: bool,
        posts: Callable[[], Answer],
        *,
        deadline: float | None = None,
        warnings: tuple[str, ...] = (),
    ) -> None:
        """`posts` searches for the posts, `deadline` is a `time.monotonic()`. Raises QueryError, MissingExtraError."""
        literal = of_literal(pattern, any_case=any_case)
        self._line = literal or of_lines(pattern, any_case=any_case)
        # Through a whole section in one go, where that finds the same.
        self._anywhere = literal
        if not literal and not re.search(_OF_THE_TEXT, pattern):
            self._anywhere = of_lines(f"(?m){pattern}", any_case=any_case)
        self._deadline = deadline
        self.warnings = warnings
        self.posts = 0
        answer = posts()
        self.complete = answer.complete
        self._lines = self._matches(answer.candidates)

    def __iter__(self) -> Iterator[LineMatch]:
        return self._lines

    def __next__(self) -> LineMatch:
        return next(self._lines)

    def _matches(self, posts: Iterable[Candidate]) -> Iterator[LineMatch]:
        for candidate in posts:
            if self._deadline is not None and time.monotonic() > self._deadline:
                self.complete = False
                return
            yield from self._of_post(candidate.document)
            self.posts += 1

    def _of_post(self, document: Outlined) -> Iterator[LineMatch]:
        for number in range(len(document.outline.levels)):
            text, section = document.text(number).replace(SOFT_BREAK, "\n"), document.section(number)
            if section.heading:  # the text begins with the end of its line
                text = section.heading + (text if text[:1] in ("", "\n") else INCLUDED_BREAK + text)
            url = f"{document.url}#{section.anchor}" if document.url and section.anchor else document.url
            for line, here, spans in self._of_text(text):
                yield LineMatch(document.path, section.line + line, here, spans, url)

    def _of_text(self, text: str) -> Iterator[_Line]:
        """The lines of a section that match, the first being 0."""
        if self._anywhere and len(text) <= LONGEST_LINE and INCLUDED_BREAK not in text:
            yield from _lines_at(self._anywhere, text.encode())
            return
        for line, whole in enumerate(text.split("\n")):
            for here in whole.split(INCLUDED_BREAK):
                looked_at = here[:LONGEST_LINE].encode()
                if self._line.search(looked_at):
                    (_, _, spans), *_ = _lines_at(self._line, looked_at)
                    yield _Line(line, here, spans)


def around_match(match: LineMatch, most: int) -> LineMatch:
    """The line with at most so many characters, the first match among them; … stands where it is cut.

    >>> around_match(LineMatch("a.md", 1, "abcdefghij", (Span(6, 1), Span(9, 1)), ""), 4)
    LineMatch(path='a.md', line=1, text='…fghi…', spans=(Span(start=2, length=1),), url='')
    """
    path, line, text, spans, url = match
    if len(text) <= most:
        return match
    start = max(0, min(spans[0].start - most // 4 if spans else 0, len(text) - most))
    stop, before = start + most, "…" if start else ""
    inside = [Span(at - start + len(before), min(length, stop - at)) for at, length in spans if start <= at < stop]
    return LineMatch(path, line, f"{before}{text[start:stop]}{'…' if stop < len(text) else ''}", tuple(inside), url)


class _Line(NamedTuple):
    """A line of a text: its number, what stands there, and what of that was found."""

    number: int
    text: str
    spans: tuple[Span, ...]


def _lines_at(regex: Regex, text: bytes) -> Iterator[_Line]:
    """The lines that an expression finds something in, in one go through the text.

    >>> [*_lines_at(of_lines("o+"), "é foo bo\\nbar\\no".encode())][1]
    _Line(number=2, text='o', spans=(Span(start=0, length=1),))
    """
    number = begin = 0
    stop = -1
    spans: list[Span] = []  # in bytes
    for match in regex.finditer(text):
        start, end = match.span()
        if start > stop:
            if stop >= 0:
                yield _line(number, text[begin:stop], spans)
            before, begin = begin, text.rfind(b"\n", 0, start) + 1
            number += text.count(b"\n", before, begin)
            stop = text.find(b"\n", start) % (len(text) + 1)
            spans = []
        if end > start and len(spans) < _MOST_SPANS:
            spans.append(Span(start - begin, end - start))
    if stop >= 0:
        yield _line(number, text[begin:stop], spans)


def _line(number: int, text: bytes, spans: list[Span]) -> _Line:
    """A line and its spans, of bytes as of characters."""
    if not text.isascii():
        spans = [Span(len(text[:at].decode()), len(text[at : at + length].decode())) for at, length in spans]
    return _Line(number, text.decode(), tuple(spans))
