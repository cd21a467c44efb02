"""Is this path left out: lines of a .gitignore (or of the settings `include` and `exclude`) -> yes, no, not said.

The syntax is git's. Own code rather than the package pathspec because a search checks the tree first,
nearly every site has a .gitignore, and importing pathspec takes 40 ms; the tests hold both to agree. All lines
become a few regular expressions, so that a path costs one match, and no pattern can be slow.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..named_tuple import NamedTuple
from . import globs

#: Longer patterns are no patterns.
_LONGEST = 1000


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
    regex = globs.gitignore(segments)
    return None if regex is None else _Line(ignored, only_folders, anchored, regex)
