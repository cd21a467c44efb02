"""How does the owner see in a browser what was asked? As a table, whose queries are links that try them again.

It needs no script. What it lists is `endpoints.recorded`'s; the tries are not recorded.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from ..output.wire import to_html as text
from .page.view import View
from .page.words import Words, chosen

if TYPE_CHECKING:
    from ..record.asked import Asked
    from .service_state import ServiceState

#: Days to choose from, each with its message; None is ever.
_DAYS: tuple[tuple[int | None, str], ...] = ((None, "any_year"), (30, "month"), (365, "past_year"))


def painted(
    site: ServiceState, rows: Sequence[Asked], *, unanswered: bool, days: int | None, accepted: str = ""
) -> str:
    """The page with these queries; `accepted` is what the browser says of languages."""
    words = chosen("", site.index.settings.ui, accepted)
    clicks = bool(site.recorder and site.recorder.clicks) or any(row.clicks for row in rows)
    style = '<link rel="stylesheet" href="site.css">' if site.index.settings.css else ""
    title = words.text("queries")
    of = f" · {text(site.name)}" if site.name else ""
    table = _table(rows, words, clicks=clicks) if rows else f'<p class="empty">{words.text("no_queries")}</p>'
    return (
        f'<!doctype html>\n<html lang="{words.lang}" dir="{words.dir}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f'<meta name="color-scheme" content="light dark"><title>{title}{of}</title>'
        f'<link rel="stylesheet" href="postdex.css">{style}</head>\n<body class="queries">'
        f'<header><a class="home" href="./">{text(site.name) or words.text("search")}</a></header>'
        f"<main><h1>{title}</h1>{_choices(words, unanswered=unanswered, days=days)}{table}</main></body></html>\n"
    )


def _choices(words: Words, *, unanswered: bool, days: int | None) -> str:
    """Links to all queries or those in vain, and to those of a span of time."""
    kinds = [
        _choice(words("all_queries"), not unanswered, unanswered=False, days=days),
        _choice(words("unanswered"), unanswered, unanswered=True, days=days),
    ]
    spans = [_choice(words(key), days == span, unanswered=unanswered, days=span) for span, key in _DAYS]
    return f'<nav><ul class="tags">{"".join(kinds)}</ul><ul class="tags">{"".join(spans)}</ul></nav>'


def _choice(called: str, chosen: bool, *, unanswered: bool, days: int | None) -> str:
    fields = {**({"unanswered": "true"} if unanswered else {}), **({"days": str(days)} if days else {})}
    address = text("queries" + ("?" + urlencode(fields) if fields else ""))
    return f'<li><a class="tag" href="{address}"{" aria-current=true" if chosen else ""}>{text(called)}</a></li>'


def _table(rows: Sequence[Asked], words: Words, *, clicks: bool) -> str:
    """The queries with their numbers. The roles say again what the elements are, since a phone shows rows as blocks."""
    names = ["query", "asked", "found", *(["opened"] if clicks else []), "last_asked"]
    head = "".join(f'<th role="columnheader" scope="col">{words.text(name)}</th>' for name in names)
    body = "".join(f'<tr role="row">{"".join(_cells(row, words, clicks=clicks))}</tr>' for row in rows)
    return (
        f'<table role="table"><thead role="rowgroup"><tr role="row">{head}</tr></thead>'
        f'<tbody role="rowgroup">{body}</tbody></table>'
    )


def _cells(row: Asked, words: Words, *, clicks: bool) -> Iterator[str]:
    address = text("./" + View(q=row.query, record="false").address())
    yield f'<th role="rowheader" scope="row"><a href="{address}" dir="auto">{text(row.query)}</a>{_answer(row)}</th>'
    yield _number("asked", words.number(row.times), words)
    total = "?" if row.outcome is None else words.number(row.outcome.total)
    yield _number("found", f'<span class="none">{total}</span>' if row.in_vain else total, words)
    if clicks:
        yield _number("opened", words.number(row.clicks), words)
    yield _number("last_asked", f'<time datetime="{row.last}" dir="auto">{text(words.day(row.last))}</time>', words)


def _answer(row: Asked) -> str:
    """A link to the post that was opened most, as the service has it."""
    if not row.answer:
        return ""
    address = "documents/" + quote(row.answer.encode("utf-8", "surrogatepass"))
    return f' <a class="place" href="{text(address)}" dir="ltr">{text(row.answer)}</a>'


def _number(name: str, shown: str, words: Words) -> str:
    return f'<td role="cell" data-name="{words.text(name)}">{shown}</td>'
