"""Is each phase of a connection bounded in bytes and in time, and does nobody lock out the others?

Everything goes through real sockets, to the service or to an application that shows what it was given.
"""

from __future__ import annotations

import re
import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from serving import TOKEN, Running, hosted, serving

from postdex.http import auth, connection, connection_slots, service_log

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

ROOT = Path(__file__).parent.parent
HOST = b"Host: localhost\r\n"
GET = b"GET /health HTTP/1.1\r\n" + HOST + b"\r\n"
LAST = GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
POST = b"POST /search HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
BUILD = b"POST /index HTTP/1.1\r\n" + HOST


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("connected") / "posts"
    shutil.copytree(ROOT / "posts", folder, ignore=shutil.ignore_patterns(".postdex"))
    with serving(folder, rules=auth.AccessRules(token=TOKEN)) as running:
        yield running


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is waited for as long as in earnest."""
    for phase, seconds in {"head": 0.3, "body": 0.3, "write": 0.3, "linger": 0.3}.items():
        monkeypatch.setitem(connection.SECONDS, phase, seconds)


def connect(port: int, *sent: bytes) -> socket.socket:
    raw = socket.create_connection(("127.0.0.1", port), 10)
    for piece in sent:
        raw.sendall(piece)
    return raw


def rest(raw: socket.socket) -> bytes:
    """All that comes until the service ends the connection; a reset is an error."""
    got = b""
    while piece := raw.recv(65536):
        got += piece
    return got


def statuses(got: bytes) -> list[int]:
    return [int(number) for number in re.findall(rb"HTTP/1\.1 (\d{3}) ", got)]


@pytest.mark.parametrize(
    ("sent", "wanted"),
    [
        ([LAST], [200]),
        ([GET + GET + LAST], [200, 200, 200]),
        ([GET, LAST], [200, 200]),
        ([GET[:30], GET[30:], LAST], [200, 200]),
        ([GET * 20], [429]),  # in one piece: none of them was begun
        ([LAST + GET], [200]),
        ([b"GET /health HTTP/1.0\r\n\r\n"], [421]),
        ([b"GET /health HTTP/1.0\r\n" + HOST + b"\r\n"], [200]),
        ([GET.replace(HOST, HOST + b"Connection: Upgrade\r\nUpgrade: websocket\r\n"), LAST], [200, 200]),
        ([GET.replace(HOST, HOST + b"Connection: Upgrade\r\nUpgrade: h2c\r\n"), LAST], [200, 200]),
        ([b"\r\n\r\n" + LAST], [200]),
        # heads
        ([b""], [408]),
        ([b"GET /health HTTP/1.1\r\n"], [408]),
        ([GET, b"GET /health HT"], [200, 408]),
        ([GET, b"\r\n"], [200, 408]),
        ([b"GET / HTTP/1.1\r\nX: " + b"a" * 40_000], [431]),
        ([b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 9_000 + b"\r\n"], [431]),
        ([b"GET /" + b"a" * 40_000 + b" HTTP/1.1\r\n\r\n"], [431]),
        ([b"HELO there\r\n\r\n"], [400]),
        ([b"\x16\x03\x01\x02\x00\x01"], [400]),
        (["GET /search?q=算法 HTTP/1.1\r\n\r\n".encode()], [400]),
        ([POST + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}"], [400]),
        ([LAST.replace(HOST, HOST + b"Host: evil.example\r\n")], [400]),
        ([LAST.replace(HOST, HOST + HOST)], [400]),
        ([LAST.replace(HOST, HOST + b"Origin: null\r\nOrigin: http://localhost\r\n")], [400]),
        (
            [BUILD + f"Authorization: Bearer x\r\nAuthorization: Bearer {TOKEN}\r\nConnection: close\r\n\r\n".encode()],
            [400],
        ),
        # bodies
        ([POST + b"Content-Length: 2\r\n\r\n{}", LAST], [200, 200]),
        ([POST + b"Content-Length: 2\r\n\r\n", b"{", b"}" + LAST], [200, 200]),
        ([CHUNKED + b"2\r\n{}\r\n0\r\n\r\n", LAST], [200, 200]),
        ([CHUNKED + b"2;a=b\r\n{}\r\n0\r\nX-Sum: 1\r\n\r\n", LAST], [200, 200]),
        ([POST + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n", b"{}" + LAST], [100, 200, 200]),
        ([POST + b"Content-Length: 50\r\n\r\n{"], [408]),
        ([CHUNKED + b"2\r\n{}\r\n0\r\nX-Sum: "], [408]),
        ([POST + b"Content-Length: 90000\r\n\r\n{"], [413]),
        ([CHUNKED, b"ffff\r\n" + b" " * 65_535 + b"\r\nffff\r\n" + b" " * 65_535 + b"\r\n"], [413]),
        ([CHUNKED, b"2;" + b"a" * 150_000], [413]),
        ([CHUNKED + b"2\r\n{}\r\n0\r\n", b"X-Sum: " + b"a" * 150_000], [413]),
        ([CHUNKED + b"2\r\n{}\r\n0\r\n", b"X: y\r\n" * 30_000], [413]),
        ([CHUNKED, b"1\r\n \r\n" * 30_000], [413]),
        # what comes after a refusal
        ([BUILD + b"Content-Length: 50\r\n\r\n{"], [401]),
        ([BUILD + b"Content-Length: 2\r\n\r\n{}", LAST], [401, 200]),
        ([BUILD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X: y\r\n" * 200_000], [401]),
        ([POST + b"Content-Length: 3000000\r\n\r\n", b" " * 3_000_000], [413]),
    ],
    ids=lambda value: f"{value[0][:50]!r}" if isinstance(value[0], bytes) else "",
)
def test_what_a_client_may_send(served: Running, sent: list[bytes], wanted: list[int]) -> None:
    """Each piece in a packet of its own; then the connection ends, in time and without a reset."""
    with connect(served.port) as raw:
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in sent:
            raw.sendall(piece)
            time.sleep(0.1 * (len(sent) > 1))
        assert statuses(rest(raw)) == wanted


def test_why_is_said_and_logged(served: Running, caplog: pytest.LogCaptureFixture) -> None:
    sent = "GET /search?q=算法 HTTP/1.1\r\n\r\n".encode()
    with caplog.at_level("WARNING", logger=service_log.log.name), connect(served.port, sent) as raw:
        said = rest(raw)
    assert b'{"error": {"code": "bad_request"' in said and b"--data-urlencode" in said
    assert "refused 400 the address has characters" in caplog.messages[-1]


class Shown:
    """An application that keeps what it was given, and answers with so many bytes, also before the request is there."""

    def __init__(self, length: int = 2) -> None:
        self.scopes: list[Any] = []
        self.length = length

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scopes.append(scope)
        headers = [(b"content-length", str(self.length).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"x" * self.length})


@pytest.mark.parametrize("endless", [b"X-Trailer: " + b"a" * 900 + b"\r\n", b"1\r\nx\r\n", b"1;ext=" + b"a" * 900])
def test_strangers_fill_no_memory(monkeypatch: pytest.MonkeyPatch, endless: bytes) -> None:
    """What is sent after the answer, or around a body, is heard for a moment and forgotten."""
    app = Shown()
    start = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + (b"0\r\n" if endless[:1] == b"X" else b"")
    with hosted(app) as port, connect(port, start) as raw:
        began = time.monotonic()
        with pytest.raises(OSError, match=r"reset|pipe"):
            while time.monotonic() - began < 5:
                raw.sendall(endless * 100)
    assert sum(len(name) + len(value) for name, value in app.scopes[0]["headers"]) < 400_000


@pytest.mark.parametrize("drip", [b" ", b"\r\n", b"X: y\r\n"])
@pytest.mark.parametrize("start", [b"", GET, BUILD + b"Content-Length: 60000\r\n\r\n", BUILD + b"X-Slow: "])
def test_who_drips_is_waited_for_no_longer(served: Running, start: bytes, drip: bytes) -> None:
    with connect(served.port, start) as raw:
        began = time.monotonic()
        with pytest.raises(OSError, match=r"reset|pipe"):
            while time.monotonic() - began < 5:
                raw.sendall(drip)
                time.sleep(0.02)


def never_reads(port: int) -> socket.socket:
    """A client that asks, and can take little until it reads."""
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 17)
    raw.settimeout(5)
    raw.connect(("127.0.0.1", port))
    raw.sendall(b"GET / HTTP/1.1\r\n\r\n")
    return raw


def got_whole(raw: socket.socket, length: int) -> bool:
    try:
        return len(rest(raw)) > length
    except ConnectionResetError:
        return False


def test_who_never_reads_is_ended_and_who_reads_slowly_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    length = 12_000_000
    monkeypatch.setitem(connection.SECONDS, "idle", 1)
    with hosted(Shown(length)) as port, never_reads(port) as raw:
        time.sleep(1)
        assert got_whole(raw, length)  # at SLOWEST it has many minutes, though its connection was to end when idle
        monkeypatch.setattr(connection, "SLOWEST", 1 << 40)
        with never_reads(port) as other:
            time.sleep(1)
            assert not got_whole(other, length)


@pytest.mark.parametrize(
    "start", [b"", b"GET / HT", BUILD + b"Content-Length: 50\r\n\r\n{", POST + b"Content-Length: 9"]
)
def test_many_slow_clients_lock_out_nobody(served: Running, monkeypatch: pytest.MonkeyPatch, start: bytes) -> None:
    monkeypatch.setattr(connection_slots, "MAX_OF_ADDRESS", 10)
    for phase in ("head", "body"):
        monkeypatch.setitem(connection.SECONDS, phase, 60)
    slow = [connect(served.port, start) for _ in range(50)]
    try:
        assert served.ask("/health").status == 200
        assert served.ask("/health").status == 200
        told = statuses(rest(slow[0]))
        assert told in ([429], [401])  # it was the first that had to go
    finally:
        for raw in slow:
            raw.close()


@pytest.mark.parametrize("limit", ["MAX_CONNECTIONS", "MAX_OF_ADDRESS"])
def test_where_nobody_can_go_a_newcomer_is_told_so(
    served: Running, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(connection_slots, limit, 0)
    for _ in range(20):
        with connect(served.port, GET) as raw:
            said = rest(raw)
        assert statuses(said) == [429] and b"retry-after: 1\r\n" in said


class Guest:
    """A connection as a room sees it."""

    def __init__(self, address: str, waits_since: float | None) -> None:
        self.address, self.waits_since, self.ended = address, waits_since, False

    def make_room(self) -> None:
        self.ended = True

    abort = make_room


@given(st.lists(st.tuples(st.sampled_from("aabc"), st.none() | st.floats(0, 9), st.booleans()), max_size=60))
def test_a_room_is_never_overfull(arrivals: list[tuple[str, float | None, bool]]) -> None:
    """Who comes gets in while anybody is waited for, and only who is waited for has to go."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection_slots, "MAX_CONNECTIONS", 6)
        patch.setattr(connection_slots, "MAX_OF_ADDRESS", 3)
        places, inside = connection_slots.Room(), list[Guest]()
        for address, since, leaves in arrivals:
            guest = Guest(address, since)
            own = [other for other in inside if other.address == address]
            rivals = own if len(own) == 3 else inside if len(inside) == 6 else None
            admitted = places.admit(guest)
            assert admitted == (rivals is None or any(other.waits_since is not None for other in rivals))
            gone = [other for other in inside if other.ended]
            assert len(gone) == (admitted and rivals is not None)
            for other in gone:
                assert other.waits_since == min(
                    each.waits_since for each in rivals or () if each.waits_since is not None
                )
                places.leave(other)
            inside = [other for other in [*inside, *[guest] * admitted] if not other.ended]
            if leaves and inside:
                places.leave(inside.pop())


def test_who_is_heard_out_does_not_fill_the_room_either(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_slots, "MAX_LINGERING", 2)
    places, guests = connection_slots.Room(), [Guest("a", 1.0) for _ in range(3)]
    assert all(places.admit(guest) for guest in guests)
    assert [places.may_linger(guest) for guest in guests] == [True, True, False]
    places.leave(guests[0])
    assert places.may_linger(guests[2])


def test_what_is_not_read_fills_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many that do not read their answers, who began first has to go; a long answer may be as long as it is."""
    monkeypatch.setattr(connection_slots, "MAX_UNREAD", 100)
    places, guests = connection_slots.Room(), [Guest("a", 1.0) for _ in range(5)]
    places.unread(guests[0], 1000)
    assert not guests[0].ended
    for guest, length in zip(guests[1:], (30, 40, 20, 50), strict=True):
        places.unread(guest, length)
    assert [guest.ended for guest in guests] == [True, True, True, False, False]
    places.unread(guests[3], 0)  # it has read everything
    places.unread(Guest("b", 1.0), 50)
    assert not guests[4].ended
