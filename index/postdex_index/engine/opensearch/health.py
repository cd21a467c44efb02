"""How are the cluster and the index in it, for somebody who looks after them?

What `doctor` says of them and mends there. Each question is a request that changes nothing; one that our role may not
ask is left out, which is said. A search never comes here.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from importlib.metadata import version
from statistics import median
from typing import TYPE_CHECKING, Any

from ...errors import IndexFault, Remedy
from ...model import Problem
from ...named_tuple import NamedTuple
from ..hosting import Inspection
from .cluster import credentials
from .cluster.answers import NoSuchDocument, RefusedError
from .format import schema_mapping
from .storage.commit import SiteCommit, newest
from .storage.drift import MAX_DRIFT, drift
from .storage.lock import Lock, lock_state
from .storage.site import Site

if TYPE_CHECKING:
    from .cluster.connection import Cluster

#: Clocks further apart than this many seconds are worth a note: a day's posts are found a minute late at most.
MAX_SKEW_S = 30.0
#: So many empty requests tell how long one takes.
_TRIPS = 5
#: So many differences of a mapping are named.
_NAMED = 3
#: What keeps an index from being written, as its settings have it, and a server sets by itself on full disks.
_BLOCKS = ("read_only_allow_delete", "read_only", "write")


def inspect(cluster: Cluster, sites: Sequence[Site]) -> Inspection:
    """The cluster and the indices of these sites. Raises EngineUnavailableError where nobody answers."""
    facts: dict[str, str] = {}
    problems: list[Problem] = []
    for part in (_server(cluster), *(_index(site) for site in sites)):
        for told in part:
            if isinstance(told, Problem):
                problems.append(told)
            else:
                facts[told.name] = told.text
    return Inspection(facts, tuple(problems))


class _Fact(NamedTuple):
    name: str
    text: str


_Told = _Fact | Problem


def _asked(cluster: Cluster, path: str, **params: str) -> dict[str, Any] | None:
    """The answer; None where our role may not ask, or there is no such thing."""
    try:
        answer: dict[str, Any] = cluster.read("GET", path, params=params)
    except NoSuchDocument:
        return None
    except RefusedError as error:
        if error.kind != "403":
            raise
        return None
    return answer


# -- the cluster


def _server(cluster: Cluster) -> Iterator[_Told]:
    about = cluster.read("GET", "/")
    yield _Fact("server", f"OpenSearch {about['version']['number']} ({about['cluster_name']}), at {cluster.place}")
    yield _Fact("client", f"opensearch-py {version('opensearch-py')}")
    yield _Fact("let in with", credentials.described(os.environ))
    health = _asked(cluster, "/_cluster/health")
    if health:
        nodes = f"{health['number_of_nodes']} nodes, {health['number_of_data_nodes']} of them with data"
        yield _Fact("cluster", f"{health['status']}, {nodes}")
    trips: list[float] = []
    for _ in range(_TRIPS):
        began = time.perf_counter()
        cluster.read("GET", "/")
        trips.append(time.perf_counter() - began)
    yield _Fact("round trip", f"{median(trips) * 1000:.1f} ms")
    yield from _clocks(cluster, min(trips))


def _clocks(cluster: Cluster, trip: float) -> Iterator[_Told]:
    """How far the nodes' clocks are from this machine's."""
    stats = _asked(cluster, "/_nodes/stats/os", filter_path="nodes.*.timestamp,nodes.*.name")
    now = time.time() - trip / 2
    if not stats or "nodes" not in stats:
        yield _Fact("clocks", "not known: the role lacks cluster:monitor/nodes/stats")
        return
    apart = [node["timestamp"] / 1000 - now for node in stats["nodes"].values()]
    skew = max(apart, key=abs)
    yield _Fact("clocks", f"{abs(skew):.1f} s apart at most")
    if abs(skew) > MAX_SKEW_S:
        message = f"the clock of a node is {abs(skew):,.0f} s {'ahead of' if skew > 0 else 'behind'} this machine's"
        yield Problem(cluster.place, 0, "note", message, "set the clocks; no commit depends on them, but dates do")


# -- the index of a site


def _index(site: Site) -> Iterator[_Told]:
    name = site.indices.alias
    try:
        survey = site.indices.survey()
        commit = newest(site.cluster, name)
    except IndexFault as error:
        yield Problem(error.path or site.place, 0, "damaged", error.message, error.hint)
        return
    state = lock_state(site.cluster, site.lock)
    yield _Fact(f"lock of {name}", f"held by {state.holder}" if state and state.owner else "free")
    yield from _left_over(site, survey.needless if state and state.owner else (*survey.needless, *survey.coming))
    if commit is None:
        yield _Fact(name, "there is no index yet")
        return
    described = (_asked(site.cluster, f"/{commit.index}") or {}).get(commit.index)
    yield _Fact(name, _made_of(site, commit, described))
    yield from _availability(site, commit)
    if described:
        yield from _as_it_should_be(site, commit, described)
    if (moved := drift(commit)) > MAX_DRIFT:
        message = f"the average length of a field moved by {moved:.0%} since the last full build"
        yield Problem(site.place, 0, "note", message, Remedy.REBUILD.value)


def _made_of(site: Site, commit: SiteCommit, described: Mapping[str, Any] | None) -> str:
    numbers = commit.numbers
    parts = [commit.index]
    if described:
        settings = described["settings"]["index"]
        parts.append(f"shards {settings['number_of_shards']}, copies {settings['number_of_replicas']}")
    store = _asked(site.cluster, f"/{commit.index}/_stats/store")
    if store:
        parts.append(f"{store['_all']['total']['store']['size_in_bytes']:,} bytes with copies")
    parts.append(f"{len(commit.dead):,} replaced documents, {len(numbers.void):,} numbers given for nothing")
    parts.append(f"average lengths moved by {drift(commit):.1%}")
    return "; ".join(parts)


def _left_over(site: Site, indices: Sequence[str]) -> Iterator[_Told]:
    if indices:
        message = f"{', '.join(sorted(indices))}: left by builds that did not end, and asked by nobody"
        yield Problem(site.place, 0, "note", message, Remedy.MEND.value)


def _availability(site: Site, commit: SiteCommit) -> Iterator[_Told]:
    health = _asked(site.cluster, f"/_cluster/health/{commit.index}")
    if health is None:
        yield _Fact(f"health of {site.indices.alias}", "not known: the role lacks cluster:monitor/health")
        return
    status, missing = health["status"], health["unassigned_shards"]
    yield _Fact(f"health of {site.indices.alias}", status)
    if status == "red":
        message = "parts of the index are on no node that is there"
        yield Problem(site.place, 0, "damaged", message, "start the nodes that have them; else build the index anew")
    elif status == "yellow":
        nodes = health["number_of_data_nodes"]
        hint = "start the node that is missing" if nodes > 1 else "a cluster of one node keeps no copies; add another"
        yield Problem(site.place, 0, "note", f"{missing} copies are missing: a node more, and searches fail", hint)


def _as_it_should_be(site: Site, commit: SiteCommit, described: Mapping[str, Any]) -> Iterator[_Told]:
    """Where an index is not as it would be made now."""
    settings = described["settings"]["index"]
    path = f"{site.cluster.place}/{commit.index}"
    if differences := schema_mapping.differences(described):
        shown = "; ".join(differences[:_NAMED]) + (" …" if len(differences) > _NAMED else "")
        yield Problem(
            path, 0, "damaged", f"its fields are not as postdex makes them ({shown})", Remedy.REBUILD_ALL.value
        )
    replicas, shards = int(settings["number_of_replicas"]), int(settings["number_of_shards"])
    if not replicas:
        hint = "set opensearch.replicas to 1 or more"
        yield Problem(path, 0, "note", "there are no copies: when a node is lost, posts are", hint)
    if replicas != site.replicas:
        message = f"it has {replicas} copies, and the setting opensearch.replicas is {site.replicas}"
        yield Problem(path, 0, "note", message, Remedy.MEND.value)
    if shards != site.shards:
        message = f"it has {shards} shards, and the setting opensearch.shards is {site.shards}"
        yield Problem(path, 0, "note", message, Remedy.REBUILD_ALL.value)
    for block in _blocks(described):
        message = f"it cannot be written: blocks.{block} is set, as a server does itself while its disk is full"
        yield Problem(path, 0, "note", message, Remedy.MEND.value)


def _blocks(described: Mapping[str, Any]) -> list[str]:
    blocks = described["settings"]["index"].get("blocks", {})
    return [name for name in _BLOCKS if blocks.get(name) == "true"]


# -- mending


def mend(site: Site, wait: float) -> list[str]:
    """Put right what can be without reading posts: left-overs, copies, blocks; what was done. `wait` is for a writer to
    end, in seconds. Raises IndexLockedError."""
    done: list[str] = []
    with closing(Lock(site.cluster, site.lock, wait)) as lock:
        before = site.indices.survey()
        for index in filter(None, (before.current, before.kept)):
            done += _settings_put_back(site, index)
        lock.confirm()
        after = site.indices.fence()
        gone = {*before.needless, *before.coming} - {*after.coming, *after.needless, after.current, after.kept}
    return done + [f"removed {index}, which nobody asked" for index in sorted(gone)]


def _settings_put_back(site: Site, index: str) -> list[str]:
    described = site.cluster.read("GET", f"/{index}")[index]
    done: list[str] = []
    for block in _blocks(described):  # one by one: a blocked index takes no other change
        _set(site, index, f"blocks.{block}", None)
        done.append(f"{index}: the block {block} was lifted")
    if int(described["settings"]["index"]["number_of_replicas"]) != site.replicas:
        _set(site, index, "number_of_replicas", site.replicas)
        done.append(f"{index}: {site.replicas} copies of each shard")
    return done


def _set(site: Site, index: str, name: str, value: object) -> None:
    site.cluster.write("PUT", f"/{index}/_settings", {f"index.{name}": value}, again=True)
