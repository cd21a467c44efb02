"""Which text, line by line, do the events of a Markdown parser make?

`markdown` hands in pyromark's events and takes the sections out. The one promise that
snippets and editors rely on is `model.Section`'s: the text keeps the file's lines.
What template tags and HTML leave visible is told by `inline_syntax`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from ...model import SOFT_BREAK, Code, Problem, Section, Span
from ...sites.slugs import INLINE_START, INLINE_STOP, Slugger, SlugStyle
from .block_syntax import fence_info, is_closed_fence
from .gathering import MORE, Gathering
from .inline_syntax import (
    LINK_START,
    LINK_STOP,
    MORE_MARK,
    Reference,
    clean_prose,
    first_argument,
    html_headings,
    html_text,
    lost_braces,
    remainders_in,
    visible_text,
)
from .links import line_breaks


class Rendering(Gathering):
    """The text of a body while its events are read.

    Prose gathers in `prose` until code or a heading comes, then goes cleaned to `text`.
    """

    __slots__ = (
        "anchor", "code", "container_end", "fence_line", "first_heading", "heading", "image_from", "language", "length",
        "level", "linked", "literal", "more", "nameless", "nested_from", "nested_id", "problems", "remainders",
        "row_begun", "section_line", "sections", "slugs", "tail", "text",
    )  # fmt: skip

    def __init__(self, source: bytes, first_line: int, anchors: SlugStyle) -> None:
        super().__init__(source, first_line)
        self.remainders = remainders_in(source)
        self.slugs = Slugger(anchors)
        self.sections: list[Section] = []
        self.problems: list[Problem] = []
        self.first_heading = ""
        #: Where `<!-- more -->` stands: (section, offset in its text).
        self.more: tuple[int, int] | None = None
        self.level, self.heading, self.anchor, self.section_line = 0, "", "", first_line
        self.text: list[str] = []
        self.length = 0
        self.code: list[Code] = []
        #: The texts of links in the section that is open.
        self.linked: list[Span] = []
        self.language, self.fence_line = "", 0
        #: Byte where the outermost quote or list ends; a heading before it is nested.
        self.container_end = 0
        self.nested_from, self.nested_id = 0, ""
        #: Index into `into` where the image began that is open.
        self.image_from = 0
        #: The heading that is open as it is written, where the style of anchors asks for that, and whether an attribute
        #: takes its anchor away.
        self.literal, self.nameless = "", False
        #: Text that the parser took for attributes of the heading that is open.
        self.tail = ""
        self.row_begun = False

    def run(self, events: Iterable[Any]) -> None:
        """Read all events. Hot: one turn per event, the most frequent kinds first."""
        starts, ends = (_STARTS_IN_HEADINGS, _ENDS_IN_HEADINGS) if self.slugs.style.inlines else (_STARTS, _ENDS)
        for event, span in events:
            if "Text" in event:
                if span["start"] > self.next_break:
                    self.catch_up(span["start"], SOFT_BREAK)
                self.put(event["Text"])
            elif event.__class__ is str:
                if event == "SoftBreak":
                    if self.into is not self.prose:
                        self.put("\n")
                elif event == "HardBreak":
                    self.hard_break(span["end"])
            elif "End" in event:
                what = event["End"]
                name = what if what.__class__ is str else next(iter(what))
                if name in ends:
                    ends[name](self, span)
            elif "Start" in event:
                what = event["Start"]
                name = what if what.__class__ is str else next(iter(what))
                if name in starts:
                    starts[name](self, what, span)
            elif "Code" in event:
                if span["start"] > self.next_break:
                    self.catch_up(span["start"], SOFT_BREAK)
                self.codes.append(len(self.into))
                code = event["Code"]
                self.put(_SHEBANG.sub("", code) if code.startswith("#!") else code)
            elif "Html" in event:
                self.put(event["Html"])
            elif "InlineHtml" in event:
                self.inline_html(event["InlineHtml"], span)

    def start_block(self, _what: Any, span: Any) -> None:
        if self.hidden_from >= 0:
            self.end_hidden()
        self.catch_up(span["start"], "\n")

    def start_container(self, _what: Any, span: Any) -> None:
        self.container_end = max(self.container_end, span["end"])

    def hard_break(self, end: int) -> None:
        if self.into is self.prose:
            self.catch_up(end, "\n")
        else:
            self.put_unslugged(" ")

    def start_heading(self, what: Any, span: Any) -> None:
        self.start_block(what, span)
        marks = what["Heading"]
        if span["start"] < self.container_end:
            self.nested_from, self.nested_id = len(self.prose), marks["id"] or ""
            return
        self.close_section()
        self.level, self.anchor = int(marks["level"][1]), marks["id"] or ""
        self.section_line = self.line
        self.tail, self.nameless = "", False
        if marks["attrs"]:
            named = (value.strip("\"'") for name, value in marks["attrs"] if name == "id" and value)
            self.anchor = self.anchor or next(named, "")
            ids = [value for name, value in marks["attrs"] if name == "id"]
            self.nameless = "" in ids or (None in ids and self.slugs.style.literal)
            if not (self.nameless or self.slugs.style.literal or self.slugs.style.braces):
                self.tail = lost_braces(marks, self.source[span["start"] : span["end"]])
        self.divert()

    def end_heading(self, _span: Any) -> None:
        if self.hidden_from >= 0:
            self.end_hidden()
        if self.into is self.prose:
            self.slug_nested()
            return
        parts = self.into
        raw = self.undivert()
        if self.tail:
            parts.append(self.tail)
        heading = marked = self.clean_heading(parts).strip()
        if self.codes or self.in_anchor:
            for index, text in self.in_anchor.items():
                parts[index] = text
            # The blank beside an image that it begins or ends with is a part of the anchor.
            marked = self.clean_heading(parts, "`")
            marked = marked if self.in_anchor else marked.strip()
            self.codes, self.in_anchor = [], {}
        self.heading = " ".join(_MARKS.sub("", heading).split()) or first_argument(raw)
        named = self.literal if self.slugs.style.literal else marked if heading else self.heading
        self.anchor = "" if self.nameless else self.slugs.slug(named, self.anchor)
        if self.level == 1:
            self.anchor = "" if self.slugs.style.titles else self.anchor
            self.first_heading = self.first_heading or self.heading

    def slug_nested(self) -> None:
        """Give its anchor to what stands in the prose from `nested_from` on."""
        nested = _MARKS.sub("", "".join(self.prose[self.nested_from :])).replace(SOFT_BREAK, "\n").strip()
        self.slugs.slug(self.literal if self.slugs.style.literal else nested, self.nested_id)

    def start_term(self, what: Any, span: Any) -> None:
        self.start_block(what, span)
        self.nested_from, self.nested_id = len(self.prose), ""

    def end_term(self, _span: Any) -> None:
        if self.slugs.style.terms:
            self.slug_nested()

    def clean_heading(self, parts: list[str], ticks: str = "") -> str:
        """The text of a heading with its blanks and marks, its code between `ticks`; a link in it is a part of it."""
        references: list[Reference] = []
        text = clean_prose(parts, self.codes, references, self.remainders, ticks)
        self.links.tags(() if ticks else references, self.section_line)
        return text

    def start_code(self, what: Any, span: Any) -> None:
        self.start_block(what, span)
        kind, self.language, self.fence_line = what["CodeBlock"], "", 0
        if kind != "Indented":
            self.fence_line = self.line
            self.language, shown = fence_info(kind["Fenced"])
            self.put(shown)
            self.catch_up(self.source.find(b"\n", span["start"]) + 1, "\n")
        self.flush()
        self.divert()

    def end_code(self, span: Any) -> None:
        code = self.undivert()
        is_last = self.fence_line and not self.source[span["end"] : span["end"] + 80].strip()
        if is_last and not is_closed_fence(self.source[span["start"] : span["end"]]):
            message = "this code fence is never closed, the rest of the text is code"
            self.problems.append(Problem("", self.fence_line, "malformed", message, "close it with the same fence"))
        shown = len(code.rstrip())
        if shown:
            self.code.append(Code(self.length, self.length + shown, self.language))
            self.text.append(code)
            self.length += len(code)
            self.line += code.count("\n")

    def start_html(self, what: Any, span: Any) -> None:
        self.start_block(what, span)
        self.divert()

    def end_html(self, _span: Any) -> None:
        html = self.undivert()
        if "href" in html or "src" in html:
            self.links.html(html, self.line)
        if self.slugs.style.html and ("</h" in html or "</H" in html):
            for heading, explicit in html_headings(html):
                self.slugs.slug(heading, explicit)
        pieces = MORE.split(html, maxsplit=1)
        self.marked |= len(pieces) > 1
        text = MORE_MARK.join(map(html_text, pieces))
        self.put(text)
        self.line += text.count("\n")

    def start_row(self, what: Any, span: Any) -> None:
        self.start_block(what, span)
        self.row_begun = False

    def start_cell(self, _what: Any, _span: Any) -> None:
        if self.hidden_from >= 0:
            self.end_hidden()
        if self.row_begun:
            self.put(_CELL)
        self.row_begun = True

    def end_row(self, _span: Any) -> None:
        """Take back the separators of empty cells at the row's end."""
        while self.prose and self.prose[-1] == _CELL:
            self.prose.pop()

    def start_link(self, what: Any, span: Any) -> None:
        link = what["Link"]
        target = link["dest_url"]
        if "{{" in target:
            target = visible_text(target, [])
        if target:
            self.links.markdown(target, link, self.line_at(span["start"]))
        if self.into is self.prose and link["link_type"] not in _SHOWN_ADDRESSES:
            if span["start"] > self.next_break:
                self.catch_up(span["start"], SOFT_BREAK)
            self.marked = True
            self.put(LINK_START)
        elif self.slugs.style.inlines:
            self.start_inline(what, span)

    def end_link(self, span: Any) -> None:
        if self.marked and self.into is self.prose:
            self.put(LINK_STOP)
        elif self.slugs.style.inlines:
            self.end_inline(span)

    def start_inline(self, _what: Any, _span: Any) -> None:
        if self.into is not self.prose:
            self.put(INLINE_START)

    def end_inline(self, _span: Any) -> None:
        if self.into is not self.prose:
            self.put(INLINE_STOP)

    def start_image(self, what: Any, span: Any) -> None:
        self.image_from = len(self.into)
        image = what["Image"]
        if image["dest_url"] and "{{" not in image["dest_url"]:
            self.links.markdown(image["dest_url"], image, self.line_at(span["start"]), "image")

    def end_image(self, _span: Any) -> None:
        """What an image says instead is seen; whether it is a part of a heading's anchor is told by the style."""
        if self.into is not self.prose and not self.slugs.style.images:
            self.in_anchor |= dict.fromkeys(range(self.image_from, len(self.into)), "")

    def flush(self) -> None:
        """Clean the prose and append it to the section's text."""
        references: list[Reference] = []
        text = clean_prose(self.prose, self.codes, references, self.remainders)
        if references or "://" in text:
            first = self.line - line_breaks(text)  # it ends on the line that was reached
            self.links.tags(references, first)
            self.links.prose(self.without_code() if self.codes else text, first)
        self.prose.clear()
        self.codes.clear()
        if self.marked or LINK_START in text:
            text = self.without_marks(text)
        self.text.append(text)
        self.length += len(text)

    def without_code(self) -> str:
        """The prose that was gathered, without inline code: an address in it is no link."""
        parts = list(self.prose)
        for index in self.codes:
            parts[index] = ""
        return clean_prose(parts, [], [], self.remainders)

    def without_marks(self, text: str) -> str:
        """Note where the links of this prose are, and where the first `MORE_MARK` of the body stood; a mark in what is
        hidden, or in a tag, is gone already, and may have left the other of its pair alone."""
        self.marked = False
        pieces = _MARKS.split(text)
        at, begun = self.length, -1
        for mark, piece in zip(["", *pieces[1::2]], pieces[::2], strict=True):
            if mark == LINK_START:
                begun = at
            elif mark == LINK_STOP and begun >= 0:
                self.linked.append(Span(begun, at - begun))
                begun = -1
            elif mark == MORE_MARK and self.more is None:
                self.more = len(self.sections), at
            at += len(piece)
        return "".join(pieces[::2])

    def finish(self) -> None:
        """End the body; without any text it is one empty section."""
        self.end_hidden()
        self.close_section()
        if not self.sections:
            self.sections.append(Section(0, "", "", self.section_line, ""))

    def close_section(self) -> None:
        """End the section that is open; one before the first heading only counts with text."""
        self.flush()
        text = "".join(self.text).rstrip()
        if self.level or text:
            links = tuple([span for span in self.linked if span.length and sum(span) <= len(text)])
            self.sections.append(
                Section(self.level, self.heading, self.anchor, self.section_line, text, tuple(self.code), links)
            )
        for gathered in (self.text, self.code, self.linked):
            gathered.clear()
        self.length = 0


_STARTS: dict[str, Callable[[Rendering, Any, Any], None]] = {
    **dict.fromkeys(("Paragraph", "Item", "DefinitionListDefinition"), Rendering.start_block),
    **dict.fromkeys(("List", "BlockQuote", "FootnoteDefinition", "DefinitionList"), Rendering.start_container),
    **dict.fromkeys(("TableRow", "TableHead"), Rendering.start_row),
    "Link": Rendering.start_link,
    "Image": Rendering.start_image,
    "TableCell": Rendering.start_cell,
    "Heading": Rendering.start_heading,
    "CodeBlock": Rendering.start_code,
    "HtmlBlock": Rendering.start_html,
    "DefinitionListTitle": Rendering.start_term,
}
_ENDS: dict[str, Callable[[Rendering, Any], None]] = {
    "Heading": Rendering.end_heading,
    "DefinitionListTitle": Rendering.end_term,
    "Link": Rendering.end_link,
    "Image": Rendering.end_image,
    "CodeBlock": Rendering.end_code,
    "HtmlBlock": Rendering.end_html,
    **dict.fromkeys(("TableRow", "TableHead"), Rendering.end_row),
}
#: Those that mark what stands in headings, too.
_INLINES = ("Emphasis", "Strong", "Strikethrough", "Image")
_STARTS_IN_HEADINGS = {**_STARTS, **dict.fromkeys(_INLINES, Rendering.start_inline)}
_ENDS_IN_HEADINGS = {**_ENDS, **dict.fromkeys(_INLINES, Rendering.end_inline)}

_MARKS = re.compile(f"([{MORE_MARK}{LINK_START}{LINK_STOP}])")
#: Links whose text is their address.
_SHOWN_ADDRESSES = ("Autolink", "Email")
#: What colours inline code with PyMdown's extensions: `#!python x = 1`.
_SHEBANG = re.compile(r"#![a-z][\w+-]* +(?=\S)")
_CELL = " | "
