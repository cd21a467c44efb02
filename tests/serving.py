"""How does a test get a service on a real port, and how does it ask it?

The service runs in a thread of the test's process, on a free port; requests go through real sockets.
"""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

pytest.importorskip("starlette", reason="the extra `server` is not installed")

from postdex.cli.search_command import Place
from postdex.http import app, auth, listening, server
from postdex.http.serve import opened, recorded
from postdex.http.service_state import ServiceState

if TYPE_CHECKING:
    from starlette.types import ASGIApp

TOKEN = "0123456789abcdef0123"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


class Answer(NamedTuple):
    """What came back; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The code of an error, "" if it is none."""
        return str(self.json()["error"]["code"]) if self.status >= 400 else ""


class Running(NamedTuple):
    """A service that runs: where, and what it is made of."""

    port: int
    service: app.Service

    @property
    def site(self) -> ServiceState:
        """What it serves."""
        return self.service.site

    def ask(self, target: str, method: str = "GET", body: bytes | None = None, /, **headers: str) -> Answer:
        """Send a request; `Content_Type="…"` is the header Content-Type."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, target, body, named)
            response = connection.getresponse()
            return Answer(
                response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
            )
        finally:
            connection.close()

    def post(self, target: str, value: Any, /, **headers: str) -> Answer:
        """Send JSON."""
        return self.ask(target, "POST", json.dumps(value).encode(), Content_Type="application/json", **headers)


@contextmanager
def hosted(app: ASGIApp, proxies: Sequence[str] = ()) -> Iterator[int]:
    """The port on which an application answers, until the end of the block."""
    with listening.opened(listening.ListenAddress()) as door:
        runner = server.server(app, proxies=proxies)
        thread = threading.Thread(target=runner.serve_on, args=(door,), name="service")
        thread.start()
        try:
            until = time.monotonic() + 20
            while not runner.started and thread.is_alive() and time.monotonic() < until:
                time.sleep(0.01)
            assert runner.started
            yield door.sockets[0].getsockname()[1]
        finally:
            runner.should_exit = True
            thread.join(20)


@contextmanager
def serving(
    folder: Path, *, rules: auth.AccessRules | None = None, drafts: bool = False, record: Path | None = None
) -> Iterator[Running]:
    """A service for a folder, until the end of the block; what is asked is in the record then."""
    site = opened(Place(str(folder)), drafts=drafts)
    with site.index, recorded(site, str(record) if record else None):
        service = app.Service(site, rules or auth.AccessRules(token=TOKEN))
        with closing(service), hosted(service) as port:
            yield Running(port, service)
