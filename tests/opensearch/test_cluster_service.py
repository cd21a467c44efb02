"""Does a service of an index in a cluster keep nothing of its own, write nothing, and say when the cluster is away?"""

from __future__ import annotations

import http.client
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from proxies import Fault, Proxy, proxy, reads_only

import postdex
from postdex.cli import main

ROOT = Path(__file__).parents[2]
ROOTS = os.pathsep.join((str(ROOT / "search"), str(ROOT / "index")))


class Answer(NamedTuple):
    """What came back of a service."""

    status: int
    retry_after: str | None
    body: Any


@contextmanager
def served(folder: Path) -> Iterator[int]:
    """The port of a process that serves a folder, until the end of the block."""
    command = [sys.executable, "-m", "postdex", "serve", str(folder), "--port", "0"]
    environment = {**os.environ, "PYTHONPATH": ROOTS}
    running = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        assert running.stderr
        first = running.stderr.readline()
        port = re.search(r"http://127\.0\.0\.1:(\d+)/", first)
        assert port, first
        yield int(port[1])
    finally:
        running.terminate()
        running.communicate(timeout=30)


def ask(port: int, target: str) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", target)
        response = connection.getresponse()
        return Answer(response.status, response.getheader("Retry-After"), json.loads(response.read()))
    finally:
        connection.close()


@pytest.fixture
def blog(tmp_path: Path, hosts: list[str], prefix: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of posts whose index is in the cluster."""
    monkeypatch.setenv("POSTDEX_OPENSEARCH_HOSTS", ",".join(hosts))
    monkeypatch.setenv("POSTDEX_OPENSEARCH_PREFIX", prefix)
    folder = tmp_path / "posts"
    folder.mkdir()
    (folder / "postdex.toml").write_text('engine = "opensearch"\nsite = "blog"\n', encoding="utf-8")
    (folder / "a.md").write_text("# Alpha\n\nA kernel bug in a socket.\n", encoding="utf-8")
    with postdex.open(folder):
        pass
    return folder


@pytest.fixture
def reading(blog: Path, hosts: list[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """What stands before the cluster from now on: a role that only reads."""
    with proxy(hosts[0], gate=reads_only("reader")) as gate:
        monkeypatch.setenv("POSTDEX_OPENSEARCH_HOSTS", gate.host)
        yield gate


def changes(gate: Proxy) -> list[str]:
    """The requests that would have changed something."""
    return [f"{one.method} {one.path}" for one in gate.requests if reads_only("reader")(one)]


def test_two_processes_give_the_same_and_write_nothing(
    blog: Path, reading: Proxy, hosts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (blog / "b.md").write_text("# Beta\n\nA socket.\n", encoding="utf-8")
    with ExitStack() as stack:
        ports = [stack.enter_context(served(blog)) for _ in range(2)]
        for target in ("/search?q=socket", "/documents/a.md", "/suggest?q=ker", "/stats", "/health"):
            one, other = (ask(port, target) for port in ports)
            assert one.status == other.status == 200, one
            for answer in (one, other):
                for name in ("took_ms", "uptime_s"):
                    answer.body.pop(name, None)
            assert one.body == other.body
        assert ask(ports[0], "/search?q=socket").body["total"] == 1, "nobody brings the index up to the files"
        assert changes(reading) == []
        monkeypatch.setenv("POSTDEX_OPENSEARCH_HOSTS", ",".join(hosts))
        with postdex.open(blog) as ix:
            assert ix.refresh().added == ("b.md",)
        until = time.monotonic() + 20
        while (totals := [ask(port, "/search?q=socket").body["total"] for port in ports]) != [2, 2]:
            assert time.monotonic() < until, totals
            time.sleep(0.2)
        reading.fault = lambda received: Fault.UNHEARD
        time.sleep(1.1)
        for port in ports:
            assert ask(port, "/health").body["status"] == "down" and ask(port, "/ready").status == 503
            for target in ("/search?q=kernel", "/stats", "/search?q=socket"):
                answer = ask(port, target)
                assert answer.status == 503 and answer.body["error"]["code"] == "unavailable", target
                assert answer.retry_after and int(answer.retry_after) > 0
        reading.fault = lambda received: Fault.NONE
        for port in ports:
            while ask(port, "/ready").status != 200:  # the node is left out for a while
                assert time.monotonic() < until + 30
                time.sleep(0.2)
            assert ask(port, "/search?q=socket").body["total"] == 2


def test_a_search_that_may_not_write_answers_from_what_there_is(
    blog: Path, reading: Proxy, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.main(["-C", str(blog), "search", "socket"]) == 0
    assert changes(reading) == [] and "warning" not in capsys.readouterr().err
    (blog / "b.md").write_text("# Beta\n\nA socket.\n", encoding="utf-8")
    assert main.main(["-C", str(blog), "search", "socket"]) == 0
    said = capsys.readouterr()
    assert "a.md" in said.out and "b.md" not in said.out
    assert "the index is older than the posts: 1 file changed since" in said.err
    (blog / "a.md").unlink()
    assert main.main(["-C", str(blog), "search", "socket"]) == 1, "what is gone is not found"
    assert main.main(["-C", str(blog), "index"]) == 2
    assert "it forbids this to no credentials (indices:data/write/bulk)" in capsys.readouterr().err
