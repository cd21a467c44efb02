"""What must the operating system have? Files that are opened without following links, and forks that are told: with
`posix_locks` the one door to what Windows lacks.

postdex runs on Linux and macOS. Whoever imports it elsewhere is told so here, before anything else can fail; other
modules ask `os` only for what every system has (`tests/test_house.py::test_what_windows_lacks_has_one_door`).
"""

from __future__ import annotations

import os
from collections.abc import Callable


def unsupported() -> ImportError:
    """What is raised where the system lacks something."""
    return ImportError("postdex needs Linux or macOS; on Windows run it in WSL", name=__name__)


try:
    from os import geteuid, pread, pwrite, register_at_fork

    #: Flag of whoever opens a pipe without waiting for its other end.
    NO_WAIT = os.O_NONBLOCK
    #: Flags that open a file for reading if it is no link, without waiting for whoever writes into a pipe.
    READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    #: Flags that make a file where nothing has its name.
    CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
    #: Flags that open a lock file, and make it if need be.
    LOCK_FILE = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    #: Flags that open a folder, or what a link leads to if it is one.
    FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
    #: Flags that open a folder that is no link.
    OWN_FOLDER = FOLDER | os.O_NOFOLLOW
except (ImportError, AttributeError) as error:
    raise unsupported() from error

__all__ = [
    "CREATE",
    "FOLDER",
    "LOCK_FILE",
    "NO_WAIT",
    "OWN_FOLDER",
    "READ",
    "geteuid",
    "on_fork",
    "pread",
    "pwrite",
    "unsupported",
]


def on_fork(*, before: Callable[[], object], in_parent: Callable[[], object], in_child: Callable[[], object]) -> None:
    """Call these around every fork of this process from now on."""
    register_at_fork(before=before, after_in_parent=in_parent, after_in_child=in_child)
