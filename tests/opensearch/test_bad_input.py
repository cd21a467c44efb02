"""What is said where a cluster is not what it should be: one clear line each, and nothing is overwritten?"""

from __future__ import annotations

import base64
import json
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import trustme
from cluster import ask
from proxies import Received, Refusal, needs_password, proxy

import postdex
from postdex_index.engine.opensearch.format.one_post_segment import SEGMENT, content_of
from postdex_index.errors import IndexDamagedError, IndexLockedError

Run = Callable[..., tuple[int, str]]

#: Each of these meets the cluster.
COMMANDS = (["search", "kernel"], ["index"], ["index", "--full"], ["index", "--rollback"], ["doctor"], ["show", "a.md"])


@pytest.fixture
def blog(tmp_path: Path, hosts: list[str], prefix: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of posts that are not in the cluster yet."""
    monkeypatch.setenv("POSTDEX_OPENSEARCH_HOSTS", ",".join(hosts))
    monkeypatch.setenv("POSTDEX_OPENSEARCH_PREFIX", prefix)
    (tmp_path / "postdex.toml").write_text('engine = "opensearch"\nsite = "blog"\n', encoding="utf-8")
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.md").write_text(f"# Post {name}\n\nA kernel bug.\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def check(said: tuple[int, str], *texts: str) -> None:
    """It ends with 2 and one line that has these texts."""
    status, text = said
    assert status == 2 and text.count("\n") == 1, said
    assert [part for part in texts if part not in text] == [], text


# -- where the cluster should be


def test_no_cluster_is_there(blog: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    monkeypatch.setenv("POSTDEX_OPENSEARCH_HOSTS", f"http://127.0.0.1:{port}")
    for command in COMMANDS:
        check(run(*command), f"http://127.0.0.1:{port}: connection refused", "POSTDEX_OPENSEARCH_HOSTS")


def test_a_password_is_wrong(blog: Path, hosts: list[str], run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with proxy(hosts[0], gate=needs_password("editor", "right")) as gate:
        monkeypatch.setenv("POSTDEX_OPENSEARCH_HOSTS", gate.host)
        monkeypatch.setenv("POSTDEX_OPENSEARCH_USER", "editor")
        monkeypatch.setenv("POSTDEX_OPENSEARCH_PASSWORD", "wrong1234")
        for command in COMMANDS:
            said = run(*command)
            check(said, f"{gate.host}: it does not let us in with the user editor", "check POSTDEX_OPENSEARCH_USER")
            assert "wrong1234" not in said[1]
        monkeypatch.setenv("POSTDEX_OPENSEARCH_PASSWORD", "right")
        assert run("index")[0] == 0
        status, text = run("doctor")
        assert status == 0 and "let in with: the user editor, from POSTDEX_OPENSEARCH_USER" in text
        assert "right" not in text


def test_a_certificate_is_not_trusted(blog: Path, hosts: list[str], run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(tls)
    with proxy(hosts[0], tls=tls) as gate:
        monkeypatch.setenv("POSTDEX_OPENSEARCH_HOSTS", gate.host)
        for command in COMMANDS:
            check(run(*command), f"{gate.host}: its certificate is not trusted", "POSTDEX_OPENSEARCH_CA")
        assert gate.requests == []


class About(Refusal):
    """What another server says of itself."""

    def body(self) -> bytes:
        return json.dumps({"name": "n", "cluster_name": "c", "version": json.loads(self.reason)}).encode()


@pytest.mark.parametrize(
    ("version", "said"),
    [
        ({"distribution": "opensearch", "number": "1.3.20"}, "this is OpenSearch 1.3.20"),
        ({"distribution": "opensearch", "number": "2.11.0"}, "this is OpenSearch 2.11.0"),
        ({"distribution": "opensearch", "number": "4.0.0"}, "this is OpenSearch 4.0.0"),
        ({"number": "8.15.0"}, "this is not OpenSearch but another product of version 8.15.0"),
    ],
)
def test_another_version_is_there(
    blog: Path, hosts: list[str], run: Run, monkeypatch: pytest.MonkeyPatch, version: dict[str, str], said: str
) -> None:
    def gate(received: Received) -> Refusal | None:
        return About(200, "", json.dumps(version)) if received.path == "/" else None

    with proxy(hosts[0], gate=gate) as server:
        monkeypatch.setenv("POSTDEX_OPENSEARCH_HOSTS", server.host)
        for command in COMMANDS:
            check(run(*command), said, "postdex works with OpenSearch 2.19 and 3")
        assert {request.path for request in server.requests} == {"/"}, "nothing else was asked"


# -- what lies under our names


@pytest.mark.parametrize("named", ["an index", "an alias"])
def test_somebody_else_has_our_name(blog: Path, hosts: list[str], prefix: str, run: Run, named: str) -> None:
    index = f"{prefix}-blog" if named == "an index" else f"{prefix}-shop"
    aliases: dict[str, Any] = {} if named == "an index" else {f"{prefix}-blog": {}}
    mappings = {"properties": {"path": {"type": "text"}}}
    assert ask(hosts, "PUT", f"/{index}", {"aliases": aliases, "mappings": mappings}).status == 200
    assert ask(hosts, "PUT", f"/{index}/_doc/1?refresh=true", {"path": "theirs"}).status == 201
    before = ask(hosts, "GET", f"/{index}").body
    for command in COMMANDS:
        status, text = run(*command)
        assert status == 2 and "Traceback" not in text, (command, text)
        assert "postdex did not make" in text or "no index of postdex" in text, (command, text)
        assert "choose another opensearch.prefix or site" in text, (command, text)
    assert ask(hosts, "GET", f"/{index}").body == before
    assert ask(hosts, "GET", f"/{index}/_doc/1").body["_source"] == {"path": "theirs"}
    assert ask(hosts, "GET", f"/{index}/_count").body["count"] == 1


class Document:
    """A document of the index, to be changed by hand."""

    def __init__(self, hosts: list[str], alias: str, query: dict[str, Any]) -> None:
        self._hosts = hosts
        asked = {"query": query, "docvalue_fields": [SEGMENT]}
        self.hit = ask(hosts, "POST", f"/{alias}/_search", asked).body["hits"]["hits"][0]
        self.index, self.id, self.source = self.hit["_index"], self.hit["_id"], self.hit["_source"]

    def put(self, **changed: object) -> None:
        path = f"/{self.index}/_doc/{self.id}?refresh=true"
        assert ask(self._hosts, "PUT", path, {**self.source, **changed}).status == 200

    def delete(self) -> None:
        assert ask(self._hosts, "DELETE", f"/{self.index}/_doc/{self.id}?refresh=true").status == 200


@pytest.fixture
def built(blog: Path, prefix: str, run: Run) -> Iterator[str]:
    """The alias of the posts, which are in the cluster now."""
    assert run("index")[0] == 0
    yield f"{prefix}-blog"


def test_a_post_was_changed_by_hand(built: str, hosts: list[str], run: Run) -> None:
    post = Document(hosts, built, {"term": {"path": "a.md"}})
    packed = bytearray(content_of(post.hit) or b"")
    packed[len(packed) // 2] ^= 0xFF
    post.put(segment=base64.b64encode(packed).decode())
    check(run("show", "a.md"), "this document of the index is damaged", "run `postdex index --full` to rebuild it")
    status, text = run("doctor", "--verify")
    assert status == 2 and "damaged" in text and "a.md" in text
    assert run("doctor", "--fix")[0] == 0
    assert run("show", "a.md")[0] == 0 and run("doctor", "--verify")[0] == 0


def test_a_post_was_removed_by_hand(built: str, hosts: list[str], run: Run) -> None:
    Document(hosts, built, {"term": {"path": "a.md"}}).delete()
    status, text = run("doctor", "--verify")
    assert status == 2 and "of 3" in text
    assert run("doctor", "--fix")[0] == 0
    assert run("search", "kernel", "--count") == (0, "3\n")


@pytest.mark.parametrize("changed", [{"commit": {"made_with": 7}}, {"commit": {}}, {"since": 5, "commit": "x"}])
def test_the_commit_was_changed_by_hand(
    built: str, hosts: list[str], run: Run, changed: dict[str, object], blog: Path
) -> None:
    Document(hosts, built, {"term": {"kind": "commit"}}).put(**changed)
    with postdex.Index(blog, refresh="never") as ix, pytest.raises(IndexDamagedError, match="has another form"):
        ix.search("kernel")
    assert run("doctor")[0] == 2
    assert run("doctor", "--fix")[0] == 0
    assert run("search", "kernel", "--count") == (0, "3\n")
    Document(hosts, built, {"term": {"kind": "commit"}}).put(**changed)
    assert run("index")[0] == 0
    assert run("search", "kernel", "--count") == (0, "3\n")


# -- clocks


def test_the_clocks_of_two_writers_are_an_hour_apart(built: str, blog: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from postdex_index.text.analyzer import Analyzer

    now, now_ns = time.time, time.time_ns

    def set_clock(hours: int) -> None:
        monkeypatch.setattr(time, "time", lambda: now() + 3600 * hours)
        monkeypatch.setattr(time, "time_ns", lambda: now_ns() + 3600 * hours * 10**9)

    generations = []
    for number, hours in enumerate((1, -1, 0, 1, -1)):
        set_clock(hours)
        (blog / f"new{number}.md").write_text(f"# New {number}\n\nA kernel bug.\n", encoding="utf-8")
        with postdex.Index(blog) as ix:
            generations.append(ix.refresh().generation)
            assert ix.search("kernel").total == 4 + number, "no commit hides another"
    assert generations == sorted(set(generations))
    with postdex.Index(blog) as ix, closing(ix.engine.open_writer(analyzer=Analyzer(True, ()))):
        for hours in (1, -1):
            set_clock(hours)
            with postdex.Index(blog) as other, pytest.raises(IndexLockedError):
                other.engine.open_writer(analyzer=Analyzer(True, ()), wait=0.1, hurried=True)
