"""What is the link of a Hugo page: its place in the content, patterns by kind and section, what front matter says.

Names keep letters, digits and a few signs; blanks become `-`. Which page a file is, is told by `hugo_pages`.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from unicodedata import category, normalize
from urllib.parse import unquote_plus

from ..formats import dates
from ..named_tuple import NamedTuple
from .generator import Address, Config, Site
from .hugo_pages import Page, page_of, rules_of, sections_of
from .hugo_settings import Rules
from .slugs import simple_lower

_TOKEN = re.compile(r"\\:|:(\w+)(\[[^\]\n]+\])?")
#: What a page without a date is dated.
_NO_DATE = datetime(1, 1, 1)
#: Signs that names keep.
_KEPT = frozenset("./\\_#+~-@")
_PLAIN = re.compile(r"[a-z0-9._~+@/-]*")
_ESCAPED = re.compile("%[0-9a-fA-F]{2}")
#: Go's names for the parts of a date, longest first, and what they stand for.
_PARTS: dict[str, Callable[[datetime], str]] = {
    "January": lambda when: when.strftime("%B"),
    "Monday": lambda when: when.strftime("%A"),
    "2006": lambda when: f"{when.year:04}",
    "002": lambda when: f"{when.timetuple().tm_yday:03}",
    "Jan": lambda when: when.strftime("%b"),
    "Mon": lambda when: when.strftime("%a"),
    "01": lambda when: f"{when.month:02}",
    "02": lambda when: f"{when.day:02}",
    "03": lambda when: f"{when.hour % 12 or 12:02}",
    "04": lambda when: f"{when.minute:02}",
    "05": lambda when: f"{when.second:02}",
    "06": lambda when: f"{when.year % 100:02}",
    "15": lambda when: f"{when.hour:02}",
    "1": lambda when: str(when.month),
    "2": lambda when: str(when.day),
    "3": lambda when: str(when.hour % 12 or 12),
    "4": lambda when: str(when.minute),
    "5": lambda when: str(when.second),
}
_PART = re.compile("|".join(_PARTS))
_OF_DATE: dict[str, Callable[[datetime], str]] = {
    "year": lambda when: str(when.year),
    "month": lambda when: f"{when.month:02}",
    "monthname": lambda when: when.strftime("%B"),
    "day": lambda when: f"{when.day:02}",
    "weekday": lambda when: str(when.isoweekday() % 7),
    "weekdayname": lambda when: when.strftime("%A"),
    "yearday": lambda when: str(when.timetuple().tm_yday),
}


class _Linked(NamedTuple):
    """A page whose link is made: where it is, and what its front matter says."""

    rules: Rules
    page: Page
    sections: Sequence[str]
    slug: str
    title: str
    fields: Config

    def name(self, text: str) -> str:
        """A text as a part of a link."""
        return _name(self.rules, text)

    def filed(self, text: str) -> str:
        """A part of a file's path as a part of a link: each of its blanks is a `-`."""
        return self.name(text if not self.rules.lower else text.replace(" ", "-"))


def link(site: Site, post: Address) -> str:
    """The path of a post's link, a whole address where languages have hosts of their own; "" if it has none."""
    page = page_of(site, post.path)
    if page is None:
        return ""
    fields = {key.lower(): value for key, value in post.fields.items()}
    title, url = fields.get("title"), fields.get("url")
    rules = rules_of(site)
    slug = post.slug or (_dated_slug(page, fields, rules.dates) if ":filename" in rules.dates else "")
    linked = _Linked(
        rules,
        page,
        sections=sections_of(site, post.path, page),
        slug=slug.strip("-"),
        title=re.sub(r"[/\\]", "-", title) if isinstance(title, str) else "",
        fields=fields,
    )
    if isinstance(url, str) and url and page.kind != "home":
        path = _given(linked, url)
    else:
        path = f"{page.language.prefix}/{_path(linked)}"
    path = re.sub("/{2,}", "/", "/" + path).replace("#", "%23")
    return page.language.host + path if page.language.host else path


def _given(linked: _Linked, url: str) -> str:
    """An address that the front matter gives: below the language's, unless it begins with `/`."""
    path = unquote_plus(expanded) if ":" in url and (expanded := _expand(linked, url)) else url
    if ".." in path:
        path = posixpath.normpath("/" + path)
    if path.endswith("index.html"):
        path = path.removesuffix("index.html")
    elif not path.endswith("/") and "." not in path:
        path += "/"
    prefix = linked.page.language.prefix
    below = not url.startswith("/") and prefix and not path.startswith(f"/{prefix}")
    return f"{prefix}/{path}" if below else path


def _path(linked: _Linked) -> str:
    """The path below the language's that a page has by its place, or by the pattern for it."""
    rules, page = linked.rules, linked.page
    section = "" if page.bundle and not page.folders else (*page.folders, page.name if page.branch else "")[0]
    ugly = bool(rules.ugly & {"*", simple_lower(section)})
    if page.kind == "home":
        return "index.html" if ugly else ""
    place = _by_pattern(linked) or "/".join(map(linked.filed, _names(linked)))
    place = place.rstrip("/")
    if not ugly:
        return place + "/"
    return place + ("/index.html" if page.kind in ("section", "taxonomy") else ".html")


def _names(linked: _Linked) -> list[str]:
    page = linked.page
    return [*page.folders, page.name if page.branch else linked.slug or page.name]


def _by_pattern(linked: _Linked) -> str:
    """What the first pattern says that fits the page, "" if there is none."""
    page = linked.page
    path = "/" + "/".join([*page.folders, page.name]).lower().replace(" ", "-")
    for pattern in linked.rules.patterns[page.language.key]:
        if pattern.kind in ("", page.kind) and pattern.path.fullmatch(path):
            expanded = posixpath.normpath(unquote_plus(_expand(linked, pattern.pattern)))
            return linked.name(expanded.strip("/"))
    return ""


def _expand(linked: _Linked, pattern: str) -> str:
    """A pattern with what stands for its tokens; one that is not known here stays."""

    def fill(token: re.Match[str]) -> str:
        name = token[1]
        if not name:
            return ":"
        if token[2]:
            return "/".join(_cut(linked.sections, token[2])) if name == "sections" else token[0]
        if name in _OF_PAGE:
            return _OF_PAGE[name](linked)
        when = _date(linked)
        return _OF_DATE[name](when) if name in _OF_DATE else _PART.sub(lambda part: _PARTS[part[0]](when), name)

    return _TOKEN.sub(fill, pattern)


def _of_file(linked: _Linked) -> str:
    page = linked.page
    return "" if page.file_name == "_index" else linked.name(page.name if page.bundle else page.file_name)


_OF_PAGE: dict[str, Callable[[_Linked], str]] = {
    "section": lambda linked: simple_lower(linked.sections[0]).replace(" ", "-") if linked.sections else "",
    "sections": lambda linked: "/".join(linked.sections).lower().replace(" ", "-"),
    "title": lambda linked: linked.name(linked.title),
    "slug": lambda linked: linked.name(linked.slug or linked.title),
    "filename": _of_file,
    "slugorfilename": lambda linked: linked.name(linked.slug) or _of_file(linked),
    "contentbasename": lambda linked: linked.name(linked.page.name),
    "slugorcontentbasename": lambda linked: linked.name(linked.slug or linked.page.name),
}


def _cut(sections: Sequence[str], cut: str) -> Sequence[str]:
    """Some of the sections: `[1]`, `[1:]`, `[:last]`, `[last]`; none for what is beyond them.

    >>> _cut(["a", "b", "c"], "[1:last]"), _cut(["a", "b", "c"], "[last]"), _cut(["a"], "[1:]")
    (['b'], ['c'], [])
    """
    low, colon, high = cut.strip("[]").lower().partition(":")
    bounds = []
    for text, missing in ((low, 0), (high, len(sections))):
        last = text == "last"
        number = len(sections) - 1 if last else int(text) if re.fullmatch("[0-9]{1,4}", text) else 0
        bounds.append(missing if not text else number)
    start, stop = bounds
    return sections[start : min(stop, len(sections)) if colon else start + 1]


def _date(linked: _Linked) -> datetime:
    """The page's date, on the clock that it was written by."""
    for name in linked.rules.dates:
        in_name = dates.split_name(linked.page.name)[0] if name == ":filename" else ""
        value = linked.fields.get(name) or in_name
        when = dates.written(value) if isinstance(value, str) and value else None
        if when:
            return when
    return _NO_DATE


def _dated_slug(page: Page, fields: Config, names: Sequence[str]) -> str:
    """The rest of a page's name, if that begins with the date that is taken from it."""
    date, rest = dates.split_name(page.name)
    above = any(fields.get(name) for name in names[: names.index(":filename")])
    return "" if above or not date or page.branch else rest


def _name(rules: Rules, text: str) -> str:
    """A text as Hugo makes a name of it: letters, digits and a few signs; blanks between them become one `-`."""
    if _PLAIN.fullmatch(text):
        return text
    pieces: list[str] = []
    pending = False
    for at, character in enumerate(text):
        if _is_kept(character) or (character == "%" and _ESCAPED.match(text, at)):
            if pending and character != "-":
                pieces.append("-")
            pending = False
            pieces.append(character)
        elif character.isspace() and pieces and pieces[-1] != "-":
            pending = True
    name = "".join(pieces)
    if not rules.accents:
        name = normalize("NFC", "".join(c for c in normalize("NFD", name) if category(c) != "Mn"))
    return simple_lower(name) if rules.lower else name


def _is_kept(character: str) -> bool:
    return character in _KEPT or character.isalpha() or category(character) in ("Nd", "Mn", "Mc", "Me")
