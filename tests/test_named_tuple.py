"""Is our named tuple what `typing.NamedTuple` makes, in all that is used of one?"""

from __future__ import annotations

import copy
import inspect
import pickle
import sys
import typing
from typing import Any, Generic, TypeVar, get_type_hints

import pytest

from postdex_index.named_tuple import NamedTuple

if typing.TYPE_CHECKING:
    from decimal import Decimal as Unknown

Value = TypeVar("Value")


class Point(NamedTuple):
    """A point."""

    x: int
    #: How it is called.
    label: str = "?"
    near: tuple[Point, ...] = ()

    @property
    def double(self) -> int:
        """Twice as far."""
        return 2 * self.x

    @classmethod
    def at(cls, x: int) -> Point:
        """The point there."""
        return cls(x)

    def __str__(self) -> str:
        return f"<{self.label}>"


class Lazy(NamedTuple):
    """What its field is, only type checkers know."""

    value: Unknown


class Below(Point):
    """A class like any other below it."""

    @property
    def double(self) -> int:
        """Less than that."""
        return super().double - 1


class Pair(NamedTuple, Generic[Value]):
    """A class that takes a type."""

    first: Value
    second: Value


def twins(size: int, given: int) -> list[Any]:
    """A class of so many fields, `given` of which have a default: ours, and that of typing."""
    made: list[Any] = []
    makers: tuple[Any, ...] = (NamedTuple, typing.NamedTuple)
    for maker in makers:
        body: dict[str, Any] = {"__annotations__": {f"field{number}": "int" for number in range(size)}}
        body |= {f"field{number}": number for number in range(size - given, size)}
        base = maker.__mro_entries__((maker,))[0] if hasattr(maker, "__mro_entries__") else maker
        made.append(type(base)("Made", (base,), body | {"__module__": __name__, "__qualname__": "Made"}))
    return made


def signature(made: Any) -> list[tuple[str, Any, Any]]:
    """Name, kind and default of each parameter."""
    return [(each.name, each.kind, each.default) for each in inspect.signature(made).parameters.values()]


@pytest.mark.parametrize("size", [0, 1, 2, 5, 24, 25, 31])
@pytest.mark.parametrize("given", [0, 1, 5])
def test_classes_are_alike(size: int, given: int) -> None:
    ours, theirs = twins(size, min(size, given))
    for name in ("_fields", "_field_defaults", "__match_args__", "__name__", "__qualname__", "__module__", "__bases__"):
        assert getattr(ours, name) == getattr(theirs, name), name
    assert signature(ours) == signature(theirs)
    values = tuple(range(100, 100 + size))
    one, other = ours(*values), theirs(*values)
    assert one == other == values == ours(**one._asdict()) == ours._make(values)
    assert repr(one) == repr(other) and hash(one) == hash(other) and one._asdict() == other._asdict()
    assert [getattr(one, name) for name in ours._fields] == [*values]
    assert ours(*values[: size - min(size, given)]) == theirs(*values[: size - min(size, given)])
    assert not hasattr(one, "__dict__")
    for name in ours._fields:
        assert one._replace(**{name: None}) == other._replace(**{name: None})
        assert vars(ours)[name].__doc__ == vars(theirs)[name].__doc__


@pytest.mark.parametrize("arguments", [(), (1,), (1, 2, 3, 4)])
def test_what_is_wrong_is_refused_in_the_same_words(arguments: tuple[int, ...]) -> None:
    said = []
    for made in twins(3, 1):
        with pytest.raises(TypeError) as caught:
            made(*arguments)
        said.append(str(caught.value))
        with pytest.raises(TypeError) as caught:
            made._make(arguments)
        said.append(str(caught.value))
    assert said[:2] == said[2:]
    for made in twins(3, 1):
        with pytest.raises(TypeError, match="nothing"):
            made(1, 2, nothing=3)
        with pytest.raises((TypeError, ValueError), match=r"Got unexpected field names: \['nothing'\]"):
            made(1, 2)._replace(nothing=3)
        with pytest.raises(AttributeError):
            made(1, 2).field0 = 3


def test_a_class_keeps_what_its_body_says() -> None:
    point = Point(3, near=(Point(1),))
    assert point.double == 6 and Point.at(4) == Point(4, "?", ()) and str(point) == "<?>"
    assert Point.__doc__ == "A point." and Point.__module__ == __name__ and type(Point) is type
    assert repr(point) == "Point(x=3, label='?', near=(Point(x=1, label='?', near=()),))"
    match point:
        case Point(x, label="?", near=[Point()]):
            assert x == 3
        case _:
            pytest.fail("it did not match")


def test_it_can_be_copied_and_pickled() -> None:
    point = Point(3, near=(Point(1),))
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        found = pickle.loads(pickle.dumps(point, protocol))
        assert found == point and type(found) is type(found.near[0]) is Point
    for same in (copy.copy(point), copy.deepcopy(point)):
        assert same == point and type(same) is Point
    if sys.version_info >= (3, 13):
        assert copy.replace(point, x=4) == point._replace(x=4) == Point(4, "?", (Point(1),))


def test_annotations_are_kept_and_not_evaluated() -> None:
    assert get_type_hints(Point) == {"x": int, "label": str, "near": tuple[Point, ...]}
    assert Point.__annotations__ == {"x": "int", "label": "str", "near": "tuple[Point, ...]"}
    assert Lazy._fields == ("value",)
    with pytest.raises(NameError):
        get_type_hints(Lazy)


def test_a_module_whose_annotations_are_lazy_is_refused() -> None:
    body = {"__annotate_func__": lambda _: {"x": int}, "__module__": __name__, "__qualname__": "Made"}
    base: Any = NamedTuple
    with pytest.raises(TypeError, match="from __future__ import annotations"):
        type(base)("Made", (base,), body)


def test_a_class_may_have_classes_below_it() -> None:
    below = Below(5, "below")
    assert below == Point(5, "below") and below.double == 9 and isinstance(below, Point)
    assert below._replace(x=6) == Point(6, "below") and type(below._replace(x=6)) is Below


def test_a_class_may_take_a_type() -> None:
    assert Pair[int](1, 2) == Pair(1, 2) == (1, 2) and Pair(1, 2).second == 2
    assert Pair.__parameters__ == (Value,)  # type: ignore[attr-defined]
