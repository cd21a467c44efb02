"""Astro: pages as they lie, and collections of content, whose addresses are a site's own affair.

Its settings are a program, which is read for its literals. Which address the pages of a collection have is said by the
site's templates; it is taken for the collection's name and the entry's id below it, as in Astro's own examples. With
Starlight the collection `docs` is the whole site, in one or several languages.
"""

from __future__ import annotations

import re
from functools import partial
from posixpath import normpath
from typing import TYPE_CHECKING

from . import mdx_parts
from .detect import file_text
from .generator import Address, Config, Folder, Generator, LinkRules, Site
from .locales import Locale, of_path
from .permalinks import page, split_path
from .site_config import language, languages, path_of, table, text, without_addresses
from .slugs import Slugger, SlugStyle, github_shape, outside_code, skipping

if TYPE_CHECKING:
    from ..formats.yaml_fast import Value

_DOCS, _PAGES, _COLLECTIONS = "docs", "pages", "collections"
_USUAL = (Folder("src/pages/", "", _PAGES), Folder("src/content/", "", _COLLECTIONS))
#: What links end with, by how the settings say that.
_ENDINGS = {"": "/", "bare": "", "ugly": ".html"}
#: Two hyphens become a dash, outside of code.
_DASH = re.compile("(?<!-)--(?!-)")
#: From this version on an anchor keeps the hyphen at its end.
_KEEPS_HYPHENS, _VERSION = 6, re.compile(r'"astro"\s*:\s*"[^\d"]*(\d+)')


def _shape(heading: str) -> str:
    """
    >>> _shape("a--b --- c `--d`")
    'ab-----c---d'
    """
    return github_shape(outside_code(heading, partial(_DASH.sub, "")))


def _closed(slugs: Slugger, slug: str) -> str:
    """A repeat is counted before a hyphen at the end is taken away."""
    return skipping(slugs, slug).removesuffix("-")


_STYLE = SlugStyle("astro", _shape, _closed, "text", html=False)
_LATER_STYLE = SlugStyle("astro-6", _shape, skipping, "text", html=False)


def _configure(site: Site, config: Config) -> Site:
    source = normpath(text(config, "srcDir") or "src") + "/"
    starlight = _starlight(config.get("integrations"))
    folders = [Folder(f"{source}pages/", "", _PAGES), Folder(f"{source}content/", "", _COLLECTIONS)]
    if starlight is not None:
        folders.insert(0, Folder(f"{source}content/docs/", "", _DOCS))
    locales = table(starlight or {}, "locales")
    # Where the settings name no language, or not as literals, the folders may.
    codes = {name: language(table(locales, name).get("lang")) or language(name) for name in locales}
    default = text(starlight or {}, "defaultLocale") or "root"
    version = _VERSION.search(file_text(site.root / "package.json"))
    compatible = text(table(config, "experimental"), "headingIdCompat") == "true"
    later = compatible or (version is not None and int(version[1][:4]) >= _KEEPS_HYPHENS)
    return site._replace(
        name=text(starlight or {}, "title"),
        anchors=(_LATER_STYLE if later else _STYLE).name,
        base=path_of("/" + text(config, "base").lstrip("/")),
        url=_form(config),
        language=codes.get(default) or language(default),
        languages=languages(codes.values()),
        config={name: code for name, code in codes.items() if name != "root"},
        folders=tuple(folders),
    )


def _form(config: Config) -> str:
    """How links end, in a word of `_ENDINGS`."""
    if text(table(config, "build"), "format") == "file":
        return "ugly"
    return "bare" if text(config, "trailingSlash") == "never" else ""


def _starlight(integrations: Value) -> Config | None:
    """The options of Starlight, None if a site is without it."""
    for integration in integrations if isinstance(integrations, list) else ():
        if isinstance(integration, dict) and "starlight()" in integration:
            options = integration["starlight()"]
            first = options[0] if isinstance(options, list) and options else None
            return first if isinstance(first, dict) else {}
    return None


def _place(site: Site, path: str) -> tuple[Folder | None, str]:
    """The folder of content that a file lies in, and its path in it."""
    folder = next((folder for folder in site.folders or _USUAL if path.startswith(folder.path)), None)
    return folder, path.removeprefix(folder.path) if folder else path


def _locale(site: Site, path: str) -> Locale:
    folder, below = _place(site, path)
    if not folder or folder.kind != _DOCS or not (site.config or site.languages):
        return of_path(path)
    name, _, rest = below.partition("/")
    code = text(site.config, name) if rest else ""
    return Locale(code, folder.path + rest) if code else Locale("", path)


def _fields(site: Site, path: str, fields: Config) -> Config:
    """Front matter as Starlight understands it: what a page's hero says of it describes it."""
    folder, _ = _place(site, path)
    if not folder or folder.kind != _DOCS:
        return fields
    given = without_addresses(fields, but="slug")
    tagline = text(table(fields, "hero"), "tagline")
    if tagline and not given.get("description"):
        given["description"] = tagline
    if text(fields, "lastUpdated")[:4].isdigit():
        given["updated"] = text(fields, "lastUpdated")
    return given


def _unbuilt(site: Site, path: str, front: Config | None) -> str:
    folder, below = _place(site, path)
    if not folder:
        docs = any(folder.kind == _DOCS for folder in site.folders)
        return "in neither the site's pages nor its collections" if docs else ""
    if folder.kind != _COLLECTIONS and split_path(below) == ([], "404"):
        return "shown where there is no page"
    if folder.kind == _DOCS and text(front or {}, "pagefind") == "false":
        return "pagefind: false"
    hidden = below.split("/") if folder.kind == _PAGES else below.split("/")[-1:]
    return "its name begins with _" if any(name.startswith("_") for name in hidden) else ""


def _link(site: Site, post: Address) -> str:
    folder, below = _place(site, post.path)
    if not folder or folder.kind == _PAGES:
        return _formed(site, below) if folder else ""
    folders, stem = split_path(below)
    if folder.kind == _DOCS:
        return _formed(site, (post.slug or "/".join(map(github_shape, (*folders, stem)))) + ".md")
    if post.slug and folders:
        return _formed(site, f"{folders[0]}/{post.slug}.md")
    return _formed(site, "/".join(map(github_shape, (*folders, stem))) + ".md")


def _formed(site: Site, path: str) -> str:
    """A page's link in the form that the settings choose."""
    link = page(path, "/")
    return link if link == "/" else link.removesuffix("/") + _ENDINGS[site.url]


_SETTINGS = tuple(f"astro.config.{ending}" for ending in ("mjs", "js", "ts", "mts", "cjs", "cts"))

GENERATOR = Generator(
    name="astro",
    rank=50,
    signs=_SETTINGS,
    posts=("src/content", "src/pages"),
    published=("site",),
    settings=_SETTINGS,
    besides=("package.json",),
    styles=(_STYLE, _LATER_STYLE),
    configure=_configure,
    locale=_locale,
    fields=_fields,
    unbuilt=_unbuilt,
    link=_link,
    links=LinkRules(published=("public/",)),
    includes=mdx_parts.includes,
)
