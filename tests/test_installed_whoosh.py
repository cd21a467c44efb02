"""Is it said when two packages have written over each other's `whoosh`?"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from hashlib import sha256
from pathlib import Path

import pytest

from postdex.cli.installed_whoosh import InstalledWhoosh, installed_whoosh

INSTALL = "pip install 'whoosh>=2.7.4,<2.8'"


def install(folder: Path, name: str, version: str, files: dict[str, str]) -> None:
    """What pip leaves of a package: its files, over whatever is there, and the list of them."""
    record = []
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
        digest = urlsafe_b64encode(sha256(text.encode()).digest()).decode().rstrip("=")
        record.append(f"{path},sha256={digest},{len(text)}")
    facts = folder / f"{name}-{version}.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    (facts / "RECORD").write_text("\n".join([*record, f"{facts.name}/RECORD,,", ""]))


def the_old(folder: Path) -> None:
    install(folder, "Whoosh", "2.7.4", {"whoosh/__init__.py": "old", "whoosh/fields.py": "old"})


def the_new(folder: Path) -> None:
    new = {"whoosh/__init__.py": "new", "whoosh/fields.py": "new", "whoosh/more.py": "new"}
    install(folder, "whoosh3", "3.54.0", new)


def test_what_is_installed_here() -> None:
    found = installed_whoosh()
    assert found.packages and not found.trouble, found


def test_one_package(tmp_path: Path) -> None:
    assert installed_whoosh([str(tmp_path)]) == InstalledWhoosh((), "there is no Whoosh", INSTALL)
    the_old(tmp_path)
    assert installed_whoosh([str(tmp_path)]) == InstalledWhoosh(("Whoosh 2.7.4",))
    (tmp_path / "whoosh/fields.py").write_text("mine")
    assert installed_whoosh([str(tmp_path)]).in_words() == (
        f"1 files of Whoosh 2.7.4 are missing or another's; pip uninstall -y Whoosh, then {INSTALL}"
    )


@pytest.mark.parametrize("old_last", [True, False])
def test_one_over_the_other(tmp_path: Path, old_last: bool) -> None:
    for one in (the_new, the_old) if old_last else (the_old, the_new):
        one(tmp_path)
    loser = "whoosh3 3.54.0" if old_last else "Whoosh 2.7.4"
    assert installed_whoosh([str(tmp_path)]) == InstalledWhoosh(
        ("Whoosh 2.7.4", "whoosh3 3.54.0"),
        f"Whoosh 2.7.4 and whoosh3 3.54.0 have their files in one folder, 2 files of {loser} are missing or another's",
        f"pip uninstall -y Whoosh whoosh3, then {INSTALL}",
    )


def test_what_is_left_when_one_is_taken_away(tmp_path: Path) -> None:
    """`pip uninstall` removes what both had."""
    the_new(tmp_path)
    for name in ("__init__.py", "fields.py"):
        (tmp_path / "whoosh" / name).unlink()
    assert installed_whoosh([str(tmp_path)]).trouble == "2 files of whoosh3 3.54.0 are missing or another's"


def test_doctor_says_which(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    from postdex.cli import installed_whoosh as installed
    from postdex.cli import main

    (tmp_path / "a.md").write_text("# A\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("POSTDEX_FOLDER", raising=False)
    main.main(["index"])
    monkeypatch.setattr(installed, "installed_whoosh", lambda: InstalledWhoosh(("a", "b"), "both", "remove one"))
    assert main.main(["doctor"]) == 0 and "\nwhoosh: both; remove one\nmeaning: " in capfd.readouterr().out
    assert main.main(["doctor", "--json"]) == 0
    assert '"whoosh": {"packages": ["a", "b"], "trouble": "both", "remedy": "remove one"}' in capfd.readouterr().out
