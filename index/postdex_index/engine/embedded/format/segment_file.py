"""How are the arrays of a segment kept in one immutable file, and read as far as they are needed?

This module knows columns, bytes and checksums; what the columns hold, who writes and who
reads them is said in `columns.py`.

    magic and version | column | column | … | directory (JSON) | crc32 of each 64 KiB block | trailer

The directory has the meta data, of each column where it begins, how many items of which type it has, and of those that
are deflated (`deflated_columns.py`) how many bytes they take in the file. All numbers are little-endian.

Every byte in front of the block checksums is covered by one of them and is checked when its block is first read; the
checksums and the trailer are covered by the `seal`, which the commit names together with the file's size. So a file
that was cut, swapped or changed is an error before it is an answer.

The file is not mapped: who touches a map of a file that was cut meanwhile is killed. Its blocks are read into memory
of our own, each when it is first needed, and only once it has its checksum: so what was read stays as it was. Only a
command that ends soon maps large files (`hurry`).
"""

from __future__ import annotations

import json
import mmap
import os
import struct
import sys
from array import array
from collections.abc import Container, Iterable, Mapping
from itertools import accumulate
from typing import Any
from zlib import crc32
from zlib import error as DeflateError

from .... import posix
from ....errors import EXHAUSTED, IndexDamagedError, IndexFault, Remedy
from . import durable_files
from .deflated_columns import BLOCK_BITS as INFLATED_BITS
from .deflated_columns import MOST, Inflation, deflated, room_size

MAGIC = b"postdex\0"
VERSION = 2
#: 64 KiB: a cold query touches 30 of them at 1,000 posts, 120 at 10,000; crc32 of one costs 11 us.
BLOCK_BITS = 16
BLOCK = 1 << BLOCK_BITS
#: Who is in a hurry maps files from this size on: to read a block costs 50 us instead of 15, which at 1,000 posts (a
#: segment of 2 MB) is .03 of a cold search, and at 10,000 (19 MB) would be .1.
MAPPED_FROM = 4 << 20
_HEAD = struct.Struct("<8sII")
_TRAILER = struct.Struct("<QIIQ8s")

_KINDS = frozenset("bBhHiIqQdf")

Column = bytes | bytearray | array  # type: ignore[type-arg]

if sys.byteorder != "little":  # pragma: no cover - arrays are written as they lie in memory
    raise ImportError("postdex needs a little-endian machine")


_hurried = False


def hurry() -> None:
    """This process answers once and ends: from now on it maps large files, and ends with a signal if one is cut."""
    global _hurried
    _hurried = True


def lines(texts: Iterable[str]) -> bytes:
    """A column of texts, each ended by a newline."""
    return "".join([text + "\n" for text in texts]).encode("utf-8", "surrogatepass")


def write(
    path: str | os.PathLike[str],
    columns: Mapping[str, Column],
    meta: Mapping[str, Any],
    to_deflate: Container[str] = (),
) -> tuple[int, int]:
    """Write a segment file, durably; returns its size in bytes and its seal.

    `columns` are bytes or arrays, kept under their names with their item type, those `to_deflate` deflated where that
    is worth it; `meta` is any JSON.
    """
    directory: dict[str, tuple[int, int, str]] = {}
    deflated_bytes: dict[str, int] = {}
    checks = array("I")
    with durable_files.create(path) as append:
        block = bytearray(_HEAD.pack(MAGIC, VERSION, 0))
        offset = len(block)

        def put(data: bytes | memoryview) -> None:
            block.extend(data)
            whole = len(block) & -BLOCK
            if whole:
                view = memoryview(block)
                checks.extend(crc32(view[i : i + BLOCK]) for i in range(0, whole, BLOCK))
                append(view[:whole])
                view.release()
                del block[:whole]

        for name, column in columns.items():
            view = memoryview(column)
            directory[name] = offset, len(view), view.format
            data = view.cast("B")
            if name in to_deflate and (content := deflated(data)):
                data = memoryview(content)
                deflated_bytes[name] = len(data)
            for start in range(0, len(data), 1 << 22):
                put(data[start : start + (1 << 22)])
            padding = -len(data) % 8
            put(bytes(padding))
            offset += len(data) + padding
        listing = json.dumps(
            {"meta": meta, "columns": directory, "deflated": deflated_bytes}, separators=(",", ":")
        ).encode()
        put(listing)
        if block:
            checks.append(crc32(block))
            append(block)
        size = offset + len(listing) + checks.itemsize * len(checks) + _TRAILER.size
        trailer = _TRAILER.pack(offset, len(listing), len(checks), size, MAGIC)
        append(checks.tobytes() + trailer)
    return size, crc32(trailer, crc32(checks.tobytes()))


class SegmentFile:
    """A segment file, open: columns as typed views of its bytes, which are there once they were checked.

    `size` and `seal` are what the commit says of it. Raises `IndexDamagedError` for a file that
    is missing, cut, foreign or changed, now or when a damaged block is first read.
    """

    __slots__ = (
        *("_checked", "_checks", "_columns", "_file", "_inflations", "_mapped", "_memory", "_room", "_stamp", "_there"),
        "_view",
        *("meta", "path"),
    )

    def __init__(self, path: str, size: int, seal: int) -> None:
        self.path = path
        self._file = -1
        self._open(size)
        try:
            self._read_directory(size, seal)
        except (ValueError, TypeError, KeyError, AttributeError, struct.error, RecursionError) as error:
            raise self.damaged("it has another form") from error

    def _open(self, size: int) -> None:
        """Open the file, with room in memory for its bytes, which takes none until they are read."""
        try:
            self._file = durable_files.open_regular(self.path)
            state = os.fstat(self._file)
            if state.st_size != size:
                raise self.damaged("it does not have the size that the commit names")
            self._stamp = _stamp(state)
            self._mapped = _hurried and size >= MAPPED_FROM
            if self._mapped:
                self._memory = mmap.mmap(self._file, size, access=mmap.ACCESS_READ)
            else:
                self._memory = mmap.mmap(-1, size, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
            self._view = memoryview(self._memory).toreadonly()
        except FileNotFoundError as error:
            raise self.damaged("it is missing") from error
        except (OSError, ValueError) as error:
            raise unreadable(error, self.path) from error

    def _read_directory(self, size: int, seal: int) -> None:
        trailer = self._read(max(size - _TRAILER.size, 0), size)
        offset, length, blocks, _, magic = _TRAILER.unpack(trailer)
        table = size - _TRAILER.size - 4 * blocks
        checks = self._read(table, size - _TRAILER.size) if magic == MAGIC and table >= 0 else b""
        if crc32(trailer, crc32(checks)) != seal:
            raise self.damaged("its checksums are not those that the commit names")
        self._checks = array("I", checks)
        self._checked = bytearray(blocks)
        self._there = bytearray(blocks)
        self._verify(0, _HEAD.size)
        self._verify(offset, offset + length)
        listing = json.loads(bytes(self._view[offset : offset + length]))
        self.meta: dict[str, Any] = listing["meta"]
        self._columns: dict[str, tuple[int, int, str]] = listing["columns"]
        deflated_bytes: dict[str, int] = listing["deflated"]
        for name, (start, items, kind) in self._columns.items():
            nbytes = items * struct.calcsize(kind) if kind in _KINDS else -1
            length = deflated_bytes.get(name, nbytes)
            if not (0 <= start <= offset - length and 0 <= nbytes <= MOST * length):
                raise self.damaged("it has another form")
        self._make_room({name: self._columns[name] for name in deflated_bytes})

    def _make_room(self, deflated_columns: Mapping[str, tuple[int, int, str]]) -> None:
        """Make room in memory for the columns that are deflated; it takes none until they are inflated."""
        sizes = [items * struct.calcsize(kind) for _, items, kind in deflated_columns.values()]
        starts = [*accumulate([room_size(size) for size in sizes], initial=0)]
        self._inflations = {}
        if starts[-1]:
            try:
                room = memoryview(mmap.mmap(-1, starts[-1], mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS))
            except OSError as error:
                raise unreadable(error, self.path) from error
            for (name, (offset, _, _)), start, size in zip(deflated_columns.items(), starts, sizes, strict=False):
                self._inflations[name] = Inflation(offset, room[start : start + size])

    def __del__(self) -> None:
        if self._file >= 0:
            os.close(self._file)

    def unchanged(self) -> bool:
        """Whether what has the file's name is still the file that was opened, as it was then."""
        try:
            return _stamp(os.lstat(self.path)) == self._stamp
        except OSError:
            return False

    def damaged(self, what: str) -> IndexDamagedError:
        """The error for this file, with its remedy."""
        return damaged(self.path, what)

    def column(self, name: str, *, whole: bool = True) -> Any:
        """A column as a typed memoryview. With `whole` it is checked now, else the reader calls `check`."""
        offset, items, kind = self._entry(name)
        nbytes = items * struct.calcsize(kind)
        inflation = self._inflations.get(name)
        if inflation:
            if whole:
                self._inflate(inflation, 0, nbytes)
            view = inflation.view
        else:
            if whole:
                self._verify(offset, offset + nbytes)
            view = self._view[offset : offset + nbytes]
        return view if kind == "B" else view.cast(kind)  # type: ignore[call-overload]

    def checker(self, name: str) -> ColumnCheck | InflationCheck:
        """A callable that checks items [start, stop) of a column before they are read, and inflates them if need be."""
        offset, _, kind = self._entry(name)
        width, inflation = struct.calcsize(kind), self._inflations.get(name)
        return InflationCheck(self, inflation, width) if inflation else ColumnCheck(self, offset, width)

    def _entry(self, name: str) -> tuple[int, int, str]:
        try:
            return self._columns[name]
        except KeyError as error:
            raise self.damaged(f"it has no {name}") from error

    def verify_all(self) -> None:
        """Check every block on the disk; raises `IndexDamagedError` at the first that is wrong."""
        self._checked = bytearray(len(self._checked))
        self.verify_once()

    def verify_once(self) -> None:
        """Check every block on the disk that was not checked yet since the file was opened; they are not kept."""
        block = self._checked.find(0)
        while block >= 0:
            self._block(block)
            block = self._checked.find(0, block + 1)

    def _verify(self, start: int, stop: int) -> None:
        """Read and check the blocks of bytes [start, stop) that are not there yet."""
        there = self._there
        last = min(len(there), ((stop - 1) >> BLOCK_BITS) + 1)
        block = there.find(0, start >> BLOCK_BITS, last)
        while block >= 0:
            begin, end = self._bounds(block)
            if self._mapped:
                self._check(block, self._view[begin:end])
            else:
                self._memory[begin:end] = self._block(block)
            there[block] = 1
            block = there.find(0, block + 1, last)

    def _inflate(self, inflation: Inflation, start: int, stop: int) -> None:
        try:
            inflation.need(start, stop, self._checked_bytes)
        except (ValueError, DeflateError) as error:
            raise self.damaged("a column is not deflated as it should be") from error

    def _checked_bytes(self, start: int, stop: int) -> memoryview:
        self._verify(start, stop)
        return self._view[start:stop]

    def _block(self, number: int) -> bytes:
        """A block as it lies on the disk, checked."""
        content = self._read(*self._bounds(number))
        self._check(number, content)
        return content

    def _bounds(self, number: int) -> tuple[int, int]:
        begin = number << BLOCK_BITS
        return begin, min(begin + BLOCK, len(self._view) - _TRAILER.size - 4 * len(self._checks))

    def _check(self, number: int, content: bytes | memoryview) -> None:
        if crc32(content) != self._checks[number]:
            raise self.damaged(f"block {number} does not have its checksum")
        self._checked[number] = 1

    def _read(self, start: int, stop: int) -> bytes:
        try:
            content = posix.pread(self._file, stop - start, start)
            while len(content) < stop - start:
                more = posix.pread(self._file, stop - start - len(content), start + len(content))
                if not more:
                    raise self.damaged("it was cut")
                content += more
        except OSError as error:
            raise unreadable(error, self.path) from error
        return content


def unreadable(error: Exception, path: str) -> IndexFault:
    """The error for a file that is there and cannot be read: damage, unless it is this process that has run out."""
    reason = (error.strerror if isinstance(error, OSError) else "") or str(error)
    if isinstance(error, OSError) and error.errno in EXHAUSTED:
        return IndexFault(f"the index cannot be read now ({reason})", "raise the limits of the process", path=path)
    remedy = Remedy.MAKE_READABLE if isinstance(error, PermissionError) else Remedy.REBUILD
    return damaged(path, f"it cannot be read ({reason})", remedy)


def damaged(path: str, what: str, remedy: Remedy = Remedy.REBUILD) -> IndexDamagedError:
    """The error for a file of the index."""
    return IndexDamagedError(f"this file of the index is damaged: {what}", remedy, path=path)


def _stamp(state: os.stat_result) -> tuple[int, ...]:
    return state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns


class ColumnCheck:
    """Checks ranges of one column; nearly free where the block was checked before."""

    __slots__ = ("_checked", "_offset", "_segment", "_width")

    def __init__(self, segment: SegmentFile, offset: int, width: int) -> None:
        self._segment = segment
        self._offset = offset
        self._width = width

    def __call__(self, start: int, stop: int) -> None:
        if start < stop:
            self._segment._verify(self._offset + start * self._width, self._offset + stop * self._width)


class InflationCheck:
    """Inflates ranges of one column; nearly free where that was done before."""

    __slots__ = ("_inflation", "_segment", "_there", "_width")

    def __init__(self, segment: SegmentFile, inflation: Inflation, width: int) -> None:
        self._segment = segment
        self._inflation = inflation
        self._there = inflation.there
        self._width = width

    def __call__(self, start: int, stop: int) -> None:
        if start < stop:
            begin, end = start * self._width, stop * self._width
            # Asked here first: a search comes by some fifty times, mostly for what is there.
            if self._there.find(0, begin >> INFLATED_BITS, ((end - 1) >> INFLATED_BITS) + 1) >= 0:
                self._segment._inflate(self._inflation, begin, end)
