"""Jekyll's settings: which files are pages, what their front matter is by scope, and which links they have."""

from __future__ import annotations

from pathlib import Path

import pytest
from costs import check_cost

from postdex_index.content.parser import parse
from postdex_index.model import Post
from postdex_index.settings import Settings
from postdex_index.sites.reading import site

HEAD = "---\ntitle: A\n---\n"
#: settings, a path, a text, why it is left out ("" if it is not)
FILES = [
    ("", "a.md", HEAD, ""),
    ("", "a.md", "# No front matter", "it has no front matter"),
    ("plugins: [jekyll-optional-front-matter]", "a.md", "# A", ""),
    ("plugins: [jekyll-optional-front-matter]", "a/README.md", "# A", "it has no front matter"),
    ("plugins: [github-pages]\ninclude: [CONTRIBUTING.md]", "CONTRIBUTING.md", "# A", ""),
    ("gems: [github-pages]\noptional_front_matter: {enabled: false}", "a.md", "# A", "it has no front matter"),
    ("", "a.mdx", HEAD, "Jekyll makes no pages of files with this suffix"),
    ("markdown_ext: md, mdx", "a.mdx", HEAD, ""),
    ("", "_posts/2022-08-26-a.md", "no front matter", ""),
    ("", "_posts/a.md", HEAD, "a post without a date in its name"),
    ("", "x/_posts/2022-08-26-a.md", HEAD, ""),
    ("", "_posts/2100-08-26-a.md", HEAD, "to be published on 2100-08-26 (publishDate)"),
    ("future: true", "_posts/2100-08-26-a.md", HEAD, ""),
    ("", "_posts/2022-08-26-a.md", "---\npublished: false\n---\n", "published: false"),
    ("", "_drafts/a.md", HEAD, "in _drafts/"),
    ("", "_x/a.md", HEAD, "_x begins as what is no page does"),
    ("", "x/~a.md", HEAD, "~a.md begins as what is no page does"),
    ("include: [_x]", "_x/a.md", HEAD, ""),
    ("include: [_x/a.md]", "_x/a.md", HEAD, ""),
    ("include: [_x/b.md]", "_x/a.md", HEAD, "_x begins as what is no page does"),
    ("collections: {x: {output: true}}", "_x/a.md", HEAD, ""),
    ("collections: {x: {output: true}}", "_x/a.md", "# A", "it has no front matter"),
    ("collections: {x: {output: true}}", "_x/_b/a.md", HEAD, "_b begins as what is no page does"),
    ("collections: [x]", "_x/a.md", HEAD, "in _x/, which is no collection with pages"),
    ("exclude: [docs]", "docs/a.md", HEAD, "left out by the site's settings (exclude)"),
    ("exclude: [docs/]", "docs/a.md", HEAD, "left out by the site's settings (exclude)"),
    ("exclude: ['*.tmp.md']", "x/a.tmp.md", HEAD, "left out by the site's settings (exclude)"),
    ("exclude: [a.md]\ninclude: [a.md]", "a.md", HEAD, ""),
    ("exclude: {a: b}\ninclude: 3\ncollections: x\ndefaults: [1, {values: 2}]\nplugins: {x: y}", "a.md", HEAD, ""),
    ("", "vendor/bundle/a.md", HEAD, "left out by the site's settings (exclude)"),
    ("source: docs", "a.md", HEAD, "not in docs/, where Jekyll looks for pages"),
    ("source: docs", "docs/a.md", HEAD, ""),
    ("defaults: [{scope: {path: x}, values: {published: false}}]", "x/a.md", HEAD, ""),
    ("defaults: [{scope: {path: ''}, values: {published: false}}]", "_posts/2022-08-26-a.md", HEAD, "published: false"),
]  # fmt: skip
POLYGLOT = "plugins: [jekyll-polyglot]\nlanguages: [en, fr]\ndefault_lang: en\n"
#: settings, a path, front matter, the link
LINKS = [
    ("", "a.md", "", "/a.html"),
    ("permalink: /:title/", "x/a.md", "", "/x/a/"),
    ("permalink: weekdate", "x/a.md", "", "/x/a"),
    ("", "x/index.md", "", "/x/"),
    ("", "a.md", "permalink: /x/:basename/", "/x/a/"),
    ("", "a.md", "permalink: x/y.html", "/x/y.html"),
    ("", "a.md", "permalink: javascript:alert(1)", "/javascript:alert(1)"),
    ("", "_posts/2022-08-26-A_b c.md", "categories: [X, y z]", "/x/y%20z/2022/08/26/A_b-c.html"),
    ("permalink: none", "_posts/2022-08-26-b.md", "category: y z", "/y%20z/b.html"),
    ("permalink: ordinal", "_posts/2022-08-26-b.md", "", "/2022/238/b.html"),
    ("permalink: /:short_month/:name/", "_posts/2022-08-26-B_c.md", "", "/Aug/2022-08-26-b-c/"),
    ("permalink: /:slugified_categories/:slug", "_posts/2022-08-26-B_c.md", "category: Y z", "/y-z/b-c"),
    ("permalink: /:year_:month/:nothing/", "_posts/2022-08-26-b.md", "", ""),
    ("permalink: /:year_:month/", "_posts/2022-08-26-b.md", "", "/2022_08/"),
    ("permalink: /:path/", "_posts/x/2022-08-26-b.md", "", "/x/2022-08-26-b/"),
    ("permalink: /:title/", "_posts/2022-08-26-b.md", "slug: C d", "/C-d/"),
    ("permalink: /:title/", "_posts/2022-08-26-b.md", "permalink: /:year/:slug.html", "/2022/b.html"),
    ("permalink: /:categories/:title/", "x/_posts/2022-08-26-b.md", "category: y", "/x/y/b/"),
    ("collections: {x: {output: true}}", "_x/b/c.md", "", "/x/b/c.html"),
    ("collections: {x: {output: true, permalink: /:name/}}", "_x/b/C_d.md", "", "/c-d/"),
    ("collections_dir: all\ncollections: {x: {output: true}}", "all/_x/b.md", "", "/x/b.html"),
    ("source: docs", "docs/x/b.md", "", "/x/b.html"),
    ("defaults: [{scope: {path: x}, values: {permalink: /y/}}]", "x/b.md", "", "/y/"),
    ("defaults: [{scope: {path: x}, values: {permalink: /y/}}]", "x/b.md", "permalink: /z/", "/z/"),
    ("permalink: /:categories\ndefaults: [{values: {categories: k}}]", "_posts/2022-1-2-b.md", "categories: y", "/k/y"),
    (POLYGLOT, "a.md", "lang: fr", "/fr/a.html"),
    (POLYGLOT, "a.md", "lang: en", "/a.html"),
    (POLYGLOT, "fr/a.md", "lang: fr", "/fr/a.html"),
    (POLYGLOT + "lang_from_path: true", "fr/a.md", "", "/fr/a.html"),
    (POLYGLOT, "a.md", "permalink: /b/\nlang: fr", "/fr/b/"),
]  # fmt: skip
#: settings, a path, the language and the category that its scope gives
SCOPES = [
    ("[{scope: {path: ''}, values: {lang: de}}, {scope: {path: x}, values: {lang: fr}}]", "x/a.md", "fr"),
    ("[{scope: {path: x}, values: {lang: fr}}, {scope: {path: ''}, values: {lang: de}}]", "x/a.md", "fr"),
    ("[{scope: {path: x, type: pages}, values: {lang: fr}}, {scope: {path: x}, values: {lang: de}}]", "x/a.md", "fr"),
    ("[{scope: {path: x, type: posts}, values: {lang: fr}}]", "x/a.md", ""),
    ("[{scope: {path: 'x/*/y'}, values: {lang: fr}}]", "x/z/y/a.md", "fr"),
    ("[{values: {lang: fr}}]", "a.md", "fr"),
]  # fmt: skip


def read(folder: Path, conf: str, path: str, text: str) -> Post:
    (folder / "_config.yml").write_text(conf, encoding="utf-8")
    return parse(text, path, site(folder), Settings())


@pytest.mark.parametrize(("conf", "path", "text", "reason"), FILES)
def test_files_that_are_no_pages(tmp_path: Path, conf: str, path: str, text: str, reason: str) -> None:
    assert read(tmp_path, conf, path, text).unpublished == reason


@pytest.mark.parametrize(("conf", "path", "front", "link"), LINKS)
def test_links(tmp_path: Path, conf: str, path: str, front: str, link: str) -> None:
    assert read(tmp_path, conf, path, f"---\ntitle: T\n{front}\n---\n").url == link


@pytest.mark.parametrize(("scopes", "path", "lang"), SCOPES)
def test_the_narrowest_scope_counts(tmp_path: Path, scopes: str, path: str, lang: str) -> None:
    assert read(tmp_path, f"defaults: {scopes}", path, HEAD).lang == lang


def test_a_gemfile_tells_the_set_of_plugins(tmp_path: Path) -> None:
    (tmp_path / "Gemfile").write_text('gem "github-pages", group: :jekyll_plugins\n')
    assert read(tmp_path, "", "a.md", "# A").unpublished == ""


def test_documents_are_called_by_their_files_names_as_a_title(tmp_path: Path) -> None:
    assert read(tmp_path, "", "_posts/2022-08-26-the-first-light.md", "x").title == "The First Light"
    assert read(tmp_path, "", "a.md", "---\ntitle: Caf&eacute;\n---\n").title == "Café"


@pytest.mark.parametrize(
    ("options", "anchors"),
    [
        ("{}", ["über-a--b", "own", "über-a--b-1", "a--b"]),
        ("{input: kramdown}", ["ber-a--b", "own", "ber-a--b-1", "a-----b"]),
        ("{auto_ids: false}", ["", "own", "", ""]),
        ("{auto_id_prefix: x-}", ["x-über-a--b", "own", "x-über-a--b-1", "x-a--b"]),
    ],
)
def test_options_of_kramdown(tmp_path: Path, options: str, anchors: list[str]) -> None:
    body = "## Über a & b\n## B {#own}\n## Über a & b\n## A --- b\n"
    post = read(tmp_path, f"kramdown: {options}", "a.md", HEAD + body)
    assert [section.anchor for section in post.sections] == anchors


def test_one_permalink_in_several_languages_is_one_page_of_polyglot(tmp_path: Path) -> None:
    head = "---\npermalink: /b/\nlang: {}\n---\n"
    posts = [read(tmp_path, POLYGLOT, path, head.format(lang)) for path, lang in (("a.md", "en"), ("c.md", "fr"))]
    assert posts[0].translation == posts[1].translation != ""


@pytest.mark.parametrize(
    "settings",
    [
        POLYGLOT.replace("[en, fr]", f"[{', '.join(f'en-a{number}' for number in range(10_000))}]"),
        f"exclude: [{', '.join(f'*{number}.md' for number in range(10_000))}]",
        f"defaults: [{', '.join(f'{{scope: {{path: x*{number}}}, values: {{}}}}' for number in range(10_000))}]",
        f"collections: {{{', '.join(f'c{number}: {{output: true}}' for number in range(10_000))}}}",
    ],
    ids=["languages", "exclude", "defaults", "collections"],
)
def test_many_settings_cost_little_a_post(tmp_path: Path, settings: str) -> None:
    (tmp_path / "_config.yml").write_text(settings, encoding="utf-8")
    of = site(tmp_path)
    check_cost(lambda: parse(HEAD, "_posts/2022-08-26-a.md", of, Settings()), 0.1)
