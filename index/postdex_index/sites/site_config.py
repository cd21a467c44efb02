"""What is a single setting of a site? For generators, which know which keys mean what."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..formats.yaml_fast import Value
    from .generator import Config


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
