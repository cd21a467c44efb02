"""Do the page and the box say what is asked and opened, and does the owner see it? In real Chromium."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browser import axe_source, chromium, opened, violations
from browser import site as other_site
from serving import TOKEN, Running, serving

from postdex.http import auth
from postdex.record import record_file
from postdex.record.asked import Asked, Opened, Outcome

if TYPE_CHECKING:
    from playwright.sync_api import Browser

POSTS = {
    "refcount.md": "---\ntitle: A refcount bug\n---\nThe refcount is taken twice.\n\n## The fix\n\nA refcount less.\n",
    "pins.md": "# What Pin promises\n\nA pinned value and a refcount.\n",
}
BOX = (
    "<!doctype html><html lang=en><title>A site</title><body><script src='{0}postdex.js' data-endpoint='{0}'></script>"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def record(tmp_path: Path) -> Path:
    return tmp_path / "queries.jsonl"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """The origin of a site whose page has the box."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "favicon.ico").write_bytes(b"")
    with other_site(tmp_path / "site") as origin:
        yield origin


@pytest.fixture
def served(tmp_path: Path, record: Path, site: str, browser: Browser) -> Iterator[Running]:
    folder = tmp_path / "posts"
    folder.mkdir()
    for name, text in POSTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "postdex.toml").write_text("[record]\nclicks = true\n", encoding="utf-8")
    rules = auth.AccessRules(origins=(site,), token=TOKEN)
    with serving(folder, rules=rules, record=record) as running:
        yield running


def wait_until(done: Callable[[], object]) -> None:
    """What a page sends when it is left arrives some time later."""
    until = time.monotonic() + 5
    while not done() and time.monotonic() < until:
        time.sleep(0.02)
    assert done()


def recorded(served: Running) -> dict[str, Asked]:
    assert served.site.recorder
    served.site.recorder.bring()
    return {row.query: row for row in record_file.read(served.site.recorder.path).rows.values()}


def test_the_page_says_which_hit_is_opened(browser: Browser, served: Running) -> None:
    address = f"http://127.0.0.1:{served.port}"
    with opened(browser, {address}) as page:
        page.goto(f"{address}/")
        page.locator("#q").press_sequentially("refcoun", delay=20)
        page.locator("#status", has_text="2 results").wait_for()
        page.locator("[data-rank='2'] h2 a").click()
        wait_until(lambda: "refcoun" in recorded(served))
        page.keyboard.press("Escape")
        page.goto(f"{address}/?q=pinned&record=false")
        page.locator(".hit h2 a").first.click()
        page.locator("dialog").wait_for()
    found = recorded(served)
    assert found.keys() == {"refcoun"}
    assert (found["refcoun"].times, [post.rank for post in found["refcoun"].opened.values()]) == (1, [2])


def test_the_box_says_which_hit_is_opened(browser: Browser, served: Running, site: str, tmp_path: Path) -> None:
    address = f"http://127.0.0.1:{served.port}"
    (tmp_path / "site" / "index.html").write_text(BOX.format(f"{address}/"))
    with opened(browser, {address, site}) as page:
        page.goto(f"{site}/index.html")
        for _ in range(2):  # opened again it shows the same once more, which nobody has asked
            page.keyboard.press("Control+k")
            if not page.get_by_role("combobox").input_value():
                page.get_by_role("combobox").press_sequentially("pinned", delay=20)
            page.locator("[role=option]").first.wait_for()
            page.wait_for_timeout(200)
            page.keyboard.press("Escape")
        page.keyboard.press("Control+k")
        page.locator("[role=option]").first.wait_for()
        page.get_by_role("combobox").press("Enter")
        wait_until(lambda: "pinned" in recorded(served))
    assert recorded(served) == {
        "pinned": Asked("pinned", 1, Outcome(1, "strong"), *_days(served), {"pins.md": Opened(1, 1)}),
    }


def _days(served: Running) -> tuple[str, str]:
    day = served.site.index.today().isoformat()
    return day, day


def test_without_clicks_nobody_is_told(browser: Browser, served: Running) -> None:
    address = f"http://127.0.0.1:{served.port}"
    assert served.site.recorder
    served.site.recorder.clicks = False
    with opened(browser, {address}) as page:
        told: list[str] = []
        page.on("request", lambda request: told.append(request.url) if request.method == "POST" else None)
        page.goto(f"{address}/?q=pinned")
        page.locator(".hit h2 a").first.click()
        page.locator("dialog").wait_for()
        assert told == []


@pytest.fixture(scope="module")
def axe() -> str:
    return axe_source()


@pytest.mark.parametrize(
    ("scheme", "lang", "width"),
    [("light", "en-US", 1100), ("dark", "ar", 1100), ("dark", "de", 320), ("light", "ar", 390)],
)
def test_the_owner_sees_what_was_asked(
    browser: Browser, served: Running, record: Path, axe: str, scheme: str, lang: str, width: int
) -> None:
    address = f"http://127.0.0.1:{served.port}"
    rows = [
        Asked("zeppelin <b>landing</b>", 1234, Outcome(0), "2026-01-01", "2026-03-14"),
        Asked("refcount", 3, Outcome(2), "2026-01-01", "2026-03-14", {"refcount.md": Opened(2, 1)}),
        Asked("x" * 200, 1, Outcome(7), "2026-01-01", "2026-03-14"),
        Asked("كيف أعيد ضبط كلمة المرور", 1, Outcome(0), "2026-01-01", "2026-03-14"),
    ]
    record_file.add(str(record), rows, 100_000)
    with opened(
        browser,
        {address},
        color_scheme=scheme,
        locale=lang,
        viewport={"width": width, "height": 700},
        http_credentials={"username": "me", "password": TOKEN},
        bypass_csp=True,
    ) as page:
        page.goto(f"{address}/queries")
        assert page.get_by_role("row").count() == 5
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert violations(page, axe) == []
        page.locator("nav a").nth(1).click()
        assert page.get_by_role("rowheader").all_inner_texts() == [rows[0].query, rows[3].query]
        page.get_by_role("rowheader").first.get_by_role("link").click()
        assert page.locator("#q").input_value() == rows[0].query
    assert recorded(served)[rows[0].query].times == 1234
