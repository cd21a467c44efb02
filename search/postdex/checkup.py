"""Is this index in order, and are the posts in it?

What `Index.status` and `Index.problems` say. Nothing is changed here, and no search needs it.
"""

from __future__ import annotations

from pathlib import Path

from postdex_index import build, embedded, posts
from postdex_index.config import Settings
from postdex_index.engine import Reader
from postdex_index.model import Problem
from postdex_index.query import Everything

from .answers import ALL_POSTS
from .values import Status


def status(folder: Path, directory: Path, settings: Settings, reader: Reader, known: build.Known) -> Status:
    """How an index stands now."""
    todo = build.plan(folder, known, settings)
    changed = build.changed_files(folder, known, settings, todo)
    state = not todo.pending, changed, embedded.bytes_on_disk(directory), embedded.commits(directory)
    return Status(str(folder), str(directory), reader.stats(), *state)


def problems_of_files(folder: Path, settings: Settings) -> list[Problem]:
    """What `problems` says, where there is no index: each file is read for it."""
    walk, site = posts.walk(folder, settings), posts.site(folder)
    read = [posts.read(folder, path, site, settings) for path in walk.files]
    urls = {one.post.path: one.post.url for one in read if one.post and not one.post.unpublished}
    found = [problem for one in read for problem in one.problems]
    return sorted([*walk.problems, *found, *posts.clashes(urls)])


def problems(directory: Path, reader: Reader) -> list[Problem]:
    """What was skipped, is unpublished, lost something, or has the address of another post; by path and line."""
    every = reader.search(Everything(), limit=ALL_POSTS, sort="title").candidates
    urls = {document.path: document.url for document in (reader.document(one.post) for one in every)}
    return sorted([*embedded.read_problems(directory), *posts.clashes(urls)])
