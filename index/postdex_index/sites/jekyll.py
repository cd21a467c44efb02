"""Jekyll: names for whole patterns of links, collections, fields by scope, files that are no pages, and Liquid."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache, partial
from html import unescape
from typing import TYPE_CHECKING

from ..formats import dates
from ..text.globs import wildcard
from .detect import file_text
from .generator import Address, Config, Generator, LinkRules, Location, PlainBody, Site
from .includes import Include, below
from .kramdown import as_commonmark, basic_id
from .locales import Locale, of_path
from .site_config import language, languages, table, text
from .slugs import SlugStyle, counted, github_shape, outside_code

if TYPE_CHECKING:
    from ..formats.yaml_fast import Value

_PATTERNS = {
    "date": "/:categories/:year/:month/:day/:title:output_ext",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title:output_ext",
    "weekdate": "/:categories/:year/W:week/:short_day/:title:output_ext",
    "none": "/:categories/:title:output_ext",
}
#: What a page's link ends with where the pattern of posts is one of these.
_ENDINGS = {"pretty": "/", "date": ".html", "ordinal": ".html", "none": ".html"}
#: The field of a pattern for the link, once it is told from an address that is given.
_PERMALINK = "permalink:"
_PLACEHOLDER = re.compile(r":([a-z_]+)")
_DATED = re.compile(r"(\d{2,4}-\d{1,2}-\d{1,2})-(.*)")
_NOT_IN_NAMES = re.compile(r"(?:[^\w]|_)+")
#: Signs that a title keeps in links.
_NOT_IN_TITLES = re.compile(r"[^\w.~!$&'()+,;=@]+")
#: So many scopes, and patterns of files, are read.
_MOST = 500
_SUFFIXES = "markdown,mkdown,mkdn,mkd,md"
_EXCLUDED = (
    *(".sass-cache", ".jekyll-cache", "gemfiles", "Gemfile", "Gemfile.lock", "node_modules"),
    *("vendor/bundle/", "vendor/cache/", "vendor/gems/", "vendor/ruby/"),
)
#: A plugin that makes pages of files without front matter, and a set that it is in; files that it leaves alone.
_OPTIONAL, _GEMFILE = ("jekyll-optional-front-matter", "github-pages"), "Gemfile"
_NO_PAGES = frozenset(
    (
        *("readme", "license", "licence", "copying", "code_of_conduct", "contributing"),
        *("issue_template", "pull_request_template"),
    )
)
_SIGNS = re.compile("---?|<< ?| ?>>")
#: A folder in a link, or a part of a name between points.
_NAME_IN_LINK = re.compile(r"/[^/.]+(?=/)|\.[^/.]+(?=[/.])")
_IN_PATH = re.compile(r"[a-z]{2,3}(?:[_-][A-Za-z]{2,4}){0,2}")
_OF_DATE = {
    **{"year": "%Y", "month": "%m", "day": "%d", "hour": "%H", "minute": "%M", "second": "%S", "i_day": "%-d"},
    **{"i_month": "%-m", "short_month": "%b", "long_month": "%B", "short_year": "%y", "w_year": "%G", "week": "%V"},
    **{"w_day": "%u", "short_day": "%a", "long_day": "%A", "y_day": "%j"},
}
#: What Liquid takes away, in code too: the marks of a text that it leaves alone, and comments whole.
_LIQUID = re.compile(r"\{%-?\s*(raw|comment)\s*-?%\}")
_LIQUID_END = {name: re.compile(rf"\{{%-?\s*end{name}\s*-?%\}}") for name in ("raw", "comment")}
#: A file beside a page that stands in its text.
_RELATIVE = re.compile(r"\{%-?\s*include_relative\s+([^\s%]+)(?=[\s%])[^%]*%\}")


def _configure(site: Site, config: Config) -> Site:
    base = text(config, "baseurl").strip("/")
    collections = config.get("collections")
    written = collections.items() if isinstance(collections, dict) else ()
    kramdown = table(config, "kramdown")
    polyglot = "jekyll-polyglot" in _plugins(config) or "polyglot" in _plugins(config)
    given: dict[str, Value] = {
        **{name: _first(config.get(name)) for name in ("defaults", "exclude", "include", "optional_front_matter")},
        "plugins": [
            *_plugins(config),
            *(["github-pages"] if "github-pages" in file_text(site.root / _GEMFILE) else []),
        ],
        **{name: text(config, name) for name in ("future", "markdown_ext", "lang_from_path")},
        "collections": list(collections or ()) if isinstance(collections, (dict, list)) else [],
        "collections_dir": _folder(config, "collections_dir"),
        "polyglot": (text(config, "default_lang") or "en") if polyglot else "",
    }
    return site._replace(
        timezone=text(config, "timezone"),
        language=language(config.get("lang") or config.get("default_lang") or config.get("locale")),
        languages=languages(_texts(config, "languages")),
        url=text(config, "permalink") or "date",
        base="/" + base if base else "",
        dated=True,
        source=_folder(config, "source"),
        config=given,
        slugs=_slugs(kramdown),
        permalinks=tuple(
            (name, text(collection, "permalink"))
            for name, collection in written
            if isinstance(collection, dict) and (text(collection, "output").lower() == "true" or name == "posts")
        ),
    )


def _first(value: Value) -> Value:
    """A setting; of a list the members that are read."""
    return value[:_MOST] if isinstance(value, list) else value


def _folder(config: Config, name: str) -> str:
    """A setting that is a folder below the root, with a `/` behind it; "" for the root itself."""
    folder = text(config, name).strip("/").removeprefix("./").removesuffix("/.")
    return f"{folder}/" if folder not in ("", ".") else ""


def _texts(config: Config, name: str) -> list[str]:
    """The texts of a setting that is a list."""
    value = config.get(name)
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _plugins(config: Config) -> list[str]:
    return [*_texts(config, "plugins"), *_texts(config, "gems")]


def _slugs(kramdown: Config) -> SlugStyle | None:
    """The style of ids that kramdown's options ask for, if it is not the usual one."""
    prefix = text(kramdown, "auto_id_prefix")
    if text(kramdown, "auto_ids").lower() == "false":
        return _STYLE._replace(shape=lambda _heading: "", number=lambda _slugs, slug: slug)
    style = _STYLE
    if text(kramdown, "input").lower() == "kramdown":
        style = style._replace(shape=basic_id)
    if prefix:
        return style._replace(number=lambda slugs, slug: prefix + counted(slugs, slug))
    return style if style is not _STYLE else None


def _shape(heading: str) -> str:
    """Dashes and guillemets are signs, but in code."""
    return github_shape(outside_code(heading, partial(_SIGNS.sub, "")).replace("\t", " "))


_STYLE = SlugStyle("kramdown", _shape, counted, "anchor", html=False)


def _place(site: Site, path: str) -> tuple[str, str]:
    """The collection of a path ("pages" if it is in none), and the path in the folder that the collection lies in."""
    below = path.removeprefix(site.source)
    folder = text(site.config, "collections_dir")
    inside = below.removeprefix(folder)
    parts = below.split("/")
    if below.startswith(folder):
        for name in ("posts", "drafts"):
            if f"_{name}" in parts[:-1]:
                return name, inside
        name, slash, _ = inside.removeprefix("_").partition("/")
        if slash and inside.startswith("_") and name in (*_texts(site.config, "collections"), *dict(site.permalinks)):
            return name, inside
    return "pages", below


def _fields(site: Site, path: str, front_matter: Config) -> Config:
    """Front matter with what the scopes of the settings give, and what follows from it."""
    kind, inside = _place(site, path)
    fields: dict[str, Value] = dict(front_matter)
    given: dict[str, Value] = {}
    before: Config | None = None
    for scope, values in _scopes(site, inside, kind):
        wins = before is None or _precedes(before, scope)
        given = {**given, **values} if wins else {**values, **given}
        before = scope if wins else before
    if kind == "pages":
        given.pop("published", None)  # a page asks for its own alone
    categories = [*_listed(given.get("categories")), *_listed(front_matter.get("categories"))]
    fields = {
        **given,
        **{name: value for name, value in front_matter.items() if value is not None or name not in given},
    }
    if given.get("categories") and categories:
        fields["categories"] = list(dict.fromkeys(categories))
    fields[_PERMALINK] = fields.pop("permalink", None)
    if text(site.config, "polyglot"):
        fields.setdefault("ref", fields[_PERMALINK])  # translations have one there
    for name in ("url", "path"):
        fields.pop(name, None)
    if isinstance(title := fields.get("title"), str) and "&" in title:
        fields["title"] = unescape(title)
    if kind != "pages" and text(site.config, "future").lower() != "true" and "publishDate" not in fields:
        name = path.rpartition("/")[2]
        dated = _DATED.match(name) if kind == "posts" else None
        fields["publishDate"] = fields.get("date") or (dated[1] if dated else None)
    return fields


def _scopes(site: Site, path: str, kind: str) -> Iterator[tuple[Config, Config]]:
    """The scopes of `defaults` that hold for a path, with their values, in their order."""
    defaults = site.config.get("defaults")
    for given in defaults if isinstance(defaults, list) else ():
        if isinstance(given, dict) and isinstance(values := given.get("values"), dict):
            scope = table(given, "scope")
            kinds = (kind, kind.removesuffix("s")) if kind in ("pages", "posts", "drafts") else (kind,)
            folder = text(scope, "path").removeprefix("/").removeprefix(text(site.config, "collections_dir"))
            if "type" in scope and text(scope, "type") not in kinds:
                continue
            if path.startswith(folder) if "*" not in folder else _fits(folder, path, prefix=True):
                yield scope, values


def _precedes(before: Config, scope: Config) -> bool:
    lengths = [len(text(item, "path").removeprefix("/")) for item in (before, scope)]
    return lengths[1] > lengths[0] if lengths[0] != lengths[1] else "type" in scope or "type" not in before


def _listed(value: Value) -> list[str]:
    return value.split() if isinstance(value, str) else _texts({"": value}, "")


def _fits(pattern: str, path: str, *, prefix: bool = False) -> bool:
    """Whether a pattern fits a path; with `prefix`, one of the folders that lead to it, or the path."""
    regex = _pattern(pattern.rstrip("/") if prefix else pattern)
    names = path.split("/")
    paths = ["/".join(names[:stop]) for stop in range(1, len(names) + 1)] if prefix else [path]
    return any(regex.fullmatch(item.encode("utf-8", "replace")) for item in paths)


@lru_cache(maxsize=4 * _MOST)
def _pattern(pattern: str) -> re.Pattern[bytes]:
    return re.compile(wildcard(pattern))


def _unbuilt(site: Site, path: str, fields: Config | None) -> str:
    config = site.config
    if not path.startswith(site.source):
        return f"not in {site.source}, where Jekyll looks for pages"
    kind, inside = _place(site, path)
    below = path.removeprefix(site.source)
    name = path.rpartition("/")[2]
    if name.rpartition(".")[2] not in (text(config, "markdown_ext") or _SUFFIXES).replace(" ", "").split(","):
        return "Jekyll makes no pages of files with this suffix"
    included = _texts(config, "include")
    if reason := _left_out(site, below, inside, kind, included):
        return reason
    if kind in ("posts", "drafts"):
        return "" if kind == "drafts" or _DATED.match(name) else "a post without a date in its name"
    if kind != "pages" and kind not in dict(site.permalinks):
        return f"in _{kind}/, which is no collection with pages"
    if fields is None and not (kind == "pages" and _takes_all(site, name, included)):
        return "it has no front matter"
    return ""


def _left_out(site: Site, below: str, inside: str, kind: str, included: Iterable[str]) -> str:
    """Which of the names on the way to a file leave it out, and why; "" if none does."""
    excluded = _texts(site.config, "exclude")
    own = {f"_{kind}"} if kind != "pages" else set()
    names = below.split("/")
    if any(pattern.lstrip("/") == below for pattern in included):
        return ""
    for stop in range(1, len(names) + 1):
        entry, name = "/".join(names[:stop]), names[stop - 1]
        if any(_covers(pattern, entry) or _covers(pattern, name) for pattern in included):
            continue
        folder = stop < len(names)
        if any(_covers(pattern, entry, folder=folder) for pattern in (*excluded, *_EXCLUDED)):
            return "left out by the site's settings (exclude)"
        if name[0] in "._#~" and not (name in own and folder):
            return f"{name} begins as what is no page does"
    return ""


def _covers(pattern: str, entry: str, *, folder: bool = False) -> bool:
    pattern = pattern.lstrip("/")
    if not pattern or entry.startswith(pattern) or (folder and pattern == f"{entry}/"):
        return bool(pattern)
    return ("*" in pattern or "?" in pattern) and _fits(pattern, entry)


def _takes_all(site: Site, name: str, included: Iterable[str]) -> bool:
    """Whether a plugin makes a page of a file without front matter."""
    enabled = text(table(site.config, "optional_front_matter"), "enabled").lower() != "false"
    left_alone = name.rpartition(".")[0].lower() in _NO_PAGES and not any(
        _covers(pattern, name) for pattern in included
    )
    return enabled and not left_alone and any(plugin in _OPTIONAL for plugin in _plugins(site.config))


def _link(site: Site, post: Address) -> str:
    """A link by the pattern that the front matter, the collection or the site gives."""
    kind, inside = _place(site, post.path)
    folders, _, name = inside.rpartition("/")
    stem = (name.rpartition(".")[0] or name).rstrip(".")
    given, style = text(post.fields, _PERMALINK), site.url
    ending = _ENDINGS.get(style, "/" if style.endswith("/") else ".html" if style.endswith(":output_ext") else "")
    if kind == "pages":
        values = {"path": folders, "basename": stem, "output_ext": ".html"}
        pattern = given or ("/:path/" if stem == "index" else f"/:path/:basename{ending}")
    else:
        collections = dict(site.permalinks)
        if kind not in ("posts", "drafts") and kind not in collections:
            return ""
        of_collection = collections.get(kind, "") or (
            "" if kind in ("posts", "drafts") else f"/:collection/:path{ending}"
        )
        pattern = given or of_collection or _PATTERNS.get(style, style)
        values = _placeholders(post, kind, inside, stem)
    link = _expanded(pattern, values, keep=kind == "pages")
    return _localised(site, post, link) if text(site.config, "polyglot") else link


def _placeholders(post: Address, kind: str, inside: str, stem: str) -> dict[str, str]:
    """What the placeholders of a document stand for."""
    dated = _DATED.fullmatch(stem)
    slug = post.slug or (dated[2] if dated else stem)
    words = list(dict.fromkeys(word.lower() for path in post.categories for word in path))
    values = {
        "collection": kind,
        "name": _named(_NOT_IN_NAMES, stem).lower(),
        "title": _named(_NOT_IN_TITLES, slug),
        "slug": _named(_NOT_IN_NAMES, slug).lower(),
        "categories": "/".join(words),
        "slugified_categories": "/".join(dict.fromkeys(_named(_NOT_IN_NAMES, word).lower() for word in words)),
        "output_ext": ".html",
        "path": (inside.rpartition("/")[0] + "/" + stem).replace(f"_{kind}", "", 1),
    }
    if post.date_seconds is not None:
        when = dates.at(post.date_seconds)
        values |= {name: when.strftime(form) for name, form in _OF_DATE.items()}
    return values


def _named(others: re.Pattern[str], name: str) -> str:
    return re.sub("^-|-$", "", others.sub("-", name))


def _expanded(pattern: str, values: Mapping[str, str], *, keep: bool) -> str:
    """The pattern with its placeholders filled; "" if one stands for nothing, unless such ones are to `keep`."""
    unknown: list[str] = []

    def filled(match: re.Match[str]) -> str:
        name = match[1]
        for candidate, rest in ((name, ""), (name.rstrip("_"), "_")):
            if candidate in values:
                return values[candidate].replace("%", "%25").replace("#", "%23") + (rest if name.endswith("_") else "")
        unknown.append(name)
        return match[0]

    path = "/" + _PLACEHOLDER.sub(filled, pattern)
    path = re.sub("/+", "/", path.replace("..", "/").replace("./", ""))
    return "" if unknown and not keep else path


def _language_of(site: Site, path: str) -> str:
    """The language that polyglot sees in a path, if the settings ask for it."""
    names = path.removeprefix(site.source).split("/")
    at = 1 if names[0].startswith("_") else 0
    in_path = text(site.config, "lang_from_path").lower() == "true" and len(names) > at + 1
    return names[at] if in_path and _IN_PATH.fullmatch(names[at]) else ""


def _localised(site: Site, post: Address, link: str) -> str:
    """A link in the folder of its language, and without that otherwise."""
    default = text(site.config, "polyglot")
    lang = text(post.fields, "lang") or _language_of(site, post.path) or default
    codes = {*site.languages, default.lower()}
    link = _NAME_IN_LINK.sub(lambda name: "" if name[0][1:].lower() in codes else name[0], link)
    return link if lang == default or language(lang) not in site.languages else f"/{lang}{link}"


def _locale(site: Site, path: str) -> Locale:
    if not text(site.config, "polyglot"):
        return of_path(path)
    lang = language(_language_of(site, path))
    return Locale(lang, path.replace(f"{lang}/", "", 1)) if lang else Locale("", path)


def _categories(location: Location) -> str:
    return "/".join(category for path in location.post.categories for category in path).lower()


def _named_by_file(name: str) -> str:
    """
    >>> _named_by_file("the-first-LIGHT")
    'The First Light'
    """
    return " ".join(word.capitalize() for word in name.split("-"))


def _includes(_site: Site, path: str, body: str) -> Iterator[Include]:
    """The files beside a page, or below its folder, that it takes in. These name others from the page's folder, which
    lies above theirs."""
    folders = [posixpath.dirname(path)]
    while folders[-1]:
        folders.append(posixpath.dirname(folders[-1]))
    for match in _RELATIVE.finditer(body) if "include_relative" in body else ():
        is_named = "{" not in match[1] and ".." not in match[1].split("/")
        target, *others = [below(folder, match[1]) for folder in folders] if is_named else [""]
        yield Include(*match.span(), target, others=tuple(others))


def _dialect(body: str, _fields: Config) -> PlainBody:
    """Without Liquid's comments and `{% raw %}`, as kramdown reads it."""
    return PlainBody(as_commonmark(_without_liquid(body) if "{%" in body else body))


def _without_liquid(body: str) -> str:
    pieces: list[str] = []
    unclosed: set[str] = set()
    at = 0
    for opened in _LIQUID.finditer(body):
        name = opened[1]
        closed = _LIQUID_END[name].search(body, opened.end()) if opened.start() >= at and name not in unclosed else None
        if closed:
            inside = body[opened.end() : closed.start()]
            pieces += body[at : opened.start()], inside if name == "raw" else "\n" * inside.count("\n")
            at = closed.end()
        elif opened.start() >= at:
            unclosed.add(name)
    return "".join([*pieces, body[at:]])


GENERATOR = Generator(
    name="jekyll",
    rank=20,
    signs=("_config.yml",),
    moved=(r"_config.yml has ^source:[ \t]*[\"']?([\w./ -]+)",),
    published=("url",),
    site_names=("title", "name"),
    settings=("_config.yml",),
    besides=(_GEMFILE,),
    configure=_configure,
    styles=(_STYLE,),
    locale=_locale,
    fields=_fields,
    unbuilt=_unbuilt,
    link=_link,
    links=LinkRules(tags={"post_url": "name", "link": "file"}),
    includes=_includes,
    dialect=_dialect,
    named=_named_by_file,
    translation_keys=("page_id", "ref", "lang-ref", "lang_ref", "language_reference"),
    placeholders={"categories": _categories, "category": _categories},
    folder_categories=True,
    blank_separated=True,
)
