"""How long after a key is its answer on the screen? In Chromium, from the input event to the painted frame.

    python benchmarks/keystrokes.py FOLDER [--box] [--queries FILE] [--rest MS]

Serves the folder, types real queries a key at a time with a rest after each, and prints p50, p95 and
p99 of all keys. The page sends the first key after a rest of 80 ms at once, so this measures its
whole way: event, request, search with facets and snippets, answer, elements, style, layout, paint. With
--box it is typed into the dialog for other sites, whose answers have passages of sections instead of facets.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "search"), str(ROOT / "index")]

from browser import chromium, service  # noqa: E402  # found by the line above

QUERIES = ["front matter date", "image processing", "shortcode", "template lookup order", "taxonomy terms", "deploy"]
# A frame that was asked for after the change is the one that shows it; the message after it comes when it is painted.
WATCH = """box => {
  const root = box ? document.querySelector("postdex-search").shadowRoot : document;
  window.keys = [];
  let begun = 0;
  const painted = new MessageChannel();
  painted.port1.onmessage = () => { if (begun) { keys.push(performance.now() - begun); begun = 0; } };
  const field = root.querySelector(box ? "input" : "#q");
  field.addEventListener("input", event => { begun = event.timeStamp; }, { capture: true });
  new MutationObserver(() => requestAnimationFrame(() => painted.port2.postMessage(0)))
    .observe(root.querySelector(box ? ".rows" : "#hits"), { childList: true });
}"""


def measure(folder: Path, queries: list[str], rest_ms: int, box: bool = False) -> list[float]:
    """Milliseconds of each key whose answer was painted before the next key."""
    with (
        tempfile.TemporaryDirectory() as scratch,
        service(folder, index=Path(scratch) / "index") as address,
        chromium() as browser,
    ):
        page = browser.new_page(viewport={"width": 1180, "height": 900})
        page.goto(address)
        page.locator("#hits li").first.wait_for()
        if box:
            page.evaluate("document.body.append(document.createElement('postdex-search'))")
            page.keyboard.press("Control+k")
        page.evaluate(WATCH, box)
        for query in queries:
            page.locator("postdex-search input" if box else "#q").fill("")
            page.wait_for_timeout(300)
            page.keyboard.type(query, delay=rest_ms)
            page.wait_for_timeout(300)
        found: list[float] = page.evaluate("keys")
        return found


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("folder", type=Path)
    options.add_argument("--queries", type=Path, help="JSON lines with a `query` each")
    options.add_argument("--rest", type=int, default=120, metavar="MS", help="between two keys")
    options.add_argument("--each", type=int, default=40, help="so many queries of the file")
    options.add_argument("--box", action="store_true", help="in the box for other sites instead of the page")
    given = options.parse_args()
    queries = QUERIES
    if given.queries:
        lines = given.queries.read_text(encoding="utf-8").splitlines()[: given.each]
        queries = [json.loads(line)["query"] for line in lines]
    times = sorted(measure(given.folder, queries, given.rest, given.box))
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    print(
        f"{len(times)} keys: p50 {cuts[49]:.0f} ms, p95 {cuts[94]:.0f} ms, p99 {cuts[98]:.0f} ms, most {times[-1]:.0f}"
    )


if __name__ == "__main__":
    main()
