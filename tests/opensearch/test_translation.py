"""Does the cluster find what the embedded engine finds, for every kind of query, and is nothing worth more than said?

Random posts in two languages are indexed on both sides, some of them deleted, some unpublished; random queries are
asked there and here.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest
from cluster import delete_indices
from storage import ANALYZER

from postdex_index import schema
from postdex_index.engine.api import FileStamp, Put
from postdex_index.engine.embedded.engine import EmbeddedEngine
from postdex_index.engine.embedded.read import vocabulary
from postdex_index.engine.embedded.read.scope import Part, Scope, Segment
from postdex_index.engine.embedded.read.snapshot import Snapshot
from postdex_index.engine.embedded.read.vocabulary import Vocabulary
from postdex_index.engine.opensearch.cluster import credentials
from postdex_index.engine.opensearch.cluster.bulk import BulkItem
from postdex_index.engine.opensearch.cluster.connection import Cluster, IndexSearch
from postdex_index.engine.opensearch.format import documents, one_post_segment, schema_mapping
from postdex_index.engine.opensearch.read import words as words_of_index
from postdex_index.engine.opensearch.read.clauses import Clause, clause_count, constant
from postdex_index.engine.opensearch.read.translation import Translator
from postdex_index.engine.opensearch.read.words import Words
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
from postdex_index.text.analyzer import Analyzer
from postdex_index.text.regexes import of_words

SEEDS = (1, 2)
POSTS, QUERIES = 120, 300
WORDS = [
    "fix", "fixes", "fixed", "fixing", "bug", "bugs", "refcount", "refcoutn", "socket", "sockets", "sk_user_data", "sk",
    "user", "data", "psock", "smc", "fallback", "the", "of", "kernel", "kernels", "Haus", "Häuser", "häusern", "Hauser",
    "running", "runs", "run", "内核", "内核的", "回退机制", "内", "C++", "c#", ".net", "utf-8", "v1.2.3", "3.14",
    "getElementById", "HTMLElement", "GitHub", "github.com", "café", "naïve", "it's", "Python3", "python", "🎉", "a",
    "b",
]  # fmt: skip
TAGS = ("linux", "net/tcp", "net", "C++", "内核", "a*b", "what?", "back\\slash", "Net/UDP/x")
FOLDERS = ("", "a/", "a/b/", "A b/", "2022/", "c++/", "é/", "x[1]/")
AUTHORS = ("Ada Lovelace", "Bob", "ada", "李 雷")
STAMP = FileStamp(1, 1, 1, 1, bytes(16))
AVERAGES = [5.0] * len(schema.SCORED)
FIELDS = sorted(schema.CODES)


class Sides(NamedTuple):
    """The same posts in an embedded index and in the cluster, and the segments of those that are visible, by path."""

    snapshot: Snapshot
    cluster: Indexed
    segments: Mapping[str, Segment]

    def translator(self, drafts: bool = False) -> Translator:
        """Of the posts in the cluster."""
        return Translator(self.snapshot.analyzer.languages, Words(self.cluster, drafts=drafts).meant)

    def paths(self, lanes: int) -> set[str]:
        """The paths of the posts of these lanes."""
        scope = self.snapshot._scope(False)
        return {scope.path(doc) for doc in scope.matcher.docs(lanes)}


class Indexed:
    """Posts in an index of the cluster; implements `words.Posts`."""

    def __init__(self, cluster: Cluster, index: str, segments: Mapping[str, Segment]) -> None:
        self.cluster, self.index, self.segments = cluster, index, segments

    def ask(self, bodies: Sequence[dict[str, Any]], deadline: float | None = None) -> list[dict[str, Any]]:
        """A request for every so many searches: a small cluster has little room."""
        searches = [IndexSearch(self.index, body) for body in bodies]
        stretches = [searches[start : start + 50] for start in range(0, len(searches), 50)]
        return [answer for stretch in stretches for answer in self.cluster.search_all(stretch, deadline=deadline)]

    def visible(self, drafts: bool) -> list[dict[str, Any]]:
        """Dead documents have another kind here."""
        published: list[dict[str, Any]] = [] if drafts else [{"term": {"draft": False}}]
        return [{"term": {"kind": "post"}}, *published]

    def segments_of(self, hits: Sequence[Mapping[str, Any]]) -> list[Segment]:
        """The segments of what was found."""
        return [self.segments[hit["sort"][0]] for hit in hits]

    def scores(self, clause: Clause) -> dict[str, float]:
        """Score by path of what a query finds among the published posts."""
        (answer,) = self.ask([self.body(clause)])
        return scores_of(answer)

    def body(self, clause: Clause) -> dict[str, Any]:
        query = {"bool": {"must": [clause], "filter": self.visible(False)}}
        return {"size": 2 * POSTS, "query": query, "docvalue_fields": ["path"], "_source": False}


def scores_of(answer: Mapping[str, Any]) -> dict[str, float]:
    """Score by path."""
    return {hit["fields"]["path"][0]: hit["_score"] for hit in answer["hits"]["hits"]}


# -- random posts


def text(dice: Random, most: int = 12) -> str:
    """Some words."""
    return " ".join(dice.choices(WORDS, k=dice.randint(0, most)))


def post(dice: Random, number: int) -> Post:
    """A random post."""
    prose, block = dice.choices(WORDS, k=dice.randint(0, 12)), text(dice)
    begin, end = sorted((dice.randint(0, len(prose)), dice.randint(0, len(prose))))
    linked = " ".join(prose[begin:end])
    links = (Span(len(" ".join([*prose[:begin], ""])), len(linked)),) if linked else ()
    front = " ".join(prose)
    code = (Code(len(front) + 1, len(front) + 1 + len(block), dice.choice(["c", "go"])),) if block else ()
    sections = (
        Section(0, "", "", 1, text(dice)),
        Section(2, text(dice, 3), "a", 3, f"{front}\n{block}\n{text(dice)}", code, links),
    )
    return Post(
        f"{dice.choice(FOLDERS)}{number}{dice.choice(['-x', '', ' Y', '?'])}.md",
        text(dice, 4),
        sections,
        date_seconds=dice.choice([None, 0, 1, 2, 3]),
        date_from=dice.choice(["post", "file"]),
        tags=tuple(dice.sample(TAGS, dice.randint(0, 2))),
        keywords=tuple(dice.choices(WORDS, k=dice.randint(0, 2))),
        categories=tuple([("top", dice.choice(["Sub", "other"]))] * dice.randint(0, 1)),
        authors=tuple(dice.sample(AUTHORS, dice.randint(0, 2))),
        lang=dice.choice(["en", "en", "de", "de-AT", "zh-cn"]),
        description=text(dice, 3),
        aliases=tuple([f"/old/{text(dice, 2)}.html"] * dice.randint(0, 1)),
        slug=dice.choice(["", "refcount-bug"]),
        unpublished=dice.choice(["", "", "", "", "draft"]),
    )


def sides(hosts: Sequence[str], index: str, folder: Path, dice: Random) -> Sides:
    """Index random posts on both sides."""
    posts = sorted([post(dice, number) for number in range(POSTS)], key=lambda one: one.path)
    gone = {one.path for one in dice.sample(posts, POSTS // 10)}
    with EmbeddedEngine(folder).open_writer(analyzer=ANALYZER) as writer:
        writer.put([Put(one, one.path, STAMP) for one in posts if one.path not in gone])
        writer.commit()
    segments = {
        one.path: one_post_segment.opened(one_post_segment.compiled(one, ANALYZER, AVERAGES), one.path) for one in posts
    }
    cluster = Cluster(credentials.read({f"{credentials.PREFIX}HOSTS": ",".join(hosts)}))
    cluster.write("PUT", f"/{index}", schema_mapping.body({}, shards=2, replicas=0))
    kinds = {path: {"kind": "file" if path in gone else "post", "since": 1} for path in segments}
    found = [(path, documents.document(segment)) for path, segment in segments.items()]
    cluster.bulk(index, [BulkItem(str(at), {**one, **kinds[path]}) for at, (path, one) in enumerate(found)])
    cluster.write("POST", f"/{index}/_refresh")
    alive = {path: segment for path, segment in segments.items() if path not in gone}
    snapshot = EmbeddedEngine(folder).open_reader()
    assert isinstance(snapshot, Snapshot)
    return Sides(snapshot, Indexed(cluster, index, segments), alive)


@pytest.fixture(scope="module", params=SEEDS)
def both(request: pytest.FixtureRequest, hosts: list[str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sides]:
    """Random posts on both sides."""
    name = f"test-{secrets.token_hex(4)}"
    yield sides(hosts, name, tmp_path_factory.mktemp("index"), Random(request.param))
    delete_indices(hosts, name + "*")


@pytest.fixture
def queries(both: Sides, request: pytest.FixtureRequest) -> Queries:
    """Random queries, other ones for each test."""
    return Queries(Random(request.node.name), ANALYZER)


# -- random queries


class Queries:
    """Random queries about what stands in the posts."""

    def __init__(self, dice: Random, analyzer: Analyzer) -> None:
        self.dice = dice
        self.terms = sorted({token.term for word in WORDS for token in analyzer.tokens(word, code=True)})

    def term(self) -> str:
        """A word that stands there, or nearly."""
        word = self.dice.choice(self.terms)
        return word + self.dice.choice(["", "", "", "", "s", "x"])

    def field(self) -> str:
        """None more often than any."""
        return self.dice.choice(["", "", self.dice.choice(FIELDS)])

    def flag(self) -> bool:
        """Either."""
        return self.dice.random() < 0.5

    def words(self) -> Term:
        return Term(self.term(), self.field(), 1.0, self.flag())

    def phrase(self) -> Phrase:
        """Words that stand side by side somewhere, or any."""
        if self.flag():
            tokens = list(ANALYZER.tokens(" ".join(self.dice.choices(WORDS, k=3))))
            positions = sorted({token.position for token in tokens})[: self.dice.randint(1, 3)]
            terms = [self.dice.choice([t.term for t in tokens if t.position == at]) for at in positions]
        else:
            terms = [self.term() for _ in range(self.dice.randint(1, 3))]
        slop, prefix = self.dice.choice([0, 0, 1, 3]), self.dice.random() < 0.3
        if prefix:
            terms[-1] = terms[-1][: self.dice.randint(1, 3)]
        return Phrase(tuple(terms), self.field(), 1.0, self.flag(), slop, prefix, self.dice.random() < 0.2)

    def pattern(self) -> Prefix | Wildcard | Regex | Fuzzy:
        word = self.term()
        cut = self.dice.randint(0, len(word))
        match self.dice.randint(0, 3):
            case 0:
                return Prefix(word[:cut] or word, self.field())
            case 1:
                return Wildcard(f"{word[:cut]}{self.dice.choice(['*', '?', '*?'])}{word[cut + 1 :]}", self.field())
            case 2:
                some = self.dice.choice([r"\w*", ".", "(s|ed)?", "[a-m]+", ""])
                return Regex(f"/{re.escape(word[:cut])}{some}{re.escape(word[cut + 1 :])}/", self.field())
        return Fuzzy(word[:cut] + word[cut + 1 :] or word, self.dice.randint(1, 2), self.field())

    def leaf(self) -> Leaf:
        match self.dice.randint(0, 5):
            case 0 | 1:
                return self.words()
            case 2 | 3:
                return self.phrase()
            case 4:
                return self.pattern()
        return Synonyms(tuple(self.spelling() for _ in range(self.dice.randint(1, 3))))

    def spelling(self) -> Term | Phrase | Prefix:
        match self.dice.randint(0, 2):
            case 0:
                return self.words()
            case 1:
                return self.phrase()
        return Prefix(self.term()[:2])

    def filter(self) -> Keyword | DateRange | Everything:
        fold = ANALYZER.fold_value
        values = {
            "tag": [*map(fold, TAGS), "n*", "net/*", "?++", "*", "w*t?"],
            "path": [
                *(f.rstrip("/") for f in FOLDERS),
                *FOLDERS,
                "a/*",
                "**/1*",
                "*/?-x.md",
                "a/**",
                "A b/1? Y.md",
                "*[1]*/**",
                "*",
            ],
            "category": ["top", "top/sub", "top/*", "sub"],
            "author": ["ada", "ada lovelace", "lovelace", "b?b", "李"],
            "lang": ["en", "de", "de-at", "zh", "d*"],
            "codelang": ["c", "go", "?"],
            "translation": ["x"],
        }
        if self.dice.random() < 0.2:
            start, stop = self.dice.choice([None, 0, 1, 2**70]), self.dice.choice([None, 0, 2, 3, 2**70])
            return DateRange(start, stop)
        if self.dice.random() < 0.05:
            return Everything()
        field = self.dice.choice(sorted(values))
        return Keyword(field, self.dice.choice(values[field]))

    def query(self, depth: int = 2) -> Query:
        """A leaf, a filter or clauses of smaller queries."""
        if depth == 0 or self.dice.random() < 0.2:
            return self.filter() if self.dice.random() < 0.3 else self.leaf()
        required, optional, excluded = (
            tuple(self.query(depth - 1) for _ in range(self.dice.choice(counts)))
            for counts in ((0, 0, 1, 2), (0, 1, 2, 4), (0, 0, 0, 1))
        )
        return Clauses(required, optional, excluded, minimum=self.dice.randint(0, min(3, len(optional) + 1)))


# -- tests


def test_matches(both: Sides, queries: Queries) -> None:
    """Exact filters find what the embedded engine matches, the others that and more."""
    translator = both.translator()
    asked = [queries.query() for _ in range(QUERIES)]
    translated = [translator.matches(query) for query in asked]
    answers = both.cluster.ask([both.cluster.body({"bool": {"filter": [one.clause]}}) for one in translated])
    matcher = both.snapshot._scope(False).matcher
    exact = hits = 0
    for query, (clause, is_exact), answer in zip(asked, translated, answers, strict=True):
        wanted, found = both.paths(matcher.match(query)), scores_of(answer).keys()
        assert wanted <= found, (query, clause, sorted(wanted - found)[:5])
        if is_exact:
            assert found == wanted, (query, clause, sorted(found - wanted)[:5])
        exact += is_exact
        hits += bool(wanted)
    assert exact > QUERIES * 0.7
    assert hits > QUERIES * 0.3


def test_bounds(both: Sides, queries: Queries) -> None:
    """What a leaf scores is never less than it is worth, and just that for a word; nothing is found that `matches` does
    not find."""
    translator = both.translator()
    asked = [(queries.leaf(), queries.dice.choice([1.0, 0.01, 3.7, 1e5, 1e30])) for _ in range(QUERIES)]
    bounds = both.cluster.ask([both.cluster.body(translator.bound(leaf, factor)) for leaf, factor in asked])
    matching = both.cluster.ask([both.cluster.body(translator.matches(leaf).clause) for leaf, _ in asked])
    published = [segment for segment in both.segments.values() if not segment.documents.fields(0)["unpublished"]]
    known = Vocabulary(both.snapshot.analyzer.languages, [segment.lists for segment in published])
    scope = Scope([Part(segment, frozenset(), False) for segment in published], known)
    for (leaf, factor), answer, matches in zip(asked, bounds, matching, strict=True):
        scores, row = scores_of(answer), scope.matcher.impact_row(leaf)
        worth = {
            scope.path(doc): factor * row.impacts[doc] for doc in range(len(published)) if row and row.impacts[doc]
        }
        assert worth.keys() <= scores.keys() <= scores_of(matches).keys(), leaf
        for path, score in scores.items():
            assert score >= worth.get(path, 0.0) * (1 - 1e-6), (leaf, path)
        if isinstance(leaf, Term) and not leaf.exact and not leaf.field and factor < 1e30:
            assert scores == pytest.approx(worth, rel=1e-6)


def test_titles_and_wholes(both: Sides, queries: Queries) -> None:
    """No post is missing that has a word of a leaf in its title, or holds it as a whole."""
    translator = both.translator()
    matcher = both.snapshot._scope(False).matcher
    for leaf in [queries.leaf() for _ in range(QUERIES // 5)]:
        row = matcher.impact_row(leaf)
        coverage = matcher.title_coverage([(row, 1.0)]) if row else b""
        titled = {both.snapshot._scope(False).path(doc) for doc in range(matcher.posts) if coverage and coverage[doc]}
        clause = translator.in_title(leaf)
        assert titled <= (both.cluster.scores(clause).keys() if clause else set()), leaf
        held = both.paths(matcher.match(leaf))
        assert held <= both.cluster.scores(translator.holders(leaf)).keys(), leaf


def test_words(both: Sides, queries: Queries) -> None:
    """Words that begin so, are nearly so, or have a part are the embedded engine's, in its order and spelling."""
    words, dice = Words(both.cluster), queries.dice
    asked: list[dict[str, Any]] = []
    for _ in range(QUERIES // 5):
        word, limit = queries.term(), dice.choice([1, 3, 10])
        cut = dice.randint(0, len(word))
        asked.append({"prefix": word[:cut] or word, "limit": limit})
        asked.append({"near": word[:cut] + word[cut + 1 :] or word, "edits": dice.randint(0, 2), "limit": limit})
        asked.append({"within": word[cut:] or word, "limit": limit})
    for one in asked:
        assert words.words(**one) == both.snapshot.words(**one), one


def test_too_many_words(both: Sides, queries: Queries, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the words that patterns cover the same are meant as by the embedded engine, also where these are some only."""
    for most in (1, 2, 5):
        monkeypatch.setattr(vocabulary, "MAX_WORDS", most)
        monkeypatch.setattr(words_of_index, "MAX_WORDS", most)
        words, known = Words(both.cluster), both.snapshot._scope(False).matcher.vocabulary
        monkeypatch.setattr(known, "_sought", {})
        for leaf in [queries.leaf() for _ in range(QUERIES // 5)]:
            searched = list(vocabulary.patterns(leaf))
            wanted = known.sought(leaf).words
            assert words.only(searched) == wanted, leaf
            meant = words.meant(leaf)
            assert meant.cut == (wanted is not None)
            if wanted is not None:
                assert {word.encode() for of_pattern in meant.by_pattern.values() for word in of_pattern} <= wanted


def test_words_of_expressions(both: Sides, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are all that there are, also where an answer has room for few of those that are looked through."""
    there = {word.term for word in both.snapshot.words(limit=10_000)}
    for most in (60_000, 5):
        monkeypatch.setattr(words_of_index, "_MAX_BUCKETS", most)
        words = Words(both.cluster)
        for pattern in ("[a-f].*", ".*[ks].?", r"\w{2}|.*er.*", r"sk[._]*user\w+"):
            (covered,) = words.meant(Regex(f"/{pattern}/")).by_pattern.values()
            assert {*covered} == {word for word in there if of_words(pattern).fullmatch(word)}, pattern


def test_no_search_is_too_large(both: Sides, queries: Queries) -> None:
    """What has more clauses than the cluster takes is asked for with fewer: it finds more, and is worth no less."""
    translator, many = both.translator(), tuple([Term(f"w{number}") for number in range(1500)])
    words = tuple(queries.terms)
    for query in (
        Clauses(required=many),
        Clauses(required=many[:10], excluded=(Clauses(required=many),)),
        Clauses(optional=(*map(Term, words), *many), minimum=1),
        Clauses(optional=(*map(Term, words), *many), minimum=2),
        Clauses(
            optional=tuple([Keyword("path", f"{folder}{n}-x.md") for folder in FOLDERS for n in range(60)]), minimum=1
        ),
        Clauses(
            optional=tuple([Wildcard(f"*{word[:1]}*", field) for word in words for field in ("", "body")]), minimum=1
        ),
        Clauses(optional=tuple([Phrase((word, "b"), prefix=True) for word in words * 10]), minimum=1),
        Clauses(optional=tuple([Phrase(words, slop=slop) for slop in (0, 2)]), minimum=1),
        Phrase(words * 20, exact=True),
        Phrase(words * 20, slop=3),
        Clauses(required=(Phrase(words * 20), Phrase(words, "body"))),
    ):
        bounds = translator.bounds([(leaf, 1.0) for leaf in leaves(query)])
        held = [constant(translator.holders(leaf), 1.0) for leaf in leaves(query)[:2]]
        clause: Clause = {"bool": {"filter": [translator.matches(query).clause], "should": [*bounds, *held]}}
        assert clause_count(clause) <= 1024
        scores = both.cluster.scores(clause)
        assert both.paths(both.snapshot._scope(False).matcher.match(query)) <= scores.keys(), query
