"""Does `benchmarks/speed.py` still run? A tiny run of it: the figures mean nothing, the table's shape does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SITE = ROOT / "posts"
#: What every installation has; the other peers are only compared with where somebody installed them.
ENGINES = ("postdex", "fts5")
KINDS = ("one word", "common word", "two words", "three words", "phrase", "typo", "identifier", "filter", "chinese")


def run(script: str, *arguments: object) -> str:
    """The standard output of a benchmark."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT / "search"), str(ROOT / "index")))}
    command = [sys.executable, str(ROOT / "benchmarks" / script), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def check(rows: list[dict[str, object]], what: str, engines: set[str]) -> None:
    """There is one such row, with a number above zero for each of these engines."""
    values = [row["values"] for row in rows if row["what"] == what]
    assert len(values) == 1 and isinstance(values[0], dict), (what, values)
    assert values[0].keys() == engines, (what, values)
    assert all(number > 0 for numbers in values[0].values() for number in numbers), (what, values)


def test_speed_measures_every_engine(tmp_path: Path) -> None:
    found = tmp_path / "speed.json"
    sizes = ("--sizes", 50, "--each", 2, "--rounds", 1, "--jobs", 1)
    table = run("speed.py", "--sites", SITE, *sizes, "--engines", ",".join(ENGINES), "--json", found)
    assert table.startswith("| 50 posts | | postdex | SQLite FTS5 | floor | ratio |\n")
    rows = json.loads(found.read_text())
    assert len(table.strip().splitlines()) == 2 + len(rows)
    both, peerless = {"postdex", "fts5"}, {"typo", "chinese"}
    for what in ("words", "words, first time", *KINDS):
        check(rows, what, {"postdex"} if what in peerless else both)
    for what in ("index size", "memory of a build, 1 process", "one post changed"):
        check(rows, what, both)
    for what in ("build, 1 process", "cold process"):
        check(rows, what, {*both, "floor"})
    check(rows, "nothing changed", {"postdex", "floor"})


def test_the_same_seed_makes_the_same_posts(tmp_path: Path) -> None:
    made = []
    for name in ("once", "again"):
        said = run("generate.py", "--sites", SITE, "--posts", 60, tmp_path / name)
        assert said.startswith("60 posts, ")
        files = sorted((tmp_path / name).rglob("*.md"))
        made.append([(file.relative_to(tmp_path / name), file.read_text(encoding="utf-8")) for file in files])
    assert len(made[0]) == 60
    assert made[0] == made[1]
    texts = [text for path, text in made[0] if path.parts[0].startswith("made-")]
    assert texts and all(text.startswith("---\ntitle: ") for text in texts)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--engines", "lucene"), "there is no engine lucene here"),
        (("--only", "build,colours"), "not colours"),
    ],
)
def test_what_is_not_there_is_said(arguments: tuple[str, str], said: str) -> None:
    with pytest.raises(AssertionError, match=said):
        run("speed.py", "--sites", SITE, *arguments)
