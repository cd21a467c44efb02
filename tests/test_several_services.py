"""Are several folders served at addresses of their own, and all of them as one at the top?"""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from serving import BEARER, TOKEN, Running, hosted

from postdex.cli.search_command import Place
from postdex.http import auth
from postdex.http.serve import opened, watched
from postdex.http.site_services import SiteServices, SitesState, origins, service_of
from postdex_index.errors import ConfigError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two folders of posts, `blog` and `docs`; both have one of one path."""
    for name in ("blog", "docs"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "same.md").write_text(f"---\ntags: [{name}]\n---\n# Of {name}\n\nA zanzibar.\n")
    (tmp_path / "docs" / "setup.md").write_text("# Setup of a zanzibar\n")
    (tmp_path / "docs" / "draft.md").write_text("---\ndraft: true\n---\n# A zanzibar to be\n")
    return tmp_path


class Served(NamedTuple):
    """A service of several sites that runs."""

    running: Running
    state: SitesState


@contextmanager
def served(folder: Path, sites: Sequence[str] = ("blog", "docs"), *, watch: bool = False) -> Iterator[Served]:
    """A service of these folders, until the end of the block."""
    typed = tuple(f"{name}={folder / name}" for name in sites)
    state = opened(Place().at(typed), watching=watch)
    assert isinstance(state, SitesState)
    service = service_of(state, auth.AccessRules(token=TOKEN, origins=origins(state.index)), log_queries=True)
    assert isinstance(service, SiteServices)
    with state.index, closing(service), watched(state), hosted(service) as port:
        yield Served(Running(port, service.top), state)


def test_each_has_its_own_addresses_and_all_are_one(folder: Path) -> None:
    with served(folder) as (service, _):
        top = service.ask("/search?q=zanzibar&facets=sites&facets=tags").json()
        assert top["total"] == 3 and top["facets"]["sites"] == {"docs": 2, "blog": 1}
        assert {(hit["site"], hit["path"].partition("/")[0]) for hit in top["hits"]} == {("blog",) * 2, ("docs",) * 2}
        assert top["index"]["sites"] == ["blog", "docs"]
        only = service.ask("/search?q=zanzibar&sites=blog").json()
        assert [hit["path"] for hit in only["hits"]] == ["blog/same.md"]
        assert service.ask("/search?q=zanzibar+site:docs").json()["total"] == 2
        own = service.ask("/blog/search?q=zanzibar&facets=sites").json()
        assert [hit["path"] for hit in own["hits"]] == ["same.md"] and "site" not in own["hits"][0]
        assert own["facets"] == {} and "sites" not in own["index"]
        assert service.ask("/documents/docs/setup.md").json()["path"] == "docs/setup.md"
        assert service.ask("/docs/documents/setup.md").json()["path"] == "setup.md"
        for path in ("/documents/setup.md", "/blog/documents/setup.md", "/docs/documents/draft.md", "/nowhere/search"):
            assert service.ask(path).status == 404, path
        assert service.ask("/stats").json()["stats"]["sites"] == ["blog", "docs"]
        assert service.ask("/suggest?q=zanz").json()["suggestions"] == [{"text": "zanzibar", "posts": 3}]
        assert service.ask("/docs/suggest?q=zanz").json()["suggestions"] == [{"text": "zanzibar", "posts": 2}]


def test_each_has_its_own_page(folder: Path) -> None:
    with served(folder) as (service, _):
        answer = service.ask("/blog?q=x")
        assert (answer.status, answer.headers["location"]) == (308, "blog/")
        for path in ("/", "/blog/", "/docs/"):
            page = service.ask(f"{path}?q=zanzibar").body.decode()
            assert 'href="/' not in page and 'src="/' not in page, "it works below any path"
            script = re.search(r'src="([^"]*postdex\.js[^"]*|page\.js)"', page)
            assert script is None or service.ask(path + script[1]).status == 200
        assert 'name="sites"' in service.ask("/?q=zanzibar").body.decode()
        assert 'name="sites"' not in service.ask("/blog/?q=zanzibar").body.decode()
        assert service.ask("/docs/postdex.js").status == 200
        openapi = service.ask("/docs/openapi.json")
        assert openapi.status == 200 and "/search" in openapi.json()["paths"]


def test_what_is_asked_is_counted_once_and_logged_in_full(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    with served(folder) as (service, _), caplog.at_level("INFO", "postdex.service"):
        service.ask("/blog/search?q=zanzibar")
        service.ask("/search?q=zanzibar")
        counted = service.ask("/metrics").body.decode()
        assert re.search(r'postdex_http_requests_total\{code="200",endpoint="search",method="GET"\} 2\.0', counted)
        assert "postdex_index_posts 3.0" in counted
        assert "postdex_index_posts 1.0" in service.ask("/blog/metrics").body.decode()
    lines = [record.getMessage() for record in caplog.records]
    assert any("/blog/search?q=zanzibar" in line for line in lines), lines


def test_a_token_holds_for_all(folder: Path) -> None:
    with served(folder) as (service, _):
        (folder / "docs" / "new.md").write_text("# A new zanzibar\n")
        assert service.post("/docs/index", {}).status == service.post("/index", {}).status == 401
        built = service.post("/docs/index", {}, **BEARER).json()
        assert (built["added"], built["unchanged"]) == (1, 3)
        assert service.ask("/search?q=zanzibar").json()["total"] == 4
        (folder / "blog" / "new.md").write_text("# Another new zanzibar\n")
        built = service.post("/index", {}, **BEARER).json()
        assert (built["added"], built["unchanged"]) == (1, 5)
        assert service.ask("/blog/search?q=zanzibar").json()["total"] == 2
        assert service.ask("/blog/search?q=x", Host="evil.example").status == 421


def test_each_follows_its_files(folder: Path) -> None:
    with served(folder, watch=True) as (service, _):
        (folder / "docs" / "new.md").write_text("# A new zanzibar\n")
        until = time.monotonic() + 20
        while not service.ask("/health").json()["fresh"] and time.monotonic() < until:
            time.sleep(0.05)
        while service.ask("/search?q=zanzibar").json()["total"] < 4 and time.monotonic() < until:
            time.sleep(0.05)
        assert service.ask("/docs/search?q=zanzibar").json()["total"] == 3
        health = service.ask("/health").json()
        assert (health["status"], health["fresh"], health["watching"], health["posts"]) == ("ok", True, True, 4)


def test_one_that_is_damaged_leaves_the_others(folder: Path) -> None:
    with served(folder) as (service, state):
        assert service.ask("/health").json()["status"] == "ok"
        shutil.rmtree(folder / "docs" / ".postdex")
        state.views.committed()
        state.each["docs"].views.committed()
        answer = service.ask("/search?q=zanzibar").json()
        assert [hit["site"] for hit in answer["hits"]] == ["blog"]
        assert answer["warnings"][0].startswith("the site docs does not answer: ")
        health = service.ask("/health").json()
        assert health["status"] == "degraded" and "docs" in health["problem"]
        assert service.ask("/blog/health").json()["status"] == "ok"
        assert service.ask("/ready").status == 200
        assert service.ask("/docs/search?q=zanzibar").status == 503


def test_one_that_is_not_there(folder: Path) -> None:
    with served(folder, ("blog", "gone")) as (service, _):
        assert service.ask("/search?q=zanzibar").json()["total"] == 1
        answer = service.ask("/gone/search?q=zanzibar")
        assert (answer.status, answer.code) == (503, "unavailable") and str(folder) not in answer.body.decode()
        assert service.ask("/health").json()["status"] == "degraded"
        assert service.ask("/blog/search?q=zanzibar").status == 200


def test_while_one_is_built_anew_all_answer(folder: Path) -> None:
    for number in range(60):
        (folder / "docs" / f"{number}.md").write_text(f"# Number {number}\n\nA zanzibar.\n")
    with served(folder) as (service, state):
        state.each["docs"].index.refresh(full=True)
        assert service.ask("/search?q=zanzibar").json()["total"] == 63
        assert service.ask("/docs/search?q=zanzibar").json()["total"] == 62


@pytest.mark.parametrize("name", ["search", "health", "metrics", "mcp", "postdex.js", "documents", "openapi.json"])
def test_an_address_is_no_name(folder: Path, name: str) -> None:
    (folder / "blog").rename(folder / name)
    state = opened(Place().at((f"{name}={folder / name}", f"docs={folder / 'docs'}")))
    with state.index, pytest.raises(ConfigError, match=f"a site called {name} would have an address of the service"):
        service_of(state, auth.AccessRules(), log_queries=True)


def test_sites_that_settings_name(folder: Path) -> None:
    (folder / "postdex.toml").write_text('sites = ["blog", "handbook=docs"]\n')
    state = opened(Place(str(folder)))
    assert isinstance(state, SitesState)
    with state.index:
        assert [*state.each] == ["blog", "handbook"] and state.views.stats().posts == 3
