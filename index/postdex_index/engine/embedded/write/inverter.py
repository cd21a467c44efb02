"""How do posts become the columns of a segment?

`Inversion.add` reads a post once: every word's position goes into an array of its own,
as `post << 16 | position`, so that no sort and no tuple per word is needed; `columns` then
turns these arrays into posting lists, one per stem, with the impact of each posting.
What the columns are called and hold is said in `columns.py`; merging is in `merger.py`.
"""

from __future__ import annotations

import json
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate, chain
from operator import add
from typing import Any, NamedTuple, TypeAlias
from zlib import crc32

from ....model import Post
from ....schema import BODY, CODES, HEADING, SCORED, SORTS
from ....text.analyzer import Analyzer
from ....text.characters import is_spaceless, run_text
from ....text.stemming import stemmer_language
from ....text.tokenizer import terms_at
from ..format.columns import COLUMNS
from ..format.segment_file import Column, lines
from ..format.text_blocks import TextWriter
from .checkpoints import stretches
from .field_values import filter_values, short_texts, sort_value, stored_values, title_names
from .postings_writer import Occurrences, invert

#: Positions are 16 bits; a post with more goes into a wide segment, where they are 32.
NARROW_POSITIONS = 65_000
#: A segment holds at most so many posts, and so many characters of text: with both, building stays under 300 MB.
MAX_POSTS = 5_000
MAX_CHARACTERS = 18_000_000

#: Fields that are addresses, or parts of some: how they spell a word counts where no text has it.
_ADDRESSES = (*CODES["aliases"], *CODES["slug"])

Call: TypeAlias = Callable[[int], None]


class _TermCalls(dict[str, Call]):
    """Term -> what to call with each of its positions: in the body its array's `append`."""

    def __init__(self, words: Occurrences, wide: bool, field: int) -> None:
        super().__init__()
        self._words = words
        self._typecode = "Q" if wide else "I"
        self._high = ~0xFFFFFFFF if wide else ~0xFFFF
        self._field = field

    def __missing__(self, term: str) -> Call:
        positions, outside_body = self._words
        append = positions.setdefault(term, array(self._typecode)).append
        if self._field != BODY:
            note = outside_body.setdefault(term, array(self._typecode)).append
            high, field, plain = self._high, self._field, append

            def append(position: int, /) -> None:
                plain(position)
                note(position & high | field)

        self[term] = append
        return append


class _Calls(dict[str, tuple[Call, ...]]):
    """Raw token -> what to call with each of its positions. The hot loop of a build (`benchmarks/speed.py`, build)
    is a map over this: a known token costs a look-up and bound appends."""

    def __init__(self, terms: _TermCalls, spelled: dict[str, str], code: bool) -> None:
        super().__init__()
        self._terms = terms
        self._spelled = spelled
        self._code = code

    def __missing__(self, raw: str) -> tuple[Call, ...]:
        if is_spaceless(raw):
            run = run_text(raw)
            # As `terms_at` has it, a pair at each character and the last one alone, without a Python step for each.
            calls = tuple(map(self._terms.__getitem__, [*map(add, run, run[1:]), *run[-1:]]))
            if len(raw) <= 4:
                self[raw] = calls
            return calls
        groups = terms_at(raw, self._code)
        if groups:
            self._note_spelling(raw, groups)
        calls = self[raw] = tuple(map(self._group_call, groups))
        return calls

    def _group_call(self, terms: Sequence[str]) -> Call:
        if len(terms) == 1:
            return self._terms[terms[0]]
        calls = tuple(map(self._terms.__getitem__, terms))

        def call(position: int) -> None:
            for inner in calls:
                inner(position)

        return call

    def _note_spelling(self, raw: str, groups: Sequence[Sequence[str]]) -> None:
        """Remember how people write a term, for completion: as they do in running text, if they do."""
        spelled = self._spelled
        if len(groups) == 1:
            term = groups[0][0]
            if raw == term or (term not in spelled and raw.lower() == term):
                spelled[term] = raw
        elif len(groups[0]) > 1:
            spelled.setdefault(groups[0][1], raw)


class FieldTotal(NamedTuple):
    """The length of a field in all posts of a segment together, in words, and how many posts have any."""

    words: int
    posts: int


class Inversion:
    """A segment in the making. `wide` gives positions 32 bits instead of 16."""

    def __init__(self, analyzer: Analyzer, wide: bool = False) -> None:
        self.wide = wide
        self.analyzer = analyzer
        self.posts = 0
        self.characters = 0
        self._shift = 32 if wide else 16
        self._positions = "I" if wide else "H"
        self._languages: dict[str, Occurrences] = {}
        self._calls: dict[str, list[_Calls]] = {}
        self._spelled: dict[str, str] = {}
        self._addresses: dict[str, str] = {}
        self._lengths = [array(self._positions) for _ in SCORED]
        self._values: dict[str, list[int]] = {}
        self._written: dict[str, str] = {}
        self._title_keys: list[int] = []
        self._heading_keys: list[int] = []
        self._stored: list[bytes] = []
        self._outlines: list[bytes] = []
        self._texts = TextWriter()
        self._end = array(self._positions)
        self._span_first, self._span_start, self._span_code = array("I"), array(self._positions), array("B")
        self._check_first, self._check_position, self._check_offset = array("I"), array(self._positions), array("I")
        self._section_first, self._section_offset, self._section_line = array("I"), array("I"), array("I")
        self._section_start, self._section_body = array(self._positions), array(self._positions)
        self._link_first, self._link_edge = array("I"), array(self._positions)
        self._date_is_own = array("B")
        self._sorts: dict[str, list[Any]] = {name: [] for name in SORTS}

    @property
    def full(self) -> bool:
        """Whether no further post should be added."""
        return self.posts >= MAX_POSTS or self.characters >= MAX_CHARACTERS

    def add(self, post: Post) -> int:
        """Take in one post; returns its number in this segment."""
        doc_id = self.posts
        self.posts += 1
        calls = self._calls_of(post.lang)
        base = doc_id << self._shift
        lengths = [0] * len(SCORED)
        self._span_first.append(len(self._span_start))
        position = base
        for field, text in short_texts(post):
            self._begin_field(field, position - base)
            after = self._feed(calls[field], text, position)
            lengths[field] += after - position
            position = after + 1
        position = self._sections(post, calls, position, base, lengths)
        self._end.append(position - base)
        for column, length in zip(self._lengths, lengths, strict=True):
            column.append(length)
        self._columns_of(doc_id, post)
        return doc_id

    def _calls_of(self, lang: str) -> list[_Calls]:
        """By field code, the calls of a language; code's are those of the body, but for how words are cut."""
        calls = self._calls.get(lang)
        if calls is None:
            words = self._languages.setdefault(stemmer_language(lang), Occurrences({}, {}))
            fields = [_TermCalls(words, self.wide, field) for field in range(len(SCORED))]
            spelled = [self._addresses if code in _ADDRESSES else self._spelled for code in range(len(fields))]
            calls = [_Calls(terms, here, False) for terms, here in zip(fields, spelled, strict=True)]
            self._calls[lang] = calls = [*calls, _Calls(fields[BODY], self._spelled, True)]
        return calls

    def _begin_field(self, field: int, position: int) -> None:
        """Note that the words from here on are of this field."""
        if self._span_first[-1] == len(self._span_start) or self._span_code[-1] != field:
            self._span_start.append(position)
            self._span_code.append(field)

    def _feed(self, calls: _Calls, text: str, position: int) -> int:
        """Put a text's words at their places; returns the place after the last."""
        last = position - 1
        tokens = self.analyzer.raw_tokens(text)
        for last, call in enumerate(chain.from_iterable(map(calls.__getitem__, tokens)), position):
            call(last)
        return last + 1

    def _sections(self, post: Post, calls: Sequence[_Calls], position: int, base: int, lengths: list[int]) -> int:
        self._section_first.append(len(self._section_start))
        self._link_first.append(len(self._link_edge))
        self._check_first.append(len(self._check_position))
        outline: list[int | str] = []
        offset = 0
        for section in post.sections:
            outline += section.level, section.heading, section.anchor
            self._section_start.append(position - base)
            self._section_line.append(section.line)
            self._section_offset.append(offset)
            if section.heading:
                self._begin_field(HEADING, position - base)
                after = self._feed(calls[HEADING], section.heading, position)
                lengths[HEADING] += after - position
                position = after + 1
                self._heading_keys.append(crc32(self.analyzer.key(section.heading).encode()) << 32 | self.posts - 1)
            self._section_body.append(position - base)
            started = position
            edges = list(chain.from_iterable([(span.start, sum(span)) for span in section.links]))
            for start, stop, field in stretches(section.text, section.code):
                self._check_position.append(position - base)
                self._check_offset.append(offset + start)
                self._begin_field(field, position - base)
                text = section.text[start:stop]
                if edges and edges[0] < stop:
                    here = bisect_left(edges, stop)
                    self._links(calls[field], text, position - base, [edge - start for edge in edges[:here]])
                    del edges[:here]
                position = self._feed(calls[field], text, position)
            self._link_edge.extend([position - base] * len(edges))
            lengths[BODY] += position - started
            position += 1
            offset += len(section.text)
        self.characters += offset
        self._texts.add("".join([section.text for section in post.sections]))
        self._outlines.append(_json(outline))
        return position

    def _links(self, calls: _Calls, text: str, position: int, edges: Sequence[int]) -> None:
        """Note where links begin and end among the words of a text: `edges` are offsets into it, ascending."""
        matches = self.analyzer.raw_matches(text)
        match = next(matches, None)
        for edge in edges:
            while match and match.end() <= edge:
                position += len(calls[match[0]])
                match = next(matches, None)
            inside = max(0, edge - match.start()) if match else 0
            if match and inside:  # a link may end inside a run without blanks; a word that it cuts is within it
                width = len(calls[match[0]])
                inside = min(inside, width) if is_spaceless(match[0]) else width
            self._link_edge.append(position + inside)

    def _columns_of(self, doc_id: int, post: Post) -> None:
        names = set(map(self.analyzer.key, title_names(post)))
        self._title_keys.extend([crc32(name.encode()) << 32 | doc_id for name in names])
        for value, written in filter_values(post, self.analyzer):
            docs = self._values.setdefault(value, [])
            self._written.setdefault(value, written)
            if not docs or docs[-1] != doc_id:
                docs.append(doc_id)
        for name, values in self._sorts.items():
            values.append(sort_value(post, SORTS[name], self.analyzer))
        self._date_is_own.append(post.date is not None and post.date_from != "file")
        self._stored.append(_json(stored_values(post)))

    def field_totals(self) -> list[FieldTotal]:
        """Total length by field code."""
        return field_totals(self._lengths)

    def columns(self, averages: Sequence[float]) -> tuple[dict[str, Column], dict[str, Any]]:
        """Everything that was added as the columns of a segment, and its meta data.

        `averages` are the field lengths that the impacts are measured against.
        """
        self._calls.clear()  # nothing is added any more; they are a tenth of the memory of a build
        columns: dict[str, Column] = dict.fromkeys(COLUMNS, b"")
        columns |= invert(self._languages, self._addresses | self._spelled, self._lengths, averages, self.wide)
        columns |= self._texts.columns()
        columns |= values_columns(self._values, self._written)
        columns |= {
            "field_lengths": array(self._positions, chain.from_iterable(self._lengths)),
            "doc_end": self._end,
            "field_span_first": _closed(self._span_first, self._span_start),
            "field_span_start": self._span_start,
            "field_span_code": self._span_code,
            "section_first": _closed(self._section_first, self._section_start),
            "section_start": self._section_start,
            "section_body": self._section_body,
            "section_offset": self._section_offset,
            "section_line": self._section_line,
            "link_first": _closed(self._link_first, self._link_edge),
            "link_edge": self._link_edge,
            "checkpoint_first": _closed(self._check_first, self._check_position),
            "checkpoint_position": self._check_position,
            "checkpoint_offset": self._check_offset,
            "title_keys": array("Q", sorted(self._title_keys)),
            "heading_keys": array("Q", sorted(set(self._heading_keys))),
            "date_is_own": self._date_is_own,
        }
        for name, values in self._sorts.items():
            columns[f"sort_{name}"] = lines(values) if SORTS[name].type == "text" else array("q", values)
        columns["outline_start"], columns["outline"] = joined(self._outlines)
        columns["stored_start"], columns["stored"] = joined(self._stored)
        meta = {
            "posts": self.posts,
            "wide": self.wide,
            "simplify": self.analyzer.simplify,
            "languages": sorted(self._languages),
            "lengths": self.field_totals(),
            "averages": list(averages),
        }
        return columns, meta


def field_totals(lengths: Iterable[Sequence[int]]) -> list[FieldTotal]:
    """Total length by field code, from the lengths in each post, in words."""
    return [FieldTotal(sum(column), sum(map(bool, column))) for column in lengths]


def needs_wide(post: Post, analyzer: Analyzer) -> bool:
    """Whether a post has more words than 16 bits of positions can tell apart."""
    texts = [text for section in post.sections for text in (section.text, section.heading)]
    if sum(map(len, texts)) < NARROW_POSITIONS - 5_000:
        return False
    words = sum(len(terms_at(raw, True)) for text in texts for raw in analyzer.raw_tokens(text))
    return words + 4 * len(post.sections) + 5_000 > NARROW_POSITIONS


def values_columns(values: dict[str, list[int]], written: dict[str, str]) -> dict[str, Column]:
    """The columns of filter values: sorted keys and the posts of each."""
    keys = sorted((f"{value}\t{written[value]}".encode("utf-8", "replace"), docs) for value, docs in values.items())
    return {
        "filter_values": b"".join([key + b"\n" for key, _ in keys]),
        "filter_value_start": array("I", accumulate([len(key) + 1 for key, _ in keys], initial=0)),
        "filter_value_first": array("I", accumulate([len(docs) for _, docs in keys], initial=0)),
        "filter_value_docs": array("H", chain.from_iterable([docs for _, docs in keys])),
    }


def joined(records: Sequence[bytes]) -> tuple[array[int], bytes]:
    """Where each of these begins (and one more at the end), and all of them as one."""
    return array("I", accumulate(map(len, records), initial=0)), b"".join(records)


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _closed(first: array[int], column: array[int]) -> array[int]:
    return first + array("I", [len(column)])
