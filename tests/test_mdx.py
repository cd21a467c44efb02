"""What is left of a body of MDX: the body -> Markdown on as many lines."""

from __future__ import annotations

from functools import cache

import pytest
from costs import check_linear
from hypothesis import given
from hypothesis import strategies as st

from postdex_index.content.markdown.mdx import plain_mdx
from postdex_index.content.parser import parse
from postdex_index.settings import Settings
from postdex_index.sites.generator import Site
from postdex_index.sites.reading import named

#: body, what is left of it, None for all
BODIES: list[tuple[str, str | None]] = [
    ("# A\n\n- b **c** `d`\n", None),
    # modules, wherever a paragraph does not go on
    ("import A from 'a'\nimport {\n  B,\n} from 'b'\n\n# C", "\n\n\n\n\n# C"),
    ("a\n\nimport B from 'b'\nexport const c = 1\n\nd\nimport e\nexport f", "a\n\n\n\n\nd\nimport e\nexport f"),
    ("export const a = {\n  b: '{',\n\n  c: [`\n\n`], // (\n}\n\nd", "\n\n\n\n\n\n\n\nd"),
    ("# A\nimport B from 'b'\n\n```\nimport c\n```\nexport d\n\nimport", "# A\n\n\n```\nimport c\n```\n\n\nimport"),
    ("export function A() {\n\nb\n\nc", "\n\nb\n\nc"),
    ("- a\n  export b\n\nimported c\n\nexports {d}", "- a\n  export b\n\nimported c\n\nexports "),
    # expressions
    ("a {b} {'c'} {\"d\"} {`e`} {1} {' '}f", "a  c d e 1  f"),
    ("a {/* b\n\nc */} d {/* don't } */} e", "a \n\n d  e"),
    ("{a.map((b) => (\n  <li>{b}</li>\n))}\nc", "\n\n\nc"),
    ("`{a}` ``b ` {c}`` \\{d} {e", "`{a}` ``b ` {c}`` \\{d} {e"),
    ("```js\n{a}\n<B/>\n````\n{c}", "```js\n{a}\n<B/>\n````\n"),
    ("~~~\n{a}", None),
    ("## A {#b}\n## C {/* #d */}\n## E {/* f g */}", "## A {#b}\n## C {#d}\n## E "),
    # tags
    ("a <B c=\"d\" title='e' text={`f`} icon={g}>h</B> <br/> i", "a e f h    i"),
    ("a <b>b</b>c <img src={d} alt=\"e\" /> f", "a bc e  f"),
    ("<Card title=\"A 'b'\">\n\n  c\n\n</Card>", "<Tag title=\"A 'b'\">\n\n  c\n\n</Tag>"),
    ("<A\n  title=\"b\"\n  c={{\n    d: 1,\n  }}\n/>\ne", "b \n\n\n\n\n\ne"),
    ("<A code={`# b\nc`} title='# d'/>", "`` # b c `` # d \n"),
    ("<A title='# b' />", "\\# b "),
    ("<A b={[{label: 'c', value: 'd'}, {'title': \"e\\\"\", icon: f}]}>", '<Tag title="c e ">'),
    ("<div className=\"a\">\n  <p>b **c**</p>\n</div>", "<Tag>\n   b **c** \n</Tag>"),
    ("<>\na\n</>\n<style>{`\n.b {}\n`}</style>c", "<Tag>\na\n</Tag>\n \n\n c"),
    ("## <A>b</A>, c <B text='d' />", "## b, c "),
    ("a < b, c <d, <https://e.f/> <g@h.i> <!-- {j} <k> --> x<y", None),
    ("<A b=<c> <D", "<A b=  <D"),
    ("<A title=\"<b> \\\" c\">\n", "<Tag title=\" b  \\\">\n"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "left"), BODIES)
def test_bodies(body: str, left: str | None) -> None:
    assert plain_mdx(body) == (body if left is None else left)


def test_ids_in_comments_are_none_where_the_site_has_none() -> None:
    assert plain_mdx("## A {/* #b */}", ids=False) == "## A "


def test_what_is_mdx_is_told_by_the_suffix_or_the_site() -> None:
    def text(path: str, site: Site) -> str:
        return parse("a {b}\n", path, site, Settings()).sections[0].text.strip()

    assert text("a.mdx", Site()) == text("a.md", Site(mdx=True)) == "a"
    assert text("a.md", Site()) == "a {b}"


def test_parts_are_what_is_imported_and_shown() -> None:
    files = {"docs/_a.mdx": "---\nx: y\n---\n## B\n\n<C />", "parts/c.md": "d"}
    body = (
        "import A from './_a.mdx'\nimport C from '@site/parts/c.md'\nimport E from '../../e.mdx'\n\n"
        "## F\n\n<A />\n\n```\n<A/>\n```\n`<A/>` <C/> <E/>\n\n## G\n"
    )
    post = parse(body, "docs/f.mdx", Site(named("docusaurus")), Settings(), read=files.get)
    shown = [(section.line, section.heading, section.text.split()) for section in post.sections]
    assert shown == [(5, "F", []), (7, "B", ["<A/>", "<A/>", "d"]), (14, "G", [])]


PIECES = [
    *"{}<>/`'\"#\\=-: \n\tab1中",
    "\n\n",
    "import a",
    "export ",
    "```",
    "{/*",
    "*/}",
    "<A ",
    "</A>",
    "<!--",
    "title=",
]


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_lines_keep_their_numbers(body: str) -> None:
    assert plain_mdx(body).count("\n") == body.count("\n")


@cache
def hostile(n: int) -> list[str]:
    """Bodies of a size, most of them n times the same few characters."""
    pieces = [
        "`",
        "```\n",
        "``a`",
        "{",
        "<a {",
        '<a "',
        "import {\n\n",
        "<a x=",
        "<a b ",
        "{/*",
        "<!--",
        "a  ",
        "\n\n`{",
    ]
    pieces += ["<style>", "export const a = `\n\n", "'\n{'", "- - ", "\\", " <a {\n}", "</", "<A>\n", "{a}"]
    return ["a\n\n" + piece * n for piece in pieces]


def test_work_is_linear() -> None:
    def read(n: int) -> None:
        for body in hostile(n):
            plain_mdx(body)

    check_linear(read, 2000)
