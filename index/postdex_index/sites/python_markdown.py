"""What does Python-Markdown read in another way than CommonMark, and which anchors does its extension `toc` make?

For the generators that use it. Lines keep their numbers.
"""

from __future__ import annotations

import re
from unicodedata import normalize

from ..text.fences import Fences
from .slugs import Slugger

#: The line below a heading of two lines or more, which is none.
_UNDERLINE = re.compile(r"(?:=+|-+) *$")
#: Behind a heading braces are attributes, whatever is in them; an id is read by whoever makes anchors.
_ATTRIBUTES = re.compile(r" +\{:?[^{}#\n]+\} *#*$")
_ABBREVIATION = re.compile(r" {0,3}\*\[[^\]]+\] ?:")
#: How lines begin that are changed here: most bodies have none of them.
_ANY = re.compile(r"^(?:#{1,6}[^#\s]|#.*\}|#{7}| {1,3}#| {0,3}\*\[|==|--|= *$|- *$)", re.MULTILINE)


def as_commonmark(body: str) -> str:
    """A body whose headings CommonMark reads as Python-Markdown does, without abbreviations that it explains.

    >>> as_commonmark("#Tight\\n\\n ## No heading\\n\\nTwo\\nlines\\n---")
    '# Tight\\n\\n \\\\## No heading\\n\\nTwo\\nlines\\n\\\\---'
    """
    if not _ANY.search(body):
        return body
    fences, lines, length = Fences(), body.split("\n"), 0
    for at, line in enumerate(lines):
        if fences.holds(line):
            length = 0
        elif line[:1] in "# *=-" and line.strip():
            lines[at] = _line(line, length)
        length = 0 if not line.strip() or line.startswith("#") else length + 1
    return "\n".join(lines)


def _line(line: str, length: int) -> str:
    """A line of prose behind so many others of its paragraph."""
    if length > 1 and _UNDERLINE.match(line):
        return "\\" + line
    if line.lstrip().startswith("*["):
        return "" if _ABBREVIATION.match(line) else line
    text = line.lstrip(" ")
    indent = len(line) - len(text)
    if not text.startswith("#") or indent > 3:
        return line
    if indent:
        return f"{line[:indent]}\\{text}"
    marks = len(line[:6]) - len(line[:6].lstrip("#"))
    rest = _ATTRIBUTES.sub("", line[marks:])
    return line[:marks] + (f" \\{rest}" if rest[:1] == "#" else rest if not rest or rest[0].isspace() else f" {rest}")


def ascii_shape(heading: str) -> str:
    """ASCII alone, runs of blanks and hyphens as one hyphen.

    >>> ascii_shape("Émile -- `x->y` 你好")
    'emile-x-y'
    """
    return unicode_shape(normalize("NFKD", heading).encode("ascii", "ignore").decode())


def unicode_shape(heading: str) -> str:
    """The same with the letters of all scripts: the extension's own `slugify_unicode`."""
    return re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", heading).strip().lower())


def underscored(slugs: Slugger, slug: str) -> str:
    """`_1`, `_2` …, counting on from a number that is there already; never empty."""
    result, stem, count = slug, slug, 0
    if not slug or slug in slugs.taken:
        numbered = re.fullmatch(r"(.*)_([0-9]{1,9})", slug)
        if numbered:
            stem, count = numbered[1], int(numbered[2])
        count = max(count, slugs.last.get(slug, 0))
        while not result or result in slugs.taken:
            count += 1
            result = f"{stem}_{count}"
        slugs.last[slug] = count
    slugs.taken.add(result)
    return result
