"""The engine that comes with postdex: a Whoosh index whose bytes are arrays of our own.

`EmbeddedEngine` implements `postdex_index.engine.api`. Inside, each module answers one question; a post's way is
`write` (inverter, postings, segment file) -> `storage` (commit), a query's `read` (snapshot, matcher, postings).
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from ... import forks
from ...errors import IndexDamagedError, IndexMissingError, PostdexError
from ...model import Problem
from ..api import CommitInfo, FileTable, Identity
from .read import opening
from .read.snapshot import Snapshot
from .storage.commits import Store

if TYPE_CHECKING:
    from pathlib import Path

    from ...text.analyzer import Analyzer
    from .write.index_writer import IndexWriter

#: A file system may tell the time of a change no finer than this (FAT: 2 s), so that a second one shows no other time.
_COARSE_NS = 3_000_000_000


class EmbeddedEngine:
    """The index in one directory; implements `engine.Engine`, where each method is described."""

    def __init__(self, directory: str | os.PathLike[str]) -> None:
        """Opens nothing: the directory need not be there."""
        self._store = Store(directory)
        self._listed: tuple[int, Identity | None] | None = None

    @property
    def place(self) -> str:
        """The directory."""
        return self._store.place

    # -- searching

    def open_reader(self) -> Snapshot:
        """The newest commit, open for searching."""
        return opening.snapshot(self._store)

    def hurry(self) -> None:
        """This process answers once and ends."""
        with forks.barred:
            from .format.segment_file import hurry

        hurry()

    def newest(self) -> Identity | None:
        """Which commit is the newest; the directory is listed only if it or the commit changed since, or just now."""
        store = self._store
        try:
            changed_ns = os.stat(store.place).st_mtime_ns
        except OSError:
            changed_ns = -1
        listed = self._listed
        if listed and listed[0] == changed_ns and store.stands(listed[1]):
            return listed[1]
        newest = next(filter(None, map(store.identity, store.generations())), None)
        youngest_ns = max(changed_ns, newest.mtime_ns if newest else 0)
        is_old = changed_ns >= 0 and time.time_ns() - youngest_ns > _COARSE_NS
        self._listed = (changed_ns, newest) if is_old else None
        return newest

    # -- writing

    def open_writer(
        self, *, analyzer: Analyzer, wait: float = 0.0, distrust: bool = False, hurried: bool = False
    ) -> IndexWriter:
        """The writer, made if need be with its directory; `hurried` leaves a large merge to the next."""
        with forks.barred:
            from .write.index_writer import IndexWriter  # with all that builds segments: a search has no use for it

        self._listed = None
        return IndexWriter(self._store.directory, analyzer=analyzer, wait=wait, distrust=distrust, hurried=hurried)

    def file_table(self) -> FileTable:
        """What the newest commit knows of the files."""
        try:
            commit = opening.newest(self._store).commit
            return FileTable(commit.identity, self._store.file_table(commit), commit.settings)
        except (IndexMissingError, IndexDamagedError):
            return FileTable(None, {}, "")

    def problems(self) -> list[Problem]:
        """The problems that the newest commit carries."""
        return self._store.problems(opening.newest(self._store).commit)

    def made_of(self) -> str:
        """The folder that the index was last made of: the one that `.postdex` lies in, or the one that was noted."""
        store = self._store
        return store.made_of() or (store.above if store.is_in_posts else "")

    def claim(self, folder: Path) -> None:
        """Note that the index is made of this folder, unless it lies in it."""
        real = os.path.realpath(folder)
        self._store.claim("" if os.path.realpath(self._store.above) == real else real)

    # -- looking after it

    def commits(self) -> tuple[CommitInfo, ...]:
        """The commits that lie there, newest first."""
        with forks.barred:
            from .storage.retained_commits import (
                retained_commits,  # for whoever looks after an index; a search never asks
            )

        return retained_commits(self._store)

    def size(self) -> int:
        """The bytes of all files that lie there, left-overs of killed runs and the files for other programs too."""
        with forks.barred:
            from .storage.retained_commits import bytes_on_disk

        return bytes_on_disk(self._store.directory)

    def verify(self) -> list[Problem]:
        """Check every byte of the commits that are kept; one problem for each file that is damaged."""
        with forks.barred:
            from .storage.verify_checksums import damages

        return [Problem(error.path, 0, "damaged", error.message, error.hint) for error in damages(self._store)]

    def diagnose(self, error: Exception) -> None:
        """Raise `IndexDamagedError` from an unexpected error, which it names, if a segment makes no sense.

        To look for that before would cost more than all searches. If all segments are in order, it is a bug, and stays
        one; so it does where that cannot be found out: there is no index, or no memory, or the bug is in here as well.
        """
        if isinstance(error, (PostdexError, MemoryError)):
            return
        with forks.barred:
            from .check.verify_contents import malformed

        wrong: IndexDamagedError | None = None
        with suppress(Exception):
            wrong = next(malformed(self._store), None)
        if wrong:
            message = f"{wrong.message} ({type(error).__name__}: {error})"
            raise IndexDamagedError(message[:400], wrong.remedy, path=wrong.path) from error
