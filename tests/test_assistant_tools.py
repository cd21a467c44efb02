"""What does each tool of an assistant answer, and does it say what it leaves out?"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from asking_tools import check
from hypothesis import given
from hypothesis import strategies as st

import postdex
from postdex import request
from postdex.mcp import excerpts, resources, tools
from postdex.mcp.post_text import Lines, PostText
from postdex.mcp.posts import Posts

ROOT = Path(__file__).parent.parent
REFCOUNT = "2022/refcount-bug.md"


@pytest.fixture(scope="module")
def ix(tmp_path_factory: pytest.TempPathFactory) -> Iterator[postdex.Index]:
    """A copy of the sample posts, indexed."""
    folder = tmp_path_factory.mktemp("assistant") / "posts"
    shutil.copytree(ROOT / "posts", folder, ignore=shutil.ignore_patterns(".postdex"))
    with postdex.open(folder) as opened:
        yield opened


def test_ids_lead_to_the_text_of_the_hit(ix: postdex.Index) -> None:
    for query in ("linux", "内核", "the", "tag:git"):
        for hit in check(ix, "search", {"query": query, "limit": 20})["results"]:
            names = (hit["id"], hit["where"], hit["url"], *(other["id"] for other in hit.get("more", ())))
            for name in names:
                assert check(ix, "fetch", {"id": name})["text"]
            piece = max(re.split(r"[^\w]+", hit["snippet"]), key=len)
            assert piece in check(ix, "fetch", {"id": hit["id"]})["text"]


def test_long_texts_come_in_parts(tmp_path: Path) -> None:
    parts = "\n\n".join(f"## Part {n}\n\n" + f"word{n} " * 500 for n in range(8))
    (tmp_path / "long.md").write_text(f"---\ntitle: L\n---\n# Long\n\n{parts}\n", encoding="utf-8")
    with postdex.open(tmp_path) as ix:
        for numbered in (False, True):
            text = ""
            offset: int | None = 0
            while offset is not None:
                asked = {"id": "long.md", "offset": offset, "line_numbers": numbered}
                answer = check(ix, "fetch", asked)
                assert len(answer["text"]) <= 8000
                assert numbered or f"# Long\n\n{parts}"[offset:].startswith(answer["text"])
                text, offset = text + answer["text"] + "\n", answer.get("next_offset")
            assert text.count("word7") == 500
            if numbered:
                assert re.findall(r"(?m)^(\d+)\t## Part", text) == [str(n) for n in range(6, 36, 4)]
        first = check(ix, "fetch", {"id": "long.md", "max_chars": 4000})
        assert first["where"] == "long.md:4-12"
        assert first["left_out"][0] == {"where": "long.md:12-12", "heading": "Part 1", "chars": 3000}
        assert first["left_out"][-1] == {"where": "long.md:34-36", "heading": "Part 7", "chars": 3010}
        assert "word7" in check(ix, "fetch", {"id": first["left_out"][-1]["where"]})["text"]
        assert "word3" in check(ix, "fetch", {"id": "long.md#part-3"})["text"]


def test_pages_and_notes(ix: postdex.Index) -> None:
    first = check(ix, "search", {"query": "linux", "limit": 1})
    second = check(ix, "search", {"query": "linux", "limit": 1, "offset": first["next_offset"]})
    assert first["results"][0]["id"] != second["results"][0]["id"]
    assert check(ix, "search", {"query": "refcoutn"})["corrections"][0]["to"][0] == "refcount"
    assert check(ix, "search", {"query": "+psock +quicksort"})["warnings"] == ["no post has quicksort"]


def test_only_an_index_that_is_known_to_be_old_is_said(tmp_path: Path) -> None:
    (tmp_path / "postdex.toml").write_text("max_changed_files = 0\n")
    (tmp_path / "a.md").write_text("a word\n")
    postdex.open(tmp_path).close()
    (tmp_path / "b.md").write_text("a word\n")
    states: list[tuple[request.Refresh, str | None]] = [("auto", "some posts changed since"), ("never", None)]
    for refresh, note in states:
        with postdex.open(tmp_path, refresh=refresh) as old:
            assert check(old, "search", {"query": "word"}).get("note") == note


@pytest.mark.parametrize(
    ("tool", "arguments", "code", "said"),
    [
        ("search", {}, "error", "needs query"),
        ("search", {"query": 1}, "error", "query does not fit"),
        ("search", {"query": "a", "limit": 21}, "error", "from 1 to 20"),
        ("search", {"query": "a", "limit": True}, "error", "limit does not fit"),
        ("search", {"query": "a", "sort": "size"}, "bad_sort", "use one of score, date, updated, title"),
        ("search", {"query": "a", "where": ["size:3"]}, "bad_where", "use one of path, date, tag"),
        ("search", {"query": "a", "folder": "/"}, "error", "takes no folder"),
        ("search", {"query": "a", "tag": "b"}, "error", "did you mean tags?"),
        ("search", {"query": "(" * 17}, "too_deep", ""),
        ("fetch", {"id": "../../etc/passwd"}, "not_found", ""),
        ("fetch", {"id": "refcount-bug.md"}, "not_found", f"did you mean {REFCOUNT}?"),
        ("fetch", {"id": "notes/"}, "not_found", "the path notes lists its posts"),
        ("fetch", {"id": f"{REFCOUNT}#nowhere"}, "not_found", "root-cause"),
        ("fetch", {"id": ""}, "error", "needs id"),
        ("status", {"x": 1}, "error", "takes nothing"),
        ("delete", {}, "error", "there is no tool"),
        ("x" * 1_000_000, {}, "error", "there is no tool"),
        ("search", {"query": "a", "x" * 1_000_000: 1}, "error", "search takes no"),
        ("fetch", {"id": "x" * 1_000_000}, "not_found", ""),
        ("fetch", {"id": f"{REFCOUNT}#" + "x" * 1_000_000}, "not_found", "root-cause"),
    ],
)
def test_errors_say_what_to_do(ix: postdex.Index, tool: str, arguments: dict[str, Any], code: str, said: str) -> None:
    check(ix, tool, arguments, code, said)


def test_a_search_has_filters(ix: postdex.Index) -> None:
    def paths(**arguments: Any) -> list[str]:
        found = check(ix, "search", {"query": "", "limit": 20, **arguments})["results"]
        return sorted(hit["where"].rpartition(":")[0] for hit in found)

    assert len(paths()) == 16
    assert paths(tags=["linux"], before="2023") == [REFCOUNT, "2022/编译并调试内核.md"]
    assert paths(path="notes", sort="title") and all(path.startswith("notes/") for path in paths(path="notes"))
    assert paths(path=REFCOUNT) == [REFCOUNT]
    assert paths(lang="zh") and not set(paths(lang="zh")) & set(paths(lang="en"))
    assert len(paths(drafts=True)) == 17
    check(ix, "search", {"query": "a", "drafts": True}, "forbidden", "--drafts", drafts=False)
    facets = check(ix, "search", {"query": "", "limit": 1, "facets": ["tags", "year"]})["facets"]
    assert facets["tags"]["linux"] == 4 and set(facets) == {"tags", "year"}
    status = check(ix, "status", {})
    assert status["facets"]["tags"] == facets["tags"] and status["posts"] == 16


def test_few_of_many_tags_are_told(tmp_path: Path) -> None:
    for number in range(60):
        (tmp_path / f"{number}.md").write_text(f"---\ntags: [all, t{number}]\n---\ntext\n")
    with postdex.open(tmp_path) as many:
        tags = check(many, "status", {})["facets"]["tags"]
        assert len(tags) == 50 and tags["all"] == 60


@pytest.mark.parametrize(
    ("name", "where", "begins"),
    [
        (REFCOUNT, f"{REFCOUNT}:10-{{}}", "The fuzzer"),
        (f"./{REFCOUNT}", f"{REFCOUNT}:10-{{}}", "The fuzzer"),
        (f"{REFCOUNT}#the-report", f"{REFCOUNT}:15-34", "## The report"),
        (f"{REFCOUNT}#The report", f"{REFCOUNT}:15-34", "## The report"),
        (f"{REFCOUNT}:30", f"{REFCOUNT}:15-34", "## The report"),
        (f"{REFCOUNT}:30:7", f"{REFCOUNT}:15-34", "## The report"),
        (f"{REFCOUNT}#L30", f"{REFCOUNT}:15-34", "## The report"),
        (f"{REFCOUNT}#L15-L16", f"{REFCOUNT}:15-15", "## The report"),
        (f"{REFCOUNT}:1-2", f"{REFCOUNT}:1-2", "---\ntitle"),
        (f"{REFCOUNT}:15-", f"{REFCOUNT}:15-{{}}", "## The report"),
        (f"postdex://{REFCOUNT}", f"{REFCOUNT}:10-{{}}", "The fuzzer"),
        (f"postdex://{REFCOUNT}#the-report", f"{REFCOUNT}:15-34", "## The report"),
        (f"  {REFCOUNT}\n", f"{REFCOUNT}:10-{{}}", "The fuzzer"),
    ],
)
def test_what_a_name_means(ix: postdex.Index, name: str, where: str, begins: str) -> None:
    lines = (ix.folder / REFCOUNT).read_text(encoding="utf-8").rstrip().count("\n") + 1
    answer = check(ix, "fetch", {"id": name})
    assert answer["where"] == where.format(lines) and answer["text"].startswith(begins)
    assert answer["id"] == name
    again = check(ix, "fetch", {"id": answer["where"]})
    assert again["text"] == answer["text"], "where is a name of what was read"


def test_an_address_names_a_post(tmp_path: Path) -> None:
    (tmp_path / "postdex.toml").write_text('url = "/:slug/"\nbase_url = "https://my.blog/x/"\n')
    (tmp_path / "Ein Käse.md").write_text("# K\n\nbefore\n\n## Rind\n\nmilk\n", encoding="utf-8")
    with postdex.open(tmp_path) as blog:
        url = check(blog, "search", {"query": "milk"})["results"][0]["url"]
        assert url.startswith("https://my.blog/x/")
        for name in (url, url.replace("https://my.blog", "http://localhost:4000"), url.replace("https://my.blog", "")):
            assert check(blog, "fetch", {"id": name})["text"] == "## Rind\n\nmilk"
        check(blog, "fetch", {"id": url.replace("my.blog", "your.blog")}, "not_found", "this address")
        check(blog, "fetch", {"id": "http://[:::/"}, "not_found", "this address")


def test_text_is_as_it_was_written(tmp_path: Path) -> None:
    written = "# T\r\n\r\n| a | b |\r\n| - | - |\r\n| *1* | [2](x) |\r\n\r\n```c\r\nint\t*p;\r\n```"
    (tmp_path / "a.md").write_bytes(b"\xef\xbb\xbf---\r\ntitle: T\r\n---\r\n\r\n" + written.encode())
    with postdex.open(tmp_path) as ix:
        answer = check(ix, "fetch", {"id": "a.md"})
        assert answer["text"] == written.replace("\r\n", "\n") and answer["where"] == "a.md:5-13"
        numbered = check(ix, "fetch", {"id": "a.md:12", "line_numbers": True})["text"]
        assert "12\tint\t*p;" in numbered


def test_a_file_that_is_another_one_by_now_is_told_from_the_index(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# T\n\nfirst *version*\n\n## Part\n\n```c\nint x;\n```\n")
    postdex.open(tmp_path).close()
    with postdex.open(tmp_path, refresh="never") as ix:
        assert "note" not in check(ix, "fetch", {"id": "a.md"})
        for change in (lambda: (tmp_path / "a.md").write_text("# T\n\nsecond\n"), (tmp_path / "a.md").unlink):
            change()
            answer = check(ix, "fetch", {"id": "a.md"})
            assert answer["note"] and answer["text"] == "first version\n\n## Part\n\n\nint x;"
            assert check(ix, "fetch", {"id": "a.md:5"})["where"] == "a.md:5-8"
        (tmp_path / "b.md").write_text("# T\n\nfirst *version*\n\n## Part\n\n```c\nint x;\n```\n")
        (tmp_path / "a.md").symlink_to(tmp_path / "b.md")
        assert check(ix, "fetch", {"id": "a.md"})["note"], "no link is followed"


def test_unpublished_posts_are_for_who_may_see_them(ix: postdex.Index) -> None:
    every = {
        hit["where"].rpartition(":")[0]
        for hit in check(ix, "search", {"query": "", "limit": 20, "drafts": True})["results"]
    }
    (draft,) = every - set(ix)
    assert check(ix, "fetch", {"id": draft})["metadata"]["unpublished"]
    check(ix, "fetch", {"id": draft}, "not_found", drafts=False)
    check(ix, "related", {"id": draft}, "not_found", drafts=False)


def long_post(title: str, sections: int, words: int) -> str:
    """A post of so many sections, each with so many words and its number."""
    parts = (f"## {title} {n}\n\n" + f"{title}{n} filler text. " * words for n in range(sections))
    return f"# {title}\n\n" + "\n\n".join(parts) + "\n"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[postdex.Index]:
    """Two long posts, and a short one that has what is asked for, too."""
    folder = tmp_path_factory.mktemp("library")
    (folder / "a.md").write_text(long_post("Apple", 9, 60).replace("Apple4 filler", "Apple4 quince"))
    (folder / "b.md").write_text(long_post("Berry", 9, 60).replace("Berry7 filler", "Berry7 quince", 3))
    (folder / "c.md").write_text("# Cherry\n\nA quince is no cherry.\n")
    with postdex.open(folder) as opened:
        yield opened


def test_passages_are_of_several_posts_best_first(library: postdex.Index) -> None:
    answer = check(library, "search", {"query": "quince", "max_chars": 3000})
    assert {"snippet", "more"}.isdisjoint(answer["results"][0])
    assert sum(len(passage["text"]) for passage in answer["passages"]) <= 3000
    assert {passage["where"].partition(":")[0] for passage in answer["passages"]} == {"a.md", "b.md", "c.md"}
    assert all("quince" in passage["text"] for passage in answer["passages"])
    for passage in answer["passages"]:
        assert check(library, "fetch", {"id": passage["where"]})["text"] == passage["text"]
    narrow = check(library, "search", {"query": "quince", "max_chars": 300})
    assert [left["where"].partition(":")[0] for left in narrow["left_out"]]
    for left in narrow["left_out"]:
        assert len(check(library, "fetch", {"id": left["where"]})["text"]) == left["chars"]


def test_passages_are_whole_blocks(tmp_path: Path) -> None:
    code = "```c\n" + "\n\n".join(f"line_{n}();" for n in range(30)) + "\n```"
    filler = "\n\n".join("A paragraph that says a little and no more than that." for _ in range(40))
    (tmp_path / "a.md").write_text(f"## One\n\n{filler}\n\nHere is zyzzogeton.\n\n{code}\n\n{filler}\n")
    with postdex.open(tmp_path) as ix:
        (passage,) = check(ix, "search", {"query": "zyzzogeton", "max_chars": 1200})["passages"]
        assert "zyzzogeton" in passage["text"] and passage["text"].count("```") == 2


def test_several_posts_share_the_room(library: postdex.Index) -> None:
    answer = check(library, "fetch", {"ids": ["a.md", "b.md", "c.md", "d.md"], "max_chars": 4000})
    lengths = [len(document["text"]) for document in answer["documents"]]
    assert sum(lengths) <= 4000 and lengths[2] < 40 and min(lengths[:2]) > 1800
    assert [document["id"] for document in answer["documents"]] == ["a.md", "b.md", "c.md"]
    assert answer["not_found"][0]["id"] == "d.md" and answer["not_found"][0]["error"]["hint"]
    first = answer["documents"][0]
    rest = check(library, "fetch", {"id": "a.md", "offset": first["next_offset"], "max_chars": 40000})
    whole = check(library, "fetch", {"id": "a.md", "max_chars": 40000})
    assert first["text"].split() + rest["text"].split() == whole["text"].split() and "left_out" not in whole
    check(library, "fetch", {"ids": ["x.md", "y.md"]}, "not_found")
    check(library, "fetch", {}, "error", "needs id or ids")
    (one,) = check(library, "fetch", {"ids": ["c.md"], "line_numbers": True})["documents"]
    assert one["text"] == "1\t# Cherry\n2\t\n3\tA quince is no cherry."


def test_what_answers_a_query_has_the_room(library: postdex.Index) -> None:
    asked = {"ids": ["a.md", "b.md"], "query": "quince", "max_chars": 4200}
    first, second = check(library, "fetch", asked)["documents"]
    assert "Apple4 quince" in first["text"] and "Berry7 quince" in second["text"]
    assert len(first["text"]) + len(second["text"]) < 4400
    assert re.search(r"\[lines \d+-\d+ are left out\]", first["text"] + second["text"])
    assert all("chars" in left for left in first["left_out"])
    check(library, "fetch", {**asked, "offset": 5}, "bad_argument", "offset")
    short = check(library, "fetch", {"id": "c.md", "query": "quince"})
    assert short["text"] == "# Cherry\n\nA quince is no cherry." and "left_out" not in short


def test_a_line_that_is_longer_than_all_there_is_room_for(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("x" * 1000 + "word " * 40_000)
    with postdex.open(tmp_path) as ix:
        first = check(ix, "fetch", {"id": "a.md"})
        assert 7990 < len(first["text"]) == first["next_offset"] <= 8000 and first["where"] == "a.md:1-1"
        numbered = check(ix, "fetch", {"id": "a.md", "max_chars": 1, "line_numbers": True})
        assert numbered["next_offset"] == 1
        found = check(ix, "search", {"query": "word", "max_chars": 1000})
        assert not found["passages"] and found["left_out"][0]["where"] == "a.md:1-1"
        beyond = check(ix, "fetch", {"id": "a.md", "offset": 10**9})
        assert beyond["text"] == ""


def test_odd_posts(tmp_path: Path) -> None:
    (tmp_path / "empty.md").write_text("---\ntitle: Nothing\n---\n")
    (tmp_path / "a:7.md").write_text("colon")
    (tmp_path / "a.md").write_text("\n".join(f"line {n}" for n in range(1, 20)))
    (tmp_path / "c#d.md").write_text("# T\n\nhash\n")
    with postdex.open(tmp_path) as ix:
        assert check(ix, "fetch", {"id": "a:7.md"})["text"] == "colon"
        assert check(ix, "fetch", {"id": "c#d.md"})["text"] == "# T\n\nhash"
        assert check(ix, "fetch", {"id": "postdex://c%23d.md"})["text"] == "# T\n\nhash"
        assert check(ix, "fetch", {"id": "a.md:7"})["where"] == "a.md:1-19"
        check(ix, "fetch", {"id": "a.md:50-60"}, "not_found", "1 to 19")
        check(ix, "fetch", {"id": "a.md:9-7"}, "not_found", "1 to 19")
        assert check(ix, "fetch", {"id": "empty.md"})["title"] == "Nothing"
        assert len(check(ix, "search", {"query": "", "max_chars": 500})["results"]) == 4


def test_related_posts_are_others(ix: postdex.Index) -> None:
    answer = check(ix, "related", {"id": f"{REFCOUNT}#root-cause", "limit": 3})
    assert len(answer["results"]) == 3
    assert REFCOUNT not in {hit["where"].rpartition(":")[0] for hit in answer["results"]}


def test_posts_of_several_sites_are_read_from_their_folders(tmp_path: Path) -> None:
    for name in ("blog", "docs"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.md").write_text(f"---\ntitle: Of {name}\n---\n# Of {name}\n\n| a *word* |\n")
    with postdex.open({name: tmp_path / name for name in ("blog", "docs")}) as both:
        assert check(both, "search", {"query": "word", "path": "docs"})["results"][0]["where"] == "docs/a.md:6"
        answer = check(both, "fetch", {"ids": ["blog/a.md", "docs/a.md:6"]})
        assert [document["text"] for document in answer["documents"]] == [
            "# Of blog\n\n| a *word* |",
            "# Of docs\n\n| a *word* |",
        ]
        assert check(both, "status", {})["posts"] == 2


def test_long_titles_and_many_tags_are_cut_short(tmp_path: Path) -> None:
    tags = ", ".join(f"t{number}" for number in range(200))
    (tmp_path / "a.md").write_text(f"---\ntitle: {'long ' * 200}\ntags: [{tags}]\n---\nword\n")
    with postdex.open(tmp_path) as ix:
        (hit,) = check(ix, "search", {"query": "word"})["results"]
        assert len(hit["title"]) == 300 and len(hit["tags"]) == 20
        assert len(check(ix, "fetch", {"id": "a.md"})["metadata"]["tags"]) == 200


def test_the_time_of_a_file_is_no_date_of_a_post(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("word\n")
    (tmp_path / "b.md").write_text("---\ndate: 2024-03-14\n---\nword\n")
    with postdex.open(tmp_path) as ix:
        dates = {hit["id"][:4]: hit.get("date") for hit in check(ix, "search", {"query": "word"})["results"]}
        assert dates == {"a.md": None, "b.md": "2024-03-14"}
        assert "date" not in check(ix, "fetch", {"id": "a.md"})["metadata"]


class Untold:
    """A stored post that nothing is asked of but its path."""

    path = "a.md"
    sections = ()


def post_of(lines: list[str]) -> PostText:
    """A post with these lines."""
    return PostText(Untold(), lines, 1, as_written=True)  # type: ignore[arg-type]


LINES = st.lists(st.text("ab `\u3042", max_size=40), min_size=1, max_size=12)


@given(LINES, st.integers(1, 60), st.booleans())
def test_parts_make_up_the_text(lines: list[str], room: int, numbered: bool) -> None:
    post = post_of(lines)
    text = "\n".join(lines)
    together, offset = "", 0
    while offset < len(text):
        part = excerpts.beginning(post, Lines(1, len(lines)), offset, room, numbered=numbered)
        assert part.length > 0
        assert len(part.text) <= room or len(part.text) - part.text.rfind("\t") <= 2, "one character at least"
        together += text[offset : offset + part.length]
        if not numbered:
            assert text[offset : offset + part.length] in (part.text, part.text + "\n")
        offset += part.length
    assert together == text


@given(st.lists(st.tuples(LINES, st.integers(1, 12)), max_size=4), st.integers(0, 600), st.integers(1, 600))
def test_passages_keep_to_their_room(posts: list[tuple[list[str], int]], room: int, share: int) -> None:
    passages = [excerpts.MarkdownPassage(post_of(lines), Lines(1, len(lines)), line) for lines, line in posts]
    selection = excerpts.select(passages, room, share)
    lengths = [len(it.post.markdown(it.lines)) for it in selection.shown]
    assert sum(lengths) <= room and all(length <= share for length in lengths)
    for passage in passages:
        numbers = range(1, len(passage.post.lines) + 1)
        parts = [it.lines for it in (*selection.shown, *selection.left_out) if it.post is passage.post]
        assert sorted(n for part in parts for n in range(part.first, part.last + 1)) == list(numbers)


@given(st.lists(st.integers(0, 9000), max_size=8), st.integers(0, 9000))
def test_what_one_has_no_use_for_goes_to_the_others(lengths: list[int], room: int) -> None:
    given_room = excerpts.shares(lengths, room)
    assert all(some <= length for some, length in zip(given_room, lengths, strict=True))
    assert sum(given_room) == min(room, sum(lengths))


PIECES = [
    *(
        REFCOUNT,
        "notes/待读.md",
        "postdex://",
        "http://",
        "https://a.org",
        "#",
        ":",
        "-",
        "L3",
        "3",
        "0",
        "%",
        "%23",
        "/",
    ),
    *("/", "..", "\0", "root-cause", " ", "99999999999", "[", "\n", "x"),
]


@given(st.lists(st.sampled_from(PIECES), max_size=6).map("".join))
def test_any_name_is_answered(ix: postdex.Index, name: str) -> None:
    posts = Posts.of(ix)
    answer, failed = tools.answer(posts, "fetch", {"id": name, "max_chars": 50})
    assert not failed or answer["error"]["code"] in ("not_found", "error"), answer
    assert failed or (ix.folder / answer["metadata"]["path"]).is_file()


def test_resources_come_in_pages(tmp_path: Path) -> None:
    for number in range(resources.PAGE + 5):
        (tmp_path / f"{number}.md").write_text(f"---\ndate: 2024-01-01\ntags: [a]\n---\ntext {number}\n")
    with postdex.open(tmp_path) as ix:
        first = resources.page(Posts.of(ix), None)
        second = resources.page(Posts.of(ix), first.next_cursor)
        assert (len(first.resources), len(second.resources), second.next_cursor) == (resources.PAGE, 5, None)
        assert len({one.uri for one in first.resources + second.resources}) == resources.PAGE + 5
        assert first.resources[0].description == "2024-01-01 #a"
        assert not resources.page(Posts.of(ix), "999999").resources
        with pytest.raises(postdex.QueryError):
            resources.page(Posts.of(ix), "-1")
