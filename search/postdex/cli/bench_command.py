"""`postdex bench`: how well does the ranking answer queries whose answers are known?"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from postdex_index.errors import ConfigError
from postdex_index.named_tuple import NamedTuple

from .console import note, out
from .number_types import Number
from .search_command import ready

if TYPE_CHECKING:
    from ..index import Index
    from ..results.values import Hit
    from .search_command import Place

#: How far down an expected post may be found to count.
_DEPTH = 10


class ExpectedPosts(NamedTuple):
    """A query and the posts that answer it, any of them as good as another."""

    query: str
    paths: Sequence[str]


class Judged(NamedTuple):
    """On which rank the first expected post was found; 0 if it was not among the first ten."""

    expected: ExpectedPosts
    rank: int
    took_ms: float


@click.command()
@click.argument("file", metavar="FILE")
@click.option("--min-mrr", type=Number(0, 1), metavar="X", help="Fail below this mean reciprocal rank.")
@click.option("--min-success", type=Number(0, 1), metavar="X", help="Fail below this share of first ranks.")
@click.option("-v", "--verbose", is_flag=True, help="List the queries whose post is not first.")
@click.pass_obj
def bench(place: Place, /, file: str, min_mrr: float | None, min_success: float | None, verbose: bool) -> int:
    """Measure the ranking with queries whose answers are known.

    FILE has a line for each: the query, a tab, the path of the post that answers it. Or it is TOML:
    [[query]] with text = "…" and path = "…" (or paths = […]). Exit status 1 below a minimum.
    """
    golden = read_golden(Path(file))
    with ready(place.open("auto")) as ix:
        judged = [_judge(ix, expected) for expected in golden]
        for path in dict.fromkeys(path for expected in golden for path in expected.paths):
            if not os.path.exists(ix.file(path)):
                note(f"{file}: there is no {path}, so nothing finds it")
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


def _judge(ix: Index, expected: ExpectedPosts) -> Judged:
    started = time.perf_counter()
    hits = ix.search(expected.query, limit=_DEPTH, deadline_ms=None).hits
    took = (time.perf_counter() - started) * 1000
    ranks = [rank for rank, hit in enumerate(hits, 1) if not _paths(hit).isdisjoint(expected.paths)]
    return Judged(expected, next(iter(ranks), 0), took)


def _paths(hit: Hit) -> set[str]:
    """The post that is shown, and those that it is shown for."""
    return {hit.path, *(other.path for other in hit.translations)}


def read_golden(file: Path) -> list[ExpectedPosts]:
    """The queries of a golden file. Raises ConfigError with its place for a line that is none."""
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"the queries cannot be read ({error.strerror})", "name a file", path=str(file)) from error
    except UnicodeDecodeError as error:
        raise ConfigError("the queries are not UTF-8", "save the file as UTF-8", path=str(file)) from error
    golden = _from_toml(text, file) if file.suffix == ".toml" else _from_lines(text, file)
    if not golden:
        raise ConfigError("there are no queries in it", "write `query<TAB>path` lines", path=str(file))
    return golden


def _from_lines(text: str, file: Path) -> list[ExpectedPosts]:
    golden = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("# "):
            continue
        query, tab, path = line.rpartition("\t")
        if not tab or not query.strip() or not path.strip():
            raise ConfigError("this is no query", "write `query<TAB>path`", path=str(file), line=number)
        golden.append(ExpectedPosts(query.strip(), (path.strip(),)))
    return golden


def _from_toml(text: str, file: Path) -> list[ExpectedPosts]:
    import tomllib

    try:
        rows: Any = tomllib.loads(text).get("query", [])
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"this is not valid TOML ({error})", "correct the file", path=str(file)) from error
    golden = []
    for number, row in enumerate(rows if isinstance(rows, list) else [rows], 1):
        query = row.get("text") if isinstance(row, dict) else None
        paths = row.get("paths", [row.get("path")]) if isinstance(row, dict) else None
        if (
            not isinstance(query, str)
            or not isinstance(paths, list)
            or not all(isinstance(path, str) for path in paths)
        ):
            hint = 'write [[query]] with text = "…" and path = "…"'
            raise ConfigError(f"query number {number} is no query", hint, path=str(file))
        golden.append(ExpectedPosts(query, tuple(paths)))
    return golden
