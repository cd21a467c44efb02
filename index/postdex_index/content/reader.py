"""What is in this file: a path below the folder of posts -> a `Post`, its stamp, and its problems.

The front door of content: `walk` finds the files, `site` tells whose they are, `read` reads one. Opens nothing but
regular files, and hands their text to `parser`, which is imported when the first post is read: a search that finds
all as it was reads none.
"""

from __future__ import annotations

import errno
import os
import stat as modes
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from .. import forks
from ..engine.api import FileStamp
from ..errors import EXHAUSTED, FolderError
from ..model import Post, Problem, StoredFields
from ..named_tuple import NamedTuple
from .discovery import WalkResult, exhausted, lying, shown, walk

if TYPE_CHECKING:
    from ..paths import StrPath
    from ..settings import Settings
    from ..sites.generator import Site

__all__ = [
    "FileText",
    "PostReading",
    "WalkResult",
    "clashes",
    "lying",
    "read",
    "shown",
    "site",
    "text_of",
    "walk",
]

#: What keeps a file from being read until somebody changes it. After anything else, such as a disk or a server that
#: does not answer, it is tried again.
_LASTING = frozenset((errno.EACCES, errno.EPERM, errno.ENOENT, errno.ELOOP, errno.ENOTDIR, errno.ENXIO))
_AGAIN_S = 60
#: A post that we fail to parse is tried again once a day: a version that can may have been installed meanwhile.
_FAILED_AGAIN_S = 86_400


class PostReading(NamedTuple):
    """What reading a file gave. `post` is None when there is nothing to index; the stamp's digest is b"" if the
    file could not be read at all (then the stamp is what could be seen of it, zeros if it is gone)."""

    post: Post | None
    stamp: FileStamp
    problems: tuple[Problem, ...]


class FileText(NamedTuple):
    """What stands in a file, its lines ending with `\\n`, and the digest of its bytes, as its stamp has it."""

    text: str
    digest: bytes


def text_of(folder: StrPath, path: str, settings: Settings) -> FileText | None:
    """The text of a post as it stands in its file now, by the rules of `read`; None where that would read none."""
    if _is_elsewhere(path):
        return None
    with forks.barred:
        from .file_contents import content_of, decode, digest, is_through_link
    file = lying(folder, path)
    if is_through_link(file, len(file) - len(str(folder)) - 1):
        return None
    try:
        content, _ = content_of(file, settings.max_bytes)
    except OSError as error:
        if error.errno in EXHAUSTED:
            raise exhausted(error, folder) from error
        return None
    text = None if content is None else decode(content, path)[0]
    if content is None or text is None:
        return None
    return FileText(text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"), digest(content))


def _is_elsewhere(path: str) -> bool:
    """Whether a path is none below the folder."""
    return not path or path.startswith("/") or "\0" in path or ".." in path.split("/")


def read(folder: StrPath, path: str, site: Site, settings: Settings) -> PostReading:
    """Read one post. Never raises on what is in the file, nor on a file that is gone, a link, or no file.

    Raises `FolderError` where this process has run out of memory or descriptors: the post is as it was.
    """
    if _is_elsewhere(path):
        return PostReading(
            None, FileStamp(0, 0, 0, 0, b""), (Problem(path, 0, "skipped", "this is no path below the folder"),)
        )
    with forks.barred:
        from .file_contents import content_of, decode, is_through_link, stamp
    file = lying(folder, path)
    if is_through_link(file, len(file) - len(str(folder)) - 1):
        return _unreadable(file, path, "a folder on the way is a link; links are not followed")
    try:
        content, state = content_of(file, settings.max_bytes)
    except OSError as error:
        if error.errno in EXHAUSTED:
            raise exhausted(error, folder) from error
        again = None if error.errno in _LASTING else int(time.time()) + _AGAIN_S
        return _unreadable(file, path, _reason(error), again)
    if content is None:
        regular = modes.S_ISREG(state.st_mode)
        return _unreadable(file, path, "the file is too large" if regular else "this is no regular file")
    text, problem = decode(content, path)
    if text is None:
        return PostReading(None, stamp(state, content), (problem,) if problem else ())
    with forks.barred:
        from .included_files import IncludedFiles
        from .parser import parse

    included = IncludedFiles(folder, site, settings.max_bytes)
    # Here and nowhere else, since here a stranger's text meets most of our code, and one file ends where the next
    # begins: a mistake of ours costs the post that it was made with, and not the index. Memory is everybody's.
    try:
        post = parse(text, path, site, settings, mtime=state.st_mtime, read=included.text)
    except (MemoryError, FolderError):
        raise
    except Exception as error:
        return _failed(error, path, stamp(state, content, int(time.time()) + _FAILED_AGAIN_S))
    if problem:
        post = post._replace(problems=(problem, *post.problems))
    seen = stamp(state, content, post.reconsider_at)._replace(included=included.stamps())
    return PostReading(post, seen, post.problems)


def site(folder: StrPath) -> Site:
    """The site that a folder of posts belongs to. Never raises."""
    with forks.barred:
        from ..sites import reading

    return reading.site(folder)


def clashes(posts: Sequence[Post | StoredFields]) -> list[Problem]:
    """A note for each post that has the link, or the translation key and the language, of another."""
    with forks.barred:
        from ..sites import locales, permalinks

    return [*permalinks.clashes({post.path: post.url for post in posts}), *locales.namesakes(posts)]


def _reason(error: OSError) -> str:
    if os.path.islink(error.filename or ""):
        return "this is a link; links are not followed"
    return f"the file cannot be read ({error.strerror})"


def _unreadable(file: str, path: str, message: str, again: int | None = None) -> PostReading:
    """Nothing to index; the stamp lets an unreadable file rest until it changes, or until the time `again`."""
    try:
        state = os.lstat(file)
        rest = FileStamp.seen(state)._replace(reconsider_at=again)
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
