"""Which documents have to change because their group of translations did?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ....named_tuple import NamedTuple
from ..storage.commit import SiteCommit
from . import stored_versions
from .changes import Change
from .groups import GroupFields, Member, fields_by_path, number_of_groups
from .staging import StagedFile
from .stored_versions import StoredVersion

if TYPE_CHECKING:
    from ..cluster.connection import Cluster


class Regrouping(NamedTuple):
    """What documents say of their groups, by path; those of other files that have to say something else now; and how
    many groups there are more than before."""

    fields: Mapping[str, GroupFields]
    moved: Sequence[StoredVersion]
    gained: int


def regrouped(cluster: Cluster, base: SiteCommit | None, change: Change) -> Regrouping:
    """The groups that a change touches, as they are after it; without `base` all posts are new."""
    touched = [*(version.facts for version in change.gone), *(file.facts for file in change.new.values())]
    keys = sorted({facts.key for facts in touched if facts and facts.key})
    stored = list(stored_versions.by_keys(cluster, base, keys)) if base and keys else []
    gone = {version.path for version in change.gone}
    staying = [version for version in stored if version.path not in gone]
    before = fields_by_path(_members(stored))
    after = fields_by_path([*_members(staying), *_members([*change.new.values()])])
    moved = [version for version in staying if version.group != after.get(version.path, {})]
    return Regrouping(after, moved, number_of_groups(after) - number_of_groups(before))


def _members(files: Sequence[StoredVersion] | Sequence[StagedFile]) -> list[Member]:
    members = [file.facts.member(file.path) for file in files if file.facts]
    return [member for member in members if member]
