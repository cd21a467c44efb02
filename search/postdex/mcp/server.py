"""What does the server of the Model Context Protocol offer, and who answers?

Tools, the posts as resources, and a prompt. The only module that binds what is answered to the SDK; any of its
transports runs the server. Work is done in threads, and given up where a client takes its question back.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

from anyio import to_thread
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError
from mcp.types import (
    INTERNAL_ERROR,
    INVALID_PARAMS,
    CallToolResult,
    CompleteResult,
    Completion,
    GetPromptResult,
    ListPromptsResult,
    ListResourceTemplatesResult,
    ListToolsResult,
    Prompt,
    PromptArgument,
    PromptMessage,
    TextContent,
    Tool,
    ToolAnnotations,
)

from postdex_index.errors import PostdexError

from .. import __version__
from ..output import wire
from . import resources, tools

if TYPE_CHECKING:
    from .posts import Posts

_Result = TypeVar("_Result")
#: Does some work in a thread, and gives what it returns.
InThread = Callable[[Callable[[], Any]], Awaitable[Any]]

_INSTRUCTIONS = (
    "Full-text search in a folder of Markdown posts. `search` first, then `fetch` what looks right; `status` tells "
    "what is there. Cite `where` (path:line), and url if there is one."
)
_ANSWER = (
    "Answer this question from the posts, and from nothing else:\n\n{question}\n\n"
    "Search with `search` (its max_chars gives passages), in the words of the posts, and again in others if little is "
    "found; read what you rely on with `fetch`. After each statement cite the place as path:line. Say what the posts "
    "do not tell, and where they contradict each other."
)
_QUESTION = PromptArgument(name="question", description="What you want to know.", required=True)


async def _in_thread(work: Callable[[], Any]) -> Any:
    return await to_thread.run_sync(work, abandon_on_cancel=True)


def server(posts: Posts, in_thread: InThread = _in_thread) -> Server[Any]:
    """The server of an index."""

    async def asked(work: Callable[[], _Result]) -> _Result:
        try:
            result: _Result = await in_thread(work)
        except PostdexError as error:
            told = wire.error(error)["error"]
            code = INVALID_PARAMS if error.code in ("not_found", "bad_argument") else INTERNAL_ERROR
            raise MCPError(code, "; ".join(filter(None, (told["message"], told["hint"])))) from error
        return result

    async def list_tools(context: Any, params: Any) -> ListToolsResult:
        return ListToolsResult(tools=described())

    async def call(context: Any, params: Any) -> CallToolResult:
        answer: tools.ToolAnswer = await asked(lambda: tools.answer(posts, params.name, params.arguments or {}))
        text = TextContent(type="text", text=wire.dumps(answer.form))
        if answer.failed:  # its keys are none of those that were promised
            return CallToolResult(content=[text], is_error=True)
        return CallToolResult(content=[text], structured_content=answer.form)

    async def list_resources(context: Any, params: Any) -> Any:
        return await asked(lambda: resources.page(posts, params.cursor if params else None))

    async def list_templates(context: Any, params: Any) -> ListResourceTemplatesResult:
        return ListResourceTemplatesResult(resource_templates=resources.templates())

    async def read(context: Any, params: Any) -> Any:
        return await asked(lambda: resources.read(posts, params.uri))

    async def complete(context: Any, params: Any) -> CompleteResult:
        if params.argument.name != "path":
            return CompleteResult(completion=Completion(values=[], total=0))
        paths = await asked(lambda: resources.completions(posts, params.argument.value))
        shown = paths[: resources.MAX_COMPLETIONS]
        return CompleteResult(completion=Completion(values=shown, total=len(paths), has_more=len(paths) > len(shown)))

    return Server(
        "postdex",
        version=__version__,
        title=f"Posts of {posts.ix.folder.resolve().name}",
        instructions=_INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call,
        on_list_resources=list_resources,
        on_list_resource_templates=list_templates,
        on_read_resource=read,
        on_list_prompts=_list_prompts,
        on_get_prompt=_get_prompt,
        on_completion=complete,
    )


def described() -> list[Tool]:
    """The tools with what they take and answer. None of them changes anything."""
    return [
        Tool(
            name=name,
            title=tool.title,
            description=tool.doc,
            input_schema=tools.input_schema(tool),
            output_schema=tool.form,
            annotations=ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False),
        )
        for name, tool in tools.TOOLS.items()
    ]


async def _list_prompts(context: Any, params: Any) -> ListPromptsResult:
    doc = "Answer a question from the posts, with a path:line after each statement."
    return ListPromptsResult(
        prompts=[Prompt(name="answer", title="Answer from the posts", description=doc, arguments=[_QUESTION])]
    )


async def _get_prompt(context: Any, params: Any) -> GetPromptResult:
    question = (params.arguments or {}).get("question", "").strip()
    if params.name != "answer" or not question:
        raise MCPError(INVALID_PARAMS, "there is one prompt, answer, and it needs a question")
    text = TextContent(type="text", text=_ANSWER.format(question=question))
    return GetPromptResult(messages=[PromptMessage(role="user", content=text)])
