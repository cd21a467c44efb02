r"""Which lines match? `postdex lines 'sk_\w+ = NULL' tag:linux`, with the options that people know from `grep`."""

from __future__ import annotations

import re
from itertools import chain
from typing import Any

import click

from ..query.line_patterns import LineQuery, of_query
from ..request import LINE_FILTERS
from .printed_lines import LineOutput, print_lines
from .query_command import QueryCommand
from .search_command import Place, ready, within
from .search_options import SearchOption, search_options

_OWN = (
    SearchOption(("-i", "--ignore-case"), "ignore_case", "Upper and lower case are the same.", "flag"),
    SearchOption(("-w", "--word-regexp"), "whole_words", "Only where no letter stands before or behind.", "flag"),
    SearchOption(("-F", "--fixed-strings"), "fixed", "Take the pattern as it stands.", "flag"),
    SearchOption(("-l", "--files-with-matches"), "paths", "Only the paths of the posts.", "flag"),
    SearchOption(("-0", "--null"), "null", "Only the paths, each followed by a NUL byte.", "flag"),
    SearchOption(("-c", "--count"), "counts", "Only how many lines of each post match.", "flag"),
    SearchOption(("-o", "--only-matching"), "only_matching", "Only what matches, each on a line.", "flag"),
    SearchOption(("-m", "--max-count"), "most", "So many lines of each post.", "number", least=1, metavar="N"),
    SearchOption(("-n", "--line-number"), "numbers", "Number the lines, as is done anyway.", "flag"),
    SearchOption(("-N", "--no-line-number"), "no_numbers", "Do not number the lines.", "flag"),
    SearchOption(("--json",), "as_json", "Each line as a line of JSON.", "flag"),
    SearchOption(("--color",), "color", "Colour and links.", choices=("auto", "always", "never")),
)
_OPTIONS = (*_OWN, *(option for option in search_options() if option.field in LINE_FILTERS))


class _LinesCommand(QueryCommand):
    """A command whose short options may stand together, as those of `grep` do: `-il`, `-m1`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """The options apart, as far as there are any."""
        stop = args.index("--") if "--" in args else len(args)
        return super().parse_args(ctx, [*chain.from_iterable(map(_apart, args[:stop])), *args[stop:]])


def _apart(argument: str) -> list[str]:
    """Options that stand together, the number of the last one with them: `-im1` is `-i -m 1`."""
    flags = "".join(name[1] for option in _OWN if option.kind == "flag" for name in option.names if name[1] != "-")
    together = re.fullmatch(rf"-(?=.)([{flags}]*)(?:m(\d+))?", argument)
    if not together:
        return [argument]
    return [*(f"-{flag}" for flag in together[1]), *(("-m", together[2]) if together[2] else ())]


@click.command("lines", cls=_LinesCommand, options=_OPTIONS)
@click.pass_obj
def lines(place: Place, /, query: tuple[str, ...], **options: Any) -> int:
    """List the lines that a regular expression matches. Exit status: 0 if there are any, 1 if there are none.

    The first word is the pattern, what follows says in which posts: `postdex lines 'sk_\\w+ = NULL' tag:linux`. The
    syntax is RE2's (`pip install 'postdex[regex]'`, but for a plain text). Texts are those of the posts, without
    markup, lines those of the files.
    """
    asked = of_query(" ".join(query))
    if not asked.pattern:
        if not query:
            raise click.UsageError("there is no pattern")
        asked = LineQuery(query[0], False, " ".join(query[1:]))
    own = {option.field: options.pop(option.field) for option in _OWN}
    shorter = {"-l": own["paths"] or own["null"], "-c": own["counts"], "--json": own["as_json"]}
    given = [name for name, value in shorter.items() if value]
    if len(given) > 1:
        raise click.UsageError(f"{' and '.join(given)} exclude each other")
    output = LineOutput(
        own["paths"], own["null"], own["counts"], own["only_matching"], own["as_json"],
        numbers=not own["no_numbers"], most=own["most"] or 0, color=own["color"] or "auto",
    )  # fmt: skip
    with ready(place.open("auto")) as ix:
        matches = ix.lines(
            _pattern(asked.pattern, fixed=own["fixed"], whole_words=own["whole_words"]),
            within(ix, asked.posts),
            ignore_case=own["ignore_case"] or asked.any_case,
            **options,
        )
        return print_lines(ix, matches, output)


def _pattern(typed: str, *, fixed: bool, whole_words: bool) -> str:
    """The expression, or the text, as it is looked for."""
    pattern = re.escape(typed) if fixed else typed
    return rf"\b(?:{pattern})\b" if whole_words else pattern
