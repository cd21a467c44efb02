"""How does a post become bytes that a document of the cluster carries, and these a segment again?

The embedded engine's own code inverts the post to the columns of a segment of one post; here they are packed. So
whoever has the bytes searches, scores, shows and explains the post as the embedded engine does. A document's other
fields are made of this segment alone: `documents.py`.

    crc32 of what follows | length of the deflated part | head, lengths of the columns, columns | text blocks

All numbers are little-endian. The head is a byte of flags, the language of the stemmer ended by a zero byte, and the
average field lengths. Text blocks are deflated already. A change here is a new format: raise `schema_mapping.FORMAT`.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from struct import Struct
from struct import error as StructError
from typing import Any

from ....errors import IndexDamagedError, Remedy
from ....model import Post
from ....schema import SCORED
from ....text.analyzer import Analyzer
from ...embedded.format.columns import COLUMNS
from ...embedded.format.segment_file import Column
from ...embedded.read.scope import Segment
from ...embedded.write.inverter import Inversion, needs_wide

#: Of the deflated part: 1 to 9.
LEVEL = 6
_WIDE, _SIMPLIFY = 1, 2
_FRONT = Struct("<II")
_CRC = Struct("<I")
_AVERAGES = Struct(f"<{len(SCORED)}d")
_DEFLATED = tuple(name for name in COLUMNS if name != "text_blocks")
_LENGTHS = Struct(f"<{len(_DEFLATED)}I")


def inverted(post: Post, analyzer: Analyzer) -> Inversion:
    """A post's inversion, which knows its field lengths, and gives its columns once average lengths are known."""
    inversion = Inversion(analyzer, needs_wide(post, analyzer))
    inversion.add(post)
    return inversion


def compiled(post: Post, analyzer: Analyzer, averages: Sequence[float]) -> bytes:
    """A post as the bytes of its segment, with their checksum; `averages` as in `Inversion.columns`."""
    return packed(*inverted(post, analyzer).columns(averages))


def packed(columns: Mapping[str, Column], meta: Mapping[str, Any]) -> bytes:
    """The columns and meta data of a segment of one post as bytes."""
    contents = [bytes(columns[name]) for name in _DEFLATED]
    flags = _WIDE * meta["wide"] | _SIMPLIFY * meta["simplify"]
    head = bytes([flags]) + " ".join(meta["languages"]).encode() + b"\0" + _AVERAGES.pack(*meta["averages"])
    deflate = zlib.compressobj(LEVEL, zlib.DEFLATED, -15)
    plain = b"".join([head, _LENGTHS.pack(*map(len, contents)), *contents])
    deflated = deflate.compress(plain) + deflate.flush()
    rest = b"".join([_CRC.pack(len(deflated)), deflated, columns["text_blocks"]])
    return _CRC.pack(zlib.crc32(rest)) + rest


def opened(content: bytes, name: str) -> Segment:
    """The segment that was packed, its columns in memory. `name` is said where it is not what it was, by an
    IndexDamagedError."""
    try:
        return Segment(PackedColumns(content, name))
    except (zlib.error, StructError, ValueError, TypeError, KeyError, IndexError) as cause:
        raise damaged(name, "it has another form") from cause


class PackedColumns:
    """The columns of a segment of one post; implements `embedded.format.columns.ColumnSource`."""

    __slots__ = ("_columns", "meta", "path")

    def __init__(self, content: bytes, name: str) -> None:
        self.path = name
        if len(content) < _FRONT.size or zlib.crc32(memoryview(content)[4:]) != _CRC.unpack_from(content)[0]:
            raise self.damaged("it does not have its checksum")
        stop = _FRONT.size + _FRONT.unpack_from(content)[1]
        plain = zlib.decompress(content[_FRONT.size : stop], -15)
        end = plain.index(b"\0", 1)
        wide = bool(plain[0] & _WIDE)
        averages = _AVERAGES.unpack_from(plain, end + 1)
        start = end + 1 + _AVERAGES.size
        sizes = _LENGTHS.unpack_from(plain, start)
        start += _LENGTHS.size
        self._columns: dict[str, memoryview] = {"text_blocks": memoryview(content)[stop:]}
        view = memoryview(plain)
        for (column, kind), size in zip(_kinds(wide), sizes, strict=True):
            self._columns[column] = view[start : start + size].cast(kind)  # type: ignore[call-overload]
            start += size
        lengths = self._columns["field_lengths"]
        self.meta = {
            "posts": 1,
            "wide": wide,
            "simplify": bool(plain[0] & _SIMPLIFY),
            "languages": plain[1:end].decode().split(),
            "lengths": [(length, bool(length)) for length in lengths],
            "averages": list(averages),
        }

    def column(self, name: str, *, whole: bool = True) -> Any:
        """A column as a typed memoryview."""
        return self._columns[name]

    def checker(self, name: str) -> Callable[[int, int], None]:
        """All was checked as it was unpacked."""
        return _nothing_to_check

    def verify_once(self) -> None:
        """All was checked as it was unpacked."""

    def unchanged(self) -> bool:
        """What lies in memory stays as it was."""
        return True

    def damaged(self, what: str) -> IndexDamagedError:
        """The error for this segment."""
        return damaged(self.path, what)


def damaged(name: str, what: str) -> IndexDamagedError:
    """The error for a document of the index."""
    return IndexDamagedError(f"this document of the index is damaged: {what}", Remedy.REBUILD_ALL, path=name)


def _nothing_to_check(start: int, stop: int) -> None:
    pass


@cache
def _kinds(wide: bool) -> tuple[tuple[str, str], ...]:
    """The deflated columns with the types of their items."""
    columns, _ = Inversion(Analyzer(True, ()), wide).columns([0.0] * len(SCORED))
    return tuple((name, memoryview(columns[name]).format) for name in _DEFLATED)
