"""Which posts changed since the last commit, and how does the index follow them in one commit?

`plan` compares the tree with the post table and reads nothing that has not changed;
`refresh` applies a plan; `catch_up` does so before a search, if that is quickly done.
How a file is found and read is `content`'s; how a commit is made durable is the engine.

The stat of a file is a hint, its digest the truth. A file with the size, times and inode of
its stamp is unchanged, unless it was so young when it was indexed that a later change may
hide behind the same stat (as git's index calls it: racy). Where the stat differs and the
digest does not, the file was only touched: it waits for the next commit, which renews its stamp.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import closing, suppress
from typing import TYPE_CHECKING, cast
from zlib import crc32

from .. import forks
from ..content import reader
from ..engine.api import BulkWriter, Engine, FileStamp, FileState, FileTable, Identity, Put, Writer
from ..errors import EngineUnavailableError, IndexDamagedError, IndexLockedError, IndexWriteError
from ..logs import INFO, log
from ..model import Problem
from ..named_tuple import NamedTuple
from ..paths import StrPath
from ..public import public
from ..settings import Settings
from ..sites.detect import LARGEST, surroundings
from ..text.analyzer import Analyzer

if TYPE_CHECKING:
    from .comparison import Comparison

#: So many touched files are a commit of their own, else each search would read all of them again.
MANY_TOUCHED = 100
#: A search waits no longer for another writer, whatever is set.
_LONGEST_WAIT_MS = 60_000
#: The settings that a post is read by.
_USED = ("anchors", "fields", "timezone", "language", "translations", "simplify", "url", "base_url")

#: The fields of a stamp that say when the same stat does not suffice, and what they are where it does.
_CONDITIONS = slice(FileStamp._fields.index("reconsider_at"), None)
_NONE = FileStamp(0, 0, 0, 0, b"")[_CONDITIONS]

Progress = Callable[[int, int], None]


class Plan(NamedTuple):
    """What a commit has to do. Paths are sorted; `bytes` is the size of the files that have to be read.

    `touched` are files with a new stat and the same bytes, `full` says that nothing of the old index stays,
    `only` are the paths that were looked at, if not all were.
    """

    add: tuple[str, ...]
    change: tuple[str, ...]
    remove: tuple[str, ...]
    unchanged: int
    bytes: int
    problems: tuple[Problem, ...]
    touched: tuple[str, ...]
    settings: str
    full: bool
    only: Set[str] | None = None

    @property
    def files(self) -> int:
        """The number of files that were added, changed or removed."""
        return len(self.add) + len(self.change) + len(self.remove)

    @property
    def pending(self) -> bool:
        """Whether there is anything to commit."""
        return self.full or self.files > 0

    @property
    def idle(self) -> bool:
        """Whether the index can stay as it is."""
        return not self.pending and len(self.touched) < MANY_TOUCHED

    def quick(self, settings: Settings) -> bool:
        """Whether a search can wait for it."""
        read = len(self.add) + len(self.change)
        return read <= settings.max_changed_files and self.bytes <= settings.max_changed_bytes


@public
class Report(NamedTuple):
    """What a refresh did (or, dry, would do). `problems` are those of the whole folder, as far as it was read."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int
    problems: tuple[Problem, ...]
    generation: int
    seconds: float


class Freshness(NamedTuple):
    """How the index stands to the files: `changed_files` are not in it yet, `missing` are in it still.

    `fresh` is None where nobody looked.
    """

    fresh: bool | None
    changed_files: int
    missing: tuple[str, ...] = ()


def plan(
    folder: StrPath, indexed: FileTable, settings: Settings, *, full: bool = False, only: Set[str] | None = None
) -> Plan:
    """What has to be done so that the index follows the files, or `only` these of them.

    With `full`, and after a change of the settings or of the site's own files, every post is read again.
    """
    fingerprint = _fingerprint(folder, settings)
    full = full or indexed.settings != fingerprint
    only = None if full else only
    walk = reader.walk(folder, settings, only)
    files, table = walk.files, indexed.files
    now = time.time()
    add: list[str] = []
    change: list[str] = []
    touched: list[str] = []
    size, comparison = 0, None
    for path in files if full else _to_look_at(files, table):
        state, stamp = files[path], table.get(path)
        if stamp is None:
            add.append(path)
        else:
            if not full and (stamp.reconsider_at is None or stamp.reconsider_at > now):
                comparison = comparison or _comparison(folder, settings)
                if comparison.looks_same(stamp, state):
                    continue
                if comparison.holds_same(path, stamp, state):
                    touched.append(path)
                    continue
            change.append(path)
        size += state.st_size
    there = table.keys() if only is None else table.keys() & only
    remove = tuple(sorted(path for path in there if path not in files))
    return Plan(
        add=tuple(sorted(add)),
        change=tuple(sorted(change)),
        remove=remove,
        unchanged=len(table) - len(remove) - len(change),
        bytes=size,
        problems=walk.problems,
        touched=tuple(touched),
        settings=fingerprint,
        full=full,
        only=only,
    )


def _to_look_at(files: Mapping[str, FileState], table: Mapping[str, FileStamp]) -> list[str]:
    """Which files are not at the first glance what they were: 10,000 glances take 2.5 ms, as many calls 7."""
    stamp_of = table.get
    return [
        path
        for path, state in files.items()
        if (stamp := stamp_of(path)) is None or stamp[:4] != state[:4] or stamp[_CONDITIONS] != _NONE
    ]


def refresh(
    folder: StrPath,
    engine: Engine,
    settings: Settings,
    *,
    wait: float = 0.0,
    full: bool = False,
    dry_run: bool = False,
    progress: Progress | None = None,
    jobs: int = 1,
    only: Set[str] | None = None,
    since: Identity | None = None,
) -> Report:
    """Bring an index up to the files of `folder`, in one commit.

    Nothing changed: nothing is written and no lock is taken, unless the index is damaged. `wait` is how many
    seconds another writer may take to finish, `progress` is called with (posts read, posts to read), `jobs` is
    the number of processes that a large build may use. `only` are the paths that may have changed since the
    commit `since`, where that is known: no other file is looked at, unless all have to be read again, or what can be
    built on is older, as after damage.
    """
    started = time.monotonic()
    before = engine.file_table()
    generation = before.generation
    only = only if _follows(before.identity, since) else None
    todo = plan(folder, before, settings, full=full, only=only)
    damaged = not dry_run and not todo.full and todo.only is None and bool(engine.verify())
    idle = dry_run or (todo.idle and not damaged)
    stored = engine.problems() if idle and generation else []
    problems = tuple(sorted(_all_problems(todo, stored, before.files)))
    if not idle or (set(problems) != set(stored) and not dry_run):
        analyzer = Analyzer(settings.simplify, ())
        with closing(engine.open_writer(analyzer=analyzer, wait=wait, distrust=damaged)) as writer:
            lost, base = _is_damaged(writer), writer.base
            if lost or (base.identity, base.settings) != (before.identity, before.settings):
                # Somebody else committed since we looked, or the writer begins anew.
                only = only if _follows(base.identity, since) else None
                todo = plan(folder, base, settings, full=full or lost, only=only)
            generation, problems = _commit(writer, folder, settings, todo, _ReadingJob(jobs, progress))
    seconds = time.monotonic() - started
    files = todo.add, todo.change, todo.remove
    return Report(*files, todo.unchanged, problems=problems, generation=generation, seconds=seconds)


def _follows(identity: Identity | None, since: Identity | None) -> bool:
    """Whether a commit has all that was in another: it is that one, or was made later."""
    if identity is None or since is None:
        return False
    return identity == since or identity.generation > since.generation


def catch_up(folder: StrPath, engine: Engine, settings: Settings, before: FileTable) -> Freshness:
    """Before a search: index what changed since a commit, if that is quickly done and no other writer is long at work.

    Too much to do now: only what was deleted leaves the index, since a post that is gone must not be found. Where
    there is nothing to answer from instead, what keeps the index from being written is raised.
    """
    todo = plan(folder, before, settings)
    if not todo.pending:
        return Freshness(True, 0)
    if not todo.quick(settings) and not todo.remove:
        return Freshness(False, changed_files(folder, before, settings, todo))
    try:
        wait = min(settings.max_wait_ms, _LONGEST_WAIT_MS) / 1000
        analyzer = Analyzer(settings.simplify, ())
        with closing(engine.open_writer(analyzer=analyzer, wait=wait, hurried=True)) as writer:
            base = writer.base
            if base.identity != before.identity:  # somebody else committed since, or there is nothing to go on from
                todo = plan(folder, base, settings)
            quick = todo.quick(settings)
            if not todo.pending or (not quick and not todo.remove):
                return Freshness(not todo.pending, todo.files)
            deletions = todo._replace(add=(), change=(), touched=(), full=False, settings=base.settings)
            _commit(writer, folder, settings, todo if quick else deletions)
    except (EngineUnavailableError, IndexDamagedError, IndexLockedError, IndexWriteError):
        if not before.generation:
            raise
        return Freshness(not todo.files, todo.files, todo.remove)
    return Freshness(quick, 0 if quick else todo.files)


def changed_files(folder: StrPath, before: FileTable, settings: Settings, todo: Plan) -> int:
    """How many files themselves changed: all are read again when the settings did."""
    return plan(folder, before._replace(settings=todo.settings), settings).files if todo.full else todo.files


def _comparison(folder: StrPath, settings: Settings) -> Comparison:
    with forks.barred:
        from .comparison import Comparison

    return Comparison(folder, settings.max_bytes)


def _is_damaged(writer: Writer) -> bool:
    """Whether the problems of the last commit are lost: they can only be found again by reading all posts."""
    try:
        writer.problems()
    except IndexDamagedError:
        return True
    return False


class _ReadingJob(NamedTuple):
    """How the posts of a large build are read: in so many processes."""

    jobs: int
    progress: Progress | None


def _commit(
    writer: Writer, folder: StrPath, settings: Settings, todo: Plan, reading: _ReadingJob | None = None
) -> tuple[int, tuple[Problem, ...]]:
    """Stage and commit a plan; the new generation and all problems of the folder."""
    problems_read: list[Problem] = []
    stored, table = [] if todo.full else writer.problems(), dict(writer.base.files)
    if todo.full:
        writer.clear()
    paths = todo.add + todo.change + todo.touched
    counter = _Counter(len(paths), reading.progress if reading else None)
    new = paths if todo.full else todo.add
    bulk = cast(BulkWriter, writer) if hasattr(writer, "put_files") else None
    if reading and bulk and len(new) >= bulk.bulk_from:
        with forks.barred:
            from pathlib import Path

        problems_read += bulk.put_files(Path(folder), new, settings, jobs=reading.jobs, read=counter)
        paths = paths[len(new) :]
    writer.delete(todo.remove)
    writer.put(_read(folder, settings, paths, counter, problems_read))
    again = {*todo.add, *todo.change, *todo.touched, *todo.remove}
    problems = tuple(sorted({*problems_read, *_all_problems(todo, stored, table, again)}))
    generation = writer.commit(problems=problems, settings=todo.settings)
    files = len(todo.add), len(todo.change), len(todo.remove)
    log("index", INFO, "%s: %d added, %d changed, %d removed, generation %d", folder, *files, generation)
    return generation, problems


class _Counter:
    """Counts the posts that were read, in whatever thread, and tells who wants to know."""

    def __init__(self, total: int, progress: Progress | None) -> None:
        self._total = total
        self._progress = progress
        self._done = 0
        self._lock = threading.Lock()

    def __call__(self, number: int) -> None:
        with self._lock:
            self._done += number
            if self._progress:
                self._progress(self._done, self._total)


def _read(
    folder: StrPath, settings: Settings, paths: Sequence[str], counter: _Counter, problems_read: list[Problem]
) -> Iterator[Put]:
    """Posts, read one after the other; their problems are put into `problems_read`."""
    site = reader.site(folder)
    for path in paths:
        post, stamp, problems = reader.read(folder, path, site, settings)
        problems_read += problems
        yield Put(post, path, stamp.indexed())
        counter(1)


def _all_problems(
    todo: Plan, stored: Iterable[Problem], table: Mapping[str, FileStamp], read: Set[str] = frozenset()
) -> set[Problem]:
    """The folder's problems as far as known: those of the walk, and those stored of files that stay as they are."""

    def stays(path: str) -> bool:
        return path not in read and (path in table or (todo.only is not None and path not in todo.only))

    return {*todo.problems, *(problem for problem in stored if stays(problem.path))}


def _fingerprint(folder: StrPath, settings: Settings) -> str:
    """What all posts of a folder depend on: settings, and the site's own files with their sizes and checksums."""
    parts = [f"{name}={getattr(settings, name)}" for name in _USED]
    for file in surroundings(folder):
        with suppress(OSError):
            size = os.stat(file).st_size if os.path.isfile(file) else 0
            content = b""
            if 0 < size <= LARGEST:
                with open(file, "rb") as opened:
                    content = opened.read()
            parts.append(f"{os.path.relpath(file, folder)}:{size}:{crc32(content):08x}")
    return "\n".join(parts)
