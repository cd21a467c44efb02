"""An engine of dicts and loops: what `engine_contract` asks for can be done without the embedded one."""

from __future__ import annotations

import math
import re
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from postdex_index import scoring
from postdex_index.document import LeafPositions, Mark, Outline, Passage, StoredSection, as_datetime
from postdex_index.engine.api import (
    SHARED,
    Answer,
    CommitInfo,
    FieldStats,
    FileTable,
    Identity,
    IndexedWord,
    LeafStats,
    Put,
    Search,
    Stats,
)
from postdex_index.errors import IndexLockedError, IndexMissingError, NotFoundError
from postdex_index.formats.typed_values import READERS, fitting, shown_number
from postdex_index.model import Explanation, Post, Problem
from postdex_index.query import (
    Clauses,
    DateRange,
    Everything,
    FieldRange,
    Fuzzy,
    Keyword,
    Leaf,
    Phrase,
    Prefix,
    Query,
    Regex,
    Synonyms,
    Term,
    Wildcard,
    leaves,
    show,
)
from postdex_index.schema import SORTS
from postdex_index.settings import Settings
from postdex_index.text import globs
from postdex_index.text.analyzer import Analyzer
from postdex_index.text.edit_distance import edit_distance
from postdex_index.text.regexes import of_words
from postdex_index.text.stemming import stem, stemmer_language

#: By place: the commits, newest last, as (file table, posts, problems, analyzer).
INDEXES: dict[str, list[Commit]] = {}
LOCKS: dict[str, threading.Lock] = {}
MADE_OF: dict[str, str] = {}


class Commit(NamedTuple):
    table: FileTable
    posts: dict[str, Post]
    problems: list[Problem]
    analyzer: Analyzer


class ToyDocument:
    """A post with its words numbered from 0: those of the title, then each section's heading and text."""

    def __init__(self, post: Post, analyzer: Analyzer) -> None:
        self._post, self._analyzer = post, analyzer
        self.description = post.description or (post.sections[0].text[:200] if post.sections else "")
        self.sections: list[StoredSection] = []
        self.terms: list[set[str]] = []
        self._read(post.title)
        above: list[tuple[int, str]] = []
        for one in post.sections:
            above = [pair for pair in above if pair[0] < one.level]
            above += [(one.level, one.heading)] if one.heading else []
            start = self._read(one.heading)
            body = self._read(one.text)
            headings = tuple(heading for _, heading in above)
            places = start, body, len(self.terms)
            self.sections.append(StoredSection(one.level, one.heading, headings, one.anchor, one.line, *places))
        language = stemmer_language(post.lang)
        self.stems = [{stem(term, language) for term in terms} for terms in self.terms]

    def _read(self, text: str) -> int:
        """Take in the words of a text; where they begin."""
        first = len(self.terms)
        for token in self._analyzer.tokens(text, first=first):
            self.terms += [set() for _ in range(token.position + 1 - len(self.terms))]
            self.terms[token.position].add(token.term)
        return first

    def __getattr__(self, name: str) -> Any:
        return getattr(self._post, name)

    @property
    def date(self) -> datetime | None:
        return as_datetime(self._post.date_seconds)

    @property
    def updated(self) -> datetime | None:
        return as_datetime(self._post.updated_seconds)

    @property
    def outline(self) -> Outline:
        bounds = list(chain.from_iterable((one.start, one.body) for one in self.sections))
        return Outline([one.level for one in self.sections], bounds, [one.stop for one in self.sections])

    def section(self, number: int) -> StoredSection:
        return self.sections[number]

    def text(self, section: int) -> str:
        return self._post.sections[section].text

    def passage(self, section: int, near: int, found: Sequence[LeafPositions]) -> Passage:
        text, stored = self.text(section), self.sections[section]
        return Passage(text, 0, stored.line, tuple(self._marks(text, stored.body, found)), False, False)

    def heading_marks(self, number: int, found: Sequence[LeafPositions]) -> list[Mark]:
        return self._marks(self.sections[number].heading, self.sections[number].start, found)

    def _marks(self, text: str, first: int, found: Sequence[LeafPositions]) -> list[Mark]:
        spans = {token.position: token for token in self._analyzer.tokens(text, first=first)}
        owners = {place: one.leaf for one in reversed(found) for place in one.positions}
        return [Mark(spans[at].start, spans[at].stop, leaf) for at, leaf in sorted(owners.items())]


class ToyCandidate:
    def __init__(self, document: ToyDocument, score: float, whole: float, asked: Sequence[Leaf]) -> None:
        self.document: Any = document
        self.score, self.whole, self._leaves = score, whole, asked
        self.others: Sequence[ToyDocument] = ()
        self.prior, self.pinned = 1.0, False

    def holds(self, leaf: int) -> bool:
        return bool(self.positions(leaf))

    def positions(self, leaf: int) -> Sequence[int]:
        return places_of(self.document, self._leaves[leaf])

    def translations(self, most: int) -> Sequence[Any]:
        return self.others[:most]


class ToyReader:
    def __init__(self, commit: Commit) -> None:
        self._commit = commit
        self.analyzer = Analyzer(commit.analyzer.simplify, ("en",))
        self._documents = {path: ToyDocument(post, self.analyzer) for path, post in commit.posts.items()}

    @property
    def identity(self) -> Identity:
        assert self._commit.table.identity
        return self._commit.table.identity

    def search(self, search: Search) -> Answer:
        if search.deadline is not None and time.monotonic() > search.deadline:
            return Answer((), 0, {}, (), False)
        asked = [*leaves(search.query), *search.as_typed.leaves]
        places = self._pinned(search)
        shown = self._shown(search.drafts)
        matching = [one for one in shown if one.path in places or matches(self.analyzer, one, search.query)]
        groups = self._groups(search.drafts) if search.grouped else {}
        found = self._one_of_each(matching, groups, search)
        scored = [(self._scored(search, one), one) for one in found]
        best = [ToyCandidate(one, sum(parts), parts[1], asked) for parts, one in scored]
        for one in best:
            others = [it for it in groups.get(one.document.translation, ()) if it is not one.document]
            one.others = sorted(others, key=lambda it: str(it.lang))
        best.sort(key=lambda one: str(one.document.path))
        if search.sort == "score":
            for one in best:
                one.pinned = one.document.path in places
                one.prior = math.prod(_prior(search, one.document))
            best.sort(key=lambda one: (places.get(one.document.path, len(places)), -one.score))
        elif (name := search.sort.removeprefix("-")) in (own := self._own(search.drafts)):
            keys = {id(one): self._keys(own[name], one.document) for one in best}
            down = (own[name].kind != "text") != search.sort.startswith("-")
            has = [one for one in best if keys[id(one)]]
            has.sort(key=lambda one: (max if down else min)(keys[id(one)]), reverse=down)
            best = has + [one for one in best if not keys[id(one)]]
        elif search.sort == "title":
            best.sort(key=lambda one: self.analyzer.fold_value(one.document.title))
        elif search.sort in SORTS:
            best.sort(key=lambda one: -(getattr(one.document, f"{search.sort}_seconds") or -(1 << 62)))
        kinds = {name: field.kind for name, field in self._own(search.drafts).items()}
        counts = {name: _counted(name, matching, groups, kinds.get(name, "")) for name in search.facets}
        stats = tuple(LeafStats(leaf, sum(bool(places_of(one, leaf)) for one in matching), 1.0) for leaf in asked)
        return Answer(best, len(found), counts, stats, True, bool(groups))

    def fields(self) -> list[FieldStats]:
        return [field for field in self._own(False).values() if field.posts >= SHARED or field.named]

    def _own(self, drafts: bool) -> dict[str, FieldStats]:
        """The site's own fields by name, in that order."""
        posts = [dict(one.fields) for one in self._shown(drafts)]
        found: dict[str, FieldStats] = {}
        for name in sorted({name for fields in posts for name in fields}):
            values = [value for fields in posts for value in fields.get(name, ())]
            kind = next(iter(fitting(values)), "text")
            named = any(name in one.named_fields for one in self._shown(drafts))
            found[name] = FieldStats(name, kind, sum(name in fields for fields in posts), named)
        return found

    def _keys(self, field: FieldStats, document: ToyDocument) -> list[Any]:
        read: Any = READERS.get(field.kind, self.analyzer.fold_value)
        return [read(value) for value in dict(document.fields).get(field.name, ())]

    def _pinned(self, search: Search) -> dict[str, int]:
        """The places of the posts that come first."""
        if search.pinned is None:
            return {}
        posts, filters = search.pinned
        key, first = search.as_typed.key, [path for path in posts if path in self._documents]
        own = [one.path for one in self._documents.values() if key in map(self.analyzer.key, one.pins)]
        places = {**dict.fromkeys(own, len(first)), **{path: place for place, path in reversed([*enumerate(first)])}}
        fits = Clauses(required=filters)
        return {path: n for path, n in places.items() if matches(self.analyzer, self._documents[path], fits)}

    def _groups(self, drafts: bool) -> dict[str, list[ToyDocument]]:
        """The translations of each key, but for those with two in one language."""
        by_key: dict[str, list[ToyDocument]] = {}
        for one in self._shown(drafts):
            by_key.setdefault(one.translation, []).append(one)
        by_key.pop("", None)
        return {key: group for key, group in by_key.items() if 1 < len(group) == len({one.lang for one in group})}

    def _one_of_each(
        self, matching: Sequence[ToyDocument], groups: dict[str, list[ToyDocument]], search: Search
    ) -> list[ToyDocument]:
        """The posts that match, and of those of a group the one that is shown."""
        language, places = _language(groups, leaves(search.query)), self._pinned(search)
        by_group: dict[str, list[ToyDocument]] = {}
        for one in matching:
            by_group.setdefault(f"group {one.translation}" if one.translation in groups else one.path, []).append(one)

        def preference(one: ToyDocument) -> tuple[bool, int, tuple[bool, bool, str]]:
            named = -1 if one.path in places else self._unnamed(one, search.as_typed.key)
            return _is_silent(one), named, _preference(one, language)

        return [min(group, key=preference) for group in by_group.values()]

    def _unnamed(self, document: ToyDocument, key: str) -> int:
        """0 for a post whose title is the key, 1 for one with a heading that is, else 2."""
        headings = {self.analyzer.key(one.heading) for one in document.sections}
        named = bool(key) and not _is_silent(document)
        return 0 if named and self.analyzer.key(document.title) == key else 1 if named and key in headings else 2

    def _scored(self, search: Search, document: ToyDocument) -> tuple[float, float]:
        """What the words of a post are worth, and more than all of them if it has what was typed as a whole."""
        words = leaves(search.query)
        held = sum(leaf.weight for leaf in words if places_of(document, leaf)) * math.prod(_prior(search, document))
        levels = [bool(places_of(document, leaf)) for leaf in search.as_typed.leaves]
        most = 2 * sum(leaf.weight for leaf in words) + 1
        return held, next(((len(levels) - at) * most for at, has in enumerate(levels) if has), 0.0)

    def explain(self, search: Search, path: str) -> Explanation:
        if path not in self._documents:
            raise NotFoundError("no post of the index has this path", path=path)
        document = self._documents[path]
        words, whole = self._scored(search, document)
        held = [leaf for leaf in leaves(search.query) if places_of(document, leaf)]
        parts = tuple(Explanation(leaf.weight, show(leaf)) for leaf in held)
        beside = [Explanation(factor, "the post itself") for factor in _prior(search, document)]
        worth = Explanation(sum(leaf.weight for leaf in held), "sum of the words", parts)
        total = Explanation(words, "product", (worth, *beside))
        return Explanation(words + whole, "sum", (total, Explanation(whole, "as a whole")))

    def words(
        self, *, prefix: str = "", near: str = "", within: str = "", edits: int = 1, limit: int = 10
    ) -> list[IndexedWord]:
        counts = Counter(term for one in self._shown(False) for term in set().union(*one.terms))
        distances = {term: _distance(near, term, edits) if near else 0 for term in counts}
        fits = [t for t in counts if t.startswith(prefix) and within in t and distances[t] <= (edits if near else 0)]
        fits.sort(key=lambda term: (distances[term], -counts[term], term))
        return [IndexedWord(term, term, counts[term]) for term in fits[:limit]]

    def totals(self, queries: Sequence[Query], *, drafts: bool = False) -> list[int]:
        shown = list(self._shown(drafts))
        return [sum(matches(self.analyzer, one, query) for one in shown) for query in queries]

    def documents(self, paths: Sequence[str]) -> list[Any]:
        return [self._documents.get(path) for path in paths]

    def stats(self) -> Stats:
        published = sum(1 for _ in self._shown(False))
        terms = len({term for one in self._documents.values() for terms in one.terms for term in terms})
        drafts = len(self._documents) - published
        number = self._commit.table.generation
        return Stats(number, published, drafts, 1, terms, 0, self.analyzer.languages, self.analyzer.simplify)

    def without(self, paths: Iterable[str]) -> ToyReader:
        gone = set(paths)
        posts = {path: post for path, post in self._commit.posts.items() if path not in gone}
        return ToyReader(self._commit._replace(posts=posts))

    def close(self) -> None:
        pass

    def _shown(self, drafts: bool) -> Iterator[ToyDocument]:
        return (one for one in self._documents.values() if drafts or not one.unpublished)


class ToyWriter:
    def __init__(self, place: str, analyzer: Analyzer, wait: float) -> None:
        self._place, self._analyzer = place, analyzer
        self._lock = LOCKS.setdefault(place, threading.Lock())
        self._open = self._lock.acquire(timeout=wait if wait > 0 else -1, blocking=wait > 0)
        if not self._open:
            raise IndexLockedError("another writer is at work", "wait for it")
        self._begin()

    def _begin(self) -> None:
        commits = INDEXES.get(self._place, [])
        self.base = commits[-1].table if commits else FileTable(None, {}, "")
        self._problems = commits[-1].problems if commits else []
        self._files, self._posts = dict(self.base.files), dict(commits[-1].posts if commits else {})
        self._staged = False

    def problems(self) -> list[Problem]:
        return list(self._problems)

    def clear(self) -> None:
        self._files, self._posts, self._staged = {}, {}, True

    def put(self, files: Iterable[Put]) -> None:
        for post, path, stamp in files:
            self.delete([path])
            self._files[path], self._staged = stamp, True
            if post is not None:
                self._posts[path] = post

    def delete(self, paths: Iterable[str]) -> None:
        for path in paths:
            self._staged |= self._files.pop(path, None) is not None
            self._posts.pop(path, None)

    def commit(self, *, problems: Iterable[Problem] | None = None, settings: str | None = None) -> int:
        settings = self.base.settings if settings is None else settings
        number = self.base.generation
        if self._staged or problems is not None or settings != self.base.settings:
            number += 1
            kept = self._problems if problems is None else list(problems)
            table = FileTable(Identity(number, b"", 0, time.time_ns()), self._files, settings)
            INDEXES.setdefault(self._place, []).append(Commit(table, self._posts, kept, self._analyzer))
            self._begin()
        return number

    def close(self) -> None:
        if self._open:
            self._open = False
            self._lock.release()


class ToyEngine:
    """An index in the memory of this process."""

    def __init__(self, place: str) -> None:
        self.place = place

    @classmethod
    def at(cls, folder: Path, place: str, settings: Settings) -> ToyEngine:
        """As an entry point names it, of a place alone."""
        return cls(place)

    def _newest(self) -> Commit:
        if not INDEXES.get(self.place):
            raise IndexMissingError("there is no index yet", "build it", path=self.place)
        return INDEXES[self.place][-1]

    def open_reader(self) -> ToyReader:
        return ToyReader(self._newest())

    def open_writer(
        self, *, analyzer: Analyzer, wait: float = 0.0, distrust: bool = False, hurried: bool = False
    ) -> ToyWriter:
        return ToyWriter(self.place, analyzer, wait)

    def hurry(self) -> None:
        pass

    def newest(self) -> Identity | None:
        commits = INDEXES.get(self.place)
        return commits[-1].table.identity if commits else None

    def file_table(self) -> FileTable:
        commits = INDEXES.get(self.place)
        return commits[-1].table if commits else FileTable(None, {}, "")

    def problems(self) -> list[Problem]:
        return list(self._newest().problems)

    def made_of(self) -> str:
        return MADE_OF.get(self.place, "")

    def claim(self, folder: Path) -> None:
        MADE_OF[self.place] = str(folder.resolve())

    def commits(self) -> tuple[CommitInfo, ...]:
        commits = INDEXES.get(self.place, [])[-1:]
        return tuple(CommitInfo(one.table.generation, 0, len(one.posts), 1, 0, "current") for one in commits)

    def size(self) -> int:
        return 0

    def verify(self) -> list[Problem]:
        return []

    def diagnose(self, error: Exception) -> None:
        pass


def factory(folder: Path, place: str, settings: Settings) -> ToyEngine:
    """As an entry point names it."""
    return ToyEngine(f"toy:{place}")


def places_of(document: ToyDocument, leaf: Leaf) -> list[int]:
    """Where a leaf's words stand, ascending."""
    if isinstance(leaf, Synonyms):
        return sorted({place for one in leaf.spellings for place in places_of(document, one)})
    if isinstance(leaf, Phrase):
        words = document.terms if leaf.exact else document.stems
        language = stemmer_language(document.lang)
        terms = leaf.terms if leaf.exact else [stem(term, language) for term in leaf.terms]
        starts = [at for at in range(len(words)) if _begins(words[at : at + len(terms)], terms)]
        return sorted({at + number for at in starts for number in range(len(terms))})
    places = enumerate(zip(document.terms, document.stems, strict=True))
    return [at for at, (terms, roots) in places if any(_is(leaf, term, roots) for term in terms)]


def _begins(words: Sequence[set[str]], terms: Sequence[str]) -> bool:
    return len(words) == len(terms) and all(term in word for term, word in zip(terms, words, strict=True))


def _is(leaf: Leaf, term: str, roots: set[str]) -> bool:
    match leaf:
        case Term(text, _, _, exact):
            return term == text or (not exact and stem(text) in roots)
        case Prefix(text):
            return term.startswith(text)
        case Wildcard(pattern):
            return re.fullmatch(globs.wildcard(pattern), term.encode()) is not None
        case Regex(pattern):
            return of_words(pattern[1:-1]).fullmatch(term) is not None
        case Fuzzy(text, most):
            return edit_distance(text, term, most) <= most
    return False


def _distance(near: str, term: str, most: int) -> int:
    return edit_distance(near, term, most) if near[:1] == term[:1] else most + 1


def matches(analyzer: Analyzer, document: ToyDocument, query: Query) -> bool:
    """Whether a post is what a query asks for."""
    match query:
        case Everything():
            return True
        case Clauses(required, optional, excluded, _, minimum):
            held = sum(matches(analyzer, document, clause) for clause in optional)
            wanted = all(matches(analyzer, document, clause) for clause in required)
            return wanted and held >= minimum and not any(matches(analyzer, document, clause) for clause in excluded)
        case DateRange(start, stop):
            date = None if document.date_from == "file" else document.date_seconds
            return date is not None and (start is None or start <= date) and (stop is None or date < stop)
        case Keyword("path", value):
            return str(document.path) == value or analyzer.fold_path(document.path) == value
        case Keyword("lang", value):
            return f"{document.lang}-".startswith(f"{value}-")
        case FieldRange(name, kind, start, stop):
            read = [READERS[kind](value) for value in dict(document.fields).get(name, ())]
            fits = [value for value in read if value is not None]
            return any((start is None or start <= value) and (stop is None or value < stop) for value in fits)
        case Keyword(name, value) if name.startswith("field "):
            fold = analyzer.fold_value
            pattern = re.compile(globs.wildcard(value))
            own = dict(document.fields).get(name.removeprefix("field "), ())
            return any(pattern.fullmatch(fold(one).encode()) for one in own)
        case Keyword(name, value):
            values = document.tags if name == "tag" else map("/".join, document.categories)
            return any(f"{analyzer.fold_value(one)}/".startswith(f"{value}/") for one in values)
    return bool(places_of(document, query))


def _prior(search: Search, one: ToyDocument) -> list[float]:
    """What a post is worth beside its words: its boost, and its age where that counts."""
    factors = [float(one.boost)]
    dates = [seconds for seconds in (one.date_seconds, one.updated_seconds) if seconds is not None]
    if search.recency and dates:
        factors.append(scoring.recency(search.recency.now - max(dates), search.recency.half_life))
    return factors


def _is_silent(one: ToyDocument) -> bool:
    return not any(section.stop > section.body for section in one.sections)


def _preference(one: ToyDocument, language: str) -> tuple[bool, bool, str]:
    return bool(language) and one.lang != language, not one.original, one.lang


def _language(groups: dict[str, list[ToyDocument]], words: Sequence[Leaf]) -> str:
    """The language whose posts have the words at least twice as often as the posts they are translations of."""
    pairs: dict[str, list[tuple[ToyDocument, ToyDocument]]] = {}
    for group in groups.values():
        original = min(group, key=lambda one: (_is_silent(one), *_preference(one, "")))
        for one in group:
            if one is not original and not _is_silent(one):
                pairs.setdefault(one.lang, []).append((one, original))
    evidence = {lang: sum(leaf.weight * _ratio(leaf, pairs[lang]) for leaf in words) for lang in sorted(pairs)}
    evidence = {lang: value for lang, value in evidence.items() if value > math.log(2)}
    return max(evidence, key=lambda lang: (evidence[lang], len(pairs[lang])), default="")


def _ratio(leaf: Leaf, pairs: Sequence[tuple[ToyDocument, ToyDocument]]) -> float:
    have, originals_have = (sum(bool(places_of(pair[side], leaf)) for pair in pairs) for side in (0, 1))
    return math.log((have + 0.5) / (originals_have + 0.5))


def _counted(
    name: str, matching: Iterable[ToyDocument], groups: dict[str, list[ToyDocument]], kind: str = ""
) -> dict[str, int]:
    """The values of a facet, the most frequent first; those of a group count once."""
    counted: set[tuple[str, str]] = set()
    for one in matching:
        group = f"group {one.translation}" if one.translation in groups else one.path
        counted |= {(group, value) for value in (_own_values(name, one, kind) if kind else _values(name, one))}
    values = Counter(value for _, value in counted)
    return dict(sorted(values.items(), key=lambda pair: (-pair[1], pair[0])))


def _own_values(name: str, one: ToyDocument, kind: str) -> set[str]:
    values = set(dict(one.fields).get(name, ()))
    if kind == "text":
        return set(map(Analyzer(True, ("en",)).fold_value, values))
    read = [value for value in map(READERS[kind], values) if value is not None]
    shown = {"number": shown_number, "date": lambda day: time.strftime("%Y", time.gmtime(day))}
    return set(map(shown.get(kind, lambda truth: "true" if truth else "false"), read))


def _values(name: str, one: ToyDocument) -> set[str]:
    if name == "year":
        return {time.strftime("%Y", time.gmtime(one.date_seconds))} if one.date_seconds is not None else set()
    if name == "lang":
        return {one.lang.partition("-")[0]} if one.lang else set()
    return set(one.tags) if name == "tags" else {"/".join(path) for path in one.categories}
