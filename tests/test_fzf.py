"""Does the recipe of docs/cli.md search as one types in fzf, and open what is chosen? Where there is fzf."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

import pytest
from keyboard import Keyboard, wait_for

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
        assert " posts, " not in keyboard.seen, "every line is a hit"
        keyboard.type("\r")
        line, path = wait_for(opened, keyboard).splitlines()
    finally:
        keyboard.close()
    assert re.fullmatch(r"\+\d+", line) and path == str(desk / "posts/2024/sqlite-wal.md")
