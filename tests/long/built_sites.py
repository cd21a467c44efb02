"""Do generators still make the pages that are kept of their small sites? Installs them, builds, and compares.

    python tests/long/built_sites.py                  # those that are installed from the Python package index
    python tests/long/built_sites.py hexo --tools ~/generators

Prints each one's seconds. What cannot be installed or built, or gives another page, ends with status 1.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "benchmarks"), str(ROOT / "search"), str(ROOT / "index")]
tool: Any = import_module("sites")
site_builders: Any = import_module("site_builders")
site_pages: Any = import_module("site_pages")


def differences(name: str, tools: Path, scratch: Path) -> list[str]:
    """What is new in the pages that a generator makes now, a line for each fact."""
    builder = site_builders.BUILDERS[name]
    site_builders.install(builder, tools)
    tool.see_html_reader(tools)
    kept, made = site_pages.read_golden(site_builders.SITES / f"{name}.json"), tool.make_golden(builder, scratch, tools)
    lines = []
    for path in sorted({*kept.pages, *made.pages}):
        before, now = kept.pages.get(path), made.pages.get(path)
        if before is None or now is None:
            lines.append(f"{path}: {'no page any more' if now is None else 'a page now'}")
            continue
        facts = zip(("link", "title", "ids", "words"), before, now, strict=False)
        lines += [f"{path}: {what} {new}, not {old}" for what, old, new in facts if old != new]
    return lines


def main() -> int:
    """Build and compare each; 1 if any differs."""
    builders = site_builders.BUILDERS
    kept = {file.stem for file in site_builders.SITES.glob("*.json")}
    from_index = [name for name in builders if name in kept and builders[name].pip and not builders[name].npm]
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("names", nargs="*", default=from_index, help=f"of {', '.join(builders)}")
    options.add_argument("--tools", type=Path, help="where they are installed (a folder that goes away)")
    given = options.parse_args()
    if unknown := [name for name in given.names if name not in kept]:
        options.error(f"nothing is kept of {', '.join(unknown)}")
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for name in given.names:
            start = time.monotonic()
            try:
                lines = differences(name, given.tools or Path(folder, "tools"), Path(folder, name))
            except site_builders.BuildError as error:
                lines = [str(error)]
            wrong += bool(lines)
            print(
                f"{name}: {'other pages' if lines else 'the same pages'} ({time.monotonic() - start:.0f} s)",
                *lines,
                sep="\n  ",
            )
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
