"""Do the benchmarks still run? Tiny runs: the figures mean nothing, the table's shape does. And what `exact.py` calls
found and shown is held by tables, because figures that steer must mean what they say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from postdex_index.content.parser import parse
from postdex_index.engine.embedded.write.inverter import Inversion
from postdex_index.model import SOFT_BREAK, Post, Section
from postdex_index.settings import Settings
from postdex_index.sites.generator import Site
from postdex_index.text.analyzer import Analyzer

ROOT = Path(__file__).parent.parent
SITE = ROOT / "posts"
#: What is there without the packages of the peers, which are only compared with where somebody installed them.
OURS = ("postdex", "postdex-native") if find_spec("postdex_native") else ("postdex",)
ENGINES = (*OURS, "fts5")
KINDS = ("one word", "common word", "two words", "three words", "phrase", "typo", "identifier", "filter", "chinese")


def run(script: str, *arguments: object) -> str:
    """The standard output of a benchmark."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT / "search"), str(ROOT / "index")))}
    command = [sys.executable, str(ROOT / "benchmarks" / script), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def check(rows: list[dict[str, object]], what: str, engines: set[str]) -> None:
    """There is one such row, with a number above zero for each of these engines."""
    values = [row["values"] for row in rows if row["what"] == what]
    assert len(values) == 1 and isinstance(values[0], dict), (what, values)
    assert values[0].keys() == engines, (what, values)
    assert all(number > 0 for numbers in values[0].values() for number in numbers), (what, values)


def test_speed_measures_every_engine(tmp_path: Path) -> None:
    found = tmp_path / "speed.json"
    sizes = ("--sizes", 50, "--each", 2, "--rounds", 1, "--jobs", 1, "--seconds", 0.5)
    table = run("speed.py", "--sites", SITE, *sizes, "--engines", ",".join(ENGINES), "--json", found)
    native, ratio = (" postdex, native |", " ratio, native |") if len(OURS) > 1 else ("", "")
    assert table.startswith(f"| 50 posts | | postdex |{native} SQLite FTS5 | floor | ratio |{ratio}\n")
    rows = json.loads(found.read_text())
    assert len(table.strip().splitlines()) == 2 + len(rows)
    both, ours, peerless = {*ENGINES}, {*OURS}, {"typo", "chinese"}
    for what in ("words", "words, first time", *KINDS):
        check(rows, what, ours if what in peerless else both)
    for what in ("index size", "memory of a build, 1 process", "one post changed"):
        check(rows, what, both)
    for what in ("build, 1 process", "cold process"):
        check(rows, what, {*both, "floor"})
    check(rows, "nothing changed", {*ours, "floor"})
    for what in ("service, again and again", "service, never twice"):
        check(rows, what, ours)


def test_a_kernel_that_is_missing_is_said_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    speed = import_module("speed")
    monkeypatch.setitem(speed.ENGINES, "postdex-native", "no_such_module")
    speed.main(["--sites", str(SITE), "--sizes", "5,6", "--only", "size", "--engines", "postdex"])
    said = capsys.readouterr()
    assert said.err.count("kernel") == 1
    assert said.out.startswith("| 5 posts | | postdex | ratio |\n")
    for name in ("speed", "measuring", "report", "workers"):
        sys.modules.pop(name)


#: (million instructions, what is kept, exit status, verdict)
MOVES = [(104.0, 100.0, 0, ""), (106.0, 100.0, 1, "dearer"), (94.0, 100.0, 1, "cheaper"), (106.0, None, 0, "")]


@pytest.mark.parametrize(("millions", "kept", "status", "verdict"), MOVES)
def test_instructions_say_what_moved(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    millions: float,
    kept: float | None,
    status: int,
    verdict: str,
) -> None:
    """And what is not kept yet is not wrong; `--update` keeps what was counted, and what was not counted this time."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    instructions = import_module("instructions")
    here, file = instructions.this_python(), tmp_path / "kept.json"
    monkeypatch.setattr(instructions, "KEPT", file)
    monkeypatch.setattr(instructions.shutil, "which", lambda name: name)
    monkeypatch.setattr(instructions, "counted", lambda *_: {"a build": instructions.Count(millions, 0.001)})
    file.write_text(json.dumps({here: {"a look": 5.0} | ({"a build": kept} if kept else {})}))
    assert instructions.main([]) == status
    assert capsys.readouterr().out.rstrip().endswith(f"| 0.10 % |{f' {verdict}' if verdict else ''} |")
    assert instructions.main(["--update"]) == 0
    assert json.loads(file.read_text()) == {here: {"a look": 5.0, "a build": millions}}
    file.write_text("{}")
    assert instructions.main([]) == instructions.NOT_COMPARED
    assert capsys.readouterr().out.rstrip().endswith("--update adds it")
    for name in ("instructions", "measuring"):
        sys.modules.pop(name)


def test_the_same_seed_makes_the_same_posts(tmp_path: Path) -> None:
    made = []
    for name in ("once", "again"):
        said = run("generate.py", "--sites", SITE, "--posts", 60, tmp_path / name)
        assert said.startswith("60 posts, ")
        files = sorted((tmp_path / name).rglob("*.md"))
        made.append([(file.relative_to(tmp_path / name), file.read_text(encoding="utf-8")) for file in files])
    assert len(made[0]) == 60
    assert made[0] == made[1]
    texts = [text for path, text in made[0] if path.parts[0].startswith("made-")]
    assert texts and all(text.startswith("---\ntitle: ") for text in texts)


def test_made_stretches_have_the_same_lengths(monkeypatch: pytest.MonkeyPatch) -> None:
    """Field by field, post by post, in other words: an engine may average over a stretch or over all."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    made = import_module("zipf_posts")
    monkeypatch.setattr(made, "STRETCH", 60)
    texts = list(made.posts(120))
    assert list(made.posts(70)) == texts[:70]
    lengths = []
    for start in (0, 60):
        inversion = Inversion(Analyzer(True, ("en",)), False)
        for number, text in enumerate(texts[start : start + 60]):
            inversion.add(parse(text, f"made/post-{number:06}.md", Site(), Settings()))
        lengths.append(inversion.field_totals())
    assert lengths[0] == lengths[1] and {*texts[:60]}.isdisjoint(texts[60:])
    sys.modules.pop("zipf_posts")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--engines", "lucene"), "there is no engine lucene here"),
        (("--only", "build,colours"), "not colours"),
    ],
)
def test_what_is_not_there_is_said(arguments: tuple[str, str], said: str) -> None:
    with pytest.raises(AssertionError, match=said):
        run("speed.py", "--sites", SITE, *arguments)


@pytest.fixture
def benchmark(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """The modules `pieces` and `exact`, which find their neighbours in their own folder."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    yield SimpleNamespace(pieces=import_module("pieces"), exact=import_module("exact"))
    for name in ("pieces", "exact", "engines", "generate", "questions"):
        sys.modules.pop(name, None)


#: (kind, what was typed, a text, whether that has it)
HELD = [
    ("identifier", "sk_user_data", "of Sk_User_Data.", True),
    ("identifier", "sk_user_data", "clcsk->sk_user_data)", True),
    ("identifier", "sk_user_data", "sk_user_data_2", False),
    ("identifier", "sk_user_data", "skUserData", False),
    ("identifier", "user_data", "sk.user_data", False),
    ("identifier", "user_data", "new-user_data", False),
    ("identifier", "user_data", "etc/user_data", True),
    ("identifier", "--no-cache", "build --no-cache=true", True),
    ("identifier", "--no-cache", "build --no-cache-dir", False),
    ("identifier", "etc/ssh", "/usr/etc/ssh", False),
    ("identifier", "etc/ssh", "etc/ssh/config", False),
    ("identifier", "v1.2", "since v1.2.", True),
    ("identifier", "v1.2", "since v1.2.3", False),
    ("sentence", "a cat sat down", f"so A cat{SOFT_BREAK}sat  down!", True),
    ("sentence", "a cat sat down", "a cat, sat down", False),
    ("sentence", "cat sat down", "concat sat down", False),
    ("error", "error: no such file", "Error: no such file", True),
    ("chinese", "搜索引擎", f"中文搜索{SOFT_BREAK}引擎的", True),
    ("chinese", "搜索引擎", "搜索的引擎", False),
    ("mixed", "使用 NFKC 规则", "要使用NFKC规则", True),
    ("mixed", "使用NFKC规则", "要使用 NFKC 规则", True),
    ("mixed", "使用 NFKC 规则", "要使用 NFKCX 规则", False),
]


@pytest.mark.parametrize(("kind", "typed", "text", "has"), HELD)
def test_what_a_text_has(benchmark: SimpleNamespace, kind: str, typed: str, text: str, has: bool) -> None:
    piece = benchmark.pieces.Piece(kind, typed, "a.md")
    assert bool(benchmark.pieces.held(piece).search(text)) is has


POST = Post(
    "a.md",
    "The title",
    (
        Section(0, "", "", 3, f"before{SOFT_BREAK}it began\n\nand the far end"),
        Section(2, "A heading of it", "h", 8, f"\n\nsome words that{SOFT_BREAK}stand here"),
    ),
)
#: (what was typed, the first hit's line, its snippet and headings, what is wrong)
VERDICTS: list[tuple[str, int, str, tuple[str, ...], tuple[str, ...]]] = [
    ("words that stand here", 10, "some words that stand here", (), ()),
    ("words that stand here", 9, "some words that stand here", (), ()),
    ("words that stand here", 12, "some words that stand here", (), ()),
    ("words that stand here", 13, "some words that stand here", (), ("off",)),
    ("words that stand here", 10, "some words … stand here", (), ("hides",)),
    ("words that stand here", 3, "before", (), ("hides", "off")),
    ("words that stand there", 10, "some words that stand here", (), ("lacks",)),
    ("heading of it", 8, "some words", ("A heading of it",), ()),
    ("heading of it", 10, "some words", ("A heading of it",), ("off",)),
    ("the title", 10, "some words", (), ()),
]


@pytest.mark.parametrize(("typed", "line", "snippet", "headings", "wrong"), VERDICTS)
def test_a_verdict(
    benchmark: SimpleNamespace,
    typed: str,
    line: int,
    snippet: str,
    headings: tuple[str, ...],
    wrong: tuple[str, ...],
) -> None:
    shown = SimpleNamespace(
        path="a.md", line=line, title=POST.title, headings=headings, snippet=SimpleNamespace(text=snippet)
    )
    index = SimpleNamespace(search=lambda query, **_: SimpleNamespace(hits=[shown]))
    posts = benchmark.exact.Posts([benchmark.pieces.Page(POST, (), ())])
    piece = benchmark.pieces.Piece("sentence", typed, "a.md")
    assert benchmark.exact.ours(index, posts, piece).wrong == wrong
    nothing = SimpleNamespace(search=lambda query, **_: SimpleNamespace(hits=[]))
    assert benchmark.exact.ours(nothing, posts, piece).wrong == ("lacks",)


DRAWN = """# Of everything

The quick fox that jumped over dogs [was never a lazy animal by itself](other.md) and slept.

See [the words of this link here][other]: none of them, but skUserData and up-to-date, and/or [linked_name].

[other]: other.md
[linked_name]: other.md

`error: no such file or folder`

`my-service`, /etc/ssh/config, v1.2.3, --no-cache

```
make: *** error: the third step failed
```

这里有很长的一段中文文字，使用 NFKC 规则。见[链接里的中文文字](other.md)。
"""
#: The drawn pieces are all of these, or pieces of these.
WHOLES = {
    "identifier": ("skUserData", "my-service", "/etc/ssh/config", "v1.2.3", "--no-cache"),
    "sentence": (
        "The quick fox that jumped over dogs",
        "none of them, but skUserData and up-to-date, and/or",
        "no such file or folder",
    ),
    "error": ("error: no such file or folder", "make: *** error: the third step failed"),
    "chinese": ("这里有很长的一段中文文字",),
    "mixed": ("使用 NFKC 规则",),
}


def test_what_is_drawn(benchmark: SimpleNamespace, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(DRAWN, encoding="utf-8")
    found = benchmark.pieces.pages(tmp_path)
    drawn: dict[str, set[str]] = {kind: set() for kind in WHOLES}
    for seed in range(20):
        pieces: list[Any] = benchmark.pieces.draw(found, 9, seed)
        assert pieces == benchmark.pieces.draw(found, 9, seed)
        for piece in pieces:
            drawn[piece.kind].add(piece.text)
    for kind, wholes in WHOLES.items():
        assert drawn[kind], kind
        assert all(any(text in whole for whole in wholes) for text in drawn[kind]), drawn[kind]
    for kind in ("identifier", "error", "mixed"):
        assert set(WHOLES[kind]) == drawn[kind]
    assert {4, 5, 6} <= {len(text.split()) for text in drawn["sentence"]} <= set(range(4, 9))
    assert {6, 8} <= {len(text) for text in drawn["chinese"]} <= set(range(4, 13))


def test_exact_counts_every_kind(tmp_path: Path) -> None:
    found = tmp_path / "exact.json"
    table = run("exact.py", SITE, "--each", 10, "--misses", 1, "--json", found).split("\n\n")[1].splitlines()
    assert table[0] == "| kind | pieces | lacks | hides | off | OR lacks | hides | AND lacks | hides |"
    rows = [line.strip("| ").split(" | ") for line in table[2:7]]
    assert [row[0] for row in rows] == list(WHOLES)
    verdicts = json.loads(found.read_text(encoding="utf-8"))[str(SITE)]
    for kind, pieces, *shares in rows:
        of_kind = [verdict for verdict in verdicts["postdex"] if verdict["piece"]["kind"] == kind]
        assert len(of_kind) == int(pieces) > 0
        assert shares[0] == f"{100 * sum('lacks' in one['wrong'] for one in of_kind) / len(of_kind):.1f}"
        assert (shares[3] == "-") is (kind in ("chinese", "mixed"))


def test_strength_asks_each_site_of_each(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# Gardens\n\n## Apple trees and their fruit\n\nText.\n", encoding="utf-8")
    rows = [line.strip("| ").split(" | ") for line in run("strength.py", SITE, tmp_path, "--each", 9).splitlines()[2:]]
    assert [row[1] for row in rows] == ["itself", str(tmp_path), str(SITE), "itself"]
    assert all(99.7 < sum(map(float, row[3:])) < 100.3 for row in rows)
    assert float(rows[0][3]) > 70 > 50 > float(rows[2][3])


LOWER = '''
def pair(a: int, b: int) -> tuple[int, str]:
    """The pair, in bytes. Raises ValueError."""
    if a < b:
        raise ValueError(a)
    found = (a, "")
    return found

def rows(numbers: list[float]) -> tuple[int, ...]:
    return max(1, 2, 3, 4, 5, 6), *map(int, numbers)
'''
HOUSE = {
    "index/postdex_index/__init__.py": "",
    "index/postdex_index/low.py": LOWER,
    "index/postdex_index/beside.py": "from . import low\nfrom .low import pair\n",
    "search/postdex/__init__.py": "from postdex_index.beside import low\n",
}
FIGURES = {
    "modules": "4",
    "lines of a function, median and longest": "4, 6",
    "signatures with anonymous tuples": "1",
    "calls with six or more values by position": "1",
    "public functions with a docstring": "1 of 2",
    "  with numbers: that name a unit or shape": "1 of 2",
    "  with a raise: that name an error": "1 of 1",
}


@pytest.mark.parametrize(
    ("layers", "crossing"),
    [
        ('FLOORS = {"postdex_index.low": 0, "postdex_index.beside": 0, "postdex": 1}', "2 of 3"),
        ('LAYERS = ["postdex_index.low", "postdex_index.beside", "postdex"]', "0 of 3"),
        ('LAYERS = [["postdex_index.low", "postdex_index.beside"], "postdex"]', "2 of 3"),
        ('LAYERS = ["postdex_index", "postdex"]', "0 of 1"),
    ],
)
def test_the_house_in_figures(tmp_path: Path, layers: str, crossing: str) -> None:
    for name, text in {**HOUSE, "tests/test_house.py": layers}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    shown = dict(line.rstrip().rsplit("  ", 1) for line in run("house.py", tmp_path).splitlines())
    shown = {measure.rstrip(): figure.strip() for measure, figure in shown.items()}
    assert shown.items() >= FIGURES.items()
    assert shown["imports on the same layer"] == crossing
    assert shown["names from the private vocabulary"].startswith("1 (found 1, ")


@pytest.fixture
def static(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The module `static`, likewise."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    yield import_module("static")
    for name in ("static", "static_browser", "static_engines", "static_site", "generate", "questions"):
        sys.modules.pop(name, None)


def test_pages_of_a_static_site(static: Any, tmp_path: Path) -> None:
    """What Pagefind and MiniSearch are given, and that each byte of it is counted once."""
    static_site = import_module("static_site")
    posts = static_site.published(SITE)
    static_site.write_pages(posts, tmp_path)
    page = (tmp_path / "pages" / "2022" / "refcount-bug.md.html").read_text(encoding="utf-8")
    assert '<h2 id="root-cause">Root cause</h2>' in page and "<title>A refcount bug in sk_psock_get</title>" in page
    assert len(json.loads((tmp_path / "documents.json").read_text(encoding="utf-8"))) == len(posts) == 16
    with static_site.served(tmp_path) as server:
        with urlopen(server.address + "documents.json", timeout=10) as answer:
            received = answer.read()
        with pytest.raises(HTTPError), urlopen(server.address + "nowhere", timeout=10):
            pass
        traffic = server.traffic()
        assert traffic.paths == ["/documents.json", "/nowhere"] and traffic.bytes == len(received)
        assert server.traffic().bytes == 0


def test_the_table_of_static_sites(static: Any) -> None:
    measured = static.Measured(
        942,
        static.Built(3.21, 1002, 1_300_000),
        static.Fetched(90_400, 14, 30_000, 11),
        static.Keys(9.6, 31.2),
        0.874,
        0.87401,
    )
    assert static.table({"postdex": measured}).split("\n") == [
        "| 942 posts | postdex |",
        "| --- | ---: |",
        "| first query, KB (requests) | 90 (14) |",
        "| next query, KB (requests) | 30 (11) |",
        "| key to painted hits, ms, p50 / p95 | 10 / 31 |",
        "| the same on its search page | – |",
        "| files | 1,002 |",
        "| size, MB | 1.3 |",
        "| made in, s of processor time | 3.2 |",
        "| nDCG@10 | 0.8740 (the library: 0.8740) |",
    ]
