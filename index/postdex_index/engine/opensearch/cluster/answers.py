"""What does an answer of the cluster mean: is it whole, and if not, what is wrong and what is to be done?

A document that is not there and a write that lost are for the caller to judge (`NoSuchDocument`, `Conflict`);
everything else that is not a whole answer is an `EngineUnavailableError`. Nothing here sends anything.
"""

from __future__ import annotations

import json
from typing import Any

from ....errors import EngineUnavailableError
from ....named_tuple import NamedTuple

#: So much is shown of what a server said, in characters.
LONGEST_REASON = 300

LATER = "try again; if it stays so, look at the cluster's health"
MAKE_ROOM = "make room on the disks of the cluster's nodes"

#: What a cluster calls it that an index may not be written, and that none may be made.
BLOCKED = "cluster_block_exception"
BLOCKS = (BLOCKED, "index_create_block_exception")


class NoSuchDocument(Exception):
    """The document is not there, or (`index`) not even its index or alias."""

    def __init__(self, message: str, index: bool = False) -> None:
        super().__init__(message)
        self.index = index


class Conflict(Exception):
    """The document was written by somebody else since it was read, or what was to be made exists."""


class BusyError(EngineUnavailableError):
    """The cluster did not do it, as it has too much to do just now."""


class RefusedError(EngineUnavailableError):
    """The cluster understood the request and will not do it, today or tomorrow; `kind` is its own word for why."""

    def __init__(self, message: str, hint: str, *, kind: str = "", path: str = "") -> None:
        super().__init__(message, hint, path=path)
        self.kind = kind


class ServerError(NamedTuple):
    """An error as the server wrote it, the innermost: its type (`index_not_found_exception`) and its reason."""

    kind: str
    reason: str

    def __str__(self) -> str:
        return ": ".join(filter(None, self))


def server_error(error: object) -> ServerError:
    """The error in an answer, or in an item of one."""
    below = error
    while isinstance(below, dict):
        error = below
        shards = below.get("failed_shards")
        first = shards[0] if isinstance(shards, list) and shards else None
        below = below.get("caused_by") or (first.get("reason") if isinstance(first, dict) else None)
    if not isinstance(error, dict):
        return ServerError("", _shortened(error))
    return ServerError(_shortened(error.get("type")), _shortened(error.get("reason")))


def value(status: int, text: str) -> Any:
    """The value of an answer, if it is one and whole. Raises NoSuchDocument, Conflict, RefusedError,
    EngineUnavailableError."""
    if 300 <= status < 400:  # nobody follows, least of all with credentials
        raise RefusedError(f"it points elsewhere (status {status})", "name the cluster's own address")
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, (dict, list)):
        if status < 500 and status != 429:
            message = f"its answer is not JSON (status {status})"
            raise EngineUnavailableError(message, "does POSTDEX_OPENSEARCH_HOSTS name OpenSearch?")
        raise failure(status, ServerError("", ""))
    if status == 404 and isinstance(answer, dict) and {"found", "result"} & answer.keys():
        raise NoSuchDocument(str(answer.get("_id", "")))
    if not 200 <= status < 300:
        raise failure(status, server_error(answer.get("error") if isinstance(answer, dict) else None))
    if isinstance(answer, dict):
        check_whole(answer)
    return answer


def failure(status: int, error: ServerError) -> Exception:
    """What a status that is no success means, with the error that came with it."""
    what = f"status {status}" + (f", {error}" if any(error) else "")
    if error.kind == "index_not_found_exception" or (status == 404 and any(error)):
        return NoSuchDocument(str(error), index=True)
    if status == 409 or error.kind == "resource_already_exists_exception":
        return Conflict(str(error))
    if error.kind in BLOCKS and status < 500:  # a cluster without a manager blocks, too
        full = "disk" in error.reason or "create-index" in error.reason
        hint = MAKE_ROOM if full else "see why the cluster blocks the index"
        return RefusedError(f"it refuses to write ({what})", hint, kind=BLOCKED)
    if status == 429:
        return BusyError(f"it has too much to do ({what})", "try again in a while")
    if status in (400, 405, 413):
        return RefusedError(f"it refuses the request ({what})", "the log of the cluster may say more", kind=error.kind)
    return EngineUnavailableError(f"it failed ({what})", LATER)


def check_whole(answer: dict[str, Any]) -> None:
    """Raise EngineUnavailableError where parts of an answer are missing: shards that failed, time that ran out, a
    change that not all nodes have heard of, a failed item."""
    shards = answer.get("_shards")
    if isinstance(shards, dict) and "result" not in answer:  # of a single write, copies that failed are left behind
        failed, total = shards.get("failed", 0), shards.get("total", 0)
        if failed or (total and not shards.get("successful", 0)):
            raise EngineUnavailableError(f"{failed or total} of {total} shards failed{_first(shards)}", LATER)
    if answer.get("timed_out"):
        raise EngineUnavailableError("it ran out of time", LATER)
    if answer.get("acknowledged") is False:
        raise EngineUnavailableError("not all of its nodes took a change in time", LATER)
    failures = answer.get("failures")
    if failures:
        raise EngineUnavailableError(f"it failed in part{_first(answer)}", LATER)
    for item in (*_items(answer, "docs"), *_items(answer, "responses")):
        if "error" in item:
            raise failure(item.get("status", 500), server_error(item["error"]))
        check_whole(item)


def _items(answer: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The answers within an answer to several questions."""
    items = answer.get(name)
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _first(answer: dict[str, Any]) -> str:
    """The first of the failures in an answer, to stand behind a message."""
    failures = answer.get("failures")
    first = failures[0] if isinstance(failures, list) and failures else None
    if not isinstance(first, dict):
        return ""
    return f" ({server_error(first.get('reason') or first.get('cause') or first)})"


def _shortened(text: object) -> str:
    line = " ".join(str(text or "").split())
    return line if len(line) <= LONGEST_REASON else line[:LONGEST_REASON] + " …"
