"""Where are the problems of a commit? In a document of their own, which stays the same while they do."""

from __future__ import annotations

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ....errors import IndexDamagedError, Remedy
from ....model import Problem
from ..cluster.answers import NoSuchDocument
from ..cluster.bulk import BulkItem
from .commit import PROBLEMS, SiteCommit

if TYPE_CHECKING:
    from ..cluster.connection import Cluster


def read(cluster: Cluster, commit: SiteCommit) -> list[Problem]:
    """The problems that a commit carries. Raises IndexDamagedError."""
    if not commit.contents.problems:
        return []
    path = f"/{commit.index}/_doc/{commit.contents.problems}"
    try:
        content = zlib.decompress(b64decode(cluster.read("GET", path)["_source"]["commit"]["problems"]))
        return [Problem(*row) for row in json.loads(content)]
    except (NoSuchDocument, zlib.error, ValueError, TypeError, KeyError, RecursionError) as error:
        raise IndexDamagedError(
            "the problems of the posts are lost", Remedy.REBUILD_ALL, path=cluster.place + path
        ) from error


def item(problems: Iterable[Problem], since: int) -> BulkItem | None:
    """The document of problems that were found for a commit; None if there are none."""
    rows = [list(problem) for problem in problems]
    if not rows:
        return None
    content = b64encode(zlib.compress(json.dumps(rows).encode())).decode()
    return BulkItem(f"{PROBLEMS}.{since}", {"kind": PROBLEMS, "since": since, "commit": {"problems": content}})
