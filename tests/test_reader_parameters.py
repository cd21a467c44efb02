"""Has the reader its constants from Python, and all that it uses?"""

from __future__ import annotations

import json
import re
from collections.abc import Set
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from reader_process import ReaderProcess

from postdex.export.parameters import READER, of_modules, twin, used

MODULES = sorted(path for path in READER.rglob("*.js") if path.parent.name != "stemmers")


def doubles(value: object) -> Any:
    """A value with its numbers as JavaScript has them."""
    return json.loads(json.dumps(value), parse_int=float)


def test_they_are_json_and_arrive() -> None:
    parameters = of_modules()
    assert json.loads(json.dumps(parameters, allow_nan=False)) == parameters
    reader = ReaderProcess(parameters)
    try:
        for module, constants in parameters.items():
            assert doubles(reader.call("parameters", "constantsOf", module)) == doubles(constants)
    finally:
        reader.close()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(READER).as_posix())
def test_a_module_uses_what_its_twin_has(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for module, name in used(text):
        assert hasattr(twin(module), name), f"{module} has no {name}"
    for variable, module in re.findall(r'(\w+) = constantsOf\("([\w.]+)"\)', text):
        assert any(of == module for of, _ in used(text)), f"{variable} is not used"
        assert not re.search(rf"\{{[^}}]*\}} = {variable}\b", text), "constants are there once the entry file is read"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(READER).as_posix())
def test_a_module_has_a_twin_or_is_told_of(path: Path) -> None:
    architecture = (READER.parents[2] / "ARCHITECTURE.md").read_text(encoding="utf-8")
    name = path.relative_to(READER).as_posix()
    assert (twin_of(path) is None) == (f"`reader/{name}`" in architecture), name


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(READER).as_posix())
def test_no_number_of_a_twin_stands_in_a_module(path: Path) -> None:
    names = re.findall(r"(?m)^(?:export )?const (_?[A-Z][A-Z0-9_]*) = ", path.read_text(encoding="utf-8"))
    values = {name: getattr(twin_of(path), name, None) for name in names}
    # Texts and patterns are syntax: those of the one are none of the other.
    numbers = [name for name, value in values.items() if isinstance(value, (int, float, list, tuple, Set))]
    assert numbers == [], "take it from the twin: constantsOf"


def twin_of(path: Path) -> ModuleType | None:
    try:
        module = twin(path.relative_to(READER).with_suffix("").as_posix().replace("/", "."))
    except LookupError:
        return None
    return module if module.__file__ else None  # a folder of that name is none


def test_what_has_no_twin_is_told() -> None:
    with pytest.raises(LookupError, match="nothing"):
        twin("results.nothing")
