"""Which posts changed since the last commit, and how does the index follow them in one commit?

`plan` compares the tree with the post table and reads nothing that has not changed;
`refresh` applies a plan; `catch_up` does so before a search, if that is quickly done.
How a file is found and read is `posts`; how a commit is made durable is the engine.

The stat of a file is a hint, its digest the truth. A file with the size, times and inode of
its stamp is unchanged, unless it was so young when it was indexed that a later change may
hide behind the same stat (as git's index calls it: racy). Where the stat differs and the
digest does not, the file was only touched: its stamp is renewed with the next commit.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, suppress
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from . import embedded, posts
from .config import Settings
from .embedded.writer import IndexWriter
from .engine import Stamp
from .errors import IndexDamagedError, IndexLockedError, IndexMissingError, IndexWriteError
from .model import Post, Problem

#: So many stamps to renew are a commit of their own, else each search would read all of these files again.
RESTAMP = 100
#: The files, in a folder of posts or so many folders above it, that say how its site makes links, anchors and dates.
_SITE_FILE = re.compile(r"(?:_config|config|hugo|mkdocs)\.(?:ya?ml|toml|json)|astro\.config\.\w+|\.obsidian")
_ABOVE = 4
#: The digest of a file that could not be read: no file has it.
_UNREAD = bytes(16)

Progress = Callable[[int, int], None]


class Known(NamedTuple):
    """What the newest commit knows of the files: its number (0: there is none that can be used), the post
    table, and the fingerprint of the settings and the site it was made with."""

    generation: int
    table: Mapping[str, Stamp]
    settings: str


class Plan(NamedTuple):
    """What a commit has to do. Paths are sorted; `bytes` is the size of the files that have to be read.

    `touched` are stamps to renew, `full` says that nothing of the old index stays.
    """

    add: tuple[str, ...]
    change: tuple[str, ...]
    remove: tuple[str, ...]
    unchanged: int
    bytes: int
    problems: tuple[Problem, ...]
    touched: Mapping[str, Stamp]
    settings: str
    full: bool

    @property
    def files(self) -> int:
        """The number of files that were added, changed or removed."""
        return len(self.add) + len(self.change) + len(self.remove)

    @property
    def pending(self) -> bool:
        """Whether there is anything to commit."""
        return self.full or self.files > 0 or len(self.touched) >= RESTAMP

    def quick(self, settings: Settings) -> bool:
        """Whether a search can wait for it."""
        read = len(self.add) + len(self.change)
        return read <= settings.max_changed_files and self.bytes <= settings.max_changed_bytes


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
    """How the index stands to the files: `changed_files` are not in it yet, `gone` are in it still."""

    fresh: bool
    changed_files: int
    gone: tuple[str, ...] = ()


def known(directory: Path) -> Known:
    """What the newest commit knows; nothing if there is none, or none that this version can go on from."""
    try:
        generation = embedded.generation(directory) or 0
        return Known(generation, embedded.read_table(directory), embedded.read_settings(directory))
    except (IndexMissingError, IndexDamagedError):
        return Known(0, {}, "")


def plan(folder: Path, known: Known, settings: Settings, *, full: bool = False) -> Plan:
    """What has to be done so that the index follows the files.

    With `full`, and after a change of the settings or of the site's own files, every post is read again.
    """
    walk = posts.walk(folder, settings)
    fingerprint = _fingerprint(folder, settings)
    full = full or known.settings != fingerprint
    table = known.table
    now = time.time()
    add: list[str] = []
    change: list[str] = []
    touched: dict[str, Stamp] = {}
    size = 0
    for path, stat in walk.files.items():
        stamp = table.get(path)
        if stamp is None:
            add.append(path)
        else:
            if not full and (stamp.reconsider_at is None or stamp.reconsider_at > now):
                if not stamp.racy and looks_same(stamp, stat):
                    continue
                if renewed := _renewed(folder / path, stamp, stat):
                    touched[path] = renewed
                    continue
            change.append(path)
        size += stat.st_size
    remove = tuple(sorted(table.keys() - walk.files.keys()))
    unchanged = len(walk.files) - len(add) - len(change)
    lists = tuple(sorted(add)), tuple(sorted(change)), remove
    return Plan(*lists, unchanged, size, tuple(walk.problems), touched, fingerprint, full)


def refresh(
    folder: Path,
    directory: Path,
    settings: Settings,
    *,
    wait: float = 0.0,
    full: bool = False,
    dry_run: bool = False,
    progress: Progress | None = None,
    jobs: int = 1,
) -> Report:
    """Bring the index in `directory` up to the files of `folder`, in one commit.

    Nothing changed: nothing is written and no lock is taken. `wait` is how many seconds another
    writer may take to finish, `progress` is called with (posts read, posts to read).
    """
    started = time.monotonic()
    before = known(directory)
    generation = before.generation
    todo = plan(folder, before, settings, full=full)
    if dry_run or not todo.pending:
        stored = embedded.read_problems(directory) if generation else []
        problems = _all_problems(stored, before.table, todo, ())
    else:
        with closing(embedded.open_writer(directory, wait=wait)) as writer:
            if (writer.generation - 1, writer.settings) != (generation, before.settings):
                # Somebody else committed since we looked, or the writer found the index damaged.
                todo = plan(folder, Known(generation, writer.table(), writer.settings), settings, full=full)
            generation, problems = _commit(writer, folder, settings, todo, progress)
    seconds = time.monotonic() - started
    return Report(todo.add, todo.change, todo.remove, todo.unchanged, problems, generation, seconds)


def catch_up(folder: Path, directory: Path, settings: Settings, before: Known) -> Freshness:
    """Before a search: index what changed since a commit, if that is quickly done and no other writer is at work.

    Too much to do now: only what was deleted leaves the index, since a post that is gone must not be found.
    """
    todo = plan(folder, before, settings)
    if not todo.pending:
        return Freshness(True, 0)
    if not todo.quick(settings) and not todo.remove:
        return Freshness(False, todo.files)
    try:
        with closing(embedded.open_writer(directory)) as writer:
            if writer.generation - 1 != before.generation:  # somebody else committed since
                todo = plan(folder, Known(writer.generation - 1, writer.table(), writer.settings), settings)
            quick = todo.quick(settings)
            deletions = todo._replace(add=(), change=(), touched={}, full=False, settings=writer.settings)
            _commit(writer, folder, settings, todo if quick else deletions, None)
    except (IndexLockedError, IndexWriteError):
        return Freshness(not todo.files, todo.files, todo.remove)
    return Freshness(quick, 0 if quick else todo.files)


def looks_same(stamp: Stamp, stat: os.stat_result) -> bool:
    """Whether a file still looks as it did when it was indexed."""
    return (
        stamp.mtime_ns == stat.st_mtime_ns
        and stamp.size == stat.st_size
        and stamp.ctime_ns == stat.st_ctime_ns
        and stamp.inode == stat.st_ino
    )


def _renewed(file: Path, stamp: Stamp, stat: os.stat_result) -> Stamp | None:
    """The stamp with the new stat, if the file's bytes are still those that were indexed."""
    if stamp.size != stat.st_size:
        return None
    try:
        content = file.read_bytes()
    except OSError:
        return None
    renewed = posts.stamp(stat, content, stamp.reconsider_at)
    return renewed if renewed.digest == stamp.digest else None


def _commit(
    writer: IndexWriter, folder: Path, settings: Settings, todo: Plan, progress: Progress | None
) -> tuple[int, tuple[Problem, ...]]:
    """Stage and commit a plan; the new generation and all problems of the folder."""
    found: list[Problem] = []
    stored, table = writer.problems(), dict(writer.table())
    if todo.full:
        writer.clear()
    writer.write(_read(folder, settings, todo, found, progress), todo.remove)
    if todo.touched:
        writer.restamp(todo.touched)
    writer.settings = todo.settings
    problems = _all_problems(stored, table, todo, found)
    writer.set_problems(problems)
    return writer.commit(), problems


def _read(
    folder: Path, settings: Settings, todo: Plan, found: list[Problem], progress: Progress | None
) -> Iterator[tuple[Post | None, str, Stamp]]:
    """The posts of a plan, read one after the other; their problems are put into `found`."""
    site = posts.site(folder)
    paths = todo.add + todo.change
    for number, path in enumerate(paths, 1):
        post, stamp, problems = posts.read(folder, path, site, settings)
        found += problems
        yield post, path, stamp if stamp.digest else stamp._replace(digest=_UNREAD)
        if progress:
            progress(number, len(paths))


def _all_problems(
    stored: Iterable[Problem], table: Mapping[str, Stamp], todo: Plan, found: Iterable[Problem]
) -> tuple[Problem, ...]:
    """The problems of the folder: of the walk, those just found, and those stored of posts that stay as they are."""
    again = {*todo.add, *todo.change, *todo.remove}
    kept = (problem for problem in stored if problem.path in table and problem.path not in again)
    return tuple(sorted({*todo.problems, *found, *kept}))


def _fingerprint(folder: Path, settings: Settings) -> str:
    """What all posts of a folder depend on, as a digest: settings and the site's own files."""
    used = [getattr(settings, name) for name in ("anchors", "timezone", "language", "simplify", "url", "base_url")]
    digest = blake2b(repr(used).encode("utf-8", "surrogateescape"), digest_size=16)
    start = Path(os.path.abspath(folder))
    for root in (start, *start.parents[:_ABOVE]):
        names = os.listdir(root) if os.access(root, os.R_OK) else []
        for name in sorted(filter(_SITE_FILE.fullmatch, names)):
            digest.update(os.fsencode(f"\0{root}\0{name}\0"))
            with suppress(OSError):
                digest.update((root / name).read_bytes())
        if ".git" in names:
            break
    return digest.hexdigest()
