"""Are several folders one index for the library, as if all posts lay in one folder?"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import postdex
from postdex.opening.sites import Sites

POSTS = Path(__file__).parents[1] / "posts"
PAIR = "---\nlang: {lang}\ntitle: {title}\n---\n{text}\n"
QUERIES = (
    "linux", "kernel bug", "SMC fallback", "refcoutn", "tag:sqlite", "编译内核", '"very same words"', "pag*",
    "path:blog", "path:docs/2022", "path:*/2022/*.md", "path:**/2022/* linux", "-path:blog linux", "path:same.md",
    "path:blog/2022 -path:*/2022/r*", "path:b*/same.md", "pages", "same", "lang:de", "path:docs pages",
)  # fmt: skip
ARGUMENTS: tuple[dict[str, Any], ...] = (
    {}, {"sort": "title"}, {"sort": "date"}, {"translations": "all"}, {"drafts": True}, {"units": "sections"},
)  # fmt: skip


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample posts as two sites, `blog` and `docs`, and all together in `all`; each site has a post in two
    languages under the same name, and both have one of one path."""
    root = tmp_path_factory.mktemp("sites")
    for number, file in enumerate(sorted(POSTS.rglob("*.md"))):
        name = ("blog", "docs")[number % 2]
        for folder in (root / name, root / "all" / name):
            target = folder / file.relative_to(POSTS)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, target)
    for folder in (root / "blog", root / "docs", root / "all" / "blog", root / "all" / "docs"):
        for lang, title in (("en", "Pages"), ("de", "Seiten")):
            text = PAIR.format(lang=lang, title=f"{title} of {folder.name}", text="A page about pages.")
            (folder / f"pages.{lang}.md").write_text(text, encoding="utf-8")
        (folder / "same.md").write_text("# Same\n\nThe very same words.\n", encoding="utf-8")
    for folder in (root / "blog", root / "docs", root / "all"):
        (folder / "postdex.toml").write_text('translations = "group"\n')
    return root


@pytest.fixture
def both(folders: Path) -> Iterator[Sites]:
    with postdex.open({"blog": folders / "blog", "docs": folders / "docs"}) as ix:
        yield ix


@pytest.fixture
def one(folders: Path) -> Iterator[postdex.Index]:
    with postdex.open(folders / "all") as ix:
        yield ix


def test_the_answers_of_one_folder(both: Sites, one: postdex.Index) -> None:
    for query in QUERIES:
        for arguments in ARGUMENTS:
            found = both.search(query, facets=["tags", "lang", "year"], limit=50, **arguments)
            expected = one.search(query, facets=["tags", "lang", "year"], limit=50, **arguments)
            where = query, arguments
            assert found.total == expected.total and found.facets == expected.facets, where
            said = (found.parsed, found.grouped, found.warnings, found.corrections)
            assert said == (expected.parsed, expected.grouped, expected.warnings, expected.corrections), where
            by_path, expected_by_path = ({hit.path: hit for hit in hits} for hits in (found, expected))
            assert by_path.keys() == expected_by_path.keys(), where
            for path, hit in by_path.items():
                other = expected_by_path[path]
                assert hit.site == path.partition("/")[0] and not other.site
                assert (hit.snippet, hit.translations) == (other.snippet, other.translations), (path, where)
            if arguments.get("sort"):
                assert [hit.path for hit in found] == [hit.path for hit in expected], where


def test_paths_lead_back(both: Sites, one: postdex.Index, folders: Path) -> None:
    assert sorted(both) == sorted(one) and len(both) == len(one)
    for hit in both.search("", limit=50):
        assert both.get(hit.path).path == hit.path and hit.path in both
        assert [other.path for other in both.search(f'path:"{hit.path}"', translations="all")] == [hit.path]
        assert Path(both.file(hit.path)).is_file()
    first = both.search("SMC fallback")[0]
    assert both.explain("SMC fallback", first.path).rank == 1
    assert first.path not in [hit.path for hit in both.like(first.path)]
    assert both.explain("x", "blog/nowhere.md").reasons == ("there is no such file in the folder of the posts",)
    assert both.explain("x", "nowhere/a.md").reasons == ("there is no site nowhere; there are blog, docs",)
    with pytest.raises(postdex.NotFoundError):
        both.get("same.md")
    assert both.suggest("refc") == one.suggest("refc")
    assert both.facets()["sites"] == {name: len(site) - 1 for name, site in both.sites.items()}, "pages count once"
    assert both.tags() == one.tags()


def test_posts_of_some_sites(both: Sites, one: postdex.Index) -> None:
    only = both.search("", sites=["docs"], limit=50)
    assert {hit.site for hit in only} == {"docs"} and only.total == both.search("site:docs").total > 0
    assert both.search("", sites=["docs", "b*"]).total == both.search("").total
    assert both.search("title:same", sites="blog").total == both.search("title:same site:blog").total == 1
    assert both.search("title:same -site:blog").hits[0].path == "docs/same.md"
    assert both.search("site:nowhere").warnings == ("no post has site:nowhere",)
    assert both.search("site:dosc").warnings == ("no post has site:dosc; did you mean site:docs?",)
    assert one.search("site:docs").warnings == ("no post has site:docs",)
    assert one.search("title:same site:example").warnings == ("no post has site:example; it was searched as text",)
    assert "sites" not in one.search("title:same", facets=["sites"]).facets


def test_each_follows_its_files(tmp_path: Path) -> None:
    for name in ("blog", "docs"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.md").write_text(f"# Of {name}\n\nA zanzibar.\n")
    with postdex.open({"blog": tmp_path / "blog", "docs": tmp_path / "docs"}) as ix:
        before = ix.search("zanzibar")
        assert before.total == 2 and before.index.fresh and before.index.sites == ("blog", "docs")
        (tmp_path / "docs" / "b.md").write_text("# Another zanzibar\n")
        assert ix.search("another").hits[0].path == "docs/b.md"
        (tmp_path / "blog" / "a.md").unlink()
        assert ix.search("zanzibar").total == 2
        (tmp_path / "blog" / "c.md").write_text("# A third zanzibar\n")
        report = ix.refresh()
        assert (report.added, report.removed, report.unchanged) == (("blog/c.md",), (), 2)
        status = ix.status()
        assert status.fresh and status.stats.sites == ("blog", "docs") and status.stats.posts == 3
        (tmp_path / "docs" / "d.md").write_text("---\ntitle: [\n---\n")
        ix.refresh()
        assert {problem.path for problem in ix.problems() if problem.path.startswith("docs/")} == {"docs/d.md"}
        told = threading.Event()
        with ix.watch(on_report=lambda report: told.set() if "blog/e.md" in report.added else None) as watching:
            assert watching.running and watching.alive
            (tmp_path / "blog" / "e.md").write_text("# A fourth zanzibar\n")
            assert told.wait(20)
        assert not watching.running


def test_each_link_is_that_of_its_site(tmp_path: Path) -> None:
    for name in ("blog", "docs"):
        (tmp_path / name / "source" / "_posts").mkdir(parents=True)
        (tmp_path / name / "source" / "_posts" / "a.md").write_text(
            "---\ndate: 2024-01-02\n---\nzanzibar\n\n## B\n\nc\n"
        )
        (tmp_path / name / "_config.yml").write_text(f"url: https://{name}.postdex.dev\npermalink: :year/:title/\n")
        (tmp_path / name / "package.json").write_text('{"hexo": {}, "dependencies": {"hexo": "7"}}')
    with postdex.open({name: tmp_path / name / "source" / "_posts" for name in ("blog", "docs")}) as ix:
        found = ix.search("zanzibar")
        assert {hit.site: hit.url for hit in found} == {
            "blog": "https://blog.postdex.dev/2024/a/", "docs": "https://docs.postdex.dev/2024/a/",
        }  # fmt: skip
        assert ix.get("docs/a.md").url == "https://docs.postdex.dev/2024/a/"


def test_sites_that_settings_name(folders: Path, tmp_path: Path) -> None:
    shutil.copytree(folders / "blog", tmp_path / "content" / "blog", ignore=shutil.ignore_patterns(".postdex"))
    shutil.copytree(folders / "docs", tmp_path / "docs", ignore=shutil.ignore_patterns(".postdex"))
    (tmp_path / "postdex.toml").write_text('sites = ["blog=content/blog", "docs"]\n')
    with postdex.open(tmp_path) as ix:
        assert isinstance(ix, Sites) and [*ix.sites] == ["blog", "docs"]
        assert ix.search("title:same").total == 2
        assert (tmp_path / "content" / "blog" / ".postdex").is_dir() and not (tmp_path / ".postdex").exists()
    (tmp_path / "out").symlink_to(folders / "docs")
    (tmp_path / "postdex.toml").write_text('sites = ["blog=content/blog", "out"]\n')
    with pytest.raises(postdex.ConfigError, match="out leads out of the folder"):
        postdex.open(tmp_path)


def test_an_index_elsewhere(folders: Path, tmp_path: Path) -> None:
    with postdex.open({"blog": folders / "blog", "docs": folders / "docs"}, index=tmp_path / "index") as ix:
        assert ix.search("title:same").total == 2
    assert sorted(path.name for path in (tmp_path / "index").iterdir()) == ["blog", "docs"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"My Blog": "blog"}, "no site can be called 'My Blog': My Blog is not in lower case"),
        ({"": "blog"}, "no site can be called '': a name is empty"),
        ({"a/b": "blog"}, "holds a blank or one of"),
        ({"blog": "blog", "again": "blog/../blog"}, "blog and again are the same folder"),
        ({"all": "all", "docs": "all/docs"}, "the folder of docs lies in that of all, which has its posts, too"),
        ({}, "no site is named"),
    ],
)
def test_what_cannot_be_together(folders: Path, given: dict[str, str], message: str) -> None:
    with pytest.raises(postdex.ConfigError, match=message):
        postdex.open({name: folders / folder for name, folder in given.items()})


def test_a_folder_in_another_that_leaves_it_out(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "a.md").write_text("# A zanzibar\n")
    (tmp_path / "docs" / "b.md").write_text("# B zanzibar\n")
    (tmp_path / "postdex.toml").write_text('exclude = ["/docs/"]\n')
    with postdex.open({"blog": tmp_path, "docs": tmp_path / "docs"}) as ix:
        assert sorted(ix) == ["blog/a.md", "docs/b.md"]


def test_a_folder_that_is_not_there(folders: Path) -> None:
    with pytest.raises(postdex.FolderError, match="nowhere: there is no such folder"):
        postdex.open({"blog": folders / "blog", "docs": folders / "nowhere"})
    ix = Sites.of({"blog": folders / "blog", "docs": folders / "nowhere"})
    found = ix.search("title:same")
    assert [hit.path for hit in found] == ["blog/same.md"]
    assert found.warnings[-1].startswith("the site docs does not answer: ") and "no such folder" in found.warnings[-1]


def test_one_that_is_damaged_or_goes_leaves_the_others(tmp_path: Path, run: Callable[..., tuple[int, str]]) -> None:
    for name in ("blog", "docs"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.md").write_text("# A zanzibar\n")
    named = {name: tmp_path / name for name in ("blog", "docs")}
    postdex.open(named).close()
    for file in (tmp_path / "docs" / ".postdex").glob("*.seg*"):
        file.write_bytes(b"nothing")
    with Sites.of(named, refresh="never") as ix:
        found = ix.search("zanzibar")
        assert [hit.site for hit in found] == ["blog"] and "the site docs does not answer: " in found.warnings[0]
        assert [(one.path, one.kind) for one in ix.problems()] == [("docs", "damaged")]
        assert ix.status().fresh is False and ix.status().stats.sites == ("blog",)
    both = ("-C", f"blog={named['blog']}", "-C", f"docs={named['docs']}")
    status, said = run(*both, "doctor")
    assert status == 1 and "docs: damaged" in said, said
    assert run(*both, "doctor", "--fix")[0] == 0
    with postdex.open(named) as ix:
        assert ix.search("zanzibar").total == 2, "it is built anew"
        shutil.rmtree(tmp_path / "docs")
        found = ix.search("zanzibar")
        assert [hit.site for hit in found] == ["blog"] and "the site docs does not answer: " in found.warnings[0]
        assert found.index.fresh is False


def test_the_command_line(folders: Path, run: Callable[..., tuple[int, str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folders)
    both = ("-C", "blog=blog", "-C", "handbook=docs")
    assert run(*both, "search", "title:same", "-l") == (0, "blog/same.md\ndocs/same.md\n"), "files as they lie there"
    assert run(*both, "search", "title:same", "--site", "handbook", "--count") == (0, "1\n")
    assert run(*both, "search", "title:same", "path:docs", "-l") == (0, "docs/same.md\n"), "as it was shown"
    assert '"path": "handbook/same.md"' in run(*both, "search", "title:same", "--json")[1]
    assert "Same" in run(*both, "show", "handbook/same.md")[1] and "Same" in run(*both, "show", "docs/same.md")[1]
    assert "did you mean blog/same.md or docs/same.md?" in run(*both, "show", "docs/smae.md")[1]
    assert run(*both, "index")[0] == 0
    status, said = run(*both, "doctor")
    assert status == 0 and "\nhandbook: " in said and "have no address" in said, "each site has addresses of its own"
    status, said = run("-C", "blog=blog", "-C", "docs=nowhere", "search", "title:same", "-l")
    assert status == 0 and said.startswith("blog/same.md\n")
    assert "the site docs does not answer: nowhere: there is no such folder" in said
    for arguments, message in (
        (("-C", "a=nowhere", "-C", "b=gone"), "nowhere: there is no such folder"),
        (("-C", "a=blog", "-C", "a=docs"), "two sites are called a: "),
        (("-C", "a=", "-C", "b=docs"), "a= names no folder"),
        (("-C", "My=blog", "-C", "b=docs"), "no site can be called 'My'"),
        (("-C", "a=blog", "-C", "b=blog/../blog"), "a and b are the same folder"),
    ):
        status, said = run(*arguments, "search", "same")
        assert status == 2 and message in said, said
    assert run("-C", "docs", "-C", "blog", "search", "title:same", "-l") == (0, "blog/same.md\ndocs/same.md\n")
    assert run("-C", "blog", "search", "-C", "blog", "title:same", "-l") == (0, "blog/same.md\n"), "one, said twice"
    status, said = run("-C", "blog", "-C", "other/blog", "search", "title:same")
    assert status == 2 and "two sites are called blog" in said and "blog-2=other/blog" in said


def test_a_folder_with_a_sign_in_its_name(tmp_path: Path, run: Callable[..., tuple[int, str]]) -> None:
    (tmp_path / "a=b").mkdir()
    (tmp_path / "a=b" / "c.md").write_text("# Zanzibar\n")
    status, said = run("-C", str(tmp_path / "a=b"), "search", "zanzibar", "--json")
    assert status == 0 and '"path": "c.md"' in said


def test_the_tools_of_an_assistant(both: Sites) -> None:
    pytest.importorskip("mcp", reason="the extra `mcp` is not installed")
    from asking_tools import check

    found = check(both, "search", {"query": "title:same site:docs"})
    assert [one["id"].partition("#")[0] for one in found["results"]] == ["docs/same.md"]
    fetched = check(both, "fetch", {"id": found["results"][0]["id"]})
    assert "The very same words." in fetched["text"] and fetched["where"].startswith("docs/same.md:")
    assert check(both, "status", {})["posts"] == len(both)
    assert {one["id"].partition("/")[0] for one in check(both, "related", {"id": "blog/same.md"})["results"]}


def test_sites_of_another_engine(folders: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.md").write_text("# A\n")
    (tmp_path / "postdex.toml").write_text('engine = "opensearch"\n')
    monkeypatch.setenv("POSTDEX_OPENSEARCH_HOSTS", "http://127.0.0.1:9")
    with pytest.raises(postdex.ConfigError, match="docs has another engine than embedded"):
        postdex.open({"blog": folders / "blog", "docs": tmp_path})


def test_one_object_for_several_threads(both: Sites, folders: Path) -> None:
    wrong: list[object] = []

    def ask() -> None:
        until = time.monotonic() + 1
        while time.monotonic() < until:
            found = both.search("title:same")
            if found.total != 2 or found.warnings:
                wrong.append(found)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(5):
        both.refresh(full=True)
    for thread in threads:
        thread.join()
    assert not wrong
