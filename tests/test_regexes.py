"""Is a stranger's regular expression never slow, never Python's own, and never a surprise? `text/regexes`."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from storage import ANALYZER

from postdex.query.parse import parse
from postdex_index.errors import MissingExtraError, QueryError
from postdex_index.query import show
from postdex_index.text import regexes

ROOT = Path(__file__).parent.parent
#: What keeps other engines busy for years, or takes memory without end.
HOSTILE = [
    r"(a+)+$",
    r"(a|a)*b",
    r"(a|aa)+$",
    r"(.*)(.*)(.*)(.*)(.*)(.*)b",
    r"((a{0,100}){0,9})b",
    r"\p{L}{8}",
    r"((.{0,90}){0,9})B",
    r"[ab]*a[ab]{400}",
    r"(?i)(x+x+)+y",
    "(" * 500 + "a" + ")" * 500,
    "a?" * 500 + "a" * 500,
    "|".join(f"w{number}" for number in range(400)),
]
NONE = {
    r"\p{L}{1000}{1000}": "bad repetition operator: {1000}{1000} (character 6)",
    r"\p{L}{1000}": "pattern too large",
    r"\p{L}{9}": "too large",
    r"((a{100}){10}){11}": "invalid repetition size: {11}",
    r"(a)\1": r"invalid escape sequence: \1 (character 4)",
    r"(?=a)b": "invalid perl operator: (?= (character 1)",
    r"(?<!a)b": "invalid perl operator: (?<! (character 1)",
    "(a": "missing )",
    "a)|(b": "unexpected )",
    "[z-a]": "invalid character class range: z-a (character 2)",
    "*a": "no argument for repetition operator: * (character 1)",
    "(" * 2000: "missing )",
}


@pytest.mark.parametrize("pattern", HOSTILE)
def test_time_is_linear(pattern: str) -> None:
    words = "".join(f"{'a' * (number % 80)}\n" for number in range(20_000))
    line = "a" * 100_000
    started = time.process_time()
    list(regexes.of_words(pattern).finditer(words.encode()))
    regexes.of_lines(pattern).search(line.encode())
    assert time.process_time() - started < 5


@pytest.mark.parametrize("pattern", NONE)
def test_what_is_none_says_why_and_where(pattern: str) -> None:
    for made in (regexes.of_words, regexes.of_lines):
        with pytest.raises(QueryError) as caught:
            made(pattern)
        assert caught.value.code == "bad_regex"
        assert NONE[pattern] in caught.value.message


@pytest.mark.parametrize(
    ("pattern", "covered"),
    [
        ("a.*", ["abc", "aé"]),
        ("[^x]+", ["abc", "Bc", "aé", "b"]),
        (".", ["b"]),
        (r"\Qb", ["b"]),
        (r"\Qb\E", ["b"]),
        (r"\w+(?:\n)?c", ["abc", "Bc"]),
        ("b|", ["b"]),
        ("BC", ["Bc"]),
        ("(?s).*", ["abc", "Bc", "aé", "b"]),
        ("\ud800b", []),
        ("\0", []),
        ("a\nb", []),
    ],
)
def test_words(pattern: str, covered: list[str]) -> None:
    text = "abc\nBc\naé\nb\n".encode()
    found = [text[match.start() : match.end()].decode() for match in regexes.of_words(pattern).finditer(text)]
    assert [word for word in found if word] == covered


@given(st.text("ab|().*+?[]^$\\wE", max_size=8), st.lists(st.text("abw", min_size=1, max_size=4), max_size=5))
def test_words_as_each_alone(pattern: str, words: list[str]) -> None:
    """Whatever brackets are in it; an end of the text within an expression is none of a word's."""
    if "\\A" in pattern or "\\z" in pattern:
        return
    try:
        alone = regexes.of_lines(pattern, any_case=True)
    except QueryError:
        return
    text = "".join(f"{word}\n" for word in words)
    found = {
        match.start() for match in regexes.of_words(pattern).finditer(text.encode()) if match.end() > match.start()
    }
    starts = [sum(len(word) + 1 for word in words[:number]) for number in range(len(words))]
    assert found == {start for start, word in zip(starts, words, strict=True) if alone.fullmatch(word)}


@given(
    st.text(st.sampled_from("ab kKsſ\u212aßẞİiıσςΣµμé中.*-/\\(\0 ")),
    st.text("ab kKſ\u212aßẞİiıςΣμé中.*-/\\("),
    st.booleans(),
)
def test_a_text_is_found_without_the_library(text: str, around: str, any_case: bool) -> None:
    for pattern in (re.escape(text), rf"\b(?:{re.escape(text)})\b"):
        literal, expression = (
            regexes.of_literal(pattern, any_case=any_case),
            regexes.of_lines(pattern, any_case=any_case),
        )
        if literal is None:
            assert not text
            continue
        for line in (around, text, f"{around}{text}{around}", f"{around} {text.swapcase()} {around}"):
            found = [[match.span() for match in it.finditer(line.encode())] for it in (literal, expression)]
            assert found[0] == found[1], line


def test_cases_are_those_of_the_library() -> None:
    for char in map(chr, (*range(0x20, 0x590), *range(0x1E00, 0x2190), *range(0xFB00, 0xFB07))):
        literal, expression = (
            regexes.of_literal(re.escape(char), any_case=True),
            regexes.of_lines(re.escape(char), any_case=True),
        )
        assert literal is not None
        for form in {char, char.lower(), char.upper(), char.casefold(), *"kKsS"}:
            assert bool(literal.fullmatch(form.encode())) == bool(expression.fullmatch(form.encode())), (char, form)


@pytest.mark.parametrize(
    "pattern", ["", "a.b", r"\w", r"\n", "a\nb", r"\b(?:a", r"(?:a)\b", r"\Qa\E", "a{2}", "a" * 501, r"\é", "\\"]
)
def test_what_is_no_plain_text(pattern: str) -> None:
    assert regexes.of_literal(pattern) is None


def test_without_the_library_the_rest_of_a_query_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "re2", None)
    regexes._compiled.cache_clear()
    with pytest.raises(MissingExtraError, match=re.escape("pip install 'postdex[regex]'")):
        regexes.of_words("a")
    parsed = parse(r"bug /smc_\w+/", ANALYZER)
    said = r"/smc_\w+/ was searched as text: regular expressions need google-re2; pip install 'postdex[regex]'"
    assert parsed.warnings == (said,)
    assert show(parsed.tree) == "(bug 'smc w' smc^0.25 w^0.25)"


def test_nothing_is_imported_for_a_query_without_one() -> None:
    program = "import sys; from postdex.query import parse; print({'re2', 'postdex.query.patterns'} & {*sys.modules})"
    ran = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, check=True, timeout=60)
    assert ran.stdout == "set()\n"


def test_pythons_engine_sees_no_expression_of_a_query() -> None:
    """What `re` compiles in modules that read queries is their own: a literal, a name, or a pattern of `globs`."""
    calls = [
        (path.name, ast.unparse(call.args[0]))
        for folder in ("search/postdex/query", "search/postdex/results", "index/postdex_index/engine/embedded/read")
        for path in ROOT.joinpath(folder).glob("*.py")
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call) and call.args and ast.unparse(call.func) != "re.escape"
        if ast.unparse(call.func).split(".")[0] in ("re", "compiled")
    ]
    own = re.compile(
        r"(rf?|f|b)?['\"]|_?[A-Z_]+$|globs\.|b'\^\(\?:%b\)\$' % covers\.pattern$|_SIGNED_BY\[typed\]$|pattern$"
    )
    assert [call for call in calls if not own.match(call[1])] == []
    assert len(calls) > 20
