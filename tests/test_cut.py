"""Is a reader harmed by files that are cut, emptied or written over in place while it has them open?

`cp -r backup/.postdex/. posts/.postdex/` does that. Who has the file mapped is killed by the next touch.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import postdex
from postdex_index.engine.embedded.format import segment_file
from postdex_index.errors import IndexDamagedError

ROOT = Path(__file__).parent.parent
POSTS = 400


def make(root: Path) -> Path:
    """Posts whose index has a segment of many blocks."""
    folder = root / "posts"
    folder.mkdir(parents=True)
    for number in range(POSTS):
        words = " ".join(f"w{number}x{word}" for word in range(60))
        (folder / f"{number}.md").write_text(
            f"# Post {number}\n\nA common word. {words}\n\n## End\n\nIts end {number}.\n"
        )
    postdex.open(folder).close()
    return folder


def segments(folder: Path) -> list[Path]:
    """The files of its segments."""
    found = list((folder / ".postdex").glob("*.segment"))
    assert found and all(file.stat().st_size > 4 * segment_file.BLOCK for file in found)
    return found


def harm(file: Path, how: str) -> None:
    """What `cp` and others do to a file in place."""
    size = file.stat().st_size
    if how == "zeroed":
        file.write_bytes(bytes(size))  # cut to nothing first, as cp does
    else:
        os.truncate(file, {"emptied": 0, "halved": size // 2, "nearly whole": size - 1}[how])


def use(folder: Path, how: str, seen: str) -> None:
    """Everything that a reader does, after its files were harmed: right answers or IndexDamagedError, nothing else."""
    with postdex.open(folder, refresh="never") as ix:
        texts: list[str] = []
        if seen == "everything":
            texts = [ix.get(f"{number}.md").text(1) for number in range(POSTS)]
            ix.search("common")
        elif seen == "a search":
            ix.search("common")
        reader = ix.snapshots.opened()
        for file in segments(folder):
            harm(file, how)
        damaged = 0
        for number in range(POSTS):
            try:
                (found,) = reader.documents([f"{number}.md"])
                text = found.text(1) if found is not None else None
                assert text is not None and text.strip() == f"Its end {number}.", repr(text)
                if texts:
                    assert text == texts[number]
            except IndexDamagedError:
                damaged += 1
        assert damaged == 0 if seen == "everything" else damaged >= 0
        for query in ("common", "w7x*", "wrod", '"common word"'):
            try:
                ix.search(query)
            except IndexDamagedError:
                damaged += 1


@pytest.mark.parametrize("seen", ["nothing", "a search", "everything"])
@pytest.mark.parametrize("how", ["zeroed", "emptied", "halved", "nearly whole"])
def test_files_that_are_cut_under_a_reader(tmp_path: Path, how: str, seen: str) -> None:
    folder = make(tmp_path)
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'index'}{os.pathsep}{ROOT / 'search'}"}
    command = [sys.executable, __file__, os.fspath(folder), how, seen]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=100, check=False)
    assert ended.returncode == 0, (ended.returncode, ended.stderr[-2000:])


@pytest.mark.parametrize("limit", [0, 1 << 40])
def test_who_is_in_a_hurry_maps_large_files_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: int) -> None:
    folder = make(tmp_path)
    monkeypatch.setattr(segment_file, "_hurried", True)
    monkeypatch.setattr(segment_file, "MAPPED_FROM", limit)
    with postdex.open(folder, refresh="never") as ix:
        reader = ix.snapshots.opened()
        assert {part.segment.file._mapped for part in reader.parts} == {not limit}  # type: ignore[attr-defined]
        assert ix.search("common").total == POSTS
        assert ix.get("7.md").text(1).strip() == "Its end 7."


if __name__ == "__main__":
    use(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
