"""`postdex` on the command line: which folder, which command, and how does a failure end?

Here are the group with its options, `search`, and the one place that turns errors into a line on
standard error and an exit status (0 hits, 1 none, 2 error, 130 interrupted). The other commands
are in `commands`, imported when one of them is called; looks are `render`'s, work is `library`'s.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import click

from postdex_index.errors import PostdexError

from . import __version__
from .console import Bar, here, note, out, post_path, shown_path, wants_color, width

if TYPE_CHECKING:
    from .library import Index, Results

#: The commands that are not here, each with its module, in the order of the help.
_ELSEWHERE = {"index": "commands", "show": "commands", "doctor": "commands", "bench": "commands"}
#: A file that is a post, for `--explain [PATH]`, where a bare word is part of the query.
_POST = re.compile(r".+\.(?:md|markdown|mkd|mdx)", re.IGNORECASE | re.DOTALL)
#: So many paths are fetched at once when all are asked for.
_PAGE = 1000


class Place(NamedTuple):
    """What -C and --index said."""

    folder: str | None
    index: str | None

    def open(self, refresh: Literal["auto", "never", "require"] = "never") -> Index:
        """The index of the folder that is meant, whether there is one or not."""
        from postdex_index.config import find_folder

        from .library import Index

        return Index(find_folder(here(), self.folder), index=self.index, refresh=refresh)


class Commands(click.Group):
    """A group whose other commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in the order of the help."""
        return [*super().list_commands(ctx), *_ELSEWHERE]

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
        known = {name: option for option in self.get_params(ctx) for name in (*option.opts, *option.secondary_opts)}
        options: list[str] = []
        words: list[str] = []
        rest = list(args)
        while rest:
            token = rest.pop(0)
            name, equals, _ = token.partition("=")
            option = known.get(name)
            if token == "--":
                words += rest
                break
            if re.fullmatch(r"-[l0]{2,}|-n\d+", token):
                options.append(token)
            elif not isinstance(option, click.Option) or (equals and not name.startswith("--")):
                words.append(token)
            elif equals or option.is_flag or name == "--help":
                options.append(token)
            elif name == "--explain":
                options.append(f"--explain={rest.pop(0) if rest and _POST.fullmatch(rest[0]) else ''}")
            else:
                options += [token, *rest[:1]]
                del rest[:1]
        if any(word.startswith("--") for word in words):
            _say_near_options(words, [name for name in known if name.startswith("--")])
        return super().parse_args(ctx, [*options, "--", *words])


def _say_near_options(words: Sequence[str], known: Sequence[str]) -> None:
    """A word that is nearly an option is text like any other, but somebody may have meant the option."""
    from difflib import get_close_matches

    for word in words:
        if word.startswith("--") and (near := get_close_matches(word.partition("=")[0], known, 1, 0.85)):
            note(f"{word} is searched for as text; did you mean the option {near[0]}?")


@click.group(cls=Commands)
@click.option("-C", "folder", metavar="FOLDER", help="The folder of the posts (default: found from here).")
@click.option("--index", metavar="DIR", help="Where the index lies (default: .postdex in the folder).")
@click.version_option(__version__, prog_name="postdex")
@click.pass_context
def postdex(ctx: click.Context, folder: str | None, index: str | None) -> None:
    """Full-text search for folders of Markdown posts with front matter."""
    ctx.obj = Place(folder, index)


@postdex.command(cls=QueryCommand)
@click.argument("query", nargs=-1)
@click.option("-n", "--limit", type=click.IntRange(0, _PAGE), help="Show so many hits (10; with -l or -0 all).")
@click.option("--offset", type=click.IntRange(0), default=0, help="Leave out so many hits before them.")
@click.option("--sort", type=click.Choice(["score", "date", "updated", "title"]), default="score", help="The order.")
@click.option("--tag", multiple=True, help="Only posts with this tag; several: with all of them.")
@click.option("--category", multiple=True, help="Only posts in this category (a/b).")
@click.option("--after", metavar="DATE", help="Only posts from this date on (2024, 2024-03, 2024-03-14, 30d).")
@click.option("--before", metavar="DATE", help="Only posts before this date.")
@click.option("--lang", help="Only posts in this language (zh covers zh-CN).")
@click.option("--drafts", is_flag=True, help="Unpublished posts too.")
@click.option("--no-typo", is_flag=True, help="Do not search for near words when a word is unknown.")
@click.option("--facets", is_flag=True, help="Count the posts found by tag, category, language and year.")
@click.option("--section-snippets", is_flag=True, help="A snippet for each section of a hit.")
@click.option("--explain", metavar="[PATH]", help="Say how scores are made; with a post's PATH, why it is found or not.")
@click.option("--suggest", is_flag=True, help="The words that the last word may become, instead of hits.")
@click.option("--like", metavar="PATH", help="Posts like this one, instead of a query.")
@click.option("--json", "as_json", is_flag=True, help="The results as JSON.")
@click.option("--jsonl", is_flag=True, help="Each hit as a line of JSON.")
@click.option("-l", "--files-with-matches", "paths", is_flag=True, help="Only the paths.")
@click.option("-0", "--null", is_flag=True, help="Only the paths, each followed by a NUL byte.")
@click.option("--count", is_flag=True, help="Only the number of posts found.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Colour and links.")
@click.option("--no-refresh", is_flag=True, help="Do not look for changed files first.")
@click.option("--require-fresh", is_flag=True, help="Fail rather than answer from an index older than the files.")
@click.pass_obj
def search(place: Place, query: tuple[str, ...], no_refresh: bool, require_fresh: bool, **asked: Any) -> int:
    """Search the posts. Exit status: 0 if there are hits, 1 if there are none, 2 after an error.

    All that is no option is the query, as it is pasted: `postdex search --no-cache`. Posts with any of the
    words are found, best first; +word must be there, -word must not; "a phrase", refc*, tag:linux, after:30d.
    """
    if no_refresh and require_fresh:
        raise click.UsageError("--no-refresh and --require-fresh exclude each other")
    if asked["like"] is not None and query:
        raise click.UsageError("--like takes the place of a query")
    text = " ".join(query)
    try:
        with ready(place, "never" if no_refresh else "require" if require_fresh else "auto") as ix:
            if asked["suggest"]:
                return _suggest(ix, text, asked)
            if asked["explain"]:
                return _explain(ix, text, post_path(ix.folder, asked["explain"]))
            return _search(ix, text, asked, no_refresh)
    except PostdexError as error:
        if asked["as_json"]:
            from . import render

            out(render.dumps(render.error(error)))
        raise


def ready(place: Place, refresh: Literal["auto", "never", "require"]) -> Index:
    """The index to search in; it is built first if there is none."""
    ix = place.open(refresh)
    if not ix.exists:
        with Bar("indexing") as bar:
            report = ix.build_unasked(progress=bar)
        inside = ix.directory.parent == ix.folder
        note(f"indexed {len(report.added):,} posts of {ix.folder}" + ("" if inside else f" in {ix.directory}"))
    return ix


def _search(ix: Index, text: str, asked: dict[str, Any], no_refresh: bool) -> int:
    only_paths = asked["paths"] or asked["null"]
    limit = asked["limit"] if asked["limit"] is not None else _PAGE if only_paths else 0 if asked["count"] else 10

    def page(offset: int) -> Results:
        if asked["like"] is not None:
            return ix.like(post_path(ix.folder, asked["like"]), limit=limit, offset=offset)
        return ix.search(
            text,
            limit=limit,
            offset=offset,
            sort=asked["sort"],
            tags=asked["tag"],
            categories=asked["category"],
            after=asked["after"],
            before=asked["before"],
            lang=asked["lang"],
            drafts=asked["drafts"],
            facets=("tags", "categories", "lang", "year") if asked["facets"] else (),
            typo=not asked["no_typo"],
            explain=asked["explain"] is not None,
            section_snippets=asked["section_snippets"],
        )

    results = page(asked["offset"])
    _say_notes(results, no_refresh)
    if only_paths:
        where, end = shown_path(ix.folder), "\0" if asked["null"] else "\n"
        found = results
        while found.hits:
            out(*(where(hit.path) for hit in found.hits), end=end)
            shown = found.offset + len(found.hits)
            if asked["limit"] is not None or shown >= found.total:
                break
            found = page(shown)
    else:
        _show(ix, results, asked)
    return 0 if results.hits or (limit == 0 and results.total) else 1


def _show(ix: Index, results: Results, asked: dict[str, Any]) -> None:
    """The results in the form that was asked for."""
    from . import render

    if asked["as_json"]:
        out(render.to_json(results))
    elif asked["jsonl"]:
        out(*render.jsonl(results))
    elif asked["count"]:
        out(str(results.total))
    elif not sys.stdout.isatty() and asked["color"] != "always":
        out(render.hits_text(results, where=shown_path(ix.folder)), end="")
        if results.facets:
            out(render.facets_table(results.facets))
    else:
        color = wants_color(asked["color"])
        link = ix.settings.editor if color and sys.stdout.isatty() else ""
        told = results._replace(corrections=(), warnings=(), complete=True, index=results.index._replace(fresh=True))
        root, where = os.path.abspath(ix.folder), shown_path(ix.folder)
        out(render.ansi(told, width(), color=color, link=link, root=root, where=where), end="")


def _say_notes(results: Results, no_refresh: bool) -> None:
    """What a reader should know goes to standard error; that an index is old only to who did not ask for that."""
    if results.warnings or results.corrections or not results.complete or not (results.index.fresh or no_refresh):
        from . import render

        state = results.index._replace(fresh=results.index.fresh or no_refresh)
        for line in render.notes(results._replace(index=state)):
            note(line)


def _suggest(ix: Index, text: str, asked: dict[str, Any]) -> int:
    from . import render

    words = ix.suggest(text, limit=asked["limit"] or 10)
    if asked["as_json"]:
        out(render.dumps(render.suggestions(text, words)))
    else:
        out(*(word.text for word in words))
    return 0 if words else 1


def _explain(ix: Index, text: str, path: str) -> int:
    """Why a query finds a post, or why not."""
    from . import render

    verdict = ix.explain(text, path)
    out(f"{verdict.path}: rank {verdict.rank}" if verdict.rank else f"{verdict.path}: not found by {text!r}")
    out(*(f"  {reason}" for reason in verdict.reasons))
    if verdict.score:
        out(render.explain_text(verdict.score, "  "))
    return 0 if verdict.score else 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status; never raises but for a bug."""
    try:
        return _run(lambda: postdex.main(arguments, prog_name="postdex", standalone_mode=False))
    except BrokenPipeError:
        # The reader of our output has seen enough. Python would complain when it flushes at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141


def _run(command: Callable[[], Any]) -> int:
    try:
        status = command()
        sys.stdout.flush()
        return status if isinstance(status, int) else 0
    except click.exceptions.NoArgsIsHelpError as error:
        out(error.format_message())
        return 2
    except click.ClickException as error:
        note(error.format_message())
        return 2
    except (click.Abort, KeyboardInterrupt):
        note("interrupted")
        return 130
    except PostdexError as error:
        note(str(error))
        return error.exit_code
