"""How do posts become the columns of a segment?

`Inversion.add` reads a post once. Where its words stand is kept by `word_inverter`; here is what is said of the post
as a whole and of its sections: records, filter values, orders, titles. What the columns are called and hold is said in
`columns.py`; merging is in `merger.py`.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Sequence
from itertools import accumulate, chain
from typing import Any
from zlib import crc32

from ....model import Post
from ....named_tuple import NamedTuple
from ....schema import SORTS
from ....text.analyzer import Analyzer
from ..format.columns import COLUMNS
from ..format.segment_file import Column, lines
from ..format.text_blocks import TextWriter
from .checkpoints import code_edges
from .field_values import filter_values, short_texts, sort_value, stored_values, title_names
from .native_word_inverter import word_inverter

#: Positions are 16 bits; a post with more goes into a wide segment, where they are 32.
NARROW_POSITIONS = 65_000
#: A segment holds at most so many posts, and so many characters of text: with both, building stays under 300 MB.
MAX_POSTS = 5_000
MAX_CHARACTERS = 18_000_000


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
        self._words = word_inverter(analyzer, wide)
        self._values: dict[str, list[int]] = {}
        self._written: dict[str, str] = {}
        self._title_keys: list[int] = []
        self._heading_keys: list[int] = []
        self._stored: list[bytes] = []
        self._outlines: list[bytes] = []
        self._texts = TextWriter()
        self._section_line = array("I")
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
        self._words.begin(post.lang)
        for field, text in short_texts(post):
            self._words.add_text(field, text)
        self._sections(doc_id, post)
        self._words.end()
        self._columns_of(doc_id, post)
        return doc_id

    def _sections(self, doc_id: int, post: Post) -> None:
        outline: list[int | str] = []
        for section in post.sections:
            outline += section.level, section.heading, section.anchor
            self._section_line.append(section.line)
            if section.heading:
                self._heading_keys.append(crc32(self.analyzer.key(section.heading).encode()) << 32 | doc_id)
            code = code_edges(section.code) if section.code else ()
            links = [edge for start, length in section.links for edge in (start, start + length)]
            self._words.add_section(section.heading, section.text, code, links)
        text = "".join([section.text for section in post.sections])
        self.characters += len(text)
        self._texts.add(text)
        self._outlines.append(_json(outline))

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
        self._date_is_own.append(post.date_seconds is not None and post.date_from != "file")
        self._stored.append(_json(stored_values(post)))

    def field_totals(self) -> list[FieldTotal]:
        """Total length by field code."""
        return field_totals(self._words.lengths)

    def columns(self, averages: Sequence[float]) -> tuple[dict[str, Column], dict[str, Any]]:
        """Everything that was added as the columns of a segment, and its meta data.

        `averages` are the field lengths that the impacts are measured against.
        """
        columns: dict[str, Column] = dict.fromkeys(COLUMNS, b"")
        columns |= self._words.columns(averages)
        columns |= self._texts.columns()
        columns |= values_columns(self._values, self._written)
        columns |= {
            "section_line": self._section_line,
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
            "languages": self._words.languages(),
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
    # In ASCII no word stands at every character: each has something behind it, or more than one letter.
    most = sum([len(text) // 2 + 1 if text.isascii() else len(text) for text in texts])
    if most < NARROW_POSITIONS - 5_000:
        return False
    return sum(map(analyzer.positions, texts)) + 4 * len(post.sections) + 5_000 > NARROW_POSITIONS


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


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _json(value: Any) -> bytes:
    return _encode(value).encode("utf-8", "surrogatepass")
