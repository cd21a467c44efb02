"""Which post, and which of its sections, does a name mean?

`PATH` is the whole post. `PATH#NAME` is a section: by its anchor, by its heading, or by any of its lines as
`L43`, since text before the first heading has neither. A path with `#` in it goes before a section.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from postdex_index.document import Document
from postdex_index.errors import NotFoundError
from postdex_index.named_tuple import NamedTuple

if TYPE_CHECKING:
    from .index import Index


class NamedPart(NamedTuple):
    """A stored post, and the number of the section that is meant, if it is one."""

    post: Document
    section: int | None


def find(ix: Index, name: str, where: Callable[[str], str] = str) -> NamedPart:
    """The stored post, and the number of the section if one is named. Raises NotFoundError. `where` makes the path of
    a post of what was typed for one.

    >>> import postdex
    >>> with postdex.open("posts") as ix:
    ...     post, section = find(ix, "2022/refcount-bug.md#root-cause")
    >>> post.sections[section].heading
    'Root cause'
    """
    path, sign, section = name.rpartition("#")
    try:
        return NamedPart(ix.get(where(name)), None)
    except NotFoundError:
        if not sign:
            raise
    document = ix.get(where(path))
    return NamedPart(document, number(document, section))


def number(document: Document, name: str) -> int:
    """The number of the section of this name. Raises NotFoundError, which says what there is."""
    for at, section in enumerate(document.sections):
        if name and name in (section.anchor, section.heading):
            return at
    if (line := re.fullmatch(r"L(\d{1,9})", name)) and document.sections:
        above = [at for at, section in enumerate(document.sections) if section.line <= int(line[1])]
        return above[-1] if above else 0
    anchors = ", ".join(section.anchor for section in document.sections if section.anchor)
    hint = f"its sections are {anchors}" if anchors else "it has no sections with a name"
    raise NotFoundError(f"it has no section {name}", hint, path=document.path)


def name_of(path: str, anchor: str, line: int) -> str:
    """The name of a section, by its anchor or, where it has none, by a line of it.

    >>> name_of("a.md", "usage", 12), name_of("a.md", "", 3)
    ('a.md#usage', 'a.md#L3')
    """
    return f"{path}#{anchor}" if anchor else f"{path}#L{line}"
