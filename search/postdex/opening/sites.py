"""How does a program search several folders as one? With `Sites`, the `Index` that `postdex.open({…})` gives.

It has the index of each site, keeps each as new as its files, and searches them as if all posts lay in one folder,
those of each site in a folder of its name. Reading them as one is the engine's.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from itertools import permutations
from typing import TYPE_CHECKING

from postdex_index import engines, forks, paths, settings
from postdex_index.content import reader
from postdex_index.engine.api import Engine
from postdex_index.errors import ConfigError, FolderError, IndexFault, PostdexError
from postdex_index.model import Problem
from postdex_index.paths import StrPath
from postdex_index.public import public
from postdex_index.settings import Settings, TextTable
from postdex_index.sites.names import wrong_site_name
from postdex_index.update import refresh as build
from postdex_index.update.refresh import Freshness

from .. import web_address
from ..index import WAIT_S, Index
from ..request import Refresh, SearchRequest
from ..result_set import Results
from ..snapshots import Snapshots

if TYPE_CHECKING:
    from datetime import date

    from postdex_index.update.watch import Watching

    from ..diagnostics import Status


@public
class Sites(Index):
    """Several sites as one index, each a folder of posts with an index and settings of its own.

    A path begins with the name of its site (`blog/2024/a.md`), which a hit has besides. A site that cannot be read, or
    whose files cannot be followed, leaves the others to answer, and `warnings` of results say so.
    """

    def __init__(
        self,
        sites: Mapping[str, Index],
        absent: Mapping[str, PostdexError],
        folder: StrPath,
        its: Settings,
        refresh: Refresh,
    ) -> None:
        """`sites` are the indexes by name, `absent` those that have no folder, with the reason; `folder` is what paths
        are shown from, `its` the settings of all together. Opens nothing."""
        self.sites: dict[str, Index] = dict(sites)
        self.absent = dict(absent)
        self._folder = paths.plain(folder)
        self._given = {}
        self.settings = its
        origins = {name: web_address.origin(index.folder, index.settings) for name, index in sites.items()}
        self.engine = self._sites_engine = engines.together(
            {name: index.engine for name, index in sites.items()}, origins
        )
        self.snapshots: Snapshots = SiteSnapshots(self.sites, self._folder, self.engine, refresh)
        self._watching = []

    @classmethod
    def of(
        cls,
        folders: Mapping[str, StrPath],
        root: StrPath = "",
        *,
        index: StrPath | None = None,
        refresh: Refresh = "auto",
        synonyms: TextTable | None = None,
    ) -> Sites:
        """The sites in these folders by their names; `root` is the folder whose settings name them, if any does.

        Raises ConfigError for names and folders that cannot be together, FolderError where no folder is there.
        """
        for name in folders:
            if wrong := wrong_site_name(name):
                raise ConfigError(f"no site can be called {name!r}: {wrong}", "name it by a word, such as blog")
        sites: dict[str, Index] = {}
        absent: dict[str, PostdexError] = {}
        for name, folder in folders.items():
            try:
                place = os.path.join(index, name) if index else None
                sites[name] = Index(folder, index=place, refresh=refresh, synonyms=synonyms)
            except FolderError as error:
                absent[name] = error
        if not sites:
            raise next(iter(absent.values()), ConfigError("no site is named", "name the folder of each"))
        _check_apart(sites)
        above = root or os.path.commonpath([os.path.abspath(site.folder) for site in sites.values()])
        return cls(sites, absent, above, settings.load(root or None, synonyms=synonyms), refresh)

    @property
    def other_folder(self) -> str | None:
        """None: each site has a folder of its own."""
        return None

    # -- searching

    @property
    def in_force(self) -> Settings:
        """The settings that searches go by: those of all together, and the pins and synonyms of each site."""
        pins = [
            pin._replace(posts=tuple([f"{name}/{path}" for path in pin.posts]))
            for name, site in self.sites.items()
            for pin in site.settings.pins
        ]
        synonyms = dict.fromkeys(row for site in (self, *self.sites.values()) for row in site.settings.synonyms)
        lists = dict.fromkeys(name for site in (self, *self.sites.values()) for name in site.settings.synonym_lists)
        glossary = [f"{name}/{glob}" for name, site in self.sites.items() for glob in site.settings.glossary]
        if not (pins or synonyms or lists or glossary):
            return self.settings
        return self.settings._replace(
            pins=(*self.settings.pins, *pins),
            synonyms=tuple(synonyms),
            synonym_lists=tuple(lists),
            glossary=(*self.settings.glossary, *glossary),
        )

    def answer(self, request: SearchRequest, by: Settings | None = None) -> Results:
        """The results of a request; `warnings` name the sites that do not answer."""
        results = super().answer(request, by)
        missing = tuple(f"the site {name} does not answer: {error}" for name, error in self.silent.items())
        return results.replaced(warnings=results.warnings + missing) if missing else results

    @property
    def silent(self) -> dict[str, PostdexError]:
        """The sites that did not answer the last search, or whose files could not be followed, each with the reason."""
        unfollowed = self.snapshots.unfollowed if isinstance(self.snapshots, SiteSnapshots) else {}
        return {**self.absent, **unfollowed, **self._sites_engine.silent}

    def today(self) -> date:
        """The day that `yesterday` counts back from, as the first site has it."""
        return next(iter(self.sites.values())).today()

    def file(self, path: str) -> str:
        """Where the file of a post is, whether it is there or not: `content/blog/a.md` of `blog/a.md`."""
        name, _, rest = path.partition("/")
        return self.sites[name].file(rest) if name in self.sites else path

    def _unknown(self, path: str) -> list[str]:
        """Why a file is not in the index, as its own site says."""
        name, _, rest = path.partition("/")
        if name in self.sites:
            return self.sites[name]._unknown(rest)
        return [f"there is no site {name}; there are {', '.join(self.sites)}"]

    # -- each site

    def refresh(
        self,
        *,
        full: bool = False,
        wait: float = WAIT_S,
        dry_run: bool = False,
        jobs: int = 1,
        progress: build.Progress | None = None,
    ) -> build.Report:
        """Bring the index of each site up to its files. Where one cannot be, the others are; then that is raised."""
        reports: dict[str, build.Report] = {}
        failed: list[PostdexError] = []
        for name, site in self.sites.items():
            try:
                reports[name] = site.refresh(full=full, wait=wait, dry_run=dry_run, jobs=jobs, progress=progress)
            except PostdexError as error:
                failed.append(error)
        self.snapshots.committed()
        if failed:
            raise failed[0]
        return _together(reports)

    def status(self) -> Status:
        """The indexes as they stand, without changing them: as fresh as the one that is least so."""
        statuses: list[Status] = []
        for site in self.sites.values():
            with suppress(IndexFault):
                statuses.append(site.status())
        fresh = len(statuses) == len(self.sites) and all(status.fresh for status in statuses) and not self.absent
        changed = sum(status.changed_files for status in statuses)
        return super().status()._replace(fresh=fresh, changed_files=changed)

    def problems(self) -> list[Problem]:
        """The problems of each site, with its name before their paths; of one that cannot be read only why."""
        problems = [Problem(name, 0, "damaged", error.message, error.hint) for name, error in self.absent.items()]
        for name, site in self.sites.items():
            try:
                problems += [_of_site(name, problem) for problem in site.problems()]
            except IndexFault as fault:
                problems.append(Problem(name, 0, "damaged", fault.message, fault.hint))
        if self.settings.pins:
            with forks.barred:
                from .. import diagnostics

            with suppress(IndexFault):
                problems += diagnostics.pins_of(self.snapshots.opened(), self.settings, [*self])
        return sorted(problems)

    def watch(
        self,
        *,
        on_report: Callable[[build.Report], None] = lambda report: None,
        on_error: Callable[[PostdexError], None] = lambda error: None,
        polling: bool = False,
        jobs: int = 1,
    ) -> Watching:
        """Keep each index as new as its files, each in a thread of its own; see `Index.watch`. Reports are of one site,
        with its name before their paths."""
        with forks.barred:
            from .watching import WatchingSites

        self.snapshots.check_open()
        watchings = {
            name: site.watch(on_report=_reporting(name, on_report), on_error=on_error, polling=polling, jobs=jobs)
            for name, site in self.sites.items()
        }
        watching = WatchingSites(watchings)
        self._watching.append(watching)
        return watching

    def close(self) -> None:
        """Let go of all indexes; searches that are under way end undisturbed."""
        super().close()
        for site in self.sites.values():
            site.close()


class SiteSnapshots(Snapshots):
    """The views of several sites as one. `unfollowed` are those whose files could not be looked at, with the reason."""

    def __init__(self, sites: Mapping[str, Index], folder: str, engine: Engine, refresh: Refresh) -> None:
        super().__init__(folder, engine, refresh)
        self.unfollowed: Mapping[str, PostdexError] = {}
        self._sites = sites

    def freshness(self, settings: Settings) -> Freshness:
        """How the sites stand to their files, which each follows first if that is quickly done."""
        if self.refresh == "never":
            return Freshness(None, 0)
        unfollowed: dict[str, PostdexError] = {}
        states: dict[str, Freshness] = {}
        for name, site in self._sites.items():
            try:
                states[name] = site.snapshots.freshness(site.settings)
            except PostdexError as error:
                unfollowed[name], states[name] = error, Freshness(False, 0)
        self.unfollowed = unfollowed
        return Freshness(
            all(state.fresh for state in states.values()),
            sum(state.changed_files for state in states.values()),
            tuple(f"{name}/{path}" for name, state in states.items() for path in state.missing),
        )


def _check_apart(sites: Mapping[str, Index]) -> None:
    """Raise ConfigError where two sites would have the same posts: one folder, or one that has posts of the other."""
    real = {name: os.path.realpath(site.folder) for name, site in sites.items()}
    for (name, outer), (other, inner) in permutations(real.items(), 2):
        if outer == inner:
            raise ConfigError(f"{name} and {other} are the same folder", "name each folder once", path=inner)
        if not inner.startswith(os.path.join(outer, "")):
            continue
        below = os.path.relpath(inner, outer)
        files = reader.walk(inner, sites[other].settings).files
        if reader.walk(outer, sites[name].settings, {f"{below}/{path}" for path in files}).files:
            hint = f'leave it out there: exclude = ["/{below}/"] in postdex.toml of {name}'
            raise ConfigError(
                f"the folder of {other} lies in that of {name}, which has its posts, too", hint, path=inner
            )


def _of_site(name: str, problem: Problem) -> Problem:
    return problem._replace(path=f"{name}/{problem.path}")


def _report_of(name: str, report: build.Report) -> build.Report:
    """A site's report, with its name before its paths."""
    added, changed, removed = (
        tuple([f"{name}/{path}" for path in paths]) for paths in (report.added, report.changed, report.removed)
    )
    problems = tuple([_of_site(name, problem) for problem in report.problems])
    return report._replace(added=added, changed=changed, removed=removed, problems=problems)


def _reporting(name: str, on_report: Callable[[build.Report], None]) -> Callable[[build.Report], None]:
    return lambda report: on_report(_report_of(name, report))


def _together(reports: Mapping[str, build.Report]) -> build.Report:
    """What was done in several sites."""
    site_reports = [_report_of(name, report) for name, report in reports.items()]
    return build.Report(
        added=tuple([path for report in site_reports for path in report.added]),
        changed=tuple([path for report in site_reports for path in report.changed]),
        removed=tuple([path for report in site_reports for path in report.removed]),
        unchanged=sum(report.unchanged for report in site_reports),
        problems=tuple(sorted([problem for report in site_reports for problem in report.problems])),
        generation=sum(report.generation for report in site_reports),
        seconds=sum(report.seconds for report in site_reports),
    )
