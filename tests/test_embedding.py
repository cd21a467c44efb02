"""Do the recipes of docs/embedding.md run as they stand there?"""

from __future__ import annotations

import importlib.util
import re
import runpy
import shlex
import shutil
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

import postdex
from postdex.cli import main

ROOT = Path(__file__).parent.parent
REFCOUNT = "2022/refcount-bug.md"
DOCUMENT = (ROOT / "docs" / "embedding.md").read_text(encoding="utf-8")
#: File name -> content, of each block that begins with the name as a comment.
RECIPES = {
    found[1]: found[2] for found in re.finditer(r"(?ms)^```\w+\n(?:# |\{# )([\w.-]+)(?: #\})?\n(.*?)^```$", DOCUMENT)
}
#: What stands for what in Whoosh.
MOVED = re.findall(r"(?m)^\| (.+) \| (.+) \|$", DOCUMENT[DOCUMENT.index("| in Whoosh") :])[2:]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the sample posts and all recipes, and we stand in it."""
    shutil.copytree(ROOT / "posts", tmp_path / "posts", ignore=shutil.ignore_patterns(".postdex"))
    for name, content in RECIPES.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def load(file: Path) -> ModuleType:
    """A recipe as a module."""
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[file.stem] = module  # FastAPI looks up the names in annotations there
    spec.loader.exec_module(module)
    return module


def check(status: int, answer: dict[str, Any], wanted: int, first: str = "") -> None:
    """The answer of a route: its status, and the best post or that it is an error."""
    assert status == wanted
    if first:
        assert answer["hits"][0]["path"] == first
        assert "<mark>" in answer["hits"][0]["snippet"]
    else:
        assert answer["error"]["code"] == "too_deep"


def test_flask(site: Path) -> None:
    pytest.importorskip("flask", reason="flask is not installed")
    module = load(site / "flask_app.py")
    client = module.app.test_client()
    for target, status, first in (
        ("/search?q=SMC+fallback", 200, REFCOUNT),
        ("/search?q=psock&tag=linux&offset=0", 200, REFCOUNT),
        ("/search?q=" + "(" * 17, 400, ""),
    ):
        found = client.get(target)
        check(found.status_code, found.get_json(), status, first)
    facets = client.get("/search?q=the").get_json()["facets"]["tags"]
    assert list(facets.values()) == sorted(facets.values(), reverse=True) != [facets[tag] for tag in sorted(facets)]
    module.ix.close()


def test_fastapi(site: Path) -> None:
    pytest.importorskip("fastapi", reason="fastapi is not installed")
    from starlette.testclient import TestClient

    module = load(site / "fastapi_app.py")
    client = TestClient(module.app)
    for target, status, first in (
        ("/search?q=SMC+fallback", 200, REFCOUNT),
        ("/search?q=psock&tag=linux&limit=1", 200, REFCOUNT),
        ("/search?q=" + "(" * 17, 400, ""),
    ):
        found = client.get(target)
        check(found.status_code, found.json(), status, first)
    assert client.get("/search?q=a&limit=51").status_code == 422
    module.ix.close()


def test_django(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    django = pytest.importorskip("django", reason="Django is not installed")
    from django.conf import settings

    monkeypatch.syspath_prepend(site)
    if not settings.configured:  # once in a process
        settings.configure(ROOT_URLCONF="search_urls", ALLOWED_HOSTS=["testserver"], TEMPLATES=[])
        django.setup()
    backend = {"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [str(site)]}
    from django.test import Client
    from django.test.utils import override_settings

    module = load(site / "search_urls.py")
    with override_settings(TEMPLATES=[backend]):
        client: Any = Client()
        for target, status, first in (
            ("/search.json?q=SMC+fallback", 200, REFCOUNT),
            ("/search.json?q=psock&tag=linux", 200, REFCOUNT),
            ("/search.json?q=" + "(" * 17, 400, ""),
        ):
            found = client.get(target)
            check(found.status_code, found.json(), status, first)
        page = client.get('/?q=refcount+"<b>"').content.decode()
    assert "A <mark>refcount</mark> bug" in page and "26 August 2022" in page and "linux, kernel" in page
    assert 'value="refcount &quot;&lt;b&gt;&quot;"' in page and "<b>" not in page
    module.ix.close()


@pytest.mark.parametrize("query", ["write-ahead log", "refcount bug", "SMC fallback"])
def test_who_moves_from_whoosh_finds_the_same_first(
    site: Path, query: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["search", *query.split()])
    first = []
    for name in ("before.py", "after.py"):
        runpy.run_path(str(site / name))
        first.append(capsys.readouterr().out.split()[0])
    assert first[0] == first[1]


@pytest.mark.parametrize("here", [here for _, here in MOVED])
def test_what_stands_for_what_in_whoosh(here: str, site: Path) -> None:
    with postdex.open("posts") as ix:
        results = ix.search("kernel", facets=["tags"])
        for code in re.findall("`([^`]+)`", here):
            value = eval(code, {"postdex": postdex, "ix": ix, "results": results, "hit": results[0]})
            if isinstance(value, postdex.Index):
                value.close()


def test_what_whoosh_can_open(site: Path) -> None:
    from whoosh.index import open_dir

    with postdex.open("posts") as ix, open_dir("posts/.postdex").searcher() as searcher:
        assert searcher.doc_count() == len(ix)


def test_notebook(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(site / "notebook.py"))
    said = capsys.readouterr().out
    assert re.match(r"\d+ posts; \{'20", said)
    assert "most sections: " in said and "linux" in said


def test_check(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    program, *arguments = shlex.split((site / "check.sh").read_text(encoding="utf-8"))
    assert program == "postdex"
    assert main.main(arguments) == 0
    assert "success@1 1.000, MRR 1.000" in capsys.readouterr().out
    (site / "posts" / "2024" / "sqlite-wal.md").unlink()
    assert main.main(arguments) == 1
    assert "success@1 0.667 is below 1" in capsys.readouterr().err


def test_pre_commit(site: Path) -> None:
    (hook,) = yaml.safe_load((site / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"][0]["hooks"]
    assert main.main(shlex.split(hook["entry"])[1:]) == 0


def test_all_recipes_are_run() -> None:
    run = {"flask_app.py", "fastapi_app.py", "search_urls.py", "search.html", "notebook.py", "before.py", "after.py"}
    run |= {"queries.tsv", "check.sh", ".pre-commit-config.yaml"}
    assert set(RECIPES) == run
