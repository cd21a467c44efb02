"""The indexes of several sites, each in a directory of its own, are searched as one: what can they be asked together?

`SitesEngine` implements `postdex_index.engine.api` for who only reads: each site is written by its own engine. How
posts of several sites look is `read.sites`'s. A site whose index cannot be used leaves the others to answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from ...errors import ConfigError, IndexFault
from ...model import Problem
from ..api import CommitInfo, FileTable, Identity
from .engine import EmbeddedEngine
from .read import sites
from .read.snapshot import Snapshot

if TYPE_CHECKING:
    from pathlib import Path
    from typing import NoReturn

    from ...text.analyzer import Analyzer

Told = TypeVar("Told")


class SitesEngine:
    """The engines of several sites by their names; implements `engine.Engine`, where each method is described.

    `silent` are the sites that the reader which was opened last does not answer from, each with the reason.
    """

    def __init__(self, engines: Mapping[str, EmbeddedEngine], origins: Mapping[str, str] = {}) -> None:
        """Opens nothing. `origins` are what links of a site begin with that are only paths, where it is known."""
        self.engines = dict(engines)
        self.silent: Mapping[str, IndexFault] = {}
        self._origins = dict(origins)

    @property
    def sites(self) -> tuple[str, ...]:
        """The names of the sites."""
        return tuple(self.engines)

    @property
    def place(self) -> str:
        """The directories."""
        return ", ".join(engine.place for engine in self.engines.values())

    # -- searching

    def open_reader(self) -> Snapshot:
        """The newest commit of each site, open for searching as one. Raises the reason of the first where none is."""
        newest = self._newest()
        opened, silent = self._of_each(EmbeddedEngine.open_reader)
        if not opened:
            raise next(iter(silent.values()))
        self.silent = silent
        identities = {site: opened[site].identity if site in opened else newest[site] for site in self.engines}
        return sites.together(opened, _identity([*identities.values()]), self._origins)

    def newest(self) -> Identity | None:
        """What changes with the newest commit of any site."""
        newest = [*self._newest().values()]
        return _identity(newest) if any(newest) else None

    def _newest(self) -> dict[str, Identity | None]:
        return {site: engine.newest() for site, engine in self.engines.items()}

    def _of_each(self, ask: Callable[[EmbeddedEngine], Told]) -> tuple[dict[str, Told], dict[str, IndexFault]]:
        """What each site tells that can, and why the others cannot."""
        told: dict[str, Told] = {}
        silent: dict[str, IndexFault] = {}
        for site, engine in self.engines.items():
            try:
                told[site] = ask(engine)
            except IndexFault as fault:
                silent[site] = fault
        return told, silent

    def hurry(self) -> None:
        """This process answers once and ends."""
        for engine in self.engines.values():
            engine.hurry()

    # -- writing

    def open_writer(
        self, *, analyzer: Analyzer, wait: float = 0.0, distrust: bool = False, hurried: bool = False
    ) -> NoReturn:
        """Nobody writes several sites as one. Raises ConfigError."""
        raise ConfigError("several sites are searched as one, and cannot be written so", "write each by itself")

    def file_table(self) -> FileTable:
        """Nothing: each site knows its own files."""
        return FileTable(None, {}, "")

    def problems(self) -> list[Problem]:
        """The problems that the newest commits carry, of the sites that have one."""
        told, _ = self._of_each(EmbeddedEngine.problems)
        return [
            problem._replace(path=f"{site}/{problem.path}") for site, problems in told.items() for problem in problems
        ]

    def made_of(self) -> str:
        """Nobody knows of one folder."""
        return ""

    def claim(self, folder: Path) -> None:
        """Nothing is noted: these indexes are made of several folders."""

    # -- looking after them

    def commits(self) -> tuple[CommitInfo, ...]:
        """The commits that lie there, of each site the newest first."""
        return tuple(commit for engine in self.engines.values() for commit in engine.commits())

    def size(self) -> int:
        """The bytes of all files that lie there."""
        return sum(engine.size() for engine in self.engines.values())

    def verify(self) -> list[Problem]:
        """Check every byte of the commits that are kept."""
        return [problem for engine in self.engines.values() for problem in engine.verify()]

    def diagnose(self, error: Exception) -> None:
        """Raise `IndexDamagedError` from an unexpected error if a segment of a site makes no sense."""
        for engine in self.engines.values():
            engine.diagnose(error)


def _identity(identities: Sequence[Identity | None]) -> Identity:
    """What tells these commits together from any others."""
    there = [identity for identity in identities if identity]
    checks = b"|".join(
        [
            b"%d-%b-%d" % (identity.inode, identity.check, identity.mtime_ns) if identity else b"none"
            for identity in identities
        ]
    )
    return Identity(
        sum(identity.generation for identity in there),
        checks,
        0,
        max([identity.mtime_ns for identity in there], default=0),
    )
