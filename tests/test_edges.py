"""Can one odd value end everything? Whatever a file system, front matter or a setting says, the other posts are found.

Stats are made up: few file systems keep a year after 2446, and none a negative size.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

import postdex
from postdex_index.content import discovery, file_contents, listing, parser, reader
from postdex_index.engine.api import FileStamp, FileState
from postdex_index.engine.embedded.engine import EmbeddedEngine
from postdex_index.engine.embedded.storage import file_table
from postdex_index.errors import ConfigError
from postdex_index.settings import Settings
from postdex_index.sites.generator import Site
from postdex_index.update import refresh

#: 2262-04-12, from which on nanoseconds since 1970 have more than 63 bits; 2300-01-01.
LAST_NS, LATE_NS = 1 << 63, 10_413_792_000 * 10**9
NUMBERS = st.sampled_from([0, -1, 1 << 31, (1 << 63) - 1, 1 << 63, -(1 << 63), -(1 << 63) - 1, 1 << 64, 1 << 128]) | (
    st.integers(-(1 << 65), 1 << 65)
)


def stat_of(real: os.stat_result, size: int, modified: int, changed: int, inode: int) -> os.stat_result:
    """The stat of a file as another file system would tell it."""
    values = [*real[:10]]
    values[1], values[6] = inode, size
    times = {"st_mtime_ns": modified, "st_ctime_ns": changed, "st_mtime": modified / 1e9, "st_ctime": changed / 1e9}
    return os.stat_result(values, times)


@contextmanager
def stats_are(file: Path, size: int, modified: int, changed: int, inode: int) -> Iterator[None]:
    """The file has this stat, for whoever walks the folder, and for whoever opens it."""
    number, real = file.stat().st_ino, os.fstat
    states: Any = listing.states

    def fstat(descriptor: int) -> os.stat_result:
        state = real(descriptor)
        return stat_of(state, size, modified, changed, inode) if state.st_ino == number else state

    def odd(descriptor: int, names: list[str]) -> list[Any]:
        told = (modified, changed, inode)
        return [
            (size, *told, state[4]) if name == file.name else state
            for name, state in zip(names, states(descriptor, names), strict=True)
        ]

    with patch.object(os, "fstat", fstat), patch.object(discovery, "states", odd):
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("posts")
    for name in ("odd.md", "other.md"):
        (made / name).write_text("refcount\n", encoding="utf-8")
        os.utime(made / name, (1, 1))
    return made


@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(size=NUMBERS, modified=NUMBERS, changed=NUMBERS, inode=NUMBERS)
@example(size=16, modified=LATE_NS, changed=LATE_NS, inode=1)
@example(size=16, modified=LAST_NS, changed=LAST_NS - 1, inode=1 << 64)
@example(size=0, modified=1, changed=1, inode=1)
def test_whatever_a_stat_says(folder: Path, size: int, modified: int, changed: int, inode: int) -> None:
    index = folder.parent / f"{folder.name}-{os.getpid()}"
    with stats_are(folder / "odd.md", size, modified, changed, inode):
        with postdex.Index(folder, index=index) as ix:
            ix.refresh(full=True)
            skipped = {problem.path for problem in ix.problems()}
            assert skipped == ({"odd.md"} if size > Settings().max_bytes else set())
            for sort in ("score", "date"):
                found = ix.search("refcount", sort=sort).to_dict()["hits"]
                assert {hit["path"] for hit in found} == {"odd.md", "other.md"} - skipped
        known = EmbeddedEngine(index).file_table()
        if not any(stamp.racy for stamp in known.files.values()):
            assert refresh.plan(folder, known, Settings()).files == 0  # what was indexed is not read again


@given(size=NUMBERS, modified=NUMBERS, changed=NUMBERS, inode=NUMBERS)
def test_every_stamp_is_kept(size: int, modified: int, changed: int, inode: int) -> None:
    state = stat_of(os.stat(__file__), size, modified, changed, inode)
    rows: dict[str, FileStamp | None] = {"a.md": file_contents.stamp(state, b""), "b.md": None}
    assert file_table.unpack(file_table.pack(rows)) == rows
    told = FileState(state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino, state.st_mode)
    assert file_contents.stamp(state, b"").looks_like(told)


@given(modified=st.integers(-(1 << 62), 1 << 65))
def test_a_stamp_tells_times_apart(modified: int) -> None:
    state = os.stat(__file__)
    one, other = (stat_of(state, 1, ns, 1, 1) for ns in (modified, modified + 1))
    assert FileStamp.seen(one) != FileStamp.seen(other)


def test_a_post_from_the_future(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("refcount", encoding="utf-8")
    (tmp_path / "u.md").write_text("refcount", encoding="utf-8")
    os.utime(tmp_path / "u.md", ns=(0, LATE_NS))
    with postdex.open(tmp_path) as ix, ix.watch() as watching:
        assert ix.search("refcount").total == 2
        assert watching.running
        assert ix.search("refcount").index.fresh


#: Dates that are none, or lie at the ends of what a calendar holds.
DATES = [
    *("0000-00-00", "0000-01-01", "0001-01-01", "0001-01-01T00:00:00+14:00", "9999-12-31", "9999-12-31T23:59:59-12:00"),
    *("9999-12-31 23:59:60", "10000-01-01", "-0001-01-01", "2022-02-30", "2022-13-01", "2022-01-01T25:00:00"),
    *("9" * 20, "-1", "9999999999", "9999999999999", "1e400", ".inf", "nan", "9" * 5000, "2022-01-01T00:00:00+99:99"),
]
FIELDS = ["date", "updated", "publishDate", "expiryDate", "weight", "lastmod", "title", "draft"]


@pytest.mark.parametrize("zone", ["", "+14:00", "-14:00", "Asia/Shanghai"])
@pytest.mark.parametrize("opener", ["---\n{} : {}\n---\n", "---\n{}: '{}'\n---\n", "+++\n{} = {}\n+++\n"])
def test_whatever_front_matter_says(tmp_path: Path, opener: str, zone: str) -> None:
    (tmp_path / "postdex.toml").write_text(f'timezone = "{zone}"\n', encoding="utf-8")
    names = []
    for number, value in enumerate(DATES):
        for field in FIELDS:
            names.append(f"{field}-{number}.md")
            text = opener.format(field, value) + "refcount\n"
            (tmp_path / names[-1]).write_text(text, encoding="utf-8")
    with postdex.open(tmp_path) as ix:
        for sort in ("score", "date", "updated"):
            found = ix.search("refcount", drafts=True, limit=1000, sort=sort, facets=["year"])
            assert sorted(hit["path"] for hit in found.to_dict()["hits"]) == sorted(names)
        assert ix.search("refcount after:9999-12-31 before:0002-01-01", drafts=True).complete


@pytest.mark.parametrize("name", ["max_bytes", "max_changed_files", "max_changed_bytes"])
@pytest.mark.parametrize("value", ["0", "1", str(1 << 63), str(1 << 64), "9" * 400, "9" * 5000, "-1", "1e400", "nan"])
def test_whatever_a_setting_says(tmp_path: Path, name: str, value: str) -> None:
    (tmp_path / "a.md").write_text("refcount", encoding="utf-8")
    (tmp_path / "postdex.toml").write_text(f"{name} = {value}\n", encoding="utf-8")
    try:
        with postdex.open(tmp_path) as ix:
            (tmp_path / "b.md").write_text("refcount", encoding="utf-8")
            found = ix.search("refcount")
            assert found.total or name == "max_bytes"
    except ConfigError as error:
        assert error.path.endswith("postdex.toml")


@pytest.mark.parametrize(
    "failure", [ValueError("so\nit is"), RecursionError(), AssertionError(), OverflowError("x" * 999)]
)
def test_a_post_that_we_fail_to_parse_is_a_problem(tmp_path: Path, failure: Exception) -> None:
    for name in ("a.md", "b.md"):
        (tmp_path / name).write_text("refcount", encoding="utf-8")
    parse = parser.parse

    def failing(text: str, path: str, *around: Any, **named: Any) -> Any:
        if path == "a.md":
            raise failure
        return parse(text, path, *around, **named)

    with patch.object(parser, "parse", failing), postdex.open(tmp_path) as ix:
        assert [hit.path for hit in ix.search("refcount").hits] == ["b.md"]
        assert ix.search("refcount").index.fresh  # it waits until it changes, or for a day
        (problem,) = ix.problems()
        assert problem[:3] == ("a.md", 0, "skipped")
        assert type(failure).__name__ in problem.message and "\n" not in problem.message and len(problem.message) < 400
        (tmp_path / "a.md").write_text("refcount and more", encoding="utf-8")
    with postdex.open(tmp_path) as ix:
        assert ix.search("refcount").total == 2 and not ix.problems()


def test_memory_is_everybodys(tmp_path: Path) -> None:
    """A post that there was no memory for is not taken for one that cannot be parsed."""
    (tmp_path / "a.md").write_text("refcount", encoding="utf-8")
    with patch.object(parser, "parse", side_effect=MemoryError), pytest.raises(MemoryError):
        reader.read(tmp_path, "a.md", Site(), Settings())


@pytest.mark.parametrize("said", [0, 3, 1 << 40])
def test_a_size_that_is_wrong_loses_no_text(tmp_path: Path, said: int) -> None:
    (tmp_path / "a.md").write_text("refcount " * 1_000, encoding="utf-8")
    settings = Settings(max_bytes=1 << 50)
    with stats_are(tmp_path / "a.md", said, 1, 1, 1):
        post = reader.read(tmp_path, "a.md", Site(), settings).post
    assert post is not None and post.sections[0].text.count("refcount") == 1_000
    with stats_are(tmp_path / "a.md", 0, 1, 1, 1):
        assert reader.read(tmp_path, "a.md", Site(), Settings(max_bytes=100)).post is None


def test_a_name_that_is_not_utf8_is_followed(tmp_path: Path) -> None:
    """From its first text to its end, by the name that it is shown as, with and without a watch."""
    folder = tmp_path / os.fsdecode(b"d\xfc")
    file = folder / os.fsdecode(b"caf\xe9.md")
    try:
        folder.mkdir()
        file.write_text("refcount", encoding="utf-8")
    except OSError:
        pytest.skip("this file system has only UTF-8 names")
    with postdex.open(tmp_path) as ix:
        (hit,) = ix.search("refcount").to_dict()["hits"]
        assert hit["path"] == "d\\xfc/caf\\xe9.md"
        assert ix.get(hit["path"]).path == hit["path"] and ix.explain("refcount", hit["path"]).rank == 1
        assert {(problem.path, problem.kind) for problem in ix.problems()} == {
            ("d\\xfc", "note"),
            (hit["path"], "note"),
        }
        assert ix.search("path:d").total == 0 and ix.search("refcount", sort="title").total == 1
        file.write_text("another word", encoding="utf-8")
        assert ix.search("refcount").total == 0 and ix.search("another").index.fresh
        file.unlink()
        assert ix.search("another").total == 0
        assert not [problem for problem in ix.problems() if problem.path.endswith(".md")]
