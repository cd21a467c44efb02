"""How do lists of posts, and of tags with their numbers, look to people and in a pipe?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ..results.values import FieldCounts, Hit
from ..text_safety import cells, printable
from .hit_lines import date_of
from .screen import Line, Screen, clipped, painted

#: Columns between two columns; those of a day; and those that a title has at least before its path moves below it.
_GAP, _DAY, _LEAST_TITLE = 3, 10, 24
_BETWEEN = " " * _GAP
#: So many values of a field are named.
_VALUES = 8


def counts_lines(counts: Mapping[str, int]) -> Iterator[str]:
    """`value<TAB>count`, a line each.

    >>> list(counts_lines({"linux": 4}))
    ['linux\\t4']
    """
    return (f"{_field(value)}\t{count}" for value, count in counts.items())


def counts_columns(counts: Mapping[str, int], width: int) -> Iterator[str]:
    """Values with their counts in as many columns as there is room for, down and then across, as `ls` has names; one
    long name does not keep all the others in one column.

    >>> print(*counts_columns({"linux": 14, "c": 3, "python": 2}, 25), sep="\\n")
    linux   14   python   2
    c        3
    """
    longest = max((len(f"{count:,}") for count in counts.values()), default=0)
    room = max(1, min(width, max(_LEAST_TITLE, width // 3 - _GAP)) - longest - 2)
    shown = [clipped(Line(printable(value)), room).text for value in counts]
    widest = max(map(cells, shown), default=0)
    entries = [
        f"{value}{' ' * (widest - cells(value))}{count:>{longest + 2},}"
        for value, count in zip(shown, counts.values(), strict=True)
    ]
    columns = max(1, (width + _GAP) // (widest + longest + 2 + _GAP))
    rows = -(-len(entries) // columns)
    return (_BETWEEN.join(entries[row::rows]) for row in range(rows))


def fields_lines(fields: Sequence[FieldCounts]) -> Iterator[str]:
    """`name<TAB>kind<TAB>posts<TAB>values`, a line each.

    >>> list(fields_lines([FieldCounts("rating", "number", 3, False, {"3": 1, "4": 2})]))
    ['rating\\tnumber\\t3\\t3 … 4']
    """
    return (f"{field.name}\t{field.kind}\t{field.posts}\t{_field(_values(field))}" for field in fields)


def fields_table(fields: Sequence[FieldCounts], screen: Screen) -> Iterator[str]:
    """Name, kind, number of posts and some values in columns; without the values where these have no room, and on a
    narrow screen without the kind."""
    longest = max((len(f"{field.posts:,}") for field in fields), default=0)
    room = max(_LEAST_TITLE // 2, screen.width // 3)
    names = [clipped(Line(printable(field.name)), room).text for field in fields]
    widest = max(map(cells, names), default=0)
    left = screen.width - widest - len("boolean") - longest - 3 * _GAP
    for name, field in zip(names, fields, strict=True):
        shown = painted(name, screen.palette.title) + " " * (widest - cells(name))
        if screen.narrow:
            yield f"{shown}{_BETWEEN}{field.posts:>{longest},}"
            continue
        values = clipped(Line(printable(_values(field))), left).text if left >= _LEAST_TITLE // 2 else ""
        yield _BETWEEN.join([shown, f"{field.kind:<7}", f"{field.posts:>{longest},}", values]).rstrip()


def _values(field: FieldCounts) -> str:
    """Some values of a field: the least and the greatest number or year, or the most frequent ones."""
    values = list(field.values)
    if field.kind in ("number", "date") and len(values) > 1:
        return " … ".join([values[0], values[-1]] if field.kind == "number" else [values[-1], values[0]])
    return ", ".join(values[:_VALUES]) + (", …" if len(values) > _VALUES else "")


def posts_lines(posts: Sequence[Hit], screen: Screen) -> Iterator[str]:
    """`date<TAB>title<TAB>path`, a line each; the date is empty where a post has none of its own."""
    return (f"{date_of(post)}\t{_field(post.title)}\t{screen.where(post.path)}" for post in posts)


def posts_table(posts: Sequence[Hit], screen: Screen) -> Iterator[str]:
    """Date, title and path in columns, without the first where no post has a date of its own; where these have no
    room, the path stands below."""
    rows = [(date_of(post), printable(post.title), printable(screen.where(post.path))) for post in posts]
    indent = _DAY + _GAP if any(day for day, *_ in rows) else 0
    room = screen.width - indent
    widest = max((cells(title) for _, title, _ in rows), default=0)
    beside = min(widest, room - _GAP - max((cells(path) for *_, path in rows), default=0))
    for day, title, path in rows:
        dim_path = painted(path, screen.palette.dim)
        if screen.narrow:
            yield _title(title, screen.width, screen)
            yield painted(f"{day} {path}".strip(), screen.palette.dim)
        elif beside < min(widest, _LEAST_TITLE):
            yield f"{day:<{indent}}{_title(title, room, screen)}"
            yield " " * indent + dim_path
        else:
            blanks = " " * max(0, beside - cells(title))
            yield f"{day:<{indent}}{_title(title, beside, screen)}{blanks}{_BETWEEN}{dim_path}"


def _title(title: str, width: int, screen: Screen) -> str:
    """A title in its colour, cut to a width, with blanks up to it if it was cut before that."""
    shown = clipped(Line(title), width).text
    return painted(shown, screen.palette.title) + " " * (min(width, cells(title)) - cells(shown))


def _field(text: str) -> str:
    """A text as a field of a line: one line, without tabs."""
    return " ".join(printable(text).split())
