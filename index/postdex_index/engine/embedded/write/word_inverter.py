"""Where does each word of the posts stand?

Every word's position goes into an array of its own, as `post << 16 | position`, so that no sort and no tuple per word
is needed; `postings_writer` then turns these arrays into posting lists, one per stem, with the impact of each posting.
Beside the words it is noted where fields, sections and links begin among them. What the columns are called and hold is
said in `columns.py`; posts as such are known to `inverter`.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Sequence
from itertools import chain
from operator import add
from typing import TypeAlias

from ....schema import BODY, CODES, HEADING, SCORED
from ....text.analyzer import Analyzer
from ....text.characters import is_spaceless, run_text
from ....text.stemming import stemmer_language
from ....text.tokenizer import terms_at
from ..format.segment_file import Column
from .checkpoints import stretches
from .postings_writer import Occurrences, invert

#: Fields that are addresses, or parts of some: how they spell a word counts where no text has it.
ADDRESSES = (*CODES["aliases"], *CODES["slug"])

Call: TypeAlias = Callable[[int], None]


class WordInverter:
    """The words of a segment's posts: a post is begun, its short texts and then its sections are added, it is ended.
    `wide` gives positions 32 bits instead of 16.

    `lengths` are by field code the lengths in each post, in words.
    """

    def __init__(self, analyzer: Analyzer, wide: bool) -> None:
        self._analyzer = analyzer
        self._wide = wide
        typecode = "I" if wide else "H"
        self.lengths = [array(typecode) for _ in SCORED]
        self._languages: dict[str, Occurrences] = {}
        self._calls: dict[str, list[_Calls]] = {}
        self._spelled: dict[str, str] = {}
        self._addresses: dict[str, str] = {}
        self._end = array(typecode)
        self._span_first, self._span_start, self._span_code = array("I"), array(typecode), array("B")
        self._check_first, self._check_position, self._check_offset = array("I"), array(typecode), array("I")
        self._section_first, self._section_offset = array("I"), array("I")
        self._section_start, self._section_body = array(typecode), array(typecode)
        self._link_first, self._link_edge = array("I"), array(typecode)
        # Of the post that was begun: the calls of its language, its number shifted, the place of its next word, how
        # much text it has, its length in each field.
        self._post_calls: Sequence[_Calls] = ()
        self._base = self._place = self._offset = 0
        self._post_lengths: list[int] = []

    def begin(self, lang: str) -> None:
        """Begin the next post, which is in this language."""
        self._post_calls = self._calls_of(lang)
        self._base = self._place = len(self._end) << (32 if self._wide else 16)
        self._offset = 0
        self._post_lengths = [0] * len(SCORED)
        self._span_first.append(len(self._span_start))
        self._section_first.append(len(self._section_start))
        self._link_first.append(len(self._link_edge))
        self._check_first.append(len(self._check_position))

    def add_text(self, field: int, text: str) -> None:
        """Add a text of a field; between it and the next, one position is left free."""
        self._begin_field(field)
        started = self._place
        self._feed(self._post_calls[field], text)
        self._post_lengths[field] += self._place - started
        self._place += 1

    def add_section(self, heading: str, text: str, code: Sequence[int], links: Sequence[int]) -> None:
        """Add a section; `code` and `links` are where in its text each block of code and each link begins and ends,
        one number after the other, ascending."""
        self._section_start.append(self._place - self._base)
        self._section_offset.append(self._offset)
        if heading:
            self.add_text(HEADING, heading)
        self._section_body.append(self._place - self._base)
        started = self._place
        edges = list(links)
        for start, stop, field in stretches(text, code):
            self._check_position.append(self._place - self._base)
            self._check_offset.append(self._offset + start)
            self._begin_field(field)
            stretch = text[start:stop]
            if edges and edges[0] < stop:
                here = bisect_left(edges, stop)
                self._note_edges(self._post_calls[field], stretch, [edge - start for edge in edges[:here]])
                del edges[:here]
            self._feed(self._post_calls[field], stretch)
        self._link_edge.extend([self._place - self._base] * len(edges))
        self._post_lengths[BODY] += self._place - started
        self._place += 1
        self._offset += len(text)

    def end(self) -> None:
        """End the post."""
        self._end.append(self._place - self._base)
        for column, length in zip(self.lengths, self._post_lengths, strict=True):
            column.append(length)

    def languages(self) -> list[str]:
        """The codes of the posts' languages (`stemming.stemmer_language`), sorted."""
        return sorted(self._languages)

    def columns(self, averages: Sequence[float]) -> dict[str, Column]:
        """The columns of posting lists and term dictionary, and of where everything stands in its post; nothing can be
        added any more. `averages` are the field lengths that the impacts are measured against."""
        self._calls.clear()  # they are a tenth of the memory of a build; the last post's are among them
        self._post_calls = ()
        return {
            **invert(self._languages, self._addresses | self._spelled, self.lengths, averages, self._wide),
            "field_lengths": array(self._end.typecode, chain.from_iterable(self.lengths)),
            "doc_end": self._end,
            "field_span_first": _closed(self._span_first, self._span_start),
            "field_span_start": self._span_start,
            "field_span_code": self._span_code,
            "section_first": _closed(self._section_first, self._section_start),
            "section_start": self._section_start,
            "section_body": self._section_body,
            "section_offset": self._section_offset,
            "link_first": _closed(self._link_first, self._link_edge),
            "link_edge": self._link_edge,
            "checkpoint_first": _closed(self._check_first, self._check_position),
            "checkpoint_position": self._check_position,
            "checkpoint_offset": self._check_offset,
        }

    def _calls_of(self, lang: str) -> list[_Calls]:
        """By field code, the calls of a language; code's are those of the body, but for how words are cut."""
        calls = self._calls.get(lang)
        if calls is None:
            words = self._languages.setdefault(stemmer_language(lang), Occurrences({}, {}))
            fields = [_TermCalls(words, self._wide, field) for field in range(len(SCORED))]
            spelled = [self._addresses if code in ADDRESSES else self._spelled for code in range(len(fields))]
            calls = [_Calls(terms, here, False) for terms, here in zip(fields, spelled, strict=True)]
            self._calls[lang] = calls = [*calls, _Calls(fields[BODY], self._spelled, True)]
        return calls

    def _begin_field(self, field: int) -> None:
        """Note that the words from here on are of this field."""
        if self._span_first[-1] == len(self._span_start) or self._span_code[-1] != field:
            self._span_start.append(self._place - self._base)
            self._span_code.append(field)

    def _feed(self, calls: _Calls, text: str) -> None:
        """Put a text's words at their places."""
        last = self._place - 1
        tokens = self._analyzer.raw_tokens(text)
        for last, call in enumerate(chain.from_iterable(map(calls.__getitem__, tokens)), self._place):
            call(last)
        self._place = last + 1

    def _note_edges(self, calls: _Calls, text: str, edges: Sequence[int]) -> None:
        """Note where links begin and end among the words of a text: `edges` are offsets into it, ascending."""
        position = self._place - self._base
        matches = self._analyzer.raw_matches(text)
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


def _closed(first: array[int], column: array[int]) -> array[int]:
    return first + array("I", [len(column)])
