"""Does a filter of a path mean in each of several sites what it means in a folder that holds them all?"""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postdex_index.engine.opensearch.read.sites import Sites
from postdex_index.query import Clauses, Everything, Keyword, Query, Term, show
from postdex_index.text import globs
from postdex_index.text.analyzer import Analyzer

ANALYZER = Analyzer(True, ("en",))
SITES = Sites(["i-blog-000001", "i-blog-2-000007", "i-繁體-000001"], ["blog", "blog-2", "繁體"])


def covers(query: Query, path: str) -> bool:
    """Whether a query of paths alone matches a path, as an engine takes it."""
    match query:
        case Everything():
            return True
        case Keyword("path", value):
            if path == value or path.startswith(value + "/"):
                return True
            return bool(re.search(r"[*?]", value)) and bool(re.fullmatch(globs.path(value), path.encode()))
        case Clauses(required, optional, excluded, _, minimum):
            met = sum(covers(clause, path) for clause in optional)
            wanted = all(covers(clause, path) for clause in required) and met >= minimum
            return wanted and not any(covers(clause, path) for clause in excluded)
    raise AssertionError(query)


def meant(query: Query) -> dict[str, str]:
    """What a query means by index."""
    return {index: show(one) for indices, one in SITES.meaning(query, ANALYZER) for index in indices}


@pytest.mark.parametrize(
    ("value", "blog", "blog_2"),
    [
        ("blog", "*", "()"),
        ("blog/2024", "path=2024", "()"),
        ("blog-2/a.md", "()", "path=a.md"),
        ("blo", "()", "()"),
        ("2024", "()", "()"),
        ("*", "()", "()"),
        ("**", "path=**", "path=**"),
        ("blog*/a", "(+path=a -path=a/**)", "(+path=a -path=a/**)"),
        ("bl?g/*.md", "path=*.md", "()"),
        ("**/2024/*", "(path=**/2024/* path=2024/*)", "(path=**/2024/* path=2024/*)"),
    ],
)
def test_a_path_in_each_site(value: str, blog: str, blog_2: str) -> None:
    one, other, _ = meant(Keyword("path", value)).values()
    assert (one, other) == (blog, blog_2)


def test_what_names_no_path_means_the_same_in_all() -> None:
    query = Clauses((Term("bug"),), excluded=(Keyword("tag", "a/b"),))
    assert SITES.meaning(query, ANALYZER) == [(("i-blog-000001", "i-blog-2-000007", "i-繁體-000001"), query)]
    assert Sites(["i-blog-000001"]).meaning(Keyword("path", "blog"), ANALYZER)[0].query == Keyword("path", "blog")


def test_a_site_is_found_as_it_is_written_and_as_a_query_is_read() -> None:
    for name in ("繁體", ANALYZER.fold_path("繁體")):
        assert meant(Keyword("path", f"{name}/a"))["i-繁體-000001"] == "path=a"


def test_paths_that_are_asked_for() -> None:
    there = SITES.at_paths(["blog/a.md", "blog/b/c.md", "nowhere/a.md"])
    assert there == {
        "bool": {"filter": [{"terms": {"_index": ["i-blog-000001"]}}, {"terms": {"path": ["a.md", "b/c.md"]}}]}
    }
    assert SITES.at_paths(["nowhere/a.md"]) == {"match_none": {}}
    assert Sites(["i"]).at_paths(["blog/a.md"]) == {"terms": {"path": ["blog/a.md"]}}


PATHS = st.lists(st.text("abl-2", min_size=1, max_size=3), min_size=1, max_size=3).map("/".join)
VALUES = st.text("ablog-2/*?", min_size=1, max_size=9).filter(lambda text: "//" not in text and text.strip("/") == text)


@settings(deadline=None)
@given(VALUES | st.tuples(st.sampled_from(["blog/", "blog-2/", "**/", "*/"]), VALUES).map("".join), PATHS)
def test_a_filter_covers_what_it_does_in_a_folder_of_all(value: str, path: str) -> None:
    if len(re.findall(r"\*{2,}", value)) > 2:
        return  # of more runs `globs.path` tries the third no second time
    for index, name in (("i-blog-000001", "blog"), ("i-blog-2-000007", "blog-2")):
        (local,) = [one for indices, one in SITES.meaning(Keyword("path", value), ANALYZER) if index in indices]
        assert covers(local, path) == covers(Keyword("path", value), f"{name}/{path}"), show(local)


@pytest.mark.parametrize(
    ("value", "expected"),
    [("blog", ["*", "()", "()"]), ("blog*", ["*", "*", "()"]), ("繁体", ["()", "()", "*"]), ("x", ["()", "()", "()"])],
)
def test_a_site_in_each_site(value: str, expected: list[str]) -> None:
    assert [*meant(Clauses((Keyword("site", value),))).values()] == [f"(+{one})" for one in expected]
