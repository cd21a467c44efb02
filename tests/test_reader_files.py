"""Does the reader have each file as it was exported, or say that it has not, whatever a host sends?

Scenarios, each in a process of node with a host that does as it is told: `tests/reader/files.mjs`.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from reader_process import READER, node
from test_static_format import POSTS, post, snapshot

from postdex_index.engine.static.bundle import write_bundle
from postdex_index.engine.static.published_files import ENTRY

_SCENARIO = Path(__file__).parent / "reader" / "files.mjs"
DAMAGED = "is not as it was exported"


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two exports, of which the second has none of the first's files that a search needs."""
    tmp = tmp_path_factory.mktemp("static")
    made = [tmp / "first", tmp / "second", tmp / "plain"]
    first = snapshot(tmp / "index", POSTS)
    write_bundle(first, made[0])
    write_bundle(first, made[2], compress=False)
    write_bundle(snapshot(tmp / "index", {"y.md": post("y.md", "other words of sockets")}), made[1])
    return made


def names(folder: Path) -> dict[str, str]:
    """The first file of some kinds."""
    files = json.loads((folder / ENTRY).read_text(encoding="utf-8"))["files"]
    return {kind: f"{kind}-{files[kind]['files'][:8]}" for kind in ("terms", "words", "titles")}


def run(
    folders: Sequence[Path], steps: Sequence[Any], acts: Mapping[str, Sequence[Any]] | None = None
) -> tuple[list[Any], list[str]]:
    """What each step gives, and which requests were made."""
    given = json.dumps({"folders": [str(folder) for folder in folders], "steps": steps, "acts": acts or {}})
    done = subprocess.run(
        [node(), str(_SCENARIO), str(READER), given], capture_output=True, text=True, check=True, timeout=60
    )
    told = json.loads(done.stdout)
    return told["results"], told["requests"]


@pytest.mark.parametrize(
    ("acts", "plain"),
    [
        ({}, False),
        ({}, True),
        ({"data/terms": ["unpacked"]}, False),  # a host that says content-encoding: gzip
        ({"data/terms": ["twice"]}, False),
        ({"data/terms": ["cut", "ok"]}, False),
        ({"data/terms": ["html", "ok"]}, False),
        ({"data/terms": ["network", "ok"]}, False),
        ({"data/terms": [503, 429, "ok"]}, False),
        ({"data/terms": ["longer", "ok"]}, False),
        ({"data/terms": ["cut", "ok"]}, True),
        ({"postdex.json": ["network", 500, "ok"]}, False),
    ],
)
def test_a_file_is_there_in_the_end(folders: list[Path], acts: Mapping[str, Sequence[Any]], plain: bool) -> None:
    folder = folders[2 if plain else 0]
    name = names(folder)["terms"]
    steps: list[Any] = [["open"], ["need", {"names": [name]}], ["load", {"names": [name]}], ["need", {"names": [name]}]]
    (meta, missing, loaded, there, checks), requests = run([folder], [*steps, ["checks", {"names": [name]}]], acts)
    assert meta["posts"] == len(POSTS)
    assert (missing["error"], missing["files"]) == ("Missing", [name])
    assert loaded == {"replaced": False} and there == "all there"
    assert checks == [name[-8:]]
    assert requests[0] == "postdex.json no-cache"


@pytest.mark.parametrize("act", ["cut", "html", "empty", "longer", 404, 403])
def test_what_is_damaged_is_told(folders: list[Path], act: str | int) -> None:
    name = names(folders[0])["terms"]
    (_, loaded, missing), requests = run(
        folders, [["open"], ["load", {"names": [name]}], ["need", {"names": [name]}]], {"data/terms": [act]}
    )
    assert loaded["error"] == "IndexFault" and missing["error"] == "Missing"
    assert (DAMAGED if isinstance(act, str) else f"status {act}") in loaded["message"]
    assert "publish the whole export again" in loaded["hint"]
    assert requests.count("postdex.json reload") == 1


@pytest.mark.parametrize("act", ["network", 500, 429])
def test_a_host_that_does_not_answer_is_unreachable(folders: list[Path], act: str | int) -> None:
    name = names(folders[0])["terms"]
    (_, loaded), requests = run(folders, [["open"], ["load", {"names": [name]}]], {"data/terms": [act]})
    assert loaded["error"] == "Unreachable"
    assert len([request for request in requests if request.startswith("data/terms")]) == 3
    (opened,), _ = run(folders, [["open"]], {"postdex.json": [act]})
    assert opened["error"] == "Unreachable"


@pytest.mark.parametrize("act", ["cut", "html", "empty", 404])
def test_no_index_is_told(folders: list[Path], act: str | int) -> None:
    (opened,), _ = run(folders, [["open"]], {"postdex.json": [act]})
    assert opened["error"] in ("IndexFault",) and "no index" in opened["message"]


def test_another_format_is_told(folders: list[Path]) -> None:
    (opened,), _ = run(folders, [["open"]], {"postdex.json": ["format"]})
    assert opened["error"] == "IndexFault"
    assert opened["message"] == "the index has format 99, and this page reads format 1"


def test_a_site_that_was_published_anew(folders: list[Path]) -> None:
    old, new = names(folders[0]), names(folders[1])
    steps: list[Any] = [
        ["open"],
        ["entry"],
        ["load", {"names": [old["words"]]}],
        ["publish"],
        ["load", {"names": [old["terms"], old["words"]]}],
        ["entry"],
        ["load", {"names": [new["terms"]]}],
    ]
    (_, before, loaded, _, replaced, after, again), requests = run(folders[:2], steps)
    assert loaded == again == {"replaced": False} and replaced == {"replaced": True} and before != after
    assert requests.count("postdex.json reload") == 1


def test_two_searches_find_out_that_a_site_was_published_anew(folders: list[Path]) -> None:
    old = names(folders[0])
    steps: list[Any] = [
        ["open"],
        ["publish"],
        ["begin", {"key": "a", "names": [old["terms"]]}],
        ["begin", {"key": "b", "names": [old["words"]]}],
        ["end", {"key": "a"}],
        ["end", {"key": "b"}],
    ]
    results, _ = run(folders[:2], steps)
    assert results[-2:] == [{"replaced": True}, {"replaced": True}]


def test_the_files_of_nearly_every_search_come_at_once(folders: list[Path]) -> None:
    known = names(folders[0])
    (_, early, there), requests = run(folders, [["open"], ["early"], ["load", {"names": [known["titles"]]}]])
    assert early == [known["titles"]] and there == {"replaced": False}
    assert len([request for request in requests if "titles" in request]) == 1


def test_who_gives_up_ends_a_request_and_no_other(folders: list[Path]) -> None:
    known = names(folders[0])
    steps: list[Any] = [
        ["open"],
        ["begin", {"key": "a", "names": [known["terms"], known["words"]]}],
        ["begin", {"key": "b", "names": [known["terms"]]}],
        ["abort", {"key": "b"}],
        ["end", {"key": "b"}],
        ["abort", {"key": "a"}],
        ["end", {"key": "a"}],
        ["wait"],
        ["load", {"names": [known["terms"]]}],
        ["load", {"names": [known["terms"]], "signal": "a"}],
    ]
    (*_, b, _, a, _, again, aborted), requests = run(folders, steps, {"data/terms": ["hang", "ok"]})
    assert a["error"] == b["error"] == aborted["error"] == "AbortError"
    assert again == {"replaced": False}
    assert len([request for request in requests if request.startswith("data/terms")]) == 2


def test_who_types_on_has_what_is_under_way(folders: list[Path]) -> None:
    terms = names(folders[0])["terms"]
    steps: list[Any] = [
        ["open"],
        ["begin", {"key": "a", "names": [terms]}],
        ["abort", {"key": "a"}],
        ["load", {"names": [terms]}],
        ["need", {"names": [terms]}],
    ]
    (*_, loaded, there), requests = run(folders, steps, {"data/terms": ["slow"]})
    assert loaded == {"replaced": False} and there == "all there"
    assert len([request for request in requests if request.startswith("data/terms")]) == 1
