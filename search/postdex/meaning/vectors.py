"""What do texts mean, as vectors of a table, and how near are two meanings?

The vector of a text is the sum of those of its pieces, each with its weight: no network runs, and the order of words
says nothing (Arora, Liang and Ma 2017, "A simple but tough-to-beat baseline for sentence embeddings"; what all texts
have in common was taken off when the table was made). The one module that knows numpy.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy

from . import vector_file
from .pieces import Pieces
from .vector_file import UnusableVectors

#: Texts whose vectors are remembered, some 2.5 KB each: 5 of the 12 ms that a question takes.
REMEMBERED = 4_096
#: The sum of as many pieces as can be read has a length that float32 can hold.
LARGEST_SCALE = 1e9

if TYPE_CHECKING:
    from numpy.typing import NDArray  # 5 ms that no search needs

    Array: TypeAlias = NDArray[numpy.floating[Any]]


class Vectors:
    """A table of vectors, read where it lies. Never changes; safe under threads."""

    def __init__(self, path: str) -> None:
        """Raises UnusableVectors, OSError."""
        header, content = vector_file.mapped(path)
        self.path, self.languages, self.dimensions = path, header.languages, header.dimensions
        self._pieces_read = header.pieces_read
        self.pieces = Pieces(vector_file.vocabulary(header, content))
        count = header.count
        self._scales = numpy.frombuffer(content, "<f4", count, header.scales)
        rows = numpy.frombuffer(content, numpy.int8, count * header.dimensions, header.rows)
        self._rows = rows.reshape(count, header.dimensions)
        if not (numpy.abs(self._scales) <= LARGEST_SCALE).all():  # nor is any no number
            raise UnusableVectors(f"{path} holds scales that no table has")
        #: `of`, which remembers: for texts that are met again.
        self.of_known = lru_cache(REMEMBERED)(self.of)

    def of(self, text: str) -> Array:
        """The vector of the first pieces of a text, of length 1; 0 where none is known."""
        numbers = self.pieces.of(text, self._pieces_read)
        if not numbers:
            return numpy.zeros(self.dimensions, numpy.float32)
        weights: Array = self._scales[numbers]
        return _unit(weights @ self._rows[numbers].astype(numpy.float32))


def cosines(asked: Array, vectors: Sequence[Array]) -> list[float]:
    """How near each of these vectors of length 1 is to what was asked, from -1 to 1; 0 for one that is 0."""
    return [float(cosine) for cosine in numpy.stack(vectors) @ asked] if vectors else []


def _unit(vector: Array) -> Array:
    length = numpy.linalg.norm(vector)
    return (vector / length).astype(numpy.float32) if length else vector.astype(numpy.float32)
