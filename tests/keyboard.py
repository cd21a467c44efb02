"""Somebody who sits before a terminal, for tests of programs that only people use."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path


class Keyboard:
    """A program on a terminal of its own, with somebody who waits for what is shown and types."""

    def __init__(self, command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
        self.seen = ""
        self.process, self._terminal = pty.fork()
        if not self.process:
            os.chdir(folder)
            os.execvpe(command[0], list(command), environment)
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 160, 0, 0))

    def until(self, text: str, seconds: float = 60) -> None:
        """Wait until this was shown since the last key."""
        end = time.monotonic() + seconds
        while text not in self.look():
            assert time.monotonic() < end, self.seen

    def look(self) -> str:
        """What was shown since the last key."""
        if select.select([self._terminal], [], [], 0.2)[0]:
            self.seen += os.read(self._terminal, 65536).decode("utf-8", "replace")
        return self.seen

    def type(self, keys: str) -> None:
        self.seen = ""
        os.write(self._terminal, keys.encode())

    def close(self) -> None:
        os.kill(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)
        os.close(self._terminal)


def wait_for(file: Path, keyboard: Keyboard, seconds: float = 60) -> str:
    """The text of a file that a program writes in one go, as soon as it is there."""
    end = time.monotonic() + seconds
    while not file.exists():
        assert time.monotonic() < end, keyboard.look()
        time.sleep(0.05)
    return file.read_text(encoding="utf-8")
