"""How do bytes get onto the disk so that they stay there, and how are a stranger's files opened without harm?

The only module of the lower half that changes files. What is written is a new file, never one that was there:
a link that somebody laid under its name leads nowhere, and a reader that has a former file mapped keeps it.
Nothing but a regular file is read, so that no link is followed and no pipe waited for.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from .... import posix

#: Some file systems do not sync folders; there is nothing to be had from them.
_UNSUPPORTED = (errno.EINVAL, errno.ENOTSUP)

Bytes = bytes | bytearray | memoryview
Path = str | os.PathLike[str]


@contextmanager
def create(path: Path, *, later: bool = False) -> Iterator[Callable[[Bytes], None]]:
    """A new file in place of whatever has its name; what is given to the callable is on the disk when the block ends,
    or, with `later`, once `sync_file` was called.

    An attempt that fails leaves no file, because it would take the room that the next one needs.
    """
    remove(path)
    number = os.open(path, posix.CREATE, 0o666)
    try:
        try:
            yield lambda data: _write(number, data)
            if not later:
                os.fsync(number)
        finally:
            os.close(number)
    except BaseException as error:
        with suppress(OSError):
            os.unlink(path)
        if isinstance(error, OSError) and error.filename is None:
            error.filename = os.fspath(path)
        raise


def _write(number: int, data: Bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(number, rest) :]


def remove(path: Path) -> None:
    """Remove a file, if it is there."""
    with suppress(FileNotFoundError):
        os.unlink(path)


def rename(old: Path, new: Path) -> None:
    """Give a file another name, in place of whatever file has it, at once for all who look."""
    os.rename(old, new)


def make_folder(path: Path) -> bool:
    """Make a folder with those above it, as durable as their files will be; whether it was not there.

    What has its name but is no folder, or leads to one as a link, is an OSError.
    """
    name = os.fspath(path)
    try:
        if stat.S_ISDIR(os.lstat(name).st_mode):
            return False
        raise NotADirectoryError(errno.ENOTDIR, "this is no folder of its own", name)
    except FileNotFoundError:
        above = os.path.dirname(os.path.abspath(name))
        if not os.path.isdir(above):
            make_folder(above)
    with suppress(FileExistsError):  # another process was faster
        os.mkdir(name)
    sync_folder(above)
    return True


def sync_file(path: Path) -> None:
    """Make a file durable that was written before. Of many files this is a tenth of what it takes to sync each as it is
    written: by then most of them are on the disk."""
    number = open_regular(path)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable."""
    number = os.open(path, posix.FOLDER)
    try:
        os.fsync(number)
    except OSError as error:
        if error.errno not in _UNSUPPORTED:
            error.filename = os.fspath(path)
            raise
    finally:
        os.close(number)


def open_lock(path: Path) -> int:
    """The descriptor of a lock file, made if need be: one that has no other name, since it will be written to."""
    number = os.open(path, posix.LOCK_FILE, 0o644)
    state = os.fstat(number)
    if stat.S_ISREG(state.st_mode) and state.st_nlink <= 1:
        return number
    os.close(number)
    raise OSError(errno.EPERM, "this is no file of its own; remove it", os.fspath(path))


def note(number: int, text: str) -> None:
    """Leave a line for those who find a lock held; of no weight, so a full disk does not matter."""
    with suppress(OSError):
        os.ftruncate(number, 0)
        posix.pwrite(number, text.encode(), 0)


def open_regular(path: Path) -> int:
    """The descriptor of a regular file, open for reading; OSError for anything else."""
    number = os.open(path, posix.READ)
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise OSError(errno.EINVAL, "this is no regular file", os.fspath(path))
    return number


def tail(path: Path, length: int) -> tuple[bytes, os.stat_result]:
    """The last bytes of a regular file, and what its stat says."""
    number = open_regular(path)
    try:
        state = os.fstat(number)
        return posix.pread(number, length, max(state.st_size - length, 0)), state
    finally:
        os.close(number)


def read(path: Path, most: int | None = None) -> tuple[bytes, os.stat_result]:
    """The bytes of a regular file, if it has no more than `most`, else only the first of them, and one more; and what
    its stat said before."""
    with open(open_regular(path), "rb", buffering=0) as file:
        state = os.fstat(file.fileno())
        return file.read() if most is None else file.read(most + 1), state
