"""What does a post hold of the files that it includes: the text, on which line, and for how long?"""

from __future__ import annotations

import os
import random
import re
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest
from costs import check_cost, check_linear
from hypothesis import given, settings
from hypothesis import strategies as st

import postdex
from postdex_index.content import included_files, reader
from postdex_index.content.parser import parse
from postdex_index.engine.api import FileStamp, IncludedFile
from postdex_index.engine.embedded.engine import EmbeddedEngine
from postdex_index.model import Post
from postdex_index.settings import Settings
from postdex_index.sites.detect import generators
from postdex_index.sites.generator import Config, Generator, Site
from postdex_index.sites.includes import DEEPEST, Expanded, Include, expand
from postdex_index.sites.reading import named
from postdex_index.sites.snippets import includes, syntax_of
from postdex_index.update import refresh

MIB = 1 << 20


def at_signs(_site: Site, _path: str, text: str) -> Iterator[Include]:
    """`@name;` includes a file of the site's root, `@|name;` does over two lines."""
    for match in re.finditer(r"@(\|\n)?([\w./-]*);", text):
        yield Include(*match.span(), match[2])


SITE = Site(Generator(includes=at_signs), prefix="posts/")


def expanded(body: str, files: dict[str, str], largest: int = MIB) -> Expanded:
    def find(path: str, text: str) -> Iterator[Include]:
        return at_signs(SITE, path, text)

    def read(path: str) -> str | None:
        return files.get(path)

    found = expand(body, "posts/a.md", find, read, largest=largest)
    assert found is not None
    assert len(found.lines) == 1 + found.text.count("\n")
    assert found.lines[-1] == len(re.findall("\r\n|\r|\n", body))
    assert all(line - before in (0, 1) for before, line in zip(found.lines, found.lines[1:], strict=False))
    return found


#: body, files, text with the files in it
EXPANDED = [
    ("a @x; b", {"x": "X"}, "a X b"),
    ("a\r\n@x;\rb", {"x": "1\r\n2\n"}, "a\n1\n2\n\nb"),
    ("@x;@x;", {"x": "@y;-"}, "--"),
    ("@x;@x;", {"x": "@y;-", "y": "Y"}, "Y-Y-"),
    ("@x;", {"x": "x@x;"}, "x"),
    ("@x;", {"x": "x@y;", "y": "y@x;"}, "xy"),
    ("@posts/a.md;.", {"posts/a.md": "again"}, "."),
    ("@;.", {"": "nothing"}, "."),
    ("a @|\nx; b", {"x": "X"}, "a X\n b"),
    ("a @|\nx; b", {"x": "X\nY\nZ"}, "a X\nY\nZ b"),
    ("@x0;", {f"x{n}": f"{n}@x{n + 1};" for n in range(30)}, "".join(map(str, range(DEEPEST)))),
]


@pytest.mark.parametrize(("body", "files", "text"), EXPANDED)
def test_files_stand_where_they_are_included(body: str, files: dict[str, str], text: str) -> None:
    assert expanded(body, files).text == text


def test_a_body_without_includes_is_as_it_was() -> None:
    assert expand("a\r\nb", "a.md", lambda path, text: (), lambda path: None, largest=9) is None


def test_a_post_includes_no_more_than_a_file_may_hold() -> None:
    assert expanded("@x;@x;@x;", {"x": "12345"}, largest=10).text == "1234512345"
    bomb = {f"x{n}": f"@x{n + 1};" * 10 for n in range(DEEPEST)}
    assert len(expanded("@x0;", bomb | {f"x{DEEPEST}": "lol"}).text) <= MIB


def test_work_is_linear() -> None:
    def work(size: int) -> None:
        expanded("@x;\n" * (size // 100) + "@y;" * 20, {"x": "a line\n" * 5, "y": "b" * (size // 40)}, size)

    check_linear(work, 400_000)


BLOCKS = ["Mark", "# Mark", "- Mark\n  Mark", "```\nMark\n\nMark\n```", "@x;", "a @y; Mark", "> Mark", "@|\nx;"]
MARKED = st.lists(st.sampled_from(BLOCKS), min_size=1, max_size=9)


@settings(max_examples=200, deadline=None)
@given(MARKED, MARKED, st.sampled_from(["\n", "\n\n"]))
def test_text_keeps_the_lines_of_the_post(body: list[str], other: list[str], gap: str) -> None:
    number = iter(range(1000))
    text = re.sub("Mark", lambda match: f"Mark{next(number)}", gap.join(body))
    text = "---\ntitle: t\n---\n" + text
    files = {"x": gap.join(other).replace("Mark", "Other") + "\n", "y": "`Other`"}
    post = parse(text, "a.md", SITE, Settings(), read=files.get)
    own = {mark: 1 + text.count("\n", 0, text.index(mark)) for mark in re.findall(r"Mark\d+", text)}
    found = {mark: line for mark, line in words(post) if mark != "Other"}
    assert found == own
    includes = {1 + text.count("\n", 0, match.start()) for match in re.finditer(r"@|x;", text)}
    assert {line for mark, line in words(post) if mark == "Other"} <= includes


def words(post: Post) -> Iterator[tuple[str, int]]:
    """The marks of a post, each with the line of the file that it is said to stand on."""
    for section in post.sections:
        yield from ((mark, section.line) for mark in re.findall(r"Mark\d+|Other", section.heading))
        for match in re.finditer(r"Mark\d+|Other", section.text):
            yield match[0], section.line + len(re.findall("[\n\v]", section.text[: match.start()]))
        assert all(0 <= code.start < code.stop <= len(section.text) for code in section.code)


def test_what_is_missing_is_said_with_its_line() -> None:
    post = parse("---\ntitle: t\n---\n\nSee @no.txt;.\n", "a.md", SITE, Settings())
    assert [(one.line, one.kind, one.message) for one in post.problems] == [
        (5, "note", "no.txt, which is included here, cannot be read")
    ]
    assert post.sections[0].text.strip() == "See ."


#: What a site of Python-Markdown turns on, all of it.
EXTENSIONS: dict[str, Config] = {
    "pymdownx.snippets": {"base_path": ["docs", "."]},
    "markdown_include.include": {"base_path": "docs"},
    "markdown_include_variants": {},
}
SYNTAX = syntax_of(EXTENSIONS, {"include-markdown": {}}, "docs")
CODE = "one\n# --8<-- [start:a]\n  two\n# --8<-- [start:b]\n    three\n# --8<-- [end:b]\n# --8<-- [end:a]\nfour\n"
PAGE = "# Head\n\n```\n# no\n```\n<!--s-->in<!--e-->\n"
RAW = "import A from '!!raw-loader!@site/docs/x';"
PLAIN = re.sub(".*-8<-.*", "", CODE)
#: generator, text of docs/a.md, text with these files in it: x, docs/x, docs/code.py, above/x.md, ../src/x_py310.py
WRITTEN = [
    ("mdbook", "a {{#include x}} {{ #title T }}\n{{#playground x a}}", "a in docs \n```rust,a\nin docs\n```\n"),
    ("mdbook", "\\{{#include x}} {{#include}} {{#other x}}", "\\{{#include x}} {{#include}} {{#other x}}"),
    ("", "--8<-- \"x\"\n  -8<- 'code.py:2:3'", "in docs\n\n    two"),
    ("", '--8<-- "code.py:a"', "  two\n    three"),
    ("", '--8<-- "code.py:-1:"', "four"),
    ("", '--8<-- "code.py:1:1,8"', "one\nfour"),
    ("", "--8<--\nx\n\n; no.md\n--8<--\n--8<--", "\nin docs\n\n\n\n"),
    ("", ';--8<-- "x"\n--8<-- "x" y\n--8<-- "../x"', ';--8<-- "x"\n--8<-- "x" y\n'),
    ("", '--8<-- "https://a.org/x"', ""),
    (
        "",
        "a {!x!} {! code.py!lines=1 8} {!code.py!lines=7-9}.",
        "a in docs one\nfour \nfour.",
    ),
    ("", "{!code.py [ln:8-]!}{!nowhere!}", "four"),
    ("", "{!> code.py [ln:8]!}", "four"),
    ("", "{* docs/x *}\n {* docs/x *}", "```python\nin docs\n```\n {* docs/x *}"),
    ("", "{* docs/code.py ln[1,8] *}", f"```python\none\nfour\n```\n\n```python\n{PLAIN}```"),
    ("", '{* ../src/x_an.py hl[1] title["x"] *}', '```python title="x"\nan\n```\n\n```python title="x"\n3.10\n```'),
    ("", '{% include-markdown "../above/x.md" heading-offset=1 %}', "## Head\n\n```\n# no\n```\n<!--s-->in<!--e-->\n"),
    ("", "  {%\n include 'x'\n%}", "  in docs\n\n"),
    ("", '{% include "./../above/x.md" start="<!--s-->" end="<!--e-->" %}', "in"),
    ("", '{% include "https://a.org/x" %}{% include x %}', "{% include x %}"),
    (
        "jekyll",
        "a {% include_relative x y=1 %}{%- include_relative ../x -%}{% include x %}.",
        "a in docs{% include x %}.",
    ),
    ("vitepress", "<!--@include: ./x--> <!-- @include: @/above/x.md{1,1} -->", "in docs # Head"),
    (
        "vitepress",
        "<<< @/docs/x\n<<< ./code.py{2 js} [T]\n <<< x y",
        f"``` [x]\nin docs\n```\n```js [T]\n{CODE}```\n <<< x y",
    ),
    ("docusaurus", "import A from '../above/x.md';\n\n<A/>", f"import A from '../above/x.md';\n\n\n\n{PAGE}\n\n"),
    ("docusaurus", f"{RAW}\n<CodeBlock language='py'>{{A}}</CodeBlock>", f"{RAW}\n\n\n```py\nin docs\n```\n\n"),
    ("docusaurus", f"{RAW}\n```\n<CodeBlock>{{A}}</CodeBlock>\n```", f"{RAW}\n```\n<CodeBlock>{{A}}</CodeBlock>\n```"),
    (
        "astro",
        "import a from './x?raw'\n<Code code={a} lang=\"js\" />",
        "import a from './x?raw'\n\n\n```js\nin docs\n```\n\n",
    ),
]


@pytest.mark.parametrize(("generator", "body", "text"), WRITTEN)
def test_includes_are_read_as_their_generator_does(generator: str, body: str, text: str) -> None:
    files = {
        "x": "at the root\n",
        "docs/x": "in docs",
        "docs/code.py": CODE,
        "above/x.md": PAGE,
        "../src/x_an.py": "an\n",
        "../src/x_py310.py": "3.10\n",
    }
    site, find = finder(generator)
    found = expand(body, "docs/a.md", partial(find, site), lambda path: files.get(path), largest=MIB)
    assert (found.text if found else body) == text


def finder(generator: str) -> tuple[Site, Callable[[Site, str, str], Iterable[Include]]]:
    """A site, and how its includes are found; "" is one with all that Python-Markdown has."""
    find = partial(includes, SYNTAX) if SYNTAX and not generator else named(generator).includes
    assert find
    return Site(named(generator), above=1), find


#: What includes are written with.
PIECES = [
    "{{#include a ",
    "{{#",
    "\\{{#",
    "{{ #x",
    "}}",
    " ",
    "\n",
    "a.md",
    ":",
    "`",
    "{",
    "%}",
    "<!--",
    "-->",
    '"',
    "../",
]
PIECES += ["*}a", "_an", "ln[", "import A from './a.mdx'", "\nimport A from './a.mdx'\n", "<A "]
PIECES += ["--8<--", "{!", "!}", "{* ", " *}", "{% include 'a", "start='", "[ln:", "[start:a]", ";", "'"]
GENERATORS = ["", *(name for name in generators() if named(name).includes)]


@pytest.mark.parametrize("name", GENERATORS)
def test_finding_includes_is_linear(name: str) -> None:
    site, find = finder(name)
    begun = [f"{piece}{run * 500}" for piece in PIECES for run in " a\n/-"]
    for text in [*PIECES, *map("".join, pairwise(PIECES))]:

        def work(size: int, text: str = text * 40_000) -> None:
            list(find(site, "a.md", text[:size]))

        check_linear(work, 40_000)
    for text in begun:

        def whole(text: str = text[:600] + "{% 8<- {! {* import @include <<<") -> None:
            list(find(site, "a.md", text))

        check_cost(whole, 0.02)


@pytest.mark.parametrize("name", GENERATORS)
@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=30))
def test_includes_are_found_in_order(name: str, pieces: list[str]) -> None:
    site, find = finder(name)
    text, done = "".join(pieces), 0
    for include in find(site, "docs/a.md", text):
        assert done <= include.start <= include.stop <= len(text)
        assert not include.path.startswith(("/", "../..", "../."))
        assert isinstance(include.select("one\ntwo"), str)
        done = include.stop


# -- on the disk

BOOK = {
    "book.toml": '[book]\ntitle = "x"\n',
    "code/a.rs": "// ANCHOR: one\nfn anchored() {}\n// ANCHOR_END: one\nfn elsewhere() {}\n",
    "src/a.md": "# First\n\n```rust\n{{#include ../code/a.rs:one}}\n```\n\nBehind.\n",
    "src/b.md": "# Second\n\nNothing.\n",
}


@pytest.fixture
def book(tmp_path: Path) -> Path:
    root = tmp_path / "book"
    for name, text in BOOK.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


def text_of(root: Path, name: str = "a.md") -> str:
    site = reader.site(root / "src")
    post = reader.read(root / "src", name, site, Settings()).post
    assert post is not None
    return "\n".join(section.text for section in post.sections)


def test_only_files_of_the_site_are_read(book: Path) -> None:
    secret = book.parent / "secret.txt"
    secret.write_text("secret")
    (book / "away").symlink_to(book.parent)
    (book / "link.txt").symlink_to(secret)
    os.mkfifo(book / "pipe")
    (book / "large.txt").write_bytes(b"x" * (Settings().max_bytes + 1))
    names = [
        "/etc/passwd", "../../secret.txt", "../../../../../../../../etc/passwd", str(secret), "../away/secret.txt",
        "../link.txt", "../pipe", "../code", "../large.txt", "../nowhere/x", "a.md", "..", "../code/../../secret.txt",
    ]  # fmt: skip
    for name in names:
        (book / "src/a.md").write_text(f"before {{{{#include {name}}}}} behind")
        assert text_of(book).split() == ["before", "behind"], name
    (book / "code/wrong.txt").write_bytes(b"caf\xe9")
    (book / "src/a.md").write_text("{{#include ../code/wrong.txt}}")
    assert text_of(book) == "caf\ufffd"


def test_a_path_never_leads_out(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "site").mkdir()
    files = included_files.IncludedFiles(tmp_path / "site", Site(), 99)
    for path in ("../secret.txt", "/etc/passwd", "", ".", "a/../../secret.txt", "a//b", "a\0b"):
        assert files.text(path) is None


@pytest.mark.parametrize(
    ("repository", "is_home", "found"), [(True, False, True), (False, False, False), (True, True, False)]
)
def test_files_of_the_repository_are_read_unless_it_is_all_of_home(
    book: Path, monkeypatch: pytest.MonkeyPatch, repository: bool, is_home: bool, found: bool
) -> None:
    monkeypatch.setenv("HOME", str(book.parent if is_home else book / "elsewhere"))
    if repository:
        (book.parent / ".git").mkdir()
    (book.parent / "shared.txt").write_text("shared")
    (book.parent / ".env").write_text("secret")
    text = "{{#include ../../shared.txt}} {{#include ../../.env}} {{#include ../../.git/config}}"
    (book / "src/a.md").write_text(text)
    assert text_of(book).split() == ["shared"] * found


def edited(book: Path) -> None:
    (book / "code/a.rs").write_text(BOOK["code/a.rs"].replace("anchored", "renamed"))


def replaced(book: Path) -> None:
    """By a file of the same size and time."""
    state = os.stat(book / "code/a.rs")
    (book / "new").write_text(BOOK["code/a.rs"].replace("anchored", "replaced"))
    os.utime(book / "new", ns=(state.st_mtime_ns, state.st_mtime_ns))
    os.rename(book / "new", book / "code/a.rs")


def removed(book: Path) -> None:
    (book / "code/a.rs").unlink()


def linked(book: Path) -> None:
    os.rename(book / "code", book / "moved")
    (book / "code").symlink_to("moved")


@pytest.mark.parametrize("change", [edited, replaced, removed, linked])
def test_a_post_follows_what_it_includes(book: Path, change: Callable[[Path], None]) -> None:
    with postdex.open(book / "src") as ix:
        hit = ix.search("anchored").hits[0]
        assert (hit.path, hit.line) == ("a.md", 4)
        change(book)
        assert not ix.search("anchored").hits
        assert [hit.path for hit in ix.search("renamed").hits] == ["a.md"] * (change is edited)
        report = ix.refresh()
        assert (report.changed, report.generation) == ((), 2)
        (book / "code").unlink() if change is linked else None
        (book / "code").mkdir(exist_ok=True)
        (book / "code/a.rs").write_text(BOOK["code/a.rs"])
        assert ix.refresh().changed == ("a.md",)
        assert [hit.path for hit in ix.search("anchored").hits] == ["a.md"]


def test_chapters_follow_the_summary(book: Path) -> None:
    with postdex.open(book / "src") as ix:
        assert [hit.title for hit in ix.search("second").hits] == ["Second"]
        (book / "src/SUMMARY.md").write_text("- [Another](b.md)\n")
        assert [hit.title for hit in ix.search("second").hits] == ["Another"]
        assert not ix.search("anchored").hits
        (book / "src/SUMMARY.md").write_text("- [Another](b.md)\n- [A](a.md)\n")
        assert [hit.title for hit in ix.search("anchored").hits] == ["A"]


def test_a_touched_file_is_not_a_change(book: Path) -> None:
    with postdex.open(book / "src") as ix:
        ix.refresh()
        os.utime(book / "code/a.rs", (1, 1))
        report = ix.refresh()
        assert (report.changed, report.generation) == ((), 1)


def test_each_file_is_looked_at_once(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(20):
        (book / f"src/{number}.md").write_text("{{#include ../code/a.rs}}")
    for file in (book / "code/a.rs", *(book / "src").iterdir()):
        os.utime(file, (1, 1))
    looks: list[str] = []

    def look(file: str) -> FileStamp:
        looks.append(file)
        return included_files.look(file)

    monkeypatch.setattr("postdex_index.update.comparison.look", look)
    monkeypatch.setattr("postdex_index.content.file_contents._COARSE_TICK_NS", 0)
    with postdex.open(book / "src") as ix:
        ix.refresh(full=True)
        table = EmbeddedEngine(book / "src/.postdex").file_table()
        assert refresh.plan(book / "src", table, ix.settings).idle
    assert looks == [str(book / "code/a.rs")]


@pytest.mark.parametrize("polling", [True, False])
def test_a_watch_follows_what_posts_include(book: Path, polling: bool) -> None:
    from test_watch import until

    def found(word: str) -> list[str]:
        return [hit.path for hit in ix.search(word).hits]

    reports: list[refresh.Report] = []
    with postdex.open(book / "src", refresh="never") as ix, ix.watch(on_report=reports.append, polling=polling):
        until(lambda: reports, "the first round")
        until(lambda: found("anchored") == ["a.md"], "what the post includes")
        edited(book)
        until(lambda: found("renamed") == ["a.md"], "an edit")
        time.sleep(0.5)  # whatever folders it watches now, it listens
        (book / "code/a.rs").write_text(BOOK["code/a.rs"])
        until(lambda: found("anchored") == ["a.md"], "another edit")
        (book / "src/b.md").write_text("{{#include ../late/b.rs}}")
        until(lambda: any("b.md" in report.changed for report in reports), "another include")
        (book / "late").mkdir()
        (book / "late/b.rs").write_text("fn arrived() {}")
        until(lambda: found("arrived") == ["b.md"], "a file in a new folder")
        (book / "late/b.rs").unlink()
        until(lambda: not found("arrived"), "its removal")


def test_worker_processes_deliver_the_same(book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dice = random.Random(7)
    for number in range(40):
        names = dice.choice(["a.rs", "missing.rs", "a.rs:one"])
        (book / f"src/{number:02}.md").write_text(f"# Post {number}\n\n{{{{#include ../code/{names}}}}}\n")
    tables = []
    monkeypatch.setattr("postdex_index.engine.embedded.write.workers.SHARED_FROM", 10)
    for jobs in (1, 2):
        engine = EmbeddedEngine(tmp_path / f"index{jobs}")
        refresh.refresh(book / "src", engine, Settings(), jobs=jobs)
        tables.append(dict(engine.file_table().files))
        assert refresh.plan(book / "src", engine.file_table(), Settings()).files == 0
    alone, shared = ({path: map(no_youth, stamp.included) for path, stamp in table.items()} for table in tables)
    assert {path: [*files] for path, files in alone.items()} == {path: [*files] for path, files in shared.items()}
    assert sum(bool(stamp.included) for stamp in tables[0].values()) == 41


def no_youth(file: IncludedFile) -> IncludedFile:
    """A file as it would be later, when no change can hide behind its times."""
    return file._replace(stamp=file.stamp._replace(racy=False))
