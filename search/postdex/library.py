"""How does a program search a folder of posts? `postdex.open(folder)` and the `Index` it gives.

One search is one straight line: bring the index up to the files, read the query, join what is
misspelt, let the engine match and score, re-rank the first fifty by closeness, and make hits of
the page that was asked for (`hits`). Faces (command line, service) stand on this file alone.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Concatenate, Literal, NamedTuple, ParamSpec, TypeAlias, TypeVar

from postdex_index import build, config, embedded
from postdex_index.engine import Document, Reader, Word
from postdex_index.errors import (
    FolderError,
    IndexDamagedError,
    IndexMissingError,
    NotFoundError,
    PostdexError,
    StaleError,
)
from postdex_index.model import IndexState, Problem

from . import arguments, suggest, syntax, why
from .answers import Asked, Page, Results, all_of, answer, nothing
from .arguments import Day, Texts
from .places import check_unasked, index_directory
from .why import Verdict

if TYPE_CHECKING:
    from postdex_index.watch import Watching

    from .checkup import Status

__all__ = ["Index", "Results", "Verdict", "open"]

Refresh: TypeAlias = Literal["auto", "never", "require"]
Sort: TypeAlias = Literal["score", "date", "updated", "title"]
Units: TypeAlias = Literal["posts", "sections"]
Given = ParamSpec("Given")
Found = TypeVar("Found")

#: How long a first build waits for another process that may just be doing it.
_WAIT_S = 60.0

#: A file system may tell the time of a change no finer than this (FAT: 2 s), so that a second one shows no other time.
_COARSE_NS = 3_000_000_000


class _Snapshot(NamedTuple):
    """What one search looks at: an open reader, and how it stands to the files."""

    reader: Reader
    generation: int
    freshness: build.Freshness

    @property
    def state(self) -> IndexState:
        """As results tell it."""
        fresh, changed, _ = self.freshness
        return IndexState(self.generation, self.reader.stats().posts, fresh, changed)


def open(
    folder: str | os.PathLike[str] = ".",
    *,
    index: str | os.PathLike[str] | None = None,
    refresh: Refresh = "auto",
    create: bool = True,
) -> Index:
    """The index of a folder of posts; built now if there is none and `create` is true.

    `index` is where it lies (`.postdex` in the folder by default). With `refresh="auto"` each search first
    brings it up to the files, as far as that is quickly done; "require" makes a search fail rather than answer
    from an older index; "never" leaves it as it is. An index that is damaged so that none of its commits can be
    used is built anew, with "never" it is an IndexDamagedError. Raises FolderError, ConfigError, IndexMissingError.

    >>> with open("posts") as ix:
    ...     ix.search("SMC fallback").hits[0].path
    '2022/refcount-bug.md'
    """
    opened = Index(folder, index=index, refresh=refresh)
    try:
        usable = opened.exists
    except IndexDamagedError:
        if refresh == "never":
            raise
        usable, create = False, True
    if not usable:
        if not create:
            raise IndexMissingError("there is no index yet", "run `postdex index`", path=str(opened.directory))
        opened.refresh(wait=_WAIT_S)
    return opened


def _reading(method: Callable[Concatenate[Index, Given], Found]) -> Callable[Concatenate[Index, Given], Found]:
    """A method that reads the index: if a segment is why it fails, that is said."""

    @wraps(method)
    def call(self: Index, /, *arguments: Given.args, **named: Given.kwargs) -> Found:
        try:
            return method(self, *arguments, **named)
        except Exception as error:
            embedded.blame(self.directory, error)
            raise

    return call


class Index:
    """A searchable folder of posts. Thread-safe; a context manager; holds files open until `close`.

    >>> with open("posts") as ix:
    ...     results = ix.search("refcoutn bug", limit=3)
    >>> results.hits[0].title, results.corrections[0].known[0]
    ('A refcount bug in sk_psock_get', 'refcount')
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        *,
        index: str | os.PathLike[str] | None = None,
        refresh: Refresh = "auto",
    ) -> None:
        """Opens nothing yet: `open` does, and builds the index if there is none."""
        self.folder = Path(folder)
        if not self.folder.is_dir():
            raise FolderError("there is no such folder", "name the folder of the posts", path=str(folder))
        if refresh not in ("auto", "never", "require"):
            raise PostdexError(f"refresh is {refresh!r}", "use auto, never or require")
        self.settings = config.load(self.folder)
        self.directory = index_directory(self.folder, index)
        self._mode = refresh
        self._updating = threading.Lock()
        self._opened: tuple[Reader, int] | None = None
        self._kept: tuple[Reader, tuple[str, ...], Reader] | None = None
        self._listed: tuple[int, int | None] | None = None
        self._closed = False
        self._table: build.Known | None = None
        self._checked: tuple[float, build.Freshness] | None = None
        self._watching: list[Watching] = []

    @property
    def exists(self) -> bool:
        """Whether there is an index that this version can search. Raises IndexDamagedError for one that nobody can."""
        try:
            self._reader()
        except IndexMissingError:
            return False
        return True

    # -- searching

    @_reading
    def search(
        self,
        query: str,
        *,
        limit: int = 10,
        offset: int = 0,
        sort: Sort = "score",
        tags: Texts = (),
        categories: Texts = (),
        after: Day | None = None,
        before: Day | None = None,
        lang: str | None = None,
        drafts: bool = False,
        facets: Texts = (),
        units: Units = "posts",
        prefix_last: bool = False,
        typo: bool = True,
        explain: bool = False,
        section_snippets: bool = False,
        deadline_ms: float | None = 2000,
    ) -> Results:
        """The posts that answer a query (docs/query.md is its language), best first.

        `tags`, `categories`, `after`, `before` and `lang` are filters, all of which must hold; dates may be texts as
        in a query, dates, or datetimes without a zone (the site's is meant). `prefix_last`
        takes the last word as the beginning of one. A search that is not done after `deadline_ms` says so in
        `complete`. Raises QueryError for a query over a limit or an argument that cannot be used, StaleError,
        IndexFault.

        >>> with open("posts") as ix:
        ...     [hit.path for hit in ix.search("tag:sqlite").hits]
        ['2024/sqlite-wal.md']
        """
        arguments.check_numbers(limit, offset, deadline_ms)
        counted = arguments.texts("facets", facets)
        page = Page(limit, offset, sort, units, counted, drafts, explain, section_snippets, deadline_ms).checked()
        narrowing = arguments.narrowing(tags, categories, after, before, lang)
        started = time.perf_counter()
        snapshot = self._current()
        parsed = self._parsed(query, snapshot.reader, all_words=sort != "score", prefix_last=prefix_last)
        if parsed.empty:
            return nothing(query, parsed.warnings, page, snapshot.state, started)
        tree, corrections = suggest.rescue(parsed, snapshot.reader) if typo else (parsed.tree, ())
        if parsed.listing and sort == "score":
            page = page._replace(sort="date")
        tree = all_of(tree, *narrowing)
        asked = Asked(query, tree, suggest.title_key(parsed, corrections), corrections, parsed.warnings)
        results = answer(asked, page, snapshot.reader, snapshot.state, started)
        return results if results.hits else _with_suggestions(results, parsed, snapshot.reader)

    @_reading
    def like(self, path: str, *, limit: int = 10, offset: int = 0) -> Results:
        """The posts that are most like this one, without it. Raises NotFoundError.

        >>> with open("posts") as ix:
        ...     "2022/refcount-bug.md" in [hit.path for hit in ix.like("2022/refcount-bug.md").hits]
        False
        """
        arguments.check_numbers(limit, offset)
        page = Page(limit, offset).checked()
        started = time.perf_counter()
        snapshot = self._current()
        tree = suggest.like(snapshot.reader, _found(snapshot.reader, path))
        asked = Asked("", tree)
        return answer(asked, page, snapshot.reader, snapshot.state, started)

    @_reading
    def suggest(self, text: str, *, limit: int = 10) -> list[Word]:
        """The words that the last word of a text may become, the most frequent first.

        >>> with open("posts") as ix:
        ...     [word.text for word in ix.suggest("the refc", limit=1)]
        ['refcount']
        """
        return suggest.complete(self._current().reader, text, limit)

    @_reading
    def get(self, path: str) -> Document:
        """The stored post: its metadata, sections and their text. Unpublished ones too. Raises NotFoundError.

        >>> with open("posts") as ix:
        ...     ix.get("2022/refcount-bug.md").title
        'A refcount bug in sk_psock_get'
        """
        reader = self._current().reader
        document = reader.document(_found(reader, path))
        for number in range(len(document.sections)):
            document.text(number)  # now, so that damage is said here and not to whoever reads on
        return document

    @_reading
    def explain(self, query: str, path: str) -> Verdict:
        """What the score of a post was made of, or why the query does not find it.

        >>> with open("posts") as ix:
        ...     ix.explain("psock +quicksort", "2022/refcount-bug.md").reasons
        ('it has no quicksort, which is required',)
        """
        snapshot = self._current()
        parsed = self._parsed(query, snapshot.reader)
        tree, corrections = suggest.rescue(parsed, snapshot.reader)
        post = snapshot.reader.find(path)
        if post is None:
            reasons = why.unknown(self.folder, self.directory, self.settings, self._known(), path)
            return Verdict(path, 0, None, tuple(reasons))
        if parsed.empty:
            return Verdict(path, 0, None, parsed.warnings)
        return why.verdict(snapshot.reader, path, post, tree, suggest.title_key(parsed, corrections))

    # -- the index

    def build_unasked(self, *, jobs: int = 1, progress: build.Progress | None = None) -> build.Report:
        """The first build, for somebody who only wanted to search. Raises FolderError where that may be a mistake."""
        check_unasked(self.folder, self.settings)
        return self.refresh(wait=_WAIT_S, jobs=jobs, progress=progress)

    @_reading
    def refresh(
        self,
        *,
        full: bool = False,
        wait: float = 10.0,
        dry_run: bool = False,
        jobs: int = 1,
        progress: build.Progress | None = None,
    ) -> build.Report:
        """Bring the index up to the files in one commit, however much that is; see `postdex_index.build.refresh`.

        >>> with open("posts") as ix:
        ...     ix.refresh(dry_run=True).added
        ()
        """
        with self._updating:
            return build.refresh(
                self.folder,
                self.directory,
                self.settings,
                wait=wait,
                full=full,
                dry_run=dry_run,
                jobs=jobs,
                progress=progress,
            )

    @_reading
    def status(self) -> Status:
        """The index as it stands, without changing it."""
        from . import checkup

        return checkup.status(self.folder, self.directory, self.settings, self._reader()[0], self._known())

    @_reading
    def problems(self) -> list[Problem]:
        """What was skipped, is unpublished, lost something, or has the address of another post; by path and line."""
        from . import checkup

        return checkup.problems(self.directory, self._reader()[0])

    def watch(
        self,
        *,
        on_report: Callable[[build.Report], None] = lambda report: None,
        on_error: Callable[[PostdexError], None] = lambda error: None,
        polling: bool = False,
        jobs: int = 1,
    ) -> Watching:
        """Keep the index as new as the files, in a thread of its own, until `stop()` of what this returns (a
        context manager) or `close` of the index. The functions are called in that thread; see `postdex_index.watch`.

        >>> with open("posts") as ix, ix.watch() as watching:
        ...     watching.running
        True
        """
        from functools import partial

        from postdex_index.watch import Watching, watch

        run = partial(watch, self.folder, self.directory, self.settings, on_report=on_report, on_error=on_error)
        watching = Watching(partial(run, reload=self._reload, turn=self._updating, polling=polling, jobs=jobs))
        self._watching.append(watching)
        return watching

    def _reload(self) -> config.Settings:
        self.settings = config.load(self.folder)
        return self.settings

    def close(self) -> None:
        """Let go of the index; searches that are under way end undisturbed."""
        for watching in self._watching:
            watching.stop()
        self._opened = self._kept = None
        self._closed = True

    def __enter__(self) -> Index:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        self.close()

    # -- the snapshot of a search

    def _current(self) -> _Snapshot:
        """The newest commit, after it was brought up to the files as far as `refresh` says."""
        freshness = self._caught_up() if self._mode != "never" else build.Freshness(False, 0)
        if self._mode == "require" and not freshness.fresh:
            changed = f"{freshness.changed_files:,} files" if freshness.changed_files else "the settings"
            said = f"the index is older than the posts ({changed} changed)"
            raise StaleError(said, "run `postdex index`", path=str(self.folder))
        reader, generation = self._reader()
        return self._leaving_out(_Snapshot(reader, generation, freshness))

    def _leaving_out(self, snapshot: _Snapshot) -> _Snapshot:
        """Less the posts whose files are gone: their removal could not be committed just now."""
        gone = snapshot.freshness.gone
        if not gone:
            return snapshot
        kept = self._kept
        if kept is None or kept[:2] != (snapshot.reader, gone):
            kept = self._kept = snapshot.reader, gone, snapshot.reader.without(gone)
        return snapshot._replace(reader=kept[2])

    def _reader(self) -> tuple[Reader, int]:
        """The reader of the newest commit. A former one is not closed here: other threads may still read in it."""
        if self._closed:
            raise PostdexError("this index was closed", "open it again")
        generation = self._generation()
        opened = self._opened
        if opened is None or opened[1] != generation:
            reader = embedded.open_reader(self.directory)
            opened = self._opened = reader, reader.stats().generation
        return opened

    def _generation(self) -> int | None:
        """The number of the newest commit; its folder is listed only if it changed since, or just now."""
        try:
            changed_ns = os.stat(self.directory).st_mtime_ns
        except OSError:
            return embedded.generation(self.directory)
        listed = self._listed
        if listed is None or listed[0] != changed_ns:
            listed = changed_ns, embedded.generation(self.directory)
            if time.time_ns() - changed_ns > _COARSE_NS:
                self._listed = listed
        return listed[1]

    def _caught_up(self) -> build.Freshness:
        """How the index stands to the files now; of threads that ask at the same time one looks for all."""
        asked = time.monotonic()
        with self._updating:
            if self._checked is None or self._checked[0] < asked:
                began = time.monotonic()
                known = self._known()
                self._checked = began, build.catch_up(self.folder, self.directory, self.settings, known)
            return self._checked[1]

    def _known(self) -> build.Known:
        """The post table of the newest commit, read again only when there is a newer one."""
        generation = embedded.generation(self.directory)
        if self._table is None or self._table.generation != generation:
            self._table = build.known(self.directory)
        return self._table

    # -- reading what people typed

    def _parsed(
        self, query: str, reader: Reader, *, all_words: bool = False, prefix_last: bool = False
    ) -> syntax.Parsed:
        return syntax.parse(
            arguments.text("query", query),
            languages=reader.stats().languages or ("en",),
            all_words=all_words,
            prefix_last=prefix_last,
            known=lambda term: reader.holds(term) > 0,
            simplify=self.settings.simplify,
        )


def _with_suggestions(results: Results, parsed: syntax.Parsed, reader: Reader) -> Results:
    """Nothing was found: say which known words are near to those that were not to be corrected."""
    meant = suggest.did_you_mean(parsed, reader)
    said = tuple(f"no post has {word}; did you mean {' or '.join(known)}?" for word, known in meant)
    return results._replace(warnings=results.warnings + said)


def _found(reader: Reader, path: str) -> int:
    post = reader.find(arguments.text("path", path))
    if post is None:
        raise NotFoundError("no post of the index has this path", "paths are relative to the folder", path=path)
    return post
