"""Query text to tree: the table in syntax_queries.txt, what the caller may ask for, limits, and hostile text.

In the table a query stands at the margin; under it its tree as `show` writes it (`=` before it: a listing,
`~`: empty), then its warnings behind `!`. The 392 checks of tokens.json are run through the tree as well.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from storage import ANALYZER

from postdex.query.lexer import clean, lex
from postdex.query.parse import QueryReading, parse
from postdex_index.errors import QueryError
from postdex_index.query import Clauses, Keyword, Phrase, Prefix, Query, Synonyms, Term, leaves, show
from postdex_index.text.analyzer import Analyzer
from postdex_index.text.stemming import stem

HERE = Path(__file__).parent
TODAY = date(2024, 3, 14)
#: In how many posts the terms of an index stand, those that matter here.
KNOWN = {"github": 1, "hublab": 1, "login": 1, "javascript": 1, "away": 1, "服务": 9, "务账": 1, "账号": 3, "多少": 1}
#: Values of filters that begin so are held by no post.
UNFIT = "nobody"


def typed(query: str, analyzer: Analyzer = ANALYZER, **options: object) -> QueryReading:
    def fits(asked: Query) -> bool:
        return not (isinstance(asked, Keyword) and asked.value.startswith(UNFIT))

    return parse(
        query,
        analyzer,
        today=lambda: TODAY,
        post_counts=lambda terms: [KNOWN.get(term, 0) for term in terms],
        fits=fits,
        **options,  # type: ignore[arg-type]
    )


def check(query: str, tree: str, **options: Any) -> None:
    assert show(typed(query, **options).tree) == tree


def rows() -> Iterator[tuple[str, str, list[str]]]:
    """(query, marked tree, warnings) of the table; a line at the margin begins a row."""
    row: list[str] = []
    for line in [*HERE.joinpath("syntax_queries.txt").read_text("utf-8").split("\n")[:-1], "end"]:
        if not line.startswith("    "):
            if row:
                yield row[0], row[1][4:], [said[6:] for said in row[2:]]
            row = []
        row.append(line)


@pytest.mark.parametrize(("query", "tree", "warnings"), list(rows()))
def test_table(query: str, tree: str, warnings: list[str]) -> None:
    parsed = typed(query)
    mark = "~ " if parsed.empty else "= " if parsed.listing else ""
    assert mark + show(parsed.tree) == tree
    assert list(parsed.warnings) == warnings


def test_table_is_large() -> None:
    assert len(list(rows())) >= 220


ALL_WORDS = [
    ("refcount bug", "(+refcount +bug)"),
    ("the bug", "(+bug ?the)"),
    ("the of", "(+the +of)"),
    ("sk_user_data bug", "(+[skuserdata | 'sk user data'] +bug)"),
    ("git hub", "(+[git | github] +[hub | github])"),
    ("x OR sk_user_data y", "(+(x [skuserdata | 'sk user data']) +y)"),
    ("x OR linux内核机", '(x (+linux +"内核 核机"))'),
    ("内核机制 x", '(+"内核 核机 机制" +x)'),
    ("(x y) z", "(+(+x +y) +z)"),
    ("x -(y z)", "(+x -(y z))"),
    ("tag:x y", "(+tag=x +y)"),
]


@pytest.mark.parametrize(("query", "tree"), ALL_WORDS)
def test_all_words(query: str, tree: str) -> None:
    check(query, tree, all_words=True)


WHILE_TYPING = [
    ("smc fall", "(smc [fall | fall*])"),
    ("smc fall ", "(smc fall)"),
    ("smc fall,", "(smc fall)"),
    ("+fall", "[fall | fall*]"),
    ("smc -fall", "(smc -fall)"),
    ("(smc fall", "(smc [fall | fall*])"),
    ("fall (smc)", "(fall smc)"),
    ("x th", "(x [th | th*])"),
    ("x the", "(x ?[the | the*])"),
    ("x r", "(x r)"),
    ("x é", "(x e)"),
    ("x я", "(x [я | я*])"),
    ("sk_us", "([skus | 'sk us' | skus* | 'sk us*'] sk^0.25 us^0.25)"),
    ("net/sm", "(['net sm' | 'net sm*'] net^0.25 sm^0.25)"),
    ("内核机", "(内核 核机)"),
    ("“root cau", "(root [cau | cau*])"),
    ("“root cause”", '"root cause"'),
    ("C++", "(c++ c^0.25)"),
    ('"root cau', '"root cau*"'),
    ('"root cause ', '"root cause"'),
    ('"root', "root*"),
    ('"root cause"', '"root cause"'),
    ("title:ref", "[title:ref | title:ref*]"),
    ("tag:lin", "tag=lin"),
    ("fall~", "fall~"),
    ("fall^2", "fall^2"),
]


@pytest.mark.parametrize(("query", "tree"), WHILE_TYPING)
def test_while_typing(query: str, tree: str) -> None:
    check(query, tree, prefix_last=True)


def test_options_of_the_site() -> None:
    check("der Hund", "(hund ?der)", analyzer=Analyzer(True, ("en", "de")))
    check("der Hund", "(der hund)")
    check("der the Hund", "(der the hund)", analyzer=Analyzer(True, ()))
    check("為什麼 內核", '(内核 ?"为什 什么"^0.25)')
    check("為什麼 內核", '(內核 ?"為什 什麼"^0.25)', analyzer=Analyzer(False, ("en",)))
    check("雜談 tag:雜談", "(+tag=雜談 雜談)", analyzer=Analyzer(False, ("en",)))
    check("after:30d x", "(+date=1707782400.. x)")
    assert show(parse("git hub", ANALYZER).tree) == "(git hub github)", "without an index every pair may be a word"


WORDS = [
    ("the refcoutn bug", "refcoutn! bug!"),
    ("+refcoutn bugs +the", "refcoutn bugs! the"),
    ('"refcoutn" "root cause"', "refcoutn"),
    ("-refcoutn x", "x!"),
    ("refc* refcoutn~ x", "x!"),
    ("python3 v1.2 skUser K8S", "python3! v1.2![v1 2] skUser![sk user] k8s!"),
    ("std::vector<int>() HTTP/2", "std::vector<int![std vector int] HTTP/2![http 2]"),
    ("+sk_user_data", "sk_user_data[sk user data]"),
    ("title:refcoutn (x kernle)^2", "refcoutn! x! kernle!"),
    ("kernle AND bugs OR fixs", "kernle bugs fixs!"),
    ("内核机制 kernle", "kernle!"),
    ("ядроо हिन्दी", "ядроо! हिन्दी!"),
    ("tag:kernle", ""),
    ("+(kernle)", "kernle"),
    ("+(kernle bugs)", "kernle! bugs!"),
]


@pytest.mark.parametrize(("query", "noted"), WORDS)
def test_words(query: str, noted: str) -> None:
    """`!` marks a word that may be corrected; the parts of a compound stand in brackets."""
    parsed = typed(query)
    parts = (f"[{' '.join(part.text for part in word.parts)}]" if word.parts else "" for word in parsed.words)
    marked = zip(parsed.words, parts, strict=True)
    assert " ".join(f"{word.typed}{'!' * word.correctable}{inside}" for word, inside in marked) == noted
    scored = leaves(parsed.tree)
    assert all(word.leaf in scored for word in parsed.words)
    assert all(part in scored for word in parsed.words if word.correctable for part in word.parts)


def test_required_and_growing_words_are_not_corrected() -> None:
    assert [word.correctable for word in typed("refcoutn kernle", all_words=True).words] == [False, False]
    assert [word.correctable for word in typed("refcoutn kernle", prefix_last=True).words] == [True, False]


TITLES = [
    ("SMC  Fallback!", "smc fallback"),
    ("The root-cause of it", "the rootcause of it"),
    ('"root cause" tag:x after:30d', "root cause"),
    ("+a (b c) d", "a b c d"),
    ("title:root", "root"),
    ("title:(root cause)", "root cause"),
    ("body:root cause", ""),
    ("root -cause", ""),
    ("root NOT cause", ""),
    ("root caus*", ""),
    ("root cause~", ""),
    ("tag:x", ""),
    ("???", ""),
]


@pytest.mark.parametrize(("query", "key"), TITLES)
def test_title_key(query: str, key: str) -> None:
    assert typed(query).title_key == key


def holds(query: Query, words: dict[str, set[int]]) -> bool:
    """Whether a post with these words (and `~` before their stems) matches: the meaning of the tree, word for word."""

    def places(term: str, exact: bool, prefix: bool = False) -> set[int]:
        if prefix:
            return {place for word, found in words.items() if word.startswith(term) for place in found}
        return words.get(term, set()) | (set() if exact else words.get("~" + stem(term), set()))

    match query:
        case Term(text, _, _, exact):
            return bool(places(text, exact))
        case Prefix(text):
            return bool(places(text, True, True))
        case Phrase(terms, _, _, exact, _, prefix):
            found = [places(term, exact, prefix and at == len(terms) - 1) for at, term in enumerate(terms)]
            return any(all(first + at in place for at, place in enumerate(found)) for first in found[0])
        case Synonyms(spellings):
            return any(holds(spelling, words) for spelling in spellings)
        case Clauses(required, optional, excluded, _, minimum):
            enough = sum(holds(clause, words) for clause in optional) >= minimum
            return enough and all(holds(c, words) for c in required) and not any(holds(c, words) for c in excluded)
    raise TypeError(query)


def test_tokens_json_through_the_tree() -> None:
    """Each word required, as its checks say; and what must be found is found without `+` too."""
    wrong = []
    for case in json.loads(HERE.joinpath("tokens.json").read_text("utf-8")):
        words: dict[str, set[int]] = {}
        for token in ANALYZER.tokens(case["text"], case["code"]):
            words.setdefault(token.term, set()).add(token.position)
            words.setdefault("~" + stem(token.term), set()).add(token.position)
        for query in case["find"]:
            required = " ".join("+" + word for word in query.split())
            wrong += [text for text in (query, required) if not holds(parse(text, ANALYZER).tree, words)]
        for query in case["miss"]:
            required = " ".join("+" + word for word in query.split())
            wrong += [required] * holds(parse(required, ANALYZER).tree, words)
    assert wrong == []


LIMITS = [
    ("tag:x " * 65, "too_many_clauses"),
    ('"x" ' * 65, "too_many_clauses"),
    ("“x” " * 65, "too_many_clauses"),
    ("+x " * 65, "too_many_clauses"),
    ("x OR " * 65, "too_many_clauses"),
    ("NOT " * 65, "too_many_clauses"),
    ("(" * 17 + "x", "too_deep"),
    ("-(x " * 17, "too_deep"),
]


@pytest.mark.parametrize(("query", "code"), LIMITS)
def test_beyond_a_limit(query: str, code: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(query, ANALYZER)
    assert caught.value.code == code
    assert caught.value.hint


@pytest.mark.parametrize(
    "query",
    ["x" * 2000, "x " * 64, "(" * 16 + "x" + ")" * 16, "()" * 1000, "NOT " * 64, "x OR " * 64, "+x " * 64, "内" * 129],
)
def test_within_the_limits(query: str) -> None:
    assert not [said for said in parse(query, ANALYZER).warnings if "the text" in said]


NUMBERS = [f"w{number}" for number in range(70)]
#: What is pasted, its tree by an index in which `w7` stands in 7 posts and so on, and what is said.
PASTED = [
    ("word " * 70, "word", "the text of 70 words was searched for by 1 of them"),
    (
        " ".join(NUMBERS),
        f"({' '.join(NUMBERS[1:65])})",
        "the text of 70 words was searched for by 64 of them, the rarest in these posts",
    ),
    (
        " ".join(reversed(NUMBERS)),
        f"({' '.join(reversed(NUMBERS[1:65]))})",
        "the text of 70 words was searched for by 64 of them, the rarest in these posts",
    ),
    (
        "x " * 62 + "w9 w5 w9",
        "(w9 w5)",
        "the text of 65 words was searched for by 2 of them, the rarest in these posts",
    ),
    (
        "no " * 62 + "lib/w9/c:12 用w5 the",
        "('lib w9 c 12' lib^0.25 w9^0.25 c^0.25 12^0.25 w5)",
        "the text of 66 words was searched for by 2 of them, the rarest in these posts",
    ),
    (
        'tag:t +r -xx "q" c OR b (w1 w2) NOT (y z) ' + "no " * 65,
        '(+tag=t +r "q" (c b) (w1 w2) -xx -(y z))',
        "the text of 67 words was searched for by 2 of them, the rarest in these posts",
    ),
    ("the of " * 33, "(the of)", "the text of 66 words was searched for by 2 of them"),
    (
        "中英w9" + "日本語の文章" * 30 + "和文w5",
        "(w9 w5)",
        "the text of 93 words was searched for by 2 of them, the rarest in these posts",
    ),
    ("日本語の文章" * 30, "(日本 本语 语の の文 文章 章日)", "the text of 90 words was searched for by 6 of them"),
    (" " * 5000 + "word " * 70, "word", "the text of 70 words was searched for by 1 of them"),
    ("word " * 500, "word", "the text has 2,500 characters; only the first 1,999 were read"),
    ("x" * 5000, "x" * 80, "the text has 5,000 characters; only the first 2,000 were read"),
    (
        "x" * 1890 + " " + "y" * 500,
        f"({'x' * 80} {'y' * 80})",
        "the text has 2,391 characters; only the first 2,000 were read",
    ),
    ("x" * 1990 + " " + "y" * 500, "x" * 80, "the text has 2,491 characters; only the first 1,990 were read"),
    ("x" * 1990 + "\u3000" + "y" * 500, "x" * 80, "the text has 2,491 characters; only the first 1,990 were read"),
]


@pytest.mark.parametrize(("text", "tree", "said"), PASTED)
def test_pasted(text: str, tree: str, said: str) -> None:
    def known(term: str) -> int:
        return int(term[1:]) if term[0] == "w" and term[1:].isdigit() else 0

    parsed = parse(text, ANALYZER, post_counts=lambda terms: [known(term) for term in terms])
    assert show(parsed.tree) == tree
    assert parsed.warnings[0] == said


def test_what_is_cut_does_not_grow() -> None:
    assert show(parse("x 用" + "ab" * 999, ANALYZER, prefix_last=True).tree) == f"(x 用* {'ab' * 40})"


HOSTILE = [
    *(
        '"x ',
        "(",
        ")",
        "x OR ",
        "AND ",
        "NOT ",
        "-",
        "+",
        '"',
        ":",
        "~",
        "^",
        "*",
        "?",
        "x*",
        "a:",
        "tag:",
        "(x)",
        "f(",
    ),
    *("f(x ", "x)", "-(", '-"', "x~", "^1.1", "~1^1", "x_", "x.", "x-", "++", "內", "内 ", "é", "e\u0301", "\ud800"),
    *("\0", "2022..", "title:(", "a,b;", "🎉", "aB", "1,000", "'s", "\u200b", "#", "x*y", "x ?"),
    *("/a+", "/a+/ ", "/a", "*ab ", "*a*", "/[", "/\\", "/foo.*/ "),
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_work_is_linear(piece: str) -> None:
    """The lexer sees no limit, so its steps are counted far beyond them; the rest up to the limits."""
    for size in (500, 2_000, 32_000):
        text = clean(piece * (size // len(piece)))
        assert lex(text).steps <= 8 * len(text)
    for size in (20, 200, 2000):
        text = piece * (size // len(piece))
        try:
            assert parse(text, ANALYZER).steps <= 40 * len(text) + 40
        except QueryError as error:
            assert error.code in ("too_many_clauses", "too_deep")


SYNTAX = st.sampled_from(
    [
        *(
            "(",
            ")",
            '"',
            "+",
            "-",
            "~",
            "^",
            "*",
            "?",
            ":",
            "..",
            "title:",
            "/fo+",
            "/",
            "*foo",
            "tag:",
            "date:",
            "after:",
            "refcount",
            "the",
        ),
        *(
            "sk_user",
            "C++",
            "内核",
            "2022",
            "30d",
            "~2",
            "^3",
            "'s",
            ".",
            "->",
            " ",
            " AND ",
            " OR ",
            " NOT ",
            "\ud800",
            "\0",
            *"“”„«»「」『』",
        ),
    ]
)


@given(st.lists(SYNTAX | st.text(max_size=4), max_size=30).map("".join), st.booleans(), st.booleans())
@settings(max_examples=400, deadline=None)
def test_nothing_but_a_limit_raises(text: str, all_words: bool, prefix_last: bool) -> None:
    check_any(text, all_words, prefix_last)


def check_any(text: str, all_words: bool, prefix_last: bool) -> None:
    """What must hold of any query, whatever is in it."""
    try:
        parsed = parse(text, ANALYZER, today=lambda: TODAY, all_words=all_words, prefix_last=prefix_last)
    except QueryError as error:
        assert error.code in ("too_many_clauses", "too_deep")
        return
    show(parsed.tree).encode()
    "".join(parsed.warnings).encode()
    scored = leaves(parsed.tree)
    assert parsed.listing == (not scored and not parsed.empty)
    assert all(word.leaf in scored for word in parsed.words)
    assert not parsed.empty or parsed.warnings
    assert (
        parsed.tree
        == parse(clean(text), ANALYZER, today=lambda: TODAY, all_words=all_words, prefix_last=prefix_last).tree
    )
