"""Where does the index of a site lie in the cluster, and what is kept of it here?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....named_tuple import NamedTuple
from .file_stamps import FileStamps
from .indices import SiteIndices
from .lock import LockName

if TYPE_CHECKING:
    from ..cluster.connection import Cluster


class Site(NamedTuple):
    """A site that is written: its indices and its lock, what its files look like here, and of how many shards with how
    many copies an index is made."""

    cluster: Cluster
    indices: SiteIndices
    lock: LockName
    stamps: FileStamps
    shards: int
    replicas: int

    @property
    def place(self) -> str:
        """Where it lies, for people to read."""
        return f"{self.cluster.place}/{self.indices.alias}"
