"""Posting lists and their words, written and read again: what went in is what comes out."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from itertools import chain
from typing import Any
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from postdex_index import scoring
from postdex_index.engine.embedded.format.columns import FORM, STEM
from postdex_index.engine.embedded.read import term_dictionary
from postdex_index.engine.embedded.read.combined_postings import UnionPostings
from postdex_index.engine.embedded.read.postings import PostingLists
from postdex_index.engine.embedded.read.stored_postings import ContiguousPostings, StoredPostings
from postdex_index.engine.embedded.write import term_dictionary_writer
from postdex_index.engine.embedded.write.postings_writer import ListWriter
from postdex_index.schema import SCORED

POSTS = 5
#: By list, by surface, by post: positions.
Written = dict[str, dict[str, dict[int, list[int]]]]


class InMemory:
    """The columns of a segment as `SegmentFile` gives them, without a file."""

    def __init__(self, columns: dict[str, Any], wide: bool) -> None:
        rest = dict.fromkeys(
            ("field_lengths", "field_span_first", "field_span_start", "field_span_code", "link_first", "link_edge"), b""
        )
        self._columns = rest | columns
        self.meta = {"posts": POSTS, "languages": [str(number) for number in range(40)], "averages": [], "wide": wide}

    def column(self, name: str, *, whole: bool = True) -> memoryview:
        return memoryview(self._columns[name])

    def checker(self, name: str) -> Callable[[int, int], None]:
        return lambda start, stop: None


def written(lists: Written, wide: bool) -> PostingLists:
    """The lists, written and open."""
    writer = ListWriter([[0] * POSTS for _ in SCORED], [0.0] * len(SCORED), wide)
    shift = 32 if wide else 16
    for name in sorted(lists):
        occurrences = sorted(
            (doc << shift | place, index)
            for index, by_post in enumerate(lists[name].values())
            for doc, places in by_post.items()
            for place in places
        )
        surfaces = [(surface, len(by_post)) for surface, by_post in lists[name].items()]
        places = array("Q" if wide else "I", [place for place, _ in occurrences])
        which = bytes([index for _, index in occurrences])
        writer.add(name, surfaces, places, (), which if len(surfaces) > 1 else b"")
    spelled = {surface: surface.upper() for surfaces in lists.values() for surface in surfaces if len(surface) > 2}
    return PostingLists(InMemory(writer.columns(spelled), wide))  # type: ignore[arg-type]


def check(lists: Written, wide: bool, terms_per_block: int = 256) -> None:
    """Each list has its posts and positions, of all its surfaces and of each; each surface leads to its lists."""
    with (
        patch.object(term_dictionary_writer, "TERMS_PER_BLOCK", terms_per_block),
        patch.object(term_dictionary, "TERMS_PER_BLOCK", terms_per_block),
    ):
        check_lists(lists, written(lists, wide))


def check_lists(lists: Written, read: PostingLists) -> None:
    words = read.terms
    for number, name in enumerate(sorted(lists)):
        assert next(map(words.posting_list, words.flagged(words.find(name), STEM)))[0] == number
        stored = StoredPostings(read, number)
        assert list(stored.docs) == sorted({*chain.from_iterable(lists[name].values())})
        everything = [
            sorted(chain.from_iterable(at.get(doc, []) for at in lists[name].values())) for doc in range(POSTS)
        ]
        assert read.occurrences.in_posts(read.part(number), range(POSTS)) == everything
        assert stored.all_positions() == list(filter(None, everything))
        assert [list(stored.positions(doc)) for doc in range(POSTS)] == everything
        for index, (surface, by_post) in enumerate(lists[name].items()):
            of_surface = read.part(number, {index})
            assert read.occurrences.in_posts(of_surface, range(POSTS)) == [by_post.get(doc, []) for doc in range(POSTS)]
            assert read.occurrences.in_posts(of_surface, [3]) == [by_post.get(3, [])]
            found = words.forms(words.find(surface))
            key = next(key for key in found if words.posting_list(key) == (number, index))
            assert found[key] == len(by_post)
            assert words.display_form(key) == (surface.upper() if len(surface) > 2 else surface)
    for run in (range(start, stop) for stop in range(1, len(lists) + 1) for start in range(stop)):
        one_by_one, together = (
            UnionPostings([StoredPostings(read, number) for number in run]),
            ContiguousPostings(read, run),
        )
        assert (together.docs, together.impacts) == (one_by_one.docs, one_by_one.impacts)
        assert list(map(together.positions, range(POSTS))) == list(map(one_by_one.positions, range(POSTS)))
        assert list(together.whole_lists()) == list(one_by_one.whole_lists())
    keys = sorted([*chain.from_iterable(lists.values()), *[name for name in lists if name not in lists[name]]])
    assert [key.decode() for key in words.terms_in(range(len(words)))] == keys
    for prefix in {key[:2] for key in keys}:
        assert [words.term(number).decode() for number in words.with_prefix(prefix)] == [
            key for key in keys if key.startswith(prefix)
        ]
    assert list(words.forms(range(len(words)))) == words.flagged(range(len(words)), FORM)


WORDS = st.text(alphabet="abü", min_size=1, max_size=5)


def places(most: int) -> st.SearchStrategy[list[int]]:
    some = st.lists(st.integers(0, 600) | st.integers(0, most), min_size=1, max_size=6, unique=True).map(sorted)
    return some | st.integers(0, 300).map(lambda start: list(range(start, start + 300)))


def lists(most: int) -> st.SearchStrategy[Written]:
    by_post = st.dictionaries(st.integers(0, POSTS - 1), places(most), min_size=1, max_size=3)
    return st.dictionaries(WORDS, st.dictionaries(WORDS, by_post, min_size=1, max_size=3), min_size=1, max_size=40)


@settings(max_examples=60, deadline=None)
@given(lists(65_535))
def test_narrow(found: Written) -> None:
    check(found, wide=False)


@settings(max_examples=60, deadline=None)
@given(lists(600), st.integers(1, 9))
def test_many_blocks_of_terms(found: Written, terms_per_block: int) -> None:
    """Also of more than one block that are spelled alike."""
    check(found, wide=False, terms_per_block=terms_per_block)


@settings(max_examples=30, deadline=None)
@given(lists(10_000_000))
def test_wide(found: Written) -> None:
    check(found, wide=True)


def test_no_list_at_all() -> None:
    read = written({}, wide=False)
    assert not read.terms.find("word") and not read.terms.with_prefix("w")
    assert not list(read.terms.near("word", 1))


def test_fields_saturate_together() -> None:
    every = [(code, 1_000_000) for code in range(len(SCORED))]
    lengths = [1] * len(SCORED)
    whole = scoring.impact(every, lengths, lengths)
    alone = [scoring.impact([one], lengths, lengths) for one in every]
    assert max(alone) < whole < 0.6 * sum(alone)  # and so no number of fields outdoes a few words more
    assert whole < scoring.MAX_IMPACT  # all fields together have room in the byte
    assert scoring.quantize(whole) < 255
