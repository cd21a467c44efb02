"""Does the benchmark of a cluster still run? The figures of a tiny run mean nothing, the shape of its tables does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def test_each_step_makes_its_table(hosts: list[str], prefix: str) -> None:
    """With one query of a kind, asked once more, and services that are asked for a second."""
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join((str(ROOT / "search"), str(ROOT / "index"))),
        "POSTDEX_OPENSEARCH_HOSTS": ",".join(hosts),
        "POSTDEX_OPENSEARCH_PREFIX": prefix,
    }
    command = [sys.executable, str(ROOT / "benchmarks" / "cluster_speed.py"), str(ROOT / "posts")]
    command += ["--each", "1", "--rounds", "1", "--seconds", "1"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    tables = done.stdout.strip().split("\n\n")
    heads = [table.split(" |")[0] for table in tables]
    assert heads == [
        "| 17 posts, 0.0 MB",
        "| ms p50 / p99",
        "| requests of a search",
        "| commit until it is seen",
        "| service, processes",
    ]
    assert all(table.count("\n") >= 3 for table in tables), done.stdout
