"""Do the fields of a site's own filter, sort and count, from front matter to each face, whatever they hold?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from costs import cpu_s

import postdex
from postdex.cli import main as cli
from postdex.cli.completion import CommandLine, candidates
from postdex.http.service_state import ServiceState
from postdex.mcp import tools
from postdex.mcp.posts import Posts
from postdex.query import lexer
from postdex_index.content import own_fields
from postdex_index.formats import dates, field_names, typed_values
from postdex_index.schema import FACETS, SORTS

TEXTS = {
    "a.md": "title: Refcount bug\nstatus: published\nrating: 4\ndue: 2024-06-01\ndone: yes\nseries: Kernel notes\n",
    "b.md": 'title: Socket leak\nstatus: draft\nrating: "5"\ndue: 2023-05-01 10:00:00 +0800\ndone: no\n'
    "series: kernel notes\nReading Status: now\n",
    "c.md": "title: TCP window\nstatus: Published\nrating: 3.5\ndue: 2024-12-24\ndone: true\n"
    "menu: {main: {weight: 3}}\n"
    "标签: 内核\nReading Status: later\n",
    "d.md": "title: Kernel build\nstatus: [published, review]\nrating: 1_0\ndone: false\nseries: Kernel notes\n"
    "标签: 内核\nReading Status: later\nodd: x\n",
    "e.md": "title: No fields kernel\n标签: [网络, 内核]\n__proto__: x\n",
}


def written(folder: Path, texts: dict[str, str], settings: str = "") -> Path:
    for name, front in texts.items():
        (folder / name).write_text(f"---\n{front}---\nA kernel socket text.\n", encoding="utf-8")
    if settings:
        (folder / "postdex.toml").write_text(settings, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("own"), TEXTS)


@pytest.fixture(scope="module")
def ix(folder: Path) -> Iterator[postdex.Index]:
    with postdex.open(folder) as index:
        yield index


def paths(results: postdex.Results) -> str:
    return " ".join(sorted(hit.path.removesuffix(".md") for hit in results))


# -- what front matter says


@pytest.mark.parametrize(
    ("front", "settings", "fields"),
    [
        (
            {"Status": "draft", "title": "T", "tags": ["a"], "password": "x", "date": "2024"},
            "auto",
            {"status": "draft"},
        ),
        (
            {"Reading  Status": "now", "a:b": "1", "标签": ["内核"]},
            "auto",
            {"reading-status": "now", "a-b": "1", "标签": "内核"},
        ),
        ({"rating": "4", "Rating": "5", "RATING": "4"}, "auto", {"rating": "4|5"}),
        ({"menu": {"main": {"weight": "3"}}, "params": {"hue": "red", "title": "x"}}, "auto", {"hue": "red"}),
        (
            {"extra": {"hue": "red"}, "taxonomies": {"series": ["s"], "tags": ["t"]}},
            "auto",
            {"hue": "red", "series": "s"},
        ),
        ({"menu": {"main": {"weight": "3", "x": {"y": "z"}}}}, "menu", {"menu.main.weight": "3"}),
        ({"a": {"b": {"c": {"d": "1"}}}}, "a", {}),
        ({"status": "draft", "rating": "4"}, "rating", {"rating": "4"}),
        ({"status": "draft"}, "", {}),
        ({"resources": [{"src": "a"}, "b"], "none": None, "empty": "", "blank": "  "}, "auto", {"resources": "b"}),
        ({"due": "2024-06-01T23:00:00Z"}, "auto", {"due": "2024-06-02T07:00:00"}),
        ({"due": "2024-06-01 23:00", "until it": "soon Z"}, "auto", {"due": "2024-06-01 23:00", "until-it": "soon Z"}),
        ({"__proto__": "x", "?": "y"}, "auto", {"__proto__": "x"}),
    ],
)
def test_front_matter_says_which_fields_there_are(front: Any, settings: str, fields: dict[str, str]) -> None:
    found = own_fields.of(front, settings.split(), dates.zone_or_utc("+08:00"))
    assert {field.name: "|".join(field.values) for field in found.fields} == fields
    assert set(found.named) == (set(fields) if settings not in ("auto", "") else set())


def test_what_is_too_much_is_left_out_and_said() -> None:
    many = own_fields.of({f"key{number}": "x" for number in range(300)}, ("auto",), UTC)
    assert (len(many.fields), many.left_out) == (own_fields.MOST_FIELDS, "250 of 300 fields")
    listed = own_fields.of({"aka": [f"n{number}" for number in range(10_000)]}, ("auto",), UTC)
    assert (len(listed.fields[0].values), listed.left_out) == (100, "all but 100 values of aka")
    named = own_fields.of({"x" * 61: "1", "?": "2"}, ("auto",), UTC)
    assert (named.fields, named.left_out) == ((), "fields with a name that is too long, or none")
    front: Any = {"a." * 30_000: "1", "b": {"." * 60_000: "2"}}
    assert cpu_s(lambda: own_fields.of(front, ("auto", "x", "b"), UTC)) < 0.5
    (long,) = own_fields.of({"abstract": "word " * 200_000}, ("auto",), UTC).fields
    assert len(long.values[0]) == own_fields.LONGEST and own_fields.filtered_by(long.values[0]) == own_fields.ELLIPSIS


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ("4|4.0|-1_000|.5|1e3|+2", "number"),
        ("4|007", "text"),
        ("1234567890123456", "text"),
        ("nan|inf", "text"),
        ("1e999", "text"),
        ("yes|No|TRUE|off", "boolean"),
        ("yes|no|maybe", "text"),
        ("y|n", "text"),
        ("1|0", "number"),
        ("2024-06-01|2024-06-01 10:00|Jul 08 2022|20240601", "date"),
        ("2024-06-01|10000-01-01", "text"),
        ("2024-02-30", "text"),
        ("2024|2023", "number"),
        ("1_|_1", "text"),
        ("4|…", "text"),
    ],
)
def test_a_field_is_of_the_kind_of_all_its_values(values: str, kind: str) -> None:
    assert next(iter(typed_values.fitting(values.split("|"))), "text") == kind


def test_names_of_the_language_are_no_fields() -> None:
    names = {*lexer.FILTERS, *lexer.WORD_FIELDS, *FACETS, *SORTS, "score", "regex", "sites"}
    assert names <= field_names.TAKEN
    assert not {"status", "series", "weight", "layout", "rating", "type"} & field_names.TAKEN


# -- queries


@pytest.mark.parametrize(
    ("query", "found", "said"),
    [
        ("status:published", "a c d", ""),
        ("STATUS:PUBLISHED", "a c d", ""),
        ('series:"kernel notes"', "a b d", ""),
        ("series:kern*", "a b d", ""),
        ("kernel -status:draft", "a c d e", ""),
        ("status:*", "a b c d", ""),
        ("-status:*", "e", ""),
        ("status:(draft OR review)", "b d", ""),
        ("rating:>=4", "a b d", ""),
        ("rating:>4", "b d", ""),
        ("rating:<4", "c", ""),
        ("rating:<=4", "a c", ""),
        ("rating:4", "a", ""),
        ("rating:4.00", "a", ""),
        ("rating:3..5", "a b c", ""),
        ("rating:5..3", "a b c", "runs backwards"),
        ("rating:..4", "a c", ""),
        ("rating:5..", "b d", ""),
        ("due:2024", "a c", ""),
        ("due:2024..", "a c", ""),
        ("due:<2024-06", "b", ""),
        ("due:>2024-06", "c", ""),
        ("due:<=2024-06-01", "a b", ""),
        ("due:2023-05-01..2024-06", "a b", ""),
        ("due:1d", "", "no post has due:"),
        ("done:true", "a c", ""),
        ("done:No", "b d", ""),
        ("标签:内核", "c d e", ""),
        ("标签:內核", "c d e", ""),
        ("reading-status:later", "c d", ""),
        (
            "kernel rating:>=abc",
            "a b c d e",
            "rating:>=abc is no number (like 4, >=4 or 3..5); it was searched as text",
        ),
        ("socket series:>3", "a b c d e", "series has others, such as Kernel notes"),
        ("kernel status:nonsense", "a b c d e", "no post has status:nonsense; it was searched as text"),
        ("status:publised", "", "did you mean status:published?"),
        ("kernel ratng:>=4", "a b c d e", "ratng: is not a field and was searched as text; did you mean rating:?"),
        ("kernel statsu:draft", "a b c d e", "statsu: is not a field and was searched as text; did you mean status:?"),
        ("kernel odd:x", "a b c d e", "only 1 post has one, and 3 have to, unless the setting fields names it"),
        ("kernel foo:bar", "a b c d e", "foo: is not a field and was searched as text"),
        ("kernel std::vector http://x key:1", "a b c d e", ""),
        ("kernel menu.main.weight:3", "a b c d e", ""),
    ],
)
def test_a_query_may_name_a_field(ix: postdex.Index, query: str, found: str, said: str) -> None:
    results = ix.search(query)
    assert paths(results) == found
    assert any(said in warning for warning in results.warnings) if said else not results.warnings


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("status:published", "a c d"),
        ("status=published", "a c d"),
        (["status:published", "rating:>=4"], "a d"),
        ("-status:draft", "a c d e"),
        ("tag:linux", ""),
        ("", "a b c d e"),
        ({"status": ["draft", "review"], "done": False}, "b d"),
        ({"Reading Status": "later", "rating": 3.5}, "c"),
        ({"series": "Kernel Notes", "status": []}, "a b d"),
        ({"status": 'in "two" words'}, ""),
    ],
)
def test_arguments_filter(ix: postdex.Index, where: Any, found: str) -> None:
    assert paths(ix.search("", where=where)) == found


@pytest.mark.parametrize(
    ("arguments", "code", "hint"),
    [
        ({"where": "statsu:x"}, "bad_where", "did you mean status?"),
        ({"where": "kernel"}, "bad_where", "done, due, rating"),
        ({"where": "rating:>=abc"}, "bad_where", "rating:>=abc is no number (like 4, >=4 or 3..5)"),
        ({"where": "status:"}, "bad_where", "write it as"),
        ({"where": "(status:x"}, "bad_where", ""),
        ({"where": 3}, "bad_argument", "a list of texts"),
        ({"where": {3: 4}}, "bad_argument", "a text"),
        ({"sort": "ratng"}, "bad_sort", "did you mean rating?"),
        ({"sort": "-date"}, "bad_sort", "only fields of the site's own"),
        ({"facets": "colour"}, "bad_facet", "use one of tags"),
    ],
)
def test_arguments_that_name_no_field_are_refused(ix: postdex.Index, arguments: Any, code: str, hint: str) -> None:
    with pytest.raises(postdex.QueryError) as refused:
        ix.search("kernel", **arguments)
    assert refused.value.code == code or code == "query"
    assert hint in refused.value.hint


@pytest.mark.parametrize(
    ("order", "found"),
    [("rating", "d b a c e"), ("-rating", "c a b d e"), ("due", "c a b d e"), ("-due", "b a c d e"),
     ("Status", "b a c d e"), ("-status", "d a c b e"), ("done", "a c b d e"), ("标签", "c d e a b")],
)  # fmt: skip
def test_results_are_sorted_by_a_field(ix: postdex.Index, order: str, found: str) -> None:
    assert [hit.path[0] for hit in ix.search("kernel", sort=order)] == found.split()


def test_the_index_lists_them(ix: postdex.Index) -> None:
    assert [(field.name, field.kind, field.posts) for field in ix.fields()] == [
        ("done", "boolean", 4), ("rating", "number", 4), ("status", "text", 4), ("due", "date", 3),
        ("reading-status", "text", 3), ("series", "text", 3), ("标签", "text", 3),
    ]  # fmt: skip
    assert list(ix.fields()[1].values) == ["3.5", "4", "5", "10"]
    facets = ix.search("kernel", facets=["Status", "due", "rating", "fields"]).facets
    assert facets["due"] == {"2024": 2, "2023": 1} and set(facets) == {"status", "due", "rating"}
    hit = ix.search("refcount")[0]
    assert dict(hit.fields)["rating"] == ("4",) and hit.fields == ix.get("a.md").fields


# -- the index as it changes


def test_a_field_lives_and_dies_with_its_posts(tmp_path: Path) -> None:
    texts = {f"{name}.md": f"title: {name}\nhue: {value}\n" for name, value in zip("abc", "123", strict=True)}
    with postdex.open(written(tmp_path, texts)) as ix:
        assert [(field.name, field.kind) for field in ix.fields()] == [("hue", "number")]
        assert paths(ix.search("hue:>=2")) == "b c"
        (tmp_path / "d.md").write_text("---\ntitle: d\nhue: red\n---\nText.\n")
        assert [(field.kind, field.posts) for field in ix.fields()] == [("text", 4)], "one odd value"
        assert "such as red" in ix.search("kernel hue:>=2").warnings[0]
        (tmp_path / "d.md").unlink()
        assert [(field.kind, field.posts) for field in ix.fields()] == [("number", 3)]
        (tmp_path / "c.md").unlink()
        assert ix.fields() == [] and "not a field" in ix.search("kernel hue:red").warnings[0]


def test_the_settings_name_fields(tmp_path: Path) -> None:
    written(tmp_path, TEXTS, 'fields = ["Reading Status", "odd", "menu", "nowhere"]\n')
    with postdex.open(tmp_path) as ix:
        known = [(field.name, field.posts, field.named) for field in ix.fields()]
        assert known == [("reading-status", 3, True), ("menu.main.weight", 1, True), ("odd", 1, True)]
        assert paths(ix.search("menu.main.weight:3")) == "c"
        assert set(ix.search("kernel", facets="fields").facets) == {name for name, *_ in known}
        (note,) = [problem for problem in ix.problems() if problem.path == "postdex.toml"]
        assert "nowhere" in note.message
        assert "status" not in dict(ix.get("a.md").fields)
    for settings, message in (('fields = ["date"]', "date means something already"), ('fields = ["?"]', "no letter")):
        (tmp_path / "postdex.toml").write_text(settings)
        with pytest.raises(postdex.ConfigError, match=message):
            postdex.open(tmp_path)


def test_several_sites_and_drafts(tmp_path: Path) -> None:
    for name, rows in (("one", {"a": "1", "b": "2"}), ("two", {"c": "3", "d": "x\ndraft: true"})):
        (tmp_path / name).mkdir()
        written(tmp_path / name, {f"{post}.md": f"title: T\nhue: {value}\n" for post, value in rows.items()})
    with postdex.open({"one": tmp_path / "one", "two": tmp_path / "two"}) as ix:
        assert [(field.name, field.kind, field.posts) for field in ix.fields()] == [("hue", "number", 3)]
        assert [hit.path for hit in ix.search("kernel", sort="hue")] == ["two/c.md", "one/b.md", "one/a.md"]
        assert paths(ix.search("hue:<3")) == "one/a one/b"
        assert ix.search("", facets=["hue"], drafts=True).facets["hue"] == {"1": 1, "2": 1, "3": 1, "x": 1}


# -- faces


def test_the_command_line_has_them(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def said(*arguments: str, status: int = 0) -> str:
        assert cli.main(["-C", str(folder), *arguments]) == status
        return capsys.readouterr().out

    assert said("fields").splitlines()[:2] == ["done\tboolean\t4\tfalse, true", "rating\tnumber\t4\t3.5 … 10"]
    assert json.loads(said("fields", "--json"))["fields"][1]["values"] == {"3.5": 1, "4": 1, "5": 1, "10": 1}
    assert "rating: 4" in said("show", "a.md")
    found = said("search", "kernel", "-l", "--where", "status:published", "--sort", "-rating")
    assert [Path(line).name for line in found.splitlines()] == ["c.md", "a.md", "d.md"]
    assert "status\n  published  3\n" in said("search", "kernel", "--facet", "status", "--oneline") + said(
        "search", "kernel", "--facet", "status"
    )
    assert said("list", "--sort", "rating", "-l").splitlines()[0].endswith("d.md")


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ("", "no field is in the front matter of three posts beside those that postdex knows"),
        ("fields = []", "the setting fields names none"),
        ('fields = ["colour", "size"]', "no post has what the setting fields names: colour, size"),
    ],
)
def test_why_there_is_none_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str], settings: str, why: str) -> None:
    written(tmp_path, {"a.md": "status: draft\n"}, settings)
    assert cli.main(["-C", str(tmp_path), "fields"]) == 1
    assert capsys.readouterr().err.splitlines()[-1] == f"postdex: {why}"


@pytest.mark.parametrize(
    ("words", "last", "values"),
    [
        ("search", "stat", ["status:"]),
        ("search", "-status:dr", ["-status:draft"]),
        ("search", "series:k", ['series:"Kernel notes"']),
        ("search --where", "reading-status:l", ["reading-status:later"]),
        ("search --sort", "-r", ["-rating", "-reading-status"]),
        ("search --facet", "s", ["sites", "status", "series"]),
        ("list --sort", "du", ["due"]),
        ("search", "nope:x", []),
    ],
)
def test_shells_complete_them(
    ix: postdex.Index, folder: Path, words: str, last: str, values: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ix.exists
    monkeypatch.chdir(folder)
    assert [it.value for it in candidates(CommandLine(words.split(), last))] == values


def test_assistants_have_them(ix: postdex.Index) -> None:
    posts = Posts.of(ix)
    assert tools.answer(posts, "status", {}).form["fields"]["status"] == "text: published, draft, review"
    found = tools.answer(posts, "search", {"query": "", "where": ["rating:>=5"], "sort": "rating"}).form
    assert [result["id"].partition("#")[0] for result in found["results"]] == ["d.md", "b.md"]
    assert tools.answer(posts, "fetch", {"id": "a.md"}).form["metadata"]["fields"]["done"] == ["yes"]


def test_the_page_has_boxes_for_those_that_are_named(tmp_path: Path) -> None:
    from postdex.http.search_page import painted

    written(tmp_path, TEXTS, 'fields = ["rating", "status", "auto"]\n')
    with postdex.open(tmp_path) as ix:
        ix.refresh()
        site = ServiceState(ix)
        page = painted(site, b"q=kernel&where=status:draft&where=status:review&sort=-rating").html
    assert page.index("<legend>Rating</legend>") < page.index("<legend>Status</legend>")
    assert 'name="where" value="status:draft" checked' in page and 'value="status:published">' in page
    assert "<b>Status</b> published, review" in page and "Series" not in page
    assert page.index("Socket leak") < page.index("build</") and page.count('class="hit"') == 2
    assert '<option value="-rating" selected>Rating ⇅</option>' in page
    with postdex.open(tmp_path) as ix:
        page = painted(ServiceState(ix), b"q=kernel&where=nope:x&sort=worst").html
    assert page.count('class="hit"') == 5, "what is no field is left out"
