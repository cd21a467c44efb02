"""What stands between a client and a node in tests: faults of the network, TLS, and who is let in?

A `Proxy` passes HTTP requests on to a node. `fault` decides of each request what goes wrong with it, `gate` whether it
is let through at all: the jars have no security plugin, so passwords, API keys and the signatures of AWS are checked
here, the signatures by a computation of our own after AWS's description of Signature Version 4.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import http.server
import json
import re
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from enum import Enum, auto
from typing import Any, NamedTuple, TypeAlias
from urllib.parse import quote

#: Seconds by which a delayed answer is late.
DELAY = 1.0


class Received(NamedTuple):
    """A request as it came: the path with its query, header names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class Fault(Enum):
    """What happens to a request."""

    NONE = auto()
    UNHEARD = auto()  # the connection is reset before the node hears of it
    RESET = auto()  # the node does it, and the connection is reset instead of an answer
    CUT = auto()  # the connection ends in the middle of the answer's body
    DELAYED = auto()  # the answer is DELAY seconds late
    HANGS = auto()  # the node does it, and no answer comes for as long as the proxy runs
    BUSY = auto()  # status 429, and the node hears nothing


class Refusal(NamedTuple):
    """Why a request is not let through, as the security plugin words it."""

    status: int
    kind: str
    reason: str

    def body(self) -> bytes:
        """The answer's body."""
        error = {"type": self.kind, "reason": self.reason}
        return json.dumps({"error": {"root_cause": [error], **error}, "status": self.status}).encode()


Gate: TypeAlias = Callable[[Received], Refusal | None]


def no_fault(_: Received) -> Fault:
    """Everything goes well."""
    return Fault.NONE


def open_gate(_: Received) -> Refusal | None:
    """Everybody is let in."""
    return None


class Proxy(http.server.ThreadingHTTPServer):
    """A server on a free port that passes requests on to a node; `requests` are all that came."""

    daemon_threads = True

    def __init__(self, upstream: str, tls: ssl.SSLContext | None, gate: Gate) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.upstream = upstream.removeprefix("http://")
        self.host = f"{'https' if tls else 'http'}://127.0.0.1:{self.server_address[1]}"
        self.gate = gate
        self.fault: Callable[[Received], Fault] = no_fault
        self.requests: list[Received] = []
        self.closing = threading.Event()
        if tls:  # each connection's thread shakes hands for itself, so that nobody holds up the others
            self.socket = tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def shutdown_request(self, request: Any) -> None:
        """Close a connection without the end mark that would come before a reset."""
        self.close_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is not our error."""


class _Handler(http.server.BaseHTTPRequestHandler):
    """A connection of a client, with one to the node behind it."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        assert isinstance(self.server, Proxy)
        self._proxy = self.server
        self._behind = http.client.HTTPConnection(self._proxy.upstream, timeout=120)

    def finish(self) -> None:
        super().finish()
        self._behind.close()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        received = Received(self.command, self.path, headers, body)
        self._proxy.requests.append(received)
        refusal = self._proxy.gate(received)
        if refusal:
            self._answer(refusal.status, refusal.body())
            return
        fault = self._proxy.fault(received)
        if fault is Fault.UNHEARD:
            self._reset()
        elif fault is Fault.BUSY:
            self._answer(429, Refusal(429, "rejected_execution_exception", "the queue is full").body())
        else:
            self._pass_on(received, fault)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _handle

    def _pass_on(self, received: Received, fault: Fault) -> None:
        names = {"content-type", "accept", "accept-encoding"} & received.headers.keys()
        try:
            self._behind.request(
                received.method, received.path, received.body, {name: received.headers[name] for name in names}
            )
            response = self._behind.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException):  # the node is gone: so is this connection
            self._reset()
            return
        if fault is Fault.RESET:
            self._reset()
        elif fault is Fault.HANGS:
            self._proxy.closing.wait()
            self._reset()
        else:
            if fault is Fault.DELAYED:
                time.sleep(DELAY)
            self._answer(response.status, content, response.getheader("Content-Encoding"), cut=fault is Fault.CUT)

    def _answer(self, status: int, content: bytes, encoding: str | None = None, *, cut: bool = False) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        if encoding:
            self.send_header("Content-Encoding", encoding)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content[: len(content) // 2] if cut else content)
        self.close_connection = self.close_connection or cut

    def _reset(self) -> None:
        """End the connection as a machine does that forgot it."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True


@contextmanager
def proxy(upstream: str, *, tls: ssl.SSLContext | None = None, gate: Gate = open_gate) -> Iterator[Proxy]:
    """A proxy before a node (`http://NAME:PORT`) that runs for the length of the block."""
    server = Proxy(upstream, tls, gate)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


def needs_password(user: str, password: str) -> Gate:
    """Who names this user and password is let in."""
    return _needs("Basic " + base64.b64encode(f"{user}:{password}".encode()).decode())


def needs_api_key(key: str) -> Gate:
    """Who names this key is let in."""
    return _needs(f"ApiKey {key}")


def _needs(authorization: str) -> Gate:
    def gate(received: Received) -> Refusal | None:
        if received.headers.get("authorization") == authorization:
            return None
        return Refusal(401, "security_exception", "Unauthorized")

    return gate


def reads_only(user: str) -> Gate:
    """A role that may read and not write."""

    def gate(received: Received) -> Refusal | None:
        if received.method in ("GET", "HEAD") or re.search(r"/_m?(search|get)\b", received.path):
            return None
        reason = f"no permissions for [indices:data/write/bulk] and User [name={user}, backend_roles=[]]"
        return Refusal(403, "security_exception", reason)

    return gate


class AwsKey(NamedTuple):
    """A key of AWS, and where it is good."""

    access_key: str
    secret_key: str
    region: str
    service: str = "es"


def needs_signature(key: AwsKey) -> Gate:
    """Who signs each request with this key is let in, as by Amazon's OpenSearch Service."""

    def gate(received: Received) -> Refusal | None:
        wrong = wrong_signature(received, key)
        return Refusal(403, "InvalidSignatureException", wrong) if wrong else None

    return gate


def wrong_signature(received: Received, key: AwsKey) -> str:
    """What is wrong with a request's signature; "" if nothing is.

    Source: AWS, "Create a signed AWS API request" (Signature Version 4).
    """
    form = r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8}/[^/]+/[^/]+/aws4_request), SignedHeaders=(\S+), Signature=(\w+)"
    parts = re.fullmatch(form, received.headers.get("authorization", ""))
    if parts is None:
        return "there is no signature"
    access_key, scope, signed, signature = parts.groups()
    when = received.headers.get("x-amz-date", "")
    if access_key != key.access_key or scope != f"{when[:8]}/{key.region}/{key.service}/aws4_request":
        return "it is signed for somebody or something else"
    must = {"host", *(name for name in received.headers if name.startswith("x-amz-"))}
    if not must <= set(signed.split(";")):
        return "what must be signed is not"
    body_hash = hashlib.sha256(received.body).hexdigest()
    if received.headers.get("x-amz-content-sha256", body_hash) != body_hash:
        return "the body is another"
    path, _, query = received.path.partition("?")
    request = "\n".join(
        (
            received.method,
            quote(path, safe="/~"),  # once more: it came quoted
            "&".join(sorted(query.split("&"))),
            *(f"{name}:{' '.join(received.headers[name].split())}" for name in signed.split(";")),
            "",
            signed,
            body_hash,
        )
    )
    text = "\n".join(("AWS4-HMAC-SHA256", when, scope, hashlib.sha256(request.encode()).hexdigest()))
    secret = f"AWS4{key.secret_key}".encode()
    for part in (*scope.split("/"), text):
        secret = hmac.digest(secret, part.encode(), "sha256")
    return "" if hmac.compare_digest(secret.hex(), signature) else "the signature is wrong"
