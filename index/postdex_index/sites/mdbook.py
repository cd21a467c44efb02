"""mdBook: pages as they lie below the book's folder, and Rust with lines that are there for the compiler."""

from __future__ import annotations

import re

from ..text.fences import Fences
from .generator import Address, Config, Generator, PlainBody, Site
from .permalinks import documentation_page
from .site_config import language, path_of, table, text

#: A line of Rust that is there for the compiler; a second `#` stands for one that is seen.
_FOR_COMPILER = re.compile(r"[ \t]*#(?:[ \t].*)?$")


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
    rank=70,
    signs=("book.toml",),
    posts=("src",),
    settings=("book.toml",),
    configure=_configure,
    link=_link,
    dialect=_dialect,
    unopened="usual",
)
