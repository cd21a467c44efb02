"""Which Markdown is a body of MDX, without its program: its modules, expressions and the tags of its components?

What readers see of them stays: what stands between tags, texts among their arguments, expressions that are a text. A
tag that stands alone on its line stays as one of a component, for `block_syntax` to close up what is indented below.
Lines keep their numbers, code stays, and all is linear in the body.
"""

from __future__ import annotations

import re

from ...named_tuple import NamedTuple
from .inline_syntax import INLINE

#: What begins all that may be no Markdown, or hide it: a fence, code, an escape, an expression, a comment, a tag.
_SIGN = re.compile(r"[`~{<\\]")
_MARK = re.compile(
    r"(?P<fence>(?P<ticks>`{3,}(?=[^`\n]*$)|~{3,})[^\n]*)|(?P<code>`+)|(?P<escape>\\.)|(?P<brace>\{)|(?P<comment><!--)"
    r"|(?P<tag></?(?:(?P<name>[A-Za-z][\w.-]*+)(?=[\s/>])|(?=>)))",
    re.M,
)
_MODULE = re.compile(r"^(?:import|export)\b(?=[ \t]*[\w{*'\"])", re.M)
#: What stands before a fence in its line, in no more characters.
_BEFORE_FENCE, _MOST_BEFORE = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*"), 200
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
_MEMBER = re.compile(
    rf"(?<![\w'\"-])[\"']?(?:{'|'.join(sorted(_SHOWN))})[\"']?\s*+:\s*+"
    r"(?:\"((?:[^\"\\\n]|\\.)*+)\"|'((?:[^'\\\n]|\\.)*+)'|`([^`\\$]*+)`)"
)
#: What would make another block of a line that begins with it.
_BLOCK_SIGNS = tuple("#>+-*=|:~")
#: Elements whose content is no text.
_HIDDEN = frozenset(("style", "script"))
#: What begins a line behind which no paragraph goes on.
_NO_PARAGRAPH = ("#", ":::", "|", "```", "~~~", "---", "***", "<!--", "<Tag", "</Tag")
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
    '\\n\\nA b  c\\n<Tag title="e">\\nf\\n</Tag>'
    """
    return _Program(body, ids).read() if any(mark in body for mark in "{<") or _MODULE.search(body) else body


class _Program:
    """A body while it is read: `at` is how far; `done` are finished lines, `line` the pieces of the one under way."""

    def __init__(self, body: str, ids: bool) -> None:
        self.body, self.ids = body, ids
        self.at = 0
        self.done: list[str] = []
        self.line: list[str | _Tag] = []
        #: Whether some bracket is closed nowhere: then none is one of an expression.
        self.unclosed = False
        #: Up to where no run of backticks of a length closes any.
        self.unclosed_code: dict[int, int] = {}

    def read(self) -> str:
        body = self.body
        modules = [module.start() for module in _MODULE.finditer(body)][::-1]
        while self.at < len(body):
            sign = _SIGN.search(body, self.at)
            start = sign.start() if sign else len(body)
            while modules and modules[-1] < self.at:
                modules.pop()
            if modules and modules[-1] < start:
                start = modules.pop()
                self.show(body[self.at : start])
                self.module(start)
                continue
            self.show(body[self.at : start])
            self.at = start
            if sign:
                self.mark(start, _MARK.match(body, start))
        self.end_line()
        return "\n".join(self.done)

    def mark(self, start: int, match: re.Match[str] | None) -> None:
        """Read what begins with a sign of these; without a match it is text."""
        self.at = match.end() if match else start + 1
        if not match or match["escape"]:
            self.put(self.body[start : self.at])
        elif match["fence"]:
            self.fence(start, match["ticks"])
        elif match["code"]:
            self.code(match["code"])
        elif match["brace"]:
            self.expression(start)
        elif match["tag"]:
            self.tag(match)
        else:
            stop = self.body.find("-->", self.at)
            self.at = stop if stop >= 0 else len(self.body)
            self.show(self.body[start : self.at])

    def put(self, text: str) -> None:
        if text:
            self.line.append(text)

    def show(self, text: str) -> None:
        """Put a text of several lines."""
        first, *lines = text.split("\n")
        self.put(first)
        if lines:
            self.end_line()
            self.done += lines[:-1]
            self.put(lines[-1])

    def end_line(self) -> None:
        """Finish a line; tags that stand alone on it stay."""
        line, self.line = self.line, []
        text = "".join(piece for piece in line if isinstance(piece, str))
        alone, heading = not text.strip(), text.startswith("#")  # no tag is a part of a heading's anchor
        shown = [piece if isinstance(piece, str) else "" if heading else _shown(piece, alone) for piece in line]
        self.done.append("".join(shown))

    def fence(self, start: int, ticks: str) -> None:
        """Pass over fenced code; without an end it goes on to that of the body."""
        line = self.body.rfind("\n", max(start - _MOST_BEFORE, 0), start) + 1
        if start - line > _MOST_BEFORE or not _BEFORE_FENCE.fullmatch(self.body, line, start):
            self.at = start + len(ticks)
            if ticks[0] == "`":
                self.code(ticks)
            else:
                self.put(ticks)
            return
        closing = re.compile(rf"^[ \t>]*{ticks}{ticks[0]}*[ \t]*$", re.M).search(self.body, self.at)
        self.at = closing.end() if closing else len(self.body)
        self.show(self.body[start : self.at])

    def module(self, start: int) -> None:
        """Pass over what is imported or exported: up to a blank line behind its last bracket."""
        self.at = start + len("import")
        before = self.done[-1].lstrip() if self.done else ""
        if before and not before.startswith(_NO_PARAGRAPH):
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
        if count > _MOST_TICKS or self.at < self.unclosed_code.get(count, 0):
            return
        closing = re.compile(rf"(?<!`)`{{{count}}}(?!`)|\n[ \t]*\n").search(self.body, self.at)
        if not closing or closing[0][0] == "\n":
            self.unclosed_code[count] = closing.start() if closing else len(self.body)
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
        component = not name[:1].islower()
        while part := _IN_TAG.search(self.body, at):
            at = part.end()
            if part["end"]:
                self.end_tag(name, opening, part["end"] == "/>", shown, mark.start(), at)
                return
            if part["name"]:
                argument = part["name"]
                continue
            visible = argument == "alt" or (component and argument in _SHOWN)
            if part["text"]:
                shown += [part["text"][1:-1]] if visible else []
            elif part["brace"] and (stop := self.closing(part.start())) >= 0:
                shown += self.shown_in(argument, at, stop, visible, component)
                at = stop + 1
            else:
                break
            argument = ""
        self.put(mark[0])

    def shown_in(self, argument: str, start: int, stop: int, visible: bool, component: bool) -> list[str]:
        """What is shown of an argument that is an expression: a text, or members of it that have such a name."""
        text = _TEXT.fullmatch(self.body, start, stop)
        if not text:
            members = _MEMBER.finditer(self.body, start, stop) if component else ()
            return [re.sub(r"\\(.)", r"\1", "".join(member.groups(""))) for member in members]
        value = "".join(text.groups(""))
        if argument == "code":
            value = f"`` {value} ``" if "``" not in value else ""
        return [value] if visible else []

    def end_tag(self, name: str, opening: bool, single: bool, shown: list[str], start: int, stop: int) -> None:
        source = self.body[start:stop]
        self.at = stop
        if opening and not single and name in _HIDDEN:
            closing = self.body.find(f"</{name}", stop)
            self.at = closing if closing >= 0 else len(self.body)
            source = self.body[start : self.at]
        form = "" if single or name in _HIDDEN else "<Tag" if opening else "</Tag"
        text = " ".join(" ".join(shown).split())
        self.line.append(_Tag(form, "\\" + text if text.startswith(_BLOCK_SIGNS) else text, name in INLINE))
        self.show(_breaks(source))


def _breaks(text: str) -> str:
    return "\n" * text.count("\n")


def _shown(tag: _Tag, alone: bool) -> str:
    if not alone or not tag.form:
        return f"{tag.shown} " if tag.shown else "" if tag.inline else " "
    shown = re.sub('[<>"]', " ", tag.shown)
    return f'{tag.form} title="{shown}">' if shown else f"{tag.form}>"
