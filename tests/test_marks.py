"""What is marked of a hit, and on which line: through parser, engine and snippets, on posts of a few lines.

In the tables a post's text and the snippet that is expected, «…» around what is marked, with its line before it.
"""

from __future__ import annotations

import unicodedata
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from storage import ANALYZER

import postdex
from postdex.results.values import Hit
from postdex_index.document import LeafPositions, Outlined
from postdex_index.engine.embedded.engine import EmbeddedEngine
from postdex_index.engine.embedded.read.passage_words import PassageWords, Widths, marks_of_ascii
from postdex_index.engine.embedded.write.checkpoints import CHECKPOINT, stretches
from postdex_index.text.characters import is_spaceless, raw_tokens, run_text
from postdex_index.text.stemming import stem
from postdex_index.text.tokenizer import terms_at

LOREM = "Nothing of interest happens in this sentence, it is here to take up some room. "
CODE = "```c\nstatic void drv_fb(struct drv_link *drv)\n{\n\tstruct link *to = drv->backup;\n\tlink_to(drv);\n}\n```\n"
NFD = unicodedata.normalize("NFD", "한국을사랑해요")

#: text, query, line and snippet
SHOWN = [
    # the whole of a name before its parts, wherever they are denser
    (
        f"If the peer is old, `drv_link_to_backup()` moves it.\n\n{CODE}",
        "drv_link_to_backup()",
        "1: If the peer is old, «drv_link_to_backup»() moves it. static void drv_fb(struct drv_link *drv) { "
        "struct link *to = drv->backup; link_to(drv); }",
    ),
    (
        f"{CODE}\nSee `drvLinkToBackup`.\n",
        "drv_link_to_backup",
        "9: static void drv_fb(struct drv_link *drv) { struct link *to = drv->backup; link_to(drv); } "
        "See «drvLinkToBackup».",
    ),
    ("As `drvLink` is gone, use `drv_link`.", "drv_link", "1: As «drvLink» is gone, use «drv_link»."),
    (
        f"As `userData` is gone.\n\n{LOREM * 3}\n\nUse `user_data`.",
        "user_data",
        f"5: {LOREM}Use «user_data».",
    ),
    ("Cannot fix it.\n\nTry `--fix`.", "--fix", "3: Cannot «fix» it. Try --«fix»."),
    ("In `a.drv_link.c` it is.", "drv_link", "1: In «a.drv_link.c» it is."),
    # words as they were typed, stop words among them, before the same words elsewhere
    (
        f"Moves of this and that, to here.\n\n{LOREM * 4}\n\nIt goes up to\nhere, and moves this part.",
        "up to here, and moves this",
        "5: Nothing of interest happens in this sentence, it is «here» to take «up» some room. "
        "It goes «up» «to» «here», «and» «moves» «this» part.",
    ),
    (
        "The root of it.\nThe cause.\n\nThe root cause is the heap.",
        "root cause",
        "4: The «root» of it. The «cause». The «root» «cause» is the heap.",
    ),
    (
        "What is it? Nothing. Is it here? Nothing at all.",
        "nothing. is it here",
        "1: What is it? «Nothing». «Is» «it» «here»? «Nothing» at all.",
    ),
    # a stop word alone is no mark
    ("The chain of the cause.", "the chain", "1: «The» «chain» of the cause."),
    ("The cause of the chain.", "a chain of the world", "1: The cause of the «chain»."),
    # a run stands whole: its pairs elsewhere are not marked
    ("模块和内核。模式。\n\n这是内核模块的问题。", "内核模块", "3: 模块和内核。模式。 这是«内核模块»的问题。"),
    ("模块和内核。", "内核模块", "1: «模块»和«内核»。"),
    ("用Pod部署。\n\n内核里的 Pod 模块。", "内核里的Pod模块", "3: 用«Pod»部署。 «内核里的» «Pod» «模块»。"),
    # whole letters, and no more
    ("ﾃﾞｰﾀﾍﾞｰｽ", "データ", "1: «ﾃﾞｰﾀ»ﾍﾞｰｽ"),
    ("ﾃﾞｰﾀﾍﾞｰｽ", "ベース", "1: ﾃﾞｰﾀ«ﾍﾞｰｽ»"),
    (NFD, "사랑", f"1: {NFD[:9]}«{NFD[9:14]}»{NFD[14:]}"),
    ("ไปกินข้าว", "กิน", "1: ไป«กิน»ข้าว"),
    ("ไปกินข้าว", "ก", "1: ไป«กิ»นข้าว"),
    ("内核模块", "核", "1: 内«核»模块"),
    ('内核的模块', '"内核的"', "1: «内核的»模块"),
    ('用内核，用 Pod 的人。', '"pod 的"', "1: 用内核，用 «Pod» «的»人。"),
    ("A ﬁle, a cafe\u0301.", "file café", "1: A «ﬁle», a «cafe\u0301»."),
    ("שָׁלוֹם לְכֻלָּם", "שָׁלוֹם", "1: «שָׁלוֹם» לְכֻלָּם"),
    # behind a long line without blanks
    (f"`{'QUJD+' * 900}` is drv_link.", "drv_link", "1: …«drv_link»."),
    (f"`{'x' * 5000}` is drv_link.", "drv_link", "1: …«drv_link»."),
    ("内核。" + "内核" * 600 + "模块" + "内核" * 600, "核模块", f"1: …核{'内核' * 19}内«核模块»{'内核' * 58}内…"),
]  # fmt: skip


def hit(folder: Path, text: str, query: str) -> Hit:
    (folder / "posts").mkdir(exist_ok=True)
    (folder / "posts" / "a.md").write_text(text, encoding="utf-8")
    with postdex.open(folder / "posts", index=folder / "index") as index:
        return index.search(query, deadline_ms=None).hits[0]


def marked(found: Hit) -> list[str]:
    return [found.snippet.text[start : start + length] for start, length in found.snippet.spans]


def shown(found: Hit) -> str:
    text, done = "", 0
    for start, length in found.snippet.spans:
        text += found.snippet.text[done:start] + f"«{found.snippet.text[start : start + length]}»"
        done = start + length
    return f"{found.line}: {text}{found.snippet.text[done:]}"


@pytest.mark.parametrize(("text", "query", "expected"), SHOWN)
def test_what_was_typed_is_what_is_shown(tmp_path: Path, text: str, query: str, expected: str) -> None:
    assert shown(hit(tmp_path, text, query)) == expected


#: as it is written, and its language in words or runs of characters
TEXT = """\
---
title: x
---
# Sockets & links

## Why a socket leaks

A peer.

###

A friend.

### 泄漏的 `drv_link`

A pal.
"""
#: query and the headings down to the best section, with what is marked in them
IN_HEADINGS = [
    ("leak", ["Sockets &amp; links", "Why a socket <mark>leaks</mark>"]),
    ("socket peer", ["<mark>Sockets</mark> &amp; links", "Why a <mark>socket</mark> leaks"]),
    ("peer", ["Sockets &amp; links", "Why a socket leaks"]),
    ("friend socket", ["<mark>Sockets</mark> &amp; links", "Why a <mark>socket</mark> leaks"]),
    ("泄漏 pal", ["Sockets &amp; links", "Why a socket leaks", "<mark>泄漏</mark>的 drv_link"]),
    ("drv_link", ["Sockets &amp; <mark>links</mark>", "Why a socket leaks", "泄漏的 <mark>drv_link</mark>"]),
    ("heading:leak pal", ["Sockets &amp; links", "Why a socket <mark>leaks</mark>"]),
    ("body:leak friend", ["Sockets &amp; links", "Why a socket leaks"]),
]


@pytest.mark.parametrize(("query", "expected"), IN_HEADINGS)
def test_what_is_marked_in_headings(tmp_path: Path, query: str, expected: list[str]) -> None:
    found = hit(tmp_path, TEXT, query)
    assert list(found.headings_html) == expected
    best = found.sections[0]
    assert best.headings_html == found.headings_html and best.heading_html in ("", expected[-1])


WORDS = [
    "refcount", "refcounts", "ﬁle", "cafe\u0301", "café", "sk_user_data", "skUserData", "C++", "ＡＢＣ", "naïve",
    "1,000", "שָׁלוֹם", "كِتَاب", "हिन्दी", "👍🏽",
    "内核模块", "內核", "ﾃﾞｰﾀﾍﾞｰｽ", "データ", NFD, "사랑", "กินข้าว", "น้ำใจ", "ຂ້ອຍ", "မြန်မာ", "ភាសា", "か\u3099き",
]  # fmt: skip
GLUE = [" ", ", ", ". ", "\n", "\n\n", " — ", "（", "。"]


@st.composite
def mixed(draw: st.DrawFn) -> tuple[str, str]:
    """A text, and a few of its words, or pieces of them, as a query."""
    words = draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=30))
    text = "".join([word + draw(st.sampled_from(GLUE)) for word in words])
    asked = draw(st.lists(st.sampled_from(words), min_size=1, max_size=3))
    return text, " ".join(asked)


@settings(deadline=None, max_examples=150)
@given(mixed())
def test_each_mark_is_a_word_of_the_query(tmp_path_factory: pytest.TempPathFactory, drawn: tuple[str, str]) -> None:
    text, query = drawn
    found = hit(tmp_path_factory.mktemp("marks"), text, query)
    asked = {
        term for raw in ANALYZER.raw_tokens(query) for code in (False, True) for term in chain(*terms_at(raw, code))
    }
    runs = [run_text(raw) for raw in ANALYZER.raw_tokens(query) if is_spaceless(raw)]
    assert found.snippet.spans
    for start, length in found.snippet.spans:
        whole, mark = found.snippet.text, found.snippet.text[start : start + length]
        for raw in ANALYZER.raw_tokens(mark):
            if is_spaceless(raw):
                assert any(run_text(raw) in run for run in runs), (mark, query)
            else:
                assert {stem(term, "en") for term in chain(*terms_at(raw))} & {stem(term, "en") for term in asked}
        pieces = whole[:start], mark, whole[start + length :]
        assert "".join(unicodedata.normalize("NFC", piece) for piece in pieces) == unicodedata.normalize("NFC", whole)
        assert not unicodedata.category(pieces[2][:1] or " ").startswith("M"), (mark, query)
        assert not unicodedata.category(mark[0]).startswith("M"), (mark, query)


@pytest.fixture
def document(tmp_path: Path) -> Outlined:
    """A post of 200 times the word refcount, and as many times 内核, in a line each."""
    (tmp_path / "a.md").write_text("refcount " * 200 + "\n\n" + "内核" * 1000, encoding="utf-8")
    with postdex.open(tmp_path, index=tmp_path / "index") as index:
        index.refresh()
    (found,) = EmbeddedEngine(tmp_path / "index").open_reader().documents(["a.md"])
    assert found
    return found


def test_the_first_leaf_owns_a_word(document: Outlined) -> None:
    body = document.outline.bounds[1]
    for leaves in ([5, 2], [2, 5]):
        found = [LeafPositions(leaf, range(body, body + 3)) for leaf in leaves]
        assert [mark.leaf for mark in document.passage(0, body, found).marks] == [leaves[0]] * 3


def test_half_a_word_is_no_mark(document: Outlined) -> None:
    body, stop = document.outline.bounds[1], document.outline.stops[0]
    for near, word in ((body, "refcount"), (stop - 1500, "内核")):
        found = document.passage(0, near, [LeafPositions(0, range(body, stop))])
        words = {found.text[start:stop] for start, stop, _ in found.marks}
        assert words == ({word} if near == body else {"内核", "核内"}) and found.cut_stop


@pytest.mark.parametrize("letters", ["内核", NFD[:6], "กิน", "ﾃﾞﾀ", "k"])
def test_a_match_far_inside_a_run_is_shown(tmp_path: Path, letters: str) -> None:
    for name in ("模块", "が゛", NFD[9:14]):
        found = hit(tmp_path, f"{letters * 1500}{name}{letters * 1500}", name)
        assert [unicodedata.normalize("NFC", mark) for mark in marked(found)] == [unicodedata.normalize("NFC", name)]


LINES = st.lists(
    st.sampled_from(
        ["QUJD", "x" * 90, "内核", "+", "/", "==", "データ", ".", ";", "กิน", "a.b", "C++", "1,000", "é", "#"]
    ),
    min_size=1, max_size=20,
)  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(LINES, LINES, st.integers(1, 60), st.integers(0, 300))
def test_a_match_lies_in_its_passage(
    tmp_path_factory: pytest.TempPathFactory, before: list[str], after: list[str], times: int, code: int
) -> None:
    line = "".join(before) * times + "=zqx_w=" + "".join(after) * times
    text = "text\n" * code + f"```\n{line}\n```\n"
    found = hit(tmp_path_factory.mktemp("passage"), text, "zqx_w")
    assert "zqx_w" in marked(found) and found.line == code + 2, line


@settings(deadline=None, max_examples=100)
@given(LINES, st.integers(1, 60))
def test_a_text_that_is_cut_has_the_same_words(pieces: list[str], times: int) -> None:
    text = "".join(pieces) * times
    cut = stretches(text, [])
    assert "".join(text[start:stop] for start, stop, _ in cut) == text
    assert [raw for start, stop, _ in cut for raw in ANALYZER.raw_tokens(text[start:stop])] == ANALYZER.raw_tokens(text)
    assert len(cut) > 1 or len(text) <= CHECKPOINT or not set("/=;") & set(text[CHECKPOINT:-1])


ASCII = st.text("aB1 _.-+#", min_size=1, max_size=20)
PLACES = st.lists(st.lists(st.integers(0, 20), max_size=6, unique=True).map(sorted), max_size=3)


@given(ASCII, st.integers(0, 5), PLACES)
def test_marks_of_a_short_text_are_those_of_a_passage(text: str, first: int, places: list[list[int]]) -> None:
    prose, code = Widths(False), Widths(True)
    end = first + sum(prose[raw] for raw in raw_tokens(text))
    found = [LeafPositions(leaf, [at for at in here if first <= at < end]) for leaf, here in enumerate(places)]
    words = PassageWords(text, False, [0], [first], [False], end)
    assert marks_of_ascii(text, first, found, prose) == [tuple(mark) for mark in words.marks(found, 0, (prose, code))]
