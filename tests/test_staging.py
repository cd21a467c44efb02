"""Are posts on their way to a cluster measured as the embedded engine measures them, in one process and in several?"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from storage import SETTINGS

from postdex_index.content import reader
from postdex_index.engine.api import FileStamp, Put
from postdex_index.engine.embedded.read import opening
from postdex_index.engine.embedded.storage.commits import Store
from postdex_index.engine.embedded.write import index_writer, segment_builder
from postdex_index.engine.embedded.write.index_writer import IndexWriter
from postdex_index.engine.opensearch.format.one_post_segment import inverted, opened
from postdex_index.engine.opensearch.write import staging
from postdex_index.engine.opensearch.write.builders import Builders
from postdex_index.engine.opensearch.write.staging import Compiler, Measure, Spool
from postdex_index.engine.opensearch.write.stretch import BuildJob, compile_files
from postdex_index.model import Code, Post, Section
from postdex_index.text.analyzer import Analyzer

POSTS = Path(__file__).parent.parent / "posts"
ANALYZER = Analyzer(True, ())
STAMP = FileStamp(1, 2, 3, 4, bytes(16))


def samples() -> list[Post]:
    """The sample posts, and one of every kind of text."""
    paths = sorted(path.relative_to(POSTS).as_posix() for path in POSTS.rglob("*.md"))
    read = [reader.read(POSTS, path, reader.site(POSTS), SETTINGS).post for path in paths]
    code = Section(2, "用 utf-8", "", 3, "x = get_user_data(1)\n這是 C++17 代码", (Code(0, 20, "c"),))
    return [*filter(None, read), Post("z.md", "K8s.io 的", (code,), tags=("a b", "c"), lang="zh", unpublished="draft")]


def test_words_are_counted_as_an_inversion_counts_them() -> None:
    measure = Measure(ANALYZER)
    for post in samples():
        counted = measure.lengths(post)
        assert counted == [total.words for total in inverted(post, ANALYZER).field_totals()], post.path


@pytest.mark.parametrize(("own", "most"), [(1000, 5000), (2, 5000), (2, 3), (4, 3)])
def test_averages_are_those_of_the_embedded_engine(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, own: int, most: int
) -> None:
    """A full build's, whatever makes a segment there."""
    for module in (segment_builder, staging):
        monkeypatch.setattr(module, "OWN_AVERAGES", own)
    monkeypatch.setattr("postdex_index.engine.embedded.write.inverter.MAX_POSTS", most)
    monkeypatch.setattr(staging, "MAX_POSTS", most)
    monkeypatch.setattr(index_writer, "to_merge", lambda entries: [])
    posts = samples()
    with closing(IndexWriter(tmp_path, analyzer=ANALYZER)) as writer:
        writer.put([Put(post, post.path, STAMP) for post in posts])
        writer.commit()
    store = Store(tmp_path)
    expected = {
        part.segment.documents.path(doc): part.segment.file.meta["averages"]
        for part in opening.newest(store).parts
        for doc in range(part.segment.posts)
    }
    spool = Spool()
    compiler = Compiler(ANALYZER, spool, None)
    staged = [file for order, post in enumerate(posts) for file in compiler.add(Put(post, post.path, STAMP), order)]
    staged += compiler.finish()
    found = {file.path: opened(spool.get(file.stored), "").file.meta["averages"] for file in staged if file.stored}
    assert found == expected and len(found) == len(posts)
    spool.close()


def test_several_processes_make_what_one_makes() -> None:
    paths = sorted(path.relative_to(POSTS).as_posix() for path in POSTS.rglob("*.md"))
    stretches = [paths[::2], paths[1::2], ["not-there.md"]]
    job = BuildJob(POSTS, SETTINGS, None)
    spool = Spool()
    alone = [compile_files(job, stretch, spool, lambda number: None) for stretch in stretches]
    read: list[int] = []
    builders = Builders(job, 2, read.append)
    try:
        shared = builders.compile(stretches)
    finally:
        builders.close()
    assert sum(read) == len(paths) + 1

    def by_path(parts: list[Any]) -> list[tuple[Any, ...]]:
        return sorted(
            (file.path, file.stamp, file.checksum, file.facts, file.stored and file.stored.size)
            for part in parts
            for file in part.files
        )

    assert by_path(shared) == by_path(alone)
    assert {file.spool for part in shared for file in part.files} <= {1, 2}
    assert sorted(problem for part in shared for problem in part.problems) == sorted(
        problem for part in alone for problem in part.problems
    )
    spool.close()
