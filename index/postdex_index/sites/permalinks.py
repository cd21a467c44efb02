"""What is this post's address: metadata, the file's path and the site's pattern -> a link, or none.

Only http, https and paths are links; anything else (`javascript:`) gives a message
instead. A pattern with a placeholder that this post cannot fill gives no link: a wrong
link is worse than none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeAlias

from ..formats import dates
from ..model import Problem
from ..named_tuple import NamedTuple
from .generator import Address, Location, Site

_PLACEHOLDER = re.compile(r":([a-z_]+)")
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
_BLANKS = re.compile("[\x00-\x20\x7f-\xa0]")
_UNSAFE = re.compile('[\x00-\x20"<>\\\\^`{|}\x7f-\xa0\u200b-\u200f\u2028-\u202f\u2066-\u2069\ufeff\ud800-\udfff]')
_INDEX = frozenset(("index", "_index"))


class Link(NamedTuple):
    """A post's link, or what was wrong with it: one of the two, or neither."""

    url: str = ""
    wrong: str = ""


def url(site: Site, post: Address, *, pattern: str = "", base: str = "") -> Link:
    """The link of a post.

    `pattern` and `base` are the settings that stand above the site's own.

    >>> url(Site(), Address("source/_posts/refcount.md", date_seconds=0), pattern=":year/:title/").url
    '/1970/refcount/'
    >>> url(Site(), Address("a.md", link="javascript:alert(1)")).wrong
    'this address is neither http, https nor a path (javascript:alert(1))'
    """
    before = _escape((base or site.base).rstrip("/"))
    generator = site.generator
    given = _given(post.link, before) if post.link else Link()
    if not post.link or (generator.gives_links and not given.wrong and not _SCHEME.match(post.link)):
        of_pattern = pattern and not post.link
        path = expand(pattern, site, post) if of_pattern else generator.link(site, post) if generator.link else ""
        return Link(_below(before, path))
    is_pattern = post.link.startswith((":", "/")) and not PLACEHOLDERS.isdisjoint(_PLACEHOLDER.findall(post.link))
    return Link(_below(before, expand(post.link, site, post))) if is_pattern else given


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


def _given(link: str, before: str) -> Link:
    """A link as the front matter gives it, if it is one that may be followed."""
    compact = _BLANKS.sub("", link)  # browsers take `java\tscript:` for what it is
    scheme = _SCHEME.match(compact)
    if scheme and scheme[0].lower() in ("http:", "https:") and re.match("//[^/]", compact[scheme.end() :]):
        return Link(scheme[0].lower() + _escape(compact[scheme.end() :]))
    if scheme or compact[:2].replace("\\", "/") == "//":
        return Link(wrong=f"this address is neither http, https nor a path ({compact[:60]})")
    return Link(before + "/" + _escape(link.lstrip("/\\")))


def page(path: str, ending: str) -> str:
    """A page's link as its place in the tree; a file called index is its folder."""
    folders, stem = split_path(path)
    names = folders if stem in _INDEX else [*folders, stem]
    link = "/" + "/".join(_escape_name(name) for name in names)
    return link if link == "/" else link + ("/" if stem in _INDEX else ending)


def with_slug(path: str, slug: str) -> str:
    """The path with its last name (a bundle's folder) replaced by the slug."""
    folders, stem = split_path(path)
    if not slug or stem == "_index":
        return path
    return "/".join([*(folders[:-1] if stem == "index" else folders), slug + ".md"])


def split_path(path: str) -> tuple[list[str], str]:
    """The folders of a path, and its file's name without suffix."""
    *folders, name = path.split("/")
    return folders, name.rpartition(".")[0] or name


def expand(pattern: str, site: Site, post: Address) -> str:
    """The pattern with its placeholders filled, "" if one of them has nothing to stand for."""
    location = _location(site, post)
    of_location = {**_OF_LOCATION, **site.generator.placeholders}
    values = {name: _value(name, location, of_location) for name in _PLACEHOLDER.findall(pattern)}
    if None in values.values():
        return ""
    return _PLACEHOLDER.sub(lambda name: values[name[1]] or "", pattern)


def _location(site: Site, post: Address) -> Location:
    folders, stem = split_path(_in_posts(post.path))
    if stem in _INDEX and folders:
        *folders, stem = folders
    return Location(folders, stem, undated(stem) if site.dated else stem, post)


def undated(stem: str) -> str:
    """The name of a file without the date it begins with, unless that is all of it."""
    return dates.split_name(stem)[1] or stem


def _value(name: str, location: Location, of_location: Mapping[str, _Filler]) -> str | None:
    """What a placeholder stands for, None if this post does not have it."""
    if name in _OF_DATE:
        return None if location.post.date_seconds is None else _OF_DATE[name](dates.at(location.post.date_seconds))
    value = of_location[name](location) if name in of_location else None
    return value and "/".join(map(_escape_name, value.split("/")))


def title_slug(location: Location) -> str | None:
    """The words of a post's title joined by `-`, in lower case; None if it has none."""
    return "-".join(re.findall(r"[\w.]+", location.post.title.lower())) or None


def path_below(location: Location) -> str:
    """The path of a post below the folder that only holds posts, without suffix."""
    return "/".join([*location.folders, location.name])


def first_category(location: Location) -> str:
    """The path of a post's first category, "" if it has none."""
    categories = location.post.categories
    return "/".join(categories[0]) if categories else ""


def _slug_or_name(location: Location) -> str:
    return location.post.slug or location.name


def _slug_or_stem(location: Location) -> str:
    return location.post.slug or location.stem


_Filler: TypeAlias = Callable[[Location], "str | None"]
#: The placeholders of all generators, and what most of them fill in.
_OF_LOCATION: dict[str, _Filler] = {
    "title": _slug_or_name,
    "post_title": title_slug,
    "name": lambda location: location.name,
    "filename": lambda location: location.stem,
    "basename": lambda location: location.stem,
    "contentbasename": lambda location: location.stem,
    "slug": _slug_or_name,
    "slugorfilename": _slug_or_stem,
    "slugorcontentbasename": _slug_or_stem,
    "path": path_below,
    "section": lambda location: location.folders[0] if location.folders else "",
    "sections": lambda location: "/".join(location.folders),
    "categories": first_category,
    "category": first_category,
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


def _escape_name(name: str) -> str:
    return re.sub("[%?#:]", lambda char: f"%{ord(char[0]):02X}", name) if re.search("[%?#:]", name) else name


def _escape(link: str) -> str:
    """The link with blanks, quotes, control and direction characters as %XX; letters of all scripts stay."""
    return _UNSAFE.sub(lambda char: "".join(f"%{byte:02X}" for byte in char[0].encode("utf-8", "replace")), link)
