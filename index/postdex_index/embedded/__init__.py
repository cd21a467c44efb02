"""The engine that comes with postdex: a Whoosh index whose bytes are arrays of our own.

`open_reader` and `open_writer` implement `postdex_index.engine`; the rest are cheap questions about an
index. Inside, each module answers one question; a post's way is inversion -> lists -> segment -> store,
a query's reader -> matching -> postings -> segment.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..engine import Stamp
from ..errors import IndexDamagedError, IndexMissingError
from ..model import Problem
from .reader import Snapshot
from .store import Store

if TYPE_CHECKING:
    from .writer import IndexWriter


def open_reader(directory: Path) -> Snapshot:
    """The newest commit, open for searching. Raises `IndexMissingError`, `IndexDamagedError`, `IndexVersionError`."""
    return Store(directory).snapshot()


def open_writer(directory: Path, *, wait: float = 0.0, simplify: bool = True) -> IndexWriter:
    """The writer, made if need be with its folder; `wait` seconds for another writer to end. `simplify` makes
    traditional Chinese simplified; an index is all one way or all the other.

    Raises `IndexLockedError`, `IndexWriteError`, `IndexVersionError`.
    """
    from .writer import IndexWriter  # with all that builds segments: a search has no use for it

    return IndexWriter(directory, wait=wait, simplify=simplify)


def generation(directory: Path) -> int | None:
    """The number of the newest commit, without looking into it; None if there is none."""
    return next(iter(Store(directory).generations()), None)


def read_table(directory: Path) -> dict[str, Stamp]:
    """The post table of the newest commit, by path."""
    store = Store(directory)
    return store.table(store.newest()[0])


def read_problems(directory: Path) -> list[Problem]:
    """The problems that the newest commit carries."""
    store = Store(directory)
    return store.problems(store.newest()[0])


def read_settings(directory: Path) -> str:
    """The fingerprint of the settings that the newest commit was made with."""
    return Store(directory).newest()[0].settings


def verify(directory: Path) -> list[Problem]:
    """Check every byte of the newest commit; one problem for each file that is damaged."""
    store = Store(directory)
    found: list[Problem] = []

    def note(error: IndexDamagedError) -> None:
        found.append(Problem(error.path, 0, "damaged", error.message, error.hint))

    for number in store.generations()[:1]:
        try:
            commit = store.commit(number)
        except IndexDamagedError as error:
            note(error)
            continue
        except IndexMissingError:
            continue
        for entry in commit.segments:
            try:
                store.segment(entry).file.verify_all()
            except IndexDamagedError as error:
                note(error)
        for file in (*commit.tables, *([commit.problems] if commit.problems else [])):
            try:
                store.read(file)
            except IndexDamagedError as error:
                note(error)
    return found
