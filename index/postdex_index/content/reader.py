"""What is in this file: a path below the folder of posts -> a `Post`, its stamp, and its problems.

The front door of content: `walk` finds the files, `site` tells whose they are, `read` reads one. Opens nothing but
regular files, and hands their text to `parser`, which is imported when the first post is read: a search that finds
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

from .. import forks
from ..engine.api import FileStamp
from ..errors import EXHAUSTED
from ..model import Post, Problem
from .discovery import WalkResult, exhausted, lying, shown, walk

if TYPE_CHECKING:
    from ..settings import Settings
    from ..sites.generator import Site

__all__ = [
    "PostReading",
    "WalkResult",
    "clashes",
    "digest",
    "digest_of",
    "lying",
    "read",
    "seen",
    "shown",
    "site",
    "stamp",
    "walk",
]

#: A file that changes while it is read is read again, so often.
_ATTEMPTS = 3
#: A change within this time of the last one may leave the same times: file systems take them from a clock that
#: ticks every 4 to 10 ms, some only in whole seconds (FAT in two).
_TICK_NS, _COARSE_TICK_NS = 100_000_000, 2_000_000_000
#: What keeps a file from being read until somebody changes it. After anything else, such as a disk or a server that
#: does not answer, it is tried again.
_LASTING = frozenset((errno.EACCES, errno.EPERM, errno.ENOENT, errno.ELOOP, errno.ENOTDIR, errno.ENXIO))
_AGAIN_S = 60
#: A post that we fail to parse is tried again once a day: a version that can may have been installed meanwhile.
_FAILED_AGAIN_S = 86_400
#: So much of a file is read at a time.
_PIECE = 1 << 24
#: Of the first bytes, so many tell text from what is no text: a file with a NUL has no more than this share of other
#: control characters if it is UTF-8 (a run of NULs is what a power cut leaves of a file), and of both together if not
#: (an image has .1 and more, a text in Latin-1 with a slip next to none).
_SAMPLE, _FEW, _FEW_IF_WRONG = 8192, 0.05, 0.02
_CONTROLS = bytes({*range(1, 32)} - {*b"\t\n\v\f\r\x1b"})
_UTF8_MARK, _UTF16_MARKS = b"\xef\xbb\xbf", (b"\xff\xfe", b"\xfe\xff")
_OPEN = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class PostReading(NamedTuple):
    """What reading a file gave. `post` is None when there is nothing to index; the stamp's digest is b"" if the
    file could not be read at all (then the stamp is what could be seen of it, zeros if it is gone)."""

    post: Post | None
    stamp: FileStamp
    problems: tuple[Problem, ...]


def read(folder: Path, path: str, site: Site, settings: Settings) -> PostReading:
    """Read one post. Never raises on what is in the file, nor on a file that is gone, a link, or no file.

    Raises `FolderError` where this process has run out of memory or descriptors: the post is as it was.
    """
    if not path or path.startswith("/") or "\0" in path or ".." in path.split("/"):
        return PostReading(
            None, FileStamp(0, 0, 0, 0, b""), (Problem(path, 0, "skipped", "this is no path below the folder"),)
        )
    file = lying(folder, path)
    if _through_link(file, len(file) - len(str(folder)) - 1):
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
        return PostReading(None, stamp(state, content), (problem,) if problem else ())
    with forks.barred:
        from .parser import parse

    # Here and nowhere else, since here a stranger's text meets most of our code, and one file ends where the next
    # begins: a mistake of ours costs the post that it was made with, and not the index. Memory is everybody's.
    try:
        post = parse(text, path, site, settings, mtime=state.st_mtime)
    except MemoryError:
        raise
    except Exception as error:
        return _failed(error, path, stamp(state, content, int(time.time()) + _FAILED_AGAIN_S))
    if problem:
        post = post._replace(problems=(problem, *post.problems))
    return PostReading(post, stamp(state, content, post.reconsider_at), post.problems)


def digest(content: bytes) -> bytes:
    """What tells whether two files hold the same: BLAKE2b, 128 bits."""
    from hashlib import blake2b

    return blake2b(content, digest_size=16).digest()


def digest_of(folder: Path, path: str) -> bytes:
    """The digest of a file's bytes; OSError if it is no regular file, or cannot be read."""
    content, _ = _content(lying(folder, path), sys.maxsize)
    return digest(content) if content is not None else b""


def seen(state: os.stat_result) -> FileStamp:
    """A file's stamp without a digest: size, times and inode in 64 bits each, whatever a file system says.

    Times beyond the years 1677 to 2262 and inodes go round, so that two that differ do so still.
    """
    times = [(ns + (1 << 63)) % (1 << 64) - (1 << 63) for ns in (state.st_mtime_ns, state.st_ctime_ns)]
    return FileStamp(min(max(state.st_size, 0), (1 << 63) - 1), times[0], times[1], state.st_ino % (1 << 64), b"")


def stamp(state: os.stat_result, content: bytes, reconsider_at: int | None = None) -> FileStamp:
    """The stamp of a file that was just read with this stat and these bytes."""
    now, modified, changed = time.time_ns(), state.st_mtime_ns, state.st_ctime_ns
    tick = _TICK_NS if modified % 1_000_000_000 else _COARSE_TICK_NS
    racy = -_COARSE_TICK_NS < now - modified < tick or -_COARSE_TICK_NS < now - changed < tick
    return seen(state)._replace(digest=digest(content), reconsider_at=reconsider_at, racy=racy)


def site(folder: Path) -> Site:
    """The site that a folder of posts belongs to. Never raises."""
    with forks.barred:
        from ..sites import reading

    return reading.site(folder)


def clashes(urls: Mapping[str, str]) -> list[Problem]:
    """A note for each post that has the same link as another; `urls` maps paths to links."""
    with forks.barred:
        from ..sites import permalinks

    return permalinks.clashes(urls)


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
            content = _all(number, state.st_size, largest)
            if len(content) > largest:
                return None, state
            before, state = state, os.fstat(number)
            if len(content) == state.st_size and seen(before) == seen(state):
                break
        return content, state  # if it never stood still, the stamp is young enough to be racy
    finally:
        os.close(number)


def _all(number: int, size: int, largest: int) -> bytes:
    """All bytes of an open file that is expected to have `size`, or one piece more than `largest`. One byte more is
    asked for, to see it grow; some file systems say a size of 0 whatever there is."""
    content = os.read(number, min(max(size, 0), _PIECE) + 1)
    if len(content) == size:
        return content
    pieces, length = [content], len(content)
    while length <= largest and pieces[-1]:
        pieces.append(os.read(number, _PIECE))
        length += len(pieces[-1])
    return b"".join(pieces)


def _reason(error: OSError) -> str:
    if os.path.islink(error.filename or ""):
        return "this is a link; links are not followed"
    return f"the file cannot be read ({error.strerror})"


def _unreadable(file: str, path: str, message: str, again: int | None = None) -> PostReading:
    """Nothing to index; the stamp lets an unreadable file rest until it changes, or until the time `again`."""
    try:
        state = os.lstat(file)
        rest = seen(state)._replace(reconsider_at=again)
    except OSError:
        rest = FileStamp(0, 0, 0, 0, b"")
    return PostReading(
        None, rest, (Problem(path, 0, "skipped", message, "make it a file that can be read, or remove it"),)
    )


def _failed(error: Exception, path: str, rest: FileStamp) -> PostReading:
    """Nothing to index of a post that we failed to parse."""
    message = f"it could not be parsed ({type(error).__name__}: {error})".split("\n")[0][:300]
    hint = "this is a mistake in postdex: please report it, with the file"
    return PostReading(None, rest, (Problem(path, 0, "skipped", message, hint),))


def _decode(content: bytes, path: str) -> tuple[str | None, Problem | None]:
    """The file's text; None for what is no text."""
    if content.startswith(_UTF16_MARKS):
        return content.decode("utf-16", "replace"), None
    content = content.removeprefix(_UTF8_MARK)
    first = content.find(0)
    text_bytes = content if first < 0 else content.replace(b"\0", b"")
    try:
        text, wrong = text_bytes.decode(), -1
    except UnicodeDecodeError as error:
        text, wrong = text_bytes.decode(errors="replace"), error.start
    if first < 0 and wrong < 0:
        return text, None
    sample, few = content[:_SAMPLE], _FEW_IF_WRONG if wrong >= 0 else _FEW
    odd = len(sample) - len(sample.translate(None, _CONTROLS + b"\0" if wrong >= 0 else _CONTROLS))
    if not text_bytes.strip() or (first >= 0 and odd - 1 > few * len(sample)):
        hint = "leave it out with the setting exclude; if it is text, save it as UTF-8"
        return None, Problem(path, 0, "skipped", "this is no text", hint)
    if wrong >= 0:
        line = text_bytes.count(b"\n", 0, wrong) + 1
        message = "from this line on there are bytes that are not UTF-8; they were replaced"
        return text, Problem(path, line, "malformed", message, "save the file as UTF-8")
    line = content.count(b"\n", 0, first) + 1
    message = "from this line on there are NUL bytes; they were left out"
    return text, Problem(path, line, "malformed", message, "save the file without them")
