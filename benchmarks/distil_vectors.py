"""How is the table of English words' vectors made that `postdex-vectors` holds, distilled from a model of sentences?

    python benchmarks/distil_vectors.py MODEL TEXTS OUT [--by plain|mapped|trained] [--dimensions 192]
        [--taught 60000] [--vectors KEPT.npz]

MODEL is a folder with `tokenizer.json`, of BERT's word pieces without capitals, and `model.onnx`, a sentence model of
which the mean of the last layer is a text's vector. The table of the distribution is of all-MiniLM-L6-v2 (Apache-2.0).
TEXTS is a file with a text a line, from 5 to 50 words, in any order: prose about what the table is for. In all of them
frequent words are sought, in the first `--taught` pieces counted.

The table is made the plain way: each piece goes through the model by itself. `--by mapped` and `trained` learn from the
model's vectors of the `--taught` texts besides (about 130 texts in a second of a processor); these come much nearer to
the model, and find a section by its heading better, but order the answers to questions in plain words no better.
`--vectors` is a file where all that the model said is kept, so that other tables from the same texts need not wait.

Besides the pieces of the model, whole words have rows that the model's vocabulary cuts up and that the texts hold often
(`plugin`, `template`, `upload`). Needs the extra `meaning`, onnxruntime and tokenizers.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "search"), str(ROOT / "index")]

import distillation  # noqa: E402 (after the paths)
import vector_tables  # noqa: E402
from embeddings import Rows, SentenceModel  # noqa: E402

from postdex.meaning.pieces import Pieces  # noqa: E402

#: Pieces of the model that can stand in texts of languages with Latin letters, as `pieces` cuts them.
LATIN_PIECE = re.compile(r"(##)?[a-z0-9\u00e0-\u024f]+")
WORD = re.compile(r"[a-z][a-z0-9]{3,}")
#: A word that this many texts hold has a row of its own. 12 of 570,000 gave 7,000 words.
FREQUENT = 12
#: Tokens of a text that the model reads, and pieces that its sum is learnt from.
READ, LEARNT = 48, 60
#: What questions begin with. Every third text is learnt with one before it and the same vector, so that these words
#: come to weigh nothing: what the model says of questions is about asking as much as about what is asked.
FRAMES = """
how do i|how can i|how do i make|how to|what is the way to|is it possible to|why does|why do|what should i do to
where do i|when did|how did|what happens when|can i|how does one|what is|which|who|how are|what does it mean that
since when can i|what can i use to
""".replace("\n", "|").strip("|")
FRAMED = 0.3
#: How far a step goes, and how often each text is seen. At .01 a table is nearer to the model, and orders worse.
RATE, EPOCHS = 0.003, 2
MADE_FROM = "all-MiniLM-L6-v2 (sentence-transformers, Apache-2.0), by benchmarks/distil_vectors.py of postdex"


def frequent_words(texts: Sequence[str], vocabulary: set[str]) -> list[str]:
    """Words that many texts hold and the vocabulary cuts up, the most frequent first, equal ones by their letters."""
    counts = Counter(word for text in texts for word in {*WORD.findall(text.lower())})
    by_count = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return [word for word, count in by_count if count >= FREQUENT and word not in vocabulary]


class Told(NamedTuple):
    """What a model said: the vectors of the pieces of a table, and of texts."""

    pieces: list[str]
    of_pieces: Rows
    of_texts: Rows


def told(model: SentenceModel, lines: Sequence[str], taught: int) -> Told:
    """Ask a model for all that a table is made from: its own pieces, frequent words, the first texts."""
    by_number = sorted(model.tokenizer.get_vocab().items(), key=lambda pair: pair[1])
    vocabulary = {text: number for text, number in by_number if LATIN_PIECE.fullmatch(text)}
    words = frequent_words(lines, {*vocabulary})
    begin, stop = model.tokenizer.encode("").ids
    of_pieces = model.of_numbers([[begin, number, stop] for number in vocabulary.values()])
    of_words = model.sections(words)
    return Told([*vocabulary, *words], numpy.concatenate([of_pieces, of_words]), model.sections(lines[:taught]))


def kept(path: Path) -> Told:
    """What was said before."""
    file = numpy.load(path)
    of_pieces, of_texts = (file[name].astype(numpy.float32) for name in ("of_pieces", "of_texts"))
    return Told(file["pieces"].tolist(), of_pieces, of_texts)


def framed(numbers: Sequence[list[int]], pieces: Pieces) -> list[list[int]]:
    """Texts, before some of which there is what questions begin with."""
    chance = numpy.random.default_rng(3)
    frames = [pieces.of(frame, LEARNT) for frame in FRAMES.split("|")]
    asked = chance.random(len(numbers)) < FRAMED
    return [
        frames[chance.integers(len(frames))] + text if ask else text for text, ask in zip(numbers, asked, strict=True)
    ]


def main() -> None:
    """Write a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("texts", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--taught", type=int, default=60_000)
    parser.add_argument("--vectors", type=Path)
    parser.add_argument("--dimensions", type=int, default=192)
    parser.add_argument("--by", choices=("plain", "mapped", "trained"), default="plain")
    asked = parser.parse_args()

    lines = asked.texts.read_text(encoding="utf-8").splitlines()
    if asked.vectors and asked.vectors.exists():
        said = kept(asked.vectors)
    else:
        said = told(SentenceModel(asked.model, READ), lines, 0 if asked.by == "plain" else asked.taught)
        if asked.vectors:
            half = numpy.float16
            numpy.savez(
                asked.vectors, pieces=said.pieces, of_pieces=said.of_pieces, of_texts=said.of_texts.astype(half)
            )
    pieces = Pieces({text: number for number, text in enumerate(said.pieces)})
    numbers = [pieces.of(line, LEARNT) for line in lines[: asked.taught]]
    long = [number for number, text in enumerate(numbers) if len(text) > 2]
    plain_texts = [numbers[number] for number in long]
    learnt_from = distillation.texts(plain_texts)
    counts = numpy.bincount(learnt_from.pieces, minlength=len(said.pieces)).astype(float)
    rows = distillation.plain_rows(said.of_pieces, counts)
    if asked.by == "plain":
        rows = rows @ numpy.linalg.svd(rows.T @ rows)[0][:, : asked.dimensions]
    else:
        wanted = distillation.targets(said.of_texts[long], asked.dimensions)
        rows = distillation.mapped(rows, learnt_from, wanted)
        if asked.by == "trained":
            questions = distillation.texts(framed(plain_texts, pieces))
            rows = distillation.trained(rows.astype(numpy.float32), questions, wanted, epochs=EPOCHS, rate=RATE)
    rows = distillation.without_common_direction(rows, learnt_from)
    vector_tables.write(asked.out, said.pieces, rows, languages=["en"], made_from=MADE_FROM, licence="Apache-2.0")
    print(f"{asked.out}: {len(said.pieces):,} pieces, {asked.by}, weighed by {len(long):,} texts")


if __name__ == "__main__":
    main()
