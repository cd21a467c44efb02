"""What is a command whose words are a query?

A query is pasted as it is, so its words are sorted from the options by `search_options`, before click sees them.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

import click

from . import search_options
from .console import note
from .number_types import WholeNumber
from .search_command import PLACE_OPTIONS
from .search_options import SearchOption


class QueryCommand(click.Command):
    """A command with these options, and a query of what is none of them: that is text, dashes and all."""

    def __init__(self, name: str | None, *, options: tuple[SearchOption, ...], **attributes: Any) -> None:
        """`attributes` are those of click."""
        params = [*map(_option, options), click.Argument(["query"], nargs=-1)]
        super().__init__(name, **{**attributes, "params": params})
        self.options = options

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Options first, then the words behind `--`, so that click takes none of them for an option."""
        typed, words = search_options.separate(args, self.options)
        for option in typed:
            if search_options.lacks_value(option, self.options):
                raise click.BadOptionUsage(option[0], f"Option '{option[0]}' requires an argument.", ctx)
        if any(search_options.may_be_an_option(word, self.options) for word in words):
            self._say_near_options(words)
        return super().parse_args(ctx, [*chain.from_iterable(typed), "--", *words])

    def _say_near_options(self, words: Sequence[str]) -> None:
        """A word that is nearly an option is text like any other, but somebody may have meant the option."""
        from difflib import get_close_matches

        names = ["--help", *(name for name in search_options.options_by_name(self.options) if name[:2] == "--")]
        for word in words:
            if word in PLACE_OPTIONS:
                note(f"{word} is searched for as text; as an option it stands before the words")
            elif option := search_options.one_hyphen_short(word, self.options):
                note(f"{word} leaves out posts with {word[1:]}; did you mean the option {option}?")
            elif word.startswith("--") and (near := get_close_matches(word.partition("=")[0], names, 1, 0.85)):
                note(f"{word} is searched for as text; did you mean the option {near[0]}?")


def _option(option: SearchOption) -> click.Option:
    """An option as click has them, None or empty where it is not given."""
    more: dict[str, Any] = {"is_flag": True} if option.kind == "flag" else {"multiple": option.kind == "texts"}
    names = option.names
    if option.negation:
        names, more["default"] = (*names[:-1], f"{names[-1]}/{option.negation}"), None
    if option.kind == "number":
        more["type"] = WholeNumber(option.least, option.most)
    elif option.choices and not option.own_fields:
        more["type"] = click.Choice(option.choices)
    return click.Option([*names, option.field], help=option.doc, metavar=option.metavar, **more)
