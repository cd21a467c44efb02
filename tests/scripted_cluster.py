"""What do writers ask of a cluster, in memory: documents with versions, conditional writes, aliases changed at once.

`Server` holds the state, and a `Client` has the methods of `cluster.connection.Cluster` that writers use. A search sees
what was there at the last refresh of its index; the reading of a document sees it as it is. `step` is called before
each request of a client is carried out, and says what becomes of it.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import Any, NamedTuple

from postdex_index.engine.opensearch.cluster.answers import Conflict, NoSuchDocument, RefusedError
from postdex_index.engine.opensearch.cluster.bulk import BulkItem
from postdex_index.errors import EngineUnavailableError

NOTHING: Mapping[str, str] = {}


class Fate(Enum):
    """What becomes of a request."""

    CARRIED_OUT = "carried out"
    TWICE = "its answer lost, and carried out again, if it may be"
    ANSWER_LOST = "carried out, and its answer lost"
    LOST = "not carried out"


class Kept(NamedTuple):
    """A document in an index, with its version."""

    source: dict[str, Any]
    seq_no: int


class Index:
    """An index: its aliases and mappings, its documents, and those that searches see."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        self.aliases = set(body.get("aliases", {}))
        self.mappings = body.get("mappings", {})
        self.documents: dict[str, Kept] = {}
        self.searched: dict[str, Kept] = {}
        self.writes = 0

    def put(self, id: str, source: dict[str, Any]) -> dict[str, Any]:
        """Write a document."""
        self.documents[id] = Kept(json.loads(json.dumps(source)), self.writes)
        self.writes += 1
        return {"_seq_no": self.writes - 1, "_primary_term": 1}

    def refresh(self) -> None:
        """Let searches see all documents."""
        self.searched = dict(self.documents)


class Server:
    """The state of a cluster, and the requests that it understands."""

    def __init__(self) -> None:
        self.indices: dict[str, Index] = {}

    def named(self, name: str) -> tuple[str, Index]:
        """The index with a name or alias. Raises NoSuchDocument."""
        for index, state in self.indices.items():
            if name == index or name in state.aliases:
                return index, state
        raise NoSuchDocument(name, index=True)

    def answer(self, method: str, path: str, body: Any, params: Mapping[str, str]) -> Any:
        """Carry out a request."""
        for pattern, name in _REQUESTS:
            if match := re.fullmatch(pattern, f"{method} {path}"):
                return getattr(self, name)(*match.groups(), body=body, params=params)
        raise AssertionError(f"nobody said what {method} {path} does")

    def survey(self, alias: str, *, body: Any, params: Any) -> Any:
        """GET /alias,alias-*"""
        return {
            name: {"aliases": {alias: {} for alias in state.aliases}, "mappings": state.mappings}
            for name, state in self.indices.items()
            if alias in {name, *state.aliases} or name.startswith(f"{alias}-")
        }

    def create(self, name: str, *, body: Any, params: Any) -> Any:
        """PUT /index"""
        if name in self.indices:
            raise Conflict(name)
        self.indices[name] = Index(body)
        return {"acknowledged": True}

    def remove(self, name: str, *, body: Any, params: Any) -> Any:
        """DELETE /index"""
        if self.indices.pop(name, None) is None:
            raise NoSuchDocument(name, index=True)
        return {"acknowledged": True}

    def change_aliases(self, *, body: Any, params: Any) -> Any:
        """POST /_aliases: all of them or none."""
        after = {name: set(state.aliases) for name, state in self.indices.items()}
        for action in body["actions"]:
            ((kind, what),) = action.items()
            aliases = after.get(what["index"])
            if aliases is None or (kind == "remove" and what["alias"] not in aliases):
                raise NoSuchDocument(what["alias"], index=True)
            (aliases.add if kind == "add" else aliases.remove)(what["alias"])
        for name, aliases in after.items():
            self.indices[name].aliases = aliases
        return {"acknowledged": True}

    def aliases(self, name: str, *, body: Any, params: Any) -> Any:
        """GET /index/_alias"""
        index, state = self.named(name)
        return {index: {"aliases": {alias: {} for alias in state.aliases}}}

    def get(self, name: str, id: str, *, body: Any, params: Any) -> Any:
        """GET /index/_doc/id"""
        index, state = self.named(name)
        if id not in state.documents:
            raise NoSuchDocument(id)
        kept = state.documents[id]
        return {
            "_index": index,
            "_id": id,
            "_seq_no": kept.seq_no,
            "_primary_term": 1,
            "_source": copy.copy(kept.source),
        }

    def put(self, name: str, id: str, *, body: Any, params: Mapping[str, str]) -> Any:
        """PUT /index/_doc/id"""
        state = self._written(name, params)
        kept = state.documents.get(id)
        if params.get("op_type") == "create" and kept:
            raise Conflict(id)
        if "if_seq_no" in params and (kept is None or kept.seq_no != int(params["if_seq_no"])):
            raise Conflict(id)
        answer = state.put(id, body)
        if params.get("refresh") == "true":
            state.refresh()
        return answer

    def _written(self, name: str, params: Mapping[str, str]) -> Index:
        assert params.get("require_alias") == "true", "a write could make an index"
        index, state = self.named(name)
        if index == name:
            raise NoSuchDocument(name, index=True)
        return state

    def bulk(self, name: str, *, body: list[BulkItem], params: Mapping[str, str]) -> int:
        """POST /index/_bulk"""
        try:
            state = self._written(name, params)
        except NoSuchDocument as error:
            raise RefusedError("it refuses the document", "") from error
        for item in body:
            if item.document is None:
                state.documents.pop(item.id, None)
            else:
                state.put(item.id, dict(item.document))
        return len(body)

    def refresh(self, name: str, *, body: Any, params: Any) -> Any:
        """POST /index/_refresh"""
        self.named(name)[1].refresh()
        return {}

    def search(self, name: str, *, body: Any, params: Any) -> Any:
        """POST /index/_search"""
        found = [
            (id, kept.source)
            for id, kept in self.named(name)[1].searched.items()
            if _matches(body["query"], id, kept.source)
        ]
        found.sort(key=lambda pair: pair[1].get("path", ""))
        after = body.get("search_after", [""])[0]
        hits = [
            {"_id": id, "_source": source, "sort": [source.get("path", "")], "fields": _doc_values(source)}
            for id, source in found
            if not after or source["path"] > after
        ]
        return {"hits": {"hits": hits[: body["size"]], "total": {"value": len(found)}}}

    def delete_by_query(self, name: str, *, body: Any, params: Any) -> Any:
        """POST /index/_delete_by_query"""
        _, state = self.named(name)
        for id in [id for id, kept in state.searched.items() if _matches(body["query"], id, kept.source)]:
            state.documents.pop(id, None)
        return {}

    def health(self, name: str, *, body: Any, params: Any) -> Any:
        """GET /_cluster/health/index"""
        return {"number_of_data_nodes": 1, "active_shards": 1}

    def settings(self, name: str, *, body: Any, params: Any) -> Any:
        """PUT /index/_settings"""
        self.named(name)
        return {}


_REQUESTS = (
    (r"GET /([^/]+),\1-\*", "survey"),
    (r"GET /([^/]+)/_alias", "aliases"),
    (r"POST /_aliases", "change_aliases"),
    (r"GET /_cluster/health/([^/]+)", "health"),
    (r"PUT /([^/]+)", "create"),
    (r"DELETE /([^/]+)", "remove"),
    (r"GET /([^/]+)/_doc/([^/]+)", "get"),
    (r"PUT /([^/]+)/_doc/([^/]+)", "put"),
    (r"POST /([^/]+)/_bulk", "bulk"),
    (r"POST /([^/]+)/_refresh", "refresh"),
    (r"POST /([^/]+)/_search", "search"),
    (r"POST /([^/]+)/_delete_by_query", "delete_by_query"),
    (r"PUT /([^/]+)/_settings", "settings"),
)


def _doc_values(source: Mapping[str, Any]) -> dict[str, list[Any]]:
    values = {name: source[name] for name in ("floor", "segment") if name in source}
    return {name: [value.rstrip("=") if name == "segment" else value] for name, value in values.items()}


def _matches(query: Mapping[str, Any], id: str, source: Mapping[str, Any]) -> bool:
    ((kind, what),) = query.items()
    if kind == "bool":
        clauses = what.get("filter", [])
        clauses = clauses if isinstance(clauses, list) else [clauses]
        return all(_matches(clause, id, source) for clause in clauses) and not any(
            _matches(clause, id, source) for clause in what.get("must_not", [])
        )
    if kind == "ids":
        return id in what["values"]
    ((field, wanted),) = what.items()
    value = source.get(field)
    values = value if isinstance(value, list) else [value]
    if kind == "range":
        return isinstance(value, int) and wanted.get("lte", value) >= value > wanted.get("gt", value - 1)
    return any(one in (wanted if kind == "terms" else [wanted]) for one in values)


class Client:
    """A process's connection to the cluster; implements what writers use of `Cluster`."""

    place = "memory"

    def __init__(self, server: Server, step: Callable[[str], Fate]) -> None:
        self._server = server
        self._step = step
        self.requests = 0

    def read(self, method: str, path: str, body: object = None, *, params: Mapping[str, str] = NOTHING) -> Any:
        """Ask."""
        return self._asked(method, path, body, params, again=True)

    def write(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        params: Mapping[str, str] = NOTHING,
        again: bool = False,
        seconds: float = 0,
    ) -> Any:
        """Change."""
        return self._asked(method, path, body, params, again=again)

    def bulk(self, index: str, items: Iterable[BulkItem], *, params: Mapping[str, str]) -> int:
        """Change documents, in batches of two."""
        rest = list(items)
        for start in range(0, len(rest), 2):
            self._asked("POST", f"/{index}/_bulk", rest[start : start + 2], params, again=True)
        return len(rest)

    def _asked(self, method: str, path: str, body: object, params: Mapping[str, str], *, again: bool) -> Any:
        self.requests += 1
        fate = self._step(f"{method} {path}")
        if fate is Fate.LOST:
            raise EngineUnavailableError("the request was lost", "try again")
        answer = self._server.answer(method, path, body, params)
        if fate is Fate.ANSWER_LOST:
            raise EngineUnavailableError("the answer was lost", "try again")
        if fate is Fate.TWICE and again:
            return self._server.answer(method, path, body, params)
        return answer
