"""A server on this machine that answers as a script says: with an error, with half a body, not at all.

It stands for a node of an OpenSearch cluster where what matters is how the node fails. Servers that share a list of
replies stand for several nodes: whichever is asked takes the next reply.
"""

from __future__ import annotations

import json
import socket
import socketserver
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

#: What a node says of itself.
ABOUT: dict[str, Any] = {"version": {"distribution": "opensearch", "number": "3.9.0"}}


class Reply(NamedTuple):
    """What is done with one request: after so many seconds a status and a body (JSON, or bytes as they are) of which
    `missing` bytes at the end are not sent; with `reset` the connection is reset instead."""

    status: int = 200
    body: object = {"ok": 1}
    missing: int = 0
    after: float = 0.0
    reset: bool = False
    headers: tuple[str, ...] = ()


#: Longer than any test is patient.
HANGS = Reply(after=20.0)
RESETS = Reply(reset=True)


class Received(NamedTuple):
    """A request as it came."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


#: A reply, or what makes one of the request.
Script = list[Reply | Callable[[Received], Reply]]


class ScriptedServer(socketserver.ThreadingTCPServer):
    """A server with its script, which is used up from the front, and what it received; what is asked after the end of
    the script is answered with a whole answer. Questions for `/` are not in the script, nor kept: `about` answers."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, script: Script, about: Reply, tls: ssl.SSLContext | None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script, self.about, self.tls = script, about, tls
        self.received: list[Received] = []
        self.ended = threading.Event()

    @property
    def host(self) -> str:
        """Its address, as POSTDEX_OPENSEARCH_HOSTS has it."""
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.server_address[1]}"

    def next_reply(self, request: Received) -> Reply:
        """What is to be done with a request."""
        if request.target == "/":
            return self.about
        self.received.append(request)
        step = self.script.pop(0) if self.script else Reply()
        return step if isinstance(step, Reply) else step(request)

    def get_request(self) -> tuple[socket.socket, Any]:
        """A new connection; the first to read from it shakes hands."""
        raw, address = super().get_request()
        if self.tls:
            raw = self.tls.wrap_socket(raw, server_side=True, do_handshake_on_connect=False)
        return raw, address

    def shutdown_request(self, request: Any) -> None:
        """End a connection, without a farewell where it is to be reset."""
        self.close_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that go away are part of the play."""


class _Handler(socketserver.StreamRequestHandler):
    server: ScriptedServer  # pyright: ignore[reportIncompatibleVariableOverride] - it is made by no other

    def handle(self) -> None:
        while line := self.rfile.readline().decode("latin-1"):
            method, target, _ = line.split(" ", 2)
            headers: dict[str, str] = {}
            while header := self.rfile.readline().decode("latin-1").strip():
                name, _, text = header.partition(":")
                headers[name.lower()] = text.strip()
            body = self.rfile.read(int(headers.get("content-length", 0)))
            if not self._done(self.server.next_reply(Received(method, target, headers, body))):
                return

    def _done(self, reply: Reply) -> bool:
        """Carry a reply out, and say whether the connection is kept."""
        if reply.after and self.server.ended.wait(reply.after):
            return False
        if reply.reset:
            self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return False
        body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
        head = [f"HTTP/1.1 {reply.status} So", "content-type: application/json", f"content-length: {len(body)}"]
        sent = body[: len(body) - reply.missing]
        self.wfile.write("\r\n".join([*head, *reply.headers, "", ""]).encode() + sent)
        return not reply.missing


@contextmanager
def scripted(
    *script: Reply | Callable[[Received], Reply],
    nodes: int = 1,
    about: Reply = Reply(body=ABOUT),  # noqa: B008 - never changed
    tls: ssl.SSLContext | None = None,
) -> Iterator[list[ScriptedServer]]:
    """So many servers that share a script, for as long as the block runs."""
    shared: Script = list(script)
    servers = [ScriptedServer(shared, about, tls) for _ in range(nodes)]
    try:
        for server in servers:
            threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield servers
    finally:
        for server in servers:
            server.ended.set()
            server.shutdown()
            server.server_close()


def closed_port() -> str:
    """The address of a host where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}"
