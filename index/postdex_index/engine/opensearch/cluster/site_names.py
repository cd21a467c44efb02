"""What is a site called in the cluster?

By its setting, else by the folder of its root, since posts often lie in one called `content` or `_posts`.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from ....named_tuple import NamedTuple
from ....settings import Settings, wrong_site_name
from ....sites.detect import detect, posts_folder

#: How far above its posts the root of a site may be.
_LEVELS = 3


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
    """The names by which the posts of a folder are in the cluster."""
    sites = settings.opensearch_sites or (settings.opensearch_site or valid(_root(folder).name),)
    return SiteNames(settings.opensearch_prefix, sites)


def valid(name: str) -> str:
    """The name of a site that is nearest to that of a folder.

    >>> valid("My Blog"), valid("_posts"), valid("locks"), valid("...")
    ('my-blog', 'posts', 'locks-site', 'site')
    """
    text = re.sub(r'[\\/*?"<>|,#:\s\x00-\x1f\x7f\ud800-\udfff]+', "-", name).lower().lstrip("-_+.")
    text = text.encode()[:80].decode("utf-8", "ignore") or "site"
    return f"{text}-site" if wrong_site_name(text) else text


def _root(folder: Path) -> Path:
    """The root of the site whose posts are in a folder; the folder itself if it is that of no site."""
    real = Path(os.path.realpath(folder))
    for above in list(real.parents)[:_LEVELS]:
        generator = detect(above)
        if generator and os.path.realpath(posts_folder(above, generator)) == str(real):
            return above
    return real
