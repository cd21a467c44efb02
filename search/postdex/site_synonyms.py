"""Which synonyms does a site have? Those of its settings, as the words of one of its commits are looked up."""

from __future__ import annotations

from postdex_index.engine.api import Reader
from postdex_index.named_tuple import NamedTuple
from postdex_index.settings import Settings, TableRow
from postdex_index.text.analyzer import Analyzer

from .query.synonyms import SynonymTable

#: So many tables are kept, one for each site that a process searches.
_MOST_KEPT = 16


class _Kept(NamedTuple):
    rows: tuple[TableRow, ...]
    analyzer: Analyzer
    table: SynonymTable


_kept: list[_Kept] = []


def table(settings: Settings, reader: Reader) -> SynonymTable:
    """The synonyms of these settings for the words of a reader. Threads may make one twice."""
    for kept in [*_kept]:
        if kept.rows == settings.synonyms and kept.analyzer == reader.analyzer:
            return kept.table
    made = SynonymTable(settings.synonyms, reader.analyzer)
    _kept[:] = [_Kept(settings.synonyms, reader.analyzer, made), *_kept[: _MOST_KEPT - 1]]
    return made
