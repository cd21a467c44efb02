"""How does the search page look?

`html` fills index.html with the answer, so that the page works as a plain form; as somebody types, page.js asks for
the same page and puts its parts in place, so nothing is painted twice. All text goes through `wire.to_html`, all
links of posts through `wire.link`. HTTP is left to the service. postdex.js, which page.js builds on, is also what
other sites put in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from re import escape, fullmatch, sub
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from postdex_index.errors import PostdexError

from ..json_arguments import DATE, misfit
from ..output import wire
from ..request import FACETS
from ..results.values import Hit, HitList, Translation
from ..text_safety import iso
from .parameters import MAX_HITS, SEARCH

_FIRST_HITS = 10
_FURTHER_HITS = 20
_SHOWN_VALUES = 8
_MAX_FIELDS = 50
#: The filters, and what they are called.
HEADINGS = {"tags": "Tags", "categories": "Categories", "year": "Year", "lang": "Language"}
#: The arguments that its form and its links say, besides the query and how many hits.
_SAID = ("tags", "categories", "after", "before", "lang", "translations", "sort")
#: What a form sends besides what people fill in.
_HIDDEN = ("tags", "categories", "lang", "translations")

text = wire.to_html


def asked(address: bytes) -> dict[str, Any]:
    """The arguments of `Index.search` in the query string of the page's address.

    A form sends empty fields and people edit addresses: what cannot be used is left out.

    >>> found = asked(b"q=psock&tags=linux&tags=&after=&sort=bad&limit=30")
    >>> found["query"], found["tags"], found["limit"], "after" in found, "sort" in found
    ('psock', ['linux'], 30, False, False)
    """
    fields: dict[str, list[str]] = {}
    try:
        for name, value in parse_qsl(address.decode("latin-1"), max_num_fields=_MAX_FIELDS):
            fields.setdefault(name, []).append(value)
    except ValueError:  # more fields than any form of ours has
        fields.clear()
    last = {name: values[-1] for name, values in fields.items()}
    arguments: dict[str, Any] = {"query": last.get("q", ""), "limit": _FIRST_HITS, "facets": FACETS}
    for argument in SEARCH:
        if argument.name in _SAID and argument.name in fields:
            given: Any = fields[argument.name] if argument.kind == "texts" else last[argument.name]
            if not misfit(argument, given) and (argument.kind != "date" or fullmatch(DATE, last[argument.name])):
                arguments[argument.name] = given
    if last.get("prefix_last") == "true":  # page.js, while somebody types
        arguments["prefix_last"] = True
    if fullmatch("[1-9][0-9]{0,2}", last.get("limit", "")):
        arguments["limit"] = min(int(last["limit"]), MAX_HITS)
    return arguments


def html(
    query: str,
    results: HitList | None = None,
    error: PostdexError | None = None,
    chosen: Mapping[str, Any] | None = None,
) -> str:
    """The page as HTML; `chosen` is what `asked` found in the address: filters and order, kept in the form.

    >>> page = html('<script>alert("a")</script>')
    >>> "<script>alert" in page, "&lt;script&gt;alert" in page
    (False, True)
    """
    view = _view(query, chosen or {})
    places = {
        "<title>": f"{text(query)} · " if query else "",
        'name="q" value="': text(query),
        'name="after" value="': text(_one(view, "after")),
        'name="before" value="': text(_one(view, "before")),
        "<summary>Filters": _filters_in_force(view),
        "</form>\n</header>": "".join(_hidden(*field) for field in view if field[0] in _HIDDEN),
        'id="notes">': _notes(results, error, view),
    }
    orders = {_one(view, "sort") or "score": " selected"}
    if results is not None and not results.query.strip():  # what matches everything has no best: it comes newest first
        orders["score"] = orders.get("score", "") + ' label="Newest first"'
        orders.setdefault("date", " hidden disabled")
    places |= {f'<option value="{order}"': attributes for order, attributes in orders.items()}
    if results is not None:
        places |= {
            'id="status">': text(_status(results)),
            'id="hits">': "".join(_hit(hit) for hit in results.hits),
            'id="more">': _more(results, view),
            'id="facets">': "".join(_facet(name, results.facets.get(name, {}), view) for name in HEADINGS)
            + _translations(results, view),
        }
    # In one pass, so that nothing which was put in is taken for a place.
    return sub("|".join(map(escape, places)), lambda place: _filled(place[0], places[place[0]]), _template())


def reading(post: Mapping[str, Any]) -> str:
    """A stored post (its wire form) as a page to read; page.js shows its parts beside its hit.

    >>> section = {"title": "B", "anchor": "", "text": "if a<b:\\n"}
    >>> page = reading({"path": "a/b.md", "title": "B", "sections": [section]})
    >>> '<p dir="auto">if a&lt;b:</p>' in page, page.count("B</h"), 'href="../../postdex.css"' in page
    (True, 1, True)
    """
    root = "../" * (post["path"].count("/") + 1)
    sections = []
    for section in post["sections"]:
        heading = f'<h2 dir="auto">{text(section["title"])}</h2>' if section["title"] not in ("", post["title"]) else ""
        lines = "\n".join(map(text, sub("\n{3,}", "\n\n", section["text"]).strip().split("\n")))
        sections.append(f'<section id="{text(section["anchor"])}">{heading}<p dir="auto">{lines}</p></section>')
    return (
        f'<!doctype html>\n<html lang="{text(post.get("lang") or "en")}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{text(post["title"])}</title><link rel="stylesheet" href="{root}postdex.css"></head>\n'
        f'<body><header><a href="{root}">Search</a></header><main class="post">'
        f'<h1 dir="auto">{text(post["title"])}</h1>'
        f'<p class="where">{text(post["path"])}</p>{"".join(sections)}</main></body></html>\n'
    )


def _filled(place: str, content: str) -> str:
    return content + place if place.startswith("</") else place + content


@cache
def _template() -> str:
    return (Path(__file__).parent / "page" / "index.html").read_text(encoding="utf-8")


# -- the address of a view: names and values in order, as they stand in it

_View = Sequence[tuple[str, str]]


def _view(query: str, chosen: Mapping[str, Any]) -> _View:
    view = [("q", query)] if query else []
    view += [(name, value) for name in ("tags", "categories") for value in chosen.get(name, ())]
    view += [(name, str(chosen[name])) for name in _SAID[2:] if chosen.get(name)]
    return view


def _one(view: _View, name: str) -> str:
    return next((value for other, value in view if other == name), "")


def _address(view: Iterable[tuple[str, str]]) -> str:
    return text("?" + urlencode(list(view)))


def _toggled(view: _View, name: str, value: str) -> _View:
    """The view with this filter put in, or taken out if it is in force."""
    chosen = value in _chosen(view, name)
    if name == "year":
        remaining = [field for field in view if field[0] not in ("after", "before")]
        return (
            remaining if chosen else [*remaining, ("after", f"{value}-01-01"), ("before", f"{int(value) + 1:04}-01-01")]
        )
    remaining = [field for field in view if (field != (name, value) if name == "tags" or chosen else field[0] != name)]
    return remaining if chosen else [*remaining, (name, value)]


def _chosen(view: _View, name: str) -> list[str]:
    """The values of a facet that are in force; a year is two dates."""
    if name != "year":
        return [value for other, value in view if other == name]
    year = fullmatch(r"(\d{4})-01-01", _one(view, "after"))
    return [year[1]] if year and _one(view, "before") == f"{int(year[1]) + 1:04}-01-01" else []


def _filters_in_force(view: _View) -> str:
    chosen = sum(len(_chosen(view, name)) for name in HEADINGS)
    if not _chosen(view, "year"):
        chosen += sum(name in ("after", "before") for name, _ in view)
    return f" ({chosen})" if chosen else ""


# -- its parts; what begins with `data-` is for page.js


def _status(results: HitList) -> str:
    if not results.total:
        return "No post matches." if results.query else "No posts."
    posts = f"{results.total:,} post{'' if results.total == 1 else 's'}"
    if results.grouped:
        posts += " (translations counted once)"
    if not results.query.strip():
        return posts
    return f"{posts} in {'under 1' if results.took_ms < 1 else round(results.took_ms)} ms"


def _notes(results: HitList | None, error: PostdexError | None, view: _View) -> str:
    """What there is to say besides hits: an error, mended words, warnings, an index that is behind."""
    if error:
        hint = f' <span class="hint-text">{text(error.hint)}.</span>' if error.hint else ""
        return f'<p class="fault">{text(error.message)}.{hint}</p>'
    if results is None:
        return ""
    others = [field for field in view if field[0] != "q"]
    parts = []
    for word, words, posts in results.corrections:
        replaced = [_address([("q", results.query.replace(word, other)), *others]) for other in words]
        links = ", ".join(f'<a href="{to}">{text(other)}</a>' for to, other in zip(replaced, words, strict=True))
        parts.append(f"<p>{'Hardly any' if posts else 'No'} post has “{text(word)}”. Also searched for {links}.</p>")
    warnings = list(results.warnings)
    if not results.complete:
        warnings.append("The search took too long and was cut: there may be more.")
    if changed := results.index.changed_files:
        warnings.append(f"{changed:,} changed file{'' if changed == 1 else 's'} not searched yet.")
    if warnings:
        parts.append(f"<ul>{''.join(f'<li>{text(warning)}</li>' for warning in warnings)}</ul>")
    if not results.total and any(name != "sort" for name, _ in others):
        address = _address([("q", results.query)] if results.query else [])
        parts.append(f'<p><a href="{address}">Search without filters</a></p>')
    return "".join(parts)


def _hit(hit: Hit) -> str:
    url = wire.link(hit.url)
    link = f'href="{text(url)}"' if url else _read_here(hit.path, hit.anchor)
    title = text(hit.title, hit.title_spans) if hit.title else text(hit.path)
    where = f'<p class="where" dir="auto">{text(" › ".join(hit.headings))}</p>' if hit.headings else ""
    snippet = (
        f'<p class="snippet" dir="auto">{text(hit.snippet.text, hit.snippet.spans)}</p>' if hit.snippet.text else ""
    )
    meta = "".join(_meta(hit, bool(url)))
    lang = f' lang="{text(hit.lang)}"' if hit.lang else ""
    return (
        f'<li class="hit"{lang}><h2 dir="auto"><a {link}>{title}</a></h2>{where}{snippet}'
        + (f'<p class="meta">{meta}</p>' if meta else "")
        + "</li>"
    )


def _read_here(path: str, anchor: str) -> str:
    """The attributes of a link to a stored post, which page.js shows beside its hit, at a section."""
    address = "documents/" + quote(path.encode("utf-8", "surrogatepass"))
    return f'href="{text(address)}" data-read="{text(anchor)}"'


def _meta(hit: Hit, linked: bool) -> Iterable[str]:
    if not linked:
        yield f'<span class="place">{text(hit.path)}:{hit.line}</span>'
    elif hit.site:
        yield f'<span class="place">{text(hit.site)}</span>'
    if hit.date_seconds is not None and hit.date_from != "file":  # the time of a file says little to a reader
        day = iso(hit.date_seconds)[:10]
        yield f'<time datetime="{day}">{day}</time>'
    if hit.tags:
        yield f"<span>{text(', '.join(hit.tags))}</span>"
    others = [
        f'<a href="{text(wire.link(section.url))}">{text(section.heading)}</a>'
        for section in hit.sections
        if section.heading and section.anchor != hit.anchor and wire.link(section.url)
    ]
    if others:
        yield f"<span>also {', '.join(others)}</span>"
    if hit.translations:
        yield f"<span>in {', '.join(map(_translation, hit.translations))}</span>"


def _translation(other: Translation) -> str:
    """A link to a post in another language."""
    url = wire.link(other.url)
    link = f'href="{text(url)}"' if url else _read_here(other.path, "")
    return f'<a {link} hreflang="{text(other.lang)}">{text(other.lang or other.path)}</a>'


def _more(results: HitList, view: _View) -> str:
    shown = len(results.hits)
    if not shown or results.total <= shown:
        return ""
    if shown >= MAX_HITS:
        return f"These are the first {MAX_HITS}. Another word or a filter leads to the others."
    limit = min(shown + _FURTHER_HITS, MAX_HITS)
    return f'<a href="{_address([*view, ("limit", str(limit))])}" data-more="{shown}">More posts</a>'


def _facet(name: str, counts: Mapping[str, int], view: _View) -> str:
    """A list of filters: those in force first, then the most frequent values (or the newest years)."""
    chosen = _chosen(view, name)
    values = {value: 0 for value in chosen if value not in counts} | dict(counts)
    if not values or (name == "lang" and len(values) < 2 and not chosen):
        return ""
    order = sorted(values, reverse=True) if name == "year" else list(values)
    order.sort(key=lambda value: value not in chosen)
    items = [_value(name, value, values[value], value in chosen, view) for value in order]
    rest = items[_SHOWN_VALUES:]
    return (
        f'<section class="facet"><h2>{HEADINGS[name]}</h2><ul>{"".join(items[:_SHOWN_VALUES])}</ul>'
        + (
            f'<details data-facet="{name}"><summary>{len(rest)} more</summary><ul>{"".join(rest)}</ul></details>'
            if rest
            else ""
        )
        + "</section>"
    )


def _translations(results: HitList, view: _View) -> str:
    """A link that makes each translation a hit, or all translations of a post one."""
    if not results.grouped and not _one(view, "translations"):
        return ""
    others = [field for field in view if field[0] != "translations"]
    address = _address([*others, ("translations", "all")] if results.grouped else others)
    return (
        f'<p><a href="{address}">{"Show each translation" if results.grouped else "Show translations as one"}</a></p>'
    )


def _value(name: str, value: str, count: int, chosen: bool, view: _View) -> str:
    current = ' aria-current="true"' if chosen else ""
    shown = '<span class="unseen">remove</span><span aria-hidden="true">×</span>' if chosen else f"{count}"
    return (
        f'<li><a href="{_address(_toggled(view, name, value))}" data-value="{name}:{text(value)}"{current}>'
        f'<span class="value" dir="auto">{text(value)}</span> <span class="count">{shown}</span></a></li>'
    )


def _hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{name}" value="{text(value)}">\n'
