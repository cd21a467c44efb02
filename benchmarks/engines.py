"""Who is measured? postdex pure and native, SQLite FTS5, tantivy and stock Whoosh, each behind the same five methods.

All index the same posts, read from files by postdex's own reader, with the same fields (title, tags, body with the
headings in it), titles weighing double, English stems. All answer with the ten best posts, title and snippet with
the words marked. What an engine is asked in its own language is written here; when and how often is `measuring`.
A class imports its engine when it is made: not all of them need be installed, nor known to a type checker.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from generate import read
from questions import Question

from postdex_index.model import Post

LIMIT = 10
#: About as long as postdex's snippets are (160 characters), in the unit of each engine.
SNIPPET_CHARS, SNIPPET_WORDS = 160, 28
TITLE_WEIGHT = 2.0


class Shown(NamedTuple):
    """A hit as a page would show it; title and snippet are HTML."""

    path: str
    title: str
    snippet: str


class Engine(Protocol):
    """An engine and its index: `folder` has the posts, `directory` the index. `lacks` are kinds it cannot answer."""

    lacks: frozenset[str]

    def __init__(self, folder: Path, directory: Path) -> None: ...

    def build(self, jobs: int) -> None:
        """Read all posts and make the index, durable and searchable; `jobs` processes or threads if it can."""
        ...

    def open(self) -> None:
        """Get ready for searching."""
        ...

    def search(self, question: Question) -> list[Shown]:
        """The ten best posts."""
        ...

    def change(self, path: str) -> None:
        """Read one post again, make the change durable, and search the new state from now on."""
        ...

    def cold(self, word: str) -> list[str]:
        """The arguments of a Python that prints ten hits for a word."""
        ...


class _Fields(NamedTuple):
    """A post as the peers index it."""

    path: str
    title: str
    tags: str
    body: str


def _fields(post: Post) -> _Fields:
    sections = "\n".join(f"{section.heading}\n{section.text}" for section in post.sections)
    return _Fields(post.path, post.title, " ".join(post.tags), sections)


def _all(folder: Path) -> Iterator[_Fields]:
    return map(_fields, read(folder))


def _one(folder: Path, path: str) -> _Fields:
    return _fields(next(read(folder, [path])))


def typed(question: Question) -> str:
    """A question in the language of postdex."""
    text = " ".join(question.words)
    match question.kind:
        case "phrase":
            return f'"{text}"'
        case "prefix":
            return f"{text}*"
        case "filter":
            return f"tag:{question.tag} {text}"
    return text


class Postdex:
    """postdex as a library. Whether files changed is a row of its own, so a search does not look for it."""

    lacks: frozenset[str] = frozenset()
    #: Whether this is postdex with its compiled kernel.
    native = False

    def __init__(self, folder: Path, directory: Path) -> None:
        import postdex
        from postdex.output.wire import to_html

        self.folder, self.directory, self._html = folder, directory, to_html
        self.index = postdex.Index(folder, index=directory, refresh="never")

    def build(self, jobs: int) -> None:
        self._check_kernel()
        self.index.refresh(jobs=jobs)

    def open(self) -> None:
        self._check_kernel()
        assert self.index.exists
        self._known = self.index.engine.file_table()

    def search(self, question: Question) -> list[Shown]:
        html = self._html
        return [
            Shown(hit.path, html(hit.title, hit.title_spans), html(hit.snippet.text, hit.snippet.spans))
            for hit in self.index.search(typed(question), limit=LIMIT).hits
        ]

    def change(self, path: str) -> None:
        from postdex_index.update import refresh

        refresh.refresh(self.folder, self.index.engine, self.index.settings, only={path})
        self._known = self.index.engine.file_table()  # held, as whoever watches a folder does

    def look(self) -> None:
        """Look for files that changed."""
        self.index.refresh()

    def _check_kernel(self) -> None:
        """Raises SystemExit if this process has not the kernel that is to be measured."""
        from postdex_index import native

        if self.native != native.IN_USE:
            raise SystemExit(f"the kernel is {'' if native.IN_USE else 'not '}in use here. {native.REFUSED}")

    def cold(self, word: str) -> list[str]:
        place = ["-C", str(self.folder), "--index", str(self.directory)]
        return ["-m", "postdex", *place, "search", "--no-refresh", word]


class PostdexNative(Postdex):
    """The same with functions of it compiled."""

    native = True


class Fts5:
    """SQLite's full-text index, from the standard library. `rank` is set so that only ten snippets are made."""

    lacks = frozenset({"typo", "chinese"})
    _SEARCH = (
        "SELECT path, highlight(posts, 1, '<mark>', '</mark>'),"
        f" snippet(posts, 3, '<mark>', '</mark>', '…', {SNIPPET_WORDS})"
        f" FROM posts WHERE posts MATCH ? ORDER BY rank LIMIT {LIMIT}"
    )
    _COLD = (
        "import sqlite3, sys\nfor row in sqlite3.connect(sys.argv[1]).execute(sys.argv[2], sys.argv[3:]): print(*row)"
    )

    def __init__(self, folder: Path, directory: Path) -> None:
        import sqlite3

        directory.mkdir(parents=True, exist_ok=True)
        self.folder, self._file = folder, directory / "posts.db"
        self._base = sqlite3.connect(self._file)

    def build(self, jobs: int) -> None:
        tables = (
            "CREATE TABLE paths(path TEXT PRIMARY KEY)",
            "CREATE VIRTUAL TABLE posts USING"
            " fts5(path UNINDEXED, title, tags, body, tokenize = 'porter unicode61 remove_diacritics 2')",
            f"INSERT INTO posts(posts, rank) VALUES('rank', 'bm25(0, {TITLE_WEIGHT}, 1, 1)')",
        )
        with self._base:
            for table in tables:
                self._base.execute(table)
            for post in _all(self.folder):
                self._add(post)

    def _add(self, post: _Fields) -> None:
        row = self._base.execute("INSERT INTO paths VALUES (?)", post[:1]).lastrowid
        self._base.execute("INSERT INTO posts(rowid, path, title, tags, body) VALUES (?, ?, ?, ?, ?)", (row, *post))

    def open(self) -> None:
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "mmap_size = 4294967296"):
            self._base.execute(f"PRAGMA {pragma}").fetchall()

    def search(self, question: Question) -> list[Shown]:
        return [Shown(*row) for row in self._base.execute(self._SEARCH, (self._query(question),))]

    def _query(self, question: Question) -> str:
        match question.kind:
            case "phrase":
                return f'"{" ".join(question.words)}"'
            case "prefix":
                return f"{question.words[0]}*"
        words = ['"' + word.replace('"', '""') + '"' for word in question.words]
        text = (" AND " if question.kind == "all words" else " OR ").join(words)
        return f'tags : "{question.tag}" AND ({text})' if question.tag else text

    def change(self, path: str) -> None:
        with self._base:
            (row,) = self._base.execute("SELECT rowid FROM paths WHERE path = ?", (path,)).fetchone()
            self._base.execute("DELETE FROM paths WHERE rowid = ?", (row,))
            self._base.execute("DELETE FROM posts WHERE rowid = ?", (row,))
            self._add(_one(self.folder, path))

    def cold(self, word: str) -> list[str]:
        return ["-c", self._COLD, str(self._file), self._SEARCH, f'"{word}"']


class Tantivy:
    """tantivy through tantivy-py. `jobs` are its threads; reading the posts is one thread's work in any case."""

    lacks = frozenset({"chinese"})
    _FIELDS = ("title", "tags", "body")
    _HEAP_BYTES = 128_000_000
    _COLD = """
import sys, tantivy
index = tantivy.Index.open(sys.argv[1])
searcher = index.searcher()
query = index.parse_query(sys.argv[2], ["title", "tags", "body"], field_boosts={"title": 2.0})
cut = tantivy.SnippetGenerator.create(searcher, query, index.schema, "body")
for _, address in searcher.search(query, 10).hits:
    found = searcher.doc(address)
    print(found["path"][0], found["title"][0], cut.snippet_from_doc(found).to_html())
"""

    def __init__(self, folder: Path, directory: Path) -> None:
        tantivy = import_module("tantivy")
        directory.mkdir(parents=True, exist_ok=True)
        self.folder, self._directory, self._tantivy = folder, directory, tantivy
        schema = tantivy.SchemaBuilder().add_text_field("path", stored=True, tokenizer_name="raw")
        for field in self._FIELDS:
            schema.add_text_field(field, stored=True, tokenizer_name="en_stem")
        self._schema = schema.build()
        self._index = tantivy.Index(self._schema, path=str(directory))
        self._writer: Any = None

    def build(self, jobs: int) -> None:
        writer = self._index.writer(self._HEAP_BYTES, jobs)
        for post in _all(self.folder):
            writer.add_document(self._tantivy.Document(**post._asdict()))
        writer.commit()
        writer.wait_merging_threads()

    def open(self) -> None:
        self._index.reload()
        self._searcher = self._index.searcher()

    def search(self, question: Question) -> list[Shown]:
        query = self._query(question)
        cut = self._tantivy.SnippetGenerator.create
        titles = cut(self._searcher, query, self._schema, "title")
        bodies = cut(self._searcher, query, self._schema, "body")
        bodies.set_max_num_chars(SNIPPET_CHARS)
        shown = []
        for _, address in self._searcher.search(query, LIMIT).hits:
            found = self._searcher.doc(address)
            title, body = titles.snippet_from_doc(found).to_html(), bodies.snippet_from_doc(found).to_html()
            shown.append(Shown(found["path"][0], title, body))
        return shown

    def _query(self, question: Question) -> Any:
        text = " ".join(question.words)
        fuzzy: dict[str, tuple[bool, int, bool]] = {}
        match question.kind:
            case "phrase":
                text = f'"{text}"'
            case "filter":
                text = f"+tags:{question.tag} +({text})"
            case "prefix":
                fuzzy = dict.fromkeys(self._FIELDS, (True, 0, False))
            case "typo":
                fuzzy = dict.fromkeys(self._FIELDS, (False, 1 if len(text) < 8 else 2, True))
        boosts = {"title": TITLE_WEIGHT}
        return self._index.parse_query(text, list(self._FIELDS), field_boosts=boosts, fuzzy_fields=fuzzy)

    def change(self, path: str) -> None:
        # A program that follows the files keeps its writer; opening one costs threads and a lock.
        self._writer = self._writer or self._index.writer(15_000_000, 1)
        self._writer.delete_documents_by_term("path", path)
        self._writer.add_document(self._tantivy.Document(**_one(self.folder, path)._asdict()))
        self._writer.commit()
        self.open()

    def cold(self, word: str) -> list[str]:
        return ["-c", self._COLD, str(self._directory), word]


class Whoosh:
    """Whoosh as it comes: its own codec, StemmingAnalyzer and highlighter."""

    lacks = frozenset({"chinese"})
    _COLD = """
import sys
from whoosh import highlight, index, qparser
found = index.open_dir(sys.argv[1])
with found.searcher() as searcher:
    parser = qparser.MultifieldParser(["title", "tags", "body"], found.schema, {"title": 2.0}, group=qparser.OrGroup)
    hits = searcher.search(parser.parse(sys.argv[2]), limit=10)
    hits.fragmenter = highlight.ContextFragmenter()
    for hit in hits:
        print(hit["path"], hit["title"], hit.highlights("body", top=1))
"""

    def __init__(self, folder: Path, directory: Path) -> None:
        import warnings

        warnings.filterwarnings("ignore", category=SyntaxWarning)
        warnings.filterwarnings("ignore", category=DeprecationWarning)
        from whoosh import fields, highlight, index, qparser
        from whoosh.analysis import StemmingAnalyzer

        self.folder, self._directory, self._highlight = folder, directory, highlight
        text = fields.TEXT(analyzer=StemmingAnalyzer(), stored=True)
        schema = fields.Schema(path=fields.ID(unique=True, stored=True), title=text, tags=text, body=text)
        directory.mkdir(parents=True, exist_ok=True)
        known = index.exists_in(str(directory))
        self._index = index.open_dir(str(directory)) if known else index.create_in(str(directory), schema)
        boosts = {"title": TITLE_WEIGHT}
        names = ["title", "tags", "body"]
        self._parser = qparser.MultifieldParser(names, self._index.schema, boosts, group=qparser.OrGroup)
        self._parser.add_plugin(qparser.FuzzyTermPlugin())

    def build(self, jobs: int) -> None:
        parallel = {"procs": jobs, "multisegment": True} if jobs > 1 else {}
        writer = self._index.writer(limitmb=128, **parallel)
        for post in _all(self.folder):
            writer.add_document(**post._asdict())
        writer.commit()

    def open(self) -> None:
        self._searcher = self._index.searcher()

    def search(self, question: Question) -> list[Shown]:
        hits = self._searcher.search(self._parser.parse(self._query(question)), limit=LIMIT)
        hits.fragmenter = self._highlight.ContextFragmenter(maxchars=SNIPPET_CHARS, surround=40)
        return [
            Shown(hit["path"], hit.highlights("title") or hit["title"], hit.highlights("body", top=1)) for hit in hits
        ]

    def _query(self, question: Question) -> str:
        text = " ".join(question.words)
        match question.kind:
            case "phrase":
                return f'"{text}"'
            case "prefix":
                return f"{text}*"
            case "typo":
                return f"{text}~{1 if len(text) < 8 else 2}/1"  # the first letter is right, as postdex takes it
            case "filter":
                return f"tags:{question.tag} AND ({text})"
        return text

    def change(self, path: str) -> None:
        writer = self._index.writer()
        writer.update_document(**_one(self.folder, path)._asdict())
        writer.commit()
        self._searcher = self._searcher.refresh()

    def cold(self, word: str) -> list[str]:
        return ["-W", "ignore", "-c", self._COLD, str(self._directory), word]


ENGINES: dict[str, type[Engine]] = {
    "postdex": Postdex,
    "postdex-native": PostdexNative,
    "fts5": Fts5,
    "tantivy": Tantivy,
    "whoosh": Whoosh,
}
