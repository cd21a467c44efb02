"""`postdex` on the command line: how does it start, and how does it end?

Here errors become a line on standard error and an exit status (0 hits, 1 none, 2 error, 130 interrupted).
`postdex search some words` goes straight to `search_command`, with options by way of `search_options`; all else is
parsed by click, in `commands`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress

from postdex_index.errors import PostdexError

from ..faces import EXIT_STATUS
from ..request import SearchRequest
from .console import flush, note, out_json
from .printed_results import Output
from .search_command import PLACE_OPTIONS, Place, search


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status; never raises but for a bug, or where the reader is gone."""
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        status = _run(arguments)
        flush()
        return status
    except KeyboardInterrupt:
        note("interrupted")
        return 130
    except PostdexError as error:
        if "--json" in arguments and "--" not in arguments[: arguments.index("--json")]:
            _say_as_json(error)
        note(str(error))
        return EXIT_STATUS


def _say_as_json(error: PostdexError) -> None:
    from ..output import wire

    with suppress(PostdexError):  # it may be the output that failed
        out_json(wire.dumps(wire.error(error)))
        flush()


def _run(arguments: Sequence[str]) -> int:
    if shell := os.environ.get("_POSTDEX_COMPLETE"):
        from .completion import answer

        return answer(shell, arguments)
    arguments = place_first(arguments)
    if plain := plain_search(arguments):
        return search(*plain)
    from .commands import run

    return run(arguments)


def place_first(arguments: Sequence[str]) -> list[str]:
    """The arguments with -C and --index before the command, where they stand right behind it.

    Further behind they may be words of a query: `postdex search git -C`.

    >>> place_first(["search", "-C", "posts", "docker"])
    ['-C', 'posts', 'search', 'docker']
    """
    rest = list(arguments)
    at = 0
    while rest[at : at + 1] and rest[at] in PLACE_OPTIONS:
        at += 2
    if rest[at : at + 1] and not rest[at].startswith("-"):
        while len(rest) > at + 2 and rest[at + 1] in PLACE_OPTIONS:
            rest[at : at + 3] = [*rest[at + 1 : at + 3], rest[at]]
            at += 2
    return rest


def plain_search(arguments: Sequence[str]) -> tuple[Place, SearchRequest, Output] | None:
    """Place, request and output of a search whose options are plainly right; None for anything else.

    >>> place, request, output = plain_search(["-C", "posts", "search", "SMC", "fallback"])
    >>> place, request.query
    (Place(folder='posts', directory=None, engine=None, sites=()), 'SMC fallback')
    >>> plain_search(["search", "--offset", "none", "SMC"])
    """
    rest = list(arguments)
    named: dict[str, list[str]] = {}
    while len(rest) > 2 and rest[0] in PLACE_OPTIONS:
        named.setdefault(rest[0], []).append(rest[1])
        del rest[:2]
    if rest[:1] != ["search"]:
        return None
    words = rest[1:]
    asked: tuple[SearchRequest, Output] | None = SearchRequest(" ".join(words)), Output()
    if any(word.startswith("-") for word in words):
        from .search_options import parse_usual

        asked = parse_usual(words)
    (index,) = named.get("--index", [None])[-1:]
    return asked and (Place(None, index).at(named.get("-C", ())), *asked)
