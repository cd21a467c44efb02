"""Obsidian: notes with comments, tags in the text, ids of blocks, highlights and images with a width."""

from __future__ import annotations

import re

from ..text.fences import Fences
from .generator import Config, Generator, LinkRules, PlainBody
from .text_tags import tags_in

#: Inline code, or a comment; one without an end reaches into the lines below.
_CODE_OR_COMMENT = re.compile(r"(`+[^`]*`+)|%%(?:.*?(%%)|.*)")
#: What links point to: `^id` at the end of a block.
_BLOCK_ID = re.compile(r"(?<!\S)\^[A-Za-z0-9-]+[ \t]*$")
_WIDTH = re.compile(r"(!\[\[?[^\[\]\n]*?)\|\d+(?:x\d+)?(?=\]\]|\]\()")
_HIGHLIGHT = re.compile(r"(`+[^`]*`+)|==(?=[^\s=])([^=`\n]+)(?<!\s)==")


def _dialect(body: str, _fields: Config) -> PlainBody:
    """Without comments, ids of blocks, widths of images and the marks of highlighted text."""
    lines = body.split("\n")
    last = max((at for at, line in enumerate(lines) if "%%" in line), default=-1)
    tags: dict[str, None] = {}
    fences, hidden = Fences(), False
    for at, line in enumerate(lines):
        if hidden:
            _, end, line = line.partition("%%")
            lines[at], hidden = line, not end
        if fences.holds(line):
            continue
        if "%%" in line:
            line, hidden = _without_comments(line, at < last)
        if "#" in line:
            tags |= dict.fromkeys(tags_in(line))
        lines[at] = _without_marks(line)
    return PlainBody("\n".join(lines), tuple(tags))


def _without_comments(line: str, closed_below: bool) -> tuple[str, bool]:
    """A line without its comments, and whether one goes on below; one that nothing closes is text."""
    goes_on = False

    def shown(match: re.Match[str]) -> str:
        nonlocal goes_on
        goes_on = not match[1] and not match[2] and closed_below
        return match[1] or ("" if match[2] or closed_below else match[0])

    return _CODE_OR_COMMENT.sub(shown, line), goes_on


def _without_marks(line: str) -> str:
    if "^" in line:
        line = _BLOCK_ID.sub("", line)
    if "==" in line:
        line = _HIGHLIGHT.sub(lambda match: match[1] or match[2], line)
    return _WIDTH.sub(r"\1", line) if "![" in line else line


GENERATOR = Generator(
    name="obsidian",
    rank=90,
    signs=(".obsidian/",),
    dialect=_dialect,
    links=LinkRules(files=True, shortest=True, wiki="name"),
)
