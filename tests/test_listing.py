"""Do `postdex tags` and `postdex list` say what is there, to people and in a pipe?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from running import Run, runner

import postdex
from postdex.output import listings
from postdex.output.screen import Palette, Screen
from postdex.results.values import Hit
from postdex.text_safety import cells

ROOT = Path(__file__).parent.parent


@pytest.fixture
def run(samples: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(samples)
    monkeypatch.delenv("POSTDEX_FOLDER", raising=False)
    return runner(capfd)


@pytest.mark.parametrize(
    ("arguments", "lines"),
    [
        ("tags -n 3", ["linux\t4", "python\t3", "shell\t3"]),
        ("tags psock", ["linux\t2", "kernel\t1", "networking\t1", "qemu\t1", "refcount\t1", "内核\t1"]),
        ("tags tag:rust", ["async\t1", "rust\t1"]),
        ("tags --categories psock", ["linux\t2", "linux/net\t1"]),
        ("tags --languages -n 1", ["zh\t3"]),
        ("tags --years", ["2024\t4", "2023\t4", "2022\t3", "2021\t2"]),
        ("tags --authors", ["R. Lindqvist\t1"]),
        ("list psock", ["2022-08-26\tA refcount bug in sk_psock_get\t2022/refcount-bug.md",
                        "2022-06-11\t用 QEMU 编译并调试 Linux 内核\t2022/编译并调试内核.md"]),
        ("list -l tag:sqlite", ["2024/sqlite-wal.md"]),
        ("list -n 1 tag:linux", ["2023-11-20\tTwo queues behind listen()\t2023/tcp-backlog.md"]),
        ("list before:2022 --sort title -l", ["2021/docker-no-cache.md", "2021/bash-pipefail.md"]),
    ],
)  # fmt: skip
def test_in_a_pipe(run: Run, arguments: str, lines: list[str]) -> None:
    said = run(*arguments.split())
    assert (said.status, said.err) == (0, ""), said
    assert said.out.splitlines()[: len(lines)] == lines, said.out


def test_all_posts_are_listed_and_drafts_if_asked_for(run: Run, samples: Path) -> None:
    with postdex.open(samples) as ix:
        assert sorted(run("list", "-l").out.splitlines()) == sorted(ix)
    published, all_posts = (set(run("list", "-0", *more).out.split("\0")) for more in ([], ["--drafts"]))
    assert published < all_posts


def test_nothing_to_count_is_said(tmp_path: Path, run: Run) -> None:
    (tmp_path / "a.md").write_text("word\n")
    assert run("-C", str(tmp_path), "list").status == 0
    assert run("-C", str(tmp_path), "tags") == (1, "", "postdex: no post has tags\n")
    assert run("-C", str(tmp_path), "tags", "--authors").err == "postdex: no post has authors\n"
    assert run("-C", str(tmp_path), "tags", "word").err.endswith("postdex: no post that was found has tags\n")


def test_more_posts_than_a_page(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(7):
        (tmp_path / f"{number}.md").write_text(f"---\ntitle: Post {number}\nauthor: Ada\n---\nword\n")
    monkeypatch.setattr("postdex.cli.listing_commands.PAGE", 3)
    assert len(run("-C", str(tmp_path), "list").out.splitlines()) == 7
    assert len(run("-C", str(tmp_path), "list", "-n", "5").out.splitlines()) == 5
    assert run("-C", str(tmp_path), "tags", "--authors").out == "Ada\t7\n"


def test_as_json(run: Run) -> None:
    told = json.loads(run("list", "--json", "tag:sqlite").out)
    assert told["total"] == 1 and told["posts"][0] == {
        "path": "2024/sqlite-wal.md",
        "title": "What SQLite's write-ahead log promises",
        "url": "",
        "date": "2024-02-11T00:00:00",
        "date_from": "post",
        "updated": "2024-05-30T00:00:00",
        "tags": ["sqlite", "databases", "durability"],
        "categories": told["posts"][0]["categories"],
        "lang": told["posts"][0]["lang"],
        "fields": {},
    }
    assert json.loads(run("tags", "--json", "--years", "psock").out) == {"schema": 1, "year": {"2022": 2}}


@pytest.mark.parametrize(
    ("arguments", "status", "out", "err"),
    [
        ("tags tag:nope", 1, "", "no post has tag:nope"),
        ("list tag:nope", 1, "", "no post has tag:nope"),
        ("list refcoutn", 1, "", "did you mean refcount?"),
        ("list psock -json", 0, "refcount", "-json leaves out posts with json; did you mean the option --json?"),
        ("tags --authors --years", 2, "", "--authors and --years exclude each other"),
        ("list --json -l", 2, "", "--json and -l exclude each other"),
        ("list --sort size", 2, "", "sort 'size' is not known; use one of"),
        ("tags -n", 2, "", "Option '-n' requires an argument"),
    ],
)
def test_what_is_said_besides(run: Run, arguments: str, status: int, out: str, err: str) -> None:
    said = run(*arguments.split())
    assert said.status == status and out in said.out and err in said.err, said


def hit(title: str, path: str, day: int | None = 0) -> Hit:
    return Hit(
        path, 1, "", "", title, (), (), day, "post" if day is not None else "", None, (), (), "", 0.0,
        snippet=None, sections=(),  # type: ignore[arg-type]
    )  # fmt: skip


@pytest.mark.parametrize("width", [20, 39, 40, 60, 80, 140, 200])
def test_a_list_keeps_to_the_width(width: int) -> None:
    posts = [
        hit("A title of " + "very " * 30 + "many words", "2024/a.md"),
        hit("内核" * 40, "b.md", None),
        hit("", "c.md"),
    ]
    lines = list(listings.posts_table(posts, Screen(width)))
    assert max(map(cells, lines)) <= width, lines
    assert [line for line in lines if "a.md" in line and (width < 80 or "1970-01-01" in line)]


def test_a_list_is_aligned_and_paths_move_below() -> None:
    posts = [hit("Short", "a.md"), hit("Somewhat longer", "2024/b.md")]
    assert list(listings.posts_table(posts, Screen(60, Palette(title="1")))) == [
        "1970-01-01   \x1b[1mShort\x1b[0m             a.md",
        "1970-01-01   \x1b[1mSomewhat longer\x1b[0m   2024/b.md",
    ]
    assert list(listings.posts_table([hit("A page", "a.md", None)], Screen(60))) == ["A page   a.md"]
    far = [hit("A title that is not short", "a/" * 20 + "b.md")]
    assert list(listings.posts_table(far, Screen(60))) == [
        "1970-01-01   A title that is not short",
        " " * 13 + "a/" * 20 + "b.md",
    ]


@pytest.mark.parametrize("width", [1, 8, 20, 80, 200])
def test_two_hundred_tags_have_columns(width: int) -> None:
    counts = {f"tag number {number}": number for number in range(199)} | {"long" * 100: 10_000}
    lines = list(listings.counts_columns(counts, width))
    assert len(lines) == 200 if width < 80 else len(lines) < 200
    assert width < 20 or max(map(cells, lines)) <= width
    assert list(listings.counts_columns({}, width)) == []


def test_control_characters_never_reach_a_terminal(tmp_path: Path, run: Run) -> None:
    (tmp_path / "a.md").write_text('---\ntitle: "a\\tb\\e[31m"\ntags: ["x\\ty\\e[1m"]\n---\nword\n')
    assert "\x1b" not in run("-C", str(tmp_path), "list").out + run("-C", str(tmp_path), "tags").out
    assert run("-C", str(tmp_path), "tags").out.count("\t") == 1
    assert run("-C", str(tmp_path), "list").out.count("\t") == 2


def test_each_line_of_oneline_is_a_hit_in_a_pipe(run: Run) -> None:
    """In colours, too, as fzf has them: what is said besides goes to standard error."""
    plain = run("search", "--oneline", "refcoutn")
    coloured = run("search", "--oneline", "--color", "always", "refcoutn")
    assert plain.out.count("\n") == coloured.out.count("\n") == 2 and coloured.out.count("\x1b[") > 2
    assert plain.err == coloured.err == "postdex: no post has “refcoutn”: also searched for refcount\n"
