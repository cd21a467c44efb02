"""Does a published index have for every leaf the posts, impacts and positions that the index has?

The same posts in several segments with deleted ones among them; beside each answer of the reader that of the library,
its posts renumbered. Parts of lists that are files of their own, and chunks of a few entries, come with small limits.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from storage import ANALYZER
from stored_index import StoredIndex
from test_static_format import STAMP

from postdex_index.engine.api import Put
from postdex_index.engine.embedded.engine import EmbeddedEngine
from postdex_index.engine.embedded.read.postings import PostingLists, Sought
from postdex_index.engine.embedded.read.snapshot import Snapshot
from postdex_index.engine.embedded.write import index_writer
from postdex_index.engine.static import post_files, term_files
from postdex_index.model import Code, OwnField, Post, Section, Span
from postdex_index.query import Fuzzy, Leaf, Phrase, Prefix, Synonyms, Term, Wildcard

WORDS = (
    *("shortcode", "shortcodes", "Shortcoded", "short", "dog", "dogs", "dog-s", "dogma", "dogmas", "the", "of", "a"),
    *(
        "liebe",
        "lieben",
        "Lieb",
        "wichtig",
        "import",
        "importe",
        "importance",
        "内核模块",
        "内核",
        "sk_user_data",
        "emoji😀",
    ),
)
TERMS = sorted({token.term for word in WORDS for token in ANALYZER.tokens(word)})
LANGUAGES = ("de", "en")


def drawn_post(random: random.Random, path: str) -> Post:
    """A post of these words."""

    def text(most: int) -> str:
        return " ".join(random.choices(WORDS, k=random.randint(1, most)))

    sections = []
    for number in range(random.randint(0, 3)):
        body = text(60)
        code = (Code(3, len(body) - 1, "c"),) if len(body) > 10 and random.random() < 0.5 else ()
        links = (Span(0, min(len(body), 9)),) if random.random() < 0.5 else ()
        sections.append(Section(number, text(3) if number else "", f"s{number}", 4 * number, body, code, links))
    return Post(
        path,
        text(4),
        tuple(sections),
        url=f"https://a.example/{path}",
        tags=tuple({text(1) for _ in range(2)}),
        lang=random.choice(("en", "de", "de-AT")),
        description=text(5) if random.random() < 0.3 else "",
        unpublished="a draft" if random.random() < 0.1 else "",
        date_seconds=random.choice((None, random.randint(-(10**9), 2 * 10**9))),
        date_from=random.choice(("post", "file")),
        updated_seconds=random.choice((None, random.randint(0, 2 * 10**9))),
        categories=tuple({(text(1), text(1)), (text(1),)}),
        authors=("Ada Lovelace", "丁一")[: random.randint(0, 2)],
        translation=random.choice(("", "one", "two", "three")),
        original=random.random() < 0.3,
        fields=(OwnField("weight", (str(random.randint(1, 9)),)), OwnField("mood", (text(1),))),
        named_fields=("mood",) if random.random() < 0.5 else (),
        boost=random.choice((1, 1, 2.5)),
        pins=(text(1),) if random.random() < 0.2 else (),
    )


def drawn_snapshot(directory: Path, seed: int) -> Snapshot:
    """An index of such posts in several segments, of which some posts were deleted or replaced."""
    drawn = random.Random(seed)
    paths = [f"{drawn.choice('abcé中')}/{number}.md" for number in range(40)]
    writer = EmbeddedEngine(directory).open_writer(analyzer=ANALYZER)
    with writer:
        for batch in (paths[:25], paths[20:35], paths[33:]):
            writer.put([Put(drawn_post(drawn, path), path, STAMP) for path in batch])
            writer.commit()
        writer.delete(paths[5:9])
        writer.commit()
    return EmbeddedEngine(directory).open_reader()


@pytest.fixture(scope="module", params=[1, 2])
def both(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Snapshot, StoredIndex]]:
    """An index and what was published of it."""
    tmp = tmp_path_factory.mktemp("postings")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(index_writer, "to_merge", lambda _: ())
        snapshot = drawn_snapshot(tmp / "index", request.param)
    assert sum(not part.drafts for part in snapshot.parts) > 1 and any(part.dead for part in snapshot.parts)
    with pytest.MonkeyPatch.context() as patched:
        if request.param == 2:
            patched.setattr(term_files, "LEAST", 100)
            patched.setattr(term_files, "WORDS_LEAST", 20)
            patched.setattr(term_files, "APART", 10)
            patched.setattr(term_files, "BLOCK", 20)
            patched.setattr(post_files, "TITLES", 10)
            patched.setattr(post_files, "CHECKS", 7)
            patched.setattr(post_files, "PLACES", (3, 3))
            patched.setattr(post_files, "LINKS", 5)
        stored = StoredIndex(snapshot, tmp / "bundle")
    yield snapshot, stored
    stored.close()


def of_library(snapshot: Snapshot, stored: StoredIndex, leaf: Leaf) -> Any:
    """What the library has for a leaf in all segments together: by post impact and positions; and lists."""
    rows: dict[int, tuple[int, list[int]]] = {}
    whole: set[str] = set()
    partial: dict[str, set[int]] = {}
    for origin, part in enumerate(stored.order.parts):
        lists = part.segment.lists
        postings = lists.postings(Sought(leaf, LANGUAGES))
        if postings is None:
            continue
        numbers = stored.order.numbers[origin]
        for doc, impact in zip(postings.docs, postings.impacts, strict=True):
            if numbers[doc] >= 0:
                rows[numbers[doc]] = impact, list(postings.positions(doc))
        stems = _stems(lists)
        whole |= {stems[number] for number in postings.whole_lists()}
        for number, docs in postings.partial_lists().items():
            live = {numbers[doc] for doc in docs if numbers[doc] >= 0}
            partial.setdefault(stems[number], set()).update(live)
    return rows, whole, partial


def _stems(lists: PostingLists) -> list[str]:
    every = range(len(lists.terms))
    return [
        key.decode()
        for key, flags in zip(lists.terms.terms_in(every), lists.terms.flags(every), strict=True)
        if flags & 2
    ]


def leaves(drawn: random.Random) -> Iterator[Leaf]:
    """Leaves of every kind."""
    fields = ("", "", "", "title", "body", "heading", "code", "tags")
    for term in TERMS:
        yield Term(term)
        yield Term(term, exact=True)
        yield Term(term, drawn.choice(fields), exact=drawn.random() < 0.5)
    for _ in range(120):
        words = tuple(drawn.choices(TERMS, k=drawn.randint(2, 3)))
        yield Phrase(
            words,
            drawn.choice(fields),
            exact=drawn.random() < 0.4,
            slop=drawn.choice((0, 0, 3)),
            outside_links=drawn.random() < 0.3,
        )
        yield Phrase((words[0], words[1][:2]), drawn.choice(fields), prefix=True)
    for pattern in ("s", "short", "内", "do", "", "sk", "zz"):
        yield Prefix(pattern, drawn.choice(fields))
    for pattern in ("*s", "d?g*", "*code*", "i*t*", "内*", "??"):
        yield Wildcard(pattern, drawn.choice(fields))
    for word in ("dogmsa", "shortcods", "libe", "内核"):
        yield Fuzzy(word, 1)
        yield Fuzzy(word, 2, drawn.choice(fields))
    yield Synonyms((Term("dog"), Phrase(("short", "dog")), Prefix("li")))


def test_every_leaf_has_the_same_postings(both: tuple[Snapshot, StoredIndex]) -> None:
    snapshot, stored = both
    found = 0
    for leaf in leaves(random.Random(7)):
        rows, whole, partial = of_library(snapshot, stored, leaf)
        answer = stored.ask("postings", leaf=leaf, languages=LANGUAGES)
        if not rows:
            assert answer is None or not answer["docs"], leaf
            continue
        found += 1
        assert answer["docs"] == sorted(rows), leaf
        assert answer["impacts"] == [rows[doc][0] for doc in answer["docs"]], leaf
        assert answer["positions"] == [sorted(rows[doc][1]) for doc in answer["docs"]], leaf
        # A segment may have all forms of a list that another has more of.
        assert {*answer["whole"]} | {stem for stem, _ in answer["partial"]} <= whole | partial.keys(), leaf
    assert found > 150


def test_what_is_needed_is_said_at_once(both: tuple[Snapshot, StoredIndex]) -> None:
    _, stored = both
    for leaf in leaves(random.Random(9)):
        stored.ask("postings", leaf=leaf, languages=LANGUAGES)
        # Words of a pattern, chunks of terms, parts of lists, places and links: never one after the other.
        assert stored.rounds <= 6, leaf
        assert not [name for name in stored.ask("wanted", leaf=leaf, languages=LANGUAGES) if "positions" not in name]


def test_titles_words_and_counts_are_the_same(both: tuple[Snapshot, StoredIndex]) -> None:
    snapshot, stored = both
    parts = [(part.segment.lists, stored.order.numbers[origin]) for origin, part in enumerate(stored.order.parts)]
    for stem in sorted({stem for lists, _ in parts for stem in _stems(lists)}):
        shares = [
            [numbers[doc], share]
            for lists, numbers in parts
            if stem in (stems := _stems(lists))
            for doc, share in lists.title_coverages(stems.index(stem))
            if numbers[doc] >= 0
        ]
        assert stored.ask("titles", stem=stem) == sorted(shares)
    for term in [*TERMS, "nowhere", "内"]:
        (total,) = snapshot.totals([Term(term, exact=True)])
        assert stored.ask("postsOf", word=term) == total
        form = stored.ask("form", word=term)
        assert (form["posts"] if form else 0) == total
        for name, about in (("near", {"most": 1}), ("near", {"most": 2})):
            near = {(distance, it["term"]) for distance, it in stored.ask(name, word=term, **about)}
            expected = {
                (distance, key)
                for lists, _ in parts
                for distance, number in lists.terms.near(term, about["most"])
                if snapshot.totals([Term(key := lists.terms.term(number).decode(), exact=True)])[0]
            }
            assert near == expected, (term, about)
    for prefix in ("", "s", "short", "内", "zz", "dog"):
        words = snapshot.words(prefix=prefix, limit=1000)
        answer = stored.ask("words", prefix=prefix)
        assert sorted((it["shown"], it["term"], it["posts"]) for it in answer) == sorted(words), prefix
        assert [it["term"] for it in answer] == sorted(it["term"] for it in answer)
    for part in ("o", "code", "内", "zz"):
        expected_words = {word.term for word in snapshot.words(within=part, limit=1000)}
        assert {it["term"] for it in stored.ask("containing", part=part)} == expected_words
