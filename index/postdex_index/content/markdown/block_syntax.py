"""Which lines of a body mark blocks that CommonMark does not know?

Admonitions and tabs of Python-Markdown (`!!! note`, `=== "Tab"`, `/// note`), containers
(`:::tip`), callouts (`> [!tip] Title`), components and comments of MDX. A mark gives way to the
title that readers see, and what stands indented below it moves to the left, where it is no code. Lines keep their
numbers, fenced code stays, and all is linear in the body.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ...text.fences import Fences
from .inline_syntax import BLOCK, Reference, shown_arguments, visible_text

#: How the lines begin that bear a mark, in the bytes of a body: most posts have none of them.
_ANY = re.compile(
    rb"\n[ \t>]*(?=[!?=/:\[<ie#@{])"
    rb"(?:!!!|\?\?\?|===[!+ \t]|///|:[^\s-]|:   |\[!(?!(?:NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]\n)|</?[A-Z]"
    rb"|<[a-z][^\n>]* markdown\b|(?:im|ex)port[ \t]"
    rb"|#.*\*/\}|@?\[\[?_?[Tt][Oo][Cc]|\{:+[ \t]*toc\b|\[[^\n\]]*\]:[^\n]*\{[{%])"
)
_ADMONITION = re.compile(r'(?:!!!|\?\?\?\+?)[ \t]*[A-Za-z][\w-]*(?:[ \t]+[\w-]+)*+[ \t]*+(?:"(.*)"[ \t]*)?$')
_TAB = re.compile(r"===[!+]?[ \t]+([\"'])(.*)\1[ \t]*$")
_SLASHES = re.compile(r"/{3,}(?:[ \t]*(?:html[ \t]*\|.*|[A-Za-z][\w-]*[ \t]*(?:\|[ \t]*(.*))?))?$")
_COLONS = re.compile(r":{3,}[ \t]*(?:[A-Za-z][\w-]*(?![\w.-])(?:\[(.*)\])?)?[ \t]*(\{[^{}]*\})?[ \t]*(.*)$")
_FENCE_LANGUAGE = re.compile(r"[{.\s]*([^\s{}.,:;=\"'][^\s{},:;=\"']*)(?![^\s{},:;\"']*=)")
_FENCE_TITLE = re.compile(r"""\b(?:title|caption)=(?:"([^"]*)"|'([^']*)')""")
_OPTION = re.compile(r":?[\w-]+:(?:[ \t]|$)")
_CALLOUT = re.compile(r"((?:>[ \t]*)+)\[!([^\[\]]{1,60})\](?:[+-](?!\S)|(?!\S))[ \t]*(.*)$")
#: Callouts that the parser knows where no title follows.
_ALERTS = frozenset(("note", "tip", "important", "warning", "caution"))
#: A line that is nothing but tags of components: their names have a capital, those of HTML have none.
_COMPONENTS = re.compile(r"(?:</?[A-Z][\w.]*(?:[ \t][^<>]*|/)?>[ \t]*)+$")
_COMPONENT = re.compile(r"<(/?)[^<>]*?(/?)>")
#: One whose arguments fill lines of their own.
_LONG_COMPONENT = re.compile(r"<[A-Z][\w.]*(?:[ \t][^<>]*)?$")
#: HTML in which Python-Markdown reads Markdown.
_HTML_TAG, _MARKDOWN_INSIDE = re.compile(r"<[a-z][^<>]*>$"), re.compile(r"[ \t]markdown\b")
#: What begins a block of HTML: an element of blocks, a comment, or a tag that stands alone.
_HTML_START = re.compile(rf"<[!?]|</?(?:{'|'.join(sorted(BLOCK))})(?![\w-])|</?[a-zA-Z][^<>]*>$", re.I)
#: What ends a block of HTML before the next blank line.
_HTML_END = re.compile(r"-->|</(?:script|style|pre|textarea)>", re.I)
_IMPORT = re.compile(r"import\b(?:.*\bfrom\b)?[ \t]*(?:\"[^\"]*\"|'[^']*')[ \t]*+(?:;[ \t]*)?$")
_IMPORT_START, _IMPORT_END = re.compile(r"import[ \t]*\{[^}]*$"), re.compile(r"[^{}]*\}[ \t]*from\b")
#: What MDX defines: all lines up to a blank one behind its last bracket.
_EXPORT = re.compile(
    r"export[ \t]+(?:(?:const|let|var)\b[^=]*=|(?:default[ \t]+)?(?:async[ \t]+)?(?:function|class)\b"
    r"|default[ \t]+(?:[({]|\w+;?$)|\*[ \t]|\{)"
)
_OPENING, _CLOSING = re.compile(r"[(\[{]"), re.compile(r"[)\]}]")
#: A comment in a line, or the code in which it is none.
_COMMENT = re.compile(r"(`+[^`]*`+)|\{/\*(?:[^*{]|\*(?!/\})|\{(?!/\*))*+\*/\}")
_WORD = re.compile(r"[ \t]*#?([\w-]+)[ \t]*")
#: Where the generator puts a table of contents; kramdown puts it in place of the list above.
_CONTENTS = re.compile(r"@?\[toc\]|\[\[_?toc_?\]\]", re.I)
_CONTENTS_OF_LIST, _ITEM = re.compile(r"\{:+[ \t]*toc\b[^{}]*\}$"), re.compile(r"[ \t]*(?:[-*+]|1[.)])[ \t]")
_DEFINITION = re.compile(r"(\[[^\[\]]+\]:[ \t]*)(.*\{.*)$")
#: What ends such arguments, and what encloses them as code.
_ENDS, _CODE = frozenset(("/>", ">")), "~~~~~~"
#: Content of a block of Python-Markdown stands so far right of its mark.
_INDENT = 4
#: Names in braces fill no more lines.
_LONGEST_IMPORT = 40


def plain_blocks(body: str, source: bytes) -> str:
    """`body`, whose bytes are `source`, without such marks; the same object where there are none.

    >>> plain_blocks('!!! note "Mind"\\n    the *gap*', b'!!! note "Mind"\\n    the *gap*')
    'Mind\\nthe *gap*'
    """
    if b"{/*" not in source and not _ANY.search(b"\n" + source):
        return body
    return "\n".join(_Blocks(body.split("\n")).read())


class _Blocks:
    """The lines of a body while they are read. `open` are the columns of the blocks that the line stands in."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.at = self.column = 0
        self.open: list[int] = []
        self.fences, self.fence_line = Fences(), 0
        #: Whether nothing but imports stood before this line.
        self.head = True
        #: Of each open component, the column of its content, -1 until there is some: in MDX no code is indented.
        self.components: list[int] = []
        #: Whether the lines are a block of HTML, which reaches to the next blank one.
        self.html = False
        #: Whether nothing closes a comment, the arguments of a component, or a definition, from here on.
        self.unclosed = self.endless = self.unended = False

    def read(self) -> list[str]:
        lines = self.lines
        while self.at < len(lines):
            at = self.at  # that of the next line moves on where lines belong together
            lines[at] = self.line(lines[at])
            self.at += 1
        return lines

    def line(self, line: str) -> str:
        """What is left of a line; `at` moves on if the lines below belong to it."""
        text = line.lstrip(" \t")
        if not text:
            self.html = False
            return line
        self.column = column = _column(line, text)
        while self.open and column < self.open[-1] + _INDENT:
            self.open.pop()
            if self.fences.open:  # it is closed nowhere in its block, so that it is none
                self.lines[self.fence_line] = self.fences.open = ""
        if self.open or self.components:
            column -= _INDENT * len(self.open)
            if self.components:
                if self.components[-1] < 0:
                    self.components[-1] = column
                column -= min(column, self.components[-1])
            line = " " * column + text
        within = self.fences.open
        if not self.fences.holds(line):
            return self.prose(line, text, column)
        if not within:
            self.fence_line, self.head = self.at, False
        return line

    def prose(self, line: str, text: str, column: int) -> str:
        """What is left of a line that is not in a fence and not blank."""
        first = text[0]
        if self.head:
            if first == "i" and self.imported(text):
                return ""
            self.head = first in "{#"
        if first == "e" and not column and self.exported(text):
            self.head = True
            return ""
        # Far to the right, code may stand.
        if first in _ANYWHERE or (first in _READERS and not self.html and (column < _INDENT or self.components)):
            shown = _READERS[first](self, text.rstrip(), self.column)
            if shown is not None:
                return " " * column + shown if shown and shown != _CODE else shown
        if "{/*" in line:
            line = _COMMENT.sub(lambda match: match[1] or "", line)
        if first == "<" and _HTML_START.match(text) and not _HTML_END.search(text):
            self.html = True
        return line

    def admonition(self, text: str, column: int) -> str | None:
        match = _ADMONITION.match(text)
        return self.opened(match[1], column) if match else None

    def tab(self, text: str, column: int) -> str | None:
        match = _TAB.match(text)
        return self.opened(match[2], column) if match else None

    def opened(self, title: str | None, column: int) -> str | None:
        """The title of a block whose content stands indented below; None if nothing does."""
        below = next((line for line in self.lines[self.at + 1 : self.at + 3] if line.strip()), "")
        if _column(below, below.lstrip(" \t")) < column + _INDENT:
            return None
        self.open.append(column)
        return title or ""

    def slashes(self, text: str, column: int) -> str | None:
        match = _SLASHES.match(text)
        if not match:
            return None
        self.skip_options(column)
        return match[1] or ""

    def colons(self, text: str, column: int) -> str | None:
        """A container; or what is none and would be taken for the definition of the line before (`:tada: Done`)."""
        if text[1:2] in ("", " ", "\t"):
            return self.definition_of(text, column)
        if not text.startswith(":::"):
            return None if text[1] == "-" else "\\" + text  # `:-` begins the second row of a table
        match = _COLONS.match(text.rstrip(": \t") or ":::")
        if not match:
            return ""
        self.skip_options(column)
        return match[1] or shown_arguments(match[2] or "") or match[3].partition(" {")[0]

    def definition_of(self, text: str, column: int) -> str | None:
        """A definition stays as it is, unless there is no term for it: it describes a heading, or what HTML names."""
        above = next((line for line in reversed(self.lines[max(self.at - 2, 0) : self.at]) if line.strip()), "")
        if not above.lstrip().startswith(("<", "#")):
            return None
        self.open.append(column)
        return text[1:].lstrip()

    def skip_options(self, column: int) -> None:
        """Blank the options that stand indented below a mark."""
        at = self.at + 1
        while at < len(self.lines):
            text = self.lines[at].lstrip(" \t")
            if _column(self.lines[at], text) < column + _INDENT or (at == self.at + 1 and not _OPTION.match(text)):
                break
            self.lines[at] = ""
            at += 1
        self.at = at - 1 if at > self.at + 1 else self.at

    def callout(self, text: str, _column: int) -> str | None:
        match = _CALLOUT.match(text)
        if not match or (text.endswith("]") and match[2].lower() in _ALERTS):
            return None
        return match[1] + match[3]

    def tags(self, text: str, column: int) -> str | None:
        if _HTML_TAG.match(text):
            return "" if _MARKDOWN_INSIDE.search(text) else None
        if _LONG_COMPONENT.match(text):
            return self.arguments(column)
        if not _COMPONENTS.match(text):
            return None
        for closing, single in _COMPONENT.findall(text):
            if not closing and not single:
                self.components.append(-1)
            elif closing and self.components:
                self.components.pop()
        return shown_arguments(text)

    def arguments(self, column: int) -> str | None:
        """The arguments of a component become code: they are all that there is to read of it."""
        for at in range(self.at + 1, len(self.lines) if not self.endless else 0):
            line = self.lines[at]
            text = line.strip()
            if text in _ENDS and _column(line, line.lstrip(" \t")) == column:
                self.lines[at] = _CODE
                self.at = at
                return _CODE
            if text.startswith(("#", "```", "<")):
                return None
        self.endless = True
        return None

    def braces(self, text: str, _column: int) -> str | None:
        """A comment, or kramdown's mark that makes a table of contents of the list above."""
        if not _CONTENTS_OF_LIST.match(text):
            return self.comment(text)
        if self.at and _ITEM.match(self.lines[self.at - 1]):
            self.lines[self.at - 1] = ""
        return ""

    def comment(self, text: str) -> str | None:
        """What stands behind a comment, which may span lines."""
        if not text.startswith("{/*") or self.unclosed:
            return None
        end = next((at for at in range(self.at, len(self.lines)) if "*/}" in self.lines[at]), -1)
        if end < 0:
            self.unclosed = True
            return None
        behind = self.lines[end].partition("*/}")[2].strip()
        if end == self.at:
            return behind
        self.lines[self.at : end + 1] = [*[""] * (end - self.at), behind]
        self.at = end
        return ""

    def heading(self, text: str, _column: int) -> str | None:
        """In MDX the id of a heading may be kept in a comment."""
        if not text.endswith("*/}"):
            return None
        shown, _, comment = text[:-3].rpartition("{/*")
        own = _WORD.fullmatch(comment)
        return f"{shown}{{#{own[1]}}}" if own and shown else None

    def contents(self, text: str, _column: int) -> str | None:
        """Nothing of the mark of a table of contents."""
        return "" if _CONTENTS.fullmatch(text) else None

    def brackets(self, text: str, column: int) -> str | None:
        """The definition of a reference, or a table of contents."""
        match = _DEFINITION.match(text)
        return self.definition(match[1], match[2]) if match else self.contents(text, column)

    @staticmethod
    def definition(label: str, address: str) -> str:
        """A reference whose address a template tag makes: with its blanks it would be none."""
        links: list[Reference] = []
        visible_text(f"[x]({address})", links)
        return label + (links[0].target if links else visible_text(address, []) or "<>")

    def imported(self, text: str) -> bool:
        """Whether a module is imported here; if that takes several lines, all of them become blank."""
        if _IMPORT.match(text):
            return True
        if not _IMPORT_START.match(text):
            return False
        for at, line in enumerate(self.lines[self.at + 1 : self.at + _LONGEST_IMPORT], self.at + 1):
            if _IMPORT_END.match(line):
                self.lines[self.at : at + 1] = [""] * (at + 1 - self.at)
                self.at = at
                return True
        return False

    def exported(self, text: str) -> bool:
        """Whether MDX defines something here, in a paragraph of its own; all its lines become blank."""
        if not _EXPORT.match(text) or self.unended or (self.at and self.lines[self.at - 1].strip()):
            return False
        depth = 0
        for at in range(self.at, len(self.lines) + 1):
            line = self.lines[at] if at < len(self.lines) else ""
            if not line.strip() and depth <= 0:
                self.lines[self.at : at] = [""] * (at - self.at)
                self.at = at - 1
                return True
            depth += len(_OPENING.findall(line)) - len(_CLOSING.findall(line))
        self.unended = True
        return False


_READERS: dict[str, Callable[[_Blocks, str, int], str | None]] = {
    "!": _Blocks.admonition,
    "?": _Blocks.admonition,
    "=": _Blocks.tab,
    "/": _Blocks.slashes,
    ":": _Blocks.colons,
    ">": _Blocks.callout,
    "<": _Blocks.tags,
    "{": _Blocks.braces,
    "#": _Blocks.heading,
    "[": _Blocks.brackets,
    "@": _Blocks.contents,
}
#: In a list these stand far to the right.
_ANYWHERE = frozenset("!?=>")


_FENCE_END = re.compile(rb"[ \t>]*(?:`{3,}|~{3,})[ \t]*")


def is_closed_fence(block: bytes) -> bool:
    """Whether a block of fenced code has its last fence; else all that follows it became code."""
    _, line_break, last = block.rstrip().rpartition(b"\n")
    return bool(line_break) and _FENCE_END.fullmatch(last) is not None


def fence_info(info: str) -> tuple[str, str]:
    """Language and visible title of a fence's info string.

    >>> fence_info('rust,ignore'), fence_info('{.YAML title="a.yml"}'), fence_info('title="x"')
    (('rust', ''), ('yaml', 'a.yml'), ('', 'x'))
    """
    if info.isalnum():
        return info.lower(), ""
    language = _FENCE_LANGUAGE.match(info)
    title = _FENCE_TITLE.search(info) if "=" in info else None
    shown = " ".join((title[1] or title[2] or "").split()) if title else ""
    return language[1].lower() if language else "", shown


def _column(line: str, text: str) -> int:
    """The column at which a line's text begins, with tab stops as Markdown has them."""
    blanks = len(line) - len(text)
    return len(line[:blanks].expandtabs(4)) if "\t" in line[:blanks] else blanks
