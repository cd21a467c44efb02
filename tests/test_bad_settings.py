"""Settings of sites as nobody means them: each key of each generator with odd values, files that are no settings.

Nothing raises or takes long, posts keep their text, links stay links, and what is said has a line and a remedy.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from costs import cpu_s

import postdex
from postdex_index.content.parser import parse
from postdex_index.content.reader import read, walk
from postdex_index.formats.field_names import KNOWN
from postdex_index.model import Problem
from postdex_index.settings import Settings, find_folder
from postdex_index.sites.detect import generators
from postdex_index.sites.reading import site


class Sample(NamedTuple):
    """A site: its file of settings, all that it says, the folder of its posts, and files besides."""

    file: str
    config: dict[str, Any]
    posts: str = ""
    besides: dict[str, str] = {}  # noqa: RUF012  # never changed


#: Each generator with every key that is read of its settings.
SAMPLES: dict[str, Sample] = {
    "hexo": Sample(
        "_config.yml",
        {
            **{"root": "/blog/", "url": "https://a.org/blog", "timezone": "Asia/Shanghai", "language": ["en", "zh"]},
            **{"permalink": ":year/:title/", "new_post_name": ":year-:day-:title.md", "source_dir": "source"},
            **{"skip_render": ["a/*"], "i18n_dir": ":lang", "render_drafts": True, "post_asset_folder": True},
            **{"permalink_defaults": {"lang": "en"}, "category_map": {"a": "b"}, "default_category": "x"},
            **{"trailing_index": False, "pretty_urls": {"trailing_index": False, "trailing_html": False}},
            "titlecase": True,
            "marked": {"modifyAnchors": 1, "headerIds": True},
        },
        "source/_posts",
        {"package.json": '{"dependencies": {"hexo": "7"}}'},
    ),
    "jekyll": Sample(
        "_config.yml",
        {
            **{"url": "https://a.org", "baseurl": "/blog", "timezone": "UTC", "lang": "en", "permalink": "pretty"},
            **{"source": ".", "collections_dir": "c", "exclude": ["a.md", "b/"], "include": ["_pages"], "future": True},
            "collections": {"docs": {"output": True, "permalink": "/:collection/:path/"}, "x": {"output": False}},
            "defaults": [{"scope": {"path": "a", "type": "posts"}, "values": {"lang": "de", "permalink": "/:title/"}}],
            "kramdown": {"auto_ids": True, "input": "GFM", "transliterated_header_ids": False},
            **{
                "plugins": ["jekyll-redirect-from"],
                "languages": ["en", "de"],
                "default_lang": "en",
                "markdown_ext": "md",
            },
            "titles_from_headings": {"enabled": True},
        },
        "_posts",
    ),
    "hugo": Sample(
        "hugo.json",
        {
            **{"baseURL": "https://a.org/x/", "timeZone": "UTC", "languageCode": "en", "contentDir": "content"},
            **{"defaultContentLanguage": "en", "defaultContentLanguageInSubdir": True, "uglyURLs": True},
            **{"permalinks": {"posts": "/:year/:slug/", "page": {"docs": "/d/:title/"}}, "buildDrafts": True},
            "languages": {
                "en": {"weight": 1, "contentDir": "content/en", "languageCode": "en-us", "baseURL": "https://e.org"},
                "zh": {"weight": 2, "disabled": True, "permalinks": {"posts": "/:slug/"}},
            },
            "markup": {"goldmark": {"parser": {"autoHeadingIDType": "github"}}, "defaultMarkdownHandler": "goldmark"},
            "module": {
                "mounts": [{"source": "content", "target": "content", "lang": "en"}],
                "imports": [{"path": "x"}],
            },
            **{
                "disablePathToLower": True,
                "removePathAccents": True,
                "ignoreFiles": ["\\.x$"],
                "disableLanguages": ["x"],
            },
            **{
                "frontmatter": {"date": ["date"]},
                "taxonomies": {"tag": "tags"},
                "cascade": [{"a": 1}],
                "disableKinds": ["page"],
            },
        },
        "content",
    ),
    "zola": Sample(
        "config.toml",
        {
            **{"base_url": "https://a.org/x", "default_language": "en", "ignored_content": ["*.x"]},
            **{
                "slugify": {"paths": "on", "anchors": "safe", "paths_keep_dates": True},
                "languages": {"zh": {"title": "x"}},
            },
            "markdown": {"smart_punctuation": True},
        },
        "content",
    ),
    "astro": Sample(
        "astro.config.mjs",
        {
            **{
                "site": "https://a.org",
                "base": "/x",
                "srcDir": "./src",
                "trailingSlash": "never",
                "build": {"format": "file"},
            },
            "integrations": [
                {
                    "starlight()": [
                        {"locales": {"root": {"lang": "en"}, "zh": {"lang": "zh-CN"}}, "defaultLocale": "root"}
                    ]
                }
            ],
            "experimental": {"headingIdCompat": True},
        },
        "src/content/docs",
        {"package.json": '{"dependencies": {"astro": "^5.1.0"}}'},
    ),
    "vitepress": Sample(
        ".vitepress/config.mjs",
        {
            **{"base": "/x/", "srcDir": "docs", "lang": "en", "cleanUrls": True, "srcExclude": ["**/x.md", "{a,b}.md"]},
            **{"rewrites": {"a/:b/c.md": ":b.md", ":rest*": "x/:rest*"}, "sitemap": {"hostname": "https://a.org"}},
            "locales": {"root": {"lang": "en"}, "zh": {"lang": "zh", "link": "/zh/"}},
        },
        "docs",
    ),
    "docusaurus": Sample(
        "docusaurus.config.js",
        {
            **{"url": "https://a.org", "baseUrl": "/x/", "trailingSlash": True, "markdown": {"format": "detect"}},
            "i18n": {"defaultLocale": "en", "locales": ["en", "zh"], "path": "i18n"},
            "presets": [
                [
                    "classic",
                    {
                        "docs": {
                            **{"path": "docs", "routeBasePath": "d", "id": "default", "lastVersion": "1.0"},
                            **{"includeCurrentVersion": True, "disableVersioning": False, "numberPrefixParser": False},
                            **{"versions": {"1.0": {"path": "one", "label": "x"}}, "exclude": ["**/x.md"]},
                        },
                        "blog": {"path": "blog", "routeBasePath": "b"},
                        "pages": False,
                    },
                ]
            ],
            "plugins": [["@docusaurus/plugin-content-docs", {"id": "more", "path": "more", "routeBasePath": "m"}]],
        },
        "docs",
        {"versions.json": '["1.0"]', "blog/authors.yml": "me: {name: Me}\n"},
    ),
    "mkdocs": Sample(
        "mkdocs.yml",
        {
            **{
                "site_url": "https://a.org/x/",
                "docs_dir": "docs",
                "use_directory_urls": True,
                "theme": {"language": "en"},
            },
            **{"exclude_docs": "x.md\n", "draft_docs": "y.md\n", "not_in_nav": "z.md\n"},
            "nav": [{"A": "a.md"}, "sub/index.md", {"More": [{"B": "b.md"}, "c.md"]}],
            "markdown_extensions": [
                *(
                    "toc",
                    "admonition",
                    {"toc": {"slugify": {"object": "pymdownx.slugs.slugify", "kwds": {"case": "lower"}}}},
                ),
                {"toc": {"permalink": True, "separator": "_"}},
                {"pymdownx.snippets": {"base_path": ["docs", "."], "check_paths": True, "url_download": True}},
            ],
            "plugins": [
                *(
                    "search",
                    {"blog": {"blog_dir": "blog", "post_dir": "{blog}/posts", "post_url_date_format": "yyyy/MM/dd"}},
                ),
                {"blog": {"post_url_format": "{date}/{slug}", "draft": True}},
                {"i18n": {"languages": [{"locale": "en", "default": True}], "docs_structure": "folder"}},
            ],
        },
        "docs",
    ),
    "mdbook": Sample(
        "book.toml",
        {
            "book": {"src": "src", "language": "en", "title": "x"},
            "output": {
                "html": {
                    **{"site-url": "/x/", "smart-punctuation": True, "code": {"hidelines": {"python": "~"}}},
                    "playground": {"editable": True},
                }
            },
            "build": {"use-default-preprocessors": True, "create-missing": False},
            "preprocessor": {"index": {"command": "x"}, "links": {"command": "x"}},
        },
        "src",
        {"src/SUMMARY.md": "# S\n\n- [A](a.md)\n  - [B](sub/index.md)\n- [C](../../etc/passwd)\n"},
    ),
    "pelican": Sample(
        "pelicanconf.py",
        {
            **{"PATH": "content", "SITEURL": "https://a.org", "TIMEZONE": "UTC", "DEFAULT_LANG": "en", "AUTHOR": "Me"},
            **{"ARTICLE_URL": "{date:%Y}/{slug}/", "PAGE_URL": "p/{slug}/", "ARTICLE_LANG_URL": "{lang}/{slug}/"},
            **{"DRAFT_URL": "d/{slug}", "ARTICLE_PATHS": ["."], "PAGE_PATHS": ["pages"], "ARTICLE_EXCLUDES": ["x"]},
            **{
                "PAGE_EXCLUDES": ["y"],
                "USE_FOLDER_AS_CATEGORY": True,
                "DEFAULT_CATEGORY": "misc",
                "SLUGIFY_SOURCE": "title",
            },
            **{"SLUGIFY_USE_UNICODE": True, "SLUGIFY_PRESERVE_CASE": True, "WITH_FUTURE_DATES": False, "LOCALE": ["C"]},
            **{
                "DEFAULT_DATE": [2020, 1, 1],
                "IGNORE_FILES": ["*.x"],
                "FILENAME_METADATA": r"(?P<date>\d+)-(?P<slug>.*)",
            },
            **{"PATH_METADATA": r"(?P<category>[^/]+)/.*", "EXTRA_PATH_METADATA": {"a.md": {"lang": "de"}}},
            **{"SLUG_REGEX_SUBSTITUTIONS": [["a", "b"]], "CATEGORY_REGEX_SUBSTITUTIONS": [["a", "b"]]},
            **{"DEFAULT_METADATA": {"status": "published"}, "AUTHOR_REGEX_SUBSTITUTIONS": [["a", "b"]]},
            "MARKDOWN": {
                "extensions": ["toc"],
                "extension_configs": {"markdown.extensions.toc": {"slugify": "x", "permalink": True}},
            },
        },
        "content",
        {"publishconf.py": "from pelicanconf import *\nSITEURL = 'https://b.org'\n"},
    ),
    "quarto": Sample(
        "_quarto.yml",
        {
            **{"website": {"site-url": "https://a.org/x", "site-path": "/x/"}, "book": {"site-url": "https://b.org"}},
            **{
                "project": {"type": "book", "render": ["*.md", "!b.md"], "output-dir": "_book"},
                "lang": "en",
                "echo": False,
            },
            **{"execute": {"echo": True}, "format": {"html": {"echo": False, "number-sections": True}}},
        },
    ),
    "obsidian": Sample(".obsidian/app.json", {"attachmentFolderPath": "x", "newFileLocation": "folder"}),
    "logseq": Sample("logseq/config.edn", {"a": 1}),
}

#: Of the odd values each key meets one of so many, its neighbours the others: all for all take minutes, and are
#: tried with POSTDEX_ALL_ODD set.
SHARE = 1 if os.environ.get("POSTDEX_ALL_ODD") else 12
_LONG = 30_000
#: What may stand where something else is meant.
ODD: list[Any] = [
    *(None, True, False, 0, -1, 10**40, 1.5),
    *(
        "",
        " ",
        "/",
        "//",
        "//evil.org/x",
        '/x"><b>\t y',
        ".",
        "..",
        "../../../etc/passwd",
        "/etc/passwd",
        "a/../../b",
        "~",
        "C:\\x",
        "a\\b",
    ),
    *(
        "\0",
        "a\0b",
        "x\ny",
        "\u202e",
        "\ud83d\ude00",
        "é" * 300,
        "中文",
        "%",
        "%s%n",
        "{",
        "}",
        "{0.__class__}",
        "{slug",
        "}{",
    ),
    *(
        ":",
        "::",
        ":nope",
        ":year/:month/:nope/",
        ":title:title",
        "[",
        "]",
        "(",
        ")",
        "(?P<x>",
        "(a+)+$",
        "*",
        "**",
        "[!",
        "{a,b",
        "\\",
    ),
    *(
        "https://",
        "https://[::1",
        "https://a:b@c",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "on",
        "no",
        "null",
        "zh_CN",
        "x-",
    ),
    *(
        [],
        {},
        [[]],
        [None],
        [1, "a", {"b": [2]}],
        {"": ""},
        {"a": None},
        {"a": {"b": {"c": {"d": {"e": 1}}}}},
        [[[[[["x"]]]]]],
    ),
    *(
        {"path": 1, "lang": [], "url": {}},
        [{"path": []}, {"source": {}, "target": 1}],
        {"/": "/", "..": "..", ":": ":"},
    ),
    *("a" * _LONG, "(" * _LONG, "{a}" * _LONG, ":a" * _LONG, "*a" * 500, "/" * _LONG, "../" * _LONG, ["x"] * 10_000),
    {f"l{number}": {"lang": "en", "weight": number} for number in range(10_000)},
]

#: The posts of each site.
POSTS = {
    "a.md": "---\ntitle: A title\ndate: 2022-01-02\ntags: [a]\ncategories: [b, c]\n---\n# A\n\nword\n\n## Two *b*\n",
    "2022-01-02-b.zh.md": 'Title: B\nDate: 2022-01-02\n\n# B\n\nword {{ x }} --8<-- "a.md"\n',
    "sub/index.md": "# C\n\nword\n\n## Two\n\n## Two\n",
}


def rendered(file: str, config: dict[str, Any]) -> str | None:
    """The text of a file of settings; None where the format cannot say it."""
    if file.endswith((".js", ".mjs")):
        calls = re.sub(r'\{"(\w+)\(\)": \[(.*)\]\}', r"\1(\2)", json.dumps(config))
        return f"export default {calls};\n"
    if file.endswith(".py"):
        return "".join(f"{name} = {value!r}\n" for name, value in config.items())
    return _toml(config) if file.endswith(".toml") else json.dumps(config)  # JSON is YAML, too


def _toml(config: dict[str, Any]) -> str | None:
    def key(name: str) -> str:
        return name if re.fullmatch(r"[\w-]+", name, re.ASCII) else json.dumps(name)

    def value(it: Any) -> str:
        if isinstance(it, dict):
            return "{" + ", ".join(f"{key(name)} = {value(member)}" for name, member in it.items()) + "}"
        if it is None:
            raise TypeError
        return "[" + ", ".join(map(value, it)) + "]" if isinstance(it, list) else json.dumps(it)

    try:
        return "".join(f"{key(name)} = {value(member)}\n" for name, member in config.items())
    except TypeError:
        return None


def places(value: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to each value in a configuration."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, member in members:
        yield (*above, name)
        yield from places(member, (*above, name))


def with_value(config: dict[str, Any], place: tuple[Any, ...], value: Any) -> dict[str, Any]:
    changed = deepcopy(config)
    at: Any = changed
    for name in place[:-1]:
        at = at[name]
    at[place[-1]] = value
    return changed


def make(root: Path, sample: Sample, text: str | None = None) -> Path:
    """The site in a folder; the folder of its posts."""
    files = {sample.file: rendered(sample.file, sample.config) if text is None else text, **sample.besides}
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content or "", encoding="utf-8", errors="surrogatepass")
    for name, content in POSTS.items():
        (root / sample.posts / name).parent.mkdir(parents=True, exist_ok=True)
        (root / sample.posts / name).write_text(content, encoding="utf-8")
    return root / sample.posts


def check(folder: Path) -> list[Problem]:
    """Nothing raises; posts keep their text, links are links, problems have a place and a remedy."""
    of = site(folder)
    assert all(problem.path and problem.line >= 0 and problem.message and problem.hint for problem in of.problems)
    walked = walk(folder, Settings())
    problems = list(of.problems)
    for path in walked.files:
        reading = read(folder, path, of, Settings())
        problems += reading.problems
        if path.rpartition("/")[2] == "SUMMARY.md":
            continue
        assert reading.post, reading.problems
        assert "word" in "".join(section.text for section in reading.post.sections), path
        assert re.match(r"/|https?://|$", reading.post.url), reading.post.url
        assert not re.search(r"[\s\0\u202e<>\"]", reading.post.url), reading.post.url
        assert len(reading.post.title) < 300
    assert all(problem.message and problem.hint for problem in problems)
    return problems


def test_each_generator_is_here() -> None:
    assert set(SAMPLES) == set(generators())


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_an_odd_value_of_any_setting_does_no_harm(name: str, tmp_path: Path) -> None:
    sample = SAMPLES[name]
    folder = make(tmp_path, sample)
    assert site(folder).generator.name == name
    check(folder)
    wrong = []
    for number, place in enumerate(places(sample.config)):
        for value in ODD[number % SHARE :: SHARE]:
            text = rendered(sample.file, with_value(sample.config, place, value))
            if text is None:
                continue
            (tmp_path / sample.file).write_text(text, encoding="utf-8", errors="surrogatepass")
            try:
                spent = cpu_s(lambda: check(folder))
            except Exception as error:
                wrong.append(f"{place} = {str(value)[:40]!r}: {type(error).__name__}: {str(error)[:300]}")
                continue
            if spent > 2:
                wrong.append(f"{place} = {str(value)[:40]!r}: {spent:.1f} s")
    assert not wrong, "\n".join(wrong)


#: Fields of front matter that generators look at besides those that all posts have.
FIELDS = [
    *("hero", "features", "type", "translationKey", "ref", "id", "parse_number_prefixes", "output-file", "execute"),
    *("format", "cascade", "build", "headless", "unlisted", "date-modified", "echo", "template", "last_update"),
    *("linkTitle", "page_id", "extra", "excerpt_separator", "lang-exclusive", "redirect_to", "render"),
]


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_an_odd_value_of_any_field_does_no_harm(name: str, tmp_path: Path) -> None:
    of = site(make(tmp_path, SAMPLES[name]))
    for number, field in enumerate([*sorted(KNOWN), *FIELDS]):
        for value in ODD[number % SHARE :: SHARE]:
            front = json.dumps({field: value})
            if len(front) < 60_000:
                said = f"{field}: {str(value)[:40]!r}"
                post = parse(f"---\n{front}\n---\n# H\n\nword\n", "sub/2022-01-02-b.zh.md", of, Settings())
                assert post.title and "word" in "".join(section.text for section in post.sections), said
                assert re.match(r"/|https?://|$", post.url) and not re.search(r"[\s\0\u202e<>\"]", post.url), said
                assert all(problem.message and problem.hint for problem in post.problems), said


DEEP = "[" * 100_000
#: What may stand in a file of settings that is none.
CONTENTS = {
    "nothing": "",
    "bytes": "\0\x01\x02" * 1000,
    "lists": DEEP,
    "a nested value": "a = " + DEEP + "\nb: " + DEEP,
    "mappings": "export default " + "{a:" * 50_000,
    "calls": "export default " + "f(" * 50_000,
    "a sum": "PATH = " + "'a' + " * 20_000 + "'b'",
    "signs": "PATH = " + "-" * 50_000 + "1",
    "brackets": "PATH = " + "(" * 5000 + "1" + ")" * 5000,
    "a power": "PATH = 9 ** 9 ** 9\nSITEURL = 'x' * 10 ** 9\n",
    "many keys": "".join(f"k{number}: v\n" for number in range(30_000)),
    "many names": "".join(f"k{number} = 1\n" for number in range(30_000)),
    "bad lines": "a = \n" * 10_000,
    "many chapters": "- [A](a.md)\n" * 80_000,
    "chapters in chapters": "".join(f"{' ' * number}- [A](a{number}.md)\n" for number in range(1400)),
    "a long line": "x" * (1 << 20),
    "too much": "x: y\n" * 300_000,
    "aliases": "a: &a [x,x,x,x,x,x,x,x,x]\n"
    + "".join(f"{b}: &{b} [{','.join(['*' + a] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)),
    "copies": "const a0 = 'x';"
    + "".join(f"const a{n} = {{p: a{n - 1}, q: a{n - 1}, r: `${{a{n - 1}}}${{a{n - 1}}}`}};" for n in range(1, 40))
    + "export default a39",
    "itself": "const a = {b: a, ...a}; const b = c; const c = b; export default {a, b}\n",
    "a type": "a: !!python/object/apply:os.system ['touch pwned']\n",
    "a program": "import os\nos.system('touch pwned')\n",
    "a module": "require('child_process').execSync('touch pwned'); export default {a: (() => { while (1); })()}",
}


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_a_file_that_holds_no_settings_does_no_harm(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sample = SAMPLES[name]
    folder = make(tmp_path, sample)
    monkeypatch.chdir(tmp_path)
    for file in (sample.file, *sample.besides):
        kept = (tmp_path / file).read_text(encoding="utf-8")
        for what, content in CONTENTS.items():
            (tmp_path / file).write_text(content, encoding="utf-8")
            spent = cpu_s(lambda: check(folder))
            assert spent < 3, f"{file}, {what}: {spent:.1f} s"
            find_folder(tmp_path, str(tmp_path))
        (tmp_path / file).write_text(kept, encoding="utf-8")
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize("kind", ["a folder", "a pipe", "a link to nowhere", "a link out of the site", "no file"])
@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_what_is_no_regular_file_is_no_settings(name: str, kind: str, tmp_path: Path) -> None:
    sample = SAMPLES[name]
    root = tmp_path / "site"
    folder = make(root, sample)
    for file in (sample.file, *sample.besides):
        (root / file).unlink()
        if kind == "a folder":
            (root / file).mkdir()
        elif kind == "a pipe":
            os.mkfifo(root / file)
        elif kind == "a link to nowhere":
            (root / file).symlink_to("nowhere")
        elif kind == "a link out of the site":
            (tmp_path / "outside").write_text("secret: s3cret\n- [s3cret](a.md)\n")
            (root / file).symlink_to(tmp_path / "outside")
    check(folder)
    with postdex.open(find_folder(root, str(root)), index=tmp_path / "index") as ix:
        assert ix.search("word").total >= 1 and not ix.search("s3cret").total
        assert all(problem.hint for problem in ix.problems())
