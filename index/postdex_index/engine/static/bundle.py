"""How does a snapshot of an index become files that any host can serve, and a browser can search?

The format is docs/static-format.md. What the upper half knows (parameters, settings, tables of text) it gives as JSON;
the files of a page beside them are not ours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any

from ...paths import StrPath
from ...schema import SCORED
from ..embedded.read.own_columns import LivePosts, stats
from ..embedded.read.scope import languages_of
from ..embedded.read.snapshot import Snapshot
from .encoding import json_bytes
from .merged_lists import MergedLists
from .post_files import put_posts
from .post_order import PostOrder
from .published_files import FOLDER, GRACE_SECONDS, PublishedFiles, Written
from .term_files import Chunks, put_terms, put_words
from .value_files import put_keys, put_orders, put_values

#: A reader of another number has to be fetched anew, or the index exported anew.
FORMAT = 1


def write_bundle(
    snapshot: Snapshot,
    folder: StrPath,
    *,
    parameters: Mapping[str, Any] | None = None,
    settings: Mapping[str, Any] | None = None,
    site: Mapping[str, Any] | None = None,
    tables: Mapping[str, Any] | None = None,
    stemmers: Mapping[str, str] | None = None,
    compress: bool = True,
    dry_run: bool = False,
    grace_seconds: float = GRACE_SECONDS,
    progress: Callable[[int, int], None] | None = None,
) -> Written:
    """Write the published posts of a snapshot into a folder; what lies there already as it should is left.

    `parameters`, `settings` and `site` stand in the entry file, each of the `tables` (by name) is a file, and so is
    each of the `stemmers`, scripts by the language. `compress`
    gzips each file. With `dry_run` nothing is written: what it gives are the sizes. `progress` is called after each
    file with the number of files so far and their bytes. Raises `IndexWriteError`, `IndexDamagedError`.
    """
    files = PublishedFiles(Path(folder), compress=compress, dry_run=dry_run, progress=progress)
    order = PostOrder(snapshot)
    posts = put_posts(order, files)
    lists = MergedLists(order)
    terms, words = put_terms(lists, files), put_words(lists, files)
    entry: dict[str, Any] = {
        "format": FORMAT,
        "content": "",
        "posts": len(order),
        "terms": terms.entries,
        "simplify": all(part.segment.analyzer.simplify for part in order.parts),
        "languages": [*languages_of(order.parts)],
        "all_languages": [*snapshot.stats().languages],
        "averages": [part.segment.lists.averages for part in order.parts],
        "fields": len(SCORED),
        "own_fields": _own_fields(order),
        "suffix": ".gz" if compress else "",
        "files": {
            "terms": _chunks(terms),
            "words": _chunks(words),
            "keys": put_keys(order, files),
            "values": put_values(order, files),
            "orders": put_orders(order, files),
            **{
                kind: {"posts": of_kind.posts, "files": "".join(of_kind.checks)}
                for kind, of_kind in posts._asdict().items()
            },
            "tables": {name: files.put("table", json_bytes(table)) for name, table in sorted((tables or {}).items())},
        },
        "stemmers": {
            language: f"{FOLDER}/stemmer-{files.put('stemmer', script.encode(), '.js')}.js"
            for language, script in sorted((stemmers or {}).items())
        },
        "site": site or {},
        "settings": settings or {},
        "parameters": parameters or {},
    }
    entry["content"] = blake2b(json_bytes(entry), digest_size=8).hexdigest()
    return files.finish(entry, grace_seconds)


def _own_fields(order: PostOrder) -> list[dict[str, Any]]:
    """The fields of the site's own, by name: so a browser knows their kinds without their values."""
    fields = stats([LivePosts(part.segment.columns, part.dead) for part in order.parts])
    return [field._asdict() for field in fields.values()]


def _chunks(chunks: Chunks) -> dict[str, Any]:
    return {"first": chunks.firsts, "files": "".join(chunks.checks)}
