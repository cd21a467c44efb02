"""How do the files of a published index get into its folder, so that a visitor never meets half of them?

A file is named by its kind and the crc32 of what it holds, so it is never changed: what is there already is not written
again. The entry file names all others; it is written last, by a rename, when they are on the disk. What it names no
longer stays for a while, because visitors may have read the entry before.
"""

from __future__ import annotations

import os
import re
import stat
import struct
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any

from ...errors import IndexWriteError, Remedy
from ...named_tuple import NamedTuple
from ..embedded.format import durable_files
from .encoding import json_bytes

#: The entry file, and the folder of all others.
ENTRY, FOLDER = "postdex.json", "data"
#: How long a file stays that is named no longer: hosts and browsers keep an entry for minutes to an hour, and a page
#: is left open for a day.
GRACE_SECONDS = 2 * 86_400
#: What is being written, until it has its name; a run that was killed leaves some.
PARTIAL = ".partial"
#: Of 942 posts' term chunks level 9 makes 1 % less than 6, in 1.6 times the time.
_LEVEL = 9
#: Which files the entry names, for the next export: nobody else reads it.
_NAMES = ".names"
#: Files of this form are ours: no others in the folder are touched.
_NAME = re.compile(r"[a-z]+-[0-9a-f]{8}(?:\.gz|\.js)?(?:\.partial)?")
#: Without a time and the name of a system, so that the same content is the same file.
_GZIP_HEAD = b"\x1f\x8b\x08\0\0\0\0\0\x02\xff"


class Written(NamedTuple):
    """What an export is: how many files with how many bytes it has in all, and of each kind; how many of them were
    written, since they were not there, and how many old ones were removed. `entry` has the bytes of the entry, and of
    it gzipped, as a host sends it."""

    files: int
    bytes: int
    written: int
    removed: int
    kinds: Mapping[str, tuple[int, int]]
    entry: tuple[int, int]


class PublishedFiles:
    """The files of an export, put one after the other; `finish` writes the entry.

    With `dry_run` nothing is written. `progress` is called after each file, with the number of files and their bytes.
    Raises `IndexWriteError`.
    """

    def __init__(
        self,
        folder: Path,
        *,
        compress: bool = True,
        dry_run: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        self._folder, self._data = folder, folder / FOLDER
        self._compress, self._dry_run, self._progress = compress, dry_run, progress
        self._digests: dict[str, bytes] = {}
        self._kinds: dict[str, tuple[int, int]] = {}
        self._bytes = 0
        #: those that were written, and are not known to be on the disk
        self._written: list[Path] = []
        if not dry_run:
            self._refused(self._make_folders, folder)

    def _make_folders(self) -> None:
        durable_files.make_folder(self._folder)
        durable_files.make_folder(self._data)

    def put(self, kind: str, content: bytes, suffix: str = "") -> str:
        """Take a file, and give the check of its content, 8 hex digits, which is its name together with its kind. One
        with a `suffix` is for others than our reader: it has that, and is never gzipped.

        No two that differ have the same one: the second is made longer, by blanks that whoever reads it passes over.
        """
        gzips = self._compress and not suffix
        digest = blake2b(content, digest_size=12).digest()
        while True:
            check = f"{zlib.crc32(content):08x}"
            name = f"{kind}-{check}{suffix or '.gz' * gzips}"
            known = self._digests.get(name)
            if known is None:
                break
            if known == digest:
                return check
            content += b" "
        self._digests[name] = digest
        size = self._refused(lambda: self._stored(name, content, gzips), self._data / name)
        files, of_kind = self._kinds.get(kind, (0, 0))
        self._kinds[kind] = files + 1, of_kind + size
        self._bytes += size
        if self._progress:
            self._progress(len(self._digests), self._bytes)
        return check

    def _stored(self, name: str, content: bytes, gzips: bool) -> int:
        """Write a file unless it lies there as it should; its size."""
        path = self._data / name
        if not self._dry_run and _holds(path, content, gzips):
            return path.stat().st_size
        packed = _gzipped(content) if gzips else content
        if not self._dry_run:
            self._write(path, packed, later=True)
            self._written.append(path)
        return len(packed)

    def _write(self, path: Path, content: bytes, *, later: bool = False) -> None:
        partial = f"{path}{PARTIAL}"
        with durable_files.create(partial, later=later) as append:
            append(content)
        durable_files.rename(partial, path)

    def finish(self, entry: Mapping[str, Any], grace_seconds: float = GRACE_SECONDS) -> Written:
        """Write the entry, and remove what none named for so long. What the entry names is durable before it is."""
        content = json_bytes(entry) + b"\n"
        removed = 0
        if not self._dry_run:
            path = self._folder / ENTRY
            removed = self._refused(lambda: self._replace_entry(path, content, grace_seconds), path)
        return Written(
            len(self._digests),
            self._bytes,
            len(self._written),
            removed,
            dict(sorted(self._kinds.items())),
            (len(content), len(_gzipped(content))),
        )

    def _replace_entry(self, path: Path, content: bytes, grace_seconds: float) -> int:
        for written in self._written:
            durable_files.sync_file(written)
        durable_files.sync_folder(self._data)
        is_first = not path.exists()
        if not _holds(path, content, compressed=False):
            self._write(path, content)
            durable_files.sync_folder(self._folder)
        return self._retire(is_first, time.time() - grace_seconds)

    def _retire(self, is_first: bool, oldest: float) -> int:
        """Remove the files that no entry named since a time: the time of a file is when the first export did not name
        it that the last one named."""
        listing = self._data / _NAMES
        try:
            before, _ = durable_files.read(listing)
            named = {*before.decode("utf-8", "replace").split("\n")}
        except FileNotFoundError:
            named = None
        removed = 0
        for path, changed in _files(self._data):
            if path.name in self._digests:
                continue
            # Without a listing it may be any that a visitor still asks for.
            if not path.name.endswith(PARTIAL) and (path.name in named if named is not None else not is_first):
                os.utime(path)
            elif path.name.endswith(PARTIAL) or changed < oldest:
                durable_files.remove(path)
                removed += 1
        content = "".join(f"{name}\n" for name in sorted(self._digests)).encode()
        if not _holds(listing, content, compressed=False):
            self._write(listing, content)
        return removed

    def _refused(self, work: Callable[[], Any], path: Path) -> Any:
        try:
            return work()
        except OSError as error:
            reason = error.strerror or str(error)
            name = error.filename if isinstance(error.filename, str) else os.fspath(path)
            raise IndexWriteError(f"the export cannot be written ({reason})", Remedy.MAKE_ROOM, path=name) from error


def _files(folder: Path) -> Iterator[tuple[Path, float]]:
    """The files in a folder whose names are of our form, with the times of their last change."""
    for found in sorted(os.scandir(folder), key=lambda found: found.name):
        state = found.stat(follow_symlinks=False)
        if _NAME.fullmatch(found.name) and stat.S_ISREG(state.st_mode):
            yield Path(found.path), state.st_mtime


def _gzipped(content: bytes) -> bytes:
    deflate = zlib.compressobj(_LEVEL, zlib.DEFLATED, -15, 9)
    packed = deflate.compress(content) + deflate.flush()
    return _GZIP_HEAD + packed + struct.pack("<II", zlib.crc32(content), len(content) & 0xFFFFFFFF)


def _holds(path: Path, content: bytes, compressed: bool) -> bool:
    """Whether a file has just this content, cut or written by nobody but us."""
    try:
        there, _ = durable_files.read(path, len(content) + 1024)
        if not compressed:
            return there == content
        inflate = zlib.decompressobj(31)
        return inflate.decompress(there, len(content) + 1) == content and inflate.eof and not inflate.unused_data
    except (OSError, zlib.error):
        return False
