"""How does the service hold a port: start on it, last on it, and let go of it?

uvicorn speaks HTTP. Here is what it leaves open: a client that sends its headers slowly, or too many of them, is
cut off and holds up nobody; a taken port is one clear line; a signal ends what runs, then the process.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import uvicorn
from httptools import HttpParserInvalidURLError
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from postdex_index.errors import PostdexError

from . import errors, gate
from .errors import RequestError
from .records import JsonLines, PlainLines, log

if TYPE_CHECKING:
    from starlette.types import ASGIApp

#: Seconds in which a request's headers must have arrived, and how many bytes they may have.
HEAD_S = 10.0
HEAD_BYTES = 32 * 1024
#: Connections at a time: below the 1,024 files that a process may usually have open.
MOST_CONNECTIONS = 512
#: Seconds that a connection may be idle between requests, and that what runs at the end may take.
_IDLE_S = 15
_GRACE_S = 5


_TOO_LARGE = RequestError("headers_too_large", f"address and headers have more than {HEAD_BYTES:,} bytes")


class Protocol(HttpToolsProtocol):
    """HTTP that waits for nobody: headers come in time and within bounds, or the connection ends."""

    _head: asyncio.TimerHandle | None = None
    _size = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A connection: the first headers must follow soon."""
        super().connection_made(transport)
        if len(self.connections) > MOST_CONNECTIONS:
            self._refuse(RequestError("too_busy", "there are too many connections", "ask again in a second"))
        else:
            self._expect()

    def data_received(self, data: bytes) -> None:
        """Bytes: of headers as long as `_head` runs."""
        if self.transport.is_closing():
            return
        super().data_received(data)
        if self._head:
            self._size += len(data)
            if self._size > HEAD_BYTES:
                self._refuse(_TOO_LARGE)

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        if not self._head:
            self._expect()

    def on_headers_complete(self) -> None:
        """Its headers are there."""
        self._expected()
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > HEAD_BYTES:
            self._refuse(_TOO_LARGE)
            raise ValueError("ends the parsing")
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone."""
        self._expected()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """What came is not HTTP, or was refused in the middle of the parsing."""
        if self.transport.is_closing():
            return
        if isinstance(sys.exception(), HttpParserInvalidURLError):
            hint = "percent-encode what is not ASCII, as `curl -G --data-urlencode q=…` does"
            self._refuse(RequestError("bad_request", "the address has characters that no address may have", hint))
        else:
            self._refuse(RequestError("bad_request", "this is not HTTP", "speak HTTP/1.1"))

    def _expect(self) -> None:
        self._size = 0
        late = RequestError("too_slow", f"the headers did not arrive within {HEAD_S:.0f} seconds")
        self._head = self.loop.call_later(HEAD_S, self._refuse, late)

    def _expected(self) -> None:
        if self._head:
            self._head.cancel()
            self._head = None

    def _refuse(self, error: RequestError) -> None:
        """Say so in the one shape of errors, and end the connection."""
        self._expected()
        log.warning("refused %d %s %s", error.http_status, error, self.client[0] if self.client else "")
        body = errors.body(error)
        named = {**gate.HEADERS, **errors.headers(error), "content-type": "application/json"}
        named |= {"content-length": str(len(body)), "connection": "close"}
        head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
        self.transport.write(f"HTTP/1.1 {error.http_status} Refused\r\n{head}\r\n".encode("latin-1") + body)
        self.transport.close()


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
    config = uvicorn.Config(
        app,
        http=Protocol,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        lifespan="off",
        timeout_keep_alive=_IDLE_S,
        timeout_graceful_shutdown=_GRACE_S,
    )
    return Server(config, ready)


def log_to_stderr(form: str) -> None:
    """Lines of requests, plain or JSON, and of what went wrong; uvicorn's own talk is left out."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if form == "json" else PlainLines())
    for name, level in ((log.name, logging.INFO), ("uvicorn.error", logging.ERROR)):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(level)
        logger.propagate = False
