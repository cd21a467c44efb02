"""What does a post of the index look like when it is shown: metadata, sections, text around a match?"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import chain, starmap
from json import JSONDecoder
from typing import Any, TypeVar

from ....document import LeafPositions, Mark, Outline, Outlined, Passage, StoredSection
from ....model import INCLUDED_BREAK, SOFT_BREAK, OwnField
from ....named_tuple import NamedTuple
from ....schema import CODE, STORED
from ....text.analyzer import Analyzer
from ..format.columns import ColumnSource, LazyColumn
from ..format.text_blocks import TextReader
from .passage_words import PassageWords, Widths, marks_of_ascii, place_of

#: Characters of a passage before the word that it is cut around, and in all: snippets choose from these.
BEFORE, LENGTH = 240, 900
#: Characters of a text that stand for a description that is missing.
EXCERPT = 300
#: Posts that are kept, some 5 KB each with what was read of them: the same are shown again and again. 1,000 queries
#: that come by turns took 2.5 ms with 1,000 and 4,000 passages at 10,000 posts, so 1.8, with 5,000 and 16,000 1.7.
MAX_POSTS = 2_500
#: Passages that are kept, some 2 KB each.
MAX_PASSAGES = 8_000
#: Beyond the end of any text, in characters and in words.
BEYOND = 1 << 60

Key = TypeVar("Key")
Value = TypeVar("Value")


class Headings(NamedTuple):
    """The sections of a post: the heading and the anchor of each, levels and where they begin and end, and those that
    were asked for already."""

    texts: list[str]
    anchors: list[str]
    outline: Outline
    asked_for: dict[int, StoredSection]

    def path(self, number: int) -> tuple[str, ...]:
        """The headings above a section, and its own: going up, each that is of a higher level than all below it."""
        levels = self.outline.levels
        path, level = [self.texts[number]], levels[number]
        while number and level > 0:
            number -= 1
            if levels[number] < level:
                level = levels[number]
                path.append(self.texts[number])
        return tuple(filter(None, path[::-1]))


class ShownPassage(NamedTuple):
    """A passage that was shown: all queries of a site show the same ones."""

    #: from a checkpoint on; the passage is what stands behind `before`, 0 nearly always
    text: str
    before: int
    #: whether the section goes on
    cut: bool
    #: where the text begins in the post's text, and the file's line where the passage begins
    offset: int
    line: int
    #: the last checkpoint in it
    last_check: int
    words: PassageWords


class Documents:
    """The stored posts of one segment."""

    def __init__(self, segment: ColumnSource, analyzer: Analyzer) -> None:
        self.analyzer = analyzer
        self._stored, self._stored_start = LazyColumn(segment, "stored"), segment.column("stored_start")
        self._outline, self._outline_start = LazyColumn(segment, "outline"), segment.column("outline_start")
        self.end = segment.column("doc_end")
        self.section_first = segment.column("section_first")
        self.section_start, self.section_body = segment.column("section_start"), segment.column("section_body")
        self.section_offset, self.section_line = segment.column("section_offset"), segment.column("section_line")
        self.check_first = segment.column("checkpoint_first")
        self.check_position = segment.column("checkpoint_position")
        self.check_offset = segment.column("checkpoint_offset")
        self.span_first, self.span_start = segment.column("field_span_first"), segment.column("field_span_start")
        self.span_code = segment.column("field_span_code")
        self.texts = TextReader(segment)
        # What refers back to this must not be kept here: a closed index would hold its files until a collection.
        self._fields: dict[int, dict[str, Any]] = {}
        self._headings: dict[int, Headings] = {}
        self._paths: dict[int, str] = {}
        #: by section and checkpoint, and by position where there is no blank for long
        self.passages: dict[tuple[int, int, int], ShownPassage] = {}
        #: in prose, and in code
        self.widths = Widths(False), Widths(True)

    def fields(self, doc_id: int) -> dict[str, Any]:
        """The stored fields of a post, by `Field.attribute`."""
        fields = self._fields.get(doc_id)
        if fields is None:
            fields = _named(self.stored(doc_id))
            keep(self._fields, doc_id, fields, MAX_POSTS)
        return fields

    def stored(self, doc_id: int) -> list[Any]:
        """The stored fields of a post as JSON has them, in the order of `schema.STORED`."""
        values: list[Any] = _decode(_json(self._stored, self._stored_start, doc_id))[0]
        return values

    def outline(self, doc_id: int) -> list[Any]:
        """The outline of a post as JSON has it: level, heading and anchor of each section, one after the other."""
        values: list[Any] = _decode(_json(self._outline, self._outline_start, doc_id))[0]
        return values

    def forget(self) -> None:
        """Drop what was kept of posts: whoever reads each once has no use for it."""
        self._fields, self._headings, self._paths, self.passages = {}, {}, {}, {}

    def path(self, doc_id: int) -> str:
        """The path of a post, the first of its fields: `["2022/refcount-bug.md", ...`. All that were asked for are
        kept: the paths of posts with equal scores decide their order, a dozen in a search."""
        path = self._paths.get(doc_id)
        if path is None:
            fields = _json(self._stored, self._stored_start, doc_id)
            path = self._paths[doc_id] = _decode(fields, 1)[0]
        return path

    def headings(self, doc_id: int) -> Headings:
        """The sections of a post, by what was stored of them."""
        headings = self._headings.get(doc_id)
        if headings is None:
            first, last = self.section_first[doc_id], self.section_first[doc_id + 1]
            starts = self.section_start[first:last]
            bounds = tuple(chain.from_iterable(zip(starts, self.section_body[first:last], strict=True)))
            headings = _headings(self.outline(doc_id), bounds, (*starts[1:], self.end[doc_id]))
            keep(self._headings, doc_id, headings, MAX_POSTS)
        return headings


def _json(column: LazyColumn, starts: Sequence[int], doc_id: int) -> str:
    return str(column.items(starts[doc_id], starts[doc_id + 1]), "utf-8", "surrogatepass")


_decode = JSONDecoder().raw_decode
_NUMBER = (int, type(None))
#: The types of stored fields as JSON has them; the attributes of all, and of those that are lists there.
_JSON_TYPES: dict[str, Any] = {
    **{"text": str, "date": _NUMBER, "number": _NUMBER},
    **dict.fromkeys(("texts", "paths", "fields"), list),
}
_TYPES = tuple(_JSON_TYPES[field.type] for field in STORED)
_NAMES = tuple(field.attribute for field in STORED)
_TEXTS, _PATHS, _OWN = (
    [field.name for field in STORED if field.type == type_] for type_ in ("texts", "paths", "fields")
)


def _named(values: list[Any]) -> dict[str, Any]:
    """The stored fields of a post by attribute. Raises TypeError or ValueError for what no build wrote, which
    whoever shows it would trip over."""
    fields = dict(zip(_NAMES, values, strict=True))
    if not all(map(isinstance, values, _TYPES)):
        raise TypeError("a field of another type")
    for name in _TEXTS:
        fields[name] = tuple(fields[name])
        "".join(fields[name])  # raises for what is no text
    for name in _PATHS:
        fields[name] = tuple(map(tuple, fields[name]))
        "".join(chain.from_iterable(fields[name]))
    for name in _OWN:
        fields[name] = tuple([OwnField(name, tuple(values)) for name, values in fields[name]])
        "".join(chain.from_iterable([[name, *values] for name, values in fields[name]]))
    return fields


def _headings(outline: list[Any], bounds: Sequence[int], stops: Sequence[int]) -> Headings:
    """The headings of an outline. Raises TypeError or ValueError for what no build wrote: levels that are no small
    numbers, headings and anchors that are no texts."""
    texts, anchors = outline[1::3], outline[2::3]
    "".join(chain(texts, anchors))
    return Headings(texts, anchors, Outline(bytes(outline[::3]), bounds, stops), {})


def keep(cache: dict[Key, Value], key: Key, value: Value, most: int) -> None:
    """Add one to those that are kept, which are forgotten when they are too many."""
    if len(cache) >= most:
        cache.clear()
    cache[key] = value


class StoredDocument(Outlined):
    """One stored post. Sections and text are read when they are asked for."""

    __slots__ = ("_doc", "_documents")

    def __init__(self, documents: Documents, doc_id: int) -> None:
        self._documents = documents
        self._doc = doc_id
        self.__dict__ = documents.fields(doc_id)  # not a copy: many are made, and none is changed

    def __repr__(self) -> str:
        return f"<post {self.path!r}, {self.title!r}, {len(self.outline.levels)} sections>"

    @property
    def description(self) -> str:
        """The post's own description, or the beginning of its text."""
        if own := self.__dict__["description"]:
            return str(own)
        beginning = (
            self._documents.texts.read(self._doc, 0, 2 * EXCERPT).replace(INCLUDED_BREAK, "\n").strip("\n" + SOFT_BREAK)
        )
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
        store = self._documents
        headings = store.headings(self._doc)
        section = headings.asked_for.get(number)
        if section is None:
            levels, bounds, stops = headings.outline
            line = store.section_line[store.section_first[self._doc] + number]
            section = StoredSection(
                levels[number], headings.texts[number], headings.path(number), headings.anchors[number],
                line=line, start=bounds[2 * number], body=bounds[2 * number + 1], stop=stops[number],
            )  # fmt: skip
            headings.asked_for[number] = section
        return section

    def text(self, section: int) -> str:
        """The whole text of a section."""
        store = self._documents
        if not 0 <= section < len(self.outline.levels):
            raise IndexError(f"{self.path} has {len(self.outline.levels)} sections, numbered from 0")
        row = store.section_first[self._doc] + section
        end = store.section_offset[row + 1] if row + 1 < store.section_first[self._doc + 1] else BEYOND
        return store.texts.read(self._doc, store.section_offset[row], end)

    def passage(self, section: int, near: int, words_found: Sequence[LeafPositions]) -> Passage:
        """A section's text around position `near`; its marks are the words that were `words_found` in it."""
        store, doc_id = self._documents, self._doc
        row = store.section_first[doc_id] + section
        offset = store.section_offset[row]
        offsets, first, last = store.check_offset, store.check_first[doc_id], store.check_first[doc_id + 1]
        begin = bisect_left(offsets, offset, first, last)
        end = store.section_offset[row + 1] if row + 1 < store.section_first[doc_id + 1] else BEYOND
        if begin == last or end == offset:
            return Passage("", 0, store.section_line[row], (), cut_start=False, cut_stop=False)
        check = max(begin, bisect_right(store.check_position, near, first, last) - 1)
        earlier = max(begin, bisect_right(offsets, offsets[check] - BEFORE, begin, check) - 1)
        shown = store.passages.get((row, earlier, 0)) or self._shown(row, earlier, 0, end)
        if shown.cut and check >= shown.last_check:  # no blank for so long that `near` may lie beyond it
            shown = store.passages.get((row, check, near)) or self._shown(row, check, near, end)
        start = shown.offset + shown.before - offset
        marks = shown.words.marks(words_found, shown.before, store.widths) if words_found else ()
        text = shown.text[shown.before :]
        return Passage(text, start, shown.line, tuple(starmap(Mark, marks)), cut_start=start > 0, cut_stop=shown.cut)

    def heading_marks(self, number: int, words_found: Sequence[LeafPositions]) -> Sequence[Mark]:
        """The words that were found in a section's heading."""
        store, section = self._documents, self.section(number)
        heading = store.analyzer.simplified(section.heading)
        if heading.isascii():  # nearly half of what a search spends on headings
            return marks_of_ascii(heading, section.start, words_found, store.widths[False])
        words = PassageWords(heading, False, [0], [section.start], [False], section.body)
        return list(starmap(Mark, words.marks(words_found, 0, store.widths)))

    def _shown(self, row: int, check: int, near: int, end: int) -> ShownPassage:
        """The passage that begins at a checkpoint, or as many characters as usual before position `near` behind that.
        It is kept."""
        store, doc_id = self._documents, self._doc
        section, offset, last = store.section_offset[row], store.check_offset[check], store.check_first[doc_id + 1]
        before = 0
        if near:
            stop = store.check_offset[check + 1] if check + 1 < last else BEYOND
            first, text = store.check_position[check], store.texts.read(doc_id, offset, min(stop, end))
            place = place_of(store.analyzer.simplified(text), near, first, store.widths[self._in_code([first])[0]])
            before = max(0, place - BEFORE)
        most = offset + before + LENGTH
        whole = store.texts.read(doc_id, section, min(most + 1, end))
        cut = len(whole) > most - section
        whole = whole[: most - section]
        text, start = whole[offset - section :], offset - section + before
        line = store.section_line[row] + whole.count("\n", 0, start) + whole.count(SOFT_BREAK, 0, start)
        beyond = bisect_left(store.check_offset, offset + len(text), check + 1, last)
        firsts = list(store.check_position[check:beyond])
        words = PassageWords(
            store.analyzer.simplified(text), cut, [place - offset for place in store.check_offset[check:beyond]],
            firsts, self._in_code(firsts), store.check_position[beyond] if beyond < last else BEYOND,
        )  # fmt: skip
        shown = ShownPassage(text, before, cut, offset, line, last_check=beyond - 1, words=words)
        keep(store.passages, (row, check, near), shown, MAX_PASSAGES)
        return shown

    def _in_code(self, positions: Sequence[int]) -> list[bool]:
        """Whether each of these positions is in code."""
        store, doc_id = self._documents, self._doc
        first, last = store.span_first[doc_id], store.span_first[doc_id + 1]
        starts, codes = store.span_start, store.span_code
        return [codes[bisect_right(starts, position, first, last) - 1] == CODE for position in positions]
