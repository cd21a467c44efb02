"""How do posts become segments that wait for a commit?

As in the embedded engine the posts of a full build are measured against the average lengths of as many as make a
segment there, or of all where there are few, so that both give the same scores. So they are first counted, which is
quick, and compiled when their averages are known; meanwhile and until the commit nothing but their segments is kept,
in a file without a name.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from operator import add
from typing import IO

from .... import posix
from ....model import Post
from ....named_tuple import NamedTuple
from ....schema import BODY, CODE, HEADING, SCORED
from ....scoring import OWN_AVERAGES
from ....text.analyzer import Analyzer
from ....text.characters import is_spaceless, run_text
from ....text.tokenizer import terms_at
from ...api import FileStamp, Put
from ...embedded.write.checkpoints import code_edges, stretches
from ...embedded.write.field_values import short_texts
from ...embedded.write.inverter import MAX_CHARACTERS, MAX_POSTS, FieldTotal
from ...embedded.write.segment_builder import SegmentKind, average_lengths
from ..format.averages import kind_name, kind_of
from ..format.one_post_segment import compiled, opened
from .post_facts import PostFacts, facts_of, field_totals


class Stored(NamedTuple):
    """Where a segment lies in a spool."""

    start: int
    size: int


class StagedFile(NamedTuple):
    """A file that waits for the commit: where its segment is and what that says, of one with nothing to index neither;
    `checksum` is that of the post. `order` says which of several versions is the last, `spool` is the number of the
    process whose spool it is in."""

    order: int
    path: str
    stamp: FileStamp
    checksum: str = ""
    stored: Stored | None = None
    facts: PostFacts | None = None
    spool: int = 0


class Spool:
    """Segments in a file that has no name, and is gone when this process ends."""

    def __init__(self) -> None:
        self._file: IO[bytes] | None = None
        self._end = 0

    def put(self, content: bytes) -> Stored:
        """Keep a segment."""
        if self._file is None:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as this
        self._file.write(content)
        stored = Stored(self._end, len(content))
        self._end += len(content)
        return stored

    def get(self, stored: Stored) -> bytes:
        """A segment that was kept."""
        assert self._file
        self._file.flush()
        return posix.pread(self._file.fileno(), stored.size, stored.start)

    def close(self) -> None:
        """Give the room back."""
        if self._file:
            self._file.close()
        self._file, self._end = None, 0


class _Ordered(NamedTuple):
    """A file with a post, and when it was put."""

    order: int
    put: Put
    post: Post


class _Stretch:
    """Posts of a kind that are measured together."""

    def __init__(self) -> None:
        self.posts: list[_Ordered] = []
        self.lengths = [FieldTotal(0, 0)] * len(SCORED)
        self.characters = 0

    def add(self, post: _Ordered, lengths: Sequence[int]) -> None:
        """Count a post in."""
        self.posts.append(post)
        self.characters += sum(len(section.text) for section in post.post.sections)
        self.lengths = [
            FieldTotal(*map(add, total, length))
            for total, length in zip(self.lengths, field_totals(lengths), strict=True)
        ]

    @property
    def full(self) -> bool:
        """Whether it would be a whole segment of the embedded engine."""
        return len(self.posts) >= MAX_POSTS or self.characters >= MAX_CHARACTERS


class Compiler:
    """Compiles posts into a spool: at once against `averages`, or if there are none against those of each stretch."""

    def __init__(self, analyzer: Analyzer, spool: Spool, averages: Mapping[str, Sequence[float]] | None) -> None:
        self._analyzer = analyzer
        self._spool = spool
        self._averages = averages
        self._measure = Measure(analyzer)
        self._open: dict[SegmentKind, _Stretch] = {}
        self._totals: list[Sequence[FieldTotal]] = []

    def add(self, put: Put, order: int) -> Iterator[StagedFile]:
        """Take in a file; those whose segments are ready now."""
        post = put.post
        if post is None:
            yield StagedFile(order, put.path, put.stamp)
            return
        kind = kind_of(post, self._analyzer)
        if self._averages is not None:
            yield self._compiled(_Ordered(order, put, post), self._averages[kind_name(kind)])
            return
        stretch = self._open.setdefault(kind, _Stretch())
        stretch.add(_Ordered(order, put, post), self._measure.lengths(post))
        if stretch.full:
            yield from self._finished(kind)

    def finish(self) -> Iterator[StagedFile]:
        """The files whose segments were not ready before."""
        for kind in list(self._open):
            yield from self._finished(kind)

    def _finished(self, kind: SegmentKind) -> Iterator[StagedFile]:
        stretch = self._open[kind]
        totals: Iterable[Sequence[FieldTotal]] = [stretch.lengths]
        if len(stretch.posts) < OWN_AVERAGES:
            totals = [*(one.lengths for one in self._open.values()), *self._totals]
        averages = average_lengths([*totals])
        self._totals.append(self._open.pop(kind).lengths)
        for post in stretch.posts:
            yield self._compiled(post, averages)

    def _compiled(self, ordered: _Ordered, averages: Sequence[float]) -> StagedFile:
        order, put, post = ordered
        segment = compiled(post, self._analyzer, averages)
        facts = facts_of(opened(segment, put.path))
        return StagedFile(order, put.path, put.stamp, post_checksum(post), self._spool.put(segment), facts)


class Measure:
    """Counts the words of posts, as an inversion does and without making one."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self._widths = {code: _Widths(code) for code in (False, True)}

    def lengths(self, post: Post) -> list[int]:
        """The length of each field by its code, in words."""
        lengths = [0] * len(SCORED)
        for field, text in short_texts(post):
            lengths[field] += self._words(text, code=False)
        for section in post.sections:
            lengths[HEADING] += self._words(section.heading, code=False)
            for start, stop, field in stretches(section.text, code_edges(section.code)):
                lengths[BODY] += self._words(section.text[start:stop], code=field == CODE)
        return lengths

    def _words(self, text: str, *, code: bool) -> int:
        return sum(map(self._widths[code].__getitem__, self._analyzer.raw_tokens(text)))


class _Widths(dict[str, int]):
    """Raw token -> how many positions it takes."""

    def __init__(self, code: bool) -> None:
        super().__init__()
        self._code = code

    def __missing__(self, raw: str) -> int:
        if is_spaceless(raw):
            return len(run_text(raw))
        width = self[raw] = len(terms_at(raw, self._code))
        return width


def post_checksum(post: Post) -> str:
    """What tells a post from another version of it: all that was read of it, but for a date that is only its file's."""
    if post.date_from == "file":
        post = post._replace(date_seconds=None)
    return blake2b(repr(post).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
