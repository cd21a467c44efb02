"""What a module of JavaScript says by its literals: text -> the object that it exports."""

from __future__ import annotations

from functools import cache

import pytest
from costs import check_cost, check_linear
from hypothesis import given
from hypothesis import strategies as st

from postdex_index.formats.javascript import load
from postdex_index.formats.yaml_fast import Value

#: module, what it exports
MODULES: list[tuple[str, Value]] = [
    # ways to export
    ("export default { a: 'x' }", {"a": "x"}),
    ("// {\n/* { */ module.exports = {a: 1,};", {"a": "1"}),
    (
        "import c from 'c';\nconst config: Config<{a: 1}> = {a: c, b: true}\nexport default config",
        {"a": None, "b": "true"},
    ),
    ("export default defineConfig({a: 1})", {"a": "1"}),
    ("export default withX(defineConfig<Theme.Config>({a: 1}), {b: 2})", {"a": "1"}),
    ("export default {a: 1} satisfies Config", {"a": "1"}),
    ("export default async (x): Promise<C> => ({a: 1})", {"a": "1"}),
    ("export default () => { const b = 2; return {a: b} }", {"a": "2"}),
    ("export default async function make({x}) { if (x) { return {b: 1} } return {a: 1} as C }", {"a": "1"}),
    # values
    (
        "export default {a: \"it's\", 'b-c': '\\u4f60\\x41\\n', 4: `x`, d: 1.5}",
        {"a": "it's", "b-c": "你A\n", "4": "x", "d": "1.5"},
    ),
    ("export default {a: [1, [2], {b: null}, , ], c: false}", {"a": ["1", ["2"], {"b": None}, None], "c": "false"}),
    (
        "export default {a: f.g({x: 1}, 'y'), b: /** @type {T} */ ({c: 2})}",
        {"a": {"f.g()": [{"x": "1"}, "y"]}, "b": {"c": "2"}},
    ),
    ("const a = 'x', b = [a]; export default {a, c: b, b}", {"a": "x", "c": None, "b": None}),
    ("const a = 'x'; const b = [...a, ...c]; const c = [1]; export default {a, b, ...d}", {"a": "x", "b": ["1"]}),
    ("export default {...a, c: 2}; const a = {b: 1, c: 1}", {"b": "1", "c": "2"}),
    ("export default {a: 'x' as const, b: 'y'!, c: await d, e}", {"a": "x", "b": "y", "c": None, "e": None}),
    # what is not known, and what stands behind it
    (
        "export default {a: b ? 'x' : 'y', c: '1' + 2, d: `${e}`, f: -1, g: 1}",
        {"a": None, "c": None, "d": None, "f": None, "g": "1"},
    ),
    (
        "export default {a: process.env.A || '/a', b: [1].map((x) => x), c: 'x'.trim(), d: 2}",
        {"a": None, "b": None, "c": None, "d": "2"},
    ),
    (
        "export default {a: (x) => { return {y: 1}; }, b: x => x, c: function () { return 1 }, d: 2}",
        {"a": None, "b": None, "c": None, "d": "2"},
    ),
    ("export default {a() { return 1 }, async b() {}, get c() { return 1 }, [d]: 1, e: 2}", {"e": "2"}),
    (
        "export default {a: /[/'\"]}{/g, b: 4 / 2, c: '/', d: new D({x: 1}), e: 2}",
        {"a": None, "b": None, "c": "/", "d": None, "e": "2"},
    ),
    ("const a = [a]; const b = {c}; const c = b; export default {a, b}", {"a": [None], "b": {"c": None}}),
    ("export default {a: {b: [1,", {"a": {"b": ["1"]}}),
    ("export default {a: 'x", {"a": "x"}),
    ("", None),
    ("const a = {b: 1}", None),
    ("export default 'x'", "x"),
    ("export default f()", None),
]


@pytest.mark.parametrize(("module", "exported"), MODULES)
def test_modules(module: str, exported: Value) -> None:
    assert load(module).value == exported


PIECES = [*"()[]{}<>:;,.=?!'\"`/\\*+-$1a \n", "export default ", "module.exports=", "const a=", "=>", "...", "return "]
PIECES += ["function f", "async ", "a", "//", "/*", "*/", "${"]


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_any_text_is_read(text: str) -> None:
    load("export default {" + text)
    load(text)


@cache
def hostile(n: int) -> list[str]:
    """Modules of a size, most of them n times the same few characters."""
    pieces = [
        "(",
        "[",
        "{a:",
        "/[",
        "(/",
        "`",
        "'\\'",
        "/*",
        "a,",
        "...a,",
        "f(",
        "x=>",
        "return ",
        "a<",
        "const a=[a,",
    ]
    pieces += ["export default ", "function(", "=>{return "]
    return [start + piece * n for start in ("", "export default [", "export default {a:(") for piece in pieces]


def test_work_is_linear() -> None:
    def read(n: int) -> None:
        for text in hostile(n):
            load(text)

    check_linear(read, 4000)


def test_constants_that_double_each_other_are_no_work() -> None:
    doubling = "".join(f"const a{i} = [a{i + 1}, a{i + 1}];" for i in range(60))
    check_cost(lambda: load(f"{doubling} export default {{a: [a0], b: a50}}"), 2)
