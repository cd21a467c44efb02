"""The values that pass between the parts: a post as it was read, a hit as it is shown.

Small, immutable, typed; nothing here reads, writes or decides. NamedTuples, because
a cold `postdex search` pays for each class: 25 frozen dataclasses cost 27 ms to
define, 25 of these 5 ms.

Offsets are code points of the text they were taken from, and are never changed after.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, overload

if TYPE_CHECKING:
    from typing import Self

#: Stands in a section's text where a line of the file ended but the sentence went on.
SOFT_BREAK = "\v"


class Problem(NamedTuple):
    """Something about a post that its writer should know: what, where, what to do. `line` is 0 for a file as a whole.

    `kind` is "skipped" (not indexed), "unpublished" (indexed, shown with drafts only),
    "malformed" (indexed, something was lost), "note", or "damaged", of a file of the index itself.
    """

    path: str
    line: int
    kind: str
    message: str
    hint: str = ""


class Code(NamedTuple):
    """A block of code inside a section's text: text[start:stop], in `language` ("" unknown)."""

    start: int
    stop: int
    language: str


class Section(NamedTuple):
    """A heading and the text under it, up to the next heading.

    `text` is the rendered text without markup, prose and code in file order, and it keeps the
    file's lines: the line of text[i] is `line + number of newlines (\\n or SOFT_BREAK) in text[:i]`.
    SOFT_BREAK ends a line inside a paragraph, `\\n` a line of code, a row, an item or a block.
    The text before the first heading is a section with level 0, heading "" and anchor "".
    `links` are the stretches of `text` that lead elsewhere, ascending: what they say, they say of another place.
    """

    level: int
    heading: str
    anchor: str
    line: int
    text: str
    code: tuple[Code, ...] = ()
    links: tuple[Span, ...] = ()


class Post(NamedTuple):
    """One file, read: its metadata normalised, its body in sections.

    Dates are seconds since 1970 of the wall clock in the site's time zone. `date_from` says where
    the date was found: "post" (front matter), "path" (file name), "file" (its mtime) or "" (none).
    `unpublished` is the reason why the post is left out, "" if it is published; `reconsider_at`
    is the next moment (seconds since 1970, UTC) at which that answer changes by itself, or None.
    `categories` are paths: (("linux", "net"),). Tuples keep the order of the file. No index holds `series`, `weight`
    and `links`: they are for programs that read posts themselves (`postdex_index.parsing`, `postdex_index.posts`).
    """

    path: str
    title: str
    sections: tuple[Section, ...]
    url: str = ""
    title_words: str = ""
    date: int | None = None
    date_from: str = ""
    updated: int | None = None
    tags: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    categories: tuple[tuple[str, ...], ...] = ()
    authors: tuple[str, ...] = ()
    lang: str = ""
    series: str = ""
    weight: int | None = None
    description: str = ""
    aliases: tuple[str, ...] = ()
    slug: str = ""
    links: tuple[str, ...] = ()
    unpublished: str = ""
    reconsider_at: int | None = None
    problems: tuple[Problem, ...] = ()


class Span(NamedTuple):
    """A marked stretch of a text: text[start:start + length]."""

    start: int
    length: int


class Snippet(NamedTuple):
    """Text to show with its marked spans; `line` is the file's line of what was typed as a whole, else of the heaviest
    mark, without any of the text."""

    text: str
    spans: tuple[Span, ...]
    line: int


class SectionHit(NamedTuple):
    """A section of a hit: `line` is its heading's, `match_line` its best match's."""

    heading: str
    headings: tuple[str, ...]
    anchor: str
    url: str
    line: int
    match_line: int
    score: float
    snippet: Snippet | None = None


class Explanation(NamedTuple):
    """A number and what it was made of; `parts` are its terms or factors, in order."""

    value: float
    label: str
    parts: tuple[Explanation, ...] = ()


class Hit(NamedTuple):
    """A post that answers a query; its best section first in `sections`.

    `headings` is the path of headings down to the best section, `anchor` and `line` lead into it: `line` is that of the
    snippet, or of the section's heading where nothing is marked in its text.
    """

    path: str
    line: int
    url: str
    anchor: str
    title: str
    title_spans: tuple[Span, ...]
    headings: tuple[str, ...]
    date: int | None
    date_from: str
    updated: int | None
    tags: tuple[str, ...]
    categories: tuple[tuple[str, ...], ...]
    lang: str
    score: float
    snippet: Snippet
    sections: tuple[SectionHit, ...]
    explain: Explanation | None = None


class Correction(NamedTuple):
    """A word that no post has (or no more than `posts`), and the known words that were searched for with it."""

    word: str
    known: tuple[str, ...]
    posts: int = 0


class IndexState(NamedTuple):
    """Which index answered: its generation, its published posts, and whether it is as new as the files.

    `fresh` is None where nobody looked at the files; then `changed_files` is 0.
    """

    generation: int
    posts: int
    fresh: bool | None
    changed_files: int


class Results(Sequence[Hit]):
    """The answer to one query: a sequence of its hits, with what is to be said of all. It never changes.

    `total` is exact, `len` is of these hits; `complete` is False when the deadline cut the search.
    """

    __slots__ = (
        *("query", "parsed", "total", "limit", "offset", "took_ms", "hits"),
        *("facets", "corrections", "warnings", "complete", "index"),
    )

    query: str
    parsed: str
    total: int
    limit: int
    offset: int
    took_ms: float
    hits: tuple[Hit, ...]
    facets: dict[str, dict[str, int]]
    corrections: tuple[Correction, ...]
    warnings: tuple[str, ...]
    complete: bool
    index: IndexState  # type: ignore[assignment]  # the wire's name; hides Sequence.index, which nobody needs here

    def __init__(
        self,
        query: str,
        parsed: str,
        total: int,
        limit: int,
        offset: int,
        took_ms: float,
        hits: tuple[Hit, ...],
        facets: dict[str, dict[str, int]],
        corrections: tuple[Correction, ...],
        warnings: tuple[str, ...],
        complete: bool,
        index: IndexState,
    ) -> None:
        values = query, parsed, total, limit, offset, took_ms, hits, facets, corrections, warnings, complete, index
        for name, value in zip(Results.__slots__, values, strict=True):
            object.__setattr__(self, name, value)

    def replaced(self, **changed: Any) -> Self:
        """The same with other values for these attributes."""
        return type(self)(**{name: getattr(self, name) for name in Results.__slots__} | changed)

    def __len__(self) -> int:
        return len(self.hits)

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)

    @overload
    def __getitem__(self, at: int) -> Hit: ...

    @overload
    def __getitem__(self, at: slice) -> tuple[Hit, ...]: ...

    def __getitem__(self, at: int | slice) -> Hit | tuple[Hit, ...]:
        return self.hits[at]

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"results do not change; {name} is as it was found")

    def __delattr__(self, name: str) -> None:
        self.__setattr__(name, None)

    def __reduce__(self) -> tuple[type[Self], tuple[object, ...]]:
        return type(self), tuple(getattr(self, name) for name in Results.__slots__)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Results) and self.__reduce__()[1] == other.__reduce__()[1]

    __hash__ = None  # type: ignore[assignment]  # facets are dicts

    def __repr__(self) -> str:
        return f"<Results of {self.query!r}: {len(self.hits)} of {self.total} hits>"
