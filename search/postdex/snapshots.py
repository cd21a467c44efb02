"""What does a search look at: which commit, and how does that stand to the files?

An `Index` asks its `Snapshots` and nobody else. Who serves an index in another way gives it views that answer
`newest`, `opened` or `freshness` otherwise (`service.served`); the rest follows from these three.
"""

from __future__ import annotations

import threading
import time

from postdex_index import forks
from postdex_index.engine.api import Engine, FileTable, Identity, Reader
from postdex_index.errors import PostdexError, StaleError
from postdex_index.named_tuple import NamedTuple
from postdex_index.settings import Settings
from postdex_index.update.refresh import Freshness, catch_up

from .request import Refresh
from .results.values import IndexState


class SearchView(NamedTuple):
    """What one search looks at: the open reader of a commit, and how that stands to the files."""

    reader: Reader
    freshness: Freshness

    @property
    def state(self) -> IndexState:
        """As results tell it."""
        fresh, changed, _ = self.freshness
        stats = self.reader.stats()
        return IndexState(stats.generation, stats.posts, fresh, changed, stats.sites)


class Snapshots:
    """The views of one index. Thread-safe. `last` is the reader that was opened last; `updating` is held by whoever
    brings the index up to its files."""

    def __init__(self, folder: str, engine: Engine, refresh: Refresh = "auto") -> None:
        """Opens nothing yet."""
        self.folder = folder
        self.engine = engine
        self.refresh = refresh
        self.updating = threading.Lock()
        self.last: Reader | None = None
        self._closed = False
        self._lessened: tuple[Reader, tuple[str, ...], Reader] | None = None
        self._indexed_files: FileTable | None = None
        self._checked: tuple[float, Freshness] | None = None
        forks.remember(self)

    def begin_anew(self) -> None:
        """In a forked child: nobody brings the index up to its files here."""
        self.updating = threading.Lock()

    def current(self, settings: Settings) -> SearchView:
        """The newest commit, after it was brought up to the files as far as `refresh` says. Raises StaleError."""
        self.check_open()
        freshness = self.freshness(settings)
        if self.refresh == "require" and not freshness.fresh:
            files = f"{freshness.changed_files:,} file{'s' * (freshness.changed_files != 1)}"
            changed = files if freshness.changed_files else "the settings"
            message = f"the index is older than the posts ({changed} changed)"
            raise StaleError(message, "run `postdex index`", path=self.folder)
        reader = self.opened()
        if freshness.missing:
            reader = self._without(reader, freshness.missing)
        return SearchView(reader, freshness)

    def newest(self) -> Identity | None:
        """Which commit is the newest."""
        return self.engine.newest()

    def opened(self) -> Reader:
        """The reader of the newest commit. A former one is not closed here: other threads may still read in it."""
        self.check_open()
        newest = self.newest()
        opened = self.last
        if opened is None or opened.identity != newest:
            opened = self.last = self.engine.open_reader()
        return opened

    def freshness(self, settings: Settings) -> Freshness:
        """How the index stands to the files, which it follows first if that is quickly done; of threads that ask at
        the same time one looks for all."""
        if self.refresh == "never":
            return Freshness(None, 0)
        asked = time.monotonic()
        with self.updating:
            if self._checked is None or self._checked[0] < asked:
                began = time.monotonic()
                self._checked = began, catch_up(self.folder, self.engine, settings, self.indexed_files())
            return self._checked[1]

    def indexed_files(self) -> FileTable:
        """The post table of the newest commit, read again only when there is another one."""
        newest = self.engine.newest()
        if self._indexed_files is None or self._indexed_files.identity != newest:
            self._indexed_files = self.engine.file_table()
        return self._indexed_files

    def check_open(self) -> None:
        """Raise PostdexError after `close`."""
        if self._closed:
            raise PostdexError("this index was closed", "open it again")

    def committed(self) -> None:
        """Something may have been committed just now; nothing is remembered here that would hide it."""

    def close(self) -> None:
        """Let go of the readers; searches that are under way end undisturbed."""
        self.last = self._lessened = None
        self._closed = True

    def _without(self, reader: Reader, missing: tuple[str, ...]) -> Reader:
        """Less the posts whose files are gone: their removal could not be committed just now."""
        lessened = self._lessened
        if lessened is None or lessened[:2] != (reader, missing):
            lessened = self._lessened = reader, missing, reader.without(missing)
        return lessened[2]
