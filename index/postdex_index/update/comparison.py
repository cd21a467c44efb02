"""Does a file still look as it did when it was indexed, and else: does it still hold the same?

A post is one with the files that it includes: it is as it was when all of them are. Each of those is looked at once,
however many posts include it.
"""

from __future__ import annotations

from ..content.file_contents import digest_of
from ..content.included_files import included_text, look, place
from ..engine.api import FileStamp, FileState, IncludedFile
from ..paths import StrPath


class Comparison:
    """The files of a folder beside their stamps, at one time."""

    def __init__(self, folder: StrPath, largest: int) -> None:
        """A file that is included has no more than `largest` bytes."""
        self._folder, self._largest = folder, largest
        self._looks_same: dict[IncludedFile, bool] = {}
        self._holds_same: dict[IncludedFile, bool] = {}

    def looks_same(self, stamp: FileStamp, state: FileState) -> bool:
        """Whether a post with this stat, and what it includes, look as they did, and no change can hide behind that."""
        return not stamp.racy and stamp.looks_like(state) and all(map(self._is_as_seen, stamp.included))

    def holds_same(self, path: str, stamp: FileStamp, state: FileState) -> bool:
        """Whether a post with this stat, and what it includes, hold the bytes that they held."""
        if (stamp.racy or not stamp.looks_like(state)) and (
            stamp.size != state.st_size or _digest(self._folder, path) != stamp.digest
        ):
            return False
        return all(self._is_as_seen(file) or self._is_as_read(file) for file in stamp.included)

    def _is_as_seen(self, file: IncludedFile) -> bool:
        if file not in self._looks_same:
            now = look(place(self._folder, file.path))
            self._looks_same[file] = not file.stamp.racy and file.stamp[:4] == now[:4]
        return self._looks_same[file]

    def _is_as_read(self, file: IncludedFile) -> bool:
        if file not in self._holds_same:
            now = included_text(self._folder, file.path, self._largest).stamp
            self._holds_same[file] = file.stamp.digest == now.digest
        return self._holds_same[file]


def _digest(folder: StrPath, path: str) -> bytes:
    """The digest of a file's bytes; none if it cannot be read now."""
    try:
        return digest_of(folder, path)
    except OSError:
        return b""
