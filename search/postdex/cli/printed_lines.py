"""How do the lines that an expression matches go to standard output? As they are found, post by post, as `grep` has it.

On a terminal those of a post stand below its path; in a pipe each line has its path and number.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import groupby, islice
from operator import attrgetter
from typing import TYPE_CHECKING

from postdex_index.named_tuple import NamedTuple

from ..text_safety import printable
from .console import flush, note, out, out_json, out_paths, where_shown
from .printed_results import screen_of

if TYPE_CHECKING:
    from ..index import Index
    from ..results.lines import LineMatch, Lines
    from .printed_results import Output


class LineOutput(NamedTuple):
    """What is printed of lines; `most` of each post, 0 for all, and `limit` of all, None for all."""

    paths: bool = False
    null: bool = False
    counts: bool = False
    only_matching: bool = False
    as_json: bool = False
    numbers: bool = True
    most: int = 0
    limit: int | None = None
    color: str = "auto"

    @classmethod
    def of(cls, output: Output, limit: int) -> LineOutput:
        """What the options of `search` say of lines."""
        return cls(
            output.paths, output.null, output.only_count, as_json=output.as_json or output.jsonl,
            limit=limit if output.limited else None, color=output.color,
        )  # fmt: skip


def print_lines(ix: Index, lines: Lines, output: LineOutput) -> int:
    """Print them while they are found; the exit status: 0 if there are any, 1 if there are none."""
    for warning in lines.warnings:
        note(warning)
    screen = screen_of(ix, where_shown(ix), output.color)
    headed = sys.stdout.isatty()
    any_printed = False
    for path, of_post in groupby(islice(lines, output.limit), key=attrgetter("path")):
        if output.paths or output.null:
            out_paths([screen.where(path)], null=output.null)
        elif output.counts:
            out(f"{printable(screen.where(path))}:{sum(1 for _ in of_post)}")
        elif output.as_json:
            from ..output import wire

            out_json(*(wire.dumps(wire.line_match(match)) for match in _wanted(of_post, output)))
        else:
            from ..output.line_rows import line_row, path_row

            if headed:
                out(*([""] if any_printed else []), path_row(path, screen))
            for match in _wanted(of_post, output):
                out(line_row(match, screen, path=not headed, number=output.numbers))
        any_printed = True
        flush()
    if not lines.complete:
        note("the time was over before all posts were read")
    return 0 if any_printed else 1


def _wanted(of_post: Iterator[LineMatch], output: LineOutput) -> Iterator[LineMatch]:
    """Of the lines of a post those that are printed."""
    from ..output.line_rows import only_matches

    for match in islice(of_post, output.most or None):
        yield from only_matches(match) if output.only_matching else (match,)
