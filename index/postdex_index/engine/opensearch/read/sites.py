"""Posts of several sites are searched as one: what is the path of each, and what does a query mean in each site?

There a path begins with the name of its site. Documents in the cluster know nothing of that: it is put before their
paths here when they are shown, and taken off what is asked for. Of one site alone nothing is changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from ....named_tuple import NamedTuple
from ....query import Clauses, Everything, Keyword, Query
from ....text import globs
from ....text.analyzer import Analyzer
from ...embedded.read.matcher import Matcher
from ...embedded.read.scope import Part, Scope, Segment
from ...embedded.read.stored_documents import Documents, StoredDocument
from ...embedded.read.vocabulary import Vocabulary
from .clauses import any_of

NOTHING = Clauses(minimum=1)


class SiteQuery(NamedTuple):
    """What a query means in the posts of an index; in those of all where `indices` has all of them."""

    indices: tuple[str, ...]
    query: Query


class SiteDocument(StoredDocument):
    """A stored post with the name of its site before its path."""

    __slots__ = ()

    def __init__(self, documents: Documents, doc_id: int, site: str) -> None:
        super().__init__(documents, doc_id)
        self.__dict__ = {**self.__dict__, "path": f"{site}/{self.path}"}


class SitesScope(Scope):
    """One-post segments of several sites; `indices` has that of each, `analyzer` is what all were read by."""

    def __init__(
        self,
        parts: Sequence[Part],
        vocabulary: Vocabulary,
        indices: Sequence[str],
        sites: Sites,
        analyzer: Analyzer,
    ) -> None:
        super().__init__(parts, vocabulary)
        self._indices = indices
        self._sites = sites
        self._analyzer = analyzer

    def document(self, doc: int) -> StoredDocument:
        """A post as it is stored, with its site before its path."""
        part, _ = self.locate(doc)
        return self._sites.document(part.segment, self._indices[doc])

    def doc(self, path: str) -> int | None:
        """The post with this path, which begins with a site."""
        return self._docs.get(path)

    @cached_property
    def _docs(self) -> dict[str, int]:
        paths = map(super().path, range(self.matcher.posts))
        return {
            self._sites.shown_path(index, path): doc
            for doc, (index, path) in enumerate(zip(self._indices, paths, strict=True))
        }

    def matching(self, query: Query) -> int:
        """Byte lanes of the posts that match: what a query says of paths is meant for each site."""
        return self._sites.matching(self.matcher, self._indices, query, self._analyzer)

    def path(self, doc: int) -> str:
        """What decides among equal posts, as `Sites.ties` has it."""
        return f"{self._indices[doc]}\0{super().path(doc)}"


class Sites:
    """The indices of a snapshot with the names of their sites; of one site alone there is no name."""

    def __init__(self, indices: Sequence[str], names: Sequence[str] = ()) -> None:
        self._names = dict(zip(indices, names, strict=True)) if len(indices) > 1 else {}
        self._indices = tuple(indices)

    @property
    def several(self) -> bool:
        """Whether paths begin with a site."""
        return bool(self._names)

    @property
    def names(self) -> Mapping[str, str]:
        """The names of the sites, where they are several, by their indices."""
        return self._names

    @property
    def ties(self) -> list[dict[str, str]]:
        """The order of posts that are equal in all else."""
        return [{"_index": "asc"}, {"path": "asc"}] if self.several else [{"path": "asc"}]

    # -- what is shown

    def shown_path(self, index: str, path: str) -> str:
        """The path of a post of an index."""
        return f"{self._names[index]}/{path}" if self.several else path

    def document(self, segment: Segment, index: str) -> StoredDocument:
        """The post of a one-post segment."""
        if self.several:
            return SiteDocument(segment.documents, 0, self._names[index])
        return StoredDocument(segment.documents, 0)

    def scope(self, parts: Sequence[Part], vocabulary: Vocabulary, indices: Sequence[str], analyzer: Analyzer) -> Scope:
        """One-post segments, each of one of these indices."""
        return SitesScope(parts, vocabulary, indices, self, analyzer) if self.several else Scope(parts, vocabulary)

    # -- what is asked for

    def at_paths(self, paths: Iterable[str]) -> dict[str, Any]:
        """The filter of the posts with these paths."""
        if not self.several:
            return {"terms": {"path": list(paths)}}
        by_site: dict[str, list[str]] = {}
        for path in paths:
            site, _, rest = path.partition("/")
            by_site.setdefault(site, []).append(rest)
        there = [(index, by_site[name]) for index, name in self._names.items() if name in by_site]
        return any_of([within((index,), {"terms": {"path": local}}) for index, local in there])

    def meaning(self, query: Query, analyzer: Analyzer) -> list[SiteQuery]:
        """What a query means where: the same in all indices, unless it names paths or sites."""
        if not (self.several and _names_place(query)):
            return [SiteQuery(self._indices, query)]
        return [
            SiteQuery((index,), _localized(query, {name, analyzer.fold_path(name)}))
            for index, name in self._names.items()
        ]

    def matching(self, matcher: Matcher, indices: Sequence[str], query: Query, analyzer: Analyzer) -> int:
        """Byte lanes of the posts, each of one of these indices, that match here."""
        meanings = self.meaning(query, analyzer)
        if len(meanings) == 1:
            return matcher.match(query)
        lanes = 0
        for there, meant in meanings:
            of_these = bytes([255 * (index in there) for index in indices])
            lanes |= matcher.match(meant) & int.from_bytes(of_these, "little")
        return lanes


def within(indices: Sequence[str], clause: Mapping[str, Any]) -> dict[str, Any]:
    """The posts of a filter that lie in any of these indices."""
    return {"bool": {"filter": [{"terms": {"_index": list(indices)}}, clause]}}


def _names_place(query: Query) -> bool:
    if isinstance(query, Clauses):
        return any(map(_names_place, (*query.required, *query.optional, *query.excluded)))
    return isinstance(query, Keyword) and query.field in ("path", "site")


def _localized(query: Query, names: Iterable[str]) -> Query:
    """What a query means among the posts of a site, which has any of these names."""
    if isinstance(query, Clauses):
        required, optional, excluded = (
            tuple([_localized(clause, names) for clause in clauses])
            for clauses in (query.required, query.optional, query.excluded)
        )
        return query._replace(required=required, optional=optional, excluded=excluded)
    if not isinstance(query, Keyword) or query.field not in ("path", "site"):
        return query
    if query.field == "site":
        fits = re.compile(globs.wildcard(query.value)).fullmatch
        return Everything() if any(fits(name.encode()) for name in names) else NOTHING
    return _one_of([meant for name in sorted(names) for meant in _below(query.value, name)])


def _below(value: str, site: str) -> list[Query]:
    """What the path of a filter covers in the folder of a site, as filters of the paths there; any of them will do."""
    if not re.search(r"[*?]", value):
        folder, _, rest = value.partition("/")
        return ([Keyword("path", rest)] if rest else [Everything()]) if folder == site else []
    tokens = re.findall(r"\*+|[^*]", value)
    reached = {0}
    for char in site + "/":
        reached = {
            at + (tokens[at][0] != "*")
            for at in _skipping(reached, tokens)
            if at < len(tokens) and _takes(tokens[at], char)
        }
    return [_whole("".join(tokens[at:])) for at in sorted(reached) if at < len(tokens)]


def _skipping(reached: Iterable[int], tokens: Sequence[str]) -> set[int]:
    """With the places behind stars that stand for nothing."""
    places = set(reached)
    for at in sorted(places):
        while at < len(tokens) and tokens[at][0] == "*":
            at += 1
            places.add(at)
    return places


def _takes(token: str, char: str) -> bool:
    return token == char or len(token) > 1 or (token in "*?" and char != "/")


def _whole(pattern: str) -> Query:
    """The paths that a pattern covers; what is left of it may look like a folder, and is none."""
    path = Keyword("path", pattern)
    return path if re.search(r"[*?]", pattern) else Clauses((path,), excluded=(Keyword("path", pattern + "/**"),))


def _one_of(queries: Sequence[Query]) -> Query:
    return queries[0] if len(queries) == 1 else Clauses(optional=tuple(queries), minimum=1) if queries else NOTHING
