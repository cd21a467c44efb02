"""What does a post of the index look like when it is shown: metadata, sections, text around a match?"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ..analysis import is_spaceless, raw_spans, terms_at
from ..engine import Mark, Passage, StoredSection
from ..model import SOFT_BREAK
from .scoring import CODE
from .segment import SegmentFile
from .texts import TextReader

#: Characters of a passage before the word that it is cut around, and in all: snippets choose from these.
BEFORE, LENGTH = 240, 900
#: Characters of a text that stand for a description that is missing.
EXCERPT = 300
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
    tags: list[str]
    categories: list[list[str]]
    authors: list[str]
    lang: str
    description: str
    unpublished: str
    reconsider_at: int | None


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
        #: raw token -> the number of positions it takes, in prose and in code; emptied when it gets large
        self.widths: tuple[dict[str, int], dict[str, int]] = ({}, {})

    def record(self, doc: int) -> Record:
        """The stored fields of a post."""
        return Record(*self._json(self._stored, self._check_stored, self._stored_start, doc))

    def outline(self, doc: int) -> list[tuple[int, str, str]]:
        """(level, heading, anchor) of each section."""
        sections: list[tuple[int, str, str]] = self._json(self._outline, self._check_outline, self._outline_start, doc)
        return sections

    @staticmethod
    def _json(column: Any, check: Any, starts: Any, doc: int) -> Any:
        start, stop = starts[doc], starts[doc + 1]
        check(start, stop)
        return json.loads(bytes(column[start:stop]))


class StoredDocument:
    """One stored post; implements `engine.Document`. Sections and text are read when they are asked for."""

    __slots__ = (
        "_doc", "_documents", "_own", "_sections", "authors", "categories", "date", "date_from", "lang", "path",
        "reconsider_at", "tags", "title", "unpublished", "updated", "url",
    )  # fmt: skip

    def __init__(self, documents: Documents, doc: int) -> None:
        self._documents = documents
        self._doc = doc
        self._sections: list[StoredSection] | None = None
        record = documents.record(doc)
        self.path, self.title, self.url = record.path, record.title, record.url
        self.date, self.date_from, self.updated = record.date, record.date_from, record.updated
        self.tags = tuple(record.tags)
        self.categories = tuple(map(tuple, record.categories))
        self.authors = tuple(record.authors)
        self.lang, self.unpublished, self.reconsider_at = record.lang, record.unpublished, record.reconsider_at
        self._own = record.description

    @property
    def description(self) -> str:
        """The post's own description, or the beginning of its text."""
        if self._own:
            return self._own
        beginning = self._documents.texts.read(self._doc, 0, 2 * EXCERPT).strip("\n" + SOFT_BREAK)
        return " ".join(beginning.split("\n", 1)[0].split())[:EXCERPT]

    @property
    def sections(self) -> Sequence[StoredSection]:
        """The sections in file order, each with the headings above it."""
        if self._sections is None:
            self._sections = self._read_sections()
        return self._sections

    def _read_sections(self) -> list[StoredSection]:
        store, doc = self._documents, self._doc
        first, last = store.section_first[doc], store.section_first[doc + 1]
        starts = [*store.section_start[first:last], store.end[doc]]
        found: list[StoredSection] = []
        above: list[tuple[int, str]] = []
        for number, (level, heading, anchor) in enumerate(store.outline(doc)):
            above = [one for one in above if one[0] < level] + ([(level, heading)] if heading else [])
            headings = tuple([text for _, text in above])
            row = first + number
            start, stop = starts[number], starts[number + 1]
            body, line = store.section_body[row], store.section_line[row]
            found.append(StoredSection(level, heading, headings, anchor, line, start, body, stop))
        return found

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
        marks: list[Mark] = []
        wanted = sorted(words, reverse=True)
        while check < last and wanted and (start := store.check_offset[check] - offset) < len(text):
            stop = store.check_offset[check + 1] - offset if check + 1 < last else len(text)
            position = store.check_position[check]
            while wanted and wanted[-1] < position:
                wanted.pop()
            if check + 1 == last or (wanted and wanted[-1] < store.check_position[check + 1]):
                self._marks_in(text, start, min(stop, len(text)), position, wanted, words, marks)
            check += 1
        return tuple(marks)

    def _marks_in(
        self,
        text: str,
        start: int,
        stop: int,
        position: int,
        wanted: list[int],
        words: Mapping[int, int],
        marks: list[Mark],
    ) -> None:
        """Add the marks of text[start:stop], whose first word has this position; takes them from `wanted`, whose
        last is the next. Once a snippet the hot loop of a search (`benchmarks/speed.py`, queries)."""
        code = self._code(position)
        if len(self._documents.widths[code]) > MOST_WIDTHS:
            self._documents.widths[code].clear()
        widths = self._documents.widths[code]
        known = widths.get
        next_wanted = wanted[-1] if wanted else 1 << 60
        for raw, begin, end in raw_spans(text[start:stop], self._documents.simplify):
            width = known(raw)
            if width is None:
                width = widths[raw] = len(terms_at(raw, code))
            after = position + width
            while next_wanted < after:
                place = wanted.pop()
                if is_spaceless(raw):
                    at = start + begin + place - position
                    marks.append(Mark(at, min(start + end, at + 2), words[place]))
                elif not marks or marks[-1].start != start + begin:
                    marks.append(Mark(start + begin, start + end, words[place]))
                if not wanted:
                    return
                next_wanted = wanted[-1]
            position = after

    def _code(self, position: int) -> bool:
        store, doc = self._documents, self._doc
        run = bisect_right(store.run_start, position, store.run_first[doc], store.run_first[doc + 1]) - 1
        return bool(store.run_code[run] == CODE)
