"""Whatever writers of a site in a cluster do at the same time, and wherever they end: is a commit made once, and whole?

Writers run against a cluster in memory (`scripted_cluster`), each in a thread that waits before every request until it
may go on. None believes that another one lives, so each takes the lock over from those that are in the midst of it, as
after a pause of ten minutes; and no clock tells who was paused. After each request:

    what searches see has changed by one writer's commit, as a whole, or not at all; none is undone by who came later

and whoever was told that his commit is made finds it among those changes.
"""

from __future__ import annotations

import copy
import random
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple, cast

import pytest
from engine_contract import ANALYZER, post
from scripted_cluster import NOTHING, Client, Fate, Index, Server

from postdex_index.engine.api import FileStamp, Put
from postdex_index.engine.opensearch.cluster.answers import NoSuchDocument
from postdex_index.engine.opensearch.storage import lock, publishing
from postdex_index.engine.opensearch.storage.commit import FLOOR, SiteCommit, is_whole, newest, visible
from postdex_index.engine.opensearch.storage.file_stamps import FileStamps
from postdex_index.engine.opensearch.storage.indices import SiteIndices
from postdex_index.engine.opensearch.storage.lock import LockName
from postdex_index.engine.opensearch.storage.site import Site
from postdex_index.engine.opensearch.write.rollback import roll_back
from postdex_index.engine.opensearch.write.writer import OpenSearchWriter
from postdex_index.errors import (
    EngineUnavailableError,
    IndexDamagedError,
    IndexMissingError,
    IndexWriteError,
    PostdexError,
)

#: What searches see: the writer whose version of each path it is.
View = Mapping[str, str]
NAMES = ("first", "other", "third")


@pytest.fixture(autouse=True)
def _suspicious(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every other writer is thought dead, and no lock beats by itself."""
    monkeypatch.setattr(lock, "_is_dead", lambda state: True)
    monkeypatch.setattr(lock, "BEAT", 1e6)


class CrashError(BaseException):
    """The end of a process: nothing that it would still do has an effect."""


class Process(threading.Thread):
    """A writer that waits before each request; `kind` is what it does."""

    def __init__(self, server: Server, name: str, kind: str) -> None:
        super().__init__(daemon=True)
        self.writer = name
        self.kind = kind
        self.site = site(Client(server, self._step))
        self.ended = False
        self.error: BaseException | None = None
        self._fate: Fate | None = Fate.CARRIED_OUT
        self._here, self._go = threading.Semaphore(0), threading.Semaphore(0)
        self.start()
        self._here.acquire()

    def _step(self, request: str) -> Fate:
        if self._fate is not None:
            self._here.release()
            self._go.acquire()
        if self._fate is None:
            raise CrashError(request)
        return self._fate

    def run(self) -> None:
        """Write, as long as it may."""
        try:
            PROGRAMS[self.kind](self.site, self.writer)
        except BaseException as error:
            self.error = error
        finally:
            self.ended = True
            self._here.release()

    def advance(self, fate: Fate | None = Fate.CARRIED_OUT) -> None:
        """Carry out a request, and wait for the next; without a fate end the process instead."""
        self._fate = fate
        self._go.release()
        self._here.acquire()
        if fate is None:
            self.join()

    def finish(self) -> None:
        """Carry out all requests that are left."""
        while not self.ended:
            self.advance()
        self.join()


def site(client: Client) -> Site:
    """The site, without a place for a cache."""
    stamps = FileStamps(client, Path("/dev/null/nowhere"), "s")  # type: ignore[arg-type]
    return Site(client, SiteIndices(client, "s"), LockName("locks", "s", 0), stamps, 1, 0)  # type: ignore[arg-type]


def put(path: str, name: str) -> Put:
    """A writer's version of a file, that can be told by its digest."""
    return Put(post(path, name, "Some words.", 1), path, FileStamp(1, 2, 3, 4, name.encode()))


def follow(site: Site, name: str) -> None:
    """Change a post that all change, add one, and remove one."""
    with closing(OpenSearchWriter(site, analyzer=ANALYZER)) as writer:
        writer.put([put("shared.md", name), put(f"{name}.md", name)])
        writer.delete(["unloved.md"])
        writer.commit(problems=[])


def build(site: Site, name: str) -> None:
    """Build the index anew."""
    with closing(OpenSearchWriter(site, analyzer=ANALYZER)) as writer:
        writer.clear()
        writer.put([put("shared.md", name), put(f"{name}.md", name), put("unloved.md", name)])
        writer.commit()


PROGRAMS: dict[str, Callable[[Site, str], object]] = {
    "follow": follow,
    "build": build,
    "roll back": lambda site, name: roll_back(site),
}


@cache
def built_twice() -> Server:
    """A cluster with an index, and the one that was before."""
    server = Server()
    for name in ("oldest", "old"):
        build(site(Client(server, lambda request: Fate.CARRIED_OUT)), name)
    return server


class Known(NamedTuple):
    """A commit that answered, and what it showed."""

    commit: SiteCommit
    view: View


class World:
    """A cluster with an index that was built twice, the writers in it, and what was seen so far."""

    def __init__(self, kinds: Mapping[str, str], *, empty: bool = False) -> None:
        self.server = Server() if empty else copy.deepcopy(built_twice())
        self.asking = Client(self.server, lambda request: Fate.CARRIED_OUT)
        self.kept: View = built("oldest") if not empty else {}
        self.seen: list[Known] = []
        self.made: list[str] = []
        self.view: View = {}
        self.look("")
        self.made.clear()
        self.processes = {name: Process(self.server, name, kind) for name, kind in kinds.items()}

    def advance(self, name: str, fate: Fate | None = Fate.CARRIED_OUT) -> None:
        """Carry out one request of a writer, and look at all that there is."""
        process = self.processes[name]
        process.advance(fate)
        if not isinstance(process.error, (PostdexError, CrashError, type(None))):
            raise process.error
        self.look(name)
        if process.ended and process.error is None:
            assert name in self.made, "it was told that its commit is made"

    def finish(self, name: str) -> None:
        """Carry out all that is left of a writer."""
        while not self.processes[name].ended:
            self.advance(name)

    def shown(self, commit: SiteCommit) -> View:
        """What a reader of a commit sees."""
        body = {"size": 1000, "query": visible(commit, True)}
        hits = self.asking.read("POST", f"/{commit.index}/_search", body)["hits"]["hits"]
        view = {hit["_source"]["path"]: bytes.fromhex(hit["_source"]["stamp"]["digest"]).decode() for hit in hits}
        assert len(view) == len(hits) == commit.contents.posts
        return view

    def look(self, writer: str) -> None:
        """Is what answers now what did before, or the commit of this writer upon it?"""
        commit = newest(self.asking, "s")  # type: ignore[arg-type]
        view = self.shown(commit) if commit else {}
        for known in self.seen:
            if known.commit.index in self.server.indices and self.is_whole(known.commit):
                assert self.shown(known.commit) == known.view, "a reader holds its snapshot"
        if commit is None or (self.seen and commit.token == self.seen[-1].commit.token):
            assert view == self.view
            return
        if writer:
            assert view == self.after(writer) and writer not in self.made
            assert not self.seen or commit.generation > self.seen[-1].commit.generation
            self.made.append(writer)
            if self.processes[writer].kind != "follow":
                self.kept = self.view
        self.view = view
        self.seen.append(Known(commit, view))

    def is_whole(self, commit: SiteCommit) -> bool:
        """Whether a reader of a commit goes on with it."""
        return is_whole(commit, self.asking.read("POST", f"/{commit.index}/_search", FLOOR))

    def after(self, name: str) -> View:
        """What searches see after a commit of this writer upon what they see now."""
        kind = self.processes[name].kind
        if kind == "roll back":
            return self.kept
        if kind == "build":
            return built(name)
        return {path: by for path, by in self.view.items() if path != "unloved.md"} | {
            "shared.md": name,
            f"{name}.md": name,
        }

    def end(self, *, clean: bool = False) -> None:
        """All is over: the next writer finds everything in order, and nothing is left over for ever."""
        for name, process in self.processes.items():
            assert process.ended
            assert process.error is None or not isinstance(process.error, AssertionError)
            assert clean is False or process.error is None, (name, process.error)
        self.processes["last"] = Process(self.server, "last", "follow")
        self.finish("last")
        assert self.processes["last"].error is None and self.view["last.md"] == "last"
        survey = SiteIndices(self.asking, "s").survey()  # type: ignore[arg-type]
        assert not survey.coming and not survey.needless
        assert set(self.server.indices) == {"locks", survey.current, survey.kept} - {""}
        assert self.server.indices["locks"].documents["s"].source["owner"] == ""


def built(name: str) -> View:
    """What a full build shows."""
    return {"shared.md": name, f"{name}.md": name, "unloved.md": name}


def requests_of(kind: str, *, empty: bool = False) -> int:
    """How many requests a writer has where it is alone."""
    world = World({"first": kind}, empty=empty)
    world.finish("first")
    return world.processes["first"].site.cluster.requests


PAIRS = list(product(PROGRAMS, PROGRAMS))


@pytest.mark.parametrize(("first", "other"), PAIRS)
def test_one_is_paused_and_another_takes_over(first: str, other: str) -> None:
    for step in range(requests_of(first) + 1):
        world = World({"first": first, "other": other})
        for _ in range(step):
            world.advance("first")
        world.finish("other")
        world.finish("first")
        assert world.processes["other"].error is None, (step, world.processes["other"].error)
        world.end()


@pytest.mark.parametrize("kinds", [("follow", "follow"), ("build", "build"), ("follow", "build")])
def test_two_begin_where_there_is_nothing(kinds: tuple[str, str]) -> None:
    for step in range(requests_of(kinds[0], empty=True) + 1):
        world = World(dict(zip(NAMES, kinds, strict=False)), empty=True)
        for _ in range(step):
            world.advance("first")
        world.finish("other")
        world.finish("first")
        assert world.made and world.processes["other"].error is None
        world.end()


@pytest.mark.parametrize(("first", "other"), PAIRS)
def test_one_dies_anywhere(first: str, other: str) -> None:
    for step in range(requests_of(first) + 1):
        world = World({"first": first, "other": other})
        for _ in range(step):
            world.advance("first")
        if not world.processes["first"].ended:
            world.advance("first", None)
        world.finish("other")
        assert world.processes["other"].error is None, (step, world.processes["other"].error)
        world.end()
        commit = world.seen[-1].commit
        index = world.server.indices[commit.index]
        left = {id for id, kept in index.documents.items() if kept.source["since"] in commit.numbers.void}
        assert not left, "what a writer left that did not commit is removed"
        posts = {id for id, kept in index.documents.items() if kept.source["kind"] == "post"}
        assert len(posts) == commit.contents.posts + len([id for id in commit.dead if id in posts])


@pytest.mark.parametrize("fate", [Fate.TWICE, Fate.ANSWER_LOST, Fate.LOST])
@pytest.mark.parametrize("kind", PROGRAMS)
def test_an_answer_is_lost(kind: str, fate: Fate) -> None:
    for step in range(requests_of(kind)):
        world = World({"first": kind})
        for _ in range(step):
            world.advance("first")
        world.advance("first", fate)
        world.finish("first")
        error = world.processes["first"].error
        assert error is None or (fate is not Fate.TWICE and isinstance(error, EngineUnavailableError)), (step, error)
        world.end()


@pytest.mark.parametrize("seed", range(60))
def test_three_at_once(seed: int) -> None:
    chance = random.Random(seed)
    world = World({name: chance.choice([*PROGRAMS]) for name in NAMES}, empty=chance.random() < 0.2)
    for name, fate in draws(chance, world):
        world.advance(name, fate)
    world.end()


def draws(chance: random.Random, world: World) -> Iterator[tuple[str, Fate | None]]:
    """Who goes on, and what becomes of the request, until all have ended."""
    while running := [name for name, process in world.processes.items() if not process.ended]:
        name = chance.choice(running)
        for _ in range(chance.choice([1, 1, 2, 5, 10])):
            if world.processes[name].ended:
                break
            unlucky = chance.random() < 0.02
            yield name, chance.choice([None, Fate.ANSWER_LOST, Fate.LOST, Fate.TWICE]) if unlucky else Fate.CARRIED_OUT


def test_old_readers_are_told_before_documents_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing, "KEEP_DEAD_NS", -1)
    world = World({})
    for number in range(6):
        name = f"writer{number}"
        world.processes[name] = Process(world.server, name, "follow")
        world.finish(name)
    commit = world.seen[-1].commit
    whole = [world.is_whole(known.commit) for known in world.seen if known.commit.index == commit.index]
    assert whole[-2:] == [True, True] and not any(whole[:3])
    posts = [id for id in world.server.indices[commit.index].documents if id.partition(".")[2].isdigit()]
    assert len(posts) <= commit.contents.posts + 3


def test_without_a_kept_index_there_is_nothing_to_go_back_to() -> None:
    world = World({"first": "roll back"}, empty=True)
    world.finish("first")
    assert isinstance(world.processes["first"].error, IndexMissingError)


def test_foreign_locks_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "_SETTLED", 0.0)
    world = World({}, empty=True)
    world.server.indices["locks"] = Index({})
    with pytest.raises(IndexDamagedError, match=r"opensearch\.prefix"):
        follow(site(world.asking), "first")
    assert not world.server.indices["locks"].documents


def test_who_loses_the_index_of_locks_commits_nothing() -> None:
    world = World({"first": "build", "other": "follow"})
    for _ in range(4):
        world.advance("first")
    del world.server.indices["locks"]
    world.finish("first")
    assert isinstance(world.processes["first"].error, IndexWriteError)
    world.finish("other")
    world.end()


@pytest.mark.parametrize("behind", [1, 2])
def test_a_node_that_has_just_come_back_is_not_believed(behind: int) -> None:
    """It knows of no index; the one that manages the cluster does."""

    class Behind(Client):
        """A cluster of which a node knows nothing for so many requests."""

        left = behind

        def read(self, method: str, path: str, body: object = None, *, params: Mapping[str, str] = NOTHING) -> Any:
            if path.endswith("/_doc/commit") and self.left:
                self.left -= 1
                raise NoSuchDocument(path, index=True)
            return super().read(method, path, body, params=params)

    server = Server()
    server.indices["site-000001"] = Index({"aliases": {"site": {}}})
    with pytest.raises(IndexDamagedError if behind == 1 else EngineUnavailableError):  # it has no commit in it
        newest(cast(Any, Behind(server, lambda request: Fate.CARRIED_OUT)), "site")


def test_a_renewal_whose_answer_was_lost_is_no_lost_lock() -> None:
    fates: list[Fate] = []
    server = World({}, empty=True).server
    client = Client(
        server, lambda request: fates.pop() if fates and request.startswith("PUT /locks.write") else Fate.CARRIED_OUT
    )
    held = lock.Lock(client, LockName("locks", "s", 0))  # type: ignore[arg-type]  # pyright: ignore
    fates.append(Fate.ANSWER_LOST)
    with pytest.raises(EngineUnavailableError):
        held.confirm()
    assert held.begin_build(7) == 8, "what is written next differs from what was written without an answer"
    held.check()
    held.close()
    assert server.indices["locks"].documents["s"].source["owner"] == ""
    with pytest.raises(IndexWriteError, match="closed"):
        held.check()


def test_who_was_taken_over_is_told_so() -> None:
    server = World({}, empty=True).server
    client = Client(server, lambda request: Fate.CARRIED_OUT)
    held = lock.Lock(client, LockName("locks", "s", 0))  # type: ignore[arg-type]  # pyright: ignore
    other = lock.Lock(client, LockName("locks", "s", 0))  # type: ignore[arg-type]  # pyright: ignore
    for _ in range(2):
        with pytest.raises(IndexWriteError, match="another writer took over"):
            held.confirm()
        with pytest.raises(IndexWriteError, match="another writer took over"):
            held.check()
    other.close()
