"""The seam: what may be asked of an engine, and what comes back.

Above it: parsing, slips, closeness of words, snippets, faces. Below it: matching,
scoring, facets, columns. No object and no exception of a storage library crosses it.
A failure is an error of `postdex_index.errors`, never an empty answer. An `Engine` is one
index, which gives a `Reader` and a `Writer`; `tests/engine_contract.py` holds what each promises.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from ..document import Outlined
from ..model import Explanation, Post, Problem
from ..named_tuple import NamedTuple
from ..query import Leaf, Query
from ..settings import Settings
from ..text.analyzer import Analyzer

if TYPE_CHECKING:
    from pathlib import Path

#: A search finds no fewer candidates, if so many match: in so many posts the closeness of words is looked at.
FEWEST = 50
#: A field of the front matter that so many posts have is one of the site's: fewer may have it by mistake.
SHARED = 3


class Identity(NamedTuple):
    """What tells a commit from every other, one of the same number too, as in an index that was removed and made anew:
    its number, and of its file the last line, which is a checksum, the inode and the time when it was written."""

    generation: int
    check: bytes
    inode: int
    mtime_ns: int


class FileState(NamedTuple):
    """What `stat` says of a file, as far as it is compared with a stamp, by the names of `os.stat_result`."""

    st_size: int
    st_mtime_ns: int
    st_ctime_ns: int
    st_ino: int
    st_mode: int


class FileStamp(NamedTuple):
    """What a file looked like when it was indexed: the hint (stat) and the truth (digest).

    `digest` is the BLAKE2b-128 of the bytes; `reconsider_at` as in `model.Post`;
    `racy` says that the file was so young that the same stat may hide a later change. `included` are the files that
    stand in this one's text, each once.
    """

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    digest: bytes
    reconsider_at: int | None = None
    racy: bool = False
    included: tuple[IncludedFile, ...] = ()

    @classmethod
    def seen(cls, state: os.stat_result | FileState) -> FileStamp:
        """A file's stamp without a digest: size, times and inode in 64 bits each, whatever a file system says.

        Times beyond the years 1677 to 2262 and inodes go round, so that two that differ do so still.
        """
        times = [(ns + (1 << 63)) % (1 << 64) - (1 << 63) for ns in (state.st_mtime_ns, state.st_ctime_ns)]
        return cls(min(max(state.st_size, 0), (1 << 63) - 1), times[0], times[1], state.st_ino % (1 << 64), b"")

    def looks_like(self, state: FileState) -> bool:
        """Whether a file still looks as it did when it was indexed."""
        return self[:4] == state[:4] or self[:4] == FileStamp.seen(state)[:4]

    def indexed(self) -> FileStamp:
        """The stamp as an index keeps it: a file that could not be read has a digest there that no file has."""
        return self if self.digest else self._replace(digest=bytes(16))


class IncludedFile(NamedTuple):
    """A file that a post includes: its path from the folder of posts (`../code/a.rs`), and what it looked like when the
    post was read. One that is not there, or could not be read, has a digest of zeros."""

    path: str
    stamp: FileStamp


class FileTable(NamedTuple):
    """What a commit knows of the files: which commit it is (None: there is none that can be built on), the stamp of
    each file by path, and the fingerprint of the settings and the site that the posts were read with."""

    identity: Identity | None
    files: Mapping[str, FileStamp]
    settings: str

    @property
    def generation(self) -> int:
        """The number of the commit, 0 if there is none."""
        return self.identity.generation if self.identity else 0


class Put(NamedTuple):
    """A file to add or replace. A post of None records one that was read and holds nothing to index, so that it is not
    read again."""

    post: Post | None
    path: str
    stamp: FileStamp


class Candidate(Protocol):
    """A post that matches, with its score; `whole` is what of the score it has because it holds what was typed as a
    whole, `prior` the factor of its words for boost and age, `pinned` says that it comes first whatever it scores. A
    leaf is named by its place in `Answer.leaves`."""

    @property
    def document(self) -> Outlined:
        """The stored post, read when it is first asked for."""
        ...

    @property
    def score(self) -> float: ...
    @property
    def whole(self) -> float: ...
    @property
    def prior(self) -> float: ...
    @property
    def pinned(self) -> bool: ...

    def holds(self, leaf: int) -> bool:
        """Whether the leaf stands in the post."""
        ...

    def positions(self, leaf: int) -> Sequence[int]:
        """Where the leaf's words stand in the post, ascending."""
        ...

    def translations(self, most: int) -> Sequence[Outlined]:
        """Up to so many of the other posts of its group, whether they match or not, by their languages' codes; none
        where the search is not `grouped`."""
        ...


class LeafStats(NamedTuple):
    """A leaf and what it met in this snapshot: in how many posts it stands, and its idf.

    `cut` says that a pattern had more words than the limit and only the most frequent were taken.
    """

    leaf: Leaf
    posts: int
    idf: float
    cut: bool = False


class AsTyped(NamedTuple):
    """What a query is as a whole, beside its tree.

    `key` is all of it normalised as by `Analyzer.key`: posts whose title, alias or heading equals it rank higher.
    Posts that hold the first of `leaves` come before all others, and those that hold the second before the rest: a
    sentence word for word, or a name before its parts. They decide about order, never about what matches. Where they
    are not `certain`, posts that hold them only rank higher.
    """

    key: str = ""
    leaves: tuple[Leaf, ...] = ()
    certain: bool = True


#: Of a query that nobody typed.
UNTYPED = AsTyped()


class Pinned(NamedTuple):
    """Which posts come before all others, as somebody set by hand: `posts` by their paths, in this order, then those of
    whose `model.Post.pins` one has the key of what was typed, by score and path. They match without a word of the
    query, too, if all of `filters` hold for them; a path that no post has is passed over."""

    posts: tuple[str, ...] = ()
    filters: tuple[Query, ...] = ()


class Recency(NamedTuple):
    """How age counts (`scoring.recency`): half as much after so many seconds; `now` are seconds of the site's clock."""

    half_life: float
    now: int


class Search(NamedTuple):
    """What is searched for: the tree and what the query is as a whole, and which of the matching posts are wanted.

    With `drafts` unpublished posts match too. `sort` is "score" or one of `schema.SORTS`, `facets` are any of
    `schema.FACETS`, or `schema.SITES`. Both may be fields of the site's own, as `Reader.fields` has them: of a number
    the greatest come first, of a date the last, of a boolean what is true, texts go from a to z; with a `-` before the
    name the other way round. Of several values that one counts that comes first, posts without any come last, equal
    ones by path. A date's facet counts years, a boolean's "true" and "false", a number's "4" for 4.0, too. After
    `deadline`, a `time.monotonic()`, no further part of the index is looked at. By score the posts that are `pinned`
    come first, and what the words of a post score is multiplied by its `model.Post.boost` and, with `recency`, by its
    age; other orders know of neither.

    Posts of one `Post.translation`, each in another language, are a group; where two are in the same language, or there
    is but one, they are none. With `grouped` the answer has one of those of each group that match: one with text before
    one without, then one that is pinned, then one whose title, or else heading, is `as_typed.key`, then one in the
    language that the query's words are in, then an `original`, then by the languages' codes. Totals and facets count
    groups then: a facet those of which a matching post has the value.
    """

    query: Query
    as_typed: AsTyped = UNTYPED
    sort: str = "score"
    facets: Sequence[str] = ()
    offset: int = 0
    limit: int = 10
    drafts: bool = False
    deadline: float | None = None
    grouped: bool = False
    pinned: Pinned | None = None
    recency: Recency | None = None


class Answer(NamedTuple):
    """The best candidates first (at least offset + limit and never fewer than FEWEST, if so many match),
    the exact number of matches, facet counts over all of them, and the leaves: those of the query in the order of
    `query.leaves`, then those of what was typed as a whole. `grouped` says that groups of translations are counted."""

    candidates: Sequence[Candidate]
    total: int
    facets: dict[str, dict[str, int]]
    leaves: tuple[LeafStats, ...]
    complete: bool
    grouped: bool = False


class IndexedWord(NamedTuple):
    """A word of the index as people write it, its indexed term, and the number of published posts that hold it."""

    text: str
    term: str
    posts: int


class FieldStats(NamedTuple):
    """A field of the site's own as queries name it; its kind ("boolean", "number", "date" or "text": the first that all
    values of its posts are of, see `formats.typed_values`); and how many published posts have it. `named`: the settings
    name it."""

    name: str
    kind: str
    posts: int
    named: bool = False


class Stats(NamedTuple):
    """The snapshot in numbers; `languages` are those whose stemmers its posts used, `simplify` says whether its
    traditional Chinese was read as simplified. `sites` are those that it answers from where they are several: the path
    of a post begins with the name of its site then."""

    generation: int
    posts: int
    unpublished: int
    segments: int
    terms: int
    bytes: int
    languages: tuple[str, ...]
    simplify: bool
    sites: tuple[str, ...] = ()


class CommitInfo(NamedTuple):
    """A commit in an index: its number, when it was made (seconds since 1970, UTC), its posts, segments and bytes.
    `state` is "current" (this one answers), "kept" (an earlier one), "damaged", or "old" (of another version)."""

    generation: int
    made: int
    posts: int
    segments: int
    bytes: int
    state: str


class Reader(Protocol):
    """One immutable snapshot of an index; safe to use from several threads."""

    @property
    def identity(self) -> Identity:
        """The commit that it shows."""
        ...

    @property
    def analyzer(self) -> Analyzer:
        """What its posts were read by, as their queries must be. Without posts its language is English."""
        ...

    def search(self, search: Search) -> Answer:
        """The posts that match, best first."""
        ...

    def explain(self, search: Search, path: str) -> Explanation:
        """How the score of this post was made: the number that `search` gives, of an unpublished post the one with
        drafts. Each number is what its label says of its parts. Raises NotFoundError."""
        ...

    def words(
        self, *, prefix: str = "", near: str = "", within: str = "", edits: int = 1, limit: int = 10
    ) -> list[IndexedWord]:
        """Words of published posts: beginning with `prefix`, or with `within` in them, most frequent first; or within
        `edits` Damerau-Levenshtein edits of `near`, the first character fixed, nearest then most frequent first."""
        ...

    def totals(self, queries: Sequence[Query], *, drafts: bool = False) -> list[int]:
        """For each of these queries the number of published posts (with `drafts` of all) that match."""
        ...

    def fields(self) -> Sequence[FieldStats]:
        """The fields of the site's own, by name: those that at least SHARED published posts have, or the settings
        name."""
        ...

    def documents(self, paths: Sequence[str]) -> list[Outlined | None]:
        """For each of these paths the stored post, also if it is unpublished; None for one that is not there."""
        ...

    def stats(self) -> Stats: ...

    def without(self, paths: Iterable[str]) -> Reader:
        """The same snapshot less some posts, as if they had been deleted in it."""
        ...

    def close(self) -> None: ...


class Writer(Protocol):
    """The one writer of an index: it holds the lock from opening to `close`. What is staged becomes visible, and
    durable, with `commit`."""

    @property
    def base(self) -> FileTable:
        """The files of the commit that the next one builds on; without identity where it begins anew."""
        ...

    def problems(self) -> list[Problem]:
        """The problems of that commit. Raises IndexDamagedError where they are lost."""
        ...

    def clear(self) -> None:
        """Stage the removal of everything: what is put from now on is the whole index."""
        ...

    def put(self, files: Iterable[Put]) -> None:
        """Stage files to add or replace."""
        ...

    def delete(self, paths: Iterable[str]) -> None:
        """Stage files to remove; those that the index does not have are passed over."""
        ...

    def commit(self, *, problems: Iterable[Problem] | None = None, settings: str | None = None) -> int:
        """Make what was staged durable and visible at once, with these problems and this fingerprint (None: those of
        the last commit); the new generation, or the last one where there is nothing to commit."""
        ...

    def close(self) -> None:
        """Drop what was staged and not committed, and free the lock."""
        ...


class BulkWriter(Protocol):
    """What a writer may have besides: a way of its own to read and put many files."""

    @property
    def bulk_from(self) -> int:
        """Fewer files than these are better put one after the other."""
        ...

    def put_files(
        self, folder: Path, paths: Sequence[str], settings: Settings, *, jobs: int, read: Callable[[int], None]
    ) -> list[Problem]:
        """Stage files of `folder`, none of which is in the index yet, read in up to `jobs` processes; the problems
        met. `read` is called with numbers of posts as they are read, from any thread."""
        ...


class Engine(Protocol):
    """One index, wherever it lies: made once, from the settings, and shared by threads. Making it opens nothing."""

    @property
    def place(self) -> str:
        """Where the index lies, for people to read: without a password or a token."""
        ...

    def open_reader(self) -> Reader:
        """The newest commit, open for searching. Raises IndexMissingError, IndexDamagedError, IndexVersionError."""
        ...

    def open_writer(
        self, *, analyzer: Analyzer, wait: float = 0.0, distrust: bool = False, hurried: bool = False
    ) -> Writer:
        """The writer, made if need be with the place for it; `wait` seconds for another one to end. All posts of an
        index are read by one `analyzer`. With `distrust` nothing is built on that was not just checked, and nothing
        older is kept; with `hurried` a commit leaves large work to the next. Raises IndexLockedError,
        IndexWriteError, IndexVersionError.
        """
        ...

    def hurry(self) -> None:
        """This process answers once and ends: what makes that quicker may cost more than it is worth to others."""
        ...

    def newest(self) -> Identity | None:
        """What tells the newest commit from every other, without verifying it; None if there is none."""
        ...

    def file_table(self) -> FileTable:
        """What the newest commit knows of the files: nothing if there is none that this version can go on from."""
        ...

    def problems(self) -> list[Problem]:
        """The problems that the newest commit carries. Raises IndexMissingError, IndexDamagedError."""
        ...

    def made_of(self) -> str:
        """The folder that the index was last made of; "" where nobody knows."""
        ...

    def claim(self, folder: Path) -> None:
        """Note that the index is made of this folder."""
        ...

    def commits(self) -> tuple[CommitInfo, ...]:
        """The commits that are kept, newest first. Raises IndexDamagedError where they cannot be read."""
        ...

    def size(self) -> int:
        """The bytes of all that is stored for the index, left-overs too; 0 where nobody can tell."""
        ...

    def verify(self) -> list[Problem]:
        """Check every byte of the commits that are kept; one problem, of kind "damaged", for each thing that is."""
        ...

    def diagnose(self, error: Exception) -> None:
        """After an error that nobody expected: raise IndexDamagedError from it if the index is why; else do nothing."""
        ...
