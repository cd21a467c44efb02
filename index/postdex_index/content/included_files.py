"""What do the files hold that a post includes, and what did they look like then?

Named from the site's root, opened nowhere else (or in its repository): regular files that no link leads to. Which of
them a post includes is for `sites.includes`.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..engine.api import FileStamp, IncludedFile
from ..errors import EXHAUSTED
from ..named_tuple import NamedTuple
from ..paths import StrPath
from ..sites.includes import below
from .discovery import exhausted
from .file_contents import content_of, decode, is_through_link, stamp

if TYPE_CHECKING:
    from ..sites.generator import Site

#: What a file looks like that is not there.
_MISSING = FileStamp(0, 0, 0, 0, bytes(16))


class IncludedText(NamedTuple):
    """The text of a file, None if it cannot be had, and what the file looked like."""

    text: str | None
    stamp: FileStamp


class IncludedFiles:
    """The files that a post includes, each read once."""

    def __init__(self, folder: StrPath, site: Site, largest: int) -> None:
        """A file has no more than `largest` bytes."""
        self._folder, self._site, self._largest = folder, site, largest
        self._read: dict[str, IncludedText] = {}

    def text(self, path: str) -> str | None:
        """The text of a file, by its path from the site's root."""
        if below("", path, self._site.above) != path:
            return None
        name = _from_folder(self._site.prefix, path)
        if name not in self._read:
            self._read[name] = included_text(self._folder, name, self._largest)
        return self._read[name].text

    def stamps(self) -> tuple[IncludedFile, ...]:
        """What was asked for, and could be there."""
        return tuple([IncludedFile(name, self._read[name].stamp) for name in sorted(self._read)])


def _from_folder(prefix: str, path: str) -> str:
    """The path from the folder of posts, which `prefix` leads to from the root, to what `path` leads to from there."""
    folders, names = prefix.split("/")[:-1], path.split("/")
    same = 0
    while same < len(folders) and same < len(names) - 1 and folders[same] == names[same]:
        same += 1
    return "/".join([".."] * (len(folders) - same) + names[same:])


def place(folder: StrPath, path: str) -> str:
    """Where a file lies that is included by this path from the folder of posts."""
    return os.path.normpath(os.path.join(os.path.abspath(folder), path))


def included_text(folder: StrPath, path: str, largest: int) -> IncludedText:
    """The text of the file that is included by this path from the folder of posts."""
    file = place(folder, path)
    inside = len(path) - len("../") * path.split("/").count("..")
    try:
        state = os.lstat(file)
        if is_through_link(file, inside):
            return IncludedText(None, FileStamp.seen(state).indexed())
        content, state = content_of(file, largest)
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno in EXHAUSTED:
            raise exhausted(error, folder) from error
        return IncludedText(None, look(file).indexed())
    if content is None:
        return IncludedText(None, FileStamp.seen(state).indexed())
    return IncludedText(decode(content, path)[0], stamp(state, content))


def look(file: str) -> FileStamp:
    """What a file looks like now, without a digest."""
    try:
        return FileStamp.seen(os.lstat(file))
    except (OSError, ValueError):
        return _MISSING
