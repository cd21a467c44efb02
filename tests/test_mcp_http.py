"""Do assistants get over HTTP what they get over stdio, under the guards of every address?"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mcp", reason="the extra `mcp` is not installed")

import anyio
import httpx2
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client
from serving import BEARER, TOKEN, Answer, Running, serving

import postdex
from postdex.http import app, auth
from postdex.mcp import search_tool, tools
from postdex.mcp.posts import Posts

ROOT = Path(__file__).parent.parent
REFCOUNT = "2022/refcount-bug.md"
SEARCH = {"name": "search", "arguments": {"query": "refcount"}}


@pytest.fixture(scope="module")
def served(samples: Path) -> Iterator[Running]:
    with serving(samples) as running:
        yield running


def message(method: str, params: dict[str, Any] | None = None, id: int = 1) -> dict[str, Any]:
    """A request of the protocol."""
    return {"jsonrpc": "2.0", "id": id, "method": method, "params": params or {}}


def ask(served: Running, method: str, params: dict[str, Any] | None = None, /, **headers: str) -> Answer:
    """Send a request as an assistant does."""
    return served.post("/mcp", message(method, params), Accept="application/json, text/event-stream", **headers)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_the_official_client(served: Running, samples: Path, mode: Any) -> None:
    async def run() -> None:
        with anyio.fail_after(60):
            async with Client(f"http://127.0.0.1:{served.port}/mcp", mode=mode) as client:
                assert [tool.name for tool in (await client.list_tools()).tools] == list(tools.TOOLS)
                with postdex.open(samples, refresh="never") as ix:
                    posts = Posts.of(ix, drafts=False)
                    for tool, arguments in (
                        ("search", {"query": "SMC fallback", "max_chars": 3000, "facets": ["tags"]}),
                        ("fetch", {"id": f"{REFCOUNT}#root-cause"}),
                        ("related", {"id": REFCOUNT}),
                    ):
                        answer = await client.call_tool(tool, arguments)
                        assert answer.structured_content == tools.answer(posts, tool, arguments).form
                assert (await client.call_tool("status", {})).structured_content
                failed = await client.call_tool("fetch", {"id": "nowhere.md"})
                assert failed.is_error and failed.structured_content is None
                listed = (await client.list_resources()).resources
                assert len(listed) == 16 and (await client.read_resource(listed[0].uri)).contents
                with pytest.raises(MCPError):
                    await client.read_resource("postdex://nowhere.md")
                assert (await client.get_prompt("answer", {"question": "Who?"})).messages

    anyio.run(run)


def test_a_question_that_is_taken_back(served: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """Others are answered meanwhile, and so is the next question of the same client."""
    go_on = threading.Event()

    def slow(*asked: Any, **arguments: Any) -> dict[str, Any]:
        go_on.wait(20)
        return {"total": 0, "results": []}

    monkeypatch.setitem(tools.TOOLS, "search", tools.TOOLS["search"]._replace(answerer=slow))

    async def run() -> None:
        async with Client(f"http://127.0.0.1:{served.port}/mcp") as client:
            with anyio.move_on_after(0.3) as scope:
                await client.call_tool("search", {"query": "linux"})
            assert scope.cancelled_caught
            assert (await client.call_tool("status", {})).structured_content

    try:
        anyio.run(run)
    finally:
        go_on.set()


def test_the_guards_are_those_of_every_address(served: Running, samples: Path) -> None:
    assert ask(served, "ping").json()["result"] == {}
    assert ask(served, "ping", Host="evil.example").code == "bad_host"
    assert ask(served, "ping", Origin="https://evil.example").code == "bad_origin"
    assert served.ask("/mcp").code == served.ask("/mcp", "DELETE").code == "method_not_allowed"
    assert served.ask("/mcp", "POST", b"{}", Content_Type="text/plain").code == "bad_content_type"
    large = json.dumps(message("ping", {"x": "y" * app.MAX_BODY})).encode()
    assert served.ask("/mcp", "POST", large, Content_Type="application/json").code == "body_too_large"
    rules = auth.AccessRules("127.0.0.1", ("https://blog.example",), TOKEN, guarded=True)
    with serving(samples, rules=rules) as guarded:
        assert ask(guarded, "ping").code == "unauthorized"
        assert ask(guarded, "ping", **BEARER).status == 200
        asked = {"Origin": "https://blog.example", "Access_Control_Request_Method": "POST"}
        granted = guarded.ask("/mcp", "OPTIONS", **asked)
        assert granted.status == 204 and "mcp-protocol-version" in granted.headers["access-control-allow-headers"]

        async def with_token() -> None:
            async with httpx2.AsyncClient(headers=BEARER) as sending:
                transport = streamable_http_client(f"http://127.0.0.1:{guarded.port}/mcp", http_client=sending)
                async with Client(transport) as client:
                    assert (await client.call_tool("status", {})).structured_content

        anyio.run(with_token)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[]", b"1", b"null", b"[" * 50_000, b'{"jsonrpc": "2.0"}'])
def test_what_is_no_message_is_refused(served: Running, body: bytes) -> None:
    for version in ({}, {"MCP_Protocol_Version": "2026-07-28"}, {"MCP_Protocol_Version": "x"}):
        headers = {"Content_Type": "application/json", "Accept": "application/json", **version}
        answer = served.ask("/mcp", "POST", body, **headers)
        assert 400 <= answer.status < 500, answer
    assert ask(served, "ping").status == 200


def test_unpublished_posts_are_not_served(served: Running, samples: Path) -> None:
    def said(running: Running, arguments: dict[str, Any]) -> dict[str, Any]:
        answered = ask(running, "tools/call", {"name": "search", "arguments": arguments}).json()["result"]
        form: dict[str, Any] = json.loads(answered["content"][0]["text"])
        return form

    asked = {"query": "", "drafts": True, "limit": 20}
    assert said(served, asked)["error"]["code"] == "forbidden"
    with serving(samples, drafts=True) as open_to_all:
        assert said(open_to_all, asked)["total"] == 17


def test_too_many_at_a_time_are_told(served: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "MAX_WAITING", 0)
    answer = ask(served, "tools/call", SEARCH)
    assert (answer.status, answer.code, answer.headers["retry-after"]) == (429, "too_busy", "1")


def test_searches_go_on_while_the_sdk_is_loaded_and_tools_run(served: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*asked: Any, **arguments: Any) -> dict[str, Any]:
        time.sleep(1)
        return search_tool.search(*asked, **arguments)

    monkeypatch.setitem(tools.TOOLS, "search", tools.TOOLS["search"]._replace(answerer=slow))
    answers: list[Answer] = []
    asking = threading.Thread(target=lambda: answers.append(ask(served, "tools/call", SEARCH)))
    asking.start()
    began = time.monotonic()
    assert served.ask("/search?q=linux").status == 200
    assert time.monotonic() - began < 0.9
    asking.join()
    assert answers[0].json()["result"]["structuredContent"]["total"] == 2


def test_without_the_extra(samples: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "postdex.mcp.server", raising=False)
    monkeypatch.setitem(sys.modules, "mcp.server.lowlevel", None)
    with serving(samples) as running:
        answer = ask(running, "ping")
        assert (answer.status, answer.code) == (501, "missing_extra")
        assert answer.json()["error"]["hint"] == "pip install 'postdex[mcp]'"
        assert running.ask("/search?q=linux").status == 200
