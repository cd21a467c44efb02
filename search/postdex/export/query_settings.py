"""What must somebody know of a site's settings who reads queries in a published index?

Only what is public is told: what readers may type for words of the posts, which posts the owner puts first for which
queries, how age counts, and which day it is for the posts. What comes from several places (`site_synonyms`) is put
together here, once, so that a page needs neither the lists nor the glossary.
"""

from __future__ import annotations

from typing import Any

from postdex_index.engine.api import Reader
from postdex_index.paths import StrPath
from postdex_index.settings import Pin, Settings

from ..site_clock import SiteClock
from ..site_synonyms import all_rows


def settings_of(settings: Settings, reader: Reader, folder: StrPath) -> dict[str, Any]:
    """The settings of a folder's posts that its published index has, as JSON.

    `timezone` is the zone of the site, "" for that of whoever reads; `recency` is a length of time or ""; `synonyms`
    are rows (`TableRow`) in the order in which they are looked up; `pins` are queries with paths of published posts.
    """
    return {
        "timezone": SiteClock(folder).zone(settings),
        "recency": settings.recency,
        "synonyms": [row._asdict() for row in all_rows(settings, reader)],
        "pins": [pin for pin in (_published(pin, reader) for pin in settings.pins) if pin["posts"]],
    }


def _published(pin: Pin, reader: Reader) -> dict[str, Any]:
    """A row of pins with those of its posts that are there for all."""
    documents = reader.documents(pin.posts)
    there = [path for path, post in zip(pin.posts, documents, strict=True) if post and not post.unpublished]
    return {"queries": pin.queries, "posts": there}
