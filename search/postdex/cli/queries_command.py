"""What do people ask the service, and what do they ask in vain? `postdex queries`, of what `serve` has recorded."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from postdex_index.errors import PostdexError

from . import golden_file
from .console import note, out, out_json, where_shown
from .golden_file import ExpectedPosts
from .number_types import WholeNumber
from .printed_results import screen_of

if TYPE_CHECKING:
    from ..index import Index
    from ..record.asked import Asked
    from .search_command import Place


@click.command()
@click.option("--unanswered", is_flag=True, help="Only those that found nothing much like them the last time.")
@click.option("--days", type=WholeNumber(1), metavar="N", help="Only those that were asked in the last N days.")
@click.option("-n", "--limit", type=WholeNumber(1), metavar="N", help="So many, instead of all.")
@click.option("--record", metavar="FILE", help="The file of `serve --record` (default: that of the settings).")
@click.option("--golden", metavar="FILE", help="Add those from whose hits a post was opened to a file for `bench`.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_obj
def queries(
    place: Place, /, unanswered: bool, days: int | None, limit: int | None, record: str | None, golden: str | None,
    as_json: bool,
) -> int:  # fmt: skip
    """List what people asked the service, the most asked first. Exit status: 0 if there is any, 1 if there is none.

    `serve` records it where it is told to (--record, or file in [record] of the settings).
    """
    if golden is not None and as_json:
        raise click.UsageError("--golden and --json exclude each other")
    from ..record import asked, record_file

    ix = place.open()
    path = record_file.path_of(ix.folder, ix.engine, ix.settings, record)
    if not path:
        hint = 'write file = "queries.jsonl" under [record] into postdex.toml, or name the file of `serve --record`'
        raise PostdexError("nobody records here what people ask", hint)
    recorded = record_file.read(path)
    if recorded.unreadable:
        note(f"{path}: {recorded.unreadable:,} lines are no queries")
    if not recorded.rows:
        note(f"no query is recorded in {path} yet")
    rows = asked.chosen(recorded.rows.values(), unanswered=unanswered, days=days, today=ix.today())[:limit]
    if golden is not None:
        return _add_to_golden(Path(golden), rows)
    if as_json:
        from ..output import wire

        out_json(wire.dumps({"schema": wire.SCHEMA, "queries": [asked.form(row) for row in rows]}))
    else:
        _print(ix, rows)
    return 0 if rows else 1


def _print(ix: Index, rows: Sequence[Asked]) -> None:
    from ..record import listing
    from . import pager

    has_clicks = any(row.clicks for row in rows)
    screen = screen_of(ix, where_shown(ix))
    on_terminal = sys.stdout.isatty()
    lines = list(listing.table(rows, screen, clicks=has_clicks) if on_terminal else listing.lines(rows, screen))
    pager.print_text("".join(f"{line}\n" for line in lines if rows), len(lines))


def _add_to_golden(file: Path, rows: Sequence[Asked]) -> int:
    """Add the queries whose answer somebody has opened; 1 if there is none."""
    answered = [ExpectedPosts(row.query, (row.answer,)) for row in rows if row.answer]
    added = golden_file.add(file, answered) if answered else []
    there = len(answered) - len(added)
    out(f"added to {file}: {len(added):,}" + (f"; in it already: {there:,}" if there else ""))
    if without := len(rows) - len(answered):
        note(f"nobody opened a hit of {without:,} others; `postdex bench {file} --add QUERY PATH` adds one by hand")
    return 0 if answered else 1
