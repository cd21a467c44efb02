"""How does a post become bytes that a document of the cluster carries, and these a segment again?

The embedded engine's own code inverts the post to the columns of a segment of one post; here they are packed. So
whoever has the bytes searches, scores, shows and explains the post as the embedded engine does. A document's other
fields are made of this segment alone: `documents.py`.

    crc32 of what follows | length of the deflated part | head, lengths of the columns, columns | the other columns

All numbers are little-endian. The head is a byte of flags, the language of the stemmer ended by a zero byte, and the
average field lengths. What zlib hardly shrinks stands outside of the deflated part, so that opening is quick. A change
here is a new format: raise `schema_mapping.FORMAT`.
"""

from __future__ import annotations

import zlib
from binascii import a2b_base64
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

#: The field that has these bytes. They are a doc value: bytes as they are, which a server reads without unpacking what
#: else is stored of a post (100 of them in 13 to 29 ms, from `_source` in 19 to 42, by _mget in 40 to 68).
SEGMENT = "segment"
#: Mean bytes of a post on an English and a Chinese site with 1: 2,099 and 9,672, with 4: 2,063 and 9,488, with 6: 2,048
#: and 9,460, in .09 and .21, .10 and .28, .13 and .37 ms.
LEVEL = 4
#: The columns that are not deflated (again): positions would lose a sixth and be half of the time that opening takes.
AS_THEY_ARE = ("positions", "text_blocks")
_DEFLATED = tuple(name for name in COLUMNS if name not in AS_THEY_ARE)
_WIDE, _SIMPLIFY = 1, 2
_NUMBER = Struct("<I")
_AVERAGES = Struct(f"<{len(SCORED)}d")
_LENGTHS = Struct(f"<{len(COLUMNS)}I")
#: Where the deflated part begins.
_BEGIN = 2 * _NUMBER.size


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
    contents = [bytes(columns[name]) for name in (*_DEFLATED, *AS_THEY_ARE)]
    flags = _WIDE * meta["wide"] | _SIMPLIFY * meta["simplify"]
    head = bytes([flags]) + " ".join(meta["languages"]).encode() + b"\0" + _AVERAGES.pack(*meta["averages"])
    plain = b"".join([head, _LENGTHS.pack(*map(len, contents)), *contents[: len(_DEFLATED)]])
    deflated = zlib.compress(plain, LEVEL, -15)
    rest = b"".join([_NUMBER.pack(len(deflated)), deflated, *contents[len(_DEFLATED) :]])
    return _NUMBER.pack(zlib.crc32(rest)) + rest


def content_of(hit: Mapping[str, Any]) -> bytes | None:
    """The bytes of the segment of a document that was found, if SEGMENT was among the `docvalue_fields` asked for; None
    of a file with nothing to index."""
    values = hit.get("fields", {}).get(SEGMENT)
    return a2b_base64(values[0] + "==") if values else None  # servers leave the padding out


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
        if len(content) < _BEGIN or zlib.crc32(memoryview(content)[4:]) != _NUMBER.unpack_from(content)[0]:
            raise self.damaged("it does not have its checksum")
        end = _BEGIN + _NUMBER.unpack_from(content, 4)[0]
        plain = zlib.decompress(content[_BEGIN:end], -15)
        after_language = plain.index(b"\0", 1) + 1
        wide = bool(plain[0] & _WIDE)
        averages = _AVERAGES.unpack_from(plain, after_language)
        lengths_at = after_language + _AVERAGES.size
        sizes = _LENGTHS.unpack_from(plain, lengths_at)
        deflated, others = memoryview(plain)[lengths_at + _LENGTHS.size :], memoryview(content)[end:]
        self._columns = _empty(wide) | _cut(deflated, _kinds(wide)[: len(_DEFLATED)], sizes[: len(_DEFLATED)])
        self._columns |= _cut(others, _kinds(wide)[len(_DEFLATED) :], sizes[len(_DEFLATED) :])
        lengths = self._columns["field_lengths"]
        self.meta = {
            "posts": 1,
            "wide": wide,
            "simplify": bool(plain[0] & _SIMPLIFY),
            "languages": plain[1 : after_language - 1].decode().split(),
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


def _cut(view: memoryview, kinds: Sequence[tuple[str, str]], sizes: Sequence[int]) -> dict[str, memoryview]:
    """The columns that stand one after the other, by name, without those that are empty."""
    columns: dict[str, memoryview] = {}
    start = 0
    for (name, kind), size in zip(kinds, sizes, strict=True):
        if size:
            columns[name] = view[start : (start := start + size)].cast(kind)  # type: ignore[call-overload]
    return columns


@cache
def _kinds(wide: bool) -> tuple[tuple[str, str], ...]:
    """The columns as they are packed, with the types of their items."""
    columns, _ = Inversion(Analyzer(True, ()), wide).columns([0.0] * len(SCORED))
    return tuple((name, memoryview(columns[name]).format) for name in (*_DEFLATED, *AS_THEY_ARE))


@cache
def _empty(wide: bool) -> dict[str, memoryview]:
    """Every column with nothing in it."""
    return {name: memoryview(b"").cast(kind) for name, kind in _kinds(wide)}  # type: ignore[call-overload]
