"""Which files does a body of MDX show as components? `import Part from "./_part.mdx"` and then `<Part />`.

For the generators that build MDX; what else a body imports is a program, and not known.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from ..text.fences import Fences
from .generator import Site
from .includes import Include, below

_IMPORT = re.compile(r"import[ \t]+(\w+)[ \t]+from[ \t]+[\"']([^\"'\n]+\.mdx?)[\"']")
_SHOWN = re.compile(r"(?<!`)<([A-Z]\w*)(?:[ \t][^<>]*)?/>")
_FRONT_MATTER = re.compile(r"\A---\n(?:.*\n)*?---[ \t]*\n")


def includes(_site: Site, path: str, body: str) -> Iterator[Include]:
    """The includes of a text, as `Generator.includes` gives them.

    >>> list(includes(Site(), "docs/a.md", 'import A from "./_a.mdx"\\n\\n<A b="c" />'))[0][:3]
    (26, 37, 'docs/_a.mdx')
    """
    if "import" not in body or "/>" not in body:
        return
    parts: dict[str, str] = {}
    fences, at = Fences(), 0
    for line in body.split("\n"):
        if not fences.holds(line):
            imported = _IMPORT.match(line)
            if imported:
                parts[imported[1]] = _target(path, imported[2])
            elif parts and "/>" in line:
                for shown in _SHOWN.finditer(line):
                    if shown[1] in parts:
                        start, stop = shown.span()
                        yield Include(at + start, at + stop, parts[shown[1]], _without_front_matter, optional=True)
        at += len(line) + 1


def _target(path: str, name: str) -> str:
    """The path below the site's root of what a file imports; "" if it is nothing of the site."""
    if name.startswith("@site/"):
        return below("", name.removeprefix("@site/"))
    return below(posixpath.dirname(path), name) if name.startswith(".") else ""


def _without_front_matter(text: str) -> str:
    return _FRONT_MATTER.sub("", text, count=1)
