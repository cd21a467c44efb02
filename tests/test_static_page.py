"""Does the search page work where there is no service but files: as the service's own, and on bad networks?

In real Chromium, from a folder below a site, by a host that does no more than `python -m http.server`. Each page that a
test opens must neither raise, nor break its Content Security Policy, nor ask anybody but the host.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qs, urlsplit

import page_posts
import pytest
from browser import axe_source, chromium, opened, violations
from static_host import Host, exported, hosted

import postdex
from postdex.http import search_page
from postdex.http.service_state import ServiceState

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ATTACK = page_posts.ATTACK
POSTS = {
    **page_posts.POSTS,
    "attack.md": (
        f"---\ntitle: '{ATTACK}'\ndate: 2021-01-01\ntags: ['{ATTACK}', '10', '9']\ncategories: ['{ATTACK}']\n---\n"
        f"hostile `{ATTACK}` text\n\n## `{ATTACK}`\n\nhostile heading\n"
    ),
    "中文 笔记.md": "---\nlang: zh-CN\ndate: 2020-10-11\n---\n# 引用计数\n\n关于引用计数的笔记。\n",
    **{
        f"many/{n:02}.md": f"---\ntitle: Number {n}\ndate: 2020-02-{n:02}\n---\nplentiful words\n" for n in range(1, 26)
    },
}
SETTINGS = 'name = "Ada\'s notes"\nbase_url = "https://ada.example"\nurl = "/:year/:month/:name/"\n'
#: What is painted as the service would, to the character.
ADDRESSES = [
    "", "?q=refcount", "?q=refcoutn", "?q=refcount&tags=linux&tags=nothing", "?q=plentiful&page=3&sort=title",
    "?q=hostile", "?q=zeppelin+refcount", "?q=%E5%BC%95%E7%94%A8%E8%AE%A1%E6%95%B0", "?date=2020", "?q=title:pin+-x",
    "?q=refcount&ui=ar", '?q="taken+twice"', "?q=" + "tag:a+" * 65, "?q=refcount&lang=zh",
]  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


class Site(NamedTuple):
    """A site of files, with an index in a folder of it; the posts, and where they are published."""

    host: Host
    posts: Path
    folder: Path

    @property
    def page(self) -> str:
        """The search page."""
        return f"{self.host.origin}/blog/postdex/"

    def publish(self) -> None:
        """Deploy the posts as they are now."""
        exported(self.posts, self.folder)


@pytest.fixture(scope="module")
def site(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    posts, root = tmp_path_factory.mktemp("posts"), tmp_path_factory.mktemp("site")
    for name, text in POSTS.items():
        (posts / name).parent.mkdir(exist_ok=True)
        (posts / name).write_text(text, encoding="utf-8")
    (posts / "postdex.toml").write_text(SETTINGS, encoding="utf-8")
    (root / "favicon.ico").write_bytes(b"")
    with hosted(root) as host:
        site = Site(host, posts, root / "blog" / "postdex")
        site.publish()
        yield site


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    """A page of its own for each test, as a browser that has never been here."""
    site.host.well()
    with opened(browser, {site.host.origin}) as shown:
        yield shown
    site.host.well()


def titles(page: Page) -> list[str]:
    return page.locator("#hits h2").all_inner_texts()


def wait_for(page: Page, status: str) -> None:
    page.locator("#status", has_text=status).wait_for()


def focused(page: Page) -> str:
    return str(page.evaluate("(document.activeElement.id || document.activeElement.textContent)"))


def check(page: Page, status: str, *first: str, **query: list[str]) -> None:
    """The page shows this status and, first, these titles, and its address says this."""
    wait_for(page, status)
    assert titles(page)[: len(first)] == list(first)
    assert parse_qs(urlsplit(page.url).query) == query


def test_long_words_make_no_page_wider(page: Page, site: Site) -> None:
    word = "x" * 300
    page.set_viewport_size({"width": 360, "height": 740})
    for query in (f"q={word}", f"q=date:{word}", f'q=tag:{word}+"refcount+{word}"', f"q=/{word}/", f"tags={word}"):
        page.goto(f"{site.page}?{query}")
        page.locator("#notes :is(p, li), #nothing h2").first.wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, query[:12]


# -- as the service's own page


def test_it_shows_what_the_service_shows(page: Page, site: Site) -> None:
    shown = """html => { const [there, here] = [new DOMParser().parseFromString(html, "text/html"), document];
        for (const link of here.querySelectorAll("[data-post]")) link.href = link.dataset.post;
        return ["status", "filtered", "notes", "hits", "nothing", "pages", "chosen", "facets"].map(id =>
            [id, here.getElementById(id).innerHTML, there.getElementById(id).innerHTML]); }"""
    with postdex.open(site.posts) as index:
        service = ServiceState(index)
        for address in ADDRESSES:
            painted = search_page.painted(service, address[1:].encode(), "en-US")
            page.goto(site.page + address)
            page.locator("#hits .passage, #notes .fault, #nothing h2").first.wait_for()
            for name, here, there in page.evaluate(shown, painted.html):
                assert here == there, (address, name)
            assert page.title() == page.evaluate(
                "html => new DOMParser().parseFromString(html, 'text/html').title", painted.html
            )


def test_hits_appear_while_typing(page: Page, site: Site) -> None:
    page.goto(site.page)
    wait_for(page, "30 posts")
    page.keyboard.type("refco", delay=30)
    check(page, "3 results", "A refcount bug", q=["refco"])
    first = page.locator("#hits li").first
    assert first.locator("mark").all_inner_texts()[:2] == ["refcount", "refcount"]
    assert first.locator("h2 a").get_attribute("href") == "https://ada.example/2022/08/refcount/#the-refcount"
    page.get_by_role("searchbox").fill("refcoutn")
    page.get_by_role("link", name="refcount", exact=True).click()
    check(page, "3 results", "A refcount bug", q=["refcount"])
    assert page.evaluate("window.broken") is None


def test_keys_before_the_scripts_count(page: Page, site: Site) -> None:
    site.host.slow = {"page.js": 1}
    page.goto(site.page, wait_until="commit")
    page.locator("#q").press_sequentially("pinned")
    check(page, "1 result", "What Pin promises", q=["pinned"])
    assert focused(page) == "q"


def test_filters_orders_and_the_back_button(page: Page, site: Site) -> None:
    page.goto(site.page + "?q=refcount")
    wait_for(page, "3 results")
    page.get_by_role("checkbox", name="linux 2").check()
    check(page, "2 results", "A refcount bug", q=["refcount"], tags=["linux"])
    page.get_by_role("checkbox", name="networking 1").check()
    check(page, "1 result", "Two queues behind listen", q=["refcount"], tags=["linux", "networking"])
    page.go_back()
    check(page, "2 results", q=["refcount"], tags=["linux"])
    page.locator("#filtered").get_by_role("link", name="linux").click()
    check(page, "3 results", q=["refcount"])
    page.get_by_role("radio", name="2024 1").check()
    check(page, "1 result", "What Pin promises", q=["refcount"], date=["2024"])
    page.get_by_role("radio", name="Any time").check()
    page.get_by_label("Sort by").select_option("date")
    check(page, "3 results", "What Pin promises", q=["refcount"], sort=["date"])
    page.goto(site.page + "?q=plentiful")
    wait_for(page, "25 results")
    page.get_by_role("link", name="Page 3").click()
    page.locator("#pages [aria-current]", has_text="3").wait_for()
    assert focused(page) == titles(page)[0]


def test_keys(page: Page, site: Site) -> None:
    page.goto(site.page + "?q=refcount")
    wait_for(page, "3 results")
    page.locator(".sections a").wait_for()
    first, second, third = titles(page)
    fix = page.locator(".sections a").text_content()
    for key, then in [
        ("ArrowDown", first), ("ArrowDown", fix), ("ArrowDown", second), ("ArrowDown", third), ("ArrowUp", second),
        ("/", "q"), ("ArrowDown", first), ("Escape", "q"),
    ]:  # fmt: skip
        page.keyboard.press(key)
        assert focused(page) == then, key
    page.keyboard.press("Escape")
    wait_for(page, "30 posts")
    page.keyboard.type("rus")
    wait_for(page, "1 result")


def test_ways_out_of_nothing(page: Page, site: Site) -> None:
    page.goto(site.page + "?q=refcount&tags=nowhere")
    wait_for(page, "0 results")
    page.get_by_role("link", name="Without filters").click()
    check(page, "3 results", q=["refcount"])
    page.goto(site.page + "?q=%2Bnetwxyz")
    page.locator("#nothing").get_by_role("link", name="networking").first.click()
    wait_for(page, "1 result")


def test_what_cannot_be_asked_is_said(page: Page, site: Site) -> None:
    page.goto(site.page + "?q=linked:pins.md+refcount")
    page.locator("#notes li", has_text="not possible").wait_for()


@pytest.mark.parametrize(
    ("locale", "direction", "search"), [("de-AT", "ltr", "such"), ("ar", "rtl", "بحث"), ("zh-HK", "ltr", "搜尋")]
)
def test_in_the_reader_s_language(browser: Browser, site: Site, locale: str, direction: str, search: str) -> None:
    site.host.well()
    with opened(browser, {site.host.origin}, locale=locale) as page:
        page.goto(site.page + "?q=refcount")
        page.locator("#hits li").first.wait_for()
        assert page.evaluate("document.documentElement.dir") == direction
        assert search in str(page.locator("#q").get_attribute("placeholder"))
        assert search in page.locator("footer").inner_text().lower()


def test_it_is_accessible(page: Page, site: Site) -> None:
    page.goto(site.page + "?q=refcount")
    wait_for(page, "3 results")
    assert violations(page, axe_source()) == []


def test_a_post_without_an_address_is_read_here(browser: Browser, site: Site, tmp_path: Path) -> None:
    posts, folder = tmp_path / "posts", site.folder.parent / "unaddressed"
    posts.mkdir()
    text = "# A note\n\nIntro.\n\n## First\n\nnothing\n\n## Second & last\n\nthe refcount is here\n"
    (posts / "笔记 1.md").write_text(text, encoding="utf-8")
    exported(posts, folder)
    site.host.well()
    with opened(browser, {site.host.origin}) as page:
        page.goto(f"{site.host.origin}/blog/unaddressed/?q=refcount")
        link = page.locator("#hits h2 a")
        link.wait_for()
        page.locator("#hits .where").wait_for()
        link.click()
        dialog = page.get_by_role("dialog")
        dialog.locator(".best", has_text="the refcount is here").wait_for()
        page.keyboard.press("Escape")
        assert focused(page) == "A note"
        page.goto(str(link.evaluate("link => link.href")))
        page.locator("main.post h1", has_text="A note").wait_for()
        page.get_by_role("link", name="Search").click()
        wait_for(page, "1 post")
        page.goto(f"{site.host.origin}/blog/unaddressed/?read=nowhere.md")
        page.locator("#notes .fault").wait_for()


# -- bad networks and hosts


def test_titles_stand_before_texts(page: Page, site: Site) -> None:
    site.host.slow = {"/post-": 3}
    page.goto(site.page + "?q=refcount")
    page.locator("#hits h2").first.wait_for()
    assert titles(page)[0] == "A refcount bug" and page.locator(".passage").count() == 0
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    second = focused(page)
    page.locator(".passage").first.wait_for()
    assert focused(page) == second == titles(page)[1], "who has gone on to a hit stays there"


def test_no_answer_is_painted_over_a_newer_one(page: Page, site: Site) -> None:
    page.goto(site.page)
    wait_for(page, "30 posts")
    site.host.slow = {"/(terms|post|places)-": 0.7}
    page.keyboard.type("linux")
    page.wait_for_timeout(250)
    page.keyboard.press("Control+A")
    page.keyboard.type("rust", delay=20)
    check(page, "1 result", "What Pin promises", q=["rust"])
    page.wait_for_timeout(900)
    check(page, "1 result", "What Pin promises", q=["rust"])


def test_it_says_that_it_waits(page: Page, site: Site) -> None:
    site.host.slow = {"postdex.json": 1.5}
    page.goto(site.page + "?q=rust")
    wait_for(page, "Searching …")
    wait_for(page, "1 result")


@pytest.mark.parametrize("lost", ["postdex.json", "reader.js", "painter.js", "/data/"])
def test_a_lost_network_is_said_and_comes_back(page: Page, site: Site, lost: str) -> None:
    site.host.gone = lost
    page.goto(site.page + "?q=refcount")
    page.locator("#notes", has_text="Trying again").wait_for()
    site.host.gone = ""
    wait_for(page, "3 results")
    assert page.locator("#notes").inner_text() == ""


def test_a_script_that_was_none_is_asked_for_by_another_name(page: Page, site: Site) -> None:
    """Some browsers never ask again for a script that failed."""
    site.host.page_instead = "stemmer-"
    page.goto(site.page + "?q=refcount")
    page.locator("#notes .fault", has_text="does not answer").wait_for()
    site.host.page_instead = ""
    wait_for(page, "3 results")
    asked = [path for path in site.host.asked if "stemmer-" in path]
    assert len(asked) == len(set(asked)) > 1, asked


def test_what_was_fetched_needs_no_network(page: Page, site: Site) -> None:
    page.goto(site.page + "?q=refcount")
    wait_for(page, "3 results")
    page.locator(".passage").first.wait_for()
    site.host.gone = "."
    page.get_by_role("checkbox", name="linux 2").check()
    check(page, "2 results", "A refcount bug", q=["refcount"], tags=["linux"])


@pytest.mark.parametrize("file", ["postdex.json", "/data/terms-", "/data/post-"])
@pytest.mark.parametrize("wrong", ["page_instead", "cut"])
def test_a_wrong_file_is_said(page: Page, site: Site, file: str, wrong: str) -> None:
    setattr(site.host, wrong, file)
    page.goto(site.page + "?q=refcount")
    page.locator("#notes .fault", has_text="export").wait_for()


def test_an_export_that_was_replaced(page: Page, site: Site) -> None:
    page.goto(site.page + "?q=rust")
    wait_for(page, "1 result")
    (site.posts / "new.md").write_text(
        "---\ntitle: Newly written\ndate: 2025-01-02\n---\nrust, rust\n", encoding="utf-8"
    )
    try:
        site.publish()
        page.get_by_role("searchbox").fill("refcount")
        wait_for(page, "3 results")
        page.get_by_role("searchbox").fill("rust")
        check(page, "2 results", q=["rust"])
        assert "Newly written" in titles(page)
    finally:
        (site.posts / "new.md").unlink()
        site.publish()


def test_without_a_network_by_a_service_worker(page: Page, site: Site) -> None:
    page.goto(site.page)
    wait_for(page, "30 posts")
    page.evaluate("navigator.serviceWorker.register('offline.js').then(() => navigator.serviceWorker.ready)")
    page.goto(site.page + "?q=refcount")
    wait_for(page, "3 results")
    page.locator(".passage").first.wait_for()
    site.host.gone = "."
    page.goto(site.page + "?q=refcount&tags=linux")
    check(page, "2 results", "A refcount bug", q=["refcount"], tags=["linux"])
    page.locator(".passage").first.wait_for()
