"""What does a disk do that is full, breaks, forgets what was not synced, or whose process is killed?

Doubles of `os` as `postdex_index.engine.embedded.format.durable_files` sees it, and the folder of posts they are tried
on. Every call that changes files goes through them, so each can be counted, made to fail, or be the last.
"""

from __future__ import annotations

import errno
import os
import random
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from postdex_index.engine.api import Search
from postdex_index.engine.embedded.engine import EmbeddedEngine
from postdex_index.engine.embedded.format import durable_files
from postdex_index.engine.embedded.storage.commits import Store
from postdex_index.query import Everything
from postdex_index.settings import Settings
from postdex_index.text.analyzer import Analyzer
from postdex_index.update import refresh as build

SETTINGS = Settings()
#: What most tests read texts by.
ANALYZER = Analyzer(True, ("en",))
CHANGING = ("open", "write", "fsync", "rename", "unlink", "mkdir", "ftruncate", "pwrite", "close")
AnyCalls = TypeVar("AnyCalls", bound="Calls")
State = frozenset[tuple[str, str]]


def generation(directory: Path) -> int | None:
    """The number of the newest commit of an index; None if there is none."""
    return next(iter(Store(directory).generations()), None)


class Calls:
    """`os`, with all calls that change files noted in order."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def __getattr__(self, name: str) -> Any:
        real = getattr(os, name)
        if name not in CHANGING:
            return real

        def call(*arguments: Any) -> Any:
            self.made.append(name)
            return self.do(real, name, arguments)

        return call

    @property
    def count(self) -> int:
        """How many calls were made."""
        return len(self.made)

    def do(self, real: Callable[..., Any], name: str, arguments: tuple[Any, ...]) -> Any:
        """Make a call, or not. Nobody pulls the plug, so nothing is synced in earnest."""
        return None if name == "fsync" else real(*arguments)


class Failing(Calls):
    """Call number `at` fails, with `lasting` all after it too. A write that fails has written half."""

    def __init__(self, at: int, code: int, lasting: bool = False) -> None:
        super().__init__()
        self.at, self.code, self.lasting = at, code, lasting
        self.failed: list[str] = []

    def do(self, real: Callable[..., Any], name: str, arguments: tuple[Any, ...]) -> Any:
        if self.count != self.at and not (self.lasting and self.count > self.at):
            return super().do(real, name, arguments)
        self.failed.append(name)
        if name == "close":
            real(*arguments)
        if name == "write":
            number, content = arguments
            real(number, memoryview(content)[: len(content) // 2])
        path = arguments[0] if isinstance(arguments[0], (str, os.PathLike)) else None
        raise OSError(self.code, os.strerror(self.code), *([os.fspath(path)] if path else []))


class Killed(Calls):
    """The process is killed in call number `at`: a write has written half, all else has not been done."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self.at = at

    def do(self, real: Callable[..., Any], name: str, arguments: tuple[Any, ...]) -> Any:
        if self.count == self.at:
            if name == "write":
                real(arguments[0], memoryview(arguments[1])[: len(arguments[1]) // 2])
            os.kill(os.getpid(), signal.SIGKILL)
        return super().do(real, name, arguments)


class Operation(NamedTuple):
    """What was done to a folder: `kind` is create, write, sync, names (a sync of the folder), rename, unlink."""

    kind: str
    name: str = ""
    inode: int = 0
    content: bytes = b""
    new: str = ""


class Recording(Calls):
    """All that is done to the files of one folder, in order."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = os.fspath(folder)
        self.done: list[Operation] = []
        self.inodes: dict[int, int] = {}

    def do(self, real: Callable[..., Any], name: str, arguments: tuple[Any, ...]) -> Any:
        first = arguments[0]
        path = "" if isinstance(first, int) else os.fspath(first)
        inside, file = os.path.dirname(path) == self.folder, os.path.basename(path)
        result = super().do(real, name, arguments)
        if name == "open" and inside and arguments[1] & os.O_EXCL:
            self.inodes[result] = inode = len(self.done) + 1
            self.done.append(Operation("create", file, inode))
        elif name == "open" and path == self.folder:
            self.inodes[result] = -1
        elif name == "write" and self.inodes.get(first, 0) > 0:
            self.done.append(Operation("write", "", self.inodes[first], bytes(arguments[1])[:result]))
        elif name == "fsync" and first in self.inodes:
            inode = self.inodes[first]
            self.done.append(Operation("sync", "", inode) if inode > 0 else Operation("names"))
        elif name == "rename" and inside:
            self.done.append(Operation("rename", file, new=os.path.basename(os.fspath(arguments[1]))))
        elif name == "unlink" and inside:
            self.done.append(Operation("unlink", file))
        elif name == "close":
            self.inodes.pop(first, None)
        return result


def crash_image(before: dict[str, bytes], done: list[Operation], dice: random.Random | None) -> dict[str, bytes]:
    """The files after a power failure: what was synced, and of the rest what the dice say (without dice: nothing).

    Names that were not synced are there or not, each for itself; of bytes that were not, all, some, none, or zeros.
    """
    inodes = {-number: content for number, content in enumerate(before.values(), 1)}
    durable = dict(inodes)
    names = {name: -number for number, name in enumerate(before, 1)}
    kept = dict(names)
    waiting: list[dict[str, int | None]] = []
    for one in done:
        changed: dict[str, int | None] = {}
        if one.kind == "create":
            inodes[one.inode], durable[one.inode] = b"", b""
            changed = {one.name: one.inode}
        elif one.kind == "write":
            inodes[one.inode] += one.content
        elif one.kind == "sync":
            durable[one.inode] = inodes[one.inode]
        elif one.kind == "rename":
            changed = {one.name: None, one.new: names[one.name]}
        elif one.kind == "unlink":
            changed = {one.name: None}
        else:
            kept, waiting = dict(names), []
        if changed:
            waiting.append(changed)
            _apply(names, changed)
    for changed in waiting:
        if dice and dice.random() < 0.5:
            _apply(kept, changed)
    return {name: _content(durable[inode], inodes[inode], dice) for name, inode in kept.items()}


def _apply(names: dict[str, int], changed: dict[str, int | None]) -> None:
    for name, inode in changed.items():
        if inode is None:
            names.pop(name, None)
        else:
            names[name] = inode


def _content(durable: bytes, written: bytes, dice: random.Random | None) -> bytes:
    if dice is None or durable == written:
        return durable
    return dice.choice([durable, written, written[: len(written) // 2], bytes(len(written))])


@contextmanager
def disk_is(calls: AnyCalls) -> Iterator[AnyCalls]:
    """Meanwhile the engine works on this double."""
    setattr(durable_files, "os", calls)  # noqa: B010 - to a type checker it is a module
    try:
        yield calls
    finally:
        setattr(durable_files, "os", os)  # noqa: B010


# -- what it is tried on


class Trial:
    """A folder of posts with an index that is behind it, as it was when it was made: `reset` brings it back."""

    def __init__(self, root: Path, scenario: str) -> None:
        self.posts, self.index, self._saved = root / "posts", root / "index", root / "saved"
        self.full = scenario == "full"
        self.posts.mkdir(parents=True)
        for name in ("a", "b", "c", "d", "e"):
            self.write(name, "old")
            if scenario == "merge":  # five small segments, so that the sixth is too much
                self.refresh()
        if scenario != "first":
            self.refresh()
            self.write("a", "old")
            self.refresh()  # one more commit to fall back on
        self.old = self.state()
        if self.index.exists():
            shutil.copytree(self.index, self._saved)
        self.write("b", "new")
        self.write("f", "new")
        (self.posts / "c.md").unlink()
        if scenario != "first":
            (self.posts / "d.md").rename(self.posts / "g.md")
        self.run()
        self.new = self.state()

    @property
    def engine(self) -> EmbeddedEngine:
        """Of the index, wherever that lies by now."""
        return EmbeddedEngine(self.index)

    def write(self, name: str, text: str) -> None:
        """Write a post."""
        (self.posts / f"{name}.md").write_text(
            f"---\ntags: [{text}]\n---\n# {name}\n\nA {text} word.\n", encoding="utf-8"
        )

    def reset(self) -> None:
        """Bring the old index back."""
        shutil.rmtree(self.index, ignore_errors=True)
        if self._saved.exists():
            shutil.copytree(self._saved, self.index)

    def run(self) -> build.Report:
        """What is tried: a first build, an update, a merge or a full rebuild."""
        return self.refresh(full=self.full)

    def refresh(self, **options: Any) -> build.Report:
        """Bring the index up to the posts."""
        with disk_is(Calls()) if vars(durable_files)["os"] is os else nullcontext():
            return build.refresh(self.posts, self.engine, SETTINGS, wait=10.0, **options)

    def state(self) -> State | None:
        """All posts that a search finds, with their texts; None if there is no index."""
        if generation(self.index) is None:
            return None
        reader = self.engine.open_reader()
        found = reader.search(Search(Everything(), limit=1000)).candidates
        documents = [one.document for one in found]
        return frozenset(
            (one.path, "".join(one.text(number) for number in range(len(one.sections)))) for one in documents
        )

    def files(self) -> dict[str, bytes]:
        """The files of the index."""
        if not self.index.exists():
            return {}
        return {file.name: file.read_bytes() for file in self.index.iterdir() if file.name != "lock"}

    def put(self, files: dict[str, bytes]) -> None:
        """The index consists of these files."""
        shutil.rmtree(self.index, ignore_errors=True)
        self.index.mkdir()
        for name, content in files.items():
            (self.index / name).write_bytes(content)

    def heals(self) -> None:
        """The next run makes the index right and leaves nothing lying about."""
        self.refresh()
        assert self.state() == self.new
        assert self.engine.verify() == []
        assert not self.left_over()

    def left_over(self) -> set[str]:
        """The files that no commit needs."""
        commits = Store(self.index)
        needed = {"lock", ".gitignore", "made-of"}
        for number in commits.generations()[:2]:
            needed |= {f"commit-{number:06}", f"_MAIN_{number}.toc"}
            needed |= {file.name for file in commits.commit(number).files()}
        return set(os.listdir(self.index)) - needed


def is_one_line(error: BaseException) -> bool:
    """Whether an error says its place and its cause in one line."""
    text = str(error)
    return "\n" not in text and ": " in text and text.startswith(os.sep)


def calls_of(trial: Trial) -> int:
    """How many calls the trial makes."""
    trial.reset()
    with disk_is(Calls()) as counted:
        trial.run()
    return counted.count


ERRORS = {name: getattr(errno, name) for name in ("ENOSPC", "EIO", "EACCES", "EROFS")}
SCENARIOS = ("first", "update", "merge", "full")
