"""Where are the queries kept that people asked, and how do they get there?

A file of lines of JSON: what it is, then one line a query in the order of the alphabet, so that its order tells
nothing either. It is only ever replaced as a whole by whoever holds its lock: a process that is killed and a full disk
leave the former one, and what several processes have to add is added up. Whatever is no such file is left alone.
"""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from json import loads

from postdex_index import posix, posix_locks
from postdex_index.engine.api import Engine
from postdex_index.engine.hosting import hosted
from postdex_index.errors import ConfigError
from postdex_index.named_tuple import NamedTuple
from postdex_index.paths import StrPath, plain
from postdex_index.settings import Settings

from ..index_location import index_directory
from ..output import wire
from . import asked
from .asked import Asked, together

_VERSION = 1
_HEADER = {"postdex": "queries", "version": _VERSION}
#: No record is larger: what is came from elsewhere.
MOST_BYTES = 64 * 1024 * 1024
#: Seconds that one who adds waits for another one.
_WAIT_S = 2.0
#: Only its owner reads what people asked, unless its owner says otherwise.
_MODE = 0o600


class Record(NamedTuple):
    """The queries of a file by their keys, how many of its lines are none, and the lines that say a query alone."""

    rows: Mapping[str, Asked]
    unreadable: int = 0
    lines: Mapping[str, bytes] = {}


def path_of(folder: StrPath, engine: Engine, settings: Settings, named: str | None = None) -> str:
    """The record that is `named`, else that of a folder's settings, which lies beside the index: in the folder for
    sites as one and for what is kept on servers. "" if there is none. Raises ConfigError.

    Settings may be a stranger's: theirs is a name only, and what lies in the folder as a link is not followed.
    """
    if named:
        return os.path.realpath(named)
    if not settings.record_file:
        return ""
    place = engine.place if os.path.isdir(engine.place) and not hosted(engine) else index_directory(folder)
    if os.path.islink(place) and os.path.dirname(place) == plain(folder):
        raise ConfigError("the queries cannot be kept beside the index (it is a link)", "name a file", path=place)
    return os.path.join(place, settings.record_file)


def read(path: str) -> Record:
    """The queries in a file; none if it isn't there. Raises ConfigError for what is no record, or cannot be read."""
    try:
        number = os.open(path, posix.READ)
    except FileNotFoundError:
        return Record({})
    except OSError as error:
        raise _not_usable(path, _reason(error)) from error
    try:
        return _read(number, path)
    finally:
        os.close(number)


def check(path: str) -> None:
    """Raise ConfigError if there is something at this path that no query can be added to."""
    above = os.path.dirname(os.path.abspath(path))
    if not os.path.isdir(above) and os.path.basename(above) != ".postdex":  # that is made when it is needed
        raise _not_usable(path, "its folder is not there")
    read(path)


def add(path: str, news: Iterable[Asked], most_bytes: int) -> int:
    """Add queries to those of a file, which is made if need be, and leave out the least of them where it gets larger
    than `most_bytes`. How many lines of it were no queries, and are gone. Raises ConfigError, OSError."""
    with _locked(path) as number:
        record = _read(number, path)
        rows, lines = dict(record.rows), dict(record.lines)
        for row in news:
            if row.key in rows:
                rows[row.key] = together(rows[row.key], row)
            elif row.times and row.outcome is not None:  # a click alone says nothing of a query that nobody asked
                rows[row.key] = row
            lines.pop(row.key, None)
        _replace(path, _written(rows, lines, most_bytes), stat.S_IMODE(os.fstat(number).st_mode))
    return record.unreadable


def _written(rows: Mapping[str, Asked], former: Mapping[str, bytes], most_bytes: int) -> bytes:
    """The file with as many of these queries as have room, those before others that were asked more, and later. Lines
    that are among the `former` are not made again, which takes half of the time."""
    lines = {key: former.get(key) or _line(asked.form(row)) for key, row in rows.items()}
    header = _line(_HEADER)
    room = most_bytes - len(header)
    if sum(map(len, lines.values())) > room:
        fitting = {}
        for key in sorted(rows, key=lambda key: (rows[key].clicks + rows[key].times, rows[key].last), reverse=True):
            room -= len(lines[key])
            if room < 0:
                break
            fitting[key] = lines[key]
        lines = fitting
    return b"".join([header, *(lines[key] for key in sorted(lines))])


def _line(form: object) -> bytes:
    return wire.dumps(form).encode("utf-8") + b"\n"


@contextmanager
def _locked(path: str) -> Iterator[int]:
    """The descriptor of the file, made if need be, while nobody else replaces it."""
    until = time.monotonic() + _WAIT_S
    _make_folder(os.path.dirname(path))
    while True:
        try:
            number = os.open(path, posix.LOCK_FILE, _MODE)
        except OSError as error:
            raise _not_usable(path, _reason(error)) from error
        try:
            _insist_on_file(number, path)
            if posix_locks.lock(number) and _is_there(number, path):
                yield number
                return
        finally:
            os.close(number)
        if time.monotonic() > until:
            raise OSError(errno.EAGAIN, "another process is writing it", path)
        time.sleep(0.01)


def _make_folder(path: str) -> None:
    """Make the folder beside which no index has been made, which no version control shall take along."""
    if os.path.basename(path) == ".postdex" and not os.path.isdir(path):
        os.mkdir(path)
        with open(os.path.join(path, ".gitignore"), "x", encoding="utf-8") as file:
            file.write("*\n")


def _insist_on_file(number: int, path: str) -> None:
    """Raise ConfigError for a folder, a pipe, a device."""
    if not stat.S_ISREG(os.fstat(number).st_mode):
        raise _not_usable(path, "it is no file")


def _is_there(number: int, path: str) -> bool:
    """Whether an open file is still the one of this name: nobody has replaced it before it was locked."""
    with suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(number), os.stat(path))
    return False


def _read(number: int, path: str) -> Record:
    """The queries of an open file. Raises ConfigError."""
    _insist_on_file(number, path)
    state = os.fstat(number)
    if state.st_size > MOST_BYTES:
        raise _not_usable(path, "it is too large")
    lines = posix.pread(number, state.st_size, 0).split(b"\n")
    header = _parsed(lines[0])
    if state.st_size and not (isinstance(header, dict) and header.get("postdex") == "queries"):
        raise _not_usable(path, "it is another file, which is left as it is")
    if isinstance(header, dict) and header.get("version") != _VERSION:
        raise _not_usable(path, f"it is of version {str(header.get('version'))[:20]}, this postdex knows {_VERSION}")
    rows: dict[str, Asked] = {}
    alone: dict[str, bytes] = {}
    unreadable = 0
    for line in filter(None, lines[1:]):
        row = asked.read(_parsed(line))
        if row is None:
            unreadable += 1
        elif row.key in rows:
            rows[row.key] = together(rows[row.key], row)
            alone.pop(row.key, None)
        else:
            rows[row.key] = row
            alone[row.key] = line + b"\n"
    return Record(rows, unreadable, alone)


def _parsed(line: bytes) -> object:
    try:
        return loads(line)
    except (ValueError, RecursionError):  # UnicodeDecodeError too
        return None


def _replace(path: str, content: bytes, mode: int) -> None:
    """Put this content in place of a file, on the disk before anybody sees it."""
    new = f"{path}.new"
    with suppress(FileNotFoundError):
        os.unlink(new)  # of a process that was killed; only one has the lock
    number = os.open(new, posix.CREATE, _MODE)
    try:
        try:
            os.fchmod(number, mode)
            rest = memoryview(content)
            while rest:
                rest = rest[os.write(number, rest) :]
            os.fsync(number)
        finally:
            os.close(number)
        os.rename(new, path)
    except OSError:
        with suppress(OSError):
            os.unlink(new)
        raise


def _reason(error: OSError) -> str:
    return "it is a link" if error.errno == errno.ELOOP else error.strerror or str(error)


def _not_usable(path: str, reason: str) -> ConfigError:
    return ConfigError(
        f"the queries cannot be kept there ({reason})", "name a file that is not there yet", path=plain(path)
    )
