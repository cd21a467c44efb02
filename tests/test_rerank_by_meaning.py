"""Where does meaning have a say in the order of posts, how, and what does it leave as words found it?"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_rank import FakeCandidate, numbers
from vectors_package import installed_from, write_package, write_table

import postdex
from postdex.results import nearness, rerank
from postdex.results.rerank_by_meaning import rerank_by_meaning

ROOT = Path(__file__).parent.parent
#: Words that mean the same stand in one row; those of the last one mean nothing.
MEANINGS = (
    "photo photos picture pictures image images 图片 照片",
    "small smaller shrink resize 缩小",
    "web online site 网站",
    "soup broth",
    "salt pepper",
    "how do i make a zephyr of why what is they ask 怎 么 把 图 片 缩 小",
)


def ranked(scores: Sequence[float], whole: int = 0) -> list[rerank.Ranked]:
    """Posts with these scores, best first, of which the first `whole` hold leaf 0."""
    return [
        rerank.Ranked(FakeCandidate(number, score, [[1] if number < whole else []]), score, score)
        for number, score in enumerate(sorted(scores, reverse=True))
    ]


SCORES = st.lists(st.just(0.0) | st.floats(0.5, 30), min_size=1, max_size=80)
COSINES = st.lists(st.none() | st.floats(-1, 1, width=32), min_size=0, max_size=50)
WEIGHT = st.floats(0, 1)


@given(SCORES, COSINES, WEIGHT, st.integers(0, 3))
def test_scores_fall_and_no_post_comes_or_goes(
    scores: list[float], cosines: list[float | None], weight: float, whole: int
) -> None:
    by_words = ranked(scores, whole)
    by_meaning = rerank_by_meaning(by_words, cosines, weight, [0])
    assert sorted(numbers(by_meaning)) == list(range(len(scores)))
    found = [post.score for post in by_meaning]
    assert found == pytest.approx(sorted(found, reverse=True))
    kept = min(whole, len(scores))
    assert by_meaning[:kept] == by_words[:kept]
    assert [post.word_score for post in sorted(by_meaning, key=lambda post: numbers([post]))] == [
        post.score for post in by_words
    ]
    assert numbers(by_meaning[len(cosines) :]) == list(range(len(scores)))[len(cosines) :]


@given(SCORES, COSINES, WEIGHT, st.integers(1, 80))
def test_a_page_is_the_same_however_many_posts_come_after(
    scores: list[float], cosines: list[float | None], weight: float, count: int
) -> None:
    posts = ranked(scores)
    count = max(count, len(cosines))
    assert rerank_by_meaning(posts, cosines, weight)[:count] == rerank_by_meaning(posts[:count], cosines, weight)


@given(SCORES, COSINES, WEIGHT, st.floats(0.1, 9))
def test_only_where_a_cosine_lies_among_the_others_counts(
    scores: list[float], cosines: list[float | None], weight: float, factor: float
) -> None:
    posts = ranked(scores)
    usual = rerank_by_meaning(posts, cosines, weight)
    assert numbers(rerank_by_meaning(posts, cosines, 0)) == numbers(posts)
    assert rerank_by_meaning(posts, cosines, 0) == rerank_by_meaning(posts, [], weight) == posts
    assert rerank_by_meaning(posts, [None] * len(cosines), weight) == posts
    said = [cosine for cosine in cosines[: len(posts)] if cosine is not None]
    if said and max(said) - min(said) > 0.01:
        moved = rerank_by_meaning(posts, [c if c is None else c * factor + 0.5 for c in cosines], weight)
        assert [post.score for post in moved] == pytest.approx([post.score for post in usual], rel=1e-4, abs=1e-4)


def test_where_words_leave_no_doubt_meaning_is_worth_less() -> None:
    assert numbers(rerank_by_meaning(ranked([10, 5, 4]), [0.1, 0.9, 0.8], 0.6)) == [1, 2, 0]
    assert numbers(rerank_by_meaning(ranked([10, 2, 1]), [0.1, 0.9, 0.8], 0.6)) == [0, 1, 2]


def test_of_posts_with_equal_scores_the_nearer_one_comes_first() -> None:
    assert numbers(rerank_by_meaning(ranked([5, 5, 5, 4]), [0.1, None, 0.7, 0.2], 0.5)) == [2, 1, 0, 3]


@pytest.fixture
def vectors(tmp_path: Path) -> Iterator[Callable[..., None]]:
    """Installs a table of MEANINGS for these languages."""
    with ExitStack() as stack:

        def install(*languages: str) -> None:
            (tmp_path / "site-packages").mkdir()
            package = write_package(tmp_path / "site-packages", tables={})
            write_table(package / "small.vectors", languages or ("en",), MEANINGS)
            stack.enter_context(installed_from(tmp_path / "site-packages"))

        yield install


#: What is asked shares `zephyr` with all of them; what it means is in the last one.
POSTS = {
    "soup.md": "# Soup\n\nzephyr zephyr: Salt, pepper and broth.\n",
    "kitchen.md": "# Kitchen\n\nzephyr zephyr soup.\n",
    "pictures.md": "# Pictures\n\nImages.\n\n## Resize\n\nShrink images, zephyr pictures.\n",
}
ASKED = "how do I make a zephyr of photos smaller"


@pytest.fixture
def posts(tmp_path: Path) -> Path:
    """A folder of POSTS."""
    folder = tmp_path / "posts"
    folder.mkdir()
    for name, text in POSTS.items():
        (folder / name).write_text(text, "utf-8")
    return folder


def paths(results: postdex.Results) -> list[str]:
    """The posts that were found, in order."""
    return [hit.path for hit in results]


def test_a_question_is_answered_by_meaning_too(posts: Path, vectors: Callable[..., None]) -> None:
    with postdex.Index(posts) as ix:
        by_words = ix.search(ASKED)
        assert not by_words.meaning and by_words.hits[0].path == "kitchen.md"
        vectors()
        by_meaning = ix.search(ASKED)
        assert by_meaning.meaning and by_meaning.hits[0].path == "pictures.md"
        assert ix.search(ASKED, meaning=False).values()[6:] == by_words.values()[6:]
        for attribute in ("total", "facets", "strength", "parsed", "warnings", "corrections"):
            assert getattr(by_meaning, attribute) == getattr(by_words, attribute)
        shown = {hit.path: (hit.snippet, hit.title_spans, hit.sections) for hit in by_words}
        assert {hit.path: (hit.snippet, hit.title_spans, hit.sections) for hit in by_meaning} == shown
        assert [hit.score for hit in by_meaning] == sorted([hit.score for hit in by_meaning], reverse=True)


@pytest.mark.parametrize(
    ("query", "arguments"),
    [
        ("zephyr photos", {}),  # no question
        ("how do I make a zephyr of photos smaller", {"sort": "date"}),
        ("how do I make a zephyr of photos smaller", {"units": "sections"}),
        ("how do I make a zephyr of photos smaller", {"meaning": False}),
        ("how do I make a +zephyr of photos smaller", {}),
        ("how do I make a zephyr of photos -smaller", {}),
        ('how do I make "a zephyr" of photos smaller', {}),
        ("how do I make a zephyr of photos AND smaller", {}),
        ("how do I make (a zephyr of) photos smaller", {}),
        ("how do I make a zephyr of photos smaller title:zephyr", {}),
        ("how do I make a zephyr of photos smaller path:pictures.md", {}),
        ("how do I make a zephyr~1 of photos smaller", {}),
        ("how do I make a zeph* of photos smaller", {}),
        ("how do I make zephyr^2 photos smaller", {}),
        ("how do I make photographs of Zephyren kleiner und hübscher", {}),  # the table knows too few of its words
        ("how do I " + "zephyr photos " * 200, {}),  # pasted
    ],
)
def test_what_is_no_question_in_plain_words_is_answered_by_words(
    posts: Path, vectors: Callable[..., None], query: str, arguments: dict[str, object]
) -> None:
    vectors()
    with postdex.Index(posts) as ix:
        assert not ix.search(query, **arguments).meaning  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("setting", "asked", "query", "meaning"),
    [
        ("off", None, ASKED, False),
        ("off", True, ASKED, True),
        ("questions", None, "zephyr photos", False),
        ("questions", True, "zephyr photos", True),
        ("always", None, "zephyr photos", True),
        ("always", False, "zephyr photos", False),
        ("always", None, "zephyr +photos", False),
        ("always", True, "zephyr_of_photos", False),  # a name
    ],
)
def test_settings_and_arguments(
    posts: Path, vectors: Callable[..., None], setting: str, asked: bool | None, query: str, meaning: bool
) -> None:
    vectors()
    (posts / "postdex.toml").write_text(f'meaning = "{setting}"\n', "utf-8")
    with postdex.Index(posts) as ix:
        assert ix.search(query, meaning=asked).meaning is meaning


@pytest.mark.parametrize("meaning", [None, False])
@pytest.mark.parametrize("pins", [0, 2, 52])
def test_pages_of_any_size_are_parts_of_one_order(
    posts: Path, vectors: Callable[..., None], pins: int, meaning: bool | None
) -> None:
    """Also where posts that are pinned stand before those that may be re-ranked, and where closeness moves these."""
    vectors()
    rnd = random.Random(25)
    for number in range(70):
        words = rnd.choices([*ASKED.split()[3:], "soup", "salt", "broth"], k=rnd.randrange(5, 60))
        (posts / f"{number:02}.md").write_text(f"# {words[0]}\n\nzephyr {' '.join(words)}", "utf-8")
    pinned = json.dumps([f"{number:02}.md" for number in range(pins)])
    if pins:
        (posts / "postdex.toml").write_text(f'[[pins]]\nquery = "{ASKED}"\npost = {pinned}\n', "utf-8")
    with postdex.Index(posts) as ix:
        whole = ix.search(ASKED, limit=100, meaning=meaning)
        assert whole.total == 73 and whole.meaning is (meaning is None and pins < 50)
        assert [hit.pinned for hit in whole] == [True] * pins + [False] * (73 - pins)
        for size in (1, 7, 49, 51, 60):
            pages = [ix.search(ASKED, limit=size, offset=offset, meaning=meaning) for offset in range(0, 73, size)]
            assert [hit.path for page in pages for hit in page] == paths(whole)
            assert [hit.score for page in pages for hit in page] == [hit.score for hit in whole]
        scores = [hit.score for hit in whole][pins:]
        assert scores == sorted(scores, reverse=True)


def test_pinned_posts_and_what_was_typed_word_for_word_stay_first(posts: Path, vectors: Callable[..., None]) -> None:
    vectors()
    (posts / "typed.md").write_text("# Salt\n\nThey ask: how do I make a zephyr of photos smaller?\n", "utf-8")
    with postdex.Index(posts) as ix:
        found = ix.search(ASKED)
        assert found.hits[0].path == "typed.md" and not found.meaning  # it has all that was asked
        (posts / "postdex.toml").write_text(f'[[pins]]\nquery = "{ASKED}"\npost = "kitchen.md"\n', "utf-8")
    with postdex.Index(posts) as ix:
        assert paths(ix.search(ASKED))[:2] == ["kitchen.md", "typed.md"]
        (posts / "typed.md").unlink()
    with postdex.Index(posts) as ix:
        assert paths(ix.search(ASKED)) == ["kitchen.md", "pictures.md", "soup.md"]


def test_the_explanation_says_what_meaning_was_worth(posts: Path, vectors: Callable[..., None]) -> None:
    vectors()
    with postdex.Index(posts) as ix:
        found = ix.search(ASKED, explain=True)
        for rank, hit in enumerate(found, 1):
            assert hit.explain is not None and hit.explain.value == pytest.approx(hit.score)
            verdict = ix.explain(ASKED, hit.path)
            assert verdict.rank == rank and verdict.score is not None
            assert verdict.score.value == pytest.approx(hit.score)


@pytest.mark.parametrize(
    ("languages", "lang", "meaning"),
    [
        (["en"], "", True),
        (["en"], "en-GB", True),
        (["en"], "de", False),
        (["zh"], "", False),
        (["zh"], "en", False),
        (["de", "zh"], "de_AT", True),
    ],
)
def test_posts_in_a_language_that_no_table_knows(
    posts: Path, vectors: Callable[..., None], languages: list[str], lang: str, meaning: bool
) -> None:
    vectors(*languages)
    for path in posts.glob("*.md"):
        path.write_text((f"---\nlang: {lang}\n---\n" if lang else "") + path.read_text("utf-8"), "utf-8")
    with postdex.Index(posts) as ix:
        found = ix.search(ASKED + "?")
        assert found.meaning is meaning and not found.warnings
        asked = ix.search(ASKED + "?", meaning=True)
        assert asked.meaning is meaning
        said = f"meaning has no say: the vectors do not know the language of the posts ({lang or 'en'})"
        assert asked.warnings == (() if meaning else (said,))


def test_a_question_of_words_that_no_table_knows(posts: Path, vectors: Callable[..., None]) -> None:
    """Who asks for meaning by name is told why it has no say, and others are not."""
    vectors()
    asked = "how do I make Zephyren kleiner und hübscher"
    with postdex.Index(posts) as ix:
        assert not ix.search(asked).warnings and not ix.search("unheard-of", meaning=True).meaning
        found = ix.search(asked + " zephyr", meaning=True)
        assert found.hits and not found.meaning
        assert found.warnings == ("meaning has no say: the vectors do not know enough of the words",)


def test_a_question_in_chinese(posts: Path, vectors: Callable[..., None]) -> None:
    vectors("zh")
    (posts / "a.md").write_text("# 汤\n\n如何把汤变好 zephyr zephyr zephyr\n", "utf-8")
    (posts / "b.md").write_text("# 照片\n\n缩小 zephyr 网站\n", "utf-8")
    with postdex.Index(posts) as ix:
        found = ix.search("怎么把 zephyr 图片缩小？")
        assert found.meaning and found.hits[0].path == "b.md"


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("", ASKED),
        ("# \n", ASKED),
        ("---\ntitle: Zephyr photos\n---\n", "what is a zephyr?"),
        ("no heading: zephyr", ASKED),
        ("# Zephyr\n\n" + "## photos\n\n" * 500, ASKED),
        ("# zephyr\n\n" + "photos " * 100_000, ASKED),
        ("# zephyr \x00\ufffd\n\n\u202e zephyr", ASKED),
        ("zephyr", "how do I " + "zephyr photos " * 30),
        ("zephyr", "why is zephyr " + "x" * 1900 + "?"),
        ("zephyr", "how do I zephyr"),
    ],
)
def test_any_text_is_read(posts: Path, vectors: Callable[..., None], text: str, asked: str) -> None:
    vectors()
    (posts / "odd.md").write_text(text, "utf-8")
    with postdex.Index(posts) as ix:
        by_words, by_meaning = ix.search(asked, meaning=False), ix.search(asked)
        assert sorted(paths(by_words)) == sorted(paths(by_meaning)) and by_words.total == by_meaning.total


def test_where_time_is_up_words_alone_say_the_order(
    posts: Path, vectors: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    vectors()
    with postdex.Index(posts) as ix:
        by_words = ix.search(ASKED, meaning=False)
        monkeypatch.setattr(nearness, "time", type("Later", (), {"monotonic": lambda: time.monotonic() + 3600}))
        cut = ix.search(ASKED)
        assert not cut.meaning and paths(cut) == paths(by_words) and cut.total == by_words.total
        assert by_words.complete and not cut.complete and not ix.search(ASKED, meaning=True).warnings
        assert ix.search(ASKED, deadline_ms=None).meaning


def test_threads_get_the_same_answer(posts: Path, vectors: Callable[..., None]) -> None:
    vectors()
    with postdex.Index(posts, refresh="never") as ix:
        ix.refresh()
        found: list[list[tuple[str, float]]] = []
        threads = [
            threading.Thread(target=lambda: found.append([(hit.path, hit.score) for hit in ix.search(ASKED)]))
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(found) == 8 and all(one == found[0] for one in found)


#: A parent that was answered by meaning, and a child that asks the same.
FORKED = """
import os, sys, postdex
with postdex.Index(sys.argv[1]) as ix:
    first = ix.search(sys.argv[2])
    child = os.fork()
    if not child:
        again = ix.search(sys.argv[2])
        os._exit(0 if again.meaning and [*map(str, again)] == [*map(str, first)] else 3)
    assert first.meaning and os.waitpid(child, 0)[1] == 0
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks here")
def test_a_forked_child_gets_the_same_answer(posts: Path, tmp_path: Path, vectors: Callable[..., None]) -> None:
    vectors()
    path = os.pathsep.join(map(str, (ROOT / "search", ROOT / "index", tmp_path / "site-packages")))
    command = [sys.executable, "-W", "ignore", "-c", FORKED, str(posts), ASKED]
    subprocess.run(command, env={**os.environ, "PYTHONPATH": path}, check=True, timeout=60)
