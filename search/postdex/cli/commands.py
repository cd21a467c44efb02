"""Which commands and options are there? The group, and `search` with its options; the others are imported when called.

Only parsing is here: what `search` does is in `search_command`. A query is pasted as it is, so the words of
`search` are sorted from its options by hand, before click sees them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from errno import EBADF, ENOSPC
from os.path import isdir, splitext
from typing import Any

import click

from postdex_index.errors import PostdexError

from .. import __version__
from ..request import Argument, SearchRequest, shown_on
from . import search_command
from .console import note, out, refused
from .search_command import PLACE_OPTIONS, Output, Place

#: The commands that are not here, each with its module, in the order of the help.
_ELSEWHERE = {
    "index": "cli.index_commands",
    "show": "cli.index_commands",
    "doctor": "cli.index_commands",
    "bench": "cli.bench_command",
    "serve": "http.serve",
    "mcp": "mcp",
}


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

        command: click.Command = getattr(import_module(f"postdex.{_ELSEWHERE[cmd_name]}"), cmd_name)
        return command


class QueryCommand(click.Command):
    """A command whose words are a query: what is no option of its own is text, dashes and all."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Options first, then the words behind `--`, so that click takes none of them for an option."""
        named = {name: option for option in self.get_params(ctx) for name in (*option.opts, *option.secondary_opts)}
        options: list[str] = []
        words: list[str] = []
        rest = list(args)
        while rest:
            token = rest.pop(0)
            name, equals, _ = token.partition("=")
            option = named.get(name)
            if token == "--":
                words += rest
                break
            if re.fullmatch(r"-[l0]{2,}|-n\d+", token):
                options.append(token)
            elif token == "-h" and args != ["-h"]:
                words.append(token)  # `df -h`
            elif not isinstance(option, click.Option) or (equals and not name.startswith("--")):
                words.append(token)
            elif equals or option.is_flag or name in ctx.help_option_names:
                options.append(token)
            elif name == "--explain":
                options.append(f"--explain={rest.pop(0) if rest and _names_post(rest[0]) else ''}")
            elif not rest:
                raise click.BadOptionUsage(name, f"Option '{name}' requires an argument.", ctx)
            else:
                options += [token, rest.pop(0)]
        if any(word.startswith(("--", "-C")) for word in words):
            _say_near_options(words, [name for name in named if name.startswith("--")])
        return super().parse_args(ctx, [*options, "--", *words])


def _names_post(word: str) -> bool:
    """Whether the word behind `--explain` is its path, and not the first of the query."""
    from postdex_index.settings import Settings

    return splitext(word)[1].lower() in {splitext(glob)[1].lower() for glob in Settings().include}


def _say_near_options(words: Sequence[str], options: Sequence[str]) -> None:
    """A word that is nearly an option is text like any other, but somebody may have meant the option."""
    from difflib import get_close_matches

    for word in words:
        if word in PLACE_OPTIONS:
            note(f"{word} is searched for as text; as an option it stands before the words")
        elif word.startswith("--") and (near := get_close_matches(word.partition("=")[0], options, 1, 0.85)):
            note(f"{word} is searched for as text; did you mean the option {near[0]}?")


def _option(argument: Argument) -> click.Option:
    """An argument of a search as an option, None or empty where it is not given."""
    more: dict[str, Any] = {}
    name = argument.name
    if argument.kind == "flag" or (argument.kind == "texts" and argument.choices):  # all of them
        more["is_flag"] = True
        name = f"no_{name}" if argument.default is True else name
    elif argument.kind == "texts":
        more["multiple"] = True
        name = argument.single
    elif argument.kind == "number":
        more["type"] = click.IntRange(argument.least, argument.most)
    elif argument.choices:
        more["type"] = click.Choice(argument.choices)
    elif argument.kind == "date":
        more["metavar"] = "DATE"
    names = [*filter(None, [argument.short]), f"--{name.replace('_', '-')}", argument.name]
    return click.Option(names, help=argument.option_doc or argument.doc, **more)


def _taken(options: dict[str, Any]) -> dict[str, Any]:
    """Take the arguments of a search out of what click has read: those that were given, as `SearchRequest.of` has
    them."""
    given = {}
    for argument in shown_on("cli"):
        value = options.pop(argument.name)
        if value is None or value is False or value == ():
            continue
        given[argument.name] = (argument.choices or not argument.default) if value is True else value
    return given


def _say_version(ctx: click.Context, option: click.Parameter, given: bool) -> None:
    """The version, and whether the compiled kernel runs."""
    if given:
        from postdex_index import native

        out(f"postdex, version {__version__}", f"kernel: {native.in_words()}")
        ctx.exit()


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("-C", "folder", metavar="FOLDER", help="The folder of the posts (default: found from here).")
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
def postdex(ctx: click.Context, folder: str | None, index: str | None) -> None:
    """Full-text search for folders of Markdown posts with front matter."""
    ctx.obj = Place(folder, index)


@postdex.command(cls=QueryCommand, params=[_option(argument) for argument in shown_on("cli")])
@click.argument("query", nargs=-1)
@click.option(
    "--explain", metavar="[PATH]", help="Say how scores are made; with a post's PATH, why it is found or not."
)
@click.option("--suggest", is_flag=True, help="The words that the last word may become, instead of hits.")
@click.option("--like", metavar="PATH", help="Posts like this one, instead of a query.")
@click.option("--json", "as_json", is_flag=True, help="The results as JSON.")
@click.option("--jsonl", is_flag=True, help="Each hit as a line of JSON.")
@click.option("-l", "--files-with-matches", "paths", is_flag=True, help="Only the paths.")
@click.option("-0", "--null", is_flag=True, help="Only the paths, each followed by a NUL byte.")
@click.option("--count", "only_count", is_flag=True, help="Only the number of posts found.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Colour and links.")
@click.option("--no-refresh", is_flag=True, help="Do not look for changed files first.")
@click.option("--require-fresh", is_flag=True, help="Fail rather than answer from an index older than the files.")
@click.pass_obj
def search(place: Place, /, query: tuple[str, ...], **options: Any) -> int:
    """Search the posts. Exit status: 0 if there are hits, 1 if there are none, 2 after an error.

    All that is no option is the query, as it is pasted: `postdex search --no-cache`. Posts with any of the
    words are found, best first; +word must be there, -word must not; "a phrase", refc*, tag:linux, after:30d.
    """
    given = _taken(options)
    output = Output(**options, limited="limit" in given)
    _check_together(output)
    if output.like is not None and query:
        raise click.UsageError("--like takes the place of a query")
    return search_command.search(place, SearchRequest.of(" ".join(query), **given), output)


def _check_together(output: Output) -> None:
    """Raise UsageError for options of which only one can be obeyed."""
    shorter = {"--jsonl": output.jsonl, "-l": output.paths or output.null, "--count": output.only_count}
    for group in (
        {"--no-refresh": output.no_refresh, "--require-fresh": output.require_fresh},
        {"--json": output.as_json, **shorter},
        {"--suggest": output.suggest, "--explain PATH": bool(output.explain), **shorter},
    ):
        given = [name for name, value in group.items() if value]
        if len(given) > 1:
            raise click.UsageError(f"{' and '.join(given)} exclude each other")


def run(arguments: Sequence[str]) -> int:
    """Parse the arguments and run the command; its exit status. Raises PostdexError."""
    try:
        status = postdex.main(list(arguments), prog_name="postdex", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        out(error.format_message())
        return 2
    except click.ClickException as error:
        raise PostdexError(error.format_message().rstrip("."), _hint(error, arguments)) from error
    except click.Abort as error:
        raise KeyboardInterrupt from error
    except OSError as error:
        if error.errno not in (ENOSPC, EBADF):
            raise
        refused(error)  # click prints the help by itself; an index that meets a full disk says so in other words
    return status if isinstance(status, int) else 0


def _hint(error: click.ClickException, arguments: Sequence[str]) -> str:
    """What to do about `postdex index posts`, which is how other programs are told their folder."""
    folder = arguments[-1] if arguments else ""
    if not error.message.startswith("Got unexpected extra argument (") or not isdir(folder) or "-C" in arguments:
        return ""
    from shlex import join

    return "name the folder first: " + join(["postdex", "-C", folder, *arguments[:-1]])
