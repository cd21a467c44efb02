"""How are several sites followed at once? Each in a thread of its own, told and stopped together."""

from __future__ import annotations

from collections.abc import Mapping

from postdex_index.update.watch import Watching


class WatchingSites(Watching):
    """The watches of several sites as one; `sites` has each by the name of its site."""

    def __init__(self, sites: Mapping[str, Watching]) -> None:
        self.sites = dict(sites)

    @property
    def running(self) -> bool:
        """Whether all go on."""
        return all(watching.running for watching in self.sites.values())

    @property
    def alive(self) -> bool:
        """Whether all go on and gave a sign of life in the last minute."""
        return all(watching.alive for watching in self.sites.values())

    def stop(self) -> None:
        """End all; rounds that are under way are finished first."""
        for watching in self.sites.values():
            watching.stop()
