"""Where do the links of a post lead, and which posts link to it?

An index keeps of each link what it looks for (`postdex_index.sites.links`); which post that is, is found out here, when
somebody asks. Of several that may be meant the one counts that is in the linking post's language, then, of those with
one name, one in its folder or below, then the one with the shortest path, then the first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from postdex_index.engine.api import Reader, Search
from postdex_index.model import Link, Post, link_of
from postdex_index.named_tuple import NamedTuple
from postdex_index.public import public
from postdex_index.query import Clauses, Everything, Keyword, Query
from postdex_index.schema import LINK, MEANT, SITE
from postdex_index.sites.links import NAME, TITLE, address, anchor_of, files, folded, kind_of, names, suffixes

from ..query.lexer import LINKS
from ..request import ALL_POSTS

if TYPE_CHECKING:
    from postdex_index.document import Document

#: So many posts are asked for at once, and so many filters with patterns: engines have limits.
_AT_ONCE, _FILTERS_AT_ONCE = 500, 250
#: What no post matches.
_NOTHING = Clauses(excluded=(Everything(),))


@public
class PostLink(NamedTuple):
    """A link of a post: on which `line` of the post `path` it stands, where it leads as it is written (`target`), and
    `to` which post that is, "" for none of the index: a file, a page of another kind, or nothing. `anchor` is the part
    of the page, "" for all of it."""

    path: str
    line: int
    target: str
    to: str
    anchor: str


class Connections(NamedTuple):
    """The links of a post, and those that lead to it from others."""

    links: Sequence[PostLink]
    backlinks: Sequence[PostLink]


class Expanded(NamedTuple):
    """A query without filters `links:` and `linked:`, and what is to be said of those that it had."""

    query: Query
    messages: Sequence[str]


class NamedEnd(NamedTuple):
    """A post that somebody names, and the part of it, by an anchor or heading; "" for all of it."""

    post: Document
    part: str


class Called(NamedTuple):
    """A post, and all keys under which it may be meant."""

    path: str
    lang: str
    keys: frozenset[str]


def connections(reader: Reader, document: Document, *, drafts: bool = False) -> Connections:
    """Both, as `links_of` and `backlinks` have them."""
    return Connections(links_of(reader, document, drafts=drafts), backlinks(reader, document, drafts=drafts))


def links_of(reader: Reader, document: Document, *, drafts: bool = False) -> list[PostLink]:
    """The links of a post that lead to its site, by their lines; pictures are none. They lead to published posts, with
    `drafts` to all."""
    return _resolved(reader, [document], drafts=drafts)


def backlinks(reader: Reader, document: Document, *, drafts: bool = False) -> list[PostLink]:
    """The links of other published posts (with `drafts` of all) that lead to this one, by path and line."""
    keys = _keys_of(reader, document)
    posts = _posts(reader, [Keyword(LINK, key) for key in sorted(keys)], _site_of(reader, document), drafts=drafts)
    others = [post for post in posts if post.path != document.path]
    resolved = _resolved(reader, sorted(others, key=lambda post: post.path), keys, drafts=True)
    return [link for link in resolved if link.to == document.path]


def expanded(tree: Query, reader: Reader, *, drafts: bool) -> Expanded:
    """A query whose filters `links:` and `linked:` became what finds these posts, and what is to be said of those that
    name no post, or without `drafts` one that is not published."""
    if isinstance(tree, Keyword):
        if tree.field not in LINKS:
            return Expanded(tree, [])
        return _expanded_filter(tree, reader, drafts=drafts)
    if not isinstance(tree, Clauses):
        return Expanded(tree, [])
    messages: list[str] = []

    def inside(clauses: Iterable[Query]) -> tuple[Query, ...]:
        parts = [expanded(clause, reader, drafts=drafts) for clause in clauses]
        messages.extend(message for part in parts for message in part.messages)
        return tuple(part.query for part in parts)

    required, optional, excluded, bonus = map(inside, (tree.required, tree.optional, tree.excluded, tree.bonus))
    return Expanded(tree._replace(required=required, optional=optional, excluded=excluded, bonus=bonus), messages)


def _expanded_filter(asked: Keyword, reader: Reader, *, drafts: bool) -> Expanded:
    typed = f"{asked.field}:{asked.value}"
    end = meant(reader, asked.value, drafts=drafts)
    query: Query = _NOTHING
    if end:
        query = linked(reader, end.post) if asked.field == "linked" else linking(reader, *end)
    messages = [] if end else [f"{asked.value} in {typed} is no post of the index"]
    return Expanded(Clauses(optional=(query,), minimum=1, typed=typed), messages)


def linking(reader: Reader, document: Document, part: str = "") -> Query:
    """What finds the posts that link to one, or to a part of it, by its anchor or heading."""
    same = {folded(part)} | {folded(it.anchor) for it in document.sections if part in (it.anchor, it.heading)}
    same |= {folded(it.heading) for it in document.sections if part == it.anchor}
    keys = sorted(_keys_of(reader, document))
    asked: list[Query] = [Keyword(LINK, key) for key in keys]
    site = _site_of(reader, document)
    right = {link.path for link in backlinks(reader, document, drafts=True) if not part or folded(link.anchor) in same}
    others = (post.path for post in _posts(reader, asked, site, drafts=True))
    wrong = tuple(Keyword("path", path) for path in sorted(set(others) - right))
    within = (Keyword(SITE, site),) if site else ()
    return Clauses(within, tuple(asked), wrong, minimum=1) if right else _NOTHING


def linked(reader: Reader, document: Document) -> Query:
    """What finds the posts that one links to."""
    paths = {link.to for link in links_of(reader, document)} - {"", document.path}
    return Clauses(optional=tuple(Keyword("path", path) for path in sorted(paths)[:_AT_ONCE]), minimum=1)


def meant(reader: Reader, typed: str, *, drafts: bool) -> NamedEnd | None:
    """The post that somebody means by a path, an address, or a name or title as `[[…]]` have it, and the part of it
    that is named behind `#`; None if there is none."""
    for whole, part in ((typed, ""), typed.rpartition("#")[::2]):
        if not whole:
            continue
        (document,) = reader.documents([whole])
        if document is None:
            keys = [*([address(whole)] if "/" in whole else []), NAME + folded(whole), TITLE + folded(whole)]
            link = Link(whole, 0, keys=(whole, *keys))
            path = _Ends(reader, "", drafts=drafts).of([_Placed("", "", link)])[0]
            (document,) = reader.documents([path]) if path else (None,)
        if document is not None and (drafts or not document.unpublished):
            return NamedEnd(document, part)
    return None


def _resolved(
    reader: Reader, documents: Sequence[Document], keys: frozenset[str] | None = None, *, drafts: bool
) -> list[PostLink]:
    """The links of these posts with where they lead; only those that look for one of `keys`, where these are given."""
    by_site: dict[str, list[_Placed]] = defaultdict(list)
    for document in documents:
        for link in map(link_of, document.links):
            if link.kind != "image" and (keys is None or not keys.isdisjoint(link.keys)):
                by_site[_site_of(reader, document)].append(_Placed(document.path, document.lang, link))
    resolved: list[PostLink] = []
    for site, links in by_site.items():
        ends = _Ends(reader, site, drafts=drafts).of(links)
        resolved += [
            PostLink(path, link.line, link.target, to, anchor_of(link.target))
            for (path, _, link), to in zip(links, ends, strict=True)
        ]
    return resolved


def _site_of(reader: Reader, document: Document) -> str:
    """The site of a post, "" where there is but one."""
    return document.path.partition("/")[0] if reader.stats().sites else ""


def _keys_of(reader: Reader, document: Document) -> frozenset[str]:
    """All keys by which a link may look for a post."""
    return called(document, _site_of(reader, document)).keys


def called(document: Document | Post, site: str) -> Called:
    """How links may call a post; one of an index of several sites is of `site`."""
    path = document.path.removeprefix(f"{site}/") if site else document.path
    keys = (*names(path, document.url, document.title, document.aliases), *suffixes(path))
    return Called(document.path, document.lang, frozenset(keys))


def _posts(reader: Reader, any_of: Sequence[Query], site: str, *, drafts: bool) -> list[Document]:
    """The posts that one of these filters finds, of one site if there are several."""
    posts: dict[str, Document] = {}
    within = (Keyword(SITE, site),) if site else ()
    for start in range(0, len(any_of), _FILTERS_AT_ONCE):
        asked = Clauses(within, tuple(any_of[start : start + _FILTERS_AT_ONCE]), minimum=1)
        answer = reader.search(Search(asked, sort="title", limit=ALL_POSTS, drafts=drafts))
        posts |= {candidate.document.path: candidate.document for candidate in answer.candidates}
    return list(posts.values())


class _Placed(NamedTuple):
    """A link with the path and the language of the post that it stands in."""

    path: str
    lang: str
    link: Link


class _Ends:
    """Which posts of a site links lead to."""

    def __init__(self, reader: Reader, site: str, *, drafts: bool) -> None:
        self.reader, self.site, self.drafts = reader, site, drafts
        self.called: dict[str, dict[str, Called]] = defaultdict(dict)

    def of(self, links: Sequence[_Placed]) -> list[str]:
        """The path of the post that each link leads to, "" for none."""
        self._ask({key for _, _, link in links for key in link.keys})
        posts = {key: by_path.values() for key, by_path in self.called.items()}
        ends = (likeliest(path, lang, link.keys, posts) for path, lang, link in links)
        return [end.path if end else "" for end in ends]

    def _ask(self, keys: Iterable[str]) -> None:
        """Read the posts that may be meant by these keys."""
        before = f"{self.site}/" if self.site else ""
        paths: dict[str, None] = {}
        filters: list[Query] = []
        fold = self.reader.analyzer.fold_path
        for key in keys:
            kind = kind_of(key)
            if not kind:
                paths |= dict.fromkeys(before + path for path in (key, *files(key)))
            elif kind == NAME:
                name = fold(key.rpartition("/")[2])
                filters += [Keyword("path", f"**{name}{ending}") for ending in (".*", "/index.*", "/_index.*")]
            else:
                filters.append(Keyword(MEANT, key))
        for document in (
            *self.reader.documents(list(paths)),
            *_posts(self.reader, filters, self.site, drafts=self.drafts),
        ):
            if document is not None and (self.drafts or not document.unpublished):
                post = called(document, self.site)
                for key in post.keys:
                    self.called[key][post.path] = post


def likeliest(path: str, lang: str, keys: Iterable[str], posts: Mapping[str, Collection[Called]]) -> Called | None:
    """The post that a link of the post `path`, in a language, leads to: of those that have the first of its keys that
    any has. `posts` has them by key."""
    key = next(filter(posts.get, keys), "")
    return min(posts[key], key=partial(_rank, path, lang, key)) if key else None


def _rank(path: str, lang: str, key: str, post: Called) -> tuple[bool, bool, int, str]:
    """By what the post is chosen that is meant; smaller is likelier."""
    folder = path.rpartition("/")[0]
    beside = key.startswith(NAME) and bool(folder) and post.path.startswith(folder + "/")
    return post.lang != lang, not beside, len(post.path), post.path
