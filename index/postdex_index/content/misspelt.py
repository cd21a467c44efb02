"""Which line of front matter was meant to be a field, and is none because a sign is missing or is another's?

`title:x`, `title：x`, `tags:[a]`, `-item`, `title = x` between `---`, `title "x"` or `title: x` between `+++`: each is
read as it was meant where nothing else can be meant, and said. Asked only of a block that is not right as it is.
"""

from __future__ import annotations

import re

from ..formats.field_names import KNOWN
from ..formats.structured import read_block
from ..named_tuple import NamedTuple

_NAME = r"""(?P<quote>["']?)(?P<name>[A-Za-z][\w-]{0,60})(?P=quote)"""
#: A line of YAML, and one of TOML: the name of a field, another sign than the one that belongs there, and a value.
_IN_YAML = re.compile(_NAME + r"""(?::(?=[^\s:])|[ \t]*(?:：|=)[ \t]*(?=\S)|[ \t]+(?=["']))(?P<value>.*\S)[ \t]*""")
_IN_TOML = re.compile(_NAME + r"""(?:[ \t]*[:：=][ \t]*(?=\S)|[ \t]+(?=["'\[]))(?P<value>.*\S)[ \t]*""")
_ITEM = re.compile(r"([ \t]*)-(?=[^\s-])(.*)")
_LIST = re.compile(r"[ \t]*-|[\w\"' -]+:[ \t]*$")
#: A value of TOML that is of a kind of its own, or goes on below.
_VALUE = re.compile(r"""["'\[{]""")
#: Of longer lines no more is shown as the remedy.
_LONGEST = 60


class Misspelling(NamedTuple):
    """A line of a block, from 0, what is wrong with it, and what it should be."""

    line: int
    message: str
    remedy: str


def mended(kind: str, block: str) -> tuple[str, list[Misspelling]]:
    """A block of "YAML" or "TOML" with each field as it was meant, on the same lines, and what was misspelt.

    >>> mended("YAML", "draft: true\\ntitle:x\\n")[1]
    [Misspelling(line=1, message='there is no blank behind the colon', remedy='title: x')]
    """
    lines = block.split("\n")
    misspellings: list[Misspelling] = []
    for number, line in enumerate(lines):
        meant = _in_toml(line) if kind == "TOML" else _in_yaml(line, lines[number - 1] if number else "")
        if meant:
            remedy, message = meant
            misspellings.append(Misspelling(number, message, remedy))
            lines[number] = remedy
    return "\n".join(lines), misspellings


def is_field(line: str) -> bool:
    """Whether a line is the field of a known name, but for its sign."""
    return _in_yaml(line, "") is not None


def remedy_of(line: str) -> str:
    """What to do about a line that is no field, but begins with the name of one; "" if it does not."""
    name, _, value = line.strip().partition(" ")
    return f"{shown(f'{name}: {value}')}, if this is a field" if name.lower() in KNOWN and value.strip() else ""


def _in_yaml(line: str, above: str) -> tuple[str, str] | None:
    """A line as it was meant, and what is wrong with it; None if it is right or nothing is known of it."""
    item = _ITEM.fullmatch(line)
    if item:
        return (f"{item[1]}- {item[2]}", "there is no blank behind the hyphen") if _LIST.match(above) else None
    match = _IN_YAML.fullmatch(line)
    if match is None or match["name"].lower() not in KNOWN:
        return None
    sign = line[match.end("name") + len(match["quote"]) : match.start("value")].strip()
    message = {
        ":": "there is no blank behind the colon",
        "：": "the colon is a full-width one",
        "=": "YAML has a colon behind a field's name, TOML stands between +++",
        "": "there is no colon behind the field's name",
    }[sign]
    return f"{match['name']}: {match['value']}", message


def _in_toml(line: str) -> tuple[str, str] | None:
    match = _IN_TOML.fullmatch(line)
    if match is None or match["name"].lower() not in KNOWN:
        return None
    name, value = match["name"], match["value"]
    if _VALUE.match(value) or not read_block("TOML", f"{name} = {value}").problems:
        remedy, message = f"{name} = {value}", "TOML has = behind a field's name"
        return None if "=" in line[: match.start("value")] else (remedy, message)
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'{name} = "{escaped}"', "in TOML a text stands in quotes"


def shown(remedy: str) -> str:
    """A line as a hint shows it."""
    return f"write `{remedy.strip()}`" if len(remedy) <= _LONGEST else f"write `{remedy.strip()[:_LONGEST]}…`"
