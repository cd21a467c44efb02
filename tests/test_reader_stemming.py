"""Does the reader stem words as PyStemmer does, in every language, and know the same stop words and questions?"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

import pytest
from reader_process import READER, ReaderProcess

from postdex.export import parameters
from postdex_index.text import questions, stemming
from postdex_index.text.characters import fold, raw_tokens
from postdex_index.text.tokenizer import whole_term

CODES = sorted(stemming._algorithms())
#: The texts that a stemmer looks for: endings and beginnings, and letters of its language.
_PIECES = re.compile(r'\["([^"]*)",')


@pytest.fixture(scope="module")
def reader() -> Iterator[ReaderProcess]:
    process = ReaderProcess(parameters.of_modules())
    process.texts(*CODES)
    yield process
    process.close()


def words_of(language: str, number: int) -> list[str]:
    """Words that are made of what its stemmer knows and of letters, the same in each run."""
    chance = random.Random(language)
    text = (READER / "stemmers" / f"{stemming.algorithm(language)}.js").read_text(encoding="utf-8")
    pieces = [piece for piece in _PIECES.findall(text) if piece] or ["a"]
    letters = sorted({letter for piece in pieces for letter in piece if letter.isalpha()} | set("aeioubcdfgklmnprstvy"))
    made = []
    for _ in range(number):
        begin = "".join(chance.choices(letters, k=chance.randrange(7)))
        made.append(begin + "".join(chance.choices(pieces, k=chance.randrange(4))))
    return [
        *made,
        *map(fold, made),
        *stemming.stop_words(language),
        "",
        "k8s",
        "内核",
        "c++",
        "é",
        "𐐀𐐨",
        "a" * 80,
        "b" * 81,
    ]


@pytest.mark.parametrize("language", CODES)
def test_every_language(reader: ReaderProcess, language: str) -> None:
    words = words_of(language, 3000)
    expected = [stemming.stem(word, language) for word in words]
    found = reader.calls("text/stemming", "stem", [[word, language] for word in words])
    assert [row for row in zip(words, expected, found, strict=True) if row[1] != row[2]] == []
    assert set(reader.call("text/stemming", "stopWords", language)) == stemming.stop_words(language)
    assert reader.call("text/stemming", "questionText", language) == questions.question_text(language)


TAGS = [
    "",
    "pt-br",
    "en_US.UTF-8",
    "German",
    "zh-CN",
    "Français",
    "русский",
    "-",
    "\U0001f980",
    "čeština",
    "nb NO",
    "EN",
]


TEXTS = [
    "how do I make my photos smaller before they go online",
    "What's the best way to move a blog?",
    "the easiest way to it",
    "is there any way of moving a blog",
    "how much is the fish",
    "this is how",
    "how how how do how do i how do",
    "wie kann ich bloß meine Fotos verkleinern",
    "why, wie kann man das",
    "drafts \u3000?\x1f",
    "𐐀𐐨 ?",
    "how",
    "",
    "内核吗 fallback",
    "memory 内核",
]


def test_languages_and_questions(reader: ReaderProcess) -> None:
    assert reader.calls("text/stemming", "stemmerLanguage", [[tag] for tag in TAGS]) == [
        *map(stemming.stemmer_language, TAGS)
    ]
    runs = [
        "内核是什么",
        "什麼是內核",
        "どうやって使いますか",
        "어떻게",
        "อะไร",
        "c",
        "",
        "é what",
        "𠀀怎么办",
        "怎",
        "怎么怎么",
        "任何人如何处理更多快照",
        "我应该怎么办呢",
        "任何",
    ]
    assert reader.calls("text/questions", "askingCharacters", [[run] for run in runs]) == [
        *map(questions.asking_characters, runs)
    ]
    assert reader.calls("text/questions", "asks", [[text, ["en", "de"]] for text in TEXTS]) == [
        questions.asks(text, ["en", "de"]) for text in TEXTS
    ]
    words = [list(filter(None, map(whole_term, raw_tokens(text)))) for text in TEXTS]
    assert reader.calls("text/questions", "askingWords", [[row, ["de", "en"]] for row in words]) == [
        questions.asking_words(row, ["de", "en"]) for row in words
    ]
    assert reader.calls("text/analyzer", "Analyzer.stems", [[[True, ["en", "de"]], "hausers"]]) == [["hauser", "haus"]]
