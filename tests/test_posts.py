"""From a folder to posts: which files are found and which are passed over, and what each file then says."""

from __future__ import annotations

import gzip
import json
import os
import random
import re
import socket
import time
from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path

import pytest
import test_frontmatter
from costs import check_cost
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from postdex_index.content import file_contents, reader
from postdex_index.content.parser import parse
from postdex_index.engine.api import FileStamp
from postdex_index.errors import FolderError
from postdex_index.model import Link, Post, Section
from postdex_index.settings import Settings
from postdex_index.sites.detect import generators
from postdex_index.sites.generator import Address, Generator, Site
from postdex_index.sites.reading import named
from postdex_index.text.gitignore import Patterns

#: files (a text after ": "), settings, what is found
TREES: list[tuple[list[str], Settings, list[str]]] = [
    ([], Settings(), []),
    (
        ["b.md", "a/x.markdown", "a.mkd", "c.mdx", "D.MD", "e.txt", "md", "a/b/c/d.md", "q.qmd", "r.Rmd"],
        Settings(),
        ["D.MD", "a.mkd", "b.md", "c.mdx", "q.qmd", "r.Rmd", "a/x.markdown", "a/b/c/d.md"],
    ),
    ([".hidden.md", "._a.md", ".git/a.md", ".postdex/a.md", ".x/y/a.md"], Settings(), []),
    (["node_modules/a.md", "x/node_modules/a.md", "_site/a.md", "x/_site/a.md"], Settings(), []),
    (
        ["public/a.md", "scaffolds/post.md", "archetypes/default.md", "docs/public/a.md"],
        Settings(),
        ["docs/public/a.md"],
    ),
    (["x/_config.yml", "x/public/a.md", "x/source/a.md"], Settings(), ["x/source/a.md"]),
    (["x/mkdocs.yaml", "x/public/a.md", "x/docs/a.md"], Settings(), ["x/docs/a.md"]),
    (["x/astro.config.mjs", "x/public/a.md", "x/src/a.md"], Settings(), ["x/src/a.md"]),
    (["_drafts/a.md", "_index.md"], Settings(), ["_index.md", "_drafts/a.md"]),
    (["a b 你好.md", "x#y?.md"], Settings(), ["a b 你好.md", "x#y?.md"]),
    (
        [".gitignore: a.md\n/out/\n", "a.md", "x/a.md", "b.md", "out/b.md", "x/out/b.md"],
        Settings(),
        ["b.md", "x/out/b.md"],
    ),
    ([".gitignore: *.md\n!keep.md", "a.md", "keep.md", "x/keep.md"], Settings(), ["keep.md", "x/keep.md"]),
    ([".gitignore: *.md", "x/.gitignore: !a.md", "a.md", "x/a.md", "x/b.md"], Settings(), ["x/a.md"]),
    ([".gitignore: x/", "x/.gitignore: !a.md", "x/a.md"], Settings(), []),
    ([".gitignore: # a.md\n\n[", "a.md"], Settings(), ["a.md"]),
    (["a.md", "x/b.md", "x/c.md", "b.md"], Settings(exclude=("x/c.md", "/b.md")), ["a.md", "x/b.md"]),
    (["a.md", "x/b.md"], Settings(exclude=("x/",)), ["a.md"]),
    (["a.md", "b.txt", "docs/c.txt"], Settings(include=("docs/**/*.txt",)), ["docs/c.txt"]),
    (["a.md", "b.txt"], Settings(include=("*.txt", "!x.txt")), ["b.txt"]),
]

#: a line of .gitignore, paths it leaves out, paths it does not
PATTERNS = [
    ("a.md", ["a.md", "x/a.md"], ["b.md", "a.mdx"]),
    ("/a.md", ["a.md"], ["x/a.md"]),
    ("x/a.md", ["x/a.md"], ["y/x/a.md"]),
    ("**/a.md", ["a.md", "x/y/a.md"], []),
    ("x/**", ["x/a", "x/y/a"], ["x"]),
    ("x/**/a", ["x/a", "x/y/z/a"], ["a"]),
    ("*.md", ["a.md", "x/.md"], ["a.md.txt"]),
    ("a*c*e", ["abcde", "ace"], ["abcd", "a/ce"]),
    ("?.md", ["a.md"], ["ab.md", ".md"]),
    ("[a-c!].md", ["b.md", "!.md"], ["d.md"]),
    ("[!a-c].md", ["d.md"], ["a.md"]),
    ("[]-].md", ["].md", "-.md"], ["a.md"]),
    ("[[:digit:]].md", ["1.md"], ["a.md"]),
    (r"\#a", ["#a"], ["a"]),
    (r"\!a", ["!a"], ["a"]),
    (r"\*", ["*"], ["a"]),
    ("# a", [], ["# a", "a"]),
    ("a ", ["a"], ["a "]),
    (r"a\ ", ["a "], ["a"]),
    ("[a", [], ["[a", "a"]),
    ("a\\", [], ["a", "a\\"]),
    ("  ", [], [" "]),
    ("a.b", ["a.b"], ["axb"]),
]


NO_SITE, DEFAULTS = Site(), Settings()


def check(
    folder: Path, path: str, content: bytes | str, *, site: Site = NO_SITE, settings: Settings = DEFAULTS
) -> reader.PostReading:
    """Write one file and read it: the one call of most of what is tested."""
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_bytes(content.encode() if isinstance(content, str) else content)
    return reader.read(folder, path, site, settings)


def plant(root: Path, files: list[str]) -> None:
    for file in files:
        name, _, text = file.partition(": ")
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


@pytest.mark.parametrize(("files", "settings", "expected"), TREES)
def test_walk(files: list[str], settings: Settings, expected: list[str], tmp_path: Path) -> None:
    plant(tmp_path, files)
    found = reader.walk(tmp_path, settings)
    assert list(found.files) == expected and not found.problems
    assert found == reader.walk(tmp_path, settings)
    assert all(stat.st_size == (tmp_path / path).stat().st_size for path, stat in found.files.items())


@pytest.mark.parametrize(("pattern", "out", "kept"), PATTERNS)
def test_patterns(pattern: str, out: list[str], kept: list[str]) -> None:
    rules = Patterns([pattern])
    assert [path for path in out + kept if rules.verdict(path)] == out


def test_patterns_are_never_slow() -> None:
    patterns = Patterns(["*a" * 200 + "b", "**/" * 300 + "x"])
    assert not patterns.verdict("a" * 4000)
    check_cost(lambda: patterns.verdict("a" * 4000), 0.5)


def test_patterns_agree_with_pathspec() -> None:
    pathspec = pytest.importorskip("pathspec")
    dice = random.Random(20_221_126)
    pieces = ["a", "b", "*", "?", "/", "**/", "/**", "[ab]", ".md", "\\*"]
    for _ in range(3000):
        lines = ["".join(dice.choices(pieces, k=dice.randint(1, 4))) for _ in range(dice.randint(1, 3))]
        if any("***" in line or "//" in line for line in lines):
            continue  # what these mean is nobody's intention, and git and pathspec differ
        path = "/".join("".join(dice.choices("ab*", k=dice.randint(1, 3))) for _ in range(dice.randint(1, 4)))
        parts = path.split("/")
        rules = Patterns(lines)
        ours = any(rules.verdict("/".join(parts[:n]), folder=n < len(parts)) for n in range(1, len(parts) + 1))
        assert ours == pathspec.GitIgnoreSpec.from_lines(lines).match_file(path), (lines, path)


def test_gitignores_above_the_folder_hold_up_to_the_repository(tmp_path: Path) -> None:
    plant(tmp_path, [".gitignore: b.md", "r/.git/x", "r/.gitignore: /p/a.md\nc.md", "r/p/.gitignore: !c.md"])
    plant(tmp_path, ["r/p/a.md", "r/p/b.md", "r/p/c.md", "r/p/x/a.md"])
    assert list(reader.walk(tmp_path / "r/p", Settings()).files) == ["b.md", "c.md", "x/a.md"]


def test_no_gitignore_above_without_a_repository(tmp_path: Path) -> None:
    plant(tmp_path, [".gitignore: *.md", "p/a.md"])
    assert list(reader.walk(tmp_path / "p", Settings()).files) == ["a.md"]


def test_only_regular_files_inside_the_folder_are_read(tmp_path: Path) -> None:
    plant(tmp_path, ["out/secret.md", "p/a.md", "p/plain.txt"])
    root = tmp_path / "p"
    (root / "link.md").symlink_to(tmp_path / "out/secret.md")
    (root / "linked").symlink_to(tmp_path / "out")
    (root / "broken.md").symlink_to("nowhere")
    (root / "circle.md").symlink_to("circle.md")
    (root / "plain-link.txt").symlink_to("plain.txt")
    os.mkfifo(root / "fifo.md")
    with socket.socket(socket.AF_UNIX) as listener:
        here = os.getcwd()
        os.chdir(root)  # a socket's path may have 100 characters
        listener.bind("socket.md")
        os.chdir(here)
        found = reader.walk(root, Settings())
    assert list(found.files) == ["a.md"]
    names = ["broken.md", "circle.md", "fifo.md", "link.md", "linked", "socket.md"]
    assert [(problem.path, problem.kind) for problem in found.problems] == [(name, "skipped") for name in names]
    for name in [*names, "linked/secret.md/", "../out/secret.md", "/etc/passwd", "a\0.md", "gone.md", ""]:
        read = reader.read(root, name, Site(), Settings())
        assert read.post is None and read.stamp.digest == b"" and read.problems[0].kind == "skipped", name


def test_the_folder_itself_may_be_a_link(tmp_path: Path) -> None:
    plant(tmp_path, ["p/a.md"])
    (tmp_path / "q").symlink_to("p")
    assert list(reader.walk(tmp_path / "q", Settings()).files) == ["a.md"]


@pytest.mark.parametrize("name", ["missing", "file.md"])
def test_no_folder(name: str, tmp_path: Path) -> None:
    (tmp_path / "file.md").write_text("x")
    with pytest.raises(FolderError, match=name):
        reader.walk(tmp_path / name, Settings())


def test_names_that_are_not_utf8(tmp_path: Path) -> None:
    for name in (b"caf\xe9.md", b"d\xff"):
        path = os.path.join(os.fsencode(tmp_path), name)
        try:
            os.mkdir(path) if name == b"d\xff" else Path(os.fsdecode(path)).write_text("x")
        except OSError:
            pytest.skip("this file system has only UTF-8 names")
    (tmp_path / os.fsdecode(b"d\xff") / "a.md").write_text("x")
    (tmp_path / ".gitignore").write_text("left-*\n")
    (tmp_path / os.fsdecode(b"left-\xe9.md")).write_text("x")
    found = reader.walk(tmp_path, Settings())
    assert [*found.files] == ["caf\\xe9.md", "d\\xff/a.md"]
    assert {problem[:3] for problem in found.problems} == {
        ("caf\\xe9.md", 0, "note"), ("d\\xff", 0, "note"), ("left-\\xe9.md", 0, "note"),
    }  # fmt: skip
    only = reader.walk(tmp_path, Settings(), ["d\\xff/a.md"])
    assert [*only.files] == ["d\\xff/a.md"]
    for known in found.files:
        post = reader.read(tmp_path, known, Site(), Settings()).post
        assert post and post.path == known and post.sections[0].text == "x"
        assert file_contents.digest_of(tmp_path, known) == file_contents.digest(b"x")
    # A neighbour that is really called so is itself.
    (tmp_path / "caf\\xe9.md").write_text("y")
    found = reader.walk(tmp_path, Settings())
    assert [*found.files] == ["caf\\xe9.md", "d\\xff/a.md"]
    assert ("caf\\xe9.md", 0, "skipped") in {problem[:3] for problem in found.problems}
    assert file_contents.digest_of(tmp_path, "caf\\xe9.md") == file_contents.digest(b"y")


def test_large_files_are_skipped(tmp_path: Path) -> None:
    for name, size in (("big.md", 10 * 1024 * 1024 + 1), ("fits.md", 10 * 1024 * 1024)):
        with open(tmp_path / name, "wb") as file:
            file.truncate(size)
    found = reader.walk(tmp_path, Settings())
    assert list(found.files) == ["fits.md"]
    assert found.problems[0].path == "big.md" and "larger than 10 MiB" in found.problems[0].message
    assert reader.read(tmp_path, "big.md", Site(), Settings()).post is None


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_skipped(tmp_path: Path) -> None:
    plant(tmp_path, ["a.md", "x/b.md"])
    (tmp_path / "a.md").chmod(0)
    (tmp_path / "x").chmod(0)
    try:
        assert [problem.path for problem in reader.walk(tmp_path, Settings()).problems] == ["x"]
        assert reader.read(tmp_path, "a.md", Site(), Settings()).problems[0].kind == "skipped"
    finally:
        (tmp_path / "x").chmod(0o700)


#: bytes, the text of the first section (None: not indexed), kinds and lines of the problems
ENCODINGS = [
    ("Grüße".encode(), "Grüße", []),
    ("Grüße".encode("utf-8-sig"), "Grüße", []),
    ("Grüße".encode("utf-16"), "Grüße", []),
    (b"\xfe\xff" + "Grüße".encode("utf-16-be"), "Grüße", []),
    (b"ok\n\nGr\xfc\xdfe", "ok\n\nGr\ufffd\ufffde", [("malformed", 3)]),
    ("Grüße".encode("utf-16-le"), None, [("skipped", 0)]),
    (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\3\xe8", None, [("skipped", 0)]),
    (b"one\n\nref\0count", "one\n\nrefcount", [("malformed", 3)]),
    (b"Gr\xc3\xbc\xc3\x9fe\0", "Grüße", [("malformed", 1)]),
    (b"what a power cut left" + bytes(9_000), "what a power cut left", [("malformed", 1)]),
    (b"x" * 9_000 + b"\n\0", "x" * 9_000, [("malformed", 2)]),
    (b"ok\n\nGr\xfc\xdfe, one slip \0 in Latin-1", "ok\n\nGr\ufffd\ufffde, one slip  in Latin-1", [("malformed", 3)]),
    ("refcount".encode("utf-16-le"), "refcount", [("malformed", 1)]),
    (bytes(90), None, [("skipped", 0)]),
    (b"\0\1\2\3\4\5 a table of control characters", None, [("skipped", 0)]),
    (gzip.compress(bytes(range(256)) * 9, mtime=0), None, [("skipped", 0)]),
    (bytes(range(256)) * 9, None, [("skipped", 0)]),
    (b"", "", []),
]


@pytest.mark.parametrize(("content", "text", "problems"), ENCODINGS)
def test_encodings(content: bytes, text: str | None, problems: list[tuple[str, int]], tmp_path: Path) -> None:
    found = check(tmp_path, "a.md", content)
    shown = found.post and "".join(section.text for section in found.post.sections)
    assert shown == text and [(problem.kind, problem.line) for problem in found.problems] == problems
    assert found.stamp.digest == file_contents.digest(content) and found.stamp.size == len(content)


def test_a_post_as_a_whole(tmp_path: Path) -> None:
    text = (
        "---\ntitle: Refcount bug\ndate: 2022-08-26 09:39:34\ntags: [linux]\ncategories: [linux, net]\n"
        "updated: soon\ndraft: true\n---\nIntro [a](/b).\n\n# Refcount bug\n\n## What I fixed\n\nThe count.\n"
    )
    site = Site(named("hexo"), prefix="source/_posts/", anchors="hexo", url=":year/:title/", timezone="Asia/Shanghai")
    post = check(tmp_path, "smc/bug.md", text, site=site).post
    assert post is not None
    assert (post.path, post.title, post.url, post.slug) == ("smc/bug.md", "Refcount bug", "/2022/smc/bug/", "bug")
    assert (post.date_seconds, post.date_from, post.updated_seconds) == (1_661_506_774, "post", None)
    assert (post.tags, post.categories) == (("linux",), (("linux", "net"),))
    assert post.links == (Link("/b", 9, "markdown", ("/b",), inside=True),)
    assert post.names == ("/2022/smc/bug",)
    assert post.description == "Intro a." and post.unpublished == "draft: true"
    assert [(s.level, s.heading, s.anchor, s.line) for s in post.sections] == [
        *((0, "", "", 9), (1, "", "Refcount-bug", 11), (2, "What I fixed", "What-I-fixed", 13)),
    ]
    assert [(p.path, p.line, p.kind) for p in post.problems] == [
        ("smc/bug.md", 6, "malformed"),
        ("smc/bug.md", 7, "unpublished"),
    ]


#: path, text, title
TITLES = [
    ("a.md", "---\ntitle: T\n---\n# H", "T"),
    ("a.md", "x\n\n# H *e*  m\n", "H e m"),
    ("2022-08-26-off_by-one.md", "x", "off by-one"),
    ("2022-08-26.md", "x", "2022-08-26"),
    ("smc/index.md", "", "smc"),
    ("a.md", "---\ntitle: [x\n---\n# H", "H"),
    ("1048576.md", "Some `words` of *a* [text](x). And more.\n", "Some words of a text"),
    ("9f86d081884c7d65.md", "```\nmake -j2\n```\n", "make -j2"),
    ("a9b1c2d3-0000-4000-8000-00805f9b34fb/index.md", "第一句话。第二句话。\n", "第一句话"),
    ("20220826093000.md", "很长的一句，" * 9 + "\n", "很长的一句，" * 4 + "很长的一句…"),
    ("77.md", "word " * 50, "word " * 11 + "word…"),
    ("78.md", "<b>a</b> {{ x }} & <script>alert(1)</script> b\n", "a & b"),
    ("404.md", "", "404"),
    ("2022-08-26.md", "Dear diary.\n", "2022-08-26"),
    ("1.10.md", "What is new.\n", "1.10"),
]


#: What stands where front matter does, the words of it that are found as text, and the lines of the problems.
PROSE = [
    ("---\ntitle:No blank\ntags:one\n---\n", [], [2, 3]),
    ("---\nJust some prose.\n---\n", ["prose"], []),
    ("---\ntitle: X\nprose between fields\ntags: a\n---\n", ["prose between fields"], [3]),
    ("---\ntitle: X\n\nThis is a sentence: with a colon\n---\n", ["sentence: with a colon"], [4]),
    ("---\nNote: prose: with colons\nand another line\n---\n", ["prose: with colons", "another line"], [2]),
    ("---\ntitle: X\nseen:one\n---\n", ["seen:one"], [3]),
    ("---\ntitle: [cut\n---\n", ["title: [cut"], [2]),
    ("---\ntitle: X\npassword: [hidden\n---\n", [], [3]),
    ("---\ntitle: X\nwhatever: this is a field\n---\n", [], []),
    ("+++\nsome prose\n+++\n", ["some prose"], [2]),
    ('{\n"title": cut\n}\n', ["cut"], [2]),
    (f"---\ntitle: X\nlong: {'x ' * 40_000}walrus\n---\n", ["walrus"], [2]),
]


@pytest.mark.parametrize(("text", "words", "lines"), PROSE)
def test_what_is_in_no_field_is_text(text: str, words: list[str], lines: list[int]) -> None:
    post = parse(text + "body\n", "a.md", Site(), Settings())
    sections = "\n".join([section.text + section.heading for section in post.sections])
    assert "body" in sections
    assert all(found in sections for found in words) and (words or sections.strip() == "body")
    assert [problem.line for problem in post.problems] == lines
    for section in post.sections:  # each word on its line
        for number, line in enumerate(section.text.split("\n"), section.line):
            assert line.strip() in text.split("\n")[number - 1] or number > text.count("\n")


@pytest.mark.parametrize(("path", "text", "title"), TITLES)
def test_titles(path: str, text: str, title: str, tmp_path: Path) -> None:
    post = check(tmp_path, path, text).post
    assert post is not None and post.title == title
    assert not [section for section in post.sections if section.heading == title]


def test_a_number_as_a_name_gives_way_to_the_first_heading_and_finds_the_post(tmp_path: Path) -> None:
    post = check(tmp_path, "7/1234.md", "## Off by one\n\nIt ends too late.\n").post
    assert post is not None and (post.title, post.slug) == ("Off by one", "1234")


def test_settings_stand_above_the_site(tmp_path: Path) -> None:
    site = Site(named("hugo"), anchors="hugo", timezone="UTC", language="en")
    settings = Settings(anchors="hexo", timezone="+01:00", language="de", url="/p/:slug/", base_url="https://a.org/")
    post = check(tmp_path, "a.md", "---\ndate: 2022-01-01T00:00:00Z\n---\n# A B\n", site=site, settings=settings).post
    assert post is not None
    assert (post.sections[0].anchor, post.date_seconds, post.lang) == ("A-B", 1_640_998_800, "de")
    assert post.url == "https://a.org/p/a-b/"


def test_an_unsafe_address_is_a_problem(tmp_path: Path) -> None:
    found = check(tmp_path, "a.md", "---\nurl: javascript:alert(1)\n---\nx")
    assert found.post is not None and found.post.url == "" and found.problems[0].kind == "malformed"


def test_stamps(tmp_path: Path) -> None:
    stamp = check(tmp_path, "a.md", "---\nexpiryDate: 2222-01-01\n---\nx").stamp
    state = reader.walk(tmp_path, Settings()).files["a.md"]
    assert stamp[:4] == (state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino)
    assert stamp.reconsider_at == 7_952_342_400 and stamp.racy
    time.sleep(0.12)
    os.utime(tmp_path / "a.md", (1, 1.5))
    time.sleep(0.12)
    assert not reader.read(tmp_path, "a.md", Site(), Settings()).stamp.racy


def test_a_file_that_changes_under_the_reader_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.md").write_text("old")
    plain_read: Callable[[int, int], bytes] = os.read
    changes = ["new and longer"]

    def read(number: int, size: int) -> bytes:
        content = plain_read(number, size)
        if changes:
            (tmp_path / "a.md").write_text(changes.pop())
        return content

    monkeypatch.setattr(os, "read", read)
    found = reader.read(tmp_path, "a.md", Site(), Settings())
    assert found.post is not None and found.post.sections[0].text == "new and longer"
    assert found.stamp.digest == file_contents.digest(b"new and longer") and isinstance(found.stamp, FileStamp)


#: Texts that fuzzing found, with the lines and texts of their sections.
FUZZED = [
    ("---\ntitle: x\n---", [(3, "")]),
    ("---\ntitle: [x\nprose\vhere\0 \ud800\n---\nbody", [(2, "title: [x\nprose here\ufffd \ufffd"), (5, "body")]),
    ("---\ntitle:\ud800x\n---\nbody", [(4, "body")]),
    ("a [[b\nc]] d\n\nThird.", [(1, "a b c\v d\n\nThird.")]),
    ("[[b]] [[b\nc\nd]]\n\n![[e\nf]] g", [(1, "b b c d\n\n\n\ne f\v g")]),
]


@pytest.mark.parametrize("name", ["", *sorted(generators())])
def test_characters_that_are_not_unicode_text_are_replaced_wherever_they_stand(name: str) -> None:
    front = '---\ntitle: "a\udcd6b"\ntags: [x\udcd6]\nother\udcd6: [\udcd6]\n---\n'
    text = front + "# c\udcd6\n\n#d\udcd6 `e\udcd6` [[f\udcd6]]\n"
    site = Site(generator := named(name))
    post = parse(text, "a.md", generator.configure(site, {}) if generator.configure else site, Settings())
    check_post(post, text)
    assert (2, "characters that are not Unicode text were replaced") in [(it.line, it.message) for it in post.problems]


@pytest.mark.parametrize(("text", "expected"), FUZZED)
def test_what_fuzzing_found(text: str, expected: list[tuple[int, str]]) -> None:
    post = parse(text, "a.md", Site(), Settings())
    assert [(section.line, section.text) for section in post.sections] == expected
    check_post(post, text)


def check_post(post: Post, text: str) -> None:
    """What holds of any post: it can be written down, and lines and spans lead into its file and texts."""
    json.dumps(post._asdict(), ensure_ascii=False, allow_nan=False).encode()
    lines = len(re.split("\r\n|\r|\n", text))
    assert post.title and post.sections and post.path
    assert all(0 <= problem.line <= lines and problem.message for problem in post.problems), post.problems
    assert all(-(2**63) <= date < 2**63 for date in (post.date_seconds, post.updated_seconds) if date is not None)
    assert len({*post.tags}) == len(post.tags) and all(tag.strip() for tag in post.tags)
    assert all(category and all(category) for category in post.categories)
    for section in post.sections:
        check_section(section, lines)


def check_section(section: Section, lines: int) -> None:
    """The lines of a section are the file's, its spans those of its text, in order."""
    assert section.line >= 1 and section.line + len(re.findall("[\n\v]", section.text)) <= lines, section
    assert 0 <= section.level <= 6
    spans = [(code.start, code.stop) for code in section.code]
    check_spans(spans, section.text)
    check_spans([(link.start, link.start + link.length) for link in section.links], section.text)


def check_spans(spans: Iterable[tuple[int, int]], text: str) -> None:
    """They lie in the text, do not overlap, and ascend."""
    flat = [0, *(place for span in spans for place in span), len(text)]
    assert all(one <= other for one, other in pairwise(flat)), (flat, text)


@hypothesis_settings(max_examples=400, deadline=None)
@given(
    st.lists(test_frontmatter.PIECES, max_size=25).map("".join)
    | st.text(max_size=120)
    | st.binary(max_size=120).map(lambda content: content.decode("utf-8", "replace"))
)
def test_parse_never_raises_and_lines_are_those_of_the_file(text: str) -> None:
    post = parse(text, "x/a.md", Site(named("jekyll"), url="date"), Settings())
    check_post(post, text)
    assert all(problem.path == "x/a.md" for problem in post.problems)


def test_a_site_gives_posts_front_matter_and_leaves_files_out_by_it() -> None:
    asked: list[object] = []

    def unbuilt(_site: Site, path: str, fields: object) -> str:
        asked.append((path, fields))
        return "" if fields else "it has no front matter"

    def link(_site: Site, post: Address) -> str:
        return f"/{post.fields.get('title')}/"

    generator = Generator(fields=lambda _site, _path, said: {"title": "T", **said}, unbuilt=unbuilt, link=link)
    post = parse("---\ntags: [a]\n---\nx", "a.md", Site(generator, prefix="p/"), Settings())
    assert (post.title, post.tags, post.url, post.unpublished) == ("T", ("a",), "/T/", "")
    assert parse("x", "a.md", Site(generator), Settings()).unpublished == "it has no front matter"
    assert asked == [("p/a.md", {"title": "T", "tags": ["a"]}), ("a.md", None)]


def test_pages_in_other_markup_are_named(tmp_path: Path) -> None:
    for number in range(25):
        (tmp_path / f"{number:02}.rst").write_text("Title\n#####\n")
    (tmp_path / ".gitignore").write_text("00.rst\n")
    problems = reader.walk(tmp_path, Settings()).problems
    assert [problem.path for problem in problems] == [f"{number:02}.rst" for number in range(1, 21)]
    assert [problem.message for problem in problems[-2:]] == [
        "reStructuredText is not read",
        "reStructuredText is not read, nor are those that follow",
    ]
    (tmp_path / "0.ipynb").write_text("{}")
    assert reader.walk(tmp_path, Settings()).problems[0][:4] == ("0.ipynb", 0, "skipped", "a notebook is not read")
