"""Which posts of a segment have a tag, lie in a folder, or were written in a year?

Filters, facets and sort keys of one segment, as byte lanes (`matcher.py` says what these are).
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set
from itertools import chain, compress, pairwise
from typing import Any

from ....named_tuple import NamedTuple
from ....query import OWN_FIELD
from ....schema import BODY, FACETS, SITES, SORTS
from ....text import globs
from ....text.stemming import stemmer_language
from ..format.columns import FOLDED_PATH, NO_DATE, ColumnSource, LazyColumn, one_line
from .candidates import lanes_of
from .stored_documents import keep

#: Values whose lanes are kept, a byte a post each: strangers ask for any, and who types one for each of its beginnings.
MAX_LANES = 200


class FilterValue(NamedTuple):
    """A value of a column: folded, as it is written ("" if that is the same), and the posts that have it."""

    folded: str
    written: str
    docs: Sequence[int]


class Columns:
    """Doc values of a segment: filters, facets, sort keys. Facet lists are cached once made, lanes as far as they are
    few."""

    def __init__(self, segment: ColumnSource) -> None:
        self.posts: int = segment.meta["posts"]
        self._segment = segment
        self._keys = LazyColumn(segment, "filter_values")
        self._start = segment.column("filter_value_start")
        self._first = segment.column("filter_value_first")
        self._docs = segment.column("filter_value_docs")
        self._lengths = segment.column("field_lengths")
        self._lanes: dict[tuple[str, str], int] = {}
        #: By name the values that each post has of a facet; `own_columns` adds those of the site's own fields.
        self.facets: dict[str, tuple[list[tuple[int, ...]], list[str]]] = {}
        #: By own field and kind its values of that kind, read, with their posts.
        self.typed: dict[tuple[str, str], list[tuple[float, Sequence[int]]]] = {}

    # -- filters

    def keyword(self, field: str, value: str) -> int:
        """Lanes of the posts whose column holds the value, as `query.Keyword` defines it."""
        lanes = self._lanes.get((field, value))
        if lanes is None:
            numbers = self._numbers(field, value)
            docs = chain.from_iterable(self._docs[self._first[number] : self._first[number + 1]] for number in numbers)
            lanes = lanes_of(docs, self.posts)
            keep(self._lanes, (field, value), lanes, MAX_LANES)
        return lanes

    def path(self, path: str) -> int | None:
        """The post with just this path."""
        key = f"path\t{one_line(path)}\t\n".encode("utf-8", "replace")
        number = self._bisect(key)
        if number < len(self._start) - 1 and self._key(number) == key:
            # A path that was put twice in one commit stands here twice; the last one is alive.
            return int(self._docs[self._first[number + 1] - 1])
        return None

    def _numbers(self, field: str, value: str) -> Iterable[int]:
        """The numbers of the values that a filter covers."""
        below = rb"(?:/[^\t\n]*)?"
        if field == "path":
            # A folder covers what lies in it; a glob has to cover the whole path.
            folder = re.escape(value.encode("utf-8", "replace")) + below
            pattern = folder + b"|" + globs.path(value) if re.search(r"[*?]", value) else folder
            return chain(self._matching("path", pattern), self._matching(FOLDED_PATH, pattern))
        pattern = globs.wildcard(value, r"\t\n")
        return self._matching(field, pattern + below if field == "tag" else pattern)

    def _matching(self, field: str, pattern: bytes) -> Iterator[int]:
        """The numbers of the values of a column that a regular expression covers."""
        head = re.escape(field.encode("utf-8", "replace")) + b"\t"
        region = self._region(field)
        base = self._start[region.start]
        for match in re.finditer(b"^" + head + b"(?:" + pattern + rb")\t", self._lines(region), re.MULTILINE):
            yield bisect_right(self._start, match.start() + base) - 1

    def dates(self, start: int | None, stop: int | None) -> int:
        """Lanes of the posts whose own date lies in [start, stop)."""
        low = NO_DATE + 1 if start is None else start
        high = 1 << 62 if stop is None else stop
        is_dated = self._segment.column("date_is_own")
        row_bytes = bytes([255 * (low <= day < high) for day in self.order("date")])
        return int.from_bytes(row_bytes, "little") & int.from_bytes(
            bytes([255 * dated for dated in is_dated]), "little"
        )

    def _region(self, field: str) -> range:
        """The numbers of the values of a column."""
        name = field.encode("utf-8", "replace")
        return range(self._bisect(name + b"\t"), self._bisect(name + b"\n"))

    def _key(self, number: int) -> bytes:
        return self._lines(range(number, number + 1))

    def _lines(self, numbers: range) -> bytes:
        """The values with these numbers, as they stand in the column."""
        return bytes(self._keys.items(self._start[numbers.start], self._start[numbers.stop]))

    def _bisect(self, key: bytes) -> int:
        return bisect_left(range(len(self._start) - 1), key, key=self._key)

    def values(self) -> Iterator[tuple[str, str, Sequence[int]]]:
        """Every value as (field<TAB>folded value, value as written, posts)."""
        for number in range(len(self._start) - 1):
            field, folded, written = self._key(number).decode("utf-8", "replace")[:-1].split("\t")
            yield f"{field}\t{folded}", written, self._docs[self._first[number] : self._first[number + 1]]

    def has_values(self, field: str) -> bool:
        """Whether any post has a value in one column."""
        head = field.encode() + b"\t"
        number = self._bisect(head)
        return number < len(self._start) - 1 and self._key(number).startswith(head)

    def posts_by_value(self, field: str) -> Iterator[tuple[str, Sequence[int]]]:
        """The folded values of one column, ascending, each with its posts; one written in two ways comes twice."""
        return ((folded, docs) for folded, _, docs in self.rows(field))

    def rows(self, field: str) -> Iterator[FilterValue]:
        """The values of one column, ascending."""
        region = self._region(field)
        keys = self._lines(region).decode("utf-8", "replace").split("\n")
        bounds = pairwise(self._first[region.start : region.stop + 1])
        for key, (first, last) in zip(keys, bounds, strict=False):  # there is an empty one behind the last
            _, folded, written = key.split("\t")
            yield FilterValue(folded, written, self._docs[first:last])

    def own_names(self) -> Iterator[str]:
        """The names of the site's own fields, ascending."""
        number = self._bisect(OWN_FIELD.encode())
        while number < len(self._start) - 1:
            field = self._key(number).split(b"\t")[0].decode("utf-8", "replace")
            if not field.startswith(OWN_FIELD):
                break
            yield field.removeprefix(OWN_FIELD)
            number = self._region(field).stop

    def languages(self, deleted: Set[int]) -> set[str]:
        """The languages whose stemmers the posts use that are not deleted."""
        return {
            stemmer_language(tag)
            for tag, docs in self.posts_by_value("lang")
            if any(doc_id not in deleted for doc_id in docs)
        }

    def has_text(self, doc_id: int) -> bool:
        """Whether there are words in the sections of a post, beside headings."""
        return bool(self._lengths[BODY * self.posts + doc_id])

    # -- sort keys

    def order(self, name: str) -> Sequence[Any]:
        """Per post: what it is sorted by in the order of a field, a folded text or a number, NO_DATE where it has none.
        A post that was not updated has its date there."""
        column: Sequence[int] = self._segment.column(f"sort_{name}")
        return bytes(column).decode("utf-8", "replace").split("\n") if SORTS[name].type == "text" else column

    def own_dates(self) -> Sequence[int]:
        """Per post: when it was written or last changed as it says itself; NO_DATE where it says neither."""
        is_dated = self._segment.column("date_is_own")
        return [
            max(written, changed) if own else NO_DATE if written == changed else changed
            for written, changed, own in zip(self.order("date"), self.order("updated"), is_dated, strict=True)
        ]

    # -- facets

    def facet(self, name: str, matching: bytes | bytearray) -> Counter[str]:
        """How many of the matching posts (one byte a post) have each value of a facet."""
        numbers, values = self._facet(name)
        counts = Counter(chain.from_iterable(compress(numbers, matching)))
        count_by_value: Counter[str] = Counter()
        for number, count in counts.items():
            count_by_value[values[number]] += count
        return count_by_value

    def facet_values(self, name: str, doc_id: int) -> set[str]:
        """The values of a facet that a post has."""
        numbers, values = self._facet(name)
        return {values[number] for number in numbers[doc_id]}

    def _facet(self, name: str) -> tuple[list[tuple[int, ...]], list[str]]:
        """Per post the numbers of its values, and the values."""
        if name not in self.facets:
            self.facets[name] = self._counted(name)
        return self.facets[name]

    def _counted(self, name: str) -> tuple[list[tuple[int, ...]], list[str]]:
        if name == SITES:  # they are of one alone, which nobody has to tell from others
            return [()] * self.posts, []
        return self._years() if FACETS[name].type == "date" else self._values(FACETS[name].filter)

    def _values(self, field: str) -> tuple[list[tuple[int, ...]], list[str]]:
        values: list[str] = []
        numbers: list[list[int]] = [[] for _ in range(self.posts)]
        for number in self._region(field):
            _, folded, written = self._key(number).decode("utf-8", "replace")[:-1].split("\t")
            if not folded or (field == "lang" and "-" in folded):
                continue
            for doc_id in self._docs[self._first[number] : self._first[number + 1]]:
                numbers[doc_id].append(len(values))
            values.append(written or folded)
        return list(map(tuple, numbers)), values

    def _years(self) -> tuple[list[tuple[int, ...]], list[str]]:
        years = [
            year_of(day) if own else 0
            for day, own in zip(self.order("date"), self._segment.column("date_is_own"), strict=True)
        ]
        distinct = sorted(set(years) - {0})
        numbers = {year: number for number, year in enumerate(distinct)}
        return [(numbers[year],) if year else () for year in years], list(map(str, distinct))


def year_of(seconds: int) -> int:
    """The year of a moment given in seconds since 1970.

    >>> year_of(1661506774)
    2022
    """
    from datetime import UTC, datetime, timedelta  # here, because few searches ask for years

    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).year
