"""Which commands and options are there? The group, and `search` with its options; the others are imported when called.

Only parsing is here: what `search` does is in `search_command`, its options are those of `search_options`.
"""

from __future__ import annotations

from collections.abc import Sequence
from errno import EBADF, ENOSPC
from os.path import isdir
from typing import Any

import click

from postdex_index.errors import PostdexError

from .. import __version__
from . import search_command, search_options
from .console import out, refused
from .query_command import QueryCommand
from .search_command import PLACE_OPTIONS, Place

#: The commands that are not here, each with its module, in the order of the help.
_ELSEWHERE = {
    "lines": "cli.lines_command",
    "list": "cli.listing_commands",
    "tags": "cli.listing_commands",
    "fields": "cli.listing_commands",
    "index": "cli.index_commands",
    "show": "cli.index_commands",
    "doctor": "cli.index_commands",
    "bench": "cli.bench_command",
    "queries": "cli.queries_command",
    "export": "cli.export_command",
    "serve": "http.serve",
    "mcp": "mcp.command",
    "completion": "cli.completion_command",
}
#: What a command is called in its module where its own name is Python's.
_NAMED = {"list": "list_posts"}


class Commands(click.Group):
    """A group whose other commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in the order of the help."""
        return [*super().list_commands(ctx), *_ELSEWHERE]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command and its arguments; `help` is `--help`. A word that is no command was to be searched for."""
        if args[0] == "help":
            if not args[1:]:
                out(ctx.get_help())
                ctx.exit()
            args = [args[1], "--help"]
            if args[0] not in self.list_commands(ctx):
                ctx.fail(f"there is no command {args[0]}; there are {', '.join(self.list_commands(ctx))}")
        if args[0] in self.list_commands(ctx):
            return super().resolve_command(ctx, args)
        from difflib import get_close_matches

        near = get_close_matches(args[0], self.list_commands(ctx), 1, 0.7)
        meant = f"postdex {near[0]}" if near else f"postdex search {' '.join(args)}"
        return ctx.fail(f"there is no command {args[0]}; did you mean `{meant}`?")

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name."""
        if cmd_name not in _ELSEWHERE:
            return super().get_command(ctx, cmd_name)
        from importlib import import_module

        module = import_module(f"postdex.{_ELSEWHERE[cmd_name]}")
        command: click.Command = getattr(module, _NAMED.get(cmd_name, cmd_name))
        return command


def _say_version(ctx: click.Context, option: click.Parameter, given: bool) -> None:
    """The version, and what runs of the extras that nobody sees."""
    if given:
        from postdex_index import native

        from ..meaning import installed

        out(f"postdex, version {__version__}", f"meaning: {installed.in_words()}", f"kernel: {native.in_words()}")
        ctx.exit()


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "-C", "folders", metavar="FOLDER", multiple=True,
    help="The folder of the posts (default: found from here); several, or NAME=FOLDER, are sites in one.",
)  # fmt: skip
@click.option("--index", metavar="DIR", help="Where the index lies (default: .postdex in the folder).")
@click.option(
    "-V",
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_say_version,
    help="Show the version and exit.",
)
@click.pass_context
def postdex(ctx: click.Context, folders: tuple[str, ...], index: str | None) -> None:
    """Full-text search for folders of Markdown posts with front matter."""
    ctx.obj = Place(None, index).at(folders)


@postdex.command(cls=QueryCommand, options=search_options.search_options())
@click.pass_obj
def search(place: Place, /, query: tuple[str, ...], **options: Any) -> int:
    """Search the posts. Exit status: 0 if there are hits, 1 if there are none, 2 after an error.

    All that is no option is the query, as it is pasted: `postdex search --no-cache`. Posts with any of the
    words are found, best first; +word must be there, -word must not; "a phrase", refc*, tag:linux, after:30d.
    """
    request, output = search_options.request_and_output(query, search_options.given_options(options))
    if reason := search_options.conflict(output, query):
        raise click.UsageError(reason)
    return search_command.search(place, request, output)


def run(arguments: Sequence[str]) -> int:
    """Parse the arguments and run the command; its exit status. Raises PostdexError."""
    try:
        status = postdex.main(list(arguments), prog_name="postdex", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        out(error.format_message())
        return 2
    except click.ClickException as error:
        if hint := _of_search(error):
            raise PostdexError(error.message.rstrip("."), hint) from error
        raise PostdexError(error.format_message().rstrip("."), _hint(error, arguments)) from error
    except click.Abort as error:
        raise KeyboardInterrupt from error
    except OSError as error:
        if error.errno not in (ENOSPC, EBADF):
            raise
        refused(error)  # click prints the help by itself; an index that meets a full disk says so in other words
    return status if isinstance(status, int) else 0


def _of_search(error: click.ClickException) -> str:
    """Where an option of `search` stands that was typed before the command; "" for all else."""
    if not isinstance(error, click.NoSuchOption) or error.ctx is None or error.ctx.parent is not None:
        return ""
    is_known = error.option_name in search_options.options_by_name()
    return f"it stands behind the command: `postdex search {error.option_name}`" if is_known else ""


def _hint(error: click.ClickException, arguments: Sequence[str]) -> str:
    """What to do about what cannot be understood: `postdex index posts` is how other programs are told their folder,
    `-full` how other programs have options."""
    folder = arguments[-1] if arguments else ""
    if error.message.startswith("Got unexpected extra argument (") and isdir(folder) and "-C" not in arguments:
        from shlex import join

        return "name the folder first: " + join(["postdex", "-C", folder, *arguments[:-1]])
    if not isinstance(error, click.UsageError) or error.ctx is None or "did you mean" in error.format_message().lower():
        return ""
    if isinstance(error, click.NoSuchOption):
        if error.option_name in PLACE_OPTIONS:
            return "-C FOLDER and --index DIR stand before the command, or right behind it"
        names = {name for option in error.ctx.command.get_params(error.ctx) for name in option.opts}
        meant = [f"-{word.partition('=')[0]}" for word in arguments if not word.startswith("--")]
        if near := [name for name in meant if name in names]:
            return f"did you mean {near[0]}?"
    return f"`{error.ctx.command_path} --help` lists what there is"
