"""How is a table of vectors written as the file that `postdex.meaning.vector_file` reads?

No program: what makes tables, and the tests, write them by this.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy
from numpy.typing import NDArray

from postdex.meaning.vector_file import ALIGNED, FORMAT, USUALLY_READ

#: The largest number of a row.
_LARGEST = 127


def write(
    path: Path,
    pieces: Sequence[str],
    vectors: NDArray[numpy.floating],
    *,
    languages: Sequence[str],
    made_from: str,
    licence: str,
    pieces_read: int = USUALLY_READ,
) -> None:
    """Write the vectors of these pieces, a row each, in which their weights are; `pieces_read` are read of a text. The
    largest number of a row becomes _LARGEST, so that its bytes say as much as they can."""
    if len(set(pieces)) != len(pieces) or any("\n" in piece or not piece for piece in pieces):
        raise ValueError("pieces are different from each other, not empty, and have no line ends")
    most = numpy.abs(vectors).max(axis=1, initial=0.0)
    scales = (most / _LARGEST).astype("<f4")
    rows = numpy.rint(vectors / numpy.where(scales > 0, scales, 1)[:, None]).astype(numpy.int8)
    vocabulary = "".join(f"{piece}\n" for piece in pieces).encode()
    header: dict[str, object] = {
        **{"format": FORMAT, "languages": list(languages), "pieces": "wordpiece", "dimensions": vectors.shape[1]},
        **{
            "count": len(pieces),
            "vocabulary": len(vocabulary),
            "pieces_read": pieces_read,
            "made_from": made_from,
            "licence": licence,
        },
    }
    line = _line(header, b"")
    zeros = bytes(-(len(line) + len(vocabulary)) % ALIGNED)
    content = b"".join((vocabulary, zeros, scales.tobytes(), rows.tobytes()))
    path.write_bytes(_line(header, content) + content)


def _line(header: dict[str, object], content: bytes) -> bytes:
    """The first line, which is as long for any content."""
    return json.dumps({**header, "crc32": f"{zlib.crc32(content):08x}"}).encode() + b"\n"
