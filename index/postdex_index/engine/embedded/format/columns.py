"""Which columns does a segment have, and what do they hold?

Written by `inverter.py`, `word_inverter.py`, `posting_columns.py`, `term_dictionary_writer.py`, `surface_forms.py` and
`text_blocks.py`, put together by `merger.py`, read by `postings.py`, `term_dictionary.py`, `surface_forms.py`,
`doc_values.py`, `stored_documents.py`, `text_blocks.py` and `snapshot.py`. A change here is a new format: raise
`commits.FORMAT`. For all of these columns are what is said here; that a file has some deflated is its own business.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Protocol

from ....schema import SORTS

#: Flags of a term dictionary entry: FORM (a word form as indexed), STEM (owns a posting list), INDIRECT (a form whose
#: postings belong to another stem's list), DISPLAY (has another spelling to show).
FORM, STEM, INDIRECT, DISPLAY = 1, 2, 4, 8
#: Word forms that a posting list distinguishes; of a stem with more (none is known) the rest share the last number.
MAX_FORMS = 255
#: Skip intervals: after so many term entries, postings and lists stands a running total, so that none else needs one.
TERMS_PER_BLOCK, POSTINGS_PER_SKIP, LISTS_PER_SKIP = 256, 64, 64

#: The date, or other number, of a post that has none.
NO_DATE = -(1 << 62)
#: The column of those paths that are written in another way than they are compared; "path" has all as they are written.
FOLDED_PATH = "folded path"
#: The column of the posts with translations that are in the site's own language; its value is empty.
ORIGINAL = "original"
#: The column of those fields of the site's own that the settings name; each has one of its own, `query.OWN_FIELD`.
NAMED_FIELD = "named field"
#: The columns of the boosts that are not 1, as numbers, and of the queries for which posts come first, as their keys.
BOOST, PIN = "boost", "pin"

_SORT_COLUMNS = (
    "per post: its date in seconds (or other number), NO_DATE where it has none; of `updated` the date instead",
    "per post: its text as folded for sorting, each ended by a newline",
)

#: Every column of a segment, in file order. `*_first` and `*_start` have one more item at the end.
COLUMNS = {
    "term_entries": "the term dictionary: word forms and stems, sorted as UTF-8, each ended by a newline",
    "term_flags": "per term entry: bits, see above",
    "term_block_start": "per 256 term entries: where they begin in `term_entries`",
    "term_block_lead": "per 256 term entries, but for the first: the first of them, ended by a newline",
    "term_block_list": "per 256 term entries: the posting lists named before them, so the list of the next stem",
    "term_block_indirect": "per 256 term entries: the indirect forms before them",
    "indirect_list": "per indirect form: its posting list",
    "indirect_form": "per indirect form: its number among the forms of that list",
    "indirect_posts": "per indirect form: document frequency",
    "display_forms": "the spellings to show of terms that have another one, each ended by a newline",
    "list_postings": "per posting list: its length, the document frequency",
    "skip_postings": "per 64 posting lists: the first posting",
    "title_lists": "the posting lists of words that stand in titles",
    "title_list_first": "per such list: its first title coverage",
    "multi_form_lists": "the posting lists that have several word forms",
    "multi_form_first": "per such list: its first form number",
    "doc_ids": "per posting: the post",
    "impacts": "per posting: the impact, in 1/73",
    "term_freqs": "per posting: the term frequency, 255 where `large_term_freqs` has it",
    "large_term_freqs": "pairs: posting, term frequency",
    "skip_positions": "per 64 postings: the first position",
    "positions": "per occurrence: the position in the post",
    "form_numbers": "per occurrence in a multi-form list: the number of its form",
    "title_coverage_doc": "per title coverage: the post",
    "title_coverage": "per title coverage: the share of the title's words that this one is, in 1/255",
    "field_lengths": "per field, per post: words",
    "doc_end": "per post: the position after the last",
    "field_span_first": "per post: its first field span",
    "field_span_start": "per field span: the position where it begins",
    "field_span_code": "per field span: the field's code",
    "section_first": "per post: its first section",
    "section_start": "per section: the position of its heading",
    "section_body": "per section: the position of its text",
    "section_offset": "per section: where its text begins in the post's text",
    "section_line": "per section: the line of its heading in the file",
    "link_first": "per post: its first edge of a link",
    "link_edge": "per link: the position of its first word, and the one after its last",
    "checkpoint_first": "per post: its first checkpoint",
    "checkpoint_position": "per checkpoint: a position",
    "checkpoint_offset": "per checkpoint: where in the post's text the words from there on begin",
    "outline_start": "per post: where its outline begins",
    "outline": "outlines as JSON: level, heading, anchor of each section after the other",
    "stored_start": "per post: where its stored fields begin",
    "stored": "stored fields as JSON, in the order of `schema.STORED`",
    "title_keys": "crc32 of the title's key << 32 | post, sorted",
    "heading_keys": "crc32 of a heading's key << 32 | post, sorted",
    "filter_values": "filter values as field, tab, folded value, tab, the value as written, newline; sorted",
    "filter_value_start": "per filter value: where it begins in `filter_values`",
    "filter_value_first": "per filter value: its first post in `filter_value_docs`",
    "filter_value_docs": "posts that hold the value",
    **{f"sort_{name}": _SORT_COLUMNS[field.type == "text"] for name, field in SORTS.items()},
    "date_is_own": "per post: 1 if the date is the post's own",
    "text_block_first": "per post: its first block of text",
    "text_block_start": "per text block: where it begins in `text_blocks`",
    "text_blocks": "texts in raw deflate, 4,096 characters each",
    "text_dictionary": "the preset dictionary of the text blocks",
}

#: The columns that are deflated in a file of a segment that is not very small, see `deflated_columns.py`: those that
#: shrink to half or less, and are read in few pieces, or late. Positions, posts and impacts are none of them: they
#: would shrink to .85, .80 and .73, and each new query would inflate what it reads of them.
DEFLATED = frozenset(
    {
        *("term_entries", "term_flags", "display_forms", "indirect_list", "indirect_form", "indirect_posts"),
        *("list_postings", "term_freqs", "form_numbers", "outline", "stored", "filter_values", "text_dictionary"),
        *(f"sort_{name}" for name in SORTS),
    }
)


class ColumnSource(Protocol):
    """The columns of a segment, wherever they lie: in a file, or in memory.

    `meta` says how many posts it has, whether it is wide, and how they were read. `path` is its name for people. What
    is not as it was written raises IndexDamagedError, at the latest before it is read.
    """

    meta: dict[str, Any]
    path: str

    def column(self, name: str, *, whole: bool = True) -> Any:
        """A column as a typed memoryview. With `whole` it is there and checked, else the reader calls `checker`'s."""
        ...

    def checker(self, name: str) -> Callable[[int, int], None]:
        """A callable that fetches and checks items [start, stop) of a column before they are read."""
        ...

    def verify_once(self) -> None:
        """Check all that was not checked yet."""
        ...

    def unchanged(self) -> bool:
        """Whether what it was opened from is still that."""
        ...


class LazyColumn:
    """A column of which no more is fetched and checked than is asked for."""

    __slots__ = ("_check", "_view")

    def __init__(self, segment: ColumnSource, name: str) -> None:
        self._view, self._check = segment.column(name, whole=False), segment.checker(name)

    def __len__(self) -> int:
        return len(self._view)

    def items(self, start: int, stop: int) -> Any:
        """Items [start, stop) as a typed memoryview."""
        self._check(start, stop)
        return self._view[start:stop]


def one_line(text: str) -> str:
    """A value that cannot be taken for two columns or two lines of `filter_values`.

    >>> one_line("a\\tb")
    'a\ufffdb'
    """
    return re.sub(r"[\t\n]", "\ufffd", text)
