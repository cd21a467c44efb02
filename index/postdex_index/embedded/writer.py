"""How do posts get into an index, and old ones out, in one commit?

Implements `engine.Writer`. Posts are gathered in `Inversion`s (published and unpublished ones apart, and
those too long for 16-bit positions); each becomes a segment when it is full or at the commit. A post that
is replaced or removed stays in its old segment, named among its dead, until a merge drops it.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from ..engine import Stamp
from ..errors import IndexDamagedError, IndexMissingError
from ..model import Post, Problem
from . import segment as segments
from . import table
from .inversion import MOST_POSTS, Inversion, needs_wide
from .merge import merged
from .reader import Segment
from .segment import Column
from .store import Commit, File, Lock, SegmentEntry, Store, problem_bytes, write_error

#: A segment of so many posts measures impacts against its own averages; a smaller one takes the whole index's,
#: because its own would cost .007 nDCG.
OWN_AVERAGES = 1_000
#: Merge above so many segments of less than half the greatest size, or above this share of deleted posts.
MOST_SMALL = 4
MOST_DEAD = 0.1
#: So many changes are kept beside the table before it is written anew.
MOST_CHANGES = 16


class Kind(NamedTuple):
    """What posts of one segment have in common."""

    drafts: bool
    wide: bool


class IndexWriter:
    """The one writer of an index, from opening to `close`."""

    def __init__(self, directory: Path, *, wait: float = 0.0) -> None:
        self._store = Store(directory)
        self._store.prepare()
        self._lock = Lock(Path(directory), wait)
        self._commit = Commit(0, (), (), None, "")
        self._segments: list[Segment] = []
        try:
            self._commit, self._segments = self._store.newest()
            for one in self._segments:
                one.file.verify_once()
            self._table = self._store.table(self._commit)
        except (IndexMissingError, IndexDamagedError):
            # Derived data: whatever lies there is built anew, under a number that no reader has seen.
            self._segments, self._table = [], {}
            newest = max(self._store.generations(), default=0)
            self._commit = Commit(newest, (), (), None, "")
        except BaseException:
            self._lock.close()
            raise
        self.generation = self._commit.generation + 1
        self._begin()

    def _begin(self) -> None:
        self._open: dict[Kind, Inversion] = {}
        self._written: list[SegmentEntry] = []
        self._staged: dict[str, tuple[Inversion, int]] = {}
        self._dropped: dict[int, set[int]] = {}
        self._dead: list[set[int]] = [set(entry.dead) for entry in self._commit.segments]
        self._changes: dict[str, Stamp | None] = {}
        self._problems: list[Problem] | None = None
        self._number = 0
        self.settings = self._commit.settings

    # -- staging

    def table(self) -> Mapping[str, Stamp]:
        """The files of the last commit, by path."""
        return self._table

    def problems(self) -> list[Problem]:
        """The problems of the last commit."""
        return self._store.problems(self._commit)

    def set_problems(self, problems: Iterable[Problem]) -> None:
        """Stage the problems that the next commit shall carry."""
        self._problems = list(problems)

    def clear(self) -> None:
        """Stage the removal of everything: what is written from now on is the whole index."""
        self._dead = [set(range(entry.posts)) for entry in self._commit.segments]
        self._changes.update(dict.fromkeys(self._table))

    def write(self, puts: Iterable[tuple[Post | None, str, Stamp]], deletes: Iterable[str] = ()) -> None:
        """Stage posts to add or replace, and paths to remove; see `engine.Writer.write`."""
        for path in deletes:
            self._drop(path)
            self._changes[path] = None
        collecting = gc.isenabled()
        # A build makes millions of objects that live until the commit; looking at them again and again costs 40 %.
        gc.disable()
        try:
            for post, path, stamp in puts:
                self._drop(path)
                self._changes[path] = stamp
                if post is not None:
                    self._add(post)
        finally:
            if collecting:
                gc.enable()

    def _add(self, post: Post) -> None:
        kind = Kind(bool(post.unpublished), needs_wide(post))
        inversion = self._open.get(kind)
        if inversion is None:
            inversion = self._open[kind] = Inversion(kind.wide)
        self._staged[post.path] = (inversion, inversion.add(post))
        if inversion.full:
            self._flush(kind)

    def _drop(self, path: str) -> None:
        staged = self._staged.pop(path, None)
        if staged is not None:
            self._dropped.setdefault(id(staged[0]), set()).add(staged[1])
        if path in self._table and path not in self._changes:
            for dead, one in zip(self._dead, self._segments, strict=True):
                doc = one.columns.path(path)
                if doc is not None:
                    dead.add(doc)

    # -- committing

    def _flush(self, kind: Kind) -> None:
        """Write an inversion as a segment of the coming commit."""
        inversion = self._open.pop(kind)
        columns, meta = inversion.columns(self._averages(inversion))
        dead = sorted(self._dropped.pop(id(inversion), ()))
        # Paths of a segment that is written can still be replaced: keep the inversion's identity alive until commit.
        self._written.append(self._write_segment(columns, meta, kind.drafts, dead))

    def _write_segment(
        self, columns: Mapping[str, Column], meta: Mapping[str, object], drafts: bool, dead: Sequence[int]
    ) -> SegmentEntry:
        name = f"{self.generation:06}-{self._number}.segment"
        self._number += 1
        path = self._store.directory / name
        try:
            path.unlink(missing_ok=True)
            size, seal = segments.write(path, columns, meta)
        except OSError as error:
            raise write_error(error, path) from error
        posts = meta["posts"]
        assert isinstance(posts, int)
        return SegmentEntry(File(name, size, seal), posts, drafts, bool(meta["wide"]), tuple(dead))

    def _averages(self, inversion: Inversion) -> list[float]:
        """Field lengths to measure impacts against: the segment's own, or of a small one the whole index's."""
        totals = [inversion.averages()]
        if inversion.posts < OWN_AVERAGES:
            totals += [one.file.meta["lengths"] for one in self._segments]
        return _averages(totals)

    def commit(self) -> int:
        """Make everything staged durable and visible at once; returns the new generation."""
        if not self._changes and self._problems is None and self.settings == self._commit.settings:
            return self._commit.generation
        for kind in list(self._open):
            self._flush(kind)
        old = [
            entry._replace(dead=tuple(sorted(dead)))
            for entry, dead in zip(self._commit.segments, self._dead, strict=True)
            if len(dead) < entry.posts
        ]
        entries = self._merge([*old, *self._written])
        try:
            commit = Commit(self.generation, tuple(entries), self._tables(), self._problem_file(), self.settings)
            self._store.publish(commit)
            self._store.sweep()
        except OSError as error:
            raise write_error(error, self._store.directory) from error
        self._commit = commit
        self._segments = [self._store.segment(entry) for entry in commit.segments]
        self.generation += 1
        self._begin()
        return commit.generation

    def _merge(self, entries: list[SegmentEntry]) -> list[SegmentEntry]:
        """The segments of the coming commit, with small ones and those with many deletions merged."""
        while chosen := to_merge(entries):
            opened = [(self._store.segment(entry), entry.dead) for entry in chosen]
            posts = sum(entry.posts - len(entry.dead) for entry in chosen)
            averages = None if posts >= OWN_AVERAGES else self._index_averages(entries)
            columns, meta = merged(opened, averages)
            made = self._write_segment(columns, meta, chosen[0].drafts, ())
            entries = [entry for entry in entries if entry not in chosen] + [made]
        return entries

    def _index_averages(self, entries: Sequence[SegmentEntry]) -> list[float]:
        return _averages([self._store.segment(entry).file.meta["lengths"] for entry in entries])

    def _tables(self) -> tuple[File, ...]:
        """The table's files: one more with the changes, or a new table when these got many."""
        for path, stamp in self._changes.items():
            if stamp is None:
                self._table.pop(path, None)
            else:
                self._table[path] = stamp
        files = self._commit.tables
        if not files or len(files) > MOST_CHANGES or 4 * len(self._changes) > len(self._table):
            return (self._store.put(f"table-{self.generation:06}", table.pack(self._table)),)
        if not self._changes:
            return files
        return (*files, self._store.put(f"changes-{self.generation:06}", table.pack(self._changes)))

    def _problem_file(self) -> File | None:
        if self._problems is None:
            return self._commit.problems
        if not self._problems:
            return None
        return self._store.put(f"problems-{self.generation:06}", problem_bytes(self._problems))

    def close(self) -> None:
        """Drop what was staged and not committed, and free the lock."""
        for entry in self._written:
            try:
                os.unlink(self._store.directory / entry.file.name)
            except OSError:
                continue
        self._lock.close()

    def __enter__(self) -> IndexWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _averages(totals: Sequence[Sequence[tuple[int, int]]]) -> list[float]:
    """The average length of each field over segments, from (words, posts that have any) by field."""
    words = [sum(pair[0] for pair in field) for field in zip(*totals, strict=True)]
    posts = [sum(pair[1] for pair in field) for field in zip(*totals, strict=True)]
    return [count / number if number else 0.0 for count, number in zip(words, posts, strict=True)]


def to_merge(entries: Sequence[SegmentEntry]) -> list[SegmentEntry]:
    """Which segments to merge next: none as long as each kind has four small ones at most and few deletions.

    From the smallest up, as long as the next one is not more than twice what was taken so far: so a large
    segment is not written again for the sake of a few posts, and each post is merged a handful of times.
    """
    for kind in {(entry.drafts, entry.wide) for entry in entries}:
        same = sorted((e for e in entries if (e.drafts, e.wide) == kind), key=lambda e: e.posts - len(e.dead))
        small = [entry for entry in same if entry.posts - len(entry.dead) < MOST_POSTS // 2]
        if len(small) > MOST_SMALL:
            taken, posts = small[:2], sum(entry.posts for entry in small[:2])
            for entry in small[2:]:
                if entry.posts > 2 * posts or posts + entry.posts > MOST_POSTS:
                    break
                taken.append(entry)
                posts += entry.posts
            return taken
        for entry in same:
            if len(entry.dead) > max(entry.posts * MOST_DEAD, 1):
                return [entry]
    return []
