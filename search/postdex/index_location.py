"""Where does the index of a folder lie, and may it be built there without being asked for?

The index lies in the folder of the posts, in `.postdex`, unless somebody says otherwise or the folder
cannot be written. A first search builds it, but nobody who stands in a home folder by mistake
wants to wait until all of it is indexed.
"""

from __future__ import annotations

import os

from postdex_index.content import reader
from postdex_index.content.discovery import shown, walk
from postdex_index.errors import FolderError
from postdex_index.model import Problem
from postdex_index.paths import StrPath, plain, with_those_above
from postdex_index.settings import Settings
from postdex_index.sites import detect

from .request import wrong

#: A folder with more files than these, and no sign that it holds posts, may have been searched by mistake.
MANY_FILES = 2_000
#: So many sites below a folder are named in a hint.
_SITES_SAID = 3


def posts_folder(folder: StrPath) -> str:
    """The folder of the posts, as a program names it. Raises FolderError, and QueryError for what is no path."""
    name = _path("folder", folder)
    if os.path.isdir(plain(name)):
        return plain(name)
    if os.path.exists(name):
        raise FolderError("it is no folder", "name the folder that it lies in", path=name)
    hint = "~ is for shells: give os.path.expanduser of it" if name.startswith("~") else "name the folder of the posts"
    raise FolderError("there is no such folder", hint, path=name)


def _path(name: str, value: object) -> str:
    if not isinstance(value, (str, os.PathLike)):
        raise wrong(name, value, "a path")
    return os.fspath(value)


def index_directory(folder: StrPath, index: StrPath | None = None) -> str:
    """Where the index of a folder lies: as given, or `.postdex` in it; in the user's cache if the folder
    cannot be written and has none.

    >>> index_directory("posts")
    'posts/.postdex'
    """
    if index:
        return plain(_path("index", index))
    inside = plain(os.path.join(folder, ".postdex"))
    if os.path.isdir(inside) or os.access(folder, os.W_OK):
        return inside
    from hashlib import blake2b

    from platformdirs import user_cache_path

    real = os.path.realpath(folder)
    try:
        cache = user_cache_path("postdex")
    except RuntimeError:  # a user without a home; what cannot be written will say so
        return inside
    digest = blake2b(os.fsencode(real), digest_size=8).hexdigest()
    return str(cache / f"{os.path.basename(real)}-{digest}")


def sites_below(folder: StrPath) -> list[Problem]:
    """A note on each folder in a folder that is the root of a site, with the command that reads it as one; none where
    the folder itself is that of a site."""
    if reader.site(folder).generator.name:
        return []
    from shlex import join

    from postdex_index.sites import reading

    notes = []
    for name, generator in detect.sites_below(folder):
        title = reading.title_of(generator)
        posts = os.path.abspath(detect.posts_folder(os.path.join(folder, name), generator))
        typed = os.path.relpath(posts) if posts.startswith(os.path.abspath("") + os.sep) else posts
        looks = f"this looks like a{'n' * (title[0] in 'AEIOU')} {title} site"
        notes.append(Problem(shown(name), 0, "note", looks, join(["postdex", "-C", shown(typed)])))
    return notes


def hint_with_sites(folder: StrPath, hint: str) -> str:
    """What to do where nothing is found in a folder; with the first sites below it, if there are any."""
    notes = sites_below(folder)[:_SITES_SAID]
    return "; ".join([*(f"{it.path}/ {it.message[5:]}: {it.hint}" for it in notes), hint])


def check_unasked(folder: StrPath, settings: Settings) -> None:
    """Raise FolderError if an index should only be built here by somebody who says so.

    That is a home or root folder, or more than MANY_FILES files with neither settings nor a known site around them.
    """
    hint = "run `postdex index` if you mean this folder, or name another with -C"
    home = os.path.realpath(os.path.join("/", os.path.expanduser("~")))  # "/~" for a user without one
    if os.path.realpath(folder) in with_those_above(home):
        raise FolderError("there is no index yet, and this is a home or root folder", hint, path=str(folder))
    is_set = settings != Settings() or os.path.exists(os.path.join(folder, "postdex.toml"))
    if is_set or reader.site(folder).generator.name:
        return
    files = len(walk(folder, settings).files)
    if files > MANY_FILES:
        hint = hint_with_sites(folder, hint)
        raise FolderError(f"there is no index yet, and there are {files:,} files to index", hint, path=str(folder))
