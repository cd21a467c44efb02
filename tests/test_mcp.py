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
import jsonschema
from mcp import Client, MCPError, StdioServerParameters, stdio_client
from mcp.types import ResourceTemplateReference, TextContent, TextResourceContents
from serving import serving

import postdex
from postdex import request
from postdex.cli import main
from postdex.mcp import tools
from postdex.mcp.posts import Posts
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


def strict(form: Any) -> Any:
    """The form of an answer in which no key may be that it does not have."""
    if isinstance(form, list):
        return list(map(strict, form))
    if not isinstance(form, dict):
        return form
    closed = {"additionalProperties": False} if "properties" in form else {}
    return {**{name: strict(value) for name, value in form.items()}, **closed}


FORMS = {name: jsonschema.Draft202012Validator(strict(tool.form)) for name, tool in tools.TOOLS.items()}


def check(
    ix: postdex.Index, tool: str, arguments: dict[str, Any], code: str = "", said: str = "", *, drafts: bool = True
) -> dict[str, Any]:
    """What a tool answers, in the form that it promised; or an error with this code, that says this."""
    answer, failed = tools.answer(Posts(ix, drafts), tool, arguments)
    assert len(json.dumps(answer)) < 60_000
    assert failed == bool(code), answer
    if code:
        assert answer["error"]["code"] == code
        assert said in answer["error"]["message"] + answer["error"]["hint"]
    else:
        FORMS[tool].validate(answer)
    return answer


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


def test_ids_lead_to_the_text_of_the_hit(ix: postdex.Index) -> None:
    for query in ("linux", "内核", "the", "tag:git"):
        for hit in check(ix, "search", {"query": query, "limit": 20})["results"]:
            names = (hit["id"], hit["where"], hit["url"], *(other["id"] for other in hit.get("more", ())))
            for name in names:
                assert check(ix, "fetch", {"id": name})["text"]
            piece = max(re.split(r"[^\w]+", hit["snippet"]), key=len)
            assert piece in check(ix, "fetch", {"id": hit["id"]})["text"]


def test_long_texts_come_in_parts(tmp_path: Path) -> None:
    parts = "\n\n".join(f"## Part {n}\n\n" + f"word{n} " * 500 for n in range(8))
    (tmp_path / "long.md").write_text(f"---\ntitle: L\n---\n# Long\n\n{parts}\n", encoding="utf-8")
    with postdex.open(tmp_path) as ix:
        for numbered in (False, True):
            text = ""
            offset: int | None = 0
            while offset is not None:
                asked = {"id": "long.md", "offset": offset, "line_numbers": numbered}
                answer = check(ix, "fetch", asked)
                assert len(answer["text"]) <= 8000
                text, offset = text + answer["text"] + "\n", answer.get("next_offset")
            if numbered:
                assert re.findall(r"(?m)^(\d+)\t## Part", text) == [str(n) for n in range(6, 36, 4)]
            else:
                assert text.strip() == f"# Long\n\n{parts}".strip()
        first = check(ix, "fetch", {"id": "long.md", "max_chars": 4000})
        assert first["where"] == "long.md:4-10"
        assert first["left_out"][0] == {"where": "long.md:12", "heading": "Part 1", "chars": 3000}
        assert first["left_out"][-1] == {"where": "long.md:34-36", "heading": "Part 7", "chars": 3010}
        assert "word7" in check(ix, "fetch", {"id": first["left_out"][-1]["where"]})["text"]
        assert "word3" in check(ix, "fetch", {"id": "long.md#part-3"})["text"]


def test_pages_and_notes(ix: postdex.Index) -> None:
    first = check(ix, "search", {"query": "linux", "limit": 1})
    second = check(ix, "search", {"query": "linux", "limit": 1, "offset": first["next_offset"]})
    assert first["results"][0]["id"] != second["results"][0]["id"]
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
        ("search", {"query": "a", "limit": 21}, "error", "from 1 to 20"),
        ("search", {"query": "a", "limit": True}, "error", "limit does not fit"),
        ("search", {"query": "a", "sort": "size"}, "error", "one of score"),
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
