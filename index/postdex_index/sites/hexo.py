"""Hexo: links by a pattern, anchors with the typography of `marked`, front matter that needs no opening line."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING
from unicodedata import category, normalize

from ..text.globs import gitignore
from .generator import Address, Config, Generator, LinkRules, Site
from .permalinks import expand, page, path_below
from .site_config import language, languages, path_of, table, text
from .slugs import SlugStyle, counted, outside_code

if TYPE_CHECKING:
    from ..formats.yaml_fast import Value

#: So many patterns of files are read.
_MOST = 500
_SPECIAL = re.compile(r"""[\s~`!@#$%^&*()\-_+=[\]{}|\\;:"'<>,.?/]+""")
_CONTROL = re.compile("[\0-\x1f]")
#: What is taken for a tag, in code, too.
_TAG = re.compile(r"<(?=[^\s<>])[^<>]*>")
#: What stands for a placeholder in the name of a file.
_IN_NAMES = {":year": r"\d{4}", ":i_month": r"\d{1,2}", ":i_day": r"\d{1,2}", ":hash": "[0-9a-f]{12}"}
_IN_NAMES |= {":month": r"\d{2}", ":day": r"\d{2}", ":title": "(?P<title>.+)"}
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
    root, named = text(config, "root"), config.get("language")
    return site._replace(
        timezone=text(config, "timezone"),
        language=language(named),
        languages=languages(named) if isinstance(named, list) else (),
        url=text(config, "permalink") or ":year/:month/:day/:title/",
        base=root.rstrip("/") if root.startswith("/") else path_of(text(config, "url")),
        dated=":day" in text(config, "new_post_name"),
        config=config,
    )


def _link(site: Site, post: Address) -> str:
    path = post.path.removeprefix("source/")
    if not path.startswith(("_posts/", "_drafts/")):
        return page(path, ".html")
    title = _title(text(site.config, "new_post_name"), path.partition("/")[2].rpartition(".")[0])
    category = post.categories[-1] if post.categories else ()
    names = tuple(_category(site, name) for name in category)
    link = expand(
        site.url,
        site,
        post._replace(
            slug=title,
            title=slugized(post.title).lower(),
            categories=(names or (text(site.config, "default_category") or "uncategorized",),),
        ),
    )
    folder = text(site.config, "post_asset_folder") == "true" and not link.endswith(("/", ".html"))
    return link + "/" if link and folder else link


def _title(pattern: str, path: str) -> str:
    """What `:title` of the pattern of files' names stands for in a path below the folder of posts; where that does not
    fit, the path without what is special.

    >>> _title(":year-:title.md", "2024-refcount"), _title(":year-:title.md", "a/b"), _title(":title.md", "a/b")
    ('refcount', 'a-b', 'a/b')
    """
    pieces = re.split("(:[a-z_]+)", pattern.rpartition(".")[0] or ":title")
    if pieces.count(":title") != 1 or any(piece not in _IN_NAMES for piece in pieces[1::2]):
        return path
    regex = "".join(_IN_NAMES[piece] if at % 2 else re.escape(piece) for at, piece in enumerate(pieces))
    named = re.fullmatch(regex, path)
    return named["title"] if named else slugized(path)


def _category(site: Site, name: str) -> str:
    mapped = text(table(site.config, "category_map"), name) or name
    slug = slugized(mapped)
    case = text(site.config, "filename_case")
    return slug.lower() if case == "1" else slug.upper() if case == "2" else slug


def _unbuilt(site: Site, path: str, _fields: Config | None) -> str:
    """Files and folders with an underscore or a point are no pages unless they are included; nor is what is excluded or
    copied as it is."""
    path = path.removeprefix("source/")
    below = path.removeprefix("_posts/").removeprefix("_drafts/")
    if below == path and _fits(path, site.config.get("exclude")):
        return "_config.yml excludes it"
    if _fits(below, site.config.get("skip_render")):
        return "_config.yml has it copied as it is"
    if re.search("(?:^|/)[_.]", below) and (below != path or not _fits(path, site.config.get("include"))):
        return "Hexo leaves out names that begin with _"
    return ""


def _fits(path: str, patterns: Value) -> bool:
    listed = patterns[:_MOST] if isinstance(patterns, list) else [patterns]
    return any(isinstance(pattern, str) and _pattern(pattern).fullmatch(path) for pattern in listed)


@lru_cache(maxsize=4 * _MOST)
def _pattern(pattern: str) -> re.Pattern[str]:
    """One that fits nothing if the pattern is none that is read here."""
    return re.compile(gitignore(pattern.split("/")) or "(?!)", re.DOTALL)


def _shape(heading: str) -> str:
    """Typographic quotes and dashes are set outside of code only.

    >>> _shape("Don't `--force`")
    'Don’t-force'
    """
    shaped = outside_code(heading, _smart)
    return slugized(_TAG.sub("", shaped) if "<" in shaped else shaped)


def slugized(text: str) -> str:
    """A text without diacritics, each run of what is special as a hyphen; letters keep their case.

    >>> slugized("Kernel & more"), slugized("Émile 你好")
    ('Kernel-more', 'Emile-你好')
    """
    bare = text.strip()
    if not bare.isascii():
        bare = "".join(map(_without_diacritic, bare))
    return _SPECIAL.sub("-", _CONTROL.sub("", bare)).strip("-")


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
    site_names=("title",),
    settings=("_config.yml",),
    configure=_configure,
    styles=(SlugStyle("hexo", _shape, counted, "text", references=True),),
    unbuilt=_unbuilt,
    link=_link,
    links=LinkRules(tags={"post_link": "name"}, published=("source/",)),
    placeholders={
        "title": lambda location: location.post.slug or path_below(location),
        "post_title": lambda location: location.post.title or None,
        "name": lambda location: location.post.slug.rpartition("/")[2] or location.name,
    },
    unopened="any",
    nested_categories=True,
)
