"""How does a program search a folder of posts? With the `Index` that `postdex.open(folder)` gives.

A search brings the index up to the files (`snapshots`) and answers from what is there then (`answering`). Faces
(command line, service) stand on this file.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Self, Unpack

from postdex_index import engines, forks, native, paths, settings
from postdex_index.document import Document
from postdex_index.engine.api import Engine, IndexedWord
from postdex_index.engine.hosting import hosted
from postdex_index.errors import IndexMissingError, PostdexError
from postdex_index.model import Problem
from postdex_index.public import public
from postdex_index.update import refresh as build

from . import answering
from .index_location import index_directory, posts_folder
from .methods import named, reading
from .request import FACETS, REFRESH, LineArguments, Refresh, SearchArguments, SearchRequest, check_text, documented
from .result_set import Results
from .site_clock import SiteClock
from .snapshots import Snapshots

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from postdex_index.update.watch import Watching

    from .diagnostics import Status
    from .links.ends import PostLink
    from .results.explain import Verdict
    from .results.lines import Lines
    from .results.values import FieldCounts

__all__ = ["Index", "Results"]

#: How long a build waits for another writer; a first one longer, for another process that may just be doing it.
WAIT_S, FIRST_BUILD_WAIT_S = 10.0, 60.0


@public
class Index:
    """A searchable folder of posts. Thread-safe; a context manager; holds files open until `close`.

    `snapshots` answers what its searches look at; the service gives it others.

    >>> with Index("posts") as ix:
    ...     results = ix.search("refcoutn bug", limit=3)
    >>> results.hits[0].title, results.corrections[0].known[0]
    ('A refcount bug in sk_psock_get', 'refcount')
    """

    #: What else ends with it.
    on_close: Callable[[], object] | None = None

    def __init__(
        self,
        folder: str | os.PathLike[str],
        *,
        index: str | os.PathLike[str] | None = None,
        refresh: Refresh = "auto",
        engine: str | None = None,
        synonyms: settings.TextTable | None = None,
    ) -> None:
        """Opens nothing yet; `open` does, and builds the index if need be. `engine` and `synonyms` are settings."""
        self._folder = posts_folder(folder)
        if refresh not in REFRESH:
            raise PostdexError(f"refresh is {refresh!r}", "use auto, never or require")
        #: of an index of several sites the index of each, by name
        self.sites: dict[str, Index] = {}
        self._given: dict[str, object] = {"engine": engine, "synonyms": synonyms}
        self.settings = self._reload()
        self.engine: Engine = engines.make(self._folder, index_directory(self._folder, index), self.settings)
        servers = hosted(self.engine)
        if servers and servers.sites:  # no folder has the posts of all of them
            refresh = "never"
        self.snapshots = Snapshots(self._folder, self.engine, refresh)
        native.log_refusal()
        self._watching: list[Watching] = []

    @property
    def folder(self) -> Path:
        """The folder of the posts, as it was named."""
        with forks.barred:
            from pathlib import Path

        return Path(self._folder)

    @property
    def in_force(self) -> settings.Settings:
        """The settings that searches go by."""
        return self.settings

    def file(self, path: str) -> str:
        """Where the file of a post is, whether it is there or not: in the folder as that was named."""
        return paths.plain(os.path.join(self._folder, path))

    @property
    def exists(self) -> bool:
        """Whether there is an index that this version can search. Raises IndexDamagedError for one that nobody can."""
        try:
            self.snapshots.opened()
        except IndexMissingError:
            return False
        return True

    @property
    def other_folder(self) -> str | None:
        """The folder that the index was last made of, where that is another one ("" if nobody knows); else None.

        Such an index is rebuilt by whoever searches next, and its paths are those of the other folder until then.
        """
        made_of = self.engine.made_of()
        same = made_of and os.path.realpath(made_of) == os.path.realpath(self._folder)
        return None if same else made_of

    # -- searching

    @documented
    def search(self, query: str, **arguments: Unpack[SearchArguments]) -> Results:
        """The posts that answer a query (docs/query.md is its language), best first.

        All filters must hold. A search that is not done after `deadline_ms` says so in `complete`.
        Raises QueryError for a query over a limit or an argument that cannot be used, StaleError, IndexFault.

        >>> with Index("posts") as ix:
        ...     [hit.path for hit in ix.search("tag:sqlite").hits]
        ['2024/sqlite-wal.md']

        The arguments, by name only:
        """
        return self.answer(SearchRequest.of(query, **arguments))

    async def asearch(self, query: str, **arguments: Unpack[SearchArguments]) -> Results:
        """`search` in a thread, so that an event loop of asyncio goes on meanwhile. Who is cancelled waits no longer;
        the thread ends with the search, after `deadline_ms` at the latest.

        >>> import asyncio
        >>> async def first(query):
        ...     async with Index("posts") as ix:
        ...         return (await ix.asearch(query))[0].path
        >>> asyncio.run(first("SMC fallback"))
        '2022/refcount-bug.md'
        """
        with forks.barred:
            from asyncio import to_thread

        return await to_thread(self.search, query, **arguments)

    @reading
    def answer(self, request: SearchRequest, by: settings.Settings | None = None) -> Results:
        """The results of a request, as `search` gives them; `SearchRequest.of` makes one from the same arguments. `by`
        are the settings that it goes by, None: those in force."""
        started = time.perf_counter()
        view = self.snapshots.current(self.settings)
        return Results(*answering.answer(request, view, by or self.in_force, self.today, started).values())

    @reading
    def like(self, path: str, *, limit: int = 10, offset: int = 0) -> Results:
        """The posts that are most like this one, without it. Raises NotFoundError.

        >>> with Index("posts") as ix:
        ...     "2022/refcount-bug.md" in [hit.path for hit in ix.like("2022/refcount-bug.md").hits]
        False
        """
        started = time.perf_counter()
        request = SearchRequest.of("", limit=limit, offset=offset, deadline_ms=None)
        view = self.snapshots.current(self.settings)
        return Results(*answering.like(path, request, view, started).values())

    @reading
    def suggest(self, text: str, *, limit: int = 10) -> list[IndexedWord]:
        """The words that the last word of a text may become, the most frequent first.

        >>> with Index("posts") as ix:
        ...     [word.text for word in ix.suggest("the refc", limit=1)]
        ['refcount']
        """
        with forks.barred:
            from .query import similar

        request = SearchRequest.of("", limit=limit)
        check_text("text", text)
        return similar.complete(self.snapshots.current(self.settings).reader, text, request.limit)

    @reading
    def get(self, path: str) -> Document:
        """The stored post: its metadata, sections and their text. Unpublished ones too. Raises NotFoundError.

        >>> with Index("posts") as ix:
        ...     ix.get("2022/refcount-bug.md").title
        'A refcount bug in sk_psock_get'
        """
        reader = self.snapshots.current(self.settings).reader
        document = answering.post(reader, path)
        for number in range(len(document.sections)):
            document.text(number)  # now, so that damage is said here and not to whoever reads on
        return document

    @reading
    def links(self, path: str, *, drafts: bool = False) -> list[PostLink]:
        """The links of a post that lead to its own site, by their lines, each with the published post that it leads to
        (with `drafts` with any). Raises NotFoundError.

        >>> import postdex
        >>> with postdex.open(texts={"a.md": "See [the fix](b.md#fix).", "b.md": "# Bug\\n\\n## Fix"}) as ix:
        ...     [(link.line, link.to, link.anchor) for link in ix.links("a.md")]
        [(1, 'b.md', 'fix')]
        """
        with forks.barred:
            from .links import ends

        reader = self.snapshots.current(self.settings).reader
        return ends.links_of(reader, answering.post(reader, path), drafts=drafts)

    @reading
    def backlinks(self, path: str, *, drafts: bool = False) -> list[PostLink]:
        """The links of other published posts (with `drafts` of all) that lead to a post, by path and line. Raises
        NotFoundError."""
        with forks.barred:
            from .links import ends

        reader = self.snapshots.current(self.settings).reader
        return ends.backlinks(reader, answering.post(reader, path), drafts=drafts)

    @reading
    def explain(self, query: str, path: str, *, recency: str | None = None, meaning: bool | None = None) -> Verdict:
        """What a post's score was made of, or why it is not found; `recency` and `meaning` as of a search.

        >>> with Index("posts") as ix:
        ...     ix.explain("psock +quicksort", "2022/refcount-bug.md").reasons
        ('it has no quicksort, which is required',)
        """
        with forks.barred:
            from .results import explain

        request = SearchRequest.of(query, recency=recency, meaning=meaning)
        reader = self.snapshots.current(self.settings).reader
        question, empty = answering.question(request, reader, self.in_force, self.today)
        (document,) = reader.documents([check_text("path", path)])
        if document is None or empty:
            reasons = tuple(self._unknown(path)) if document is None else question.warnings
            return explain.Verdict(path, 0, None, reasons)
        return explain.verdict(reader, document, question)

    def _unknown(self, path: str) -> list[str]:
        """Why a file is not in the index."""
        with forks.barred:
            from .results import explain

        return explain.unknown(self.folder, self.engine, self.settings, self.snapshots.indexed_files(), path)

    def lines(
        self, pattern: str, query: str = "", *, ignore_case: bool = False, **arguments: Unpack[LineArguments]
    ) -> Lines:
        """The lines that a regular expression (RE2's) matches, read as they are asked for, in posts that have all words
        of a query and pass the filters (arguments of `search`). `complete` says whether all were read within
        `deadline_ms` (default None). Raises QueryError for an expression that cannot be read, MissingExtraError.

        >>> with Index("posts") as ix:
        ...     [(line.path, line.line) for line in ix.lines(r"\\w+ = NULL;", tags="linux")]
        [('2022/refcount-bug.md', 49)]
        """
        view = self.snapshots.current(self.settings)
        return answering.lines(pattern, ignore_case, query, arguments, view, self.in_force, self.today)

    # -- what is in it

    def facets(self, query: str = "") -> dict[str, dict[str, int]]:
        """How many of the posts that a query finds have each tag, category and language, and are of each year: the most
        frequent first, of years the last. Without a query all posts are counted.

        >>> with Index("posts") as ix:
        ...     counts = ix.facets("psock")
        >>> counts["tags"]["linux"], counts["lang"], counts["year"]
        (2, {'zh': 1}, {'2022': 2})
        """
        return answering.in_order(self._counts(query, FACETS))

    def tags(self) -> dict[str, int]:
        """Each tag with the number of its posts, the most frequent first.

        >>> with Index("posts") as ix:
        ...     next(iter(ix.tags().items()))
        ('linux', 4)
        """
        return self._counts("", ("tags",))["tags"]

    @reading
    def fields(self) -> list[FieldCounts]:
        """The fields of the site's own, by which a search filters, sorts and counts; first those in the settings."""
        return answering.fields(self.snapshots.current(self.settings).reader)

    def _counts(self, query: str, names: Sequence[str]) -> dict[str, dict[str, int]]:
        return self.search(query, limit=0, facets=names, snippets=False, deadline_ms=None).facets

    @reading
    def __len__(self) -> int:
        """The number of published posts."""
        return self.snapshots.current(self.settings).state.posts

    def __bool__(self) -> bool:
        """True, also of an index without a post: `if index` asks whether there is one, and must not look at files."""
        return True

    @reading
    def __contains__(self, path: object) -> bool:
        """Whether a published post has this path."""
        if not isinstance(path, (str, os.PathLike)):
            return False
        name = os.fspath(path)
        (document,) = self.snapshots.current(self.settings).reader.documents([name])
        return document is not None and not document.unpublished

    @reading
    def __iter__(self) -> Iterator[str]:
        """The paths of the published posts, in their order."""
        return answering.paths(self.snapshots.current(self.settings).reader)

    # -- the index

    @reading
    def refresh(
        self, *, full: bool = False, wait: float = WAIT_S, dry_run: bool = False, jobs: int = 1,
        progress: build.Progress | None = None,
    ) -> build.Report:  # fmt: skip
        """Bring the index up to the files in one commit, however much that is; see
        `postdex_index.update.refresh.refresh`.

        >>> with Index("posts") as ix:
        ...     ix.refresh(dry_run=True).added
        ()
        """
        self.snapshots.check_open()
        with self.snapshots.updating:
            try:
                report = build.refresh(
                    self.folder, self.engine, self.settings,
                    wait=wait, full=full, dry_run=dry_run, jobs=jobs, progress=progress,
                )  # fmt: skip
            finally:
                self.snapshots.committed()
            if not dry_run and self.other_folder is not None:
                self.engine.claim(self.folder)
        return report

    @reading
    def status(self) -> Status:
        """The index as it stands, without changing it."""
        with forks.barred:
            from . import diagnostics

        return diagnostics.status(
            self.folder, self.engine, self.settings, self.snapshots.opened(), self.snapshots.indexed_files()
        )

    @reading
    def problems(self) -> list[Problem]:
        """What was skipped, is unpublished, lost something, or has the address of another post; by path and line."""
        with forks.barred:
            from . import diagnostics

        return diagnostics.problems(self.folder, self.engine, self.snapshots.opened(), self.settings)

    @named
    def watch(
        self,
        *,
        on_report: Callable[[build.Report], None] = lambda report: None,
        on_error: Callable[[PostdexError], None] = lambda error: None,
        polling: bool = False,
        jobs: int = 1,
    ) -> Watching:
        """Keep the index as new as the files, in a thread of its own, until `stop()` of what this returns (a
        context manager) or `close` of the index. The functions are called in that thread; see
        `postdex_index.update.watch`.

        >>> with Index("posts") as ix, ix.watch() as watching:
        ...     watching.running
        True
        """
        from functools import partial

        with forks.barred:
            from postdex_index.update.watch import Watching, watch

        self.snapshots.check_open()
        run = partial(watch, self.folder, self.engine, self.settings, on_report=on_report, on_error=on_error)
        watching = Watching(partial(run, reload=self._reload, turn=self.snapshots.updating, polling=polling, jobs=jobs))
        self._watching.append(watching)
        return watching

    def today(self) -> date:
        """The day that `yesterday` or `30d` counts back from, by the clock of the site (`site_clock`).

        >>> with Index("posts") as ix:
        ...     ix.today().year > 2024
        True
        """
        return self._clock.today(self.settings)

    def _reload(self) -> settings.Settings:
        self._clock = SiteClock(self._folder)
        self.settings = settings.load(self._folder, **self._given)
        return self.settings

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._folder!r}>"

    def _repr_html_(self) -> str:
        """How a notebook shows it: as it lies there, whatever the files say by now."""
        with forks.barred:
            from . import notebook

        try:
            return notebook.of_index(self._folder, *answering.about(self.snapshots.opened()))
        except PostdexError as error:
            return notebook.of_index(self._folder, [str(error)], {})

    def close(self) -> None:
        """Let go of the index; searches that are under way end undisturbed."""
        for watching in self._watching:
            watching.stop()
        self.snapshots.close()
        if self.on_close:
            self.on_close()

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        with forks.barred:
            from asyncio import to_thread

        await to_thread(self.close)  # a watch may be in the middle of a round

    def __enter__(self) -> Self:
        self.snapshots.check_open()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        self.close()
