"""How does a test get a served folder of posts, and a real browser that looks at it?

`service` runs `postdex serve` as people do, `chromium` is Debian's or whatever CHROMIUM names, `site` is
somebody else's; all are gone at the end of the block. Without one of them a test says what is missing and is skipped.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

#: Nothing that a browser does by itself, above all no request to its maker.
SWITCHES = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_START_S = 30.0


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


@contextmanager
def service(folder: Path, port: int = 0, index: Path | None = None) -> Iterator[str]:
    """`postdex serve` of a folder; gives its address."""
    pytest.importorskip("starlette", reason="the extra `server` is not installed")
    port = port or free_port()
    where = ["--index", str(index)] if index else []
    command = [sys.executable, "-m", "postdex", *where, "serve", str(folder), "--port", str(port)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    address = f"http://127.0.0.1:{port}/"
    # To a file: nobody reads its log, and a full pipe would stop the service.
    with tempfile.TemporaryFile("w+") as log:
        running = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=log)
        try:
            _await(address, running, log)
            yield address
        finally:
            running.terminate()
            running.wait(timeout=15)


def _await(address: str, running: subprocess.Popen[bytes], log: IO[str]) -> None:
    until = time.monotonic() + _START_S
    while running.poll() is None and time.monotonic() < until:
        try:
            with urlopen(address + "health", timeout=5):
                return
        except URLError:
            time.sleep(0.05)
    log.seek(0)
    raise AssertionError(f"postdex serve did not start:\n{log.read()}")


@contextmanager
def site(folder: Path) -> Iterator[str]:
    """Another site: the files of a folder; gives its origin."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: pytest shows standard error."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window; skips where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    names = ("chromium", "chromium-browser", "google-chrome")
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if program is None:
        pytest.skip("there is no Chromium (apt-get install chromium)")
    with playwright.sync_playwright() as started:
        browser: Browser = started.chromium.launch(executable_path=program, args=SWITCHES)
        try:
            yield browser
        finally:
            browser.close()
