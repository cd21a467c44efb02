"""Which columns does a segment have, and what do they hold?

Written by `inversion.py`, `lists.py`, `keys.py`, `surfaces.py` and `texts.py`, put together by `merge.py`, read by
`postings.py`, `words.py`, `surfaces.py`, `columns.py`, `documents.py`, `texts.py` and `reader.py`. A change here is
a new format: raise `store.FORMAT`.
"""

from __future__ import annotations

import re

#: What a key is, as bits of `key_kind`: a word as it stands in posts; the name of a list; a surface that has not a
#: list of its own name for itself; a surface that people write otherwise than it is spelled.
SURFACE, NAME, APART, SHOWN = 1, 2, 4, 8
#: A list tells so many surfaces apart; a word with more (none is known) has the rest share the last number.
MOST_SURFACES = 255
#: Per so many keys, postings and lists there is a sum of what stands before, so that the others need none.
KEYS_A_BLOCK, POSTINGS_A_MARK, LISTS_A_MARK = 16, 64, 64

#: The date of a post that has none.
NO_DATE = -(1 << 62)
#: The column of those paths that are written in another way than they are compared; "path" has all as they are written.
FOLDED_PATH = "folded path"

#: Every column of a segment, in file order. `n` posts, `l` lists, `p` postings.
COLUMNS = {
    "keys": "surfaces and stems, sorted as UTF-8, each ended by a newline",
    "key_kind": "per key: bits, see above",
    "block_start": "per 16 keys: where they begin in `keys`; one more at the end",
    "block_list": "per 16 keys: the names of lists before them, so the list of the next name",
    "block_apart": "per 16 keys: the surfaces that stand apart before them",
    "apart_list": "per surface that stands apart: the list that it leads to",
    "apart_surface": "per surface that stands apart: which surface of its list it is",
    "apart_posts": "per surface that stands apart: in how many posts it stands",
    "shown": "how people write the keys that they write otherwise, each ended by a newline, in raw deflate",
    "list_posts": "per list: its postings",
    "list_mark": "per 64 lists: the first posting",
    "list_most": "per list: its greatest impact",
    "titled": "the lists of words that stand in titles",
    "titled_first": "per such list: its first title share; one more at the end",
    "varied": "the lists that have several surfaces",
    "varied_first": "per such list: its first surface; one more at the end",
    "docs": "per posting: the post",
    "impacts": "per posting: the impact, in 1/73",
    "counts": "per posting: occurrences, 255 where `many` has them",
    "many": "pairs: posting, occurrences",
    "mark": "per 64 postings: the first position",
    "positions": "per occurrence: the position in the post",
    "surface_start": "per 16,384 bytes of surfaces: where they begin in `surfaces`; one more at the end",
    "surfaces": "per occurrence in a varied list: which surface it is; in raw deflate",
    "share_doc": "per title share: the post",
    "share": "per title share: the share of the title's words that this one is, in 1/255",
    "lengths": "per field, per post: words",
    "end": "per post: the position after the last",
    "run_first": "per post: its first run; one more at the end",
    "run_start": "per run: the position where it begins",
    "run_code": "per run: the field's code",
    "section_first": "per post: its first section; one more at the end",
    "section_start": "per section: the position of its heading",
    "section_body": "per section: the position of its text",
    "section_offset": "per section: where its text begins in the post's text",
    "section_line": "per section: the line of its heading in the file",
    "link_first": "per post: its first edge of a link; one more at the end",
    "link_edge": "per link: the position of its first word, and the one after its last",
    "check_first": "per post: its first checkpoint; one more at the end",
    "check_position": "per checkpoint: a position",
    "check_offset": "per checkpoint: where in the post's text the words from there on begin",
    "outline_start": "per post: where its outline begins; one more at the end",
    "outline": "outlines as JSON: level, heading, anchor of each section after the other",
    "stored_start": "per post: where its record begins; one more at the end",
    "stored": "records as JSON, in the order of `documents.Record`",
    "title_keys": "crc32 of the title's key << 32 | post, sorted",
    "heading_keys": "crc32 of a heading's key << 32 | post, sorted",
    "value_keys": "filter values as field, tab, folded value, tab, the value as written, newline; sorted",
    "value_start": "per value: where it begins in `value_keys`; one more at the end",
    "value_first": "per value: its first post in `value_docs`; one more at the end",
    "value_docs": "posts that hold the value",
    "titles": "the posts' folded titles for sorting, each ended by a newline",
    "date": "per post: its date in seconds, NO_DATE where it has none",
    "dated": "per post: 1 if the date is the post's own",
    "updated": "per post: when it was updated, in seconds, NO_DATE where that is not known",
    "piece_first": "per post: its first piece of text; one more at the end",
    "piece_start": "per piece: where it begins in `pieces`; one more at the end",
    "pieces": "texts in raw deflate, 4,096 characters each",
    "dictionary": "the preset dictionary of the pieces",
}


def one_line(text: str) -> str:
    """A value that cannot be taken for two columns or two lines of `value_keys`.

    >>> one_line("a\\tb")
    'a\ufffdb'
    """
    return re.sub(r"[\t\n]", "\ufffd", text)
