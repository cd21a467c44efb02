"""How are the arrays of a segment kept in one immutable, memory-mapped file?

This module knows columns, bytes and checksums; what the columns hold, who writes and who
reads them is said in `layout.py`.

    magic and version | column | column | … | directory (JSON) | crc32 of each 64 KiB block | trailer

All numbers are little-endian. Every byte in front of the block checksums is covered by
one of them and is checked when its block is first read; the checksums and the trailer
are covered by the `seal`, which the commit names together with the file's size. So a
file that was cut, swapped or changed is an error before it is an answer.
"""

from __future__ import annotations

import json
import mmap
import os
import struct
import sys
from array import array
from collections.abc import Iterable, Mapping
from itertools import count
from typing import Any
from zlib import crc32

from ..errors import IndexDamagedError, IndexFault
from ..walk import EXHAUSTED
from . import disk

MAGIC = b"postdex\0"
VERSION = 1
#: 64 KiB: crc32 of a block costs 11 us, and a cold query touches a few dozen of them.
BLOCK_BITS = 16
BLOCK = 1 << BLOCK_BITS
_HEAD = struct.Struct("<8sII")
_TRAILER = struct.Struct("<QIIQ8s")

_KINDS = frozenset("bBhHiIqQdf")

Column = bytes | bytearray | array  # type: ignore[type-arg]

if sys.byteorder != "little":  # pragma: no cover - arrays are written as they lie in memory
    raise ImportError("postdex needs a little-endian machine")


def lines(texts: Iterable[str]) -> bytes:
    """A column of texts, each ended by a newline."""
    return "".join([text + "\n" for text in texts]).encode("utf-8", "surrogatepass")


def write(path: str | os.PathLike[str], columns: Mapping[str, Column], meta: Mapping[str, Any]) -> tuple[int, int]:
    """Write a segment file, durably; returns its size in bytes and its seal.

    `columns` are bytes or arrays, kept under their names with their item type; `meta` is any JSON.
    """
    directory: dict[str, tuple[int, int, str]] = {}
    checks = array("I")
    with disk.create(path) as append:
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
            directory[name] = (offset, len(view), view.format)
            data = view.cast("B")
            for start in range(0, len(data), 1 << 22):
                put(data[start : start + (1 << 22)])
            padding = -len(data) % 8
            put(bytes(padding))
            offset += len(data) + padding
        listing = json.dumps({"meta": meta, "columns": directory}, separators=(",", ":")).encode()
        put(listing)
        if block:
            checks.append(crc32(block))
            append(block)
        size = offset + len(listing) + checks.itemsize * len(checks) + _TRAILER.size
        trailer = _TRAILER.pack(offset, len(listing), len(checks), size, MAGIC)
        append(checks.tobytes() + trailer)
    return size, crc32(trailer, crc32(checks.tobytes()))


class SegmentFile:
    """A segment file, open: columns as typed views of the mapped bytes.

    `size` and `seal` are what the commit says of it. Raises `IndexDamagedError` for a file that
    is missing, cut, foreign or changed, now or when a damaged block is first read.
    """

    __slots__ = ("_checked", "_checks", "_columns", "_map", "_stamp", "_view", "identity", "meta", "path")

    _numbers = count()

    def __init__(self, path: str, size: int, seal: int) -> None:
        self.path = path
        #: tells open segments apart, for caches
        self.identity = next(self._numbers)
        self._map, self._stamp = self._mapped(size)
        self._view = memoryview(self._map)
        try:
            self._read_directory(size, seal)
        except (ValueError, TypeError, KeyError, struct.error, RecursionError) as error:
            raise self.damaged("it has another form") from error

    def _mapped(self, size: int) -> tuple[mmap.mmap, tuple[int, ...]]:
        """The file's bytes, and what its stat says."""
        try:
            with open(disk.open_regular(self.path), "rb", buffering=0) as file:
                state = os.fstat(file.fileno())
                if state.st_size != size:
                    raise self.damaged("it does not have the size that the commit names")
                return mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ), _stamp(state)
        except FileNotFoundError as error:
            raise self.damaged("it is missing") from error
        except (OSError, ValueError) as error:
            raise unreadable(error, self.path) from error

    def _read_directory(self, size: int, seal: int) -> None:
        offset, length, blocks, _, magic = _TRAILER.unpack(self._map[max(size - _TRAILER.size, 0) :])
        table = size - _TRAILER.size - 4 * blocks
        if magic != MAGIC or table < 0 or crc32(self._view[table:]) != seal:
            raise self.damaged("its checksums are not those that the commit names")
        self._checks = array("I", self._map[table : size - _TRAILER.size])
        self._checked = bytearray(blocks)
        self._verify(0, _HEAD.size)
        self._verify(offset, offset + length)
        listing = json.loads(self._map[offset : offset + length])
        self.meta: dict[str, Any] = listing["meta"]
        self._columns: dict[str, tuple[int, int, str]] = listing["columns"]
        for start, items, kind in self._columns.values():
            if not (kind in _KINDS and start >= 0 and 0 <= items * struct.calcsize(kind) <= offset - start):
                raise self.damaged("it has another form")

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
        if whole:
            self._verify(offset, offset + nbytes)
        view = self._view[offset : offset + nbytes]
        return view if kind == "B" else view.cast(kind)  # type: ignore[call-overload]

    def checker(self, name: str) -> ColumnCheck:
        """A callable that checks items [start, stop) of a column before they are read."""
        offset, _, kind = self._entry(name)
        return ColumnCheck(self, offset, struct.calcsize(kind))

    def _entry(self, name: str) -> tuple[int, int, str]:
        try:
            return self._columns[name]
        except KeyError as error:
            raise self.damaged(f"it has no {name}") from error

    def verify_all(self) -> None:
        """Check every block; raises `IndexDamagedError` at the first that is wrong."""
        self._checked = bytearray(len(self._checked))
        self._verify(0, len(self._checked) << BLOCK_BITS)

    def verify_once(self) -> None:
        """Check every block that was not checked yet since the file was opened."""
        self._verify(0, len(self._checked) << BLOCK_BITS)

    def _verify(self, start: int, stop: int) -> None:
        """Check the blocks of bytes [start, stop) that were not checked yet."""
        checked = self._checked
        last = min(len(checked), ((stop - 1) >> BLOCK_BITS) + 1)
        block = checked.find(0, start >> BLOCK_BITS, last)
        while block >= 0:
            end = min((block + 1) << BLOCK_BITS, len(self._view) - _TRAILER.size - 4 * len(checked))
            if crc32(self._view[block << BLOCK_BITS : end]) != self._checks[block]:
                raise self.damaged(f"block {block} does not have its checksum")
            checked[block] = 1
            block = checked.find(0, block + 1, last)


def unreadable(error: Exception, path: str) -> IndexFault:
    """The error for a file that is there and cannot be read: damage, unless it is this process that has run out."""
    reason = (error.strerror if isinstance(error, OSError) else "") or str(error)
    if isinstance(error, OSError) and error.errno in EXHAUSTED:
        return IndexFault(f"the index cannot be read now ({reason})", "raise the limits of the process", path=path)
    first = "check its permissions, or " if isinstance(error, PermissionError) else ""
    return damaged(path, f"it cannot be read ({reason})", first)


def damaged(path: str, what: str, first: str = "") -> IndexDamagedError:
    """The error for a file of the index, with its remedy, and what should be tried `first`."""
    return IndexDamagedError(
        f"this file of the index is damaged: {what}", f"{first}run `postdex index` to rebuild it", path=path
    )


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
