"""The engine that keeps the indexes of sites in a cluster of OpenSearch.

`OpenSearchEngine` implements `postdex_index.engine.api`. Inside, `cluster` asks, `format` says what a document is,
`storage` what a commit is and who may make one; a post's way is `write`, a query's `read`.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from ... import forks
from ...errors import ConfigError, IndexDamagedError, IndexFault, IndexMissingError, Remedy
from ...model import Problem
from ...settings import Settings
from ..api import CommitInfo, FileTable, Identity, Reader
from ..embedded.storage.commits import Store
from ..hosting import Inspection
from .cluster import credentials
from .cluster.connection import Cluster
from .cluster.site_names import site_names
from .read.reader import Snapshot
from .read.segment_cache import SegmentCache
from .read.source import LastSeen
from .storage import problem_store
from .storage.commit import SiteCommit, identity_of, newest
from .storage.file_stamps import FileStamps
from .storage.indices import SiteIndices
from .storage.lock import LockName
from .storage.site import Site

if TYPE_CHECKING:
    from ...text.analyzer import Analyzer
    from .write.writer import OpenSearchWriter


#: So many seconds who looks after an index waits for who writes it.
_WAIT_S = 10.0


class OpenSearchEngine:
    """The sites that a folder's settings name, in a cluster; implements `engine.Engine`, where each method is
    described. One site is written and read, several are only read."""

    def __init__(self, folder: Path, directory: str, settings: Settings) -> None:
        """Asks nothing. `directory` is for what is kept on this machine."""
        self._settings = settings
        self._names = names = site_names(folder, settings)
        self._cluster = Cluster(credentials.read(os.environ))
        self._segments = SegmentCache()
        self._seen = LastSeen()
        self._local = Store(directory)
        self._sites = [
            Site(
                self._cluster,
                SiteIndices(self._cluster, alias),
                LockName(names.locks, site, settings.opensearch_replicas),
                FileStamps(self._cluster, self._local.directory, alias),
                settings.opensearch_shards,
                settings.opensearch_replicas,
            )
            for site, alias in zip(names.sites, names.aliases, strict=True)
        ]

    @property
    def place(self) -> str:
        """The hosts and the names of the sites there."""
        return f"{self._cluster.place}/{','.join(self._names.aliases)}"

    # -- searching

    def open_reader(self) -> Reader:
        """The newest commit of each site, open for searching as one."""
        return Snapshot(self._cluster, self._commits(), self._segments, self._seen, names=self.sites)

    def hurry(self) -> None:
        """There is nothing to be saved."""

    def newest(self) -> Identity | None:
        """Which commit is the newest; of several sites one that changes when any of theirs does. What cannot be read is
        a commit, too, as who opens it will say."""
        try:
            return identity_of(self._commits())
        except IndexMissingError:
            return None
        except IndexDamagedError as error:
            return Identity(0, str(error).encode(), 0, 0)

    def _commits(self) -> list[SiteCommit]:
        commits: list[SiteCommit] = []
        for site in self._sites:
            commit = newest(self._cluster, site.indices.alias)
            if commit is None:
                raise self._missing(site)
            self._seen.note(commit)
            commits.append(commit)
        return commits

    def _missing(self, site: Site) -> IndexFault:
        """That a site has no index: of several, this folder is not where it is built."""
        if self.sites:
            return IndexFault("there is no index of this site yet", "build it in its own folder", path=site.place)
        return IndexMissingError("there is no index yet", Remedy.BUILD, path=site.place)

    # -- writing

    def _written(self) -> Site:
        """The site that is written. Raises ConfigError where there are several."""
        if len(self._sites) > 1:
            raise ConfigError(
                "several sites are searched as one, and cannot be written so", "write each in its own folder"
            )
        return self._sites[0]

    def open_writer(
        self, *, analyzer: Analyzer, wait: float = 0.0, distrust: bool = False, hurried: bool = False
    ) -> OpenSearchWriter:
        """The writer; `hurried` builds nothing anew that could wait."""
        with forks.barred:
            from .write.writer import OpenSearchWriter

        return OpenSearchWriter(self._written(), analyzer=analyzer, wait=wait, distrust=distrust, hurried=hurried)

    def file_table(self) -> FileTable:
        """What the newest commit knows of the files; of several sites nothing, since no folder has them."""
        if self.sites:
            return FileTable(None, {}, "")
        try:
            (commit,) = self._commits()
            return FileTable(commit.identity, self._written().stamps.table(commit), commit.contents.settings)
        except (IndexMissingError, IndexDamagedError):
            return FileTable(None, {}, "")

    def problems(self) -> list[Problem]:
        """The problems that the newest commits carry."""
        by_site = {
            name: problem_store.read(self._cluster, commit)
            for name, commit in zip(self._names.sites, self._commits(), strict=True)
        }
        return [
            problem._replace(path=f"{name}/{problem.path}") if self.sites else problem
            for name, problems in by_site.items()
            for problem in problems
        ]

    def made_of(self) -> str:
        """The folder that the index was last made of on this machine."""
        local = self._local
        return local.made_of() or (local.above if local.is_in_posts else "")

    def claim(self, folder: Path) -> None:
        """Note that the index is made of this folder, unless what is kept of it here lies in it."""
        real = os.path.realpath(folder)
        self._local.claim("" if os.path.realpath(self._local.above) == real else real)

    # -- looking after it

    def commits(self) -> tuple[CommitInfo, ...]:
        """The commits that are kept, newest first."""
        with forks.barred:
            from .retained import retained_commits

        return tuple(info for site in self._sites for info in retained_commits(site))

    def size(self) -> int:
        """The bytes of all indices and copies, left-overs too."""
        with forks.barred:
            from .retained import bytes_of

        return sum(map(bytes_of, self._sites))

    def verify(self) -> list[Problem]:
        """Count the documents, and check some."""
        with forks.barred:
            from .retained import damages

        return [problem for site in self._sites for problem in damages(site)]

    @property
    def sites(self) -> tuple[str, ...]:
        """The sites that it answers from where they are several."""
        return self._names.sites if len(self._names.sites) > 1 else ()

    def rollback(self) -> None:
        """Put back in place the index that was there before the last full build."""
        with forks.barred:
            from .write.rollback import roll_back

        roll_back(self._written(), _WAIT_S)

    def inspect(self) -> Inspection:
        """How the cluster is, the indices in it, and what was left behind."""
        with forks.barred:
            from .health import inspect

        return inspect(self._cluster, self._sites)

    def mend(self) -> list[str]:
        """Remove what was left behind, and put settings back."""
        with forks.barred:
            from .health import mend

        return mend(self._written(), _WAIT_S)

    def diagnose(self, error: Exception) -> None:
        """Nothing: what is read from the cluster is checked as it comes."""
