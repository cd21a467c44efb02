"""Which fields of the site's own may a query name?

`rating:>=4`, `due:2024..`, `status:draft`: whether there is such a field is asked of the index only where a query names
one that the language has not. What a value means there is for `own_values`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from postdex_index import forks
from postdex_index.engine.api import SHARED, FieldStats, Reader, Search
from postdex_index.formats.field_names import name_of
from postdex_index.query import OWN_FIELD, Everything, Keyword
from postdex_index.text.analyzer import Analyzer
from postdex_index.text.edit_distance import edit_distance

if TYPE_CHECKING:
    from postdex_index.formats.periods import Today

    from .own_values import Compared

#: Letters of a name from which so many slips may be in it.
_SLIPS = {4: 1, 7: 2}


class OwnFields:
    """The fields of the site's own that a snapshot has, asked for when the first is named."""

    __slots__ = ("_known", "_reader", "_today")

    def __init__(self, reader: Reader, today: Today | None = None) -> None:
        self._reader = reader
        self._today = today
        self._known: dict[str, FieldStats] | None = None

    def all(self) -> dict[str, FieldStats]:
        """All of them by name."""
        if self._known is None:
            self._known = {field.name: field for field in self._reader.fields()}
        return self._known

    def find(self, typed: str) -> FieldStats | None:
        """The field of a name, however that is written."""
        return self.all().get(name_of(typed))

    def is_date(self, field: str) -> bool:
        """Whether this is the column of one whose values are dates."""
        stats = self.all().get(field.removeprefix(OWN_FIELD)) if field.startswith(OWN_FIELD) else None
        return stats is not None and stats.kind == "date"

    def instead(self, typed: str) -> str:
        """What is to be said of a name that no field has, behind a message: the field that was meant, or that too few
        posts have it; "" for nothing."""
        name = name_of(typed)
        most = max((slips for letters, slips in _SLIPS.items() if len(name) >= letters), default=0)
        near = min((edit_distance(name, other, most), other) for other in self.all()) if most and self.all() else ()
        if near and near[0] <= most:
            return f"; did you mean {near[1]}:?"
        (posts,) = self._reader.totals([Keyword(OWN_FIELD + name, "*")])
        has = f"{posts} post{' has' if posts == 1 else 's have'}"
        return f"; only {has} one, and {SHARED} have to, unless the setting fields names it" if posts else ""

    def filter(self, name: str, typed: str, analyzer: Analyzer) -> Compared:
        """The filter for a value of a field."""
        with forks.barred:
            from . import own_values  # most queries with a colon name none of these fields

        field = self.all().get(name) or FieldStats(name, "text", 0)
        text = typed.strip()
        if read := own_values.read(field, text, self._today):
            return read
        if own_values.compares(field, text):
            values = self._reader.search(Search(Everything(), facets=(name,), limit=0)).facets[name]
            return own_values.Compared(None, own_values.not_compared(name, text, values))
        folded = analyzer.fold_value(text)
        return own_values.Compared(Keyword(OWN_FIELD + name, folded) if folded else None)
