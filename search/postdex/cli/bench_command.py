"""`postdex bench`: how well does the ranking answer queries whose answers are known?"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from postdex_index.named_tuple import NamedTuple

from . import golden_file
from .console import note, out, where_shown
from .golden_file import ExpectedPosts
from .number_types import Number
from .search_command import ready, typed_path

if TYPE_CHECKING:
    from ..index import Index
    from ..results.values import Hit
    from .search_command import Place

#: How far down an expected post may be found to count.
_DEPTH = 10


class Judged(NamedTuple):
    """On which rank the first expected post was found; 0 if it was not among the first ten."""

    expected: ExpectedPosts
    rank: int
    took_ms: float


@click.command()
@click.argument("file", metavar="FILE")
@click.option(
    "--add", "answers", nargs=2, multiple=True, metavar="QUERY PATH",
    help="First add a query to FILE, and the post that answers it.",
)  # fmt: skip
@click.option("--min-mrr", type=Number(0, 1), metavar="X", help="Fail below this mean reciprocal rank.")
@click.option("--min-success", type=Number(0, 1), metavar="X", help="Fail below this share of first ranks.")
@click.option("--propose", is_flag=True, help="Print synonyms with which queries find their post higher, as settings.")
@click.option("-v", "--verbose", is_flag=True, help="List the queries whose post is not first.")
@click.pass_obj
def bench(
    place: Place, /, file: str, answers: tuple[tuple[str, str], ...], min_mrr: float | None, min_success: float | None,
    propose: bool, verbose: bool,
) -> int:  # fmt: skip
    """Measure the ranking with queries whose answers are known.

    FILE has a line for each: the query, a tab, the path of the post that answers it. Or it is TOML:
    [[query]] with text = "…" and path = "…" (or paths = […]). Exit status 1 below a minimum.
    """
    golden = [] if answers else golden_file.read(Path(file))
    with ready(place.open("auto")) as ix:
        if answers:
            _add(ix, Path(file), answers)
            golden = golden_file.read(Path(file))
        judged = [_judge(ix, expected) for expected in golden]
        for path in dict.fromkeys(path for expected in golden for path in expected.paths):
            if not os.path.exists(ix.file(path)):
                note(f"{file}: there is no {path}, so nothing finds it")
        if propose:
            _propose(ix, golden)
            return 0
    success = sum(result.rank == 1 for result in judged) / len(judged)
    mrr = sum(1 / result.rank for result in judged if result.rank) / len(judged)
    if verbose:
        out(
            *(
                f"{result.rank or '-'}\t{result.expected.query}\t{result.expected.paths[0]}"
                for result in judged
                if result.rank != 1
            )
        )
    times = sorted(result.took_ms for result in judged)
    hit_rate = sum(result.rank > 0 for result in judged) / len(judged)
    ranking = f"success@1 {success:.3f}, MRR {mrr:.3f}, success@{_DEPTH} {hit_rate:.3f}"
    out(f"{len(judged):,} queries: {ranking}; median {times[len(times) // 2]:.1f} ms")
    failed = [
        f"{name} {value:.3f} is below {least}"
        for name, value, least in (("MRR", mrr, min_mrr), ("success@1", success, min_success))
        if least is not None and value < least
    ]
    for line in failed:
        note(line)
    return 1 if failed else 0


def _add(ix: Index, file: Path, answers: Iterable[tuple[str, str]]) -> None:
    """Add queries with the posts that answer them, of which there must be one. Raises NotFoundError."""
    from ..near_posts import naming_near_posts
    from ..section_lookup import find

    expected = []
    for query, path in answers:
        with naming_near_posts(ix, where_shown(ix)):
            expected.append(ExpectedPosts(" ".join(query.split()), (find(ix, typed_path(ix, path)).post.path,)))
    added = {row.query for row in golden_file.add(file, expected)}
    for row in expected:
        if row.query not in added:
            note(f"{file}: {row.query} is in it already, and stays as it is")


def _propose(ix: Index, golden: Sequence[ExpectedPosts]) -> None:
    """Print synonyms that the queries suggest, as rows for the settings."""
    from .proposed_synonyms import as_settings, proposed

    rows = list(as_settings(proposed(ix, golden, lambda expected: _judge(ix, expected).rank)))
    if rows:
        out("[synonyms]", *rows)
        note("a row that helps one or two queries may be chance: keep those that you would say yourself")
    else:
        note("no word of these queries has a synonym in its post's title, headings or tags that helps")


def _judge(ix: Index, expected: ExpectedPosts) -> Judged:
    started = time.perf_counter()
    hits = ix.search(expected.query, limit=_DEPTH, deadline_ms=None).hits
    took = (time.perf_counter() - started) * 1000
    ranks = [rank for rank, hit in enumerate(hits, 1) if not _paths(hit).isdisjoint(expected.paths)]
    return Judged(expected, next(iter(ranks), 0), took)


def _paths(hit: Hit) -> set[str]:
    """The post that is shown, and those that it is shown for."""
    return {hit.path, *(other.path for other in hit.translations)}
