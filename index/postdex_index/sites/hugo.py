"""Hugo: pages as they lie below `content`, patterns of links by section, and settings whose keys have any case."""

from __future__ import annotations

from .generator import Address, Config, Generator, Site
from .permalinks import expand, page, title_slug, with_slug
from .site_config import language, path_of, table, text
from .slugs import SlugStyle, skipping

_OWN = ("hugo.toml", "hugo.yaml", "hugo.yml", "hugo.json")
#: What only others write into a `config.toml`.
_OF_OTHERS = r"^\s*(?:\[markdown\]|base_url\s*=)"


def _configure(site: Site, config: Config) -> Site:
    low = {key.lower(): value for key, value in config.items()}
    pages = table(low, "permalinks")
    pages = table(pages, "page") if isinstance(pages.get("page"), dict) else pages
    return site._replace(
        timezone=text(low, "timezone"),
        language=language(low.get("defaultcontentlanguage") or low.get("languagecode")),
        base=path_of(text(low, "baseurl")),
        permalinks=tuple((name, value) for name, value in pages.items() if isinstance(value, str)),
    )


def _link(site: Site, post: Address) -> str:
    path = post.path.removeprefix("content/")
    for section, pattern in site.permalinks:
        if path.startswith(section.strip("/") + "/") and not path.endswith("_index.md"):
            return expand(pattern, site, post)
    return page(with_slug(path, post.slug), "/").lower().replace(" ", "-")


def _shape(heading: str) -> str:
    """Of a heading on several lines the last one."""
    lower = heading.strip(" ").rpartition("\n")[2].lower().replace(" ", "-")
    return "".join(c for c in lower if c in "-_" or c.isalpha() or c.isdecimal()) or "heading"


GENERATOR = Generator(
    name="hugo",
    rank=30,
    signs=(
        *_OWN,
        "config/_default/",
        rf"config.toml, content/, no config.toml has {_OF_OTHERS}",
        rf"config.toml has (?i)^\s*baseurl\s*=, no config.toml has {_OF_OTHERS}",
    ),
    posts=("content",),
    moved=tuple(
        # Above all tables, where it is that of the whole site.
        rf"{file} has \A[^\[]*?^[\"']?(?i:contentdir)[\"']?[ \t]*[:=][ \t]*[\"']?([\w./ -]+)"
        for file in (*_OWN, "config.toml")
    ),
    published=("baseURL",),
    settings=(
        *(*_OWN, "config.toml"),
        *("config/_default/hugo.toml", "config/_default/config.toml", "config/_default/hugo.yaml"),
    ),
    configure=_configure,
    styles=(SlugStyle("hugo", _shape, skipping, "reserved", images=True),),
    link=_link,
    placeholders={"title": title_slug, "slug": lambda location: location.post.slug or title_slug(location)},
)
