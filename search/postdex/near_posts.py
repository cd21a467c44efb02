"""Which posts may be meant by a path that no post has?"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from shlex import quote
from typing import TYPE_CHECKING

from postdex_index.errors import IndexFault, NotFoundError

if TYPE_CHECKING:
    from .index import Index

#: So many are named.
_NAMED = 3


@contextmanager
def naming_near_posts(ix: Index, shown: Callable[[str], str]) -> Iterator[None]:
    """Have an error that there is no such post say which there are with nearly this path, each as it is `shown`."""
    try:
        yield
    except NotFoundError as error:
        files = indexed_paths(ix)
        if error.path in files:  # it is a section that is not there
            raise
        hint = near_posts(error.path, map(shown, files)) or error.hint
        raise NotFoundError(error.message, hint, path=error.path) from error


def indexed_paths(ix: Index) -> list[str]:
    """The paths of all files of an index; of several sites those that can be read, each with its site before it."""
    if not ix.sites:
        return list(ix.engine.file_table().files)
    paths: list[str] = []
    for name, site in ix.sites.items():
        with suppress(IndexFault):
            paths += (f"{name}/{path}" for path in indexed_paths(site))
    return paths


def near_posts(typed: str, paths: Iterable[str]) -> str:
    """What to do about a path that no post has; "" if no post is near.

    >>> paths = ["2022/refcount-bug.md", "2022/tcp.md"]
    >>> near_posts("refcount", paths), near_posts("2022/tpc.md", paths), near_posts("2022/", paths)
    ('did you mean 2022/refcount-bug.md?', 'did you mean 2022/tcp.md?', '`postdex list path:2022` lists those below it')
    """
    from difflib import get_close_matches

    sorted_paths = sorted(paths)
    folder = typed.rstrip("/") + "/"
    if any(path.startswith(folder) for path in sorted_paths):
        return f"`postdex list {quote('path:' + folder[:-1])}` lists those below it"
    by_name: dict[str, list[str]] = {}
    for path in sorted_paths:
        by_name.setdefault(os.path.basename(path).lower(), []).append(path)
    name = os.path.basename(typed).lower()
    names = [other for other in by_name if other.startswith(name)] if name else []
    names = names or get_close_matches(name, by_name, _NAMED, 0.75)
    near = [path for other in names for path in by_name[other]][:_NAMED]
    return f"did you mean {' or '.join(near)}?" if near else ""
