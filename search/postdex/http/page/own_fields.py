"""How do fields of the site's own stand on the page: as filters in an address, as values below a hit?

Those that the settings name have a list of boxes each (`facets`) and stand below hits. A box is a filter as a query has
it, `where=status:draft`; of several of one field a post has any.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from re import fullmatch

from ...output.wire import to_html as text
from ...request import FACETS, quoted
from ...results.values import Hit

#: Values of a field that are shown below a hit.
_SHOWN = 4


def filter_of(field: str, value: str) -> str:
    """The filter that a box is.

    >>> filter_of("series", "Kernel notes")
    'series:"Kernel notes"'
    """
    return f"{field}:{quoted(value)}"


def field_of(where: str) -> str:
    """The field of a filter."""
    return where.partition(":")[0].lstrip("-")


def together(where: Iterable[str]) -> list[str]:
    """These filters, those of one field as choices.

    >>> together(["status:draft", "rating:4", "status:review"])
    ['(status:draft OR status:review)', 'rating:4']
    """
    by_field: dict[str, list[str]] = {}
    for typed in where:
        by_field.setdefault(field_of(typed), []).append(typed)
    return [of_field[0] if len(of_field) == 1 else f"({' OR '.join(of_field)})" for of_field in by_field.values()]


def names(facets: Iterable[str], settings: Sequence[str]) -> list[str]:
    """The fields among the names of facets, in the order of the settings.

    >>> names(["tags", "rating", "status"], ["status", "auto", "rating"])
    ['status', 'rating']
    """
    order = {name.lower(): at for at, name in enumerate(settings)}
    own = [name for name in facets if name not in FACETS]
    return sorted(own, key=lambda name: (order.get(name, len(order)), name))


def called(field: str) -> str:
    """A field as a heading.

    >>> called("reading-status")
    'Reading status'
    """
    words = field.replace("-", " ").replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def _readable(value: str) -> str:
    """A value as people read it, a moment without its T.

    >>> _readable("2024-06-01T10:30:00"), _readable("T-shirt")
    ('2024-06-01 10:30', 'T-shirt')
    """
    return f"{value[:10]} {value[11:16]}" if fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", value) else value


def facts(hit: Hit, shown: Iterable[str]) -> Iterable[str]:
    """The values that a hit has of these fields."""
    values = dict(hit.fields)
    for name in shown:
        if of_hit := values.get(name):
            more = f", +{len(of_hit) - _SHOWN}" if len(of_hit) > _SHOWN else ""
            listed = f"{', '.join(map(_readable, of_hit[:_SHOWN]))}{more}"
            yield f'<span class="own" dir="auto"><b>{text(called(name))}</b> {text(listed)}</span>'
