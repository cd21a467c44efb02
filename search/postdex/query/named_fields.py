"""Which fields of the site's own do the arguments of a search name: as filters, as its order, to be counted?

Who names one as an argument means one, so what is none is an error here that says which there are; in a query it would
be text (`own_fields`).
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from postdex_index.errors import QueryError
from postdex_index.query import Query, leaves
from postdex_index.schema import FILTERS
from postdex_index.text.analyzer import Analyzer

from ..request import FACETS, NAMED_FIELDS, SORTS, SearchRequest
from . import parse
from .own_fields import OwnFields

if TYPE_CHECKING:
    from postdex_index.formats.periods import Today

#: `status=published`, as other programs have it.
_EQUALS = re.compile(r"([+-]?\w[\w.-]*)=(.*)", re.DOTALL)
#: Of so many fields the names are said.
_NAMED = 12


def checked(request: SearchRequest, own: OwnFields) -> SearchRequest:
    """The request with the names of its facets and its order as the index has them. Raises QueryError for one that it
    has not."""
    facets = dict.fromkeys(request.facets)
    if NAMED_FIELDS in facets:
        del facets[NAMED_FIELDS]
        facets |= dict.fromkeys(field.name for field in own.all().values() if field.named)
    counted = [name if name in FACETS else _known("facet", name, own, FACETS) for name in facets]
    sort = request.sort
    if sort not in SORTS:
        sort = sort[: sort.startswith("-")] + _known("sort", sort.removeprefix("-"), own, SORTS)
    where = tuple([text for text in request.where if text.strip()])  # forms send empty ones
    return request._replace(where=where, facets=tuple(dict.fromkeys(counted)), sort=sort)


def filters(request: SearchRequest, analyzer: Analyzer, today: Today | None, own: OwnFields) -> list[Query]:
    """The filters of the argument `where`, each read as a query that has no words. Raises QueryError."""
    return [_filter(text, analyzer, today, own) for text in request.where]


def _filter(text: str, analyzer: Analyzer, today: Today | None, own: OwnFields) -> Query:
    equals = _EQUALS.fullmatch(text.strip())
    typed = f"{equals[1]}:{equals[2]}" if equals else text
    read = parse.parse(typed, analyzer, today=today, own=own)
    if not read.empty and not read.warnings and not leaves(read.tree):
        return read.tree
    name = re.match(r"[+-]?([^:\s]*)", typed.strip())
    warnings = [warning for warning in read.warnings if " is not a field" not in warning]
    if name and not warnings and not own.find(name[1]):
        _known("where", name[1], own, (*FILTERS, "after", "before"))
    hint = "write it as status:published, rating:>=4, due:2024.., -status:draft"
    why = warnings[0].removesuffix("; it was searched as text") if warnings else hint
    raise QueryError(f"where is {text!r:.80}, which is no filter", why, code="bad_where")


def _known(argument: str, name: str, own: OwnFields, others: tuple[str, ...]) -> str:
    """The field of a name, as the index has it. Raises QueryError, which says what there is."""
    if field := own.find(name):
        return field.name
    names = [*others, *own.all()]
    if argument == "sort" and name in others:
        hint = "only fields of the site's own are sorted the other way, too"
        raise QueryError(f"there is no order -{name}", hint, code="bad_sort")
    near = get_close_matches(name.lower(), names, 1, 0.6)
    more = ", …" if len(own.all()) > _NAMED else ""
    hint = f"did you mean {near[0]}?" if near else f"use one of {', '.join(names[: len(others) + _NAMED])}{more}"
    raise QueryError(f"{argument} {name[:80]!r} is not known", hint, code=f"bad_{argument}")
