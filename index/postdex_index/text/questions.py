"""Does a text read as a question, and which of its words only ask?

By words and frames alone, which lie in `data/questions`, a file for each language that has a list of stop words. A
frame is a row of words, of which some may be missing: `what is the? best way to`. It has `|` between words that may
stand for each other, `?` behind one that need not be there, and begins with `^` where it asks only at the beginning of
a text: `^ how` is a question, `this is how` is none. Behind the frames, after an empty line, are the words that say
nothing of what is looked for where the text is a question (`my`, `they`). In scripts without blanks, where nobody knows
what a word is, words that only ask are looked for in every run of characters, whatever the languages; `$` behind one
says that it stands at the end of a run only. They are read from left to right, of several the longest, and `!` is
before words that are only there so that none is seen in them and across their ends: `任何人` is no `何人`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from functools import cache

from ..named_tuple import NamedTuple
from .characters import fold, is_spaceless, raw_tokens, read_table, read_text, run_text, simplified
from .stemming import stop_words
from .tokenizer import whole_term

#: What ends a question.
MARKS = ("?", "？", "؟")
#: The words that ask in scripts without blanks.
SPACELESS = os.path.join("questions", "spaceless.txt")
#: A word of a frame: what it may be, and whether it may be missing.
_Place = tuple[frozenset[str], bool]
#: Stands in a frame where any word may.
_ANY = "_"


class _Questions(NamedTuple):
    """How people ask in a language: the frames by their first words (`^how` for one that only begins a text), and the
    words that say nothing in a question, stop words among them."""

    frames: dict[str, list[Sequence[_Place]]]
    idle: frozenset[str]


def asks(text: str, languages: Iterable[str]) -> bool:
    """Whether a text reads as a question in one of these languages (codes of `stemming`) or in a script without blanks.

    How long it is does not matter.

    >>> [asks(text, ["en"]) for text in ("How do I resize photos", "resize photos?", "photo sizes", "怎么调整图片大小")]
    [True, True, False, True]
    """
    if text.rstrip().endswith(MARKS):
        return True
    words = list(filter(None, map(whole_term, raw_tokens(text))))
    if any(is_spaceless(word) and any(asking_characters(word)) for word in words):
        return True
    return any(any(_framed_words(words, language)) for language in languages)


def asking_words(words: Sequence[str], languages: Iterable[str]) -> list[bool]:
    """For each word of a text (each in its normal form, `tokenizer.whole_term`), whether it only asks.

    None does in what is no question.

    >>> words = "how do i make my photos smaller".split()
    >>> [word for word, asking in zip(words, asking_words(words, ["en"])) if asking]
    ['how', 'do', 'i', 'my']
    """
    asking = [False] * len(words)
    for language in languages:
        if any(framed := _framed_words(words, language)):
            idle = _questions(language).idle
            asking = [a or b or word in idle for a, b, word in zip(asking, framed, words, strict=True)]
    return asking


def asking_characters(run: str) -> list[bool]:
    """For each character of a run in its normal form, whether it belongs to a word that only asks.

    >>> [character for character, asking in zip("内核是什么", asking_characters("内核是什么")) if asking]
    ['是', '什', '么']
    """
    words, longest = _spaceless_words()
    run = simplified(run) + "$"
    asking = [False] * len(run)
    start, last = 0, len(run) - 1
    while start < last:
        stop = min(start + longest, len(run))
        while stop > start and run[start:stop] not in words:
            stop -= 1
        asking[start:stop] = [words.get(run[start:stop], False)] * (stop - start)
        start = max(stop, start + 1)
    return asking[:-1]


@cache
def _spaceless_words() -> tuple[dict[str, bool], int]:
    """Words by whether they ask, and how long the longest is."""
    words = {word.removeprefix("!"): word[0] != "!" for word in map(run_text, read_table(SPACELESS))}
    return words, max(map(len, words))


def _framed_words(words: Sequence[str], language: str) -> list[bool]:
    """For each word of a text, whether it stands in a frame of a question."""
    frames = _questions(language).frames
    framed = [False] * len(words)
    for start, word in enumerate(words):
        for frame in (*frames.get(word, ()), *(() if start else frames.get("^" + word, ()))):
            for place in _places(frame, words, start):
                framed[place] = True
    return framed


def _places(frame: Sequence[_Place], words: Sequence[str], start: int) -> list[int]:
    """Where the words of a frame stand that begins there; none if it does not. Each word is looked at once."""
    places: list[int] = []
    at = start
    for alternatives, optional in frame:
        is_any = _ANY in alternatives
        if at < len(words) and (is_any or words[at] in alternatives):
            places += [] if is_any else [at]
            at += 1
        elif not optional:
            return []
    return places


@cache
def _questions(language: str) -> _Questions:
    lines, _, idle = question_text(language).partition("\n\n")
    frames: dict[str, list[Sequence[_Place]]] = {}
    for line in lines.split("\n"):
        words = line.removeprefix("^").split()
        places = [(frozenset(word.rstrip("?").split("|")), word.endswith("?")) for word in words]
        for at, (alternatives, optional) in enumerate(places):
            for first in alternatives:
                frames.setdefault(("^" if line[0] == "^" else "") + first, []).append(places[at:])
            if not optional:
                break
    return _Questions(frames, stop_words(language).union(idle.split()))


def question_text(language: str) -> str:
    """The frames and words of a language (a code of `stemming`) as its file has them, each in its normal form; "" if it
    has none."""
    try:
        text = read_text(os.path.join("questions", f"{language}.txt"))
    except FileNotFoundError:
        return ""
    return "\n".join(map(fold, text.splitlines())).replace("'", "").replace("-", "")  # most lines are ASCII: quick
