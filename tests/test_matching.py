"""The engine against a plain loop over all words of all posts: same matches, same totals, same scores.

Random posts in several segments, with deletions and merges; random queries of every kind. The loop shares
with the engine the analysis, the formulas of `scoring` and the averages that a segment was written with.
"""

from __future__ import annotations

import math
import re
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple
from unittest.mock import patch

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from storage import ANALYZER

from postdex_index import schema, scoring
from postdex_index.engine.api import FEWEST, AsTyped, FileStamp, Put, Search
from postdex_index.engine.embedded.engine import EmbeddedEngine
from postdex_index.engine.embedded.read import matcher as matching
from postdex_index.engine.embedded.read import snapshot as reader
from postdex_index.engine.embedded.read.postings import PostingLists
from postdex_index.engine.embedded.read.snapshot import Snapshot
from postdex_index.engine.embedded.write.field_values import short_texts
from postdex_index.model import Code, Post, Section, Span
from postdex_index.query import (
    Clauses,
    DateRange,
    Everything,
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
)
from postdex_index.text.characters import is_spaceless
from postdex_index.text.edit_distance import edit_distance
from postdex_index.text.regexes import of_words
from postdex_index.text.stemming import stem

STAMP = FileStamp(1, 1, 1, 1, bytes(16))
WORDS = [
    "fix",
    "fixes",
    "fixed",
    "fixing",
    "bug",
    "bugs",
    "refcount",
    "refcoutn",
    "socket",
    "sockets",
    "sk_user_data",
    "sk",
    "user",
    "data",
    "psock",
    "smc",
    "fallback",
    "the",
    "of",
    "kernel",
    "内核",
    "内核的",
    "回退机制",
    "C++",
    "c#",
    "utf-8",
    "v1.2.3",
    "getElementById",
    "HTMLElement",
    "café",
    "naïve",
]
TERMS = sorted({token.term for word in WORDS for token in ANALYZER.tokens(word, code=True)})
TAGS = ("linux", "net", "C++", "内核")


class Word(NamedTuple):
    """An occurrence: the field's code, the surface, the position; two words of one token share a position."""

    code: int
    surface: str
    position: int


class Indexed(NamedTuple):
    """A post as the plain loop sees it."""

    post: Post
    words: tuple[Word, ...]
    lengths: tuple[int, ...]
    averages: tuple[float, ...]
    #: the positions of the words of each link
    links: tuple[range, ...] = ()

    def occurrences(self, leaf: Query) -> dict[int, int]:
        """Where a leaf stands: position -> field code."""
        match leaf:
            case Term(text, field, _, exact):
                return self._where(field, lambda w: w == text if exact else same(w, text))
            case Prefix(text, field):
                return self._where(field, lambda w: w.startswith(text))
            case Fuzzy(text, most, field):
                return self._where(field, lambda w: w[0] == text[0] and edit_distance(w, text, most) <= most)
            case Wildcard(pattern, field):
                regex = re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."))
                return self._where(field, lambda w: regex.fullmatch(w) is not None)
            case Regex(pattern, field):
                return self._where(field, lambda w: of_words(pattern[1:-1]).fullmatch(w) is not None)
            case Phrase(terms, field, _, exact, 0, prefix):
                last = len(terms) - 1
                each = [
                    self.occurrences(Prefix(t, field) if prefix and i == last else Term(t, field, exact=exact))
                    for i, t in enumerate(terms)
                ]
                found = {p: c for p, c in each[0].items() if all(p + i in at for i, at in enumerate(each))}
                if leaf.outside_links:
                    links = {range(p, p + len(terms)): p for p in found}
                    inside = {p for at, p in links.items() for link in self.links if {*at} <= {*link}}
                    return {p: c for p, c in found.items() if p not in inside}
                return found
        raise TypeError(leaf)

    def _where(self, field: str, test: object) -> dict[int, int]:
        codes = schema.CODES[field] if field else range(99)
        return {w.position: w.code for w in self.words if w.code in codes and test(w.surface)}  # type: ignore[operator]

    def value(self, leaf: Query) -> int:
        """The leaf's impact byte in this post; 0 if it does not stand there."""
        if isinstance(leaf, Synonyms):
            return max(map(self.value, leaf.spellings))
        if isinstance(leaf, Prefix | Wildcard | Regex | Fuzzy) and not leaf.field:
            # In each post the greatest impact among the words, each word with all that shares its list
            # only as far as its own surfaces are meant.
            matching = {w.surface for w in self.words if w.position in self.occurrences(leaf)}
            surfaces = {s for s in matching if self._is(leaf, s)}
            groups = {stem(s, "en") for s in surfaces}
            return max((self._impact(self._of(group, surfaces)) for group in groups), default=0)
        return self._impact(list(self.occurrences(leaf).values()))

    def _is(self, leaf: Query, surface: str) -> bool:
        alone = Indexed(self.post, (Word(0, surface, 0),), self.lengths, self.averages)
        return bool(alone.occurrences(leaf))

    def _of(self, group: str, surfaces: set[str]) -> list[int]:
        return [w.code for w in self.words if w.surface in surfaces and stem(w.surface, "en") == group]

    def _impact(self, codes: Sequence[int]) -> int:
        folded = [schema.BODY if code == schema.CODE else code for code in codes]
        if not folded:
            return 0
        counts = [(code, folded.count(code)) for code in sorted(set(folded))]
        return scoring.quantize(scoring.impact(counts, self.lengths, self.averages))

    def matches(self, query: Query) -> bool:
        """Whether the post matches a tree."""
        match query:
            case Everything():
                return True
            case Keyword("tag", value):
                return any(
                    tag == value or tag.startswith(value + "/") for tag in map(ANALYZER.fold_value, self.post.tags)
                )
            case Keyword("path", value):
                return self.post.path == value or self.post.path.startswith(value + "/")
            case DateRange(start, stop):
                day = None if self.post.date_from == "file" else self.post.date_seconds
                return day is not None and (start is None or start <= day) and (stop is None or day < stop)
            case Clauses(required, optional, excluded, _, minimum):
                return (
                    all(map(self.matches, required))
                    and sum(map(self.matches, optional)) >= minimum
                    and not any(map(self.matches, excluded))
                )
            case Synonyms(spellings):
                return any(map(self.matches, spellings))
        return bool(self.occurrences(query))

    def share(self, query: Query) -> float:
        """The share of the title's words that a query asks for: with words and patterns in whatever field, no
        phrases."""
        titled = {w.surface for w in self.words if w.code == schema.TITLE}
        titled = {surface for surface in titled if not (len(surface) == 1 and is_spaceless(surface))}
        spelled = [one for leaf in leaves(query) for one in (leaf.spellings if isinstance(leaf, Synonyms) else [leaf])]
        asking = [one for one in spelled if not isinstance(one, Phrase) and not one.field]
        names = {stem(surface, "en") for surface in titled}
        asked = {stem(surface, "en") for surface in titled if any(self._is(one, surface) for one in asking)}
        return len(asked) * (255 // (len(names) or 1)) / 255


def same(word: str, text: str) -> bool:
    """Whether two surfaces have the same stem."""
    return word == text or stem(word, "en") == stem(text, "en")


def indexed(post: Post, averages: Sequence[float]) -> Indexed:
    """A post's words with positions, as `inverter` lays them out but in the plainest way."""
    words: list[Word] = []
    links: list[range] = []
    lengths = [0] * len(schema.SCORED)
    place = 0

    def take(code: int, text: str, linked: Sequence[Span] = ()) -> None:
        nonlocal place
        found = list(ANALYZER.tokens(text, code=code == schema.CODE, first=place))
        for start, length in linked:
            within = [token.position for token in found if start <= token.start < start + length]
            links.append(range(min(within), max(within) + 1))
        words.extend(Word(code, token.term, token.position) for token in found)
        count = len({token.position for token in found})
        lengths[schema.BODY if code == schema.CODE else code] += count
        place += count

    for code, text in short_texts(post):
        take(code, text)
        place += 1
    for section in post.sections:
        if section.heading:
            take(schema.HEADING, section.heading)
            place += 1
        start = 0
        for block in section.code:
            take(schema.BODY, section.text[start : block.start], section.links)
            take(schema.CODE, section.text[block.start : block.stop])
            start = block.stop
        take(schema.BODY, section.text[start:], () if start else section.links)
        place += 1
    return Indexed(post, tuple(words), tuple(lengths), tuple(averages), tuple(links))


# -- random posts and queries

texts = st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)


@st.composite
def posts(draw: st.DrawFn) -> Post:
    """A post of the small vocabulary; the path comes later."""
    some, block = draw(st.lists(st.sampled_from(WORDS), max_size=12)), draw(texts)
    prose = " ".join(some)
    begin, end = sorted(draw(st.tuples(st.integers(0, len(some)), st.integers(0, len(some)))))
    linked = " ".join(some[begin:end])
    links = (Span(len(" ".join([*some[:begin], ""])), len(linked)),) if linked else ()
    body = f"{prose}\n{block}\n{draw(texts)}"
    code = (Code(len(prose) + 1, len(prose) + 1 + len(block), "c"),) if block else ()
    sections = (Section(0, "", "", 1, draw(texts)), Section(2, draw(texts), "a", 3, body, code, links))
    return Post(
        "",
        draw(texts),
        sections,
        date_seconds=draw(st.none() | st.integers(0, 4)),
        date_from="post",
        tags=tuple(draw(st.lists(st.sampled_from(TAGS), max_size=2, unique=True))),
    )


terms = st.sampled_from(TERMS)
fields = st.sampled_from(["", "", "", "title", "heading", "body", "code", "tags"])
weights = st.sampled_from([1.0, 1.0, 0.5, 2.0])
words = st.builds(Term, terms, fields, weights, st.booleans())
phrases = st.builds(
    Phrase,
    st.lists(terms, min_size=2, max_size=3).map(tuple),
    fields,
    weights,
    st.booleans(),
    st.just(0),
    st.booleans(),
    st.booleans(),
)
patterns = st.one_of(
    st.builds(Prefix, terms.map(lambda t: t[:2]), fields, weights),
    st.builds(Wildcard, terms.filter(lambda t: len(t) > 3).map(lambda t: t[:2] + "*" + t[-1:]), fields, weights),
    st.builds(Wildcard, terms.map(lambda t: "*" + t[-2:]) | terms.map(lambda t: f"?{t[1:2]}*"), fields, weights),
    st.builds(Regex, terms.map(re.escape).map(lambda t: rf"/\w?{t}.?|b[^f]*/"), fields, weights),
    st.builds(Fuzzy, terms.filter(lambda t: len(t) > 3), st.just(1), fields, weights),
)
spellings = st.lists(st.one_of(words, phrases).map(lambda leaf: leaf._replace(field="")), min_size=1, max_size=2).map(
    lambda found: Synonyms(tuple(found))
)
filters = st.one_of(
    st.builds(Keyword, st.just("tag"), st.sampled_from([tag.casefold() for tag in TAGS])),
    st.builds(DateRange, st.none() | st.integers(0, 4), st.none() | st.integers(0, 5)),
    st.just(Keyword("path", "a")),
)
leafs = st.one_of(words, words, phrases, patterns, spellings)


def clauses(children: st.SearchStrategy[Query]) -> st.SearchStrategy[Query]:
    """Clauses over smaller queries."""
    some = st.lists(children, max_size=3).map(tuple)
    return st.builds(
        lambda required, optional, excluded, bonus, minimum: Clauses(
            required, optional, excluded, bonus, min(minimum, len(optional))
        ),
        st.lists(st.one_of(children, filters), max_size=2).map(tuple),
        some,
        st.lists(st.one_of(children, filters), max_size=1).map(tuple),
        st.lists(words, max_size=1).map(tuple),
        st.integers(0, 2),
    )


queries = st.one_of(
    st.lists(words, min_size=1, max_size=4).map(lambda found: Clauses(optional=tuple(found), minimum=1)),
    st.recursive(leafs, clauses, max_leaves=5),
)


class Built(NamedTuple):
    """An index and what the plain loop knows of it."""

    reader: Snapshot
    posts: list[Indexed]


def build(directory: Path, batches: Sequence[Sequence[Post]], gone: Sequence[int]) -> Built:
    """Write each batch as a commit of its own, then remove some posts; read everything back."""
    known: dict[str, Post] = {}
    with EmbeddedEngine(directory).open_writer(analyzer=ANALYZER) as writer:
        for number, batch in enumerate(batches):
            named = [p._replace(path=f"{'ab'[i % 2]}/{number}-{i}.md") for i, p in enumerate(batch)]
            writer.put([Put(post, post.path, STAMP) for post in named])
            known |= {post.path: post for post in named}
            writer.commit()
        paths = sorted(known)
        removed = sorted({paths[i % len(paths)] for i in gone}) if paths else []
        writer.delete(removed)
        writer.commit()
    reader = EmbeddedEngine(directory).open_reader()
    found: list[Indexed] = []
    for path in sorted(set(known) - set(removed)):
        place = reader._find(path)
        assert place is not None, path
        part, _ = place
        found.append(indexed(known[path], part.segment.file.meta["averages"]))
    assert not EmbeddedEngine(directory).verify()
    return Built(reader, found)


def expected(
    built: Built,
    query: Query,
    title: str,
    wholes: Sequence[Leaf] = (),
    certain: bool = True,
    *,
    factors: Mapping[str, float] = MappingProxyType({}),
    besides: Collection[str] = (),
) -> dict[str, float]:
    """Path -> score of every post that matches, and of those `besides`; `factors` are what the words of posts are
    multiplied with."""
    matching = [one for one in built.posts if one.post.path in besides or one.matches(query)]
    found = leaves(query)
    bases: dict[str, float] = {}
    idfs = [scoring.idf(len(built.posts), sum(one.matches(leaf) for one in built.posts)) for leaf in found]
    for one in matching:
        pairs = zip(found, idfs, strict=True)
        words = sum(leaf.weight * idf * one.value(leaf) / scoring.SCALE for leaf, idf in pairs)
        bases[one.post.path] = words * factors.get(one.post.path, 1.0)
    top = max(bases.values(), default=0.0)
    leads = scoring.AS_TYPED[: len(wholes)][::-1] if certain else (scoring.LIKELY_AS_TYPED,)
    return {
        one.post.path: scoring.final(
            bases[one.post.path],
            one.share(query),
            bool(title) and ANALYZER.key(one.post.title) == title,
            bool(title) and any(ANALYZER.key(s.heading) == title for s in one.post.sections if s.heading),
            next((worth for leaf, worth in zip(wholes, leads, strict=False) if one.matches(leaf)), 0.0),
            top,
        )
        for one in matching
    }


def check(built: Built, query: Query, as_typed: AsTyped, limit: int, fewest: int) -> None:
    """The engine's answer is the plain loop's, also where only a few candidates can be among the best."""
    wanted = expected(built, query, *as_typed)
    with patch.object(reader, "FEWEST", fewest):
        answer = built.reader.search(Search(query, limit=limit, as_typed=as_typed))
    assert answer.total == len(wanted)
    for candidate in answer.candidates:
        one = next(one for one in built.posts if one.post.path == candidate.document.path)
        for number, leaf in enumerate([*leaves(query), *as_typed.leaves]):
            assert candidate.holds(number) == one.matches(leaf), leaf
    got = {c.document.path: c.score for c in answer.candidates}
    assert got.keys() <= wanted.keys()
    assert len(got) == min(len(wanted), max(limit, fewest))
    for path, score in got.items():
        assert abs(score - wanted[path]) < 1e-9, (path, score, wanted[path])
    ranked = sorted(wanted.values(), reverse=True)[: len(got)]
    assert [round(c.score, 9) for c in answer.candidates] == [round(score, 9) for score in ranked]


def test_scores_are_the_same_on_every_page() -> None:
    """Also where so many titles count that the post with the best base score is on none of the first pages."""
    prose = " ".join(f"w{number}" for number in range(60))
    titled = [Post("", f"bug e{number}", (Section(0, "", "", 1, f"{prose} bug bug"),)) for number in range(120)]
    best = Post("", "other thing", (Section(2, "bug bug", "b", 1, f"bug {prose}"),))
    others = [Post("", f"z{number}", (Section(0, "", "", 1, prose),)) for number in range(150)]
    exact = Post("", "bug", (Section(0, "", "", 1, f"{prose} {prose} {prose}"),))
    with tempfile.TemporaryDirectory() as directory:
        built = build(Path(directory), [[*titled, best, *others, exact]], [])
        wanted = max(expected(built, Term("bug"), "bug").values())
        for limit in (10, 60, 300):
            answer = built.reader.search(Search(Term("bug"), limit=limit, as_typed=AsTyped("bug")))
            assert abs(answer.candidates[0].score - wanted) < 1e-9


def test_what_is_known_is_not_looked_up_again() -> None:
    """Also where a segment keeps little of it: what all segments together have is enough."""
    prose = [Post("", f"post {number}", (Section(0, "", "", 1, "fix a bug"),)) for number in range(3)]
    query = Clauses(optional=(Term("fix"), Phrase(("a", "bug"))), minimum=1)
    with tempfile.TemporaryDirectory() as directory, patch.object(matching, "SEGMENT_BYTES", 0):
        built = build(Path(directory), [prose], [])
        first = built.reader.search(Search(query, deadline=math.inf))
        with patch.object(PostingLists, "postings", side_effect=AssertionError("looked up again")):
            again = built.reader.search(Search(query, deadline=math.inf))
        assert again.total == first.total == 3
        assert [c.score for c in again.candidates] == [c.score for c in first.candidates]


def test_a_star_covers_every_word() -> None:
    """And nothing behind the last."""
    with tempfile.TemporaryDirectory() as directory:
        built = build(Path(directory), [[Post("", "bug", ())], [Post("", "", ())]], [])
        for pattern, field in (("*", ""), ("**", "title"), ("b*", ""), ("?*", "")):
            check(built, Wildcard(pattern, field), AsTyped(), 5, FEWEST)
        for pattern in ("/.*/", "/[^x]*/", "/b?/", r"/bu\n?g/", "/(?s).+/", "/a|/"):
            check(built, Regex(pattern), AsTyped(), 5, FEWEST)


def batches_of(found: Sequence[Post]) -> Iterator[Sequence[Post]]:
    """Posts in batches of growing size, so that some are merged and some are not."""
    start = 0
    for size in (3, 1, 1, 2, 40):
        yield found[start : start + size]
        start += size


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(posts(), min_size=1, max_size=14), st.lists(st.integers(0, 20), max_size=3), st.data())
def test_same_as_the_plain_loop(found: list[Post], gone: list[int], data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as directory:
        built = build(Path(directory), [b for b in batches_of(found) if b], gone)
        for _ in range(8):
            title = ANALYZER.key(data.draw(st.sampled_from([post.title for post in found])))
            wholes = data.draw(st.lists(st.one_of(words, phrases, spellings), max_size=2).map(tuple))
            certain = len(wholes) > 1 or data.draw(st.booleans())
            as_typed = AsTyped(data.draw(st.sampled_from(["", title])), wholes, certain)
            limit, fewest = data.draw(st.integers(1, 5)), data.draw(st.sampled_from([1, FEWEST]))
            check(built, data.draw(queries), as_typed, limit, fewest)
