"""Who may write an index now?

One process at a time, as long as it holds the lock file open: the lock ends with the process, however that
ends. A forked child never holds it, and worker processes hold it with their parent (`postdex_index.worker`).
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from .... import forks, posix, posix_locks
from ....errors import IndexLockedError, IndexWriteError, Remedy
from ..format import durable_files
from .commits import write_error

_POLL_S = 0.02


class Lock:
    """The right to write. Waits up to `wait` seconds; raises `IndexLockedError`, `IndexWriteError`."""

    def __init__(self, directory: Path, wait: float = 0.0) -> None:
        self._path = Path(directory) / "lock"
        self.file = -1
        forks.remember(self)
        deadline = time.monotonic() + wait
        try:
            while not self._taken():
                if not time.monotonic() < deadline:  # true of nan, too
                    raise IndexLockedError(
                        f"another postdex is writing this index{self._holder()}",
                        Remedy.WAIT,
                        path=str(directory),
                    )
                time.sleep(_POLL_S)
        except BaseException as error:
            self.close()
            if isinstance(error, OSError):
                raise write_error(error, self._path) from error
            raise
        durable_files.note(self.file, f"{os.getpid()}\n")

    def _taken(self) -> bool:
        if self.file < 0:
            with forks.barred:  # nobody forks with an open file of which begin_anew does not know
                self.file = durable_files.open_lock(self._path)
        if not posix_locks.lock(self.file):
            return False
        if self._stands():
            return True
        self.close()  # somebody removed the file that was locked: it protects nothing
        return self._taken()

    def _stands(self) -> bool:
        try:
            return os.path.samestat(os.fstat(self.file), os.lstat(self._path))
        except FileNotFoundError:
            return False

    def _holder(self) -> str:
        text = posix.pread(self.file, 32, 0).decode("ascii", "replace").strip() if self.file >= 0 else ""
        return f" (process {text})" if text.isdigit() else ""

    @property
    def held(self) -> bool:
        """Whether this process still has it; not a forked child."""
        return self.file >= 0

    def check(self) -> None:
        """Raise IndexWriteError if there is no right to write (any more)."""
        if not self.held:
            raise IndexWriteError(
                "this writer was closed, or is of another process", "open one here", path=str(self._path.parent)
            )
        if not self._stands():
            raise IndexWriteError(
                "the folder of the index was removed or replaced meanwhile", "do it again", path=str(self._path.parent)
            )

    def close(self) -> None:
        """Free the lock."""
        with forks.barred:  # else a child might close the number that is free by then, or another file's
            number, self.file = self.file, -1
            if number >= 0:
                os.close(number)

    def begin_anew(self) -> None:
        """In a forked child: else the lock of a parent that was killed would last as long as its children."""
        self.close()


def is_free(directory: Path) -> bool:
    """Whether nobody writes at this moment."""
    with forks.barred:
        try:
            number = durable_files.open_regular(Path(directory) / "lock")
        except FileNotFoundError:
            return True
        except OSError:
            return False
        try:
            return posix_locks.lock(number, shared=True)
        except OSError:
            return False
        finally:
            os.close(number)
