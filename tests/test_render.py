"""What results look like: the wire form to the byte, text for people to the column, nothing hostile in either."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postdex.output import hit_lines, reports, terminal, wire
from postdex.output.remarks import total_line
from postdex.output.screen import Palette, Screen
from postdex.query.typos import Correction
from postdex.results.values import Hit, HitList, IndexState, SectionHit, Snippet
from postdex_index.document import StoredSection
from postdex_index.engine.api import IndexedWord
from postdex_index.errors import NotFoundError, QueryError
from postdex_index.model import Explanation, OwnField, Problem, Span

SNIPPET = Snippet("…during SMC fallback <b>.", (Span(8, 3), Span(12, 8)), 43)
FIXED = ((Span(7, 5),),)
BEST = SectionHit(
    *("what I fixed", ("what I fixed",), "what-I-fixed", "/2022/08/26/refcount-bug/#what-I-fixed", 41, 43, 3.2),
    headings_spans=FIXED,
)
OTHER = SectionHit(
    "tests & more", ("what I fixed", "tests & more"), "tests", "/2022/08/26/refcount-bug/#tests", 60, 0, 1.0
)
HIT = Hit(
    path="2022/refcount-bug.md",
    line=43,
    url="/2022/08/26/refcount-bug/#what-I-fixed",
    anchor="what-I-fixed",
    title="An SMC bug",
    title_spans=(Span(3, 3),),
    headings=("what I fixed",),
    date_seconds=1661506774,
    date_from="post",
    updated_seconds=None,
    tags=("linux", "net"),
    categories=(("linux", "net"),),
    lang="en",
    score=7.312345,
    snippet=SNIPPET,
    sections=(BEST, OTHER),
    headings_spans=FIXED,
)
STATE = IndexState(generation=12, posts=751, fresh=True, changed_files=0)
RESULTS = HitList("SMC fallback", "(smc fallback)", 1, 10, 0, 0.8, (HIT,), {}, (), (), True, STATE)

WIRE = """\
{"schema": 1, "query": "SMC fallback", "parsed": "(smc fallback)", "total": 1, "grouped": false, "strength": "", \
"meaning": false, "limit": 10, "offset": 0, "took_ms": 0.8, "hits": [{"path": "2022/refcount-bug.md", "line": 43, \
"url": "/2022/08/26/refcount-bug/#what-I-fixed", "anchor": "what-I-fixed", "title": "An SMC bug", \
"title_html": "An <mark>SMC</mark> bug", "headings": ["what I fixed"], "headings_html": ["what I <mark>fixed</mark>"], \
"date": "2022-08-26T09:39:34", \
"date_from": "post", "updated": null, "tags": ["linux", "net"], "categories": [["linux", "net"]], "lang": "en", \
"fields": {}, "score": 7.3123, "snippet": "…during <mark>SMC</mark> <mark>fallback</mark> &lt;b&gt;.", \
"snippet_text": "…during SMC fallback <b>.", "matches": [{"field": "body", "start": 8, "length": 3}, \
{"field": "body", "start": 12, "length": 8}, {"field": "title", "start": 3, "length": 3}], "sections": \
[{"title": "what I fixed", "heading_html": "what I <mark>fixed</mark>", "anchor": "what-I-fixed", \
"url": "/2022/08/26/refcount-bug/#what-I-fixed", "line": 41, \
"match_line": 43, "score": 3.2, "snippet": null}, {"title": "tests & more", \
"heading_html": "tests &amp; more", "anchor": "tests", \
"url": "/2022/08/26/refcount-bug/#tests", "line": 60, "match_line": 0, "score": 1.0, "snippet": null}], \
"translations": [], "explain": null}], "facets": {}, "corrections": [], "warnings": [], "complete": true, \
"index": {"generation": 12, "posts": 751, "fresh": true, "changed_files": 0}}"""


def results(hit: Hit = HIT, **changed: Any) -> HitList:
    return RESULTS.replaced(hits=(hit,), **changed)


def test_the_wire_form_to_the_byte() -> None:
    assert wire.to_json(RESULTS) == WIRE
    assert json.loads(wire.to_json(RESULTS, indent=2)) == wire.to_dict(RESULTS) == json.loads(WIRE)
    assert list(map(json.loads, wire.jsonl(RESULTS))) == json.loads(WIRE)["hits"]


def test_the_html_of_a_hit() -> None:
    assert HIT.html == HIT.snippet.html == "…during <mark>SMC</mark> <mark>fallback</mark> &lt;b&gt;."
    assert (HIT.title_html, HIT.headings_html) == ("An <mark>SMC</mark> bug", ("what I <mark>fixed</mark>",))
    assert (BEST.heading_spans, BEST.heading_html) == (FIXED[0], "what I <mark>fixed</mark>")
    assert (OTHER.heading_spans, OTHER.headings_html) == ((), ("what I fixed", "tests &amp; more"))
    beginning = SectionHit("", ("A",), "", "", 1, 1, 0.5, headings_spans=((Span(0, 1),),))
    assert (beginning.heading_spans, beginning.heading_html) == ((), "")


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(1661506774, datetime(2022, 8, 26, 9, 39, 34)), (-1, datetime(1969, 12, 31, 23, 59, 59)), (None, None)]
    + [(seconds, None) for seconds in (1 << 40, 1 << 62, -(1 << 62), -62135596801)],
)
def test_dates_are_those_of_the_clock_on_the_wall(seconds: int | None, expected: datetime | None) -> None:
    hit = HIT._replace(date_seconds=seconds, updated_seconds=seconds)
    assert (hit.date, hit.updated) == (expected, expected)


def test_what_is_there_only_when_asked_for() -> None:
    explained = Explanation(7.31234, "score", (Explanation(7.31234, "refcount"),))
    asked = HIT._replace(explain=explained, sections=(BEST._replace(snippet=SNIPPET),), updated_seconds=-1)
    found = wire.to_dict(
        results(
            asked, facets={"tags": {"linux": 2}}, corrections=(Correction("refcoutn", ("refcount",)),), warnings=("x",)
        )
    )
    assert found["hits"][0]["explain"] == {
        "value": 7.3123,
        "label": "score",
        "parts": [{"value": 7.3123, "label": "refcount", "parts": []}],
    }
    assert found["hits"][0]["sections"][0]["snippet"] == found["hits"][0]["snippet"]
    assert found["hits"][0]["updated"] == "1969-12-31T23:59:59"
    assert (found["facets"], found["warnings"]) == ({"tags": {"linux": 2}}, ["x"])
    assert found["corrections"] == [{"from": "refcoutn", "to": ["refcount"]}]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.b/c?d=e:f", "https://a.b/c?d=e:f"),
        ("HTTP://a.b", "HTTP://a.b"),
        ("/2022/a:b/", "/2022/a:b/"),
        ("a/b:c", "a/b:c"),
        ("#x:y", "#x:y"),
        ("", ""),
        ("javascript:alert(1)", ""),
        (" java\nscript:alert(1)", ""),
        ("\x01javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("file:///etc/passwd", ""),
    ],
)
def test_links(url: str, expected: str) -> None:
    assert wire.link(url) == expected


def test_html_is_safe_in_elements_and_attributes() -> None:
    assert wire.to_html("<a href=\"x\" onclick='y'>&amp;", [Span(1, 1)]) == (
        "&lt;<mark>a</mark> href=&quot;x&quot; onclick=&#x27;y&#x27;&gt;&amp;amp;"
    )
    assert wire.to_html("\u202e<\x00b>") == "&lt;b&gt;"


def test_problems_and_explanations_as_text() -> None:
    problems = [
        Problem("a.md", 3, "malformed", "the date is no date", "write 2022-08-26"),
        Problem("b\x1b.md", 0, "skipped", "binary"),
    ]
    assert reports.problems_text(problems, Screen(where=lambda path: f"posts/{path}")) == (
        "posts/a.md:3: malformed: the date is no date; write 2022-08-26\nposts/b.md: skipped: binary"
    )
    tree = Explanation(
        3.5, "score", (Explanation(2, "smc", (Explanation(1, "idf"),)), Explanation(1.5, "fall\x1bback"))
    )
    assert hit_lines.explain_text(tree) == "3.5000  score\n  2.0000  smc\n    1.0000  idf\n  1.5000  fallback"


class StoredPost:
    """A stored post in memory."""

    path, title, url, lang = "a.md", "A <title>", "javascript:x", "en"
    date_seconds: int | None = 1661506774
    updated_seconds: int | None = None
    date = updated = None
    date_from, description, unpublished, translation = "post", "about\u202e it", "", ""
    tags: tuple[str, ...] = ("linux",)
    categories: tuple[tuple[str, ...], ...] = (("linux", "net"),)
    authors: tuple[str, ...] = ("me",)
    fields: tuple[OwnField, ...] = (OwnField("rating", ("4",)),)
    aliases: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    texts = ("Before.\vStill.", "if x:\n\treturn\x1b 1\n\n", "")
    sections: Sequence[StoredSection] = (
        StoredSection(0, "", (), "", 5, 0, 0, 2),
        StoredSection(2, "Fix", ("Fix",), "fix", 8, 3, 4, 8),
        StoredSection(3, "Empty", ("Fix", "Empty"), "empty", 12, 9, 10, 10),
    )

    def text(self, section: int) -> str:
        return self.texts[section]

    def passage(self, section: int, near: int, words_found: object) -> Any:
        raise NotImplementedError


def test_a_post_to_read() -> None:
    about = "A <title>\na.md · 2022-08-26 · linux\nrating: 4\n\n"
    text = "Before.\nStill.\n\n## Fix\n\nif x:\n    return 1\n\n### Empty\n"
    assert reports.document_text(StoredPost()) == about + text
    assert reports.document_text(StoredPost(), 2) == about + "### Empty\n"


def test_the_wire_form_of_a_post() -> None:
    found = wire.document(StoredPost())
    sections = found.pop("sections")
    assert found == {
        "schema": 1,
        "path": "a.md",
        "title": "A <title>",
        "url": "",
        "date": "2022-08-26T09:39:34",
        "date_from": "post",
        "updated": None,
        "tags": ["linux"],
        "categories": [["linux", "net"]],
        "authors": ["me"],
        "lang": "en",
        "translation": "",
        "description": "about\u202e it",
        "fields": {"rating": ["4"]},
        "unpublished": "",
    }
    assert [section["text"] for section in sections] == ["Before.\nStill.", "if x:\n\treturn\x1b 1\n\n", ""]
    assert wire.document(StoredPost(), 1)["sections"] == [sections[1]]
    assert sections[2] == {
        "title": "Empty",
        "level": 3,
        "headings": ["Fix", "Empty"],
        "anchor": "empty",
        "line": 12,
        "text": "",
    }
    assert "\u202e" not in wire.dumps(wire.document(StoredPost()))


def test_suggestions_and_errors() -> None:
    assert wire.suggestions("smc", [IndexedWord("smc_close", "smcclose", 3)]) == {
        "schema": 1,
        "query": "smc",
        "suggestions": [{"text": "smc_close", "posts": 3}],
    }
    assert wire.error(QueryError("too deep", "leave some out", code="too_deep")) == {
        "error": {"code": "too_deep", "message": "too deep", "hint": "leave some out"}
    }
    assert wire.error(NotFoundError("no such post", path="a.md"))["error"]["message"] == "a.md: no such post"
    assert wire.error(KeyError("/secret"))["error"]["code"] == "internal"
    assert "secret" not in wire.dumps(wire.error(KeyError("/secret")))


# Anything a post, a path or a query may hold. Lone surrogates as os.fsdecode makes them of file names.
ANY = st.text(
    st.one_of(
        st.sampled_from("ab <>&\"'|\x1b\x00\n\t\x9b\x85\u202e\u2066\u200f\u2028索é\u0301👩…\udcff{}"),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=20,
)
CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
ESCAPES = re.compile("\x1b\\[[0-9;]+m|\x1b\\]8;;[ -\u10ff]*?\x1b\\\\")


@st.composite
def texts_with_spans(draw: st.DrawFn) -> tuple[str, tuple[Span, ...]]:
    text = draw(ANY)
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=6)))
    return text, tuple(Span(start, stop - start) for start, stop in zip(cuts[::2], cuts[1::2], strict=False))


@st.composite
def any_results(draw: st.DrawFn) -> HitList:
    title, title_spans = draw(texts_with_spans())
    text, spans = draw(texts_with_spans())
    section = SectionHit(draw(ANY), (draw(ANY), draw(ANY)), draw(ANY), draw(ANY), 1, 2, 0.5, Snippet(text, spans, 3))
    hit = Hit(
        draw(ANY),
        draw(st.integers(0, 99)),
        draw(ANY),
        draw(ANY),
        title,
        title_spans,
        (draw(ANY),),
        draw(st.none() | st.integers(0, 10**10)),
        *("path", None, (draw(ANY),), ((draw(ANY),),), "", draw(st.floats(0, 100))),
        Snippet(text, spans, 3),
        (section, section),
        Explanation(1.0, draw(ANY)),
    )
    facets = {draw(ANY): {draw(ANY): 1}}
    corrections = (Correction(draw(ANY), (draw(ANY),)),)
    return results(
        hit, query=draw(ANY), parsed=draw(ANY), facets=facets, corrections=corrections, warnings=(draw(ANY),)
    )


class Markup(HTMLParser):
    """All tags of a text, and the text without them."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.text = ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, attrs))

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.tags.append((f"<!--{data}", []))

    def handle_decl(self, decl: str) -> None:
        self.tags.append((f"<!{decl}", []))

    def handle_pi(self, data: str) -> None:
        self.tags.append((f"<?{data}", []))


@settings(deadline=None, max_examples=150)
@given(any_results())
def test_json_reads_back_and_is_clean(found: HitList) -> None:
    text = wire.to_json(found)
    assert json.loads(text) == wire.to_dict(found)
    assert not CONTROLS.search(text) and "\n" not in text
    assert text.encode("utf-8")


@settings(deadline=None, max_examples=150)
@given(any_results(), st.integers(1, 100), st.booleans(), st.booleans())
def test_no_terminal_is_taken_over(found: HitList, width: int, color: bool, linked: bool) -> None:
    palette = Palette.of("") if color else Palette()
    screen = Screen(width, palette, link="vscode://file{path}:{line}" if linked else "", root="/r")
    for form in (terminal.full, partial(terminal.full, oneline=True), partial(terminal.on_one_screen, height=5)):
        shown = form(found, screen)
        assert ("\x1b[" in shown) <= color and ("\x1b]" in shown) <= linked
        bare = ESCAPES.sub("", shown)
        assert not CONTROLS.search(bare) and bare.encode("utf-8")
        assert bare == form(found, Screen(width))
    for line in hit_lines.lines_for_programs(found, Screen()):
        assert not CONTROLS.search(line.replace("\n", "")) and line.encode("utf-8")


@settings(deadline=None, max_examples=300)
@given(texts_with_spans())
def test_html_has_no_markup_but_mark(given_text: tuple[str, tuple[Span, ...]]) -> None:
    text, spans = given_text
    parsed = Markup(wire.to_html(text, spans))
    assert parsed.tags == [("mark", [])] * len(spans)
    assert parsed.text == Markup(wire.to_html(text)).text
    assert not CONTROLS.search(parsed.text) and "<" not in re.sub("</?mark>", "", wire.to_html(text, spans))


def test_the_line_below_says_that_meaning_had_a_say() -> None:
    lines = [total_line(RESULTS), total_line(RESULTS.replaced(meaning=True))]
    assert lines == ["1 post, 0.8 ms", "1 post, by meaning too, 0.8 ms"]
