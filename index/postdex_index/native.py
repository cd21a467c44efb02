"""Is the compiled kernel here, and is it the one that belongs to this code?

`postdex-native` (its source is `index/native`) has some functions of postdex once more, in Rust. Such a function is
marked with `twin`; its Python is the specification, and what runs where the kernel is not installed, is not the right
one, or `POSTDEX_PURE=1` turns it off. Both give the same to the byte (`tests/test_native.py`).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from types import ModuleType

#: What the functions of the kernel take and give; it grows with each change, and no other is used.
INTERFACE = 1

Function = TypeVar("Function", bound=Callable[..., Any])


def _load() -> tuple[ModuleType | None, str]:
    """The kernel, and why it is not used where something is there that could be."""
    if os.environ.get("POSTDEX_PURE", "0") not in ("", "0"):
        return None, ""
    try:
        import postdex_native
    except ModuleNotFoundError:
        return None, ""
    except Exception as error:  # whatever a broken or foreign file raises
        return None, f"postdex-native cannot be loaded ({error}); install it again"
    found = getattr(postdex_native, "INTERFACE", None)
    if found != INTERFACE:
        version = getattr(postdex_native, "VERSION", "of an unknown version")
        return None, f"postdex-native {version} does not fit this postdex and is not used; install the one that does"
    return postdex_native, ""


_kernel, REFUSED = _load()
#: Whether the kernel runs; else `REFUSED` says what is wrong with the one that is there, "" if there is none.
IN_USE = _kernel is not None
#: Version of the kernel that runs, "" if none does.
VERSION = str(_kernel.VERSION) if _kernel else ""
#: By name the Python of each function that has a twin.
PYTHON: dict[str, Callable[..., Any]] = {}


def twin(function: Function) -> Function:
    """The function of this name in the kernel, or this one where no kernel runs. Both take and give the same."""
    PYTHON[function.__name__] = function
    return getattr(_kernel, function.__name__) if _kernel else function
