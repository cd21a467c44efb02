"""Which synonyms does a site have? Those of its settings, of ready lists and of its glossary.

A post of the glossary says in its title and its aliases what the same thing is called: `title: Persistent volume (PV)`,
`aliases: [PV claim]`. Its own rows come first, since no query has all synonyms that there are.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from postdex_index.document import Document
from postdex_index.engine.api import Identity, Reader, Search
from postdex_index.named_tuple import NamedTuple
from postdex_index.query import Clauses, Keyword
from postdex_index.settings import Settings, TableRow
from postdex_index.sites.setting_values import MOST_SYNONYMS, wrong_row
from postdex_index.text.analyzer import Analyzer

from .query.synonyms import SynonymTable

_LISTS = os.path.join(os.path.dirname(__file__), "synonym_lists")
#: So many tables are kept, one for each site that a process searches.
_MOST_CACHED = 16
#: So many posts of a glossary are looked at.
MOST_ENTRIES = 2_000
#: A title in two languages or lengths: `持久卷（Persistent Volume）`, `Persistent volume (PV)`.
_TWO_NAMES = r"(.+?)\s*[(（]([^()（）]+)[)）]"


class _CachedTable(NamedTuple):
    """A table and what it was made of; `identity` is the commit that has the glossary, if there is one."""

    rows: tuple[TableRow, ...]
    lists: tuple[str, ...]
    glossary: tuple[str, ...]
    analyzer: Analyzer
    identity: Identity | None
    table: SynonymTable


_cached: list[_CachedTable] = []


def table(settings: Settings, reader: Reader) -> SynonymTable:
    """The synonyms of these settings for the words of a reader. Threads may make one twice."""
    rows, lists, glossary = settings.synonyms, settings.synonym_lists, settings.glossary
    made_of = rows, lists, glossary, reader.analyzer, reader.identity if glossary else None
    for cached in [*_cached]:
        if cached[:-1] == made_of:
            return cached.table
    synonyms = SynonymTable(all_rows(settings, reader), reader.analyzer)
    _cached[:] = [_CachedTable(*made_of, synonyms), *_cached[: _MOST_CACHED - 1]]
    return synonyms


def all_rows(settings: Settings, reader: Reader) -> Iterator[TableRow]:
    """The rows of which that table is made: the site's own, those of its glossary, those of ready lists."""
    yield from settings.synonyms
    if settings.glossary:
        yield from _of_glossary(reader, settings.glossary)
    for name in settings.synonym_lists:
        yield from ready(name)


def ready(name: str) -> Iterator[TableRow]:
    """The rows of a ready list.

    >>> [row for row in ready("computing-en") if "k8s" in row.key]
    [TableRow(key='k8s', texts=('Kubernetes',), table='')]
    """
    with open(os.path.join(_LISTS, f"{name}.txt"), encoding="utf-8") as file:
        for line in file:
            left, sign, right = re.split(r" (=|->) ", line.rstrip(), maxsplit=1) if line[0] != "#" else ("", "", "")
            if right:
                yield TableRow(left + " ->" * (sign == "->"), tuple(right.split("; ")))


def _of_glossary(reader: Reader, paths: tuple[str, ...]) -> Iterator[TableRow]:
    """A row for each post of the glossary that has several names."""
    entries = Clauses(optional=tuple([Keyword("path", reader.analyzer.fold_path(path)) for path in paths]), minimum=1)
    for candidate in reader.search(Search(entries, limit=MOST_ENTRIES)).candidates[:MOST_ENTRIES]:
        if row := entry(candidate.document):
            yield row


def entry(document: Document) -> TableRow | None:
    """The names of a post of a glossary as a row of synonyms; None if it has one only. Addresses are no names."""
    match = re.fullmatch(_TWO_NAMES, document.title)
    title, *others = match.groups() if match else (document.title,)
    others += [alias for alias in document.aliases if not re.search(r"/|\.html?$", alias)]
    row = TableRow(title, tuple(others[:MOST_SYNONYMS]))
    return None if wrong_row("synonyms", *row) else row
