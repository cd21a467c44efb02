"""What do texts mean, as vectors of a table, and how near are two meanings?

The vector of a text is the sum of those of its pieces: no network runs, and the order of words says nothing. What all
texts of a site have in common is taken off, as its first principal direction (Arora, Liang and Ma 2017, "A simple but
tough-to-beat baseline for sentence embeddings"). The one module that knows numpy.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy
from numpy.typing import NDArray

from . import vector_file
from .pieces import Pieces
from .vector_file import UnusableVectors

#: Steps to the principal direction from the mean of the vectors, which is near it.
_STEPS = 20

Array: TypeAlias = NDArray[numpy.floating[Any]]


class Vectors:
    """A table of vectors, read where it lies. Never changes; safe under threads."""

    def __init__(self, path: str) -> None:
        """Raises UnusableVectors, OSError."""
        header, content = vector_file.mapped(path)
        self.path, self.languages, self.dimensions = path, header.languages, header.dimensions
        self.pieces = Pieces(vector_file.vocabulary(header, content))
        count = header.count
        self._scales = numpy.frombuffer(content, "<f4", count, header.scales)
        rows = numpy.frombuffer(content, numpy.int8, count * header.dimensions, header.rows)
        self._rows = rows.reshape(count, header.dimensions)
        if not numpy.isfinite(self._scales).all():
            raise UnusableVectors(f"{path} holds scales that are no numbers")

    def of(self, text: str, most: int) -> Array:
        """The vector of the first `most` pieces of a text, of length 1; 0 where none is known."""
        numbers = self.pieces.of(text, most)
        if not numbers:
            return numpy.zeros(self.dimensions, numpy.float32)
        weights: Array = self._scales[numbers]
        return _unit(weights @ self._rows[numbers].astype(numpy.float32))


def principal_direction(vectors: Sequence[Array]) -> Array | None:
    """The direction of length 1 that these vectors have most in common; None where they have none."""
    if not vectors:
        return None
    matrix = numpy.stack(vectors)
    direction = _unit(matrix.sum(0))
    for _ in range(_STEPS):
        direction = _unit((matrix @ direction) @ matrix)
    return direction if direction.any() else None


def cosines(asked: Array, vectors: Sequence[Array], common: Array | None) -> list[float]:
    """How near each of these vectors is to what was asked, from -1 to 1, without what is `common` to all; 0 for
    one that is 0."""
    matrix = numpy.stack(vectors)
    if common is not None:
        asked = asked - (asked @ common) * common
        matrix = matrix - numpy.outer(matrix @ common, common)
    lengths = numpy.linalg.norm(matrix, axis=1) * numpy.linalg.norm(asked)
    near = numpy.divide(matrix @ asked, lengths, out=numpy.zeros_like(lengths), where=lengths > 1e-6)
    return [float(cosine) for cosine in near]


def _unit(vector: Array) -> Array:
    length = numpy.linalg.norm(vector)
    return (vector / length).astype(numpy.float32) if length else vector.astype(numpy.float32)
