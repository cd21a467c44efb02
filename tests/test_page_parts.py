"""What does the service paint on the search page, asked as the page is asked, without a browser?"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import postdex
from postdex.http import parameters, search_page, site_style, static_files
from postdex.http.endpoints import stored
from postdex.http.page import facets, messages, view
from postdex.http.page.clamped import begun, cut
from postdex.http.page.words import Words
from postdex.http.service_state import ServiceState
from postdex_index.errors import ConfigError
from postdex_index.model import Span
from postdex_index.settings import UI_LANGUAGES

ATTACK = '<img src=x onerror="window.broken=1">{{q}}{n}'
LONG = "word " * 199 + "refcount"
POSTS = {
    "a.md": "---\ntitle: A refcount bug\ndate: 2022-08-26\ntags: [linux, kernel]\n---\nThe refcount.\n\n## Two\n\nB.",
    "attack.md": f"---\ntitle: '{ATTACK}'\ntags: ['{ATTACK}']\n---\nhostile `{ATTACK}`\n\n## `{ATTACK}`\n\nhostile\n",
    "long.md": f"---\ntitle: {LONG}\ntags: [{', '.join(f't{n}' for n in range(200))}]\n---\nlong\n",
    "arabic.md": "---\nlang: ar\ntitle: المقالة\n---\nنص refcount\n",
    "read.md": "# Read\n\none line\nruns on\n\n中文\n中文\n\n```\na\n  b\n```\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in POSTS.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def site(folder: Path) -> Iterator[ServiceState]:
    with postdex.open(folder) as index:
        yield ServiceState(index)


def state(folder: Path, settings: str) -> ServiceState:
    (folder / "postdex.toml").write_text(settings, encoding="utf-8")
    return ServiceState(postdex.open(folder))


def painted(site: ServiceState, address: str, accepted: str = "") -> str:
    return search_page.painted(site, address.encode(), accepted).html


@pytest.mark.parametrize(
    ("address", "wanted"),
    [
        ("", {}),
        ("q=a&after=&before=2024-01-01&sort=&lang=", {"q": "a", "before": "2024-01-01"}),
        ("q=a&q=b&page=99999&page=30", {"q": "b", "page": 30}),
        ("page=90000", {"page": 1000}),
        ("page=0&after=soon&sort=worst&unknown=1&ui=1", {"sort": "worst"}),  # it may be a field of the site's own
        ("tags=a&tags=b&categories=c%2Fd", {"tags": ("a", "b"), "categories": ("c/d",)}),
        ("q=%FF%00%ED%A0%80", {"q": "\ufffd\x00\ufffd\ufffd\ufffd"}),
        ("&".join(["q=a"] * 110), {}),
        ("&".join(f"tags={n}" for n in range(30)), {}),
        ("q=ref&prefix_last=true", {"q": "ref", "typing": True}),
        ("q=ref&prefix_last=1&sort=score", {"q": "ref"}),
        ("date=2024&after=2020-01-01", {"date": "2024"}),
        ("date=9999&after=2020-01-01", {"after": "2020-01-01"}),
        ("after=2020&before=2021.3", {"after": "2020-01-01", "before": "2021-03-01"}),
        ("after=yesterday", {"date": "yesterday"}),
        ("after=99d&before=2021-01-01", {"after": "99d", "before": "2021-01-01"}),
        ("lang=" + "a" * 600, {}),
        ("ui=zh-TW", {"ui": "zh-TW"}),
    ],
)
def test_addresses_are_read_leniently(address: str, wanted: dict[str, Any]) -> None:
    found = view.asked(address.encode())
    assert found == view.View(**wanted)
    assert view.asked(found._replace(typing=False).address()[1:].encode()) == found._replace(typing=False)


def test_the_last_page_is_as_far_as_the_service_goes() -> None:
    assert view.LAST * view.PAGE == parameters.FARTHEST


@pytest.mark.parametrize(
    "address", ["", "q=hostile", "q=hostile&tags=%22%3E%3Cb%3E", "q=%3Cb%3E", "tags=%3Cb%3E&after=1d"]
)
def test_html_has_no_markup_of_posts(site: ServiceState, address: str) -> None:
    shown = painted(site, address)
    assert (
        ATTACK not in shown and "<b>" not in shown.replace("<b dir", "") and "{{" not in shown.replace("{{q}}{n}", "")
    )
    assert entities.escape(ATTACK) in shown or "hostile" not in address or "tags" in address


@pytest.mark.parametrize(
    ("address", "filters", "best", "newest"),
    [
        ("q=hostile", "", True, True),
        ("q=+", "", False, True),
        ("q=&tags=linux&tags=kernel", " (2)", False, True),
        ("q=&sort=title", "", False, True),
        ("q=hostile&date=2021", " (1)", True, True),
        ("q=hostile&after=2021&before=2022&lang=en", " (3)", True, True),
    ],
)
def test_html_says_what_is_in_force(site: ServiceState, address: str, filters: str, best: bool, newest: bool) -> None:
    shown = painted(site, address)
    assert f'<span id="chosen">{filters}</span>' in shown
    assert best == (">Best match</option>" in shown) and newest == (">Newest</option>" in shown)
    assert shown.count(" selected") == 1
    assert shown.count('id="filtered"><li>') == bool(filters)


def test_an_error_is_shown(site: ServiceState) -> None:
    shown = search_page.painted(site, ("q=" + "tag:a+" * 65).encode())
    assert shown.error and '<p class="fault" lang="en" dir="ltr">' in shown.html


def test_the_reader_s_language(site: ServiceState, folder: Path) -> None:
    assert tuple(messages.table()) == UI_LANGUAGES
    for lang in UI_LANGUAGES:
        shown = painted(site, f"q=zeppelin&tags=linux&date=2020&ui={lang}")
        assert f'<html lang="{lang}" dir="{"rtl" if lang == "ar" else "ltr"}">' in shown
        assert f'name="ui" value="{lang}"' in shown and f"&amp;ui={lang}" in shown
    assert '<html lang="de"' in painted(site, "", "de-AT, en;q=.5")
    assert '<html lang="fr"' in painted(state(folder, 'ui = "fr"'), "", "de")
    assert '<html lang="ja"' in painted(state(folder, 'ui = "fr"'), "ui=ja", "de")


def test_each_hit_runs_in_its_own_direction(site: ServiceState) -> None:
    shown = painted(site, "q=refcount")
    assert '<li class="hit" dir="rtl" lang="ar">' in shown and '<li class="hit" dir="ltr"' in shown
    assert '<li class="hit" dir="ltr"' in painted(site, "q=bug&ui=ar")


def test_much_is_shown_in_part(site: ServiceState) -> None:
    shown = painted(site, "q=long")
    assert shown.count("word ") < 50 and shown.count('class="tag"') == 8 and "+192" in shown
    assert "refcount</mark></a></h2>" in painted(site, "q=refcount&tags=t1"), "the mark is within what is shown"


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ("", True),
        ('base_url = "https://a.org"', False),
        ('origins = ["https://a.org"]', False),
        ('home = "/"\npaths = "show"', True),
        ('paths = "hide"', False),
    ],
)
def test_files_and_lines_are_for_who_writes_them(folder: Path, settings: str, named: bool) -> None:
    shown = painted(state(folder, settings), "q=bug")
    assert named == (">a.md:" in shown)


def test_sites_are_to_choose_from(site: ServiceState) -> None:
    """Of several that are ticked a post is of one, so the numbers are those that another choice would have."""
    counts = {"sites": {"blog": 2, "docs": 1}, "tags": {}, "categories": {}, "year": {}, "lang": {}}
    found = site.search("refcount").replaced(facets={**counts, "sites": {"blog": 2}})

    def ask(**_arguments: Any) -> Any:
        return found.replaced(facets=counts)

    shown = facets.painted(view.asked(b"q=refcount&sites=blog"), found, ask, Words("en"))
    assert 'name="sites" value="blog" checked>' in shown and 'name="sites" value="docs">' in shown
    assert re.findall(r'class="count">(\d)<', shown) == ["2", "1"]
    assert facets.painted(view.View("a"), found, ask, Words("en")) == "", "there is only one"


def test_a_way_back(folder: Path) -> None:
    assert 'class="home"' not in painted(state(folder, ""), "")
    site = state(folder, 'name = "Ada\'s <i>"\nhome = "https://a.org/"')
    back = '<a class="home" href="https://a.org/" aria-label="Back to Ada&#x27;s &lt;i&gt;" dir="auto">Ada&#x27;s'
    assert back in painted(site, "q=bug")
    assert "<title>bug · Search · Ada&#x27;s &lt;i&gt;</title>" in painted(site, "q=bug")
    assert ">a.org/b</a>" in painted(state(folder, 'home = "https://a.org/b/"'), "")


def test_a_post_is_read_in_paragraphs(site: ServiceState) -> None:
    shown = search_page.post(site, stored(site, "read.md").post)
    assert '<p dir="auto">one line runs on</p>' in shown and '<p dir="auto">中文中文</p>' in shown
    assert "a\n  b</p>" in shown


def test_a_site_has_a_style_of_its_own(folder: Path) -> None:
    (folder / "search.css").write_text(":root { --postdex-accent: red }", encoding="utf-8")
    site = state(folder, 'css = "search.css"')
    assert '<link rel="stylesheet" href="site.css">' in painted(site, "")
    assert b"red" in site_style.load(folder, "search.css")["/site.css"].body
    assert site_style.load(folder, "") == {}


@pytest.mark.parametrize("css", ["none.css", "link.css", "large.css", "."])
def test_a_style_that_cannot_be_given(folder: Path, css: str) -> None:
    (folder / "link.css").symlink_to("/etc/passwd")
    (folder / "large.css").write_bytes(b" " * 200_001)
    with pytest.raises(ConfigError, match="folder"):
        site_style.load(folder, css)


def test_sections_of_one_name_are_told_apart(tmp_path: Path) -> None:
    text = "".join(f"## Version {n}\n\n### Fixed\n\nThe refcount {n}.\n\n" for n in range(3))
    (tmp_path / "log.md").write_text(f"# Log\n\n{text}", encoding="utf-8")
    with postdex.open(tmp_path) as index:
        shown = painted(ServiceState(index), "q=refcount")
    rows = re.findall(r'<b dir="auto">(.*?)</b>', shown)
    assert len(set(rows)) == len(rows) == 2 and all(row.endswith(" › Fixed") for row in rows), rows


def test_the_scripts_stay_small() -> None:
    files = static_files.load()
    assert len(files["/page.js"].squeezed) + len(files["/postdex.js"].squeezed) < 30_000


def test_what_is_cut_keeps_its_first_mark() -> None:
    for text in (LONG, "字" * 500 + "refcount", "x" * 600 + "refcount", "refcount " + "y" * 900):
        span = Span(text.index("refcount"), 8)
        for columns in (20, 60, 160):
            for shown, spans in (cut(text, [span], columns), begun(text, [span], columns)):
                assert shown[spans[0].start : spans[0].start + 8] == "refcount"
            assert len(cut(text, [span], columns).text) <= columns + 4
            assert begun(text, [span], columns).text.index("refcount") <= columns + 2
    assert cut("word " * 50, (), 20).text == "word word word word …"
