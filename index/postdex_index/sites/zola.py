"""Zola: names in Latin letters, languages as suffixes, dates that are no part of a link.

By its documentation and tests: it is not run here.
"""

from __future__ import annotations

import re
from unicodedata import category, normalize

from ..named_tuple import NamedTuple
from .generator import Address, Config, Generator, LinkRules, Site
from .locales import Locale, of_path
from .permalinks import split_path
from .site_config import language, languages, path_of, table, text
from .slugs import SlugStyle, github_shape, skipping

#: A date that a name begins with, and what is behind it.
_DATED = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d))?\s?[_-](.+)")
_CODE = re.compile(r"(``?)(.+?)\1")
#: What no name of a file may hold.
_UNSAFE = re.compile(r'[<>:"/\\|?*]')
#: Letters and signs that have no decomposition, as they are spelled in Latin letters.
_SPELLED = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
    | {"©": "(c)", "®": "(r)", "→": "-", "←": "-", "⁄": "/"}
)


class _Place(NamedTuple):
    """Where a file is: its folders, its name without suffix and language, and the code of that ("" for the site's)."""

    folders: list[str]
    name: str
    language: str


def _configure(site: Site, config: Config) -> Site:
    slugs, own = table(config, "slugify"), text(config, "default_language")
    others = [code for code in table(config, "languages") if code != own]
    return site._replace(
        language=language(own or ("en" if others else "")),
        base=path_of(text(config, "base_url")),
        dated=text(slugs, "paths_keep_dates") != "true",
        anchors=_SAFE.name if text(slugs, "anchors") in ("safe", "off") else _LATIN.name,
        url=text(slugs, "paths"),
        config=dict.fromkeys(others),
        languages=languages([own or "en", *others]) if others else (),
    )


def _place(site: Site, path: str) -> _Place:
    folders, stem = split_path(path.removeprefix("content/"))
    name, _, code = stem.partition(".")
    if code and code in site.config:
        return _Place(folders, name, code)
    return _Place(folders, stem, "")


def _locale(site: Site, path: str) -> Locale:
    """The locale of a file. Where the settings name no languages, paths may name them all the same."""
    if not site.config:
        return of_path(path)
    place = _place(site, path)
    page = "/".join([*place.folders, f"{place.name}.md"])
    return Locale(language(place.language), f"content/{page}" if path.startswith("content/") else page)


def _link(site: Site, post: Address) -> str:
    folders, name, code = _place(site, post.path)
    given = post.fields.get("path")
    if isinstance(given, str) and given.strip() and name != "_index":
        return given.strip().rstrip("/") + "/"
    if name in ("index", "_index"):
        bundle = name == "index" and folders
        name = folders[-1] if bundle else ""
        folders = folders[:-1] if bundle else folders
    if name or post.slug:
        undated = _DATED.fullmatch(name) if site.dated else None
        name = _path_slug(site, post.slug or (undated[1] if undated else name))
        if not name:
            return ""
    path = "/".join(filter(None, [code, *folders, name]))
    return path.replace("%", "%25").replace("#", "%23") + "/"


def _path_slug(site: Site, name: str) -> str:
    if site.url == "off":
        return name
    return _UNSAFE.sub("", name.rstrip(" .")) if site.url == "safe" else latin_slug(name)


def _unbuilt(_site: Site, _path: str, fields: Config | None) -> str:
    if fields is None:
        return "a page of Zola needs front matter"
    if fields.get("render") == "false":
        return "render = false"
    return "it only leads elsewhere (redirect_to)" if fields.get("redirect_to") else ""


def latin_slug(name: str) -> str:
    """The name for a text, "" if that takes more than leaving out accents: all scripts are spelled in Latin letters.

    >>> latin_slug("What's new in_Café?"), latin_slug("Straße — 2½"), latin_slug("搜索")
    ('what-s-new-in-cafe', 'strasse-21-2', '')
    """
    name = "".join(c for c in normalize("NFKD", name.lower()) if category(c) != "Mn").lower().translate(_SPELLED)
    unknown = any(c > "\x7f" and category(c)[0] not in "PZ" for c in name)
    return "" if unknown else re.sub("[^a-z0-9]+", "-", name).strip("-")


def _plain(heading: str) -> str:
    """The text of a heading with its code, lines joined."""
    return _CODE.sub(r"\2", heading).replace("\n", "")


def _shape(heading: str) -> str:
    return latin_slug(_plain(heading)) or github_shape(_plain(heading))


def _safe_shape(heading: str) -> str:
    return re.sub("[ \t\f\r]", "_", _plain(heading))


_LATIN = SlugStyle("zola", _shape, skipping, "reserved", html=False, images=True, braces=True, guesses=True)
_SAFE = SlugStyle("zola-safe", _safe_shape, skipping, "reserved", html=False, images=True, braces=True)

GENERATOR = Generator(
    name="zola",
    rank=40,
    signs=(r"config.toml has ^\s*(?:\[markdown\]|base_url\s*=)",),
    posts=("content",),
    settings=("config.toml",),
    published=("base_url",),
    site_names=("title",),
    configure=_configure,
    styles=(_LATIN, _SAFE),
    locale=_locale,
    unbuilt=_unbuilt,
    link=_link,
    links=LinkRules(marks={"@/": "content/"}, published=("static/",)),
    gives_links=True,
)
