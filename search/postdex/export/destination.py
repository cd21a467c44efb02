"""May an export be written into a folder: is it one, and would what is written there be taken for posts?"""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from postdex_index import posix, posix_locks
from postdex_index.content import reader
from postdex_index.content.discovery import GENERATED, NEVER
from postdex_index.engine.static.published_files import PARTIAL
from postdex_index.errors import PostdexError
from postdex_index.paths import StrPath
from postdex_index.text.gitignore import Patterns

from .owned_files import UNDER_WAY

if TYPE_CHECKING:
    from postdex_index.settings import Settings


#: An export waits so long for one that writes the same folder, and looks so often: one of 10,000 posts takes a minute.
_PATIENCE_SECONDS, _PAUSE_SECONDS = 120.0, 0.1


@contextmanager
def alone_in(folder: StrPath) -> Iterator[None]:
    """Be the only one who exports into a folder, which is made. Raises PostdexError if another does not end in time.

    What is locked is the folder itself, since a file for it would be published; where a file system has no locks,
    nobody waits.
    """
    os.makedirs(folder, exist_ok=True)
    number = os.open(folder, posix.FOLDER)
    try:
        until = time.monotonic() + _PATIENCE_SECONDS
        with suppress(OSError):
            while not posix_locks.lock(number):
                if time.monotonic() > until:
                    raise PostdexError(f"another export writes {folder}", "wait until it has ended, and begin again")
                time.sleep(_PAUSE_SECONDS)
        yield
    finally:
        os.close(number)


def check_folder(folder: StrPath) -> None:
    """Raise PostdexError for what cannot be a folder."""
    name = os.fspath(folder)
    if not name.strip():
        raise PostdexError("an export needs a folder", "name one such as public")
    at = os.path.abspath(name)
    while not os.path.lexists(at):
        at = os.path.dirname(at)
    if not os.path.isdir(at):
        what = "is a file" if os.path.exists(at) else "is a link that leads nowhere"
        raise PostdexError(f"{name}: {at} {what}", "name a folder; it is made if there is none")


def check_ours(folder: StrPath, mark: str, names_of_ours: Collection[str]) -> None:
    """Raise PostdexError for a folder that holds something, and is none of an export: that has the file `mark`, or
    nothing but what has a name of ours, or had one nearly, where an export ended halfway or is under way."""
    try:
        names = os.listdir(folder)
    except FileNotFoundError:
        return
    except OSError as error:
        raise PostdexError(f"{folder} cannot be read ({error.strerror})", "see to its permissions") from error
    ours = {*names_of_ours, mark + PARTIAL, *(name + UNDER_WAY for name in names_of_ours)}
    if mark not in names and not ours.issuperset(names):
        hint = "name a new or an empty folder, such as public/postdex"
        raise PostdexError(f"{folder} is not empty, and no export lies in it", hint)


def check_no_posts(posts: StrPath, settings: Settings, folder: StrPath, pages: Iterable[str]) -> None:
    """Raise PostdexError where pages of Markdown at these paths below `folder` would be posts themselves."""
    root, place = os.path.realpath(posts), os.path.realpath(folder)
    hint = "name a folder outside of the posts, such as the one that the site is built into"
    if place == root:
        raise PostdexError(f"{folder} is the folder of the posts: its pages would be posts again", hint)
    if place.startswith(root + os.sep) and _is_walked(posts, settings, os.path.relpath(place, root)):
        hint += f', or leave it out: exclude = ["{os.path.relpath(place, root)}/"] in postdex.toml'
        raise PostdexError(f"{folder} lies in the folder of the posts: its pages would be posts again", hint)
    if root.startswith(place + os.sep):
        inside = os.path.relpath(root, place).replace(os.sep, "/") + "/"
        if among := next((page for page in pages if page.startswith(inside)), ""):
            raise PostdexError(f"{folder}: {among} would lie among the posts and be one of them", hint)


def _is_walked(posts: StrPath, settings: Settings, below: str) -> bool:
    """Whether posts are looked for in this folder below theirs, which need not be there yet."""
    names = below.split(os.sep)
    paths = ["/".join(names[:count]) for count in range(1, len(names) + 1)]
    there = {folder.rstrip("/") for folder in reader.walk(posts, settings, [f"{path}/" for path in paths]).folders}
    excluded = Patterns(settings.exclude)
    for path, name in zip(paths, names, strict=True):
        if path in there:
            continue
        if os.path.isdir(os.path.join(posts, path)):
            return False  # it was not looked into
        left_out = name.startswith(".") or name in NEVER or (path == name and name in GENERATED)
        if left_out or excluded.verdict(path, folder=True):
            return False
    return True
