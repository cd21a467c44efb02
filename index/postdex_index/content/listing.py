"""What lies in an open folder, and what does `stat` say of it?

Asked of the folder's descriptor: a `stat` there takes an eighth less time than one of a path, and no link on the way
leads elsewhere. A search asks this of every folder and file, so both functions have a twin: 10,000 files in 244 folders
take 22 ms there, which is what the system's calls take, and 38 here.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from .. import native

#: Kinds of what lies in a folder, as `ls -l` has them; a file is OTHER, as is what cannot be looked at.
FOLDER, LINK, OTHER = "d", "l", "-"


@native.twin
def listed(number: int, /) -> dict[str, str]:
    """The names in the folder that is open under this number, in no order, with their kinds. Raises OSError."""
    with os.scandir(number) as scanned:
        return {entry.name: _kind(entry) for entry in scanned}


@native.twin
def states(number: int, names: Sequence[str], /) -> list[tuple[int, int, int, int, int] | int]:
    """For each of these names in an open folder the fields of its `FileState`, or the `errno` that kept it from being
    looked at. Links are not followed."""
    return [_state(number, name) for name in names]


def _kind(entry: os.DirEntry[str]) -> str:
    try:
        return FOLDER if entry.is_dir(follow_symlinks=False) else LINK if entry.is_symlink() else OTHER
    except OSError:
        return OTHER


def _state(number: int, name: str) -> tuple[int, int, int, int, int] | int:
    try:
        state = os.stat(name, dir_fd=number, follow_symlinks=False)
    except OSError as error:
        return error.errno or 0
    return state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino, state.st_mode
