"""Which regular expression covers what a pattern with `*` and `?` covers, and is never slow?

For lines of a .gitignore (`gitignore`), words and values (`wildcard`) and paths (`path`) of a query. Between stars the
first place that fits is the right one, hence the atomic groups: without them `*a*a*a*a*b` would take exponential time.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence

#: In a .gitignore; `**` is matched by trying, so a pattern has few.
_STARS = 4
#: What no value of a column holds: its separators.
_SEPARATORS = r"\t\n"


def wildcard(pattern: str, stop: str = r"\n") -> bytes:
    """Over UTF-8: `*` any run, `?` one character, neither of them a byte of `stop`; at most text x pattern steps.

    >>> [bool(re.fullmatch(wildcard("ref*c?unt"), word)) for word in (b"refcount", "refc\xf6unt".encode(), b"refcunt")]
    [True, True, False]
    """
    pieces = [_piece(text, stop) for text in re.split(r"\*+", pattern)]
    return _joined(pieces, [f"[^{stop}]*"] * (len(pieces) - 1)).encode()


def path(pattern: str) -> bytes:
    """Over UTF-8: `*` and `?` stay within a segment of the path, `**` crosses them.

    Two `**` and the last `*` are free to try again, so that matching a path is at most cubic in its length.

    >>> bool(re.fullmatch(path("2022/*.md"), b"2022/a.md")), bool(re.fullmatch(path("2022/*"), b"2022/a/b"))
    (True, False)
    """
    pieces = [_piece(text, "/" + _SEPARATORS) for text in re.split(r"\*+", pattern)]
    stars = re.findall(r"\*+", pattern)
    runs = [f"[^{_SEPARATORS}]*" if len(star) > 1 else f"[^/{_SEPARATORS}]*" for star in stars]
    return _joined(pieces, runs, [at for at, star in enumerate(stars) if len(star) > 1][:2]).encode()


def gitignore(segments: Sequence[str]) -> str | None:
    """Over text, for the segments of a line; `**` as a segment stands for any number of folders. None: fits nothing."""
    if segments.count("**") > _STARS:
        return None
    *folders, last = [segment if segment == "**" else _segment(segment) for segment in segments]
    if last is None or None in folders:
        return None
    above = "".join(["(?:.*/)?" if folder == "**" else f"{folder}/" for folder in folders])
    return above + (".+" if last == "**" else last)


def _joined(pieces: Sequence[str], runs: Sequence[str], free: Container[int] = ()) -> str:
    """Pieces with runs between them; each run but the last and the free ones ends for good where its piece follows."""
    regex = pieces[0]
    for at, (run, piece) in enumerate(zip(runs, pieces[1:], strict=True)):
        regex += run + piece if at == len(runs) - 1 or at in free else f"(?>{run}?{piece})"
    return regex


def _piece(text: str, stop: str) -> str:
    """What stands between two stars, `?` being one character of UTF-8."""
    literals = [re.escape(part.encode("utf-8", "replace").decode()) for part in text.split("?")]
    return rf"[^{stop}\x80-\xbf][\x80-\xbf]*".join(literals)


def _segment(segment: str) -> str | None:
    """The expression of one name in a .gitignore."""
    pieces = [""]
    position = 0
    while position < len(segment):
        char = segment[position]
        position += 1
        if char == "*":
            if pieces[-1] or len(pieces) == 1:
                pieces.append("")
        elif char == "?":
            pieces[-1] += "[^/]"
        elif char == "\\":
            if position == len(segment):
                return None  # git: an invalid pattern fits nothing
            pieces[-1] += re.escape(segment[position])
            position += 1
        elif char == "[":
            char_class = _char_class(segment, position)
            if char_class is None:
                return None
            pieces[-1] += char_class[0]
            position = char_class[1]
        else:
            pieces[-1] += re.escape(char)
    return _joined(pieces, ["[^/]*"] * (len(pieces) - 1))


def _char_class(segment: str, start: int) -> tuple[str, int] | None:
    """`[a-z]`, `[!x]`, `[[:alpha:]]` from behind its bracket, and where it ends; None if it does not."""
    negated = segment[start : start + 1] in ("!", "^")
    position = start + negated
    members: list[str] = []
    first = True
    while position < len(segment):
        char = segment[position]
        if char == "]" and not first:
            inside = "".join(members) or r"^\s\S"
            return (f"(?!/)[^{inside}]" if negated else f"(?!/)[{inside}]"), position + 1
        first = False
        begun = segment.startswith("[:", position)
        named = re.compile(r"\[:([a-z]+):\]").match(segment, position) if begun else None
        if named:
            members.append(_NAMED.get(named[1], ""))
            position = named.end()
            continue
        low, position = _member(segment, position)
        if segment[position : position + 1] == "-" and segment[position + 1 : position + 2] not in ("", "]"):
            high, position = _member(segment, position + 1)
            if low <= high:  # git: an empty range fits nothing
                members.append(re.escape(low) + "-" + re.escape(high))
        else:
            members.append(re.escape(low))
    return None


def _member(segment: str, position: int) -> tuple[str, int]:
    if segment[position] == "\\" and position + 1 < len(segment):
        return segment[position + 1], position + 2
    return segment[position], position + 1


_NAMED = {
    "alnum": "a-zA-Z0-9",
    "alpha": "a-zA-Z",
    "blank": " \\t",
    "digit": "0-9",
    "lower": "a-z",
    "punct": re.escape("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"),
    "space": "\\s",
    "upper": "A-Z",
    "xdigit": "0-9a-fA-F",
}
