"""What must a forked child begin anew?

The threads of its parent are not in it, but what they held is: a lock that one of them had stays locked for ever.
So whatever has a lock or a thread says here how it begins anew in a child. For a few moments that would not help, and
a fork waits until they are over: a module that another thread was loading just then could never be loaded in the child,
and a lock file that it was opening would stay locked as long as the child lives.
"""

from __future__ import annotations

import threading
from contextlib import ExitStack
from typing import Protocol
from weakref import WeakSet

from . import posix


class Forked(Protocol):
    """What has a lock or a thread."""

    def begin_anew(self) -> None:
        """Be as new: called in a child, before anything else runs there."""
        ...


#: While it is held no child is forked: for some 50 ms once in a process, else less than one.
barred = threading.RLock()

_living: WeakSet[Forked] = WeakSet()


def remember(listener: Forked) -> None:
    """Let it begin anew in every child that is forked while it lives."""
    _living.add(listener)


def _begin_anew() -> None:
    barred.release()
    with ExitStack() as stack:  # so that all do, also where one of them cannot
        for listener in list(_living):
            stack.callback(listener.begin_anew)


posix.on_fork(before=barred.acquire, in_parent=barred.release, in_child=_begin_anew)
