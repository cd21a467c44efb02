"""Is a post that became bytes in a document of the cluster still that post, and is the cluster told all of it?

Without a cluster: the columns of a segment of one post, packed and opened again, are those that the embedded engine
writes; what is changed or cut is an error; every word of a post is in the fields of its document, where it stands.
"""

from __future__ import annotations

import struct
from collections import defaultdict
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from storage import SETTINGS

from postdex_index.content import discovery, reader
from postdex_index.engine.embedded.format.columns import COLUMNS
from postdex_index.engine.embedded.read.candidates import count_lanes
from postdex_index.engine.embedded.read.scope import Part, Scope, Segment
from postdex_index.engine.embedded.write.checkpoints import code_edges, stretches
from postdex_index.engine.embedded.write.field_values import short_texts
from postdex_index.engine.opensearch.format import documents, one_post_segment, schema_mapping
from postdex_index.engine.opensearch.format.averages import FieldLengths, kind_name, kind_of
from postdex_index.engine.opensearch.format.documents import BESIDE, FIELD, GAP, document
from postdex_index.errors import IndexDamagedError
from postdex_index.model import Code, Post, Section, Span
from postdex_index.query import Keyword, Phrase, Prefix, Query, Term
from postdex_index.schema import BODY, CODE, FACETS, HEADING, SCORED, TITLE
from postdex_index.text.analyzer import Analyzer
from postdex_index.text.stemming import stemmer_language, stems

POSTS = Path(__file__).parent.parent / "posts"
ANALYZER = Analyzer(True, ())
AVERAGES = [3.5 + code / 3 for code in range(len(SCORED))]
#: What may stand in a text: words of every kind, and characters that NFKC makes others of, or several.
PIECES = [
    *("running", "runs", "ran", "Running", "dog-s", "C++", "C#", ".NET", "3.14", "don't", "sk_user_data", "UserData"),
    *(
        "utf-8",
        "1,000",
        "python3",
        "内核模块",
        "內核",
        "のデータ",
        "ﾃﾞｰﾀ",
        "한국어",
        "ภาษาไทย",
        "Straße",
        "ﷺ",
        "½",
        "㌀",
        "🙂",
        "⚙️",
    ),
    *(
        "...",
        "|",
        "=",
        "@0",
        "-",
        "~",
        "\x1f",
        "\x1c",
        "\u2028",
        "\u3000",
        "\xa0",
        "e\u0301",
        "שָׁלוֹם",
        "a" * 200,
        "内" * 200,
    ),
    *("'", "’s", "_", "__init__", "x=1", "\u200b", "\ufeff", "\ud800", "\U000e0100", "İ", "ŉ", "ΐ", "ﬁ", "℀", "⑴"),
]
TEXTS = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=6)), max_size=12).map(" ".join)


@st.composite
def _sections(draw: st.DrawFn) -> Section:
    prose, code, more = draw(TEXTS), draw(TEXTS), draw(TEXTS)
    blocks = (Code(len(prose) + 1, len(prose) + 1 + len(code), draw(st.sampled_from(["go", ""]))),) if code else ()
    links = (Span(0, len(prose)),) if prose else ()
    return Section(draw(st.integers(0, 6)), draw(TEXTS), "anchor", 1, f"{prose}\n{code}\n{more}", blocks, links)


@st.composite
def _posts(draw: st.DrawFn) -> Post:
    few = st.lists(TEXTS, max_size=2).map(tuple)
    return Post(
        draw(st.text(min_size=1, max_size=9)), draw(TEXTS), tuple(draw(st.lists(_sections(), max_size=3))),
        date_seconds=draw(st.none() | st.integers(-62135596800, 253402300799)),
        date_from=draw(st.sampled_from(["post", "file"])),
        updated_seconds=draw(st.none() | st.integers(0, 1 << 37)), tags=draw(few), keywords=draw(few),
        categories=draw(st.lists(few, max_size=2).map(tuple)), authors=draw(few),
        lang=draw(st.sampled_from(["", "en", "de", "zh-TW", "xx", "en\t"])), description=draw(TEXTS),
        aliases=draw(few), slug=draw(TEXTS), unpublished=draw(st.sampled_from(["", "draft"])),
    )  # fmt: skip


def example_posts() -> list[Post]:
    """The posts of the example."""
    site = reader.site(POSTS)
    paths = sorted(discovery.walk(POSTS, SETTINGS).files)
    return [post for path in paths if (post := reader.read(POSTS, path, site, SETTINGS).post)]


def _opened(post: Post, analyzer: Analyzer = ANALYZER) -> Segment:
    return one_post_segment.opened(one_post_segment.compiled(post, analyzer, AVERAGES), post.path)


def _check_columns(post: Post, analyzer: Analyzer) -> None:
    columns, meta = one_post_segment.inverted(post, analyzer).columns(AVERAGES)
    file = _opened(post, analyzer).file
    assert file.meta == meta
    for name in COLUMNS:
        written = memoryview(columns[name])
        assert file.column(name).tobytes() == written.tobytes(), name
        assert file.column(name).format == written.format, name


def test_what_is_unpacked_is_what_the_embedded_engine_writes() -> None:
    for post in example_posts():
        _check_columns(post, ANALYZER)


@given(_posts(), st.booleans())
@settings(max_examples=60, deadline=None)
def test_what_is_unpacked_is_what_the_embedded_engine_writes_of_odd_posts(post: Post, simplify: bool) -> None:
    _check_columns(post, Analyzer(simplify, ()))


def test_a_post_longer_than_16_bits_of_positions() -> None:
    post = Post("long.md", "Long", (Section(1, "Long", "long", 1, "word " * 70_000 + "last"),))
    _check_columns(post, ANALYZER)
    assert _opened(post).file.meta["wide"]
    _check_document(post, ANALYZER)


def _terms_by_position(post: Post, segment: Segment, analyzer: Analyzer) -> dict[int, tuple[int, set[str]]]:
    """By position: the field's code, and the terms that stand there as the tokenizer has them."""
    found: defaultdict[int, tuple[int, set[str]]] = defaultdict(lambda: (BODY, set()))

    def put(code: int, text: str, position: int) -> int:
        last = position - 1
        for token in analyzer.tokens(text, code == CODE, position):
            last = token.position
            found[last] = code, found[last][1] | {token.term.encode("utf-8", "replace").decode()}
        return last + 1

    position = 0
    for code, text in short_texts(post):
        position = put(code, text, position) + 1
    stored = segment.documents
    for section, start, body in zip(post.sections, stored.section_start, stored.section_body, strict=True):
        put(HEADING, section.heading, start)
        position = body
        for begin, end, code in stretches(section.text, code_edges(section.code)):
            position = put(code, section.text[begin:end], position)
    return dict(found)


def _check_document(post: Post, analyzer: Analyzer) -> dict[str, Any]:
    segment = _opened(post, analyzer)
    fields = document(segment)
    expected = _terms_by_position(post, segment, analyzer)
    language = stemmer_language(post.lang)
    forms = {term for _, terms in expected.values() for term in terms}
    stem_of = {form: next(iter(stems({form: 0}, language))) for form in forms}
    assert set(fields.get("forms", ())) == forms
    assert {name.replace(documents.DOT, ".") for name in fields.get("stems", {})} == set(stem_of.values())
    assert all(1 <= round(value / documents.IMPACT) <= 255 for value in fields.get("stems", {}).values())
    places = fields.get("places", "").split(" ")
    for position, here in enumerate(places):
        code, terms = expected.get(position, (BODY, set()))
        if not terms:
            assert here in (GAP, "")
            continue
        words = here.split(BESIDE)
        marks = {word for word in words if word.startswith(FIELD)}
        assert marks == (set() if code == BODY else {f"{FIELD}{code}"})
        assert {word[1:] for word in words if word[0] in "=-"} == terms
        assert {word[1:] for word in words if word[0] in "=~"} == {stem_of[term] for term in terms}
    assert len(places) > max(expected, default=-1)
    in_title = {term for code, terms in expected.values() if code == TITLE for term in terms}
    assert {word[1:] for word in fields.get("title_words", ()) if word[0] in "=-"} <= in_title
    return fields


def test_the_cluster_is_told_every_word_of_a_post_where_it_stands() -> None:
    for post in example_posts():
        fields = _check_document(post, ANALYZER)
        assert crc32(ANALYZER.key(post.title).encode()) in fields["title_keys"]
        assert fields["draft"] == bool(post.unpublished)


@given(_posts(), st.booleans())
@settings(max_examples=60, deadline=None)
def test_the_cluster_is_told_every_word_of_an_odd_post(post: Post, simplify: bool) -> None:
    _check_document(post, Analyzer(simplify, ()))


@given(_posts())
@settings(max_examples=60, deadline=None)
def test_no_word_holds_what_divides_words_in_a_field(post: Post) -> None:
    fields = document(_opened(post))
    for word in [*fields.get("forms", ()), *fields.get("stems", ())]:
        bare = word.replace(documents.DOT, ".")
        assert bare
        assert not any(character.isspace() or character < " " or character == BESIDE for character in bare)


def test_values_facets_and_orders_are_those_of_the_columns() -> None:
    for post in example_posts():
        segment = _opened(post)
        fields, columns = document(segment), segment.columns
        for value in fields["values"]:
            name, folded = value.split("\t")
            assert name in ("folded path", "original") or columns.keyword(name, folded)
        for name in FACETS:
            assert set(fields.get(f"facet_{name}", ())) == columns.facet_values(name, 0)
        assert fields.get("date") == (post.date_seconds if post.date_from != "file" else None)
        assert fields["sort_title"] == columns.order("title")[0]
        assert set(fields) <= set(schema_mapping.fields())


@pytest.mark.parametrize("query", [Term("shortcode"), Prefix("ker"), Phrase(("the", "kernel")), Keyword("lang", "en")])
def test_a_post_is_searched_in_memory(query: Query) -> None:
    for post in example_posts():
        scope = Scope([Part(_opened(post), frozenset(), False)])
        fields = document(scope.parts[0].segment)
        matching = count_lanes(scope.matcher.match(query))
        match query:
            case Term(text):
                assert matching == (next(iter(stems({text: 0}, stemmer_language(post.lang)))) in fields["stems"])
            case Prefix(text):
                assert matching == any(form.startswith(text) for form in fields["forms"])
            case Keyword(field, value):
                assert matching == (f"{field}\t{value}" in fields["values"])


def test_every_change_of_the_bytes_is_an_error() -> None:
    content = one_post_segment.compiled(example_posts()[0], ANALYZER, AVERAGES)
    for at in range(len(content)):
        changed = bytes([*content[:at], content[at] ^ (1 << at % 8), *content[at + 1 :]])
        with pytest.raises(IndexDamagedError, match="damaged"):
            one_post_segment.opened(changed, "a.md")
    for stop in range(len(content)):
        with pytest.raises(IndexDamagedError, match="damaged"):
            one_post_segment.opened(content[:stop], "a.md")
    with pytest.raises(IndexDamagedError, match="damaged"):
        one_post_segment.opened(content + b"\0", "a.md")


def test_a_kind_of_few_posts_is_measured_against_all() -> None:
    lengths = FieldLengths()
    posts = [Post(f"{n}.md", "a b" if n else "a b c d", (), unpublished="" if n else "draft") for n in range(1001)]
    for post in posts:
        lengths.add(kind_of(post, ANALYZER), one_post_segment.inverted(post, ANALYZER).field_totals())
    averages = lengths.averages()
    assert averages[kind_name(kind_of(posts[1], ANALYZER))][TITLE] == 2
    assert averages[kind_name(kind_of(posts[0], ANALYZER))][TITLE] == averages["wide"][TITLE] == 2004 / 1001


def test_a_new_field_of_the_schema_is_in_the_mapping() -> None:
    assert {"facet_tags", "facet_year", "sort_title", "sort_date"} <= set(schema_mapping.fields())


def test_where_an_index_differs_is_said() -> None:
    body = schema_mapping.body({"published": AVERAGES}, shards=2, replicas=1)
    index = {"mappings": body["mappings"], "settings": {"index": {**body["settings"]["index"], "uuid": "x"}}}
    assert schema_mapping.differences(index) == []
    assert schema_mapping.is_ours(index)
    assert not schema_mapping.is_ours({"mappings": {"properties": {}}})
    changed = {**index, "mappings": {**body["mappings"], "dynamic": True}}
    assert schema_mapping.differences(changed) == ["dynamic: true, not strict"]


def test_a_post_may_have_very_many_words() -> None:
    """Lucene adds up the features of a post, each the upper 17 bits of its float, and refuses a sum of 32 bits."""
    (bits,) = struct.unpack(">I", struct.pack(">f", 255 * documents.IMPACT))
    assert (bits >> 15) * 300_000 < 2**31
    assert documents.IMPACT > 2.0**-126  # the least that is not refused
