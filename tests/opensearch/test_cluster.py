"""Is the tests' cluster a real one, and does it end when its test does?"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import cluster as clusters


def test_three_nodes_answer(hosts: list[str], prefix: str) -> None:
    """Each host is a node of one cluster, and an index is there for all of them."""
    assert clusters.ask(hosts, "GET", "/_cluster/health").body["number_of_nodes"] >= len(hosts)
    created = clusters.ask(hosts, "PUT", f"/{prefix}-a", {"settings": {"number_of_replicas": 1}})
    assert created.status == 200, created
    for host in hosts:
        assert clusters.ask([host], "GET", f"/{prefix}-a").status == 200


def test_a_node_dies_and_comes_back() -> None:
    """A killed node is missing, and whole again when it is started; a frozen one goes on."""
    with clusters.running(2) as local:
        manager = local.manager()
        (other,) = (node for node in local.nodes if node is not manager)
        other.freeze()
        assert not answers(other.host)
        other.thaw()
        assert answers(other.host, 30)
        other.kill()
        assert not answers(other.host)
        local.start(other)
        local.wait_green()
        assert answers(other.host, 30)
        home = local.home
    assert not home.exists()


def answers(host: str, seconds: float = 2) -> bool:
    """Whether a node answers within some seconds."""
    try:
        return clusters.ask([host], "GET", "/", timeout=seconds).status == 200
    except clusters.ClusterError:
        return False


def test_a_killed_test_leaves_nothing() -> None:
    """Whoever is killed in the middle has his cluster ended and removed all the same."""
    program = (
        "import time\nfrom cluster import running\n"
        "with running(1) as local:\n    print(local.home, *local.hosts, flush=True)\n    time.sleep(600)\n"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent)}
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, env=environment) as test:
        assert test.stdout is not None
        home, host = test.stdout.readline().split()
        assert answers(host, 30)
        test.send_signal(signal.SIGKILL)
    until = time.monotonic() + 40
    while Path(home).exists() and time.monotonic() < until:
        time.sleep(0.1)
    assert not Path(home).exists()
    assert not answers(host)
