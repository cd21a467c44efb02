"""What is this post's address: metadata, the file's path and the site's pattern -> a link, or none.

Only http, https and paths are links; anything else (`javascript:`) gives a message
instead. A pattern with a placeholder that this post cannot fill gives no link: a wrong
link is worse than none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple

from . import dates
from .anchors import latin_slug, slugger
from .model import Problem
from .sites import Site

#: Jekyll's names for whole patterns.
_STYLES = {
    "date": "/:categories/:year/:month/:day/:title:output_ext",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title:output_ext",
    "weekdate": "/:categories/:year/W:week/:short_day/:title:output_ext",
    "none": "/:categories/:title:output_ext",
}
_PLACEHOLDER = re.compile(r":([a-z_]+)")
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
_BLANKS = re.compile("[\x00-\x20\x7f-\xa0]")
_UNSAFE = re.compile('[\x00-\x20"<>\\\\^`{|}\x7f-\xa0\u200b-\u200f\u2028-\u202f\u2066-\u2069\ufeff\ud800-\udfff]')
_INDEX = frozenset(("index", "_index"))


class Address(NamedTuple):
    """What a post's link can be made of; `path` is relative to the site's root, `date` on the wall clock.

    `link` is the address that the front matter gives, if any; `slug` only what it gives as such.
    """

    path: str
    link: str = ""
    slug: str = ""
    abbrlink: str = ""
    title: str = ""
    date: int | None = None
    categories: tuple[tuple[str, ...], ...] = ()


def url(site: Site, post: Address, *, pattern: str = "", base: str = "") -> tuple[str, str]:
    """The post's link and what was wrong with it: one of the two, or neither.

    `pattern` and `base` are the settings that stand above the site's own.

    >>> url(Site("hexo", url=":year/:title/"), Address("source/_posts/refcount.md", date=0))
    ('/1970/refcount/', '')
    >>> url(Site(), Address("a.md", link="javascript:alert(1)"))
    ('', 'this address is neither http, https nor a path (javascript:alert(1))')
    """
    before = (base or site.base).rstrip("/")
    if post.link:
        if _has_placeholders(post.link) or (site.flavour == "jekyll" and post.link in _STYLES):
            return _below(before, _expand(_STYLES.get(post.link, post.link), site, post)), ""
        ending = "/" if site.flavour == "zola" and not post.link.endswith("/") else ""
        return _given(post.link + ending, before)
    path = _expand(pattern, site, post) if pattern else _by_site(site, post)
    return _below(before, path), ""


def clashes(urls: Mapping[str, str]) -> list[Problem]:
    """A note for every post whose link an earlier one (by path) has too; `urls` maps paths to links.

    >>> [problem.path for problem in clashes({"b.md": "/x/", "a.md": "/x/", "c.md": ""})]
    ['b.md']
    """
    first: dict[str, str] = {}
    problems = []
    for path in sorted(urls):
        link = urls[path]
        if link and first.setdefault(link, path) != path:
            message = f"{first[link]} has the same address ({link})"
            problems.append(Problem(path, 1, "note", message, "give one of them another slug or permalink"))
    return problems


def _below(before: str, path: str) -> str:
    """A path as a link below the site's base; "" if there is none. A pattern may be a whole address itself."""
    if not path or re.match("https?://", path):
        return _escape(path)
    return before + "/" + re.sub("/{2,}", "/", _escape(path)).lstrip("/")


def _given(link: str, before: str) -> tuple[str, str]:
    """A link as the front matter gives it, if it is one that may be followed."""
    compact = _BLANKS.sub("", link)  # browsers take `java\tscript:` for what it is
    scheme = _SCHEME.match(compact)
    if scheme and scheme[0].lower() in ("http:", "https:") and re.match("//[^/]", compact[scheme.end() :]):
        return scheme[0].lower() + _escape(compact[scheme.end() :]), ""
    if scheme or compact[:2].replace("\\", "/") == "//":
        return "", f"this address is neither http, https nor a path ({compact[:60]})"
    return before + "/" + _escape(link.lstrip("/\\")), ""


def _by_site(site: Site, post: Address) -> str:
    rule = _RULES.get(site.flavour)
    return rule(site, post) if rule else ""


def _hexo(site: Site, post: Address) -> str:
    path = post.path.removeprefix("source/")
    if path.startswith(("_posts/", "_drafts/")):
        return _expand(site.url, site, post)
    return _page(path, ".html")


def _jekyll(site: Site, post: Address) -> str:
    if "_posts" in post.path.split("/") or "_drafts" in post.path.split("/"):
        return _expand(_STYLES.get(site.url, site.url), site, post)
    ending = "/" if site.url == "pretty" or site.url.endswith("/") else ".html"
    if not post.path.startswith("_"):
        return _page(post.path, ending)
    collection, _, path = post.path[1:].partition("/")
    pattern = dict(site.permalinks).get(collection)  # a folder that is no collection with pages has none
    if pattern is None:
        return ""
    pattern = (pattern or "/:collection/:path" + ending).replace(":collection", collection)
    return _expand(pattern, site, post._replace(path=path))


def _hugo(site: Site, post: Address) -> str:
    path = post.path.removeprefix("content/")
    for section, pattern in site.permalinks:
        if path.startswith(section.strip("/") + "/") and not path.endswith("_index.md"):
            return _expand(pattern, site, post)
    return _page(_with_slug(path, post.slug), "/").lower().replace(" ", "-")


def _zola(site: Site, post: Address) -> str:
    folders, stem = _split(post.path.removeprefix("content/"))
    before, _, language = stem.rpartition(".")
    if language in dict(site.permalinks):
        stem = before
    else:
        language = ""
    if stem == "index" and folders:
        *folders, stem = folders
    if stem != "_index":
        stem = post.slug or (site.dated and dates.split_name(stem)[1]) or stem
        stem = re.sub('[<>:"/|?*]', "", stem.rstrip(" .")) if site.url in ("safe", "off") else latin_slug(stem)
    return _page("/".join([*([language] if language else []), *folders, stem + ".md"]), "/") if stem else ""


def _astro(site: Site, post: Address) -> str:
    if post.path.startswith("src/pages/"):
        return _page(post.path.removeprefix("src/pages/"), "/")
    path = post.path.removeprefix("src/content/")
    collection, _, below = path.partition("/")
    if post.slug and below:
        return _page(f"{collection}/{post.slug}.md", "/")
    folders, stem = _split(path)
    return _page("/".join(slugger("github").slug(name) for name in (*folders, stem)) + ".md", "/")


def _mkdocs(site: Site, post: Address) -> str:
    docs = dict(site.permalinks).get("docs_dir", "docs")
    folders, stem = _split(post.path.removeprefix(docs + "/"))
    name = "index" if stem.lower() == "readme" else stem
    return _page("/".join([*folders, name + ".md"]), ".html" if site.url == "ugly" else "/")


def _mdbook(site: Site, post: Address) -> str:
    return "" if post.path.endswith("/SUMMARY.md") else _mkdocs(site, post)


_RULES = {
    "hexo": _hexo,
    "jekyll": _jekyll,
    "hugo": _hugo,
    "zola": _zola,
    "astro": _astro,
    "mkdocs": _mkdocs,
    "mdbook": _mdbook,
}


def _page(path: str, ending: str) -> str:
    """A page's link as its place in the tree; a file called index is its folder."""
    folders, stem = _split(path)
    names = folders if stem in _INDEX else [*folders, stem]
    link = "/" + "/".join(_escape_name(name) for name in names)
    return link if link == "/" else link + ("/" if stem in _INDEX else ending)


def _with_slug(path: str, slug: str) -> str:
    """The path with its last name (a bundle's folder) replaced by the slug."""
    folders, stem = _split(path)
    if not slug or stem == "_index":
        return path
    return "/".join([*(folders[:-1] if stem == "index" else folders), slug + ".md"])


def _split(path: str) -> tuple[list[str], str]:
    *folders, name = path.split("/")
    return folders, name.rpartition(".")[0] or name


def _has_placeholders(link: str) -> bool:
    return link.startswith((":", "/")) and any(name[1] in PLACEHOLDERS for name in _PLACEHOLDER.finditer(link))


def _expand(pattern: str, site: Site, post: Address) -> str:
    """The pattern with its placeholders filled, "" if one of them has nothing to stand for."""
    location = _location(site, post)
    values = {name: _value(name, location) for name in _PLACEHOLDER.findall(pattern)}
    if None in values.values():
        return ""
    return _PLACEHOLDER.sub(lambda name: values[name[1]] or "", pattern)


class _Location(NamedTuple):
    """Where a post is on its site: its folders, the file's name without suffix, and that without a date."""

    flavour: str
    folders: list[str]
    stem: str
    name: str
    post: Address


def _location(site: Site, post: Address) -> _Location:
    folders, stem = _split(_in_posts(post.path))
    if stem in _INDEX and folders:
        *folders, stem = folders
    return _Location(site.flavour, folders, stem, (dates.split_name(stem)[1] or stem) if site.dated else stem, post)


def _value(name: str, location: _Location) -> str | None:
    """What a placeholder stands for, None if this post does not have it."""
    if name in _OF_DATE:
        return None if location.post.date is None else _OF_DATE[name](dates.at(location.post.date))
    value = _OF_LOCATION[name](location) if name in _OF_LOCATION else None
    return value and "/".join(map(_escape_name, value.split("/")))


def _title(location: _Location) -> str | None:
    if location.flavour == "hugo":
        return _slug(location.post.title) or None
    return location.post.slug or (_path(location) if location.flavour == "hexo" else location.name)


def _given_slug(location: _Location) -> str | None:
    return location.post.slug or (_slug(location.post.title) or None if location.flavour == "hugo" else location.name)


def _path(location: _Location) -> str:
    return "/".join([*location.folders, location.name])


def _categories(location: _Location) -> str:
    categories = location.post.categories
    if location.flavour == "jekyll":
        return "/".join(each for path in categories for each in path).lower()
    return "/".join(categories[0]) if categories else ""


#: The placeholders of all generators, and how the ones of a post are made.
_OF_LOCATION: dict[str, Callable[[_Location], str | None]] = {
    "title": _title,
    "post_title": lambda location: _slug(location.post.title) or None,
    "name": lambda location: location.name,
    "filename": lambda location: location.stem,
    "basename": lambda location: location.stem,
    "contentbasename": lambda location: location.stem,
    "slug": _given_slug,
    "slugorfilename": lambda location: location.post.slug or location.stem,
    "slugorcontentbasename": lambda location: location.post.slug or location.stem,
    "path": _path,
    "section": lambda location: location.folders[0] if location.folders else "",
    "sections": lambda location: "/".join(location.folders),
    "categories": _categories,
    "category": lambda location: _categories(location) or ("uncategorized" if location.flavour == "hexo" else ""),
    "abbrlink": lambda location: location.post.abbrlink or None,
    "output_ext": lambda _location: ".html",
}
_OF_DATE: dict[str, Callable[[datetime], str]] = {
    "year": lambda when: f"{when.year:04}",
    "short_year": lambda when: f"{when.year % 100:02}",
    "month": lambda when: f"{when.month:02}",
    "i_month": lambda when: str(when.month),
    "monthname": lambda when: when.strftime("%B"),
    "day": lambda when: f"{when.day:02}",
    "i_day": lambda when: str(when.day),
    "y_day": lambda when: f"{when.timetuple().tm_yday:03}",
    "yearday": lambda when: str(when.timetuple().tm_yday),
    "week": lambda when: f"{when.isocalendar().week:02}",
    "short_day": lambda when: when.strftime("%a"),
    "hour": lambda when: f"{when.hour:02}",
    "minute": lambda when: f"{when.minute:02}",
    "second": lambda when: f"{when.second:02}",
}
#: Every placeholder that a pattern may have.
PLACEHOLDERS = frozenset((*_OF_DATE, *_OF_LOCATION))


def _in_posts(path: str) -> str:
    """The path below the folder that only holds posts (`source/_posts/`, `content/`)."""
    for folder in ("_posts/", "_drafts/"):
        if path.startswith(folder) or "/" + folder in path:
            return path.partition(folder)[2]
    return path.removeprefix("content/").removeprefix("src/content/")


def _slug(text: str) -> str:
    """Words joined by `-`, in lower case, as Hugo makes of a title."""
    return "-".join(re.findall(r"[\w.]+", text.lower()))


def _escape_name(name: str) -> str:
    return re.sub("[%?#:]", lambda char: f"%{ord(char[0]):02X}", name) if re.search("[%?#:]", name) else name


def _escape(link: str) -> str:
    """The link with blanks, quotes, control and direction characters as %XX; letters of all scripts stay."""
    return _UNSAFE.sub(lambda char: "".join(f"%{byte:02X}" for byte in char[0].encode("utf-8", "replace")), link)
