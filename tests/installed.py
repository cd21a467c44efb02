"""A program of somebody who has postdex installed: `mypy --strict` must find all its types (.ci/run, test_typed.py)."""

from __future__ import annotations

import sys
from pathlib import Path

import postdex
from postdex_index import query
from postdex_index.settings import Settings


def titles(index: postdex.Index, words: str) -> dict[str, float]:
    """Title -> score of the hits."""
    results: postdex.Results = index.search(words, tags=["linux"], limit=5)
    hits: tuple[postdex.Hit, ...] = tuple(results.hits)
    return {hit.title: hit.score for hit in hits}


def main(folder: Path) -> int:
    """Search a folder, and look at the lower half too."""
    with postdex.open(folder) as index:
        found = titles(index, "kernel")
    term: query.Query = query.Term("body", "kernel")
    files: int = Settings().max_changed_files
    print(found, query.show(term), files)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
