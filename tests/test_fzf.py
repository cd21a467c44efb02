"""Does the recipe of docs/cli.md search as one types in fzf, and open what is chosen? Where there is fzf."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import shutil
import signal
import struct
import sys
import termios
import time
from pathlib import Path

import pytest

import postdex

ROOT = Path(__file__).parent.parent
pytestmark = pytest.mark.skipif(not shutil.which("fzf") or not shutil.which("bash"), reason="there is no fzf here")


def recipe() -> str:
    text = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    found = re.search(r"### With fzf\n.*?```sh\n(.*?)```", text, re.DOTALL)
    assert found
    return found[1]


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """The sample posts with an index, an editor that writes down what it is given, `postdex`, and the recipe."""
    shutil.copytree(ROOT / "posts", tmp_path / "posts", ignore=shutil.ignore_patterns(".postdex"))
    postdex.open(tmp_path / "posts").close()
    programs = {
        "vim": 'printf "%s\\n" "$@" >"$OPENED.new" && mv "$OPENED.new" "$OPENED"',
        "postdex": f'exec {sys.executable} -m postdex "$@"',
    }
    for name, text in programs.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    (tmp_path / "recipe.sh").write_text(recipe() + 'pf "$@"\n')
    return tmp_path


class Keyboard:
    """A program on a terminal of its own, with somebody who waits for what is shown and types."""

    def __init__(self, command: list[str], folder: Path, environment: dict[str, str]) -> None:
        self.seen = ""
        self.process, self._terminal = pty.fork()
        if not self.process:
            os.chdir(folder)
            os.execvpe(command[0], command, environment)
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 160, 0, 0))

    def until(self, text: str, seconds: float = 60) -> None:
        """Wait until this was shown since the last key."""
        end = time.monotonic() + seconds
        while text not in self.seen:
            assert time.monotonic() < end, self.seen
            if select.select([self._terminal], [], [], 0.2)[0]:
                self.seen += os.read(self._terminal, 65536).decode("utf-8", "replace")

    def type(self, keys: str) -> None:
        self.seen = ""
        os.write(self._terminal, keys.encode())

    def close(self) -> None:
        os.kill(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)
        os.close(self._terminal)


def test_what_is_chosen_opens(desk: Path) -> None:
    opened = desk / "opened"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("FZF_", "POSTDEX_"))},
        "PATH": f"{desk}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": os.pathsep.join((str(ROOT / "search"), str(ROOT / "index"))),
        "OPENED": str(opened),
        "EDITOR": "vim",
        "TERM": "xterm-256color",
    }
    keyboard = Keyboard(["bash", "recipe.sh", "refcount"], desk, environment)
    try:
        keyboard.until("2022/refcount-bug.md")
        keyboard.type("\x15sqlite wal")  # the line is cleared, and another query typed
        keyboard.until("2024/sqlite-wal.md")
        keyboard.until("write-ahead")
        keyboard.type("\r")
        end = time.monotonic() + 60
        while not opened.exists():
            assert time.monotonic() < end, keyboard.seen
            time.sleep(0.1)
    finally:
        keyboard.close()
    line, path = opened.read_text().splitlines()
    assert re.fullmatch(r"\+\d+", line) and path == str(desk / "posts/2024/sqlite-wal.md")
