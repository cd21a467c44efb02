"""Who tells that a file changed? The operating system where it does, else looking every moment.

Only says where something happened; what that means for the index is for `watch`. A source is told which folders
to watch, one by one: their number is limited on Linux, so that those that hold no posts (`node_modules`, `.git`)
must not take part, and a link to another place must not make that place part of the folder.
"""

from __future__ import annotations

import os
import re
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from .. import forks
from ..errors import MissingExtraError, PostdexError

#: A burst is over after so long without an event, or once it lasts so long: an editor's save takes a few
#: milliseconds, a `git checkout` goes on for seconds and must not hold up what was saved before it.
_QUIET_MS, _LONGEST_MS = 50, 250
#: How often files are looked at where nobody tells of changes. A look takes a twentieth of the time at most.
_LOOK_S, _SHARE = 0.25, 20
#: File systems that do not tell of what another machine (or the host of this one) writes.
_REMOTE = frozenset(
    (
        *("9p", "afs", "ceph", "cifs", "davfs", "drvfs", "fuse", "glusterfs", "ncpfs", "nfs", "nfs4"),
        *("prl_fs", "smb3", "smbfs", "vboxsf", "virtiofs", "vmhgfs"),
    )
)


class ChangeSource(Protocol):
    """What tells of changes."""

    @property
    def complete(self) -> bool:
        """Whether it sees changes in new folders, too."""
        ...

    def wait(self, seconds: float) -> set[str] | None:
        """The paths where something happened since the last call, once a burst is over; after so many seconds
        the empty set. None: nobody told, so that all has to be looked at."""
        ...

    def took(self, seconds: float) -> None:
        """How long it took to look at everything where nothing had changed."""
        ...

    def close(self) -> None: ...


class NotifySource:
    """Changes that the operating system tells of, in just these folders (or all below the first and those outside).

    Raises MissingExtraError, and OSError where the system's limits do not allow it.
    """

    def __init__(self, folders: Iterable[str], stop: threading.Event) -> None:
        self.complete = not sys.platform.startswith("linux")  # elsewhere one watch covers all below, and no links
        try:
            with forks.barred:
                from watchfiles import watch
        except ImportError as error:
            raise MissingExtraError(
                f"there is no package watchfiles, so the files are looked at every {_LOOK_S} s",
                "to be told of changes: pip install 'postdex[watch]'",
            ) from error
        watched = list(folders)
        if self.complete:
            watched = [path for path in watched if path == watched[0] or not path.startswith(watched[0] + os.sep)]
        self._stop = stop
        self._changes = watch(
            *watched,
            watch_filter=None,
            debounce=_LONGEST_MS,
            step=_QUIET_MS,
            stop_event=stop,
            rust_timeout=_QUIET_MS,
            yield_on_timeout=True,
            debug=False,
            force_polling=False,
            recursive=self.complete,
            ignore_permission_denied=False,  # else it would ignore the system's limit, too
        )
        self._changed_paths = self._next()  # only now it listens

    def wait(self, seconds: float) -> set[str]:
        """See `ChangeSource`. An interrupt is a KeyboardInterrupt. Raises PostdexError when the source is of no more
        use."""
        until = time.monotonic() + seconds
        changed_paths, self._changed_paths = self._changed_paths, set()
        try:
            while not changed_paths and time.monotonic() < until and not self._stop.is_set():
                changed_paths = self._next()
        except RuntimeError as error:  # a name that is no UTF-8; what was told with it is lost
            raise PostdexError(f"changes were lost ({error})", "all files are looked at") from error
        return changed_paths

    def _next(self) -> set[str]:
        """What happened in the next moment."""
        return {path for _, path in next(self._changes, ())}

    def took(self, seconds: float) -> None:
        """See `ChangeSource`."""

    def close(self) -> None:
        """End the thread that listens."""
        self._changes.close()


class PollingSource:
    """Nobody tells: it is time to look, again and again, more seldom where a look takes long."""

    complete = True

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._pause = _LOOK_S
        self._due = time.monotonic() + self._pause

    def wait(self, seconds: float) -> set[str] | None:
        """See `ChangeSource`."""
        self._stop.wait(min(seconds, max(self._due - time.monotonic(), 0)))
        if time.monotonic() < self._due:
            return set()
        self._due = time.monotonic() + self._pause
        return None

    def took(self, seconds: float) -> None:
        """See `ChangeSource`."""
        self._pause = max(_LOOK_S, seconds * _SHARE)
        self._due = time.monotonic() + self._pause

    def close(self) -> None:
        """Nothing is open."""


def tells(folder: Path) -> bool:
    """Whether the operating system hears of all changes in this folder; not on a network's file system."""
    kind = _file_system(os.path.realpath(folder))
    return kind not in _REMOTE and not kind.startswith("fuse.")


def _file_system(real: str) -> str:
    """The type of the file system that a folder lies on, "" where that cannot be told."""
    try:
        with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as file:
            rows = [line.split() for line in file]
    except OSError:
        return ""
    kind, longest = "", -1
    for row in rows:
        place = re.sub(r"\\(\d{3})", lambda escape: chr(int(escape[1], 8)), row[4]).rstrip("/")
        if (real + "/").startswith(place + "/") and len(place) >= longest:
            kind, longest = row[row.index("-") + 1], len(place)
    return kind
