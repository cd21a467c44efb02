"""Does the index follow the files: what is read again, what is written, and what does a failure leave?"""

from __future__ import annotations

import gc
import os
import random
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from storage import ANALYZER

from postdex_index.content import file_contents
from postdex_index.content import reader as posts
from postdex_index.engine.api import FileTable, Search
from postdex_index.engine.embedded.engine import EmbeddedEngine
from postdex_index.engine.embedded.write import workers
from postdex_index.errors import IndexLockedError
from postdex_index.query import Everything, Term
from postdex_index.settings import Settings
from postdex_index.sites.generator import Site
from postdex_index.update import refresh as build
from postdex_index.update.refresh import Freshness

SETTINGS = Settings()


class Folder:
    """A folder of posts and its index."""

    def __init__(self, root: Path) -> None:
        self.root = root / "posts"
        self.root.mkdir()
        self.index = root / "index"

    def write(self, *names: str, text: str = "a word") -> None:
        for name in names:
            file = self.root / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text if text.startswith("---") else f"# {file.stem}\n\n{text}\n", encoding="utf-8")

    def refresh(self, settings: Settings = SETTINGS, **options: object) -> build.Report:
        return build.refresh(self.root, EmbeddedEngine(self.index), settings, **options)  # type: ignore[arg-type]

    def known(self) -> FileTable:
        return EmbeddedEngine(self.index).file_table()

    def paths(self) -> list[str]:
        reader = EmbeddedEngine(self.index).open_reader()
        found = reader.search(Search(Everything(), limit=1000, sort="title", drafts=True)).candidates
        return sorted(one.document.path for one in found)

    def files(self) -> dict[str, int]:
        return {name: (self.index / name).stat().st_mtime_ns for name in os.listdir(self.index)}


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    made = Folder(tmp_path)
    made.write("a.md", "b.md", "2022/c.md")
    made.refresh()
    return made


@pytest.fixture
def settled(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """The same, where no file is so young that its stat may hide a change."""
    monkeypatch.setattr(file_contents, "_TICK_NS", 0)
    folder.refresh(full=True)
    return folder


def check(
    folder: Folder,
    added: Sequence[str] = (),
    changed: Sequence[str] = (),
    removed: Sequence[str] = (),
    **options: object,
) -> build.Report:
    """A refresh does just this, says so, and a second one finds nothing to do."""
    report = folder.refresh(**options)  # type: ignore[arg-type]
    assert (report.added, report.changed, report.removed) == (tuple(added), tuple(changed), tuple(removed))
    assert folder.paths() == sorted(path for path in posts.walk(folder.root, SETTINGS).files)
    assert report.unchanged + len(added) + len(changed) == len(folder.paths())
    written = folder.files()
    again = folder.refresh()
    assert (again.added, again.changed, again.removed, again.generation) == ((), (), (), report.generation)
    assert folder.files() == written, "nothing changed, so nothing is written"
    return report


def test_a_first_build_takes_in_all(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.write("b.md", "a.md", "x/y.markdown")
    folder.write("no-post.txt", ".hidden/z.md")
    assert check(folder, added=["a.md", "b.md", "x/y.markdown"]).generation == 1


def test_an_empty_folder_is_an_empty_index(tmp_path: Path) -> None:
    assert check(Folder(tmp_path)).generation == 1


def _changed(folder: Folder) -> None:
    folder.write("a.md", text="other words, more of them")


def _changed_to_the_same_size_and_times(folder: Folder) -> None:
    file = folder.root / "a.md"
    before = file.stat()
    file.write_text(file.read_text("utf-8").replace("word", "bird"), "utf-8")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def _replaced_by_another_file(folder: Folder) -> None:
    folder.write("new.tmp", text="b word")
    os.replace(folder.root / "new.tmp", folder.root / "a.md")


@pytest.mark.parametrize("change", [_changed, _changed_to_the_same_size_and_times, _replaced_by_another_file])
def test_a_change_is_seen(folder: Folder, change: Callable[[Folder], None]) -> None:
    change(folder)
    check(folder, changed=["a.md"])


def test_one_commit_adds_changes_and_removes(folder: Folder) -> None:
    folder.write("d.md", "2022/e.md")
    _changed(folder)
    (folder.root / "b.md").unlink()
    assert check(folder, added=["2022/e.md", "d.md"], changed=["a.md"], removed=["b.md"]).generation == 2


def test_full_reads_all_again(folder: Folder) -> None:
    (folder.root / "b.md").unlink()
    check(folder, changed=["2022/c.md", "a.md"], removed=["b.md"], full=True)


def test_a_dry_run_writes_nothing(folder: Folder, tmp_path: Path) -> None:
    folder.write("d.md")
    before = folder.files()
    assert folder.refresh(dry_run=True).added == ("d.md",)
    assert folder.files() == before
    folder.index = tmp_path / "never"
    assert len(folder.refresh(dry_run=True).added) == 4
    assert not folder.index.exists()


def test_a_touched_file_is_not_a_change(settled: Folder) -> None:
    os.utime(settled.root / "a.md", ns=(1, 1))
    assert check(settled).generation == 2
    assert build.plan(settled.root, settled.known(), SETTINGS).touched == ("a.md",)
    settled.write("d.md")
    check(settled, added=["d.md"])
    assert build.plan(settled.root, settled.known(), SETTINGS).touched == (), "its stamp came with the commit"


def test_many_touched_files_are_a_commit_of_their_own(settled: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "MANY_TOUCHED", 2)
    for name in ("a.md", "b.md"):
        os.utime(settled.root / name, ns=(1, 1))
    report = settled.refresh()
    assert (report.changed, report.unchanged, report.generation) == ((), 3, 3)
    assert build.plan(settled.root, settled.known(), SETTINGS).touched == ()


@pytest.mark.parametrize(
    ("stamp", "change", "touched"),
    [
        ({}, (), ()),
        ({"racy": True}, (), ("a.md",)),
        ({"racy": True, "digest": bytes(16)}, ("a.md",), ()),
        ({"digest": bytes(16)}, (), ()),
        ({"mtime_ns": 1}, (), ("a.md",)),
        ({"ctime_ns": 1}, (), ("a.md",)),
        ({"inode": 1}, (), ("a.md",)),
        ({"inode": 1, "digest": bytes(16)}, ("a.md",), ()),
        ({"size": 1}, ("a.md",), ()),
        ({"reconsider_at": 1}, ("a.md",), ()),
        ({"reconsider_at": 1 << 40}, (), ()),
    ],
)
def test_the_stat_is_a_hint_and_the_digest_the_truth(
    folder: Folder, stamp: dict[str, object], change: tuple[str, ...], touched: tuple[str, ...]
) -> None:
    known = folder.known()
    table = {path: one._replace(racy=False) for path, one in known.files.items()}
    table["a.md"] = table["a.md"]._replace(**stamp)  # type: ignore[arg-type]
    todo = build.plan(folder.root, known._replace(files=table), SETTINGS)
    assert (todo.change, todo.touched, todo.add, todo.remove) == (change, touched, (), ())


def test_a_post_is_read_again_when_its_time_has_come(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.write("later.md", text=f"---\npublishDate: {int(time.time()) + 1}\n---\nsoon\n")
    folder.refresh()
    assert EmbeddedEngine(folder.index).open_reader().search(Search(Term("soon"))).total == 0
    time.sleep(1.05)
    assert folder.refresh().changed == ("later.md",)
    assert EmbeddedEngine(folder.index).open_reader().search(Search(Term("soon"))).total == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [("_config.yml", "permalink: /:title/\n"), ("hugo.toml", 'baseURL = "/x/"\n'), ("mkdocs.yaml", "site_name: x\n")],
)
def test_a_change_of_the_site_reads_all_again(folder: Folder, name: str, text: str) -> None:
    (folder.root.parent / name).write_text(text, "utf-8")
    check(folder, changed=["2022/c.md", "a.md", "b.md"])


@pytest.mark.parametrize(("setting", "all_again"), [({"timezone": "+08:00"}, True), ({"editor": "vim:{path}"}, False)])
def test_a_change_of_the_settings_reads_all_again_if_posts_depend_on_it(
    folder: Folder, setting: dict[str, str], all_again: bool
) -> None:
    assert bool(folder.refresh(SETTINGS._replace(**setting)).changed) == all_again  # type: ignore[arg-type]


def test_progress_is_told_for_each_post(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.write("a.md", "b.md")
    told: list[tuple[int, int]] = []
    folder.refresh(progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 2), (2, 2)]


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_large_build_is_the_same_in_any_number_of_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    folder = Folder(tmp_path)
    folder.write("a.md", "b.md", "c.md", "d.md")
    folder.write("bad.md", text="---\ntitle: [\n---\nword\n")
    monkeypatch.setattr(workers, "SHARED_FROM", 3)
    told: list[tuple[int, int]] = []
    report = check(
        folder, added=["a.md", "b.md", "bad.md", "c.md", "d.md"], jobs=jobs, progress=lambda *n: told.append(n)
    )
    assert told[-1] == (5, 5)
    assert [problem.path for problem in report.problems] == ["bad.md"]
    folder.write("e.md", "f.md", "g.md")
    _changed(folder)
    check(folder, added=["e.md", "f.md", "g.md"], changed=["a.md"], jobs=jobs)
    check(folder, changed=["a.md", "b.md", "bad.md", "c.md", "d.md", "e.md", "f.md", "g.md"], full=True, jobs=jobs)
    shared, folder.index = _content(folder), tmp_path / "alone"
    monkeypatch.undo()
    folder.refresh()
    assert shared == _content(folder)


# -- problems


def test_problems_stay_with_their_posts(folder: Folder) -> None:
    def kinds() -> list[tuple[str, str]]:
        return [(problem.path, problem.kind) for problem in EmbeddedEngine(folder.index).problems()]

    folder.write("bad.md", text="---\ntitle: [\n---\nwords\n")
    folder.write("draft.md", text="---\ndraft: true\n---\nwords\n")
    (folder.root / "binary.md").write_bytes(bytes(1000))
    report = folder.refresh()
    assert [(problem.path, problem.kind) for problem in report.problems] == kinds()
    assert kinds() == [("bad.md", "malformed"), ("binary.md", "skipped"), ("draft.md", "unpublished")]
    _changed(folder)
    folder.refresh()
    assert len(kinds()) == 3, "a commit of other posts keeps them"
    assert len(folder.refresh().problems) == 3, "and so does a run with nothing to do"
    folder.write("bad.md", text="mended")
    (folder.root / "binary.md").unlink()
    folder.refresh()
    assert kinds() == [("draft.md", "unpublished")]


def test_a_file_that_cannot_be_read_rests_until_it_changes(settled: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    settled.write("locked.md")
    original = posts.read

    def read(root: Path, path: str, site: Site, settings: Settings) -> posts.PostReading:
        found = original(root, path, site, settings)
        return found._replace(post=None, stamp=found.stamp._replace(digest=b"")) if path == "locked.md" else found

    with monkeypatch.context() as patched:
        patched.setattr(posts, "read", read)
        settled.refresh()
    assert build.plan(settled.root, settled.known(), SETTINGS).files == 0
    os.utime(settled.root / "locked.md", ns=(1, 1))
    assert build.plan(settled.root, settled.known(), SETTINGS).change == ("locked.md",)


# -- before a search


def check_catch_up(folder: Folder, expected: Freshness, found: Sequence[str], settings: Settings = SETTINGS) -> None:
    """Before a search the index came so far, and holds just these posts."""
    assert build.catch_up(folder.root, EmbeddedEngine(folder.index), settings, folder.known()) == expected
    assert folder.paths() == sorted(found)


ALL = ("2022/c.md", "a.md", "b.md")


def test_a_few_changes_are_indexed_at_once(folder: Folder) -> None:
    check_catch_up(folder, Freshness(True, 0), ALL)
    folder.write("d.md")
    (folder.root / "b.md").unlink()
    check_catch_up(folder, Freshness(True, 0), ["2022/c.md", "a.md", "d.md"])


@pytest.mark.parametrize("limit", [{"max_changed_files": 1}, {"max_changed_bytes": 20}])
def test_of_many_changes_only_deletions_are_taken_in(folder: Folder, limit: dict[str, int]) -> None:
    limited = SETTINGS._replace(**limit)  # type: ignore[arg-type]
    folder.write("d.md", "e.md")
    check_catch_up(folder, Freshness(False, 2), ALL, limited)
    assert folder.known().generation == 1
    (folder.root / "b.md").unlink()
    check_catch_up(folder, Freshness(False, 3), ["2022/c.md", "a.md"], limited)
    check_catch_up(folder, Freshness(True, 0), ["2022/c.md", "a.md", "d.md", "e.md"])


def test_while_another_writes_nothing_is_waited_for(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    sleep = time.sleep

    def counted(seconds: float) -> None:
        pauses.append(seconds)
        sleep(seconds)

    monkeypatch.setattr(time, "sleep", counted)
    folder.write("d.md")
    (folder.root / "b.md").unlink()
    with closing(EmbeddedEngine(folder.index).open_writer(analyzer=ANALYZER)):
        check_catch_up(folder, Freshness(False, 2, ("b.md",)), ALL)
        assert sum(pauses) < 0.5
        with pytest.raises(IndexLockedError):
            folder.refresh()
    check(folder, added=["d.md"], removed=["b.md"])


def test_a_commit_of_another_is_not_undone(folder: Folder) -> None:
    stale = folder.known()
    folder.write("d.md")
    folder.refresh()
    folder.write("e.md")
    assert build.catch_up(folder.root, EmbeddedEngine(folder.index), SETTINGS, stale) == Freshness(True, 0)
    assert folder.paths() == sorted([*ALL, "d.md", "e.md"])


# -- failures


@pytest.mark.parametrize("pattern", ["commit-*", "*.segment", "table-*", "problems-*"])
@pytest.mark.parametrize("damage", [b"", b"not an index", None])
@pytest.mark.parametrize("changed", [False, True])
def test_a_damaged_index_is_built_anew(folder: Folder, pattern: str, damage: bytes | None, changed: bool) -> None:
    folder.write("bad.md", text="---\ntitle: [\n---\nwords\n")
    folder.refresh()
    if changed:
        _changed(folder)
    gc.collect()  # a segment that is still open is not opened, and checked, again
    for file in folder.index.glob(pattern):
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 255
        (folder.index / "new").write_bytes(content if damage is None else damage)
        os.replace(folder.index / "new", file)
    folder.refresh()
    assert folder.paths() == sorted([*ALL, "bad.md"])
    assert [problem.path for problem in EmbeddedEngine(folder.index).problems()] == ["bad.md"]
    assert EmbeddedEngine(folder.index).verify() == []


def test_a_build_that_fails_leaves_the_old_index(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.write("d.md", "e.md")
    original = posts.read

    def read(root: Path, path: str, site: Site, settings: Settings) -> posts.PostReading:
        if path == "e.md":
            raise KeyboardInterrupt
        return original(root, path, site, settings)

    with monkeypatch.context() as patched:
        patched.setattr(posts, "read", read)
        with pytest.raises(KeyboardInterrupt):
            folder.refresh()
    assert folder.paths() == sorted(ALL)
    check(folder, added=["d.md", "e.md"])


# -- against a fresh build

NAMES = ("a.md", "b.md", "2022/c.md", "2022/d.md", "e.markdown")
TEXTS = ("one word", "two words here", "---\ndraft: true\n---\nhidden\n", "---\ntitle: [\n---\nbroken\n")
STEP = st.one_of(
    st.tuples(st.just("write"), st.sampled_from(NAMES), st.sampled_from(TEXTS)),
    st.tuples(st.just("delete"), st.sampled_from(NAMES), st.just("")),
    st.tuples(st.just("touch"), st.sampled_from(NAMES), st.just("")),
    st.tuples(st.just("refresh"), st.just(""), st.just("")),
    st.tuples(st.just("catch up"), st.just(""), st.just("")),
)


@settings(max_examples=25, deadline=None)
@given(st.lists(STEP, max_size=12))
def test_any_history_ends_like_a_fresh_build(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str, str]]
) -> None:
    folder = Folder(tmp_path_factory.mktemp("history"))
    folder.refresh()
    for action, name, text in steps:
        exists = name and (folder.root / name).exists()
        if action == "write":
            folder.write(name, text=text)
        elif action == "delete" and exists:
            (folder.root / name).unlink()
        elif action == "touch" and exists:
            os.utime(folder.root / name, ns=(1, random.Random(name).randrange(10**18)))
        elif action == "refresh":
            folder.refresh()
        elif action == "catch up":
            build.catch_up(folder.root, EmbeddedEngine(folder.index), SETTINGS, folder.known())
    folder.refresh()
    followed = _content(folder)
    folder.index = folder.root.parent / "fresh"
    folder.refresh()
    assert followed == _content(folder)


def _content(folder: Folder) -> object:
    reader = EmbeddedEngine(folder.index).open_reader()
    documents = [
        one.document for one in reader.search(Search(Everything(), limit=100, sort="title", drafts=True)).candidates
    ]
    read = sorted(
        (one.path, one.title, one.unpublished, [one.text(n) for n in range(len(one.sections))]) for one in documents
    )
    counts = [reader.search(Search(Term(word))).total for word in ("word", "here", "hidden", "broken")]
    return read, counts, EmbeddedEngine(folder.index).problems(), sorted(folder.known().files)
