"""How does the service hold a port: start on it, last on it, and let go of it?

uvicorn speaks HTTP, and `connection` stands between it and the clients. Here is what else it leaves open: a taken port
is one clear line; a signal ends what runs, then the process.
"""

from __future__ import annotations

import gc
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import uvicorn

from postdex_index.errors import PostdexError

from .connection import SECONDS, Connection, watched
from .connection_slots import ACCEPTED_AT_ONCE, Room

if TYPE_CHECKING:
    from starlette.types import ASGIApp

#: Seconds that what runs at the end may take.
_GRACE_S = 5


class Server(uvicorn.Server):
    """uvicorn's server, which calls `ready` when it answers, and ends as told: it would raise the signal once more."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        await super().startup(sockets)
        self._ready()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """SIGINT and SIGTERM let what runs finish; a second SIGINT does not wait for it."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        former = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in former.items():
                signal.signal(number, handler)


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises PostdexError where that cannot be."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, protocol)
    except OSError as error:
        raise PostdexError(f"there is no address {host}", "name one of this machine's with --host") from error
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(1024)
    except OSError as error:
        listening.close()
        taken = f"port {port} of {host} cannot be had ({(error.strerror or str(error)).lower()})"
        raise PostdexError(taken, "name another with --port, or end what holds it") from error
    return listening


def settle() -> None:
    """For a process that does nothing but serve: what was loaded for good is never looked at again by the collector
    of garbage, and it runs more rarely: it took a tenth of the time of an answer (`benchmarks/load.py`)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def server(app: ASGIApp, ready: Callable[[], None] = lambda: None) -> Server:
    """A server for the application, on the sockets that its `run` is given."""

    class Client(Connection):
        """A connection of this server."""

        room = Room()

    config = uvicorn.Config(
        watched(app),
        http=Client,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        lifespan="off",
        timeout_keep_alive=int(SECONDS["idle"]),
        backlog=ACCEPTED_AT_ONCE,
        timeout_graceful_shutdown=_GRACE_S,
    )
    return Server(config, ready)
