"""What Hugo makes of a file: settings in files and folders -> languages, links and pages that are not built.

What its own sites in `tests/sites` do not show: what is broken, hostile, or written in another way.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postdex_index.content.parser import parse
from postdex_index.settings import Settings
from postdex_index.sites import reading
from postdex_index.sites.generator import Address, Site
from postdex_index.sites.hugo_links import link
from postdex_index.sites.hugo_settings import merged, rules
from postdex_index.sites.permalinks import url


def site_with(root: Path, files: dict[str, str]) -> Site:
    """The site of these files, whose posts are in `content`."""
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    (root / ".git").mkdir(exist_ok=True)
    return reading.site(root)


TOML = """
defaultContentLanguage = "en"
[languages.en]
contentDir = "content/en"
[languages.fr]
contentDir = "content/fr"
"""
#: settings, path, front matter, link
LINKS: list[tuple[dict[str, str], str, str, str]] = [
    ({"hugo.toml": TOML}, "content/en/a.md", "", "/a/"),
    ({"hugo.toml": TOML}, "content/fr/a.md", "", "/fr/a/"),
    ({"hugo.toml": TOML}, "content/en/a.fr.md", "", "/fr/a/"),
    ({"hugo.toml": TOML}, "content/fr/a.md", "url: /b/", "/b/"),
    ({"hugo.toml": TOML}, "content/fr/a.md", "url: b", "/fr/b/"),
    ({"config.yaml": "baseURL: https://a.org/x/\nuglyurls: true", "content/x": ""}, "content/a.md", "", "/x/a.html"),
    ({"config.json": '{"BaseURL": "https://a.org/x/"}', "content/x": ""}, "content/a.md", "", "/x/a/"),
    (
        {"hugo.toml": "baseURL = '/r/'", "config/_default/hugo.yaml": "baseURL: /d/", "config/production/x.json": "{}"},
        "content/a.md",
        "",
        "/d/a/",
    ),
    ({"config/_default/permalinks.yml": "permalinks:\n  b: /p/:slug/"}, "content/b/a.md", "title: B C", "/p/b-c/"),
    # a host for each language
    (
        {"hugo.yaml": "languages:\n  en: {baseURL: 'https://en.org/x'}\n  fr: {baseURL: 'https://fr.org'}"},
        "content/a.fr.md",
        "",
        "https://fr.org/a/",
    ),
    # what leads out of the site is no content, and what is no setting is passed over
    ({"hugo.toml": "contentDir = '../x'"}, "content/a.md", "", ""),
    ({"hugo.toml": "languages = 7\npermalinks = 'x'\nuglyURLs = []\nmodule = []"}, "content/a.md", "", "/a/"),
    ({"hugo.yaml": "module: {mounts: [7, {source: /etc, target: content}]}"}, "content/a.md", "", "/a/"),
    ({"hugo.yaml": "permalinks: [7, {pattern: /x/:title, target: {path: '{a,b'}}]"}, "content/a.md", "", "/a/"),
    ({"hugo.toml": "defaultContentLanguage = 'xx'\n[languages.en]\n"}, "content/a.md", "", "/a/"),
]  # fmt: skip


@pytest.mark.parametrize(("files", "path", "front", "expected"), LINKS)
def test_links(tmp_path: Path, files: dict[str, str], path: str, front: str, expected: str) -> None:
    site = site_with(tmp_path, files)
    assert site.generator.name == "hugo"
    assert parse(f"---\n{front}\n---\n", path, site, Settings()).url == expected


#: a pattern for `docs`, what it makes of content/docs/a/b/My File.md, by the title "T: x/y", of 26 August 2022
PATTERNS = [
    ("/:year/:month/:day", "/2022/08/26/"),
    ("/:monthname/:weekday/:weekdayname/:yearday", "/august/5/friday/238/"),
    (
        "/:06/:1/:2/:January/:Mon/:15/:04/:05/:3/:03/:002",
        "/22/8/26/august/fri/9/39/34/9/09/238/".replace("/9/39", "/09/39"),
    ),
    ("/:section/:sections/:sections[1:]/:sections[last]", "/docs/docs/docs/"),
    ("/:sections[0]/:sections[7]/:sections[:1]/:sections[x]/z", "/docs/docs/docs/z/"),
    ("/:title/:slug", "/t-x-y/t-x-y/"),
    ("/:filename/:slugorfilename/:contentbasename/:slugorcontentbasename", "/my-file/my-file/my-file/my-file/"),
    (r"/a\:b/:year", "/ab/2022/"),
    ("x", "/x/"),
]


@pytest.mark.parametrize(("pattern", "expected"), PATTERNS)
def test_patterns(pattern: str, expected: str) -> None:
    site = Site(reading.named("hugo"), rules=rules({"permalinks": {"docs": pattern}}))
    fields = {"title": "T: x/y", "date": "2022-08-26 09:39:34 +0800"}
    assert url(site, Address("content/docs/a/b/My File.md", fields=fields)).url == expected


#: what no page is made of, and a word of the reason
UNBUILT = [
    ("content/it/a.md", "", "no folder of the content"),
    ("content/fr/a.de.md", "", "language"),
    ("content/en/b/part.md", "", "a part of the page in content/en/b/"),
    ("content/en/b/c/index.md", "", "a part of the page"),
    ("content/en/b/index.md", "", ""),
    ("content/en/a.md", "headless: true", "headless"),
    ("content/en/a.md", "build:\n  render: never", "render"),
    ("content/en/a.md", "build:\n  list: never", ""),
    ("content/en/a.md", "date: 2999-01-01", "2999-01-01 (date)"),
    ("content/en/a.md", "date: 2999-01-01\npublishDate: 1999-01-01", ""),
    ("content/en/old/a.md", "", "ignoreFiles"),
    ("content/en/_index.md", "", "kind home"),
]


@pytest.mark.parametrize(("path", "front", "expected"), UNBUILT)
def test_what_is_not_built(tmp_path: Path, path: str, front: str, expected: str) -> None:
    config = "disableLanguages = ['de']\ndisableKinds = ['home']\nignoreFiles = ['/old/', '(a+)+$']\n"
    site = site_with(tmp_path, {"hugo.toml": config + TOML + "[languages.de]", "content/en/b/index.md": ""})
    reason = parse(f"---\n{front}\n---\n", path, site, Settings(), now=1_800_000_000).unpublished
    assert (expected in reason) if expected else not reason


def test_languages_are_those_of_the_settings(tmp_path: Path) -> None:
    site = site_with(tmp_path, {"hugo.toml": TOML + "[languages.zh-CN]\ncontentDir = 'content/zh'\n"})
    assert (site.language, site.languages) == ("en", ("en", "fr", "zh-cn"))
    posts = [
        parse("", path, site, Settings()) for path in ("content/zh/x/a.md", "content/en/x/a.md", "content/en/x/a.fr.md")
    ]
    assert [post.lang for post in posts] == ["zh-cn", "en", "fr"]
    assert site.generator.locale
    assert {site.generator.locale(site, f"content/{path}").page for path in ("zh/x/a.md", "en/x/a.fr.md")} == {"x/a.md"}


def test_a_site_of_one_language_knows_others_by_their_paths(tmp_path: Path) -> None:
    site = site_with(tmp_path, {"hugo.toml": "languageCode = 'de'"})
    assert (site.language, site.languages) == ("de", ())
    assert parse("", "content/a.fr.md", site, Settings()).lang == "fr"


def test_files_of_settings_that_are_broken_or_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "hugo.toml").write_text("baseURL = '/stolen/'")
    (tmp_path / "config" / "_default").mkdir(parents=True)
    (tmp_path / "config" / "production").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "config" / "_default" / "params.toml").symlink_to(tmp_path / "elsewhere" / "hugo.toml")
    os.mkfifo(tmp_path / "config" / "_default" / "markup.toml")
    site = site_with(tmp_path, {"config/_default/hugo.toml": "baseURL = ", "config/_default/uglyurls.toml": "a = true"})
    assert site.base == "" and [problem.path for problem in site.problems] == ["config/_default/hugo.toml"]


def test_ten_thousand_languages(tmp_path: Path) -> None:
    lines = "".join(f"[languages.x{number}]\ncontentDir = 'content/x{number}'\n" for number in range(10_000))
    site = site_with(tmp_path, {"hugo.toml": lines})
    assert parse("", "content/x9999/a.md", site, Settings()).url == "/x9999/a/"


_KEYS = st.sampled_from([
    "languages", "permalinks", "module", "mounts", "source", "target", "contentDir", "uglyURLs", "page", "pattern",
    "markup", "goldmark", "parser", "frontmatter", "date", "ignoreFiles", "taxonomies", "disableKinds", "path",
])  # fmt: skip
_VALUES = st.recursive(
    st.text(max_size=6) | st.none() | st.sampled_from(["true", "content", "*", ":slug", "/:sections[last]/", "a(b"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6) | _KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(_KEYS, _VALUES, max_size=6), st.text(max_size=12), st.text(max_size=12))
@settings(max_examples=300, deadline=None)
def test_whatever_settings_and_names_hold_nothing_raises(config: dict[str, object], path: str, text: str) -> None:
    whole, _ = merged(Path("/nowhere"), config)  # type: ignore[arg-type]
    site = Site(reading.named("hugo"), Path("/nowhere"), rules=rules(whole))
    path = "content/" + re.sub("[/\0]", "", path) + "/a.md"
    found = link(site, Address(path, slug=text, fields={"title": text, "url": text, "date": text}))
    assert isinstance(found, str) and parse(text, path, site, Settings()).path == path


def test_a_page_without_a_date_has_the_next_that_hugo_takes(tmp_path: Path) -> None:
    site = site_with(tmp_path, {"hugo.toml": "baseURL = '/'", "content/a.md": ""})
    post = parse("---\nlastmod: 2022-08-26\n---\nx\n", "content/a.md", site, Settings(), mtime=0.0)
    assert (post.date_seconds, post.date_from) == (1_661_472_000, "post")
    dated = parse("---\nlastmod: 2022-08-26\ndate: 2022-01-01\n---\nx\n", "content/a.md", site, Settings())
    assert dated.date_seconds == 1_640_995_200
