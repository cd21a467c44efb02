"""What does kramdown read in another way than CommonMark? Its Markdown in HTML, headings, ids and comments.

Lines keep their numbers, and all is linear in the body.
"""

from __future__ import annotations

import re

from ..named_tuple import NamedTuple
from ..text.fences import Fences

_COMMENT, _COMMENT_END = "{::comment}", re.compile(r"\{:/(?:comment)?\}")
#: The id of a heading may stand on the next line, or on the one before.
_ID_BELOW = re.compile(r"^(#{1,6}[ \t].*)\n\{:(?=[^{}\n]*\}[ \t]*$)[^#{}\n]*#([\w:.-]+).*$", re.MULTILINE)
_ID_ABOVE = re.compile(r"(\A|\n)\{:(?=[^{}\n]*\}[ \t]*\n)[^#{}\n]*#([\w:.-]+).*\n(#{1,6}[ \t].*)$", re.MULTILINE)
_ID = re.compile(r"[ \t]\{#[^{}\s]+\}[ \t]*$")
_HEADING = re.compile(r"#{1,6}[ \t]+(?=\S)")
_UNDERLINE = re.compile(r"(?:=+|-+)[ \t]*$")
_ABBREVIATION = re.compile(r" {0,3}\*\[[^\]]+\]:")
_ITEM = re.compile(r" {0,3}(?:[-*+]|\d{1,9}\.)[ \t]+")
#: How lines begin that are changed here, or where there is HTML: most bodies have none of them.
_ANY = re.compile(r"^ {0,3}<|^ {1,3}#|^\{:|^(?:=+|-+)[ \t]*$|^ {0,3}\*\[|^#.*\{:", re.MULTILINE)
_TAG = re.compile(r"""<(/?)([A-Za-z][\w:-]*+)((?:[^<>"']|"[^"<>]*"|'[^'<>]*')*?)(/?)>""")
_MARKDOWN = re.compile(r"""\smarkdown\s*=\s*["']?(\w+)""")
_SPAN_NAMES = (
    "a abbr acronym b big bdo br button cite code del dfn em i img input ins kbd label mark option q rb rbc rp rt rtc"
    " ruby samp select small span strong sub sup tt u var"
)
_EMPTY_NAMES = "area base br col command embed hr img input keygen link meta param source track wbr"
_OF_BLOCKS_NAMES = (
    "address applet article aside blockquote body dd details div dl fieldset figure figcaption footer form header"
    " hgroup iframe li main map menu nav noscript object section summary td"
)
_OF_SPANS_NAMES = (
    "a abbr acronym b bdo big button cite caption del dfn dt em h1 h2 h3 h4 h5 h6 i ins label legend optgroup p q rb"
    " rbc rp rt rtc ruby select small span strong sub sup th tt"
)
_SPAN, _EMPTY = frozenset(_SPAN_NAMES.split()), frozenset(_EMPTY_NAMES.split())
#: Elements whose text is blocks with `markdown="1"`, and those whose text is a line; that of others stays HTML.
_OF_BLOCKS, _OF_SPANS = frozenset(_OF_BLOCKS_NAMES.split()), frozenset(_OF_SPANS_NAMES.split())
#: Elements whose text is shown, or run, as it stands.
_VERBATIM = frozenset(("pre", "script", "style", "textarea"))
#: What is no part of an id that is made of a heading in HTML, though it has letters.
_NO_TEXT = re.compile(r"!\[(?:(?!!\[)[^\]\n])*+\]\([^()\n]*\)|\]\([^()\n]*\)|\]\[[^\]\n]*\]|<[^<>\n]*>|&#?\w+;")
#: After so many elements that nothing closes, no other is looked for, nor the end of one that has so many open in it.
_MOST_UNCLOSED, _DEEPEST = 20, 100


class _Element(NamedTuple):
    """An open element, and whether its text is HTML ("raw"), "block" or "span"."""

    name: str
    model: str


def as_commonmark(body: str) -> str:
    """A body that CommonMark reads as kramdown does.

    >>> as_commonmark('<div markdown="1">\\n## A _b_!\\n</div>\\n\\n## C\\n{: #own .x}')
    '\\n## A _b_! {#a-b}\\n\\n\\n## C {#own}\\n'
    """
    body = _without_comments(body) if _COMMENT in body else body
    if not _ANY.search(body):
        return body
    if "{:" in body:
        body = _ID_BELOW.sub(r"\1 {#\2}\n", body)
        body = _ID_ABOVE.sub(r"\1\n\3 {#\2}", body)
    return "\n".join(_Lines(body.split("\n")).read())


def _without_comments(body: str) -> str:
    pieces: list[str] = []
    at = 0
    while (start := body.find(_COMMENT, at)) >= 0 and (end := _COMMENT_END.search(body, start)):
        pieces += body[at:start], "\n" * body.count("\n", start, end.end())
        at = end.end()
    return "".join([*pieces, body[at:]])


def basic_id(heading: str) -> str:
    """The id that kramdown itself gives a heading, not GitHub's: ASCII letters and digits from the first letter on.

    >>> basic_id("1. Über die Daten"), basic_id("简介")
    ('ber-die-daten', 'section')
    """
    text = re.sub(r"^[^a-zA-Z]+", "", heading)
    return re.sub(r"[^a-zA-Z0-9 -]", "", text).replace(" ", "-").lower() or "section"


class _Lines:
    """The lines of a body while they are read. `open` are the elements that the line stands in."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.fences = Fences()
        self.open: list[_Element] = []
        #: The last line of the element that is open, and whether there is Markdown in it.
        self.end, self.mixed = -1, False
        self.unclosed = 0
        #: How many lines of a paragraph stand before this one, and the column of the item that is open, if any.
        self.paragraph = self.item = 0
        #: How often each id was given to headings in HTML.
        self.ids: dict[str, int] = {}

    def read(self) -> list[str]:
        for at, line in enumerate(self.lines):
            if at > self.end and not self.fences.open and (line[:1].isalpha() or not line):  # most lines
                self.item = self.item if self.paragraph or not line else 0
                self.paragraph = self.paragraph + 1 if line else 0
                continue
            if self.fences.holds(line):
                self.paragraph = 0
                continue
            if at > self.end:
                self.open.clear()
                if self.starts_element(line):
                    self.find_end(at)
            self.lines[at] = self.in_html(at, line) if at <= self.end else self.prose(at, line)
        return self.lines

    def starts_element(self, line: str) -> bool:
        text = line.lstrip(" ")
        if not text.startswith("<") or len(line) - len(text) > 3:
            return False
        tag = _TAG.match(text)
        return tag is not None and not tag[1] and tag[2].lower() not in _SPAN | _EMPTY

    def find_end(self, at: int) -> None:
        """Find the last line of the element that begins here; it has none if nothing closes it. One that the text goes
        on straight after is mixed, too: HTML of CommonMark's would reach to the next blank line."""
        names: list[str] = []
        mixed = verbatim = False
        if self.unclosed > _MOST_UNCLOSED:
            return
        for number in range(at, len(self.lines)):
            line = self.lines[number]
            for closing, name, attributes, single in _TAG.findall(line) if "<" in line else ():
                lower = name.lower()
                mixed |= "markdown" in attributes
                verbatim |= lower in _VERBATIM
                if closing and lower in names:
                    del names[len(names) - 1 - names[::-1].index(lower) :]
                elif not closing and not single and lower not in _EMPTY:
                    names.append(lower)
                    if len(names) > _DEEPEST:
                        self.unclosed += 1
                        return
            if not names:
                goes_on = any(map(str.strip, self.lines[number + 1 : number + 2]))
                self.end, self.mixed = number, mixed or (goes_on and not verbatim)
                return
        self.unclosed += 1

    def in_html(self, at: int, line: str) -> str:
        """A line of an element: without the tags of blocks if there is Markdown in it, else with nothing before it."""
        self.paragraph = self.item = 0
        if not self.mixed:
            text = line.lstrip(" \t")
            return f"\\{text}" if text.startswith("#") and at and not self.lines[at - 1].strip() else text
        before = self.model()
        if "<" not in line and before == "block":
            return self.numbered(line) if line.startswith("#") else line
        pieces: list[str] = []
        stop, dropped = 0, False
        for tag in _TAG.finditer(line):
            shown = self.taken(*tag.groups())
            pieces += line[stop : tag.start()], tag[0] if shown else " " if pieces else ""
            stop, dropped = tag.end(), dropped or not shown
        text = "".join([*pieces, line[stop:]])
        if not text.strip():
            return ""
        if before == self.model() == "block" and not dropped:
            return self.numbered(self.begun(at, text))
        text = text.strip(" \t")
        return "\\" + text if text.startswith("#") else text

    def model(self) -> str:
        return self.open[-1].model if self.open else "block"

    def taken(self, closing: str, name: str, attributes: str, single: str) -> bool:
        """Open or close an element; whether its tag stays, as those in sentences do."""
        lower = name.lower()
        names = [element.name for element in self.open]
        if closing:
            if lower in names:
                del self.open[len(names) - 1 - names[::-1].index(lower) :]
            return lower in _SPAN
        if not single and lower not in _EMPTY and len(names) < _DEEPEST:
            declared = _MARKDOWN.search(attributes)
            model = {"1": "block" if lower in _OF_BLOCKS else "span" if lower in _OF_SPANS else "raw"}
            model |= {"block": "block", "span": "span"}
            self.open.append(_Element(lower, model.get(declared[1], "raw") if declared else "raw"))
        return lower in _SPAN | _EMPTY

    def numbered(self, line: str) -> str:
        """A line of blocks in HTML; a heading gets its id, which is another than outside of it."""
        if not _HEADING.match(line) or _ID.search(line):
            return line
        name = basic_id(_NO_TEXT.sub("", line.lstrip("#").strip().rstrip("#").strip()))
        count = self.ids[name] = self.ids.get(name, -1) + 1
        return f"{line.rstrip()} {{#{name}-{count}}}" if count else f"{line.rstrip()} {{#{name}}}"

    def begun(self, at: int, line: str) -> str:
        """A line of text; one of tags alone that stand in sentences begins a paragraph, where CommonMark takes what
        follows for HTML."""
        text = line.strip()
        if text.startswith("<") and text.endswith(">") and not _TAG.sub("", text).strip():
            tag = _TAG.match(text)
            if tag and tag[2].lower() in _SPAN and self.lines[at + 1 : at + 2] != [""]:
                return line + "\\"
        return line

    def prose(self, at: int, line: str) -> str:
        """A line outside of HTML: only what begins at the left edge is a heading, and only a line underlined is one."""
        text = line.lstrip(" ")
        if not text.strip():
            self.paragraph = 0
            return line
        indent = len(line) - len(text)
        if item := _ITEM.match(line):
            self.item = item.end()
        elif not self.paragraph and not indent:
            self.item = 0
        length, self.paragraph = self.paragraph, 0 if line.startswith("#") else self.paragraph + 1
        if length > 1 and not self.item and _UNDERLINE.match(line):
            return "\\" + line
        if text.startswith("#") and 0 < indent < 4 and (not self.item or indent < self.item):
            return f"{line[:indent]}\\{text}"
        if text.startswith("*[") and _ABBREVIATION.match(line):
            return ""
        return self.begun(at, line)
