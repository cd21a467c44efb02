"""What tests share: options, a real cluster, and which of them are quick.

`pytest -m quick` shows in seconds what most changes break. `pytest tests/opensearch` runs what needs a real OpenSearch
cluster; `pytest` alone doesn't, since Python is all that it needs. POSTDEX_TEST_HOSTS=http://127.0.0.1:9200,... has
those tests use a cluster that runs already (tests/opensearch/cluster.py).
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

import postdex
from postdex_index import native

if TYPE_CHECKING:
    from cluster import LocalCluster

#: Modules whose tests are quick, a few from each part of the house: 15 s of processor time in all.
QUICK = [
    "anchors", "as_typed", "cluster_queries", "config", "contents", "dialects", "fields", "frontmatter", "globs",
    "golden", "hosted", "house", "javascript", "jekyll", "library", "links", "logseq", "markdown", "mdx", "messages",
    "named_tuple", "notebook", "own_fields", "paths", "pelican", "periods", "pins", "printable", "quarto",
    "query_settings", "snippets",
    "strength", "synonyms", "syntax", "tokens", "vitepress",
]  # fmt: skip
#: The others: they start processes, fill disks, look through a browser, or try thousands of examples.
THOROUGH = [
    "analysis", "assistant_tools", "bad_settings", "benchmark_meaning", "benchmarks", "box", "build", "by_hand",
    "chinese_vectors", "cli",
    "cluster_commits", "cluster_connection", "codec", "cold_start", "commit_protocol", "completion", "concurrency",
    "connection", "cut", "damage", "dead_links",
    "deflated_columns", "deploy", "docs", "doctor", "doors", "edges", "editor", "export",
    "embedding", "engine_contract", "english_vectors", "errors", "faces_of_meaning",
    "faults", "forks", "fzf", "history", "hostile", "hugo", "includes",
    "installed_vectors", "installed_whoosh",
    "invariants", "kernel", "lines", "listening", "listing", "listings", "lists", "llms",
    "malformed", "meaning",
    "marks", "matching", "mcp", "mcp_http", "mcp_typescript", "observing", "one_post", "page", "page_parts", "pager",
    "posts", "public_names", "questions", "rank", "record", "record_browser", "recorded_cluster", "regexes", "release",
    "render", "replaced", "request", "rerank_by_meaning", "rescue", "schema", "search_options",
    "segments", "service", "several_folders", "shipped_vectors",
    "several_services", "short_names", "site_goldens", "site_paths", "site_snapshots", "sites", "staging",
    "static_box", "static_format", "static_page", "store", "suggest",
    "terminal", "threads", "translations", "typed", "watch", "web_address",
]  # fmt: skip
#: The compiled kernel against the Python that it stands for, where it runs.
NATIVE = sorted(path.stem.removeprefix("test_") for path in Path(__file__).parent.glob("test_native*.py"))
#: The reader of a published index, in JavaScript, beside the Python that it stands for.
READER = sorted(path.stem.removeprefix("test_") for path in Path(__file__).parent.glob("test_reader_*.py"))

#: The part of the usual number of examples that is drawn: a second round, in CI, takes fewer.
_EXAMPLES = float(os.environ.get("POSTDEX_TEST_EXAMPLES", "1"))

#: Sites have programs of their own: settings, never tests. Without a kernel there is nothing to compare.
collect_ignore = ["sites", *([] if native.IN_USE else ["installed_kernel.py", *(f"test_{name}.py" for name in NATIVE)])]


def pytest_report_header() -> str:
    """What runs: `.ci/run` tries all of it twice, in Python alone and with the compiled kernel."""
    return f"kernel: {native.in_words()}"


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update` writes golden files anew, to be looked at with git diff."""
    parser.addoption("--update", action="store_true", help="write golden files anew instead of comparing with them")


def pytest_configure(config: pytest.Config) -> None:
    """`-m quick` alone does not even import the other modules. No example fails for being slow: machines are busy."""
    hypothesis.settings.register_profile("patient", deadline=None)
    hypothesis.settings.load_profile("patient")
    # What runs in the background of a script ignores Ctrl-C, and so would all that tests start.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ["POSTDEX_PAGER"] = ""  # a test that looks at a terminal waits for nobody
    os.environ.pop("CLICOLOR_FORCE", None)
    if config.option.markexpr == "quick" and config.args == config.getini("testpaths"):
        config.args = [str(Path(__file__).parent / f"test_{name}.py") for name in QUICK]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Quick is a test of a quick module that draws no examples, whose input is not long, and that waits for nobody."""
    for item in items:
        test = getattr(item, "obj", None)
        drawn = hasattr(test, "hypothesis")
        if drawn and _EXAMPLES != 1:
            _draw_fewer(test, _EXAMPLES)
        long = any(name in item.name for name in ("hostile", "linear", "threads", "another_writes", "in_any_form"))
        if item.path.stem.removeprefix("test_") in QUICK and not drawn and not long:
            item.add_marker("quick")


def _draw_fewer(test: object, share: float) -> None:
    """Have hypothesis draw this part of the examples that a test asks for."""
    function: Any = getattr(test, "__func__", test)
    usual: hypothesis.settings = function._hypothesis_internal_use_settings
    fewer = hypothesis.settings(usual, max_examples=max(1, round(usual.max_examples * share)))
    function._hypothesis_internal_use_settings = fewer


@pytest.fixture(scope="session")
def cluster() -> Iterator[LocalCluster]:
    """Three nodes, green, for all tests of tests/opensearch; one that ends nodes starts its own."""
    from cluster import running

    with running(3) as local:
        yield local


@pytest.fixture(scope="session")
def hosts(request: pytest.FixtureRequest) -> list[str]:
    """The addresses of a cluster, as POSTDEX_OPENSEARCH_HOSTS has them between commas."""
    if given := os.environ.get("POSTDEX_TEST_HOSTS"):
        return given.split(",")
    local: LocalCluster = request.getfixturevalue("cluster")
    return local.hosts


@pytest.fixture
def prefix(hosts: list[str]) -> Iterator[str]:
    """What the names of a test's indices begin with; they are deleted after it."""
    from cluster import delete_indices

    name = f"test-{secrets.token_hex(4)}"
    yield name
    delete_indices(hosts, f"{name}-*")


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """`postdex ARGUMENTS`: its exit status, and what it says."""

    def run(*arguments: str) -> tuple[int, str]:
        from postdex.cli import main

        capfd.readouterr()
        status = main.main(list(arguments))
        said = capfd.readouterr()
        return status, said.out + said.err

    return run


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sample posts with an index, not to be changed."""
    folder = tmp_path_factory.mktemp("samples") / "posts"
    posts = Path(__file__).parent.parent / "posts"
    shutil.copytree(posts, folder, ignore=shutil.ignore_patterns(".postdex"))
    postdex.open(folder).close()
    return folder
