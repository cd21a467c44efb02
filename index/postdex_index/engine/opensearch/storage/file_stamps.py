"""Which files does a commit in the cluster know, and what did they look like here?

The digest of a file is in its document, for all machines; what its stat says is this machine's own and lies in a file
beside the posts, with the digests that were read last, so that only what changed since is asked for. That file is a
cache: without it, or with one that is damaged, the documents are read and each file once.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

from ....errors import IndexDamagedError, IndexWriteError, Remedy
from ....named_tuple import NamedTuple
from ...api import FileStamp, IncludedFile
from ...embedded.format import durable_files
from ...embedded.storage import file_table
from ...embedded.storage.commits import Store
from .commit import FILE, POST, SiteCommit, path_key, visible

if TYPE_CHECKING:
    from ..cluster.connection import Cluster

#: Documents whose stamps are asked for at once.
_PAGE = 5_000


class _Known(NamedTuple):
    """The files of a commit; `born` and `token` tell it and its index from all others."""

    born: str
    generation: int
    token: str
    rows: Mapping[str, FileStamp]


class FileStamps:
    """The file tables of a site, as this machine sees them; `directory` is where the cache lies."""

    def __init__(self, cluster: Cluster, directory: Path, alias: str) -> None:
        self._cluster = cluster
        self._directory = directory
        self._path = directory / f"opensearch-{alias}.files"
        self._known: _Known | None = None

    def table(self, commit: SiteCommit) -> Mapping[str, FileStamp]:
        """The stamp of each file of a commit. Raises IndexDamagedError where documents are missing."""
        known = self._known
        if known is None or known.token != commit.token:
            known = self._read() or known
        if known and known.token == commit.token:
            self._known = known
            return known.rows
        same_index = known and known.born == commit.numbers.born
        if known and same_index and commit.numbers.floor <= known.generation < commit.generation:
            rows = self._followed(known, commit)
        else:
            rows = _with_hints(dict(self._stamps(commit, 0)), known.rows if known else {})
        contents = commit.contents
        if len(rows) != contents.posts + contents.unpublished + contents.files:
            raise IndexDamagedError(
                "documents of the index are missing", Remedy.REBUILD_ALL, path=f"{self._cluster.place}/{commit.index}"
            )
        self._note(commit, rows)
        return rows

    def put(self, commit: SiteCommit, rows: Mapping[str, FileStamp]) -> None:
        """Keep what the files of a commit look like here; made with its folder if need be."""
        with suppress(IndexWriteError):  # a machine without room reads the digests each time
            Store(self._directory).prepare()
        self._note(commit, rows)

    def _followed(self, known: _Known, commit: SiteCommit) -> dict[str, FileStamp]:
        """The files of an earlier commit with what changed since."""
        gone = {
            id.partition(".")[0]
            for died in commit.numbers.dead
            if died.generation > known.generation
            for id in died.ids
        }
        rows = {path: stamp for path, stamp in known.rows.items() if not gone or path_key(path) not in gone}
        rows |= _with_hints(dict(self._stamps(commit, known.generation)), known.rows)
        return rows

    def _stamps(self, commit: SiteCommit, since: int) -> Iterator[tuple[str, FileStamp]]:
        """The files of a commit that were put after another one."""
        query = {"bool": {"filter": [visible(commit, True, (POST, FILE)), {"range": {"since": {"gt": since}}}]}}
        for hit in pages(self._cluster, commit.index, query, ["path", "stamp"], _PAGE):
            yield hit["_source"]["path"], stamp_of(hit["_source"]["stamp"])

    # -- the cache

    def _read(self) -> _Known | None:
        try:
            head, _, content = durable_files.read(self._path)[0].partition(b"\n")
            value = json.loads(head)
            if crc32(content) != value["check"]:
                return None
            rows = {path: stamp for path, stamp in file_table.unpack(content).items() if stamp}
            return _Known(str(value["born"]), int(value["generation"]), str(value["token"]), rows)
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            return None

    def _note(self, commit: SiteCommit, rows: Mapping[str, FileStamp]) -> None:
        known = self._known = _Known(commit.numbers.born, commit.generation, commit.token, rows)
        content = file_table.pack(rows)
        head = {**known._asdict(), "rows": len(rows), "check": crc32(content)}
        new = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        with suppress(OSError):
            with durable_files.create(new) as append:
                append(json.dumps(head).encode() + b"\n" + content)
            durable_files.rename(new, self._path)


def _with_hints(rows: dict[str, FileStamp], known: Mapping[str, FileStamp]) -> dict[str, FileStamp]:
    """Stamps with what is known here of the stats of files that hold the same."""
    for path, stamp in rows.items():
        hint = known.get(path)
        if hint and same_file(hint, stamp):
            rows[path] = hint
    return rows


def pages(
    cluster: Cluster,
    index: str,
    query: Mapping[str, Any],
    fields: Sequence[str],
    size: int,
    values: Sequence[str] = (),
) -> Iterator[dict[str, Any]]:
    """All hits of a filter, ascending by path, with these fields of what is stored, and these doc values."""
    body: dict[str, Any] = {"size": size, "query": {"bool": {"filter": query}}, "_source": list(fields)}
    body |= {"sort": [{"path": "asc"}], "track_total_hits": False, "docvalue_fields": list(values)}
    while True:
        hits: list[dict[str, Any]] = cluster.read("POST", f"/{index}/_search", body)["hits"]["hits"]
        yield from hits
        if len(hits) < size:
            return
        body["search_after"] = hits[-1]["sort"]


def same_file(one: FileStamp, other: FileStamp) -> bool:
    """Whether two stamps are of a file that holds the same, with what it includes, and means the same now."""
    return (one.digest, one.reconsider_at, _included(one)) == (other.digest, other.reconsider_at, _included(other))


def _included(stamp: FileStamp) -> list[tuple[str, bytes]]:
    return [(file.path, file.stamp.digest) for file in stamp.included]


def stamp_document(stamp: FileStamp) -> dict[str, Any]:
    """What a document says of its file."""
    value: dict[str, Any] = {"size": stamp.size, "digest": stamp.digest.hex()}
    if stamp.reconsider_at is not None:
        value["reconsider_at"] = stamp.reconsider_at
    if stamp.included:
        value["included"] = [[file.path, file.stamp.size, file.stamp.digest.hex()] for file in stamp.included]
    return value


def stamp_of(value: Mapping[str, Any]) -> FileStamp:
    """The stamp of a file by its document, without a hint of its stat, so that it is looked into."""
    included = [
        IncludedFile(path, FileStamp(size, 0, 0, 0, bytes.fromhex(digest)))
        for path, size, digest in value.get("included", ())
    ]
    digest = bytes.fromhex(value["digest"])
    return FileStamp(value["size"], 0, 0, 0, digest, value.get("reconsider_at"), False, tuple(included))
