"""What does a reader's browser fetch, how long does a key take, and which posts come first? In Chromium."""

from __future__ import annotations

import math
import statistics
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from browser import chromium  # found by the line above
from keystrokes import WATCH
from static_site import Server, Traffic

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

#: Pause between two keys: as people type who know what they want.
REST_MS = 120
_PATIENCE_MS = 60_000


class Judged(NamedTuple):
    """A query, and the gain of each post that answers it, by path."""

    query: str
    gains: Mapping[str, float]


class Fetched(NamedTuple):
    """What queries fetched: medians of bytes and requests of the first one of a visit, and of the next one."""

    first_bytes: float
    first_requests: float
    next_bytes: float
    next_requests: float


class Keys(NamedTuple):
    """Milliseconds from a key to its painted hits, all being loaded: of half of the keys, and of 95 in 100, no more."""

    p50: float
    p95: float


@contextmanager
def browser() -> Iterator[Browser]:
    """The browser, for all measurements."""
    with chromium() as started:
        yield started


@contextmanager
def _visit(browser: Browser, server: Server, engine: str) -> Iterator[Page]:
    """The page that asks an engine, in a browser that has nothing yet."""
    context = browser.new_context(viewport={"width": 1100, "height": 800})
    page = context.new_page()
    page.set_default_timeout(_PATIENCE_MS)
    page.goto(f"{server.address}bench/?engine={engine}")
    page.wait_for_function("() => Boolean(globalThis.ask)")
    try:
        yield page
    finally:
        context.close()


def _ask(page: Page, query: str) -> list[str]:
    """The paths of the first hits."""
    paths: list[str] = page.evaluate("async query => (await ask(query)).map(hit => hit.path)", query)
    return paths


def fetched(browser: Browser, server: Server, engine: str, queries: Sequence[str]) -> Fetched:
    """What each of these queries fetches as the first one, and the one behind it as the next."""
    first: list[tuple[int, int]] = []
    following: list[tuple[int, int]] = []
    for query, after in zip(queries, [*queries[1:], *queries[:1]], strict=True):
        server.traffic()
        with _visit(browser, server, engine) as page:
            _ask(page, query)
            first.append(_cost(server.traffic()))
            _ask(page, after)
            following.append(_cost(server.traffic()))
    numbers = [statistics.median(values) for pairs in (first, following) for values in zip(*pairs, strict=True)]
    return Fetched(*numbers)


def _cost(traffic: Traffic) -> tuple[int, int]:
    """Bytes and requests, less those of the page that asks."""
    own = [(path, size) for path, size in zip(*traffic, strict=True) if not path.startswith(("/bench", "/favicon"))]
    return sum(size for _, size in own), len(own)


def keys(browser: Browser, server: Server, engine: str, queries: Sequence[str]) -> Keys:
    """How long keys take: the queries are typed twice, and the second time counts."""
    with _visit(browser, server, engine) as page:
        return _typed(page, "input", queries)


def page_keys(browser: Browser, server: Server, queries: Sequence[str]) -> Keys:
    """The same on postdex's own search page, with its filters, counts and sections."""
    context = browser.new_context(viewport={"width": 1180, "height": 900})
    page = context.new_page()
    page.set_default_timeout(_PATIENCE_MS)
    try:
        page.goto(f"{server.address}postdex/")
        page.locator("#hits li").first.wait_for()
        page.evaluate(WATCH, False)
        return _typed(page, "#q", queries)
    finally:
        context.close()


def _typed(page: Page, field: str, queries: Sequence[str]) -> Keys:
    for rest_ms in (REST_MS / 4, REST_MS):
        page.evaluate("keys.length = 0")
        for query in queries:
            page.locator(field).fill("")
            page.wait_for_timeout(4 * REST_MS)
            page.locator(field).press_sequentially(query, delay=rest_ms)
            page.wait_for_timeout(4 * REST_MS)
    times: list[float] = page.evaluate("keys")
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    return Keys(cuts[49], cuts[94])


def quality(browser: Browser, server: Server, engine: str, judged: Sequence[Judged]) -> float:
    """nDCG@10 of the hits in the browser."""
    with _visit(browser, server, engine) as page:
        return statistics.fmean(ndcg(_ask(page, it.query), it.gains) for it in judged)


def ndcg(paths: Sequence[str], gains: Mapping[str, float]) -> float:
    """nDCG of the first ten.

    >>> ndcg(["b", "a"], {"a": 1})
    0.6309297535714575
    """
    got = sum(gains.get(path, 0) / math.log2(rank + 2) for rank, path in enumerate(paths[:10]))
    best = sum(gain / math.log2(rank + 2) for rank, gain in enumerate(sorted(gains.values(), reverse=True)[:10]))
    return got / best if best else 0.0
