"""Markdown to sections: what is text, where it stands, which heading it has.

In the tables "¬" is SOFT_BREAK. The line of a word is its section's line plus the breaks before it.
"""

from __future__ import annotations

import re
from functools import cache
from math import isqrt
from typing import Any

import pytest
from costs import check_linear
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from postdex_index.content.markdown.inline_syntax import (
    Reference,
    fence_code_tags,
    html_text,
    inline_html_text,
    visible_text,
)
from postdex_index.content.markdown.sections import ParsedMarkdown, sections, without_title
from postdex_index.model import SOFT_BREAK, Section
from postdex_index.sites.reading import slug_style

Row = tuple[int, str, str]


def check(parsed: ParsedMarkdown, *rows: Row, code: list[tuple[str, str]] | None = None) -> None:
    """Compare (line, "### heading #anchor", text) of each section, and all (language, code)."""
    found = [
        (s.line, f"{'#' * s.level} {s.heading} #{s.anchor}".strip() if s.level else "", s.text.replace(SOFT_BREAK, "¬"))
        for s in parsed.sections
    ]
    assert found == list(rows)
    if code is not None:
        assert [(c.language, s.text[c.start : c.stop]) for s in parsed.sections for c in s.code] == code


# Markdown without headings, its text
PROSE = [
    ("", ""),
    ("plain", "plain"),
    ("two\nlines\n\nof  *em* **strong** ~~gone~~ `code`", "two¬lines\n\nof  em strong gone code"),
    ("hard  \nbreak\\\nhere", "hard\nbreak\nhere"),
    ("\n\n  late", "\n\nlate"),
    ("&amp; &copy; a&#10;b\n\\*c\\*", "& © a b¬*c*"),
    ("--no-cache \"q\" 'r'...", "--no-cache \"q\" 'r'..."),
    ("costs $HOME and $PATH, H~2~O, x^2^", "costs $HOME and $PATH, H~2~O, x^2^"),
    ("`a\nb` c\nd", "a b¬ c¬d"),
    # blocks
    ("- a\n- b\n  c\n\n  d\n1. e", "a\nb¬c\n\nd\ne"),
    ("- [x] done\n- [ ] open", "done\nopen"),
    ("> a\n> b\nlazy\n\nc", "a¬b¬lazy\n\nc"),
    ("> [!NOTE]\n> alert", "\nalert"),
    ("a\n\n---\n\nb", "a\n\n\n\nb"),
    ("Term\n: Definition\n  more\n", "Term\nDefinition¬more"),
    ("| a | b |\n|---|---|\n| `c` | |\n| | d\\|e |", "a | b\n\nc\n | d|e"),
    ("x[^1] y\n\n[^1]: foot\n    note", "x y\n\nfoot¬note"),
    # links and images
    ("[text](http://a \"title\") ![alt *x*](b.png) <http://c.d>", "text alt x http://c.d"),
    ("[[page|label]] [[page#part]] ![[embed.png]]", "label page#part embed.png"),
    ("[ref] [x][ref]\n\n[ref]: /url", "ref x"),
    # HTML
    ("a<b>b</b>c<br>d <img src=x alt=\"A\ncat\"> e", "abc d A cat ¬ e"),
    ("std::vector<int> Map<String, V> <T extends U>", "std::vector<int> Map<String, V> <T extends U>"),
    ("<Tab name=\"x\">text</Tab> <X/>", " text"),
    ("a <!-- no\nno --> b", "a ¬ b"),
    ("a <script>no\nno</script> b <style>no", "a ¬ b"),
    ("a <script>no\n\nb", "a \n\nb"),
    ("<div>\n<p>a &lt;b&gt;</p>\n<!--\nno\n-->\n<img\n alt='c'>\n</div>\n\nd", "\na <b>\n\n\n\n\nc\n\n\nd"),
    ("<script>\n\nno\n</script>\n\na", "\n\n\n\n\na"),
    ("<table><tr><td>a</td><td>b</td></tr></table>", "a b"),
    ("<vector>\n", "<vector>"),
    ("<h2>raw</h2>", "raw"),
    # what CommonMark leaves of stars beside CJK punctuation
    ("**注意：**请看 和**“引用”**后", "注意：请看 和“引用”后"),
    ("2 ** 3 ** 4, `**中**`, a**b", "2 ** 3 ** 4, **中**, a**b"),
    # template tags
    ("a {% x %} {{< note >}}b{{< /note >}} {{% w %}}c{{ .Page }}", "a  b c"),
    ("{{<note>}}a{{</note>}} {{<figure src=\"x.png\" alt=\"b\">}}", "a b"),
    ("{{< tooltip text=\"Pods\" term_id=\"pod\" >}} {{HTMLElement(\"a\")}} {{ f }}", "Pods a"),
    ("{{< img\n  src=\"x.png\"\n  alt=\"a cat\"\n>}}\nend", "¬¬a cat\n¬end"),
    ("para\n{: .note}\n{::nomarkdown /}", "para"),
    ("{% post_link my-post \"The title\" %} {% post_link x A title %} {% post_link 2022/y %}", "The title A title y"),
    ("{% blockquote 鲁迅, 狂人日记 https://x.y/z %}\nq\n{% endblockquote %}", "鲁迅, 狂人日记¬q"),
    ("{% tabs one, 1 %}\n<!-- tab Debian 12@linux -->\napt\n<!-- endtab -->\n{% endtabs %}", "\nDebian 12\napt"),
    ('{{< tab "Linux" >}}\na\n{{< /tab >}}\n{{% tab header="Mac" %}}\nb\n{{% /tab %}}', "Linux¬a¬¬Mac¬b"),
    ("{% btn /u, 按钮, fas fa-x %} {% btn /u %} {% folding blue open, 答案 %}"
     " {% folding 答 %} {% link 题, https://x.y %}",
     "按钮  答案 答 题"),
    ("{% label primary @文字 %} {% span red::红 %} {% u 下划线 %} {% checkbox green checked, 完成 %} {% link a.md %}",
     "文字 红 下划线 完成"),
    ("{% label 蝴蝶 标签 blue %} {% label red %}\n\n<!-- timeline 1 -->\na\n<!-- endtimeline -->",
     "蝴蝶 标签 red\n\n1\na"),
    ("{% hideToggle 标题,#fff %}\na\n{% endhideToggle %}", "标题¬a"),
    ("{% tab Linux %}\na\n{% endtab %}", "Linux¬a"),
    ("{% asset_img a.jpg 500 300 \"t\" \"the alt\" %} {% asset_img b.png Some words %}", "the alt Some words"),
    ("[go]({{< ref \"a.md\" >}}#x) [b]({% link c.md %}) <a href=\"{{< ref \"d\" >}}\">e</a>", "go b e"),
    ("`{{< code >}}` and `{% raw %}`", "{{< code >}} and {% raw %}"),
    ("open {{ brace, {% percent, {curly}", "open {{ brace, {% percent, {curly}"),
    ("{{< a title=\"x `y` *z*\" >}}", "x y z"),
    ("a {/* *no* */} b {/* no */} `{/* c */}` {/* open", "a  b  {/* c */} {/* open"),
    ("`#!py x = 1`, `#!/bin/sh -e`, `#!python`", "x = 1, #!/bin/sh -e, #!python"),
    # attributes, icons and references of Python-Markdown
    ("[a](b){ .c #d width=\"9\" }{.e} { loading=lazy role=\"i\" } {#f} {g} {n=1}", "a  {#f} {g} {n=1}"),
    (":material-check:{ .x } a :octicons-heart-fill-24: `:material-x:` :smile:", " a  :material-x: :smile:"),
    ("[a `b`][c.d] [PEP 517][] ![e][f] x[0][1] `[g][h]` [a\nb][c]", "a b PEP 517 e x[0][1] [g][h] a¬b"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "text"), PROSE)
def test_prose(body: str, text: str) -> None:
    check(sections(body), (1, "", text), code=[])


# Markdown, its sections, its code
SECTIONS: list[tuple[str, list[Row], list[tuple[str, str]]]] = [
    ("# A\na\n## B `c` *d* #\n\nb", [(1, "# A #a", "\na"), (3, "## B c d #b-c-d", "\n\nb")], []),
    ("intro\n\n# A", [(1, "", "intro"), (3, "# A #a", "")], []),
    ("# a  b\u3000c", [(1, "# a b c #a--bc", "")], []),
    ("> ## a {#b}\n\n# a", [(1, "", "a"), (3, "# a #a", "")], []),
    ("Two\nlines\n===\ntext", [(1, "# Two lines #twolines", "\n\n\ntext")], []),
    ("# A\n# A\n# A {#own}\n# A 1", [
        (1, "# A #a", ""), (2, "# A #a-1", ""), (3, "# A #own", ""), (4, "# A 1 #a-1-1", ""),
    ], []),
    # nested headings are prose, and count
    ("> # A\n> q\n\n- # A\n\n<h3>A</h3>\n\n# A\ne", [(1, "", "A\nq\n\nA\n\nA"), (8, "# A #a-3", "\ne")], []),
    ("<h2 id='own'>A</h2>\n\n# A", [(1, "", "A"), (3, "# A #a", "")], []),
    # what looks like attributes and is none
    ("## GET /users/{id}\n## b {toc}\n## c {:toc}\n## d {.x}", [
        (1, "## GET /users/{id} #get-usersid", ""), (2, "## b {toc} #b-toc", ""), (3, "## c #c", ""),
        (4, "## d #d", ""),
    ], []),
    ("## {{% heading \"whatsnext\" %}}\n## {{< t text=\"Pods\" >}} <b>x</b>", [
        (1, "## whatsnext #whatsnext", ""), (2, "## Pods x #pods-x", ""),
    ], []),
    ("## `{{ x }}` of `**中**`", [(1, "## {{ x }} of **中** #-x--of-中", "")], []),
    ("#\n\n## 。", [(1, "#  #", ""), (3, "## 。 #-1", "")], []),
    # code
    ("a\n```py\nb = 1\n\n  c\n```\nd", [(1, "", "a\n\nb = 1\n\n  c\n\nd")], [("py", "b = 1\n\n  c")]),
    ("```rust,ignore\nx\n```\n~~~ {.YAML title=\"a.yml\"}\n# y\n~~~\n", [(1, "", "\nx\n\na.yml\n# y")],
     [("rust", "x"), ("yaml", "# y")]),
    ("a\n\n    b\n\n\n    c\n\nd", [(1, "", "a\n\nb\n\n\nc\n\nd")], [("", "b\n\n\nc")]),
    ("- x\n  ```sh\n  a\n\n   b\n  ```\n- > ```\n  > c\n",
     [(1, "", "x\n\na\n\n b\n\n\nc")], [("sh", "a\n\n b"), ("", "c")]),
    ("```\n```\n\n```\n   \n```\na", [(1, "", "\n\n\n\n\n\na")], []),
    ("``` title='only'\nx\n```", [(1, "", "only\nx")], [("", "x")]),
    ("```{python}\n{{ x }} **中** <b>\n```", [(1, "", "\n{{ x }} **中** <b>")], [("python", "{{ x }} **中** <b>")]),
    # code in template tags
    ("{% codeblock My title lang:js %}\n# a *b*\n\n<c>\n{% endcodeblock %}\nd",
     [(1, "", "My title\n# a *b*\n\n<c>\n\nd")],
     [("js", "# a *b*\n\n<c>")]),
    ("a\n{{< highlight go \"linenos=true\" >}}\n~~~\nx\n{{< /highlight >}}",
     [(1, "", "a\n\n~~~\nx")], [("go", "~~~\nx")]),
    ("{% highlight ruby %}\nx\n{% endhighlight %}", [(1, "", "\nx")], [("ruby", "x")]),
    ("- a\n\n  {% code %}\nx\n  {% endcode %}\n# B", [(1, "", "a\n\n\nx"), (6, "# B #b", "")], [("", "x")]),
    ("a {{< highlight go >}}b_c_d *e*{{< /highlight >}} f", [(1, "", "a b_c_d *e* f")], []),
    ("```\n{% codeblock %}\n```\nx\n\n{% endcodeblock %}",
     [(1, "", "\n{% codeblock %}\n\nx")], [("", "{% codeblock %}")]),
    ("{% highlight c %}\nnever closed", [(1, "", "¬never closed")], []),
    # line ends and odd characters
    ("a\r\nb\r\n\r\n# C\rd", [(1, "", "a¬b"), (4, "# C #c", "\nd")], []),
    ("a\vb\0c\x01d\te", [(1, "", "a b\ufffdc d\te")], []),
    ("a\ufffdb\n\n# é\ufffd", [(1, "", "a\ufffdb"), (3, "# é\ufffd #é", "")], []),
    ("é\n\n中文`é`\n\n# ü\n\n    é\n中", [(1, "", "é\n\n中文é"), (5, "# ü #ü", "\n\né\n中")], [("", "é")]),
]  # fmt: skip


@pytest.mark.parametrize(("body", "rows", "code"), SECTIONS)
def test_sections(body: str, rows: list[Row], code: list[tuple[str, str]]) -> None:
    check(sections(body), *rows, code=code)
    moved = sections(body, first_line=10)
    assert [section.line for section in moved.sections] == [row[0] + 9 for row in rows]


# Markdown with blocks that CommonMark does not know, its sections, its code
BLOCKS: list[tuple[str, list[Row], list[tuple[str, str]]]] = [
    # Python-Markdown
    ('!!! note "TL;DR"\n    If *you*.\n\n    ```py\n    x = 1\n    ```\n\nafter',
     [(1, "", "TL;DR¬If you.\n\n\nx = 1\n\n\nafter")], [("py", "x = 1")]),
    ("??? tip\n    a\n\n    b\n???+ note inline\n\tc", [(1, "", "\na\n\nb\n\nc")], []),
    ('=== "A"\n\n    !!! tip ""\n        - x\n\n            y\n\n=== \'B\'\n    z',
     [(1, "", "A\n\n\nx\n\ny\n\nB¬z")], []),
    ("1. a\n\n    !!! tip\n        b\n\n        c\n\n    d\n", [(1, "", "a\n\n\nb\n\nc\n\nd")], []),
    ('!!! wow, no "block"\n\n!!! note\nnothing', [(1, "", '!!! wow, no "block"\n\n!!! note¬nothing')], []),
    ('```\n!!! note\n    a\n```\n\n    code', [(1, "", "\n!!! note\n    a\n\n\ncode")],
     [("", "!!! note\n    a"), ("", "code")]),
    ("!!! note\n    a\n    ```\n\nb", [(1, "", "\na\n\n\nb")], []),
    ("/// note | Mind\n    open: true\n\na\n///\n/// html | div.x\n///\nb", [(1, "", "Mind\n\n\na\n\n\n\nb")], []),
    ("<!-- m -->\n\n:   a\n\n    b\n\nT\n:   c", [(1, "", "\n\na\n\nb\n\nT\nc")], []),
    ("::: httpx.Client\n    :members: get\n    options:\n\na", [(1, "", "httpx.Client\n\n\n\na")], []),
    ('<div class="grid" markdown>\n- [a](b)\n</div>', [(1, "", "\na")], []),
    # VitePress, VuePress, Docusaurus, Pandoc
    (":::tip[Heads *up*]\na\n:::\n\n::: warning 注意\nb\n:::\n::: details\nc\n::::",
     [(1, "", "Heads up¬a\n\n\n注意¬b\n\n\nc")], []),
    ('::: {.callout-note title="T"}\na\n:::', [(1, "", "T¬a")], []),
    (":tada: a\n:bug: b\n\n| c | d |\n|:-|-:|\n| e | f |\n\nc | d\n:-|-\ne | f",
     [(1, "", ":tada: a¬:bug: b\n\nc | d\n\ne | f\n\nc | d\n\ne | f")], []),
    # Obsidian
    ("> [!tip]+ Title\n> a\n\n> [!NOTE]\n> b\n\n> [!faq]- Why?\n\n> [!x](y)",
     [(1, "", "Title¬a\n\n\nb\n\nWhy?\n\n!x")], []),
    # MDX
    ("import A from '@b';\nimport {\n  C,\n} from \"d\"\n\n# E\n\nimport f from 'g';\n\nh\nimport i from 'j'",
     [(6, "# E #e", "\n\n\n\nh¬import i from 'j'")], []),
    ("export const a = 1;\nexport function B({c}) {\n\n  return <i>{c}</i>;\n}\n\nd\nexport {e}\n\nexport default F;",
     [(1, "", "\n\n\n\n\n\nd¬export {e}")], []),
    ("export {a\n\nexport const b = [1\n\nexport it", [(1, "", "export {a\n\nexport const b = [1\n\nexport it")], []),
    ('<Tabs>\n  <Tab label="W">\n\n[a](b)\n\n    <Deep/>\n\n  </Tab>\n</Tabs>\n\n    <Xml>\n',
     [(1, "", "\nW\n\na\n\n\n\n\n\n\n<Xml>")], [("", "<Xml>")]),
    ("<Steps>\n    <Step>\n        a\n\n        - b\n            - c\n\n        ```py\n        d\n        ```\n"
     "    </Step>\n</Steps>\n\n    e",
     [(1, "", "\n\na\n\nb\nc\n\n\nd\n\n\n\n\ne")], [("py", "d"), ("", "e")]),
    ("<Table\n  rows={[\n    'a',\n\n  ]}\n/>\n\nb", [(1, "", "\n  rows={[\n    'a',\n\n  ]}\n\n\nb")],
     [("", "  rows={[\n    'a',\n\n  ]}")]),
    ("{/* no\nno */}\n\n## A {/*own*/}\n## B {/* no */}\n{/* open", [
        (4, "## A #own", ""), (5, "## B #no", "\n{/* open"),
    ], []),
    ("In <Only>a</Only>, `<Only>` Option<T>", [(1, "", "In  a , <Only> Option<T>")], []),
    # where a table of contents goes
    ("[TOC]\n\n[[toc]]\n@[toc]\n\na [toc]\n\n- TOC\n{:toc}\n\n[[tocsin]]",
     [(1, "", "\n\n\n\n\na [toc]\n\n\n\n\ntocsin")], []),
    # references whose address a tag makes
    ("[a][1] [b][2] [c][3]\n\n[1]: {{ site.url }}/d\n[2]: {% post_url 2020-01-01-e %}\n[3]: https://f.g",
     [(1, "", "a b c")], []),
]  # fmt: skip


@pytest.mark.parametrize(("body", "rows", "code"), BLOCKS)
def test_blocks(body: str, rows: list[Row], code: list[tuple[str, str]]) -> None:
    check(sections(body), *rows, code=code)


# style, headings, anchors
ANCHORS = [
    ("github", "# A {#own}\n# Émile `--x`", ["own", "émile---x"]),
    ("hexo", "# A {#own}\n# Don't `--x` -- y", ["A-own", "Don’t-x-–-y"]),
    ("hugo", "# A {#b}\n# B\n# !", ["b", "b-1", "heading"]),
    ("kramdown", "# A {: #own .x}\n# A", ["own", "a"]),
    ("mkdocs", "# A {#own}\n# 中\n# A\n# A", ["own", "_1", "a", "a_1"]),
    ("mkdocs", '# 9.6 <small>May</small> { id="9.6" }\n# A { id=b .c }\n# B { data-x }', ["9.6", "b", "b_1"]),
    ("mkdocs", "# A :star: :material-check: b\n# :a::b-c: 1:2:3", ["a-b", "123"]),
]


@pytest.mark.parametrize(("style", "body", "anchors"), ANCHORS)
def test_anchors(style: str, body: str, anchors: list[str]) -> None:
    assert [section.anchor for section in sections(body, anchors=slug_style(style)).sections] == anchors


def test_links() -> None:
    body = (
        "[a](b.md#c) <http://d.e> <x@y.z> [[wiki|w]] ![i](no.png) [a](b.md#c)\n"
        "see https://f.g/h?i=j, (https://k.l/m). 见https://n.o/p。好\n\n[r]: /r\n\n    http://code\n\n# [h](/h)\n"
        "[s]({{< relref \"post.md\" >}}) [t]({{site.url}}/u)\n"
    )  # fmt: skip
    assert [(link.line, link.kind, link.target) for link in sections(body).links] == [
        (1, "markdown", "b.md#c"),
        (1, "markdown", "http://d.e"),
        (1, "markdown", "mailto:x@y.z"),
        (1, "wiki", "wiki"),
        (1, "image", "no.png"),
        (2, "text", "https://f.g/h?i=j"),
        (2, "text", "https://k.l/m"),
        (2, "text", "https://n.o/p"),
        (8, "markdown", "/h"),
        (9, "markdown", "/u"),
        (9, "relref", "post.md"),
    ]


# body, excerpt
EXCERPTS = [
    ("", ""),
    ("# A\n\n```\ncode\n```\n\nfirst *para*\ngoes on\n\nsecond", "first para goes on"),
    ("a\n\n# B\n\nb\n\n    code\n\n<!-- more -->\n\nc", "a b"),
    ("a\n\nb <!--more--> c", "a b"),
    ("<!-- more -->\n\nfirst\n\nsecond", "first"),
    ("no `<!-- more -->`\n\n```\n<!-- more -->\n```\n", "no <!-- more -->"),
    ("word " * 100, "word " * 58 + "word…"),
    ("字" * 400, "字" * 299 + "…"),
]


@pytest.mark.parametrize(("body", "excerpt"), EXCERPTS)
def test_excerpt(body: str, excerpt: str) -> None:
    assert sections(body).excerpt == excerpt
    assert len(excerpt) <= 300


def test_title_is_not_a_heading_twice() -> None:
    parsed = sections("#  My *title*\n\na\n\n# My title\n\n## My title\n", title="My  title")
    check(parsed, (1, "#  #my-title", "\n\na"), (5, "#  #my-title-1", ""), (7, "## My title #my-title-2", ""))
    assert parsed.first_heading == "My title"
    parsed = sections("## Early\n\n# First\n\n# Second", title="Other")
    assert (parsed.first_heading, [s.heading for s in parsed.sections]) == ("First", ["Early", "First", "Second"])
    found = without_title(parsed.sections, "First")
    assert [s.heading for s in found] == ["Early", "", "Second"]
    assert without_title((Section(0, "", "", 1, "x"),), "") == (Section(0, "", "", 1, "x"),)


# body, lines and beginnings of the problems
PROBLEMS = [
    ("```\nclosed\n```\n\n> ~~~~\n> x\n> ~~~~\n\n", []),
    ("a\n\n```py\nnever", [(7, "this code fence is never closed")]),
    ("```", [(5, "this code fence is never closed")]),
    ("a\nb\0", [(6, "NUL characters were replaced")]),
]


@pytest.mark.parametrize(("body", "problems"), PROBLEMS)
def test_problems(body: str, problems: list[tuple[int, str]]) -> None:
    found = sections(body, first_line=5).problems
    assert [problem.line for problem in found] == [line for line, _ in problems]
    assert all(problem.message.startswith(start) for problem, (_, start) in zip(found, problems, strict=True))
    assert all(problem.hint for problem in found)


# ---- properties: blocks in which each marker word stands on a known line

_INLINE = [
    "m*M*", "**M** x", "`M`", "[M](u)", "![M](i)", "<b>M</b>", "M &amp;", "[M][r]", "<A>M</A>",
    "{{< t text=\"M\" >}}", "[[p|M]]", "M  ",
    "M\\", "M {{ .x }}", "<!-- c -->M", "中文**M：**文", "M {: .c}",
]  # fmt: skip
_BLOCKS = [
    "# M", "## M {#id}", "M\n===", "M\nM\n---", "---", "> M\n> M", "> # M\n>\n> M", "- M\n- M\n\n  M\n  - M",
    "1. M\n   M", "```py\nM\n\n  M\n```", "    M\n\n    M", "~~~\nM\n~~~", "- ```\n  M\n  ```",
    "> ```\n> M\n> M\n> ```", "| M | b |\n|---|---|\n| c | M |\n| M | |", "<div>\n<p>M</p>\n\n</div>",
    "<!-- c\n\nc -->\nM", "<table>\n<td\n>M\n</table>", "M[^1]\n\n[^1]: M\n    M", "T\n: M\n: M",
    "{% codeblock %}\nM\n# M\n{% endcodeblock %}", "{{< img\n  alt=\"M\"\n>}}", "<script>\nno\n\n</script>",
    "[ref]: /url\n", "- [x] M", "\t", "M <a\nhref=x>M</a>\nM", "> M\nM", "- > M\n  > M",
    "{{< highlight go >}}\n\nM\n{{< /highlight >}}", "M <script>no\nno</script> M", "> <!-- c\n>\n> c -->\n> M",
    '!!! note "M"\n    M\n\n    - M\n      M', '=== "M"\n\n    ```\n    M\n    ```', ":::tip M\nM\n:::", ":M: M",
    "/// note | M\n    a: b\nM\n///", "> [!tip] M\n> M", '<Tab>\n\n    M\n\n</Tab>', "{/* c\nc */}\nM",
    "\n<Tab\n  a={M}\n/>", "<p>a</p>\n\n:   M\n\n    M", "::: M.M\n    a: b\n\nM",
]  # fmt: skip
_paragraphs = st.lists(st.sampled_from([*_INLINE, "M"]), min_size=1, max_size=5).map("\n".join)
_documents = st.lists(
    st.tuples(st.sampled_from(_BLOCKS) | _paragraphs, st.sampled_from(["\n\n", "\n\n\n", "\n\n<!-- -->\n\n", "\n"])),
    max_size=10,
).map(lambda pairs: "".join(block + gap for block, gap in pairs))


def _numbered(document: str) -> str:
    count = iter(range(1000, 100_000))
    return re.sub("M", lambda _: f"Mark{next(count)}", document)


@given(_documents, st.sampled_from(["\n", "\r\n", "\r"]), st.integers(1, 50))
@settings(max_examples=400, deadline=None)
def test_text_keeps_the_lines_of_the_file(document: str, line_end: str, first_line: int) -> None:
    body = _numbered(document)
    expected = {word: body.count("\n", 0, body.index(word)) + first_line for word in re.findall(r"Mark\d+", body)}
    parsed = sections(body.replace("\n", line_end), first_line=first_line)
    found: dict[str, int] = {}
    for section in parsed.sections:
        heading = re.findall(r"Mark\d+", section.heading)
        assert not heading or expected[heading[0]] == section.line
        found |= dict.fromkeys(heading, section.line)
        for match in re.finditer(r"Mark\d+", section.text):
            breaks = re.findall("[\n\v]", section.text[: match.start()])
            found[match[0]] = section.line + len(breaks)
            assert found[match[0]] == expected[match[0]], (match[0], section)
        for code in section.code:
            assert 0 <= code.start < code.stop <= len(section.text)
            assert not section.text[code.stop - 1].isspace()
    last_line = first_line + body.count("\n")
    for section in parsed.sections:
        assert section.line + len(re.findall("[\n\v]", section.text)) <= last_line
    assert found.keys() == expected.keys()


def _oracle_headings(body: str) -> list[tuple[int, int, str]]:
    """(level, line, text) of the top-level headings, by another parser."""
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(body)
    return [
        (int(token.tag[1]), (token.map or [0])[0] + 1, _oracle_text(tokens[at + 1].children or []))
        for at, token in enumerate(tokens)
        if token.type == "heading_open" and token.level == 0
    ]


def _oracle_text(tokens: list[Any]) -> str:
    parts = [
        _oracle_text(token.children) if token.type == "image" else " " if "break" in token.type else token.content
        for token in tokens
        if token.type != "html_inline"
    ]
    return " ".join("".join(parts).split())


_oracle_blocks = [
    "# a *b* `c`", "## [l](u) ![i](s)", "### **x** #", "a\n===", "a\nb\n---", "#no", "####### no", "> # q\n> r",
    "- # l\n  m", "a\n# b", "    # code", "```\n# code\n```", "~~~\n# open", "<div>\n# html\n</div>",
    "<!--\n# no\n-->", "***", "a\n***", "1. x\n\n   # y", "# &amp; \\* <b>x</b>", "#\tt", "  # in", "   ## in ##",
    "|a|\n|-|\n# x", "#", "# ~~s~~", "- a\n---", "> a\n---",
]  # fmt: skip


@given(st.lists(st.tuples(st.sampled_from(_oracle_blocks), st.sampled_from(["\n", "\n\n"])), max_size=12))
@settings(max_examples=300, deadline=None)
def test_headings_agree_with_another_parser(blocks: list[tuple[str, str]]) -> None:
    body = "".join(block + gap for block, gap in blocks)
    found = [(s.level, s.line, s.heading) for s in sections(body).sections if s.level]
    assert found == _oracle_headings(body)


@given(
    st.text(alphabet="ab \n\t\r\v\0#*_`~[]()<>!-+|{}%:&;=\"'.\\/^$中：\ufffdé1", max_size=120),
    st.sampled_from(["hexo", "hugo"]),
)
@settings(max_examples=400, deadline=None)
def test_never_raises(body: str, style: str) -> None:
    check_lines(body, style)


def check_lines(body: str, style: str) -> ParsedMarkdown:
    """What must hold of any body, whatever is in it."""
    parsed = sections(body, anchors=slug_style(style), title="a")
    last_line = 1 + len(re.findall("\r\n|\r|\n", body))
    assert parsed.sections
    for section in parsed.sections:
        assert section.line + len(re.findall("[\n\v]", section.text)) <= last_line
        assert not set("\0\x01") & set(section.text + section.heading)
    lines = [section.line for section in parsed.sections]
    assert lines == sorted(lines)
    return parsed


@cache
def hostile(n: int) -> list[str]:
    """Bodies of a size, most of them n times the same few characters."""
    return [
        "<!-- tab" + " " * 10 * n,
        "[" * n, "> " * n, ">" * n, "- " * n, "*a " * n, "`" * n, "<" * n, "<a " * n, "![" * n, "[a](" * n,
        "[[" * n, "{{" * n, "{% " * n, "{: " * n, "[a]({{ " * n, "<a {{" * n, "{{< t title=\"a\" >}}" * n,
        "{{< " + "title= " * n + ">}}", "{% codeblock %}\n" * n, "{{< highlight go >}}" * n, "<div>" + "<h1 " * n,
        "<div>" + "<h1>" * n, "<div>" + "<a '\"" * n, "<div>" + "<!--" * n, "<div>" + "<script " * n, "**中" * n,
        "`a`{" * n, "a <script> " * n, "a &#10; " * n, "|" * n + "\n" + "|-" * n,
        "".join("> " * depth + "a\n" for depth in range(isqrt(8 * n))),
        "".join("  " * depth + "- a\n" for depth in range(isqrt(8 * n))),
        "{" * n + "}" * n, "`{{`" * n, "<!-- more -->" * n, "http://" * n, "[^1]: " * n,
        "word *em* `c` [l](x)\n" * n,
        "!!! a\n    b\n" * n, "".join("    " * depth + "!!! a\n" for depth in range(isqrt(8 * n))),
        "::: " + ": " * n + "a",
        ":::" * n, "!!! " + "a " * n + "!", '=== "' + '" ' * n + "a", "> " * n + "[!a] b", "> [!a]\n" * n,
        "{/*\n" * n, "# " + " " * n + "{/* a", "## a {/*" + "a " * n + "*/}", "<A\n" * n, "<A\nb\n" * n,
        "<A> " * n + "<", "<A\n" + "b\n" * n, "import {\n" * n, "export {\n\n" * n, "export {}\n\n" * n,
        "export const " + "a " * n, "import " + "from " * n,
        "[a]: {{" * n, "[a]: {{\n" * n, "[a][" * n,
        "<a " + "markdown " * n, "a {.b " * n, "{.b" + " .b" * n, "{a=b " * n, "<A>b</B> " * n, ":material-a" * n,
        "<!-- a -->\n:   a\n" * n, "{% label " + "a " * n + "%}",
        "!!! a" + " " * n + ";", "import 'a'" + " " * n + "b",
]  # fmt: skip


HOSTILE = hostile(20_000)


@pytest.mark.parametrize("number", range(len(HOSTILE)), ids=[body[:12].strip() for body in HOSTILE])
def test_hostile_input_is_linear(number: int) -> None:
    assert sections(HOSTILE[number]).sections
    check_linear(lambda n: sections(hostile(n)[number]), 20_000)


def test_helpers_of_templates_and_html() -> None:
    links: list[Reference] = []
    assert visible_text('[a]({{< ref "b" >}})\n{{< ref "c" >}} {% link d.md %}', links) == "\2a\3\n "
    assert links == [("ref", "b", 0), ("ref", "c", 1), ("link", "d.md", 1)]
    assert (
        fence_code_tags("{% codeblock %}\nx\n{% endcodeblock %} tail") == "{% codeblock %}\nx\n{% endcodeblock %} tail"
    )
    assert fence_code_tags("{{< code-toggle file=x />}}\na") == "{{< code-toggle file=x />}}\na"
    closed = "{{< code-toggle config=x />}}\n\n## Seen\n\n"
    assert fence_code_tags(closed + "{{< code-toggle >}}\na\n{{< /code-toggle >}}") == closed + "~~~\na\n~~~"
    one_line = "{{< highlight >}} x {{< /highlight >}} {{% highlight / %}} a {{< highlight >}} b {{< /highlight >}}"
    assert fence_code_tags(one_line) == "` x ` {{% highlight / %}} a ` b `"
    assert html_text("<p>a&#10;b&nbsp;c</p>\n<?php\n?>c") == "a b\xa0c\n\nc"
    assert [inline_html_text(tag) for tag in ("</b>", "<!DOCTYPE x>", "<img alt='&lt;'>", "<td>", "</x>")] == [
        "",
        "",
        "<",
        " ",
        " ",
    ]


@pytest.mark.parametrize(
    ("body", "linked"),
    [
        ("See [the *long* guide](x.md).", ["the long guide"]),
        ("[one](a) and [`two` three](b 'title')", ["one", "two three"]),
        ("[[Wiki page|as named]] and [a][ref]\n\n[ref]: x.md", ["as named", "a"]),
        ('[by a tag]({{< ref "x y.md" >}}), so', ["by a tag"]),
        ("[![alt text](p.png) more](u)", ["alt text more"]),
        ("a link [over\ntwo lines](x)", ["over\vtwo lines"]),
        ("中文[链接](x)的文字", ["链接"]),
        # what is shown is the address itself; what leads nowhere is no link; headings are headings
        ("<https://example.org/a> https://example.org/b [none] ![alt](p.png)", []),
        ("# A [heading](x)\n\ntext", []),
        ("`[code](x)`\n\n    [code](x)\n", []),
        # marks of ours in a body are blanks
        ("a\x02b [c](x)\x03", ["c"]),
    ],
)
def test_texts_of_links(body: str, linked: list[str]) -> None:
    found = [section.text[a : a + n] for section in sections(body).sections for a, n in section.links]
    assert found == linked


def test_a_link_in_what_is_hidden_is_none() -> None:
    (section,) = sections("a <script>[b](x)</script> c [d](y) {{< x >}} **e** <!-- more --> [f](z)").sections
    assert [section.text[a : a + n] for a, n in section.links] == ["d", "f"]
