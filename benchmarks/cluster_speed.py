"""What does postdex on an OpenSearch cluster cost, beside the embedded engine and a bare query of the same cluster?

    POSTDEX_OPENSEARCH_HOSTS=... python benchmarks/cluster_speed.py FOLDER [--site NAME] [--each 20] [--rounds 3]
        [--seconds 15] [--only build,queries,...] [--scratch FOLDER]

`python tests/opensearch/cluster.py start` starts a cluster to measure on. The folder is copied, since posts are
changed. Steps, each a table:

    build        files to searchable, with the cluster's bytes (primaries) and the index's on disk, by bytes of Markdown
    queries      the round trip of a bare query (`term` on one word, ten hits without their documents), the embedded
                 engine and the cluster take turns at each query: first (a client that has asked nothing) and again
    requests     how many the cluster was sent for a search, first and again
    change       one post, and a hundred: from the files to a commit that a search sees
    service      queries a second through one process of `postdex serve` and through three, each with its own memory

Milliseconds are wall time, as the work is done elsewhere; what the client itself spends (CPU) is a row of its own. A
first search is that of a client that has opened the index and looked for another word. On a busy machine compare with
the bare query of the same run.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import resource
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from engines import typed
from generate import walk
from load import Carried, ask, fresh, process, repeated
from parity import both, chosen
from questions import Question, draw

import postdex
from postdex_index.engine.opensearch.cluster.connection import Cluster
from postdex_index.engine.opensearch.engine import OpenSearchEngine

STEPS = ("build", "queries", "requests", "change", "service")
#: Posts that are changed at once.
MANY = 100
#: Clients of each service process.
CLIENTS = 4
#: No post has it.
UNKNOWN = "zzxqzzxq"


class Cost(NamedTuple):
    """What one search took: wall and CPU milliseconds of this process, and requests to the cluster."""

    wall_ms: float
    cpu_ms: float
    requests: int


class Asked(NamedTuple):
    """A query and what each way of asking it took."""

    kind: str
    bare: Sequence[Cost]
    embedded: Cost
    first: Cost
    again: Sequence[Cost]


class Bench:
    """The measurements of one folder, which is a copy."""

    def __init__(self, options: argparse.Namespace, folder: Path, scratch: Path) -> None:
        self.options, self.folder, self.scratch = options, folder, scratch
        self.markdown = sum((folder / path).stat().st_size for path in walk(folder))

    def tables(self) -> Iterator[str]:
        """The steps that were asked for, as they are done."""
        with both(self.folder, self.options.site, self.scratch) as (embedded, cluster):
            indexes = {"embedded": embedded, "cluster": cluster}
            if "build" in self.options.only:
                yield self._build(indexes)
            if {"queries", "requests"} & {*self.options.only}:
                asked = self._asked(embedded)
                if "queries" in self.options.only:
                    yield _query_table(asked)
                if "requests" in self.options.only:
                    yield _request_table(asked)
            if "change" in self.options.only:
                yield self._change(indexes)
        if "service" in self.options.only:
            yield self._service()

    def _build(self, indexes: dict[str, postdex.Index]) -> str:
        rows = []
        count = len(walk(self.folder))
        for name, index in indexes.items():
            wall, cpu = _timed(lambda index=index: index.refresh(full=True))  # type: ignore[misc]
            size = index.engine.size() if name == "embedded" else _primary_bytes(index)
            rows.append((name, f"{wall:,.1f}", f"{cpu:,.1f}", f"{count / wall:,.0f}", f"{size / self.markdown:.2f}"))
        head = (
            f"{count:,} posts, {self.markdown / 1e6:,.1f} MB",
            "wall s",
            "client CPU s",
            "posts/s",
            "bytes/Markdown",
        )
        return _table(head, rows)

    def _asked(self, embedded: postdex.Index) -> list[Asked]:
        """Each question, in random order, in all ways."""
        questions = draw(self.folder, self.options.each, self.options.seed)
        random.Random(self.options.seed).shuffle(questions)
        with _opened(self.folder, self.options.site, self.scratch) as index:
            return [self._ask(question, embedded, index) for question in questions]

    def _ask(self, question: Question, embedded: postdex.Index, index: postdex.Index) -> Asked:
        query = typed(question)
        cluster = _cluster(index)
        alias = index.engine.place.rpartition("/")[2]
        body = {"query": {"term": {"forms": question.words[0]}}, "size": 10, "_source": False}

        def measured(search: Callable[[], object], asked: Cluster = cluster) -> Cost:
            before = asked.requests
            wall, cpu = _timed(search)
            return Cost(wall * 1000, cpu * 1000, asked.requests - before)

        with _opened(self.folder, self.options.site, self.scratch) as new:
            new.search(UNKNOWN)
            first = measured(lambda: new.search(query, deadline_ms=None), _cluster(new))
        index.search(query, deadline_ms=None)
        bare, again = [], []
        for _ in range(self.options.rounds):
            bare.append(measured(lambda: cluster.read("POST", f"/{alias}/_search", body)))
            again.append(measured(lambda: index.search(query, deadline_ms=None)))
        return Asked(question.kind, bare, measured(lambda: embedded.search(query, deadline_ms=None)), first, again)

    def _change(self, indexes: dict[str, postdex.Index]) -> str:
        rows = []
        for count in (1, MANY):
            for name, index in indexes.items():
                times = []
                for number in range(max(1, 5 // count)):
                    word = f"changed{count}{name}{number}"
                    for path in random.Random(word).sample(walk(self.folder), min(count, len(walk(self.folder)))):
                        with open(self.folder / path, "a", encoding="utf-8") as file:
                            file.write(f"\n{word}\n")
                    times.append(_timed(index.refresh))
                    assert index.search(word, typo=False, drafts=True).total, (name, word)
                wall, cpu = map(statistics.median, zip(*times, strict=True))
                rows.append((f"{count} changed, {name}", f"{wall:,.2f}", f"{cpu:,.2f}"))
        return _table(("commit until it is seen", "wall s", "client CPU s"), rows)

    def _service(self) -> str:
        """Queries a second: `fresh` words that nobody asked, and a site's usual queries over and over."""
        drawn = [" ".join(one.words) for one in draw(self.folder, 60, self.options.seed) if len(one.words) > 1]
        rows = []
        for engine, processes in (("embedded", 1), ("opensearch", 1), ("opensearch", 3)):
            place = self.scratch / ("embedded" if engine == "embedded" else "hints")
            with chosen(engine, self.options.site), ExitStack() as stack:
                running = [
                    stack.enter_context(process("serve", "postdex", self.folder, place)) for _ in range(processes)
                ]
                ports = [int(one.stdout.readline()) for one in running if one.stdout]
                for what, queries in (("never twice", fresh), ("again and again", repeated)):
                    clients = [queries(drawn, number) for number in range(CLIENTS * processes)]
                    carried = asyncio.run(_ask_all(ports, clients, self.options.seconds))
                    memory = statistics.mean(map(_memory_mb, running))
                    rows.append((f"{engine}, {processes}, {what}", *_carried(carried), f"{memory:,.0f}"))
        return _table(("service, processes", "queries/s", "p50 ms", "p99 ms", "errors", "MB each"), rows)


def _opened(folder: Path, site: str, scratch: Path) -> postdex.Index:
    """A client of the cluster with nothing in its memory."""
    with chosen("opensearch", site):
        return postdex.Index(folder, index=scratch / "hints", refresh="never")


def _cluster(index: postdex.Index) -> Cluster:
    assert isinstance(index.engine, OpenSearchEngine)
    return index.engine._cluster


def _primary_bytes(index: postdex.Index) -> int:
    """The size of the index in the cluster, without copies."""
    cluster, alias = _cluster(index), index.engine.place.rpartition("/")[2]
    stats = cluster.read("GET", f"/{alias}/_stats/store")
    return int(stats["_all"]["primaries"]["store"]["size_in_bytes"])


def _timed(act: Callable[[], object]) -> tuple[float, float]:
    """Wall and CPU seconds, of this process and those that it started."""

    def cpu() -> float:
        used = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
        return sum(one.ru_utime + one.ru_stime for one in used)

    began, spent = time.perf_counter(), cpu()
    act()
    return time.perf_counter() - began, cpu() - spent


async def _ask_all(ports: Sequence[int], clients: Sequence[Iterator[str]], seconds: float) -> list[Carried]:
    """All clients at once, shared out among the services."""
    shares = [clients[number :: len(ports)] for number in range(len(ports))]
    return await asyncio.gather(*(ask(port, share, seconds) for port, share in zip(ports, shares, strict=True)))


def _carried(several: Sequence[Carried]) -> tuple[str, str, str, str]:
    times = [ms for one in several for ms in one.times]
    errors = sum(sum(one.errors.values()) for one in several)
    return f"{len(times) / several[0].seconds:,.1f}", *_spread(times), str(errors)


def _memory_mb(running: subprocess.Popen[str]) -> float:
    """What a process holds in memory now."""
    pages = int(Path(f"/proc/{running.pid}/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def _query_table(asked: Sequence[Asked]) -> str:
    rows = []
    kinds = list(dict.fromkeys(one.kind for one in asked))
    for name, some in [("all", asked), *((kind, [one for one in asked if one.kind == kind]) for kind in kinds)]:
        bare = [cost.wall_ms for one in some for cost in one.bare]
        first, again = [one.first for one in some], [cost for one in some for cost in one.again]
        columns = [_pair(bare), _pair([one.embedded.wall_ms for one in some])]
        for costs in (first, again):
            walls = [cost.wall_ms for cost in costs]
            ratio = statistics.median(walls) / statistics.median(bare)
            columns += [_pair(walls), f"{ratio:.1f}", f"{statistics.median(cost.cpu_ms for cost in costs):.1f}"]
        rows.append((f"{name} ({len(some)})", *columns))
    head = ("ms p50 / p99", "bare query", "embedded", "first", "x bare", "client CPU", "again", "x bare", "client CPU")
    return _table(head, rows)


def _request_table(asked: Sequence[Asked]) -> str:
    rows = []
    for name, counts in (
        ("first", [one.first.requests for one in asked]),
        ("again", [cost.requests for one in asked for cost in one.again]),
    ):
        most = sorted(counts)
        p99 = most[int(0.99 * (len(most) - 1))]
        rows.append((name, f"{statistics.mean(counts):.2f}", f"{statistics.median(counts):g}", str(p99), str(most[-1])))
    return _table(("requests of a search", "mean", "median", "p99", "most"), rows)


def _spread(times: Sequence[float]) -> tuple[str, str]:
    cuts = statistics.quantiles(times, n=100, method="inclusive") if len(times) > 1 else [*times, 0.0] * 99
    return f"{cuts[49]:.1f}", f"{cuts[98]:.1f}"


def _pair(times: Sequence[float]) -> str:
    return " / ".join(_spread(times))


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> None:
    """Measure the folder and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--site", default="speed", help="the site's name on the cluster")
    parser.add_argument("--each", type=int, default=20, help="queries of each kind")
    parser.add_argument("--rounds", type=int, default=3, help="times that each is asked again")
    parser.add_argument("--seconds", type=float, default=15, help="of each run of the services")
    parser.add_argument("--only", type=lambda text: text.split(","), default=STEPS, help=f"some of {','.join(STEPS)}")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scratch", type=Path, help="where the copy and the indexes are, and stay")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="postdex-cluster-") as temporary:
        scratch = options.scratch or Path(temporary)
        folder = scratch / "posts"
        if not folder.exists():
            shutil.copytree(options.folder, folder, ignore=shutil.ignore_patterns(".postdex", ".git"))
        for table in Bench(options, folder, scratch).tables():
            print(table, end="\n\n", flush=True)


if __name__ == "__main__":
    main()
