"""How does an index survive whatever happens to its process and its disk?

Segments and tables are files that are written once. A commit is one small file that names them, with
their sizes and checksums; it is written beside its name, fsynced with everything that it names and with
the folder, and then renamed into place: before the rename the old commit is the index, after it the new
one. The newest commit that verifies wins, the last two are kept, what neither names is removed. Nothing
is ever unpickled: the TOC that other Whoosh programs read lies beside it and is not read by us.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import re
import stat
import time
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple
from weakref import WeakValueDictionary
from zlib import crc32

import Stemmer

from ..analysis import RULES
from ..engine import Stamp
from ..errors import (
    IndexDamagedError,
    IndexLockedError,
    IndexMissingError,
    IndexVersionError,
    IndexWriteError,
)
from ..model import Problem
from . import table
from .reader import Segment, Snapshot
from .segment import SegmentFile

#: Raised with every change of the files' form. An older index is rebuilt, a newer one is refused.
FORMAT = 1
#: An index made under other rules of analysis, another Unicode or other stemmers is rebuilt.
ANALYSIS = f"{RULES}/{unicodedata.unidata_version}/{Stemmer.version()}"
#: So many commits are kept: a reader that opened the last but one goes on undisturbed.
KEPT = 2

_COMMIT = re.compile(r"commit-(\d{6,})")
_OURS = re.compile(r"(commit|table|changes|problems)-\d{6,}(\.new)?|\d{6,}-\d+(-\d+)?\.segment|_MAIN_\d+\.toc(\.new)?")


class File(NamedTuple):
    """A file that a commit names: its size and the crc32 of its bytes (of a segment: its seal)."""

    name: str
    size: int
    check: int


class SegmentEntry(NamedTuple):
    """A segment in a commit: how many posts, whether these are unpublished, and too long for 16-bit positions,
    and which were deleted since."""

    file: File
    posts: int
    drafts: bool
    wide: bool
    dead: tuple[int, ...]


class Commit(NamedTuple):
    """What the index consists of."""

    generation: int
    segments: tuple[SegmentEntry, ...]
    tables: tuple[File, ...]
    problems: File | None
    settings: str

    def files(self) -> list[str]:
        """The names of all files that it needs."""
        named = [entry.file for entry in self.segments] + list(self.tables) + ([self.problems] if self.problems else [])
        return [file.name for file in named]


_segments: WeakValueDictionary[tuple[str, int, int], Segment] = WeakValueDictionary()


class Store:
    """The files of one index. `directory` is `.postdex` or what `--index` names."""

    def __init__(self, directory: Path) -> None:
        self.directory = Path(directory)

    # -- reading

    def generations(self) -> list[int]:
        """The numbers of the commits that lie there, newest first."""
        try:
            names = os.listdir(self.directory)
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            raise IndexDamagedError(
                f"the index cannot be read ({error.strerror})", "check its permissions", path=str(self.directory)
            ) from error
        return sorted((int(match[1]) for name in names if (match := _COMMIT.fullmatch(name))), reverse=True)

    def commit(self, generation: int) -> Commit:
        """A commit, verified but for the insides of its segments."""
        path = self.directory / f"commit-{generation:06}"
        data = self._bytes(path)
        body, _, check = data.rstrip(b"\n").rpartition(b"\n")
        if check != b"%08x" % crc32(body):
            raise self._damaged(path, "it does not have its checksum")
        value = json.loads(body)
        if value["format"] > FORMAT:
            raise IndexVersionError(
                "this index was written by a newer postdex", "update postdex, or choose another folder with --index",
                path=str(self.directory),
            )  # fmt: skip
        if value["format"] < FORMAT or value["analysis"] != ANALYSIS:
            raise IndexMissingError(
                "this index was written by an older postdex",
                "run `postdex index` to rebuild it",
                path=str(self.directory),
            )
        entries = [
            SegmentEntry(File(*file), posts, drafts, wide, tuple(dead))
            for file, posts, drafts, wide, dead in value["segments"]
        ]
        problems = File(*value["problems"]) if value["problems"] else None
        tables = tuple(File(*file) for file in value["tables"])
        return Commit(generation, tuple(entries), tables, problems, value["settings"])

    def newest(self) -> tuple[Commit, list[Segment]]:
        """The newest commit whose files are all there, with its segments open.

        Raises `IndexMissingError` if there is no commit, `IndexDamagedError` if none of them verifies.
        """
        generations = self.generations()
        if not generations:
            raise IndexMissingError("there is no index yet", "run `postdex index`", path=str(self.directory))
        first: IndexDamagedError | None = None
        for generation in generations:
            try:
                commit = self.commit(generation)
                return commit, [self.segment(entry) for entry in commit.segments]
            except IndexDamagedError as error:
                first = first or error
        assert first is not None
        raise first

    def segment(self, entry: SegmentEntry) -> Segment:
        """An open segment; the same object for the same file, so that caches outlive a commit."""
        path = str(self.directory / entry.file.name)
        key = (path, entry.file.size, entry.file.check)
        segment = _segments.get(key)
        if segment is None:
            segment = _segments[key] = Segment(SegmentFile(path, entry.file.size, entry.file.check))
        elif not os.path.exists(path) or os.path.getsize(path) != entry.file.size:
            # Reading a mapped file beyond its new end would kill the process.
            raise self._damaged(Path(path), "it does not have the size that the commit names")
        return segment

    def snapshot(self) -> Snapshot:
        """The newest commit, open for searching. Tries again when a writer removed a file under its hands."""
        for _ in range(3):
            try:
                commit, segments = self.newest()
                break
            except IndexDamagedError:
                if not self._moved_on():
                    raise
        else:
            commit, segments = self.newest()
        size = sum(entry.file.size for entry in commit.segments) + sum(file.size for file in commit.tables)
        parts = [(segment, entry.dead, entry.drafts) for segment, entry in zip(segments, commit.segments, strict=True)]
        return Snapshot(commit.generation, parts, size)

    def _moved_on(self) -> bool:
        before = self.generations()[:1]
        time.sleep(0.002)
        return self.generations()[:1] != before

    def read(self, file: File) -> bytes:
        """A file that a commit names, verified."""
        path = self.directory / file.name
        data = self._bytes(path)
        if len(data) != file.size or crc32(data) != file.check:
            raise self._damaged(path, "it does not have its checksum")
        return data

    def table(self, commit: Commit) -> dict[str, Stamp]:
        """The post table of a commit."""
        return table.replayed(map(self.read, commit.tables))

    def problems(self, commit: Commit) -> list[Problem]:
        """The problems that were found when the posts of a commit were read."""
        return [Problem(*row) for row in json.loads(self.read(commit.problems))] if commit.problems else []

    def _bytes(self, path: Path) -> bytes:
        try:
            with open(path, "rb") as file:
                return file.read()
        except FileNotFoundError as error:
            raise self._damaged(path, "it is missing") from error
        except OSError as error:
            raise self._damaged(path, f"it cannot be read ({error.strerror})") from error

    @staticmethod
    def _damaged(path: Path, what: str) -> IndexDamagedError:
        return IndexDamagedError(
            f"this file of the index is damaged: {what}", "run `postdex index` to rebuild it", path=str(path)
        )

    # -- writing

    def prepare(self) -> None:
        """Make the folder, private to its posts' version control. Raises `IndexWriteError`."""
        try:
            made = not self.directory.exists()
            self.directory.mkdir(parents=True, exist_ok=True)
            state = self.directory.lstat()
            if not stat.S_ISDIR(state.st_mode) or state.st_uid != os.geteuid():
                raise IndexWriteError(
                    "this is not a folder of yours, so nothing is written there", "choose another with --index",
                    path=str(self.directory),
                )  # fmt: skip
            ignore = self.directory / ".gitignore"
            # Not in a folder that was there before and may be somebody's repository.
            if (made or self.directory.name == ".postdex") and not ignore.exists():
                ignore.write_text("*\n", encoding="ascii")
        except OSError as error:
            raise write_error(error, self.directory) from error

    def put(self, name: str, data: bytes) -> File:
        """Write a file of the next commit and fsync it."""
        path = self.directory / name
        with open(path, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        return File(name, len(data), crc32(data))

    def publish(self, commit: Commit) -> None:
        """Make a commit the index: everything it names was fsynced when it was written."""
        body = json.dumps(
            {
                "format": FORMAT,
                "analysis": ANALYSIS,
                "settings": commit.settings,
                "segments": commit.segments,
                "tables": commit.tables,
                "problems": commit.problems,
            },
            separators=(",", ":"),
        ).encode()
        name = f"commit-{commit.generation:06}"
        self.put(name + ".new", body + b"\n%08x\n" % crc32(body))
        self._sync_folder()
        os.rename(self.directory / (name + ".new"), self.directory / name)
        self._sync_folder()

    def _sync_folder(self) -> None:
        folder = os.open(self.directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def sweep(self) -> None:
        """Remove what none of the last commits names: left-overs of merges and of killed runs. Only names of ours."""
        needed: set[str] = set()
        for generation in self.generations()[:KEPT]:
            needed |= {f"commit-{generation:06}", f"_MAIN_{generation}.toc"}
            try:
                needed.update(self.commit(generation).files())
            except (IndexDamagedError, IndexMissingError):
                continue
        for name in os.listdir(self.directory):
            if _OURS.fullmatch(name) and name not in needed:
                try:
                    os.unlink(self.directory / name)
                except OSError:
                    # It is only in the way; the next run tries again.
                    continue


class Lock:
    """The right to write, held through an open file: it ends with the process, however that ends."""

    def __init__(self, directory: Path, wait: float) -> None:
        self._path = directory / "lock"
        try:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
        except OSError as error:
            raise write_error(error, self._path) from error
        deadline = time.monotonic() + wait
        while not self._try():
            if time.monotonic() >= deadline:
                holder = self._holder()
                os.close(self._file)
                raise IndexLockedError(
                    f"another postdex is writing this index{holder}", "wait for it, or give --wait SECONDS",
                    path=str(directory),
                )  # fmt: skip
            time.sleep(0.02)
        self._owner = os.getpid()
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, f"{self._owner}\n".encode(), 0)

    def _try(self) -> bool:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in (errno.EAGAIN, errno.EACCES):
                return False
            raise write_error(error, self._path) from error
        return True

    def _holder(self) -> str:
        text = os.pread(self._file, 32, 0).decode("ascii", "replace").strip()
        return f" (process {text})" if text.isdigit() else ""

    def close(self) -> None:
        """Free the lock; in a forked child only its copy of the file is closed."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def write_error(error: OSError, path: Path | str) -> IndexWriteError:
    """The error for a write that the operating system refused."""
    name = error.filename if isinstance(error.filename, str) else str(path)
    reason = error.strerror or str(error)
    return IndexWriteError(
        f"the index cannot be written ({reason})", "the old index is as it was; make room or choose --index", path=name
    )


def problem_bytes(problems: Iterable[Problem]) -> bytes:
    """Problems as the bytes of their file."""
    return json.dumps([list(problem) for problem in problems]).encode()
