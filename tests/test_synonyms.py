"""Synonyms of a site: what is typed -> what is searched for besides, what is said of it, and which posts are found."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from serving import serving

import postdex
from postdex import site_synonyms
from postdex.cli import main
from postdex.mcp import search_tool
from postdex_index.settings import SYNONYM_LISTS
from postdex_index.sites.setting_values import wrong_row

#: A few posts, by what they are called here.
TEXTS = {
    "kube.md": "# Clusters\n\nKubernetes schedules containers.",
    "orders.md": "# Orders\n\nWe call it k8s, and so do they.",
    "git.md": "# Branches\n\nHow git rebases a branch onto another.",
    "ci.md": "# Builds\n\nContinuous integration runs the tests of every branch.",
    "db.md": "---\nlang: zh\n---\n# 存储\n\nDB 连接池有多大。",
    "shuju.md": "---\nlang: zh\n---\n# 备份\n\n数据库连接断开以后怎么办。",
    "node.md": "# Servers\n\nA server in Node.js.",
    "cpp.md": "# Templates\n\nHow C++ deduces them.",
}
SYNONYMS: dict[str, Any] = {
    "k8s": ["Kubernetes"],
    "kube ->": ["Kubernetes"],
    "repo ->": ["git"],
    "version control": ["git"],
    "CI": ["continuous integration"],
    "数据库": ["DB"],
    "node.js": ["deno"],
    "cplusplus": ["C++"],
    "the": ["Kubernetes"],
    "missing": ["nowhere"],
    "zh": {"store": ["备份"], "order": ["备份"]},
}


@pytest.fixture(scope="module")
def ix() -> Iterator[postdex.Index]:
    with postdex.open(texts=TEXTS, synonyms=SYNONYMS) as opened:
        yield opened


#: A query, its tree, and what was searched for besides which word.
QUERIES: list[tuple[str, str, dict[str, tuple[str, ...]]]] = [
    ("k8s", "(k8s kubernetes^0.7)", {"k8s": ("Kubernetes",)}),
    ("K8S", "(k8s kubernetes^0.7)", {"K8S": ("Kubernetes",)}),
    ("kubernetes", "(kubernetes k8s^0.7)", {"kubernetes": ("k8s",)}),
    ("k8s kubernetes", "(k8s kubernetes)", {}),
    ("k8s kube", "(k8s kube kubernetes^0.7)", {"k8s": ("Kubernetes",), "kube": ("Kubernetes",)}),
    ("k8s^2 onto", "(k8s^2 onto kubernetes^1.4)", {"k8s": ("Kubernetes",)}),
    ("body:k8s", "(body:k8s body:kubernetes^0.7)", {"k8s": ("Kubernetes",)}),
    ("body:(k8s onto)", "(body:k8s body:onto body:kubernetes^0.7)", {"k8s": ("Kubernetes",)}),
    # one way: git is no word for a repo
    ("repos", "(repos git^0.7)", {"repos": ("git",)}),
    ("git", "git", {}),
    # phrases on both sides, their words in any form
    ("version controls now", "(version controls now git^0.7)", {"version controls": ("git",)}),
    ("ci", "(ci 'continuous integration'^0.7)", {"ci": ("continuous integration",)}),
    ("title:k8s", "title:k8s", {}),  # no title has Kubernetes
    ("control version", "(control version)", {}),
    ("version OR control", "(version control)", {}),
    # what is insisted on means itself
    ('"k8s"', '"k8s"', {}),
    ("+k8s onto", "(+k8s onto)", {}),
    ("k8s AND onto", "(+k8s +onto)", {}),
    ("branch -k8s", "(branch -k8s)", {}),
    ("k8s~", "k8s~", {}),
    ("k8s*", "k8s*", {}),
    ("k8s OR onto", "(k8s onto kubernetes^0.7)", {"k8s": ("Kubernetes",)}),
    ("+(k8s onto)", "(k8s onto kubernetes^0.7)", {"k8s": ("Kubernetes",)}),
    # a Chinese word within a run, traditional characters too
    ("数据库", "((数据 据库) db^0.7)", {"数据库": ("DB",)}),
    ("数据库连接", "", {"数据库": ("DB",)}),
    ("數據庫連接", "", {"数据库": ("DB",)}),
    ("db", "(db '数据 据库'^0.7)", {"db": ("数据库",)}),
    # compounds
    ("deno", "(deno ['node js' | nodejs]^0.7)", {"deno": ("node.js",)}),
    ("cplusplus", "(cplusplus c++^0.7)", {"cplusplus": ("C++",)}),
    # a stop word among others has none, and what no post has is not searched for
    ("the branch", "(branch ?the)", {}),
    ("missing branch", "(missing branch)", {}),
    # in posts of one language
    ("store", "(store (+备份^0.7 +lang=zh))", {"store": ("备份",)}),
]


@pytest.mark.parametrize(("query", "tree", "besides"), QUERIES)
def test_what_is_searched_for(ix: postdex.Index, query: str, tree: str, besides: dict[str, tuple[str, ...]]) -> None:
    results = ix.search(query, typo=False)
    if tree:
        assert results.parsed == tree
    assert {correction.word: correction.known for correction in results.corrections} == besides
    assert all(correction.synonym for correction in results.corrections)


#: A query, what it finds.
FOUND = [
    ("k8s", ["orders.md", "kube.md"]),
    ("kubernetes", ["kube.md", "orders.md"]),
    ("repo", ["git.md"]),
    ("数据库连接", ["shuju.md", "db.md"]),
    ("store", ["shuju.md"]),
]


@pytest.mark.parametrize(("query", "paths"), FOUND)
def test_what_is_found(ix: postdex.Index, query: str, paths: list[str]) -> None:
    assert [hit.path for hit in ix.search(query)] == paths


#: Where every word is required, as for an order by date, a synonym stands in the place of a word.
REQUIRED = [
    ("k8s schedules", ["kube.md"]),
    ("数据库连接", ["db.md", "shuju.md"]),
    ("version control branch", ["git.md"]),
]


@pytest.mark.parametrize(("query", "paths"), REQUIRED)
def test_required_words(ix: postdex.Index, query: str, paths: list[str]) -> None:
    assert sorted(hit.path for hit in ix.search(query, sort="date")) == paths


def test_as_somebody_types(ix: postdex.Index) -> None:
    assert ix.search("k8s", prefix_last=True).corrections[0].known == ("Kubernetes",)
    assert [hit.path for hit in ix.search("k8", prefix_last=True)] == ["orders.md"]


def test_a_word_with_synonyms_is_not_misspelt() -> None:
    texts = {"a.md": "# A\n\nrepast and kubernetes and git"}
    with postdex.open(texts=texts, synonyms={"repost": ["kubernetes"], "gitt": ["nowhere"]}) as ix:
        assert ix.search("repost").corrections == (("repost", ("kubernetes",), 0, True),)
        assert ix.search("gitt").corrections == (("gitt", ("git",), 0, False),)


def test_synonyms_in_a_circle_are_one_step() -> None:
    texts = {f"{word}.md": f"# {word}" for word in ("alpha", "beta", "gamma", "delta")}
    circle = {"alpha": ["beta"], "beta": ["gamma"], "gamma": ["delta"], "delta": ["alpha"]}
    with postdex.open(texts=texts, synonyms=circle) as ix:
        assert ix.search("alpha").parsed == "(alpha beta^0.7 delta^0.7)"


def test_no_query_has_more_than_so_many() -> None:
    words = [f"word{number}" for number in range(1000)]
    table = {f"key{number}": words[number * 50 : number * 50 + 50] for number in range(20)}
    with postdex.open(texts={"a.md": " ".join(words)}, synonyms=table) as ix:
        found = ix.search(" ".join(table))
        assert sum(len(correction.known) for correction in found.corrections) == 20


def test_those_that_no_post_has_take_no_place() -> None:
    table = {"first": [f"absent{number}" for number in range(40)], "second": ["cellar"]}
    with postdex.open(texts={"a.md": "In the cellar."}, synonyms=table) as ix:
        assert [correction.known for correction in ix.search("first second").corrections] == [("cellar",)]


def test_marks_show_the_synonym(ix: postdex.Index) -> None:
    snippet = ix.search("k8s").hits[1].snippet
    assert [snippet.text[start : start + length] for start, length in snippet.spans] == ["Kubernetes"]


def test_a_synonym_in_one_language_asks_for_none() -> None:
    texts = {"a.en.md": "# Order\n\nHere.", "a.zh.md": "# 备份\n\n这里。"}
    with postdex.open(texts=texts, synonyms={"zh": {"order": ["备份"]}}) as ix:
        assert ix.search("order").parsed == "(order (+备份^0.7 +lang=zh))"
        assert ix.search("order", translations="group").grouped == ix.search("here", translations="group").grouped


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("postdex.toml", '[synonyms]\nrepository = ["git"]\n'),
        ("pyproject.toml", '[tool.postdex.synonyms]\nrepository = ["git"]\n'),
    ],
)
def test_settings_of_a_folder(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / "git.md").write_text(TEXTS["git.md"])
    (tmp_path / name).write_text(text)
    with postdex.open(tmp_path) as ix:
        assert [hit.path for hit in ix.search("repository")] == ["git.md"]


def test_sites_have_those_of_each(tmp_path: Path) -> None:
    for name, row in (("a", 'repository = ["git"]'), ("b", 'k8s = ["kubernetes"]')):
        (tmp_path / name).mkdir()
        (tmp_path / name / "post.md").write_text(TEXTS["git.md"] + TEXTS["kube.md"])
        (tmp_path / name / "postdex.toml").write_text(f"[synonyms]\n{row}\n")
    with postdex.open({"a": tmp_path / "a", "b": tmp_path / "b"}) as ix:
        assert len(ix.search("repository")) == len(ix.search("k8s")) == 2


@pytest.fixture(scope="module")
def blog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("blog")
    for path, text in TEXTS.items():
        (folder / path).write_text(text, encoding="utf-8")
    (folder / "postdex.toml").write_text('[synonyms]\nrepository = ["git"]\n', encoding="utf-8")
    return folder


def test_the_command_line_says_it(blog: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["-C", str(blog), "search", "repository"]) == 0
    said = capsys.readouterr()
    assert "“repository”: also searched for git" in said.err and "git.md" in said.out
    main.main(["-C", str(blog), "search", "repository", "--json"])
    assert json.loads(capsys.readouterr().out)["corrections"] == [
        {"from": "repository", "to": ["git"], "synonym": True}
    ]


def test_explain_has_it(ix: postdex.Index) -> None:
    score = ix.explain("repo", "git.md").score
    assert score and "git^0.7: weight x idf x impact" in [part.label for part in score.parts[0].parts]


def test_an_answer_is_as_sure_as_with_the_word_itself(ix: postdex.Index) -> None:
    assert ix.search("version control").strength == ix.search("git").strength == "weak"


@pytest.mark.parametrize("name", SYNONYM_LISTS)
def test_ready_lists_can_be_used(name: str) -> None:
    rows = list(site_synonyms.ready(name))
    assert len(rows) > 100 and len({row.key.removesuffix(" ->").casefold() for row in rows}) == len(rows)
    assert [wrong for row in rows if (wrong := wrong_row("synonyms", *row))] == []


#: Settings, a query, what is searched for besides.
READY = [
    ('synonym_lists = ["computing-en"]', "k8s", ("Kubernetes",)),
    ('synonym_lists = "computing-zh"', "数据库连接", ("DB",)),
    (
        'synonym_lists = ["computing-zh", "computing-en"]\n[synonyms]\nkube = ["Kubernetes"]',
        "kubernetes",
        ("kube", "k8s"),
    ),
    ("", "k8s", ()),
]


@pytest.mark.parametrize(("settings", "query", "besides"), READY)
def test_ready_lists(tmp_path: Path, settings: str, query: str, besides: tuple[str, ...]) -> None:
    for path in ("kube.md", "orders.md", "db.md"):
        (tmp_path / path).write_text(TEXTS[path] + " kube", encoding="utf-8")
    (tmp_path / "postdex.toml").write_text(settings, encoding="utf-8")
    with postdex.open(tmp_path) as ix:
        assert tuple(word for correction in ix.search(query).corrections for word in correction.known) == besides


#: What a post of the glossary says, a query, what is searched for besides.
GLOSSARY: list[tuple[str, str, tuple[str, ...]]] = [
    ("title: Persistent Volume\naliases: [PV, storage claim, /old/address/, old.html]", "pv", ("Persistent Volume",)),
    ("title: Persistent Volume\naliases: PV", "persistent volumes", ("PV",)),
    ("title: 持久卷（Persistent Volume）", "持久卷", ("Persistent Volume",)),
    ("title: Persistent volume (PV)", "pv", ("Persistent volume",)),
    ("title: Persistent volume\naliases: [persistent volume]", "persistent volume", ()),
    ("title: Persistent volume\naliases: [/pv/]", "pv", ()),
]


@pytest.mark.parametrize(("front", "query", "besides"), GLOSSARY)
def test_a_glossary_has_them(tmp_path: Path, front: str, query: str, besides: tuple[str, ...]) -> None:
    (tmp_path / "glossary").mkdir()
    (tmp_path / "glossary" / "entry.md").write_text(f"---\n{front}\n---\n\nWhat it is.\n", encoding="utf-8")
    (tmp_path / "a.md").write_text("---\ntitle: A\naliases: [nothing of it]\n---\n\nPV, or a persistent volume.\n")
    (tmp_path / "postdex.toml").write_text('glossary = ["glossary/*"]\n')
    with postdex.open(tmp_path) as ix:
        assert tuple(word for found in ix.search(query).corrections for word in found.known) == besides


def test_a_glossary_is_read_as_it_changes(tmp_path: Path) -> None:
    entry = tmp_path / "words.md"
    entry.write_text("---\ntitle: Volume\naliases: [disk]\n---\n\nText.\n")
    (tmp_path / "postdex.toml").write_text('glossary = ["words.md"]\n')
    with postdex.open(tmp_path) as ix:
        assert ix.search("disk").corrections[0].known == ("Volume",)
        entry.write_text("---\ntitle: Volume\naliases: [storage]\n---\n\nText of another length.\n")
        assert [ix.search(word).corrections != () for word in ("disk", "storage")] == [False, True]


#: What readers type who do not know the words of the sample posts, and the posts that they look for.
READERS = {
    "moving commits in version control": "2024/git-rebase-onto.md",
    "decimals": "notes/float-sum.md",
    "除错核心": "2022/编译并调试内核.md",
    "切词": "2023/中文搜索引擎的分词.md",
    "mojibake": "2024/字符编码与归一化.md",
    "garbage collector in a subprocess": "2023/gc-freeze.md",
    "use after free of a substring": "2023/string-view-dangles.md",
    "secure shell": "notes/ssh-tunnels.md",
    "embedded database journal": "2024/sqlite-wal.md",
    "pending connections": "2023/tcp-backlog.md",
}
READERS_WORDS = {
    "version control": ["git"],
    "decimals": ["floats"],
    "除错": ["调试"],
    "核心": ["内核"],
    "切词": ["分词"],
    "mojibake": ["字符编码"],
    "subprocess": ["fork"],
    "substring": ["string_view"],
    "secure shell": ["ssh"],
    "journal": ["write-ahead log", "WAL"],
    "pending connections": ["backlog"],
}


def test_a_golden_file_gains(tmp_path: Path) -> None:
    posts = Path(__file__).parent.parent / "posts"
    mean_reciprocal_ranks = []
    for synonyms in ({}, READERS_WORDS):
        with postdex.open(posts, index=tmp_path / "index", synonyms=synonyms) as ix:
            found = {query: [hit.path for hit in ix.search(query)] for query in READERS}
        ranks = [found[query].index(path) + 1 for query, path in READERS.items() if path in found[query]]
        mean_reciprocal_ranks.append(sum(1 / rank for rank in ranks) / len(READERS))
    before, after = mean_reciprocal_ranks
    assert before < 0.5 and after == 1


def test_a_golden_file_suggests_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    posts = Path(__file__).parent.parent / "posts"
    golden = tmp_path / "golden.tsv"
    lines = {**READERS, "git rebase": "2024/git-rebase-onto.md", "decimals and money": "notes/float-sum.md"}
    golden.write_text("".join(f"{query}\t{path}\n" for query, path in lines.items()), encoding="utf-8")
    assert main.main(["-C", str(posts), "--index", str(tmp_path / "index"), "bench", str(golden), "--propose"]) == 0
    said = capsys.readouterr()
    rows = tomllib.loads(said.out)["synonyms"]
    assert (
        rows["decimals ->"][0] in ("floats", "summing") and "# 2 of 2 queries better, 0 worse; in 1 titles" in said.out
    )
    assert "git ->" not in rows and "rebase ->" not in rows, "their post has them"
    assert "may be chance" in said.err
    with postdex.open(posts, index=tmp_path / "index", synonyms=rows) as ix:
        assert ix.search("decimals").hits[0].path == "notes/float-sum.md"
    golden.write_text("git rebase\t2024/git-rebase-onto.md\n")
    main.main(["-C", str(posts), "--index", str(tmp_path / "index"), "bench", str(golden), "--propose"])
    assert capsys.readouterr().out == ""


def test_the_service_and_assistants_say_it(blog: Path) -> None:
    said = [{"from": "Repository", "to": ["git"], "synonym": True}]
    with serving(blog) as service:
        assert service.ask("/search?q=Repository").json()["corrections"] == said
        page = service.ask("/?q=Repository&ui=en").body.decode()
    assert "“Repository”: also searched for" in page and 'href="?q=git' in page
    with postdex.open(blog) as ix:
        assert search_tool._said_besides(ix.search("Repository"))["corrections"] == said
