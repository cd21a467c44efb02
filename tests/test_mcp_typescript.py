"""Does the official client in TypeScript get what postdex offers, over stdio and over HTTP?

It is installed by npm into a folder of the test. Where there is none, or no registry answers, the test is skipped;
with POSTDEX_TEST_NPM=1, as in CI, that is a failure.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mcp", reason="the extra `mcp` is not installed")

from serving import serving

ROOT = Path(__file__).parent.parent
PROGRAM = ROOT / "tests" / "typescript"
REFCOUNT = "2022/refcount-bug.md"


def insist(found: object, what: str) -> None:
    """Skip the test without it; fail where it has to be."""
    if not found:
        (pytest.fail if os.environ.get("POSTDEX_TEST_NPM") else pytest.skip)(what)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program with its packages."""
    insist(shutil.which("npm") and shutil.which("node"), "there is no npm: the client in TypeScript was not tried")
    folder = tmp_path_factory.mktemp("typescript")
    shutil.copytree(PROGRAM, folder, dirs_exist_ok=True)
    command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=180, check=False)
    insist(not done.returncode, f"npm could not install the client in TypeScript: {done.stderr[-300:]}")
    return folder / "client.mjs"


def asked(client: Path, *server: str) -> dict[str, Any]:
    """What the client got."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT / "search"), str(ROOT / "index")))}
    done = subprocess.run(
        ["node", str(client), *server], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    got: dict[str, Any] = json.loads(done.stdout)
    return got


def check(got: dict[str, Any]) -> None:
    """All that is offered came, in its form."""
    assert got["server"] == "postdex" and "fetch" in got["instructions"]
    assert [name for name, _, _ in got["tools"]] == ["search", "fetch", "related", "status"]
    assert all(title and hints["readOnlyHint"] and not hints["openWorldHint"] for _, title, hints in got["tools"])
    assert got["found"] == got["text"] and got["found"]["passages"] and got["found"]["facets"]["tags"]
    assert got["fetched"]["where"].startswith(f"{REFCOUNT}:") and "fallback" in got["fetched"]["text"].lower()
    assert len(got["several"]["documents"]) == 3 and got["related"]["results"] and got["status"]["posts"] == 16
    assert got["error"]["isError"] and "structuredContent" not in got["error"]
    assert json.loads(got["error"]["content"][0]["text"])["error"]["hint"]
    assert "never mind" in got["takenBack"]
    assert len(got["resources"]) == 16 and got["read"]["text"] and "nowhere.md" in got["unread"]
    assert got["completed"] == [REFCOUNT] and "Who counts?" in got["prompt"]["content"]["text"]


def test_over_stdio(client: Path, samples: Path) -> None:
    check(asked(client, sys.executable, "-m", "postdex", "mcp", str(samples)))


def test_over_http(client: Path, samples: Path) -> None:
    with serving(samples) as served:
        check(asked(client, f"http://127.0.0.1:{served.port}/mcp"))
