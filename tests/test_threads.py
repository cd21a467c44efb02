"""Does any thread or process of ours end in silence? Each is made to fail at each of its steps: it says so and goes on.

Who asks how things are (`/health`, `fresh`) hears of it when somebody has really ended.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from test_watch import Blog, check, until

from postdex_index.content import reader
from postdex_index.engine.embedded.engine import EmbeddedEngine
from postdex_index.engine.embedded.write import workers
from postdex_index.errors import PostdexError
from postdex_index.settings import Settings
from postdex_index.update import file_events, refresh, watch

ALL = ("2022/c.md", "a.md", "b.md")


class Panic(BaseException):
    """What a library in Rust raises when it panics is no Exception either."""


#: Each step of a round of the watch: who does it, under which name, and what has to happen that it is done.
SAVE, SETTINGS = "d.md", "postdex.toml"
STEPS: tuple[tuple[Any, str, str], ...] = (
    (watch._Following, "folders", "2023/d.md"),
    (watch._Following, "identity", SAVE),
    (watch._Following, "around", SAVE),
    (watch._Following, "reload", SETTINGS),
    (watch._Following, "is_of_folders", SAVE),
    (watch._Following, "looked", SAVE),
    (watch._Following, "concerned", SAVE),
    (watch._Following, "is_time", SAVE),
    (watch._Following, "round", SAVE),
    (watch._Following, "_moments", SAVE),
    (file_events.NotifySource, "wait", SAVE),
    (file_events.PollingSource, "wait", SAVE),
    (file_events.PollingSource, "took", SAVE),
    (refresh, "plan", SAVE),
    (refresh, "refresh", SAVE),
    (EmbeddedEngine, "file_table", SAVE),
    (EmbeddedEngine, "open_reader", SAVE),
    (EmbeddedEngine, "open_writer", SAVE),
    (reader, "walk", SAVE),
    (reader, "read", SAVE),
)
ERRORS = (ValueError, MemoryError, OSError, Panic)


def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the watch look often, and pause shortly."""
    monkeypatch.setattr(watch, "TICK_S", 0.02)
    monkeypatch.setattr(watch, "AGAIN_S", 0.02)
    monkeypatch.setattr(watch, "LONGEST_S", 0.1)
    monkeypatch.setattr(file_events, "_LOOK_S", 0.02)
    monkeypatch.setattr(file_events, "_QUIET_MS", 15)


@pytest.fixture(params=[False, True], ids=["told", "polling"])
def blog(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Blog]:
    hurry(monkeypatch)
    made = Blog(tmp_path / "blog", request.param)
    made.start()
    yield made
    made.ix.close()


def failing(
    monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, error: type[BaseException], times: int
) -> list[str]:
    """From now on a call fails, so many times, and in the thread of the watch only; what was called so."""
    original, failed = getattr(owner, name), list[str]()

    def call(*arguments: Any, **named: Any) -> Any:
        if threading.current_thread().name == "postdex watch" and len(failed) < times:
            failed.append(name)
            raise error(f"{name} fails")
        return original(*arguments, **named)

    monkeypatch.setattr(owner, name, call)
    return failed


@pytest.mark.parametrize("error", ERRORS)
def test_the_watch_goes_on_whatever_fails(
    blog: Blog, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    for owner, name, happens in STEPS:
        if name in OTHER_WAY[blog.polling] or owner is SOURCE[not blog.polling]:
            continue
        if error is not ValueError and name not in ("wait", "refresh"):
            continue  # one of each kind is enough
        with monkeypatch.context() as patched:
            failed = failing(patched, owner, name, error, times=3)
            until(lambda: save(blog, happens) and len(failed) == 3, f"three failures of {name}")  # noqa: B023
        said = f"{name} fails"
        until(lambda: any(said in str(error) for error in blog.errors), said)  # noqa: B023
        (blog.folder / happens).unlink()
        check(blog, *ALL)
    assert blog.watching.alive


def save(blog: Blog, name: str) -> bool:
    """Save a post, or the settings, once more."""
    if name == SETTINGS:
        (blog.folder / SETTINGS).write_text("max_changed_files = 50\n")
    else:
        blog.write(name)
    return True


#: Steps that are not done where the system tells of changes, and where the files are looked at; who is asked there.
SOURCE = {False: file_events.NotifySource, True: file_events.PollingSource}
OTHER_WAY = {False: ("looked", "took"), True: ("folders", "is_of_folders", "concerned")}


def test_pauses_grow_until_all_is_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "CALM_S", 1.0)
    clock = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    given = (
        tmp_path,
        EmbeddedEngine(tmp_path / ".postdex"),
        Settings(),
        print,
        lambda error: None,
        None,
        threading.Lock(),
        1,
        print,
    )
    following = watch._Following(*given)
    pauses = []
    for _ in range(7):
        pauses.append(following.failed(ValueError("a bug")))
        clock[0] += pauses[-1]
    assert pauses == [1, 2, 4, 8, 16, 30, 30]
    clock[0] += 1.5
    assert following.failed(ValueError("a bug")) == 1


@pytest.mark.parametrize("polling", [False, True])
def test_who_is_told_may_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, polling: bool) -> None:
    monkeypatch.setattr(watch, "AGAIN_S", 0.05)
    blog = Blog(tmp_path / "blog", polling=polling)
    hooked: list[object] = []
    monkeypatch.setattr(threading, "excepthook", lambda told: hooked.append(told.exc_type))

    def fail(_: object) -> None:
        raise ZeroDivisionError("in a callback")

    def fail_too(error: PostdexError) -> None:
        blog.errors.append(error)
        raise BrokenPipeError

    blog.watching = blog.ix.watch(on_report=fail, on_error=fail_too, polling=polling)
    blog.write("d.md")
    check(blog, *ALL, "d.md")
    blog.write("e.md")
    check(blog, *ALL, "d.md", "e.md")
    blog.ix.close()
    assert {str(error) for error in blog.errors} == {"ZeroDivisionError: in a callback; it is tried again"}
    assert hooked and set(hooked) == {BrokenPipeError}


def test_a_watch_that_ended_or_hangs_is_not_alive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "SILENT_S", 0.3)
    goes_on = threading.Event()

    def hang(stop: threading.Event, alive: Callable[[], None]) -> None:
        while not goes_on.wait(0.01):
            alive()
        stop.wait(20)

    watching = watch.Watching(hang)
    time.sleep(0.5)
    assert watching.alive
    goes_on.set()
    until(lambda: not watching.alive, "silence")
    assert watching.running
    watching.stop()
    assert not watching.alive and not watching.running


# -- the service


def test_health_depends_on_a_sign_of_life(tmp_path: Path) -> None:
    serving = pytest.importorskip("serving", reason="the extra `server` is not installed")
    from postdex.http.serve import watched

    blog = Blog(tmp_path / "blog", polling=False)
    with serving.serving(blog.folder) as served:
        served.site.watching = True
        with watched(served.site):
            until(lambda: served.ask("/health").json()["fresh"], "the first round")
            etag = served.ask("/search?q=word").headers["etag"]
            health = served.ask("/health").json()
            assert (health["status"], health["problem"]) == ("ok", "")
        # Stopped, and it might as well have been killed: nobody follows the files any more.
        health = served.ask("/health").json()
        assert (health["status"], health["fresh"]) == ("degraded", False)
        assert "no sign of life" in health["problem"]
        assert b"postdex_degraded 1.0" in served.ask("/metrics").body
        answer = served.ask("/search?q=word", "GET", None, If_None_Match=etag)
        assert answer.status == 200 and not answer.json()["index"]["fresh"]


@pytest.mark.parametrize("error", [ValueError("a bug"), MemoryError(), RecursionError("too deep")], ids=repr)
def test_the_threads_of_the_service_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    serving = pytest.importorskip("serving", reason="the extra `server` is not installed")
    from postdex import answering
    from postdex.http import app, metrics, response_cache
    from postdex.http import served_snapshots as served

    blog = Blog(tmp_path / "blog", polling=False)

    def fail(*_: object, **__: object) -> None:
        raise error

    with serving.serving(blog.folder) as running:
        for owner, name in (
            (answering, "answer"),
            (response_cache.Cache, "get"),
            (response_cache.Cache, "put"),
            (served.ServedSnapshots, "stats"),
            (metrics.Metrics, "count"),
        ):
            with monkeypatch.context() as patched:
                patched.setattr(owner, name, fail)
                for number in range(app.THREADS + 2):
                    assert running.ask(f"/search?q={name}{number}").status in (200, 500)
            assert running.ask(f"/search?q=after-{name}").status == 200
        assert running.ask("/search?q=word").json()["total"] == 3
        assert running.service._waiting == 0
    assert any(record.exc_info for record in caplog.records), "a bug is in the log"


# -- the processes that build


@pytest.mark.parametrize("ends", ["sys.exit(3)", "os.kill(os.getpid(), 9)", "raise ValueError", "print('{')"])
def test_a_worker_that_ends_is_told_of_and_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, ends: str
) -> None:
    monkeypatch.setattr(workers, "SHARED_FROM", 3)
    original = subprocess.Popen

    def start(command: list[str], **named: Any) -> Any:
        code = f"import os, sys; sys.stdin.readline(); {ends}"
        return original([sys.executable, "-c", code], stderr=subprocess.DEVNULL, **named)

    monkeypatch.setattr(subprocess, "Popen", start)
    blog = Blog(tmp_path / "blog", polling=False)
    with caplog.at_level(logging.WARNING, "postdex.build"):
        report = refresh.refresh(blog.folder, EmbeddedEngine(blog.index), blog.ix.settings, full=True, jobs=2)
    assert len(report.changed) == 3 and blog.paths() == sorted(ALL)
    assert [record for record in caplog.records if "its posts are read again here" in record.getMessage()]
