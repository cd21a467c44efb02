"""Does the kernel list folders and look at files as the Python does that it stands for?

Folders with any name that the system takes, links, what is no file, what is gone, and what may not be looked at.
Where no kernel runs there is nothing to compare.
"""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postdex_index import native
from postdex_index.content import listing
from postdex_index.content.discovery import walk
from postdex_index.engine.api import FileState
from postdex_index.settings import Settings

#: Bytes of names: plain, in UTF-8, and in nothing.
PIECES = st.sampled_from(
    [b"a", b".", b" ", b"\n", b"\xc3\xa9", b"\xe9", b"\xff", b"\xed\xb3\xa9", "\U0001f600".encode()]
)
NAMES = st.lists(PIECES, min_size=1, max_size=8).map(b"".join).filter(lambda name: name not in (b".", b".."))
MAKERS: dict[str, Callable[[bytes], object]] = {
    "file": lambda path: os.close(os.open(path, os.O_CREAT | os.O_WRONLY)),
    "folder": os.mkdir,
    "pipe": os.mkfifo,
    "link to a folder": lambda path: os.symlink(b"/", path),
    "link to nothing": lambda path: os.symlink(b"nowhere", path),
    "link to itself": lambda path: os.symlink(os.path.basename(path), path),
}


@contextmanager
def opened(folder: bytes | str | Path) -> Iterator[int]:
    """The number of an open folder."""
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield number
    finally:
        os.close(number)


def both(name: str, *arguments: Any) -> Any:
    """What both say: the kernel's, if it is what the Python says."""
    ours = getattr(listing, name)(*arguments)
    assert ours == native.PYTHON[name](*arguments)
    return ours


@given(st.dictionaries(NAMES, st.tuples(st.sampled_from([*MAKERS]), st.integers(-(1 << 33), 1 << 34)), max_size=12))
def test_any_folder(made: dict[bytes, tuple[str, int]]) -> None:
    """Each name is given back as `os.listdir` has it; times before 1970 and after 2262 are what they are."""
    with tempfile.TemporaryDirectory() as folder, opened(folder) as number:
        for name, (kind, seconds) in made.items():
            path = os.fsencode(folder) + b"/" + name
            MAKERS[kind](path)
            time = seconds * 10**9 + 7
            os.utime(path, ns=(time, time), follow_symlinks=False)
        kinds = both("listed", number)
        assert sorted(kinds) == sorted(os.listdir(folder)) == sorted(map(os.fsdecode, made))
        assert {os.fsencode(name): kind for name, kind in kinds.items()} == {
            name: {"folder": "d", "li": "l"}.get(kind[:2] if kind[:4] == "link" else kind, "-")
            for name, (kind, _) in made.items()
        }
        for name, state in zip(kinds, both("states", number, [*kinds]), strict=True):
            real = os.lstat(Path(folder) / name)
            assert FileState(*state) == tuple(getattr(real, field) for field in FileState._fields)


def test_a_folder_of_thousands(tmp_path: Path) -> None:
    """More than the system gives at a time; and it can be listed again."""
    for number in range(3000):
        (tmp_path / f"{number:0100}").touch()
    with opened(tmp_path) as folder:
        assert len(both("listed", folder)) == len(both("listed", folder)) == 3000


def test_what_cannot_be_looked_at(tmp_path: Path) -> None:
    (tmp_path / "there").touch()
    names = ["gone", "there/below", "x" * 300, ""]
    with opened(tmp_path) as folder:
        expected = [errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG, errno.ENOENT]
        assert both("states", folder, names) == expected
        assert both("states", folder, []) == []
    assert both("states", folder, ["there"]) == [errno.EBADF]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may look at everything")
def test_a_folder_that_may_be_listed_but_not_entered(tmp_path: Path) -> None:
    (tmp_path / "a.md").touch()
    tmp_path.chmod(0o400)
    try:
        with opened(tmp_path) as folder:
            assert both("listed", folder) == {"a.md": "-"}
            assert both("states", folder, ["a.md"]) == [errno.EACCES]
    finally:
        tmp_path.chmod(0o700)


@pytest.mark.parametrize("of_a_file", [True, False])
def test_what_is_no_open_folder(tmp_path: Path, of_a_file: bool) -> None:
    """A file, and a number that was closed: the same error, of the same class."""
    (tmp_path / "file").touch()
    number = os.open(tmp_path / "file", os.O_RDONLY)
    if not of_a_file:
        os.close(number)
    told = []
    for function in (listing.listed, native.PYTHON["listed"]):
        with pytest.raises(OSError, match=r"Not a directory|Bad file") as raised:
            function(number)
        told.append((type(raised.value), raised.value.args))
    assert told[0] == told[1]
    if of_a_file:
        os.close(number)


def test_a_name_with_nul_is_refused(tmp_path: Path) -> None:
    with opened(tmp_path) as folder:
        for function in (listing.states, native.PYTHON["states"]):
            with pytest.raises(ValueError, match="nul"):
                function(folder, ["a\0b"])


def test_a_whole_walk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same files, problems and folders, with rules and links and names that are not UTF-8."""
    for path in ("a.md", "x/b.md", "x/y/c.md", "x/left.md", "public/d.md", "x/public/e.md", "n.rst"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(path)
    (tmp_path / "x/.gitignore").write_text("left*\n")
    (tmp_path / "x/l.md").symlink_to("b.md")
    (tmp_path / "linked").symlink_to("x")
    os.mkdir(os.fsencode(tmp_path) + b"/d\xff")
    (tmp_path / os.fsdecode(b"d\xff") / os.fsdecode(b"\xe9.md")).touch()
    found = walk(tmp_path, Settings())
    for name in ("listed", "states"):
        monkeypatch.setattr(f"postdex_index.content.discovery.{name}", native.PYTHON[name])
    assert found == walk(tmp_path, Settings())
    assert [*found.files] == ["a.md", "d\\xff/\\xe9.md", "x/b.md", "x/public/e.md", "x/y/c.md"]
