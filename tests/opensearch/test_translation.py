"""Does the cluster find what the embedded engine finds, for every kind of query, and is nothing worth more than said?

Random posts in two languages are indexed on both sides, some of them deleted, some unpublished; random queries are
asked there and here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest
from storage import ANALYZER

from postdex_index import schema
from postdex_index.engine.api import FileStamp, Put
from postdex_index.engine.embedded.engine import EmbeddedEngine
from postdex_index.engine.embedded.read.scope import Segment
from postdex_index.engine.embedded.read.snapshot import Snapshot
from postdex_index.engine.opensearch.cluster import credentials
from postdex_index.engine.opensearch.cluster.bulk import BulkItem
from postdex_index.engine.opensearch.cluster.connection import Cluster, IndexSearch
from postdex_index.engine.opensearch.format import documents, one_post_segment, schema_mapping
from postdex_index.engine.opensearch.read.clauses import Clause
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
    Synonyms,
    Term,
    Wildcard,
)
from postdex_index.text.analyzer import Analyzer

SEEDS = (1, 2, 3)
POSTS, QUERIES = 150, 500
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
        """One request for several searches."""
        return self.cluster.search_all([IndexSearch(self.index, body) for body in bodies], deadline=deadline)

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
        date=dice.choice([None, 0, 1, 2, 3]),
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
    posts = [post(dice, number) for number in range(POSTS)]
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


@pytest.fixture(params=SEEDS)
def seed(request: pytest.FixtureRequest) -> int:
    """What the dice are thrown with."""
    number: int = request.param
    return number


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

    def pattern(self) -> Prefix | Wildcard | Fuzzy:
        word = self.term()
        cut = self.dice.randint(0, len(word))
        match self.dice.randint(0, 2):
            case 0:
                return Prefix(word[:cut] or word, self.field())
            case 1:
                return Wildcard(f"{word[:cut]}{self.dice.choice(['*', '?', '*?'])}{word[cut + 1 :]}", self.field())
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


def test_matches(hosts: list[str], prefix: str, tmp_path: Path, seed: int) -> None:
    """Exact filters find what the embedded engine matches, the others that and more."""
    dice = Random(seed)
    both = sides(hosts, f"{prefix}-posts", tmp_path, dice)
    queries, translator = Queries(dice, ANALYZER), both.translator()
    asked = [queries.query() for _ in range(QUERIES)]
    translated = [translator.matches(query) for query in asked]
    answers = both.cluster.ask([both.cluster.body({"bool": {"filter": [one.clause]}}) for one in translated])
    matcher = both.snapshot._scope(False).matcher
    exact = hits = 0
    for query, (clause, is_exact), answer in zip(asked, translated, answers, strict=True):
        wanted, found = both.paths(matcher.match(query)), scores_of(answer).keys()
        assert wanted <= found, (seed, query, clause, sorted(wanted - found)[:5])
        if is_exact:
            assert found == wanted, (seed, query, clause, sorted(found - wanted)[:5])
        exact += is_exact
        hits += bool(wanted)
    assert exact > QUERIES * 0.7
    assert hits > QUERIES * 0.3
