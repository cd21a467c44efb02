"""Jekyll: names for whole patterns of links, collections, Liquid, and kramdown's own of Markdown."""

from __future__ import annotations

import re

from ..text.fences import Fences
from .generator import Address, Config, Generator, Location, PlainBody, Site
from .permalinks import expand, page
from .site_config import language, table, text
from .slugs import SlugStyle, counted, github_shape

_PATTERNS = {
    "date": "/:categories/:year/:month/:day/:title:output_ext",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title:output_ext",
    "weekdate": "/:categories/:year/W:week/:short_day/:title:output_ext",
    "none": "/:categories/:title:output_ext",
}
#: What Liquid takes away, in code too: the marks of a text that it leaves alone, and comments whole.
_LIQUID = re.compile(r"\{%-?\s*(raw|comment)\s*-?%\}")
_LIQUID_END = {name: re.compile(rf"\{{%-?\s*end{name}\s*-?%\}}") for name in ("raw", "comment")}
#: kramdown: the id of a heading may stand on the next line.
_ID_BELOW = re.compile(r"^(#{1,6}[ \t].*)\n\{:(?=[^{}\n]*\}[ \t]*$)[^#{}\n]*#([\w:.-]+).*$", re.MULTILINE)
_HTML = re.compile(r"<(/?)(?:article|aside|center|details|div|dl|figure|footer|header|nav|ol|section|table|ul)\b", re.I)


def _configure(site: Site, config: Config) -> Site:
    base = text(config, "baseurl").strip("/")
    return site._replace(
        timezone=text(config, "timezone"),
        language=language(config.get("lang")),
        url=text(config, "permalink") or "date",
        base="/" + base if base else "",
        dated=True,
        permalinks=tuple(
            (name, text(collection, "permalink"))
            for name, collection in table(config, "collections").items()
            if isinstance(collection, dict) and text(collection, "output").lower() == "true" and name != "posts"
        ),
    )


def _link(site: Site, post: Address) -> str:
    if not {"_posts", "_drafts"}.isdisjoint(post.path.split("/")):
        return expand(_PATTERNS.get(site.url, site.url), site, post)
    ending = "/" if site.url == "pretty" or site.url.endswith("/") else ".html"
    if not post.path.startswith("_"):
        return page(post.path, ending)
    collection, _, path = post.path[1:].partition("/")
    pattern = dict(site.permalinks).get(collection)  # a folder that is no collection with pages has none
    if pattern is None:
        return ""
    pattern = (pattern or "/:collection/:path" + ending).replace(":collection", collection)
    return expand(pattern, site, post._replace(path=path))


def _categories(location: Location) -> str:
    return "/".join(category for path in location.post.categories for category in path).lower()


def _dialect(body: str) -> PlainBody:
    """Without Liquid's comments and `{% raw %}`, with ids on the line of their heading and HTML that is no code."""
    if "{%" in body:
        body = _without_liquid(body)
    if "\n{:" in body:
        body = _ID_BELOW.sub(r"\1 {#\2}\n", body)
    return PlainBody(_html_to_the_left(body) if "<" in body and "\n    " in body else body)


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


def _html_to_the_left(body: str) -> str:
    """HTML that kramdown reads up to the end of its element, whatever blank lines and indents are in it."""
    lines = body.split("\n")
    inside: list[int] = []
    fences, depth = Fences(), 0
    for at, line in enumerate(lines):
        if not fences.holds(line) and (depth or (line.startswith("<") and "markdown=" not in line)):
            depth += sum(-1 if tag[1] else 1 for tag in _HTML.finditer(line))
            inside.append(at)
        if depth <= 0:
            depth = 0
            for number in inside:
                lines[number] = lines[number].lstrip(" \t")
            inside.clear()
    return "\n".join(lines)


GENERATOR = Generator(
    name="jekyll",
    rank=20,
    signs=("_config.yml",),
    moved=(r"_config.yml has ^source:[ \t]*[\"']?([\w./ -]+)",),
    published=("url",),
    settings=("_config.yml",),
    configure=_configure,
    styles=(SlugStyle("kramdown", lambda heading: github_shape(heading.replace("\t", " ")), counted, "anchor"),),
    link=_link,
    patterns=_PATTERNS,
    translation_keys=("page_id", "ref", "lang-ref", "lang_ref", "language_reference"),
    placeholders={"categories": _categories, "category": _categories},
    dialect=_dialect,
    folder_categories=True,
    blank_separated=True,
)
