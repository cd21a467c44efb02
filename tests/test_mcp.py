"""Does an assistant find, over the SDK's own client on stdio, what everybody else finds?"""

from __future__ import annotations

import io
import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import tomllib
from collections.abc import Awaitable, Callable, Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

pytest.importorskip("mcp", reason="the extra `mcp` is not installed")

import anyio
from mcp import Client, MCPError, StdioServerParameters, stdio_client
from mcp.types import ResourceTemplateReference, TextContent, TextResourceContents
from serving import serving

import postdex
from postdex.cli import main
from postdex.mcp import tools
from postdex.mcp.posts import Posts
from postdex.mcp.server import server
from postdex.output import wire

ROOT = Path(__file__).parent.parent
REFCOUNT = "2022/refcount-bug.md"
Call = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture(scope="module")
def ix(samples: Path) -> Iterator[postdex.Index]:
    with postdex.open(samples) as opened:
        yield opened


def over_stdio(samples: Path, use: Callable[[Client, Call], Awaitable[None]]) -> None:
    """Start `postdex mcp` as an assistant does, and let `use` call its tools; each answer is small JSON, said twice."""
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
                    assert result.structured_content == (None if result.is_error else said)
                    assert len(content.text) < 20_000
                    return said

                await use(client, call)

    anyio.run(run)


def test_tools_over_stdio(samples: Path) -> None:
    async def use(client: Client, call: Call) -> None:
        told = (await client.list_tools()).tools
        assert [tool.name for tool in told] == ["search", "fetch", "related", "status"]
        for tool in told:
            assert tool.title and tool.description and tool.annotations and tool.output_schema
            hints = tool.annotations
            assert (hints.read_only_hint, hints.idempotent_hint, hints.open_world_hint) == (True, True, False)
        found = await call("search", query="SMC fallback")
        hit = found["results"][0]
        assert hit["where"].startswith(f"{REFCOUNT}:") and {"id", "title", "url"} <= hit.keys()
        section = await call("fetch", id=hit["id"])
        assert "fallback" in section["text"].lower() and section["where"].startswith(f"{REFCOUNT}:")
        assert {"id", "title", "text", "url", "metadata"} <= section.keys()
        whole = await call("fetch", id=REFCOUNT)
        assert section["text"] in whole["text"] and whole["url"] == f"postdex://{REFCOUNT}"
        assert (await call("related", id=REFCOUNT))["results"]
        assert (await call("status"))["posts"] == 16
        assert (await call("fetch", id="nowhere.md"))["error"]["code"] == "not_found"
        (samples / "new.md").write_text("# Fresh\n\nwritten a moment ago: zyzzogeton\n", encoding="utf-8")
        try:
            assert (await call("search", query="zyzzogeton"))["results"][0]["where"] == "new.md:3"
        finally:
            (samples / "new.md").unlink()

    over_stdio(samples, use)


def test_resources_and_a_prompt_over_stdio(samples: Path) -> None:
    async def use(client: Client, call: Call) -> None:
        listed = await client.list_resources()
        assert len(listed.resources) == 16 and listed.next_cursor is None
        (named,) = [one for one in listed.resources if one.name == REFCOUNT]
        assert (named.uri, named.title) == (f"postdex://{REFCOUNT}", "A refcount bug in sk_psock_get")
        for one in listed.resources:
            (content,) = (await client.read_resource(one.uri)).contents
            assert isinstance(content, TextResourceContents)
            assert content.text == (samples / one.name).read_text(encoding="utf-8").rstrip()
        (template,) = (await client.list_resource_templates()).resource_templates
        reference = ResourceTemplateReference(type="ref/resource", uri=template.uri_template)
        completed = await client.complete(reference, {"name": "path", "value": "2022/ref"})
        assert completed.completion.values == [REFCOUNT]
        with pytest.raises(MCPError, match="search"):
            await client.read_resource("postdex://nowhere.md")
        with pytest.raises(MCPError, match="cursor"):
            await client.list_resources(cursor="x")
        (prompt,) = (await client.list_prompts()).prompts
        asked = await client.get_prompt(prompt.name, {"question": "Who counts?"})
        assert "Who counts?" in asked.messages[0].content.model_dump()["text"]
        with pytest.raises(MCPError, match="question"):
            await client.get_prompt(prompt.name, {})

    over_stdio(samples, use)


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
            shown = [(hit["where"], hit["title"], hit["snippet"]) for hit in found["results"]]
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
    for name in ("stdio", "server"):
        monkeypatch.delitem(sys.modules, f"postdex.mcp.{name}", raising=False)
    monkeypatch.setitem(sys.modules, "mcp.types", None)
    assert main.main(["mcp", str(samples)]) == 2
    assert "pip install 'postdex[mcp]'" in capsys.readouterr().err


def test_what_the_docs_have_assistants_start() -> None:
    """Each of the blocks is what its program reads, and begins the same server."""
    text = (ROOT / "docs" / "assistants.md").read_text(encoding="utf-8")
    blocks = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", text, re.DOTALL)]
    blocks += [tomllib.loads(block) for block in re.findall(r"```toml\n(.*?)```", text, re.DOTALL)]
    assert {next(iter(block)) for block in blocks} == {"mcpServers", "servers", "context_servers", "mcp_servers"}
    for block in blocks:
        (servers,) = block.values()
        told = servers["posts"]
        assert (told["command"], told["args"]) == ("postdex", ["mcp", "/home/you/blog/posts"])
    inline = [json.loads(found) for found in re.findall(r"`(\{.*\})`", text)]
    assert len(inline) == 3
    for block in inline:
        (servers,) = block.values()
        assert servers["posts"]["url"].endswith(":8765/mcp")


def test_a_question_that_is_taken_back_holds_up_nobody(samples: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on, asked = threading.Event(), threading.Event()

    def slow(*given: Any, **arguments: Any) -> dict[str, Any]:
        asked.set()
        go_on.wait(20)
        return {"total": 0, "results": []}

    monkeypatch.setitem(tools.TOOLS, "search", tools.TOOLS["search"]._replace(answerer=slow))

    async def run(ix: postdex.Index) -> None:
        with anyio.fail_after(20):
            async with Client(server(Posts.of(ix))) as client:
                with anyio.move_on_after(0.3) as scope:
                    await client.call_tool("search", {"query": "linux"})
                assert scope.cancelled_caught and asked.is_set()
                assert (await client.call_tool("status", {})).structured_content
                go_on.set()

    with postdex.open(samples) as ix:
        anyio.run(run, ix)


def test_a_question_that_is_taken_back_over_stdio(samples: Path) -> None:
    with started(samples) as running:
        assert running.stdin and running.stdout
        question = {"name": "search", "arguments": {"query": "linux", "max_chars": 40_000}}
        lines = [
            {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": question},
            {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 2, "reason": "never mind"}},
        ]
        running.stdin.write(b"".join(json.dumps(line).encode() + b"\n" for line in lines))
        said = ask(running, {"jsonrpc": "2.0", "id": 3, "method": "ping"})
        if said["id"] == 2:  # that it was taken back, or the answer, if it was quicker
            said = json.loads(running.stdout.readline())
        assert said == {"jsonrpc": "2.0", "id": 3, "result": {}}
        running.communicate(timeout=20)
