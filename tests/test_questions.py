"""Which texts read as questions, and what of them only asks: tables over languages, and what holds for any text."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

import postdex
from postdex.query.parse import parse
from postdex_index.query import Clauses, Leaf, Query, Term, leaves
from postdex_index.text import characters, questions
from postdex_index.text.analyzer import Analyzer
from postdex_index.text.questions import asks
from postdex_index.text.tokenizer import whole_term

POSTS = Path(__file__).parent.parent / "posts"
FILES = Path(characters.__file__).parent.joinpath("data", "questions").glob("??.txt")
LANGUAGES = sorted(path.stem for path in FILES)
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
        ("da", "hvordan kan jeg gøre mine billeder mindre", True),
        ("da", "findes der en måde at skjule kladder på", True),
        ("da", "hvidløg og billeder", False),
        ("de", "wie bekomme ich meine Bilder kleiner", True),
        ("de", "Gibt es eine Möglichkeit, Entwürfe zu verstecken", True),
        ("de", "Ich möchte wissen wo Entwürfe liegen", True),
        ("de", "kann man Bilder verkleinern", True),
        ("de", "Bilder verkleinern", False),
        ("es", "¿Cómo puedo reducir mis fotos", True),
        ("es", "hay alguna manera de ocultar borradores", True),
        ("es", "por qué no se publican los borradores", True),
        ("es", "por defecto", False),
        ("fi", "miten voin pienentää kuvia", True),
        ("fi", "onko mahdollista piilottaa luonnokset", True),
        ("fi", "kuvien koko", False),
        ("fr", "comment puis-je réduire mes photos", True),
        ("fr", "Est-ce qu’il est possible de cacher les brouillons", True),
        ("fr", "y a-t-il un moyen de cacher les brouillons", True),
        ("fr", "réduire les photos", False),
        ("hu", "hogyan tudom kicsinyíteni a képeket", True),
        ("hu", "van-e mód a piszkozatok elrejtésére", True),
        ("hu", "képek mérete", False),
        ("it", "come posso ridurre le foto", True),
        ("it", "c'è un modo per nascondere le bozze", True),
        ("it", "ridurre le foto", False),
        ("nl", "hoe kan ik mijn foto's verkleinen", True),
        ("nl", "is er een manier om concepten te verbergen", True),
        ("nl", "foto's verkleinen", False),
        ("no", "hvordan kan jeg gjøre bildene mindre", True),
        ("no", "finnes det en måte å skjule kladder på", True),
        ("no", "bilder og kladder", False),
        ("pt", "como posso reduzir as fotos", True),
        ("pt", "há alguma maneira de esconder rascunhos", True),
        ("pt", "o que é um rascunho", True),
        ("pt", "o rascunho", False),
        ("ru", "как мне уменьшить фотографии", True),
        ("ru", "есть ли способ спрятать черновики", True),
        ("ru", "размер фотографий", False),
        ("sv", "hur kan jag göra mina bilder mindre", True),
        ("sv", "finns det något sätt att dölja utkast", True),
        ("sv", "var ligger utkasten", True),
        ("sv", "var och let", False),
        ("en", "怎么样才能让照片小一点", True),
        ("en", "有没有办法缩小照片", True),
        ("en", "这个驱动能用吗", True),
        ("en", "吗啡", False),
        ("en", "任何人都可以修改", False),
        ("en", "更多快照", False),
        ("en", "许多重要的服务", False),
        ("en", "大多数节点", False),
        ("en", "所有无状态的应用", False),
        ("en", "哪怕断电也能恢复", False),
        ("en", "自我要求", False),
        ("en", "没有办法", False),
        ("en", "有没有办法", True),
        ("en", "没有多少内存", True),
        ("en", "有多大", True),
        ("en", "為什麼連不上", True),
        ("en", "值不值得升级", True),
        ("en", "究竟装在哪里", True),
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


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_stand_as_texts_have_them(language: str) -> None:
    """What is no word in its normal form would never be found."""
    places = questions.question_text(language).split()
    words = {word for place in places for word in place.rstrip("?").split("|")} - {"^", "_"}
    assert len(words) > 60
    assert {word for word in words if whole_term(word) != word} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_frame_asks_and_no_other_word(language: str) -> None:
    lines, _, idle = questions.question_text(language).partition("\n\n")
    assert lines and idle
    for line in lines.splitlines():
        frame = [place.rstrip("?").split("|")[0] for place in line.split() if place != "^"]
        assert asks(" ".join(frame), [language]), line
        asking = questions.asking_words([*frame, "photos"], [language])
        assert [word for word, asks in zip(frame, asking, strict=False) if not asks] == ["_"] * frame.count("_"), line
        assert asking[-1] is False


def test_what_only_asks_in_a_question() -> None:
    words = ["how", "do", "i", "make", "my", "photos", "smaller"]
    assert questions.asking_words(words, ["en"]) == [True, True, True, False, True, False, False]
    assert questions.asking_words(words[3:], ["en"]) == [False] * 4
    assert questions.asking_words(["wie", *words[3:]], ["en", "de"])[1:] == [False] * 4
    assert questions.asking_words([], ["en"]) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_whatever_stands_in_a_question_something_is_looked_for(language: str) -> None:
    """A query of frames, of idle words and of others keeps words that find posts, and of others all of them."""
    chance = random.Random(language)
    analyzer = Analyzer(True, (language,))
    asking = [place.rstrip("?").split("|")[0] for place in questions.question_text(language).split()]
    others = ["socket", "refcount", "kernel", "photos", "smaller"]
    for _ in range(200):
        words = chance.choices(asking, k=chance.randrange(6)) + chance.choices(others, k=chance.randrange(6))
        chance.shuffle(words)
        words = [word for word in words if word not in ("^", "_")]
        tree = parse(" ".join(words), analyzer).tree
        found_by = {leaf.text for leaf in finding(tree) if isinstance(leaf, Term)}
        assert bool(found_by) is bool(words), words
        assert found_by >= {*words} & {*others}, words


def finding(query: Query) -> Sequence[Leaf]:
    """The leaves that find posts."""
    if isinstance(query, Clauses):
        return [leaf for clause in (*query.required, *query.optional) for leaf in finding(clause)]
    return leaves(query)


def test_a_title_that_is_a_question_is_found_as_it_is_typed(tmp_path: Path) -> None:
    titles = [
        "How do I install it on my own machine?",
        "How to install",
        "What is a fallback",
        "What's new?",
        "怎么安装",
    ]
    for number, title in enumerate(titles):
        (tmp_path / f"{number}.md").write_text(f"# {title}\n\nUnpack it.\n", encoding="utf-8")
    for word in ("install", "machine", "fallback", "new", "安装"):
        (tmp_path / f"{word}.md").write_text(f"# {word}\n\n{f'{word} machine. ' * 9}\n", encoding="utf-8")
    with postdex.open(tmp_path, refresh="never") as index:
        index.refresh()
        for number, title in enumerate(titles):
            assert index.search(title).hits[0].path == f"{number}.md", title
