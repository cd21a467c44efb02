"""Which files of a folder are an export's own, and how do they become those of the next one?

A folder may hold a whole site beside them. What is ours is named in a record with its digest; nothing else is ever
changed or removed. Each file changes at once (a new one takes its name); one that is as it should be is not touched.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path

from postdex_index.errors import IndexWriteError, PostdexError
from postdex_index.named_tuple import NamedTuple

from ..output import wire

#: The end of a name under which a file is written before it is whole.
UNDER_WAY = ".postdex-new"
#: The form of the record.
_VERSION = 1


class Written(NamedTuple):
    """What became of the files of an export: their number and bytes; how many are new or changed; those that were
    removed; and former ones that somebody else has changed, which were left."""

    files: int
    bytes: int
    changed: int
    removed: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


class OwnedFiles:
    """The files of an export in a folder, whose record is the file `record` there. With `dry` nothing is written."""

    def __init__(self, folder: Path, record: str, *, dry: bool = False) -> None:
        """Reads the record. Raises PostdexError for one that is none of ours."""
        self._folder, self._record, self._dry = folder, record, dry
        self._before = self._read()
        self._now: dict[str, str] = {}
        self._claimed: dict[str, str] = {}
        #: the bytes of each file
        self.sizes: dict[str, int] = {}
        self._changed = 0

    def claim(self, paths: Iterable[str]) -> None:
        """Say which files will be written. Raises PostdexError where one is there that is not ours."""
        self._claimed = dict.fromkeys(paths, "") | self._before
        taken = [path for path in self._claimed if path not in self._before and os.path.lexists(self._folder / path)]
        if taken:
            several = f" and {len(taken) - 1:,} others are" if taken[1:] else " is"
            hint = "move what is in the way, or name another folder"
            raise PostdexError(f"{self._folder / taken[0]}{several} there already and not ours", hint)

    def put(self, path: str, text: str) -> None:
        """Make a file of this text; one that holds it already stays as it is."""
        content = text.encode("utf-8", "replace")
        self._now[path] = _digest(content)
        self.sizes[path] = len(content)
        if content_of(self._folder / path) == content:
            return
        self._before_change()
        if not self._dry:
            replace(self._folder / path, content)

    @contextmanager
    def growing(self, path: str) -> Iterator[Callable[[str], None]]:
        """Make a file of the texts that are given to the callable in turn: it may be larger than memory."""
        digest, size = _hash(), 0
        place = self._folder / path
        new = place.with_name(place.name + UNDER_WAY)
        if not self._dry:
            place.parent.mkdir(parents=True, exist_ok=True)
        with open(os.devnull if self._dry else new, "wb") as file:

            def append(text: str) -> None:
                nonlocal size
                content = text.encode("utf-8", "replace")
                digest.update(content)
                size += file.write(content)

            try:
                yield append
            except BaseException:
                self._discard(new)
                raise
        self._now[path] = digest.hexdigest()
        self.sizes[path] = size
        if _digest_of(place) == self._now[path]:
            self._discard(new)
            return
        self._before_change()
        if not self._dry:
            os.replace(new, place)

    def _discard(self, new: Path) -> None:
        if not self._dry:
            _discard(new)

    def _before_change(self) -> None:
        """Count a change. Before the first one it is noted what is ours, so that it is known of what a run leaves that
        ends halfway."""
        if not self._changed and not self._dry:
            self._note(self._claimed)
        self._changed += 1

    def finish(self) -> Written:
        """Remove what the export before this one had and this one has not, and write the record."""
        removed: list[str] = []
        left: list[str] = []
        for path, digest in self._before.items():
            there = _digest_of(self._folder / path) if path not in self._now else ""
            if there:
                (removed if there == digest else left).append(path)
        if not self._dry:
            for path in removed:
                _remove_with_folders(self._folder, path)
            self._note(self._now)
        return Written(len(self._now), sum(self.sizes.values()), self._changed, tuple(removed), tuple(left))

    def _note(self, files: Mapping[str, str]) -> None:
        """Write the record of these files."""
        lines = ",\n".join(f"{wire.dumps(path)}: {wire.dumps(files[path])}" for path in sorted(files))
        content = f'{{"version": {_VERSION}, "files": {{\n{lines}\n}}}}\n'.encode()
        replace(self._folder / self._record, content)

    def _read(self) -> dict[str, str]:
        content = content_of(self._folder / self._record)
        if content is None:
            return {}
        try:
            record = json.loads(content)
            if record["version"] != _VERSION:
                raise ValueError
            if not all(map(_is_below, record["files"])):
                raise ValueError
            return {path: str(digest) for path, digest in record["files"].items()}
        except (ValueError, KeyError, TypeError, AttributeError):
            hint = "remove it, and what it is the record of, or name another folder"
            raise PostdexError(f"{self._folder / self._record} is no record of an export", hint) from None


@contextmanager
def saying_what_failed(folder: Path) -> Iterator[None]:
    """Raises PostdexError where the system refuses a write."""
    hint = "what was published before is as it was; make room, or see to its permissions"
    try:
        yield
    except OSError as error:
        place = error.filename if isinstance(error.filename, str) else str(folder)
        raise PostdexError(f"cannot write {place} ({error.strerror})", hint) from error
    except IndexWriteError as error:  # whose remedy is for an index
        raise PostdexError(error.message, hint, path=error.path) from error


def replace(file: Path, content: bytes) -> bool:
    """Put a file in place of whatever has its name, at once for all who look; whether it was not there as it is."""
    if content_of(file) == content:
        return False
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_name(file.name[:100] + UNDER_WAY)
    try:
        new.write_bytes(content)
        os.replace(new, file)
    except BaseException:
        _discard(new)
        raise
    return True


def _discard(file: Path) -> None:
    with suppress(OSError):
        file.unlink()


def remove(file: Path) -> bool:
    """Remove a file; whether it was there."""
    if not os.path.lexists(file):
        return False  # nor is it asked of a folder that cannot be written
    file.unlink()
    return True


def _remove_with_folders(folder: Path, path: str) -> None:
    """Remove a file, and the folders that are empty without it."""
    remove(folder / path)
    for above in [*Path(path).parents][:-1]:
        with suppress(OSError):
            (folder / above).rmdir()


def content_of(file: Path) -> bytes | None:
    """What a file holds; None for none."""
    try:
        return file.read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None


def _is_below(path: str) -> bool:
    """Whether this is a path below a folder: what is written in a record may be by anybody."""
    return not path.startswith("/") and not {"", ".", ".."} & {*path.split("/")}


def _hash() -> blake2b:
    return blake2b(digest_size=16)


def _digest(content: bytes) -> str:
    digest = _hash()
    digest.update(content)
    return digest.hexdigest()


def _digest_of(file: Path) -> str:
    """The digest of what a file holds; "" for none."""
    digest = _hash()
    try:
        with open(file, "rb") as reading:
            while piece := reading.read(1 << 20):
                digest.update(piece)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return ""
    return digest.hexdigest()
