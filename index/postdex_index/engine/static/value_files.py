"""How are filters, orders and the keys of titles put into the files of a published index?

Each column of filter values is a file, so is each order; of the keys those that begin with the same bits are one.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from ...query import OWN_FIELD
from ...schema import FILTERS, LINK, MEANT, SORTS
from ..embedded.format.columns import BOOST, FOLDED_PATH, NO_DATE, ORIGINAL, PIN
from .encoding import deltas, json_bytes, varint, varints
from .post_order import PostOrder
from .published_files import PublishedFiles

#: Keys in a file, about: 5 KB, of which a query fetches one.
KEYS = 1000
#: The columns beside those of the filters and of the site's own fields. What links look for is for `doctor` only.
_COLUMNS = (FOLDED_PATH, ORIGINAL, BOOST, PIN)
#: The posts without text, as a column with one value: only where some are translations of each other.
SILENT = "silent"
assert not {LINK, MEANT} & {*FILTERS, *_COLUMNS}


def put_values(order: PostOrder, files: PublishedFiles) -> dict[str, str]:
    """Put the file of each column that has any value; their checks by column."""
    names = {*FILTERS, *_COLUMNS}
    for part in order.parts:
        names |= {OWN_FIELD + name for name in part.segment.columns.own_names()}
    checks: dict[str, str] = {}
    for name in sorted(names):
        rows = _rows(order, name)
        if rows:
            checks[name] = files.put("values", _column(rows, len(order)))
    if "translation" in checks:
        silent = [
            number
            for number, post in enumerate(order.posts(0, len(order)))
            if not post.segment.columns.has_text(post.doc_id)
        ]
        checks[SILENT] = files.put("values", _column({("", ""): silent}, len(order)))
    return checks


def _rows(order: PostOrder, name: str) -> dict[tuple[str, str], list[int]]:
    """By folded value of a column and how it is written: the posts. Of two segments a value may be written in two
    ways, which a facet counts apart."""
    rows: dict[tuple[str, str], list[int]] = {}
    for origin, part in enumerate(order.parts):
        for folded, written, docs in part.segment.columns.rows(name):
            if live := order.numbered(origin, docs):
                rows.setdefault((folded, written), []).extend(live)
    return {row: sorted(rows[row]) for row in sorted(rows)}


def _column(rows: Mapping[tuple[str, str], Sequence[int]], posts: int) -> bytes:
    """A column as JSON; without `docs` where each row is the next post, as in that of the paths, and without `written`
    where no value is written in another way."""
    column: dict[str, Any] = {"folded": [folded for folded, _ in rows]}
    if any(written for _, written in rows):
        column["written"] = [written for _, written in rows]
    if [*rows.values()] != [[number] for number in range(posts)]:
        column["docs"] = [deltas(docs) for docs in rows.values()]
    return json_bytes(column)


def put_orders(order: PostOrder, files: PublishedFiles) -> dict[str, str]:
    """Put the file of each order, by which posts are sorted; their checks by the name of the order."""
    checks: dict[str, str] = {}
    for name, field in SORTS.items():
        values = _of_posts(order, [part.segment.columns.order(name) for part in order.parts])
        column: dict[str, Any] = {"values": _ranks(values) if field.type == "text" else [*map(_number, values)]}
        if name == "date":
            own = _of_posts(order, [part.segment.file.column("date_is_own") for part in order.parts])
            column["not_own"] = deltas([number for number, flag in enumerate(own) if not flag])
        checks[name] = files.put("order", json_bytes(column))
    return checks


def _of_posts(order: PostOrder, by_part: Sequence[Sequence[Any]]) -> list[Any]:
    """The values of all posts, from those of each segment."""
    return [by_part[post.origin][post.doc_id] for post in order.posts(0, len(order))]


def _ranks(texts: Sequence[str]) -> list[int]:
    """Numbers that sort as texts do."""
    rank = {text: number for number, text in enumerate(sorted({*texts}))}
    return [*map(rank.__getitem__, texts)]


def _number(value: int) -> int | None:
    return None if value == NO_DATE else value


def put_keys(order: PostOrder, files: PublishedFiles) -> dict[str, Any]:
    """Put the files of the keys of titles and headings: by so many first bits of a key its file's check."""
    columns = [_keys(order, name) for name in ("title_keys", "heading_keys")]
    bits = max(0, (sum(map(len, columns)) // KEYS).bit_length())
    checks = [files.put("keys", b"".join(_counted(of_bits) for of_bits in split)) for split in _split(columns, bits)]
    return {"bits": bits, "files": "".join(checks)}


def _keys(order: PostOrder, name: str) -> array[int]:
    """The keys of a column: crc32 << 32 | post, ascending."""
    keys = array("Q")
    for part, numbers in zip(order.parts, order.numbers, strict=True):
        for key in getattr(part.segment, name):
            if (number := numbers[key & 0xFFFFFFFF]) >= 0:
                keys.append(key >> 32 << 32 | number)
    return array("Q", sorted(keys))


def _split(columns: Sequence[array[int]], bits: int) -> Iterator[list[array[int]]]:
    """The keys of each column by their first bits."""
    for prefix in range(1 << bits):
        edges = prefix << 64 - bits, prefix + 1 << 64 - bits
        yield [column[slice(*(bisect_left(column, edge) for edge in edges))] for column in columns]


def _counted(keys: Sequence[int]) -> bytes:
    """Keys after their number: of each how much its crc32 is more than the one before, and its post."""
    checks = deltas([key >> 32 for key in keys])
    pairs = zip(checks, [key & 0xFFFFFFFF for key in keys], strict=True)
    return varint(len(keys)) + varints(chain.from_iterable(pairs))
