"""Does `strength` tell the queries that a site answers from those that it doesn't?

    python benchmarks/strength.py FOLDER FOLDER [FOLDER ...] [--seed 1] [--each 100]

Of each folder of posts questions are made as `relevance.py` makes them, and asked of it and of all the others. Printed:
how many of a hundred answers are strong, weak, none, or said nothing of. What another site is asked is foreign to most
posts and not to all: who writes about programs has a word for `string`, too.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import relevance

import postdex
from postdex.results.strength import NOTHING, STRONG, UNKNOWN, WEAK


def shares(index: postdex.Index, queries: Sequence[str]) -> list[float]:
    """Of a hundred answers to these queries so many are strong, weak, none, and said nothing of."""
    counts = Counter(index.search(query, limit=1, snippets=False).strength for query in queries)
    return [100 * counts[strength] / len(queries) for strength in (STRONG, WEAK, NOTHING, UNKNOWN)]


def main() -> None:
    """Print a row for each pair of folders."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--each", type=int, default=100, help="so many questions of a kind")
    options = parser.parse_args()
    asked = {
        folder: [question.query for question in relevance.questions(relevance.read(folder), options.each, options.seed)]
        for folder in options.folders
    }
    print("| site | asked what is made of | queries | strong | weak | none | nothing said |")
    print("|---|---|---|---|---|---|---|")
    for folder in options.folders:
        with tempfile.TemporaryDirectory(prefix="postdex-strength-") as home, postdex.open(folder, index=home) as index:
            for other, queries in asked.items():
                told = " | ".join(f"{share:.1f}" for share in shares(index, queries))
                print(f"| {folder} | {'itself' if other == folder else other} | {len(queries)} | {told} |")


if __name__ == "__main__":
    main()
