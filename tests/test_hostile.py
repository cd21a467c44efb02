"""Can a post, a file name or a query stop a build, lose other posts, take over a terminal or cost seconds?

Posts are real ones, mutated; queries are put together from all that means something to the parser. The long
form is `tests/long/safety.py posts` and `queries`.
"""

from __future__ import annotations

import os
import random
import re
import socket
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

import postdex
from postdex.cli import main
from postdex_index.content import reader
from postdex_index.settings import Settings
from postdex_index.sites.generator import Site

SAMPLES = [path.read_bytes() for path in sorted((Path(__file__).parent.parent / "posts").rglob("*.md"))]
MARK = b"unmistakablemark"
#: What means something to some parser.
PIECES = [
    *b"---\n +++\n ;;; ``` ~~~ <!-- --> <![CDATA[ <script> </script> {{< >}} {% raw %} {% endraw %} {{ }}".split(b" "),
    *b"[[ ]] ![ ]( [^1]: *** ___ > - # ###### | :-: \\ & &amp; &#0; &#x110000; << <<: *a &a ? : [ ] { }".split(b" "),
    *b"!!python title: tags: date: draft: url: javascript:alert(1) 9999-99-99 0001-01-01 .inf 1e999 0x ~".split(b" "),
    *"\ufeff \u200b \u202e \u2066 \0 \x85 \u2028 \ud800 \U0010ffff \uffff \u0301 字 ﷺ".encode(
        "utf-8", "surrogatepass"
    ).split(),
    *b"\xff\xfe \xfe\xff \xc3 \xed\xa0\x80 \r \r\n \t \x1b]0;x\x07 \x1b[2J \x9b \x7f \x08".split(b" "),
    *(piece * 3000 for piece in b"[ ( *a_ >_ -_ ` <a_ { ![]( &a_[ # _ | a.".replace(b"_", b" ").split(b" ") if piece),
]


def mutated(content: bytes, dice: random.Random) -> bytes:
    """Bytes with a few changes: flipped, cut out, doubled, moved, or with something put in that means something."""
    changed = bytearray(content)
    for _ in range(dice.choice([1, 1, 2, 3, 5, 10])):
        start = dice.randrange(len(changed) + 1)
        stop = min(len(changed), start + dice.choice([1, 3, 10, 100, 1000]))
        kind = dice.randrange(6)
        if kind == 0 and start < len(changed):
            changed[start] ^= 1 << dice.randrange(8)
        elif kind == 1:
            del changed[start:stop]
        elif kind == 2:
            changed[start:start] = changed[start:stop] * dice.choice([1, 2, 50])
        elif kind == 3:
            moved = dice.choice(SAMPLES)
            changed[start:stop] = moved[: dice.randrange(len(moved))]
        else:
            changed[start:start] = dice.choice(PIECES)
    return bytes(changed)


def mutated_post(dice: random.Random) -> tuple[bytes, bool]:
    """A mutated post, and whether its body was left whole: then it has the mark, which must be found."""
    content = dice.choice(SAMPLES)
    _, front, body = content.split(b"---\n", 2) if content.startswith(b"---\n") else (b"", b"", content)
    kind = dice.randrange(3)
    if kind == 0:
        return mutated(content, dice), False
    if kind == 1:  # the front matter only, up to its last line
        front = mutated(front, dice)
        # A line of three dashes may have come in: then what follows is body, where markup may begin that hides text.
        return b"---\n" + front + b"\n---\n\n" + MARK + b"\n\n" + body, not {*b"<{"} & {*front}
    return b"---\n" + front + b"---\n\n" + MARK + b"\n\n" + mutated(body, dice), True


def check_posts(root: Path, dice: random.Random, count: int) -> float:
    """A folder of mutated posts is indexed, whole bodies are found, searches go on; the slowest post's CPU seconds."""
    folder = Path(tempfile.mkdtemp(dir=root))
    made = {f"{number}.md": mutated_post(dice) for number in range(count)}
    slowest = 0.0
    for name, (content, _) in made.items():
        (folder / name).write_bytes(content)
        started = time.thread_time()
        reader.read(folder, name, Site(), Settings())
        slowest = max(slowest, time.thread_time() - started)
    (folder / "good.md").write_bytes(b"# Good\n\nA good post.\n")
    with postdex.open(folder) as ix:
        assert ix.search("good", drafts=True, limit=1).hits
        skipped = {problem.path for problem in ix.problems() if problem.kind == "skipped"}
        found = {hit.path for hit in ix.search(MARK.decode(), drafts=True, limit=count).hits}
        for name, (content, whole) in made.items():
            if whole and name not in found | skipped:
                document = ix.get(name)
                assert any(MARK.decode() in document.text(n) for n in range(len(document.sections))), (name, content)
            if name in skipped:
                assert b"\0" in content or b"\xff" in content, (name, content)
        assert ix.engine.verify() == []
    return slowest


def test_no_mutated_post_stops_a_build_or_loses_its_body(tmp_path: Path) -> None:
    assert check_posts(tmp_path, random.Random(1), 150) < 5


# -- what is no post


def make_fifo(path: Path) -> None:
    """A pipe nobody writes to."""
    os.mkfifo(path)


def make_socket(path: Path) -> None:
    """A socket nobody listens on."""
    here = Path.cwd()
    os.chdir(path.parent)  # its whole path may be too long for a socket
    try:
        with socket.socket(socket.AF_UNIX) as one:
            one.bind(path.name)
    finally:
        os.chdir(here)


def make_device(path: Path) -> None:
    """A device, or a link to one where only root may make them."""
    path.symlink_to("/dev/zero")


def make_circle(path: Path) -> None:
    """A link to itself."""
    path.symlink_to(path)


def make_folder(path: Path) -> None:
    """A folder that is called like a post."""
    path.mkdir()


def make_full_folder(path: Path) -> None:
    """One with a post in it."""
    path.mkdir()
    (path / "in.md").write_text("# In\n\nA chameleon inside.\n", "utf-8")


def make_large(path: Path) -> None:
    """More bytes than anybody reads, none of them on the disk."""
    with open(path, "wb") as file:
        file.truncate(1 << 40)


def make_deep(path: Path) -> None:
    """Folders in folders, as deep as a path may be."""
    here = path.with_suffix("")
    for _ in range(150):
        here /= "deep"
    here.mkdir(parents=True)
    (here / "post.md").write_text("# Deep", "utf-8")


@pytest.mark.parametrize("make", [make_fifo, make_socket, make_device, make_circle, make_folder, make_large, make_deep])
@pytest.mark.parametrize("name", ["x.md", "_config.yml", ".gitignore", "hugo.toml", "package.json"])
def test_what_is_no_post_stops_nothing(tmp_path: Path, make: Callable[[Path], None], name: str) -> None:
    (tmp_path / "good.md").write_text("# Good\n\nA good post.\n", "utf-8")
    make(tmp_path / name)
    with postdex.open(tmp_path) as ix:
        assert [hit.path for hit in ix.search("good").hits] == ["good.md"]
        assert ix.refresh().generation == 1


@pytest.mark.parametrize(
    ("first", "second"),
    [("file", "folder"), ("folder", "file"), ("file", "fifo"), ("file", "link"), ("file", "large"), ("fifo", "file")],
)
def test_a_post_that_turns_into_something_else(tmp_path: Path, first: str, second: str) -> None:
    path = tmp_path / "x.md"
    makers: dict[str, Callable[[Path], object]] = {
        "file": lambda path: path.write_text("# Changing\n\nA chameleon.\n", "utf-8"),
        "folder": make_full_folder,
        "fifo": make_fifo,
        "link": make_circle,
        "large": make_large,
    }
    found = {"file": ["x.md"], "folder": ["x.md/in.md"]}
    makers[first](path)
    with postdex.open(tmp_path) as ix:
        assert [hit.path for hit in ix.search("chameleon").hits] == found.get(first, [])
        if path.is_dir():
            (path / "in.md").unlink()
            path.rmdir()
        else:
            path.unlink()
        makers[second](path)
        assert [hit.path for hit in ix.search("chameleon").hits] == found.get(second, [])


# -- what reaches a terminal

#: C0 but newline, C1, and the characters that reorder what others see.
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
NASTY = "\x1b]0;owned\x07\x1b[2J\u202egnp.exe\u2066\x9b31m\x08\r\x7f\u200f"
COMMANDS = [
    ["search", "hostile"],
    ["search", "--json", "hostile"],
    ["search", "--jsonl", "hostile"],
    ["search", "-l", "hostile"],
    ["search", "--facets", "hostile"],
    ["search", "--explain", "--section-snippets", "hostile"],
    ["search", f"hostile {NASTY}"],
    ["search", "--suggest", "hosti"],
    ["index"],
    ["index", "--full", "--dry-run"],
    ["doctor"],
    ["doctor", "--json"],
    ["show", "plain.md"],
    ["show", "--json", "plain.md"],
    ["show", f"no{NASTY}.md"],
    ["search", "--like", f"no{NASTY}.md"],
    [f"no{NASTY}"],
]


@pytest.fixture(scope="module")
def nasty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("nasty") / f"posts{NASTY}"
    folder.mkdir()
    text = (
        f'---\ntitle: "hostile {NASTY}"\ntags: ["t{NASTY}"]\ncategories: ["c{NASTY}"]\nurl: "javascript:alert(1)"\n'
        f'lang: "{NASTY}"\ndate: "x{NASTY}"\n---\n# A hostile {NASTY} heading\n\nA hostile {NASTY} text.\n'
    )
    escaped = text.replace("\x1b", "\\x1b").replace("\x07", "\\x07").replace("\x9b", "\\x9b")
    for name in ("plain.md", f"a{NASTY}.md", "new\nline.md", "tab\tbed.md"):
        (folder / name).write_text(text, "utf-8")
        (folder / f"escaped-{name}").write_text(escaped, "utf-8")
    (folder / os.fsdecode(b"bytes\xff\x1b[2J.md")).write_text(text, "utf-8")
    (folder / f"bad{NASTY}.md").write_text(f"---\n{NASTY}: [\n---\nhostile {NASTY}\n", "utf-8")
    return folder


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command[:2])[:20].encode().hex())
def test_no_control_character_reaches_a_terminal(
    nasty: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    status = main.main(["-C", os.fspath(nasty), *command])
    told = "".join(capsys.readouterr())
    assert told and status in (0, 1, 2)
    assert not (found := CONTROL.search(told)), (found, told)
    assert "Traceback" not in told


def test_an_address_that_runs_is_no_link(nasty: Path) -> None:
    from postdex.output import wire

    with postdex.open(nasty) as ix:
        results = ix.search("hostile", section_snippets=True)
        assert results.hits and not any("javascript" in hit.url for hit in results.hits)
        assert "javascript" not in wire.dumps(results.to_dict()).replace("javascript:alert(1) ", "")


@pytest.mark.parametrize(
    "settings", ['include = ["../*.md"]', 'include = ["/etc/*.md"]', 'editor = "sh:{path}"', 'index = "/tmp/elsewhere"']
)
def test_settings_of_a_folder_name_nothing_outside_it(tmp_path: Path, settings: str) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (tmp_path / "outside.md").write_text("# Outside\n\nA good secret.\n", "utf-8")
    (folder / "inside.md").write_text("# Inside\n\nA good post.\n", "utf-8")
    (folder / "postdex.toml").write_text(settings + "\n", "utf-8")
    before = sorted(os.listdir(tmp_path))
    try:
        with postdex.open(folder) as ix:
            assert "outside.md" not in str([hit.path for hit in ix.search("good").hits])
    except postdex.PostdexError as error:
        assert "\n" not in str(error)
    assert sorted(os.listdir(tmp_path)) == before


# -- queries

WORDS = [
    "refcount",
    "SMC",
    "内核",
    "a",
    "the",
    "C++",
    "a->b",
    "refcoutn",
    "x" * 500,
    "\ud800",
    "\0",
    "\u202e",
    "é",
    "👩‍👧",
]
OPERATORS = [*"\"()+-^*?~:[]{}<>=\\/,;|!$@#%&'`", "OR", "AND", "NOT", "..", "TO", "^3", "~2", '"~5', "||", "&&"]
FIELDS = [
    "title:",
    "tag:",
    "heading:",
    "path:",
    "after:",
    "before:",
    "date:",
    "lang:",
    "nofield:",
    "::",
    "tag:*",
    "*:*",
]


def hostile_query(dice: random.Random) -> str:
    """Something that nobody types."""
    kind = dice.randrange(8)
    if kind == 0:
        return "".join(chr(dice.choice([dice.randrange(128), dice.randrange(0x3000), 0xD800])) for _ in range(99))
    if kind == 1:
        repeated: str = dice.choice([*OPERATORS, *WORDS, *FIELDS, "?*", "a*", "*a*", "(a OR ", '"a ', "-(", "a~ "])
        return repeated * dice.choice([10, 300, 1500, 1_000_000])
    parts: list[str] = [
        dice.choice(dice.choice([WORDS, OPERATORS, FIELDS])) for _ in range(dice.choice([2, 5, 20, 60, 400]))
    ]
    return ("" if dice.random() < 0.5 else " ").join(parts)


def check_query(ix: postdex.Index, query: str) -> float:
    """A query gives results or the one error that it may give; the seconds of CPU it took."""
    started = time.thread_time()
    with suppress(postdex.QueryError):
        ix.search(query, facets=["tags"], limit=10)
    return time.thread_time() - started


def test_no_query_does_harm(tmp_path: Path) -> None:
    for number, content in enumerate(SAMPLES):
        (tmp_path / f"{number}.md").write_bytes(content)
    dice = random.Random(1)
    with postdex.open(tmp_path, refresh="never") as ix:
        assert max(check_query(ix, hostile_query(dice)) for _ in range(400)) < 5
