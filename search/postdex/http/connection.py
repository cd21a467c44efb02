"""What may a client do to a connection, and for how long?

uvicorn speaks HTTP. Each connection here stands between it and the socket, as asyncio's protocols and ASGI allow, and
knows nothing else of it: bytes are counted before anybody is asked for a token, and whatever the service waits for has
its time. Whose connection ends when there are too many is `connection_slots`'s.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias, cast

from httptools import HttpParserError, HttpParserInvalidURLError, HttpParserUpgrade, HttpRequestParser
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from . import auth, errors, request_id
from .connection_slots import Room
from .errors import RequestError
from .forwarded import BY_FILE
from .service_log import log

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: What a connection is doing. In "idle" and "work" no byte of a request is missing; "linger" hears a client out, and at
#: the "end" what was answered is still sent.
Phase: TypeAlias = Literal["idle", "head", "body", "work", "linger", "end"]

#: Seconds: until the headers of a request have arrived, its body with chunks and trailers, and until a client has read
#: an answer (and more at SLOWEST for a long one); that a connection may be idle; that a refused client may go on
#: sending: closed at once, the system answers bytes that nobody read with a reset, which overtakes the refusal.
SECONDS = {"head": 10.0, "body": 10.0, "write": 10.0, "idle": 15.0, "linger": 2.0}
#: Bytes a second that a client must be able to read: a post of a megabyte may take a minute.
SLOWEST = 16 * 1024
#: Bytes of address and headers, and of a body with all that is around it: each chunk's size and extensions, trailers.
#: A body may have half of that (`app.MAX_BODY`).
HEAD_BYTES = 32 * 1024
BODY_BYTES = 128 * 1024
#: Requests that a client may send before it has the answer to the first. Browsers send one.
MAX_AHEAD = 8

_HEAD_TOO_LARGE = RequestError(
    "headers_too_large", f"address and headers have more than {HEAD_BYTES:,} bytes", "send the query by POST, as JSON"
)
_BODY_TOO_LARGE = RequestError("body_too_large", "the body and what is around it are too long", "ask for less")
_TOO_MANY = RequestError("too_busy", "there are too many connections", "ask again in a second")
_TOO_MANY_AHEAD = RequestError("too_busy", "there are too many requests in one connection", "wait for the answers")
_NOT_HTTP = RequestError("bad_request", "this is not HTTP", "speak HTTP/1.1")
_NOT_ASCII = RequestError(
    "bad_request",
    "the address has characters that no address may have",
    "percent-encode what is not ASCII, as `curl -G --data-urlencode q=…` does",
)


class Connection(asyncio.Protocol):
    """A client, who is waited for only so long. `room` is what all connections of a server share."""

    room: ClassVar[Room]

    def __init__(self, **given: Any) -> None:
        """As uvicorn makes its own protocol, whatever it is given; the application finds this in a request's state."""
        self._inner = HttpToolsProtocol(**{**given, "app_state": {**given["app_state"], "connection": self}})
        self._loop = asyncio.get_running_loop()
        self._parser = HttpRequestParser(self)
        # A request behind one that asked to close is never answered; it must not spoil the answer that is due.
        self._parser.set_dangerous_leniencies(lenient_data_after_close=True)
        self._phase: Phase = "idle"
        self._timer: asyncio.TimerHandle | None = None
        self._writing: asyncio.TimerHandle | None = None
        self._since = 0.0
        self._bytes = 0  # since the phase began
        self._fields = 0  # bytes of address and headers, as parsed
        self._ahead = 0  # requests that wait for an answer
        self._due = 0  # of these, as many as uvicorn knows
        self._answering = False  # the answer to the first of them has begun
        self._refusal: RequestError | None = None
        self._told = False  # uvicorn's protocol knows that the connection is lost

    # -- what asyncio tells

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client; its first headers must follow soon."""
        self._transport = cast(asyncio.Transport, transport)
        # So `pause_writing` and `resume_writing` say when the client is waited for.
        self._transport.set_write_buffer_limits(high=0)
        peer = transport.get_extra_info("peername")
        # A socket that is a file has no addresses; one for both kinds of addresses writes the old as the new.
        address, port = (str(peer[0]), int(peer[1])) if isinstance(peer, tuple) else (BY_FILE, 0)
        self.client = address.removeprefix("::ffff:") if "." in address else address, port
        self._inner.connection_made(cast(asyncio.Transport, _Outgoing(self._transport, self)))
        self._expect("head")
        if not self.room.admit(self):
            self._refuse(_TOO_MANY)

    def data_received(self, data: bytes) -> None:
        """Bytes of a request, which are let through if they are within bounds."""
        if self.ended:
            return
        if self._phase == "idle":
            self._expect("head")
        self._bytes += len(data)
        try:
            self._parser.feed_data(data)
        except HttpParserUpgrade:
            pass  # nothing else is spoken here: uvicorn answers as if it had not been asked to
        except HttpParserError as error:
            bad = _NOT_ASCII if isinstance(error, HttpParserInvalidURLError) else _NOT_HTTP
            self._refuse(self._refusal or bad)
            return
        if self._phase == "head" and self._bytes > HEAD_BYTES:
            self._refuse(_HEAD_TOO_LARGE)
        elif self._phase == "body" and self._bytes > BODY_BYTES:
            self._refuse(_BODY_TOO_LARGE)
        else:
            self._due = self._ahead
            self._inner.data_received(data)

    def pause_writing(self) -> None:
        """The client does not read as fast as it is answered."""
        unread = self._transport.get_write_buffer_size()
        self._since = time.monotonic()
        self._writing = self._loop.call_later(SECONDS["write"] + unread / SLOWEST, self.abort)
        self._inner.pause_writing()
        self.room.unread(self, unread)

    def resume_writing(self) -> None:
        """It has read everything."""
        self.room.unread(self, 0)
        if self._writing:
            self._writing.cancel()
            self._writing = None
        self._inner.resume_writing()

    def eof_received(self) -> bool | None:
        """The client will send no more: the connection ends, as uvicorn has it."""
        return None

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone."""
        self.room.leave(self)
        for timer in (self._timer, self._writing):
            if timer:
                timer.cancel()
        self._phase = "end"
        self._lose(exc)

    # -- what the parser tells

    def on_message_begin(self) -> None:
        """A request begins, perhaps while others wait for their answers."""
        if self._phase != "head":  # else its time and its bytes run already
            self._expect("head")
        self._fields = 0
        if self._ahead >= MAX_AHEAD:
            self._stop(_TOO_MANY_AHEAD)

    def on_url(self, url: bytes) -> None:
        """A piece of its address."""
        self._fields += len(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, or a trailer, with its colon and the end of its line."""
        self._fields += len(name) + len(value) + 4

    def on_headers_complete(self) -> None:
        """Its headers are there."""
        if self._fields > HEAD_BYTES:
            self._stop(_HEAD_TOO_LARGE)
        self._ahead += 1
        self._expect("body")

    def on_message_complete(self) -> None:
        """All of it is there: now it is us that are waited for."""
        self._expect("work")

    def _stop(self, refusal: RequestError) -> None:
        self._refusal = refusal
        raise ValueError("ends the parsing")

    # -- what the application tells

    def answers(self) -> bool:
        """An answer begins. Whether another may follow it: not if its request is not there whole, nor at the end."""
        self._answering = True
        return self._ahead > 1 or not (self._phase == "body" or self.room.closing)

    def answered(self) -> None:
        """It has been given."""
        self._answering = False
        self._ahead -= 1
        self._due -= 1
        if self._phase == "work" and not self._ahead:
            self._expect("idle")

    # -- how it waits, and how it ends

    @property
    def address(self) -> str:
        """Where the client is; of a proxy, where that is."""
        return self.client[0]

    @property
    def ended(self) -> bool:
        """Whether nothing more is to be said."""
        return self._phase in ("linger", "end") or self._transport.is_closing()

    @property
    def waits_since(self) -> float | None:
        """Since when the client is waited for; None while it is the client that waits."""
        return self._since if self._phase != "work" or self._writing else None

    def _expect(self, phase: Phase) -> None:
        """Enter a phase, which may take its time and no more."""
        self._phase, self._since, self._bytes = phase, time.monotonic(), 0
        if self._timer:
            self._timer.cancel()
            self._timer = None
        if phase in ("head", "body", "linger"):  # uvicorn ends the idle
            self._timer = self._loop.call_later(SECONDS[phase], self._late)

    def _late(self) -> None:
        what = "headers" if self._phase == "head" else "body"
        if self._phase == "linger":
            self.abort()
        else:
            late = f"the {what} did not arrive within {SECONDS[self._phase]:.0f} seconds"
            self._refuse(RequestError("too_slow", late, "send it again"))

    def make_room(self) -> None:
        """End, since others need the place; who was about to say something is told to come again."""
        if self._phase in ("head", "body") and not self._writing:
            self._refuse(_TOO_MANY)
        else:
            self.abort()

    def abort(self) -> None:
        """End at once, whatever was not sent."""
        self._transport.abort()

    def _refuse(self, error: RequestError) -> None:
        """Say so in the one shape of errors, and end the connection.

        Nothing is said in the middle of an answer, nor while an earlier request is to be answered first.
        """
        number = request_id.made()
        log.warning("refused %d %s %s", errors.status(error), error, self.address, extra={"request_id": number})
        first = self._due <= (self._phase == "body")
        if first and not self._answering and not self.ended:
            body = errors.body(error, number)
            named = {**auth.HEADERS, **errors.headers(error), "content-type": "application/json"}
            named |= {"content-length": str(len(body)), "connection": "close", request_id.HEADER: number}
            head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
            self._transport.write(f"HTTP/1.1 {errors.status(error)} Refused\r\n{head}\r\n".encode("latin-1") + body)
        self.close(lingering=True)
        self._lose(None)

    def _lose(self, exc: Exception | None) -> None:
        if not self._told:
            self._told = True
            self._inner.connection_lost(exc)

    def close(self, *, lingering: bool = False) -> None:
        """End when everything is sent; where the client may still be sending, hear it out for a moment."""
        if self.ended:
            return
        if (lingering or self._phase == "body") and self.room.may_linger(self):
            self._expect("linger")
            self._transport.resume_reading()
            self._transport.write_eof()
        else:
            self._expect("end")
            self._transport.close()


class _Outgoing:
    """What uvicorn's protocol takes for the transport: the real one, but that closing is the connection's."""

    def __init__(self, transport: asyncio.Transport, connection: Connection) -> None:
        self._transport = transport
        self._connection = connection
        self.close = connection.close

    def is_closing(self) -> bool:
        """Whether nothing more is to be written."""
        return self._connection.ended

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


def watched(app: ASGIApp) -> ASGIApp:
    """The application, whose connections hear when an answer begins and ends."""

    async def run(scope: Scope, receive: Receive, send: Send) -> None:
        connection: Connection = scope["state"]["connection"]
        scope["client"] = connection.client

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start" and not connection.answers():
                message = {**message, "headers": [*message["headers"], (b"connection", b"close")]}
            await send(message)

        try:
            await app(scope, receive, answer)
        finally:
            connection.answered()

    return run
