"""Does the index follow the files while they are written: whatever an editor, git or a disk does, and how does it end?

Waiting is by condition, with a generous guard; how long a change takes is asserted only in the long form.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from storage import ANALYZER

import postdex
from postdex_index.engine.api import Search
from postdex_index.engine.embedded.engine import EmbeddedEngine
from postdex_index.errors import IndexWriteError, PostdexError
from postdex_index.query import Everything
from postdex_index.update import file_events, watch
from postdex_index.update import refresh as build

ROOT = Path(__file__).parent.parent
GUARD_S = 20.0


class Blog:
    """A folder of posts that is watched, and what the watch said."""

    def __init__(self, folder: Path, polling: bool) -> None:
        self.folder = folder
        self.index = folder / ".postdex"
        self.polling = polling
        self.reports: list[build.Report] = []
        self.errors: list[PostdexError] = []
        self.write("a.md", "b.md", "2022/c.md")
        self.ix = postdex.open(folder, refresh="never")

    def write(self, *names: str, text: str = "a word") -> None:
        for name in names:
            file = self.folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text if text.startswith("---") else f"# {file.stem}\n\n{text}\n", encoding="utf-8")

    def paths(self) -> list[str]:
        try:
            reader = EmbeddedEngine(self.index).open_reader()
        except PostdexError:
            return []
        found = reader.search(Search(Everything(), limit=5000, sort="title")).candidates
        return sorted(one.document.path for one in found)

    def start(self) -> None:
        self.watching = self.ix.watch(on_report=self.reports.append, on_error=self.errors.append, polling=self.polling)
        until(lambda: self.reports, "the first round")


def until(holds: Callable[[], object], what: str) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + GUARD_S
    while not holds():
        assert time.monotonic() < deadline, f"never came: {what}"
        time.sleep(0.01)


def check(blog: Blog, *paths: str) -> None:
    """Before long just these posts are found."""
    until(lambda: blog.paths() == sorted(paths), f"{sorted(paths)}, there are {blog.paths()}, said {blog.errors}")
    assert blog.watching.running


@pytest.fixture(params=[False, True], ids=["told", "polling"])
def blog(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Blog]:
    monkeypatch.setattr(watch, "TICK_S", 0.05)
    monkeypatch.setattr(watch, "AGAIN_S", 0.2)
    monkeypatch.setattr(file_events, "_LOOK_S", 0.05)
    monkeypatch.setattr(file_events, "_QUIET_MS", 15)
    made = Blog(tmp_path / "blog", request.param)
    made.start()
    yield made
    made.ix.close()
    assert not made.watching.running, "it ends with its index"


ALL = ("a.md", "b.md", "2022/c.md")


# -- what editors and other programs do


def written(blog: Blog) -> None:
    (blog.folder / "a.md").write_text("# a\n\nzebra\n")


def appended(blog: Blog) -> None:
    with open(blog.folder / "a.md", "a") as file:
        file.write("zebra\n")


def saved_by_rename(blog: Blog) -> None:
    (blog.folder / ".a.md.tmp").write_text("# a\n\nzebra\n")
    os.replace(blog.folder / ".a.md.tmp", blog.folder / "a.md")


def saved_with_backup(blog: Blog) -> None:
    os.rename(blog.folder / "a.md", blog.folder / "a.md~")
    (blog.folder / "a.md").write_text("# a\n\nzebra\n")
    (blog.folder / "a.md~").unlink()


def of_the_same_size_and_times(blog: Blog) -> None:
    file = blog.folder / "a.md"
    before = file.stat()
    file.write_text(file.read_text().replace("a word", "zebra!"))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert file.stat().st_size == before.st_size


@pytest.mark.parametrize(
    "save",
    [written, appended, saved_by_rename, saved_with_backup, of_the_same_size_and_times],
    ids=lambda f: f.__name__,
)
def test_a_save_is_searchable(blog: Blog, save: Callable[[Blog], None]) -> None:
    save(blog)
    until(lambda: blog.ix.search("zebra").total == 1, "zebra")
    check(blog, *ALL)
    until(lambda: len(blog.reports) > 1, "a report")
    assert not blog.reports[-1].added + blog.reports[-1].removed


def folder_made(blog: Blog) -> None:
    blog.write("new/deep/x.md", "new/y.md")


def folder_removed(blog: Blog) -> None:
    shutil.rmtree(blog.folder / "2022")


def folder_renamed(blog: Blog) -> None:
    os.rename(blog.folder / "2022", blog.folder / "2023")


def folder_replaced(blog: Blog) -> None:
    folder_removed(blog)
    blog.write("2022/d.md")


def moved_in_and_out(blog: Blog) -> None:
    outside = blog.folder.parent / "outside.md"
    os.rename(blog.folder / "a.md", outside)
    os.rename(outside, blog.folder / "2022" / "a.md")


def case_changed(blog: Blog) -> None:
    os.rename(blog.folder / "a.md", blog.folder / "A.md")


def swapped(blog: Blog) -> None:
    os.rename(blog.folder / "a.md", blog.folder / "x")
    os.rename(blog.folder / "b.md", blog.folder / "a.md")
    os.rename(blog.folder / "x", blog.folder / "b.md")


def file_becomes_folder(blog: Blog) -> None:
    (blog.folder / "a.md").unlink()
    blog.write("a.md/x.md")


def left_out(blog: Blog) -> None:
    (blog.folder / ".gitignore").write_text("/2022/\n")


def left_out_deeper(blog: Blog) -> None:
    (blog.folder / "2022" / ".gitignore").write_text("c.md\n")


def settings_changed(blog: Blog) -> None:
    (blog.folder / "postdex.toml").write_text('exclude = ["b.md"]\n')


def drafted(blog: Blog) -> None:
    blog.write("b.md", text="---\ndraft: true\n---\na word\n")


def unreadable_names(blog: Blog) -> None:
    (blog.folder / os.fsdecode(b"\xff\xfe.md")).write_text("x")
    blog.write("c.md")


def no_posts(blog: Blog) -> None:
    blog.write("image.png", "node_modules/x.md", ".hidden/x.md", ".x.md")
    (blog.folder / "link.md").symlink_to("a.md")
    blog.write("d.md")


# Where the files are only looked at, what may change is in the tests of `refresh`.
@pytest.mark.parametrize("blog", [False], ids=["told"], indirect=True)
@pytest.mark.parametrize(
    ("change", "paths", "later"),
    [
        (folder_made, (*ALL, "new/deep/x.md", "new/y.md"), "new/deep/z.md"),
        (folder_removed, ("a.md", "b.md"), "2022/z.md"),
        (folder_renamed, ("a.md", "b.md", "2023/c.md"), "2023/z.md"),
        (folder_replaced, ("a.md", "b.md", "2022/d.md"), "2022/z.md"),
        (moved_in_and_out, ("b.md", "2022/a.md", "2022/c.md"), "z.md"),
        (case_changed, ("A.md", "b.md", "2022/c.md"), "z.md"),
        (swapped, ALL, "z.md"),
        (file_becomes_folder, ("a.md/x.md", "b.md", "2022/c.md"), "a.md/z.md"),
        (left_out, ("a.md", "b.md"), "z.md"),
        (left_out_deeper, ("a.md", "b.md"), "2022/z.md"),
        (settings_changed, ("a.md", "2022/c.md"), "z.md"),
        (drafted, ("a.md", "2022/c.md"), "2022/z.md"),
        (unreadable_names, (*ALL, "c.md", "\\xff\\xfe.md"), "z.md"),
        (no_posts, (*ALL, "d.md"), "z.md"),
    ],
)
def test_any_change_is_followed(blog: Blog, change: Callable[[Blog], None], paths: tuple[str, ...], later: str) -> None:
    change(blog)
    check(blog, *paths)
    blog.write(later)
    check(blog, *paths, later)


def test_what_changes_again_and_again_is_gathered(blog: Blog) -> None:
    for number in range(300):
        blog.write(f"many/{number}.md")
    check(blog, *ALL, *(f"many/{number}.md" for number in range(300)))
    assert len(blog.reports) < 100
    shutil.rmtree(blog.folder / "many")
    check(blog, *ALL)


def test_the_folder_goes_and_comes_back(blog: Blog) -> None:
    gone = blog.folder.parent / "gone"
    os.rename(blog.folder, gone)
    until(lambda: blog.errors, "an error")
    time.sleep(0.3)
    assert len(blog.errors) == 1, "it is said once"
    os.rename(gone, blog.folder)
    blog.write("d.md")
    check(blog, *ALL, "d.md")
    while blog.folder.exists():  # a round that is under way may put a file in between
        shutil.rmtree(blog.folder, ignore_errors=True)
    until(lambda: len(blog.errors) > 1, "another error")
    blog.write("e.md")
    check(blog, "e.md")
    blog.write("f.md")
    check(blog, "e.md", "f.md")


def test_an_index_that_goes_is_built_anew(blog: Blog) -> None:
    blog.reports.clear()
    shutil.rmtree(blog.index, ignore_errors=True)
    until(lambda: blog.reports, "a build")
    check(blog, *ALL)


def test_a_site_that_changes_is_read_anew(blog: Blog) -> None:
    before = blog.ix.get("2022/c.md").url
    (blog.folder.parent / "_config.yml").write_text("permalink: /here/:title.html\n")
    until(lambda: blog.ix.get("2022/c.md").url != before, "another link")


def test_a_post_appears_when_its_time_has_come(blog: Blog) -> None:
    blog.write("later.md", text=f"---\npublishDate: {int(time.time()) + 2}\n---\nsoon\n")
    until(lambda: blog.reports[-1].added == ("later.md",), "the post")
    assert blog.ix.search("soon").total == 0
    until(lambda: blog.ix.search("soon").total == 1, "its time")


# -- what goes wrong


def test_a_round_that_fails_is_said_and_tried_again(blog: Blog, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise IndexWriteError("the index cannot be written (No space left on device)", "make room")

    with monkeypatch.context() as full:
        full.setattr(EmbeddedEngine, "open_writer", refuse)
        blog.write("d.md")
        until(lambda: blog.errors, "an error")
        time.sleep(0.5)
    assert [error.message for error in blog.errors] == ["the index cannot be written (No space left on device)"]
    check(blog, *ALL, "d.md")


def test_another_writer_is_waited_for(blog: Blog) -> None:
    with closing(EmbeddedEngine(blog.index).open_writer(analyzer=ANALYZER)):
        blog.write("d.md")
        until(lambda: blog.errors, "an error")
        assert blog.errors[0].code == "locked_index"
    check(blog, *ALL, "d.md")


def test_wrong_settings_leave_those_in_force(blog: Blog) -> None:
    (blog.folder / "postdex.toml").write_text('exclude = ["b.md"]\nno_setting = 1\n')
    until(lambda: blog.errors, "an error")
    assert blog.errors[0].line == 2
    blog.write("d.md")
    check(blog, *ALL, "d.md")
    (blog.folder / "postdex.toml").write_text('exclude = ["b.md"]\n')
    check(blog, "a.md", "2022/c.md", "d.md")
    assert blog.ix.settings.exclude == ("b.md",), "searches of the same index know them too"


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (OSError("OS file watch limit reached. about [...]"), "does not tell of changes (OS file watch limit reached)"),
        (ImportError(), "no package watchfiles"),
    ],
)
def test_where_nobody_tells_the_files_are_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: Exception, said: str
) -> None:
    def refuse(*_: object, **__: object) -> Iterator[set[object]]:
        raise failure
        yield

    module = None if isinstance(failure, ImportError) else SimpleNamespace(watch=refuse)
    monkeypatch.setitem(sys.modules, "watchfiles", module)
    blog = Blog(tmp_path / "blog", polling=False)
    blog.start()
    assert [said in str(error) for error in blog.errors] == [True]
    blog.write("d.md")
    check(blog, *ALL, "d.md")
    blog.ix.close()


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("27 1 254:0 / / rw - ext4 /dev/vda rw", True),
        ("27 1 254:0 / / rw - nfs4 host:/ rw", False),
        ("27 1 254:0 / / rw - ext4 a rw\n28 27 0:9 / /mnt/my\\040posts rw shared:1 - fuse.sshfs x rw", False),
        ("27 1 254:0 / / rw - ext4 a rw\n28 27 0:9 / /mnt/my rw - nfs x rw", True),
        ("27 1 254:0 / / rw - nfs a rw\n28 27 0:9 / /mnt rw - ext4 x rw", True),
        (None, True),
    ],
)
def test_a_network_tells_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: str | None, told: bool) -> None:
    file = tmp_path / "mountinfo"
    if rows:
        file.write_text(rows + "\n")
    original = open
    monkeypatch.setattr("builtins.open", lambda name, *a, **k: original(file, *a, **k))
    assert file_events.tells(Path("/mnt/my posts/blog")) == told


# -- known paths, and everything else


def test_only_the_files_that_changed_are_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blog = Blog(tmp_path / "blog", polling=False)
    blog.start()
    looked: list[object] = []
    original = build.refresh

    def refresh(*arguments: object, **options: object) -> build.Report:
        looked.append(options["only"])
        return original(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(build, "refresh", refresh)
    written(blog)
    until(lambda: blog.ix.search("zebra").total == 1, "zebra")
    blog.write("image.png", "notes.txt")
    blog.write("d.md")
    check(blog, *ALL, "d.md")
    blog.ix.close()
    assert looked == [{"a.md"}, {"d.md"}]


NAMES = ("a.md", "2022/c.md", "2022/d.md", "left/e.md", ".h/f.md", "g.txt", "2022/new/deep/h.md")
TEXTS = ("one word", "two words here", "---\ndraft: true\n---\nhidden\n", "---\ntitle: [\n---\nbroken\n", "\0" * 99)
STEP = st.tuples(st.sampled_from(NAMES), st.sampled_from((*TEXTS, "link", "")))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(STEP, min_size=1, max_size=3), max_size=5))
def test_known_paths_are_enough(tmp_path_factory: pytest.TempPathFactory, rounds: list[list[tuple[str, str]]]) -> None:
    folder = tmp_path_factory.mktemp("known") / "blog"
    blog = Blog(folder, polling=False)
    (folder / ".gitignore").write_text("left/\n")
    held = []  # so that tables are replayed, as while watching
    for steps in rounds:
        for name, text in steps:
            (folder / name).unlink(missing_ok=True)
            if text == "link":
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).symlink_to("b.md")
            elif text:
                blog.write(name, text=text)
        since = blog.ix.engine.file_table().identity
        build.refresh(
            folder, EmbeddedEngine(blog.index), blog.ix.settings, only={name for name, _ in steps}, since=since
        )
        held.append(EmbeddedEngine(blog.index).file_table())
    followed = _content(blog.index)
    fresh = folder.parent / "fresh"
    build.refresh(folder, EmbeddedEngine(fresh), blog.ix.settings)
    assert followed == _content(fresh)
    assert build.plan(folder, EmbeddedEngine(blog.index).file_table(), blog.ix.settings).files == 0


@pytest.mark.parametrize("kind", ["segment", "table", "commit", "problems"])
def test_known_paths_are_not_enough_after_damage(tmp_path: Path, kind: str) -> None:
    """What the newest commit had is read again where only the one before can be built on."""
    blog = Blog(tmp_path / "blog", polling=False)
    blog.write("new.md", text="---\ntitle: [\n---\nnew")
    blog.ix.refresh()
    since = EmbeddedEngine(blog.index).file_table().identity
    newest = sorted(file for file in blog.index.iterdir() if kind in file.name)[-1]
    newest.write_bytes(bytes(newest.stat().st_size))
    blog.write("newer.md")
    build.refresh(blog.folder, EmbeddedEngine(blog.index), blog.ix.settings, only={"newer.md"}, since=since)
    assert {"new.md", "newer.md"} <= {*blog.paths()}
    assert EmbeddedEngine(blog.index).verify() == []


def _content(index: Path) -> object:
    reader = EmbeddedEngine(index).open_reader()
    found = reader.search(Search(Everything(), limit=100, sort="title", drafts=True)).candidates
    posts = sorted((one.path, one.title, one.unpublished) for one in (hit.document for hit in found))
    table = {path: (stamp.size, stamp.digest) for path, stamp in EmbeddedEngine(index).file_table().files.items()}
    return posts, EmbeddedEngine(index).problems(), table


# -- how it ends


def test_it_may_be_stopped_from_anywhere(tmp_path: Path) -> None:
    blog = Blog(tmp_path / "blog", polling=False)
    with blog.ix.watch() as watching:
        watching.stop()
        watching.stop()
    inside: list[postdex.Watching] = []
    started = threading.Event()

    def stop(_: build.Report) -> None:
        started.wait(GUARD_S)
        inside[0].stop()

    inside.append(blog.ix.watch(on_report=stop))
    started.set()
    until(lambda: not inside[0].running, "its end")
    stop_now = threading.Event()
    stop_now.set()
    watch.watch(blog.folder, EmbeddedEngine(blog.index), blog.ix.settings, stop=stop_now)
    blog.ix.close()


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_on_the_command_line(tmp_path: Path, ending: signal.Signals) -> None:
    folder = tmp_path / "posts"
    shutil.copytree(ROOT / "posts", folder, ignore=shutil.ignore_patterns(".postdex"))
    roots = os.pathsep.join((str(ROOT / "search"), str(ROOT / "index")))
    command = [sys.executable, "-m", "postdex", "-C", str(folder), "index", "--watch"]
    out, err = tmp_path / "out", tmp_path / "err"
    with open(out, "wb") as standard, open(err, "wb") as errors:
        environment = os.environ | {"PYTHONPATH": roots}
        process = subprocess.Popen(command, stdout=standard, stderr=errors, env=environment, cwd=folder)
    try:
        until(lambda: "watching" in err.read_text(), "the first round")
        (folder / "new.md").write_text("---\ntitle: [\n---\nzebra\n")
        until(lambda: "\n+ new.md\n" in out.read_text() and "malformed" in out.read_text(), "the post and its problem")
        (folder / "2022").rename(folder / "1022")
        until(lambda: "- 2022/refcount-bug.md" in out.read_text(), "the new name")
        process.send_signal(ending)
        assert process.wait(GUARD_S) == 0
    finally:
        process.kill()
        process.wait()
    assert err.read_text().splitlines() == ["postdex: watching; interrupt to end", "postdex: watched no longer"]
    with postdex.open(folder, refresh="never") as ix:
        assert ix.search("zebra").total == 1
