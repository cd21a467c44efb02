"""Which commit answers, with its segments open?

What lies there is verified as it is opened (`commits`, `segment`); here a commit is found all of whose files are there.
"""

from __future__ import annotations

from weakref import WeakValueDictionary

from ....errors import IndexDamagedError, IndexMissingError, Remedy
from ....named_tuple import NamedTuple
from ...api import Identity
from ..format.segment_file import SegmentFile, damaged
from ..storage.commits import Commit, SegmentEntry, Store
from .scope import Part, Segment
from .snapshot import Snapshot

#: A search that finds files gone because of commits meanwhile looks for the newest commit again, so often.
_ATTEMPTS = 20

_segments: WeakValueDictionary[tuple[str, int, int], Segment] = WeakValueDictionary()


class OpenCommit(NamedTuple):
    """A commit with its segments open."""

    commit: Commit
    parts: list[Part]


def snapshot(store: Store) -> Snapshot:
    """The newest commit, open for searching."""
    commit, parts = newest(store)
    size = sum(entry.file.size for entry in commit.segments) + sum(file.size for file in commit.tables)
    return Snapshot(commit.identity or Identity(commit.generation, b"", 0, 0), parts, size)


def newest(store: Store) -> OpenCommit:
    """The newest commit whose files are all there, with its segments open.

    Tries again when a writer removed a file under its hands. Raises `IndexMissingError` if there is no
    commit, `IndexDamagedError` if none of them verifies.
    """
    failed: list[IndexDamagedError] = []
    for _ in range(_ATTEMPTS):
        failed, generations = [], store.generations()
        if not generations:
            raise IndexMissingError("there is no index yet", Remedy.BUILD, path=store.place)
        for generation in generations:
            try:
                commit = store.commit(generation)
                return OpenCommit(commit, [part(store, entry) for entry in commit.segments])
            except IndexDamagedError as error:
                failed.append(error)
            if store.generations() != generations:
                break
        else:
            break
    raise failed[0]


def part(store: Store, entry: SegmentEntry) -> Part:
    """An open segment with its deleted posts, as an entry of a commit has them."""
    return Part(segment(store, entry), frozenset(entry.deleted), entry.drafts)


def segment(store: Store, entry: SegmentEntry) -> Segment:
    """An open segment; the same object for the same file, so that caches outlive a commit. Raises IndexDamagedError."""
    path = store.file(entry.file.name)
    key = (path, entry.file.size, entry.file.check)
    opened = _segments.get(key)
    # Not for a file that was put in the other's place, or written over: it would go unchecked.
    if opened is None or not opened.file.unchanged():
        file = SegmentFile(path, entry.file.size, entry.file.check)
        try:
            opened = _segments[key] = Segment(file)
        except (ValueError, TypeError, KeyError) as error:
            raise damaged(path, "it has another form") from error
    if not opened.posts == entry.posts == len(opened.documents.end):
        raise damaged(path, "it does not have the posts that the commit names")
    return opened
