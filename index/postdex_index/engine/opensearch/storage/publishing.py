"""How does a commit come to answer, once and for all, whoever else writes and whatever answers are lost?

By a conditional write of its document. A writer first takes a number, which changes the document too: from then on
whoever had taken one before commits nothing, and what he put into the index or is still to put there is never seen.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from ....errors import EngineUnavailableError, IndexFault, IndexWriteError
from ..cluster.answers import Conflict, NoSuchDocument
from .commit import COMMIT, Contents, Died, SiteCommit, Version, newest
from .indices import TO_ALIAS, write_alias

if TYPE_CHECKING:
    from ..cluster.connection import Cluster

#: The version of a commit whose document is not there yet.
UNWRITTEN = Version(-1, 0)
#: Documents that died are kept for readers of older commits for so long, in ns, but not more of them than these: each
#: is named in every search.
KEEP_DEAD_NS, MAX_DEAD = 15 * 60 * 10**9, 2_000
#: So many numbers that came to nothing are named in every search; an index with more is built anew.
MAX_VOID = 1_000


def take(cluster: Cluster, commit: SiteCommit) -> SiteCommit:
    """The same commit with a number taken: that of the documents of the next. Raises IndexWriteError where another
    writer was faster."""
    numbers = commit.numbers
    lost = range(commit.generation + 1, numbers.taken + 1)
    numbers = numbers._replace(taken=numbers.taken + 1, taker=secrets.token_hex(8), void=(*numbers.void, *lost))
    taken = put(cluster, write_alias(commit.index), replace(commit, numbers=numbers))
    if lost:
        _remove_lost(cluster, commit.index, lost)
    return taken


def put(cluster: Cluster, alias: str, commit: SiteCommit) -> SiteCommit:
    """Write the document of a commit in place of its `version`, seen by all searches when this returns; with the new
    version. Raises IndexWriteError where another writer was faster, EngineUnavailableError where nobody can tell."""
    condition = {"op_type": "create"} if commit.version == UNWRITTEN else commit.version.condition()
    params = {**TO_ALIAS, **condition, "refresh": "true"}
    try:
        answer = cluster.write("PUT", f"/{alias}/_doc/{COMMIT}", commit.document(), params=params, again=True)
        return replace(commit, version=Version.of(answer))
    except (Conflict, NoSuchDocument, EngineUnavailableError) as error:
        found: SiteCommit | None = None
        with suppress(IndexFault, EngineUnavailableError):  # an answer may have been lost
            found = newest(cluster, commit.index)
        if found and found.document() == commit.document():
            return found
        if isinstance(error, EngineUnavailableError):
            raise
        raise superseded(f"{cluster.place}/{commit.index}") from error


def superseded(place: str) -> IndexWriteError:
    """The error for a writer that came too late."""
    return IndexWriteError("another writer took over meanwhile", "do it again", path=place)


def deletable(commit: SiteCommit) -> list[str]:
    """The documents that readers of every commit from the floor on can do without."""
    return [id for died in commit.numbers.dead if died.generation <= commit.numbers.floor for id in died.ids]


def next_commit(taken: SiteCommit, contents: Contents, dead: Sequence[str]) -> SiteCommit:
    """The commit of the number that was taken, in which these documents are not any more. Those that died up to the
    floor of the one before have been deleted."""
    generation, now = taken.numbers.taken, time.time_ns()
    left = [died for died in taken.numbers.dead if died.generation > taken.numbers.floor]
    numbers = taken.numbers._replace(dead=(*left, *([Died(generation, now, tuple(dead))] if dead else [])))
    numbers = numbers._replace(floor=_floor(left, len(dead), now, taken.numbers.floor))
    return replace(
        taken, generation=generation, token=secrets.token_hex(16), made_ns=now, contents=contents, numbers=numbers
    )


def _floor(left: Sequence[Died], dying: int, now: int, floor: int) -> int:
    """The last commit whose dead may be deleted next time: those that died long ago, and the oldest of too many."""
    count = dying + sum(len(died.ids) for died in left)
    for died in left:
        if died.made_ns > now - KEEP_DEAD_NS and count <= MAX_DEAD:
            break
        floor, count = died.generation, count - len(died.ids)
    return floor


def fence_unreadable(cluster: Cluster, index: str) -> int:
    """Make sure that nobody goes on from a commit that this version cannot read; its number, 0 if it tells none."""
    with suppress(NoSuchDocument):
        answer = cluster.read("GET", f"/{index}/_doc/{COMMIT}")
        source = answer["_source"]
        params = {**TO_ALIAS, **Version.of(answer).condition()}
        try:
            cluster.write("PUT", f"/{write_alias(index)}/_doc/{COMMIT}", source, params=params)
        except Conflict as error:
            raise superseded(f"{cluster.place}/{index}") from error
        generation = source.get("since")
        return generation if isinstance(generation, int) else 0
    return 0


def _remove_lost(cluster: Cluster, index: str, numbers: Sequence[int]) -> None:
    """Delete what writers left that did not commit. What comes later from them is never seen."""
    body = {"query": {"terms": {"since": list(numbers)}}}
    with suppress(Conflict, EngineUnavailableError):  # it is only in the way
        cluster.write("POST", f"/{index}/_refresh", again=True)
        cluster.write("POST", f"/{index}/_delete_by_query", body, params={"conflicts": "proceed"}, again=True)
