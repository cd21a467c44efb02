"""How is text put on a terminal's lines: in which colours, behind which links, and how much of it has room?

Spans first, escape sequences last. What is shown of a hit, and in which order, is `terminal`'s.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from postdex_index.model import Span
from postdex_index.named_tuple import NamedTuple
from postdex_index.settings import Settings

from ..text_safety import cells, lines, pieces, printable

#: Below this the indent is half, and nothing stands beside anything: 20 columns must stay readable.
NARROW = 40
_ESCAPES = r"\x1b\[[\d;]*m|\x1b\]8;;.*?\x1b\\"
_URL_BYTES = frozenset(b"/:._-~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")


class Palette(NamedTuple):
    """The colour of each kind of text, as the numbers between `ESC [` and `m` (Select Graphic Rendition): `1;31`."""

    title: str = ""
    path: str = ""
    line: str = ""
    heading: str = ""
    mark: str = ""
    note: str = ""
    dim: str = ""

    @classmethod
    def of(cls, colors: str) -> Palette:
        """The colours of the setting `colors`; those that it does not name are as usual.

        >>> Palette.of("mark=7:heading=").mark, Palette.of("mark=7:heading=").heading, Palette.of("mark=7").title
        ('7', '', '1')
        """
        usual: str = Settings._field_defaults["colors"]
        named = [pair.partition("=") for pair in f"{usual}:{colors}".split(":") if pair]
        return cls(**{name: code for name, _, code in named})


#: No colours.
PLAIN = Palette()


class Screen(NamedTuple):
    """What the output is for: its width (0: lines are as long as they are), its colours, and how paths are said.

    `link` makes an OSC-8 link of what leads into a file: a template in which {path} is the post's path under the folder
    `root`, percent-encoded, and {line} the line, as `vscode://file{path}:{line}`. `where` makes of a post's path the
    path as it is shown, relative to where people stand.
    """

    width: int = 0
    palette: Palette = PLAIN
    link: str = ""
    root: str = ""
    where: Callable[[str], str] = str

    @property
    def narrow(self) -> bool:
        """Whether there is room for one thing a line only."""
        return 0 < self.width < NARROW


class Line(NamedTuple):
    """A stretch of text with its marks."""

    text: str
    spans: tuple[Span, ...] = ()


def painted(text: str, code: str) -> str:
    """The text in a colour.

    >>> painted("bug", "1;31"), painted("bug", "")
    ('\\x1b[1;31mbug\\x1b[0m', 'bug')
    """
    return f"\x1b[{code}m{text}\x1b[0m" if code and text else text


def marked(line: Line, code: str, screen: Screen) -> str:
    """The line in a colour, its marks in theirs."""
    mark = screen.palette.mark
    return "".join(painted(piece, mark if inside else code) for piece, inside in pieces(*line))


def shown(text: str, spans: Sequence[Span] = ()) -> Line:
    """A foreign text as it may be shown; where characters are left out of it, the marks no longer fit."""
    safe = printable(text)
    return Line(safe, tuple(spans) if safe == text else ())


def joined(parts: Sequence[Line], separator: str) -> Line:
    """Several lines as one.

    >>> joined([Line("Fix"), Line("A bug", (Span(2, 3),))], " > ")
    Line(text='Fix > A bug', spans=(Span(start=8, length=3),))
    """
    spans: list[Span] = []
    offset = 0
    for text, inside in parts:
        spans += [Span(offset + start, length) for start, length in inside]
        offset += len(text) + len(separator)
    return Line(separator.join(part.text for part in parts), tuple(spans))


def cut(line: Line, start: int, stop: int, before: str = "", after: str = "") -> Line:
    """The stretch of a line from `start` to `stop`, between two other texts."""
    inside = []
    for begin, length in line.spans:
        first, last = max(begin, start), min(begin + length, stop)
        if first < last:
            inside.append(Span(first - start + len(before), last - first))
    return Line(f"{before}{line.text[start:stop]}{after}", tuple(inside))


def wrapped(line: Line, width: int, most: int = 0) -> list[Line]:
    """The line as several that are at most `width` columns wide (0: as one); of more than `most` the last ends in …."""
    text = line.text
    ranges = [(start, stop) for start, stop in lines(text, width) if start < stop]
    if not most or len(ranges) <= most:
        return [cut(line, start, stop) for start, stop in ranges]
    start = ranges[most - 1][0]
    _, stop = lines(text[start:], max(1, width - 1))[0]
    return [*(cut(line, *bounds) for bounds in ranges[: most - 1]), cut(line, start, start + stop, after="…")]


def clipped(line: Line, width: int, start: int = 0) -> Line:
    """What of a line has room in `width` columns (0: all) from `start` on; … stands where it is cut.

    >>> clipped(Line("the count of an object"), 12).text
    'the count…'
    """
    before = "…" if start else ""
    rest = line.text[start:]
    room = width - len(before)
    if not width or cells(rest) <= room:
        return cut(line, start, len(line.text), before)
    begin, stop = next(iter(lines(rest, max(1, room - 1))), (0, 0))  # none where all is blank
    return cut(line, start + begin, start + stop, before, "…")


def around_mark(line: Line, width: int) -> Line:
    """What of a line has room in `width` columns (0: all), its first mark among it.

    >>> around_mark(Line("the count of an object that nobody owns", (Span(28, 6),)), 20)
    Line(text='…that nobody owns', spans=(Span(start=6, length=6),))
    """
    text = line.text
    if not width or not line.spans or cells(text) <= width:
        return clipped(line, width)
    mark = line.spans[0]
    start = 0
    if cells(text[: mark.start + mark.length]) >= width:
        start = max(0, mark.start - width // 4)
        start = text.find(" ", start, mark.start) + 1 or start
        while (earlier := text.rfind(" ", 0, max(0, start - 1)) + 1) < start and cells(text[earlier:]) < width:
            start = earlier
    return clipped(line, width, start)


def last_of(parts: Sequence[Line], separator: str, width: int) -> Line:
    """As many of the last parts as have room in `width` columns (0: all), … for those before them; if
    none has, the beginning of the last one.

    >>> last_of([Line("Setup"), Line("Linux"), Line("Install")], " > ", 17).text
    '… > Install'
    """
    for first in range(len(parts)):
        line = joined([*([Line("…")] if first else []), *parts[first:]], separator)
        if not width or cells(line.text) <= width:
            return line
    return clipped(parts[-1], width) if parts else Line("")


def linked(text: str, path: str, line: int, screen: Screen) -> str:
    """The text as a link to a line of a post, if there are links."""
    if not screen.link or not text:
        return text
    target = _quoted(f"{screen.root.rstrip('/')}/{path}" if screen.root else path)
    url = printable(screen.link).replace("{line}", str(line or 1)).replace("{path}", target)
    return f"\x1b]8;;{url}\x1b\\{text}\x1b]8;;\x1b\\"


def _quoted(path: str) -> str:
    """Percent-encoded as in a URL; `urllib.parse` would cost a cold search 4 ms.

    >>> _quoted("/posts/a b.md")
    '/posts/a%20b.md'
    """
    octets = path.encode("utf-8", "surrogateescape")  # the bytes that the system knows the file by
    return "".join(chr(byte) if byte in _URL_BYTES else f"%{byte:02X}" for byte in octets)


def rows(text: str, screen: Screen) -> int:
    """The lines that a text takes on the screen, where what is too wide goes on below."""
    lines = re.sub(_ESCAPES, "", text).splitlines()
    return sum(max(1, -(-cells(line) // screen.width)) if screen.width else 1 for line in lines)
