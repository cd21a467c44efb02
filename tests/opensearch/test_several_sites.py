"""Are several sites of a cluster searched as if they were one folder?"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from proxies import proxy, reads_only

import postdex
from postdex.cli import main
from postdex_index.errors import ConfigError, IndexFault

POSTS = Path(__file__).parents[2] / "posts"
#: A post that its owner says more of, in each site; and which one comes first for a query.
OWNED = """---
title: Of {name}
rating: {rating}
status: done
search: {{boost: {rating}, pin: where to begin}}
---
Linux of {name}.
"""
PINS = '[[pins]]\nquery = "linux"\npost = "{path}"\n'
PAIR = "---\nlang: {lang}\ntitle: {title}\n---\n{text}\n"


def site(folder: Path, settings: str) -> Path:
    """A folder of posts in a cluster."""
    folder.mkdir(exist_ok=True)
    (folder / "postdex.toml").write_text(f'engine = "opensearch"\n{settings}', encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample posts as two sites, `blog` and `docs`, and all together in `all`; each site has a post in two
    languages under the same name, and both have one of one path."""
    root = tmp_path_factory.mktemp("sites")
    (root / "both").mkdir()
    for number, file in enumerate(sorted(POSTS.rglob("*.md"))):
        name = ("blog", "docs")[number % 2]
        for folder in (root / name, root / "all" / name):
            target = folder / file.relative_to(POSTS)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, target)
    for name in ("blog", "docs"):
        for folder in (root / name, root / "all" / name):
            for lang, title, text in (
                ("en", "Pages", "A page about pages."),
                ("de", "Seiten", "Eine Seite über pages."),
            ):
                text = PAIR.format(lang=lang, title=f"{title} of {name}", text=text)
                (folder / f"pages.{lang}.md").write_text(text, encoding="utf-8")
            (folder / "same.md").write_text("# Same\n\nThe very same words.\n", encoding="utf-8")
            for rating in (1, 2, 5):
                text = OWNED.format(name=name, rating=rating)
                (folder / f"owned-{rating}.md").write_text(text, encoding="utf-8")
    return root


@pytest.fixture
def both(folders: Path, hosts: list[str], prefix: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[postdex.Index]:
    """The two sites as one index."""
    monkeypatch.setenv("POSTDEX_OPENSEARCH_HOSTS", ",".join(hosts))
    monkeypatch.setenv("POSTDEX_OPENSEARCH_PREFIX", prefix)
    for name in ("blog", "docs"):
        shutil.rmtree(folders / name / ".postdex", ignore_errors=True)
        with postdex.open(site(folders / name, 'translations = "group"\nsite = "{name}"\n'.replace("{name}", name))):
            pass
    settings = 'sites = ["blog", "docs"]\n' + PINS.format(path="docs/same.md")
    with postdex.open(site(folders / "both", settings)) as ix:
        yield ix


@pytest.fixture
def one(folders: Path) -> Iterator[postdex.Index]:
    """All posts in one folder, by the embedded engine."""
    settings = 'translations = "group"\n' + PINS.format(path="docs/same.md")
    (folders / "all" / "postdex.toml").write_text(settings, encoding="utf-8")
    with postdex.open(folders / "all") as ix:
        yield ix


QUERIES = (
    "linux", "kernel bug", "SMC fallback", "refcoutn", "tag:linux", "编译内核", '"very same words"', "pag*",
    "path:blog", "path:docs/2022", "path:*/2022/*.md", "path:**/2022/* linux", "-path:blog linux", "path:same.md",
    "path:blog/2022 -path:*/2022/r*", "path:b*/same.md", "pages", "same", "lang:de", "path:docs pages",
)  # fmt: skip


#: What asks for fields of the sites' own, pins, boosts, links and pieces of words.
OWNER_QUERIES = (
    "linux", "where to begin", "path:docs where to begin", "rating:>=2", "status:done linux",
    "rating:1 OR path:blog/2022", "links:docs/same.md", "*ernel", "/ker.*/", "of",
)  # fmt: skip
ARGUMENTS: tuple[dict[str, Any], ...] = (
    {}, {"sort": "title"}, {"translations": "all"}, {"drafts": True}, {"units": "sections"},
)  # fmt: skip


def test_the_answers_of_one_folder(both: postdex.Index, one: postdex.Index) -> None:
    for query in QUERIES:
        for arguments in ARGUMENTS:
            found = both.search(query, facets=["tags", "lang", "year"], limit=50, **arguments)
            expected = one.search(query, facets=["tags", "lang", "year"], limit=50, **arguments)
            where = query, arguments
            assert found.total == expected.total and found.facets == expected.facets, where
            assert (found.parsed, found.grouped, found.warnings) == (
                expected.parsed,
                expected.grouped,
                expected.warnings,
            ), where
            assert sorted(hit.path for hit in found) == sorted(hit.path for hit in expected), where
            assert [hit.snippet for hit in sorted(found)] == [hit.snippet for hit in sorted(expected)], where
            assert [hit.translations for hit in sorted(found)] == [hit.translations for hit in sorted(expected)], where
            assert all(hit.path.startswith(f"{hit.site}/") for hit in found) and not any(hit.site for hit in expected)
            if arguments == {"sort": "title"}:
                assert [hit.path for hit in found] == [hit.path for hit in expected], where


@pytest.fixture
def several(folders: Path, tmp_path: Path) -> Iterator[postdex.Index]:
    """The two sites as one index, by the embedded engine."""
    for name in ("blog", "docs"):
        ignored = shutil.ignore_patterns(".postdex", "postdex.toml")
        shutil.copytree(folders / name, tmp_path / name, ignore=ignored)
        settings = 'translations = "group"\n' + (PINS.format(path="same.md") if name == "docs" else "")
        (tmp_path / name / "postdex.toml").write_text(settings, encoding="utf-8")
    with postdex.open({name: tmp_path / name for name in ("blog", "docs")}) as ix:
        yield ix


@pytest.mark.parametrize("arguments", ARGUMENTS, ids=str)
def test_the_answers_of_folders_as_sites(
    both: postdex.Index, several: postdex.Index, arguments: dict[str, Any]
) -> None:
    for query in (*QUERIES, "site:docs", "linux -site:blog", "site:bl* OR tag:sqlite", "site:nowhere linux", ""):
        found, expected = (
            ix.search(query, facets=["tags", "lang", "year", "sites"], limit=50, **arguments) for ix in (both, several)
        )
        assert (found.total, found.facets, found.warnings) == (expected.total, expected.facets, expected.warnings), (
            query
        )
        assert [(hit.site, hit.path) for hit in found] == [(hit.site, hit.path) for hit in expected], query
        assert [round(hit.score, 5) for hit in found] == [round(hit.score, 5) for hit in expected], query
        only = both.search(query, sites=["docs"], limit=50, **arguments)
        assert only.total == several.search(query, sites=["docs"], limit=50, **arguments).total, query


@pytest.mark.parametrize("arguments", [{"recency": "1y"}, {"sort": "-rating", "facets": ["rating", "status"]}], ids=str)
def test_what_an_owner_says_of_posts(both: postdex.Index, several: postdex.Index, arguments: dict[str, Any]) -> None:
    for query in OWNER_QUERIES:
        found, expected = (ix.search(query, limit=50, **arguments) for ix in (both, several))
        assert (found.total, found.facets, found.warnings) == (expected.total, expected.facets, expected.warnings), (
            query
        )
        hits, wanted = ([(hit.path, hit.pinned, round(hit.score, 5)) for hit in one] for one in (found, expected))
        assert hits == wanted, query


def test_translations_of_two_sites_are_not_one_post(both: postdex.Index) -> None:
    found = both.search("title:pages")
    assert found.grouped and found.total == 2
    assert [hit.path for hit in found] == ["blog/pages.en.md", "docs/pages.en.md"]
    assert [[other.path for other in hit.translations] for hit in found] == [["blog/pages.de.md"], ["docs/pages.de.md"]]


def test_paths_lead_back(both: postdex.Index, one: postdex.Index) -> None:
    for hit in both.search("", limit=50):
        assert both.get(hit.path).path == hit.path and both.get(hit.path).title == hit.title
        assert [other.path for other in both.search(f'path:"{hit.path}"', translations="all")] == [hit.path]
    first = both.search("SMC fallback")[0]
    assert both.explain("SMC fallback", first.path).rank == 1
    assert first.path not in [hit.path for hit in both.like(first.path)]
    assert both.explain("x", "blog/nowhere.md").reasons == ("no post of these sites has this path",)
    with pytest.raises(postdex.NotFoundError):
        both.get("same.md")
    assert [word.text for word in both.suggest("refc")] == [word.text for word in one.suggest("refc")]


def test_such_an_index_is_only_read(
    both: postdex.Index,
    folders: Path,
    hosts: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (folders / "both" / "new.md").write_text("# New\n", encoding="utf-8")
    assert both.search("new").index.fresh is None
    with pytest.raises(ConfigError, match="cannot be written so"):
        both.refresh()
    status = both.status()
    assert status.fresh is None and status.stats.sites == ("blog", "docs")
    assert {problem.path.partition("/")[0] for problem in both.problems()} <= {"blog", "docs"}
    with proxy(hosts[0], gate=reads_only("reader")) as gate:
        monkeypatch.setenv("POSTDEX_OPENSEARCH_HOSTS", gate.host)
        assert main.main(["-C", str(folders / "both"), "search", "linux", "-n", "1"]) == 0
        said = capsys.readouterr()
        assert said.out.startswith(("blog/", "docs/")) and said.err == ""
    monkeypatch.setenv("POSTDEX_OPENSEARCH_HOSTS", ",".join(hosts))
    monkeypatch.setenv("POSTDEX_SITES", "blog,nowhere")
    with pytest.raises(IndexFault, match="there is no index of this site yet; build it in its own folder"):
        postdex.open(folders / "both")


def test_a_commit_of_one_site_is_seen(both: postdex.Index, folders: Path) -> None:
    before = both.search("zanzibar").index
    (folders / "docs" / "zanzibar.md").write_text("# Zanzibar\n", encoding="utf-8")
    try:
        with postdex.open(folders / "docs") as docs:
            assert docs.refresh().added == ("zanzibar.md",)
        found = both.search("zanzibar")
        assert [hit.path for hit in found] == ["docs/zanzibar.md"] and found.index.posts == before.posts + 1
    finally:
        (folders / "docs" / "zanzibar.md").unlink()
