"""How does a hit look on the page? Title, the passage of its best section, rows of its other sections, facts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import quote

from ...output import wire
from ...results.values import Hit, SectionHit, Translation
from ...text_safety import day_of
from . import own_fields
from .clamped import Marked, begun, cut, direction
from .facets import language
from .view import View
from .words import Words

text = wire.to_html

#: Columns: what is shown of a title, a heading and a row's text, and what stands before their first marks.
_TITLE, _HEADING, _PASSAGE = 160, 90, 150
_BEFORE_PASSAGE, _BEFORE_ROW = 70, 24
#: Tags shown of a post.
_TAGS = 8


def painted(hit: Hit, view: View, words: Words, *, places: bool, rank: int = 0, own: Sequence[str] = ()) -> str:
    """A hit as a row of the list; `places` says that its file and line are named, `rank` where it stands among all, if
    the service wants to know which ones are opened, `own` which fields of the site's own stand below it."""
    url = wire.link(hit.url)
    title = text(*cut(hit.title, hit.title_spans, _TITLE)) if hit.title else text(hit.path)
    passage = begun(hit.snippet.text, hit.snippet.spans, _BEFORE_PASSAGE)
    rows = "".join(_row(hit, at) for at in range(1, len(hit.sections)))
    facts = "".join(_facts(hit, view, words, places=places, own=own))
    link = f"<a {_link(url, hit.path, hit.anchor)}>{title}</a>"
    return (
        f'<li class="hit" dir="{direction(hit.title)}"{_lang(hit.lang)}{_ranked(hit, rank)}><h2 dir="auto">{link}</h2>'
        + _where(hit, words)
        + (f'<p class="passage" dir="auto">{text(*passage)}</p>' if passage.text else "")
        + (f'<ul class="sections">{rows}</ul>' if rows else "")
        + (f'<div class="facts">{facts}</div>' if facts else "")
        + "</li>"
    )


def _where(hit: Hit, words: Words) -> str:
    """The line below the title: that the post was put first, and the headings of its best section."""
    pinned = f'<bdi class="pinned">{words.text("put_first")}</bdi>' if hit.pinned else ""
    if not hit.headings:
        return f'<p class="where">{pinned}</p>' if pinned else ""
    return f'<p class="where" dir="auto">{pinned and f"{pinned} · "}{_headings(hit)}</p>'


def _ranked(hit: Hit, rank: int) -> str:
    """What page.js tells the service when the hit is opened."""
    return f' data-path="{text(hit.path)}" data-rank="{rank}"' if rank else ""


def _lang(code: str) -> str:
    return f' lang="{text(code)}"' if code else ""


def _link(url: str, path: str, anchor: str) -> str:
    """The attributes of a link to a post, or where it has no address to the post as the service has it, which page.js
    shows beside its hit, at a section."""
    if url:
        return f'href="{text(url)}"'
    address = "documents/" + quote(path.encode("utf-8", "surrogatepass"))
    return f'href="{text(address)}" data-read="{text(anchor)}"'


def _headings(of: Hit | SectionHit, last: int = 0) -> str:
    """A path of headings with their marks, or the last ones of it."""
    spans = of.headings_spans or ((),) * len(of.headings)
    path = list(zip(of.headings, spans, strict=True))[-last:]
    return " › ".join(text(*cut(*heading, _HEADING)) for heading in path)


def _row(hit: Hit, number: int) -> str:
    """Another section of a hit, as a link of its own; with the heading above its own if that is another's, too."""
    section = hit.sections[number]
    if not section.heading:
        return ""
    alike = sum(other.heading == section.heading for other in hit.sections) > 1
    shown = section.snippet
    passage = cut(*begun(shown.text, shown.spans, _BEFORE_ROW), _PASSAGE) if shown else Marked("")
    return (
        f"<li><a {_link(wire.link(section.url), hit.path, section.anchor)}>"
        f'<b dir="auto">{_headings(section, 2 if alike else 1)}</b>'
        + (f' <span dir="auto">{text(*passage)}</span>' if passage.text else "")
        + "</a></li>"
    )


def _facts(hit: Hit, view: View, words: Words, *, places: bool, own: Sequence[str]) -> Iterable[str]:
    """What is known of a post: where it is, its day, its tags and own fields, its translations."""
    if hit.site:
        yield f'<span class="site">{text(hit.site)}</span>'
    if day := day_of(hit.date_seconds, hit.date_from):
        yield f'<time datetime="{day}" dir="auto">{text(words.day(day))}</time>'
    if hit.tags:
        rest = len(hit.tags) - _TAGS
        more = f'<li class="rest">+{words.number(rest)}</li>' if rest > 0 else ""
        tags = "".join(f"<li>{tag(name, view)}</li>" for name in hit.tags[:_TAGS])
        yield f'<ul class="tags" aria-label="{words.text("tags")}">{tags}{more}</ul>'
    yield from own_fields.facts(hit, own)
    if hit.translations:
        others = words.text("comma").join(_translation(other) for other in hit.translations)
        yield f"<span>{words('in_languages', languages=others)}</span>"
    if places:
        yield f'<span class="place" dir="ltr">{text(hit.path)}:{hit.line}</span>'


def tag(name: str, view: View) -> str:
    """A tag as a link to the posts that have it, among those of the view."""
    on = ' aria-current="true"' if name in view.tags else ""
    return f'<a class="tag" href="{text(view.toggled("tags", name).address())}" dir="auto"{on}>{text(name)}</a>'


def _translation(other: Translation) -> str:
    """A link to a post in another language."""
    return (
        f'<a {_link(wire.link(other.url), other.path, "")} hreflang="{text(other.lang)}"{_lang(other.lang)}>'
        f"{text(language(other.lang) if other.lang else other.path)}</a>"
    )
