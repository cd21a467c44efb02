"""VitePress: what its settings say, which files are pages, and what of a page's text is seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from postdex_index.content.parser import parse
from postdex_index.model import Post
from postdex_index.settings import Settings
from postdex_index.sites.generator import Site
from postdex_index.sites.reading import site
from postdex_index.sites.vitepress import GENERATOR

SITE = Site(GENERATOR, anchors="vitepress", url="ugly", config={"/zh/": "zh-cn"})


def check(text: str, path: str = "a.md", of: Site = SITE) -> Post:
    return parse(text, path, of, Settings())


def words(text: str) -> list[str]:
    return " ".join(section.text for section in check(text).sections).split()


def configured(root: Path, files: dict[str, str], posts: str = ".") -> Site:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return site(root / posts)


# heading, its anchor
ANCHORS = [
    ("1. Light the fire", "_1-light-the-fire"),
    ("Tom &amp; Jerry", "tom-amp-jerry"),
    ("Use `{{ x }}` and {{ y }}", "use-x-and-y"),
    ("A<br>break", "abreak"),
    ('Bake <Badge type="tip" text="new" />', "bake"),
    ("Bake <Badge>beta</Badge>", "bake-beta"),
    ("![A cat](https://a.org/c.png) and more", "and-more"),
    (":tada: Party", "party"),
    ("기다리기 (중요!)", "기다리기-중요"),
    ("tab\tin it", "tabin-it"),
    ("GET /users/{id}", ""),
    ("GET /users {#get .a}", "get"),
]


@pytest.mark.parametrize(("heading", "anchor"), ANCHORS)
def test_anchors_are_of_the_heading_as_it_is_written(heading: str, anchor: str) -> None:
    import unicodedata

    assert check(f"## {heading}\n").sections[0].anchor == unicodedata.normalize("NFKD", anchor)


def test_a_home_page_shows_its_front_matter() -> None:
    text = (
        "---\nlayout: home\nhero:\n  name: Kiln\n  text: 'Baked <b>slowly</b>'\nfeatures:\n  - title: Warm\n"
        "    details: >-\n      Until the\n      end.\n---\n\n## More\n\nText.\n"
    )
    post = check(text, "index.md")
    assert post.title == "Kiln"
    first = post.sections[0]
    assert first.text.split() == ["Kiln", "Baked", "slowly", "Warm", "Until", "the", "end."]
    lines = first.text.split("\n")
    assert [first.line + lines.index(line) for line in ("Kiln", "Warm")] == [4, 7]
    assert not check(text.replace("layout: home", "layout: doc"), "index.md").sections[0].text.count("Warm")


# body, the words of it
TEXTS = [
    ("::: code-group\n\n```sh [npm]\nnpm i\n```\n\n:::\n", "npm npm i"),
    ("```js [not shown]\na()\n```\n", "a()"),
    ("```js\nold() // [!code --]\n```\n", "old()"),
    ("::: v-pre\nIt is {{ kept }}\n:::\n\nIt is {{ gone }}\n", "It is {{ kept }} It is"),
    ("<span v-pre>{{ kept }}</span> and {{ gone }}\n", "{{ kept }} and"),
    ("::: tip Patience\nWait.\n:::\n", "Patience Wait."),
    (":fire: at 12:30:45 and `:fire:`\n", "at 12:30:45 and :fire:"),
    ("<script setup>\nimport { x } from 'y'\n\nconst a = 1\n</script>\n\nText\n", "Text"),
]


@pytest.mark.parametrize(("body", "expected"), TEXTS)
def test_text_is_what_readers_see(body: str, expected: str) -> None:
    assert words(body) == expected.split()


def test_titles_have_no_markdown_and_no_other_field_makes_a_link() -> None:
    post = check("---\ntitle: The `a` and *b*\npermalink: /x/\nslug: y\n---\n# C\n", "guide/a.md")
    assert (post.title, post.url) == ("The a and b", "/guide/a.html")


def test_settings_in_modules_are_read_together(tmp_path: Path) -> None:
    files = {
        ".vitepress/config/index.ts": "import { shared } from './shared'\n"
        "export default defineConfig({ ...shared, locales: { root: { ...en }, zh: { lang: 'zh-CN' } } })",
        ".vitepress/config/shared.ts": "export const shared = defineConfig({ base: '/b/', cleanUrls: true })",
        ".vitepress/config/en.ts": "export const en = defineConfig({ lang: 'en-US' })",
    }
    found = configured(tmp_path, files)
    assert (found.generator, found.base, found.url) == (GENERATOR, "/b", "")
    assert (found.language, found.languages) == ("en-us", ("en-us", "zh-cn"))
    assert check("# A\n", "zh/a.md", found).lang == "zh-cn"
    assert check("# A\n", "zh/index.md", found).url == "/b/zh/"


def test_a_locale_that_names_no_language_is_that_of_its_folder(tmp_path: Path) -> None:
    found = configured(
        tmp_path, {".vitepress/config.ts": "export default { locales: { root: {}, fr: {}, zh: { lang } } }"}
    )
    assert [check("# A\n", path, found).lang for path in ("a.md", "fr/a.md", "zh/a.md")] == ["", "fr", "zh"]
    unknown = configured(tmp_path / "b", {".vitepress/config.ts": "export default { locales: made() }"})
    assert [check("# A\n", path, unknown).lang for path in ("a.md", "fr/a.md")] == ["", "fr"]


def test_pages_lie_in_the_folder_of_sources(tmp_path: Path) -> None:
    config = "export default { srcDir: './src', srcExclude: ['**/{no,nor}.md'], rewrites: { 'p/:a/x/:b': ':a/:b' } }"
    found = configured(tmp_path, {"docs/.vitepress/config.mts": config})
    paths = {
        "docs/src/p/one/x/a.md": "/one/a.html",
        "docs/src/a.md": "/a.html",
        "docs/src/b/no.md": "",
        "docs/src/[pkg].md": "",
        "docs/src/dist/a.md": "",
        "README.md": "",
    }
    pages = {path: check("# A\n", path, found) for path in paths}
    assert {path: "" if page.unpublished else page.url for path, page in pages.items()} == paths
    assert found == configured(tmp_path, {}, "docs")._replace(
        root=tmp_path, source="docs/src/", permalinks=found.permalinks
    )


@pytest.mark.parametrize(
    "config",
    [
        "export default {",
        "export default { rewrites: { ':a/:a': 'x', '(': ')' }, srcExclude: ['[', '{', '**/**/**/**/**/**'] }",
        "export default { locales: { 'x\\\\d': 1, zh: null }, base: 3, srcDir: '../../..' }",
        "throw new Error('it was run')",
        "",
    ],
)
def test_settings_that_make_no_sense_harm_nothing(tmp_path: Path, config: str) -> None:
    found = configured(tmp_path, {".vitepress/config.ts": config})
    assert found.generator is GENERATOR
    check("# A\n", "guide/a.md", found)
