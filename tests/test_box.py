"""Does the box work on other people's sites: dialog and inline, by keys and fingers, in any language, under any style?

In real Chromium against the real service, on pages whose policy allows no style, no markup made of text (Trusted
Types) and no host but the service.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from browser import axe_source, chromium, free_port, opened, service, violations
from browser import site as other_site

from postdex.http import static_files
from postdex.http.page import messages

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page, Route

ATTACK = '<img src=x onerror="window.broken=1"><script>window.broken=1</script>'
LONG = "several words that stand before what is searched for, " * 3
POSTS = {
    "refcount.md": (
        "---\ntitle: A refcount bug\ndate: 2022-08-26\ntags: [linux]\nlang: en\n---\nWhere the fuzzer found it.\n\n"
        "## The refcount\n\nThe refcount is taken twice by the fallback.\n\n"
        "## The fix\n\nOne reference less: the refcount is dropped.\n\n## Refcount in tests\n\nA refcount is counted.\n"
    ),
    "queues.md": "---\ntitle: Two queues behind listen\ndate: 2023-11-20\n---\nThe backlog has a refcount 😀.\n",
    "pins.md": "---\ntitle: What Pin promises\ndate: 2024-04-02\n---\nA pinned value and a refcount.\n",
    "attack.md": f"---\ntitle: '{ATTACK}'\n---\nhostile `{ATTACK}` text\n\n## `{ATTACK}`\n\nhostile heading\n",
    "link.md": "---\ntitle: Bad link\npermalink: javascript:window.broken=1\n---\nhostile address\n",
    "arabic.md": f"---\nlang: ar\n---\n# عنوان المقالة\n\n{'كلمات كثيرة قبل الكلمة. ' * 4}ثم marked في آخر الجملة.\n",
    "english.md": f"---\nlang: en\n---\n# Other\n\n{LONG}then it is marked at last.\n",
    "chinese.md": f"---\nlang: zh-CN\n---\n# 标题\n\n{'这里有很多不相干的文字在前面' * 4}最后才是marked这个词。\n",
    "huge.md": f"---\ntitle: {'enormous title ' * 66}\ntags: [{', '.join(f't{n}' for n in range(200))}]\n---\nmarked\n",
}
SETTINGS = (
    'base_url = "https://ada.example"\nurl = "/:year/:month/:name/"\norigins = ["{origin}"]\n'
    '[synonyms]\n"reference counter" = ["refcount"]\n'
)
POLICY = "default-src 'none'; script-src {0}; connect-src {0}; style-src 'nonce-n'; require-trusted-types-for 'script'"
PAGE = (
    '<!doctype html><html lang={lang}><meta name=viewport content="width=device-width"><title>A site</title>'
    '<meta http-equiv=Content-Security-Policy content="{policy}">{head}'
    "<main><h1>A site</h1>{before}<script src='{served}postdex.js' data-endpoint='{served}' defer></script>"
    "<p id=end tabindex=0>The end.</p></main>"
)


# -- what all share


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


class Site(NamedTuple):
    """A site of somebody's: where, its folder, and the service that answers its box."""

    origin: str
    folder: Path
    served: str

    def page(self, before: str = "", lang: str = "en", head: str = "") -> str:
        """The address of a new page: `before` stands before the script."""
        policy = POLICY.format(self.served.rstrip("/"))
        text = PAGE.format(policy=policy, served=self.served, before=before, lang=lang, head=head)
        name = f"page{len(list(self.folder.iterdir()))}.html"  # a new one each time, as browsers remember pages
        (self.folder / name).write_text(text, encoding="utf-8")
        return f"{self.origin}/{name}"

    @property
    def origins(self) -> set[str]:
        """Whom its pages may ask; the last is where hits lead."""
        return {self.origin, self.served.rstrip("/"), "https://ada.example"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("posts")
    for name, text in POSTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def site(folder: Path, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    pages = tmp_path_factory.mktemp("site")
    (pages / "favicon.ico").write_bytes(b"")
    with other_site(pages) as origin:
        (folder / "postdex.toml").write_text(SETTINGS.format(origin=origin), encoding="utf-8")
        with service(folder) as served:
            yield Site(origin, pages, served)


@pytest.fixture(scope="module")
def window(browser: Browser, site: Site) -> Iterator[tuple[Page, list[str]]]:
    """One page for most tests, which takes a third of the time of a page for each."""
    opening = opened(browser, site.origins)
    with opening as shown:
        # The site of the posts, which isn't there: a page that leads to it stays.
        opening.context.route("https://ada.example/**", lambda route: route.fulfill(status=204))
        yield shown, opening.wrong


@pytest.fixture
def page(window: tuple[Page, list[str]], site: Site) -> Iterator[Page]:
    shown, wrong = window
    yield shown
    shown.unroute_all()
    shown.evaluate("localStorage.clear()")
    assert wrong == []


def field(page: Page) -> Locator:
    return page.get_by_role("combobox")


def rows(page: Page) -> Locator:
    return page.locator("postdex-search .row")


def active(page: Page) -> str:
    """The text of the row that a screen reader takes for the active one."""
    return str(
        page.evaluate(
            """() => { const { shadowRoot } = document.querySelector("postdex-search");
            const id = shadowRoot.querySelector("input").getAttribute("aria-activedescendant");
            return id ? shadowRoot.getElementById(id).innerText : ""; }"""
        )
    )


def first_active(page: Page, text: str) -> None:
    page.locator("postdex-search .active", has_text=text).wait_for()


# -- the dialog


def test_a_button_opens_the_dialog_and_has_the_focus_back(page: Page, site: Site) -> None:
    page.goto(site.page())
    assert page.evaluate("document.querySelector('script').nextElementSibling.localName") == "postdex-search"
    button, dialog = page.get_by_role("button", name="Search"), page.get_by_role("dialog", name="Search")
    assert button.get_attribute("aria-keyshortcuts") in ("Control+K", "Meta+K")
    button.click()
    assert field(page).evaluate("field => field.getRootNode().activeElement === field")
    page.keyboard.press("Escape")
    page.locator("postdex-search .open:focus").wait_for()
    assert not dialog.is_visible()
    page.get_by_role("button", name="Search").press("Enter")
    page.get_by_role("button", name="Close").click()
    page.locator("postdex-search .open:focus").wait_for()
    assert not dialog.is_visible()
    button.click()
    page.mouse.click(5, 5)
    assert not dialog.is_visible()


@pytest.mark.parametrize("key", ["Control+k", "/"])
def test_keys_open_and_close_it(page: Page, site: Site, key: str) -> None:
    page.goto(site.page())
    page.locator("#end").focus()
    page.keyboard.press(key)
    page.get_by_role("dialog").wait_for()
    page.keyboard.type("pinn")
    first_active(page, "What Pin promises")
    page.keyboard.press("Escape")
    page.keyboard.press(key)  # what was begun is there, and is still a beginning
    first_active(page, "What Pin promises")
    page.wait_for_timeout(200)
    assert rows(page).all_inner_texts()[0].startswith("What Pin promises")
    page.keyboard.type("a/b")
    assert field(page).input_value() == "a/b"
    page.keyboard.press("Control+k")
    assert not page.get_by_role("dialog").is_visible()
    assert page.evaluate("document.activeElement.id") == "end"  # the focus is where it was
    page.goto(site.page())
    page.keyboard.press(key)
    page.keyboard.press("Escape")
    page.locator("postdex-search .open:focus").wait_for()  # nothing had it before
    page.goto(site.page("<postdex-search keys=off></postdex-search>"))
    page.keyboard.press(key)
    assert not page.get_by_role("dialog").is_visible()
    page.goto(site.page("<input id=other>"))
    page.locator("#other").press("/")
    assert page.locator("#other").input_value() == "/"


def test_text_may_be_selected_beyond_the_edge(page: Page, site: Site) -> None:
    page.goto(site.page())
    page.keyboard.press("Control+k")
    page.keyboard.type("refcount")
    around = field(page).bounding_box()
    assert around
    page.mouse.move(around["x"] + 60, around["y"] + 20)
    page.mouse.down()
    page.mouse.move(3, 3)
    page.mouse.up()
    assert page.get_by_role("dialog").is_visible()


def test_the_page_behind_neither_scrolls_nor_moves(page: Page, site: Site) -> None:
    tall = "<style nonce=n>main { height: 300vh } #bar { position: sticky; top: 0 }</style>"
    for more in (
        "",
        "<style nonce=n>body { overflow-x: hidden }</style>",
        "<style nonce=n>html { overflow-y: scroll }</style>",
    ):
        page.goto(site.page("<p id=bar>A bar</p>", head=tall + more))
        page.evaluate("scrollTo(0, 200)")
        place = "[document.querySelector('#bar').getBoundingClientRect().toJSON(), scrollY]"
        before = page.evaluate(place)
        page.keyboard.press("Control+k")
        page.get_by_role("dialog").wait_for()
        page.mouse.move(10, 300)
        page.mouse.wheel(0, 500)
        page.wait_for_timeout(150)
        assert page.evaluate(place) == before, more
        page.keyboard.press("Escape")
        page.mouse.wheel(0, 100)
        page.wait_for_timeout(250)
        assert page.evaluate("scrollY") > 200


def test_hits_are_posts_with_their_sections(page: Page, site: Site) -> None:
    page.goto(site.page())
    page.keyboard.press("/")
    page.keyboard.type("refco", delay=20)
    first_active(page, "A refcount bug")
    group = page.get_by_role("group").first
    assert group.get_attribute("lang") == "en"
    options = group.get_by_role("option")
    assert options.count() == 3
    assert page.locator("postdex-search [role=listbox] [role=option]").count() == rows(page).count() >= 5
    address = "https://ada.example/2022/08/refcount/"
    assert options.first.get_attribute("href") == f"{address}#the-refcount"
    assert {(options.nth(n).get_attribute("href") or "").partition("#")[0] for n in (1, 2)} == {address}
    assert group.locator(".where mark").inner_text() == "refcount"
    assert "Refcount" in group.locator(".section .title mark").all_inner_texts()
    assert page.get_by_role("link", name="3 posts").get_attribute("href") == f"{site.served}?q=refco"
    page.get_by_role("status").filter(has_text="3 posts").wait_for(state="attached")


def test_arrows_move_and_letters_go_on_in_the_field(page: Page, site: Site) -> None:
    page.goto(site.page())
    page.keyboard.press("/")
    page.keyboard.type("refcount")
    first_active(page, "A refcount bug")
    texts = rows(page).all_inner_texts()
    for key, at in [
        ("ArrowDown", 1),
        ("ArrowDown", 2),
        ("ArrowUp", 1),
        ("ArrowUp", 0),
        ("ArrowUp", -1),
        ("ArrowDown", 0),
    ]:
        page.keyboard.press(key)
        assert active(page) == texts[at], key
    page.keyboard.press("ArrowDown")
    assert page.get_by_role("option", selected=True).count() == 1
    page.keyboard.type("s pinned")
    assert field(page).input_value() == "refcounts pinned"
    page.get_by_role("button", name="Clear").focus()
    page.keyboard.type("x")
    assert field(page).input_value().endswith("x")


def entered(page: Page) -> str:
    """Press Enter; gives the address that the browser goes on to."""
    with page.expect_request("https://ada.example/**") as going:
        page.keyboard.press("Enter")
    return going.value.url


def test_enter_goes_on_to_the_active_hit(page: Page, site: Site) -> None:
    page.goto(site.page())
    page.keyboard.press("/")
    page.keyboard.type("refcount")
    first_active(page, "A refcount bug")
    page.keyboard.press("ArrowDown")
    second = rows(page).nth(1).get_attribute("href")
    assert entered(page) == (second or "").partition("#")[0] == "https://ada.example/2022/08/refcount/"
    assert not page.get_by_role("dialog").is_visible()
    held: list[Route] = []
    page.route("**/search?*", lambda route: held.append(route))
    page.keyboard.press("/")
    page.keyboard.press("Control+A")
    page.keyboard.type("pinned")
    page.keyboard.press("Enter")  # before the answer is there: it is gone to when it comes
    page.wait_for_timeout(100)
    with page.expect_request("https://ada.example/2024/04/pins/"):
        held[-1].continue_()


def test_where_there_is_no_page_nothing_leads_to_it(page: Page, site: Site) -> None:
    for attribute, leads in (("off", None), ("/find/", f"{site.origin}/find/?q=refcount")):
        page.goto(site.page(f"<postdex-search page={attribute} limit=1></postdex-search>"))
        page.keyboard.press("/")
        page.keyboard.type("refcount")
        first_active(page, "A refcount bug")
        link = page.get_by_role("link", name="Show all 3 results")
        assert (link.get_attribute("href") if link.count() else None) == leads


# -- before anything is typed


def test_recent_and_pinned_ones(page: Page, site: Site) -> None:
    pins = "<postdex-search><a href='/start'>Install it</a> <a href='javascript:1'>Bad</a></postdex-search>"
    page.goto(site.page(pins))
    for query in ("pinned", "backlog"):
        page.keyboard.press("/")
        page.keyboard.press("Control+A")
        page.keyboard.type(query)
        page.locator("postdex-search .active", has_text=query).wait_for()
        entered(page)
    page.goto(site.page(pins))
    page.keyboard.press("/")
    cells = page.locator("postdex-search [role=grid] [role=gridcell] a")
    assert cells.all_inner_texts() == ["Two queues behind listen", "What Pin promises", "Install it"]
    assert page.get_by_role("grid").get_by_role("row").count() == 3
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    assert cells.all_inner_texts() == ["What Pin promises", "Install it"]
    assert active(page) == "What Pin promises"
    page.get_by_role("button", name="Remove “What Pin promises” from this list").click()
    assert cells.all_inner_texts() == ["Install it"]
    page.keyboard.press("Delete")
    assert cells.all_inner_texts() == ["Install it"]


@pytest.mark.parametrize(
    "kept", ["", "null", "{}", "[1]", '[{"url": "javascript:1", "title": "x"}]', "[[", '[{"url": 1}]']
)
def test_what_is_kept_may_be_anything(page: Page, site: Site, kept: str) -> None:
    page.goto(site.page())
    page.evaluate("([key, kept]) => localStorage.setItem(key, kept)", [f"postdex:{site.served}", kept])
    page.keyboard.press("/")
    page.locator("postdex-search .hint", has_text="Type to search.").wait_for()


def test_nothing_is_kept_where_that_is_off(page: Page, site: Site) -> None:
    page.goto(site.page("<postdex-search recents=off></postdex-search>"))
    page.keyboard.press("/")
    page.keyboard.type("pinned")
    first_active(page, "What Pin promises")
    entered(page)
    assert page.evaluate("localStorage.length") == 0


# -- nothing found, nobody there


def test_what_may_be_tried_where_nothing_is_found(page: Page, site: Site) -> None:
    page.goto(site.page())
    page.keyboard.press("/")
    for query, button, then in [
        ("refcount tag:linux -tag:linux", "Search without filters", "refcount"),
        ('"fallback refcount"', "Search for the words alone", "fallback refcount"),
        ("+refcXYZ", "refcount", "refcount"),
    ]:
        page.keyboard.press("Control+A")
        page.keyboard.type(query)
        page.locator("postdex-search .none", has_text="No post matches.").wait_for()
        page.get_by_role("button", name=button, exact=True).click()
        first_active(page, "A refcount bug")
        assert field(page).input_value() == then
        assert page.evaluate("document.querySelector('postdex-search').shadowRoot.activeElement.localName") == "input"


def test_mended_words_and_warnings_are_said(page: Page, site: Site) -> None:
    page.goto(site.page())
    page.keyboard.press("/")
    page.keyboard.type('refcoutn "root cause')
    page.get_by_role("button", name="refcount", exact=True).wait_for()
    assert "was not closed" in page.locator("postdex-search .said").inner_text()


def test_synonyms_are_said(page: Page, site: Site) -> None:
    page.goto(site.page())
    page.keyboard.press("/")
    page.keyboard.type("reference counter")
    page.get_by_role("button", name="refcount", exact=True).wait_for()
    said = page.locator("postdex-search .said").inner_text()
    assert "“reference counter”: also searched for" in said and "No post has" not in said


def test_what_is_old_is_pale_while_the_service_is_slow(page: Page, site: Site) -> None:
    page.goto(site.page())
    page.keyboard.press("/")
    page.keyboard.type("refcount")
    first_active(page, "A refcount bug")
    page.route("**/search?*", lambda route: None)
    page.keyboard.type(" pinned")
    page.locator("postdex-search [role=listbox][aria-busy=true]").wait_for()
    assert rows(page).count() >= 5
    page.wait_for_timeout(300)
    assert float(page.locator("postdex-search .rows").evaluate("part => getComputedStyle(part).opacity")) < 0.6
    page.goto(site.page())
    page.keyboard.press("/")
    page.keyboard.type("refcount")
    page.get_by_text("Searching …").first.wait_for()


def test_the_service_goes_and_comes_back(browser: Browser, folder: Path, site: Site, tmp_path: Path) -> None:
    port = free_port()
    there = site._replace(served=f"http://127.0.0.1:{port}/")
    with opened(browser, there.origins) as page:
        with service(folder, port, tmp_path / "index"):
            page.goto(there.page())
            page.get_by_role("button", name="Search").click()
        page.keyboard.type("refcount")
        page.locator("postdex-search .fault", has_text="does not answer just now").wait_for()
        assert rows(page).count() == 0
        with service(folder, port, tmp_path / "index"):
            first_active(page, "A refcount bug")
            assert not page.locator("postdex-search .fault").is_visible()


def test_the_box_of_a_site_that_is_not_named(browser: Browser, site: Site, tmp_path: Path) -> None:
    with other_site(tmp_path) as origin, opened(browser, site.origins | {origin}) as page:
        page.goto(Site(origin, tmp_path, site.served).page())
        page.keyboard.press("/")
        page.keyboard.type("refcount")
        page.locator("postdex-search .fault", has_text="does not answer just now").wait_for()


# -- the field in the page


def test_inline(page: Page, site: Site) -> None:
    page.goto(site.page("<postdex-search inline placeholder='Find a post' limit=1></postdex-search>"))
    assert page.get_by_role("dialog").count() == 0
    page.keyboard.press("/")
    panel = page.locator("postdex-search .panel")
    page.keyboard.type("refco", delay=20)
    first_active(page, "A refcount bug")
    assert page.get_by_role("combobox", name="Find a post").get_attribute("aria-expanded") == "true"
    assert page.get_by_role("group").count() == 1
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    assert not panel.is_visible() and field(page).input_value() == "refco"
    page.keyboard.press("Escape")
    assert field(page).input_value() == ""
    page.keyboard.type("refco")
    first_active(page, "A refcount bug")
    page.locator("h1").click()
    assert not panel.is_visible()


# -- room


def inside(page: Page, part: str) -> None:
    """This part of the box is within the window, and the page does not scroll sideways."""
    around = page.locator(f"postdex-search {part}").first.bounding_box()
    width = page.evaluate("innerWidth")
    assert around and around["x"] >= 0 and around["x"] + around["width"] <= width, (around, width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


STYLES = ("", "float: right; width: 7rem", "margin-left: 60vw", "width: 90vw", "display: flex")


@pytest.mark.parametrize("lang", ["en", "ar"])
@pytest.mark.parametrize("width", [320, 1000])
def test_it_stays_in_the_window(browser: Browser, site: Site, lang: str, width: int) -> None:
    with opened(browser, site.origins, viewport={"width": width, "height": 640}) as page:
        for style in STYLES:
            head = f"<style nonce=n>:lang(ar) {{ direction: rtl }} postdex-search {{ {style} }}</style>"
            page.goto(site.page(lang=lang, head=head))
            found(page, "marked", 4)
            inside(page, "dialog")
            inside(page, ".foot")
            around = page.locator("postdex-search dialog").bounding_box()
            assert around and around["width"] == min(672, width)
            page.goto(site.page("<postdex-search inline></postdex-search>", lang=lang, head=head))
            found(page, "marked", 4)
            inside(page, ".panel")


def found(page: Page, query: str, hits: int) -> None:
    """Open the box and have it find so many posts."""
    page.keyboard.press("Control+k")
    page.keyboard.type(query)
    rows(page).nth(hits - 1).wait_for()


@pytest.mark.parametrize("form", ["", "inline"])
def test_the_first_mark_is_in_the_first_two_lines(browser: Browser, site: Site, form: str) -> None:
    with opened(browser, site.origins, viewport={"width": 320, "height": 640}) as page:
        page.goto(site.page(f"<postdex-search {form}></postdex-search>"))
        page.keyboard.press("Control+k")
        page.keyboard.type("marked")
        rows(page).nth(3).wait_for()
        texts = page.locator("postdex-search .text", has=page.locator("mark"))
        assert texts.count() == 4
        for text in texts.all():
            mark, around = text.locator("mark").first.bounding_box(), text.bounding_box()
            assert mark and around and mark["y"] + mark["height"] <= around["y"] + around["height"] + 2, (
                text.inner_text()
            )
        directions = (
            "groups => groups.map(group => [group.lang, getComputedStyle(group.querySelector('.text')).direction])"
        )
        shown = dict(page.locator("postdex-search .group").evaluate_all(directions))
        assert (shown["ar"], shown["en"], shown["zh-cn"]) == ("rtl", "ltr", "ltr")
        title = page.get_by_role("option").filter(has_text="enormous").locator(".title").bounding_box()
        assert title and title["height"] < 60  # two lines of a thousand characters


def test_fingers_have_room(browser: Browser, site: Site) -> None:
    options: dict[str, Any] = {"viewport": {"width": 360, "height": 640}, "is_mobile": True, "has_touch": True}
    with opened(browser, site.origins, **options) as page:
        page.goto(site.page("<postdex-search><a href='/start'>Install it</a></postdex-search>"))
        page.evaluate(
            'key => localStorage.setItem(key, \'[{"url": "/a", "title": "A post"}]\')', f"postdex:{site.served}"
        )
        page.get_by_role("button", name="Search").tap()
        page.get_by_role("dialog").wait_for()
        small = """() => [...document.querySelector("postdex-search").shadowRoot.querySelectorAll("button, a")]
            .filter(part => part.checkVisibility() && Math.min(part.offsetHeight, Math.max(part.offsetWidth, 44)) < 44)
            .map(part => part.outerHTML)"""
        assert page.evaluate(small) == []
        for query in ("refcount", "+refcXYZ"):
            field(page).fill(query)
            page.wait_for_timeout(800)
            assert page.evaluate(small) == [], query
        assert page.locator("postdex-search dialog").bounding_box() == {"x": 0, "y": 0, "width": 360, "height": 640}


# -- among other styles, scripts and boxes

RESET = """<style nonce=n>html { font-size: 62.5% } * { all: unset } head, script, style { display: none }
html, body, main, h1, p { display: block } body { font: 1.6rem/3 serif; letter-spacing: 5px; text-transform: uppercase }
dialog { border: 9px solid red !important; width: 90px !important } input, a { font-size: 40px !important }</style>"""


def test_two_boxes_under_a_reset(page: Page, site: Site) -> None:
    both = "<postdex-search></postdex-search><postdex-search inline placeholder=Second></postdex-search>"
    page.goto(site.page(both, head=RESET))
    page.keyboard.press("Control+k")
    assert page.get_by_role("dialog").count() == 1
    page.keyboard.type("refcount")
    first_active(page, "A refcount bug")
    assert not page.locator("postdex-search .panel").is_visible()
    style = "part => { const at = getComputedStyle(part); return [at.fontSize, at.letterSpacing, at.textTransform] }"
    assert field(page).first.evaluate(style) == ["16px", "normal", "none"]
    assert rows(page).first.evaluate(style) == ["16px", "normal", "none"]
    assert page.locator("postdex-search dialog").evaluate("part => part.offsetWidth") == 672
    page.keyboard.press("Escape")
    page.evaluate("document.querySelector('postdex-search').style.display = 'none'")
    page.keyboard.press("Control+k")  # the one that is seen
    assert page.get_by_role("dialog").count() == 0
    page.keyboard.type("pinned")
    assert field(page).input_value() == "pinned"
    page.locator("postdex-search .panel .active", has_text="What Pin promises").wait_for()


def test_a_box_that_comes_and_goes(page: Page, site: Site) -> None:
    page.goto(site.page())
    page.evaluate("""() => {
        const main = document.querySelector("main"), kept = document.querySelector("postdex-search");
        kept.remove();
        main.append(document.createElement("postdex-search"), kept);
        kept.remove(); }""")
    page.keyboard.press("Control+k")
    page.keyboard.type("refcount")
    first_active(page, "A refcount bug")
    overflow = "[document.documentElement.style.overflow, document.body.style.overflow]"
    assert "hidden" in page.evaluate(overflow)
    page.evaluate("document.querySelector('postdex-search').remove()")
    assert page.evaluate(overflow) == ["", ""]
    # A part of the page is put in anew with its script, as pjax does.
    page.evaluate("""() => {
        const script = document.querySelector("script"), again = document.createElement("script");
        const policy = trustedTypes.createPolicy("site", { createScriptURL: url => url });
        again.dataset.endpoint = script.dataset.endpoint;
        again.src = policy.createScriptURL(script.src);
        script.replaceWith(again); }""")
    page.get_by_role("button", name="Search").wait_for()
    page.keyboard.press("Control+k")
    assert page.get_by_role("dialog").count() == 1


def test_what_posts_hold_is_text(page: Page, site: Site) -> None:
    page.goto(site.page())
    page.keyboard.press("/")
    page.keyboard.type("hostile")
    page.get_by_text("Bad link").wait_for()
    assert ATTACK in page.locator("postdex-search .rows").inner_text()
    assert page.evaluate("window.broken") is None
    assert (
        page.evaluate("document.querySelector('postdex-search').shadowRoot.querySelectorAll('img, script').length") == 0
    )
    hit = page.get_by_role("option").filter(has_text="Bad link")
    assert hit.get_attribute("href") == f"{site.served}documents/link.md"


def test_a_post_without_an_address_is_shown_by_the_service(page: Page, site: Site) -> None:
    page.goto(site.page())
    page.keyboard.press("/")
    page.keyboard.type("hostile address")
    first_active(page, "Bad link")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Bad link").wait_for()


def test_without_scripts_there_is_what_the_owner_wrote(browser: Browser, site: Site) -> None:
    form = f"<form action='{site.served}'><input name=q aria-label=Search><button>Go</button></form>"
    with opened(browser, site.origins, java_script_enabled=False) as page:
        page.goto(
            site.page(f"<postdex-search><noscript>{form}</noscript><a href='/start'>Install it</a></postdex-search>")
        )
        assert page.get_by_role("link", name="Install it").is_visible()
        page.get_by_role("textbox", name="Search").fill("refcount")
        page.get_by_role("button", name="Go").click()
        assert "A refcount bug" in page.locator("#hits").inner_text()


# -- languages


@pytest.mark.parametrize(
    ("lang", "locale", "search"),
    [
        ("de-AT", "en", "Suchen"),
        ("zh-Hant", "en", "搜尋"),
        ("xx", "ja-JP", "検索"),
        ("en", "ja-JP", "Search"),
        ("xx", "xx", "Search"),
    ],
)
def test_it_speaks_as_the_page_or_else_the_browser(
    browser: Browser, site: Site, lang: str, locale: str, search: str
) -> None:
    with opened(browser, site.origins, locale=locale) as page:
        page.goto(site.page(lang=lang))
        assert page.get_by_role("button").inner_text().startswith(search)


def test_plurals_are_those_of_browsers(page: Page) -> None:
    select = "([language, numbers]) => numbers.map(n => new Intl.PluralRules(language).select(n))"
    numbers = [*range(130), 199, 200, 201, 999, 1000, 1002, 1_000_000, 1_000_011]
    for language in messages.table():
        posts = messages.table()[language]["posts"]
        assert isinstance(posts, dict)
        for n, name in zip(numbers, page.evaluate(select, [language, numbers]), strict=True):
            assert posts.get(name, posts["other"]) == posts.get(messages.plural(language, n), posts["other"]), (
                language,
                n,
            )


# -- for everybody


@pytest.fixture(scope="module")
def axe() -> str:
    return axe_source()


@pytest.mark.parametrize("form", ["", "inline"])
@pytest.mark.parametrize(("scheme", "lang", "width"), [("light", "en", 1100), ("dark", "ar", 360)])
def test_axe_finds_nothing(
    browser: Browser, site: Site, axe: str, form: str, scheme: str, lang: str, width: int
) -> None:
    options: dict[str, Any] = {"viewport": {"width": width, "height": 800}, "bypass_csp": True}
    with opened(browser, site.origins, **options) as page:
        said = messages.table()[lang]
        box = f"<postdex-search {form} theme={scheme}>"
        page.goto(site.page(f"{box}</postdex-search>", lang=lang))
        check(page, axe, "as it stands")
        page.keyboard.press("Control+k")
        page.locator("postdex-search .hint").wait_for()
        page.wait_for_timeout(250)  # the dialog has risen
        check(page, axe, "empty")
        page.goto(site.page(f"{box}<a href=/start>Install it</a></postdex-search>", lang=lang))
        kept = json.dumps([{"url": "/a", "title": "A post"}])
        page.evaluate("([key, kept]) => localStorage.setItem(key, kept)", [f"postdex:{site.served}", kept])
        page.keyboard.press("Control+k")
        rows(page).nth(1).wait_for()
        page.wait_for_timeout(250)
        check(page, axe, "links")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowRight")
        check(page, axe, "a button of a link")
        page.keyboard.type("refcoutn")
        first_active(page, "A refcount bug")
        check(page, axe, "hits")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        check(page, axe, "a section")
        field(page).fill("+refcXYZ")
        page.get_by_role("button", name="refcount", exact=True).wait_for()
        check(page, axe, "nothing found")
        page.route("**/search?*", lambda route: None)
        field(page).fill("fix")
        page.get_by_text(str(said["waiting"])).first.wait_for()
        check(page, axe, "waiting")
        page.unroute("**/search?*")
        page.route("**/search?*", lambda route: route.abort())
        field(page).fill("fixes")
        page.locator("postdex-search .fault").wait_for()
        check(page, axe, "nobody there")


def check(page: Page, axe: str, state: str) -> None:
    assert violations(page, axe) == [], state


def test_what_readers_prefer(browser: Browser, site: Site) -> None:
    with opened(browser, site.origins, reduced_motion="reduce", forced_colors="active") as page:
        page.goto(site.page())
        page.keyboard.press("Control+k")
        page.keyboard.type("refcount")
        first_active(page, "A refcount bug")
        assert page.locator("postdex-search dialog").evaluate("part => getComputedStyle(part).animationName") == "none"
        assert rows(page).first.evaluate("part => getComputedStyle(part).outlineStyle") == "solid"


# -- without a browser


def test_it_stays_small() -> None:
    sent = static_files.load()
    assert len(sent["/postdex.js"].squeezed) <= 19 * 1024
    assert len(sent["/postdex.js"].squeezed) + len(sent["/page.js"].squeezed) <= 30 * 1024


def test_every_part_is_in_the_script() -> None:
    text = static_files.load()["/postdex.js"].body.decode()
    assert "/* box/" not in text and "messages.json" not in text
    assert "class Finder {" in text and json.dumps("最近打开", ensure_ascii=False) in text
