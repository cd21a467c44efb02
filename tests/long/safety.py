"""Does the index survive what the short tests only begin with? Each trial in its long form; run it by hand.

    python tests/long/safety.py TRIAL [--seconds S] [--count N] [--seed N]

Trials: errors, power, kills, moments, full, damage, malformed, readers, posts, queries, history, threads, cut, rebuilt,
forks; `all` shares the seconds out among them. A trial ends with one line of figures, or with the error that it found.
`full` mounts file systems in memory and needs root; elsewhere it says so.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "index"), str(ROOT / "search")]

import pytest  # noqa: E402
import storage  # noqa: E402
import test_concurrency  # noqa: E402
import test_cut  # noqa: E402
import test_damage  # noqa: E402
import test_faults  # noqa: E402
import test_forks  # noqa: E402
import test_history  # noqa: E402
import test_hostile  # noqa: E402
import test_malformed  # noqa: E402
import test_replaced  # noqa: E402
import test_threads  # noqa: E402
import test_watch  # noqa: E402

import postdex  # noqa: E402
from postdex_index.engine.embedded.write import workers  # noqa: E402


class Task(NamedTuple):
    """How far a trial goes: for so many seconds, or so often, whichever is reached first."""

    root: Path
    seconds: float
    most: int
    dice: random.Random
    started: float

    def goes_on(self, done: int) -> bool:
        """Whether there is more to do."""
        return done < self.most and time.monotonic() - self.started < self.seconds

    def folders(self) -> Iterator[Path]:
        """An empty folder for each round that there is time for; it is gone when the next one comes."""
        done = 0
        while self.goes_on(done):
            root = self.root / f"round-{done}"
            root.mkdir()
            yield root
            shutil.rmtree(root)
            done += 1


def errors(task: Task) -> str:
    """Every call of every scenario fails with every error, once or from then on."""
    done = raised = 0
    for scenario in storage.SCENARIOS:
        trial = storage.Trial(task.root / scenario, scenario)
        calls = storage.calls_of(trial)
        for code in storage.ERRORS.values():
            for lasting in (False, True):
                for at in range(1, calls + 1):
                    if not task.goes_on(done):
                        return f"{done} failing calls, {raised} runs ended with an error (cut short)"
                    raised += test_faults.check_fault(trial, storage.Failing(at, code, lasting))
                    done += 1
    return f"{done} failing calls, {raised} runs ended with an error, all others as if nothing had been"


def power(task: Task) -> str:
    """The power fails after each operation, with many throws of the dice on what was not synced."""
    done = 0
    trials = {scenario: storage.Trial(task.root / scenario, scenario) for scenario in storage.SCENARIOS}
    recorded = {scenario: test_faults.check_recorded(trial) for scenario, trial in trials.items()}
    while task.goes_on(done):
        for scenario, trial in trials.items():
            before, record = recorded[scenario]
            for cut in range(len(record.done) + 1):
                image = storage.crash_image(before, record.done[:cut], task.dice if done % 9 else None)
                test_faults.check_image(trial, image, finished=cut == len(record.done))
                done += 1
                if not task.goes_on(done):
                    return f"{done} crash images, each the old or the new index"
    return f"{done} crash images, each the old or the new index"


def child(work: Callable[[], object]) -> int:
    """The process number of a child that does this."""
    number = os.fork()
    if not number:
        try:
            os.setpgid(0, 0)
            work()
            os._exit(0)
        finally:
            os._exit(1)
    return number


def kills(task: Task) -> str:
    """The process is killed at every call, of a first build, an update, a merge and a full rebuild."""
    done = 0
    for scenario in storage.SCENARIOS:
        trial = storage.Trial(task.root / scenario, scenario)
        for at in range(1, storage.calls_of(trial) + 1):
            if not task.goes_on(done):
                return f"killed at {done} calls (cut short)"
            trial.reset()

            def run(at: int = at, trial: storage.Trial = trial) -> None:
                with storage.disk_is(storage.Killed(at)):
                    trial.run()

            _, status = os.waitpid(child(run), 0)
            assert os.WIFSIGNALED(status), status
            assert trial.state() in (trial.old, trial.new)
            trial.heals()
            done += 1
    return f"killed at {done} calls, the old or the new index each time, healed by the next run"


def moments(task: Task) -> str:
    """The process is killed at random moments, with worker processes too, while another searches."""
    done = searches = late = 0
    trials = [storage.Trial(task.root / scenario, scenario) for scenario in storage.SCENARIOS]
    lasts: dict[int, float] = {}
    while task.goes_on(done):
        which = task.dice.randrange(2 * len(trials))
        trial, jobs = trials[which // 2], 1 + which % 2

        def run(trial: storage.Trial = trial, jobs: int = jobs) -> None:
            workers.SHARED_FROM = 3  # in the child only: a shared build has other segments, and so other scores
            trial.refresh(full=trial.full, jobs=jobs)

        trial.reset()
        if which not in lasts:
            began = time.monotonic()
            os.waitpid(child(run), 0)
            lasts[which] = time.monotonic() - began
            trial.reset()
        number = child(run)
        end = time.monotonic() + task.dice.random() * lasts[which]
        while time.monotonic() < end:
            assert trial.state() in (trial.old, trial.new)
            searches += 1
        os.kill(number, signal.SIGKILL)
        _, status = os.waitpid(number, 0)
        late += not os.WIFSIGNALED(status)
        assert trial.state() in (trial.old, trial.new)
        trial.heals()
        done += 1
    return f"killed at {done} moments ({late} had ended before), {searches} searches meanwhile"


def full(task: Task) -> str:
    """A disk of many sizes is full at some point; with room the next run heals."""
    trial = storage.Trial(task.root / "posts", "update")
    for number in range(60):
        trial.write(f"more-{number}", "new " * 400)
    command = [sys.executable, "-m", "postdex", "-C", os.fspath(trial.posts)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path[1:3])}
    raised = done = 0
    for size in range(16, 16 + 24 * 25, 24):
        disk = task.root / f"disk-{size}"
        disk.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}k", "tmpfs", disk], check=False).returncode:
            return "not run: no file system could be mounted here"
        try:
            trial.index = disk / "index"
            for _ in range(3):
                ended = subprocess.run(
                    [*command, "--index", os.fspath(trial.index), "index", "--full", "--jobs", "1"],
                    env=environment, capture_output=True, text=True, check=False,
                )  # fmt: skip
                assert ended.returncode in (0, 2) and len(ended.stderr.splitlines()) == (ended.returncode == 2), ended
                assert not ended.returncode or ("No space left" in ended.stderr and str(disk) in ended.stderr), ended
                raised += ended.returncode == 2
            subprocess.run(["mount", "-o", "remount,size=64m", disk], check=True)
            trial.refresh()
            trial.new = trial.state()
            trial.heals()
            done += 1
        finally:
            subprocess.run(["umount", disk], check=True)
    return f"{done} sizes, {raised} of {3 * done} runs found the disk full, all healed when there was room"


def damage(task: Task) -> str:
    """Files of the index are damaged at random."""
    trial, outcomes = test_damage.Damaged(task.root / "damage"), Counter[str]()
    while task.goes_on(outcomes.total()):
        outcomes[test_damage.check(trial, task.dice)] += 1
    kinds = Counter[str]()
    for name, count in outcomes.items():
        kinds[name.partition(": ")[2] or "nothing changed"] += count
    return f"{outcomes.total()} damages, none believed, all found, all healed; answers: {dict(kinds)}"


def malformed(task: Task) -> str:
    """Segments are written with right checksums and columns that make no sense."""
    trial, told, done = test_malformed.Malformed(task.root), Counter[str](), 0
    while task.goes_on(done):
        told += test_malformed.check(trial, task.dice)
        done += 1
    return f"{done} malformed segments, each answered or was named, and was healed: {dict(told)}"


def readers(task: Task) -> str:
    """Threads and processes search while posts change."""
    folder = test_concurrency.make(task.root)
    commits, here, there = test_concurrency.check(folder, task.seconds, threads=8, processes=8)
    return f"{commits} commits; {here} searches in 8 threads, {there} in 8 processes, 0 errors"


def posts(task: Task) -> str:
    """Real posts, mutated."""
    done, slowest = 0, 0.0
    while task.goes_on(done):
        folder = task.root / "some"
        folder.mkdir()
        slowest = max(slowest, test_hostile.check_posts(folder, task.dice, 250))
        shutil.rmtree(folder)
        done += 250
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return (
        f"{done} mutated posts, no build stopped, no body lost; the slowest took {slowest:.2f} s, {memory} MiB at most"
    )


def queries(task: Task) -> str:
    """Hostile queries on 10,000 posts."""
    folder = task.root / "posts"
    folder.mkdir()
    for number in range(10_000):
        (folder / f"{number}.md").write_bytes(test_hostile.SAMPLES[number % len(test_hostile.SAMPLES)])
    taken: list[tuple[float, str]] = []
    with postdex.Index(folder, refresh="never") as ix:
        ix.refresh(jobs=2)
        task = task._replace(started=time.monotonic())
        while task.goes_on(len(taken)):
            query = test_hostile.hostile_query(task.dice)
            taken.append((test_hostile.check_query(ix, query), query[:60]))
    slowest, query = max(taken)
    late = sum(seconds > 1 for seconds, _ in taken)
    return f"{len(taken)} queries, {late} took more than 1 s, the slowest {slowest:.2f} s: {query!a}"


def history(task: Task) -> str:
    """After any history: the hits and totals of a fresh build, and after a merge its order too."""
    commits = [test_history.check(root, task.dice) for root in task.folders()]
    return f"{len(commits)} histories with {sum(commits)} commits, each ends like a fresh build"


def threads(task: Task) -> str:
    """Each step of the watch fails, again and again, where the system tells of changes and where it does not."""
    done = 0
    while task.goes_on(done):
        blog = test_watch.Blog(task.root / f"blog-{done}", polling=bool(done % 2))
        with pytest.MonkeyPatch.context() as patched:
            test_threads.hurry(patched)
            blog.start()
            test_threads.test_the_watch_goes_on_whatever_fails(blog, patched, task.dice.choice(test_threads.ERRORS))
            blog.ix.close()
        done += 1
    return f"{done} watches, each failed three times at each step, said so and went on"


def cut(task: Task) -> str:
    """Segments are cut and written over beneath a reader."""
    done = 0
    for root in task.folders():
        how = task.dice.choice(("zeroed", "emptied", "halved", "nearly whole"))
        seen = task.dice.choice(("nothing", "a search", "everything"))
        test_cut.test_files_that_are_cut_under_a_reader(root / "posts", how, seen)
        done += 1
    return f"{done} readers whose files were cut: no signal, no text lost in silence"


def rebuilt(task: Task) -> str:
    """The index is replaced by another with the same number."""
    done = 0
    for root in task.folders():
        replace = task.dice.choice((test_replaced.rebuilt, test_replaced.moved, test_replaced.copied_over))
        test_replaced.test_the_service_sees_it(root, replace)
        done += 1
    return f"{done} indexes replaced beneath a service, each was noticed"


def forks(task: Task) -> str:
    """A process forks while its threads search, build, watch and answer."""
    done = 0
    for root in task.folders():
        test_forks.check(root, task.dice.choice(list(test_forks.SCENES)), rounds=12)
        done += 1
    return f"{done} processes with 12 children each, all of which worked"


TRIALS = (
    *(errors, power, kills, moments, full, damage, malformed, readers, posts, queries, history),
    *(threads, cut, rebuilt, forks),
)


def main() -> None:
    """Run the trials that were asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("trial", choices=[*(trial.__name__ for trial in TRIALS), "all"])
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--count", type=int, default=sys.maxsize)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    asked = parser.parse_args()
    chosen = [trial for trial in TRIALS if asked.trial in (trial.__name__, "all")]
    if asked.seconds == float("inf") and asked.count == sys.maxsize:
        parser.error("give --seconds or --count")
    print(f"seed {asked.seed}", flush=True)
    for trial in chosen:
        root = Path(tempfile.mkdtemp(prefix="postdex-long-"))
        try:
            started = time.monotonic()
            task = Task(root, asked.seconds / len(chosen), asked.count, random.Random(asked.seed), started)
            said = trial(task)
            print(f"{trial.__name__}: {said} ({time.monotonic() - started:.0f} s)", flush=True)
        finally:
            shutil.rmtree(root, ignore_errors=True)


if __name__ == "__main__":
    main()
