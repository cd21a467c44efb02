"""Quarto: pandoc's Markdown and its anchors, cells of code, pages as they lie; those of a book are its chapters.

Cells are not run: of their output nothing is known.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache, partial
from typing import TYPE_CHECKING
from unicodedata import category

from ..named_tuple import NamedTuple
from ..text import globs
from ..text.fences import Fences
from .generator import Address, Config, Generator, LinkRules, PlainBody, Site
from .includes import Include, below
from .permalinks import page, with_slug
from .site_config import language, path_of, table, text, without_addresses, without_stress
from .slugs import Slugger, SlugStyle, outside_code, skipping

if TYPE_CHECKING:
    from ..formats.yaml_fast import Value

#: Dates that are those of the build.
_DATES_OF_BUILD = frozenset(("today", "now", "last-modified"))
_AMERICAN_DATE = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})")
#: Folders of packages and environments, which hold documents of theirs.
_PROGRAMS = frozenset(("env", "packrat", "renv", "rsconnect", "site_libs", "venv"))
_FALSE = frozenset(("false", "no", "f", "off"))
_SOURCES = (".qmd", ".md", ".ipynb", ".Rmd", ".rmd")
#: So many patterns of files are read.
_MOST = 500

#: The fence of a cell that is run, with its language and its options; `{.python}` and `{=html}` are none.
_CELL = re.compile(r"([ \t>]*)(`{3,}|~{3,})[ \t]*\{(\w[\w-]*)(?![\w-])([^{}]*)\}[ \t]*$")
_OPTION = re.compile(r"[ \t]*(?:#|//|--|%%|%|;)\|[ \t]*(?:([\w.-]+):[ \t]*(.*))?$")
_OPTION_OF_FENCE = re.compile(r"(?<![\w.-])([\w.-]++)[ \t]*+=[ \t]*(\"[^\"]*\"|'[^']*'|[^\s,]+)")
#: Options that readers see.
_CAPTIONS = frozenset(("fig-cap", "fig.cap", "tbl-cap", "tbl.cap", "lst-cap", "code-summary"))
#: Diagrams: their source is what they show.
_DIAGRAMS = frozenset(("mermaid", "dot"))
_RAW_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})[ \t]*\{=(\w+)\}[ \t]*$")
_FILENAME = re.compile(r"\bfilename=(?=[\"'])")

_INCLUDE = re.compile(r"^[ \t]*\{\{<[ \t]+include[ \t]+([^\s<>{}]+)[ \t]+>\}\}[ \t]*$", re.MULTILINE)
_HEAD = re.compile(r"\A---[ \t]*\n(?:(?!---).*\n)*+---[ \t]*\n")

_DIV = re.compile(r"[ \t]*:{3,}(.*)$")
_HEADING = re.compile(r"([ \t]*)(#{1,6})(?=[ \t]|$)(.*)$")
_UNDERLINE = re.compile(r"(?:=+|-{2,})[ \t]*$")
_ITEM = re.compile(r" {0,3}(?:[-*+]|\(?(?:\d+|[a-zA-Z#@]|[ivxIVX]+)[.)])[ \t]")
#: A quoted value, a class, an id, `-`, or `name=value`.
_ATTRIBUTE = r"(?:#[^\s{}]+|\.[^\s{}]+|-|[\w:.-]+=(?:\"(?:[^\"\\]|\\.)*+\"|'[^']*'|[^\s{}\"']*))"
_IN_BRACES = rf"\{{[ \t]*{_ATTRIBUTE}(?:[ \t]+{_ATTRIBUTE})*+[ \t]*\}}"
_ATTRIBUTES = re.compile(rf"(?<![ \t])[ \t]*\{{[ \t]*({_ATTRIBUTE}(?:[ \t]+{_ATTRIBUTE})*+)?[ \t]*\}}[ \t]*+#*+[ \t]*$")
_ID = re.compile(r"(?:^|[ \t])#([^\s{}]+)")
#: Inline code, a span or what else has attributes, or a reference to a figure and its like.
_INLINE = re.compile(
    r"(?=[`!\[{~^@-])(?:"
    rf"(?P<code>`+[^`]*`+)(?:\{{[^{{}}\n]*\}})?|!?\[(?P<span>[^\[\]\n]*)\]{_IN_BRACES}|(?<=\))(?P<image>{_IN_BRACES})"
    rf"|(?<=[ \t])(?=\{{[ \t]*#){_IN_BRACES}[ \t]*$"
    r"|(?<!~)~(?P<below>[^~\s]{1,60})~(?!~)|\^(?P<above>[^\^\s\[\]]{1,60})\^"
    r"|(?<![\w@\\])-?@(?:fig|tbl|sec|eq|lst|thm|lem|cor|prp|cnj|def|exm|exr|sol|rem|nte|tip|wrn|imp|cau)-[\w-]+)"
)
#: What one of those has in it.
_RARE = re.compile(r"[@{~^]")
_REFERENCE, _BREAK = re.compile(r"\[([^\[\]]+)\]\[([^\[\]]+)\]"), re.compile(r"<br[ \t]*/?>")
_NOTE = re.compile(r"\^\[[^\[\]]*\]")
_ALT = re.compile(r"(?<=[\s{-])alt=(?:\"((?:[^\"\\]|\\.)*+)\"|'([^']*)')")
#: Inline code, or the key of a source.
_CITED = re.compile(r"(`+[^`]*`+)|(?<![\w\\@])-?@(?:\{[^{}\n]*\}|\w(?:[\w:.#$%&+?<>~/-]*\w)?)")
#: What precedes a title that is a heading.
_BEFORE_TITLE = re.compile(r"(?:\s|<!--(?:(?!-->).)*+-->)*+#[ \t]+(?=\S)", re.S)
_DASHES = re.compile(r"---?|\.{3}")


class _Cell(NamedTuple):
    """What the options of a cell say: whether its code is shown, and captions by the lines that they stand on."""

    is_shown: bool
    captions: Mapping[int, str]
    first: int


def _configure(site: Site, config: Config) -> Site:
    book, website, project = table(config, "book"), table(config, "website"), table(config, "project")
    address = text(website, "site-url") or text(book, "site-url")
    render = project.get("render")
    keep: dict[str, Value] = {"bibliography": config.get("bibliography"), "echo": _echo(config) or None}
    keep["render"] = render[:_MOST] if isinstance(render, list) else None
    if text(project, "type") == "book":
        chapters: list[Value] = [*_files(book)]
        keep["chapters"] = chapters[:10_000]
    return site._replace(
        language=language(config.get("lang")),
        base=text(website, "site-path").rstrip("/") or path_of(address),
        config={name: value for name, value in keep.items() if value},
    )


def _files(value: Value | Config, depth: int = 0) -> Iterator[str]:
    """The sources that are named anywhere in the settings of a book."""
    if isinstance(value, str) and value.endswith(_SOURCES):
        yield value.removeprefix("./")
    elif isinstance(value, (list, Mapping)) and depth < 6:
        for member in value.values() if isinstance(value, Mapping) else value:
            yield from _files(member, depth + 1)


def _fields(site: Site, _path: str, fields: Config) -> Config:
    """Front matter without what says nothing here, and with what the site says of cells; its title without Markdown."""
    own = without_addresses(fields)
    when = text(own, "date")
    if when.lower() in _DATES_OF_BUILD or when.startswith("`r "):
        del own["date"]
    elif american := _AMERICAN_DATE.fullmatch(when):
        own["date"] = f"{american[3]}-{american[1]}-{american[2]}"
    if "date-modified" in own and text(own, "date-modified").lower() not in _DATES_OF_BUILD:
        own["updated"] = own["date-modified"]
    own["echo"] = _echo(own) or text(site.config, "echo")
    own.setdefault("bibliography", site.config.get("bibliography"))
    own["is-chapter"] = "true" if "chapters" in site.config else ""
    title = text(own, "title")
    return {**own, "title": without_stress(title)} if title else own


def _echo(fields: Config) -> str:
    """Whether code is shown, as front matter or settings say it; "" if they do not."""
    places = (fields, table(fields, "execute"), table(table(fields, "format"), "html"))
    return next((text(place, "echo") for place in places if text(place, "echo")), "").lower()


def _unbuilt(site: Site, path: str, _fields: Config | None) -> str:
    names = path.split("/")
    if any(name.startswith("_") for name in names):
        return "its name, or that of its folder, begins with _"
    if not _PROGRAMS.isdisjoint(names[:-1]):
        return "in a folder of programs"
    if re.fullmatch(r"README\.(?:[qR]?md)", names[-1], re.I):
        return "a README is no page here"
    chapters, render = site.config.get("chapters"), site.config.get("render")
    if isinstance(chapters, list) and path not in chapters:
        return "the settings do not name it among the chapters"
    return "the settings leave it out (render)" if isinstance(render, list) and not _rendered(path, render) else ""


def _rendered(path: str, render: list[Value]) -> bool:
    """Whether `project: render` covers a path: a pattern that it has, if it has any, and none that begins with `!`."""
    patterns = [pattern for pattern in render if isinstance(pattern, str) and pattern]
    included = [pattern for pattern in patterns if not pattern.startswith("!")]
    unwanted = [pattern[1:] for pattern in patterns if pattern.startswith("!")]
    is_wanted = not included or any(_covers(pattern).fullmatch(path) for pattern in included)
    return is_wanted and not any(_covers(pattern).fullmatch(path) for pattern in unwanted)


@lru_cache(maxsize=2 * _MOST)
def _covers(pattern: str) -> re.Pattern[str]:
    """The expression of a pattern, which may be a folder, anywhere or from the root on."""
    segments = pattern.removeprefix("./").strip("/").split("/")
    above = [] if pattern.startswith("/") or len(segments) > 1 else ["**"]
    regex = globs.gitignore([*above, *segments])
    return re.compile("(?!)" if regex is None else f"(?:{regex})(?:/.*)?", re.S)


def _link(_site: Site, post: Address) -> str:
    name = text(post.fields, "output-file").removesuffix(".html")
    return page(with_slug(post.path, name) if name and "/" not in name else post.path, ".html")


def _shape(heading: str) -> str:
    """Letters, digits, `_`, `-` and `.` from the first letter on, in lower case; blanks as `-`.

    >>> _shape("3. Don't `--force` -- *ever*!")
    'dont---force-ever'
    """
    letters = outside_code(heading, partial(_DASHES.sub, "")).lower()
    characters = [char for char in letters if char in "_-." or char.isspace() or _is_alphanumeric(char)]
    slug = "-".join("".join(characters).split())
    first = next((at for at, char in enumerate(slug) if char.isalpha()), len(slug))
    return slug[first:]


def _is_alphanumeric(char: str) -> bool:
    return char.isalnum() if char < "\x80" else category(char)[0] in "LN"


def _numbered(slugs: Slugger, slug: str) -> str:
    return skipping(slugs, slug or "section")


def _includes(_site: Site, path: str, body: str) -> Iterator[Include]:
    """The files that lines of a text include, by their names from its folder, or from the root."""
    for match in _INCLUDE.finditer(body) if "{{<" in body else ():
        name = match[1].strip("\"'")
        folder = "" if name.startswith("/") else posixpath.dirname(path)
        yield Include(*match.span(), below(folder, name.lstrip("/")), lambda file: _HEAD.sub("", file).rstrip("\n"))


def _visible(body: str, fields: Config) -> list[str]:
    """The lines of a body without the options of its cells, and without those whose code is not shown; the first
    heading of a chapter becomes its title and has no anchor, and keys of sources are no text where a bibliography tells
    them."""
    has_title = text(fields, "title") or not text(fields, "is-chapter")
    title = None if has_title else _BEFORE_TITLE.match(body)
    lines = body.split("\n")
    if title:
        at = body.count("\n", 0, title.end())
        attributes = _ATTRIBUTES.search(lines[at])
        if not attributes or not _ID.search(attributes[1] or ""):
            lines[at] = lines[at][: attributes.start() if attributes else None] + " {id=}"
    fences = Fences()
    echo = text(fields, "echo") not in _FALSE
    has_sources = bool(fields.get("bibliography"))
    start = -1
    for at, line in enumerate(lines):
        before = fences.open
        if not fences.holds(line):
            if has_sources and "@" in line:
                lines[at] = _CITED.sub(_without_key, line)
            continue
        if not before:
            start = at if _CELL.match(line) else -1
        elif start >= 0 and not fences.open:
            _show_cell(lines, start, at, echo)
    return lines


def _without_key(match: re.Match[str]) -> str:
    """Inline code and references to figures stay; the author that a key stands for is not known here."""
    return match[0] if match[1] or _INLINE.fullmatch(match[0]) else ""


def _show_cell(lines: list[str], start: int, end: int, echo: bool) -> None:
    """Leave of the cell between two lines what readers see."""
    cell = _cell(lines, start, end, echo)
    lines[start + 1 : cell.first] = [cell.captions.get(at, "") for at in range(start + 1, cell.first)]
    if not cell.is_shown:
        lines[start], lines[end] = cell.captions.get(start, ""), ""
        lines[cell.first : end] = [""] * (end - cell.first)


def _cell(lines: list[str], start: int, end: int, echo: bool) -> _Cell:
    fence = _CELL.match(lines[start])
    options = {name.lower(): value.strip("\"'") for name, value in _OPTION_OF_FENCE.findall(fence[4] if fence else "")}
    captions: dict[int, str] = {}
    heading = next((options[name] for name in sorted(_CAPTIONS & options.keys())), "")
    first = start + 1
    while first < end and (option := _OPTION.match(lines[first])):
        if option[1]:
            options[option[1]] = option[2].strip().strip("\"'")
            if option[1] in _CAPTIONS:
                captions[first] = options[option[1]]
        first += 1
    shown = options.get("echo", "").lower() not in _FALSE if "echo" in options else echo
    if fence and fence[3] in _DIAGRAMS:
        shown = True
    if options.get("include", "").lower() in _FALSE:
        return _Cell(False, {}, first)
    return _Cell(shown, captions if shown else {start: heading, **captions}, first)


def _dialect(body: str, fields: Config) -> PlainBody:
    """What of its cells is shown, without pandoc's own of Markdown: attributes, spans, references; headings of tabs and
    callouts as text."""
    reading = _Reading(_visible(body, fields))
    return PlainBody("\n".join(reading.read()))


class _Div:
    """A div that is open: whether it has tabs, and the level of the headings that name them, 0 before the first."""

    def __init__(self, has_tabs: bool) -> None:
        self.has_tabs = has_tabs
        self.level = 0

    def is_tab(self, level: int) -> bool:
        """Whether a heading of this level is a tab's name."""
        self.level = self.level or level
        return self.has_tabs and level == self.level


class _Reading:
    """The lines of a body while they are read. `divs` are those that the line stands in, innermost last; `titled` says
    whether a heading would be a callout's title."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.fences = Fences()
        self.divs: list[_Div] = []
        self.titled = False
        #: How many lines above belong to the same paragraph, in which no heading begins.
        self.above = 0
        #: Whether lines may be indented because they are a list's.
        self.in_list = False
        #: The format that raw text is for, "" outside of it.
        self.raw = ""

    def read(self) -> list[str]:
        for at, line in enumerate(self.lines):
            within = self.fences.open
            if self.fences.holds(line):
                self.lines[at] = self.code(line, not within)
                self.above = 0
            elif not line.strip():
                self.above = 0
            else:
                self.lines[at] = self.prose(line, self.lines[at + 1] if at + 1 < len(self.lines) else "")
        return self.lines

    def code(self, line: str, opens: bool) -> str:
        """A line of fenced code; raw HTML is text without its fences, raw text for other formats is none."""
        if opens:
            raw = _RAW_FENCE.match(line)
            self.raw = raw[2] if raw else ""
        if self.raw:
            is_fence = opens or not self.fences.open
            self.raw = self.raw if self.fences.open else ""
            return "" if is_fence or not self.raw.startswith("html") else line
        if opens and "filename=" in line:
            return _FILENAME.sub("title=", line, count=1)
        return line

    def prose(self, line: str, below: str) -> str:
        div = _DIV.match(line) if ":::" in line else None
        if div:
            self.above = 0
            self.enter(div[1].strip(" \t:"))
            return line
        if not self.above:
            self.in_list = bool(_ITEM.match(line)) or (self.in_list and line[0] in " \t")
        heading = _HEADING.match(line) if "#" in line else None
        if heading and (self.above or (heading[1] and not self.in_list)):
            return line.replace("#", "\\#", 1)
        if heading and not heading[1]:
            return self.heading(heading[2], heading[3])
        if _UNDERLINE.match(line) and self.above != 1:
            return "\\" + line if self.above else line
        if not self.above and line[0] not in " \t" and _UNDERLINE.match(below):
            self.above = 1
            return self.heading("", line)
        self.titled = False
        self.above = 0 if line.startswith("<") else self.above + 1
        return _INLINE.sub(_shown, line) if _RARE.search(line) else line

    def enter(self, attributes: str) -> None:
        if not attributes:
            if self.divs:
                self.divs.pop()
            self.titled = False
            return
        self.divs.append(_Div("panel-tabset" in attributes))
        self.titled = "callout-" in attributes and "title=" not in attributes

    def heading(self, marks: str, rest: str) -> str:
        """A heading; those that are tabs, or a callout's title, are text, but their anchors are taken."""
        attributes = _ATTRIBUTES.search(rest) if rest.endswith("}") or "} #" in rest else None
        own = ""
        if attributes:
            named = _ID.search(attributes[1] or "")
            own = f" {{#{named[1]}}}" if named else " {id=}" if attributes[1] == "id=" else ""
            rest = rest[: attributes.start()]
        if _RARE.search(rest):
            rest = _NOTE.sub("", _INLINE.sub(_shown, rest))
        if "<br" in rest:
            rest = _BREAK.sub(" ", rest)
        if "][" in rest and not own and _REFERENCE.search(rest):  # to pandoc they are text when it names a heading
            own = " {#" + _shape(_REFERENCE.sub(r"\1\2", rest)) + "}"
        nested = self.titled or (bool(self.divs) and self.divs[-1].is_tab(len(marks)))
        self.titled = False
        return f"> {marks}{rest}{own}" if nested else marks + rest + own


def _shown(match: re.Match[str]) -> str:
    """What readers see of it; the number that a reference stands for is not known here."""
    alt = _ALT.search(match["image"] or "")
    shown = match["code"] or match["span"] or match["below"] or match["above"]
    return shown or (f" {alt[1] or alt[2]}" if alt else "")


GENERATOR = Generator(
    name="quarto",
    rank=15,
    signs=("_quarto.yml", "_quarto.yaml"),
    settings=("_quarto.yml", "_quarto.yaml"),
    published=("website.site-url", "book.site-url"),
    site_names=("website.title", "book.title"),
    configure=_configure,
    styles=(SlugStyle("pandoc", _shape, _numbered, "reserved", html=False, images=True),),
    fields=_fields,
    unbuilt=_unbuilt,
    link=_link,
    links=LinkRules(roots=lambda _site, _path: ("",)),
    includes=_includes,
    dialect=_dialect,
)
