"""How sure an answer is: a folder of posts, queries, and what is said of their answers, in each face."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

import postdex
from postdex.mcp.posts import Posts
from postdex.mcp.search_tool import search
from postdex.output.remarks import unlike
from postdex.results.strength import NOTHING, STRONG, UNKNOWN, WEAK, asks_in_plain_words

SENTENCE = "The scheduler wakes the worker thread only once a minute."
POSTS = {
    "sockets.md": "# Socket reference counts\nA socket is freed when its refcount drops to zero: sk_user_data.\n",
    "scheduler.md": f"# The scheduler\n{SENTENCE} A run queue has tasks.\n",
    "内核.md": "# 编译内核\n编译并调试内核模块，然后重新启动。\n",
    "install.md": "# How do I install it on my own machine?\nDownload the archive and unpack it.\n",
    **{f"{number}.md": f"# Note {number}\nPlain notes of day {number} on gardens.\n" for number in range(30)},
    "long.md": "# Diary\n" + "Rain fell on the garden and the walls all day. " * 400 + "A lighthouse stood there.\n",
}


@pytest.fixture(scope="module")
def ix(tmp_path_factory: pytest.TempPathFactory) -> Iterator[postdex.Index]:
    folder = tmp_path_factory.mktemp("posts")
    for name, text in POSTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    with postdex.open(folder, refresh="never") as opened:
        opened.refresh()
        yield opened


@pytest.mark.parametrize(
    ("query", "strength"),
    [
        # words: all of them in a title, some in passing, hardly any
        ("socket reference", STRONG),
        ("scheduler", STRONG),
        ("scheduler zebra", STRONG),
        ("worker thread zebra", WEAK),
        ("archive zebra kubernetes ingress", NOTHING),
        ("zebra", NOTHING),
        # a single word in passing is there, however long the post
        ("lighthouse", WEAK),
        # identifiers and their parts, misspelt words, beginnings, patterns
        ("sk_user_data", STRONG),
        ("sk user data", STRONG),
        ("schedluer", STRONG),
        ("sched*", STRONG),
        ("schedular~", STRONG),
        ("*eduler", STRONG),
        ("*ighthous*", WEAK),
        ("*zeb*", NOTHING),
        # what may have been meant is missing from no post, nor is what it stands for
        ("run queue", STRONG),
        ("sched uler", STRONG),
        ("schedule note", STRONG),
        # what stands there as it was typed
        ('"worker thread"', STRONG),
        ('"thread worker"', NOTHING),
        (SENTENCE, STRONG),
        ("How do I install it on my own machine?", STRONG),
        # Chinese
        ("编译内核", STRONG),
        ("内核", STRONG),
        ("数据库索引优化", NOTHING),
        # of choices those count that are there; what must be there counts like anything else
        ("scheduler OR zebra OR kubernetes OR ingress", STRONG),
        ("+scheduler +zebra", NOTHING),
        ("scheduler -zebra", STRONG),
        ("title:scheduler", STRONG),
        ("scheduler^0.5", STRONG),
        # questions in plain words: only that they are answered
        ("how do I tell the garden from the wall", UNKNOWN),
        ("why was it that the garden had a zebra and a castle?", UNKNOWN),
        ("内核是什么", STRONG),
        ("数据库是什么", NOTHING),
        ("我的文章怎么编译", UNKNOWN),
        # no words: lists and filters, exclusions, nothing at all
        ("", UNKNOWN),
        ("path:sockets.md", UNKNOWN),
        ("-scheduler", UNKNOWN),
        ("*", UNKNOWN),
        ("???", UNKNOWN),
    ],
)
def test_strength(ix: postdex.Index, query: str, strength: str) -> None:
    assert ix.search(query).strength == strength


def test_what_does_not_change_it(ix: postdex.Index) -> None:
    """Which page, unit or how many hits are asked for."""
    for query in ("scheduler", "worker thread zebra", "archive zebra kubernetes ingress"):
        whole = ix.search(query).strength
        assert whole == ix.search(query, units="sections").strength == ix.search(query, limit=0).strength
        assert whole == ix.search(query, offset=5).strength == ix.search(query, facets=["tags"]).strength
        assert whole == ix.search(query, drafts=True).strength


QUERIES = ("scheduler", "worker thread zebra", "archive zebra kubernetes ingress", "garden scheduler", "lighthouse")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("scheduler.md", "boost: 0.1"),
        ("scheduler.md", "boost: 10"),
        ("long.md", "boost: 10"),
        ("long.md", "boost: 0.1"),
        ("7.md", "pin: [scheduler, worker thread zebra, lighthouse]"),
    ],
)
def test_what_is_set_by_hand_does_not_change_it(ix: postdex.Index, path: str, said: str) -> None:
    changed = {**POSTS, path: f"---\nsearch: {{{said}}}\n---\n{POSTS[path]}"}
    with postdex.open(texts=changed) as by_hand:
        told = [(query, by_hand.search(query).strength) for query in QUERIES]
    assert told == [(query, ix.search(query).strength) for query in QUERIES]


def test_synonyms_do_not_change_it(ix: postdex.Index) -> None:
    """Neither one that is there in the place of the word, nor one that is not there beside it."""
    synonyms = {
        "dispatcher": ["scheduler"],
        "socket": ["endpoint", "archive"],
        "task planner": ["scheduler"],
    }
    with postdex.open(texts=POSTS, synonyms=synonyms) as taught:
        for query in ("dispatcher", "task planner", "dispatcher run queue", "socket reference"):
            assert taught.search(query).strength == STRONG, query
        for query in QUERIES:
            assert taught.search(query).strength == ix.search(query).strength, query
        assert taught.search("dispatcher zebra kubernetes ingress banana").strength != STRONG


def test_where_nothing_can_be_said(ix: postdex.Index) -> None:
    """Other orders have no scores, a search that was cut has not seen all, and nobody typed what a post is like."""
    assert ix.search("archive zebra", sort="date").strength == UNKNOWN
    assert ix.search("zebra", deadline_ms=0).strength == UNKNOWN
    assert ix.like("sockets.md").strength == UNKNOWN


def test_faces(ix: postdex.Index) -> None:
    """Programs are told of each answer, people only of one that is like nothing here."""
    weak, none, lost = map(ix.search, ("worker thread zebra", "archive zebra kubernetes ingress", "zebra"))
    assert [json.loads(json.dumps(results.to_dict()))["strength"] for results in (weak, none)] == [WEAK, NOTHING]
    assert not unlike(weak) and unlike(none) and not unlike(lost)
    assert "nothing much like this" in none._repr_html_()
    told = [search(Posts.of(ix), results.query) for results in (weak, none, lost)]
    assert [answer["strength"] for answer in told] == [WEAK, NOTHING, NOTHING]
    assert [answer.get("note", "") for answer in told] == ["", *["nothing much like this is here"] * 2]
    assert "strength" not in search(Posts.of(ix), "")


def test_a_pinned_post_is_an_answer() -> None:
    """Whatever its words: its owner says so."""
    with postdex.open(texts={**POSTS, "7.md": "---\nsearch: {pin: fees}\n---\n# Prices\n"}) as by_hand:
        results = by_hand.search("fees")
        assert [hit.path for hit in results] == ["7.md"] and results[0].pinned
        assert (results.strength, unlike(results)) == (NOTHING, [])
        assert "note" not in search(Posts.of(by_hand), "fees")


@pytest.mark.parametrize(
    ("query", "asks"),
    [
        ("how to install", False),
        ("How can I shrink photos", True),
        ("can I use it here?", True),
        ("ist das so richtig, ja?", True),
        ("is it fast?", False),
        ("security advisory for the standard library", False),
        ("comment réduire les photos avant de les publier", True),
        ("如何安装", True),
        ("安装", False),
        ("カーネルとは何ですか", True),
        (" \n ", False),
        ("数据库" * 1000, True),
    ],
)
def test_questions_in_plain_words(query: str, asks: bool) -> None:
    assert asks_in_plain_words(query, ["en"]) is asks
