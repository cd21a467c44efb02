"""How do results, a hit and an index look in a notebook?

HTML that stands alone, for `_repr_html_`: colours are made of the text's own, so that it is at home on light and on
dark ground, in Jupyter, VS Code and Colab; where styles are taken out it is still a list to read. All text of posts is
escaped, and a link leads to an address only: a path of the site would lead into the notebook's server.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from .text_safety import link, to_html

#: Hits of a page, and values of a facet, that are shown; the rest is counted.
_HITS, _VALUES = 20, 12
_STYLE = """<style>
.postdex { font: 14px/1.5 system-ui, sans-serif; max-width: 46rem; margin: .25rem 0; overflow-wrap: anywhere }
.postdex ol, .postdex p { margin: 0; padding: 0; list-style: none }
.postdex > ol > li { padding: .6rem 0 }
.postdex > p + ol > li, .postdex li + li { border-top: 1px solid color-mix(in srgb, currentColor 15%, transparent) }
.postdex > p { padding: 0 0 .35rem }
.postdex b { font-weight: 600; font-size: 1.07em }
.postdex a { color: inherit; text-decoration: underline; text-underline-offset: .15em }
.postdex small { font-size: .86em; opacity: .7 }
.postdex code { font: .95em ui-monospace, monospace; background: none; color: inherit; padding: 0 }
.postdex time { white-space: nowrap }
.postdex mark { background: color-mix(in srgb, #f5a800 38%, transparent); color: inherit; border-radius: .15em }
.postdex i { font-style: normal; font-size: .86em; padding: .05em .55em; margin: 0 .3em .3em 0; border-radius: 1em;
  display: inline-block; background: color-mix(in srgb, currentColor 9%, transparent) }
</style>"""


class ShownHit(Protocol):
    """What is shown of a hit."""

    @property
    def path(self) -> str: ...
    @property
    def line(self) -> int: ...
    @property
    def url(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def title_html(self) -> str: ...
    @property
    def headings(self) -> Sequence[str]: ...
    @property
    def headings_html(self) -> Sequence[str]: ...
    @property
    def html(self) -> str: ...
    @property
    def date(self) -> datetime | None: ...
    @property
    def date_from(self) -> str: ...
    @property
    def tags(self) -> Sequence[str]: ...
    @property
    def lang(self) -> str: ...


def of_hit(hit: ShownHit) -> str:
    """A hit alone."""
    return _page(f"<ol>{_item(hit)}</ol>")


def of_results(
    summary: str, notes: Iterable[str], hits: Sequence[ShownHit], facets: Mapping[str, Mapping[str, int]]
) -> str:
    """A page of hits below a `summary`, in words, and what the reader should know."""
    lines = [f"<p>{to_html(summary)}</p>", *(f"<p><small>{to_html(note)}</small></p>" for note in notes)]
    lines += [_counts(name, counts) for name, counts in facets.items() if counts]
    items = "".join(map(_item, hits[:_HITS]))
    more = f"<p><small>and {len(hits) - _HITS} more hits</small></p>" if len(hits) > _HITS else ""
    return _page(f"{''.join(lines)}<ol>{items}</ol>{more}")


def of_index(title: str, facts: Iterable[str], tags: Mapping[str, int]) -> str:
    """An index: what it is of, some facts, its most frequent tags."""
    about = f"<p>Index of <b>{to_html(title)}</b><br><small>{to_html(', '.join(facts))}</small></p>"
    return _page(about + (_counts("tags", tags) if tags else ""))


def _page(inside: str) -> str:
    return f'<div class="postdex">{_STYLE}{inside}</div>'


def _item(hit: ShownHit) -> str:
    address = link(hit.url)
    title = f"<b>{hit.title_html or to_html(hit.path)}</b>"
    if address.startswith(("https:", "http:")):
        title = f'<a href="{to_html(address)}">{title}</a>'
    headings = hit.headings_html[hit.headings[:1] == (hit.title,) :]
    day = hit.date if hit.date_from != "file" else None  # the time of a file says nothing of its post
    facts = [f"<code>{to_html(f'{hit.path}:{hit.line}')}</code>", f"<time>{day:%Y-%m-%d}</time>" if day else ""]
    chips = " ".join(f"<i>{to_html(tag)}</i>" for tag in hit.tags[:_VALUES])
    lang = f' lang="{to_html(hit.lang)}"' if hit.lang else ""
    lines = [
        title + "".join(f" › {heading}" for heading in headings),
        f"<small>{' · '.join(filter(None, facts))}</small> {chips}",
        f"<span>{hit.html}</span>" if hit.html else "",
    ]
    return f'<li dir="auto"{lang}>{"<br>".join(filter(None, lines))}</li>'


def _counts(name: str, counts: Mapping[str, int]) -> str:
    shown = [f"<i>{to_html(value)} <small>{posts:,}</small></i>" for value, posts in [*counts.items()][:_VALUES]]
    more = f" <small>and {len(counts) - _VALUES} more</small>" if len(counts) > _VALUES else ""
    return f"<p><small>{to_html(name)}</small> {''.join(shown)}{more}</p>"
