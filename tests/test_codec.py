"""Is a postdex index a Whoosh index? Plain Whoosh opens it and finds the posts that our reader finds.

Runs with whoosh 2.7.4 and with whoosh3, which has the same import name.
"""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from storage import ANALYZER

from postdex_index.engine.api import FileStamp, Put, Search
from postdex_index.engine.embedded.engine import EmbeddedEngine
from postdex_index.engine.embedded.read.opening import newest
from postdex_index.engine.embedded.storage.commits import Store
from postdex_index.engine.embedded.storage.whoosh_toc import write_toc
from postdex_index.engine.embedded.whoosh import field_terms
from postdex_index.engine.embedded.whoosh.codec import open_index
from postdex_index.errors import IndexMissingError, IndexWriteError
from postdex_index.model import Code, Post, Section
from postdex_index.query import Clauses, Keyword, Leaf, Phrase, Prefix, Query, Synonyms, Term, Wildcard
from postdex_index.text.analyzer import Analyzer

whoosh: Any = pytest.importorskip("whoosh.index")
qparser: Any = pytest.importorskip("whoosh.qparser")
fields: Any = pytest.importorskip("whoosh.fields")

STAMP = FileStamp(1, 1, 1, 1, bytes(16))


def compound(whole: str, *ways: str) -> Synonyms:
    return Synonyms((Term(whole), *(Phrase(tuple(way.split())) for way in ways)))


#: What is typed at Whoosh's parser and what it has to mean.
TYPED: dict[str, Leaf] = {
    "fix": Term("fix"),
    "Fixes": Term("fixes"),
    "fixing": Term("fixing"),
    "Häuser": Term("hauser"),
    "haus": Term("haus"),
    "nothing": Term("nothing"),
    "the": Term("the"),
    "C++": Term("c++"),
    "c": Term("c"),
    "github": Term("github"),
    "GitHub": compound("github", "git hub"),
    "git": Term("git"),
    "sk_user_data": compound("skuserdata", "sk user data"),
    "skUserData": compound("skuserdata", "sk user data"),
    "UserData": compound("userdata", "user data"),
    "utf-8": compound("utf8", "utf 8"),
    "utf8": Term("utf8"),
    "data": Term("data"),
    "核": Prefix("核"),
    "内核": Term("内核"),
    "內核": Term("内核"),
    "内核机制": Phrase(("内核", "核机", "机制"), exact=True),
    "fi*": Prefix("fi"),
    "SK_us*": Prefix("skus"),
    "f*ing": Wildcard("f*ing"),
    "fi?": Wildcard("fi?"),
    '"fix"': Term("fix", exact=True),
    '"Fixes the"': Phrase(("fixes", "the"), exact=True),
    '"the fixing fix"': Phrase(("the", "fixing", "fix"), exact=True),
    '"sk_user_data haus"': Phrase(("sk", "user", "data", "haus"), exact=True),
    '"C++ 内核"': Phrase(("c++", "内核"), exact=True),
    '"内核机制"': Phrase(("内核", "核机", "机制"), exact=True),
    '"fix 核"': Phrase(("fix", "核"), exact=True, prefix=True),
}
#: What random posts are made of.
WORDS = [
    *("fix", "Fixes", "fixing", "fixed", "the", "Haus", "Häuser", "github", "GitHub", "git", "hub", "C++", "c", ".NET"),
    *(
        "sk_user_data",
        "skUserData",
        "UserData",
        "user",
        "data",
        "utf-8",
        "utf8",
        "8",
        "内核机制",
        "内核",
        "核的机",
        "核",
    ),
]
FIELDS = ("title", "heading", "body", "code", "tags", "categories", "description", "aliases", "slug")

texts = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)
some = st.lists(texts, max_size=2).map(tuple)


@st.composite
def sections(draw: st.DrawFn, level: int) -> Section:
    before, block, after = draw(st.tuples(texts, texts, texts))
    text = f"{before}\n{block}\n{after}"
    start = len(before) + 1
    code = (Code(start, start + len(block) + 1, "c"),) if block else ()
    return Section(level, draw(texts) if level else "", f"a{level}", 1, text, code)


@st.composite
def posts(draw: st.DrawFn, path: str) -> Post:
    return Post(
        path,
        draw(texts),
        (draw(sections(0)), *(draw(sections(2)) for _ in range(draw(st.integers(0, 1))))),
        tags=draw(some),
        categories=tuple((one,) for one in draw(some)),
        description=draw(texts),
        aliases=draw(some),
        slug=draw(texts),
        lang=draw(st.sampled_from(["", "en", "de", "fr"])),
        unpublished=draw(st.sampled_from(["", "", "", "it is a draft"])),
    )


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[list[Post], list[str]]]:
    """Commits: posts to put and paths to delete."""
    paths = [f"{folder}/{name}.md" for folder in ("2022", "a b") for name in "abcdef"]
    commits = []
    for number in range(draw(st.integers(1, 7))):
        puts = draw(st.lists(st.sampled_from(paths), min_size=not number, max_size=4, unique=True))
        gone = draw(st.lists(st.sampled_from(paths), max_size=1))
        commits.append(([draw(posts(path)) for path in puts], [path for path in gone if path not in puts]))
    return commits


def inside(query: Query, field: str) -> Query:
    """A leaf limited to a field."""
    if isinstance(query, Synonyms):
        return query._replace(spellings=tuple(one._replace(field=field) for one in query.spellings))
    assert not isinstance(query, Clauses | Keyword)
    return query._replace(field=field)  # type: ignore[call-arg]


@st.composite
def leaves(draw: st.DrawFn) -> tuple[str, Query]:
    text = draw(st.sampled_from(list(TYPED)))
    field = draw(st.sampled_from(["", "", "", "code", *FIELDS]))
    return (f"{field}:{text}", inside(TYPED[text], field)) if field else (text, TYPED[text])


def joined(pair: tuple[tuple[str, Query], str, tuple[str, Query]]) -> tuple[str, Query]:
    (a, left), operator, (b, right) = pair
    clauses = {
        "AND": Clauses(required=(left, right)),
        "OR": Clauses(optional=(left, right), minimum=1),
        "AND NOT": Clauses(required=(left,), excluded=(right,)),
    }
    return f"({a} {operator} {b})", clauses[operator]


queries = st.recursive(
    leaves(),
    lambda inner: st.tuples(inner, st.sampled_from(["AND", "OR", "AND NOT"]), inner).map(joined),
    max_leaves=3,
)


@contextmanager
def written(commits: Sequence[tuple[Sequence[Post], Sequence[str]]]) -> Iterator[Path]:
    """An index with these commits, and a TOC beside the last."""
    folder = Path(tempfile.mkdtemp())
    try:
        with EmbeddedEngine(folder / ".postdex").open_writer(analyzer=ANALYZER) as writer:
            for puts, deletes in commits:
                writer.delete(deletes)
                writer.put([Put(post, post.path, STAMP) for post in puts])
                writer.commit()
        yield folder / ".postdex"
    finally:
        shutil.rmtree(folder)


def ours(directory: Path, query: Query) -> set[str]:
    found = EmbeddedEngine(directory).open_reader()
    answer = found.search(Search(query, limit=1000))
    paths = {one.document.path for one in answer.candidates}
    assert answer.total == len(paths) == len(answer.candidates)
    return paths


def theirs(searcher: Any, text: str) -> set[str]:
    query = qparser.QueryParser("text", searcher.schema).parse(text)
    hits = searcher.search(query, limit=None)
    paths = {hit["path"] for hit in hits}
    assert len(hits) == len(paths)
    # The few best are found by skipping what cannot be among them, which Whoosh gets wrong where NOT stands.
    if "NOT" not in text:
        best = searcher.search(query, limit=3)
        assert len(best) == len(paths)
        assert [hit.score for hit in best] == pytest.approx([hit.score for hit in hits][:3])
    return paths


def check(directory: Path, asked: Sequence[tuple[str, Query]], index: Any = None) -> None:
    """Plain Whoosh and our reader find the same posts."""
    index = index or whoosh.open_dir(str(directory))
    with index.searcher() as searcher:
        for text, query in asked:
            assert theirs(searcher, text) == ours(directory, query), (text, query)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(histories(), st.lists(queries, min_size=8, max_size=16))
def test_whoosh_finds_what_we_find(commits: list[tuple[list[Post], list[str]]], asked: list[tuple[str, Query]]) -> None:
    with written(commits) as directory:
        check(directory, asked)
        check(directory, asked[:4], open_index(directory))
        check_contents(directory, commits)


def check_contents(directory: Path, commits: Sequence[tuple[Sequence[Post], Sequence[str]]]) -> None:
    """Counts, stored fields, words."""
    now: dict[str, Post] = {}
    for puts, deletes in commits:
        now = {path: post for path, post in now.items() if path not in deletes} | {post.path: post for post in puts}
    living = {path: post for path, post in now.items() if not post.unpublished}
    index = whoosh.open_dir(str(directory))
    assert index.doc_count() == len(living) == EmbeddedEngine(directory).open_reader().stats().posts
    with index.reader() as reader:
        stored = {row["path"]: row for row in reader.all_stored_fields()}
        assert stored.keys() == living.keys()
        for path, post in living.items():
            row = stored[path]
            assert (row["title"], tuple(row["tags"]), row["lang"]) == (post.title, post.tags, post.lang)
            with index.searcher() as searcher:
                assert searcher.document(path=path)["title"] == post.title
        if living:
            check_words(reader, list(living.values()))


def check_words(reader: Any, living: Sequence[Post]) -> None:
    """Each field lists the surfaces that stand in it, sorted, and counts them; deleted posts may add some."""
    for field in ("title", "slug"):
        terms = [[token.term for token in ANALYZER.tokens(getattr(post, field))] for post in living]
        listed = list(reader.field_terms(field))
        assert listed == sorted(set(listed)) and set(listed) >= {term for found in terms for term in found}
        assert sum(map(len, terms)) <= sum(reader.frequency(field, term) for term in listed)
        for term in listed[:5]:
            info = reader.term_info(field, term)
            assert info.doc_frequency() == reader.doc_frequency(field, term) >= sum(term in found for found in terms)
            assert 1 <= info.min_length() <= info.max_length() and info.max_weight() <= info.weight()
    assert set(reader.field_terms("title")) <= set(reader.field_terms("text"))
    assert not any(field_terms.MARK in term for term in reader.field_terms("text"))


def sample(path: str = "a.md", text: str = "The kernel fixes a bug", **more: Any) -> Post:
    return Post(path, "Fixing bugs", (Section(0, "", "", 1, text),), **more)


FEW: list[tuple[list[Post], list[str]]] = [
    ([sample(), sample("b.md", "nothing here", tags=("kernel",)), sample("d.md", unpublished="draft")], [])
]


@pytest.mark.parametrize(
    "typed, paths",
    [
        ("kernel", "a b"),
        ("tags:kernel", "b"),
        ("kern*", "a b"),
        ("kernle~2", "a b"),
        ("body:[fa to fo]", "a"),
        ("path:b.md", "b"),
        ("title:*", "a b"),
        ("*", "a b"),
        ("'kernel the'", "a"),
        ("kernel^2 OR here", "a b"),
        ('"fixes bug"~3', "a"),
        ("???", "a"),
        ("!!!", ""),
        ("", ""),
        ("\ud800*", ""),
    ],
)
def test_whoosh_syntax(typed: str, paths: str) -> None:
    with written(FEW) as directory, whoosh.open_dir(str(directory)).searcher() as searcher:
        parser = qparser.QueryParser("text", searcher.schema)
        parser.add_plugin(qparser.FuzzyTermPlugin())
        hits = searcher.search(parser.parse(typed), limit=None)
        assert {hit["path"] for hit in hits} == {f"{name}.md" for name in paths.split()}


def test_multifield_parser_and_paging() -> None:
    with written(FEW) as directory, whoosh.open_dir(str(directory)).searcher() as searcher:
        query = qparser.MultifieldParser(["title", "tags", "body"], searcher.schema).parse("bug kernel")
        assert {hit["path"] for hit in searcher.search_page(query, 1)} == {"a.md", "b.md"}


def test_a_phrase_stays_in_its_field() -> None:
    section = Section(0, "", "", 1, "intro\nalpha\nbeta gamma", (Code(6, 12, "c"),))
    with written([([Post("a.md", "alpha", (section,), tags=("beta",))], [])]) as directory:
        for field in ("code", "title", "body", "tags", ""):
            for terms in ("alpha beta", "alpha be", "beta gamma"):
                phrase = Phrase(tuple(terms.split()), field, exact=True, prefix=terms == "alpha be")
                if not phrase.prefix:
                    check(directory, [(f'{field or "text"}:"{terms}"', phrase)])
                assert ours(directory, phrase) == ({"a.md"} if field in ("body", "") else set()), phrase
        assert not ours(directory, Phrase(("alpha", "beta"), "title", exact=True, slop=3))


def test_a_path_that_is_put_twice() -> None:
    twice = [sample(text="one"), sample(text="two")]
    with written([(twice, [])]) as directory:
        assert EmbeddedEngine(directory).open_reader().documents(["a.md"]) != [None]
        check(directory, [("one", Term("one")), ("two", Term("two")), ("path:a.md", Keyword("path", "a.md"))])
    with written([(twice, []), ([sample(text="three")], [])]) as directory:
        assert whoosh.open_dir(str(directory)).doc_count() == 1
        assert [ours(directory, Term(word)) for word in ("one", "two", "three")] == [set(), set(), {"a.md"}]


@pytest.mark.parametrize("simplify", [True, False])
def test_traditional_characters(simplify: bool) -> None:
    post = sample(text="內核機制")
    with tempfile.TemporaryDirectory() as folder:
        with EmbeddedEngine(Path(folder)).open_writer(analyzer=Analyzer(simplify, ())) as writer:
            writer.put([Put(post, post.path, STAMP)])
            writer.commit()
        with whoosh.open_dir(folder).searcher() as searcher:
            assert all(theirs(searcher, text) for text in ("內核", "核機制", '"內核機制"', '"內核機"', "內"))
            assert [bool(theirs(searcher, text)) for text in ("内核", '"内核机制"')] == [simplify] * 2


def test_refresh_finds_the_new_commit() -> None:
    with written(FEW) as directory:
        searcher = open_index(directory).searcher()
        with EmbeddedEngine(directory).open_writer(analyzer=ANALYZER) as writer:
            writer.delete(["a.md"])
            writer.put([Put(sample("c.md"), "c.md", STAMP)])
            writer.commit()
        assert not searcher.up_to_date()
        assert theirs(searcher, "bug") == {"a.md", "b.md"}
        assert theirs(searcher.refresh(), "bug") == {"b.md", "c.md"}


def writes() -> list[Callable[[Any], object]]:
    return [
        lambda index: index.writer(),
        lambda index: index.writer(procs=2),
        lambda index: index.delete_by_term("path", "a.md"),
        lambda index: index.add_field("new", fields.STORED()),
        lambda index: index.optimize(),
    ]


def plain(directory: Path) -> Any:
    return whoosh.open_dir(str(directory))


@pytest.mark.parametrize("number", range(len(writes())))
@pytest.mark.parametrize("opened", [plain, open_index])
def test_only_postdex_writes(opened: Callable[[Path], Any], number: int) -> None:
    with written(FEW) as directory:
        before = set(os.listdir(directory)) | {"MAIN_WRITELOCK"}
        with pytest.raises(IndexWriteError, match="only postdex writes this index"):
            writes()[number](opened(directory))
        assert set(os.listdir(directory)) <= before
        check(directory, [("bug", Term("bug"))])


def test_an_empty_index_is_not_written_either() -> None:
    with written([([], ["gone.md"])]) as directory, pytest.raises(IndexWriteError):
        index = whoosh.open_dir(str(directory))
        assert index.doc_count() == 0 and index.is_empty()
        with index.writer() as writer:
            writer.add_document(title="mine")


class Canary:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, sign: Path) -> None:
        self.sign = sign

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.sign),)


def test_no_pickle_runs() -> None:
    with written(FEW) as directory:
        sign = directory.parent / "ran"
        canary = pickle.dumps(Canary(sign), 2)
        genuine = (directory / "_MAIN_1.toc").read_bytes()
        head = genuine[: genuine.index(b"\x80\x02") - 1]
        hostile = head + bytes([len(canary)]) + canary + bytes([0, 0, 0, 9, 0, 0, 0, 0]) + canary
        for name in (
            "_MAIN_1.toc",
            "_MAIN_9.toc",
            "_MAIN_0.toc",
            "MAIN_abcdefgh.seg",
            "_MAIN_LOCK",
            "000009-0.segment",
        ):
            (directory / name).write_bytes(hostile if name.endswith("toc") else canary)
        check(directory, [("bug", Term("bug"))], open_index(directory))
        with EmbeddedEngine(directory).open_writer(analyzer=ANALYZER) as writer:
            writer.put([Put(sample("c.md"), "c.md", STAMP)])
            writer.commit()
        EmbeddedEngine(directory).verify()
        check(directory, [("bug", Term("bug"))], open_index(directory))
        assert not sign.exists()
        (directory / "_MAIN_99.toc").write_bytes(hostile)
        # The canary sings where Whoosh does read the TOC.
        run(f"import whoosh.index\ntry: whoosh.index.open_dir({str(directory)!r})\nexcept Exception: pass")
        assert sign.exists()


def test_a_missing_index_is_said() -> None:
    with pytest.raises(IndexMissingError), tempfile.TemporaryDirectory() as folder:
        open_index(Path(folder))


def test_each_commit_has_its_toc() -> None:
    with written([FEW[0], ([sample("c.md")], [])]) as directory:
        assert {"_MAIN_1.toc", "_MAIN_2.toc"} <= set(os.listdir(directory))
        again = (directory / "_MAIN_2.toc").read_bytes()
        write_toc(directory, 2, newest(Store(directory))[0].segments)
        assert (directory / "_MAIN_2.toc").read_bytes() == again


def run(code: str, *flags: str) -> str:
    paths = os.pathsep.join(path for path in sys.path if path)
    environment = {**os.environ, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, *flags, "-c", code], capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_whoosh_imports_uncompiled_under_errors() -> None:
    with tempfile.TemporaryDirectory() as cache:
        run("import postdex_index.engine.embedded.whoosh.codec", "-W", "error", "-X", f"pycache_prefix={cache}")


def test_writing_and_searching_do_not_import_whoosh() -> None:
    code = """
import sys, tempfile
from pathlib import Path
from postdex_index.engine.embedded import engine as embedded
from postdex_index.engine.api import Search
from postdex_index.text.analyzer import Analyzer
from postdex_index.query import Term
with tempfile.TemporaryDirectory() as folder:
    engine = embedded.EmbeddedEngine(folder)
    with engine.open_writer(analyzer=Analyzer(True, ())) as writer:
        writer.delete(["a.md"])
        writer.commit()
        engine.open_reader().search(Search(Term("a")))
print("whoosh" in sys.modules, "pickle" in sys.modules)
"""
    assert run(code) == "False False\n"
