"""Is anything left of what posts have been through? After random histories the index is that of a fresh build.

Hits always, order and scores after a merge, for posts of all kinds: drafts, and posts so long that their positions
need four bytes. The long form is `tests/long/safety.py history`.
"""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from pathlib import Path
from unittest.mock import patch

import pytest

import postdex
from postdex_index.engine.embedded.engine import EmbeddedEngine
from postdex_index.engine.embedded.storage.commits import SegmentEntry
from postdex_index.engine.embedded.write import index_writer, inverter

WORDS = ("alpha", "beta", "gamma", "running", "runs", "run")
QUERIES = ("alpha", "beta", "gamma", "runs", "run running", "alpha beta", '"gamma run"', "+alpha -beta", "tag:t1")
#: Posts of more words are long, so that they need not be a megabyte.
LONG = 100
Told = dict[str, list[tuple[str, float]]]


def check(root: Path, dice: random.Random) -> int:
    """Let a folder of posts go through a random history; returns the number of its commits."""
    folder = root / "posts"
    folder.mkdir()
    few_words = patch.object(inverter, "NARROW_POSITIONS", 5_000 + LONG)
    commits = dice.randrange(1, 14)
    with few_words, opened(folder, root / "followed") as followed, opened(folder, root / "fresh") as fresh:
        names = [f"{number}.md" for number in range(dice.choice((3, 10, 30)))]
        for _ in range(commits):
            for _ in range(dice.randrange(1, 7)):
                change(folder / dice.choice(names), folder / dice.choice(names), dice)
            followed.refresh()
        fresh.refresh()
        assert hits(told(followed)) == hits(told(fresh))
        merge_all(followed)
        fresh.refresh(full=True)
        assert told(followed) == told(fresh)
        followed.refresh(full=True)
        assert told(followed) == told(fresh)
    return commits


def opened(folder: Path, index: Path) -> postdex.Index:
    """An index of the folder that is brought up to the posts only when it is told to."""
    return postdex.Index(folder, index=index, refresh="never")


def change(file: Path, other: Path, dice: random.Random) -> None:
    """A post is removed, moved, touched or written."""
    what = dice.choice(("remove", "move", "touch", "write", "write", "write")) if file.exists() else "write"
    if what == "remove":
        file.unlink()
    elif what == "move":
        file.rename(other)
    elif what == "touch":
        os.utime(file, (0, dice.randrange(1 << 30)))
    else:
        text = " ".join(dice.choices(WORDS, k=dice.choice((1, 5, 5, 30, 2 * LONG))))
        draft = f"draft: {str(dice.random() < 0.2).lower()}\n"
        title = dice.choice(("same", text[:9]))
        file.write_text(
            f"---\n{draft}tags: [t{dice.randrange(3)}]\n---\n# {title}\n\n## {text[:6]}\n\n{text}\n", encoding="utf-8"
        )


def merge_all(ix: postdex.Index) -> None:
    """One more commit, which makes one segment of all posts of a kind."""
    done: set[tuple[bool, bool]] = set()

    def to_merge(entries: Sequence[SegmentEntry]) -> list[SegmentEntry]:
        kind = next((kind for entry in entries if (kind := (entry.drafts, entry.wide)) not in done), None)
        if kind is None:
            return []
        done.add(kind)
        return [entry for entry in entries if (entry.drafts, entry.wide) == kind]

    (ix.folder / "last.md").write_text("# last\n\nalpha\n", encoding="utf-8")
    with patch.object(index_writer, "to_merge", to_merge):
        ix.refresh()


def told(ix: postdex.Index) -> Told:
    """What searches find, in their order, with their scores."""
    found: Told = {}
    for query in QUERIES:
        results = ix.search(query, limit=100, drafts=True)
        found[query] = [(hit.path, hit.score) for hit in results.hits]
        assert results.total == len(results.hits)
    return found


def hits(found: Told) -> dict[str, list[str]]:
    """The same without order and scores."""
    return {query: sorted(path for path, _ in posts) for query, posts in found.items()}


@pytest.mark.parametrize("seed", range(15))
def test_any_history_is_forgotten(tmp_path: Path, seed: int) -> None:
    check(tmp_path, random.Random(seed))


def averages(ix: postdex.Index) -> list[list[float]]:
    """The average lengths that each segment was measured against."""
    return [part.segment.file.meta["averages"] for part in EmbeddedEngine(ix.engine.place).open_reader().parts]


def test_a_few_posts_are_measured_against_all(tmp_path: Path) -> None:
    """The only long post is long, and a draft is no shorter for being the only one."""
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.md").write_text("alpha " + "word " * 10, encoding="utf-8")
    (tmp_path / "draft.md").write_text("---\ndraft: true\n---\nalpha " + "word " * 50, encoding="utf-8")
    (tmp_path / "along.md").write_text("alpha " + "word " * 2 * LONG, encoding="utf-8")
    with patch.object(inverter, "NARROW_POSITIONS", 5_000 + LONG), opened(tmp_path, tmp_path / ".postdex") as ix:
        ix.refresh()
        first, *others = averages(ix)
        assert others == [first, first]
        assert [path for path, _ in told(ix)["alpha"]] == ["a.md", "b.md", "c.md", "draft.md", "along.md"]
        merge_all(ix)
        merged, *others = averages(ix)
        assert others == [merged, merged] and merged != first
