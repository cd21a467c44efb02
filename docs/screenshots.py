"""What does the search page look like? Takes its pictures in docs/screenshots/, to be looked at before they are kept;
those of the box are screenshots_box.py's.

    python docs/screenshots.py

They show the sample posts as if they were a site of their own, in Chromium, in the fonts of the machine.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "search"), str(ROOT / "index")]

from browser import chromium, service  # noqa: E402  # found by the line above

SETTINGS = 'base_url = "https://ada.example"\nurl = "/:year/:month/:name/"\n'


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
    Picture("narrow", "?q=linux+sock&tags=linux", width=390, height=844),
    Picture("narrow-filters", "?q=linux", "dark", width=390, height=844, click="#filters > summary"),
    Picture("empty", ""),
    Picture("no-results", "?q=%2Bzeppelin&tags=linux", height=480),
    Picture("warnings", "?q=refcoutn+foo%3Asaturated+%28psock", height=820),
    Picture("reading", "?q=ssh+tunnels", height=720, click="[data-read]"),
)


def main() -> None:
    """Take them all."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "posts"
        shutil.copytree(ROOT / "posts", folder, ignore=shutil.ignore_patterns(".postdex"))
        (folder / "postdex.toml").write_text(SETTINGS, encoding="utf-8")
        with service(folder) as address, chromium() as browser:
            for picture in PICTURES:
                take(browser, picture, address)


def take(browser: Any, picture: Picture, address: str) -> None:
    """One picture of the page."""
    small = picture.width < 500
    page = browser.new_page(
        viewport={"width": picture.width, "height": picture.height},
        color_scheme=picture.scheme,
        device_scale_factor=2 if small else 1.5,
        is_mobile=small,
        has_touch=small,
    )
    page.goto(address + picture.query)
    page.locator("#hits li, #notes > *").first.wait_for()
    page.wait_for_timeout(300)
    if picture.click:
        page.locator(picture.click).first.click()
        page.wait_for_timeout(300)
    keep(page, picture.name)


def keep(page: Any, name: str) -> None:
    """Write the picture and close the page."""
    page.screenshot(path=ROOT / "docs" / "screenshots" / f"{name}.png")
    page.close()


if __name__ == "__main__":
    main()
