"""mdBook: chapters as SUMMARY.md names them, with the files that they include, and code with lines that are hidden."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from unicodedata import category, combining

from ..text.fences import Fences
from .detect import file_text
from .generator import Address, Config, Generator, PlainBody, Site
from .includes import Include, below
from .permalinks import page, split_path
from .site_config import language, path_of, table, text
from .slugs import SlugStyle, skipping

#: A line of Rust that is there for the compiler; a second `#` stands for one that is seen.
_FOR_COMPILER = re.compile(r"[ \t]*#(?: .*)?$")
#: A helper; an escaped one is text.
_HELPER = re.compile(r"(\\)?\{\{\s*#([a-zA-Z0-9_]+)\s+([^\s{}][^{}]*)\}\}")
_ESCAPED = re.compile(r"\\(?=\{\{#[^{}\n]*\}\})")
_ANCHOR = re.compile(r"ANCHOR(_END)?:\s*([\w-]+)")
_NUMBER = re.compile(r"\d{1,9}")
#: A chapter in SUMMARY.md: `[name](path)`, of which a draft has no path.
_CHAPTER = re.compile(
    r"^[ \t]*(?:[-*+][ \t]+|\d+[.)][ \t]+)?\[((?:[^\[\]\\\n]|\\.|\[[^\[\]\n]*\])*)\]"
    r"\((?:<([^<>\n]*)>|([^()\s]*))[^()\n]*\)",
    re.MULTILINE,
)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_MARKS = re.compile(r"\\([!-/:-@\[-`{-~])|[`*]|(?<!\w)_|_(?!\w)")
_HIDING = re.compile(r"\bhidelines=([^\s,]+)")
_SEVERAL_HYPHENS = re.compile(r"(`[^`]*`)|-{2,}")


def _configure(site: Site, config: Config) -> Site:
    book, html = table(config, "book"), table(table(config, "output"), "html")
    source = below("", text(book, "src") or "src")
    folder = f"{source}/" if source else ""
    is_smart = not _is_off(html, "smart-punctuation")
    prefixes = table(table(html, "code"), "hidelines")
    hidden = {name: prefix for name, prefix in prefixes.items() if isinstance(prefix, str) and prefix}
    chapters = _chapters(file_text(site.root / folder / "SUMMARY.md"))
    generator = site.generator
    if hidden:
        generator = generator._replace(dialect=partial(_dialect, hidden=hidden))
    if not _runs(config, "links"):
        generator = generator._replace(includes=None)
    return site._replace(
        generator=generator,
        slugs=None if is_smart else _STYLE._replace(shape=_plain_shape),
        language=language(book.get("language")),
        base=path_of(text(html, "site-url")),
        url="index" if _runs(config, "index") else "readme",
        source=folder,
        titles={path: name for target, name in chapters if (path := below(source, target))},
    )


def _is_off(config: Config, name: str) -> bool:
    return text(config, name).lower() == "false"


def _runs(config: Config, preprocessor: str) -> bool:
    """Whether one of the preprocessors runs that mdBook has itself."""
    return preprocessor in table(config, "preprocessor") or not _is_off(
        table(config, "build"), "use-default-preprocessors"
    )


def _chapters(summary: str) -> Iterator[tuple[str, str]]:
    """The path of each chapter below SUMMARY.md, and its name.

    >>> list(_chapters("- [The `Vec`](./vec.md)\\n\\t- [A draft]()\\n[End](<the end.md>)\\n"))
    [('./vec.md', 'The Vec'), ('the end.md', 'End')]
    """
    for match in _CHAPTER.finditer(_COMMENT.sub("", summary)):
        target = (match[2] or match[3] or "").replace("%20", " ")
        if target:
            yield target, _MARKS.sub(lambda mark: mark[1] or "", match[1]).strip()


def _unbuilt(site: Site, path: str, _fields: Config | None) -> str:
    if not site.titles or path in site.titles:
        return ""
    is_summary = path == f"{site.source}SUMMARY.md"
    return "SUMMARY.md is no page itself" if is_summary else "SUMMARY.md does not name this file"


def _link(site: Site, post: Address) -> str:
    folders, stem = split_path(post.path.removeprefix(site.source))
    if stem == "SUMMARY":
        return ""
    name = "index" if site.url == "index" and stem.lower() == "readme" else stem
    return page("/".join([*folders, name + ".md"]), ".html")


def _shape(heading: str) -> str:
    """As `_plain_shape`, but for hyphens that are set as a dash."""
    return _plain_shape(_SEVERAL_HYPHENS.sub(lambda match: match[1] or "–", heading) if "--" in heading else heading)


def _plain_shape(heading: str) -> str:
    """Lower case, each blank as `-`, nothing else but letters, digits, `_` and `-`."""
    shape = ("-" if char.isspace() else char for char in heading.strip().lower() if char.isspace() or _is_kept(char))
    return "".join(shape)


def _is_kept(char: str) -> bool:
    """Whether Rust calls it alphanumeric: vowel signs of Indian scripts and letters in circles too, but no accents and
    tones."""
    if char.isalnum() or char in "_-" or "\u24b6" <= char <= "\u24e9":
        return True
    return (
        char > "\u0900" and category(char) in ("Mc", "Mn") and not combining(char) and not "\ufe00" <= char <= "\ufe0f"
    )


def _includes(site: Site, path: str, body: str) -> Iterator[Include]:
    """The helpers in a text, wherever they stand: in code, too."""
    if "{{" not in body:
        return
    folder = posixpath.dirname(path)
    for match in _HELPER.finditer(body):
        escaped, kind, words = match[1], match[2], match[3].split()
        if escaped:
            continue
        if kind == "title":
            yield Include(*match.span(), "")
        elif kind in ("include", "rustdoc_include"):
            target, _, part = words[0].partition(":")
            select = partial(_part, part=part, several=kind == "rustdoc_include")
            yield Include(*match.span(), below(folder, target, site.above), select)
        elif kind in ("playground", "playpen"):
            yield Include(
                *match.span(), below(folder, words[0], site.above), partial(_playground, attributes=words[1:])
            )


def _part(file: str, part: str, several: bool = False) -> str:
    """The lines of a file that `3`, `3:5`, `3:`, `:5` or the name of an anchor stands for; all of them for "". Of
    several anchors of one name the first counts, or all do.

    >>> _part("a\\nb\\nc\\n", "2:"), _part("// ANCHOR: x\\nb\\n// ANCHOR_END: x\\nc", "x")
    ('b\\nc', 'b')
    """
    lines = file.removesuffix("\n").split("\n")
    first, colon, last = part.partition(":")
    if first and not _NUMBER.fullmatch(first):
        return "\n".join(_anchored(lines, first, several))
    start = max(int(first or 0) - 1, 0)
    last = last.partition(":")[0]
    if _NUMBER.fullmatch(last):
        return "\n".join(lines[start : max(int(last), start)])
    return "\n".join(lines[start:] if colon or not first else lines[start : start + 1])


def _anchored(lines: Iterable[str], name: str, several: bool) -> Iterator[str]:
    """The lines of an anchor, or of several, without those that begin or end others in it."""
    inside = False
    for line in lines:
        mark = _ANCHOR.search(line) if "ANCHOR" in line else None
        if not mark:
            if inside:
                yield line
        elif mark[2] == name:
            if inside and mark[1] and not several:
                return
            inside = not mark[1]


def _playground(file: str, attributes: Iterable[str]) -> str:
    """A file of Rust as a block of code."""
    info, code = ",".join(["rust", *attributes]), file.removesuffix("\n")
    return f"```{info}\n{code}\n```\n"


def _dialect(body: str, _fields: Config, hidden: Mapping[str, str] = {}) -> PlainBody:
    """Code without the lines that are hidden: of Rust those for the compiler, of other languages those that begin with
    what `hidden` or the fence says."""
    if "\\{{#" in body:
        body = _ESCAPED.sub("", body)
    if "```" not in body and "~~~" not in body:
        return PlainBody(body)
    lines = body.split("\n")
    fences = Fences()
    for at, line in enumerate(lines):
        if fences.holds(line) and _is_hidden(line, fences.info, hidden):
            lines[at] = ""
    return PlainBody("\n".join(lines))


def _is_hidden(line: str, info: str, hidden: Mapping[str, str]) -> bool:
    language = re.split("[ \t,]", info, maxsplit=1)[0]
    if language == "rust":
        return _FOR_COMPILER.match(line) is not None
    given = _HIDING.search(info) if "hidelines=" in info else None
    prefix = given[1] if given else hidden.get(language)
    return bool(prefix) and line.lstrip().startswith(prefix or "")


_STYLE = SlugStyle("mdbook", _shape, skipping, "anchor", html=False, braces=True, terms=True)
GENERATOR = Generator(
    name="mdbook",
    title="mdBook",
    rank=70,
    signs=("book.toml",),
    posts=("src",),
    moved=(r"book.toml has ^[ \t]*src[ \t]*=[ \t]*(?:\"|')([^\"'\n]+)",),
    published=("output.html.site-url",),
    site_names=("book.title",),
    settings=("book.toml",),
    besides=("SUMMARY.md",),
    configure=_configure,
    styles=(_STYLE,),
    unbuilt=_unbuilt,
    link=_link,
    includes=_includes,
    dialect=_dialect,
    unopened="usual",
)
