"""Which indices are there for a site, which one answers, and how does another one take its place?

Each full build makes an index of its own, `postdex-blog-000007`, and aliases say what it is: `postdex-blog` is on the
one that answers, `postdex-blog.old` on the one that did before. While a writer means to put an index in place, it has
the alias `….next`, and putting it in place takes that away in the same step, which fails where it is not there. So who
takes over from another writer has only to remove `….next` first: what the other one made can never answer then.

All writes to an index name its alias `….write` or `….next` and require that there is one: a write that comes too late
does not make an index by itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ....errors import EngineUnavailableError, IndexDamagedError, IndexWriteError
from ....named_tuple import NamedTuple
from ..cluster.answers import Conflict, NoSuchDocument
from ..format.schema_mapping import OURS, is_ours

if TYPE_CHECKING:
    from ..cluster.connection import Cluster

#: Writes must name an alias.
TO_ALIAS: Mapping[str, str] = {"require_alias": "true"}


class Survey(NamedTuple):
    """The indices of a site: the one that answers and the one that did before ("" where there is none), those that are
    meant to be put in place, those that nobody needs any more, and the highest number of all."""

    current: str
    kept: str
    coming: tuple[str, ...]
    needless: tuple[str, ...]
    highest: int


def write_alias(index: str) -> str:
    """The alias by which an index is written that answers, or did."""
    return f"{index}.write"


def next_alias(index: str) -> str:
    """The alias of an index that is to be put in place."""
    return f"{index}.next"


class SiteIndices:
    """The indices of the site with this alias."""

    def __init__(self, cluster: Cluster, alias: str) -> None:
        self._cluster = cluster
        self.alias = alias
        self._kept = f"{alias}.old"

    def survey(self) -> Survey:
        """What is there. Raises IndexDamagedError where something that is not ours has our name."""
        answer: dict[str, Any] = self._cluster.read(
            "GET",
            f"/{self.alias},{self.alias}-*",
            params={"ignore_unavailable": "true", "allow_no_indices": "true", "expand_wildcards": "all"},
        )
        numbers = {name: int(match[1]) for name in answer if (match := re.fullmatch(self._pattern, name))}
        ours = {name: set(answer[name]["aliases"]) for name in numbers if is_ours(answer[name])}
        holders = [name for name, index in answer.items() if self.alias in {name, *index["aliases"]}]
        if len(holders) > 1 or not ours.keys() >= set(holders):
            raise self._foreign(" and ".join(holders))
        kept = [name for name, aliases in ours.items() if self._kept in aliases]
        coming = [name for name, aliases in ours.items() if next_alias(name) in aliases]
        needless = ours.keys() - {*holders, *kept, *coming}
        highest = max(numbers.values(), default=0)
        return Survey(max(holders, default=""), max(kept, default=""), tuple(coming), tuple(sorted(needless)), highest)

    @property
    def _pattern(self) -> str:
        return re.escape(self.alias) + r"-(\d{6,})"

    def _foreign(self, what: str) -> IndexDamagedError:
        return IndexDamagedError(
            f"the name {self.alias} is that of {what}, which postdex did not make so",
            "choose another opensearch.prefix or site, or remove it",
            path=f"{self._cluster.place}/{self.alias}",
        )

    def fence(self) -> Survey:
        """Make sure that nothing which another writer made or meant to put in place will ever answer, and remove what
        nobody needs; what is there then."""
        while coming := (survey := self.survey()).coming:
            for index in coming:
                self._change([_remove(index, next_alias(index))])
        self.remove(survey.needless)
        return survey._replace(needless=())

    def create(self, number: int, body: Mapping[str, Any]) -> str | None:
        """Make an index that is to be put in place; its name, or None where there is one of this number."""
        index = f"{self.alias}-{number:06}"
        try:
            self._cluster.write("PUT", f"/{index}", {**body, "aliases": {next_alias(index): {}}})
        except Conflict:
            return None
        return index

    def announce(self, index: str) -> None:
        """Mean to put an index in place that is there."""
        self._cluster.write("POST", "/_aliases", {"actions": [_add(index, next_alias(index))]}, again=True)

    def put_in_place(self, index: str, before: Survey) -> None:
        """Let an index answer instead of the one that does, which is kept instead of the one that was; all at once.
        Raises IndexWriteError where somebody took over meanwhile."""
        actions = [_remove(index, next_alias(index)), _add(index, write_alias(index)), _add(index, self.alias)]
        if before.kept:
            actions.append(_remove(before.kept, self._kept))
        if before.current:
            actions += [_remove(before.current, self.alias), _add(before.current, self._kept)]
        if not self._change(actions) and self.survey().current != index:
            raise IndexWriteError(
                "another writer took over meanwhile", "do it again", path=f"{self._cluster.place}/{self.alias}"
            )

    def abandon(self, index: str) -> None:
        """Remove an index that is not to be put in place after all, unless it was."""
        with suppress(EngineUnavailableError):  # else the next writer does it
            if self._change([_remove(index, next_alias(index))]):
                self.remove((index,))

    def _change(self, actions: list[dict[str, Any]]) -> bool:
        """Change aliases, all or none; whether all were there that are to be removed."""
        try:
            self._cluster.write("POST", "/_aliases", {"actions": actions}, again=True)
        except NoSuchDocument:
            return False
        return True

    def remove(self, indices: tuple[str, ...]) -> None:
        """Remove indices; what cannot be removed now is left to the next writer."""
        for index in indices:
            with suppress(NoSuchDocument, EngineUnavailableError):
                self._cluster.write("DELETE", f"/{index}", again=True)


def create_locks(cluster: Cluster, name: str, replicas: int) -> None:
    """Make the index for locks if it is not there."""
    kept = {"type": "object", "enabled": False}
    body = {
        "settings": {"index": {"number_of_shards": 1, "number_of_replicas": replicas}},
        "mappings": {"dynamic": False, "_meta": {OURS: {"kind": "locks"}}, "properties": {"holder": kept}},
        "aliases": {write_alias(name): {}},
    }
    with suppress(Conflict):
        cluster.write("PUT", f"/{name}", body)


def _add(index: str, alias: str) -> dict[str, Any]:
    return {"add": {"index": index, "alias": alias}}


def _remove(index: str, alias: str) -> dict[str, Any]:
    return {"remove": {"index": index, "alias": alias, "must_exist": True}}
