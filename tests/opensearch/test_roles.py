"""Do the roles of docs/opensearch.md allow each request that is sent, and no more than reading to who reads?

What a request needs is taken from the security plugin's names for it, which were not run: the jars have no such plugin.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
import yaml
from proxies import Proxy, Received, proxy

import postdex
from postdex.cli import main

DOCUMENT = Path(__file__).parents[2] / "docs" / "opensearch.md"
#: Method and path of a request, and the permissions that it needs.
NEEDED = (
    (r"GET /", ("cluster:monitor/main",)),
    (r"GET /[^/_]+/_doc/[^/]+", ("indices:data/read/get",)),
    (r"GET /[^/_]+/_alias", ("indices:admin/aliases/get",)),
    (r"POST /_msearch", ("indices:data/read/msearch", "indices:data/read/search")),
    (r"POST /[^/_]+/_search", ("indices:data/read/search",)),
    (r"POST /_mget", ("indices:data/read/mget",)),
    (r"GET /[^/_][^/]*", ("indices:admin/get",)),
    (r"PUT /[^/_]+", ("indices:admin/create",)),
    (r"POST /_aliases", ("indices:admin/aliases",)),
    (r"POST /[^/_]+/_bulk", ("indices:data/write/bulk", "indices:data/write/index", "indices:data/write/delete")),
    (r"PUT /[^/_]+/_doc/[^/]+", ("indices:data/write/index",)),
    (r"POST /[^/_]+/_delete_by_query", ("indices:data/write/delete/byquery",)),
    (r"POST /[^/_]+/_refresh", ("indices:admin/refresh",)),
    (r"POST /[^/_]+/_flush", ("indices:admin/flush",)),
    (r"POST /[^/_]+/_forcemerge", ("indices:admin/forcemerge",)),
    (r"PUT /[^/_]+/_settings", ("indices:admin/settings/update",)),
    (r"DELETE /[^/_]+", ("indices:admin/delete",)),
    (r"GET /_cluster/health(/[^/]+)?", ("cluster:monitor/health",)),
    (r"GET /[^/_]+/_stats/(store|segments)", ("indices:monitor/stats",)),
    (r"GET /_nodes/stats/os", ("cluster:monitor/nodes/stats",)),
)


def roles() -> dict[str, Any]:
    """The roles as the document has them."""
    text = DOCUMENT.read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text.partition("```yaml\n")[2].partition("```")[0])
    return loaded


def allowed(role: str) -> list[str]:
    """What a role may do, cluster and index together."""
    described = roles()[role]
    (of_index,) = described["index_permissions"]
    assert of_index["index_patterns"] == ["postdex-*"]
    return [*described["cluster_permissions"], *of_index["allowed_actions"]]


def permissions(received: Received) -> tuple[str, ...]:
    """What a request needs."""
    asked = f"{received.method} {received.path.partition('?')[0]}"
    return next((needed for pattern, needed in NEEDED if re.fullmatch(pattern, asked)), (f"unknown: {asked}",))


def lacking(requests: Iterable[Received], role: str) -> set[str]:
    """What of these requests a role may not."""
    may = allowed(role)
    needed = {permission for received in requests for permission in permissions(received)}
    return {one for one in needed if not any(fnmatchcase(one, pattern) for pattern in may)}


@pytest.fixture
def seen(hosts: list[str], prefix: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """What sees each request."""
    with proxy(hosts[0]) as watching:
        monkeypatch.setenv("POSTDEX_OPENSEARCH_HOSTS", watching.host)
        monkeypatch.setenv("POSTDEX_OPENSEARCH_PREFIX", prefix)
        yield watching


def test_each_request_is_allowed(tmp_path: Path, seen: Proxy, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "postdex.toml").write_text('engine = "opensearch"\nsite = "blog"\n', encoding="utf-8")
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.md").write_text(f"# Post {name}\n\nA kernel bug.\n", encoding="utf-8")
    place = ("-C", str(tmp_path))
    assert main.main([*place, "index"]) == 0
    for _ in range(2):
        (tmp_path / "a.md").write_text(f"# Post a\n\nAnother kernel bug {_}.\n", encoding="utf-8")
        assert main.main([*place, "index"]) == 0
    assert main.main([*place, "index", "--full"]) == 0
    assert main.main([*place, "index", "--rollback"]) == 0
    assert main.main([*place, "doctor", "--fix"]) == 0
    assert main.main([*place, "doctor", "--verify"]) == 0
    assert lacking(seen.requests, "postdex_write") == set()
    written = {permission for received in seen.requests for permission in permissions(received)}
    assert {"indices:admin/create", "indices:admin/aliases", "indices:data/write/bulk"} <= written
    seen.requests.clear()
    with postdex.open(tmp_path, refresh="never") as ix:
        for query in ("kernel", "kernle", "ker*", '"kernel bug"', "tag:x", "path:*.md", "~kernel bug", "sort"):
            ix.search(query, facets=["tags"], explain=True)
        assert (
            ix.suggest("ker") and ix.get("a.md") and ix.explain("kernel", "a.md").rank and ix.like("a.md") is not None
        )
    for command in (["search", "kernel"], ["search", "kernel", "--sort", "date"], ["show", "b.md"]):
        assert main.main([*place, *command]) == 0
    assert seen.requests and lacking(seen.requests, "postdex_read") == set()


def test_every_permission_of_the_roles_is_in_the_table() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    table = " ".join(re.findall(r"(?m)^\| .*$", text.partition("## Roles")[2].partition("```yaml")[0]))
    named = set(re.findall(r"(?:indices|cluster):[\w/]+", table))
    for role in ("postdex_read", "postdex_write"):
        for pattern in allowed(role):
            assert any(fnmatchcase(one, pattern) for one in named), pattern
