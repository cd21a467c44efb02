"""Which files does a text include by the extensions of Python-Markdown, and by the plugins of who uses it?

Snippets (`--8<-- "file"`), `{!file!}`, `{* file *}` and `{% include-markdown "file" %}`, as far as a site's settings
turn them on.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from textwrap import dedent
from typing import TYPE_CHECKING

from ..named_tuple import NamedTuple
from ..text.fences import Fences
from .includes import Include, apart, below, fence_around
from .site_config import text, texts

if TYPE_CHECKING:
    from .generator import Config, Site

#: Longer names of files are none.
_LONGEST = 1000
_MARKER = re.compile(r"[ \t]*-+8<-+[ \t]*$")
_QUOTED_FILE = re.compile(r"[ \t]*-+8<-+[ \t]+(?:\"([^\"]+)\"|'([^']+)')$")
_SECTION = re.compile(r"-8<-+[ \t]+\[[ \t]*(start|end)[ \t]*:[ \t]*([a-z][-\w]*)[ \t]*\]", re.IGNORECASE)
_SNIPPET = re.compile(r"([^:]*)(?::([a-z][-\w]*)|:([-:,\d]*))?", re.IGNORECASE)
_RANGE = re.compile(r"(-?\d{1,9})?(:(-?\d{1,9})?)?")
#: `{!file!lines=1-5 7}`, or with other options `{!+file [ln:1-5,7] |utf-8!}`, `{!> file!}`.
_FILE = re.compile(
    r"\{![>+-]?[ \t]*([^!{}\[\]|\s](?:[^!{}\[\]|\n]*[^!{}\[\]|\s])?)[ \t]*(?:\[ln:([\d.,-]+)\][ \t]*)?(?:\|[^!{}\n]*)?!"
    r"(?:lines=([\d -]+))?\}"
)
_VARIANT = re.compile(r"^\{\*[ \t]*([^\s*]++)([^\n]*)\*\}[ \t]*$", re.MULTILINE)
_SUFFIX = re.compile(r"(?:_an|_py\d{2,3}){1,9}(?=\.py$)")
_VARIANT_OPTION = re.compile(r"(ln|title)\[([^\[\]]+)\]")
_TAG = re.compile(
    r"(?<![ \t])([ \t]*)\{%-?\s*include(?:-markdown)?\s+(?:\"([^\"\n]+)\"|'([^'\n]+)')((?:[^%{]|%(?!\}))*)%\}"
)
_ARGUMENT = re.compile(r"(?<![a-z-])([a-z-]++)\s*=\s*(?:\"([^\"\n]*)\"|'([^'\n]*)'|([\w-]+))")


class Syntax(NamedTuple):
    """How a site's texts include files. Folders are below its root; None says that there is no such syntax."""

    snippets: tuple[str, ...] | None = None
    dedents: bool = False
    files: str | None = None
    variants: bool = False
    pages: str | None = None


def syntax_of(extensions: Mapping[str, Config], plugins: Mapping[str, Config], docs: str) -> Syntax | None:
    """What the extensions and plugins that a site names, each with its settings, make of its texts, None if that is
    nothing; `docs` is the folder of its pages."""
    snippets, variants = extensions.get("pymdownx.snippets"), "markdown_include_variants" in extensions
    file = next((name for name in ("markdown_include.include", "mdx_include") if name in extensions), "")
    syntax = Syntax(
        snippets=None if snippets is None else _folders(snippets, docs),
        dedents=text(snippets or {}, "dedent_subsections").lower() == "true",
        files=_folders(extensions[file], docs)[0] if file else None,
        variants=variants,
        pages=docs if "include-markdown" in plugins else None,
    )
    return None if syntax == Syntax() else syntax


def _folders(settings: Config, docs: str) -> tuple[str, ...]:
    folders = texts(settings, "base_path") or ["."]
    named = [folder.replace("$config_dir", ".").replace("$docs_dir", docs or ".") for folder in folders]
    return tuple([folder for folder in map(posixpath.normpath, named) if not folder.startswith("/")] or ["."])


def includes(syntax: Syntax, site: Site, path: str, body: str) -> Sequence[Include]:
    """The includes of a text, as `Generator.includes` gives them."""
    matches: list[Include] = []
    if syntax.snippets is not None and "8<-" in body:
        matches += _snippets(syntax, site, body)
    if syntax.files is not None and "{!" in body:
        matches += _files(syntax.files, site, body)
    if syntax.variants and "{*" in body:
        matches += _variants(site, body)
    if syntax.pages is not None and "{%" in body:
        matches += _pages(syntax.pages, site, path, body)
    return apart(matches)


def _snippets(syntax: Syntax, site: Site, body: str) -> Iterator[Include]:
    """Files in quotes behind a marker, those of the lines between two markers, and the marks of sections."""
    start, in_block = 0, False
    for line in body.split("\n"):
        stop = start + len(line)
        quoted = _QUOTED_FILE.match(line) if "8<-" in line else None
        if in_block and quoted:
            yield Include(start, stop, "")
        elif quoted:
            yield _snippet(syntax, site, line, (start, stop), quoted[1] or quoted[2])
        elif "8<-" in line and _MARKER.match(line):
            in_block = not in_block
            yield Include(start, stop, "")
        elif in_block and line.strip():
            yield _snippet(syntax, site, line, (start, stop), line)
        elif "8<-" in line and not in_block and (mark := _SECTION.search(line)) and ";" not in line[: mark.start()]:
            yield Include(start, stop, "")
        start = stop + 1


def _snippet(syntax: Syntax, site: Site, line: str, span: tuple[int, int], name: str) -> Include:
    """The include that is a whole line; its blanks stand before each line of the file."""
    named = _SNIPPET.fullmatch(name.strip()) if len(name) < _LONGEST else None
    if not named or named[1].startswith(";"):
        return Include(*span, "")
    folders = syntax.snippets or ()
    paths = [below(folder, named[1], site.above) for folder in folders if not named[1].startswith("..")]
    paths = [path for path in paths if path] or [""]
    indent = line[: len(line) - len(line.lstrip())]
    select = partial(_lines_of_snippet, indent=indent, section=named[2], ranges=named[3], dedents=syntax.dedents)
    return Include(*span, paths[0], select, tuple(paths[1:]))


def _lines_of_snippet(file: str, indent: str, section: str | None, ranges: str | None, dedents: bool) -> str:
    lines = file.removesuffix("\n").split("\n")
    if section:
        lines = list(_section(lines, section))
    elif ranges:
        lines = [line for part in ranges.split(",") for line in _range(lines, part)]
    if dedents and (section or ranges):
        lines = dedent("\n".join(lines)).split("\n")
    return "\n".join(indent + line for line in lines)


def _section(lines: Iterable[str], name: str) -> Iterator[str]:
    """The lines between the marks of a section, without the marks of others."""
    inside = False
    for line in lines:
        mark = _SECTION.search(line) if "8<-" in line else None
        if not mark:
            if inside:
                yield line
        elif mark[2] == name:
            if mark[1].lower() == "end":
                return
            inside = True


def _range(lines: Sequence[str], part: str) -> Sequence[str]:
    """The lines of `3:5`, `3:`, `:5` or `-2:`, counted from 1 and from the end; `3` goes on to the end.

    >>> [_range("abcde", part) for part in ("2:3", "4", ":2", "-2:", ":-2", "x")]
    ['bc', 'de', 'ab', 'de', 'abcd', '']
    """
    match = _RANGE.fullmatch(part)
    if not match:
        return lines[:0]
    total = len(lines)
    first, last = int(match[1] or 0), int(match[3]) if match[3] else total
    start = max(total + first, 0) if first < 0 else max(first - 1, 0)
    return lines[start : max(total + 1 + last, 0) if last < 0 else last]


def _files(folder: str, site: Site, body: str) -> Iterator[Include]:
    for match in _FILE.finditer(body):
        ranges = (match[2] or "").replace(",", " ") or match[3] or ""
        yield Include(*match.span(), below(folder, match[1], site.above), partial(_stripped, ranges=ranges.split()))


def _stripped(file: str, ranges: Sequence[str]) -> str:
    """The lines of a file that ranges such as `3` and `1-5` stand for, or all, without blank ones around."""
    lines = file.split("\n")
    if ranges:
        lines = [line for part in ranges for line in _span(lines, re.split(r"\.\.|-", part, maxsplit=1))]
    return "\n".join(lines).strip("\n")


def _span(lines: Sequence[str], bounds: Sequence[str]) -> Sequence[str]:
    """The lines from the first number to the last; one that is not written is the beginning, or the end."""
    first, last = (int(bound) if bound.isdecimal() and len(bound) < 10 else 0 for bound in (bounds[0], bounds[-1]))
    return lines[max(first - 1, 0) : last or len(lines)]


def _variants(site: Site, body: str) -> Iterator[Include]:
    """Code with the lines that are meant, below it all of it, and then the same for other versions of Python."""
    for match in _VARIANT.finditer(body):
        options = dict(_VARIANT_OPTION.findall(match[2]))
        title = options.get("title", "")
        select = partial(_code, ranges=options.get("ln", ""), title=title)
        yield Include(*match.span(), below("", match[1], site.above), select)
        for name in _variants_of(match[1]):
            path = below("", name, site.above)
            yield Include(match.end(), match.end(), path, partial(_code, title=title, before="\n\n"), optional=True)


def _variants_of(path: str) -> Iterator[str]:
    """What the same code may be called for other versions, or without annotations: its file, or else its folder.

    >>> [name for name in _variants_of("src/a_py310.py") if name < "src/a_an_py311"]
    ['src/a.py', 'src/a_an.py', 'src/a_an_py310.py']
    """
    folder, _, name = path.rpartition("/")
    above, _, parent = folder.rpartition("/")
    in_folder = not _SUFFIX.search(name) and _SUFFIX.search(parent + ".py")
    stem = _SUFFIX.sub("", parent + ".py" if in_folder else name).removesuffix(".py")
    for annotated in ("", "_an"):
        for version in ("", "_py39", "_py310", "_py311"):
            other = f"{stem}{annotated}{version}"
            other = f"{above}/{other}/{name}" if in_folder else f"{folder}/{other}.py"
            if other != path:
                yield other


def _code(file: str, ranges: str = "", title: str = "", before: str = "") -> str:
    lines = file.removesuffix("\n").split("\n")
    fence = fence_around(file)
    blocks = [lines]
    if ranges:
        parts = [part.strip().split(":") for part in ranges.split(",")]
        blocks = [[line for part in parts for line in _span(lines, part)], lines]
    info = "python" + (f" title={title}" if title else "")
    return before + "\n\n".join("\n".join([fence + info, *block, fence]) for block in blocks if block)


def _pages(docs: str, site: Site, path: str, body: str) -> Iterator[Include]:
    folder = posixpath.dirname(path)
    for match in _TAG.finditer(body):
        name = match[2] or match[3]
        start_of_line = match.start() == 0 or body[match.start() - 1] == "\n"
        arguments = {key: double or other or bare for key, double, other, bare in _ARGUMENT.findall(match[4])}
        target = below(folder if name.startswith(("./", "../")) else docs, name, site.above)
        indent = match[1] if start_of_line else ""
        yield Include(match.start(), match.end(), target, partial(_page, arguments=arguments, indent=indent))


def _page(file: str, arguments: Mapping[str, str], indent: str) -> str:
    """A file, or what stands between two marks, each line behind an indent, with headings of another level."""
    for name, at in (("start", -1), ("end", 0)):
        mark = arguments.get(name, "").replace("\\n", "\n")
        if mark and mark in file:
            file = file.split(mark, 1)[at]
    if arguments.get("dedent") == "true":
        file = dedent(file)
    offset = arguments.get("heading-offset", "")
    if offset.isdecimal() and int(offset) < 6:
        file = _deeper(file, int(offset))
    return "\n".join(indent + line for line in file.split("\n"))


def _deeper(file: str, levels: int) -> str:
    fences = Fences()
    lines = file.split("\n")
    return "\n".join(
        "#" * levels + line if not fences.holds(line) and re.match("#{1,6} ", line) else line for line in lines
    )
