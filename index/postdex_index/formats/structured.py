"""What does a block of YAML, TOML, JSON, JavaScript or Python hold, with every scalar as the text that was written?

Front matter and the settings of sites are read through here. Each reader is imported when the first block needs it.
Where a block begins and ends is for `front_matter`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from .. import forks
from .yaml_fast import DEPTH, Loaded, Value, read_plain

_SURROGATE = re.compile("[\ud800-\udfff]")
_TOML_LINE = re.compile(r"\(at line (\d+)")
#: tomllib's time grows with the square of a dotted key's parts (15 s for 30,000): no field has 50.
_TOML_DOTS = re.compile(
    r"""(?<![\w-])(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')(?:[ \t]*+\.[ \t]*+(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')){50}"""
)
#: Lines of TOML that may be wrong, and characters that are read again for them (tomllib takes 0.3 s for a million).
_TOML_TRIES, _TOML_AGAIN = 8, 512 * 1024


def read_block(kind: str, block: str) -> Loaded:
    """The value of a block; `kind` is "YAML", "TOML", "JSON", "JavaScript" or "Python" (KeyError otherwise). Never
    raises on what it holds.

    >>> read_block("TOML", "weight = 10\\n")
    Loaded(value={'weight': '10'}, problems=())
    """
    return _READERS[kind](block)


def _yaml(block: str) -> Loaded:
    if not block.strip():
        return Loaded(None)
    fields = read_plain(block)
    if fields is not None:
        return Loaded(fields)
    with forks.barred:
        from .yaml_lenient import load

    return load(block)


def _toml(block: str) -> Loaded:
    """The fields of a block; what is wrong takes its line along, as long as few are and reading again is cheap."""
    problems: list[tuple[int, str]] = []
    lines = block.split("\n")
    tries = max(1, min(_TOML_TRIES, _TOML_AGAIN // (len(block) + 1)))
    while len(problems) < tries:
        read = _toml_as_it_is("\n".join(lines))
        if not read.problems:
            return Loaded(read.value, tuple(problems))
        problems += read.problems
        line = read.problems[0][0]
        if not lines[line : line + 1] or not lines[line].strip() or lines[line].lstrip().startswith("["):
            break  # it is not this line that is wrong, or what is below would belong elsewhere
        lines[line] = ""
    return Loaded(None, tuple(problems[:1]))


def _toml_as_it_is(block: str) -> Loaded:
    import tomllib

    if is_slow_toml(block):
        return Loaded(None, ((0, "this is not TOML that postdex reads (a key with 50 parts)"),))
    try:
        return Loaded(plain(tomllib.loads(block, parse_float=str)))
    except RecursionError:
        return Loaded(None, ((0, "this is not TOML that postdex reads (nested too deep)"),))
    except ValueError as error:  # TOMLDecodeError, and integers of thousands of digits
        message = str(error)
        line = _TOML_LINE.search(message)
        number = int(line[1]) - 1 if line else block.count("\n") - 1 if "end of document" in message else 0
        message = re.sub(r" \(at .*", "", message)
        return Loaded(None, ((max(number, 0), f"this is not valid TOML ({message[:1].lower()}{message[1:]})"),))


def is_slow_toml(text: str) -> bool:
    """Whether tomllib would take seconds or minutes for this text."""
    return _TOML_DOTS.search(text) is not None


def _json(block: str) -> Loaded:
    """The fields of an object, with or without their braces."""
    braced = block.strip().startswith("{")
    try:
        value = json_decoder().decode(block if braced else "{" + block + "}")
    except (ValueError, RecursionError) as error:
        message = str(error)
        return Loaded(None, ((json_line(message) or 0, json_message(message)),))
    return Loaded(plain(value))


def _javascript(block: str) -> Loaded:
    with forks.barred:
        from .javascript import load

    return load(block)


def _python(block: str) -> Loaded:
    with forks.barred:
        from .python_literals import assignments

    return Loaded(assignments(block))


_READERS = {"YAML": _yaml, "TOML": _toml, "JSON": _json, "JavaScript": _javascript, "Python": _python}


def plain(value: Any, depth: int = DEPTH) -> Value:
    """A value of TOML or JSON with every scalar as text; what is nested deeper than `depth` is left out.

    >>> plain({"draft": True, "tags": ["a", 1, None]})
    {'draft': 'true', 'tags': ['a', '1', None]}
    """
    if value is None:
        return None
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)  # JSON's \\ud800 on its own is no character
    if isinstance(value, dict):
        return {_SURROGATE.sub("\ufffd", key): plain(item, depth - 1) for key, item in value.items()} if depth else None
    if isinstance(value, list):
        return [plain(item, depth - 1) for item in value] if depth else None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)  # tomllib's dates and times show as ISO 8601


def json_decoder() -> Any:
    """A JSON decoder that leaves numbers the text that was written."""
    import json

    return json.JSONDecoder(strict=False, parse_int=str, parse_float=str, parse_constant=str)


def json_line(message: str) -> int | None:
    """The line, from 0, that a JSON decoder's message names."""
    match = re.search(r"line (\d+) column", message)
    return int(match[1]) - 1 if match else None


def json_message(message: str) -> str:
    """The decoder's words without the place, which the problem has for itself."""
    cause = "nested too deep" if "recursion" in message else message.split(": line")[0]
    return f"this is not valid JSON ({cause[:1].lower()}{cause[1:]})"


def scalars(value: Value) -> Iterator[str]:
    """All texts of a value, names of fields too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from scalars(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield name
            yield from scalars(item)
