"""How is a file locked so that the lock ends with its process? Apart from `posix`, since a search locks nothing."""

from __future__ import annotations

import errno

from . import posix

try:
    from fcntl import LOCK_EX, LOCK_NB, LOCK_SH, flock
except ImportError as error:
    raise posix.unsupported() from error


def lock(number: int, *, shared: bool = False) -> bool:
    """Lock an open file at once and until it is closed; whether that was possible. OSError for other trouble."""
    try:
        flock(number, (LOCK_SH if shared else LOCK_EX) | LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EAGAIN, errno.EACCES):
            return False
        raise
    return True
