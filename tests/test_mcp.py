"""Does an assistant find, over the SDK's own client on stdio, what everybody else finds?"""

from __future__ import annotations

import io
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

pytest.importorskip("mcp", reason="the extra `mcp` is not installed")

import anyio
from mcp import Client, StdioServerParameters, stdio_client
from mcp.types import TextContent
from serving import serving

import postdex
from postdex import mcp, request
from postdex.cli import main
from postdex.output import wire

ROOT = Path(__file__).parent.parent
REFCOUNT = "2022/refcount-bug.md"
Call = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sample posts, indexed."""
    folder = tmp_path_factory.mktemp("assistant") / "posts"
    shutil.copytree(ROOT / "posts", folder, ignore=shutil.ignore_patterns(".postdex"))
    with postdex.open(folder):
        return folder


@pytest.fixture(scope="module")
def ix(samples: Path) -> Iterator[postdex.Index]:
    with postdex.open(samples) as opened:
        yield opened


def over_stdio(samples: Path, use: Callable[[Client, Call], Awaitable[None]]) -> None:
    """Start `postdex mcp` as an assistant does, and let `use` call its tools; each answer is small JSON."""
    kept = {"PYTHONPATH": os.pathsep.join((str(ROOT / "search"), str(ROOT / "index")))}
    started = StdioServerParameters(command=sys.executable, args=["-m", "postdex", "mcp", str(samples)], env=kept)

    async def run() -> None:
        with anyio.fail_after(60):
            async with Client(stdio_client(started)) as client:

                async def call(tool: str, **arguments: Any) -> dict[str, Any]:
                    result = await client.call_tool(tool, arguments)
                    (content,) = result.content
                    assert isinstance(content, TextContent)
                    said: dict[str, Any] = json.loads(content.text)
                    assert result.is_error == ("error" in said)
                    assert len(content.text) < 20_000
                    return said

                await use(client, call)

    anyio.run(run)


def check(ix: postdex.Index, tool: str, arguments: dict[str, Any], code: str = "", said: str = "") -> dict[str, Any]:
    """What a tool answers; an error with this code, or one that says this."""
    text, failed = mcp.answer(ix, tool, arguments)
    assert len(text) < 20_000
    answer: dict[str, Any] = json.loads(text)
    assert failed == bool(code)
    if code:
        assert answer["error"]["code"] == code
        assert said in answer["error"]["message"] + answer["error"]["hint"]
    return answer


def test_tools_over_stdio(samples: Path) -> None:
    async def use(client: Client, call: Call) -> None:
        tools = (await client.list_tools()).tools
        assert [tool.name for tool in tools] == ["search", "fetch", "status"]
        assert all(tool.description and tool.annotations and tool.annotations.read_only_hint for tool in tools)
        found = await call("search", query="SMC fallback")
        hit = found["hits"][0]
        assert hit["where"].startswith(f"{REFCOUNT}:")
        section = await call("fetch", id=hit["id"])
        assert "fallback" in section["text"].lower() and section["where"].startswith(f"{REFCOUNT}:")
        whole = await call("fetch", id=REFCOUNT)
        assert section["text"] in whole["text"] and "url" not in whole
        assert (await call("status"))["posts"] == 16
        assert (await call("fetch", id="nowhere.md"))["error"]["code"] == "not_found"
        (samples / "new.md").write_text("# Fresh\n\nwritten a moment ago: zyzzogeton\n", encoding="utf-8")
        try:
            assert (await call("search", query="zyzzogeton"))["hits"][0]["where"] == "new.md:3"
        finally:
            (samples / "new.md").unlink()

    over_stdio(samples, use)


def test_ids_lead_to_the_text_of_the_hit(ix: postdex.Index) -> None:
    for query in ("linux", "内核", "the", "tag:git"):
        for hit in check(ix, "search", {"query": query, "limit": 20})["hits"]:
            for name in (hit["id"], *(other["id"] for other in hit.get("more", ()))):
                assert check(ix, "fetch", {"id": name})["text"]
            piece = max(re.split(r"…|\s+", hit["snippet"]), key=len)
            assert piece in check(ix, "fetch", {"id": hit["id"]})["text"]


def test_long_texts_come_in_parts(tmp_path: Path) -> None:
    parts = "\n\n".join(f"## Part {n}\n\n" + f"word{n} " * 500 for n in range(8))
    (tmp_path / "long.md").write_text(f"# Long\n\n{parts}\n", encoding="utf-8")
    with postdex.open(tmp_path) as ix:
        text = ""
        offset: int | None = 0
        while offset is not None:
            answer = check(ix, "fetch", {"id": "long.md", "offset": offset})
            assert len(answer["text"]) <= mcp.TEXT
            text, offset = text + answer["text"], answer.get("next_offset")
        assert text.count("word7") == 500 and text.startswith("## Part 0")
        assert {"id": "long.md#part-3", "heading": "Part 3"} in check(ix, "fetch", {"id": "long.md"})["sections"]
        assert "word3" in check(ix, "fetch", {"id": "long.md#part-3"})["text"]


def test_pages_and_notes(ix: postdex.Index) -> None:
    first = check(ix, "search", {"query": "linux", "limit": 1})
    second = check(ix, "search", {"query": "linux", "limit": 1, "offset": first["next_offset"]})
    assert first["hits"][0]["id"] != second["hits"][0]["id"]
    assert check(ix, "search", {"query": "refcoutn"})["corrections"][0]["to"][0] == "refcount"
    assert check(ix, "search", {"query": "+psock +quicksort"})["warnings"] == ["no post has quicksort"]


def test_only_an_index_that_is_known_to_be_old_is_said(tmp_path: Path) -> None:
    (tmp_path / "postdex.toml").write_text("max_changed_files = 0\n")
    (tmp_path / "a.md").write_text("a word\n")
    postdex.open(tmp_path).close()
    (tmp_path / "b.md").write_text("a word\n")
    states: list[tuple[request.Refresh, str | None]] = [("auto", "some posts changed since"), ("never", None)]
    for refresh, note in states:
        with postdex.open(tmp_path, refresh=refresh) as old:
            assert check(old, "search", {"query": "word"}).get("note") == note


@pytest.mark.parametrize(
    ("tool", "arguments", "code", "said"),
    [
        ("search", {}, "error", "needs query"),
        ("search", {"query": 1}, "error", "query does not fit"),
        ("search", {"query": "a", "limit": 21}, "error", "maximum"),
        ("search", {"query": "a", "limit": True}, "error", "limit does not fit"),
        ("search", {"query": "a", "sort": "size"}, "error", "enum"),
        ("search", {"query": "a", "folder": "/"}, "error", "takes no folder"),
        ("search", {"query": "(" * 17}, "too_deep", ""),
        ("fetch", {"id": "../../etc/passwd"}, "not_found", ""),
        ("fetch", {"id": f"{REFCOUNT}#nowhere"}, "not_found", "root-cause"),
        ("fetch", {"id": ""}, "not_found", ""),
        ("status", {"x": 1}, "error", "takes nothing"),
        ("delete", {}, "error", "there is no tool"),
        ("x" * 1_000_000, {}, "error", "there is no tool"),
        ("search", {"query": "a", "x" * 1_000_000: 1}, "error", "search takes no"),
        ("fetch", {"id": "x" * 1_000_000}, "not_found", ""),
        ("fetch", {"id": f"{REFCOUNT}#" + "x" * 1_000_000}, "not_found", "root-cause"),
    ],
)
def test_errors_say_what_to_do(ix: postdex.Index, tool: str, arguments: dict[str, Any], code: str, said: str) -> None:
    check(ix, tool, arguments, code, said)


def queries() -> list[str]:
    """Two hundred, of the words of the posts: one to four, some quoted, required, cut short or misspelt."""
    drawn = random.Random(20)
    text = " ".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "posts").rglob("*.md")))
    words = sorted(set(re.findall(r"[\w+#.-]{2,24}", text)))
    forms = (
        "{0}",
        "{0}",
        "{0} {1}",
        "{0} {1} {2}",
        '"{0} {1}"',
        "+{0} {1}",
        "{0} -{1}",
        "{0}*",
        "{3}",
        "title:{0} {1}",
    )
    found = []
    for number in range(200):
        some = drawn.sample(words, 3)
        slip = some[0][:-2] + some[0][:-3:-1]
        found.append(forms[number % len(forms)].format(*some, slip))
    return found


def test_the_same_answers_everywhere(samples: Path, ix: postdex.Index) -> None:
    """The same hits in the same order, with the same snippets: library, command line, HTTP, MCP."""
    wanted = {query: wire.to_dict(ix.search(query, limit=5)) for query in queries()}
    assert len(wanted) == 200 and sum(bool(answer["hits"]) for answer in wanted.values()) > 150

    with serving(samples) as served:
        for query, answer in wanted.items():
            found = served.ask(f"/search?limit=5&q={quote(query)}").json()
            assert {**found, "took_ms": 0, "index": 0} == {**json.loads(wire.dumps(answer)), "took_ms": 0, "index": 0}

    for query, answer in wanted.items():
        printed = io.StringIO()
        with redirect_stdout(printed):
            main.main(["-C", str(samples), "search", "--json", "-n", "5", "--", query])
        assert json.loads(printed.getvalue())["hits"] == json.loads(wire.dumps(answer["hits"]))

    async def use(client: Client, call: Call) -> None:
        for query, answer in wanted.items():
            found = await call("search", query=query, limit=5)
            assert found["total"] == answer["total"]
            shown = [(hit["where"], hit["title"], hit["snippet"]) for hit in found["hits"]]
            assert shown == [
                (f"{hit['path']}:{hit['line']}", hit["title"], hit["snippet_text"]) for hit in answer["hits"]
            ]

    over_stdio(samples, use)


def started(samples: Path) -> subprocess.Popen[bytes]:
    """`postdex mcp`, which has said hello."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT / "search"), str(ROOT / "index")))}
    command = [sys.executable, "-m", "postdex", "mcp", str(samples)]
    pipe = subprocess.PIPE
    running = subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, stderr=pipe)
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    said = ask(running, {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello})
    assert said["result"]["serverInfo"]["name"] == "postdex"
    return running


def ask(running: subprocess.Popen[bytes], message: object) -> dict[str, Any]:
    """Send a line, a message or whatever it is, and read the next one."""
    assert running.stdin and running.stdout
    running.stdin.write((message if isinstance(message, bytes) else json.dumps(message).encode()) + b"\n")
    running.stdin.flush()
    said: dict[str, Any] = json.loads(running.stdout.readline())
    return said


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, -signal.SIGTERM)])
def test_a_signal_ends_it_though_the_assistant_is_there(samples: Path, number: int, status: int) -> None:
    with started(samples) as running:
        running.send_signal(number)
        assert running.wait(20) == status
        assert running.stderr and b"Traceback" not in running.stderr.read()


@pytest.mark.parametrize("end", ["stdin", "stdout"])
def test_it_ends_with_the_assistant(samples: Path, end: str) -> None:
    with started(samples) as running:
        assert running.stdin and running.stdout and running.stderr
        getattr(running, end).close()
        if end == "stdout":
            running.stdin.write(b'{"jsonrpc": "2.0", "id": 2, "method": "ping"}\n')
            running.stdin.flush()
        assert running.wait(20) == 0
        assert running.stderr.read() == b""


def test_whatever_comes_is_answered(samples: Path) -> None:
    with started(samples) as running:
        for line, code, id in [
            (b"{", -32700, None),
            (b"\xff\xfe", -32700, None),
            (b"[" * 100_000, -32700, None),
            (b"[]", -32600, None),
            (b"1", -32600, None),
            (b'[{"jsonrpc": "2.0", "id": 2, "method": "ping"}]', -32600, None),
            (b'{"jsonrpc": "2.0", "id": null, "method": "ping"}', -32600, None),
            (b'{"jsonrpc": "2.0", "id": {}, "method": "ping"}', -32600, None),
            (b'{"jsonrpc": "2.0", "id": true, "method": "ping"}', -32600, None),
            (b'{"jsonrpc": "2.0", "id": 2}', -32600, 2),
            (b'{"jsonrpc": "2.0", "id": "two", "method": 5}', -32600, "two"),
            (b'{"id": 3, "method": "ping"}', -32600, 3),
            (b'{"jsonrpc": "2.0", "id": 4, "method": "tools/call", "params": 5}', -32600, 4),
            (b'{"jsonrpc": "2.0", "id": 5, "method": "tools/call", "params": {"name": 3}}', -32602, 5),
            (b'{"jsonrpc": "2.0", "id": 6, "method": "no/such"}', -32601, 6),
            (b"\n \n" + b'{"jsonrpc": "2.0", "id": 7, "method": "no/such"}', -32601, 7),
        ]:
            said = ask(running, line)
            assert (said["error"]["code"], said["id"]) == (code, id), line
        assert ask(running, {"jsonrpc": "2.0", "id": 8, "method": "ping"}) == {"jsonrpc": "2.0", "id": 8, "result": {}}
        running.communicate(timeout=20)
        assert running.returncode == 0


def test_without_the_extra(samples: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delitem(sys.modules, "postdex.mcp_stdio", raising=False)
    monkeypatch.delattr("postdex.mcp_stdio", raising=False)
    monkeypatch.setitem(sys.modules, "mcp.types", None)
    assert main.main(["mcp", str(samples)]) == 2
    assert "pip install 'postdex[mcp]'" in capsys.readouterr().err
