"""Does a text read as a question, and which of its words only ask?

By words and frames alone, which lie in `data/questions`, a file for each language that has a list of stop words. A
frame is a row of words, of which some may be missing: `what is the? best way to`. It has `|` between words that may
stand for each other, `?` behind one that need not be there, and begins with `^` where it asks only at the beginning of
a text: `^ how` is a question, `this is how` is none. Behind the frames, after an empty line, are the words that say
nothing of what is looked for where the text is a question (`my`, `they`). In scripts without blanks, where nobody knows
what a word is, words that only ask are looked for in every run of characters, whatever the languages; `$` behind one
says that it stands at the end of a run only.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from functools import cache

from ..named_tuple import NamedTuple
from .characters import fold, is_spaceless, raw_tokens, read_table, read_text, run_text, simplified
from .tokenizer import whole_term

#: What ends a question.
MARKS = ("?", "？", "؟")
#: The words that ask in scripts without blanks.
SPACELESS = os.path.join("questions", "spaceless.txt")
#: A word of a frame: what it may be, and whether it may be missing.
_Place = tuple[frozenset[str], bool]


class _Questions(NamedTuple):
    """How people ask in a language: its frames by their first words, those that only begin a text apart, and the words
    that say nothing in a question."""

    first: dict[str, list[Sequence[_Place]]]
    anywhere: dict[str, list[Sequence[_Place]]]
    idle: frozenset[str]


def asks(text: str, languages: Iterable[str]) -> bool:
    """Whether a text reads as a question in one of these languages (codes of `stemming`) or in a script without blanks.

    How long it is does not matter.

    >>> [asks(text, ["en"]) for text in ("How do I resize photos", "resize photos?", "photo sizes", "怎么调整图片大小")]
    [True, True, False, True]
    """
    if text.rstrip().endswith(MARKS):
        return True
    raws = raw_tokens(text)
    if any(is_spaceless(raw) and any(asking_characters(raw)) for raw in raws):
        return True
    words = list(filter(None, map(whole_term, raws)))
    return any(any(frame_words(words, language)) for language in languages)


def asking_words(words: Sequence[str], languages: Iterable[str]) -> list[bool]:
    """For each word of a text (each in its normal form, `tokenizer.whole_term`), whether it only asks.

    None does where no other word were left, and none in what is no question.

    >>> words = "how do i make my photos smaller".split()
    >>> [word for word, asking in zip(words, asking_words(words, ["en"])) if asking]
    ['how', 'do', 'i', 'make', 'my']
    """
    asking = [False] * len(words)
    for language in languages:
        if any(framed := frame_words(words, language)):
            idle = _questions(language).idle
            asking = [a or b or word in idle for a, b, word in zip(asking, framed, words, strict=True)]
    return asking if not all(asking) else [False] * len(words)


def frame_words(words: Sequence[str], language: str) -> list[bool]:
    """For each word of a text, whether it stands in a frame of a question."""
    asking = [False] * len(words)
    questions = _questions(language)
    for start, word in enumerate(words):
        frames = questions.anywhere.get(word, [])
        if not start:
            frames = frames + questions.first.get(word, [])
        for frame in frames:
            stop = _end(frame, words, start)
            asking[start:stop] = [True] * (stop - start)
    return asking


def _end(frame: Sequence[_Place], words: Sequence[str], at: int) -> int:
    """Where a frame ends that begins there; there if it does not stand there. Each word is looked at once."""
    start = at
    for alternatives, optional in frame:
        if at < len(words) and words[at] in alternatives:
            at += 1
        elif not optional:
            return start
    return at


def asking_characters(run: str) -> list[bool]:
    """For each character of a run in its normal form, whether it belongs to a word that only asks.

    >>> [character for character, asking in zip("内核是什么", asking_characters("内核是什么")) if asking]
    ['是', '什', '么']
    """
    words, longest = _spaceless_words()
    run = simplified(run) + "$"
    asking = [False] * len(run)
    for start in range(len(run) - 1):
        for stop in range(min(start + longest, len(run)), start, -1):
            if run[start:stop] in words:
                asking[start:stop] = [True] * (stop - start)
                break
    return asking[:-1]


@cache
def _spaceless_words() -> tuple[frozenset[str], int]:
    words = frozenset(map(run_text, read_table(SPACELESS)))
    return words, max(map(len, words))


@cache
def _questions(language: str) -> _Questions:
    try:
        frames, _, idle = fold(read_text(os.path.join("questions", f"{language}.txt"))).partition("\n\n")
    except FileNotFoundError:
        return _Questions({}, {}, frozenset())
    questions = _Questions({}, {}, frozenset(idle.split()))
    for line in frames.split("\n"):
        words = line.removeprefix("^").split()
        places = [(frozenset(word.rstrip("?").split("|")), word.endswith("?")) for word in words]
        for stop, (alternatives, optional) in enumerate(places):
            for first in alternatives:
                (questions.first if line[0] == "^" else questions.anywhere).setdefault(first, []).append(places[stop:])
            if not optional:
                break
    return questions
