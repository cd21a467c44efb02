"""How does plain Whoosh read this index? The codec that shows it our arrays as fields, terms and postings.

`whoosh.index.open_dir`, Whoosh's own query parser and its searcher work on an index with it, and find
the same posts for the same words, phrases and prefixes as our reader: it is the oracle of our tests. This is
the only module that imports Whoosh; searching with postdex never does. It reads through `postings.PostingLists`
and `stored_documents.Documents`, and it refuses to write: `index_writer.py` is the only writer.

Which terms a field has and what a typed word becomes is in `field_terms.py`: words typed at Whoosh's parser find
their stems and compounds, quoted ones are exact, a quoted compound is looked for as prose spells it.
"""

from __future__ import annotations

import json
import os
import warnings
from bisect import bisect_left
from collections.abc import Generator, Iterable, Iterator
from itertools import dropwhile, islice
from pathlib import Path
from typing import Any, NoReturn

from ....errors import IndexWriteError
from ....schema import STORED as STORED_FIELDS
from ..read import opening
from ..read.scope import Segment
from ..storage.commits import File, SegmentEntry, Store
from ..storage.whoosh_toc import rows
from .field_terms import FIELDS, PATH, SIMPLIFYING, FieldPostings, FieldTerms, marked, pattern, quoted

with warnings.catch_warnings():
    # Whoosh 2.7.4 is older than these rules of the compiler, which speaks up the first time it sees the files.
    for category in (DeprecationWarning, SyntaxWarning):
        for message in ("invalid escape sequence", '"is(?: not)?" with .* literal'):
            warnings.filterwarnings("ignore", f".*{message}", category, r".*[\\/]whoosh[\\/]")
    from whoosh import fields, formats, index
    from whoosh.analysis import Token, Tokenizer
    from whoosh.codec import base
    from whoosh.filedb.filestore import FileStorage
    from whoosh.matching import LeafMatcher, ListMatcher, ReadTooFar
    from whoosh.reading import TermInfo, TermNotFound

#: What `stored_fields` gives of a post: all that is stored but for what only postdex has a use for.
STORED = {
    field.name: field.attribute for field in STORED_FIELDS if field.name not in ("date_from", "unpublished", "links")
}


def _refuse(*_: Any, **__: Any) -> NoReturn:
    raise IndexWriteError("only postdex writes this index, Whoosh can just read it", "build it with postdex")


# -- what is typed, and what it stands for


class PostTokenizer(Tokenizer):  # type: ignore[misc]
    """Our analysis as a Whoosh analyzer: of posts every term, of a quoted query one word a position."""

    def __call__(
        self, value: str, *, start_pos: int = 0, start_char: int = 0, mode: str = "", **kwargs: Any
    ) -> Iterator[Any]:
        token: Any = Token(mode=mode, **kwargs)
        for term, position, start, stop in quoted(value) if mode == "query" else SIMPLIFYING.tokens(value):
            token.text = token.original = term
            token.pos = start_pos + position
            token.startchar, token.endchar = start_char + start, start_char + stop
            yield token


class WordField(fields.FieldType):  # type: ignore[misc]
    """A field of words: positions, scored, tokenised as ours."""

    def __init__(self, stored: bool = False) -> None:
        super().__init__(formats.Positions(), PostTokenizer(), scorable=True, stored=stored, multitoken_query="and")

    def process_text(self, qstring: str, mode: str = "", tokenize: bool = True, **kwargs: Any) -> Any:
        """The terms of typed text: a marked one for each raw token; of a pattern itself, folded.

        Whether traditional Chinese is made simplified is the segment's to say, but in patterns it always is.
        """
        if mode != "query":
            yield from (token.text for token in self.tokenize(qstring, mode=mode, **kwargs))
        elif tokenize:
            yield from marked(qstring)
        elif qstring:
            yield pattern(qstring)

    def to_bytes(self, value: Any) -> bytes:
        """A term as the index spells it."""
        text = value[0] if isinstance(value, (list, tuple)) else value
        return text if isinstance(text, bytes) else str(text).encode("utf-8", "replace")

    def from_bytes(self, bs: bytes) -> str:
        """A term as text."""
        return bytes(bs).decode("utf-8", "replace")

    # Whoosh's writer asks a field for the terms of a new post, and cleans all fields before it commits.
    index = clean = _refuse


class PathField(fields.ID):  # type: ignore[misc]
    """The path of a post, whole."""

    index = clean = _refuse


def schema() -> Any:
    """The `whoosh.fields.Schema` of every index of ours.

    >>> schema().names()[:4]
    ['aliases', 'authors', 'body', 'categories']
    """
    whoosh_fields: dict[str, Any] = {name: fields.STORED() for name in STORED}
    whoosh_fields |= {name: WordField(stored=name in STORED) for name in FIELDS}
    return fields.Schema(**whoosh_fields | {PATH: PathField(stored=True, unique=True)})


# -- segments


class PostSegment(base.Segment):  # type: ignore[misc]
    """A segment as Whoosh knows it: the name of its file, what the commit says of that, and `all` of its segments."""

    def __init__(self, name: str, size: int, seal: int, posts: int, dead: Iterable[int]) -> None:
        self.indexname = "MAIN"
        self.segid = name.removesuffix(".segment")
        self.compound = False
        self.file = (name, size, seal)
        self.posts = posts
        self.dead = frozenset(dead)
        self.all = [self]

    def codec(self) -> PostCodec:
        """The codec that reads it."""
        return PostCodec()

    def open(self, directory: str) -> Segment:
        """The arrays. A file that is gone is an OSError, at which Whoosh looks for a newer TOC."""
        os.stat(os.path.join(directory, self.file[0]))
        return opening.segment(Store(Path(directory)), SegmentEntry(File(*self.file), self.posts, False, False, ()))

    # Only Whoosh's writers ask a segment for this, each of them first of all.
    doc_count_all = _refuse
    delete_document = _refuse


def segments(text: str) -> list[PostSegment]:
    """The segments that a TOC names, see `whoosh_toc.rows`."""
    post_segments = [PostSegment(*row) for row in json.loads(text)]
    for post_segment in post_segments:
        post_segment.all = post_segments
    return post_segments


class PostCodec(base.Codec):  # type: ignore[misc]
    """Opens our segments for Whoosh."""

    def terms_reader(self, storage: Any, segment: PostSegment) -> PostTerms:
        """Its terms; a word has the stems that it has in any language of the index."""
        languages = {language for part in segment.all for language in part.open(storage.folder).languages(part.dead)}
        return PostTerms(segment.open(storage.folder), tuple(languages))

    def per_document_reader(self, storage: Any, segment: PostSegment) -> PostDocuments:
        """Its posts."""
        return PostDocuments(segment.open(storage.folder), segment.dead)

    per_document_writer = field_writer = postings_writer = postings_reader = new_segment = _refuse


# -- terms and postings


class PostTerms(base.TermsReader):  # type: ignore[misc]
    """The terms of a segment, field by field."""

    def __init__(self, segment: Segment, languages: tuple[str, ...]) -> None:
        self._terms = FieldTerms(segment, languages)

    def __contains__(self, term: tuple[str, bytes]) -> bool:
        return self._terms.postings(*term) is not None

    def indexed_field_names(self) -> list[str]:
        """The fields that have terms."""
        return list(FIELDS)

    def terms(self) -> Iterator[tuple[str, bytes]]:
        """Every (field, term), sorted."""
        return self.terms_from("", b"")

    def terms_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[str, bytes]]:
        """Every (field, term) from this one on."""
        for name in dropwhile(lambda name: name < fieldname, FIELDS):
            yield from ((name, word) for word in self._terms.beginning(name, prefix if name == fieldname else b""))

    def items(self) -> Iterator[tuple[tuple[str, bytes], Any]]:
        """Every term with its numbers."""
        return self.items_from("", b"")

    def items_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[tuple[str, bytes], Any]]:
        """Every term from this one on with its numbers."""
        return ((term, self.term_info(*term)) for term in self.terms_from(fieldname, prefix))

    def term_info(self, fieldname: str, text: bytes) -> Any:
        """The numbers of a term; raises KeyError if there is none."""
        postings = self._terms.postings(fieldname, text)
        if postings is None:
            raise KeyError((fieldname, text))
        return _info(postings)

    def matcher(self, fieldname: str, text: bytes, format_: Any, scorer: Any = None) -> PostMatcher:
        """The postings of a term; raises Whoosh's TermNotFound if there are none."""
        postings = self._terms.postings(fieldname, text)
        if postings is None:
            raise TermNotFound(f"no term {fieldname}:{text!r}")
        return PostMatcher(postings, format_, (fieldname, text), scorer)

    def cursor(self, fieldname: str, fieldobj: Any) -> PostCursor:
        """A cursor over the terms of a field."""
        return PostCursor(self._terms, fieldname, fieldobj)


def _info(entry: FieldPostings) -> Any:
    """The numbers of a term; new each time, as Whoosh changes them."""
    shortest, longest, most = min(entry.lengths), max(entry.lengths), max(entry.weights)
    return TermInfo(
        sum(entry.weights), len(entry.docs), shortest, longest, most, minid=entry.docs[0], maxid=entry.docs[-1]
    )


class PostMatcher(LeafMatcher, ListMatcher):  # type: ignore[misc]
    """Walks the postings of one term. They are one block for Whoosh's skipping by quality."""

    _i: int
    _term: Any

    def __init__(self, entry: FieldPostings, format_: Any, term: tuple[str, bytes], scorer: Any, at: int = 0) -> None:
        super().__init__(entry.docs, entry.weights, position=at, term=term, terminfo=_info(entry))
        self._entry = entry
        self.format = format_
        self.scorer = scorer

    def copy(self) -> PostMatcher:
        """Another one, at the same place."""
        return PostMatcher(self._entry, self.format, self._term, self.scorer, self._i)

    def all_ids(self) -> Generator[int, Any, None]:
        """The posts from here on."""
        yield from islice(self._ids, self._i, None)

    def next(self) -> None:
        """Go to the next posting."""
        if not self.is_active():
            raise ReadTooFar
        self._i += 1

    def skip_to(self, id: int) -> None:
        """Go to the first posting of this post or a later one."""
        if not self.is_active():
            raise ReadTooFar
        self._i = bisect_left(self._ids, id, self._i)

    def skip_to_quality(self, minquality: float) -> Any:
        """Go to a better block, of which there is none."""
        if self.block_quality() > minquality:
            return 0
        self._i = len(self._ids)
        return 1

    def value(self) -> bytes:
        """The posting as bytes of Whoosh's format."""
        encoded: bytes = self.format.encode(self._entry.places[self._i])
        return encoded

    def value_as(self, astype: str) -> Any:
        """The posting in one of the forms that its format has, positions without going through bytes."""
        places = self._entry.places[self._i]
        return list(places) if astype == "positions" and places else super().value_as(astype)


class PostCursor(base.FieldCursor):  # type: ignore[misc]
    """Walks the terms of a field, for Whoosh's fuzzy queries."""

    def __init__(self, terms: FieldTerms, fieldname: str, fieldobj: Any) -> None:
        self._terms = terms
        self._fieldname = fieldname
        self._field = fieldobj
        self.first()

    def first(self) -> str | None:
        """Go to the first term; as all of them, returns the term it then stands on, None at the end."""
        return self.find(b"")

    def find(self, string: str | bytes) -> str | None:
        """Go to this term or the next one."""
        self._words = self._terms.beginning(self._fieldname, self._field.to_bytes(string))
        return self.next()

    def next(self) -> str | None:
        """Go to the next term."""
        word = next(self._words, None)
        self._word = word
        self._text: str | None = None if word is None else self._field.from_bytes(word)
        return self._text

    def text(self) -> str | None:
        """The term it stands on."""
        return self._text

    term = text

    def term_info(self) -> Any:
        """The numbers of the term."""
        postings = self._word is not None and self._terms.postings(self._fieldname, self._word)
        return _info(postings) if postings else None

    def is_valid(self) -> bool:
        """Whether it stands on a term."""
        return self._word is not None


# -- posts


class PostDocuments(base.PerDocumentReader):  # type: ignore[misc]
    """The posts of a segment: which were deleted, how long their fields are, what is stored of them."""

    def __init__(self, segment: Segment, dead: frozenset[int]) -> None:
        self._segment = segment
        self._dead = dead
        self._lengths = FieldTerms(segment).lengths

    def doc_count(self) -> int:
        """Posts that were not deleted."""
        return self._segment.posts - len(self._dead)

    def doc_count_all(self) -> int:
        """Posts, deleted ones too."""
        return self._segment.posts

    def has_deletions(self) -> bool:
        """Whether posts were deleted."""
        return bool(self._dead)

    def is_deleted(self, docnum: int) -> bool:
        """Whether a post was deleted."""
        return docnum in self._dead

    def deleted_docs(self) -> frozenset[int]:
        """The posts that were deleted."""
        return self._dead

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        """The words in a field of a post."""
        return self._lengths(fieldname)[docnum]

    def field_length(self, fieldname: str) -> int:
        """The words in a field of all posts."""
        return sum(self._lengths(fieldname))

    def min_field_length(self, fieldname: str) -> int:
        """The words in the shortest field."""
        return min(self._lengths(fieldname))

    def max_field_length(self, fieldname: str) -> int:
        """The words in the longest field."""
        return max(self._lengths(fieldname))

    def stored_fields(self, docnum: int) -> dict[str, Any]:
        """What is stored of a post, see `STORED`."""
        stored = self._segment.documents.fields(docnum)
        return {name: stored[attribute] for name, attribute in STORED.items()}


# -- opening without a pickle


class PostIndex(index.FileIndex):  # type: ignore[misc]
    """A `whoosh.index.FileIndex` that takes the schema from code and the segments from our commit."""

    def __init__(self, directory: Path) -> None:
        self._store = Store(directory)
        self._schema = schema()
        self.storage = FileStorage(str(directory), readonly=True)
        self.indexname = "MAIN"
        self._read_toc()

    def latest_generation(self) -> int:
        """The number of the newest commit."""
        return max(self._store.generations(), default=-1)

    def last_modified(self) -> float:
        """When it was made."""
        return os.stat(self._store.directory / f"commit-{self.latest_generation():06}").st_mtime

    def _read_toc(self) -> Any:
        commit = opening.newest(self._store).commit
        return index.TOC(self._schema, segments(rows(commit.segments)), commit.generation)

    def reader(self, reuse: Any = None) -> Any:
        """A reader of the newest commit. Nothing is reused: Whoosh's way of that brings deleted posts back."""
        return super().reader()

    create = writer = _refuse


def open_index(directory: Path) -> PostIndex:
    """The newest commit as a Whoosh index; unlike `whoosh.index.open_dir` this runs no pickle that lies there.

    Raises `IndexMissingError`, `IndexDamagedError`, `IndexVersionError`.
    """
    return PostIndex(directory)
