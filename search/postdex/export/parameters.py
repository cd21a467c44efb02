"""Which numbers does the reader of a published index reckon with?

No module of the reader has a constant of its own that its twin in Python has: it names the twin and uses what stands
there. Which constants these are is read from the reader's text, what they are from the modules of Python, so that
whoever changes a weight changes it in one place.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any
from zlib import crc32

#: The modules of the reader.
READER = Path(__file__).parent.parent / "reader"
#: Where the twin of a module may be, by the name that the reader has for it.
_PACKAGES = ("postdex.{}", "postdex_index.{}")
#: The reader has one engine, whose twin is the embedded one.
_ENGINE = ("engine.read.", "engine.embedded.read.")

#: The modules whose constants come with the script that paints the page: boxes do without.
PAINTERS = "http.page."

_NAMED = re.compile(r'\b(\w+) = constantsOf\("([\w.]+)"\)')


def of_modules() -> dict[str, dict[str, Any]]:
    """The constants that the reader uses, as JSON, by the name of the module and their own."""
    names: dict[str, set[str]] = defaultdict(set)
    for path in sorted(READER.rglob("*.js")):
        for module, name in used(path.read_text(encoding="utf-8")):
            names[module].add(name)
    return {
        module: {name: _json(getattr(twin(module), name)) for name in sorted(names[module])} for module in sorted(names)
    }


def of_entry() -> dict[str, dict[str, Any]]:
    """Those that the entry file has."""
    return {name: values for name, values in of_modules().items() if not name.startswith(PAINTERS)}


def mark_of_names() -> str:
    """The crc32 of the names in the entry file, as hex digits. A script that reckons with another set of them is of
    another version, and would miss some.

    >>> len(mark_of_names())
    8
    """
    names = sorted(f"{module}.{name}" for module, constants in of_entry().items() for name in constants)
    return f"{crc32(','.join(names).encode()):08x}"


def used(text: str) -> Iterator[tuple[str, str]]:
    """The constants that the text of a module uses, each with the module that it is of.

    >>> sorted(used('const C = constantsOf("scoring");\\nexport const f = x => x * C.K1 + f(...C._MORE);'))
    [('scoring', 'K1'), ('scoring', '_MORE')]
    """
    for variable, module in _NAMED.findall(text):
        for name in set(re.findall(rf"(?:(?<![\w.])|(?<=\.\.\.)){variable}\.(_?[A-Z][A-Z0-9_]*)\b", text)):
            yield module, name


@cache
def twin(module: str) -> ModuleType:
    """The module of Python that one of the reader stands for. Raises LookupError."""
    for package in _PACKAGES:
        name = package.format(module.replace(*_ENGINE) if module.startswith(_ENGINE[0]) else module)
        if _is_there(name):
            return import_module(name)
    raise LookupError(f"no module of postdex is called {module}")


def _is_there(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:  # a package above it
        return False


def _json(value: Any) -> Any:
    """A constant as JSON: a named tuple as an object with its properties, a set sorted, bytes as numbers."""
    if as_dict := getattr(value, "_asdict", None):
        properties = [name for name, of in vars(type(value)).items() if isinstance(of, property)]
        return {
            name: _json(part)
            for name, part in (*as_dict().items(), *((name, getattr(value, name)) for name in properties))
        }
    if isinstance(value, Mapping):
        return {str(key): _json(part) for key, part in value.items()}
    if isinstance(value, Set):
        return sorted(map(_json, value))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_json(part) for part in value]
    if value is None or isinstance(value, (str, int, float)):
        return value
    raise TypeError(f"a constant that has no form in JSON: {value!r}")
