"""A program of somebody who has postdex installed: `mypy --strict` must find all its types (.ci/run, test_typed.py)."""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime
from pathlib import Path

import postdex
from postdex_index import query
from postdex_index.settings import Settings


def titles(index: postdex.Index, words: str) -> dict[str, float]:
    """Title -> score of the hits."""
    results: postdex.Results = index.search(words, tags=["linux"], limit=5)
    hits: tuple[postdex.Hit, ...] = tuple(results.hits)
    return {hit.title: hit.score for hit in hits}


def shown(hit: postdex.Hit) -> str:
    """A hit as HTML, with its day."""
    day: datetime | None = hit.date
    seconds: int | None = hit.date_seconds
    headings: tuple[str, ...] = hit.headings_html
    marks: list[postdex.Span] = [span for section in hit.sections for span in section.heading_spans]
    return f"{hit.title_html} {headings} {hit.html} {day} {seconds} {marks}"


async def first(folder: Path) -> postdex.Hit:
    """The best hit, without holding up others."""
    async with postdex.open(folder) as index:
        results = await index.asearch("kernel", limit=1, facets=["tags"])
        return results[0]


def contents(index: postdex.Index) -> list[str]:
    """What an index has, as a container."""
    counts: dict[str, dict[str, int]] = index.facets("kernel")
    tags: dict[str, int] = index.tags()
    paths: list[str] = [path for path in index if path in index]
    post: postdex.Document = index.get(paths[0])
    updated: datetime | None = post.updated
    return [*paths, str(len(index)), str(counts), str(tags), str(updated)]


def main(folder: Path) -> int:
    """Search a folder, and look at the lower half too."""
    with postdex.open(folder) as index:
        found = titles(index, "kernel")
        print(shown(index.search("kernel")[0]), *contents(index))
    print(asyncio.run(first(folder)).path)
    try:
        postdex.open(texts={"a.md": "A kernel."}).close()
    except (postdex.IndexWriteError, postdex.FolderError) as error:
        print(error.hint)
    term: query.Query = query.Term("body", "kernel")
    files: int = Settings().max_changed_files
    print(found, query.show(term), files)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
