"""How do posts become segment files, in this process or in one of several?

A `SegmentBuilder` puts posts into inversions by kind and writes each as a segment when it is full or at the end.
The writer has one; with several jobs each process has one (`postdex_index.worker`), and the writer adopts
what they wrote.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from ....model import Post
from ....named_tuple import NamedTuple
from ....scoring import OWN_AVERAGES
from ....text.analyzer import Analyzer
from ..format import segment_file
from ..format.columns import DEFLATED
from ..format.segment_file import Column
from ..read.scope import Segment
from ..storage.commits import File, SegmentEntry, Store, write_error
from .inverter import FieldTotal, Inversion, needs_wide


class SegmentKind(NamedTuple):
    """What posts of one segment have in common: whether they are unpublished, and too long for 16-bit positions."""

    drafts: bool
    wide: bool


class StagedPost(NamedTuple):
    """Where a post was put: an inversion that may have been written since, and its number in it."""

    inversion: Inversion
    doc_id: int


class SegmentBuilder:
    """A builder of segment files: posts are added, and written as a segment when one is full or at the end.

    `names` are the names of the files, one after the other; `others` are the field lengths of segments
    that a small one shares its averages with.
    """

    def __init__(
        self,
        store: Store,
        names: Iterator[str],
        analyzer: Analyzer,
        others: Callable[[], Sequence[Sequence[FieldTotal]]] = tuple,
    ) -> None:
        self._store = store
        self._names = names
        self._analyzer = analyzer
        self._others = others
        self._open: dict[SegmentKind, Inversion] = {}
        self._written: list[tuple[Inversion, SegmentEntry]] = []
        self._dropped: dict[int, set[int]] = {}

    def add(self, post: Post) -> StagedPost:
        """Take in a post."""
        kind = SegmentKind(bool(post.unpublished), needs_wide(post, self._analyzer))
        inversion = self._open.get(kind)
        if inversion is None:
            inversion = self._open[kind] = Inversion(self._analyzer, kind.wide)
        placed = StagedPost(inversion, inversion.add(post))
        if inversion.full:
            self._write(kind)
        return placed

    def drop(self, placed: StagedPost) -> None:
        """Count a post that was taken in as deleted."""
        self._dropped.setdefault(id(placed.inversion), set()).add(placed.doc_id)

    def finish(self) -> list[SegmentEntry]:
        """Write what is open; the entries of all segments that were written."""
        for kind in list(self._open):
            self._write(kind)
        entries = [
            entry._replace(deleted=tuple(sorted(self._dropped.get(id(inversion), ()))))
            for inversion, entry in self._written
        ]
        return [entry for entry in entries if len(entry.deleted) < entry.posts]

    def _write(self, kind: SegmentKind) -> None:
        inversion = self._open[kind]
        totals: list[Sequence[FieldTotal]] = [inversion.field_totals()]
        if inversion.posts < OWN_AVERAGES:
            inversions = (*self._open.values(), *(written for written, _ in self._written))
            totals = [*map(Inversion.field_totals, inversions), *self._others()]
        columns, meta = inversion.columns(average_lengths(totals))
        entry = write_segment(self._store, next(self._names), columns, meta, kind.drafts)
        self._written.append((self._open.pop(kind), entry))


def write_segment(
    store: Store, name: str, columns: Mapping[str, Column], meta: Mapping[str, object], drafts: bool
) -> SegmentEntry:
    """Write a segment file, durably. Raises `IndexWriteError`."""
    path = store.directory / name
    try:
        size, seal = segment_file.write(path, columns, meta, DEFLATED)
    except OSError as error:
        raise write_error(error, path) from error
    posts = meta["posts"]
    assert isinstance(posts, int)
    return SegmentEntry(File(name, size, seal), posts, drafts, bool(meta["wide"]), ())


def average_lengths(totals: Sequence[Sequence[FieldTotal]]) -> list[float]:
    """Average length by field code, in words, over the totals by field code of several segments."""
    by_field = [
        (sum(total.words for total in field), sum(total.posts for total in field))
        for field in zip(*totals, strict=True)
    ]
    return [words / posts if posts else 0.0 for words, posts in by_field]


def live_lengths(segment: Segment, deleted: Iterable[int]) -> list[FieldTotal]:
    """Total length by field code, of the live posts of a segment."""
    column: Sequence[int] = segment.file.column("field_lengths")
    totals: list[FieldTotal] = []
    for code, (words, posts) in enumerate(segment.file.meta["lengths"]):
        deleted_lengths = [column[code * segment.posts + doc] for doc in deleted]
        totals.append(FieldTotal(words - sum(deleted_lengths), posts - sum(map(bool, deleted_lengths))))
    return totals


@contextmanager
def no_collection() -> Iterator[None]:
    """No garbage collection meanwhile: a build makes millions of objects that live until the commit, and looking
    at them again and again would cost 40 %."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()
