"""What does a search give: hits, and what is to be said of all of them?

Small, immutable and typed, as `postdex_index.model`, whose spans and explanations these hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import TYPE_CHECKING, Any, overload

from postdex_index import forks
from postdex_index.document import as_datetime
from postdex_index.model import Explanation, OwnField, Span
from postdex_index.named_tuple import NamedTuple
from postdex_index.public import public

from ..text_safety import to_html

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Self

    from ..query.typos import Correction


@public
class Snippet(NamedTuple):
    """Text to show with its marked spans; `line` is the file's line of what was typed as a whole, else of the heaviest
    mark, without any of the text."""

    text: str
    spans: tuple[Span, ...]
    line: int

    @property
    def html(self) -> str:
        """The text as HTML that is safe in any element, its spans in `<mark>`."""
        return to_html(self.text, self.spans)


@public
class SectionHit(NamedTuple):
    """A section of a hit: `line` is its heading's, `match_line` its best match's. `headings` is the path of headings
    down to its own, `headings_spans` what is marked in each of them."""

    heading: str
    headings: tuple[str, ...]
    anchor: str
    url: str
    line: int
    match_line: int
    score: float
    snippet: Snippet | None = None
    headings_spans: tuple[tuple[Span, ...], ...] = ()

    @property
    def heading_spans(self) -> tuple[Span, ...]:
        """What is marked in its own heading."""
        return self.headings_spans[-1] if self.heading and self.headings_spans else ()

    @property
    def heading_html(self) -> str:
        """Its own heading as safe HTML, with `<mark>`."""
        return to_html(self.heading, self.heading_spans)

    @property
    def headings_html(self) -> tuple[str, ...]:
        """Each of `headings` as safe HTML, with `<mark>`."""
        return _all_html(self.headings, self.headings_spans)


class Translation(NamedTuple):
    """A post that another one is shown for, in another language."""

    lang: str
    path: str
    url: str


@public
class Hit(NamedTuple):
    """A post that answers a query; its best section first in `sections`.

    `headings` is the path of headings down to the best section, `anchor` and `line` lead into it: `line` is that of the
    snippet, or of the section's heading where nothing is marked in its text. `headings_spans` is what is marked in each
    of `headings`. `date_seconds` and `updated_seconds` count from 1970 on the clock of the site. `translations` are the
    posts that it is shown for besides, whether they match or not, by the codes of their languages, at most
    `hits.TRANSLATIONS`. `fields` are the site's own, each a name and its values as they were written. Where the index
    is of several sites, `site` is the post's, with which its path begins; else "". `pinned` says that it comes first
    for just this query, whatever it scores.
    """

    path: str
    line: int
    url: str
    anchor: str
    title: str
    title_spans: tuple[Span, ...]
    headings: tuple[str, ...]
    date_seconds: int | None
    date_from: str
    updated_seconds: int | None
    tags: tuple[str, ...]
    categories: tuple[tuple[str, ...], ...]
    lang: str
    score: float
    snippet: Snippet
    sections: tuple[SectionHit, ...]
    explain: Explanation | None = None
    translations: tuple[Translation, ...] = ()
    site: str = ""
    headings_spans: tuple[tuple[Span, ...], ...] = ()
    fields: tuple[OwnField, ...] = ()
    pinned: bool = False

    @property
    def date(self) -> datetime | None:
        """The post's date on the clock of the site, without a zone; None if there is none."""
        return as_datetime(self.date_seconds)

    @property
    def updated(self) -> datetime | None:
        """When the post was changed, likewise."""
        return as_datetime(self.updated_seconds)

    @property
    def html(self) -> str:
        """The snippet as HTML that is safe in any element, with `<mark>` around what matched."""
        return self.snippet.html

    @property
    def title_html(self) -> str:
        """The title as safe HTML, likewise."""
        return to_html(self.title, self.title_spans)

    @property
    def headings_html(self) -> tuple[str, ...]:
        """Each of `headings` as safe HTML, likewise."""
        return _all_html(self.headings, self.headings_spans)

    def _repr_html_(self) -> str:
        """How a notebook shows it."""
        with forks.barred:
            from .. import notebook

        return notebook.of_hit(self)


def _all_html(texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> tuple[str, ...]:
    """Several texts as HTML; what has no spans is not marked."""
    return tuple(map(to_html, texts, spans or repeat(())))


@public
class FieldCounts(NamedTuple):
    """A field of the site's own: its name in queries, its kind ("text", "number", "date" or "boolean"), how many
    published posts have it, whether the settings name it, and its most frequent values with their posts."""

    name: str
    kind: str
    posts: int
    named: bool
    values: dict[str, int]


class IndexState(NamedTuple):
    """Which index answered: its generation, its published posts, and whether it is as new as the files.

    `fresh` is None where nobody looked at the files; then `changed_files` is 0. `sites` are those that it is of, where
    they are several.
    """

    generation: int
    posts: int
    fresh: bool | None
    changed_files: int
    sites: tuple[str, ...] = ()


class HitList(Sequence[Hit]):
    """The answer to one query: a sequence of its hits, with what is to be said of all. It never changes.

    `total` is exact, `len` is of these hits; `complete` is False when the deadline cut the search. `grouped` says
    that a post in several languages is one hit, and counts once in `total` and `facets`. `strength` says how much like
    what was asked for the best of all posts is: "strong", "weak" or "none", "" where that cannot be said. `meaning`:
    whether it had a say in the order of the posts.
    """

    __slots__ = (
        *("query", "parsed", "total", "limit", "offset", "took_ms", "hits"),
        *("facets", "corrections", "warnings", "complete", "index", "grouped", "strength", "meaning"),
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
    grouped: bool
    strength: str
    meaning: bool

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
        grouped: bool = False,
        strength: str = "",
        meaning: bool = False,
    ) -> None:
        given = query, parsed, total, limit, offset, took_ms, hits, facets, corrections, warnings, complete, index
        for name, value in zip(HitList.__slots__, (*given, grouped, strength, meaning), strict=True):
            object.__setattr__(self, name, value)

    def replaced(self, **changed: Any) -> Self:
        """The same with other values for these attributes."""
        return type(self)(**{name: getattr(self, name) for name in HitList.__slots__} | changed)

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

    def values(self) -> tuple[Any, ...]:
        """All attributes, in the order of `__init__`."""
        return tuple(getattr(self, name) for name in HitList.__slots__)

    def __reduce__(self) -> tuple[type[Self], tuple[Any, ...]]:
        return type(self), self.values()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, HitList) and self.values() == other.values()

    __hash__ = None  # type: ignore[assignment]  # facets are dicts

    def __repr__(self) -> str:
        return f"<Results of {self.query!r}: {len(self.hits)} of {self.total} hits>"
