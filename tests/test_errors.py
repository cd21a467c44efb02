"""Is it the true error that is said? What fails is made to fail, and whoever asked is told that and nothing else."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

import postdex
from postdex.cli import main
from postdex.http import served_snapshots
from postdex.mcp import tools
from postdex.mcp.posts import Posts
from postdex_index.content import reader
from postdex_index.engine.embedded.engine import EmbeddedEngine
from postdex_index.engine.embedded.read.matcher import Matcher
from postdex_index.engine.embedded.storage import commits
from postdex_index.engine.embedded.write import index_writer, inverter, segment_builder
from postdex_index.errors import IndexDamagedError, IndexLockedError, IndexMissingError, IndexWriteError
from postdex_index.text.tokenizer import RULES

SAMPLES = Path(__file__).parent.parent / "posts"
FAILURES = [
    MemoryError("no room"),
    ValueError("a bug"),
    KeyError("a bug"),
    RecursionError("too deep"),
    OSError(errno.EIO, "the disk fails"),
    IndexWriteError("the disk is full", "make room"),
    IndexLockedError("somebody writes", "wait"),
]
#: Where a build may fail, from the first file that is read to the last that is written.
BUILDING: list[tuple[Any, str]] = [
    (reader, "walk"),
    (reader, "read"),
    (segment_builder.SegmentBuilder, "add"),
    (inverter.Inversion, "columns"),
    (index_writer.IndexWriter, "commit"),
    (commits.Store, "publish"),
]
#: Who builds: the library in three ways, the command line in two, the watch's refresh by itself.
BUILDERS: dict[str, Callable[[Path], object]] = {
    "open": postdex.open,
    "search": lambda folder: postdex.Index(folder).search("refcount"),
    "refresh": lambda folder: postdex.Index(folder).refresh(full=True),
    "command": lambda folder: main.main(["-C", str(folder), "index", "--full"]),
    "searching": lambda folder: main.main(["-C", str(folder), "search", "refcount"]),
}


def check(failure: Exception, what: Callable[[], object], capsys: pytest.CaptureFixture[str]) -> None:
    """It ends in just this error: raised as it is, or said by the command line."""
    try:
        status = what()
    except Exception as error:
        assert error is failure or (isinstance(error, IndexWriteError) and error.__cause__ is failure), error
        return
    said = capsys.readouterr().err
    assert isinstance(failure, (postdex.PostdexError, OSError)), said
    assert status == 2
    assert (failure.message if isinstance(failure, postdex.PostdexError) else str(failure.strerror)) in said


@pytest.mark.parametrize("place", BUILDING, ids=lambda place: str(place[1]))
@pytest.mark.parametrize("builder", BUILDERS)
def test_a_first_build_that_fails(
    tmp_path: Path, builder: str, place: tuple[Any, str], capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.md").write_text("refcount", encoding="utf-8")
    for failure in FAILURES:
        shutil.rmtree(tmp_path / ".postdex", ignore_errors=True)
        with patch.object(*place, side_effect=failure):
            check(failure, lambda: BUILDERS[builder](tmp_path), capsys)


@pytest.mark.parametrize("place", BUILDING, ids=lambda place: str(place[1]))
def test_a_later_build_that_fails(tmp_path: Path, place: tuple[Any, str], capsys: pytest.CaptureFixture[str]) -> None:
    """The index that is there is in order, and is not to blame."""
    (tmp_path / "a.md").write_text("refcount", encoding="utf-8")
    with postdex.open(tmp_path):
        pass
    for failure in FAILURES:
        with patch.object(*place, side_effect=failure):
            check(failure, lambda: postdex.Index(tmp_path).refresh(full=True), capsys)
    with postdex.open(tmp_path) as ix:
        assert ix.search("refcount").total == 1


@pytest.mark.parametrize("failure", [MemoryError("no room"), ValueError("a bug"), OSError(errno.EIO, "it fails")])
def test_a_search_that_fails(tmp_path: Path, failure: Exception, capsys: pytest.CaptureFixture[str]) -> None:
    """Through the library, for the assistant, and with nothing left to look for damage in."""
    (tmp_path / "a.md").write_text("refcount", encoding="utf-8")
    with postdex.open(tmp_path, refresh="never") as ix, patch.object(Matcher, "match", side_effect=failure):
        check(failure, lambda: ix.search("refcount"), capsys)
        told, failed = tools.answer(Posts.of(ix), "search", {"query": "refcount"})
        assert failed and told["error"]["message"] == f"internal error ({type(failure).__name__})"
        assert f"{type(failure).__name__}: {failure}" in capsys.readouterr().err
        shutil.rmtree(ix.engine.place)
        with patch.object(ix.snapshots, "current", side_effect=failure):
            check(failure, lambda: ix.search("refcount"), capsys)


def test_no_memory_is_no_damage(tmp_path: Path) -> None:
    """Nor is it where a diagnosis itself has none left."""
    (tmp_path / "a.md").write_text("refcount", encoding="utf-8")
    bug = ValueError("a bug")
    with (
        postdex.open(tmp_path, refresh="never") as ix,
        patch.object(ix.snapshots, "current", side_effect=bug),
        patch("postdex_index.engine.embedded.check.verify_contents.merged", side_effect=MemoryError),
        pytest.raises(ValueError, match="a bug"),
    ):
        ix.search("refcount")


def test_damage_says_what_failed(tmp_path: Path) -> None:
    bug = ValueError("out of range")
    wrong = IndexDamagedError("this file is damaged", "rebuild it", path="x.segment")
    says = pytest.raises(IndexDamagedError, match=r"this file is damaged \(ValueError: out of range\)")
    with (
        patch("postdex_index.engine.embedded.check.verify_contents.malformed", return_value=iter([wrong])),
        says as raised,
    ):
        EmbeddedEngine(tmp_path).diagnose(bug)
    assert raised.value.__cause__ is bug


def test_an_index_that_goes_away_cannot_be_written_again(tmp_path: Path) -> None:
    """There is nothing to answer from, and why is said; where there is, it answers."""
    (tmp_path / "a.md").write_text("refcount", encoding="utf-8")
    full = IndexWriteError("the disk is full", "make room")
    with postdex.open(tmp_path) as ix:
        (tmp_path / "b.md").write_text("refcount", encoding="utf-8")
        with patch.object(EmbeddedEngine, "open_writer", side_effect=full):
            found = ix.search("refcount")
            assert (found.total, found.index.fresh) == (1, False)
            shutil.rmtree(ix.engine.place)
            with pytest.raises(IndexWriteError, match="the disk is full"):
                ix.search("refcount")


def test_an_index_of_another_version_is_not_called_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.md").write_text("refcount", encoding="utf-8")
    with postdex.open(tmp_path):
        pass
    monkeypatch.setattr(commits, "ANALYSIS", f"{RULES}/0/0")
    with pytest.raises(IndexMissingError, match="older postdex"):
        postdex.open(tmp_path, create=False)
    assert main.main(["-C", str(tmp_path), "doctor"]) == 2
    assert "this index was written by an older postdex; `postdex index`" in capsys.readouterr().err


def test_a_service_says_why_nothing_answers(tmp_path: Path) -> None:
    views = served_snapshots.ServedSnapshots(str(tmp_path), EmbeddedEngine(tmp_path / ".postdex"))
    for failure in (MemoryError("no room"), ValueError("a bug")):
        with patch.object(EmbeddedEngine, "open_reader", side_effect=failure), pytest.raises(type(failure)):
            views.opened()
