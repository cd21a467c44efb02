"""How does a request become an answer? The ASGI application over the endpoints.

Each request passes `auth`, then waits for one of a few threads; what is over a limit is refused at once, so
that nobody waits behind it. Errors have one shape, whoever raised them. How bytes come and go is
`server`'s.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar
from zlib import crc32

from starlette.applications import Starlette
from starlette.convertors import PathConvertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from postdex_index import forks
from postdex_index.errors import PostdexError
from postdex_index.settings import Settings

from ..meaning import installed
from ..record.asked import Outcome
from . import (
    auth,
    errors,
    mcp_endpoint,
    metrics,
    openapi,
    parameters,
    queries_page,
    recorder,
    request_id,
    responses,
    search_page,
    service_log,
    site_style,
    static_files,
)
from .endpoints import ENDPOINTS, Arguments, Endpoint, recorded, stored
from .errors import RequestError
from .probes import Probe
from .response_cache import Cache, CachedAnswer
from .service_state import ServiceState

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Threads that answer. More do not answer more, as one interpreter runs them; fewer leave a long query in the way.
THREADS = 4
#: Requests that may wait or be answered at a time: at 1 ms each the last one waits no longer than anybody minds.
MAX_WAITING = 64
MAX_BODY = 64 * 1024
#: Bytes of answers that are kept until the next commit.
CACHE_BYTES = 16 * 1024 * 1024
#: Named so in metrics and logs, besides the endpoints.
_OWN = ("openapi.json", "metrics", "mcp")

#: A question: the endpoint's name, its arguments as text, whether the answer may be compressed.
_Key: TypeAlias = tuple[str, str, bool]
_Result = TypeVar("_Result")


class _AnyPath(PathConvertor):
    """A path as files have it; Starlette's own ends at a line end."""

    regex = r"[\s\S]*"


class Service:
    """The application with its threads. An ASGI application itself. Without `log_queries` its log has addresses only up
    to their `?`. One that answers for a part of another has its name and that other one `within`, which counts."""

    def __init__(
        self,
        site: ServiceState,
        rules: auth.AccessRules,
        *,
        log_queries: bool = True,
        within: tuple[str, Service] | None = None,
    ) -> None:
        self.site = site
        self.rules = rules
        self._prefix, self._counting = (f"/{within[0]}", within[1]) if within else ("", self)
        self._log_queries = log_queries
        self.begin_anew()
        self._cache, self._vectors = Cache(CACHE_BYTES), installed.found()
        self._token_paths = {endpoint.path for endpoint in ENDPOINTS if endpoint.token}
        self._open_paths = {endpoint.path for endpoint in ENDPOINTS if endpoint.open}
        self._owner_paths = {endpoint.path for endpoint in ENDPOINTS if endpoint.owner}
        self._names = {endpoint.path.split("/")[1] for endpoint in ENDPOINTS} | set(_OWN)
        clicks = bool(site.recorder and site.recorder.clicks)
        self._files = static_files.load(clicks=clicks) | site_style.load(site.index.folder, site.index.settings.css)
        self._described = errors.encoded(openapi.document(rules))
        self._assistants = mcp_endpoint.McpEndpoint(site, self._in_thread)
        self._app = self._built()
        forks.remember(self)

    def begin_anew(self) -> None:
        """With threads and counts of its own, and nobody who waits; in a forked child too."""
        self.metrics = metrics.Metrics(self.site)
        self._probe = Probe(self.site)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="postdex")
        self._waiting = 0

    @property
    def own_names(self) -> frozenset[str]:
        """What the first part of a path may be that this answers; "" is the page."""
        return frozenset(self._names | {path.split("/")[1] for path in self._files})

    def close(self) -> None:
        """Let the threads end, each after what it is doing."""
        self._threads.shutdown(wait=True)

    # -- around every request

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer; log and count it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        status = 500
        added = auth.HEADERS | {request_id.HEADER: request_id.begin(scope["headers"])}

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                named = {name for name, _ in message["headers"]}
                extra = [(name.encode(), value.encode("latin-1")) for name, value in added.items()]
                message["headers"] = [*message["headers"], *(row for row in extra if row[0] not in named)]
            await send(message)

        try:
            await (await self._admitted(scope, added))(scope, receive, answer)
        finally:
            self._say(scope, status, time.perf_counter() - began)

    def _say(self, scope: Scope, status: int, seconds: float) -> None:
        client = scope["client"][0] if scope.get("client") else ""
        endpoint = self._name(scope["path"])
        target = self._prefix + (_target(scope) if self._log_queries else str(scope["path"]))
        done = service_log.Done(scope["method"], target, endpoint, status, seconds=seconds, client=client)
        self._counting.metrics.count(done)
        service_log.write(done)

    async def _admitted(self, scope: Scope, added: dict[str, str]) -> ASGIApp:
        """The application, or the refusal that answers in its place."""
        path = scope["path"]
        if path in self._files and scope["method"] in ("GET", "HEAD"):
            # Scripts and styles hold nothing of anybody's: other sites may load them.
            return static_files.response(self._files[path], scope)
        added["cross-origin-resource-policy"] = "same-origin"
        added["vary"] = "Origin, Accept, Accept-Encoding, Authorization"
        try:
            token = path in self._token_paths and scope["method"] == "POST"
            owner, open = path in self._owner_paths, path in self._open_paths
            added |= auth.check(scope, self.rules, token=token, open=open, owner=owner)
        except RequestError as error:
            return responses.refusal(error)
        return Response(status_code=204) if "access-control-allow-methods" in added else self._app

    def _name(self, path: str) -> str:
        """The endpoint's name for logs and metrics; there are few, whatever is asked for."""
        first = path.split("/")[1] if path.startswith("/") else ""
        return first if first in self._names else "page" if path == "/" or path in self._files else "other"

    # -- the addresses

    def _built(self) -> Starlette:
        register_url_convertor("any", _AnyPath())
        paths = [endpoint.path.replace(":path}", ":any}") for endpoint in ENDPOINTS]
        routes = [
            Route(path, self._endpoint(endpoint), methods=list(endpoint.methods))
            for path, endpoint in zip(paths, ENDPOINTS, strict=True)
        ]
        routes += [
            Route("/", self._page, methods=["GET"]),
            Route("/openapi.json", self._openapi, methods=["GET"]),
            Route("/metrics", self._metrics, methods=["GET"]),
            Route(mcp_endpoint.PATH, self._mcp, methods=["POST"]),
        ]
        handlers: dict[Any, Any] = {
            PostdexError: _on_error,
            HTTPException: _on_http_error,
            ClientDisconnect: _on_disconnect,
            Exception: _on_bug,
        }
        app = Starlette(routes=routes, exception_handlers=handlers)
        app.router.redirect_slashes = False
        return app

    def _endpoint(self, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
        as_page = {"documents": self._readable, "queries": self._listed}.get(endpoint.name)

        async def answer(request: Request) -> Response:
            arguments = await _arguments(request, endpoint)
            if endpoint.probe:
                form = endpoint.probe(self.site, await self._probe.standing())
                return responses.of_now(errors.encoded(form), squeeze=False)
            squeeze = responses.squeezed(request)
            if as_page and "text/html" in request.headers.get("accept", ""):
                accepted = request.headers.get("accept-language", "")
                return await self._in_thread(as_page, arguments, accepted, squeeze)
            if endpoint.token:
                # A build takes its time and must not take a thread from those who search.
                return await asyncio.to_thread(self._made, endpoint, arguments, squeeze)
            if not endpoint.cached:
                return await self._in_thread(self._made, endpoint, arguments, squeeze)
            known_tag = request.headers.get("if-none-match", "") if request.method != "POST" else ""
            key = (endpoint.name, repr(sorted(arguments.items())), squeeze)
            note = self._note_of(endpoint, arguments, request)
            if unchanged := self._not_modified(key, known_tag, note):
                return unchanged
            return await self._in_thread(self._cached, endpoint, arguments, key, known_tag, note)

        return answer

    def _made(self, endpoint: Endpoint, arguments: Arguments, squeeze: bool) -> Response:
        """In a thread: an answer that is another one the next moment."""
        return responses.of_now(errors.encoded(endpoint.answerer(self.site, arguments)), squeeze=squeeze)

    def _note_of(self, endpoint: Endpoint, arguments: Arguments, request: Request) -> recorder.Note:
        """What is to be told what a search found, where that is recorded."""
        if self.site.recorder is None or endpoint.name != "search" or not recorder.counts(request, arguments):
            return recorder.nobody
        return partial(self.site.recorder.asked, arguments["q"], typing=arguments["prefix_last"])

    def _cached(
        self, endpoint: Endpoint, arguments: Arguments, key: _Key, known_tag: str, note: recorder.Note
    ) -> Response:
        """In a thread: an answer that holds until the next commit, unless it was cut short."""
        self.site.views.stats()  # opens a new commit
        if cached := self._not_modified(key, known_tag, note):
            return cached
        state = self._state()
        answer = endpoint.answerer(self.site, arguments)
        outcome = Outcome.of(answer) if endpoint.name == "search" else None
        note(outcome)
        body = errors.encoded(answer)
        squeeze = key[-1]
        if not answer.get("complete", True) or state is None or state != self._state():
            return responses.of_now(body, squeeze=squeeze)
        response = responses.lasting(body, responses.tagged(state, key), squeeze=squeeze)
        self._cache.put(state, key, CachedAnswer(bytes(response.body), outcome))
        return response

    def _not_modified(self, key: _Key, known_tag: str, note: recorder.Note) -> Response | None:
        """An answer without any work: that the client has it, or the one that was given before."""
        state = self._state()
        if state is None:
            return None
        tag = responses.tagged(state, key)
        cached = self._cache.get(state, key)
        if tag["etag"].removeprefix("W/") in known_tag:
            note(cached.outcome if cached else None)
            return Response(status_code=304, headers=tag)
        if cached is None:
            return None
        note(cached.outcome)
        return responses.again(cached.body, tag)

    def _state(self) -> tuple[Hashable, ...] | None:
        """What an answer holds for: a commit, a day (`after:30d`), settings, and whether the extra `meaning` is here.
        None if a new commit is to be opened first."""
        views, index = self.site.views, self.site.index
        commit = views.answering()
        return (commit, views.stands(), index.today(), _in_short(index.in_force), self._vectors) if commit else None

    def _insist_on_room(self) -> None:
        """Raise RequestError if too many wait."""
        if self._waiting >= MAX_WAITING:
            raise RequestError("too_busy", f"{MAX_WAITING} requests are being answered", "ask again in a second")

    async def _in_thread(self, work: Callable[..., _Result], *arguments: Any) -> _Result:
        """Wait for a thread and its answer, unless too many do. Raises RequestError."""
        self._insist_on_room()
        self._waiting += 1
        self.metrics.working.set(self._waiting)
        try:
            run = partial(copy_context().run, work, *arguments)  # what is logged there is of this request
            return await asyncio.get_running_loop().run_in_executor(self._threads, run)
        finally:
            self._waiting -= 1
            self.metrics.working.set(self._waiting)

    async def _openapi(self, request: Request) -> Response:
        return Response(self._described, media_type=responses.JSON)

    async def _metrics(self, request: Request) -> Response:
        # As many searches as there can be are no reason to see nothing of them.
        text = await asyncio.to_thread(self.metrics.text)
        return Response(text, headers={"content-type": metrics.MEDIA_TYPE, "cache-control": "no-store"})

    async def _mcp(self, request: Request) -> ASGIApp:
        """A message of an assistant; its tools wait for threads as others do."""
        body = await _json_body(request)
        self._insist_on_room()
        return await self._assistants.answer(body)

    # -- the page

    async def _page(self, request: Request) -> Response:
        """The page with the answer to what its address asks."""
        accepted = request.headers.get("accept-language", "")
        return await self._in_thread(self._painted, request, accepted, responses.squeezed(request))

    def _painted(self, request: Request, accepted: str, squeeze: bool) -> Response:
        html, error, view, outcome = search_page.painted(self.site, request.scope["query_string"], accepted)
        if self.site.recorder and not error and view.asks and recorder.is_meant(request):
            self.site.recorder.asked(view.q, outcome, typing=view.typing)
        return responses.page(html, squeeze=squeeze, error=error)

    def _readable(self, arguments: Arguments, accepted: str, squeeze: bool) -> Response:
        """In a thread: a post as a page, for browsers that follow a link to it."""
        html = search_page.post(self.site, stored(self.site, arguments["path"]).post, accepted)
        return responses.page(html, squeeze=squeeze)

    def _listed(self, arguments: Arguments, accepted: str, squeeze: bool) -> Response:
        """In a thread: what people asked as a page, for the owner."""
        rows, days = recorded(self.site, arguments), arguments["days"]
        html = queries_page.painted(self.site, rows, unanswered=arguments["unanswered"], days=days, accepted=accepted)
        return responses.page(html, squeeze=squeeze, stored=False)


async def _arguments(request: Request, endpoint: Endpoint) -> Arguments:
    """What the request says, checked; with the path, where the address has one."""
    if request.method == "POST":
        body = await _json_body(request)
        if request.scope["query_string"]:
            raise RequestError("bad_parameter", "a POST has parameters in its address", "send them as JSON in the body")
        return parameters.from_json(body, endpoint.parameters)
    arguments = parameters.from_query(request.scope["query_string"], endpoint.parameters)
    return arguments | request.path_params


async def _json_body(request: Request) -> bytes:
    """The whole body, if it is called JSON, or there is none. Raises RequestError."""
    body = await _body(request)
    if body and request.headers.get("content-type", "").partition(";")[0].strip().lower() != responses.JSON:
        raise RequestError("bad_content_type", "the body is not called JSON", "send Content-Type: application/json")
    return body


async def _body(request: Request) -> bytes:
    """The whole body, if it is not too long; `connection` sees to it that it comes in time. Raises RequestError."""
    body = bytearray()
    too_large = RequestError("body_too_large", f"the body is longer than {MAX_BODY:,} bytes", "ask for less")
    length = request.headers.get("content-length", "")
    if length.isdigit() and (len(length) > 9 or int(length) > MAX_BODY):
        raise too_large
    async for part in request.stream():
        body += part
        if len(body) > MAX_BODY:
            raise too_large
    return bytes(body)


@lru_cache(16)
def _in_short(settings: Settings) -> str:
    """What tells settings from others, in every process alike."""
    return f"{crc32(repr(settings).encode('utf-8', 'replace')):08x}"


def _target(scope: Scope) -> str:
    path, query = str(scope["path"]), scope["query_string"].decode("latin-1")
    return f"{path}?{query}" if query else path


async def _on_error(request: Request, error: PostdexError) -> Response:
    return responses.refusal(error)


async def _on_http_error(request: Request, error: HTTPException) -> Response:
    """What Starlette itself refuses: an address or a method that is not there."""
    code, hint = ("method_not_allowed", "") if error.status_code == 405 else ("not_found", "/openapi.json lists them")
    message = "the address does not know this method" if error.status_code == 405 else "there is no such address"
    refusal = responses.refusal(RequestError(code, message, hint))
    refusal.headers.update(error.headers or {})
    return refusal


async def _on_disconnect(request: Request, error: ClientDisconnect) -> Response:
    """The client went away in the middle of its body: nobody reads this."""
    return Response(status_code=400)


async def _on_bug(request: Request, error: Exception) -> Response:
    """Starlette raises it again when this is sent, so that the server logs it."""
    return Response(errors.body(error), 500, media_type=responses.JSON)
