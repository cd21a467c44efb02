"""How do other Whoosh programs find the posts of a commit? The TOC that is written beside each, and never read by us.

Whoosh opens an index by its newest TOC, a file with two pickles: the schema and the segments. Ours
are one call each, `codec.schema()` and `codec.segments(JSON)`, so that these few bytes are the same for
every Whoosh, cost no import of it when they are written, and the schema is that of the code that reads
them. What the calls give is in `codec.py`.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from pathlib import Path

from ..format import durable_files
from .commits import SegmentEntry

#: Sizes of int, long and float; a number that shows the byte order; the TOC's format; the Whoosh that defined it.
_HEAD = struct.pack("!3Bii3B", 4, 8, 4, -12345, -111, 2, 7, 4)
_CODEC = "postdex_index.engine.embedded.whoosh.codec"


def write_toc(directory: Path, generation: int, entries: Sequence[SegmentEntry]) -> None:
    """Write the TOC of a commit whose segments are on disk, durably; the folder is not synced."""
    path = toc_path(directory, generation)
    new = path.with_name(path.name + ".new")
    with durable_files.create(new) as append:
        append(toc_bytes(generation, entries))
    durable_files.rename(new, path)


def toc_path(directory: Path, generation: int) -> Path:
    """Where the TOC of a commit lies."""
    return Path(directory) / f"_MAIN_{generation}.toc"


def toc_bytes(generation: int, entries: Sequence[SegmentEntry]) -> bytes:
    """The TOC of a commit."""
    schema, segments = _call("schema"), _call("segments", rows(entries))
    return _HEAD + _varint(len(schema)) + schema + struct.pack("!ii", generation, 0) + segments


def rows(entries: Sequence[SegmentEntry]) -> str:
    """The segments of a commit as the text that `codec.segments` reads. Unpublished posts are left out: a program that
    does not know of drafts would show them."""
    published = [(*entry.file, entry.posts, entry.deleted) for entry in entries if not entry.drafts]
    return json.dumps(published, separators=(",", ":"))


def _call(name: str, *texts: str) -> bytes:
    """The pickle (protocol 2) of what a function of `codec` gives for these texts.

    >>> _call("f", "x").replace(_CODEC.encode(), b"codec")
    b'\\x80\\x02ccodec\\nf\\n(X\\x01\\x00\\x00\\x00xtR.'
    """
    arguments = b"".join([b"X" + struct.pack("<I", len(text.encode())) + text.encode() for text in texts])
    return b"\x80\x02c" + f"{_CODEC}\n{name}\n".encode() + b"(" + arguments + b"tR."


def _varint(number: int) -> bytes:
    """A number in groups of seven bits, the lowest first.

    >>> _varint(300)
    b'\\xac\\x02'
    """
    encoded = bytearray()
    while number > 127:
        encoded.append(number & 127 | 128)
        number >>= 7
    return bytes([*encoded, number])
