"""How are the posts' texts kept, so that a snippet reads 4,096 characters and not a post?

Each text is cut into pieces of 4,096 code points, each deflated on its own with a preset
dictionary taken from the segment's first posts: .31 of the text, against .35 for a whole post
at a time. Lines, sections and words inside a text are `stored_documents.py`'s business.
"""

from __future__ import annotations

import zlib
from array import array
from itertools import accumulate

from .columns import ColumnSource, LazyColumn
from .segment_file import Column

#: Characters of a piece: smaller ones compress worse, larger ones make snippets slow (0.03 ms at 4,096).
PIECE = 4096
#: Level 5 is .393 of a blog in English, 6 .388 in 1.6 times the time, 4 .405, 9 .387.
LEVEL = 5
#: Pieces that are kept as text, 4 to 16 KB each: the same posts are shown again and again.
MAX_KEPT = 512
_DICTIONARY = 32_768
_SAMPLES = 64


class TextWriter:
    """Texts of posts, added in order; gives the deflated pieces and their dictionary as columns."""

    def __init__(self) -> None:
        self._waiting: list[str] = []
        self._pieces: list[bytes] = []
        self._counts: list[int] = []
        self._dictionary = b""
        self._deflate: zlib._Compress | None = None

    def add(self, text: str) -> None:
        """Take the next post's text. The first 64 wait until the dictionary can be made of them."""
        if self._deflate is None:
            self._waiting.append(text)
            if len(self._waiting) >= _SAMPLES:
                self._begin()
        else:
            self._compress(text)

    def columns(self) -> dict[str, Column]:
        """The columns piece_first, piece_start, pieces and dictionary."""
        if self._deflate is None:
            self._begin()
        return {
            "text_block_first": array("I", accumulate(self._counts, initial=0)),
            "text_block_start": array("I", accumulate(map(len, self._pieces), initial=0)),
            "text_blocks": b"".join(self._pieces),
            "text_dictionary": self._dictionary,
        }

    def _begin(self) -> None:
        # A post alone in its segment, as after each save, would pay for a dictionary made of itself.
        if len(self._waiting) >= _SAMPLES // 4:
            share = 2 * _DICTIONARY // len(self._waiting)
            self._dictionary = "".join([text[:share] for text in self._waiting]).encode("utf-8", "replace")[
                -_DICTIONARY:
            ]
        self._deflate = zlib.compressobj(LEVEL, zlib.DEFLATED, -15, 8, zlib.Z_DEFAULT_STRATEGY, self._dictionary)
        for text in self._waiting:
            self._compress(text)
        self._waiting = []

    def _compress(self, text: str) -> None:
        assert self._deflate is not None
        for start in range(0, len(text), PIECE):
            deflate = self._deflate.copy()
            piece = text[start : start + PIECE].encode("utf-8", "replace")
            self._pieces.append(deflate.compress(piece) + deflate.flush())
        self._counts.append(-(-len(text) // PIECE))


class TextReader:
    """The stored texts of a segment, read by ranges of code points."""

    __slots__ = ("_cached_pieces", "_dictionary", "_first", "_inflate", "_pieces", "_start")

    def __init__(self, segment: ColumnSource) -> None:
        self._first = segment.column("text_block_first")
        self._start = segment.column("text_block_start")
        self._pieces = LazyColumn(segment, "text_blocks")
        self._dictionary = LazyColumn(segment, "text_dictionary")
        self._inflate: zlib._Decompress | None = None  # 7 KB, which most segments of a single post never need
        self._cached_pieces: dict[int, str] = {}

    def read(self, doc_id: int, start: int, stop: int) -> str:
        """Code points [start, stop) of a post's text; what lies beyond the end is left out."""
        first = self._first[doc_id]
        last = min(first + -(-stop // PIECE), self._first[doc_id + 1])
        begin = first + start // PIECE
        if begin >= last:
            return ""
        text = self._piece(begin) if begin + 1 == last else "".join(map(self._piece, range(begin, last)))
        cut = start % PIECE
        return text[cut : cut + stop - start]

    def _piece(self, piece: int) -> str:
        text = self._cached_pieces.get(piece)
        if text is None:
            content = self._pieces.items(self._start[piece], self._start[piece + 1])
            if self._inflate is None:
                self._inflate = zlib.decompressobj(-15, bytes(self._dictionary.items(0, len(self._dictionary))))
            # No more than a piece can have: what a stranger deflated may be a thousand times its size.
            text = self._inflate.copy().decompress(content, 4 * PIECE).decode("utf-8")
            if len(self._cached_pieces) >= MAX_KEPT:
                self._cached_pieces.clear()
            self._cached_pieces[piece] = text
        return text
