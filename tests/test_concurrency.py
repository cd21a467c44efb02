"""Is a search ever disturbed by commits? Threads on one `Index` and other processes read while posts change.

Some posts stay as they are and must always be found; two change together, in one commit, and must never be
seen apart. The long form is `tests/long/safety.py readers`.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from storage import ANALYZER

import postdex

ROOT = Path(__file__).parent.parent
STABLE = 20


def write_pair(folder: Path, version: int) -> None:
    """Two posts of one version."""
    for name in ("pair-a", "pair-b"):
        file = folder / f"{name}.md"
        file.with_suffix(".new").write_text(f"---\ntags: [v{version}]\n---\n# Pair\n\nTwin {version}.\n", "utf-8")
        os.replace(file.with_suffix(".new"), file)


def make(root: Path) -> Path:
    """A folder of posts with its index."""
    folder = root / "posts"
    folder.mkdir()
    for number in range(STABLE):
        (folder / f"stable-{number}.md").write_text(f"# Stable {number}\n\nA stable word.\n", "utf-8")
    write_pair(folder, 0)
    postdex.open(folder).close()
    return folder


def look(ix: postdex.Index) -> None:
    """One search for what stays and one for what changes; both are whole."""
    stable = ix.search("stable word", limit=STABLE + 1)
    assert (stable.total, len(stable.hits)) == (STABLE, STABLE)
    assert all("stable" in hit.snippet.text for hit in stable.hits)
    twins = ix.search("twin").hits
    assert len(twins) == 2 and twins[0].tags == twins[1].tags, [(hit.path, hit.tags) for hit in twins]


def look_until(folder: Path, stop: float) -> int:
    """Search until then, opening the index again and again; how often."""
    dice, done = random.Random(os.getpid()), 0
    while time.monotonic() < stop:
        with postdex.open(folder, refresh="never", create=False) as ix:
            for _ in range(dice.randrange(1, 20)):
                look(ix)
                done += 1
    return done


def change_until(folder: Path, stop: float) -> int:
    """Change posts and commit, now and then with a full rebuild, until then; how many commits."""
    dice, version = random.Random(1), 0
    with postdex.open(folder, refresh="never") as ix:
        while time.monotonic() < stop:
            version += 1
            write_pair(folder, version)
            other = folder / f"other-{dice.randrange(8)}.md"
            if dice.random() < 0.3:
                other.unlink(missing_ok=True)
            else:
                other.write_text(f"# Other\n\nSome other text, {version}.\n", "utf-8")
            ix.refresh(full=dice.random() < 0.1)
    return version


def check(folder: Path, seconds: float, threads: int, processes: int) -> tuple[int, int, int]:
    """Readers in threads and processes while another thread commits: no error. (commits, searches here, there)"""
    stop = time.monotonic() + seconds
    errors: list[BaseException] = []
    counts = [0] * (threads + 1)

    def run(number: int) -> None:
        try:
            if number == threads:
                counts[number] = change_until(folder, stop)
                return
            while time.monotonic() < stop:
                look(shared)
                counts[number] += 1
        except BaseException as error:
            errors.append(error)

    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'index'}{os.pathsep}{ROOT / 'search'}"}
    command = [sys.executable, __file__, os.fspath(folder), str(seconds)]
    others = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) for _ in range(processes)]
    with postdex.open(folder, refresh="never") as shared:
        running = [threading.Thread(target=run, args=(number,)) for number in range(threads + 1)]
        for one in running:
            one.start()
        for one in running:
            one.join()
    told = [other.communicate()[0] for other in others]
    assert not errors, errors
    assert all(other.returncode == 0 for other in others), told
    return counts[threads], sum(counts[:threads]), sum(map(int, told))


def test_readers_are_never_disturbed(tmp_path: Path) -> None:
    commits, here, there = check(make(tmp_path), seconds=4, threads=4, processes=2)
    assert commits > 3 and here > 10 and there > 10


def test_two_processes_that_index_at_once_take_turns(tmp_path: Path) -> None:
    folder = make(tmp_path)
    code = "import sys, postdex; postdex.open(sys.argv[1]).refresh(full=True, wait=60)"
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'index'}{os.pathsep}{ROOT / 'search'}"}
    running = [subprocess.Popen([sys.executable, "-c", code, os.fspath(folder)], env=environment) for _ in range(4)]
    assert [one.wait() for one in running] == [0] * 4
    with postdex.open(folder, refresh="never") as ix:
        look(ix)
        assert ix.status().stats.generation == 5


def test_searching_while_another_writes_leaves_out_what_is_gone(tmp_path: Path) -> None:
    folder = make(tmp_path)
    for name in ("stable-*.md", "Stable-0.md"):  # the one would cover others as a pattern
        (folder / name).write_text("# Special\n\nA stable word.\n", "utf-8")
    postdex.open(folder).refresh()
    with postdex.open(folder) as ix, closing(ix.engine.open_writer(analyzer=ANALYZER)):
        assert ix.search("stable word").total == STABLE + 2
        for name in ("stable-*.md", "stable-0.md"):
            (folder / name).unlink()
        found = ix.search("stable word", limit=100)
        assert (found.total, found.index.fresh, found.index.changed_files) == (STABLE, False, 2)
        assert not {"stable-*.md", "stable-0.md"} & {hit.path for hit in found.hits}
        with pytest.raises(postdex.NotFoundError):
            ix.get("stable-0.md")
    ix = postdex.open(folder, refresh="require")
    (folder / "stable-1.md").unlink()
    with ix, closing(ix.engine.open_writer(analyzer=ANALYZER)), pytest.raises(postdex.StaleError):
        ix.search("stable word")


@pytest.mark.parametrize(("limit_ms", "found"), [(2000, 15), (0, 0)])
def test_a_search_beside_another_writer_finds_what_was_just_saved(tmp_path: Path, limit_ms: int, found: int) -> None:
    folder = make(tmp_path)
    (folder / "postdex.toml").write_text(f"max_wait_ms = {limit_ms}\n")
    postdex.open(folder).refresh()
    seen = 0
    with postdex.open(folder) as ix:
        for number in range(15):
            started, searched, ended = threading.Event(), threading.Event(), threading.Event()

            def write(
                started: threading.Event = started,
                searched: threading.Event = searched,
                ended: threading.Event = ended,
            ) -> None:
                with closing(ix.engine.open_writer(analyzer=ANALYZER)):
                    started.set()
                    searched.wait(0.05 if limit_ms else 20)  # as long as a commit takes, or longer than is waited for
                ended.set()

            threading.Thread(target=write).start()
            assert started.wait(20)
            (folder / f"own-{number}.md").write_text(f"# Own\n\nzebra{number}\n")
            results = ix.search(f"zebra{number}", typo=False)
            assert results.index.fresh == bool(results.total)
            seen += results.total
            searched.set()
            assert ended.wait(20)
    assert seen == found


def test_a_search_does_not_wait_long_for_another_writer(tmp_path: Path) -> None:
    folder = make(tmp_path)
    with postdex.open(folder) as ix, closing(ix.engine.open_writer(analyzer=ANALYZER)):
        (folder / "own.md").write_text("# Own\n\nzebra\n")
        started = time.monotonic()
        assert not ix.search("zebra", typo=False).index.fresh
        assert 0.2 <= time.monotonic() - started < 10


if __name__ == "__main__":
    print(look_until(Path(sys.argv[1]), time.monotonic() + float(sys.argv[2])))
