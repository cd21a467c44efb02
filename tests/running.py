"""What does the command line say, run in the process of the test?"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest

from postdex.cli import main


class Said(NamedTuple):
    """What a run left: its status, standard output, standard error."""

    status: int
    out: str
    err: str


Run = Callable[..., Said]


def runner(capfd: pytest.CaptureFixture[str]) -> Run:
    """What runs `postdex` with some arguments."""

    def run(*arguments: str) -> Said:
        capfd.readouterr()
        status = main.main(list(arguments))
        captured = capfd.readouterr()
        return Said(status, captured.out, captured.err)

    return run
