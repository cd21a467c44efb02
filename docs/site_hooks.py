"""What does MkDocs not know of this repository? Pages that are files of the root, their links, and the search.

Pages such as `index.md` are one line, which names the file of the root that they show; there links lead from the root,
here from docs/. Postdex itself reads that line, so the pages are found by the words of those files.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "search"), str(ROOT / "index")]

_LINK = re.compile(r"(\]\()([^)#\s]+)")


def on_page_markdown(markdown: str, *, page: Any, config: Any, **others: Any) -> str:
    """The Markdown of a page, or of the file of the root that it shows, with links that lead from docs/."""
    shown = re.fullmatch(r'--8<-- "([\w.]+)"\n', markdown)
    folder = ROOT if shown else ROOT / "docs"
    text = (ROOT / shown[1]).read_text("utf-8") if shown else markdown
    return _LINK.sub(lambda link: link[1] + _address(link[2], folder, config.extra["source"]), text)


def _address(target: str, folder: Path, repository: str) -> str:
    """Where a link leads from docs/: a page, a file beside the pages, or what the repository shows."""
    if ":" in target:
        return target
    path = (folder / target).resolve()
    page = path.stem.lower().replace("readme", "index") + ".md"
    if path.parent == ROOT and (ROOT / "docs" / page).exists():
        return page
    if path.is_relative_to(ROOT / "docs"):
        return str(path.relative_to(ROOT / "docs"))
    return f"{repository}/blob/main/{path.relative_to(ROOT)}"


def on_post_build(*, config: Any, **others: Any) -> None:
    """Publish an index of the pages, with the box, beside them."""
    import postdex
    from postdex.export import bundle

    with tempfile.TemporaryDirectory() as scratch, postdex.Index(ROOT / "docs", index=scratch) as pages:
        pages.refresh()
        bundle.write(pages, Path(config.site_dir) / "find", base=config.site_url)
