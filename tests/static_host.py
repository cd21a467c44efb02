"""How does a test get a host of files that is slow, gone, or sends something else, as hosts are?

A thread answers on a free port, as `python -m http.server` would; what is wrong with it is set while it runs.
"""

from __future__ import annotations

import re
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import postdex
from postdex.export import bundle

PAGE_FOR_ALL = b"<!doctype html><title>Not here</title><p>Nothing is here."


class Host:
    """A host of files: where, and what is wrong with it, each for addresses that an expression matches."""

    def __init__(self, port: int) -> None:
        self.origin = f"http://127.0.0.1:{port}"
        self.well()

    def well(self) -> None:
        """All is well again; nothing was asked."""
        #: Seconds before the answer.
        self.slow: dict[str, float] = {}
        #: The connection ends before anything is answered.
        self.gone = ""
        #: A page is sent in place of the file, or half of it.
        self.page_instead = self.cut = ""
        self.headers: dict[str, str] = {}
        self.asked: list[str] = []


class _Handler(SimpleHTTPRequestHandler):
    def __init__(self, *arguments: Any, host: Host, **named: Any) -> None:
        self.host = host
        super().__init__(*arguments, **named)

    def do_GET(self) -> None:
        host, path = self.host, self.path
        host.asked.append(path)
        time.sleep(max((seconds for named, seconds in host.slow.items() if re.search(named, path)), default=0))
        if host.gone and re.search(host.gone, path):
            self.close_connection = True
            return
        if host.page_instead and re.search(host.page_instead, path):
            self._send(PAGE_FOR_ALL, "text/html")
        elif host.cut and re.search(host.cut, path):
            body = Path(self.translate_path(path)).read_bytes()
            self._send(body[: len(body) // 2], "application/octet-stream")
        else:
            super().do_GET()

    def _send(self, body: bytes, media: str) -> None:
        self.send_response(200)
        self.send_header("content-type", media)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def end_headers(self) -> None:
        for name, value in self.host.headers.items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: pytest shows standard error."""


@contextmanager
def hosted(folder: Path) -> Iterator[Host]:
    """A host of the files of a folder."""
    with ThreadingHTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler) as server:
        host = Host(server.server_port)
        server.RequestHandlerClass = partial(_Handler, host=host, directory=str(folder))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield host
        server.shutdown()


def exported(posts: Path, folder: Path) -> None:
    """Publish the posts of a folder as they are now, as hosts do that deploy a site: what was there before is gone."""
    shutil.rmtree(folder, ignore_errors=True)
    with postdex.open(posts) as index:
        index.refresh()
        bundle.write(index, folder)
