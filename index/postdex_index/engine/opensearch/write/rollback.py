"""How does the index before the last full build come to answer again?

It takes the place of the one that answers, as one in the making does, and that is kept instead. It gets a new number,
so that the commits that answer only ever ascend.
"""

from __future__ import annotations

import secrets
import time
from contextlib import closing
from dataclasses import replace

from ....errors import IndexDamagedError, IndexMissingError, Remedy
from ..cluster.answers import NoSuchDocument
from ..storage import publishing
from ..storage.commit import SiteCommit, newest
from ..storage.indices import write_alias
from ..storage.lock import Lock
from ..storage.site import Site


def roll_back(site: Site, wait: float = 0.0) -> int:
    """Let the index answer that did before the last full build; its new generation. Raises IndexMissingError where
    none is kept, IndexLockedError, IndexWriteError."""
    with closing(Lock(site.cluster, site.lock, wait)) as lock:
        before = site.indices.fence()
        kept = newest(site.cluster, before.kept) if before.kept else None
        if kept is None:
            raise IndexMissingError("there is no index of before", Remedy.REBUILD_ALL, path=site.place)
        last = _readable(site, before.current)
        try:
            site.indices.announce(kept.index)
            lock.confirm()  # who takes over from now on changes both commits
            number = 1 + max(kept.numbers.taken, _fenced(site, before.current, last))
            commit = publishing.put(site.cluster, write_alias(kept.index), _renewed(kept, number))
            lock.check()
            site.indices.put_in_place(kept.index, before)
            answering = newest(site.cluster, kept.index)
        except NoSuchDocument as error:
            raise publishing.superseded(site.place) from error
        if answering is None or answering.token != commit.token:  # who took over went back to it as well
            raise publishing.superseded(site.place)
        return commit.generation


def _renewed(commit: SiteCommit, number: int) -> SiteCommit:
    """The same commit under another number; what was begun since it was made is void."""
    lost = range(commit.generation + 1, commit.numbers.taken + 1)
    numbers = commit.numbers._replace(taken=number, void=(*commit.numbers.void, *lost))
    token, made_ns = secrets.token_hex(16), time.time_ns()
    return replace(commit, generation=number, token=token, made_ns=made_ns, numbers=numbers)


def _readable(site: Site, index: str) -> SiteCommit | None:
    """The commit that answers, if this version can read it."""
    try:
        return newest(site.cluster, index) if index else None
    except (IndexMissingError, IndexDamagedError):
        return None


def _fenced(site: Site, index: str, commit: SiteCommit | None) -> int:
    """Make sure that nobody goes on from the commit that answers; the last number that was given there."""
    if commit:
        return publishing.take(site.cluster, commit).numbers.taken
    return publishing.fence_unreadable(site.cluster, index) if index else 0
