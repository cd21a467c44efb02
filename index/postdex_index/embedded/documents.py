"""What does a post of the index look like when it is shown: metadata, sections, text around a match?"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from itertools import chain
from json import JSONDecoder
from typing import Any, NamedTuple

from ..analysis import is_spaceless, raw_matches, terms_at
from ..engine import Mark, Outline, Passage, StoredSection
from ..model import SOFT_BREAK
from .scoring import CODE
from .segment import SegmentFile
from .texts import TextReader

#: Characters of a passage before the word that it is cut around, and in all: snippets choose from these.
BEFORE, LENGTH = 240, 900
#: Characters of a text that stand for a description that is missing.
EXCERPT = 300
#: Posts whose record and outline are kept, some 5 KB each: the same posts are shown again and again.
MOST_KEPT = 500
#: No script without blanks has a character before this one: cheaper to see than which script it is.
ASIAN = "\u0e00"
#: Raw tokens whose number of positions is remembered.
MOST_WIDTHS = 50_000


class Record(NamedTuple):
    """The stored fields of a post, in the order that `inversion.record` writes them."""

    path: str
    title: str
    url: str
    date: int | None
    date_from: str
    updated: int | None
    tags: tuple[str, ...]
    categories: tuple[tuple[str, ...], ...]
    authors: tuple[str, ...]
    lang: str
    description: str
    unpublished: str
    reconsider_at: int | None


class Headings(NamedTuple):
    """The sections of a post: (level, heading, anchor) of each, the number of the one whose heading stands next
    above its own (-1 for none), and where they begin and end."""

    named: list[tuple[int, str, str]]
    above: list[int]
    outline: Outline


class Documents:
    """The stored posts of one segment."""

    def __init__(self, segment: SegmentFile) -> None:
        self._stored, self._stored_start = segment.column("stored", whole=False), segment.column("stored_start")
        self._outline, self._outline_start = segment.column("outline", whole=False), segment.column("outline_start")
        self._check_stored, self._check_outline = segment.checker("stored"), segment.checker("outline")
        self.end = segment.column("end")
        self.section_first = segment.column("section_first")
        self.section_start, self.section_body = segment.column("section_start"), segment.column("section_body")
        self.section_offset, self.section_line = segment.column("section_offset"), segment.column("section_line")
        self.check_first = segment.column("check_first")
        self.check_position, self.check_offset = segment.column("check_position"), segment.column("check_offset")
        self.run_first, self.run_start = segment.column("run_first"), segment.column("run_start")
        self.run_code = segment.column("run_code")
        self.texts = TextReader(segment)
        self.simplify: bool = segment.meta["simplify"]
        self._records: dict[int, Record] = {}
        self._headings: dict[int, Headings] = {}
        #: raw token -> the number of positions it takes, in prose and in code; emptied when it gets large
        self.widths: tuple[dict[str, int], dict[str, int]] = ({}, {})

    def record(self, doc: int) -> Record:
        """The stored fields of a post."""
        record = self._records.get(doc)
        if record is None:
            record = Record(*_decode(self._json(self._stored, self._check_stored, self._stored_start, doc))[0])
            categories = tuple(map(tuple, record.categories))
            record = record._replace(tags=tuple(record.tags), categories=categories, authors=tuple(record.authors))
            _keep(self._records, doc, record)
        return record

    def path(self, doc: int) -> str:
        """The path of a post, which stands first in its record: `["2022/refcount-bug.md", ...`."""
        path: str = _decode(self._json(self._stored, self._check_stored, self._stored_start, doc), 1)[0]
        return path

    def headings(self, doc: int) -> Headings:
        """The sections of a post, by what was stored of them."""
        headings = self._headings.get(doc)
        if headings is None:
            named = _decode(self._json(self._outline, self._check_outline, self._outline_start, doc))[0]
            first, last = self.section_first[doc], self.section_first[doc + 1]
            starts = self.section_start[first:last].tolist()
            bounds = list(chain.from_iterable(zip(starts, self.section_body[first:last], strict=True)))
            outline = Outline([level for level, _, _ in named], bounds, [*starts[1:], self.end[doc]])
            headings = Headings(named, _parents(named), outline)
            _keep(self._headings, doc, headings)
        return headings

    @staticmethod
    def _json(column: Any, check: Any, starts: Any, doc: int) -> str:
        start, stop = starts[doc], starts[doc + 1]
        check(start, stop)
        return str(column[start:stop], "utf-8", "surrogatepass")


_decode = JSONDecoder().raw_decode


def _keep(kept: dict[int, Any], doc: int, one: object) -> None:
    if len(kept) >= MOST_KEPT:
        kept.clear()
    kept[doc] = one


def _parents(named: Sequence[tuple[int, str, str]]) -> list[int]:
    """Per section the one whose heading stands next above its own, -1 for none."""
    parents: list[int] = []
    path = [(-1, -1)]
    for number, (level, heading, _) in enumerate(named):
        while path[-1][0] >= level:
            path.pop()
        parents.append(path[-1][1])
        if heading:
            path.append((level, number))
    return parents


class StoredDocument:
    """One stored post; implements `engine.Outlined`. Sections and text are read when they are asked for."""

    __slots__ = (
        "_doc", "_documents", "_own", "authors", "categories", "date", "date_from", "lang", "path", "reconsider_at",
        "tags", "title", "unpublished", "updated", "url",
    )  # fmt: skip

    def __init__(self, documents: Documents, doc: int) -> None:
        self._documents = documents
        self._doc = doc
        (
            self.path, self.title, self.url, self.date, self.date_from, self.updated, self.tags, self.categories,
            self.authors, self.lang, self._own, self.unpublished, self.reconsider_at,
        ) = documents.record(doc)  # fmt: skip

    @property
    def description(self) -> str:
        """The post's own description, or the beginning of its text."""
        if self._own:
            return self._own
        beginning = self._documents.texts.read(self._doc, 0, 2 * EXCERPT).strip("\n" + SOFT_BREAK)
        return " ".join(beginning.split("\n", 1)[0].split())[:EXCERPT]

    @property
    def outline(self) -> Outline:
        """Levels and positions of the sections, in file order."""
        return self._documents.headings(self._doc).outline

    @property
    def sections(self) -> Sequence[StoredSection]:
        """The sections in file order, each with the headings above it."""
        return list(map(self.section, range(len(self.outline.levels))))

    def section(self, number: int) -> StoredSection:
        """One section, with the headings above it."""
        named, above, (_, bounds, stops) = self._documents.headings(self._doc)
        level, heading, anchor = named[number]
        headings = [heading] if heading else []
        one = above[number]
        while one >= 0:
            headings.insert(0, named[one][1])
            one = above[one]
        line = self._documents.section_line[self._documents.section_first[self._doc] + number]
        start, body = bounds[2 * number], bounds[2 * number + 1]
        return StoredSection(level, heading, tuple(headings), anchor, line, start, body, stops[number])

    def text(self, section: int) -> str:
        """The whole text of a section."""
        return self._read(section, 0, 1 << 60)

    def _read(self, section: int, start: int, stop: int) -> str:
        """Code points [start, stop) of a section's text."""
        store = self._documents
        row = store.section_first[self._doc] + section
        offset = store.section_offset[row]
        if row + 1 < store.section_first[self._doc + 1]:
            stop = min(stop, store.section_offset[row + 1] - offset)
        return store.texts.read(self._doc, offset + start, offset + stop) if stop > start else ""

    def passage(self, section: int, near: int, words: Mapping[int, int]) -> Passage:
        """A section's text around position `near`; its marks are the words at `words` (position -> leaf)."""
        store, doc = self._documents, self._doc
        row = store.section_first[doc] + section
        offset, line = store.section_offset[row], store.section_line[row]
        first, last = store.check_first[doc], store.check_first[doc + 1]
        begin = bisect_left(store.check_offset, offset, first, last)
        if begin == last or (row + 1 < store.section_first[doc + 1] and store.section_offset[row + 1] == offset):
            return Passage("", 0, line, (), False, False)
        check = max(begin, bisect_right(store.check_position, near, first, last) - 1)
        target = store.check_offset[check] - BEFORE
        while check > begin and store.check_offset[check] > target:
            check -= 1
        start = store.check_offset[check] - offset
        whole = self._read(section, 0, start + LENGTH)
        text = whole[start:]
        line += whole.count("\n", 0, start) + whole.count(SOFT_BREAK, 0, start)
        marks = self._marks(text, check, offset + start, words) if words else ()
        return Passage(text, start, line, marks, start > 0, len(text) == LENGTH)

    def _marks(self, text: str, check: int, offset: int, words: Mapping[int, int]) -> tuple[Mark, ...]:
        """The words of the text whose positions are wanted; the text is cut at checkpoints as the build cut it."""
        store = self._documents
        last = store.check_first[self._doc + 1]
        positions, offsets = store.check_position, store.check_offset
        marks: list[Mark] = []
        wanted = sorted(words, reverse=True)
        while check < last and wanted and (start := offsets[check] - offset) < len(text):
            position = positions[check]
            while wanted and wanted[-1] < position:
                wanted.pop()
            check += 1
            if check == last:
                self._marks_in(text[start:], start, position, wanted, words, marks)
            elif wanted and wanted[-1] < positions[check]:
                self._marks_in(text[start : offsets[check] - offset], start, position, wanted, words, marks)
        return tuple(marks)

    def _marks_in(
        self, text: str, offset: int, position: int, wanted: list[int], words: Mapping[int, int], marks: list[Mark]
    ) -> None:
        """Add the marks of a stretch of text that begins with the word at this position, and `offset` characters
        into the passage; takes them from `wanted`, whose last is the next. Once a snippet the hot loop of a
        search (`benchmarks/speed.py`, queries)."""
        if not wanted:
            return
        code = self._code(position)
        widths = self._documents.widths[code]
        if len(widths) > MOST_WIDTHS:
            widths.clear()
        known = widths.get
        next_wanted = wanted[-1]
        for match in raw_matches(text, self._documents.simplify):
            raw = match[0]
            width = known(raw)
            if width is None:
                width = widths[raw] = len(terms_at(raw, code))
            position += width
            while next_wanted < position:
                place = words[wanted.pop()]
                start, stop = match.span()
                if raw >= ASIAN and is_spaceless(raw):
                    at = start + width - (position - next_wanted)
                    marks.append(Mark(offset + at, offset + min(stop, at + 2), place))
                elif not marks or marks[-1].start != offset + start:
                    marks.append(Mark(offset + start, offset + stop, place))
                if not wanted:
                    return
                next_wanted = wanted[-1]

    def _code(self, position: int) -> bool:
        store, doc = self._documents, self._doc
        run = bisect_right(store.run_start, position, store.run_first[doc], store.run_first[doc + 1]) - 1
        return bool(store.run_code[run] == CODE)
