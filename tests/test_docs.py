"""Do the documents say what the program does? Commands, options, settings, errors, examples, tests that are named."""

from __future__ import annotations

import doctest
import importlib.util
import inspect
import os
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pytest

from postdex.request import arguments
from postdex_index import errors, settings
from postdex_index.sites.detect import detect, generators
from postdex_index.sites.reading import title_of

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"


def load_update() -> ModuleType:
    """`docs/update.py` as a module: what makes parts of the documents is what checks them."""
    spec = importlib.util.spec_from_file_location("docs_update", DOCS / "update.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


update = load_update()
DOCUMENTS: list[Path] = update.documents()


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def missing(names: list[str], text: str) -> list[str]:
    """The names that do not stand as code in the text."""
    code = " ".join(re.findall(r"`([^`\n]+)`", text))
    return [name for name in names if not re.search(rf"(?<!\w){re.escape(name)}(?!\w)", code)]


def check(names: list[str], text: str) -> None:
    """All of these names (there are some) are in the text."""
    assert names
    assert missing(names, text) == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_made_parts_are_up_to_date(path: Path) -> None:
    assert update.updated(read(path)) == read(path), "run `python docs/update.py`"


def test_the_description_of_the_service_is_up_to_date() -> None:
    roots = os.pathsep.join((str(ROOT / "search"), str(ROOT / "index")))
    command = [sys.executable, str(DOCS / "openapi.py"), "--check"]
    environment = {**os.environ, "PYTHONPATH": roots}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, "run `python docs/update.py`\n" + done.stdout + done.stderr


def test_the_picture_of_a_terminal_is_up_to_date() -> None:
    picture = read(DOCS / "terminal.svg")
    command = [sys.executable, str(DOCS / "terminal_picture.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, "run `python docs/update.py`\n" + done.stdout + done.stderr
    assert len(picture) < 60_000 and "\x1b" not in picture
    assert ElementTree.fromstring(picture).tag.endswith("svg")


def test_every_command_has_its_help_in_the_docs() -> None:
    assert {"index", "search", "show", "doctor", "bench"} <= set(update.commands())
    assert sorted(re.findall(r"<!-- help ([\w-]+) -->", read(DOCS / "cli.md"))) == sorted(update.commands())


@pytest.mark.parametrize("path", update.documents(), ids=lambda path: path.name)
def test_made_parts_end_where_they_say(path: Path) -> None:
    opened, closed = (re.findall(rf"(?m)^<!-- {sign}([\w -]+) -->$", read(path)) for sign in ("", "/"))
    assert opened == closed, "what is not closed by its own name is not made"


@pytest.mark.parametrize("command", ["", *update.commands()])
def test_every_option_says_what_it_does(command: str) -> None:
    options = update.options(command)
    assert "-h, --help" in options
    assert [option for option, words in options.items() if not words] == []


def test_every_setting_is_in_the_docs() -> None:
    check([setting.name for setting in settings.SETTINGS], read(DOCS / "settings.md"))


def test_the_settings_that_are_shown_can_be_made(tmp_path: Path) -> None:
    examples = re.findall(r"(?ms)^```toml\n(.*?)^```$", read(DOCS / "settings.md"))
    assert examples
    for example in examples:
        (tmp_path / "postdex.toml").write_text(example, encoding="utf-8")
        assert settings.load(tmp_path) != settings.Settings()


def test_every_error_is_in_the_docs() -> None:
    names = [name for name, kind in vars(errors).items() if inspect.isclass(kind) and issubclass(kind, Exception)]
    check(names, read(DOCS / "cli.md"))


def test_every_code_of_an_error_is_in_the_docs() -> None:
    faces = ("http", "mcp")  # whose errors stand in service.md
    files = [
        path for root in ("search", "index") for path in (ROOT / root).rglob("*.py") if path.parent.name not in faces
    ]
    raised = re.findall(r'code="(\w+)"', "".join(map(read, files)))
    bounded = [it.single or name for name, it in arguments().items() if it.choices or it.kind == "number"]
    codes = {"error", *raised, *(f"bad_{name}" for name in bounded)}
    check(sorted(codes), read(DOCS / "cli.md"))


def test_every_public_name_is_in_the_docs() -> None:
    import postdex

    check([name for name in postdex.__all__ if not name.startswith("_")], "".join(map(read, DOCUMENTS)))


def test_every_limit_of_the_service_is_in_the_docs() -> None:
    """Its number is taken from the program; what says how often something is looked at is no limit of anybody."""
    looks = {"SEEN_S", "ASKED_S", "AGAIN_S"}
    source = read(DOCS / "limits.py")
    limit = re.compile(
        r"(?m)^((?:MAX|LONGEST|SHORTEST|FARTHEST|SLOWEST)\w*|[A-Z]\w*(?:_S|_BYTES|_LENGTH)|SECONDS)\b.* = "
    )
    lost = [
        f"{path.name}: {name}"
        for path in sorted((ROOT / "search" / "postdex" / "http").glob("*.py"))
        for name in limit.findall(read(path))
        if name not in looks and not re.search(rf"\b{path.stem}\.{name}\b", source)
    ]
    assert lost == []


def test_every_test_that_a_document_names_exists() -> None:
    named = {found for path in DOCUMENTS for found in re.findall(r"`tests/(test_\w+\.py)(?:::(\w+))?`", read(path))}
    assert named
    lost = [
        f"{file}::{function}"
        for file, function in sorted(named)
        if not (ROOT / "tests" / file).exists() or f"def {function}" not in read(ROOT / "tests" / file)
    ]
    assert lost == []


def recipes() -> dict[str, dict[str, str]]:
    """Recipe -> file -> what is to be changed in it, as CONTRIBUTING.md has them."""
    _, *parts = read(ROOT / "CONTRIBUTING.md").split("\n### ")
    return {part.partition("\n")[0]: dict(re.findall(r"(?m)^\| `(\S+/\S+)` \| (.*) \|$", part)) for part in parts}


@pytest.mark.parametrize(
    ("recipe", "files"), recipes().items(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_recipes_name_what_is_there(recipe: str, files: dict[str, str]) -> None:
    assert files
    for file, change in files.items():
        source = read(ROOT / file)
        lost = [name for name in re.findall(r"`(\w+)`", change) if not re.search(rf"(?<!\w){name}(?!\w)", source)]
        assert lost == [], f"{recipe}: {file}"


def test_recipes_take_the_files_that_tests_change() -> None:
    from test_request import NEW_ARGUMENT
    from test_schema import NEW_FIELD

    sources = {name: [file for file in files if not file.startswith("docs/")] for name, files in recipes().items()}
    assert sorted(sources["Add a front matter field"]) == sorted(file for file, *_ in NEW_FIELD)
    assert sources["Add a search argument"] == list(NEW_ARGUMENT)


def test_each_step_from_a_file_to_a_hit_exists() -> None:
    way = read(ROOT / "ARCHITECTURE.md").partition("\n## From a file to a hit")[2].partition("\n## ")[0]
    rows = [row.split(" | ") for row in re.findall(r"(?m)^\| (.*) \|$", way)[2:]]
    steps = {step for row in rows for step in re.findall(r"`([\w.]+)`", " ".join(row))}
    assert len(steps) > 20
    assert [step for step in sorted(steps) if not any(map(callable, resolved(step)))] == []


def resolved(step: str) -> Iterator[object]:
    """What bears this name, from either package: `module.function` or `module.Class.method`."""
    for package in ("postdex", "postdex_index"):
        try:
            yield pkgutil.resolve_name(f"{package}.{step}")
        except (AttributeError, ImportError):
            continue


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    prose = re.sub(r"(?ms)^```.*?^```$", "", read(path))
    links = re.findall(r"\]\((?!\w+:)([^)#\s]+)", prose)
    assert [link for link in links if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_examples_run(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with update.sample_folder() as folder:
        monkeypatch.chdir(folder)
        parser = doctest.DocTestParser()
        # A fence ends an example's expected output, which doctest does not know.
        text = re.sub(r"(?m)^```.*$", "", read(path))
        example = parser.get_doctest(text, {"__name__": "__main__"}, path.name, str(path), 0)
        report: list[str] = []
        runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
        runner.run(example, out=report.append)
        assert not report, "".join(report)


def test_readme_has_examples() -> None:
    text = read(ROOT / "README.md")
    assert text.count(">>> ") >= 5
    assert text.count("\n$ postdex ") >= 5
    assert len(re.findall(r"(?m)^python3 -m venv ", text)) == 2


def test_each_generator_is_held_by_a_build_or_said_to_be_by_none() -> None:
    sites = (ROOT / "docs/sites.md").read_text(encoding="utf-8")
    without, _, plain = sites.partition("## Held by no build\n")[2].partition("## Read as plain Markdown\n")
    readme = re.search(r"(?s)- The habits of (.*?)\(\[how well\]", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert readme and without and plain
    named = {title_of(name) for name in generators()}
    assert set(re.split(r",\s+|\s+and\s+", readme[1].strip())) == named
    goldens = (ROOT / "tests/sites").glob("*.json")
    held = {title_of(name) for golden in goldens if (name := detect(golden.with_suffix("")))}
    assert held and all(re.search(rf"\b{title}\b", without) for title in named - held)
    first = plain.partition(" are not told apart")[0]
    assert "Eleventy" in first and not any(title in first for title in named)
