"""Which fields of front matter are the site's own, and which values has a post of them?

All that nothing else takes: `status`, `rating`, `series`. A field's name is as queries have it, its values are texts as
they were written; which kind they are of is told where they are read (`formats.typed_values`), from all posts together.
Those that few posts have are in the index like the others: how many are enough is for `engine.api`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from datetime import tzinfo
from typing import TYPE_CHECKING

from ..formats import dates
from ..formats.field_names import TAKEN, name_of
from ..model import OwnField
from ..named_tuple import NamedTuple
from .raw_fields import clean

if TYPE_CHECKING:
    from ..formats.yaml_fast import Value

#: The setting that finds fields by itself, beside the names of others.
AUTO = "auto"
#: In these mappings generators have what is the site's own: it counts as if it stood outside.
_UNFOLDED = frozenset(("params", "extra", "taxonomies"))
#: A post has at most so many such fields and of each so many values; further ones are left out, with a note.
MOST_FIELDS, MOST_VALUES = 50, 100
#: Characters of a value: what is longer is prose, which nobody types to filter by. It is shown as far as that.
LONGEST = 100
#: Characters of a name, and how deep a value may lie in mappings.
_LONGEST_NAME, _DEPTH = 60, 3
#: Stands behind what is cut, and for all of it as a filter.
ELLIPSIS = "…"
#: A date that names its zone: it is told on the clock of the site.
_ZONED = re.compile(r".*\d(?:Z|\s*(?:UTC|GMT|[A-Z]{3,4})|\s*[+-]\d{2}:?\d{2})\s*", re.ASCII)


def filtered_by(value: str) -> str:
    """What a value is filtered and counted by: all that are prose are one."""
    return ELLIPSIS if len(value) == LONGEST and value.endswith(ELLIPSIS) else value


class OwnFields(NamedTuple):
    """The site's own fields of a post, those of them that the settings name, and what was left out ("" for nothing)."""

    fields: tuple[OwnField, ...] = ()
    named: tuple[str, ...] = ()
    left_out: str = ""


def of(front: Mapping[str, Value], settings: Sequence[str], zone: tzinfo) -> OwnFields:
    """The fields of front matter that are the site's own, by the setting `fields`.

    >>> of({"Status": "draft", "title": "T", "extra": {"rating": "4"}}, ("auto",), dates.zone_or_utc("")).fields
    (OwnField(name='status', values=('draft',)), OwnField(name='rating', values=('4',)))
    """
    if not front or not settings:
        return OwnFields()
    chosen = {name_of(name) for name in settings}
    values_by_name: dict[str, dict[str, None]] = {}
    nameless = False
    for key, value, nested in _flat(front):
        name = name_of(key[: 4 * _LONGEST_NAME])
        if name in TAKEN or not ((AUTO in chosen and not nested) or _is_named(name, chosen)):
            continue
        if not name or len(name) > _LONGEST_NAME:
            nameless = True
        else:
            values_by_name.setdefault(name, {}).update(dict.fromkeys(_values(value, zone)))
    fields = [OwnField(name, tuple(values)) for name, values in values_by_name.items() if values]
    long_lists = [field.name for field in fields if len(field.values) > MOST_VALUES]
    left_out = [
        *([f"{len(fields) - MOST_FIELDS} of {len(fields)} fields"] if len(fields) > MOST_FIELDS else ()),
        *(f"all but {MOST_VALUES} values of {name}" for name in long_lists[:3]),
        *(["fields with a name that is too long, or none"] if nameless else ()),
    ]
    own = tuple(field._replace(values=field.values[:MOST_VALUES]) for field in fields[:MOST_FIELDS])
    named = tuple(field.name for field in own if _is_named(field.name, chosen))
    return OwnFields(own, named, ", ".join(left_out))


def _is_named(name: str, chosen: Set[str]) -> bool:
    """Whether a field, or a mapping that it stands in, is one of these."""
    return name in chosen or any(name[:dot] in chosen for dot in range(len(name)) if name[dot] == ".")


def _flat(front: Mapping[str, Value], above: str = "", depth: int = _DEPTH) -> Iterator[tuple[str, Value, bool]]:
    """Each key with its value, and whether it stands in a mapping: of that it is `menu.main.weight`, no deeper."""
    for key, value in front.items():
        if not isinstance(value, dict):
            yield above + key, value, bool(above)
        elif depth > 1 and (above or key.lower() in _UNFOLDED or key.lower() not in TAKEN):
            inside = "" if not above and key.lower() in _UNFOLDED else f"{above}{key}."
            yield from _flat(value, inside, depth - 1)


def _values(value: Value, zone: tzinfo) -> Iterator[str]:
    """The texts in a value. In a list of mappings they have no name of their own, and count for nothing."""
    if isinstance(value, list):
        for item in value:
            if isinstance(item, str):
                yield from _values(item, zone)
    elif isinstance(value, str) and (text := clean(value[: 4 * LONGEST])):
        if len(text) > LONGEST:
            text = text[: LONGEST - 1] + ELLIPSIS
        moment = dates.parse(text, zone) if _ZONED.fullmatch(text) else None
        yield dates.show(moment.wall) if moment else text
