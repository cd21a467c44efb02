"""What does a post say, as Markdown, line by line? As it stands in its file, or else as far as the index has it.

A file is read only for a post of the index, as the index reads it, and only counts if it is the version that was
indexed: sections and hits have the lines of that one. Which lines are shown is for `excerpts`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from postdex_index import forks
from postdex_index.content import reader
from postdex_index.engine.hosting import hosted
from postdex_index.errors import EngineUnavailableError
from postdex_index.model import INCLUDED_BREAK, SOFT_BREAK
from postdex_index.named_tuple import NamedTuple

from ..opening.sites import Sites

if TYPE_CHECKING:
    from postdex_index.document import Document

    from ..index import Index


class Lines(NamedTuple):
    """Lines of a file, from 1 on, the last one among them."""

    first: int
    last: int


class PostText(NamedTuple):
    """A post with the lines of its file, `lines[0]` being line 1; its text begins on line `body`.

    Where the file is gone, is another version or lies elsewhere, `as_written` is False, and the lines have the text
    that is stored: its headings are marked, links and tables are without marks.
    """

    document: Document
    lines: Sequence[str]
    body: int
    as_written: bool

    @property
    def whole(self) -> Lines:
        """All lines but those of the front matter."""
        return Lines(self.body, len(self.lines))

    def section(self, number: int, *, alone: bool = False) -> Lines:
        """The lines of a section with the sections below it, or `alone`."""
        sections = self.document.sections
        own, following = sections[number], sections[number + 1 :]
        stops = (it.line for it in following if alone or not own.level or it.level <= own.level)
        return self.within(own.line, next(stops, len(self.lines) + 1) - 1)

    def section_at(self, line: int) -> int | None:
        """The number of the section that a line belongs to; None for a post without any."""
        above = [number for number, section in enumerate(self.document.sections) if section.line <= line]
        return above[-1] if above else 0 if self.document.sections else None

    def within(self, first: int, last: int) -> Lines:
        """Those of the lines that there are, without blank ones at both ends."""
        first = min(max(first, 1), len(self.lines))
        last = min(max(last, first), len(self.lines))
        while last > first and not self.lines[last - 1].strip():
            last -= 1
        while first < last and not self.lines[first - 1].strip():
            first += 1
        return Lines(first, last)

    def markdown(self, lines: Lines) -> str:
        """The text of these lines."""
        return "\n".join(self.lines[lines.first - 1 : lines.last])

    def where(self, lines: Lines) -> str:
        """These lines as they are cited: `path:10-40`."""
        return f"{self.document.path}:{lines.first}-{lines.last}"


def text_of(ix: Index, document: Document) -> PostText:
    """The text of a post of the index."""
    its, path = _of_its_site(ix, document.path)
    servers = hosted(its.engine)
    elsewhere = servers and servers.sites  # in a cluster: no folder has the files of several sites
    file = None if elsewhere else reader.text_of(its.folder, path, its.settings)
    if file is None or file.digest != _indexed_version(its, path):
        stored = _stored_lines(document)
        return PostText(document, stored, _first_text(stored, 1), as_written=False)
    with forks.barred:
        from postdex_index.content import front_matter
    lines = file.text.rstrip().split("\n")
    body = front_matter.parse(file.text, reader.site(its.folder).generator).first_line
    return PostText(document, lines, _first_text(lines, body), as_written=True)


def _of_its_site(ix: Index, path: str) -> tuple[Index, str]:
    """The index of the folder that the file of a post is in, and its path there."""
    name, _, rest = path.partition("/")
    return (ix.sites[name], rest) if isinstance(ix, Sites) and name in ix.sites else (ix, path)


def _first_text(lines: Sequence[str], line: int) -> int:
    """The first line from this one on that is not blank; the last one if there is none."""
    return next((at for at in range(line, len(lines) + 1) if lines[at - 1].strip()), len(lines))


def _indexed_version(ix: Index, path: str) -> bytes:
    """The digest of the file that the index was made of; b"" if nobody knows."""
    try:
        stamp = ix.snapshots.indexed_files().files.get(path)
    except EngineUnavailableError:
        return b""
    return stamp.digest if stamp else b""


def _stored_lines(document: Document) -> list[str]:
    """The stored text, each line of it where it stands in the file; what a line includes is one with it."""
    lines: list[str] = []
    for number, section in enumerate(document.sections):
        heading = f"{'#' * section.level} {section.heading}".strip() if section.heading else ""
        first, *others = document.text(number).replace(SOFT_BREAK, "\n").split("\n")
        for at, line in enumerate((" ".join(filter(None, (heading, first))), *others), section.line - 1):
            lines += [""] * (at + 1 - len(lines))
            lines[at] = "\n".join(filter(None, (lines[at], line.replace(INCLUDED_BREAK, "\n"))))
    return lines or [""]
