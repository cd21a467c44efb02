"""Which words join those that no post has, or hardly any: small folders, indexed, and queries as typed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from storage import ANALYZER

import postdex
from postdex.query import corrections as meant
from postdex.query import typos
from postdex.query.parse import parse
from postdex_index.query import Term, show

#: So many posts each, beside what a folder is about.
COMMON = {"reference": 3, "kernel": 5, "rust": 2, "socket": 3}
WORDS = """
refcount refcounts socket sockets pocket fallback container контейнер December 容器
hasCJKLanguage NodePort RunAsUserName smc_switch_to_fallback time.Format top level ruse http2only
"""
GLUED = """
See RFC 2119 and HTTP/2, Python 3 and Windows 11; file system; data base; log in; of the way to go.
A car, and later on a rocket. xml2 is one word. carnival things
Commit 3f786850e387550fdab836ed7e6dc881de23001b, before it 89e6c98.
"""
GERMAN = "Eine Kraftfahrzeughaftpflichtversicherung kostet. Das Wetter, die Auskunft, der Bericht."
ENGLISH = "Constables and their notebook. The weather, a report, an arrangement."

Open = Callable[[Mapping[str, str]], postdex.Index]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Open]:
    """Opens an index of a folder of these posts, one for all who ask for the same."""
    made: dict[tuple[str, ...], postdex.Index] = {}

    def open_(posts: Mapping[str, str]) -> postdex.Index:
        if tuple(posts) not in made:
            folder = tmp_path_factory.mktemp("posts")
            for name, text in posts.items():
                (folder / name).write_text(text, encoding="utf-8")
            made[tuple(posts)] = postdex.open(folder, refresh="never")
        return made[tuple(posts)]

    yield open_
    for ix in made.values():
        ix.close()


def words() -> dict[str, str]:
    posts = {f"{word}{n}.md": f"# x\n\n{word}\n" for word, count in COMMON.items() for n in range(count)}
    posts |= {f"govern{n}.md": "# y\n\ngovernance\n" for n in range(16)}
    posts |= {"slip.md": "# z\n\ngoverance refcount\n", "draft.md": "---\ndraft: true\n---\nsokcet\n"}
    return posts | {"words.md": f"# words\n\n{WORDS}", "more.md": "# more\n\nsocket\n"}


def check(ix: postdex.Index, text: str, parsed: str, corrections: str) -> None:
    """`corrections` as `typed: known, known; typed: known`."""
    results = ix.search(text)
    said = "; ".join(f"{one.word}: {', '.join(one.known)}" for one in results.corrections)
    assert (results.parsed, said) == (parsed, corrections)
    if not corrections:
        assert results.parsed == show(parse(text, ANALYZER, post_counts=lambda terms: [0] * len(terms)).tree)


SLIPS = [
    # known words stay alone, and so do stems of known words
    ("refcount", "refcount", ""),
    ("containers", "containers", ""),
    # one slip; of words with one stem the first
    ("sokcet", "[sokcet | socket]^0.85", "sokcet: socket"),
    ("refcoutn bug", "([refcoutn | refcount]^0.85 bug)", "refcoutn: refcount"),
    # two slips from eight letters on
    ("contianr", "[contianr | container]^0.6", "contianr: container"),
    ("sokcte", "sokcte", ""),
    # at the beginning: the first two swapped, and a letter too many
    ("osckets", "[osckets | sockets]^0.85", "osckets: sockets"),
    ("rkernel", "[rkernel | kernel]^0.85", "rkernel: kernel"),
    # Cyrillic slips as Latin does
    ("контейенр", "[контейенр | контейнер]^0.85", "контейенр: контейнер"),
    # two words, each with its own
    ("sokcet falback", "([sokcet | socket]^0.85 [falback | fallback]^0.85)", "sokcet: socket; falback: fallback"),
    # several known words
    ("ruset", "([ruset | rust]^0.85 ruse^0.85)", "ruset: rust, ruse"),
    # a weight stays with the word, and so does a field
    ("sokcet^2", "[sokcet | socket]^1.7", "sokcet: socket"),
    ("title:sokcet", "[title:sokcet | title:socket]^0.85", "sokcet: socket"),
    # beside Chinese
    ("容器 sokcet", "(容器 [sokcet | socket]^0.85)", "sokcet: socket"),
    # nothing near
    ("xylophone", "xylophone", ""),
    # too short, a number
    ("smd", "smd", ""),
    ("4095", "4095", ""),
    ("v1.23", "([v1.23 | 'v1 23'] v1^0.25 23^0.25)", ""),
]


@pytest.mark.parametrize(("text", "parsed", "corrections"), SLIPS)
def test_slips(opened: Open, text: str, parsed: str, corrections: str) -> None:
    check(opened(words()), text, parsed, corrections)


NAMES = [
    ("hasCJKLanguage", ""),
    ("has-cjk-language", ""),
    ("hasCJKLanugage", "hasCJKLanugage: hasCJKLanguage"),
    ("NodePirt", "NodePirt: NodePort"),
    ("time.Firmat", "time.Firmat: time.Format"),
    ("smc_swich_to_fallbak()", "smc_swich_to_fallbak: smc_switch_to_fallback"),
    # two slips only from ten letters on
    ("NodePrit", ""),
    ("NdoePirt", ""),
    ("RunAsUsrNmae", "RunAsUsrNmae: RunAsUserName"),
    # nobody has the whole: its parts
    ("std::sokcet<int>", "sokcet: socket"),
    ("sokcet_lock", "sokcet: socket"),
    # the phrase is known, so nothing is misspelt
    ("top-level", ""),
    # never with digits or a version, but parts without
    ("NodePirt2", ""),
    ("time.Firmat.v2", "firmat: format"),
]


@pytest.mark.parametrize(("text", "corrections"), NAMES)
def test_names(opened: Open, text: str, corrections: str) -> None:
    results = opened(words()).search(text)
    assert "; ".join(f"{one.word}: {', '.join(one.known)}" for one in results.corrections) == corrections
    assert not corrections or results.hits[0].path == "words.md" or "socket" in corrections


@pytest.mark.parametrize(
    ("text", "corrections"),
    [
        ("goverance", [("goverance", ("governance",), 1)]),
        ("governance", []),
        ("ruse", []),
        ("pocket", []),
        ("+goverance", []),
        ('"goverance"', []),
    ],
)
def test_a_rare_word_beside_a_common_one(
    opened: Open, text: str, corrections: list[tuple[str, tuple[str, ...], int]]
) -> None:
    results = opened(words()).search(text)
    assert [correction[:3] for correction in results.corrections] == corrections
    if corrections:
        assert (results.hits[0].path, results.total) == ("slip.md", 17)


@pytest.mark.parametrize(
    "text",
    [
        "+sokcet", '"sokcet"', "-sokcet refcount", "sokcet*", "sokcet AND refcount", "sokcet~",
        "+NodePirt", '"NodePirt"', "-NodePirt refcount", "NodePirt*", "+http2", '"filesystem"',
    ],
)  # fmt: skip
def test_what_was_meant_literally_is_searched_as_typed(opened: Open, text: str) -> None:
    results = opened(words()).search(text)
    assert (results.corrections, results.parsed) == (
        (),
        show(parse(text, ANALYZER, post_counts=lambda terms: [0] * len(terms)).tree),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("+sokcet", "no post has sokcet; did you mean socket?"),
        ('"sokcet"', "no post has sokcet; did you mean socket?"),
        ("+NodePirt", "no post has NodePirt; did you mean NodePort?"),
        ("+xylophone", ""),
        ("-sokcet +xylophone", ""),
    ],
)
def test_did_you_mean(opened: Open, text: str, said: str) -> None:
    warnings = opened(words()).search(text).warnings
    assert [one for one in warnings if "mean" in one] == [said][: bool(said)]


def test_a_draft_is_found_as_it_is_written(opened: Open) -> None:
    found = opened(words()).search("sokcet", drafts=True)
    assert "draft.md" in [hit.path for hit in found.hits]


def test_the_words_meant_make_a_title(opened: Open) -> None:
    posts = {"a.md": "# Volume\n\nvolume\n", "b.md": "# On a Volume\n\nvolume volume volume Volume\n"}
    ix = opened(posts)
    assert [hit.path for hit in ix.search("volmue").hits] == ["a.md", "b.md"]
    assert ix.search("volmue").hits[0].score == pytest.approx(0.85 * ix.search("volume").hits[0].score)


TWO = [
    ("http2", "http2: http 2"),
    ("HTTP2", "http2: http 2"),
    ("rfc2119", "rfc2119: rfc 2119"),
    ("python3", "python3: python 3"),
    ("windows11", "windows11: windows 11"),
    ("windows12", ""),
    ("filesystem", "filesystem: file system"),
    ("database", "database: data base"),
    ("login", "login: log in"),
    # two stop words, and two that stand nowhere side by side
    ("ofthe", ""),
    ("rocketlater", "rocketlater: rocket later"),
    # the other way round
    ("xml/2", "xml/2: xml2"),
    ("XML-2", ""),
    ("xml 2", ""),
    # beginnings of hashes, and hashes of which the beginning is there
    ("3f78685", "3f78685: 3f786850e387550fdab836ed7e6dc881de23001b"),
    ("3f786850e3", "3f786850e3: 3f786850e387550fdab836ed7e6dc881de23001b"),
    ("89e6c9800e387550fdab836ed7e6dc881de23001", "89e6c9800e387550fdab836ed7e6dc881de23001: 89e6c98"),
    ("3f78686", ""),
    ("3f78", ""),
]


@pytest.mark.parametrize(("text", "corrections"), TWO)
def test_one_for_two_and_two_for_one(opened: Open, text: str, corrections: str) -> None:
    results = opened({"glued.md": GLUED, "other.md": "other\n"}).search(text)
    assert "; ".join(f"{one.word}: {', '.join(one.known)}" for one in results.corrections) == corrections
    assert not corrections or [hit.path for hit in results.hits] == ["glued.md"]


COMPOUNDS = [
    ("Versicherung", "versicherung: Kraftfahrzeughaftpflichtversicherung"),
    ("Versicherungen", "versicherungen: Kraftfahrzeughaftpflichtversicherung"),
    ("Haftpflicht", "haftpflicht: Kraftfahrzeughaftpflichtversicherung"),
    ("Wetterbericht", "wetterbericht: wetter bericht"),
    ("Wetterberichtsauskunft", "wetterberichtsauskunft: wetter berichts auskunft"),
    ("Unfallbericht", "unfallbericht: bericht"),
    ("Unfall", ""),
]


@pytest.mark.parametrize(("text", "corrections"), COMPOUNDS)
@pytest.mark.parametrize("beside", [{}, {"en.md": ENGLISH}], ids=["German", "German and English"])
def test_compounds(opened: Open, beside: Mapping[str, str], text: str, corrections: str) -> None:
    ix = opened({"de.md": f"---\nlang: de\n---\n{GERMAN}\n", **beside})
    results = ix.search(text)
    assert "; ".join(f"{one.word}: {', '.join(one.known)}" for one in results.corrections) == corrections
    assert [hit.path for hit in results.hits] == ["de.md"][: bool(corrections)]


@pytest.mark.parametrize("text", ["stables", "arrange", "reportarrangement"])
def test_compounds_are_for_languages_that_glue(opened: Open, text: str) -> None:
    """In an English post a word that stands in another means nothing, also beside German ones."""
    german = f"---\nlang: de\n---\n{GERMAN}\n"
    for posts in ({"only.md": ENGLISH}, {"de.md": german, "en.md": ENGLISH}):
        results = opened(posts).search(text)
        assert "Constables" not in str(results.corrections)
        assert "arrangement" not in [name for one in results.corrections for name in one.known]


@pytest.mark.parametrize("text", ["a" * 80, "a" * 79 + "b", "ab" * 40, "b" + "a" * 79])
def test_parts_of_a_hostile_word_are_looked_up_a_few_hundred_times(text: str) -> None:
    asked: list[str] = []

    class Counting:
        """As much of an `engine.Reader` as is asked: words of nothing but a."""

        def totals(self, terms: list[Term]) -> list[int]:
            asked.extend(term.text for term in terms)
            return [not term.text.strip("a") and term.text != "a" * 80 for term in terms]

    reader: Any = Counting()
    meant._parts(text, reader)
    assert 0 < len(asked) <= meant.MAX_LOOKUPS


def test_of_a_pasted_page_a_few_words_are_looked_at(opened: Open) -> None:
    slipped = [f"socket{letter}" for letter in "abcdefghijklmnopqrstuvwxy"]
    assert len(opened(words()).search(" ".join(slipped)).corrections) == typos.MAX_CORRECTED
