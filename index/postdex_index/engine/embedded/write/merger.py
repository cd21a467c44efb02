"""How do several segments become one, without their posts being read or tokenised again?

Columns are concatenated, deleted posts left out, and lists of the same stem put behind each other.
Impacts are computed anew from the positions, so that a merged segment ranks as a fresh build does:
the very same columns, but for the order of its posts.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import merge
from itertools import chain, compress, groupby, islice, pairwise, repeat
from operator import add, itemgetter, sub
from typing import Any

from ....named_tuple import NamedTuple
from ....schema import BODY, CODE, SCORED, SORTS
from ..format.columns import COLUMNS, FORM, MAX_FORMS, STEM
from ..format.segment_file import Column, lines
from ..format.text_blocks import TextWriter
from ..read.scope import Part, Segment
from ..read.stored_documents import BEYOND
from .inverter import FieldTotal, field_totals, values_columns
from .postings_writer import ListWriter
from .segment_builder import average_lengths

#: Columns with an item for each post, and those that say where a post's stretch of others begins.
PER_POST = ("doc_end", "date_is_own", *(f"sort_{name}" for name, field in SORTS.items() if field.type != "text"))
STRETCHES = {
    "field_span_first": ("field_span_start", "field_span_code"),
    "section_first": ("section_start", "section_body", "section_offset", "section_line"),
    "link_first": ("link_edge",),
    "checkpoint_first": ("checkpoint_position", "checkpoint_offset"),
    "outline_start": ("outline",),
    "stored_start": ("stored",),
}


class MergePart(NamedTuple):
    """A segment to merge: ranges of its live posts, and `new_ids`, the doc_id of each post in the merged segment, -1 of
    a deleted one."""

    segment: Segment
    live_ranges: list[tuple[int, int]]
    new_ids: list[int]


def merged(
    sources: Sequence[Part], others: Iterable[Sequence[FieldTotal]] = ()
) -> tuple[dict[str, Column], dict[str, Any]]:
    """The columns and the meta data of the segment that several are merged to, without their deleted posts; all are
    narrow or all wide.

    `others` are the field lengths of segments that it shares its averages with.
    """
    parts, posts = _parts(sources)
    wide: bool = sources[0].segment.file.meta["wide"]
    lengths = _lengths(parts)
    totals = field_totals(lengths)
    averages = average_lengths([totals, *others])
    columns: dict[str, Column] = dict.fromkeys(COLUMNS, b"")
    columns |= _post_columns(parts)
    columns["field_lengths"] = array("I" if wide else "H", chain.from_iterable(lengths))
    columns |= _merged_values(parts)
    columns |= _merged_lists(parts, lengths, averages, wide)
    languages = sorted({language for source in sources for language in source.segment.languages(source.dead)})
    meta = {
        "posts": posts,
        "wide": wide,
        "simplify": sources[0].segment.analyzer.simplify,
        "languages": languages,
        "lengths": totals,
        "averages": averages,
    }
    return columns, meta


def _parts(sources: Sequence[Part]) -> tuple[list[MergePart], int]:
    parts: list[MergePart] = []
    posts = 0
    for segment, dead, _ in sources:
        new_ids = [-1] * segment.posts
        for doc_id in range(segment.posts):
            if doc_id not in dead:
                new_ids[doc_id] = posts
                posts += 1
        edges = [-1, *sorted(dead), segment.posts]
        ranges = [(a + 1, b) for a, b in pairwise(edges) if a + 1 < b]
        parts.append(MergePart(segment, ranges, new_ids))
    return parts, posts


def _lengths(parts: Sequence[MergePart]) -> list[list[int]]:
    """Per field: the length in each kept post."""
    columns: list[list[int]] = [[] for _ in SCORED]
    for part in parts:
        column, posts = part.segment.file.column("field_lengths"), part.segment.posts
        for code, column_of_field in enumerate(columns):
            for a, b in part.live_ranges:
                column_of_field.extend(column[code * posts + a : code * posts + b])
    return columns


def _post_columns(parts: Sequence[MergePart]) -> dict[str, Column]:
    columns: dict[str, Column] = {}
    for name in PER_POST:
        columns[name] = _take(name, [(part, part.live_ranges) for part in parts])
    for first, names in STRETCHES.items():
        starts, total = array("I"), 0
        ranges: list[tuple[MergePart, list[tuple[int, int]]]] = []
        for part in parts:
            column = part.segment.file.column(first)
            stretches = [(column[a], column[b]) for a, b in part.live_ranges]
            ranges.append((part, stretches))
            for (a, b), (start, stop) in zip(part.live_ranges, stretches, strict=True):
                starts.extend([value - start + total for value in column[a:b]])
                total += stop - start
        starts.append(total)
        columns[first] = starts
        columns |= {name: _take(name, ranges) for name in names}
    texts = TextWriter()
    for part in parts:
        for doc_id in _docs(part):
            texts.add(part.segment.documents.texts.read(doc_id, 0, BEYOND))
    columns |= texts.columns()
    for name, field in SORTS.items():
        if field.type == "text":
            orders = [(part, part.segment.columns.order(name)) for part in parts]
            columns[f"sort_{name}"] = lines([order[doc_id] for part, order in orders for doc_id in _docs(part)])
    columns["title_keys"] = _keys(parts, "title_keys")
    columns["heading_keys"] = _keys(parts, "heading_keys")
    return columns


def _docs(part: MergePart) -> Iterator[int]:
    return chain.from_iterable(range(a, b) for a, b in part.live_ranges)


def _take(name: str, ranges: Iterable[tuple[MergePart, Sequence[tuple[int, int]]]]) -> Column:
    """Stretches of a column of several segments as one column."""
    taken: array[int] | None = None
    for part, stretches in ranges:
        column = part.segment.file.column(name)
        if taken is None:
            taken = array(column.format)
        for start, stop in stretches:
            taken.frombytes(column[start:stop].cast("B"))
    return taken if taken is not None else b""


def _keys(parts: Sequence[MergePart], name: str) -> array[int]:
    keys = [
        (key >> 32 << 32) | part.new_ids[key & 0xFFFFFFFF]
        for part in parts
        for key in part.segment.file.column(name)
        if part.new_ids[key & 0xFFFFFFFF] >= 0
    ]
    return array("Q", sorted(keys))


def _merged_values(parts: Sequence[MergePart]) -> dict[str, Column]:
    values: dict[str, list[int]] = {}
    written: dict[str, str] = {}
    for part in parts:
        for value, spelled, docs in part.segment.columns.values():
            live_docs = [part.new_ids[doc_id] for doc_id in docs if part.new_ids[doc_id] >= 0]
            if live_docs:
                values.setdefault(value, []).extend(live_docs)
                written.setdefault(value, spelled)
    return values_columns(values, written)


class _SegmentLists:
    """The posting lists of one segment, read in the order of their stems."""

    def __init__(self, part: MergePart) -> None:
        self.part = part
        self.lists = part.segment.lists
        words = self.lists.terms
        self.forms: dict[int, list[tuple[int, str]]] = {}
        self._names: list[bytes] = []
        self.display_forms: dict[str, str] = {}
        every = range(len(words))
        for number, key, flags in zip(every, words.terms_in(every), words.flags(every), strict=True):
            if flags & STEM:
                self._names.append(key)
            if flags & FORM:
                surface = key.decode()
                held_by, index = words.posting_list(number)
                self.forms.setdefault(held_by, []).append((index, surface))
                if (shown := words.display_form(number)) != surface:
                    self.display_forms[surface] = shown
        self._any_deleted = -1 in part.new_ids
        self._field_at = bytes(_field_codes(part.segment))
        self._first = [0, *_running(part.segment.documents.end)]

    def names(self) -> Iterator[tuple[bytes, int, _SegmentLists]]:
        """(name, number, this) of each list. Lists are numbered in the order of their names."""
        for number, name in enumerate(self._names):
            yield name, number, self

    def read(self, number: int, shift: int) -> tuple[array[int], bytes, list[int]]:
        """The living occurrences of a list: as post << shift | position, by the posts' new numbers; the surface of
        each; and those outside of bodies as post << shift | field code."""
        lists, new = self.lists, self.part.new_ids
        start, stop = lists.bounds(range(number, number + 1))
        offsets = lists.occurrences.offsets(start, stop)
        counts = map(sub, islice(offsets, 1, None), offsets)
        docs = list(chain.from_iterable(map(repeat, lists.docs[start:stop], counts)))
        positions: Iterable[int] = lists.occurrences.between(offsets[0], offsets[-1])
        which = lists.forms.of(number)
        fields = bytes(map(self._field_at.__getitem__, map(add, map(self._first.__getitem__, docs), positions)))
        if self._any_deleted:
            is_live = [new[doc_id] >= 0 for doc_id in docs]
            docs, positions = list(compress(docs, is_live)), compress(positions, is_live)
            which, fields = bytes(compress(which, is_live)), bytes(compress(fields, is_live))
        bases = [new[doc_id] << shift for doc_id in docs]
        places = array("I" if shift == 16 else "Q", map(add, bases, positions))
        short = [base | field - 1 for base, field in zip(bases, fields, strict=True) if field]
        return places, which, short


def _field_codes(segment: Segment) -> Iterator[int]:
    """For each position of each post, its field's code + 1; 0 for body and code."""
    documents = segment.documents
    first, start, code, end = documents.span_first, documents.span_start, documents.span_code, documents.end
    for doc_id in range(segment.posts):
        edges = [*start[first[doc_id] : first[doc_id + 1]], end[doc_id]]
        codes = code[first[doc_id] : first[doc_id + 1]]
        # Positions before the first run do not occur, but the stretch has to be as long as the post.
        yield from bytes(edges[0])
        for field, a, b in zip(codes, edges, edges[1:], strict=False):
            yield from bytes([0 if field in (BODY, CODE) else field + 1]) * (b - a)


def _running(lengths: Iterable[int]) -> Iterator[int]:
    total = 0
    for length in lengths:
        total += length
        yield total


def _merged_lists(
    parts: Sequence[MergePart], lengths: Sequence[Sequence[int]], averages: Sequence[float], wide: bool
) -> dict[str, Column]:
    writer = ListWriter(lengths, averages, wide)
    sources = [_SegmentLists(part) for part in parts]
    shift = 32 if wide else 16
    for name, group in groupby(merge(*(source.names() for source in sources), key=itemgetter(0)), key=itemgetter(0)):
        _merge_list(writer, name.decode(), [(source, number) for _, number, source in group], shift)
    spelled: dict[str, str] = {}
    for source in reversed(sources):
        spelled |= source.display_forms
    return writer.columns(spelled)


def _merge_list(writer: ListWriter, name: str, members: Sequence[tuple[_SegmentLists, int]], shift: int) -> None:
    positions = array("I" if shift == 16 else "Q")
    outside_body: list[int] = []
    numbers: dict[str, int] = {}
    posts: Counter[str] = Counter()
    form_numbers: list[bytes] = []
    for source, number in members:
        positions_here, form_numbers_here, outside_body_here = source.read(number, shift)
        positions.extend(positions_here)
        outside_body += outside_body_here
        forms = dict(source.forms.get(number, ()))
        present = _docs_by_form(forms, positions_here, shift, form_numbers_here)
        translation = bytearray(256)
        for index, docs_with_form in present.items():
            form = forms[index]
            translation[index] = min(numbers.setdefault(form, len(numbers)), MAX_FORMS)
            posts[form] += docs_with_form
        form_numbers.append(
            (form_numbers_here or bytes([next(iter(forms))]) * len(positions_here)).translate(bytes(translation))
        )
    if positions:
        all_form_numbers = b"".join(form_numbers) if len(numbers) > 1 else b""
        writer.add(name, [(form, posts[form]) for form in numbers], positions, outside_body, all_form_numbers)


def _docs_by_form(forms: Mapping[int, str], positions: array[int], shift: int, form_numbers: bytes) -> dict[int, int]:
    """In how many of the posts each surface stands, for those that are left."""
    docs = [place >> shift for place in positions]
    if not form_numbers:
        return dict.fromkeys(forms, len(set(docs))) if docs else {}
    pairs = dict.fromkeys(zip(docs, form_numbers, strict=True))
    return dict(sorted(Counter(surface for _, surface in pairs).items()))
