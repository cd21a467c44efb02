"""Which options has `postdex search`, which words behind it are its query, and what do both ask for?

One table has them all: the arguments of a search, as `request` has them, and what is the command line's own. `commands`
makes click's options of it. What is usual is read here, since a cold search would take half as long again with click;
whatever is wrong goes to click, which says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from os.path import splitext
from typing import Any

from postdex_index.named_tuple import NamedTuple

from ..request import FACETS, Argument, SearchRequest, shown_on
from .printed_results import Output


class SearchOption(NamedTuple):
    """An option: its names, the field of `SearchRequest` or `Output` that it sets, and what `--help` says."""

    names: tuple[str, ...]
    field: str
    doc: str
    #: "text", "texts" (it may be given again), "number" or "flag".
    kind: str = "text"
    choices: tuple[str, ...] = ()
    #: Whether a field of the site's own will do besides the choices.
    own_fields: bool = False
    #: Bounds of a number.
    least: int = 0
    most: int | None = None
    metavar: str | None = None
    #: What a flag sets.
    value: Any = True
    #: The name of a flag that sets the opposite, where it makes a difference that neither is given.
    negation: str = ""

    @property
    def every_name(self) -> tuple[str, ...]:
        """All by which it is known, that of its opposite too."""
        return (*self.names, self.negation) if self.negation else self.names


class SeparatedArguments(NamedTuple):
    """What was typed behind `search`: the options, each as it stands there with its value if that stands apart, and
    the words of the query."""

    options: list[list[str]]
    words: list[str]


_OWN = (
    SearchOption(
        ("--facet",), "facet", "Count the posts found by this alone: tags … or a field of the site's own; several:"
        " by each.", "texts", FACETS, own_fields=True, metavar="NAME",
    ),
    SearchOption(
        ("--explain",), "explain", "Say how scores are made; with a post's PATH, why it is found or not.",
        metavar="[PATH]",
    ),
    SearchOption(("--suggest",), "suggest", "The words that the last word may become, instead of hits.", "flag"),
    SearchOption(("--like",), "like", "Posts like this one, instead of a query.", metavar="PATH"),
    SearchOption(
        ("--open",), "open_hit", "Open the Nth hit at its line in $VISUAL or $EDITOR.", "number", least=1, metavar="N"
    ),
    SearchOption(("-o",), "open_best", "Open the best hit.", "flag"),
    SearchOption(("--json",), "as_json", "The results as JSON.", "flag"),
    SearchOption(("--jsonl",), "jsonl", "Each hit as a line of JSON.", "flag"),
    SearchOption(("-l", "--files-with-matches"), "paths", "Only the paths.", "flag"),
    SearchOption(("-0", "--null"), "null", "Only the paths, each followed by a NUL byte.", "flag"),
    SearchOption(("--count",), "only_count", "Only the number of posts found.", "flag"),
    SearchOption(("--oneline",), "oneline", "Each hit as a line: path:line: title (date).", "flag"),
    SearchOption(("--color",), "color", "Colour and links.", choices=("auto", "always", "never")),
    SearchOption(("--no-pager",), "no_pager", "Do not page what is longer than the screen.", "flag"),
    SearchOption(("--no-refresh",), "no_refresh", "Do not look for changed files first.", "flag"),
    SearchOption(
        ("--require-fresh",), "require_fresh", "Fail rather than answer from an index older than the files.", "flag"
    ),
)  # fmt: skip


def _of_argument(argument: Argument) -> SearchOption:
    """An argument of a search as an option; one that may be any of its choices is a flag for all of them."""
    names = [*filter(None, [argument.short])]
    doc, name = argument.option_doc or argument.doc, argument.name
    if argument.kind == "flag" or (argument.kind == "texts" and argument.choices):
        if argument.default is None:
            return SearchOption((*names, _long(name)), name, doc, "flag", negation=_long(f"no_{name}"))
        name = f"no_{name}" if argument.default is True else name
        value = argument.choices or not argument.default
        return SearchOption((*names, _long(name)), argument.name, doc, "flag", value=value)
    name = argument.single or name
    return SearchOption(
        (*names, _long(name)), argument.name, doc, "text" if argument.kind == "date" else argument.kind,
        argument.choices, argument.own_fields, argument.least, argument.most,
        {"date": "DATE", "number": "N"}.get(argument.kind),
    )  # fmt: skip


def _long(name: str) -> str:
    return f"--{name.replace('_', '-')}"


@cache
def search_options() -> tuple[SearchOption, ...]:
    """All options of `search`, in the order of its help."""
    return (*map(_of_argument, shown_on("cli")), *_OWN)


@cache
def options_by_name(options: tuple[SearchOption, ...] = ()) -> dict[str, SearchOption]:
    """Options, those of `search` if none are given, by each of their names."""
    return {name: option for option in options or search_options() for name in option.every_name}


def separate(arguments: Sequence[str], options: tuple[SearchOption, ...] = ()) -> SeparatedArguments:
    """Options apart from words: what is none of these options, or of those of `search`, is text, dashes and all.

    >>> separate(["SMC", "-n", "3", "--no-cache", "--lang=en", "-l0"])
    SeparatedArguments(options=[['-n', '3'], ['--lang=en'], ['-l0']], words=['SMC', '--no-cache'])
    """
    found = SeparatedArguments([], [])
    rest = list(arguments)
    while rest:
        token = rest.pop(0)
        name, equals, _ = token.partition("=")
        option = options_by_name(options).get(name)
        if token == "--":
            found.words.extend(rest)
            break
        if token == "-o" and found.words and separate(rest, options).words:
            found.words.append(token)  # of `gcc a.c -o b`, which somebody pasted: an editor is not opened by mistake
        elif _is_joined(token) or name == "--help" or (token == "-h" and list(arguments) == ["-h"]):
            found.options.append([token])
        elif option is None or (equals and not name.startswith("--")):
            found.words.append(token)
        elif equals or option.kind == "flag":
            found.options.append([token])
        elif name == "--explain":
            found.options.append([f"--explain={rest.pop(0) if rest and _names_post(rest[0]) else ''}"])
        else:
            found.options.append([token, *rest[:1]])
            del rest[:1]
    return found


def _is_joined(token: str) -> bool:
    """Whether these are short flags in one (`-l0`), or a number behind `-n` (`-n5`)."""
    return len(token) > 2 and (
        (token.startswith("-n") and token[2:].isdecimal()) or (token[0] == "-" and {*token[1:]} <= {"l", "0"})
    )


def _names_post(word: str) -> bool:
    """Whether the word behind `--explain` is its path, and not the first of the query."""
    from postdex_index.settings import Settings

    return splitext(word)[1].lower() in {splitext(glob)[1].lower() for glob in Settings().include}


def lacks_value(typed: Sequence[str], options: tuple[SearchOption, ...] = ()) -> bool:
    """Whether an option stands at the end, without the value that it needs."""
    option = options_by_name(options).get(typed[0])
    return len(typed) == 1 and option is not None and option.kind != "flag"


def may_be_an_option(word: str, options: tuple[SearchOption, ...] = ()) -> bool:
    """Whether a word of the query was perhaps meant for an option, which is to be said."""
    return word.startswith("-") and (word.startswith(("--", "-C")) or bool(one_hyphen_short(word, options)))


def one_hyphen_short(word: str, options: tuple[SearchOption, ...] = ()) -> str:
    """The option that a word would be with one hyphen more, or "": it excludes, but may be meant for that.

    >>> one_hyphen_short("-json"), one_hyphen_short("-limit=3"), one_hyphen_short("-psock")
    ('--json', '--limit', '')
    """
    name = f"-{word.partition('=')[0]}"
    return name if word.startswith("-") and (name in options_by_name(options) or name == "--help") else ""


def parse_usual(arguments: Sequence[str]) -> tuple[SearchRequest, Output] | None:
    """What `search` with these arguments asks for; None if click must look at them. Raises QueryError for what cannot
    be used.

    >>> request, output = parse_usual(["SMC", "--tag", "linux", "-n5", "--json"])
    >>> request.query, request.tags, request.limit, output.as_json
    ('SMC', ('linux',), 5, True)
    >>> parse_usual(["SMC", "-n", "many"])
    """
    typed, words = separate(arguments)
    given: dict[str, Any] = {}
    for name, value in _each_option(typed):
        option = options_by_name().get(name)
        read = None if option is None else _value(option, name, value)
        if option is None or read is None:
            return None
        given[option.field] = (*given.get(option.field, ()), read) if option.kind == "texts" else read
    if any(map(may_be_an_option, words)):
        return None
    request, output = request_and_output(words, given)
    return None if conflict(output, words) else (request, output)


def _each_option(typed: Iterable[Sequence[str]]) -> Iterable[tuple[str, str | None]]:
    """Each option by itself, with its value."""
    for token, *values in typed:
        name, equals, behind = token.partition("=")
        if values:
            yield token, values[0]
        elif equals:
            yield name, behind
        elif not _is_joined(token):
            yield token, None
        elif token.startswith("-n"):
            yield "-n", token[2:]
        else:
            yield from ((f"-{flag}", None) for flag in token[1:])


def _value(option: SearchOption, name: str, typed: str | None) -> Any:
    """What an option sets that was typed by this name, with what was typed as its value; None if that is not plainly
    right."""
    if option.kind == "flag":
        return None if typed is not None else not option.value if name == option.negation else option.value
    if typed is None or (option.choices and typed not in option.choices and not option.own_fields):
        return None
    if option.kind != "number":
        return typed
    plain = typed.isascii() and typed.isdecimal()
    number = int(typed) if plain and len(typed) < 10 else -1
    return number if option.least <= number <= (number if option.most is None else option.most) else None


def given_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """What was given, out of what click has read."""
    given = {}
    for option in search_options():
        value = options[option.field]
        if value is not None and (value is not False or option.negation) and value != ():
            given[option.field] = option.value if value is True else value
    return given


def request_and_output(words: Sequence[str], given: Mapping[str, Any]) -> tuple[SearchRequest, Output]:
    """What these words and options ask for. Raises QueryError for what cannot be used."""
    own = {option.field for option in _OWN} - {"facet"}
    output = Output(**{name: value for name, value in given.items() if name in own}, limited="limit" in given)
    rest: dict[str, Any] = {name: value for name, value in given.items() if name not in own}
    if facets := rest.pop("facet", ()):
        rest["facets"] = (*rest.get("facets", ()), *facets)
    return SearchRequest.of(" ".join(words), **rest), output


def conflict(output: Output, words: Sequence[str]) -> str:
    """What to say of options of which only one can be obeyed; "" where all can."""
    shorter = {
        "--jsonl": output.jsonl,
        "-l": output.paths or output.null,
        "--count": output.only_count,
        "--oneline": output.oneline,
    }
    opened = {"--open": output.open_hit > 0, "-o": output.open_best}
    for group in (
        {"--no-refresh": output.no_refresh, "--require-fresh": output.require_fresh},
        {"--json": output.as_json, **shorter, **opened},
        {"--suggest": output.suggest, "--explain PATH": bool(output.explain), **shorter, **opened},
    ):
        given = [name for name, value in group.items() if value]
        if len(given) > 1:
            return f"{' and '.join(given)} exclude each other"
    return "--like takes the place of a query" if output.like is not None and words else ""
