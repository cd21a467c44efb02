"""Does what is written come to be in the cluster as the seam promises, and nothing besides?"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from pathlib import Path

import cluster as clusters
import pytest
from engine_contract import ANALYZER, POSTS, STAMP, post

from postdex_index.engine.api import Put
from postdex_index.engine.opensearch.cluster import credentials
from postdex_index.engine.opensearch.cluster.connection import Cluster
from postdex_index.engine.opensearch.engine import OpenSearchEngine
from postdex_index.engine.opensearch.storage import lock, publishing
from postdex_index.engine.opensearch.storage.commit import newest, visible
from postdex_index.errors import IndexDamagedError, IndexLockedError, IndexWriteError
from postdex_index.model import Post, Problem
from postdex_index.settings import Settings

Make = Callable[[str], OpenSearchEngine]


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, hosts: list[str], prefix: str) -> Make:
    """Engines of one site, each of a machine of its own by that name."""
    monkeypatch.setenv("POSTDEX_OPENSEARCH_HOSTS", ",".join(hosts))
    settings = Settings()._replace(opensearch_prefix=prefix, site="blog")
    return lambda machine: OpenSearchEngine(tmp_path, str(tmp_path / machine / ".postdex"), settings)


@pytest.fixture
def engine(make: Make, tmp_path: Path) -> OpenSearchEngine:
    """The engine of a site that is not there yet."""
    (tmp_path / "one").mkdir()
    (tmp_path / "other").mkdir()
    return make("one")


def write(engine: OpenSearchEngine, posts: Iterable[Post], delete: Sequence[str] = ()) -> int:
    """Commit these posts."""
    with closing(engine.open_writer(analyzer=ANALYZER)) as writer:
        writer.delete(delete)
        writer.put([Put(post, post.path, STAMP) for post in posts])
        return writer.commit()


@pytest.fixture
def asked(hosts: list[str]) -> Cluster:
    """The cluster, for looking into it."""
    return Cluster(credentials.read({"POSTDEX_OPENSEARCH_HOSTS": ",".join(hosts)}))


def paths(asked: Cluster, prefix: str) -> list[str]:
    """The posts that a search sees, drafts too."""
    commit = newest(asked, f"{prefix}-blog")
    assert commit
    body = {"size": 100, "query": visible(commit, True), "_source": ["path"], "sort": ["path"]}
    found = [hit["_source"]["path"] for hit in asked.read("POST", f"/{commit.index}/_search", body)["hits"]["hits"]]
    assert len(found) == commit.contents.posts + commit.contents.unpublished
    return found


def test_each_commit_has_what_it_should(engine: OpenSearchEngine, make: Make, asked: Cluster, prefix: str) -> None:
    found = [Problem("x.md", 3, "skipped", "it is binary", "leave it out")]
    with closing(engine.open_writer(analyzer=ANALYZER)) as writer:
        writer.put([*(Put(post, post.path, STAMP) for post in POSTS), Put(None, "x.md", STAMP)])
        assert engine.newest() is None
        assert writer.commit(problems=found, settings="of then") == 1
        assert writer.problems() == found and writer.base == engine.file_table() == make("one").file_table()
        with pytest.raises(IndexLockedError):
            make("other").open_writer(analyzer=ANALYZER, wait=0.05)
        writer.put([Put(post("a.md", "Alpha", "Of another thing.", 3), "a.md", STAMP)])
        writer.delete(["b.md", "nowhere.md"])
        assert paths(asked, prefix) == ["a.md", "b.md", "c.md", "d.md"]
        assert writer.commit() == 2
    assert paths(asked, prefix) == ["a.md", "c.md", "d.md"]
    assert engine.problems() == found and engine.file_table().settings == "of then"
    assert set(engine.file_table().files) == {"a.md", "c.md", "d.md", "x.md"}
    assert [(one.generation, one.posts, one.state) for one in engine.commits()] == [(2, 3, "current")]
    assert engine.verify() == [] and engine.size() > 0


def test_what_the_last_commit_has_is_not_sent_again(engine: OpenSearchEngine, make: Make, tmp_path: Path) -> None:
    write(engine, POSTS)
    newest_before = engine.newest()
    other = make("other")
    table = other.file_table().files
    assert set(table) == {post.path for post in POSTS}
    assert {(stamp.size, stamp.digest, stamp.mtime_ns) for stamp in table.values()} == {(1, STAMP.digest, 0)}
    assert write(other, POSTS) == 1 and other.newest() == newest_before
    assert set(other.file_table().files.values()) == {STAMP}, "what they look like here is known now"
    assert set(make("other").file_table().files.values()) == {STAMP}
    shutil.rmtree(tmp_path / "other" / ".postdex")
    assert {stamp.mtime_ns for stamp in make("other").file_table().files.values()} == {0}


def test_another_machine_follows(engine: OpenSearchEngine, make: Make) -> None:
    write(engine, POSTS)
    other = make("other")
    write(other, POSTS)
    write(engine, [post("a.md", "Alpha", "Of another thing.", 3), post("e.md", "New", "New.", 3)], ["b.md"])
    requests = other._cluster.requests
    table = other.file_table().files
    assert other._cluster.requests - requests == 2, "the commit, and what changed since"
    assert {path: stamp.mtime_ns for path, stamp in table.items()} == {"a.md": 2, "c.md": 2, "d.md": 2, "e.md": 0}
    assert dict(make("third").file_table().files).keys() == table.keys()


def test_of_several_versions_the_last_counts(engine: OpenSearchEngine, asked: Cluster, prefix: str) -> None:
    one, two = post("a.md", "One", "One.", 1), post("a.md", "Two", "Two.", 1, unpublished="draft: true")
    for files in ([one, two], [two, one]):
        with closing(engine.open_writer(analyzer=ANALYZER)) as writer:
            writer.clear()
            writer.put([Put(one, "a.md", STAMP) for one in files])
            writer.put([Put(one, "b.md", STAMP) for one in files])
            writer.delete(["b.md"])
            writer.commit()
            writer.put([Put(POSTS[1], "b.md", STAMP), Put(POSTS[2], "c.md", STAMP)])
            writer.delete(["b.md", "c.md"])
            writer.put([Put(POSTS[2], "c.md", STAMP)])
            writer.commit()
        commit = newest(asked, f"{prefix}-blog")
        assert commit and bool(commit.contents.unpublished) == (files[-1] is two)
        assert paths(asked, prefix) == ["a.md", "c.md"] and engine.verify() == []


def test_a_full_build_is_kept_beside_the_one_before(engine: OpenSearchEngine, asked: Cluster, prefix: str) -> None:
    for number in range(1, 4):
        with closing(engine.open_writer(analyzer=ANALYZER)) as writer:
            writer.clear()
            writer.put([Put(post, post.path, STAMP) for post in POSTS[:number]])
            assert writer.commit() == number
    assert [(one.generation, one.posts, one.state) for one in engine.commits()] == [(3, 3, "current"), (2, 2, "kept")]
    assert sorted(asked.read("GET", f"/{prefix}-blog*")) == [f"{prefix}-blog-000002", f"{prefix}-blog-000003"]


def test_what_is_not_ours_is_left_alone(engine: OpenSearchEngine, hosts: list[str], prefix: str) -> None:
    clusters.ask(hosts, "PUT", f"/{prefix}-blog-000001", {})
    write(engine, POSTS)
    assert [one.state for one in engine.commits()] == ["current"]
    assert clusters.ask(hosts, "GET", f"/{prefix}-blog-000001/_count").body["count"] == 0
    assert clusters.ask(hosts, "GET", f"/{prefix}-blog-000002/_count").body["count"] > 4


def test_a_foreign_alias_is_said(engine: OpenSearchEngine, hosts: list[str], prefix: str) -> None:
    clusters.ask(hosts, "PUT", f"/{prefix}-theirs", {"aliases": {f"{prefix}-blog": {}}})
    for use in (engine.open_reader, lambda: write(engine, POSTS)):
        with pytest.raises(IndexDamagedError, match=r"choose another opensearch\.prefix or site"):
            use()
    assert engine.file_table().identity is None and engine.verify()
    assert clusters.ask(hosts, "GET", f"/{prefix}-theirs/_count").body["count"] == 0


def test_what_a_dead_writer_left_is_never_seen(
    engine: OpenSearchEngine, make: Make, asked: Cluster, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(engine, POSTS)

    def end(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, closing(make("other").open_writer(analyzer=ANALYZER)) as writer:
        patch.setattr(publishing, "next_commit", end)
        writer.put([Put(post("lost.md", "Lost", "Lost.", 1), "lost.md", STAMP)])
        with pytest.raises(KeyboardInterrupt):
            writer.commit()
    of_it = {"query": {"term": {"since": 2}}}
    assert asked.read("POST", f"/{prefix}-blog-000001/_count", of_it)["count"] == 1
    assert "lost.md" not in paths(asked, prefix)
    assert write(engine, [post("e.md", "New", "New.", 1)]) == 3
    assert paths(asked, prefix) == ["a.md", "b.md", "c.md", "d.md", "e.md"]
    asked.write("POST", f"/{prefix}-blog-000001/_refresh")
    assert asked.read("POST", f"/{prefix}-blog-000001/_count", of_it)["count"] == 0


def test_who_was_taken_for_dead_commits_nothing(
    engine: OpenSearchEngine, make: Make, asked: Cluster, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(engine, POSTS)
    monkeypatch.setattr(lock, "_is_dead", lambda state: True)
    late, full = engine.open_writer(analyzer=ANALYZER), make("other").open_writer(analyzer=ANALYZER)
    full.clear()
    assert write(make("third"), (), ["b.md"]) == 2
    for writer in (late, full):
        writer.put([Put(post("late.md", "Late", "Late.", 1), "late.md", STAMP)])
        with closing(writer), pytest.raises(IndexWriteError, match="another writer took over"):
            writer.commit()
    assert paths(asked, prefix) == ["a.md", "c.md", "d.md"]
    assert write(engine, (), ["c.md"]) == 3 and sorted(asked.read("GET", f"/{prefix}-blog*")) == [
        f"{prefix}-blog-000001"
    ]
