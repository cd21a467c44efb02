"""Who may write a site now?

One writer at a time, as long as its lock beats: a document that it writes anew every few seconds. Whoever waits looks
whether that changes, by his own clock, so that the clocks of two machines are never compared; a lock that did not
change for its whole length is taken over. That keeps writers out of each other's way and makes nothing safe, since who
is suspended for long goes on as if nothing had been: a commit is a conditional write (`commit`), and an index in the
making is gone when another writer took over (`write.full_build`).
"""

from __future__ import annotations

import os
import secrets
import socket
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .... import forks
from ....errors import EngineUnavailableError, IndexDamagedError, IndexLockedError, IndexWriteError, Remedy
from ....named_tuple import NamedTuple
from ..cluster.answers import Conflict, NoSuchDocument
from .commit import Version
from .indices import create_locks, write_alias

if TYPE_CHECKING:
    from ..cluster.connection import Cluster

#: Seconds after which a lock that does not beat is taken over; and those between two beats, of which some may fail.
LENGTH, BEAT = 20.0, 4.0
#: Seconds between two looks at a lock that somebody else holds.
_POLL = 0.1
#: Seconds after which all nodes have heard of the index that was made for locks.
_SETTLED = 2.0


class LockState(NamedTuple):
    """What the document of a lock says: the token of who holds it ("" nobody), on which machine and in which process,
    since when for people to read, how often it beat, and the number of the last index that was begun for the site.
    `space` tells the machine's numbers of processes from those of others, and from those before it was started."""

    owner: str = ""
    host: str = ""
    space: str = ""
    pid: int = 0
    taken_at: str = ""
    beats: int = 0
    builds: int = 0

    @property
    def holder(self) -> str:
        """Who holds it, for people to read."""
        return f"process {self.pid} on {self.host}, since {self.taken_at}"


class LockName(NamedTuple):
    """The index of locks and the site, whose name is the document's `_id`; `replicas` if the index has to be made."""

    locks: str
    site: str
    replicas: int


class _Sighting(NamedTuple):
    """A version of somebody else's lock, and when it was first seen in this process (`time.monotonic()`)."""

    version: Version
    since: float


#: By cluster and lock: so that a service whose searches wait for milliseconds finds out, too.
_sightings: dict[tuple[str, LockName], _Sighting] = {}
#: The tokens of the locks that this process holds.
_ours: set[str] = set()


class Lock:
    """The right to write a site, from the making of this object to `close`.

    Waits up to `wait` seconds for who holds it; without `hurried` until it is known whether he still lives. Raises
    IndexLockedError, EngineUnavailableError.
    """

    def __init__(self, cluster: Cluster, name: LockName, wait: float = 0.0, hurried: bool = False) -> None:
        self._cluster = cluster
        self._name = name
        self._state = LockState()
        self._version: Version | None = None
        self._changing = threading.Lock()
        self._ended = threading.Event()
        self._valid_until = 0.0
        self._taken_over = False
        self._token = secrets.token_hex(16)
        self._take(wait, hurried)
        _ours.add(self._token)
        forks.remember(self)
        threading.Thread(target=self._beat, args=(self._ended,), daemon=True).start()

    # -- taking

    def _take(self, wait: float, hurried: bool) -> None:
        begun = time.monotonic()
        first: Version | None = None
        while True:
            version, state = self._read()
            first = first or version
            if not state.owner or _is_dead(state) or self._stood_still(version):
                try:
                    if self._put(version, self._anew(state)):
                        return
                except NoSuchDocument as error:
                    if time.monotonic() > begun + _SETTLED:
                        raise self._foreign() from error
                    time.sleep(_POLL)
                continue
            unknown = not hurried and version == first and state.owner not in _ours
            if not time.monotonic() < begun + (max(wait, LENGTH + _POLL) if unknown else wait):  # true of nan, too
                raise IndexLockedError(
                    f"another postdex is writing this index ({state.holder})",
                    Remedy.WAIT,
                    path=f"{self._cluster.place}/{self._name.site}",
                )
            time.sleep(_POLL)

    def _foreign(self) -> IndexDamagedError:
        return IndexDamagedError(
            f"the name {self._name.locks} is that of an index which postdex did not make so",
            "choose another opensearch.prefix, or remove it",
            path=f"{self._cluster.place}/{self._name.locks}",
        )

    def _anew(self, state: LockState) -> LockState:
        now = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime())
        beats, builds = state.beats + 1, state.builds
        return LockState(self._token, socket.gethostname(), _process_space(), os.getpid(), now, beats, builds)

    def _stood_still(self, version: Version | None) -> bool:
        """Whether somebody else's lock has not beaten for its whole length, as far as this process saw."""
        key, now = (self._cluster.place, self._name), time.monotonic()
        seen = _sightings.get(key)
        if version is None or seen is None or seen.version != version:
            if version:
                _sightings[key] = _Sighting(version, now)
            return False
        return now - seen.since > LENGTH

    # -- the document

    def _read(self) -> tuple[Version | None, LockState]:
        try:
            answer = self._cluster.read("GET", f"/{self._name.locks}/_doc/{self._name.site}")
        except NoSuchDocument as error:
            if error.index:
                create_locks(self._cluster, self._name.locks, self._name.replicas)
            return None, LockState()
        return Version.of(answer), LockState(**answer["_source"])

    def _put(self, version: Version | None, state: LockState) -> bool:
        """Write the document if it still has this version; whether it is ours now."""
        condition: Mapping[str, str] = version.condition() if version else {"op_type": "create"}
        params = {**condition, "require_alias": "true"}
        path = f"/{write_alias(self._name.locks)}/_doc/{self._name.site}"
        asked = time.monotonic()
        try:
            answer: dict[str, Any] = self._cluster.write(
                "PUT", path, state._asdict(), params=params, again=True, seconds=LENGTH / 2
            )
            self._version = Version.of(answer)
        except Conflict:
            now, found = self._read()
            if now is None or found.owner != self._token:
                return False
            if found != state:  # a renewal of ours of before, whose answer was lost
                return self._put(now, state)
            self._version = now
        self._state = state
        self._valid_until = asked + LENGTH
        return True

    # -- holding

    @property
    def held(self) -> bool:
        """Whether this process has it, as far as it knows; not a forked child."""
        return self._version is not None

    def check(self) -> None:
        """Raise IndexWriteError if there is no right to write (any more)."""
        if self._taken_over:
            raise self._lost("another writer took over meanwhile", "do it again")
        if not self.held:
            raise self._lost("this writer was closed, or is of another process", "open one here")
        if time.monotonic() > self._valid_until:
            raise self._lost("this writer could not renew its lock in time", "do it again")

    def begin_build(self, above: int) -> int:
        """A number for a new index: above this one, and above that of every index that was ever begun for the site.
        Raises IndexWriteError."""
        self._confirm(max(above, self._state.builds) + 1)
        return self._state.builds

    def confirm(self) -> None:
        """Make sure, by a write, that nobody took over. Raises IndexWriteError."""
        self._confirm(0)

    def _confirm(self, builds: int) -> None:
        if not self._renew(builds):
            raise self._lost("another writer took over meanwhile", "do it again")

    def _renew(self, builds: int = 0) -> bool:
        with self._changing:
            state = self._state._replace(beats=self._state.beats + 1, builds=max(builds, self._state.builds))
            with suppress(NoSuchDocument):  # somebody removed all locks, and this one with them
                if self._version and self._put(self._version, state):
                    return True
            self._taken_over |= self.held
            self._version = None
            return False

    def _beat(self, ended: threading.Event) -> None:
        while not ended.wait(BEAT):
            with suppress(EngineUnavailableError):  # until the lock's length is over there is time to try again
                if not self._renew():
                    return

    def _lost(self, message: str, hint: str) -> IndexWriteError:
        return IndexWriteError(message, hint, path=f"{self._cluster.place}/{self._name.site}")

    def close(self) -> None:
        """Free the lock; if the cluster cannot be told, it ends by itself."""
        self._ended.set()
        with self._changing:
            version, self._version = self._version, None
            _ours.discard(self._token)
            if version:
                with suppress(EngineUnavailableError, NoSuchDocument):
                    self._put(version, self._state._replace(owner="", beats=self._state.beats + 1))
                self._version = None

    def begin_anew(self) -> None:
        """In a forked child: the lock is its parent's, and so is the thread that renews it."""
        self._changing = threading.Lock()
        self._version = None
        _ours.discard(self._token)


def lock_state(cluster: Cluster, name: LockName) -> LockState | None:
    """Who holds a lock, or held it last; None where nobody ever did."""
    try:
        return LockState(**cluster.read("GET", f"/{name.locks}/_doc/{name.site}")["_source"])
    except NoSuchDocument:
        return None


def _is_dead(state: LockState) -> bool:
    """Whether the holder's process was one of this machine and has ended."""
    if not state.space or state.space != _process_space():
        return False
    try:
        os.kill(state.pid, 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False


@cache
def _process_space() -> str:
    """In which a number of a process means the same process; "" where the system does not tell."""
    with suppress(OSError):
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {os.readlink('/proc/self/ns/pid')}"
    return ""
