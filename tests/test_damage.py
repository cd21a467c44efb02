"""Is a damaged index ever believed? Files are flipped, cut, zeroed, deleted and swapped at random.

Each search answers as before the damage, or as the commit before, or says that a file is damaged;
`verify` finds every damage, and the next run heals it. The long form is `tests/long/safety.py damage`.
"""

from __future__ import annotations

import json
import os
import random
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

import postdex
from postdex_index.engine.embedded.engine import EmbeddedEngine
from postdex_index.errors import IndexFault

SAMPLES = Path(__file__).parent.parent / "posts"
QUERIES = (
    "refcount",
    "SMC fallback",
    '"reference count"',
    "内核 断点",
    "tag:sqlite OR wal",
    "refc* -bash",
    "docker buidl",
    "w17 w1234",
    '"w5 w6"',
)


class Damaged:
    """The sample posts with an index of two commits, which is damaged and brought back again and again."""

    def __init__(self, root: Path) -> None:
        self.posts, self.saved, self.index = root / "posts", root / "saved", root / "index"
        shutil.copytree(SAMPLES, self.posts, ignore=shutil.ignore_patterns(".postdex"))
        dice = random.Random(1)
        for number in range(60):  # a segment of several blocks, of which a search reads some
            words = " ".join(f"w{dice.randrange(4000)}" for _ in range(700))
            (self.posts / f"more-{number}.md").write_text(f"# More {number}\n\n{words}\n", encoding="utf-8")
        with postdex.open(self.posts, index=self.saved) as ix:
            (self.posts / "new.md").write_text("---\ntitle: [\n---\n# New\n\nA refcount.\n", encoding="utf-8")
            ix.refresh()
        self.index = self.saved
        self.right = self.answers()
        # What the commit before answers, for which the last one is hidden.
        self.index = root / "before"
        shutil.copytree(self.saved, self.index)
        (self.index / "commit-000002").unlink()
        self.before = self.answers()
        self.index = root / "index"

    def answers(self) -> dict[str, str]:
        """What searches answer, without times; or that they failed."""
        found = {}
        for query in QUERIES:
            try:
                with postdex.open(self.posts, index=self.index, refresh="never", create=False) as ix:
                    results = ix.search(query, facets=["tags"], section_snippets=True)
                    told = results.to_dict()
                    found[query] = json.dumps([told["hits"], told["total"], told["facets"]])
            except IndexFault as error:
                assert str(self.index) in str(error) and "\n" not in str(error)
                found[query] = ""
        return found

    def reset(self) -> None:
        """Bring the undamaged index back."""
        shutil.rmtree(self.index, ignore_errors=True)
        shutil.copytree(self.saved, self.index)


def posts_of(answers: dict[str, str]) -> list[object]:
    """Which posts were found: scores of a segment that was built anew differ, until both are merged."""
    told = [json.loads(answer) for answer in answers.values()]
    return [(sorted(hit["path"] for hit in hits), total, facets) for hits, total, facets in told]


def flip(path: Path, other: Path, dice: random.Random) -> None:
    """One bit of a byte."""
    content = bytearray(path.read_bytes())
    content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
    path.write_bytes(content)


def cut(path: Path, other: Path, dice: random.Random) -> None:
    """The end is gone."""
    os.truncate(path, dice.randrange(path.stat().st_size))


def zero(path: Path, other: Path, dice: random.Random) -> None:
    """A stretch is zeros."""
    content = bytearray(path.read_bytes())
    start = dice.randrange(len(content))
    stop = min(len(content), start + dice.choice([1, 512, 4096]))
    content[start:stop] = bytes(stop - start)
    path.write_bytes(content)


def delete(path: Path, other: Path, dice: random.Random) -> None:
    """It is gone."""
    path.unlink()


def swap(path: Path, other: Path, dice: random.Random) -> None:
    """Two files have changed places."""
    held = path.with_name("held")
    path.rename(held)
    other.rename(path)
    held.rename(other)


DAMAGES: tuple[Callable[[Path, Path, random.Random], None], ...] = (flip, cut, zero, delete, swap)


def check(trial: Damaged, dice: random.Random) -> str:
    """Damage a file: what is answered then is right, found out, and healed. The kind of damage, and what came of it."""
    trial.reset()
    files = sorted(path for path in trial.index.iterdir() if path.name not in ("lock", ".gitignore", "made-of"))
    before = {path.name: path.read_bytes() for path in files}
    path, other = dice.sample(files, 2)
    damage = dice.choice(DAMAGES)
    damage(path, other, dice)
    if {path.name: path.read_bytes() for path in files if path.exists()} == before:
        return "none"
    answers = trial.answers()
    for query, answer in answers.items():
        assert answer in ("", trial.right[query], trial.before[query]), (damage.__name__, path.name, query)
    outcome = "said" if "" in answers.values() else "right" if answers == trial.right else "the commit before"
    assert EmbeddedEngine(trial.index).verify(), (damage.__name__, path.name, other.name)
    with postdex.Index(trial.posts, index=trial.index, refresh="never") as ix:
        ix.refresh()
    assert posts_of(trial.answers()) == posts_of(trial.right)
    assert EmbeddedEngine(trial.index).verify() == []
    return f"{damage.__name__}: {outcome}"


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Damaged:
    return Damaged(tmp_path_factory.mktemp("damage"))


def test_the_trial_tells_commits_apart(trial: Damaged) -> None:
    assert "" not in (*trial.right.values(), *trial.before.values()) and trial.right != trial.before


@pytest.mark.parametrize("seed", range(4))
def test_random_damage(trial: Damaged, seed: int) -> None:
    dice = random.Random(seed)
    outcomes = Counter(check(trial, dice) for _ in range(10))
    assert len(outcomes) > 2, outcomes
