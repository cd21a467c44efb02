"""How do posts become a site of plain pages, and who serves it so that each byte is counted?

Pagefind and MiniSearch read pages, not Markdown: each gets the sections, headings and texts that postdex reads of a
post, so that all three search the same words.
"""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from html import escape
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from postdex_index.content import reader
from postdex_index.model import INCLUDED_BREAK, SOFT_BREAK, Post
from postdex_index.settings import Settings

#: What hosts compress by themselves; indexes that are compressed inside stay as they are.
COMPRESSED = (".html", ".js", ".mjs", ".css", ".json", ".svg", ".wasm")
#: Folders of the site: whose pages they are, and where each engine's files lie.
PAGES = "pages"


class Traffic(NamedTuple):
    """What was asked of the server: the paths, and the bytes of each answer's body."""

    paths: Sequence[str]
    sizes: Sequence[int]

    @property
    def bytes(self) -> int:
        """All of it."""
        return sum(self.sizes)


def published(folder: Path) -> list[Post]:
    """The published posts of a folder, by path."""
    settings, site = Settings(), reader.site(folder)
    posts = (reader.read(folder, path, site, settings).post for path in sorted(reader.walk(folder, settings).files))
    return [post for post in posts if post and not post.unpublished]


def write_pages(posts: Sequence[Post], site: Path) -> None:
    """A page for each post, at its path with `.html` behind it, and all of them as JSON for MiniSearch."""
    for post in posts:
        file = site / PAGES / f"{post.path}.html"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join(_page(post)), encoding="utf-8", errors="replace")
    documents = [
        {
            "id": post.path,
            "title": post.title,
            "headings": " \n".join(section.heading for section in post.sections),
            "tags": " ".join(post.tags),
            "text": "\n".join(map(_text, (section.text for section in post.sections))),
        }
        for post in posts
    ]
    (site / "documents.json").write_text(json.dumps(documents), encoding="utf-8")


def _page(post: Post) -> Iterator[str]:
    yield f'<!doctype html><html lang="{escape(post.lang or "en")}"><head><meta charset="utf-8">'
    yield f"<title>{escape(post.title)}</title></head><body><main data-pagefind-body><h1>{escape(post.title)}</h1>"
    for section in post.sections:
        if section.heading:
            level = min(max(section.level, 2), 6)
            yield f'<h{level} id="{escape(section.anchor)}">{escape(section.heading)}</h{level}>'
        for block in _text(section.text).split("\n"):
            if block.strip():
                yield f"<p>{escape(block)}</p>"
    yield "</main></body></html>"


def _text(text: str) -> str:
    return text.replace(SOFT_BREAK, " ").replace(INCLUDED_BREAK, "\n").replace("\0", "")


def page_of(path: str) -> str:
    """The address of a post's page below the site."""
    return f"/{PAGES}/{quote(path)}.html"


class Server:
    """A site that is served; `traffic` is what was asked since it was asked for last."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}/"
        self._lock = threading.Lock()
        self._asked: list[tuple[str, int]] = []

    def note(self, path: str, size: int) -> None:
        """Remember an answer."""
        with self._lock:
            self._asked.append((path, size))

    def traffic(self) -> Traffic:
        """What was asked for since the last call."""
        with self._lock:
            asked, self._asked = self._asked, []
        return Traffic([path for path, _ in asked], [size for _, size in asked])


@contextmanager
def served(folder: Path) -> Iterator[Server]:
    """A folder as a host serves it: text compressed, all kept by browsers."""
    bodies: dict[str, bytes] = {}

    class Handler(SimpleHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *arguments: object) -> None:
            """Nobody reads it."""

        def do_GET(self) -> None:
            """The file, compressed if it is text."""
            path = urlsplit(self.path).path
            file = Path(self.translate_path(path))
            file = file / "index.html" if file.is_dir() else file
            if not file.is_file():
                server.note(path, 0)
                self.send_error(404)
                return
            packed = file.suffix in COMPRESSED
            if path not in bodies:
                bodies[path] = gzip.compress(file.read_bytes(), 9) if packed else file.read_bytes()
            server.note(path, len(bodies[path]))
            self.send_response(200)
            self.send_header("Content-Type", self.guess_type(str(file)) if packed else "application/octet-stream")
            self.send_header("Content-Length", str(len(bodies[path])))
            self.send_header("Cache-Control", "max-age=3600")
            if packed:
                self.send_header("Content-Encoding", "gzip")
            self.end_headers()
            self.wfile.write(bodies[path])

    listening = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
    server = Server(listening.server_address[1])
    thread = threading.Thread(target=listening.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listening.shutdown()
        thread.join()
        listening.server_close()
