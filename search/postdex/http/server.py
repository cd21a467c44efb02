"""How does the service run: start, last, and end so that nobody is cut off?

uvicorn speaks HTTP, and `connection` stands between it and the clients. Here is what else it leaves open: a signal ends
what runs, then the process; or the process restarts, with new code and new settings, on the sockets that it has.
"""

from __future__ import annotations

import asyncio
import gc
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import uvicorn

from . import forwarded
from .connection import SECONDS, Connection, watched
from .connection_slots import ACCEPTED_AT_ONCE, Room

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from .listening import Listening

#: Seconds that what runs at the end may take.
GRACE_S = 5
#: Seconds in which a client that is connected at the end may still send a request: it may be on its way.
LAST_WORD_S = 0.5


class Server(uvicorn.Server):
    """uvicorn's server, which calls `ready` when it answers, and ends as told: it would raise the signal once more.

    `restarts` says that it ended in order to start again.
    """

    def __init__(self, config: uvicorn.Config, room: Room, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._room = room
        self._ready = ready
        self.restarts = False

    def serve_on(self, listening: Listening) -> None:
        """Answer on these sockets until the end, then let go of them, unless it restarts."""
        self._listening = listening
        self.run([listener.dup() for listener in listening.sockets])

    def restart(self) -> None:
        """End, as soon as what runs is answered, in order to start again."""
        self.restarts = self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        await super().startup(sockets)
        self._listening.keep_waiting()  # uvicorn has as many wait as it accepts at once
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept nobody more, answer who is there, and end."""
        loop = asyncio.get_running_loop()
        for accepting in sockets or ():
            loop.remove_reader(accepting.fileno())
        await asyncio.sleep(0)  # who was accepted a moment ago is now a connection
        if self.restarts:
            self._listening.keep_waiting()
        else:
            self._listening.close()
        for waiting in self.servers:
            waiting.close()
        self._room.closing = True
        until = time.monotonic() + LAST_WORD_S
        while not self._room.empty and time.monotonic() < until:
            await asyncio.sleep(0.01)
        await super().shutdown(sockets)

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


def settle() -> None:
    """For a process that does nothing but serve: what was loaded for good is never looked at again by the collector
    of garbage, and it runs more rarely: it took a tenth of the time of an answer (`benchmarks/load.py`)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def server(app: ASGIApp, ready: Callable[[], None] = lambda: None, proxies: Sequence[str] = ()) -> Server:
    """A server for the application, on the sockets that its `serve_on` is given; `proxies` are those that are trusted
    (`forwarded.trusted`)."""
    forwarding = forwarded.behind(app, list(proxies))

    class Client(Connection):
        """A connection of this server."""

        room = Room(forwarding.proxies)

    config = uvicorn.Config(
        watched(forwarding.app),
        http=Client,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        lifespan="off",
        timeout_keep_alive=int(SECONDS["idle"]),
        backlog=ACCEPTED_AT_ONCE,
        timeout_graceful_shutdown=GRACE_S,
    )
    return Server(config, Client.room, ready)
