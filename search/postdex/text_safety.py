"""Which characters of a foreign text may be shown, how wide they are, and how a text is cut into lines.

Posts, file names and queries are written by others: a control character in them can
rewrite a terminal, a bidirectional one can make `evil.md` read like another name.
Every text that people see passes through `printable`, every JSON through `escape`, every HTML
through `to_html`. Choosing what is shown is left to `snippets`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from unicodedata import category, east_asian_width

from postdex_index.model import Span

# C0 and C1 without blanks, the bidirectional marks, embeddings, overrides and isolates, the byte order mark, and what
# nobody sees but a program reads: blanks of no width, tags. Joiners (U+200C, U+200D) make Persian words and emoji, and
# selectors (U+E0100 to U+E01EF) choose forms of an ideograph: these stay. A flag made of tags becomes a plain one.
# Compiled where they are used: nearly all texts are printable as they are.
_UNSEEN = "\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
_UNSEEN += "\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"
_HIDDEN = f"[\0-\x08\x0e-\x1b\x7f-\x84\x86-\x9f{_UNSEEN}]"
_SURROGATE = "[\ud800-\udfff]"
_BLANK = r"[^\S ]"
# What json.dumps leaves as it is and must not reach a terminal or a UTF-8 file raw.
_RAW = f"[\x7f-\x9f\u2028\u2029\ud800-\udfff{_UNSEEN}]"
_NOT_ASCII = "[^\0-\x7e]"
_WORD = r"\s+|\S+"
# In this order: an entity has a & itself.
_ENTITIES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#x27;"))
# No line begins with one of these: they end what stands before.
_CLOSING = frozenset("、。〉》」』】〕！），．：；？］｝～…’”")
# And none ends with one of these.
_OPENING = frozenset("〈《「『【〔（［｛‘“")


def printable(text: str) -> str:
    r"""The text without control, bidirectional and invisible characters, each blank of any kind a plain one.

    A lone surrogate (a file name that is not UTF-8) becomes U+FFFD.

    >>> printable("re\x1b[2Jfcount\n\u202ebug")
    're[2Jfcount bug'
    """
    if text.isprintable():
        return text
    return re.sub(_SURROGATE, "\ufffd", re.sub(_BLANK, " ", re.sub(_HIDDEN, "", text)))


def escape(json_text: str, *, ascii: bool = False) -> str:
    r"""JSON text with the same characters as `\uXXXX`, or with all that are not ASCII: it still reads back as the same.

    >>> escape('["a\u202eb"]'), escape('["引"]', ascii=True)
    ('["a\\u202eb"]', '["\\u5f15"]')
    """
    return re.sub(_NOT_ASCII if ascii else _RAW, lambda match: _escaped(ord(match[0])), json_text)


def _escaped(code: int) -> str:
    """A character as JSON writes it: one or two units of UTF-16."""
    units = (code,) if code < 0x10000 else (0xD7C0 + (code >> 10), 0xDC00 + (code & 0x3FF))
    return "".join(f"\\u{unit:04x}" for unit in units)


@lru_cache(1024)
def iso(seconds: int) -> str:
    """Seconds since 1970 of a wall clock as `2022-08-26T09:39:34`.

    Howard Hinnant's civil_from_days, since importing datetime costs a cold search 2 ms and
    `time.gmtime` refuses years before 1970 on some systems.

    >>> iso(1661506774)
    '2022-08-26T09:39:34'
    """
    days, rest = divmod(seconds, 86_400)
    era, day = divmod(days + 719_468, 146_097)  # eras of 400 years, from 0000-03-01
    year = (day - day // 1460 + day // 36_524 - day // 146_096) // 365
    day -= 365 * year + year // 4 - year // 100
    month = (5 * day + 2) // 153  # 0 is March
    date = f"{400 * era + year + (month >= 10):04}-{(month + 2) % 12 + 1:02}-{day - (153 * month + 2) // 5 + 1:02}"
    return f"{date}T{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"


def day_of(seconds: int | None, date_from: str = "") -> str:
    """The day of a moment; "" if there is none, or only the time of a file, which a checkout renews.

    >>> day_of(1661506774), day_of(1661506774, "file"), day_of(None)
    ('2022-08-26', '', '')
    """
    return "" if seconds is None or date_from == "file" else iso(seconds).partition("T")[0]


def pieces(text: str, spans: Sequence[Span]) -> Iterator[tuple[str, bool]]:
    """The text in pieces, each with whether it is marked; spans in order and apart.

    >>> list(pieces("a bug", [Span(2, 3)]))
    [('a ', False), ('bug', True)]
    """
    done = 0
    for start, length in spans:
        if start > done:
            yield text[done:start], False
        yield text[start : start + length], True
        done = start + length
    if done < len(text):
        yield text[done:], False


def to_html(text: str, spans: Sequence[Span] = ()) -> str:
    """The text as HTML that is safe in an element or a quoted attribute; its spans in `<mark>`.

    >>> to_html("if a<b: bug", [Span(8, 3)])
    'if a&lt;b: <mark>bug</mark>'
    """
    return "".join(f"<mark>{_html(piece)}</mark>" if marked else _html(piece) for piece, marked in pieces(text, spans))


def _html(text: str) -> str:
    text = printable(text)
    for character, entity in _ENTITIES:  # eight times as fast as `translate` on what has few of them
        text = text.replace(character, entity)
    return text


def link(url: str) -> str:
    """The URL if it may be a link (http, https or a path), else "".

    >>> link("/2022/08/26/refcount-bug/#what-I-fixed"), link("javascript:alert(1)")
    ('/2022/08/26/refcount-bug/#what-I-fixed', '')
    """
    shown = printable(url).strip()
    scheme, colon, _ = shown.partition(":")
    is_path = not colon or not scheme or any(char in scheme for char in "/?#")
    return shown if is_path or scheme.lower() in ("http", "https") else ""


def cells(text: str) -> int:
    """The columns that a terminal needs: two for a wide character, none for a combining one.

    >>> cells("bug"), cells("索引"), cells("e\u0301")
    (3, 4, 1)
    """
    return len(text) if text.isascii() else sum(map(_cells, text))


def _cells(char: str) -> int:
    if char < "\u0300":
        return 1
    return 2 if east_asian_width(char) in "WF" else 0 if category(char) in ("Mn", "Me", "Cf") else 1


def lines(text: str, width: int) -> list[tuple[int, int]]:
    """Where each line of the text starts and stops, in code points, when none may be wider than `width` columns.

    Breaks at blanks, which belong to no line, and between ideographs; a word longer than a
    line is cut. A width of 0 gives one line.

    >>> [("fix the refcount bug")[start:stop] for start, stop in lines("fix the refcount bug", 8)]
    ['fix the', 'refcount', 'bug']
    """
    if not width or cells(text) <= width:
        return [(0, len(text))]
    ranges: list[tuple[int, int]] = []
    start, stop, used = -1, 0, 0  # the line being filled; -1: none yet. Blanks count in `used`, `stop` is before them.
    for begin, end, blank, need in _chunks(text, width):
        if start >= 0 and used + need > width and not blank:
            ranges.append((start, stop))
            start = -1
        if start < 0:
            if blank:
                continue
            start, used = begin, 0
        used += need
        stop = stop if blank else end
    return [*ranges, (start, stop)] if start >= 0 else ranges


def _chunks(text: str, width: int) -> Iterator[tuple[int, int, bool, int]]:
    """What stays together on a line: (start, stop, whether blank, columns)."""
    for word in re.finditer(_WORD, text):
        start, blank = word.start(), word[0].isspace()
        for at in () if blank or word[0].isascii() else range(start + 1, word.end()):
            if _may_break(text[at - 1], text[at]):
                yield from _fitting(text, start, at, width)
                start = at
        if blank:
            yield start, word.end(), True, cells(word[0])
        else:
            yield from _fitting(text, start, word.end(), width)


def _may_break(before: str, after: str) -> bool:
    """Whether a line may end between two characters of a word: beside a wide one, which is a word by itself."""
    if after in _CLOSING or before in _OPENING or before == "\u200d" or not _cells(after):
        return False
    return _cells(before) == 2 or _cells(after) == 2


def _fitting(text: str, start: int, stop: int, width: int) -> Iterator[tuple[int, int, bool, int]]:
    """The chunk text[start:stop], or if it is wider than a line its characters."""
    need = cells(text[start:stop])
    if need <= width:
        yield start, stop, False, need
    else:
        for at in range(start, stop):
            yield at, at + 1, False, _cells(text[at])
