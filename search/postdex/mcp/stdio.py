"""How do an assistant's messages come in and go out? The transport of `postdex mcp`, on standard input and output.

The SDK has one, which waits for the next line where no signal reaches it, drops what is no message without an answer,
and ends in a traceback when nobody reads its answers. This one may be interrupted at any time, answers whatever comes
as JSON-RPC 2.0 has it, and takes an assistant that has gone for the end.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from json import loads
from typing import TYPE_CHECKING, Any, TypeVar

import anyio
from mcp.shared.message import SessionMessage
from mcp.types import INVALID_REQUEST, PARSE_ERROR, ErrorData, JSONRPCError, JSONRPCMessage, jsonrpc_message_adapter

if TYPE_CHECKING:
    from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
    from mcp.server.lowlevel import Server

_Result = TypeVar("_Result")


async def serve(running: Server[Any]) -> None:
    """Answer until the assistant closes one of its ends."""
    arrived, incoming = anyio.create_memory_object_stream[SessionMessage | Exception]()
    outgoing, answers = anyio.create_memory_object_stream[SessionMessage]()
    async with anyio.create_task_group() as tasks:

        async def write() -> None:
            with suppress(BrokenPipeError):
                await _write(answers)
            tasks.cancel_scope.cancel()  # nobody reads any more, or nobody answers

        tasks.start_soon(_read, arrived, outgoing.clone())
        tasks.start_soon(write)
        await running.run(incoming, outgoing, running.create_initialization_options())
        outgoing.close()


async def _read(
    arrived: MemoryObjectSendStream[SessionMessage | Exception], outgoing: MemoryObjectSendStream[SessionMessage]
) -> None:
    """Pass on the messages, and answer what is none."""
    # A file of its own, never closed: a thread that waits for a line holds its lock, also when the process ends.
    lines = os.fdopen(os.dup(sys.stdin.fileno()), "rb")
    with suppress(anyio.BrokenResourceError):  # the server is gone before us
        async with arrived, outgoing:
            while line := await _apart(lines.readline):
                message = read(line)
                if isinstance(message, JSONRPCError):
                    await outgoing.send(SessionMessage(message))
                elif message:
                    await arrived.send(SessionMessage(message))


async def _write(answers: MemoryObjectReceiveStream[SessionMessage]) -> None:
    """Write the answers as they are made."""
    async with answers:
        async for answer in answers:
            line = answer.message.model_dump_json(by_alias=True, exclude_unset=True) + "\n"
            await _apart(_write_all, line.encode())


def _write_all(line: bytes) -> None:
    while line:
        line = line[os.write(sys.stdout.fileno(), line) :]


def read(line: bytes) -> JSONRPCMessage | None:
    """The message in a line, or what is answered in its place, with its id if it has one; None for an empty line.

    >>> read(b'{"jsonrpc": "2.0", "id": 7, "method": "ping"}').method
    'ping'
    >>> read(b'{"id": 7}').id, read(b'{"id": 7}').error.code, read(b"nonsense").error.code
    (7, -32600, -32700)
    """
    if not line.strip():
        return None
    try:
        given = loads(line)
    except (ValueError, RecursionError):
        return JSONRPCError(jsonrpc="2.0", id=None, error=ErrorData(code=PARSE_ERROR, message="this is not JSON"))
    id = given.get("id") if isinstance(given, dict) else None
    has_id = isinstance(id, (str, int)) and not isinstance(id, bool)
    with suppress(ValueError):
        message = jsonrpc_message_adapter.validate_python(given, by_name=False)
        if has_id or "id" not in given:  # with an id that is none it would pass for a notification
            return message
    error = ErrorData(code=INVALID_REQUEST, message="this is no message of JSON-RPC 2.0; give jsonrpc, id and method")
    return JSONRPCError(jsonrpc="2.0", id=id if has_id else None, error=error)


async def _apart(work: Callable[..., _Result], *arguments: Any) -> _Result:
    """What a call gives that may wait for ever. It waits in a thread that holds up neither a signal nor the end."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[_Result] = loop.create_future()

    def settle(set_outcome: Callable[[Any], None], outcome: Any) -> None:
        if not done.done():
            set_outcome(outcome)

    def run() -> None:
        told: tuple[Callable[[Any], None], Any]
        try:
            told = (done.set_result, work(*arguments))
        except Exception as error:
            told = (done.set_exception, error)
        with suppress(RuntimeError):  # the loop may be closed by now
            loop.call_soon_threadsafe(settle, *told)

    threading.Thread(target=run, name="stdio", daemon=True).start()
    return await done
