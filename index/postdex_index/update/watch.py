"""How does an index follow its posts while they are written?

`watch` goes on until it is told to stop: whenever something changed it looks what that means and brings the
index up to it with `refresh`. Where it is known which files changed, only they are looked at; after a change of
folders, settings, the site's files or a .gitignore everything is, and once a minute too, in case an event got lost.
Who tells of changes is for `file_events`. Whatever fails is reported, and tried again until it succeeds, after pauses
that grow: nothing but `stop` ends it, and each turn is a sign of life by which others can tell.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, nullcontext, suppress
from pathlib import Path

from .. import forks
from ..content import reader
from ..content.discovery import NEVER, shown
from ..engine.api import Engine, FileStamp, FileTable, Reader
from ..errors import FolderError, IndexLockedError, PostdexError
from ..logs import WARNING, log
from ..named_tuple import NamedTuple
from ..public import public
from ..settings import Settings
from ..sites.detect import surroundings
from ..text.gitignore import Patterns
from . import refresh
from .file_events import ChangeSource, NotifySource, PollingSource, tells
from .refresh import Report

#: How often it is looked whether the folder is still the same, the settings are, and a post's time has come.
TICK_S = 0.25
#: After a failure the next attempt is made after so long, and after twice as long each time up to the second, until
#: all went well for the third: a disk may be full for days, and a bug may come back at each attempt.
AGAIN_S, LONGEST_S, CALM_S = 1.0, 30.0, 10.0
#: Who gave no sign of life for so long follows nothing any more. Pauses are shorter, as is all but the longest merge.
SILENT_S = 60.0
#: Another writer may take so long to finish; a search that catches up is done in less.
WAIT_S = 0.25
#: All files are compared at least so often, and at once when more of them changed together.
WHOLE_S, MANY = 60.0, 200
#: The files of settings that lie in the folder itself.
_SETTINGS = ("postdex.toml", "pyproject.toml")

OnReport = Callable[[Report], None]
OnError = Callable[[PostdexError], None]


def watch(
    folder: Path,
    engine: Engine,
    settings: Settings,
    *,
    stop: threading.Event | None = None,
    on_report: OnReport = lambda report: None,
    on_error: OnError = lambda error: None,
    reload: Callable[[], Settings] | None = None,
    turn: AbstractContextManager[object] | None = None,
    polling: bool = False,
    jobs: int = 1,
    alive: Callable[[], None] = lambda: None,
) -> None:
    """Keep an index as new as the files of `folder`, until `stop` is set; by default for ever.

    `on_report` is called after the first round and after each that changed something, `on_error` with what went
    wrong, once for each cause: a full disk, another writer, settings that are wrong, a bug. Nothing of that ends it.
    `reload` gives the settings anew when their files change (by default they stay), `turn` is held in each round,
    `polling` looks every moment instead of waiting to be told, `jobs` is how many processes a large round may use.
    `alive` is called several times a minute, in long rounds too.
    """
    turn = turn or nullcontext()
    following = _Following(folder, engine, settings, on_report, on_error, reload, turn, jobs, alive)
    stop = stop or threading.Event()
    while not stop.is_set():
        try:
            _watch_folders(following, stop, polling)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # what panics in the Rust of a source is no Exception
            stop.wait(following.failed(error))


@public
class Watching:
    """A watch under way in a thread of its own, until `stop` or the end of a `with` block."""

    def __init__(self, run: Callable[..., None]) -> None:
        """`run` is `watch` with all arguments but `stop`."""
        forks.remember(self)
        self._stop = threading.Event()
        self._heard = time.monotonic()
        given = {"stop": self._stop, "alive": self._hear}
        self._thread = threading.Thread(target=run, kwargs=given, name="postdex watch", daemon=True)
        self._thread.start()

    def begin_anew(self) -> None:
        """In a forked child, where it does not run."""
        self._stop = threading.Event()

    def _hear(self) -> None:
        self._heard = time.monotonic()

    @property
    def running(self) -> bool:
        """Whether it goes on; it does until it is stopped."""
        return self._thread.is_alive()

    @property
    def alive(self) -> bool:
        """Whether it goes on and gave a sign of life in the last minute; else nobody follows the files."""
        return self.running and time.monotonic() - self._heard < SILENT_S

    def stop(self) -> None:
        """End it; a round that is under way is finished first. May be called more than once, from any thread."""
        self._stop.set()
        if self._thread is not threading.current_thread():
            self._thread.join()

    def __enter__(self) -> Watching:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        self.stop()


def _watch_folders(following: _Following, stop: threading.Event, polling: bool) -> None:
    """Follow the folders that there are now, until there are others."""
    following.alive()
    folders, beside = following.folders(), following.folders_beside()
    source = _source(following, (*folders, *beside), stop, polling) if folders else None
    if source is None or folders is None:
        stop.wait(TICK_S)
        return
    with closing(source):
        _follow(following, source, _Watched(folders, beside), stop)


class _Watched(NamedTuple):
    """The folders in which changes are told of: those of posts, and others with files that posts include."""

    posts: tuple[str, ...]
    beside: tuple[str, ...]


def _source(following: _Following, folders: Iterable[str], stop: threading.Event, polling: bool) -> ChangeSource | None:
    """What tells of changes in these folders, as well as it can be had here; None if one of them is gone."""
    if polling or not tells(Path(following.root)):
        return PollingSource(stop)
    try:
        # Paths are told as they begin here, so none may lead up.
        return NotifySource((os.path.normpath(os.path.join(following.root, path)) for path in folders), stop)
    except (FileNotFoundError, PermissionError):
        return None
    except PostdexError as error:
        following.say(error)
    except (OSError, RuntimeError) as error:
        hint = "raise fs.inotify.max_user_watches and max_user_instances; until then the files are looked at"
        cause = str(error).partition(". about ")[0]
        following.say(PostdexError(f"the system does not tell of changes ({cause})", hint))
    return PollingSource(stop)


def _follow(following: _Following, source: ChangeSource, watched: _Watched, stop: threading.Event) -> None:
    """Follow the changes that a source tells of, as long as it sees all there is to see."""
    identity = following.identity()
    following.settle()
    changed: set[str] | None = None
    while not stop.is_set():
        following.alive()
        if changed is None:
            following.round(None)
            if not source.complete and following.folders() != watched.posts:
                return
        elif changed:
            following.round(changed)
        if changed != set() and following.folders_beside() != watched.beside:
            return
        try:
            told = source.wait(TICK_S)
        except PostdexError as error:
            following.say(error)
            return
        if identity != following.identity() or (told and following.is_of_folders(told)):
            return  # gone, or others of the same name, which nobody watches yet
        if told is None:
            started = time.monotonic()
            changed = following.looked()
            source.took(time.monotonic() - started)
        else:
            changed = following.concerned(told)
        if following.settle() or following.is_time():
            changed = None


class _Following:
    """What is known of a folder and its index from round to round."""

    def __init__(
        self,
        folder: Path,
        engine: Engine,
        settings: Settings,
        on_report: OnReport,
        on_error: OnError,
        reload: Callable[[], Settings] | None,
        turn: AbstractContextManager[object],
        jobs: int,
        alive: Callable[[], None],
    ) -> None:
        self.alive = alive
        self.root = os.path.abspath(folder)
        self._folder, self._engine, self._settings = folder, engine, settings
        self._on_report, self._on_error, self._reload = on_report, on_error, reload
        self._turn, self._jobs = turn, jobs
        self._index = os.path.abspath(engine.place) + os.sep
        self._known = FileTable(None, {}, "")
        self._included: dict[str, set[str]] = {}  # the posts that include a file, by its absolute path
        self._around: list[str] | None = None
        self._reader: Reader | None = None  # held, so that segments stay open and verified
        self._folders: frozenset[str] = frozenset()
        self._said: set[str] = set()
        self._reported = False  # whether what was reported last was a round that did what it should
        self._pause, self._failed = 0.0, -CALM_S
        self._whole = self._due = 0.0

    def folders(self) -> tuple[str, ...] | None:
        """The folders that may hold posts; None if the folder itself is not there."""
        try:
            folders = reader.walk(self._folder, self._settings).folders
        except FolderError as error:
            self._reported = False
            self.say(error)
            return None
        self._folders = frozenset(folders)
        return folders

    def folders_beside(self) -> tuple[str, ...]:
        """The folders outside that hold files which posts include, or where such a folder would appear."""
        folders = {os.path.dirname(file) for file in self._included if not file.startswith(self.root + os.sep)}
        there = {next(above for above in _upwards(folder) if os.path.isdir(above)) for folder in folders}
        return tuple(sorted(os.path.relpath(folder, self.root) for folder in there))

    def identity(self) -> str:
        """What tells the folder from another that takes its name; "" if there is none."""
        with suppress(OSError):
            state = os.stat(self.root)
            return f"{state.st_dev}:{state.st_ino}"
        return ""

    def settle(self) -> bool:
        """Take in the settings anew if the files changed that say how all posts are read; whether they did."""
        now = self.around()
        if now == self._around:
            return False
        self.reload()
        self._around = now
        return True

    def around(self) -> list[str]:
        """What the files look like that say how all posts are read, and which are: those around the folder."""
        root = Path(self.root)
        files = [*map(Path, surroundings(root)), *(root / name for name in _SETTINGS)]
        files += [above / ".gitignore" for above in (root, *root.parents)]
        looks = []
        for file in files:
            with suppress(OSError):
                state = file.stat()
                looks.append(f"{file}:{state.st_mtime_ns}:{state.st_size}:{state.st_ino}")
        return looks

    def reload(self) -> None:
        """Take in the settings anew; those in force stay while they cannot be used."""
        if self._reload:
            try:
                self._settings = self._reload()
                self._reported = False  # that they can be used is worth a word, if they could not before
            except PostdexError as error:
                self.say(error)

    def is_of_folders(self, changed_paths: Iterable[str]) -> bool:
        """Whether a folder came, went or moved."""
        return any(
            f"{relative}/" in self._folders or relative == "." or os.path.isdir(os.path.join(self.root, relative))
            for relative in self._seen(changed_paths)
        )

    def looked(self) -> set[str] | None:
        """The empty set if all files look as they did; else None."""
        if not self._reported:
            return set()  # the last round failed: its time is not yet
        try:
            todo = refresh.plan(self._folder, self._known, self._settings)
        except FolderError:
            return None
        return set() if todo.idle else None

    def concerned(self, changed_paths: Iterable[str]) -> set[str] | None:
        """Of the paths where something happened those that may be posts; None if it may concern all posts."""
        concerned_paths: set[str] = set()
        include = Patterns(self._settings.include)
        for path in changed_paths:
            if path in self._included:
                concerned_paths |= self._included[path]
            elif any(file.startswith(path + os.sep) for file in self._included):
                return None
        for relative in self._seen(changed_paths):
            if relative.endswith("/.gitignore"):
                return None
            relative = shown(relative)
            if relative in self._known.files or include.verdict(relative) or include.verdict(relative.lower()):
                concerned_paths.add(relative)
        return concerned_paths if len(concerned_paths) <= MANY else None

    def _seen(self, changed_paths: Iterable[str]) -> Iterator[str]:
        """The paths, relative to the folder, that are not the index's or another program's own."""
        for path in changed_paths:
            relative = os.path.relpath(path, self.root).replace(os.sep, "/")
            own = f"{path}{os.sep}".startswith(self._index)
            if not own and not any(part[0] == "." or part in NEVER for part in relative.split("/")[:-1]):
                yield relative

    def is_time(self) -> bool:
        """Whether all files have to be looked at because of the time, or because the index is gone."""
        if time.monotonic() >= self._whole:
            return True
        return self._reported and (self._gone() or time.time() >= self._due)

    def _gone(self) -> bool:
        """Whether the index was removed, or made anew: what others commit to the same has a higher number."""
        before, now = self._known.identity, self._engine.newest()
        return before is not None and (now is None or (now != before and now.generation <= before.generation))

    def _refreshed(self, only: set[str] | None) -> refresh.Report:
        def progress(done: int, total: int) -> None:
            self.alive()

        task = self._folder, self._engine, self._settings
        try:
            since = self._known.identity
            return refresh.refresh(*task, wait=WAIT_S, jobs=self._jobs, only=only, since=since, progress=progress)
        except Exception as error:
            self._engine.diagnose(error)
            raise

    def round(self, paths: set[str] | None) -> None:
        """Bring the index up to these files, or to all; after a failure all are looked at a little later."""
        try:
            with self._turn:
                report = self._refreshed(paths)
                if self._reader is None or self._engine.newest() != self._known.identity:
                    # Both or none: what could not be opened is tried again in the next round.
                    self._known, self._reader = self._engine.file_table(), self._engine.open_reader()
                    self._included = _includers(self.root, self._known.files)
        except IndexLockedError as error:  # nothing is wrong, and it ends soon
            self._whole = time.monotonic() + AGAIN_S
            self._reported = False
            self.say(error)
            return
        except Exception as error:
            self._whole = time.monotonic() + self.failed(error)
            return
        if paths is None:
            self._whole, self._due = time.monotonic() + WHOLE_S, float("inf")
        self._due = min([self._due, *self._moments(paths)])
        if not self._reported or report.added or report.changed or report.removed:
            self._reported = True
            self._said.clear()
            try:
                self._on_report(report)
            except Exception as error:  # who is told has failed, not the round
                self.say(_said(error))

    def _moments(self, paths: Iterable[str] | None) -> Iterator[int]:
        """When posts, all or these, have to be read again because of the time."""
        table = self._known.files
        stamps = table.values() if paths is None else [table[path] for path in paths if path in table]
        return (stamp.reconsider_at for stamp in stamps if stamp.reconsider_at is not None)

    def failed(self, error: BaseException) -> float:
        """Report what went wrong, whatever it was; in how many seconds it may be tried again."""
        self._reported = False
        self.say(_said(error))
        now = time.monotonic()
        again = now - self._failed < self._pause + CALM_S
        self._pause = min(2 * self._pause, LONGEST_S) if again else AGAIN_S
        self._failed = now
        return self._pause

    def say(self, error: PostdexError) -> None:
        """Report an error, but not again and again."""
        if str(error) in self._said:
            return
        self._said.add(str(error))
        log("watch", WARNING, "%s", error)
        try:
            self._on_error(error)
        except Exception as bug:  # nobody is left to be told but whom Python tells of threads
            threading.excepthook(threading.ExceptHookArgs((type(bug), bug, bug.__traceback__, None)))


def _includers(root: str, files: Mapping[str, FileStamp]) -> dict[str, set[str]]:
    """The posts that include a file, by its absolute path."""
    includers: dict[str, set[str]] = {}
    for path, stamp in files.items():
        for file in stamp.included:
            includers.setdefault(os.path.normpath(os.path.join(root, file.path)), set()).add(path)
    return includers


def _upwards(folder: str) -> Iterator[str]:
    """A folder and all above it."""
    yield folder
    while (above := os.path.dirname(folder)) != folder:
        yield (folder := above)


def _said(error: BaseException) -> PostdexError:
    """An error as it is reported, whoever raised it."""
    if isinstance(error, PostdexError):
        return error
    message = str(error) if isinstance(error, OSError) else f"{type(error).__name__}: {error}"
    unexpected = PostdexError(message, "it is tried again")
    unexpected.__cause__ = error
    return unexpected
