"""What do a table of word vectors and a model of sentences make of texts? Vectors of length 1: products are cosines.

Nothing is fetched: a table is a file of postdex's own form, a model is a folder that somebody put there. Which texts
are asked about, and how posts are ranked by their cosines, is for `rankings`.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import numpy
from numpy.typing import NDArray

from postdex.meaning.vectors import Vectors
from postdex.results.nearness import asked_for

#: A row for each text, or one.
Rows: TypeAlias = NDArray[numpy.float32]

#: Pieces that a model reads of a text: the first sentences say what a section is about.
PIECES = 100
#: Texts that a model reads at once, of about the same length.
TOGETHER = 32


class Embedding(Protocol):
    """Something that has a vector for any text."""

    def question(self, text: str) -> Rows:
        """The vector of what is asked."""
        ...

    def sections(self, texts: Sequence[str]) -> Rows:
        """A vector for each text."""
        ...


class Table:
    """A file of vectors for pieces of words, in postdex's own form; a text's vector is the sum of its pieces'. Of a
    question the words that only ask, in these languages, are left out, as postdex does."""

    def __init__(self, file: Path, languages: Sequence[str]) -> None:
        self._table, self._languages = Vectors(str(file)), languages

    def question(self, text: str) -> Rows:
        return self._table.of(asked_for(text, self._languages))

    def sections(self, texts: Sequence[str]) -> Rows:
        return numpy.stack([self._table.of(text) for text in texts])


class SentenceModel:
    """A transformer exported to ONNX: `model.onnx`, which gives a vector for each piece, and `tokenizer.json` in one
    folder. A text's vector is the mean of those of its first `pieces` pieces. One thread, so that CPU time is the time
    of one.

    Needs onnxruntime and tokenizers.
    """

    def __init__(self, folder: Path, pieces: int = PIECES) -> None:
        runtime: Any = import_module("onnxruntime")
        self.tokenizer: Any = import_module("tokenizers").Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.enable_truncation(pieces)
        self.tokenizer.no_padding()
        options = runtime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = runtime.InferenceSession(str(folder / "model.onnx"), options)
        self._inputs = {node.name for node in self._session.get_inputs()}

    def question(self, text: str) -> Rows:
        row: Rows = self.sections([text])[0]
        return row

    def sections(self, texts: Sequence[str]) -> Rows:
        return self.of_numbers([read.ids for read in self.tokenizer.encode_batch(list(texts))])

    def of_numbers(self, numbers: Sequence[Sequence[int]]) -> Rows:
        """A vector for each text, given as the numbers of its pieces; those of about one length are read together."""
        if not numbers:
            return numpy.zeros((0, 0), numpy.float32)
        by_length = sorted(range(len(numbers)), key=lambda text: len(numbers[text]))
        parts = [by_length[start : start + TOGETHER] for start in range(0, len(numbers), TOGETHER)]
        rows = numpy.concatenate([self._means([numbers[text] for text in part]) for part in parts])
        return rows[numpy.argsort(by_length)]

    def _means(self, numbers: Sequence[Sequence[int]]) -> Rows:
        ids = numpy.zeros((len(numbers), max(map(len, numbers))), numpy.int64)
        mask = numpy.zeros_like(ids)
        for row, counted, text in zip(ids, mask, numbers, strict=True):
            row[: len(text)], counted[: len(text)] = text, 1
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": numpy.zeros_like(ids)}
        pieces = self._session.run(None, {name: given[name] for name in self._inputs})[0]
        return unit((pieces * mask[:, :, None]).sum(axis=1))


def unit(vectors: Rows) -> Rows:
    """The vectors with length 1; one of nothing stays nothing.

    >>> unit(numpy.array([[0, 4], [0, 0]], numpy.float32)).tolist()
    [[0.0, 1.0], [0.0, 0.0]]
    """
    lengths = numpy.sqrt((vectors * vectors).sum(axis=1, keepdims=True))
    return (vectors / numpy.where(lengths, lengths, 1)).astype(numpy.float32)
