"""Do the files of a published index hold what the index does, and do they get into their folder whole?

What they say is read by the reader in JavaScript: tests/test_reader_postings.py and others. Here is what concerns the
writer alone: the same bytes again, no more files than changed, nothing of what is not published.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from storage import ANALYZER

from postdex_index.engine.api import FileStamp, Put
from postdex_index.engine.embedded.engine import EmbeddedEngine
from postdex_index.engine.embedded.format import durable_files
from postdex_index.engine.embedded.read.snapshot import Snapshot
from postdex_index.engine.static.bundle import write_bundle
from postdex_index.engine.static.published_files import ENTRY, FOLDER, GRACE_SECONDS, Written
from postdex_index.model import Post, Section

STAMP = FileStamp(1, 1, 1, 1, bytes(16))


def post(path: str, text: str, **fields: Any) -> Post:
    """A post with one section."""
    section = Section(1, f"About {path}", "about", 3, text)
    return Post(path, fields.pop("title", f"The post {path}"), (section,), **fields)


def snapshot(directory: Path, *commits: Mapping[str, Post | None]) -> Snapshot:
    """An index of posts by path, a commit for each change; None deletes one."""
    with EmbeddedEngine(directory).open_writer(analyzer=ANALYZER) as writer:
        for commit in commits:
            writer.put([Put(it, it.path, STAMP) for it in commit.values() if it])
            writer.delete([path for path, it in commit.items() if it is None])
            writer.commit()
    return EmbeddedEngine(directory).open_reader()


POSTS = {
    path: post(path, f"words of {path}, of sockets and kernels", tags=("net",)) for path in ("b.md", "a/c.md", "z.md")
}


def contents(folder: Path) -> dict[str, bytes]:
    """All files of a folder by their names, unpacked."""
    files = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            files[path.relative_to(folder).as_posix()] = gzip.decompress(content) if path.suffix == ".gz" else content
    return files


def entry(folder: Path) -> Any:
    """The entry file."""
    return json.loads((folder / ENTRY).read_text(encoding="utf-8"))


def write(reader: Snapshot, folder: Path, **options: Any) -> Written:
    """A bundle."""
    return write_bundle(reader, folder, **options)


def test_the_same_posts_make_the_same_bytes(tmp_path: Path) -> None:
    first = snapshot(tmp_path / "one", POSTS)
    again = snapshot(tmp_path / "two", POSTS)
    write(first, tmp_path / "first")
    write(again, tmp_path / "again")
    written = [{path.name: path.read_bytes() for path in (tmp_path / name).rglob("*.*")} for name in ("first", "again")]
    assert written[0] == written[1]
    write(first, tmp_path / "plain", compress=False)
    plain = contents(tmp_path / "plain")
    del plain[ENTRY], plain[f"{FOLDER}/.names"]
    assert {f"{name}.gz": content for name, content in plain.items()}.items() <= contents(tmp_path / "first").items()


def test_no_file_is_written_again(tmp_path: Path) -> None:
    folder = tmp_path / "bundle"
    whole = write(snapshot(tmp_path / "index", POSTS), folder)
    assert whole.written == whole.files == len([*(folder / FOLDER).glob("*.gz")]) and not whole.removed
    times = {path.name: path.stat().st_mtime_ns for path in folder.rglob("*.*")}
    assert write(snapshot(tmp_path / "index"), folder) == whole._replace(written=0)
    assert {path.name: path.stat().st_mtime_ns for path in folder.rglob("*.*")} == times
    changed = write(snapshot(tmp_path / "index", {"z.md": post("z.md", "other words")}), folder)
    fragments = {path.name for path in folder.rglob("post-*")} - times.keys()
    assert len(fragments) == 1 and changed.written < changed.files


def test_a_dry_run_says_the_sizes_and_writes_nothing(tmp_path: Path) -> None:
    reader, folder = snapshot(tmp_path / "index", POSTS), tmp_path / "bundle"
    dry = write(reader, folder, dry_run=True)
    assert not folder.exists() and not dry.written
    assert write(reader, folder) == dry._replace(written=dry.files)
    assert dry.bytes == sum(path.stat().st_size for path in (folder / FOLDER).glob("*.gz"))
    assert dry.entry[0] == (folder / ENTRY).stat().st_size


def test_what_is_not_published_leaves_no_trace(tmp_path: Path) -> None:
    secret = post("draft.md", "the password is hunter2", tags=("secretive",), unpublished="it is a draft")
    gone = post("b.md", "formerly unguessable")
    reader = snapshot(
        tmp_path / "index", {**POSTS, "b.md": gone, "draft.md": secret}, {"b.md": POSTS["b.md"]}, {"z.md": None}
    )
    write(reader, tmp_path / "bundle")
    everything = b"".join(contents(tmp_path / "bundle").values())
    for word in (b"hunter", b"secretiv", b"draft", b"unguess", b"z.md"):
        assert word not in everything
    assert entry(tmp_path / "bundle")["posts"] == 2


def test_old_files_stay_for_a_while(tmp_path: Path) -> None:
    folder = tmp_path / "bundle"
    write(snapshot(tmp_path / "index", POSTS), folder)
    before = {path.name for path in (folder / FOLDER).glob("*.gz")}
    for path in folder.rglob("*.*"):
        os.utime(path, (1, 1))
    (folder / FOLDER / "mine.txt").write_text("not ours")
    changed = snapshot(tmp_path / "index", {"z.md": post("z.md", "other words")})
    assert not write(changed, folder).removed
    assert before < {path.name for path in (folder / FOLDER).iterdir()}
    old = before - _named(folder)
    for name in old:
        os.utime(folder / FOLDER / name, (1, 1))
    assert write(changed, folder).removed == len(old)
    assert {path.name for path in (folder / FOLDER).iterdir()} == _named(folder) | {"mine.txt", ".names"}


def test_old_files_go_however_often_a_site_is_published(tmp_path: Path) -> None:
    folder = tmp_path / "bundle"
    counts = []
    for day in range(6):
        write(snapshot(tmp_path / "index", {**POSTS, "z.md": post("z.md", f"words of day{day}")}), folder)
        counts.append(len([*(folder / FOLDER).glob("post-*")]))
        for path in (*folder.rglob("*.gz"), folder / ENTRY):
            changed = path.stat().st_mtime - 86_400
            os.utime(path, (changed, changed))
    assert counts == [3, 4, 5, 5, 5, 5]


def _named(folder: Path) -> set[str]:
    """The files that an export would write now."""
    posts, files = entry(folder)["files"], set()
    for kind, value in posts.items():
        flat = value["files"] if "files" in value else "".join(value.values())
        kind = {"orders": "order", "tables": "table"}.get(kind, kind)
        files |= {f"{kind}-{flat[at : at + 8]}.gz" for at in range(0, len(flat), 8)}
    (name,) = [name for name in files if name.startswith("titles-")]
    content = gzip.decompress((folder / FOLDER / name).read_bytes())
    checks = [content[4 * number : 4 * number + 4].hex() for number in range(entry(folder)["posts"])]
    return files | {f"post-{check}.gz" for check in checks}


def test_a_killed_export_harms_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, whole = tmp_path / "bundle", tmp_path / "whole"
    write(snapshot(tmp_path / "index", POSTS), folder)
    old = contents(folder)
    changed = snapshot(tmp_path / "index", {"z.md": post("z.md", "other words")})
    write(changed, whole)
    shutil.copytree(folder, tmp_path / "again")
    writes = write(changed, tmp_path / "again").written + 1  # and the entry
    for at in range(writes):
        killed = tmp_path / f"killed-{at}"
        shutil.copytree(folder, killed)
        with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
            _killed_at(patched, at)
            write(changed, killed)
        assert contents(killed).items() >= old.items()
        write(changed, killed)
        assert contents(killed).items() >= contents(whole).items()
        assert not [*killed.rglob("*.partial")]


def _killed_at(patched: pytest.MonkeyPatch, at: int) -> None:
    """Leave a file half written, as a process that is killed at write number `at`."""
    real, count = durable_files.create, iter(range(1_000_000))

    def create(path: str, **options: bool) -> Any:
        if next(count) == at:
            Path(path).write_bytes(b"half")
            raise KeyboardInterrupt
        return real(path, **options)

    patched.setattr(durable_files, "create", create)


def test_a_damaged_file_is_mended(tmp_path: Path) -> None:
    reader, folder = snapshot(tmp_path / "index", POSTS), tmp_path / "bundle"
    write(reader, folder)
    whole = contents(folder)
    for number, path in enumerate(sorted((folder / FOLDER).glob("*.gz"))):
        content = path.read_bytes()
        path.write_bytes((content[:-1], content + b"x", b"", b"<!doctype html>")[number % 4])
    assert write(reader, folder).written == len(whole) - 2  # but the entry and the listing
    assert contents(folder) == whole


def test_a_few_days_are_enough() -> None:
    assert GRACE_SECONDS >= 86_400
