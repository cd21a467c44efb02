"""Does the embedded engine keep its contract, does a second one, and can that be chosen by a setting?"""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import toy_engine
from engine_contract import EngineContract
from toy_engine import ToyEngine, ToyReader

import postdex
from postdex.cli import main
from postdex_index import engines
from postdex_index.engine.api import Engine
from postdex_index.engine.embedded.engine import EmbeddedEngine
from postdex_index.settings import Settings


class TestEmbedded(EngineContract):
    """The engine that comes with postdex."""

    def make(self, place: str) -> Engine:
        return EmbeddedEngine(place)


class TestToy(EngineContract):
    """One of dicts and loops."""

    def make(self, place: str) -> Engine:
        return ToyEngine(place)


class TestChecked(EngineContract):
    """The same as it is asked when it is chosen by a setting."""

    @pytest.fixture(autouse=True)
    def installed(self, install: Callable[[str], None]) -> None:
        install("toy_engine:ToyEngine.at")

    def make(self, place: str) -> Engine:
        return engines.make(Path(), place, Settings(engine="toy"))


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Have a package installed whose entry point `toy` is this."""

    def entry_points(*, group: str) -> tuple[importlib.metadata.EntryPoint, ...]:
        assert group == "postdex.engines"
        return installed

    installed: tuple[importlib.metadata.EntryPoint, ...] = ()

    def install(value: str) -> None:
        nonlocal installed
        installed = (importlib.metadata.EntryPoint("toy", value, "postdex.engines"),)

    monkeypatch.setattr(importlib.metadata, "entry_points", entry_points)
    return install


@pytest.fixture
def blog(tmp_path: Path) -> Path:
    """A folder of posts whose settings choose the engine."""
    (tmp_path / "postdex.toml").write_text('engine = "toy"\n', encoding="utf-8")
    (tmp_path / "a.md").write_text("# Alpha\n\nA kernel bug in a socket.\n", encoding="utf-8")
    (tmp_path / "b.md").write_text("---\ntags: [net]\n---\n# Beta\n\n## Leaks\n\nThe socket leaks.\n", encoding="utf-8")
    return tmp_path


def test_a_second_engine_is_used_by_all(
    blog: Path, install: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    install("toy_engine:factory")
    with postdex.open(blog) as ix:
        found = ix.search("socket leaks", facets=["tags"])
        assert [hit.path for hit in found.hits] == ["b.md", "a.md"] and found.facets == {"tags": {"net": 1}}
        assert found.hits[0].snippet.text[found.hits[0].snippet.spans[0].start :].startswith("socket leaks")
        assert [hit.path for hit in ix.like("a.md").hits] == ["b.md"]
        assert ix.explain("socket", "a.md").rank and ix.get("b.md").title == "Beta"
        assert [word.text for word in ix.suggest("lea")] == ["leaks"]
        (blog / "a.md").unlink()
        assert [hit.path for hit in ix.search("socket").hits] == ["b.md"], "it follows the files"
        assert ix.status().stats.posts == 1 and ix.search("sokcet").corrections[0].known == ("socket",)
    assert not (blog / ".postdex").exists()
    assert main.main(["-C", str(blog), "search", "socket"]) == 0
    assert "b.md" in capsys.readouterr().out
    assert main.main(["-C", str(blog), "doctor", "--verify"]) == 0
    assert main.main(["-C", str(blog), "index", "--full"]) == 0


def without(name: str) -> Callable[..., object]:
    """What makes an engine that lacks a method."""
    members = {member for member in dir(ToyEngine) if not member.startswith("__") or member == "__init__"}
    kind = type("Lacking", (), {member: getattr(ToyEngine, member) for member in members - {name}})
    return lambda folder, place, settings: kind(place)


def giving(**answers: object) -> Callable[..., object]:
    """What makes an engine some of whose methods give something else."""
    kind = type("Wrong", (ToyEngine,), {name: lambda self, value=value, **_: value for name, value in answers.items()})
    return lambda folder, place, settings: kind(place)


class Half:
    """As much of a reader as somebody wrote on a Friday."""

    identity, stats, close, search, explain = None, None, None, None, None


class Liar(ToyReader):
    """A reader whose totals are of another type."""

    def totals(self, queries: Any, *, drafts: bool = False) -> Any:
        return 3


@pytest.mark.parametrize(
    ("factory", "message"),
    [
        (without("verify"), r"what test_engine_contract:FACTORY gives has no verify"),
        (lambda *_: None, r"test_engine_contract:FACTORY gives NoneType instead of Engine"),
        ("not a function", r"test_engine_contract:FACTORY cannot be called"),
        (giving(newest=7), r"Engine.newest gives int instead of Identity or NoneType"),
        (giving(open_reader=Half()), r"what Engine.open_reader gives has no analyzer"),
        (giving(open_reader="a reader"), r"Engine.open_reader gives str instead of Reader"),
        (giving(file_table=(None, {}, "")), r"Engine.file_table gives tuple instead of FileTable"),
    ],
)
def test_a_broken_contract_is_one_line(
    blog: Path,
    install: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    factory: object,
    message: str,
) -> None:
    monkeypatch.setitem(globals(), "FACTORY", factory)
    install("test_engine_contract:FACTORY")
    with pytest.raises(postdex.ConfigError, match=f"the engine toy breaks its contract: {message}; update its package"):
        postdex.open(blog)
    assert main.main(["-C", str(blog), "search", "socket"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_reader_that_lies_is_caught(
    blog: Path, install: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    install("toy_engine:factory")
    with postdex.open(blog) as ix:
        monkeypatch.setattr(toy_engine.ToyEngine, "open_reader", lambda self: Liar(self._newest()))
        ix.snapshots.last = None
        with pytest.raises(postdex.ConfigError, match=r"Reader.totals gives int instead of list"):
            ix.search("sokcet")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, r"there is no engine toy; there are embedded, opensearch$"),
        ("nowhere_to_be_found:factory", r"the engine toy cannot be loaded \(No module named 'nowhere_to_be_found'\)"),
        ("toy_engine:nothing", r"the engine toy cannot be loaded \(.*nothing.*\)"),
    ],
)
def test_an_engine_that_is_not_there(
    blog: Path, install: Callable[[str], None], value: str | None, message: str
) -> None:
    if value:
        install(value)
    with pytest.raises(postdex.ConfigError, match=message):
        postdex.open(blog)


def test_a_folder_of_a_stranger_has_nothing_imported(blog: Path, install: Callable[[str], None]) -> None:
    (blog / "evil.py").write_text("raise SystemExit('run')\n", encoding="utf-8")
    (blog / "postdex.toml").write_text('engine = "evil:factory"\n', encoding="utf-8")
    install("toy_engine:factory")
    with pytest.raises(postdex.ConfigError, match="no engine evil:factory; there are embedded, opensearch, toy"):
        postdex.open(blog)
