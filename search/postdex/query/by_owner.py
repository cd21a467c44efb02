"""Which posts come first for a query, and how much does age count, as the owner of the site or a request has it?

Asked only where settings or arguments say something of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from postdex_index.engine.api import Recency
from postdex_index.errors import QueryError
from postdex_index.formats.periods import length, seconds_of
from postdex_index.settings import Pin
from postdex_index.text.analyzer import Analyzer

if TYPE_CHECKING:
    from postdex_index.formats.periods import Today

#: What turns age off where the settings turn it on.
OFF = "off"


def pinned(key: str, pins: tuple[Pin, ...], analyzer: Analyzer) -> tuple[str, ...]:
    """The posts, by path, that the settings put first for a query with this key, in their order.

    >>> pins = (Pin(("Install", "getting started"), ("b.md", "a.md")), Pin(("install!",), ("a.md", "c.md")))
    >>> pinned("install", pins, Analyzer(True, ("en",)))
    ('b.md', 'a.md', 'c.md')
    """
    return _by_key(pins, analyzer).get(key, ())


@lru_cache(16)
def _by_key(pins: Iterable[Pin], analyzer: Analyzer) -> Mapping[str, tuple[str, ...]]:
    posts: dict[str, dict[str, None]] = {}
    for pin in pins:
        for key in map(analyzer.key, pin.queries):
            posts.setdefault(key, {}).update(dict.fromkeys(pin.posts))
    return {key: tuple(paths) for key, paths in posts.items()}


def recency(text: str, today: Today) -> Recency | None:
    """How age counts by a half-life; None if it does not. Raises QueryError."""
    if not text or text == OFF:
        return None
    half_life = length(text)
    if half_life is None:
        hint = f"give a length of time such as 1y, 6m or 90d, or {OFF}"
        raise QueryError(f"recency is {text!r:.60}, which is no length of time", hint, code="bad_recency")
    return Recency(half_life, seconds_of(today()))
