"""How do posts get into an index, and old ones out, in one commit?

Implements `engine.Writer`. New posts become segments (`segment_builder.py`); a post that is replaced or removed
stays in its old segment, named among its dead, until a merge (`merger.py`) drops it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack, suppress
from itertools import count
from pathlib import Path

from .... import forks
from ....errors import IndexDamagedError, IndexFault, IndexMissingError, IndexWriteError
from ....model import Problem
from ....scoring import OWN_AVERAGES
from ....settings import Settings
from ....text.analyzer import Analyzer
from ...api import FileStamp, FileTable, Put
from ..read import opening
from ..read.scope import Segment
from ..storage import file_table
from ..storage.commits import RETAINED_COMMITS, Commit, File, SegmentEntry, Store, problem_bytes, write_error
from ..storage.verify_checksums import of_commit
from ..storage.whoosh_toc import write_toc
from ..storage.write_lock import Lock
from .inverter import MAX_POSTS, FieldTotal
from .merger import merged
from .segment_builder import SegmentBuilder, StagedPost, live_lengths, no_collection, write_segment

#: Merge above so many segments of less than half the greatest size, or above this share of deleted posts.
MAX_SMALL = 4
MAX_DELETED_SHARE = 0.1
#: Who waits for a search does not wait for a larger merge, which costs .5 ms a post: it is left to the next run.
MAX_HURRIED = 500
#: So many changes are kept beside the table before it is written anew.
MAX_CHANGES = 16


#: What a writer begins from that can build on nothing.
_NOTHING = Commit(0, (), (), None, "")


class IndexWriter:
    """The one writer of an index, from opening to `close`. With `distrust` every byte that it builds on is
    read again from the disk, and its first commit keeps none of those before: nor does one that replaces all.
    With `hurried` large merges are left to others."""

    def __init__(
        self,
        directory: Path,
        *,
        analyzer: Analyzer,
        wait: float = 0.0,
        distrust: bool = False,
        hurried: bool = False,
    ) -> None:
        self._analyzer = analyzer
        self._hurried = hurried
        self._store = Store(directory)
        self._store.prepare()
        self._lock = Lock(Path(directory), wait)
        self._failed = False
        self._spent = False
        self._pauses = ExitStack()  # no garbage collection until what was staged is gone: one over it would cost 5 %
        try:
            self._commit, self._segments, self._file_table = self._opened(distrust)
            self.generation = self._store.next_generation()
            self._store.sweep_unfinished()
        except BaseException:
            self._lock.close()
            raise
        self._retained = [self._commit] if self._commit.identity and not distrust else []
        self._begin()

    def _opened(self, distrust: bool) -> tuple[Commit, list[Segment], dict[str, FileStamp]]:
        """The newest commit. If it cannot be used, nothing: derived data, so whatever lies there is built anew."""
        try:
            commit, parts = opening.newest(self._store)
            if distrust:
                for error in of_commit(self._store, commit, set()):
                    raise error
            for part in parts:
                part.segment.file.verify_once()
            return commit, [part.segment for part in parts], dict(self._store.file_table(commit))
        except (IndexMissingError, IndexDamagedError):
            return _NOTHING, [], {}

    @property
    def base(self) -> FileTable:
        """The files of the commit that the next one builds on."""
        return FileTable(self._commit.identity, self._file_table, self._commit.settings)

    def _begin(self) -> None:
        self._names = (f"{self.generation:06}-{number}.segment" for number in count())
        self._builder = SegmentBuilder(self._store, self._names, self._analyzer, self._lengths)
        self._added_segments: list[SegmentEntry] = []
        self._staged: dict[str, StagedPost] = {}
        self._deleted: list[set[int]] = [set(entry.deleted) for entry in self._commit.segments]
        self._changes: dict[str, FileStamp | None] = {}

    # -- staging

    def problems(self) -> list[Problem]:
        """The problems of the last commit."""
        return self._store.problems(self._commit)

    def clear(self) -> None:
        """Stage the removal of everything: what is put from now on is the whole index."""
        self._deleted = [set(range(entry.posts)) for entry in self._commit.segments]
        self._changes.update(dict.fromkeys(self._file_table))
        self._retained = []

    def delete(self, paths: Iterable[str]) -> None:
        """Stage files to remove."""
        self._lock.check()
        for path in paths:
            self._drop(path)
            self._changes[path] = None

    def put(self, files: Iterable[Put]) -> None:
        """Stage files to add or replace."""
        self._lock.check()
        self._pauses.enter_context(no_collection())
        for post, path, stamp in files:
            self._drop(path)
            self._changes[path] = stamp
            if post is not None:
                self._staged[path] = self._builder.add(post)

    @property
    def bulk_from(self) -> int:
        """Fewer files than these are one stretch, which is better put here."""
        with forks.barred:
            from . import workers  # subprocesses and threads, which a small commit has no use for

        return workers.SHARED_FROM

    def put_files(
        self, folder: Path, paths: Sequence[str], settings: Settings, *, jobs: int, read: Callable[[int], None]
    ) -> list[Problem]:
        """Stage files that the index has not yet as segments made in several processes; see `engine.BulkWriter`."""
        with forks.barred:
            from . import workers

        self._pauses.enter_context(no_collection())
        tasks = [workers.Task(next(self._names).removesuffix(".segment"), part) for part in workers.share(paths)]
        job = workers.Job(folder, self._store.directory, settings, read)
        if jobs > 1:
            parts = workers.in_processes(job, tasks, jobs, self._lock.file)
        else:
            parts = [workers.build(job, task) for task in tasks]
        for part in parts:
            self._added_segments += part.entries
            self._changes.update(part.stamps)
        return [problem for part in parts for problem in part.problems]

    def _lengths(self) -> list[Sequence[FieldTotal]]:
        opened = zip(self._opened_segments(), self._deleted, strict=True)
        return [live_lengths(segment, deleted) for segment, deleted in opened if len(deleted) < segment.posts]

    def _opened_segments(self) -> list[Segment]:
        if len(self._segments) < len(self._commit.segments):
            self._segments = [opening.segment(self._store, entry) for entry in self._commit.segments]
        return self._segments

    def _drop(self, path: str) -> None:
        staged = self._staged.pop(path, None)
        if staged is not None:
            self._builder.drop(staged)
        if path in self._file_table and path not in self._changes:
            for deleted, segment in zip(self._deleted, self._opened_segments(), strict=True):
                doc = segment.columns.path(path)
                if doc is not None:
                    deleted.add(doc)

    # -- committing

    def commit(self, *, problems: Iterable[Problem] | None = None, settings: str | None = None) -> int:
        """Make everything staged durable and visible at once; returns the new generation.

        After an error the old commit is the index, and this writer can only be closed. Raises IndexWriteError.
        """
        settings = self._commit.settings if settings is None else settings
        if not self._changes and problems is None and settings == self._commit.settings:
            return self._commit.generation
        if self._failed:
            raise IndexWriteError("this writer has failed before", "open another", path=str(self._store.directory))
        self._failed = True  # until it is done
        self._lock.check()
        written = [*self._builder.finish(), *self._added_segments]
        old = [
            entry._replace(deleted=tuple(sorted(deleted)))
            for entry, deleted in zip(self._commit.segments, self._deleted, strict=True)
            if len(deleted) < entry.posts
        ]
        entries = self._merge([*old, *written])
        rows = dict(self._file_table)
        file_table.apply(rows, self._changes)
        try:
            tables, problem_file = self._table_files(rows), self._problem_file(problems)
            commit = Commit(self.generation, tuple(entries), tables, problem_file, settings)
            # First, so that a Whoosh program never sees a commit before its TOC; it is not ours to read.
            write_toc(self._store.directory, commit.generation, commit.segments)
            self._lock.check()
            self._spent = True
            self._store.publish(commit)
            self._spent = False
        except OSError as error:
            raise write_error(error, self._store.directory) from error
        self._file_table = rows
        self._go_on(commit)
        return commit.generation

    def _go_on(self, commit: Commit) -> None:
        """What is left to do when a commit is the index already."""
        self._commit = commit = commit._replace(identity=self._store.identity(commit.generation))
        with suppress(IndexFault):  # it is only in the way; the next run tries again
            self._store.sweep([*self._retained[: RETAINED_COMMITS - 1], commit])
        self._segments = []  # opened when they are needed: the commit has succeeded, whatever fails now
        self._retained = [commit]
        self.generation += 1
        self._begin()
        self._pauses.close()
        self._failed = False

    def _merge(self, entries: list[SegmentEntry]) -> list[SegmentEntry]:
        """The segments of the coming commit, with small ones and those with many deletions merged."""
        while chosen := to_merge(entries):
            opened = [opening.part(self._store, entry) for entry in chosen]
            posts = sum(entry.posts - len(entry.deleted) for entry in chosen)
            if self._hurried and posts > MAX_HURRIED:
                break
            rest = [entry for entry in entries if entry not in chosen]
            shared = rest if posts < OWN_AVERAGES else []
            shared_lengths = [live_lengths(opening.segment(self._store, entry), entry.deleted) for entry in shared]
            columns, meta = merged(opened, shared_lengths)
            merged_entry = write_segment(self._store, next(self._names), columns, meta, chosen[0].drafts)
            entries = [*rest, merged_entry]
        return entries

    def _table_files(self, rows: Mapping[str, FileStamp]) -> tuple[File, ...]:
        """The table's files: one more with the changes, or a new table when these got many."""
        files = self._commit.tables
        if not files or len(files) > MAX_CHANGES or 4 * len(self._changes) > len(rows):
            return (self._store.put(f"table-{self.generation:06}", file_table.pack(rows)),)
        if not self._changes:
            return files
        return (*files, self._store.put(f"changes-{self.generation:06}", file_table.pack(self._changes)))

    def _problem_file(self, problems: Iterable[Problem] | None) -> File | None:
        if problems is None:
            return self._commit.problems
        content = problem_bytes(problems)
        return self._store.put(f"problems-{self.generation:06}", content) if content != problem_bytes(()) else None

    def close(self) -> None:
        """Drop what was staged and not committed, and free the lock."""
        # A number that readers may have seen for a moment is not given again: its files stay for the next writer.
        if self._lock.held and not self._spent:
            with suppress(IndexFault):  # else the next writer removes it
                self._store.sweep_unfinished()
        self._pauses.close()
        self._lock.close()

    def __enter__(self) -> IndexWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def to_merge(entries: Sequence[SegmentEntry]) -> list[SegmentEntry]:
    """Which segments to merge next: none as long as each kind has four small ones at most and few deletions.

    From the smallest up, as long as the next one is not more than twice what was taken so far: so a large
    segment is not written again for the sake of a few posts, and each post is merged a handful of times.
    """
    for kind in {(entry.drafts, entry.wide) for entry in entries}:
        same = sorted((e for e in entries if (e.drafts, e.wide) == kind), key=lambda e: e.posts - len(e.deleted))
        small = [entry for entry in same if entry.posts - len(entry.deleted) < MAX_POSTS // 2]
        if len(small) > MAX_SMALL:
            taken, posts = small[:2], sum(entry.posts for entry in small[:2])
            for entry in small[2:]:
                if entry.posts > 2 * posts or posts + entry.posts > MAX_POSTS:
                    break
                taken.append(entry)
                posts += entry.posts
            return taken
        for entry in same:
            if len(entry.deleted) > max(entry.posts * MAX_DELETED_SHARE, 1):
                return [entry]
    return []
