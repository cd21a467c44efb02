"""Which Markdown is a body of MDX, without its program: its modules, expressions and the tags of its components?

What readers see of them stays: what stands between tags, texts among their arguments, expressions that are a text. A
tag that stands alone on its line stays as one of a component, for `block_syntax` to close up what is indented below.
Lines keep their numbers, code stays, and all is linear in the body.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from .inline_syntax import INLINE

#: What may begin something that is no Markdown, or hide it: a fence, a module, code, an escape, an expression, a tag.
_MARK = re.compile(
    r"^(?P<fence>[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*(?P<ticks>`{3,}(?=[^`\n]*$)|~{3,})[^\n]*)"
    r"|^(?P<module>(?:import|export)\b)(?=[ \t]*[\w{*'\"])"
    r"|(?P<code>`+)|(?P<escape>\\.)|(?P<brace>\{)|(?P<tag></?(?:(?P<name>[A-Za-z][\w.-]*+)(?=[\s/>])|(?=>)))"
    r"|(?P<comment><!--)|(?P<line>\n)",
    re.M,
)
#: What counts in a program: texts and comments, in which no bracket counts, brackets, and the end of a paragraph.
_TOKEN = re.compile(
    r"\"(?:[^\"\\\n]|\\.)*+\"|'(?:[^'\\\n]|\\.)*+'|`(?:[^`\\]|\\.)*+`?|//[^\n]*+|/\*(?:[^*]|\*(?!/))*+(?:\*/)?"
    r"|[(\[{]|[)\]}]|\n[ \t]*(?=\n|\Z)",
    re.S,
)
#: What ends a tag, or shows that it is none, and its arguments.
_IN_TAG = re.compile(
    r"(?<![\w:.-])(?P<name>[A-Za-z][\w:.-]*+)\s*+=\s*+|(?P<text>\"[^\"]*\"|'[^']*')|(?P<brace>\{)|(?P<end>/?>)"
    r"|[<`]|\n[ \t]*+\n"
)
#: An expression that is a text, and a comment that is a heading's id.
_TEXT = re.compile(r"\s*(?:\"([^\"\\\n]*)\"|'([^'\\\n]*)'|`([^`\\$]*)`|(\d+))\s*")
_ID = re.compile(r"\s*/\*\s*#?([\w-]+)\s*\*/\s*")
#: The arguments of components that readers see.
_SHOWN = frozenset(
    (
        *("alt", "caption", "code", "description", "header", "heading", "label", "question", "subtitle", "summary"),
        *("tagline", "text", "title"),
    )
)
#: Elements whose content is no text.
_HIDDEN = frozenset(("style", "script"))
#: What begins a line behind which no paragraph goes on.
_NO_PARAGRAPH = ("#", ":::", "|", "```", "~~~", "---", "***", "<!--")
#: Runs of more backticks open no code.
_MOST_TICKS = 8


class _Tag(NamedTuple):
    """A tag, and what readers see of its arguments; `form` is how it opens or closes, "" if it does both."""

    form: str
    shown: str
    inline: bool


def plain_mdx(body: str, ids: bool = True) -> str:
    """The Markdown of a body of MDX; `ids` says that a heading's id may stand in a comment behind it.

    >>> plain_mdx('import A from "a"\\n\\nA <A text="b" /> {"c"}{d}\\n<A title="e">\\nf\\n</A>')
    '\\n\\nA b c\\n<Tag title="e">\\nf\\n</Tag>'
    """
    return _Program(body, ids).read() if any(mark in body for mark in "{<") or _MODULE.search(body) else body


_MODULE = re.compile(r"^(?:import|export)\b", re.M)


class _Program:
    """A body while it is read: `at` is how far; `done` are finished lines, `line` the pieces of the one under way."""

    def __init__(self, body: str, ids: bool) -> None:
        self.body, self.ids = body, ids
        self.at = 0
        self.done: list[str] = []
        self.line: list[str | _Tag] = []
        #: Whether the line before is of a paragraph, which goes on.
        self.paragraph = False
        #: Whether some bracket is closed nowhere: then none is one of an expression.
        self.unclosed = False
        #: Runs of backticks that are closed nowhere in this paragraph, by their length.
        self.unclosed_code: set[int] = set()

    def read(self) -> str:
        body = self.body
        while match := _MARK.search(body, self.at):
            self.put(body[self.at : match.start()])
            self.at = match.end()
            if match["line"]:
                self.end_line()
            elif match["fence"]:
                self.put(match[0])
                self.fence(match["ticks"])
            elif match["module"]:
                self.module(match.start())
            elif match["code"]:
                self.code(match[0])
            elif match["brace"]:
                self.expression(match.start())
            elif match["tag"]:
                self.tag(match)
            elif match["comment"]:
                stop = body.find("-->", self.at)
                self.show(body[match.start() : stop if stop >= 0 else len(body)])
                self.at = stop if stop >= 0 else len(body)
            else:
                self.put(match[0])
        self.put(body[self.at :])
        self.end_line()
        return "\n".join(self.done)

    def put(self, text: str) -> None:
        if text:
            self.line.append(text)

    def show(self, text: str) -> None:
        """Put a text of several lines."""
        *lines, last = text.split("\n")
        for line in lines:
            self.put(line)
            self.end_line()
        self.put(last)

    def end_line(self) -> None:
        """Finish a line; tags that stand alone on it stay."""
        texts = [piece for piece in self.line if isinstance(piece, str)]
        text = "".join(texts)
        if len(texts) < len(self.line):
            alone, heading = not text.strip(), text.startswith("#")  # no tag is a part of a heading's anchor
            shown = [
                piece if isinstance(piece, str) else "" if heading else _shown(piece, alone) for piece in self.line
            ]
            text = "".join(shown)
            self.paragraph = not alone
        else:
            self.paragraph = bool(text.strip()) and not text.lstrip().startswith(_NO_PARAGRAPH)
        if not text.strip():
            self.unclosed_code.clear()
        self.done.append(text)
        self.line = []

    def fence(self, ticks: str) -> None:
        """Pass over fenced code; without an end it goes on to that of the body."""
        closing = re.compile(rf"^[ \t>]*{ticks}{ticks[0]}*[ \t]*$", re.M).search(self.body, self.at)
        stop = closing.end() if closing else len(self.body)
        self.show(self.body[self.at : stop])
        self.at = stop

    def module(self, start: int) -> None:
        """Pass over what is imported or exported: up to a blank line behind its last bracket."""
        if self.paragraph:
            self.put(self.body[start : self.at])
            return
        depth, stop = 0, -1
        for token in _TOKEN.finditer(self.body, self.at):
            sign = token[0]
            depth += (sign in "([{") - (sign in ")]}")
            if sign[0] == "\n":
                stop = token.start() if stop < 0 or depth <= 0 else stop
                if depth <= 0 or self.unclosed:
                    break
        else:
            self.unclosed |= depth > 0
            stop = stop if stop >= 0 and depth > 0 else len(self.body)
        self.show(_breaks(self.body[start:stop]))
        self.at = stop

    def code(self, ticks: str) -> None:
        """Pass over code in a line, if it ends in its paragraph."""
        self.put(ticks)
        count = len(ticks)
        if count > _MOST_TICKS or count in self.unclosed_code:
            return
        closing = re.compile(rf"(?<!`)`{{{count}}}(?!`)|\n[ \t]*\n").search(self.body, self.at)
        if not closing or closing[0][0] == "\n":
            self.unclosed_code.add(count)
            return
        self.show(self.body[self.at : closing.end()])
        self.at = closing.end()

    def expression(self, start: int) -> None:
        """What is shown of an expression; braces that are closed nowhere, and a heading's id, are text."""
        stop = -1 if self.body.startswith("{#", start) else self.closing(start)
        if stop < 0:
            self.put("{")
            return
        inner = self.body[start + 1 : stop]
        text = _TEXT.fullmatch(inner)
        own = _ID.fullmatch(inner) if self.ids and self.body[stop + 1 : stop + 2] in ("", "\n") else None
        if own and self.line and isinstance(self.line[0], str) and self.line[0].startswith("#"):
            self.put(f"{{#{own[1]}}}")
        elif text and text.lastindex:
            start, end = text.span(text.lastindex)
            self.show(_breaks(inner[:start]) + inner[start:end] + _breaks(inner[end:]))
        else:
            self.show(_breaks(inner))
        self.at = stop + 1

    def closing(self, start: int) -> int:
        """Where the brace is closed that opens at `start`, -1 if nowhere."""
        depth = 0
        for token in _TOKEN.finditer(self.body, start) if not self.unclosed else ():
            sign = token[0]
            depth += (sign == "{") - (sign == "}")
            if sign == "}" and not depth:
                return token.start()
        self.unclosed = True
        return -1

    def tag(self, mark: re.Match[str]) -> None:
        """Read a tag; what is none stays."""
        name, opening = mark["name"] or "", mark[0][1:2] != "/"
        at, argument, shown = mark.end(), "", list[str]()
        while part := _IN_TAG.search(self.body, at):
            at = part.end()
            if part["name"]:
                argument = part["name"]
                continue
            value = part["text"]
            if part["brace"]:
                stop = self.closing(part.start())
                text = _TEXT.fullmatch(self.body, at, stop) if stop >= 0 else None
                value = '"' + "".join(text.groups("")) + '"' if text else '""'
                at = stop + 1
            if part["end"]:
                self.end_tag(name, opening, part["end"] == "/>", shown, mark.start(), at)
                return
            if value is None or not at:
                break
            if argument == "alt" or (argument in _SHOWN and not name[:1].islower()):
                shown.append(" ".join(value[1:-1].split()))
            argument = ""
        self.put(mark[0])

    def end_tag(self, name: str, opening: bool, single: bool, shown: list[str], start: int, stop: int) -> None:
        source = self.body[start:stop]
        self.at = stop
        if opening and not single and name in _HIDDEN:
            closing = self.body.find(f"</{name}", stop)
            self.at = closing if closing >= 0 else len(self.body)
            source = self.body[start : self.at]
        form = "" if single or name in _HIDDEN else "<Tag" if opening else "</Tag"
        self.line.append(_Tag(form, " ".join(filter(None, shown)), name in INLINE))
        self.show(_breaks(source))


def _breaks(text: str) -> str:
    return "\n" * text.count("\n")


def _shown(tag: _Tag, alone: bool) -> str:
    if not alone or not tag.form:
        return f"{tag.shown} " if tag.shown else "" if tag.inline else " "
    shown = re.sub('[<>"]', " ", tag.shown)
    return f'{tag.form} title="{shown}">' if shown else f"{tag.form}>"
