"""How does a test get `postdex serve` as a process, and how does it ask it, wherever it listens?"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT / "search"), str(ROOT / "index")))}
#: How postdex is started as systemd starts it: with sockets from descriptor 3 on, and its own number.
ACTIVATED = """
import os, sys
first = int(sys.argv[1])
os.dup2(first, 3)
os.environ |= {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1", "LISTEN_FDNAMES": "web"}
os.execv(sys.executable, [sys.executable, "-m", "postdex", *sys.argv[2:]])
"""


class Started(NamedTuple):
    """A process that serves, the lines of its log so far, and the first of them."""

    process: subprocess.Popen[str]
    lines: list[str]

    def wait_for(self, pattern: str, times: int = 1) -> str:
        """The last of so many lines that match."""
        until = time.monotonic() + 30
        while time.monotonic() < until:
            found = [line for line in self.lines if re.search(pattern, line)]
            if len(found) >= times:
                return found[times - 1]
            time.sleep(0.01)
        raise AssertionError(f"no line has {pattern}: {self.lines}")

    @property
    def port(self) -> int:
        """Where it listens."""
        found = re.search(r"http://[^ ]*:(\d+)/", self.wait_for("posts of"))
        assert found
        return int(found[1])


@contextmanager
def started(*arguments: str, code: str = "", fds: tuple[int, ...] = ()) -> Iterator[Started]:
    """`postdex serve` as a process, until the end of the block, which it must end well."""
    command = [sys.executable, *(("-c", code) if code else ("-m", "postdex"))]
    process = subprocess.Popen(
        [*command, *(map(str, fds) if code else ()), "serve", *arguments],
        env=ENVIRONMENT,
        stderr=subprocess.PIPE,
        text=True,
        pass_fds=fds,
    )
    lines: list[str] = []
    assert process.stderr
    stderr = process.stderr
    reading = threading.Thread(target=lambda: lines.extend(stderr))
    reading.start()
    try:
        yield Started(process, lines)
        process.terminate()
        assert process.wait(20) == 0, lines
    finally:
        process.kill()
        process.wait()
        reading.join()
        stderr.close()


def ask(
    connect: Callable[[], socket.socket], target: str = "/ready", headers: str = "", host: str = "localhost"
) -> str:
    """The answer, from a connection of its own."""
    with connect() as raw:
        raw.settimeout(20)
        raw.sendall(f"GET {target} HTTP/1.1\r\nHost: {host}\r\n{headers}Connection: close\r\n\r\n".encode())
        return b"".join(iter(lambda: raw.recv(65536), b"")).decode()


def by_file(path: Path) -> Callable[[], socket.socket]:
    def connect() -> socket.socket:
        raw = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        raw.connect(str(path))
        return raw

    return connect


def by_port(port: int) -> Callable[[], socket.socket]:
    return lambda: socket.create_connection(("127.0.0.1", port))
