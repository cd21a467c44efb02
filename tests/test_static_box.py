"""Does the box work where there is no service but files: on its own site, under a strict policy, from another host?

In real Chromium, on pages whose policy allows no markup made of text (Trusted Types) and no host but that of the index.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from browser import axe_source, chromium, opened, violations
from static_host import Host, exported, hosted

import postdex
from postdex.export import page as page_files
from postdex.output import wire

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

POSTS = {
    "refcount.md": (
        "---\ntitle: A refcount bug\ndate: 2022-08-26\ntags: [linux]\nlang: en\n---\nWhere the fuzzer found it.\n\n"
        "## The refcount\n\nThe refcount is taken twice by the fallback.\n\n"
        "## The fix\n\nOne reference less: the refcount is dropped.\n"
    ),
    "queues.md": "---\ntitle: Two queues behind listen\ndate: 2023-11-20\n---\nThe backlog has a refcount 😀.\n",
    "pins.md": "---\ntitle: What Pin promises\ndate: 2024-04-02\n---\nA pinned value and a refcount.\n",
    "unaddressed <b>.md": "---\nurl: ''\ntitle: Read here\npermalink: javascript:broken=1\n---\nhostile address\n",
    **{f"many/{n:02}.md": f"---\ntitle: Number {n}\n---\nplentiful words\n" for n in range(1, 26)},
}
SETTINGS = 'url = "/:year/:month/:name/"\n'
POLICY = (
    "default-src 'none'; script-src {0}; connect-src {0}; {1}style-src 'nonce-n'; require-trusted-types-for 'script'"
)
PAGE = (
    "<!doctype html><html lang=en><meta name=viewport content='width=device-width'><title>A site</title>"
    '<link rel=icon href="data:,"><meta http-equiv=Content-Security-Policy content="{policy}">'
    "<main><h1>Site</h1><script src='{address}postdex.js' data-index='{address}' defer></script><p>The end.</p></main>"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


class Site(NamedTuple):
    """A site of files, with an index in a folder of it, and another host that has the same files."""

    host: Host
    other: Host
    posts: Path
    root: Path

    def page(self, name: str, index: str = "postdex/", policy: str = "") -> str:
        """The address of a page with a box; `policy` begins its own."""
        of_host = self.other.origin if index.startswith("http") else "'self'"
        text = PAGE.format(policy=POLICY.format(of_host, policy), address=index)
        (self.root / "blog" / name).write_text(text, encoding="utf-8")
        return f"{self.host.origin}/blog/{name}"


@pytest.fixture(scope="module")
def site(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    posts, root = tmp_path_factory.mktemp("posts"), tmp_path_factory.mktemp("site")
    for name, text in POSTS.items():
        (posts / name).parent.mkdir(exist_ok=True)
        (posts / name).write_text(text, encoding="utf-8")
    (posts / "postdex.toml").write_text(SETTINGS, encoding="utf-8")
    exported(posts, root / "blog" / "postdex")
    with hosted(root) as host, hosted(root) as other:
        yield Site(host, other, posts, root)


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    """A page of its own for each test, as a browser that has never been here."""
    site.host.well()
    site.other.well()
    with opened(browser, {site.host.origin, site.other.origin}) as shown:
        yield shown
    site.host.well()


def rows(page: Page) -> Locator:
    return page.locator("postdex-search .row")


def first_active(page: Page, text: str) -> None:
    page.locator("postdex-search .active", has_text=text).wait_for()


def type_in(page: Page, text: str) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type(text, delay=20)


def test_typing_and_keys(page: Page, site: Site) -> None:
    page.goto(site.page("typing.html"))
    type_in(page, "refco")
    first_active(page, "A refcount bug")
    page.locator("postdex-search .row", has_text="The fix").wait_for()
    assert page.locator("postdex-search .row mark").first.inner_text() == "refcount"
    page.keyboard.press("ArrowDown")
    first_active(page, "The fix")
    assert page.locator(".active").get_attribute("href") == "/2022/08/refcount/#the-fix"
    all_hits = page.locator("postdex-search .all")
    assert "3" in all_hits.inner_text()
    assert all_hits.get_attribute("href") == f"{site.host.origin}/blog/postdex/?q=refco"
    with page.expect_navigation(url="**/2022/08/refcount/#the-fix"):
        page.keyboard.press("Enter")
    page.goto(site.page("typing.html"))
    page.keyboard.press("Control+k")
    first_recent = page.locator("postdex-search .recent .title")
    assert first_recent.inner_text() == "A refcount bug"


def test_its_rows_are_those_of_the_library(page: Page, site: Site) -> None:
    page.goto(site.page("rows.html"))
    get = "path => document.querySelector('postdex-search').get(path).then(response => response.json())"
    with postdex.open(site.posts) as index:
        for query in ("refcount", "refcoutn", "plentiful", "zeppelin", "title:pin"):
            found = page.evaluate(get, f"search?q={query}&limit=8&section_snippets=true")
            told = json.loads(wire.dumps(wire.to_dict(index.search(query, limit=8, section_snippets=True))))
            for one in (found, told):
                del one["took_ms"], one["index"]
            assert found == told
        for begun in ("ref", "pl"):
            assert page.evaluate(get, f"suggest?q={begun}&limit=3") == wire.suggestions(
                begun, index.suggest(begun, limit=3)
            )


def test_slips_and_ways_out(page: Page, site: Site) -> None:
    page.goto(site.page("slips.html"))
    type_in(page, "refcoutn")
    page.locator("postdex-search .said button", has_text="refcount").click()
    first_active(page, "A refcount bug")
    page.keyboard.press("Control+A")
    page.keyboard.type("pinned tag:linux")
    page.get_by_role("button", name="Search without filters").click()
    first_active(page, "What Pin promises")


def test_an_error_is_said(page: Page, site: Site) -> None:
    page.goto(site.page("error.html"))
    type_in(page, "x")
    page.locator("postdex-search input").fill("tag:a " * 65)
    page.locator("postdex-search .fault").wait_for()


def test_titles_stand_before_texts(page: Page, site: Site) -> None:
    page.goto(site.page("titles.html"))
    site.host.slow = {"/post-": 3}
    type_in(page, "refcount")
    first_active(page, "A refcount bug")
    assert page.locator("postdex-search .text").count() == 0
    page.keyboard.press("ArrowDown")
    chosen = page.locator("postdex-search .active .title").inner_text()
    page.locator("postdex-search .text").first.wait_for()
    first_active(page, chosen)
    assert len({path for path in site.host.asked if "/post-" in path}) == 3, "one for each hit"


def test_a_lost_network_is_said_and_comes_back(page: Page, site: Site) -> None:
    page.goto(site.page("lost.html"))
    site.host.gone = "."
    type_in(page, "refcount")
    page.locator("postdex-search .fault", has_text="Trying again").wait_for()
    site.host.gone = ""
    first_active(page, "A refcount bug")
    page.locator("postdex-search .text").first.wait_for()


def test_a_post_without_an_address_is_read_on_the_page(page: Page, site: Site) -> None:
    page.goto(site.page("read.html"))
    type_in(page, "hostile")
    first_active(page, "Read here")
    page.locator("postdex-search .text").first.wait_for()
    page.keyboard.press("Enter")
    page.locator("main.post h1", has_text="Read here").wait_for()
    assert page.evaluate("window.broken") is None


@pytest.mark.parametrize(
    ("index", "policy", "workers"), [("postdex/", "", 1), ("postdex/", "worker-src 'none'; ", 0), ("", "", 0)]
)
def test_where_it_reads(browser: Browser, site: Site, index: str, policy: str, workers: int) -> None:
    """In a worker, or where none may be in the page: by its policy, or as the index lies on another host."""
    site.other.headers = {"access-control-allow-origin": "*"}
    opening = opened(browser, {site.host.origin, site.other.origin})
    with opening as page:
        page.goto(site.page("where.html", index or f"{site.other.origin}/blog/postdex/", policy))
        type_in(page, "refcount")
        first_active(page, "A refcount bug")
        page.locator("postdex-search .text").first.wait_for()
        assert len(page.workers) == workers
        opening.wrong[:] = [text for text in opening.wrong if "worker" not in text]


def test_it_is_accessible(page: Page, site: Site) -> None:
    page.goto(site.page("axe.html"))
    type_in(page, "refcount")
    first_active(page, "A refcount bug")
    page.locator("postdex-search .text").first.wait_for()
    source = axe_source()
    assert violations(page, source) == []


# -- without a browser


def test_it_stays_small(samples: Path) -> None:
    with postdex.open(samples) as index:
        files = page_files.files(index.folder, index.settings)
    sizes = {name: len(gzip.compress(content, 9)) for name, content in files.items()}
    assert sizes["postdex.js"] <= 19 * 1024
    assert sizes["painter.js"] <= 25_000
