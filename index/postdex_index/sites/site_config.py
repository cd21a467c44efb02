"""What do the settings of a site say? Reads their files, never runs them, and takes single values out of them.

A file that cannot be read is a note. Which keys mean what is known to each generator.
"""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from ..model import Problem
from ..structured import read_block
from . import LARGEST

if TYPE_CHECKING:
    from ..plain_yaml import Value
    from .generator import Config


def read_config(path: Path, name: str) -> tuple[Config, tuple[Problem, ...]]:
    """A settings file's mapping; an empty one, and a note, if it cannot be read."""
    kind = {".toml": "TOML", ".json": "JSON"}.get(path.suffix, "YAML")
    value, problems = read_block(kind, file_text(path).removeprefix("\ufeff"))
    hint = "links and dates may be off until the site's settings can be read"
    notes = tuple(Problem(name, line + 1, "note", message, hint) for line, message in problems)
    return (value if isinstance(value, dict) else {}), notes


def file_text(path: Path) -> str:
    """A file's text; "" if it is no regular file, cannot be read, or is larger than any settings file."""
    try:
        number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except (OSError, ValueError):
        return ""
    with open(number, "rb") as file:
        state = os.fstat(number)
        if not stat.S_ISREG(state.st_mode) or state.st_size > LARGEST:
            return ""
        try:
            return file.read(LARGEST).decode("utf-8", "replace")
        except OSError:
            return ""


def text(config: Config, name: str) -> str:
    """A setting that is a text, "" if it is none."""
    value = config.get(name)
    return value.strip() if isinstance(value, str) else ""


def table(config: Config, name: str) -> Config:
    """A setting that is a mapping, an empty one if it is none."""
    value = config.get(name)
    return value if isinstance(value, dict) else {}


def language(value: Value) -> str:
    """The code of a language, or of the first in a list: "zh_CN" -> "zh-cn"; "" for what is none."""
    if isinstance(value, list):
        value = value[0] if value else None
    code = value.strip().lower().replace("_", "-") if isinstance(value, str) else ""
    return code if re.fullmatch(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*", code) else ""


def path_of(address: str) -> str:
    """The path of a site's address, without its last slash: "https://a.org/blog/" -> "/blog"."""
    match = re.fullmatch(r"(?:https?:)?//[^/]*(/[^?#]*)?.*", address)
    path = (match[1] or "") if match else address if address.startswith("/") else ""
    return path.rstrip("/")
