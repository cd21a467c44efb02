"""`postdex mcp`: how does an assistant search the posts? Three tools over the Model Context Protocol, on stdio.

`search` gives names of sections, `fetch` their text, `status` says what there is. Answers are JSON made from
`wire`'s forms and cut to what fits into a conversation; each says `where` as path:line. The SDK is
imported when the command runs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from traceback import print_exc
from typing import TYPE_CHECKING, Any

import click

from postdex_index.errors import MissingExtraError, PostdexError
from postdex_index.named_tuple import NamedTuple

from . import __version__, section_lookup, web_address
from .json_arguments import misfit, schema
from .output import wire
from .request import Argument, shown_on
from .results.values import Hit
from .text_safety import iso

if TYPE_CHECKING:
    from mcp.server.lowlevel import Server
    from mcp.types import Tool

    from .cli.search_command import Place
    from .index import Index

#: Hits and characters of one answer: some 2,000 tokens for a page of hits, as many for a text.
MAX_HITS = 20
TEXT = 8_000
#: Characters of a message or a hint: enough for the anchors of a long post.
MAX_SAID = 2_000
_INSTRUCTIONS = (
    "Full-text search in a folder of Markdown posts. `search` first; its ids name sections and go to `fetch`, which "
    "gives their text. `where` is path:line in the folder of the posts: cite it."
)
_QUERY = (
    "Words; posts with any of them are found, best first. +word must be there, -word must not, "
    '"a phrase", refc*, tag:linux, category:a/b, path:2022, after:30d, date:2022-01..2022-08, date:"last month".'
)
#: What differs here from the argument of the same name.
_FOR_ASSISTANTS: dict[str, dict[str, Any]] = {
    "query": {"doc": _QUERY},
    "limit": {"least": 1, "most": MAX_HITS, "default": 5},
}


class _Tool(NamedTuple):
    """What a tool does, the argument that must be given, and all that it takes."""

    doc: str
    needs: str = ""
    arguments: Sequence[Argument] = ()


_TOOLS = {
    "search": _Tool(
        "Search the posts. Each hit has an id for `fetch`, its place as path:line, and a snippet.",
        "query",
        [argument._replace(**_FOR_ASSISTANTS.get(argument.name, {})) for argument in shown_on("mcp")],
    ),
    "fetch": _Tool(
        "The text of a section, or of a whole post, by an id that `search` gave: PATH#ANCHOR, PATH#L43 or PATH.",
        "id",
        [
            Argument("A name that `search` gave.", name="id", default=""),
            Argument("Go on there: next_offset.", name="offset", kind="number", default=0),
        ],
    ),
    "status": _Tool("What is indexed: how many posts, how new."),
}


@click.command()
@click.argument("folder", required=False)
@click.pass_obj
def mcp(place: Place, /, folder: str | None) -> int:
    """Let an assistant search the posts: an MCP server on standard input and output.

    Its tools are search, fetch and status. Before each answer the index is brought up to the files.
    """
    from .cli.search_command import ready

    try:
        import anyio

        from . import mcp_stdio
    except ModuleNotFoundError as error:
        raise MissingExtraError("`postdex mcp` needs more packages", "pip install 'postdex[mcp]'") from error

    with ready(place._replace(folder=folder or place.folder).open("auto")) as ix:
        anyio.run(mcp_stdio.serve, server(ix))
    return 0


def server(ix: Index) -> Server[Any]:
    """The server of an index, which any transport of the SDK can run."""
    from anyio import to_thread
    from mcp.server.lowlevel import Server
    from mcp.types import CallToolRequestParams, CallToolResult, ListToolsResult, TextContent

    async def tools(context: Any, params: Any) -> ListToolsResult:
        return ListToolsResult(tools=described())

    async def call(context: Any, params: CallToolRequestParams) -> CallToolResult:
        text, failed = await to_thread.run_sync(answer, ix, params.name, params.arguments or {})
        return CallToolResult(content=[TextContent(type="text", text=text)], is_error=failed)

    return Server("postdex", version=__version__, instructions=_INSTRUCTIONS, on_list_tools=tools, on_call_tool=call)


def described() -> list[Tool]:
    """The tools with their arguments."""
    from mcp.types import Tool, ToolAnnotations

    return [
        Tool(
            name=name,
            description=tool.doc,
            input_schema={
                "type": "object",
                "properties": {argument.name: _schema(tool, argument) for argument in tool.arguments},
                "required": [tool.needs] if tool.needs else [],
                "additionalProperties": False,
            },
            annotations=ToolAnnotations(read_only_hint=True, open_world_hint=False),
        )
        for name, tool in _TOOLS.items()
    ]


def _schema(tool: _Tool, argument: Argument) -> dict[str, Any]:
    """What an assistant is told of an argument."""
    described = {**schema(argument), "description": argument.doc}
    if argument.name == tool.needs:
        del described["default"]
    return described


def answer(ix: Index, tool: str, arguments: dict[str, Any]) -> tuple[str, bool]:
    """The JSON that a tool answers, and whether it is an error, which says what to do better.

    >>> import postdex
    >>> with postdex.open("posts") as ix:
    ...     answer(ix, "fetch", {"id": "nowhere.md"})
    ('{"error": {"code": "not_found", "message": "nowhere.md: no post of the index has this path", \
"hint": "paths are relative to the folder"}}', True)
    """
    tools: dict[str, Callable[..., dict[str, Any]]] = {"search": search, "fetch": fetch, "status": status}
    try:
        return wire.dumps(tools[_known(tool, tools)](ix, **_checked(tool, arguments))), False
    except PostdexError as error:
        return wire.dumps(_said(error)), True
    except Exception as error:  # a bug, whose story is for the log; the next question may be answered
        print_exc()
        return wire.dumps(_said(error)), True


def _said(error: Exception) -> dict[str, Any]:
    """What an error says, without the whole of a name that is no name."""
    return {"error": {key: _clipped(text) for key, text in wire.error(error)["error"].items()}}


def _clipped(text: str) -> str:
    return text if len(text) <= MAX_SAID else text[:MAX_SAID] + "…"


def search(ix: Index, query: str, **arguments: Any) -> dict[str, Any]:
    """The hits of a query, each with the name of its best section and of two more."""
    results = ix.search(query, **arguments)
    results = web_address.with_origin(results, web_address.origin(ix.folder, ix.settings))
    shown: dict[str, Any] = {"total": results.total, "hits": [_hit(hit) for hit in results.hits]}
    if results.grouped:
        shown["grouped"] = True
    more = results.offset + len(results.hits)
    if more < results.total and results.hits:
        shown["next_offset"] = more
    if results.corrections:
        shown["corrections"] = wire.corrections(results)
    if results.warnings:
        shown["warnings"] = list(results.warnings)
    if not results.complete or results.index.fresh is False:
        shown["note"] = "the search was cut short" if not results.complete else "some posts changed since"
    return shown


def _hit(hit: Hit) -> dict[str, Any]:
    """A hit as text: what an assistant has a use for, and no HTML."""
    best = hit.sections[0].line if hit.sections else hit.line
    shown = {
        "id": section_lookup.name_of(hit.path, hit.anchor, best),
        "title": hit.title,
        "where": f"{hit.path}:{hit.line}",
        "headings": list(hit.headings),
        "url": wire.link(hit.url),
        "date": "" if hit.date_seconds is None else iso(hit.date_seconds)[:10],
        "tags": list(hit.tags),
        "snippet": hit.snippet.text,
        "translations": [{"lang": other.lang, "id": other.path} for other in hit.translations[:MAX_HITS]],
        "more": [
            {"id": section_lookup.name_of(hit.path, other.anchor, other.line), "heading": other.heading}
            for other in hit.sections[1:]
        ],
    }
    return {name: value for name, value in shown.items() if value or name in ("id", "title", "where", "snippet")}


def fetch(ix: Index, id: str, offset: int = 0) -> dict[str, Any]:
    """A section or a post with its headings as Markdown, at most TEXT characters of it from `offset` on."""
    document, section = section_lookup.find(ix, id)
    post = wire.document(document, section)
    text = "\n\n".join(filter(None, map(_section_text, post["sections"])))
    shown = {
        "id": id,
        "title": post["title"],
        "where": f"{post['path']}:{post['sections'][0]['line'] if post['sections'] else 1}",
        "url": web_address.whole(post["url"], web_address.origin(ix.folder, ix.settings)),
        "date": post["date"] and post["date"][:10],
        "tags": post["tags"],
        "unpublished": post["unpublished"],
        "text": text[offset : offset + TEXT],
    }
    if offset + TEXT < len(text):
        shown["next_offset"] = offset + TEXT
        shown["sections"] = [
            {"id": section_lookup.name_of(post["path"], part["anchor"], part["line"]), "heading": part["title"]}
            for part in post["sections"][:50]
        ]
    return {name: value for name, value in shown.items() if value or name in ("id", "title", "where", "text")}


def _section_text(part: dict[str, Any]) -> str:
    heading = f"{'#' * part['level']} {part['title']}".strip() if part["title"] else ""
    return "\n\n".join(filter(None, (heading, part["text"].strip("\n"))))


def status(ix: Index) -> dict[str, Any]:
    """The index in numbers, and how it stands to the files."""
    now = ix.status()
    return {
        "folder": ix.folder.resolve().name,
        "posts": now.stats.posts,
        "unpublished": now.stats.unpublished,
        "languages": list(now.stats.languages),
        "fresh": now.fresh,
        "changed_files": now.changed_files,
        "version": __version__,
    }


def _known(tool: str, tools: dict[str, Any]) -> str:
    if tool not in tools:
        raise PostdexError(f"there is no tool {tool}", f"there are {', '.join(tools)}")
    return tool


def _checked(tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments, if the tool takes them. Raises PostdexError with what it takes."""
    takes = {argument.name: argument for argument in _TOOLS[tool].arguments}
    for name, value in arguments.items():
        if name not in takes:
            raise PostdexError(f"{tool} takes no {name}", f"it takes {', '.join(takes) or 'nothing'}")
        if misfit(takes[name], value):
            raise PostdexError(f"{name} does not fit", f"it is {wire.dumps(schema(takes[name]))}")
    if (needed := _TOOLS[tool].needs) and needed not in arguments:
        raise PostdexError(f"{tool} needs {needed}", "give it")
    return {argument.name: argument.default for argument in takes.values()} | arguments
