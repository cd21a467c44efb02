"""Snapshots of several sites are searched as one: what does a post look like from there?

As if all posts lay in one folder, those of each site in a folder of its name: a path begins with the name of its site.
A link that is only a path would lead into another site, so it has the origin of its own. Segments know nothing of that.
Seen from there, each is the same segment with other paths, so that matching, statistics and ranking are those of one
index with all of these segments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from weakref import WeakValueDictionary

from ....paths import whole
from ....schema import SITES
from ....text import globs
from ....text.analyzer import Analyzer
from ...api import Identity
from ..format.columns import FOLDED_PATH
from .doc_values import Columns
from .scope import Segment
from .snapshot import Snapshot
from .stored_documents import MAX_POSTS, Documents, keep

#: By segment and site: what was read of a segment outlives the commits of the other sites.
_seen: WeakValueDictionary[tuple[Segment, str, str], SiteSegment] = WeakValueDictionary()


def together(snapshots: Mapping[str, Snapshot], identity: Identity, origins: Mapping[str, str]) -> Snapshot:
    """The snapshots of several sites, by their names, as one of this identity; `origins` are what links begin with that
    are only paths, where that is known of a site."""
    parts = [
        part._replace(segment=_seen_from(part.segment, site, origins.get(site, "")))
        for site, snapshot in snapshots.items()
        for part in snapshot.parts
    ]
    return Snapshot(identity, parts, sum(snapshot.bytes for snapshot in snapshots.values()), tuple(snapshots))


def _seen_from(segment: Segment, site: str, origin: str) -> SiteSegment:
    seen = _seen.get((segment, site, origin))
    if seen is None:
        seen = _seen[segment, site, origin] = SiteSegment(segment, site, origin)
    return seen


class SiteSegment(Segment):
    """A segment of one of several sites; all that was read of it is kept once."""

    def __init__(self, segment: Segment, site: str, origin: str) -> None:
        vars(self).update(vars(segment))
        self._segment = segment  # while this is in use, it is open for its own site, too
        self.columns = SiteColumns(segment.columns, site, segment.analyzer)
        self.documents = SiteDocuments(segment.documents, site, origin)


class SiteColumns(Columns):
    """Doc values of a segment of one of several sites."""

    def __init__(self, columns: Columns, site: str, analyzer: Analyzer) -> None:
        vars(self).update(vars(columns))
        self._lanes, self.facets = {}, {}
        self._site = site
        self._names = {name.encode("utf-8", "replace") for name in (site, analyzer.fold_path(site))}

    def keyword(self, field: str, value: str) -> int:
        """Lanes of the posts whose column holds the value; all are of the site."""
        if field != "site":
            return super().keyword(field, value)
        fits = re.compile(globs.wildcard(value)).fullmatch
        return int.from_bytes(b"\xff" * self.posts, "little") if any(map(fits, self._names)) else 0

    def path(self, path: str) -> int | None:
        """The post with just this path, which begins with the site."""
        site, _, rest = path.partition("/")
        return super().path(rest) if site == self._site else None

    def posts_by_value(self, field: str) -> Iterator[tuple[str, Sequence[int]]]:
        """The folded values of one column, each with its posts; translations are those of one site."""
        values = super().posts_by_value(field)
        return ((f"{self._site}/{value}", docs) for value, docs in values) if field == "translation" else values

    def _matching(self, field: str, pattern: bytes) -> Iterator[int]:
        if field not in ("path", FOLDED_PATH):
            yield from super()._matching(field, pattern)
            return
        covers, head = re.compile(rb"(?:" + pattern + rb")\t").match, len(field) + 1
        region = self._region(field)
        for number, line in zip(region, self._lines(region).split(b"\n"), strict=False):  # behind the last is nothing
            if any(covers(name + b"/" + line[head:]) for name in self._names):
                yield number

    def _facet(self, name: str) -> tuple[list[tuple[int, ...]], list[str]]:
        return ([(0,)] * self.posts, [self._site]) if name == SITES else super()._facet(name)


class SiteDocuments(Documents):
    """The stored posts of a segment of one of several sites."""

    def __init__(self, documents: Documents, site: str, origin: str) -> None:
        vars(self).update(vars(documents))
        self._site, self._origin = site, origin
        self._fields_here: dict[int, dict[str, Any]] = {}

    def fields(self, doc_id: int) -> dict[str, Any]:
        """The stored fields of a post, by name."""
        fields = self._fields_here.get(doc_id)
        if fields is None:
            stored = super().fields(doc_id)
            url = whole(stored["url"], self._origin)
            fields = {**stored, "path": f"{self._site}/{stored['path']}", "url": url}
            keep(self._fields_here, doc_id, fields, MAX_POSTS)
        return fields

    def path(self, doc_id: int) -> str:
        """The path of a post."""
        return f"{self._site}/{super().path(doc_id)}"
