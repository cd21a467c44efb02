"""What does the box look like on somebody's site? Takes its pictures in docs/screenshots/, to be looked at before they
are kept.

    python docs/screenshots_box.py

They show the sample posts as if they were a site of their own, in Chromium, in the fonts of the machine.
"""

from __future__ import annotations

import base64
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "search"), str(ROOT / "index")]

from browser import chromium, service, site  # noqa: E402  # found by the line above

SETTINGS = 'base_url = "https://ada.example"\nurl = "/:year/:month/:name/"\norigins = ["{blog}"]\n'
BLOG = """<!doctype html><html lang="en"><title>Ada's notes</title>
<meta name="viewport" content="width=device-width">
<style>
:root {{ color-scheme: light dark }}
body {{ margin: 3rem auto; padding: 0 1rem; max-width: 52rem; font: 1.05rem/1.6 system-ui, sans-serif }}
header {{ display: flex; justify-content: space-between; align-items: center; gap: 1rem }}
postdex-search {{ {style} }}
</style>
<header><h1>Ada's notes</h1><postdex-search {attributes}><a href="/about/">About these notes</a>
<a href="/tags/">All tags</a></postdex-search></header>
<p>Kernels, allocators, and the tools to look into them. This page and its fonts are a site's own; the box at the top
right is the element, with styles of its own.</p>
<script src="{service}postdex.js" data-endpoint="{service}" defer></script></html>"""
#: What was opened lately, for the picture of it.
KEPT = (
    {"url": "/2022/08/refcount-bug/", "title": "A refcount bug in sk_psock_get", "where": "The report"},
    {"url": "/2023/11/listen-queues/", "title": "Two queues behind listen()", "where": "The accept queue"},
)


class Theme(NamedTuple):
    """A scheme, and values of the box's variables in it."""

    name: str
    scheme: Any
    values: dict[str, str]

    @property
    def style(self) -> str:
        """The declarations."""
        return "; ".join(f"--postdex-{name}: {value}" for name, value in self.values.items())


def colours(ground: str, text: str, muted: str, line: str, accent: str, mark: str, **others: str) -> dict[str, str]:
    """The variables of a theme by their names."""
    names = {"ground": ground, "text": text, "muted": muted, "line": line, "accent": accent, "mark": mark}
    return names | others


THEMES = (
    Theme(
        "paper",
        "light",
        colours("#fffdf6", "#2b2418", "#6b5f4c", "#b3a27f", "#8a3b12", "#f6e2a6", font="Georgia, serif", radius="3px"),
    ),
    Theme("forest", "light", colours("#f4f9f4", "#12261a", "#4d6355", "#7fa08b", "#1a6b3f", "#cdeed6", radius="18px")),
    Theme("night", "dark", colours("#0f1220", "#e8eaf6", "#a0a6c8", "#5b628c", "#a5b4fc", "#3b3f7a", radius="14px")),
    Theme("contrast", "dark", colours("#000", "#fff", "#d6d6d6", "#fff", "#ffd400", "#5c4c00", radius="0px")),
)


class Picture(NamedTuple):
    """What is typed into the box, and the page that it stands in."""

    name: str
    query: str = "refcount"
    attributes: str = ""
    style: str = ""
    scheme: Any = "light"
    width: int = 1000
    height: int = 720


PICTURES = (
    Picture("box"),
    Picture("box-dark", scheme="dark"),
    Picture("box-narrow", "linux", width=390, height=844),
    Picture("box-inline", attributes="inline placeholder='Search the notes'"),
    Picture("box-recent", "", height=480),
)


class Stage(NamedTuple):
    """Where pictures are taken: a browser, the folder of another site and its address, and the service's."""

    browser: Any
    folder: Path
    blog: str
    service: str

    def opened(self, picture: Picture) -> Any:
        """The page with its box open, and the hits in it."""
        small = picture.width < 500
        page = self.browser.new_page(
            viewport={"width": picture.width, "height": picture.height},
            color_scheme=picture.scheme,
            device_scale_factor=2 if small else 1.5,
            is_mobile=small,
            has_touch=small,
        )
        text = BLOG.format(service=self.service, attributes=picture.attributes, style=picture.style)
        (self.folder / f"{picture.name}.html").write_text(text, encoding="utf-8")
        page.goto(f"{self.blog}/{picture.name}.html")
        page.evaluate("([key, kept]) => localStorage.setItem(key, kept)", [f"postdex:{self.service}", json.dumps(KEPT)])
        page.keyboard.press("Control+k")
        page.keyboard.type(picture.query)
        page.locator("postdex-search .row").first.wait_for()
        page.wait_for_timeout(600)
        return page

    def themes(self) -> Any:
        """A page with the dialog in all themes, side by side."""
        images = []
        for theme in THEMES:
            page = self.opened(Picture(theme.name, style=theme.style, scheme=theme.scheme, width=760, height=560))
            images.append(f'<img src="data:image/png;base64,{base64.b64encode(page.screenshot()).decode()}">')
            page.close()
        page = self.browser.new_page(viewport={"width": 1540, "height": 1140})
        style = "body { margin: 6px; display: grid; grid: auto / 1fr 1fr; gap: 8px } img { width: 100% }"
        page.set_content(f"<style>{style}</style>{''.join(images)}")
        page.wait_for_timeout(300)
        return page


def main() -> None:
    """Take them all."""
    with tempfile.TemporaryDirectory() as scratch, site(Path(scratch)) as blog:
        folder = Path(scratch) / "posts"
        shutil.copytree(ROOT / "posts", folder, ignore=shutil.ignore_patterns(".postdex"))
        (folder / "postdex.toml").write_text(SETTINGS.format(blog=blog), encoding="utf-8")
        with service(folder) as address, chromium() as browser:
            stage = Stage(browser, Path(scratch), blog, address)
            for picture in PICTURES:
                keep(stage.opened(picture), picture.name)
            keep(stage.themes(), "box-themes")


def keep(page: Any, name: str) -> None:
    """Write the picture and close the page."""
    page.screenshot(path=ROOT / "docs" / "screenshots" / f"{name}.png")
    page.close()


if __name__ == "__main__":
    main()
