"""What does each engine promise, whatever it is made of? Tests that any engine can be put through.

A subclass of `EngineContract` says how to make the engine of an index that is not there yet:

    class TestMine(EngineContract):
        def make(self, place: str) -> Engine:
            return MyEngine(place)
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from postdex_index.document import LeafPositions
from postdex_index.engine.api import (
    Answer,
    AsTyped,
    Engine,
    FieldStats,
    FileStamp,
    FileTable,
    Pinned,
    Put,
    Reader,
    Recency,
    Search,
)
from postdex_index.errors import IndexLockedError, IndexMissingError, NotFoundError
from postdex_index.model import OwnField, Post, Problem, Section
from postdex_index.query import Clauses, DateRange, Everything, FieldRange, Keyword, Phrase, Prefix, Query, Term
from postdex_index.schema import STORED
from postdex_index.text.analyzer import Analyzer

ANALYZER = Analyzer(True, ("en",))
STAMP = FileStamp(1, 2, 3, 4, b"0123456789abcdef")


def post(path: str, title: str, text: str, day: int, tags: tuple[str, ...] = (), unpublished: str = "") -> Post:
    """A post of one section with a heading."""
    sections = (Section(1, f"About {title}", "about", 1, text),)
    date = 1_600_000_000 + day * 86_400
    return Post(
        path, title, sections, f"/{path}", date_seconds=date, date_from="post",
        updated_seconds=date - 2 * day * 86_400, tags=tags, lang="en", unpublished=unpublished,
    )  # fmt: skip


POSTS = (
    post("a.md", "Alpha", "A kernel bug in a socket.", 3, ("linux", "net/tcp")),
    post("b.md", "Beta", "A socket leaks; the kernel reports it.", 1, ("linux",)),
    post("c.md", "Gamma", "Nothing but sockets and more sockets.", 2, ("net",)),
    post("d.md", "Delta", "An unfinished socket.", 4, ("linux",), unpublished="draft: true"),
)
#: Of each post its own fields: one has no field, one two values, and what is unpublished has another.
OWN: dict[str, dict[str, tuple[str, ...]]] = {
    "a.md": {"rating": ("4",), "state": ("In  Review",), "due": ("2024-06-30",), "done": ("yes",)},
    "b.md": {"rating": ("4.0", "10"), "state": ("draft",), "due": ("2023-01-01 12:00",), "done": ("false",)},
    "c.md": {"rating": ("-1_0",), "state": ("in review",), "due": ("2024-01-02",), "done": ("true",), "odd": ("x",)},
    "d.md": {"rating": ("good",), "hue": ("red",)},
    "e.md": {},
}
SOCKET, KERNEL = Term("socket"), Term("kernel")
#: Which posts of OWN a query finds, and in which order they come.
OWN_FILTERS: tuple[tuple[Query, str], ...] = (
    (Keyword("field state", "in review"), "a c"),
    (Keyword("field state", "*r*"), "a b c"),
    (Keyword("field odd", "*"), "c"),
    (Keyword("field nothing", "*"), ""),
    (Keyword("field hue", "red"), ""),
    (FieldRange("rating", "number", 4, 4.5), "a b"),
    (FieldRange("rating", "number", 4.5), "b"),
    (FieldRange("rating", "number", None, 0), "c"),
    (FieldRange("rating", "number"), "a b c"),
    (FieldRange("due", "date", 1_672_531_200 + 43_200, 1_704_153_600), "b"),
    (FieldRange("state", "number"), ""),
    (Clauses((Everything(),), excluded=(Keyword("field state", "draft"),)), "a c e"),
)
OWN_ORDERS = (
    ("rating", "b a c e"),
    ("-rating", "c a b e"),
    ("due", "a c b e"),
    ("-due", "b c a e"),
    ("state", "b a c e"),
    ("-state", "a c b e"),
    ("done", "a c b e"),
    ("nothing", "a b c e"),
)
QUERIES: tuple[Query, ...] = (
    SOCKET,
    Term("nowhere"),
    Prefix("kern"),
    Phrase(("kernel", "bug"), exact=True),
    Everything(),
    Keyword("tag", "net"),
    Keyword("path", "b.md"),
    DateRange(POSTS[1].date_seconds, POSTS[0].date_seconds),
    Clauses(required=(SOCKET, KERNEL)),
    Clauses(required=(SOCKET,), excluded=(KERNEL,)),
    Clauses(optional=(KERNEL, Term("nothing")), minimum=1),
)
#: How many published posts each of them matches, and how many with drafts.
TOTALS = (3, 0, 2, 1, 3, 2, 1, 2, 2, 1, 3)
ALL_TOTALS = (4, 0, 2, 1, 4, 2, 1, 2, 2, 2, 3)


def paths(reader: Reader, search: Search) -> list[str]:
    """The posts that match, in order."""
    return [one.document.path for one in reader.search(search).candidates]


class EngineContract:
    """The contract. Each test has an index of its own."""

    def make(self, place: str) -> Engine:
        """An engine of an index at a place where there is none yet; the same index for the same place."""
        raise NotImplementedError

    @pytest.fixture
    def engine(self, tmp_path: Path) -> Engine:
        """The engine of an empty place."""
        return self.make(str(tmp_path / "index"))

    @pytest.fixture
    def filled(self, engine: Engine) -> Engine:
        """The engine of an index with POSTS in it."""
        self.write(engine, POSTS)
        return engine

    def write(self, engine: Engine, posts: Iterable[Post], delete: Sequence[str] = ()) -> int:
        """Commit these posts."""
        with closing(engine.open_writer(analyzer=ANALYZER)) as writer:
            writer.delete(delete)
            writer.put([Put(post, post.path, STAMP) for post in posts])
            return writer.commit()

    # -- writing

    def test_where_there_is_no_index_that_is_said(self, engine: Engine) -> None:
        assert engine.newest() is None and engine.file_table() == FileTable(None, {}, "")
        assert list(engine.commits()) == [] and engine.verify() == []
        for use in (engine.open_reader, engine.problems):
            with pytest.raises(IndexMissingError):
                use()

    def test_a_commit_is_visible_at_once_and_to_all(self, engine: Engine) -> None:
        with closing(engine.open_writer(analyzer=ANALYZER)) as writer:
            assert writer.base.identity is None
            writer.put([Put(POSTS[0], "a.md", STAMP)])
            assert engine.newest() is None
            number = writer.commit()
        for one in (engine, self.make(engine.place)):
            newest = one.newest()
            assert newest is not None and newest.generation == number
            reader = one.open_reader()
            assert reader.identity == newest and reader.stats().generation == number
            assert paths(reader, Search(SOCKET)) == ["a.md"]

    def test_what_is_not_committed_is_dropped(self, filled: Engine) -> None:
        before = filled.newest()
        with closing(filled.open_writer(analyzer=ANALYZER)) as writer:
            writer.delete(["a.md"])
        assert filled.newest() == before and filled.open_reader().totals([SOCKET]) == [3]

    def test_nothing_to_commit_is_no_commit(self, filled: Engine) -> None:
        before = filled.newest()
        assert before is not None and self.write(filled, ()) == before.generation
        assert filled.newest() == before

    def test_a_post_is_replaced_and_removed(self, filled: Engine) -> None:
        self.write(filled, [post("a.md", "Alpha", "Of another thing.", 3)], ["b.md", "nowhere.md"])
        reader = filled.open_reader()
        assert reader.totals([SOCKET, KERNEL, Term("thing")]) == [1, 0, 1]
        assert [one is None for one in reader.documents(["a.md", "b.md"])] == [False, True]

    def test_clear_leaves_only_what_is_put_after_it(self, filled: Engine) -> None:
        with closing(filled.open_writer(analyzer=ANALYZER)) as writer:
            writer.clear()
            writer.put([Put(POSTS[2], "c.md", STAMP)])
            writer.commit()
        assert paths(filled.open_reader(), Search(Everything())) == ["c.md"]
        assert set(filled.file_table().files) == {"c.md"}

    def test_a_reader_holds_its_snapshot(self, filled: Engine) -> None:
        reader = filled.open_reader()
        before = [(one.document.path, one.score) for one in reader.search(Search(SOCKET)).candidates]
        self.write(filled, (), [one.path for one in POSTS])
        after = reader.search(Search(SOCKET)).candidates
        assert [(one.document.path, one.score) for one in after] == before
        assert filled.open_reader().totals([SOCKET]) == [0]

    def test_files_problems_and_settings_come_back(self, engine: Engine) -> None:
        found = [Problem("x.md", 3, "skipped", "it is binary", "leave it out")]
        stamps = {"a.md": STAMP, "x.md": STAMP._replace(reconsider_at=7, racy=True, digest=bytes(16))}
        with closing(engine.open_writer(analyzer=ANALYZER)) as writer:
            writer.put([Put(POSTS[0], "a.md", stamps["a.md"]), Put(None, "x.md", stamps["x.md"])])
            writer.commit(problems=found, settings="of then")
            assert dict(writer.base.files) == stamps and writer.problems() == found
        table = engine.file_table()
        assert (table.identity, dict(table.files), table.settings) == (engine.newest(), stamps, "of then")
        self.write(engine, [POSTS[1]])
        assert engine.problems() == found and engine.file_table().settings == "of then", "they stay until others come"

    def test_one_writes_at_a_time(self, filled: Engine) -> None:
        with closing(filled.open_writer(analyzer=ANALYZER)) as writer:
            for other in (filled, self.make(filled.place)):
                with pytest.raises(IndexLockedError):
                    other.open_writer(analyzer=ANALYZER, wait=0.05)
            writer.close()  # once more does nothing
        filled.open_writer(analyzer=ANALYZER).close()

    def test_an_index_in_order_says_so(self, filled: Engine) -> None:
        newest = filled.newest()
        current = [one for one in filled.commits() if one.state == "current"]
        assert newest and [(one.generation, one.posts) for one in current] == [(newest.generation, len(POSTS))]
        assert filled.verify() == [] and filled.size() >= 0 and filled.place
        assert filled.diagnose(ValueError("a bug of somebody else")) is None  # type: ignore[func-returns-value]

    # -- searching

    def test_totals_are_exact(self, filled: Engine) -> None:
        reader = filled.open_reader()
        assert tuple(reader.totals(QUERIES)) == TOTALS
        assert tuple(reader.totals(QUERIES, drafts=True)) == ALL_TOTALS
        assert [reader.totals([query])[0] for query in QUERIES] == list(TOTALS), "as one by one"
        assert [reader.search(Search(query)).total for query in QUERIES] == list(TOTALS)
        assert [len(reader.search(Search(query)).candidates) for query in QUERIES] == list(TOTALS)
        assert reader.totals([]) == [] and reader.documents([]) == []

    def test_drafts_are_shown_to_who_asks(self, filled: Engine) -> None:
        reader = filled.open_reader()
        assert "d.md" not in paths(reader, Search(SOCKET)) and "d.md" in paths(reader, Search(SOCKET, drafts=True))
        assert (reader.stats().posts, reader.stats().unpublished) == (3, 1)
        (draft,) = reader.documents(["d.md"])
        assert draft and draft.unpublished

    @pytest.mark.parametrize(
        ("sort", "order"),
        [("date", "a c b"), ("updated", "b c a"), ("title", "a b c")],
    )
    def test_orders(self, filled: Engine, sort: str, order: str) -> None:
        assert paths(filled.open_reader(), Search(SOCKET, sort=sort)) == [f"{name}.md" for name in order.split()]

    def test_the_best_come_first(self, filled: Engine) -> None:
        answer = filled.open_reader().search(Search(Clauses(optional=(SOCKET, KERNEL), minimum=1)))
        scores = [one.score for one in answer.candidates]
        assert scores == sorted(scores, reverse=True)
        assert answer.candidates[-1].document.path == "c.md", "it has one word of the two"

    def test_of_translations_one_is_shown(self, engine: Engine) -> None:
        texts = {"en": "A socket of the kernel.", "fr": "Une socket du noyau.", "zh": "内核的 socket。"}
        group = [
            post(f"{lang}.md", "Socket", text, 1)._replace(translation="a", lang=lang, original=lang == "en")
            for lang, text in texts.items()
        ]
        stub = post("it.md", "Socket", "", 1)._replace(translation="b", lang="it", original=True)
        other = post("ca.md", "Socket", "Un socket.", 1)._replace(translation="b", lang="ca")
        twice = [
            post(path, "Socket", "A socket.", 1)._replace(translation="c", lang=path[0]) for path in ("x.md", "x2.md")
        ]
        alone = post("y.md", "Socket", "A socket.", 1)._replace(translation="d", lang="en")
        self.write(engine, [*group, stub, other, *twice, alone])
        reader = engine.open_reader()
        answer = reader.search(Search(SOCKET, facets=("lang",), grouped=True))
        assert sorted(one.document.path for one in answer.candidates) == ["ca.md", "en.md", "x.md", "x2.md", "y.md"]
        assert (answer.total, answer.grouped) == (5, True)
        assert answer.facets["lang"] == {"en": 2, "x": 2, "ca": 1, "fr": 1, "it": 1, "zh": 1}
        others = {one.document.path: [it.path for it in one.translations(5)] for one in answer.candidates}
        assert others == {"en.md": ["fr.md", "zh.md"], "ca.md": ["it.md"], "x.md": [], "x2.md": [], "y.md": []}
        assert [len(one.translations(1)) for one in answer.candidates if one.document.path == "en.md"] == [1]
        for query, path in ((Term("noyau"), "fr.md"), (Term("内核"), "zh.md"), (KERNEL, "en.md")):
            both = Clauses(required=(SOCKET,), optional=(query,))
            for sort in ("score", "date", "title"):
                shown = paths(reader, Search(both, sort=sort, grouped=True))
                assert path in shown and len(shown) == 5
        answer = reader.search(Search(SOCKET, facets=("lang",)))
        assert (answer.total, answer.grouped) == (8, False) and answer.facets["lang"]["en"] == 2
        assert not any(one.translations(5) for one in answer.candidates)
        assert reader.without(["en.md"]).search(Search(SOCKET, grouped=True)).total == 5
        assert reader.without(["en.md", "fr.md"]).search(Search(Term("socket"), grouped=True)).total == 5

    def test_facets_count_all_that_match(self, filled: Engine) -> None:
        answer = filled.open_reader().search(Search(SOCKET, facets=("tags", "lang", "year"), limit=1))
        assert answer.facets["tags"]["linux"] == 2 and answer.facets["lang"] == {"en": 3}
        assert answer.facets["year"] == {"2020": 3}
        assert list(answer.facets) == ["tags", "lang", "year"]

    @pytest.fixture
    def own(self, engine: Engine) -> Reader:
        """A snapshot of posts with fields of their own, those of OWN; one that only c.md has is named."""
        drafts = {"d.md": "draft: true"}
        posts = [
            post(path, "Same", "A socket.", 1, unpublished=drafts.get(path, ""))._replace(
                fields=tuple(OwnField(*pair) for pair in fields.items()),
                named_fields=("odd",) if "odd" in fields else (),
            )
            for path, fields in OWN.items()
        ]
        self.write(engine, posts)
        return engine.open_reader()

    def test_own_fields_are_those_that_several_posts_have_or_that_are_named(self, own: Reader) -> None:
        assert list(own.fields()) == [
            FieldStats("done", "boolean", 3),
            FieldStats("due", "date", 3),
            FieldStats("odd", "text", 1, named=True),
            FieldStats("rating", "number", 3),
            FieldStats("state", "text", 3),
        ]
        assert [field.name for field in own.without(["a.md"]).fields()] == ["odd"]
        (document,) = own.documents(["b.md"])
        assert document is not None and dict(document.fields) == OWN["b.md"]

    def test_own_fields_filter(self, own: Reader) -> None:
        for query, found in OWN_FILTERS:
            assert paths(own, Search(query)) == [f"{name}.md" for name in found.split()], query
            assert own.totals([query]) == [len(found.split())], query

    def test_own_fields_sort(self, own: Reader) -> None:
        for order, found in OWN_ORDERS:
            assert paths(own, Search(SOCKET, sort=order)) == [f"{name}.md" for name in found.split()], order

    def test_own_fields_are_counted(self, own: Reader) -> None:
        names = ("rating", "state", "due", "done", "nothing", "tags")
        facets = own.search(Search(SOCKET, facets=names)).facets
        state = facets["state"]
        assert facets == {
            "rating": {"4": 2, "-10": 1, "10": 1},
            "state": state,
            "due": {"2024": 2, "2023": 1},
            "done": {"true": 2, "false": 1},
            "nothing": {},
            "tags": {},
        }
        folded = Counter[str]()
        for value, posts in state.items():
            folded[ANALYZER.fold_value(value)] += posts
        assert folded == {"draft": 1, "in review": 2}

    def test_leaves_carry_what_they_met(self, filled: Engine) -> None:
        query = Clauses(required=(SOCKET,), optional=(KERNEL,))
        answer = filled.open_reader().search(Search(query, AsTyped(leaves=(Phrase(("kernel", "bug"), exact=True),))))
        assert [(one.leaf, one.posts) for one in answer.leaves[:2]] == [(SOCKET, 3), (KERNEL, 2)]
        assert len(answer.leaves) == 3
        for one in answer.candidates:
            held = [bool(one.holds(number)) for number in range(3)]
            assert held == [True, one.document.path != "c.md", one.document.path == "a.md"]
            assert [bool(one.positions(number)) for number in range(3)] == held

    def test_what_was_typed_as_a_whole_comes_first(self, filled: Engine) -> None:
        whole = AsTyped(leaves=(Phrase(("leaks", "the"), exact=True),))
        best, *others = filled.open_reader().search(Search(SOCKET, whole)).candidates
        assert best.document.path == "b.md" and best.whole > 0
        assert all(one.whole == 0 and one.score < best.score for one in others)

    def test_what_is_pinned_comes_first(self, filled: Engine) -> None:
        """In the order of the paths, then what posts say themselves; filters and drafts hold for it, and it counts."""
        own = [POSTS[0]._replace(path=f"{name}.md", title=name, pins=("Start", "begin!")) for name in "zy"]
        draft = POSTS[3]._replace(path="e.md", pins=("start",))
        self.write(filled, [*own, draft])
        reader = filled.open_reader()

        def found(pinned: Pinned, key: str = "start", query: Query = SOCKET) -> list[str]:
            answer = reader.search(Search(query, AsTyped(key), facets=("tags",), pinned=pinned))
            paths = [one.document.path for one in answer.candidates]
            assert len({*paths}) == len(paths) == answer.total
            assert sum(one.pinned for one in answer.candidates) == len([*filter(str.isupper, marked(answer))])
            return marked(answer)

        def marked(answer: Answer) -> list[str]:
            paths = [one.document.path[0] for one in answer.candidates]
            return [path.upper() if one.pinned else path for path, one in zip(paths, answer.candidates, strict=True)]

        assert found(Pinned())[:2] == ["Y", "Z"] and found(Pinned(), key="other")[0].islower()
        assert found(Pinned(("c.md", "nowhere.md", "d.md")))[:3] == ["C", "Y", "Z"]
        assert found(Pinned(("c.md", "z.md")))[:3] == ["C", "Z", "Y"]
        assert found(Pinned(("c.md",)), query=KERNEL)[:3] == ["C", "Y", "Z"], "without the word, too"
        assert found(Pinned(("c.md",), (Keyword("tag", "linux"),)), query=KERNEL)[0] == "Y"
        facets = reader.search(Search(KERNEL, AsTyped("other"), facets=("tags",), pinned=Pinned(("c.md",)))).facets
        assert facets["tags"]["net"] == 1 and facets["tags"]["linux"] == 4

    def test_a_boost_raises_and_lowers(self, filled: Engine) -> None:
        before = {one.document.path: one.score for one in filled.open_reader().search(Search(SOCKET)).candidates}
        self.write(filled, [POSTS[2]._replace(boost=0.25), POSTS[1]._replace(boost=3.0)])
        reader = filled.open_reader()
        assert paths(reader, Search(SOCKET)) == ["b.md", "a.md", "c.md"] != [*before]
        for one in reader.search(Search(SOCKET)).candidates:
            assert math.isclose(reader.explain(Search(SOCKET), one.document.path).value, one.score, rel_tol=1e-9)

    def test_the_age_counts_if_it_is_asked_for(self, engine: Engine) -> None:
        same = [POSTS[0]._replace(path=f"{name}.md", date_seconds=None, updated_seconds=None) for name in "abcd"]
        self.write(engine, [same[0]._replace(date_seconds=0, date_from="path"), *same[1:3],
                            same[3]._replace(updated_seconds=8_000_000)])  # fmt: skip
        reader = engine.open_reader()
        assert paths(reader, Search(SOCKET)) == ["a.md", "b.md", "c.md", "d.md"]
        search = Search(SOCKET, recency=Recency(1_000_000, 8_000_000))
        answer = reader.search(search).candidates
        assert [one.document.path for one in answer] == ["d.md", "b.md", "c.md", "a.md"]
        undated = answer[1].score
        assert undated == reader.search(Search(SOCKET)).candidates[0].score
        for one in answer:
            assert math.isclose(reader.explain(search, one.document.path).value, one.score, rel_tol=1e-9)

    def test_an_explanation_is_of_the_score(self, filled: Engine) -> None:
        reader = filled.open_reader()
        for query in (SOCKET, QUERIES[-1]):
            search = Search(query, AsTyped(leaves=(Phrase(("kernel", "bug"), exact=True),)), drafts=True)
            for one in reader.search(search).candidates:
                assert math.isclose(reader.explain(search, one.document.path).value, one.score, rel_tol=1e-9)
        with pytest.raises(NotFoundError):
            reader.explain(Search(SOCKET), "nowhere.md")

    def test_words(self, filled: Engine) -> None:
        reader = filled.open_reader()
        assert [(one.term, one.posts) for one in reader.words(prefix="sock")] == [("socket", 2), ("sockets", 1)]
        assert [one.term for one in reader.words(prefix="sock", limit=1)] == ["socket"]
        assert [one.term for one in reader.words(within="epor")] == ["reports"]
        assert [one.term for one in reader.words(near="kernle", edits=1)] == ["kernel"]
        assert reader.words(near="nowhere") == []

    def test_a_document_is_the_post(self, filled: Engine) -> None:
        reader = filled.open_reader()
        known, unknown = reader.documents(["a.md", "nowhere.md"])
        assert unknown is None and known is not None
        for name in (field.attribute for field in STORED if field.name != "description"):
            assert getattr(known, name) == getattr(POSTS[0], name), name
        assert (known.date, known.updated) == (datetime(2020, 9, 16, 12, 26, 40), datetime(2020, 9, 10, 12, 26, 40))
        (section,) = known.sections
        assert (section.heading, section.anchor, section.line) == ("About Alpha", "about", 1)
        assert section == known.section(0) and known.text(0) == POSTS[0].sections[0].text
        assert list(known.outline.bounds) == [section.start, section.body]
        (candidate,) = reader.search(Search(Term("bug"))).candidates
        (place,) = candidate.positions(0)
        passage = known.passage(0, place, [LeafPositions(0, [place])])
        assert [passage.text[one.start : one.stop] for one in passage.marks] == ["bug"]

    def test_without_some_posts(self, filled: Engine) -> None:
        reader = filled.open_reader()
        less = reader.without(["a.md", "nowhere.md"])
        assert less.totals([SOCKET, KERNEL]) == [2, 1] and reader.totals([SOCKET, KERNEL]) == [3, 2]
        assert less.documents(["a.md"]) == [None] and less.identity == reader.identity

    def test_what_comes_too_late_is_not_complete(self, filled: Engine) -> None:
        reader = filled.open_reader()
        assert reader.search(Search(SOCKET, deadline=math.inf)).complete
        assert not reader.search(Search(Term("reports"), deadline=-math.inf)).complete

    def test_it_is_noted_which_folder_it_is_made_of(self, filled: Engine, tmp_path: Path) -> None:
        (tmp_path / "posts").mkdir()
        assert filled.made_of() == ""
        filled.claim(tmp_path / "posts")
        assert Path(filled.made_of()) == (tmp_path / "posts").resolve()
