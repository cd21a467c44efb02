"""Does the search page work for people: typing, keys, filters, the back button, without scripts, without a server?

In real Chromium against the real service. Each page that a test opens must neither raise, nor break its Content
Security Policy, nor ask anybody but the service.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import page_posts
import pytest
from browser import axe_source, chromium, free_port, opened, service, violations

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

ATTACK = page_posts.ATTACK
POSTS = {
    **page_posts.POSTS,
    "attack.md": (
        f"---\ntitle: '{ATTACK}'\ndate: 2021-01-01\ntags: ['{ATTACK}', '10', '9']\ncategories: ['{ATTACK}']\n---\n"
        f"hostile `{ATTACK}` text\n\n## `{ATTACK}`\n\nhostile heading\n"
        "\nhostile but not\u200b seen: \U000e0041\u180e, seen: ‹می\u200cخواهم›\n"
    ),
    "link.md": "---\ntitle: Bad link\npermalink: javascript:window.broken=1\n---\nhostile address\n",
    **{
        f"many/{n:02}.md": f"---\ntitle: Number {n}\ndate: 2020-02-{n:02}\n---\nplentiful words\n" for n in range(1, 26)
    },
}
SETTINGS = 'name = "Ada\'s notes"\nbase_url = "https://ada.example"\nurl = "/:year/:month/:name/"\n'


# -- what all share


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("posts")
    for name, text in POSTS.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "postdex.toml").write_text(SETTINGS, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def served(folder: Path, browser: Browser) -> Iterator[str]:  # the browser first: without one nothing need start
    with service(folder) as address:
        yield address


@pytest.fixture(scope="module")
def window(browser: Browser, served: str) -> Iterator[tuple[Page, list[str]]]:
    """One page for most tests, which takes a third of the time of a page for each."""
    opening = opened(browser, {served.rstrip("/")})
    with opening as shown:
        yield shown, opening.wrong


@pytest.fixture
def page(window: tuple[Page, list[str]]) -> Iterator[Page]:
    shown, wrong = window
    yield shown
    shown.unroute_all()
    assert wrong == []


def titles(page: Page) -> list[str]:
    return page.locator("#hits h2").all_inner_texts()


def wait_for(page: Page, status: str) -> None:
    page.locator("#status", has_text=status).wait_for()


def address(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def focused(page: Page) -> str:
    return str(page.evaluate("(document.activeElement.id || document.activeElement.textContent)"))


def check(page: Page, status: str, *first: str, **query: list[str]) -> None:
    """The page shows this status and, first, these titles, and its address says this."""
    wait_for(page, status)
    assert titles(page)[: len(first)] == list(first)
    assert address(page) == query


# -- typing


def test_hits_appear_while_typing(page: Page, served: str) -> None:
    page.goto(served)
    wait_for(page, "30 posts")
    page.keyboard.type("refco", delay=30)
    check(page, "3 results", "A refcount bug", q=["refco"])
    first = page.locator("#hits li").first
    assert first.locator("mark").all_inner_texts()[:2] == ["refcount", "refcount"]
    assert first.locator("h2 a").get_attribute("href") == "https://ada.example/2022/08/refcount/#the-refcount"
    assert first.locator(".where").inner_text() == "The refcount"
    assert first.locator(".where mark").inner_text() == "refcount"
    assert first.locator(".sections a").get_attribute("href") == "https://ada.example/2022/08/refcount/#the-fix"
    assert first.locator(".sections a").inner_text().startswith("The fix")
    assert page.title() == "refco · Search · Ada's notes"


def test_marks_count_code_points(page: Page, served: str) -> None:
    page.goto(served + "?q=backlog+refcount")
    wait_for(page, "3 results")
    hit = page.locator("#hits li", has_text="Two queues")
    assert hit.locator(".passage mark").all_inner_texts() == ["backlog", "refcount", "refcount"]


def test_no_answer_is_painted_over_a_newer_one(page: Page, served: str) -> None:
    page.goto(served)
    wait_for(page, "30 posts")
    held: list[Any] = []
    page.route("**/?q=linux*", lambda route: held.append(route))
    page.keyboard.type("linux")
    page.wait_for_timeout(250)
    assert held
    page.keyboard.press("Control+A")
    page.keyboard.type("rust", delay=20)
    wait_for(page, "1 result")
    for route in held:
        route.continue_()
    page.wait_for_timeout(250)
    check(page, "1 result", "What Pin promises", q=["rust"])


def test_quick_keys_are_one_question(page: Page, served: str) -> None:
    page.goto(served)
    wait_for(page, "30 posts")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.locator("#q").evaluate(
        "field => [...'refcount'].forEach(key => { field.value += key; field.dispatchEvent(new InputEvent('input')); })"
    )
    check(page, "3 results", "A refcount bug", q=["refcount"])
    assert len(asked) <= 2  # the first key's, which is dropped, and the last one's


def test_typing_goes_on_behind_the_query(page: Page, served: str) -> None:
    page.goto(served + "?q=ref")
    page.keyboard.type("count")
    check(page, "3 results", "A refcount bug", q=["refcount"])


def test_keys_before_the_scripts_count(page: Page, served: str) -> None:
    held: list[Route] = []
    page.route("**/page.js", lambda route: held.append(route))
    page.goto(served, wait_until="commit")
    page.locator("#q").press_sequentially("pinned")
    held[0].continue_()
    check(page, "1 result", "What Pin promises", q=["pinned"])
    assert focused(page) == "q"


def test_slips_are_mended_and_named(page: Page, served: str) -> None:
    page.goto(served)
    page.keyboard.type("refcoutn", delay=5)
    page.get_by_role("link", name="refcount", exact=True).click()
    check(page, "3 results", "A refcount bug", q=["refcount"])
    assert focused(page) == "q"


def test_warnings_are_shown(page: Page, served: str) -> None:
    page.goto(served)
    page.keyboard.type('foo:refcount "root cause')
    page.locator("#notes li", has_text="was not closed").wait_for()  # not that of the first letters
    assert "was not closed" in page.locator("#notes").inner_text()
    assert "is not a field" in page.locator("#notes").inner_text()


def test_a_query_over_the_limit_says_so(page: Page, served: str) -> None:
    page.goto(served + "?q=" + "tag:a+" * 65)
    assert "query" in page.locator("#notes .fault").inner_text()


def test_a_long_text_is_searched_and_it_is_said(page: Page, served: str) -> None:
    page.goto(served + "?q=" + "rust+" * 600)
    page.locator("#hits h2").first.wait_for()
    assert "only the first 1,999 were read" in page.locator("#notes").inner_text()


def test_the_count_is_spoken(page: Page, served: str) -> None:
    page.goto(served)
    page.get_by_role("searchbox").press_sequentially("rust")
    page.locator("#live", has_text="1 result").wait_for(state="attached")
    assert page.locator("#live").get_attribute("role") == "status"


# -- filters, order, more


def test_filters_narrow_and_widen(page: Page, served: str) -> None:
    page.goto(served + "?q=refcount")
    wait_for(page, "3 results")
    before = choices(page, "tags")
    assert before == ["linux", "kernel", "networking", "rust"]
    page.get_by_role("checkbox", name="linux 2").check()
    check(page, "2 results", "A refcount bug", q=["refcount"], tags=["linux"])
    page.get_by_role("checkbox", name="networking 1").check()
    check(page, "1 result", "Two queues behind listen", q=["refcount"], tags=["linux", "networking"])
    assert choices(page, "tags") == before, "a list stays where it is while somebody chooses from it"
    assert page.get_by_role("checkbox", name="rust 0").is_enabled()
    page.get_by_role("checkbox", name="linux 1").uncheck()
    check(page, "1 result", q=["refcount"], tags=["networking"])
    page.locator("#filtered").get_by_role("link", name="networking").click()
    check(page, "3 results", q=["refcount"])
    page.get_by_role("radio", name="2024 1").check()
    check(page, "1 result", "What Pin promises", q=["refcount"], date=["2024"])
    assert page.get_by_role("radio", name="2023 1").is_visible(), "the numbers are those of another choice"
    page.get_by_role("radio", name="Past year").check()
    wait_for(page, "0 results")
    assert address(page) == {"q": ["refcount"], "date": ["1y"]}
    page.get_by_role("radio", name="Any time").check()
    check(page, "3 results", q=["refcount"])


def choices(page: Page, name: str) -> list[str]:
    return [str(box.get_attribute("value")) for box in page.locator(f"[name={name}]").all()]


def test_focus_stays_on_what_was_chosen(page: Page, served: str) -> None:
    page.goto(served + "?q=refcount")
    page.get_by_role("checkbox", name="kernel 1").focus()
    page.keyboard.press("Space")
    wait_for(page, "1 result")
    assert page.evaluate("document.activeElement.value") == "kernel"


def test_a_tag_of_a_hit_is_a_filter(page: Page, served: str) -> None:
    page.goto(served + "?q=refcount")
    page.locator("#hits .tag", has_text="rust").click()
    check(page, "1 result", "What Pin promises", q=["refcount"], tags=["rust"])
    assert page.get_by_role("checkbox", name="rust 1").is_checked()
    page.locator("#hits .tag", has_text="rust").click()
    check(page, "3 results", q=["refcount"])


def test_dates_and_order(page: Page, served: str) -> None:
    page.goto(served + "?q=refcount")
    wait_for(page, "3 results")
    page.get_by_label("Sort by").select_option("date")
    check(page, "3 results", "What Pin promises", q=["refcount"], sort=["date"])
    page.get_by_role("radio", name="2024").check()
    wait_for(page, "1 result")
    page.get_by_text("Custom dates").click()
    page.get_by_label("Before").fill("2024-01-01")
    check(page, "2 results", "Two queues behind listen", q=["refcount"], sort=["date"], before=["2024-01-01"])
    assert not page.get_by_role("radio", name="2024").is_checked()
    page.get_by_role("radio", name="2024").check()
    check(page, "1 result", "What Pin promises", q=["refcount"], sort=["date"], date=["2024"])
    assert page.get_by_label("Before").input_value() == ""


def test_pages(page: Page, served: str) -> None:
    page.goto(served + "?q=plentiful")
    wait_for(page, "25 results")
    assert len(titles(page)) == 10
    page.get_by_role("link", name="Page 3").click()
    page.locator("#pages [aria-current]", has_text="3").wait_for()
    assert address(page) == {"q": ["plentiful"], "page": ["3"]}
    assert focused(page) == titles(page)[0]
    assert page.get_by_role("link", name="Page 3").get_attribute("aria-current") == "page"
    assert page.get_by_role("link", name="Next").count() == 0
    page.go_back()
    page.locator("#pages [aria-current]", has_text="1").wait_for()
    page.get_by_role("link", name="Next").click()
    page.locator("#pages [aria-current]", has_text="2").wait_for()
    page.get_by_label("Sort by").select_option("title")
    check(page, "25 results", q=["plentiful"], sort=["title"])


def test_ways_out_of_nothing(page: Page, served: str) -> None:
    page.goto(served + "?q=refcount&tags=nowhere")
    wait_for(page, "0 results")
    page.get_by_role("link", name="Without filters").click()
    check(page, "3 results", q=["refcount"])
    page.goto(served + '?q=refcount+%2B"pinned backlog"')
    wait_for(page, "0 results")
    ways = page.locator(".ways a").all_inner_texts()
    assert [way.split("\n")[0] for way in ways] == ["Without “pinned backlog”"]
    page.locator(".ways a").click()
    check(page, "3 results", q=["refcount"])
    page.goto(served + "?q=%2Bnetwxyz")
    page.locator("#nothing").get_by_role("link", name="networking").first.click()
    wait_for(page, "1 result")


# -- keys and the back button


def test_keys(page: Page, served: str) -> None:
    page.goto(served + "?q=refcount")
    wait_for(page, "3 results")
    assert focused(page) == "q"
    first, second, third = titles(page)
    fix = page.locator(".sections a").text_content()
    for key, then in [
        ("ArrowDown", first), ("ArrowDown", fix), ("ArrowDown", second), ("ArrowDown", third), ("ArrowDown", third),
        ("ArrowUp", second), ("ArrowUp", fix), ("ArrowUp", first), ("ArrowUp", "q"), ("ArrowDown", first), ("/", "q"),
        ("ArrowDown", first), ("Escape", "q"),
    ]:  # fmt: skip
        page.keyboard.press(key)
        assert focused(page) == then, key
    page.keyboard.press("Escape")
    wait_for(page, "30 posts")
    assert page.locator("#q").input_value() == ""
    page.keyboard.type("rus")
    wait_for(page, "1 result")
    page.keyboard.press("ArrowDown")
    page.keyboard.type("t")
    assert page.locator("#q").input_value() == "rust", "a letter goes on in the field"
    page.wait_for_url("**q=rust")
    wait_for(page, "1 result")
    page.keyboard.press("ArrowDown")
    page.evaluate("document.activeElement.href = '/health'")  # the site of the posts is not there
    with page.expect_navigation(url="**/health"):
        page.keyboard.press("Enter")


def test_enter_takes_whole_words(page: Page, served: str) -> None:
    page.goto(served)
    page.keyboard.type("refco")
    wait_for(page, "3 results")
    with page.expect_response(lambda response: "/?" in response.url) as answered:
        page.keyboard.press("Enter")
    assert "prefix_last" not in answered.value.url


def test_back_and_forward(page: Page, served: str) -> None:
    page.goto(served)
    wait_for(page, "30 posts")
    page.keyboard.type("refcount", delay=20)
    check(page, "3 results", q=["refcount"])
    page.get_by_role("checkbox", name="rust 1").check()
    check(page, "1 result", "What Pin promises", q=["refcount"], tags=["rust"])
    page.go_back()
    check(page, "3 results", q=["refcount"])
    assert not page.get_by_role("checkbox", name="rust 1").is_checked()
    page.go_back()
    check(page, "30 posts")
    assert page.locator("#q").input_value() == ""
    page.go_forward()
    check(page, "3 results", q=["refcount"])
    assert page.locator("#q").input_value() == "refcount"


# -- whatever is in the posts


@pytest.mark.parametrize("scripts", [True, False])
def test_what_posts_hold_is_text(browser: Browser, served: str, scripts: bool) -> None:
    with opened(browser, {served.rstrip("/")}, java_script_enabled=scripts) as page:
        page.goto(served + "?q=hostile&tags=" + "%3Cimg+src%3Dx%3E")
        wait_for(page, "0 results")
        page.goto(served + "?q=hostile")
        wait_for(page, "2 results")
        assert ATTACK in titles(page)
        assert page.locator("#hits img, #hits script, #facets img").count() == 0
        assert page.get_by_role("link", name="Bad link").get_attribute("href") == "documents/link.md"
        page.goto(served + "?q=%22%3E" + "%3Cscript%3Ewindow.broken%3D1%3C%2Fscript%3E")
        assert page.locator("#q").input_value().startswith('"><script>')
        if scripts:
            assert page.evaluate("window.broken") is None


def test_a_post_without_an_address_is_read_here(page: Page, served: str) -> None:
    page.goto(served + "?q=hostile+address")
    page.get_by_role("link", name="Bad link").click()
    dialog = page.get_by_role("dialog", name="Bad link")
    assert "hostile address" in dialog.inner_text()
    page.keyboard.press("Escape")
    dialog.wait_for(state="detached")
    assert focused(page) == "Bad link"


# -- without a server, without scripts, without room


def test_the_server_goes_and_comes_back(browser: Browser, folder: Path, tmp_path: Path) -> None:
    port = free_port()
    with opened(browser, {f"http://127.0.0.1:{port}"}) as page:
        with service(folder, port, tmp_path / "index") as served:
            page.goto(served + "?q=refcount")
            wait_for(page, "3 results")
        page.keyboard.press("Control+A")
        page.keyboard.type("rust")
        page.locator("#notes", has_text="does not answer").wait_for()
        assert len(titles(page)) == 3  # what was found stays
        with service(folder, port, tmp_path / "index"):
            check(page, "1 result", "What Pin promises", q=["rust"])
            assert page.locator("#notes").inner_text() == ""


def test_a_busy_server_is_asked_again(page: Page, served: str) -> None:
    page.goto(served)
    wait_for(page, "30 posts")
    page.route("**/?q=*", lambda route: route.fulfill(status=429, headers={"retry-after": "0"}, body="{}"))
    page.keyboard.type("rust")
    page.locator("#notes .fault").wait_for()
    page.unroute("**/?q=*")
    check(page, "1 result", "What Pin promises", q=["rust"])


def test_without_scripts(browser: Browser, served: str) -> None:
    with opened(browser, {served.rstrip("/")}, java_script_enabled=False) as page:
        page.goto(served)
        page.locator("#q").fill("refcount")
        page.keyboard.press("Enter")
        wait_for(page, "3 results")
        assert titles(page)[0] == "A refcount bug"
        page.get_by_role("checkbox", name="linux 2").check()
        page.get_by_label("Sort by").select_option("date")
        page.get_by_role("button", name="Apply").click()
        wait_for(page, "2 results")
        assert titles(page)[0] == "Two queues behind listen"
        page.get_by_role("radio", name="2022").check()
        page.get_by_role("button", name="Search").click()
        check(page, "1 result", "A refcount bug", **address(page))
        assert page.get_by_role("checkbox", name="linux 1").is_checked()
        page.goto(served + "?q=plentiful&page=2")
        page.get_by_role("link", name="Next").click()
        assert len(titles(page)) == 5


def test_the_same_page_with_and_without_scripts(browser: Browser, served: str) -> None:
    """The service writes what the script paints: hits, filters and notes, to the letter."""
    shown = []
    for scripts in (False, True):
        with opened(browser, {served.rstrip("/")}, java_script_enabled=scripts) as page:
            page.goto(served + f"?q={'rust' if scripts else 'refcoutn+hostile'}&after=2021")
            if scripts:
                page.locator("#q").fill("refcoutn hostile")
                page.locator("#q").press("Enter")
                page.locator("#live", has_text="Also searched").wait_for(state="attached")  # said after it is painted
            shown.append([" ".join(page.locator(at).inner_text().split()) for at in ("#hits", "#facets", "#notes")])
    assert shown[0] == shown[1]
    assert "A refcount bug" in shown[0][0]
    assert "10 1 9 1" in shown[0][1]  # as they were counted: to JavaScript 9 comes first


# -- posts in Arabic, on a site of a kind that nobody knows

ARABIC = (
    "---\nlang: ar\n---\n# عنوان المقالة refcount\n\n"
    + "كلمات كثيرة قبل الكلمة المطلوبة. " * 3
    + "ثم refcount في آخر الجملة.\n"
)
ENGLISH = (
    "---\nlang: en\n---\n# Other\n\n"
    + "some words that stand before what is searched for, " * 3
    + "then a refcount at last.\n"
)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("plain")
    (folder / "arabic.md").write_text(ARABIC, encoding="utf-8")
    (folder / "other.md").write_text(ENGLISH, encoding="utf-8")
    with service(folder) as address:
        yield address


@pytest.mark.parametrize("scripts", [True, False])
def test_each_text_runs_in_its_own_direction(browser: Browser, plain: str, scripts: bool) -> None:
    with opened(browser, {plain.rstrip("/")}, java_script_enabled=scripts) as page:
        page.goto(plain + "?q=refcount")
        page.locator("#hits li").nth(1).wait_for()
        shown = {}
        for hit in page.locator("#hits li").all():
            parts = [hit.locator(at) for at in ("h2", ".passage")]
            shown[hit.get_attribute("lang")] = {
                part.evaluate("at => getComputedStyle(at).direction") for part in parts if scripts
            } or {part.get_attribute("dir") for part in parts}
        assert shown == ({"ar": {"rtl"}, "en": {"ltr"}} if scripts else {"ar": {"auto"}, "en": {"auto"}})
        page.goto(plain + "documents/arabic.md")
        assert page.locator("main").get_attribute("lang") == "ar"
        assert page.locator("main").get_attribute("dir") == "rtl"


@pytest.mark.parametrize("scripts", [True, False])
def test_translations_are_one_hit_or_apart(browser: Browser, tmp_path: Path, scripts: bool) -> None:
    for lang in ("en", "de"):
        (tmp_path / lang).mkdir()
        (tmp_path / lang / "a.md").write_text(f"---\ntitle: In {lang}\n---\nThe refcount.\n", encoding="utf-8")
    (tmp_path / "postdex.toml").write_text('translations = "group"\nlanguage = "en"\n', encoding="utf-8")
    with service(tmp_path) as address, opened(browser, {address.rstrip("/")}, java_script_enabled=scripts) as page:
        page.goto(address + "?q=refcount")
        wait_for(page, "1 result (translations counted once)")
        assert titles(page) == ["In en"]
        other = page.locator("#hits a[hreflang=de]")
        assert (other.inner_text(), other.get_attribute("href")) == ("Deutsch", "documents/de/a.md")
        page.get_by_text("Show each translation").click()
        wait_for(page, "2 results")
        assert "translations=all" in page.url and page.locator("#hits a[hreflang]").count() == 0
        page.locator("#q").fill("the refcount")
        page.locator("#q").press("Enter")
        page.wait_for_url("**q=the+refcount**")
        wait_for(page, "2 results")
        page.get_by_text("Show translations as one").click()
        wait_for(page, "1 result (translations counted once)")
        assert "translations" not in page.url


def test_what_is_old_is_said_to_be_while_the_service_is_slow(page: Page, served: str) -> None:
    page.goto(served + "?q=refcount")
    wait_for(page, "3 results")
    held: list[Route] = []
    page.route("**/?q=*", lambda route: held.append(route))
    page.keyboard.press("Control+A")
    page.keyboard.type("rust")
    wait_for(page, "Searching")
    assert page.locator("main").get_attribute("aria-busy") == "true"
    assert page.locator("body.stale.waiting").count() == 1 and len(titles(page)) == 3
    page.locator("#live", has_text="Searching").wait_for(state="attached")
    held[-1].continue_()  # the others were given up
    check(page, "1 result", "What Pin promises", q=["rust"])
    page.unroute("**/?q=*")
    assert page.locator("body.stale, [aria-busy=true]").count() == 0


# -- for everybody


@pytest.fixture(scope="module")
def axe() -> str:
    return axe_source()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1100, 360])
def test_axe_finds_nothing(browser: Browser, served: str, axe: str, scheme: Any, width: int) -> None:
    size = {"width": width, "height": 800}
    with opened(browser, {served.rstrip("/")}, color_scheme=scheme, viewport=size) as page:
        for query in (
            *(
                "",
                "?q=refcount&tags=linux&date=2022",
                "?q=refcoutn+foo:bar",
                "?q=" + "a+" * 1200,
                "?q=plentiful&page=2",
            ),
            *("?q=refcount&tags=nowhere", "?q=hostile&ui=ar", "?q=refcount&after=2022-01-01&ui=zh-TW"),
        ):
            page.goto(served + query)
            page.locator("#hits li, #notes > *, #nothing > *").first.wait_for()
            assert violations(page, axe) == [], query
        if width < 500:
            page.goto(served + "?q=refcount")
            page.get_by_role("button", name="Filters").click()
            page.get_by_role("heading", name="Filters").wait_for()
            page.wait_for_timeout(300)  # it comes from below
            assert violations(page, axe) == [], "the sheet of filters"
        page.goto(served + "?q=hostile+address")
        page.get_by_role("link", name="Bad link").click()
        page.get_by_role("dialog").wait_for()
        assert violations(page, axe) == [], "the dialog"
        page.goto(served + "documents/refcount.md")
        assert violations(page, axe) == [], "a post to read"


def test_axe_finds_nothing_while_the_service_is_away(page: Page, served: str, axe: str) -> None:
    page.goto(served + "?q=refcount")
    page.route("**/?q=*", lambda route: route.abort())
    page.keyboard.type(" rust")
    page.locator("#notes .fault").wait_for()
    assert violations(page, axe) == []


@pytest.mark.parametrize(
    "query", ["?q=refcount", "?q=refcount&ui=ar", "?q=refcount&ui=de&tags=linux&date=2022", "?q=%2Bzz"]
)
@pytest.mark.parametrize("width", [320, 390])
def test_a_phone(browser: Browser, served: str, query: str, width: int) -> None:
    """Nothing stands out of the window, and fingers have 44 pixels for what they touch."""
    size = {"width": width, "height": 700}
    with opened(browser, {served.rstrip("/")}, viewport=size, has_touch=True, is_mobile=True) as page:
        page.goto(served + query)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        small = """() => [...document.querySelectorAll("main a, main button, select, header a, header button")]
            .filter(at => at.checkVisibility() && !at.closest(".facts > span, p"))
            .map(at => [at.textContent, at.getBoundingClientRect().height]).filter(([, height]) => height < 43.5)"""
        assert page.evaluate(small) == []
        marks = """() => [...document.querySelectorAll(".passage, .sections span")].filter(text => {
            const mark = text.querySelector("mark")?.getBoundingClientRect();
            return mark && mark.bottom > text.getBoundingClientRect().bottom + 1; }).map(text => text.textContent)"""
        assert page.evaluate(marks) == [], "a mark is cut away"


def test_a_sheet_of_filters(browser: Browser, served: str) -> None:
    size = {"width": 390, "height": 700}
    with opened(browser, {served.rstrip("/")}, viewport=size, has_touch=True, is_mobile=True) as page:
        page.goto(served + "?q=refcount")
        assert not page.get_by_role("checkbox", name="linux 2").is_visible()
        page.get_by_role("button", name="Filters").click()
        page.get_by_role("checkbox", name="linux 2").check()
        page.get_by_role("button", name="Show 2 results").click()
        page.get_by_role("checkbox", name="linux 2").wait_for(state="hidden")
        check(page, "2 results", "A refcount bug", q=["refcount"], tags=["linux"])
        assert page.get_by_role("button", name="Filters (1)").is_visible()
