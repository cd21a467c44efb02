"""Does a forked child work, whatever its parent's threads were doing? Each scene is a program, in bounded time.

`multiprocessing` forks in the middle of everything; gunicorn with --preload forks what has answered already.
"""

from __future__ import annotations

import asyncio
import faulthandler
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CHILD_S, SCENE_S = 20, 100


def make(folder: Path) -> None:
    """Some posts."""
    folder.mkdir()
    for number in range(30):
        (folder / f"{number}.md").write_text(f"---\ntags: [a, b]\n---\n# Post {number}\n\nA common word.\n")


def save(folder: Path, number: int) -> None:
    """One more version of a post, with front matter that needs the slow parser."""
    new = folder / f"{number}.new-{threading.get_ident()}"
    new.write_text(f"---\ntitle: 'a: {time.time()}'\nx: {{y: [1]}}\n---\nA common word.\n")
    os.replace(new, folder / f"{number}.md")


def use(ix: object, folder: Path, number: int) -> None:
    """What a child does with the index that it has from its parent: all that anybody may."""
    import postdex

    assert isinstance(ix, postdex.Index)
    assert ix.search("common", limit=1).total >= 30
    name = f"of-child-{number}"
    (folder / f"{name}.md").write_text(f"# A\n\n{name} zebra{number}\n")
    ix.refresh(wait=CHILD_S)
    assert ix.search(f"zebra{number}", typo=False).total == 1
    with ix.watch(on_report=lambda report: None) as watching:
        assert watching.running
    ix.close()


def fork(work: Callable[[], None]) -> int:
    """A child that does this, and ends with its traceback if it hangs."""
    number = os.fork()
    if not number:
        try:
            faulthandler.dump_traceback_later(CHILD_S, exit=True)
            work()
            os._exit(0)
        finally:
            import traceback

            traceback.print_exc()
            os._exit(1)
    return number


def children(rounds: int, work: Callable[[int], None], pause_s: float) -> None:
    """Fork so many children at random moments; all of them end well."""
    dice, running = random.Random(os.getpid()), []
    for number in range(rounds):
        time.sleep(dice.random() * pause_s)
        running.append(fork(lambda: work(number)))  # noqa: B023
        if len(running) == 4:
            assert os.waitpid(running.pop(0), 0)[1] == 0
    assert [os.waitpid(child, 0)[1] for child in running] == [0] * len(running)


def in_thread(work: Callable[[], object]) -> None:
    """Again and again, until the process ends."""

    def go_on() -> None:
        while True:
            work()
            time.sleep(0.05)  # so that others may write, too

    threading.Thread(target=go_on, daemon=True).start()


# -- the scenes: what the parent does


def searching(folder: Path, rounds: int) -> None:
    """Threads of the parent search and follow what changes."""
    import postdex

    ix, dice = postdex.open(folder), random.Random(1)

    def search() -> None:
        save(folder, dice.randrange(30))
        ix.search(f"common {dice.random()}", facets=["tags"])

    for _ in range(3):
        in_thread(search)
    children(rounds, lambda number: use(ix, folder, number), 0.1)


def refreshing(folder: Path, rounds: int) -> None:
    """A thread of the parent builds the index again and again."""
    import postdex

    ix = postdex.open(folder)
    in_thread(lambda: ix.refresh(full=True, wait=SCENE_S))
    children(rounds, lambda number: use(ix, folder, number), 0.1)


def watching(folder: Path, rounds: int) -> None:
    """The parent watches, and saves."""
    import postdex

    ix = postdex.open(folder, refresh="never")
    ix.watch()

    def change() -> None:
        save(folder, 1)
        time.sleep(0.01)

    in_thread(change)
    children(rounds, lambda number: use(ix, folder, number), 0.1)


def beginning(folder: Path, rounds: int) -> None:
    """A thread of the parent is loading what it needs for its first build, in the middle of it."""
    import postdex

    ix = postdex.Index(folder)
    in_thread(lambda: ix.refresh(full=True, wait=SCENE_S))
    time.sleep(random.Random(os.getpid()).random() * 0.1)

    def work(number: int) -> None:
        ix.refresh(wait=CHILD_S)
        use(ix, folder, number)

    children(2, work, 0.05)


def answering(folder: Path, rounds: int) -> None:
    """The parent has made the application of the service, answers, has built and watches; its children answer too."""
    from postdex.cli.search_command import Place
    from postdex.http import app, auth
    from postdex.http.serve import opened, watched

    site = opened(Place(str(folder)), watching=True)
    service = app.Service(site, auth.AccessRules(token="0123456789abcdef0123"))
    with watched(site):
        in_thread(lambda: asyncio.run(ask(service, f"q={time.monotonic()}")))
        in_thread(lambda: site.index.refresh(full=True, wait=SCENE_S))

        def work(number: int) -> None:
            for word in range(12):
                assert asyncio.run(ask(service, f"q=common+{word}")) == 200
            assert not site.views.alive(), "nobody watches here"
            service.close()
            use(site.index, folder, number)

        children(rounds, work, 0.2)


async def ask(service: object, query: str) -> int:
    """The status of an answer."""
    scope = {
        "type": "http", "method": "GET", "path": "/search", "raw_path": b"/search", "query_string": query.encode(),
        "headers": [(b"host", b"127.0.0.1")], "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
        "scheme": "http", "http_version": "1.1", "root_path": "",
    }  # fmt: skip
    statuses: list[int] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, object]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(int(str(message["status"])))

    await service(scope, receive, send)  # type: ignore[operator]
    return statuses[0]


SCENES = {scene.__name__: scene for scene in (searching, refreshing, watching, beginning, answering)}


def check(root: Path, scene: str, rounds: int) -> None:
    """A scene in a process of its own."""
    folder = root / "posts"
    make(folder)
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'index'}{os.pathsep}{ROOT / 'search'}"}
    command = [sys.executable, __file__, scene, os.fspath(folder), str(rounds)]
    ended = subprocess.run(
        command, capture_output=True, text=True, timeout=SCENE_S, check=False, env=environment, start_new_session=True
    )
    assert ended.returncode == 0, ended.stderr[-3000:]


@pytest.mark.parametrize("scene", SCENES)
def test_a_forked_child_works(tmp_path: Path, scene: str) -> None:
    if scene == "answering":
        pytest.importorskip("starlette", reason="the extra `server` is not installed")
    check(tmp_path, scene, rounds=12)


if __name__ == "__main__":
    SCENES[sys.argv[1]](Path(sys.argv[2]), int(sys.argv[3]))
    sys.stdout.flush()
    os._exit(0)  # its threads go on
