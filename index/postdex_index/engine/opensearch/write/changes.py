"""What is staged, compared with what the last commit has?

A put of what the last commit has already changes nothing in the cluster: then only what the file looks like on this
machine is noted. Of several puts and deletions of one path the last counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import count
from typing import TYPE_CHECKING

from ....named_tuple import NamedTuple
from ...api import FileStamp, Put
from ..storage.commit import SiteCommit
from ..storage.file_stamps import same_file, stamp_of
from . import stored_versions
from .staging import Compiler, StagedFile, post_checksum
from .stored_versions import StoredVersion

if TYPE_CHECKING:
    from ..cluster.connection import Cluster

#: So many files are looked up in the last commit at once.
_BATCH = 200


class Base(NamedTuple):
    """What changes are compared with: a commit, and the stamps of its files."""

    commit: SiteCommit
    files: Mapping[str, FileStamp]


class Change(NamedTuple):
    """What a commit has to do: put these files, of which `gone` are the versions so far, with those to be removed;
    and note these `hints` of files that hold the same."""

    new: Mapping[str, StagedFile]
    gone: list[StoredVersion]
    hints: Mapping[str, FileStamp]

    @property
    def files(self) -> bool:
        """Whether any file is put or removed."""
        return bool(self.new or self.gone)

    def applied(self, files: Mapping[str, FileStamp]) -> dict[str, FileStamp]:
        """The stamps of the files of the next commit, from those of the last."""
        gone = {version.path for version in self.gone}
        rows = {path: stamp for path, stamp in files.items() if path not in gone}
        rows.update(self.hints)
        rows.update({path: file.stamp for path, file in self.new.items()})
        return rows


class Changes:
    """The changes that wait for a commit; without a `base` all there will be."""

    def __init__(self, cluster: Cluster, base: Base | None, compiler: Compiler) -> None:
        self._cluster = cluster
        self._base = base
        self._compiler = compiler
        self._orders = count()
        self._last: dict[str, int] = {}  # by path the order of the last put or deletion
        self._compiled: dict[str, StagedFile] = {}
        self._stored: dict[str, StoredVersion] = {}
        self._hints: dict[str, FileStamp] = {}

    def delete(self, paths: Iterable[str]) -> None:
        """Remove files."""
        gone = list(paths)
        self._look_up(gone)
        for path in gone:
            self._hints.pop(path, None)
            self._last[path] = next(self._orders)

    def put(self, files: Iterable[Put]) -> None:
        """Add or replace files."""
        batch: list[Put] = []
        for file in files:
            batch.append(file)
            if len(batch) == _BATCH:
                self._put(batch)
                batch.clear()
        self._put(batch)

    def _put(self, files: list[Put]) -> None:
        self._look_up([file.path for file in files])
        for file in files:
            if self._is_stored(file):
                self._last.pop(file.path, None)
                self._hints[file.path] = file.stamp
            else:
                self._hints.pop(file.path, None)
                order = self._last[file.path] = next(self._orders)
                self._take(self._compiler.add(file, order))

    def put_compiled(self, files: Iterable[StagedFile]) -> None:
        """Add files that were compiled elsewhere, none of which the last commit has."""
        for file in files:
            order = self._last[file.path] = next(self._orders)
            self._compiled[file.path] = file._replace(order=order)

    def finish(self) -> Change:
        """All that was staged."""
        self._take(self._compiler.finish())
        new = {path: file for path, file in self._compiled.items() if self._last.get(path) == file.order}
        gone = [self._stored[path] for path in self._last if path in self._stored]
        return Change(new, gone, self._hints)

    def _is_stored(self, file: Put) -> bool:
        """Whether the last commit has just this."""
        stored = self._stored.get(file.path)
        if stored is None or not same_file(stamp_of(stored.stamp), file.stamp):
            return False
        checksum: str = stored.stamp.get("post", "")
        return checksum == (post_checksum(file.post) if file.post else "")

    def _look_up(self, paths: list[str]) -> None:
        """Learn what the last commit has of these files."""
        if self._base:
            unknown = [path for path in dict.fromkeys(paths) if path in self._base.files and path not in self._stored]
            for stored in stored_versions.by_paths(self._cluster, self._base.commit, unknown):
                self._stored[stored.path] = stored._replace(segment=None)

    def _take(self, compiled: Iterable[StagedFile]) -> None:
        for file in compiled:
            if file.order == self._last.get(file.path):
                self._compiled[file.path] = file
