"""How is an index published: written as files that any host can serve, with the page and the scripts that search them?

What the index holds is written by the engine (`postdex_index.engine.static`); what a reader must know besides comes
from here. Scripts and page are replaced first, the entry file last: who reads the old entry has all that it names.
"""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from postdex_index.engine.hosting import hosted
from postdex_index.engine.static import text_tables
from postdex_index.engine.static.bundle import write_bundle
from postdex_index.engine.static.published_files import ENTRY, FOLDER
from postdex_index.errors import PostdexError
from postdex_index.named_tuple import NamedTuple

from . import page as page_files
from . import parameters, stemmers
from .addresses import Base
from .destination import alone_in, check_folder, check_ours
from .owned_files import UNDER_WAY, content_of, remove, replace, saying_what_failed
from .query_settings import settings_of

if TYPE_CHECKING:
    from postdex_index.engine.static.published_files import Written

    from ..index import Index

#: What lies in a folder of ours beside the entry: page and scripts, some of which a site may do without.
PAGE = (
    "index.html",
    "offline.js",
    "page.js",
    "painter.js",
    "postdex.css",
    "postdex.js",
    "reader.js",
    "second.js",
    "site.css",
)
#: How many files of a kind a usual first query asks for: those of two words, and of ten hits.
_ASKED_FIRST = {"posts": 1, "places": 1, "stemmer": 1, "terms": 2, "titles": 1, "post": 10}


class StaticExport(NamedTuple):
    """What an export is: `data` are the files of the index, `page` the bytes of the scripts and of the page, by
    name, and as a host sends them; how many of all files were written anew, and how many were removed.
    `first_query` is about how many bytes a visitor fetches until the hits of a first query stand."""

    posts: int
    data: Written
    page: Mapping[str, tuple[int, int]]
    written: int
    removed: int
    first_query: int

    @property
    def files(self) -> int:
        """All files."""
        return self.data.files + len(self.page) + 1

    @property
    def bytes(self) -> int:
        """Their bytes."""
        return self.data.bytes + self.data.entry[0] + sum(size for size, _ in self.page.values())


def write(
    index: Index,
    folder: str | os.PathLike[str],
    *,
    base: str = "",
    compress: bool = True,
    dry_run: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> StaticExport:
    """Publish an index as it is now in a folder: a new or empty one, or one of an export before this.

    `base` is where the site is published, else its settings say; without `compress` the files are not gzipped. With
    `dry_run` nothing is written. `progress` is told how many files there are, and their bytes. Raises PostdexError
    where the folder cannot be used, or the index lies on servers.
    """
    origin = check(index, folder, base)
    reader: Any = index.snapshots.opened()  # of the embedded engine
    target = Path(os.path.realpath(folder))
    shown = index.settings._replace(home=index.settings.home or base)
    scripts = page_files.files(index.folder, shown)
    settings = settings_of(index.settings, reader, index.folder)
    new = removed = 0
    with saying_what_failed(target), nullcontext() if dry_run else alone_in(target):
        before = content_of(target / ENTRY)
        if not dry_run:
            new = sum(replace(target / name, content) for name, content in scripts.items())
            removed = sum(remove(target / name) for name in PAGE if name not in scripts)
            for name in PAGE:  # what one left that was killed
                remove(target / (name + UNDER_WAY))
        written = write_bundle(
            reader,
            target,
            parameters=parameters.of_entry(),
            settings=settings,
            site={**page_files.about(index.folder, shown), "origin": origin},
            tables=text_tables.tables(),
            stemmers={language: stemmers.script(language) for language in reader.analyzer.languages},
            compress=compress,
            dry_run=dry_run,
            progress=progress,
        )
    page = {name: (len(content), len(gzip.compress(content, 9))) for name, content in scripts.items()}
    new += content_of(target / ENTRY) != before
    return StaticExport(
        reader.stats().posts,
        written,
        page,
        written.written + new,
        written.removed + removed,
        _first_query(written, page),
    )


def check(index: Index, folder: str | os.PathLike[str], base: str = "") -> str:
    """Raise PostdexError where an index cannot be published in a folder; else what its links begin with that are only
    paths."""
    if hosted(index.engine):
        hint = "have a copy in files: `postdex --index DIR export --engine embedded …`"
        raise PostdexError(f"{index.engine.place} lies on servers, of which no export is made", hint)
    check_folder(folder)
    check_ours(folder, ENTRY, (FOLDER, *PAGE))
    return Base(index.folder, index.settings, base).before_paths()


def form(made: StaticExport) -> dict[str, Any]:
    """What an export is, as JSON has it."""
    kinds = {kind: {"files": files, "bytes": size} for kind, (files, size) in made.data.kinds.items()}
    page = {name: {"bytes": size, "sent": sent} for name, (size, sent) in made.page.items()}
    return {
        "posts": made.posts,
        "files": made.files,
        "bytes": made.bytes,
        "written": made.written,
        "removed": made.removed,
        "first_query": made.first_query,
        "kinds": kinds,
        "page": page,
    }


def _first_query(written: Written, page: Mapping[str, tuple[int, int]]) -> int:
    """About what the first query takes: the reader, the entry, the lists of two words, and the hits."""
    size = page.get("reader.js", (0, 0))[1] + written.entry[1]
    for kind, (files, of_kind) in written.kinds.items():
        count = _ASKED_FIRST.get(kind, 0)
        size += of_kind // files * min(count, files)
    return size
