"""Is what is indexed what each generator's site shows? The pages that it made are kept in `tests/sites/NAME.json`.

`benchmarks/sites.py` makes them and shows what differs: `python benchmarks/sites.py --build NAME --differences`.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
GOLDENS = sorted(file.stem for file in (ROOT / "tests" / "sites").glob("*.json"))
#: How much of a page's words is indexed, and how much of what is indexed is on the page, over a whole site.
RECALL, PRECISION = 0.97, 0.98


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The benchmark and what it reads pages with."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    yield SimpleNamespace(**{name: import_module(name) for name in ("sites", "site_builders", "site_pages")})


@pytest.mark.parametrize("name", GOLDENS)
def test_what_is_indexed_is_what_the_site_shows(name: str, tool: Any) -> None:
    golden = tool.site_pages.read_golden(ROOT / "tests" / "sites" / f"{name}.json")
    pages = tool.sites.compare_own(tool.site_builders.BUILDERS[name], golden)
    assert len(pages) >= 40 and sum(page.right_ids for page in pages.values()) >= 200
    wrong = {path for path, page in pages.items() if not (page.link and page.title and not page.wrong_ids)}
    assert not wrong, tool.sites.differences(pages, worst=0)
    shared = sum(page.shared_words for page in pages.values())
    assert shared >= RECALL * sum(page.built_words for page in pages.values()), tool.sites.differences(pages)
    assert shared >= PRECISION * sum(page.indexed_words for page in pages.values()), tool.sites.differences(pages)


def page(tool: Any, **facts: Any) -> Any:
    return tool.site_pages.Page(**{"link": "/a/", "title": "A", "ids": ("x",), "words": "a b", **facts})


def test_a_page_that_only_one_side_has_is_wrong(tool: Any) -> None:
    compare = tool.site_pages.compare
    for built, indexed in (({"a.md": page(tool)}, {}), ({}, {"a.md": page(tool)})):
        compared = compare(built, indexed, clean=False)["a.md"]
        assert not compared.link and not compared.title and compared.wrong_ids == 1


@pytest.mark.parametrize(
    ("built", "indexed", "clean", "same"),
    [
        ("/a/", "/a/", False, True),
        ("/a/", "/a", False, True),
        ("/a/", "/a/index.html", False, True),
        ("/a.html", "/a", False, False),
        ("/a.html", "/a", True, True),
        ("/\u641c.html", "/%E6%90%9C.html", False, True),
        ("/", "", False, False),
    ],
)
def test_links_are_the_same_but_for_how_they_are_written(
    built: str, indexed: str, clean: bool, same: bool, tool: Any
) -> None:
    assert tool.site_pages.same_link(built, indexed, clean) is same


def test_what_is_wrong_of_a_page_is_counted_by_headings_and_words(tool: Any) -> None:
    built = {"a.md": page(tool, ids=("x", "y", "y-1"), words="a b b c")}
    indexed = {"a.md": page(tool, title="B", ids=("x", "y", "y_1"), words="b c d")}
    compared = tool.site_pages.compare(built, indexed, clean=False)["a.md"]
    assert (compared.link, compared.title, compared.right_ids, compared.wrong_ids) == (True, False, 2, 1)
    assert (compared.missing, compared.extra) == (("y-1",), ("y_1",))
    # The title's word is on the page once more: that is the template's choice.
    assert (compared.shared_words, compared.built_words, compared.indexed_words) == (3, 4, 4)


def test_a_golden_is_read_as_it_was_written(tool: Any, tmp_path: Path) -> None:
    golden = tool.site_pages.Golden("1.2", {"a.md": page(tool)})
    tool.site_pages.write_golden(tmp_path / "a.json", golden)
    assert tool.site_pages.read_golden(tmp_path / "a.json") == golden
