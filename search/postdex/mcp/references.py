"""Which lines of which post does an assistant mean? It names them by whatever it was shown.

`PATH` is the whole post, `PATH#NAME` a section (as in `section_lookup`), `PATH:43` and `PATH#L43` the section that the
line is in, `PATH:10-40` just these lines. `postdex://PATH` and the post's address on the web stand for its path.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

from postdex_index.errors import NotFoundError
from postdex_index.named_tuple import NamedTuple

from .. import section_lookup, web_address
from ..near_posts import near_posts
from .post_text import Lines, PostText, text_of
from .posts import SCHEME, Posts

if TYPE_CHECKING:
    from postdex_index.document import Document

#: `:43`, `:43-60`, `:43-`, with a column as compilers have it `:43:7`, and as GitHub has them `#L43-L60`.
_LINES = re.compile(r"(?P<path>.+?)(?::|#L)(?P<first>\d{1,9})(?::\d{1,9}|(?P<to>-L?(?P<last>\d{0,9})))?", re.DOTALL)
#: A longer name is none of a file that could be meant.
LONGEST = 300
_HERE = ("localhost", "127.0.0.1")


class Reference(NamedTuple):
    """What a name means: these lines of a post. `whole` says that they are all, `number` which section it is."""

    name: str
    post: PostText
    lines: Lines
    whole: bool = False
    number: int | None = None


def find(posts: Posts, name: str) -> Reference:
    """What a name means. Raises NotFoundError, which says what there is."""
    typed = name.strip()
    if typed.startswith(SCHEME):
        typed = unquote(typed.removeprefix(SCHEME)).lstrip("/")
    elif re.match(r"https?://|/", typed):
        typed = _by_address(posts, typed)
    if document := _post(posts, typed):
        post = text_of(posts.ix, document)
        return Reference(name, post, post.whole, whole=True)
    match = _LINES.fullmatch(typed)
    if match and (document := _post(posts, match["path"])):
        return _by_lines(name, text_of(posts.ix, document), match)
    path, _, section = typed.rpartition("#")
    if not (path and (document := _post(posts, path))):
        path = match["path"] if match else path or typed
        raise NotFoundError("no post of the index has this path", _hint(posts, path), path=path)
    number = section_lookup.number(document, section)
    post = text_of(posts.ix, document)
    return Reference(name, post, post.section(number), number=number)


def uri(path: str) -> str:
    """The name of a post as a resource.

    >>> uri("notes/待读 #1.md")
    'postdex://notes/%E5%BE%85%E8%AF%BB%20%231.md'
    """
    return SCHEME + quote(path)


def _post(posts: Posts, typed: str) -> Document | None:
    """The post whose path was typed, if there is one."""
    try:
        return posts.get(typed.removeprefix("./"))
    except NotFoundError:
        return None


def _by_lines(name: str, post: PostText, match: re.Match[str]) -> Reference:
    first = int(match["first"])
    if not match["to"]:
        number = post.section_at(first)
        return Reference(name, post, post.whole if number is None else post.section(number), number=number)
    last = int(match["last"] or len(post.lines))
    if first > len(post.lines) or last < first or not first:
        raise NotFoundError(
            f"it has no lines {first}-{last}", f"its lines are 1 to {len(post.lines)}", path=post.document.path
        )
    return Reference(name, post, post.within(first, last))


def _by_address(posts: Posts, url: str) -> str:
    """The path and section that an address on the web leads to. Raises NotFoundError."""
    origin = posts.origin
    bare, sign, fragment = url.partition("#")
    for document in posts.published():
        if document.url and _leads_to(bare, web_address.whole(document.url, origin)):
            return document.path + sign + unquote(fragment)
    raise NotFoundError("no post of the index has this address", "`search` gives the ids of posts", path=url[:LONGEST])


def _leads_to(asked: str, address: str) -> bool:
    """Whether an address is that of a post, on its site or on one that is tried out on this machine."""
    try:
        given, post_url = urlsplit(asked), urlsplit(address)
    except ValueError:
        return False
    if unquote(given.path).rstrip("/") != unquote(post_url.path).rstrip("/"):
        return False
    return not given.netloc or not post_url.netloc or given.netloc == post_url.netloc or given.hostname in _HERE


def _hint(posts: Posts, typed: str) -> str:
    """What to do about a path that no post has."""
    paths = [document.path for document in posts.published()]
    folder = typed.rstrip("/") + "/"
    if any(path.startswith(folder) for path in paths):
        return f'it is a folder: `search` with the query "" and the path {folder[:-1]} lists its posts'
    near = near_posts(typed, paths) if len(typed) <= LONGEST else ""
    return " ".join(filter(None, (near, "paths are relative to the folder; `search` gives ids")))
