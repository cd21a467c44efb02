"""What does the search page look like? Takes the pictures in docs/screenshots/, to be looked at before they are kept.

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

from browser import chromium, service, site  # noqa: E402  # found by the line above

SETTINGS = 'base_url = "https://ada.example"\nurl = "/:year/:month/:name/"\norigins = ["{blog}"]\n'
BLOG = """<!doctype html><html lang="en"><title>Ada's notes</title><meta name="viewport" content="width=device-width">
<style>body {{ margin: 3rem auto; max-width: 38rem; font: 1.05rem/1.6 system-ui, sans-serif; color: #333 }}
header {{ display: flex; justify-content: space-between; align-items: center }}
postdex-search {{ width: 20rem; font-size: .95rem }}</style>
<header><h1>Ada's notes</h1><postdex-search placeholder="Search the notes"></postdex-search></header>
<p>Kernels, allocators, and the tools to look into them. This page and its fonts are a site's own; the box at the
top right is the element, with styles of its own.</p><script src="{service}postdex.js" data-endpoint="{service}" defer>
</script></html>"""


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
    with tempfile.TemporaryDirectory() as scratch, site(Path(scratch)) as blog:
        folder = Path(scratch) / "posts"
        shutil.copytree(ROOT / "posts", folder, ignore=shutil.ignore_patterns(".postdex"))
        (folder / "postdex.toml").write_text(SETTINGS.format(blog=blog), encoding="utf-8")
        with service(folder) as address, chromium() as browser:
            for picture in PICTURES:
                take(browser, picture, address)
            (Path(scratch) / "index.html").write_text(BLOG.format(service=address), encoding="utf-8")
            take_box(browser, blog)


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


def take_box(browser: Any, blog: str) -> None:
    """The box on another site's page."""
    page = browser.new_page(viewport={"width": 900, "height": 480}, device_scale_factor=1.5)
    page.goto(blog + "/")
    page.get_by_role("searchbox").fill("refcount")
    page.get_by_role("region", name="Search results").wait_for()
    page.keyboard.press("ArrowDown")
    keep(page, "box")


def keep(page: Any, name: str) -> None:
    """Write the picture and close the page."""
    page.screenshot(path=ROOT / "docs" / "screenshots" / f"{name}.png")
    page.close()


if __name__ == "__main__":
    main()
