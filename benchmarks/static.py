"""What does search on a published site cost its readers? postdex's export beside Pagefind and MiniSearch, in Chromium.

    npm install --prefix ~/peers pagefind minisearch
    python benchmarks/static.py FOLDER --npm ~/peers/node_modules [--posts 10000] [--judged FILE] [--plot FILE]

Each engine makes its files of the same posts (of more than there are, with --posts, made of their sentences as
`generate.py` does); a server counts what a browser asks of them. `first query` is all that a reader's browser fetches
until ten hits stand, scripts and the engine itself included; `next query` what another one fetches after it; both are
medians over queries drawn from the posts. `key` is the time from a key to its painted hits once all is loaded, in the
same plain list for all. Text is counted as hosts send it, compressed. With a file of judged queries (JSON lines
with `query` and `pages`, a gain for each path) the table has nDCG@10, too, of the hits in the browser.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "search"), str(ROOT / "index")]

from generate import generate  # noqa: E402  # found by the line above
from questions import draw  # noqa: E402
from static_browser import Fetched, Judged, Keys, browser, fetched, keys, ndcg, page_keys, quality  # noqa: E402
from static_engines import Built, Workbench, available, build, harness  # noqa: E402
from static_site import published, served, write_pages  # noqa: E402

NAMES = {"postdex": "postdex", "pagefind": "Pagefind", "minisearch": "MiniSearch"}
COLOURS = {"postdex": "#c03028", "pagefind": "#30689c", "minisearch": "#70a048"}
#: Kinds of queries that all three understand.
KINDS = ("one word", "common word", "two words", "three words", "identifier", "typo")
#: So many queries are typed, a key at a time.
TYPED = 4


class Measured(NamedTuple):
    """What was measured of an engine with so many posts."""

    posts: int
    built: Built
    fetched: Fetched
    keys: Keys
    ndcg: float | None
    #: of postdex the same of the library, asked without a browser
    library: float | None = None
    #: of postdex keys on its own page
    page: Keys | None = None


class Site(NamedTuple):
    """A site that was made: where it lies, how many posts it has, and what it took each engine to make its files."""

    place: Workbench
    posts: int
    built: Mapping[str, Built]


def made(folder: Path, npm: Path, engines: Sequence[str], work: Path) -> Site:
    """The site of a folder of posts, with the files of each engine; one that was made before in `work` is taken as it
    is."""
    place = Workbench(folder, work / "site", work / "scratch", npm)
    kept = work / "built.json"
    if kept.exists():
        posts, built = json.loads(kept.read_text(encoding="utf-8"))
        return Site(place, posts, {engine: Built(*numbers) for engine, numbers in built.items() if engine in engines})
    place.scratch.mkdir(parents=True)
    posts = published(folder)
    write_pages(posts, place.site)
    site = Site(place, len(posts), {it: build(it, place) for it in available(place) if it in engines})
    kept.write_text(json.dumps([site.posts, site.built]), encoding="utf-8")
    return site


def measure(site: Site, each: int, judged: Sequence[Judged]) -> dict[str, Measured]:
    """All that is measured of a site, by engine."""
    place = site.place
    harness(place.site)
    queries = _queries(place.posts, each)
    found = {}
    with served(place.site) as server, browser() as started:
        for engine, built in site.built.items():
            ours = engine == "postdex"
            found[engine] = Measured(
                site.posts,
                built,
                fetched(started, server, engine, queries),
                keys(started, server, engine, queries[:TYPED]),
                quality(started, server, engine, judged) if judged else None,
                of_library(place, judged) if judged and ours else None,
                page_keys(started, server, queries[:TYPED]) if ours else None,
            )
    return found


def of_library(place: Workbench, judged: Sequence[Judged]) -> float:
    """nDCG@10 of the library, of the index that was exported."""
    import postdex

    with postdex.open(place.posts, index=place.scratch / "index") as ix:
        return fmean(ndcg([hit.path for hit in ix.search(it.query, limit=10)], it.gains) for it in judged)


def _queries(folder: Path, each: int) -> list[str]:
    """Queries of several kinds, mixed."""
    drawn = [" ".join(question.words) for question in draw(folder, each, 1) if question.kind in KINDS]
    random.Random(1).shuffle(drawn)
    return drawn


def read_judged(file: Path) -> list[Judged]:
    """The judged queries of a file of JSON lines."""
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [Judged(row["query"], row["pages"]) for row in rows]


def table(found: Mapping[str, Measured]) -> str:
    """What was measured of one number of posts, an engine in each column."""
    rows: list[tuple[str, list[str]]] = [
        (
            "first query, KB (requests)",
            [_traffic(it.fetched.first_bytes, it.fetched.first_requests) for it in found.values()],
        ),
        (
            "next query, KB (requests)",
            [_traffic(it.fetched.next_bytes, it.fetched.next_requests) for it in found.values()],
        ),
        ("key to painted hits, ms, p50 / p95", [_keys(it.keys) for it in found.values()]),
        ("the same on its search page", [_keys(it.page) if it.page else "–" for it in found.values()]),
        ("files", [f"{it.built.files:,}" for it in found.values()]),
        ("size, MB", [f"{it.built.bytes / 1e6:.1f}" for it in found.values()]),
        ("made in, s of processor time", [f"{it.built.seconds:.1f}" for it in found.values()]),
    ]
    if any(it.ndcg is not None for it in found.values()):
        rows.append(("nDCG@10", [_ndcg(it) for it in found.values()]))
    posts = next(iter(found.values())).posts
    head = f"| {posts:,} posts | {' | '.join(NAMES[name] for name in found)} |\n| --- |{' ---: |' * len(found)}"
    return "\n".join([head, *(f"| {what} | {' | '.join(cells)} |" for what, cells in rows)])


def _keys(keys: Keys) -> str:
    return f"{keys.p50:.0f} / {keys.p95:.0f}"


def _ndcg(it: Measured) -> str:
    shown = f"{it.ndcg:.4f}" if it.ndcg is not None else "–"
    return f"{shown} (the library: {it.library:.4f})" if it.library is not None else shown


def _traffic(size: float, requests: float) -> str:
    return f"{size / 1000:,.0f} ({requests:.0f})"


def write(document: Path, every: Sequence[Mapping[str, Measured]]) -> None:
    """Put the tables into a document."""
    text = document.read_text(encoding="utf-8")
    before, mark, rest = text.partition("<!-- measured -->\n")
    _, end, after = rest.partition("<!-- /measured -->\n")
    if not end:
        raise SystemExit(f"{document} has no place for the tables")
    tables = "\n\n".join(map(table, every))
    document.write_text(f"{before}{mark}{tables}\n{end}{after}", encoding="utf-8")


def plot(every: Sequence[Mapping[str, Measured]], file: Path) -> None:
    """Bytes of a first query, and the time of a key, for each number of posts."""
    from importlib import import_module

    pyplot: Any = import_module("matplotlib.pyplot")
    figure, panels = pyplot.subplots(1, 2, figsize=(8.5, 3.2), layout="constrained")
    titles = ("first query, KB (logarithmic)", "key to painted hits, ms (p95)")
    for panel, title, value in zip(panels, titles, (_first_kb, _key_ms), strict=True):
        for number, name in enumerate(NAMES):
            sizes = [(group, found[name]) for group, found in enumerate(every) if name in found]
            places = [group + (number - 1) * 0.27 for group, _ in sizes]
            bars = panel.bar(places, [value(it) for _, it in sizes], 0.25, color=COLOURS[name], label=NAMES[name])
            panel.bar_label(bars, fmt="{:,.0f}", fontsize=7)
        panel.set_title(title, fontsize=9)
        panel.set_xticks(range(len(every)), [f"{next(iter(found.values())).posts:,} posts" for found in every])
        panel.spines[["top", "right"]].set_visible(False)
        panel.tick_params(labelsize=8)
    panels[0].set_yscale("log")
    panels[0].set_ylim(10)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=len(labels), fontsize=8, frameon=False)
    figure.savefig(file, dpi=110)


def _first_kb(it: Measured) -> float:
    return it.fetched.first_bytes / 1000


def _key_ms(it: Measured) -> float:
    return it.keys.p95


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("folders", type=Path, nargs="+", help="folders of posts; with --posts they are mixed")
    options.add_argument("--npm", type=Path, default=Path("node_modules"), help="where pagefind and minisearch are")
    options.add_argument("--posts", type=int, default=0, help="besides, so many posts made of all folders'")
    options.add_argument("--each", type=int, default=4, help="so many queries of each kind")
    options.add_argument("--judged", type=Path, help="JSON lines with `query` and `pages`, for the first folder")
    options.add_argument("--keep", type=Path, metavar="DIR", help="keep what is made there, and take it the next time")
    options.add_argument("--engines", default=",".join(NAMES), help="between commas")
    options.add_argument("--plot", type=Path, help="draw it into this file")
    options.add_argument(
        "--write", type=Path, metavar="DOCUMENT", help="put the tables where it has `<!-- measured -->`"
    )
    options.add_argument("--json", type=Path, help="write what was measured into this file")
    given = options.parse_args()
    engines = given.engines.split(",")
    judged = read_judged(given.judged) if given.judged else []
    with ExitStack() as stack:
        work = given.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        sites = [made(given.folders[0], given.npm.absolute(), engines, work / "real")]
        if given.posts:
            posts = work / "posts"
            if not posts.exists():
                generate(given.folders, given.posts, posts)
            sites.append(made(posts, given.npm.absolute(), engines, work / "made"))
        every = []
        for site, its in zip(sites, (judged, ()), strict=False):
            every.append(measure(site, given.each, its))
            print(f"{table(every[-1])}\n", flush=True)
    if given.write:
        write(given.write, every)
    if given.plot:
        plot(every, given.plot)
    if given.json:
        given.json.write_text(json.dumps(every, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
