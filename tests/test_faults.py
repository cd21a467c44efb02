"""Does the index survive a disk that is full, breaks, forgets, and a process that is killed?

Each call that changes files fails in turn, or is the last before the power goes. The long form, with real
kills and real full disks, is `tests/long/safety.py`.
"""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from storage import (
    ERRORS,
    SCENARIOS,
    Calls,
    Failing,
    Operation,
    Recording,
    Trial,
    calls_of,
    crash_image,
    disk_is,
    is_one_line,
)

from postdex import faces
from postdex_index.engine.embedded import engine
from postdex_index.errors import IndexFault, IndexMissingError


@pytest.fixture(scope="module", params=SCENARIOS)
def trial(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Trial:
    return Trial(tmp_path_factory.mktemp(request.param), request.param)


def check_fault(trial: Trial, calls: Failing) -> bool:
    """A run on a failing disk says so in one line and leaves the old index, or does all; the next one heals."""
    trial.reset()
    raised = False
    with disk_is(calls):
        try:
            trial.run()
        except IndexFault as error:
            raised = True
            assert faces.EXIT_STATUS == 2
            assert is_one_line(error), str(error)
    # Where nothing works any more, the commit that could not be confirmed could not be withdrawn either.
    unconfirmed = calls.lasting and calls.failed[-1:] == ["unlink"]
    state = trial.state()
    assert state == (trial.old if raised else trial.new) or (unconfirmed and state == trial.new)
    trial.heals()
    return raised


@pytest.mark.parametrize("lasting", [False, True])
def test_any_call_may_fail(trial: Trial, lasting: bool) -> None:
    total, codes = calls_of(trial), list(ERRORS.values())
    raised = sum(check_fault(trial, Failing(at, codes[at % len(codes)], lasting)) for at in range(1, total + 1))
    assert total > 10 and raised > total // 3


def check_recorded(trial: Trial) -> tuple[dict[str, bytes], Recording]:
    """The files before a run, and what the run did to them: repeated without dice, the files after it."""
    trial.reset()
    before, recorded = trial.files(), Recording(trial.index)
    with disk_is(recorded):
        trial.run()
    done = recorded.done
    assert crash_image(before, [*done, Operation("names")], None).keys() == trial.files().keys()
    return before, recorded


def check_image(trial: Trial, files: dict[str, bytes], finished: bool) -> None:
    """After a power failure the old or the new index answers; after the run had ended, only the new one."""
    trial.put(files)
    try:
        state = trial.state()
    except IndexMissingError:
        state = None
    assert state == trial.new or (state == trial.old and not finished)
    trial.heals()


def test_any_power_failure_leaves_the_old_or_the_new_index(trial: Trial) -> None:
    before, recorded = check_recorded(trial)
    done = recorded.done
    dice = random.Random(1)
    for cut in range(len(done) + 1):
        for throw in range(5):
            image = crash_image(before, done[:cut], dice if throw else None)
            check_image(trial, image, finished=cut == len(done))


def test_the_double_would_notice(trial: Trial) -> None:
    """Without syncing, a power failure after a run takes back what it had done."""
    before, recorded = check_recorded(trial)
    trial.put(crash_image(before, [one for one in recorded.done if one.kind != "sync"], None))
    with pytest.raises((IndexFault, AssertionError)):
        assert trial.state() == trial.new


def test_nothing_to_do_writes_nothing(trial: Trial) -> None:
    trial.reset()
    trial.run()
    with disk_is(Calls()) as calls:
        trial.refresh()
        trial.state()
        trial.engine.verify()
    assert set(calls.made) <= {"open", "close"}


def test_all_calls_that_change_files_go_through_the_double() -> None:
    changing = re.compile(
        r"\bos\.(?:write|pwrite|unlink|remove|rename|renames|replace|mkdir|makedirs|rmdir|truncate|ftruncate|link|symlink)\("
        r"|(?<!\bdurable_files)\.(?:write_text|write_bytes|unlink|rename|touch|symlink_to|hardlink_to)\(|\bopen\([^)]*[\"'][wxa]b?[\"']|shutil"
    )
    found = {
        path.name
        for path in Path(engine.__file__).parents[2].rglob("*.py")
        if changing.search(path.read_text(encoding="utf-8"))
    }
    assert found == {"durable_files.py"}
