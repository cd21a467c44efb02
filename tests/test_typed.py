"""Does a program that has postdex installed get its types? `mypy --strict` reads the packages as they are installed."""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).parent.parent
PROGRAM = ROOT / "tests" / "installed.py"


def check(folder: Path, program: str, *expected: str) -> None:
    """What mypy says of a program beside an environment in which both packages are installed."""
    (folder / "program.py").write_text(program, encoding="utf-8")
    python = folder / "venv" / "bin" / "python"
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--config-file=", "program.py"]
    command[-1:-1] = [f"--python-executable={python}"]
    done = subprocess.run(command, cwd=folder, env={}, capture_output=True, text=True, timeout=300)
    lines = done.stdout.splitlines()
    assert len(lines) == len(expected) and all(map(str.__contains__, lines, expected)), done.stdout + done.stderr


def test_both_packages_bring_their_types(tmp_path: Path) -> None:
    venv.create(tmp_path / "venv")
    (site_packages,) = (tmp_path / "venv" / "lib").glob("python3*/site-packages")
    for package in ("search/postdex", "index/postdex_index"):
        shutil.copytree(ROOT / package, site_packages / Path(package).name)
    program = PROGRAM.read_text(encoding="utf-8")
    check(tmp_path, program)
    wrong = program.replace("dict[str, float]", "dict[str, str]").replace("max_changed_files", "most_files")
    wrong = wrong.replace("limit=1, facets", "limt=1, facets")
    misnamed = 'Unexpected keyword argument "limt"'
    check(tmp_path, wrong, "incompatible type", misnamed, "note:", '"Settings" has no attribute "most_files"')
