"""Under which keys is the end of a link looked for, and under which names is a post meant?

A key is what a link says, made absolute by the linking post alone: which post has it is found out when somebody asks,
so that no change of other posts makes it wrong. A link has several where what it says may be read in several ways; it
leads to the first that any post has. What a key is the key of, its beginning tells:

    2022/bug.md   a file, by its path below the folder of posts
    2022/bug      the same without its suffix, or the folder of a file that is called index
    /2022/bug     an address of the site, in the shortest of its forms
    //bug         the name of a file, folded; `//2022/bug` is one in a folder of that name
    ///the bug    a title or an alias, folded

How links are read that are a generator's alone is told by its record (`generator.LinkRules`).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import quote, unquote, urljoin

from ..model import Link
from .generator import Site
from .permalinks import undated

#: Names of files that stand for their folders.
INDEX = frozenset(("index", "_index", "readme"))
#: A target that is longer is nobody's: no server takes such an address.
_LONGEST = 2_000
NAME, TITLE = "//", "///"
#: Suffixes of files that are pages.
_PAGES = r"\.(?:md|mdx|markdown|mkd|mdown|qmd|rmd|ipynb)"
_SOURCE = re.compile(rf"(.+){_PAGES}", re.I)
#: Suffixes of files that are none.
_MEDIA = re.compile(
    r"\.(?:avif|bz2|c|cpp|css|csv|deb|docx?|dmg|epub|exe|gif|go|gz|h|ico|ini|jar|java|jpe?g|js|json|jsx|key|log|mov"
    r"|mp[34]|og[gv]|patch|pdf|png|pptx?|ps1|py|rb|rpm|rs|rss|sh|sql|svg|tar|tex|tgz|toml|ts|tsx|txt|wasm|wav|webm|webp"
    r"|woff2?|xlsx?|xml|xz|ya?ml|zip)\Z",
    re.I,
)
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
_ORIGIN = re.compile(r"(?:https?:)?//[^/?#]*", re.I)
#: An address in which nothing is to be left away but a slash at its end.
_SHORT = re.compile(r"(?:/(?!index/?\Z)[\w-]+)*/?")
_FORMS = re.compile(r"(?:/+(?:index(?:\.html?)?)?|\.html?)\Z", re.I)
#: Of links that are no tag.
_KINDS = frozenset(("markdown", "image", "html", "text"))
#: What would be a pattern, or two values, where a key is looked for.
_RESERVED = re.compile(r"[*?\t\n\0]")
#: The language at the end of a name.
_LANGUAGE = re.compile(r"\.[a-z]{2,3}(?:-[A-Za-z]{2,4})?\Z")
#: A block or a heading of a page, behind its name.
_PART = re.compile(r"[#?|].*", re.S)


def read(site: Site, path: str, url: str, links: Iterable[Link], base: str = "") -> tuple[Link, ...]:
    """Links with their keys; `path` is the linking post's below the site's root, `url` its address. `base` is the
    setting that all addresses begin with."""
    reading = _Reading(site, path, url, base)
    return tuple([reading.of(link) for link in links])


def names(path: str, url: str, title: str, aliases: Iterable[str]) -> tuple[str, ...]:
    """All keys under which a post may be meant, the most certain first.

    >>> names("2022/bug/index.md", "/2022/bug/", "The Bug", ["/old.html"])
    ('2022/bug/index.md', '2022/bug/index', '2022/bug', '/2022/bug', '/old', '//index', '//bug', '///the bug')
    """
    whole = _without_suffix(path)
    folder, _, stem = whole.rpartition("/")
    places = [whole, folder] if stem.lower() in INDEX and folder else [whole]
    places += [_LANGUAGE.sub("", place) for place in places if _LANGUAGE.search(place)]
    stems = [place.rpartition("/")[2] for place in places]
    last = [*stems, *map(undated, stems)]
    by_title = _by_title(title, aliases)
    return _each_once([path, *places, *_addresses(url, aliases), *(NAME + folded(name) for name in last), *by_title])


def sought(site: Site, url: str, title: str, aliases: Sequence[str]) -> tuple[str, ...]:
    """Those of a post's names that no path tells, under which links of this site look for it."""
    by_title = _by_title(title, aliases) if site.generator.links.wiki == "title" else ()
    return _each_once([*_addresses(url, aliases), *by_title])


def _addresses(url: str, aliases: Iterable[str]) -> Iterator[str]:
    return (address(link) for link in (url, *aliases) if link and (link.startswith("/") or "://" in link))


def _by_title(title: str, aliases: Iterable[str]) -> Iterator[str]:
    return (TITLE + folded(name) for name in (title, *(alias for alias in aliases if alias[:1] != "/")))


def _each_once(keys: Iterable[str]) -> tuple[str, ...]:
    """Keys without those that are there already, and without what has a meaning where they are looked for."""
    once = tuple(dict.fromkeys(keys))
    return tuple([_RESERVED.sub("\ufffd", key) for key in once]) if _RESERVED.search("".join(once)) else once


def suffixes(path: str) -> Iterator[str]:
    """The keys of a path's names with the folders above: what may be said of a post that is meant by a name.

    >>> list(suffixes("a/b/c.md"))
    ['//c', '//b/c', '//a/b/c']
    """
    for key in names(path, "", "", ())[1:]:
        if not key.startswith("/"):
            parts = folded(key).split("/")
            yield from (NAME + "/".join(parts[start:]) for start in range(len(parts) - 1, -1, -1))


def files(key: str) -> tuple[str, ...]:
    """The paths that the key of a file without suffix may be that of, the likeliest first.

    >>> files("2022/bug")[:3]
    ('2022/bug.md', '2022/bug.mdx', '2022/bug.markdown')
    """
    pages = tuple(f"{key}{suffix}" for suffix in (".md", ".mdx", ".markdown", ".qmd", ".ipynb"))
    return (*pages, *(f"{key}/{name}" for name in ("index.md", "_index.md", "README.md", "readme.md", "index.mdx")))


def kind_of(key: str) -> str:
    """What a key begins with: "" that of a file."""
    return TITLE if key.startswith(TITLE) else NAME if key.startswith(NAME) else key[:1] if key.startswith("/") else ""


def address(url: str) -> str:
    """The shortest form of an address: its path, decoded, without what may as well be left away.

    >>> [address(url) for url in ("https://a.org/b/c/?d#e", "/b/c/index.html", "/b/%E4%B8%AD.html", "/", "/a/../b/")]
    ['/b/c', '/b/c', '/b/中', '/', '/b']
    """
    if _SHORT.fullmatch(url):  # as nearly all are
        return url.rstrip("/") or "/"
    path = unquote(_ORIGIN.sub("", url, count=1).partition("#")[0].partition("?")[0])
    path = posixpath.normpath("/" + path.lstrip("/")) + ("/" if path.endswith("/") else "")
    return _FORMS.sub("", path) or "/"


def folded(name: str) -> str:
    """A name as names are compared."""
    return " ".join(name.casefold().split())


def is_page(target: str, *, loosely: bool = False) -> bool:
    """Whether a target has the suffix of a page's source; `loosely` none, or that of a page.

    >>> is_page("a.md"), is_page("a/b"), is_page("a/b", loosely=True), is_page("a.png", loosely=True)
    (True, False, True, False)
    """
    if _SOURCE.fullmatch(target):
        return True
    return loosely and _MEDIA.search(target) is None


def anchor_of(target: str) -> str:
    """What of a page a link leads to, decoded; "" for the page itself.

    >>> anchor_of("a.md#%E4%B8%AD"), anchor_of("a.md")
    ('中', '')
    """
    return unquote(target.partition("#")[2])


class _Reading:
    """How the links of one post are read. `keys_of` has what was read once: of a target but for the part of the page,
    and the kind, the keys, None for what leads elsewhere."""

    def __init__(self, site: Site, path: str, url: str, base: str) -> None:
        self.site, self.path, self.url = site, path, url
        self.rules = site.generator.links
        self.folder = posixpath.dirname(path)
        self.origins = tuple(filter(None, (base.rstrip("/"), site.origin)))
        self.keys_of: dict[tuple[str, str], tuple[str, ...] | None] = {}

    def of(self, link: Link) -> Link:
        """The link with its keys, and whether it stays on the site."""
        target = link.target.strip()
        if target.startswith("http") and not target.startswith(self.origins):
            return link
        form = target.partition("#")[0], link.kind
        if form not in self.keys_of:
            sought = self._keys(link.kind, target)
            self.keys_of[form] = None if sought is None else self._in_use(sought)
        keys = self.keys_of[form]
        return link if keys is None else Link(link.target, link.line, link.kind, keys, True)

    def _keys(self, kind: str, target: str) -> Iterable[str] | None:
        """The keys of a target, None for one that leads elsewhere."""
        if len(target) > _LONGEST or not target:
            return None
        if kind == "wiki":
            return self._wiki(target) if self.rules.wiki else None
        if kind in self.rules.tags:
            return self._tag(kind, target)
        if kind not in _KINDS:
            return None  # a tag that says something else here
        if target.startswith("#"):
            return [self._below(self.path)]
        for origin in self.origins:
            if f"{target}/".startswith(origin + "/"):
                return [address(target[len(_origin(origin)) :])]
        if _SCHEME.match(target) or target.startswith(("//", "\\")) or "{" in target:
            return None
        return self._plain(kind, target)

    def _in_use(self, keys: Iterable[str]) -> tuple[str, ...]:
        if self.rules.lowers:
            keys = [form for key in keys for form in ((key, key.lower()) if kind_of(key) == "/" else (key,))]
        return _each_once(filter(None, keys))

    def _plain(self, kind: str, target: str) -> Iterator[str]:
        """The keys of a link as Markdown and HTML have them."""
        bare = unquote(target.partition("#")[0].partition("?")[0])
        # An address: what HTML says where a generator makes pages, and from the root.
        is_address = kind == "html" and bool(self.site.generator.name or bare.startswith("/"))
        source = None if is_address else _SOURCE.fullmatch(bare.rstrip("/"))
        files = source is not None or (self.rules.files and not is_address)
        for mark, folder in self.rules.marks.items():
            if bare.startswith(mark):
                yield from self._files([folder], bare[len(mark) :])
                return
        if files:
            folders = self._roots() if bare.startswith("/") else [self.folder]
            anywhere = self.rules.shortest or (self.rules.rooted and not bare.startswith("."))
            yield from self._files([*folders, *(self._roots() if anywhere else ())], bare.lstrip("/"))
        if self.rules.shortest and files:
            yield self._name(bare)
        if self.rules.by_language and len(self.site.languages) > 1 and source is None and kind != "html":
            yield self._name(bare)
        if bare.startswith("/"):
            if files and not self.url:
                return  # nothing says what addresses there are
            yield address(bare)
            if self.site.base and not f"{bare}/".startswith(self.site.base + "/"):
                yield address(self.site.base + bare)
        elif self.url and (source is None or self.rules.files):
            yield address(_joined(self.url, quote(source[1]) if source else target))

    def _files(self, folders: Iterable[str], name: str) -> Iterator[str]:
        for folder in folders:
            path = posixpath.normpath(posixpath.join(folder, name))
            if path != ".." and not path.startswith("../"):
                yield self._below(path)

    def _below(self, path: str) -> str:
        """A path of the site as one below the folder of posts; with `../` for what lies beside it."""
        prefix = self.site.prefix
        return path.removeprefix(prefix) if path.startswith(prefix) else posixpath.relpath(path, prefix.rstrip("/"))

    def _roots(self) -> Sequence[str]:
        """The folders that `/bug.md` counts from."""
        if self.rules.roots:
            return [*self.rules.roots(self.site, self.path)]
        content = (f"{folder}/" for folder in self.site.generator.posts)
        return [self.site.source or next((it for it in content if self.site.prefix.startswith(it)), "")]

    def _wiki(self, target: str) -> Iterable[str]:
        name = _PART.sub("", target)
        if not name:
            return [self._below(self.path)]
        if self.rules.wiki == "title":
            return [TITLE + folded(name)]
        return self._files([self.folder], name) if name.startswith(("./", "../")) else [self._name(name)]

    def _tag(self, name: str, target: str) -> Iterator[str]:
        bare = _PART.sub("", target)
        if not bare:
            yield self._below(self.path)
        elif self.rules.tags[name] == "file":
            yield from self._files([self.site.source], bare.lstrip("/"))
        else:
            if not bare.startswith("/"):
                yield from self._files([self.folder], bare)
            yield self._name(bare)

    def _name(self, written: str) -> str:
        parts = [part for part in folded(_without_suffix(written.strip("/"))).split("/") if part not in (".", "..")]
        if len(parts) > 1 and parts[-1] in INDEX:
            parts.pop()
        return NAME + "/".join(parts) if parts else ""


def _without_suffix(path: str) -> str:
    match = _SOURCE.fullmatch(path)
    return match[1] if match else path


def _origin(own: str) -> str:
    match = _ORIGIN.match(own)
    return match[0] if match else ""


def _joined(url: str, target: str) -> str:
    try:
        return urljoin(url, target)
    except ValueError:  # a host that is none
        return ""
