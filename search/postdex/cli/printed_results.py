"""In which form do the results of a search go to standard output?

Blocks on a terminal, through a pager where they are higher than it; lines into a pipe; JSON, paths or a number if that
was asked for. How they look is `terminal`'s, `hit_lines`' and `wire`'s matter.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from postdex_index.named_tuple import NamedTuple

from .console import height, is_like_terminal, note, out, out_json, out_paths, wants_color, where_shown, width

if TYPE_CHECKING:
    from ..index import Index, Results
    from ..output.screen import Screen


class Output(NamedTuple):
    """The options of `search` that are no arguments of a search: what is printed, and how new the index has to be.

    `limited`: so many hits were asked for, `request.limit` is not just the default.
    """

    limited: bool = False
    explain: str | None = None
    suggest: bool = False
    like: str | None = None
    open_hit: int = 0
    open_best: bool = False
    as_json: bool = False
    jsonl: bool = False
    paths: bool = False
    null: bool = False
    only_count: bool = False
    color: str = "auto"
    oneline: bool = False
    no_pager: bool = False
    no_refresh: bool = False
    require_fresh: bool = False


def for_people(output: Output) -> bool:
    """Whether hits are blocks with what is to be said of them; else that is said on standard error."""
    lines = output.as_json or output.jsonl or output.paths or output.null or output.only_count
    if output.oneline:  # in a pipe it is read by programs, such as fzf, that may want colours all the same
        return not lines and sys.stdout.isatty()
    return not lines and is_like_terminal(output.color)


def print_results(ix: Index, results: Results, output: Output) -> None:
    """Print them in the form that was asked for, and what is to be said of them."""
    if for_people(output):
        _print_on_screen(ix, results, output)
        return
    say_notes(results)
    if output.only_count:
        out(str(results.total))
    elif output.as_json or output.jsonl:
        from ..output import wire

        out_json(*([wire.to_json(results)] if output.as_json else wire.jsonl(results)))
    else:
        _print_lines(ix, results, output)


def print_paths(ix: Index, results: Results, null: bool) -> None:
    """The paths of the hits."""
    where = where_shown(ix)
    out_paths([where(hit.path) for hit in results.hits], null=null)


def say_notes(results: Results) -> None:
    """What a reader should know goes to standard error."""
    told = results.warnings or results.corrections or results.strength == "none" or not results.complete
    if told or results.index.fresh is False:
        from ..output import remarks

        for line in (*remarks.notes(results), *remarks.unlike(results)):
            note(line)


def _print_lines(ix: Index, results: Results, output: Output) -> None:
    """For a pipe: grep, an editor's list of errors, fzf."""
    from ..output import hit_lines
    from ..output.screen import PLAIN, Palette, Screen

    screen = Screen(where=where_shown(ix))
    if output.oneline:
        screen = screen._replace(palette=Palette.of(ix.settings.colors) if wants_color(output.color) else PLAIN)
        out(*(hit_lines.hit_line(hit, screen) for hit in results.hits))
    else:
        out(*hit_lines.lines_for_programs(results, screen))
    if results.facets:
        from ..output.facet_counts import facets_table

        out(*filter(None, [facets_table(results.facets)]))


def _print_on_screen(ix: Index, results: Results, output: Output) -> None:
    """For people: paged if it is higher than their screen, and if nobody pages so short that it is not."""
    from ..output import terminal
    from ..output.screen import rows

    screen = screen_of(ix, where_shown(ix), output.color, linked=not results.index.sites)
    text = terminal.full(results, screen, oneline=output.oneline)
    if not sys.stdout.isatty() or rows(text, screen) < height():
        out(text, end="")
        return
    from . import pager

    if not output.no_pager and (program := pager.command()):
        if screen.link and not pager.passes_links(program):
            text = terminal.full(results, screen._replace(link=""), oneline=output.oneline)
        if pager.page(text, program):
            return
    out(terminal.on_one_screen(results, screen, height(), oneline=output.oneline), end="")


def screen_of(ix: Index, where: Callable[[str], str], color: str = "auto", *, linked: bool = True) -> Screen:
    """What is known of the one who reads; `linked` says whether what is shown are files of this folder."""
    from ..output.screen import PLAIN, Palette, Screen

    colored, on_terminal = wants_color(color), sys.stdout.isatty()
    return Screen(
        width() if is_like_terminal(color) else 0,
        Palette.of(ix.settings.colors) if colored else PLAIN,
        link=ix.settings.editor if linked and not ix.sites and colored and on_terminal else "",
        root=os.path.abspath(ix.snapshots.folder),
        where=where,
    )
