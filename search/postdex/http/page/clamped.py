"""What is shown of a text that is too long, so that its first mark is always seen, and in which direction?

Lengths are columns, of which a character of Chinese, Japanese or Korean takes two: a line of either fits as many.
"""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import bidirectional

from postdex_index.model import Span
from postdex_index.named_tuple import NamedTuple

from ...text_safety import cells


class Marked(NamedTuple):
    """A text with the spans in it that are marked."""

    text: str
    spans: Sequence[Span] = ()


def begun(text: str, spans: Sequence[Span], columns: int) -> Marked:
    """The text from a word on that stands at most so many columns before the first mark.

    >>> begun("a long way to go before psock", [Span(24, 5)], 12)
    Marked(text='… go before psock', spans=(Span(start=12, length=5),))
    """
    if not spans or spans[0].start * 2 <= columns:
        return Marked(text, spans)
    first = start = spans[0].start
    while start and columns > 0:
        start -= 1
        columns -= cells(text[start])
    if not start:
        return Marked(text, spans)
    blank = text.find(" ", start, start + (first - start) // 2)
    start = blank + 1 if blank >= 0 else start
    return Marked("… " + text[start:], tuple(Span(span.start - start + 2, span.length) for span in spans))


def cut(text: str, spans: Sequence[Span], columns: int) -> Marked:
    """The text as far as so many columns go, with its first mark in them.

    >>> cut("a long way to go before psock", [Span(24, 5)], 16).text, cut("a long way to go", (), 8).text
    ('… before psock', 'a long …')
    """
    if len(text) * 2 <= columns or cells(text) <= columns:
        return Marked(text, spans)
    if spans and cells(text[: spans[0].start + spans[0].length]) > columns:
        text, spans = begun(text, spans, columns // 2)
    end = _fitting(text, columns)
    if end == len(text):
        return Marked(text, spans)
    mark_end = min(spans[0].start + spans[0].length, end) if spans else 0
    blank = text.rfind(" ", max(mark_end, end // 2), end)
    end = blank if blank > 0 else end
    shown = tuple(Span(start, min(length, end - start)) for start, length in spans if start < end)
    return Marked(text[:end].rstrip() + " …", shown)


def _fitting(text: str, columns: int) -> int:
    """How many characters of a text have room in so many columns."""
    if text[:columns].isascii():
        return min(columns, len(text))
    used = 0
    for end, character in enumerate(text):
        used += cells(character)
        if used > columns:
            return end
    return len(text)


def direction(title: str) -> str:
    """The direction that a browser gives a text with dir="auto": that of its first letter that has one.

    >>> direction("2: refcount"), direction("\u05d0 b")
    ('ltr', 'rtl')
    """
    if title.isascii():
        return "ltr"
    kinds = filter(("L", "R", "AL").__contains__, map(bidirectional, title))
    return "ltr" if next(kinds, "L") == "L" else "rtl"
