"""Does a published post look as the stored one does: fields, sections, texts, passages and their marks?"""

from __future__ import annotations

import random
from typing import Any

from reader_process import js
from stored_index import StoredIndex
from test_reader_postings import both

from postdex_index.document import LeafPositions
from postdex_index.engine.embedded.read.snapshot import Snapshot
from postdex_index.engine.embedded.read.stored_documents import StoredDocument
from postdex_index.schema import STORED

__all__ = ["both"]


def documents(stored: StoredIndex) -> list[StoredDocument]:
    """The published posts, as the index has them."""
    return [StoredDocument(post.segment.documents, post.doc_id) for post in stored.order.posts(0, len(stored.order))]


def test_fields_sections_and_texts_are_the_same(both: tuple[Snapshot, StoredIndex]) -> None:
    _, stored = both
    for number, document in enumerate(documents(stored)):
        answer = stored.ask("document", doc=number)
        expected = {field.attribute: js(getattr(document, field.attribute)) for field in STORED}
        assert answer["fields"] == {**expected, "links": []}
        outline = document.outline
        assert answer["outline"] == [list(outline.levels), list(outline.bounds), list(outline.stops)]
        assert answer["sections"] == [js(section) for section in document.sections]
        assert answer["texts"] == [document.text(section) for section in range(len(outline.levels))]


def test_titles_need_no_fragment(both: tuple[Snapshot, StoredIndex]) -> None:
    _, stored = both
    docs = [*range(len(stored.order))]
    names = ("path", "title", "url", "lang", "tags", "date_seconds")
    expected = [{name: js(getattr(document, name)) for name in names} for document in documents(stored)]
    answer = stored.ask("titled", docs=docs)
    assert [{name: titled[name] for name in names} for titled in answer] == expected


def test_passages_and_marks_are_the_same(both: tuple[Snapshot, StoredIndex]) -> None:
    _, stored = both
    drawn, count = random.Random(5), 0
    for number, document in enumerate(documents(stored)):
        for index, section in enumerate(document.sections):
            inside = [*range(section.start, section.stop)]
            for _ in range(2):
                found: list[Any] = [
                    LeafPositions(leaf, sorted(drawn.sample(inside, min(len(inside), 5))), drawn.random() < 0.3)
                    for leaf in range(drawn.randint(0, 3))
                ]
                near = drawn.randint(section.body, max(section.body, section.stop - 1))
                passage = document.passage(index, near, found)
                assert stored.ask("passage", doc=number, section=index, near=near, found=found) == js(passage)
                marks = document.heading_marks(index, found)
                assert stored.ask("heading", doc=number, section=index, found=found) == js(marks)
                count += bool(passage.marks)
    assert count > 20
