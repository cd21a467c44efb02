"""On which sockets does the service listen, and how do they pass from one process to the next?

A socket is made here, for an address or as a file, or it is handed over: as a descriptor, or as systemd does it
(LISTEN_FDS and LISTEN_PID, sd_listen_fds(3)). In that way, too, a process hands its own to the one that it becomes, so
that a client who comes meanwhile waits and is never refused.
"""

from __future__ import annotations

import os
import socket
import stat
import time
from collections.abc import Iterator, MutableMapping, Sequence
from contextlib import contextmanager, suppress

from postdex_index import posix, posix_locks
from postdex_index.errors import PostdexError
from postdex_index.named_tuple import NamedTuple

from . import auth

#: The first descriptor that is handed over, as systemd has it.
FIRST = 3
#: Clients that may wait until somebody accepts them; the system may allow fewer (net.core.somaxconn).
BACKLOG = 4096
#: Seconds that a folder is waited for in which another process is just making its socket.
_WAIT_S = 2.0


class ListenAddress(NamedTuple):
    """Where to listen: at an address ("" is this machine's own), or instead as a file `uds` with these permissions, or
    on a descriptor `fd`."""

    host: str = ""
    port: int = 0
    uds: str = ""
    mode: int = 0o660
    fd: int | None = None


class Listening:
    """Sockets that listen, and the file of one of them that is ours to remove."""

    def __init__(self, sockets: Sequence[socket.socket], host: str, file: str = "") -> None:
        self.sockets = sockets
        self.host = host
        self._file = file
        self._inode = os.stat(file).st_ino if file else 0

    @property
    def guarded(self) -> bool:
        """Whether other machines reach one of them. Who may open a file, its permissions say."""
        return any(
            listener.family != socket.AF_UNIX and not auth.is_local(listener.getsockname()[0])
            for listener in self.sockets
        )

    def addresses(self) -> list[str]:
        """Where clients find the service."""
        return [_address(listener, self.host) for listener in self.sockets]

    def close(self) -> None:
        """Listen no more. A file that somebody else has put there meanwhile stays."""
        for listener in self.sockets:
            listener.close()
        if self._file:
            with suppress(OSError):
                if os.stat(self._file).st_ino == self._inode:
                    os.unlink(self._file)
            self._file = ""

    def keep_waiting(self) -> None:
        """Have those who come wait, while nobody accepts them."""
        for listener in self.sockets:
            listener.listen(BACKLOG)

    def hand_over(self, environment: MutableMapping[str, str]) -> None:
        """Leave the sockets where `opened` finds them in the program that this process is about to become."""
        copies = [_above(listener.fileno(), FIRST + len(self.sockets)) for listener in self.sockets]
        for number, copy in enumerate(copies, FIRST):
            os.dup2(copy, number)
        environment.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(copies)))


@contextmanager
def opened(place: ListenAddress) -> Iterator[Listening]:
    """What is listened on until the end of the block: sockets that were handed over, else the one of this place. Raises
    PostdexError where that cannot be."""
    handed = _handed_over(os.environ)
    if handed:
        file = place.uds if place.uds in [listener.getsockname() for listener in handed] else ""
        listening = Listening(handed, _host(handed, place), file)
    elif place.fd is not None:
        given = [_given(place.fd)]
        listening = Listening(given, _host(given, place))
    elif place.uds:
        listening = Listening([_as_file(place.uds, place.mode)], "localhost", place.uds)
    else:
        host = place.host or "127.0.0.1"
        listening = Listening([_at_address(host, place.port)], host)
    try:
        yield listening
    finally:
        listening.close()


def _host(given: Sequence[socket.socket], place: ListenAddress) -> str:
    """The name of sockets that were handed over: the one that is said, or their address."""
    addresses = [str(listener.getsockname()[0]) for listener in given if listener.family != socket.AF_UNIX]
    return place.host or (addresses or ["localhost"])[0]


def _address(listening: socket.socket, host: str) -> str:
    name = listening.getsockname()
    if listening.family == socket.AF_UNIX:
        return f"unix:{name}"
    return f"http://[{host}]:{name[1]}/" if ":" in host else f"http://{host}:{name[1]}/"


# -- handed over


def _handed_over(environment: MutableMapping[str, str]) -> list[socket.socket]:
    """The sockets that this process was started with, which is said once: none of its children is meant."""
    pid, count = environment.pop("LISTEN_PID", ""), environment.pop("LISTEN_FDS", "")
    environment.pop("LISTEN_FDNAMES", None)
    if pid != str(os.getpid()) or not count.isdecimal():
        return []
    return [_given(number) for number in range(FIRST, FIRST + int(count))]


def _given(number: int) -> socket.socket:
    """A descriptor as the socket that it is. Raises PostdexError if it is none that listens."""
    try:
        given = socket.socket(fileno=number)
        given.set_inheritable(False)
        if given.type != socket.SOCK_STREAM or not given.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            given.detach()
            raise OSError("it does not listen for connections")
    except OSError as error:
        words = (error.strerror or str(error)).lower()
        hint = "hand over a socket that listens, as systemd does for a .socket unit"
        raise PostdexError(f"descriptor {number} cannot be listened on ({words})", hint) from error
    return given


def _above(number: int, least: int) -> int:
    """A copy of a descriptor, of this number or a higher one."""
    copy = os.dup(number)
    return copy if copy >= least else _above(number, least)


# -- made here


def _at_address(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, protocol)
    except OSError as error:
        raise PostdexError(f"there is no address {host}", "name one of this machine's with --host") from error
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        taken = f"port {port} of {host} cannot be had ({(error.strerror or str(error)).lower()})"
        raise PostdexError(taken, "name another with --port, or end what holds it") from error
    return listening


def _as_file(path: str, mode: int) -> socket.socket:
    """A socket that is a file. One that a killed process left is replaced, none that somebody listens on."""
    try:
        with _alone_in(os.path.dirname(path) or "."):
            _remove_stale(path)
            return _bound(path, mode)
    except OSError as error:
        if error.errno is None:
            length = len(os.fsencode(path))
            short = f"{path} is too long for a socket ({length} bytes)"
            raise PostdexError(short, "name a shorter path, such as /run/postdex/postdex.sock") from error
        cannot = f"the socket {path} cannot be made ({(error.strerror or str(error)).lower()})"
        raise PostdexError(cannot, "name another path with --uds") from error


def _bound(path: str, mode: int) -> socket.socket:
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    mask = os.umask(0o777)  # until its permissions are set, nobody gets in
    try:
        listening.bind(path)
        os.chmod(path, mode)
        listening.listen(BACKLOG)
    except OSError:
        listening.close()
        raise
    finally:
        os.umask(mask)
    return listening


@contextmanager
def _alone_in(folder: str) -> Iterator[None]:
    """Meanwhile no other of us makes a socket in a folder: each might take the other's for one that is left over."""
    number = os.open(folder, posix.FOLDER)
    try:
        until = time.monotonic() + _WAIT_S
        while not posix_locks.lock(number) and time.monotonic() < until:
            time.sleep(0.02)
        yield
    finally:
        os.close(number)


def _remove_stale(path: str) -> None:
    """Remove the file of a socket that nobody listens on. Raises PostdexError for any other file that is there."""
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(status.st_mode):
        raise PostdexError(f"{path} is there and no socket", "name another path with --uds")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        asking.settimeout(1)
        try:
            asking.connect(path)
        except ConnectionRefusedError:
            os.unlink(path)
            return
        except OSError:
            pass  # somebody is there, busy or not for us
    raise PostdexError(f"another process listens on {path}", "end it, or name another path with --uds")
