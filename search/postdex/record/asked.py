"""What is known of a query that people asked?

Words and numbers, and the days of the first and the last time: nothing says who asked, nor after what. Spellings that
differ in case only are one query, shown as it was asked last.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from unicodedata import normalize

from postdex_index.named_tuple import NamedTuple

from ..results.strength import NOTHING, STRONG, UNKNOWN, WEAK
from ..text_safety import printable

if TYPE_CHECKING:
    from ..results.values import HitList

#: Characters of a query that are kept: a longer one is a text that was pasted, and nobody asks it twice.
LONGEST = 200
#: Characters of a query that are looked at: all that a search reads.
_READ = 2000
#: Posts that are kept of those that were opened from the hits of one query, the most opened ones.
MOST_OPENED = 10
#: No number in a record is larger: one that is was written by hand.
_MOST = 10**12
_STRENGTHS = (STRONG, WEAK, NOTHING)
#: What each line must say.
_MISSING = dict.fromkeys(("count", "first", "last"))


class Opened(NamedTuple):
    """How often a post was opened from the hits of a query, and on which rank it stood the last time."""

    clicks: int
    rank: int


class Outcome(NamedTuple):
    """How many posts a query found, and how much like what was asked for they are, as answers say it; nothing is said
    where a post is pinned to it."""

    total: int
    strength: str = ""

    @classmethod
    def of(cls, answer: Mapping[str, Any]) -> Outcome:
        """What an answer in its wire form found.

        >>> Outcome.of({"total": 3, "strength": "none", "hits": [{"path": "install.md", "pinned": True}]})
        Outcome(total=3, strength='')
        """
        pinned = any(hit.get("pinned") for hit in answer["hits"][:1])
        return cls(answer["total"], UNKNOWN if pinned else answer["strength"])

    @classmethod
    def of_results(cls, results: HitList) -> Outcome:
        """What results found."""
        pinned = any(hit.pinned for hit in results.hits[:1])
        return cls(results.total, UNKNOWN if pinned else results.strength)


class Asked(NamedTuple):
    """A query: how often it was asked, what it found the last time (None: nobody knows), on which days (`2026-03-14`),
    and which posts were opened from its hits, by their paths."""

    query: str
    times: int = 0
    outcome: Outcome | None = None
    first: str = ""
    last: str = ""
    opened: Mapping[str, Opened] = {}  # never changed

    @property
    def key(self) -> str:
        """What queries have in common that are one."""
        return self.query.casefold()

    @property
    def in_vain(self) -> bool:
        """Whether it found nothing, or nothing much like it: any of its words makes a post a hit."""
        return self.outcome is None or not self.outcome.total or self.outcome.strength == NOTHING

    @property
    def clicks(self) -> int:
        """How often a post was opened."""
        return sum(post.clicks for post in self.opened.values())

    @property
    def answer(self) -> str:
        """The path of the post that was opened most; "" if none was."""
        return max(self.opened, key=lambda path: (self.opened[path].clicks, -self.opened[path].rank), default="")


def shown(query: str) -> str:
    r"""A query as it is kept and shown: one line, without what nobody sees, no longer than LONGEST.

    >>> shown(" smc\tfall\u202eback\n"), len(shown("word " * 400))
    ('smc fallback', 200)
    """
    text = " ".join(printable(normalize("NFC", query[:_READ])).split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def together(row: Asked, other: Asked) -> Asked:
    """What is known of a query from two sources; of what changes the later one holds, of one day the other."""
    earlier, later = (other, row) if row.last > other.last else (row, other)
    opened = dict(earlier.opened)
    for path, post in later.opened.items():
        opened[path] = Opened(opened[path].clicks + post.clicks if path in opened else post.clicks, post.rank)
    return Asked(
        later.query,
        min(row.times + other.times, _MOST),
        earlier.outcome if later.outcome is None else later.outcome,
        min(filter(None, (row.first, other.first)), default=""),
        later.last,
        _most_opened(opened),
    )


def _most_opened(opened: Mapping[str, Opened]) -> Mapping[str, Opened]:
    if len(opened) <= MOST_OPENED:
        return opened
    return dict(sorted(opened.items(), key=lambda pair: -pair[1].clicks)[:MOST_OPENED])


def chosen(rows: Iterable[Asked], *, unanswered: bool, days: int | None, today: date) -> list[Asked]:
    """Those that were asked in the last `days` (None: ever), or of them only those in vain: the most asked first, and
    of these the last ones."""
    since = (today - timedelta(days=days)).isoformat() if days is not None and days < today.toordinal() else ""
    rows = [row for row in rows if row.last >= since and not (unanswered and not row.in_vain)]
    return sorted(sorted(rows, key=lambda row: (row.last, row.key), reverse=True), key=lambda row: -row.times)


def form(row: Asked) -> dict[str, Any]:
    """A query as JSON has it, in the record and for programs."""
    return {
        "query": row.query,
        "count": row.times,
        "total": row.outcome and row.outcome.total,
        "strength": row.outcome.strength if row.outcome else "",
        "first": row.first,
        "last": row.last,
        "opened": {path: post._asdict() for path, post in row.opened.items()},
    }


def read(value: object) -> Asked | None:
    """The query that `form` gave; None for what is none. People edit files."""
    if not isinstance(value, dict) or not isinstance(value.get("query"), str) or not (query := shown(value["query"])):
        return None
    row: dict[str, Any] = {"total": None, "strength": "", "opened": {}, **_MISSING, **value}
    count, total, strength, first, last = (row[name] for name in ("count", "total", "strength", "first", "last"))
    opened = _opened(row["opened"])
    if not (_is_number(count, 1) and (total is None or _is_number(total)) and _is_day(first) and _is_day(last)):
        return None
    outcome = None if total is None else Outcome(total, strength if strength in _STRENGTHS else UNKNOWN)
    return None if opened is None else Asked(query, count, outcome, first, last, opened)


def _opened(value: object) -> dict[str, Opened] | None:
    if not isinstance(value, dict):
        return None
    opened = {}
    for path, post in value.items():
        if not isinstance(post, dict) or not (_is_number(post.get("clicks"), 1) and _is_number(post.get("rank"), 1)):
            return None
        opened[path] = Opened(post["clicks"], post["rank"])
    return opened


def _is_number(value: object, least: int = 0) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= _MOST


def _is_day(value: object) -> bool:
    if not isinstance(value, str) or len(value) != 10:
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True
