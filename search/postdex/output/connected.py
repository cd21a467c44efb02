"""How do the links of a post, and those to it, look to people? As a few lines below the post."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from shlex import quote
from typing import TYPE_CHECKING

from ..text_safety import printable
from .screen import Screen, painted

if TYPE_CHECKING:
    from ..links.ends import Connections

#: So many posts are named of either.
_NAMED = 10


def connections_text(connections: Connections, path: str, screen: Screen) -> str:
    """The posts that a post links to and those that link to it, each with the lines of the links; "" if there are none.

    >>> from ..links.ends import Connections, PostLink
    >>> links = [PostLink("a.md", 3, "b.md", "b.md", ""), PostLink("a.md", 9, "b.md#fix", "b.md", "fix")]
    >>> print(connections_text(Connections(links, []), "a.md", Screen()), end="")
    <BLANKLINE>
    links to
      b.md (lines 3, 9)
    """
    out = [(it.to, it.line) for it in connections.links if it.to not in ("", path)]
    back = [(it.path, it.line) for it in connections.backlinks]
    lines = [
        *_listed("links to", out, f"linked:{path}", screen),
        *_listed("linked from", back, f"links:{path}", screen),
    ]
    return "".join(f"{line}\n" for line in lines)


def _listed(title: str, links: Iterable[tuple[str, int]], query: str, screen: Screen) -> Iterator[str]:
    lines_by_path: dict[str, list[int]] = {}
    for path, line in links:
        lines_by_path.setdefault(path, []).append(line)
    if not lines_by_path:
        return
    yield ""
    yield painted(title, screen.palette.heading)
    for path, lines in list(lines_by_path.items())[:_NAMED]:
        numbers = ", ".join(map(str, dict.fromkeys(lines)))
        told = f" (line{'s' * (len(set(lines)) > 1)} {numbers})"
        yield f"  {painted(printable(screen.where(path)), screen.palette.path)}{painted(told, screen.palette.dim)}"
    if (more := len(lines_by_path) - _NAMED) > 0:
        yield f"  and {more:,} more: postdex list {quote(query)}"
