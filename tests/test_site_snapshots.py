"""Are snapshots of several sites searched as if all posts lay in one folder, those of each site in one of its name?

The same posts as the indexes of three sites and as one index: every kind of query finds the same posts in the same
order, with the same scores, explanations, facets and translations. Average lengths are held still, as in
`test_segments`: what a segment is measured against when it is written is another matter.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from storage import ANALYZER
from test_segments import never, still, stored

from postdex_index.engine.api import UNTYPED, AsTyped, Search
from postdex_index.engine.embedded.engine import EmbeddedEngine
from postdex_index.engine.embedded.read.snapshot import Snapshot
from postdex_index.engine.embedded.sites_engine import SitesEngine
from postdex_index.errors import ConfigError, IndexDamagedError, IndexMissingError, NotFoundError
from postdex_index.model import Explanation, Post, Section
from postdex_index.query import Clauses, DateRange, Everything, Keyword, Phrase, Prefix, Query, Term, Wildcard

SITE_NAMES = ("blog", "blog-2", "繁體")
PATHS = ("a.md", "a/b.md", "2024/a.md", "2024/Über.md", "blog/a.md", "2024/x/c.md")
WORDS = ("socket", "sockets", "kernel", "bug", "内核模块", "the")
FACETS = ("tags", "categories", "lang", "year")


def post(path: str, words: Sequence[str], number: int, **fields: object) -> Post:
    """A post of one section."""
    section = Section(1, f"About {words[0]}", "about", 1, " ".join(words))
    values: dict[str, object] = {
        "title": words[-1], "sections": (section,), "url": f"/{number}/", "lang": "en", "tags": ("t", words[0]),
        "categories": (("c", words[-1]),), "date_from": "post", "date_seconds": number * 86_400 * 40,
        "updated_seconds": number,
    }  # fmt: skip
    return Post(path=path, **{**values, **fields})  # type: ignore[arg-type]


WHERE = st.lists(st.tuples(st.sampled_from(SITE_NAMES), st.sampled_from(PATHS)), min_size=1, max_size=12, unique=True)


@st.composite
def posts_by_site(draw: st.DrawFn) -> dict[str, list[Post]]:
    """A few posts in some of the sites; some are drafts, some are translations of each other."""
    by_site: dict[str, list[Post]] = {}
    for number, (site, path) in enumerate(draw(WHERE)):
        words = draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=5))
        lang, key = draw(st.sampled_from(["en", "de"])), draw(st.sampled_from(["", "pages"]))
        unpublished = draw(st.sampled_from(["", "", "", "draft: true"]))
        drawn = post(
            path, words, number % 3, lang=lang, translation=key, original=lang == "en", unpublished=unpublished
        )
        by_site.setdefault(site, []).append(drawn)
    return by_site


def in_one_folder(by_site: Mapping[str, Sequence[Post]]) -> list[Post]:
    """The posts as they are where those of each site lie in a folder of its name."""
    return [
        one._replace(path=f"{site}/{one.path}", translation=one.translation and f"{site}/{one.translation}")
        for site, posts in by_site.items()
        for one in posts
    ]


def as_one(root: Path, by_site: Mapping[str, Sequence[Post]]) -> Snapshot:
    """The index of each site in a directory of its own, opened together."""
    for site, posts in by_site.items():
        half = len(posts) // 2
        stored(root / site, [posts[:half], posts[half:]] if half else [posts], never)
    return SitesEngine({site: EmbeddedEngine(root / site) for site in by_site}).open_reader()


VALUES = st.sampled_from(
    [
        *(
            "blog",
            "blog-2/2024",
            "blo",
            "2024",
            "*",
            "**",
            "bl?g/*.md",
            "**/2024/*",
            "b*/a.md",
            "blog/a.md",
            "繁體/a.md",
        ),
        *("繁体", "繁体/2024/uber.md", "*/2024/*.md", "blog/blog", "blog*", "blog/2024/über.md"),
    ]
)
LEAVES: st.SearchStrategy[Query] = st.sampled_from(
    [
        *(Term(word) for word in ("socket", "kernel", "bug", "nowhere")),
        *(Prefix("ker"), Wildcard("s*t?"), Phrase(("kernel", "bug")), Term("内核", exact=True), Everything()),
        *(Keyword("tag", "socket"), Keyword("category", "c"), Keyword("lang", "de"), DateRange(0, 86_400 * 50)),
    ]
)
FILTERS = VALUES.map(lambda value: Keyword("path", value))
CLAUSES = LEAVES | FILTERS
QUERIES = CLAUSES | st.builds(
    lambda required, optional, excluded: Clauses((required,), tuple(optional), tuple(excluded)),
    CLAUSES, st.lists(CLAUSES, max_size=2), st.lists(CLAUSES, max_size=1),
)  # fmt: skip


def told(reader: Snapshot, query: Query, sort: str, drafts: bool, grouped: bool) -> tuple[object, ...]:
    """All that a search says."""
    search = Search(
        query, AsTyped("socket"), sort=sort, facets=FACETS, limit=100, drafts=drafts, grouped=grouped
    )  # fmt: skip
    answer = reader.search(search)
    posts: list[tuple[str, float, list[str]]] = [
        (one.document.path, one.score, [other.path for other in one.translations(9)]) for one in answer.candidates
    ]
    explained: list[Explanation] = [reader.explain(search, path) for path, _, _ in posts if sort == "score"]
    return posts, explained, answer.total, answer.facets, answer.leaves, answer.grouped


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    posts_by_site(),
    st.lists(QUERIES, min_size=1, max_size=6),
    st.sampled_from(["score", "date", "updated", "title"]),
    st.booleans(),
    st.booleans(),
)
def test_as_one_index_of_all(
    by_site: dict[str, list[Post]], queries: list[Query], sort: str, drafts: bool, grouped: bool
) -> None:
    with tempfile.TemporaryDirectory() as place, still(most_words=3):
        several = as_one(Path(place), by_site)
        together = in_one_folder(by_site)
        one = stored(Path(place) / "all", [together], never)
        for query in queries:
            assert told(several, query, sort, drafts, grouped) == told(one, query, sort, drafts, grouped), query
        assert several.totals(queries, drafts=drafts) == one.totals(queries, drafts=drafts)
        paths = [one_post.path for one_post in together]
        assert [found and found.path for found in several.documents([*paths, "a.md", "nowhere/a.md"])] == [
            *paths,
            None,
            None,
        ]
        for asked in ({"prefix": "s"}, {"near": "kernle"}, {"within": "ocke"}):
            assert several.words(**asked) == one.words(**asked)  # type: ignore[arg-type]
        less, expected = several.without(paths[:1]), one.without(paths[:1])
        assert told(less, Everything(), sort, drafts, grouped) == told(expected, Everything(), sort, drafts, grouped)
        assert less.stats().sites == tuple(by_site) and less.documents(paths[:1]) == [None]
        a, b = several.stats(), one.stats()
        assert (a.posts, a.unpublished, a.languages, a.simplify) == (b.posts, b.unpublished, b.languages, b.simplify)


@pytest.fixture
def reader(tmp_path: Path) -> Snapshot:
    """Two sites of two posts each."""
    return as_one(
        tmp_path,
        {
            "blog": [post("a.md", ["socket"], 1), post("b.md", ["kernel"], 2)],
            "docs": [post("a.md", ["socket"], 1), post("sub/c.md", ["bug"], 3)],
        },
    )


@pytest.mark.parametrize(
    ("query", "paths"),
    [
        (Keyword("site", "blog"), "blog/a.md blog/b.md"),
        (Keyword("site", "d*"), "docs/a.md docs/sub/c.md"),
        (Keyword("site", "nowhere"), ""),
        (Clauses((Term("socket"),), excluded=(Keyword("site", "blog"),)), "docs/a.md"),
        (Clauses(optional=(Keyword("site", "blog"), Term("bug")), minimum=1), "blog/a.md blog/b.md docs/sub/c.md"),
    ],
)  # fmt: skip
def test_posts_of_a_site(reader: Snapshot, query: Query, paths: str) -> None:
    answer = reader.search(Search(query, facets=("sites",)))
    assert sorted(one.document.path for one in answer.candidates) == paths.split()
    by_site = [path.partition("/")[0] for path in paths.split()]
    assert answer.facets["sites"] == {site: by_site.count(site) for site in sorted(set(by_site))}


def test_one_alone_is_no_site(tmp_path: Path) -> None:
    reader = stored(tmp_path, [[post("a.md", ["socket"], 1)]], never)
    answer = reader.search(Search(Everything(), facets=("sites",)))
    assert answer.facets == {"sites": {}} and reader.totals([Keyword("site", "*")]) == [0]
    assert reader.stats().sites == ()


def test_a_segment_is_opened_once(tmp_path: Path) -> None:
    engines = {site: EmbeddedEngine(tmp_path / site) for site in ("blog", "docs")}
    for site, engine in engines.items():
        stored(tmp_path / site, [[post("a.md", ["socket", site], 1)]], never)
        assert engine.open_reader().totals([Term("socket")]) == [1]
    both = SitesEngine(engines)
    first = both.open_reader()
    own = engines["docs"].open_reader()
    assert first.parts[1].segment.rows is own.parts[0].segment.rows
    assert first.identity == both.newest()
    stored(tmp_path / "blog", [[post("b.md", ["socket"], 2)]], never)
    second = both.open_reader()
    assert second.parts[-1].segment is first.parts[1].segment, "what was read of a site outlives commits of others"
    assert second.identity == both.newest() != first.identity
    assert own.documents(["a.md"])[0] is not None and second.documents(["docs/a.md"])[0] is not None


def test_where_some_cannot_answer_the_others_do(tmp_path: Path) -> None:
    engines = {site: EmbeddedEngine(tmp_path / site) for site in ("blog", "docs", "notes")}
    both = SitesEngine(engines)
    assert both.newest() is None
    with pytest.raises(IndexMissingError):
        both.open_reader()
    stored(tmp_path / "docs", [[post("a.md", ["socket"], 1)]], never)
    stored(tmp_path / "notes", [[post("a.md", ["socket"], 1)]], never)
    (commit,) = (tmp_path / "notes").glob("commit-*")
    commit.write_bytes(b"no commit\n")
    reader = both.open_reader()
    assert [one.document.path for one in reader.search(Search(Term("socket"))).candidates] == ["docs/a.md"]
    assert {site: type(fault) for site, fault in both.silent.items()} == {
        "blog": IndexMissingError, "notes": IndexDamagedError,
    }  # fmt: skip
    assert reader.identity == both.newest(), "it isn't opened again with each search"
    stored(tmp_path / "blog", [[post("a.md", ["socket"], 1)]], never)
    assert reader.identity != both.newest()
    assert both.open_reader().stats().sites == ("blog", "docs") and set(both.silent) == {"notes"}


def test_several_are_only_read(tmp_path: Path) -> None:
    stored(tmp_path / "blog", [[post("a.md", ["socket"], 1)]], never)
    engine = SitesEngine({"blog": EmbeddedEngine(tmp_path / "blog")})
    with pytest.raises(ConfigError, match="cannot be written so"):
        engine.open_writer(analyzer=ANALYZER)
    assert engine.file_table().files == {} and engine.made_of() == "" and engine.verify() == []
    assert engine.size() == EmbeddedEngine(tmp_path / "blog").size() > 0
    assert [one.posts for one in engine.commits()] == [1] and engine.problems() == []
    with pytest.raises(NotFoundError):
        engine.open_reader().explain(Search(Everything(), UNTYPED), "a.md")
    engine.diagnose(ValueError("a bug of somebody else"))
