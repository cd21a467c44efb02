"""How does an assistant ask over HTTP? `POST /mcp`: a message of the Model Context Protocol in, its answer out.

Each request stands for itself: there are no sessions and no streams, so nothing is kept of a client, and any process
that serves the posts may answer. Who may ask, how much and how many at a time is decided before, as for all addresses.
The SDK is imported when the first assistant asks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from postdex_index.errors import MissingExtraError

from ..mcp.posts import Posts

if TYPE_CHECKING:
    from mcp.server.lowlevel import Server
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from .service_state import ServiceState

PATH = "/mcp"


class McpEndpoint:
    """What answers assistants. `in_thread` does the work of a tool, as that of any request is done."""

    def __init__(self, site: ServiceState, in_thread: Callable[[Callable[[], Any]], Awaitable[Any]]) -> None:
        self._posts = Posts.of(site.index, drafts=site.drafts, asked=site.recorder.asked if site.recorder else None)
        self._in_thread = in_thread
        self._server: Server[Any] | None = None

    async def answer(self, body: bytes) -> ASGIApp:
        """The application that answers a message, or whatever came. Raises MissingExtraError without the SDK."""
        # In a thread: it takes a second, in which others ask.
        server = await asyncio.to_thread(self._made) if self._server is None else self._server
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            came = iter([{"type": "http.request", "body": body, "more_body": False}])

            async def again() -> Message:
                return next(came, None) or await receive()

            # It runs once: where nothing is kept, one for each request is no more than a function.
            manager = StreamableHTTPSessionManager(server, json_response=True, stateless=True)
            async with manager.run():
                await manager.handle_request(scope, again, send)

        return app

    def _made(self) -> Server[Any]:
        try:
            from ..mcp.server import server
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] not in ("mcp", "mcp_types", "anyio", "pydantic"):
                raise
            raise MissingExtraError("to answer assistants takes more packages", "pip install 'postdex[mcp]'") from error
        self._server = server(self._posts, self._in_thread)
        return self._server
