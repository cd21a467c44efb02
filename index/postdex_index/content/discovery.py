"""Which files are posts: a folder -> the paths and stats of the files to index, and what was passed over.

Reads folders and .gitignore files, opens no post. Never leaves the folder: links are not followed, and
what is no regular file is not opened. Importing this must stay cheap, since every search checks the tree
first: 10,000 files take 36 ms with the kernel and 52 without, of which listing them and their stats are 23.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterable

from .. import posix
from ..engine.api import FileState
from ..errors import EXHAUSTED, FolderError
from ..model import Problem
from ..named_tuple import NamedTuple, new
from ..paths import StrPath, with_those_above
from ..settings import Settings
from ..sites.detect import site_files
from ..text.gitignore import Patterns
from .listing import FOLDER, LINK, listed, states

#: Folders that never hold posts, wherever they lie (and all whose name begins with a dot).
NEVER = frozenset(("node_modules", "_site"))
#: Folders of a generator's own: left out at the top and beside a site's settings, but not deeper (`docs/api/public/`).
GENERATED = frozenset(("scaffolds", "archetypes", "public"))
_LARGEST_GITIGNORE = 256 * 1024
#: Pages of sites that we cannot read; so many of them are named.
_UNREAD, _MOST_UNREAD = {".rst": "reStructuredText is not read", ".ipynb": "a notebook is not read"}, 20
_UNREAD_SUFFIXES = tuple(_UNREAD)
_SIZE, _MODE = map(FileState._fields.index, ("st_size", "st_mode"))
_BYTE = r"\\x([89a-f][0-9a-f])"


class WalkResult(NamedTuple):
    """The files to index by path (relative, `/`, in order), with their states; what was left out, why;
    and the folders that were looked into ("" for the folder itself, "2022/" for one in it)."""

    files: dict[str, FileState]
    problems: tuple[Problem, ...]
    folders: tuple[str, ...] = ()


class _IgnoreRules(NamedTuple):
    """A .gitignore: its paths begin after `cut` characters of ours, or with `before` (one above the folder)."""

    patterns: Patterns
    cut: int
    before: str = ""


def walk(folder: StrPath, settings: Settings, only: Iterable[str] | None = None) -> WalkResult:
    """Find the posts below a folder; with `only`, which of these paths are posts, by the same rules.

    Raises `FolderError` if there is no such folder or it cannot be read.
    """
    search = _Walk(folder, settings, only)
    search.top()
    return WalkResult(search.files, tuple(search.problems), tuple(search.folders))


class _Walk:
    """One walk under way."""

    def __init__(self, folder: StrPath, settings: Settings, only: Iterable[str] | None) -> None:
        self.folder = folder
        self.files: dict[str, FileState] = {}
        self.problems: list[Problem] = []
        self.folders = [""]
        #: The folders that are still to be looked into, the next one last, with the rules for them.
        self.rest: list[tuple[str, tuple[_IgnoreRules, ...]]] = []
        self.only = None if only is None else _with_folders(only)
        self.max_bytes = settings.max_bytes
        self.unread_left = _MOST_UNREAD
        self.exclude = Patterns(settings.exclude) or None
        self.include = Patterns(settings.include)
        self.suffixes = _suffixes(settings.include)

    def top(self) -> None:
        """Walk the folder itself, which may be a link and may have any name. Raises FolderError."""
        folder = str(self.folder)
        try:
            self.listing(os.open(folder, posix.FOLDER), "", _above(self.folder), True)
        except NotADirectoryError:
            raise FolderError("this is not a folder", "name the folder of the posts", path=folder) from None
        except OSError as error:
            reason = f"the folder cannot be read ({error.strerror})"
            raise FolderError(reason, "check the name and its permissions", path=folder) from error
        while self.rest:
            prefix, rules = self.rest.pop()
            try:
                self.listing(os.open(f"{folder}/{prefix}", posix.OWN_FOLDER), prefix, rules, False)
            except OSError as error:
                if error.errno in EXHAUSTED:
                    raise exhausted(error, self.folder) from error
                self.skip(prefix, f"the folder cannot be read ({error.strerror})", "check its permissions")
                continue
            self.folders.append(prefix)

    def listing(self, number: int, prefix: str, rules: tuple[_IgnoreRules, ...], top: bool) -> None:
        """Take the posts of one folder, open under this number, which is closed; its folders that may hold more go to
        `rest`."""
        try:
            self.take(number, self.sorted_out(number, prefix, rules, top))
        finally:
            os.close(number)

    def sorted_out(self, number: int, prefix: str, rules: tuple[_IgnoreRules, ...], top: bool) -> dict[str, str]:
        """The names in a folder that may be those of posts, by path."""
        entries = listed(number)
        place = shown(prefix)
        if ".gitignore" in entries:
            rules = self.own_rules(prefix, rules)
        beside = top or not site_files().isdisjoint(entries)
        folders: list[tuple[str, tuple[_IgnoreRules, ...]]] = []
        names: dict[str, str] = {}
        suffixes, only, any_rule = self.suffixes, self.only, bool(rules or self.exclude)
        for name in sorted(entries):
            if name[0] == ".":
                continue
            said = name if name.isascii() else shown(name)
            path = place + said
            if only is not None and path not in only:
                continue
            kind = entries[name]
            if suffixes and not name.endswith(suffixes) and not _is_folder(number, name, kind):
                if name.endswith(_UNREAD_SUFFIXES):
                    self.unread(path, rules)
                continue
            if said != name and not self.is_told(path, said in entries):
                continue
            if kind == FOLDER:
                if not (name in NEVER or (beside and name in GENERATED) or self.left_out(path, rules, True)):
                    folders.append((prefix + name + "/", rules))
            elif not (any_rule and self.left_out(path, rules, False)) and (
                suffixes or self.include.verdict(path) or _is_folder(number, name, kind)
            ):
                names[path] = name
        self.rest += folders[::-1]
        return names

    def is_told(self, path: str, taken: bool) -> bool:
        """Say that a name is not UTF-8; whether it can be read all the same, as it cannot where a neighbour's own name
        is what this one is shown as."""
        if taken:
            self.skip(path, "the name is not UTF-8, and another is spelled as it is shown", "rename it")
        else:
            message = "the name is not UTF-8; \\x stands before its bytes"
            self.problems.append(Problem(path.rstrip("/"), 0, "note", message, "rename it"))
        return not taken

    def unread(self, path: str, rules: tuple[_IgnoreRules, ...]) -> None:
        """Say that a page is written in what we cannot read."""
        if self.unread_left and not self.left_out(path, rules, False):
            self.unread_left -= 1
            message = _UNREAD[path[path.rfind(".") :]]
            more = "" if self.unread_left else ", nor are those that follow"
            self.skip(path, message + more, "write it in Markdown if it shall be found")

    def take(self, number: int, names: dict[str, str]) -> None:
        """Add those of these files in an open folder that we read."""
        for path, state in zip(names, states(number, [*names.values()]), strict=True):
            if isinstance(state, int):
                self.unseen(path, state)
            elif stat.S_ISREG(state[_MODE]) and state[_SIZE] <= self.max_bytes:
                self.files[path] = new(FileState, state)
            elif stat.S_ISREG(state[_MODE]):
                message = f"the file is larger than {_size(self.max_bytes)}"
                self.skip(path, message, "split it, or raise the setting max_bytes")
            elif stat.S_ISLNK(state[_MODE]):
                self.skip(path, "this is a link; links are not followed", "put the file or folder itself in its place")
            else:
                self.skip(path, "this is no regular file", "remove it or give it another suffix")

    def unseen(self, path: str, number: int) -> None:
        """Say that a file could not be looked at, unless it is gone since its folder was listed."""
        if number != errno.ENOENT:
            self.skip(path, f"the file cannot be read ({os.strerror(number)})", "check its folder's permissions")

    def left_out(self, path: str, rules: tuple[_IgnoreRules, ...], folder: bool) -> bool:
        if self.exclude and self.exclude.verdict(path, folder=folder):
            return True
        for patterns, cut, before in rules:
            verdict = patterns.verdict(before + path[cut:], folder=folder)
            if verdict is not None:
                return verdict
        return False

    def own_rules(self, prefix: str, rules: tuple[_IgnoreRules, ...]) -> tuple[_IgnoreRules, ...]:
        patterns = _patterns(f"{self.folder}/{prefix}.gitignore")
        return (_IgnoreRules(patterns, len(shown(prefix))), *rules) if patterns else rules

    def skip(self, path: str, message: str, hint: str) -> None:
        self.problems.append(Problem(shown(path).rstrip("/"), 0, "skipped", message, hint))


def shown(path: str) -> str:
    r"""A path as the index knows it: the bytes of a name that are not UTF-8 as `\xNN`.

    >>> shown(b"caf\xe9.md".decode("utf-8", "surrogateescape"))
    'caf\\xe9.md'
    """
    if path.isascii():
        return path
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def lying(folder: StrPath, path: str) -> str:
    """Where a file lies that the index knows by this path; of its names either all or none are as they are shown."""
    file = f"{folder}/{path}"
    if "\\x" in path and not os.path.lexists(file):
        return f"{folder}/" + re.sub(_BYTE, lambda byte: chr(0xDC00 + int(byte[1], 16)), path)
    return file


def exhausted(error: OSError, folder: StrPath) -> FolderError:
    """The error for a folder whose posts cannot be read now, which must not be taken for their being gone."""
    hint = "raise the limits of the process, or do it again later"
    return FolderError(f"the posts cannot be read now ({error.strerror})", hint, path=str(folder))


def _with_folders(paths: Iterable[str]) -> set[str]:
    """Paths, and those of the folders on the way to them."""
    return {path[:cut] for path in paths for cut in (*(at for at, char in enumerate(path) if char == "/"), len(path))}


def _is_folder(number: int, name: str, kind: str) -> bool:
    """Whether this is a folder or leads to one; a link that leads nowhere or in a circle does not."""
    if kind != LINK:
        return kind == FOLDER
    try:
        return stat.S_ISDIR(os.stat(name, dir_fd=number).st_mode)
    except OSError:
        return False


def _suffixes(include: Iterable[str]) -> tuple[str, ...]:
    """The suffixes that `include` stands for, in both cases, if it is nothing but `*.suffix`; else ()."""
    suffixes: list[str] = []
    for glob in include:
        if not re.fullmatch(r"\*(?:\.\w+)+", glob):
            return ()
        suffixes += [glob[1:], glob[1:].upper()]
    return tuple(suffixes)


def _above(folder: StrPath) -> tuple[_IgnoreRules, ...]:
    """The .gitignores of the folders above, up to the root of the repository; none outside a repository."""
    above: list[str] = []
    for parent in with_those_above(folder):
        above.append(parent)
        if os.path.lexists(os.path.join(parent, ".git")):
            break
    else:
        return ()
    rules = []
    for parent in above[1:]:
        patterns = _patterns(os.path.join(parent, ".gitignore"))
        if patterns:
            rules.append(_IgnoreRules(patterns, 0, os.path.relpath(above[0], parent) + "/"))
    return tuple(rules)


def _patterns(path: str) -> Patterns | None:
    """The patterns of a .gitignore; None if there are none, or it is no file that git would read."""
    try:
        number = os.open(path, posix.READ)
    except OSError:
        return None
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        return None
    with open(number, "rb") as file:
        text = file.read(_LARGEST_GITIGNORE).decode("utf-8-sig", "replace")
    patterns = Patterns(text.split("\n"))
    return patterns or None


def _size(count: int) -> str:
    mebi = 1024 * 1024
    return f"{count // mebi} MiB" if count >= mebi and count % mebi == 0 else f"{count:,} bytes"
