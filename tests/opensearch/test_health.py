"""Does doctor say what is wrong with a cluster and the index in it, and mend what can be, and is the former index put
back in place?"""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path

import cluster as clusters
import proxies
import pytest
from cluster import ask
from engine_contract import ANALYZER, POSTS, STAMP, post
from proxies import Received, Refusal

from postdex_index.engine.api import Put
from postdex_index.engine.hosting import Inspection
from postdex_index.engine.opensearch import engine, health
from postdex_index.engine.opensearch.engine import OpenSearchEngine
from postdex_index.engine.opensearch.format import schema_mapping
from postdex_index.errors import ConfigError, IndexLockedError, IndexMissingError, Remedy
from postdex_index.settings import Settings


class Site:
    """A site in the cluster and its engine, under settings that may change."""

    def __init__(self, folder: Path, hosts: list[str], prefix: str) -> None:
        self.folder, self.hosts, self.prefix = folder, hosts, prefix
        self.engine = self.with_settings()

    def with_settings(self, **changed: object) -> OpenSearchEngine:
        settings = Settings()._replace(opensearch_prefix=self.prefix, site="blog")
        return OpenSearchEngine(self.folder, str(self.folder / ".postdex"), settings._replace(**changed))  # type: ignore[arg-type]

    def write(self, *, full: bool = False, **changed: object) -> None:
        with closing(self.with_settings(**changed).open_writer(analyzer=ANALYZER)) as writer:
            if full:
                writer.clear()
            writer.put([Put(post, post.path, STAMP) for post in POSTS])
            writer.commit()

    def change(self, method: str, path: str, body: object = None) -> None:
        answer = ask(self.hosts, method, f"/{self.prefix}-{path}", body)
        assert answer.status < 300, answer


@pytest.fixture
def site(tmp_path: Path, hosts: list[str], prefix: str, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A site with posts in it."""
    monkeypatch.setenv("POSTDEX_OPENSEARCH_HOSTS", ",".join(hosts))
    monkeypatch.setattr(engine, "_WAIT_S", 0.1)
    made = Site(tmp_path, hosts, prefix)
    made.write()
    return made


def said(inspection: Inspection) -> str:
    """What is wrong, a line each."""
    return "\n".join(f"{it.path}: {it.kind}: {it.message}; {it.hint}" for it in inspection.problems)


def test_an_index_in_order(site: Site) -> None:
    inspection = site.engine.inspect()
    assert said(inspection) == ""
    facts = inspection.facts
    assert facts["server"].startswith("OpenSearch ") and facts["client"].startswith("opensearch-py 3.")
    assert facts["let in with"] == "no credentials" and ", 3 nodes, " in facts["cluster"]
    assert float(facts["round trip"].removesuffix(" ms")) > 0 and facts["clocks"].endswith("s apart at most")
    name = f"{site.prefix}-blog"
    assert facts[f"health of {name}"] == "green" and facts[f"lock of {name}"] == "free"
    assert facts[name].startswith(f"{name}-000001; shards 1, copies 1; ")


def test_settings_that_are_other_are_said_and_put_back(site: Site) -> None:
    site.change("PUT", "blog-000001/_settings", {"index": {"number_of_replicas": 0}})
    site.change("PUT", "blog-000001/_settings", {"index": {"blocks": {"read_only_allow_delete": True}}})
    text = said(site.engine.inspect())
    assert "there are no copies: when a node is lost, posts are; set opensearch.replicas to 1 or more" in text
    assert f"it has 0 copies, and the setting opensearch.replicas is 1; {Remedy.MEND.value}" in text
    assert "it cannot be written: blocks.read_only_allow_delete is set" in text
    index = f"{site.prefix}-blog-000001"
    assert site.engine.mend() == [
        f"{index}: the block read_only_allow_delete was lifted",
        f"{index}: 1 copies of each shard",
    ]
    site.write()
    clusters.ask(site.hosts, "GET", f"/_cluster/health/{index}?wait_for_status=green&timeout=20s")
    assert said(site.engine.inspect()) == "" and site.engine.mend() == []
    assert "it has 1 shards, and the setting opensearch.shards is 3" in said(
        site.with_settings(opensearch_shards=3).inspect()
    )


def test_what_was_left_behind_is_said_and_removed(site: Site) -> None:
    ours = schema_mapping.body({}, shards=1, replicas=0)
    site.change("PUT", "blog-000007", ours)
    site.change("PUT", "blog-000008", {**ours, "aliases": {f"{site.prefix}-blog-000008.next": {}}})
    site.change("PUT", "blog-000009", {"settings": {"index": {"number_of_replicas": 0}}})
    left = ", ".join(f"{site.prefix}-blog-00000{number}" for number in (7, 8))
    assert f"{left}: left by builds that did not end" in said(site.engine.inspect())
    with closing(site.engine.open_writer(analyzer=ANALYZER)):
        assert "process " in site.engine.inspect().facts[f"lock of {site.prefix}-blog"]
        with pytest.raises(IndexLockedError):
            site.engine.mend()
    site.change("PUT", "blog-000007", ours)  # the writer has removed it
    site.change("PUT", "blog-000008", {**ours, "aliases": {f"{site.prefix}-blog-000008.next": {}}})
    done = site.engine.mend()
    assert done == [f"removed {site.prefix}-blog-00000{number}, which nobody asked" for number in (7, 8)]
    assert "left by" not in said(site.engine.inspect())
    assert ask(site.hosts, "GET", f"/{site.prefix}-blog-000009").status == 200, "nobody says that it is ours"


def test_fields_that_somebody_changed_are_said(site: Site) -> None:
    site.change("PUT", "blog-000001/_mapping", {"properties": {"colour": {"type": "keyword"}}})
    (problem,) = site.engine.inspect().problems
    assert problem.kind == "damaged" and "its fields are not as postdex makes them" in problem.message
    assert "properties.colour.type: keyword, not nothing" in problem.message
    site.write(full=True)
    assert said(site.engine.inspect()) == ""


def test_a_clock_that_is_wrong_is_said(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "time", Slow())
    (problem,) = site.engine.inspect().problems
    assert problem.kind == "note" and "the clock of a node is 3,6" in problem.message
    assert "s ahead of this machine's" in problem.message


class Slow:
    """A clock that is an hour behind."""

    perf_counter = staticmethod(time.perf_counter)

    def time(self) -> float:
        return time.time() - 3600


def test_what_the_role_may_not_ask_is_left_out(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def gate(received: Received) -> Refusal | None:
        refused = "/_nodes" in received.path or "/_cluster" in received.path or received.method not in ("GET", "POST")
        return Refusal(403, "security_exception", "no permissions for [cluster:monitor/x]") if refused else None

    with proxies.proxy(site.hosts[0], gate=gate) as proxy:
        monkeypatch.setenv("POSTDEX_OPENSEARCH_HOSTS", proxy.host)
        inspection = site.with_settings().inspect()
    assert said(inspection) == ""
    assert inspection.facts["clocks"] == "not known: the role lacks cluster:monitor/nodes/stats"
    assert "not known" in inspection.facts[f"health of {site.prefix}-blog"] and "cluster" not in inspection.facts


def test_the_former_index_is_put_back(site: Site) -> None:
    with pytest.raises(IndexMissingError, match="there is no index of before"):
        site.engine.rollback()
    site.write(full=True)
    generations = [one.generation for one in site.engine.commits()]
    assert generations == [2, 1]
    with closing(site.engine.open_writer(analyzer=ANALYZER)), pytest.raises(IndexLockedError):
        site.engine.rollback()
    for _ in range(3):
        answering, kept = site.engine._sites[0].indices.survey()[:2]
        site.engine.rollback()
        assert site.engine._sites[0].indices.survey()[:2] == (kept, answering)
        newest = site.engine.newest()
        assert newest and newest.generation > max(generations), "numbers ascend"
        generations.append(newest.generation)
        assert site.engine.verify() == []
    with closing(site.engine.open_writer(analyzer=ANALYZER)) as writer:
        writer.put([Put(post("e.md", "Epsilon", "More.", 5), "e.md", STAMP)])
        writer.commit()
    assert "e.md" in site.engine.file_table().files
    site.write(full=True)
    site.engine.rollback()
    assert "e.md" in site.engine.file_table().files, "the one before the last is kept"


def test_several_sites_are_only_looked_at(site: Site) -> None:
    site.write(site="docs")
    both = site.with_settings(sites=("blog", "docs"))
    assert both.sites == ("blog", "docs") and site.engine.sites == ()
    assert {f"{site.prefix}-blog", f"{site.prefix}-docs"} <= both.inspect().facts.keys()
    for change in (both.mend, both.rollback, lambda: both.open_writer(analyzer=ANALYZER)):
        with pytest.raises(ConfigError, match="cannot be written so"):
            change()


def test_nothing_but_reading_is_asked(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    with proxies.proxy(site.hosts[0], gate=proxies.reads_only("reader")) as proxy:
        monkeypatch.setenv("POSTDEX_OPENSEARCH_HOSTS", proxy.host)
        assert said(site.with_settings().inspect()) == ""
        assert {request.method for request in proxy.requests} == {"GET"}
