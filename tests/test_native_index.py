"""Is an index the same whoever writes it, and are the answers, whoever reads it: the compiled kernel or Python?"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import test_hostile
import test_invariants
from both_ways import Other, told

ROOT = Path(__file__).parent.parent
#: Words, phrases, beginnings, mistakes, filters, and what is pasted.
QUERIES = [
    *test_invariants.QUERIES,
    "refcoutn bug",
    "the a of",
    "内核 引用计数",
    "sk_user_data",
    "tag:linux",
    '"a pointer"~4',
]


@pytest.fixture(scope="module")
def pure() -> Iterator[Other]:
    """Python alone."""
    with Other(pure=True) as other:
        yield other


def samples(folder: Path) -> Path:
    """The sample posts."""
    shutil.copytree(ROOT / "posts", folder, ignore=shutil.ignore_patterns(".postdex"))
    return folder


def hostile(folder: Path) -> Path:
    """What breaks parsers, as posts."""
    folder.mkdir()
    for number, content in enumerate(test_hostile.SAMPLES):
        (folder / f"{number:03}.md").write_bytes(content[:20_000])
    return folder


@pytest.mark.parametrize("make", [samples, hostile])
def test_an_index_is_the_same_whoever_writes_it_and_whoever_reads_it(
    pure: Other, tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    one, other = make(tmp_path / "one"), make(tmp_path / "other")
    written_here, written_there = told(one, QUERIES, build=True), pure.told(other, QUERIES, build=True)
    assert written_here["segments"] == written_there["segments"] != {}
    assert written_here["answers"] == written_there["answers"]
    assert pure.told(one, QUERIES, build=False) == written_here
    assert told(other, QUERIES, build=False) == written_here
