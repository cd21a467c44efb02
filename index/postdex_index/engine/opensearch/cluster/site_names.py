"""What are the sites called in the cluster that a folder's settings name?"""

from __future__ import annotations

from pathlib import Path

from ....errors import ConfigError
from ....named_tuple import NamedTuple
from ....settings import Settings
from ....sites.names import name_of


class SiteNames(NamedTuple):
    """The sites that are searched as one, and what all names in the cluster begin with. The first is the one that is
    written, where it is the only one."""

    prefix: str
    sites: tuple[str, ...]

    @property
    def aliases(self) -> tuple[str, ...]:
        """The aliases of the sites, `postdex-blog`."""
        return tuple(f"{self.prefix}-{site}" for site in self.sites)

    @property
    def locks(self) -> str:
        """The index of the locks of all sites."""
        return f"{self.prefix}-locks"


def site_names(folder: Path, settings: Settings) -> SiteNames:
    """The names by which the posts of a folder are in the cluster. Raises ConfigError for sites that are folders."""
    for text in settings.sites:
        if "=" in text:
            hint = "name the sites as they are called in the cluster, blog,docs"
            raise ConfigError(f"{text} names a folder, where the setting engine says that sites lie in a cluster", hint)
    return SiteNames(settings.opensearch_prefix, settings.sites or (settings.site or name_of(folder),))
