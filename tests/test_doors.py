"""Is what we use of other packages, beyond what they promise to keep, still there? If not: of which version?

Each fails with the name of the package and the version that is installed, before a hundred tests fail without.
"""

from __future__ import annotations

import asyncio
import inspect
import tomllib
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
DOORS: list[tuple[str, str, str, tuple[str, ...]]] = [
    # package, module, what of it, and the arguments (of a function) or attributes (of a class) that are used
    ("uvicorn", "uvicorn.protocols.http.httptools_impl", "HttpToolsProtocol", ("config", "server_state", "app_state")),
    (
        "uvicorn",
        "uvicorn",
        "Config",
        ("http", "backlog", "timeout_keep_alive", "timeout_graceful_shutdown", "lifespan"),
    ),
    ("uvicorn", "uvicorn", "Server.startup", ("sockets",)),
    ("uvicorn", "uvicorn", "Server.handle_exit", ("sig", "frame")),
    ("uvicorn", "uvicorn", "Server.capture_signals", ()),
    ("httptools", "httptools", "HttpRequestParser.set_dangerous_leniencies", ()),
    ("starlette", "starlette.convertors", "register_url_convertor", ("key", "convertor")),
    (
        "watchfiles",
        "watchfiles",
        "watch",
        ("rust_timeout", "yield_on_timeout", "recursive", "ignore_permission_denied"),
    ),
    ("click", "click", "progressbar", ("length", "label", "file")),
    ("click", "click", "Command.parse_args", ("ctx", "args")),
    ("click", "click.exceptions", "NoArgsIsHelpError", ()),
    ("mcp", "mcp.server.lowlevel", "Server.run", ("read_stream", "write_stream", "initialization_options")),
    ("mcp", "mcp.shared.message", "SessionMessage", ("message",)),
    (
        "mcp",
        "mcp.server.streamable_http_manager",
        "StreamableHTTPSessionManager",
        ("app", "json_response", "stateless"),
    ),
    ("mcp", "mcp.types", "jsonrpc_message_adapter", ()),
]


@pytest.mark.parametrize(("package", "module", "name", "arguments"), DOORS, ids=lambda value: str(value)[:30])
def test_the_door_is_there(package: str, module: str, name: str, arguments: tuple[str, ...]) -> None:
    broke = f"{package} {version(package)} broke what postdex uses: {module}.{name}({', '.join(arguments)})"
    found: Any = import_module(module)
    for part in name.split("."):
        assert hasattr(found, part), broke
        found = getattr(found, part)
    if arguments:
        taken = inspect.signature(found).parameters
        anything = any(one.kind is one.VAR_POSITIONAL for one in taken.values())  # wrapped by a package of its own
        assert anything or set(arguments) <= set(taken), broke


def test_no_version_is_taken_that_nobody_has_seen() -> None:
    """Where a door is none that its package promises to keep, the next great version may have closed it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needs = [Requirement(it) for it in chain(project["dependencies"], *project["optional-dependencies"].values())]
    bounded = {need.name.lower() for need in needs if any(it.operator in ("<", "==") for it in need.specifier)}
    assert {package for package, *_ in DOORS} | {"whoosh"} <= bounded


def test_a_protocol_of_uvicorn_is_one_of_asyncio() -> None:
    """`connection` stands before it as asyncio does, and gives it what uvicorn's server gives."""
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
    from uvicorn.server import Server

    broke = f"uvicorn {version('uvicorn')} broke what postdex uses: its server makes its protocol in another way"
    assert issubclass(HttpToolsProtocol, asyncio.Protocol), broke
    assert {"connection_made", "data_received", "pause_writing", "resume_writing", "connection_lost"} <= set(
        vars(HttpToolsProtocol)
    ), broke
    assert all(f"{name}=" in inspect.getsource(Server.startup) for name in ("config", "server_state", "app_state")), (
        broke
    )


def test_the_messages_of_click_that_are_understood() -> None:
    import click

    def said(run: Callable[[], object]) -> str:
        with pytest.raises(click.UsageError) as error:
            run()
        return error.value.message

    command = click.Command("index", callback=lambda: None)
    broke = f"click {version('click')} broke what postdex uses: how it names an argument too much"
    wrong = said(lambda: command.main(["posts"], standalone_mode=False))
    assert wrong.startswith("Got unexpected extra argument ("), broke
