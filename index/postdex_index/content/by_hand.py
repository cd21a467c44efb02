"""What does front matter say of a post's place in searches, set by hand under `search`?

`boost`, `pin` and `keywords`, each as it can be used; that a post is left out is said beside the other reasons for it,
in `metadata`. What cannot be used is a problem, and what is too much is cut.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from math import isnan
from typing import TYPE_CHECKING

from ..named_tuple import NamedTuple
from ..scoring import LEAST_BOOST, MOST_BOOST
from .raw_fields import clean

if TYPE_CHECKING:
    from typing import TypeAlias

    from ..formats.yaml_fast import Value

    #: Says what is wrong with the value of a name below `search`, and what to do.
    Problem: TypeAlias = Callable[[str, str, str], None]

#: A post is pinned to at most so many queries, and found by so many words of its own.
MOST = 100
_BOUNDS = f"write a number from {LEAST_BOOST:g} to {MOST_BOOST:g}"


class ByHand(NamedTuple):
    """What is set by hand: fields of `model.Post`, where each is described."""

    boost: float = 1.0
    pins: tuple[str, ...] = ()
    own_words: tuple[str, ...] = ()


def read(search: Mapping[str, Value], problem: Problem) -> ByHand:
    """What the mapping `search` says.

    >>> read({"boost": "2", "pin": "install", "keywords": "setup, 安装"}, print)
    ByHand(boost=2.0, pins=('install',), own_words=('setup', '安装'))
    >>> read({"boost": "1e9"}, print).boost
    boost search.boost is 1e9, and counts as 10 write a number from 0.1 to 10
    10.0
    """
    return ByHand(
        _boost(search.get("boost"), problem),
        _several("pin", search.get("pin") or search.get("pins"), problem, split=False),
        _several("keywords", search.get("keywords"), problem, split=True),
    )


def _boost(value: Value, problem: Problem) -> float:
    if value is None or value == "":
        return 1.0
    try:
        boost = float(value) if isinstance(value, str) else float("nan")
    except ValueError:
        boost = float("nan")
    if isnan(boost):
        shown = f"({value.strip()[:40]})" if isinstance(value, str) else "but a list or mapping"
        problem("boost", f"search.boost is no number {shown}", _BOUNDS)
        return 1.0
    bounded = min(max(boost, LEAST_BOOST), MOST_BOOST)
    if bounded != boost:
        out = "; search.exclude: true leaves a post out" if boost <= 0 else ""
        problem("boost", f"search.boost is {str(value).strip()[:40]}, and counts as {bounded:g}", _BOUNDS + out)
    return round(bounded, 4)


def _several(name: str, value: Value, problem: Problem, *, split: bool) -> tuple[str, ...]:
    """A list of texts, or one text, which is split at commas where it may be several."""
    if isinstance(value, dict):
        problem(name, f"search.{name} is a mapping, not a list", f"write {name}: [one, other]")
        return ()
    given: Iterable[Value] = value if isinstance(value, list) else (value,) if value else ()
    written = [text for text in given if isinstance(text, str)]
    if split and not isinstance(value, list):
        written = [part for text in written for part in text.replace("，", ",").split(",")]
    texts = tuple(dict.fromkeys(filter(None, map(clean, written))))
    if len(texts) > MOST:
        problem(name, f"search.{name} has more than {MOST} values; the rest is left out", "use fewer")
    return texts[:MOST]
