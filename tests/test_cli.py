"""Does the command line say the right thing in the right place, whatever is typed, and end with the right status?"""

from __future__ import annotations

import gc
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import termios
from contextlib import closing, suppress
from errno import EACCES
from pathlib import Path
from typing import Any

import pytest
from running import Run, Said, runner
from storage import ANALYZER

import postdex
from postdex import __main__, index_location
from postdex import index as library
from postdex.cli import console, main, search_command
from postdex.text_safety import cells
from postdex_index import schema
from postdex_index.engine.embedded.engine import EmbeddedEngine

ROOT = Path(__file__).parent.parent
REFCOUNT, KERNEL = "2022/refcount-bug.md", "2022/编译并调试内核.md"


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `postdex` in this process."""
    for name in ("POSTDEX_FOLDER", "NO_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    return runner(capfd)


@pytest.fixture
def blog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two posts and no index, in which we stand."""
    for name in ("a", "b"):
        (tmp_path / f"{name}.md").write_text(f"# Post {name}\n\na word\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def check(said: Said, status: int, out: str = "", err: str = "") -> None:
    """The status is this and each stream holds this text; an empty one is empty."""
    assert said.status == status, said
    assert out in said.out and bool(out) == bool(said.out), said
    assert err in said.err and bool(err) == bool(said.err), said
    assert "Traceback" not in said.err


# -- search


@pytest.mark.parametrize(
    ("arguments", "status", "out", "err"),
    [
        (
            "SMC fallback",
            0,
            ":80: A refcount bug in sk_psock_get › Root cause (2022-08-26) [linux, kernel, networking, refcount]: The",
            "",
        ),
        ("xyzzy", 1, "", "no post has xyzzy"),
        ("???", 1, "", "no word"),
        ("refcoutn", 0, "A refcount bug", "also searched for refcount"),
        ("--no-typo refcoutn", 1, "", "refcoutn"),
        ("--count psock", 0, "2\n", ""),
        ("--count +psock +sqlite", 1, "0\n", "no post has all"),
        ("-n 0 psock", 0, "", ""),
        ("-n 1 --offset 1 psock", 0, KERNEL, ""),
        ("-n1 --offset 9 psock", 1, "", ""),
        ("--tag 内核 psock", 0, KERNEL, ""),
        ("--category linux/net", 0, "refcount-bug", ""),
        ("--lang zh psock", 0, KERNEL, ""),
        ("--after 2024-04 --sort title", 0, "rust-pin", ""),
        ("--drafts unfinished", 0, "allocator-notes", ""),
        ("--facets -n 1 psock", 0, "year\n  2022  2\n", ""),
        ("--section-snippets psock", 0, " › Root cause: ", ""),
        ("--suggest the refc", 0, "refcount\n", ""),
        ("--suggest zzz", 1, "", ""),
        ("--suggest --json refc", 0, '"suggestions": [{"text": "refcount"', ""),
        (f"--like {REFCOUNT} -n 1", 0, KERNEL, ""),
        ("--explain psock -n 1", 0, "x idf", ""),
        (f"--explain {REFCOUNT} psock", 0, "refcount-bug.md: rank 1\n", ""),
        (f"--explain {REFCOUNT} +sqlite", 1, "it has no sqlite", ""),
        ("--no-refresh psock", 0, REFCOUNT, ""),
        ("--require-fresh psock", 0, REFCOUNT, ""),
        ("--limt 3 psock", 0, REFCOUNT, "did you mean the option --limit?"),
        ("-json psock", 0, REFCOUNT, "-json leaves out posts with json; did you mean the option --json?"),
        ("-n 1 psock -limit=3", 0, REFCOUNT, "posts with limit=3; did you mean the option --limit?"),
        ("psock -help", 0, REFCOUNT, "did you mean the option --help?"),
        ("psock -jsno -l", 0, REFCOUNT, ""),
        ("--no-refresh --require-fresh x", 2, "", "--no-refresh and --require-fresh exclude each other"),
        ("-l --json x", 2, '"message": "--json and -l exclude each other"', "--json and -l exclude each other"),
        ("--count --jsonl x", 2, "", "--jsonl and --count exclude each other"),
        ("--suggest -0 x", 2, "", "--suggest and -l exclude each other"),
        (f"--explain {REFCOUNT} --count x", 2, "", "--explain PATH and --count exclude each other"),
        (f"--like {REFCOUNT} x", 2, "", "takes the place of a query"),
        ("--like no.md", 2, "", "postdex: no.md: no post of the index has this path"),
        ("-n 1001 x", 2, "", "1001 is not in the range"),
        ("-n many x", 2, "", "'many' is not a valid whole number"),
        ("--after soon x", 2, "", "after is 'soon', which is no date; write 2022"),
        ("--limit", 2, "", "requires an argument"),
        ("x" * 2001, 1, "", "the text has 2,001 characters; only the first 2,000 were read"),
        ("psock " * 65, 0, REFCOUNT, "the text of 65 words was searched for by 1 of them, the rarest in these posts"),
        ("+psock " * 65, 2, "", "the query has more than 64 operators, phrases and filters"),
    ],
)
def test_search(run: Run, samples: Path, arguments: str, status: int, out: str, err: str) -> None:
    check(run("-C", str(samples), "search", *arguments.split()), status, out, err)


@pytest.mark.parametrize(
    ("arguments", "query"),
    [
        (["SMC fallback"], "SMC fallback"),
        (["SMC", "fallback"], "SMC fallback"),
        (["--no-cache"], "--no-cache"),
        (["docker", "build", "--no-cache", "--pull=false"], "docker build --no-cache --pull=false"),
        (["refcount", "-psock"], "refcount -psock"),
        (["-linux", "-nginx"], "-linux -nginx"),
        (["git", "switch", "-"], "git switch -"),
        (["-n", "1", "--", "--json", "-l"], "--json -l"),
        (["-n1", "psock", "--limit=2"], "psock"),
        (["df", "-h"], "df -h"),
        (["git", "-C", "x"], "git -C x"),
        (["-Wall", "-O2", "-o", "x"], "-Wall -O2 -o x"),
        (["-l=x"], "-l=x"),
        (["--explain", "psock"], "psock"),
        (["psock", "--explain"], "psock"),
        (['"root cause"', "tag:linux"], '"root cause" tag:linux'),
        (["std::vector<int>", "->", "foo(bar)"], "std::vector<int> -> foo(bar)"),
        (["搜索引擎", "分词"], "搜索引擎 分词"),
        ([], ""),
    ],
)
def test_a_query_is_pasted_as_it_is(run: Run, samples: Path, arguments: list[str], query: str) -> None:
    said = run("-C", str(samples), "search", "--json", *arguments)
    assert json.loads(said.out)["query"] == query


@pytest.mark.parametrize(
    "arguments",
    [
        ["search", "-C", "posts", "psock"],
        ["search", "-C", "posts", "--index", "posts/.postdex", "psock"],
        ["--index", "posts/.postdex", "search", "-C", "posts", "psock"],
        ["search", "-C", "posts", "-l", "psock"],
        ["show", "-C", "posts", REFCOUNT],
    ],
)
def test_the_folder_may_stand_behind_the_command(
    run: Run, samples: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.chdir(samples.parent)
    check(run(*arguments), 0, "refcount")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("show refcount", "no post of the index has this path; did you mean 2022/refcount-bug.md?"),
        ("show 2022/refcont-bug.md", "did you mean 2022/refcount-bug.md?"),
        ("show refcount#x", "did you mean 2022/refcount-bug.md?"),
        ("show 2022", "`postdex list path:2022` lists those below it"),
        ("show zzz.md", "no post of the index has this path; paths are relative to the folder"),
        ("show 2022/refcount-bug.md#nope", "it has no section nope; its sections are the-report"),
        ("search --like tcp-backlog.md", "did you mean 2023/tcp-backlog.md?"),
        ("search tag:linx", "no post has tag:linx; did you mean tag:linux?"),
        ("list category:Linux/nets", "no post has category:linux/nets; did you mean category:linux/net?"),
        ("search --tag zzz linux", "no post has tag:zzz\n"),
    ],
)
def test_what_may_be_meant_is_named(
    run: Run, samples: Path, monkeypatch: pytest.MonkeyPatch, arguments: str, said: str
) -> None:
    monkeypatch.chdir(samples)
    assert said in run(*arguments.split()).err


def test_no_command_is_told_in_part(run: Run) -> None:
    assert "..." not in run("--help").out.partition("Commands:")[2]


def test_a_folder_among_the_words_is_said(run: Run, samples: Path) -> None:
    check(run("-C", str(samples), "search", "git", "-C"), 0, "git-rebase", "as an option it stands before the words")


@pytest.mark.parametrize("query", ["SMC fallback", "refcoutn", "xyzzy", "???", "", "x" * 2001])
def test_the_plain_way_and_that_of_click_are_one(run: Run, samples: Path, query: str) -> None:
    assert run("-C", str(samples), "search", query) == run("-C", str(samples), "search", "--", query)


def test_forms_for_programs(run: Run, samples: Path) -> None:
    def search(*arguments: str) -> str:
        return run("-C", str(samples), "search", *arguments).out

    told = json.loads(search("--json", "psock"))
    assert [hit["path"] for hit in told["hits"]] == [REFCOUNT, KERNEL]
    assert [json.loads(line)["path"] for line in search("--jsonl", "psock").splitlines()] == [REFCOUNT, KERNEL]
    paths = [os.path.relpath(samples / path) for path in (REFCOUNT, KERNEL)]
    assert search("-l", "psock").splitlines() == paths
    assert search("-0", "psock").split("\0") == search("-l0", "psock").split("\0") == [*paths, ""]


def test_all_paths_are_listed_unless_so_many_are_asked_for(
    run: Run, samples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_command, "PAGE", 3)
    assert len(set(run("-C", str(samples), "search", "-l").out.splitlines())) == 16
    assert len(run("-C", str(samples), "search", "-l", "-n", "2").out.splitlines()) == 2


@pytest.mark.parametrize(
    ("arguments", "code", "err"),
    [
        ("search --json --after soon x", "bad_date", "no date"),
        ("search --json --sort foo x", "bad_sort", "sort 'foo' is not known; use one of score"),
        ("show no.md --json", "not_found", "no post"),
        ("-C nowhere doctor --json", "bad_folder", "no such folder"),
    ],
)
def test_errors_are_json_where_json_was_asked_for(run: Run, samples: Path, arguments: str, code: str, err: str) -> None:
    folder = () if arguments.startswith("-C") else ("-C", str(samples))
    said = run(*folder, *arguments.split())
    assert json.loads(said.out)["error"]["code"] == code
    check(said, 2, code, err)


def test_an_error_is_not_json_where_json_is_searched_for(run: Run, samples: Path) -> None:
    check(run("-C", str(samples), "search", "--after", "soon", "--", "--json"), 2, "", "no date")


def test_paths_are_relative_to_where_one_stands(run: Run, samples: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for stand, path in (
        (samples, REFCOUNT),
        (samples.parent, f"posts/{REFCOUNT}"),
        (samples / "2022", "refcount-bug.md"),
        (samples / "2021", "../2022/refcount-bug.md"),
    ):
        monkeypatch.chdir(stand)
        assert run("search", "-l", "-n1", "psock").out == f"{path}\n", "the folder is found from below, too"
        check(run("search", "--like", path, "-n1"), 0, "内核")
        check(run("show", path), 0, "A refcount bug")


@pytest.mark.parametrize(
    ("arguments", "environment", "colored"),
    [
        ([], {}, False),
        (["--color", "always"], {}, True),
        (["--color", "always"], {"NO_COLOR": "1"}, True),
        (["--color", "never"], {}, False),
        ([], {"CLICOLOR_FORCE": "1"}, True),
        ([], {"CLICOLOR_FORCE": "0"}, False),
        ([], {"CLICOLOR_FORCE": "1", "NO_COLOR": "1"}, False),
        (["--color", "never"], {"CLICOLOR_FORCE": "1"}, False),
        (["--oneline"], {}, False),
        (["--oneline"], {"CLICOLOR_FORCE": "1"}, True),
        (["--json"], {"CLICOLOR_FORCE": "1"}, False),
    ],
)
def test_color(
    run: Run,
    samples: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    environment: dict[str, str],
    colored: bool,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert ("\x1b[" in run("-C", str(samples), "search", "psock", *arguments).out) == colored


def test_a_line_a_hit_is_the_same_with_colours(run: Run, samples: Path) -> None:
    plain, painted = (
        run("-C", str(samples), "search", "--oneline", *more, "psock").out for more in ([], ["--color=always"])
    )
    assert re.fullmatch(r"(\S*refcount-bug\.md:\d+: .* \(2022-08-26\)\n)(\S*\.md:\d+: .*\n)", plain)
    assert re.sub(r"\x1b\[[\d;]*m", "", painted) == plain != painted, "for fzf --ansi: nothing is cut, and no total"


def test_on_a_terminal(run: Run, samples: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout.__class__, "isatty", lambda _: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "40")
    said = run("-C", str(samples), "search", "-n1", "psock")
    assert f"\x1b]8;;file://{samples}/{REFCOUNT}" in said.out
    assert "2 posts, 1 shown" in said.out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in run("-C", str(samples), "search", "-n1", "psock").out


def test_no_control_character_reaches_a_terminal(run: Run, blog: Path) -> None:
    (blog / "e\x1b[2Jvil\u202e.md").write_text('---\ntitle: "x\\e[31my\\u202e"\n---\nevil\x1b]0;word\x07\n', "utf-8")
    for arguments in (["evil"], ["--color", "always", "evil"], ["--json", "evil"], ["--explain", "evil"]):
        said = run("search", *arguments)
        assert said.status == 0
        assert not {"\x1b[2J", "\x1b[31m", "\x1b]0", "\u202e", "\x07"} & {
            bad for bad in ("\x1b[2J", "\x1b[31m", "\x1b]0", "\u202e", "\x07") if bad in said.out + said.err
        }


# -- the first index, and freshness


def test_the_first_search_builds_the_index(run: Run, blog: Path) -> None:
    check(run("search", "-l", "word"), 0, "a.md\nb.md\n", "indexed 2 posts")
    assert (blog / ".postdex" / ".gitignore").read_text() == "*\n"
    (blog / "c.md").write_text("a word\n")
    check(run("search", "--count", "word"), 0, "3\n")


@pytest.mark.parametrize("arguments", ["index", "search word", "search --json word", "show a.md"])
def test_a_folder_without_posts_gets_no_index(run: Run, tmp_path: Path, arguments: str) -> None:
    none = tmp_path / "none"
    none.mkdir()
    (none / "a.txt").write_text("word")
    said = run("-C", str(none), *arguments.split())
    check(said, 2, said.out, "there is no post here (*.md, ")
    assert os.listdir(none) == ["a.txt"]


def test_where_all_posts_are_left_out_the_setting_is_named(run: Run, blog: Path) -> None:
    (blog / "postdex.toml").write_text('exclude = ["drafts/", "*.md"]\n')
    check(run("index"), 2, "", "exclude leaves out drafts/, *.md\n")


def test_a_folder_of_files_that_are_no_posts(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(bytes(1000))
    check(run("-C", str(tmp_path), "search", "word"), 2, "", "no post could be indexed")


def test_where_another_index_lies_is_said_once(run: Run, blog: Path, tmp_path: Path) -> None:
    check(run("--index", "other", "search", "--count", "word"), 0, "2\n", " in other")
    check(run("--index", "other", "search", "--count", "word"), 0, "2\n")
    assert not (blog / ".postdex").exists()


def test_what_may_be_a_mistake_is_not_built(run: Run, blog: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(blog))
    check(run("search", "word"), 2, "", "home or root folder; run `postdex index`")
    monkeypatch.setenv("HOME", str(blog / "x"))
    monkeypatch.setattr(index_location, "MANY_FILES", 1)
    check(run("search", "word"), 2, "", "home or root folder")
    monkeypatch.setenv("HOME", "/nowhere")
    check(run("search", "word"), 2, "", "2 files to index")
    check(run("index"), 0, "2 added")
    check(run("search", "--count", "word"), 0, "2\n")


@pytest.mark.parametrize("here", [".", "..", "Client Work", "other/deep"])
def test_each_path_is_found_as_it_is_shown(run: Run, blog: Path, monkeypatch: pytest.MonkeyPatch, here: str) -> None:
    for path in ("Client Work/Übersicht.md", "other/deep/c.md"):
        (blog / path).parent.mkdir(parents=True)
        (blog / path).write_text("a word\n")
    monkeypatch.chdir(blog / here)
    shown = run("-C", str(blog), "search", "-l", "word").out.splitlines()
    assert len(shown) == 4
    for path in shown:
        check(run("-C", str(blog), "search", "-l", f'word path:"{path}"'), 0, f"{path}\n")
        if "Work/" in path:
            check(run("-C", str(blog), "search", "-l", f'path:"{os.path.dirname(path)}"'), 0, f"{path}\n")
    found = run("-C", str(blog), "search", "--json", f'path:"{shown[0]}"')
    assert json.loads(found.out)["query"] == f'path:"{shown[0]}"'


def test_an_old_index_is_said(run: Run, blog: Path) -> None:
    (blog / "postdex.toml").write_text("max_changed_files = 0\n")
    run("index")
    (blog / "c.md").write_text("a word\n")
    check(run("search", "--count", "word"), 0, "2\n", "older than the posts: 1 file changed")
    check(run("search", "--count", "--no-refresh", "word"), 0, "2\n")
    check(run("search", "--json", "--no-refresh", "word"), 0, '"fresh": null, "changed_files": 0')
    check(run("search", "--require-fresh", "word"), 2, "", "run `postdex index`")
    (blog / "postdex.toml").write_text("max_changed_files = 0\nlanguage = 'zh'\n")
    check(run("search", "--count", "word"), 0, "2\n", "older than the posts: 1 file changed")
    (blog / "c.md").unlink()
    check(run("search", "--count", "word"), 0, "2\n", "older than the posts: the settings changed since")
    check(run("search", "--require-fresh", "word"), 2, "", "(the settings changed)")
    (blog / "c.md").write_text("a word\n")
    (blog / "postdex.toml").write_text("max_changed_files = 0\n")
    (blog / "b.md").unlink()
    with closing(EmbeddedEngine(blog / ".postdex").open_writer(analyzer=ANALYZER)):
        check(run("search", "-l", "word"), 0, "a.md\n", "2 files changed")


# -- the other commands


def test_index(run: Run, blog: Path) -> None:
    check(run("index", "--dry-run"), 0, "+ a.md\n+ b.md\n")
    check(run("index"), 0, "2 added, 0 changed, 0 removed, 0 unchanged")
    (blog / "a.md").write_text("---\ndraft: true\n---\nother\n")
    (blog / "b.md").unlink()
    check(run("index", "--dry-run"), 0, "~ a.md\n- b.md\n")
    check(run("index"), 0, "unpublished: 1 (`postdex doctor` lists them)")
    check(run("index", "--full"), 0, "1 changed")
    with closing(EmbeddedEngine(blog / ".postdex").open_writer(analyzer=ANALYZER)):
        check(run("index", "--full", "--wait", "0"), 2, "", "another postdex is writing this index")


def test_index_lists_what_it_lost(run: Run, blog: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(21):
        (blog / f"bad{number:02}.md").write_text("---\ndate: soon\n---\n")
    monkeypatch.chdir(blog.parent)
    said = run("-C", blog.name, "index")
    check(said, 0, f"{blog.name}/bad00.md:2: malformed: date is no date (soon); write it as")
    assert said.out.splitlines()[19:21] == [
        f"{blog.name}/bad19.md:2: malformed: date is no date (soon); "
        "write it as 2022-08-26 or 2022-08-26 09:30:00 +0800",
        "and 1 more; `postdex doctor` lists them all",
    ]
    (blog / "a.md").write_text("other")
    assert "bad00" not in run("-C", blog.name, "index").out, "it is said once"
    (blog / "bad00.md").write_text("---\ndate: later\n---\n")
    check(run("-C", blog.name, "index"), 0, "(later)")
    (blog / "c.md").write_text("word")
    check(run("-C", blog.name, "index", "--dry-run"), 0, f"+ {blog.name}/c.md\n")


def test_show(run: Run, samples: Path) -> None:
    def show(*arguments: str) -> Said:
        return run("-C", str(samples), "show", *arguments)

    check(show(REFCOUNT), 0, "## Root cause")
    check(show(f"{REFCOUNT}#what-i-fixed"), 0, "## what I fixed")
    assert "## Root cause" not in show(f"{REFCOUNT}#what-i-fixed").out
    assert json.loads(show("--json", f"{REFCOUNT}#Root cause").out)["sections"][0]["title"] == "Root cause"
    check(show(f"{REFCOUNT}#L90"), 0, "## Who owns a void")
    check(show("no.md"), 2, "", "no post of the index has this path")
    check(show(f"{REFCOUNT}#no"), 2, "", "it has no section no; its sections are")


def test_a_search_builds_a_damaged_index_anew(run: Run, blog: Path) -> None:
    check(run("index"), 0, "2 added")
    for commit in (blog / ".postdex").glob("commit-*"):
        commit.write_bytes(b"not an index")
    check(run("search", "--no-refresh", "word"), 2, "", "damaged")
    check(run("search", "word"), 0, "a word", "indexed 2 posts")
    check(run("doctor", "--verify"), 0, "2 posts")


def test_a_search_says_why_it_builds_anew(run: Run, blog: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert " anew" not in run("search", "word").err
    monkeypatch.setattr(schema, "fingerprint", lambda: "of another version")
    why = "this index was written by a postdex with other fields"
    check(run("search", "word"), 0, "a word", f"indexed 2 posts of {blog} anew: {why}\n")


def test_doctor(run: Run, blog: Path) -> None:
    check(run("doctor"), 2, "kernel: ", "there is no index yet; `postdex index`")
    check(run("doctor", "--fix", "--verify"), 0, "2 posts, 0 unpublished")
    (blog / "bad.md").write_text("---\ntitle: [\n---\nwords\n")
    check(run("doctor"), 0, "1 file changed since it was built, not looked at here")
    check(run("doctor", "--fix"), 1, "bad.md:")
    told = json.loads(run("doctor", "--json").out)
    assert (told["problems"][0]["path"], told["problems"][0]["kind"]) == ("bad.md", "malformed")
    assert told["problems"][0]["line"] in (2, 3)
    assert (told["index"]["stats"]["posts"], told["index"]["fresh"]) == (3, True)
    gc.collect()  # a segment that is still open is not opened, and checked, again
    for segment in (blog / ".postdex").glob("*.segment"):
        content = bytearray(segment.read_bytes())
        content[len(content) // 2] ^= 255
        segment.write_bytes(content)
    check(run("doctor", "--verify"), 2, "damaged", "doctor --fix")
    assert json.loads(run("doctor", "--verify", "--json").out)["problems"][0]["kind"] == "damaged"
    check(run("doctor", "--fix"), 1, "bad.md")
    check(run("doctor", "--verify"), 1, "bad.md")


@pytest.mark.parametrize(
    ("name", "text", "options", "status", "said"),
    [
        ("g.tsv", f"SMC fallback\t{REFCOUNT}\n# a comment\n\n", [], 0, "1 queries: success@1 1.000, MRR 1.000"),
        (
            "g.tsv",
            f"psock\t{REFCOUNT}\npsock\t{KERNEL}\n",
            ["-v"],
            0,
            f"2\tpsock\t{KERNEL}\n2 queries: success@1 0.500",
        ),
        ("g.tsv", f"psock\t{KERNEL}\n", ["--min-mrr", "0.5"], 0, "MRR 0.500"),
        ("g.tsv", f"psock\t{KERNEL}\n", ["--min-mrr", "0.6"], 1, "MRR 0.500 is below 0.6"),
        ("g.tsv", f"psock\t{KERNEL}\n", ["--min-success", "1"], 1, "success@1 0.000 is below 1"),
        ("g.tsv", "psock\tno.md\n", [], 0, "MRR 0.000, success@10 0.000"),
        ("g.tsv", "psock\tno.md\n", [], 0, "g.tsv: there is no no.md, so nothing finds it"),
        ("g.tsv", "psock\n", [], 2, "g.tsv:1: this is no query"),
        ("g.tsv", "", [], 2, "there are no queries in it"),
        ("g.toml", f'[[query]]\ntext = "psock"\npath = "{REFCOUNT}"\n', [], 0, "success@1 1.000"),
        ("g.toml", f'[[query]]\ntext = "psock"\npaths = ["x.md", "{REFCOUNT}"]\n', [], 0, "success@1 1.000"),
        ("g.toml", '[[query]]\ntext = "psock"\n', [], 2, "query number 1 is no query"),
        ("g.toml", "[[query]\n", [], 2, "not valid TOML"),
    ],
)
def test_bench(
    run: Run, samples: Path, tmp_path: Path, name: str, text: str, options: list[str], status: int, said: str
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    done = run("-C", str(samples), "bench", str(tmp_path / name), *options)
    assert done.status == status, done
    assert said in done.out + done.err


# -- how it ends


@pytest.mark.parametrize(
    ("arguments", "status", "out", "err"),
    [
        (["--version"], 0, "postdex, version ", ""),
        (["-V"], 0, "postdex, version ", ""),
        (["--help"], 0, "Commands:\n  search", ""),
        (["-h"], 0, "Commands:\n  search", ""),
        (["help"], 0, "Commands:\n  search", ""),
        (["help", "index"], 0, "Usage: postdex index", ""),
        (["index", "-h"], 0, "Usage: postdex index", ""),
        (["search", "-h"], 0, "Usage: postdex search", ""),
        ([], 2, "Usage: postdex", ""),
        (["serch"], 2, "", "there is no command serch; did you mean `postdex search`?"),
        (["kmp", "next"], 2, "", "there is no command kmp; did you mean `postdex search kmp next`?"),
        (["help", "kmp"], 2, "", "there is no command kmp; there are search, lines"),
        (["-version"], 2, "", "No such option '-v'; did you mean --version?"),
        (
            ["--oneline", "search", "a"],
            2,
            "",
            "No such option '--oneline'; it stands behind the command: `postdex search",
        ),
        (["index", "-full"], 2, "", "No such option '-f'; did you mean --full?"),
        (["index", "-x"], 2, "", "No such option '-x'; `postdex index --help` lists what there is"),
        (["index", "-C"], 2, "", "No such option '-C'; -C FOLDER and --index DIR stand before the command"),
        (["show"], 2, "", "Missing argument 'PATH[#SECTION]'; `postdex show --help` lists"),
        (["index", "--ful"], 2, "", "--ful"),
        (["-C", "nowhere", "search", "x"], 2, "", "postdex: nowhere: there is no such folder"),
        (["-C", "x" * 300, "search", "x"], 2, "", "x: there is no such folder"),
        (["-C", "~nobody-of-this-name", "search", "x"], 2, "", "there is no such folder"),
        (["-C", "\0", "search", "x"], 2, "", "there is no such folder"),
        (["bench", "nothing.tsv"], 2, "", "nothing.tsv: the queries cannot be read (No such file or directory)"),
    ],
)
def test_ends(run: Run, blog: Path, arguments: list[str], status: int, out: str, err: str) -> None:
    said = run(*arguments)
    check(said, status, out, err)
    assert all(line.startswith("postdex: ") for line in said.err.splitlines())


def test_a_folder_behind_the_command_is_said_to_belong_before_it(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "my posts").mkdir()
    monkeypatch.chdir(tmp_path)
    check(run("index", "--full", "my posts"), 2, "", "name the folder first: postdex -C 'my posts' index --full")
    assert "name the folder" not in run("index", "no folder").err
    assert "name the folder" not in run("-C", ".", "index", "my posts").err


def test_a_wrong_setting_is_said_with_its_place(run: Run, blog: Path) -> None:
    (blog / "postdex.toml").write_text('language = "en"\nlanguages = 1\n')
    check(run("search", "x"), 2, "", "postdex.toml:2: there is no setting languages; did you mean language?")


def test_a_user_without_a_home_can_search(run: Run, blog: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(_: int) -> None:
        raise KeyError

    monkeypatch.delenv("HOME")
    monkeypatch.setattr("pwd.getpwuid", unknown)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    check(run("search", "-l", "word"), 0, "a.md\nb.md\n", "indexed 2 posts")
    shutil.rmtree(blog / ".postdex")
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert Path(index_location.index_directory(blog)) == blog / ".postdex"  # where writing fails, and says so


@pytest.mark.parametrize("refused", ["", ".postdex", "deep"])
def test_what_may_not_be_looked_at_is_one_line(
    run: Run, blog: Path, monkeypatch: pytest.MonkeyPatch, refused: str
) -> None:
    stat = os.stat

    def guarded(path: os.PathLike[str] | str | int, **options: Any) -> os.stat_result:
        if not isinstance(path, int) and str(path).startswith(str(blog / "below" / refused)):
            raise PermissionError(EACCES, os.strerror(EACCES), path)
        return stat(path, **options)

    (blog / "below" / "deep").mkdir(parents=True)
    (blog / "below" / "c.md").write_text("# Post c", encoding="utf-8")
    monkeypatch.setattr(os, "stat", guarded)
    said = run("-C", str(blog / "below" / "deep"), "search", "word")
    assert (said.status, said.out, said.err.count("\n")) == (2, "", 1), said


def test_who_comes_second_to_a_first_build_says_nothing(run: Run, blog: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    must_build_first = search_command.must_build_first

    def another_builds(ix: library.Index, *, mend: bool = True) -> postdex.PostdexError | None:
        must = must_build_first(ix, mend=mend)
        postdex.open(blog).close()
        return must

    monkeypatch.setattr(search_command, "must_build_first", another_builds)
    check(run("search", "-l", "word"), 0, "a.md\nb.md\n")


def test_an_empty_name_for_the_index_is_none(run: Run, blog: Path) -> None:
    assert run("--index", "", "search", "word").status == 0
    assert sorted(os.listdir(blog)) == [".postdex", "a.md", "b.md"]


def test_an_interrupt_ends_quietly(run: Run, samples: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def search(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(library.Index, "answer", search)
    said = run("-C", str(samples), "search", "psock")
    assert (said.status, said.out, said.err.strip()) == (130, "", "postdex: interrupted")


def test_an_interrupt_while_modules_are_loaded_ends_quietly(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(main, "main", interrupted)
    monkeypatch.setattr(gc, "set_threshold", lambda *_: None)
    monkeypatch.setattr(gc, "freeze", lambda: None)
    assert __main__.main() == 130


def process(samples: Path, *arguments: str, **options: object) -> subprocess.CompletedProcess[bytes]:
    """Run `python -m postdex` as a process of its own."""
    paths = os.pathsep.join((str(ROOT / "search"), str(ROOT / "index")))
    environment = {**os.environ, "PYTHONPATH": paths, **options.pop("environment", {})}  # type: ignore[dict-item]
    command = [sys.executable, "-m", "postdex", "-C", str(samples), *arguments]
    options = {"stderr": subprocess.PIPE, **options}
    return subprocess.run(command, env=environment, timeout=60, check=False, **options)  # type: ignore[call-overload, no-any-return]


@pytest.mark.parametrize(
    ("columns", "said", "wanted"),
    [(50, None, 50), (140, None, 140), (0, None, 80), (50, "70", 70), (50, "", 50), (50, "-3", 50), (50, "wide", 50)],
)
def test_lines_fit_the_terminal(samples: Path, columns: int, said: str | None, wanted: int) -> None:
    """On a terminal of its own, as wide as it says unless COLUMNS overrules it."""
    reading, writing = os.openpty()
    termios.tcsetwinsize(writing, (40, columns))
    environment = {"NO_COLOR": "1", "TERM": "xterm"} | ({"COLUMNS": said} if said is not None else {})
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("COLUMNS", raising=False)
        done = process(samples, "search", "refcount", stdout=writing, environment=environment)
    os.close(writing)
    shown = b""
    with suppress(OSError):  # that is how a terminal ends
        while piece := os.read(reading, 65536):
            shown += piece
    os.close(reading)
    assert done.returncode == 0
    lines = [re.sub(r"\x1b[^m\\]*[m\\]", "", line) for line in shown.decode().splitlines()]
    widths = [cells(line) for line in lines if line.startswith("    ")]  # snippets; a place is never broken
    assert wanted * 0.8 < max(widths) <= wanted


@pytest.mark.parametrize("limit", ["1", "100"])
def test_a_reader_that_has_seen_enough_is_no_error(samples: Path, limit: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "wb") as closed:
        done = process(samples, "search", "--jsonl", "-n", limit, stdout=closed)
    assert (done.returncode, done.stderr) == (128 + signal.SIGPIPE, b"")


@pytest.mark.parametrize(
    "arguments", [["search", "psock"], ["search", "--json", "psock"], ["doctor"], ["search", "--help"]]
)
def test_output_that_cannot_be_written_is_one_line(samples: Path, arguments: list[str]) -> None:
    with open("/dev/full", "wb") as full:
        done = process(samples, *arguments, stdout=full)
    assert (done.returncode, done.stderr) == (2, b"postdex: cannot write the output (No space left on device)\n")


@pytest.mark.parametrize(
    ("arguments", "closed", "status", "err"),
    [
        ("search psock", (1,), 2, b"postdex: cannot write the output (Bad file descriptor)\n"),
        ("show " + REFCOUNT, (0, 1), 2, b"postdex: cannot write the output (Bad file descriptor)\n"),
        ("search --help", (1,), 2, b"postdex: cannot write the output (Bad file descriptor)\n"),
        ("search psock", (0,), 0, b""),
        ("search refcoutn", (2,), 0, b""),
        ("search psock", (0, 1, 2), 2, b""),
        ("mcp", (0,), 0, b""),
    ],
)
def test_closed_streams_are_no_bug(
    samples: Path, arguments: str, closed: tuple[int, ...], status: int, err: bytes
) -> None:
    def close() -> None:
        for number in closed:
            os.close(number)

    done = process(samples, *arguments.split(), stdout=subprocess.PIPE, preexec_fn=close)
    assert (done.returncode, done.stderr) == (status, err)


def test_what_cannot_be_said_does_not_change_the_status(samples: Path) -> None:
    with open("/dev/full", "wb") as full:
        done = process(samples, "search", "-l", "refcoutn", stdout=subprocess.PIPE, stderr=full)
    assert (done.returncode, done.stdout.count(b"\n")) == (0, 2)


def test_output_in_a_narrow_encoding(samples: Path) -> None:
    done = process(samples, "search", "内核", stdout=subprocess.PIPE, environment={"PYTHONIOENCODING": "ascii"})
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"QEMU" in done.stdout


@pytest.mark.parametrize(
    "arguments", ["search --json 内核", "search --jsonl 内核", "show --json 2022/编译并调试内核.md"]
)
@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "gbk"])
def test_json_is_the_same_in_a_narrow_encoding(samples: Path, arguments: str, encoding: str) -> None:
    def said(encoding: str) -> list[Any]:
        environment = {"PYTHONIOENCODING": encoding}
        done = process(samples, *arguments.split(), stdout=subprocess.PIPE, environment=environment)
        values = [json.loads(line) for line in done.stdout.decode(encoding).splitlines()]
        return [{**value, "took_ms": 0} for value in values if done.returncode == 0]

    assert said(encoding) == said("utf-8")


def test_two_folders_that_share_an_index_are_told(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.md").write_text(f"# Fox {name}\n", encoding="utf-8")

    def said(folder: str, index: str, *more: str) -> tuple[str, str]:
        place = ["--index", str(tmp_path / index), "search", "-l", *more, "fox"]
        done = process(tmp_path / folder, *place, stdout=subprocess.PIPE)
        return done.stdout.decode().strip(), done.stderr.decode()

    shared = f"the index in {tmp_path}/shared was made of {tmp_path}"
    assert "was made of" not in said("a", "shared")[1] + said("a", "shared")[1]
    found, told = said("b", "shared")
    assert found.endswith("b.md") and f"{shared}/a; it is made anew of {tmp_path}/b" in told
    assert said("b", "shared")[1] == ""
    assert f"{shared}/b; paths are those of that folder" in said("a", "shared", "--no-refresh")[1]
    assert said("a", "a/.postdex")[1].count("\n") == 1  # it is built, in its own place
    assert f"a/.postdex was made of {tmp_path}/a; it is made anew" in said("b", "a/.postdex")[1]
    found, told = said("a", "a/.postdex")
    assert found.endswith("a.md") and f"was made of {tmp_path}/b; it is made anew" in told
    (tmp_path / "a").rename(tmp_path / "c")
    assert said("c", "c/.postdex")[1] == ""  # it was moved with its folder


@pytest.mark.parametrize("command", ["search fox", "search --no-refresh fox", "index", "doctor", "show a.md"])
def test_an_index_that_is_a_link_is_no_circle(tmp_path: Path, command: str) -> None:
    (tmp_path / "posts").mkdir()
    (tmp_path / "else").mkdir()
    (tmp_path / "posts" / "a.md").write_text("# Fox\n", encoding="utf-8")
    (tmp_path / "posts" / ".postdex").symlink_to(tmp_path / "else")
    done = process(tmp_path / "posts", *command.split(), stdout=subprocess.PIPE)
    said = (done.stdout + done.stderr).decode()
    assert done.returncode == 2 and "is a link" in said and "remove it, or name with --index" in said
    assert "postdex index" not in said and list((tmp_path / "else").iterdir()) == []


def test_a_system_that_lacks_what_windows_does_is_told_in_one_line(samples: Path, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import os\ndel os.register_at_fork\n")
    paths = os.pathsep.join((str(tmp_path), str(ROOT / "search"), str(ROOT / "index")))
    done = process(samples, "index", "--full", stdout=subprocess.PIPE, environment={"PYTHONPATH": paths})
    said = "postdex: postdex needs Linux or macOS; on Windows run it in WSL\n"
    assert (done.returncode, done.stdout, done.stderr.decode()) == (2, b"", said)


def test_a_bar_is_shown_on_a_terminal_for_long_work(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for terminal, total, shown in ((True, 1000, True), (True, 10, False), (False, 1000, False)):
        monkeypatch.setattr(sys.stderr.__class__, "isatty", lambda _, terminal=terminal: terminal)
        with console.Bar("indexing") as bar:
            for done in (1, total // 2, total):
                bar(done, total)
        assert ("100%" in capfd.readouterr().err) == shown
