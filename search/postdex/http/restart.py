"""How does a service restart with new code and settings, so that nobody is refused meanwhile?

On SIGUSR2 another process first tries whether it could start. If so, this one answers what it was asked, and then
becomes the new one: the same process by its number, on the same sockets, on which those who came meanwhile wait. If
not, it goes on. (SIGHUP is left alone: a terminal sends it when it is closed.)
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

from postdex_index.errors import PostdexError

from .service_log import log

if TYPE_CHECKING:
    from types import FrameType

    from .listening import Listening
    from .server import Server

SIGNAL = signal.SIGUSR2
#: Seconds that a process may take to say whether it could start.
CHECK_S = 60


@contextmanager
def unheard() -> Iterator[None]:
    """Meanwhile the signal is not heard: its usual meaning is the end of a process, one that is just starting too."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    former = signal.signal(SIGNAL, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(SIGNAL, former)


@contextmanager
def heard(runner: Server) -> Iterator[None]:
    """Meanwhile the signal has a server restart, if that is possible."""

    def check(number: int, frame: FrameType | None) -> None:
        threading.Thread(target=_restart_if_possible, args=(runner,), name="postdex-check").start()

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    former = signal.signal(SIGNAL, check)
    try:
        yield
    finally:
        signal.signal(SIGNAL, former)


def replace_process(listening: Listening) -> NoReturn:
    """End as this program and begin as the one that was started, as it is by now. Raises PostdexError if it is gone."""
    listening.hand_over(os.environ)
    try:
        os.execv(sys.executable, _command())
    except OSError as error:
        raise PostdexError(f"{sys.executable} cannot be started ({error.strerror})", "start the service") from error


def _restart_if_possible(runner: Server) -> None:
    """Have another process try whether it could start; what it says against that is logged."""
    command = [*_command(), "--check", "--log", "plain"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=CHECK_S, check=False)
        wrong = done.stderr.strip() or f"status {done.returncode}" if done.returncode else ""
    except (OSError, subprocess.TimeoutExpired) as error:
        wrong = str(error)
    if wrong:
        log.error("does not restart: %s", wrong.rpartition("\n")[2].removeprefix("postdex: "))
    else:
        log.info("restarts")
        runner.restart()


def _command() -> list[str]:
    """The command that started this process."""
    return [sys.executable, *sys.orig_argv[1:]]
