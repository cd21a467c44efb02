"""Does a segment that has its checksums and makes no sense end in an answer, or in an error that names it?

Columns are mutated and the segment is written and published with right seals, as only somebody would who means it.
No search may end otherwise than with an answer (a wrong one is nobody's loss but that index's) or an
`IndexDamagedError`, and `postdex index --full` heals. The long form is `tests/long/safety.py malformed`.
"""

from __future__ import annotations

import json
import random
import shutil
from array import array
from collections import Counter
from collections.abc import Callable
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import test_history

import postdex
from postdex.output import reports, terminal, wire
from postdex.output.screen import Screen
from postdex_index.engine.embedded.check.verify_contents import malformed
from postdex_index.engine.embedded.engine import EmbeddedEngine
from postdex_index.engine.embedded.format import segment_file
from postdex_index.engine.embedded.format.columns import DEFLATED
from postdex_index.engine.embedded.storage.commits import File, Store
from postdex_index.engine.embedded.write import inverter
from postdex_index.errors import IndexDamagedError

SAMPLES = Path(__file__).parent.parent / "posts"
POST = "2022/refcount-bug.md"
FACETS = ("tags", "categories", "lang", "year")
Columns = dict[str, Any]
#: What programs do with an index.
USES: tuple[Callable[[postdex.Index], object], ...] = (
    lambda ix: ix.search("SMC fallback", facets=FACETS, section_snippets=True, explain=True).to_dict(),
    lambda ix: terminal.full(ix.search("SMC fallback psock", section_snippets=True), Screen(80)),
    lambda ix: ix.search("refcoutn bugs", units="sections").to_dict(),
    lambda ix: ix.search('"reference count" title:refcount -heading:"root cause"', drafts=True).to_dict(),
    lambda ix: ix.search("re* *e", sort="title", limit=30).to_dict(),
    lambda ix: ix.search("the", sort="updated", after="2020", limit=30).to_dict(),
    lambda ix: ix.search("内核 断点 tag:c++ OR path:2022").to_dict(),
    lambda ix: (wire.document(document := ix.get(POST)), reports.document_text(document)),
    lambda ix: (ix.like(POST).to_dict(), ix.suggest("ref"), ix.explain("psock", POST)),
    lambda ix: (ix.status(), ix.problems()),
    lambda ix: test_history.merge_all(ix),
)


class Malformed:
    """The sample posts with an index of one segment, of which malformed copies are made."""

    def __init__(self, root: Path) -> None:
        self.posts, self.saved, self.index = root / "posts", root / "saved", root / "index"
        shutil.copytree(SAMPLES, self.posts, ignore=shutil.ignore_patterns(".postdex"))
        with postdex.open(self.posts, index=self.saved):
            pass
        store = Store(self.saved)
        self.commit = store.commit(1)
        opened = segment_file.SegmentFile(str(self.saved / self._name), *self.commit.segments[0].file[1:])
        self.meta = opened.meta
        self.columns: Columns = {}
        for name in opened._columns:
            view = opened.column(name)
            self.columns[name] = array(view.format)
            self.columns[name].frombytes(view.cast("B"))

    @property
    def _name(self) -> str:
        return self.commit.segments[0].file.name

    def publish(self, columns: Columns, meta: dict[str, Any]) -> None:
        """An index whose first segment has these columns."""
        shutil.rmtree(self.index, ignore_errors=True)
        shutil.copytree(self.saved, self.index)
        (self.index / self._name).unlink()
        (self.index / "commit-000001").unlink()
        file = File(self._name, *segment_file.write(self.index / self._name, columns, meta, DEFLATED))
        first, *others = self.commit.segments
        posts = meta["posts"] if isinstance(meta["posts"], int) else first.posts
        Store(self.index).publish(self.commit._replace(segments=(first._replace(file=file, posts=posts), *others)))

    def used(self) -> Counter[str]:
        """What came of each use."""
        told: Counter[str] = Counter()
        for use in USES:
            try:
                with postdex.Index(self.posts, index=self.index, refresh="never") as ix:
                    use(ix)
                told["answered"] += 1
            except IndexDamagedError as error:
                assert str(self.index) in str(error) and "\n" not in str(error)
                told["said"] += 1
            except postdex.NotFoundError:
                told["not found"] += 1
        return told


def mutate(trial: Malformed, dice: random.Random) -> tuple[str, Columns, dict[str, Any]]:
    """What was done, and the columns and meta data after it."""
    columns, meta = dict(trial.columns), dict(trial.meta)
    if dice.random() < 0.1:
        name = dice.choice(sorted(meta))
        meta[name] = dice.choice([None, 0, 1, -1, 10**12, "", [], [0], {}, not meta[name]])
        return f"{name} = {meta[name]!r}", columns, meta
    name = dice.choice([*sorted(columns), *["stored", "outline"] * 3])
    if name in ("stored", "outline") and dice.random() < 0.7:
        return mutate_json(name, columns, dice), columns, meta
    column = columns[name] = columns[name][:]
    what = dice.choice(("item", "item", "items", "cut", "grown", "zeros", "kind", "gone", "other"))
    if what in ("item", "items") and column:
        for _ in range(1 if what == "item" else 50):
            near = column[dice.randrange(len(column))] + dice.choice((-1, 0, 1))
            width = 8 * column.itemsize - (column.typecode in "bhiq")
            new = dice.choice((0, (1 << width) - 1, dice.randrange(1 << width), near))
            column[dice.randrange(len(column))] = max(0, min((1 << width) - 1, new))
    elif what == "cut":
        del column[dice.randrange(len(column) + 1) :]
    elif what == "grown":
        column.extend(column[: dice.randrange(1, 9)])
    elif what == "zeros":
        columns[name] = array(column.typecode, bytes(len(column) * column.itemsize))
    elif what == "kind":
        columns[name] = array(dice.choice("bBhHiIqQdf"), [0] * len(column))
    elif what == "gone":
        del columns[name]
    elif what == "other":
        columns[name] = columns[dice.choice(sorted(columns))]
    return f"{name}: {what}", columns, meta


def mutate_json(name: str, columns: Columns, dice: random.Random) -> str:
    """One value in the record or the outline of a post is another; what was done."""
    rows = read_json(name, columns)
    row = dice.choice(rows)
    while isinstance(inner := row[place := dice.randrange(len(row))], list) and inner and dice.random() < 0.8:
        row = inner
    new: object = dice.choice([None, 0, -1, 10**30, 0.5, True, "", "a\tb\n", [], [[]], {}])
    row[place] = new
    write_json(name, columns, rows)
    return f"{name}: {inner!r} is {new!r}"


def read_json(name: str, columns: Columns) -> list[Any]:
    """The records or the outlines of all posts."""
    content = columns[name].tobytes()
    return [json.loads(content[start:stop]) for start, stop in pairwise(columns[name + "_start"])]


def write_json(name: str, columns: Columns, rows: list[Any]) -> None:
    """The columns with other records or outlines."""
    written = [json.dumps(one, ensure_ascii=False, separators=(",", ":")).encode() for one in rows]
    columns[name] = array("B", b"".join(written))
    columns[name + "_start"] = array("I", accumulate(map(len, written), initial=0))


def check(trial: Malformed, dice: random.Random) -> Counter[str]:
    """Make a malformed index and use it; what came of the uses."""
    what, columns, meta = mutate(trial, dice)
    trial.publish(columns, meta)
    try:
        told = trial.used()
    except Exception as error:
        raise AssertionError(f"{what}: {error!r}") from error
    with postdex.Index(trial.posts, index=trial.index, refresh="never") as ix:
        ix.refresh(full=True)
    assert trial.used().keys() == {"answered"}
    assert EmbeddedEngine(trial.index).verify() == []
    return told


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Malformed:
    return Malformed(tmp_path_factory.mktemp("malformed"))


def test_the_trial_is_right_as_it_is(trial: Malformed) -> None:
    trial.publish(trial.columns, trial.meta)
    assert trial.used().keys() == {"answered"}


@pytest.mark.parametrize("level", [-1, 256, "1"])
def test_a_heading_of_a_level_that_there_is_not(trial: Malformed, level: object) -> None:
    columns = dict(trial.columns)
    outlines = read_json("outline", columns)
    for outline in outlines:
        outline[::3] = [level] * (len(outline) // 3)
    write_json("outline", columns, outlines)
    trial.publish(columns, trial.meta)
    assert trial.used()["said"]


@pytest.mark.parametrize("long", [100, 1_000_000])
def test_what_postdex_writes_makes_sense(tmp_path: Path, long: int) -> None:
    """Segments of new posts, of long ones, and merged ones."""
    dice = random.Random(long)
    with patch.object(inverter, "NARROW_POSITIONS", 5_000 + long), postdex.open(tmp_path) as ix:
        for _ in range(5):
            for number in range(8):
                test_history.change(tmp_path / f"{dice.randrange(20)}.md", tmp_path / f"{number}.md", dice)
            ix.refresh()
            assert list(malformed(Store(Path(ix.engine.place)))) == []
        test_history.merge_all(ix)
        assert list(malformed(Store(Path(ix.engine.place)))) == []


def test_a_bug_is_not_taken_for_damage(trial: Malformed, monkeypatch: pytest.MonkeyPatch) -> None:
    trial.publish(trial.columns, trial.meta)
    monkeypatch.setattr("postdex.answering.answer", lambda *_: [][1])
    with postdex.Index(trial.posts, index=trial.index, refresh="never") as ix, pytest.raises(IndexError):
        ix.search("refcount")


@pytest.mark.parametrize("seed", range(3))
def test_random_columns(trial: Malformed, seed: int) -> None:
    dice = random.Random(seed)
    told = sum((check(trial, dice) for _ in range(8)), Counter[str]())
    assert told["answered"] and told["said"]
