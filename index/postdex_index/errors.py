"""What can go wrong, and what the caller should do about it.

Text that people write (posts, queries) never raises: it gives a value and
problems. An error is for the rest: a folder that is not there, an index that
cannot be read, a limit that a program overstepped.

    PostdexError
    ├── ConfigError            a setting cannot be used
    ├── FolderError            the folder of posts is missing or holds nothing to index
    ├── QueryError             a query is over a limit, or an argument of a search cannot be used
    ├── NotFoundError          a post or section is not in the index
    ├── StaleError             the index is older than the posts, and freshness was required
    ├── MissingExtraError      an optional dependency is not installed
    ├── NativeError            the compiled kernel failed where it must not
    ├── EngineUnavailableError the server that keeps the index does not answer, or not with all that was asked
    └── IndexFault             the index cannot be used as it lies there
        ├── IndexMissingError      there is none yet
        ├── IndexDamagedError      a file is truncated, foreign or fails its checksum
        ├── IndexVersionError      written by a newer postdex
        ├── IndexLockedError       another process is writing
        └── IndexWriteError        the disk refused (full, read-only, not permitted)
"""

from __future__ import annotations

import errno
from enum import Enum

from .public import public

#: Of an OSError, what says nothing about a file or folder: this process or machine has no more of something.
EXHAUSTED = frozenset((errno.EMFILE, errno.ENFILE, errno.ENOMEM))


class Remedy(Enum):
    """What to do, as a code. Its value says it to whoever has no better words, which `WORDS` holds where there are
    commands and options."""

    BUILD = "build it"
    REBUILD = "rebuild it"
    REBUILD_ALL = "rebuild it from all posts"
    MAKE_READABLE = "check its permissions, or rebuild it"
    WAIT = "wait for it, or allow more time"
    CHOOSE_INDEX = "choose another place for the index"
    REMOVE_LINK = "remove it, or choose another place for the index"
    UPDATE = "update postdex, or choose another place for the index"
    MAKE_ROOM = "the old index is as it was; make room or choose another place for the index"
    NAME_FOLDER = "name the folder of the posts"
    MEND = "let what looks after the index mend it"
    DO_WITHOUT = "do without it, and report this"
    SHOW_DRAFTS = "drafts show it"


#: How the face that runs in this process puts remedies into words.
WORDS: dict[Remedy, str] = {}


@public
class PostdexError(Exception):
    """Root of all errors of postdex: one sentence of what happened, one of what to do.

    `code` is stable and machine readable. What a face makes of it, and of a remedy, is the face's to know.
    """

    code = "error"

    def __init__(self, message: str, hint: str | Remedy = "", *, path: str = "", line: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = hint
        self.path = path
        self.line = line

    @property
    def hint(self) -> str:
        """What to do, in words; "" if nobody knows."""
        return WORDS.get(self.remedy, self.remedy.value) if isinstance(self.remedy, Remedy) else self.remedy

    def __str__(self) -> str:
        """The error as one line: `path:line: message; hint`.

        >>> str(PostdexError("no such folder", "check the name", path="posts"))
        'posts: no such folder; check the name'
        """
        place = f"{self.path}:{self.line}: " if self.line else f"{self.path}: " if self.path else ""
        return f"{place}{self.message}" + (f"; {self.hint}" if self.hint else "")

    def to_dict(self) -> dict[str, dict[str, str]]:
        """The wire form: `{"error": {"code", "message", "hint"}}`."""
        place = f"{self.path}: " if self.path else ""
        return {"error": {"code": self.code, "message": place + self.message, "hint": self.hint}}


@public
class ConfigError(PostdexError):
    """A setting has a wrong name, type or value; path and line say where it stands."""

    code = "bad_setting"


@public
class FolderError(PostdexError):
    """The folder of posts does not exist, is no folder, or holds nothing that could be indexed."""

    code = "bad_folder"


@public
class QueryError(PostdexError):
    """A query is over a limit (clauses, depth), or an argument of a search cannot be used."""

    code = "bad_argument"

    def __init__(self, message: str, hint: str = "", *, code: str = "bad_argument") -> None:
        super().__init__(message, hint)
        self.code = code


@public
class NotFoundError(PostdexError):
    """No post (or no section of it) has this path."""

    code = "not_found"


@public
class StaleError(PostdexError):
    """The index is older than the posts, and freshness was required."""

    code = "stale"


@public
class MissingExtraError(PostdexError):
    """A feature needs an optional dependency; the hint is the command that installs it."""

    code = "missing_extra"


@public
class NativeError(PostdexError):
    """The compiled kernel failed where it must not, and what was asked of it was not done; without it the same goes."""

    code = "native"

    def __init__(self, message: str) -> None:
        super().__init__(f"the compiled kernel failed ({message})", Remedy.DO_WITHOUT)


@public
class EngineUnavailableError(PostdexError):
    """The server that keeps the index cannot be reached, fails, or answers only in part; nothing is known of the
    posts."""

    code = "unavailable"


@public
class IndexFault(PostdexError):
    """The index cannot be used as it is; to build it makes it right unless the hint says otherwise."""

    code = "bad_index"


@public
class IndexMissingError(IndexFault):
    """There is no index yet."""

    code = "no_index"


@public
class IndexDamagedError(IndexFault):
    """A file of the index is truncated, foreign, or does not have its checksum."""

    code = "damaged_index"


@public
class IndexVersionError(IndexFault):
    """The index was written by a newer version of postdex."""

    code = "newer_index"


@public
class IndexLockedError(IndexFault):
    """Another process writes this index and did not finish within the time given."""

    code = "locked_index"


@public
class IndexWriteError(IndexFault):
    """The operating system refused a write; the old index is as it was."""

    code = "cannot_write"
