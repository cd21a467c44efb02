"""What does a bulk request consist of, and what became of each of its documents?

Ids make it safe to send one twice: a document is the same each time. Nothing here sends anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ....errors import EngineUnavailableError
from ....named_tuple import NamedTuple
from .answers import LATER, RefusedError, failure, server_error
from .node import json_line

#: What a bulk request holds at most, in bytes and in documents.
BULK_BYTES, BULK_ITEMS = 5_000_000, 1_000


class BulkItem(NamedTuple):
    """A document to be put under an id, or with None the id of one to be deleted; `path` is its post's, for errors."""

    id: str
    document: Mapping[str, Any] | None
    path: str = ""


class BulkLines(NamedTuple):
    """A document of a bulk request, and its lines there."""

    item: BulkItem
    lines: bytes


def batches(items: Iterable[BulkItem]) -> Iterator[list[BulkLines]]:
    """Documents in batches of a size that a cluster takes well; a larger document is alone in its batch."""
    batch: list[BulkLines] = []
    size = 0
    for item in items:
        name = {"_id": item.id}
        lines = (
            json_line({"delete": name})
            if item.document is None
            else json_line({"index": name}) + json_line(item.document)
        )
        if batch and (size + len(lines) > BULK_BYTES or len(batch) == BULK_ITEMS):
            yield batch
            batch, size = [], 0
        batch.append(BulkLines(item, lines))
        size += len(lines)
    if batch:
        yield batch


def item_error(sent: BulkLines, item: Mapping[str, Any]) -> EngineUnavailableError | None:
    """Why a document was not put or deleted, with its post's path; None if it was. A RefusedError is one that it would
    meet again."""
    result = next(iter(item.values()))
    status = result.get("status", 500)
    if status < 300 or (sent.item.document is None and status == 404):
        return None
    error = failure(status, server_error(result.get("error")))
    if not isinstance(error, EngineUnavailableError):
        error = RefusedError(f"it refuses the document ({error})", LATER)
    error.path = sent.item.path
    return error
