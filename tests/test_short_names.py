"""Are names made short only where they stand for variables, and does the script say the same afterwards?"""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reader_process import node

from postdex.export.short_names import shortened

#: Bodies of functions, and what each gives.
SAID = [
    ("const one = { two: 1, three() { return this.two; } }; return one.three() + one.two;", 2),
    ("const two = 2; const o = { two, three: two }; const { three: four, two: five = 7 } = o; return four + five;", 4),
    ("const f = ({ a = 1, b: { c } = { c: 2 } }, ...rest) => a + c + rest.length; return f({}, 1, 1);", 5),
    ("let sum = 0; for (const [key, value] of Object.entries({ a: 1, b: 2 })) sum += value + 1; return sum;", 5),
    ("const x = 3; const text = `${x}${`${x > 2 ? `{${x}}` : x}`}}`; return text;", "3{3}}"),
    ("const path = 'a', part = 'b'; const text = `${path}#${part}`; return text;", "a#b"),
    ("const re = /[/\"'`{}]/g; const a = 4; return 'a/b{c'.replace(re, '') + a / 2 / 1;", "abc2"),
    ("switch (2) { case 1: return 1; case 2: { const one = 5; return one; } default: return 0; }", 5),
    ("const a = 1, b = a ? 2 : 3; const c = { a: b ? a : b, b: { a } }; return c.a + c.b.a;", 2),
    ("try { null.x; } catch (error) { const name = error.constructor.name; return name; }", "TypeError"),
    (
        "class Box { #value = 1; static of = 2; value = 3; get sum() { return this.#value + this.value; }"
        " add(value) { const sum = this.sum; this.#value += value; return sum + this.#value; }"
        " static made(value) { return new Box(); } async *all() { yield this.value; } }"
        " return Box.made(1).add(2) + Box.of;",
        9,
    ),
    ("const e = 1; const f = t => { const e = t; return e + 1; }; const t = 5; return f(t) + e;", 7),
    ("const name = 'x'; const f = length => length.length + name.length; return f('ab');", 3),
    ("const f = async x => x; const g = function* (n) { yield n; }; return [...g(2)][0] + f.length;", 3),
    ("const o = { get get() { return 1; }, set: 2, async: 3, static: 4, of: 5, 'a b': 6, [`k`]: 7 };"
     " return o.get + o.set + o.async + o.static + o.of + o['a b'] + o.k;", 28),
    ("const n = 1; const a = - -n + + +n; return a - -1;", 3),
    ("const f = (a, b = a + 1, [c, d] = [b, a]) => { return a + b + c + d; }; return f(1);", 6),
    ("const a = 2; const b = a > 1 ? { a } : { a: 3 }; return b.a;", 2),
    ("let t; let i = 0; do { t = i; i++; } while (i < 3); if (t) { i = 9; } else { i = 1; } return i;", 9),
    ("const { length } = 'abc'; const { a: { b } } = { a: { b: 2 } }; return length + b;", 5),
    ("const größe = 1, $x = 2, _y = 3; return größe + $x + _y;", 6),
    ("const o = { a: 1 }; return o?.a ?? (o ? .5 : 1);", 1),
    ("class Box { #a = 1; to(b) { return `#${b}#${this.#a}`; } } return new Box().to('c') + `#a`;", "#c#1#a"),
    ("const f = x => x\n  .toUpperCase()\n  .trim();\nreturn f(' a');", "A"),
]  # fmt: skip


def said(body: str) -> str:
    """What the body of a function gives, as JSON."""
    command = [node(), "--input-type=module", "-e", f"console.log(JSON.stringify((() => {{\n{body}\n}})()))"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=30, check=False)
    assert not done.returncode, f"{body}\n{done.stderr}"
    return done.stdout.strip()


def test_scripts_say_the_same() -> None:
    functions = ",\n".join(f"(() => {{\n{shortened(body)}\n}})()" for body, _ in SAID)
    assert said(f"return [{functions}];") == said(f"return [{','.join(map(_json, [value for _, value in SAID]))}];")


def _json(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("const add = (one, two) => one + two;\n", "const Z=(e,t)=>e+t;"),
        ("const { a, b: c } = d;\nreturn { a, c };\n", "const{a:Z,b:J}=d;return{a:Z,c:J};"),
        ("class Word { #x = 1; }\nreturn new Word();\n", "class Z{#e=1;}\nreturn new Z();"),
        ("const url = (a, b) => `${a}#${b}#`;\n", "const Z=(e,t)=>`${e}#${t}#`;"),
        ("f(e, t);\nconst g = x => x + e;\n", "f(e,t);const Z=t=>t+e;"),
    ],
)
def test_texts(text: str, short: str) -> None:
    assert shortened(text) == short


names = st.sampled_from(["one", "two", "e", "t", "length", "name", "Map", "of", "get"])


@given(st.lists(st.tuples(names, names, names), min_size=1, max_size=6))
def test_what_has_no_declaration_stays(rows: list[tuple[str, str, str]]) -> None:
    text = "".join(f"use({a}.{b},{{{c}:{a}}});" for a, b, c in rows)
    assert shortened(text) == text
