"""Does a commit in a cluster say of its posts what a full build of the same posts would?

Random changes against a cluster in memory: after each commit the counts, lengths, languages and groups of translations,
the group that each document names, and what each machine knows of the files are those of an index that was built anew.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from engine_contract import ANALYZER, post
from scripted_cluster import Client, Fate, Server
from test_commit_protocol import site

from postdex_index.engine.api import FileStamp, Put
from postdex_index.engine.opensearch.storage import problem_store, publishing
from postdex_index.engine.opensearch.storage.commit import FILE, POST, SiteCommit, newest, visible
from postdex_index.engine.opensearch.storage.drift import drift, needs_full_build
from postdex_index.engine.opensearch.storage.file_stamps import FileStamps
from postdex_index.engine.opensearch.storage.site import Site
from postdex_index.engine.opensearch.write.groups import GROUP_FIELDS
from postdex_index.engine.opensearch.write.writer import OpenSearchWriter
from postdex_index.model import Post, Problem, Section

LANGUAGES = ("en", "de", "zh", "zh-cn")


def put(path: str, chance: random.Random) -> Put:
    """A random post of a random group, or a file with nothing to index."""
    stamp = FileStamp(chance.randrange(99), 2, 3, 4, chance.randbytes(16), chance.choice([None, 7]))
    if chance.random() < 0.1:
        return Put(None, path, stamp)
    text = " ".join(chance.choices(["socket", "kernel", "Noyau", "内核"], k=chance.randrange(4)))
    some = post(path, chance.choice(["One", "Two"]), text, 1, unpublished=chance.choice(["", "", "draft: true"]))
    key, original = chance.choice(["", "a", "b"]), chance.random() < 0.3
    return Put(some._replace(lang=chance.choice(LANGUAGES), translation=key, original=original), path, stamp)


def client(server: Server) -> Client:
    """A connection on which nothing goes wrong."""
    return Client(server, lambda request: Fate.CARRIED_OUT)


def state(asked: Client) -> tuple[SiteCommit, dict[str, Any]]:
    """The commit that answers, and by path what the documents say of their files and groups."""
    commit = newest(asked, "s")  # type: ignore[arg-type]
    assert commit
    body = {"size": 1000, "query": visible(commit, True, (POST, FILE))}
    hits = [hit["_source"] for hit in asked.read("POST", f"/{commit.index}/_search", body)["hits"]["hits"]]
    rows = {hit["path"]: (hit["stamp"], {name: hit[name] for name in GROUP_FIELDS if name in hit}) for hit in hits}
    assert len(rows) == len(hits)
    return commit, rows


def built(files: Mapping[str, Put]) -> tuple[SiteCommit, dict[str, Any]]:
    """The same of an index that is built of these files."""
    server = Server()
    with closing(OpenSearchWriter(site(client(server)), analyzer=ANALYZER)) as writer:
        writer.clear()
        writer.put(files.values())
        writer.commit(settings="same")
    return state(client(server))


@pytest.mark.parametrize("seed", range(15))
def test_a_commit_is_what_a_full_build_is(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(seed)
    monkeypatch.setattr(publishing, "KEEP_DEAD_NS", chance.choice([-1, 10**15]))
    server, files = Server(), dict[str, Put]()
    other = FileStamps(client(server), tmp_path, "s")  # type: ignore[arg-type]
    tmp_path.joinpath(".gitignore").touch()
    for _ in range(12):
        with closing(OpenSearchWriter(site(client(server)), analyzer=ANALYZER)) as writer:
            for _ in range(chance.randrange(1, 4)):
                paths = chance.sample([f"{letter}.md" for letter in "abcdefgh"], chance.randrange(5))
                if chance.random() < 0.3:
                    writer.delete(paths)
                    files = {path: file for path, file in files.items() if path not in paths}
                else:
                    new = [chance.choice([files.get(path), None]) or put(path, chance) for path in paths]
                    writer.put(new)
                    files |= {file.path: file for file in new}
            writer.commit(settings="same")
        commit, rows = state(client(server))
        expected, expected_rows = built(files)
        assert rows == expected_rows
        same: dict[str, Any] = {"averages": {}, "built_lengths": ()}
        ours, theirs = (one.contents._replace(**same) for one in (commit, expected))
        assert ours._replace(lengths=()) == theirs._replace(lengths=())
        assert not theirs.lengths or ours.lengths == theirs.lengths
        if chance.random() < 0.5:
            assert {path: stamp.digest for path, stamp in other.table(commit).items()} == {
                path: file.stamp.digest for path, file in files.items()
            }


def test_problems_are_kept_until_there_are_others() -> None:
    server = Server()
    found = [Problem("x.md", 3, "skipped", "it is binary", "leave it out")]
    for problems, expected in ((found, found), (None, found), (found, found), ([], []), (None, [])):
        with closing(OpenSearchWriter(site(client(server)), analyzer=ANALYZER)) as writer:
            writer.commit(problems=problems)
            assert writer.problems() == expected
        commit, _ = state(client(server))
        assert problem_store.read(client(server), commit) == expected  # type: ignore[arg-type]
        assert bool(commit.contents.problems) == bool(expected)
    with closing(OpenSearchWriter(site(client(server)), analyzer=ANALYZER)) as writer:
        writer.commit(problems=found)
        writer.clear()
        writer.commit()
        assert writer.problems() == found, "those of the last commit"


def test_an_index_that_changed_much_is_built_anew() -> None:
    server = Server()

    def write(paths: range, words: int, *, hurried: bool = False) -> bool:
        """Put posts of so many words; whether the writer would have gone on from the last commit."""
        one = client(server)
        with closing(OpenSearchWriter(site(one), analyzer=ANALYZER, hurried=hurried)) as writer:
            goes_on = writer.base.identity is not None
            texts = [Post(f"{n}.md", "T", (Section(0, "", "", 1, "word " * words),), lang="en") for n in paths]
            writer.put([Put(text, text.path, FileStamp(1, 2, 3, 4, b"%016d" % n)) for n, text in enumerate(texts)])
            writer.commit()
        return goes_on

    assert not write(range(100), 10) and write(range(100, 110), 15)
    commit = newest(client(server), "s")  # type: ignore[arg-type]
    assert commit and 0.04 < drift(commit) < 0.05 and not needs_full_build(commit)
    assert write(range(110, 140), 15)
    assert write(range(140, 141), 15, hurried=True), "a search does not wait for that"
    assert not write(range(100), 10)
    survey = site(client(server)).indices.survey()
    assert survey.current and survey.kept


def test_a_name_that_is_no_text_comes_back(tmp_path: Path) -> None:
    """In the documents and in the cache."""
    path = "caf\udce9.md"
    server = Server()
    stamps = FileStamps(client(server), tmp_path, "s")  # type: ignore[arg-type]
    here = Site(*site(client(server))[:3], stamps, 1, 0)
    with closing(OpenSearchWriter(here, analyzer=ANALYZER)) as writer:
        writer.put([Put(None, path, FileStamp(1, 2, 3, 4, bytes(16)))])
        writer.commit()
    commit, rows = state(client(server))
    assert set(rows) == {path} and set(FileStamps(client(server), tmp_path, "s").table(commit)) == {path}  # type: ignore[arg-type]
