"""Whose site it is and what its posts' links are: files of a site -> generator and settings, metadata -> link."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postdex_index.content.parser import parse as parse_post
from postdex_index.formats.dates import parse, zone_or_utc
from postdex_index.settings import Settings
from postdex_index.sites.detect import generators, style_names, surroundings
from postdex_index.sites.generator import Address, Site
from postdex_index.sites.permalinks import clashes, url
from postdex_index.sites.reading import named, site, slug_style


def site_of(generator: str, **known: Any) -> Site:
    """A site of this generator, of which no more is known than is given."""
    return Site(named(generator), **known)


#: A table of contents of mdBook, and the chapters that it names.
SUMMARY = """# Summary [no chapter](
<!-- [A comment](comment.md) -->
[Before *all*](before.md)

- [One `Vec<[T]>`](./one.md "title")
    * [Two \\[2\\] snake_case](<two words.md>)
    1. [Three](three%20words.md)
- [A draft]()
- [Outside](../../outside.md)
- No link
- [No end](
[After](deep/er/after.md)"""
CHAPTERS = {
    "docs/before.md": "Before all",
    "docs/one.md": "One Vec<[T]>",
    "docs/two words.md": "Two [2] snake_case",
    "docs/three words.md": "Three",
    "docs/deep/er/after.md": "After",
}
#: the files of a site, the folder of posts in it, what is then known
SITES: list[tuple[dict[str, str], str, dict[str, Any]]] = [
    ({"a.md": ""}, ".", {"generator": named(""), "anchors": "github", "url": "", "prefix": ""}),
    (
        {
            "_config.yml": "url: https://a.org\nroot: /blog/\npermalink: :year/:title/\n"
            "timezone: Asia/Shanghai\nlanguage: zh-CN",
            "package.json": '{"dependencies": {"hexo": "7"}}',
        },
        "source/_posts",
        {
            "generator": named("hexo"),
            "prefix": "source/_posts/",
            "anchors": "hexo",
            "base": "/blog",
            "url": ":year/:title/",
        }
        | {"timezone": "Asia/Shanghai", "language": "zh-cn", "dated": False},
    ),
    (
        {"_config.yml": "new_post_name: :year-:month-:day-:title.md\nlanguage: [en, zh]", "scaffolds/x": ""},
        "source",
        {
            "generator": named("hexo"),
            "prefix": "source/",
            "dated": True,
            "language": "en",
            "url": ":year/:month/:day/:title/",
        },
    ),
    (
        {"_config.yml": "baseurl: /b\npermalink: pretty\ntimezone: Europe/Berlin", "Gemfile": ""},
        "_posts",
        {
            "generator": named("jekyll"),
            "anchors": "kramdown",
            "base": "/b",
            "url": "pretty",
            "timezone": "Europe/Berlin",
            "dated": True,
        },
    ),
    (
        {"_config.yml": "collections:\n  a: {output: true}\n  b:\n    output: true\n    permalink: /:name/\n  c: {}"},
        ".",
        {"generator": named("jekyll"), "permalinks": (("a", ""), ("b", "/:name/"))},
    ),
    (
        {"hugo.toml": "baseURL = 'https://a.org/h/'\ntimeZone = 'UTC'\n[permalinks.page]\nposts = '/:year/:slug/'"},
        "content/posts",
        {"generator": named("hugo"), "anchors": "hugo", "base": "/h", "timezone": "UTC"},
    ),
    (
        {"config.toml": "baseurl = 'https://a.org'\n[permalinks]\nposts = '/x/'"},
        "content",
        {"generator": named("hugo"), "base": ""},
    ),
    ({"hugo.yaml": "languageCode: en-us"}, ".", {"generator": named("hugo"), "language": "en-us"}),
    ({"hugo.json": '{"baseURL": "/x/"}'}, ".", {"generator": named("hugo"), "base": "/x"}),
    ({"config/_default/hugo.toml": "baseURL = '/y/'"}, ".", {"generator": named("hugo"), "base": "/y"}),
    (
        {"config.toml": "base_url = 'https://a.org/z'\ndefault_language = 'en'"},
        "content",
        {"generator": named("zola"), "base": "/z", "anchors": "zola", "dated": True},
    ),
    (
        {"config.toml": "base_url = '/'\n[slugify]\npaths = 'safe'\nanchors = 'off'\n[languages.fr]\n"},
        "content",
        {"generator": named("zola"), "url": "safe", "anchors": "zola-safe", "config": {"fr": None}},
    ),
    ({"config.toml": "[markdown]\n"}, "content", {"generator": named("zola"), "language": ""}),
    ({"config.toml": "[server]\n"}, ".", {"generator": named("")}),
    ({"astro.config.mjs": "export default {}"}, "src/content", {"generator": named("astro"), "prefix": "src/content/"}),
    (
        {"mkdocs.yml": "site_url: https://a.org/d/\ntheme:\n  language: de"},
        "docs",
        {"generator": named("mkdocs"), "base": "/d"},
    ),
    (
        {"mkdocs.yml": "x: !!python/name:a.b\ny: !ENV [A, b]\nsite_url: /d"},
        "docs",
        {"generator": named("mkdocs"), "base": "/d"},
    ),
    (
        {"book.toml": "[book]\nlanguage = 'en'\n[output.html]\nsite-url = '/b/'"},
        "src",
        {"generator": named("mdbook"), "base": "/b", "language": "en", "source": "src/"},
    ),
    ({"_quarto.yml": "website: {site-url: 'https://a.org/q/'}"}, "posts", {"generator": named("quarto"), "base": "/q"}),
    (
        {"docs/.vitepress/config.ts": "export default defineConfig({base: '/b/', lang: 'de'})"},
        "docs/guide",
        {"generator": named("vitepress"), "base": "/b", "language": "de", "prefix": "guide/", "url": "ugly"},
    ),
    (
        {
            "book.toml": "[book]\nsrc = './docs/'\n[build]\nuse-default-preprocessors = false",
            "docs/SUMMARY.md": SUMMARY,
        },
        "docs",
        {"url": "readme", "titles": CHAPTERS, "source": "docs/"},
    ),
    (
        {"book.toml": "[book]\nsrc = '../elsewhere'\n[preprocessor.index]", "SUMMARY.md": "[A](a.md)\n[B](../b.md)"},
        ".",
        {"url": "index", "titles": {"a.md": "A"}, "source": ""},
    ),
    ({"pelicanconf.py": "SITENAME = 'x'"}, "content", {"generator": named("pelican"), "prefix": "content/"}),
    ({".obsidian/app.json": "{}"}, "notes", {"generator": named("obsidian"), "anchors": "github"}),
    ({"logseq/config.edn": "{}"}, "pages", {"generator": named("logseq"), "anchors": "github", "config": {}}),
    ({"logseq/why.md": "# Logseq"}, ".", {"generator": named("")}),
    ({"hugo.toml": "", ".git/x": "", "sub/.git/x": ""}, "sub/posts", {"generator": named("")}),
]

DATED = {"new_post_name": ":year-:month-:day-:title.md"}
#: site, post, link
LINKS: list[tuple[Site, Address, str]] = [
    (site_of("hexo", url=":year/:month/:day/:title/"), Address("source/_posts/a/b.md"), "/2022/08/26/a/b/"),
    (site_of("hexo", url=":title.html", config=DATED), Address("source/_posts/2022-08-26-b.md"), "/b.html"),
    (site_of("hexo", url=":title.html", config=DATED), Address("source/_posts/a/b.md"), "/a-b.html"),
    (site_of("hexo", url="posts/:abbrlink/"), Address("source/_posts/b.md", abbrlink="3f"), "/posts/3f/"),
    (site_of("hexo", url="posts/:abbrlink/"), Address("source/_posts/b.md"), ""),
    (site_of("hexo", url=":category/:title/"), Address("source/_posts/b.md", categories=(("x", "y"),)), "/x/y/b/"),
    (site_of("hexo", url=":hash/"), Address("source/_posts/b.md"), ""),
    (site_of("hexo", url=":title/", base="/blog"), Address("source/_posts/b.md"), "/blog/b/"),
    (site_of("hexo", url=":title/"), Address("source/_posts/b.md", link="/:year/x/"), "/2022/x/"),
    (site_of("hexo", url=":title/"), Address("source/about/index.md"), "/about/"),
    (site_of("jekyll", url="date", dated=True), Address("_posts/2022-08-26-b.md"), "/2022/08/26/b.html"),
    (
        site_of("jekyll", url="pretty", dated=True),
        Address("_posts/2022-08-26-b.md", categories=(("Lin",),)),
        "/lin/2022/08/26/b/",
    ),
    (site_of("jekyll", url="/:title", dated=True), Address("_posts/2022-08-26-b.md", slug="s"), "/s"),
    (site_of("jekyll", url="date"), Address("about.md"), "/about.html"),
    (site_of("jekyll", url="pretty", permalinks=(("docs", ""),)), Address("_docs/a/b.md"), "/docs/a/b/"),
    (site_of("jekyll", url="date", permalinks=(("docs", ""),)), Address("_docs/b.md"), "/docs/b.html"),
    (
        site_of("jekyll", permalinks=(("soups", "/food/:collection/:name/"),)),
        Address("_soups/a/b.md"),
        "/food/soups/b/",
    ),
    (site_of("hugo"), Address("content/posts/My Post.md"), "/posts/my-post/"),
    (site_of("hugo"), Address("content/posts/b/index.md"), "/posts/b/"),
    (site_of("hugo"), Address("content/posts/_index.md"), "/posts/"),
    (site_of("hugo"), Address("content/_index.md"), "/"),
    (site_of("hugo"), Address("content/posts/b/index.md", slug="s"), "/posts/s/"),
    (site_of("hugo"), Address("content/posts/b.md", link="/over/here/", fields={"URL": "/over/here/"}), "/over/here/"),
    (
        site_of("hugo"),
        Address("content/posts/b.md", link="/over/here/", fields={"permalink": "/over/here/"}),
        "/posts/b/",
    ),
    (site_of("zola", dated=True), Address("content/blog/2022-08-26-b.md"), "/blog/b/"),
    (site_of("zola", dated=True), Address("content/blog/b/index.md"), "/blog/b/"),
    (site_of("zola", dated=True), Address("content/b.md", link="2022/b", fields={"path": "2022/b"}), "/2022/b/"),
    (site_of("zola", dated=True), Address("content/2022-8-26-b.md"), "/2022-8-26-b/"),
    (site_of("zola", dated=True), Address("content/index.md"), "/"),
    (site_of("zola", url="off"), Address("content/A b. .md"), "/A%20b.%20/"),
    (site_of("zola"), Address("content/A b/_index.md"), "/A%20b/"),
    (site_of("zola", config={"fr": {}}), Address("content/_index.fr.md"), "/fr/"),
    (site_of("zola", dated=True), Address("content/blog/Hello World_é.md"), "/blog/hello-world-e/"),
    (site_of("zola"), Address("content/搜索.md"), ""),
    (site_of("zola", url="safe"), Address("content/搜索?.md"), "/搜索/"),
    (site_of("zola", config={"fr": {}}), Address("content/blog/b.fr.md"), "/fr/blog/b/"),
    (site_of("zola", config={"fr": {}}), Address("content/a/b/index.fr.md"), "/fr/a/b/"),
    (site_of("zola", config={"fr": {}}), Address("content/a/_index.fr.md"), "/fr/a/"),
    (site_of("zola"), Address("content/v1.2.md"), "/v1-2/"),
    (site_of("astro"), Address("src/content/blog/b.mdx"), "/blog/b/"),
    (site_of("astro"), Address("src/content/blog/2024 A & b/index.md"), "/blog/2024-a--b/"),
    (site_of("astro"), Address("src/content/blog/x/b.md", slug="y/z"), "/blog/y/z/"),
    (site_of("astro"), Address("src/pages/A b.md"), "/A%20b/"),
    (site_of("mkdocs", source="docs/"), Address("docs/a/README.md"), "/a/"),
    (site_of("mkdocs", url="ugly", source="docs/"), Address("docs/a/b.md"), "/a/b.html"),
    (site_of("mdbook", url="ugly", source="src/"), Address("src/a/b.md"), "/a/b.html"),
    (site_of("mdbook", url="index", source="src/"), Address("src/a/README.md"), "/a/"),
    (site_of("mdbook", url="readme", source=""), Address("a/README.md"), "/a/README.html"),
    (site_of("mdbook", url="index", source="src/"), Address("src/SUMMARY.md"), ""),
    (site_of("vitepress", url="ugly"), Address("a/b.md"), "/a/b.html"),
    (site_of("vitepress"), Address("a/index.md"), "/a/"),
    (site_of("quarto"), Address("a/b c.qmd"), "/a/b%20c.html"),
    (site_of("obsidian"), Address("b.md"), ""),
    (Site(), Address("b.md"), ""),
    (Site(), Address("b.md", link="about/"), "/about/"),
    (Site(), Address("b.md", link="https://a.org/x?y#z"), "https://a.org/x?y#z"),
    (site_of("hugo"), Address("content/搜索 引擎.md"), "/搜索-引擎/"),
    (site_of("mkdocs", source="docs/"), Address('docs/a"<?#%:b.md'), "/a%22%3C%3F%23%25%3Ab/"),
]

UNSAFE = [
    *("javascript:alert(1)", "JavaScript:x", "java\tscript:x", "\x01javascript:x", "data:text/html,x", "vbscript:x"),
    *("file:///etc/passwd", "//evil.example/x", "\\\\evil.example", "/\\evil.example", "mailto:a@b"),
]

_DATE = parse("2022-08-26 09:39:34", zone_or_utc(""))


def check(files: dict[str, str], posts: str, root: Path) -> Site:
    """Write a site's files and ask whose it is."""
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    (root / posts).mkdir(parents=True, exist_ok=True)
    (root / ".git").mkdir(exist_ok=True)
    return site(root / posts)


def link(of: Site, post: Address, **settings: str) -> str:
    assert _DATE
    found, problem = url(of, post._replace(date_seconds=_DATE.wall), **settings)
    assert not problem
    return found


@pytest.mark.parametrize(("files", "posts", "expected"), SITES)
def test_sites(tmp_path: Path, files: dict[str, str], posts: str, expected: dict[str, Any]) -> None:
    found = check(files, posts, tmp_path)
    assert {name: getattr(found, name) for name in expected} == expected and not found.problems


def test_posts_beside_the_documents_of_a_project_are_no_pages_of_theirs(tmp_path: Path) -> None:
    for folder in ("docs/deep", "posts/2024"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "mkdocs.yml").write_text("site_name: x\n", encoding="utf-8")
    found = {name: site(tmp_path / name).generator.name for name in ("", "docs", "docs/deep", "posts", "posts/2024")}
    assert found == {"": "mkdocs", "docs": "mkdocs", "docs/deep": "mkdocs", "posts": "", "posts/2024": ""}
    (tmp_path / "mkdocs.yml").write_text("docs_dir: posts\n", encoding="utf-8")
    assert site(tmp_path / "posts").generator.name == "mkdocs" and site(tmp_path / "docs").generator.name == ""


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"hugo.toml": "baseURL = "}, "not valid TOML"),
        ({"_config.yml": "a: b\nc: [d\n"}, "not valid YAML"),
        ({"hugo.json": "{"}, "not valid JSON"),
        ({"_config.yml": "timezone: Mars/Olympus\n"}, "not known"),
    ],
)
def test_broken_settings_of_a_site_are_notes(tmp_path: Path, files: dict[str, str], words: str) -> None:
    (problem,) = check(files, ".", tmp_path).problems
    assert problem.kind == "note" and problem.path in files and problem.line and words in problem.message


def test_settings_of_a_site_that_are_no_files_are_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "_config.yml")
    assert check({}, ".", tmp_path).generator.name == "jekyll"


@pytest.mark.parametrize(("of", "post", "expected"), LINKS)
def test_links(of: Site, post: Address, expected: str) -> None:
    assert link(of, post) == expected


def test_settings_stand_above_the_site() -> None:
    post = Address("source/_posts/b.md", slug="s")
    assert link(site_of("hexo", url=":title/"), post, pattern="/p/:slug.html") == "/p/s.html"
    assert link(site_of("hexo", url=":title/", base="/x"), post, base="https://a.org/y/") == "https://a.org/y/b/"
    assert link(Site(), post, pattern="https://a.org/:path/") == "https://a.org/b/"


def test_a_link_without_its_date_is_none() -> None:
    assert url(site_of("hexo", url=":year/:title/"), Address("source/_posts/b.md")) == ("", "")


@pytest.mark.parametrize("address", UNSAFE)
def test_unsafe_addresses_are_problems(address: str) -> None:
    found, problem = url(site_of("hugo"), Address("content/b.md", link=address))
    assert not found and "neither http, https nor a path" in problem


@settings(max_examples=300, deadline=None)
@given(
    st.text(max_size=20),
    st.text(min_size=1, max_size=20),
    st.sampled_from(["", "hexo", "jekyll", "hugo", "zola", "mkdocs"]),
)
def test_every_link_is_one_that_may_be_followed(address: str, path: str, generator: str) -> None:
    found, _ = url(site_of(generator, url=":title/"), Address(path, link=address, title=path, date_seconds=0))
    assert not found or found.startswith(("http://", "https://")) or (found[0] == "/" and found[1:2] not in ("/", "\\"))
    assert not set(found) & set('"<>\\^`{|} \t\n\x00\u202e')


def test_clashes() -> None:
    found = clashes({"b.md": "/x/", "a.md": "/x/", "c.md": "", "d.md": "", "e.md": "/y/"})
    assert [(problem.path, problem.kind) for problem in found] == [("b.md", "note")]
    assert "a.md" in found[0].message


def test_each_generator_has_a_name_a_rank_and_styles_of_its_own() -> None:
    assert [named(name).name for name in generators()] == list(generators())
    ranks = [named(name).rank for name in generators()]
    assert ranks == sorted(set(ranks)), "a folder with the files of two is the lower one's"
    assert [slug_style(name).name for name in style_names()] == style_names()


def test_there_is_no_other_generator() -> None:
    with pytest.raises(KeyError):
        named("detect")


def test_what_is_watched_are_the_files_that_say_how_posts_are_read(tmp_path: Path) -> None:
    files = {"config.toml": "", "content/a.md": "", "scaffolds/x": "", "config/_default/menu.toml": "", "x.toml": ""}
    files |= {".vitepress/config.ts": "", ".vitepress/theme.ts": ""}
    check(files, "content", tmp_path)
    around = [Path(path).relative_to(tmp_path).as_posix() for path in surroundings(tmp_path / "content")]
    assert around == ["config.toml", "scaffolds", ".vitepress/config.ts", "config/_default/menu.toml"]


#: settings, the other files of the site, and by path: front matter, the link or why there is no page, and the language
PROGRAMS: list[tuple[str, str, dict[str, str], dict[str, tuple[str, str, str]]]] = [
    (
        "docusaurus.config.ts",
        "export default {baseUrl: '/b/', trailingSlash: true, i18n: {defaultLocale: 'en', locales: ['en', 'pt-BR']}}",
        {"blog/authors.yml": "ann: {name: Ann}"},
        {
            "docs/01-a/02-b.md": ("", "/b/docs/a/b/", "en"),
            "docs/a/2024-01-02-b.mdx": ("", "/b/docs/a/2024-01-02-b/", "en"),
            "docs/a/README.md": ("", "/b/docs/a/", "en"),
            "docs/a/A.md": ("", "/b/docs/a/", "en"),
            "docs/a/b.md": ("id: c", "/b/docs/a/c/", "en"),
            "docs/a/f.md": ("permalink: /x/", "/b/docs/a/f/", "en"),
            "docs/a/c.md": ("slug: /", "/b/docs/", "en"),
            "docs/a/d.md": ("slug: ../e", "/b/docs/e/", "en"),
            "docs/01-a/03-e.md": ("parse_number_prefixes: false", "/b/docs/01-a/03-e/", "en"),
            "docs/a/_b.md": ("", "a part of other pages (its name or its folder's begins with _)", "en"),
            "docs/f.md": ("unlisted: true", "unlisted: true", "en"),
            "blog/2024-01-02-a.md": ("", "/b/blog/2024/01/02/a/", "en"),
            "blog/x/2024/1/2/a/index.md": ("", "/b/blog/2024/1/2/x/a/", "en"),
            "blog/a.md": ("slug: /x/y", "/b/blog/x/y/", "en"),
            "src/pages/index.md": ("", "/b/", "en"),
            "src/pages/a/b.md": ("", "/b/a/b/", "en"),
            "i18n/pt-BR/docusaurus-plugin-content-docs/current/a.md": ("", "/b/pt-BR/docs/a/", "pt-br"),
            "i18n/pt-BR/docusaurus-plugin-content-blog/2024-01-02-a.md": ("", "/b/pt-BR/blog/2024/01/02/a/", "pt-br"),
            "i18n/fr/docusaurus-plugin-content-docs/current/a.md": (
                "",
                "in a language that the site does not have",
                "fr",
            ),
            "README.md": ("", "in no folder that the site's plugins read", "en"),
            "i18n/a.md": ("", "in no folder that the site's plugins read", "en"),
        },
    ),
    (
        "docusaurus.config.js",
        "module.exports = {presets: [['classic', {docs: {path: './d', routeBasePath: '/', lastVersion: 'current',"
        " versions: {current: {path: 'v3'}}}, blog: false}]],"
        " plugins: [['@docusaurus/plugin-content-docs', {id: 'x', path: 'y/z'}], [require.resolve('./own'),"
        " {path: 'own'}], x]}",
        {"versions.json": '["2.0", 1]', "x_versions.json": "[", "d/x": ""},
        {
            "d/a.md": ("", "/v3/a", ""),
            "versioned_docs/version-2.0/a.md": ("", "/2.0/a", ""),
            "versioned_docs/version-1.0/a.md": ("", "in no folder that the site's plugins read", ""),
            "y/z/a.md": ("", "/docs/a", ""),
            "own/a.md": ("", "", ""),
            "blog/a.md": ("", "in no folder that the site's plugins read", ""),
        },
    ),
    (
        "docusaurus.config.js",
        "module.exports = {presets: ['classic'], trailingSlash: false}",
        {"versions.json": '["2.0", "1.0"]'},
        {
            "docs/a/index.md": ("", "/docs/next/a", ""),
            "versioned_docs/version-2.0/a/index.md": ("", "/docs/a", ""),
            "versioned_docs/version-1.0/a.md": ("", "/docs/1.0/a", ""),
        },
    ),
    (
        "docusaurus.config.js",
        "export default {presets: [['classic', {docs: {includeCurrentVersion: false, lastVersion: '1.x'}}]]}",
        {},
        {"docs/a.md": ("", "/docs/a", "")},
    ),
    (
        "astro.config.mjs",
        "const locales = {root: {lang: 'en'}, 'zh-cn': {lang: 'zh-CN'}, fr: {}}\n"
        "export default defineConfig({base: 'd/', integrations: [starlight({locales}), mdx()]})",
        {},
        {
            "src/content/docs/A b/C.d.mdx": ("", "/d/a-b/cd/", "en"),
            "src/content/docs/index.mdx": ("hero: {tagline: x}", "/d/", "en"),
            "src/content/docs/a/index.md": ("", "/d/a/", "en"),
            "src/content/docs/a.md": ("slug: b/c", "/d/b/c/", "en"),
            "src/content/docs/zh-cn/a.md": ("", "/d/zh-cn/a/", "zh-cn"),
            "src/content/docs/fr/index.md": ("", "/d/fr/", "fr"),
            "src/content/docs/de/a.md": ("", "/d/de/a/", "en"),
            "src/content/docs/b.md": ("pagefind: false", "pagefind: false", "en"),
            "src/content/docs/c.md": ("url: /x/", "/d/c/", "en"),
            "src/content/docs/404.md": ("", "shown where there is no page", "en"),
            "src/content/docs/a/_b.md": ("", "its name begins with _", "en"),
            "src/content/blog/a.md": ("", "/d/blog/a/", "en"),
            "src/pages/a.md": ("", "/d/a/", "en"),
            "README.md": ("", "in neither the site's pages nor its collections", "en"),
        },
    ),
    (
        "astro.config.ts",
        "export default {srcDir: './s', trailingSlash: 'never', base: '/x'}",
        {},
        {
            "s/pages/a/index.md": ("", "/x/a", ""),
            "s/content/blog/a.md": ("", "/x/blog/a", ""),
            "data/a.md": ("", "", ""),
        },
    ),
    ("astro.config.js", "export default {build: {format: 'file'}}", {}, {"src/pages/a.md": ("", "/a.html", "")}),
]


@pytest.mark.parametrize(("settings_name", "text", "files", "posts"), PROGRAMS)
def test_sites_whose_settings_are_programs(
    tmp_path: Path, settings_name: str, text: str, files: dict[str, str], posts: dict[str, tuple[str, str, str]]
) -> None:
    found = check({settings_name: text, **files}, ".", tmp_path)
    for path, (front, expected, language) in posts.items():
        post = parse_post(f"---\n{front}\n---\n", path, found, Settings())
        assert (post.unpublished or post.url, post.lang) == (expected, language), path


def test_authors_and_dates_of_posts_by_keys_and_folders(tmp_path: Path) -> None:
    found = check({"docusaurus.config.js": "", "blog/authors.yml": "ann: {name: Ann}"}, "blog", tmp_path)
    post = parse_post("---\nauthors: [ann, bob]\n---\n", "2024/1/2/a.md", found, Settings())
    assert post.authors == ("Ann", "bob") and post.date_seconds == parse("2024-01-02", zone_or_utc("")).wall  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("package", "settings_text", "style"),
    [
        ("", "", "astro"),
        ('{"dependencies": {"astro": "^5.1.0"}}', "", "astro"),
        ('{"dependencies": {"astro": "^6.0.0"}}', "", "astro-6"),
        ("", "export default {experimental: {headingIdCompat: true}}", "astro-6"),
    ],
)
def test_anchors_follow_the_version(tmp_path: Path, package: str, settings_text: str, style: str) -> None:
    assert check({"package.json": package, "astro.config.mjs": settings_text}, ".", tmp_path).anchors == style
