"""Hexo: links by a pattern, anchors with the typography of `marked`, front matter that needs no opening line."""

from __future__ import annotations

import re
from unicodedata import category, normalize

from .generator import Address, Config, Generator, Location, Site
from .permalinks import expand, first_category, page, path_below
from .site_config import language, path_of, text
from .slugs import SlugStyle, counted

_SPECIAL = re.compile(r"""[\s~`!@#$%^&*()\-_+=[\]{}|\\;:"'<>,.?/]+""")
_CONTROL = re.compile("[\0-\x1f]")
#: Latin letters that have no decomposition, as hexo-util spells them.
_LETTERS = {"ß": "s", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L"}
_LETTERS |= {"đ": "d", "Đ": "D"}
#: The typography of `marked`, in its order.
_SMART = (
    (re.compile("---"), "—"),
    (re.compile("--"), "–"),
    (re.compile(r"(^|[-—/(\[{\"\s])'"), r"\1‘"),
    (re.compile("'"), "’"),
    (re.compile(r"(^|[-—/(\[{‘\s])\""), r"\1“"),
    (re.compile('"'), "”"),
    (re.compile(r"\.{3}"), "…"),
)


def _configure(site: Site, config: Config) -> Site:
    root = text(config, "root")
    return site._replace(
        timezone=text(config, "timezone"),
        language=language(config.get("language")),
        url=text(config, "permalink") or ":year/:month/:day/:title/",
        base=root.rstrip("/") if root.startswith("/") else path_of(text(config, "url")),
        dated=":day" in text(config, "new_post_name"),
    )


def _link(site: Site, post: Address) -> str:
    path = post.path.removeprefix("source/")
    return expand(site.url, site, post) if path.startswith(("_posts/", "_drafts/")) else page(path, ".html")


def _title(location: Location) -> str:
    return location.post.slug or path_below(location)


def _shape(heading: str) -> str:
    """Typographic quotes and dashes are set outside of code only.

    >>> _shape("Don't `--force`")
    'Don’t-force'
    """
    pieces = heading.split("`")
    if len(pieces) % 2:
        pieces[::2] = [_smart(piece) for piece in pieces[::2]]
    shaped = "".join(pieces).strip()
    if not shaped.isascii():
        shaped = "".join(map(_without_diacritic, shaped))
    return _SPECIAL.sub("-", _CONTROL.sub("", shaped)).strip("-")


def _smart(prose: str) -> str:
    if "'" in prose or '"' in prose or "--" in prose or "..." in prose:
        for pattern, replacement in _SMART:
            prose = pattern.sub(replacement, prose)
    return prose


def _without_diacritic(character: str) -> str:
    if character < "\x7f":
        return character
    base = normalize("NFKD", character)
    if base[0].isascii() and base[0].isalpha() and all(category(mark) == "Mn" for mark in base[1:]):
        return base[0]
    return _LETTERS.get(character, character)


GENERATOR = Generator(
    name="hexo",
    rank=10,
    signs=('_config.yml, package.json has "hexo"', "_config.yml, no package.json, scaffolds/"),
    posts=("source/_posts", "source"),
    moved=(r"_config.yml has ^source_dir:[ \t]*[\"']?(?![ \t]|source[\"']?[ \t]*$)([\w./ -]+)",),
    published=("url",),
    settings=("_config.yml",),
    configure=_configure,
    styles=(SlugStyle("hexo", _shape, counted, "text"),),
    link=_link,
    placeholders={"title": _title, "category": lambda location: first_category(location) or "uncategorized"},
    unopened="any",
    nested_categories=True,
)
