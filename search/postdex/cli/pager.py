"""Who shows a text that is longer than the screen?

A pager, as with git: POSTDEX_PAGER, else PAGER, else less, run by the shell; one that is empty or `cat` is none. Unless
LESS is set, less is told by it to keep colours, to leave the text on the screen when it ends, and to end at once where
all of the text has room.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress

from .console import flush, height, out

#: What pagers are told that nobody told anything.
_USUAL = {"LESS": "FRX", "LV": "-c"}
#: The first version of less that passes links on.
_LINKS = 566
#: What a shell ends with where there is no such program, or none that it may run.
_NOT_RUN = (126, 127)


def command() -> str:
    """What the shell is asked to run; "" where nobody shall page.

    >>> os.environ["POSTDEX_PAGER"] = "cat"
    >>> command()
    ''
    """
    named = os.environ.get("POSTDEX_PAGER", os.environ.get("PAGER", "less")).strip()
    return "" if named == "cat" or os.environ.get("TERM", "dumb") == "dumb" else named


def passes_links(pager: str) -> bool:
    """Whether a pager shows links as links: the others show the escape sequences that make them."""
    if os.path.basename(pager.partition(" ")[0]) != "less":
        return False
    import subprocess

    with suppress(OSError, subprocess.SubprocessError):
        completed = subprocess.run(
            [pager.partition(" ")[0], "--version"], capture_output=True, text=True, timeout=5, check=False
        )
        version = completed.stdout.partition(" ")[2].partition(" ")[0].partition(".")[0]
        return version.isdecimal() and int(version) >= _LINKS
    return False


def print_text(text: str, rows: int) -> None:
    """Print a text that takes so many lines on a terminal, paged if that has not as many."""
    if sys.stdout.isatty() and rows >= height() and (program := command()) and page(text, program):
        return
    out(text, end="")


def page(text: str, pager: str) -> bool:
    """Show a text in a pager, and wait until people leave it, whether they have seen all or not; False if there is no
    such program."""
    import signal
    import subprocess

    flush()
    environment = {**_USUAL, **os.environ}
    octets = text.encode(sys.stdout.encoding or "utf-8", "replace")
    with subprocess.Popen(pager, shell=True, stdin=subprocess.PIPE, env=environment) as process:
        # Ctrl-C is for the one who is in the foreground: less stops searching, and goes on.
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            process.communicate(octets)
        finally:
            signal.signal(signal.SIGINT, before)
    return process.returncode not in _NOT_RUN
