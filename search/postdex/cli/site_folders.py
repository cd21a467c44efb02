"""Which folders do `blog=posts` and its like name, and where do the posts of several sites lie, seen from here?

A site is typed as its folder with a name and `=` before it; without, it is called as its setting `site` says, or as its
folder. Only loaded where several are named.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from postdex_index import settings
from postdex_index.errors import ConfigError, FolderError, PostdexError
from postdex_index.sites.names import name_of, named_folder

from ..opening.sites import Sites
from .console import here, note

if TYPE_CHECKING:
    from ..index import Index
    from ..request import Refresh


def opened(typed: Sequence[str], index: str | None, refresh: Refresh) -> Sites:
    """The sites that are typed, as one index. Raises ConfigError for two of one name."""
    folders: dict[str, str] = {}
    for name, folder in map(_named, typed):
        if name in folders:
            hint = f"give one of them another name: {name}-2={folder}"
            raise ConfigError(f"two sites are called {name}: {folders[name]} and {folder}", hint)
        folders[name] = folder
    return Sites.of(folders, index=index, refresh=refresh)


def _named(text: str) -> tuple[str, str]:
    """The name and the folder of a site as it is typed; one whose folder is not there keeps it as it was typed."""
    name, folder = ("", text) if os.path.isdir(text) else named_folder(text)
    if not folder:
        raise ConfigError(f"{text} names no folder", "write the folder behind it, blog=content/blog")
    try:
        folder = settings.find_folder(here(), folder)
    except FolderError:
        return name or name_of(folder), folder
    return name or settings.load(folder).site or name_of(folder), folder


def ready(sites: Index, make: Callable[[Index], Index]) -> Index:
    """The sites after `make` was done with each, which builds its index; that it cannot be done for one is said. Raises
    the last reason where none is left to answer."""
    failed: PostdexError | None = None
    for site in sites.sites.values():
        try:
            make(site)
        except PostdexError as error:
            failed = error
            note(str(error))
    if failed and not sites.exists:
        raise failed
    return sites


def path_of(sites: Index, typed: str) -> str:
    """The path of a post, or of a folder of posts, from that of a file typed where the person stands."""
    file = os.path.normpath(os.path.join(here(), typed))
    for name, site in sites.sites.items():
        root = os.path.abspath(site.folder)
        if os.path.exists(file) and (file + os.sep).startswith(os.path.join(root, "")):
            return os.path.normpath(os.path.join(name, os.path.relpath(file, root))).replace(os.sep, "/")
    return typed.removeprefix("./")
