r"""Which lines does a regular expression match? Against a plain loop over the lines of the files, and by each face."""

from __future__ import annotations

import itertools
import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from serving import serving

import postdex
from postdex.query.line_patterns import LineQuery, of_query, posts_with
from postdex.results import lines as matching
from postdex.results.lines import LineMatch, around_match
from postdex_index.errors import MissingExtraError, QueryError
from postdex_index.model import Span
from postdex_index.query import Wildcard

#: Files whose text is what they are, so that lines can be compared.
FILES = {
    "code.md": (
        "---\ntags: [c]\n---\n# Sockets\n\nsk_user_data and\nsk->sk_prot say it\n\n"
        "```c\n\tsk->sk_user_data = NULL;\n\treturn NULL;\n```\n"
    ),
    "plain.md": "null and nothing\nagain: NULL\n\nend null.\n\n## 索引 null\n\n中文 NULL 行\n",
    "long.md": f"{'ab ' * 70_000}needle\n\nneedle here\n",
    "glued.md": f"x{'y' * 200}needlework{'z' * 200}\n",
    "draft.md": "---\ndraft: true\n---\nNULL draft\n",
}


@pytest.fixture(scope="module")
def ix() -> Iterator[postdex.Index]:
    with postdex.open(texts=FILES) as index:
        yield index


def found(ix: postdex.Index, pattern: str, query: str = "", **arguments: object) -> list[str]:
    """`path:line` of each."""
    return [f"{it.path}:{it.line}" for it in ix.lines(pattern, query, **arguments)]  # type: ignore[arg-type]


CASES = [
    (r"sk_\w+ = NULL", ["code.md:10"]),
    ("NULL", ["code.md:10", "code.md:11", "plain.md:2", "plain.md:8"]),
    ("(?i)null$", ["plain.md:2", "plain.md:6"]),
    ("^end", ["plain.md:4"]),
    (r"\Aagain|null\.\z", ["plain.md:2", "plain.md:4"]),
    ("索引|中文", ["plain.md:6", "plain.md:8"]),
    ("Sockets", []),  # the title
    ("and\nsk", []),
    (r"and\s+sk", []),
    (r"NULL[^x]*return", []),
    ("needle", ["glued.md:1", "long.md:3"]),
    ("nowhere at all", []),
    (r"\Qsk->sk_prot\E", ["code.md:7"]),
    ("\0", []),
]


@pytest.mark.parametrize(("pattern", "wanted"), CASES)
def test_lines(ix: postdex.Index, pattern: str, wanted: list[str]) -> None:
    assert found(ix, pattern) == wanted


def test_in_some_posts(ix: postdex.Index) -> None:
    assert found(ix, "NULL", tags="c") == ["code.md:10", "code.md:11"]
    assert found(ix, "NULL", "tag:c") == ["code.md:10", "code.md:11"]
    assert found(ix, "NULL", "again null") == ["plain.md:2", "plain.md:8"], "all words are required"
    assert found(ix, "NULL", "again sockets") == []
    assert found(ix, "NULL", "???") == []
    assert found(ix, "draft", drafts=True) == ["draft.md:4"]
    assert found(ix, "SK_PROT", ignore_case=True) == ["code.md:7"]


def test_a_line_says_what_matches_in_it(ix: postdex.Index) -> None:
    (line,) = ix.lines("中|行")
    assert line == LineMatch("plain.md", 8, "中文 NULL 行", (Span(0, 1), Span(8, 1)), "")
    (empty, *_) = ix.lines("x*", tags="c")
    assert empty.spans == ()


def test_only_a_word_that_was_indexed_in_part_hides_a_piece(ix: postdex.Index) -> None:
    """`needle` is far inside a word of which the index has 80 characters."""
    assert "glued.md:1" in found(ix, "needlework")


@pytest.mark.parametrize(
    ("pattern", "word"),
    [
        (r"sk_\w+ = NULL", "null"),
        ("return?", "retur"),
        ("return{2}s", "retur"),
        ("foo+bar", "bar"),
        ("abc|defg", ""),
        ("(foo)?", ""),
        (r"\x41bcd", ""),
        (r"\pLabc", ""),
        (r"\Qabc.def", ""),
        (r"a\.bc.d", ""),
        ("[a-z]foobar", "foobar"),
        ("nul", "nul"),
        ("nu", ""),
        ("中文abc", ""),
        (r"\bfoo\b", "foo"),
        ("fooo{0}", "foo"),
    ],
)
def test_what_a_post_must_have(pattern: str, word: str) -> None:
    telling = posts_with(pattern)
    assert (telling.optional[0] if telling else None) == (Wildcard(f"*{word}*", weight=0.0) if word else None)


@settings(max_examples=30)
@given(st.lists(st.sampled_from(["ref", "Count", "_", "user's", "data-1", ".", "12,345", " ", "é", "C++"]), max_size=9))
def test_no_line_is_lost_by_what_the_index_tells(words: list[str]) -> None:
    """Whatever stands together in a text, each stretch of it is found."""
    line = f"x{''.join(words)}x".strip()
    with postdex.open(texts={"a.md": f"```\n{line}\n```\n", "b.md": "other"}) as index:
        for start, stop in itertools.islice(itertools.combinations(range(len(line) + 1), 2), 0, None, 7):
            assert found(index, re.escape(line[start:stop])), line[start:stop]


def test_lines_come_while_posts_are_read(ix: postdex.Index) -> None:
    lines = ix.lines("NULL")
    assert next(lines).path == "code.md"
    assert (lines.posts, lines.complete) == (0, True)
    assert len(list(lines)) == 3
    assert lines.posts == 3, "of one the index has no more than the beginning of a word"


def test_the_deadline_is_kept(ix: postdex.Index) -> None:
    lines = ix.lines("e", deadline_ms=0)
    assert list(lines) == []
    assert not lines.complete


def test_what_is_long_is_looked_at_as_far_as_said(ix: postdex.Index, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "long.md:1" not in found(ix, "needle")
    monkeypatch.setattr(matching, "LONGEST_LINE", 10**6)
    assert "long.md:1" in found(ix, "needle")
    (line, *_) = ix.lines("needle", "path:long.md")
    assert around_match(line, 20).text == "…b ab ab ab ab needle"


@pytest.mark.parametrize("pattern", ["(a", r"(a)\1", "a**", "(?=a)", "", r"\p{L}{1000}"])
def test_what_is_no_expression_is_said_at_once(ix: postdex.Index, pattern: str) -> None:
    if pattern:
        with pytest.raises(QueryError, match="regular expression"):
            ix.lines(pattern)
    else:
        assert found(ix, pattern, tags="c")[0] == "code.md:4"


@pytest.mark.parametrize("pattern", ["a\0b", "\ud800", "x" * 5000, "(a+)+$", "(a|a)*b", "a?" * 100 + "a" * 100])
def test_what_blows_up_elsewhere_ends(ix: postdex.Index, pattern: str) -> None:
    assert isinstance(found(ix, pattern), list)


def test_what_it_does_not_take_is_said(ix: postdex.Index) -> None:
    with pytest.raises(TypeError, match=r"lines\(\) got an unexpected keyword argument 'taggs'; did you mean tags\?"):
        found(ix, "a", taggs="x")
    with pytest.raises(TypeError, match="'limit'"):
        found(ix, "a", limit=3)
    with pytest.raises(QueryError, match="pattern is None"):
        ix.lines(None)  # type: ignore[arg-type]


def test_several_folders(samples: Path) -> None:
    with postdex.open({"kernel": samples / "2022", "web": samples / "2024"}) as sites:
        assert found(sites, "= NULL|^WAL mode writes the") == ["kernel/refcount-bug.md:49", "web/sqlite-wal.md:45"]
        assert found(sites, "= NULL|^WAL mode writes the", sites="web") == ["web/sqlite-wal.md:45"]


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        (r"tag:linux regex:/sk_\w+ = NULL/ bug", (r"sk_\w+ = NULL", False, "tag:linux  bug")),
        ("regex:/usr/lib/", ("usr/lib", False, "")),
        (r"regex:/a\/b/i", (r"a\/b", True, "")),
        ('regex:"a/b c" x', ("a/b c", False, " x")),
        (r"regex:sk_\w+", (r"sk_\w+", False, "")),
        ("regex:/open", ("", False, "regex:/open")),
        ("myregex:/x/", ("", False, "myregex:/x/")),
        ("regex: x", ("", False, "regex: x")),
    ],
)
def test_the_expression_in_a_query(text: str, asked: tuple[str, bool, str]) -> None:
    assert of_query(text) == LineQuery(*asked)


def test_elsewhere_it_is_said_where_lines_are(ix: postdex.Index) -> None:
    said = "regex: lists lines (`postdex lines`, GET /lines); here it was searched as text"
    assert ix.search("regex:/null/").warnings[0] == said


def test_what_no_post_has_is_said(ix: postdex.Index) -> None:
    assert ix.lines("NULL", "zebra").warnings == ("no post has zebra",)
    assert ix.lines("NULL", tags=["zebra"]).warnings == ("no post has tag:zebra",)
    assert ix.lines("nothing like it").warnings == ()


# -- the command line

Run = Callable[..., tuple[int, str]]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["sk_user_data;$"], ""),
        (["= NULL", "tag:linux"], "2022/refcount-bug.md:49:\t\tpsock = NULL;\n"),
        (["--tag", "linux", "= NULL"], "2022/refcount-bug.md:49:\t\tpsock = NULL;\n"),
        (["-N", "= NULL"], "2022/refcount-bug.md:\t\tpsock = NULL;\n"),
        (["-n", "= NULL"], "2022/refcount-bug.md:49:\t\tpsock = NULL;\n"),
        (["-io", "SMC_FB[a-z]*"], "2022/refcount-bug.md:65:smc_fb"),
        (["-c", "smc_"], "2022/refcount-bug.md:3\n"),
        (["-l", "NULL"], "2022/refcount-bug.md\n"),
        (["-0", "NULL"], "2022/refcount-bug.md\0"),
        (["-m", "1", "smc_"], "2022/refcount-bug.md:59:"),
        (["-m1", "smc_"], "2022/refcount-bug.md:59:"),
        (["-iom1", "SMC_FB[a-z]*"], "2022/refcount-bug.md:65:smc_fb"),
        (["-F", "sk->sk_user_data"], "2022/refcount-bug.md:"),
        (["-w", "psock"], "2022/refcount-bug.md:38:"),
    ],
)
def test_command(samples: Path, run: Run, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str) -> None:
    monkeypatch.chdir(samples)
    status, out = run("lines", *arguments)
    assert (status, out[: len(said)]) == (0 if said else 1, said)


def test_lines_of_json(samples: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(samples)
    _, out = run("lines", "--json", "= NULL")
    assert json.loads(out) == {
        "path": "2022/refcount-bug.md",
        "line": 49,
        "text": "\t\tpsock = NULL;",
        "html": "  psock <mark>= NULL</mark>;",
        "matches": [{"start": 8, "length": 6}],
        "url": "",
    }


def test_search_lists_lines_too(samples: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(samples)
    assert run("search", "tag:linux", "regex:/= NULL/") == (0, "2022/refcount-bug.md:49:\t\tpsock = NULL;\n")
    assert run("search", "-l", "regex:/= null/i") == (0, "2022/refcount-bug.md\n")
    assert run("search", "-n", "1", "regex:smc_")[1].count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["(a"], "postdex: this is no regular expression: missing ); the syntax is RE2's"),
        ([], "postdex: there is no pattern"),
        (["-l", "-c", "x"], "postdex: -l and -c exclude each other"),
    ],
)
def test_command_refuses(
    samples: Path, run: Run, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    monkeypatch.chdir(samples)
    status, err = run("lines", *arguments)
    assert (status, err[: len(said)]) == (2, said)


def test_without_the_library_it_says_what_to_install(samples: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from postdex_index.text import regexes

    monkeypatch.chdir(samples)
    monkeypatch.setitem(sys.modules, "re2", None)
    regexes._compiled.cache_clear()
    said = "postdex: regular expressions need google-re2; pip install 'postdex[regex]'\n"
    assert run("lines", "x+") == (2, said)
    with pytest.raises(MissingExtraError), postdex.open(samples) as index:
        index.lines("x+")
    plain = "2022/refcount-bug.md:49:\t\tpsock = NULL;\n"
    assert run("lines", "= NULL") == run("lines", "-iF", "= null") == run("lines", "-wF", "psock = NULL") == (0, plain)
    assert [run("lines", "-F", text)[0] for text in ("sk->sk_user_data", "(sk", "x+")] == [0, 0, 1]


def test_a_reader_that_is_gone_ends_it(samples: Path) -> None:
    command = f"{sys.executable} -m postdex lines e | head -1; echo ${{PIPESTATUS[0]}}"
    ran = subprocess.run(["bash", "-c", command], cwd=samples, capture_output=True, text=True, check=True, timeout=60)
    assert ran.stdout.splitlines()[-1] == "141"
    assert ran.stderr == ""


def test_on_a_terminal_lines_stand_below_their_post(samples: Path) -> None:
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "NO_COLOR": "1"}
    command = [sys.executable, "-m", "postdex", "lines", "NULL|引用计数"]
    ran = subprocess.Popen(command, cwd=samples, stdout=theirs, env=environment)
    os.close(theirs)
    said = b""
    try:
        while chunk := os.read(ours, 10_000):
            said += chunk
    except OSError:  # its end
        pass
    os.close(ours)
    assert ran.wait(60) == 0
    shown = said.decode().replace("\r\n", "\n").split("\n\n")
    assert [block.splitlines()[0] for block in shown] == ["2022/refcount-bug.md", "2022/编译并调试内核.md"]
    assert shown[1].splitlines()[1] == "71:引用计数出错时怎么看"


# -- the service


def test_service(samples: Path) -> None:
    with serving(samples) as running:

        def ask(**parameters: object) -> dict[str, object]:
            answer: dict[str, object] = running.ask(f"/lines?{urlencode(parameters)}").json()
            return answer

        answer = ask(regex=r"\w+ = NULL", tags="linux")
        assert answer == {
            "schema": 1,
            "lines": [
                {
                    "path": "2022/refcount-bug.md",
                    "line": 49,
                    "text": "\t\tpsock = NULL;",
                    "html": "  <mark>psock = NULL</mark>;",
                    "matches": [{"start": 2, "length": 12}],
                    "url": "",
                }
            ],
            "more": False,
            "complete": True,
            "warnings": [],
        }
        assert ask(regex="SMC_", ignore_case="1", limit=2)["more"] is True
        first, second = (ask(regex="smc_", limit=1, offset=offset)["lines"] for offset in (0, 1))
        assert first != second
        assert running.ask("/lines").code == "bad_parameter"
        assert running.ask("/lines?regex=(a").code == "bad_regex"
        assert running.ask("/lines?regex=a&drafts=1").code == "forbidden"
        assert running.ask("/lines?regex=a&limit=1001").code == "bad_parameter"
