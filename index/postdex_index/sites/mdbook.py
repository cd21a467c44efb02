"""mdBook: pages as they lie below the book's folder, and Rust with lines that are there for the compiler."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from functools import partial

from ..text.fences import Fences
from .generator import Address, Config, Generator, PlainBody, Site
from .includes import Include, below
from .permalinks import documentation_page
from .site_config import language, path_of, table, text

#: A line of Rust that is there for the compiler; a second `#` stands for one that is seen.
_FOR_COMPILER = re.compile(r"[ \t]*#(?:[ \t].*)?$")

#: A helper, or an escaped one, which is text.
_HELPER = re.compile(r"\\\{\{#[^{}\n]*\}\}|\{\{\s*#([a-zA-Z0-9_]+)\s+([^\s{}][^{}]*)\}\}")
_ANCHOR = re.compile(r"ANCHOR(_END)?:\s*([\w-]+)")
_NUMBER = re.compile(r"\d{1,9}")


def _configure(site: Site, config: Config) -> Site:
    book = table(config, "book")
    return site._replace(
        language=language(book.get("language")),
        base=path_of(text(table(table(config, "output"), "html"), "site-url")),
        url="ugly",
        permalinks=(("docs_dir", (text(book, "src") or "src").strip("/")),),
    )


def _link(site: Site, post: Address) -> str:
    return "" if post.path.endswith("/SUMMARY.md") else documentation_page(site, post)


def _includes(_site: Site, path: str, text: str) -> Iterator[Include]:
    """The links that mdBook calls helpers, wherever they stand: in code, too."""
    if "{{" not in text:
        return
    folder = posixpath.dirname(path)
    for match in _HELPER.finditer(text):
        kind, words = match[1], (match[2] or "").split()
        if kind == "title":
            yield Include(*match.span(), "")
        elif kind in ("include", "rustdoc_include") and words:
            target, _, part = words[0].partition(":")
            yield Include(*match.span(), below(folder, target), partial(_part, part=part))
        elif kind in ("playground", "playpen") and words:
            yield Include(*match.span(), below(folder, words[0]), partial(_playground, attributes=words[1:]))


def _part(text: str, part: str) -> str:
    """The lines of a file that `3`, `3:5`, `3:`, `:5` or the name of an anchor stands for; all of them for "".

    >>> _part("a\\nb\\nc\\n", "2:"), _part("// ANCHOR: x\\nb\\n// ANCHOR_END: x\\nc", "x")
    ('b\\nc', 'b')
    """
    lines = text.removesuffix("\n").split("\n")
    first, colon, last = part.partition(":")
    if first and not _NUMBER.fullmatch(first):
        return "\n".join(_anchored(lines, first))
    start = max(int(first or 0) - 1, 0)
    last = last.partition(":")[0]
    if _NUMBER.fullmatch(last):
        return "\n".join(lines[start : max(int(last), start)])
    return "\n".join(lines[start:] if colon or not first else lines[start : start + 1])


def _anchored(lines: Iterable[str], name: str) -> Iterator[str]:
    """The lines of an anchor, without those of others in it."""
    inside = False
    for line in lines:
        mark = _ANCHOR.search(line) if "ANCHOR" in line else None
        if not mark:
            if inside:
                yield line
        elif mark[2] == name:
            if inside and mark[1]:
                return
            inside = inside or not mark[1]


def _playground(text: str, attributes: Iterable[str]) -> str:
    info, code = ",".join(["rust", *attributes]), text.removesuffix("\n")
    return f"```{info}\n{code}\n```\n"


def _dialect(body: str) -> PlainBody:
    """Rust without the lines that mdBook and rustdoc hide."""
    if "\n#" not in body and " #" not in body:
        return PlainBody(body)
    lines = body.split("\n")
    fences = Fences()
    for at, line in enumerate(lines):
        if fences.holds(line) and fences.info.startswith("rust") and _FOR_COMPILER.match(line):
            lines[at] = ""
    return PlainBody("\n".join(lines))


GENERATOR = Generator(
    name="mdbook",
    title="mdBook",
    rank=70,
    signs=("book.toml",),
    posts=("src",),
    moved=(r"book.toml has ^[ \t]*src[ \t]*=[ \t]*(?:\"|')([^\"'\n]+)",),
    settings=("book.toml",),
    configure=_configure,
    link=_link,
    includes=_includes,
    dialect=_dialect,
    unopened="usual",
)
