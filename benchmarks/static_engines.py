"""Who is measured, and how does each make the files that a browser searches?"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
_HERE = Path(__file__).parent
#: No step takes longer.
_PATIENCE_S = 600


class Built(NamedTuple):
    """What it took to make an engine's files: seconds of processor time, from posts or pages on; their number and
    bytes."""

    seconds: float
    files: int
    bytes: int


class Workbench(NamedTuple):
    """Where things lie: the posts, the site that is served, a folder for what is not, and `node_modules`."""

    posts: Path
    site: Path
    scratch: Path
    npm: Path


def build(engine: str, place: Workbench) -> Built:
    """Make an engine's files below the site, in a folder of its name. Raises SystemExit if it fails."""
    before = _spent()
    _BUILDERS[engine](place)
    seconds = _spent() - before
    files = [path for path in (place.site / engine).rglob("*") if path.is_file()]
    return Built(seconds, len(files), sum(path.stat().st_size for path in files))


def _spent() -> float:
    """The processor time of all processes that were started from here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def available(place: Workbench) -> list[str]:
    """The engines that can be measured here."""
    packages = {"pagefind": "pagefind", "minisearch": "minisearch"}
    return ["postdex", *(name for name, package in packages.items() if (place.npm / package).is_dir())]


def harness(site: Path) -> None:
    """Put the page that asks all of them beside their files."""
    bench = site / "bench"
    bench.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(_HERE / "static_asking.js", bench / "asking.js")
    shutil.copyfile(_HERE / "static_minisearch_options.js", bench / "minisearch_options.js")
    page = '<!doctype html><meta charset="utf-8"><input><ol></ol><script type="module" src="asking.js"></script>'
    (bench / "index.html").write_text(page, encoding="utf-8")


def _postdex(place: Workbench) -> None:
    roots = os.pathsep.join((str(ROOT / "search"), str(ROOT / "index")))
    where = ["-C", str(place.posts), "--index", str(place.scratch / "index")]
    command = [sys.executable, "-m", "postdex", *where, "export", "--static", str(place.site / "postdex")]
    _run(command, {**os.environ, "PYTHONPATH": roots})


def _pagefind(place: Workbench) -> None:
    runner = place.npm / "pagefind" / "lib" / "runner" / "bin.cjs"
    target = str(place.site / "pagefind")
    _run(["node", str(runner), "--site", str(place.site / "pages"), "--output-path", target, "--quiet"])


def _minisearch(place: Workbench) -> None:
    target = place.site / "minisearch"
    target.mkdir(exist_ok=True)
    module = place.npm / "minisearch" / "dist" / "es" / "index.js"
    shutil.copyfile(module, target / "index.js")
    options = place.scratch / "options.mjs"
    shutil.copyfile(_HERE / "static_minisearch_options.js", options)
    files = [str(place.site / "documents.json"), str(target / "index.json")]
    _run(["node", str(_HERE / "static_minisearch.mjs"), str(module), str(options), *files])


def _run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=_PATIENCE_S, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command[:4])} … failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


_BUILDERS: dict[str, Callable[[Workbench], None]] = {
    "postdex": _postdex,
    "pagefind": _pagefind,
    "minisearch": _minisearch,
}
