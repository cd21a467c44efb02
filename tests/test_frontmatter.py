"""Where front matter ends and what it holds: tables text -> fields, body, line, problems; and nothing is ever lost."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from costs import check_cost
from hypothesis import given, settings
from hypothesis import strategies as st

from postdex_index.content.front_matter import FrontMatter, parse
from postdex_index.content.metadata import _REASONS
from postdex_index.formats.field_names import KNOWN
from postdex_index.formats.yaml_fast import DEPTH, read_plain
from postdex_index.formats.yaml_lenient import load
from postdex_index.sites.reading import named

#: text, fields, body, the body's first line
BLOCKS = [
    ("", {}, "", 1),
    ("only a body\n", {}, "only a body\n", 1),
    ("---\ntitle: x\n---\nbody\n", {"title": "x"}, "body\n", 4),
    ("---\ntitle: x\n...\nbody", {"title": "x"}, "body", 4),
    ("---  \ntitle: x\n---\t\nbody", {"title": "x"}, "body", 4),
    ("-----\ntitle: x\n-----\nbody", {"title": "x"}, "body", 4),
    ("\ufeff---\ntitle: x\n---\nbody", {"title": "x"}, "body", 4),
    ("\ufeff\n \n---\ntitle: x\n---\nbody", {"title": "x"}, "body", 6),
    ("---\r\ntitle: x\r\n---\r\nbody\r\n", {"title": "x"}, "body\n", 4),
    ("---\rtitle: x\r---\rbody", {"title": "x"}, "body", 4),
    ("---\n---\nbody", {}, "body", 3),
    ("---\n# nothing yet\n---\nbody", {}, "body", 4),
    ("---\ntitle: x\n---", {"title": "x"}, "", 4),
    ("---\na: |\n  ---\n  b\n---\nbody", {"a": "---\nb\n"}, "body", 6),
    ("---\ncontent: c\nhandler: h\n---\nbody", {"content": "c", "handler": "h"}, "body", 5),
    ("body\n---\nmore\n---\n", {}, "body\n---\nmore\n---\n", 1),
    ("---\nprose between rules\n---\nbody", {}, "---\nprose between rules\n---\nbody", 1),
    ("---\n\nprose\n\nmore", {}, "---\n\nprose\n\nmore", 1),
    ("---", {}, "---", 1),
    ("+++\ntitle = 'x'\n+++\nbody", {"title": "x"}, "body", 4),
    ("+++\n[taxonomies]\ntags = ['a']\n+++\nbody", {"taxonomies": {"tags": ["a"]}}, "body", 5),
    ("+++\nd = 2022-01-02\nn = 1.10\nb = false\n+++\n", {"d": "2022-01-02", "n": "1.10", "b": "false"}, "", 6),
    (
        '{"title": "x", "n": 1.10, "b": true, "z": null}\nbody',
        {"title": "x", "n": "1.10", "b": "true", "z": None},
        "body",
        2,
    ),
    ('{\n  "title": "x"\n}\n\nbody', {"title": "x"}, "\nbody", 4),
    ('{"title": "x"}\n;;;\nbody', {"title": "x"}, "body", 3),
    ('{"title": "x"};;;\nbody', {"title": "x"}, "body", 2),
    ('{"title": "x"} said he', {}, '{"title": "x"} said he', 1),
    ("{{< note >}}\nbody", {}, "{{< note >}}\nbody", 1),
    ('"title": "x",\n"tags": ["a"]\n;;;\nbody', {"title": "x", "tags": ["a"]}, "body", 4),
    (';;;\n"title": "x"\n;;;\nbody', {"title": "x"}, "body", 4),
    ("title: x\ntags:\n- a\n---\nbody", {"title": "x", "tags": ["a"]}, "body", 5),
    ("Note: this is prose\n---\nbody", {}, "Note: this is prose\n---\nbody", 1),
    ("date: x\n" + "\n" * 60 + "---\nbody", {}, "date: x\n" + "\n" * 60 + "---\nbody", 1),
    ("Title: x: y\nTags: a\n    b\n\nprose\n\n---\n", {"Title": "x: y", "Tags": "a, b"}, "\nprose\n\n---\n", 4),
    ("Title: x\n    y\nDate: 2022-08-26", {"Title": "x y", "Date": "2022-08-26"}, "", 4),
    ("Title: x\ud800\n\nbody", {"Title": "x\ufffd"}, "\nbody", 2),
    ("Title: x\nand prose\n\nbody", {}, "Title: x\nand prose\n\nbody", 1),
    ("Note: x\n\nbody", {}, "Note: x\n\nbody", 1),
]

#: text, (line, words of the message) of each problem, first line of the body
BROKEN = [
    ("---\ntitle: x\nbody", [(1, "no closing ---")], 1),
    ("+++\ntitle = 'x'\nbody", [(1, "no closing +++")], 1),
    ("---\n- a\n- b\n---\nbody", [(2, "is a list")], 1),
    ("---\ntitle: x\ntags: [a, b\ndate: 2022-01-01\n---\nbody", [(3, "not valid YAML")], 6),
    ("---\na: 1\n\tb: 2\n---\nbody", [(2, "not valid YAML")], 5),
    ("---\ntitle: x\n just text\nmore text\n---\nbody", [(4, "not valid YAML")], 6),
    ("---\na: &x [1]\nb: {c: *y}\nd: [*z\n---\nbody", [(4, "*z for an alias")], 6),
    ("+++\nother = x\n+++\nbody", [(2, "not valid TOML")], 4),
    ("+++\na = 1\n\nb = '''\n+++\nbody", [(4, "not valid TOML")], 6),
    ("+++\na = " + "9" * 5000 + "\n+++\nbody", [(2, "not valid TOML")], 4),
    ('{\n  "title": "x" "y"\n}\nbody', [(2, "not valid JSON")], 4),
    ('{"title": "x"\nbody', [(2, "not valid JSON")], 1),
    (';;;\n"title": x\n;;;\nbody', [(2, "not valid JSON")], 4),
    ("---\ntitle: " + "x" * 70_000 + "\n---\nbody", [(2, "longer than 64 KiB")], 4),
]

#: text, what its fields are, the line and remedy of each problem
MEANT: list[tuple[str, dict[str, object], list[tuple[int, str]]]] = [
    ("---\ntitle:x\n---\n", {"title": "x"}, [(2, "write `title: x`")]),
    ("---\ntitle:x\ntags:y\n---\n", {"title": "x", "tags": "y"}, [(2, "write `title: x`"), (3, "write `tags: y`")]),
    ("---\ntitle: x\ntags:[a, b]\n---\n", {"title": "x", "tags": ["a", "b"]}, [(3, "write `tags: [a, b]`")]),
    ("---\ndate:2022-01-01\n---\n", {"date": "2022-01-01"}, [(2, "write `date: 2022-01-01`")]),
    ("---\ndraft:true\na: b\n---\n", {"draft": "true", "a": "b"}, [(2, "write `draft: true`")]),
    ('---\n"title":"x"\n---\n', {"title": "x"}, [(2, 'write `title: "x"`')]),
    ("---\ntitle：中文\n---\n", {"title": "中文"}, [(2, "write `title: 中文`")]),
    ('---\ntitle = "x"\n---\n', {"title": "x"}, [(2, 'write `title: "x"`')]),
    ("---\ntags:\n-a\n-b c\n---\n", {"tags": ["a", "b c"]}, [(3, "write `- a`"), (4, "write `- b c`")]),
    ("+++\ntitle = x\ndraft = true\n+++\n", {"title": "x", "draft": "true"}, [(2, 'write `title = "x"`')]),
    ('+++\ntitle "x"\n+++\n', {"title": "x"}, [(2, 'write `title = "x"`')]),
    ('+++\ntitle: a "b"\n+++\n', {"title": 'a "b"'}, [(2, 'write `title = "a \\"b\\""`')]),
    ("+++\ndate: 2022-01-01\n+++\n", {"date": "2022-01-01"}, [(2, "write `date = 2022-01-01`")]),
    ('+++\na = 1\nb = "x\nc = 2\n+++\n', {"a": "1", "c": "2"}, [(3, "check quotes, commas and brackets")]),
    ("title:x\n---\n", {"title": "x"}, [(1, "write `title: x`")]),
    ("---\ntitle: x\n\n", {"title": "x"}, [(3, "add a line --- before this one")]),
    ("---\ntitle: x\n----\n", {"title": "x"}, [(3, "write --- in the place of ----")]),
    ("+++\ntitle = 'x'\n---\n", {"title": "x"}, [(3, "write +++ in the place of ---")]),
    # nothing is certain here
    ("---\nsee:x\n---\n", {}, []),
    ("---\nstd::vector\n---\n", {}, []),
    ("---\nhttps://a.org/\n---\n", {}, []),
    ("---\nNote: x\n\n", {}, [(1, "add a line --- after the last field")]),
    ("---\ntitle: x\nand prose\n\n", {}, [(1, "add a line --- after the last field")]),
    ("---\ntitle x\na: b\n---\n", {"a": "b"}, [(2, "write `title: x`, if this is a field")]),
]

#: a value as it is written -> the text that it is
SCALARS = [
    ("no", "no"),
    ("1.10", "1.10"),
    ("12:30:00", "12:30:00"),
    ("2022-02-30", "2022-02-30"),
    ("0x1f", "0x1f"),
    ("~", None),
    ("null", None),
    ("", None),
    ("'null'", "null"),
    ("SMC: fallback", "SMC: fallback"),
    ("@x", "@x"),
    ("{{ x }}", "{{ x }}"),
    ("{{ x }} and more", "{{ x }} and more"),
    ("[Solved] a bug", "[Solved] a bug"),
    ("*emphasis*", "*emphasis*"),
    ("*alias", "*alias"),
    ("!important x", "!important x"),
    ("'It's", "'It's"),
    ('"Quoted" words', '"Quoted" words'),
    ("`code`", "`code`"),
    ("- dash", "- dash"),
    ("%percent", "%percent"),
    ("a\x00b", "a b"),
    ("Émile 你好 😀", "Émile 你好 😀"),
    ("x: a\n  b - c", "x: a b - c"),
    ("|\n  a\n   b", "a\n b\n"),
]

#: Blocks that cost time or memory in careless readers.
HOSTILE = {
    "nested lists": "---\na: " + "[" * 30_000 + "\n---\n",
    "nested mappings": "---\na: " + "{a: " * 10_000 + "\n---\n",
    "nested dashes": "---\na:\n  " + "- " * 10_000 + "\n---\n",
    "alias bomb": "---\na: &a [x,x,x,x,x,x,x,x,x]\n"
    + "".join(f"{b}: &{b} [{','.join(['*' + a] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "---\n",
    "merge bomb": "---\na: &a {k: v}\n" + "".join(f"m{i}:\n  <<: *a\n" for i in range(5000)) + "---\n",
    "many bad lines": "---\n" + "".join(f"k{i}: @x\n" for i in range(8000)) + "---\n",
    "many bad items": "---\ntags:\n" + "- @x\n" * 13_000 + "---\n",
    "many misspelt lines": "---\n" + "tag:x\n" * 10_000 + "---\n",
    "many misspelt lines of TOML": "+++\n" + "".join(f"tag: x{i}\n" for i in range(5000)) + "+++\n",
    "many bad lines of TOML": "+++\n" + "".join(f"k{i} = '\n" for i in range(8000)) + "+++\n",
    "fields that never end": "---\n" + "tag: x\n" * 100_000,
    "items that never end": "---\n" + "-x\n" * 20_000 + "---\n",
    "a megabyte": "---\ntitle: x\n" + "a: b\n" * 250_000 + "---\n",
    "dotted key": "+++\n" + ".".join("a" * 30_000) + " = 1\n+++\n",
    "quoted dotted key": "+++\n" + ".".join(['"a"'] * 15_000) + " = 1\n+++\n",
    "nested TOML": "+++\na = " + "[" * 30_000 + "\n+++\n",
    "one TOML word": "+++\n" + "a" * 60_000 + "\n+++\n",
    "nested JSON": '{"a":' * 10_000,
    "braces": "{" * 1_000_000,
    "dashes": "-" * 1_000_000 + "\n",
    "openers": "---\n" * 250_000,
    "keys without opener": "a:\n" * 300_000,
    "blank lines": " \n" * 500_000,
    "NULs and surrogates": "---\nti\x00tle: \ud800\n---\n\x00",
}

#: a line or lines of YAML, whether they are read without libyaml
LINES = [
    ("title: A refcount bug, and (some) more", True),
    ("title:   blanks around   ", True),
    ("title: C#, a:b and http://a.org/#x", True),
    ("title: '调度: \"策略\" # 1'", True),
    ('title: "it\'s"', True),
    ("调度: 策略", False),
    ("title: 调度，策略：安全", True),
    ("title: 12:30:00", True),
    ("title: null", True),
    ("title: Null  ", True),
    ("title: ''", True),
    ("title:", True),
    ("tags: []", True),
    ("tags: [ a b, 'c, d',\"e\" , /f/]", True),
    ("tags: [null, 'null']", True),
    ("tags:\n- a: b", False),
    ("tags:\n- a\n- 'b: c'", True),
    ("tags:\n  -  a \n  - null", True),
    ("tags:\n  - a\n - b", False),
    ("tags:\n  - a\n    b", False),
    ("# only a comment: [", True),
    ("", True),
    ("title: SMC: fallback", False),
    ("title: SMC:", False),
    ("title: a # comment", False),
    ("title: 'it''s'", False),
    ('title: "a\\tb"', False),
    ("title: 'a' b", False),
    ("title: -1", False),
    ("title: *a", False),
    ("title: |\n  x", False),
    ("title: a\n  b", False),
    ("title: a\tb", False),
    ("title: a\u2028b", False),
    ("title: \u00a0a", False),
    ("title: {a: b}", False),
    ("tags: [a, [b]]", False),
    ("tags: [a,]", False),
    ("tags: [a: b]", False),
    ("tags: [a", False),
    ("tags:\n\n- a", False),
    ("params:\n  a: b", False),
    ("two words: x", False),
    ("title", False),
]
YAML_BITS = [
    *(
        " ",
        "  ",
        ": ",
        ":",
        "-",
        "- ",
        "#",
        " #",
        "'",
        '"',
        "[",
        "]",
        ", ",
        ",",
        "{",
        "}",
        "~",
        "null",
        "&a",
        "*a",
        "!",
    ),
    *("|", ">", "%", "@", "`", "? ", "é", "：", "\u3000", "\x85", "\ufeff", "...", "---", "<<: ", "a:", "- x", "  - z"),
]


def check(text: str, generator: str = "") -> FrontMatter:
    """The one call of what is tested; the body is always the text's lines from `first_line` on."""
    found = parse(text, named(generator))
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    lines = re.sub("[\ud800-\udfff]", "\ufffd", lines)
    assert found.body == "\n".join(lines.split("\n")[found.first_line - 1 :])
    assert found.head + found.body == lines or not found.head
    assert all(problem.kind == "malformed" and 1 <= problem.line <= lines.count("\n") + 1 for problem in found.problems)
    return found


@pytest.mark.parametrize(("text", "fields", "body", "line"), BLOCKS)
def test_blocks(text: str, fields: object, body: str, line: int) -> None:
    assert check(text)[:3] == (fields, body, line)


@pytest.mark.parametrize(("text", "problems", "line"), BROKEN)
def test_broken(text: str, problems: list[tuple[int, str]], line: int) -> None:
    found = check(text)
    assert [problem.line for problem in found.problems] == [number for number, _ in problems]
    assert all(words in problem.message for problem, (_, words) in zip(found.problems, problems, strict=True))
    assert all(problem.hint for problem in found.problems)
    assert found.first_line == line and found.body.endswith("body")


@pytest.mark.parametrize(("text", "fields", "said"), MEANT)
def test_what_is_misspelt_is_read_as_it_was_meant_and_said(
    text: str, fields: dict[str, object], said: list[tuple[int, str]]
) -> None:
    found = check(text + "body", "hexo")
    assert found.fields == fields
    assert [(problem.line, problem.hint) for problem in found.problems] == said
    assert found.body == "body" or not found.fields or "\n\n" in text


def test_the_names_that_are_mended_are_those_of_the_documents() -> None:
    lines = (Path(__file__).parent.parent / "docs/frontmatter.md").read_text(encoding="utf-8").split("\n")
    rows = [line.split(" | ")[1] for line in lines if line.startswith("| ") and line.count(" | ") == 2]
    documented = {name.lower() for row in rows for name in re.findall("`([a-zA-Z_]+)`", row)}
    assert "abbrlink" in documented and documented <= KNOWN
    assert {name.lower() for name in _REASONS} <= KNOWN


@pytest.mark.parametrize(("written", "value"), SCALARS)
def test_scalars_stay_text(written: str, value: str | None) -> None:
    found = check(f"---\ntags: [a]\ntitle: {written}\nend: here\n---\nbody")
    assert found.fields == {"tags": ["a"], "title": value, "end": "here"} and not found.problems


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_blocks_cost_nothing(name: str) -> None:
    check_cost(lambda: check(HOSTILE[name]), 2)
    found = check(HOSTILE[name])
    assert len(str(found.fields)) < 10 * len(HOSTILE[name])


def test_one_bad_line_loses_one_field() -> None:
    found = check("---\ntitle: x\ntags: [a, b\nseries: SMC: two\ndate: 2022-01-01\n---\nbody")
    assert found.fields == {"title": "x", "series": "SMC: two", "date": "2022-01-01"}


def test_a_key_that_stands_twice_is_said() -> None:
    found = check("---\ntitle: x\ndate: 2022-01-01\ntitle: y\n---\nbody")
    assert found.fields == {"title": "y", "date": "2022-01-01"}
    assert [(problem.line, problem.message) for problem in found.problems] == [(4, "title is given twice")]
    assert "last one counts" in found.problems[0].hint


def test_bad_items_of_a_list_are_quoted() -> None:
    found = check("---\ntags:\n- @a\n- b\n- 'c'\ntitle: {{ x }}\n---\n")
    assert found.fields == {"tags": ["@a", "b", "c"], "title": "{{ x }}"}


def test_aliases_and_merges() -> None:
    assert load("a: &x {k: 1, l: 2}\nb:\n  <<: *x\n  l: 3").value == {
        "a": {"k": "1", "l": "2"},
        "b": {"k": "1", "l": "3"},
    }
    found = load("a: &x [1, 2, 3]\n" + "".join(f"b{i}: *x\n" for i in range(50)))
    assert [line for line, _ in found.problems] == [26] and "more than 100 values" in found.problems[0][1]
    assert isinstance(found.value, dict) and found.value["b24"] and found.value["b25"] is None


def test_what_is_nested_too_deep_is_left_out() -> None:
    for deep, innermost in ((DEPTH, "1"), (DEPTH + 1, None)):
        yaml = "".join(f"{'  ' * level}a:\n" for level in range(deep)).rstrip("\n") + " 1"
        json = '{"a": ' * deep + "1" + "}" * deep
        for value in (load(yaml).value, check(json).fields):
            for _ in range(min(deep, DEPTH)):
                assert isinstance(value, dict)
                value = value["a"]
            assert value == innermost


@pytest.mark.parametrize(("generator", "fields"), [("", {}), ("hexo", {"Subject": "x"}), ("hugo", {}), ("jekyll", {})])
def test_form_without_opener_is_hexos(generator: str, fields: dict[str, str]) -> None:
    assert check("Subject: x\n---\nbody", generator).fields == fields


@pytest.mark.parametrize(("generator", "fields"), [("pelican", {"Title": "x"}), ("", {"Title": "x"}), ("hexo", {})])
def test_lines_of_fields_are_pelicans(generator: str, fields: dict[str, str]) -> None:
    assert check("Title: x\n\nbody", generator).fields == fields


@pytest.mark.parametrize(("line", "plain"), LINES)
def test_plain_lines_are_read_without_libyaml(line: str, plain: bool) -> None:
    found = read_plain(f"a: b\n{line}\nc: d\n")
    assert (found is not None) == plain
    assert found is None or found == load(f"a: b\n{line}\nc: d\n").value


@settings(max_examples=1500, deadline=None)
@given(st.lists(st.sampled_from([*(line for line, _ in LINES), *YAML_BITS]), max_size=8), st.sampled_from(("\n", "")))
def test_plain_lines_say_what_libyaml_reads(pieces: list[str], between: str) -> None:
    block = between.join(pieces) + "\n"
    found = read_plain(block)
    if found is not None:
        by_libyaml = load(block)
        assert repr(found) == repr(by_libyaml.value) and not by_libyaml.problems  # in the same order too


PIECES = st.sampled_from(
    [
        *("---", "...", "+++", ";;;", "{", "}", "\n", "\r\n", "\r", "title: x", "tags: [a", "- b", "a = 1", '"t": "x"'),
        *(": ", "#", "\ufeff", "\x00", "\ud800", "\u2028", "\x85", "&a", "*a", "<<: ", "{{ x }}", "'", '"', "\t", "  "),
        *("|", "你好", "[[x]]"),
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=25).map("".join) | st.text(max_size=200))
def test_never_raises_and_loses_no_body(text: str) -> None:
    check(text)


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES, max_size=15).map("".join), st.text(max_size=50))
def test_a_broken_block_loses_no_body(block: str, body: str) -> None:
    assert body.replace("\r\n", "\n").replace("\r", "\n") in check(f"---\n{block}\n---\n{body}").body + "\n"
