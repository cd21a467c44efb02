"""Docusaurus: documents in versions, a blog and pages, each in a folder of its own, and all of them translated.

Its settings are a program, which is read for its literals. What it says of its plugins becomes `Site.folders`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from ..formats.structured import read_block
from . import mdx_parts
from .detect import file_text
from .generator import Address, Config, Folder, Generator, LinkRules, PlainBody, Site
from .includes import below
from .locales import Locale
from .permalinks import split_path
from .site_config import language, languages, table, text, without_addresses
from .slugs import SlugStyle, github_shape, skipping

if TYPE_CHECKING:
    from ..formats.yaml_fast import Value

_DOCS, _BLOG, _PAGES = _KINDS = ("docs", "blog", "pages")
#: What a plugin reads where its options name no other folder, and where its pages are then.
_DEFAULTS = {_DOCS: ("docs", "docs"), _BLOG: ("blog", "blog"), _PAGES: ("src/pages", "")}
_PLUGIN = re.compile(r"(?:@docusaurus/)?(?:plugin-)?content-(docs|blog|pages)")
_CLASSIC = ("classic", "@docusaurus/classic", "@docusaurus/preset-classic")
#: No more plugins, folders and versions are looked at.
_MOST = 500
#: A number that only orders files, and what looks like one: a date or a version.
_ORDER, _NO_ORDER = re.compile(r"\d+\s*[-_.]+\s*(?=[^-_.\s])"), re.compile(r"\d+[-_.]\d+")
#: The last date in a post's path; what stands before and behind it is its name.
_DATED = re.compile(r"(?P<before>.*)(?P<date>\d{4}[-/]\d{1,2}[-/]\d{1,2})[-/]?(?P<name>.*?)(?:/index)?\.mdx?", re.S)
#: A comment in code that tells which lines are coloured.
_HIGHLIGHT = re.compile(
    r"^[ \t]*(?://|#|--|%|/\*|<!--|\{/\*)[ \t]*highlight-(?:next-line|start|end)[ \t]*+(?:\*/\}?[ \t]*+|-->[ \t]*+)?$",
    re.M,
)
#: A fence around what other programs take for code, and this one does not.
_MDX_FENCE = re.compile(r" *(`{3,4}) *mdx-code-block$")


def _configure(site: Site, config: Config) -> Site:
    i18n = table(config, "i18n")
    default = text(i18n, "defaultLocale")
    locales = i18n.get("locales")
    codes = [code for code in locales if isinstance(code, str)] if isinstance(locales, list) else []
    plugins = islice(_plugins(config), _MOST)
    folders = [folder for kind, options in plugins for folder in _folders(site, kind, options)][:_MOST]
    authors = {
        key: name
        for folder in folders
        if folder.kind == _BLOG
        for key, name in _authors(file_text(site.root / (below(folder.path, "authors.yml") or "authors.yml")))
    }
    slash = text(config, "trailingSlash")
    return site._replace(
        base=text(config, "baseUrl").rstrip("/"),
        mdx=text(table(config, "markdown"), "format") not in ("detect", "md"),
        url=slash if slash in ("true", "false") else "",
        language=language(default),
        languages=languages([default, *codes]),
        # In a site of one language no address names it.
        config={code: "" if code == default else f"/{code}" for code in codes or [default]},
        folders=tuple(sorted(folders, key=lambda folder: -len(folder.path))),
        authors=authors,
    )


def _plugins(config: Config) -> Iterator[tuple[str, Config]]:
    """Each plugin that reads posts, with its options; those of the usual preset where none can be read."""
    presets, plugins = config.get("presets"), config.get("plugins")
    named = [_named(preset) for preset in presets] if isinstance(presets, list) else [(_CLASSIC[0], {})]
    for name, options in named:
        if name in _CLASSIC:
            for kind in _KINDS:
                if text(options, kind) != "false":
                    yield kind, table(options, kind)
    for name, options in map(_named, plugins if isinstance(plugins, list) else []):
        plugin = _PLUGIN.fullmatch(name)
        if plugin or text(options, "path"):
            yield plugin[1] if plugin else "", options


def _named(plugin: Value) -> tuple[str, Config]:
    """The name of a plugin or preset, and its options; `require.resolve("…")` is a name, too."""
    name, options = (plugin[0], plugin[1]) if isinstance(plugin, list) and len(plugin) > 1 else (plugin, {})
    while isinstance(name, (list, dict)) and name:
        name = name[0] if isinstance(name, list) else next(iter(name.values()))
    return name if isinstance(name, str) else "", options if isinstance(options, dict) else {}


def _folders(site: Site, kind: str, options: Config) -> Iterator[Folder]:
    """The folders that a plugin reads: one, and for documents one for each of their versions."""
    path, route = _DEFAULTS.get(kind, ("", ""))
    path = below("", text(options, "path")) or path
    route = (text(options, "routeBasePath") or route).strip("/")
    own = text(options, "id") if re.fullmatch(r"[\w-]*", text(options, "id")) else ""
    translated = f"docusaurus-plugin-content-{kind}" + (f"-{own}" if own not in ("", "default") else "")
    if kind != _DOCS:
        yield Folder(path + "/", f"/{route}", kind, translated + "/")
        return
    before = f"{own}_" if own not in ("", "default") else ""
    disabled = text(options, "disableVersioning") == "true"
    versions = [] if disabled else _versions(file_text(site.root / f"{before}versions.json"))
    if text(options, "includeCurrentVersion") != "false" and "current" not in versions:
        versions.insert(0, "current")
    # Documents without any version are made into one before the site is built.
    versions, last = versions or ["current"], text(options, "lastVersion") if versions else "current"
    last = last or next((name for name in versions if name != "current"), "current")
    for name in versions[:_MOST]:
        usual = "" if name == last else "next" if name == "current" else name
        given = table(table(options, "versions"), name).get("path")
        address = f"/{route}/{given if isinstance(given, str) else usual}"
        folder = path if name == "current" else f"{before}versioned_docs/version-{name}"
        of_version = name if name == "current" else f"version-{name}"
        yield Folder(folder + "/", address.rstrip("/"), kind, f"{translated}/{of_version}/")


def _versions(written: str) -> list[str]:
    value = read_block("JavaScript", f"export default {written}").value
    return [name for name in value if isinstance(name, str)] if isinstance(value, list) else []


def _authors(written: str) -> Iterator[tuple[str, str]]:
    """The key and the name of each author."""
    value = read_block("YAML", written).value
    for key, author in value.items() if isinstance(value, dict) else ():
        if isinstance(author, dict) and text(author, "name"):
            yield key, text(author, "name")


def _locale(site: Site, path: str) -> Locale:
    """Translations lie in `i18n/fr/PLUGIN/`, on the same path as what they translate."""
    if not path.startswith("i18n/") or path.count("/") < 3:
        return Locale("", path)
    _, code, below = path.split("/", 2)
    folder = next((folder for folder in site.folders if below.startswith(folder.translated)), None)
    return Locale(language(code), folder.path + below.removeprefix(folder.translated)) if folder else Locale("", path)


def _place(site: Site, path: str) -> tuple[Folder | None, str]:
    """The folder of content that a file or its translation lies in, and its path in it."""
    page = _locale(site, path).page
    folder = next((folder for folder in site.folders if page.startswith(folder.path)), None)
    return folder, page.removeprefix(folder.path) if folder else page


def _fields(site: Site, path: str, fields: Config) -> Config:
    """Authors by their names, and of a post the date that its folders say."""
    folder, below = _place(site, path)
    given = without_addresses(fields, but="slug")
    if not folder or folder.kind != _BLOG:
        return given
    dated = _DATED.fullmatch(below)
    if dated and not given.get("date"):
        given["date"] = dated["date"].replace("/", "-")
    authors = given.get("authors")
    if isinstance(authors, str) and authors in site.authors:
        given["authors"] = site.authors[authors]
    elif isinstance(authors, list):
        given["authors"] = [site.authors.get(name, name) if isinstance(name, str) else name for name in authors]
    return given


def _unbuilt(site: Site, path: str, fields: Config | None) -> str:
    folder, below = _place(site, path)
    if not folder:
        return "in no folder that the site's plugins read"
    if any(name.startswith("_") for name in below.split("/")):
        return "a part of other pages (its name or its folder's begins with _)"
    if path.startswith("i18n/") and path.split("/")[1] not in site.config:
        return "in a language that the site does not have"
    return "unlisted: true" if text(fields or {}, "unlisted") == "true" else ""


def _link(site: Site, post: Address) -> str:
    folder, below = _place(site, post.path)
    if not folder or not folder.kind:
        return ""
    code = post.path.split("/")[1] if post.path.startswith("i18n/") else ""
    link = {_DOCS: _document, _BLOG: _post, _PAGES: _page}[folder.kind](post, below)
    link = f"{text(site.config, code)}{folder.route}/{link.lstrip('/')}"
    return link + "/" if site.url == "true" else link.rstrip("/") if site.url == "false" else link


def _roots(site: Site, path: str) -> Sequence[str]:
    """`/bug.md` counts from the folder of content that the post lies in, or from the site's root."""
    folder, _ = _place(site, path)
    return (folder.path, "") if folder else ("",)


def _document(post: Address, path: str) -> str:
    folders, stem = split_path(path)
    unordered = text(post.fields, "parse_number_prefixes") != "false"
    above = "/".join(_unordered(name) if unordered else name for name in folders)
    above = f"/{above}/" if above else "/"
    if not post.slug and stem.lower() in ("index", "readme", *(name.lower() for name in folders[-1:])):
        return above
    name = _unordered(stem) if unordered else stem
    try:
        return urljoin(above, post.slug or text(post.fields, "id") or name)
    except ValueError:  # a slug that has a host, which is none (`//[`)
        return above + name


def _unordered(name: str) -> str:
    """The name of a file or folder without the number that orders it.

    >>> _unordered("01-intro"), _unordered("02. First night"), _unordered("2024-01-02-notes"), _unordered("1.2-notes")
    ('intro', 'First night', '2024-01-02-notes', '1.2-notes')
    """
    return name if _NO_ORDER.match(name) else _ORDER.sub("", name, count=1) if _ORDER.match(name) else name


def _post(post: Address, path: str) -> str:
    dated = _DATED.fullmatch(path)
    if post.slug:
        return post.slug
    if dated:
        return dated["date"].replace("-", "/") + "/" + dated["before"] + dated["name"]
    return re.sub(r"(?:/index)?\.mdx?$", "", path)


def _page(post: Address, path: str) -> str:
    folders, stem = split_path(path)
    return post.slug or "/".join([*folders, "" if stem == "index" else stem])


def _dialect(body: str, _fields: Config) -> PlainBody:
    """The body without the fences around what is no code, and the comments that colour lines of code."""
    if "highlight-" in body:
        body = _HIGHLIGHT.sub("", body)
    if "mdx-code-block" not in body:
        return PlainBody(body)
    lines = body.split("\n")
    opened, ticks = -1, ""
    for at, line in enumerate(lines):
        fence = _MDX_FENCE.match(line) if opened < 0 else None
        if fence:
            opened, ticks = at, fence[1]
        elif opened >= 0 and line.strip() == ticks:
            lines[opened] = lines[at] = ""
            opened = -1
    return PlainBody("\n".join(lines))


_SETTINGS = tuple(f"docusaurus.config.{ending}" for ending in ("js", "ts", "mjs", "mts", "cjs", "cts"))

GENERATOR = Generator(
    name="docusaurus",
    rank=57,
    signs=_SETTINGS,
    settings=_SETTINGS,
    besides=("versions.json", "authors.yml"),
    published=("url",),
    site_names=("title",),
    configure=_configure,
    styles=(SlugStyle("docusaurus", github_shape, skipping, "anchor", html=False, images=True, titles=True),),
    locale=_locale,
    fields=_fields,
    unbuilt=_unbuilt,
    link=_link,
    links=LinkRules(roots=_roots, rooted=True, marks={"@site/": ""}, published=("static/",)),
    includes=mdx_parts.includes,
    dialect=_dialect,
)
