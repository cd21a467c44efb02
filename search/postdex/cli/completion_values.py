"""Which values are there for a word that is being typed: of the index, of the calendar, of the system's folders?

The index is taken as it is, and where there is none there are none.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from postdex_index.engine.hosting import hosted
from postdex_index.named_tuple import NamedTuple
from postdex_index.schema import FILTERS

from ..near_posts import indexed_paths
from ..query.lexer import LINKS
from .console import where_shown
from .search_command import typed_path

if TYPE_CHECKING:
    from ..index import Index
    from .search_command import Place

#: Of so many posts, the newest, authors are offered: each has to be read.
_READ = 1000
#: So many words of the index are offered.
_WORDS = 20
_DATES = (
    *("today", "yesterday", "this-week", "last-week", "this-month", "last-month", "this-year", "last-year"),
    *("7d", "30d", "3m", "1y"),
)
_SEVERAL_WORDS = re.compile(r"[\s()\"]")
_FIELD = re.compile(r"([+-]?)(\w[\w.-]*):\"?(.*)", re.DOTALL)


class Completion(NamedTuple):
    """A word that the one being typed may become, and what it means. One that ends in /, : or = may go on."""

    value: str
    doc: str = ""


def in_query(last: str, place: Place) -> list[Completion]:
    """A filter with its values, the name of one, or a word of the index."""
    if typed := _FIELD.fullmatch(last):
        sign, field, value = typed.groups()
        values = posts(value, place) if field in ("path", *LINKS) else beginning(value, of_field(field, place))
        return [Completion(f"{sign}{field}:{_in_quotes(it.value)}", it.doc) for it in values]
    sign = last[:1] if last[:1] in ("+", "-") else ""
    fields = sorted({*FILTERS, *LINKS, "after", "before"} - {"translation", "codelang"})
    names = beginning(last[len(sign) :], [Completion(f"{name}:") for name in [*fields, *own_names(place)]])
    return [it._replace(value=sign + it.value) for it in names] + ([] if sign or len(last) < 2 else _words(last, place))


def _in_quotes(value: str) -> str:
    """A value as a query has it."""
    return f'"{value}"' if _SEVERAL_WORDS.search(value) and not value.endswith("/") else value


def _words(last: str, place: Place) -> list[Completion]:
    """Words of the index that begin as this one."""
    ix = _index(place)
    words = ix.suggest(last, limit=_WORDS) if ix else []
    return [Completion(word.text, _in_posts(word.posts)) for word in words if word.text.isprintable()]


def of_field(field: str, place: Place) -> list[Completion]:
    """Dates for a filter by date; for another what posts have, with their numbers, the most frequent first."""
    if field in ("date", "after", "before"):
        return [*map(Completion, _DATES)]
    ix = _index(place)
    if ix is None:
        return []
    if field not in FILTERS:
        own = {it.name: it.values for it in ix.fields()}
        return [Completion(value, _in_posts(count)) for value, count in own.get(field, {}).items()]
    if facet := FILTERS[field].facet:
        counts = ix.search("", limit=0, facets=(facet,), snippets=False).facets[facet]
        return [Completion(value, _in_posts(count)) for value, count in counts.items()]
    if field == "author":
        newest = [hit.path for hit in ix.search("", limit=_READ, snippets=False).hits]
        documents = ix.engine.open_reader().documents(newest)
        return [*map(Completion, sorted({author for document in documents if document for author in document.authors}))]
    return []


def own_names(place: Place) -> list[str]:
    """The names of the fields of the site's own."""
    ix = _index(place)
    return [field.name for field in ix.fields()] if ix else []


def _in_posts(count: int) -> str:
    return f"{count:,} post{'s' * (count != 1)}"


def posts(last: str, place: Place) -> list[Completion]:
    """Paths of posts folder by folder, as they are shown from here, or as the folder of posts has them."""
    ix = _index(place)
    if ix is None:
        return []
    paths = indexed_paths(ix)
    shown = list(map(where_shown(ix), paths))
    inside = bool(shown) and not shown[0].startswith("..")
    return _step_by_step(last, shown if inside or last.startswith("..") else paths)


def _step_by_step(last: str, paths: Iterable[str]) -> list[Completion]:
    """The paths that begin so, each only up to its next folder."""
    at = last.rfind("/") + 1
    steps = {path[: path.find("/", at) + 1] or path for path in paths if path.startswith(last[:at])}
    return beginning(last, map(Completion, sorted(steps)))


def sections(last: str, place: Place) -> list[Completion]:
    """The sections of a post, behind `#`."""
    path, _, _ = last.partition("#")
    if (ix := _index(place)) is None:
        return []
    sections = ix.get(typed_path(ix, path)).sections
    return beginning(last, [Completion(f"{path}#{it.anchor}", it.heading) for it in sections if it.anchor])


def folders(last: str, *, files: bool = False) -> list[Completion]:
    """Folders, and files if asked for, as the system has them."""
    above, _, name = last.rpartition("/")
    above = f"{above}/" if "/" in last else ""
    with os.scandir(os.path.expanduser(above) or ".") as listing:
        entries = [entry for entry in listing if not entry.name.startswith(".") or name.startswith(".")]
        names = [f"{entry.name}/" if entry.is_dir() else entry.name for entry in entries if files or entry.is_dir()]
    return beginning(last, [Completion(above + name) for name in sorted(names)])


def _index(place: Place) -> Index | None:
    """The index as it is, if there is one here; one on servers may take its time, and is not asked."""
    ix = place.open("never")
    ix.engine.hurry()
    return ix if hosted(ix.engine) is None and ix.exists else None


def beginning(last: str, completions: Iterable[Completion]) -> list[Completion]:
    """Those that begin as the last word, whatever the case."""
    begin = last.lower()
    return [it for it in completions if it.value.lower().startswith(begin) and it.value.isprintable()]
