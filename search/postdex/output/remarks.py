"""What has to be said of results besides the hits: what was amiss, how many there are, how to see the next?"""

from __future__ import annotations

from collections.abc import Sequence

from ..results.strength import nothing_alike
from ..results.values import HitList, IndexState
from ..text_safety import printable


def notes(results: HitList) -> list[str]:
    """What a reader of the results should know, a line each: corrections, warnings, an old index, a cut search."""
    lines = [_correction(*correction) for correction in results.corrections]
    lines += [f"warning: {printable(warning)}" for warning in results.warnings]
    if not results.complete:
        lines.append("warning: the search was cut at its deadline; hits and total are not complete")
    return lines + stale(results.index)


def unlike(results: HitList) -> list[str]:
    """One line if there are hits and none of them is much like what was asked for, else none."""
    return ["nothing much like this is here; these come nearest"] if results.hits and nothing_alike(results) else []


def stale(index: IndexState) -> list[str]:
    """One line if the index is known to be older than the files, else none."""
    if index.fresh is not False:
        return []
    changed = _count(index.changed_files, "file") if index.changed_files else "the settings"
    return [
        f"warning: the index is older than the posts: {changed} changed since; `postdex index` brings it up to date"
    ]


def total_line(results: HitList) -> str:
    """`305 posts, 11-20 shown, 0.8 ms; next: --offset 20`; it says what counts once, and which are shown only if these
    are not all."""
    shown = then = ""
    start, stop = results.offset + 1, results.offset + len(results.hits)
    if results.hits and len(results.hits) < results.total:
        shown = f", {start}-{stop} shown" if stop > 1 else ", 1 shown"
    if results.hits and stop < results.total:
        then = f"; next: --offset {stop}"
    once = ", translations counted once" if results.grouped else ""
    by = ", by meaning too" if results.meaning else ""
    return f"{_count(results.total, 'post')}{once}{by}{shown}, {results.took_ms:.1f} ms{then}"


def _correction(word: str, words: Sequence[str], posts: int, synonym: bool) -> str:
    if synonym:
        return f"“{printable(word)}”: also searched for {', '.join(map(printable, words))}"
    also = f": also searched for {', '.join(map(printable, words))}" if words else ""
    return f"{'hardly any' if posts else 'no'} post has “{printable(word)}”{also}"


def _count(number: int, name: str) -> str:
    return f"{number:,} {name}{'' if number == 1 else 's'}"
