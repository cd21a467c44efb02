"""What does a file of settings of a site hold, and what is a single setting, or a field of front matter? For
generators, which know which keys mean what. Settings are read, never run; a file that cannot be read is a note."""

from __future__ import annotations

import os
import re
import stat
from typing import TYPE_CHECKING

from ..formats.structured import read_block
from ..model import Problem
from ..named_tuple import NamedTuple
from .detect import LARGEST, file_text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from ..formats.yaml_fast import Value
    from .generator import Config

_ORIGIN = re.compile(r"(?:(?P<scheme>https?):)?//(?P<host>[\w.-]+(?::\d{1,5})?)(?:[/?#].*)?", re.IGNORECASE)
#: Names that stand for others in examples, and for one's own machine.
_NOWHERE = re.compile(
    r"^(?:.*\.)?(?:example(?:\.(?:com|org|net))?|localhost|test|invalid)(?::\d+)?$|^(?:127\.|0\.0\.0\.0)|^[^.]*$"
)
#: What a file of settings is by its suffix; a program is read for its literals.
_KINDS = {".toml": "TOML", ".json": "JSON", ".py": "Python"}
_KINDS |= dict.fromkeys((".js", ".mjs", ".cjs", ".ts", ".mts", ".cts"), "JavaScript")


class ReadSettings(NamedTuple):
    """A file's mapping, an empty one if it cannot be read, and notes on what is wrong."""

    config: Config
    problems: tuple[Problem, ...]


def read_settings(path: Path, name: str) -> ReadSettings:
    """What a file of settings says; `name` is its path below the root."""
    kind = _KINDS.get(path.suffix, "YAML")
    text = file_text(path)
    value, problems = read_block(kind, text.removeprefix("\ufeff"))
    if not text and (unread := _why_unread(path)):
        problems = (*problems, (0, unread))
    hint = "links and dates may be off until the site's settings can be read"
    notes = [Problem(name, line + 1, "note", message, hint) for line, message in problems]
    return ReadSettings(value if isinstance(value, dict) else {}, tuple(notes))


def _why_unread(path: Path) -> str:
    """Why a file of settings has no text, "" if it is only empty."""
    try:
        state = os.lstat(path)
    except (OSError, ValueError):
        return "the settings cannot be read"
    if not stat.S_ISREG(state.st_mode):
        return "the settings are no regular file; links are not followed"
    too_large = f"the settings are larger than {LARGEST:,} bytes, and were not read"
    return "" if not state.st_size else too_large if state.st_size > LARGEST else "the settings cannot be read"


#: Fields of some generators that say nothing to others.
_ADDRESSES = frozenset(("url", "permalink", "path", "slug", "abbrlink"))
_STRESS = re.compile(r"(?<![`*])(`{1,3}|\*{1,3})(?=[^\s`*])([^`*]+?)(?<=\S)\1")
#: A site whose links begin with more than this has none.
_LONGEST_BASE = 1000


def text(config: Config, name: str) -> str:
    """A setting that is a text, "" if it is none."""
    value = config.get(name)
    return value.strip() if isinstance(value, str) else ""


def texts(config: Config, name: str) -> list[str]:
    """A setting that is a list of texts, or one text."""
    value = config.get(name)
    return [item.strip() for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)]


def table(config: Config, name: str) -> Config:
    """A setting that is a mapping, an empty one if it is none."""
    value = config.get(name)
    return value if isinstance(value, dict) else {}


def without_addresses(fields: Config, but: str = "") -> dict[str, Value]:
    """Front matter without the fields by which other generators give a page its address, except for one."""
    return {name: value for name, value in fields.items() if name not in _ADDRESSES or name == but}


def without_stress(title: str) -> str:
    """A title without the marks of code and emphasis.

    >>> without_stress("The `refcount` is **not** 2 * 2")
    'The refcount is not 2 * 2'
    """
    return _STRESS.sub(r"\2", title)


def language(value: Value) -> str:
    """The code of a language, or of the first in a list: "zh_CN" -> "zh-cn"; "" for what is none."""
    if isinstance(value, list):
        value = value[0] if value else None
    code = value.strip().lower().replace("_", "-") if isinstance(value, str) else ""
    return code if re.fullmatch(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*", code) else ""


def languages(values: Iterable[Value]) -> tuple[str, ...]:
    """The codes of several languages, each once.

    >>> languages(["en", "zh_CN", "en", "All of them"])
    ('en', 'zh-cn')
    """
    return tuple(dict.fromkeys(filter(None, map(language, values))))


def named(config: Config, name: str) -> Value:
    """A setting by its name in any case, or one of a table by both names with a dot between; None if there is none."""
    value: Value = dict(config)
    for part in name.lower().split("."):
        low = {key.lower(): item for key, item in value.items()} if isinstance(value, dict) else {}
        value = low.get(part)
    return value


def origin_of(address: Value) -> str:
    """The scheme and host of a site's address, "" for what is none, or a place that nobody but its owner can reach.

    >>> origin_of("https://a.org/blog/"), origin_of("//b.org"), origin_of("http://example.com"), origin_of("/blog")
    ('https://a.org', 'https://b.org', '', '')
    """
    match = _ORIGIN.fullmatch(address.strip()) if isinstance(address, str) else None
    if match is None or _NOWHERE.search(match["host"].lower()):
        return ""
    return f"{(match['scheme'] or 'https').lower()}://{match['host']}"


def base_of(path: str) -> str:
    """What all links of a site begin with, as links may: names with a slash before each; "" for what is no path.

    >>> base_of("/blog/"), base_of("//evil.org/../x"), base_of("javascript:alert(1)")
    ('/blog', '/evil.org/x', '')
    """
    if not path.startswith("/") or len(path) > _LONGEST_BASE:
        return ""
    return "".join(f"/{name}" for name in path.split("/") if name not in ("", ".", ".."))


def path_of(address: str) -> str:
    """The path of a site's address, without its last slash: "https://a.org/blog/" -> "/blog"."""
    match = re.fullmatch(r"(?:https?:)?//[^/]*(/[^?#]*)?.*", address)
    path = (match[1] or "") if match else address if address.startswith("/") else ""
    return path.rstrip("/")
