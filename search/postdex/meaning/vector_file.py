"""How does a table of vectors lie in a file, and is this one whole?

    one line of JSON: `Header`, by its names, and what else whoever made it says
    the vocabulary, a line of UTF-8 a piece, in the order of the rows
    zeros up to a multiple of ALIGNED from the beginning of the file
    a scale a row, float32, little-endian: the weight of its piece is in it
    the rows, int8: the vector of a piece is its scale x its row

Nothing is copied: whoever reads a row reads it from the file, which the system keeps once for all processes.
`benchmarks/vector_tables.py` writes such files.
"""

from __future__ import annotations

import json
import mmap
import os
import re
import stat
import zlib
from typing import Any

from postdex_index.named_tuple import NamedTuple

#: Of the layout above, and of what `pieces` makes of a text: a file of another is not read.
FORMAT = 1
#: Where scales begin, so that they may be read as the numbers that they are.
ALIGNED = 64
#: What a table can at most have: its pieces, their numbers, and the bytes of its first line and its vocabulary.
MOST_PIECES, MOST_DIMENSIONS, LONGEST_HEADER, LONGEST_VOCABULARY = 1_000_000, 4_096, 10_000, 50_000_000
MOST_READ = 10_000
#: Pieces that are read of a text where the table does not say it.
USUALLY_READ = 100
_BYTES_OF_SCALE = 4


class UnusableVectors(Exception):
    """A file of vectors that this version cannot use; its text says why."""


class Header(NamedTuple):
    """What the first line says: the codes of the languages whose texts the table knows, the numbers of a vector, how
    many pieces there are, the bytes of the vocabulary, the checksum of all that follows the line, in eight hexadecimal
    digits, and how many pieces are read of a text."""

    languages: tuple[str, ...]
    dimensions: int
    count: int  # type: ignore[assignment]  # pyright: ignore  # hides tuple.count, which a value has no use for
    vocabulary: int
    crc32: str
    pieces_read: int
    start: int

    @property
    def scales(self) -> int:
        """Where the scales begin."""
        return -(-(self.start + self.vocabulary) // ALIGNED) * ALIGNED

    @property
    def rows(self) -> int:
        """Where the rows begin."""
        return self.scales + _BYTES_OF_SCALE * self.count

    @property
    def size(self) -> int:
        """The bytes of the whole file."""
        return self.rows + self.count * self.dimensions


def header(path: str) -> Header:
    """The header of a file that is as long as it says. Raises UnusableVectors, OSError."""
    if not stat.S_ISREG(os.stat(path).st_mode):  # a pipe waits for ever
        raise UnusableVectors(f"{path} is no file")
    with open(path, "rb") as file:
        line, size = file.readline(LONGEST_HEADER), os.fstat(file.fileno()).st_size
    found = _header(line)
    if found.size != size:
        raise UnusableVectors(f"{path} has {size:,} bytes where {found.size:,} belong")
    return found


def mapped(path: str) -> tuple[Header, mmap.mmap]:
    """A file's header and all of it, to be read where it lies. Raises UnusableVectors, OSError."""
    found = header(path)
    with open(path, "rb") as file:
        content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    if len(content) != found.size:
        raise UnusableVectors(f"{path} changed while it was opened")
    return found, content


def vocabulary(found: Header, content: mmap.mmap) -> dict[str, int]:
    """The number of its row for each piece. Raises UnusableVectors."""
    try:
        lines = content[found.start : found.start + found.vocabulary].decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise UnusableVectors("its vocabulary is no UTF-8") from error
    numbers = dict(zip(lines[:-1], range(found.count), strict=False))
    if len(numbers) != found.count or len(lines) != found.count + 1 or lines[-1]:
        raise UnusableVectors(f"its vocabulary has not the {found.count:,} pieces that it says")
    return numbers


def is_as_written(path: str) -> bool:
    """Whether every byte is what was written: nobody looks at them all to search. Raises UnusableVectors, OSError."""
    found, content = mapped(path)
    with content, memoryview(content) as view:
        return f"{zlib.crc32(view[found.start :]):08x}" == found.crc32


def _header(line: bytes) -> Header:
    try:
        said: Any = json.loads(line)
    except ValueError as error:
        raise UnusableVectors("it is no file of vectors") from error
    version = said.get("format") if isinstance(said, dict) else None
    if version != FORMAT:
        raise UnusableVectors(f"its format is {version!r:.20}, this postdex reads {FORMAT}")
    languages, crc32 = said.get("languages"), said.get("crc32")
    dimensions, count, vocabulary, pieces_read = (
        _number({"pieces_read": USUALLY_READ, **said}.get(name), most)
        for name, most in (
            ("dimensions", MOST_DIMENSIONS),
            ("count", MOST_PIECES),
            ("vocabulary", LONGEST_VOCABULARY),
            ("pieces_read", MOST_READ),
        )
    )
    if (
        not (isinstance(languages, list) and languages and all(map(_is_language, languages)))
        or not isinstance(crc32, str)
        or not (dimensions and pieces_read)
    ):
        raise UnusableVectors("its first line lacks what a table is read by")
    return Header(tuple(languages), dimensions, count, vocabulary, crc32, pieces_read, len(line))


def _is_language(code: Any) -> bool:
    return isinstance(code, str) and bool(re.fullmatch("[a-z]{2,8}", code))


def _number(value: Any, most: int) -> int:
    if type(value) is not int or not 0 <= value <= most:
        raise UnusableVectors("its first line lacks what a table is read by")
    return value
