"""Is an argument of a search written once? Each face shows what its row says, and a new row is everywhere by itself."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any, get_type_hints

import click
import pytest

from postdex import Index
from postdex.cli import commands
from postdex.json_arguments import schema
from postdex.request import (
    LINE_FILTERS,
    Argument,
    LineArguments,
    SearchArguments,
    SearchRequest,
    Texts,
    arguments,
    shown_on,
)

ROOT = Path(__file__).parent.parent
ROWS = [row for row in arguments().values() if row.name != "query"]
OPTIONS = {option.name: option for option in commands.search.params if isinstance(option, click.Option)}
#: Where callers may write more than a request holds.
WIDER: dict[Any, Any] = {tuple[str, ...]: Texts}


def text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def test_callers_may_write_what_a_request_holds() -> None:
    names = {"date": date}
    given, held = get_type_hints(SearchArguments, None, names), get_type_hints(SearchRequest, None, names)
    assert list(given) == [row.name for row in ROWS] == list(held)[1:]
    given["where"] = Texts  # besides it may be a mapping, which a request holds as texts
    assert {name: WIDER.get(kind, kind) for name, kind in held.items() if name != "query"} == given


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_the_docs_have_it(row: Argument) -> None:
    assert f"| `{row.name}` |" in text("docs/library.md")
    assert f"{row.name} (default {row.default!r}): {row.in_full()}" in (Index.search.__doc__ or "")
    assert (f"| `{row.name}` | search" in text("docs/service.md")) == ("http" in row.faces)


@pytest.mark.parametrize("row", [row for row in ROWS if "cli" in row.faces], ids=lambda row: row.name)
def test_the_command_line_has_it(row: Argument) -> None:
    option = OPTIONS[row.name]
    assert option.help == (row.option_doc or row.doc)
    if row.kind == "number":
        assert isinstance(option.type, click.IntRange)
        assert (option.type.min, option.type.max) == (row.least, row.most)
    elif row.choices and row.kind != "texts" and not row.own_fields:
        assert isinstance(option.type, click.Choice) and tuple(option.type.choices) == row.choices
    assert option.is_flag == (row.kind == "flag" or (row.kind == "texts" and bool(row.choices)))
    assert option.opts[-1].startswith("--no-") == (row.default is True)


def test_no_face_has_what_its_row_hides() -> None:
    ours = {"suggest", "like", "as_json", "jsonl", "paths", "null", "only_count", "color"}
    ours |= {"oneline", "no_pager", "open_hit", "open_best", "facet"}
    assert set(OPTIONS) - ours == {row.name for row in shown_on("cli")} | {"explain", "no_refresh", "require_fresh"}


def test_the_service_has_it() -> None:
    from postdex.http import auth, openapi, parameters

    described = openapi.document(auth.AccessRules())["paths"]["/search"]
    rows = {row.name.replace("query", "q"): row for row in shown_on("http")}
    asked = {each["name"]: each for each in described["get"]["parameters"]}
    body = described["post"]["requestBody"]["content"]["application/json"]["schema"]["properties"]
    own = ["record"]  # of the service alone
    assert list(asked) == list(body) == [*rows, *own] == [each.name for each in parameters.SEARCH]
    for name, row in rows.items():
        assert asked[name]["description"] == body[name]["description"]
        assert asked[name]["description"].startswith(row.doc.rstrip("."))
        assert body[name].get("default") == (None if row.kind == "texts" else row.default)
        assert body[name].get("maximum", 0) <= (row.most or 10_000)
    assert body["limit"]["maximum"] == 100


def test_an_assistant_has_it() -> None:
    pytest.importorskip("mcp", reason="the extra `mcp` is not installed")
    from postdex.mcp import tools

    taken = tools.input_schema(tools.TOOLS["search"])["properties"]
    assert list(taken) == [*(row.name for row in shown_on("mcp")), "max_chars"]
    offset = arguments()["offset"]
    assert {"default": 0, **taken["offset"]} == {**schema(offset), "description": offset.doc}


FIELDS = """    colour: str | None = None
    reach: int = 3

    @classmethod
"""
#: What an argument takes: one file.
NEW_ARGUMENT = ("search/postdex/request.py",)
ADDED = """_ROWS = {
    "colour": Argument("Only posts of this colour."),
    "reach": Argument("So far.", kind="number", most=9, hint="give 0 to 9"),
"""
SHOW = """
import contextlib, io, json, sys
import postdex
from postdex.cli import main as cli
from postdex.cli import search_options
from postdex.mcp import tools
from postdex import request
from postdex.http import parameters
sys.path.insert(0, "docs")
import openapi, update
printed = io.StringIO()
with contextlib.redirect_stdout(printed):
    cli.main(["search", "--help"])
taken = dict.fromkeys(each.field for each in search_options.search_options()) | {"colour": "red", "reach": 5}
with postdex.open("posts") as ix:
    assert ix.search("linux", colour="red", reach=9).total
    try:
        ix.search("linux", reach=10)
    except postdex.QueryError as error:
        refused = error.code
print(json.dumps({
    "help": printed.getvalue(),
    "options": search_options.given_options(taken),
    "docstring": postdex.Index.search.__doc__,
    "query": parameters.from_query(b"colour=red&reach=5", parameters.SEARCH),
    "body": parameters.from_json(b'{"colour": null, "reach": 5}', parameters.SEARCH),
    "refused": refused,
    "openapi": openapi.described()["paths"]["/search"],
    "mcp": tools.input_schema(tools.TOOLS["search"])["properties"],
    "docs": update._arguments() + update._parameters(),
}))
"""


def test_a_new_argument_is_everywhere_by_itself(tmp_path: Path) -> None:
    """The exercise: two fields in request.py and their rows, and nothing else."""
    pytest.importorskip("mcp", reason="the extra `mcp` is not installed")
    for name in ("search", "docs", "posts"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", ".postdex"))
    path = tmp_path / NEW_ARGUMENT[0]
    source = path.read_text(encoding="utf-8").replace("    @classmethod\n", FIELDS).replace("_ROWS = {\n", ADDED)
    keys = '        "deadline_ms": float | None,\n'
    added = '        "colour": str | None,\n        "reach": int,\n'
    path.write_text(source.replace(keys, keys + added), encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(tmp_path / "search"), str(ROOT / "index")))}
    command = [sys.executable, "-c", SHOW]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    shown: dict[str, Any] = json.loads(done.stdout)
    assert re.search(r"--colour TEXT +Only posts of this colour\.", shown["help"])
    assert re.search(r"--reach N +So far\. +\[0<=x<=9\]", shown["help"])
    assert shown["options"] == {"colour": "red", "reach": 5}
    assert "colour (default None): Only posts of this colour." in shown["docstring"]
    assert (shown["query"]["colour"], shown["query"]["reach"]) == ("red", 5)
    assert (shown["body"]["colour"], shown["body"]["reach"], shown["refused"]) == (None, 5, "bad_reach")
    parameter = next(each for each in shown["openapi"]["get"]["parameters"] if each["name"] == "reach")
    assert parameter["schema"] == {"type": "integer", "minimum": 0, "maximum": 9, "default": 3}
    assert shown["mcp"]["reach"] == {**parameter["schema"], "description": "So far."}
    assert "colour" in shown["openapi"]["post"]["requestBody"]["content"]["application/json"]["schema"]["properties"]
    assert "| `colour` | `None` | Only" in shown["docs"] and "| `reach` | search | `3` | So far." in shown["docs"]


def test_lines_take_filters_as_searches_do() -> None:
    searched, lines = SearchArguments.__annotations__, LineArguments.__annotations__
    assert [*lines] == [*LINE_FILTERS, "deadline_ms"]
    assert lines == {name: searched[name] for name in lines}
