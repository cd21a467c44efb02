"""How do tests and developers get a real OpenSearch cluster on this machine?

    python tests/opensearch/cluster.py start [--nodes 3] [--heap-mb 384] [--home FOLDER]
    python tests/opensearch/cluster.py stop [--home FOLDER]
    python tests/opensearch/cluster.py fetch

`fetch` only has Maven fetch the jars, and ends with 3 where this machine lacks what a cluster needs.

Linux, a JDK 21 or newer and Maven are needed. The nodes listen on free ports of 127.0.0.1 and run as `nobody` where
root starts them, since the server refuses root. Three nodes take seven seconds and 1.2 GB.

Everything lies under one home: jars, and of each node its configuration, data, log and process id. A process is only
signalled if its command line still names the node's folder. A test's cluster is ended by a process of its own that
waits for the test's end, however that comes: nothing outlives a pytest that was killed.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import distribution

HOST = "127.0.0.1"
HEAP_MB = 384
#: Below the ports that systems give to outgoing connections, so that a node finds its own free again.
PORTS = range(20000, 32000)
#: What a node's Java is told: a small, short-lived process. One compiler alone halves the processor time to the start.
JAVA_OPTIONS = (
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-Dopensearch.networkaddress.cache.ttl=60",
    "-Dlog4j2.disable.jmx=true",
    "-Dlog4j.shutdownHookEnabled=false",
    "-Dfile.encoding=UTF-8",
    "-Djna.nosys=true",
    "-Djava.awt.headless=true",
    "-Dio.netty.noUnsafe=true",
    "-Dio.netty.allocator.numDirectArenas=0",
    "--enable-native-access=ALL-UNNAMED",
    "--add-modules=jdk.incubator.vector",
)
LOGGING = """status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d{ISO8601}][%-5p][%-25c{1.}] %m%n
rootLogger.level = info
rootLogger.appenderRef.console.ref = console
"""


class ClusterError(Exception):
    """The cluster did not start, or did not become what was waited for."""


class PortTakenError(ClusterError):
    """Somebody took a port between its choice and its use."""


class Answer(NamedTuple):
    """What a node answered; `body` is read as JSON."""

    status: int
    body: Any


class Node:
    """A node: a process with a folder and two ports of its own."""

    def __init__(self, folder: Path, http_port: int, transport_port: int) -> None:
        self.folder = folder
        self.name = folder.name
        self.http_port = http_port
        self.transport_port = transport_port
        self._process: subprocess.Popen[bytes] | None = None  # None: not started, or ended by us

    @property
    def host(self) -> str:
        """Its address for clients."""
        return f"http://{HOST}:{self.http_port}"

    @property
    def started(self) -> bool:
        """Whether it should run."""
        return self._process is not None

    @property
    def crashed(self) -> bool:
        """Whether it ended, and nobody here ended it."""
        return self._process is not None and self._process.poll() is not None

    def start(self, heap_mb: int) -> None:
        """Start it on what its folder holds; returns before it answers."""
        owner = pwd.getpwnam("nobody") if os.getuid() == 0 else None
        if owner:
            for path in (self.folder, *self.folder.rglob("*")):
                os.chown(path, owner.pw_uid, owner.pw_gid)
        with open(self.folder / "log", "ab") as log:
            self._process = subprocess.Popen(
                _command(self.folder, heap_mb),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={"PATH": os.environ["PATH"], "HOME": str(self.folder), "LANG": "C.UTF-8"},
                start_new_session=True,
                user=owner.pw_uid if owner else None,
                group=owner.pw_gid if owner else None,
                extra_groups=[] if owner else None,
            )
        (self.folder / "pid").write_text(str(self._process.pid))

    def signal(self, number: signal.Signals) -> None:
        """Send its process a signal, if that is still its own."""
        pid = _process_id(self.folder)
        if pid is not None:
            os.kill(pid, number)

    def kill(self) -> None:
        """End it at once, as a power failure does."""
        self.signal(signal.SIGKILL)
        if self._process is not None:
            self._process.wait(10)
            self._process = None

    def freeze(self) -> None:
        """Stop it without closing its connections, as a machine that hangs does."""
        self.signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen node go on."""
        self.signal(signal.SIGCONT)

    def log(self) -> str:
        """What it wrote."""
        return (self.folder / "log").read_text(errors="replace")


class LocalCluster:
    """Nodes that know each other, under one home."""

    def __init__(self, home: Path, nodes: Sequence[Node], heap_mb: int) -> None:
        self.home = home
        self.nodes = nodes
        self._heap_mb = heap_mb

    @property
    def hosts(self) -> list[str]:
        """The nodes' addresses, as POSTDEX_OPENSEARCH_HOSTS has them between commas."""
        return [node.host for node in self.nodes]

    def start(self, node: Node) -> None:
        """Start a node again that was killed."""
        node.start(self._heap_mb)

    def kill(self) -> None:
        """End all nodes at once."""
        for node in self.nodes:
            node.kill()

    def ask(self, method: str, path: str, body: object = None, *, timeout: float = 30) -> Answer:
        """What the first node answers that does."""
        return ask(self.hosts, method, path, body, timeout=timeout)

    def manager(self) -> Node:
        """The node that manages the cluster now."""
        (elected,) = self.ask("GET", "/_cat/cluster_manager?format=json").body
        return next(node for node in self.nodes if node.name == elected["node"])

    def wait_green(self, index: str = "", *, seconds: float = 120) -> float:
        """Wait until all started nodes are in, and each shard (of an index) has all its copies; returns the seconds.

        An index without replicas is red while its node is gone: then wait for others by their names.
        """
        began = time.monotonic()
        started = [node.host for node in self.nodes if node.started]
        health: dict[str, Any] = {}
        while time.monotonic() - began < seconds:
            with suppress(ClusterError):
                for host in started:  # each: the others may not yet have noticed that a node was killed
                    health = ask([host], "GET", f"/_cluster/health/{index}", timeout=3).body
                    if health["status"] != "green" or health["number_of_nodes"] != len(started):
                        break
                else:
                    return time.monotonic() - began
            self._check_crashes()
            time.sleep(0.2)
        raise ClusterError(f"not green with {len(started)} nodes after {seconds:.0f} s: {health}")

    def _check_crashes(self) -> None:
        """A node that ended by itself has said why in its log."""
        for node in self.nodes:
            if node.crashed:
                log = node.log()
                error = PortTakenError if "BindException" in log else ClusterError
                raise error(f"{node.name} ended by itself:\n{log[-3000:]}")


def ask(hosts: Sequence[str], method: str, path: str, body: object = None, *, timeout: float = 30) -> Answer:
    """What the first host answers that does, of http://NAME:PORT."""
    for host in hosts:
        connection = http.client.HTTPConnection(host.removeprefix("http://"), timeout=timeout)
        with closing(connection), suppress(OSError, http.client.HTTPException):
            content = json.dumps(body) if body is not None else None
            connection.request(method, path, content, {"Content-Type": "application/json"})
            response = connection.getresponse()
            return Answer(response.status, json.loads(response.read() or b"null"))
    raise ClusterError(f"no node of {', '.join(hosts)} answers")


def delete_indices(hosts: Sequence[str], pattern: str) -> None:
    """Delete the indices of some names, their aliases with them; none is no error."""
    for index in ask(hosts, "GET", f"/_cat/indices/{pattern}?format=json&expand_wildcards=all").body:
        ask(hosts, "DELETE", f"/{index['index']}")


@contextmanager
def running(nodes: int = 3, *, heap_mb: int = HEAP_MB) -> Iterator[LocalCluster]:
    """A green cluster of its own, in a temporary home, that ends with the block or with this process."""
    home = Path(tempfile.mkdtemp(prefix="postdex-opensearch-"))
    command = [sys.executable, __file__, "end-with-me", "--home", str(home)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True):  # closes its input, and waits
        cluster = start(home, nodes, heap_mb=heap_mb)
        try:
            yield cluster
        finally:
            cluster.kill()


def start(home: Path, nodes: int = 3, *, heap_mb: int = HEAP_MB) -> LocalCluster:
    """Start a cluster in a home that is empty or has an ended one, and wait until it is green."""
    java = distribution.java()
    ready = distribution.distribution()
    home.chmod(0o755)  # nobody's, too
    if not (home / "lib").is_dir():
        shutil.copytree(ready, home, dirs_exist_ok=True)
    for tries_left in (2, 1, 0):
        shutil.rmtree(home / "nodes", ignore_errors=True)
        cluster = LocalCluster(home, _laid_out(home, java, nodes), heap_mb)
        try:
            for node in cluster.nodes:
                cluster.start(node)
            cluster.wait_green()
            return cluster
        except ClusterError as error:
            cluster.kill()
            if not tries_left or not isinstance(error, PortTakenError):
                raise
    raise AssertionError("unreachable")


def stop(home: Path) -> None:
    """End all nodes under a home: asked first, then killed."""
    folders = list((home / "nodes").glob("n*"))
    for wanted, seconds in ((signal.SIGCONT, 0), (signal.SIGTERM, 20), (signal.SIGKILL, 10)):
        alive = [pid for folder in folders if (pid := _process_id(folder)) is not None]
        for pid in alive:
            os.kill(pid, wanted)
        until = time.monotonic() + seconds
        while time.monotonic() < until and any(_process_id(folder) for folder in folders):
            time.sleep(0.05)


def _laid_out(home: Path, java: Path, count: int) -> list[Node]:
    """The nodes' folders, with their configurations."""
    ports = _free_ports(2 * count)
    nodes = [Node(home / "nodes" / f"n{number + 1}", *ports[2 * number : 2 * number + 2]) for number in range(count)]
    for node in nodes:
        for folder in ("config", "data", "logs", "tmp"):
            (node.folder / folder).mkdir(parents=True)
        settings = {
            "cluster.name": f"postdex-{home.name}",
            "node.name": node.name,
            "path.data": str(node.folder / "data"),
            "path.logs": str(node.folder / "logs"),
            "network.host": HOST,
            "http.port": node.http_port,
            "transport.port": node.transport_port,
            "discovery.seed_hosts": [f"{HOST}:{other.transport_port}" for other in nodes],
            "cluster.initial_cluster_manager_nodes": [other.name for other in nodes],
            "node.processors": 2,
            "cluster.routing.allocation.disk.threshold_enabled": False,  # a developer's disk may be quite full
            "action.auto_create_index": False,  # the engine makes each index with its mapping
        }
        lines = (f"{name}: {json.dumps(value)}\n" for name, value in settings.items())
        (node.folder / "config" / "opensearch.yml").write_text("".join(lines))
        (node.folder / "config" / "log4j2.properties").write_text(LOGGING)
        (node.folder / "java").write_text(str(java))
    return nodes


def _free_ports(count: int) -> list[int]:
    """So many ports of HOST that nobody listens on; held at once, so that they differ."""
    sockets: list[socket.socket] = []
    try:
        while len(sockets) < count:
            candidate = socket.socket()
            sockets.append(candidate)
            try:
                candidate.bind((HOST, random.choice(PORTS)))
            except OSError:
                sockets.pop().close()
        return [taken.getsockname()[1] for taken in sockets]
    finally:
        for taken in sockets:
            taken.close()


def _command(folder: Path, heap_mb: int) -> list[str]:
    home = folder.parents[1]
    return [
        (folder / "java").read_text(),
        f"-Xms{heap_mb}m",
        f"-Xmx{heap_mb}m",
        f"-XX:MaxDirectMemorySize={heap_mb // 2}m",
        *JAVA_OPTIONS,
        f"-Djava.io.tmpdir={folder / 'tmp'}",
        f"-Dopensearch.path.home={home}",
        f"-Dopensearch.path.conf={folder / 'config'}",
        "-cp",
        f"{home / 'lib'}/*",
        "org.opensearch.bootstrap.OpenSearch",
    ]


def _process_id(folder: Path) -> int | None:
    """The process id of a node if it lives; its number may have been given to somebody else since."""
    try:
        pid = int((folder / "pid").read_text())
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError):
        return None
    return pid if f"-Dopensearch.path.conf={folder / 'config'}".encode() in arguments else None


def _main() -> None:
    parser = argparse.ArgumentParser(description="A real OpenSearch cluster on this machine.")
    parser.add_argument("what", choices=["start", "stop", "fetch", "end-with-me"])
    parser.add_argument("--nodes", type=int, default=3)
    parser.add_argument("--heap-mb", type=int, default=HEAP_MB)
    parser.add_argument("--home", type=Path, default=Path(tempfile.gettempdir()) / f"postdex-opensearch-{os.getuid()}")
    arguments = parser.parse_args()
    home: Path = arguments.home.resolve()
    if arguments.what == "fetch":
        try:
            print(f"{distribution.java()}, OpenSearch {distribution.VERSION} in {distribution.distribution()}")
        except distribution.MissingToolError as error:
            print(error)
            sys.exit(3)
        return
    if arguments.what == "start":
        home.mkdir(parents=True, exist_ok=True)
        stop(home)
        cluster = start(home, arguments.nodes, heap_mb=arguments.heap_mb)
        print(f"export POSTDEX_OPENSEARCH_HOSTS={','.join(cluster.hosts)}")
        return
    if arguments.what == "end-with-me":
        sys.stdin.read()  # ends when the process that holds the other end does
    stop(home)
    shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    _main()
