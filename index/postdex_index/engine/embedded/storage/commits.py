"""How does an index survive whatever happens to its process and its disk?

Segments and tables are files that are written once. A commit is one small file that names them, with
their sizes and checksums; it is written beside its name, fsynced with everything that it names and with
the folder, and then renamed into place: before the rename the old commit is the index, after it the new
one. The newest commit that verifies wins, the last two are kept, what neither names is removed. No number
is given twice as long as a file bears it, not even one left by a run that was killed. Nothing
is ever unpickled: the TOC that other Whoosh programs read lies beside it and is not read by us.

Whatever a later format looks like, its commits end with a line of the crc32 of what stands before it, which is
JSON with a number `format`: so that this version can say that the index is newer, and leave it alone.
"""

from __future__ import annotations

import json
import os
import re
import unicodedata
from array import array
from collections.abc import Iterable, Mapping
from contextlib import suppress
from operator import index
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary
from zlib import crc32

import Stemmer

from .... import forks, posix, schema, scoring
from ....errors import IndexDamagedError, IndexMissingError, IndexVersionError, IndexWriteError, Remedy
from ....model import Problem
from ....named_tuple import NamedTuple
from ....paths import StrPath, plain
from ....text.tokenizer import RULES
from ...api import FileStamp, Identity
from ..format import durable_files
from ..format.segment_file import damaged, unreadable
from . import file_table

if TYPE_CHECKING:
    from pathlib import Path

#: Raised with every change of the files' form. An older index is rebuilt, a newer one is refused.
FORMAT = 8
#: An index made under other rules of analysis, another Unicode or other stemmers is rebuilt.
ANALYSIS = f"{RULES}/{unicodedata.unidata_version}/{Stemmer.version()}"
#: Commits that are retained: a reader that opened the last but one goes on undisturbed.
RETAINED_COMMITS = 2
#: Numbers have at most nine digits, of which the last is never given: it would have no next one.
LAST = 999_999_999
#: The length of a commit's last line.
_CHECK = 9

_COMMIT = re.compile(r"commit-(\d{6,9})")
#: The file that says of which folder an index is made that lies outside of it.
_MADE_OF = "made-of"
_OURS = (
    r"(?:commit|table|changes|problems)-(\d{6,9})(?:\.new)?"
    r"|(\d{6,9})-\d+(?:-\d+)?\.segment|_MAIN_(\d{1,9})\.toc(?:\.new)?"
)


class File(NamedTuple):
    """A file that a commit names: its size in bytes and its CRC-32 (of a segment: its seal)."""

    name: str
    size: int
    check: int


class SegmentEntry(NamedTuple):
    """A segment in a commit: its number of posts, whether they are unpublished, whether positions take more than 16
    bits, and the doc_ids deleted since it was written."""

    file: File
    posts: int
    drafts: bool
    wide: bool
    deleted: tuple[int, ...]


class Commit(NamedTuple):
    """What the index consists of. It has an `identity` once it is the index."""

    generation: int
    segments: tuple[SegmentEntry, ...]
    tables: tuple[File, ...]
    problems: File | None
    settings: str
    identity: Identity | None = None

    def files(self) -> list[File]:
        """All files that it needs, segments first."""
        return [*(entry.file for entry in self.segments), *self.tables, *([self.problems] if self.problems else [])]


_tables: WeakValueDictionary[str, file_table.CommittedFiles] = WeakValueDictionary()


class Store:
    """The files of one index, in `place`: `.postdex`, or what was chosen instead."""

    def __init__(self, directory: StrPath) -> None:
        self.place = plain(directory)

    @property
    def directory(self) -> Path:
        """Where they lie, for whoever writes or looks after them; a search has no use for `pathlib`."""
        with forks.barred:
            from pathlib import Path

        return Path(self.place)

    @property
    def above(self) -> str:
        """The folder that theirs lies in."""
        return os.path.dirname(self.place) or "."

    @property
    def is_in_posts(self) -> bool:
        """Whether their folder has the name that it has in a folder of posts."""
        return os.path.basename(self.place) == ".postdex"

    def file(self, name: str) -> str:
        """The path of the file of this name."""
        return os.path.join(self.place, name)

    # -- reading

    def names(self) -> list[str]:
        """The names of all files that lie there. Raises IndexDamagedError for a folder that cannot be read."""
        try:
            if self.is_in_posts and os.path.islink(self.place):
                raise IndexDamagedError(
                    "the folder of the index is a link, which may lead anywhere",
                    Remedy.REMOVE_LINK,
                    path=self.place,
                )
            return os.listdir(self.place)
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            raise unreadable(error, self.place) from error

    def generations(self) -> list[int]:
        """The numbers of the commits that lie there, newest first."""
        numbers = [int(match[1]) for name in self.names() if (match := _COMMIT.fullmatch(name))]
        return sorted((number for number in numbers if number < LAST), reverse=True)

    def identity(self, generation: int) -> Identity | None:
        """What tells a commit from another of this number; None if there is none. It is not verified."""
        try:
            return _identity(generation, *durable_files.tail(self.path(generation), _CHECK))
        except FileNotFoundError:
            return None
        except OSError:  # it is there, and whoever opens it is told why it cannot be read
            return Identity(generation, b"", 0, 0)

    def stands(self, identity: Identity | None) -> bool:
        """Whether the file of a commit is still the one that it was."""
        if identity is None:
            return True
        try:
            state = os.stat(self.path(identity.generation))
        except OSError:
            return False
        return (state.st_ino, state.st_mtime_ns) == (identity.inode, identity.mtime_ns)

    def path(self, generation: int) -> str:
        """The file of a commit."""
        return self.file(f"commit-{generation:06}")

    def commit(self, generation: int) -> Commit:
        """A commit, verified but for the insides of its segments. Raises IndexDamagedError."""
        path = self.path(generation)
        content, state = self._bytes(path)
        body, _, check = content.rstrip(b"\n").rpartition(b"\n")
        if check != b"%08x" % crc32(body):
            raise damaged(path, "it does not have its checksum")
        try:
            value = json.loads(body)
            self._check_version(value)
            return _commit(generation, value)._replace(identity=_identity(generation, content, state))
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
            raise damaged(path, "it has another form") from error

    def _check_version(self, value: dict[str, Any]) -> None:
        form: int = value["format"]
        if form > FORMAT or (form == FORMAT and int(value["analysis"].partition("/")[0]) > RULES):
            raise IndexVersionError(
                "this index was written by a newer postdex", Remedy.UPDATE,
                path=self.place,
            )  # fmt: skip
        if form < FORMAT or value["analysis"] != ANALYSIS:
            writer = "an older postdex"
        elif value.get("scoring") != scoring.fingerprint():
            writer = "a postdex that scores otherwise"
        elif value.get("schema") != schema.fingerprint():
            writer = "a postdex with other fields"
        else:
            return
        raise IndexMissingError(f"this index was written by {writer}", Remedy.REBUILD, path=self.place)

    def read(self, file: File) -> bytes:
        """A file that a commit names, verified. Raises IndexDamagedError."""
        path = self.file(file.name)
        content, _ = self._bytes(path, file.size)
        if len(content) != file.size or crc32(content) != file.check:
            raise damaged(path, "it does not have its checksum")
        return content

    def file_table(self, commit: Commit) -> Mapping[str, FileStamp]:
        """The post table of a commit. While somebody holds that of an earlier one, only the changes since are read.
        Raises IndexDamagedError."""
        held = _tables.get(self.place)
        if held is None or held.files != commit.tables[: len(held.files)]:
            held = None
        elif held.files == commit.tables:
            return held
        try:
            rows = file_table.replayed(map(self.read, commit.tables[len(held.files) if held else 0 :]), held)
        except (ValueError, KeyError) as error:
            raise damaged(self.place, "the post table has another form") from error
        rows.files = commit.tables
        _tables[self.place] = rows
        return rows

    def problems(self, commit: Commit) -> list[Problem]:
        """The problems that were found when the posts of a commit were read. Raises IndexDamagedError."""
        if commit.problems is None:
            return []
        content = self.read(commit.problems)
        try:
            return [Problem(*row) for row in json.loads(content)]
        except (ValueError, TypeError, RecursionError) as error:
            raise damaged(self.file(commit.problems.name), "it has another form") from error

    def _bytes(self, path: str, most: int | None = None) -> tuple[bytes, os.stat_result]:
        try:
            return durable_files.read(path, most)
        except FileNotFoundError as error:
            raise damaged(path, "it is missing") from error
        except OSError as error:
            raise unreadable(error, path) from error

    # -- writing

    def prepare(self) -> None:
        """Make the folder, private to its posts' version control. Raises `IndexWriteError`."""
        try:
            if self.is_in_posts:
                os.stat(self.above)  # that of the posts is not made: it may just have been removed
            is_new = durable_files.make_folder(self.place)
            if os.lstat(self.place).st_uid != posix.geteuid():
                raise IndexWriteError(
                    "this folder is not yours, so nothing is written there", Remedy.CHOOSE_INDEX,
                    path=self.place,
                )  # fmt: skip
            ignore = self.file(".gitignore")
            # Not in a folder that was there before and may be somebody's repository.
            if (is_new or self.is_in_posts) and not os.path.lexists(ignore):
                with suppress(FileExistsError), durable_files.create(ignore) as append:
                    append(b"*\n")
        except OSError as error:
            raise write_error(error, self.place) from error

    def made_of(self) -> str:
        """The folder that an index elsewhere was last made of; "" if it lies in that folder, or none was noted."""
        try:
            return os.fsdecode(durable_files.read(self.file(_MADE_OF), 4096)[0])
        except OSError:
            return ""

    def claim(self, folder: str) -> None:
        """Note of which folder the index is made; nothing for the one that it lies in, which may be moved with it."""
        if folder:
            try:
                self.put(_MADE_OF, os.fsencode(folder))
                return
            except OSError:  # half of a name would be that of another folder
                pass
        with suppress(OSError):
            durable_files.remove(self.file(_MADE_OF))

    def next_generation(self) -> int:
        """A number that no file bears, of a commit or left over."""
        numbers = map(_number, self.names())
        return max((number for number in numbers if number < LAST), default=0) + 1

    def put(self, name: str, content: bytes) -> File:
        """Write a file of the next commit, durably."""
        with durable_files.create(self.file(name)) as append:
            append(content)
        return File(name, len(content), crc32(content))

    def publish(self, commit: Commit) -> None:
        """Make a commit the index: everything it names was fsynced when it was written."""
        body = json.dumps(
            {
                "format": FORMAT,
                "analysis": ANALYSIS,
                "scoring": scoring.fingerprint(),
                "schema": schema.fingerprint(),
                "generation": commit.generation,
                "settings": commit.settings,
                "segments": commit.segments,
                "tables": commit.tables,
                "problems": commit.problems,
            },
            separators=(",", ":"),
        ).encode()
        path = self.path(commit.generation)
        new = path + ".new"
        self.put(os.path.basename(new), body + b"\n%08x\n" % crc32(body))
        durable_files.sync_folder(self.place)
        durable_files.rename(new, path)
        try:
            durable_files.sync_folder(self.place)
        except OSError:
            # It may not last, so it shall not be: whoever is told that it failed finds the old index.
            with suppress(OSError):
                durable_files.remove(path)
            raise

    def left_over(self, retained: Iterable[Commit]) -> list[str]:
        """The names of ours that none of these commits needs."""
        needed: set[str] = set()
        for commit in retained:
            needed |= {f"commit-{commit.generation:06}", f"_MAIN_{commit.generation}.toc"}
            needed |= {file.name for file in commit.files()}
        return [name for name in self.names() if _number(name) and name not in needed]

    def sweep(self, retained: Iterable[Commit]) -> None:
        """Remove what none of these commits needs. What cannot be removed waits for the next."""
        self._remove(self.left_over(retained))

    def sweep_unfinished(self) -> None:
        """Remove what a run left that failed or was killed: no commit names a number higher than its own."""
        newest = max(self.generations(), default=0)
        self._remove(name for name in self.names() if newest < _number(name) < LAST)

    def _remove(self, names: Iterable[str]) -> None:
        for name in names:
            with suppress(OSError):
                durable_files.remove(self.file(name))


def _number(name: str) -> int:
    """The number in the name of a file of ours; 0 if it is none.

    >>> _number("000012-0.segment"), _number("commit-000013.new"), _number("notes.md")
    (12, 13, 0)
    """
    match = re.fullmatch(_OURS, name)
    return int(next(filter(None, match.groups()))) if match else 0


def _identity(generation: int, content: bytes, state: os.stat_result) -> Identity:
    return Identity(generation, content[-_CHECK:], state.st_ino, state.st_mtime_ns)


def _commit(generation: int, value: dict[str, Any]) -> Commit:
    """A commit from its JSON; raises ValueError and its like for what `publish` did not write."""
    if value["generation"] != generation:
        raise ValueError("the commit of another number")
    entries: list[SegmentEntry] = []
    for file, posts, drafts, wide, deleted in value["segments"]:
        numbers = array("I", deleted)
        if numbers and numbers[-1] >= posts:
            raise ValueError("a deleted post that is not there")
        entries.append(SegmentEntry(_file(*file), index(posts), bool(drafts), bool(wide), tuple(numbers)))
    problems = _file(*value["problems"]) if value["problems"] else None
    tables = tuple(_file(*file) for file in value["tables"])
    return Commit(generation, tuple(entries), tables, problems, str(value["settings"]))


def _file(name: str, size: int, check: int) -> File:
    if not _number(name):
        raise ValueError("not a file of ours")
    return File(name, index(size), index(check))


def write_error(error: OSError, path: StrPath) -> IndexWriteError:
    """The error for a write that the operating system refused."""
    name = error.filename if isinstance(error.filename, str) else os.fspath(path)
    reason = error.strerror or str(error)
    return IndexWriteError(f"the index cannot be written ({reason})", Remedy.MAKE_ROOM, path=name)


def problem_bytes(problems: Iterable[Problem]) -> bytes:
    """Problems as the bytes of their file."""
    return json.dumps([list(problem) for problem in problems]).encode()
