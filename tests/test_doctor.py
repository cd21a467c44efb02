"""Does `postdex doctor` say what is wrong, where, and what to do, and does `--fix` make it right?"""

from __future__ import annotations

import gc
import json
import os
import shutil
from collections.abc import Callable
from contextlib import closing
from functools import partialmethod
from pathlib import Path
from typing import Any

import pytest
from storage import ANALYZER

import postdex
from postdex.cli import main
from postdex_index.engine.api import CommitInfo
from postdex_index.engine.embedded.engine import EmbeddedEngine


class Blog:
    """A folder of posts in which we stand, and `postdex doctor` there."""

    def __init__(self, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.index = folder / ".postdex"
        self._capfd = capfd

    def run(self, *arguments: str) -> tuple[int, str]:
        self._capfd.readouterr()
        status = main.main(list(arguments))
        gc.collect()  # a segment that is still open is not opened, and checked, again
        said = self._capfd.readouterr()
        return status, said.out + said.err

    def told(self, *arguments: str) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.run("doctor", "--json", *arguments)[1].partition("\npostdex: ")[0])
        return told


@pytest.fixture
def blog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Blog:
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.md").write_text(f"# Post {name}\n\na word\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("POSTDEX_FOLDER", raising=False)
    made = Blog(tmp_path, capfd)
    made.run("index")
    return made


def check(said: tuple[int, str], status: int, *texts: str) -> None:
    """The status is this, and each of these texts was said."""
    assert said[0] == status, said
    assert [text for text in texts if text not in said[1]] == [], said
    assert "Traceback" not in said[1]


def test_an_index_in_order(blog: Blog) -> None:
    check(blog.run("doctor"), 0, "3 posts, 0 unpublished; ", "generation 1, 1 segment\n", "as new as the files")
    check(blog.run("doctor", "--verify"), 0, "every checksum is right")
    (blog.folder / "d.md").write_text("# d\n")
    check(blog.run("doctor"), 0, "1 file changed since it was built, not looked at here; `postdex index` takes")
    blog.run("index")
    check(blog.run("doctor"), 0, "generation 2, ", "; generation 1 is kept beside it\n")
    (blog.folder / "postdex.toml").write_text('language = "zh"\n')
    check(blog.run("doctor"), 0, "settings changed since")
    check(blog.run("doctor", "--fix"), 0, "4 changed", "as new as the files")


@pytest.mark.parametrize(
    ("text", "status", "said"),
    [
        ("---\ntitle: x\ndraft: true\n---\n", 0, "bad.md:3: unpublished: draft: true; it is found with --drafts"),
        ("+++\nx = 1\n\ndraft = true\n+++\n", 0, "bad.md:4: unpublished: draft: true"),
        ('{\n"draft": true\n}\n', 0, "bad.md:2: unpublished: draft: true"),
        ("---\n\nPublished: no\n---\n", 0, "bad.md:3: unpublished: published: false"),
        ("---\na: 1\npublishDate: 2999-01-01\n---\n", 0, "bad.md:3: unpublished: to be published on 2999-01-01"),
        ("---\na: 1\nexpiryDate: 2001-01-01\n---\n", 0, "bad.md:3: unpublished: expired on 2001-01-01 (expiryDate)"),
        ("---\nunpublishDate: 2001-01-01\n---\n", 0, "bad.md:2: unpublished: expired on 2001-01-01 (unpublishDate)"),
        ("---\npassword: x\n---\n", 0, "bad.md:2: unpublished: has a password"),
        ("---\nsearch: {exclude: true}\n---\n", 0, "bad.md:2: unpublished: search: {exclude: true}"),
        ("---\ntitle: [\n---\nwords\n", 1, "malformed"),
        ("---\ntitle: x\ndate: soon\n---\n", 1, "bad.md:3: malformed: date is no date (soon); write it as 2022-08-26"),
        ("\0" * 1000, 1, "bad.md: skipped: this is no text; leave it out with the setting exclude"),
    ],
)
def test_problems_of_posts_have_a_place_and_a_remedy(blog: Blog, text: str, status: int, said: str) -> None:
    (blog.folder / "bad.md").write_text(text)
    blog.run("index")
    check(blog.run("doctor"), status, said)
    told = blog.told()["problems"]
    assert [one["path"] for one in told] == ["bad.md"]
    assert f":{told[0]['line']}:" in said or told[0]["line"] == 0 or said == "malformed"


def test_posts_with_the_same_address_are_said(blog: Blog) -> None:
    for name in ("x", "y"):
        (blog.folder / f"{name}.md").write_text("---\nurl: /same/\n---\n")
    blog.run("index")
    check(blog.run("doctor"), 0, "/same/", "x.md", "y.md")


def test_a_site_in_a_folder_of_the_folder_is_said(blog: Blog) -> None:
    for file in ("blog/content/a.md", "blog/zola.md", "docs/mkdocs.yml", "plain/a.md", ".hidden/mkdocs.yml"):
        (blog.folder / file).parent.mkdir(parents=True, exist_ok=True)
        (blog.folder / file).write_text("# A\n", encoding="utf-8")
    (blog.folder / "blog/config.toml").write_text('base_url = "https://example.org"\n', encoding="utf-8")
    expected = [
        ("blog", "this looks like a Zola site", "postdex -C blog/content"),
        ("docs", "this looks like a MkDocs site", "postdex -C docs"),
    ]
    for _ in range(2):  # with an index and without
        told = blog.told()["problems"]
        assert [(it["path"], it["message"], it["hint"]) for it in told if "looks like" in it["message"]] == expected
        shutil.rmtree(blog.index, ignore_errors=True)
    (blog.folder / "hugo.toml").touch()  # now the folder itself is one
    assert not [it for it in blog.told()["problems"] if "looks like" in it["message"]]


def test_what_is_wrong_with_the_settings_of_the_site_is_said(blog: Blog) -> None:
    posts = blog.folder / "posts"
    posts.mkdir()
    (posts / "a.md").write_text("---\ntitle: A\n---\nword\n")
    settings = blog.folder / "_config.yml"

    def problems_said() -> Any:
        return json.loads(blog.run("-C", "posts", "doctor", "--json")[1].partition("\npostdex: ")[0])["problems"]

    for make in (
        lambda: settings.write_text("title: x\nurl: [\n"),
        settings.mkdir,
        lambda: settings.symlink_to("a.md"),
    ):
        make()
        without_index = problems_said()
        blog.run("-C", "posts", "index")
        for found in (without_index, problems_said()):
            assert found and all(it["path"] == "../_config.yml" and it["line"] and it["hint"] for it in found)
        check(blog.run("-C", "posts", "doctor"), 0, f"_config.yml:{without_index[0]['line']}: note: ")
        shutil.rmtree(posts / ".postdex")
        settings.rmdir() if settings.is_dir() else settings.unlink()


def test_where_there_is_no_post_a_site_below_is_named(blog: Blog) -> None:
    shutil.rmtree(blog.index)
    for name in ("a", "b", "c"):
        (blog.folder / f"{name}.md").unlink()
    (blog.folder / "my blog/docs").mkdir(parents=True)
    (blog.folder / "my blog/mkdocs.yml").touch()
    check(blog.run("index"), 2, "there is no post here", "my blog/ looks like a MkDocs site: postdex -C 'my blog/docs'")


def _flipped(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 255
    file.unlink()  # it may be mapped
    file.write_bytes(content)


def _cut(file: Path) -> None:
    content = file.read_bytes()
    file.unlink()
    file.write_bytes(content[: len(content) // 2])


@pytest.mark.parametrize("damage", [_flipped, _cut, Path.unlink])
@pytest.mark.parametrize("pattern", ["commit-*", "*.segment", "table-*", "problems-*"])
def test_damage_is_found_and_mended(blog: Blog, pattern: str, damage: Callable[[Path], None]) -> None:
    (blog.folder / "draft.md").write_text("---\ndraft: true\n---\nhidden\n")
    blog.run("index", "--full")
    damage(max(blog.index.glob(pattern)))
    check(blog.run("doctor", "--verify"), 2, "doctor --fix")
    check(blog.run("doctor", "--fix", "--verify"), 0, "3 posts, 1 unpublished", "every checksum is right")
    assert EmbeddedEngine(blog.index).verify() == []
    with postdex.open(blog.folder, refresh="require") as ix:
        assert ix.search("word").total == 3


def test_damage_that_needs_no_reading_is_always_said(blog: Blog) -> None:
    (blog.folder / "d.md").write_text("# d\n")
    blog.run("index")
    _cut(blog.index / "commit-000002")
    check(blog.run("doctor"), 2, "commit-000002", "damaged", "doctor --fix")
    assert blog.told()["index"] is None
    assert blog.told()["problems"][0]["kind"] == "damaged"
    check(blog.run("doctor", "--fix"), 0, "4 posts")


def test_left_overs_count_and_go(blog: Blog) -> None:
    (blog.index / "000009-0.segment").write_bytes(bytes(100_000))
    assert blog.told()["index"]["bytes_on_disk"] > 100_000
    (blog.folder / "d.md").write_text("# d\n")
    check(blog.run("doctor", "--fix"), 0, "1 added")
    assert EmbeddedEngine(blog.index).size() < 100_000
    assert EmbeddedEngine(blog.folder / "nowhere").size() == 0


def test_the_state_as_json(blog: Blog) -> None:
    (blog.folder / "d.md").write_text("# d\n")
    blog.run("index")
    told = blog.told("--verify")
    assert (told["schema"], told["problems"]) == (1, [])
    state = told["index"]
    assert (state["fresh"], state["changed_files"], state["stats"]["posts"]) == (True, 0, 4)
    assert [(one["generation"], one["posts"], one["state"]) for one in state["commits"]] == [
        (2, 4, "current"),
        (1, 3, "kept"),
    ]
    assert state["commits"][0]["made"] >= "2020"
    assert state["bytes_on_disk"] >= state["commits"][0]["bytes"] >= state["stats"]["bytes"] > 0
    assert blog.told("--fix") == blog.told(), "nothing but JSON is printed"


def test_the_commits_that_are_kept(blog: Blog) -> None:
    (only,) = EmbeddedEngine(blog.index).commits()
    assert only == CommitInfo(1, only.made, 3, 1, only.bytes, "current")
    (blog.index / "commit-000002").write_text("no commit")
    assert [one.state for one in EmbeddedEngine(blog.index).commits()] == ["damaged", "current"]
    assert EmbeddedEngine(blog.folder / "nowhere").commits() == ()


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_what_cannot_be_mended_is_an_error(blog: Blog, form: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postdex.Index, "refresh", partialmethod(postdex.Index.refresh, wait=0))
    (blog.folder / "d.md").write_text("# d\n")
    with closing(EmbeddedEngine(blog.index).open_writer(analyzer=ANALYZER)):
        check(blog.run("doctor", "--fix", *form), 2, "another postdex is writing this index")
    check(blog.run("-C", "nowhere", "doctor", *form), 2, "there is no such folder")


def test_without_an_index(blog: Blog) -> None:
    """The files are looked at in its place."""
    for name in os.listdir(blog.index):
        os.unlink(blog.index / name)
    check(blog.run("doctor"), 2, "there is no index yet; `postdex index`")
    (blog.folder / "bad.md").write_text("---\ndate: soon\n---\n")
    (blog.folder / "draft.md").write_text("---\ndraft: true\n---\n")
    (blog.folder / "none.md").write_bytes(bytes(1000))
    for name in ("x", "y"):
        (blog.folder / f"{name}.md").write_text("---\nurl: /same/\n---\n")
    check(blog.run("doctor"), 2, "bad.md:2: malformed: ", "draft.md:2: unpublished: ", "none.md: skipped: ", "/same/")
    before = blog.told()
    assert before["index"] is None
    check(blog.run("doctor", "--fix"), 1, "8 added", "6 posts, 1 unpublished")
    assert blog.told()["problems"] == before["problems"]
