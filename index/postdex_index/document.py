"""What can be read of a stored post, and of the places where words stand in it?

Values and protocols only: an engine implements them, snippets and faces read them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from . import forks
from .model import StoredFields
from .named_tuple import NamedTuple
from .public import public

if TYPE_CHECKING:
    from datetime import datetime


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


class LeafPositions(NamedTuple):
    """Where words of a leaf stand in a section's text, ascending positions.

    `single` says that each position stands for itself: in a script without blanks for one character, where
    else it would stand for the pair that begins there.
    """

    leaf: int
    positions: Sequence[int]
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


@public
class Document(StoredFields, Protocol):
    """A stored post. The text is read only when asked for."""

    @property
    def date(self) -> datetime | None:
        """Its date on the clock of the site, as `as_datetime` gives it."""
        return as_datetime(self.date_seconds)

    @property
    def updated(self) -> datetime | None:
        """When it was changed, likewise."""
        return as_datetime(self.updated_seconds)

    @property
    def description(self) -> str:
        """The post's own, or the beginning of its text."""
        ...

    @property
    def sections(self) -> Sequence[StoredSection]: ...

    def text(self, section: int) -> str:
        """The whole text of a section."""
        ...

    def passage(self, section: int, near: int, words_found: Sequence[LeafPositions]) -> Passage:
        """About 900 characters of a section, among them the word at position `near`, with those marked that were
        `words_found` in the section's text. What belongs to several leaves is marked for the first of them."""
        ...


class Outlined(Document, Protocol):
    """A stored post of which a search, which is in a hurry, reads no more than the sections that it shows."""

    @property
    def outline(self) -> Outline: ...

    def section(self, number: int) -> StoredSection:
        """One of `sections`."""
        ...

    def heading_marks(self, number: int, words_found: Sequence[LeafPositions]) -> Sequence[Mark]:
        """The words that were found in the heading of a section, as those of a passage."""
        ...


def as_datetime(seconds: int | None) -> datetime | None:
    """The reading of a wall clock, `seconds` after 1970 began on it, as a `datetime` without a zone; None for None, and
    for a year that none can have (the time of a file may be any).

    >>> as_datetime(1661506774)
    datetime.datetime(2022, 8, 26, 9, 39, 34)
    """
    if seconds is None:
        return None
    with forks.barred:  # 2 ms that no search needs
        from datetime import datetime, timedelta
    try:
        return datetime(1970, 1, 1) + timedelta(seconds=seconds)
    except OverflowError:
        return None
