"""What does the service carry? Clients that ask without a pause, while a writer commits every second.

    python benchmarks/load.py [FOLDER ...] [--clients 32] [--seconds 20] [--pages 944]

For each folder (by default the sample posts, and as many pages as `--pages` made of them) services are started,
one after the other: `postdex serve` (as `postdex-native` with its compiled kernel), and stock Whoosh behind the same
framework, server and protocol, with the same hits, titles and snippets. Each has its index, and a process that changes
one post a second and commits. Clients keep their connections and ask the next query as soon as they have an answer.
One that is not 200, or not JSON with hits, is an error. Server, writer and clients share the machine.

Two rows each: clients that ask some hundred queries over and over, as people on one site do, where the service need not
make an answer twice between two commits; and clients that never ask the same twice.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "search"), str(ROOT / "index")]

from engines import ENGINES, Whoosh  # noqa: E402  # found by the line above
from generate import generate, walk  # noqa: E402
from measuring import environment, task  # noqa: E402
from questions import Question, draw  # noqa: E402

KINDS = ("one word", "two words", "three words")
#: Seconds before the clock runs: everything has been imported and touched by then.
WARM_S = 2.0


class Carried(NamedTuple):
    """What clients saw: the milliseconds of each answer, in how many seconds, and what was wrong how often."""

    times: Sequence[float]
    seconds: float
    errors: Counter[str]

    def row(self, name: str) -> str:
        """As a line of a table."""
        cuts = statistics.quantiles(self.times, n=100, method="inclusive") if len(self.times) > 1 else [0.0] * 99
        rate = len(self.times) / self.seconds
        wrong = ", ".join(f"{count} {what}" for what, count in self.errors.items()) or "0"
        return f"| {name} | {rate:,.0f} | {cuts[49]:.1f} | {cuts[98]:.1f} | {wrong} |"


def main() -> None:
    """Measure each folder with both services and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="*")
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--pages", type=int, default=944, help="pages of the made site, where no folder is named")
    parser.add_argument("--engines", default="postdex,whoosh", help="of postdex, postdex-native, whoosh")
    parser.add_argument("--role", nargs=4, metavar=("ROLE", "ENGINE", "FOLDER", "DIRECTORY"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.role:
        role, engine, folder, directory = options.role
        {"serve": _serve, "write": _write}[role](engine, Path(folder), Path(directory))
        return
    with tempfile.TemporaryDirectory(prefix="postdex-load-") as scratch:
        for folder in options.folders or [ROOT / "posts", options.pages]:
            posts = Path(scratch) / str(folder).replace("/", "-")
            if isinstance(folder, int):
                generate([ROOT / "posts"], folder, posts)
            else:
                shutil.copytree(folder, posts, ignore=shutil.ignore_patterns(".postdex", ".git"))
            print(
                f"\n{len(walk(posts)):,} posts, {options.clients} clients, {options.seconds:.0f} s, a commit a second\n"
            )
            print("| service | requests/s | p50 ms | p99 ms | errors |\n| --- | --- | --- | --- | --- |")
            drawn = [" ".join(one.words) for one in draw(posts, 60) if one.kind in KINDS]
            for engine in options.engines.split(","):
                directory = posts.with_name(f"{posts.name}-{engine}")
                task("build", engine=engine, folder=posts, directory=directory, jobs=1)
                for name, queries in (("again and again", repeated), ("never twice", fresh)):
                    asked = [queries(drawn, number) for number in range(options.clients)]
                    found = carried(engine, posts, directory, asked, options.seconds)
                    print(found.row(f"{engine}, {name}"), flush=True)


def repeated(drawn: Sequence[str], client: int) -> Iterator[str]:
    """The queries over and over, each client beginning elsewhere."""
    start = client * 7 % len(drawn)
    return cycle((*drawn[start:], *drawn[:start]))


def fresh(drawn: Sequence[str], client: int) -> Iterator[str]:
    """Two words of the queries, chosen anew each time."""
    words = sorted({word for query in drawn for word in query.split()})
    chance = random.Random(client)
    while True:
        yield " ".join(chance.sample(words, 2))


def carried(engine: str, folder: Path, directory: Path, asked: Sequence[Iterator[str]], seconds: float) -> Carried:
    """Serve the folder, write to it, and let clients ask."""
    with process("serve", engine, folder, directory) as server:
        assert server.stdout
        port = int(server.stdout.readline())
        asyncio.run(ask(port, asked, WARM_S))
        with process("write", engine, folder, directory):
            return asyncio.run(ask(port, asked, seconds))


@contextmanager
def process(*role: object) -> Iterator[subprocess.Popen[str]]:
    """This program in another role, for the engine that is named second, until the end of the block."""
    command = [sys.executable, "-W", "ignore", __file__, "--role", *map(str, role)]
    place = environment(role[1])
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=place)
    try:
        yield running
    finally:
        running.terminate()
        running.communicate(timeout=20)


# -- the services


def _serve(engine: str, folder: Path, directory: Path) -> None:
    """Serve until the process is ended; the port is printed first."""
    if engine.startswith("postdex"):
        from postdex.cli.search_command import Place
        from postdex.http import app, auth, listening, server
        from postdex.http.serve import opened

        service = app.Service(opened(Place(str(folder), str(directory))), auth.AccessRules())
        server.settle()
        with listening.opened(listening.ListenAddress()) as door:
            port = door.sockets[0].getsockname()[1]
            server.server(service, lambda: print(port, flush=True)).serve_on(door)
    else:
        _serve_peer(folder, directory)


class Fresh(Whoosh):
    """Stock Whoosh that sees commits. The former searcher is not closed: other threads are searching in it."""

    _refreshing = threading.Lock()

    def refresh(self) -> None:
        """Search the newest commit from now on."""
        with self._refreshing:
            if not self._searcher.up_to_date():
                self._searcher = self._index.searcher()


def _serve_peer(folder: Path, directory: Path) -> None:
    """A search endpoint as one would write it around the engine: a function that Starlette runs in a thread."""
    import uvicorn
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    peer = Fresh(folder, directory)
    peer.open()

    def search(request: Request) -> JSONResponse:
        text = request.query_params.get("q", "")
        peer.refresh()
        hits = peer.search(Question("words", tuple(text.split())))
        return JSONResponse({"query": text, "hits": [hit._asdict() for hit in hits]})

    listening = socket.create_server(("127.0.0.1", 0))
    print(listening.getsockname()[1], flush=True)
    app = Starlette(routes=[Route("/search", search)])
    uvicorn.Server(uvicorn.Config(app, http="httptools", ws="none", log_level="error", access_log=False)).run(
        [listening]
    )


def _write(engine: str, folder: Path, directory: Path) -> None:
    """Change a post and commit, once a second."""
    writer = ENGINES[engine](folder, directory)
    writer.open()
    for number, path in enumerate(cycle(sorted(walk(folder)))):
        began = time.monotonic()
        with open(folder / path, "a", encoding="utf-8") as file:
            file.write(f"\nWritten while {number} others read.\n")
        writer.change(path)
        time.sleep(max(0.0, began + 1 - time.monotonic()))


# -- the clients


async def ask(port: int, asked: Sequence[Iterator[str]], seconds: float) -> Carried:
    """All clients at once."""
    until = time.perf_counter() + seconds
    times: list[float] = []
    errors: Counter[str] = Counter()
    await asyncio.gather(*(_client(port, queries, until, times, errors) for queries in asked))
    return Carried(times, seconds, errors)


async def _client(port: int, queries: Iterator[str], until: float, times: list[float], errors: Counter[str]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for query in queries:
        if time.perf_counter() > until:
            break
        began = time.perf_counter()
        writer.write(f"GET /search?q={quote(query)} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        body = await reader.readexactly(length)
        times.append((time.perf_counter() - began) * 1000)
        if not head.startswith(b"HTTP/1.1 200"):
            errors[head.split(None, 2)[1].decode()] += 1
        elif "hits" not in json.loads(body):
            errors["without hits"] += 1
    writer.close()


if __name__ == "__main__":
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    main()
