"""What is asked of the engines: queries drawn from the posts themselves, by kind.

Every word was seen in a post, so that all engines have something to find.
Only Latin words are shared by all: none of the peers cuts Chinese text into words as it comes.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from generate import read, walk

from postdex_index.model import Post

WORD = re.compile(r"[a-z]{4,}")
RUN = re.compile(r"[a-z]{3,}(?: [a-z]{3,})+")
IDENTIFIER = re.compile(r"\b(?:[a-z]+(?:_[a-z0-9]+)+|[a-z]+(?:[A-Z][a-z0-9]+)+)\b")
CHINESE = re.compile(r"[\u4e00-\u9fff]{4,}")
TAG = re.compile(r"[a-z]{2,}")
#: Words that nobody searches for, with those that stock Whoosh leaves out of its index (and so out of phrases).
STOP = frozenset(
    re.findall(
        r"\w+",
        "also and are been but can could did does for from had has have her him his how into its may more most not one"
        " only other our out over own same she should some such tbd than that the their them then there these they"
        " this those through too under until use very was were what when where which while who whom why will with"
        " would yet you your",
    )
)
#: Posts that are looked at; their words are as frequent there as in all.
SAMPLE = 2_000
#: A word of so many posts in a hundred is common; one of at least .1 and at most 3 is neither common nor rare.
COMMON = 0.1
MIDDLE = (0.001, 0.03)


#: So many tries are made for each question; not every post has a phrase or a tag.
ATTEMPTS = 20


class Question(NamedTuple):
    """One query: its kind, its words in order, and the tag that a post must have."""

    kind: str
    words: tuple[str, ...]
    tag: str = ""


class Seen(NamedTuple):
    """What was seen in the posts."""

    posts: Sequence[Post]
    texts: Sequence[str]
    middle: Sequence[str]
    common: Sequence[str]
    found: Counter[str]


def draw(folder: Path, each: int, seed: int = 1) -> list[Question]:
    """So many questions of each kind that the posts have something for, without doubles."""
    chance = random.Random(seed)
    seen = _seen(folder, chance)
    drawn: list[Question] = []
    for one in KINDS:
        fresh: dict[Question, None] = {}
        for _ in range(ATTEMPTS * each):
            if len(fresh) < each and (made := one(seen, chance)):
                fresh[made] = None
        drawn += fresh
    return drawn


def _seen(folder: Path, chance: random.Random) -> Seen:
    """A sample of the posts and their words, by how many posts have them."""
    paths = sorted(walk(folder))
    found = [post for post in read(folder, chance.sample(paths, min(len(paths), SAMPLE))) if not post.unpublished]
    texts = ["\n".join((post.title, *(section.text for section in post.sections))) for post in found]
    words = Counter(word for text in texts for word in set(WORD.findall(text.lower())) if word not in STOP)
    least, most = max(2.0, MIDDLE[0] * len(found)), max(4.0, MIDDLE[1] * len(found))
    middle = sorted(word for word, count in words.items() if least <= count <= most)
    common = [word for word, count in words.most_common(300) if count >= COMMON * len(found)]
    return Seen(found, texts, middle or sorted(words), common or [word for word, _ in words.most_common(20)], words)


def _word(seen: Seen, chance: random.Random) -> Question:
    return Question("one word", (chance.choice(seen.middle),))


def _common(seen: Seen, chance: random.Random) -> Question:
    return Question("common word", (chance.choice(seen.common),))


def _two(seen: Seen, chance: random.Random) -> Question | None:
    """Two words of a title, as somebody remembers them."""
    words = _content(chance.choice(seen.posts).title.lower())
    return Question("two words", tuple(chance.sample(words, 2))) if len(words) >= 2 else None


def _three(seen: Seen, chance: random.Random) -> Question | None:
    """Three words of one line."""
    words = _content(chance.choice(chance.choice(seen.texts).lower().split("\n")))
    return Question("three words", tuple(chance.sample(words, 3))) if len(words) >= 3 else None


def _phrase(seen: Seen, chance: random.Random) -> Question | None:
    """Two or three words as they stand side by side."""
    runs = RUN.findall(chance.choice(chance.choice(seen.texts).lower().split("\n")))
    if not runs:
        return None
    words = chance.choice(runs).split()
    size = chance.randint(2, 3)
    start = chance.randrange(max(1, len(words) - size + 1))
    phrase = tuple(words[start : start + size])
    return None if STOP.intersection(phrase) else Question("phrase", phrase)


def _prefix(seen: Seen, chance: random.Random) -> Question | None:
    word = chance.choice(seen.middle)
    return Question("prefix", (word[: chance.randint(4, 5)],)) if len(word) >= 7 else None


def _typo(seen: Seen, chance: random.Random) -> Question | None:
    """A word with two neighbouring letters swapped, which no post has."""
    word = chance.choice(seen.middle)
    at = chance.randrange(1, len(word) - 1)
    slipped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return Question("typo", (slipped,)) if len(word) >= 6 and slipped not in seen.found else None


def _identifier(seen: Seen, chance: random.Random) -> Question | None:
    names = IDENTIFIER.findall(chance.choice(seen.texts))
    return Question("identifier", (chance.choice(names),)) if names else None


def _filter(seen: Seen, chance: random.Random) -> Question | None:
    """A word and a tag of the same post."""
    post = chance.choice(seen.posts)
    tags = [tag.lower() for tag in post.tags if TAG.fullmatch(tag.lower())]
    words = _content("\n".join(section.text for section in post.sections).lower())
    return Question("filter", (chance.choice(words),), chance.choice(tags)) if tags and words else None


def _chinese(seen: Seen, chance: random.Random) -> Question | None:
    """Four characters of a run of Chinese."""
    runs = CHINESE.findall(chance.choice(seen.texts))
    if not runs:
        return None
    run = chance.choice(runs)
    start = chance.randrange(len(run) - 3)
    return Question("chinese", (run[start : start + 4],))


def _content(text: str) -> list[str]:
    """The different words of a text, without those that all texts have."""
    return [word for word in dict.fromkeys(WORD.findall(text)) if word not in STOP]


KINDS: tuple[Callable[[Seen, random.Random], Question | None], ...] = (
    _word,
    _common,
    _two,
    _three,
    _phrase,
    _prefix,
    _typo,
    _identifier,
    _filter,
    _chinese,
)
