"""Under which name do programs know what they import from `postdex`?

Classes lie where they belong, and that changes; tracebacks, pickles and `repr` name what stands in a program's own
imports: `postdex.QueryError`.
"""

from __future__ import annotations

from typing import Any, TypeVar

_Named = TypeVar("_Named", bound=Any)


def public(named: _Named) -> _Named:
    """A class or function whose name stands in `postdex.__all__`.

    >>> @public
    ... class Example: ...
    >>> Example
    <class 'postdex.Example'>
    """
    named.__module__ = "postdex"
    return named
