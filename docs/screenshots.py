"""What does the search page look like? Takes its pictures in docs/screenshots/, to be looked at before they are kept;
those of the box are screenshots_box.py's.

    python docs/screenshots.py

They show the sample posts as if they were a site of their own, in Chromium, in the fonts of the machine.
"""

from __future__ import annotations

import base64
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "search"), str(ROOT / "index"), str(ROOT / "docs")]

from browser import chromium, service  # noqa: E402  # found by the line above
from screenshots_box import THEMES, Theme  # noqa: E402

from postdex.record import record_file  # noqa: E402
from postdex.record.asked import Asked, Opened, Outcome  # noqa: E402

SETTINGS = """name = "Ada's notes"
base_url = "https://ada.example"
url = "/:year/:month/:name/"
css = "search.css"
"""
RECORD = """
[record]
file = "queries.jsonl"
clicks = true
"""
TOKEN = "0123456789abcdef0123"
#: What was asked, for the table of it.
ASKED = (
    Asked(
        "SMC fallback", 31, Outcome(2, "strong"), "2026-01-09", "2026-03-14", {"2022/refcount-bug.md": Opened(22, 1)}
    ),
    Asked("zeppelin landing", 14, Outcome(0, "none"), "2026-02-20", "2026-03-14"),
    Asked("引用计数", 9, Outcome(3, "strong"), "2026-01-15", "2026-03-12", {"2022/编译并调试内核.md": Opened(3, 2)}),
    Asked("write-ahead log", 6, Outcome(1, "strong"), "2026-01-11", "2026-03-02", {"2024/sqlite-wal.md": Opened(5, 1)}),
    Asked("k8s ingress", 3, Outcome(2, "none"), "2026-03-01", "2026-03-11"),
)


class Picture(NamedTuple):
    """What is opened, in which scheme and size, and what is clicked then."""

    name: str
    query: str
    scheme: Any = "light"
    width: int = 1180
    height: int = 860
    click: str = ""


PICTURES = (
    Picture("light", "?q=refcount+bug"),
    Picture("dark", "?q=refcount+bug", "dark"),
    Picture("narrow", "?q=refcount+bug", width=390, height=844),
    Picture("narrow-filters", "?q=linux", "dark", width=390, height=844, click="button.open"),
    Picture("empty", ""),
    Picture("arabic", "?q=linux&ui=ar&tags=linux&date=2022", height=720),
    Picture("no-results", "?q=%2Bzeppelin+refcount+socket&tags=linux", height=640),
    Picture("warnings", "?q=refcoutn+foo%3Asaturated+%28psock", height=820),
    Picture("reading", "?q=ssh+tunnels", height=720, click="[data-read]"),
)


def main() -> None:
    """Take them all."""
    os.environ["POSTDEX_TOKEN"] = TOKEN
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "posts"
        shutil.copytree(ROOT / "posts", folder, ignore=shutil.ignore_patterns(".postdex"))
        (folder / "postdex.toml").write_text(SETTINGS, encoding="utf-8")
        (folder / "search.css").write_text("", encoding="utf-8")
        with service(folder) as address, chromium() as browser:
            for picture in PICTURES:
                keep(opened(browser, picture, address), picture.name)
            keep(themes(browser, address), "page-themes")
        (folder / "postdex.toml").write_text(SETTINGS + RECORD, encoding="utf-8")
        record_file.add(str(folder / ".postdex" / "queries.jsonl"), ASKED, 10_000)
        with service(folder) as address, chromium() as browser:
            keep(queries(browser, address), "queries")


def opened(browser: Any, picture: Picture, address: str, style: str = "") -> Any:
    """The page as the picture has it, with a style of the site."""
    small = picture.width < 500
    page = browser.new_page(
        viewport={"width": picture.width, "height": picture.height},
        color_scheme=picture.scheme,
        device_scale_factor=2 if small else 1.5,
        is_mobile=small,
        has_touch=small,
    )
    page.route("**/site.css", lambda route: route.fulfill(content_type="text/css", body=style))
    page.goto(address + picture.query)
    page.locator("#hits li, #notes > *, #nothing > *").first.wait_for()
    page.wait_for_timeout(300)
    if picture.click:
        page.locator(picture.click).first.click()
        page.wait_for_timeout(400)
    return page


def queries(browser: Any, address: str) -> Any:
    """The table of what was asked, as its owner sees it."""
    page = browser.new_page(
        viewport={"width": 1000, "height": 530},
        device_scale_factor=1.5,
        http_credentials={"username": "ada", "password": TOKEN},
    )
    page.goto(f"{address}queries")
    return page


def themes(browser: Any, address: str) -> Any:
    """A page with the search page in all themes of the box, side by side."""
    images = []
    for theme in THEMES:
        page = opened(browser, themed(theme), address, f":root {{ {theme.style} }}")
        images.append(f'<img src="data:image/png;base64,{base64.b64encode(page.screenshot()).decode()}">')
        page.close()
    page = browser.new_page(viewport={"width": 1740, "height": 1190})
    style = "body { margin: 6px; display: grid; grid: auto / 1fr 1fr; gap: 8px } img { width: 100% }"
    page.set_content(f"<style>{style}</style>{''.join(images)}")
    page.wait_for_timeout(300)
    return page


def themed(theme: Theme) -> Picture:
    """What is shown of each theme."""
    return Picture(theme.name, "?q=refcount+bug&tags=linux", theme.scheme, width=1100, height=740)


def keep(page: Any, name: str) -> None:
    """Write the picture and close the page."""
    page.screenshot(path=ROOT / "docs" / "screenshots" / f"{name}.png")
    page.close()


if __name__ == "__main__":
    main()
