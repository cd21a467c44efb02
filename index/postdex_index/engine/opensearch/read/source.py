"""What does a snapshot ask of the cluster, and how does each request see the same posts?

Every search goes to the physical indices that the commits named and passes the filter of what they show. A snapshot
that was not seen to be the newest just now carries a look at how far back posts are still there (`floor`), so that one
that has been overtaken says so. What was counted, which words the index has, and the segments of posts are asked
through here and kept.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeAlias
from zlib import crc32

from ....errors import EngineUnavailableError
from ....named_tuple import NamedTuple
from ....query import Leaf, Query
from ....text.analyzer import Analyzer
from ...api import FieldStats, Search
from ...embedded.format.columns import PIN
from ...embedded.read.postings import Pattern
from ...embedded.read.ranking import Counted
from ...embedded.read.scope import Part, Scope, Segment
from ...embedded.read.vocabulary import Vocabulary
from ..cluster.connection import Cluster, IndexSearch
from ..format import one_post_segment
from ..format.one_post_segment import SEGMENT
from ..storage.commit import FLOOR, SiteCommit, document_id, is_whole, visible
from . import own_fields
from .clauses import all_of, any_of
from .listings import DEEPEST
from .patterns import clean
from .segment_cache import DocumentKey, SegmentCache
from .sites import SiteQuery, Sites, within
from .statistics import MAX_LANGUAGES, Count, Statistics
from .translation import Translator
from .words import Words

#: So long, in seconds, a snapshot that was the newest needs no look at what was deleted: what a commit replaces is left
#: there until the commit after the next, at least.
_SURE = 1.0
#: Segments that one search gives, a few KB each.
_BATCH = 1_000


class LastSeen:
    """Which commit of each index was the newest when somebody looked, and when that was. Thread-safe."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[int, float]] = {}

    def note(self, commit: SiteCommit) -> None:
        """This one is the newest now."""
        self._seen[commit.index] = commit.generation, time.monotonic()

    def was_just(self, commit: SiteCommit) -> bool:
        """Whether this one was the newest a moment ago."""
        generation, when = self._seen.get(commit.index, (-1, 0.0))
        return generation == commit.generation and time.monotonic() - when < _SURE


class TitleKey(NamedTuple):
    """The posts whose title has this key, or with `heading` a heading."""

    key: str
    heading: bool = False


class Held(NamedTuple):
    """At least the posts that hold a leaf of what was typed as a whole."""

    leaf: Leaf


#: What the posts are counted for that match.
Question: TypeAlias = Query | TitleKey | Held
#: Queries of which it is remembered which posts match.
_MAX_VERIFIED = 100


class ClusterVocabulary(Vocabulary):
    """The languages and words of the whole index, of which candidates are a small part."""

    def __init__(self, languages: tuple[str, ...], words: Words) -> None:
        super().__init__(languages, ())
        self._words = words

    def _only(self, searched_patterns: Sequence[Pattern]) -> frozenset[bytes] | None:
        return self._words.only(searched_patterns)


class Language:
    """In what queries are read and asked: the languages and words of published posts, or of all."""

    def __init__(self, source: Source, drafts: bool) -> None:
        languages = tuple(sorted({code for commit in source.commits for code in commit.languages(drafts)}))
        self.words = Words(source, drafts=drafts)
        self.translator = Translator(languages, self.words.meant)
        self.vocabulary = ClusterVocabulary(languages, self.words)


class Source:
    """The cluster as one snapshot sees it: these commits, less the posts of some paths. Thread-safe."""

    def __init__(
        self,
        cluster: Cluster,
        commits: Sequence[SiteCommit],
        cache: SegmentCache,
        newest: LastSeen,
        sites: Sites,
        without: tuple[str, ...] = (),
    ) -> None:
        self.commits = commits
        self.sites = sites
        self.without = without
        self.statistics = Statistics(self)
        self._cluster = cluster
        self._cache = cache
        self._newest = newest
        self._language: dict[bool, Language] = {}
        self._languages: dict[bool, Sequence[str]] = {}
        self._fields: dict[bool, Mapping[str, FieldStats]] = {}
        self._verified: dict[tuple[SiteQuery, bool], dict[str, Any]] = {}
        self._indices = ",".join([commit.index for commit in commits])

    @cached_property
    def analyzer(self) -> Analyzer:
        """What the posts were read by."""
        languages = sorted({code for commit in self.commits for code in commit.languages(True)})
        return Analyzer(all(commit.contents.simplify for commit in self.commits), tuple(languages) or ("en",))

    def language(self, drafts: bool) -> Language:
        """Of queries for published posts, or for all."""
        language = self._language.get(drafts)
        if language is None:
            language = self._language[drafts] = Language(self, drafts)
        return language

    @property
    def has_groups(self) -> bool:
        """Whether posts are translations of each other."""
        return any(commit.contents.groups for commit in self.commits)

    @property
    def has_boosts(self) -> bool:
        """Whether any post has a boost."""
        return any(commit.contents.boosted for commit in self.commits)

    @property
    def has_pins(self) -> bool:
        """Whether any post says for which queries it comes first."""
        return any(commit.contents.pinned for commit in self.commits)

    def fields(self, drafts: bool) -> Mapping[str, FieldStats]:
        """The fields of the site's own that published posts have, or all, by their names."""
        if drafts not in self._fields:
            query = {"bool": {"filter": self.visible(drafts)}}
            body = {"size": 0, "track_total_hits": False, "query": query, "aggs": own_fields.kinds_counted()}
            self._fields[drafts] = own_fields.stats(*self.ask([body]))
        return self._fields[drafts]

    # -- asking

    def ask(self, bodies: Sequence[dict[str, Any]], deadline: float | None = None) -> list[dict[str, Any]]:
        """The answers to these searches, all in one request. Raises EngineUnavailableError."""
        searches = [IndexSearch(self._indices, body) for body in bodies]
        unsure = [commit for commit in self.commits if not self._newest.was_just(commit)]
        floors = [IndexSearch(commit.index, FLOOR) for commit in unsure]
        answers = self._cluster.search_all([*searches, *floors], deadline=deadline)
        for commit, answer in zip(unsure, answers[len(bodies) :], strict=True):
            if not is_whole(commit, answer):
                message = "posts that this snapshot shows were replaced long ago, and are gone from the cluster"
                raise EngineUnavailableError(message, "open the index again", path=commit.index)
        return answers[: len(bodies)]

    def visible(self, drafts: bool) -> list[dict[str, Any]]:
        """The filters that every post of the snapshot passes."""
        filters = [self._visible(drafts)]
        if self.without:
            filters.append({"bool": {"must_not": self.sites.at_paths(self.without)}})
        return filters

    def _visible(self, drafts: bool) -> dict[str, Any]:
        shown = [(commit.index, visible(commit, drafts)) for commit in self.commits]
        if len(shown) == 1:
            return shown[0][1]
        return {"bool": {"should": [{"bool": {"filter": [{"term": {"_index": name}}, one]}} for name, one in shown]}}

    def matches(self, question: Question, drafts: bool) -> dict[str, Any]:
        """The filter of the posts that match a query, have a key, or may hold a whole."""
        match question:
            case TitleKey(key, heading):
                return {"term": {"heading_keys" if heading else "title_keys": crc32(key.encode())}}
            case Held(leaf):
                return self.language(drafts).translator.holders(leaf)
        meanings = self.sites.meaning(question, self.analyzer)
        if len(meanings) == 1:
            return self._matching(meanings[0], drafts)
        return any_of([within(meant.indices, self._matching(meant, drafts)) for meant in meanings])

    def pinned(self, search: Search) -> dict[str, Any] | None:
        """The filter of the posts that come first for a search; None if there can be none."""
        if search.pinned is None:
            return None
        posts, filters = search.pinned
        first = [self.sites.at_paths(posts)] if posts else []
        if search.as_typed.key and self.has_pins:
            first.append({"terms": {"values": [f"{PIN}\t{clean(search.as_typed.key)}"]}})
        if not first:
            return None
        return all_of([any_of(first), *(self.matches(query, search.drafts) for query in filters)])

    def matches_or_pinned(self, search: Search) -> dict[str, Any]:
        """The filter of the posts that match a search, those that come first whatever they hold, too."""
        matching = self.matches(search.query, search.drafts)
        pinned = self.pinned(search)
        return any_of([pinned, matching]) if pinned else matching

    def _matching(self, meant: SiteQuery, drafts: bool) -> dict[str, Any]:
        """The filter of the posts that match what a query means in some indices."""
        translated = self.language(drafts).translator.matches(meant.query)
        if translated.exact:
            return translated.clause
        verified = self._verified.get((meant, drafts))
        if verified is None:
            if len(self._verified) >= _MAX_VERIFIED:
                self._verified = {}
            verified = self._verified[meant, drafts] = self._verify(meant, translated.clause, drafts)
        return verified

    def _verify(self, meant: SiteQuery, clause: dict[str, Any], drafts: bool) -> dict[str, Any]:
        """The filter of the posts that match a query which the cluster cannot say just so: of the posts of a wider one
        (the first of them, where these are too many) those that match it here."""
        body = {
            "size": DEEPEST,
            "query": within(meant.indices, {"bool": {"filter": [*self.visible(drafts), clause]}}),
            "sort": self.sites.ties,
            "_source": False,
            "track_total_hits": False,
        }
        (answer,) = self.ask([body])
        keys = keys_in(answer)
        parts = [Part(segment, frozenset(), False) for segment in self.segments(keys)]
        matcher = Scope(parts, self.language(drafts).vocabulary).matcher
        by_index: dict[str, list[str]] = {index: [] for index in meant.indices}
        for doc in matcher.docs(matcher.match(meant.query)):
            by_index[keys[doc].index].append(keys[doc].id)
        # Two sites may have documents of one id.
        return any_of([within((index,), {"ids": {"values": ids}}) for index, ids in by_index.items()])

    def uncounted(self, questions: Sequence[Question], drafts: bool) -> list[Question]:
        """Those of these that were not counted yet."""
        return [question for question in questions if not self.statistics.knows(question, drafts)]

    def counted_wholes(self, search: Search) -> Counted:
        """How many posts there are, and how many may hold each leaf of what was typed as a whole."""
        held = self.counts([Held(leaf) for leaf in search.as_typed.leaves], search.drafts, search.deadline)
        return Counted(self.posts(search.drafts), [count.posts for count in held])

    def counts(self, questions: Sequence[Question], drafts: bool, deadline: float | None = None) -> list[Count]:
        """How many posts match each of these."""
        return self.statistics.counts(questions, drafts, deadline)

    @cached_property
    def _hidden(self) -> tuple[int, int]:
        """How many published posts are left out by their paths, and how many others."""
        if not self.without:
            return 0, 0
        aggregation = {"drafts": {"filter": {"term": {"draft": True}}}}
        query = {"bool": {"filter": [self._visible(True), self.sites.at_paths(self.without)]}}
        (answer,) = self.ask([{"size": 0, "track_total_hits": True, "query": query, "aggs": aggregation}])
        drafts = answer["aggregations"]["drafts"]["doc_count"]
        return answer["hits"]["total"]["value"] - drafts, drafts

    def posts(self, drafts: bool) -> int:
        """The number of published posts, or of all."""
        published, unpublished = self.published_and_not()
        return published + unpublished * drafts

    def published_and_not(self) -> tuple[int, int]:
        """The numbers of published and unpublished posts."""
        hidden, hidden_drafts = self._hidden
        published = sum(commit.contents.posts for commit in self.commits) - hidden
        return published, sum(commit.contents.unpublished for commit in self.commits) - hidden_drafts

    def languages_of_translations(self, drafts: bool) -> Sequence[str]:
        """The languages of posts that are translations of others, those with most posts first."""
        if drafts not in self._languages:
            query = {"bool": {"filter": self.visible(drafts)}}
            languages = {"languages": {"terms": {"field": "compared", "size": MAX_LANGUAGES}}}
            (answer,) = self.ask([{"size": 0, "track_total_hits": False, "query": query, "aggs": languages}])
            buckets = answer["aggregations"]["languages"]["buckets"]
            buckets.sort(key=lambda bucket: (-bucket["doc_count"], bucket["key"]))
            self._languages[drafts] = [bucket["key"] for bucket in buckets]
        return self._languages[drafts]

    # -- documents

    def keys_of(self, paths: Sequence[str]) -> dict[str, DocumentKey]:
        """The documents of posts by their paths, as far as there are any; drafts, too."""
        keys: dict[str, DocumentKey] = {}
        wanted = list(dict.fromkeys(paths))
        for start in range(0, len(wanted), DEEPEST):
            stretch = wanted[start : start + DEEPEST]
            query = {"bool": {"filter": [*self.visible(True), self.sites.at_paths(stretch)]}}
            body = {"size": len(stretch), "query": query, "sort": ["path"], "_source": False, "track_total_hits": False}
            (answer,) = self.ask([body])
            for hit, key in zip(answer["hits"]["hits"], keys_in(answer), strict=True):
                keys[self.sites.shown_path(key.index, hit["sort"][0])] = key
        return keys

    def segments(
        self,
        keys: Sequence[DocumentKey],
        contents: Mapping[DocumentKey, bytes] | None = None,
        deadline: float | None = None,
    ) -> list[Segment]:
        """The segments of documents, from what is known, these packed contents, or the cluster."""
        known = self._cache.known(keys)
        missing = [key for key in dict.fromkeys(keys) if key not in known]
        if missing:
            packed = {key: contents[key] for key in missing if key in contents} if contents else {}
            packed |= self._fetched([key for key in missing if key not in packed], deadline)
            opened = {key: one_post_segment.opened(content, key.id) for key, content in packed.items()}
            self._cache.add(opened, {key: len(content) for key, content in packed.items()})
            known |= opened
        return [known[key] for key in keys]

    def segments_of(self, hits: Sequence[Mapping[str, Any]]) -> list[Segment]:
        """The segments of the documents that a search found."""
        return self.segments([_key(hit) for hit in hits])

    def _fetched(self, keys: Sequence[DocumentKey], deadline: float | None) -> dict[DocumentKey, bytes]:
        if not keys:
            return {}
        fields = {"stored_fields": "_none_", "docvalue_fields": ["path", "since", SEGMENT], "track_total_hits": False}
        searches = [
            IndexSearch(index, {"size": len(ids), "query": {"ids": {"values": ids}}, **fields})
            for index, ids in _batches(keys)
        ]
        found: dict[DocumentKey, bytes] = {}
        for answer in self._cluster.search_all(searches, deadline=deadline):
            for hit in answer["hits"]["hits"]:
                values, content = hit["fields"], one_post_segment.content_of(hit)
                if content:
                    found[DocumentKey(hit["_index"], document_id(values["path"][0], values["since"][0]))] = content
        for key in keys:
            if key not in found:
                message = "a post that this snapshot shows is gone from the cluster"
                raise EngineUnavailableError(message, "open the index again", path=f"{key.index}/{key.id}")
        return found


def keys_in(answer: Mapping[str, Any]) -> list[DocumentKey]:
    """The documents that a search found."""
    return [_key(hit) for hit in answer["hits"]["hits"]]


def _key(hit: Mapping[str, Any]) -> DocumentKey:
    return DocumentKey(hit["_index"], hit["_id"])


def _batches(keys: Sequence[DocumentKey]) -> Iterator[tuple[str, list[str]]]:
    """Ids of documents by index, as many as one search gives."""
    for index in dict.fromkeys(key.index for key in keys):
        ids = [key.id for key in keys if key.index == index]
        yield from ((index, ids[start : start + _BATCH]) for start in range(0, len(ids), _BATCH))
