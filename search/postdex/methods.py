"""What do the functions that programs call have in common?

An argument that there is none of names the one that was meant: Python does so from 3.13 on, for what a function takes
by name; here it is said in all versions, for arguments that are taken together (`**arguments`), and for what other
libraries call them. And where the index is why a method fails, that is said.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from .request import unexpected

if TYPE_CHECKING:
    from typing import Protocol

    class HasEngine(Protocol):
        """What reads an index."""

        @property
        def engine(self) -> Engine: ...

    class Engine(Protocol):
        """What can say whether its index is why something failed."""

        def diagnose(self, error: Exception) -> None: ...


Given = ParamSpec("Given")
Returned = TypeVar("Returned")
Reading = TypeVar("Reading", bound="HasEngine")


def named(function: Callable[Given, Returned]) -> Callable[Given, Returned]:
    """The function, which says of an argument that it does not take which one may have been meant.

    >>> @named
    ... def search(query, *, limit=10): ...
    >>> search("refcount", top_k=3)
    Traceback (most recent call last):
    TypeError: search() got an unexpected keyword argument 'top_k'; did you mean limit?
    """
    code = function.__code__
    parameters = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    names = frozenset(parameters)

    @wraps(function)
    def call(*arguments: Given.args, **by_name: Given.kwargs) -> Returned:
        if not names.issuperset(by_name):
            wrong = next(name for name in by_name if name not in names)
            raise unexpected(function.__name__, wrong, [name for name in parameters if name != "self"])
        return function(*arguments, **by_name)

    return call


def reading(method: Callable[Concatenate[Reading, Given], Returned]) -> Callable[Concatenate[Reading, Given], Returned]:
    """A method that reads the index: if a segment is why it fails, that is said; and as `named`."""
    checked = named(method)

    @wraps(method)
    def call(self: Reading, /, *arguments: Given.args, **by_name: Given.kwargs) -> Returned:
        try:
            return checked(self, *arguments, **by_name)
        except Exception as error:
            self.engine.diagnose(error)
            raise

    return call
