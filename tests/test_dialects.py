"""What a generator or an editor alone understands in a body: generator and body -> the body without it, and tags."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import pytest
from costs import check_linear
from hypothesis import given
from hypothesis import strategies as st

from postdex_index.content.parser import parse
from postdex_index.settings import Settings
from postdex_index.sites.detect import generators
from postdex_index.sites.generator import PlainBody, Site
from postdex_index.sites.reading import named

#: generator, body, what is left of it, tags
BODIES: list[tuple[str, str, str | None, tuple[str, ...]]] = [
    ("", "50%% #1 #tag ^id", "50%% #1 #tag ^id", ()),
    # Obsidian: comments
    ("obsidian", "a %%b%% c %%d%%", "a  c ", ()),
    ("obsidian", "a %%b\n\n```\nc\n``` %% d %%e%%", "a \n\n\n\n d ", ()),
    ("obsidian", "%%\n#a\n%%\n#b", "\n\n\n#b", ("b",)),
    ("obsidian", "`%%a%%` b\n```\n%%c%%\n```\n%%d%%", "`%%a%%` b\n```\n%%c%%\n```\n", ()),
    ("obsidian", "100%% of it\nis text", "100%% of it\nis text", ()),
    # tags
    ("obsidian", "#a b #area/topic-1/ (#no) x#no `#no` #2024 #y2024 # no", None, ("a", "area/topic-1", "y2024")),
    ("obsidian", "- #读书/2024，[[Note#no]]\n```c\n#include <x>\n```\n#a #a", None, ("读书/2024", "a")),
    (
        "logseq",
        "- #a #[[two words ]] #读书/2024 x#no `#no` #2024 #[[]]\n  tags:: b",
        "- #a #[[two words ]] #读书/2024 x#no `#no` #2024 #[[]]\n",
        ("a", "two words", "读书/2024"),
    ),
    ("logseq", "- ```c\n  #include <x>\n  ```\n- #a %%#b%% ==c== ^d", None, ("a",)),
    # what links point to, the width of images, highlights
    ("obsidian", "a ^b-1\n\n^c\n\nx^2 ^d e", "a \n\n\n\nx^2 ^d e", ()),
    ("obsidian", "![[a.png|300]] ![b|10x20](c.png) ![[d.png|e|5]]", "![[a.png]] ![b](c.png) ![[d.png|e]]", ()),
    ("obsidian", "==a b== `==c==` d == e == f", "a b `==c==` d == e == f", ()),
    # Jekyll: Liquid, in code too
    ("jekyll", "{% raw %}\n```\n{{ a }}\n```\n{% endraw %}", "\n```\n{{ a }}\n```\n", ()),
    (
        "jekyll",
        "```\n{%- raw -%}{% comment %}{% endraw %}\n```\n`{% raw %}{{ b }}{% endraw %}`",
        "```\n{% comment %}\n```\n`{{ b }}`",
        (),
    ),
    ("jekyll", "a{% comment %}b\n{% raw %}\nc{% endcomment %}d{% raw %}", "a\n\nd{% raw %}", ()),
    ("", "{% raw %}a{% endraw %}", "{% raw %}a{% endraw %}", ()),
    # the id of a heading, and HTML with blank lines in it
    ("jekyll", "## A b\n{: .x #own .y}\n\nc\n{: #no}", "## A b {#own}\n\n\nc\n{: #no}", ()),
    (
        "jekyll",
        "<div>\n\n        <div>\n\n    a\n</div>\n</div>\n\n    code",
        "<div>\n\n<div>\n\na\n</div>\n</div>\n\n    code",
        (),
    ),
    (
        "jekyll",
        "<div>\n\n    never closed\n    ```",
        "<div>\n\n    never closed\n    ```",
        (),
    ),
    (
        "jekyll",
        "```\n``` b\n<div>\n    c\n```\n<ul>\n    d\n</ul>",
        "```\n``` b\n<div>\n    c\n```\n<ul>\nd\n</ul>",
        (),
    ),
    # kramdown: Markdown in HTML, whose headings have ids of their own
    ("jekyll", '<div markdown="1">\n\n    code\n\n</div>', "\n\n    code\n\n", ()),
    ("jekyll", '<div markdown="1">\n# A\n# A\n# Ü\n</div>\n# A', "\n# A {#a}\n# A {#a-1}\n# Ü {#section}\n\n# A", ()),
    ("jekyll", '<div>\n  <p markdown="1">[a](b)</p>\n  *c*\n</div>', "\n[a](b)\n*c*\n", ()),
    ("jekyll", '<table><tr><td markdown="span">*a*</td><td>b</td></tr></table>', "*a*  b", ()),
    ("jekyll", '<div markdown="0">\n\n# a\n</div>', "\n\n\\# a\n", ()),
    ("jekyll", "<div>\n\n# a\n</div>", "<div>\n\n\\# a\n</div>", ()),
    ("jekyll", '<aside markdown="1">\n<img src="a">\n*b*\n</aside>', '\n<img src="a">\\\n*b*\n', ()),
    ("jekyll", '<div markdown="1">\n# [A](b){: .c} {#d}\n</div>', "\n# [A](b){: .c} {#d}\n", ()),
    ("jekyll", "<div>\n  <b>a</b>\n</div>\n## C", "\n<b>a</b>\n\n## C", ()),
    ("jekyll", "<div>\n<pre>\n  a</pre>\n</div>\n# C", "<div>\n<pre>\na</pre>\n</div>\n# C", ()),
    # its comments, abbreviations, and what is no heading
    ("jekyll", "a {::comment}\n# b\n{:/comment} c {::comment} d", "a \n\n c {::comment} d", ()),
    ("jekyll", "*[HTML]: Hyper\n\n # a\n\n- b\n\n  # c\n # d", "\n\n \\# a\n\n- b\n\n  # c\n \\# d", ()),
    ("jekyll", "a\nb\n---\n\nc\n---\n\n- d\n- e\n---", "a\nb\n\\---\n\nc\n---\n\n- d\n- e\n---", ()),
    ("jekyll", "{: #x}\n# A\n\n# B\n{: #y}", "\n# A {#x}\n\n# B {#y}\n", ()),
    ("docusaurus", "```js\n// highlight-next-line\na\n```\nhighlight-start", "```js\n\na\n```\nhighlight-start", ()),
    ("docusaurus", "```mdx-code-block\n<A/>\n```\n````mdx-code-block\nb", "\n<A/>\n\n````mdx-code-block\nb", ()),
    # mdBook
    ("mdbook", "# A\n```rust,x\n# a;\n#\n#[b]\nc # d\n```\n# E", "# A\n```rust,x\n\n\n#[b]\nc # d\n```\n# E", ()),
    ("mdbook", "```sh\n# a\n```", "```sh\n# a\n```", ()),
    ("mdbook", "```c,hidelines=@@\n  @@a\nb @@\n```\n@@c", "```c,hidelines=@@\n\nb @@\n```\n@@c", ()),
    ("mdbook", "`\\{{#include a}}` \\{{#no", "`{{#include a}}` \\{{#no", ()),
]


def plain_dialect(body: str, generator: str, fields: Mapping[str, str] = {}) -> PlainBody:
    dialect = named(generator).dialect
    return dialect(body, fields) if dialect else PlainBody(body)


@pytest.mark.parametrize(("generator", "body", "left", "tags"), BODIES)
def test_bodies(generator: str, body: str, left: str | None, tags: tuple[str, ...]) -> None:
    assert plain_dialect(body, generator) == (body if left is None else left, tags)


def test_tags_of_the_text_follow_those_of_the_front_matter() -> None:
    post = parse("---\ntags: [b, a]\n---\n#c #a\n", "x.md", Site(named("obsidian")), Settings())
    assert post.tags == ("b", "a", "c")
    assert parse("#c\n", "x.md", Site(), Settings()).tags == ()


GENERATORS = [name for name in generators() if named(name).dialect]
PIECES = [
    *"%`~#^=![]|{} \n\tab1中",
    "{% raw %}",
    "{% endraw %}",
    "{%comment%}",
    "{% endcomment %}",
    "\n{: #a }",
    "\n# a",
]
PIECES += ["<div>", "</div>", "\n    ", "```", "\n---", "\n::: ", "{.panel-tabset}", "{{ a }}", "{#b .c}", "@fig-a"]
PIECES += ["\n```{r, echo=F}\n", "#| echo: false\n", "\n```{=html}\n", "// [!code a]", "code-group\n", "v-pre", "- a\n"]
PIECES += ['<p markdown="1">', "</p>", "{::comment}", "{:/}"]


@given(st.lists(st.sampled_from(PIECES)).map("".join), st.sampled_from(GENERATORS))
def test_lines_keep_their_numbers(body: str, generator: str) -> None:
    left, _ = plain_dialect(body, generator)
    assert left.count("\n") == body.count("\n")


@cache
def hostile(n: int) -> list[str]:
    """Bodies of a size, most of them n times the same few characters."""
    return [
        "%%" * n,
        "%%\n" * n,
        "%% a `" * n,
        "`" * n,
        "#" * n,
        " #1" * n,
        "#1" * n,
        "^a " * n,
        "<div>\n" * n + "</p>\n" * n,
        '<a "' * n,
        "{::comment}\n" * n,
        '<div markdown="1">\n# a\n</div>\n' * (n // 20),
        " " * n + "^",
        "#[[" * n,
        " #[[a" * n,
        "![" * n,
        "![[|1" * n,
        "==a " * n,
        "a" + " " * n + "b",
        "%%`\n" * n,
        "```\n%%\n" * n,
        "{% raw %}" * n,
        "{% raw %}{% endcomment %}\n{:" * n,
        "{%" + " " * n,
        "# a\n{:" * n,
        "\n# a\n{:" + "#" * n,
        "<div>\n    " * n,
        "</div>\n    " * n,
        "<div></div>\n    " * n,
        *("{{ " * n, "{{ a }} " * n, "<a v-pre>" * n + "{{", "<" + "a" * n + "{{", ":a" * n, ":a: " * n),
        *("]{.a " * n, "[a]{.a}" * n, "]{" + "a" * n, "){.a b='" * n, '){alt="' * n, "`{" * n, " {#a" * n, "{#a " * n),
        *("~a" * n, "^a" * n, "@" * n, "@fig-a " * n, "-@" * n, " " * n + "[!code", ";" * n + "[!code", "[!code " * n),
        *(
            "```{r " + "a" * n + "}\n```",
            "```{r a=" * n,
            "```{r}\n" + "#| a: b\n" * n + "```",
            "```{r}\n" * n,
            "```\n" * n,
        ),
        *("::: a\n" * n, ":::" + " :" * n + "a", ":::\n" * n, "::: code-group\n~~~" + "~" * n, "# a {.b " * n),
        *(
            "((a" * n,
            "((a))" * n,
            "[a](((" * n,
            "{{cloze " * n,
            "^^a" * n,
            "- a:: b\n" * n,
            ":LOGBOOK:\n" * n,
            "- # a\n" * n,
        ),
        *(
            "# a" + " " * n + "{",
            *("# a" + " #" * n + " ", "# a" + " {a" * n + "}", "# a" + "\u00a0" * n, "*[" * n, "a\n==\n" * n),
            "# [a][b]" * n,
            "# a^[" * n,
            "<!-- -->" * n,
            "\n" * n + "#",
            "a\n-\n" * n,
            "  # a\n" * n,
        ),
        # blanks, or more of the same, where something may stand or not
        *("# a {.b}" + " " * n + "x } #", "# a {.b}" + " " * n + "x", "// highlight-start" + " " * n + "x"),
        *("```\n" + "#[!code " * n, '<p markdown="1">\n# ' + "![" * n + "\n</p>", "~~~\n[!code " + "# " * n),
        *("<p>" + "<b>" * n + "</i>" * n + "</p>", '<p markdown="1">' + "<b>" * n + "</p>"),
        '<p markdown="1">\n' + "<b>\n```\n</b>\n```\n" * (n // 9) + "</p>",
    ]


@pytest.mark.parametrize("number", range(len(hostile(1))), ids=[body[:8].strip() for body in hostile(20)])
@pytest.mark.parametrize("generator", GENERATORS)
def test_hostile_bodies_are_linear(generator: str, number: int) -> None:
    chapter = {"is-chapter": "true", "bibliography": "a.bib"}
    check_linear(lambda n: plain_dialect(hostile(n)[number], generator, chapter), 20_000)
