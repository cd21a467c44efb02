"""What does this file say: a path below the folder of posts -> a `Post`, its stamp, and its problems.

The front door of content: `walk` finds the files, `site` tells whose they are, `read` reads one. It brings together
front matter (`frontmatter`, `fields`), body (`markdown`) and link (`urls`), and opens nothing but regular files.
What reading needs is imported when the first post is read: a search that finds all as it was reads none.
"""

from __future__ import annotations

import errno
import os
import stat as modes
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from .engine import Stamp
from .model import Post, Problem, Section
from .sites import Site, site
from .walk import EXHAUSTED, Walk, exhausted, walk

if TYPE_CHECKING:
    from .config import Settings
    from .fields import Metadata
    from .markdown import Parsed

__all__ = ["Read", "Site", "Walk", "clashes", "digest", "digest_of", "parse", "read", "site", "stamp", "walk"]

#: A file that changes while it is read is read again, so often.
_ATTEMPTS = 3
#: A change within this time of the last one may leave the same times: file systems take them from a clock that
#: ticks every 4 to 10 ms, some only in whole seconds (FAT in two).
_TICK_NS, _COARSE_TICK_NS = 100_000_000, 2_000_000_000
#: What keeps a file from being read until somebody changes it. After anything else, such as a disk or a server that
#: does not answer, it is tried again.
_LASTING = frozenset((errno.EACCES, errno.EPERM, errno.ENOENT, errno.ELOOP, errno.ENOTDIR, errno.ENXIO))
_AGAIN_S = 60
#: Of the first bytes, so many tell text from what is no text.
_SAMPLE = 8192


class Read(NamedTuple):
    """What reading a file gave. `post` is None when there is nothing to index; the stamp's digest is b"" if the
    file could not be read at all (then the stamp is what could be seen of it, zeros if it is gone)."""

    post: Post | None
    stamp: Stamp
    problems: tuple[Problem, ...]


def read(folder: Path, path: str, site: Site, settings: Settings) -> Read:
    """Read one post. Never raises on what is in the file, nor on a file that is gone, a link, or no file.

    Raises `FolderError` where this process has run out of memory or descriptors: the post is as it was.
    """
    if not path or path.startswith("/") or "\0" in path or ".." in path.split("/"):
        return Read(None, Stamp(0, 0, 0, 0, b""), (Problem(path, 0, "skipped", "this is no path below the folder"),))
    if _through_link(folder, path):
        return _unreadable(folder / path, path, "a folder on the way is a link; links are not followed")
    try:
        content, state = _content(folder / path, settings.max_bytes)
    except OSError as error:
        if error.errno in EXHAUSTED:
            raise exhausted(error, folder) from error
        again = None if error.errno in _LASTING else int(time.time()) + _AGAIN_S
        return _unreadable(folder / path, path, _reason(error), again)
    if content is None:
        regular = modes.S_ISREG(state.st_mode)
        return _unreadable(folder / path, path, "the file is too large" if regular else "this is no regular file")
    text, problem = _decode(content, path)
    if text is None:
        return Read(None, stamp(state, content), (problem,) if problem else ())
    post = parse(text, path, site, settings, mtime=state.st_mtime)
    problems = (problem, *post.problems) if problem else post.problems
    return Read(post._replace(problems=problems), stamp(state, content, post.reconsider_at), problems)


def parse(
    text: str, path: str, site: Site, settings: Settings, *, mtime: float | None = None, now: float | None = None
) -> Post:
    """The post that a text is; `path` is relative to the folder of posts. Never raises.

    >>> from .config import Settings
    >>> post = parse("---\\ntags: [smc]\\n---\\n# What I fixed\\n\\nThe refcount.\\n", "fix.md", Site(), Settings())
    >>> post.title, post.tags, post.sections[0].line, post.sections[0].text.strip()
    ('What I fixed', ('smc',), 4, 'The refcount.')
    """
    from . import dates, fields, frontmatter, markdown

    front = frontmatter.parse(text, flavour=site.flavour)
    around = fields.Circumstances(
        path=site.prefix + path,
        zone=dates.zone_or_utc(settings.timezone or site.timezone),
        flavour=site.flavour,
        language=settings.language or site.language,
        mtime=mtime,
        now=time.time() if now is None else now,
    )
    found = fields.normalise(front, around)
    style = site.anchors if settings.anchors == "auto" else settings.anchors
    body = markdown.sections(front.body, first_line=front.first_line, anchors=style, title=found.title)
    return _post(path, found, front.problems, body, site, settings)


def digest(content: bytes) -> bytes:
    """What tells whether two files hold the same: BLAKE2b, 128 bits."""
    from hashlib import blake2b

    return blake2b(content, digest_size=16).digest()


def digest_of(file: Path) -> bytes:
    """The digest of a file's bytes; OSError if it is no regular file, or cannot be read."""
    content, _ = _content(file, sys.maxsize)
    return digest(content) if content is not None else b""


def stamp(state: os.stat_result, content: bytes, reconsider_at: int | None = None) -> Stamp:
    """The stamp of a file that was just read with this stat and these bytes."""
    now = time.time_ns()
    tick = _TICK_NS if state.st_mtime_ns % 1_000_000_000 else _COARSE_TICK_NS
    racy = any(-_COARSE_TICK_NS < now - changed < tick for changed in (state.st_mtime_ns, state.st_ctime_ns))
    times = state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino
    return Stamp(*times, digest(content), reconsider_at, racy)


def clashes(urls: Mapping[str, str]) -> list[Problem]:
    """A note for each post that has the same link as another; `urls` maps paths to links."""
    from .urls import clashes as found

    return found(urls)


def _through_link(folder: Path, path: str) -> bool:
    """Whether one of the folders between the folder of posts and the file is a link."""
    return any(os.path.islink(f"{folder}/{path[:cut]}") for cut, char in enumerate(path) if char == "/")


def _content(file: Path, largest: int) -> tuple[bytes | None, os.stat_result]:
    """A regular file's bytes and the stat that belongs to them; None for what is none, or is too large."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    number = os.open(file, flags)  # O_NONBLOCK: opening a pipe would wait for somebody to write
    with open(number, "rb", buffering=0) as source:
        state = os.fstat(number)
        content = None
        for _ in range(_ATTEMPTS):
            if not modes.S_ISREG(state.st_mode) or state.st_size > largest:
                return None, state
            source.seek(0)
            content = _all(number, state.st_size)
            before, state = state, os.fstat(number)
            if len(content) == state.st_size and _times(before) == _times(state):
                break
        return content, state  # if it never stood still, the stamp is young enough to be racy


def _all(number: int, size: int) -> bytes:
    """All bytes of an open file that is expected to have `size`; one more is asked for, to see it grow."""
    content = os.read(number, size + 1)
    while len(content) < size and (more := os.read(number, size + 1 - len(content))):
        content += more
    return content


def _times(state: os.stat_result) -> tuple[int, int, int]:
    return state.st_size, state.st_mtime_ns, state.st_ctime_ns


def _reason(error: OSError) -> str:
    if os.path.islink(error.filename or ""):
        return "this is a link; links are not followed"
    return f"the file cannot be read ({error.strerror})"


def _unreadable(file: Path, path: str, message: str, again: int | None = None) -> Read:
    """Nothing to index; the stamp lets an unreadable file rest until it changes, or until the time `again`."""
    try:
        state = os.lstat(file)
        seen = Stamp(state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino, b"", again)
    except OSError:
        seen = Stamp(0, 0, 0, 0, b"")
    return Read(None, seen, (Problem(path, 0, "skipped", message, "make it a file that can be read, or remove it"),))


def _decode(content: bytes, path: str) -> tuple[str | None, Problem | None]:
    """The file's text; None for what is no text."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace"), None
    nulls = content.count(0, 0, _SAMPLE)
    if nulls * 100 > len(content[:_SAMPLE]):
        hint = "leave it out with the setting exclude; if it is text, save it as UTF-8"
        return None, Problem(path, 0, "skipped", "this is no text", hint)
    try:
        return content.decode("utf-8-sig"), None
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        if nulls:
            return None, Problem(path, 0, "skipped", "this is no text", "leave it out with the setting exclude")
        message = "from this line on there are bytes that are not UTF-8; they were replaced"
        problem = Problem(path, line, "malformed", message, "save the file as UTF-8")
        return content.decode("utf-8-sig", "replace"), problem


def _post(
    path: str, found: Metadata, of_front: tuple[Problem, ...], body: Parsed, site: Site, settings: Settings
) -> Post:
    """Metadata, body and link as one post; the title is the field, else the first heading, else the file's name."""
    from .fields import clean, name_of

    title = found.title or clean(body.first_heading)
    link, wrong = _link(path, found, title, site, settings)
    problems = [problem._replace(path=path) for problem in (*of_front, *found.problems)]
    problems += [_of_body(path, line, message) for line, message in body.problems]
    if wrong:
        problems.append(Problem(path, 1, "malformed", wrong, "write a path such as /about/, or an address with https"))
    if found.unpublished:
        hint = "it is found with --drafts"
        problems.append(Problem(path, found.unpublished_line, "unpublished", found.unpublished, hint))
    return Post(
        path=path,
        title=title or name_of(site.prefix + path).replace("_", " ").strip() or path,
        sections=_sections(body, found.title, title),
        url=link,
        title_words=found.title_words,
        date=found.date,
        date_from=found.date_from,
        updated=found.updated,
        tags=found.tags,
        keywords=found.keywords,
        categories=found.categories,
        authors=found.authors,
        lang=found.lang,
        series=found.series,
        weight=found.weight,
        description=found.description or body.excerpt,
        aliases=found.aliases,
        slug=found.slug,
        links=body.links,
        unpublished=found.unpublished,
        reconsider_at=found.reconsider_at,
        problems=tuple(problems),
    )


def _of_body(path: str, line: int, message: str) -> Problem:
    what, _, hint = message.rpartition("; ")
    return Problem(path, line, "malformed", what or message, hint if what else "")


def _sections(body: Parsed, written: str, title: str) -> tuple[Section, ...]:
    """The body's sections; the heading that became the title is not a heading besides."""
    from .markdown import without_title

    return body.sections if written or not title else without_title(body.sections, title)


def _link(path: str, found: Metadata, title: str, site: Site, settings: Settings) -> tuple[str, str]:
    from .urls import Address, url

    dated = found.date if found.date_from in ("post", "path") else None  # a file's time is nobody's address
    address = Address(site.prefix + path, found.link, found.given_slug, found.abbrlink, title, dated, found.categories)
    return url(site, address, pattern=settings.url, base=settings.base_url)
