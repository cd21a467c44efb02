"""What did a real cluster say to a dozen commits, searches and questions about words, and are the requests still those?

`tests/opensearch/test_recording.py` has a cluster answer (with `--update` it writes tests/opensearch/recorded/ anew);
`tests/test_recorded_cluster.py` plays the answers back, without a cluster, to whoever asks the same. Both take the same
STEPS, one after the other on one index, since what a client keeps of one answer it does not ask for again.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import postdex
from postdex_index.engine.opensearch.cluster import connection
from postdex_index.engine.opensearch.cluster.credentials import Access, Host
from postdex_index.engine.opensearch.cluster.node import Answered, Node, Request
from postdex_index.engine.opensearch.read import source
from postdex_index.engine.opensearch.storage import lock

ROOT = Path(__file__).parents[1]
RECORDED = ROOT / "tests" / "opensearch" / "recorded"
PREFIX = "recorded"
SETTINGS = f'engine = "opensearch"\nsite = "posts"\n[opensearch]\nprefix = "{PREFIX}"\n'

#: What is another each time or on each machine: who writes, which documents are drawn to be checked, and how zlib packs
#: a segment, which holds what a document's other fields do.
CHANGING = {"host", "space", "pid", "taken_at", "seed", "segment"}
#: When files were last changed, and when the steps begin (seconds since 1970).
CHANGED, NOW = 1_700_000_000, 1_700_001_000


class Exchange(NamedTuple):
    """A request as it is compared, and the answer to it: a status and JSON."""

    asked: Any
    status: int
    answer: Any


class Step(NamedTuple):
    """Something that is done with an index, and gives what can be compared. `same` says that the embedded engine gives
    the same: not after a commit, since there it goes on counting the posts that were removed."""

    name: str
    run: Callable[[postdex.Index], Any]
    same: bool = True


def _search(query: str, **arguments: Any) -> Callable[[postdex.Index], Any]:
    def run(index: postdex.Index) -> Any:
        results = index.search(query, deadline_ms=None, **arguments)
        hits = [[hit.path, hit.anchor, round(hit.score, 5)] for hit in results.hits]
        return {"total": results.total, "hits": hits, "facets": results.facets}

    return run


def _built(index: postdex.Index) -> Any:
    report = index.refresh(full=True)
    return sorted(report.added)


def _committed(index: postdex.Index) -> Any:
    (index.folder / "2024" / "sqlite-wal.md").unlink()
    new = index.folder / "new.md"
    new.write_text("---\ntitle: A new one\ntags: [git]\n---\nOf the kernel and its refcounts.\n")
    os.utime(new, (CHANGED, CHANGED))
    report = index.refresh()
    return [sorted(report.added), sorted(report.removed)]


STEPS = (
    Step("full build", _built),
    Step("words", _search("refcount bug")),
    Step("chinese", _search("调试内核")),
    Step("phrase", _search('"root cause"')),
    Step("misspelt", _search("refcoutn bug")),
    Step("pattern", _search("re*count OR rebas*")),
    Step("field", _search("title:sqlite kernel")),
    Step("filter and facets", _search("kernel OR git", tags=["git"], facets=["tags", "year"])),
    Step("by date", _search("after:2023", sort="date", facets=["lang"])),
    Step("excluded", _search("+git -rebase")),
    Step("sections", _search("checkpoint", units="sections")),
    Step("as typed", _search("std::str", prefix_last=True)),
    Step("suggested", lambda index: [list(word) for word in index.suggest("the refc")]),
    Step("alike", lambda index: [hit.path for hit in index.like("2022/refcount-bug.md").hits]),
    Step("commit", _committed),
    Step("after the commit", _search("kernel refcount"), same=False),
    Step("full build again", _built),
    Step("after the full build", _search("kernel refcount")),
)


def copied_posts(folder: Path, settings: str = SETTINGS) -> Path:
    """The sample posts, to be indexed elsewhere; the times of files are always the same."""
    posts = folder / "posts"
    shutil.copytree(ROOT / "posts", posts, ignore=shutil.ignore_patterns(".postdex"))
    (posts / "postdex.toml").write_text(settings)
    for file in posts.rglob("*"):
        os.utime(file, (CHANGED, CHANGED))
    return posts


class Tape:
    """The exchanges of each step as they are recorded or played back."""

    def __init__(self) -> None:
        self.step = ""
        self.exchanges: list[Exchange] = []

    def ask(self, request: Request, seconds: float, node: Node | None) -> Answered:
        """The answer to a request: of a node, which is recorded, or the next one that was."""
        asked = comparable(request)
        if node:
            status, text = Node.ask(node, request, seconds)
            self.exchanges.append(Exchange(asked, status, json.loads(text)))
            return Answered(status, text)
        if not self.exchanges:
            pytest.fail(f"{self.step}: one more request than was recorded: {shown(asked)}\n{ANEW}")
        exchange = self.exchanges.pop(0)
        if asked != exchange.asked:
            pytest.fail(f"{self.step}: asked\n{shown(asked)}\ninstead of\n{shown(exchange.asked)}\n{ANEW}")
        return Answered(exchange.status, json.dumps(exchange.answer))


ANEW = "if it should be so: python -m pytest tests/opensearch/test_recording.py --update, and look at git diff"


def as_json(value: Any) -> Any:
    """A value as it comes out of a JSON file."""
    return json.loads(json.dumps(value))


def shown(value: Any) -> str:
    """A value as JSON, for people."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def comparable(request: Request) -> Any:
    """A request with what is always another left out."""
    lines = [json.loads(line) for line in (request.body or b"").splitlines() if line]
    return {
        "method": request.method,
        "path": request.path,
        "params": dict(sorted(request.params.items())),
        "body": _steady(lines),
    }


def _steady(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: "*" if name in CHANGING else _steady(part) for name, part in value.items()}
    return [_steady(part) for part in value] if isinstance(value, list) else value


@contextmanager
def taped(tape: Tape, *, replay: bool) -> Iterator[None]:
    """Clusters that are made within the block ask through a tape. Chance and the clock say the same each time, and
    nobody's lock beats."""
    numbers = itertools.count()

    class TapedNode(Node):
        def __init__(self, host: Host, access: Access) -> None:
            super().__init__(host, access)

        def ask(self, request: Request, seconds: float) -> Answered:
            return tape.ask(request, seconds, None if replay else self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection, "Node", TapedNode)
        patch.setattr(lock, "BEAT", 3600.0)
        patch.setattr(source, "_SURE", -1.0)  # whether a commit is still whole is asked each time, however quick we are
        patch.setattr(secrets, "token_hex", lambda size: f"{next(numbers):0{2 * size}x}")
        patch.setattr(time, "time_ns", lambda: NOW * 10**9 + next(numbers))
        yield


def file_of(step: Step) -> Path:
    """Where a step is recorded."""
    return RECORDED / (re.sub(r"\W+", "-", step.name) + ".json")
