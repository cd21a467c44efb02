"""What do people see of an engine whose index lies on servers, whichever it is? One of dicts is taken for that."""

from __future__ import annotations

import importlib.metadata
import json
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from toy_engine import INDEXES, ToyEngine, ToyReader

import postdex
from postdex_index.engine.api import Stats
from postdex_index.engine.hosting import Inspection
from postdex_index.errors import EngineUnavailableError, IndexMissingError
from postdex_index.model import Problem
from postdex_index.settings import Settings

AWAY = EngineUnavailableError("connection refused", "is it running?", path="https://there:9200")


class Servers:
    """How the servers are just now, and what they were asked to do."""

    away = False
    problems: tuple[Problem, ...] = ()
    sites: tuple[str, ...] = ()
    writers = 0


class SeveralSites(ToyReader):
    def stats(self) -> Stats:
        return super().stats()._replace(sites=Servers.sites)


class HostedToy(ToyEngine):
    """The toy with what a hosted engine has besides."""

    @property
    def sites(self) -> tuple[str, ...]:
        return Servers.sites

    def _reached(self) -> None:
        if Servers.away:
            raise AWAY

    def newest(self):  # type: ignore[no-untyped-def]
        self._reached()
        return super().newest()

    def open_reader(self) -> ToyReader:
        self._reached()
        return SeveralSites(self._newest())

    def open_writer(self, **arguments):  # type: ignore[no-untyped-def]
        Servers.writers += 1
        return super().open_writer(**arguments)

    def rollback(self) -> None:
        if len(INDEXES[self.place]) < 2:
            raise IndexMissingError("there is no index of before", "build it", path=self.place)
        INDEXES[self.place].pop()

    def inspect(self) -> Inspection:
        self._reached()
        return Inspection({"server": "green, 3 nodes"}, Servers.problems)

    def mend(self) -> list[str]:
        Servers.problems = ()
        return ["removed what was left behind"]


def factory(folder: Path, place: str, settings: Settings) -> HostedToy:
    """As an entry point names it."""
    return HostedToy(f"toy:{folder}")


@pytest.fixture
def blog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of posts, and the engine installed, which no setting names."""
    installed = (importlib.metadata.EntryPoint("toy", "test_hosted:factory", "postdex.engines"),)
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda *, group: installed)
    (tmp_path / "a.md").write_text("# Alpha\n\nA kernel bug in a socket.\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    Servers.away, Servers.problems, Servers.sites, Servers.writers = False, (), (), 0
    INDEXES.clear()
    yield tmp_path


Run = Callable[..., tuple[int, str]]


def keep(folder: Path) -> None:
    """Write the engine into the settings."""
    (folder / "postdex.toml").write_text('engine = "toy"\n', encoding="utf-8")


def test_an_engine_for_one_run_says_how_it_is_kept(blog: Path, run: Run) -> None:
    status, said = run("index", "--engine", "toy")
    assert status == 0 and "1 added" in said and f"in toy:{blog}" in said
    assert 'the other commands ask the engine embedded still; write engine = "toy" into the settings' in said
    assert not (blog / ".postdex").exists()
    keep(blog)
    assert "still" not in run("index", "--engine", "toy")[1] and "still" not in run("index")[1]
    assert run("search", "kernel")[0] == 0 and not (blog / ".postdex").exists()
    assert "the other commands ask the engine toy still" in run("index", "--engine", "embedded")[1]
    assert run("index", "--engine", "tyo") == (
        2,
        "postdex: there is no engine tyo; there are embedded, opensearch, toy\n",
    )


def test_the_index_of_before_is_put_back(blog: Path, run: Run) -> None:
    keep(blog)
    run("index")
    assert run("index", "--rollback") == (2, f"postdex: toy:{blog}: there is no index of before; build it\n")
    (blog / "b.md").write_text("# Beta\n\nA socket.\n", encoding="utf-8")
    run("index")
    said = f"toy:{blog}: the index of before is back in place: 1 posts, 0 unpublished, generation 1\n"
    assert run("index", "--rollback") == (0, said)
    assert "--rollback and --watch exclude each other; " in run("index", "--rollback", "--watch")[1]


def test_the_embedded_engine_has_nothing_to_go_back_to(blog: Path, run: Run) -> None:
    run("index")
    status, said = run("index", "--rollback")
    assert (status, said) == (
        2,
        "postdex: the engine embedded keeps no index of before; `postdex index --full` builds it anew from the posts\n",
    )


def test_doctor_says_how_the_servers_are(blog: Path, run: Run) -> None:
    keep(blog)
    run("index")
    status, said = run("doctor")
    assert status == 0 and "server: green, 3 nodes\n" in said
    Servers.problems = (Problem("https://there:9200/x", 0, "note", "nobody asks this index", "it may go"),)
    status, said = run("doctor")
    assert status == 0 and "\nhttps://there:9200/x: note: nobody asks this index; it may go\n" in said
    told = json.loads(run("doctor", "--json")[1])
    assert told["servers"] == {"server": "green, 3 nodes"} and told["problems"][0]["path"] == "https://there:9200/x"
    assert "removed what was left behind\n" in run("doctor", "--fix")[1] and not Servers.problems
    Servers.problems = (Problem("https://there:9200/x", 0, "damaged", "its mapping is another", ""),)
    assert run("doctor")[0] == 2
    Servers.away = True
    assert run("doctor") == (2, "postdex: https://there:9200: connection refused; is it running?\n")


def test_several_sites_are_only_read(blog: Path, run: Run) -> None:
    keep(blog)
    (blog / "blog").mkdir()
    (blog / "blog" / "c.md").write_text("# Gamma\n\nA socket.\n", encoding="utf-8")
    run("index")
    Servers.sites, Servers.writers = ("blog", "docs"), 0
    (blog / "blog" / "d.md").write_text("# Delta\n\nA socket.\n", encoding="utf-8")
    with postdex.open(blog) as ix:
        found = ix.search("gamma")
        assert [(hit.path, hit.site) for hit in found] == [("blog/c.md", "blog")]
        assert found.index.sites == ("blog", "docs") and found.index.fresh is None
        form = found.to_dict()
        assert form["hits"][0]["site"] == "blog" and form["index"]["sites"] == ["blog", "docs"]
    assert Servers.writers == 0, "no search follows the files"


def test_a_service_reads_only_and_says_when_the_servers_are_away(blog: Path) -> None:
    from serving import Running, hosted

    from postdex.cli.search_command import Place
    from postdex.http import app, auth
    from postdex.http.serve import opened

    keep(blog)
    with postdex.open(blog):
        pass
    (blog / "b.md").write_text("# Beta\n\nA socket.\n", encoding="utf-8")
    Servers.writers = 0
    site = opened(Place(str(blog)))
    service = app.Service(site, auth.AccessRules())
    with site.index, closing(service), hosted(service) as port:
        asking = Running(port, service)
        assert asking.ask("/search?q=socket").json()["total"] == 1 and Servers.writers == 0
        assert asking.ask("/health").json()["status"] == "ok"
        Servers.away = True
        site.views.committed()  # what was seen within the last second is not good any more
        for target in ("/search?q=kernel", "/search?q=socket", "/documents/a.md", "/ready"):
            answer = asking.ask(target)
            assert (answer.status, answer.code) == (503, "not_ready" if target == "/ready" else "unavailable"), target
            assert answer.headers["retry-after"] == "5"
        health = asking.ask("/health")
        assert (health.status, health.json()["status"], health.json()["posts"]) == (200, "down", None)
        assert "connection refused" in health.json()["problem"]
        assert b"postdex_ready 0.0" in asking.ask("/metrics").body
        page = asking.ask("/?q=kernel")
        assert page.status == 503 and page.headers["retry-after"] == "5" and b"connection refused" in page.body
        Servers.away = False
        assert asking.ask("/health").json()["status"] == "ok"
        assert asking.ask("/search?q=socket").status == 200
    with pytest.raises(IndexMissingError):
        INDEXES.clear()
        opened(Place(str(blog)))
