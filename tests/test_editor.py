"""Does a hit open in the editor that somebody likes, at its line?"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from postdex.cli import editor
from postdex.cli.search_options import parse_usual, separate
from postdex_index.errors import PostdexError

ROOT = Path(__file__).parent.parent
REFCOUNT = "2022/refcount-bug.md"
A = "/posts/a b.md"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("vim", ["vim", "+7", A]),
        ("/usr/bin/nvim -p", ["/usr/bin/nvim", "-p", "+7", A]),
        ("vi", ["vi", "+7", A]),
        ("nano -w", ["nano", "-w", "+7", A]),
        ("emacs -nw", ["emacs", "-nw", "+7", A]),
        ("emacsclient -t -a ''", ["emacsclient", "-t", "-a", "", "+7", A]),
        ("kak", ["kak", "+7", A]),
        ("micro", ["micro", "+7", A]),
        ("hx", ["hx", f"{A}:7"]),
        ("helix", ["helix", f"{A}:7"]),
        ("code --wait", ["code", "--wait", "--goto", f"{A}:7"]),
        ("codium", ["codium", "--goto", f"{A}:7"]),
        ("cursor -w", ["cursor", "-w", "--goto", f"{A}:7"]),
        ("subl -n -w", ["subl", "-n", "-w", f"{A}:7"]),
        ("zed --wait", ["zed", "--wait", f"{A}:7"]),
        ("idea", ["idea", "--line", "7", A]),
        ("'/opt/Py Charm/bin/pycharm.sh' --wait", ["/opt/Py Charm/bin/pycharm.sh", "--wait", "--line", "7", A]),
        ("kate", ["kate", "--line", "7", A]),
        ("mate -w", ["mate", "-w", "-l", "7", A]),
        ("ed", ["ed", A]),
        ("my-editor --line", ["my-editor", "--line", A]),
    ],
)
def test_each_editor_is_told_the_line_in_its_way(typed: str, words: list[str]) -> None:
    assert editor.command(typed, A, 7) == words


def test_an_editor_may_be_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    assert editor.command("~/bin/vim", A, 7)[0] == "/home/ada/bin/vim"


def test_quotes_that_are_not_closed() -> None:
    with pytest.raises(PostdexError, match="No closing quotation"):
        editor.command("'vim", A, 7)


class Desk:
    """Posts with an index, editors that only write down what they are given, and `postdex` run there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(ROOT / "posts", folder / "posts", ignore=shutil.ignore_patterns(".postdex"))
        for name in ("vim", "code", "ed"):
            program = folder / "bin" / name
            program.parent.mkdir(exist_ok=True)
            program.write_text('#!/bin/sh\nprintf "%s\\n" "${0##*/}" "$@"\nexit 3\n')
            program.chmod(0o755)

    def run(self, *arguments: str, **environment: str) -> tuple[int, str, str]:
        """Its exit status and what it says; the variables are those of editors."""
        kept = {name: value for name, value in os.environ.items() if name not in ("VISUAL", "EDITOR", "POSTDEX_FOLDER")}
        paths = {
            "PATH": f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": os.pathsep.join((str(ROOT / "search"), str(ROOT / "index"))),
        }
        done = subprocess.run(
            [sys.executable, "-m", "postdex", "-C", "posts", *arguments],
            cwd=self.folder,
            env={**kept, **paths, **environment},
            capture_output=True,
            text=True,
            timeout=120,
        )
        return done.returncode, done.stdout, done.stderr

    def places(self, *words: str) -> list[tuple[str, str]]:
        """The file and line of each hit, as `--oneline` prints them."""
        _, said, _ = self.run("search", "--oneline", *words)
        found = [line.split(":", 2) for line in said.splitlines()]
        return [(str(self.folder / path), line) for path, line, _ in found]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    made = Desk(tmp_path_factory.mktemp("desk"))
    made.run("index")
    return made


@pytest.mark.parametrize(
    ("arguments", "nth"),
    [("-o linux", 1), ("linux -o", 1), ("--open 2 linux", 2), ("linux --open=3", 3), ("--open 2 --offset 2 linux", 4)],
)
def test_the_hit_that_was_asked_for_opens(desk: Desk, arguments: str, nth: int) -> None:
    found = desk.places("linux")
    assert len(found) > 3 and len(set(found)) == len(found)
    path, line = found[nth - 1]
    said = desk.run("search", *arguments.split(), EDITOR="vim")
    assert said == (3, f"vim\n+{line}\n{path}\n", ""), "the status is the editor's own"


def test_which_editor(desk: Desk) -> None:
    ((path, line), *_) = desk.places("SMC fallback")
    both = desk.run("search", "SMC fallback", "-o", VISUAL="code --wait", EDITOR="vim")
    assert both[1] == f"code\n--wait\n--goto\n{path}:{line}\n"
    assert desk.run("search", "SMC fallback", "-o", VISUAL=" ", EDITOR="ed")[1] == f"ed\n{path}\n"
    assert desk.run("search", "-o", "SMC") == (
        2,
        "",
        "postdex: which editor you like is not known: neither VISUAL nor EDITOR is set; set EDITOR, such as"
        " export EDITOR=nano in your shell's settings\n",
    )
    status, _, err = desk.run("search", "-o", "SMC", EDITOR="no-such-editor")
    assert status == 2 and "the editor no-such-editor cannot be started (No such file or directory)" in err


def test_what_cannot_open(desk: Desk) -> None:
    assert desk.run("search", "-o", "xyzzy", EDITOR="vim")[:2] == (1, "")
    few = desk.run("search", "--open", "99", "+psock", EDITOR="vim")
    assert few == (1, "", "postdex: there is no hit 99; the query finds 2\n")
    assert "0 is not in the range" in desk.run("search", "--open", "0", "x")[2]


@pytest.mark.parametrize("form", ["--json", "-l", "--count", "--oneline", "--suggest", "--open 2"])
def test_a_hit_is_opened_or_printed(form: str) -> None:
    asked = parse_usual(["x", "-o", *form.split()])
    assert asked is None, "click says that they exclude each other"


def test_a_post_like_another_opens(desk: Desk) -> None:
    assert desk.run("search", "-o", "--like", f"posts/{REFCOUNT}", EDITOR="ed")[1].startswith("ed\n")


@pytest.mark.parametrize(
    ("typed", "words", "opens"),
    [
        ("-o kernel", "kernel", True),
        ("kernel -o", "kernel", True),
        ("-n 3 -o kernel bug", "kernel bug", True),
        ("kernel bug -o -n 3", "kernel bug", True),
        ("gcc a.c -o b", "gcc a.c -o b", False),
        ("curl -L -o page.html", "curl -L -o page.html", False),
        ("-- kernel -o", "kernel -o", False),
    ],
)
def test_a_pasted_command_opens_nothing(typed: str, words: str, opens: bool) -> None:
    assert " ".join(separate(typed.split()).words) == words
    asked = parse_usual(typed.split())
    assert asked is not None and asked[1].open_best == opens
