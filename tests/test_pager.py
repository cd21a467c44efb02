"""Is what is longer than the screen paged, and nothing else; and is the best hit seen where nobody pages?"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest

from postdex.cli import pager

ROOT = Path(__file__).parent.parent
#: What a pager of these tests writes before and after the text.
MARKING = "sed '1s/^/paged: /'"
BEST = "A refcount bug in sk_psock_get"


class Shown(NamedTuple):
    """What stood on a terminal, and how the command ended."""

    text: str
    status: int

    @property
    def lines(self) -> list[str]:
        """The lines, without escape sequences."""
        return re.sub(r"\x1b\[[\d;?]*[a-zA-Z]|\x1b\]8;;.*?\x1b\\|\x1b[=>]", "", self.text).splitlines()


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample posts, indexed."""
    folder = tmp_path_factory.mktemp("pager") / "posts"
    shutil.copytree(ROOT / "posts", folder, ignore=shutil.ignore_patterns(".postdex"))
    on_terminal(folder, "index")
    return folder


def on_terminal(
    folder: Path,
    *arguments: str,
    told: Mapping[str, str] = {},
    lines: int = 24,
    keys: bytes = b"",
) -> Shown:
    """Run `postdex` on a terminal of its own, where `keys` are typed when something is shown."""
    reading, writing = os.openpty()
    termios.tcsetwinsize(writing, (lines, 80))
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ("POSTDEX_PAGER", "PAGER", "LESS", "COLUMNS", "LINES", "NO_COLOR", "CLICOLOR_FORCE")
    }
    roots = os.pathsep.join((str(ROOT / "search"), str(ROOT / "index")))
    usual = {"PYTHONPATH": roots, "PYTHONUTF8": "1", "TERM": "xterm-256color"}
    command = [sys.executable, "-m", "postdex", "-C", str(folder), *arguments]
    with subprocess.Popen(command, env={**kept, **usual, **told}, preexec_fn=partial(os.login_tty, writing)) as process:
        os.close(writing)
        octets = b"".join(_shown(reading, keys))
        os.close(reading)
        return Shown(octets.decode("utf-8", "replace").replace("\r\n", "\n"), process.wait(60))


def _shown(terminal: int, keys: bytes) -> Iterator[bytes]:
    with suppress(OSError):  # that is how a terminal ends
        while piece := os.read(terminal, 65_536):
            yield piece
            if keys:
                time.sleep(0.2)
                os.write(terminal, keys)
                keys = b""


# -- when


@pytest.mark.parametrize(
    ("arguments", "environment", "paged"),
    [
        (["search", "linux"], {"PAGER": MARKING}, True),
        (["search", "linux"], {"PAGER": "false", "POSTDEX_PAGER": MARKING}, True),
        (["search", "--facets", "linux"], {"PAGER": MARKING, "NO_COLOR": "1"}, True),
        (["search", "--oneline", "-n", "100", "a", "the"], {"PAGER": MARKING, "LINES": "8"}, True),
        (["show", "2022/refcount-bug.md"], {"PAGER": MARKING}, True),
        (["show", "2022/refcount-bug.md#what-i-fixed"], {"PAGER": MARKING, "LINES": "99"}, False),
        (["search", "-n", "1", "linux"], {"PAGER": MARKING}, False),
        (["search", "linux"], {"PAGER": MARKING, "LINES": "200"}, False),
        (["search", "--no-pager", "linux"], {"PAGER": MARKING}, False),
        (["search", "linux"], {"PAGER": MARKING, "POSTDEX_PAGER": ""}, False),
        (["search", "linux"], {"PAGER": MARKING, "POSTDEX_PAGER": "cat"}, False),
        (["search", "linux"], {"PAGER": MARKING, "TERM": "dumb"}, False),
        (["search", "-l", "linux"], {"PAGER": MARKING, "LINES": "2"}, False),
        (["search", "--json", "linux"], {"PAGER": MARKING, "LINES": "2"}, False),
        (["search", "--count", "linux"], {"PAGER": MARKING, "LINES": "1"}, False),
    ],
)
def test_what_is_paged(samples: Path, arguments: list[str], environment: dict[str, str], paged: bool) -> None:
    shown = on_terminal(samples, *arguments, told=environment)
    assert shown.status == 0 and shown.text.count("paged: ") == paged, shown


def test_nothing_is_paged_in_a_pipe(samples: Path) -> None:
    roots = os.pathsep.join((str(ROOT / "search"), str(ROOT / "index")))
    environment = {**os.environ, "PYTHONPATH": roots, "POSTDEX_PAGER": MARKING, "LINES": "2", "TERM": "xterm"}
    for more in ([], ["--color", "always"]):
        command = [sys.executable, "-m", "postdex", "-C", str(samples), "search", *more, "linux"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=True)
        assert done.stdout and "paged: " not in done.stdout


# -- by whom


@pytest.mark.skipif(not shutil.which("less"), reason="there is no less")
def test_less_shows_the_top_and_leaves_it_there(samples: Path) -> None:
    shown = on_terminal(samples, "search", "linux", keys=b"q", told={"LESSHISTFILE": "-"})
    assert shown.status == 0 and "\x1b[?1049" not in shown.text, "no other screen, so what was seen stays"
    assert "\x1b[1;31m" in shown.text and len(shown.lines) <= 25
    assert "Linux" in shown.lines[0] or "linux" in shown.text


@pytest.mark.parametrize("program", ["no-such-pager", "/", "no-such-pager --with options"])
def test_a_pager_that_is_missing_is_no_error(samples: Path, program: str) -> None:
    shown = on_terminal(samples, "search", "linux", told={"PAGER": program})
    assert shown.status == 0 and len(shown.lines) <= 24, shown
    assert any("posts," in line for line in shown.lines)


@pytest.mark.parametrize("program", ["true", "head -1", "sh -c 'exit 3'", "sh -c 'kill $$'"])
def test_a_pager_that_ends_early_is_no_error(samples: Path, program: str) -> None:
    shown = on_terminal(samples, "search", "linux", told={"PAGER": program})
    assert shown.status == 0 and len(shown.lines) <= 1, shown


def test_a_pager_is_told_to_keep_colours(samples: Path) -> None:
    told = "sh -c 'echo less=$LESS lv=$LV; cat >/dev/null'"
    assert on_terminal(samples, "search", "linux", told={"PAGER": told}).lines == ["less=FRX lv=-c"]
    assert on_terminal(samples, "search", "linux", told={"PAGER": told, "LESS": "S"}).lines == ["less=S lv=-c"]


def test_ctrl_c_belongs_to_the_pager(samples: Path) -> None:
    waiting = "sh -c 'trap \"echo stays; exit\" INT; cat >/dev/null; echo ready; while :; do sleep 0.1; done'"
    shown = on_terminal(samples, "search", "linux", told={"PAGER": waiting}, keys=b"\x03")
    assert shown.lines[-1] == "^Cstays" and shown.status == 0, shown
    assert signal.getsignal(signal.SIGINT) is not signal.SIG_IGN


@pytest.mark.parametrize(
    ("program", "passes"), [("less", True), ("less -R", True), ("no-such/less", False), ("cat", False), ("", False)]
)
def test_who_passes_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, passes: bool) -> None:
    (tmp_path / "less").write_text("#!/bin/sh\necho 'less 590 (GNU regular expressions)'\n")
    (tmp_path / "less").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    assert pager.passes_links(program) is passes
    (tmp_path / "less").write_text("#!/bin/sh\necho 'less 551 (GNU regular expressions)'\n")
    assert not pager.passes_links(program)


# -- where nobody pages


@pytest.mark.parametrize("environment", [{"POSTDEX_PAGER": ""}, {"TERM": "dumb"}, {"PAGER": "no-such-pager"}])
@pytest.mark.parametrize("lines", [14, 24, 50])
def test_the_best_hit_is_on_the_screen(samples: Path, environment: dict[str, str], lines: int) -> None:
    shown = on_terminal(samples, "search", "linux", lines=lines, told=environment)
    best = on_terminal(samples, "search", "-n", "1", "linux").lines[1].partition(" ·")[0]
    assert 3 < len(shown.lines) < lines
    assert any(best in line for line in shown.lines)
    assert [line for line in shown.lines if " posts," in line]


def test_a_dumb_terminal_sees_no_escape_sequence(samples: Path) -> None:
    assert "\x1b" not in on_terminal(samples, "search", "--facets", "refcoutn", told={"TERM": "dumb"}).text
    assert "\x1b" not in on_terminal(samples, "search", "refcount", told={"NO_COLOR": "1"}).text
    assert BEST in on_terminal(samples, "search", "refcount", told={"TERM": "dumb"}).text


def test_colours_are_those_that_are_set(samples: Path) -> None:
    shown = on_terminal(samples, "search", "refcount", told={"POSTDEX_COLORS": "mark=7:title=4"})
    assert "\x1b[4mA \x1b[0m\x1b[7mrefcount\x1b[0m" in shown.text and "\x1b[1;31m" not in shown.text
    wrong = on_terminal(samples, "search", "refcount", told={"POSTDEX_COLORS": "marks=7"})
    assert wrong.status == 2 and "did you mean mark?" in wrong.text


def test_other_commands_are_in_the_same_colours(samples: Path) -> None:
    shown = on_terminal(samples, "show", "2022/refcount-bug.md", lines=999).text
    assert f"\x1b[1m{BEST}\x1b[0m\n\x1b[2m" in shown and "\x1b[36m## Root cause\x1b[0m" in shown
    explained = on_terminal(samples, "search", "--explain", "2022/refcount-bug.md", "refcount").text
    assert ": \x1b[1mrank 1\x1b[0m\n  \x1b[32m" in explained
    assert "\x1b[33munpublished\x1b[0m: draft" in on_terminal(samples, "doctor").text
    assert "\x1b" not in on_terminal(samples, "doctor", told={"NO_COLOR": "1"}).text
