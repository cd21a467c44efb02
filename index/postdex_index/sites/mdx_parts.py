"""Which files does a body of MDX show that it imports: as a part of its text, or as code?

For the generators that build MDX; what else a body imports is a program, and not known.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from functools import partial

from ..text.fences import Fences
from .generator import Site
from .includes import Include, apart, below, fence_around, without_front_matter

_IMPORT = re.compile(r"^import[ \t]+(\w+)[ \t]+from[ \t]+['\"]([^'\"\n]+)['\"][ \t]*+(?:;[ \t]*+)?$", re.MULTILINE)
_PART = re.compile(r"(?<!`)<([A-Z]\w*)(?:\s[^<>]*)?(?:/>|>\s*</\1>)")
_CODE_BLOCK = re.compile(r"<CodeBlock(\s[^<>]*)?>\s*\{\s*(\w+)\s*\}\s*</CodeBlock>")
_CODE = re.compile(r"<Code(\s[^<>]*)/>")
_OF_VARIABLE = re.compile(r"\bcode=\{\s*(\w+)\s*\}")
_ATTRIBUTE = re.compile(r"\b(language|lang|title)=[\"']([^\"']*)[\"']")
#: Loaders of raw text, before and behind a path.
_RAW = ("!!raw-loader!", "?raw")


def includes(site: Site, path: str, body: str) -> Sequence[Include]:
    """The includes of a text, as `Generator.includes` gives them.

    >>> list(includes(Site(), "docs/a.md", 'import A from "./_a.mdx"\\n\\n<A b="c" />'))[0][:3]
    (26, 37, 'docs/_a.mdx')
    """
    if "import" not in body or not path.endswith((".md", ".mdx")):
        return ()
    texts, codes = _imported(site, path, body)
    if not texts and not codes:
        return ()
    prose = _without_code(body)
    parts = []
    for match in _PART.finditer(prose):
        if match[1] in texts:
            parts.append(Include(*match.span(), texts[match[1]], _part))
    for match in _CODE_BLOCK.finditer(prose):
        if match[2] in codes:
            parts.append(Include(*match.span(), codes[match[2]], partial(_block, attributes=match[1] or "")))
    for match in _CODE.finditer(prose):
        named = _OF_VARIABLE.search(match[1])
        if named and named[1] in codes:
            parts.append(Include(*match.span(), codes[named[1]], partial(_block, attributes=match[1])))
    return apart(parts)


def _imported(site: Site, path: str, body: str) -> tuple[dict[str, str], dict[str, str]]:
    """The paths of files of Markdown and of those that are imported as raw text, by the names that they have here."""
    texts: dict[str, str] = {}
    codes: dict[str, str] = {}
    before, behind = _RAW
    for name, target in _IMPORT.findall(body):
        file = target.removeprefix(before).removesuffix(behind)
        of_kind = texts if file == target else codes
        if of_kind is codes or file.endswith((".md", ".mdx")):
            of_kind[name] = _target(site, path, file)
    return texts, codes


def _target(site: Site, path: str, file: str) -> str:
    """The path of what a page names, from its folder or from the root; "" if that is nothing of the site."""
    if file.startswith(("@site/", "/")):
        return below("", file.removeprefix("@site").lstrip("/"))
    return below(posixpath.dirname(path), file, site.above) if file.startswith(".") else ""


def _without_code(body: str) -> str:
    """The body with blanks for fenced code, so that all else stays where it is."""
    if "```" not in body and "~~~" not in body:
        return body
    fences = Fences()
    return "\n".join(" " * len(line) if fences.holds(line) else line for line in body.split("\n"))


def _part(text: str) -> str:
    """A page as a part of another: without its front matter, apart from what stands around."""
    return f"\n\n{without_front_matter(text)}\n\n"


def _block(text: str, attributes: str) -> str:
    """A file as a block of code."""
    given = dict(_ATTRIBUTE.findall(attributes))
    title = given.get("title", "").replace('"', "'")
    info = given.get("language") or given.get("lang") or ""
    info += f' title="{title}"' if title else ""
    fence = fence_around(text)
    code = text.removesuffix("\n")
    return f"\n\n{fence}{info}\n{code}\n{fence}\n\n"
