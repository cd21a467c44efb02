"""Which texts read as questions, and what of them only asks: tables over languages, and what holds for any text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from postdex_index.text import characters, questions
from postdex_index.text.questions import asks
from postdex_index.text.tokenizer import whole_term

POSTS = Path(__file__).parent.parent / "posts"
FILES = sorted(Path(characters.__file__).parent.joinpath("data", "questions").glob("??.txt"))
#: Titles of the posts that have a question in them, though they ask nothing.
INDIRECT = {"What SQLite's write-ahead log promises", "搜索引擎怎样处理中文：分词还是二元组"}


@pytest.mark.parametrize(
    ("language", "text", "asking"),
    [
        ("en", "how do I make photos smaller before they go online", True),
        ("en", "How to install", True),
        ("en", "why don't unfinished posts show up", True),
        ("en", "what's the easiest way to move a blog", True),
        ("en", "is there a way to keep drafts out", True),
        ("en", "hi, is it possible to keep drafts out", True),
        ("en", "I'm looking for a way to keep drafts out", True),
        ("en", "can you tell me where drafts go", True),
        ("en", "best way to keep drafts out", True),
        ("en", "drafts?", True),
        ("en", "is set", False),
        ("en", "where function", False),
        ("en", "can-do attitude", False),
        ("en", "when condition", False),
        ("en", "do while", False),
        ("en", "this is how", False),
        ("en", "security advisory for the standard library", False),
        ("en", "", False),
        ("en", " \n ", False),
        ("eo", "kiel mi povas instali", False),
        ("en", "怎么样才能让照片小一点", True),
        ("en", "有没有办法缩小照片", True),
        ("en", "这个驱动能用吗", True),
        ("en", "吗啡", False),
        ("en", "更新 Deployment", False),
        ("en", "カーネルとは何ですか", True),
    ],
)
def test_what_asks(language: str, text: str, asking: bool) -> None:
    assert asks(text, [language]) is asking


def test_a_title_that_is_no_question_does_not_ask() -> None:
    texts = [path.read_text(encoding="utf-8") for path in POSTS.rglob("*.md")]
    titles = {match[1].strip("\"'") for text in texts if (match := re.search(r"(?m)^title: *(.+?) *$", text))}
    assert len(titles) > 5
    assert {title for title in titles if asks(title, ["en"])} <= INDIRECT


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_words_stand_as_texts_have_them(path: Path) -> None:
    """What is no word in its normal form would never be found."""
    text = characters.fold(path.read_text(encoding="utf-8"))
    words = [word for place in text.split() for word in place.rstrip("?").split("|") if place != "^"]
    assert [word for word in words if whole_term(word) != word] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_frame_alone_asks_and_keeps_its_words(path: Path) -> None:
    for line in path.read_text(encoding="utf-8").partition("\n\n")[0].splitlines():
        frame = [place.rstrip("?").split("|")[0] for place in line.split() if place != "^"]
        text = " ".join(frame)
        assert asks(text, [path.stem]), text
        assert not any(questions.asking_words(list(map(whole_term, frame)), [path.stem])), text


def test_only_beside_other_words() -> None:
    words = ["how", "do", "i", "make", "my", "photos", "smaller"]
    assert questions.asking_words(words, ["en"]) == [True, True, True, True, True, False, False]
    assert questions.asking_words(words[5:], ["en"]) == [False, False]
    assert questions.asking_words(["wie", *words[5:]], ["en", "de"])[1:] == [False, False]
    assert questions.asking_words([], ["en"]) == []
