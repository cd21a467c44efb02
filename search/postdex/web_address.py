"""Where on the web are the posts that are found?

An index has links as paths of the site (`/2022/refcount-bug/`), unless the setting `base_url` says what they begin
with. Who is asked from elsewhere, as the service is, puts before them where the site's own settings say that it is
published.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from postdex_index.content.reader import site
from postdex_index.engine.api import Reader, Search
from postdex_index.paths import whole as whole
from postdex_index.query import Everything
from postdex_index.settings import Settings

from .index_location import hint_with_sites
from .request import ALL_POSTS
from .results.values import Hit, HitList

AnyHitList = TypeVar("AnyHitList", bound=HitList)


def origin(folder: Path, settings: Settings) -> str:
    """The scheme and host of the site that a folder belongs to; "" if nobody says them, or `base_url` is set."""
    return "" if settings.base_url else site(folder).origin


def home(folder: Path, settings: Settings) -> str:
    """Where the site begins, for a way back to it; "" if nobody says."""
    its = site(folder)
    return settings.home or settings.base_url or (f"{its.origin}{its.base}/" if its.origin else "")


def name(folder: Path, settings: Settings) -> str:
    """What the site is called, "" if nobody says."""
    return settings.name or site(folder).name


def with_origin(results: AnyHitList, origin: str) -> AnyHitList:
    """Results whose hits lead to where the site is published."""
    return results.replaced(hits=tuple(_leading(hit, origin) for hit in results.hits)) if origin else results


def _leading(hit: Hit, origin: str) -> Hit:
    sections = tuple(section._replace(url=whole(section.url, origin)) for section in hit.sections)
    translations = tuple(other._replace(url=whole(other.url, origin)) for other in hit.translations)
    return hit._replace(url=whole(hit.url, origin), sections=sections, translations=translations)


def addresses(reader: Reader) -> list[str]:
    """The links of all published posts, "" for each that has none."""
    posts = reader.search(Search(Everything(), sort="title", limit=ALL_POSTS)).candidates
    return [candidate.document.url for candidate in posts]


def without_address(urls: Sequence[str], folder: Path) -> list[str]:
    """A line on the posts that have no address, with what gives them one; none if all have one.

    >>> without_address(["/a/", ""], Path("posts"))
    ['1 of 2 posts has no address; url = "/:slug/" in postdex.toml, or another pattern, gives it one']
    """
    without = urls.count("")
    if not without:
        return []
    several = without > 1
    remedy = f"`permalink: /…/` in {'their' if several else 'its'} front matter gives"
    if not site(folder).generator.link:
        remedy = 'url = "/:slug/" in postdex.toml, or another pattern, gives'
    of_all = f"{without:,} of {len(urls):,} posts {'have' if several else 'has'} no address"
    remedy = f"{remedy} {'them' if several else 'it'} one"
    return [f"{of_all}; {hint_with_sites(folder, remedy)}"]


def without_origin(urls: Sequence[str], folder: Path, settings: Settings) -> list[str]:
    """A line on links that are only paths, where nobody says of which site; none if there are none."""
    paths = sum(url.startswith("/") for url in urls)
    if not paths or settings.base_url or origin(folder, settings):
        return []
    generator = site(folder).generator
    theirs = f", or {generator.published[0]} in the site's settings," if generator.published else ""
    of_all = f"the addresses of {paths:,} of {len(urls):,} posts are only paths"
    return [f'{of_all}; base_url = "https://…" in postdex.toml{theirs} says where the site is']
