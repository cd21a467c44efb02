"""What is a cluster of OpenSearch asked for each kind of query, and do its patterns mean what ours mean?

Without a cluster: a request that changes shows in golden/cluster_queries.txt (`--update` writes it anew), and was then
tried by tests/opensearch/test_translation.py, which asks a real one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from itertools import pairwise
from math import inf, nan
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postdex_index.engine.embedded.read.vocabulary import MAX_WORDS, patterns
from postdex_index.engine.opensearch.read import words as words_of_index
from postdex_index.engine.opensearch.read.clauses import MAX_TERMS, Clause, any_of, clause_count
from postdex_index.engine.opensearch.read.patterns import (
    letter_runs,
    path_regex,
    regex_escaped,
    wildcard,
    wildcard_escaped,
    word_regex,
)
from postdex_index.engine.opensearch.read.translation import MAX_CLAUSES, MAX_SCORES, Translator
from postdex_index.engine.opensearch.read.words import MeantWords, Words
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
)
from postdex_index.text import globs
from postdex_index.text.edit_distance import edit_distance
from postdex_index.text.regexes import of_words

GOLDEN = Path(__file__).parent / "golden" / "cluster_queries.txt"
#: The words that the patterns below mean.
WORDS = {
    Prefix("ref"): ["refcount", "reflog"],
    Wildcard("r*t"): ["refcount"],
    Wildcard("*log"): ["reflog"],
    Regex(r"/ref\w+/"): ["refcount", "reflog"],
    Fuzzy("refcoutn"): ["refcount"],
}
LEAVES: dict[str, Leaf] = {
    "a word with stems of two languages": Term("häuser"),
    "a word with a dot, exactly": Term("3.14", exact=True),
    "half of a surrogate pair": Term("\ud83d", exact=True),
    "a word of the title": Term("häuser", "title"),
    "a word of the body": Term("bugs", "body"),
    "a word in code": Term("bugs", "code", exact=True),
    "words side by side": Phrase(("refcount", "bugs")),
    "words side by side, exactly": Phrase(("the", "bug"), exact=True),
    "words side by side in a heading": Phrase(("a", "b"), "heading"),
    "words near each other": Phrase(("page", "bundle"), exact=True, slop=2),
    "near each other, perhaps at one position": Phrase(("c", "c++"), exact=True, slop=2),
    "near each other, one of them twice": Phrase(("a", "a"), exact=True, slop=1),
    "stems near each other": Phrase(("sk", "socket"), slop=1),
    "a word and the beginning of one": Phrase(("git", "ref"), prefix=True),
    "outside links": Phrase(("git", "log"), outside_links=True),
    "a phrase of one word": Phrase(("git",)),
    "a phrase of none": Phrase(()),
    "a beginning": Prefix("ref"),
    "a beginning in the title": Prefix("ref", "title"),
    "a pattern": Wildcard("r*t"),
    "a pattern that begins with a sign": Wildcard("*log"),
    "an expression": Regex(r"/ref\w+/"),
    "a word with a slip": Fuzzy("refcoutn"),
    "a pattern of no word": Prefix("zzz"),
    "spellings": Synonyms((Term("skuserdata"), Phrase(("sk", "user", "data")), Prefix("ref"))),
}
TREES: dict[str, Query] = {
    "a tag and those below": Keyword("tag", "net"),
    "tags by a pattern": Keyword("tag", "n*?\\"),
    "a category": Keyword("category", "a/b"),
    "a language": Keyword("lang", "zh"),
    "a folder": Keyword("path", "a b"),
    "paths by a glob": Keyword("path", "2022/**/?-*.md"),
    "a glob with more runs than are tried": Keyword("path", "**a**b**c"),
    "a glob that is too long": Keyword("path", "*" + "." * 500),
    "dates": DateRange(0, 5),
    "dates beyond all": DateRange(None, 10**30),
    "any date": DateRange(),
    "a field of the site's own": Keyword("field state", "in review"),
    "such a field by a pattern": Keyword("field menu.weight", "*r?"),
    "numbers of such a field": FieldRange("rating", "number", 4, 4.5),
    "dates of such a field": FieldRange("due", "date"),
    "numbers up to infinity": FieldRange("rating", "number", 0.5, inf),
    "numbers from infinity": FieldRange("rating", "number", inf),
    "none that is a number": FieldRange("rating", "number", None, nan),
    "all": Everything(),
    "clauses": Clauses((Term("a"),), (Term("b"), Term("c")), (Term("d"), Term("e", exact=True)), (Term("f"),), 1),
    "two of three": Clauses(optional=(Term("b"), Term("c"), Term("d")), minimum=2),
    "more than there are": Clauses(optional=(Term("b"),), minimum=2),
    "those without": Clauses(excluded=(Prefix("ref"),)),
    "without what cannot be said": Clauses(excluded=(Phrase(("a", "a"), slop=1),)),
    "without those without it": Clauses(excluded=(Clauses(excluded=(Phrase(("a", "a"), slop=1),)),)),
}


def meant(leaf: Leaf) -> MeantWords:
    """The words of patterns, without an index."""
    return MeantWords({pattern: WORDS.get(pattern, ()) for pattern in patterns(leaf)})


TRANSLATOR = Translator(("de", "en"), meant)


def test_each_kind_of_query(request: pytest.FixtureRequest) -> None:
    found = "".join([*(asked(name, leaf) for name, leaf in LEAVES.items()), *(asked(*pair) for pair in TREES.items())])
    if request.config.getoption("--update"):
        GOLDEN.write_text(found, encoding="utf-8")
    assert found == GOLDEN.read_text(encoding="utf-8")


def asked(name: str, query: Query) -> str:
    """What is asked for a query: which posts match it, and of a leaf what it is worth, and who has it in the title."""
    clause, exact = TRANSLATOR.matches(query)
    lines = [f"{name}: {query}", ("    " if exact else "    more than ") + line(clause)]
    if name in LEAVES:
        (leaf,) = leaves(query)
        lines.append("    worth " + line(TRANSLATOR.bound(leaf, 2.0)))
        if titled := TRANSLATOR.in_title(leaf):
            lines.append("    titled " + line(titled))
        if (holders := TRANSLATOR.holders(leaf)) != clause:
            lines.append("    whole " + line(holders))
    return "\n".join(lines) + "\n"


def line(clause: Clause) -> str:
    return json.dumps(clause, ensure_ascii=False)


def in_one(clause: Clause, kind: str) -> list[Clause]:
    """The alternatives of one kind."""
    return [one for one in clause["bool"]["should"] if kind in one]


def test_a_search_is_never_too_large() -> None:
    """The cluster would refuse it; what it is asked for instead finds more."""
    many = tuple([Term(f"w{number}") for number in range(3000)])
    assert TRANSLATOR.matches(Clauses(optional=many, minimum=1)).exact
    for query in (
        Clauses(required=many),
        Clauses(optional=many, minimum=2),
        Clauses(required=many[:10] * 99),
    ):
        clause, exact = TRANSLATOR.matches(query)
        assert not exact and clause_count(clause) <= MAX_CLAUSES
    bounds = TRANSLATOR.bounds([(leaf, 0.5) for leaf in many])
    assert sum(map(clause_count, bounds)) <= MAX_SCORES
    few = TRANSLATOR.bounds([(Term("a"), 1.0), (Term("b"), 2.0)])
    assert few == [TRANSLATOR.bound(Term("b"), 2.0), TRANSLATOR.bound(Term("a"), 1.0)]
    heavy = TRANSLATOR.bound(Term("a"), 1e30)
    assert heavy == {
        "constant_score": {"filter": {"rank_feature": {"field": "stems.a", "linear": {}}}, "boost": 255e30}
    }
    paths = [Keyword("path", f"{'long-' * (number % 20 + number // 499 * 200)}{number}.md") for number in range(500)]
    clause, exact = TRANSLATOR.matches(Clauses(optional=tuple(paths), minimum=1))
    assert exact and clause_count(clause) < MAX_CLAUSES
    expressions = [lucene_regex(one["regexp"]["values"]["value"]) for one in in_one(clause, "regexp")]
    for path in paths:
        inside = f"path\t{path.value}/b"
        covered = [one for one in expressions if one.fullmatch(inside)]
        begun = [one for one in in_one(clause, "prefix") if inside.startswith(one["prefix"]["values"])]
        assert covered or begun, path
    (first, last) = any_of([{"terms": {"forms": list(range(MAX_TERMS + 1))}}])["bool"]["should"]
    assert (len(first["terms"]["forms"]), len(last["terms"]["forms"])) == (MAX_TERMS, 1)


# -- patterns

characters = st.sampled_from([*"ab*?*?+.#@&<>~\"'\\/()[]{}|^$-_:; ,=!%`é内🎉"])
texts = st.text(characters, max_size=8)


def lucene_regex(expression: str) -> re.Pattern[str]:
    """A regular expression as Lucene reads it: every sign of ASCII that may be an operator must be escaped or one that
    we know."""
    operators = re.sub(r"\\.|\[\^/\]\*?|\.\*?|\{\d+,\d+\}|[|()]", "", expression)
    assert not set(operators) & set('.?+*|{}[]()"\\#@&<>~'), expression
    return re.compile(expression, re.DOTALL)


def lucene_wildcard(pattern: str) -> re.Pattern[str]:
    """A pattern as Lucene reads it."""
    means = {"*": ".*", "?": "."}
    pieces = re.findall(r"\\?.", pattern, re.DOTALL)
    return re.compile("".join([means.get(piece) or re.escape(piece[-1]) for piece in pieces]), re.DOTALL)


@given(texts, texts)
def test_patterns_cover_what_globs_cover(pattern: str, text: str) -> None:
    """Of words, values and paths; also the text that is the pattern itself, and one that it surely covers."""
    filled = pattern.replace("*", text).replace("?", "x")
    for candidate in (text, pattern, filled):
        wanted = re.fullmatch(globs.wildcard(pattern), candidate.encode()) is not None
        assert (lucene_wildcard(wildcard(pattern)).fullmatch(candidate) is not None) == wanted
        assert (lucene_regex(word_regex(pattern)).fullmatch(candidate) is not None) == wanted
        in_path = re.fullmatch(globs.path(pattern), candidate.encode()) is not None
        covered = lucene_regex(path_regex(pattern)).fullmatch(candidate) is not None
        assert covered == in_path or (covered and len(re.findall(r"\*{2,}", pattern)) > 2)


@given(texts)
def test_text_stands_for_itself(text: str) -> None:
    assert lucene_regex(regex_escaped(text)).fullmatch(text)
    assert lucene_wildcard(wildcard_escaped(text)).fullmatch(text)


# -- words


class Dictionary:
    """The words of an index without one: what the expression of an aggregation covers. Implements `words.Posts`."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = words
        self.bodies: list[dict[str, Any]] = []

    def ask(self, bodies: Sequence[dict[str, Any]], deadline: float | None = None) -> list[dict[str, Any]]:
        self.bodies += bodies
        return [self._answer(body) for body in bodies]

    def _answer(self, body: dict[str, Any]) -> dict[str, Any]:
        if "aggs" not in body:
            return {"hits": {"hits": []}}
        terms = body["aggs"]["words"]["terms"]
        words = self._included(terms.get("include", ".*"))
        buckets = [{"key": word, "doc_count": 1} for word in words]
        left = buckets[terms["size"] :]
        cut = {"doc_count_error_upper_bound": int(terms["shard_size"] < len(buckets)), "sum_other_doc_count": len(left)}
        return {"aggregations": {"words": {"buckets": buckets[: terms["size"]], **cut}}}

    def _included(self, asked: Any) -> list[str]:
        """The words that an expression covers, or those of a part of all."""
        if isinstance(asked, dict):
            return [word for word in self.words if crc32(word.encode()) % asked["num_partitions"] == asked["partition"]]
        assert len(asked) <= 1000
        expression = lucene_regex(asked)
        return [word for word in self.words if expression.fullmatch(word)]

    def visible(self, drafts: bool) -> list[dict[str, Any]]:
        return [{"term": {"kind": "post"}}]

    def segments_of(self, hits: Sequence[Any]) -> list[Any]:
        return []


letters = st.text(st.sampled_from("abc+."), min_size=1, max_size=9)


@given(letters, st.lists(letters, max_size=30, unique=True), st.integers(0, 2))
def test_no_near_word_is_missed(word: str, others: list[str], edits: int) -> None:
    """The expression for what near words share with a word lets every one of them through."""
    changed = {word[:at] + new + word[at + cut :] for at in range(len(word)) for cut in (0, 1) for new in ("", "c")}
    swapped = {word[:at] + b + a + word[at + 2 :] for at, (a, b) in enumerate(pairwise(word))}
    index = sorted({*others, *changed, *swapped, word} - {""})
    near = {w.term for w in Words(Dictionary(index)).words(near=word, edits=edits, limit=999)}
    assert near == {w for w in index if w[0] == word[0] and edit_distance(word, w, edits) <= edits}


def test_words_of_hostile_patterns() -> None:
    """What takes exponentially many states, or no word can be, is not asked for just so."""
    index = Dictionary(["a" * 20, "b" * 20])
    found = Words(index).meant(Wildcard("*a" + "?" * 15))
    assert found.by_pattern == {Wildcard("*a" + "?" * 15): ["a" * 20]}
    for nothing in (Wildcard("x" * 200), Wildcard("?*" * 90), Fuzzy("x" * 200, 2), Prefix("x" * 2000)):
        assert not any(Words(index).meant(nothing).by_pattern.values())
    assert Words(index).words(limit=0) == []


expressions = st.lists(st.sampled_from(["a", "b", "_", "ab", ".", "a+", "b*", "b?", "[ab]", r"\w", "a{2}", "|", "(b)"]))


@given(expressions.map("".join), st.lists(letters, max_size=20))
def test_a_word_has_the_letters_of_an_expression(expression: str, words: list[str]) -> None:
    covers = of_words(expression).fullmatch if expression else None
    has = re.compile(".*".join(letter_runs(expression)), re.DOTALL)
    for word in filter(covers, [*words, "a", "b", "aab", "ab_ab"]):
        assert has.search(word), (expression, word)


def test_words_of_expressions(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are looked for among those with their letters; where these are too many for an answer, among all words."""
    index = Dictionary([*(f"w{number}" for number in range(500)), "smc_fallback", "smcfallback", "fallback"])
    words = Words(index)
    assert words.meant(Regex(r"/smc[._]*fallback/")).by_pattern == {
        Regex(r"/smc[._]*fallback/"): ["smc_fallback", "smcfallback"]
    }
    assert [body["aggs"]["words"]["terms"]["include"] for body in index.bodies] == [".*smc.*fallback.*"]
    monkeypatch.setattr(words_of_index, "_MAX_BUCKETS", 20)
    (covered,) = Words(index).meant(Regex(r"/(smc)?fallback|w\d7/")).by_pattern.values()
    assert {*covered} == {"smcfallback", "fallback", *(f"w{number}7" for number in range(1, 10))}
    assert index.bodies[-1]["aggs"]["words"]["terms"]["include"] == {"partition": 63, "num_partitions": 64}


def test_words_are_asked_for_once() -> None:
    """All patterns of a query in one request, none again; more than may be meant are cut, and where shards may disagree
    on the most frequent ones they are asked for all."""
    index = Dictionary([f"a{number}" for number in range(2 * MAX_WORDS + 5)])
    words = Words(index)
    query = Clauses(optional=(Prefix("a"), Phrase(("x", "a12"), prefix=True), Wildcard("a*", "title")))
    words.look_up(leaves(query))
    assert [body["aggs"]["words"]["terms"]["shard_size"] for body in index.bodies] == [2002, 2002, 2002, 65_000, 65_000]
    for leaf in leaves(query):
        assert words.meant(leaf).cut == (not isinstance(leaf, Phrase))
        assert all(0 < len(found) <= MAX_WORDS for found in words.meant(leaf).by_pattern.values())
    assert len(index.bodies) == 5
