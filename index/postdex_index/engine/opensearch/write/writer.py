"""How do posts get into a site's index in the cluster, and old ones out, in one commit?

Implements `engine.Writer`. What is staged stays here, compiled (`changes`, `staging`), and the cluster hears of it in
`commit`: a number is taken, new versions are put beside the old ones, and then one conditional write makes the commit
(`storage.publishing`). A commit of everything goes into an index of its own (`full_build`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from ....errors import EngineUnavailableError, IndexDamagedError, IndexMissingError, IndexWriteError, Remedy
from ....model import Problem
from ....settings import Settings
from ....text.analyzer import Analyzer
from ...api import FileTable, Put
from ...embedded.write.workers import SHARED_FROM, share
from ..cluster.answers import BLOCKED, NoSuchDocument, RefusedError
from ..cluster.bulk import BulkItem
from ..storage import problem_store, publishing
from ..storage.commit import Contents, SiteCommit, newest
from ..storage.drift import needs_full_build
from ..storage.indices import TO_ALIAS, next_alias, write_alias
from ..storage.lock import Lock
from ..storage.site import Site
from . import full_build, stored_versions
from .builders import Builders
from .changes import Base, Change, Changes
from .groups import GroupFields
from .post_facts import Tally, lengths_by_kind
from .regrouping import regrouped
from .staging import Compiler, Spool, StagedFile
from .stored_versions import NewVersion
from .stretch import BuildJob, Destination, compile_files, send_files, spooled


class OpenSearchWriter:
    """The one writer of a site, from opening to `close`. With `distrust` it begins anew; without `hurried` also where
    the index should be built anew, because it changed much since it was."""

    def __init__(
        self, site: Site, *, analyzer: Analyzer, wait: float = 0.0, distrust: bool = False, hurried: bool = False
    ) -> None:
        self._site = site
        self._cluster = site.cluster
        self._analyzer = analyzer
        self._failed = False
        self._spool = Spool()
        self._builders: Builders | None = None
        self._lock = Lock(site.cluster, site.lock, wait, hurried)
        try:
            self._survey = site.indices.fence()
            self._last = self._readable()
            self._base = self._usable(distrust, hurried)
        except BaseException:
            self.close()
            raise
        self._begin(self._base)

    def _readable(self) -> SiteCommit | None:
        """The commit that answers, if this version can read it."""
        try:
            return newest(self._cluster, self._survey.current) if self._survey.current else None
        except (IndexMissingError, IndexDamagedError):
            return None

    def _usable(self, distrust: bool, hurried: bool) -> Base | None:
        """That commit, if the next one can build on it."""
        last = self._last
        if last is None or distrust or (not hurried and needs_full_build(last)):
            return None
        try:
            return Base(last, self._site.stamps.table(last))
        except IndexDamagedError:
            return None

    def _begin(self, base: Base | None) -> None:
        self._cleared = base is None
        self._let_go()
        compiler = Compiler(self._analyzer, self._spool, base.commit.contents.averages if base else None)
        self._changes = Changes(self._cluster, base, compiler)

    @property
    def base(self) -> FileTable:
        """The files of the commit that the next one builds on."""
        if self._base is None:
            return FileTable(None, {}, "")
        return FileTable(self._base.commit.identity, self._base.files, self._base.commit.contents.settings)

    def problems(self) -> list[Problem]:
        """The problems of the last commit."""
        return problem_store.read(self._cluster, self._base.commit) if self._base else []

    # -- staging

    def clear(self) -> None:
        """Stage the removal of everything: what is put from now on is the whole index."""
        self._begin(None)

    def delete(self, paths: Iterable[str]) -> None:
        """Stage files to remove."""
        self._lock.check()
        self._changes.delete(paths)

    def put(self, files: Iterable[Put]) -> None:
        """Stage files to add or replace."""
        self._lock.check()
        self._changes.put(files)

    @property
    def bulk_from(self) -> int:
        """Fewer files than these are one stretch, which is better put here."""
        return SHARED_FROM

    def put_files(
        self, folder: Path, paths: Sequence[str], settings: Settings, *, jobs: int, read: Callable[[int], None]
    ) -> list[Problem]:
        """Stage files that the index has not yet, read in several processes; see `engine.BulkWriter`."""
        self._lock.check()
        averages = None if self._cleared or self._base is None else self._base.commit.contents.averages
        job, stretches = BuildJob(folder, settings, averages), share(paths)
        if jobs > 1 and self._builders is None:
            self._builders = Builders(job, min(jobs, len(stretches)), read)
            parts = self._builders.compile(stretches)
        else:
            parts = [compile_files(job, stretch, self._spool, read) for stretch in stretches]
        for part in parts:
            self._changes.put_compiled(part.files)
        return [problem for part in parts for problem in part.problems]

    # -- committing

    def commit(self, *, problems: Iterable[Problem] | None = None, settings: str | None = None) -> int:
        """Make everything staged durable and visible at once; returns the new generation.

        After an error the old commit is the index, and this writer can only be closed. Raises IndexWriteError.
        """
        if self._failed:
            raise IndexWriteError("this writer has failed before", "open another", path=self._site.place)
        self._failed = True  # until it is done
        self._lock.check()
        change = self._changes.finish()
        former = self._base.commit.contents if self._base else Contents()
        contents = former._replace(settings=former.settings if settings is None else settings)
        found = None if problems is None else list(problems)
        # What is built anew does not ask for those of the last commit, which may be lost.
        changed_problems = found if found is not None and (self._cleared or found != self.problems()) else None
        commit = self._last
        if change.files or changed_problems is not None or contents != former or (self._cleared and commit):
            # Who takes over from now on changes the commit that was read before, so that this one cannot follow it.
            self._lock.confirm()
            with self._refusals():
                if self._cleared:
                    commit = self._rebuilt(change, contents, self.problems() if found is None else found)
                else:
                    commit = self._followed(change, contents, changed_problems)
        if commit:
            self._go_on(commit, change)
        self._failed = False
        return commit.generation if commit else 0

    @contextmanager
    def _refusals(self) -> Iterator[None]:
        """Errors of a cluster that will not be written are those of an index that cannot be."""
        try:
            yield
        except NoSuchDocument as error:  # another writer removed what was written to
            raise publishing.superseded(self._site.place) from error
        except RefusedError as error:
            self._lock.confirm()  # it may be that another writer did
            if error.kind != BLOCKED:
                raise
            raise IndexWriteError(error.message, Remedy.MAKE_ROOM, path=error.path) from error

    def _followed(self, change: Change, contents: Contents, problems: list[Problem] | None) -> SiteCommit:
        """A commit beside the last one, in the same index; `problems` are given where they are others."""
        assert self._base is not None
        base = self._base.commit
        groups = regrouped(self._cluster, base, change)
        taken = publishing.take(self._cluster, base)
        number = taken.numbers.taken
        dead = [version.id for version in (*change.gone, *groups.moved)]
        items = [BulkItem(id, None) for id in publishing.deletable(taken)]
        if problems is not None:
            dead += [base.contents.problems] if base.contents.problems else []
            item = problem_store.item(problems, number)
            items += [item] if item else []
            contents = contents._replace(problems=item.id if item else "")
        moved = [NewVersion(one.path, one.stamp, one.segment, groups.fields.get(one.path, {})) for one in groups.moved]
        items += [stored_versions.item(version, number) for version in moved]
        self._send(Destination(write_alias(base.index), number), items, change, groups.fields)
        self._cluster.write("POST", f"/{base.index}/_refresh", again=True)
        self._lock.check()
        contents = _tallied(change, contents)._replace(groups=contents.groups + groups.gained)
        return publishing.put(self._cluster, write_alias(base.index), publishing.next_commit(taken, contents, dead))

    def _rebuilt(self, change: Change, contents: Contents, problems: list[Problem]) -> SiteCommit:
        """A commit in an index of its own."""
        groups = regrouped(self._cluster, None, change)
        facts = [file.facts for file in change.new.values() if file.facts]
        contents = Contents(simplify=self._analyzer.simplify, settings=contents.settings, groups=groups.gained)
        contents = _tallied(change, contents)._replace(averages=lengths_by_kind(facts).averages())
        new = full_build.begin(self._site, self._lock, self._survey, contents)
        try:
            number = self._fenced() + 1
            item = problem_store.item(problems, number)
            self._send(Destination(next_alias(new.name), number), [item] if item else [], change, groups.fields)
            contents = contents._replace(built_lengths=contents.lengths, problems=item.id if item else "")
            return new.finish(number, contents, self._lock)
        except BaseException:
            self._site.indices.abandon(new.name)
            raise

    def _fenced(self) -> int:
        """Make sure that nobody else goes on from the commit that answers; the last number that was given."""
        if self._last:
            return publishing.take(self._cluster, self._last).numbers.taken - 1
        return publishing.fence_unreadable(self._cluster, self._survey.current) if self._survey.current else 0

    def _send(
        self, to: Destination, items: Sequence[BulkItem], change: Change, groups: Mapping[str, GroupFields]
    ) -> None:
        """Send these items and the documents of all files of a change."""
        self._cluster.bulk(to.alias, items, params=TO_ALIAS)
        by_spool: dict[int, list[StagedFile]] = {}
        for file in change.new.values():
            by_spool.setdefault(file.spool, []).append(file)
        send_files(self._cluster, to, spooled(by_spool.pop(0, []), groups), self._spool)
        if self._builders:
            self._builders.send(to, {number: spooled(files, groups) for number, files in by_spool.items()})

    def _go_on(self, commit: SiteCommit, change: Change) -> None:
        """What is left to do when a commit answers already."""
        files = change.applied(self._base.files if self._base and not self._cleared else {})
        self._site.stamps.put(commit, files)
        if commit.index != self._survey.current:
            with suppress(EngineUnavailableError, IndexDamagedError):  # what is left over the next writer removes
                self._survey = self._site.indices.fence()
        self._last = commit
        self._base = Base(commit, files)
        self._begin(self._base)

    def close(self) -> None:
        """Drop what was staged and not committed, and free the lock."""
        self._let_go()
        self._lock.close()

    def _let_go(self) -> None:
        """Forget the segments that were staged, and end the processes that have some."""
        self._spool.close()
        if self._builders:
            self._builders.close()
        self._builders = None


def _tallied(change: Change, contents: Contents) -> Contents:
    """The contents of a commit after a change."""
    tally = Tally(contents)
    for version in change.gone:
        tally.add(version.facts, -1)
    for file in change.new.values():
        tally.add(file.facts)
    return tally.contents(contents)
