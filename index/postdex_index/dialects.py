"""What stands in a body that only its own generator, or editor, understands?

The same marks are plain text on other sites (`50%%`, `#1`), so the site's flavour decides. Hands on a body with as
many lines, without what its readers do not see, and the tags that stand in the text. All is linear in the body.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from .fences import Fences


def plain_dialect(body: str, flavour: str) -> tuple[str, tuple[str, ...]]:
    """`body` as any Markdown parser may read it, and the tags in its text; `flavour` as for `sites.Site`.

    >>> plain_dialect("Met %%shy%% Ada #person ^met", "obsidian")
    ('Met  Ada #person ', ('person',))
    """
    rule = _RULES.get(flavour)
    return rule(body) if rule else (body, ())


#: Inline code, or a comment; one without an end reaches into the lines below.
_CODE_OR_COMMENT = re.compile(r"(`+[^`]*`+)|%%(?:.*?(%%)|.*)")
_CODE = re.compile(r"`+[^`]*`+")
#: A tag has something that is no digit, and nothing but a blank before it.
_TAG = re.compile(r"(?<!\S)#([\w/-]*[^\W\d][\w/-]*)")
#: What links point to: `^id` at the end of a block.
_BLOCK_ID = re.compile(r"(?<!\S)\^[A-Za-z0-9-]+[ \t]*$")
_WIDTH = re.compile(r"(!\[\[?[^\[\]\n]*?)\|\d+(?:x\d+)?(?=\]\]|\]\()")
_HIGHLIGHT = re.compile(r"(`+[^`]*`+)|==(?=[^\s=])([^=`\n]+)(?<!\s)==")


def _obsidian(body: str) -> tuple[str, tuple[str, ...]]:
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
            tags |= dict.fromkeys(_tags(line, _TAG))
        lines[at] = _without_marks(line)
    return "\n".join(lines), tuple(tags)


def _tags(line: str, tag: re.Pattern[str]) -> list[str]:
    """The tags in a line of text, whose code has none."""
    return ["".join(found.groups("")).strip("/ ") for found in tag.finditer(_CODE.sub("`", line))]


#: Logseq has tags of several words, too.
_LOGSEQ_TAG = re.compile(_TAG.pattern + r"|(?<!\S)#\[\[([^\[\]\n]+)\]\]")


def _logseq(body: str) -> tuple[str, tuple[str, ...]]:
    """The body as it is; only its tags are of interest."""
    fences = Fences()
    outside = [line for line in body.split("\n") if not fences.holds(line) and "#" in line]
    return body, tuple(dict.fromkeys(tag for line in outside for tag in _tags(line, _LOGSEQ_TAG) if tag))


def _without_comments(line: str, closed_below: bool) -> tuple[str, bool]:
    """A line without its comments, and whether one goes on below; one that nothing closes is text."""
    goes_on = False

    def shown(found: re.Match[str]) -> str:
        nonlocal goes_on
        goes_on = not found[1] and not found[2] and closed_below
        return found[1] or ("" if found[2] or closed_below else found[0])

    return _CODE_OR_COMMENT.sub(shown, line), goes_on


def _without_marks(line: str) -> str:
    if "^" in line:
        line = _BLOCK_ID.sub("", line)
    if "==" in line:
        line = _HIGHLIGHT.sub(lambda found: found[1] or found[2], line)
    return _WIDTH.sub(r"\1", line) if "![" in line else line


#: What Liquid takes away, in code too: the marks of a text that it leaves alone, and comments whole.
_LIQUID = re.compile(r"\{%-?\s*(raw|comment)\s*-?%\}")
_LIQUID_END = {name: re.compile(rf"\{{%-?\s*end{name}\s*-?%\}}") for name in ("raw", "comment")}
#: kramdown: the id of a heading may stand on the next line.
_ID_BELOW = re.compile(r"^(#{1,6}[ \t].*)\n\{:(?=[^{}\n]*\}[ \t]*$)[^#{}\n]*#([\w:.-]+).*$", re.MULTILINE)
_HTML = re.compile(r"<(/?)(?:article|aside|center|details|div|dl|figure|footer|header|nav|ol|section|table|ul)\b", re.I)


def _jekyll(body: str) -> tuple[str, tuple[str, ...]]:
    """Without Liquid's comments and `{% raw %}`, with ids on the line of their heading and HTML that is no code."""
    if "{%" in body:
        body = _without_liquid(body)
    if "\n{:" in body:
        body = _ID_BELOW.sub(r"\1 {#\2}\n", body)
    return (_html_to_the_left(body) if "<" in body and "\n    " in body else body), ()


def _without_liquid(body: str) -> str:
    pieces: list[str] = []
    unclosed: set[str] = set()
    at = 0
    for opened in _LIQUID.finditer(body):
        name = opened[1]
        closed = _LIQUID_END[name].search(body, opened.end()) if opened.start() >= at and name not in unclosed else None
        if closed:
            inside = body[opened.end() : closed.start()]
            pieces += body[at : opened.start()], inside if name == "raw" else "\n" * inside.count("\n")
            at = closed.end()
        elif opened.start() >= at:
            unclosed.add(name)
    return "".join([*pieces, body[at:]])


def _html_to_the_left(body: str) -> str:
    """HTML that kramdown reads up to the end of its element, whatever blank lines and indents are in it."""
    lines = body.split("\n")
    inside: list[int] = []
    fences, depth = Fences(), 0
    for at, line in enumerate(lines):
        if not fences.holds(line) and (depth or (line.startswith("<") and "markdown=" not in line)):
            depth += sum(-1 if tag[1] else 1 for tag in _HTML.finditer(line))
            inside.append(at)
        if depth <= 0:
            depth = 0
            for number in inside:
                lines[number] = lines[number].lstrip(" \t")
            inside.clear()
    return "\n".join(lines)


#: A line of Rust that is there for the compiler; a second `#` stands for one that is seen.
_FOR_COMPILER = re.compile(r"[ \t]*#(?:[ \t].*)?$")


def _mdbook(body: str) -> tuple[str, tuple[str, ...]]:
    """Rust without the lines that mdBook and rustdoc hide."""
    if "\n#" not in body and " #" not in body:
        return body, ()
    lines = body.split("\n")
    fences = Fences()
    for at, line in enumerate(lines):
        if fences.holds(line) and fences.info.startswith("rust") and _FOR_COMPILER.match(line):
            lines[at] = ""
    return "\n".join(lines), ()


_RULES: dict[str, Callable[[str], tuple[str, tuple[str, ...]]]] = {
    "jekyll": _jekyll,
    "logseq": _logseq,
    "mdbook": _mdbook,
    "obsidian": _obsidian,
}
