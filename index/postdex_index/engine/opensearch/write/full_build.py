"""How is an index made that takes the place of the one that answers?

It gets a number that no index of the site ever had, before it is made, and the lock is renewed after: so a writer that
takes over meanwhile finds it, and keeps it from ever answering (`storage.indices`). A large one is loaded without
copies, which are made of it when it is complete.
"""

from __future__ import annotations

import secrets
import time
from contextlib import suppress
from typing import Any

from ....errors import EngineUnavailableError
from ....named_tuple import NamedTuple
from ..format import schema_mapping
from ..storage.commit import Contents, Numbers, SiteCommit
from ..storage.indices import Survey, next_alias
from ..storage.lock import Lock
from ..storage.publishing import UNWRITTEN, put
from ..storage.site import Site

#: From so many documents on a new index gets its copies only when it is loaded: each would index all of them again.
_LARGE = 2_000
#: Seconds for which a new index waits for its copies, and between two looks.
_WAIT, _LOOK = 600.0, 0.2


class NewIndex(NamedTuple):
    """An index in the making, and what there was before; a `large` one has no copies yet."""

    site: Site
    name: str
    before: Survey
    large: bool

    def finish(self, generation: int, contents: Contents, lock: Lock) -> SiteCommit:
        """Make its first commit and let it answer. Raises IndexWriteError where another writer took over."""
        cluster, name = self.site.cluster, self.name
        if self.large:
            self._copy()
        cluster.write("POST", f"/{name}/_refresh", again=True)
        self._wait_for_copies()
        numbers = Numbers(secrets.token_hex(8), generation)
        commit = SiteCommit(name, UNWRITTEN, generation, secrets.token_hex(16), time.time_ns(), contents, numbers)
        commit = put(cluster, next_alias(name), commit)
        lock.check()
        self.site.indices.put_in_place(name, self.before)
        return commit

    def _copy(self) -> None:
        """Merge what was loaded, which then takes less room, and let copies be made of its files: what is in none yet
        would be copied document by document, and a merge would keep how it was sent."""
        cluster, name = self.site.cluster, self.name
        with suppress(EngineUnavailableError):  # that it may not be asked for, or takes very long, harms nothing
            cluster.write("POST", f"/{name}/_flush", again=True)
            cluster.write("POST", f"/{name}/_forcemerge", params={"max_num_segments": "1"}, seconds=_WAIT)
            cluster.write("POST", f"/{name}/_flush", again=True)
        replicas = {"index": {"number_of_replicas": self.site.replicas}}
        cluster.write("PUT", f"/{name}/_settings", replicas, again=True)

    def _wait_for_copies(self) -> None:
        """Wait until it has all the copies that the cluster has nodes for."""
        end = time.monotonic() + _WAIT
        while True:
            health: dict[str, Any] = self.site.cluster.read("GET", f"/_cluster/health/{self.name}")
            copies = min(1 + self.site.replicas, health["number_of_data_nodes"])
            if health["active_shards"] >= self.site.shards * copies:
                return
            if time.monotonic() > end:
                raise EngineUnavailableError(
                    f"the copies of a new index are not ready after {_WAIT:.0f} seconds",
                    "look at the cluster's health",
                    path=self.site.place,
                )
            time.sleep(_LOOK)


def begin(site: Site, lock: Lock, before: Survey, contents: Contents) -> NewIndex:
    """An empty index for these contents that is to be put in place. Raises IndexWriteError where another writer took
    over."""
    large = contents.posts + contents.unpublished + contents.files >= _LARGE
    replicas = 0 if large else site.replicas
    body = schema_mapping.body(contents.averages, shards=site.shards, replicas=replicas)
    name: str | None = None
    while name is None:
        name = site.indices.create(lock.begin_build(before.highest), body)
    new = NewIndex(site, name, before, large)
    try:
        lock.confirm()
    except BaseException:
        site.indices.abandon(name)
        raise
    return new
