"""How does a benchmark get 100,000 posts where there are no real ones? Posts of words that were never written.

    python benchmarks/zipf_posts.py --posts 100000 [--seed 1] INTO

Words are drawn by Zipf's law from a vocabulary without an end, so that new ones come up as posts do; a post has some of
its own that it repeats, in title, headings and text, as posts do. Most is English by its stop words and its endings,
some sections are Chinese, some words are identifiers, some lines are code. A post has 1 to 10 KB.

Posts of each stretch of `STRETCH`, in the order of their paths, have the same lengths of fields, only in other words.
So segments of so many posts have the same average lengths as all posts together, and an engine that measures a segment
against its own averages gives the same scores as one that measures all posts against those of all.
"""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice
from pathlib import Path
from typing import NamedTuple

#: As many as a segment of the embedded engine holds.
STRETCH = 5_000
#: What stands first in the order of frequency.
STOP_WORDS: list[str] = re.findall(r"\w+", "the of and to in is for that it on with as are this be by or not at from")
#: The share of words behind rank r is (SHIFT / (SHIFT + r)) ** TAIL, after Mandelbrot: the first word is one in twenty,
#: and 100,000 posts have 700,000 different ones.
SHIFT, TAIL = 8.0, 0.42
#: What words are made of.
ONSETS: list[str] = re.findall(r"\w+", "b c d f g h k l m n p r s t v w br ch cl dr fl gr pl pr sh st th tr")
VOWELS: list[str] = re.findall(r"\w+", "a e i o u ai ea ou")
CODAS: list[str] = re.findall(r"\w+", "l m n r s t ck nd nt rm st")
#: Ranks that follow each other are forms of one stem.
ENDINGS = ("", "s", "ing", "ed")
#: So many of the common Chinese characters, from the first of their block on.
CHARACTERS, FIRST_CHARACTER = 2_500, 0x4E00
#: One word of so many is of the post's own; one is an identifier.
OWN, IDENTIFIER = 12, 40
LINE = 14
TAGS = 400
CATEGORIES = 12


class Shape(NamedTuple):
    """How long what is in a post, in words: the title, the heading and text of each section, its code; and how many
    tags. `chinese` is the number of the section that is Chinese, -1 if none is."""

    title: int
    headings: Sequence[int]
    texts: Sequence[int]
    code: Sequence[int]
    tags: int
    chinese: int


def generate(count: int, into: Path, seed: int = 1) -> None:
    """Write `count` posts into a folder, a folder of its own for each thousand."""
    for number, text in enumerate(posts(count, seed)):
        folder = into / f"part-{number // 1000:03}"
        if number % 1000 == 0:
            folder.mkdir(parents=True)
        (folder / f"post-{number:06}.md").write_text(text, encoding="utf-8")


def posts(count: int, seed: int = 1) -> Iterator[str]:
    """The texts of so many posts' files; the first are the same however many there are."""
    shapes = shapes_of(random.Random(seed))
    for number in range(count):
        chance = random.Random(seed * 1_000_000 + number)
        if number % STRETCH == 0:
            random.Random(number).shuffle(shapes)
        yield written(shapes[number % STRETCH], chance)


def shapes_of(chance: random.Random) -> list[Shape]:
    """The shapes of a stretch of posts."""
    return [_shape(chance) for _ in range(STRETCH)]


def _shape(chance: random.Random) -> Shape:
    # Most posts are short: the median has 2.2 KB, and a segment's characters do not run out before its posts do.
    words = int(200 * 9 ** chance.random() ** 2)
    sections = 1 + words // chance.randint(90, 250)
    texts = [words // sections] * sections
    return Shape(
        title=chance.randint(2, 9),
        headings=[chance.randint(1, 6) for _ in texts],
        texts=texts,
        code=[chance.choice((0, 0, 0, 6, 15)) for _ in texts],
        tags=chance.randint(0, 4),
        chinese=chance.randrange(sections) if chance.random() < 0.15 else -1,
    )


@cache
def word(rank: int) -> str:
    """The word of a rank, the most frequent has 0.

    >>> [word(rank) for rank in (0, 19, 20, 21, 5000, 5001)]
    ['the', 'from', 'bal', 'bals', 'tugas', 'tugass']
    """
    if rank < len(STOP_WORDS):
        return STOP_WORDS[rank]
    number, ending = divmod(rank - len(STOP_WORDS), len(ENDINGS))
    text = ""
    while True:
        number, onset = divmod(number, len(ONSETS))
        number, vowel = divmod(number, len(VOWELS))
        text += ONSETS[onset] + VOWELS[vowel]
        if number == 0:
            return text + CODAS[onset % len(CODAS)] + ENDINGS[ending]
        number -= 1


def _words(chance: random.Random) -> Iterator[str]:
    """Words as they come, without an end."""
    power, drawn = -1 / TAIL, chance.random
    while True:
        yield word(int(SHIFT * (1 - drawn()) ** power - SHIFT))


def written(shape: Shape, chance: random.Random) -> str:
    """A post of this shape, as the text of its file."""
    words = _words(chance)
    own = [one for one in islice(words, 60) if len(one) > 4][:8] or ["word"]
    lines = [f"---\ntitle: {' '.join(_title(own, shape.title, words, chance))}"]
    lines.append(f"date: {chance.randint(2012, 2025)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}")
    tags = chance.sample(range(TAGS), shape.tags)
    lines.append(f"tags: [{', '.join(f'{word(50 + 4 * tag)}' for tag in tags)}]")
    lines.append(f"categories: [{word(3000 + 4 * chance.randrange(CATEGORIES))}]\n---\n")
    for number, (heading, text, code) in enumerate(zip(shape.headings, shape.texts, shape.code, strict=True)):
        if number:
            lines.append(f"## {' '.join(_title(own, heading, words, chance))}\n")
        lines.append(_chinese(text, chance) if number == shape.chinese else _english(own, text, words, chance))
        if code:
            lines.append("```\n" + "\n".join(islice(words, code)) + "\n```\n")
    return "\n".join(lines)


def _title(own: Sequence[str], length: int, words: Iterator[str], chance: random.Random) -> list[str]:
    """Words of a title or heading: every second is of the post's own."""
    return [chance.choice(own) if chance.random() < 0.5 else one for one in islice(words, length)]


def _english(own: Sequence[str], length: int, words: Iterator[str], chance: random.Random) -> str:
    """So many words of text, in lines; an identifier counts as the three words that it is indexed as."""
    drawn = list(islice(words, length - 2 * (length // IDENTIFIER)))
    for at in range(0, len(drawn) - OWN + 1, OWN):
        drawn[at + chance.randrange(OWN)] = chance.choice(own)
    for at in range(length // IDENTIFIER):
        drawn[at * (len(drawn) * IDENTIFIER // length)] = f"{chance.choice(own)}_{word(30 + chance.randrange(4000))}"
    return "\n".join(" ".join(drawn[at : at + LINE]) + "." for at in range(0, len(drawn), LINE)) + "\n"


def _chinese(length: int, chance: random.Random) -> str:
    """As long a text of Chinese characters, in sentences."""
    drawn = [chr(FIRST_CHARACTER + int(CHARACTERS * chance.random() ** 3)) for _ in range(length)]
    return "\n".join("".join(drawn[at : at + LINE]) + "。" for at in range(0, length, LINE)) + "\n"


def main() -> None:
    """Make a folder of posts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=int, required=True, help="so many posts")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("into", type=Path)
    options = parser.parse_args()
    generate(options.posts, options.into, options.seed)


if __name__ == "__main__":
    main()
