"""How does a test get a served folder of posts, and a real browser that looks at it?

`service` runs `postdex serve` as people do, `chromium` is Debian's or whatever CHROMIUM names, `site` is
somebody else's; all are gone at the end of the block. Without one of them a test says what is missing and is skipped.
`opened` is a page that must neither raise, nor break its Content Security Policy, nor ask anybody but the service;
`violations` are what axe-core finds wrong with it.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tarfile
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
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

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
AXE = "axe-core@4"


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
def chromium(*switches: str) -> Iterator[Browser]:
    """A browser without a window, with switches of its own; skips where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    names = ("chromium", "chromium-browser", "google-chrome")
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if program is None:
        pytest.skip("there is no Chromium (apt-get install chromium)")
    with playwright.sync_playwright() as started:
        browser: Browser = started.chromium.launch(executable_path=program, args=[*SWITCHES, *switches])
        try:
            yield browser
        finally:
            browser.close()


class opened:
    """A page of a fresh context (`options` are Playwright's), and at the end: was anything wrong on it?"""

    def __init__(self, browser: Browser, origins: set[str], **options: Any) -> None:
        usual: dict[str, Any] = {"viewport": {"width": 1100, "height": 800}}
        self.context: BrowserContext = browser.new_context(**(usual | options))
        self.origins = origins
        self.wrong: list[str] = []

    def __enter__(self) -> Page:
        shown = self.context.new_page()
        shown.set_default_timeout(10_000)
        shown.on("pageerror", lambda error: self.wrong.append(str(error)))
        shown.on("dialog", lambda dialog: self.wrong.append(dialog.message))
        shown.on("console", lambda message: self._said(message.text))
        shown.on("request", lambda request: self._requested(request.url))
        return shown

    def _said(self, text: str) -> None:
        if "Content Security Policy" in text or "Uncaught" in text:
            self.wrong.append(text)

    def _requested(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme != "data" and f"{parts.scheme}://{parts.netloc}" not in self.origins:
            self.wrong.append(f"a request to {url}")

    def __exit__(self, *error: object) -> None:
        self.context.close()
        assert self.wrong == []


def axe_source() -> str:
    """The source of axe-core, fetched once by npm into the cache of this user; skips where that cannot be."""
    from platformdirs import user_cache_path

    cache = user_cache_path("postdex-tests")
    source = cache / "package" / "axe.min.js"
    if not source.exists():
        npm = shutil.which("npm")
        if npm is None:
            pytest.skip("there is no npm to fetch axe-core with")
        cache.mkdir(parents=True, exist_ok=True)
        try:
            subprocess.run([npm, "pack", "--silent", AXE], cwd=cache, check=True, capture_output=True, timeout=60)
        except (subprocess.SubprocessError, OSError) as error:
            pytest.skip(f"npm could not fetch axe-core: {error}")
        with tarfile.open(next(cache.glob("axe-core-*.tgz"))) as packed:
            packed.extract("package/axe.min.js", cache, filter="data")
    return source.read_text(encoding="utf-8")


def violations(page: Page, axe: str) -> list[str]:
    """What axe-core finds wrong with the page as it is: rule and element."""
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [f"{each['id']}: {node['html']}" for each in found["violations"] for node in each["nodes"]]
