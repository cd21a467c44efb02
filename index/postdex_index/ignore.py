"""Is this path left out: lines of a .gitignore (or of the settings `include` and `exclude`) -> yes, no, not said.

The syntax is git's. Own code rather than the package pathspec because a search checks the tree first,
nearly every site has a .gitignore, and importing pathspec takes 40 ms; the tests hold both to agree. All lines
become a few regular expressions, so that a path costs one match, and no pattern can be slow.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

#: Longer patterns are no patterns; `**` is matched by trying, so a pattern has few.
_LONGEST = 1000
_STARS = 4


class _Group(NamedTuple):
    """Neighbouring lines of one sign: patterns of names and of paths, for folders and for files."""

    ignored: bool
    folder_names: re.Pattern[str] | None
    folder_paths: re.Pattern[str] | None
    file_names: re.Pattern[str] | None
    file_paths: re.Pattern[str] | None


class _Line(NamedTuple):
    ignored: bool
    only_folders: bool
    anchored: bool
    regex: str


class Patterns:
    """The lines of one file, the last that fits decides.

    >>> rules = Patterns(["*.tmp.md", "/out/", "!keep.tmp.md"])
    >>> rules.verdict("a/x.tmp.md"), rules.verdict("keep.tmp.md"), rules.verdict("out")
    (True, False, None)
    >>> rules.verdict("out", folder=True)
    True
    """

    __slots__ = ("_groups",)

    def __init__(self, lines: Iterable[str]) -> None:
        groups: list[list[_Line]] = []
        for line in filter(None, map(_read, lines)):
            if not groups or groups[-1][0].ignored != line.ignored:
                groups.append([])
            groups[-1].append(line)
        self._groups = [_group(lines) for lines in reversed(groups)]

    def __bool__(self) -> bool:
        return bool(self._groups)

    def verdict(self, path: str, *, folder: bool = False) -> bool | None:
        """True: left out; False: taken in again by a `!` line; None: no line fits.

        `path` is relative to the place of the .gitignore; that its folders are not left out is for the caller to know.
        """
        name = path[path.rfind("/") + 1 :]
        for ignored, folder_names, folder_paths, file_names, file_paths in self._groups:
            names, paths = (folder_names, folder_paths) if folder else (file_names, file_paths)
            if (names and names.match(name)) or (paths and paths.match(path)):
                return ignored
        return None


def _group(lines: list[_Line]) -> _Group:
    def joined(anchored: bool, folders: bool) -> re.Pattern[str] | None:
        chosen = [line.regex for line in lines if line.anchored == anchored and (folders or not line.only_folders)]
        return re.compile("(?:" + "|".join(chosen) + r")\Z", re.DOTALL) if chosen else None

    return _Group(lines[0].ignored, joined(False, True), joined(True, True), joined(False, False), joined(True, False))


def _read(line: str) -> _Line | None:
    """A line of a .gitignore; None for comments, blank lines and what is no pattern."""
    line = line.rstrip("\r\n")
    if line.startswith("#"):
        return None
    stripped = line.rstrip(" ")
    if stripped.endswith("\\") and len(stripped) < len(line) and (len(stripped) - len(stripped.rstrip("\\"))) % 2:
        stripped += " "  # `foo\ ` keeps its blank
    ignored = not stripped.startswith("!")
    pattern = stripped[not ignored :]
    only_folders = pattern.endswith("/")
    pattern = pattern.removesuffix("/")
    if not pattern or len(pattern) > _LONGEST:
        return None
    anchored = "/" in pattern
    segments = pattern.removeprefix("/").split("/")
    if segments.count("**") > _STARS:
        return None
    regex = _path(segments)
    return None if regex is None else _Line(ignored, only_folders, anchored, regex)


def _path(segments: list[str]) -> str | None:
    """The expression of a whole pattern; `**` as a segment stands for any number of folders."""
    parts: list[str] = []
    for number, segment in enumerate(segments):
        last = number == len(segments) - 1
        if segment == "**":
            parts.append(".+" if last else "(?:.*/)?")
        else:
            regex = _segment(segment)
            if regex is None:
                return None
            parts.append(regex if last else regex + "/")
    return "".join(parts)


def _segment(segment: str) -> str | None:
    """The expression of one name. Between stars the first place that fits is the right one, hence the
    atomic groups: without them `*a*a*a*a*b` would take exponential time."""
    pieces: list[list[str]] = [[]]
    position = 0
    while position < len(segment):
        char = segment[position]
        position += 1
        if char == "*":
            if pieces[-1] or len(pieces) == 1:
                pieces.append([])
        elif char == "?":
            pieces[-1].append("[^/]")
        elif char == "\\":
            if position == len(segment):
                return None  # git: an invalid pattern fits nothing
            pieces[-1].append(re.escape(segment[position]))
            position += 1
        elif char == "[":
            found = _char_class(segment, position)
            if found is None:
                return None
            pieces[-1].append(found[0])
            position = found[1]
        else:
            pieces[-1].append(re.escape(char))
    first, *rest = ("".join(piece) for piece in pieces)
    if not rest:
        return first
    return first + "".join(f"(?>[^/]*?{piece})" for piece in rest[:-1]) + "[^/]*" + rest[-1]


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
        named = re.compile(r"\[:([a-z]+):\]").match(segment, position)
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
