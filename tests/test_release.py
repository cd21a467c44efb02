"""Is what a release is made of in order: its changelog, its workflows, its forms, and the systems that it is for?"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

import postdex

ROOT = Path(__file__).parent.parent
GITHUB = ROOT / ".github"
#: Of `os` and the standard library, what Windows does not have.
WITHOUT_POSIX = """
import os, sys
sys.modules["fcntl"] = None
for name in ("O_CLOEXEC", "O_DIRECTORY", "O_NOFOLLOW", "O_NONBLOCK", "geteuid", "pread", "pwrite", "register_at_fork"):
    delattr(os, name)
"""
#: The groups of Keep a Changelog 1.1, in its order.
GROUPS = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"]


def project() -> dict[str, Any]:
    """The table `project` of pyproject.toml."""
    table: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return table


def workflow(name: str) -> dict[str, Any]:
    """A workflow; its key `on` is True to YAML 1.1."""
    parsed: dict[str, Any] = yaml.safe_load((GITHUB / "workflows" / f"{name}.yml").read_text("utf-8"))
    return parsed


@pytest.mark.parametrize(
    "code", ["import postdex; postdex.open", "from postdex.__main__ import main; sys.exit(main())"]
)
def test_where_the_system_lacks_something_it_is_said(code: str) -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT_POSIX + code], capture_output=True, text=True)
    said = done.stderr.strip().splitlines()[-1]
    assert said.endswith(": postdex needs Linux or macOS; on Windows run it in WSL"), done.stderr
    assert done.returncode == 2 if "main" in code else done.returncode == 1
    assert "main" not in code or "Traceback" not in done.stderr, "on the command line it is a message"


def test_the_changelog_keeps_a_changelog() -> None:
    """Unreleased first, then versions with their dates, newest first; each with the usual groups and its link."""
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    headings = re.findall(r"(?m)^## (.*)$", text)
    assert headings[0] == "[Unreleased]"
    dated = [re.fullmatch(r"\[(\d+\.\d+\.\d+)\] - (\d{4}-\d{2}-\d{2})", heading) for heading in headings[1:]]
    assert all(dated), "## [1.2.3] - 2026-11-29"
    versions = [tuple(map(int, match[1].split("."))) for match in dated if match]
    assert versions == sorted(versions, reverse=True) and versions
    assert ".".join(map(str, versions[0])) == postdex.__version__, "the version of the code has its section"
    for section in text.split("\n## ")[1:]:
        groups = re.findall(r"(?m)^### (.*)$", section)
        assert groups == [group for group in GROUPS if group in groups], "these groups, in this order, once"
    links = dict(re.findall(r"(?m)^\[([^\]]+)\]: (\S+)$", text))
    assert list(links) == [heading[1:].partition("]")[0] for heading in headings]


def test_the_matrix_has_each_python_that_the_package_names() -> None:
    named = re.findall(r"Python :: (3\.\d+)", "\n".join(project()["classifiers"]))
    matrix = workflow("ci")["jobs"]["tests"]["strategy"]["matrix"]
    assert matrix["python"] == named
    assert named[0] == project()["requires-python"].removeprefix(">=")
    assert {system.partition("-")[0] for system in matrix["system"]} == {"ubuntu", "macos"}


def test_workflows_have_no_more_rights_and_time_than_they_need() -> None:
    for path in sorted((GITHUB / "workflows").glob("*.yml")):
        parsed = workflow(path.stem)
        assert parsed["permissions"] == {"contents": "read"}, path.name
        for name, job in parsed["jobs"].items():
            assert job["timeout-minutes"] <= 90, f"{path.name}: {name}"
            assert "secrets." not in str(job), f"{path.name}: {name}"


def test_a_release_is_published_by_who_it_is_and_attested() -> None:
    publish = workflow("release")["jobs"]["publish"]
    assert publish["permissions"]["id-token"] == "write"
    uses = [step["uses"].partition("@")[0] for step in publish["steps"]]
    assert uses.index("actions/attest-build-provenance") < uses.index("pypa/gh-action-pypi-publish")
    assert [entry["project"] for entry in publish["strategy"]["matrix"]["include"]] == [
        "postdex-native",
        "postdex-vectors",
        "postdex",
    ]


def test_forms_ask_what_is_needed() -> None:
    forms = sorted((GITHUB / "ISSUE_TEMPLATE").glob("*.yml"))
    assert {form.stem for form in forms} == {"config", "fault", "wrong-hit", "wrong-text"}
    for form in forms:
        asked = yaml.safe_load(form.read_text("utf-8"))
        if form.stem != "config":
            assert asked["name"] and asked["description"] and "postdex --version" in form.read_text("utf-8")
            names = [part["id"] for part in asked["body"]]
            assert len(names) == len({*names})


def test_the_addresses_of_the_project_are_one() -> None:
    """The repository's, wherever it is named."""
    home = project()["urls"]["Source"]
    for path in (ROOT / "CHANGELOG.md", GITHUB / "ISSUE_TEMPLATE" / "config.yml", ROOT / "mkdocs.yml"):
        found = set(re.findall(r"https://github\.com/[\w-]+/[\w-]+", path.read_text("utf-8")))
        assert found <= {home}, path.name


def test_hooks_are_the_tools_of_the_project() -> None:
    """Of the environment, so that a commit and CI never disagree about a version."""
    (repository,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"]
    assert repository["repo"] == "local"
    tools = {hook["entry"].split()[0] for hook in repository["hooks"]} - {"python", "cargo"}
    assert tools <= {re.split(r"[\[<>=]", need)[0] for need in project()["optional-dependencies"]["test"]}


def test_registries_of_assistants_are_told_of_this_release() -> None:
    """What they insist on, and what their clients will start."""
    told, ours = json.loads((ROOT / "server.json").read_text("utf-8")), project()
    assert re.fullmatch(r"[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+", told["name"])
    assert f"mcp-name: {told['name']}" in (ROOT / "README.md").read_text("utf-8"), "so they know whose the package is"
    assert 0 < len(told["description"]) <= 100 and told["$schema"].endswith("/server.schema.json")
    assert told["repository"]["url"] == ours["urls"]["Source"]
    (package,) = told["packages"]
    assert (package["registryType"], package["identifier"]) == ("pypi", ours["name"])
    assert {told["version"], package["version"]} == {postdex.__version__}
    assert package["transport"] == {"type": "stdio"}
    assert package["runtimeArguments"][0]["value"] in ours["optional-dependencies"]["mcp"]
    command, folder = package["packageArguments"]
    assert command["value"] == "mcp" and folder["isRequired"] and folder["valueHint"]
