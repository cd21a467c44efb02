"""The engine that comes with postdex: a Whoosh index whose bytes are arrays of our own.

`open_reader` and `open_writer` implement `postdex_index.engine`; the rest are cheap questions about an
index. Inside, each module answers one question; a post's way is inversion -> lists -> segment -> store,
a query's reader -> matching -> postings -> segment.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ..engine import Identity, Kept, Stamp
from ..errors import IndexDamagedError, PostdexError
from ..model import Problem
from . import opening
from .reader import Snapshot
from .store import Store

if TYPE_CHECKING:
    from ..analyzer import Analyzer
    from .writer import IndexWriter


def open_reader(directory: Path) -> Snapshot:
    """The newest commit, open for searching. Raises `IndexMissingError`, `IndexDamagedError`, `IndexVersionError`."""
    return opening.snapshot(Store(directory))


def hurry() -> None:
    """This process answers once and ends: what makes that quicker may cost more than it is worth to others."""
    from .segment import hurry

    hurry()


def open_writer(
    directory: Path, *, analyzer: Analyzer, wait: float = 0.0, distrust: bool = False, hurried: bool = False
) -> IndexWriter:
    """The writer, made if need be with its folder; `wait` seconds for another writer to end. All posts of an index are
    read by one `analyzer`. With `distrust` nothing is built on that was not just checked, and nothing older is kept;
    with `hurried` a commit does not wait for a large merge.

    Raises `IndexLockedError`, `IndexWriteError`, `IndexVersionError`.
    """
    from .writer import IndexWriter  # with all that builds segments: a search has no use for it

    return IndexWriter(directory, analyzer=analyzer, wait=wait, distrust=distrust, hurried=hurried)


def generation(directory: Path) -> int | None:
    """The number of the newest commit, without looking into it; None if there is none."""
    return next(iter(Store(directory).generations()), None)


def identity(directory: Path) -> Identity | None:
    """What tells the newest commit from every other, without verifying it; None if there is none."""
    store = Store(directory)
    return next(filter(None, map(store.identity, store.generations())), None)


def stands(directory: Path, identity: Identity | None) -> bool:
    """Whether the file of a commit is still the one that it was."""
    return Store(directory).stands(identity)


def made_of(directory: Path) -> str:
    """The folder that the index was last made of; "" where nobody knows."""
    return Store(directory).made_of() or (str(directory.parent) if directory.name == ".postdex" else "")


def claim(directory: Path, folder: Path) -> None:
    """Note that the index is made of this folder, unless it lies in it."""
    real = os.path.realpath(folder)
    Store(directory).claim("" if os.path.realpath(directory.parent) == real else real)


def read_known(directory: Path) -> tuple[Identity | None, Mapping[str, Stamp], str]:
    """What the newest commit knows of the files: which commit that is, the post table by path, and the
    fingerprint of the settings it was made with."""
    store = Store(directory)
    commit, _ = opening.newest(store)
    return commit.identity, store.table(commit), commit.settings


def read_problems(directory: Path) -> list[Problem]:
    """The problems that the newest commit carries."""
    store = Store(directory)
    return store.problems(opening.newest(store)[0])


def commits(directory: Path) -> tuple[Kept, ...]:
    """The commits that lie in an index, newest first. Raises IndexDamagedError for a folder that cannot be read."""
    from .kept import kept  # for whoever looks after an index; a search never asks

    return kept(directory)


def bytes_on_disk(directory: Path) -> int:
    """The size of all files that lie there, left-overs of killed runs and the files for other programs too."""
    from .kept import bytes_on_disk

    return bytes_on_disk(directory)


def blame(directory: Path, error: Exception) -> None:
    """After an error that nobody expected: raise `IndexDamagedError` from it, which says it too, if a segment makes no
    sense.

    To look for that before would cost more than all searches. If all segments are in order, it is a bug, and stays one;
    so it does where that cannot be found out: there is no index, or no memory, or the bug is in here as well.
    """
    if isinstance(error, (PostdexError, MemoryError)):
        return
    from .malformed import malformed

    wrong: IndexDamagedError | None = None
    with suppress(Exception):
        wrong = next(malformed(Store(directory)), None)
    if wrong:
        said = f"{wrong.message} ({type(error).__name__}: {error})"
        raise IndexDamagedError(said[:400], wrong.hint, path=wrong.path) from error


def verify(directory: Path) -> list[Problem]:
    """Check every byte of the commits that are kept; one problem for each file that is damaged."""
    from .damage import damages

    return [Problem(error.path, 0, "damaged", error.message, error.hint) for error in damages(Store(directory))]
