"""Which files of an index are damaged?

Looks at the files as they lie on the disk, not at what of them is open. What is done about it is `refresh`'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from zlib import crc32

from ....errors import IndexDamagedError, IndexMissingError
from ..format.segment_file import SegmentFile, damaged
from .commits import RETAINED_COMMITS, Commit, File, Store
from .whoosh_toc import toc_bytes, toc_path
from .write_lock import is_free


def damages(store: Store) -> Iterator[IndexDamagedError]:
    """What is wrong with the files of all commits that are there; those of an older version are passed over."""
    checked: set[File] = set()
    commits: list[Commit] = []
    readable = is_free(store.directory)  # else somebody is writing files that no commit names yet
    for generation in store.generations():
        try:
            commit = store.commit(generation)
        except IndexDamagedError as error:
            readable = False
            yield error
        except IndexMissingError:
            readable = False
        else:
            commits.append(commit)
            yield from of_commit(store, commit, checked)
            try:
                toc = toc_bytes(commit.generation, commit.segments)
                store.read(File(toc_path(store.directory, commit.generation).name, len(toc), crc32(toc)))
            except IndexDamagedError as error:
                yield error
    for name in store.left_over(commits[:RETAINED_COMMITS]) if readable else ():
        yield damaged(store.file(name), "no commit names it: a run was killed, or a commit is missing")


def of_commit(store: Store, commit: Commit, checked_files: set[File]) -> Iterator[IndexDamagedError]:
    """What is wrong with the files that a commit names, but for those that were `checked_files`."""
    segments = {entry.file for entry in commit.segments}
    for file in commit.files():
        if file in checked_files:
            continue
        checked_files.add(file)
        try:
            if file in segments:
                SegmentFile(store.file(file.name), file.size, file.check).verify_all()
            else:
                store.read(file)
        except IndexDamagedError as error:
            yield error
