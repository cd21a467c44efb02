"""Where does the service listen, whom does it believe, and does nobody notice that it restarts?"""

from __future__ import annotations

import errno
import http.client
import json
import os
import signal
import socket
import stat
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from served_process import ACTIVATED, ask, by_file, by_port, started
from serving import TOKEN, Running, hosted

from postdex.cli import main
from postdex.cli.search_command import Place as Index
from postdex.http import app, auth, forwarded, listening, server, service_log
from postdex.http.connection_slots import Room
from postdex.http.listening import ListenAddress
from postdex.http.serve import opened
from postdex_index.errors import PostdexError


@pytest.fixture
def blog(tmp_path: Path) -> Path:
    folder = tmp_path / "blog"
    folder.mkdir()
    (folder / "first.md").write_text("# First\n\none common word\n", encoding="utf-8")
    return folder


# -- a socket that is a file


def test_a_socket_that_is_a_file(blog: Path, tmp_path: Path) -> None:
    path = tmp_path / "s"
    with started(str(blog), "--uds", str(path), "--log", "json") as running:
        said = json.loads(running.wait_for("posts of"))
        assert said["message"] == f"1 posts of {blog} at unix:{path}"
        assert stat.S_IMODE(path.stat().st_mode) == 0o660
        answer = ask(by_file(path), "/search?q=word", "X-Forwarded-For: 192.0.2.7\r\n")
        assert " 200 " in answer and '"total": 1' in answer
        assert json.loads(running.wait_for("/search"))["client"] == "192.0.2.7"
        assert " 421 " in ask(by_file(path), host="evil.example")
    assert not path.exists()


@pytest.mark.parametrize("mode", [0o600, 0o660, 0o666])
def test_nobody_gets_in_before_the_mode_is_set(tmp_path: Path, mode: int, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "s"
    seen: list[int] = []
    chmod = os.chmod

    def look(name: str, wanted: int) -> None:
        seen.append(stat.S_IMODE(os.stat(name).st_mode))
        chmod(name, wanted)

    monkeypatch.setattr(os, "chmod", look)
    mask = os.umask(0o022)
    os.umask(mask)
    with listening.opened(ListenAddress(uds=str(path), mode=mode)):
        assert stat.S_IMODE(path.stat().st_mode) == mode and seen == [0]
    assert os.umask(mask) == mask


def test_a_file_that_a_killed_process_left_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    with listening.opened(ListenAddress(uds=str(path))) as door:
        assert door.addresses() == [f"unix:{path}"] and not door.guarded
        with (
            pytest.raises(PostdexError, match="another process listens on"),
            listening.opened(ListenAddress(uds=str(path))),
        ):
            pass
        assert path.exists(), "the first one goes on"
        by_file(path)().close()
    assert not path.exists()


def test_a_file_of_somebody_else_stays(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with listening.opened(ListenAddress(uds=str(path))):
        path.unlink()
        path.write_text("of somebody else")
    assert path.read_text() == "of somebody else"


def test_two_that_start_at_once_do_not_take_each_other_for_left_over(tmp_path: Path) -> None:
    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(path)
    got: list[str] = []
    together, done = threading.Barrier(6), threading.Barrier(6)

    def start() -> None:
        together.wait()
        try:
            with listening.opened(ListenAddress(uds=path)):
                by_file(Path(path))().close()
                got.append("listens")
                done.wait(20)
        except PostdexError:
            got.append("refused")
            done.wait(20)

    threads = [threading.Thread(target=start) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == ["listens", *["refused"] * 5]


def _raise(code: int) -> Callable[..., None]:
    def refuse(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    return refuse


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("a" * 120, "is too long for a socket"),
        ("nowhere/s", r"cannot be made \(no such file or directory\)"),
        ("file", "is there and no socket"),
        ("link", "is there and no socket"),
        ("", r"cannot be made \(is a directory\)|is there and no socket"),
    ],
)
def test_paths_that_no_socket_can_have(tmp_path: Path, path: str, said: str) -> None:
    (tmp_path / "file").write_text("kept")
    (tmp_path / "link").symlink_to("file")
    with pytest.raises(PostdexError, match=said), listening.opened(ListenAddress(uds=str(tmp_path / path))):
        pass
    assert (tmp_path / "file").read_text() == "kept" and (tmp_path / "link").is_symlink()


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES, errno.EROFS])
def test_disks_that_take_no_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    monkeypatch.setattr(os, "chmod", _raise(code))
    with (
        pytest.raises(PostdexError, match=os.strerror(code).lower()),
        listening.opened(ListenAddress(uds=str(tmp_path / "s"))),
    ):
        pass


# -- sockets that are handed over


def test_a_descriptor(blog: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as given:
        with started(str(blog), "--fd", str(given.fileno()), fds=(given.fileno(),)) as running:
            assert running.port == given.getsockname()[1]
            assert " 200 " in ask(by_port(running.port))
        assert given.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN), "it is not ours to shut"


def test_a_socket_of_systemd(blog: Path, tmp_path: Path) -> None:
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as given:
        given.bind(str(path))
        given.listen()
        with started(str(blog), code=ACTIVATED, fds=(given.fileno(),)) as running:
            assert f"at unix:{path}" in running.wait_for("posts of")
            assert " 200 " in ask(by_file(path))
        assert path.exists(), "it is systemd's"


def test_sockets_that_are_meant_for_another_process_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LISTEN_PID", "1")
    monkeypatch.setenv("LISTEN_FDS", "1")
    with listening.opened(ListenAddress()) as door:
        assert door.host == "127.0.0.1"
    assert "LISTEN_FDS" not in os.environ, "no child is meant either"


def test_a_descriptor_that_is_no_listening_socket(tmp_path: Path) -> None:
    connected, other = socket.socketpair()
    with (tmp_path / "file").open("w") as file, socket.socket() as silent, connected, other:
        cases = [(file.fileno(), "not a socket|non-socket"), (silent.fileno(), "does not listen")]
        cases += [(connected.fileno(), "does not listen"), (999, "bad file descriptor")]
        for number, said in cases:
            with pytest.raises(PostdexError, match=said), listening.opened(ListenAddress(fd=number)):
                pass


def test_what_others_reach_needs_a_token_however_it_came(blog: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("0.0.0.0", 0)) as given:
        copy = os.dup(given.fileno())
        assert main.main(["serve", str(blog), "--fd", str(copy)]) == 2
    assert "a token is needed" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--uds", "{folder}/s", "--port", "1"], "name different places"),
        (["--uds", "{folder}/s", "--fd", "9"], "name different places"),
        (["--fd", "9", "--host", "127.0.0.1"], "name different places"),
        (["--fd", "900"], "descriptor 900 cannot be listened on"),
        (["--uds", "{folder}/s", "--uds-mode", "rw"], "rw is no mode of a file"),
        (["--uds", "{folder}/s", "--uds-mode", "999"], "999 is no mode of a file"),
        (["--forwarded-allow-ips", "*"], "* is no proxy that could be trusted"),
        (["--forwarded-allow-ips", "10.0.0.1/8"], "10.0.0.1/8 is no proxy that could be trusted"),
        (["--forwarded-allow-ips", "proxy.example"], "proxy.example is no proxy"),
    ],
)
def test_what_is_typed_wrong(blog: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str) -> None:
    assert main.main(["serve", str(blog), *(each.format(folder=blog.parent) for each in arguments)]) == 2
    assert said in capsys.readouterr().err
    assert not (blog.parent / "s").exists()


def test_check_says_whether_it_could_start(blog: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["serve", str(blog), "--check"]) == 0
    assert not (blog / ".postdex").exists() and capsys.readouterr() == ("it could start\n", "")
    (blog / "postdex.toml").write_text("colour = 1\n")
    assert main.main(["serve", str(blog), "--check", "--log", "json"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["level"] == "error" and "colour" in json.loads(line)["message"]


# -- behind a proxy


@pytest.mark.parametrize(
    ("proxies", "headers", "client"),
    [
        ([], "X-Forwarded-For: 192.0.2.7\r\n", "127.0.0.1"),
        (["127.0.0.1"], "", "127.0.0.1"),
        (["127.0.0.1"], "X-Forwarded-For: 192.0.2.7\r\n", "192.0.2.7"),
        (["127.0.0.0/8"], "X-Forwarded-For: 192.0.2.7:4711\r\n", "192.0.2.7"),
        (["127.0.0.1"], "X-Forwarded-For: [2001:db8::7]:4711\r\n", "2001:db8::7"),
        (["10.0.0.1"], "X-Forwarded-For: 192.0.2.7\r\n", "127.0.0.1"),
        (["unix"], "X-Forwarded-For: 192.0.2.7\r\n", "127.0.0.1"),
        # What a client has written before it came to the proxy is not believed.
        (["127.0.0.1"], "X-Forwarded-For: 203.0.113.9, 192.0.2.7\r\n", "192.0.2.7"),
        (["127.0.0.1"], "X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-For: 192.0.2.7\r\n", "192.0.2.7"),
        (["127.0.0.1", "10.0.0.0/8"], "X-Forwarded-For: 203.0.113.9, 192.0.2.7, 10.1.2.3\r\n", "192.0.2.7"),
        (["127.0.0.1"], "X-Forwarded-For: unknown\r\n", "127.0.0.1"),
        (["127.0.0.1"], "X-Forwarded-For: <script>, \r\n", "127.0.0.1"),
        (["127.0.0.1"], f"X-Forwarded-For: {'9' * 9000}\r\n", "127.0.0.1"),
        (["127.0.0.1"], "X-Forwarded-For:\r\n", "127.0.0.1"),
        (["127.0.0.1"], "Forwarded: for=192.0.2.7\r\nX-Real-IP: 192.0.2.8\r\n", "127.0.0.1"),
    ],
)
def test_whose_word_is_taken_for_the_client(
    blog: Path, monkeypatch: pytest.MonkeyPatch, proxies: list[str], headers: str, client: str
) -> None:
    lines: list[service_log.Done] = []
    monkeypatch.setattr(service_log, "write", lines.append)
    site = opened(Index(str(blog)))
    service = app.Service(site, auth.AccessRules())
    with site.index, hosted(service, proxies) as port:
        ask(by_port(port), "/ready", headers)
        until = time.monotonic() + 5
        while not lines and time.monotonic() < until:
            time.sleep(0.005)
    service.close()
    assert [done.client for done in lines] == [client]


def test_a_proxy_cannot_change_who_may_ask(blog: Path) -> None:
    """Host, origin and token are those of the request; no header of a proxy takes their place."""
    site = opened(Index(str(blog)))
    service = app.Service(site, auth.AccessRules("127.0.0.1", (), TOKEN, True))
    with site.index, hosted(service, ["127.0.0.1"]) as port:
        running = Running(port, service)
        named = {"X_Forwarded_Host": "localhost", "X_Forwarded_For": "127.0.0.1", "X_Forwarded_Proto": "https"}
        assert running.ask("/ready", Host="evil.example", **named).status == 421
        assert running.ask("/search?q=a", **named).status == 401
    service.close()


def test_a_proxy_has_all_places_that_there_are() -> None:
    class Silent:
        waits_since = 0.0

        def __init__(self, address: str) -> None:
            self.address = address
            self.gone = False

        def make_room(self) -> None:
            self.gone = True

        abort = make_room

    for proxies, gone in (([], 72), (forwarded.behind(_nothing, ["10.0.0.0/8"]).proxies, 0)):
        room = Room(proxies)
        guests = [Silent("10.0.0.1") for _ in range(200)]
        assert all(room.admit(guest) for guest in guests)
        assert sum(guest.gone for guest in guests) == gone


async def _nothing(*_: object) -> None:
    """An application that never answers."""


# -- the end, and a new beginning


class Outcome(NamedTuple):
    """What clients were told in a time: answers, and what else happened."""

    answers: int
    failures: list[str]


@contextmanager
def load(connect: Callable[[], socket.socket], *, keep: bool) -> Iterator[Callable[[], Outcome]]:
    """Clients that ask without a pause until the outcome is asked for; with or without a new connection each time."""
    stop = threading.Event()
    answers: list[int] = []
    failures: list[str] = []

    def client() -> None:
        raw: socket.socket | None = None
        while not stop.is_set():
            try:
                raw = raw or connect()
                raw.settimeout(20)
                raw.sendall(f"GET /search?q=word HTTP/1.1\r\nHost: localhost\r\n{'' if keep else CLOSE}\r\n".encode())
                response = http.client.HTTPResponse(raw)
                response.begin()
                body = response.read()
                assert response.status == 200 and b'"total": 1' in body, (response.status, body)
                answers.append(response.status)
                if response.will_close:
                    raw.close()
                    raw = None
            except Exception as error:
                failures.append(repr(error))
                if raw:
                    raw.close()
                raw = None
        if raw:
            raw.close()

    threads = [threading.Thread(target=client) for _ in range(6)]
    for thread in threads:
        thread.start()

    def outcome() -> Outcome:
        stop.set()
        for thread in threads:
            thread.join()
        return Outcome(len(answers), failures)

    try:
        yield outcome
    finally:
        outcome()


CLOSE = "Connection: close\r\n"


@pytest.mark.parametrize("keep", [False, True], ids=["new connections", "kept connections"])
@pytest.mark.parametrize("kind", ["port", "file"])
def test_nobody_notices_that_it_restarts(blog: Path, tmp_path: Path, kind: str, keep: bool) -> None:
    path = tmp_path / "s"
    where = ("--port", "0") if kind == "port" else ("--uds", str(path))
    with started(str(blog), *where, "--no-log-queries") as running:
        running.wait_for("posts of")
        connect = by_port(running.port) if kind == "port" else by_file(path)
        with load(connect, keep=keep) as outcome:
            for times in (2, 3):
                time.sleep(0.3)
                os.kill(running.process.pid, signal.SIGUSR2)
                running.wait_for("posts of", times)
            time.sleep(0.3)
            answers, failures = outcome()
        assert failures == [] and answers > 100
        assert running.process.poll() is None
    assert not path.exists()


def test_it_goes_on_if_it_could_not_restart(blog: Path) -> None:
    with started(str(blog), "--port", "0") as running:
        port = running.port
        (blog / "postdex.toml").write_text("colour = 1\n")
        os.kill(running.process.pid, signal.SIGUSR2)
        assert "colour" in running.wait_for("ERROR does not restart: ")
        assert " 200 " in ask(by_port(port))
        (blog / "postdex.toml").write_text("")
        os.kill(running.process.pid, signal.SIGUSR2)
        running.wait_for("posts of", 2)
        assert " 200 " in ask(by_port(port))


@pytest.mark.parametrize("keep", [False, True], ids=["new connections", "kept connections"])
def test_a_new_process_on_the_socket_of_systemd(blog: Path, keep: bool) -> None:
    """`systemctl restart`: one ends, another starts, and the socket is systemd's all the time."""
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as given:
        connect = by_port(given.getsockname()[1])
        with load(connect, keep=keep) as outcome:
            for _ in range(2):
                with started(str(blog), code=ACTIVATED, fds=(given.fileno(),)) as running:
                    running.wait_for("posts of")
                    time.sleep(0.4)
            with started(str(blog), code=ACTIVATED, fds=(given.fileno(),)) as running:
                running.wait_for("posts of")
                answers, failures = outcome()
    assert failures == [] and answers > 100


def test_what_runs_at_the_end_is_answered(blog: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = opened(Index(str(blog)))
    service = app.Service(site, auth.AccessRules())
    begun = threading.Event()
    search = site.index.search

    def slow(*arguments: str, **named: object) -> object:
        begun.set()
        time.sleep(0.8)
        return search(*arguments)

    monkeypatch.setattr(site.index, "search", slow)
    answers: list[str] = []
    with site.index, listening.opened(ListenAddress()) as door:
        runner = server.server(service)
        serving = threading.Thread(target=runner.serve_on, args=(door,))
        serving.start()
        port = door.sockets[0].getsockname()[1]
        asking = threading.Thread(target=lambda: answers.append(ask(by_port(port), "/search?q=word")))
        asking.start()
        assert begun.wait(20)
        connected = by_port(port)()
        time.sleep(0.1)  # until it is accepted
        runner.should_exit = True
        time.sleep(0.25)
        with pytest.raises(ConnectionRefusedError), by_port(port)():
            pass
        with connected:
            connected.sendall(b"GET /ready HTTP/1.1\r\nHost: localhost\r\n\r\n")
            connected.settimeout(20)
            late = b"".join(iter(lambda: connected.recv(65536), b""))
        asking.join()
        serving.join()
    service.close()
    assert '"total": 1' in answers[0]
    assert b" 200 " in late and b"connection: close" in late, "who was connected is still heard"
