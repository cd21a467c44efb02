"""How does the search page look?

`painted` fills index.html with the answer to what the address asks, so that the page works as a plain form; as somebody
types, page.js asks for the same page and puts its parts in place, so nothing is painted twice. Its parts are those of
`page/`: what an address asks for (`view`), the form (`frame`), the lists to choose from (`facets`), hits (`hits`), what
else there is to say (`notes`), and what to do where nothing was found (`nothing`), all in the reader's language
(`words`). Text of posts
goes through `wire.to_html`, their links through `wire.link`. HTTP is left to the service. postdex.js, which page.js
builds on, is also what other sites put in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from postdex_index.document import Document
from postdex_index.errors import PostdexError, QueryError
from postdex_index.named_tuple import NamedTuple

from ..links.ends import backlinks
from ..output import wire
from ..record.asked import Outcome
from .page import facets, frame, hits, notes, nothing, own_fields, reading
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
        "orders": frame.orders(view, words, own),
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
    about = frame.About(site.name, site.home, bool(site.index.settings.css))
    return frame.painted(about, view, words, parts)


def _translations(results: HitList, view: View, words: Words) -> str:
    """A link that makes each translation a hit, or all translations of a post one."""
    if not results.grouped and not view.translations:
        return ""
    other = view.changed(translations="all" if results.grouped else "")
    called = words("each_translation" if results.grouped else "one_translation")
    return f'<p class="facet"><a href="{text(other.address())}">{text(called)}</a></p>'
