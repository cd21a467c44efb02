"""Which files does the index know, and what did they look like?

The post table as bytes: columns, so that 100,000 rows are read in 60 ms and not in the 700 ms
of JSON. A commit names one full table and the changes since; a change of size -1 is a removal.
"""

from __future__ import annotations

import json
import struct
from array import array
from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat

from ...api import FileStamp, IncludedFile

_HEAD = struct.Struct("<8sIII")
_MAGIC = b"pdtable\2"
_NEVER = -(1 << 62)
_DIGEST = 16


class CommittedFiles(dict[str, FileStamp]):
    """A post table; `files` are the names, sizes and checksums of what it was read from."""

    files: tuple[tuple[str, int, int], ...] = ()


def pack(rows: Mapping[str, FileStamp | None]) -> bytes:
    """Rows as bytes; None for a path that is gone."""
    stamps = [stamp or FileStamp(-1, 0, 0, 0, bytes(_DIGEST)) for stamp in rows.values()]
    paths = "\0".join(rows).encode("utf-8", "surrogateescape")
    columns = [array("q", [getattr(stamp, name) for stamp in stamps]) for name in ("size", "mtime_ns", "ctime_ns")]
    columns.append(array("q", [_NEVER if stamp.reconsider_at is None else stamp.reconsider_at for stamp in stamps]))
    columns.append(array("Q", [stamp.inode for stamp in stamps]))
    flags = bytes([stamp.racy for stamp in stamps])
    digests = b"".join([stamp.digest for stamp in stamps])
    included = _pack_included(stamps)
    head = _HEAD.pack(_MAGIC, len(stamps), len(paths), len(included))
    return b"".join([head, *(column.tobytes() for column in columns), flags, digests, paths, included])


def unpack(data: bytes) -> dict[str, FileStamp | None]:
    """Bytes as rows; raises ValueError for bytes that `pack` did not make."""
    try:
        magic, count, length, rest = _HEAD.unpack_from(data)
    except struct.error as error:
        raise ValueError("not a post table") from error
    width = 5 * 8 * count
    if magic != _MAGIC or len(data) != _HEAD.size + width + count + count * _DIGEST + length + rest:
        raise ValueError("not a post table")
    at = _HEAD.size
    columns = []
    for kind in "qqqqQ":
        columns.append(array(kind, data[at : at + 8 * count]).tolist())
        at += 8 * count
    flags = map(bool, data[at : at + count])
    at += count
    digests = [data[a : a + _DIGEST] for a in range(at, at + count * _DIGEST, _DIGEST)]
    at += count * _DIGEST
    paths = data[at : at + length].decode("utf-8", "surrogateescape").split("\0") if count else []
    sizes, mtimes, ctimes, moments, inodes = columns
    reconsider = [None if moment == _NEVER else moment for moment in moments]
    included = _unpack_included(data[at + length :], count)
    stamps = map(FileStamp, sizes, mtimes, ctimes, inodes, digests, reconsider, flags, included)
    return {path: stamp if stamp.size >= 0 else None for path, stamp in zip(paths, stamps, strict=True)}


def _pack_included(stamps: Sequence[FileStamp]) -> bytes:
    """The files that posts include, each once, and which posts include them; nothing where none does."""
    if not any(stamp.included for stamp in stamps):
        return b""
    files = {file: number for number, file in enumerate(dict.fromkeys(f for stamp in stamps for f in stamp.included))}
    rows = [[file.path, *file.stamp[:4], file.stamp.digest.hex(), file.stamp.racy] for file in files]
    of_posts = [(row, [files[file] for file in stamp.included]) for row, stamp in enumerate(stamps) if stamp.included]
    return json.dumps([rows, of_posts]).encode()


def _unpack_included(data: bytes, count: int) -> Iterable[tuple[IncludedFile, ...]]:
    """The files that each of so many posts includes; raises ValueError."""
    if not data:
        return repeat((), count)
    included: list[tuple[IncludedFile, ...]] = [()] * count
    try:
        rows, of_posts = json.loads(data)
        files = [
            IncludedFile(path, FileStamp(size, mtime, ctime, inode, bytes.fromhex(digest), racy=racy))
            for path, size, mtime, ctime, inode, digest, racy in rows
        ]
        for row, numbers in of_posts:
            included[row] = tuple([files[number] for number in numbers])
    except (TypeError, LookupError, RecursionError) as error:
        raise ValueError("not a post table") from error
    return included


def replayed(tables: Iterable[bytes], before: Mapping[str, FileStamp] | None = None) -> CommittedFiles:
    """A full table and the changes since, as one; or a table of `before` and the changes since."""
    rows = CommittedFiles(before or {})
    for data in tables:
        apply(rows, unpack(data))
    return rows


def apply(rows: dict[str, FileStamp], changes: Mapping[str, FileStamp | None]) -> None:
    """Put changes into a table; None removes the row of a path."""
    for path, stamp in changes.items():
        if stamp is not None:
            rows[path] = stamp
        else:
            rows.pop(path, None)
