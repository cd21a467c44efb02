"""How does the page look around what was found: its form, its orders, the way back to the site?

index.html with its messages and parts in place. The service fills it for each answer, an export with nothing asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from re import split

from postdex_index.named_tuple import NamedTuple

from ...output import wire
from ...request import SORTS
from . import notes, own_fields
from .view import View
from .words import Words

text = wire.to_html


class About(NamedTuple):
    """What the page says of its site: what it is called, where it begins ("" if nobody says), and whether it has a
    style of its own."""

    name: str = ""
    home: str = ""
    own_style: bool = False


def painted(about: About, view: View, words: Words, parts: Mapping[str, str]) -> str:
    """The whole page: index.html with its messages, parts and what stands in its form."""
    label = words("search_in", site=about.name) if about.name else words("search")
    filled = {
        "ui": words.lang,
        "dir": words.dir,
        "title": text(" · ".join(filter(None, (view.q.strip(), words("search"), about.name)))),
        "label": text(label),
        "q": text(view.q),
        "home": _home(about, words),
        "orders": orders(view, words),
        "hidden": "".join(
            _hidden(name, value)
            for name, value in (("translations", view.translations), ("ui", view.ui), ("record", view.record))
        ),
        "chosen": f" ({view.filters})" if view.filters else "",
        "filtered": notes.filtered(view, words),
        "style": '<link rel="stylesheet" href="site.css">\n' if about.own_style else "",
        "bare": "",
        "autofocus": "" if view.q else " autofocus",
        **dict.fromkeys(("status", "notes", "hits", "pages", "nothing", "facets", "show"), ""),
        **parts,
    }
    pieces = split(r"\{\{(\w+)\}\}", template())
    # In one pass, so that nothing which was put in is taken for a place.
    pieces[1::2] = [filled[name] if name in filled else words.text(name) for name in pieces[1::2]]
    return "".join(pieces)


@cache
def template() -> str:
    """index.html with its places, `{{name}}`."""
    return (Path(__file__).parent / "index.html").read_text(encoding="utf-8")


def _home(about: About, words: Words) -> str:
    """The site's name, which leads back to it; its address where it has no name."""
    address = wire.link(about.home)
    if not about.name and not address:
        return ""
    name = text(about.name or address.partition("://")[2].strip("/") or address)
    if not address:
        return f'<p class="home" dir="auto">{name}</p>'
    label = text(words("back", site=about.name or address))
    return f'<a class="home" href="{text(address)}" aria-label="{label}" dir="auto">{name}</a>'


def orders(view: View, words: Words, own: Sequence[str] = ()) -> str:
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


def _hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{name}" value="{text(value)}">\n' if value else ""
