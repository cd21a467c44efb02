"""Does a page of hits look well on any screen, wide or narrow, high or low, in colour or without, whatever is in it?"""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_render import BEST, HIT, OTHER, RESULTS, STATE, results

from postdex.output import hit_lines, terminal
from postdex.output.facet_counts import facet_columns, facets_table
from postdex.output.screen import Line, Palette, Screen, around_mark, clipped, last_of, rows, wrapped
from postdex.query.typos import Correction
from postdex.results.values import HitList, Snippet, Translation
from postdex.text_safety import cells
from postdex_index.model import Explanation, Span

TEXT = Snippet("It fails where nobody looks.", (Span(3, 5),), 61)
BOTH = HIT._replace(sections=(BEST, OTHER._replace(snippet=TEXT)))
ALONE = HIT._replace(sections=(BEST,))
CHINESE = ALONE._replace(
    title="搜索引擎的实现：从倒排索引到排序",
    headings=(),
    headings_spans=(),
    snippet=Snippet("在内核中引用计数失败时套接字会回退。", (Span(4, 4),), 2),
    date_from="file",
)


def check(found: HitList, expected: str, width: int = 80, **options: Any) -> None:
    assert terminal.full(found, Screen(width, **options)) == expected


SHOWN = [
    (
        "a hit",
        results(BOTH),
        80,
        """\
An SMC bug
2022/refcount-bug.md · 2022-08-26 · linux, net
  :43 › what I fixed
      …during SMC fallback <b>.
  :60 › what I fixed › tests & more — It fails where nobody looks.

1 post, 0.8 ms
""",
    ),
    (
        "on a wider screen the same",
        results(BOTH),
        200,
        """\
An SMC bug
2022/refcount-bug.md · 2022-08-26 · linux, net
  :43 › what I fixed
      …during SMC fallback <b>.
  :60 › what I fixed › tests & more — It fails where nobody looks.

1 post, 0.8 ms
""",
    ),
    (
        "20 columns",
        results(BOTH),
        20,
        """\
An SMC bug
2022/refcount-bug.md
2022-08-26 · +2
 :43 › what I fixed
  …during SMC
  fallback <b>.
 :60 › tests & more
  It fails where…

1 post, 0.8 ms
""",
    ),
    (
        "Chinese, as the file dates it",
        results(CHINESE),
        30,
        """\
搜索引擎的实现：从倒排索引到排
序
2022/refcount-bug.md
linux, net
 :43
  在内核中引用计数失败时套接字
  会回退。

1 post, 0.8 ms
""",
    ),
    (
        "a heading that repeats the title, nothing beside the path",
        results(ALONE._replace(tags=(), date_seconds=None, headings=("An SMC bug", "fix"), headings_spans=())),
        80,
        """\
An SMC bug
2022/refcount-bug.md
  :43 › fix
      …during SMC fallback <b>.

1 post, 0.8 ms
""",
    ),
    (
        "all there is to say",
        results(
            BOTH._replace(explain=Explanation(1.5, "score"), translations=(Translation("de", "de/a.md", ""),)),
            total=1234,
            offset=10,
            took_ms=12.34,
            facets={"tags": {"linux": 12, "网络": 3}, "lang": {}, "year": {"2021": 9, "2022": 4}},
            corrections=(Correction("refcoutn", ("refcount", "refcounts")), Correction("zzzz", ())),
            warnings=("the quote is not closed",),
            complete=False,
            index=STATE._replace(fresh=False, changed_files=3),
        ),
        80,
        """\
no post has “refcoutn”: also searched for refcount, refcounts
no post has “zzzz”
warning: the quote is not closed
warning: the search was cut at its deadline; hits and total are not complete
warning: the index is older than the posts: 3 files changed since; `postdex
index` brings it up to date

An SMC bug
2022/refcount-bug.md · 2022-08-26 · linux, net
  :43 › what I fixed
      …during SMC fallback <b>.
  :60 › what I fixed › tests & more — It fails where nobody looks.
  also in de
  1.5000  score

tags          year
  linux  12     2022  4
  网络    3     2021  9

1,234 posts, 11-11 shown, 12.3 ms; next: --offset 11
""",
    ),
    ("no hits", RESULTS.replaced(hits=(), total=0), 80, "0 posts, 0.8 ms\n"),
]


@pytest.mark.parametrize(("found", "width", "expected"), [row[1:] for row in SHOWN], ids=[row[0] for row in SHOWN])
def test_blocks(found: HitList, width: int, expected: str) -> None:
    check(found, expected, width)


def test_paths_are_said_from_where_people_stand() -> None:
    assert "\nposts/2022/refcount-bug.md · " in terminal.full(RESULTS, Screen(80, where=lambda path: f"posts/{path}"))


def test_colours() -> None:
    spans = ((Span(0, 4),),)
    found = results(ALONE._replace(tags=(), headings_spans=spans, sections=(BEST._replace(headings_spans=spans),)))
    assert terminal.full(found, Screen(70, Palette.of(""))) == (
        "\x1b[1mAn \x1b[0m\x1b[1;31mSMC\x1b[0m\x1b[1m bug\x1b[0m\n"
        "\x1b[2m2022/refcount-bug.md\x1b[0m\x1b[2m · \x1b[0m\x1b[2m2022-08-26\x1b[0m\n"
        "  \x1b[32m:43\x1b[0m \x1b[2m› \x1b[0m\x1b[1;31mwhat\x1b[0m\x1b[36m I fixed\x1b[0m\n"
        "      …during \x1b[1;31mSMC\x1b[0m \x1b[1;31mfallback\x1b[0m <b>.\n\n\x1b[2m1 post, 0.8 ms\x1b[0m\n"
    )
    long_mark = HIT._replace(snippet=Snippet("a refcount", (Span(0, 10),), 1), sections=())
    shown = terminal.full(results(long_mark), Screen(11, Palette.of("mark=7:title=:note=5;4")))
    assert "  \x1b[7ma\x1b[0m\n  \x1b[7mrefcount\x1b[0m\n" in shown, "a mark goes on in the next line"


def test_links_for_editors() -> None:
    found = results(BOTH._replace(path="a b/索.md", line=7))
    shown = terminal.full(found, Screen(80, link="edit://{path}:{line}", root="/home/me/"))
    path, first, second = re.findall(r"\x1b\]8;;(.*?)\x1b\\(.*?)\x1b\]8;;\x1b\\", shown)
    assert path == ("edit:///home/me/a%20b/%E7%B4%A2.md:7", "a b/索.md")
    assert first == (path[0], ":7") and second == ("edit:///home/me/a%20b/%E7%B4%A2.md:60", ":60")


# -- in a pipe, and as lines


def test_lines_for_programs() -> None:
    assert [*hit_lines.lines_for_programs(results(BOTH), Screen())] == [
        "2022/refcount-bug.md:43: An SMC bug › what I fixed (2022-08-26) [linux, net]: …during SMC fallback <b>.",
        "2022/refcount-bug.md:60: An SMC bug › what I fixed › tests & more: It fails where nobody looks.",
    ]
    assert [*hit_lines.lines_for_programs(RESULTS, Screen())][1].endswith(
        "60: An SMC bug › what I fixed › tests & more"
    )


def test_a_line_a_hit() -> None:
    line = "2022/refcount-bug.md:43: An SMC bug › what I fixed (2022-08-26)"
    assert hit_lines.hit_line(HIT, Screen()) == hit_lines.hit_line(HIT, Screen(80)) == line
    assert hit_lines.hit_line(HIT, Screen(60)) == "2022/refcount-bug.md:43: An SMC bug (2022-08-26)"
    assert (
        hit_lines.hit_line(HIT._replace(line=0, headings=(), headings_spans=(), date_seconds=None), Screen())
        == "2022/refcount-bug.md: An SMC bug"
    )
    assert terminal.full(RESULTS, Screen(80), oneline=True) == f"{line}\n\n1 post, 0.8 ms\n"


# -- where nobody pages


def many(count: int) -> HitList:
    hits = tuple(HIT._replace(path=f"{number}.md", tags=(), sections=(BEST,)) for number in range(count))
    return RESULTS.replaced(hits=hits, total=count)


@pytest.mark.parametrize(
    ("height", "blocks"), [(13, 0), (16, 0), (17, 1), (20, 1), (24, 2), (25, 3), (53, 10), (200, 10)]
)  # fmt: skip
def test_better_hits_have_more_room(height: int, blocks: int) -> None:
    shown = terminal.on_one_screen(many(10), Screen(80), height)
    assert shown.count("during SMC") == blocks and shown.count("\n") < height
    assert re.findall(r"(?m)^(\d)\.md", shown) == list("0123456789")


def test_the_best_hit_is_named_again_where_lines_are_too_many() -> None:
    shown = terminal.on_one_screen(many(30), Screen(80), 24)
    assert shown.endswith("\n30 posts, 0.8 ms\nbest: 0.md:43: An SMC bug › what I fixed (2022-08-26)\n")
    assert terminal.on_one_screen(many(0), Screen(80), 1) == "0 posts, 0.8 ms\n"


def test_rows_are_those_of_the_screen() -> None:
    assert rows("\x1b[1mab\x1b[0m\n\n索索索\n\x1b]8;;file:///long/long\x1b\\a\x1b]8;;\x1b\\\n", Screen(4)) == 5


# -- what is long, wide or strange


LONG = {
    "a title of 1,000 characters": HIT._replace(title="word " * 200, title_spans=(Span(0, 4), Span(900, 4))),
    "a word of 1,000 characters": HIT._replace(title="w" * 1000, title_spans=(Span(0, 1000),)),
    "a title in Chinese of 1,000 characters": HIT._replace(title="索引" * 500),
    "200 tags": HIT._replace(tags=tuple(f"tag{number}" for number in range(200))),
    "a tag of 500 characters": HIT._replace(tags=("t" * 500, "b")),
    "a path of 300 characters": HIT._replace(path=f"{'folder/' * 42}post.md"),
    "headings of 1,000 characters": HIT._replace(headings=("heading " * 125,) * 3, headings_spans=()),
    "emoji and Arabic": HIT._replace(
        title="👩‍💻 مرحبا بالعالم 🎉", snippet=Snippet("🎉 في النواة " * 20, (Span(0, 1),), 3)
    ),
    "Arabic alone": HIT._replace(title="مقدمة في محركات البحث", headings=("الفصل الأول",), headings_spans=()),
}


@pytest.mark.parametrize("name", LONG)
@pytest.mark.parametrize("width", [20, 39, 40, 80, 140])
def test_lines_keep_to_the_width(name: str, width: int) -> None:
    beginning = OTHER._replace(headings=(), headings_spans=(), heading="", snippet=TEXT)
    short = OTHER._replace(headings=("Why so",), headings_spans=(), snippet=TEXT)
    hit = LONG[name]._replace(sections=(BEST, OTHER._replace(snippet=TEXT), beginning, short))
    lines = terminal.full(results(hit), Screen(width)).splitlines()
    wide = [line for line in lines if cells(line) > width]
    assert wide == ([hit.path] if cells(hit.path) > width else []), "only a path is never cut, so that it can be used"
    assert len(lines) < (20 if width >= 80 else 60)


def test_tags_that_have_no_room_are_counted() -> None:
    shown = terminal.full(results(LONG["200 tags"]), Screen(80))
    assert "2022/refcount-bug.md · 2022-08-26 · tag0, tag1, tag2, tag3, tag4, tag5 +194\n" in shown
    assert "\n2022-08-26 · +2\n" in terminal.full(results(LONG["a tag of 500 characters"]), Screen(20))


@pytest.mark.parametrize(
    ("line", "width", "expected"),
    [
        (Line("short"), 10, Line("short")),
        (Line("one two three four"), 12, Line("one two…")),
        (Line("one two three four", (Span(14, 4),)), 12, Line("…three four", (Span(7, 4),))),
        (Line("one two three four five", (Span(8, 5),)), 12, Line("…three four…", (Span(1, 5),))),
        (Line("索引" * 10, (Span(18, 2),)), 10, Line("…索引索引", (Span(3, 2),))),
        (Line("x" * 30, (Span(0, 30),)), 10, Line("x" * 9 + "…", (Span(0, 9),))),
        (Line("anything"), 0, Line("anything")),
    ],
)
def test_a_line_is_cut_around_its_mark(line: Line, width: int, expected: Line) -> None:
    assert around_mark(line, width) == expected


@pytest.mark.parametrize(
    ("width", "expected"),
    [
        (0, "One › Two › Three"),
        (17, "One › Two › Three"),
        (16, "… › Two › Three"),
        (12, "… › Three"),
        (8, "Three"),
        (4, "Thr…"),
    ],
)
def test_of_headings_the_last_ones_stay(width: int, expected: str) -> None:
    assert last_of([Line("One"), Line("Two"), Line("Three")], " › ", width).text == expected
    assert last_of([], " › ", width) == Line("")


@settings(deadline=None, max_examples=300)
@given(st.text(alphabet="ab 索é\u0301👩🎉", max_size=60), st.integers(4, 30), st.data())
def test_what_is_cut_fits_and_keeps_a_mark(text: str, width: int, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, max(0, len(text) - 1)))
    stop = data.draw(st.integers(start, len(text)))
    line = Line(text, (Span(start, stop - start),) if stop > start else ())
    short = clipped(line, width)
    assert cells(short.text) <= width
    assert all(begin >= 0 and begin + length <= len(short.text) for begin, length in short.spans)
    for each in wrapped(line, width, 2):
        assert cells(each.text) <= width


def test_no_line_begins_or_ends_with_the_wrong_bracket() -> None:
    text = "逐个扩容新的（+1）和缩容旧的（-1）控制器，“然后”在旧的《控制器》达到零个副本后将其删除。" * 4
    for width in range(10, 60):
        lines = [line.text for line in wrapped(Line(text), width)]
        assert "".join(lines) == text
        assert not [line for line in lines if line[-1] in "（“《" or line[0] in "），。”》"]


def test_facets_stand_side_by_side_as_far_as_there_is_room() -> None:
    facets = {"tags": {"linux": 12, "x" * 30: 3}, "categories": {}, "lang": {"en": 1}, "year": {"2020": 5, "2022": 1}}
    assert facet_columns(facets, Screen(80)) == (
        "tags                                   lang      year\n"
        "  linux                           12     en  1     2022  1\n"
        f"  {'x' * 30}   3               2020  5"
    )
    assert facet_columns(facets, Screen(24)) == (
        f"tags\n  linux               12\n  {'x' * 17}…   3\n\nlang      year\n  en  1     2022  1\n            2020  5"
    )
    assert facets_table(facets).endswith("\nlang\n  en  1\nyear\n  2022  1\n  2020  5")
    assert facet_columns({"tags": {}}, Screen(80)) == facets_table({}) == ""
    painted = facet_columns({"lang": {"en": 1}}, Screen(80, Palette.of("")))
    assert painted == "\x1b[36mlang\x1b[0m\n  en  1"
