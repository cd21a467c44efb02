"""Is the documentation a site that is whole, and does postdex find what is in it?

    python tests/long/docs_site.py [--keep FOLDER]

Builds it as a release does, strictly; needs the extra `docs`, and chromium for the box.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "search"), str(ROOT / "index")]

from browser import chromium, site  # noqa: E402

import postdex  # noqa: E402  # found by the line above

#: What somebody types, and where the box must lead him.
ASKED = {
    "built for up to a hundred thousand posts": "",
    "keep a changelog": "changelog/",
    "rerank_by_proximity": "architecture/",
}


def main() -> None:
    """Build, look, ask."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", help="leave the site there")
    keep = parser.parse_args().keep
    with tempfile.TemporaryDirectory() as scratch:
        pages = Path(keep or f"{scratch}/site").resolve()
        pages.mkdir(parents=True, exist_ok=True)
        with site(pages) as address:
            build(pages, f"{address}/")
            names = without_reference(pages)
            assert not names, f"the reference lacks {', '.join(names)}"
            ask(address)
    print("no dead link, and the reference has every public name")


def build(pages: Path, address: str) -> None:
    """The site, which lies at this address; any dead link or anchor is an error."""
    environment = {**os.environ, "DOCS_URL": address, "NO_MKDOCS_2_WARNING": "1"}
    subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", str(pages)],
        cwd=ROOT, env=environment, check=True,
    )  # fmt: skip


def without_reference(pages: Path) -> list[str]:
    """Public names that have no place in the reference."""
    text = (pages / "reference" / "index.html").read_text("utf-8")
    anchors = {anchor.rpartition(".")[2] for anchor in re.findall(r'id="(postdex[\w.]*)"', text)}
    return sorted({*postdex.__all__} - anchors - {"__version__"})


def ask(address: str) -> None:
    """Type into the box of the site that is served; its first hit must lead to the right page."""
    with chromium() as browser:
        page = browser.new_page()
        for query, wanted in ASKED.items():
            page.goto(address)
            page.locator("postdex-search").click()
            page.keyboard.type(query)
            page.wait_for_load_state("networkidle")  # each letter is asked for
            link = page.locator(f"postdex-search a[href^='{address}/{wanted}']").first
            link.wait_for()
            found = str(page.locator("postdex-search a[href]").first.get_attribute("href"))
            assert found.partition("#")[0] == f"{address}/{wanted}", f"{query}: {found}"
            print(f"{query}: {found}")


if __name__ == "__main__":
    main()
