"""How are the rows of a table made from what a model says, so that their sums mean what texts mean?

Three ways, in numbers alone; no program, `distil_vectors` makes a table by one of them. Each builds on the one before.

1. `plain_rows`: what the model says of each piece alone, weighted by how rare it is (SIF: Arora, Liang and Ma 2017, "A
   simple but tough-to-beat baseline for sentence embeddings"). This is how model2vec makes tables.
2. `mapped`: the one linear map under which sums of such rows come nearest to the model's vectors of texts.
3. `trained`: a few passes over the texts that move the rows of their pieces, so that each sum points where the model's
   vector does and sums are as near to each other as the model's vectors are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy
from numpy.typing import NDArray

Array: TypeAlias = NDArray[numpy.floating[Any]]
Numbers: TypeAlias = NDArray[numpy.integer[Any]]

# nDCG@10 of plain rows, gain over words alone of the tuning questions about two sites (25 and 30 questions), half score
# and half cosine, and the mean reciprocal rank of 4,028 sections of manuals by their headings:
#   192 dimensions, RARE 3e-4, 5e-4, 1e-3    +.075 +.160 .528    +.074 +.162 .537    +.077 +.141 .541
#   256                                      +.069 +.156 .543    +.074 +.153 .553    +.072 +.144 .556
#   128                                      +.085 +.137 .497    +.070 +.121 .505    +.072 +.121 .508
#: The `a` of SIF's a / (a + p): a piece that is this share of all text weighs half.
RARE = 5e-4
#: What is added to the diagonal of the least squares, for each text.
_RIDGE = 1e-3 / 384
#: Texts that are compared with each other, and how sharply: the more, the more do the nearest count.
BATCH = 512
SHARPNESS = 10.0
#: Texts of which the common direction is taken.
_COMMON_OF = 1000


class Texts(NamedTuple):
    """Texts as the numbers of their pieces, one after the other, and where each text's begin."""

    pieces: Numbers
    starts: Numbers

    def chosen(self, texts: Numbers) -> Texts:
        """Some of these texts, in that order."""
        stops = numpy.append(self.starts[1:], len(self.pieces))
        lengths = stops[texts] - self.starts[texts]
        starts = numpy.cumsum(lengths) - lengths
        at = numpy.repeat(self.starts[texts] - starts, lengths) + numpy.arange(lengths.sum())
        return Texts(self.pieces[at], starts)

    def sums(self, rows: Array) -> Array:
        """The sum of the rows of each text's pieces."""
        sums: Array = numpy.add.reduceat(rows[self.pieces], self.starts, axis=0)
        return sums

    def __len__(self) -> int:
        return len(self.starts)


def texts(numbers: Sequence[Sequence[int]]) -> Texts:
    """Texts of which none is empty."""
    lengths = numpy.array([len(text) for text in numbers])
    return Texts(numpy.concatenate([numpy.array(text) for text in numbers]), numpy.cumsum(lengths) - lengths)


def unit(vectors: Array) -> Array:
    """Vectors made 1 long."""
    units: Array = vectors / (numpy.linalg.norm(vectors, axis=1, keepdims=True) + 1e-9)
    return units


def plain_rows(of_pieces: Array, counts: Array) -> Array:
    """Each piece's own vector, less what all have in common, and the less weight the more often it was counted."""
    share = (counts + 1) / (counts + 1).sum()
    rows: Array = (of_pieces - of_pieces.mean(axis=0)) * (RARE / (RARE + share))[:, None]
    return rows


def targets(of_texts: Array, dimensions: int) -> Array:
    """A model's vectors of texts, less what all have in common, in the directions in which they differ most."""
    centred = of_texts - of_texts.mean(axis=0)
    axes = numpy.linalg.svd(centred.T @ centred)[0][:, :dimensions]
    return unit(centred @ axes)


def mapped(rows: Array, learnt_from: Texts, wanted: Array) -> Array:
    """Rows under the linear map by which the texts' sums come nearest to the wanted vectors, on average 1 long."""
    sums = unit(learnt_from.sums(rows))
    ridge = _RIDGE * len(sums) * numpy.eye(sums.shape[1])
    moved: Array = rows @ numpy.linalg.solve(sums.T @ sums + ridge, sums.T @ wanted)
    long: Array = moved / numpy.linalg.norm(moved, axis=1).mean()
    return long


def trained(rows: Array, learnt_from: Texts, wanted: Array, *, epochs: int, rate: float, seed: int = 0) -> Array:
    """Rows after some passes over the texts, by AdaGrad (Duchi, Hazan and Singer 2011) of a step for each row."""
    rows = rows.copy()
    squares = numpy.full(len(rows), 1e-3, rows.dtype)
    shuffle = numpy.random.default_rng(seed)
    for _ in range(epochs):
        order = shuffle.permutation(len(learnt_from))
        for start in range(0, len(order) - BATCH + 1, BATCH):
            batch = order[start : start + BATCH]
            step(rows, squares, learnt_from.chosen(batch), wanted[batch], rate)
    return rows


def step(rows: Array, squares: Array, batch: Texts, wanted: Array, rate: float) -> None:
    """Move the rows of a batch's pieces, in place."""
    sums = batch.sums(rows)
    lengths = numpy.linalg.norm(sums, axis=1, keepdims=True) + 1e-6
    units = sums / lengths
    wrong = _likeness(units) - _likeness(wanted)
    slope = (wrong + wrong.T) @ units - wanted
    slope = (slope - units * (slope * units).sum(axis=1, keepdims=True)) / lengths  # the length of a sum says nothing
    by_piece = numpy.argsort(batch.pieces, kind="stable")
    pieces, starts = numpy.unique(batch.pieces[by_piece], return_index=True)
    text_of = numpy.repeat(numpy.arange(len(batch)), numpy.diff(numpy.append(batch.starts, len(batch.pieces))))
    slopes = numpy.add.reduceat(slope[text_of[by_piece]], starts, axis=0)
    squares[pieces] += (slopes**2).mean(axis=1)
    rows[pieces] -= rate * slopes / numpy.sqrt(squares[pieces])[:, None]


def _likeness(units: Array) -> Array:
    """How near the other texts are to each, as shares of 1."""
    cosines = SHARPNESS * (units @ units.T)
    numpy.fill_diagonal(cosines, -numpy.inf)
    powers = numpy.exp(cosines - cosines.max(axis=1, keepdims=True))
    shares: Array = powers / powers.sum(axis=1, keepdims=True)
    return shares


def without_common_direction(rows: Array, some: Texts) -> Array:
    """Rows less the direction that the texts have in common, so that cosines of their sums need not care."""
    first = some.chosen(numpy.arange(min(len(some), _COMMON_OF)))
    common = numpy.linalg.svd(unit(first.sums(rows)), full_matrices=False)[2][0]
    return rows - numpy.outer(rows @ common, common)
