"""What is typed as it stands comes first: sentences word for word, names as they are spelled, whatever else scores."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from storage import ANALYZER

import postdex
from postdex.query.as_typed import Whole
from postdex.query.parse import parse
from postdex_index.query import show


def read(query: str, **options: object) -> Whole:
    return parse(query, ANALYZER, **options).whole  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "leaves", "certain"),
    [
        # a sentence: from four words on, stop words among them
        ("it stands here word", ['"it stands here word"'], True),
        ("stands Here, word: for word", ['"stands here word for word"'], True),
        # three with a stop word, or with a script without blanks
        ("single sign on", ['"single sign on"'], True),
        ("安装 API 对象", ['"安装 装 api 对象"'], True),
        # three words, and four characters, may be what people call another page
        ("front matter field", ['"front matter field"'], False),
        ("服务账号", ['"服务 务账 账号"'], False),
        ("two words", [], True),
        ("账号", [], True),
        # names: their own spelling in one word, then any
        ("sk_user_data", ['"skuserdata"', "[skuserdata | 'sk user data']"], True),
        ("smc_fallback();", ['"smcfallback"', "[smcfallback | 'smc fallback']"], True),
        ("C++", ['"c++"', "c++"], True),
        ("v0.113.0", ['"v0.113.0"', "[v0.113.0 | 'v0 113 0']"], True),
        # of several words in one chunk all of them
        ("clcsk->sk_user_data", ['["clcsk sk user data" | "clcsk skuserdata"]'], True),
        # signs that belong to a name
        ("--target", ['"target"'], True),
        ("target", [], True),
        # operators are words to who pastes
        ("this OR that NOT", ['"this or that"'], True),
        ("a AND b AND c AND d", ['"a and b and c and d"'], True),
        # filters stand beside what was typed
        ("tag:linux it stands here word", ['"it stands here word"'], True),
        # nobody pastes these
        ("it stands here -word", [], True),
        ("title:it stands here word", [], True),
        ("it stands here word~", [], True),
        ("???", [], True),
        ("→", [], True),
        ("", [], True),
    ],
)
def test_what_is_typed_as_a_whole(query: str, leaves: list[str], certain: bool) -> None:
    whole = read(query)
    assert ([show(leaf) for leaf in whole.leaves], whole.certain) == (leaves, certain)


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("sk_user_data", "sk_user_data"),
        ("sk_user_data(),", "sk_user_data"),
        ("--target", "--target"),
        (".gitignore", ".gitignore"),
        ("async/await", "async/await"),
        ("word", ""),
        ("sk_user_data here", ""),
        ('"sk_user_data"', ""),
        ("账号_名字", ""),
    ],
)
def test_the_name_that_a_query_is(query: str, name: str) -> None:
    assert read(query).name == name


def test_the_last_word_of_a_whole_may_be_growing() -> None:
    (leaf,) = read("it stands here wor", prefix_last=True).leaves
    assert show(leaf) == '"it stands here wor*"'


POSTS = {
    # One post has it word for word; sixty others score more for its words.
    "there.md": "Once upon a time the quick tunnel was closed for good, and so on. " + "Other things. " * 80,
    **{
        f"more/{number}.md": f"# Quick tunnel {number}\n\nClosed tunnel, quick, good. The quick tunnel. It was good.\n"
        for number in range(60)
    },
    # A link's text says what stands elsewhere, part of a sentence or not.
    "link.md": "# Quick\n\nSee [how to paint a wooden boat](boat.md), quick.\n",
    "boat.md": "# Boats\n\nThis is how to paint a wooden boat. " + "And more. " * 60,
    "partly.md": "# Parts\n\nPlease [read the manual](x.md) before you start. " + "And more. " * 60,
    # Names: as they are spelled, in another spelling, longer ones, and their parts.
    "exact.md": "# All options\n\n## lineBudget\n\nIt is on.\n\n## other\n\ntext\n",
    "snake.md": "# Snake\n\nA line_budget of a line_budget is a line_budget.\n",
    "longer.md": "# Options\n\n## lineBudgetTitle\n\nlineBudgetTitle lineBudgetTitle is lineBudgetTitle.\n",
    "prose.md": "# Line budget\n\nThe line budget is a number. Line budget again.\n",
    "parts.md": "# Budget of a line\n\nBudget, line.\n",
    "option.md": "# Commands\n\nLong text about many things. Use `--boundary` there.\n",
    "bare.md": "# Boundary\n\nA boundary is a boundary.\n",
    "path.md": "# Path\n\nIt lies in `etc/rules.d/main.conf`, not `etc/rules.d/main.conf.bak`.\n",
    "sections.md": "# Parts\n\n## drv_link\n\nThe drv_link is up, drv link.\n\n## Rest\n\ndrv_link_to_spare() too.\n",
    "alias.md": "---\ntitle: Something else\naliases: [/old/secret-garden/, Hidden Yard]\n---\ntext\n",
    "garden.md": "# Secret garden, hidden yard and the rest of it\n\nSecret garden. Hidden yard.\n",
    "中文.md": "# 别的\n\n" + "其他内容。" * 40 + "请重新启动节点上的代理程序。\n",
    "更多.md": "# 节点代理\n\n重新启动程序，节点上的代理。代理节点，启动程序。\n",
}  # fmt: skip


@pytest.fixture(scope="module")
def ix(tmp_path_factory: pytest.TempPathFactory) -> Iterator[postdex.Index]:
    folder: Path = tmp_path_factory.mktemp("posts")
    for path, text in POSTS.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    with postdex.open(folder) as index:
        yield index


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("the quick tunnel was closed for good", ["there.md"]),
        ("quick tunnel was closed", ["there.md"]),
        ("The QUICK tunnel, was", ["there.md"]),
        ("how to paint a wooden boat", ["boat.md"]),
        ("read the manual before you start", ["partly.md"]),
        ("lineBudget", ["exact.md", "snake.md"]),
        ("line_budget", ["snake.md", "exact.md"]),
        ("--boundary", ["option.md", "bare.md"]),
        ("boundary", ["bare.md", "option.md"]),
        ("etc/rules.d/main.conf", ["path.md"]),
        ("secret garden", ["alias.md", "garden.md"]),
        ("hidden yard", ["alias.md", "garden.md"]),
        ("重新启动节点上的代理", ["中文.md"]),
    ],
)
def test_what_was_typed_comes_first(ix: postdex.Index, query: str, first: list[str]) -> None:
    found = ix.search(query, explain=True)
    assert [hit.path for hit in found.hits][: len(first)] == first
    assert [hit.score for hit in found.hits] == sorted((hit.score for hit in found.hits), reverse=True)
    for rank, hit in enumerate(found.hits[:3], 1):
        assert hit.explain and hit.explain.value == pytest.approx(hit.score)
        assert ix.explain(query, hit.path).rank == rank


def test_parts_come_after_all_that_have_the_name(ix: postdex.Index) -> None:
    found = [hit.path for hit in ix.search("lineBudget").hits]
    assert found[-1] == "parts.md" and {"prose.md", "longer.md"} <= set(found[2:-1])


def test_it_comes_first_on_any_page_and_with_filters(ix: postdex.Index) -> None:
    query = "the quick tunnel was closed"
    every = [hit.path for hit in ix.search(query, limit=70).hits]
    assert every[0] == "there.md" and len(every) >= 61
    assert [hit.path for page in range(7) for hit in ix.search(query, offset=10 * page).hits] == every
    assert ix.search(f"{query} path:there.md").hits[0].path == "there.md"
    assert "there.md" not in [hit.path for hit in ix.search(f"{query} path:more", limit=70).hits]


def test_sections_that_have_it_come_first(ix: postdex.Index) -> None:
    hit = ix.search("drv_link_to_spare()").hits[0]
    assert (hit.path, hit.headings) == ("sections.md", ("Rest",))
    assert [one.heading for one in hit.sections] == ["Rest", "drv_link"]
    assert ix.search("drv_link").hits[0].headings == ("drv_link",)
    spot = ix.search("the quick tunnel was closed", units="sections").hits[0]
    assert spot.path == "there.md"
