"""The ranking of `posts/` as a golden file: which posts and sections come first for what people would type.

A change of ranking shows here as a diff to be looked at: `pytest tests/test_golden.py --update`, then git diff.
What must hold whatever the order, success and MRR of the expected posts, is asserted beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import postdex

ROOT = Path(__file__).resolve().parent.parent
GOLDEN = Path(__file__).parent / "golden" / "ranking.txt"
#: Query and the post that somebody who types it is looking for.
WANTED = {
    "refcount": "2022/refcount-bug.md",
    "SMC fallback": "2022/refcount-bug.md",
    "smc_switch_to_fallback()": "2022/refcount-bug.md",
    "clcsk->sk_user_data": "2022/refcount-bug.md",
    "sk psock get": "2022/refcount-bug.md",
    "refcoutn bug": "2022/refcount-bug.md",
    '"root cause"': "2022/refcount-bug.md",
    "内核": "2022/编译并调试内核.md",
    "调试内核": "2022/编译并调试内核.md",
    "分词": "2023/中文搜索引擎的分词.md",
    "搜索引擎": "2023/中文搜索引擎的分词.md",
    "字符编码": "2024/字符编码与归一化.md",
    "checkpoint write-ahead log": "2024/sqlite-wal.md",
    "sqlite": "2024/sqlite-wal.md",
    "git rebase onto": "2024/git-rebase-onto.md",
    "how do I rebase a branch onto another": "2024/git-rebase-onto.md",
    "docker build --no-cache": "2021/docker-no-cache.md",
    "pipefail": "2021/bash-pipefail.md",
    "std::string_view": "2023/string-view-dangles.md",
    "dangling string": "2023/string-view-dangles.md",
    "gc.freeze": "2023/gc-freeze.md",
    "garbage colection fork": "2023/gc-freeze.md",
    "listen backlog": "2023/tcp-backlog.md",
    "Pin Unpin": "2024/rust-pin.md",
    "ssh tunnel": "notes/ssh-tunnels.md",
    "sum of floats": "notes/float-sum.md",
}


@pytest.fixture(scope="module")
def ix(tmp_path_factory: pytest.TempPathFactory) -> Iterator[postdex.Index]:
    """The sample posts, indexed elsewhere."""
    with postdex.open(ROOT / "posts", index=tmp_path_factory.mktemp("golden"), refresh="never") as opened:
        yield opened


def ranking(ix: postdex.Index, query: str) -> str:
    """A query and its first three hits, each with the anchor of its best section."""
    hits = ix.search(query, limit=3).hits
    return "".join([f"{query}\n", *(f"    {hit.path}#{hit.anchor}\n" for hit in hits)])


def test_ranking(ix: postdex.Index, request: pytest.FixtureRequest) -> None:
    found = "".join(ranking(ix, query) for query in WANTED)
    if request.config.getoption("--update"):
        GOLDEN.write_text(found, encoding="utf-8")
    assert found == GOLDEN.read_text(encoding="utf-8")


def test_expected_posts_come_first(ix: postdex.Index) -> None:
    ranks = []
    for query, path in WANTED.items():
        paths = [hit.path for hit in ix.search(query).hits]
        assert path in paths, query
        ranks.append(paths.index(path) + 1)
    assert sum(1 / rank for rank in ranks) / len(ranks) > 0.97
