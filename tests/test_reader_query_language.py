"""Does the reader read queries as the library does: the same tree, warnings, name and whole, to the character?

Both sides are told the same of an index that is not there: in how many posts words stand, which filters fit none, which
fields there are. Regular expressions that RE2 refuses are
text to the library, and known to nobody in a browser: those are left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import test_syntax
from hypothesis import given, settings
from hypothesis import strategies as st
from reader_process import ReaderProcess, js

from postdex.export import parameters
from postdex.query.lexer import clean, lex
from postdex.query.own_fields import OwnFields
from postdex.query.parse import parse
from postdex.query.synonyms import CountedSynonyms, SynonymTable
from postdex_index.engine.api import FieldStats, Reader
from postdex_index.errors import QueryError
from postdex_index.query import Keyword, Query, Term, show
from postdex_index.settings import TableRow
from postdex_index.text.analyzer import Analyzer

HERE = Path(__file__).parent
QUERIES = "../../../tests/reader/queries"
TODAY = date(2024, 3, 14)
EPOCH = date(1970, 1, 1)
FIELDS = (
    FieldStats("rating", "number", 40),
    FieldStats("due", "date", 12, named=True),
    FieldStats("done", "boolean", 8),
    FieldStats("status", "text", 30, named=True),
    FieldStats("reading-status", "text", 5),
    FieldStats("标签", "text", 4),
)
FACETS = {"status": {"draft": 3, "4": 2}, "done": {"true": 5, "false": 3}, "reading-status": {}, "标签": {"内核": 2}}
SYNONYMS = (
    TableRow("k8s", ("kubernetes", "container cluster")),
    TableRow("db ->", ("database", "nowhere")),
    TableRow("数据库", ("database", "资料库")),
    TableRow("ci", ("continuous integration", "构建"), "zh"),
)


@pytest.fixture(scope="module")
def reader() -> Iterator[ReaderProcess]:
    process = ReaderProcess(parameters.of_modules())
    process.texts("en", "de")
    yield process
    process.close()


class SmallReader(SimpleNamespace):
    """What a small index says, as tests/reader/queries.js has it."""

    def fields(self) -> Sequence[FieldStats]:
        return FIELDS

    def totals(self, queries: Sequence[Query], drafts: bool = False) -> list[int]:
        return [_posts(query) for query in queries]

    def search(self, search: Any) -> Any:
        return SimpleNamespace(facets={name: FACETS.get(name, {}) for name in search.facets})


def own_fields() -> OwnFields:
    """The fields of that index."""
    return OwnFields(cast(Reader, SmallReader()), lambda: TODAY)


def _posts(query: Query) -> int:
    if isinstance(query, Keyword):
        return 0 if query.value.startswith(test_syntax.UNFIT) else 1
    return test_syntax.KNOWN.get(query.text, 0) if isinstance(query, Term) else 1


def index_of(languages: Sequence[str], own: bool, synonyms: bool = False) -> dict[str, object]:
    """What the reader is told of the index."""
    return {
        "languages": languages,
        "counts": test_syntax.KNOWN,
        "unfit": [test_syntax.UNFIT],
        "today": (TODAY - EPOCH).days,
        "fields": FIELDS if own else None,
        "facets": FACETS,
        "synonyms": SYNONYMS if synonyms else None,
    }


def read(
    query: str, languages: Sequence[str] = ("en",), own: bool = False, synonyms: bool = False, **options: Any
) -> dict[str, Any]:
    """The query as the library reads it, in the form of the reader."""
    analyzer = Analyzer(True, tuple(languages))
    table = SynonymTable(SYNONYMS, analyzer) if synonyms else None
    try:
        reading = parse(
            query,
            analyzer,
            today=lambda: TODAY,
            post_counts=lambda terms: [test_syntax.KNOWN.get(term, 0) for term in terms],
            fits=lambda asked: _posts(asked) > 0,
            own=own_fields() if own else None,
            synonyms=CountedSynonyms(table, lambda asked: ["nowhere" not in show(leaf) for leaf in asked])
            if table
            else None,
            **options,
        )
    except QueryError as error:
        return {"code": error.code, "message": error.message, "hint": error.hint}
    asked: dict[str, Any] = js(reading._replace(stand_ins={}, synonyms={}))
    del asked["steps"], asked["only_words"]  # nobody asks for these where nothing is ordered by meaning
    asked["stand_ins"] = [[js(leaf), js(others)] for leaf, others in reading.stand_ins.items()]
    asked["synonyms"] = [[word, list(others)] for word, others in reading.synonyms.items()]
    return {**asked, "shown": show(reading.tree)}


def as_library(reading: dict[str, Any]) -> dict[str, Any]:
    """What the reader gives, its leaves by their texts as values."""
    if "stand_ins" in reading:
        reading["stand_ins"] = [[json.loads(leaf), others] for leaf, others in reading["stand_ins"]]
    return reading


def check(reader: ReaderProcess, queries: Sequence[str], **how: Any) -> None:
    languages, own, synonyms = (how.pop(name, usual) for name, usual in _USUAL.items())
    given = {_CAMEL[name]: value for name, value in how.items()}
    index = index_of(languages, own, synonyms)
    results = reader.calls(QUERIES, "parsed", [(query, index, given) for query in queries])
    for query, result in zip(queries, results, strict=True):
        expected = read(query, languages, own, synonyms, **how)
        if any(map(_REFUSED.search, expected.get("warnings", ()))):
            continue
        assert as_library(result) == expected, query


#: What RE2 says of an expression.
_REFUSED = re.compile("no regular expression:|regular expression is too large")
_USUAL: dict[str, Any] = {"languages": ("en",), "own": False, "synonyms": False}
_CAMEL = {"all_words": "allWords", "prefix_last": "prefixLast"}
DOCUMENTED = [
    part for part in re.findall(r"`([^`\n]+)`", HERE.parent.joinpath("docs", "query.md").read_text("utf-8")) if part
]
TABLED = [query for query, _, _ in test_syntax.rows()]
TABLED += [query for query, _ in (*test_syntax.ALL_WORDS, *test_syntax.WHILE_TYPING)]
TOKENS = [query for row in json.loads((HERE / "tokens.json").read_text("utf-8")) for query in row["find"]]
#: Short texts of other tests, most of which are queries.
QUOTED = [
    text
    for name in ("as_typed", "synonyms", "own_fields", "pins", "rescue", "languages", "regexes", "matching")
    for path in [HERE / f"test_{name}.py"]
    if path.exists()
    for text in re.findall(r'"([^"\\\n]{1,60})"', path.read_text("utf-8"))
]


@pytest.mark.parametrize("how", [{}, {"all_words": True}, {"prefix_last": True}, {"own": True}, {"synonyms": True}])
def test_examples_are_read_the_same(reader: ReaderProcess, how: dict[str, Any]) -> None:
    check(reader, list(dict.fromkeys([*TABLED, *DOCUMENTED, *TOKENS, *QUOTED])), **how)


PIECES = [
    *[
        "a",
        "the",
        "login",
        "git",
        "hub",
        "Kernel",
        "sk_user_data",
        "GitHub",
        "C++",
        ".NET",
        "内核",
        "数据库账号",
        "多少",
        "什么是",
        "é",
        "я",
        "🦀",
    ],
    *[
        "k8s",
        "db",
        "ci",
        "continuous",
        "integration",
        "nobody",
        "Straße",
        "雜談",
        "한국어",
        "don't",
        "1,234",
        "v1.2.3",
        "a/b-c.d",
    ],
    *[
        "AND",
        "OR",
        "NOT",
        "+",
        "-",
        "(",
        ")",
        '"',
        "“",
        "”",
        "„",
        "«",
        "»",
        "「",
        "」",
        "~",
        "~2",
        "~9",
        "^2",
        "^0",
        "^.5",
        "^٣",
        "*",
        "?",
    ],
    *[
        "tag:",
        "path:",
        "lang:",
        "author:",
        "category:",
        "date:",
        "after:",
        "before:",
        "title:",
        "body:",
        "code:",
        "links:",
        "site:",
    ],
    *[
        "keyword:",
        "regex:",
        "rating:",
        "due:",
        "done:",
        "status:",
        "Reading-Status:",
        "标签:",
        "ratign:",
        "nosuch:",
        "constructor:",
    ],
    *[
        ">=4",
        "<2024",
        "3..5",
        "5..3",
        "..",
        "2022",
        "2022-08-26",
        "2024-02..2023",
        "30d",
        "last week",
        "3 months ago",
        "yes",
        "13:00",
    ],
    *[
        "2022年3月4日 13:00",
        "July 4, 2021",
        "4.5e3",
        "007",
        "/smc_\\w+/",
        "/[slug]/",
        "/a.*b/",
        "x-1",
        "--no-cache",
        "->",
        ":",
        "#",
        ",",
    ],
    *[
        "\t",
        "\n",
        "\x00",
        "\x1f",
        "\x85",
        "\u3000",
        "\ufeff",
        "\u2028",
        "\ud800",
        "\u0301",
        "\u200b",
        "’",
        "…",
        "_",
        "\\",
        "/",
        "=",
        "&",
    ],
]
glued = st.lists(st.sampled_from(PIECES), min_size=1, max_size=14).flatmap(
    lambda pieces: st.lists(st.sampled_from([" ", "", " ", "  "]), min_size=len(pieces), max_size=len(pieces)).map(
        lambda blanks: "".join(piece + blank for piece, blank in zip(pieces, blanks, strict=True))
    )
)
#: node may know characters that this Python does not.
CHARACTERS = st.characters(exclude_categories=["Cs", "Cn"])
hostile = st.lists(st.one_of(glued, st.text(CHARACTERS, max_size=40)), min_size=1, max_size=20)


@settings(max_examples=150)
@given(
    hostile,
    st.sampled_from([("en",), ("en", "de"), ()]),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
def test_drawn_queries_are_read_the_same(
    reader: ReaderProcess,
    queries: list[str],
    languages: tuple[str, ...],
    own: bool,
    synonyms: bool,
    all_words: bool,
    prefix_last: bool,
) -> None:
    how: dict[str, Any] = {"own": own, "synonyms": synonyms, "all_words": all_words, "prefix_last": prefix_last}
    check(reader, queries, languages=languages, **how)


LONG = [
    *("x (*)", "x OR * y", "👩‍👧 , OR * , .. kno * NOT x", "(*) (*)", "-(*) x", "x AND (* )"),
    "word " * 1000,
    " " * 3000 + "x" * 3000,
    "a" * 1950 + " " + "b" * 100,
    " ".join(f"word{number}" for number in range(80)),
    " ".join(f"login{number % 7} github 服务账号{number}" for number in range(60)),
    "错误：" + "数据库账号服务" * 40,
    "x OR " * 70 + "y",
    "(" * 20 + "x" + ")" * 20,
    "(" * 15 + "x" + ")" * 3,
    "🦀" * 2100,
    "“" * 300 + "”" * 300,
    "tag:x " * 65,
    '"' * 301,
    "*a" * 400,
    "/" + "a+" * 300 + "/",
    "-" * 500 + "x",
    "NOT " * 63 + "x",
]


@pytest.mark.parametrize("query", LONG, ids=range(len(LONG)))
def test_long_and_deep_queries_are_read_the_same(reader: ReaderProcess, query: str) -> None:
    check(reader, [query])
    check(reader, [query], prefix_last=True, synonyms=True)


def test_tokens_of_the_lexer_are_the_same(reader: ReaderProcess) -> None:
    queries = [clean(query) for query in [*TABLED, *DOCUMENTED, *LONG]]
    results = reader.calls("query/lexer", "lex", [(query,) for query in queries])
    for query, result in zip(queries, results, strict=True):
        lexed = lex(query)
        assert result == {"tokens": js(lexed.tokens), "warnings": list(lexed.warnings)}, query
