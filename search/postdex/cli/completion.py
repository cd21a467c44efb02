"""What may follow on a command line that somebody is typing? Commands, options, their values, and those of the index.

A shell asks when a key is pressed, so nothing here builds an index or looks at files of posts, and all trouble means
that there is nothing to say. The scripts that ask are in `shells`; `completion_command` prints them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from postdex_index.errors import PostdexError
from postdex_index.named_tuple import NamedTuple

from . import completion_values
from .completion_values import Completion, beginning
from .console import out
from .search_command import PLACE_OPTIONS, Place

if TYPE_CHECKING:
    import click

    from .search_options import SearchOption

#: What a shell would take for something else.
_SPECIAL = re.compile(r"([^\w@%+=:,./~^-])")


class CommandLine(NamedTuple):
    """What was typed up to the cursor: the words before the last one, and that, without quotes and backslashes."""

    words: list[str]
    last: str


class OptionWords(NamedTuple):
    """An option: its names, what it means, whether a value follows, and the values that there are."""

    names: tuple[str, ...]
    doc: str
    has_value: bool
    choices: tuple[str, ...] = ()
    #: Whether its value may be the name of a field of the site's own besides.
    own_fields: bool = False


def answer(shell: str, arguments: Sequence[str]) -> int:
    """Print what may follow, a line each, as the script of a shell wants it: with a tab before what it means, for bash
    as it stands on the line."""
    with suppress(PostdexError, OSError):
        if shell == "bash":
            out(*_for_bash(*arguments))
        else:
            *words, last = arguments
            typed = CommandLine(words, split(last).last)
            out(*(f"{value}\t{doc}" if doc else value for value, doc in candidates(typed)))
    return 0


def _for_bash(line: str, current: str) -> Iterator[str]:
    """Bash replaces `current`, the part of the last word behind a `:` or `=`."""
    typed = split(line)
    quoted = line[: len(line) - len(current)][-1:] in ("'", '"')
    passed = len(typed.last) - len(split(current).last) if typed.last.endswith(split(current).last) else 0
    for value, _ in candidates(CommandLine(typed.words[1:], typed.last)):
        rest = value[passed:]
        if not quoted:
            yield _SPECIAL.sub(r"\\\1", rest) + ("" if value[-1] in "/:=" else " ")
        elif line[: len(line) - len(current)][-1] not in rest:
            yield rest


def split(line: str) -> CommandLine:
    """The words of a line as a shell reads them, the last one perhaps without the end of its quotes.

    >>> split("postdex search a\\\\ b 'c d")
    CommandLine(words=['postdex', 'search', 'a b'], last='c d')
    """
    words, word, quote = list[str](), "", ""
    signs = iter(line)
    for sign in signs:
        if sign == "\\" and quote != "'":
            word += next(signs, "")
        elif sign == quote:
            quote = ""
        elif sign in "'\"" and not quote:
            quote = sign
        elif sign.isspace() and not quote:
            words += [word] if word else []
            word = ""
        else:
            word += sign
    return CommandLine(words, word)


def candidates(typed: CommandLine) -> list[Completion]:
    """What the last word may become.

    >>> [it.value for it in candidates(CommandLine(["search", "--sort"], "s"))]
    ['score']
    """
    words, place = list(typed.words), dict[str, list[str]]()
    while len(words) > 1 and words[0] in PLACE_OPTIONS:
        place.setdefault(words[0], []).append(words[1])
        del words[:2]
    if words and words[-1] in PLACE_OPTIONS:
        return completion_values.folders(typed.last)
    if not words:
        options = [Completion(name) for name in (*PLACE_OPTIONS, "--version", "--help")]
        return beginning(typed.last, options if typed.last.startswith("-") else _commands())
    command, *words = words
    while len(words) > 1 and words[0] in PLACE_OPTIONS:
        place.setdefault(words[0], []).append(words[1])
        del words[:2]
    where = Place(None, place.get("--index", [None])[-1]).at(place.get("-C", ()))
    return _of_command(command, words, typed.last, where)


def _of_command(command: str, words: Sequence[str], last: str, place: Place) -> list[Completion]:
    """What may follow behind a command: the value of the option before it, an option, or what the command takes."""
    options = _options(command)
    if options is None:
        return []
    name, equals, value = last.partition("=")
    if equals and name.startswith("--"):
        values = _values(_named(options, name), name, value, place)
        return [it._replace(value=f"{name}={it.value}") for it in values]
    before = words[-1] if words else ""
    if (option := _named(options, before)) and option.has_value:
        return _values(option, before, last, place)
    if last.startswith("-") and ":" not in last:
        return beginning(last, [Completion(name, option.doc) for option in options for name in option.names])
    if command in ("search", "list", "tags"):
        return completion_values.in_query(last, place)
    if command == "show":
        return completion_values.sections(last, place) if "#" in last else completion_values.posts(last, place)
    if command == "completion":
        from .completion_command import SHELLS

        return beginning(last, map(Completion, SHELLS))
    return completion_values.folders(last, files=command == "bench") if command in ("serve", "mcp", "bench") else []


def _named(options: Sequence[OptionWords], name: str) -> OptionWords | None:
    return next((option for option in options if name in option.names), None)


def _options(command: str) -> list[OptionWords] | None:
    """The options of a command; None if there is no such one. Those of `search` need not click."""
    if command == "search":
        from .search_options import search_options

        return [
            OptionWords(option.every_name, option.doc, option.kind != "flag", option.choices, option.own_fields)
            for option in search_options()
        ]
    import click

    from .commands import postdex

    context = click.Context(postdex)
    click_command = postdex.get_command(context, command) if command in postdex.list_commands(context) else None
    if click_command is None:
        return None
    ours = {name: option for option in getattr(click_command, "options", ()) for name in option.names}
    return [_of_click(option, ours) for option in click_command.params if isinstance(option, click.Option)]


def _of_click(option: click.Option, ours: Mapping[str, SearchOption]) -> OptionWords:
    """An option of click; of those that are `ours`, too, click does not know all choices."""
    names, has_value = (*option.opts, *option.secondary_opts), not (option.is_flag or option.count)
    if own := ours.get(names[0]):
        return OptionWords(names, option.help or "", has_value, own.choices, own.own_fields)
    choices = tuple(map(str, getattr(option.type, "choices", ())))
    return OptionWords(names, option.help or "", has_value, choices)


def _commands() -> list[Completion]:
    """The commands, each with its first sentence."""
    import click

    from .commands import postdex

    context = click.Context(postdex)
    commands = ((name, postdex.get_command(context, name)) for name in postdex.list_commands(context))
    return [Completion(name, command.get_short_help_str(70) if command else "") for name, command in commands]


def _values(option: OptionWords | None, name: str, last: str, place: Place) -> list[Completion]:
    """The values of an option: its choices, dates, files, or what the index has."""
    if option is None or not option.has_value:
        return []
    if option.own_fields:
        sign = last[:1] if name == "--sort" and last.startswith("-") else ""
        names = [sign + own for own in completion_values.own_names(place)]
        return beginning(last, map(Completion, [*(() if sign else option.choices), *names]))
    if option.choices:
        return beginning(last, map(Completion, option.choices))
    if name == "--where":
        return completion_values.in_query(last, place)
    field = name.removeprefix("--")
    if field in ("like", "explain"):
        return completion_values.posts(last, place)
    if field in ("llms", "static"):
        return completion_values.folders(last)
    if field.endswith("-file"):
        return completion_values.folders(last, files=True)
    return beginning(last, completion_values.of_field(field, place))
