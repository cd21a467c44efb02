"""MkDocs: pages as they lie below the folder of documents, and anchors in ASCII; posts of Material's blogs."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from ..text.gitignore import Patterns
from .generator import Address, Config, Generator, PlainBody, Site
from .permalinks import expand, first_category, page, split_path
from .python_markdown import TOC, as_commonmark, extensions, toc_style, unicode_slug
from .site_config import language, languages, path_of, table, text
from .snippets import includes, syntax_of

if TYPE_CHECKING:
    from ..formats.yaml_fast import Value

#: Files that are no pages whatever the settings say.
_EXCLUDED = (".*", "/templates/")
#: Settings with patterns of others.
_EXCLUDING = ("exclude_docs", "draft_docs")
#: Levels of the navigation, and pages in it, that are read.
_DEEPEST, _MOST = 16, 100_000
#: The parts of a date in the address of a post, as Unicode's formats write them.
_DATE = {"yyyy": ":year", "yy": ":short_year", "MMMM": ":monthname", "MM": ":month", "M": ":i_month", "dd": ":day"}
_DATE |= {"d": ":i_day"}


def _configure(site: Site, config: Config) -> Site:
    ugly = text(config, "use_directory_urls").lower() in ("false", "no", "off")
    docs = (text(config, "docs_dir") or "docs").strip("/")
    listed, plugins = extensions(config.get("markdown_extensions")), extensions(config.get("plugins"))
    syntax = syntax_of(listed, plugins, docs)
    codes = languages(_codes(plugins.get("i18n", {}).get("languages"), table(config, "extra").get("alternate")))
    generator = site.generator._replace(includes=partial(includes, syntax)) if syntax else site.generator
    theme = table(config, "theme")
    # Material's pages are called what they say themselves; in the navigation alone they have its name.
    material = (text(theme, "name") or text(config, "theme")) == "material"
    titles = {f"{docs}/{path}": title for path, title in _titles(config.get("nav"))}
    excluded = (*_EXCLUDED, *(line for name in _EXCLUDING for line in text(config, name).split("\n")))
    return site._replace(
        generator=generator,
        language=language(theme.get("language")) or next(iter(codes), ""),
        languages=codes if len(codes) > 1 else (),
        base=path_of(text(config, "site_url")),
        url="ugly" if ugly else "",
        slugs=toc_style(listed),
        titles={} if material else titles,
        config=dict(titles) if material else {},
        source=f"{docs}/",
        permalinks=tuple(_blogs(config.get("plugins"))),
        excluded=excluded,
    )


def _codes(built: Value, linked: Value) -> Iterator[Value]:
    """The languages of the plugin i18n, its default one first, and those that Material's header leads to."""
    rows = [row for row in built if isinstance(row, dict)] if isinstance(built, list) else []
    yield from (row.get("locale") for row in sorted(rows, key=lambda row: text(row, "default").lower() != "true"))
    yield from built if isinstance(built, dict) else ()
    yield from (row.get("lang") for row in linked if isinstance(row, dict)) if isinstance(linked, list) else ()


def _titles(nav: Value) -> Iterator[tuple[str, str]]:
    """The paths of pages that the navigation has a title for, with that."""
    rest = [(nav, _DEEPEST)]
    for _ in range(_MOST):
        if not rest:
            return
        value, depth = rest.pop()
        for entry in value if isinstance(value, list) else [value]:
            for title, target in entry.items() if isinstance(entry, dict) else ():
                if isinstance(target, str):
                    yield target, title
                elif depth:
                    rest.append((target, depth - 1))


def _fields(site: Site, path: str, front_matter: Config) -> Config:
    """Front matter with the title that the navigation of a site of Material has, if it has none itself."""
    title = site.config.get(path)
    return front_matter if title is None or text(front_matter, "title") else {**front_matter, "title": title}


def _blogs(plugins: Value) -> Iterator[tuple[str, str]]:
    """The folder of posts of each blog, below that of documents, with the pattern of their addresses."""
    for name, options in extensions(plugins).items():
        if name in ("blog", "material/blog"):
            blog = text(options, "blog_dir") or "blog"
            folder = (text(options, "post_dir") or "{blog}/posts").replace("{blog}", blog)
            date = re.sub("y+|M+|d+", lambda part: _DATE.get(part[0], part[0]), text(options, "post_url_date_format"))
            pattern = text(options, "post_url_format") or "{date}/{slug}"
            pattern = pattern.replace("{date}", date or ":year/:month/:day").replace("{slug}", ":slug")
            pattern = pattern.replace("{file}", ":name").replace("{categories}", ":category")
            yield os.path.normpath(folder) + "/", os.path.normpath(f"/{blog}/{pattern}")


def _link(site: Site, post: Address) -> str:
    """A post of a blog by its pattern; a page as it lies below the folder of documents, a README as its folder."""
    for folder, pattern in site.permalinks:
        if post.path.startswith(site.source + folder):
            link = expand(pattern, site, post)
            return link and link + (".html" if site.url else "/")
    folders, stem = split_path(post.path.removeprefix(site.source))
    name = "index" if stem.lower() == "readme" else stem
    return page("/".join([*folders, name + ".md"]), ".html" if site.url else "/")


def _unbuilt(site: Site, path: str, _fields: Mapping[str, Value] | None) -> str:
    """A README beside an index gives way to it; the settings exclude files, and folders but for files they take in."""
    below = path.removeprefix(site.source)
    folder, _, name = below.rpartition("/")
    if name == "README.md" and os.path.exists(site.root / site.source / folder / "index.md"):
        return "MkDocs takes the index.md beside it"
    patterns = _patterns(site.excluded)
    verdict, above = patterns.verdict(below), below
    while verdict is None and "/" in above:
        above = above.rpartition("/")[0]
        verdict = patterns.verdict(above, folder=True)
    return "mkdocs.yml excludes it" if verdict else ""


@lru_cache(maxsize=8)
def _patterns(lines: Sequence[str]) -> Patterns:
    return Patterns(lines)


def _named(name: str) -> str:
    """What a page is called by its file's name, where neither it nor the navigation says more."""
    words = name.replace("-", " ").replace("_", " ")
    return words.capitalize() if words == words.lower() else words


GENERATOR = Generator(
    name="mkdocs",
    title="MkDocs",
    rank=60,
    signs=("mkdocs.yml", "mkdocs.yaml"),
    posts=("docs",),
    moved=tuple(rf"{file} has ^docs_dir:[ \t]*[\"']?([\w./ -]+)" for file in ("mkdocs.yml", "mkdocs.yaml")),
    published=("site_url",),
    site_names=("site_name",),
    settings=("mkdocs.yml", "mkdocs.yaml"),
    configure=_configure,
    styles=(TOC._replace(name="mkdocs"),),
    fields=_fields,
    unbuilt=_unbuilt,
    link=_link,
    named=_named,
    placeholders={
        "slug": lambda location: location.post.slug or unicode_slug(location.post.title) or None,
        "category": lambda location: unicode_slug(first_category(location)),
    },
    dialect=lambda body, _fields: PlainBody(as_commonmark(body, attributes=False)),
)
