"""Quarto: which files are pages, what is seen of cells and of pandoc's Markdown, and which headings have an anchor."""

from __future__ import annotations

from pathlib import Path

import pytest

from postdex_index.content.parser import parse
from postdex_index.formats.dates import show
from postdex_index.model import Post
from postdex_index.settings import Settings
from postdex_index.sites.generator import Site
from postdex_index.sites.quarto import GENERATOR
from postdex_index.sites.reading import site

SITE = Site(GENERATOR, anchors="pandoc")


def check(text: str, path: str = "a.qmd", of: Site = SITE) -> Post:
    return parse(text, path, of, Settings())


def configured(root: Path, settings: str) -> Site:
    (root / "_quarto.yml").write_text(settings, encoding="utf-8")
    return site(root)


# body, the anchors of its sections
ANCHORS: list[tuple[str, list[str]]] = [
    ("## 3. Don't `--force` -- *ever*!\n\n## 33\n\n## 4\n", ["dont---force-ever", "section", "section-1"]),
    ("## A {.b #c width=50%}\n\n## D {-}\n\n## E {xy}\n", ["c", "d", "e-xy"]),
    ("text\n## No heading\n\n  ## Nor this\n\n## One\n", ["", "one"]),
    ("::: {.callout-note}\n## Title\n\ntext\n\n## Heading\n:::\n\n## Title\n", ["", "heading", "title-1"]),
    ("::: {.panel-tabset}\n## R\n\n### Deeper\n\n## Python\n:::\n\n## R\n", ["", "deeper", "r-1"]),
    ("## A [span]{.x} and ^[a note] H~2~O\n", ["a-span-and-h2o"]),
    ("Own id {#own}\n-------------\n\nTwo\nlines\n-----\n", ["own"]),
]


@pytest.mark.parametrize(("body", "anchors"), ANCHORS)
def test_anchors(body: str, anchors: list[str]) -> None:
    post = check("---\ntitle: x\n---\n" + body)
    assert [section.anchor for section in post.sections if section.text or section.heading] == anchors[
        -len(post.sections) :
    ]


# fields, body, the words of it
TEXTS = [
    ("", "```{python}\n#| label: a\n#| fig-cap: 'The cat'\nx = 1\n```\n", "The cat x = 1"),
    ("", "```{python}\n#| echo: false\n#| fig-cap: The cat\nx = 1\n```\nb\n", "The cat b"),
    ("", "```{r, echo=FALSE}\nx\n```\n\n```{r}\ny\n```\n", "y"),
    ("", "```{r, echo=F, fig.cap='The cat'}\nx\n```\n", "The cat"),
    ("", "```{r}\n#| include: false\n#| fig-cap: no\nx\n```\n", ""),
    ("execute:\n  echo: false\n", "```{r}\nx\n```\n\n```{r}\n#| echo: true\ny\n```\n", "y"),
    ("", "```python\n#| text\nx\n```\n", "#| text x"),
    ("", "```{=html}\n<p>seen</p>\n```\n\n```{=latex}\n\\hidden\n```\n", "seen"),
    ("", '```{.sh filename="a.sh"}\nb\n```\n', "a.sh b"),
    ("", "::: {.column width='50%'}\nA [red]{.r} `x`{.y} cat, see @fig-a.\n:::\n", "A red x cat, see ."),
    ("", "{{< video a.mp4 >}}\n\ntext {{< fa x >}} more\n", "text more"),
    (
        "bibliography: b.bib\n",
        "As @ann2020 says [see @bo_1, p. 3] to a@b.org and `@c`.\n",
        "As says [see , p. 3] to a@b.org and @c.",
    ),
    ("", "As @ann says.\n", "As @ann says."),
]


@pytest.mark.parametrize(("fields", "body", "expected"), TEXTS)
def test_text_is_what_readers_see(fields: str, body: str, expected: str) -> None:
    post = check(f"---\ntitle: t\n{fields}---\n{body}")
    assert " ".join(section.text for section in post.sections).split() == expected.split()


def test_the_first_heading_of_a_chapter_is_its_title_and_has_only_an_anchor_of_its_own() -> None:
    book = SITE._replace(config={"chapters": ["a.qmd"]})
    chapters = [
        check(text, of=book) for text in ("# A b\n", "<!-- x -->\n\n# A b {.y #c}\n", "---\ntitle: t\n---\n# A b\n")
    ]
    assert [(post.title, post.sections[0].anchor) for post in chapters] == [("A b", ""), ("A b", "c"), ("t", "a-b")]
    assert check("# A b\n").sections[0].anchor == "a-b"


def test_fields() -> None:
    post = check("---\ntitle: The *one*\ndate: today\ndate-modified: 2024-01-02\npermalink: /x/\n---\n", "b/index.qmd")
    assert (post.title, post.date_seconds, post.url, post.problems) == ("The one", None, "/b/", ())
    assert post.updated_seconds
    assert check("---\ntitle: t\noutput-file: c.html\n---\n", "b/a.qmd").url == "/b/c.html"


def test_dates() -> None:
    dates = ["8/26/2022", "2022-08-26", "`r Sys.Date()`", "last-modified"]
    posts = [check(f"---\ntitle: t\ndate: {date!r}\n---\n") for date in dates]
    assert [post.date_seconds and show(post.date_seconds)[:10] for post in posts] == [
        "2022-08-26",
        "2022-08-26",
        None,
        None,
    ]
    assert not any(post.problems for post in posts)


def test_included_files_are_part_of_a_page() -> None:
    files = {"p/_a.qmd": "---\na: b\n---\nIn a.\n\n{{< include /_b.qmd >}}\n", "_b.qmd": "In b.\n"}
    body = "{{< include _a.qmd >}}\n\n{{< include ../../etc/passwd >}}\n\n`{{< include _a.qmd >}}`\n"
    post = parse(body, "p/x.qmd", SITE, Settings(), read=files.get)
    assert " ".join(post.sections[0].text.split()) == "In a. In b. {{< include _a.qmd >}}"


def test_pages_of_a_website(tmp_path: Path) -> None:
    of = configured(
        tmp_path,
        "project:\n  render: ['*.qmd', a/, '!no.qmd', '!/drafts/']\nwebsite:\n  site-url: https://a.org/b\n"
        "execute: {echo: false}\nlang: de\n",
    )
    assert (of.base, of.language) == ("/b", "de")
    paths = [
        "x.qmd",
        "b/x.qmd",
        "a/x.md",
        "x.md",
        "no.qmd",
        "b/no.qmd",
        "drafts/x.qmd",
        "_x.qmd",
        "_b/x.qmd",
        "renv/x.qmd",
        "README.md",
    ]
    assert [path for path in paths if not check("text", path, of).unpublished] == paths[:3]
    assert check("---\ntitle: t\n---\n```{r}\nx\n```\n", "x.qmd", of).sections[0].text == ""


def test_pages_of_a_book_are_its_chapters(tmp_path: Path) -> None:
    chapters = "chapters: [index.qmd, {part: One, chapters: [a.qmd, {file: b/c.qmd}]}]\n  appendices: [d.qmd]"
    of = configured(tmp_path, f"project: {{type: book}}\nbook:\n  {chapters}\n")
    paths = ["index.qmd", "a.qmd", "b/c.qmd", "d.qmd", "e.qmd"]
    assert [path for path in paths if not check("text", path, of).unpublished] == paths[:4]


@pytest.mark.parametrize(
    "settings",
    [
        "project: [",
        "project: {render: ['[', '!', '{', 3, {a: b}]}",
        "book: 3\nproject: {type: book}",
        "website: []",
        "",
    ],
)
def test_settings_that_make_no_sense_harm_nothing(tmp_path: Path, settings: str) -> None:
    of = configured(tmp_path, settings)
    assert of.generator.name == GENERATOR.name
    check("text", "a.qmd", of)
