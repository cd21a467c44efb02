"""What can somebody do whose search found nothing?

A word or a filter too many is the usual reason, so each way out is tried and shown with the number of posts that it
leads to. Else there are words that begin alike, and the tags.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from re import findall

from postdex_index.engine.api import IndexedWord

from ...output.wire import to_html as text
from ...results.values import HitList
from .facets import Ask
from .hits import tag
from .view import View
from .words import Words

#: So many clauses of a query are left out in turn: each is a search.
_CLAUSES = 6
_WAYS_OUT = 3
_NEAR = 5
_TAGS = 24
#: Letters of a word that one near it begins with, too.
_ALIKE = 4


def painted(
    view: View, ask: Ask, suggest: Callable[..., Sequence[IndexedWord]], tags: Iterable[str], words: Words
) -> str:
    """The ways out as HTML; `tags` are those of all posts, the most frequent first."""
    here = words("nothing", query=view.q.strip()) if view.q.strip() else words("nothing_here")
    ways = sorted(_ways_out(view, ask, words), reverse=True)[:_WAYS_OUT]
    links = "".join(
        f'<li><a href="{text(other.address())}"><span dir="auto">{text(called)}</span>'
        f'<span class="count">{words.text("results", total)}</span></a></li>'
        for total, called, other in ways
    )
    near = [] if ways else _near(view, suggest)
    return (
        f'<h2 dir="auto">{text(here)}</h2>'
        + (f'<ul class="ways">{links}</ul>' if links else "")
        + (_words(near, view, words) if near else "")
        + _tags(view, tags, words)
    )


def _ways_out(view: View, ask: Ask, words: Words) -> Iterator[tuple[int, str, View]]:
    """Views that find something, each with its number of posts and what it is called."""
    others: list[tuple[str, View]] = []
    if view.filters:
        others.append((words("without_filters"), view.without_filters()))
    clauses = findall(r'[+-]?(?:\w+:)?(?:"[^"]*"|“[^”]*”)|\S+', view.q)
    if 1 < len(clauses) <= _CLAUSES and not set("()") & set(view.q):
        for at, clause in enumerate(clauses):
            query = " ".join(clauses[:at] + clauses[at + 1 :])
            others.append((words("without_word", word=clause.strip('+"“”')), view.changed(q=query)))
    for called, other in others:
        hits: HitList = ask(**{**other.arguments(), "limit": 0, "offset": 0, "facets": ()})
        if hits.total:
            yield hits.total, called, other


def _near(view: View, suggest: Callable[..., Sequence[IndexedWord]]) -> list[str]:
    """Words of posts that begin as those that were typed."""
    suggested: dict[str, None] = {}
    for word in findall(r"\w{3,}", view.q)[:_NEAR]:
        suggested |= dict.fromkeys(near.text for near in suggest(word[:_ALIKE], limit=_NEAR))
    return list(suggested)[:_NEAR]


def _words(near: Iterable[str], view: View, words: Words) -> str:
    links = words.text("comma").join(
        f'<a href="{text(view.changed(q=word).address())}">{text(word)}</a>' for word in near
    )
    return f"<p>{words('near', words=links)}</p>"


def _tags(view: View, tags: Iterable[str], words: Words) -> str:
    bare = View(ui=view.ui)
    rows = "".join(f"<li>{tag(name, bare)}</li>" for name in islice(tags, _TAGS))
    return f'<h3>{words.text("browse")}</h3><ul class="tags">{rows}</ul>' if rows else ""
