"""Whose site is this: the files around a folder of posts -> its generator's name, and which of them to watch.

Every search asks that, so that no generator is imported for it: `generators.txt`, which `docs/update.py` makes of the
modules beside it, has what is asked of all of them. What a site's settings say is for `reading`.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Collection
from functools import cache

from .. import posix
from ..paths import StrPath, plain, with_those_above

#: A site's root is looked for in the folder of posts and so many folders above it.
ABOVE = 4
#: A file of settings has no more bytes: what is larger is not read.
LARGEST = 1024 * 1024
#: So many of the names in a folder are looked at for one that is a site.
_LOOKED_AT = 1000
_TABLE = os.path.join(os.path.dirname(__file__), "generators.txt")


class _Row:
    """What `generator.Generator` says of a generator, as far as it is asked of all of them."""

    __slots__ = ("besides", "moved", "posts", "signs", "styles")

    def __init__(self, posts: str, moved: str, styles: str, besides: str, signs: str) -> None:
        self.posts = posts.split()
        self.moved = moved.split("; ") if moved else []
        self.styles = styles.split()
        self.besides = besides.split()
        self.signs = signs.split("; ")

    def marks(self) -> set[str]:
        """The names of files and folders (with a `/` behind them) in its signs, but for folders of posts."""
        marks = {sign.removeprefix("no ").partition(" has ")[0] for all_of in self.signs for sign in all_of.split(", ")}
        return marks.difference(f"{folder}/" for folder in self.posts)


@cache
def generators() -> dict[str, _Row]:
    """All generators by name, in the order in which a folder is tried."""
    with open(_TABLE, encoding="utf-8") as file:
        rows = [line.rstrip("\n").split(" | ") for line in file if " | " in line]
    return {name: _Row(*columns) for name, *columns in rows}


@cache
def _marks() -> frozenset[str]:
    return frozenset(mark for row in generators().values() for mark in row.marks())


@cache
def site_files() -> frozenset[str]:
    """Names of files that lie in the root of a site and nowhere else."""
    return frozenset(mark for mark in _marks() if "/" not in mark)


def style_names() -> list[str]:
    """The names of all styles of anchors, sorted."""
    return sorted({style for row in generators().values() for style in row.styles})


def detect(folder: StrPath) -> str:
    """The generator whose site has this folder as its root, "" if there is none.

    >>> detect("/nowhere")
    ''
    """
    names = _names(folder)
    for generator, row in generators().items():
        if any(all(_holds(sign, folder, names) for sign in all_of.split(", ")) for all_of in row.signs):
            return generator
    return ""


def is_near_site(folder: StrPath) -> bool:
    """Whether a folder, or one so near above it that it may be its posts, is the root of a site: else there is nothing
    to read of one."""
    return any(map(detect, with_those_above(folder)[: ABOVE + 1]))


def _holds(sign: str, folder: StrPath, names: Collection[str]) -> bool:
    """Whether a sign, as `generator.Generator` explains them, holds for a folder with these names in it."""
    if sign.startswith("no "):
        return not _holds(sign[3:], folder, names)
    name, _, pattern = sign.partition(" has ")
    if name.partition("/")[0] not in names:
        return False
    if pattern:
        return re.search(pattern, file_text(os.path.join(folder, name)), re.MULTILINE) is not None
    return "/" not in name or (os.path.isdir if name.endswith("/") else os.path.isfile)(os.path.join(folder, name))


def posts_folder(root: StrPath, generator: str) -> str:
    """The folder of the posts of a site: where a setting says that it is, else where this generator has it; the root
    itself if there is none. Never outside of the root."""
    row = generators()[generator]
    named_folders = (_setting(root, sign) for sign in row.moved)
    inside = os.path.realpath(root) + os.sep
    for name in (*named_folders, *row.posts):
        folder = os.path.normpath(os.path.join(root, name.strip("/")))
        if name and os.path.isdir(folder) and (os.path.realpath(folder) + os.sep).startswith(inside):
            return folder
    return plain(root)


def _setting(root: StrPath, sign: str) -> str:
    """What the group of `FILE has REGEX` is in that file, "" if it is not there. NUL ends any name of a file."""
    name, _, pattern = sign.partition(" has ")
    match = re.search(pattern, file_text(os.path.join(root, name)), re.MULTILINE)
    return match[1].partition("\0")[0].strip() if match else ""


def sites_below(folder: StrPath) -> list[tuple[str, str]]:
    """The folders in a folder that are roots of sites, sorted, each with its generator."""
    names = [name for name in sorted(_names(folder)) if name[0] != "." and name != "node_modules"]
    below = [(name, os.path.join(folder, name)) for name in names[:_LOOKED_AT]]
    folders = [(name, path) for name, path in below if os.path.isdir(path) and not os.path.islink(path)]
    return [(name, generator) for name, path in folders if (generator := detect(path))]


def surroundings(folder: StrPath) -> list[str]:
    """The files and folders that say how the site of a folder of posts makes links, anchors and dates."""
    watching = _marks().union(*(row.besides for row in generators().values()))
    deep = sorted(mark for mark in watching if "/" in mark[:-1])
    watched = {mark.partition("/")[0] for mark in watching.difference(deep)}
    around: list[str] = []
    for root in with_those_above(folder)[: ABOVE + 1]:
        names = _names(root)
        around += [os.path.join(root, name) for name in sorted(names & watched)]
        for below in deep:
            if below.partition("/")[0] not in names:
                continue
            path = os.path.join(root, below)
            if below.endswith("/"):
                around += [path + name for name in sorted(_names(path))]
            elif os.path.isfile(path):
                around.append(path)
        if ".git" in names:
            break
    return around


def _names(folder: StrPath) -> set[str]:
    try:
        return set(os.listdir(folder))
    except OSError:
        return set()


def file_text(path: StrPath) -> str:
    """A file's text; "" if it is no regular file, a link, cannot be read, or is larger than any settings file."""
    try:
        number = os.open(path, posix.READ)
    except (OSError, ValueError):
        return ""
    try:
        state = os.fstat(number)
        if not stat.S_ISREG(state.st_mode) or state.st_size > LARGEST:
            return ""
        with open(number, "rb", closefd=False) as file:
            return file.read(LARGEST).decode("utf-8", "replace")
    except OSError:
        return ""
    finally:
        os.close(number)
