"""How does the search page look?

`painted` fills index.html with the answer to what the address asks, so that the page works as a plain form; as somebody
types, page.js asks for the same page and puts its parts in place, so nothing is painted twice. Its parts are those of
`page/`: what an address asks for (`view`), the lists to choose from (`facets`), hits (`hits`), what else there is to
say (`notes`), and what to do where nothing was found (`nothing`), all in the reader's language (`words`). Text of posts
goes through `wire.to_html`, their links through `wire.link`. HTTP is left to the service. postdex.js, which page.js
builds on, is also what other sites put in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from re import split
from typing import TYPE_CHECKING

from postdex_index.document import Document
from postdex_index.errors import PostdexError, QueryError
from postdex_index.named_tuple import NamedTuple

from ..links.ends import backlinks
from ..output import wire
from ..record.asked import Outcome
from ..request import SORTS
from .page import facets, hits, notes, nothing, own_fields, reading
from .page.view import View, asked
from .page.words import Words, chosen

if TYPE_CHECKING:
    from ..results.values import HitList
    from .service_state import ServiceState

text = wire.to_html
#: So many posts are named that link to one.
_MAX_LINKED = 20


class Painted(NamedTuple):
    """The page, and why there are no hits on it, if an error is to blame; what it was asked, and what that found."""

    html: str
    error: PostdexError | None
    view: View
    outcome: Outcome | None = None


def painted(site: ServiceState, address: bytes, accepted: str = "") -> Painted:
    """The page for the query string of an address; `accepted` is what the browser says of languages."""
    view = asked(address)
    words = chosen(view.ui, site.index.settings.ui, accepted)
    try:
        view, results = _searched(site, view)
        parts = _answered(site, view, results, words)
    except PostdexError as error:
        return Painted(_page(site, view, words, {"notes": notes.fault(error)}), error, view)
    return Painted(_page(site, view, words, parts), None, view, Outcome.of_results(results))


def _searched(site: ServiceState, view: View) -> tuple[View, HitList]:
    """The answer to a view, less an order or filters by fields that there are not (any more)."""
    try:
        return view, site.search(**view.arguments(), section_snippets=True)
    except QueryError as error:
        lost = {"bad_sort": "sort", "bad_where": "where"}.get(error.code, "")
        if not lost:
            raise
        return _searched(site, view._replace(**{lost: View()._asdict()[lost]}))


def post(site: ServiceState, document: Document, accepted: str = "") -> str:
    """A stored post as a page to read."""
    words = chosen("", site.index.settings.ui, accepted)
    return reading.painted(
        document,
        words,
        name=site.name,
        places=_names_places(site),
        own_style=bool(site.index.settings.css),
        linked_from=_linked_from(site, document),
    )


def _linked_from(site: ServiceState, document: Document) -> list[Document]:
    """The first of the posts that link to one."""
    reader = site.index.snapshots.opened()
    paths = dict.fromkeys(link.path for link in backlinks(reader, document, drafts=site.drafts))
    return [post for post in reader.documents(list(paths)[:_MAX_LINKED]) if post]


def _answered(site: ServiceState, view: View, results: HitList, words: Words) -> dict[str, str]:
    """The parts that an answer fills."""
    own = own_fields.names(results.facets, site.index.settings.fields)
    shown = facets.painted(view, results, site.search, words, own) + _translations(results, view, words)
    return {
        "status": text(notes.status(results, words)),
        "notes": notes.painted(results, view, words),
        "hits": "".join(_hits(site, view, results, words, own)),
        "orders": _orders(view, words, own),
        "pages": notes.pages(results, view, words),
        "nothing": _nothing(site, view, results, words),
        "facets": shown,
        "bare": "" if shown or facets.choosable(site.counts()) else ' class="bare"',
        "show": words.text("show", results=words("results", results.total)),
    }


def _hits(site: ServiceState, view: View, results: HitList, words: Words, own: Sequence[str]) -> Iterator[str]:
    """The hits, with their ranks where it is recorded which ones are opened."""
    clicks = bool(site.recorder and site.recorder.clicks and view.q.strip() and not view.record)
    places = _names_places(site)
    for rank, hit in enumerate(results.hits, results.offset + 1):
        yield hits.painted(hit, view, words, places=places, rank=rank if clicks else 0, own=own)


def _nothing(site: ServiceState, view: View, results: HitList, words: Words) -> str:
    """The ways out, where nothing was found; who is typing is answered again by what whole words find."""
    if results.total or view.typing:
        return ""
    return nothing.painted(view, site.search, site.index.suggest, site.counts()["tags"], words)


def _names_places(site: ServiceState) -> bool:
    """Whether the page says in which file and line a hit is. Nobody but an author has use for that, and as long as
    nothing says where posts are published, it is their author who looks at them."""
    settings = site.index.settings
    return settings.paths == "show" or (settings.paths == "auto" and not site.home and not settings.origins)


def _page(site: ServiceState, view: View, words: Words, parts: Mapping[str, str]) -> str:
    """The whole page: index.html with its messages, parts and what stands in its form."""
    label = words("search_in", site=site.name) if site.name else words("search")
    filled = {
        "ui": words.lang,
        "dir": words.dir,
        "title": text(" · ".join(filter(None, (view.q.strip(), words("search"), site.name)))),
        "label": text(label),
        "q": text(view.q),
        "home": _home(site, words),
        "orders": _orders(view, words),
        "hidden": "".join(
            _hidden(name, value)
            for name, value in (("translations", view.translations), ("ui", view.ui), ("record", view.record))
        ),
        "chosen": f" ({view.filters})" if view.filters else "",
        "filtered": notes.filtered(view, words),
        "style": '<link rel="stylesheet" href="site.css">\n' if site.index.settings.css else "",
        "bare": "",
        "autofocus": "" if view.q else " autofocus",
        **dict.fromkeys(("status", "notes", "hits", "pages", "nothing", "facets", "show"), ""),
        **parts,
    }
    pieces = split(r"\{\{(\w+)\}\}", _template())
    # In one pass, so that nothing which was put in is taken for a place.
    pieces[1::2] = [filled[name] if name in filled else words.text(name) for name in pieces[1::2]]
    return "".join(pieces)


@cache
def _template() -> str:
    return (Path(__file__).parent / "page" / "index.html").read_text(encoding="utf-8")


def _home(site: ServiceState, words: Words) -> str:
    """The site's name, which leads back to it; its address where it has no name."""
    address = wire.link(site.home)
    if not site.name and not address:
        return ""
    name = text(site.name or address.partition("://")[2].strip("/") or address)
    if not address:
        return f'<p class="home" dir="auto">{name}</p>'
    label = text(words("back", site=site.name or address))
    return f'<a class="home" href="{text(address)}" aria-label="{label}" dir="auto">{name}</a>'


def _orders(view: View, words: Words, own: Sequence[str] = ()) -> str:
    """The orders to choose from, the usual one without a name: where nothing is searched for none is the best, and hits
    come newest first. Fields of the site's `own` come behind, and whichever is in force, with a
    sign if it is one of them the other way round."""
    usual = "score" if view.q.strip() else "date"
    return "".join(
        f'<option value="{"" if order == usual else order}"{" selected" if order == (view.sort or usual) else ""}>'
        f"{words.text(order)}</option>"
        for order in SORTS
        if view.q.strip() or order != "score"
    ) + "".join(
        f'<option value="{text(order)}"{" selected" if order == view.sort else ""}>'
        f"{text(own_fields.called(order.removeprefix('-')))}{' ⇅' if order.startswith('-') else ''}</option>"
        for order in dict.fromkeys((*own, *([view.sort] if view.sort not in ("", *SORTS) else ())))
    )


def _translations(results: HitList, view: View, words: Words) -> str:
    """A link that makes each translation a hit, or all translations of a post one."""
    if not results.grouped and not view.translations:
        return ""
    other = view.changed(translations="all" if results.grouped else "")
    called = words("each_translation" if results.grouped else "one_translation")
    return f'<p class="facet"><a href="{text(other.address())}">{text(called)}</a></p>'


def _hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{name}" value="{text(value)}">\n' if value else ""
