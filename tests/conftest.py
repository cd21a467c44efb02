"""Options that tests share, and which tests are quick: `pytest -m quick` shows in seconds what most changes break."""

from __future__ import annotations

from pathlib import Path

import pytest

#: Modules whose tests are quick, a few from each part of the house: 15 s of processor time in all.
QUICK = [
    "anchors", "as_typed", "config", "dialects", "fields", "frontmatter", "globs", "golden", "house", "javascript",
    "jekyll", "library", "logseq", "markdown", "mdx", "pelican", "printable", "quarto", "snippets", "syntax", "tokens",
    "vitepress",
]  # fmt: skip
#: The others: they start processes, fill disks, look through a browser, or try thousands of examples.
THOROUGH = [
    "analysis", "bad_settings", "benchmarks", "build", "cli", "codec", "cold_start", "concurrency", "connection", "cut",
    "damage",
    "docs", "doctor", "doors", "edges", "embedding", "engine_contract", "errors", "faults", "forks", "history",
    "hostile", "hugo", "includes", "invariants", "lists", "malformed", "marks", "matching", "mcp", "page", "posts",
    "rank", "render", "replaced", "request", "rescue", "schema", "segments", "service", "site_goldens", "sites",
    "store", "suggest", "threads", "translations", "typed", "watch", "web_address",
]  # fmt: skip

#: Sites have programs of their own: settings, never tests.
collect_ignore = ["sites"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update` writes golden files anew, to be looked at with git diff."""
    parser.addoption("--update", action="store_true", help="write golden files anew instead of comparing with them")


def pytest_configure(config: pytest.Config) -> None:
    """`-m quick` alone does not even import the other modules."""
    if config.option.markexpr == "quick" and config.args == config.getini("testpaths"):
        config.args = [str(Path(__file__).parent / f"test_{name}.py") for name in QUICK]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Quick is a test of a quick module that draws no examples, whose input is not long, and that waits for nobody."""
    for item in items:
        drawn = hasattr(getattr(item, "obj", None), "hypothesis")
        long = any(name in item.name for name in ("hostile", "linear", "threads", "another_writes", "in_any_form"))
        if item.path.stem.removeprefix("test_") in QUICK and not drawn and not long:
            item.add_marker("quick")
