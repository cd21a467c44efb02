"""What do a table of word vectors and a model of sentences make of texts? Vectors of length 1: products are cosines.

Nothing is fetched: a table is a file of postdex's own form, a model is a folder that somebody put there. Which texts
are asked about, and what their cosines are good for, is `meaning`'s business.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import numpy
from numpy.typing import NDArray

from postdex.meaning.vectors import Vectors, principal_direction

#: A row for each text.
Rows: TypeAlias = NDArray[numpy.float32]

#: Pieces that are read of a text. A section's first sentences say what it is about, and the time grows with them.
TOKENS = 128
#: Texts that a model reads at once, of about the same length.
TOGETHER = 32


class Embedding(Protocol):
    """Something that has a vector for any text."""

    def questions(self, texts: Sequence[str]) -> Rows:
        """A vector for each question."""
        ...

    def sections(self, texts: Sequence[str]) -> Rows:
        """A vector for each section of one site, title and heading in front; all of the site, for what they share may
        be taken off."""
        ...


class Table:
    """A file of vectors for pieces of words, in postdex's own form; a text's vector is the sum of its pieces', without
    what all sections of the site have most in common."""

    def __init__(self, file: Path) -> None:
        self._vectors = Vectors(str(file))
        self._common: Rows | None = None

    def questions(self, texts: Sequence[str]) -> Rows:
        return self._without_common(self._rows(texts))

    def sections(self, texts: Sequence[str]) -> Rows:
        rows = self._rows(texts)
        self._common = principal_direction(list(rows))
        return self._without_common(rows)

    def _rows(self, texts: Sequence[str]) -> Rows:
        return numpy.stack([self._vectors.of(text, TOKENS) for text in texts])

    def _without_common(self, rows: Rows) -> Rows:
        return unit(rows if self._common is None else rows - numpy.outer(rows @ self._common, self._common))


class SentenceModel:
    """A transformer exported to ONNX: `model.onnx`, which gives a vector for each piece, and `tokenizer.json` in one
    folder. A text's vector is the mean of its pieces'. One thread, so that CPU time is the time of one.

    Needs onnxruntime and tokenizers.
    """

    def __init__(self, folder: Path) -> None:
        runtime: Any = import_module("onnxruntime")
        self._tokenizer: Any = import_module("tokenizers").Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(TOKENS)
        self._tokenizer.enable_padding()
        options = runtime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = runtime.InferenceSession(str(folder / "model.onnx"), options)
        self._inputs = {node.name for node in self._session.get_inputs()}

    def questions(self, texts: Sequence[str]) -> Rows:
        return self._vectors(texts)

    def sections(self, texts: Sequence[str]) -> Rows:
        return self._vectors(texts)

    def _vectors(self, texts: Sequence[str]) -> Rows:
        by_length = sorted(range(len(texts)), key=lambda number: len(texts[number]))
        vectors: list[Rows | None] = [None] * len(texts)
        for start in range(0, len(by_length), TOGETHER):
            numbers = by_length[start : start + TOGETHER]
            for number, vector in zip(numbers, self._means([texts[number] for number in numbers]), strict=True):
                vectors[number] = vector
        return numpy.stack([vector for vector in vectors if vector is not None])

    def _means(self, texts: list[str]) -> Rows:
        read = self._tokenizer.encode_batch(texts)
        given = {
            "input_ids": numpy.array([text.ids for text in read], numpy.int64),
            "attention_mask": numpy.array([text.attention_mask for text in read], numpy.int64),
            "token_type_ids": numpy.array([text.type_ids for text in read], numpy.int64),
        }
        pieces = self._session.run(None, {name: given[name] for name in self._inputs})[0]
        counted = given["attention_mask"][:, :, None]
        return unit((pieces * counted).sum(axis=1))


def unit(vectors: Rows) -> Rows:
    """The vectors with length 1; one of nothing stays nothing.

    >>> unit(numpy.array([[0, 4], [0, 0]], numpy.float32)).tolist()
    [[0.0, 1.0], [0.0, 0.0]]
    """
    lengths = numpy.sqrt((vectors * vectors).sum(axis=1, keepdims=True))
    return (vectors / numpy.where(lengths, lengths, 1)).astype(numpy.float32)
