"""Under which addresses are posts, and what their links lead to, for whoever reads them apart from their site?

An address is as whole as can be known: it begins with what the caller says, or else with where the site's own settings
say that it is published.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urljoin, urlsplit

from postdex_index.content.reader import site
from postdex_index.errors import PostdexError
from postdex_index.model import link_of
from postdex_index.paths import StrPath, whole
from postdex_index.settings import Settings
from postdex_index.sites.links import anchor_of

from ..links.ends import Called, called, likeliest

if TYPE_CHECKING:
    from postdex_index.document import Document

#: What a page of Markdown ends with, and what stands for the file of an address that names a folder.
_SUFFIX, _INDEX = ".md", "index.html"
#: No file system takes longer names.
_LONGEST_NAME = 200


class Base:
    """What the addresses of a site begin with: `given` ("https://me.org/blog/"), or else what the settings say.

    >>> Base("posts", Settings(), "https://me.org/blog").whole("/2022/bug/")
    'https://me.org/blog/2022/bug/'
    """

    def __init__(self, folder: StrPath, settings: Settings, given: str = "") -> None:
        """Raises PostdexError for what is no address."""
        its = site(folder)
        if given and not _is_address(given):
            raise PostdexError(f"{given} is no address", "write one such as https://example.org/blog/")
        #: what of an address is the site's, and no part of the page's: what the index has before its links
        self._site = (settings.base_url or its.base).rstrip("/")
        self._given = given.rstrip("/")
        self.origin = its.origin
        #: where the site begins, "" if nobody says
        self.home = f"{self._given or settings.base_url.rstrip('/') or (its.origin and its.origin + its.base)}/".lstrip(
            "/"
        )

    @property
    def path(self) -> str:
        """The path at which the site begins, without the `/` at its end.

        >>> Base("posts", Settings(), "https://me.org/blog/").path
        '/blog'
        """
        return urlsplit(self._given or self._site).path.rstrip("/")

    def before_paths(self) -> str:
        """What stands before the links that the index has, where these are only paths. Raises PostdexError where other
        links are wanted than those.

        >>> Base("posts", Settings(), "https://me.org/blog/").before_paths()
        'https://me.org/blog'
        """
        if not self._given or self._site in ("", self._given):
            return self._given or self.origin
        if self._site.startswith("/") and self._given.endswith(self._site):
            return self._given.removesuffix(self._site)
        message = f"{self._given} is not where the site's settings say that it is ({self._site})"
        raise PostdexError(message, "leave it out, or set base_url in postdex.toml")

    def whole(self, url: str) -> str:
        """A link of the index as an address; "" for none, a path where nobody says of which site."""
        if self._given and url and (url.startswith("/") or self._is_own(url)):
            return self._given + self.below(url)
        return whole(url, self.origin)

    def below(self, url: str) -> str:
        """The path of a link from where the site begins on.

        >>> Base("posts", Settings(base_url="https://me.org/blog")).below("https://me.org/blog/a/")
        '/a/'
        """
        path = url[len(self._site) :] if self._is_own(url) else url
        return path if path.startswith("/") else urlsplit(path).path or "/"

    def _is_own(self, url: str) -> bool:
        return bool(self._site) and f"{url}/".startswith(self._site + "/")


def _is_address(given: str) -> bool:
    """Whether this is what addresses may begin with: whole, and without what comes behind a path."""
    try:
        parts = urlsplit(given)
    except ValueError:  # brackets that are no host's
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc) and not (parts.query or parts.fragment)


def page_path(base: Base, document: Document) -> str:
    """Where the Markdown of a post lies below the folder of an export: its address with `.md` behind it, as llmstxt.org
    has it; of a post without an address its own path."""
    url = document.url
    path = unquote(base.below(url).partition("#")[0].partition("?")[0]).lstrip("/") if url else ""
    if url and (not path or path.endswith("/")):
        path += _INDEX
    names = path.split("/")
    sound = path and not {"", ".", ".."} & {*names} and "\0" not in path and max(map(len, names)) <= _LONGEST_NAME
    return (path if path.endswith(_SUFFIX) else path + _SUFFIX) if sound else _of_source(document.path)


def _of_source(path: str) -> str:
    stem, dot, _ = path.rpartition(".")
    return (stem if dot and "/" not in path[len(stem) :] else path) + _SUFFIX


class Places:
    """Where posts are published and where their pages of Markdown lie, and what their links lead to.

    `pages` are the paths of their pages below the folder of the export, by the path of the post.
    """

    def __init__(self, base: Base, documents: Iterable[Document]) -> None:
        """`documents` are all that may be linked to, in the order of their paths; of two with one address the second
        has its own path."""
        self.base = base
        self.pages: dict[str, str] = {}
        self.documents = {document.path: document for document in documents}
        self._by_key: dict[str, list[Called]] = defaultdict(list)
        taken: set[str] = set()
        for path, document in self.documents.items():
            page = page_path(base, document)
            self.pages[path] = page if page not in taken else _of_source(path)
            taken.add(self.pages[path])
            end = called(document, "")
            for key in end.keys:
                self._by_key[key].append(end)

    def address(self, path: str) -> str:
        """Where a post is published, "" if that is nowhere that we know of."""
        return self.base.whole(self.documents[path].url)

    def page_address(self, path: str) -> str:
        """Where its page of Markdown is, from the folder of the export or, if that is known, in full."""
        return self.base.home + quote(self.pages[path])

    def of_links(self, document: Document) -> Mapping[str, str]:
        """The addresses of the posts that a post's links lead to, by what they say."""
        ends: dict[str, str] = {}
        for link in map(link_of, document.links):
            if link.target.startswith("#"):
                continue  # of this page, wherever that is
            end = likeliest(document.path, document.lang, link.keys, self._by_key)
            if end:
                anchor = anchor_of(link.target)
                ends[link.target] = self._seen_from(document, end.path) + (f"#{quote(anchor)}" if anchor else "")
        return ends

    def _seen_from(self, document: Document, path: str) -> str:
        """Where a post is for who reads the page of another."""
        if address := self.address(path):
            return address
        folder = posixpath.dirname(self.pages[document.path])
        return quote(posixpath.relpath(self.pages[path], folder or "."))

    def resolver(self, document: Document) -> partial[str]:
        """What says where a link in the text of this post leads (`plain_markdown.Address`)."""
        return partial(_resolved, self.of_links(document), self.address(document.path))


def _resolved(ends: Mapping[str, str], page: str, target: str, tag: str) -> str:
    """Where a target leads: to a post, or what it says, from the page that it stands on; "" to leave it as it is."""
    if end := ends.get(target):
        return end
    if tag != "markdown":
        return ""
    if not page or target.startswith("#") or "{" in target:
        return target if target.startswith("/") else ""
    try:
        return urljoin(page, target)
    except ValueError:  # a host that is none
        return ""
