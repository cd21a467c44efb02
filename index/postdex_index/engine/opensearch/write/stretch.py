"""How are many files read and compiled, and their documents sent, by one process of several or by the only one?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ....content import reader
from ....model import Problem
from ....named_tuple import NamedTuple
from ....settings import Settings
from ....text.analyzer import Analyzer
from ...api import Put
from ...embedded.write.segment_builder import no_collection
from ..storage.file_stamps import stamp_document
from ..storage.indices import TO_ALIAS
from .groups import GroupFields
from .staging import Compiler, Spool, StagedFile, Stored
from .stored_versions import NewVersion, item

if TYPE_CHECKING:
    from ..cluster.connection import Cluster

#: So many posts are read before they are compiled, which keeps the processor's caches warm, and then it is said.
_STEP = 64


class BuildJob(NamedTuple):
    """What the stretches of a build share: the folder of the posts, the settings, and the averages that posts are
    measured against (None: those of each stretch)."""

    folder: Path
    settings: Settings
    averages: Mapping[str, Sequence[float]] | None


class Compiled(NamedTuple):
    """What became of a stretch of files."""

    files: list[StagedFile]
    problems: list[Problem]


def compile_files(job: BuildJob, paths: Sequence[str], spool: Spool, read: Callable[[int], None]) -> Compiled:
    """Read files and put their segments into a spool; `read` is called with numbers of posts as they are read."""
    site = reader.site(job.folder)
    compiler = Compiler(Analyzer(job.settings.simplify, ()), spool, job.averages)
    compiled = Compiled([], [])
    with no_collection():
        for start in range(0, len(paths), _STEP):
            batch = paths[start : start + _STEP]
            for path, reading in [(path, reader.read(job.folder, path, site, job.settings)) for path in batch]:
                compiled.problems.extend(reading.problems)
                compiled.files.extend(compiler.add(Put(reading.post, path, reading.stamp.indexed()), 0))
            read(len(batch))
        compiled.files.extend(compiler.finish())
    return compiled


class Spooled(NamedTuple):
    """A file whose document is to be sent: its path, the stamp of the document, where its segment lies (None: it has
    none), and what is said of its group."""

    path: str
    stamp: Mapping[str, Any]
    stored: Stored | None
    group: GroupFields


def spooled(files: Iterable[StagedFile], groups: Mapping[str, GroupFields]) -> Iterable[Spooled]:
    """What the documents of staged files are made of."""
    for file in files:
        stamp = stamp_document(file.stamp)
        if file.stored:
            stamp["post"] = file.checksum
        yield Spooled(file.path, stamp, file.stored, groups.get(file.path, {}))


class Destination(NamedTuple):
    """Where documents go: an alias of an index, and the commit that they are made for."""

    alias: str
    since: int


def send_files(cluster: Cluster, to: Destination, files: Iterable[Spooled], spool: Spool) -> None:
    """Send the documents of files whose segments lie in a spool."""
    versions = (NewVersion(path, stamp, stored and spool.get(stored), group) for path, stamp, stored, group in files)
    cluster.bulk(to.alias, (item(version, to.since) for version in versions), params=TO_ALIAS)
