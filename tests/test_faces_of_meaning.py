"""Has meaning its say on every face, and only where it is wanted? By small vectors that these tests write."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from serving import serving
from vectors_package import ASKED, TEXTS, installed_from, write_package

import postdex
from postdex.cli.search_options import parse_usual
from postdex.mcp import tools
from postdex.mcp.posts import Posts
from postdex.meaning import installed
from postdex.results import nearness

BY_WORDS, BY_MEANING = ["sale.md", "images.md"], ["images.md", "sale.md"]
WORDS = "photos go online"


@pytest.fixture
def vectors(tmp_path: Path) -> Iterator[None]:
    """The extra, as if it were installed."""
    (tmp_path / "site-packages").mkdir()
    write_package(tmp_path / "site-packages")
    with installed_from(tmp_path / "site-packages"):
        yield


@pytest.fixture
def posts(tmp_path: Path) -> Path:
    """The folder of the two posts."""
    folder = tmp_path / "posts"
    folder.mkdir()
    for name, text in TEXTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def paths(results: Any) -> list[str]:
    """The paths of hits, in the library's form or that of the wire."""
    return [hit["path"] if isinstance(hit, dict) else hit.path for hit in results]


#: The setting, the query, the argument -> whether meaning has a say.
CASES = [
    ("questions", ASKED, None, True),
    ("questions", ASKED, False, False),
    ("questions", WORDS, None, False),
    ("questions", WORDS, True, True),
    ("always", WORDS, None, True),
    ("always", ASKED, False, False),
    ("off", ASKED, None, False),
    ("off", ASKED, True, True),
]


@pytest.mark.usefixtures("vectors")
@pytest.mark.parametrize(("setting", "query", "meaning", "said"), CASES)
def test_settings_and_argument_say_when(
    posts: Path, setting: str, query: str, meaning: bool | None, said: bool
) -> None:
    (posts / "postdex.toml").write_text(f'meaning = "{setting}"', encoding="utf-8")
    with postdex.open(posts) as ix:
        results = ix.search(query, meaning=meaning)
        assert results.meaning is results.to_dict()["meaning"] is said and not results.warnings
        if query == ASKED:
            assert paths(results) == (BY_MEANING if said else BY_WORDS)
        assert sorted(paths(results)) == sorted(BY_WORDS) and results.total == 2


@pytest.mark.usefixtures("vectors")
def test_the_command_line(posts: Path, run: Callable[..., tuple[int, str]]) -> None:
    run("-C", str(posts), "index")
    for options, order in (([], BY_MEANING), (["--no-meaning"], BY_WORDS), (["--no-meaning", "--meaning"], BY_MEANING)):
        status, printed = run("-C", str(posts), "search", "--json", *options, ASKED)
        told = json.loads(printed)
        assert (status, paths(told["hits"]), told["meaning"]) == (0, order, order == BY_MEANING)
    assert ", by meaning too, " in run("-C", str(posts), "search", "--color", "always", ASKED)[1]
    explained = run("-C", str(posts), "search", "--explain", str(posts / "images.md"), ASKED)[1]
    assert "by meaning" in explained
    explained = run("-C", str(posts), "search", "--no-meaning", "--explain", str(posts / "images.md"), ASKED)[1]
    assert "by meaning" not in explained and ": rank 2\n" in explained


@pytest.mark.usefixtures("vectors")
def test_where_no_post_is_shown_there_is_no_order(posts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installed, "usable", lambda: pytest.fail("vectors are loaded for a number of posts"))
    with postdex.open(posts) as ix:
        assert (ix.search(ASKED, limit=0).total, ix.search(ASKED, limit=0).meaning) == (2, False)


def test_options_read_without_click() -> None:
    for options, meaning in (([], None), (["--meaning"], True), (["--no-meaning"], False)):
        asked = parse_usual([*options, "SMC"])
        assert asked is not None and asked[0].meaning is meaning


@pytest.mark.usefixtures("vectors")
def test_the_service_and_assistants(posts: Path) -> None:
    with serving(posts) as served:
        for parameters, order in (("", BY_MEANING), ("&meaning=false", BY_WORDS), ("&meaning=true", BY_MEANING)):
            answer = served.ask(f"/search?q={ASKED.replace(' ', '+')}{parameters}").json()
            assert (paths(answer["hits"]), answer["meaning"]) == (order, order == BY_MEANING)
        assert served.ask("/search?q=a&meaning=perhaps").code == "bad_parameter"
    with postdex.open(posts) as ix:
        for query in (ASKED, WORDS):
            found = tools.answer(Posts.of(ix), "search", {"query": query}).form
            shown = [result["id"].partition("#")[0] for result in found["results"]]
            assert shown == paths(ix.search(query, meaning=True)) and "warnings" not in found


@pytest.mark.usefixtures("vectors")
def test_an_order_for_which_time_was_not_enough_is_not_kept(posts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(posts) as served:
        asked = f"/search?q={ASKED.replace(' ', '+')}"
        with monkeypatch.context() as patch:
            patch.setattr(nearness, "time", SimpleNamespace(monotonic=lambda: time.monotonic() + 3600))
            cut = served.ask(asked)
        assert (paths(cut.json()["hits"]), cut.json()["complete"]) == (BY_WORDS, False) and "etag" not in cut.headers
        assert paths(served.ask(asked).json()["hits"]) == BY_MEANING


def test_a_client_is_not_told_that_nothing_changed_when_the_extra_was_installed(posts: Path, tmp_path: Path) -> None:
    asked = f"/search?q={ASKED.replace(' ', '+')}"
    tags: list[str] = []
    orders: list[list[str]] = []
    (tmp_path / "site-packages").mkdir()
    for packages in (write_package(tmp_path / "site-packages").parent, None, tmp_path / "site-packages"):
        with installed_from(packages) if packages else nullcontext(), serving(posts) as served:
            answer = served.ask(asked, If_None_Match=tags[-1] if tags else "")
            tags.append(answer.headers["etag"])
            orders.append(paths(answer.json()["hits"]))
    assert orders == [BY_MEANING, BY_WORDS, BY_MEANING] and tags[0] == tags[2]


def test_without_the_extra(posts: Path) -> None:
    with serving(posts) as served:
        assert served.ask("/search?q=how+do+I+go").json()["meaning"] is False
        refused = served.ask("/search?q=go&meaning=true")
        assert (refused.status, refused.code) == (501, "missing_extra")
        assert refused.json()["error"]["hint"] == "pip install 'postdex[meaning]'"
    with postdex.open(posts) as ix:
        found, failed = tools.answer(Posts.of(ix), "search", {"query": ASKED})
        assert not failed and found["total"] == 2


def test_a_language_that_the_vectors_do_not_know(posts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing changes, and who asked for meaning by name is told why."""
    folder = tmp_path / "other"
    folder.mkdir()
    write_package(folder, tables={"zh": ("zh",)})
    monkeypatch.syspath_prepend(str(folder))
    installed._installed.cache_clear()
    try:
        with postdex.open(posts) as ix:
            by_words, asked = ix.search(ASKED, meaning=False), ix.search(ASKED, meaning=True)
            assert paths(by_words) == paths(asked) == paths(ix.search(ASKED)) and not asked.meaning
            assert not ix.search(ASKED).warnings and not by_words.warnings
            (warning,) = asked.warnings
            assert "(en)" in warning
            assert "warnings" not in tools.answer(Posts.of(ix), "search", {"query": ASKED}).form
    finally:
        installed._installed.cache_clear()
        sys.modules.pop("postdex_vectors", None)
