"""What is a named tuple that costs a process next to nothing to define?

To type checkers it is `typing.NamedTuple`, and to whoever has a value of such a class. That one compiles every
annotation and, for each class, a `__new__`: 175 us a class, a quarter of the time of a search. Here nothing is compiled
or evaluated: `__new__` is a function of this file with the names of the fields in place of its own, 12 us a class.
What a class may not do (a field without a default after one with) only type checkers say.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterable, Mapping
from functools import cache
from types import FunctionType
from typing import TYPE_CHECKING, Any

new = tuple.__new__

#: `__new__` of a class without a field, with one, and so on.
# fmt: off
_TEMPLATES: tuple[Any, ...] = (
    lambda _cls: new(_cls, ()),
    lambda _cls, a: new(_cls, (a,)),
    lambda _cls, a, b: new(_cls, (a, b)),
    lambda _cls, a, b, c: new(_cls, (a, b, c)),
    lambda _cls, a, b, c, d: new(_cls, (a, b, c, d)),
    lambda _cls, a, b, c, d, e: new(_cls, (a, b, c, d, e)),
    lambda _cls, a, b, c, d, e, f: new(_cls, (a, b, c, d, e, f)),
    lambda _cls, a, b, c, d, e, f, g: new(_cls, (a, b, c, d, e, f, g)),
    lambda _cls, a, b, c, d, e, f, g, h: new(_cls, (a, b, c, d, e, f, g, h)),
    lambda _cls, a, b, c, d, e, f, g, h, i: new(_cls, (a, b, c, d, e, f, g, h, i)),
    lambda _cls, a, b, c, d, e, f, g, h, i, j: new(_cls, (a, b, c, d, e, f, g, h, i, j)),
    lambda _cls, a, b, c, d, e, f, g, h, i, j, k: new(_cls, (a, b, c, d, e, f, g, h, i, j, k)),
    lambda _cls, a, b, c, d, e, f, g, h, i, j, k, m: new(_cls, (a, b, c, d, e, f, g, h, i, j, k, m)),
    lambda _cls, a, b, c, d, e, f, g, h, i, j, k, m, n: new(_cls, (a, b, c, d, e, f, g, h, i, j, k, m, n)),
    lambda _cls, a, b, c, d, e, f, g, h, i, j, k, m, n, p: new(_cls, (a, b, c, d, e, f, g, h, i, j, k, m, n, p)),
    lambda _cls, a, b, c, d, e, f, g, h, i, j, k, m, n, p, q:
        new(_cls, (a, b, c, d, e, f, g, h, i, j, k, m, n, p, q)),
    lambda _cls, a, b, c, d, e, f, g, h, i, j, k, m, n, p, q, r:
        new(_cls, (a, b, c, d, e, f, g, h, i, j, k, m, n, p, q, r)),
    lambda _cls, a, b, c, d, e, f, g, h, i, j, k, m, n, p, q, r, s:
        new(_cls, (a, b, c, d, e, f, g, h, i, j, k, m, n, p, q, r, s)),
    lambda _cls, a, b, c, d, e, f, g, h, i, j, k, m, n, p, q, r, s, t:
        new(_cls, (a, b, c, d, e, f, g, h, i, j, k, m, n, p, q, r, s, t)),
    lambda _cls, a, b, c, d, e, f, g, h, i, j, k, m, n, p, q, r, s, t, u:
        new(_cls, (a, b, c, d, e, f, g, h, i, j, k, m, n, p, q, r, s, t, u)),
    lambda _cls, a, b, c, d, e, f, g, h, i, j, k, m, n, p, q, r, s, t, u, v:
        new(_cls, (a, b, c, d, e, f, g, h, i, j, k, m, n, p, q, r, s, t, u, v)),
    lambda _cls, a, b, c, d, e, f, g, h, i, j, k, m, n, p, q, r, s, t, u, v, w:
        new(_cls, (a, b, c, d, e, f, g, h, i, j, k, m, n, p, q, r, s, t, u, v, w)),
    lambda _cls, a, b, c, d, e, f, g, h, i, j, k, m, n, p, q, r, s, t, u, v, w, x:
        new(_cls, (a, b, c, d, e, f, g, h, i, j, k, m, n, p, q, r, s, t, u, v, w, x)),
    lambda _cls, a, b, c, d, e, f, g, h, i, j, k, m, n, p, q, r, s, t, u, v, w, x, y:
        new(_cls, (a, b, c, d, e, f, g, h, i, j, k, m, n, p, q, r, s, t, u, v, w, x, y)),
    lambda _cls, a, b, c, d, e, f, g, h, i, j, k, m, n, p, q, r, s, t, u, v, w, x, y, z:
        new(_cls, (a, b, c, d, e, f, g, h, i, j, k, m, n, p, q, r, s, t, u, v, w, x, y, z)),
)
# fmt: on
#: All that they see.
_GLOBALS = {"new": new, "__builtins__": {}, "__name__": __name__}
#: What reads a field by its number, as fast as the interpreter can.
_Getter: Any = type(vars(namedtuple("_One", ("field",)))["field"])


def _make(cls: Any, values: Iterable[Any]) -> Any:
    """A tuple of these values, one for each field."""
    made = new(cls, values)
    if len(made) != len(cls._fields):
        raise TypeError(f"Expected {len(cls._fields)} arguments, got {len(made)}")
    return made


def _replace(self: Any, /, **changes: Any) -> Any:
    """A tuple like this one, with other values for the fields that are named."""
    made = new(type(self), map(changes.pop, self._fields, self))
    if changes:
        raise TypeError(f"Got unexpected field names: {[*changes]!r}")
    return made


def _asdict(self: Any) -> dict[str, Any]:
    """The values by the names of their fields."""
    return dict(zip(self._fields, self, strict=True))


def _repr(self: Any) -> str:
    fields = [f"{field}={value!r}" for field, value in zip(self._fields, self, strict=True)]
    return f"{type(self).__name__}({', '.join(fields)})"


def _new_arguments(self: Any) -> tuple[Any, ...]:
    """What `__new__` takes to make it again, for copies and pickles."""
    return tuple(self)


#: What all such classes have, unless they say otherwise.
_SHARED = {
    "__slots__": (),
    "__repr__": _repr,
    "__getnewargs__": _new_arguments,
    "__replace__": _replace,
    "_replace": _replace,
    "_asdict": _asdict,
    "_make": classmethod(_make),
}


def _names(name: str, body: Mapping[str, Any]) -> tuple[str, ...]:
    """The names that the body of a class annotates: its fields. Raises TypeError where only evaluating would tell."""
    if "__annotate_func__" in body:  # from Python 3.14 on; otherwise it would import half of `ast` here
        raise TypeError(f"the module of {name} needs `from __future__ import annotations`")
    return tuple(body.get("__annotations__", ()))


def _constructor(fields: tuple[str, ...], defaults: tuple[Any, ...]) -> Any:
    """`__new__` of a class with these fields; the defaults are those of the last ones."""
    if len(fields) >= len(_TEMPLATES):
        make: Any = namedtuple  # type checkers want to see the fields
        return make("_Many", fields, defaults=defaults).__new__
    code = _TEMPLATES[len(fields)].__code__.replace(co_varnames=("_cls", *fields))
    return FunctionType(code, _GLOBALS, "__new__", defaults)


@cache
def _getter(number: int) -> Any:
    """The attribute of a class that is its field of this number."""
    return _Getter(number, f"Alias for field number {number}")


class _Maker(type):
    """What makes a class of the body behind `class Name(NamedTuple):`, as any other class of tuples is made."""

    def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> Any:
        fields = _names(name, body)
        defaults = {field: body[field] for field in fields if field in body}
        made = _constructor(fields, tuple(defaults.values()))
        made.__qualname__, made.__annotations__ = f"{name}.__new__", body.get("__annotations__", {})
        own = {"__new__": made, "__match_args__": fields, "_fields": fields, "_field_defaults": defaults}
        getters = {field: _getter(number) for number, field in enumerate(fields)}
        return type(name, (tuple, *bases[1:]), {**_SHARED, **body, **own, **getters})


if TYPE_CHECKING:
    from typing import NamedTuple as NamedTuple
else:
    NamedTuple = type.__new__(_Maker, "NamedTuple", (), {})
