"""Are the types right that the reader's comments say? TypeScript's compiler reads them, and makes nothing.

It is installed by npm into a folder of the test. Where there is none, or no registry answers, the test is skipped; with
POSTDEX_TEST_NPM=1, as in CI, that is a failure.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from reader_process import READER, node

VERSION = "typescript@5"
#: As a browser runs them: no compiler comes between. The two kinds of workers and pages share these libraries.
OPTIONS = (
    *("--noEmit", "--allowJs", "--checkJs", "--strict", "--skipLibCheck", "--target", "es2022"),
    *("--module", "es2022", "--moduleResolution", "bundler", "--lib", "es2023,dom,dom.iterable"),
)


def insist(found: object, what: str) -> None:
    """Skip the test without it; fail where it has to be."""
    if not found:
        (pytest.fail if os.environ.get("POSTDEX_TEST_NPM") else pytest.skip)(what)


def test_types(tmp_path: Path) -> None:
    npm = shutil.which("npm")
    insist(npm, "there is no npm: the types of the reader were not tried")
    command = [str(npm), "install", "--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock", VERSION]
    installed = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=180, check=False)
    insist(not installed.returncode, f"npm could not install TypeScript: {installed.stderr[-300:]}")
    modules = [str(path) for path in sorted(READER.rglob("*.js")) if "stemmers" not in path.parts]
    compiler = tmp_path / "node_modules" / "typescript" / "bin" / "tsc"
    told = subprocess.run(
        [node(), str(compiler), *OPTIONS, *modules], capture_output=True, text=True, timeout=300, check=False
    )
    assert not told.returncode, told.stdout
