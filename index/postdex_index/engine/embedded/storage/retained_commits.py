"""Which commits lie in an index, how large are they, and which one answers?

For whoever looks after an index; a search never asks.
"""

from __future__ import annotations

import os
from contextlib import suppress

from ....errors import IndexDamagedError, IndexMissingError
from ....paths import StrPath
from ...api import CommitInfo
from .commits import Store


def retained_commits(store: Store) -> tuple[CommitInfo, ...]:
    """The commits of an index, newest first. Raises IndexDamagedError for a folder that cannot be read."""
    infos: list[CommitInfo] = []
    for number in store.generations():
        written_at = int(_state(store.path(number), "st_mtime"))
        try:
            commit = store.commit(number)
        except (IndexDamagedError, IndexMissingError) as error:
            state = "damaged" if isinstance(error, IndexDamagedError) else "old"
            infos.append(CommitInfo(number, written_at, posts=0, segments=0, bytes=0, state=state))
            continue
        complete = all(_state(store.file(file.name), "st_size") == file.size for file in commit.files())
        state = "damaged" if not complete else "kept" if any(info.state == "current" for info in infos) else "current"
        posts = sum(entry.posts - len(entry.deleted) for entry in commit.segments)
        size = sum(file.size for file in commit.files())
        infos.append(
            CommitInfo(number, written_at, posts=posts, segments=len(commit.segments), bytes=size, state=state)
        )
    return tuple(infos)


def bytes_on_disk(directory: StrPath) -> int:
    """The size of all files that lie there, left-overs of killed runs and the files for other programs too."""
    try:
        return int(sum(max(_state(os.path.join(directory, name), "st_size"), 0) for name in os.listdir(directory)))
    except OSError:
        return 0


def _state(file: str, what: str) -> float:
    """What the system says of a file, -1 if it is not there."""
    with suppress(OSError):
        return float(getattr(os.stat(file), what))
    return -1
