"""Which links of the posts lead nowhere, and what was meant?

Only what is certain is said: a link is dead if nobody can make anything of it whose folder we see. What lies outside of
the folder, what a site's program makes, and pages that are not from files are not known; `files` tells what lies
there as files. The network is never asked.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from unicodedata import normalize

from postdex_index.content.reader import site as site_of
from postdex_index.content.reader import text_of
from postdex_index.model import Link, Post, Problem, link_of
from postdex_index.named_tuple import NamedTuple
from postdex_index.settings import Settings
from postdex_index.sites.links import NAME, TITLE, address, anchor_of, folded, is_page, kind_of
from postdex_index.sites.reading import slug_style

from .ends import Called, called, likeliest
from .files import LinkFiles

if TYPE_CHECKING:
    from postdex_index.document import Document
    from postdex_index.sites.generator import Site
    from postdex_index.sites.slugs import SlugStyle

KIND = "dead-link"
#: Parts of addresses at which generators make pages of none of the files.
_MADE = frozenset(
    {
        *("api", "archive", "archives", "author", "authors", "categories", "category", "feed", "page", "rss", "search"),
        *("series", "tag", "tags", "taxonomies", "topics"),
    }
)
#: Anchors that themes have on each page, or that no heading has.
_OF_THEMES = frozenset(
    ("top", "_top", "content", "contents", "comments", "disqus_thread", "main", "toc", "header", "footer", "more")
)
#: Anchors that no heading has: places in files, notes, what plugins number or name by dots.
_NO_SECTION = re.compile(r"L\d+(?:-L?\d+)?\Z|fn|[0-9a-f]{16,}\Z|.*[.:/!=+]")
#: What may put headings into a page that are not in its file.
_MAKES_HEADINGS = re.compile(
    r"\{\{%|\{%-?\s*include|\{\{<\s*[\w/-]*(?:include|read|import|partial|snippet|section|tab|step)|<!--\s*@include"
    r"|--8<--|<[A-Z][\w.]*(?:\s[^<>]*)?/>|\{\{\s*#include|^:::[ \t]*(?:[\w-]+[ \t]*\n[ \t]+:\w|\w+(?:\.\w+)+[ \t]*$)",
    re.M,
)
#: A heading in HTML, the name of a tab, a heading of Markdown wherever it stands, and what is underlined or defined.
_HEADING = re.compile(
    r"<h[1-6][^<>]*>([^<>]*)</h[1-6]|^[ \t]*===[!+]?[ \t]+\"([^\"\n]*)\"|^[\s>*+\-\d.]*#{1,6}[ \t]+([^\n]*)$"
    r"|^[ \t]*(\S[^\n]*)\n(?:[ \t]*\n)?[ \t]*(?:[-=]{3,}[ \t]*$|:[ \t])",
    re.M | re.I,
)
_TAG = re.compile(r"\{\{[<%][^{}]{0,1000}?[>%]\}\}|\{%[^{}]{0,1000}?%\}")
#: How much alike names are, and anchors, of which one was meant for the other.
_NEAR, _ALIKE = 0.75, 0.6


class _Page(NamedTuple):
    """A post as far as links are concerned."""

    called: Called
    title: str
    url: str
    published: bool
    anchors: dict[str, str]
    links: Sequence[Link]


def of_documents(folder: Path, documents: Iterable[Document], settings: Settings) -> list[Problem]:
    """The dead links of the published ones of these posts, which are all of an index."""
    pages = [_page(it, list(map(link_of, it.links))) for it in documents]
    return sorted(_DeadLinks(folder, pages, settings).problems())


def of_posts(folder: Path, posts: Iterable[Post], settings: Settings) -> list[Problem]:
    """The same of posts as they were read."""
    pages = [_page(it, [link for link in it.links if link.inside]) for it in posts]
    return sorted(_DeadLinks(folder, pages, settings).problems())


def _page(post: Document | Post, links: Sequence[Link]) -> _Page:
    anchors = {section.anchor: section.heading for section in post.sections}
    return _Page(called(post, ""), post.title, post.url, not post.unpublished, anchors, links)


class _DeadLinks:
    """The links of a folder of posts, and all that they may lead to."""

    def __init__(self, folder: Path, pages: Sequence[_Page], settings: Settings) -> None:
        self.folder, self.pages, self.settings = folder, pages, settings
        self.site: Site = site_of(folder)
        self.rules = self.site.generator.links
        self.files = LinkFiles(folder, self.site)
        self.by_path = {page.called.path: page for page in pages}
        self.by_key: dict[str, list[Called]] = defaultdict(list)
        for page in pages:
            for key in page.called.keys:
                self.by_key[key].append(page.called)
        self.texts: dict[str, str] = {}

    def problems(self) -> Iterator[Problem]:
        """All of them; missing files of other kinds only where there are more that are not missing: else they are kept
        elsewhere, or the folder is a copy of the texts alone."""
        missing: list[Problem] = []
        there = 0
        for page in self.pages:
            for link in page.links if page.published else ():
                end = self.end(page, link)
                if not end and (link.kind == "image" or not is_page(_bare(link), loosely=True)):
                    if self.files.has(page.called.path, page.url, _bare(link)):
                        there += 1
                    elif self.is_near(link):
                        missing.append(_problem(page, link, f"{_short(link.target)} is no file"))
                elif problem := self.anchor_problem(page, link, end) if end else self.dead(page, link):
                    yield problem
        yield from missing if there > len(missing) else ()

    def is_near(self, link: Link) -> bool:
        """Whether what a link leads to would lie beside the posts."""
        outside = not link.keys or link.keys[0].startswith("../") or link.target.startswith(("/", "http"))
        named = bool(link.keys) and kind_of(link.keys[0]) == NAME and self.files.named(link.keys[0].removeprefix(NAME))
        return not outside and not named

    def end(self, page: _Page, link: Link) -> _Page | None:
        """The post that a link leads to."""
        end = likeliest(page.called.path, page.called.lang, link.keys, self.by_key)
        return self.by_path[end.path] if end else None

    # -- pages

    def dead(self, page: _Page, link: Link) -> Problem | None:
        """The problem of a link that leads to no post; None where it may be right all the same."""
        bare = _bare(link)
        marked = not self.site.generator.name and bare.startswith(tuple(self.rules.marks))
        if (
            marked
            or not link.keys
            or link.keys[0].startswith("../")
            or self.files.has(page.called.path, page.url, bare)
        ):
            return None
        message = f"{_short(link.target)} leads to no post"
        if link.kind == "wiki" or link.kind in self.rules.tags:
            insists = self.rules.insists if link.kind == "wiki" else self.files.whole
            is_there = not insists or self.files.named(link.keys[-1].removeprefix(NAME))
            is_there = is_there or TITLE + folded(bare) in self.by_key
            return None if is_there else _problem(page, link, message, self.near_name(page, link))
        if is_page(bare):
            inside = not bare.startswith("/") or self.files.whole
            return _problem(page, link, message, self.near_path(page, link)) if inside else None
        if self.rules.files and self.site.generator.name and self.files.whole:
            return _problem(page, link, message, self.near_path(page, link))
        return self.dead_address(page, link, message) if self.site.generator.link else None

    def dead_address(self, page: _Page, link: Link, message: str) -> Problem | None:
        """An address is dead if others stand beside it, and one of those, or one of its name elsewhere, was meant."""
        key = next((key for key in link.keys if kind_of(key) == "/"), "")
        above, _, name = key.rpartition("/")
        siblings = self.below.get(above, [])
        if not above or above == self.site.base or len(siblings) < 2 or not _MADE.isdisjoint(key.split("/")):
            return None
        if self.files.redirects(key):
            return None
        near = [f"{above}/{it}" for it in get_close_matches(name, siblings, 1, _NEAR)]
        elsewhere = self.by_last.get(name, [])
        near += elsewhere if len(elsewhere) == 1 else []
        return _problem(page, link, message, _did_you_mean(near[0])) if near else None

    @cached_property
    def below(self) -> dict[str, list[str]]:
        """By address, the last parts of those below it."""
        below: dict[str, list[str]] = defaultdict(list)
        for page in self.pages:
            if page.url and page.published:
                above, _, name = address(page.url).rpartition("/")
                below[above].append(name)
        return below

    @cached_property
    def by_last(self) -> dict[str, list[str]]:
        """By their last parts, addresses."""
        by_last: dict[str, list[str]] = defaultdict(list)
        for page in self.pages:
            if page.url and page.published:
                by_last[address(page.url).rpartition("/")[2]].append(address(page.url))
        return by_last

    def near_path(self, page: _Page, link: Link) -> str:
        """Which file was meant: the one of this name elsewhere, or of nearly this name in the folder."""
        key = link.keys[0]
        stem = _stem(key) if is_page(key) else posixpath.basename(key).lower()
        same = [path for paths in self.beside.values() for path in paths if stem == _stem(path)]
        if not same:
            by_stem = {_stem(path): path for path in self.beside.get(_folder(key), ())}
            same = [by_stem[it] for it in get_close_matches(stem, by_stem, 1, _NEAR)]
        if len(same) != 1:
            return ""
        return _did_you_mean(posixpath.relpath(same[0], _folder(page.called.path) or "."))

    def near_name(self, page: _Page, link: Link) -> str:
        names = {_stem(it.called.path): it.called.path.rpartition("/")[2].rpartition(".")[0] for it in self.pages}
        near = get_close_matches(link.keys[-1].rpartition("/")[2], names, 1, _NEAR)
        return _did_you_mean(names[near[0]]) if near else ""

    # -- sections

    def anchor_problem(self, page: _Page, link: Link, end: _Page) -> Problem | None:
        """The problem of a link to a part of a post that it does not have; None where it has it or may have."""
        anchor = normalize("NFC", anchor_of(link.target))
        if link.kind == "wiki":
            anchor = anchor.rpartition("#")[2].partition("|")[0]
        is_there = anchor in end.anchors or anchor in {normalize("NFC", it) for it in end.anchors}
        if not anchor or is_there or anchor in _OF_THEMES or _NO_SECTION.match(anchor):
            return None
        loose = _loosely(anchor)
        near = [it for it, heading in end.anchors.items() if it and loose in (_loosely(it), _loosely(heading))]
        alike = near or get_close_matches(anchor, [it for it in end.anchors if it], 1, _ALIKE)
        if (
            (alike and self.guesses(link, end))
            or loose in ("", _loosely(end.title))
            or self.may_have(end, anchor, loose)
        ):
            return None
        near = near or get_close_matches(anchor, alike, 1, _NEAR)
        where = "it" if end is page else end.called.path
        hint = _did_you_mean(f"#{near[0]}") if near else ""
        return _problem(page, link, f"{where} has no section #{_short(anchor)}", hint)

    def guesses(self, link: Link, end: _Page) -> bool:
        """Whether it is not certain how anchors are made on a page."""
        if link.kind == "wiki" or not self.site.generator.name:
            return True
        return self.style.guesses and not all(map(str.isascii, end.anchors.values()))

    @cached_property
    def style(self) -> SlugStyle:
        """The style of anchors that the posts were read with."""
        if self.settings.anchors != "auto":
            return slug_style(self.settings.anchors)
        return self.site.slugs or slug_style(self.site.anchors)

    def may_have(self, end: _Page, anchor: str, loose: str) -> bool:
        """Whether the file of a post may give its page an anchor that is no section's."""
        path = end.called.path
        if path not in self.texts:
            file = text_of(self.folder, path, self.settings)
            self.texts[path] = file.text if file else ""
        text = self.texts[path]
        if not text or _MAKES_HEADINGS.search(text):
            return True
        quoted = re.escape(anchor.removeprefix("^"))
        if re.search(
            rf"(?i)\b(?:id|name)\s*=\s*[\"'{{]?{quoted}|\{{[^}}\n]*#{quoted}[\s}}]|\^{quoted}\s*$|\[\^{quoted}\]",
            text,
            re.M,
        ):
            return True
        if any(it != path and anchor.endswith("-" + _stem(it)) for it in self.beside[_folder(path)]):
            return True  # pages of a folder may be shown as one, each under its name
        if any(loose in _loosely(tag) for tag in _TAG.findall(text)):
            return True
        headings = (next(filter(None, match.groups()), "") for match in _HEADING.finditer(text))
        in_file, in_post = Counter(map(_loosely, headings)), Counter(map(_loosely, end.anchors.values()))
        return any(in_file[it] > in_post[it] for it in (loose, re.sub(r"\d+$", "", loose)))

    @cached_property
    def beside(self) -> dict[str, list[str]]:
        """By folder, the paths of the posts in it."""
        beside: dict[str, list[str]] = defaultdict(list)
        for page in self.pages:
            beside[_folder(page.called.path)].append(page.called.path)
        return beside


def _problem(page: _Page, link: Link, message: str, hint: str = "") -> Problem:
    return Problem(page.called.path, link.line, KIND, message, hint)


def _bare(link: Link) -> str:
    return link.target.partition("#")[0].partition("?")[0]


def _stem(path: str) -> str:
    return posixpath.basename(path).rpartition(".")[0].lower()


def _folder(path: str) -> str:
    return posixpath.dirname(path)


def _loosely(text: str) -> str:
    """A heading or an anchor without all in which styles of anchors differ."""
    return "".join(char for char in normalize("NFKD", text).casefold() if char.isalnum())


def _did_you_mean(what: str) -> str:
    return f"did you mean {what}?"


def _short(target: str) -> str:
    return target if len(target) <= 100 else target[:100] + "…"
