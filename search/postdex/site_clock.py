"""Which day is it for the posts of a folder? That from which `yesterday` and `30d` count back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postdex_index import forks
from postdex_index.paths import StrPath

if TYPE_CHECKING:
    from datetime import date

    from postdex_index.settings import Settings


class SiteClock:
    """The clock of a site, whose zone is looked up when it is first asked for."""

    def __init__(self, folder: StrPath) -> None:
        self._folder = folder
        self._zone: str | None = None

    def today(self, settings: Settings) -> date:
        """By its zone, else by the clock of this machine."""
        with forks.barred:
            from postdex_index.formats.periods import day_in

        return day_in(self.zone(settings))

    def zone(self, settings: Settings) -> str:
        """The name of its zone: that of the setting `timezone`, else that of the site's own settings, else ""."""
        with forks.barred:
            from postdex_index.content.reader import site
            from postdex_index.sites.detect import is_near_site

        if self._zone is None:
            near = not settings.timezone and is_near_site(self._folder)
            self._zone = site(self._folder).timezone if near else settings.timezone
        return self._zone
