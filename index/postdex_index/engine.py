"""The seam: what the upper half may ask of an engine, and what it gets back.

Above it: parsing, slips, closeness of words, snippets, faces. Below it: matching,
scoring, facets, columns. No object and no exception of a storage library crosses it.
A failure is an error of `postdex_index.errors`, never an empty answer. Kept this
small so that a second engine can come behind it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from .model import Explanation, Post, Problem
from .query import Keyword, Leaf, Query

if TYPE_CHECKING:
    from .analyzer import Analyzer

#: A search finds no fewer candidates, if so many match: in so many posts the closeness of words is looked at.
FEWEST = 50


class Identity(NamedTuple):
    """What tells a commit from every other, one of the same number too, as in an index that was removed and made anew:
    its number, and of its file the last line, which is a checksum, the inode and the time when it was written."""

    generation: int
    check: bytes
    inode: int
    mtime_ns: int


class Stamp(NamedTuple):
    """What a file looked like when it was indexed: the hint (stat) and the truth (digest).

    `digest` is the BLAKE2b-128 of the bytes; `reconsider_at` as in `model.Post`;
    `racy` says that the file was so young that the same stat may hide a later change.
    """

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    digest: bytes
    reconsider_at: int | None = None
    racy: bool = False


class StoredSection(NamedTuple):
    """A section of a stored post. Positions count words through the whole post:
    [start, body) are the heading's, [body, stop) the text's."""

    level: int
    heading: str
    headings: tuple[str, ...]
    anchor: str
    line: int
    start: int
    body: int
    stop: int


class Outline(NamedTuple):
    """The sections of a stored post without their names: the level of each heading, and in words `bounds`,
    where heading and text of each section in turn begin, and `stops`, where each section ends."""

    levels: Sequence[int]
    bounds: Sequence[int]
    stops: Sequence[int]


class Found(NamedTuple):
    """Where words of a leaf stand in a section's text, ascending positions.

    `single` says that each position stands for itself: in a script without blanks for one character, where
    else it would stand for the pair that begins there.
    """

    leaf: int
    places: Sequence[int]
    single: bool = False


class Mark(NamedTuple):
    """text[start:stop] of a passage holds a word of the query's leaf number `leaf`: whole letters, with their marks."""

    start: int
    stop: int
    leaf: int


class Passage(NamedTuple):
    """A stretch of a section's text around a match: `text` begins at code point `offset` of the
    section's text, on the file's line `line`; `cut_start` and `cut_stop` say whether the section goes on."""

    text: str
    offset: int
    line: int
    marks: tuple[Mark, ...]
    cut_start: bool
    cut_stop: bool


class Document(Protocol):
    """A stored post. Attributes as in `model.Post`; the text is read only when asked for."""

    @property
    def path(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def date(self) -> int | None: ...
    @property
    def date_from(self) -> str: ...
    @property
    def updated(self) -> int | None: ...
    @property
    def tags(self) -> tuple[str, ...]: ...
    @property
    def categories(self) -> tuple[tuple[str, ...], ...]: ...
    @property
    def authors(self) -> tuple[str, ...]: ...
    @property
    def lang(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def unpublished(self) -> str: ...
    @property
    def sections(self) -> Sequence[StoredSection]: ...

    def text(self, section: int) -> str:
        """The whole text of a section."""
        ...

    def passage(self, section: int, near: int, found: Sequence[Found]) -> Passage:
        """About 900 characters of a section, among them the word at position `near`, with those marked that were
        `found` in the section's text. What belongs to several leaves is marked for the first of them."""
        ...


class Outlined(Document, Protocol):
    """A stored post of which a search, which is in a hurry, reads no more than the sections that it shows."""

    @property
    def outline(self) -> Outline: ...

    def section(self, number: int) -> StoredSection:
        """One of `sections`."""
        ...


class Candidate(Protocol):
    """A post that matches, with its score; `post` is its number within this reader's snapshot, `whole` what of the
    score it has because it holds what was typed as a whole."""

    @property
    def post(self) -> int: ...
    @property
    def score(self) -> float: ...
    @property
    def whole(self) -> float: ...

    def holds(self, leaf: int) -> bool:
        """Whether the leaf stands in the post."""
        ...

    def positions(self, leaf: int) -> Sequence[int]:
        """Where the leaf's words stand in the post, ascending."""
        ...


class LeafStats(NamedTuple):
    """What a leaf met in this snapshot: in how many posts it stands, and its idf.

    `cut` says that a pattern had more words than the limit and only the most frequent were taken.
    """

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


class Answer(NamedTuple):
    """The best candidates first (at least offset + limit and never fewer than FEWEST, if so many match),
    the exact number of matches, facet counts over all of them, and the leaves: those of the query in the order of
    `query.leaves`, then those of what was typed as a whole."""

    candidates: Sequence[Candidate]
    total: int
    facets: dict[str, dict[str, int]]
    leaves: tuple[LeafStats, ...]
    complete: bool


class Word(NamedTuple):
    """A word of the index as people write it, its indexed term, and the number of published posts that hold it."""

    text: str
    term: str
    posts: int


class Stats(NamedTuple):
    """The snapshot in numbers; `languages` are those whose stemmers its posts used, `simplify` says whether its
    traditional Chinese was read as simplified."""

    generation: int
    posts: int
    unpublished: int
    segments: int
    terms: int
    bytes: int
    languages: tuple[str, ...]
    simplify: bool


class Kept(NamedTuple):
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

    def search(
        self,
        query: Query,
        *,
        limit: int = 10,
        offset: int = 0,
        sort: str = "score",
        facets: Sequence[str] = (),
        as_typed: AsTyped = UNTYPED,
        drafts: bool = False,
        deadline: float | None = None,
    ) -> Answer:
        """The posts that match, with `drafts` unpublished ones too.

        `sort` is "score", "date" or "updated" (newest first), or "title"; `facets` are any of "tags", "categories",
        "lang" and "year". `as_typed` is what the query is as a whole. After `deadline`, a `time.monotonic()`, no
        further segment is looked at.
        """
        ...

    def explain(self, query: Query, post: int, *, as_typed: AsTyped = UNTYPED, drafts: bool = False) -> Explanation:
        """How the score of this post was made: the number that `search` gives with the same arguments, of an
        unpublished post the one with drafts. Each number is what its label says of its parts."""
        ...

    def words(
        self, *, prefix: str = "", near: str = "", within: str = "", slips: int = 1, limit: int = 10
    ) -> list[Word]:
        """Words of published posts: beginning with `prefix`, or with `within` in them, most frequent first; or within
        `slips` Damerau-Levenshtein slips of `near`, the first character fixed, nearest then most frequent first."""
        ...

    def holds(self, what: str | Leaf | Keyword, *, drafts: bool = False) -> int:
        """The number of published posts (with `drafts` of all) that hold this word or another of its stem, this leaf,
        or what this filter asks for."""
        ...

    def find(self, path: str) -> int | None:
        """The number of the post with this path, unpublished ones too, or None."""
        ...

    def document(self, post: int) -> Outlined:
        """The stored post."""
        ...

    def stats(self) -> Stats: ...

    def without(self, paths: Iterable[str]) -> Reader:
        """The same snapshot less some posts, as if they had been deleted in it."""
        ...

    def close(self) -> None: ...


class Writer(Protocol):
    """The one writer of an index: it holds the lock from opening to `close`.

    `settings` is the fingerprint of what the posts were read with: the last commit's until it is set for the next.
    """

    settings: str

    @property
    def based_on(self) -> Identity | None:
        """The commit that this one builds on; None if it begins anew."""
        ...

    @property
    def lock_file(self) -> int:
        """The descriptor of the lock, for worker processes to hold it too."""
        ...

    def table(self) -> Mapping[str, Stamp]:
        """The files of the last commit, by path."""
        ...

    def problems(self) -> list[Problem]:
        """The problems of the last commit."""
        ...

    def set_problems(self, problems: Iterable[Problem]) -> None:
        """Stage the problems that the next commit shall carry."""
        ...

    def clear(self) -> None:
        """Stage the removal of everything: what is written from now on is the whole index."""
        ...

    def write(self, puts: Iterable[tuple[Post | None, str, Stamp]], deletes: Iterable[str] = ()) -> None:
        """Stage posts to add or replace as (post, path, stamp), and paths to remove.

        A post of None records a file that was read and holds nothing to index, so that it is not read again.
        """
        ...

    def reserve(self) -> str:
        """A name under which another process may write posts for the coming commit."""
        ...

    def adopt(self, parts: Iterable[Any], stamps: Mapping[str, Stamp]) -> None:
        """Stage what other processes wrote under reserved names, as they described it, with the files it was made
        of, none of which is in the index yet."""
        ...

    def commit(self) -> int:
        """Make everything staged durable and visible at once; the new generation."""
        ...

    def close(self) -> None:
        """Drop what was staged and not committed, and free the lock."""
        ...
