"""What is in this file: a path below the folder of posts -> a `Post`, its stamp, and its problems.

The front door of content: `walk` finds the files, `site` tells whose they are, `read` reads one. Opens nothing but
regular files, and hands their text to `parsing`, which is imported when the first post is read: a search that finds
all as it was reads none.
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
from .model import Post, Problem
from .sites import Site, site
from .walk import EXHAUSTED, Walk, exhausted, walk

if TYPE_CHECKING:
    from .config import Settings

__all__ = ["Read", "Site", "Walk", "clashes", "digest", "digest_of", "read", "site", "stamp", "walk"]

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
_UTF8_MARK, _UTF16_MARKS = b"\xef\xbb\xbf", (b"\xff\xfe", b"\xfe\xff")
_OPEN = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


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
    file = f"{folder}/{path}"
    if _through_link(file, len(path)):
        return _unreadable(file, path, "a folder on the way is a link; links are not followed")
    try:
        content, state = _content(file, settings.max_bytes)
    except OSError as error:
        if error.errno in EXHAUSTED:
            raise exhausted(error, folder) from error
        again = None if error.errno in _LASTING else int(time.time()) + _AGAIN_S
        return _unreadable(file, path, _reason(error), again)
    if content is None:
        regular = modes.S_ISREG(state.st_mode)
        return _unreadable(file, path, "the file is too large" if regular else "this is no regular file")
    text, problem = _decode(content, path)
    if text is None:
        return Read(None, stamp(state, content), (problem,) if problem else ())
    from .parsing import parse

    post = parse(text, path, site, settings, mtime=state.st_mtime)
    if problem:
        post = post._replace(problems=(problem, *post.problems))
    return Read(post, stamp(state, content, post.reconsider_at), post.problems)


def digest(content: bytes) -> bytes:
    """What tells whether two files hold the same: BLAKE2b, 128 bits."""
    from hashlib import blake2b

    return blake2b(content, digest_size=16).digest()


def digest_of(file: Path) -> bytes:
    """The digest of a file's bytes; OSError if it is no regular file, or cannot be read."""
    content, _ = _content(str(file), sys.maxsize)
    return digest(content) if content is not None else b""


def stamp(state: os.stat_result, content: bytes, reconsider_at: int | None = None) -> Stamp:
    """The stamp of a file that was just read with this stat and these bytes."""
    now, modified, changed = time.time_ns(), state.st_mtime_ns, state.st_ctime_ns
    tick = _TICK_NS if modified % 1_000_000_000 else _COARSE_TICK_NS
    racy = -_COARSE_TICK_NS < now - modified < tick or -_COARSE_TICK_NS < now - changed < tick
    return Stamp(state.st_size, modified, changed, state.st_ino, digest(content), reconsider_at, racy)


def clashes(urls: Mapping[str, str]) -> list[Problem]:
    """A note for each post that has the same link as another; `urls` maps paths to links."""
    from .urls import clashes as found

    return found(urls)


def _through_link(file: str, length: int) -> bool:
    """Whether one of the folders in the last `length` characters of a file's path is a link."""
    cut = file.find("/", len(file) - length)
    while cut >= 0:
        if os.path.islink(file[:cut]):
            return True
        cut = file.find("/", cut + 1)
    return False


def _content(file: str, largest: int) -> tuple[bytes | None, os.stat_result]:
    """A regular file's bytes and the stat that belongs to them; None for what is none, or is too large."""
    number = os.open(file, _OPEN)  # O_NONBLOCK: opening a pipe would wait for somebody to write
    try:
        state = os.fstat(number)
        content = None
        for attempt in range(_ATTEMPTS):
            if not modes.S_ISREG(state.st_mode) or state.st_size > largest:
                return None, state
            if attempt:
                os.lseek(number, 0, os.SEEK_SET)
            content = _all(number, state.st_size)
            before, state = state, os.fstat(number)
            if len(content) == state.st_size and _times(before) == _times(state):
                break
        return content, state  # if it never stood still, the stamp is young enough to be racy
    finally:
        os.close(number)


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


def _unreadable(file: str, path: str, message: str, again: int | None = None) -> Read:
    """Nothing to index; the stamp lets an unreadable file rest until it changes, or until the time `again`."""
    try:
        state = os.lstat(file)
        seen = Stamp(state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino, b"", again)
    except OSError:
        seen = Stamp(0, 0, 0, 0, b"")
    return Read(None, seen, (Problem(path, 0, "skipped", message, "make it a file that can be read, or remove it"),))


def _decode(content: bytes, path: str) -> tuple[str | None, Problem | None]:
    """The file's text; None for what is no text."""
    if content.startswith(_UTF16_MARKS):
        return content.decode("utf-16", "replace"), None
    nulls = content.count(0, 0, _SAMPLE)
    if nulls * 100 > min(len(content), _SAMPLE):
        hint = "leave it out with the setting exclude; if it is text, save it as UTF-8"
        return None, Problem(path, 0, "skipped", "this is no text", hint)
    content = content.removeprefix(_UTF8_MARK)
    try:
        return content.decode(), None
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        if nulls:
            return None, Problem(path, 0, "skipped", "this is no text", "leave it out with the setting exclude")
        message = "from this line on there are bytes that are not UTF-8; they were replaced"
        problem = Problem(path, line, "malformed", message, "save the file as UTF-8")
        return content.decode(errors="replace"), problem
