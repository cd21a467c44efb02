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

from browser import chromium, free_port, service, site  # noqa: E402

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
        port = free_port()
        build(pages, f"http://127.0.0.1:{port}")
        names = without_reference(pages)
        assert not names, f"the reference lacks {', '.join(names)}"
        ask(pages, port, Path(scratch))
    print("no dead link, and the reference has every public name")


def build(pages: Path, search: str) -> None:
    """The site, asking for its hits at `search`; any dead link or anchor is an error."""
    environment = {**os.environ, "DOCS_SEARCH": search, "NO_MKDOCS_2_WARNING": "1"}
    subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", str(pages)],
        cwd=ROOT, env=environment, check=True,
    )  # fmt: skip


def without_reference(pages: Path) -> list[str]:
    """Public names that have no place in the reference."""
    text = (pages / "reference" / "index.html").read_text("utf-8")
    anchors = {anchor.rpartition(".")[2] for anchor in re.findall(r'id="(postdex[\w.]*)"', text)}
    return sorted({*postdex.__all__} - anchors - {"__version__"})


def ask(pages: Path, port: int, scratch: Path) -> None:
    """Type into the box of the site that is served; its first hit must lead to the right page."""
    with site(pages) as address:
        os.environ |= {"POSTDEX_ORIGINS": address, "POSTDEX_BASE_URL": address + "/"}
        with service(ROOT / "docs", port, scratch / "index"), chromium() as browser:
            page = browser.new_page()
            for query, wanted in ASKED.items():
                page.goto(address)
                page.locator("postdex-search").click()
                page.keyboard.type(query)
                page.wait_for_load_state("networkidle")  # each letter is asked for
                link = page.locator("postdex-search a[href]").first
                found = str(link.get_attribute("href"))
                assert found.partition("#")[0] == f"{address}/{wanted}", f"{query}: {found}"
                print(f"{query}: {found}")


if __name__ == "__main__":
    main()
