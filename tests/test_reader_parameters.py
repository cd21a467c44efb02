"""Has the reader its constants from Python, and all that it uses?"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from reader_process import ReaderProcess

from postdex.export.parameters import READER, of_modules, twin, used

MODULES = sorted(READER.rglob("*.js"))


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


def test_what_has_no_twin_is_told() -> None:
    with pytest.raises(LookupError, match="nothing"):
        twin("results.nothing")
