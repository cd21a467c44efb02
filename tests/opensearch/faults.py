"""Does the engine keep what it promises while nodes die, hang, fill up and lose connections?

    python tests/opensearch/faults.py [--rounds 5] [--seconds 900] [--seed N] [--only NAME ...]

A cluster of its own, and a `Crowd` that reads, writes and builds the index anew while something happens to the nodes or
to the connections with them. What must hold: a search gives the exact state of a commit, no older than the last that
was acknowledged, or fails with EngineUnavailableError; no acknowledged commit is lost; what a writer wrote that was
overtaken is never seen. Prints a table of what was met, in Markdown; exit code 1 if anything was wrong.

The kills come in each round, the other troubles in the first. No round begins that would not end within `--seconds`.
"""

from __future__ import annotations

import argparse
import random
import re
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "search"), str(ROOT / "index")]

import crowd as crowds  # noqa: E402
import proxies  # noqa: E402
from cluster import LocalCluster, Node, running  # noqa: E402
from crowd import Crowd, Posts, Tally  # noqa: E402
from proxies import Fault, Received  # noqa: E402

import postdex  # noqa: E402
from postdex_index.errors import PostdexError  # noqa: E402

#: The site, whose alias is `postdex-SITE`, and the trouble that is no row of the table.
SITE, LATE = "faults", "a writer overtaken"
#: Seconds that each trouble lasts, before nodes are brought back; a node that hangs is waited for longer.
TROUBLE_S, FROZEN_S = 6.0, 15.0


class Scene(NamedTuple):
    """Where a trouble happens."""

    cluster: LocalCluster
    posts: Posts
    dice: random.Random

    def holders(self) -> list[Node]:
        """The nodes with the copies of the site's index, the primary first."""
        shards = self.cluster.ask("GET", f"/_cat/shards/postdex-{SITE}?format=json").body
        names = [shard["node"] for shard in sorted(shards, key=lambda shard: str(shard["prirep"]))]
        return [node for name in names for node in self.cluster.nodes if node.name == name]

    def back(self, *nodes: Node) -> None:
        """Bring killed nodes back, and wait until all copies are there."""
        for node in nodes:
            self.cluster.start(node)
        self.cluster.wait_green()


# -- troubles: each is called while the crowd is at work, and ends when the cluster is whole again


def nothing(scene: Scene) -> None:
    """All is well; the index is built anew again and again."""
    time.sleep(2 * TROUBLE_S)


def data_node_killed(scene: Scene) -> None:
    """The node with the index's primary is killed, and comes back."""
    manager = scene.cluster.manager()
    victim = next(node for node in [*scene.holders(), *scene.cluster.nodes] if node is not manager)
    victim.kill()
    time.sleep(TROUBLE_S)
    scene.back(victim)


def manager_killed(scene: Scene) -> None:
    """The node that manages the cluster is killed, and comes back."""
    victim = scene.cluster.manager()
    victim.kill()
    time.sleep(TROUBLE_S)
    scene.back(victim)


def two_killed(scene: Scene) -> None:
    """Both nodes that have copies of the index are killed, two of three, and come back."""
    victims = scene.holders()[:2]
    for victim in victims:
        victim.kill()
    time.sleep(TROUBLE_S)
    scene.back(*victims)


def node_frozen(scene: Scene) -> None:
    """The node with the index's primary hangs with its connections open, and goes on later."""
    manager = scene.cluster.manager()
    victim = next(node for node in [*scene.holders(), *scene.cluster.nodes] if node is not manager)
    victim.freeze()
    time.sleep(FROZEN_S)
    victim.thaw()
    scene.cluster.wait_green()


def disks_full(scene: Scene) -> None:
    """The disks pass the last watermark, so that the cluster lets nobody write, and have room again later."""
    _set_watermarks(scene.cluster, "1%")
    _wait_for_block(scene.cluster, True)
    time.sleep(TROUBLE_S)
    _set_watermarks(scene.cluster, "1b")  # that much must be free
    _wait_for_block(scene.cluster, False)
    names = ("low", "high", "flood_stage", "threshold_enabled")
    _settings(scene.cluster, {f"{DISK}.{'watermark.' * (name != names[-1])}{name}": None for name in names})


DISK = "cluster.routing.allocation.disk"


def _set_watermarks(cluster: LocalCluster, mark: str) -> None:
    marks = {f"{DISK}.watermark.{name}": mark for name in ("low", "high", "flood_stage")}
    _settings(cluster, {f"{DISK}.threshold_enabled": True, "cluster.info.update.interval": "10s", **marks})


def _settings(cluster: LocalCluster, settings: dict[str, Any]) -> None:
    answer = cluster.ask("PUT", "/_cluster/settings", {"persistent": settings})
    assert answer.status == 200, answer


def _wait_for_block(cluster: LocalCluster, blocked: bool) -> None:
    """Wait until all indices may not be written, or all, and new ones may be made."""
    until = time.monotonic() + 90
    while time.monotonic() < until:
        blocks = cluster.ask("GET", "/_cluster/state/blocks").body.get("blocks", {})
        if bool(blocks.get("indices")) == blocked and (blocked or not blocks.get("global")):
            return
        time.sleep(0.5)
    raise AssertionError(f"the cluster never {'blocked' if blocked else 'freed'} the index")


class Trouble(NamedTuple):
    """Something that happens: in each round or once, and to the connections or to the nodes."""

    name: str
    happens: Callable[[Scene], None]
    each_round: bool = False
    faults: tuple[Fault, ...] = ()
    rebuild_every_s: float = 5.0


TROUBLES = (
    Trouble("nothing, full builds without a pause", nothing, rebuild_every_s=0.1),
    Trouble("data node killed", data_node_killed, each_round=True),
    Trouble("manager killed", manager_killed, each_round=True),
    Trouble("two of three nodes killed", two_killed),
    Trouble("a node frozen", node_frozen),
    Trouble("all disks full", disks_full),
    Trouble("connections reset", nothing, faults=(Fault.UNHEARD, Fault.RESET)),
    Trouble("answers cut off", nothing, faults=(Fault.CUT,)),
    Trouble("answers late or never", nothing, faults=(*[Fault.DELAYED] * 7, Fault.HANGS)),
    Trouble("status 429", nothing, faults=(Fault.BUSY,)),
)
#: The share of requests that a fault of connections happens to.
SHARE = 0.1


class Row(NamedTuple):
    """What was met in one trouble, once."""

    name: str
    tally: Tally
    lost: Sequence[str]


def run(scene: Scene, trouble: Trouble) -> Row:
    """Have one trouble happen to the crowd, and look whether all is there afterwards."""
    with troubled_hosts(scene, trouble.faults) as hosts, crowds.access(hosts):
        crowd = Crowd(scene.posts, rebuild_every_s=trouble.rebuild_every_s)
        crowd.start()
        time.sleep(2)
        try:
            trouble.happens(scene)
            time.sleep(2)
        finally:
            crowd.end()
    with crowds.access(scene.cluster.hosts):
        scene.cluster.wait_green()
        with postdex.Index(scene.posts.folder, refresh="never") as index:
            return Row(trouble.name, crowd.tally(), crowds.lost(scene.posts, index))


@contextmanager
def troubled_hosts(scene: Scene, faults: Sequence[Fault]) -> Iterator[list[str]]:
    """The nodes' addresses, or those of proxies before them that do this to some requests."""
    if not faults:
        yield scene.cluster.hosts
        return
    dice = random.Random(scene.dice.random())

    def fault(_: Received) -> Fault:
        return dice.choice(faults) if dice.random() < SHARE else Fault.NONE

    with ExitStack() as stack:
        servers = [stack.enter_context(proxies.proxy(host)) for host in scene.cluster.hosts]
        for server in servers:
            server.fault = fault
        yield [server.host for server in servers]


class HeldUp:
    """The fault that holds all writes from the nth on until `go_on`; `held` says that there is one."""

    def __init__(self, nth: int) -> None:
        self._left = nth
        self.held = threading.Event()
        self.go_on = threading.Event()

    def __call__(self, received: Received) -> Fault:
        if received.method != "GET" and not re.search(r"/_m?(search|get)\b", received.path):
            self._left -= 1
            if self._left <= 0:
                self.held.set()
                self.go_on.wait(120)
        return Fault.NONE


class Overtaken(NamedTuple):
    """What became of a writer that was held up before its nth write while another took over."""

    nth: int
    full: bool
    refused: str
    wrong: Sequence[str]


def overtaken(cluster: LocalCluster, posts: Posts, nth: int, full: bool) -> Overtaken:
    """Hold a writer up, as if on another machine, until another has committed; then let it go on."""
    with proxies.proxy(cluster.hosts[0]) as server:
        with opening, crowds.access(cluster.hosts):
            ours = postdex.open(posts.folder)
        posts.change()
        copy = posts.folder.with_name(posts.site + "-copy")
        shutil.copytree(posts.folder, copy, ignore=shutil.ignore_patterns(".postdex"))
        with opening, crowds.access([server.host]):
            theirs = postdex.Index(copy, refresh="never")
        server.fault = held_up = HeldUp(nth)
        refused: list[str] = []
        late = threading.Thread(target=_refreshed, args=(theirs, full, refused), daemon=True)
        late.start()
        held_up.held.wait(30)
        posts.change()
        ours.refresh(wait=90)
        posts.acknowledged = posts.current
        held_up.go_on.set()
        late.join(150)
        wrong = [] if not late.is_alive() else ["the late writer hangs"]
        with ours, theirs:
            if crowds.EVERYTHING.ask(ours) != posts.expected(crowds.EVERYTHING, posts.current):
                wrong.append(f"what a late writer wrote is seen: {crowds.EVERYTHING.ask(ours)}")
        with opening, crowds.access(cluster.hosts):
            index = postdex.Index(posts.folder, refresh="never")
        return Overtaken(nth, full, "".join(refused), [*wrong, *crowds.lost(posts, index)])


#: Where the hosts are is said by the environment, which all threads share.
opening = threading.Lock()


def _refreshed(index: postdex.Index, full: bool, refused: list[str]) -> None:
    try:
        index.refresh(full=full, wait=60)
    except PostdexError as error:
        refused.append(type(error).__name__)


def all_overtaken(cluster: LocalCluster, folder: Path, dice: random.Random) -> list[Overtaken]:
    """Each of a writer's first writes, of a commit and of a full build; each on a site of its own, all at once."""
    cases = [(nth, full) for nth in range(1, 6) for full in (False, True)]
    with ThreadPoolExecutor(len(cases)) as pool:
        return list(
            pool.map(
                lambda case: overtaken(
                    cluster,
                    Posts(folder / f"late-{case[0]}-{case[1]:d}", f"late-{case[0]}-{case[1]:d}", dice),
                    *case,
                ),
                cases,
            )
        )


# -- the table


def table(rows: Sequence[Row]) -> Iterator[str]:
    """What was met, by trouble, in Markdown."""
    heads = (
        *("trouble", "times", "searches", "refused", "wrong", "median ms", "worst ms", "worst of who commits, ms"),
        *("longest without an answer, s", "commits", "attempts refused", "longest without a commit, s"),
        *("full builds", "commits lost"),
    )
    yield "| " + " | ".join(heads) + " |"
    yield "|" + " --- |" * len(heads)
    for name in dict.fromkeys(row.name for row in rows):
        same = [row for row in rows if row.name == name]
        tallies = [row.tally for row in same]
        cells = (
            name,
            len(same),
            sum(tally.reads for tally in tallies),
            sum(tally.unavailable for tally in tallies),
            sum(len(tally.wrong) for tally in tallies),
            f"{statistics.median(tally.median_ms for tally in tallies):.0f}",
            f"{max(tally.worst_ms for tally in tallies):.0f}",
            f"{max(tally.worst_committing_ms for tally in tallies):.0f}",
            _median_and_worst([tally.longest_without_read_s for tally in tallies]),
            sum(tally.commits for tally in tallies),
            sum(tally.refused for tally in tallies),
            _median_and_worst([tally.longest_without_commit_s for tally in tallies]),
            sum(tally.rebuilds for tally in tallies),
            sum(len(row.lost) for row in same),
        )
        yield "| " + " | ".join(map(str, cells)) + " |"


def _median_and_worst(seconds: Sequence[float]) -> str:
    worst = f"{max(seconds):.1f}"
    return worst if len(seconds) == 1 else f"{statistics.median(seconds):.1f}, worst {worst}"


def main() -> None:
    parser = argparse.ArgumentParser(description="Does the engine keep what it promises while a cluster is in trouble?")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=900)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    parser.add_argument("--only", nargs="*", choices=[trouble.name for trouble in TROUBLES] + [LATE])
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    began = time.monotonic()
    dice = random.Random(options.seed)
    wanted = [trouble for trouble in TROUBLES if not options.only or trouble.name in options.only]
    rows: list[Row] = []
    late: list[Overtaken] = []
    with running(3) as cluster, tempfile.TemporaryDirectory() as folder:
        posts = Posts(Path(folder) / SITE, SITE, dice)
        with crowds.access(cluster.hosts):
            postdex.open(posts.folder).close()
        scene = Scene(cluster, posts, dice)
        for number in range(options.rounds):
            a_round = 0.0
            for trouble in wanted:
                if number and not trouble.each_round:
                    continue
                begun = time.monotonic()
                rows.append(run(scene, trouble))
                a_round += trouble.each_round * (time.monotonic() - begun)
                _say(rows[-1], time.monotonic() - began)
            if not number and (not options.only or LATE in options.only):
                late = all_overtaken(cluster, Path(folder), dice)
            if time.monotonic() - began + 1.5 * a_round > options.seconds:
                break
    print("\n".join(table(rows)))
    wrong = [line for row in rows for line in (*row.tally.wrong, *row.lost)] + [
        line for one in late for line in one.wrong
    ]
    if late:
        refused = Counter(one.refused or "had committed before" for one in late)
        print(f"\n{len(late)} writers were overtaken in the middle: {dict(refused)}")
    print(*wrong[:20], sep="\n")
    print(f"{len(wrong)} wrong, {time.monotonic() - began:.0f} s")
    sys.exit(bool(wrong))


def _say(row: Row, seconds: float) -> None:
    tally = row.tally
    print(
        f"{seconds:6.0f} s  {row.name}: {tally.reads} searches ({tally.unavailable} refused), {tally.commits} commits "
        f"({tally.refused} refused), {len(tally.wrong) + len(row.lost)} wrong",
        flush=True,
    )


if __name__ == "__main__":
    main()
