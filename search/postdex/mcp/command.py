"""`postdex mcp`: how does an assistant come to search a folder of posts? Over the Model Context Protocol, on stdio.

The SDK is imported when the command runs. What is offered is `server`'s, how messages come and go `stdio`'s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from postdex_index.errors import MissingExtraError

if TYPE_CHECKING:
    from ..cli.search_command import Place


@click.command(short_help="Let an assistant search the posts, by MCP.")
@click.argument("folders", nargs=-1, metavar="[FOLDER | NAME=FOLDER...]")
@click.pass_obj
def mcp(place: Place, /, folders: tuple[str, ...]) -> int:
    """Let an assistant search the posts: an MCP server on standard input and output.

    Its tools are search, fetch, related and status; the posts are its resources. Before each answer the index is
    brought up to the files.
    """
    from ..cli.search_command import ready

    try:
        import anyio

        from . import stdio
        from .server import server
    except ModuleNotFoundError as error:
        raise MissingExtraError("`postdex mcp` needs more packages", "pip install 'postdex[mcp]'") from error
    from .posts import Posts

    with ready(place.at(folders).open("auto")) as ix:
        anyio.run(stdio.serve, server(Posts.of(ix)))
    return 0
