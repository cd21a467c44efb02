"""Are commits kept, locks held, foreign files left alone, and is a writer that failed harmless?"""

from __future__ import annotations

import ast
import errno
import json
import os
import pickle
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, nullcontext
from pathlib import Path
from types import ModuleType
from zlib import crc32

import pytest
from storage import ANALYZER, SETTINGS, Calls, Failing, Trial, disk_is

from postdex_index import posix, scoring
from postdex_index.engine.api import FileTable, Search
from postdex_index.engine.embedded.engine import EmbeddedEngine
from postdex_index.engine.embedded.format import durable_files
from postdex_index.engine.embedded.storage import commits
from postdex_index.engine.embedded.write import index_writer, workers
from postdex_index.errors import (
    FolderError,
    IndexDamagedError,
    IndexFault,
    IndexLockedError,
    IndexMissingError,
    IndexVersionError,
    IndexWriteError,
    Remedy,
)
from postdex_index.query import Term
from postdex_index.text.tokenizer import RULES
from postdex_index.update import refresh
from postdex_index.update.refresh import Freshness

ROOT = Path(__file__).parent.parent


@pytest.fixture
def trial(tmp_path: Path) -> Trial:
    made = Trial(tmp_path / "trial", "update")
    made.reset()
    return made


def write_commit(folder: Path, generation: int, value: object) -> None:
    """A commit whose checksum is right, whatever it says."""
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    (folder / f"commit-{generation:06}").write_bytes(body + b"\n%08x\n" % crc32(body))


def read_commit(folder: Path) -> tuple[int, dict[str, object]]:
    """The newest commit, as JSON."""
    number = commits.Store(folder).generations()[0]
    return number, json.loads((folder / f"commit-{number:06}").read_bytes().rpartition(b"\n")[0].rpartition(b"\n")[0])


def check(trial: Trial, says: type[IndexFault] | None) -> None:
    """Opening the index is this error (or none), and the next run makes it right, under a number never used."""
    numbers = commits.Store(trial.index).generations()
    if says:
        with pytest.raises(says):
            trial.engine.open_reader()
    else:
        assert trial.state() == trial.old
    trial.heals()
    assert commits.Store(trial.index).generations()[0] > max(numbers, default=0)


# -- versions


@pytest.mark.parametrize(
    "changed",
    [
        {"format": commits.FORMAT - 1},
        {"analysis": f"{RULES}/0/0"},
        {"scoring": "0"},
        {"scoring": None},
        {"schema": "0"},
    ],
)
def test_an_older_index_is_built_anew(trial: Trial, changed: dict[str, object]) -> None:
    number, value = read_commit(trial.index)
    write_commit(trial.index, number, value | changed)
    check(trial, IndexMissingError)


@pytest.mark.parametrize(
    "changed", [{"format": commits.FORMAT + 1}, {"format": 99, "segments": "?"}, {"analysis": f"{RULES + 1}/x"}]
)
def test_a_newer_index_is_refused_and_left_alone(trial: Trial, changed: dict[str, object]) -> None:
    number, value = read_commit(trial.index)
    write_commit(trial.index, number, value | changed)
    (trial.index / "000099-0.segment").write_bytes(b"of a later run")
    before = trial.files()
    known = FileTable(trial.engine.newest(), {}, "")
    for use in (
        trial.state,
        trial.refresh,
        lambda: trial.refresh(full=True),
        lambda: refresh.catch_up(trial.posts, trial.engine, SETTINGS, known),
        lambda: trial.engine.verify(),
    ):
        with pytest.raises(IndexVersionError, match="newer postdex; update postdex"):
            use()
    assert trial.files() == before


#: The constants of `scoring` that a query is answered with; all others are in what is stored.
ASKED = {"COVERAGE", "TITLE_IS_QUERY", "HEADING_IS_QUERY", "AS_TYPED", "LIKELY_AS_TYPED", "RECENCY"}


def constants() -> Iterator[tuple[str, ModuleType]]:
    """The line of every number among the constants of `scoring`, and the module as it is with another."""
    source = Path(scoring.__file__).read_text(encoding="utf-8")
    for statement in ast.parse(source).body:
        for number in ast.walk(statement) if isinstance(statement, ast.Assign) else ():
            if isinstance(number, ast.Constant) and isinstance(number.value, int | float):
                lines = source.splitlines()
                line, start, stop = lines[number.lineno - 1], number.col_offset, number.end_col_offset
                lines[number.lineno - 1] = f"{line[:start]}{number.value / 2}{line[stop:]}"
                module = ModuleType("scoring")
                module.__package__ = scoring.__package__
                exec("\n".join(lines), module.__dict__)
                yield line.strip(), module


def test_an_index_of_other_constants_is_old(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    known = list(constants())
    # AS_TYPED is two; K1, FIELD_SATURATION, MAX_IMPACT, 255, OWN_AVERAGES, LEAST_BOOST, MOST_BOOST
    assert len(known) == len(ASKED) + 1 + 7
    for line, changed in known:
        monkeypatch.setattr(scoring, "fingerprint", changed.fingerprint)
        says = nullcontext() if line.split(" = ")[0] in ASKED else pytest.raises(IndexMissingError, match="otherwise")
        with says:
            trial.engine.open_reader()
    monkeypatch.setattr(scoring, "fingerprint", lambda: "0")
    check(trial, IndexMissingError)


# -- which commit is the index


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (b"", None),
        (b"[]", None),
        (b"[" * 100_000, None),
        (b"{}", None),
        (b'{"format": "1"}', None),
        ({"tables": [["../../etc/passwd", 1, 1]]}, None),
        ({"tables": [["table-000001", "1", 1]]}, None),
        ({"tables": 7}, None),
        ({"segments": [[["000001-0.segment", 1, 1], 1, False, False, ["x"]]]}, None),
        ({"segments": [[["000001-0.segment", 1, 1], 1, False, False, [7]]]}, None),
        ({"segments": [[["000001-0.segment", 0, 0], 0, False, False, []]]}, None),
        ({"segments": [None]}, None),
        ({"problems": ["problems-000001"]}, None),
    ],
)
def test_a_commit_of_another_form_is_passed_over(trial: Trial, value: object, says: type[IndexFault] | None) -> None:
    trial.refresh()
    trial.write("b", "old")
    number, known = read_commit(trial.index)
    write_commit(trial.index, number, known | value if isinstance(value, dict) else value)
    assert trial.state() == trial.old
    trial.write("b", "new")
    check(trial, says)


def test_a_number_is_not_given_twice(trial: Trial) -> None:
    number, _ = read_commit(trial.index)
    for name in (f"commit-{number + 3:06}", f"{number + 5:06}-0.segment", "commit-999999999"):
        (trial.index / name).write_bytes(b"left over")
    check(trial, None)
    assert read_commit(trial.index)[0] == number + 6


@pytest.mark.parametrize("kind", ["pipe", "folder", "link", "device"])
@pytest.mark.parametrize("what", ["commit", "segment", "table", "problems"])
def test_what_is_no_file_is_not_opened(trial: Trial, kind: str, what: str) -> None:
    names = [file.name for file in trial.index.iterdir() if what in file.name]
    for name in names:
        path = trial.index / name
        path.unlink()
        if kind == "pipe":
            os.mkfifo(path)
        elif kind == "folder":
            path.mkdir()
        else:
            path.symlink_to("/dev/zero" if kind == "device" else trial.posts / "a.md")
    trial.refresh()
    assert trial.state() == trial.new
    for name in names:
        if kind == "folder":
            (trial.index / name).rmdir()


@pytest.mark.parametrize(
    "names",
    [
        ["notes.md", "commit-1", "commit-000001.bak", "commit-00000x", "000001-0.segment.bak", "table", "x.segment"],
        [
            "_MAIN_x.toc",
            "MAIN_abcdefgh.seg",
            "_MAIN_WRITELOCK",
            "changes-000001.tmp",
            "1-0.segment",
            "commit-9999999999",
        ],
    ],
)
def test_only_names_of_ours_are_removed(trial: Trial, names: list[str]) -> None:
    for name in names:
        (trial.index / name).write_text("mine", encoding="ascii")
    (trial.index / "000001-7.segment").write_text("left over", encoding="ascii")
    (trial.index / "commit-000099.new").write_text("left over", encoding="ascii")
    trial.refresh()
    assert trial.left_over() == set(names)


def test_files_of_ours_that_were_replaced_are_read_again(trial: Trial) -> None:
    """A segment that is open stays as it was for its reader, and is damage for the next."""
    reader = trial.engine.open_reader()
    path = next(trial.index.glob("*.segment"))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.unlink()
    path.write_bytes(content)
    assert reader.documents(["a.md"]) != [None]
    assert trial.engine.verify()
    trial.heals()
    reader.close()


# -- where it may lie


def test_a_link_is_no_index(trial: Trial, tmp_path: Path) -> None:
    link = tmp_path / ".postdex"
    link.symlink_to(trial.index)
    before = trial.files()
    with pytest.raises(IndexDamagedError, match="link"):
        EmbeddedEngine(link).open_reader()
    with pytest.raises(IndexFault):
        refresh.refresh(trial.posts, EmbeddedEngine(link), SETTINGS)
    with pytest.raises(IndexWriteError, match="no folder"):
        EmbeddedEngine(link).open_writer(analyzer=ANALYZER)
    assert trial.files() == before


@pytest.mark.parametrize("target", ["there", "nowhere"])
def test_links_in_it_lead_to_nothing_that_is_written(trial: Trial, tmp_path: Path, target: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "there").write_text("precious", encoding="ascii")
    (trial.index / ".gitignore").unlink(missing_ok=True)
    number, _ = read_commit(trial.index)
    for generation in (number, number + 1):
        for name in (
            f"commit-{generation:06}.new",
            f"table-{generation:06}",
            f"changes-{generation:06}",
            f"problems-{generation:06}",
            f"_MAIN_{generation}.toc.new",
            f"{generation:06}-0.segment",
            ".gitignore",
        ):
            if not os.path.lexists(trial.index / name):
                (trial.index / name).symlink_to(outside / target)
    trial.refresh(full=True)
    assert {file.name: file.read_text(encoding="ascii") for file in outside.iterdir()} == {"there": "precious"}
    assert trial.state() == trial.new


@pytest.mark.parametrize("how", [os.symlink, os.link])
def test_a_lock_that_is_another_file_is_not_taken(trial: Trial, tmp_path: Path, how: Callable[..., None]) -> None:
    (tmp_path / "precious").write_text("precious", encoding="ascii")
    (trial.index / "lock").unlink(missing_ok=True)
    how(tmp_path / "precious", trial.index / "lock")
    with pytest.raises(IndexWriteError):
        trial.refresh()
    assert (tmp_path / "precious").read_text(encoding="ascii") == "precious"


def test_an_index_of_another_user_is_read_and_not_written(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    before = trial.files()
    monkeypatch.setattr(posix, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(IndexWriteError, match="not yours"):
        trial.refresh()
    freshness = refresh.catch_up(trial.posts, trial.engine, SETTINGS, trial.engine.file_table())
    assert (freshness.fresh, freshness.missing) == (False, ("c.md", "d.md"))
    assert trial.state() == trial.old and trial.files() == before


# -- one writer


def test_the_second_writer_is_told_who_writes(trial: Trial) -> None:
    with closing(trial.engine.open_writer(analyzer=ANALYZER)):
        started = time.monotonic()
        with pytest.raises(IndexLockedError, match=rf"another postdex .*process {os.getpid()}\)") as refused:
            trial.engine.open_writer(analyzer=ANALYZER, wait=0.1)
        assert refused.value.remedy is Remedy.WAIT
        assert 0.1 <= time.monotonic() - started < 5
        with pytest.raises(IndexLockedError):
            trial.engine.open_writer(analyzer=ANALYZER, wait=float("nan"))
    trial.engine.open_writer(analyzer=ANALYZER).close()


HOLDER = """
import os, signal, sys, time
from pathlib import Path
from postdex_index.engine.embedded import engine as embedded
from postdex_index.text.analyzer import Analyzer
writer = embedded.EmbeddedEngine(sys.argv[1]).open_writer(analyzer=Analyzer(True, ()))
{then}
"""


def process(trial: Trial, then: str) -> subprocess.Popen[str]:
    """A process that has the lock, and then does this."""
    command = [sys.executable, "-c", HOLDER.format(then=then), os.fspath(trial.index)]
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'index'}{os.pathsep}{ROOT / 'search'}"}
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_writer_leaves_no_lock(trial: Trial, number: signal.Signals) -> None:
    with process(trial, "print(1, flush=True); time.sleep(60)") as holder:
        assert holder.stdout and holder.stdout.readline()
        with pytest.raises(IndexLockedError, match=f"process {holder.pid}"):
            trial.engine.open_writer(analyzer=ANALYZER)
        holder.send_signal(number)
        holder.wait()
        trial.engine.open_writer(analyzer=ANALYZER).close()


def test_a_writer_that_ends_is_waited_for(trial: Trial) -> None:
    with process(trial, "print(1, flush=True); time.sleep(.3); writer.close(); time.sleep(60)") as holder:
        assert holder.stdout and holder.stdout.readline()
        trial.engine.open_writer(analyzer=ANALYZER, wait=30).close()
        holder.kill()


FORKED = """
child = os.fork()
if not child:
    try:
        writer.delete(["a.md"])
    except Exception as error:
        print(type(error).__name__, flush=True)
    writer.close()
    print("closed", flush=True)
    time.sleep(60)
time.sleep(60)
"""


def test_a_forked_child_neither_writes_nor_holds_nor_frees_the_lock(trial: Trial) -> None:
    with process(trial, FORKED) as holder:
        assert holder.stdout
        assert [holder.stdout.readline().strip() for _ in range(2)] == ["IndexWriteError", "closed"]
        with pytest.raises(IndexLockedError):
            trial.engine.open_writer(analyzer=ANALYZER)
        holder.kill()
        holder.wait()
        trial.engine.open_writer(analyzer=ANALYZER, wait=1).close()
        children = subprocess.run(["pkill", "-P", str(holder.pid)], check=False)
        assert children.returncode in (0, 1)


WORKERS = """
from postdex_index.settings import Settings
folder = Path(sys.argv[1]).parent / "many"
print(1, flush=True)
say = lambda read: print(read, flush=True)
writer.put_files(folder, sorted(os.listdir(folder)), Settings(), jobs=2, read=say)
"""


def test_workers_end_with_the_writer(trial: Trial) -> None:
    many = trial.index.parent / "many"
    many.mkdir(exist_ok=True)
    for number in range(3000):
        (many / f"{number}.md").write_text("# Some title\n\n" + "some words " * 200, encoding="ascii")
    with process(trial, WORKERS) as holder:
        assert holder.stdout and holder.stdout.readline() and holder.stdout.readline()
        holder.kill()
        holder.wait()
        trial.engine.open_writer(analyzer=ANALYZER, wait=20).close()  # their work would take a minute
    trial.heals()
    shutil.rmtree(many)


def test_an_interrupt_ends_the_workers(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "SHARED_FROM", 3)

    def interrupt(read: int, _: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        trial.refresh(full=True, jobs=2, progress=interrupt)
    assert trial.state() == trial.old
    trial.heals()


@pytest.mark.parametrize("gone", ["lock", "all"])
def test_a_folder_that_was_removed_meanwhile_gets_no_commit(trial: Trial, gone: str) -> None:
    with closing(trial.engine.open_writer(analyzer=ANALYZER)) as writing:
        if gone == "all":
            shutil.rmtree(trial.index)
        else:
            (trial.index / "lock").unlink()
        with (
            closing(trial.engine.open_writer(analyzer=ANALYZER)),
            pytest.raises(IndexWriteError, match="removed or replaced"),
        ):
            writing.delete(["a.md"])
    assert trial.state() == (None if gone == "all" else trial.old)


# -- a writer that failed


def test_a_writer_that_failed_can_only_be_closed(trial: Trial) -> None:
    with closing(trial.engine.open_writer(analyzer=ANALYZER)) as writing:
        before = dict(writing.base.files)
        writing.delete(["a.md"])
        with disk_is(Failing(1, errno.ENOSPC, lasting=True)), pytest.raises(IndexWriteError, match="No space left"):
            writing.commit()
        assert writing.base.files == before, "what was not committed is not in the table"
        with pytest.raises(IndexWriteError, match="failed before"):
            writing.commit()
    assert trial.state() == trial.old
    assert not trial.left_over()
    trial.heals()


def test_an_interrupt_after_the_switch_takes_nothing_back(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    """Closing must not remove files that a commit has named meanwhile."""

    def interrupted(self: object, kept: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(commits.Store, "sweep", interrupted)
        with pytest.raises(KeyboardInterrupt):
            trial.refresh()
    assert trial.state() == trial.new
    trial.heals()


@pytest.mark.parametrize("code", [errno.EMFILE, errno.ENFILE, errno.ENOMEM])
def test_running_out_of_descriptors_is_no_damage(trial: Trial, code: int) -> None:
    """Neither an older state is answered, nor is anything built anew or removed."""
    before = trial.files()
    for use in (trial.state, trial.run):
        with disk_is(Calls()) as calls:
            use()
        opened = [at for at, name in enumerate(calls.made, 1) if name == "open"]
        trial.reset()
        for at in opened:
            with disk_is(Failing(at, code)):
                try:
                    use()
                except IndexFault:
                    assert trial.files().items() >= before.items()
                else:
                    assert trial.state() == trial.new, "only who else writes could not be seen"
                    trial.reset()


@pytest.mark.parametrize("place", ["in/", "in/x.md"])
def test_running_out_of_descriptors_removes_no_post(trial: Trial, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    (trial.posts / "in").mkdir()
    trial.write("in/x", "new")
    trial.refresh()
    before = trial.state()
    real = os.open

    def failing(path: str, *rest: int) -> int:
        if path == f"{trial.posts}/{place}":
            raise OSError(errno.EMFILE, "Too many open files", path)
        return real(path, *rest)

    trial.write("in/x", "newer")
    monkeypatch.setattr(os, "open", failing)
    with pytest.raises(FolderError, match="cannot be read now"):
        trial.refresh()
    assert trial.state() == before
    monkeypatch.undo()
    assert trial.refresh().changed == ("in/x.md",)


def test_a_post_that_could_not_be_read_is_tried_again(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk or server that does not answer says nothing about the file, and does not change its stat."""
    trial.refresh()
    real = os.open

    def failing(path: object, *rest: int) -> int:
        if str(path).endswith("b.md"):
            raise OSError(errno.EIO, "Input/output error", path)
        return real(path, *rest)  # type: ignore[arg-type]

    trial.write("b", "newer")
    with monkeypatch.context() as patched:
        patched.setattr(os, "open", failing)
        assert [problem.path for problem in trial.refresh().problems] == ["b.md"]
        assert trial.refresh().changed == (), "not at every run"
    later = time.time() + 61
    monkeypatch.setattr(time, "time", lambda: later)
    assert trial.refresh().changed == ("b.md",)


def test_many_writers_in_one_process_take_turns(trial: Trial) -> None:
    first = trial.engine.open_writer(analyzer=ANALYZER)
    second: list[str] = []
    with pytest.raises(IndexLockedError):
        trial.engine.open_writer(analyzer=ANALYZER)
    first.close()
    first.close()
    with closing(trial.engine.open_writer(analyzer=ANALYZER)):
        second.append("taken")
    assert second


# -- catching up on what is damaged


def test_catching_up_never_makes_an_index_of_a_few_posts(trial: Trial) -> None:
    """The table was read before all was damaged: what is not read again would be missing, and called fresh."""
    known = trial.engine.file_table()
    for path in trial.index.glob("*.segment"):
        path.unlink()
    few = SETTINGS._replace(max_changed_files=1)
    assert refresh.catch_up(trial.posts, trial.engine, few, known) == Freshness(False, 5)
    with pytest.raises(IndexDamagedError):
        trial.state()
    assert refresh.catch_up(trial.posts, trial.engine, SETTINGS, known) == Freshness(True, 0)
    assert trial.state() == trial.new


@pytest.mark.parametrize("pattern", ["table-*", "changes-*", "problems-*"])
def test_a_search_goes_on_without_the_table(trial: Trial, pattern: str) -> None:
    trial.write("bad", "---\n---")
    for path in trial.index.glob(pattern):
        path.write_bytes(b"damaged")
    assert trial.state() == trial.old
    few = SETTINGS._replace(max_changed_files=1)
    assert not refresh.catch_up(trial.posts, trial.engine, few, trial.engine.file_table()).fresh
    assert trial.state() is not None
    (trial.posts / "bad.md").unlink()
    trial.heals()


def test_a_search_does_not_wait_for_a_large_merge(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_writer, "MAX_HURRIED", 1)
    monkeypatch.setattr(index_writer, "MAX_SMALL", 1)
    assert refresh.catch_up(trial.posts, trial.engine, SETTINGS, trial.engine.file_table()).fresh
    assert trial.state() == trial.new
    segments = len(list(trial.index.glob("*.segment")))
    trial.write("z", "new")
    trial.refresh()
    assert len(trial.engine.open_reader().parts) < segments


# -- somebody else's index


class Canary:
    """Makes a folder when it is unpickled."""

    def __init__(self, sign: Path) -> None:
        self.sign = sign

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return os.mkdir, (os.fspath(self.sign),)


def test_nothing_of_a_foreign_index_is_run(trial: Trial, tmp_path: Path) -> None:
    sign = tmp_path / "sung"
    song = pickle.dumps(Canary(sign))
    number, value = read_commit(trial.index)
    names = [str(file[0]) for file in value["tables"]]  # type: ignore[attr-defined]
    names += [f"problems-{number:06}", f"_MAIN_{number}.toc", "_MAIN_0.toc", "MAIN_WRITELOCK", "MAIN_abcdefgh.seg"]
    for name in names:
        (trial.index / name).write_bytes(song)
    for change in (
        {"tables": [[name, len(song), crc32(song)] for name in names[:1]]},
        {"problems": [f"problems-{number:06}", len(song), crc32(song)]},
        {"settings": song.decode("latin-1")},
    ):
        write_commit(trial.index, number, value | change)
        for use in (trial.state, lambda: trial.engine.verify(), lambda: trial.refresh(dry_run=True)):
            try:
                use()
            except IndexFault as error:
                assert "damaged" in str(error)
    trial.refresh()
    assert trial.state() == trial.new
    assert not sign.exists()
    pickle.loads(song)
    assert sign.exists(), "the canary can sing"
    for file in trial.index.glob("*MAIN_[a-zA-Z0]*"):
        file.unlink()


def test_the_folder_above_is_synced_too(trial: Trial, tmp_path: Path) -> None:
    with disk_is(Calls()) as calls:
        durable_files.make_folder(tmp_path / "a" / "b" / ".postdex")
    assert calls.made == ["mkdir", "open", "fsync", "close"] * 3


# -- against a fresh build


@pytest.mark.parametrize("how", ["merge", "full"])
def test_lengths_of_posts_that_are_gone_do_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    """Scores after a merge of all, and after a full build, are those of a fresh build to the last digit."""
    folder, index = tmp_path / "posts", tmp_path / "index"
    folder.mkdir()

    def scores(index: Path) -> list[tuple[str, float]]:
        reader = EmbeddedEngine(index).open_reader()
        found = reader.search(Search(Term("word"))).candidates
        return [(one.document.path, one.score) for one in found]

    for number in range(4):
        (folder / f"{number}.md").write_text(f"# {number}\n\n" + "word long " * 50 * (number + 1), "utf-8")
        refresh.refresh(folder, EmbeddedEngine(index), SETTINGS)
    for number in range(3):
        (folder / f"{number}.md").write_text(f"# {number}\n\n" + "word short " * (number + 1), "utf-8")
    if how == "merge":
        monkeypatch.setattr(index_writer, "to_merge", lambda entries: list(entries) if len(entries) > 1 else [])
    refresh.refresh(folder, EmbeddedEngine(index), SETTINGS, full=how == "full")
    refresh.refresh(folder, EmbeddedEngine(tmp_path / "fresh"), SETTINGS)
    assert scores(index) == scores(tmp_path / "fresh")
