"""Which versions of files does the last commit have, and what do their documents say?"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from ....named_tuple import NamedTuple
from ..cluster.bulk import BulkItem
from ..format.documents import LONGEST_VALUE, document
from ..format.one_post_segment import SEGMENT, content_of, opened
from ..storage.commit import FILE, POST, SiteCommit, document_id, visible
from ..storage.file_stamps import pages
from .groups import GROUP_FIELDS, GroupFields
from .post_facts import PostFacts, facts_of

if TYPE_CHECKING:
    from ..cluster.connection import Cluster

T = TypeVar("T")
#: Documents with their segments that are asked for at once, and paths or keys that are asked for.
_PAGE = 200


class StoredVersion(NamedTuple):
    """A document of a file: its id, the file's path, its stamp with the checksum of the post, the post's segment and
    what that says (of a file with nothing to index neither), and what it says of its group."""

    id: str
    path: str
    stamp: Mapping[str, Any]
    segment: bytes | None
    facts: PostFacts | None
    group: GroupFields


def by_paths(cluster: Cluster, commit: SiteCommit, paths: Iterable[str]) -> Iterator[StoredVersion]:
    """The versions of these files, posts or not."""
    for some in _batches(paths):
        yield from _versions(cluster, commit, {"terms": {"path": some}}, drafts=True)


def by_keys(cluster: Cluster, commit: SiteCommit, keys: Iterable[str]) -> Iterator[StoredVersion]:
    """The published posts that have these translation keys."""
    for some in _batches(keys):
        values = [f"translation\t{key}"[:LONGEST_VALUE] for key in some]
        yield from _versions(cluster, commit, {"terms": {"values": values}}, drafts=False)


def _versions(
    cluster: Cluster, commit: SiteCommit, clause: Mapping[str, Any], *, drafts: bool
) -> Iterator[StoredVersion]:
    query = {"bool": {"filter": [visible(commit, drafts, (POST, FILE) if drafts else (POST,)), clause]}}
    for hit in pages(cluster, commit.index, query, ("path", "stamp", *GROUP_FIELDS), _PAGE, (SEGMENT,)):
        source = hit["_source"]
        segment = content_of(hit)
        facts = facts_of(opened(segment, source["path"])) if segment else None
        group = {name: source[name] for name in GROUP_FIELDS if name in source}
        yield StoredVersion(hit["_id"], source["path"], source["stamp"], segment, facts, group)


def _batches(values: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(values)
    while some := list(islice(rest, _PAGE)):
        yield some


class NewVersion(NamedTuple):
    """What a document is made of: the file's path and stamp, the segment of its post, if it has one, and its group."""

    path: str
    stamp: Mapping[str, Any]
    segment: bytes | None
    group: GroupFields


def item(version: NewVersion, since: int) -> BulkItem:
    """The document of a version that is made for a commit."""
    path, stamp, segment, group = version
    fields: dict[str, Any] = {"kind": FILE, "since": since, "path": path, "stamp": stamp}
    if segment is not None:
        fields = {**document(opened(segment, path)), **fields, "kind": POST, **group}
        fields[SEGMENT] = b64encode(segment).decode()
    return BulkItem(document_id(path, since), fields, path)
