"""Is the compiled kernel here, and is it the one that belongs to this code?

`postdex-native` (its source is `index/native`) has some functions of postdex once more, in Rust. Such a function is
marked with `twin`; its Python is the specification, and what runs where the kernel is not installed, is not the right
one, or `POSTDEX_PURE=1` turns it off. Both give the same to the byte (`tests/test_native.py`).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

# A kernel of another release is not used: it may read a text in another way.
from . import __version__ as RELEASE
from .logs import WARNING, log

if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec
    from types import ModuleType

#: What the functions of the kernel take and give; it grows with each change.
INTERFACE = 2

Function = TypeVar("Function", bound=Callable[..., Any])

_NAME = "postdex_native"


def _load() -> tuple[ModuleType | None, str]:
    """The kernel, and why it is not used where something is there that could be."""
    if os.environ.get("POSTDEX_PURE", "0") not in ("", "0"):
        return None, ""
    try:
        if (file := _file()) and _is_cut(file):
            raise ImportError(f"{file} is cut short")
        import postdex_native
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # whatever a broken or foreign file raises; a panic is no Exception
        if isinstance(error, ModuleNotFoundError) and error.name == _NAME:
            return None, ""
        return None, _refusal(f"{type(error).__name__}: {error}")
    version, interface = (getattr(postdex_native, name, "unknown") for name in ("VERSION", "INTERFACE"))
    if (version, interface) != (RELEASE, INTERFACE):
        return None, _refusal(
            f"{version} (interface {interface}) is here, {RELEASE} ({INTERFACE}) belongs to this postdex"
        )
    return postdex_native, ""


def _refusal(why: str) -> str:
    """One line that any terminal can show: the name of a file may have anything in it."""
    why = " ".join("".join(character if character.isprintable() else " " for character in why).split())
    return f"postdex-native is not used: {why}; install postdex-native {RELEASE} anew"


def _file() -> str | None:
    """The file that is loaded for the kernel: the module itself, or that of its name within the package."""
    spec = _spec(_NAME)
    if spec and spec.submodule_search_locations is not None:
        spec = _spec(f"{_NAME}.{_NAME}", spec.submodule_search_locations)
    return spec.origin if spec else None


def _spec(name: str, path: Sequence[str] | None = None) -> ModuleSpec | None:
    """Where the import of a module finds it; what `importlib.util.find_spec` says, without that import of .7 ms."""
    return next(filter(None, (finder.find_spec(name, path) for finder in sys.meta_path)), None)


def _is_cut(path: str) -> bool:
    """Whether a file of machine code (ELF of 64 bits) ends before its last table does: who loads it gets SIGBUS."""
    with open(path, "rb") as file:
        head, size = file.read(64), os.fstat(file.fileno()).st_size
    if head[:6] != b"\x7fELF\x02\x01":
        return False
    start, each, count = (int.from_bytes(head[at : at + width], "little") for at, width in ((40, 8), (58, 2), (60, 2)))
    return start + each * count > size


_kernel, REFUSED = _load()
#: Whether the kernel runs; else `REFUSED` says what is wrong with the one that is there, "" if there is none.
IN_USE = _kernel is not None
#: Version of the kernel that runs, "" if none does.
VERSION = str(_kernel.VERSION) if _kernel else ""
#: By name the Python of each function or class that has a twin.
PYTHON: dict[str, Callable[..., Any]] = {}
#: The refusal, until it is logged.
_unsaid = [REFUSED] if REFUSED else []


def twin(function: Function) -> Function:
    """The function or class of this name in the kernel, or this one where no kernel runs, or one for a system where it
    has no such function. Both take and give the same."""
    PYTHON[function.__name__] = function
    twin: Function = getattr(_kernel, function.__name__, function)
    return twin


def in_words() -> str:
    """Which one runs, as people are told: the kernel of a version, or Python alone and why.

    >>> in_words() == f"postdex-native {VERSION}" if IN_USE else in_words().startswith("Python alone")
    True
    """
    if IN_USE:
        return f"postdex-native {VERSION}"
    return f"Python alone; {REFUSED}" if REFUSED else "Python alone"


def log_refusal() -> None:
    """Say in the log, once in a process, why the kernel that is there is not used."""
    if _unsaid:
        log("native", WARNING, "%s", _unsaid.pop())
