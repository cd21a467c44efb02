"""Zola: names in Latin letters, languages as suffixes, dates that are no part of a link."""

from __future__ import annotations

import re
from unicodedata import category, normalize

from .generator import Address, Config, Generator, Site
from .permalinks import page, split_path, undated
from .site_config import language, languages, path_of, table, text
from .slugs import SlugStyle, github_shape, skipping


def _configure(site: Site, config: Config) -> Site:
    slugs, own, others = table(config, "slugify"), text(config, "default_language"), table(config, "languages")
    return site._replace(
        language=language(own or ("en" if others else "")),
        base=path_of(text(config, "base_url")),
        dated=text(slugs, "paths_keep_dates") != "true",
        anchors=_SAFE.name if text(slugs, "anchors") in ("safe", "off") else _LATIN.name,
        url=text(slugs, "paths"),
        permalinks=tuple((code, "") for code in others),
        languages=languages([own or "en", *others]) if others else (),
    )


def _link(site: Site, post: Address) -> str:
    if post.link:
        return post.link.rstrip("/") + "/"
    folders, stem = split_path(post.path.removeprefix("content/"))
    before, _, code = stem.rpartition(".")
    above = [code] if code in dict(site.permalinks) else []
    if above:
        stem = before
    if stem == "index" and folders:
        *folders, stem = folders
    if stem != "_index":
        stem = post.slug or (undated(stem) if site.dated else stem)
        stem = re.sub('[<>:"/|?*]', "", stem.rstrip(" .")) if site.url in ("safe", "off") else latin_slug(stem)
    return page("/".join([*above, *folders, stem + ".md"]), "/") if stem else ""


def latin_slug(name: str) -> str:
    """The name for a text, "" if that takes more than leaving out accents: all scripts are spelled in Latin letters.

    >>> latin_slug("What's new in_Café?"), latin_slug("搜索")
    ('what-s-new-in-cafe', '')
    """
    name = "".join(c for c in normalize("NFKD", name.lower()) if category(c) != "Mn")
    return "" if any(c > "\x7f" and c.isalnum() for c in name) else re.sub("[^a-z0-9]+", "-", name).strip("-")


def _shape(heading: str) -> str:
    return latin_slug(heading.replace("`", "")) or github_shape(heading)


_LATIN = SlugStyle("zola", _shape, skipping, "reserved")
_SAFE = SlugStyle("zola-safe", lambda heading: re.sub("[ \t]", "_", heading.replace("`", "")), skipping, "reserved")

GENERATOR = Generator(
    name="zola",
    rank=40,
    signs=(r"config.toml has ^\s*(?:\[markdown\]|base_url\s*=)",),
    posts=("content",),
    published=("base_url",),
    settings=("config.toml",),
    configure=_configure,
    styles=(_LATIN, _SAFE),
    link=_link,
    gives_links=True,
)
