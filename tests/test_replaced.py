"""Is an index that takes another's place noticed, also where its newest commit has the same number?

`rm -rf .postdex; postdex index` is how many deploy; others copy a backup over what lies there.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from storage import generation
from test_watch import Blog, check, until

import postdex
from postdex_index.engine.embedded import engine
from postdex_index.engine.embedded.engine import EmbeddedEngine
from postdex_index.update import refresh, watch

BEFORE, AFTER = "walrus", "zebra"


def make(root: Path) -> tuple[Path, Path]:
    """A folder whose index has a post of walruses, and another of the same number that has one of zebras."""
    folder, other = root / "posts", root / "other"
    folder.mkdir()
    (folder / "same.md").write_text("# Same\n\nA common word.\n")
    (folder / "new.md").write_text(f"# New\n\nOf a {AFTER}.\n")
    postdex.open(folder, index=other).close()
    (folder / "new.md").unlink()
    (folder / "old.md").write_text(f"# Old\n\nOf a {BEFORE}.\n")
    postdex.open(folder).close()
    (folder / "old.md").unlink()
    (folder / "new.md").write_text(f"# New\n\nOf a {AFTER}.\n")
    assert generation(folder / ".postdex") == generation(other) == 1
    return folder, other


def rebuilt(folder: Path, other: Path) -> None:
    shutil.rmtree(folder / ".postdex")
    postdex.open(folder).close()


def moved(folder: Path, other: Path) -> None:
    shutil.rmtree(folder / ".postdex")
    os.rename(other, folder / ".postdex")


def copied_over(folder: Path, other: Path) -> None:
    """As `rsync` does: new files, renamed into place; the folder keeps its time by chance."""
    state = os.stat(folder / ".postdex")
    for file in other.iterdir():
        shutil.copy2(file, folder / ".postdex" / "copy")
        os.rename(folder / ".postdex" / "copy", folder / ".postdex" / file.name)
    os.utime(folder / ".postdex", ns=(state.st_atime_ns, state.st_mtime_ns))


ways = pytest.mark.parametrize("replace", [rebuilt, moved, copied_over], ids=lambda way: way.__name__)


@ways
@pytest.mark.parametrize("coarse_ns", [0, engine._COARSE_NS], ids=["settled", "young"])
def test_a_search_sees_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, replace: Callable[[Path, Path], None], coarse_ns: int
) -> None:
    monkeypatch.setattr(engine, "_COARSE_NS", coarse_ns)
    folder, other = make(tmp_path)
    with postdex.open(folder, refresh="never") as ix:
        assert [ix.search(word).total for word in (BEFORE, AFTER, "common")] == [1, 0, 1]
        replace(folder, other)
        assert [ix.search(word).total for word in (BEFORE, AFTER, "common")] == [0, 1, 1]


def test_times_that_are_told_coarsely_hide_nothing(tmp_path: Path) -> None:
    folder, other = make(tmp_path)
    commit = folder / ".postdex" / "commit-000001"
    with postdex.open(folder, refresh="never") as ix:
        assert ix.search(BEFORE).total == 1
        state = commit.stat()
        content = (other / commit.name).read_bytes()
        (other / commit.name).unlink()
        copied_over(folder, other)
        commit.write_bytes(content)  # the same file, with the same times
        os.utime(commit, ns=(state.st_atime_ns, state.st_mtime_ns))
        assert [ix.search(word).total for word in (BEFORE, AFTER)] == [0, 1]


def test_what_a_search_compares_the_files_with_is_of_the_new_index(tmp_path: Path) -> None:
    folder, _ = make(tmp_path)
    with postdex.open(folder) as ix:
        assert ix.search(AFTER).total == 1
        before = generation(folder / ".postdex")
        shutil.rmtree(ix.engine.place)
        (folder / "old.md").write_text(f"# Old\n\nOf a {BEFORE}.\n")
        while generation(folder / ".postdex") != before:
            refresh.refresh(folder, ix.engine, ix.settings, full=True)
        (folder / "old.md").unlink()
        found = ix.search(BEFORE, typo=False)
        assert (found.total, found.index.fresh) == (0, True)


@ways
def test_the_service_sees_it(tmp_path: Path, replace: Callable[[Path, Path], None]) -> None:
    serving = pytest.importorskip("serving", reason="the extra `server` is not installed")
    folder, other = make(tmp_path)
    (folder / "new.md").unlink()
    (folder / "old.md").write_text(f"# Old\n\nOf a {BEFORE}.\n")
    shutil.rmtree(folder / ".postdex")
    with serving.serving(folder) as served:
        for _ in range(2):
            assert [served.ask(f"/search?q={word}").json()["total"] for word in (BEFORE, AFTER)] == [1, 0]
        etag = served.ask("/search?q=common").headers["etag"]
        assert served.ask("/search?q=common", "GET", None, If_None_Match=etag).status == 304
        (folder / "old.md").unlink()
        (folder / "new.md").write_text(f"# New\n\nOf a {AFTER}.\n")
        replace(folder, other)
        until(lambda: served.ask(f"/search?q={BEFORE}").json()["total"] == 0, "the new index")
        assert served.ask(f"/search?q={AFTER}").json()["total"] == 1
        assert served.ask("/search?q=common", "GET", None, If_None_Match=etag).status == 200
        assert served.ask("/health").json()["status"] == "ok"


def test_a_commit_whose_segments_come_later_is_used_when_they_are_there(tmp_path: Path) -> None:
    serving = pytest.importorskip("serving", reason="the extra `server` is not installed")
    folder, _ = make(tmp_path)
    (folder / "new.md").unlink()
    with serving.serving(folder) as served:
        assert served.ask("/search?q=common").json()["total"] == 1
        (folder / "new.md").write_text(f"# New\n\nOf a {AFTER}.\n")
        late = tmp_path / "late"
        shutil.rmtree(folder / ".postdex")
        postdex.open(folder, index=late).close()
        (folder / ".postdex").mkdir()
        for file in sorted(late.iterdir(), key=lambda file: file.suffix == ".segment"):
            if file.suffix == ".segment":
                assert served.ask(f"/search?q={AFTER}").json()["total"] == 0, "the last good one answers"
                assert served.ask("/health").json()["status"] == "degraded"
            shutil.copy(file, folder / ".postdex")
        until(lambda: served.ask(f"/search?q={AFTER}").json()["total"] == 1, "the new index")
        assert served.ask("/health").json()["status"] == "ok"


@pytest.mark.parametrize("polling", [False, True])
def test_the_watch_sees_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, polling: bool) -> None:
    monkeypatch.setattr(watch, "TICK_S", 0.05)
    blog = Blog(tmp_path / "blog", polling)
    other = tmp_path / "other"
    refresh.refresh(blog.folder, EmbeddedEngine(other), blog.ix.settings)
    blog.write("d.md")
    blog.start()
    check(blog, "2022/c.md", "a.md", "b.md", "d.md")
    while (generation(other) or 0) < (generation(blog.index) or 0):
        refresh.refresh(blog.folder, EmbeddedEngine(other), blog.ix.settings._replace(exclude=("b.md",)), full=True)
    os.rename(blog.index, tmp_path / "gone")
    os.rename(other, blog.index)
    check(blog, "2022/c.md", "a.md", "b.md", "d.md")
    blog.ix.close()
